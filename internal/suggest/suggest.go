// Package suggest finds the word a person probably meant.
package suggest

import (
	"fmt"
	"strings"
)

// Nearest returns the candidate with the least edit distance to word, letter case
// aside, if that is at most half of the candidate's length; else "". Of several
// alike the first is taken.
func Nearest(word string, candidates []string) string {
	best, least := "", len(word)+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d < least && 2*d <= len(c) {
			best, least = c, d
		}
	}
	return best
}

// Unknown says that word is none of the candidates, which one was probably meant,
// and which there are: `"adm": unknown optimizer; did you mean "adam"? (adam, sgd)`.
func Unknown(kind, word string, candidates []string) string {
	list := strings.Join(candidates, ", ")
	if best := Nearest(word, candidates); best != "" {
		return fmt.Sprintf("%q: unknown %s; did you mean %q? (%s)", word, kind, best, list)
	}
	return fmt.Sprintf("%q: unknown %s (choose one of %s)", word, kind, list)
}

// distance is the least number of bytes to insert, delete or replace that turns a
// into b (Wagner and Fischer 1974, doi:10.1145/321796.321811).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
