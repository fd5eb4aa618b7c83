// Written by Qiskit 2.6.2, see write.py.
OPENQASM 3.0;
include "stdgates.inc";
bit[2] a;
bit[1] b;
bit[3] m;
qubit[3] q;
for int _ in [0:2] {
  ry(0.9) q[0];
  b[0] = measure q[0];
  if (b[0]) {
    break;
  }
  ry(0.4) q[1];
}
for int _ in [0:2] {
  h q[2];
  a[0] = measure q[2];
  if (!a[0]) {
    continue;
  }
  ry(0.7) q[1];
}
h q[0];
a[0] = measure q[0];
a[1] = measure q[1];
while (a == 2) {
  h q[0];
  ry(0.6) q[1];
  a[0] = measure q[0];
  a[1] = measure q[1];
}
ry(0.5) q[2];
m[0] = measure q[0];
m[1] = measure q[1];
m[2] = measure q[2];
