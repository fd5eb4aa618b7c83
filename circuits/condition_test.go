package circuits_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

func TestConditionHolds(t *testing.T) {
	bit, are := circuits.BitIs, circuits.BitsAre
	huge := circuits.Condition{Bits: []int{0}, Is: circuits.Less, Value: new(big.Int).Lsh(big.NewInt(1), 100)}
	for _, c := range []struct {
		condition circuits.Condition
		bits      int // those that are 1
		want      bool
		text      string
	}{
		{bit(0, true), 0b01, true, "c0"},
		{bit(1, false), 0b01, true, "!c1"},
		{are([]int{0, 1, 2}, circuits.Equal, 5), 0b101, true, "c[0:2]==5"},
		{are([]int{2, 1, 0}, circuits.Equal, 6), 0b011, true, "c[2,1,0]==6"},
		{are([]int{0, 1}, circuits.Equal, 4), 0b00, false, "c[0:1]==4"},
		{are([]int{0, 1}, circuits.Less, 4), 0b11, true, "c[0:1]<4"},
		{are([]int{0, 2}, circuits.Greater, 1), 0b100, true, "c[0,2]>1"},
		{are([]int{0, 1}, circuits.LessEqual, 2), 0b11, false, "c[0:1]<=2"},
		{are([]int{0, 1}, circuits.GreaterEqual, 2), 0b10, true, "c[0:1]>=2"},
		{are([]int{0, 1}, circuits.Unequal, 2), 0b10, false, "c[0:1]!=2"},
		{huge, 0b1, true, "c[0]<1267650600228229401496703205376"},
		{circuits.Always(true), 0, true, "true"},
		{circuits.Always(false), 0, false, "false"},
		{bit(0, true).Both(bit(1, true)).Both(bit(2, false)), 0b011, true, "c0&&c1&&!c2"},
		{bit(0, true).Either(bit(1, true)).Both(bit(2, true)), 0b110, true, "(c0||c1)&&c2"},
		{bit(0, true).Either(bit(1, true)).Not(), 0b10, false, "!c0&&!c1"},
	} {
		if got := c.condition.Holds(func(k int) bool { return c.bits>>k&1 == 1 }); got != c.want || c.condition.String() != c.text {
			t.Errorf("%v with %b: %v, want %s to be %v", &c.condition, c.bits, got, c.text, c.want)
		}
	}
}

// TestConditionNot negates random conditions and writes them as JSON.
func TestConditionNot(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	is := []circuits.Comparison{circuits.Equal, circuits.Unequal, circuits.Less, circuits.LessEqual, circuits.Greater, circuits.GreaterEqual}
	for range 200 {
		c := circuits.BitsAre(rng.Perm(3)[:1+rng.IntN(3)], is[rng.IntN(6)], rng.Uint64N(9))
		for range rng.IntN(4) {
			d := circuits.BitsAre(rng.Perm(3)[:1+rng.IntN(3)], is[rng.IntN(6)], rng.Uint64N(9))
			if c = c.Both(d); rng.IntN(2) == 0 {
				c = c.Either(d.Not())
			}
		}
		op := circuits.Op{Gate: circuits.GateX, Qubits: []int{0}, If: &c}
		text, err := json.Marshal(op)
		var back circuits.Op
		if err2 := json.Unmarshal(text, &back); err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		not := c.Not()
		for bits := range 8 {
			bit := func(k int) bool { return bits>>k&1 == 1 }
			if c.Holds(bit) == not.Holds(bit) || back.If.Holds(bit) != c.Holds(bit) {
				t.Fatalf("%v and %v with %b, read back as %v", &c, &not, bits, back.If)
			}
		}
	}
}

func TestConditionErrors(t *testing.T) {
	one := circuits.BitIs(0, true)
	deep := one
	for range 400 {
		deep = circuits.Condition{All: []circuits.Condition{deep}}
	}
	for name, c := range map[string]struct {
		condition circuits.Condition
		cause     error
	}{
		"nothing":           {circuits.Condition{}, circuits.ErrCondition},
		"two forms":         {circuits.Condition{All: []circuits.Condition{one}, Any: []circuits.Condition{one}}, circuits.ErrCondition},
		"no value":          {circuits.Condition{Bits: []int{0}, Is: circuits.Equal}, circuits.ErrCondition},
		"negative value":    {circuits.Condition{Bits: []int{0}, Is: circuits.Equal, Value: big.NewInt(-1)}, circuits.ErrCondition},
		"unknown":           {circuits.Condition{Bits: []int{0}, Is: "<>", Value: big.NewInt(1)}, circuits.ErrCondition},
		"bit out of range":  {circuits.BitIs(1, true), circuits.ErrRange},
		"bit below range":   {circuits.BitIs(-1, true), circuits.ErrRange},
		"inner bit":         {one.Both(circuits.BitIs(7, true)), circuits.ErrRange},
		"nested too deeply": {deep, circuits.ErrCondition},
	} {
		for _, build := range []func(*circuits.Circuit){
			func(x *circuits.Circuit) { x.X(0).If(c.condition) },
			func(x *circuits.Circuit) { x.Store(0, c.condition) },
		} {
			x := circuits.New(1).Measure(0, 0)
			build(x)
			var op *circuits.OpError
			if err := x.Validate(); !errors.Is(err, c.cause) || !errors.As(err, &op) || op.Index != 1 {
				t.Errorf("%s: error %v, want %v", name, err, c.cause)
			}
		}
	}
	x := circuits.New(1)
	x.Ops = append(x.Ops, circuits.Op{Gate: circuits.GateStore}, circuits.Op{Gate: circuits.GateX, Qubits: []int{0}, Value: &one})
	if err := x.Validate(); err == nil {
		t.Error("store without a bit is valid")
	}
	if err := (&circuits.Circuit{Qubits: 1, Clbits: 1, Hidden: 2}).Validate(); !errors.Is(err, circuits.ErrRange) {
		t.Errorf("two hidden bits of one: %v", err)
	}
}

// TestConditionsInCircuits: conditions survive copies and rewriting, and have no
// inverse. Qiskit 2.6 gives the depth: QuantumCircuit.depth of H, measure, an if_test
// of one X on the bit, and another of the same.
func TestConditionsInCircuits(t *testing.T) {
	c := circuits.New(2).H(0).Measure(0, 0).X(0).If(circuits.BitIs(0, true)).SWAP(0, 1).If(circuits.BitIs(0, false)).
		GPhase(circuits.Const(1)).If(circuits.BitIs(0, true)).Store(1, circuits.BitIs(0, true))
	c.Hidden = 1
	if _, err := c.Inverse(); !errors.Is(err, circuits.ErrNoInverse) {
		t.Errorf("inverse: %v", err)
	}
	plain, err := c.Decompose([]circuits.Gate{circuits.GateU, circuits.GateCX})
	if err != nil || plain.Hidden != 1 || len(plain.Ops) != 7 {
		t.Fatalf("%v: %+v", err, plain)
	}
	for i, want := range []string{"", "", "c0", "!c0", "!c0", "!c0", ""} {
		if got := plain.Ops[i].If; (got == nil) != (want == "") || got != nil && got.String() != want {
			t.Errorf("operation %d under %v, want %q", i, got, want)
		}
	}
	if clone := c.Clone(); clone.Hidden != 1 || clone.Ops[2].If.String() != "c0" {
		t.Errorf("clone: %+v", clone)
	}
	two := circuits.New(2).H(0).Measure(0, 0).X(0).If(circuits.BitIs(0, true)).X(1).If(circuits.BitIs(0, true))
	if d := two.Depth(); d != 4 {
		t.Errorf("depth %d, want 4", d)
	}
}
