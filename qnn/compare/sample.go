package compare

import (
	"math/rand/v2"
	"slices"

	"github.com/qnn-go/qnn/qnn/dataset"
)

// Limited is an Estimator whose training takes more time than the size of the data
// explains, and that is therefore fitted on a sample of large tables.
type Limited interface {
	Estimator
	// RowLimit returns the largest number of rows to fit on, at least 1, for rows
	// of the given number of columns. It depends on nothing else, so that a
	// comparison repeats.
	RowLimit(columns int) int
}

// streamSample is the random stream of limited.
const streamSample = 0x73616d706c65

// limited returns the training part, or a random sample of it where it has more
// rows than the model takes. Classes keep their shares, rounded down, and at least
// one row each; equal seeds give equal samples. Rows keep their order.
func limited(m Estimator, train *dataset.Dataset, seed uint64) *dataset.Dataset {
	l, ok := m.(Limited)
	if !ok || train.Len() == 0 {
		return train
	}
	limit, n := l.RowLimit(len(train.X[0])), train.Len()
	if n <= limit {
		return train
	}
	quota := []int{limit}
	if counts := train.ClassCounts(); counts != nil {
		quota = counts
		for c, count := range counts {
			quota[c] = max(1, int(float64(limit)*(float64(count)/float64(n))))
		}
	}
	var rows []int
	for _, i := range rand.New(rand.NewPCG(seed, streamSample)).Perm(n) {
		class := 0
		if len(train.Classes) > 0 {
			class = int(train.Y[i])
		}
		if quota[class] > 0 {
			quota[class]--
			rows = append(rows, i)
		}
	}
	slices.Sort(rows)
	return train.Subset(rows)
}
