package classical

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
)

// tree is a binary decision tree; node 0 is its root.
type tree []node

// node is a split, or a leaf if low is 0. Rows with feature ≤ threshold go to
// node low, the others to node high.
type node struct {
	feature   int
	threshold float64
	low, high int
	value     float64   // mean target of a leaf, regression only
	frequency []float64 // shares of the classes in a leaf, nil for regression
}

// leaf returns the leaf that a row falls into.
func (t tree) leaf(row []float64) *node {
	at := &t[0]
	for at.low != 0 {
		if row[at.feature] <= at.threshold {
			at = &t[at.low]
		} else {
			at = &t[at.high]
		}
	}
	return at
}

// grower grows trees on one table, one after another.
type grower struct {
	data     *table
	ranks    [][]uint32 // of the table, see ranksOf
	tried    int
	rng      *rand.Rand
	nodes    tree
	features []int     // a permutation, shuffled for each split
	sorted   []uint64  // rows in the order of a feature: rank<<32 | row
	spare    []uint64  // as long
	high     []int     // rows above a threshold
	left     []float64 // class counts below the threshold
	right    []float64 // and above
	decrease []float64 // of impurity by each feature in the tree that grows
}

// newGrower returns a grower that tries so many features a split of a table whose ranks
// are given.
func newGrower(data *table, ranks [][]uint32, tried int) *grower {
	n, d := data.size()
	g := &grower{
		data: data, ranks: ranks, tried: tried, features: make([]int, d),
		sorted: make([]uint64, n), spare: make([]uint64, n), high: make([]int, 0, n),
		left: make([]float64, len(data.labels)), right: make([]float64, len(data.labels)),
		decrease: make([]float64, d),
	}
	return g
}

// ranksOf returns for each feature and row the place of the value among all values of the
// feature; equal values have equal ranks. Growers sort ranks instead of values, which takes
// a tenth of the time. It ends early when the context does.
func ranksOf(ctx context.Context, x [][]float64) [][]uint32 {
	n := len(x)
	ranks, order := make([][]uint32, len(x[0])), make([]int, n)
	for j := range ranks {
		if ctx.Err() != nil {
			break
		}
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(x[a][j], x[b][j]) })
		ranks[j] = make([]uint32, n)
		rank := uint32(0)
		for k, row := range order {
			if k > 0 && x[row][j] != x[order[k-1]][j] {
				rank++
			}
			ranks[j][row] = rank
		}
	}
	return ranks
}

// grow returns the tree of the rows, which it reorders. A cancelled context
// leaves the tree unfinished.
func (g *grower) grow(ctx context.Context, rng *rand.Rand, rows []int) tree {
	g.rng, g.nodes = rng, nil
	slices.Sort(rows)
	clear(g.decrease)
	for j := range g.features {
		g.features[j] = j
	}
	g.subtree(ctx, rows)
	return g.nodes
}

// subtree appends the tree of the rows, which are in increasing order, and returns the
// position of its root.
func (g *grower) subtree(ctx context.Context, rows []int) int {
	at := len(g.nodes)
	g.nodes = append(g.nodes, node{})
	best, found := split{}, false
	if ctx.Err() == nil && !g.pure(rows) {
		best, found = g.bestSplit(rows)
	}
	if !found {
		g.nodes[at] = g.leafOf(rows)
		return at
	}
	g.decrease[best.feature] += best.purity - best.before
	middle := g.part(rows, best)
	low := g.subtree(ctx, rows[:middle])
	high := g.subtree(ctx, rows[middle:])
	g.nodes[at] = node{feature: best.feature, threshold: best.threshold, low: low, high: high}
	return at
}

// part moves the rows below a split before the others, each in the order that they have,
// and returns how many they are.
func (g *grower) part(rows []int, s split) int {
	g.high = g.high[:0]
	middle := 0
	for _, row := range rows {
		if g.data.x[row][s.feature] <= s.threshold {
			rows[middle] = row
			middle++
		} else {
			g.high = append(g.high, row)
		}
	}
	copy(rows[middle:], g.high)
	return middle
}

// pure reports whether all rows have the same target.
func (g *grower) pure(rows []int) bool {
	for _, row := range rows {
		if g.data.y[row] != g.data.y[rows[0]] {
			return false
		}
	}
	return true
}

// leafOf returns the leaf of the rows.
func (g *grower) leafOf(rows []int) node {
	share := 1 / float64(len(rows))
	if g.data.labels == nil {
		mean := 0.0
		for _, row := range rows {
			mean += g.data.y[row] * share
		}
		return node{value: mean}
	}
	counts := make([]float64, len(g.data.labels))
	for _, row := range rows {
		counts[g.data.class[row]]++
	}
	for c := range counts {
		counts[c] *= share
	}
	return node{frequency: counts}
}

// split is a threshold of a feature. Its purity is Σ over both sides of
// Σcounts²/n or (Σy)²/n, which is largest where the weighted impurity, Gini or
// variance, is least. The same without a split is before; the difference is the decrease
// of impurity times the number of rows.
type split struct {
	feature   int
	threshold float64
	purity    float64
	before    float64
}

// bestSplit searches features in random order: as many as are tried, and
// further until one of them is not constant. It finds none only if all features
// of the rows are constant.
func (g *grower) bestSplit(rows []int) (best split, found bool) {
	for visited := range g.features {
		if visited >= g.tried && found {
			break
		}
		j := visited + g.rng.IntN(len(g.features)-visited)
		g.features[visited], g.features[j] = g.features[j], g.features[visited]
		if s, ok := g.bestThreshold(rows, g.features[visited]); ok && (!found || s.purity > best.purity) {
			best, found = s, true
		}
	}
	return best, found
}

// order sets sorted to the rows in the order of a feature, equal values in the order of
// the rows. It is false if all values are equal.
func (g *grower) order(rows []int, feature int) bool {
	g.sorted = g.sorted[:len(rows)]
	ranks := g.ranks[feature]
	least, most := ranks[rows[0]], ranks[rows[0]]
	for i, row := range rows {
		rank := ranks[row]
		least, most = min(least, rank), max(most, rank)
		g.sorted[i] = uint64(rank)<<32 | uint64(row)
	}
	const few = 128 // rows, which comparisons sort faster
	switch {
	case least == most:
		return false
	case len(rows) < few:
		slices.Sort(g.sorted)
	default:
		for shift := 32; most>>(shift-32) > 0; shift += 8 {
			g.sortByDigit(shift)
		}
	}
	return true
}

// sortByDigit sorts sorted by the eight bits from shift on, and leaves the order of those
// that are equal.
func (g *grower) sortByDigit(shift int) {
	var ends [256]int
	for _, key := range g.sorted {
		ends[key>>shift&255]++
	}
	at := 0
	for digit, n := range ends {
		ends[digit] = at
		at += n
	}
	out := g.spare[:len(g.sorted)]
	for _, key := range g.sorted {
		digit := key >> shift & 255
		out[ends[digit]] = key
		ends[digit]++
	}
	g.sorted, g.spare = out, g.sorted[:cap(g.sorted)]
}

// bestThreshold searches the midpoints between the values of a feature.
func (g *grower) bestThreshold(rows []int, feature int) (best split, found bool) {
	if !g.order(rows, feature) {
		return split{}, false
	}
	purity := g.classPurity
	if g.data.labels == nil {
		purity = g.valuePurity
	}
	next, before := purity()
	at := 0
	for i, key := range g.sorted[:len(rows)-1] {
		p := next(int(uint32(key)))
		if key>>32 == g.sorted[i+1]>>32 || found && p <= best.purity {
			continue
		}
		at, found = i, true
		best.purity = p
	}
	a, b := g.data.x[uint32(g.sorted[at])][feature], g.data.x[uint32(g.sorted[at+1])][feature]
	threshold := a/2 + b/2
	if threshold >= b || threshold < a {
		threshold = a // the neighbours are adjacent numbers
	}
	return split{feature: feature, threshold: threshold, purity: best.purity, before: before}, found
}

// classPurity returns a function that moves one row after another below the
// threshold and returns the purity then, and the purity of all rows.
func (g *grower) classPurity() (next func(row int) float64, before float64) {
	clear(g.left)
	clear(g.right)
	for _, key := range g.sorted {
		g.right[g.data.class[uint32(key)]]++
	}
	below, above, n := 0.0, 0.0, 0.0
	for _, c := range g.right {
		above += c * c
	}
	before = above / float64(len(g.sorted))
	return func(row int) float64 {
		class := g.data.class[row]
		below += 2*g.left[class] + 1
		above -= 2*g.right[class] - 1
		g.left[class]++
		g.right[class]--
		n++
		return below/n + above/(float64(len(g.sorted))-n)
	}, before
}

// valuePurity is classPurity for regression. Targets are taken relative to
// their mean, which shifts no threshold and loses no digits to a large mean.
func (g *grower) valuePurity() (next func(row int) float64, before float64) {
	mean := 0.0
	for _, key := range g.sorted {
		mean += g.data.y[uint32(key)] / float64(len(g.sorted))
	}
	total := 0.0
	for _, key := range g.sorted {
		total += g.data.y[uint32(key)] - mean
	}
	sum, n := 0.0, 0.0
	return func(row int) float64 {
		sum += g.data.y[row] - mean
		n++
		rest := total - sum
		return sum*sum/n + rest*rest/(float64(len(g.sorted))-n)
	}, total * total / float64(len(g.sorted))
}
