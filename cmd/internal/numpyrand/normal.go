package numpyrand

import (
	"math"
	"sync"
)

// The ziggurat covers the half of exp(−x²/2) right of 0 by 256 layers of equal
// area; the lowest holds the tail beyond tailStart. G. Marsaglia and W. W. Tsang,
// "The ziggurat method for generating random variables", 2000,
// doi:10.18637/jss.v005.i08; tailStart as NumPy has it.
const (
	layers    = 256
	tailStart = 3.6541528853610087963519472518
	width     = 1 << 52 // positions are integers below this
)

// ziggurat is the layers: position r of layer i stands for x = r·scale[i] and lies
// under the curve for certain when r < inside[i]; height[i] is the curve at the
// layer's right edge.
type ziggurat struct {
	inside [layers]uint64
	scale  [layers]float64
	height [layers]float64
}

var tables = sync.OnceValue(func() *ziggurat { //nolint:gochecknoglobals // computed once, never written
	curve := func(x float64) float64 { return math.Exp(-x * x / 2) }
	tail := math.Sqrt(math.Pi/2) * math.Erfc(tailStart/math.Sqrt2)
	area := tailStart*curve(tailStart) + tail
	z := new(ziggurat)
	// The lowest layer is as wide as a rectangle of its area and its height.
	base := area / curve(tailStart)
	z.scale[0], z.height[0], z.inside[0] = base/width, 1, uint64(tailStart/base*width)
	x := tailStart
	for i := layers - 1; i > 0; i-- {
		z.scale[i], z.height[i] = x/width, curve(x)
		if i == 1 {
			break // the top layer has no part that is certain
		}
		next := math.Sqrt(-2 * math.Log(area/x+curve(x)))
		z.inside[i] = uint64(next / x * width)
		x = next
	}
	return z
})

// Normal is Generator.normal(size=n): n numbers of mean 0 and variance 1.
func (g *Generator) Normal(n int) []float64 {
	z := tables()
	dst := make([]float64, n)
	for i := range dst {
		dst[i] = g.normal(z)
	}
	return dst
}

func (g *Generator) normal(z *ziggurat) float64 {
	for {
		word := g.Uint64()
		layer, minus, position := word&0xff, word>>8&1 == 1, word>>9&(width-1)
		x := float64(position) * z.scale[layer]
		if minus {
			x = -x
		}
		switch {
		case position < z.inside[layer]:
			return x
		case layer == 0:
			return g.tail(position>>8&1 == 1)
		case (z.height[layer-1]-z.height[layer])*g.Float64()+z.height[layer] < math.Exp(-x*x/2):
			return x
		}
	}
}

// tail is a number beyond tailStart, or below its negative.
func (g *Generator) tail(minus bool) float64 {
	for {
		x := -math.Log1p(-g.Float64()) / tailStart
		y := -math.Log1p(-g.Float64())
		if y+y <= x*x {
			continue
		}
		if minus {
			return -tailStart - x
		}
		return tailStart + x
	}
}
