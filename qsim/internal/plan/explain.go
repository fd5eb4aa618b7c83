package plan

import (
	"fmt"
	"math/bits"
	"strings"
)

// Explain describes the passes: which bits are active in each, its blocks and stages, the
// phases, rotations, NOTs and matrices in it, the bytes it moves and the floating-point
// operations it takes. Bytes count what goes between memory and caches in both directions.
func (p *Plan) Explain() string {
	var out strings.Builder
	shape := fmt.Sprintf("%d qubits, %d passes", p.Bits, len(p.passes))
	if p.batch {
		shape = fmt.Sprintf("%d qubits, groups of %d samples in the lowest bits", len(p.Location), p.Samples())
	}
	precision := ""
	if p.machine.Single {
		precision = " in single precision"
	}
	fmt.Fprintf(&out, "%s, kernels %s%s\n", shape, p.machine.Name, precision)
	total := cost{}
	for i := range p.passes {
		c := p.passes[i].cost(float64(2 * p.machine.Amplitude()))
		total.add(c)
		fmt.Fprintf(&out, "pass %d: bits %s, %d tiles: %s\n", i+1, ranges(p.passes[i].active), p.passes[i].count(), c)
	}
	fmt.Fprintf(&out, "total: %s\n", total)
	if len(p.nots) > 0 {
		fmt.Fprintf(&out, "left until the amplitudes are asked for: %d nots\n", len(p.nots))
	}
	return out.String()
}

// cost counts what a pass does.
type cost struct {
	blocks, stages, phases, rotations, nots, dense int
	bytes, flops                                   float64
}

// add adds d to c.
func (c *cost) add(d cost) {
	c.blocks, c.stages, c.phases, c.rotations = c.blocks+d.blocks, c.stages+d.stages, c.phases+d.phases, c.rotations+d.rotations
	c.nots, c.dense, c.bytes, c.flops = c.nots+d.nots, c.dense+d.dense, c.bytes+d.bytes, c.flops+d.flops
}

func (c cost) String() string {
	return fmt.Sprintf("%d blocks, %d stages, %d phases, %d rotations, %d nots, %d matrices, %.3g MB, %.3g Mflop",
		c.blocks, c.stages, c.phases, c.rotations, c.nots, c.dense, c.bytes/1e6, c.flops/1e6)
}

// cost counts what t does. moved is the number of bytes read and written for each amplitude.
func (t *pass) cost(moved float64) cost {
	amplitudes := float64(t.count()) * float64(uint64(1)<<bits.OnesCount64(t.active))
	c := cost{blocks: len(t.blocks), bytes: moved * amplitudes}
	for i := range t.blocks {
		for k := range t.blocks[i].stages {
			c.stages++
			c.nots += t.blocks[i].stages[k].folded
			for _, s := range t.blocks[i].stages[k].steps {
				c.step(&s, amplitudes)
			}
		}
	}
	return c
}

// step adds one step, which works on so many amplitudes. For each amplitude a complex product
// takes 6 floating-point operations, a rotation 4.
func (c *cost) step(s *step, amplitudes float64) {
	switch {
	case s.shared():
		c.phases++
		c.flops += 6 * amplitudes
	case s.turns(), s.local && s.value.index >= 0 && !s.adds():
		c.rotations++
		c.flops += 4 * amplitudes
	case s.matrix != nil:
		c.dense++
		d := 1 << (bits.Len(uint(len(s.matrix))) / 2)
		c.flops += (8*float64(d) - 2) * amplitudes
	case s.gradient():
		c.flops += 2 * amplitudes
	case s.diagonal != nil:
		c.flops += 4 * amplitudes
	default:
		c.nots++
	}
}

// ranges writes a mask of bits as text, such as 0–3,17–23.
func ranges(set uint64) string {
	var parts []string
	for set != 0 {
		lo := bits.TrailingZeros64(set)
		n := bits.TrailingZeros64(^(set >> lo))
		if n == 1 {
			parts = append(parts, fmt.Sprint(lo))
		} else {
			parts = append(parts, fmt.Sprintf("%d–%d", lo, lo+n-1))
		}
		set &^= (1<<n - 1) << lo
	}
	return strings.Join(parts, ",")
}
