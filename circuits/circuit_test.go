package circuits_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/qsim/simtest"

	"github.com/qnn-go/qnn/circuits"
)

// randomCircuit has all unitary gates of the table, random unitaries and
// barriers on n ≥ 3 qubits, with angles in two weights and two features.
func randomCircuit(rng *rand.Rand, n, ops int) *circuits.Circuit {
	c := circuits.New(n)
	gates := append(tableGates(), circuits.GateUnitary, circuits.GateBarrier)
	for range ops {
		g := gates[rng.IntN(len(gates))]
		size := g.Spec().Qubits
		if size < 0 {
			size = 1 + rng.IntN(3)
		}
		qubits := rng.Perm(n)[:size]
		if g == circuits.GateUnitary {
			c.Unitary(simtest.RandomUnitary(rng, 1<<size), qubits...)
			continue
		}
		var angles []circuits.Angle
		for range g.Spec().Params {
			a := circuits.Weight(rng.IntN(2)).Times(circuits.Feature(rng.IntN(2))).Scale(rng.NormFloat64())
			angles = append(angles, a.Plus(circuits.Const(rng.NormFloat64())))
		}
		c.Append(g, angles, qubits...)
	}
	return c
}

func TestValidate(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		circuit *circuits.Circuit
		index   int
		cause   error
	}{
		"unknown gate":      {&circuits.Circuit{Qubits: 1, Ops: []circuits.Op{{Gate: 255, Qubits: []int{0}}}}, 0, circuits.ErrUnknown},
		"missing qubit":     {circuits.New(2).H(0).Append(circuits.GateCX, nil, 1), 1, circuits.ErrArity},
		"too many qubits":   {circuits.New(2).Append(circuits.GateH, nil, 0, 1), 0, circuits.ErrArity},
		"qubit of a phase":  {circuits.New(2).Append(circuits.GateGPhase, []circuits.Angle{nil}, 0), 0, circuits.ErrArity},
		"missing angle":     {circuits.New(2).Append(circuits.GateRX, nil, 1), 0, circuits.ErrArity},
		"angle too many":    {circuits.New(2).Append(circuits.GateH, []circuits.Angle{nil}, 1), 0, circuits.ErrArity},
		"qubit too high":    {circuits.New(2).H(1).H(2), 1, circuits.ErrRange},
		"negative qubit":    {circuits.New(2).CX(0, -1), 0, circuits.ErrRange},
		"barrier too high":  {circuits.New(2).Barrier(0, 2), 0, circuits.ErrRange},
		"repeated qubit":    {circuits.New(3).CCX(0, 1, 0), 0, circuits.ErrDuplicate},
		"repeated barrier":  {circuits.New(3).Barrier(2, 1, 2), 0, circuits.ErrDuplicate},
		"NaN angle":         {circuits.New(1).RX(circuits.Const(nan), 0), 0, circuits.ErrNotFinite},
		"infinite angle":    {circuits.New(1).RX(circuits.Weight(0).Scale(math.Inf(-1)), 0), 0, circuits.ErrNotFinite},
		"negative weight":   {circuits.New(1).RX(circuits.Weight(-1), 0), 0, circuits.ErrRange},
		"huge weight":       {circuits.New(1).RX(circuits.Weight(1<<24), 0), 0, circuits.ErrRange},
		"huge feature":      {circuits.New(1).RX(circuits.Feature(math.MaxInt), 0), 0, circuits.ErrRange},
		"negative bit":      {circuits.New(1).Measure(0, -1), 0, circuits.ErrRange},
		"bit too high":      {&circuits.Circuit{Qubits: 1, Clbits: 1, Ops: []circuits.Op{{Gate: circuits.GateMeasure, Qubits: []int{0}, Clbit: 1}}}, 0, circuits.ErrRange},
		"no matrix":         {circuits.New(1).Unitary(nil, 0), 0, circuits.ErrArity},
		"matrix too small":  {circuits.New(2).Unitary([]complex128{1, 0, 0, 1}, 0, 1), 0, circuits.ErrArity},
		"four qubits":       {circuits.New(4).Unitary(make([]complex128, 256), 0, 1, 2, 3), 0, circuits.ErrArity},
		"matrix of no one":  {circuits.New(1).Unitary([]complex128{1}), 0, circuits.ErrArity},
		"not unitary":       {circuits.New(1).Unitary([]complex128{1, 0, 0, 1.0001}, 0), 0, circuits.ErrUnitary},
		"NaN matrix":        {circuits.New(1).Unitary([]complex128{1, 0, 0, complex(nan, 0)}, 0), 0, circuits.ErrUnitary},
		"infinite matrix":   {circuits.New(1).Unitary([]complex128{1, 0, 0, complex(math.Inf(1), 0)}, 0), 0, circuits.ErrUnitary},
		"rows not orthonal": {circuits.New(1).Unitary([]complex128{1, 0, 1, 0}, 0), 0, circuits.ErrUnitary},
	} {
		err := c.circuit.Validate()
		var opErr *circuits.OpError
		if !errors.As(err, &opErr) || !errors.Is(err, c.cause) {
			t.Errorf("%s: error %v, want an OpError of %v", name, err, c.cause)
			continue
		}
		if want := c.circuit.Ops[c.index].Gate; opErr.Index != c.index || opErr.Gate != want {
			t.Errorf("%s: error at %d (%v), want %d (%v)", name, opErr.Index, opErr.Gate, c.index, want)
		}
	}
	for _, c := range []circuits.Circuit{{Qubits: -1}, {Clbits: -1}, {Qubits: 1_000_001}, {Clbits: math.MaxInt}} {
		if err := c.Validate(); !errors.Is(err, circuits.ErrRange) {
			t.Errorf("%d qubits, %d bits: error %v, want ErrRange", c.Qubits, c.Clbits, err)
		}
	}
	if err := new(circuits.Circuit).Validate(); err != nil {
		t.Errorf("zero circuit: %v", err)
	}
	if err := randomCircuit(newRand(20), 4, 200).MeasureAll().Reset(0).Validate(); err != nil {
		t.Errorf("random circuit: %v", err)
	}
}

// TestDepthEqualsQiskit uses the circuits that testdata/depth.py recorded.
func TestDepthEqualsQiskit(t *testing.T) {
	type depthCase struct {
		Circuit circuits.Circuit
		Depth   int
	}
	for i, c := range readCases[depthCase](t, "testdata/depth.json") {
		if err := c.Circuit.Validate(); err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
		if got := c.Circuit.Depth(); got != c.Depth {
			t.Errorf("case %d: depth %d, Qiskit's is %d", i, got, c.Depth)
		}
	}
}

func TestBind(t *testing.T) {
	c := randomCircuit(newRand(21), 3, 60)
	text, _ := json.Marshal(c)
	w, x := []float64{0.3, -1.2}, []float64{2, 0.7}
	bound, err := c.Bind(w, x)
	if err != nil {
		t.Fatal(err)
	}
	if bound.Weights() != 0 || bound.Features() != 0 {
		t.Errorf("bound circuit has %d weights, %d features", bound.Weights(), bound.Features())
	}
	if d := distance(t, matrix(t, bound, nil, nil), matrix(t, c, w, x)); !(d <= 1e-13) {
		t.Errorf("bound circuit differs by %g", d)
	}
	if after, _ := json.Marshal(c); string(after) != string(text) {
		t.Error("Bind changed its receiver")
	}
	if c.Weights() != 2 || c.Features() != 2 {
		t.Fatalf("%d weights and %d features, want 2 and 2", c.Weights(), c.Features())
	}
	for _, short := range [][2][]float64{{w[:1], x}, {w, x[:1]}, {nil, nil}} {
		if _, err := c.Bind(short[0], short[1]); !errors.Is(err, circuits.ErrRange) {
			t.Errorf("%v: error %v, want ErrRange", short, err)
		}
	}
	var opErr *circuits.OpError
	_, err = circuits.New(1).H(0).RX(circuits.Weight(0), 0).Bind([]float64{math.NaN()}, nil)
	if !errors.Is(err, circuits.ErrNotFinite) || !errors.As(err, &opErr) || opErr.Index != 1 {
		t.Errorf("NaN weight: error %v, want ErrNotFinite of operation 1", err)
	}
}

func TestInverseOfCircuit(t *testing.T) {
	c := randomCircuit(newRand(22), 4, 80)
	inv, err := c.Inverse()
	if err != nil {
		t.Fatal(err)
	}
	both := c.Clone().Concat(inv)
	if len(both.Ops) != 2*len(c.Ops) {
		t.Fatalf("%d operations, want %d", len(both.Ops), 2*len(c.Ops))
	}
	bound, err := both.Bind([]float64{0.4, 1.1}, []float64{-0.6, 0.2})
	if err != nil {
		t.Fatal(err)
	}
	d := 1 << c.Qubits
	one := circuits.New(c.Qubits)
	if dist := distance(t, matrix(t, bound, nil, nil), matrix(t, one, nil, nil)); !(dist <= 1e-12) {
		t.Errorf("circuit and inverse of order %d differ from 1 by %g", d, dist)
	}
	var opErr *circuits.OpError
	if _, err := circuits.New(1).H(0).Measure(0, 0).X(0).Inverse(); !errors.Is(err, circuits.ErrNoInverse) || !errors.As(err, &opErr) || opErr.Index != 1 {
		t.Errorf("measurement: error %v, want ErrNoInverse of operation 1", err)
	}
}

func TestConcat(t *testing.T) {
	c := circuits.New(1).H(0)
	d := circuits.New(3).CX(2, 1).Measure(1, 4)
	if got := c.Concat(d); got != c || c.Qubits != 3 || c.Clbits != 5 || len(c.Ops) != 3 || c.Ops[1].Gate != circuits.GateCX {
		t.Errorf("concatenation %+v", c)
	}
	if c.Concat(c); len(c.Ops) != 6 {
		t.Errorf("%d operations after doubling, want 6", len(c.Ops))
	}
}

func TestCloneIsDeep(t *testing.T) {
	qubits := []int{0, 1}
	c := circuits.New(2).Append(circuits.GateRZZ, []circuits.Angle{circuits.Weight(0)}, qubits...).
		Unitary([]complex128{1, 0, 0, 1}, 0)
	qubits[0] = 7 // Append copies
	d := c.Clone()
	d.Ops[0].Qubits[1], d.Ops[0].Angles[0], d.Ops[1].Matrix[0] = 5, nil, 2
	d.X(0)
	if err := c.Validate(); err != nil || len(c.Ops) != 2 || c.Weights() != 1 {
		t.Errorf("changed through a clone or an argument: %+v, %v", c, err)
	}
}

func TestCount(t *testing.T) {
	got := circuits.New(2).H(0).H(1).CX(0, 1).Barrier().MeasureAll().Count()
	want := map[circuits.Gate]int{circuits.GateH: 2, circuits.GateCX: 1, circuits.GateBarrier: 1, circuits.GateMeasure: 2}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("count %v, want %v", got, want)
	}
}

func TestJSONRoundTrip(t *testing.T) {
	c := randomCircuit(newRand(23), 5, 300).Reset(3).Measure(2, 1)
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	back := new(circuits.Circuit)
	if err := json.Unmarshal(data, back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(data) {
		t.Errorf("second writing differs, error %v", err)
	}
	if err := back.Validate(); err != nil {
		t.Error(err)
	}
	w, x := []float64{0.1, 0.2}, []float64{0.3, 0.4}
	for i, op := range back.Ops {
		want := c.Ops[i]
		if op.Gate != want.Gate || op.Clbit != want.Clbit || len(op.Angles) != len(want.Angles) || !reflect.DeepEqual(op.Matrix, want.Matrix) {
			t.Fatalf("operation %d reads back as %+v, want %+v", i, op, want)
		}
		for k, a := range op.Angles {
			if a.Eval(w, x) != want.Angles[k].Eval(w, x) {
				t.Errorf("operation %d: angle %v reads back as %v", i, want.Angles[k], a)
			}
		}
	}
	op, err := json.Marshal(circuits.New(1).RY(circuits.Feature(0).Scale(2), 0).Ops[0])
	if want := `{"gate":"ry","qubits":[0],"angles":["2*x0"]}`; err != nil || string(op) != want {
		t.Errorf("operation is written as %s, error %v, want %s", op, err, want)
	}
}

// hostileJSON are files that must be refused when read or when validated.
var hostileJSON = map[string]string{
	"no object":         `[]`,
	"cut":               `{"qubits":2,"ops":[{"gate":"h"`,
	"unknown gate":      `{"qubits":2,"ops":[{"gate":"hadamard","qubits":[0]}]}`,
	"no gate":           `{"qubits":2,"ops":[{"qubits":[0]}]}`,
	"misspelt gate":     `{"qubits":2,"ops":[{"gat":"h","qubits":[0]}]}`,
	"null operation":    `{"qubits":2,"ops":[null]}`,
	"gate by number":    `{"qubits":2,"ops":[{"gate":3,"qubits":[0]}]}`,
	"no qubits":         `{"qubits":2,"ops":[{"gate":"h"}]}`,
	"negative qubit":    `{"qubits":2,"ops":[{"gate":"h","qubits":[-1]}]}`,
	"fraction of qubit": `{"qubits":2,"ops":[{"gate":"h","qubits":[0.5]}]}`,
	"huge qubit":        `{"qubits":2,"ops":[{"gate":"h","qubits":[9223372036854775807]}]}`,
	"overflow":          `{"qubits":2,"ops":[{"gate":"h","qubits":[99999999999999999999]}]}`,
	"huge register":     `{"qubits":4611686018427387904,"ops":[]}`,
	"huge bits":         `{"qubits":1,"clbits":4611686018427387904,"ops":[]}`,
	"NaN angle":         `{"qubits":2,"ops":[{"gate":"rx","qubits":[0],"angles":["NaN"]}]}`,
	"infinite angle":    `{"qubits":2,"ops":[{"gate":"rx","qubits":[0],"angles":["1e308*1e308"]}]}`,
	"angle as number":   `{"qubits":2,"ops":[{"gate":"rx","qubits":[0],"angles":[0.5]}]}`,
	"huge weight":       `{"qubits":2,"ops":[{"gate":"rx","qubits":[0],"angles":["w2147483647"]}]}`,
	"no angle":          `{"qubits":2,"ops":[{"gate":"rx","qubits":[0]}]}`,
	"angle too many":    `{"qubits":2,"ops":[{"gate":"h","qubits":[0],"angles":["0"]}]}`,
	"unitary alone":     `{"qubits":2,"ops":[{"gate":"unitary","qubits":[0]}]}`,
	"unitary on none":   `{"qubits":2,"ops":[{"gate":"unitary","matrix":[[1,0]]}]}`,
	"half a matrix":     `{"qubits":2,"ops":[{"gate":"unitary","qubits":[0],"matrix":[[1,0],[0,0]]}]}`,
	"short entries":     `{"qubits":2,"ops":[{"gate":"unitary","qubits":[0],"matrix":[[1],[],[],[]]}]}`,
	"huge entry":        `{"qubits":2,"ops":[{"gate":"unitary","qubits":[0],"matrix":[[1e300,0],[0,0],[0,0],[1,0]]}]}`,
	"clbit":             `{"qubits":2,"clbits":1,"ops":[{"gate":"measure","qubits":[0],"clbit":1}]}`,
	"negative clbit":    `{"qubits":2,"clbits":1,"ops":[{"gate":"measure","qubits":[0],"clbit":-1}]}`,
}

// readCircuit is how a program reads a circuit from outside.
func readCircuit(data []byte) (*circuits.Circuit, error) {
	c := new(circuits.Circuit)
	if err := json.Unmarshal(data, c); err != nil {
		return nil, err
	}
	return c, c.Validate()
}

func TestHostileJSON(t *testing.T) {
	for name, text := range hostileJSON {
		if c, err := readCircuit([]byte(text)); err == nil {
			t.Errorf("%s: accepted as %+v", name, c)
		}
	}
	long := `{"qubits":1000000,"ops":[{"gate":"barrier","qubits":[0` + strings.Repeat(",0", 500_000) + `]}]}`
	if _, err := readCircuit([]byte(long)); !errors.Is(err, circuits.ErrDuplicate) {
		t.Errorf("long barrier: error %v, want ErrDuplicate", err)
	}
}

// FuzzCircuitJSON checks that what Validate accepts can be used without panics
// and is written to the same text again.
func FuzzCircuitJSON(f *testing.F) {
	for _, text := range hostileJSON {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"qubits":3,"clbits":1,"ops":[{"gate":"cu","qubits":[2,0],"angles":["w0","x1","0","pi"]},{"gate":"measure","qubits":[1]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := readCircuit(data)
		if err != nil {
			return
		}
		c.Depth()
		if c.Weights() > 1<<24 || c.Features() > 1<<24 {
			t.Errorf("%d weights, %d features", c.Weights(), c.Features())
		}
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		back, err := readCircuit(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if again, err := json.Marshal(back); err != nil || string(again) != string(text) {
			t.Errorf("%s reads back as %s, error %v", text, again, err)
		}
	})
}

func TestErrorNamesThings(t *testing.T) {
	err := circuits.New(2).H(0).CX(0, 5).Validate()
	if want := "operation 1 (cx): qubit 5 of 2: index out of range"; err == nil || err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
}

// TestLikeKeepsAllButOperations walks the fields of a circuit, so that none can be forgotten.
func TestLikeKeepsAllButOperations(t *testing.T) {
	c := circuits.New(3).H(0).Measure(0, 4)
	c.Hidden, c.Tolerance, c.Vars = 2, 1e-6, []circuits.VarType{circuits.WholeVar}
	v, like := reflect.ValueOf(*c), reflect.ValueOf(*c.Like())
	for i := range v.NumField() {
		switch name := v.Type().Field(i).Name; {
		case v.Field(i).IsZero():
			t.Errorf("give field %s a value in this test", name)
		case name == "Ops":
			if like.Field(i).Len() != 0 {
				t.Errorf("Like keeps %d operations", like.Field(i).Len())
			}
		case !reflect.DeepEqual(v.Field(i).Interface(), like.Field(i).Interface()):
			t.Errorf("field %s is %v, want %v", name, like.Field(i), v.Field(i))
		}
	}
}

// What one of two circuits shows is shown by both together.
func TestConcatHidden(t *testing.T) {
	for _, tt := range []struct{ bits, hidden, moreBits, moreHidden, want int }{
		{3, 1, 3, 1, 1}, {3, 2, 3, 1, 1}, {3, 1, 4, 1, 1}, {4, 2, 2, 0, 2}, {2, 0, 4, 2, 2}, {5, 3, 3, 0, 2}, {0, 0, 2, 2, 2},
	} {
		c := &circuits.Circuit{Qubits: 1, Clbits: tt.bits, Hidden: tt.hidden}
		c.Concat(&circuits.Circuit{Qubits: 1, Clbits: tt.moreBits, Hidden: tt.moreHidden})
		if c.Hidden != tt.want || c.Clbits != max(tt.bits, tt.moreBits) {
			t.Errorf("%+v: %d of %d bits are hidden", tt, c.Hidden, c.Clbits)
		}
	}
}
