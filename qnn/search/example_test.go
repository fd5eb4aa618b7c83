package search_test

import (
	"context"
	"fmt"

	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/search"
)

// The training part of wine chooses how its thirteen columns become features.
func ExampleChoose() {
	wine, err := dataset.Load("wine", dataset.Synthetic{})
	if err != nil {
		panic(err)
	}
	parts, err := dataset.Split(wine, dataset.SplitOptions{Test: 0.2, Validation: 0.2, Seed: 1})
	if err != nil {
		panic(err)
	}
	found, err := search.Choose(context.Background(), wine.Subset(parts.Train), search.Config{
		Fixed: search.Choice{Ansatz: "reuploading", Layers: 2},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(found.Best)
	fmt.Println(found.Score() > 0.8)
	// Output:
	// lda to 2 features, 2 qubits, 2 layers reuploading
	// true
}
