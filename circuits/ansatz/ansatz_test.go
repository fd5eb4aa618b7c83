package ansatz_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/cmplx"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
)

func TestAmplitudeMakesNormalisedVector(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(rt, "n")
		entry := rapid.OneOf(rapid.Float64Range(-10, 10), rapid.Just(0.0), rapid.Float64Range(-1e-200, 1e-200))
		x := rapid.SliceOfN(entry, 1, 1<<n).Draw(rt, "x")
		scale := rapid.SampledFrom([]float64{1, 1e-300, 1e300}).Draw(rt, "scale")
		largest := 0.0
		for i := range x {
			x[i] *= scale
			largest = max(largest, math.Abs(x[i]))
		}
		if largest < 1e-306 { // subnormal vectors have no 12 digits
			rt.Skip()
		}
		before := slices.Clone(x)
		angles, err := ansatz.AmplitudeAngles(x, n)
		if err != nil {
			rt.Fatal(err)
		}
		if !slices.Equal(x, before) {
			rt.Fatal("x was modified")
		}
		norm := 0.0
		for _, v := range x {
			norm = math.Hypot(norm, v/largest)
		}
		c := circuits.New(n)
		if err := ansatz.Amplitude(c, len(x)); err != nil {
			rt.Fatal(err)
		}
		for i, got := range simulate(t, c, nil, angles) {
			want := 0.0
			if i < len(x) {
				want = x[i] / largest / norm
			}
			if cmplx.Abs(got-complex(want, 0)) > 1e-12 {
				rt.Fatalf("amplitude %d is %v, want %v", i, got, want)
			}
		}
	})
}

func TestAmplitudeGateCount(t *testing.T) {
	for n := 1; n <= 8; n++ {
		c := circuits.New(n)
		if err := ansatz.Amplitude(c, 1<<n); err != nil {
			t.Fatal(err)
		}
		// A rotation with k controls takes 2ᵏ RY and, for k ≥ 1, as many CX.
		count := c.Count()
		if count[circuits.GateRY] != 1<<n-1 || count[circuits.GateCX] != 1<<n-2 {
			t.Errorf("n=%d: %v", n, count)
		}
	}
}

// TestWeightsContinue appends each ansatz twice: the second copy is the first
// with its weights moved behind, and features start again from 0.
func TestWeightsContinue(t *testing.T) {
	for _, name := range ansatz.Ansaetze() {
		one, err := ansatz.Build(ansatz.Config{Features: 3, Ansatz: name, Layers: 2})
		if err != nil {
			t.Fatal(err)
		}
		c := one.Clone()
		err = template{Template: name, Layers: 2, X: make([]float64, 3)}.build(c)
		if err != nil {
			t.Fatal(err)
		}
		if c.Weights() != 2*one.Weights() || c.Features() != 3 {
			t.Errorf("%s: %d weights twice are %d, with %d features", name, one.Weights(), c.Weights(), c.Features())
		}
		seen := make([]int, c.Weights())
		for _, op := range c.Ops {
			for _, a := range op.Angles {
				if len(a) == 1 && !a[0].Vars[0].Feature {
					seen[a[0].Vars[0].Index]++
				}
			}
		}
		for i, n := range seen {
			if n != 1 {
				t.Errorf("%s: weight %d is used %d times", name, i, n)
			}
		}
	}
}

func TestBuildEveryPair(t *testing.T) {
	for _, encoding := range ansatz.Encodings() {
		for _, name := range ansatz.Ansaetze() {
			for _, features := range []int{2, 3, 5} {
				c, err := ansatz.Build(ansatz.Config{Features: features, Encoding: encoding, Ansatz: name})
				if err != nil {
					t.Fatalf("%s, %s: %v", encoding, name, err)
				}
				if err := c.Validate(); err != nil {
					t.Errorf("%s, %s: %v", encoding, name, err)
				}
				e, err := ansatz.FindEncoding(encoding)
				if err != nil {
					t.Fatal(err)
				}
				if c.Qubits != e.QubitsFor(features) || c.Features() != e.Inputs(c.Qubits, features) || c.Weights() == 0 {
					t.Errorf("%s, %s: %d qubits, %d features, %d weights", encoding, name, c.Qubits, c.Features(), c.Weights())
				}
				x, err := e.Prepare([]float64{0.3, -0.2, 0.5, 1, 2}[:features], c.Qubits)
				if err != nil || len(x) != c.Features() {
					t.Errorf("%s: prepared %d features, circuit needs %d: %v", encoding, len(x), c.Features(), err)
				}
			}
		}
	}
}

func TestEncodingSizes(t *testing.T) {
	for _, tc := range []struct {
		name                       string
		qubits, most, features, on int
	}{
		{"rx", 4, 4, 7, 7},
		{"angle-rz", 0, 0, 1, 1},
		{"zz", 3, 3, 1, 2},
		{"amplitude", 4, 16, 16, 4},
		{"amplitude", 1, 2, 17, 5},
		{"amplitude", 20, 1 << 20, 1, 1},
		{"amplitude", 21, 0, 2, 1},
		{"amplitude", 0, 0, 3, 2},
	} {
		e, err := ansatz.FindEncoding(tc.name)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.MaxFeatures(tc.qubits); got != tc.most {
			t.Errorf("%s: %d qubits take %d features, want %d", tc.name, tc.qubits, got, tc.most)
		}
		if got := e.QubitsFor(tc.features); got != tc.on {
			t.Errorf("%s: %d features need %d qubits, want %d", tc.name, tc.features, got, tc.on)
		}
		if e.Preprocesses() != (tc.name == "amplitude") || e.PhaseOnly != (tc.name == "angle-rz") {
			t.Errorf("%s: preprocesses %v, phase only %v", tc.name, e.Preprocesses(), e.PhaseOnly)
		}
	}
}

// TestPhaseOnly: what PhaseOnly says of an encoding holds for its circuit.
func TestPhaseOnly(t *testing.T) {
	for _, name := range ansatz.Encodings() {
		e, err := ansatz.FindEncoding(name)
		if err != nil {
			t.Fatal(err)
		}
		c := circuits.New(2)
		if err := e.Append(c, 2, 0, ""); err != nil {
			t.Fatal(err)
		}
		x, err := e.Prepare([]float64{0.3, 0.4}, 2)
		if err != nil {
			t.Fatal(err)
		}
		if stays := cmplx.Abs(simulate(t, c, nil, x)[0]) > 1-1e-12; stays != e.PhaseOnly {
			t.Errorf("%s: |00⟩ stays: %v, PhaseOnly: %v", name, stays, e.PhaseOnly)
		}
	}
}

func TestResolve(t *testing.T) {
	got, err := ansatz.Config{Features: 4}.Resolve()
	want := ansatz.Config{Features: 4, Qubits: 4, Encoding: "angle-ry", Ansatz: "strongly-entangling", Layers: 3}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = ansatz.Config{Features: 3, Encoding: "zz", Ansatz: "two-local", Layers: 1}.Resolve()
	want = ansatz.Config{
		Features: 3, Qubits: 3, Encoding: "zz", EncodingReps: 2, EncodingEntanglement: ansatz.Full, Ansatz: "two-local", Layers: 1,
		Entanglement: ansatz.Full, Rotations: []circuits.Gate{circuits.GateRY}, Entangler: circuits.GateCZ,
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, name := range ansatz.Ansaetze() {
		for _, encoding := range append(ansatz.Encodings(), "rx") {
			first, err := ansatz.Config{Features: 2, Encoding: encoding, Ansatz: name}.Resolve()
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(first)
			if err != nil {
				t.Fatal(err)
			}
			var read ansatz.Config
			if err := json.Unmarshal(text, &read); err != nil {
				t.Fatal(err)
			}
			if again, err := read.Resolve(); err != nil || !reflect.DeepEqual(first, again) {
				t.Errorf("%+v resolves to %+v, %v", first, again, err)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	config := func(cfg ansatz.Config) func(*circuits.Circuit) error {
		return func(*circuits.Circuit) error {
			_, err := ansatz.Build(cfg)
			return err
		}
	}
	prepare := func(name string, x ...float64) func(*circuits.Circuit) error {
		return func(c *circuits.Circuit) error {
			e, err := ansatz.FindEncoding(name)
			if err != nil {
				return err
			}
			_, err = e.Prepare(x, c.Qubits)
			return err
		}
	}
	for _, tc := range []struct {
		cause error
		text  string                        // part of the message
		call  func(*circuits.Circuit) error // on two qubits
	}{
		{ansatz.ErrUnknown, `"angl-ry": unknown encoding; did you mean "angle-ry"?`, config(ansatz.Config{Features: 2, Encoding: "angl-ry"})},
		{ansatz.ErrUnknown, `"real_amplitudes": unknown ansatz; did you mean "real-amplitudes"?`, config(ansatz.Config{Features: 2, Ansatz: "real_amplitudes"})},
		{ansatz.ErrUnknown, `"x": unknown ansatz (choose one of real-amplitudes, `, config(ansatz.Config{Features: 2, Ansatz: "x"})},
		{ansatz.ErrUnknown, `did you mean "circular"?`, config(ansatz.Config{Features: 2, Ansatz: "efficient-su2", Entanglement: "circle"})},
		{ansatz.ErrUnknown, `did you mean "linear"?`, config(ansatz.Config{Features: 2, Encoding: "zz", EncodingEntanglement: "liner"})},
		{ansatz.ErrFixed, "strongly-entangling: entanglement", config(ansatz.Config{Features: 2, Entanglement: ansatz.Full})},
		{ansatz.ErrFixed, "reuploading: rotations", config(ansatz.Config{Features: 2, Ansatz: "reuploading", Entangler: circuits.GateCX})},
		{ansatz.ErrFixed, "angle-ry encoding: repetitions", config(ansatz.Config{Features: 2, EncodingReps: 2})},
		{ansatz.ErrFixed, "z encoding: entanglement", config(ansatz.Config{Features: 2, Encoding: "z", EncodingEntanglement: ansatz.Full})},
		{ansatz.ErrLayers, "-1 layers", config(ansatz.Config{Features: 2, Layers: -1})},
		{ansatz.ErrLayers, "-1 repetitions", config(ansatz.Config{Features: 2, Encoding: "iqp", EncodingReps: -1})},
		{ansatz.ErrLayers, "-1 layers", func(c *circuits.Circuit) error { return ansatz.Reuploading(c, -1, "", nil) }},
		{ansatz.ErrLayers, "0 repetitions", func(c *circuits.Circuit) error { return ansatz.ZFeatureMap(c, 2, 0) }},
		{ansatz.ErrQubits, "-3 qubits", config(ansatz.Config{Features: 2, Encoding: "amplitude", Qubits: -3})},
		{ansatz.ErrQubits, "21 qubits: needs 1 to 20", config(ansatz.Config{Features: 2, Encoding: "amplitude", Qubits: 21})},
		{ansatz.ErrQubits, "basic-entangler on 0 qubits", func(*circuits.Circuit) error { return ansatz.BasicEntangler(circuits.New(0), 1) }},
		{ansatz.ErrFeatures, "angle-ry encoding: 0 features, at least 1", config(ansatz.Config{})},
		{ansatz.ErrFeatures, "30 features do not fit on 4 qubits, at most 4: use 30 qubits, reduce the features, or use amplitude encoding", config(ansatz.Config{Features: 30, Qubits: 4})},
		{ansatz.ErrFeatures, "5 features do not fit on 2 qubits, at most 4: use 3 qubits", config(ansatz.Config{Features: 5, Qubits: 2, Encoding: "amplitude"})},
		{ansatz.ErrFeatures, "2000000 features do not fit on 2 qubits, at most 4: reduce", config(ansatz.Config{Features: 2e6, Qubits: 2, Encoding: "amplitude"})},
		{ansatz.ErrFeatures, "zz encoding: 1 features, at least 2: use more features or z encoding", config(ansatz.Config{Features: 1, Encoding: "zz"})},
		{ansatz.ErrFeatures, "iqp encoding: 3 features", prepare("iqp", 1, 2, 3)},
		{ansatz.ErrFeatures, "amplitude encoding: 0 features", prepare("amplitude")},
		{ansatz.ErrInput, "all 2 features are 0", prepare("amplitude", 0, 0)},
		{ansatz.ErrInput, "feature 1 is NaN", prepare("amplitude", 0, math.NaN())},
		{ansatz.ErrInput, "feature 0 is -Inf", prepare("amplitude", math.Inf(-1))},
		{ansatz.ErrGate, "needs rx, ry or rz", func(c *circuits.Circuit) error { return ansatz.Angle(c, 1, circuits.GateH) }},
		{ansatz.ErrGate, "rotation cx", func(c *circuits.Circuit) error {
			return ansatz.TwoLocal(c, 1, "", []circuits.Gate{circuits.GateCX}, circuits.GateCX)
		}},
		{ansatz.ErrGate, "rotation reset", func(c *circuits.Circuit) error {
			return ansatz.TwoLocal(c, 1, "", []circuits.Gate{circuits.GateReset}, circuits.GateCX)
		}},
		{ansatz.ErrGate, "entangler ccx", func(c *circuits.Circuit) error { return ansatz.TwoLocal(c, 1, "", nil, circuits.GateCCX) }},
		{ansatz.ErrGate, "entangler unitary", func(c *circuits.Circuit) error { return ansatz.TwoLocal(c, 1, "", nil, circuits.GateUnitary) }},
		{ansatz.ErrGate, "entangler gate(255)", func(c *circuits.Circuit) error { return ansatz.TwoLocal(c, 1, "", nil, 255) }},
	} {
		c := circuits.New(2)
		err := tc.call(c)
		if !errors.Is(err, tc.cause) || !strings.Contains(err.Error(), tc.text) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want %q", err, tc.text)
		}
		if len(c.Ops) != 0 {
			t.Errorf("%v: circuit was changed", err)
		}
	}
}

func TestTypedErrors(t *testing.T) {
	_, err := ansatz.Build(ansatz.Config{Features: 9, Qubits: 4, Encoding: "ry"})
	var features *ansatz.FeaturesError
	if !errors.As(err, &features) || *features != (ansatz.FeaturesError{Encoding: "angle-ry", Features: 9, Qubits: 4, Min: 1, Max: 4}) {
		t.Errorf("got %#v", err)
	}
	_, err = ansatz.FindEncoding("iqb")
	var name *ansatz.NameError
	if !errors.As(err, &name) || name.Kind != "encoding" || name.Name != "iqb" || !slices.Equal(name.Known, ansatz.Encodings()) {
		t.Errorf("got %#v", err)
	}
}

// TestOwnLayer: the encoding comes once, or before each layer, and what cannot be combined
// with a layer of one's own, or goes wrong in it, is an error.
func TestOwnLayer(t *testing.T) {
	own := func(c *circuits.Circuit, l int) error {
		if l == 7 {
			return ansatz.ErrGate
		}
		c.RX(circuits.Weight(c.Weights()), l%c.Qubits)
		return nil
	}
	for name, want := range map[string]int{"": 2, "reuploading": 6} {
		c, err := ansatz.Build(ansatz.Config{Features: 2, Layers: 3, Ansatz: name, Layer: own})
		if err != nil || c.Count()[circuits.GateRY] != want || c.Weights() != 3 || c.Ops[2].Gate != circuits.GateRX {
			t.Errorf("%q: %v, %v", name, c, err)
		}
	}
	for _, cfg := range []ansatz.Config{
		{Features: 2, Layer: own, Ansatz: "two-local"},
		{Features: 2, Layer: own, Entanglement: ansatz.Full},
		{Features: 2, Layer: own, Entangler: circuits.GateCX},
	} {
		if _, err := ansatz.Build(cfg); !errors.Is(err, ansatz.ErrFixed) {
			t.Errorf("%+v: %v, want %v", cfg, err, ansatz.ErrFixed)
		}
	}
	if _, err := ansatz.Build(ansatz.Config{Features: 2, Layers: 8, Layer: own}); !errors.Is(err, ansatz.ErrGate) || !strings.Contains(err.Error(), "layer 7") {
		t.Errorf("an error in a layer: %v", err)
	}
}

func TestBuildRefusesWhatNoMachineHolds(t *testing.T) {
	for _, cfg := range []ansatz.Config{
		{Features: 4, Layers: 1 << 40},
		{Features: 5, Layers: 1 << 16},
		{Features: 150, Layers: 50, Ansatz: "two-local"}, // all pairs
		{Features: 4, Qubits: 1 << 40},
		{Features: 1 << 40},
	} {
		if _, err := ansatz.Build(cfg); !errors.Is(err, ansatz.ErrLayers) {
			t.Errorf("%+v: %v, want %v", cfg, err, ansatz.ErrLayers)
		}
	}
}
