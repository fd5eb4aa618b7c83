package plan

import (
	"errors"
	"math"
	"math/bits"
	"unsafe"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// ErrNotFinite is an angle that is NaN or infinite.
var ErrNotFinite = errors.New("angle is not finite")

// Bound is a plan with numbers: what [Plan.Run] runs. It may run many times, at the same
// time too, but not while it is bound anew.
type Bound struct {
	code    []kernel.Instr
	tables  []float64 // aligned to a cache line
	single  []float32 // the tables rounded, for a machine of single precision, aligned too
	angles  []float64
	entries []complex128
	scale   float64 // of the rotations since the last phase
	turn    float64 // the global phase
	last    phaseAt // the last phase written

	factors []float64 // of the sums of gradients, by instruction: the square of what ψ and λ lack
}

type phaseAt struct {
	at      int
	entries int
}

// NewBound returns a Bound for p, to be filled by [Plan.Bind].
func (p *Plan) NewBound() *Bound {
	const line = 8 // floats
	b := &Bound{code: make([]kernel.Instr, p.code), angles: make([]float64, len(p.angles)), entries: make([]complex128, p.widest)}
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
	p.eachStage(func(s *stage) {
		p.machine.Set(&b.code[s.code], kernel.OpLoad)
		for i, st := range s.steps {
			in := &b.code[s.code+1+i]
			p.machine.Set(in, st.op)
			in.Mask = st.mask
			if st.gradient() {
				in.Arg = uint64(st.sums)
			}
			if s.tables[i] < len(b.tables) {
				in.Data = unsafe.Pointer(&b.tables[s.tables[i]])
				if p.machine.Single {
					in.Data = unsafe.Pointer(&b.single[s.tables[i]])
				}
			}
			for k, v := range st.matrix {
				b.tables[s.tables[i]+2*k], b.tables[s.tables[i]+2*k+1] = real(v), imag(v)
			}
		}
		p.machine.Set(&b.code[s.code+1+len(s.steps)], kernel.OpStore)
	})
	return b
}

func (p *Plan) eachStage(f func(s *stage)) {
	for i := range p.passes {
		for j := range p.passes[i].blocks {
			for k := range p.passes[i].blocks[j].stages {
				f(&p.passes[i].blocks[j].stages[k])
			}
		}
	}
}

// Bind fills in all numbers for the given weights and features. Angles may be any
// finite numbers; others give [ErrNotFinite].
func (p *Plan) Bind(b *Bound, weights, features []float64) error {
	for i, a := range p.angles {
		v := a.Eval(weights, features)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return ErrNotFinite
		}
		b.angles[i] = v
	}
	b.scale, b.turn = 1, b.sum(p.phase)
	p.eachStage(func(s *stage) {
		for i := range s.steps {
			st := &s.steps[i]
			in, at := &b.code[s.code+1+i], s.tables[i]
			if st.gradient() {
				b.factors[s.code+1+i] = b.scale * b.scale
			} else if st.op == kernel.OpPhase {
				p.bindPhase(b, st, at)
			} else if st.turns() {
				p.bindRotation(b, st, in, at)
			}
		}
	})
	if !p.dual { // whose states are not needed any more
		s, c := math.Sincos(b.turn)
		p.multiply(b.tables[b.last.at:], b.last.entries, complex(c*b.scale, s*b.scale))
	}
	for i := range b.single {
		b.single[i] = float32(b.tables[i])
	}
	return nil
}

func (b *Bound) value(v value) float64 {
	if v.index < 0 {
		return v.offset
	}
	return v.scale*b.angles[v.index] + v.offset
}

func (b *Bound) sum(vs []value) float64 {
	sum := 0.0
	for _, v := range vs {
		sum += b.value(v)
	}
	return sum
}

// bindRotation writes RY(θ) = cos(θ/2)·[[1, −t], [t, 1]], t = tan(θ/2), or where
// |t| > 1 as sin(θ/2)·[[t, −1], [1, t]], t = cot(θ/2); the factor joins scale.
func (p *Plan) bindRotation(b *Bound, st *step, in *kernel.Instr, at int) {
	s, c := math.Sincos(b.value(st.value) / 2)
	tangent := math.Abs(s) <= math.Abs(c)
	t := c / s
	if tangent {
		t = s / c
		b.scale *= c
	} else {
		b.scale *= s
	}
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

// bindPhase writes the table of a phase: e^{iφ}, times scale, for all select bits,
// rows and lanes.
func (p *Plan) bindPhase(b *Bound, st *step, at int) {
	entries := 1 << bits.OnesCount64(st.mask)
	e := b.entries[:entries<<MinBits(p.machine)]
	e[0] = complex(b.scale, 0)
	for i := 1; i < len(e); i++ {
		e[i] = e[0]
	}
	b.scale = 1
	b.last = phaseAt{at, entries}
	for _, t := range st.phases {
		s, c := math.Sincos(b.sum(t.values))
		f, mask := complex(c, s), int(t.bits)
		for i := mask; i < len(e); i = (i + 1) | mask {
			e[i] *= f
		}
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

// multiply multiplies all entries of a table by f.
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
