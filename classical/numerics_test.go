package classical

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// sample returns n rows of d normal features and classes 0…k−1 in turn.
func sample(n, d, k int, seed uint64) (x [][]float64, y []float64) {
	rng := rand.New(rand.NewPCG(seed, 9))
	for i := range n {
		row := make([]float64, d)
		for j := range row {
			row[j] = rng.NormFloat64()
		}
		x, y = append(x, row), append(y, float64(i%k))
	}
	return x, y
}

// The loss is −ln softmax, its derivative the central difference; neither
// overflows.
func TestCrossEntropy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 5).Draw(t, "scores")
		s := rapid.SliceOfN(rapid.Float64Range(-8, 8), k, k).Draw(t, "s")
		class := rapid.IntRange(0, max(1, k-1)).Draw(t, "class")
		loss := func(s []float64) float64 {
			if k == 1 {
				s = []float64{0, s[0]}
			}
			return floats.LogSumExp(s) - s[class]
		}
		got := append([]float64(nil), s...)
		if v := crossEntropy(got, class); math.Abs(v-loss(s)) > 1e-13 {
			t.Fatalf("loss %v, want %v", v, loss(s))
		}
		const h = 1e-5
		for j := range s {
			up, down := append([]float64(nil), s...), append([]float64(nil), s...)
			up[j] += h
			down[j] -= h
			if want := (loss(up) - loss(down)) / (2 * h); math.Abs(got[j]-want) > 1e-8 {
				t.Fatalf("derivative %d is %v, want %v", j, got[j], want)
			}
		}
	})
	for _, s := range [][]float64{{1e100}, {-1e100}, {1e100, -1e100, 0}} {
		for class := range max(2, len(s)) {
			v := append([]float64(nil), s...)
			if loss := crossEntropy(v, class); math.IsNaN(loss) || math.IsInf(loss, 0) || math.IsNaN(floats.Sum(v)) {
				t.Errorf("scores %v, class %d: loss %v, derivative %v", s, class, loss, v)
			}
		}
	}
}

// The weights of features with unlike scales satisfy the optimality conditions
// of the objective in the features as given.
func TestLogisticIsOptimal(t *testing.T) {
	for _, k := range []int{2, 4} {
		x, y := sample(120, 3, k, 1)
		for i := range x {
			x[i][0] = 1e4 * (x[i][0] + 30 + y[i])
			x[i][1] = 1e-3 * (x[i][1] - y[i])
		}
		l := Logistic{C: 0.3}
		if err := l.Fit(t.Context(), x, y); err != nil {
			t.Fatal(err)
		}
		weights, bias := logisticGradient(&l, x, y)
		m, d := weights.Dims()
		for j := range m {
			for f := range d {
				if g := weights.At(j, f) / (math.Abs(x[0][f]) + 1); math.Abs(g) > 1e-3 {
					t.Errorf("k = %d: gradient [%d][%d] is %v times the feature", k, j, f, g)
				}
			}
			if math.Abs(bias[j]) > 1e-4 {
				t.Errorf("k = %d: gradient of intercept %d is %v", k, j, bias[j])
			}
		}
	}
}

// logisticGradient returns the derivatives of the documented objective.
func logisticGradient(l *Logistic, x [][]float64, y []float64) (weights *mat.Dense, bias []float64) {
	m, _ := l.fit.weights.Dims()
	weights = mat.DenseCopyOf(l.fit.weights)
	bias = make([]float64, m)
	s := make([]float64, m)
	for i, row := range x {
		for j := range s {
			s[j] = floats.Dot(l.fit.weights.RawRowView(j), row) + l.fit.intercept[j]
		}
		crossEntropy(s, int(y[i]))
		for j := range s {
			floats.AddScaled(weights.RawRowView(j), l.C*s[j], row)
			bias[j] += l.C * s[j]
		}
	}
	return weights, bias
}

// Backpropagation against the central difference of the loss.
func TestMLPGradient(t *testing.T) {
	for _, test := range []struct {
		name       string
		k, outputs int
		regression bool
	}{{"two classes", 2, 1, false}, {"three classes", 3, 3, false}, {"regression", 3, 1, true}} {
		t.Run(test.name, func(t *testing.T) {
			x, y := sample(7, 4, test.k, 2)
			data, err := newTable("mlp", x, y, test.regression)
			if err != nil {
				t.Fatal(err)
			}
			net := newNetwork([]int{4, 5, 3, test.outputs})
			net.randomise(rand.New(rand.NewPCG(5, 5)))
			tr := newTrainer(net, data, 0.1, 1e-3, 7)
			rows := []int{0, 1, 2, 3, 4, 5, 6}
			tr.gradient(tr.full, rows)
			got := append([]float64(nil), tr.grad...)
			const h = 1e-6
			for i := range net.theta {
				was := net.theta[i]
				net.theta[i] = was + h
				up := tr.gradient(tr.full, rows)
				net.theta[i] = was - h
				down := tr.gradient(tr.full, rows)
				net.theta[i] = was
				if want := (up - down) / (2 * h); math.Abs(got[i]-want) > 1e-7 {
					t.Errorf("derivative %d is %v, want %v", i, got[i], want)
				}
			}
		})
	}
}

// The loss of an epoch is the mean over its samples, those of a last batch that is smaller
// included.
func TestMLPEpochLoss(t *testing.T) {
	x, y := sample(7, 4, 2, 2)
	data, err := newTable("mlp", x, y, false)
	if err != nil {
		t.Fatal(err)
	}
	net := newNetwork([]int{4, 3, 1})
	net.randomise(rand.New(rand.NewPCG(5, 5)))
	rows := []int{0, 1, 2, 3, 4, 5, 6}
	all := newTrainer(net, data, 0, 0, 7)
	want := all.gradient(all.full, rows)
	got, err := newTrainer(net, data, 0, 0, 3).epoch(t.Context(), rows) // a rate of 0 moves nothing
	if err != nil || math.Abs(got-want) > 1e-14 {
		t.Errorf("loss %v, %v in batches of 3, want %v", got, err, want)
	}
}

// Each epoch goes through the samples in an order of its own.
func TestMLPShuffles(t *testing.T) {
	x, y := sample(20, 2, 2, 4)
	m := &MLP{Batch: 5, Epochs: 2, Hidden: []int{3}}
	if err := m.Fit(t.Context(), x, y); err != nil {
		t.Fatal(err)
	}
	data, err := newTable("mlp", x, y, false)
	if err != nil {
		t.Fatal(err)
	}
	net := newNetwork([]int{2, 3, 1})
	net.randomise(rand.New(rand.NewPCG(0, 0)))
	tr := newTrainer(net, data, 1e-4, 1e-3, 5)
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	for range 2 {
		if _, err := tr.epoch(t.Context(), order); err != nil {
			t.Fatal(err)
		}
	}
	if floats.EqualApprox(m.fit.net.theta, net.theta, 1e-9) {
		t.Error("training in the given order gives the same weights")
	}
}

// Adam's first step moves each parameter by the rate against its gradient's
// sign, arXiv:1412.6980 section 2.1.
func TestAdamFirstStep(t *testing.T) {
	x, y := sample(6, 2, 2, 3)
	data, err := newTable("mlp", x, y, false)
	if err != nil {
		t.Fatal(err)
	}
	net := newNetwork([]int{2, 3, 1})
	tr := newTrainer(net, data, 1e-4, 0.01, 6)
	for i := range tr.grad {
		tr.grad[i] = float64(i) - 5.5
	}
	tr.step()
	for i, v := range net.theta {
		if want := -math.Copysign(0.01, tr.grad[i]); math.Abs(v-want) > 1e-7 {
			t.Errorf("parameter %d moved by %v, want %v", i, v, want)
		}
	}
}

func TestDualIsOptimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 40).Draw(t, "n")
		x, y := sample(n, 2, 2, rapid.Uint64().Draw(t, "seed"))
		for i := range n / 3 {
			copy(x[i], x[n-1-i]) // duplicates, some of the other class
		}
		data, err := newTable("svm", x, y, false)
		if err != nil {
			t.Fatal(err)
		}
		rbf := func(a, b []float64) float64 { return math.Exp(-squaredDistance(a, b)) }
		kernel := []kernelFunc{floats.Dot, rbf}[rapid.IntRange(0, 1).Draw(t, "kernel")]
		c := rapid.SampledFrom([]float64{0.01, 1, 50}).Draw(t, "c")
		p, _ := newPair(data, 0, 1, kernel, c, 1e-5)
		p.gram.limit = rapid.SampledFrom([]int{2, 5, n}).Draw(t, "rows kept")
		if err := p.solve(t.Context()); err != nil {
			t.Fatal(err)
		}
		checkOptimal(t, p)
	})
}

// checkOptimal fails unless α is in the box and on the constraint, slope is the
// gradient, and no pair violates optimality by more than the tolerance.
func checkOptimal(t *rapid.T, p *dual) {
	balance, low, high := 0.0, math.Inf(1), math.Inf(-1)
	for i, a := range p.alpha {
		balance += a * p.t[i]
		if a < 0 || a > p.c {
			t.Fatalf("α = %v outside [0, %v]", a, p.c)
		}
		slope := -p.t[i]
		for j, b := range p.alpha {
			slope += b * p.t[j] * p.gram.kernel(p.gram.x[i], p.gram.x[j])
		}
		if math.Abs(slope-p.slope[i]) > 1e-7*(1+p.c) {
			t.Fatalf("slope %v, want %v", p.slope[i], slope)
		}
		if p.canGrow(i) {
			low = min(low, slope)
		}
		if p.canShrink(i) {
			high = max(high, slope)
		}
	}
	if math.Abs(balance) > 1e-9*(1+p.c) || high-low > 2*p.tolerance {
		t.Fatalf("Σα·t = %v, violation %v", balance, high-low)
	}
}

// Two points with both α at their bound C = 0.01: w = 0.01·3 − 0.01·1, and the
// decision changes sign in their middle.
func TestRhoWithoutFreeVectors(t *testing.T) {
	s := &SVM{Kernel: LinearKernel, C: 0.01}
	if err := s.Fit(t.Context(), [][]float64{{3}, {1}}, []float64{0, 1}); err != nil {
		t.Fatal(err)
	}
	got := []float64{0}
	for _, test := range []struct{ x, want float64 }{{3, 0.02}, {2, 0}, {1, -0.02}} {
		s.fit.decide(got, nil, []float64{test.x})
		if math.Abs(got[0]-test.want) > 1e-15 {
			t.Errorf("decision at %v is %v, want %v", test.x, got[0], test.want)
		}
	}
}

func TestScaleGamma(t *testing.T) {
	for _, test := range []struct {
		x    [][]float64
		want float64
	}{
		{[][]float64{{1, 3}, {5, 7}}, 1 / (2 * 5.0)}, // variance of 1, 3, 5, 7 is 5
		{[][]float64{{2, 2}, {2, 2}}, 1},
	} {
		if got := scaleGamma(test.x); math.Abs(got-test.want) > 1e-15 {
			t.Errorf("γ of %v is %v, want %v", test.x, got, test.want)
		}
	}
}

// The best threshold of a feature against all partitions counted anew.
func TestBestThreshold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 25).Draw(t, "n")
		regression := rapid.Bool().Draw(t, "regression")
		x, y := make([][]float64, n), make([]float64, n)
		for i := range x {
			x[i] = []float64{float64(rapid.IntRange(0, 6).Draw(t, "x"))}
			y[i] = float64(rapid.IntRange(0, 2).Draw(t, "y"))
		}
		x[0][0], x[1][0], y[0], y[1] = 0, 7, 0, 1
		data, err := newTable("forest", x, y, regression)
		if err != nil {
			t.Fatal(err)
		}
		rows := make([]int, n)
		for i := range rows {
			rows[i] = i
		}
		got, found := newGrower(data, ranksOf(t.Context(), data.x), 1).bestThreshold(rows, 0)
		if !found {
			t.Fatal("no threshold found")
		}
		least := math.Inf(1)
		for cut := 0.5; cut < 7; cut++ {
			least = min(least, impurity(x, y, cut, regression))
		}
		if v := impurity(x, y, got.threshold, regression); v > least+1e-9 {
			t.Fatalf("threshold %v has impurity %v, the least is %v", got.threshold, v, least)
		}
	})
}

// Of thresholds that are as good the lowest is taken.
func TestBestThresholdTies(t *testing.T) {
	for _, regression := range []bool{false, true} {
		x, y := [][]float64{{4}, {1}, {3}, {2}}, []float64{0, 0, 1, 1} // 0, 1, 1, 0 in the order of x
		data, err := newTable("forest", x, y, regression)
		if err != nil {
			t.Fatal(err)
		}
		got, found := newGrower(data, ranksOf(t.Context(), data.x), 1).bestThreshold([]int{0, 1, 2, 3}, 0)
		if !found || got.threshold != 1.5 {
			t.Errorf("regression %v: threshold %v, %v, want 1.5, which is as good as 3.5", regression, got.threshold, found)
		}
	}
}

// Rows come in the order of their values, equal ones in their own order, however many they
// are and however many values differ.
func TestGrowerOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	for _, n := range []int{2, 100, 128, 1000, 70_000} {
		for _, levels := range []int{2, 300, 100_000} {
			x := make([][]float64, n)
			for i := range x {
				x[i] = []float64{float64(rng.IntN(levels)-levels/2) / 7}
			}
			rows := make([]int, 0, n)
			for i := range n {
				if rng.IntN(10) > 0 {
					rows = append(rows, i)
				}
			}
			want := slices.Clone(rows)
			slices.SortStableFunc(want, func(a, b int) int { return cmp.Compare(x[a][0], x[b][0]) })
			g := newGrower(&table{x: x}, ranksOf(t.Context(), x), 1)
			differ := g.order(rows, 0)
			if differ != (x[want[0]][0] != x[want[len(want)-1]][0]) {
				t.Errorf("%d rows, %d levels: different values %v", n, levels, differ)
			}
			for i, key := range g.sorted {
				if differ && int(uint32(key)) != want[i] {
					t.Fatalf("%d rows, %d levels: row %d at place %d, want %d", n, levels, uint32(key), i, want[i])
				}
			}
		}
	}
}

// impurity returns the Gini impurity or variance of the two sides of a cut,
// each times its number of samples.
func impurity(x [][]float64, y []float64, cut float64, regression bool) float64 {
	var count, sum, squares [2]float64
	var classes [2][3]float64
	for i, v := range y {
		side := 0
		if x[i][0] > cut {
			side = 1
		}
		count[side]++
		sum[side] += v
		squares[side] += v * v
		classes[side][int(v)]++
	}
	total := 0.0
	for side, n := range count {
		if n == 0 {
			continue
		}
		if regression {
			total += squares[side] - sum[side]*sum[side]/n
			continue
		}
		total += n
		for _, c := range classes[side] {
			total -= c * c / n
		}
	}
	return total
}

// A tree on distinct rows fits them all, constant features among few tried or
// not: bootstrap aside, leaves are pure.
func TestTreeGrowsToPureLeaves(t *testing.T) {
	x, y := sample(50, 3, 3, 6)
	for i := range x {
		x[i] = append(x[i], 1, 1, 1, 1, 1, 1)
	}
	data, err := newTable("forest", x, y, false)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]int, len(x))
	for i := range rows {
		rows[i] = i
	}
	grown := newGrower(data, ranksOf(t.Context(), data.x), 1).grow(t.Context(), rand.New(rand.NewPCG(1, 1)), rows)
	for i, row := range x {
		if p := grown.leaf(row).frequency[int(y[i])]; p != 1 {
			t.Errorf("row %d: frequency %v of its class, want 1", i, p)
		}
	}
}
