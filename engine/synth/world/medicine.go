package world

// Medicine is a product with its dictionary of medicines and devices (dm+d)
// code, empty where this project has none that it could check, and its BNF code
// (presentation or chemical substance).
type Medicine struct {
	Name, DMD, BNF string
	Quantity       int
}

type drug uint8

const (
	amlodipine drug = iota
	ramipril
	atorvastatin
	bisoprolol
	furosemide
	aspirin
	clopidogrel
	apixaban
	metformin
	gliclazide
	salbutamol
	beclometasone
	tiotropium
	sertraline
	citalopram
	olanzapine
	levetiracetam
	methotrexate
	alendronic
	donepezil
	cocareldopa
	omeprazole
	paracetamol
	amoxicillin
	levothyroxine
	contraceptive
	drugs
)

// Medicines are the products in use.
var Medicines = [drugs]Medicine{
	amlodipine:    {"Amlodipine 5mg tablets", "319283006", "0206020A0AAAAAA", 56},
	ramipril:      {"Ramipril 2.5mg tablets", "408050008", "0205051R0", 56},
	atorvastatin:  {"Atorvastatin 20mg tablets", "320030001", "0212000B0AAABAB", 56},
	bisoprolol:    {"Bisoprolol 5mg tablets", "318590006", "0204000H0", 56},
	furosemide:    {"Furosemide 40mg tablets", "317972000", "0202020L0", 56},
	aspirin:       {"Aspirin 75mg gastro-resistant tablets", "319781007", "0209000A0", 56},
	clopidogrel:   {"Clopidogrel 75mg tablets", "319799004", "0209000C0", 56},
	apixaban:      {"Apixaban 5mg tablets", "", "0208020Z0", 112},
	metformin:     {"Metformin 500mg tablets", "325278007", "0601022B0AAABAB", 168},
	gliclazide:    {"Gliclazide 80mg tablets", "325242002", "0601021M0", 112},
	salbutamol:    {"Salbutamol 100micrograms/dose inhaler CFC free", "39113611000001102", "0301011R0AAAPAP", 1},
	beclometasone: {"Beclometasone 100micrograms/dose inhaler CFC free", "", "0302000C0", 1},
	tiotropium:    {"Tiotropium bromide 18microgram inhalation powder capsules", "", "0301020Q0", 30},
	sertraline:    {"Sertraline 100mg tablets", "321960002", "0403030Q0", 56},
	citalopram:    {"Citalopram 20mg tablets", "321987003", "0403030D0", 56},
	olanzapine:    {"Olanzapine 10mg tablets", "", "0402010AB", 56},
	levetiracetam: {"Levetiracetam 500mg tablets", "", "0408010A0", 120},
	methotrexate:  {"Methotrexate 2.5mg tablets", "", "1001030U0", 24},
	alendronic:    {"Alendronic acid 70mg tablets", "", "0606020A0", 8},
	donepezil:     {"Donepezil 10mg tablets", "", "0411000D0", 56},
	cocareldopa:   {"Co-careldopa 25mg/100mg tablets", "", "0409010N0", 168},
	omeprazole:    {"Omeprazole 20mg gastro-resistant capsules", "", "0103050P0AAAAAA", 56},
	paracetamol:   {"Paracetamol 500mg tablets", "322236009", "0407010H0AAAMAM", 100},
	amoxicillin:   {"Amoxicillin 250mg capsules", "323509004", "0501013B0", 21},
	levothyroxine: {"Levothyroxine sodium 50microgram tablets", "", "0602010V0AABWBW", 56},
	contraceptive: {"Ethinylestradiol 30microgram / Levonorgestrel 150microgram tablets", "326324002", "070301000", 63},
}

// drugUse is the share of those with a condition who take the drug.
type drugUse struct {
	drug  drug
	share float64
}
