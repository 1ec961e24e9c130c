package outcome

import (
	_ "embed"
	"encoding/csv"
	"strconv"
	"strings"

	"leftshift/engine"
)

// Central death rates m_x, a year, by single year of age: Office for National
// Statistics, National life tables: United Kingdom, 2018 to 2020 (Open
// Government Licence v3.0). England, 84 in 100 of its people, has rates a
// few in 100 lower, which bounds of half and double do not notice; the table
// holds the pandemic's first year. Everyone of 100 and over has the last rate.
//
//go:embed lifetable.csv
var lifeTable string

// ages are those of the table, 0 to 100.
const ages = 101

// deathRates are by age, for males and females.
var deathRates = readLifeTable(lifeTable)

func readLifeTable(text string) (out [2][ages]float64) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != ages+1 {
		panic("outcome: lifetable.csv is not the table of ages 0 to 100")
	}
	for age, row := range rows[1:] {
		for k := range out {
			v, err := strconv.ParseFloat(row[k+1], 64)
			if err != nil || row[0] != strconv.Itoa(age) || v <= 0 || v >= 1 {
				panic("outcome: lifetable.csv has a faulty row of age " + strconv.Itoa(age))
			}
			out[k][age] = v
		}
	}
	return out
}

// deathRate is a year, for a whole age on the index date; for who is neither
// stated male nor female, the mean of both.
func deathRate(sex engine.Sex, age int) float64 {
	age = min(age, ages-1)
	switch sex {
	case engine.Male:
		return deathRates[0][age]
	case engine.Female:
		return deathRates[1][age]
	}
	return (deathRates[0][age] + deathRates[1][age]) / 2
}

// ExpectedLeaving is how many of 1,000 people leave an area in a year, unless a
// site declares its own. 2.85 million residents moved between local authorities
// of England and Wales in the year to June 2015, of 57.6 million (Office for
// National Statistics, Internal migration, England and Wales: year ending June
// 2015): 50 in 1,000. Moves within a local authority, and between the practices
// of the extract, do not leave it; moves abroad do, and are fewer than 10. A
// care system of several authorities has fewer leavers, one practice or a
// university town more: hence the bounds of half and double.
const ExpectedLeaving = 50.0

// manyExpected is how many deaths or leavers must be expected before an
// observed number is judged: fewer than half of 30, or more than double, come
// by chance less than once in 1,000 extracts (Poisson).
const manyExpected = 30
