package classical

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Kernel is the inner product of a support vector machine.
type Kernel int

// The kernels.
const (
	RBFKernel    Kernel = iota // exp(−γ‖x−z‖²)
	LinearKernel               // x·z
)

// SVM is a support vector classifier. For a pair of classes with labels t = ±1
// it maximises the dual
//
//	Σα − ½·Σ α_i·α_j·t_i·t_j·K(x_i, x_j),  0 ≤ α ≤ C,  Σα·t = 0,
//
// and decides by the sign of Σα·t·K(x_i, x) − ρ. More than two classes are
// decided by a vote of all pairs, of equal votes the lowest class. Objective,
// defaults and vote are those of LIBSVM and of scikit-learn's SVC; the zero
// value has the RBF kernel with C = 1 and γ = "scale".
type SVM struct {
	// Kernel is RBFKernel or LinearKernel.
	Kernel Kernel
	// C bounds the dual coefficients; 0 means 1.
	C float64
	// Gamma is γ of the RBF kernel; 0 means 1/(d·v) for d features, v the
	// variance of all entries of x (1 if they are constant).
	Gamma float64
	// Tolerance is the violation of the optimality conditions at which the
	// solver stops; 0 means 1e-3.
	Tolerance float64

	fit *svmFit
}

// svmFit is a solution for all pairs of classes.
type svmFit struct {
	labels   []float64
	features int
	kernel   kernelFunc
	support  [][]float64 // copies of the rows that any machine needs
	machines []machine   // classes (0,1), (0,2), …, (1,2), …
}

// machine decides between classes first and second.
type machine struct {
	first, second int
	support       []int     // positions in svmFit.support
	dual          []float64 // α·t, positive for the first class
	rho           float64
	weights       []float64 // Σ dual·support; linear kernel only
	objective     float64   // ½αᵀQα − Σα, the minimised dual
}

// kernelFunc is K(a, b).
type kernelFunc func(a, b []float64) float64

// Name returns "svm-linear" or "svm-rbf".
func (s *SVM) Name() string {
	if s.Kernel == LinearKernel {
		return "svm-linear"
	}
	return "svm-rbf"
}

// Fit solves the dual of each pair of classes.
//
// Errors: those of bad data, ErrOneClass, ErrConfig, ErrNotConverged after ten
// million steps and the context's.
func (s *SVM) Fit(ctx context.Context, x [][]float64, y []float64) error {
	t, err := newTable(s.Name(), x, y, false)
	if err != nil {
		return err
	}
	c, err := positive(s.Name(), "C", s.C, 1)
	if err != nil {
		return err
	}
	tolerance, err := positive(s.Name(), "Tolerance", s.Tolerance, 1e-3)
	if err != nil {
		return err
	}
	kernel, err := s.kernel(t)
	if err != nil {
		return err
	}
	_, d := t.size()
	fit := &svmFit{labels: t.labels, features: d, kernel: kernel}
	place := make(map[int]int)
	for a := range t.labels {
		for b := a + 1; b < len(t.labels); b++ {
			problem, rows := newPair(t, a, b, kernel, c, tolerance)
			if err := problem.solve(ctx); err != nil {
				return fmt.Errorf("classical: %s: classes %v and %v: %w", s.Name(), t.labels[a], t.labels[b], err)
			}
			m := machine{first: a, second: b, rho: problem.rho(), objective: problem.objective()}
			fit.keep(&m, problem, rows, t.x, place)
			if s.Kernel == LinearKernel {
				m.weights = make([]float64, d)
				for i, at := range m.support {
					floats.AddScaled(m.weights, m.dual[i], fit.support[at])
				}
			}
			fit.machines = append(fit.machines, m)
		}
	}
	s.fit = fit
	return nil
}

// keep moves the dual coefficients that are not zero into m and copies their
// rows of x into the support, where place says which are there already.
func (f *svmFit) keep(m *machine, solved *dual, rows []int, x [][]float64, place map[int]int) {
	for i, alpha := range solved.alpha {
		if alpha == 0 {
			continue
		}
		at, seen := place[rows[i]]
		if !seen {
			at = len(f.support)
			place[rows[i]] = at
			f.support = append(f.support, slices.Clone(x[rows[i]]))
		}
		m.support = append(m.support, at)
		m.dual = append(m.dual, alpha*solved.t[i])
	}
}

// kernel returns the kernel of the settings.
func (s *SVM) kernel(t *table) (kernelFunc, error) {
	if s.Kernel == LinearKernel {
		return floats.Dot, nil
	}
	if s.Kernel != RBFKernel {
		return nil, fmt.Errorf("classical: svm: kernel %d: %w; use RBFKernel or LinearKernel", s.Kernel, ErrConfig)
	}
	gamma, err := positive(s.Name(), "Gamma", s.Gamma, scaleGamma(t.x))
	if err != nil {
		return nil, err
	}
	return func(a, b []float64) float64 { return math.Exp(-gamma * squaredDistance(a, b)) }, nil
}

// scaleGamma returns 1/(d·variance of all entries), and 1 if that is not a
// positive number.
func scaleGamma(x [][]float64) float64 {
	n, d := float64(len(x)), float64(len(x[0]))
	mean, variance := 0.0, 0.0
	for _, row := range x {
		mean += floats.Sum(row) / (n * d)
	}
	for _, row := range x {
		for _, v := range row {
			variance += (v - mean) * (v - mean) / (n * d)
		}
	}
	gamma := 1 / (d * variance)
	if !(gamma > 0) || math.IsInf(gamma, 0) {
		return 1
	}
	return gamma
}

// Predict returns the class of each row by the vote of all pairs.
//
// Errors: ErrNotFitted, ErrDimension, ErrValue and the context's.
func (s *SVM) Predict(ctx context.Context, x [][]float64) ([]float64, error) {
	if s.fit == nil {
		return nil, notFitted(s.Name())
	}
	if err := checkRows(s.Name(), x, s.fit.features); err != nil {
		return nil, err
	}
	got := make([]float64, len(x))
	values := make([]float64, len(s.fit.support))
	decisions := make([]float64, len(s.fit.machines))
	votes := make([]float64, len(s.fit.labels))
	for i, row := range x {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s.fit.decide(decisions, values, row)
		clear(votes)
		for k, v := range decisions {
			if v > 0 {
				votes[s.fit.machines[k].first]++
			} else {
				votes[s.fit.machines[k].second]++
			}
		}
		got[i] = s.fit.labels[largest(votes)]
	}
	return got, nil
}

// decide stores each machine's decision value for a row in dst, positive for
// its first class; values is scratch, an entry a support vector.
func (f *svmFit) decide(dst, values, row []float64) {
	if f.machines[0].weights == nil {
		for i, v := range f.support {
			values[i] = f.kernel(v, row)
		}
	}
	for k, m := range f.machines {
		dst[k] = -m.rho
		if m.weights != nil {
			dst[k] += floats.Dot(m.weights, row)
			continue
		}
		for i, at := range m.support {
			dst[k] += m.dual[i] * values[at]
		}
	}
}

// Parameters returns the intercepts and, for each pair of classes, the d
// weights of a linear kernel or the dual coefficients of an RBF kernel that are
// not zero.
func (s *SVM) Parameters() int {
	if s.fit == nil {
		return 0
	}
	total := 0
	for _, m := range s.fit.machines {
		if m.weights != nil {
			total += len(m.weights) + 1
		} else {
			total += len(m.dual) + 1
		}
	}
	return total
}
