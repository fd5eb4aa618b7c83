package dataset

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// PCA projects rows on the K directions of largest variance: Components·(x − Mean).
// It does not scale the columns; put Standard before it when their units differ.
type PCA struct {
	// K is the number of components, at most the number of columns and of training
	// samples; zero means as many as possible, and Fit sets it.
	K int `json:"k"`
	// Mean is the mean of each input column.
	Mean []float64 `json:"mean"`
	// Components holds K orthonormal rows, by decreasing variance; in each the loading of
	// largest magnitude (the first for a tie) is positive.
	Components [][]float64 `json:"components"`
	// Explained is the share of the total variance that each component has, in [0, 1].
	Explained []float64 `json:"explained"`
}

// Kind returns "pca".
func (*PCA) Kind() string { return "pca" }

func (s *PCA) fit(in []Column, x [][]float64) error {
	if err := needNumeric(in); err != nil {
		return err
	}
	most := min(len(in), len(x))
	if s.K == 0 {
		s.K = most
	}
	if s.K < 1 || s.K > most {
		return fmt.Errorf("%w: %d components of %d columns and %d samples; 1 to %d are possible", ErrPipeline, s.K, len(in), len(x), most)
	}
	a := mat.NewDense(len(x), len(in), nil)
	for r, row := range x {
		a.SetRow(r, row)
	}
	var pc stat.PC
	if !pc.PrincipalComponents(a, nil) {
		return fmt.Errorf("%w: the singular value decomposition does not converge", ErrPipeline)
	}
	variances := pc.VarsTo(nil)
	total := floats.Sum(variances)
	if !(total > 0) {
		return fmt.Errorf("%w: all rows are equal: there is no direction of largest variance", ErrPipeline)
	}
	var vectors mat.Dense
	pc.VectorsTo(&vectors)
	s.Mean = make([]float64, len(in))
	column := make([]float64, len(x))
	for j := range in {
		s.Mean[j] = mean(mat.Col(column, j, a))
	}
	s.Components, s.Explained = make([][]float64, s.K), make([]float64, s.K)
	for k := range s.K {
		s.Components[k] = mat.Col(nil, k, &vectors)
		orient(s.Components[k])
		s.Explained[k] = variances[k] / total
	}
	return nil
}

// orient makes the loading of largest magnitude positive.
func orient(loadings []float64) {
	largest := 0
	for j, v := range loadings {
		if math.Abs(v) > math.Abs(loadings[largest]) {
			largest = j
		}
	}
	if loadings[largest] < 0 {
		floats.Scale(-1, loadings)
	}
}

func (s *PCA) output(in []Column) ([]Column, error) {
	if err := needNumeric(in); err != nil {
		return nil, err
	}
	if s.K < 1 || s.K > len(in) || len(s.Components) != s.K {
		return nil, fmt.Errorf("%w: %d components of %d columns, %d given", ErrPipeline, s.K, len(in), len(s.Components))
	}
	if err := checkNumbers("mean", s.Mean, len(in)); err != nil {
		return nil, err
	}
	if err := checkNumbers("explained", s.Explained, s.K); err != nil {
		return nil, err
	}
	out := make([]Column, s.K)
	for k, loadings := range s.Components {
		if err := checkNumbers("components", loadings, len(in)); err != nil {
			return nil, err
		}
		out[k].Name = fmt.Sprintf("PC%d", k+1)
	}
	return out, nil
}

func (s *PCA) apply(dst, src []float64, _ []Column) error {
	for k, loadings := range s.Components {
		sum := 0.0
		for j, v := range src {
			sum += loadings[j] * (v - s.Mean[j])
		}
		dst[k] = sum
	}
	return nil
}
