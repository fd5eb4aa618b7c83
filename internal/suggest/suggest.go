// Package suggest finds the word a person probably meant.
package suggest

import (
	"fmt"
	"strings"
)

// Nearest returns the candidate with the least edit distance to word, letter case
// aside, or "" when all are further than two fifths of the longer of the two (one
// edit is always allowed). Of several alike the first is taken.
func Nearest(word string, candidates []string) string {
	const longest = 100 // longer words are no typing errors
	if len(word) > longest {
		return ""
	}
	best, least := "", len(word)+1
	for _, c := range candidates {
		if len(c) > longest {
			continue
		}
		d, longer := distance(strings.ToLower(word), strings.ToLower(c)), max(len(c), len(word))
		if d < least && d < longer && d <= max(1, longer*2/5) {
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

// distance is the number of insertions, deletions, substitutions and swaps
// of neighbours that turn a into b (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(s); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(t)]
}
