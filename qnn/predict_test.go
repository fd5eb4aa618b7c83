package qnn

import (
	"errors"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qnn/dataset"
)

// Rows that are too short for the circuit of a model without a pipeline are an error of
// the data, as they are for one with a pipeline.
func TestPredictShortRows(t *testing.T) {
	c := circuits.New(2).RY(circuits.Feature(0), 0).RY(circuits.Feature(1), 1).RZ(circuits.Weight(0), 0)
	m := create(t, Config{Circuit: c, Task: Regression, Observables: []circuits.PauliSum{circuits.PauliZ(0)}})
	if _, err := m.Predict(t.Context(), [][]float64{{1, 2}, {1}}); !errors.Is(err, dataset.ErrShape) {
		t.Errorf("error %v, want ErrShape", err)
	}
	if got, err := m.Predict(t.Context(), [][]float64{{1, 2}, {1, 2, 3}}); err != nil || got[0] != got[1] {
		t.Errorf("%v, error %v: what the circuit does not read counts for nothing", got, err)
	}
}
