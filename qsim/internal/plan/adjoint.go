package plan

import (
	"math/bits"
	"slices"
	"unsafe"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// NewAdjoint plans the gradient of c by the adjoint method: the backward pass, which undoes
// the operations of c on two states ψ and λ and takes derivatives on its way. Memory holds ψ
// as the plan of [NewExpect] for the same observables leaves it, [Plan.Length] amplitudes, and
// then λ in the same form. NewAdjoint returns nil for a circuit that m cannot run backwards:
// one with a matrix on as many qubits as m has row bits, of which one is needed to tell ψ from
// λ.
func NewAdjoint(c *circuits.Circuit, m *kernel.Machine, s Sizes, observables []Observable) (*Plan, error) {
	l, err := lower(c, 0)
	if err != nil {
		return nil, err
	}
	p := newPlan(l, m, c.Qubits)
	p.dual = true
	p.observe(l, observables)
	ops, ok := p.backwards(l)
	if !ok {
		return nil, nil
	}
	p.divide(ops, 1<<p.Bits-1, s)
	p.layout()
	return p, nil
}

// backwards lists what there is to do in the backward pass, from the end of l to its
// beginning: derivatives, and the inverses of the operations that do not commute with all that
// follow in the list. It returns false if the machine cannot run one of them on two states.
func (p *Plan) backwards(l *lowering) ([]*op, bool) {
	var ops []*op
	var z, x uint64 // masks of the operations before that are in the list
	for i := range l.ops {
		o := l.ops[i].inverse()
		o.still = o.commutes(z, x)
		if o.still && !p.differentiated(o) {
			continue
		}
		if len(o.targets) >= p.machine.Rows {
			return nil, false
		}
		ops = append(ops, o)
		z, x = z|o.z, x|o.x
	}
	slices.Reverse(ops)
	return ops, true
}

// differentiated reports whether a derivative by the angle of o is taken.
func (p *Plan) differentiated(o *op) bool {
	return (o.class == phase || o.class == rotate) && p.differentiable(o.value)
}

// differentiable reports whether a derivative by v is taken: v is not constant, and depends on
// a weight where derivatives by features are not asked for.
func (p *Plan) differentiable(v value) bool {
	return v.index >= 0 && (!p.batch || p.features || p.angles[v.index].kind&byWeight != 0)
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

// gradient reports whether s adds to the sums of a derivative.
func (s *step) gradient() bool {
	return s.op >= kernel.OpGradRotate(0) && s.op <= kernel.OpGradPhase || s.op == kernel.OpGradBits
}

// sumsOf is the size in bytes of the sums of s. They are float64 in every precision.
func (p *Plan) sumsOf(s *step) int {
	vector := 16 << p.machine.Lanes
	switch s.op {
	case kernel.OpGradPhase:
		return vector << (p.machine.Rows - 1) << bits.OnesCount64(s.mask)
	case kernel.OpGradBits:
		return vector * p.machine.Rows
	default:
		return vector
	}
}

// Sums is the memory that a worker adds derivatives up in. It can be used again for any tile
// of the plan, by one goroutine at a time.
type Sums struct{ arena []float64 }

// NewSums returns Sums for p.
func (p *Plan) NewSums() *Sums { return &Sums{make([]float64, max(p.arena/8, 1))} }

// Angles is the number of angles that derivatives are taken by: all that are not constant.
func (p *Plan) Angles() int { return len(p.angles) }

// RunAdjoint is [Run] for the states ψ and λ in a. With D[i] the derivative of 2·Re⟨λ|ψ⟩ by
// angle i, for a fixed λ, it adds to d[i] the part of D[i] that comes from this tile. w is
// scratch.
func RunAdjoint[A kernel.Amplitude](p *Plan, b *Bound, a []A, pass, tile int, w *Sums, d []float64) {
	clear(w.arena)
	p.run(b, address(p, a), pass, tile, unsafe.Pointer(&w.arena[0]))
	for i := range p.passes[pass].blocks {
		for k := range p.passes[pass].blocks[i].stages {
			s := &p.passes[pass].blocks[i].stages[k]
			for j := range s.steps {
				st := &s.steps[j]
				if st.gradient() {
					sums := w.arena[st.sums/8:][:p.sumsOf(st)/8]
					p.collect(st, sums, -1, b.factors[s.code+1+j], d, sums)
				}
			}
		}
	}
}

// collect adds to d the derivatives by the angles of s, from the sums that it has left: those
// of one sample of a batch, which is in the given lane, or with lane −1 those of all lanes
// together. factor puts in the cosines that ψ and λ lack. scratch, half as long as sums, is
// overwritten; it may be the beginning of sums.
func (p *Plan) collect(s *step, sums []float64, lane int, factor float64, d, scratch []float64) {
	switch s.op {
	case kernel.OpGradPhase:
		p.collectPhases(s, sums, lane, factor, d, scratch)
	case kernel.OpGradBits:
		for _, t := range s.phases {
			t.add(d, factor*p.bitSum(t.bits, sums, lane))
		}
	default:
		d[s.value.index] -= factor * s.value.scale * s.rotationSum(sums, lane)
	}
}

// add adds to d the derivatives by the angles of t. sum is that of Im λ*ψ over the indices in
// which all bits of t are 1.
func (t *term) add(d []float64, sum float64) {
	for i := range t.values {
		if v := &t.values[i]; v.index >= 0 {
			d[v.index] += 2 * v.scale * sum
		}
	}
}

// collectPhases adds to d the derivatives by the phases of s. kernel.OpGradPhase has left the
// parts of Im λ*ψ by the index into its table; a term needs their sum over the indices in
// which all its bits are 1.
func (p *Plan) collectPhases(s *step, sums []float64, lane int, factor float64, d, scratch []float64) {
	each := 2
	if p.batch {
		each <<= p.machine.Lanes
	}
	im := scratch[:len(sums)/each]
	for i := range im { // of λ*ψ: re·im − im·re
		im[i] = difference(sums[i*each:][:each], lane)
	}
	for _, t := range s.phases {
		sum, mask := 0.0, p.sumIndex(t.bits)
		for i := mask; i < len(im); i = (i + 1) | mask { // all that have the bits of mask, and others
			sum += im[i]
		}
		t.add(d, factor*sum)
	}
}

// bitSum is the sum of Im λ*ψ over the indices in which a bit is 1, bit being a mask of one
// bit of an index into a table of phases. kernel.OpGradBits has left one vector of sums for
// each row bit, and one over all rows, whose elements are the sums by lane.
func (p *Plan) bitSum(bit uint64, sums []float64, lane int) float64 {
	at, vector := bits.TrailingZeros64(bit), 2<<p.machine.Lanes
	if !p.batch {
		at -= p.machine.Lanes
	}
	if at >= 0 { // of a row
		return difference(sums[at*vector:][:vector], lane)
	}
	sum := 0.0
	for i := range 1 << p.machine.Lanes {
		if uint64(i)&bit != 0 {
			sum += difference(sums[(p.machine.Rows-1)*vector:], i)
		}
	}
	return sum
}

// rotationSum is minus the derivative by the angle of a rotation that is undone, in one lane
// or with lane −1 in all.
func (s *step) rotationSum(sums []float64, lane int) float64 {
	if lane >= 0 {
		return sums[2*lane] + sums[2*lane+1]
	}
	sum := 0.0
	for i := 0; len(sums) >= 2; i++ {
		v := sums[0] + sums[1]
		if s.lane >= 0 && i>>s.lane&1 == 0 {
			v = -v
		}
		sum += v
		sums = sums[2:]
	}
	return sum
}

// difference is v[2·pair] − v[2·pair+1], or with pair −1 the sum of this over all pairs of
// neighbours.
func difference(v []float64, pair int) float64 {
	if pair >= 0 {
		return v[2*pair] - v[2*pair+1]
	}
	even, odd := 0.0, 0.0
	for ; len(v) >= 2; v = v[2:] {
		even += v[0]
		odd += v[1]
	}
	return even - odd
}

// sumIndex turns entry, an index into a table of phases, into an index into the sums of
// kernel.OpGradPhase. These have one row bit less, that which tells ψ from λ. In a batch
// neither index has lane bits.
func (p *Plan) sumIndex(entry uint64) int {
	top := p.machine.Rows - 1
	if !p.batch {
		top += p.machine.Lanes
	}
	return int(entry&(1<<top-1) | entry>>(top+1)<<top)
}

// AddGradient adds to dw and dx the derivatives by weights and features, given d, those by the
// angles, by the chain rule. dx may be nil.
func (p *Plan) AddGradient(weights, features, d, dw, dx []float64) {
	for i := range p.angles {
		p.angles[i].addGradient(weights, features, d[i], dw, dx)
	}
}
