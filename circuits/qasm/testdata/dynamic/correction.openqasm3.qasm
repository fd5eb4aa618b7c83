// Written by Qiskit 2.6.2, see write.py.
OPENQASM 3.0;
include "stdgates.inc";
bit[2] syn;
bit[3] out;
qubit[5] q;
ry(0.9) q[0];
cx q[0], q[1];
cx q[0], q[2];
rx(0.8) q[1];
cx q[0], q[3];
cx q[1], q[3];
cx q[1], q[4];
cx q[2], q[4];
syn[0] = measure q[3];
syn[1] = measure q[4];
if (syn == 1) {
  x q[0];
}
if (syn == 3) {
  x q[1];
}
if (syn == 2) {
  x q[2];
}
out[0] = measure q[0];
out[1] = measure q[1];
out[2] = measure q[2];
