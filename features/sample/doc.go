// Package sample draws random people and random definitions for tests that
// compare executors of the catalogue.
//
// People are few and full of what goes wrong: days on the edges of windows,
// partial dates, duplicates and ties, missing values, versions that were
// withdrawn, rows known late, open and overlapping stays, people without rows
// and rows without people. Definitions are written as TOML and read by
// catalogue.LoadFS, so that they are checked as a user's are.
package sample
