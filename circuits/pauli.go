package circuits

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// PauliFactor is a Pauli matrix on one qubit.
type PauliFactor struct {
	Qubit int
	Pauli byte // 'X', 'Y' or 'Z'
}

// PauliString is a tensor product of Pauli matrices on distinct qubits, in
// ascending order; the identity on all others. The nil PauliString is the
// identity.
type PauliString []PauliFactor

// PauliTerm is Coef times a Pauli string.
type PauliTerm struct {
	Coef   float64
	String PauliString
}

// PauliSum is an observable: a real weighted sum of Pauli strings. The nil
// PauliSum is zero.
type PauliSum []PauliTerm

// PauliX is the observable X on qubit q.
func PauliX(q int) PauliSum { return PauliSum{{1, PauliString{{q, 'X'}}}} }

// PauliY is the observable Y on qubit q.
func PauliY(q int) PauliSum { return PauliSum{{1, PauliString{{q, 'Y'}}}} }

// PauliZ is the observable Z on qubit q.
func PauliZ(q int) PauliSum { return PauliSum{{1, PauliString{{q, 'Z'}}}} }

// Qubits is one more than the highest qubit that s acts on.
func (s PauliSum) Qubits() int {
	n := 0
	for _, t := range s {
		for _, f := range t.String {
			n = max(n, f.Qubit+1)
		}
	}
	return n
}

// Validate checks coefficients, letters and that every string names distinct
// qubits in ascending order.
func (s PauliSum) Validate() error {
	for _, t := range s {
		if math.IsNaN(t.Coef) || math.IsInf(t.Coef, 0) {
			return fmt.Errorf("observable %v: %w", s, ErrNotFinite)
		}
		last := -1
		for _, f := range t.String {
			if f.Pauli < 'X' || f.Pauli > 'Z' {
				return fmt.Errorf("observable: Pauli %q, needs X, Y or Z: %w", f.Pauli, ErrSyntax)
			}
			if f.Qubit < 0 {
				return fmt.Errorf("observable: qubit %d: %w", f.Qubit, ErrRange)
			}
			if f.Qubit <= last {
				return fmt.Errorf("observable: qubits must ascend, %d after %d: %w", f.Qubit, last, ErrDuplicate)
			}
			last = f.Qubit
		}
	}
	return nil
}

// String writes the sum with one factor for each qubit, such as
// Z0*Z1+0.5*X0*X2; [ParsePauliSum] reads it back to the same bits.
func (s PauliSum) String() string {
	if len(s) == 0 {
		return "0"
	}
	var b strings.Builder
	for i, t := range s {
		coef := strconv.FormatFloat(t.Coef, 'g', -1, 64)
		if i > 0 && !strings.HasPrefix(coef, "-") {
			b.WriteByte('+')
		}
		switch {
		case t.Coef == -1 && len(t.String) > 0:
			b.WriteByte('-')
		case t.Coef != 1 || len(t.String) == 0:
			b.WriteString(coef)
			if len(t.String) > 0 {
				b.WriteByte('*')
			}
		}
		for k, f := range t.String {
			if k > 0 {
				b.WriteByte('*')
			}
			fmt.Fprintf(&b, "%c%d", f.Pauli, f.Qubit)
		}
	}
	return b.String()
}

// MarshalText writes s as [PauliSum.String] does.
func (s PauliSum) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what [PauliSum.MarshalText] wrote.
func (s *PauliSum) UnmarshalText(text []byte) error {
	parsed, err := ParsePauliSum(string(text))
	if err != nil {
		return err
	}
	*s = parsed
	return nil
}

// ParsePauliSum reads a weighted sum of Pauli strings. A string is written
// either as a label with qubit 0 on the right, such as ZZI, or as factors with
// their qubits, such as Z1*Z2; for example "ZZI + 0.5*XXI" or "Z0*Z1 - 0.3*X2".
// Spaces are ignored. The error wraps [ErrSyntax] or another cause.
func ParsePauliSum(text string) (PauliSum, error) {
	rest := strings.ReplaceAll(text, " ", "")
	if rest == "" {
		return nil, fmt.Errorf("observable %q: empty: %w", text, ErrSyntax)
	}
	if rest == "0" {
		return nil, nil
	}
	var out PauliSum
	for i := 0; i < len(rest); {
		j := termEnd(rest, i)
		t, err := parsePauliTerm(rest[i:j], len(out) == 0)
		if err != nil {
			return nil, fmt.Errorf("observable %q: %w", text, err)
		}
		out, i = append(out, t), j
	}
	if err := out.Validate(); err != nil {
		return nil, fmt.Errorf("observable %q: %w", text, err)
	}
	return out, nil
}

// termEnd finds the next + or − after position i that is not the sign of an
// exponent.
func termEnd(s string, i int) int {
	for j := i + 1; j < len(s); j++ {
		if (s[j] == '+' || s[j] == '-') && s[j-1] != 'e' && s[j-1] != 'E' {
			return j
		}
	}
	return len(s)
}

func parsePauliTerm(s string, first bool) (PauliTerm, error) {
	t := PauliTerm{Coef: 1}
	switch {
	case s[0] == '-':
		t.Coef, s = -1, s[1:]
	case s[0] == '+':
		s = s[1:]
	case !first:
		return t, fmt.Errorf("unexpected %q: %w", s, ErrSyntax)
	}
	for factor := range strings.SplitSeq(s, "*") {
		if v, err := strconv.ParseFloat(factor, 64); err == nil {
			t.Coef *= v
			continue
		}
		factors, err := parsePauliFactors(factor)
		if err != nil {
			return t, err
		}
		t.String = append(t.String, factors...)
	}
	slices.SortStableFunc(t.String, func(a, b PauliFactor) int { return a.Qubit - b.Qubit })
	return t, nil
}

// parsePauliFactors reads Z12, or a label such as ZIX.
func parsePauliFactors(s string) (PauliString, error) {
	if len(s) > 1 && s[1] >= '0' && s[1] <= '9' && strings.IndexByte("IXYZ", s[0]) >= 0 {
		q, err := strconv.ParseInt(s[1:], 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%q: qubit number: %w", s, ErrSyntax)
		}
		if s[0] == 'I' {
			return nil, nil
		}
		return PauliString{{int(q), s[0]}}, nil
	}
	if s == "" {
		return nil, fmt.Errorf("empty factor: %w", ErrSyntax)
	}
	var out PauliString
	for i := len(s) - 1; i >= 0; i-- {
		switch s[i] {
		case 'I':
		case 'X', 'Y', 'Z':
			out = append(out, PauliFactor{len(s) - 1 - i, s[i]})
		default:
			return nil, fmt.Errorf("%q is neither a number nor a Pauli string of I, X, Y, Z: %w", s, ErrSyntax)
		}
	}
	return out, nil
}
