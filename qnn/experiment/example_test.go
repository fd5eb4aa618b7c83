package experiment_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/qnn-go/qnn/qnn/experiment"
)

// A run from settings to its report, and read back.
func Example() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()

	s := experiment.DefaultSettings()
	s.Data, s.Reduce, s.Epochs = "iris", "pca", 20
	r, err := experiment.NewRun(ctx, s, experiment.Options{Dir: filepath.Join(folder, "iris"), Baselines: experiment.Baselines{"logistic"}})
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	if err := r.Begin(); err != nil {
		log.Fatal(err)
	}
	if err := r.Fit(ctx); err != nil {
		log.Fatal(err)
	}
	summary, err := r.Finish(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d of %d right, %s %.2f\n", summary.Test.Confusion.Correct(), summary.Test.Samples, summary.Baselines[0].Name, summary.Baselines[0].Accuracy)

	stored, err := experiment.OpenStored(ctx, r.Dir, experiment.Observer{})
	if err != nil {
		log.Fatal(err)
	}
	p, err := experiment.Predict(ctx, stored.Model, stored.Test.X[:3])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Predictions...)
	// Output:
	// 29 of 30 right, logistic 0.93
	// setosa virginica virginica
}
