package qasm_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/internal/pytest"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
)

// loadCase is a program for testdata/load.py together with what it should give.
type loadCase struct {
	Dialect    qasm.Dialect       `json:"dialect"`
	Source     string             `json:"source"`
	Parameters map[string]float64 `json:"parameters,omitempty"`
	Legacy     bool               `json:"legacy,omitempty"`
	Shots      int                `json:"shots,omitempty"`

	name     string
	circuit  *circuits.Circuit
	want     []complex128
	measured [][2]int
}

type loadResult struct {
	Error          string
	State          [][2]float64
	Measured       [][2]int
	Names          []string
	Qubits, Clbits int
	Counts         map[string]int
}

// loadAll runs the script once for all cases.
func loadAll(t *testing.T, script string, cases []loadCase) []loadResult {
	t.Helper()
	var file struct {
		Version string
		Results []loadResult
	}
	pytest.Exchange(t, script, cases, &file)
	if len(file.Results) != len(cases) {
		t.Fatalf("%d results for %d programs", len(file.Results), len(cases))
	}
	t.Logf("%d programs read by %s", len(cases), file.Version)
	return file.Results
}

// newCase encodes c. With bound false, weights and features stay inputs.
func newCase(t *testing.T, name string, c *circuits.Circuit, d qasm.Dialect, weights, features []float64, bound bool) loadCase {
	t.Helper()
	o := qasm.Options{Dialect: d}
	if bound {
		o.Weights, o.Features = weights, features
	}
	var b strings.Builder
	if err := qasm.Encode(&b, c, o); err != nil {
		t.Fatalf("%s: %v: %v", name, d, err)
	}
	out := loadCase{Dialect: d, Source: b.String(), name: fmt.Sprintf("%s in %v", name, d), circuit: c, want: simulate(t, c, weights, features)}
	for _, op := range c.Ops {
		if op.Gate == circuits.GateMeasure {
			out.measured = append(out.measured, [2]int{op.Qubits[0], op.Clbit})
		}
	}
	if !bound {
		out.Parameters = map[string]float64{}
		for i, v := range weights {
			out.Parameters[fmt.Sprintf("theta_%03d", i)] = v
		}
		for i, v := range features {
			out.Parameters[fmt.Sprintf("x_%03d", i)] = v
		}
	}
	return out
}

// TestQiskitReads gives Qiskit every gate, random circuits, symbolic circuits and
// resets in each dialect and compares its states with ours: up to a global phase
// in OpenQASM 2 and of IBM, to the phase in OpenQASM 3.
func TestQiskitReads(t *testing.T) {
	var cases []loadCase
	for _, d := range []qasm.Dialect{qasm.OpenQASM3, qasm.OpenQASM2} {
		cases = append(cases, gateCases(t, d)...)
		cases = append(cases, randomCases(t, d)...)
		cases = append(cases, specialCases(t, d)...)
	}
	cases = append(cases, gateCases(t, qasm.IBM)...)
	cases = append(cases, randomCases(t, qasm.IBM)...)
	cases = append(cases, symbolicCases(t)...)
	for i, got := range loadAll(t, "testdata/load.py", cases) {
		checkLoaded(t, cases[i], got)
	}
}

func checkLoaded(t *testing.T, c loadCase, got loadResult) {
	t.Helper()
	if got.Error != "" {
		t.Errorf("%s: %s\n%s", c.name, got.Error, c.Source)
		return
	}
	if c.Dialect != qasm.Braket && (got.Qubits != c.circuit.Qubits || got.Clbits != c.circuit.Clbits || !reflect.DeepEqual(got.Measured, append([][2]int{}, c.measured...))) {
		t.Errorf("%s: %d qubits, %d bits, measured %v, want %d, %d, %v", c.name, got.Qubits, got.Clbits, got.Measured, c.circuit.Qubits, c.circuit.Clbits, c.measured)
	}
	if len(got.State) != len(c.want) {
		t.Errorf("%s: %d amplitudes, want %d", c.name, len(got.State), len(c.want))
		return
	}
	var overlap complex128
	for i, v := range got.State {
		overlap += cmplx.Conj(complex(v[0], v[1])) * c.want[i]
	}
	phase := complex128(1)
	if c.Dialect != qasm.OpenQASM3 {
		phase = cmplx.Rect(1, cmplx.Phase(overlap))
	}
	for i, v := range got.State {
		a, b := phase*complex(v[0], v[1]), c.want[i]
		if !(cmplx.Abs(a-b) <= 1e-9) || !(math.Abs(real(a*cmplx.Conj(a)-b*cmplx.Conj(b))) <= 1e-9) {
			t.Errorf("%s: amplitude %d is %v, want %v\n%s", c.name, i, a, b, c.Source)
			return
		}
	}
}

// gateCases applies every gate, twice, to an entangled state with unlike
// amplitudes, so that a wrong relative phase shows.
func gateCases(t *testing.T, d qasm.Dialect) []loadCase {
	rng := rand.New(rand.NewPCG(1, 1))
	var out []loadCase
	for _, g := range circuits.Gates() {
		if !g.Unitary() {
			continue
		}
		for range 2 {
			c := circuits.New(3)
			for q := range 3 {
				c.U(circuits.Const(1+rng.Float64()), circuits.Const(rng.Float64()), circuits.Const(rng.Float64()), q)
			}
			c.CX(0, 1).CX(1, 2).RY(circuits.Const(0.4), 1)
			appendRandom(c, rng, g)
			out = append(out, newCase(t, g.String(), c.MeasureAll(), d, nil, nil, true))
		}
	}
	return out
}

// randomCases are 110 circuits on one to five qubits, measured in random order
// into more bits than qubits.
func randomCases(t *testing.T, d qasm.Dialect) []loadCase {
	rng := rand.New(rand.NewPCG(1, 2))
	var gates []circuits.Gate
	for _, g := range circuits.Gates() {
		if g.Unitary() || g == circuits.GateBarrier {
			gates = append(gates, g)
		}
	}
	var out []loadCase
	for i := range 110 {
		c := circuits.New(3 + i%3)
		for range 12 {
			appendRandom(c, rng, gates[rng.IntN(len(gates))])
		}
		bits := rng.Perm(c.Qubits + 1)
		for k, q := range rng.Perm(c.Qubits) {
			c.Measure(q, bits[k])
		}
		out = append(out, newCase(t, fmt.Sprintf("random %d", i), c, d, nil, nil, true))
	}
	return out
}

func specialCases(t *testing.T, d qasm.Dialect) []loadCase {
	tiny := circuits.New(1).H(0)
	for _, v := range []float64{1e-5, -1e-300, 1e21, 123456789, math.Pi, math.Nextafter(math.Pi/2, 2), 1.0 / 3} {
		tiny.RX(circuits.Const(v), 0).RZ(circuits.Const(v), 0)
	}
	w, x := []float64{0.3, -0.7}, []float64{1.1}
	bound := circuits.New(2).RX(circuits.Weight(0), 0).CRY(circuits.Feature(0).Times(circuits.Weight(1)), 0, 1)
	return []loadCase{
		newCase(t, "numbers", tiny, d, nil, nil, true),
		newCase(t, "no gates", circuits.New(2), d, nil, nil, true),
		newCase(t, "bound", bound, d, w, x, true),
		// Resets of qubits that are still |0⟩ change nothing.
		newCase(t, "reset", circuits.New(2).H(0).Reset(1).Barrier(0).RY(circuits.Const(0.3), 1), d, nil, nil, true),
	}
}

// symbolicCases keep weights and features as inputs, which Qiskit binds by name,
// in every gate with angles and in products and powers.
func symbolicCases(t *testing.T) []loadCase {
	rng := rand.New(rand.NewPCG(1, 3))
	w, x := make([]float64, 12), make([]float64, 2)
	for i := range w {
		w[i] = 6*rng.Float64() - 3
	}
	x[0], x[1] = 0.8, -1.3
	var out []loadCase
	for _, g := range circuits.Gates() {
		if len(g.Spec().Params) == 0 {
			continue
		}
		c := circuits.New(2).H(0).RY(circuits.Const(0.7), 1)
		for k := range 12 { // all inputs occur
			c.RX(circuits.Weight(k).Times(circuits.Feature(k%2)), k%2)
		}
		var angles []circuits.Angle
		for k := range g.Spec().Params {
			a := circuits.Weight(k + 3).Times(circuits.Feature(1)).Scale(-21)
			a = a.Minus(circuits.Feature(0).Times(circuits.Feature(0))).Plus(circuits.Weight(10)).Minus(circuits.Const(2))
			angles = append(angles, a)
		}
		c.Append(g, angles, []int{1, 0}[:g.Spec().Qubits]...)
		out = append(out,
			newCase(t, "symbolic "+g.String(), c, qasm.OpenQASM3, w, x, false),
			newCase(t, "bound "+g.String(), c, qasm.OpenQASM2, w, x, true))
	}
	return out
}
