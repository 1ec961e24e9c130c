// Package fhir turns FHIR R4 in JSON into landed rows.
//
// Three shapes are told apart by content: NDJSON (one resource a line), a
// Bundle of any type, and a single resource. The source record, the unit that
// gets one disposition, is the line or the Bundle entry.
//
// Reading and meaning are apart. A reader (json.go) checks one text and fills
// a document; the mapping sees it through Element alone. What a kind of
// resource means is one file each; mappings.go is the list of them.
//
// What the mapping never does: guess a date, a unit or a person; make a fact
// of what was entered in error, refuted, not done or only considered; let
// words that are not from a code system into the dictionary.
package fhir
