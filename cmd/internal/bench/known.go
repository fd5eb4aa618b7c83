package bench

import (
	"fmt"
	"math"

	"github.com/qnn-go/qnn/qsim"
)

// tolerance is how far a value may lie from the known one. A gradient's value is a
// sum over many derivatives, an epoch's follows many steps.
func (t *Task) tolerance() float64 {
	if t.Precision == qsim.Single {
		return 1e-4
	}
	return 1e-9
}

// known returns the value of a task on which Qulacs 0.6.14, Qiskit Aer 0.18.2,
// PennyLane Lightning 0.45.0, MindQuantum 0.12.0 and, for circuits, qibojit 0.1.17
// agree to 1e-11. Those of batch are NumPy's, by plain state vectors.
func known(workload string, qubits int) (float64, bool) {
	type key struct {
		workload string
		qubits   int
	}
	v, ok := map[key]float64{
		{"hea", 16}:   0.5025587917219,
		{"hea", 20}:   0.5001326164445,
		{"hea", 24}:   0.4999147921790,
		{"brick", 16}: 0.5116152797125,
		{"brick", 20}: 0.3958371636322,
		{"qft", 16}:   0.3350801457111,
		{"qft", 20}:   0.4653450873904,
		{"qv", 16}:    0.5016201057648,
		{"qv", 20}:    0.5064252168655,
		{"grad", 12}:  0.6583936046995,
		{"grad", 16}:  0.2214636823323,
		{"grad", 20}:  0.0668717666686,
		{"epoch", 4}:  1.0445609646305,
		{"epoch", 6}:  1.0225789690514,
		{"epoch", 8}:  0.9960875839332,
		{"epoch", 10}: 1.0038080678940,
		{"batch", 4}:  1.0786078412131,
		{"batch", 6}:  1.0429104661483,
		{"batch", 8}:  1.0029488579935,
		{"batch", 10}: 1.0033326077643,
	}[key{workload, qubits}]
	return v, ok
}

// Check returns an error when value is not what other simulators found for the
// task; sizes that they were not asked about pass.
func (t *Task) Check(value float64) error {
	want, ok := known(t.Workload, t.Qubits)
	if ok && !(math.Abs(value-want) <= t.tolerance()) {
		return fmt.Errorf("%s on %d qubits gives %.13f, other simulators %.13f: this build computes wrongly on this machine; report it, and see whether QNN_CPU=generic helps",
			t.Workload, t.Qubits, value, want)
	}
	return nil
}
