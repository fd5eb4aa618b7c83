// Written by Qiskit 2.6.2, see write.py.
OPENQASM 3.0;
include "stdgates.inc";
bit[1] a;
bit[1] b;
bit[1] out;
qubit[3] q;
U(1.1, 0.4, -0.3) q[0];
h q[1];
cx q[1], q[2];
cx q[0], q[1];
h q[0];
a[0] = measure q[0];
b[0] = measure q[1];
if (b == 1) {
  x q[2];
}
if (a == 1) {
  z q[2];
}
U(0.7, 0.2, 0.1) q[2];
out[0] = measure q[2];
