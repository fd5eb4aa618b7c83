package qsim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// moved is c on the qubits at[k] of a register.
func moved(c *circuits.Circuit, at []int, qubits int) *circuits.Circuit {
	out := c.Clone()
	out.Qubits = qubits
	for i := range out.Ops {
		for k, q := range out.Ops[i].Qubits {
			out.Ops[i].Qubits[k] = at[q]
		}
	}
	return out
}

// someGates are gates with weights and a feature on n qubits, all of which they touch.
func someGates(rng *rand.Rand, n int) *circuits.Circuit {
	c := circuits.New(n)
	for i := range 6 * n {
		q := i % n
		switch rng.IntN(3) {
		case 0:
			c.RY(circuits.Weight(i%5), q)
		case 1:
			c.RX(circuits.Feature(0).Times(circuits.Weight(i%5)), q)
		default:
			c.CX(q, (q+1+rng.IntN(n-1))%n)
		}
	}
	return c
}

// A circuit on some qubits of a large register gives what it gives on those qubits alone, to
// the byte.
func TestIdleQubitsCostNothing(t *testing.T) {
	ctx := context.Background()
	weights, features := []float64{.3, -1.2, .7, 2.1, -.4}, []float64{.9}
	for _, n := range []int{2, 5, 11, 15} {
		rng := rand.New(rand.NewPCG(uint64(n), 3))
		at := make([]int, n)
		for k := range at {
			at[k] = 3 + 8*k/2 + k
		}
		qubits := at[n-1] + 60
		small := someGates(rng, n)
		large := moved(small, at, qubits)
		z := func(q int) circuits.PauliSum { return circuits.PauliZ(q) }
		xz := func(a, b int) circuits.PauliSum {
			return circuits.PauliSum{{Coef: .5, String: circuits.PauliString{{Qubit: a, Pauli: 'X'}, {Qubit: b, Pauli: 'Z'}}}}
		}
		p, err := Compile(small, Options{Observables: []circuits.PauliSum{z(0), xz(0, 1)}})
		if err != nil {
			t.Fatal(err)
		}
		// Z of an idle qubit is 1, X and Y are 0.
		idle := circuits.PauliSum{
			{Coef: .25, String: circuits.PauliString{{Qubit: 0, Pauli: 'Z'}, {Qubit: at[0], Pauli: 'Z'}, {Qubit: qubits - 1, Pauli: 'Z'}}},
			{Coef: 7, String: circuits.PauliString{{Qubit: at[0], Pauli: 'X'}, {Qubit: qubits - 1, Pauli: 'X'}}},
			{Coef: 7, String: circuits.PauliString{{Qubit: 1, Pauli: 'Y'}}},
		}
		l, err := Compile(large, Options{Observables: []circuits.PauliSum{z(at[0]), xz(at[0], at[1]), idle}})
		if err != nil {
			t.Fatal(err)
		}
		if l.Qubits() != qubits || !reflect.DeepEqual(l.Active(), at) {
			t.Fatalf("%d qubits, active %v", l.Qubits(), l.Active())
		}
		e, f := make([]float64, 2), make([]float64, 3)
		if err := errors.Join(p.Expect(ctx, e, weights, [][]float64{features}), l.Expect(ctx, f, weights, [][]float64{features})); err != nil {
			t.Fatal(err)
		}
		if e[0] != f[0] || e[1] != f[1] || math.Abs(f[2]-e[0]/4) > 1e-15 {
			t.Errorf("%d qubits: expectation values %v, want %v and a quarter of the first", n, f, e)
		}
		for _, m := range []Method{Adjoint, ParameterShift, FiniteDifference} {
			loss := func(_ int, _, c []float64) { c[0], c[1] = 1, -2 }
			dw, dl := make([]float64, 5), make([]float64, 5)
			err := errors.Join(
				p.Gradient(ctx, m, dw, nil, weights, [][]float64{features}, loss),
				l.Gradient(ctx, m, dl, nil, weights, [][]float64{features}, loss))
			for i := range dw {
				if err != nil || !(math.Abs(dl[i]-dw[i]) < 1e-9) {
					t.Fatalf("%d qubits, %v: gradient %v, want %v (%v)", n, m, dl, dw, err)
				}
			}
		}
		sameStates(t, p, l, at, weights, features)
	}
}

// sameStates compares the states of p and of l, which is p on the qubits at.
func sameStates(t *testing.T, p, l *Program, at []int, weights, features []float64) {
	t.Helper()
	ctx := context.Background()
	a, err := p.NewState()
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.NewState()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Run(ctx, a, weights, features), l.Run(ctx, b, weights, features)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a.Amplitudes(), b.Amplitudes()) || !reflect.DeepEqual(b.Active(), at) {
		t.Error("other amplitudes")
	}
	if !reflect.DeepEqual(a.Sample(50, 7), b.Sample(50, 7)) {
		t.Error("other samples")
	}
	want, got := make([]float64, 4), make([]float64, 16)
	if err := errors.Join(a.Marginal(want, 1, 0), b.Marginal(got, 0, at[1], 1, at[0])); err != nil {
		t.Fatal(err)
	}
	for y, v := range got {
		if y&5 == 0 && v != want[y>>1&1|y>>2&2] || y&5 != 0 && v != 0 {
			t.Errorf("marginal %v, want %v at the bits 1 and 3", got, want)
			break
		}
	}
	if z, err := b.Expect(circuits.PauliZ(0)); err != nil || math.Abs(z-1) > 1e-12 {
		t.Errorf("⟨Z⟩ of an idle qubit is %v (%v)", z, err)
	}
	if err := l.Apply(ctx, b, weights, features); err != nil {
		t.Error(err)
	}
	if err := p.Apply(ctx, a, weights, features); err != nil || !reflect.DeepEqual(a.Amplitudes(), b.Amplitudes()) {
		t.Error("other amplitudes after applying the circuit again", err)
	}
}

// A state of all qubits may be given too, and has the amplitudes of idle ones.
func TestIdleQubitsOfAWholeState(t *testing.T) {
	ctx := context.Background()
	weights, features := []float64{.3, -1.2, .7, 2.1, -.4}, []float64{.9}
	for _, n := range []int{2, 9} {
		small := someGates(rand.New(rand.NewPCG(uint64(n), 3)), n)
		at := make([]int, n)
		for k := range at {
			at[k] = k + 1
		}
		p, err := Compile(small, Options{})
		if err != nil {
			t.Fatal(err)
		}
		l, err := Compile(moved(small, at, n+3), Options{})
		if err != nil {
			t.Fatal(err)
		}
		want, err := p.Probabilities(ctx, weights, features)
		if err != nil {
			t.Fatal(err)
		}
		got, err := l.Probabilities(ctx, weights, features)
		if err != nil || len(got) != 1<<(n+3) {
			t.Fatalf("%d probabilities (%v)", len(got), err)
		}
		s, err := NewState(n + 3)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Run(ctx, s, weights, features); err != nil {
			t.Fatal(err)
		}
		for x, v := range s.Amplitudes() {
			p := 0.0
			if x&1 == 0 && x>>(n+1) == 0 {
				p = want[x>>1]
			}
			if math.Abs(got[x]-p) > 1e-12 || math.Abs(cmplx.Abs(v)*cmplx.Abs(v)-p) > 1e-12 {
				t.Fatalf("basis state %d has probability %v, amplitude %v, want %v", x, got[x], v, p)
			}
		}
		other, err := Compile(circuits.New(n+3).H(0), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s, err := other.NewState(); err != nil || !errors.Is(l.Run(ctx, s, weights, features), ErrShape) {
			t.Errorf("a state of other qubits: %v", err)
		}
	}
}

// Measurements and resets of idle qubits, at the end and before it, find 0.
func TestIdleQubitsMeasured(t *testing.T) {
	const far = 70
	bell := func() *circuits.Circuit { return circuits.New(far).H(40).CX(40, 41) }
	one := circuits.BitIs(0, true)
	for name, test := range map[string]struct {
		c    *circuits.Circuit
		want []string
	}{
		"no bits":    {bell(), []string{zeros(far), zeros(28) + "11" + zeros(40)}},
		"at the end": {bell().Measure(40, 0).Measure(41, 2).Measure(7, 1), []string{"000", "101"}},
		"an idle one last into a bit": {
			bell().Measure(40, 0).Measure(9, 0).Measure(41, 1), []string{"00", "10"},
		},
		"before the end": {
			bell().Measure(5, 0).Measure(40, 1).Reset(5).Reset(40).Measure(41, 2).Measure(40, 0), []string{"000", "110"},
		},
		"idle before it is used": {
			circuits.New(far).Measure(3, 0).X(3).Measure(3, 1), []string{"10"},
		},
		"under a condition": {
			conditional(bell().Measure(40, 0).Measure(8, 1), circuits.Op{Gate: circuits.GateX, Qubits: []int{50}, If: &one}).Measure(50, 1).Measure(60, 2),
			[]string{"000", "011"},
		},
		"nothing but measurements": {circuits.New(far).Measure(3, 1).Measure(3, 0), []string{"00"}},
		"nothing":                  {circuits.New(far), []string{zeros(far)}},
	} {
		p, err := Compile(test.c, Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		counts, err := p.Sample(context.Background(), nil, nil, 100, 1)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []string
		for key := range counts.All() {
			got = append(got, key)
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func conditional(c *circuits.Circuit, o circuits.Op) *circuits.Circuit {
	c.Ops = append(c.Ops, o)
	return c
}

func zeros(n int) string { return fmt.Sprintf("%0*d", n, 0) }

// The message counts the qubits that matter.
func TestMemoryErrorCountsActiveQubits(t *testing.T) {
	c := circuits.New(200)
	for q := range 50 {
		c.H(2 * q)
	}
	p, err := Compile(c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.NewState()
	if e, ok := errors.AsType[*MemoryError](err); !ok || e.Qubits != 50 {
		t.Errorf("%v, want one about 50 qubits", err)
	}
	if _, err := Compile(circuits.New(70).H(1), Options{}); err != nil {
		t.Error(err)
	}
	q, err := Compile(circuits.New(70).H(1), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Probabilities(context.Background(), nil, nil); !errors.As(err, new(*MemoryError)) {
		t.Errorf("2⁷⁰ probabilities: %v", err)
	}
}

// Operations count in the memory that is asked for.
func TestOperationsCountAsMemory(t *testing.T) {
	const operations = 50_000
	c := circuits.New(4)
	for i := range operations {
		c.H(i % 4)
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(int64(m.HeapInuse) + 20<<20))
	_, err := Compile(c, Options{})
	if e, ok := errors.AsType[*MemoryError](err); !ok || e.Operations != operations || !strings.HasPrefix(err.Error(), "compile: 50000 operations need ") {
		t.Errorf("%v, want an error about %d operations", err, operations)
	}
	c.Ops = c.Ops[:100]
	if _, err := Compile(c, Options{}); err != nil {
		t.Error(err)
	}
}
