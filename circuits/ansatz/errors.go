package ansatz

import (
	"fmt"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/internal/suggest"
)

// Causes of a refused template; test for them with [errors.Is].
var (
	ErrUnknown  = fault.New(fault.Usage, "unknown")
	ErrFeatures = fault.New(fault.Usage, "wrong number of features")
	ErrQubits   = fault.New(fault.Usage, "wrong number of qubits")
	ErrLayers   = fault.New(fault.Usage, "wrong number of layers or repetitions")
	ErrGate     = fault.New(fault.Usage, "gate does not fit the template")
	// ErrFixed marks a setting of a template that has nothing to set.
	ErrFixed = fault.New(fault.Usage, "not a setting of this template")
	// ErrInput marks a data vector that no state can hold.
	ErrInput = fault.New(fault.Data, "vector cannot be encoded")
)

// NameError is a name that is not in a list. It wraps [ErrUnknown].
type NameError struct {
	Kind  string   // what is named: "encoding", "ansatz", "entanglement"
	Name  string   // as given
	Known []string // every valid name
}

func (e *NameError) Error() string { return suggest.Unknown(e.Kind, e.Name, e.Known) }

// Unwrap returns [ErrUnknown].
func (e *NameError) Unwrap() error { return ErrUnknown }

// FeaturesError is a number of features that an encoding cannot put on the
// circuit's qubits. It wraps [ErrFeatures].
type FeaturesError struct {
	Encoding string
	Features int
	Qubits   int
	Min, Max int // what the encoding takes on that many qubits
}

func (e *FeaturesError) Error() string {
	switch {
	case e.Features > 1<<maxAmplitudeQubits:
		return fmt.Sprintf("%s encoding: %d features do not fit on %d qubits, at most %d: reduce the features",
			e.Encoding, e.Features, e.Qubits, e.Max)
	case e.Features >= e.Min && e.Encoding == amplitudeName:
		return fmt.Sprintf("%s encoding: %d features do not fit on %d qubits, at most %d: use %d qubits or reduce the features",
			e.Encoding, e.Features, e.Qubits, e.Max, amplitudeQubits(e.Features))
	case e.Features >= e.Min:
		return fmt.Sprintf("%s encoding: %d features do not fit on %d qubits, at most %d: use %d qubits, reduce the features, or use %s encoding",
			e.Encoding, e.Features, e.Qubits, e.Max, e.Features, amplitudeName)
	case e.Min == 2:
		return fmt.Sprintf("%s encoding: %d features, at least 2: use more features or z encoding", e.Encoding, e.Features)
	}
	return fmt.Sprintf("%s encoding: %d features, at least %d: give the number of columns of the data", e.Encoding, e.Features, e.Min)
}

// Unwrap returns [ErrFeatures].
func (e *FeaturesError) Unwrap() error { return ErrFeatures }
