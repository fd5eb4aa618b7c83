package qasm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits/qasm"
)

// layers is a text of n gates: rotations with numbers and pi, and CX.
func layers(n int, header, declare string) string {
	var b strings.Builder
	b.WriteString(header + declare)
	for i := range n {
		switch q := i % 29; i % 3 {
		case 0:
			fmt.Fprintf(&b, "rz(%.15g) q[%d];\n", float64(i)*0.000123456789, q)
		case 1:
			fmt.Fprintf(&b, "cx q[%d],q[%d];\n", q, q+1)
		default:
			fmt.Fprintf(&b, "u3(pi/2,%d*pi/4,-pi) q[%d];\n", i%7, q)
		}
	}
	return b.String()
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct{ name, source string }{
		{"version=2/gates=1e6", layers(1_000_000, header2, "qreg q[30];\n")},
		{"version=3/gates=1e6", layers(1_000_000, header3, "qubit[30] q;\n")},
		{"version=2/defined=1e6", header2 + "gate g(t) a,b { rz(t) a; cx a,b; u3(t/2,0,-t) b; h a; }\nqreg q[2];\n" + many(250_000, "g(0.5) q[0],q[1];\n")},
		{"version=3/loop=1e6", header3 + "qubit[20] q; for int i in [0:49999] { for int j in [0:19] rx(i * 0.5 + j) q[j]; }"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.source)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := qasm.Decode(strings.NewReader(c.source), qasm.DecodeOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
