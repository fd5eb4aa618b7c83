package experiment

import (
	"bytes"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/internal/fault"
	"github.com/qnn-go/qnn/qnn/search"
)

// changed are settings of which each differs from its default.
func changed(t *testing.T) Settings {
	t.Helper()
	s := DefaultSettings()
	for i, f := range s.Fields() {
		switch p := f.Value.(type) {
		case *string:
			*p = f.Name + ", \"x\": 'y'"
		case *[]string:
			*p = []string{f.Name, "a,b", `"c"`, ""}
		case *int:
			*p = 1000 + i
		case *uint64:
			*p = 1<<63 + uint64(i)
		case *float64:
			*p = 0.1 + float64(i)
		case *bool:
			*p = !*p
		default:
			t.Fatalf("%s is of no known type", f.Name)
		}
	}
	return s
}

// TestFields: every field of the struct is a setting, and none is two of them.
func TestFields(t *testing.T) {
	s := changed(t)
	names := map[string]bool{}
	for _, f := range s.Fields() {
		if names[f.Name] || f.Usage == "" || f.Group == "" {
			t.Errorf("%q is listed twice, or without its usage", f.Name)
		}
		names[f.Name] = true
	}
	v, w := reflect.ValueOf(s), reflect.ValueOf(DefaultSettings())
	for _, field := range reflect.VisibleFields(v.Type()) {
		if !field.Anonymous && reflect.DeepEqual(v.FieldByIndex(field.Index).Interface(), w.FieldByIndex(field.Index).Interface()) {
			t.Errorf("%s is no setting", field.Name)
		}
	}
	first := DefaultSettings()
	if d := first.Differences(&s); len(d) != len(names) {
		t.Errorf("%d differences of %d settings", len(d), len(names))
	}
	if d := s.Differences(&s); d != nil {
		t.Errorf("differs from itself in %v", d)
	}
}

// TestWriteSettings: what is written is read back, and an edit of it is found.
func TestWriteSettings(t *testing.T) {
	s := changed(t)
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	text, err := openSettings(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var got Settings
	if _, err := got.Apply(text, "x", func(string) bool { return false }); err != nil || !reflect.DeepEqual(got, s) {
		t.Errorf("read back, %v:\n%+v, want\n%+v", err, got, s)
	}
	kept := Settings{Layers: 7}
	set, err := kept.Apply(text, "x", func(name string) bool { return name == "layers" })
	if err != nil || kept.Layers != 7 || len(set) != len(s.Fields())-1 {
		t.Errorf("%v: %d layers, %d settings set", err, kept.Layers, len(set))
	}
	dir := t.TempDir()
	put(t, dir, ConfigFile, strings.Replace(b.String(), "epochs: 10", "epochs: 20", 1))
	if _, err := ReadSettings(dir); !errors.Is(err, ErrChecksum) || fault.Of(err) != fault.Data {
		t.Errorf("after an edit: %v", err)
	}
	if _, err := ReadSettings(filepath.Join(dir, "absent")); !errors.Is(err, ErrNoRun) || fault.Of(err) != fault.IO {
		t.Errorf("without a run: %v", err)
	}
}

func TestApplyRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"layer: 3":                `c.yaml:1: "layer": unknown setting; did you mean "layers"`,
		"layers: 3\nlayers: 4":    "layers is set twice",
		"layers: x":               `c.yaml:1: layers: "x": not a whole number`,
		"layers: [1, 2]":          "not a whole number",
		"seed: -1":                "not a whole number from 0",
		"lr: 1e999":               "too large",
		"nesterov: maybe":         "not a truth value",
		"classes: [[a]]":          "a list may hold single values only",
		"classes: {a: 1}":         "not a single value or a list",
		"- 3":                     "not a mapping",
		"layers: 1\n---\nseed: 1": "second YAML document",
		"\t":                      "Write a setting a line",
	} {
		s := DefaultSettings()
		if _, err := s.Apply([]byte(text), "c.yaml", func(string) bool { return false }); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	s := DefaultSettings()
	if set, err := s.Apply(nil, "c.yaml", func(string) bool { return false }); err != nil || set != nil {
		t.Errorf("an empty text sets %v, %v", set, err)
	}
	if _, err := s.Apply([]byte("classes: a,b\nkeep: [\"c,d\"]"), "c.yaml", func(string) bool { return false }); err != nil || !reflect.DeepEqual(s.Classes, []string{"a", "b"}) || !reflect.DeepEqual(s.Keep, []string{"c,d"}) {
		t.Errorf("lists %q %q, %v", s.Classes, s.Keep, err)
	}
}

// TestSearchAgain: another split of a run's data opens what a search had chosen.
func TestSearchAgain(t *testing.T) {
	dir := t.TempDir()
	s := Settings{Reduce: search.PCA, Features: 4, Qubits: 4, Ansatz: "reuploading", Layers: 2}
	was := s
	if err := searchAgain(&s, dir); err != nil || !reflect.DeepEqual(s, was) {
		t.Errorf("without a search: %+v, %v", s, err)
	}
	put(t, dir, SearchFile, `{"fixed": {"features": 4}, "best": {"reduce": "pca", "features": 4, "qubits": 4, "ansatz": "reuploading", "layers": 2}}`)
	if err := searchAgain(&s, dir); err != nil || s.Reduce != search.Auto || s.Features != 4 || s.Qubits != 0 || s.Ansatz != "" || s.Layers != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}
