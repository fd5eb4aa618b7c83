// Written by Qiskit 2.6.2, see write.py.
OPENQASM 3.0;
include "stdgates.inc";
bit[3] m;
qubit[2] q;
x q[1];
h q[0];
cp(12*pi/5) q[0], q[1];
h q[0];
m[0] = measure q[0];
reset q[0];
h q[0];
cp(6*pi/5) q[0], q[1];
if (m == 1) {
  p(-pi/2) q[0];
}
h q[0];
m[1] = measure q[0];
reset q[0];
h q[0];
cp(3*pi/5) q[0], q[1];
if (m == 1) {
  p(-pi/4) q[0];
}
if (m == 2) {
  p(-pi/2) q[0];
}
if (m == 3) {
  p(-3*pi/4) q[0];
}
h q[0];
m[2] = measure q[0];
