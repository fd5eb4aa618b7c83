package qnn_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/qnn-go/qnn"

// rules says which packages a package may import, beyond the standard library and
// module/internal: "a b <- c d" allows a and b to import c and d. A name ending in
// /... stands for all packages below it. A package without a rule may import nothing
// else. Tests may import more.
const rules = `
	circuits <- circuits/internal/matrix
	circuits/internal/matrix <-
	circuits/ansatz circuits/draw <- circuits
	circuits/synth <- circuits circuits/internal/matrix
	circuits/qasm <- circuits circuits/synth circuits/qasm/internal/syntax
	circuits/qasm/internal/syntax <-
	circuits/transpile <- circuits circuits/synth circuits/internal/matrix
	circuits/qpu <- circuits circuits/qasm circuits/transpile

	qsim/internal/kernel <- golang.org/x/sys
	qsim/internal/memory <-
	qsim/internal/plan <- circuits qsim/internal/kernel qsim/internal/memory
	qsim <- circuits qsim/internal/...
	qsim/reference <- circuits qsim qsim/internal/memory github.com/itsubaki/q
	qsim/equivalence qsim/simtest <- circuits qsim
	qsim/roofline <- circuits qsim qsim/internal/kernel

	qnn/dataset qnn/metric qnn/optim <- gonum.org/v1/gonum
	qnn <- circuits circuits/ansatz qsim qnn/dataset qnn/metric qnn/optim
	qnn/compare <- qnn/dataset qnn/metric
	qnn/hardware <- circuits circuits/qpu qsim qnn qnn/metric gonum.org/v1/gonum
	qnn/report <- qnn qnn/compare qnn/dataset qnn/metric gonum.org/v1/plot github.com/mattn/go-runewidth golang.org/x/image

	qnn/search <- circuits/ansatz qnn qnn/dataset qnn/optim

	classical <- qnn/dataset gonum.org/v1/gonum

	cmd/internal/numpyrand <-
	cmd/internal/bench <- circuits qsim qsim/roofline qnn/optim cmd/internal/numpyrand
	qnn/experiment <- circuits circuits/ansatz circuits/draw circuits/qasm circuits/qpu circuits/transpile classical qsim qsim/reference qnn qnn/compare qnn/dataset qnn/hardware qnn/metric qnn/optim qnn/report qnn/search go.yaml.in/yaml
	cmd/internal/cli <- cmd/internal/bench circuits/... qsim/... qnn/... classical circuits qsim qnn github.com/spf13/cobra github.com/spf13/pflag github.com/vbauerster/mpb golang.org/x/term
	cmd/qnn <- cmd/internal/cli
	internal/atomicfile internal/fault internal/filename internal/parallel internal/plural internal/pytest internal/seal internal/suggest internal/sysmem internal/wording <-
	internal/filelock <- golang.org/x/sys
`

func TestImports(t *testing.T) {
	allowed := parseRules(t)
	found := 0
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		found++
		pkg := path.Dir(filepath.ToSlash(file))
		for _, spec := range parsed.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if !permitted(allowed[pkg], name) {
				t.Errorf("%s: %s may not import %s", file, pkg, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range allowed {
		if info, err := os.Stat(pkg); err != nil || !info.IsDir() {
			t.Errorf("a rule names %s, which is not there", pkg)
		}
	}
	if found < 20 {
		t.Fatalf("checked %d files only: the walk is wrong", found)
	}
}

func parseRules(t *testing.T) map[string][]string {
	allowed := map[string][]string{}
	for line := range strings.Lines(rules) {
		left, right, ok := strings.Cut(line, "<-")
		if !ok {
			if strings.TrimSpace(line) != "" {
				t.Fatalf("rule without <-: %q", line)
			}
			continue
		}
		for pkg := range strings.FieldsSeq(left) {
			allowed[pkg] = append(allowed[pkg], strings.Fields(right)...)
		}
	}
	return allowed
}

// permitted reports whether a package with the given rule may import name.
func permitted(rule []string, name string) bool {
	ours, isOurs := strings.CutPrefix(name, module+"/")
	if isOurs && strings.HasPrefix(ours, "internal/") {
		return true
	}
	if !isOurs && !strings.Contains(strings.SplitN(name, "/", 2)[0], ".") {
		return true // standard library
	}
	return slices.ContainsFunc(rule, func(r string) bool {
		if isOurs {
			below, tree := strings.CutSuffix(r, "/...")
			return r == ours || tree && strings.HasPrefix(ours, below+"/")
		}
		return name == r || strings.HasPrefix(name, r+"/")
	})
}

func TestPermitted(t *testing.T) {
	for _, tt := range []struct {
		rule string
		name string
		want bool
	}{
		{"circuits", module + "/circuits", true},
		{"circuits", module + "/circuits/draw", false},
		{"circuits/...", module + "/circuits/draw", true},
		{"", module + "/internal/suggest", true},
		{"", "encoding/json", true},
		{"", "gonum.org/v1/gonum/mat", false},
		{"gonum.org/v1/gonum", "gonum.org/v1/gonum/mat", true},
		{"gonum.org/v1/gonum", "gonum.org/v1/plot", false},
	} {
		if got := permitted(strings.Fields(tt.rule), tt.name); got != tt.want {
			t.Errorf("rule %q, import %s: %v, want %v", tt.rule, tt.name, got, tt.want)
		}
	}
}

// TestSizes: files of at most 450 lines and, outside of tests and generators, functions of
// at most 60.
func TestSizes(t *testing.T) {
	const mostLines, mostOfFunction = 450, 60
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, ".go"):
			return nil
		}
		parsed, err := parser.ParseFile(set, file, nil, 0)
		if err != nil {
			return err
		}
		if n := set.File(parsed.Pos()).LineCount(); n > mostLines+1 { // with the empty one at its end
			t.Errorf("%s: %d lines", file, n)
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if n := set.Position(decl.End()).Line - set.Position(decl.Pos()).Line + 1; ok && n > mostOfFunction && !strings.HasSuffix(file, "_test.go") {
				t.Errorf("%s: %s has %d lines", file, f.Name.Name, n)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestErrorClasses: errors say what is at fault, from which the exit code of a command
// follows, but for those that are no fault of anybody outside.
func TestErrorClasses(t *testing.T) {
	without := []string{"ErrConverged", "ErrInterrupted", "ErrGradient", "ErrNotConverged", "ErrDiffers", "ErrAbandoned"}
	declared := regexp.MustCompile(`(?m)^(?:var )?\s*(Err[A-Za-z]+)\s*= errors\.New\(`)
	found := 0
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			if found++; !slices.Contains(without, m[1]) {
				t.Errorf("%s: %s has no class; declare it by fault.New", file, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found != len(without) {
		t.Errorf("%d errors without a class, want %d", found, len(without))
	}
}
