package dataset_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"os"
	"strings"

	"github.com/qnn-go/qnn/qnn/dataset"
)

// Iris, split by class, goes through a pipeline fitted on the training part: two
// principal components as rotation angles in [0, π].
func Example() {
	iris, err := dataset.Load("iris", dataset.Synthetic{})
	if err != nil {
		log.Fatal(err)
	}
	part, err := dataset.Split(iris, dataset.SplitOptions{Test: 0.2, Validation: 0.2, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	train, test := iris.Subset(part.Train), iris.Subset(part.Test)
	fmt.Println(train.Len(), "train", train.ClassCounts(), test.Len(), "test", test.ClassCounts())

	pca := &dataset.PCA{K: 2}
	pipe := dataset.Pipeline{Steps: []dataset.Step{
		&dataset.Standard{}, pca, &dataset.MinMax{Hi: math.Pi, Clip: true},
	}}
	if err := pipe.Fit(context.Background(), train); err != nil {
		log.Fatal(err)
	}
	angles, err := pipe.Transform(test.X)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d columns -> %d, %.0f%% of the variance kept, %d × %d angles\n",
		len(iris.Columns), pipe.Outputs(), 100*(pca.Explained[0]+pca.Explained[1]), len(angles), len(angles[0]))
	// Output:
	// 96 train [32 32 32] 30 test [10 10 10]
	// 4 columns -> 2, 96% of the variance kept, 30 × 2 angles
}

func ExampleReadCSV() {
	const patients = `age,smoker,diagnosis
61,yes,ill
n/a,no,well
35,no,well
`
	_, err := dataset.ReadCSV(context.Background(), strings.NewReader(patients), dataset.CSVOptions{File: "patients.csv"})
	fmt.Println(err)

	d, err := dataset.ReadCSV(context.Background(), strings.NewReader(patients), dataset.CSVOptions{Missing: dataset.MissingMean})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Classes, d.Y, d.X)
	if err := dataset.WriteCSV(os.Stdout, d); err != nil {
		log.Fatal(err)
	}
	// Output:
	// patients.csv:3: column "age" is "n/a": not a number. Use missing: drop|mean, or clean the file.
	// [ill well] [0 1 1] [[61 1] [NaN 0] [35 0]]
	// age,smoker,diagnosis
	// 61,yes,ill
	// ,no,well
	// 35,no,well
}
