package plan

import (
	"math"
	"math/bits"
	"math/cmplx"
	"unsafe"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// ErrNotFinite says that an angle is NaN or infinite.
var ErrNotFinite = fault.New(fault.Usage, "angle is not finite")

// Bound is what a plan needs besides the state to run: instructions with the numbers for
// certain weights and features, as [Plan.Bind] has filled them in. It may run many times, and
// at the same time, but not while Bind fills it in anew.
type Bound struct {
	code    []kernel.Instr // the instructions of all stages
	tables  []float64      // aligned to a cache line
	single  []float32      // of half of each angle
	angles  []float64      // values of the plan's angles, in radians
	sin     []float64      // of half the angles
	cos     []float64
	units   []complex128 // e^{iv} for each angle v
	entries []complex128 // scratch for a table of phases
	norm    float64      // product of 1 + t² over the rotations since the last phase: what they multiply the norm² by
	sign    float64      // of the product of the cosines or sines that these leave out
	last    phaseAt      // the table of phases filled in last

	// factors are those of the sums of derivatives, by instruction: the square of the cosines
	// and sines that both ψ and λ lack there.
	factors []float64
}

// phaseAt is a table of phases.
type phaseAt struct {
	at      int // where it begins in tables
	entries int // number of values of the bits outside the registers that choose among its parts
}

// NewBound returns a Bound for p, which [Plan.Bind] must fill in before it runs.
func (p *Plan) NewBound() *Bound {
	const line = 8 // floats
	b := &Bound{code: make([]kernel.Instr, p.code), angles: make([]float64, len(p.angles)), sin: angles(len(p.angles)), cos: angles(len(p.angles)), units: make([]complex128, len(p.angles)), entries: make([]complex128, p.widest)}
	if p.dual {
		b.factors = make([]float64, p.code)
	}
	tables := make([]float64, p.tables+line)
	skip := int(-uintptr(unsafe.Pointer(&tables[0])) / 8 % line)
	b.tables = tables[skip : skip+p.tables]
	if p.machine.Single {
		single := make([]float32, p.tables+2*line)
		skip := int(-uintptr(unsafe.Pointer(&single[0])) / 4 % (2 * line))
		b.single = single[skip : skip+p.tables]
	}
	p.eachStage(func(s *stage) { p.write(b, s) })
	return b
}

// write writes the instructions of s into b, and all operands that do not depend on angles.
func (p *Plan) write(b *Bound, s *stage) {
	p.machine.Set(&b.code[s.code], kernel.OpLoadZero(s.zero))
	for i, st := range s.steps {
		in := &b.code[s.code+1+i]
		p.machine.Set(in, st.op)
		in.Mask = st.mask
		if st.gradient() || st.local {
			in.Arg = uint64(st.sums)
		}
		if s.tables[i] < len(b.tables) {
			in.Data = unsafe.Pointer(&b.tables[s.tables[i]])
			if p.machine.Single {
				in.Data = unsafe.Pointer(&b.single[s.tables[i]])
			}
		}
		copy(b.tables[min(s.tables[i], len(b.tables)):], st.diagonal)
		for k, v := range st.matrix {
			b.tables[s.tables[i]+2*k], b.tables[s.tables[i]+2*k+1] = real(v), imag(v)
		}
	}
	end := kernel.OpStore
	if p.dual && s.code+2+len(s.steps) == p.code { // nothing comes after it
		end = kernel.OpLeave
	}
	p.machine.Set(&b.code[s.code+1+len(s.steps)], end)
}

// angles returns a slice that is long enough for n angles and has a length that kernel.Sincos
// takes.
func angles(n int) []float64 { return make([]float64, (n+kernel.AngleStep-1)&^(kernel.AngleStep-1)) }

// eachStage calls f for all stages in the order in which they run.
func (p *Plan) eachStage(f func(s *stage)) {
	for i := range p.passes {
		for j := range p.passes[i].blocks {
			for k := range p.passes[i].blocks[j].stages {
				f(&p.passes[i].blocks[j].stages[k])
			}
		}
	}
}

// Bind computes into b all numbers for the given weights and features; in a batch, those that
// do not depend on features. An angle that is NaN or infinite gives [ErrNotFinite]; any other
// value is allowed.
func (p *Plan) Bind(b *Bound, weights, features []float64) error {
	for i := range p.angles {
		if p.local(i) {
			continue
		}
		v := p.angles[i].eval(weights, features)
		if v-v != 0 { // NaN or infinite
			return ErrNotFinite
		}
		b.angles[i] = v
		b.sin[i] = v / 2
	}
	kernel.Sincos(b.sin, b.cos, b.sin)
	for i := range b.units {
		c, s := b.cos[i], b.sin[i]
		b.units[i] = complex(c*c-s*s, 2*c*s)
	}
	p.fill(b)
	return nil
}

// BindAs is [Plan.Bind] for the weights and features that from has last been bound to by a
// plan of the same circuit. b shares the values of the angles with from.
func (p *Plan) BindAs(b, from *Bound) {
	b.angles, b.sin, b.cos, b.units = from.angles, from.sin, from.cos, from.units
	p.fill(b)
}

// fill computes the operands of all steps from the values of the angles.
func (p *Plan) fill(b *Bound) {
	b.norm, b.sign = 1, 1
	for i := range p.numbers {
		n := &p.numbers[i]
		switch n.kind {
		case ofGradient:
			b.factors[n.code] = 1 / b.norm
		case ofPhase:
			p.bindPhase(b, n.step, n.table)
		case ofRotation:
			p.bindRotation(b, i)
		}
	}
	switch {
	case p.dual: // the states are not needed any more
	case p.batch: // the global phase is of no interest
		table := b.tables[b.last.at:][:2*b.last.entries<<p.machine.Rows]
		for i, scale := 0, b.scale(); i < len(table); i++ {
			table[i] *= scale
		}
	default:
		p.multiply(b.tables[b.last.at:], b.last.entries, p.phase.unit(b.angles)*complex(b.scale(), 0))
	}
	for i := range b.single { // real and imaginary parts stand twice, side by side
		b.single[i] = float32(kernel.Rounded(b.tables[i], i/2))
	}
}

// scale is the product of the cosines and sines that the rotations since the last phase have
// left out, to be multiplied in with the next phase. It is computed from the tangents as the
// kernels use them, rounding included, so that the norm of the state is kept.
func (b *Bound) scale() float64 { return b.sign / math.Sqrt(b.norm) }

// half is e^{iv/2}.
func (b *Bound) half(v *value) complex128 {
	if v.index < 0 {
		return v.half
	}
	h := complex(b.cos[v.index], b.sin[v.index])
	switch v.scale {
	case 1:
		return h
	case -1:
		return cmplx.Conj(h)
	}
	s, c := math.Sincos(v.scale * b.angles[v.index] / 2)
	return complex(c, s)
}

// unit is e^{iv} for the sum v of values.
func (b *Bound) unit(values []value) complex128 {
	u := complex128(1)
	for i := range values {
		v := &values[i]
		if v.index < 0 {
			u *= v.fixed
			continue
		}
		e := b.units[v.index]
		switch v.scale {
		case 1:
			u *= e
		case -1:
			u *= cmplx.Conj(e)
		case 2:
			u *= e * e
		case -2:
			u *= cmplx.Conj(e * e)
		default:
			s, c := math.Sincos(v.scale * b.angles[v.index])
			u *= complex(c, s)
		}
	}
	return u
}

// product sets e[i] to scale times the phases of all terms whose bits are 1 in i. Terms of one
// bit come first, in ascending order.
func (b *Bound) product(e []complex128, terms []term) {
	e[0] = complex(b.scale(), 0)
	for size := 1; size < len(e); size *= 2 {
		lo, hi := e[:size], e[size:2*size]
		if len(terms) == 0 || terms[0].bits != uint64(size) {
			copy(hi, lo)
			continue
		}
		f := b.unit(terms[0].values)
		terms = terms[1:]
		for i, v := range lo {
			hi[i] = v * f
		}
	}
	for i := range terms {
		f, mask := b.unit(terms[i].values), int(terms[i].bits)
		for i := mask; i < len(e); i = (i + 1) | mask {
			e[i] *= f
		}
	}
}

// bindRotation fills in the rotation p.numbers[number]. It leaves out a factor, so that a
// rotation takes two multiply-adds: RY(θ) = cos(θ/2)·[[1, −t], [t, 1]] with t = tan(θ/2), or
// where |t| > 1 RY(θ) = sin(θ/2)·[[t, −1], [1, t]] with t = cot(θ/2). The factor, ±1/√(1 +
// t²), joins b.norm and b.sign.
func (p *Plan) bindRotation(b *Bound, number int) {
	n := &p.numbers[number]
	st, in, at := n.step, &b.code[n.code], n.table
	h := b.half(&st.value)
	c, s := real(h), imag(h)
	tangent := math.Abs(s) <= math.Abs(c)
	if !tangent {
		c, s = s, c
	}
	t := s / c
	if p.machine.Single {
		t = kernel.Rounded(t, number)
	}
	b.norm *= 1 + t*t
	b.sign = math.Copysign(b.sign, b.sign*c)
	if st.lane < 0 {
		op := kernel.OpCorotate(st.row)
		if tangent {
			op = kernel.OpRotate(st.row)
		}
		p.machine.Set(in, op)
		in.Arg = p.machine.Argument(t)
		return
	}
	vector := 2 << p.machine.Lanes
	op, cos, sin := kernel.OpTurnLane(st.lane), t, 1.0
	table := b.tables[at : at+2*vector]
	if tangent {
		op, sin = kernel.OpRotateLane(st.lane), t
	} else {
		for i := range vector {
			table[i] = cos
		}
		table = table[vector:]
	}
	p.machine.Set(in, op)
	for i := range vector {
		table[i] = sin
		if i>>(st.lane+1)&1 == 0 {
			table[i] = -sin
		}
	}
}

// bindPhase fills in the table of the phases of st, which begins at at in b.tables:
// scale·e^{iφ} for all values of the bits outside the registers, then for all rows, then for
// all lanes.
func (p *Plan) bindPhase(b *Bound, st *step, at int) {
	entries := 1 << bits.OnesCount64(st.mask)
	b.last = phaseAt{at, entries}
	var e []complex128
	if p.batch {
		e = unsafe.Slice((*complex128)(unsafe.Pointer(&b.tables[at])), entries<<p.machine.Rows)
	} else {
		e = b.entries[:entries<<MinBits(p.machine)]
	}
	b.product(e, st.phases)
	b.norm, b.sign = 1, 1
	if p.batch {
		return
	}
	table, lanes := b.tables[at:], 1<<p.machine.Lanes
	for row := 0; row<<p.machine.Lanes < len(e); row++ {
		re, im := table[4*row*lanes:][:2*lanes], table[(4*row+2)*lanes:][:2*lanes]
		for lane, v := range e[row*lanes:][:lanes] {
			re[2*lane], re[2*lane+1] = real(v), real(v)
			im[2*lane], im[2*lane+1] = -imag(v), imag(v)
		}
	}
}

// multiply multiplies all entries of a table of phases by f.
func (p *Plan) multiply(table []float64, entries int, f complex128) {
	vector := 2 << p.machine.Lanes
	for r := range entries << p.machine.Rows {
		re, im := table[2*r*vector:][:vector], table[(2*r+1)*vector:][:vector]
		for i := 1; i < vector; i += 2 {
			v := complex(re[i], im[i]) * f
			re[i-1], re[i] = real(v), real(v)
			im[i-1], im[i] = -imag(v), imag(v)
		}
	}
}
