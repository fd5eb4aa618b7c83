package plan

import (
	"math"
	"math/cmplx"

	"github.com/qnn-go/qnn/circuits"
)

// turn is a constant phase, steps·π/8 + rest + low. Gates of the table turn by multiples of
// π/8, which add up without rounding; so do all other phases, to about 10⁻³⁰, as low takes
// what rest loses. The zero value is no phase.
type turn struct {
	steps     int // modulo 32, which is 4π
	rest, low float64
}

const stepsPerCircle = 32 // of 4π

// turnOf is the phase v. The numbers nearest to multiples of π/8 stand for these.
func turnOf(v float64) turn {
	v = circuits.ReduceAngle(v)
	k := math.Round(v / (math.Pi / 8))
	if v == k*(math.Pi/8) {
		return turn{steps: int(k) & (stepsPerCircle - 1)}
	}
	return turn{rest: v}
}

func (t turn) plus(u turn) turn {
	t.steps = (t.steps + u.steps) & (stepsPerCircle - 1)
	t.add(u.rest)
	t.add(u.low)
	return t
}

// add adds v to the part of t that is no multiple of π/8 (Knuth's sum of two numbers and its
// rounding error).
func (t *turn) add(v float64) {
	sum := t.rest + v
	of := sum - t.rest
	t.low += (t.rest - (sum - of)) + (v - of)
	t.rest = sum
}

// times is f·t for f a power of two or its negative; the phase that halves give is one of
// the two that differ by half of 4π.
func (t turn) times(f float64) turn {
	out := turn{rest: t.rest * f, low: t.low * f}
	steps := float64(t.steps) * f
	if whole := math.Floor(steps); whole == steps {
		out.steps = int(whole) & (stepsPerCircle - 1)
		return out
	}
	return out.plus(turn{rest: steps * (math.Pi / 8)})
}

// unit is e^{it}, without rounding for multiples of π/2.
func (t turn) unit() complex128 {
	q := [...]complex128{
		1, complex(math.Cos(math.Pi/8), math.Sin(math.Pi/8)),
		math.Sqrt2 / 2 * (1 + 1i), complex(math.Sin(math.Pi/8), math.Cos(math.Pi/8)),
	}[t.steps&3]
	for range t.steps >> 2 & 3 {
		q = complex(0-imag(q), real(q))
	}
	for _, v := range [...]float64{t.rest, t.low} {
		if v != 0 {
			q *= cmplx.Rect(1, v)
		}
	}
	return q
}
