package cli

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/qsim"
)

// basis names the basis states of a state: the characters of its qubits, qubit 0 on the right.
type basis struct {
	qubits int
	active []int // the qubit of each bit of an index
}

func basisOf(s *qsim.State) basis { return basis{s.Qubits(), s.Active()} }

// name is that of index x.
func (b basis) name(x int) string {
	text := []byte(strings.Repeat("0", b.qubits))
	for k, q := range b.active {
		text[b.qubits-1-q] += byte(x >> k & 1)
	}
	return string(text)
}

// index is that of basis state x of all qubits; false where an idle one is 1 in it.
func (b basis) index(x int) (int, bool) {
	if len(b.active) == b.qubits {
		return x, true
	}
	at := 0
	for k, q := range b.active {
		at |= x >> q & 1 << k
		x &^= 1 << q
	}
	return at, x == 0
}

// listed is the number of qubits up to which JSON lists all basis states even if some qubits
// are idle, so that all but 2ᵏ are 0: a megabyte of zeros and commas.
const listed = 20

// writeState prints probabilities or amplitudes.
func (o *simulateOptions) writeState(w io.Writer, s *qsim.State) error {
	a, b := s.Amplitudes(), basisOf(s)
	out := bufio.NewWriter(w)
	switch {
	case !o.JSON:
		o.tabulate(out, b, a)
	case len(b.active) == b.qubits || b.qubits <= listed:
		o.list(out, b, a)
	default:
		o.name(out, b, a)
	}
	return out.Flush()
}

// what names the numbers that are printed.
func (o *simulateOptions) what() string {
	if o.Probabilities {
		return "probabilities"
	}
	return "amplitudes"
}

// appendNumber appends the probability or the amplitude v.
func (o *simulateOptions) appendNumber(text []byte, v complex128) []byte {
	if o.Probabilities {
		return strconv.AppendFloat(text, real(v)*real(v)+imag(v)*imag(v), 'g', -1, 64)
	}
	text = append(strconv.AppendFloat(append(text, '['), real(v), 'g', -1, 64), ", "...)
	return append(strconv.AppendFloat(text, imag(v), 'g', -1, 64), ']')
}

// list prints the numbers of all basis states in order, as an array.
func (o *simulateOptions) list(out *bufio.Writer, b basis, a []complex128) {
	_, _ = fmt.Fprintf(out, "{\n  \"qubits\": %d,\n  %q: [", b.qubits, o.what())
	var text []byte
	for x := range 1 << b.qubits {
		text = append(text[:0], ",\n    "...)
		if x == 0 {
			text = text[1:]
		}
		v := complex128(0)
		if at, ok := b.index(x); ok {
			v = a[at]
		}
		if _, err := out.Write(o.appendNumber(text, v)); err != nil {
			return // Flush repeats it
		}
	}
	_, _ = fmt.Fprintf(out, "\n  ]\n}\n")
}

// name prints the numbers that are not 0 by their basis states, as an object.
func (o *simulateOptions) name(out *bufio.Writer, b basis, a []complex128) {
	_, _ = fmt.Fprintf(out, "{\n  \"qubits\": %d,\n  %q: {", b.qubits, o.what())
	separator := "\n"
	for x, v := range a {
		if v == 0 {
			continue
		}
		if _, err := fmt.Fprintf(out, "%s    %q: %s", separator, b.name(x), o.appendNumber(nil, v)); err != nil {
			return // Flush repeats it
		}
		separator = ",\n"
	}
	_, _ = fmt.Fprintf(out, "\n  }\n}\n")
}

// tabulate prints the basis states whose probability is not negligible, at most
// tableRows, the most probable.
func (o *simulateOptions) tabulate(out io.Writer, b basis, a []complex128) {
	rows, found := mostProbable(a)
	for _, r := range rows {
		if o.State {
			v := a[r.x]
			_, _ = fmt.Fprintf(out, "%s  %+.12f %+.12fi\n", b.name(r.x), real(v), imag(v))
		} else {
			_, _ = fmt.Fprintf(out, "%s  %s  %.12f\n", b.name(r.x), bar(r.p), r.p)
		}
	}
	if found > len(rows) {
		_, _ = fmt.Fprintf(out, "… and %d basis states more, all less probable; --json has them\n", found-len(rows))
	}
}

// probable is a basis state and its probability.
type probable struct {
	x int
	p float64
}

// mostProbable lists in order the basis states that a table shows, and counts those
// whose probability is not negligible.
func mostProbable(a []complex128) (rows []probable, found int) {
	byProbability := func(r, s probable) int { return cmp.Or(cmp.Compare(s.p, r.p), r.x-s.x) }
	for x, v := range a {
		p := real(v)*real(v) + imag(v)*imag(v)
		if p < negligible {
			continue
		}
		found++
		if rows = append(rows, probable{x, p}); len(rows) >= 2*tableRows {
			slices.SortFunc(rows, byProbability)
			rows = rows[:tableRows]
		}
	}
	slices.SortFunc(rows, byProbability)
	rows = rows[:min(len(rows), tableRows)]
	slices.SortFunc(rows, func(r, s probable) int { return r.x - s.x })
	return rows, found
}
