package qsim_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// What a first gradient allocates is the states that were announced, and little more.
func TestGradientMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes sync.Pool drop what it is given")
	}
	for _, tt := range []struct {
		qubits, samples int
		method          qsim.Method
	}{
		{8, 1, qsim.Adjoint},
		{8, 64, qsim.Adjoint},
		{10, 64, qsim.Adjoint},
		{12, 1, qsim.Adjoint},
		{12, 64, qsim.Adjoint},
		{15, 4, qsim.Adjoint},
		{9, 16, qsim.ParameterShift},
		{12, 16, qsim.FiniteDifference},
		{15, 2, qsim.FiniteDifference},
	} {
		for _, precision := range []qsim.Precision{qsim.Double, qsim.Single} {
			t.Run(fmt.Sprintf("%d qubits, %d samples, %v, %v", tt.qubits, tt.samples, tt.method, precision), func(t *testing.T) {
				c := circuits.New(tt.qubits)
				for q := range tt.qubits {
					c.RY(circuits.Feature(0), q).CX(q, (q+1)%tt.qubits).RY(circuits.Weight(q), q)
				}
				p, err := qsim.Compile(c, qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(0)}, Precision: precision})
				if err != nil {
					t.Fatal(err)
				}
				weights, samples := make([]float64, tt.qubits), make([][]float64, tt.samples)
				for i := range samples {
					samples[i] = []float64{float64(i)}
				}
				gradient := func() {
					err := p.Gradient(context.Background(), tt.method, make([]float64, tt.qubits), nil, weights, samples,
						func(_ int, _, c []float64) { c[0] = 1 })
					if err != nil {
						t.Fatal(err)
					}
				}
				// Plans and tables stay; states are thrown away and made again.
				gradient()
				runtime.GC() // twice, which empties the pools
				runtime.GC()
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				gradient()
				runtime.ReadMemStats(&after)
				want, got := p.GradientMemory(tt.method, tt.samples), after.TotalAlloc-before.TotalAlloc
				const tables = 400 << 10 // of a worker or two
				if got > want+want/10+tables || got < want/uint64(runtime.GOMAXPROCS(0)) {
					t.Errorf("announced %d bytes, allocated %d", want, got)
				}
			})
		}
	}
}
