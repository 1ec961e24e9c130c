// Package world simulates people month by month and what two places record of
// them. A life comes from the seed and the person's number only; what the
// records delay, lose, double or spoil is drawn apart (Recorder), so that no
// fault of recording ever changes a life. The function by which admissions
// happen is stated in Function, and what a reader of the records could know of
// it is worked out by package truth. Every person, place and number is invented.
package world
