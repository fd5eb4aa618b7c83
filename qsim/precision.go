package qsim

import (
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/internal/suggest"
)

// Precision is that of a state's amplitudes. Sums over them, so norms, expectation
// values and gradients, are float64 in both. The zero value is Double.
type Precision uint8

const (
	// Double keeps amplitudes as complex128, 16 bytes each.
	Double Precision = iota
	// Single keeps amplitudes as complex64, 8 bytes each: half the memory and up to
	// twice the speed. Each gate rounds an amplitude by up to 6e-8 of its size. The numbers
	// of a gate are rounded up or down so that repeated gates err as often in one direction
	// as in the other: the norm² walks at random around 1, about 5e-8·√gates away, 1e-5 after
	// 10⁵ gates. Ask for double where that is too much.
	Single
)

// String is the name, double or single.
func (p Precision) String() string {
	if names := PrecisionNames(); int(p) < len(names) {
		return names[p]
	}
	return fmt.Sprintf("precision(%d)", uint8(p))
}

// PrecisionNames lists the names that [ParsePrecision] knows, in the order of the
// precisions.
func PrecisionNames() []string { return []string{"double", "single"} }

// ParsePrecision finds a precision by its name.
func ParsePrecision(name string) (Precision, error) {
	names := PrecisionNames()
	if p := slices.Index(names, name); p >= 0 {
		return Precision(p), nil
	}
	return 0, fmt.Errorf("%s", suggest.Unknown("precision", name, names))
}

// AmplitudeBytes is the size of an amplitude: 16, or 8 in single precision.
func (p Precision) AmplitudeBytes() uint64 { return 16 >> p }
