package qsim

import (
	"context"

	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// shift adds the derivatives of one sample by parameter-shift rules: every angle
// of every gate that depends on a weight (or feature, where asked) is shifted by
// itself, so a weight that occurs twice, scaled or in a controlled rotation is
// differentiated correctly through the chain rule of its angle.
//
// The circuit is walked once: ψ is the state before gate i, from which every
// shifted circuit of gate i starts. Shifted states lie side by side, as one
// larger state, and take the following gates together; when there is room for no
// more, they go on to the end and the walk continues from ψ.
func (p gateEngine) shift(ctx context.Context, w *workspace, s sample) error {
	w.psi, w.lambda = w.psi.flat(), w.lambda.flat()
	if w.slots.len() == 0 {
		w.slots = w.lambda
		if p.qubits < slotQubits {
			w.slots = newVector(p.precision, slotQubits)
		}
	}
	t := &shifted{Program: p.Program, w: w, s: s}
	w.psi.reset(w.inParallel)
	for i := range p.ops {
		if err := ctx.Err(); err != nil {
			return err
		}
		o := &p.ops[i]
		matrix := w.matrices[o.matrix : o.matrix+o.entries]
		o.apply(t.states(), matrix, w.inParallel)
		if o.active(s) {
			if err := t.fork(ctx, i); err != nil {
				return err
			}
		}
		o.apply(w.psi, matrix, w.inParallel)
	}
	return t.finish(ctx, len(p.ops))
}

// shifted is the shifted circuits of a sample that are under way.
type shifted struct {
	*Program
	w     *workspace
	s     sample
	terms []shiftTerm // of each state
}

// shiftTerm is one evaluation of a shift rule for angle k of a gate.
type shiftTerm struct {
	op   *op
	k    int
	coef float64
}

// states are those under way, side by side.
func (t *shifted) states() vector { return t.w.slots.part(0, len(t.terms)<<t.qubits) }

// state is one of them.
func (t *shifted) state(k int) vector { return t.w.slots.part(k<<t.qubits, (k+1)<<t.qubits) }

// fork starts the shifted circuits of gate i, before which ψ stands.
func (t *shifted) fork(ctx context.Context, i int) error {
	o := &t.ops[i]
	for k := range o.angles {
		if _, constant := t.angles[o.angle+k].Const(); constant {
			continue
		}
		value := t.w.angles[o.angle+k]
		for _, term := range o.gate.Spec().ShiftRule(k) {
			if len(t.terms)+1 > t.w.slots.len()>>t.qubits {
				if err := t.finish(ctx, i+1); err != nil {
					return err
				}
			}
			t.w.angles[o.angle+k] = value + term.Shift
			if err := t.w.setMatrix(o); err != nil {
				return err
			}
			state := t.state(len(t.terms))
			t.terms = append(t.terms, shiftTerm{o, k, term.Coef})
			state.copy(t.w.psi)
			o.apply(state, t.w.matrices[o.matrix:o.matrix+o.entries], t.w.inParallel)
		}
		t.w.angles[o.angle+k] = value
		if err := t.w.setMatrix(o); err != nil {
			return err
		}
	}
	return nil
}

// finish runs the gates from number i on for the states under way and adds their
// parts of the derivatives.
func (t *shifted) finish(ctx context.Context, i int) error {
	for ; i < len(t.ops) && len(t.terms) > 0; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		o := &t.ops[i]
		o.apply(t.states(), t.w.matrices[o.matrix:o.matrix+o.entries], t.w.inParallel)
	}
	for k, term := range t.terms {
		f := t.w.weighted(t.state(k), t.observables)
		t.angles[term.op.angle+term.k].AddGradient(t.s.weights, t.s.features, term.coef*f, t.s.dw, t.s.dx)
	}
	t.terms = t.terms[:0]
	return nil
}

// weighted is Σ cₖeₖ of a state.
func (w *workspace) weighted(a vector, observables []plan.Observable) float64 {
	a.expectations(w.expect, observables, w.inParallel)
	sum := 0.0
	for k, e := range w.expect {
		sum += w.cotangent[k] * e
	}
	return sum
}
