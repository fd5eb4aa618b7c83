"""Writes gates.json: the matrices of Qiskit's and two of Amazon Braket's gates at random angles.

Run as: python gates.py. Matrices are full, row-major and
little-endian, each entry a [real, imaginary] pair.
"""

import json
import pathlib
import random
import sys

import braket._sdk as sdk
import numpy
import qiskit
from braket.circuits import gates as braket
from qiskit.circuit import library as lib
from qiskit.quantum_info import Operator

GATES = {
    "id": lib.IGate, "x": lib.XGate, "y": lib.YGate, "z": lib.ZGate, "h": lib.HGate,
    "s": lib.SGate, "sdg": lib.SdgGate, "t": lib.TGate, "tdg": lib.TdgGate,
    "sx": lib.SXGate, "sxdg": lib.SXdgGate, "rx": lib.RXGate, "ry": lib.RYGate,
    "rz": lib.RZGate, "p": lib.PhaseGate, "u": lib.UGate, "cx": lib.CXGate,
    "cy": lib.CYGate, "cz": lib.CZGate, "ch": lib.CHGate, "cp": lib.CPhaseGate,
    "crx": lib.CRXGate, "cry": lib.CRYGate, "crz": lib.CRZGate, "cu": lib.CUGate,
    "swap": lib.SwapGate, "iswap": lib.iSwapGate, "ecr": lib.ECRGate,
    "rxx": lib.RXXGate, "ryy": lib.RYYGate, "rzz": lib.RZZGate, "rzx": lib.RZXGate,
    "ccx": lib.CCXGate, "ccz": lib.CCZGate, "cswap": lib.CSwapGate,
    "gphase": lib.GlobalPhaseGate, "r": lib.RGate, "gpi": braket.GPi, "gpi2": braket.GPi2,
}
PARAMETERS = {"u": 3, "cu": 4, "r": 2} | dict.fromkeys(
    ["rx", "ry", "rz", "p", "cp", "crx", "cry", "crz", "rxx", "ryy", "rzz", "rzx", "gphase", "gpi", "gpi2"], 1
)

rng = random.Random(1)
cases = []
for name, gate in GATES.items():
    count = PARAMETERS.get(name, 0)
    for _ in range(5 if count else 1):
        angles = [rng.uniform(-7, 7) for _ in range(count)]
        made = gate(*angles)
        matrix = made.to_matrix() if isinstance(made, braket.AngledGate) else Operator(made).data
        matrix = numpy.asarray(matrix).ravel()
        cases.append({"gate": name, "angles": angles, "matrix": [[v.real, v.imag] for v in matrix.tolist()]})
text = json.dumps({"python": sys.version.split()[0], "qiskit": qiskit.__version__, "braket": sdk.__version__, "cases": cases})
pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
