package qasm_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
)

// history is what some runs of a circuit have in common: their outcomes so far.
type history struct {
	state  []complex128 // its squared norm is the probability
	memory circuits.Memory
	at     int // operation
}

// rare is a probability below which an outcome is not followed.
const rare = 1e-10

// distribution is the exact distribution of the outcomes of c over the classical bits
// that are not hidden, by their text with bit 0 on the right. It follows every outcome
// of every measurement but those of a probability below 1e-10.
func distribution(t testing.TB, c *circuits.Circuit) map[string]float64 {
	t.Helper()
	out, err := outcomes(c, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// outcomes is the distribution, unless it takes more than a number of operations or one
// of them fails.
func outcomes(c *circuits.Circuit, most int) (map[string]float64, error) {
	start := history{state: make([]complex128, 1<<c.Qubits), memory: circuits.Memory{Bits: make([]bool, c.Clbits), Vars: c.Zeros()}}
	start.state[0] = 1
	loops, err := c.Loops()
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for live := []history{start}; len(live) > 0; most-- {
		h := live[len(live)-1]
		live = live[:len(live)-1]
		if h.at == len(c.Ops) {
			key := ""
			for _, one := range h.memory.Bits[:c.Clbits-c.Hidden] {
				key = map[bool]string{false: "0", true: "1"}[one] + key
			}
			out[key] += norm(h.state)
			continue
		}
		if most == 0 {
			return nil, errors.New("a loop goes on")
		}
		next, err := h.after(c, loops)
		if err != nil {
			return nil, err
		}
		live = append(live, next...)
	}
	return out, nil
}

// after is what h becomes by its next operation. It may change h.
func (h history) after(c *circuits.Circuit, loops map[int]int) ([]history, error) {
	op, at := c.Ops[h.at], h.at
	h.at++
	holds, err := true, error(nil)
	if op.If != nil {
		holds, err = op.If.In(&h.memory)
	}
	switch {
	case err != nil:
	case !holds && op.Gate == circuits.GateLoop:
		h.at = loops[at] + 1
	case !holds:
	case op.Gate == circuits.GateEnd:
		h.at = loops[at]
	case op.Gate == circuits.GateStore:
		h.memory.Bits[op.Clbit], err = op.Value.In(&h.memory)
	case op.Gate == circuits.GateSet:
		var n circuits.Number
		if n, err = op.Value.Test.Eval(&h.memory); err == nil {
			h.memory.Vars[op.Clbit], err = c.Vars[op.Clbit].Hold(n)
		}
	case op.Gate == circuits.GateMeasure || op.Gate == circuits.GateReset:
		return h.measured(op), nil
	case op.Gate != circuits.GateBarrier && op.Gate != circuits.GateLoop:
		var angles []float64
		for _, a := range op.Angles {
			angles = append(angles, a.In(&h.memory))
		}
		apply(h.state, op, angles)
	}
	return []history{h}, err
}

func norm(state []complex128) float64 {
	sum := 0.0
	for _, v := range state {
		sum += real(v)*real(v) + imag(v)*imag(v)
	}
	return sum
}

// measured is what h becomes by a measurement or reset.
func (h history) measured(op circuits.Op) []history {
	var out []history
	for _, one := range []bool{false, true} {
		next := history{make([]complex128, len(h.state)), circuits.Memory{Bits: slices.Clone(h.memory.Bits), Vars: slices.Clone(h.memory.Vars)}, h.at}
		for x, v := range h.state {
			if x>>op.Qubits[0]&1 == 1 == one {
				next.state[x] = v
			}
		}
		if norm(next.state) < rare {
			continue
		}
		if op.Gate == circuits.GateMeasure {
			next.memory.Bits[op.Clbit] = one
		} else if one {
			apply(next.state, circuits.Op{Gate: circuits.GateX, Qubits: op.Qubits}, nil)
		}
		out = append(out, next)
	}
	return out
}

// checkFit wants counts that can come from a distribution: Pearson's χ² test at a level
// of one in a million (normal quantile 4.753), outcomes of fewer than 5 expected counts
// taken together; the critical value is Wilson and Hilferty's, 1931,
// doi:10.1073/pnas.17.12.684.
func checkFit(t *testing.T, name string, counts map[string]int, want map[string]float64) {
	t.Helper()
	shots := 0
	for key, n := range counts {
		if shots += n; want[key] == 0 {
			t.Errorf("%s: outcome %s, which is impossible", name, key)
		}
	}
	chi2, cells, rareGot, rareWant := 0.0, 0, 0.0, 0.0
	add := func(got, want float64) { chi2, cells = chi2+(got-want)*(got-want)/want, cells+1 }
	for _, key := range slices.Sorted(maps.Keys(want)) {
		got, expected := float64(counts[key]), want[key]*float64(shots)
		if expected < 5 {
			rareGot, rareWant = rareGot+got, rareWant+expected
			continue
		}
		add(got, expected)
	}
	if rareWant >= 5 {
		add(rareGot, rareWant)
	}
	df := float64(max(cells-1, 1))
	if critical := df * math.Pow(1-2/(9*df)+4.753*math.Sqrt(2/(9*df)), 3); shots == 0 || chi2 > critical {
		t.Errorf("%s: χ² is %.1f, at most %.1f for %d shots; counts %v, probabilities %v", name, chi2, critical, shots, counts, want)
	}
}

// plain leaves out the blanks between registers.
func plain(counts map[string]int) map[string]int {
	out := map[string]int{}
	for key, n := range counts {
		out[strings.ReplaceAll(key, " ", "")] += n
	}
	return out
}

// TestDecodeDynamicFiles reads what testdata/dynamic/write.py wrote with Qiskit and
// compares the distributions with counts of Qiskit Aer.
func TestDecodeDynamicFiles(t *testing.T) {
	text, err := os.ReadFile("testdata/dynamic/counts.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Counts map[string]map[string]int }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("testdata/dynamic/*.qasm")
	if err != nil || len(paths) != 9 {
		t.Fatalf("%d files, want 9, error %v", len(paths), err)
	}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c := decode(t, string(source), qasm.DecodeOptions{}).Circuit
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		checkFit(t, path, plain(file.Counts[name]), distribution(t, c))
	}
}

// TestDecodeSameDistribution compares programs of OpenQASM 3 that mean the same.
func TestDecodeSameDistribution(t *testing.T) {
	const declare = "qubit[3] q; bit[2] c; bit d; "
	const prepare = "ry(0.8) q[0]; ry(1.1) q[1]; ry(0.4) q[2]; c[0] = measure q[0]; c[1] = measure q[1]; "
	for _, s := range []struct{ a, b string }{
		{
			"def f(qubit a, bit b) -> bit { if (b) return 0; h a; return measure a; } d = f(q[1], c[0]);",
			"if (c[0]) d = 0; else { h q[1]; d = measure q[1]; }",
		},
		{
			"def flip(qubit a) -> bit { bit r; h a; r = measure a; return !r; } if (flip(q[2])) c[0] = 1; d = flip(q[2]);",
			"h q[2]; bit r = measure q[2]; if (!r) c[0] = 1; h q[2]; r = measure q[2]; d = !r;",
		},
		{"switch (c) { case 0 { c = 3; } case 3 { c = 0; } default { h q[2]; } } d = measure q[2];", "if (c == 1 || c == 2) h q[2]; else c = ~c; d = measure q[2];"},
		{"d = 1; while (d) { reset q[2]; h q[2]; d = measure q[2]; }", "d = 0;"},
		{"int n = 0; if (c[0]) n += 1; if (c[1]) n = 2 | n; if (n == c) d = 1;", "d = 1;"},
		{"for int i in [0:5] { d = measure q[2]; h q[2]; if (d) end; } c = 0;", "bool stop = false; for int i in [0:5] { if (!stop) { d = measure q[2]; h q[2]; if (d) stop = true; } } if (!stop) c = 0;"},
		{"c = c << 1; d = c[0] | c[1];", "c[1] = c[0]; c[0] = 0; d = c[1];"},
		{"if (c < c) d = 1; if (c[0] == c[1]) d = 1; if (c >= c[0:1]) c[0] = !c[0];", "d = !(c[0] ^ c[1]); c[0] = ~c[0];"},
	} {
		var got [2]map[string]float64
		for i, body := range []string{s.a, s.b} {
			c := decode(t, header3+declare+prepare+body, qasm.DecodeOptions{}).Circuit
			c.Hidden = c.Clbits - 3 // compare c and d, which are declared first
			got[i] = distribution(t, c)
		}
		for key := range maps.Keys(got[0]) {
			if math.Abs(got[0][key]-got[1][key]) > 1e-8 || len(got[0]) != len(got[1]) {
				t.Errorf("%s\ngives %v\n%s\ngives %v", s.a, got[0], s.b, got[1])
				break
			}
		}
	}
}

// conditionCases are random circuits with measurements and operations under conditions
// that a dialect of OpenQASM can say and Qiskit reads.
func conditionCases(t *testing.T, d qasm.Dialect) []loadCase {
	rng := rand.New(rand.NewPCG(1, 21))
	gates := []circuits.Gate{circuits.GateH, circuits.GateRY, circuits.GateX, circuits.GateCX, circuits.GateRZ, circuits.GateSWAP}
	var out []loadCase
	for i := range 8 {
		c := &circuits.Circuit{Qubits: 3, Clbits: 5}
		for range 4 {
			appendRandom(c, rng, circuits.GateRY)
			appendRandom(c, rng, gates[rng.IntN(len(gates))])
			c.Measure(rng.IntN(3), rng.IntN(5))
			condition := circuits.BitsAre([]int{0, 1}, circuits.Equal, rng.Uint64N(4))
			if rng.IntN(2) == 0 {
				condition = circuits.BitIs(2+rng.IntN(3), rng.IntN(2) == 0)
			} else if d == qasm.OpenQASM3 && rng.IntN(2) == 0 {
				condition = condition.Both(circuits.BitIs(4, true))
			} else if d == qasm.OpenQASM2 && rng.IntN(2) == 0 {
				condition = circuits.BitsAre([]int{1, 0}, circuits.Less, 3)
			}
			appendRandom(c, rng, gates[rng.IntN(len(gates))])
			c.If(condition)
			appendRandom(c, rng, gates[rng.IntN(len(gates))])
			c.Ops[len(c.Ops)-1].If = c.Ops[len(c.Ops)-2].If
		}
		c.Reset(0).If(circuits.BitIs(3, true)).Measure(0, 0).If(circuits.BitIs(2, false)).Measure(1, 1).Measure(2, 2)
		out = append(out, loadCase{Dialect: d, Source: encode(t, c, qasm.Options{Dialect: d}), Shots: 2000, name: fmt.Sprintf("%v %d", d, i), circuit: c})
	}
	return out
}

// TestQiskitRunsConditions gives Qiskit Aer programs with conditions that we wrote, and
// reads them back.
func TestQiskitRunsConditions(t *testing.T) {
	cases := append(conditionCases(t, qasm.OpenQASM3), conditionCases(t, qasm.OpenQASM2)...)
	for _, c := range cases {
		want, got := distribution(t, c.circuit), distribution(t, decode(t, c.Source, qasm.DecodeOptions{}).Circuit)
		for key, p := range want {
			if math.Abs(got[key]-p) > 1e-9 || len(got) != len(want) {
				t.Errorf("%s: read back as %v, want %v\n%s", c.name, got, want, c.Source)
				break
			}
		}
	}
	for i, got := range loadAll(t, "testdata/run_on_aer.py", cases) {
		if got.Error != "" {
			t.Errorf("%s: %s\n%s", cases[i].name, got.Error, cases[i].Source)
			continue
		}
		checkFit(t, cases[i].name+"\n"+cases[i].Source, plain(got.Counts), distribution(t, cases[i].circuit))
	}
}
