package kernel

import (
	"math"
	"unsafe"
)

// A stage is a short program applied to every block of a piece of a state. A
// block is 2^rows vectors of 2^lanes amplitudes, (re, im) interleaved: the lowest
// lanes bits of an amplitude's index choose the lane, rows bits chosen by the
// stage the vector ("row"), the rest the group. A block is loaded, the program
// runs in registers, and the block is stored; then the next group.
//
// In a batch the lanes hold 2^lanes different samples instead of index bits.
// In a dual stage the highest row bit tells two states apart, ψ (0) and λ (1).

// Instr is one instruction of a stage. Its size and layout are known to assembly.
type Instr struct {
	op   uintptr        // what the machine runs: an address in assembly or an Op
	Mask uint64         // index bits outside the block
	Data unsafe.Pointer // operands shared by all workers
	Arg  uint64         // the bits of a float of the machine's precision, or an offset in bytes in Stage.Arena
}

// Group is a place of the block: what its index bits add to the address and index.
type Group struct {
	Offset int64 // in bytes
	Index  uint64
}

// Stage is one call of a machine: the program Code, from OpLoad to OpStore, runs
// on N ≥ 1 groups. Its layout is known to assembly.
type Stage struct {
	Base   unsafe.Pointer // address of the amplitude with index Index
	Index  uint64         // index bits fixed in this call
	Code   *Instr
	Loads  *[16]int64 // offsets of the rows in bytes, from which they are loaded
	Stores *[16]int64 // to which they are stored: a permutation of Loads
	Groups *Group
	N      int
	Arena  unsafe.Pointer // the worker's own operands and sums
	Next   int64          // distance in bytes at which loads also prefetch into L2, 0 for none
}

// Op is an operation on a block. Those with row bits j, k, c, t or lane bits l, m
// are a range; the functions below give their members. Rows r are vectors v[r];
// r|j is r with row bit j set. x is the index of the group with the stage's.
type Op uint16

const (
	OpLoad  Op = 0 // must come first
	OpStore Op = 1 // must come last, or OpLeave

	// opRotate: for every r without bit j, with t = Arg,
	// v[r], v[r|j] = v[r] − t·v[r|j], v[r|j] + t·v[r].
	opRotate Op = 2
	// opCorotate: v[r], v[r|j] = t·v[r] − v[r|j], t·v[r|j] + v[r].
	opCorotate Op = 6
	// opTurn: with vectors c, s at Arena+Arg, lane by lane,
	// v[r], v[r|j] = c·v[r] − s·v[r|j], c·v[r|j] + s·v[r].
	opTurn Op = 10
	// opRotateLane: v[r] += s·swap(v[r]), s the vector at Data, swap exchanging the
	// lanes that differ in lane bit l.
	opRotateLane Op = 14
	// opTurnLane: v[r] = c·v[r] + s·swap(v[r]), with vectors c, s at Data.
	opTurnLane Op = 18
	// OpPhase multiplies v[r] by the complex numbers of table entry k, k the bits of x
	// at Mask, brought together: Data holds for each k, for each row, a vector with
	// (re, re) and one with (−im, im) for each lane.
	OpPhase Op = 22
	// OpPhaseLocal is OpPhase with its table at Arena+Arg.
	OpPhaseLocal Op = 23
	// opNot exchanges v[r|c] and v[r|c|t], r without bits c and t.
	opNot Op = 24 // 4c+t
	// opNotLaneRow exchanges v[r] and v[r|j] in the lanes with lane bit l set.
	opNotLaneRow Op = 40 // 4l+j
	// opNotRowLane: v[r|j] = swap(v[r|j]), swap as in opRotateLane.
	opNotRowLane Op = 56 // 4l+j
	// opNotLanes: in lanes with bit l set, those that differ in bit m are exchanged.
	opNotLanes Op = 72 // 4l+m
	// opFlip: if an odd number of the bits of x&Mask is set, exchanges v[r] and v[r|j].
	opFlip Op = 88
	// opFlipLane: the same with v[r] = swap(v[r]).
	opFlipLane Op = 92
	// opSwap exchanges lane bit l and row bit j: the lanes of v[r] with bit l set and
	// those of v[r|j] with bit l not set change places.
	opSwap Op = 96 // 4l+j
	// opDense2 multiplies the rows r, r|j, r|k, r|j|k (j < k) by the row-major 4×4
	// complex matrix at Data.
	opDense2 Op = 112 // 4j+k
	// opDense3 multiplies eight rows by the row-major 8×8 matrix at Data; the row bits
	// are 0 … 3 without j, the lowest least significant. With 3 row bits j is 3.
	opDense3 Op = 128
	// opGradRotate, in dual stages: with ψ[r] and λ[r] the rows r of the two states,
	// the vector at Arena+Arg gains Σᵣ λ[r|j]·ψ[r] − λ[r]·ψ[r|j], element by element,
	// r without bit j; j is not the highest row bit.
	opGradRotate Op = 132
	// opGradRotateLane: Σᵣ λ[r]·swap(ψ[r]).
	opGradRotateLane Op = 136
	// OpGradPhase: the vectors at Arena+Arg, one for each k of OpPhase and each row r
	// of ψ, gain λ[r]·(im, re of ψ[r]).
	OpGradPhase Op = 140
	// OpPhaseRows is OpPhase with a table of one complex number for each k and row,
	// the same for all lanes.
	OpPhaseRows Op = 141
	// OpWeigh: the vector at Arena+Arg gains Σᵣ d·v[r]·v[r], element by element, d the
	// real number of entry k at Data, k as in OpPhase, for row r.
	OpWeigh Op = 142
	// OpApply, in dual stages: λ[r] += d·(c·ψ[r]), c the vector at Arena+Arg, element by
	// element, d as in OpWeigh with as many rows as ψ has.
	OpApply Op = 143
	// OpGradBits is OpGradPhase for phases that depend on one bit each: the vectors at
	// Arena+Arg, one for each row bit of ψ and one more, gain the sum of what OpGradPhase
	// adds over the rows with the bit, and over all.
	OpGradBits Op = 144
	// OpLeave ends a program in place of OpStore; memory holds anything after it.
	OpLeave Op = 145
	// opLoadZero is OpLoad, but the rows with one of the row bits mask become 0.
	opLoadZero Op = 146 // + mask

	ops = 162
)

// The sums at Arena of OpWeigh and the Grad operations are vectors of float64, with as many
// elements as a vector of the machine has, whatever its precision.

// OpLoadZero is OpLoad for mask 0.
func OpLoadZero(mask int) Op {
	if mask == 0 {
		return OpLoad
	}
	return opLoadZero + Op(mask)
}

func OpRotate(j int) Op     { return opRotate + Op(j) }
func OpCorotate(j int) Op   { return opCorotate + Op(j) }
func OpTurn(j int) Op       { return opTurn + Op(j) }
func OpRotateLane(l int) Op { return opRotateLane + Op(l) }
func OpTurnLane(l int) Op   { return opTurnLane + Op(l) }
func OpNot(c, t int) Op     { return opNot + Op(4*c+t) }

// Not is c and t of OpNot(c, t).
func (o Op) Not() (c, t int) { return int(o-opNot) / 4, int(o-opNot) % 4 }

func OpNotLaneRow(l, j int) Op  { return opNotLaneRow + Op(4*l+j) }
func OpNotRowLane(j, l int) Op  { return opNotRowLane + Op(4*l+j) }
func OpNotLanes(l, m int) Op    { return opNotLanes + Op(4*l+m) }
func OpFlip(j int) Op           { return opFlip + Op(j) }
func OpFlipLane(l int) Op       { return opFlipLane + Op(l) }
func OpSwap(l, j int) Op        { return opSwap + Op(4*l+j) }
func OpDense2(j, k int) Op      { return opDense2 + Op(4*j+k) }
func OpDense3(j int) Op         { return opDense3 + Op(j) }
func OpGradRotate(j int) Op     { return opGradRotate + Op(j) }
func OpGradRotateLane(l int) Op { return opGradRotateLane + Op(l) }

// Machine runs stages with one instruction set and precision.
type Machine struct {
	Name   string        // avx512, avx2 or generic
	Lanes  int           // a vector holds 2^Lanes amplitudes
	Rows   int           // a block has 2^Rows vectors, at most 16
	Single bool          // float32 instead of float64
	ops    *[ops]uintptr // addresses of assembly, nil for generic
	run    func(*Stage)
}

// NewMachine returns the best machine of the processor, or the one that QNN_CPU
// names, for float64 or single precision.
func NewMachine(single bool) *Machine {
	if active != nil {
		if m := machine(active.name, single); m != nil {
			return m
		}
	}
	return Generic(2, 4, single)
}

// Set makes in the instruction op.
func (m *Machine) Set(in *Instr, op Op) {
	in.op = uintptr(op)
	if m.ops != nil {
		in.op = m.ops[op]
	}
}

// Amplitude is the size of an amplitude in bytes.
func (m *Machine) Amplitude() int64 {
	if m.Single {
		return 8
	}
	return 16
}

// Vector is the size of a vector in bytes.
func (m *Machine) Vector() int { return int(m.Amplitude()) << m.Lanes }

// Argument is t as Instr.Arg.
func (m *Machine) Argument(t float64) uint64 {
	if m.Single {
		return uint64(math.Float32bits(float32(t)))
	}
	return math.Float64bits(t)
}

// Run runs s. The caller vouches for every address and offset.
func (m *Machine) Run(s *Stage) { m.run(s) }
