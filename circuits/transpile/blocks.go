package transpile

import (
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/internal/matrix"
	"github.com/qnn-go/qnn/circuits/synth"
)

// blocks collects the longest sequences of gates on a pair of qubits that hold no symbols,
// and writes those anew that take fewer of the target's gates on two qubits so, by the KAK
// decomposition of their matrix ([synth.KAK]). A SWAP beside other gates on its pair so
// costs at most as much as it and they need together.
//
// With start set, the circuit begins in |0…0⟩, and what the first gates do to other states
// does not matter: two qubits take one gate to any state, and a first gate on one qubit and
// another that is used already at most two.
func blocks(c *circuits.Circuit, t *Target, start bool) *circuits.Circuit {
	if len(entanglers(t)) == 0 {
		return c
	}
	b := blockCollector{
		target: t, joins: map[[2]int][]circuits.Gate{}, costs: costs{}, fresh: make([]bool, c.Qubits), open: make([]*block, c.Qubits), waiting: make([][]circuits.Op, c.Qubits),
		out: like(c, c.Qubits),
	}
	for q := range b.fresh {
		b.fresh[q] = start
	}
	for _, op := range c.Ops {
		b.add(op)
	}
	for q := range b.open {
		b.end(q)
	}
	appendPhase(b.out, b.phase)
	return b.out
}

// entanglers lists those of the target's gates on two qubits that [synth.KAK.Circuit]
// writes, the preferred one first.
func entanglers(t *Target) []circuits.Gate {
	var out []circuits.Gate
	for _, g := range []circuits.Gate{circuits.GateCX, circuits.GateCZ, circuits.GateECR, circuits.GateRZZ, circuits.GateISWAP} {
		if t.Has(g) {
			out = append(out, g)
		}
	}
	return out
}

// entanglers lists those of them that join a and b, in one order or the other.
func (t *Target) entanglers(a, b int) []circuits.Gate {
	return slices.DeleteFunc(entanglers(t), func(g circuits.Gate) bool { return !t.has(g, a, b) && !t.has(g, b, a) })
}

// block is a sequence of gates on qubits a and b.
type block struct {
	a, b  int
	fresh [2]bool // a and b are in |0⟩ before
	ops   []circuits.Op
	pairs int // number of gates on two qubits
	cost  int // gates of the target that they take one by one

	entanglers []circuits.Gate
}

// blockCollector is the state of [blocks].
type blockCollector struct {
	target  *Target
	joins   map[[2]int][]circuits.Gate // entanglers of a pair of qubits
	costs   costs
	fresh   []bool          // qubits in |0⟩
	open    []*block        // on each qubit
	waiting [][]circuits.Op // gates on a qubit before its first block
	out     *circuits.Circuit
	phase   []circuits.Term
}

func (b *blockCollector) add(op circuits.Op) {
	_, bound := values(op)
	switch {
	case op.Gate == circuits.GateGPhase && op.If == nil:
		b.phase = append(b.phase, op.Angles[0]...)
	case isFence(op) || !bound || len(op.Qubits) > 2:
		for _, q := range op.Qubits {
			b.end(q)
			b.fresh[q] = op.Gate == circuits.GateReset && op.If == nil
		}
		b.out.Ops = append(b.out.Ops, op)
	case len(op.Qubits) == 1:
		q := op.Qubits[0]
		if b.open[q] != nil {
			b.open[q].ops = append(b.open[q].ops, op)
		} else {
			b.waiting[q] = append(b.waiting[q], op)
		}
	default:
		b.pair(op)
	}
}

// pair appends a gate on two qubits to their block, or begins one.
func (b *blockCollector) pair(op circuits.Op) {
	p, q := op.Qubits[0], op.Qubits[1]
	if b.open[p] == nil || b.open[p] != b.open[q] {
		n := &block{a: p, b: q, entanglers: b.entanglers(p, q)}
		for _, x := range op.Qubits {
			if b.open[x] != nil {
				b.end(x)
			}
			n.ops = append(n.ops, b.waiting[x]...)
			b.waiting[x] = nil
		}
		n.fresh = [2]bool{b.fresh[p], b.fresh[q]}
		b.fresh[p], b.fresh[q] = false, false
		b.open[p], b.open[q] = n, n
	}
	n := b.open[p]
	n.ops = append(n.ops, op)
	n.pairs++
	n.cost += b.costs.of(op, n.entanglers)
}

// entanglers are those of a pair of qubits.
func (b *blockCollector) entanglers(p, q int) []circuits.Gate {
	found, ok := b.joins[[2]int{p, q}]
	if !ok {
		found = b.target.entanglers(p, q)
		b.joins[[2]int{p, q}] = found
	}
	return found
}

// end writes what is open on qubit q.
func (b *blockCollector) end(q int) {
	b.out.Ops = append(b.out.Ops, b.waiting[q]...)
	b.waiting[q] = nil
	n := b.open[q]
	if n == nil {
		return
	}
	b.open[n.a], b.open[n.b] = nil, nil
	if best := b.shortest(n); best != nil {
		for _, op := range best.Ops {
			if op.Gate == circuits.GateGPhase {
				b.phase = append(b.phase, op.Angles[0]...)
				continue
			}
			b.out.Ops = append(b.out.Ops, onQubits(op, n.a, n.b))
		}
		return
	}
	b.out.Ops = append(b.out.Ops, n.ops...)
}

// onQubits is op with qubit k moved to qubits[k].
func onQubits(op circuits.Op, qubits ...int) circuits.Op {
	moved := make([]int, len(op.Qubits))
	for k, q := range op.Qubits {
		moved[k] = qubits[q]
	}
	op.Qubits = moved
	return op
}

// shortest returns n in fewer gates on two qubits than it has, on qubits 0 and 1; nil if
// there is no such form.
func (b *blockCollector) shortest(n *block) *circuits.Circuit {
	fresh := n.fresh[0] || n.fresh[1]
	if n.pairs == 1 && n.cost <= 1 && !fresh {
		return nil
	}
	best, fewest := (*circuits.Circuit)(nil), n.cost
	try := func(before *circuits.Circuit, u []complex128) {
		k, err := synth.NewKAK(u)
		if err != nil { // of a matrix that is not unitary but within 1e-9
			return
		}
		for _, g := range n.entanglers {
			if count := k.Count(g); count < fewest {
				written, _ := k.Circuit(g) // of a gate that Count knows
				best, fewest = before.Clone().Concat(written), count
			}
		}
	}
	u := n.matrix()
	try(circuits.New(2), u)
	switch {
	case n.fresh[0] && n.fresh[1] && fewest > 0:
		state := prepare(u)
		try(circuits.New(2), state)
		try(circuits.New(2), matrix.Product(state, circuits.Op{Gate: circuits.GateSWAP}.TargetMatrix(nil))) // |00⟩ stays
	case fresh && fewest > 2: // on |0⟩ and another, RZZ(ψ) is RZ(ψ) on the other
		q := 0
		if n.fresh[0] {
			q = 1
		}
		angle := untwist(u)
		twisted := matrix.Product(u, circuits.Op{Gate: circuits.GateRZZ}.TargetMatrix([]float64{angle}))
		try(circuits.New(2).RZ(circuits.Const(-angle), q), twisted)
	}
	return best
}

// matrix is the product of the gates of n, qubit a the least significant.
func (n *block) matrix() []complex128 {
	u := matrix.Identity(4)
	for _, op := range n.ops {
		p, _ := values(op)
		u = matrix.Product(embedded(op.FullMatrix(p), op.Qubits, n.a), u)
	}
	return u
}

// embedded is the matrix m of a gate on one or two qubits as one of order 4, of which qubit a is
// the least significant.
func embedded(m []complex128, qubits []int, a int) []complex128 {
	first := qubits[0] == a
	if len(qubits) == 2 && first {
		return m
	}
	out := make([]complex128, 16)
	if len(qubits) == 2 {
		exchanged := []int{0, 2, 1, 3}
		for i, v := range m {
			out[4*exchanged[i/4]+exchanged[i%4]] = v
		}
		return out
	}
	step, other := 1, 2
	if !first {
		step, other = 2, 1
	}
	for rest := range 2 {
		for i, v := range m {
			out[4*(i/2*step+rest*other)+i%2*step+rest*other] = v
		}
	}
	return out
}

// costs counts the gates on two qubits that a gate becomes in a target, by the gate and the
// target's.
type costs map[[2]circuits.Gate]int

// of counts for op, whose angles do not matter, unless it is a matrix; the first of the
// entanglers is taken.
func (c costs) of(op circuits.Op, entanglers []circuits.Gate) int {
	if len(entanglers) == 0 { // as the qubits are not neighbours
		return 0
	}
	at := [2]circuits.Gate{op.Gate, entanglers[0]}
	if n, ok := c[at]; ok && op.Gate != circuits.GateUnitary {
		return n
	}
	one := circuits.New(slices.Max(op.Qubits) + 1)
	one.Ops = append(one.Ops, op)
	written, err := synth.Decompose(one, []circuits.Gate{circuits.GateU, circuits.GateRZ, circuits.GateRY, entanglers[0]})
	if err != nil { // of a matrix within 1e-9 of a unitary one
		return math.MaxInt32
	}
	c[at] = written.Count()[entanglers[0]]
	return c[at]
}
