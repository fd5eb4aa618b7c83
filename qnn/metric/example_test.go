package metric_test

import (
	"fmt"

	"github.com/qnn-go/qnn/qnn/metric"
)

func Example() {
	want := []float64{0, 0, 0, 0, 0, 1, 1, 1}
	got := []float64{0, 0, 0, 0, 1, 1, 1, 0}

	table, err := metric.NewConfusion(want, got, []string{"benign", "malignant"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(table)
	for _, s := range table.Scores() {
		fmt.Printf("%-9s  precision %.3f  recall %.3f  F1 %.3f  samples %d\n", s.Class, s.Precision, s.Recall, s.F1, s.Support)
	}
	low, high, err := metric.Wilson(table.Correct(), table.Total())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("accuracy %.3f [%.3f, %.3f] 95%%\n", table.Accuracy(), low, high)
	// Output:
	// true \ predicted  benign  malignant
	// benign                 4          1
	// malignant              1          2
	// benign     precision 0.800  recall 0.800  F1 0.800  samples 5
	// malignant  precision 0.667  recall 0.667  F1 0.667  samples 3
	// accuracy 0.750 [0.409, 0.929] 95%
}
