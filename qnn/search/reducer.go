package search

import (
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn/dataset"
)

// The reducers by name.
const (
	Auto              = "auto" // choose one
	None              = "none"
	PCA               = "pca"
	PLS               = "pls"
	LDA               = "lda"
	MutualInformation = dataset.ByMutualInformation
	Forest            = "forest"
)

// Reducers lists the names of the reducers, without Auto.
func Reducers() []string { return []string{PCA, PLS, LDA, MutualInformation, Forest, None} }

// CheckReducer returns an error that wraps [ErrConfig] for a name that is neither that of
// a reducer nor Auto.
func CheckReducer(name string) error {
	known := append(Reducers(), Auto)
	if slices.Contains(known, name) {
		return nil
	}
	return fmt.Errorf("%s: %w", suggest.Unknown("reducer", name, known), ErrConfig)
}

// Reducer returns the unfitted step of a name that makes k features of so many numeric
// columns, standardised before; nil where there is nothing to do: for None, and for PCA
// and selections that would keep all columns. importance scores columns for Forest; with
// nil there is no such step.
//
// Errors wrap [ErrConfig]: an unknown name, None with k below columns, Forest without
// importance.
func Reducer(name string, k, columns int, importance dataset.Scorer) (dataset.Step, error) {
	if err := CheckReducer(name); err != nil {
		return nil, err
	}
	switch name {
	case PLS:
		return &dataset.PLS{K: k}, nil
	case LDA:
		return &dataset.LDA{K: k, LedoitWolf: true}, nil
	case None, Auto:
		if k != columns {
			return nil, fmt.Errorf("%d features of %d columns need a reducer: %w", k, columns, ErrConfig)
		}
		return nil, nil
	}
	if k == columns {
		return nil, nil
	}
	switch name {
	case MutualInformation:
		return &dataset.Select{K: k}, nil
	case Forest:
		if importance == nil {
			return nil, fmt.Errorf("%s: no importances to select by: %w", name, ErrConfig)
		}
		return &dataset.Select{K: k, By: Forest, Score: importance}, nil
	}
	return &dataset.PCA{K: k}, nil
}

// Most is the largest number of features that a reducer can make of so many columns and,
// for a classification, so many classes (0: regression); 0 when it cannot be used.
func Most(name string, columns, classes int) int {
	if name == LDA {
		return min(columns, max(0, classes-1))
	}
	return columns
}
