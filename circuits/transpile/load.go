package transpile

import (
	"embed"
	"fmt"
	"path"
	"strings"

	"github.com/qnn-go/qnn/circuits"
)

//go:embed targets/*.json
var files embed.FS

// Targets lists the names of the devices that are part of this package. Besides them [Load]
// knows line-N, grid-RxC and all-to-all-N.
func Targets() []string {
	entries, _ := files.ReadDir("targets")
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".json"))
	}
	return names
}

// Load returns the target with the given name. It is one of [Targets], or line-N for N qubits
// in a row, grid-RxC for R rows of C qubits, or all-to-all-N for N qubits of which every two
// are connected; these three kinds have the gates rz, sx, x and cz, measurements, resets and
// barriers. The error is an [*UnknownError] or wraps [ErrTarget].
func Load(name string) (*Target, error) {
	var rows, columns int
	if got, _ := fmt.Sscanf(name, "line-%d", &columns); got == 1 && name == fmt.Sprintf("line-%d", columns) {
		return lattice(name, 1, columns)
	}
	if got, _ := fmt.Sscanf(name, "grid-%dx%d", &rows, &columns); got == 2 && name == fmt.Sprintf("grid-%dx%d", rows, columns) {
		return lattice(name, rows, columns)
	}
	if got, _ := fmt.Sscanf(name, "all-to-all-%d", &columns); got == 1 && name == fmt.Sprintf("all-to-all-%d", columns) {
		t := generic(name, columns)
		t.AllToAll = true
		return t, t.finish()
	}
	f, err := files.Open(path.Join("targets", name+".json"))
	if err != nil || strings.ContainsAny(name, "/\\") {
		return nil, &UnknownError{Name: name, Known: Targets()}
	}
	defer func() { _ = f.Close() }()
	return Read(f)
}

func lattice(name string, rows, columns int) (*Target, error) {
	if rows < 1 || columns < 1 || rows > maxQubits || columns > maxQubits || rows*columns > maxQubits {
		return nil, fmt.Errorf("%w: %s: must have 1 to %d qubits", ErrTarget, name, maxQubits)
	}
	t := generic(name, rows*columns)
	for q := range t.Qubits {
		if q%columns+1 < columns {
			t.Edges = append(t.Edges, [2]int{q, q + 1})
		}
		if q+columns < t.Qubits {
			t.Edges = append(t.Edges, [2]int{q, q + columns})
		}
	}
	return t, t.finish()
}

// generic is a target that stands for no real device, without any edges.
func generic(name string, qubits int) *Target {
	t := &Target{Name: name, Dialect: "ibm", Qubits: qubits, MidCircuit: true, FeedForward: true}
	for _, g := range []circuits.Gate{
		circuits.GateRZ, circuits.GateSX, circuits.GateX, circuits.GateCZ, circuits.GateMeasure, circuits.GateReset, circuits.GateBarrier,
	} {
		t.Gates = append(t.Gates, Native{Gate: g})
	}
	return t
}
