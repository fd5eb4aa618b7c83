package dataset

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// lowRank returns rows of k strong directions, each half as strong as the one before,
// in weak noise.
func lowRank(rows, columns, k int) [][]float64 {
	rng := rand.New(rand.NewPCG(5, 0))
	directions := make([][]float64, k)
	for i := range directions {
		directions[i] = make([]float64, columns)
		for j := range directions[i] {
			directions[i][j] = rng.NormFloat64()
		}
	}
	x := newRows(rows, columns)
	for _, row := range x {
		for j := range row {
			row[j] = 3 + 0.1*rng.NormFloat64()
		}
		for i, d := range directions {
			s := rng.NormFloat64() / float64(int(1)<<i)
			for j := range row {
				row[j] += s * d[j]
			}
		}
	}
	return x
}

func columnMeans(x [][]float64) []float64 {
	means := make([]float64, len(x[0]))
	for j := range means {
		for _, row := range x {
			means[j] += row[j] / float64(len(x))
		}
	}
	return means
}

// TestPrincipalMethodsAgree compares the fast methods with singular values.
func TestPrincipalMethodsAgree(t *testing.T) {
	const k = 4
	for _, size := range [][2]int{{300, 60}, {90, 120}} {
		x := lowRank(size[0], size[1], k)
		mean := columnMeans(x)
		want, err := decompose(x, mean)
		if err != nil {
			t.Fatal(err)
		}
		squares, err := covary(t.Context(), x, mean)
		if err != nil {
			t.Fatal(err)
		}
		subspace, err := iterate(t.Context(), x, mean, k+oversampled)
		if err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string]directions{"covariance": squares, "subspace": subspace} {
			if math.Abs(got.total/want.total-1) > 1e-12 {
				t.Errorf("%v %s: total %v, want %v", size, name, got.total, want.total)
			}
			for i := range k {
				if math.Abs(got.sums[i]/want.sums[i]-1) > 1e-9 {
					t.Errorf("%v %s: sum %d is %v, want %v", size, name, i, got.sums[i], want.sums[i])
				}
				dot := 0.0
				for j, v := range got.vectors[i] {
					dot += v * want.vectors[i][j]
				}
				if math.Abs(math.Abs(dot)-1) > 1e-9 {
					t.Errorf("%v %s: direction %d is along %v of the right one", size, name, i, dot)
				}
			}
		}
	}
}

// TestPrincipalOfFewDirections: where there are fewer directions than vectors, the
// others are still orthonormal.
func TestPrincipalOfFewDirections(t *testing.T) {
	x := newRows(200, 100)
	for i, row := range x {
		row[7] = float64(i)
	}
	got, err := iterate(t.Context(), x, columnMeans(x), 2+oversampled)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.sums[0]/got.total-1) > 1e-12 || math.Abs(math.Abs(got.vectors[0][7])-1) > 1e-12 {
		t.Errorf("first direction %v with %v of %v", got.vectors[0], got.sums[0], got.total)
	}
	for i, a := range got.vectors {
		for j, b := range got.vectors {
			dot, want := 0.0, 0.0
			for k := range a {
				dot += a[k] * b[k]
			}
			if i == j {
				want = 1
			}
			if math.Abs(dot-want) > 1e-12 {
				t.Fatalf("directions %d and %d: product %v", i, j, dot)
			}
		}
	}
}

// endsAfter is a context that ends after it was asked a number of times.
type endsAfter struct {
	context.Context
	left int
}

func (c *endsAfter) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestFitEnds cancels fitting at every point where it looks at its context, and then
// fits again.
func TestFitEnds(t *testing.T) {
	for _, columns := range []int{200, 300} { // by covariance and by subspace
		d := &Dataset{Columns: numberedColumns(columns), Target: "y", X: lowRank(1500, columns, 3)}
		looks := 0
		for ; ; looks++ {
			p := &Pipeline{Steps: []Step{&Impute{}, &Standard{}, &PCA{K: 3}, &MinMax{}}}
			err := p.Fit(&endsAfter{t.Context(), looks}, d)
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%d columns, after %d looks: %v", columns, looks, err)
			}
			looks += looks / 8
		}
		if looks < columns {
			t.Errorf("%d columns: a fit looks at its context %d times", columns, looks)
		}
	}
}
