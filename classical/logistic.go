package classical

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/stat"
)

// The optimiser aims for a gradient below gradientGoal, and where rounding
// stops it earlier a gradient below gradientLimit is accepted.
const (
	gradientGoal       = 1e-9
	gradientLimit      = 1e-5
	logisticIterations = 10000
)

// Logistic is logistic regression with an L2 penalty. For two classes it
// minimises, over weights w and intercept b with labels t = ±1,
//
//	½‖w‖² + C·Σ ln(1 + exp(−t(w·x+b))),
//
// and for k > 2 the multinomial ½‖W‖² + C·Σ −ln softmax(Wx+b)_y. Intercepts
// are not penalised. This is the objective of scikit-learn's
// LogisticRegression; L-BFGS solves it to a gradient of the mean loss below
// 1e-5, and mostly 1e-9. The zero value has C = 1.
type Logistic struct {
	// C is the inverse strength of the penalty; 0 means 1.
	C float64

	fit *logisticFit
}

// logisticFit is a solution: a row of weights and an intercept for each score.
type logisticFit struct {
	labels    []float64
	weights   *mat.Dense // scores × features
	intercept []float64
}

// Name returns "logistic".
func (*Logistic) Name() string { return "logistic" }

// Fit minimises the objective from weights of zero.
//
// Errors: those of bad data, ErrOneClass, ErrConfig, ErrNotConverged and the
// context's.
func (l *Logistic) Fit(ctx context.Context, x [][]float64, y []float64) error {
	t, err := newTable(l.Name(), x, y, false)
	if err != nil {
		return err
	}
	c, err := positive(l.Name(), "C", l.C, 1)
	if err != nil {
		return err
	}
	p := newLogisticProblem(ctx, t, c)
	result, err := optimize.Minimize(
		optimize.Problem{Func: p.loss, Grad: p.gradient, Status: p.status},
		make([]float64, len(p.grad)),
		&optimize.Settings{
			GradientThreshold: gradientGoal,
			Converger:         optimize.NeverTerminate{},
			MajorIterations:   logisticIterations,
		},
		&optimize.LBFGS{},
	)
	if ctx.Err() != nil {
		return fmt.Errorf("classical: %s: %w", l.Name(), ctx.Err())
	}
	if result == nil {
		return fmt.Errorf("classical: %s: %w: %w; standardise the features", l.Name(), ErrNotConverged, err)
	}
	p.evaluate(result.X)
	if g := floats.Norm(p.grad, math.Inf(1)); !(g <= gradientLimit) {
		return fmt.Errorf("classical: %s: gradient %.2g after %d iterations: %w; standardise the features or lower C", l.Name(), g, result.MajorIterations, ErrNotConverged)
	}
	l.fit = p.solution(result.X, t.labels)
	return nil
}

// Predict returns the most probable class of each row, of equals the lowest.
//
// Errors: ErrNotFitted, ErrDimension, ErrValue and the context's.
func (l *Logistic) Predict(ctx context.Context, x [][]float64) ([]float64, error) {
	if l.fit == nil {
		return nil, notFitted(l.Name())
	}
	m, d := l.fit.weights.Dims()
	if err := checkRows(l.Name(), x, d); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	got := make([]float64, len(x))
	scores := make([]float64, m)
	for i, row := range x {
		for j := range scores {
			scores[j] = floats.Dot(l.fit.weights.RawRowView(j), row) + l.fit.intercept[j]
		}
		got[i] = l.fit.labels[predictedClass(scores)]
	}
	return got, nil
}

// Parameters returns the weights and intercepts: d+1 for two classes, k(d+1)
// for k > 2.
func (l *Logistic) Parameters() int {
	if l.fit == nil {
		return 0
	}
	m, d := l.fit.weights.Dims()
	return m * (d + 1)
}

// logisticProblem is the objective divided by C·n in the variables u = s∘w and
// b' = b + w·μ, where μ and s are the features' means and deviations. The free
// intercept makes the shift exact; the penalty Σ(u/s)² makes the scaling exact,
// which only improves the conditioning for features of unlike scales. The
// variables are laid out as a row (u, b') for each score.
type logisticProblem struct {
	ctx       context.Context //nolint:containedctx // gonum's callbacks take none
	z         *mat.Dense      // standardised features, n × d
	mean, dev []float64
	class     []int
	ridge     []float64 // 1/(C·n·s²) for each feature

	at     []float64 // where value and grad were taken; nil at first
	value  float64
	grad   []float64
	scores *mat.Dense // n × m
}

// newLogisticProblem standardises the table's features.
func newLogisticProblem(ctx context.Context, t *table, c float64) *logisticProblem {
	n, d := t.size()
	m := scoreCount(len(t.labels))
	p := &logisticProblem{
		ctx: ctx, z: dense(t.x), class: t.class,
		mean: make([]float64, d), dev: make([]float64, d), ridge: make([]float64, d),
		grad: make([]float64, m*(d+1)), scores: mat.NewDense(n, m, nil),
	}
	column := make([]float64, n)
	for j := range d {
		mat.Col(column, j, p.z)
		p.mean[j], p.dev[j] = stat.PopMeanStdDev(column, nil)
		if p.dev[j] <= 1e-12*math.Abs(p.mean[j]) {
			p.dev[j] = 1 // a constant feature
		}
		for i := range n {
			p.z.Set(i, j, (column[i]-p.mean[j])/p.dev[j])
		}
		p.ridge[j] = 1 / (c * float64(n) * p.dev[j] * p.dev[j])
	}
	return p
}

// evaluate sets value and grad at v.
func (p *logisticProblem) evaluate(v []float64) {
	if p.at != nil && floats.Equal(p.at, v) {
		return
	}
	p.at = append(p.at[:0], v...)
	n, m := p.scores.Dims()
	_, d := p.z.Dims()
	rows := mat.NewDense(m, d+1, p.at)
	grad := mat.NewDense(m, d+1, p.grad)
	u := rows.Slice(0, m, 0, d)

	p.scores.Mul(p.z, u.T())
	loss := 0.0
	for i := range n {
		s := p.scores.RawRowView(i)
		for j := range s {
			s[j] += rows.At(j, d)
		}
		loss += crossEntropy(s, p.class[i])
	}
	grad.Slice(0, m, 0, d).(*mat.Dense).Mul(p.scores.T(), p.z)
	grad.Scale(1/float64(n), grad)
	p.value = loss / float64(n)
	for j := range m {
		for f, r := range p.ridge {
			w := rows.At(j, f)
			p.value += 0.5 * r * w * w
			grad.Set(j, f, grad.At(j, f)+r*w)
		}
		grad.Set(j, d, mat.Sum(p.scores.ColView(j))/float64(n))
	}
}

// loss returns the objective at v.
func (p *logisticProblem) loss(v []float64) float64 {
	p.evaluate(v)
	return p.value
}

// gradient stores the objective's gradient at v in dst.
func (p *logisticProblem) gradient(dst, v []float64) {
	p.evaluate(v)
	copy(dst, p.grad)
}

// status ends the minimisation with the context.
func (p *logisticProblem) status() (optimize.Status, error) {
	if err := p.ctx.Err(); err != nil {
		return optimize.Failure, err
	}
	return optimize.NotTerminated, nil
}

// solution returns weights and intercepts for the features as they were.
func (p *logisticProblem) solution(v, labels []float64) *logisticFit {
	_, d := p.z.Dims()
	_, m := p.scores.Dims()
	f := &logisticFit{labels: labels, weights: mat.NewDense(m, d, nil), intercept: make([]float64, m)}
	for j := range m {
		row := f.weights.RawRowView(j)
		floats.DivTo(row, v[j*(d+1):j*(d+1)+d], p.dev)
		f.intercept[j] = v[j*(d+1)+d] - floats.Dot(row, p.mean)
	}
	return f
}
