package transpile

import (
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// Names of passes for the tests of package transpile_test.
var (
	OneQubit = oneQubit
	Cancel   = cancel
	Blocks   = blocks
	Absorb   = absorb
	Fold     = fold
	Reversed = reversed
)

// Expand is expand, for tests.
func Expand(t *testing.T, c *circuits.Circuit, target *Target) *circuits.Circuit {
	t.Helper()
	out, err := expand(c, target)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Translate is translate, for tests.
func Translate(t *testing.T, c *circuits.Circuit, target *Target) *circuits.Circuit {
	t.Helper()
	out, err := translate(c, target)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// SplitMeasurements is what splitMeasurements leaves, for tests.
func SplitMeasurements(c *circuits.Circuit) *circuits.Circuit {
	out, _ := splitMeasurements(c)
	return out
}
