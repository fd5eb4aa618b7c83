package cli

import (
	"bytes"
	"crypto/sha256"
	little "encoding/binary"
	"encoding/json"
	"hash/crc32"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/internal/seal"
	"github.com/qnn-go/qnn/qnn/experiment"
)

// mutate changes a file once or a few times and mostly repairs its checksum.
func mutate(rng *rand.Rand, file string, text []byte) []byte {
	text = slices.Clone(text)
	open, wrap := func(b []byte) []byte { return b }, func(b []byte) []byte { return b }
	if rng.IntN(10) > 0 {
		switch {
		case filepath.Base(file) == experiment.CheckpointFile:
			open, wrap = func(b []byte) []byte { return b[20 : len(b)-sha256.Size] }, frame
		case filepath.Base(file) == experiment.ConfigFile:
			open, wrap = func(b []byte) []byte { _, rest, _ := bytes.Cut(b, []byte("\n")); return rest }, func(b []byte) []byte { return []byte(sealed(string(b))) }
		case strings.HasSuffix(file, ".json") && !strings.Contains(file, "results"):
			wrap = func(b []byte) []byte {
				if sealed, err := seal.Renew(b, ""); err == nil && bytes.Contains(text, []byte(`"sha256"`)) {
					return sealed
				}
				return b
			}
		}
	}
	changed := open(text)
	for range 1 + rng.IntN(3) {
		var v any
		d := json.NewDecoder(bytes.NewReader(changed))
		d.UseNumber()
		if rng.IntN(4) > 0 && d.Decode(&v) == nil {
			nodes := 0
			count(v, &nodes)
			at := rng.IntN(nodes)
			if again, err := json.Marshal(replaceNode(rng, v, &at)); err == nil {
				changed = again
				continue
			}
		}
		changed = mutateText(rng, changed)
	}
	const most = 16 << 20 // what is larger tests the machine more than the command
	return wrap(changed[:min(len(changed), most)])
}

// frame makes a checkpoint of a payload.
func frame(payload []byte) []byte {
	out := []byte("QNNCKPT\x01")
	out = little.LittleEndian.AppendUint64(out, uint64(len(payload)))
	out = little.LittleEndian.AppendUint32(out, crc32.Checksum(out, crc32.MakeTable(crc32.Castagnoli)))
	sum := sha256.Sum256(payload)
	return slices.Concat(out, payload, sum[:])
}

func count(v any, n *int) {
	*n++
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			count(e, n)
		}
	case map[string]any:
		for _, e := range v {
			count(e, n)
		}
	}
}

// replaceNode replaces node number at of a JSON value, counted from the root.
func replaceNode(rng *rand.Rand, v any, at *int) any {
	if *at == 0 {
		*at--
		return otherNode(rng, v)
	}
	*at--
	switch v := v.(type) {
	case []any:
		for i := range v {
			if *at >= 0 {
				v[i] = replaceNode(rng, v[i], at)
			}
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if *at >= 0 {
				v[k] = replaceNode(rng, v[k], at)
			}
		}
	}
	return v
}

// otherNode is something in place of a JSON value.
func otherNode(rng *rand.Rand, v any) any {
	switch v := v.(type) {
	case json.Number:
		if f, err := v.Float64(); err == nil && rng.IntN(3) == 0 {
			return []float64{-f, f + 1, f - 1, f / 2, f * 10, f * 1e6}[rng.IntN(6)]
		}
		return json.Number(pick(rng, numbersToTry()))
	case []any:
		switch rng.IntN(5) {
		case 0:
			return v[:rng.IntN(len(v)+1)]
		case 1:
			return append(v, v...)
		case 2:
			nodes := 0
			for count(v, &nodes); len(v) > 0 && len(v) < 5000 && nodes < 1_000_000; nodes *= 2 {
				v = append(v, v...)
			}
			return v
		case 3:
			if len(v) > 1 {
				i, j := rng.IntN(len(v)), rng.IntN(len(v))
				v[i] = v[j]
			}
			return v
		}
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		if len(keys) > 0 && rng.IntN(2) == 0 {
			k := keys[rng.IntN(len(keys))]
			if rng.IntN(2) == 0 {
				delete(v, k)
			} else {
				v[k] = v[keys[rng.IntN(len(keys))]]
			}
			return v
		}
	case string:
		if rng.IntN(2) == 0 {
			return string(mutateText(rng, []byte(v)))
		}
	}
	switch rng.IntN(6) {
	case 0:
		return nil
	case 1:
		return json.Number(pick(rng, numbersToTry()))
	case 2:
		return pick(rng, textsToTry())
	case 3:
		var deep any = json.Number("1")
		for range 1 + rng.IntN(2000) {
			deep = []any{deep}
		}
		return deep
	case 4:
		return map[string]any{}
	}
	return []any{}
}

func pick(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }

func numbersToTry() []string {
	return []string{
		"0", "-1", "1", "2", "3", "7", "31", "32", "63", "64", "100", "1000", "4096", "65536", "1000000", "1073741824", "2147483648", "4294967296",
		"9007199254740993", "9223372036854775807", "-9223372036854775808", "1e308", "-1e308", "1e-320", "0.5", "-0.0", "1e400", "1e18", "0.1",
	}
}

func textsToTry() []string {
	return []string{
		"", "x", "a\nb", "\x1b[31m", "\xff\xfe", "../../x", "$(id)", "é\u2028", strings.Repeat("long", 5000), "nan", "Infinity", "w0*w0*w0", "x0", "2^999999",
		"((((((((((((((((1", "Z99999999", "XXXXXXXXXXXXXXXXXXXXXXXXXX", "cz", "unitary", "Z0*Z0", "1e9*w0", "pi/0",
	}
}

// mutateText changes bytes, words and lines.
func mutateText(rng *rand.Rand, text []byte) []byte {
	if len(text) == 0 {
		return []byte(pick(rng, textsToTry()))
	}
	i := rng.IntN(len(text))
	j := min(len(text), i+rng.IntN(20))
	switch rng.IntN(9) {
	case 0:
		text[i] = byte(rng.Uint32())
		return text
	case 1:
		return slices.Concat(text[:i], text[j:])
	case 2:
		return slices.Concat(text[:j], text[i:])
	case 3:
		return text[:i]
	case 4:
		return slices.Concat(text[:i], []byte(pick(rng, textsToTry())), text[i:])
	case 5:
		lines := bytes.SplitAfter(text, []byte("\n"))
		a, b := rng.IntN(len(lines)), rng.IntN(len(lines))
		lines[a] = lines[b]
		return bytes.Join(lines, nil)
	case 6:
		lines := bytes.SplitAfter(text, []byte("\n"))
		a := rng.IntN(len(lines))
		lines[a] = bytes.Repeat(lines[a], 1+rng.IntN(1000))
		return bytes.Join(lines, nil)
	case 7:
		digits := regexp.MustCompile(`[0-9]+(\.[0-9]+)?`).FindAllIndex(text, -1)
		if len(digits) > 0 {
			at := digits[rng.IntN(len(digits))]
			return slices.Concat(text[:at[0]], []byte(pick(rng, numbersToTry())), text[at[1]:])
		}
	}
	text[i] ^= 1 << rng.IntN(8)
	return text
}
