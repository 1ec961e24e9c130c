package record

import (
	"fmt"
	"strings"

	"leftshift/models/registry"
)

// TRIPOD is a bundle by the items of TRIPOD+AI (Collins et al., "TRIPOD+AI
// statement", BMJ 2024;385:e078378): 27 items in 52 parts. The abstract of item 2
// is the summary here.
func TRIPOD(b *registry.Bundle, id string, a Answers) Document {
	first := b.Primary()
	e := first.Evaluation
	horizon := fmt.Sprintf("within %d days", first.Horizon)
	return Document{
		Title:    "TRIPOD+AI: " + b.Site + ", model bundle " + id,
		Standard: "the TRIPOD+AI statement (Collins et al., BMJ 2024;385:e078378), development and evaluation",
		Sections: []Section{
			{"Title and summary", []Field{
				told("1", "Title", "Development and evaluation of a prediction model (%s) of %s %s, in everyone registered with the practices of %s.", first.Method(), event(b), horizon, b.Site),
				told("2", "Summary", "%sFitted on %d rows (one for each person and index date), evaluated on %d rows at %s by fits that never saw those people. AUROC %s; calibration slope %s; observed over expected %s.", synthetic(b), b.TrainRows, b.TestRows, b.TestIndex, est(e.AUROC), est(e.Slope), est(e.ObservedExpected)),
			}},
			{"Introduction", []Field{
				told("3a", "Health-care context", "Prognostic. Teams in the community choose whom to review first, before an acute event; the model orders a list whose length the team sets. Published scores (frailty, multimorbidity) are computed beside it and can be compared on the same people."),
				told("3b", "Target population and users", "Everyone registered on the index date. Used by care teams for their own patients, and by analysts for counts; a person reviews every row before anything happens."),
				told("3c", "Known inequalities", "Emergency admission rises with deprivation and differs by ethnic group, and so does how much is on record: a person of whom little is recorded is scored too low. Error rates and calibration are told by age, sex, ethnic group and deprivation (item 23a), and how complete records are by practice on the page of data quality."),
				told("4", "Objectives", "To develop the model and evaluate it at a later index date, on people whom the evaluated fit never saw."),
			}},
			{"Methods", []Field{
				told("5a", "Sources of data", "The routine records that the site's sources send: shared care record, general practice, hospital, community and social care, as configured. The night's report says what each sent and what became of every record. Purpose: %s.", b.Purpose),
				told("5b", "Dates", "Index dates %s for fitting and %s for evaluation; follow-up to the horizon; labels as known on %s, at least %d days after each horizon's end.", strings.Join(b.TrainIndex, ", "), b.TestIndex, b.Knowledge, b.Freeze),
				a.asked("6a", "Setting", "setting", "General population of one integrated care system, one centre: no other site's people are in it."),
				told("6b", "Eligibility", "Registered and alive on the index date, and not withheld by an opt-out. Nobody is left out for a short record: months of record are a predictor and are counted for analysts."),
				told("6c", "Treatments", "As given in routine care. Medicines and care received before the index date are among the predictors; care after it is part of what happened, and if lists were worked it lowers the observed risk (item 26)."),
				told("7", "Data preparation", "Versions of a record are resolved, retracted ones dropped, spells joined and units converted by declared rules, the same for everyone; records in doubt are quarantined under a code. A feature reads only what was known by the index date."),
				told("8a", "Outcome", "%s; here %s. Definition and codes are in the outcome catalogue. People who die first count as without the outcome; those who leave first are censored and others weighted by the inverse probability of staying.", b.Outcome, horizon),
				not("8b", "Assessors of the outcome", "the outcome is read from records by rule: nobody judges it"),
				told("8c", "Blinding of outcome assessment", "The rule reads no predictor and no score. Those who coded the records may have seen a list, once lists are worked (item 26)."),
				told("9a", "Choice of predictors", "All features of the catalogue that models may read. Counts of activity without a window are left out, for they grow with the length of the record, and so is ethnicity. Nothing is chosen by its relation with the outcome before the fit."),
				told("9b", "Definition of predictors", "%d columns: feature catalogue %s, code lists %s. Each has its meaning, window, codes and what none means in the feature reference.", len(b.Columns), b.Catalogue, b.Codelists),
				not("9c", "Assessors of predictors", "predictors are read from records by rule"),
				told("10", "Sample size", "Everyone there is. %d rows for fitting, with %.0f events (weighted) among the %d people evaluated; intervals show what that leaves uncertain.", b.TrainRows, e.Events, e.People),
				told("11", "Missing data", "Three states: known, unknown, and not observable where no source could have shown it. For the last two, which a fit does not tell apart, trees learn a way of their own at each split, and logistic regression takes the mean and an indicator. Nobody is dropped."),
				told("12a", "Use of the data", "Cross-fitting by person in %d folds: everyone is evaluated and calibrated by a fit that holds nobody of their fold and no row of the test date. The model that serves is then fitted by the same recipe on all rows.", b.Folds),
				told("12b", "Handling of predictors", "Trees bin values by quantiles. Logistic regression standardises, with no transformation of its own."),
				told("12c", "Type of model, building and tuning", "%s. The number of trees and the penalty of the regression are fixed before the fit or chosen within the training folds; all other settings are fixed before. Seed %d.", methods(b), b.Seed),
				told("12d", "Heterogeneity between clusters", "Practices are not modelled. Evaluation is repeated in parts of the population (item 23b)."),
				told("12e", "Measures", "AUROC, average precision, Brier score, calibration slope and intercept, observed over expected, and sensitivity and positive predictive value of the highest shares; %d resamples of persons for %.0f %% intervals.", e.Replicates, 100*e.Level),
				told("12f", "Updating after evaluation", "Probabilities are calibrated by Platt's method on out-of-fold predictions. Nothing else is changed after the evaluation."),
				told("12g", "How predictions were calculated for evaluation", "By the same code that scores every night, from features as known at the index date."),
				told("13", "Class imbalance", "None of the rows is over- or under-sampled, so that probabilities keep their meaning."),
				told("14", "Fairness", "Nothing is adjusted by group. Age, sex and deprivation are predictors; ethnicity is not. Performance and error rates are told by group, and a poor one is for the site to judge before it approves. %s", without(b)),
				told("15", "Output", "The probability of the outcome, a band at stated cut-offs, and reasons that add up to the log-odds."),
				told("16", "Differences between development and evaluation", "The same site, rules and sources; a later date (%s) and other people in each fold.", b.TestIndex),
				a.asked("17", "Ethical approval", "ethics"),
			}},
			{"Open science", []Field{
				a.asked("18a", "Funding", "funding"),
				a.asked("18b", "Conflicts of interest", "conflicts"),
				a.asked("18c", "Protocol", "protocol"),
				a.asked("18d", "Registration", "registration"),
				told("18e", "Sharing of data", "Patients' records are not shared. The same code makes synthetic people of any number, on whom all of it can be run again."),
				told("18f", "Sharing of code", "All code, feature definitions, code lists and outcome definitions are in the program's repository; bundle %s names their hashes.", id),
				a.asked("19", "Patient and public involvement", "involvement"),
			}},
			{"Results", []Field{
				told("20a", "Flow of people", "Counts of those known, withheld, outside the population and evaluated are in the training's and the night's report, under disclosure control. %d rows were fitted on, %d evaluated; of the latter %d died first and %d left first.", b.TrainRows, b.TestRows, first.Deaths, first.Left),
				told("20b", "Characteristics", "By age, sex, ethnic group, deprivation and practice in the report and on the page of the population; how many have each predictor in the feature reference of the site."),
				told("20c", "Development against evaluation", "Every person is in both in turn, by cross-fitting. Over the index dates, deaths per 1,000 person-years %s; leavers %s.", registry.BesideExpected(b.DeathsPer1000, b.ExpectedDeathsPer1000), registry.BesideExpected(b.LeaversPer1000, b.ExpectedLeaversPer1000)),
				told("21", "People and events in each analysis", "%d people and %.0f events (weighted) at %s.", e.People, e.Events, b.TestIndex),
				told("22", "The model in full", "Bundle %s holds every tree, coefficient and the calibration curve, as JSON with a hash; from it the score of any row can be worked out anew.", id),
				told("23a", "Performance", "%s", performance(b)),
				told("23b", "Heterogeneity of performance", "%s", spread(b)),
				told("24", "Results of updating", "Calibration before and after Platt's method is in the training's report; the figures here are after it."),
			}},
			{"Discussion", []Field{
				told("25", "Interpretation", "A ranking aid. %s Equal accuracy overall does not mean equal accuracy in each group: read item 23b.", slope(float64(e.Slope.Value))),
				told("26", "Limitations", "One site; routine coding; history from before the first delivery is what the sources say of it. Once lists are worked, admissions prevented look like risk that was never there. Test it again before use elsewhere, and after a change of coding, of data set or of services."),
				told("27a", "Poor or missing input at use", "A night stops where a feed broke off or shrank; a source that is old is said on every page; a person with little history is counted as such."),
				told("27b", "What users need", "No clinical or technical training to read a list. Teams choose whom to ring, and may put a person aside with a coded reason; nothing happens to a person without a named human act in the audit."),
				a.asked("27c", "Next steps", "next", "Predicted against observed is to be read again when the first lists' outcomes are due."),
			}},
		},
	}
}
