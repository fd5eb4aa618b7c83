package classical_test

import (
	"context"
	"fmt"

	"github.com/qnn-go/qnn/classical"
)

func Example() {
	// Two clusters, each of three points.
	x := [][]float64{{0, 0}, {0, 1}, {1, 0}, {4, 4}, {4, 5}, {5, 4}}
	y := []float64{0, 0, 0, 1, 1, 1}
	unseen := [][]float64{{0.5, 0.5}, {4.5, 4.5}}

	ctx := context.Background()
	for _, m := range classical.Baselines(false, 0) {
		if err := m.Fit(ctx, x, y); err != nil {
			fmt.Println(err)
			return
		}
		got, err := m.Predict(ctx, unseen)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%-10s %v\n", m.Name(), got)
	}
	// Output:
	// logistic   [0 1]
	// svm-linear [0 1]
	// svm-rbf    [0 1]
	// mlp        [0 1]
	// knn        [0 1]
	// forest     [0 1]
}
