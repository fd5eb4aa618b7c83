package cli

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/cmd/internal/bench"
)

func TestBenchJSON(t *testing.T) {
	out, _ := command(t, 0, "bench", "--workload", "hea,epoch", "--qubits", "4", "--threads", "1,2", "--json")
	var got benchmark
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	m := got.Machine
	want := slices.Sorted(maps.Keys(map[string]bool{"1": true, strconv.Itoa(runtime.GOMAXPROCS(0)): true}))
	if m.CPU == "" || m.Cores != runtime.NumCPU() || !slices.Equal(slices.Sorted(maps.Keys(m.Bandwidth)), want) || !slices.Equal(slices.Sorted(maps.Keys(m.Arithmetic)), want) {
		t.Errorf("machine %+v", m)
	}
	if len(got.Results) != 4 {
		t.Fatalf("%d results, want 4", len(got.Results))
	}
	for i, r := range got.Results {
		workload := []string{"hea", "hea", "epoch", "epoch"}[i]
		gates := []int{96, 96, 500 * 52, 500 * 52}[i]
		if r.Workload != workload || r.Gates != gates || r.Qubits != 4 || r.Threads != 1+i%2 || r.Precision != "double" {
			t.Errorf("result %d: %+v", i, r)
		}
		if limit := float64(gates) * 16 * 32 / (1e9 * m.Bandwidth["1"]); math.Abs(r.Limit-limit) > 1e-9*limit {
			t.Errorf("result %d: gate limit %v, want %v", i, r.Limit, limit)
		}
		if !(r.Seconds > 0) || math.Abs(r.Ratio*r.Seconds-r.Limit) > 1e-9*r.Limit {
			t.Errorf("result %d: %v s · ratio %v, want %v s", i, r.Seconds, r.Ratio, r.Limit)
		}
	}
	if a, b := got.Results[0].Value, got.Results[1].Value; a != b {
		t.Errorf("value %v on one thread, %v on two", a, b)
	}
	// The keys of the documentation and no others.
	var raw struct {
		Machine map[string]any   `json:"machine"`
		Results []map[string]any `json:"results"`
	}
	if err := json.Unmarshal([]byte(out), &raw); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		got  map[string]any
		want string
	}{
		{raw.Machine, "cores cpu fma_gflop_s rmw_gb_s"},
		{raw.Results[0], "gate_limit_seconds gates layers precision qubits ratio seconds threads value workload"},
	} {
		if keys := strings.Join(slices.Sorted(maps.Keys(tt.got)), " "); keys != tt.want {
			t.Errorf("keys %s, want %s", keys, tt.want)
		}
	}
}

func TestBenchTable(t *testing.T) {
	out, errs := command(t, 0, "bench", "--workload", "qv", "--qubits", "4,5", "--threads", "1", "--quiet")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	last := strings.Fields(lines[len(lines)-1])
	if errs != "" || !strings.HasPrefix(out, "machine ") || !strings.Contains(out, "GB/s") || len(last) != 8 || strings.Join(last[:5], " ") != "qv 5 10 20 1" {
		t.Errorf("standard output:\n%s\nstandard error: %s", out, errs)
	}
}

func TestBenchInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out strings.Builder
	if code := run(ctx, []string{"bench", "--qubits", "4"}, Streams{In: strings.NewReader(""), Out: &out, Err: &out}); code != exitInterrupted {
		t.Errorf("exit code %d\n%s", code, &out)
	}
}

func TestBenchCompletion(t *testing.T) {
	out, _ := command(t, 0, "__complete", "bench", "--workload", "")
	for _, name := range bench.Names() {
		if !strings.Contains(out, name+"\n") {
			t.Errorf("%s is not offered in\n%s", name, out)
		}
	}
}
