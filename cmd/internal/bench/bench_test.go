package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/cmd/internal/numpyrand"
	"github.com/qnn-go/qnn/qsim"
)

func tasks(tb testing.TB, name string, qubits ...int) []Task {
	tb.Helper()
	ts, err := Tasks(name, qubits, qsim.Double)
	if err != nil {
		tb.Fatal(err)
	}
	return ts
}

// TestValues: the values of other simulators, up to 16 qubits.
func TestValues(t *testing.T) {
	compared := 0
	for _, name := range Names() {
		for _, n := range []int{4, 6, 8, 10, 12, 16} {
			if _, ok := known(name, n); !ok {
				continue
			}
			compared++
			task := tasks(t, name, n)[0]
			run, err := task.Prepare()
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // a run leaves nothing behind
				value, err := run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if err := task.Check(value); err != nil {
					t.Error(err)
				}
				if task.Check(value+1e-8) == nil || task.Check(math.NaN()) == nil {
					t.Errorf("%s: wrong values pass", name)
				}
			}
		}
	}
	if compared < 10 {
		t.Errorf("only %d values compared", compared)
	}
}

func TestGateCounts(t *testing.T) {
	for name, want := range map[string]int{
		"hea":   8 * 3 * 5,         // RY, RZ, CX a qubit and layer
		"brick": 20*5 + 20*2,       // two of the pairs 01 23, 12 34 a layer
		"qft":   5 + 5 + 10 + 2,    // RY, H, CP, SWAP
		"qv":    10 * 2,            // two pairs of five qubits
		"grad":  4 * 3 * 5,         // hea
		"epoch": 500 * (5 + 4*3*5), // RX and hea
		"batch": 500 * (5 + 4*3*5),
		"gates": 1,
	} {
		if task := tasks(t, name, 5)[0]; task.Gates != want || task.Qubits != 5 || !strings.HasPrefix(task.Workload, name) {
			t.Errorf("%s: %d gates, want %d: %+v", name, task.Gates, want, task)
		}
	}
}

// TestHaar: NumPy's
//
//	rng = numpy.random.default_rng(7)
//	z = rng.normal(size=(2, 2)) + 1j*rng.normal(size=(2, 2))
//	q, r = numpy.linalg.qr(z); q*(numpy.diag(r)/abs(numpy.diag(r)))
func TestHaar(t *testing.T) {
	want := []complex128{
		0.00230228643303243 - 0.8509364900155442i, 0.4839885536984011 + 0.20410014533590032i,
		-0.5130611247305239 + 0.11256141313725429i, -0.15267846993532339 + 0.8371305127523442i,
	}
	got := haar(numpyrand.New(7), 2)
	for i := range want {
		if cmplx.Abs(got[i]-want[i]) > 1e-13 {
			t.Errorf("entry %d: %v, want %v", i, got[i], want[i])
		}
	}
}

// TestGates: every unitary gate of the table, three times, and all of them run.
func TestGates(t *testing.T) {
	seen := map[string]bool{}
	for _, task := range tasks(t, "gates", 4) {
		seen[task.Workload] = true
		run, err := task.Prepare()
		if err != nil {
			t.Fatalf("%s: %v", task.Workload, err)
		}
		if p, err := run(t.Context()); err != nil || !(p > -1e-12 && p < 1+1e-12) {
			t.Errorf("%s: probability %v, %v", task.Workload, p, err)
		}
	}
	for _, g := range circuits.Gates() {
		want := g.Unitary() && g != circuits.GateI && g != circuits.GateGPhase
		for _, q := range []int{0, 2, 3} {
			if name := fmt.Sprintf("gates/%s/q%d", g, q); seen[name] != want {
				t.Errorf("%s is a task: %v, want %v", name, seen[name], want)
			}
		}
	}
}

func TestMeasure(t *testing.T) {
	m := Machine{Bandwidth: map[string]float64{"1": 2}} // 2 GB/s
	task := tasks(t, "hea", 3)[0]
	before := runtime.GOMAXPROCS(0)
	r, err := m.Measure(t.Context(), &task, before+1)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOMAXPROCS(0) != before {
		t.Error("GOMAXPROCS is not as before")
	}
	if want := 72 * 8 * 32 / 2e9; math.Abs(r.Limit-want) > 1e-12*want || r.Threads != before+1 { // 72 gates, 8 amplitudes
		t.Errorf("limit %v, want %v; %d threads", r.Limit, want, r.Threads)
	}
	if !(r.Seconds > 0 && r.Seconds <= r.Median) || math.Abs(r.Ratio*r.Seconds-r.Limit) > 1e-12*r.Limit {
		t.Errorf("%+v", r)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Measure(ctx, &task, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestTasksRefuse(t *testing.T) {
	if _, err := Tasks("hae", nil, qsim.Double); err == nil || !strings.Contains(err.Error(), `did you mean "hea"`) {
		t.Errorf("error %v", err)
	}
	if _, err := Tasks("hea", []int{2}, qsim.Double); err == nil || !strings.Contains(err.Error(), "at least 3") {
		t.Errorf("error %v", err)
	}
	for _, n := range []int{50, 1 << 40} {
		_, err := Tasks("hea", []int{n}, qsim.Double)
		if _, ok := errors.AsType[*qsim.MemoryError](err); !ok {
			t.Errorf("%d qubits: error %v", n, err)
		}
	}
	for _, name := range Defaults() {
		if !slices.Contains(Names(), name) {
			t.Errorf("default %s is no workload", name)
		}
	}
}

// BenchmarkWorkload runs the tasks of every workload at its own sizes.
func BenchmarkWorkload(b *testing.B) {
	for _, name := range Names() {
		for _, task := range tasks(b, name) {
			b.Run(fmt.Sprintf("%s/n=%d", task.Workload, task.Qubits), func(b *testing.B) {
				run, err := task.Prepare()
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(task.Gates) * 32 << task.Qubits) // every gate reads and writes the state
				b.ReportAllocs()
				for b.Loop() {
					if _, err := run(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
