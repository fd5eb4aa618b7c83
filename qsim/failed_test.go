package qsim_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/simtest"
)

var trials = flag.Int("trials", 300, "calls that TestFailedCallsLeaveNothing lets fail")

// errPanic is what the losses of this file panic with.
var errPanic = errors.New("the loss has panicked")

// looks is a context that ends when it has been asked so many times whether it has.
type looks struct {
	context.Context
	left *atomic.Int64
}

func newLooks(n int) looks {
	c := looks{context.Background(), new(atomic.Int64)}
	c.left.Store(int64(n))
	return c
}

func (c looks) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// attempt is one call of a program.
type attempt struct {
	ctx     context.Context //nolint:containedctx // that of the call
	weights []float64
	samples [][]float64
	loss    qsim.Loss
}

// verb is something to ask a program for: it returns the bits of all numbers of the answer.
type verb struct {
	name string
	call func(p *qsim.Program, a attempt) ([]uint64, error)
}

func gradientVerb(m qsim.Method, features bool) verb {
	return verb{fmt.Sprintf("gradient by %v, features %v", m, features), func(p *qsim.Program, a attempt) ([]uint64, error) {
		dw, dx := make([]float64, p.Weights()), [][]float64(nil)
		for range a.samples {
			if features {
				dx = append(dx, make([]float64, p.Features()))
			}
		}
		err := p.Gradient(a.ctx, m, dw, dx, a.weights, a.samples, a.loss)
		return bitsOf(slices.Concat(dw, slices.Concat(dx...))), err
	}}
}

func verbs() []verb {
	return []verb{
		gradientVerb(qsim.Adjoint, false),
		gradientVerb(qsim.Adjoint, true),
		gradientVerb(qsim.ParameterShift, false),
		gradientVerb(qsim.ParameterShift, true),
		gradientVerb(qsim.FiniteDifference, true),
		{"expectation values", func(p *qsim.Program, a attempt) ([]uint64, error) {
			dst := make([]float64, len(a.samples)*p.Observables())
			err := p.Expect(a.ctx, dst, a.weights, a.samples)
			return bitsOf(dst), err
		}},
		{"probabilities", func(p *qsim.Program, a attempt) ([]uint64, error) {
			dst, err := p.Probabilities(a.ctx, a.weights, a.samples[0])
			return bitsOf(dst), err
		}},
		sampling(),
	}
}

func sampling() verb {
	return verb{"samples", func(p *qsim.Program, a attempt) ([]uint64, error) {
		counts, err := p.Sample(a.ctx, a.weights, a.samples[0], 40, 3)
		var out []uint64
		for _, x := range counts.Sorted() {
			out = append(out, x, uint64(counts.Outcomes[x]))
		}
		return out, err
	}}
}

func bitsOf(v []float64) []uint64 {
	out := make([]uint64, len(v))
	for i, x := range v {
		out[i] = math.Float64bits(x)
	}
	return out
}

// brief is a circuit of few gates on any number of qubits that has all kinds of angles.
func brief(n int) *circuits.Circuit {
	c := circuits.New(n)
	for q := range n {
		c.RX(circuits.Feature(q%3), q)
	}
	for q := range n - 1 {
		c.CX(q, q+1)
	}
	c.RY(circuits.Weight(0), 0).RY(circuits.Feature(1).Times(circuits.Weight(1)), n-1).P(circuits.Weight(2), n/2)
	c.RZZ(circuits.Feature(0).Times(circuits.Feature(2)), 0, n-1).CRX(circuits.Weight(0), n-1, 0)
	return c.U(circuits.Weight(3), circuits.Weight(4), circuits.Feature(2), n/2)
}

// subject is a program that calls fail on, with what a fresh one answers.
type subject struct {
	name    string
	program *qsim.Program
	clean   attempt
	verbs   []verb
	want    [][]uint64
	looks   []int // at the context, in a call of each verb that does not fail
}

func newSubject(t *testing.T, precision qsim.Precision, name string, c *circuits.Circuit, samples int, verbs []verb) *subject {
	t.Helper()
	n := c.Qubits
	rng := rand.New(rand.NewPCG(uint64(n), 31))
	observables := []circuits.PauliSum{circuits.PauliZ(0), simtest.RandomObservable(rng, n, 3)}
	build := func() *qsim.Program {
		p, err := qsim.Compile(c, qsim.Options{Observables: observables, Precision: precision})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	s := &subject{name: fmt.Sprintf("%s, %d qubits, %v", name, n, precision), program: build(), verbs: verbs}
	s.clean = attempt{context.Background(), simtest.RandomVector(rng, c.Weights()), vectors(rng, samples, max(c.Features(), 1)), square}
	for _, v := range verbs {
		count, a := newLooks(math.MaxInt32), s.clean
		a.ctx = count
		want, err := v.call(build(), a)
		if err != nil {
			t.Fatalf("%s: %s: %v", s.name, v.name, err)
		}
		s.want = append(s.want, want)
		s.looks = append(s.looks, math.MaxInt32-int(count.left.Load()))
	}
	return s
}

// subjects cover every way a program has to run: several samples side by side, gate by gate,
// in passes on one processor and on several, shot by shot, and without a plan backwards.
func subjects(t *testing.T) []*subject {
	t.Helper()
	all, withoutShots := verbs(), verbs()[:7]
	wide := brief(12)
	wide.Unitary(simtest.RandomUnitary(rand.New(rand.NewPCG(1, 33)), 8), 1, 5, 8)
	shots := brief(4)
	shots.Measure(0, 0).RX(circuits.Weight(0), 0).Reset(1).H(1).Measure(1, 1).Measure(0, 2)
	var out []*subject
	for _, p := range []qsim.Precision{qsim.Double, qsim.Single} {
		out = append(
			out,
			newSubject(t, p, "layers", layered(3, 2), 37, all),
			newSubject(t, p, "uploading", uploading(1), 60, all),
			newSubject(t, p, "uploading", uploading(2), 300, withoutShots[:2]),
			newSubject(t, p, "uploading", uploading(4), 21, all),
			newSubject(t, p, "brief", brief(8), 21, all),
			newSubject(t, p, "brief", brief(10), 11, all),
			newSubject(t, p, "brief", brief(11), 10, all),
			newSubject(t, p, "with a matrix", wide, 3, all),
			newSubject(t, p, "brief", brief(14), 2, slices.Delete(slices.Clone(all), 2, 5)),
			newSubject(t, p, "shot by shot", shots, 1, []verb{sampling()}),
		)
	}
	return out
}

// failing is a call of verb v that fails at some point, or whose answer is not a number, or
// that is for other weights and samples.
func (s *subject) failing(rng *rand.Rand, v int) attempt {
	a := s.clean
	at := rng.IntN(len(a.samples))
	onSample := func(act func(cotangent []float64)) {
		a.loss = func(i int, e, c []float64) {
			if i == at {
				act(c)
			}
			square(i, e, c)
		}
	}
	switch rng.IntN(8) {
	case 0, 1:
		a.ctx = newLooks(rng.IntN(s.looks[v]))
	case 2:
		ctx, cancel := context.WithCancel(context.Background())
		a.ctx = ctx
		onSample(func([]float64) { cancel() })
	case 3:
		onSample(func([]float64) { panic(errPanic) })
	case 4:
		onSample(func([]float64) { runtime.Goexit() })
	case 5:
		a.loss = func(_ int, _, c []float64) { c[0], c[1] = math.NaN(), math.Inf(1) }
	case 6:
		a.samples = slices.Clone(a.samples)
		a.samples[at] = slices.Clone(a.samples[at])
		a.samples[at][rng.IntN(len(a.samples[at]))] = math.NaN()
	case 7:
		a.weights, a.samples = simtest.RandomVector(rng, len(a.weights)), vectors(rng, 1+rng.IntN(len(a.samples)), len(a.samples[0]))
	}
	return a
}

// end makes a call and returns when it has ended in one way or another.
func (s *subject) end(v int, a attempt) {
	var group sync.WaitGroup
	group.Go(func() {
		defer func() {
			if r := recover(); r != nil && r != any(errPanic) {
				panic(r)
			}
		}()
		_, _ = s.verbs[v].call(s.program, a)
	})
	group.Wait()
}

// check compares a clean call with that of a fresh program.
func (s *subject) check(v int) error {
	got, err := s.verbs[v].call(s.program, s.clean)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", s.name, s.verbs[v].name, err)
	}
	for i, x := range got {
		if i >= len(s.want[v]) || x != s.want[v][i] {
			return fmt.Errorf("%s: %s: number %d is %v, %v of a fresh program", s.name, s.verbs[v].name, i, math.Float64frombits(x), math.Float64frombits(s.want[v][min(i, len(s.want[v])-1)]))
		}
	}
	if len(got) != len(s.want[v]) {
		return fmt.Errorf("%s: %s: %d numbers, %d of a fresh program", s.name, s.verbs[v].name, len(got), len(s.want[v]))
	}
	return nil
}

// A call that was cancelled or has failed leaves nothing behind: the next one on the same
// program answers what a fresh program does, to the last bit.
func TestFailedCallsLeaveNothing(t *testing.T) {
	old := runtime.GOMAXPROCS(4)
	defer runtime.GOMAXPROCS(old)
	all := subjects(t)
	for trial := range *trials {
		rng := rand.New(rand.NewPCG(uint64(trial), 32))
		s := all[trial%len(all)]
		v, next := rng.IntN(len(s.verbs)), rng.IntN(len(s.verbs))
		if rng.IntN(2) == 0 {
			next = v
		}
		var group sync.WaitGroup
		var beside error
		if rng.IntN(4) == 0 { // others at the same time
			for range 2 {
				a := s.failing(rng, v)
				group.Go(func() { s.end(v, a) })
			}
			group.Go(func() { beside = s.check(next) })
		}
		s.end(v, s.failing(rng, v))
		group.Wait()
		if beside != nil {
			t.Fatalf("trial %d, beside a failed call for %s: %v", trial, s.verbs[v].name, beside)
		}
		if err := s.check(next); err != nil {
			t.Fatalf("trial %d, after a failed call for %s: %v", trial, s.verbs[v].name, err)
		}
	}
}

// Every look at the context is a place to end: a call that ends there says so, and the next
// one is as if it had not been.
func TestEndAtEveryLook(t *testing.T) {
	for _, s := range subjects(t) {
		for v := range s.verbs {
			step := max(1, s.looks[v]/5)
			for k := 0; k < s.looks[v]; k += step {
				a := s.clean
				a.ctx = newLooks(k)
				if _, err := s.verbs[v].call(s.program, a); !errors.Is(err, context.Canceled) {
					t.Fatalf("%s: %s: %v when the context ends at look %d", s.name, s.verbs[v].name, err, k)
				}
				if err := s.check(v); err != nil {
					t.Fatalf("after an end at look %d: %v", k, strings.TrimSpace(err.Error()))
				}
			}
		}
	}
}

// A sample that is refused shares vectors with others: calls for fewer samples, which leave
// its place empty, do not meet it there.
func TestRefusedSampleLeavesNothing(t *testing.T) {
	for _, s := range subjects(t) {
		if len(s.verbs) == 1 {
			continue
		}
		for at := range s.clean.samples {
			bad, one := s.clean, s.clean
			bad.samples, one.samples = slices.Clone(bad.samples), one.samples[:1]
			bad.samples[at] = []float64{math.Inf(1), math.NaN(), math.Inf(-1), math.NaN()}[:len(bad.samples[at])]
			want, err := s.verbs[1].call(s.program, one)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = s.verbs[1].call(s.program, bad)
			if got, err := s.verbs[1].call(s.program, one); err != nil || !slices.Equal(got, want) {
				t.Fatalf("%s: after sample %d was refused: %v, not the gradient of before", s.name, at, err)
			}
		}
	}
}
