// Package flat lands CSV and Parquet files through declared column maps.
//
// A map is a TOML file that says which columns a file has, what names a
// record and whom it is about, when it became known, and which rows of the
// landed tables it makes. Nothing is guessed: a column that a map does not
// declare is not read, a declared one that is missing stops the run, and a
// record that cannot be used is quarantined by line and coded reason.
//
//	name = "place_b/problems"
//	title = "Problem list"
//	delimiter = ","                        # , ; | or a tab; CSV only
//
//	[columns]                              # every column that is used
//	record_id = "text"                     # text, int, decimal or date
//	onset_date = "date partial"            # a year or year and month may stand
//	seen_on = "date uk"                    # ISO unless uk (31/12/2026) or compact (20261231)
//	new_code = "text optional"             # the file may lack it
//
//	[record]
//	id = ["record_id"]                     # the record's own identity
//	recorded = "recorded_date"             # when the source recorded it; leave out if it does not say
//	happened = ["end", "start"]            # first that is filled; for the flow's lag model
//	in_hand = [{ column = "end", filled = false }]   # known on the night it came at the latest: who is in hospital now
//	order = "file"                         # a later row with the same id supersedes on a tie of dates
//	sequence = [["from", "to"]]            # the second day is not before the first
//	retracted = [{ column = "status", is = ["entered-in-error"] }]
//
//	[subject]
//	local = "patient_id"                   # or nhs_number = "...", or none = true
//
//	[identity]                             # goes to the vault, never to the lake
//	nhs_number = "nhs_number"              # checked; ties a local subject to the person
//	family = "family_name"                 # given, birth_date, phone, address, postcode
//
//	[[row]]                                # one row of a landed table
//	table = "event"
//	when = [{ column = "code", filled = true }]   # is = [...], not = [...]; all must hold
//	each = ["DIAG_2", "DIAG_3"]            # one row for each of these that is filled
//	[row.fill]                             # by column of the landed table
//	kind = { is = "problem" }              # a constant
//	day = { column = "onset_date" }        # last_day follows from it
//	end_day = { column = "end", bound = "last" }  # of a partial date; first unless said
//	code = { column = "snomed_code", system = "snomed", display = "term" }
//	status = { column = "status", values = { active = "active" }, missing = "active", otherwise = "ended" }
//
// A cell has one of is, column, first_of = [...] (the first that is filled),
// current = true (the column of each), ordinal = 2 (2 for the first column of
// each, 3 for the second), key = "spell/{PROVIDER}/{SPELL}" (a record key; this
// record's own when a part is empty), this_record = true. With it may stand:
// normalise = "icd10" or "opcs4"; month = true (the first of the month);
// lookup = "lsoa" (postcode to area); unit = "column" and analyte = true for
// a measured value; values, missing and otherwise as above; refuse = true to
// quarantine what values does not list. A value that is not listed, where
// neither otherwise nor refuse is said, is left blank and counted.
package flat
