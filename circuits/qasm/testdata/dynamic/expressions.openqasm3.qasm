// Written by Qiskit 2.6.2, see write.py.
OPENQASM 3.0;
include "stdgates.inc";
bit[2] a;
bit[1] b;
bit[3] m;
qubit[3] q;
ry(0.7) q[0];
ry(1.1) q[1];
ry(1.5) q[2];
a[0] = measure q[0];
a[1] = measure q[1];
b[0] = measure q[2];
if (a[0] ^ a[1] || !b[0]) {
  ry(0.4) q[0];
}
if (a < 2) {
  ry(0.3) q[1];
}
if ((a & 2) == 2) {
  ry(0.9) q[2];
}
if (a >= 1 && a != 2) {
  x q[0];
}
m[0] = measure q[0];
m[1] = measure q[1];
m[2] = measure q[2];
