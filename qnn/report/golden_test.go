package report_test

import (
	"bytes"
	"flag"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/plot/cmpimg"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with the file in testdata, or rewrites that.
func golden(t *testing.T, name string, got []byte, same func(want, got []byte) bool) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !same(want, got) {
		t.Errorf("%s differs; run go test -update and look at the change. Got:\n%.4000s", path, got)
	}
}

// picture checks the size in pixels and compares with the golden picture.
func picture(t *testing.T, name string, width, height int, paint func(io.Writer) error) {
	t.Helper()
	var b bytes.Buffer
	if err := paint(&b); err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if size := decoded.Bounds().Size(); size.X != width || size.Y != height {
		t.Errorf("size %v, want %d × %d", size, width, height)
	}
	golden(t, name, b.Bytes(), func(want, got []byte) bool {
		// Another processor may fuse multiplications: allow for rounding of colours.
		same, err := cmpimg.EqualApprox("png", want, got, 0.01)
		if err != nil {
			t.Fatal(err)
		}
		return same
	})
}
