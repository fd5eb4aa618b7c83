package simtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// problem is a loss to differentiate: L = Σᵢ Σₖ (eᵢₖ − yᵢₖ)² over the samples i
// and observables k, with targets y.
type problem struct {
	c           *circuits.Circuit
	observables []circuits.PauliSum
	weights     []float64
	samples     [][]float64
	targets     [][]float64
}

// newProblem draws weights, samples and targets.
func newProblem(rng *rand.Rand, c *circuits.Circuit, samples int, observables ...circuits.PauliSum) problem {
	pb := problem{c: c, observables: observables, weights: RandomVector(rng, c.Weights())}
	for range samples {
		pb.samples = append(pb.samples, RandomVector(rng, c.Features()))
		pb.targets = append(pb.targets, RandomVector(rng, len(observables)))
	}
	return pb
}

// cotangent is the [qsim.Loss] of pb.
func (pb problem) cotangent(i int, e, c []float64) {
	for k, y := range pb.targets[i] {
		c[k] = 2 * (e[k] - y)
	}
}

// loss is the part of sample i by the oracle.
func (pb problem) loss(i int) float64 {
	a, sum := Amplitudes(pb.c, pb.weights, pb.samples[i]), 0.0
	for k, o := range pb.observables {
		d := Expectation(a, o) - pb.targets[i][k]
		sum += d * d
	}
	return sum
}

// total is the whole loss by the oracle.
func (pb problem) total() float64 {
	sum := 0.0
	for i := range pb.samples {
		sum += pb.loss(i)
	}
	return sum
}

// derivative is the seven-point central difference of f by *v, step h = 10⁻³:
// the truncation error h⁶f⁽⁷⁾/140 stays below the rounding error ε/h ≈ 10⁻¹³ for
// angles that turn 20 times as fast as *v.
func derivative(v *float64, f func() float64) float64 {
	const h = 1e-3
	at := *v
	eval := func(d float64) float64 { *v = at + d; return f() }
	d := (45*(eval(h)-eval(-h)) - 9*(eval(2*h)-eval(-2*h)) + eval(3*h) - eval(-3*h)) / (60 * h)
	*v = at
	return d
}

// oracle is the gradient by weights and by features.
func (pb problem) oracle() (dw []float64, dx [][]float64) {
	dw = make([]float64, len(pb.weights))
	for j := range dw {
		dw[j] = derivative(&pb.weights[j], pb.total)
	}
	dx = make([][]float64, len(pb.samples))
	for i, x := range pb.samples {
		dx[i] = make([]float64, len(x))
		for j := range x {
			dx[i][j] = derivative(&x[j], func() float64 { return pb.loss(i) })
		}
	}
	return dw, dx
}

// allowed is how far each method may be from the oracle, for a loss of order 10,
// divided by the number of samples and by the derivative where that is above 1.
// The central difference of the method itself errs by ε/h = 4·10⁻¹¹ times the
// loss; in single precision h²f‴/6 counts as well, for angles that turn several times as
// fast as what they depend on.
func (s suite) allowed(m qsim.Method) float64 {
	switch {
	case s.options.Precision == qsim.Single && m == qsim.FiniteDifference:
		return 2e-3
	case s.options.Precision == qsim.Single:
		return 2e-5
	case m == qsim.FiniteDifference:
		return 1e-8
	default:
		return 1e-9
	}
}

// deviations is the largest difference from the oracle by method.
type deviations map[qsim.Method]float64

func (d deviations) log(t *testing.T, s suite) {
	for _, m := range methods() {
		if v, ok := d[m]; ok {
			t.Logf("largest deviation of %v from the oracle: %.2g, allowed %.2g", m, v, s.allowed(m))
		}
	}
}

// checkGradient compares every method with the oracle.
func (s suite) checkGradient(t *testing.T, pb problem, worst deviations) {
	t.Helper()
	p := s.must(t, pb.c, pb.observables...)
	wantW, wantX := pb.oracle()
	for _, m := range methods() {
		if !s.options.has(m) {
			if err := p.Gradient(t.Context(), m, make([]float64, len(wantW)), nil, pb.weights, pb.samples, pb.cotangent); err == nil {
				t.Errorf("%v: not refused", m)
			}
			continue
		}
		dw, dx := s.gradient(t, pb, p, m)
		s.compare(t, pb, m, "weights", dw, wantW, worst)
		for i := range dx {
			s.compare(t, pb, m, fmt.Sprintf("features of sample %d", i), dx[i], wantX[i], worst)
		}
	}
}

// gradient is what p gives, taken from what it adds to destinations that are not
// zero, and checked to be the same without derivatives by features.
func (s suite) gradient(t *testing.T, pb problem, p Program, m qsim.Method) (dw []float64, dx [][]float64) {
	t.Helper()
	const before = 0.5
	filled := func(n int) []float64 { return slices.Repeat([]float64{before}, n) }
	dw, only := filled(len(pb.weights)), filled(len(pb.weights))
	dx = make([][]float64, len(pb.samples))
	for i, x := range pb.samples {
		dx[i] = filled(len(x))
	}
	if err := p.Gradient(t.Context(), m, dw, dx, pb.weights, pb.samples, pb.cotangent); err != nil {
		t.Fatalf("%v: %v", m, err)
	}
	if err := p.Gradient(t.Context(), m, only, nil, pb.weights, pb.samples, pb.cotangent); err != nil {
		t.Fatalf("%v: %v", m, err)
	}
	for j, v := range only { // to rounding: other operations run beside
		if !(math.Abs(v-dw[j]) <= s.tolerance()*max(1, math.Abs(v))) {
			t.Errorf("%v: gradient by weights changes from %v to %v without the one by features", m, dw, only)
		}
	}
	for _, row := range append(dx, dw) {
		for j := range row {
			row[j] -= before
		}
	}
	return dw, dx
}

// compare holds derivatives to the oracle's.
func (s suite) compare(t *testing.T, pb problem, m qsim.Method, by string, got, want []float64, worst deviations) {
	t.Helper()
	for j, w := range want {
		d := math.Abs(got[j]-w) / max(1, math.Abs(w)) / float64(max(1, len(pb.samples)))
		worst[m] = max(worst[m], d)
		if !(d <= s.allowed(m)) {
			t.Errorf("%v: derivative %d by %s: %v, oracle %v", m, j, by, got[j], w)
		}
	}
}

// gateGradients differentiates every gate by each of its angles, the angle a
// weight and then a feature, in front of a state and behind an observable without
// symmetries.
func (s suite) gateGradients(t *testing.T) {
	worst := make(deviations)
	for _, g := range circuits.Gates() {
		spec := g.Spec()
		if len(spec.Params) == 0 {
			continue
		}
		t.Run(g.String(), func(t *testing.T) {
			rng := source(200 + uint64(g))
			n := spec.Qubits + 1
			for range 3 {
				for _, symbol := range []func(int) circuits.Angle{circuits.Weight, circuits.Feature} {
					k := -1
					op := RandomOp(rng, g, n, func() circuits.Angle { k++; return symbol(k) })
					c := prepare(rng, n)
					c.Ops = append(c.Ops, op)
					c.Concat(prepare(rng, n))
					s.checkGradient(t, newProblem(rng, c, 1, RandomObservable(rng, n, 3), RandomObservable(rng, n, 1)), worst)
				}
			}
		})
	}
	worst.log(t, s)
}

// gradients differentiates angles that are polynomials, and batches.
func (s suite) gradients(t *testing.T) {
	w, x, pi := circuits.Weight, circuits.Feature, circuits.Const(math.Pi)
	tests := []struct {
		name    string
		c       *circuits.Circuit
		samples int
	}{
		{"weight used twice", circuits.New(1).RX(w(0), 0).RY(w(0), 0).RX(w(0), 0), 1},
		{"scaled and shifted weight", circuits.New(1).RX(w(0).Scale(-3).Plus(circuits.Const(0.5)), 0).RY(w(0).Scale(0.25), 0), 1},
		{"powers", circuits.New(1).RX(w(0).Times(w(0)), 0).RY(w(0).Times(w(0)).Times(x(0)), 0), 1},
		{"products of weights and features", circuits.New(2).RX(w(0).Times(x(1)), 0).RY(w(1).Times(x(0)).Plus(x(1)), 1).CX(0, 1), 3},
		{"ZZ feature map", circuits.New(2).H(0).H(1).P(x(0).Scale(2), 0).P(x(1).Scale(2), 1).CX(0, 1).
			P(pi.Minus(x(0)).Times(pi.Minus(x(1))).Scale(2), 1).CX(0, 1).RY(w(0), 0).RY(w(1), 1), 2},
		{"controlled rotations share a weight", circuits.New(3).H(0).H(1).CRX(w(0), 0, 1).CRY(w(0).Scale(2), 1, 2).CRZ(w(0), 2, 0).
			CU(w(1), w(0), x(0), w(1), 0, 2).H(2), 2},
		{"weight without effect", circuits.New(2).RX(w(0), 0).RZ(w(1), 1).GPhase(w(2)).RX(w(4), 0), 1},
		{"weights only before the last gates", circuits.New(2).RX(w(0), 0).H(0).T(0).CX(0, 1).SX(1), 1},
		{"features only", circuits.New(2).RX(x(0), 0).CRY(x(1), 0, 1), 4},
		{"neither weights nor features", circuits.New(2).H(0).CX(0, 1), 2},
		{"no gates", circuits.New(1), 1},
		{"final measurements", circuits.New(2).RX(w(0), 0).CX(0, 1).RY(x(0), 1).MeasureAll(), 2},
		{"many samples", circuits.New(1).RX(x(0), 0).RY(w(0).Times(x(0)), 0), 300},
		{"no samples", circuits.New(1).RX(x(0), 0).RY(w(0), 0), 0},
	}
	worst := make(deviations)
	rng := source(300)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := tt.c.Qubits
			s.checkGradient(t, newProblem(rng, tt.c, tt.samples, RandomObservable(rng, n, 2), RandomObservable(rng, n, 2), circuits.PauliZ(n-1)), worst)
		})
	}
	t.Run("no observables", func(t *testing.T) { s.checkGradient(t, newProblem(rng, tests[0].c, 2), worst) })
	worst.log(t, s)
}

// randomGradients differentiates random circuits over the whole table.
func (s suite) randomGradients(t *testing.T) {
	worst := make(deviations)
	rng := source(301)
	for i := range 10 {
		n := 1 + i%4
		c := Random(rng, n, 12, 3, 2)
		s.checkGradient(t, newProblem(rng, c, 2, RandomObservable(rng, n, 2), RandomObservable(rng, n, 2)), worst)
	}
	worst.log(t, s)
}

// sharedWeight pins the sign and the factor: two rotations by the same θ make
// f(θ) = ⟨Z⟩ = cos 2θ, whose derivative is −2 sin 2θ.
func (s suite) sharedWeight(t *testing.T) {
	p := s.must(t, circuits.New(1).RX(circuits.Weight(0), 0).RX(circuits.Weight(0), 0), circuits.PauliZ(0))
	for _, m := range methods() {
		if !s.options.has(m) {
			continue
		}
		for _, theta := range []float64{-2, -0.3, 0, 0.7, 1.9} {
			f, dw := 0.0, make([]float64, 1)
			err := p.Gradient(t.Context(), m, dw, nil, []float64{theta}, [][]float64{nil}, func(_ int, e, c []float64) {
				f, c[0] = e[0], 1
			})
			if err != nil {
				t.Fatal(err)
			}
			if want := math.Cos(2 * theta); !near(f, want, s.tolerance()) {
				t.Errorf("%v: f(%v) = %v, want %v", m, theta, f, want)
			}
			if want := -2 * math.Sin(2*theta); !near(dw[0], want, s.allowed(m)) {
				t.Errorf("%v: f′(%v) = %v, want %v", m, theta, dw[0], want)
			}
		}
	}
}

// silentLoss writes the cotangents of one sample of many: those of the others
// are 0.
func (s suite) silentLoss(t *testing.T) {
	p := s.must(t, circuits.New(1).RX(circuits.Weight(0), 0).RX(circuits.Feature(0), 0), circuits.PauliZ(0))
	samples := make([][]float64, 40)
	for i := range samples {
		samples[i] = []float64{float64(i) / 10}
	}
	const only, theta = 3, 0.4
	for _, m := range methods() {
		if !s.options.has(m) {
			continue
		}
		dw := make([]float64, 1)
		err := p.Gradient(t.Context(), m, dw, nil, []float64{theta}, samples, func(i int, _, c []float64) {
			if i == only {
				c[0] = 1
			}
		})
		if want := -math.Sin(theta + samples[only][0]); err != nil || !near(dw[0], want, s.allowed(m)) {
			t.Errorf("%v: %v (%v), want %v", m, dw[0], err, want)
		}
	}
}
