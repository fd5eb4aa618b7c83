package dataset

import (
	"errors"
	"math"
	"slices"
	"testing"
)

func TestSyntheticFormulas(t *testing.T) {
	const eps = 1e-12
	for _, c := range []struct {
		name  string
		o     Synthetic
		holds func(x []float64, y float64) bool
	}{
		{"moons", Synthetic{Samples: 101}, func(x []float64, y float64) bool {
			if y == 0 {
				return math.Abs(math.Hypot(x[0], x[1])-1) < eps && x[1] > -eps
			}
			return math.Abs(math.Hypot(x[0]-1, x[1]-0.5)-1) < eps && x[1] < 0.5+eps
		}},
		{"circles", Synthetic{Samples: 33}, func(x []float64, y float64) bool {
			return math.Abs(math.Hypot(x[0], x[1])-(1-y/2)) < eps
		}},
		{"xor", Synthetic{Samples: 400, Seed: 3}, func(x []float64, y float64) bool {
			return max(math.Abs(x[0]), math.Abs(x[1])) <= 1 && (x[0]*x[1] < 0) == (y == 1)
		}},
		{"spirals", Synthetic{Samples: 90, Classes: 3}, func(x []float64, y float64) bool {
			r := math.Hypot(x[0], x[1])
			turn := math.Atan2(x[1], x[0]) - 3*math.Pi*r - 2*math.Pi*y/3
			return r < 1 && math.Abs(math.Remainder(turn, 2*math.Pi)) < 1e-9
		}},
		{"parity", Synthetic{Features: 6, Samples: 50, Seed: 1}, func(x []float64, y float64) bool {
			sum := 0.0
			for _, bit := range x {
				if bit != 0 && bit != 1 {
					return false
				}
				sum += bit
			}
			return math.Mod(sum, 2) == y
		}},
		{"sine", Synthetic{Samples: 65}, func(x []float64, y float64) bool {
			return y == math.Sin(x[0]) && math.Abs(x[0]) <= math.Pi
		}},
	} {
		d, err := Load(c.name, c.o)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if d.Len() != c.o.Samples {
			t.Errorf("%s: %d samples, want %d", c.name, d.Len(), c.o.Samples)
		}
		for i, x := range d.X {
			if !c.holds(x, d.Y[i]) {
				t.Errorf("%s: sample %d: %v has label %v", c.name, i, x, d.Y[i])
				break
			}
		}
		if err := d.Validate(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestSyntheticBlobs(t *testing.T) {
	const n, k, noise = 9000, 3, 0.5
	d, err := Blobs(Synthetic{Samples: n, Classes: k, Features: 4, Noise: noise, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	for class := range k {
		for j := range 4 {
			var values []float64
			for i, x := range d.X {
				if int(d.Y[i]) == class {
					values = append(values, x[j])
				}
			}
			m := mean(values)
			// The standard error of a deviation is σ/√(2n): 0.0065 for 3,000 samples; five of it.
			if s := deviation(values, m); math.Abs(s-noise) > 0.033 || math.Abs(m) > 10.1 {
				t.Errorf("class %d, column %d: mean %v, deviation %v", class, j, m, s)
			}
		}
	}
}

func TestSyntheticNoise(t *testing.T) {
	const noise = 0.1
	clean, err := Moons(Synthetic{Samples: 4000})
	if err != nil {
		t.Fatal(err)
	}
	noisy, err := Moons(Synthetic{Samples: 4000, Noise: noise, Seed: 9})
	if err != nil {
		t.Fatal(err)
	}
	var diff []float64
	for i := range clean.X {
		diff = append(diff, noisy.X[i][0]-clean.X[i][0], noisy.X[i][1]-clean.X[i][1])
	}
	// 8,000 draws: standard errors 0.0011 of the mean, 0.0008 of the deviation; five of them.
	if m := mean(diff); math.Abs(m) > 0.0056 || math.Abs(deviation(diff, m)-noise) > 0.004 {
		t.Errorf("mean %v, deviation %v", m, deviation(diff, m))
	}
}

func TestSyntheticSeeds(t *testing.T) {
	for _, info := range Catalogue() {
		if !info.Synthetic {
			continue
		}
		o := Synthetic{Noise: 0.2, Seed: 1}
		var hashes [3]string
		for i, seed := range []uint64{1, 1, 2} {
			o.Seed = seed
			d, err := Load(info.Name, o)
			if err != nil {
				t.Fatal(err)
			}
			hashes[i] = d.Hash()
		}
		if hashes[0] != hashes[1] || hashes[0] == hashes[2] {
			t.Errorf("%s: hashes %v of seeds 1, 1, 2", info.Name, hashes)
		}
	}
}

func TestParityTruthTable(t *testing.T) {
	d, err := Parity(Synthetic{Features: 3})
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{0, 1, 1, 0, 1, 0, 0, 1} // Thue–Morse sequence, OEIS A010060
	if !slices.Equal(d.Y, want) || !slices.Equal(d.X[6], []float64{0, 1, 1}) {
		t.Errorf("labels %v, row 6 %v", d.Y, d.X[6])
	}
}

func TestSyntheticErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Synthetic
		want error
	}{
		{"moons", Synthetic{Features: 3}, ErrOptions},
		{"moons", Synthetic{Classes: 3}, ErrOptions},
		{"moons", Synthetic{Samples: 1}, ErrOptions},
		{"circles", Synthetic{Samples: -5}, ErrOptions},
		{"xor", Synthetic{Noise: -1}, ErrOptions},
		{"xor", Synthetic{Noise: math.NaN()}, ErrOptions},
		{"blobs", Synthetic{Noise: math.Inf(1)}, ErrOptions},
		{"blobs", Synthetic{Classes: 1}, ErrOptions},
		{"blobs", Synthetic{Features: -1}, ErrOptions},
		{"blobs", Synthetic{Classes: 300}, ErrOptions},
		{"blobs", Synthetic{Samples: math.MaxInt}, ErrOptions},
		{"blobs", Synthetic{Features: math.MaxInt}, ErrOptions},
		{"spirals", Synthetic{Classes: -2}, ErrOptions},
		{"spirals", Synthetic{Classes: 1}, ErrOptions},
		{"parity", Synthetic{Features: 21}, ErrOptions},
		{"parity", Synthetic{Features: -1}, ErrOptions},
		{"parity", Synthetic{Features: 1, Samples: 2, Seed: 0}, ErrOneClass}, // draws 0, 0 or 1, 1
		{"sine", Synthetic{Classes: 2}, ErrOptions},
		{"sine", Synthetic{Features: 2}, ErrOptions},
	} {
		if _, err := Load(c.name, c.o); !errors.Is(err, c.want) {
			t.Errorf("%s %+v: %v, want %v", c.name, c.o, err, c.want)
		}
	}
}
