package dataset

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"fmt"
	"io"
	"strings"
)

//go:embed data
var files embed.FS

// Info describes one data set of the catalogue.
type Info struct {
	Name    string
	About   string // one line
	Source  string
	License string
	// Samples and Features are the size; for a synthetic set the size that zero
	// options give.
	Samples, Features int
	// Classes names the classes; nil for regression. For a synthetic set, as zero
	// options give them.
	Classes []string
	// Synthetic sets are generated; their size is set by Synthetic options.
	Synthetic bool
}

// entry is a line of the catalogue: an embedded file or a generator.
type entry struct {
	Info
	file     string
	generate func(Synthetic) (*Dataset, error)
}

const (
	uciLicense = "CC BY 4.0 (data), BSD-3-Clause (file)"
	generated  = "generated"
	noLicense  = "none needed"
)

// catalogue returns the embedded tables and then the generators.
func catalogue() []entry {
	uci := func(doi string) string {
		return "UCI Machine Learning Repository, doi:10.24432/" + doi + ", by way of scikit-learn 1.9.1"
	}
	synthetic := func(name, about string, samples, features, classes int, g func(Synthetic) (*Dataset, error)) entry {
		return entry{Info: Info{
			Name: name, About: about, Source: generated, License: noLicense,
			Samples: samples, Features: features, Classes: numberedClasses(classes), Synthetic: true,
		}, generate: g}
	}
	return []entry{
		{file: "iris.csv", Info: Info{
			Name: "iris", About: "sepals and petals of three irises", Source: uci("C56C76"),
			License: uciLicense, Samples: 150, Features: 4, Classes: []string{"setosa", "versicolor", "virginica"},
		}},
		{file: "wine.csv", Info: Info{
			Name: "wine", About: "chemistry of wines of three cultivars", Source: uci("C5PC7J"),
			License: uciLicense, Samples: 178, Features: 13, Classes: []string{"class_0", "class_1", "class_2"},
		}},
		{file: "breast-cancer.csv", Info: Info{
			Name: "breast-cancer", About: "cell nuclei of breast tumours (WDBC)", Source: uci("C5DW2B"),
			License: uciLicense, Samples: 569, Features: 30, Classes: []string{"malignant", "benign"},
		}},
		{file: "digits.csv.gz", Info: Info{
			Name: "digits", About: "handwritten digits, 8×8 pixels of 0…16", Source: uci("C50P49"),
			License: uciLicense, Samples: 1797, Features: 64, Classes: numberedClasses(10),
		}},
		synthetic("moons", "two interleaved half circles", defaultSamples, 2, 2, Moons),
		synthetic("circles", "a circle within a circle", defaultSamples, 2, 2, Circles),
		synthetic("blobs", "Gaussian clusters", defaultSamples, 2, defaultBlobs, Blobs),
		synthetic("xor", "opposite quadrants share a class", defaultSamples, 2, 2, XOR),
		synthetic("parity", "bit strings, odd or even number of ones", 1<<defaultBits, defaultBits, 2, Parity),
		synthetic("spirals", "interleaved spiral arms", defaultSamples, 2, 2, Spirals),
		synthetic("sine", "regression: one period of a sine", defaultSamples, 1, 0, Sine),
	}
}

// Catalogue lists the data sets that Load knows: the embedded tables first, then the
// synthetic sets. The caller owns the result.
func Catalogue() []Info {
	entries := catalogue()
	infos := make([]Info, len(entries))
	for i, e := range entries {
		infos[i] = e.Info
	}
	return infos
}

// Load returns the data set of that name. The options are those of a synthetic set;
// with an embedded table, whose size is fixed, all but Seed must be zero and Seed
// has no effect. It returns an *UnknownError for another name and ErrOptions for
// options that do not fit the set. The caller owns the result.
func Load(name string, o Synthetic) (*Dataset, error) {
	entries := catalogue()
	known := make([]string, len(entries))
	for i, e := range entries {
		if e.Name != name {
			known[i] = e.Name
			continue
		}
		if e.Synthetic {
			return e.generate(o)
		}
		if o != (Synthetic{Seed: o.Seed}) {
			return nil, fmt.Errorf("%s: %w: its %d samples are fixed; samples, features, classes and noise belong to synthetic sets", name, ErrOptions, e.Samples)
		}
		return e.read()
	}
	return nil, &UnknownError{Kind: "data set", Name: name, Known: known}
}

// Licenses returns the attributions and licences of the embedded tables, which any
// program that contains them must pass on (Markdown).
func Licenses() string {
	text, err := files.ReadFile("data/LICENSES.md")
	if err != nil {
		panic(err) // embedded at compile time
	}
	return string(text)
}

func (e entry) read() (*Dataset, error) {
	body, err := files.ReadFile("data/" + e.file)
	if err != nil {
		return nil, err
	}
	var r io.Reader = bytes.NewReader(body)
	if strings.HasSuffix(e.file, ".gz") {
		if r, err = gzip.NewReader(r); err != nil {
			return nil, fmt.Errorf("%s: %w", e.file, err)
		}
	}
	d, err := ReadCSV(context.Background(), r, CSVOptions{File: e.file, Header: HeaderYes, Separator: ',', Classes: e.Classes})
	if err != nil {
		return nil, err
	}
	d.Name, d.Source, d.License = e.Name, e.Source, e.License
	d.Lines = nil // the file is not the user's
	return d, nil
}
