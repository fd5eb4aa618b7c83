// Package plural writes numbers of things.
package plural

import "strconv"

// Count is n and the noun of what there are n of: "1 feature", "2 features".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
