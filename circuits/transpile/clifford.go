package transpile

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/synth"
)

// segment is a block of Clifford gates and what follows it.
type segment struct {
	clifford, rest []circuits.Op
}

// segments cuts c into blocks of Clifford gates that are as large as possible and
// what is between them. On every qubit and bit the order stays.
func segments(c *circuits.Circuit) []segment {
	// level is the segment that the next Clifford gate on a wire may be in; open
	// says that what is no Clifford gate may still be in the one before.
	level, open := make([]int, c.Qubits+c.Clbits), make([]bool, c.Qubits+c.Clbits)
	var out []segment
	for i := range c.Ops {
		op := &c.Ops[i]
		wires := slices.Clone(op.Qubits)
		for b := range bitsOf(op) {
			wires = append(wires, c.Qubits+b)
		}
		clifford, at := isClifford(op), 0
		for _, w := range wires {
			if l := level[w]; open[w] && !clifford {
				at = max(at, l-1)
			} else {
				at = max(at, l)
			}
		}
		for len(out) <= at {
			out = append(out, segment{})
		}
		if clifford {
			out[at].clifford = append(out[at].clifford, *op)
		} else {
			out[at].rest = append(out[at].rest, *op)
			at++
		}
		for _, w := range wires {
			level[w], open[w] = at, !clifford
		}
	}
	return out
}

// resynthesize puts c on the connected places of layout by writing each of its
// Clifford blocks anew for them. It reports false if that cannot be done: c has
// other gates on two qubits that end up apart.
func resynthesize(ctx context.Context, cuts []segment, c *circuits.Circuit, g *graph, layout []int, rng *rand.Rand) (out routed, work int, ok bool) {
	if len(layout) > 64 || len(layout) == 0 {
		return routed{}, 0, false
	}
	s := &resynthesis{
		graph: g, layout: layout, rng: rng, beside: make([]uint64, len(layout)), at: make([]int, len(layout)),
		out: routed{initial: slices.Clone(layout), circuit: like(c, g.n)},
	}
	for k, p := range layout {
		s.at[k] = k
		for j, q := range layout {
			if g.adjacent(p, q) {
				s.beside[k] |= 1 << j
			}
		}
	}
	for _, cut := range cuts {
		if ctx.Err() != nil || !s.block(cut.clifford) {
			return routed{}, s.work, false
		}
		for _, op := range cut.rest {
			if isTwoQubit(&op) && !s.near(op) {
				return routed{}, s.work, false
			}
			s.emit(op, func(q int) int { return s.at[q] })
		}
	}
	for _, place := range s.at {
		s.out.final = append(s.out.final, layout[place])
	}
	s.out.cost, s.out.depth = costOf(s.out.circuit.Ops, g.n)
	return s.out, s.work, true
}

// resynthesis is the state of resynthesize. Place k is layout[k] on the device.
type resynthesis struct {
	graph  *graph
	layout []int
	beside []uint64
	at     []int // place of each qubit
	rng    *rand.Rand
	out    routed
	work   int
}

// emit appends op, whose qubits are at the places that at gives.
func (s *resynthesis) emit(op circuits.Op, at func(q int) int) {
	qubits := make([]int, len(op.Qubits))
	for k, q := range op.Qubits {
		qubits[k] = s.layout[at(q)]
	}
	op.Qubits = qubits
	s.out.circuit.Ops = append(s.out.circuit.Ops, op)
}

func (s *resynthesis) near(op circuits.Op) bool {
	return s.beside[s.at[op.Qubits[0]]]>>s.at[op.Qubits[1]]&1 == 1
}

// reductionWork is about how many swaps a router weighs up in the time of a reduction of
// [synth.Clifford].
const reductionWork = 20

// block appends a block of Clifford gates: as it is where that is possible and not
// longer, else anew.
func (s *resynthesis) block(ops []circuits.Op) bool {
	fits, gates := true, twoQubitGates(ops)
	for i := range ops {
		fits = fits && (!isTwoQubit(&ops[i]) || s.near(ops[i]))
	}
	here := func(q int) int { return s.at[q] }
	if fits && gates < 2 {
		for _, op := range ops {
			s.emit(op, here)
		}
		return true
	}
	limit := 1 << 20
	if fits {
		limit = gates - 1
	}
	anew, ok := synth.Clifford(synth.InverseTableau(len(s.layout), ops, here), s.beside, limit, s.rng)
	s.work += reductionWork * anew.Reductions
	switch {
	case ok:
		for _, op := range anew.Ops {
			s.emit(op, func(q int) int { return q })
		}
		for q, place := range s.at {
			s.at[q] = anew.Final[place]
		}
	case fits:
		for _, op := range ops {
			s.emit(op, here)
		}
	}
	return ok || fits
}
