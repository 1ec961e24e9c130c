package cohort

import (
	"cmp"
	"regexp"
	"slices"
)

// Kind is the type of a field's values.
type Kind uint8

const (
	Number Kind = iota + 1 // float64
	Text                   // one word or code
	Flag                   // true or false
	Labels                 // any number of words: the lists that a person is on
)

var kindNames = [...]string{"", "number", "text", "flag", "labels"}

func (k Kind) String() string { return kindNames[k] }

// Source says where a field comes from.
type Source uint8

const (
	Attribute Source = iota // of the person on the as-of date
	Score                   // a fitted model's probability, or a published score's points
	Feature                 // a column of the table feature
	List                    // published lists
)

// Field is one thing that a condition may ask about.
type Field struct {
	ID, Title, Unit string
	Area            string // of a feature, as the catalogue groups them; "" else
	Kind            Kind
	Source          Source
	YesNo           bool     // a number that is 1 for yes and 0 for no
	Clinical        bool     // only clinicians read it of a person
	Values          []string // all there are, of a Text whose values are few; nil: any
	// Observed names the kinds of record that a feature reads. A value that is
	// null is not observable where all of them stand among those unseen of the
	// person, else unknown. Empty: always observable.
	Observed []string

	column string // SQL, of ours
}

// Dictionary is the only source of names in SQL.
type Dictionary struct {
	fields map[string]*Field
}

// identifier is what a column's name may be.
var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,120}$`)

// Attributes are the fields of every snapshot but features and scores.
func Attributes() []Field {
	return []Field{
		{ID: "age", Title: "Age", Unit: "years", Kind: Number},
		{ID: "sex", Title: "Sex", Kind: Text, Values: []string{"male", "female", "indeterminate"}},
		{ID: "ethnic_category", Title: "Ethnic category, NHS Data Dictionary", Kind: Text, Values: []string{"A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M", "N", "P", "R", "S"}},
		{ID: "imd_quintile", Title: "Fifth of deprivation, 1 the most deprived", Kind: Number},
		{ID: "care_home", Title: "Lives in a care home", Kind: Flag},
		{ID: "practice", Title: "Practice, ODS code", Kind: Text},
		{ID: "pcn", Title: "Primary care network, ODS code", Kind: Text},
		{ID: "team", Title: "Neighbourhood team", Kind: Text},
		{ID: "band", Title: "Risk band", Kind: Text, Values: []string{"very high", "high", "moderate", "low"}},
		{ID: "long_term_conditions", Title: "Long-term conditions recorded", Kind: Number},
		{ID: "on_list", Title: "On a team's list", Kind: Flag, Source: List},
		{ID: "list", Title: "Lists that the person is on", Kind: Labels, Source: List},
	}
}

// NewDictionary makes a dictionary of Attributes and more fields: features under
// their ids, and scores as score_ and the model's name. The error is an id that
// cannot be a column or comes twice.
func NewDictionary(more []Field) (*Dictionary, error) {
	d := &Dictionary{fields: map[string]*Field{}}
	for _, f := range append(Attributes(), more...) {
		if !identifier.MatchString(f.ID) || d.fields[f.ID] != nil {
			return nil, fault("cohort-dictionary", "the snapshot has a field whose id is no column name or comes twice: publish again")
		}
		f.column = `p."` + f.ID + `"`
		if f.Source == Feature {
			f.column = `CAST(f."` + f.ID + `" AS DOUBLE)`
		}
		d.fields[f.ID] = &f
	}
	return d, nil
}

// Field finds a field; nil when there is none.
func (d *Dictionary) Field(id string) *Field { return d.fields[id] }

// Fields lists every field by id. They are shared: do not change them.
func (d *Dictionary) Fields() []*Field {
	out := make([]*Field, 0, len(d.fields))
	for _, f := range d.fields {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b *Field) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
