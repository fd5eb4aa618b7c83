package classical

import (
	"context"
	"fmt"
)

// KNN predicts from the K training rows nearest in Euclidean distance: the most
// frequent class, or the mean value for regression. Of rows at the same
// distance the earlier in the training set is nearer; of equally frequent
// classes the lowest wins. The zero value is a classifier with K = 5.
type KNN struct {
	// K is the number of neighbours; 0 means 5.
	K int
	// Regression makes y values instead of classes.
	Regression bool

	fit *knnFit
}

// knnFit is a copy of the training set.
type knnFit struct {
	table
	k int
}

// Name returns "knn".
func (*KNN) Name() string { return "knn" }

// Fit copies the training set.
//
// Errors: those of bad data, ErrOneClass, and ErrConfig for fewer rows than K.
func (m *KNN) Fit(ctx context.Context, x [][]float64, y []float64) error {
	t, err := newTable(m.Name(), x, y, m.Regression)
	if err != nil {
		return err
	}
	k, err := count(m.Name(), "K", m.K, 5)
	if err != nil {
		return err
	}
	n, d := t.size()
	if n < k {
		return fmt.Errorf("classical: %s: %d neighbours of %d training rows: %w; lower K or add samples", m.Name(), k, n, ErrConfig)
	}
	values := make([]float64, 0, n*d)
	rows := make([][]float64, n)
	for i, row := range x {
		values = append(values, row...)
		rows[i] = values[i*d : (i+1)*d : (i+1)*d]
	}
	own := *t
	own.x, own.y = rows, append([]float64(nil), y...)
	if err := ctx.Err(); err != nil {
		return err
	}
	m.fit = &knnFit{table: own, k: k}
	return nil
}

// Predict searches all training rows for each row of x.
//
// Errors: ErrNotFitted, ErrDimension, ErrValue and the context's.
func (m *KNN) Predict(ctx context.Context, x [][]float64) ([]float64, error) {
	if m.fit == nil {
		return nil, notFitted(m.Name())
	}
	_, d := m.fit.size()
	if err := checkRows(m.Name(), x, d); err != nil {
		return nil, err
	}
	got := make([]float64, len(x))
	near := make([]neighbour, 0, m.fit.k)
	for i, row := range x {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		near = m.fit.nearest(near[:0], row)
		got[i] = m.fit.vote(near)
	}
	return got, nil
}

// Parameters returns 0: the training set is kept, nothing is fitted.
func (*KNN) Parameters() int { return 0 }

// neighbour is a training row and its squared distance.
type neighbour struct {
	row      int
	distance float64
}

// nearest appends the k nearest training rows to dst, nearest first.
func (f *knnFit) nearest(dst []neighbour, row []float64) []neighbour {
	for i, other := range f.x {
		distance := squaredDistance(row, other)
		if len(dst) == f.k {
			if !(distance < dst[f.k-1].distance) {
				continue
			}
			dst = dst[:f.k-1]
		}
		at := len(dst)
		for at > 0 && distance < dst[at-1].distance {
			at--
		}
		dst = append(dst, neighbour{})
		copy(dst[at+1:], dst[at:])
		dst[at] = neighbour{i, distance}
	}
	return dst
}

// vote returns the class or value that the neighbours stand for.
func (f *knnFit) vote(near []neighbour) float64 {
	if f.labels == nil {
		sum := 0.0
		for _, nb := range near {
			sum += f.y[nb.row]
		}
		return sum / float64(len(near))
	}
	votes := make([]float64, len(f.labels))
	for _, nb := range near {
		votes[f.class[nb.row]]++
	}
	return f.labels[largest(votes)]
}

// squaredDistance returns ‖a−b‖².
func squaredDistance(a, b []float64) float64 {
	sum := 0.0
	for j, v := range a {
		sum += (v - b[j]) * (v - b[j])
	}
	return sum
}
