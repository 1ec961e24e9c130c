package catalogue

// Item is a demographic value; see Items for what each means.
type Item string

const (
	Age              Item = "age"
	Male             Item = "male"
	Female           Item = "female"
	EthnicityKnown   Item = "ethnicity_known"
	IMDDecile        Item = "imd_decile"
	CareHome         Item = "care_home"
	MonthsRegistered Item = "months_registered"
	MonthsObservable Item = "months_observable"
	RecentMove       Item = "recent_move"
	Sources          Item = "sources"
)

// Items says what each demographic item is.
var Items = map[Item]string{
	Age:              "whole years from the birth month, its day taken as 1; unknown without a birth month",
	Male:             "1 when stated male, 0 when stated female or indeterminate, unknown otherwise",
	Female:           "1 when stated female, 0 when stated male or indeterminate, unknown otherwise",
	EthnicityKnown:   "1 when an ethnic category other than Z (not stated) is recorded, else 0; as known on the night of the run, at past dates too",
	IMDDecile:        "decile of deprivation of the residence on D, 1 the most deprived; unknown without one",
	CareHome:         "1 when the residence on D is a care home, else 0",
	MonthsRegistered: "whole months (of 30.4375 days) since the registration that holds D began; unknown without a start",
	MonthsObservable: "whole months since the unbroken chain of registrations that holds D began (a gap of up to 30 days does not break it), or since the data begin when that is later; unknown when neither is given",
	Sources:          "number of sources that describe the person; unknown when none is counted; as known on the night of the run, at past dates too",
	RecentMove:       "1 when the residence that holds D began within 365 days, else 0; unknown without a start",
}

// Items in the order of their declaration, for pages.
var itemOrder = []Item{Age, Male, Female, EthnicityKnown, IMDDecile, CareHome, MonthsRegistered, MonthsObservable, RecentMove, Sources}

// OfTonight says whether the value is as known on the night of the run also at
// past index dates: the person row holds what is known last. What happened later
// can move it, so no model may learn from it.
func (d *Definition) OfTonight() bool { return d.Item == EthnicityKnown || d.Item == Sources }
