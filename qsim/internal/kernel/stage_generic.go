package kernel

import (
	"math"
	"math/bits"
	"unsafe"
)

// Generic returns the machine in pure Go with the given shape: the oracle.
func Generic(lanes, rows int, single bool) *Machine {
	m := &Machine{Name: "generic", Lanes: lanes, Rows: rows, Single: single}
	if single {
		m.run = func(s *Stage) { runStage[float32](m, s) }
	} else {
		m.run = func(s *Stage) { runStage[float64](m, s) }
	}
	return m
}

type float interface{ float32 | float64 }

// block is the registers of a generic machine: v[r][2l] and v[r][2l+1] are the real and
// imaginary part of lane l of row r.
type block[T float] struct {
	v    [16][16]T
	rows int // how many
	size int // elements in a row
}

func runStage[T float](m *Machine, s *Stage) {
	b := block[T]{rows: 1 << m.Rows, size: 2 << m.Lanes}
	groups := unsafe.Slice(s.Groups, s.N)
	for _, g := range groups {
		base := unsafe.Add(s.Base, g.Offset)
		in := s.Code
		zero := 0
		if op := Op(in.op); op > opLoadZero {
			zero = int(op - opLoadZero)
		}
		for r := range b.rows {
			if r&zero != 0 {
				clear(b.v[r][:b.size])
				continue
			}
			copy(b.v[r][:b.size], vectorAt[T](base, s.Loads[r], b.size))
		}
		for {
			in = (*Instr)(unsafe.Add(unsafe.Pointer(in), unsafe.Sizeof(*in)))
			if Op(in.op) == OpStore || Op(in.op) == OpLeave {
				break
			}
			b.step(Op(in.op), in, s.Index|g.Index, s.Arena)
		}
		for r := range b.rows {
			if Op(in.op) == OpStore {
				copy(vectorAt[T](base, s.Stores[r], b.size), b.v[r][:b.size])
			}
		}
	}
}

func vectorAt[T float](p unsafe.Pointer, offset int64, n int) []T {
	return unsafe.Slice((*T)(unsafe.Add(p, offset)), n)
}

// step runs one instruction for the index x.
func (b *block[T]) step(op Op, in *Instr, x uint64, arena unsafe.Pointer) {
	n := b.size
	switch {
	case op < opCorotate:
		t := argument[T](in)
		b.pairs(1<<(op-opRotate), func(u, v T) (T, T) { return u - t*v, v + t*u })
	case op < opTurn:
		t := argument[T](in)
		b.pairs(1<<(op-opCorotate), func(u, v T) (T, T) { return t*u - v, t*v + u })
	case op < opRotateLane:
		b.turn(1<<(op-opTurn), vectorAt[T](arena, int64(in.Arg), 2*n))
	case op < opTurnLane:
		b.turnLane(2<<(op-opRotateLane), nil, vectorAt[T](in.Data, 0, n))
	case op < OpPhase:
		cs := vectorAt[T](in.Data, 0, 2*n)
		b.turnLane(2<<(op-opTurnLane), cs[:n], cs[n:])
	case op == OpPhase:
		b.phase(vectorAt[T](in.Data, 0, 2*n*b.rows<<bits.OnesCount64(in.Mask)), x, in.Mask)
	case op == OpPhaseLocal:
		b.phase(vectorAt[T](arena, int64(in.Arg), 2*n*b.rows<<bits.OnesCount64(in.Mask)), x, in.Mask)
	case op == OpPhaseRows:
		b.phaseRows(vectorAt[T](in.Data, 0, 2*b.rows<<bits.OnesCount64(in.Mask)), x, in.Mask)
	case op == OpWeigh:
		b.weigh(vectorAt[T](in.Data, 0, b.rows<<bits.OnesCount64(in.Mask)), gather(x, in.Mask), vectorAt[float64](arena, int64(in.Arg), n))
	case op == OpApply:
		b.apply(vectorAt[T](in.Data, 0, b.rows/2<<bits.OnesCount64(in.Mask)), gather(x, in.Mask), vectorAt[T](arena, int64(in.Arg), n))
	case op < opDense2:
		b.permute(op, bits.OnesCount64(x&in.Mask)&1 == 1)
	case op < opDense3:
		j, k := (op-opDense2)/4, (op-opDense2)%4
		b.dense([]int{1 << j, 1 << k}, vectorAt[T](in.Data, 0, 32))
	case op < opGradRotate:
		var targets []int
		for j := range 4 {
			if j != int(op-opDense3) {
				targets = append(targets, 1<<j)
			}
		}
		b.dense(targets, vectorAt[T](in.Data, 0, 128))
	default:
		b.gradient(op, in, x, arena)
	}
}

// permute runs the operations that move elements; odd is the parity that flips
// ask for.
func (b *block[T]) permute(op Op, odd bool) {
	switch {
	case op < opNotLaneRow:
		c, t := 1<<((op-opNot)/4), 1<<((op-opNot)%4)
		for r := range b.rows {
			if r&c != 0 && r&t == 0 {
				b.v[r], b.v[r|t] = b.v[r|t], b.v[r]
			}
		}
	case op < opNotRowLane:
		b.exchange(1<<((op-opNotLaneRow)%4), 2<<((op-opNotLaneRow)/4), 2<<((op-opNotLaneRow)/4))
	case op < opNotLanes:
		for r := range b.rows {
			if r>>((op-opNotRowLane)%4)&1 == 1 {
				b.swapLanes(r, 2<<((op-opNotRowLane)/4), 0)
			}
		}
	case op < opFlip:
		for r := range b.rows {
			b.swapLanes(r, 2<<((op-opNotLanes)%4), 2<<((op-opNotLanes)/4))
		}
	case op < opSwap && !odd:
	case op < opFlipLane:
		b.pairs(1<<(op-opFlip), func(u, v T) (T, T) { return v, u })
	case op < opSwap:
		for r := range b.rows {
			b.swapLanes(r, 2<<(op-opFlipLane), 0)
		}
	default:
		b.swapRow(1<<((op-opSwap)%4), 2<<((op-opSwap)/4))
	}
}

func argument[T float](in *Instr) T {
	if unsafe.Sizeof(T(0)) == 4 {
		return T(math.Float32frombits(uint32(in.Arg)))
	}
	return T(math.Float64frombits(in.Arg))
}

func (b *block[T]) pairs(j int, f func(u, v T) (T, T)) {
	for r := range b.rows {
		if r&j != 0 {
			continue
		}
		u, v := b.v[r][:b.size], b.v[r|j][:b.size]
		for i := range u {
			u[i], v[i] = f(u[i], v[i])
		}
	}
}

func (b *block[T]) turn(j int, cs []T) {
	c, s := cs[:b.size], cs[b.size:]
	for r := range b.rows {
		if r&j != 0 {
			continue
		}
		u, v := b.v[r][:b.size], b.v[r|j][:b.size]
		for i, x := range u {
			u[i], v[i] = c[i]*x-s[i]*v[i], c[i]*v[i]+s[i]*x
		}
	}
}

// turnLane multiplies by c, nil for 1, and adds s times the lanes across the
// elements' bit l.
func (b *block[T]) turnLane(l int, c, s []T) {
	for r := range b.rows {
		old := b.v[r]
		for i := range b.size {
			x := old[i]
			if c != nil {
				x *= c[i]
			}
			b.v[r][i] = x + s[i]*old[i^l]
		}
	}
}

func (b *block[T]) phase(table []T, x, mask uint64) {
	n := b.size
	table = table[2*n*b.rows*int(gather(x, mask)):]
	for r := range b.rows {
		re, im, v := table[2*n*r:][:n], table[2*n*r+n:][:n], b.v[r][:n]
		for i := 0; i < n; i += 2 {
			a, c := v[i], v[i+1]
			v[i], v[i+1] = a*re[i]+c*im[i], c*re[i+1]+a*im[i+1]
		}
	}
}

// phaseRows is phase with a table of one number a row.
func (b *block[T]) phaseRows(table []T, x, mask uint64) {
	table = table[2*b.rows*int(gather(x, mask)):]
	for r := range b.rows {
		re, im, v := table[2*r], table[2*r+1], b.v[r][:b.size]
		for i := 0; i < len(v); i += 2 {
			a, c := v[i], v[i+1]
			v[i], v[i+1] = a*re-c*im, c*re+a*im
		}
	}
}

// weigh adds the squares of the elements, weighted by the entries k of table.
func (b *block[T]) weigh(table []T, k uint64, sum []float64) {
	table = table[b.rows*int(k):]
	for r := range b.rows {
		for e, v := range b.v[r][:b.size] {
			sum[e] += float64(table[r] * v * v)
		}
	}
}

// apply adds c·ψ, weighted by the entries k of table, to λ.
func (b *block[T]) apply(table []T, k uint64, c []T) {
	half := b.rows / 2
	table = table[half*int(k):]
	for r := range half {
		for e, v := range c {
			b.v[half+r][e] += table[r] * (v * b.v[r][e])
		}
	}
}

// gather brings the bits of x at mask together.
func gather(x, mask uint64) uint64 {
	k := uint64(0)
	for i := 0; mask != 0; i++ {
		k |= x >> bits.TrailingZeros64(mask) & 1 << i
		mask &= mask - 1
	}
	return k
}

// exchange exchanges the elements e of v[r] and v[r|j] with e&mask == want.
func (b *block[T]) exchange(j, mask, want int) {
	for r := range b.rows {
		for e := range b.size {
			if r&j == 0 && e&mask == want {
				b.v[r][e], b.v[r|j][e] = b.v[r|j][e], b.v[r][e]
			}
		}
	}
}

// swapLanes exchanges the elements of row r across the bit l where all bits of only are set.
func (b *block[T]) swapLanes(r, l, only int) {
	for e := range b.size {
		if e&l == 0 && e&only == only {
			b.v[r][e], b.v[r][e|l] = b.v[r][e|l], b.v[r][e]
		}
	}
}

func (b *block[T]) swapRow(j, l int) {
	for r := range b.rows {
		for e := range b.size {
			if r&j == 0 && e&l == 0 {
				b.v[r][e|l], b.v[r|j][e] = b.v[r|j][e], b.v[r][e|l]
			}
		}
	}
}

// dense multiplies by the matrix m of (re, im) on the row bits targets.
func (b *block[T]) dense(targets []int, m []T) {
	d := 1 << len(targets)
	var offset [8]int
	for i := range d {
		for k, t := range targets {
			offset[i] |= i >> k & 1 * t
		}
	}
	for r := range b.rows {
		if r&offset[d-1] != 0 {
			continue
		}
		for e := 0; e < b.size; e += 2 {
			b.product(r, e, offset[:d], m)
		}
	}
}

// product multiplies the amplitudes at element e of the rows r|offset by m.
func (b *block[T]) product(r, e int, offset []int, m []T) {
	var re, im [8]T
	for i := range offset {
		for k, o := range offset {
			at := 2 * (len(offset)*i + k)
			c, s, x, y := m[at], m[at+1], b.v[r|o][e], b.v[r|o][e+1]
			re[i] += c*x - s*y
			im[i] += c*y + s*x
		}
	}
	for i, o := range offset {
		b.v[r|o][e], b.v[r|o][e+1] = re[i], im[i]
	}
}

// gradient runs the operations that add to sums, which are float64.
func (b *block[T]) gradient(op Op, in *Instr, x uint64, arena unsafe.Pointer) {
	half := b.rows / 2
	psi, lambda := b.v[:half], b.v[half:b.rows]
	switch {
	case op < opGradRotateLane:
		j := 1 << (op - opGradRotate)
		sum := vectorAt[float64](arena, int64(in.Arg), b.size)
		for r := range psi {
			for e := 0; e < b.size && r&j == 0; e++ {
				sum[e] += float64(lambda[r|j][e]*psi[r][e] - lambda[r][e]*psi[r|j][e])
			}
		}
	case op < OpGradPhase:
		l := 2 << (op - opGradRotateLane)
		sum := vectorAt[float64](arena, int64(in.Arg), b.size)
		for r := range psi {
			for e := range sum {
				sum[e] += float64(lambda[r][e] * psi[r][e^l])
			}
		}
	case op == OpGradBits:
		b.gradBits(vectorAt[float64](arena, int64(in.Arg), b.size*bits.Len(uint(half))))
	default:
		k := int64(gather(x, in.Mask))
		for r := range psi {
			sum := vectorAt[float64](arena, int64(in.Arg)+(k*int64(half)+int64(r))*int64(b.size)*8, b.size)
			for e := range sum {
				sum[e] += float64(lambda[r][e] * psi[r][e^1])
			}
		}
	}
}

// gradBits adds what OpGradBits adds: the rows with each bit, at last all.
func (b *block[T]) gradBits(sums []float64) {
	half := b.rows / 2
	for r := range half {
		for e := range b.size {
			w := float64(b.v[half+r][e] * b.v[r][e^1])
			for j := 0; 1<<j <= half; j++ {
				if r>>j&1 == 1 || 1<<j == half {
					sums[j*b.size+e] += w
				}
			}
		}
	}
}
