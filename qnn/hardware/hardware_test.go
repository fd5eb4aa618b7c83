package hardware_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/hardware"
	"github.com/qnn-go/qnn/qsim"
)

// newModel is a classifier of three classes, with weights that occur twice and
// controlled rotations, and observables in two bases.
func newModel(t *testing.T) *qnn.Model {
	t.Helper()
	c, err := ansatz.Build(ansatz.Config{Features: 2, Encoding: "angle-ry", Ansatz: "strongly-entangling", Layers: 1})
	if err != nil {
		t.Fatal(err)
	}
	c.CRY(circuits.Weight(0).Scale(2), 0, 1).RX(circuits.Weight(1).Times(circuits.Feature(0)), 1)
	zx, err := circuits.ParsePauliSum("Z0*X1+0.5*Z0")
	if err != nil {
		t.Fatal(err)
	}
	m, err := qnn.New(qnn.Config{
		Circuit: c, Classes: []string{"a", "b", "c"}, Seed: 3,
		Observables: []circuits.PauliSum{circuits.PauliZ(0), circuits.PauliZ(1), zx},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// batch is n samples with labels.
func batch(n int) (x [][]float64, y []float64) {
	rng := rand.New(rand.NewPCG(5, 5))
	for i := range n {
		x, y = append(x, []float64{3 * rng.Float64(), 3 * rng.Float64()}), append(y, float64(i%3))
	}
	return x, y
}

// measured exports the model and measures it by simulation: exactly for 0 shots, else
// by drawing shots.
func measured(t *testing.T, m *qnn.Model, samples, shots int, gradient bool, seed uint64) *hardware.Measured {
	t.Helper()
	manifest, results := results(t, m, samples, shots, gradient, seed)
	h, err := hardware.New(manifest, m, results)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func results(t *testing.T, m *qnn.Model, samples, shots int, gradient bool, seed uint64) (*qpu.Manifest, []*qpu.Result) {
	t.Helper()
	x, y := batch(samples)
	job := &qpu.Job{
		Circuit: m.Circuit, Observables: m.Observables, Weights: m.Parameters[:m.Weights()], Shots: max(shots, 1),
		Model: strings.Repeat("0", 64), Gradient: gradient,
	}
	for i := range x {
		job.Samples = append(job.Samples, qpu.Sample{Row: i, Features: x[i], Label: &y[i]})
	}
	c, err := qpu.Compile(t.Context(), job, nil, transpile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	var out []*qpu.Result
	for _, e := range c.Manifest.Circuits {
		out = append(out, measure(t, c.Manifest, m, e, shots, rng))
	}
	return c.Manifest, out
}

// measure simulates a circuit of an export.
func measure(t *testing.T, manifest *qpu.Manifest, m *qnn.Model, e qpu.Exported, shots int, rng *rand.Rand) *qpu.Result {
	t.Helper()
	c, err := m.Circuit.Bind(m.Parameters[:m.Weights()], manifest.Samples[e.Sample].Features)
	if err != nil {
		t.Fatal(err)
	}
	if e.Shift != nil {
		s := manifest.Gradient.Shifts[*e.Shift]
		a := c.Ops[s.Op].Angles
		a[s.Angle] = a[s.Angle].Plus(circuits.Const(s.By))
	}
	for q := range c.Qubits {
		if e.Basis[c.Qubits-1-q] == 'X' {
			c.H(q)
		}
	}
	p, err := qsim.Compile(c, qsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	probabilities, err := p.Probabilities(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if shots > 0 {
		counts := make([]float64, len(probabilities))
		for range shots {
			u, i := rng.Float64(), 0
			for ; i < len(counts)-1 && u >= probabilities[i]; i++ {
				u -= probabilities[i]
			}
			counts[i] += 1 / float64(shots)
		}
		probabilities = counts
	}
	r := &qpu.Result{Shots: shots}
	for i, v := range probabilities {
		r.Outcomes = append(r.Outcomes, qpu.Outcome{Bits: []string{"00", "01", "10", "11"}[i], Probability: v})
	}
	return r
}

// TestExactGradient: with exact probabilities, loss and gradient by parameter-shift are
// those of the adjoint method.
func TestExactGradient(t *testing.T) {
	m := newModel(t)
	x, y := batch(5)
	want, gradient, err := m.Gradient(t.Context(), qnn.CrossEntropy, qsim.Adjoint, x, y)
	if err != nil {
		t.Fatal(err)
	}
	s, err := measured(t, m, 5, 0, true, 0).LossGradient(t.Context(), m, qnn.CrossEntropy, 0)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(s.Loss-want) > 1e-12 || s.LossError != 0 {
		t.Errorf("loss %v ± %v, want %v", s.Loss, s.LossError, want)
	}
	for j, g := range s.Gradient {
		if math.Abs(g-gradient[j]) > 1e-9 || s.GradientError[j] != 0 {
			t.Errorf("derivative %d: %v ± %v, want %v", j, g, s.GradientError[j], gradient[j])
		}
	}
}

// TestMeasuredGradient: from shots, the gradient differs from the adjoint one by what its
// standard errors say: the mean of the squared ratios is about 1. With 200 000 shots a
// circuit errors are small enough for the loss to be linear in them.
func TestMeasuredGradient(t *testing.T) {
	m := newModel(t)
	x, y := batch(3)
	_, want, err := m.Gradient(t.Context(), qnn.CrossEntropy, qsim.Adjoint, x, y)
	if err != nil {
		t.Fatal(err)
	}
	n, sum := 0.0, 0.0
	for seed := range uint64(4) {
		s, err := measured(t, m, 3, 200_000, true, seed).LossGradient(t.Context(), m, qnn.CrossEntropy, seed)
		if err != nil {
			t.Fatal(err)
		}
		for j, g := range s.Gradient {
			if s.GradientError[j] > 0.02 {
				t.Errorf("derivative %d: standard error %v", j, s.GradientError[j])
			}
			if d := (g - want[j]) / s.GradientError[j]; math.Abs(d) > 5 {
				t.Errorf("seed %d: derivative %d is %v ± %v, want %v", seed, j, g, s.GradientError[j], want[j])
			} else {
				n, sum = n+1, sum+d*d
			}
		}
	}
	t.Logf("mean squared ratio %.2f of %.0f", sum/n, n)
	if ratio := sum / n; ratio < 0.6 || ratio > 1.6 {
		t.Errorf("mean squared ratio of error and standard error is %v, want about 1", ratio)
	}
}

// TestEvaluate: exact results are the ideal ones; of shots, 95 % of the intervals hold
// the ideal value.
func TestEvaluate(t *testing.T) {
	m := newModel(t)
	e, err := measured(t, m, 8, 0, false, 0).Evaluate(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	if e.MeanDifference > 1e-12 || e.ShotNoise != 0 {
		t.Errorf("exact results differ by %v, shot noise %v", e.MeanDifference, e.ShotNoise)
	}
	for i := range e.Predictions {
		if e.Predictions[i] != e.Ideal[i] {
			t.Errorf("sample %d: %v, ideally %v", i, e.Predictions[i], e.Ideal[i])
		}
	}
	inside, all := 0, 0
	for seed := range uint64(20) {
		e, err := measured(t, m, 8, 400, false, seed).Evaluate(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if e.MeanDifference > 2*e.ShotNoise || e.MeanDifference < e.ShotNoise/2 {
			t.Errorf("mean difference %v, by shot noise about %v", e.MeanDifference, e.ShotNoise)
		}
		for _, row := range e.Values {
			for _, v := range row {
				if all++; v.Low <= v.Ideal && v.Ideal <= v.High {
					inside++
				}
			}
		}
	}
	if share := float64(inside) / float64(all); share < 0.92 || share > 0.98 {
		t.Errorf("%v of %d intervals hold the ideal value, want about 0.95", share, all)
	}
}

// TestScoreInterval: one seed, one interval; it is a point for exact results and holds
// the score of what was measured.
func TestScoreInterval(t *testing.T) {
	m := newModel(t)
	_, y := batch(8)
	accuracy := func(p []float64) (float64, error) {
		hits := 0.0
		for i := range p {
			if p[i] == y[i] {
				hits++
			}
		}
		return hits / float64(len(p)), nil
	}
	for _, shots := range []int{0, 50} {
		h := measured(t, m, 8, shots, false, 1)
		e, err := h.Evaluate(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		value, _ := accuracy(e.Predictions)
		low, high, err := h.ScoreInterval(t.Context(), m, 7, accuracy)
		if err != nil {
			t.Fatal(err)
		}
		again, top, _ := h.ScoreInterval(t.Context(), m, 7, accuracy)
		if low != again || high != top || low > value || value > high || (low == high) != (shots == 0) {
			t.Errorf("%d shots: %v in [%v, %v], again [%v, %v]", shots, value, low, high, again, top)
		}
	}
}

// TestResample: shares drawn again have the mean and the variance of a multinomial.
func TestResample(t *testing.T) {
	m := newModel(t)
	h := measured(t, m, 1, 50, false, 2)
	x := h.Features()
	on, err := m.Using(h.Backend)
	if err != nil {
		t.Fatal(err)
	}
	mean, err := on.Expectations(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	const n = 4000
	sum, squares := 0.0, 0.0
	for i := range uint64(n) {
		on, err := m.Using(h.Resample(rand.New(rand.NewPCG(9, i))).Backend)
		if err != nil {
			t.Fatal(err)
		}
		e, err := on.Expectations(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		d := e[0][0] - mean[0][0]
		sum, squares = sum+d, squares+d*d
	}
	want := (1 - mean[0][0]*mean[0][0]) / 50
	if got := squares / n; math.Abs(sum/n) > 4*math.Sqrt(want/n) || math.Abs(got/want-1) > 0.1 {
		t.Errorf("mean difference %v, variance %v, want 0 and %v", sum/n, got, want)
	}
}

func TestMissing(t *testing.T) {
	m := newModel(t)
	manifest, all := results(t, m, 4, 20, false, 1)
	all[1], all[6] = nil, nil // of samples 1 and, in the second basis, 2
	h, err := hardware.New(manifest, m, all)
	if err != nil {
		t.Fatal(err)
	}
	missing := h.Missing()
	if len(missing) != 2 || missing[0].Row != 1 || missing[1].Row != 2 || len(h.Samples()) != 2 {
		t.Errorf("missing %v, there are %v", missing, h.Samples())
	}
	if _, err := h.LossGradient(t.Context(), m, qnn.CrossEntropy, 0); !errors.Is(err, hardware.ErrMissing) {
		t.Errorf("a gradient without shifted circuits: %v", err)
	}
	if _, err := hardware.New(manifest, m, make([]*qpu.Result, len(all))); !errors.Is(err, hardware.ErrMissing) {
		t.Errorf("no results: %v", err)
	}
	manifest, all = results(t, m, 2, 20, true, 1)
	all[3] = nil
	if h, err = hardware.New(manifest, m, all); err != nil {
		t.Fatal(err)
	}
	if _, err := h.LossGradient(t.Context(), m, qnn.CrossEntropy, 0); !errors.Is(err, hardware.ErrMissing) {
		t.Errorf("a gradient with a shifted circuit missing: %v", err)
	}
	other := *m
	other.Observables = m.Observables[:2]
	if _, err := hardware.New(manifest, &other, all); !errors.Is(err, hardware.ErrModel) {
		t.Errorf("another model: %v", err)
	}
	manifest.Gradient.Shifts[0].Op = 999
	if _, err := hardware.New(manifest, m, all); !errors.Is(err, hardware.ErrModel) {
		t.Errorf("a shift of an operation that is not there: %v", err)
	}
}
