package schema

import "leftshift/engine"

// Score is one person's risk by one model.
type Score struct {
	Person      engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Model       string        `col:"model" check:"required" say:"boost_365, logistic_365 and so on, or a published score: hfrs, charlson_quan2011"`
	AsOf        engine.Day    `col:"as_of" check:"required" say:"the as-of date"`
	Horizon     int64         `col:"horizon_days" say:"days ahead that the probability is of; 0 for a published score"`
	Probability float64       `col:"probability" say:"calibrated probability of the model's outcome within the horizon, before death; null for a published score"`
	Points      float64       `col:"points" say:"value of a published score in its own points; null for a fitted model, and where no source could show the diagnoses of the person"`
	Band        string        `col:"band" say:"risk band: very high (top 0.5 % of the people scored), high (to 5 %), moderate (to 20 %), low; of a published score its own bands, empty where the paper gives none"`
}

// Reason is one contribution to the score by which lists are ranked.
type Reason struct {
	Person       engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Model        string        `col:"model" check:"required" say:"the model explained"`
	Rank         uint8         `col:"rank" check:"required" say:"1 is the greatest in absolute value; the row of other factors comes last"`
	Feature      string        `col:"feature" check:"required" say:"feature, or other_recorded_factors: the sum of all that is not told, what only clinicians may see among it; everyone has that row, last"`
	Contribution float64       `col:"contribution" say:"what it added to the log-odds before calibration; above zero raises the risk"`
	Text         string        `col:"text" check:"required" say:"in plain words, for the reader of a list"`
}

// OtherFactors is the feature of the reason that gathers all that is not told.
const OtherFactors = "other_recorded_factors"

// ListRow is one person on one team's list.
type ListRow struct {
	List        string        `col:"list" check:"required" say:"the neighbourhood team"`
	Rank        int64         `col:"rank" say:"1 is the highest risk; 0 was added by hand, beside the ranks"`
	Person      engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Probability float64       `col:"probability" say:"probability by the primary model"`
	Band        string        `col:"band" say:"risk band"`
	Status      string        `col:"status" say:"joiner or stayer, against the list of the night before"`
}

// Leaver was on a team's list of the night before and is no more.
type Leaver struct {
	List   string        `col:"list" check:"required" say:"the list left"`
	Person engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Code   string        `col:"code" check:"required" say:"why: ranked_lower, died, left, moved_team, declined and so on"`
}

// GapRow is one thing that could be changed for a person. It never alters a
// risk.
type GapRow struct {
	Person   engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Gap      string        `col:"gap" check:"required" say:"the gap, as GAPS.md names it"`
	Since    engine.Day    `col:"since" say:"open since; null not known"`
	Evidence string        `col:"evidence" check:"required" say:"in plain words, with value and date"`
	Class    string        `col:"display" check:"required" say:"who may read it: care_team or clinicians"`
}

// TimelineRow is one dated thing that happened to a person on a list.
type TimelineRow struct {
	Person engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Day    engine.Day    `col:"day" check:"required" say:"the day; the first possible one of a partial date"`
	Kind   string        `col:"kind" check:"required" say:"admission, emergency_department, nhs_111, ambulance, community, social_care, mental_health, drug_alcohol, problem, fall, document or care_plan"`
	Title  string        `col:"title" check:"required" say:"in plain words"`
	Source string        `col:"source" say:"the source that says so, as named in the configuration"`
	Class  string        `col:"display" check:"required" say:"who may read it: care_team or clinicians"`
}

// Need is what a person on a list needs of those who call them.
type Need struct {
	Person engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Kind   string        `col:"kind" check:"required" say:"interpreter (and language), communication, format, adjustment or carer"`
	Day    engine.Day    `col:"day" check:"required" say:"the day of the newest record of it"`
	Text   string        `col:"text" check:"required" say:"in plain words"`
	Class  string        `col:"display" check:"required" say:"who may read it: care_team or clinicians"`
}

// Resident is who was scored and where they belong on the as-of date.
type Resident struct {
	Person   engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	AsOf     engine.Day    `col:"as_of" check:"required" say:"the as-of date"`
	Age      int64         `col:"age" say:"whole years; -1 not known"`
	Sex      engine.Sex    `col:"sex" say:"1 male, 2 female, 9 indeterminate, 0 not known"`
	Ethnic   string        `col:"ethnic_category" say:"NHS Data Dictionary category; empty not known"`
	IMD      uint8         `col:"imd_decile" say:"1 the most deprived tenth; 0 not known"`
	CareHome uint8         `col:"care_home" say:"1 lives in a care home"`
	Practice string        `col:"practice" say:"ODS code"`
	PCN      string        `col:"pcn" say:"ODS code of the practice's primary care network; empty not known"`
	Team     string        `col:"team" say:"the team on whose list the person could be; empty none"`
	Band     string        `col:"band" say:"risk band by the primary model; empty without a fitted model"`
	LTCs     int64         `col:"long_term_conditions" say:"long-term conditions recorded; -1 not known"`
}

// TestRow is one row of the evaluation: who was at risk on the test index
// date, predicted by a fit that never saw them, and what happened.
type TestRow struct {
	Person      engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Model       string        `col:"model" check:"required" say:"the model"`
	Index       engine.Day    `col:"index_date" check:"required" say:"the test index date"`
	Probability float64       `col:"probability" say:"out-of-fold calibrated probability"`
	Label       uint8         `col:"label" say:"1 the model's outcome within the horizon"`
	Weight      float64       `col:"weight" say:"inverse probability of censoring weight; 0 when the person left first"`
}

// Published lists the tables of a snapshot. The table feature stands beside
// them: one row a person, a column for each feature of FEATURES.md.
var Published = []*Table{
	declare("score", "Every person's risk, by model.", Score{}),
	declare("reason", "Why, for the model by which lists are ranked: the greatest contributions.", Reason{}),
	declare("risk_list", "One list for each neighbourhood team.", ListRow{}),
	declare("resident", "Who was scored and where they belong.", Resident{}),
	declare("leaver", "Who left a list since the night before, and why.", Leaver{}),
	declare("gap", "What could be changed, of everyone scored.", GapRow{}),
	declare("timeline", "What happened to the people on lists in the last 24 months, the newest first.", TimelineRow{}),
	declare("need", "What the people on lists need of those who call them.", Need{}),
	declare("flow", "How much of each kind of record became known, by practice and window of five weeks.", FlowRow{}),
	declare("stopped", "Flows of records that used to come and have stopped.", StoppedRow{}),
	declare("completeness", "People with a kind of record in the last 365 days, by practice.", Completeness{}),
	declare("move", "How everyone's risk moved since the snapshot before, and why.", Move{}),
	declare("move_reason", "What moved it, as it may be told: the greatest parts.", MoveReason{}),
	declare("due", "How the scores of earlier snapshots came true, once their outcomes were due.", Due{}),
	declare("test_row", "The evaluation, row by row.", TestRow{}),
}

// PublishedTable finds a published table by name, or nil.
func PublishedTable(name string) *Table {
	for _, t := range Published {
		if t.Name == name {
			return t
		}
	}
	return nil
}
