package plan

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// A greedy choice of active bits is good, but seldom the best. So there are several trials, and
// the passes that cost least are kept. In all trials but the first the worth of every operation
// is changed at random, and in every other one tiles are smaller. The seed of the random numbers
// is the number of the trial, so that a circuit always has the same plan.

// trials is how many divisions of ops into passes are compared: as many as take some
// milliseconds of planning, more for large states.
func (p *Plan) trials(ops []*op) int {
	if p.batch || p.Bits < RowBits {
		return 1
	}
	planned := 2500 // operations planned in all trials
	if p.Bits >= 22 {
		planned = 8000
	}
	return max(1, min(16, planned/(len(ops)+1)))
}

// noise is the standard deviation by which the logarithm of an operation's worth is changed in
// a trial.
const noise = 0.6

// search plans the passes of ops and keeps the best of several trials. In the state that they
// start from, amplitudes other than 0 have indices within the mask touched.
func (p *Plan) search(ops []*op, touched uint64, s Sizes, trials int) {
	least, rotations := math.Inf(1), 0
	var best []pass
	for trial := range trials {
		sizes := s
		worth := func(w float64) float64 { return w }
		if trial > 0 {
			rng := rand.New(rand.NewPCG(uint64(trial), 0))
			sizes.Tile -= trial % 2
			sizes.Block = sizes.Tile
			worth = func(w float64) float64 { return w * math.Exp(noise*rng.NormFloat64()) }
		}
		for _, o := range ops {
			o.worth = worth(o.weight())
		}
		p.passes, p.rotations = nil, 0
		p.greedy(ops, touched, sizes)
		if c := p.cycles(); c < least {
			least, rotations, best = c, p.rotations, p.passes
		}
	}
	p.passes, p.rotations = best, rotations
}

// The costs of steps for one vector, in the time of a multiply-add, measured on Zen 4 with
// AVX-512. While a stage computes, a part of the time of its loads and stores is hidden.
const (
	costRotate = 1.0
	costLane   = 0.5 // in addition, where lanes are exchanged
	costPhase  = 2.1
	costMove   = 0.2
	costMemory = 3.0 // loading and storing a vector
	costHidden = 0.6 // the part of costMemory or of the work, if that is less, that is hidden
	costSum    = 1.0 // adding to the sums of a derivative
)

// cycles estimates what all passes cost, for comparison with those of other trials: the cost
// for one vector, times the number of amplitudes.
func (p *Plan) cycles() float64 {
	sum := 0.0
	for i := range p.passes {
		t := &p.passes[i]
		cost := p.traffic()
		for j := range t.blocks {
			for k := range t.blocks[j].stages {
				work := 0.0
				for _, s := range t.blocks[j].stages[k].steps {
					work += s.cycles()
				}
				cost += max(work, costMemory) + (1-costHidden)*min(work, costMemory)
			}
		}
		sum += cost * float64(t.count()) * float64(uint64(1)<<bits.OnesCount64(t.active))
	}
	return sum
}

// traffic is what it costs a pass to bring a vector from memory, or from the third-level
// cache, to the second-level cache and back. It depends on the bytes of the state.
func (p *Plan) traffic() float64 {
	switch size := p.offset(1 << p.Bits); {
	case size <= 1<<20:
		return 0
	case size <= 1<<25:
		return 2.5
	}
	return 6.5
}

// cycles is what s costs for one vector.
func (s *step) cycles() float64 {
	switch {
	case s.shared():
		return costPhase
	case s.turns():
		if s.lane >= 0 {
			return costRotate + costLane
		}
		return costRotate
	case s.matrix != nil: // 2ᵏ complex products
		return 2 * math.Sqrt(float64(len(s.matrix)))
	case s.adds():
		return costSum
	case s.lanes():
		return costMove + costLane
	}
	return costMove
}

// lanes reports whether s exchanges lanes of a vector.
func (s *step) lanes() bool {
	return s.op >= kernel.OpNotLaneRow(0, 0) && s.op < kernel.OpFlip(0) || s.op >= kernel.OpFlipLane(0) && s.op < kernel.OpDense2(0, 0)
}
