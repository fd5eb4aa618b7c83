package qpu

// legacy reads a result of qiskit.result.Result: counts by hexadecimal numbers, or by
// bits with the last register first, or the memory of all shots.
func (n node) legacy() ([]Record, error) {
	if success := n.get("success"); !success.absent() && string(success.raw) != "true" {
		status, _ := n.get("status").text()
		return nil, n.fail("the run failed (%.100s). Run this circuit again", status)
	}
	header := n.get("header")
	width, err := header.memorySlots()
	if err != nil {
		return nil, err
	}
	data := n.get("data")
	counts := data.get("counts")
	var counted counter
	if counts.absent() {
		counts = data.get("memory")
		counted, err = counts.count(width)
	} else {
		counted, err = counts.table(width)
	}
	if err != nil {
		return nil, err
	}
	r, err := counted.record(counts)
	r.Circuit = header.get("metadata").circuit()
	return []Record{r}, err
}

// memorySlots is the number of classical bits of a header, 0 if it does not say.
func (n node) memorySlots() (int, error) {
	if slots := n.get("memory_slots"); !slots.absent() {
		return slots.whole(maxBits)
	}
	sizes := n.get("creg_sizes")
	if sizes.absent() {
		return 0, nil
	}
	registers, err := sizes.list() // of [name, size]
	if err != nil {
		return 0, err
	}
	width := 0
	for _, r := range registers {
		pair, err := r.list()
		if err != nil {
			return 0, err
		}
		if len(pair) != 2 {
			return 0, r.fail("must be [name, size], is %s", r.shown())
		}
		size, err := pair[1].whole(maxBits)
		if err != nil {
			return 0, err
		}
		if width += size; width > maxBits {
			return 0, r.fail("over %d bits", maxBits)
		}
	}
	return width, nil
}

// table reads counts by outcome.
func (n node) table(width int) (counter, error) {
	fields, err := n.fields()
	if err != nil {
		return nil, err
	}
	out := make(counter, len(fields))
	for name, raw := range fields {
		entry := node{raw, n.below(name), n.unfolded}
		count, err := entry.whole(maxShots)
		if err != nil {
			return nil, err
		}
		bits, err := entry.binary(name, width)
		if err != nil {
			return nil, err
		}
		out[bits] += count
	}
	return out, nil
}
