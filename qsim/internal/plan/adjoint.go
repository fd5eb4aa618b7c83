package plan

import (
	"math/bits"
	"unsafe"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// NewAdjoint plans the gradient of c: its operations backwards on two states side
// by side, ψ in the first 2^Bits amplitudes and λ after it, both as the plan of
// [New] leaves ψ. It returns nil for a circuit that m cannot run so: one with a
// matrix on as many qubits as m has row bits.
func NewAdjoint(c *circuits.Circuit, m *kernel.Machine, s Sizes) (*Plan, error) {
	l, err := lower(c)
	if err != nil {
		return nil, err
	}
	p := &Plan{Bits: max(c.Qubits, MinBits(m)), Location: l.location, Flipped: l.flipped, machine: m, dual: true, angles: l.angles}
	var ops []*op
	last := 0 // operations from here on have no derivative
	for i := len(l.ops) - 1; i >= 0; i-- {
		o := &l.ops[i]
		if len(o.targets) >= m.Rows {
			return nil, nil
		}
		ops = append(ops, o.inverse())
		if o.value.index >= 0 && o.class != not && o.class != dense {
			last = len(ops)
		}
	}
	p.divide(ops[:last], 1<<p.Bits-1, s)
	return p, nil
}

// inverse returns the operation that undoes o.
func (o *op) inverse() *op {
	out := *o
	out.value = o.value.times(-1)
	if o.class == dense {
		d := 1 << len(o.targets)
		out.matrix = make([]complex128, d*d)
		for r := range d {
			for c := range d {
				out.matrix[c*d+r] = complex(real(o.matrix[r*d+c]), -imag(o.matrix[r*d+c]))
			}
		}
	}
	return &out
}

// gradient reports whether s adds to the sums of a worker.
func (s *step) gradient() bool {
	return s.op >= kernel.OpGradRotate(0) && s.op <= kernel.OpGradPhase
}

// sumsOf is the size in bytes of the sums of a gradient.
func (p *Plan) sumsOf(s *step) int {
	vector := 16 << p.machine.Lanes
	if s.op == kernel.OpGradPhase {
		return vector << (p.machine.Rows - 1) << bits.OnesCount64(s.mask)
	}
	return vector
}

// Sums is what a worker needs to run a gradient, reusable for any tile.
type Sums struct{ arena []float64 }

// NewSums returns Sums for p.
func (p *Plan) NewSums() *Sums { return &Sums{make([]float64, max(p.arena/8, 1))} }

// Angles is the number of angles that a gradient has derivatives by.
func (p *Plan) Angles() int { return len(p.angles) }

// RunAdjoint is [Run] for the two states in a, and adds the tile's part of the
// derivatives of 2·Re⟨λ|ψ⟩, λ fixed, by all angles to d.
func RunAdjoint[A kernel.Amplitude](p *Plan, b *Bound, a []A, pass, tile int, w *Sums, d []float64) {
	clear(w.arena)
	p.run(b, address(p, a), pass, tile, unsafe.Pointer(&w.arena[0]))
	for i := range p.passes[pass].blocks {
		for k := range p.passes[pass].blocks[i].stages {
			s := &p.passes[pass].blocks[i].stages[k]
			for j := range s.steps {
				st := &s.steps[j]
				if st.gradient() {
					p.collect(st, w.arena[st.sums/8:][:p.sumsOf(st)/8], b.factors[s.code+1+j], d)
				}
			}
		}
	}
}

// collect adds the derivatives that sums hold: −Σ by the angle of a rotation undone,
// 2·Σ Im(λ*ψ), over the entries where it acts, by that of a phase undone.
func (p *Plan) collect(s *step, sums []float64, factor float64, d []float64) {
	if s.op != kernel.OpGradPhase {
		sum := 0.0
		for i, v := range sums {
			if s.lane >= 0 && i>>(s.lane+1)&1 == 0 {
				v = -v
			}
			sum += v
		}
		d[s.value.index] -= factor * s.value.scale * sum
		return
	}
	for i := range len(sums) / 2 { // of λ*ψ a pair of elements: re·im and im·re
		sums[i] = sums[2*i] - sums[2*i+1]
	}
	sums = sums[:len(sums)/2]
	top := p.blockBits() // the row bit that the sums do not have
	for _, t := range s.phases {
		mask := int(t.bits&(1<<top-1) | t.bits>>(top+1)<<top)
		sum := 0.0
		for i := mask; i < len(sums); i = (i + 1) | mask {
			sum += sums[i]
		}
		for _, v := range t.values {
			if v.index >= 0 {
				d[v.index] += 2 * factor * v.scale * sum
			}
		}
	}
}

// AddGradient adds the derivatives by weights and features that follow from d, those
// by the angles. dx may be nil.
func (p *Plan) AddGradient(weights, features, d, dw, dx []float64) {
	for i, a := range p.angles {
		a.AddGradient(weights, features, d[i], dw, dx)
	}
}
