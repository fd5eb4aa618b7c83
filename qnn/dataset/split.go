package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// SplitOptions says how much to hold back. The zero value holds back nothing.
type SplitOptions struct {
	// Test is the share of all samples kept for testing, in [0, 1).
	Test float64
	// Validation is the share of the remaining samples kept for validation, in [0, 1).
	Validation float64
	// Seed seeds the shuffle.
	Seed uint64
}

// Partition holds sample indices, each sample in one part, for Dataset.Subset. The
// order within a part is random.
type Partition struct {
	Train, Validation, Test []int
}

// Split divides the samples at random into training, validation and test parts. A
// share f of n samples is the nearest whole number to f·n, and at least 1 for f > 0.
// With classes the split is stratified: each class gives its share by the method of
// the largest remainder (ties go to the lower class), and keeps at least one sample
// for training. Equal data, options and seed give equal parts.
//
// It returns ErrOptions for shares outside [0, 1), ErrTooFew when a class (or, for
// regression, the set) has fewer samples than there are parts, and the errors of
// Validate.
func Split(d *Dataset, o SplitOptions) (Partition, error) {
	parts := 1
	for _, share := range []float64{o.Test, o.Validation} {
		if !(share >= 0 && share < 1) {
			return Partition{}, fmt.Errorf("split: %w: share %v is not in [0, 1)", ErrOptions, share)
		}
		if share > 0 {
			parts++
		}
	}
	strata, err := d.strata(parts)
	if err != nil {
		return Partition{}, err
	}
	rng := rand.New(rand.NewPCG(o.Seed, streamSplit))
	for _, s := range strata {
		shuffle(rng, s)
	}
	var p Partition
	if p.Test, strata, err = holdBack(strata, o.Test, o.Validation > 0); err != nil {
		return Partition{}, err
	}
	if p.Validation, strata, err = holdBack(strata, o.Validation, false); err != nil {
		return Partition{}, err
	}
	p.Train = slices.Concat(strata...)
	for _, part := range [][]int{p.Test, p.Validation, p.Train} {
		shuffle(rng, part)
	}
	return p, nil
}

func shuffle(rng *rand.Rand, s []int) {
	rng.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}

// strata returns the samples of each class that has any, in order of class; all
// samples for regression. Each stratum must have least samples.
func (d *Dataset) strata(least int) ([][]int, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	byClass := make([][]int, max(1, len(d.Classes)))
	for i, y := range d.Y {
		class := 0
		if !d.Regression() {
			class = int(y)
		}
		byClass[class] = append(byClass[class], i)
	}
	var strata [][]int
	for c, s := range byClass {
		switch {
		case len(s) == 0:
			continue
		case len(s) < least && d.Regression():
			return nil, fmt.Errorf("%w: %d for %d parts", ErrTooFew, len(s), least)
		case len(s) < least:
			return nil, fmt.Errorf("class %q: %w: %d for %d parts. Leave the class out, or split into fewer parts", d.Classes[c], ErrTooFew, len(s), least)
		}
		strata = append(strata, s)
	}
	return strata, nil
}

// holdBack takes a share from the front of the strata. It leaves one sample a
// stratum, two when another part is still to be taken and the share allows it.
func holdBack(strata [][]int, share float64, another bool) (part []int, rest [][]int, err error) {
	if share == 0 {
		return nil, strata, nil
	}
	sizes, total := make([]int, len(strata)), 0
	for c, s := range strata {
		sizes[c] = len(s)
		total += len(s)
	}
	leave := 1
	if another {
		leave = 2
	}
	want := max(1, int(math.Round(share*float64(total))))
	if most := total - leave*len(strata); want > most {
		return nil, nil, fmt.Errorf("split: %w: %d of %d samples held back leave less than %d for each of %d strata. Hold back a smaller share",
			ErrTooFew, want, total, leave, len(strata))
	}
	rest = make([][]int, len(strata))
	for c, n := range allocate(want, sizes, leave) {
		part = append(part, strata[c][:n]...)
		rest[c] = strata[c][n:]
	}
	return part, rest, nil
}

// allocate divides want among strata in proportion to their sizes by the largest
// remainder, leaving at least leave in each. The sizes must allow it.
func allocate(want int, sizes []int, leave int) []int {
	total := 0
	for _, n := range sizes {
		total += n
	}
	counts, order := make([]int, len(sizes)), make([]int, len(sizes))
	remainder := make([]int, len(sizes)) // want·size mod total: exact, no rounding
	left := want
	for c, n := range sizes {
		counts[c] = min(want*n/total, n-leave)
		remainder[c] = want*n - counts[c]*total
		order[c] = c
		left -= counts[c]
	}
	for left > 0 {
		slices.SortStableFunc(order, func(a, b int) int { return remainder[b] - remainder[a] })
		for _, c := range order {
			if left > 0 && counts[c] < sizes[c]-leave {
				counts[c]++
				remainder[c] -= total
				left--
			}
		}
	}
	return counts
}

// KFold divides the samples at random into k parts of sizes that differ by at most
// one, and returns k partitions without validation part: each tests on one part and
// trains on the others. With classes the count of each class in two test parts
// differs by at most one. Equal data, k and seed give equal folds.
//
// It returns ErrOptions for k < 2, ErrTooFew when a class (or, for regression, the
// set) has fewer than k samples, and the errors of Validate.
func KFold(d *Dataset, k int, seed uint64) ([]Partition, error) {
	if k < 2 {
		return nil, fmt.Errorf("%w: %d folds; at least 2 are needed", ErrOptions, k)
	}
	strata, err := d.strata(k)
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(seed, streamFolds))
	folds := make([]Partition, k)
	dealt := 0 // goes on from class to class, so that the folds stay even
	for _, s := range strata {
		shuffle(rng, s)
		for _, sample := range s {
			f := dealt % k
			folds[f].Test = append(folds[f].Test, sample)
			dealt++
		}
	}
	for f := range folds {
		shuffle(rng, folds[f].Test)
	}
	for f := range folds {
		for g := range folds {
			if g != f {
				folds[f].Train = append(folds[f].Train, folds[g].Test...)
			}
		}
		shuffle(rng, folds[f].Train)
	}
	return folds, nil
}
