package circuits_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/synth"
	"github.com/qnn-go/qnn/qsim/simtest"
)

// toSingle is m rounded to complex64.
func toSingle(m []complex128) []complex128 {
	out := make([]complex128, len(m))
	for i, v := range m {
		out[i] = complex128(complex64(v))
	}
	return out
}

// offUnitary is the largest entry of u·u† − 1.
func offUnitary(u []complex128) float64 {
	d := int(math.Sqrt(float64(len(u))))
	worst := 0.0
	for r := range d {
		for c := range d {
			sum := complex128(0)
			for k := range d {
				sum += u[r*d+k] * cmplx.Conj(u[c*d+k])
			}
			if r == c {
				sum--
			}
			worst = max(worst, cmplx.Abs(sum))
		}
	}
	return worst
}

func apartBy(a, b []complex128) float64 {
	sum := 0.0
	for i := range a {
		d := cmplx.Abs(a[i] - b[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}

// A unitary matrix times a positive one close to 1 has the unitary as its nearest.
func TestNearestUnitary(t *testing.T) {
	for _, d := range []int{2, 4, 8} {
		rng := rand.New(rand.NewPCG(uint64(d), 51))
		for _, size := range []float64{0, 1e-8, 1e-3, 5e-3} {
			u := simtest.RandomUnitary(rng, d)
			h := make([]complex128, d*d)
			for r := range d {
				for c := range r + 1 {
					v := complex(size*rng.NormFloat64(), size*rng.NormFloat64())
					h[r*d+c], h[c*d+r] = v, cmplx.Conj(v)
				}
				h[r*d+r] = complex(1+size*rng.NormFloat64(), 0)
			}
			m := make([]complex128, d*d)
			for r := range d {
				for c := range d {
					for k := range d {
						m[r*d+c] += u[r*d+k] * h[k*d+c]
					}
				}
			}
			got, err := circuits.NearestUnitary(m)
			if err != nil {
				t.Fatal(err)
			}
			if off := offUnitary(got); !(off < 1e-14) {
				t.Errorf("order %d, %g: U·U† is off by %g", d, size, off)
			}
			if by := apartBy(got, u); !(by < 1e-13) {
				t.Errorf("order %d, %g: %g away from the nearest", d, size, by)
			}
		}
	}
}

func TestNearestUnitaryRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		m    []complex128
		want error
	}{
		"singular":       {[]complex128{1, 1, 1, 1}, circuits.ErrUnitary},
		"far":            {[]complex128{1.06, 0, 0, 1}, circuits.ErrUnitary},
		"not a number":   {[]complex128{1, 0, 0, cmplx.NaN()}, circuits.ErrUnitary},
		"infinite":       {[]complex128{1, 0, 0, cmplx.Inf()}, circuits.ErrUnitary},
		"three by three": {make([]complex128, 9), circuits.ErrArity},
		"empty":          {nil, circuits.ErrArity},
	} {
		if u, err := circuits.NearestUnitary(tt.m); !errors.Is(err, tt.want) || u != nil {
			t.Errorf("%s: %v, error %v, want %v", name, u, err, tt.want)
		}
	}
}

// Matrices rounded to complex64 are taken where the circuit says so, in files too, or when
// they have been mended; the error names how far they are off, and both remedies.
func TestTolerance(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 52))
	rounded := func() *circuits.Circuit {
		return circuits.New(3).Unitary(toSingle(simtest.RandomUnitary(rng, 8)), 0, 1, 2).H(0).
			Unitary(toSingle(simtest.RandomUnitary(rng, 4)), 2, 0).Unitary(toSingle(simtest.RandomUnitary(rng, 2)), 1)
	}
	c := rounded()
	var opErr *circuits.OpError
	if err := c.Validate(); !errors.Is(err, circuits.ErrUnitary) || !errors.As(err, &opErr) || opErr.Index != 0 ||
		!strings.Contains(err.Error(), "Circuit.Tolerance") || !strings.Contains(err.Error(), "RoundUnitaries") {
		t.Errorf("error %v, want ErrUnitary of operation 0 with its remedies", err)
	}
	c.Tolerance = 1e-6
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var read circuits.Circuit
	if err := json.Unmarshal(text, &read); err != nil || read.Tolerance != 1e-6 {
		t.Fatalf("read %v, tolerance %g", err, read.Tolerance)
	}
	written, err := synth.Unitaries(&read)
	if err != nil {
		t.Fatal(err)
	}
	inverse, err := read.Inverse()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*circuits.Circuit{
		"read": &read, "decomposed": written, "inverse": inverse, "clone": read.Clone(), "appended": circuits.New(3).Concat(&read),
	} {
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	mended := rounded()
	if err := mended.RoundUnitaries(); err != nil {
		t.Fatal(err)
	}
	if err := mended.Validate(); err != nil {
		t.Error(err)
	}
	want, got := simtest.Amplitudes(&read, nil, nil), simtest.Amplitudes(written, nil, nil)
	if by := apartBy(got, want); !(by < 1e-6) {
		t.Errorf("decomposed: amplitudes %g away", by)
	}
	norm := 0.0
	for _, a := range got {
		norm += real(a)*real(a) + imag(a)*imag(a)
	}
	if !(math.Abs(norm-1) < 1e-13) {
		t.Errorf("decomposed: norm² 1 + %g, synthesis has to begin with a unitary matrix", norm-1)
	}
}

func TestToleranceIsBounded(t *testing.T) {
	for _, tolerance := range []float64{-1e-9, 2e-3, math.NaN(), math.Inf(1)} {
		if err := (&circuits.Circuit{Tolerance: tolerance}).Validate(); !errors.Is(err, circuits.ErrRange) {
			t.Errorf("tolerance %g: error %v", tolerance, err)
		}
	}
	bad := circuits.New(1).H(0).Unitary([]complex128{2, 0, 0, 1}, 0)
	var opErr *circuits.OpError
	if err := bad.RoundUnitaries(); !errors.As(err, &opErr) || opErr.Index != 1 || bad.Ops[1].Matrix[0] != 2 {
		t.Errorf("error %v, matrix %v", err, bad.Ops[1].Matrix)
	}
}
