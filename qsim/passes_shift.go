package qsim

import (
	"cmp"
	"context"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// shiftPlan is the plan of a circuit in which every angle that a parameter-shift rule
// shifts has one more weight added to it: its shift.
type shiftPlan struct {
	*planned
	angles []shiftedAngle // in the order of their passes
	shifts int            // weights added
}

// shiftedAngle is angle k of a gate.
type shiftedAngle struct {
	op     *op
	k      int
	weight int // its shift
	pass   int // the first that depends on it
}

// shiftPlan returns the plan for shifted circuits; only circuits with plans have one.
func (p *Program) shiftPlan() *shiftPlan {
	p.plans.onShift.Do(func() {
		s, c := &shiftPlan{}, p.circuit.Clone()
		for i := range p.ops {
			o := &p.ops[i]
			for k := range o.angles {
				if _, constant := p.angles[o.angle+k].Const(); constant || len(o.gate.Spec().ShiftRule(k)) == 0 {
					continue
				}
				weight := p.weights + s.shifts
				c.Ops[i].Angles[k] = p.angles[o.angle+k].Plus(circuits.Weight(weight))
				s.angles = append(s.angles, shiftedAngle{op: o, k: k, weight: weight})
				s.shifts++
			}
		}
		s.planned = &planned{Plan: p.plans.new(plan.NewExpect(c, p.machine(), plan.Sizes{}, p.observables))}
		first := s.FirstPasses(p.weights + s.shifts)
		for i := range s.angles {
			s.angles[i].pass = first[s.angles[i].weight]
		}
		slices.SortStableFunc(s.angles, func(a, b shiftedAngle) int { return cmp.Compare(a.pass, b.pass) })
		p.plans.shift = s
	})
	return p.plans.shift
}

// shift adds the derivatives of one sample by parameter-shift rules: the passes before the first that depends on
// a shifted angle are run once for all.
func (p passEngine) shift(ctx context.Context, w *workspace, s sample) error {
	sp := p.shiftPlan()
	base, b := sp.bound(), sp.bound()
	defer sp.bounds.Put(base)
	defer sp.bounds.Put(b)
	w.shifted = append(resized(w.shifted, 0), s.weights...)
	w.shifted = append(w.shifted, make([]float64, sp.shifts)...)
	if err := sp.Bind(base, w.shifted, s.features); err != nil {
		return err
	}
	psi, at := w.psi.laid(sp.Plan), 0
	psi.reset(w.inParallel)
	for _, a := range sp.angles {
		if !a.op.active(s) || a.pass == sp.Passes() {
			continue
		}
		if err := psi.passes(ctx, sp.Plan, base, at, a.pass, w.inParallel); err != nil {
			return err
		}
		at = a.pass
		f := 0.0
		for _, term := range a.op.gate.Spec().ShiftRule(a.k) {
			w.shifted[a.weight] = term.Shift
			if err := sp.Bind(b, w.shifted, s.features); err != nil {
				return err
			}
			shifted := w.lambda.laid(sp.Plan)
			shifted.take(psi, w.inParallel)
			if err := shifted.passes(ctx, sp.Plan, b, at, sp.Passes(), w.inParallel); err != nil {
				return err
			}
			f += term.Coef * w.weighted(shifted, sp.Observables())
		}
		w.shifted[a.weight] = 0
		p.angles[a.op.angle+a.k].AddGradient(s.weights, s.features, f, s.dw, s.dx)
	}
	return nil
}
