package fhir

import "leftshift/engine/schema"

const (
	eventTable    = 1 << schema.TableEvent
	documentTable = 1 << schema.TableDocument
	encounterMay  = 1<<schema.TableEvent | 1<<schema.TableEpisode
	patientTables = 1<<schema.TableLink | 1<<schema.TablePerson | 1<<schema.TableRegistration | 1<<schema.TableResidence
)

// mappings says, for each type about a person, what it becomes. Patient and
// Organization have files of their own; every other type is reference only.
var mappings = map[string]*mapping{
	"Condition":           {"subject", eventTable, []string{"recordedDate"}, condition},
	"AllergyIntolerance":  {"patient", eventTable, []string{"recordedDate"}, allergy},
	"Immunization":        {"patient", eventTable, []string{"recorded"}, immunization},
	"Procedure":           {"subject", eventTable, nil, procedure},
	"Observation":         {"subject", eventTable, []string{"issued"}, observation},
	"MedicationRequest":   {"subject", eventTable, []string{"authoredOn"}, medicationRequest},
	"MedicationStatement": {"subject", eventTable, []string{"dateAsserted"}, medicationStatement},
	"MedicationDispense":  {"subject", eventTable, []string{"whenHandedOver", "whenPrepared"}, medicationDispense},
	"Encounter":           {"subject", encounterMay, nil, encounter},
	"ServiceRequest":      {"subject", eventTable, []string{"authoredOn"}, serviceRequest},
	"Flag":                {"subject", eventTable, nil, alert},
	"CarePlan":            {"subject", documentTable, []string{"created"}, carePlan},
	"DocumentReference":   {"subject", documentTable, []string{"date"}, documentReference},
	"Composition":         {"subject", documentTable, []string{"date"}, composition},
}
