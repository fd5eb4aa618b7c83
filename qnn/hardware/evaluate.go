package hardware

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/metric"
	"github.com/qnn-go/qnn/qsim"
)

// Replicates is how often measurements are drawn again for an interval.
const Replicates = 1000

// z95 is the 0.975 quantile of the standard normal distribution.
const z95 = 1.959963984540054

// Interval is a measured mean value with its 95 % interval of shot noise and the exact
// value of a simulation.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Ideal float64 `json:"ideal"`
}

// Evaluation compares what was measured with an exact simulation of the same circuits.
type Evaluation struct {
	Predictions []float64 // of the samples that have results, from the measurement
	Ideal       []float64 // from the simulation
	// Probabilities of the classes, samples × classes, from the measurement and from the
	// simulation; nil for regression.
	Probabilities, IdealProbabilities [][]float64
	Values                            [][]Interval // samples × observables
	// MeanDifference is the mean of |measured − ideal| over all values; ShotNoise is what
	// it would be about if shot noise were the only cause: √(2/π) times the mean of the
	// standard errors.
	MeanDifference, ShotNoise float64
}

// Evaluate predicts the measured samples with the model from what was measured and
// from its own simulator. Intervals of observables that are one product of Pauli
// matrices are [metric.Wilson] intervals; others are the value ± 1.96 standard errors.
func (h *Measured) Evaluate(ctx context.Context, model *qnn.Model) (*Evaluation, error) {
	x := h.Features()
	out := new(Evaluation)
	var err error
	if out.Ideal, err = model.PredictFeatures(ctx, x); err != nil {
		return nil, err
	}
	ideal, err := model.Expectations(ctx, x)
	if err != nil {
		return nil, err
	}
	if out.Predictions, err = h.predict(ctx, model, x); err != nil {
		return nil, err
	}
	if err := h.probabilities(ctx, out, model, x); err != nil {
		return nil, err
	}
	n := 0.0
	for i, s := range h.rows {
		row, deviation, err := h.intervals(h.points[s*(1+h.shifts)], ideal[i])
		if err != nil {
			return nil, err
		}
		for k, v := range row {
			out.MeanDifference += math.Abs(v.Value - v.Ideal)
			out.ShotNoise += math.Sqrt(2/math.Pi) * deviation[k]
			n++
		}
		out.Values = append(out.Values, row)
	}
	out.MeanDifference, out.ShotNoise = out.MeanDifference/n, out.ShotNoise/n
	return out, nil
}

func (h *Measured) predict(ctx context.Context, model *qnn.Model, x [][]float64) ([]float64, error) {
	on, err := model.Using(h.Backend)
	if err != nil {
		return nil, err
	}
	return on.PredictFeatures(ctx, x)
}

// probabilities adds those of a classifier to an evaluation.
func (h *Measured) probabilities(ctx context.Context, out *Evaluation, model *qnn.Model, x [][]float64) error {
	if model.Classes == nil {
		return nil
	}
	on, err := model.Using(h.Backend)
	if err != nil {
		return err
	}
	if out.Probabilities, err = on.ProbabilitiesFeatures(ctx, x); err != nil {
		return err
	}
	out.IdealProbabilities, err = model.ProbabilitiesFeatures(ctx, x)
	return err
}

// intervals are those of the observables at one point, with their standard errors.
func (h *Measured) intervals(p point, ideal []float64) ([]Interval, []float64, error) {
	k := len(h.manifest.Observables)
	mean, deviation := make([]float64, k), make([]float64, k)
	p.mean(mean)
	for _, t := range p {
		t.Variance(deviation)
	}
	out := make([]Interval, k)
	for k, o := range h.manifest.Observables {
		deviation[k] = math.Sqrt(deviation[k])
		half := z95 * deviation[k]
		out[k] = Interval{mean[k], mean[k] - half, mean[k] + half, ideal[k]}
		if n, ok := shotsOf(o, k, p); ok {
			low, high, err := wilson(mean[k]/o[0].Coef, n)
			if err != nil {
				return nil, nil, err
			}
			low, high = low*o[0].Coef, high*o[0].Coef
			out[k].Low, out[k].High = min(low, high), max(low, high)
		}
	}
	return out, deviation, nil
}

// shotsOf is the number of shots of observable k, one with two values, ±Coef.
func shotsOf(o circuits.PauliSum, k int, p point) (int, bool) {
	if len(o) != 1 || len(o[0].String) == 0 || o[0].Coef == 0 {
		return 0, false
	}
	for _, t := range p { // one basis measures it, in others its part is 0
		if t.N > 0 && slices.ContainsFunc(t.Values, func(v []float64) bool { return v[k] != 0 }) {
			return t.N, true
		}
	}
	return 0, false
}

// wilson is the interval of a mean of n values ±1.
func wilson(mean float64, n int) (low, high float64, err error) {
	hits := int(math.Round((1 + mean) / 2 * float64(n)))
	low, high, err = metric.Wilson(min(max(hits, 0), n), n)
	return 2*low - 1, 2*high - 1, err
}

// Score is a figure of merit of predictions, such as their accuracy.
type Score func(predictions []float64) (float64, error)

// ScoreInterval is the 95 % interval of what shot noise does to a score: the 0.025 and
// 0.975 quantiles of the score over [Replicates] measurements drawn again by
// [Measured.Resample]. It holds the samples fixed: how the score would vary with other
// samples is not in it.
func (h *Measured) ScoreInterval(ctx context.Context, model *qnn.Model, seed uint64, score Score) (low, high float64, err error) {
	x := h.Features()
	scores := make([]float64, Replicates)
	for i := range scores {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		predictions, err := h.Resample(rand.New(rand.NewPCG(seed, uint64(i)))).predict(ctx, model, x)
		if err != nil {
			return 0, 0, err
		}
		if scores[i], err = score(predictions); err != nil {
			return 0, 0, err
		}
	}
	slices.Sort(scores)
	return scores[Replicates/40-1], scores[Replicates-Replicates/40], nil
}

// GradientReplicates is how often measurements are drawn again for standard errors.
const GradientReplicates = 200

// MeasuredGradient is a measured loss and gradient.
type MeasuredGradient struct {
	Loss          float64   `json:"loss"`
	LossError     float64   `json:"loss_error"` // standard errors of shot noise
	Gradient      []float64 `json:"gradient"`   // by all parameters of the model
	GradientError []float64 `json:"gradient_error"`
}

// LossGradient is the mean loss of the samples of the export, and its gradient by the
// parameters of the model, from what was measured. Standard errors are the standard
// deviations over [GradientReplicates] measurements drawn again by [Measured.Resample].
// Errors wrap [ErrMissing] where results or labels are missing.
func (h *Measured) LossGradient(ctx context.Context, model *qnn.Model, loss qnn.Loss, seed uint64) (*MeasuredGradient, error) {
	var y []float64
	for i, s := range h.Samples() {
		if s.Label == nil {
			return nil, fmt.Errorf("sample %d has no label: %w", i, ErrMissing)
		}
		y = append(y, *s.Label)
	}
	x := h.Features()
	at := func(h *Measured) (float64, []float64, error) {
		on, err := model.Using(h.Backend)
		if err != nil {
			return 0, nil, err
		}
		return on.Gradient(ctx, loss, qsim.ParameterShift, x, y)
	}
	value, gradient, err := at(h)
	if err != nil {
		return nil, err
	}
	out := &MeasuredGradient{Loss: value, Gradient: gradient, GradientError: make([]float64, len(gradient))}
	losses, sums := moments{}, make([]moments, len(gradient))
	for i := range GradientReplicates {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l, g, err := at(h.Resample(rand.New(rand.NewPCG(seed, uint64(i)))))
		if err != nil {
			return nil, err
		}
		losses.add(l)
		for j, v := range g {
			sums[j].add(v)
		}
	}
	out.LossError = losses.deviation()
	for j := range sums {
		out.GradientError[j] = sums[j].deviation()
	}
	return out, nil
}

// moments follow mean and variance (Welford 1962, doi:10.2307/1266577).
type moments struct{ n, mean, squares float64 }

func (m *moments) add(v float64) {
	m.n++
	d := v - m.mean
	m.mean += d / m.n
	m.squares += d * (v - m.mean)
}

func (m *moments) deviation() float64 { return math.Sqrt(m.squares / (m.n - 1)) }
