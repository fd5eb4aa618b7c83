package bench

import (
	"bufio"
	"context"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qnn-go/qnn/qsim/roofline"
)

// Machine is what the work is held against. The maps are by number of threads.
type Machine struct {
	CPU        string             `json:"cpu"`
	Cores      int                `json:"cores"`
	Bandwidth  map[string]float64 `json:"rmw_gb_s"`    // 10⁹ bytes a second, read and written in place
	Arithmetic map[string]float64 `json:"fma_gflop_s"` // 10⁹ operations a second
}

// MeasureMachine measures the limits on one thread and on as many as GOMAXPROCS
// allows. Errors are those of [roofline.Measure].
func MeasureMachine(ctx context.Context) (Machine, error) {
	m := Machine{cpuName(), runtime.NumCPU(), map[string]float64{}, map[string]float64{}}
	for _, threads := range []int{1, runtime.GOMAXPROCS(0)} {
		key := strconv.Itoa(threads)
		if _, done := m.Bandwidth[key]; done {
			continue
		}
		restore := setThreads(threads)
		l, err := roofline.Measure(ctx)
		restore()
		if err != nil {
			return Machine{}, err
		}
		m.Bandwidth[key], m.Arithmetic[key] = l.Bandwidth/1e9, l.Arithmetic/1e9
	}
	return m, nil
}

// setThreads sets GOMAXPROCS and returns a function that sets it back.
func setThreads(n int) (restore func()) {
	before := runtime.GOMAXPROCS(n)
	return func() { runtime.GOMAXPROCS(before) }
}

// cpuName is the processor's name where Linux tells it, else the architecture.
func cpuName() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer func() { _ = f.Close() }() // opened for reading
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// Result is one task timed on one number of threads.
type Result struct {
	Workload  string  `json:"workload"`
	Qubits    int     `json:"qubits"`
	Layers    int     `json:"layers"`
	Gates     int     `json:"gates"`
	Precision string  `json:"precision"`
	Threads   int     `json:"threads"`
	Seconds   float64 `json:"seconds"`            // the fastest run
	Limit     float64 `json:"gate_limit_seconds"` // every gate reads and writes the state once, on one thread
	Ratio     float64 `json:"ratio"`              // Limit / Seconds
	Value     float64 `json:"value"`

	Median float64 `json:"-"` // seconds
}

// A task is repeated until one of these is reached.
const (
	enoughTime = 300 * time.Millisecond
	enoughRuns = 20
)

// Measure runs the task once, then until 0.3 s or 20 runs have passed, with
// GOMAXPROCS set to threads and set back afterwards. Preparing is not timed. When
// ctx ends first, its error is returned.
func (m *Machine) Measure(ctx context.Context, t *Task, threads int) (Result, error) {
	defer setThreads(threads)()
	run, err := t.Prepare()
	if err != nil {
		return Result{}, err
	}
	value, err := run(ctx)
	if err != nil {
		return Result{}, err
	}
	var times []float64
	for total := 0.0; total < enoughTime.Seconds() && len(times) < enoughRuns; total += times[len(times)-1] {
		begin := time.Now()
		if _, err := run(ctx); err != nil {
			return Result{}, err
		}
		times = append(times, time.Since(begin).Seconds())
	}
	slices.Sort(times)
	r := Result{
		Workload: t.Workload, Qubits: t.Qubits, Layers: t.Layers, Gates: t.Gates, Precision: t.Precision.String(), Threads: threads,
		Seconds: times[0], Median: times[len(times)/2], Value: value,
	}
	r.Limit = float64(t.Gates) * math.Ldexp(2*float64(t.Precision.AmplitudeBytes()), t.Qubits) / (m.Bandwidth["1"] * 1e9)
	r.Ratio = r.Limit / r.Seconds
	return r, nil
}
