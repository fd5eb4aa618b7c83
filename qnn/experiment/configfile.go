package experiment

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/qnn-go/qnn/internal/fault"
	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn/search"
)

// sealLine is the first line of a run's settings: a checksum of the lines that follow.
var sealLine = regexp.MustCompile(`^# sha256 ([0-9a-f]{64}) of what follows[^\n]*\n`) //nolint:gochecknoglobals // compiled once

// ReadSettings reads the settings of a run directory. Errors wrap [ErrNoRun] or
// [ErrNoCheckpoint] where there are none, and [ErrChecksum] after an edit.
func ReadSettings(dir string) (*Settings, error) {
	path := filepath.Join(dir, ConfigFile)
	text, err := ReadFile(path, maxConfigBytes)
	if errors.Is(err, fs.ErrNotExist) {
		cause := ErrNoRun
		if WasKilled(dir) {
			cause = ErrNoCheckpoint
		}
		return nil, &FileError{Path: dir, Err: fmt.Errorf("%w: %w", cause, err)}
	}
	if err != nil {
		return nil, err
	}
	if text, err = openSettings(text); err != nil {
		return nil, damaged(path, err)
	}
	return decodeSettings(path, text)
}

// decodeSettings reads the settings of a run, and checks them.
func decodeSettings(path string, text []byte) (*Settings, error) {
	s := DefaultSettings()
	if _, err := s.Apply(text, path, func(string) bool { return false }); err != nil {
		return nil, fault.As(fault.Data, err)
	}
	if err := s.Check(); err != nil {
		return nil, fault.As(fault.Data, fmt.Errorf("%q: %w", path, err))
	}
	return &s, nil
}

// Apply sets the settings that a YAML text of the given name has, except those that
// isSet says are set already by something that goes before a file. It returns which it has
// set.
func (s *Settings) Apply(text []byte, name string, isSet func(setting string) bool) ([]string, error) {
	root, err := mapping(name, text)
	if err != nil || root == nil {
		return nil, err
	}
	var set []string
	fields := s.Fields()
	seen := map[string]bool{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		at := slices.IndexFunc(fields, func(f Field) bool { return f.Name == key.Value })
		if at < 0 {
			return nil, refuse("%s:%d: %s", name, key.Line, suggest.Unknown("setting", key.Value, names(fields)))
		}
		if seen[key.Value] {
			return nil, refuse("%s:%d: %s is set twice; keep one", name, key.Line, key.Value)
		}
		seen[key.Value] = true
		if isSet(key.Value) {
			_, err = scalar(value)
		} else {
			set = append(set, key.Value)
			err = setNode(fields[at].Value, value)
		}
		if err != nil {
			return nil, refuse("%s:%d: %s: %w", name, value.Line, key.Value, err)
		}
	}
	if seen["features"] && seen["qubits"] && seen["ansatz"] && seen["layers"] && !seen["reduce"] && !isSet("reduce") {
		s.Reduce = search.PCA // of a run from before there was a choice
		set = append(set, "reduce")
	}
	return set, nil
}

// mapping is the mapping of settings that a YAML text holds; nil for an empty text.
func mapping(name string, text []byte) (*yaml.Node, error) {
	const form = "Write a setting a line, such as layers: 3"
	bad := func(format string, args ...any) error { return fault.As(fault.Data, fmt.Errorf(format, args...)) }
	var doc, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, bad("%s: %w. %s", name, err, form)
	}
	switch err := d.Decode(&more); {
	case err == nil:
		return nil, bad("%s:%d: a second YAML document. Keep one", name, more.Line)
	case !errors.Is(err, io.EOF):
		return nil, bad("%s: %w. %s", name, err, form)
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, bad("%s:%d: not a mapping of settings, such as layers: 3", name, root.Line)
	}
	return root, nil
}

func names(fields []Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name
	}
	return out
}

// setNode sets what p points to, the value of a [Field], to a YAML value.
func setNode(p any, n *yaml.Node) error {
	text, err := scalar(n)
	if err != nil {
		return err
	}
	if list, ok := p.(*[]string); ok && n.Kind == yaml.SequenceNode {
		*list = make([]string, len(n.Content))
		for i, c := range n.Content {
			(*list)[i] = c.Value
		}
		return nil
	}
	return setText(p, text)
}

// scalar is a YAML value as text.
func scalar(n *yaml.Node) (string, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "", nil
		}
		return n.Value, nil
	case yaml.SequenceNode:
		parts := make([]string, len(n.Content))
		for i, c := range n.Content {
			if c.Kind != yaml.ScalarNode {
				return "", errors.New("a list may hold single values only")
			}
			parts[i] = c.Value
		}
		return strings.Join(parts, ","), nil
	}
	return "", errors.New("not a single value or a list")
}

// setText sets what p points to, the value of a [Field], to what a text says.
func setText(p any, text string) (err error) {
	want := ""
	switch p := p.(type) {
	case *string:
		*p = text
	case *[]string:
		want = "list of values separated by commas"
		*p = nil
		if text != "" {
			*p, err = csv.NewReader(strings.NewReader(text)).Read()
		}
	case *int:
		want = "whole number"
		var v int64
		v, err = strconv.ParseInt(text, 0, strconv.IntSize)
		*p = int(v)
	case *uint64:
		want = "whole number from 0"
		*p, err = strconv.ParseUint(text, 0, 64)
	case *float64:
		want = "number"
		*p, err = strconv.ParseFloat(text, 64)
	case *bool:
		want = "truth value, true or false"
		*p, err = strconv.ParseBool(text)
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%q: not a %s: too large", text, want)
	case err != nil:
		return fmt.Errorf("%q: not a %s", text, want)
	}
	return nil
}

// text is the value of a [Field] as text.
func (f *Field) text() string {
	switch p := f.Value.(type) {
	case *string:
		return *p
	case *[]string:
		return "[" + strings.Join(*p, ",") + "]"
	case *int:
		return strconv.Itoa(*p)
	case *uint64:
		return strconv.FormatUint(*p, 10)
	case *float64:
		return strconv.FormatFloat(*p, 'g', -1, 64)
	case *bool:
		return strconv.FormatBool(*p)
	}
	panic("a setting of no known type: " + f.Name)
}

// node is the value of a [Field] in YAML.
func (f *Field) node() *yaml.Node {
	switch p := f.Value.(type) {
	case *[]string:
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, s := range *p {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s})
		}
		return n
	case *string:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: *p}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: f.text()}
}

// Write writes all settings as YAML, with a checksum in the first line, as the file of a
// run directory that [ReadSettings] reads.
func (s *Settings) Write(w io.Writer) error {
	root := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range s.Fields() {
		root.Content = append(root.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: f.Name}, f.node())
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	if err := errors.Join(e.Encode(root), e.Close()); err != nil {
		return err
	}
	_, err := w.Write(sealSettings(b.Bytes()))
	return err
}

// sealSettings puts the line with the checksum before settings.
func sealSettings(text []byte) []byte {
	return fmt.Appendf(nil, "# sha256 %x of what follows; after an edit: qnn accept\n%s", sha256.Sum256(text), text)
}

// openSettings checks the first line of a run's settings and returns the others. Settings
// of older runs have no such line.
func openSettings(text []byte) ([]byte, error) {
	found := sealLine.FindSubmatch(text)
	switch {
	case found == nil && bytes.HasPrefix(text, []byte("#")):
		return nil, fmt.Errorf("the line with the checksum is damaged: %w", ErrChecksum)
	case found == nil && len(bytes.TrimSpace(text)) == 0:
		return nil, errors.New("it is empty")
	case found == nil:
		return text, nil
	}
	rest := text[len(found[0]):]
	if sum := fmt.Sprintf("%x", sha256.Sum256(rest)); sum != string(found[1]) {
		return nil, ErrChecksum
	}
	return rest, nil
}

// Difference is a setting that differs between two experiments.
type Difference struct{ Name, Before, After string }

// Differences lists the settings in which other differs from s.
func (s *Settings) Differences(other *Settings) []Difference {
	var out []Difference
	a, b := s.Fields(), other.Fields()
	for i := range a {
		if before, after := a[i].text(), b[i].text(); before != after {
			out = append(out, Difference{a[i].Name, before, after})
		}
	}
	return out
}
