package qsim

import (
	"context"

	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// adjoint adds the derivatives of one sample whose final state is w.psi. With
// |λ⟩ = Σ cₖOₖ|ψ⟩ at the end of the circuit, and ∂U/∂p = −iGU for every angle p,
// the derivative of Σ cₖ⟨Oₖ⟩ by p is 2·Im⟨λ|G|ψ⟩ when both states stand just after
// U; U is then undone on both.
func (p gateEngine) adjoint(ctx context.Context, w *workspace, s sample) error {
	w.lambda = w.lambda.flat()
	applyObservables(w, p.observables)
	first := p.firstActive(s)
	for i := len(p.ops) - 1; i >= first; i-- {
		if err := ctx.Err(); err != nil {
			return err
		}
		o := &p.ops[i]
		p.differentiate(w, o, s)
		inverse := w.matrix[:o.entries]
		dagger(inverse, w.matrices[o.matrix:o.matrix+o.entries])
		o.apply(w.psi, inverse, w.inParallel)
		o.apply(w.lambda, inverse, w.inParallel)
	}
	return nil
}

// firstActive is the first op with a derivative to take.
func (p gateEngine) firstActive(s sample) int {
	for i := range p.ops {
		if p.ops[i].active(s) {
			return i
		}
	}
	return len(p.ops)
}

// active reports whether o has an angle by which a derivative is asked for.
func (o *op) active(s sample) bool { return o.weights || o.features && s.dx != nil }

// applyObservables sets λ = Σ cₖOₖψ.
func applyObservables(w *workspace, observables []plan.Observable) {
	w.lambda.clear(w.inParallel)
	for k, o := range observables {
		if w.cotangent[k] == 0 {
			continue
		}
		for _, t := range o {
			coef := w.cotangent[k] * t.Coef
			if !w.inParallel {
				w.lambda.addPauli(w.psi, t.Pauli, coef, 0, w.psi.len())
				continue
			}
			operands{a: w.lambda, b: w.psi, pauli: t.Pauli, coef: coef}.chunks(w.psi.len(), true, func(j *job, piece int) complex128 {
				lo, hi := j.span(piece)
				j.a.addPauli(j.b, j.pauli, j.coef, lo, hi)
				return 0
			})
		}
	}
}

// differentiate adds the derivatives by the angles of o.
func (p gateEngine) differentiate(w *workspace, o *op, s sample) {
	if !o.active(s) {
		return
	}
	spec := o.gate.Spec()
	values := w.angles[o.angle : o.angle+o.angles]
	for k := range values {
		angle := p.angles[o.angle+k]
		if _, constant := angle.Const(); constant || len(spec.ShiftRule(k)) == 0 {
			continue
		}
		g := w.matrix[:o.entries]
		spec.Generator(g, values, k)
		angle.AddGradient(s.weights, s.features, 2*imag(o.inner(w, g)), s.dw, s.dx)
	}
}

// inner is ⟨λ|G|ψ⟩, G acting on the targets of o where its controls are 1.
func (o *op) inner(w *workspace, g []complex128) complex128 {
	if o.kind == phase {
		g = g[3:]
	}
	groups := o.place.Groups(w.psi.len())
	if groups <= chunk {
		return w.lambda.inner(w.psi, o.place, g, 0, groups)
	}
	return operands{a: w.lambda, b: w.psi, op: o, matrix: g}.chunks(groups, w.inParallel, func(j *job, piece int) complex128 {
		lo, hi := j.span(piece)
		return j.a.inner(j.b, j.op.place, j.matrix, lo, hi)
	})
}

// dagger writes the conjugate transpose of the square matrix m.
func dagger(dst, m []complex128) {
	d := 1
	for d*d < len(m) {
		d *= 2
	}
	for r := range d {
		for c := range d {
			dst[c*d+r] = complex(real(m[r*d+c]), -imag(m[r*d+c]))
		}
	}
}
