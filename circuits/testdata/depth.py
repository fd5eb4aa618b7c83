"""Writes depth.json: random circuits and the depth that Qiskit gives them.

Run as: python depth.py. Circuits are in this package's JSON form.
"""

import json
import pathlib
import random
import sys

import qiskit

rng = random.Random(2)
cases = []
for _ in range(40):
    n = rng.randint(1, 6)
    circuit = qiskit.QuantumCircuit(n, n)
    ops = []
    for _ in range(rng.randint(0, 40)):
        name = rng.choice(["h", "cx", "rzz", "ccx", "barrier", "measure", "reset", "gphase"])
        size = {"cx": 2, "rzz": 2, "ccx": 3, "barrier": rng.randint(1, n), "gphase": 0}.get(name, 1)
        if size > n:
            continue
        qubits = rng.sample(range(n), size)
        op = {"gate": name, "qubits": qubits}
        if name == "measure":
            op["clbit"] = rng.randrange(n)
            circuit.measure(qubits[0], op["clbit"])
        elif name == "gphase":
            op["angles"] = ["0.5"]
            circuit.append(qiskit.circuit.library.GlobalPhaseGate(0.5), [])
        elif name == "rzz":
            op["angles"] = ["0.5"]
            circuit.rzz(0.5, *qubits)
        elif name == "barrier":
            circuit.barrier(*qubits)
        else:
            getattr(circuit, name)(*qubits)
        ops.append(op)
    cases.append({"circuit": {"qubits": n, "clbits": n, "ops": ops}, "depth": circuit.depth()})
text = json.dumps({"python": sys.version.split()[0], "qiskit": qiskit.__version__, "cases": cases})
pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
