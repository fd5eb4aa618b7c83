package qpu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// npyHeader is the dictionary at the beginning of an .npy file as NumPy writes it.
var npyHeader = regexp.MustCompile(`^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), \} *\n?$`)

// npySize is the number of bytes of an element, for each dtype that is read: bytes, and
// numbers of double precision, little-endian.
func npySize(dtype string) int { return map[string]int{"|u1": 1, "<f8": 8}[dtype] }

// parseNpy reads an .npy file of a dtype in C order: its shape and the bytes of its
// elements. Format: NumPy Enhancement Proposal 1, versions 1 to 3.
func parseNpy(file []byte, dtype string) (shape []int, data []byte, err error) {
	const magic = "\x93NUMPY"
	if len(file) < 12 || string(file[:6]) != magic {
		return nil, nil, errors.New("not an array of NumPy")
	}
	var length, begin int
	switch file[6] {
	case 1:
		length, begin = int(binary.LittleEndian.Uint16(file[8:])), 10
	case 2, 3:
		length, begin = int(binary.LittleEndian.Uint32(file[8:])), 12
	default:
		return nil, nil, fmt.Errorf("array of NumPy, version %d of the format", file[6])
	}
	if length > len(file)-begin {
		return nil, nil, errors.New("array of NumPy is cut off")
	}
	header := npyHeader.FindSubmatch(file[begin : begin+length])
	if header == nil {
		return nil, nil, errors.New("header of an array of NumPy is damaged")
	}
	if got := string(header[1]); got != dtype || string(header[2]) == "True" {
		return nil, nil, fmt.Errorf("array of NumPy of dtype %q, fortran order %s, must be %s in C order", got, header[2], dtype)
	}
	data = file[begin+length:]
	size := 1
	for part := range strings.SplitSeq(string(header[3]), ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil || n > maxFileBytes || n > 0 && size > maxFileBytes/n {
			return nil, nil, fmt.Errorf("shape of an array of NumPy: %.20q: %w", part, ErrLimit)
		}
		size *= n
		shape = append(shape, n)
	}
	if size*npySize(dtype) != len(data) {
		return nil, nil, fmt.Errorf("array of NumPy of shape %v with %d bytes of elements", shape, len(data))
	}
	return shape, data, nil
}

// readLimited reads all of r, or fails with ErrLimit when that is more than most bytes.
func readLimited(r io.Reader, most int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, fmt.Errorf("%w: compressed array: %w", ErrFormat, err)
	}
	if len(data) > most {
		return nil, fmt.Errorf("arrays unfold to over %d bytes: %w", maxFileBytes, ErrLimit)
	}
	return data, nil
}
