// Package synth makes a synthetic integrated care system as source files in two
// data models, with a planted truth: each person's risk of an emergency
// admission is known exactly, and so is the best that any model could do. All
// people, organisations, places and numbers are invented.
//
// # What lies in the folder
//
//	sources/place_a     FHIR R4 (UK Core) NDJSON; see package fhirout
//	sources/place_b     flat files and SUS-like hospital files; see package flatout
//	sources/reference   organisations, teams, postcodes, small areas with deprivation
//	sources/optouts     national data opt-outs, Type 1 opt-outs, local objections
//	later/              the same shapes: what became known in the days held back
//	truth.parquet       risks by person and index date; see truth.Schema. Never read by the pipeline
//	truth.json          the stated function with all numbers, and the best AUROC by index date
//
// Person i's life depends on the seed and i only, and is the same for any number
// of people, except for the practice and small area, which depend on the size of
// the system. People are made one after another, so memory does not grow.
//
// # The stated function
//
// Ordinary emergency admissions of a person in a month are Poisson with mean
// U * rate, at moments uniform in the month, where
//
//	rate = days/30.4375/12 * season * decile * sex * smoking
//	       * (age term + sum of a term for each condition that counts)
//
// (world.Function; the numbers are in truth.json). A condition counts from the
// fifteenth calendar month after the month of its onset, so that on an index
// date, always the end of a month, the conditions that matter in the next twelve
// months are settled and in the record. U is Gamma with mean 1, one for each
// person for life, and stands in no file. Emergency attendances that end at
// home, same-day emergency care and falls are Poisson with U times functions of
// the same form, so they too tell of U. Nothing else does: onset of conditions,
// death, moves, contacts, medicines, measurements, planned care and every loss or
// delay are independent of U given the state.
//
// Hence the posterior of U after n events of which E were expected (before U) is
// Gamma(k+n, k+E), and the chance of an admission in (D, D+365] before death, with
// moving out as a competing end or not, is a finite sum (package truth). The
// careful observer behind the target AUROC uses the events up to D-92 that the
// record holds by then: stays are at most 45 days and no feed is slower than 45
// days after their end, so only the records marked late come later; those, the
// lost ones and the ones with a spoilt NHS number are a random thinning with a
// known share, which enters E. An observer who sees every event to D gives an
// upper bound, one who knows U the full-state value.
//
// Care by other services (111, ambulance, community and mental health services,
// social care, drug and alcohol treatment; world.Care) is in place B's record
// only, and with documents and care plans has random numbers of its own: without
// it every other file would be the same to the byte. It moves no hazard. A part
// follows from an attendance, admission or fall that the record shows in the
// ordinary way, and tells of the same event; the rest depends on age, sex,
// deprivation, smoking and conditions alone. What it tells early (an incident two
// days after it, a discharge summary a day after) lies within the 92 days that
// the careful observer does without, so the bounds of the target hold.
//
// Eligible on D is who is alive, registered, in hospital for no emergency that
// night, and has a valid NHS number in the records.
//
// # What goes wrong with the records
//
// Lost completely at random: 1 % of emergency admissions, 3 % of other events and
// of further mentions, values, issues and contacts. Late by 93 to 200 days: 2 %,
// in place A and in practices (hospital files of place B hold no date of receipt,
// and are known 45 days after the end). Sent twice under another number: 1 %.
// Entered in error and withdrawn within 45 days of becoming known: 0.5 % of
// practice records, which are then spurious facts; true problems and events are
// never withdrawn. Spoilt NHS numbers: 1 % of hospital rows in place B. A bad
// number in every record: 0.3 % of people. Deaths heard of 60 to 180 days late:
// 6 %. Values without unit or number, onset dates that are a year or a month,
// practices with units of their own. Each condition has one record that is right,
// in time and never lost; so has the smoking status at entry.
//
// # Simplifications
//
//   - Conditions never end, and a new one adds nothing to the hazard, nor to the
//     risk of dying, for fourteen months.
//   - Death does not depend on U or on admissions, so few deaths happen in
//     hospital (in life, about two in five).
//   - The deprivation decile of a person never changes, and is the same in both
//     editions of the index; neither does smoking.
//   - Registrations begin and end on the first of a month; registered_to and
//     period.end are that day, the first of the next registration.
//   - Onset of conditions is drawn once a year from age, sex, deprivation,
//     smoking, other conditions and a vulnerability shared by all conditions.
//   - Overlapping emergency stays are joined: the earlier ends when the later
//     begins. Planned stays that would touch an emergency one do not take place.
//   - Mothers and newborns are not linked; nobody lives with anybody.
//   - A long-term medicine has an issue each 56 days; repeat dispensing between
//     is not shown. Medicines start with the condition and never change.
//   - Place B's practices send no allergies, immunisations, referrals or flags.
//   - In place B the trust's own mark LOCAL_SDEC_FLAG says which zero-day
//     emergency spells are same-day emergency care, until the middle of the
//     period; in place A it is always an Encounter of class SS.
//   - An attendance that led to an admission is recorded beside it (method 21);
//     the observers above ignore it, as it tells of the same event.
//   - A person has one package of care at home, if any; mental health wards are
//     not told apart from other wards.
//   - SNOMED CT codes of conditions occur in NHS primary care reference sets or
//     the electronic frailty index; codes of the Emergency Care Data Set, of
//     observations and of medicines were not checked against a release.
package synth
