//go:build unix

package atomicfile

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func modeOf(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}

// TestPermissions: new files follow the process's mask, replaced ones keep what they had,
// and at no moment may more people read the unfinished file than the finished one.
func TestPermissions(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	for _, tt := range []struct{ mask, old, want fs.FileMode }{
		{0o022, 0, 0o644},
		{0o077, 0, 0o600},
		{0o002, 0, 0o664},
		{0o027, 0, 0o640},
		{0o022, 0o600, 0o600},
		{0o077, 0o644, 0o644},
		{0o022, 0o640, 0o640},
		{0o022, 0o444, 0o444},
		{0o022, 0o660, 0o660},
	} {
		syscall.Umask(int(tt.mask))
		path := filepath.Join(t.TempDir(), "a")
		if tt.old != 0 {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tt.old); err != nil {
				t.Fatal(err)
			}
		}
		err := Write(path, func(w io.Writer) error {
			names, err := filepath.Glob(filepath.Join(filepath.Dir(path), prefix+"*"))
			if err != nil || len(names) != 1 {
				t.Fatalf("unfinished files %v, %v", names, err)
			}
			if got := modeOf(t, names[0]); got.Perm()&^tt.want != 0 {
				t.Errorf("mask %o, old %o: unfinished with %o", tt.mask, tt.old, got)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := modeOf(t, path); got != tt.want {
			t.Errorf("mask %o, old %o: %o, want %o", tt.mask, tt.old, got, tt.want)
		}
	}
}

// TestLinks: a link stays a link, and what it leads to is written, there before or not.
func TestLinks(t *testing.T) {
	for _, tt := range []struct{ name, to string }{
		{"to a file", "file"}, {"dangling", "nothing yet"}, {"through another link", "link"}, {"absolute", ""}, {"out of a linked directory", "away/../file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			inner := filepath.Join(dir, "inner")
			for _, err := range []error{
				os.MkdirAll(filepath.Join(dir, "other", "deep"), 0o700), os.Mkdir(inner, 0o700),
				os.WriteFile(filepath.Join(inner, "file"), []byte("old"), 0o600), os.WriteFile(filepath.Join(dir, "other", "file"), nil, 0o600),
				os.Symlink("file", filepath.Join(inner, "link")), os.Symlink(filepath.Join("..", "other", "deep"), filepath.Join(inner, "away")),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			path, to := filepath.Join(inner, "out"), tt.to
			if to == "" {
				to = filepath.Join(inner, "absent")
			}
			if err := os.Symlink(to, path); err != nil {
				t.Fatal(err)
			}
			if err := Write(path, text("new")); err != nil {
				t.Fatal(err)
			}
			if modeOf(t, path)&fs.ModeSymlink == 0 {
				t.Error("the link was replaced")
			}
			if got, err := os.ReadFile(path); string(got) != "new" { // as the system follows it
				t.Errorf("read %q, %v", got, err)
			}
		})
	}
	for links, ok := range map[int]bool{maxLinks: true, maxLinks + 1: false} {
		path := filepath.Join(t.TempDir(), "file")
		first := path
		for i := range links {
			next := fmt.Sprintf("%s-%d", path, i)
			if err := os.Symlink(first, next); err != nil {
				t.Fatal(err)
			}
			first = next
		}
		err := Write(first, text("new"))
		if got, _ := os.ReadFile(path); (err == nil) != ok || (string(got) == "new") != ok {
			t.Errorf("through %d links: read %q, %v", links, got, err)
		}
	}
	loop := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	if err := Write(loop, text("x")); err == nil {
		t.Error("a link to itself was written")
	}
}
