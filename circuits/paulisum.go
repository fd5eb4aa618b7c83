package circuits

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Plus returns s + t, each Pauli string once, in the order in which it first occurs; strings
// whose coefficients add up to 0 are left out. The result shares strings with s and t, which
// must not be modified. The sum with nil, which is zero, collects the terms of s.
func (s PauliSum) Plus(t PauliSum) PauliSum {
	c := newCollected(len(s) + len(t))
	for _, terms := range [...]PauliSum{s, t} {
		for _, term := range terms {
			c.add(term.String, complex(term.Coef, 0))
		}
	}
	return c.sum()
}

// Scale returns v·s, with the terms of s in their order.
func (s PauliSum) Scale(v float64) PauliSum {
	out := make(PauliSum, len(s))
	for i, t := range s {
		out[i] = PauliTerm{v * t.Coef, t.String}
	}
	return out
}

// Times returns the operator product s·t, each Pauli string once, in the order in which it first
// occurs, as X·Y = iZ and cyclically. It is an observable if s and t commute: else a string has
// an imaginary coefficient, which gives [ErrNotHermitian]. What rounding may leave of imaginary
// parts that cancel, 10⁻¹² of them, counts as 0. Errors of s and t are those of
// [PauliSum.Validate].
func (s PauliSum) Times(t PauliSum) (PauliSum, error) {
	for _, sum := range [...]PauliSum{s, t} {
		if err := sum.Validate(); err != nil {
			return nil, err
		}
	}
	c := newCollected(len(s) * len(t))
	for _, a := range s {
		for _, b := range t {
			product, phase := a.String.times(b.String)
			c.add(product, phase*complex(a.Coef*b.Coef, 0))
		}
	}
	const rounding = 1e-12
	for i, coef := range c.coefs {
		if math.Abs(imag(coef)) > rounding*c.sizes[i] {
			return nil, fmt.Errorf("(%v)·(%v) has the term %vi·%v: %w", s, t, imag(coef), PauliSum{{1, c.strings[i]}}, ErrNotHermitian)
		}
	}
	return c.sum(), nil
}

// times returns the string of a·b and its phase, a power of i.
func (a PauliString) times(b PauliString) (PauliString, complex128) {
	out, phase := make(PauliString, 0, len(a)+len(b)), complex128(1)
	for len(a) > 0 && len(b) > 0 {
		f, g := a[0], b[0]
		switch {
		case f.Qubit < g.Qubit:
			out, a = append(out, f), a[1:]
			continue
		case f.Qubit > g.Qubit:
			out, b = append(out, g), b[1:]
			continue
		case f.Pauli == g.Pauli: // the square is the identity
		default:
			third := byte('X' + 'Y' + 'Z' - int(f.Pauli) - int(g.Pauli))
			out = append(out, PauliFactor{f.Qubit, third})
			phase *= 1i
			if (g.Pauli-f.Pauli+3)%3 != 1 { // against the cycle X, Y, Z
				phase = -phase
			}
		}
		a, b = a[1:], b[1:]
	}
	return append(append(out, a...), b...), phase
}

// collected adds up the coefficients of equal strings.
type collected struct {
	strings []PauliString // in the order in which they came
	coefs   []complex128
	sizes   []float64 // sums of absolute values
	index   map[string]int
	key     []byte
}

func newCollected(terms int) *collected {
	return &collected{index: make(map[string]int, terms)}
}

func (c *collected) add(s PauliString, coef complex128) {
	c.key = c.key[:0]
	for _, f := range s {
		c.key = append(binary.AppendVarint(c.key, int64(f.Qubit)), f.Pauli)
	}
	i, seen := c.index[string(c.key)]
	if !seen {
		i = len(c.strings)
		c.index[string(c.key)] = i
		c.strings, c.coefs, c.sizes = append(c.strings, s), append(c.coefs, 0), append(c.sizes, 0)
	}
	c.coefs[i] += coef
	c.sizes[i] += math.Abs(real(coef)) + math.Abs(imag(coef))
}

// sum is the real part.
func (c *collected) sum() PauliSum {
	var out PauliSum
	for i, coef := range c.coefs {
		if real(coef) != 0 {
			out = append(out, PauliTerm{real(coef), c.strings[i]})
		}
	}
	return out
}
