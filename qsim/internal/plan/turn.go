package plan

import (
	"math"
	"math/cmplx"

	"github.com/qnn-go/qnn/circuits"
)

// turn is a constant phase in radians, steps·π/8 + rest + low. The gates of the table turn by
// multiples of π/8, whose sums in steps have no rounding errors. Sums of other phases are
// exact to about 10⁻³⁰, as low keeps what rounding takes from rest. The zero value is no
// phase.
type turn struct {
	steps     int // modulo 32, as 32 steps are 4π
	rest, low float64
}

const stepsPerCircle = 32 // a circle of 4π, as half angles occur

// turnOf is the phase v in radians. The float64 nearest to a multiple of π/8 stands for the
// multiple itself.
func turnOf(v float64) turn {
	v = circuits.ReduceAngle(v)
	k := math.Round(v / (math.Pi / 8))
	if v == k*(math.Pi/8) {
		return turn{steps: int(k) & (stepsPerCircle - 1)}
	}
	return turn{rest: v}
}

// plus is t + u.
func (t turn) plus(u turn) turn {
	t.steps = (t.steps + u.steps) & (stepsPerCircle - 1)
	t.add(u.rest)
	t.add(u.low)
	return t
}

// add adds v radians to rest and low: the rounded sum and its rounding error by Knuth's
// two-sum.
func (t *turn) add(v float64) {
	sum := t.rest + v
	of := sum - t.rest
	t.low += (t.rest - (sum - of)) + (v - of)
	t.rest = sum
}

// times is f·t, for f a power of two or its negative. Half a phase is one of two that differ
// by 2π, as phases are known modulo 4π.
func (t turn) times(f float64) turn {
	out := turn{rest: t.rest * f, low: t.low * f}
	steps := float64(t.steps) * f
	if whole := math.Floor(steps); whole == steps {
		out.steps = int(whole) & (stepsPerCircle - 1)
		return out
	}
	return out.plus(turn{rest: steps * (math.Pi / 8)})
}

// unit is e^{it}, without rounding errors for multiples of π/2.
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
