package dataset

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mathext"
)

// ByMutualInformation is the name of the scores of MutualInformation.
const ByMutualInformation = "mutual-information"

const (
	mutualNeighbours = 3
	// maxMutualRows bounds the rows that an estimate is made from.
	maxMutualRows = 5000
	// maxDiscreteValues is the most different values of a column that is taken for
	// discrete; each must occur ten times on average.
	maxDiscreteValues = 20
	// mutualNoise is the size of the noise that parts equal values.
	mutualNoise = 1e-10
)

// MutualInformation estimates the mutual information of each column with the labels, in
// nats, at least 0. It is a [Scorer].
//
// For columns and values that are continuous it is the estimate by the three nearest
// neighbours, of Kraskov, Stögbauer and Grassberger (Phys. Rev. E 69 (2004) 066138,
// equation 8) for values, of Ross (PLoS ONE 9 (2014) e87357) for classes. Columns of at most
// 20 different values that occur ten times on average are discrete, and for classes the
// estimate is that of the table of counts. Columns are scaled to deviation 1, and noise of
// 10⁻¹⁰ from a fixed seed parts equal values, as in scikit-learn's mutual_info_classif
// and mutual_info_regression. Above 5000 rows the estimate is made from 5000 of them, drawn
// with a fixed seed.
func MutualInformation(ctx context.Context, x [][]float64, y []float64, classes int) ([]float64, error) {
	rng := rand.New(rand.NewPCG(0, streamMutual))
	rows := rng.Perm(len(x))
	if len(rows) <= maxMutualRows {
		slices.Sort(rows)
	}
	rows = rows[:min(len(rows), maxMutualRows)]
	label := make([]float64, len(rows))
	for i, r := range rows {
		label[i] = y[r]
	}
	if classes == 0 {
		label = continuous(label, rng)
	}
	out := make([]float64, len(x[0]))
	column := make([]float64, len(rows))
	for j := range out {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i, r := range rows {
			column[i] = x[r][j]
		}
		v := 0.0
		groups, discrete := valueIndices(column)
		switch {
		case discrete && classes > 0:
			v = discreteInformation(groups, label)
		case discrete:
			v = mixedInformation(label, groups)
		case classes > 0:
			v = mixedInformation(continuous(column, rng), label)
		default:
			v = continuousInformation(continuous(column, rng), label)
		}
		out[j] = max(v, 0)
	}
	return out, nil
}

// valueIndices numbers the different values of a column; ok is false when it is not
// discrete.
func valueIndices(column []float64) (indices []float64, ok bool) {
	values := slices.Compact(slices.Sorted(slices.Values(column)))
	if len(values) > maxDiscreteValues || 10*len(values) > len(column) && len(values) > 2 {
		return nil, false
	}
	indices = make([]float64, len(column))
	for i, v := range column {
		at, _ := slices.BinarySearch(values, v)
		indices[i] = float64(at)
	}
	return indices, true
}

// continuous returns a column scaled to deviation 1 with its values parted.
func continuous(column []float64, rng *rand.Rand) []float64 {
	scale := deviation(column, mean(column))
	out := make([]float64, len(column))
	size := 0.0
	for i, v := range column {
		out[i] = v / scale
		size += math.Abs(out[i]) / float64(len(column))
	}
	size = max(1, size)
	for i := range out {
		out[i] += mutualNoise * size * rng.NormFloat64()
	}
	return out
}

// discreteInformation is Σ p(a,b)·ln(p(a,b)/(p(a)·p(b))) of two discrete columns.
func discreteInformation(a, b []float64) float64 {
	n := float64(len(a))
	left, right, both := map[float64]float64{}, map[float64]float64{}, map[[2]float64]float64{}
	var cells [][2]float64 // in the order of the rows: sums do not depend on the map's
	for i := range a {
		cell := [2]float64{a[i], b[i]}
		if both[cell] == 0 {
			cells = append(cells, cell)
		}
		left[a[i]]++
		right[b[i]]++
		both[cell]++
	}
	sum := 0.0
	for _, cell := range cells {
		count := both[cell]
		sum += count / n * math.Log(count*n/(left[cell[0]]*right[cell[1]]))
	}
	return sum
}

// mixedInformation is Ross' estimate for a continuous column and groups. Groups of one
// row are left out.
func mixedInformation(column, groups []float64) float64 {
	members := map[float64][]float64{}
	for i, g := range groups {
		members[g] = append(members[g], column[i])
	}
	var all []float64
	for g, values := range members {
		slices.Sort(values)
		if len(values) < 2 {
			delete(members, g)
			continue
		}
		all = append(all, values...)
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	sum, n := 0.0, float64(len(all))
	for i, g := range groups { // by rows, so that the order of the sum is fixed
		values, present := members[g]
		if !present {
			continue
		}
		k := min(mutualNeighbours, len(values)-1)
		radius := math.Nextafter(neighbourDistance(values, column[i], k), 0)
		sum += mathext.Digamma(float64(k)) - mathext.Digamma(float64(len(values))) - mathext.Digamma(float64(countWithin(all, column[i], radius)))
	}
	return mathext.Digamma(n) + sum/n
}

// neighbourDistance is the distance of v, one of the sorted values, from the k-th nearest
// of the others.
func neighbourDistance(sorted []float64, v float64, k int) float64 {
	low, _ := slices.BinarySearch(sorted, v)
	high := low + 1
	low--
	distance := 0.0
	for range k {
		switch {
		case high >= len(sorted), low >= 0 && v-sorted[low] <= sorted[high]-v:
			distance = v - sorted[low]
			low--
		default:
			distance = sorted[high] - v
			high++
		}
	}
	return distance
}

// countWithin counts the sorted values at most radius from v.
func countWithin(sorted []float64, v, radius float64) int {
	// Differences are compared: a sum such as v + radius would round up to a neighbour.
	low := sort.Search(len(sorted), func(i int) bool { return v-sorted[i] <= radius })
	high := sort.Search(len(sorted), func(i int) bool { return sorted[i]-v > radius })
	return max(high-low, 1)
}

// continuousInformation is the estimate of Kraskov and others for two continuous columns.
func continuousInformation(a, b []float64) float64 {
	n := len(a)
	k := min(mutualNeighbours, n-1)
	if k < 1 {
		return 0
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		if a[i] != a[j] {
			return compareNumbers(a[i], a[j])
		}
		return i - j
	})
	left, right := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	sum := 0.0
	for at, i := range order {
		radius := math.Nextafter(planeDistance(a, b, order, at, k), 0)
		sum += mathext.Digamma(float64(countWithin(left, a[i], radius))) + mathext.Digamma(float64(countWithin(right, b[i], radius)))
	}
	return mathext.Digamma(float64(n)) + mathext.Digamma(float64(k)) - sum/float64(n)
}

func compareNumbers(a, b float64) int {
	if a < b {
		return -1
	}
	return 1
}

// planeDistance is the distance max(|Δa|, |Δb|) of the row order[at] from its k-th nearest
// neighbour. order sorts the rows by a, so that the search ends where |Δa| alone is
// larger than the k-th distance so far.
func planeDistance(a, b []float64, order []int, at, k int) float64 {
	i := order[at]
	nearest := make([]float64, 0, mutualNeighbours+1)
	visit := func(j int) (farther bool) {
		apart := math.Abs(a[j] - a[i])
		if len(nearest) == k && apart > nearest[k-1] {
			return true
		}
		d := max(apart, math.Abs(b[j]-b[i]))
		if place, _ := slices.BinarySearch(nearest, d); place < k {
			nearest = slices.Insert(nearest, place, d)
			nearest = nearest[:min(len(nearest), k)]
		}
		return false
	}
	for low, high := at-1, at+1; low >= 0 || high < len(order); low, high = low-1, high+1 {
		if low >= 0 && visit(order[low]) {
			low = -1
		}
		if high < len(order) && visit(order[high]) {
			high = len(order)
		}
	}
	return nearest[k-1]
}
