// Package readability says how hard a text is to read, so that tests can hold
// words for the public to a level.
package readability

import (
	"regexp"
	"strings"
)

var (
	stop     = regexp.MustCompile(`[.:?!]\s|[.:?!]$`)
	word     = regexp.MustCompile(`[A-Za-z’'-]+`)
	syllable = regexp.MustCompile(`[aeiouy]+`)
)

// Grade is the Flesch-Kincaid grade of paragraphs of plain text in English, and
// how many words they have: 0.39 words a sentence and 11.8 syllables a word, less
// 15.59 (Kincaid and others, Derivation of new readability formulas for Navy
// enlisted personnel, 1975). A grade is a year of American schooling; add about 5
// for an age. A sentence ends with a full stop, colon, question or exclamation
// mark, or with its paragraph; a syllable is a run of vowels, a last e aside. Of a
// text without a word the grade is -15.59 and words are 0: ask for enough words.
func Grade(paragraphs []string) (grade float64, words int) {
	sentences, syllables := 0, 0
	for _, p := range paragraphs {
		for _, s := range stop.Split(strings.TrimSpace(p), -1) {
			found := word.FindAllString(s, -1)
			for _, w := range found {
				syllables += max(1, len(syllable.FindAllString(strings.TrimSuffix(strings.ToLower(w), "e"), -1)))
			}
			words += len(found)
			if len(found) > 0 {
				sentences++
			}
		}
	}
	return .39*float64(words)/float64(max(1, sentences)) + 11.8*float64(syllables)/float64(max(1, words)) - 15.59, words
}
