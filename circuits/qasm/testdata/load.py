"""Loads OpenQASM programs with Qiskit and computes their states.

Reads from standard input a JSON list of {"dialect", "source", "parameters",
"legacy"}, the last for all gates of Qiskit's own qelib1.inc in OpenQASM 2, and
writes the versions and, for each, {"error"} or the state vector as [real,
imaginary] pairs before the measurements at the end, the pairs of measured qubit
and classical bit, the sizes of the registers and the names of the operations.
Exits with 3 when Qiskit cannot be imported.
"""

import json
import sys

try:
    import qiskit
    import qiskit.qasm2
    import qiskit.qasm3
    import qiskit_qasm3_import  # noqa: F401, used by qiskit.qasm3
    from qiskit.quantum_info import Statevector
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(3)


def load(case):
    if case["dialect"] == "openqasm2":
        legacy = qiskit.qasm2.LEGACY_CUSTOM_INSTRUCTIONS if case.get("legacy") else ()
        circuit = qiskit.qasm2.loads(case["source"], strict=not legacy, custom_instructions=legacy)
    else:
        circuit = qiskit.qasm3.loads(case["source"])
    parameters = case.get("parameters") or {}
    if {p.name for p in circuit.parameters} != set(parameters):
        raise ValueError(f"parameters {circuit.parameters}, given {sorted(parameters)}")
    circuit = circuit.assign_parameters(parameters)
    measured = [
        [circuit.find_bit(i.qubits[0]).index, circuit.find_bit(i.clbits[0]).index]
        for i in circuit.data
        if i.operation.name == "measure"
    ]
    names = [i.operation.name for i in circuit.data]
    state = Statevector(circuit.remove_final_measurements(inplace=False)).data
    return {
        "state": [[v.real, v.imag] for v in state.tolist()],
        "measured": measured,
        "names": names,
        "qubits": circuit.num_qubits,
        "clbits": circuit.num_clbits,
    }


results = []
for case in json.load(sys.stdin):
    try:
        results.append(load(case))
    except Exception as error:  # every refusal is a result for the test to report
        results.append({"error": f"{type(error).__name__}: {error}"})
json.dump({"version": f"Qiskit {qiskit.__version__}", "results": results}, sys.stdout)
