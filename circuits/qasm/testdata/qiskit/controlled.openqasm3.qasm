// Written by Qiskit 2.6.2, see write.py.
OPENQASM 3.0;
include "stdgates.inc";
gate mcphase(_gate_p_0) _gate_q_0, _gate_q_1 {
  cp(3*pi/2) _gate_q_0, _gate_q_1;
}
gate mcphase_0(_gate_p_0) _gate_q_0, _gate_q_1 {
  cp(pi/2) _gate_q_0, _gate_q_1;
}
gate mcphase_1(_gate_p_0) _gate_q_0, _gate_q_1 {
  cp(pi/2) _gate_q_0, _gate_q_1;
}
gate mcphase_2(_gate_p_0) _gate_q_0, _gate_q_1 {
  cp(pi/2) _gate_q_0, _gate_q_1;
}
gate mcphase_3(_gate_p_0) _gate_q_0, _gate_q_1 {
  cp(pi/2) _gate_q_0, _gate_q_1;
}
gate cblock _gate_q_0, _gate_q_1, _gate_q_2 {
  h _gate_q_1;
  mcphase(3*pi/2) _gate_q_0, _gate_q_1;
  h _gate_q_1;
  h _gate_q_2;
  mcphase(3*pi/2) _gate_q_0, _gate_q_2;
  h _gate_q_2;
  ccx _gate_q_0, _gate_q_1, _gate_q_2;
  crz(0.7) _gate_q_0, _gate_q_2;
  ccx _gate_q_0, _gate_q_1, _gate_q_2;
  h _gate_q_1;
  mcphase_0(pi/2) _gate_q_0, _gate_q_1;
  h _gate_q_1;
  cu(0.3, -pi/2, pi/2, 0) _gate_q_0, _gate_q_1;
  mcphase_1(pi/2) _gate_q_0, _gate_q_1;
  s _gate_q_1;
  h _gate_q_1;
  t _gate_q_1;
  cx _gate_q_0, _gate_q_1;
  tdg _gate_q_1;
  h _gate_q_1;
  sdg _gate_q_1;
  h _gate_q_2;
  mcphase_2(pi/2) _gate_q_0, _gate_q_2;
  h _gate_q_2;
  mcphase_3(pi/2) _gate_q_0, _gate_q_2;
  ccx _gate_q_0, _gate_q_1, _gate_q_2;
  ccx _gate_q_0, _gate_q_2, _gate_q_1;
  s _gate_q_2;
  h _gate_q_2;
  t _gate_q_2;
  cx _gate_q_0, _gate_q_2;
  tdg _gate_q_2;
  h _gate_q_2;
  sdg _gate_q_2;
  p(0.4) _gate_q_0;
}
gate iswap_dg _gate_q_0, _gate_q_1 {
  h _gate_q_1;
  cx _gate_q_1, _gate_q_0;
  cx _gate_q_0, _gate_q_1;
  h _gate_q_0;
  sdg _gate_q_1;
  sdg _gate_q_0;
}
gate sxdg _gate_q_0 {
  s _gate_q_0;
  h _gate_q_0;
  s _gate_q_0;
}
gate ryy(p0) _gate_q_0, _gate_q_1 {
  sxdg _gate_q_0;
  sxdg _gate_q_1;
  cx _gate_q_0, _gate_q_1;
  rz(p0) _gate_q_1;
  cx _gate_q_0, _gate_q_1;
  sx _gate_q_0;
  sx _gate_q_1;
}
gate block_dg _gate_q_0, _gate_q_1 {
  iswap_dg _gate_q_0, _gate_q_1;
  rx(-0.3) _gate_q_0;
  ryy(-0.7) _gate_q_0, _gate_q_1;
}
gate ecr _gate_q_0, _gate_q_1 {
  s _gate_q_0;
  sx _gate_q_1;
  cx _gate_q_0, _gate_q_1;
  x _gate_q_0;
}
gate rzx(p0) _gate_q_0, _gate_q_1 {
  h _gate_q_1;
  cx _gate_q_0, _gate_q_1;
  rz(p0) _gate_q_1;
  cx _gate_q_0, _gate_q_1;
  h _gate_q_1;
}
gate cs _gate_q_0, _gate_q_1 {
  t _gate_q_0;
  cx _gate_q_0, _gate_q_1;
  tdg _gate_q_1;
  cx _gate_q_0, _gate_q_1;
  t _gate_q_1;
}
gate csx _gate_q_0, _gate_q_1 {
  h _gate_q_1;
  cs _gate_q_0, _gate_q_1;
  h _gate_q_1;
}
gate rccx _gate_q_0, _gate_q_1, _gate_q_2 {
  h _gate_q_2;
  t _gate_q_2;
  cx _gate_q_1, _gate_q_2;
  tdg _gate_q_2;
  cx _gate_q_0, _gate_q_2;
  t _gate_q_2;
  cx _gate_q_1, _gate_q_2;
  tdg _gate_q_2;
  h _gate_q_2;
}
gate mcphase_4(_gate_p_0) _gate_q_0, _gate_q_1, _gate_q_2, _gate_q_3 {
  h _gate_q_3;
  cx _gate_q_1, _gate_q_3;
  tdg _gate_q_3;
  cx _gate_q_0, _gate_q_3;
  t _gate_q_3;
  cx _gate_q_1, _gate_q_3;
  tdg _gate_q_3;
  cx _gate_q_0, _gate_q_3;
  t _gate_q_1;
  t _gate_q_3;
  h _gate_q_3;
  cx _gate_q_0, _gate_q_1;
  t _gate_q_0;
  tdg _gate_q_1;
  cx _gate_q_0, _gate_q_1;
  rz(-0.175) _gate_q_3;
  cx _gate_q_2, _gate_q_3;
  rz(0.175) _gate_q_3;
  h _gate_q_3;
  cx _gate_q_1, _gate_q_3;
  tdg _gate_q_3;
  cx _gate_q_0, _gate_q_3;
  t _gate_q_3;
  cx _gate_q_1, _gate_q_3;
  tdg _gate_q_3;
  cx _gate_q_0, _gate_q_3;
  t _gate_q_1;
  t _gate_q_3;
  h _gate_q_3;
  cx _gate_q_0, _gate_q_1;
  t _gate_q_0;
  tdg _gate_q_1;
  cx _gate_q_0, _gate_q_1;
  rz(-0.175) _gate_q_3;
  cx _gate_q_2, _gate_q_3;
  rz(0.175) _gate_q_3;
  cx _gate_q_0, _gate_q_2;
  rz(-0.0875) _gate_q_2;
  cx _gate_q_1, _gate_q_2;
  rz(0.0875) _gate_q_2;
  cx _gate_q_0, _gate_q_2;
  rz(-0.0875) _gate_q_2;
  cx _gate_q_1, _gate_q_2;
  rz(0.0875) _gate_q_2;
  crz(0.175) _gate_q_0, _gate_q_1;
  p(0.0875) _gate_q_0;
}
bit[4] meas;
qubit[4] q;
h q[0];
ry(0.1) q[0];
h q[1];
ry(0.30000000000000004) q[1];
h q[2];
ry(0.5) q[2];
h q[3];
ry(0.7000000000000001) q[3];
cblock q[3], q[0], q[1];
block_dg q[1], q[2];
ecr q[0], q[2];
rzx(0.4) q[1], q[3];
csx q[0], q[1];
rccx q[0], q[1], q[2];
cu(0.1, 0.2, 0.3, 0.4) q[2], q[3];
mcphase_4(0.7) q[0], q[1], q[2], q[3];
barrier q[0], q[1], q[2], q[3];
meas[0] = measure q[0];
meas[1] = measure q[1];
meas[2] = measure q[2];
meas[3] = measure q[3];
