"""Writes circuits of Qiskit's library as OpenQASM 2 and 3, and their states."""
import json, math, warnings
warnings.filterwarnings("ignore")
import qiskit, qiskit.qasm2, qiskit.qasm3
from qiskit import QuantumCircuit
from qiskit.circuit.library import efficient_su2, zz_feature_map, grover_operator, QFTGate, real_amplitudes
from qiskit.quantum_info import Statevector

def qft():
    c = QuantumCircuit(4)
    for q in range(4): c.ry(0.3 + 0.5 * q, q)
    c.append(QFTGate(4), range(4))
    return c.decompose("qft")
def su2():
    c = efficient_su2(4, reps=2)
    return c.assign_parameters([0.1 + 0.2 * i for i in range(c.num_parameters)])
def zz():
    c = zz_feature_map(3, reps=2)
    return c.assign_parameters([0.3, -1.1, 2.5])
def grover():
    o = QuantumCircuit(4); o.h(3); o.mcx([0, 1, 2], 3); o.h(3)
    c = QuantumCircuit(4); c.h(range(4))
    for _ in range(2): c.compose(grover_operator(o), inplace=True)
    return c
def qaoa():
    c = QuantumCircuit(4); c.h(range(4))
    for g, b in ((0.4, 0.7), (-0.9, 0.2)):
        for i in range(4): c.rzz(2 * g, i, (i + 1) % 4)
        for i in range(4): c.rx(2 * b, i)
    return c
def controlled():
    c = QuantumCircuit(4)
    for q in range(4): c.h(q); c.ry(0.2 * q + 0.1, q)
    s = QuantumCircuit(2, name="block"); s.ryy(0.7, 0, 1); s.rx(0.3, 0); s.iswap(0, 1); s.global_phase = 0.4
    c.append(s.to_gate().control(1), [3, 0, 1]); c.append(s.to_gate().inverse(), [1, 2]); c.ecr(0, 2); c.rzx(0.4, 1, 3); c.csx(0,1); c.rccx(0,1,2); c.cu(0.1,0.2,0.3,0.4,2,3); c.mcp(0.7,[0,1,2],3)
    return c
out = {"qiskit": qiskit.__version__, "states": {}}
for name, f in dict(qft=qft, efficient_su2=su2, zz_feature_map=zz, grover=grover, qaoa=qaoa, controlled=controlled).items():
    c = f()
    out["states"][name] = [[v.real, v.imag] for v in Statevector(c).data.tolist()]
    c.measure_all()
    for v, m in ((2, qiskit.qasm2), (3, qiskit.qasm3)):
        text = m.dumps(c)
        head, rest = text.split("\n", 1)
        open(f"testdata/qiskit/{name}.openqasm{v}.qasm", "w").write(f"// Written by Qiskit {qiskit.__version__}, see write.py.\n" + text.rstrip() + "\n")
        print(name, v, len(text))
s = efficient_su2(2, reps=1)
open("testdata/qiskit/inputs.openqasm3.qasm", "w").write(f"// Written by Qiskit {qiskit.__version__}, see write.py.\n" + qiskit.qasm3.dumps(s).rstrip()+"\n")
out["inputs"] = [0.1 + 0.2 * i for i in range(s.num_parameters)]
order = [p.name for p in s.parameters]
out["names"] = order
out["states"]["inputs"] = [[v.real, v.imag] for v in Statevector(s.assign_parameters(out["inputs"])).data.tolist()]
json.dump(out, open("testdata/qiskit/states.json", "w"), indent=0)
