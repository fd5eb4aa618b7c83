package classical

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// MLP is a multilayer perceptron with rectified linear hidden layers and the
// softmax (cross entropy), or for regression the identity (half the squared
// error), at its output. It minimises the mean loss of a batch plus
// ½·Alpha·Σw²/batch over weights w by Adam and stops after Epochs, or when for
// ten epochs the loss has not improved by 1e-4. Settings of zero are the
// defaults of scikit-learn's MLPClassifier and MLPRegressor, given below. The
// targets of regression are standardised for training and predictions scaled back,
// as by scikit-learn's TransformedTargetRegressor: weights near 1 and steps of Rate
// do not reach targets of another magnitude within Epochs.
//
// Source of the optimiser: D. P. Kingma, J. Ba, arXiv:1412.6980, algorithm 1
// with the efficient step of section 2; of the starting weights: X. Glorot,
// Y. Bengio, AISTATS 2010, equation 16.
type MLP struct {
	// Hidden are the widths of the hidden layers; none means one of 100.
	Hidden []int
	// Alpha is the strength of the L2 penalty; 0 means 1e-4.
	Alpha float64
	// Batch is the number of samples a step; 0 means 200, and all if fewer.
	Batch int
	// Rate is Adam's step; 0 means 1e-3.
	Rate float64
	// Epochs limits the passes through the data; 0 means 200.
	Epochs int
	// Regression makes y values instead of classes.
	Regression bool
	// Seed drives the starting weights and the order of samples.
	Seed uint64

	fit *mlpFit
}

// mlpFit is a trained network.
type mlpFit struct {
	labels []float64 // nil for regression
	net    *network
	// A value is mean + dev·(output of the network); regression only.
	mean, dev float64
}

// Name returns "mlp".
func (*MLP) Name() string { return "mlp" }

// Fit trains from random weights.
//
// Errors: those of bad data, ErrOneClass, ErrConfig, ErrNotConverged if the
// loss overflows and the context's.
func (m *MLP) Fit(ctx context.Context, x [][]float64, y []float64) error {
	t, err := newTable(m.Name(), x, y, m.Regression)
	if err != nil {
		return err
	}
	set, err := m.settings()
	if err != nil {
		return err
	}
	n, d := t.size()
	outputs, mean, dev := 1, 0.0, 1.0
	if m.Regression {
		t.y, mean, dev = standardised(t.y)
	} else {
		outputs = scoreCount(len(t.labels))
	}
	widths := append(append([]int{d}, set.Hidden...), outputs)
	rng := rand.New(rand.NewPCG(m.Seed, 0))
	net := newNetwork(widths)
	net.randomise(rng)
	tr := newTrainer(net, t, set.Alpha, set.Rate, min(set.Batch, n))
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	best, stale := math.Inf(1), 0
	for epoch := 0; epoch < set.Epochs && stale <= patience; epoch++ {
		rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		loss, err := tr.epoch(ctx, order)
		if err != nil {
			return fmt.Errorf("classical: %s: epoch %d: %w", m.Name(), epoch+1, err)
		}
		stale++
		if loss <= best-improvement {
			stale = 0
		}
		best = min(best, loss)
	}
	m.fit = &mlpFit{labels: t.labels, net: net, mean: mean, dev: dev}
	return nil
}

// standardised returns (y − mean)/dev with the mean and the population deviation of
// y; dev is 1 for a constant y.
func standardised(y []float64) (z []float64, mean, dev float64) {
	mean, dev = stat.PopMeanStdDev(y, nil)
	if dev <= 1e-12*math.Abs(mean) {
		dev = 1
	}
	z = make([]float64, len(y))
	for i, v := range y {
		z[i] = (v - mean) / dev
	}
	return z, mean, dev
}

// An epoch improves on the best so far if its loss is lower by improvement; the
// training stops after more than patience epochs that do not.
const (
	improvement = 1e-4
	patience    = 10
)

// settings returns m with the defaults filled in.
func (m *MLP) settings() (MLP, error) {
	set := MLP{Hidden: m.Hidden}
	if len(set.Hidden) == 0 {
		set.Hidden = []int{100}
	}
	for i, width := range set.Hidden {
		if width < 1 {
			return set, fmt.Errorf("classical: %s: hidden layer %d has width %d: %w; use a positive number", m.Name(), i, width, ErrConfig)
		}
	}
	var err error
	if set.Alpha, err = positive(m.Name(), "Alpha", m.Alpha, 1e-4); err != nil {
		return set, err
	}
	if set.Rate, err = positive(m.Name(), "Rate", m.Rate, 1e-3); err != nil {
		return set, err
	}
	if set.Batch, err = count(m.Name(), "Batch", m.Batch, 200); err != nil {
		return set, err
	}
	set.Epochs, err = count(m.Name(), "Epochs", m.Epochs, 200)
	return set, err
}

// Predict returns the most probable class or the value of each row.
//
// Errors: ErrNotFitted, ErrDimension, ErrValue and the context's.
func (m *MLP) Predict(ctx context.Context, x [][]float64) ([]float64, error) {
	if m.fit == nil {
		return nil, notFitted(m.Name())
	}
	if err := checkRows(m.Name(), x, m.fit.net.widths[0]); err != nil {
		return nil, err
	}
	const block = 256
	got := make([]float64, 0, len(x))
	for from := 0; from < len(x); from += block {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rows := x[from:min(from+block, len(x))]
		acts := m.fit.net.activations(len(rows))
		for i, row := range rows {
			acts[0].SetRow(i, row)
		}
		out := m.fit.net.forward(acts)
		for i := range rows {
			s := out.RawRowView(i)
			if m.fit.labels == nil {
				got = append(got, m.fit.mean+m.fit.dev*s[0])
			} else {
				got = append(got, m.fit.labels[predictedClass(s)])
			}
		}
	}
	return got, nil
}

// Parameters returns the weights and biases of all layers.
func (m *MLP) Parameters() int {
	if m.fit == nil {
		return 0
	}
	return len(m.fit.net.theta)
}

// network is a stack of layers over one flat vector of parameters.
type network struct {
	widths []int
	theta  []float64
	layers []layer
}

// layer maps a row a to a·weights + bias; both are views of a flat vector.
type layer struct {
	weights *mat.Dense // inputs × outputs
	bias    []float64
}

// newNetwork returns a network with parameters of zero.
func newNetwork(widths []int) *network {
	size := 0
	for l := 1; l < len(widths); l++ {
		size += (widths[l-1] + 1) * widths[l]
	}
	theta := make([]float64, size)
	return &network{widths: widths, theta: theta, layers: layersOf(widths, theta)}
}

// layersOf returns views of a flat vector as layers.
func layersOf(widths []int, flat []float64) []layer {
	layers := make([]layer, len(widths)-1)
	for l := range layers {
		in, out := widths[l], widths[l+1]
		layers[l].weights = mat.NewDense(in, out, flat[:in*out])
		layers[l].bias = flat[in*out : (in+1)*out]
		flat = flat[(in+1)*out:]
	}
	return layers
}

// randomise draws weights and biases of each layer uniformly from
// ±√(6/(inputs+outputs)).
func (n *network) randomise(rng *rand.Rand) {
	at := 0
	for l := 1; l < len(n.widths); l++ {
		bound := math.Sqrt(6 / float64(n.widths[l-1]+n.widths[l]))
		for range (n.widths[l-1] + 1) * n.widths[l] {
			n.theta[at] = bound * (2*rng.Float64() - 1)
			at++
		}
	}
}

// activations returns a matrix of the given number of rows for the input and
// for the output of each layer.
func (n *network) activations(rows int) []*mat.Dense {
	acts := make([]*mat.Dense, len(n.widths))
	for l, width := range n.widths {
		acts[l] = mat.NewDense(rows, width, nil)
	}
	return acts
}

// forward fills acts from its input acts[0] and returns the output.
func (n *network) forward(acts []*mat.Dense) *mat.Dense {
	last := len(n.layers) - 1
	for l, layer := range n.layers {
		out := acts[l+1]
		out.Mul(acts[l], layer.weights)
		rows, _ := out.Dims()
		for i := range rows {
			row := out.RawRowView(i)
			floats.Add(row, layer.bias)
			if l < last {
				for j, v := range row {
					row[j] = max(v, 0)
				}
			}
		}
	}
	return acts[last+1]
}
