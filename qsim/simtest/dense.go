package simtest

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// Amplitudes is the state a circuit makes of |0…0⟩, by multiplication with a
// dense 2ⁿ×2ⁿ matrix for every gate: slow, and without index arithmetic to get
// wrong. Measurements and resets are skipped. The circuit must be valid, and
// weights and features long enough. It is meant for n ≤ 6.
func Amplitudes(c *circuits.Circuit, weights, features []float64) []complex128 {
	a := make([]complex128, 1<<c.Qubits)
	a[0] = 1
	for _, op := range c.Ops {
		if op.Gate.Unitary() {
			a = multiply(Matrix(op, c.Qubits, weights, features), a)
		}
	}
	return a
}

// Matrix is the row-major 2ⁿ×2ⁿ matrix of a unitary operation on n qubits: for a
// gate U with controls it is 1 + P₁⊗(U−1), P₁ the projector on all controls 1,
// where every entry (U−1)[r,c]·|r⟩⟨c| is a Kronecker product of n 2×2 matrices.
func Matrix(op circuits.Op, n int, weights, features []float64) []complex128 {
	values := make([]float64, len(op.Angles))
	for k, a := range op.Angles {
		values[k] = a.Eval(weights, features)
	}
	out := identity(1 << n)
	if op.Gate == circuits.GateBarrier {
		return out
	}
	controls := op.Gate.Spec().Controls
	targets := op.Qubits[controls:]
	d := 1 << len(targets)
	for entry, v := range op.TargetMatrix(values) {
		r, c := entry/d, entry%d
		if r == c {
			v--
		}
		if v == 0 {
			continue
		}
		factors := identities(n)
		for _, q := range op.Qubits[:controls] {
			factors[q] = unit(1, 1)
		}
		for i, q := range targets {
			factors[q] = unit(r>>i&1, c>>i&1)
		}
		for i, w := range kronAll(factors) {
			out[i] += v * w
		}
	}
	return out
}

// Expectation is ⟨a|O|a⟩ by the dense matrix of every Pauli string.
func Expectation(a []complex128, o circuits.PauliSum) float64 {
	n := 0
	for 1<<n < len(a) {
		n++
	}
	sum := 0.0
	for _, t := range o {
		factors := identities(n)
		for _, f := range t.String {
			factors[f.Qubit] = pauli(f.Pauli)
		}
		for x, v := range multiply(kronAll(factors), a) {
			sum += t.Coef * real(cmplx.Conj(a[x])*v)
		}
	}
	return sum
}

// Distribution is the exact distribution of the outcomes that sampling c draws
// from: over the classical bits, or over all qubits when there are none. It
// follows every branch of every measurement and reset, wherever they stand. All branches go
// on by one operation at a time, so that those that have come to the same place with the
// same state can go on as one: of nested loops there would be more and more.
func Distribution(c *circuits.Circuit, weights, features []float64) map[uint64]float64 {
	start := make([]complex128, 1<<c.Qubits)
	start[0] = 1
	loops, _ := c.Loops()
	out := make(map[uint64]float64)
	for front := []branch{{a: start, vars: c.Zeros()}}; len(front) > 0; {
		var next []branch
		for _, b := range front {
			if b.at == len(c.Ops) {
				b.count(out, c)
				continue
			}
			for _, after := range b.after(c, loops, weights, features) {
				next = after.join(next)
			}
		}
		front = next
	}
	return out
}

// impossible is a probability that is 0 but for rounding.
const impossible = 1e-14

// branch is one history of measurements and resets.
type branch struct {
	a    []complex128 // not normalised: its squared norm is the branch's probability
	key  uint64       // the classical bits
	vars []circuits.Number
	at   int // operation
}

// count adds the probabilities of the outcomes of a branch that has ended.
func (b branch) count(out map[uint64]float64, c *circuits.Circuit) {
	for x, v := range b.a {
		key := b.key & (1<<(c.Clbits-c.Hidden) - 1)
		if c.Clbits == 0 {
			key = uint64(x)
		}
		if p := real(v)*real(v) + imag(v)*imag(v); p > impossible {
			out[key] += p
		}
	}
}

// join adds b to others, or its probability to one of them that differs from it by a
// factor alone: whatever follows is the same for both.
func (b branch) join(others []branch) []branch {
	for i, o := range others {
		if o.at != b.at || o.key != b.key || !slices.Equal(o.vars, b.vars) {
			continue
		}
		p, q, overlap := norm2(o.a), norm2(b.a), complex128(0)
		for x, v := range o.a {
			overlap += cmplx.Conj(v) * b.a[x]
		}
		if same := real(overlap)*real(overlap) + imag(overlap)*imag(overlap); math.Abs(same-p*q) > 1e-13*p*q {
			continue
		}
		both := complex(math.Sqrt((p+q)/p), 0)
		others[i].a = slices.Clone(o.a)
		for x := range o.a {
			others[i].a[x] *= both
		}
		return others
	}
	return append(others, b)
}

// after is the branches that b becomes by its next operation.
func (b branch) after(c *circuits.Circuit, loops map[int]int, weights, features []float64) []branch {
	op, n, at := c.Ops[b.at], c.Qubits, b.at
	b.at++
	switch {
	case op.If != nil && !b.holds(*op.If):
		if op.Gate == circuits.GateLoop {
			b.at = loops[at] + 1
		}
	case op.Gate == circuits.GateLoop:
	case op.Gate == circuits.GateEnd:
		b.at = loops[at]
	case op.Gate == circuits.GateSet:
		number, _ := op.Value.Test.Eval(b.memory())
		b.vars = slices.Clone(b.vars)
		b.vars[op.Clbit], _ = c.Vars[op.Clbit].Hold(number)
	case op.Gate == circuits.GateStore:
		one := b.holds(*op.Value)
		if b.key &^= 1 << op.Clbit; one {
			b.key |= 1 << op.Clbit
		}
	case op.Gate.Unitary() || op.Gate == circuits.GateBarrier:
		if len(op.Locals()) > 0 {
			op.Angles = slices.Clone(op.Angles)
			for k, a := range op.Angles {
				op.Angles[k] = circuits.Const(a.In(b.memory()))
			}
		}
		b.a = multiply(Matrix(op, n, weights, features), b.a)
	default:
		return b.split(op, n)
	}
	return []branch{b}
}

// holds reports whether a condition holds, from the text of its numbers.
func (b branch) holds(c circuits.Condition) bool {
	switch {
	case c.Test != nil:
		n, _ := c.Test.Eval(b.memory())
		return n.Value() != 0
	case len(c.All) > 0:
		return !slices.ContainsFunc(c.All, func(c circuits.Condition) bool { return !b.holds(c) })
	case len(c.Any) > 0:
		return slices.ContainsFunc(c.Any, b.holds)
	}
	value := 0
	for i, bit := range c.Bits {
		value += int(b.key>>bit&1) << i
	}
	other := int(c.Value.Int64())
	return map[circuits.Comparison]bool{
		"==": value == other, "!=": value != other, "<": value < other, "<=": value <= other, ">": value > other, ">=": value >= other,
	}[c.Is]
}

// memory is what expressions read.
func (b branch) memory() *circuits.Memory {
	m := &circuits.Memory{Bits: make([]bool, 64), Vars: b.vars}
	for i := range m.Bits {
		m.Bits[i] = b.key>>i&1 == 1
	}
	return m
}

// split is the branches of a measurement or reset.
func (b branch) split(op circuits.Op, n int) []branch {
	var out []branch
	for bit := range 2 {
		a := multiply(project(op.Qubits[0], bit, n), b.a)
		key := b.key
		if op.Gate == circuits.GateMeasure {
			key = key&^(1<<op.Clbit) | uint64(bit)<<op.Clbit
		} else if bit == 1 {
			a = multiply(Matrix(circuits.Op{Gate: circuits.GateX, Qubits: op.Qubits}, n, nil, nil), a)
		}
		if norm2(a) > impossible {
			out = append(out, branch{a, key, b.vars, b.at})
		}
	}
	return out
}

// project is the projector on outcome bit of one qubit.
func project(qubit, bit, n int) []complex128 {
	factors := identities(n)
	factors[qubit] = unit(bit, bit)
	return kronAll(factors)
}

// identities is n 2×2 identity matrices.
func identities(n int) [][]complex128 {
	f := make([][]complex128, n)
	for q := range f {
		f[q] = identity(2)
	}
	return f
}

// kronAll is f[n−1]⊗…⊗f[1]⊗f[0]: factor 0 is the least significant.
func kronAll(f [][]complex128) []complex128 {
	out, d := []complex128{1}, 1
	for _, m := range f {
		next := make([]complex128, 4*d*d)
		for i, v := range m {
			if v == 0 {
				continue
			}
			for r := range d {
				for c := range d {
					next[(i/2*d+r)*2*d+i%2*d+c] = v * out[r*d+c]
				}
			}
		}
		out, d = next, 2*d
	}
	return out
}

// unit is |r⟩⟨c| on one qubit.
func unit(r, c int) []complex128 {
	m := make([]complex128, 4)
	m[2*r+c] = 1
	return m
}

func pauli(letter byte) []complex128 {
	switch letter {
	case 'X':
		return []complex128{0, 1, 1, 0}
	case 'Y':
		return []complex128{0, -1i, 1i, 0}
	}
	return []complex128{1, 0, 0, -1}
}

func identity(d int) []complex128 {
	m := make([]complex128, d*d)
	for i := range d {
		m[i*d+i] = 1
	}
	return m
}

func multiply(m, v []complex128) []complex128 {
	out := make([]complex128, len(v))
	for r := range out {
		for c, w := range v {
			out[r] += m[r*len(v)+c] * w
		}
	}
	return out
}

func norm2(a []complex128) float64 {
	sum := 0.0
	for _, v := range a {
		sum += real(v)*real(v) + imag(v)*imag(v)
	}
	return sum
}
