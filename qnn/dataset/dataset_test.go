package dataset

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// small returns three samples of two classes with a number and a category each.
func small() *Dataset {
	return &Dataset{
		Columns: []Column{{Name: "age"}, {Name: "colour", Levels: []string{"blue", "red"}}},
		Target:  "kind", Classes: []string{"a", "b", "c"},
		X: [][]float64{{1.5, 0}, {math.NaN(), 1}, {-2, math.NaN()}}, Y: []float64{0, 2, 0},
		Lines: []int{2, 3, 5},
	}
}

func TestValidate(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Dataset)
		want   error
	}{
		"sound":             {func(*Dataset) {}, nil},
		"regression":        {func(d *Dataset) { d.Classes = nil }, nil},
		"no samples":        {func(d *Dataset) { d.X = nil }, ErrEmpty},
		"no columns":        {func(d *Dataset) { d.Columns = nil }, ErrEmpty},
		"same column":       {func(d *Dataset) { d.Columns[1].Name = "age" }, ErrDuplicate},
		"same level":        {func(d *Dataset) { d.Columns[1].Levels = []string{"red", "red"} }, ErrDuplicate},
		"same class":        {func(d *Dataset) { d.Classes[1] = "a" }, ErrDuplicate},
		"target is input":   {func(d *Dataset) { d.Target = "age" }, ErrDuplicate},
		"ragged":            {func(d *Dataset) { d.X[1] = []float64{1} }, ErrShape},
		"fewer labels":      {func(d *Dataset) { d.Y = d.Y[:2] }, ErrShape},
		"fewer lines":       {func(d *Dataset) { d.Lines = d.Lines[:2] }, ErrShape},
		"infinite cell":     {func(d *Dataset) { d.X[0][0] = math.Inf(-1) }, ErrCell},
		"level too high":    {func(d *Dataset) { d.X[0][1] = 2 }, ErrCell},
		"level not whole":   {func(d *Dataset) { d.X[0][1] = 0.5 }, ErrCell},
		"negative level":    {func(d *Dataset) { d.X[0][1] = -2 }, ErrCell},
		"no labels":         {func(d *Dataset) { d.Y = nil }, ErrUnlabelled},
		"NaN label":         {func(d *Dataset) { d.Y[0] = math.NaN() }, ErrCell},
		"infinite value":    {func(d *Dataset) { d.Classes = nil; d.Y[0] = math.Inf(1) }, ErrCell},
		"class too high":    {func(d *Dataset) { d.Y[0] = 3 }, ErrCell},
		"one class present": {func(d *Dataset) { d.Y[1] = 0 }, ErrOneClass},
		"one class named":   {func(d *Dataset) { d.Classes = d.Classes[:1] }, ErrOneClass},
	} {
		d := small()
		c.change(d)
		if err := d.Validate(); !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestSubset(t *testing.T) {
	d := small()
	s := d.Subset([]int{2, 0, 2})
	if s.Len() != 3 || !slices.Equal(s.Y, []float64{0, 0, 0}) || !slices.Equal(s.Lines, []int{5, 2, 5}) || &s.X[1][0] != &d.X[0][0] {
		t.Errorf("got %+v", s)
	}
	d.Y, d.Lines = nil, nil
	if s := d.Subset([]int{1}); s.Y != nil || s.Lines != nil || s.Len() != 1 || s.ClassCounts() != nil {
		t.Errorf("unlabelled: got %+v", s)
	}
}

func TestFilterClasses(t *testing.T) {
	digits, err := Load("digits", Synthetic{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := digits.FilterClasses([]string{"8", "3", "8"})
	if err != nil {
		t.Fatal(err)
	}
	all := digits.ClassCounts()
	if !slices.Equal(d.Classes, []string{"3", "8"}) || !slices.Equal(d.ClassCounts(), []int{all[3], all[8]}) {
		t.Errorf("classes %v, counts %v", d.Classes, d.ClassCounts())
	}
	if digits.Len() != 1797 || digits.Y[3] != 3 { // sklearn.datasets.load_digits
		t.Error("the original has changed")
	}
	var unknown *UnknownError
	if _, err := digits.FilterClasses([]string{"3", "x"}); !errors.As(err, &unknown) || len(unknown.Known) != 10 {
		t.Errorf("unknown class: %v", err)
	}
	if _, err := digits.FilterClasses([]string{"3"}); !errors.Is(err, ErrOneClass) {
		t.Errorf("one class: %v", err)
	}
	sine, err := Sine(Synthetic{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sine.FilterClasses([]string{"a", "b"}); !errors.Is(err, ErrNoClasses) {
		t.Errorf("regression: %v", err)
	}
	digits.Y = nil
	if _, err := digits.FilterClasses([]string{"3", "8"}); !errors.Is(err, ErrUnlabelled) {
		t.Errorf("unlabelled: %v", err)
	}
}

func TestHash(t *testing.T) {
	base := small().Hash()
	if len(base) != 64 {
		t.Fatalf("hash %q", base)
	}
	for name, change := range map[string]func(*Dataset){
		"name":      func(d *Dataset) { d.Name, d.Source, d.License, d.Lines = "n", "s", "l", nil },
		"other NaN": func(d *Dataset) { d.X[1][0] = math.Float64frombits(0x7ff8_0000_0000_beef) },
	} {
		d := small()
		change(d)
		if d.Hash() != base {
			t.Errorf("%s changes the hash", name)
		}
	}
	seen := map[string]string{base: "nothing"}
	for name, change := range map[string]func(*Dataset){
		"cell":       func(d *Dataset) { d.X[0][0] = math.Nextafter(1.5, 2) },
		"label":      func(d *Dataset) { d.Y[0] = 1 },
		"unlabelled": func(d *Dataset) { d.Y = nil },
		"order":      func(d *Dataset) { d.X[0], d.X[2] = d.X[2], d.X[0] },
		"column":     func(d *Dataset) { d.Columns[0].Name = "ages" },
		"level":      func(d *Dataset) { d.Columns[1].Levels = []string{"blu", "ered"} },
		"class":      func(d *Dataset) { d.Classes = []string{"a", "b", "d"} },
		"target":     func(d *Dataset) { d.Target = "" },
	} {
		d := small()
		change(d)
		if other, twice := seen[d.Hash()]; twice {
			t.Errorf("%s changes the hash as little as %s", name, other)
		}
		seen[d.Hash()] = name
	}
}
