package optim

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawOptimizer draws an optimizer and its settings.
func drawOptimizer(rt *rapid.T) Optimizer {
	var c Config
	name := rapid.SampledFrom(Names()).Draw(rt, "name")
	switch name {
	case "adam":
		c.LearningRate = rapid.Float64Range(1e-4, 1).Draw(rt, "learning rate")
		c.Beta1 = rapid.Float64Range(0.5, 0.99).Draw(rt, "beta1")
		c.Beta2 = rapid.Float64Range(0.5, 0.9999).Draw(rt, "beta2")
	case "lbfgs":
		c.Store = rapid.IntRange(1, 6).Draw(rt, "store")
		c.GradientTolerance = rapid.SampledFrom([]float64{1e-2, 1e-6, 1e-15}).Draw(rt, "tolerance")
	case "sgd":
		c.LearningRate = rapid.Float64Range(1e-4, 1).Draw(rt, "learning rate")
		c.Momentum = rapid.SampledFrom([]float64{0, 0.5, 0.9}).Draw(rt, "momentum")
		c.Nesterov = c.Momentum > 0 && rapid.Bool().Draw(rt, "nesterov")
	}
	o, err := New(name, c)
	if err != nil {
		rt.Fatal(err)
	}
	return o
}

// moment is all that a run shows after a step.
type moment struct {
	w     []float64
	state string
	err   string
}

// run steps o from w and returns what it shows before the first step and after
// each one.
func run(t testing.TB, o Optimizer, l landscape, w []float64, steps int) []moment {
	w = slices.Clone(w)
	moments := []moment{{w: slices.Clone(w), state: stateOf(t, o)}}
	for range steps {
		_, err := descend(o, l.evaluate, w, 1)
		if err != nil && !errors.Is(err, ErrConverged) {
			t.Fatal(err)
		}
		moments = append(moments, moment{slices.Clone(w), stateOf(t, o), fmt.Sprint(err)})
	}
	return moments
}

// A run saved and restored at any step goes on as if nothing had happened.
func TestResume(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const steps = 30 // several times the largest store
		o := drawOptimizer(rt)
		n := rapid.IntRange(1, 5).Draw(rt, "weights")
		l := newLandscape(n, rapid.Uint64().Draw(rt, "seed"))
		start := rapid.SliceOfN(rapid.Float64Range(-4, 4), n, n).Draw(rt, "start")
		want := run(t, o, l, start, steps)
		for k := range want {
			restored, err := New(o.Name(), Config{})
			if err != nil {
				rt.Fatal(err)
			}
			if err := json.Unmarshal([]byte(want[k].state), restored); err != nil {
				rt.Fatalf("resume at step %d: %v", k, err)
			}
			for i, got := range run(t, restored, l, want[k].w, steps-k) {
				w := want[k+i]
				if firstDifference(got.w, w.w) >= 0 || got.state != w.state || i > 0 && got.err != w.err {
					rt.Fatalf("resumed at step %d: step %d is %+v, want %+v", k, k+i, got, w)
				}
			}
		}
	})
}

// Text keeps what is hard to keep: negative zero and the smallest number.
func TestStateIsExact(t *testing.T) {
	o := &SGD{LearningRate: 0.1, Momentum: 0.5}
	grad := []float64{math.Copysign(0, -1), math.SmallestNonzeroFloat64, 1.0 / 3, math.MaxFloat64 / 4}
	for range 2 {
		if err := o.Step(make([]float64, 4), 0, grad); err != nil {
			t.Fatal(err)
		}
	}
	var restored SGD
	if err := json.Unmarshal([]byte(stateOf(t, o)), &restored); err != nil {
		t.Fatal(err)
	}
	if i := firstDifference(restored.velocity, o.velocity); i >= 0 {
		t.Errorf("velocity %d is %v, want %v", i, restored.velocity[i], o.velocity[i])
	}
}

func TestUnmarshalErrors(t *testing.T) {
	const (
		sgd   = `{"name":"sgd","steps":2,"learning_rate":0.1,"momentum":0.9,"nesterov":false,"velocity":[1,2]}`
		adam  = `{"name":"adam","steps":2,"learning_rate":0.1,"beta1":0.9,"beta2":0.99,"epsilon":1e-8,"first_moment":[1,2],"second_moment":[1,2]}`
		lbfgs = `{"name":"lbfgs","steps":2,"gradient_tolerance":1e-6,"store":2,"best":{"w":[0.5],"loss":1},` +
			`"accepted":[{"w":[0.5],"loss":1,"gradient":[1]}],"trials":[{"loss":2,"gradient":[1]}],"next":[0]}`
		fresh = `{"name":"lbfgs","steps":0,"gradient_tolerance":1e-6,"store":2}`
	)
	for _, c := range []struct {
		state, old, new string // state with old replaced by new
		want            string // "" when the state is sound
	}{
		{sgd, "", "", ""},
		{adam, "", "", ""},
		{lbfgs, "", "", ""},
		{fresh, "", "", ""},
		{sgd, sgd, ``, "EOF"},
		{sgd, sgd, `null`, "null in place of a value"},
		{sgd, sgd, `[]`, "cannot unmarshal array"},
		{sgd, sgd, `{}`, `state of optimizer ""`},
		{sgd, `}`, ``, "unexpected EOF"},
		{sgd, `}`, `} {}`, "text after the state"},
		{sgd, `}`, `}x`, "text after the state"},
		{sgd, `"sgd"`, `"adam"`, `sgd: state of optimizer "adam"`},
		{sgd, `"steps":2`, `"steps":-1`, "steps is -1"},
		{sgd, `"steps":2`, `"steps":9007199254740993`, "steps is 9007199254740993"},
		{sgd, `"steps":2`, `"steps":1e99`, "cannot unmarshal number"},
		{sgd, `"steps":2`, `"steps":0`, "velocity has 2 entries after 0 steps"},
		{sgd, `[1,2]`, `[]`, "velocity has 0 entries after 2 steps"},
		{sgd, `[1,2]`, `[1,null]`, "null in place of a value"},
		{sgd, `[1,2]`, `[1,1e999]`, "cannot unmarshal number 1e999"},
		{sgd, `[1,2]`, `[1,NaN]`, "invalid character"},
		{sgd, `[1,2]`, `[1,"2"]`, "cannot unmarshal string"},
		{sgd, `"learning_rate":0.1`, `"learning_rate":-0.1`, "learning_rate is -0.1"},
		{sgd, `"momentum":0.9`, `"momentum":1.5`, "momentum is 1.5"},
		{sgd, `"momentum":0.9`, `"dampening":0.9`, `unknown field "dampening"`},
		{adam, `"first_moment":[1,2]`, `"first_moment":[1]`, "second_moment has 2 entries after 2 steps, want 1"},
		{adam, `"second_moment":[1,2]`, `"second_moment":[1,-2]`, "second_moment[1] is -2"},
		{adam, `"beta1":0.9`, `"beta1":1`, "beta1 is 1"},
		{lbfgs, `"store":2`, `"store":1000000000000`, "store is 1000000000000"},
		{lbfgs, `"gradient_tolerance":1e-6`, `"gradient_tolerance":-1`, "gradient_tolerance is -1"},
		{lbfgs, `"steps":2`, `"steps":0`, "points before the first step"},
		{lbfgs, `"steps":2`, `"steps":1`, "1 accepted points and 1 trials in 1 steps"},
		{lbfgs, `"best":{"w":[0.5],"loss":1},`, ``, "no best point after 2 steps"},
		{lbfgs, `"best":{"w":[0.5]`, `"best":{"w":[]`, "no best point after 2 steps"},
		{lbfgs, `"best":{"w":[0.5]`, `"best":{"w":[0.5,0.5]`, "accepted[0] has 1 weights and 1 gradient entries, want 2"},
		{lbfgs, `"accepted":[{"w":[0.5],"loss":1,"gradient":[1]}]`, `"accepted":[]`, "0 accepted points"},
		{lbfgs, `"loss":1,"gradient":[1]`, `"loss":1,"gradient":[]`, "accepted[0] has 1 weights and 0 gradient entries"},
		{lbfgs, `"loss":2,"gradient":[1]`, `"loss":2,"gradient":[1,1]`, "trials[0] has 2 gradient entries"},
		{lbfgs, `"next":[0]`, `"next":[0,0]`, "next has 2 weights"},
		{lbfgs, `"next":[0]`, `"next":[0.25]`, "replay does not lead to the saved next point"},
		{lbfgs, `,"next":[0]`, ``, "disagree on whether the descent has ended"},
		{lbfgs, `"gradient_tolerance":1e-6`, `"gradient_tolerance":2`, "trials[0] comes after the line search has ended"},
		{lbfgs, `"loss":2,"gradient":[1]`, `"loss":0,"gradient":[0.5]`, "the last trial ends the line search"},
		{fresh, `"store":2`, `"store":2,"next":[1]`, "points before the first step"},
	} {
		text := strings.Replace(c.state, c.old, c.new, 1)
		var name struct{ Name string }
		if err := json.Unmarshal([]byte(c.state), &name); err != nil {
			t.Fatal(err)
		}
		o, _ := warm(t)[name.Name]()
		before := stateOf(t, o)
		err := o.UnmarshalJSON([]byte(text))
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if !errors.Is(err, ErrState) || !strings.HasPrefix(err.Error(), name.Name+": ") && !strings.Contains(err.Error(), ": "+name.Name+": ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v, want %q", text, err, c.want)
		}
		if after := stateOf(t, o); after != before {
			t.Errorf("%s: state changed from %s to %s", text, before, after)
		}
	}
}

// Whatever is read without error can be stepped and saved, and reads back as
// itself; nothing panics.
func FuzzUnmarshal(f *testing.F) {
	for _, start := range warm(f) {
		o, _ := start()
		f.Add([]byte(stateOf(f, o)), 0.5)
	}
	for _, o := range []Optimizer{&SGD{}, &Adam{}, &LBFGS{}} {
		f.Add([]byte(stateOf(f, o)), -1e300)
	}
	f.Fuzz(func(t *testing.T, data []byte, x float64) {
		for _, name := range Names() {
			o, err := New(name, Config{})
			if err != nil {
				t.Fatal(err)
			}
			if err := o.UnmarshalJSON(data); err != nil {
				if !errors.Is(err, ErrState) {
					t.Fatalf("%s: %v does not wrap ErrState", name, err)
				}
				continue
			}
			text := stateOf(t, o)
			again, err := New(name, Config{})
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(text), again); err != nil {
				t.Fatalf("%s does not read back: %v", text, err)
			}
			if got := stateOf(t, again); got != text {
				t.Fatalf("%s reads back as %s", text, got)
			}
			w := resumePoint(o)
			grad := make([]float64, len(w))
			for i := range grad {
				grad[i] = x
			}
			_ = o.Step(w, x, grad) // any error will do, a panic will not
			stateOf(t, o)
		}
	})
}

// resumePoint returns a point at which o can be stepped.
func resumePoint(o Optimizer) []float64 {
	switch o := o.(type) {
	case *SGD:
		return make([]float64, max(1, len(o.velocity)))
	case *Adam:
		return make([]float64, max(1, len(o.first)))
	case *LBFGS:
		if o.search != nil {
			return slices.Clone(o.search.trial)
		}
	}
	return []float64{1}
}
