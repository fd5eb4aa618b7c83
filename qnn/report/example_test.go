package report_test

import (
	"fmt"
	"os"

	"github.com/qnn-go/qnn/qnn/report"
)

// The terminal's account of a test of 30 samples, beside a baseline.
func Example() {
	want := []float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}
	got := []float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1}
	classes := []string{"setosa", "versicolor", "virginica"}

	test, err := report.NewTest(want, got, classes)
	if err != nil {
		fmt.Println(err)
		return
	}
	baseline, err := report.NewTest(want, want, classes)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := report.Summary{
		Model:        report.Model{Qubits: 2, Parameters: 21},
		Test:         test,
		TrainSeconds: 0.84,
		Baselines:    []report.Baseline{{Name: "svm-rbf", Parameters: 31, TrainSeconds: 0.01, Scores: baseline.Scores}},
	}
	if err := report.Text(os.Stdout, s); err != nil {
		fmt.Println(err)
	}
	// Output:
	// test      class         precision  recall     f1  samples
	//           setosa            1.000   1.000  1.000       10
	//           versicolor        0.889   0.800  0.842       10
	//           virginica         0.818   0.900  0.857       10
	//           accuracy 0.900  [0.744, 0.965] 95%   macro F1 0.900
	//
	// compare   model                  accuracy              parameters   train
	//           quantum (this run)     0.900 [0.744, 0.965]          21   0.84 s
	//           svm-rbf                1.000 [0.886, 1.000]          31   0.01 s
}
