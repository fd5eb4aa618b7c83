package syntax

import (
	"fmt"
	"strings"
	"testing"
)

// show writes a tree with parentheses around operators and their operands.
func show(r *Reader, e *Expr) string {
	var out string
	switch e.Kind {
	case Integer:
		out = fmt.Sprint(e.Number)
	case Float:
		out = fmt.Sprint(e.Real())
	case Paren:
		out = show(r, e.Sub)
	case Unary:
		out = fmt.Sprintf("(%v%s)", e.Op, show(r, e.Sub))
	case Variable, Physical, String:
		out = r.Text(e.Token())
		for i := e.Sub; i != nil; i = i.Next {
			out += "[" + listing(r, i.Sub) + "]"
		}
	case Call:
		out = r.Text(e.Token()) + "(" + listing(r, e.Sub) + ")"
	case List:
		out = "{" + listing(r, e.Sub) + "}"
	case Range:
		out = "range " + listing(r, e.Sub)
	case Omitted:
		out = "_"
	case Bad, NoOperand:
		out = "bad"
	default:
		out = fmt.Sprintf("kind %d", e.Kind)
	}
	for op := e.Then; op != nil; op = op.Then {
		if op.Kind == Bad {
			return out + " bad"
		}
		out = fmt.Sprintf("(%s %v %s)", out, op.Op, show(r, op.Sub))
	}
	return out
}

func listing(r *Reader, e *Expr) string {
	var parts []string
	for ; e != nil; e = e.Next {
		parts = append(parts, show(r, e))
	}
	return strings.Join(parts, ",")
}

func TestTrees(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"g(1 + 2 * 3 - 4) q;", "((1 + (2 * 3)) - 4) | q"},
		{"g(-2 ** 2 ** 3, !a && b) q;", "(-(2 ** (2 ** 3))),((!a) && b) | q"},
		{"g(a ^ 2) q;", "(a ^ 2) | q"},
		{"OPENQASM 2.0; g(2 * a ^ 2) q;", "(2 * (a ^ 2)) | q"},
		{"g(f(x, 1), c[0:1]) q[1], r[{1, 2}], $3;", "f(x,1),c[range 0,1] | q[1],r[{1,2}],$3"},
		{"g q[:2], q[1:2:], q[::2];", " | q[range _,2],q[range 1,2,_],q[range _,_,2]"},
		{"g(0.5, 0x1F, 1_000) q;", "0.5,31,1000 | q"},
		{"g(1 +) q;", "(1 + bad bad) bad,bad | bad,bad"},
		{"g(1 ?", "bad,bad | bad,bad"},
	} {
		r := NewReader([]byte(c.source))
		call, ok := r.Statement().(*GateCall)
		if !ok {
			t.Errorf("%s: no call", c.source)
			continue
		}
		if got := listing(r, call.Args) + " | " + listing(r, call.Operands); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

// TestKeptTrees: a statement that may be read again is read once, and leads to the same
// token; others are forgotten.
func TestKeptTrees(t *testing.T) {
	r := NewReader([]byte("{ x q; y q; }"))
	r.Expect('{')
	start := r.Mark()
	first := r.Statement()
	r.Back(start)
	r.BeginRepeat()
	second := r.Statement()
	r.Back(start)
	if third := r.Statement(); third != second || third == first || r.Text(r.Here()) != "y" {
		t.Errorf("statements %p, %p, %p, then %s", first, second, third, r.Text(r.Here()))
	}
	r.EndRepeat()
	r.Back(start)
	if fourth := r.Statement(); fourth == second {
		t.Error("a statement is taken from those kept outside of what is repeated")
	}
}

// TestKeptTreesAreBounded reads many different statements that may be read again.
func TestKeptTreesAreBounded(t *testing.T) {
	r := NewReader([]byte(strings.Repeat("x q[1];", 3*maxKept)))
	r.BeginRepeat()
	for !r.AtEnd() {
		r.Statement()
		if len(r.again) > maxKept+1 || r.kept.chunk > maxKept/chunkSize+1 {
			t.Fatalf("%d statements kept, %d chunks", len(r.again), r.kept.chunk)
		}
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
}

// TestReleasedTrees: the trees of statements that are done take no memory.
func TestReleasedTrees(t *testing.T) {
	r := NewReader([]byte(strings.Repeat("u(1, 2, 3) q[1];", 10_000)))
	for !r.AtEnd() {
		held := r.Hold()
		r.Statement()
		r.Release(held)
	}
	if n := len(r.open.chunks); n != 1 {
		t.Errorf("%d chunks", n)
	}
}

func TestPartsOfAStatementAreBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 300 MB; the whole form of the tests runs it")
	}
	r := NewReader([]byte("barrier " + strings.Repeat("a,", maxParts+maxKept) + "a;"))
	r.Statement()
	if e := r.Err(); e == nil || e.Cause != TooLarge || !strings.Contains(e.Text, "parts") {
		t.Errorf("error %v", e)
	}
}

// FuzzStatement wants the reading of any text to end, with an error within the text if any.
func FuzzStatement(f *testing.F) {
	for _, s := range []string{
		"OPENQASM 2.0; include \"a\"; qreg q[2]; creg c[2]; gate g(a) x { } measure q -> c; if (c == 1) x q;",
		"input float a; const int n = 2; array[int, 2] b = {1, 2}; let r = q ++ s; def f(qubit[2] q, int n) -> bit { return measure q; }",
		"for int i in [0:2:4] { break; } while (c[0]) ; switch (i) { case 1, 2 { } default { } } box[1ns] { delay[2ns] q; } ctrl(2) @ pow(-1) @ x $1;",
		"complex[float[64]] z = 2im; bit[2] c = \"01\"; c[0] = float[64](sizeof(q)) < 1e3; #pragma a\n@b\npragma c\nend;",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		r := NewReader([]byte(source))
		for !r.AtEnd() {
			before := r.Here()
			held := r.Hold()
			r.Statement()
			r.Release(held)
			if r.Here() == before && !r.AtEnd() {
				// The head of a statement that is the first word of its body.
				if r.At('{') {
					r.Expect('{')
					continue
				}
				return // refused
			}
		}
		if e := r.Err(); e != nil && (e.Pos < 0 || e.Pos > len(source) || e.Text == "") {
			t.Fatalf("error %v", e)
		}
		if r.depth != 0 && r.Err() == nil {
			t.Fatalf("depth %d at the end", r.depth)
		}
	})
}
