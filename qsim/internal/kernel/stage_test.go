package kernel

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// machinesHere are those in assembly that this processor can run.
func machinesHere() []*Machine {
	var out []*Machine
	for _, v := range available() {
		for _, single := range []bool{false, true} {
			if m := machine(v.name, single); m != nil {
				out = append(out, m)
			}
		}
	}
	return out
}

// stageOps lists the operations of a machine's shape; in a dual stage only those
// that do not mix the two states.
func stageOps(m *Machine) []Op {
	list := []Op{OpPhase, OpPhaseLocal, OpPhaseRows, OpGradPhase, OpGradBits, OpWeigh, OpApply}
	for j := range m.Rows {
		list = append(list, OpRotate(j), OpCorotate(j), OpTurn(j), OpFlip(j))
		if j < m.Rows-1 {
			list = append(list, OpGradRotate(j))
		}
		for k := range m.Rows {
			if k != j {
				list = append(list, OpNot(j, k))
			}
			if k > j {
				list = append(list, OpDense2(j, k))
			}
		}
		if m.Rows == 4 {
			list = append(list, OpDense3(j))
		}
	}
	if m.Rows == 3 {
		list = append(list, OpDense3(3))
	}
	for l := range m.Lanes {
		list = append(list, OpRotateLane(l), OpTurnLane(l), OpFlipLane(l), OpGradRotateLane(l))
		for k := range m.Lanes {
			if k != l {
				list = append(list, OpNotLanes(l, k))
			}
		}
		for j := range m.Rows {
			list = append(list, OpNotLaneRow(l, j), OpNotRowLane(j, l), OpSwap(l, j))
		}
	}
	return list
}

func aligned[T float](n int) []T {
	v := make([]T, n+16)
	skip := int(-uintptr(unsafe.Pointer(&v[0])) % 64 / unsafe.Sizeof(v[0]))
	return v[skip : skip+n]
}

func fill[T float](rng *rand.Rand, v []T) {
	for i := range v {
		v[i] = T(rng.NormFloat64())
	}
}

// checkStage runs ops on m and on the generic machine of its shape.
func checkStage[T float](t *testing.T, m *Machine, seed uint64, list []Op) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 7))
	const groups, guard, tableBits, sumsAt = 5, 64, 3, 1 << 15
	vector, rows := 2<<m.Lanes, 1<<m.Rows
	size := groups * rows * vector
	table := 2 * vector * rows << tableBits
	state, data := aligned[T](size+2*guard), aligned[T](table)
	arena := aligned[float64](sumsAt/8 + 16*vector<<tableBits)
	fill(rng, state)
	fill(rng, data)
	fill(rng, unsafe.Slice((*T)(unsafe.Pointer(&arena[0])), table))
	var loads, stores [16]int64
	places := rng.Perm(rows)
	for r := range rows {
		loads[r] = int64(r*groups*vector) * int64(unsafe.Sizeof(T(0)))
		stores[places[r]] = loads[r]
	}
	var gs []Group
	for i, x := range rng.Perm(groups) {
		gs = append(gs, Group{int64(x*vector) * int64(unsafe.Sizeof(T(0))), uint64(i) << 7})
	}
	n := 1 + rng.IntN(groups)
	leave := seed%8 == 7
	zero := 0
	if seed%4 == 2 {
		zero = rng.IntN(rows)
	}
	masks := make([]uint64, len(list))
	args := make([]uint64, len(list))
	for i, op := range list {
		masks[i] = []uint64{0, 1 << 7, 1<<8 | 1<<3, 1<<7 | 1<<9 | 1<<40}[rng.IntN(4)]
		switch {
		case op >= opGradRotate && op <= OpGradPhase, op == OpWeigh, op == OpGradBits:
			args[i] = sumsAt
		case op >= opTurn && op < opRotateLane, op == OpPhaseLocal, op == OpApply:
		case unsafe.Sizeof(T(0)) == 4:
			args[i] = uint64(math.Float32bits(float32(rng.NormFloat64())))
		default:
			args[i] = math.Float64bits(rng.NormFloat64())
		}
		if bits.OnesCount64(masks[i]) > tableBits {
			t.Fatal("mask beyond the table")
		}
	}
	run := func(m *Machine) ([]T, []float64) {
		s, a := aligned[T](len(state)), aligned[float64](len(arena))
		copy(s, state)
		copy(a, arena)
		code := make([]Instr, len(list)+2)
		m.Set(&code[0], OpLoadZero(zero))
		for i, op := range list {
			m.Set(&code[i+1], op)
			code[i+1].Mask, code[i+1].Arg, code[i+1].Data = masks[i], args[i], unsafe.Pointer(&data[0])
		}
		end := OpStore
		if leave {
			end = OpLeave
		}
		m.Set(&code[len(code)-1], end)
		m.Run(&Stage{
			Base: unsafe.Pointer(&s[guard]), Index: 1<<3 | 1<<40, Code: &code[0], Loads: &loads, Stores: &stores,
			Groups: &gs[0], N: n, Arena: unsafe.Pointer(&a[0]), Next: 64,
		})
		return s, a[sumsAt/8:]
	}
	got, sums := run(m)
	want, wantSums := run(Generic(m.Lanes, m.Rows, m.Single))
	tolerance := 1e-13
	if m.Single {
		tolerance = 2e-5
	}
	scale := 1.0
	for _, v := range want {
		scale = max(scale, math.Abs(float64(v)))
	}
	for i := range want {
		if !leave && !(math.Abs(float64(got[i]-want[i])) <= tolerance*scale) {
			t.Fatalf("%s single=%v ops %v, %d groups: element %d is %v, want %v", m.Name, m.Single, list, n, i-guard, got[i], want[i])
		}
	}
	scale *= scale
	for _, v := range wantSums { // where the state is left as it was
		scale = max(scale, math.Abs(v))
	}
	for i := range wantSums {
		if !(math.Abs(sums[i]-wantSums[i]) <= 10*tolerance*scale) {
			t.Fatalf("%s single=%v ops %v: sum %d is %v, want %v", m.Name, m.Single, list, i, sums[i], wantSums[i])
		}
	}
}

func checkMachine(t *testing.T, m *Machine, seed uint64, list []Op) {
	t.Helper()
	if m.Single {
		checkStage[float32](t, m, seed, list)
	} else {
		checkStage[float64](t, m, seed, list)
	}
}

func TestStageOps(t *testing.T) {
	for _, m := range machinesHere() {
		for _, op := range stageOps(m) {
			for seed := range uint64(8) {
				checkMachine(t, m, seed, []Op{op})
			}
		}
	}
}

func TestStagePrograms(t *testing.T) {
	for _, m := range machinesHere() {
		list := stageOps(m)
		for seed := range uint64(300) {
			rng := rand.New(rand.NewPCG(seed, 8))
			ops := make([]Op, 1+rng.IntN(12))
			for i := range ops {
				ops[i] = list[rng.IntN(len(list))]
			}
			checkMachine(t, m, seed, ops)
		}
	}
}

func FuzzStage(f *testing.F) {
	f.Add(uint64(1), []byte{0, 1, 2, 3})
	f.Fuzz(func(t *testing.T, seed uint64, program []byte) {
		for _, m := range machinesHere() {
			list := stageOps(m)
			ops := make([]Op, min(len(program), 12))
			for i := range ops {
				ops[i] = list[int(program[i])%len(list)]
			}
			checkMachine(t, m, seed, ops)
		}
	})
}

// The time of one operation on the 16 blocks of 16 KiB, load and store included;
// op=none is load and store alone.
func BenchmarkStage(b *testing.B) {
	machines := append(machinesHere(), Generic(2, 4, false))
	for _, m := range machines {
		vector := 2 << m.Lanes << 3
		if m.Single {
			vector /= 2
		}
		const groups = 16
		memory := aligned[float64](1 << 15)
		var offsets [16]int64
		for r := range 1 << m.Rows {
			offsets[r] = int64(r * groups * vector)
		}
		var gs []Group
		for i := range groups {
			gs = append(gs, Group{int64(i * vector), uint64(i)})
		}
		operands := aligned[float64](1 << 12)
		ops := map[string][]Op{
			"none": nil, "rotate": {OpRotate(1)}, "corotate": {OpCorotate(1)}, "turn": {OpTurn(1)}, "rotateLane": {OpRotateLane(0)},
			"phase": {OpPhase}, "not": {OpNot(0, 1)}, "notLaneRow": {OpNotLaneRow(0, 1)}, "flip": {OpFlip(1)}, "swap": {OpSwap(0, 1)},
			"dense2": {OpDense2(0, 1)}, "dense3": {OpDense3(3)}, "gradRotate": {OpGradRotate(0)}, "gradPhase": {OpGradPhase}, "gradBits": {OpGradBits},
		}
		for name, list := range ops {
			code := make([]Instr, len(list)+2)
			m.Set(&code[0], OpLoad)
			for i, op := range list {
				m.Set(&code[i+1], op)
				code[i+1].Data, code[i+1].Mask = unsafe.Pointer(&operands[0]), 1
			}
			m.Set(&code[len(code)-1], OpStore)
			s := &Stage{
				Base: unsafe.Pointer(&memory[0]), Code: &code[0], Loads: &offsets, Stores: &offsets,
				Groups: &gs[0], N: groups, Arena: unsafe.Pointer(&operands[1<<10]),
			}
			b.Run(fmt.Sprintf("op=%s/impl=%s/single=%v", name, m.Name, m.Single), func(b *testing.B) {
				for b.Loop() {
					m.Run(s)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/groups, "ns/block")
			})
		}
	}
}
