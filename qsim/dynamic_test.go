package qsim_test

import (
	"errors"
	"maps"
	"math"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// sampled are the counts of a circuit without weights.
func sampled(t *testing.T, c *circuits.Circuit, shots int, seed uint64) (qsim.Counts, error) {
	t.Helper()
	p, err := qsim.Compile(c, qsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p.Sample(t.Context(), nil, nil, shots, seed)
}

// TestShotsAreTheirOwn: a shot draws the same numbers whichever shots go together with it, so
// that one more of them adds one outcome to those before.
func TestShotsAreTheirOwn(t *testing.T) {
	c := circuits.New(1)
	for i := range 7 {
		c.RY(circuits.Const(0.5+0.4*float64(i)), 0).Measure(0, i)
		if i == 3 {
			c.Reset(0)
		}
	}
	c.H(0).Measure(0, 7)
	before := map[uint64]int{}
	for shots := 1; shots <= 80; shots++ {
		got, err := sampled(t, c, shots, 3)
		if err != nil {
			t.Fatal(err)
		}
		added := 0
		for x, n := range got.Outcomes {
			if n < before[x] {
				t.Fatalf("%d shots have %08b less often than those before", shots, x)
			}
			added += n - before[x]
		}
		if added != 1 {
			t.Fatalf("shot %d changes %d outcomes", shots, added)
		}
		before = got.Outcomes
	}
}

// counting is a loop of so many rounds, which the variable counts, around what body appends.
func counting(c *circuits.Circuit, variable, rounds int, also []circuits.Condition, body func()) {
	expr := func(op circuits.Operator, v int64) *circuits.Expr {
		return &circuits.Expr{Op: op, Args: []*circuits.Expr{circuits.VarExpr(variable), circuits.WholeExpr(v)}}
	}
	more := circuits.Condition{Test: expr(circuits.Operator(circuits.Less), int64(rounds))}
	for _, d := range also {
		more = more.Both(d)
	}
	c.Loop(more)
	c.Set(variable, expr(circuits.Add, 1))
	body()
	c.End()
}

// TestRoundsOfALoop: what is bounded is the rounds in a loop from where a shot enters it. They
// are counted anew when it enters again, and for each shot by itself.
func TestRoundsOfALoop(t *testing.T) {
	vars := []circuits.VarType{circuits.WholeVar, circuits.WholeVar}
	nested := &circuits.Circuit{Qubits: 1, Vars: vars}
	counting(nested, 0, 3, nil, func() {
		nested.Set(1, circuits.WholeExpr(0))
		counting(nested, 1, 60_000, nil, func() {})
	})
	nested.X(0).Measure(0, 0)
	if got, err := sampled(t, nested, 1, 1); err != nil || got.Outcomes[1] != 1 {
		t.Errorf("three times 60,000 rounds: %v, %v", got.Outcomes, err)
	}

	// Of the shots that go round together some leave after 60,000 rounds, and the others go on
	// beyond the bound.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // which lets all go together
	apart := &circuits.Circuit{Qubits: 1, Vars: vars}
	apart.Store(0, circuits.Always(true))
	middle := circuits.Condition{Test: &circuits.Expr{
		Op: circuits.Operator(circuits.Equal), Args: []*circuits.Expr{circuits.VarExpr(0), circuits.WholeExpr(60_000)},
	}}
	counting(apart, 0, 120_000, []circuits.Condition{circuits.BitIs(0, true)}, func() {
		apart.RY(circuits.Const(2*math.Pi/3), 0).If(middle).Measure(0, 0).If(middle) // 0 in a quarter of the shots
	})
	if got, err := sampled(t, apart, 40, 1); !errors.Is(err, qsim.ErrUnfinished) {
		t.Errorf("120,000 rounds: %v, error %v, want ErrUnfinished", got.Outcomes, err)
	}
}

// TestShotsWaitForMemory: shots for which there is no memory run later, and have the outcomes
// that they have with memory for all.
func TestShotsWaitForMemory(t *testing.T) {
	const n, size, shots = 20, 16 << 20, 30
	c := circuits.New(n)
	for q := range n {
		c.RY(circuits.Const(0.2+float64(q)), q)
	}
	for i := range 3 {
		c.H(i).Measure(i, i).CX(i, i+1)
	}
	c.Measure(3, 3)
	p, err := qsim.Compile(c, qsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC() // twice, to empty the pools of other tests
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	old := debug.SetMemoryLimit(int64(m.HeapInuse) + 5*size/2) // the prefix, and one state
	got, err := p.Sample(t.Context(), nil, nil, shots, 5)
	debug.SetMemoryLimit(old)
	if err != nil {
		t.Fatal(err)
	}
	want, err := p.Sample(t.Context(), nil, nil, shots, 5)
	if err != nil || !maps.Equal(got.Outcomes, want.Outcomes) {
		t.Errorf("with little memory %v, else %v, %v", got.Outcomes, want.Outcomes, err)
	}
}
