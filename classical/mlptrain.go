package classical

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Adam's decay rates of the first and second moment and its guard against
// division by zero.
const (
	adamBeta1   = 0.9
	adamBeta2   = 0.999
	adamEpsilon = 1e-8
)

// trainer takes Adam steps on a network.
type trainer struct {
	net         *network
	data        *table
	alpha, rate float64
	batch       int

	grad, first, second []float64 // as net.theta
	gradLayers          []layer
	steps               int
	full, rest          pass // for whole batches and for the last one
}

// pass is the memory of one forward and backward pass.
type pass struct {
	acts   []*mat.Dense // input and outputs of the layers
	deltas []*mat.Dense // derivatives by the layers' inputs before the ReLU
}

// newTrainer returns a trainer with moments of zero.
func newTrainer(net *network, data *table, alpha, rate float64, batch int) *trainer {
	size := len(net.theta)
	tr := &trainer{
		net: net, data: data, alpha: alpha, rate: rate, batch: batch,
		grad: make([]float64, size), first: make([]float64, size), second: make([]float64, size),
	}
	tr.gradLayers = layersOf(net.widths, tr.grad)
	tr.full = newPass(net, batch)
	if n, _ := data.size(); n%batch != 0 {
		tr.rest = newPass(net, n%batch)
	}
	return tr
}

// newPass allocates for the given number of samples.
func newPass(net *network, rows int) pass {
	return pass{acts: net.activations(rows), deltas: net.activations(rows)[1:]}
}

// epoch takes a step for each batch of the order and returns the mean loss.
func (tr *trainer) epoch(ctx context.Context, order []int) (float64, error) {
	total := 0.0
	for from := 0; from < len(order); from += tr.batch {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		rows, p := order[from:min(from+tr.batch, len(order))], tr.full
		if len(rows) < tr.batch {
			p = tr.rest
		}
		loss := tr.gradient(p, rows)
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return 0, fmt.Errorf("loss is %v: %w; standardise features and targets", loss, ErrNotConverged)
		}
		total += loss * float64(len(rows))
		tr.step()
	}
	return total / float64(len(order)), nil
}

// gradient sets grad for a batch of training rows and returns its loss.
func (tr *trainer) gradient(p pass, rows []int) float64 {
	for i, row := range rows {
		p.acts[0].SetRow(i, tr.data.x[row])
	}
	out := tr.net.forward(p.acts)
	last := len(tr.net.layers) - 1
	p.deltas[last].Copy(out)
	loss := 0.0
	for i, row := range rows {
		s := p.deltas[last].RawRowView(i)
		if tr.data.labels != nil {
			loss += crossEntropy(s, tr.data.class[row])
		} else {
			s[0] -= tr.data.y[row]
			loss += s[0] * s[0] / 2
		}
	}
	inverse := 1 / float64(len(rows))
	for l := last; l >= 0; l-- {
		weights, g := tr.net.layers[l].weights, tr.gradLayers[l]
		squared := mat.Norm(weights, 2)
		loss += tr.alpha * squared * squared / 2
		g.weights.Mul(p.acts[l].T(), p.deltas[l])
		floats.Scale(inverse, g.weights.RawMatrix().Data)
		floats.AddScaled(g.weights.RawMatrix().Data, tr.alpha*inverse, weights.RawMatrix().Data)
		clear(g.bias)
		for i := range rows {
			floats.AddScaled(g.bias, inverse, p.deltas[l].RawRowView(i))
		}
		if l > 0 {
			p.deltas[l-1].Mul(p.deltas[l], weights.T())
			maskInactive(p.deltas[l-1], p.acts[l])
		}
	}
	return loss * inverse
}

// maskInactive sets delta to zero where the rectified output is.
func maskInactive(delta, output *mat.Dense) {
	d := delta.RawMatrix().Data
	for i, v := range output.RawMatrix().Data {
		if v == 0 {
			d[i] = 0
		}
	}
}

// step moves the parameters by Adam.
func (tr *trainer) step() {
	tr.steps++
	t := float64(tr.steps)
	rate := tr.rate * math.Sqrt(1-math.Pow(adamBeta2, t)) / (1 - math.Pow(adamBeta1, t))
	for i, g := range tr.grad {
		tr.first[i] = adamBeta1*tr.first[i] + (1-adamBeta1)*g
		tr.second[i] = adamBeta2*tr.second[i] + (1-adamBeta2)*g*g
		tr.net.theta[i] -= rate * tr.first[i] / (math.Sqrt(tr.second[i]) + adamEpsilon)
	}
}
