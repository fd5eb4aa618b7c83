package compare_test

import (
	"context"
	"fmt"

	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/dataset"
)

// threshold predicts class 1 above the midpoint of the class means of feature j.
type threshold struct {
	name string
	j    int
	cut  float64
}

func (m *threshold) Name() string    { return m.name }
func (m *threshold) Parameters() int { return 1 }

func (m *threshold) Fit(_ context.Context, x [][]float64, y []float64) error {
	var sum, n [2]float64
	for i, row := range x {
		sum[int(y[i])] += row[m.j]
		n[int(y[i])]++
	}
	m.cut = (sum[0]/n[0] + sum[1]/n[1]) / 2
	return nil
}

func (m *threshold) Predict(_ context.Context, x [][]float64) ([]float64, error) {
	got := make([]float64, len(x))
	for i, row := range x {
		if row[m.j] > m.cut {
			got[i] = 1
		}
	}
	return got, nil
}

func Example() {
	train := &dataset.Dataset{
		Classes: []string{"benign", "malignant"},
		X:       [][]float64{{1, 3}, {2, 1}, {5, 2}, {6, 4}},
		Y:       []float64{0, 0, 1, 1},
	}
	test := &dataset.Dataset{
		Classes: train.Classes,
		X:       [][]float64{{1, 4}, {3, 2}, {2, 3}, {5, 3}, {6, 4}, {7, 5}},
		Y:       []float64{0, 0, 0, 1, 1, 1},
	}
	ctx := context.Background()
	results, err := compare.Run(ctx, train, test, []compare.Estimator{
		&threshold{name: "size"}, &threshold{name: "texture", j: 1},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range results {
		fmt.Printf("%-8s %.3f [%.3f, %.3f]  %d parameter\n", r.Name, r.Accuracy, r.Low, r.High, r.Parameters)
	}
	verdict, err := compare.Against(test.Y, results, "size")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(verdict)
	// Output:
	// size     1.000 [0.610, 1.000]  1 parameter
	// texture  0.667 [0.300, 0.903]  1 parameter
	// No difference from texture, the best baseline by these same test samples, is shown at this sample size (McNemar p = 0.50).
}
