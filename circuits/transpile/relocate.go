package transpile

import (
	"context"
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// relocateWork bounds the placements of a qubit that are tried for one routing at effort 1,
// see [Options.Effort].
const relocateWork = 100_000

// hopelessRate stands for rates of error of 1, which would make all sums infinite.
const hopelessRate = 1 - 1e-9

// relocation looks for the places of the device on which a routed circuit has the lowest
// error, among those with the connections that it uses. It minimises the sum of
// −log(1 − ε) over the rates of error ε of gates and measurements, as Nation and Treinish
// 2023, arXiv:2209.15512. Its qubits are the places that the routing uses, renumbered.
type relocation struct {
	*embedding

	r        *routing
	gates    []map[int]int // how many entanglers each qubit needs with each other one
	measures []bool        // whether each qubit is measured
	single   []int         // how many gates on one qubit each has
	lowest   float64       // the lowest sum so far
	best     []int         // the place of each qubit in that case
}

// relocate moves f to the places where it and the measurements in last have the lowest error
// by the target's rates. It returns f itself if the user gave the layout.
func (r *routing) relocate(ctx context.Context, f routed, last []circuits.Op) routed {
	if r.o.Layout != nil {
		return f
	}
	written := r.write(&f)
	var used []int
	number := make([]int, r.target.Qubits)
	for p := range number {
		number[p] = -1
	}
	use := func(p int) int {
		if number[p] < 0 {
			number[p] = len(used)
			used = append(used, p)
		}
		return number[p]
	}
	for _, p := range f.initial {
		use(p)
	}
	var ops []circuits.Op
	for _, op := range written.Ops {
		moved := op
		moved.Qubits = nil
		for _, p := range op.Qubits {
			moved.Qubits = append(moved.Qubits, use(p))
		}
		ops = append(ops, moved)
	}
	s := r.newRelocation(ops, len(used))
	for _, op := range last {
		s.measures[number[f.final[op.Qubits[0]]]] = true
	}
	s.start(used)
	for _, first := range s.starts() {
		if s.budget <= 0 || ctx.Err() != nil {
			break
		}
		s.try(0, first, 0)
	}
	move := func(places []int) []int {
		out := make([]int, len(places))
		for k, p := range places {
			out[k] = s.best[number[p]]
		}
		return out
	}
	f.initial, f.final = move(f.initial), move(f.final)
	f.steps, f.circuit = nil, written.Like()
	for _, op := range ops {
		f.circuit.Ops = append(f.circuit.Ops, onQubits(op, s.best...))
	}
	return f
}

func (r *routing) newRelocation(ops []circuits.Op, n int) *relocation {
	s := &relocation{
		embedding: newEmbedding(interactions(n, ops), r.graph), r: r,
		gates: make([]map[int]int, n), measures: make([]bool, n), single: make([]int, n),
	}
	s.budget = r.o.work(relocateWork)
	for q := range s.gates {
		s.gates[q] = map[int]int{}
	}
	for i := range ops {
		op := &ops[i]
		switch {
		case isTwoQubit(op):
			n := []int{kindSwap: 3, kindOne: 1, kindTwo: 2, kindFenced: 2}[kindOf(op)]
			s.gates[op.Qubits[0]][op.Qubits[1]] += n
			s.gates[op.Qubits[1]][op.Qubits[0]] += n
		case op.Gate == circuits.GateMeasure:
			s.measures[op.Qubits[0]] = true
		case isOneQubit(*op):
			s.single[op.Qubits[0]]++
		}
	}
	return s
}

// start takes the places that the routing uses for the best so far, and sums up their error.
func (s *relocation) start(used []int) {
	s.best = used
	for k, q := range s.order {
		s.lowest += s.price(q, used[q], func(other int) int {
			if slices.Index(s.order, other) < k {
				return used[other]
			}
			return -1
		})
	}
}

// price is what qubit q on p adds to the sum, by its own gates and those that it has with
// qubits that are placed: at gives their places, and −1 for the others.
func (s *relocation) price(q, p int, at func(other int) int) float64 {
	t := s.r.target
	sum := float64(s.single[q]) * lossOf(t.singleError(p))
	if s.measures[q] {
		sum += lossOf(t.errorOf(circuits.GateMeasure, []int{p}))
	}
	for _, other := range s.pairs[q] { // in a fixed order, so that the sum is the same in every run
		if place := at(other); place >= 0 {
			sum += float64(s.gates[q][other]) * lossOf(t.pairError(p, place))
		}
	}
	return sum
}

func lossOf(rate float64) float64 { return -math.Log1p(-min(rate, hopelessRate)) }

// try puts the k-th qubit of the order on p and all that follow on other places, in every
// way whose sum stays below the lowest so far, and keeps the best. sum is that of the qubits
// placed before.
func (s *relocation) try(k, p int, sum float64) {
	q := s.order[k]
	if !s.fits(q, p) || s.budget <= 0 {
		return
	}
	s.budget--
	if sum += s.price(q, p, func(other int) int { return s.at[other] }); sum >= s.lowest {
		return
	}
	s.at[q], s.taken[p] = p, true
	if k+1 == len(s.order) {
		s.lowest, s.best = sum, slices.Clone(s.at)
	} else {
		for _, next := range s.candidates(s.order[k+1]) {
			s.try(k+1, next, sum)
		}
	}
	s.at[q], s.taken[p] = -1, false
}

// singleError is the largest rate of error of the gates on one qubit that q has.
func (t *Target) singleError(q int) float64 {
	rate := 0.0
	for _, n := range t.Gates {
		if n.Gate.Unitary() && n.Gate.Spec().Qubits == 1 {
			rate = max(rate, t.errorOf(n.Gate, []int{q}))
		}
	}
	return rate
}

// pairError is the lowest rate of error of the entanglers that act on a and b.
func (t *Target) pairError(a, b int) float64 {
	rate := 1.0
	for _, g := range t.entanglers(a, b) {
		if t.has(g, a, b) {
			rate = min(rate, t.errorOf(g, []int{a, b}))
		}
		if t.has(g, b, a) {
			rate = min(rate, t.errorOf(g, []int{b, a}))
		}
	}
	return rate
}
