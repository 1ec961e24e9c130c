package record

import (
	"strings"

	"leftshift/models/registry"
)

// Transparency is a bundle by the fields of the Algorithmic Transparency Recording
// Standard, version 3.0 (Government Digital Service), tier 1 and tier 2. Numbers
// and names of fields were read from copies of its template: compare them with the
// template of the day before publishing.
func Transparency(b *registry.Bundle, id string, a Answers) Document {
	first := b.Primary()
	e := first.Evaluation
	return Document{
		Title:    "Algorithmic transparency record: " + b.Site + ", model bundle " + id,
		Standard: "the Algorithmic Transparency Recording Standard, version 3.0",
		Sections: []Section{
			{"Tier 1: overview", []Field{
				told("1", "Name", "leftshift: risk of %s", event(b)),
				told("2", "Description", "%sA program reads shared care records every night and works out, for everyone registered here, the chance of %s in the next %d days. Care teams use it to choose whom to review and ring first. It does not diagnose and decides nothing about anyone: a person looks at every name before anything happens.", synthetic(b), event(b), first.Horizon),
				a.asked("3", "Website", "website"),
				a.asked("4", "Contact e-mail", "contact"),
			}},
			{"Tier 2, 1: owner and responsibility", []Field{
				a.asked("1.1", "Organisation", "organisation"),
				a.asked("1.2", "Team", "team"),
				a.asked("1.3", "Senior responsible owner", "owner"),
				a.asked("1.4", "External supplier involvement", "supplier"),
				a.asked("1.4.1", "External supplier", "supplier"),
				a.asked("1.4.2", "Companies House number", "supplier_number"),
				a.asked("1.4.3", "Role of the supplier", "supplier_role"),
				a.asked("1.4.4", "Procurement procedure", "procurement"),
				a.asked("1.4.5", "Supplier's access to data", "supplier_access"),
			}},
			{"Tier 2, 2: description and rationale", []Field{
				told("2.1", "Detailed description", "Records are read into one form, facts are dated by when they became known, and %d features are computed for each person. %s turn them into a probability, which is calibrated, with reasons that add up to it. Teams get a list as long as they can work, ordered by it.", len(b.Columns), methods(b)),
				told("2.2", "Scope", "Everyone registered with the area's practices, but for those who opted out. It supports choosing whom to review first. It is not for diagnosis, treatment, alarms, eligibility, insurance or any decision by itself; a low score is no reason to refuse care."),
				a.asked("2.3", "Benefit", "benefit"),
				a.asked("2.4", "Previous process", "previous"),
				a.asked("2.5", "Alternatives considered", "alternatives", "Published scores (frailty, multimorbidity) are computed on the same people and can be read beside it."),
			}},
			{"Tier 2, 3: decision-making process", []Field{
				told("3.1", "Process integration", "One list for each team, made again by each night's run. A coordinator takes a person into review, rings or visits, and notes what came of it; the note and the outcome stay beside the list."),
				told("3.2", "Information provided", "A band, or a chance in words once someone has approved the calibration here; reasons with dates; what could be changed, apart from the risk; how old each source is."),
				a.asked("3.3", "Frequency and scale of use", "scale"),
				told("3.4", "Human decisions and review", "Every action is a named person's, in an audit that shows any change to it. A list that was not made anew lately cannot be opened, and one that turns out wrong is recalled with the names of who had it."),
				a.asked("3.5", "Required training", "training"),
				a.asked("3.6", "Appeals and review", "appeals", "Whoever objects to the profiling is left out at the next run, by a list of objections."),
			}},
			{"Tier 2, 4: tool and data", []Field{
				told("4.1.1", "System architecture", "One program on one machine of the organisation. Identities are encrypted apart from the records, which hold pseudonyms; nothing is sent to a supplier."),
				a.asked("4.1.2", "Phase", "phase"),
				told("4.1.3", "Maintenance", "A bundle serves until a named person approves another. Predicted against observed is told when outcomes are due; a fit is repeated after changes of coding, sources or services."),
				told("4.1.4", "Models", "%s.", methods(b)),
				told("4.2.1", "Model name", "%s", first.Name),
				told("4.2.2", "Model version", "Bundle %s (feature catalogue %s, code lists %s).", id, b.Catalogue, b.Codelists),
				told("4.2.3", "Model task", "To predict the chance of %s within %d days of an index date.", event(b), first.Horizon),
				told("4.2.4", "Model input", "%d features of one person, each known, unknown or not observable, as known at the index date.", len(b.Columns)),
				told("4.2.5", "Model output", "A calibrated probability, and what each reason adds to its log-odds."),
				told("4.2.6", "Model architecture", "%s; Platt's method for calibration.", methods(b)),
				told("4.2.7", "Model performance", "%s\n\n%s", performance(b), spread(b)),
				told("4.2.8", "Datasets", "Fitted on %d rows at the index dates %s, evaluated on %d rows at %s, by people.", b.TrainRows, strings.Join(b.TrainIndex, ", "), b.TestRows, b.TestIndex),
				told("4.2.9", "Dataset purposes", "Fitting; calibration on people outside the fit; evaluation at a later date on people outside the fit."),
				told("4.3.1", "Development data", "Routine records of the organisation's sources, pseudonymised as they land. Purpose: %s.", b.Purpose),
				told("4.3.2", "Data modality", "Tables of dated, coded facts. No free text, image or sound."),
				told("4.3.3", "Data quantities", "%d rows fitted on, %d evaluated, %d people.", b.TrainRows, b.TestRows, e.People),
				told("4.3.4", "Sensitive attributes", "Health records; age, sex and deprivation as predictors. Ethnicity is used to measure fairness and is no predictor. Data sets that the law or the site treats as specially sensitive are withheld unless the purpose names them. %s", without(b)),
				told("4.3.5", "Completeness and representativeness", "All registered people, opt-outs excepted. What a source cannot show is marked as not observable and not taken for absent; completeness by practice is on the page of data quality."),
				told("4.3.6", "Data cleaning", "By declared rules, the same for everyone; every source record has one disposition and they add up to what came in."),
				told("4.3.7", "Data collection", "In the course of care, by the organisations that gave it."),
				a.asked("4.3.8", "Data access and storage", "storage"),
				a.asked("4.3.9", "Data sharing agreements", "sharing"),
				told("4.4.1", "Operational data sources", "The same sources as in development, read each night."),
				told("4.4.2", "Operational sensitive attributes", "As in development; names and numbers are shown to the care team alone, through an audited door."),
				told("4.4.3", "Operational processing", "The same code computes features for fitting, evaluation and every night."),
				a.asked("4.4.4", "Operational access and storage", "storage"),
				a.asked("4.4.5", "Operational sharing agreements", "sharing"),
			}},
			{"Tier 2, 5: risks, mitigations and impact", []Field{
				a.asked("5.1", "Impact assessment", "impact"),
				told("5.2", "Risks and mitigations", "A wrong person, an old list, a part-load, an ignored opt-out, a person in need left off, a list read as a decision, a group served worse, a fit on its own effect: the hazard log has each with its controls and the tests that hold them, and says what remains."),
			}},
		},
	}
}
