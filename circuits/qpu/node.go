package qpu

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// maxFileBytes bounds what is read of a manifest or a result file.
const maxFileBytes = 128 << 20

// node is a JSON value of a file and the path to it, for errors.
type node struct {
	raw  json.RawMessage // nil: absent
	path string
	// unfolded counts the characters of all outcomes of the file, which are padded to
	// the width of the classical bits.
	unfolded *int
}

// parse reads one JSON value; name is that of the file.
func parse(r io.Reader, name string) (node, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFileBytes+1))
	if err != nil {
		return node{}, fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > maxFileBytes {
		return node{}, &FileError{File: name, Err: fmt.Errorf("over %d bytes: %w", maxFileBytes, ErrLimit)}
	}
	var raw json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return node{}, syntaxError(data, name, err)
	}
	return node{raw: raw, unfolded: new(int)}, nil
}

// syntaxError finds the line and column of a fault of JSON.
func syntaxError(data []byte, name string, err error) error {
	fault := &FileError{File: name, Err: fmt.Errorf("%w: %w", ErrFormat, err)}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		before := data[:min(max(syntax.Offset-1, 0), int64(len(data)))]
		fault.Line = 1 + bytes.Count(before, []byte("\n"))
		fault.Column = len(before) - bytes.LastIndexByte(before, '\n')
	}
	return fault
}

// fail is the error of a value that is not as it must be.
func (n node) fail(format string, args ...any) error {
	return &FileError{Path: n.path, Err: fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))}
}

// absent reports whether there is no value, or null.
func (n node) absent() bool { return n.raw == nil || string(n.raw) == "null" }

// shown is the beginning of the value.
func (n node) shown() string {
	const most = 40
	if n.raw == nil {
		return "nothing"
	}
	if len(n.raw) > most {
		return strconv.QuoteToASCII(string(n.raw[:most])) + "…"
	}
	return strconv.QuoteToASCII(string(n.raw))
}

func (n node) decode(v any, what string) error {
	if n.raw == nil || json.Unmarshal(n.raw, v) != nil || n.absent() {
		return n.fail("must be %s, is %s", what, n.shown())
	}
	return nil
}

// fields are the members of an object.
func (n node) fields() (map[string]json.RawMessage, error) {
	var m map[string]json.RawMessage
	return m, n.decode(&m, "an object")
}

// get is a member of an object; of anything else, and where there is none, it is absent.
func (n node) get(name string) node {
	var m map[string]json.RawMessage
	_ = json.Unmarshal(n.raw, &m) // what is no object has no members
	return node{m[name], n.below(name), n.unfolded}
}

// at follows a path of members.
func (n node) at(names ...string) node {
	for _, name := range names {
		n = n.get(name)
	}
	return n
}

func (n node) below(name string) string {
	if n.path == "" {
		return name
	}
	return n.path + "." + name
}

func (n node) index(i int) string { return fmt.Sprintf("%s[%d]", n.path, i) }

// list are the elements of an array.
func (n node) list() ([]node, error) {
	var raw []json.RawMessage
	if err := n.decode(&raw, "a list"); err != nil {
		return nil, err
	}
	out := make([]node, len(raw))
	for i, r := range raw {
		out[i] = node{r, n.index(i), n.unfolded}
	}
	return out, nil
}

// text is a string; of anything else it is an error.
func (n node) text() (string, error) {
	var s string
	return s, n.decode(&s, "a text")
}

// whole is a whole number from 0 to most.
func (n node) whole(most int) (int, error) {
	v, err := n.number()
	if err != nil {
		return 0, err
	}
	if v != math.Trunc(v) || v < 0 || v > float64(most) {
		return 0, n.fail("must be a whole number from 0 to %d, is %s", most, n.shown())
	}
	return int(v), nil
}

func (n node) number() (float64, error) {
	var v float64
	return v, n.decode(&v, "a number")
}
