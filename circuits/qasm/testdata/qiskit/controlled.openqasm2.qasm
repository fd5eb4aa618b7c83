// Written by Qiskit 2.6.2, see write.py.
OPENQASM 2.0;
include "qelib1.inc";
gate mcphase(param0) q0,q1 { cp(3*pi/2) q0,q1; }
gate mcphase_140563458425424(param0) q0,q1 { cp(pi/2) q0,q1; }
gate mcphase_140563458425552(param0) q0,q1 { cp(pi/2) q0,q1; }
gate mcphase_140563458425680(param0) q0,q1 { cp(pi/2) q0,q1; }
gate mcphase_140563458425808(param0) q0,q1 { cp(pi/2) q0,q1; }
gate cblock q0,q1,q2 { h q1; mcphase(3*pi/2) q0,q1; h q1; h q2; mcphase(3*pi/2) q0,q2; h q2; ccx q0,q1,q2; crz(0.7) q0,q2; ccx q0,q1,q2; h q1; mcphase_140563458425424(pi/2) q0,q1; h q1; cu(0.3,-pi/2,pi/2,0) q0,q1; mcphase_140563458425552(pi/2) q0,q1; s q1; h q1; t q1; cx q0,q1; tdg q1; h q1; sdg q1; h q2; mcphase_140563458425680(pi/2) q0,q2; h q2; mcphase_140563458425808(pi/2) q0,q2; ccx q0,q1,q2; ccx q0,q2,q1; s q2; h q2; t q2; cx q0,q2; tdg q2; h q2; sdg q2; p(0.4) q0; }
gate iswap_dg q0,q1 { h q1; cx q1,q0; cx q0,q1; h q0; sdg q1; sdg q0; }
gate ryy(param0) q0,q1 { sxdg q0; sxdg q1; cx q0,q1; rz(param0) q1; cx q0,q1; sx q0; sx q1; }
gate block_dg q0,q1 { iswap_dg q0,q1; rx(-0.3) q0; ryy(-0.7) q0,q1; }
gate ecr q0,q1 { s q0; sx q1; cx q0,q1; x q0; }
gate rzx(param0) q0,q1 { h q1; cx q0,q1; rz(param0) q1; cx q0,q1; h q1; }
gate mcphase_140563460007248(param0) q0,q1,q2,q3 { h q3; cx q1,q3; tdg q3; cx q0,q3; t q3; cx q1,q3; tdg q3; cx q0,q3; t q1; t q3; h q3; cx q0,q1; t q0; tdg q1; cx q0,q1; rz(-0.175) q3; cx q2,q3; rz(0.175) q3; h q3; cx q1,q3; tdg q3; cx q0,q3; t q3; cx q1,q3; tdg q3; cx q0,q3; t q1; t q3; h q3; cx q0,q1; t q0; tdg q1; cx q0,q1; rz(-0.175) q3; cx q2,q3; rz(0.175) q3; cx q0,q2; rz(-0.0875) q2; cx q1,q2; rz(0.0875) q2; cx q0,q2; rz(-0.0875) q2; cx q1,q2; rz(0.0875) q2; crz(0.175) q0,q1; p(0.0875) q0; }
qreg q[4];
creg meas[4];
h q[0];
ry(0.1) q[0];
h q[1];
ry(0.30000000000000004) q[1];
h q[2];
ry(0.5) q[2];
h q[3];
ry(0.7000000000000001) q[3];
cblock q[3],q[0],q[1];
block_dg q[1],q[2];
ecr q[0],q[2];
rzx(0.4) q[1],q[3];
csx q[0],q[1];
rccx q[0],q[1],q[2];
cu(0.1,0.2,0.3,0.4) q[2],q[3];
mcphase_140563460007248(0.7) q[0],q[1],q[2],q[3];
barrier q[0],q[1],q[2],q[3];
measure q[0] -> meas[0];
measure q[1] -> meas[1];
measure q[2] -> meas[2];
measure q[3] -> meas[3];
