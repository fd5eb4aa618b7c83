package qpu

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
)

// typed opens {"__type__": NAME, "__value__": …} of RuntimeEncoder.
func (n node) typed(names ...string) (node, error) {
	kind, err := n.get("__type__").text()
	if err != nil {
		return n, err
	}
	if slices.Contains(names, kind) {
		return n.get("__value__"), nil
	}
	return n, n.fail("type %.40q, must be %s", kind, names[0])
}

// encoded reads what RuntimeEncoder of qiskit-ibm-runtime wrote: a PrimitiveResult of
// SamplerV2 or EstimatorV2, or a Result.
func (n node) encoded() ([]Record, error) {
	if kind, _ := n.get("__type__").text(); kind == "Result" {
		return n.get("__value__").results()
	}
	value, err := n.typed("PrimitiveResult")
	if err != nil {
		return nil, err
	}
	results, err := value.get("pub_results").list()
	if err != nil {
		return nil, err
	}
	budget, settings := maxFileBytes, value.at("metadata", "qnn").settings()
	var out []Record
	for _, result := range results {
		pub, err := result.typed("SamplerPubResult", "PubResult", "EstimatorPubResult")
		if err != nil {
			return nil, err
		}
		records, err := pub.published(&budget)
		if err != nil {
			return nil, err
		}
		name := pub.at("metadata", "circuit_metadata").circuit()
		for row := range records {
			records[row].Circuit, records[row].Row, records[row].Settings = name, row, settings
		}
		if out = append(out, records...); len(out) > maxRecords {
			return nil, &FileError{Path: result.path, Err: fmt.Errorf("over %d results: %w", maxRecords, ErrLimit)}
		}
	}
	return out, nil
}

// settingNames are what our run script for IBM writes into every result file.
func settingNames() []string {
	return []string{"backend", "mode", "dd", "twirl", "randomizations", "estimator", "resilience", "seed"}
}

// settings are those of an object, as texts; what is null or false has none.
func (n node) settings() map[string]string {
	out := map[string]string{}
	for _, name := range settingNames() {
		var v any
		switch _ = json.Unmarshal(n.get(name).raw, &v); v := v.(type) { // what is absent is nil
		case string, float64:
			out[name] = fmt.Sprint(v)
		case bool:
			if v {
				out[name] = "yes"
			}
		}
	}
	return out
}

// published reads the data of one circuit: counts, or an estimator's values.
func (n node) published(budget *int) ([]Record, error) {
	data, err := n.get("data").typed("DataBin")
	if err != nil {
		return nil, err
	}
	fields := data.get("fields")
	if !fields.get("evs").absent() {
		return fields.estimated(budget)
	}
	register, err := fields.register()
	if err != nil {
		return nil, err
	}
	return register.bitArray(budget)
}

// bitArray reads a BitArray: uint8 of the shape […, shots, ⌈bits/8⌉], bytes big-endian
// with zeros on the left; a record for every set of parameters.
func (n node) bitArray(budget *int) ([]Record, error) {
	value, err := n.typed("BitArray")
	if err != nil {
		return nil, err
	}
	width, err := value.get("num_bits").whole(maxBits)
	if err != nil {
		return nil, err
	}
	encoded, err := value.get("array").typed("ndarray")
	if err != nil {
		return nil, err
	}
	shape, data, err := encoded.array("|u1", budget)
	if err != nil {
		return nil, err
	}
	size := (width + 7) / 8
	if len(shape) < 2 || width == 0 || shape[len(shape)-1] != size {
		return nil, encoded.fail("shape %v for %d bits, must be […, shots, %d]", shape, width, size)
	}
	shots := shape[len(shape)-2]
	if shots == 0 || len(data) == 0 {
		return nil, encoded.fail("there are no shots")
	}
	if rows := len(data) / (shots * size); rows > maxRecords {
		return nil, &FileError{Path: encoded.path, Err: fmt.Errorf("%d sets of parameters: %w", rows, ErrLimit)}
	}
	var out []Record
	for row := 0; row*shots*size < len(data); row++ {
		counts := counter{}
		for shot := range shots {
			at := (row*shots + shot) * size
			counts[string(data[at:at+size])]++
		}
		r, err := counts.bits(encoded, width)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// bits makes a record of outcomes that are counted by their bytes, most significant first.
func (c counter) bits(n node, width int) (Record, error) {
	text := make(counter, len(c))
	for packed, count := range c {
		var bits []byte
		for i := range len(packed) {
			bits = fmt.Appendf(bits, "%08b", packed[i])
		}
		padding := bits[:len(bits)-width]
		if bytes.IndexByte(padding, '1') >= 0 {
			return Record{}, n.fail("an outcome has more than %d bits", width)
		}
		text[string(bits[len(padding):])] = count
	}
	return text.record(n)
}

// array unfolds base64(zlib(npy)) of a dtype to a shape and bytes, within the budget.
func (n node) array(dtype string, budget *int) (shape []int, data []byte, err error) {
	text, err := n.text()
	if err != nil {
		return nil, nil, err
	}
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, nil, n.fail("base64: %v", err)
	}
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, nil, n.fail("%v", err)
	}
	unfolded, err := readLimited(z, *budget)
	if err != nil {
		return nil, nil, &FileError{Path: n.path, Err: err}
	}
	*budget -= len(unfolded)
	shape, data, err = parseNpy(unfolded, dtype)
	if err != nil {
		return nil, nil, n.fail("%v", err)
	}
	return shape, data, nil
}
