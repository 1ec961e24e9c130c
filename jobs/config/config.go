// Package config is the site's one configuration file, leftshift.toml.
//
// It is declared once, as the Go types of this file: their tags hold each
// key's default, what it may be and a sentence that says what it means. The
// strict reader, Validate, the canonical form and CONFIG.md all come from the
// declaration. A file that gives only [site] name is a whole configuration of
// a site without sources.
package config

import (
	"time"

	"leftshift/engine"
	"leftshift/engine/consent"
	"leftshift/engine/web/signin"
)

// Config is a whole configuration. New gives one with every default; Load and
// Parse start from it. Paths are kept as written: At makes one absolute.
type Config struct {
	Site      Site      `toml:"site" say:"What this installation is."`
	Run       Run       `toml:"run" say:"What a run may use of the machine."`
	Identity  Identity  `toml:"identity" say:"Where identities and their keys are kept. Neither may lie inside the data folder."`
	OptOut    []OptOut  `toml:"optout" say:"Lists of people whose data is withheld. Repeat the table for each list."`
	Basis     []Basis   `toml:"basis" say:"Legal bases. A source is refused where none covers it for the purpose of the run."`
	Source    []Source  `toml:"source" say:"Feeds of records. Repeat the table for each source."`
	Reference Reference `toml:"reference" say:"Reference files."`
	Model     Model     `toml:"model" say:"What is predicted, and how a model is fitted."`
	Train     Train     `toml:"train" say:"How a model is kept from learning what its own lists did."`
	Switch    []Switch  `toml:"sdec_switch" say:"Changes of where a trust records same-day emergency care. Repeat the table for each; the night warns of those that are not declared."`
	Lists     Lists     `toml:"lists" say:"Risk lists."`
	Gate      Gate      `toml:"gate" say:"Limits that the model must keep to, on the people it was tested on and, once their outcomes are due, on those whom it scored."`
	Report    Report    `toml:"report" say:"Disclosure control of every count that leaves."`
	Schedule  Schedule  `toml:"schedule" say:"When the night run starts."`
	Serve     Serve     `toml:"serve" canon:"-" say:"The web application, leftshift serve."`
	Cohorts   Cohorts   `toml:"cohorts" canon:"-" say:"How cohorts are counted, and by what they are divided."`
	Record    Record    `toml:"record" canon:"-" say:"What the organisation says in the records that are published of a model: leftshift models record."`
	Deliver   Deliver   `toml:"deliver" canon:"-" say:"What leaves by itself or by leftshift deliver. Nothing does where nothing is given."`
	Retention Retention `toml:"retention" canon:"-" say:"How long what is kept is kept. Where no period is given, it is kept: periods are the controller's to set (docs/RETENTION.md)."`

	file  string         // the file's path, or ""
	dir   string         // what paths are relative to, absolute; "" means the working folder
	lines map[string]int // line of each key by its path, or nil
}

type Site struct {
	Name      string   `toml:"name" check:"required" say:"the name shown on lists and pages"`
	Synthetic bool     `toml:"synthetic" say:"true: every person is made up; legal bases and opt-out lists may be absent, and every output says so"`
	Purpose   string   `toml:"purpose" default:"case-finding" check:"one=purpose" say:"what this installation's data is used for; a snapshot serves one purpose"`
	Sensitive []string `toml:"sensitive" check:"one=sensitive,unique" say:"sensitive data sets that the purpose names; records of the others are withheld"`
	AsOf      string   `toml:"as_of" check:"day" say:"the as-of date of every run; empty: today in Europe/London"`
	DataStart string   `toml:"data_from" check:"day" say:"the first day from which the sources hold data; time before it counts as not observed (months_observable); empty: not known"`
	Root      string   `toml:"root" canon:"-" say:"folder that relative paths are relative to: absolute, or as seen from the configuration file's folder, such as ..; empty: that folder"`
	Features  string   `toml:"features" default:"features" check:"path" say:"folder of this site's own feature files, *.toml, which join the built-in catalogue; it may be absent"`
	Cohorts   string   `toml:"cohorts" default:"cohorts" canon:"-" check:"path" say:"folder of this site's own cohort files, *.toml, which join the examples; it may be absent"`
	Data      string   `toml:"data" default:"data" check:"path" say:"folder of the lake, the run ledger and the snapshots"`
}

type Run struct {
	Threads   int `toml:"threads" default:"0" check:"min=0,max=1024" canon:"-" say:"threads; 0: one for each processor. Results do not depend on it"`
	MemoryMiB int `toml:"memory_mib" default:"0" check:"min=0" canon:"-" say:"memory of the engine; 0: half of the machine's (or of the container's limit), at most 32768. Results do not depend on it"`
	Buckets   int `toml:"buckets" default:"16" check:"min=1,max=256" say:"partitions of the lake by person; a power of two"`
	MinFree   int `toml:"min_free_mib" default:"1024" check:"min=0" canon:"-" say:"a run does not start with less free disk than this"`
}

type Identity struct {
	KeyFile      string `toml:"key_file" default:"secrets/person.key" check:"path" say:"file with the key of the pseudonyms"`
	Vault        string `toml:"vault" default:"vault/vault.db" check:"path" say:"file of the identity vault"`
	VaultKeyFile string `toml:"vault_key_file" default:"secrets/vault.key" check:"path" say:"file with the key that encrypts the vault"`
}

type OptOut struct {
	Kind     string   `toml:"kind" check:"required,one=optout" say:"which opt-out the list holds: the national data opt-out, Type 1, or local objections"`
	Path     string   `toml:"path" check:"required,path" say:"file of NHS numbers, one a line"`
	Purposes []string `toml:"purposes" check:"one=purpose,unique" say:"purposes it withholds from; empty: that of the site"`
}

type Basis struct {
	Name       string   `toml:"name" check:"required,name" say:"a short name"`
	Controller string   `toml:"controller" check:"required" say:"the organisation that controls the data"`
	Reference  string   `toml:"reference" check:"required" say:"where the agreement is: an approval or document reference"`
	Purposes   []string `toml:"purposes" check:"required,one=purpose,unique" say:"purposes it allows"`
	Sources    []string `toml:"sources" check:"required,unique" say:"names of the sources it covers"`
	Ends       string   `toml:"ends" check:"required,day" say:"its last day; runs after it are refused"`
}

type Source struct {
	Name       string     `toml:"name" check:"required,name" say:"a short name; it is part of every landed row and of local identifiers, so do not change it"`
	Format     string     `toml:"format" check:"required,one=format" say:"fhir: R4 resources as NDJSON or Bundles; flat: delimited files with a map for each flow"`
	Paths      []string   `toml:"paths" check:"glob,unique" say:"files of a fhir source: paths with * ? [] in the last parts"`
	Known      string     `toml:"known" default:"recorded" check:"one=known" say:"which of the source's dates says when a row became known: recorded (recordedDate, issued, authoredOn) or updated (meta.lastUpdated)"`
	LagDays    int        `toml:"lag_days" default:"-1" check:"min=-1,max=3650" say:"lag model of a fhir source: a row without such a date became known this many days after it happened; -1: none, it became known the night it landed"`
	MaxShrink  float64    `toml:"max_shrink" default:"0.5" check:"min=0,max=1" say:"a feed that shrinks by more than this share of its last delivery stops the run"`
	Identifier Identifier `toml:"identifier" say:"identifier of persons in a fhir source; empty: the NHS number"`
	BundleIDs  bool       `toml:"bundle_ids" say:"true: identifiers of a fhir source mean something only within their Bundle, as in documents that number their entries"`
	Flow       []Flow     `toml:"flow" say:"Flows of a flat source. Repeat the table for each flow."`
}

type Identifier struct {
	System    string `toml:"system" say:"identifier system URL"`
	Namespace string `toml:"namespace" check:"name" say:"name of the pseudonyms' namespace; sources that share it share persons"`
}

type Flow struct {
	Name    string   `toml:"name" check:"required,name" say:"a short name"`
	Map     string   `toml:"map" check:"required,map" say:"builtin:NAME, or the path of a map file"`
	Paths   []string `toml:"paths" check:"required,glob,unique" say:"files: paths with * ? [] in the last parts"`
	LagDays int      `toml:"lag_days" default:"-1" check:"min=-1,max=3650" say:"lag model, as for a source"`
}

type Reference struct {
	Postcodes string `toml:"postcodes" check:"path" say:"postcode to small area file; empty: none, and area features are not known"`
	Approvals string `toml:"codelist_approvals" default:"codelists.toml" check:"path" say:"file of this site's approvals of code lists, each by hash; it may be absent. Where people are real, a list that no approval covers gives no reason, and no list of people is made that would exclude by it"`
}

type Model struct {
	Outcome  string   `toml:"outcome" default:"emergency_bed" check:"key" say:"outcome that is predicted: an id of docs/OUTCOMES.md"`
	Horizons []int    `toml:"horizons" default:"365,90,30" check:"required,min=1,max=3650,unique" say:"days ahead that are predicted; lists use the first"`
	Seed     uint64   `toml:"seed" default:"1" say:"seed of every random draw"`
	Boost    Boost    `toml:"boost" say:"Gradient boosting. 0 means the model's own default."`
	Leavers  int      `toml:"expected_leavers_per_1000" default:"50" check:"min=1,max=1000" say:"people of 1,000 who leave the area's practices in a year (England: about 50, ONS internal migration); the training warns of half or double"`
	TestGap  int      `toml:"test_gap_days" default:"92" check:"min=0,max=3650" say:"days between the last training index date's outcome window and the first test index date"`
	Without  []string `toml:"compare_without" default:"imd_decile" check:"unique" say:"features without which, and without those made of them, the first model is evaluated once more at training: what using them changes, told in the card by group; [] compares nothing"`
	Bundle   string   `toml:"bundle" check:"name" say:"identifier of the model bundle that scores; empty: the newest approved"`
}

// Guards of a training.
const (
	GuardNone    = "none"
	GuardExclude = "exclude"
)

type Train struct {
	Guard   string `toml:"guard" default:"exclude" check:"one=guard" say:"person-dates whose person was acted on from a list: exclude follows them only until the act, and people of like scores stand for them; none fits them as they are. Nobody acted on: no difference"`
	Lasting int    `toml:"lasting_days" default:"365" check:"min=0,max=3650" say:"days for which an act may have an effect: a person-date that begins within them is left out whole"`
}

type Switch struct {
	Provider string `toml:"provider" check:"required" say:"ODS code of the trust, as its spells have it"`
	Date     string `toml:"date" check:"required,day" say:"first day on which same-day emergency care was recorded as emergency care (ECDS type 5) and no longer as an admission (APC), or back"`
}

type Boost struct {
	Rounds       int     `toml:"rounds" default:"0" check:"min=0,max=10000" say:"most trees"`
	Leaves       int     `toml:"leaves" default:"0" check:"min=0,max=64" say:"most leaves of a tree"`
	LearningRate float64 `toml:"learning_rate" default:"0" check:"min=0,max=1" say:"learning rate"`
	MinChildRows int     `toml:"min_child_rows" default:"0" check:"min=0" say:"least rows in a leaf"`
	L2           float64 `toml:"l2" default:"0" check:"min=0" say:"added to a leaf's curvature"`
	EarlyStop    int     `toml:"early_stop" default:"0" check:"min=0" say:"trees without improvement after which fitting ends"`
}

type Lists struct {
	Capacity       int      `toml:"capacity" default:"50" check:"min=1,max=100000" say:"people on the list of a team that states no capacity of its own"`
	Exclude        []string `toml:"exclude" check:"key,unique" say:"reasons to leave a person off, such as palliative, care_home"`
	MinProbability float64  `toml:"min_probability" default:"0" check:"min=0,max=1" say:"people below this probability are not listed"`
}

type Report struct {
	SmallNumber int `toml:"small_number" default:"7" check:"min=0,max=1000" say:"counts of 1 to this are shown as *"`
	RoundTo     int `toml:"round_to" default:"5" check:"min=1,max=1000" say:"other counts are rounded to a multiple of this"`
}

type Schedule struct {
	Cron       string `toml:"cron" default:"30 2 * * *" check:"required" canon:"-" say:"five cron fields, in Europe/London time"`
	CatchUp    string `toml:"catch_up" default:"latest" check:"one=catchup" canon:"-" say:"what to do about runs that were missed while the scheduler was down: run the latest, none, or all"`
	MaxCatchUp int    `toml:"max_catch_up" default:"7" check:"min=1,max=366" canon:"-" say:"most missed runs that all runs"`
}

// choices are the closed sets that a check names.
var choices = map[string][]string{
	"purpose":   {"case-finding", "planning", "evaluation", "model-development"},
	"optout":    {"national", "type1", "objection"},
	"sensitive": consent.SensitiveDatasets(),
	"format":    {"fhir", "flat"},
	"known":     {"recorded", "updated"},
	"gate":      {"warn", "hold"},
	"catchup":   {"latest", "none", "all"},
	"guard":     {GuardNone, GuardExclude},
	"signin":    {string(signin.Demo), string(signin.CIS2), string(signin.Entra)},
	"role":      roles(),
	"shape":     deliverShapes,
	"retained":  append([]string{everyClass}, Retained...),
}

// AsOf is the as-of date of a run that starts now: site.as_of, or the day in
// Europe/London.
func (c *Config) AsOf(now time.Time) engine.Day {
	if d, ok := engine.ParseDay(c.Site.AsOf); ok {
		return d
	}
	return engine.DayOf(now)
}

// Clock is the time at which a site's people work: the wall clock, moved to the
// site's day where that is fixed, as for a demonstration. All that people do, and
// what a run does to their work, is of that time; the audit, sessions and the
// record of runs are of the wall clock.
func (c *Config) Clock() time.Time {
	now := time.Now()
	day := c.AsOf(now)
	if day == engine.DayOf(now) {
		return now
	}
	y, m, d := day.Date()
	now = now.In(engine.London)
	return time.Date(y, time.Month(m), d, now.Hour(), now.Minute(), now.Second(), now.Nanosecond(), engine.London)
}

// Purposes of an opt-out list: its own, or that of the site.
func (c *Config) Purposes(o OptOut) []string {
	if len(o.Purposes) > 0 {
		return o.Purposes
	}
	return []string{c.Site.Purpose}
}

// DataFrom is the first day from which the sources hold data; 0 not known.
func (c *Config) DataFrom() engine.Day {
	if d, ok := engine.ParseDay(c.Site.DataStart); ok {
		return d
	}
	return 0
}
