package transpile

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// Objective is what a transpiled circuit is to have least of.
type Objective string

const (
	// Gates is the number of gates on two qubits; among results that are at most
	// twice as deep as the shallowest.
	Gates Objective = "gates"
	// Depth is the number of operations one after the other, see
	// [circuits.Circuit.Depth].
	Depth Objective = "depth"
	// Error is the probability that anything goes wrong by the target's rates of error,
	// see [Target.Infidelity].
	Error Objective = "error"
)

// Objectives lists all objectives.
func Objectives() []Objective { return []Objective{Gates, Depth, Error} }

// deeper bounds what depth the fewest gates may cost.
const deeper = 2

func (o Objective) validate(t *Target) error {
	switch o {
	case "", Gates, Depth:
		return nil
	case Error:
		if !t.HasErrors() {
			return fmt.Errorf("%s has no rates of error: %w", t.Name, ErrObjective)
		}
		return nil
	default:
		return fmt.Errorf("%.40q, must be one of %q: %w", string(o), Objectives(), ErrObjective)
	}
}

// sort puts the routings first that promise most.
func (o Objective) sort(found []routed) {
	slices.SortStableFunc(found, func(a, b routed) int {
		if o == Depth {
			return cmp.Or(a.depth-b.depth, a.cost-b.cost)
		}
		return cmp.Or(a.cost-b.cost, a.depth-b.depth)
	})
}

// best is the best of the results, of which there is one at least; of equals the first.
func (o Objective) best(results []*Result, t *Target) *Result {
	type scored struct {
		*Result

		gates, depth int
		infidelity   float64
	}
	list, shallowest := make([]scored, len(results)), math.MaxInt
	for i, r := range results {
		list[i] = scored{Result: r, gates: r.TwoQubitGates(), depth: r.Circuit.Depth()}
		if o == Error {
			list[i].infidelity = t.Infidelity(r.Circuit)
		}
		shallowest = min(shallowest, list[i].depth)
	}
	bounded := func(s scored) int { return int(max(float64(s.depth), deeper*float64(shallowest))) }
	return slices.MinFunc(list, func(a, b scored) int {
		switch o {
		case Depth:
			return cmp.Or(a.depth-b.depth, a.gates-b.gates)
		case Error:
			return cmp.Or(cmp.Compare(a.infidelity, b.infidelity), a.gates-b.gates, a.depth-b.depth)
		default:
			return cmp.Or(bounded(a)-bounded(b), a.gates-b.gates, a.depth-b.depth)
		}
	}).Result
}

// HasErrors reports whether t has rates of error.
func (t *Target) HasErrors() bool {
	return slices.ContainsFunc(t.Gates, func(n Native) bool { return n.Errors != nil })
}

// Infidelity is the probability that an operation of c goes wrong by the rates of error of
// t, 1 − Π (1 − ε) over the operations, which it takes for independent; what has no rate
// adds nothing. c is on the device's qubits.
func (t *Target) Infidelity(c *circuits.Circuit) float64 {
	sum := 0.0
	for _, op := range c.Ops {
		sum += math.Log1p(-t.errorOf(op.Gate, op.Qubits))
	}
	return -math.Expm1(sum)
}

// errorOf is the rate of error of a gate on qubits of the device, 0 where t has none.
func (t *Target) errorOf(g circuits.Gate, qubits []int) float64 {
	n, ok := t.native(g)
	if !ok || n.Errors == nil {
		return 0
	}
	return n.rates[key(qubits)]
}
