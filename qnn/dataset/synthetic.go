package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
)

// Synthetic sets the size of a generated data set. The zero value gives each
// generator's own default.
type Synthetic struct {
	// Samples is the number of rows; zero means 200, and the whole truth table for
	// Parity.
	Samples int
	// Features is the number of columns, where the generator has a choice (Blobs: zero
	// means 2; Parity: zero means 4, at most 20).
	Features int
	// Classes is the number of classes, where the generator has a choice (Blobs: zero
	// means 3; Spirals: zero means 2).
	Classes int
	// Noise is the standard deviation of the Gaussian added to every feature (to the
	// target for Sine); zero means none. For Blobs it is the width of the clusters,
	// and zero means 1.
	Noise float64
	// Seed seeds the generator.
	Seed uint64
}

const (
	defaultSamples = 200
	defaultBlobs   = 3
	defaultBits    = 4
	maxBits        = 20

	// Streams of the PCG generators, one a purpose, so that equal seeds do not give
	// related numbers.
	streamSynthetic = 1
	streamSplit     = 2
	streamFolds     = 3
	streamPCA       = 4
	streamMutual    = 5
)

// Moons generates two interleaved half circles in the plane. With n samples of a
// class and t = πj/(n−1), j = 0…n−1, class 0 is (cos t, sin t) and class 1 is
// (1−cos t, ½−sin t). Samples alternate between the classes. Noise-free moons do
// not depend on the seed. It returns ErrOptions for sizes it cannot have.
func Moons(o Synthetic) (*Dataset, error) {
	return o.planar("moons", 2, func(class, j, n int, _ *rand.Rand) (x, y float64) {
		sin, cos := math.Sincos(math.Pi * float64(j) / float64(max(1, n-1)))
		if class == 0 {
			return cos, sin
		}
		return 1 - cos, 0.5 - sin
	})
}

// Circles generates two circles about the origin: with n samples of a class and
// t = 2πj/n, j = 0…n−1, class 0 is (cos t, sin t) and class 1 is half of it. Samples
// alternate between the classes. Noise-free circles do not depend on the seed. It
// returns ErrOptions for sizes it cannot have.
func Circles(o Synthetic) (*Dataset, error) {
	const factor = 0.5
	return o.planar("circles", 2, func(class, j, n int, _ *rand.Rand) (x, y float64) {
		sin, cos := math.Sincos(2 * math.Pi * float64(j) / float64(n))
		if class == 0 {
			return cos, sin
		}
		return factor * cos, factor * sin
	})
}

// XOR generates points uniform in the square [−1, 1]². The class is 1 where the
// coordinates differ in sign, else 0 (before noise). Samples go round the quadrants,
// so that the classes are balanced. It returns ErrOptions for sizes it cannot have.
func XOR(o Synthetic) (*Dataset, error) {
	return o.planar("xor", 2, func(class, j, _ int, rng *rand.Rand) (x, y float64) {
		x, y = 1-rng.Float64(), 1-rng.Float64() // (0, 1]
		if j%2 == 1 {
			x, y = -x, -y
		}
		if class == 1 {
			y = -y
		}
		return x, y
	})
}

// Spirals generates Classes arms of one and a half turns: with n samples of a class
// and r = (j+½)/n, j = 0…n−1, class c of k is r·(cos φ, sin φ), φ = 3πr + 2πc/k.
// Samples go round the classes. Noise-free spirals do not depend on the seed. It
// returns ErrOptions for sizes it cannot have.
func Spirals(o Synthetic) (*Dataset, error) {
	k := o.Classes
	if k == 0 {
		k = 2
	}
	return o.planar("spirals", k, func(class, j, n int, _ *rand.Rand) (x, y float64) {
		r := (float64(j) + 0.5) / float64(n)
		sin, cos := math.Sincos(3*math.Pi*r + 2*math.Pi*float64(class)/float64(k))
		return r * cos, r * sin
	})
}

// Blobs generates Classes Gaussian clusters in Features dimensions, of standard
// deviation Noise about centres uniform in [−10, 10]. Samples go round the classes.
// It returns ErrOptions for sizes it cannot have.
func Blobs(o Synthetic) (*Dataset, error) {
	if o.Features == 0 {
		o.Features = 2
	}
	if o.Classes == 0 {
		o.Classes = defaultBlobs
	}
	if o.Noise == 0 {
		o.Noise = 1
	}
	d, rng, err := o.allocate("blobs", o.Features, o.Classes)
	if err != nil {
		return nil, err
	}
	centres := make([][]float64, o.Classes)
	for c := range centres {
		centres[c] = make([]float64, o.Features)
		for j := range centres[c] {
			centres[c][j] = 20*rng.Float64() - 10
		}
	}
	for i, row := range d.X {
		class := i % o.Classes
		d.Y[i] = float64(class)
		copy(row, centres[class])
	}
	o.jitter(d.X, rng)
	return d, nil
}

// Parity generates bit strings of Features bits, 0 or 1; the class is their sum
// modulo 2. With zero Samples each of the 2^Features strings occurs once, the first
// bit running fastest; otherwise strings are drawn uniformly. It returns ErrOptions
// for sizes it cannot have, ErrOneClass when a small draw has one class only.
func Parity(o Synthetic) (*Dataset, error) {
	if o.Features == 0 {
		o.Features = defaultBits
	}
	if o.Features < 1 || o.Features > maxBits {
		return nil, fmt.Errorf("parity: %w: %d features; 1 to %d are possible", ErrOptions, o.Features, maxBits)
	}
	table := o.Samples == 0
	if table {
		o.Samples = 1 << o.Features
	}
	if err := o.fixed("parity", o.Features, 2); err != nil {
		return nil, err
	}
	d, rng, err := o.allocate("parity", o.Features, 2)
	if err != nil {
		return nil, err
	}
	for i, row := range d.X {
		bits := uint64(i)
		if !table {
			bits = rng.Uint64N(1 << o.Features)
		}
		parity := uint64(0)
		for j := range row {
			bit := bits >> j & 1
			row[j] = float64(bit)
			parity ^= bit
		}
		d.Y[i] = float64(parity)
	}
	o.jitter(d.X, rng)
	if err := d.Validate(); err != nil {
		return nil, fmt.Errorf("parity: %w; draw more samples", err)
	}
	return d, nil
}

// Sine generates a regression of one feature: n values of x evenly over [−π, π] with
// both ends, y = sin x + Noise·N(0, 1). It returns ErrOptions for sizes it cannot
// have.
func Sine(o Synthetic) (*Dataset, error) {
	if err := o.fixed("sine", 1, 0); err != nil {
		return nil, err
	}
	d, rng, err := o.allocate("sine", 1, 0)
	if err != nil {
		return nil, err
	}
	for i, row := range d.X {
		row[0] = math.Pi * (2*float64(i)/float64(len(d.X)-1) - 1)
		d.Y[i] = math.Sin(row[0])
		if o.Noise > 0 {
			d.Y[i] += o.Noise * rng.NormFloat64()
		}
	}
	return d, nil
}

// planar generates points of the plane, sample i of class i mod k. The curve is
// called for the j-th of the n samples of the class.
func (o Synthetic) planar(name string, k int, curve func(class, j, n int, rng *rand.Rand) (x, y float64)) (*Dataset, error) {
	if err := o.fixed(name, 2, k); err != nil {
		return nil, err
	}
	d, rng, err := o.allocate(name, 2, k)
	if err != nil {
		return nil, err
	}
	for i, row := range d.X {
		class := i % k
		row[0], row[1] = curve(class, i/k, classSize(len(d.X), k, class), rng)
		d.Y[i] = float64(class)
	}
	o.jitter(d.X, rng)
	return d, nil
}

// classSize returns how many of the numbers 0…n−1 are class modulo k.
func classSize(n, k, class int) int { return (n + k - 1 - class) / k }

// fixed reports options that ask for another number of features or classes than the
// generator has.
func (o Synthetic) fixed(name string, features, classes int) error {
	if o.Features != 0 && o.Features != features {
		return fmt.Errorf("%s: %w: %d features; it has %d", name, ErrOptions, o.Features, features)
	}
	if o.Classes != 0 && o.Classes != classes {
		return fmt.Errorf("%s: %w: %d classes; it has %d", name, ErrOptions, o.Classes, classes)
	}
	return nil
}

// allocate checks the options and makes room for the samples; zero classes mean regression.
func (o Synthetic) allocate(name string, features, classes int) (*Dataset, *rand.Rand, error) {
	n := o.Samples
	if n == 0 {
		n = defaultSamples
	}
	switch {
	case n < max(2, classes):
		return nil, nil, fmt.Errorf("%s: %w: %d samples; at least %d are needed", name, ErrOptions, n, max(2, classes))
	case features < 1:
		return nil, nil, fmt.Errorf("%s: %w: %d features", name, ErrOptions, features)
	case classes < 0 || classes == 1:
		return nil, nil, fmt.Errorf("%s: %w: %d classes; at least 2 are needed", name, ErrOptions, classes)
	case n > DefaultMaxCells/features:
		return nil, nil, fmt.Errorf("%s: %w: %d samples of %d features; %d cells are possible", name, ErrOptions, n, features, DefaultMaxCells)
	case !(o.Noise >= 0) || math.IsInf(o.Noise, 0):
		return nil, nil, fmt.Errorf("%s: %w: noise %v; a standard deviation is not negative", name, ErrOptions, o.Noise)
	}
	d := &Dataset{
		Name: name, Source: generated, License: noLicense, Target: "class",
		Classes: numberedClasses(classes), Columns: numberedColumns(features),
		X: newRows(n, features), Y: make([]float64, n),
	}
	if classes == 0 {
		d.Target = "y"
	}
	return d, rand.New(rand.NewPCG(o.Seed, streamSynthetic)), nil
}

func (o Synthetic) jitter(x [][]float64, rng *rand.Rand) {
	if o.Noise == 0 {
		return
	}
	for _, row := range x {
		for j := range row {
			row[j] += o.Noise * rng.NormFloat64()
		}
	}
}

// numberedClasses returns "0"…"k−1", nil for none.
func numberedClasses(k int) []string {
	var names []string
	for c := range k {
		names = append(names, strconv.Itoa(c))
	}
	return names
}

// numberedColumns returns the numeric columns x1…xn.
func numberedColumns(n int) []Column {
	columns := make([]Column, n)
	for j := range columns {
		columns[j].Name = numberedName(j)
	}
	return columns
}

func numberedName(j int) string { return "x" + strconv.Itoa(j+1) }

// newRows returns n rows of the given width over one array.
func newRows(n, width int) [][]float64 {
	cells := make([]float64, n*width)
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = cells[i*width : (i+1)*width : (i+1)*width]
	}
	return rows
}
