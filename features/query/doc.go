// Package query is the second executor of the catalogue: it writes the
// features of a plan as SQL, runs it, and finishes what it gathers with the
// kernel's own finishing stage, so that the values are equal to the last bit.
//
// A statement gathers exact integers (finish.Statistics) in long form: one row
// for each person, as-of day and cell in which anything was found. A cell is one
// filter over one window; features that read the same rows share it. Filters of
// one shape share a statement, so a whole catalogue is some dozen statements and
// one feature is one, short enough to read.
//
// The SQL is what standard engines have in common, and no more:
//
//   - whole numbers only: days are numbers since 1970-01-01, values are scaled
//     integers, and division is left to the finishing stage;
//   - sums are cast to BIGINT, since engines differ in what a sum is;
//   - no FILTER, QUALIFY, arg_max, GREATEST, LEAST or lists: CASE, and
//     ROW_NUMBER over a total order where one row is picked;
//   - nulls become numbers before they are compared or ordered;
//   - rows that tie in every column compared are alike, so it does not matter
//     which of them is picked;
//   - names are lower_snake and never quoted.
//
// What engines do not have in common is a Dialect.
package query
