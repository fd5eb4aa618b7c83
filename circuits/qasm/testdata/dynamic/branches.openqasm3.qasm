// Written by Qiskit 2.6.2, see write.py.
OPENQASM 3.0;
include "stdgates.inc";
bit[2] a;
bit[1] b;
bit[3] m;
int switch_dummy;
qubit[3] q;
ry(0.8) q[0];
h q[1];
a[0] = measure q[0];
a[1] = measure q[1];
if (a == 3) {
  x q[2];
  a[0] = measure q[2];
  h q[2];
} else {
  ry(0.4) q[2];
}
if (!b[0]) {
  ry(0.5) q[1];
}
switch_dummy = a;
switch (switch_dummy) {
  case 0 {
    ry(0.3) q[0];
  }
  case 1, 2 {
    h q[0];
    a[1] = measure q[0];
  }
  default {
    ry(1.1) q[0];
  }
}
m[0] = measure q[0];
m[1] = measure q[1];
m[2] = measure q[2];
