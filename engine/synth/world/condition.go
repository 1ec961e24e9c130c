package world

// Condition is one of the twenty long-term conditions, or care home residence,
// which behaves as one.
type Condition uint8

// The conditions, in the order in which those present at the start are drawn.
const (
	Hypertension Condition = iota
	Diabetes
	CoronaryDisease
	HeartFailure
	AtrialFibrillation
	Stroke
	KidneyDisease
	COPD
	Asthma
	Cancer
	Dementia
	Depression
	MentalIllness
	Epilepsy
	RheumatoidArthritis
	Osteoporosis
	ArterialDisease
	LiverDisease
	Parkinsons
	LearningDisability
	CareHome
	conditions
)

// Code is a code with its words.
type Code struct{ Code, Term string }

// ConditionFact is what the world knows of a condition.
type ConditionFact struct {
	Name string
	// Codes are SNOMED CT codes by which practices record it (all of them in
	// the NHS primary care reference sets of the condition, or in the electronic
	// frailty index for Parkinson's disease).
	Codes []Code
	// ICD is the ICD-10 code as a secondary diagnosis, without a dot, four
	// characters with X as filler; Acute are the primary diagnoses it leads to.
	ICD   string
	Acute []string
	// prevalence at ages 0, 10 ... 100, in per cent, before deprivation.
	prevalence [11]float64
	// odds multiplier for men, and for each decile away from the middle.
	male, deprived float64
	// raises are conditions that are likelier after this one: factor on onset.
	raises []raise
	// Admission, Attendance, SameDay and Fall are added to the yearly rate of
	// each kind of event, Death to the yearly rate of dying.
	Admission, Attendance, SameDay, Fall, Death float64
	// contacts a year with the practice, and the medicines taken.
	contacts float64
	drugs    []drugUse
}

type raise struct {
	c Condition
	f float64
}

// Conditions are the facts, by condition. Prevalence follows the shape of
// published English figures (Quality and Outcomes Framework, Health Survey for
// England); all rates are invented.
var Conditions = [conditions]ConditionFact{
	Hypertension: {Name: "hypertension", Codes: []Code{{"59621000", "Essential hypertension"}, {"38341003", "Hypertensive disorder"}},
		ICD: "I10X", Acute: []string{"I10X", "R040"}, prevalence: [11]float64{0, 0, .2, 2, 7, 17, 30, 44, 54, 56, 55}, male: 1.1, deprived: 1.02,
		raises:    []raise{{CoronaryDisease, 1.5}, {Stroke, 1.7}, {KidneyDisease, 1.8}, {HeartFailure, 1.4}, {AtrialFibrillation, 1.4}},
		Admission: .004, Attendance: .01, SameDay: .004, Fall: .002, Death: .001, contacts: .8, drugs: []drugUse{{amlodipine, .7}, {ramipril, .55}}},
	Diabetes: {Name: "diabetes_type_2", Codes: []Code{{"44054006", "Diabetes mellitus type 2"}},
		ICD: "E119", Acute: []string{"E111", "E162", "L031"}, prevalence: [11]float64{0, .01, .1, 1, 4, 8, 13, 17, 18, 15, 12}, male: 1.3, deprived: 1.07,
		raises:    []raise{{CoronaryDisease, 1.7}, {KidneyDisease, 2}, {Stroke, 1.4}, {ArterialDisease, 2}, {HeartFailure, 1.5}},
		Admission: .03, Attendance: .03, SameDay: .01, Fall: .01, Death: .006, contacts: 2, drugs: []drugUse{{metformin, .85}, {gliclazide, .25}, {atorvastatin, .7}}},
	CoronaryDisease: {Name: "coronary_heart_disease", Codes: []Code{{"414545008", "Ischaemic heart disease"}, {"53741008", "Coronary arteriosclerosis"}},
		ICD: "I251", Acute: []string{"I214", "I200", "R074"}, prevalence: [11]float64{0, 0, 0, .1, .5, 1.8, 4.2, 7.5, 11, 13, 13}, male: 1.8, deprived: 1.06,
		raises:    []raise{{HeartFailure, 2.5}, {AtrialFibrillation, 1.5}},
		Admission: .07, Attendance: .06, SameDay: .03, Fall: .01, Death: .007, contacts: 1.2, drugs: []drugUse{{aspirin, .75}, {atorvastatin, .8}, {bisoprolol, .6}}},
	HeartFailure: {Name: "heart_failure", Codes: []Code{{"84114007", "Heart failure"}, {"42343007", "Congestive heart failure"}},
		ICD: "I509", Acute: []string{"I500", "I501", "I509"}, prevalence: [11]float64{0, 0, 0, .03, .1, .3, .8, 1.8, 4, 7.5, 9}, male: 1.3, deprived: 1.05,
		raises:    []raise{{AtrialFibrillation, 2}, {KidneyDisease, 1.7}},
		Admission: .24, Attendance: .1, SameDay: .05, Fall: .05, Death: .05, contacts: 3, drugs: []drugUse{{furosemide, .8}, {bisoprolol, .6}, {ramipril, .5}}},
	AtrialFibrillation: {Name: "atrial_fibrillation", Codes: []Code{{"49436004", "Atrial fibrillation"}, {"282825002", "Paroxysmal atrial fibrillation"}},
		ICD: "I489", Acute: []string{"I489", "R002"}, prevalence: [11]float64{0, 0, 0, .1, .3, .8, 2.2, 5, 10, 14, 15}, male: 1.3, deprived: 1,
		raises:    []raise{{Stroke, 2}, {HeartFailure, 1.8}},
		Admission: .06, Attendance: .06, SameDay: .05, Fall: .02, Death: .01, contacts: 1.5, drugs: []drugUse{{apixaban, .85}, {bisoprolol, .6}}},
	Stroke: {Name: "stroke_or_tia", Codes: []Code{{"230690007", "Cerebrovascular accident"}, {"266257000", "Transient ischaemic attack"}},
		ICD: "I694", Acute: []string{"I639", "G459"}, prevalence: [11]float64{0, 0, .05, .1, .3, .9, 2, 4, 7.5, 11, 12}, male: 1.2, deprived: 1.05,
		raises:    []raise{{Dementia, 1.7}, {Epilepsy, 2}, {CareHome, 1.6}},
		Admission: .08, Attendance: .05, SameDay: .03, Fall: .08, Death: .012, contacts: 1.2, drugs: []drugUse{{clopidogrel, .8}, {atorvastatin, .7}}},
	KidneyDisease: {Name: "chronic_kidney_disease", Codes: []Code{{"433144002", "Chronic kidney disease stage 3"}, {"700378005", "Chronic kidney disease stage 3A"}, {"431857002", "Chronic kidney disease stage 4"}},
		ICD: "N183", Acute: []string{"N179", "E875"}, prevalence: [11]float64{0, .02, .1, .2, .6, 1.5, 4, 10, 21, 31, 35}, male: .9, deprived: 1.03,
		raises:    []raise{{HeartFailure, 1.4}},
		Admission: .07, Attendance: .04, SameDay: .02, Fall: .02, Death: .012, contacts: 1},
	COPD: {Name: "copd", Codes: []Code{{"13645005", "Chronic obstructive lung disease"}, {"313296004", "Mild chronic obstructive pulmonary disease"}, {"313297008", "Moderate chronic obstructive pulmonary disease"}},
		ICD: "J449", Acute: []string{"J440", "J441", "J449"}, prevalence: [11]float64{0, 0, 0, .2, .9, 2.5, 5.5, 8.5, 9, 7, 6}, male: 1.1, deprived: 1.15,
		raises:    []raise{{HeartFailure, 1.5}},
		Admission: .19, Attendance: .08, SameDay: .03, Fall: .03, Death: .02, contacts: 2, drugs: []drugUse{{tiotropium, .7}, {salbutamol, .9}}},
	Asthma: {Name: "asthma", Codes: []Code{{"195967001", "Asthma"}, {"389145006", "Allergic asthma"}},
		ICD: "J459", Acute: []string{"J459", "J46X"}, prevalence: [11]float64{1, 7, 9, 8.5, 8.5, 8.5, 9, 9, 8.5, 7, 6}, male: .85, deprived: 1.02,
		Admission: .025, Attendance: .05, SameDay: .005, Fall: 0, Death: .0005, contacts: .8, drugs: []drugUse{{salbutamol, .7}, {beclometasone, .6}}},
	Cancer: {Name: "cancer", Codes: []Code{{"363346000", "Malignant neoplastic disease"}, {"254637007", "Non-small cell lung cancer"}, {"363406005", "Malignant neoplasm of colon"}},
		ICD: "C189", Acute: []string{"C349", "C189", "D70X"}, prevalence: [11]float64{.02, .05, .25, .7, 1.9, 4, 8, 14, 17, 18, 17}, male: 1, deprived: .99,
		Admission: .12, Attendance: .06, SameDay: .08, Fall: .02, Death: .035, contacts: 1.6, drugs: []drugUse{{omeprazole, .4}}},
	Dementia: {Name: "dementia", Codes: []Code{{"52448006", "Dementia"}, {"26929004", "Alzheimer's disease"}, {"429998004", "Vascular dementia"}},
		ICD: "F03X", Acute: []string{"F059", "N390"}, prevalence: [11]float64{0, 0, 0, 0, .02, .1, .5, 2, 8, 20, 32}, male: .8, deprived: 1.03,
		raises:    []raise{{CareHome, 5}},
		Admission: .17, Attendance: .08, SameDay: .01, Fall: .25, Death: .06, contacts: 1.8, drugs: []drugUse{{donepezil, .5}}},
	Depression: {Name: "depression", Codes: []Code{{"35489007", "Depressive disorder"}, {"310495003", "Mild depression"}},
		ICD: "F329", Acute: []string{"T424", "F329", "T391"}, prevalence: [11]float64{0, .5, 11, 16, 18, 19, 17, 14, 13, 12, 11}, male: .6, deprived: 1.06,
		raises:    []raise{{LiverDisease, 1.5}},
		Admission: .028, Attendance: .12, SameDay: .01, Fall: .01, Death: .001, contacts: 2, drugs: []drugUse{{sertraline, .5}, {citalopram, .2}}},
	MentalIllness: {Name: "severe_mental_illness", Codes: []Code{{"58214004", "Schizophrenia"}, {"13746004", "Bipolar disorder"}, {"69322001", "Psychotic disorder"}},
		ICD: "F209", Acute: []string{"F209", "F319", "T424"}, prevalence: [11]float64{0, 0, .5, .9, 1.2, 1.3, 1.3, 1.1, 1, .9, .8}, male: 1.1, deprived: 1.12,
		Admission: .09, Attendance: .35, SameDay: .01, Fall: .01, Death: .006, contacts: 2, drugs: []drugUse{{olanzapine, .7}}},
	Epilepsy: {Name: "epilepsy", Codes: []Code{{"84757009", "Epilepsy"}, {"230381009", "Localisation-related epilepsy"}},
		ICD: "G409", Acute: []string{"G409", "R568", "G419"}, prevalence: [11]float64{.2, .6, .7, .8, .8, .9, 1, 1.1, 1.2, 1.3, 1.2}, male: 1, deprived: 1.06,
		Admission: .12, Attendance: .2, SameDay: .01, Fall: .02, Death: .005, contacts: 1, drugs: []drugUse{{levetiracetam, .8}}},
	RheumatoidArthritis: {Name: "rheumatoid_arthritis", Codes: []Code{{"69896004", "Rheumatoid arthritis"}},
		ICD: "M069", Acute: []string{"M069", "J189"}, prevalence: [11]float64{0, 0, .1, .2, .5, .9, 1.5, 2, 2.2, 2, 1.8}, male: .45, deprived: 1.02,
		raises:    []raise{{Osteoporosis, 1.8}},
		Admission: .035, Attendance: .03, SameDay: .02, Fall: .02, Death: .004, contacts: 1.5, drugs: []drugUse{{methotrexate, .7}}},
	Osteoporosis: {Name: "osteoporosis", Codes: []Code{{"64859006", "Osteoporosis"}},
		ICD: "M819", Acute: []string{"M800", "S320", "S720"}, prevalence: [11]float64{0, 0, 0, .05, .2, .8, 2.5, 6, 11, 15, 16}, male: .2, deprived: 1,
		Admission: .025, Attendance: .03, SameDay: .01, Fall: .06, Death: .002, contacts: .5, drugs: []drugUse{{alendronic, .7}}},
	ArterialDisease: {Name: "peripheral_arterial_disease", Codes: []Code{{"399957001", "Peripheral arterial occlusive disease"}, {"63491006", "Intermittent claudication"}},
		ICD: "I739", Acute: []string{"I702", "L031"}, prevalence: [11]float64{0, 0, 0, .03, .2, .6, 1.5, 3, 4, 4.5, 4.5}, male: 1.6, deprived: 1.1,
		Admission: .07, Attendance: .04, SameDay: .02, Fall: .02, Death: .01, contacts: .6, drugs: []drugUse{{clopidogrel, .6}, {atorvastatin, .6}}},
	LiverDisease: {Name: "chronic_liver_disease", Codes: []Code{{"328383001", "Chronic liver disease"}, {"19943007", "Cirrhosis of liver"}},
		ICD: "K746", Acute: []string{"K704", "K746", "I850"}, prevalence: [11]float64{0, 0, .05, .2, .5, .8, 1, .9, .7, .5, .4}, male: 1.5, deprived: 1.15,
		Admission: .2, Attendance: .15, SameDay: .03, Fall: .05, Death: .04, contacts: 1, drugs: []drugUse{{omeprazole, .5}}},
	Parkinsons: {Name: "parkinsons_disease", Codes: []Code{{"49049000", "Parkinson's disease"}},
		ICD: "G20X", Acute: []string{"G20X", "J690"}, prevalence: [11]float64{0, 0, 0, 0, .02, .1, .3, .9, 1.8, 2.2, 2}, male: 1.5, deprived: 1,
		raises:    []raise{{Dementia, 2.5}, {CareHome, 2}},
		Admission: .15, Attendance: .06, SameDay: .01, Fall: .35, Death: .04, contacts: 1.2, drugs: []drugUse{{cocareldopa, .9}}},
	LearningDisability: {Name: "learning_disability", Codes: []Code{{"110359009", "Intellectual disability"}, {"416075005", "On learning disability register"}},
		ICD: "F799", Acute: []string{"J189", "K590"}, prevalence: [11]float64{.3, .6, .65, .6, .55, .5, .45, .35, .2, .1, .1}, male: 1.4, deprived: 1.08,
		raises:    []raise{{Epilepsy, 5}},
		Admission: .06, Attendance: .1, SameDay: .01, Fall: .03, Death: .008, contacts: 1.2},
	CareHome: {Name: "care_home_resident", Codes: []Code{{"248171000000108", "Lives in care home"}, {"160734000", "Lives in a nursing home"}},
		ICD: "Z593", Acute: []string{"J690", "N390"}, prevalence: [11]float64{0, 0, .05, .05, .05, .1, .3, .6, 2.5, 8, 18}, male: .8, deprived: 1,
		Admission: .10, Attendance: .05, SameDay: 0, Fall: .4, Death: .14, contacts: 4, drugs: []drugUse{{paracetamol, .7}}},
}

// prevalenceAt is the share of people of an age with the condition.
func (f *ConditionFact) prevalenceAt(age float64) float64 {
	return interpolate(f.prevalence[:], age/10) / 100
}

// interpolate reads a table of values at 0, 1, 2 ... at x, linearly between
// and flat beyond the ends.
func interpolate(table []float64, x float64) float64 {
	if x <= 0 {
		return table[0]
	}
	i := int(x)
	if i >= len(table)-1 {
		return table[len(table)-1]
	}
	return table[i] + (x-float64(i))*(table[i+1]-table[i])
}
