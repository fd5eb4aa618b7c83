"""Writes kak.json: Weyl coordinates and least numbers of CX that Qiskit finds.

Run as: python kak.py. Matrices are row-major and little-endian, each entry a
[real, imaginary] pair; coordinates are in radians.
"""

import json
import math
import pathlib
import sys

import numpy
import qiskit
from qiskit.circuit import library as lib
from qiskit.quantum_info import Operator, random_unitary
from qiskit.synthesis import TwoQubitBasisDecomposer, TwoQubitWeylDecomposition

decomposer = TwoQubitBasisDecomposer(lib.CXGate())
gates = {
    "identity": numpy.eye(4), "local": numpy.kron(random_unitary(2, 1).data, random_unitary(2, 2).data),
    "cx": lib.CXGate(), "cz": lib.CZGate(), "cy": lib.CYGate(), "ch": lib.CHGate(), "ecr": lib.ECRGate(),
    "dcx": lib.DCXGate(), "swap": lib.SwapGate(), "iswap": lib.iSwapGate(), "csx": lib.CSXGate(),
}
for angle in (1e-3, 0.3, math.pi / 2, 2.0, math.pi, 5.0):
    for gate in (lib.RXXGate, lib.RYYGate, lib.RZZGate, lib.RZXGate, lib.CPhaseGate, lib.CRXGate, lib.CRYGate, lib.CRZGate):
        gates[f"{gate.__name__} {angle:.3g}"] = gate(angle)
    gates[f"swap rzz {angle:.3g}"] = Operator(lib.SwapGate()) @ Operator(lib.RZZGate(angle))
    gates[f"xx+yy {angle:.3g}"] = lib.XXPlusYYGate(angle, 0.4)
    gates[f"cu {angle:.3g}"] = lib.CUGate(angle, 0.2, -1.1, 0.7)
for seed in range(40):
    gates[f"random {seed}"] = random_unitary(4, seed)
for seed in range(10):
    local = numpy.kron(random_unitary(2, 2 * seed).data, random_unitary(2, 2 * seed + 1).data)
    for name in ("cx", "swap", "iswap"):
        gates[f"local {name} {seed}"] = Operator(gates[name]).data @ local
    gates[f"cx local cx {seed}"] = Operator(lib.CXGate()).data @ local @ Operator(lib.CXGate()).data

cases = []
for name, gate in gates.items():
    matrix = numpy.asarray(Operator(gate).data, dtype=complex)
    weyl = TwoQubitWeylDecomposition(matrix, fidelity=None)
    cases.append({
        "name": name, "matrix": [[v.real, v.imag] for v in matrix.ravel().tolist()],
        "coordinates": [weyl.a, weyl.b, weyl.c], "cx": decomposer.num_basis_gates(matrix),
    })
text = json.dumps({"python": sys.version.split()[0], "qiskit": qiskit.__version__, "cases": cases})
pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
