package dataset

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// classed returns a set with the given number of samples of each class.
func classed(counts []int) *Dataset {
	d := &Dataset{Columns: numberedColumns(1), Target: "class", Classes: numberedClasses(max(2, len(counts)))}
	for c, n := range counts {
		for range n {
			d.X = append(d.X, []float64{float64(len(d.X))})
			d.Y = append(d.Y, float64(c))
		}
	}
	return d
}

func TestSplitBreastCancer(t *testing.T) {
	d, err := Load("breast-cancer", Synthetic{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Split(d, SplitOptions{Test: 0.2, Validation: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	// 0.2 of 569 is 113.8, of the other 455 is 91. Test: 212·114/569 = 42.47 and
	// 357·114/569 = 71.53. Validation: 170·91/455 = 34 and 285·91/455 = 57. A stratified
	// train_test_split of scikit-learn 1.9.1 gives the same counts.
	for _, c := range []struct {
		name string
		part []int
		want []int
	}{{"test", p.Test, []int{42, 72}}, {"validation", p.Validation, []int{34, 57}}, {"train", p.Train, []int{136, 228}}} {
		if got := d.Subset(c.part).ClassCounts(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if len(p.Train) != 364 || len(p.Validation) != 91 || len(p.Test) != 114 {
		t.Errorf("%d, %d, %d", len(p.Train), len(p.Validation), len(p.Test))
	}
	if slices.IsSorted(p.Train) || slices.IsSorted(d.Subset(p.Train).Y) {
		t.Error("the training part is not shuffled")
	}
	again, err := Split(d, SplitOptions{Test: 0.2, Validation: 0.2})
	if err != nil || !slices.Equal(again.Train, p.Train) || !slices.Equal(again.Test, p.Test) {
		t.Errorf("equal seeds give other parts (%v)", err)
	}
	other, err := Split(d, SplitOptions{Test: 0.2, Validation: 0.2, Seed: 1})
	if err != nil || slices.Equal(other.Test, p.Test) {
		t.Errorf("another seed gives the same parts (%v)", err)
	}
}

// each reports whether the parts hold each of 0…n−1 once.
func each(n int, parts ...[]int) bool {
	all := slices.Concat(parts...)
	slices.Sort(all)
	for i, v := range all {
		if i != v {
			return false
		}
	}
	return len(all) == n
}

func TestSplitProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(3, 60), 2, 6).Draw(t, "counts")
		o := SplitOptions{
			Test:       rapid.Float64Range(0, 0.5).Draw(t, "test"),
			Validation: rapid.Float64Range(0, 0.5).Draw(t, "validation"),
			Seed:       rapid.Uint64().Draw(t, "seed"),
		}
		d := classed(counts)
		p, err := Split(d, o)
		if errors.Is(err, ErrTooFew) {
			// Not even one or two samples a class are left; the shares are at most half.
			if slices.Min(counts) > 6 {
				t.Fatal(err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if !each(d.Len(), p.Train, p.Validation, p.Test) {
			t.Fatalf("parts %v", p)
		}
		want := 0
		if o.Test > 0 {
			want = max(1, int(math.Round(o.Test*float64(d.Len()))))
		}
		if len(p.Test) != want {
			t.Fatalf("%d test samples, want %d", len(p.Test), want)
		}
		for c, n := range d.Subset(p.Train).ClassCounts() {
			if n == 0 {
				t.Fatalf("class %d has no training sample", c)
			}
		}
		for c, n := range d.Subset(p.Test).ClassCounts() {
			quota := float64(want*counts[c]) / float64(d.Len())
			if slices.Min(counts) > 6 && math.Abs(float64(n)-quota) >= 1 {
				t.Fatalf("class %d has %d test samples, its quota is %v", c, n, quota)
			}
		}
	})
}

func TestAllocate(t *testing.T) {
	for _, c := range []struct {
		want  int
		sizes []int
		leave int
		out   []int
	}{
		{30, []int{50, 50, 50}, 1, []int{10, 10, 10}},
		{10, []int{10, 10, 10}, 1, []int{4, 3, 3}}, // ties go to the lower class
		{5, []int{90, 5, 5}, 1, []int{5, 0, 0}},    // quotas 4.5, 0.25, 0.25
		{4, []int{2, 2, 2}, 0, []int{2, 1, 1}},     // quotas 4/3
		{80, []int{98, 2}, 1, []int{79, 1}},        // quota 1.6, but one must stay
		{97, []int{98, 2}, 1, []int{96, 1}},
		{3, []int{3, 3}, 1, []int{2, 1}},
	} {
		if got := allocate(c.want, c.sizes, c.leave); !slices.Equal(got, c.out) {
			t.Errorf("allocate(%d, %v, %d) = %v, want %v", c.want, c.sizes, c.leave, got, c.out)
		}
	}
}

// TestSplitLeavesTwo: a test part leaves a class of three samples one for each of the parts
// that are still to come, though its share would be two.
func TestSplitLeavesTwo(t *testing.T) {
	d := &Dataset{Columns: numberedColumns(1), Target: "y", Classes: []string{"few", "many"}}
	for i := range 33 {
		d.X, d.Y = append(d.X, []float64{float64(i)}), append(d.Y, float64(min(i/3, 1)))
	}
	p, err := Split(d, SplitOptions{Test: 0.5, Validation: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	for name, part := range map[string][]int{"test": p.Test, "validation": p.Validation, "training": p.Train} {
		if n := d.Subset(part).ClassCounts()[0]; n != 1 {
			t.Errorf("the %s part has %d of the three samples, want 1", name, n)
		}
	}
}

func TestSplitRegression(t *testing.T) {
	d, err := Sine(Synthetic{Samples: 50})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Split(d, SplitOptions{Test: 0.1, Validation: 0.3})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Test) != 5 || len(p.Validation) != 14 || !each(50, p.Train, p.Validation, p.Test) { // 0.3·45 = 13.5
		t.Errorf("%d test, %d validation", len(p.Test), len(p.Validation))
	}
	if p, err = Split(d, SplitOptions{}); err != nil || len(p.Train) != 50 || p.Test != nil || p.Validation != nil {
		t.Errorf("no shares: %v, %v", p, err)
	}
}

func TestSplitErrors(t *testing.T) {
	for _, c := range []struct {
		counts []int
		o      SplitOptions
		want   error
	}{
		{[]int{5, 5}, SplitOptions{Test: 1}, ErrOptions},
		{[]int{5, 5}, SplitOptions{Test: -0.1}, ErrOptions},
		{[]int{5, 5}, SplitOptions{Validation: math.NaN()}, ErrOptions},
		{[]int{50, 1}, SplitOptions{Test: 0.2}, ErrTooFew},
		{[]int{50, 2}, SplitOptions{Test: 0.2, Validation: 0.2}, ErrTooFew},
		{[]int{5, 5}, SplitOptions{Test: 0.9}, ErrTooFew},
		{[]int{5, 0}, SplitOptions{Test: 0.2}, ErrOneClass},
		{nil, SplitOptions{}, ErrEmpty},
		{[]int{50, 2}, SplitOptions{Test: 0.2}, nil},
		{[]int{50, 0, 20}, SplitOptions{Test: 0.2}, nil},
	} {
		if _, err := Split(classed(c.counts), c.o); !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
			t.Errorf("%v %+v: %v, want %v", c.counts, c.o, err, c.want)
		}
	}
	_, err := Split(classed([]int{50, 1}), SplitOptions{Test: 0.2})
	const want = `class "1": too few samples: 1 for 2 parts. Leave the class out, or split into fewer parts`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	sine, err := Sine(Synthetic{Samples: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Split(sine, SplitOptions{Test: 0.2, Validation: 0.2}); !errors.Is(err, ErrTooFew) {
		t.Errorf("two values in three parts: %v", err)
	}
}

func TestKFold(t *testing.T) {
	for _, counts := range [][]int{{59, 71, 48}, {7, 5}, {100, 0, 33}} {
		d := classed(counts)
		const k = 5
		folds, err := KFold(d, k, 3)
		if err != nil {
			t.Fatal(err)
		}
		var tests [][]int
		for f, p := range folds {
			tests = append(tests, p.Test)
			if !each(d.Len(), p.Train, p.Test) || p.Validation != nil {
				t.Errorf("%v: fold %d is no partition", counts, f)
			}
			if n := len(p.Test); n < d.Len()/k || n > (d.Len()+k-1)/k {
				t.Errorf("%v: fold %d has %d samples", counts, f, n)
			}
			for c, n := range d.Subset(p.Test).ClassCounts() {
				if n < counts[c]/k || n > (counts[c]+k-1)/k {
					t.Errorf("%v: fold %d has %d of class %d", counts, f, n, c)
				}
			}
		}
		if len(folds) != k || !each(d.Len(), tests...) {
			t.Errorf("%v: the test parts are no partition", counts)
		}
		again, err := KFold(d, k, 3)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(folds) {
			t.Errorf("%v: equal seeds give other folds (%v)", counts, err)
		}
		other, err := KFold(d, k, 4)
		if err != nil || fmt.Sprint(other) == fmt.Sprint(folds) {
			t.Errorf("%v: another seed gives the same folds (%v)", counts, err)
		}
	}
	if _, err := KFold(classed([]int{9, 4}), 5, 0); !errors.Is(err, ErrTooFew) {
		t.Errorf("four samples in five folds: %v", err)
	}
	if _, err := KFold(classed([]int{9, 4}), 1, 0); !errors.Is(err, ErrOptions) {
		t.Errorf("one fold: %v", err)
	}
}
