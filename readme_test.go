package qnn_test

import (
	"os"
	"strings"
	"testing"
)

// TestReadmeProgram holds the program in the README to the example that is run as a
// test: the body of main is the body of Example.
func TestReadmeProgram(t *testing.T) {
	readme := between(t, "README.md", "```go\n", "\n```")
	program := body(t, readme, "func main() {\n")
	example := body(t, between(t, "qnn/example_test.go", "", ""), "func Example() {\n")
	example, _, _ = strings.Cut(example, "\n\t// Output:")
	if got, want := strings.TrimSpace(program), strings.TrimSpace(example); got != want {
		t.Errorf("the README's program differs from qnn's Example:\n%s", firstDifference(got, want))
	}
}

// between is the text of a file between two marks, all of it for empty ones.
func between(t *testing.T, file, from, to string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(data), from)
	if to != "" {
		text, _, ok = strings.Cut(text, to)
	}
	if !ok {
		t.Fatalf("%s: no text between %q and %q", file, from, to)
	}
	return text
}

// body is what stands between the opening line of a function and its closing brace.
func body(t *testing.T, source, opening string) string {
	t.Helper()
	_, rest, ok := strings.Cut(source, opening)
	if !ok {
		t.Fatalf("no %q", opening)
	}
	text, _, _ := strings.Cut(rest, "\n}")
	return text
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "got  " + a[i] + "\nwant " + b[i]
		}
	}
	return "one is longer"
}
