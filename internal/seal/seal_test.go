package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type thing struct {
	Name    string    `json:"name"`
	Numbers []float64 `json:"numbers"`
}

var example = thing{`a "name" <of> things`, []float64{1, -0.25, 1e300}}

func TestRoundTrip(t *testing.T) {
	for _, indent := range []string{"", " ", "\t"} {
		sealed, err := Marshal(example, indent)
		if err != nil {
			t.Fatal(err)
		}
		content, err := Open(sealed)
		if err != nil {
			t.Fatalf("%s: %v", sealed, err)
		}
		var got thing
		d := json.NewDecoder(bytes.NewReader(content))
		d.DisallowUnknownFields()
		if err := d.Decode(&got); err != nil || got.Name != example.Name || !slices.Equal(got.Numbers, example.Numbers) {
			t.Errorf("%s: %+v, %v", content, got, err)
		}
	}
}

// TestDeep: an object of deep lists is sealed in time that grows with its size alone.
func TestDeep(t *testing.T) {
	deep := strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000)
	text := []byte(`{"a": [` + strings.Repeat(deep+",\n", 200) + `0]}`)
	sealed, err := Renew(text, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Open(sealed); err != nil || len(got) != len(text)-200-1 {
		t.Errorf("%d bytes of %d, %v", len(got), len(text), err)
	}
}

// TestEveryByteCounts: no change of a byte passes, unless it is of white space.
func TestEveryByteCounts(t *testing.T) {
	sealed, err := Marshal(example, " ")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := Open(sealed)
	if err != nil {
		t.Fatal(err)
	}
	broken := 0
	for i := range sealed {
		for _, b := range []byte("0123456789abcdef\"{}[],:. \n") {
			changed := slices.Clone(sealed)
			changed[i] = b
			content, err := Open(changed)
			switch {
			case errors.Is(err, ErrBroken):
				broken++
			case bytes.Equal(content, whole): // white space, or as it was
			default: // the name of the seal, which a strict reader does not know
				d := json.NewDecoder(bytes.NewReader(content))
				d.DisallowUnknownFields()
				if json.Valid(content) && d.Decode(new(thing)) == nil {
					t.Errorf("byte %d changed to %q passes: %s", i, b, content)
				}
			}
		}
	}
	if broken < len(sealed) {
		t.Errorf("%d changes found to be broken", broken)
	}
}

func TestRenew(t *testing.T) {
	sealed, err := Marshal(example, " ")
	if err != nil {
		t.Fatal(err)
	}
	edited := bytes.Replace(sealed, []byte("-0.25"), []byte("-0.75"), 1)
	if _, err := Open(edited); !errors.Is(err, ErrBroken) {
		t.Fatalf("error %v, want ErrBroken", err)
	}
	renewed, err := Renew(edited, " ")
	if err != nil {
		t.Fatal(err)
	}
	if content, err := Open(renewed); err != nil || !strings.Contains(string(content), "-0.75") {
		t.Errorf("%s, %v", content, err)
	}
	if again, err := Renew(sealed, " "); err != nil || !bytes.Equal(again, sealed) {
		t.Errorf("an object that is as it was changes: %s, %v", again, err)
	}
	moved := []byte(`{"sha256": "x", "name": "y"}`)
	if _, err := Open(moved); !errors.Is(err, ErrBroken) {
		t.Errorf("a seal that is not at the end: %v, want ErrBroken", err)
	}
	if renewed, err := Renew(moved, ""); err != nil || !bytes.HasPrefix(renewed, []byte(`{"name":"y","sha256":"`)) {
		t.Errorf("renewed %s, %v", renewed, err)
	}
	for _, text := range []string{"", "{}", "[1]", "3", "{", "null"} {
		_, err := Renew([]byte(text), "")
		if err == nil || json.Valid([]byte(text)) && !errors.Is(err, ErrObject) {
			t.Errorf("%q: error %v, want ErrObject for what is JSON", text, err)
		}
	}
}

// TestUnsealed: what has no seal is as it was.
func TestUnsealed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOf(rapid.Byte()).Draw(t, "data")
		if got, err := Open(data); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%q became %q, %v", data, got, err)
		}
	})
	for _, text := range []string{`{"name": "old"}`, `[`} {
		if got, err := Open([]byte(text)); err != nil || string(got) != text {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	}
}
