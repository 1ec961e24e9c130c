package config

import (
	"reflect"

	"leftshift/models/record"
)

// Record is what the organisation says in the records that are published of a
// model: leftshift models record.
type Record struct {
	Organisation   string `toml:"organisation" say:"who deploys and answers for it"`
	Team           string `toml:"team" say:"the team that runs it"`
	Owner          string `toml:"owner" say:"senior responsible owner: name and role"`
	Website        string `toml:"website" say:"where the public reads more"`
	Contact        string `toml:"contact" say:"e-mail address for questions, of a team and not of a person"`
	Supplier       string `toml:"supplier" say:"external suppliers, or that there is none"`
	SupplierNumber string `toml:"supplier_number" say:"their Companies House numbers, or that there is none"`
	SupplierRole   string `toml:"supplier_role" say:"what they do"`
	Procurement    string `toml:"procurement" say:"how they were chosen"`
	SupplierAccess string `toml:"supplier_access" say:"on what terms they see data"`
	Setting        string `toml:"setting" say:"the area, its practices and trusts, in a sentence"`
	Benefit        string `toml:"benefit" say:"what it is meant to change, and how that is measured"`
	Previous       string `toml:"previous" say:"how people were chosen before"`
	Alternatives   string `toml:"alternatives" say:"what else was considered, and why not"`
	Scale          string `toml:"scale" say:"how many teams, users and people, and how often"`
	Training       string `toml:"training" say:"what users are taught before they see a list"`
	Appeals        string `toml:"appeals" say:"how a person objects, or asks for a review"`
	Phase          string `toml:"phase" say:"pre-deployment, pilot, in use or retired, and since when"`
	Storage        string `toml:"storage" say:"where data are kept, who has access, for how long"`
	Sharing        string `toml:"sharing" say:"sharing and processing agreements"`
	Impact         string `toml:"impact" say:"assessments of data protection, equality and clinical safety, with dates"`
	Ethics         string `toml:"ethics" say:"ethical approval, or why none is needed"`
	Funding        string `toml:"funding" say:"who paid, and for what"`
	Conflicts      string `toml:"conflicts" say:"conflicts of interest, or that there are none"`
	Protocol       string `toml:"protocol" say:"where the protocol is, or that there is none"`
	Registration   string `toml:"registration" say:"where the study is registered, or that it is not"`
	Involvement    string `toml:"involvement" say:"how patients and the public took part, or that they did not"`
	Next           string `toml:"next" say:"what is planned: evaluation elsewhere, review dates"`
}

// Answers are what is given, by key.
func (r Record) Answers() record.Answers {
	out := record.Answers{}
	v := reflect.ValueOf(r)
	for i := range v.NumField() {
		out[v.Type().Field(i).Tag.Get("toml")] = v.Field(i).String()
	}
	return out
}
