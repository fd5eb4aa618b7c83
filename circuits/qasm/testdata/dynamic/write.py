"""Writes circuits of Qiskit that act on measured bits as OpenQASM 2 and 3, and counts of
their outcomes by Qiskit Aer, in counts.json. Run it anywhere; it writes beside itself."""

import json
import math
import warnings
from pathlib import Path

import qiskit
import qiskit.qasm2
import qiskit.qasm3
import qiskit_aer
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.classical import expr

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent
SHOTS = 100_000


def teleport():
    q, a, b, out = QuantumRegister(3, "q"), ClassicalRegister(1, "a"), ClassicalRegister(1, "b"), ClassicalRegister(1, "out")
    c = QuantumCircuit(q, a, b, out)
    c.u(1.1, 0.4, -0.3, 0)
    c.h(1)
    c.cx(1, 2)
    c.cx(0, 1)
    c.h(0)
    c.measure(0, a)
    c.measure(1, b)
    with c.if_test((b, 1)):
        c.x(2)
    with c.if_test((a, 1)):
        c.z(2)
    c.u(0.7, 0.2, 0.1, 2)
    c.measure(2, out)
    return c


def phase_estimation():
    """Iterative: three bits of the phase 0.3·2π, each corrected by those before."""
    q, m = QuantumRegister(2, "q"), ClassicalRegister(3, "m")
    c = QuantumCircuit(q, m)
    c.x(1)
    for k in range(3):
        if k:
            c.reset(0)
        c.h(0)
        c.cp(2 * math.pi * 0.3 * 2 ** (2 - k), 0, 1)
        for value in range(1, 2**k):
            with c.if_test((m, value)):
                c.p(-math.pi * value / 2**k, 0)
        c.h(0)
        c.measure(0, m[k])
    return c


def correction():
    """The bit-flip code with an error, its syndrome compared as a number."""
    q, s, out = QuantumRegister(5, "q"), ClassicalRegister(2, "syn"), ClassicalRegister(3, "out")
    c = QuantumCircuit(q, s, out)
    c.ry(0.9, 0)
    c.cx(0, 1)
    c.cx(0, 2)
    c.rx(0.8, 1)
    c.cx(0, 3)
    c.cx(1, 3)
    c.cx(1, 4)
    c.cx(2, 4)
    c.measure([3, 4], s)
    for value, target in ((1, 0), (3, 1), (2, 2)):
        with c.if_test((s, value)):
            c.x(target)
    c.measure([0, 1, 2], out)
    return c


def branches():
    q, a, b, meas = QuantumRegister(3, "q"), ClassicalRegister(2, "a"), ClassicalRegister(1, "b"), ClassicalRegister(3, "m")
    c = QuantumCircuit(q, a, b, meas)
    c.ry(0.8, 0)
    c.h(1)
    c.measure(0, a[0])
    c.measure(1, a[1])
    with c.if_test((a, 3)) as otherwise:
        c.x(2)
        c.measure(2, a[0])
        c.h(2)
    with otherwise:
        c.ry(0.4, 2)
    with c.if_test((b[0], 0)):
        c.ry(0.5, 1)
    with c.switch(a) as case:
        with case(0):
            c.ry(0.3, 0)
        with case(1, 2):
            c.h(0)
            c.measure(0, a[1])
        with case(case.DEFAULT):
            c.ry(1.1, 0)
    c.measure(q, meas)
    return c


def loops():
    q, a, b, meas = QuantumRegister(3, "q"), ClassicalRegister(2, "a"), ClassicalRegister(1, "b"), ClassicalRegister(3, "m")
    c = QuantumCircuit(q, a, b, meas)
    with c.for_loop(range(3)):
        c.ry(0.9, 0)
        c.measure(0, b[0])
        with c.if_test((b[0], 1)):
            c.break_loop()
        c.ry(0.4, 1)
    with c.for_loop(range(3)):
        c.h(2)
        c.measure(2, a[0])
        with c.if_test((a[0], 0)):
            c.continue_loop()
        c.ry(0.7, 1)
    c.h(0)
    c.measure(0, a[0])
    c.measure(1, a[1])
    with c.while_loop((a, 2)):
        c.h(0)
        c.ry(0.6, 1)
        c.measure(0, a[0])
        c.measure(1, a[1])
    c.ry(0.5, 2)
    c.measure(q, meas)
    return c


def expressions():
    q, a, b, meas = QuantumRegister(3, "q"), ClassicalRegister(2, "a"), ClassicalRegister(1, "b"), ClassicalRegister(3, "m")
    c = QuantumCircuit(q, a, b, meas)
    for k in range(3):
        c.ry(0.7 + 0.4 * k, k)
    c.measure(0, a[0])
    c.measure(1, a[1])
    c.measure(2, b[0])
    with c.if_test(expr.logic_or(expr.bit_xor(a[0], a[1]), expr.logic_not(b[0]))):
        c.ry(0.4, 0)
    with c.if_test(expr.less(a, 2)):
        c.ry(0.3, 1)
    with c.if_test(expr.equal(expr.bit_and(a, 2), 2)):
        c.ry(0.9, 2)
    with c.if_test(expr.logic_and(expr.greater_equal(a, 1), expr.not_equal(a, 2))):
        c.x(0)
    c.measure(q, meas)
    return c


simulator = qiskit_aer.AerSimulator(seed_simulator=7)
record = {"qiskit": qiskit.__version__, "aer": qiskit_aer.__version__, "shots": SHOTS, "counts": {}}
for build in (teleport, phase_estimation, correction, branches, loops, expressions):
    circuit = build()
    record["counts"][build.__name__] = simulator.run(circuit, shots=SHOTS).result().get_counts()
    for version, module in ((2, qiskit.qasm2), (3, qiskit.qasm3)):
        try:
            text = module.dumps(circuit)
        except qiskit.qasm2.QASM2ExportError:  # else, loops and expressions
            continue
        head = f"// Written by Qiskit {qiskit.__version__}, see write.py.\n"
        (HERE / f"{build.__name__}.openqasm{version}.qasm").write_text(head + text.rstrip() + "\n")
(HERE / "counts.json").write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
