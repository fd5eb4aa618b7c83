package ansatz

import (
	"cmp"
	"fmt"

	"github.com/qnn-go/qnn/circuits"
)

// Config names the parts of a circuit. Only Features is required: the zero value
// of every other field stands for the default in its comment, and
// [Config.Resolve] writes the defaults out.
type Config struct {
	Features int `json:"features"`         // width of the samples, at least 1
	Qubits   int `json:"qubits,omitempty"` // as few as the encoding needs

	Encoding             string       `json:"encoding,omitempty"`              // angle-ry
	EncodingReps         int          `json:"encoding_reps,omitempty"`         // iqp 1; z, zz 2
	EncodingEntanglement Entanglement `json:"encoding_entanglement,omitempty"` // zz full

	Ansatz       string       `json:"ansatz,omitempty"`       // strongly-entangling
	Layers       int          `json:"layers,omitempty"`       // 3
	Entanglement Entanglement `json:"entanglement,omitempty"` // of the ansatz: two-local full, reuploading circular, real-amplitudes and efficient-su2 reverse-linear

	// Layer is a layer of the caller's own, in place of an ansatz by name: it appends to c
	// the trainable gates of layer l, from 0, whose weights follow c.Weights(). Layers of
	// them follow the encoding; with the ansatz reuploading the encoding comes before each.
	Layer func(c *circuits.Circuit, l int) error `json:"-"`

	Rotations []circuits.Gate `json:"rotations,omitempty"` // of two-local: ry
	Entangler circuits.Gate   `json:"entangler,omitempty"` // of two-local: cz
}

// block is an entry of the list of ansaetze. add appends the encoding by calling
// encode, and the trainable gates.
type block struct {
	name     string
	standard Entanglement // default entanglement; empty: has none to choose
	gates    bool         // has rotations and entangler to choose
	add      func(c *circuits.Circuit, cfg Config, encode func() error) error
}

// reuploading is the name of the ansatz that encodes before each layer.
const reuploading = "reuploading"

// blocks is the list of ansaetze, in the order it is shown.
func blocks() []block {
	// after encodes once and appends the trainable gates behind.
	after := func(add func(c *circuits.Circuit, cfg Config) error) func(*circuits.Circuit, Config, func() error) error {
		return func(c *circuits.Circuit, cfg Config, encode func() error) error {
			if err := encode(); err != nil {
				return err
			}
			return add(c, cfg)
		}
	}
	return []block{
		{name: "real-amplitudes", standard: ReverseLinear, add: after(func(c *circuits.Circuit, cfg Config) error {
			return RealAmplitudes(c, cfg.Layers, cfg.Entanglement)
		})},
		{name: "efficient-su2", standard: ReverseLinear, add: after(func(c *circuits.Circuit, cfg Config) error {
			return EfficientSU2(c, cfg.Layers, cfg.Entanglement)
		})},
		{name: "two-local", standard: Full, gates: true, add: after(func(c *circuits.Circuit, cfg Config) error {
			return TwoLocal(c, cfg.Layers, cfg.Entanglement, cfg.Rotations, cfg.Entangler)
		})},
		{name: "basic-entangler", add: after(func(c *circuits.Circuit, cfg Config) error {
			return BasicEntangler(c, cfg.Layers)
		})},
		{name: "strongly-entangling", add: after(func(c *circuits.Circuit, cfg Config) error {
			return StronglyEntangling(c, cfg.Layers)
		})},
		{name: reuploading, standard: Circular, add: func(c *circuits.Circuit, cfg Config, encode func() error) error {
			return Reuploading(c, cfg.Layers, cfg.Entanglement, encode)
		}},
	}
}

// Ansaetze lists the ansaetze by name: real-amplitudes, efficient-su2,
// two-local, basic-entangler, strongly-entangling, reuploading.
func Ansaetze() []string {
	var names []string
	for _, b := range blocks() {
		names = append(names, b.name)
	}
	return names
}

// block is the ansatz of cfg.
func (cfg *Config) block() (block, error) {
	if cfg.Layer != nil {
		return cfg.own()
	}
	for _, b := range blocks() {
		if b.name == cfg.Ansatz {
			return b, nil
		}
	}
	return block{}, &NameError{Kind: "ansatz", Name: cfg.Ansatz, Known: Ansaetze()}
}

// own is the ansatz of layers of the caller's own.
func (cfg *Config) own() (block, error) {
	again := cfg.Ansatz == reuploading
	if cfg.Ansatz != "" && !again {
		return block{}, fmt.Errorf("ansatz %s beside a layer of one's own: %w: leave it out, or use %s", cfg.Ansatz, ErrFixed, reuploading)
	}
	return block{name: "of one's own", add: func(c *circuits.Circuit, cfg Config, encode func() error) error {
		for l := range cfg.Layers {
			if l == 0 || again {
				if err := encode(); err != nil {
					return err
				}
			}
			if err := cfg.Layer(c, l); err != nil {
				return fmt.Errorf("layer %d: %w", l, err)
			}
		}
		return nil
	}}, nil
}

// maxGates bounds a circuit, which is refused before it takes all memory, or seconds.
const maxGates = 5e5

// checkSize refuses circuits of more than about maxGates gates: in a layer there are about
// four on each qubit and one on each pair that it entangles.
func checkSize(qubits, layers int, e Entanglement) error {
	pairs := float64(qubits)
	if e == Full {
		pairs *= float64(qubits-1) / 2
	}
	if gates := float64(layers) * (4*float64(qubits) + pairs); gates > maxGates {
		return fmt.Errorf("%d layers on %d qubits: %w: up to %.2g gates, at most %.0g are possible; use fewer layers or qubits",
			layers, qubits, ErrLayers, gates, float64(maxGates))
	}
	return nil
}

// Build makes the circuit that cfg describes: the encoding followed by the
// ansatz, or, for reuploading, the encoding before each layer. The circuit reads
// [Encoding.Inputs] features, which [Encoding.Prepare] makes from a sample.
//
// The errors are those of [Config.Resolve], a [*FeaturesError] for features that
// do not fit on the qubits, and ones that wrap [ErrQubits], [ErrLayers],
// [ErrGate] or, for an unknown entanglement, [ErrUnknown].
func Build(cfg Config) (*circuits.Circuit, error) {
	cfg, err := cfg.Resolve()
	if err != nil {
		return nil, err
	}
	e, err := FindEncoding(cfg.Encoding)
	if err != nil {
		return nil, err
	}
	b, err := cfg.block()
	if err != nil {
		return nil, err
	}
	if err := checkSize(cfg.Qubits, cfg.Layers, cmp.Or(cfg.Entanglement, b.standard)); err != nil {
		return nil, err
	}
	c := circuits.New(cfg.Qubits)
	err = b.add(c, cfg, func() error { return e.Append(c, cfg.Features, cfg.EncodingReps, cfg.EncodingEntanglement) })
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Resolve returns cfg with every default written out, aliases replaced by names
// and the settings that a part does not have left at zero; resolving the result
// changes nothing. The error is a [*NameError] for an unknown encoding or ansatz,
// or wraps [ErrFixed] for a setting that the named part does not have.
func (cfg Config) Resolve() (Config, error) {
	cfg.Encoding = orDefault(cfg.Encoding, "angle-ry")
	if cfg.Layer == nil {
		cfg.Ansatz = orDefault(cfg.Ansatz, "strongly-entangling")
	}
	cfg.Layers = orDefault(cfg.Layers, 3)
	e, err := FindEncoding(cfg.Encoding)
	if err != nil {
		return cfg, err
	}
	b, err := cfg.block()
	if err != nil {
		return cfg, err
	}
	cfg.Encoding = e.Name
	cfg.Qubits = orDefault(cfg.Qubits, e.QubitsFor(cfg.Features))
	cfg.EncodingReps, cfg.EncodingEntanglement, err = e.settings(cfg.EncodingReps, cfg.EncodingEntanglement)
	if err != nil {
		return cfg, err
	}
	return cfg, b.settings(&cfg)
}

// settings puts the defaults of b into cfg and refuses what b does not have.
func (b block) settings(cfg *Config) error {
	if b.standard == "" && cfg.Entanglement != "" {
		return fmt.Errorf("ansatz %s: entanglement: %w: leave it out, or use two-local or real-amplitudes", b.name, ErrFixed)
	}
	cfg.Entanglement = orDefault(cfg.Entanglement, b.standard)
	if !b.gates {
		if len(cfg.Rotations) > 0 || cfg.Entangler != circuits.GateI {
			return fmt.Errorf("ansatz %s: rotations and entangler: %w: leave them out, or use two-local", b.name, ErrFixed)
		}
		return nil
	}
	if len(cfg.Rotations) == 0 {
		cfg.Rotations = []circuits.Gate{circuits.GateRY}
	}
	cfg.Entangler = orDefault(cfg.Entangler, circuits.GateCZ)
	return nil
}

func orDefault[T comparable](v, standard T) T {
	var zero T
	if v == zero {
		return standard
	}
	return v
}
