package circuits_test

import (
	"math"
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// TestShifts adds up the shifts of a circuit in which a weight occurs twice, scaled and in a
// product, and compares with a central difference.
func TestShifts(t *testing.T) {
	w, x := circuits.Weight, circuits.Feature
	c := circuits.New(2).RX(w(0), 0).RY(x(0), 1).CRY(w(1).Times(x(0)), 0, 1).RZ(x(1), 0).RX(w(0).Scale(2), 0).RZ(circuits.Const(0.2), 1).U(w(1), x(1), nil, 1).GPhase(w(0))
	shifts := c.Shifts()
	at := map[[2]int]int{}
	for _, s := range shifts {
		at[[2]int{s.Op, s.Angle}]++
	}
	if want := map[[2]int]int{{0, 0}: 2, {2, 0}: 4, {4, 0}: 2, {6, 0}: 2}; len(shifts) != 10 || len(at) != len(want) {
		t.Errorf("shifts %+v, want as many as %v", shifts, want)
	}
	weights, features := []float64{0.4, -1.2}, []float64{0.7, 0.3}
	value := func(c *circuits.Circuit, weights []float64) float64 { // of Z on qubit 1
		m, sum := matrix(t, c, weights, features), 0.0
		for i := range 4 {
			a := m[i*4]
			sum += float64(1-2*(i>>1)) * (real(a)*real(a) + imag(a)*imag(a))
		}
		return sum
	}
	got := make([]float64, 2)
	for _, s := range shifts {
		shifted := c.Clone()
		a := shifted.Ops[s.Op].Angles[s.Angle]
		shifted.Ops[s.Op].Angles[s.Angle] = a.Plus(circuits.Const(s.By))
		a.AddGradient(weights, features, s.Coef*value(shifted, weights), got, nil)
	}
	for i := range got {
		const h = 1e-5
		plus, minus := append([]float64(nil), weights...), append([]float64(nil), weights...)
		plus[i] += h
		minus[i] -= h
		if want := (value(c, plus) - value(c, minus)) / (2 * h); !(math.Abs(got[i]-want) <= 1e-9) {
			t.Errorf("derivative by weight %d: %v by shifts, %v by a difference", i, got[i], want)
		}
	}
}

func TestHolds(t *testing.T) {
	for _, tt := range []struct {
		angle                     circuits.Angle
		weight, feature, variable bool
	}{
		{nil, false, false, false},
		{circuits.Const(1), false, false, false},
		{circuits.Weight(0), true, false, false},
		{circuits.Feature(0).Plus(circuits.Const(1)), false, true, false},
		{circuits.Variable(0), false, false, true},
		{circuits.Weight(0).Times(circuits.Feature(1)).Plus(circuits.Variable(2)), true, true, true},
	} {
		if w, f, v := tt.angle.HoldsWeight(), tt.angle.HoldsFeature(), tt.angle.HoldsVariable(); w != tt.weight || f != tt.feature || v != tt.variable {
			t.Errorf("%v holds a weight %v, a feature %v, a variable %v", tt.angle, w, f, v)
		}
	}
}
