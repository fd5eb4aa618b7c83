package classical

import (
	"context"
	"fmt"
	"math"
)

const (
	// smoSteps limits the steps of one dual.
	smoSteps = 10_000_000
	// smoPoll is the number of steps between two looks at the context.
	smoPoll = 64
	// flatCurvature replaces a curvature that is not positive (duplicate rows),
	// as in Fan, Chen and Lin's algorithm.
	flatCurvature = 1e-12
)

// dual is min ½αᵀQα − Σα with Q_ij = t_i·t_j·K_ij, 0 ≤ α ≤ c and Σα·t = 0, and
// the state of its solution by sequential minimal optimisation: each step moves
// one pair along the constraint, chosen by second order information, working
// set selection 2 of R.-E. Fan, P.-H. Chen and C.-J. Lin, J. Mach. Learn. Res.
// 6 (2005) 1889, https://www.jmlr.org/papers/v6/fan05a.html.
type dual struct {
	t         []float64 // ±1
	c         float64
	tolerance float64
	gram      *gram

	alpha []float64
	// slope[i] is t_i·∂/∂α_i of the objective: the direction that keeps the
	// constraint while α_i·t_i grows.
	slope []float64
}

// newPair returns the dual of classes a (t = +1) and b (t = −1) and the rows of
// the table that it consists of, those of a first.
func newPair(t *table, a, b int, kernel kernelFunc, c, tolerance float64) (*dual, []int) {
	p := &dual{c: c, tolerance: tolerance}
	var rows []int
	var x [][]float64
	for _, side := range [...]struct {
		class int
		t     float64
	}{{a, 1}, {b, -1}} {
		for i, class := range t.class {
			if class != side.class {
				continue
			}
			rows = append(rows, i)
			x = append(x, t.x[i])
			p.t = append(p.t, side.t)
			p.slope = append(p.slope, -side.t) // α = 0
		}
	}
	p.alpha = make([]float64, len(rows))
	p.gram = newGram(x, kernel)
	return p, rows
}

// solve moves α to the tolerance.
func (p *dual) solve(ctx context.Context) error {
	for step := range smoSteps {
		if step%smoPoll == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		i := p.steepest()
		ki := p.gram.row(i)
		j, gap := p.partner(i, ki)
		if gap < p.tolerance {
			return nil
		}
		p.move(i, j, ki, p.gram.row(j))
	}
	return fmt.Errorf("dual after %d steps: %w; standardise the features or lower C", smoSteps, ErrNotConverged)
}

// canGrow reports whether α_i·t_i may grow, and canShrink whether it may
// shrink, within the box.
func (p *dual) canGrow(i int) bool {
	return p.t[i] > 0 && p.alpha[i] < p.c || p.t[i] < 0 && p.alpha[i] > 0
}

func (p *dual) canShrink(i int) bool {
	return p.t[i] < 0 && p.alpha[i] < p.c || p.t[i] > 0 && p.alpha[i] > 0
}

// steepest returns the index that gains most by growing.
func (p *dual) steepest() int {
	best, at := math.Inf(1), 0
	for i, s := range p.slope {
		if s < best && p.canGrow(i) {
			best, at = s, i
		}
	}
	return at
}

// partner returns the index whose joint move with i lowers the objective most,
// and by how much the optimality conditions are violated at worst.
func (p *dual) partner(i int, ki []float64) (at int, gap float64) {
	best := 0.0
	gap = math.Inf(-1)
	for j, s := range p.slope {
		if !p.canShrink(j) {
			continue
		}
		fall := s - p.slope[i]
		gap = max(gap, fall)
		if fall <= 0 {
			continue
		}
		if gain := fall * fall / p.curvature(i, j, ki); gain > best {
			best, at = gain, j
		}
	}
	return at, gap
}

// curvature returns the second derivative along the joint move of i and j.
func (p *dual) curvature(i, j int, ki []float64) float64 {
	if q := p.gram.diagonal[i] + p.gram.diagonal[j] - 2*ki[j]; q > 0 {
		return q
	}
	return flatCurvature
}

// move grows α_i·t_i and shrinks α_j·t_j by the same amount, to the minimum
// or to the edge of the box.
func (p *dual) move(i, j int, ki, kj []float64) {
	roomI, roomJ := p.alpha[i], p.alpha[j]
	if p.t[i] > 0 {
		roomI = p.c - p.alpha[i]
	}
	if p.t[j] < 0 {
		roomJ = p.c - p.alpha[j]
	}
	by := min((p.slope[j]-p.slope[i])/p.curvature(i, j, ki), roomI, roomJ)
	p.alpha[i] = p.shifted(i, by*p.t[i], by == roomI)
	p.alpha[j] = p.shifted(j, -by*p.t[j], by == roomJ)
	for k := range p.slope {
		p.slope[k] += by * (ki[k] - kj[k])
	}
}

// shifted returns α_i + by, exactly 0 or c if that reaches the edge.
func (p *dual) shifted(i int, by float64, edge bool) float64 {
	if !edge {
		return p.alpha[i] + by
	}
	if by > 0 {
		return p.c
	}
	return 0
}

// rho returns the offset: the mean slope of the free α, or the middle of the
// range that the bound ones allow.
func (p *dual) rho() float64 {
	sum, free := 0.0, 0
	low, high := math.Inf(-1), math.Inf(1)
	for i, s := range p.slope {
		grow, shrink := p.canGrow(i), p.canShrink(i)
		switch {
		case grow && shrink:
			sum += s
			free++
		case grow:
			high = min(high, s)
		default:
			low = max(low, s)
		}
	}
	if free > 0 {
		return sum / float64(free)
	}
	return (low + high) / 2
}

// objective returns ½αᵀQα − Σα = ½Σα(∂−1).
func (p *dual) objective() float64 {
	sum := 0.0
	for i, a := range p.alpha {
		sum += a * (p.t[i]*p.slope[i] - 1)
	}
	return sum / 2
}

// gramBytes bounds the kernel rows that are kept.
const gramBytes = 128 << 20

// gram computes rows of the kernel matrix on demand and keeps the latest used.
type gram struct {
	x        [][]float64
	kernel   kernelFunc
	diagonal []float64
	rows     [][]float64 // nil where not kept
	used     []int       // the clock at the latest use of each row
	clock    int
	kept     int
	limit    int
}

// newGram returns the kernel matrix of x without rows.
func newGram(x [][]float64, kernel kernelFunc) *gram {
	n := len(x)
	g := &gram{
		x: x, kernel: kernel, diagonal: make([]float64, n),
		rows: make([][]float64, n), used: make([]int, n), limit: max(2, gramBytes/(8*n)),
	}
	for i, row := range x {
		g.diagonal[i] = kernel(row, row)
	}
	return g
}

// row returns row i, valid until the second next call.
func (g *gram) row(i int) []float64 {
	g.clock++
	g.used[i] = g.clock
	if g.rows[i] != nil {
		return g.rows[i]
	}
	var row []float64
	if g.kept == g.limit {
		oldest := -1
		for k := range g.rows {
			if g.rows[k] != nil && (oldest < 0 || g.used[k] < g.used[oldest]) {
				oldest = k
			}
		}
		row, g.rows[oldest] = g.rows[oldest], nil
	} else {
		row = make([]float64, len(g.x))
		g.kept++
	}
	for j, other := range g.x {
		row[j] = g.kernel(g.x[i], other)
	}
	g.rows[i] = row
	return row
}
