package metric

import (
	"errors"
	"math"
	"testing"
)

func TestMeanInterval(t *testing.T) {
	// scipy 1.17.1: stats.t.interval(.95, 4, mean, stats.sem([...])).
	mean, low, high, err := MeanInterval([]float64{0.98, 0.96, 0.94, 0.94, 0.95})
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{0.954, 0.9332229873, 0.9747770127}
	for i, got := range []float64{mean, low, high} {
		if math.Abs(got-want[i]) > 1e-9 {
			t.Errorf("value %d: %.10f, want %.10f", i, got, want[i])
		}
	}
	if mean, low, high, err := MeanInterval([]float64{1, 1, 1}); err != nil || mean != 1 || low != 1 || high != 1 {
		t.Errorf("of equal values: %v [%v, %v], %v", mean, low, high, err)
	}
	if _, _, _, err := MeanInterval([]float64{1}); !errors.Is(err, ErrEmpty) {
		t.Errorf("of one value: %v, want %v", err, ErrEmpty)
	}
	if _, _, _, err := MeanInterval([]float64{1, math.NaN()}); !errors.Is(err, ErrValue) {
		t.Errorf("of NaN: %v, want %v", err, ErrValue)
	}
}

// By hand: s = 0.1, n = 4, √(1/4 + 1/4) = √½ and t(3; 0.975) = 3.182446305284263.
func TestSplitInterval(t *testing.T) {
	values := []float64{0.4, 0.6, 0.5 - 0.05*math.Sqrt2, 0.5 + 0.05*math.Sqrt2}
	mean, low, high, err := SplitInterval(values, 80, 20)
	half := 3.182446305284263 * 0.1 * math.Sqrt(0.5)
	if err != nil || math.Abs(mean-0.5) > 1e-15 || math.Abs(high-mean-half) > 1e-9 || math.Abs(mean-low-half) > 1e-9 {
		t.Errorf("%v [%v, %v], %v; want 0.5 ± %v", mean, low, high, err, half)
	}
	if _, _, _, err := SplitInterval(values, 0, 20); !errors.Is(err, ErrValue) {
		t.Errorf("no training samples: %v", err)
	}
	if _, _, _, err := SplitInterval(values[:1], 80, 20); !errors.Is(err, ErrEmpty) {
		t.Errorf("one value: %v", err)
	}
}
