"""Runs transpiled programs: IBM's with Qiskit, after the check of circuits that IBM's runtime makes
for the device, and Amazon Braket's with its local simulator.

Reads from standard input a JSON list of {"target", "dialect", "source", "bits"} and writes the
versions and, for each, {"error"} or {"probabilities"}, the probabilities of the values of the
measured bits, bit 0 least significant. Exits with 3 when a package cannot be imported.
"""

import json
import re
import sys
import warnings

try:
    import braket._sdk as sdk
    import qiskit.qasm3
    import qiskit_ibm_runtime
    import qiskit_qasm3_import  # noqa: F401, used by qiskit.qasm3
    from braket.devices import LocalSimulator
    from braket.ir.openqasm import Program
    from qiskit import QuantumCircuit
    from qiskit.circuit.library import RXGate, RZZGate
    from qiskit.circuit import Parameter
    from qiskit.quantum_info import Statevector
    from qiskit_ibm_runtime import fake_provider
    from qiskit_ibm_runtime.utils.validations import validate_isa_circuits
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(3)

warnings.simplefilter("ignore")


def device(fake, fractional=False):
    target = getattr(fake_provider, fake)().target
    if fractional:
        target.add_instruction(RXGate(Parameter("a")), {(q,): None for q in range(target.num_qubits)})
        target.add_instruction(RZZGate(Parameter("a")), dict.fromkeys(target["cz"]))
    return target


TARGETS = {
    "ibm-heron-r2": lambda: device("FakeMarrakesh"),
    "ibm-heron-r2-fractional": lambda: device("FakeFez", fractional=True),
    "ibm-nighthawk": lambda: device("FakeNighthawk"),
    "ibm-eagle": lambda: device("FakeSherbrooke"),
}
known = {}


def run_ibm(case):
    circuit = qiskit.qasm3.loads(case["source"])
    if case["target"] in TARGETS:
        target = known.setdefault(case["target"], None) or TARGETS[case["target"]]()
        known[case["target"]] = target
        validate_isa_circuits([circuit], target)
    used = sorted({circuit.find_bit(q).index for i in circuit.data for q in i.qubits})
    small = QuantumCircuit(len(used))
    measured = {}
    for i in circuit.data:
        qubits = [used.index(circuit.find_bit(q).index) for q in i.qubits]
        if i.operation.name == "measure":
            measured[circuit.find_bit(i.clbits[0]).index] = qubits[0]
        else:
            small.append(i.operation, qubits)
    return list(Statevector(small).probabilities([measured[b] for b in range(case["bits"])]))


def run_braket(case):
    # From the state: the probabilities of chosen qubits come in another order where qubits are left out.
    bits = {int(q): int(b) for b, q in re.findall(r"b\[(\d+)\] = measure \$(\d+);", case["source"])}
    lines = [line for line in case["source"].splitlines() if not line.startswith(("bit", "b["))]
    source = "\n".join([*lines, "#pragma braket result state_vector", ""])
    state = LocalSimulator("braket_sv").run(Program(source=source), shots=0).result().values[0]
    used = sorted({int(q) for q in re.findall(r"\$(\d+)", case["source"])}, reverse=True)  # least significant first
    out = [0.0] * 2 ** case["bits"]
    for i, a in enumerate(state):
        out[sum((i >> k & 1) << bits[q] for k, q in enumerate(used) if q in bits)] += abs(a) ** 2
    return out


results = []
for case in json.load(sys.stdin):
    try:
        run = run_braket if case["dialect"] == "braket" else run_ibm
        results.append({"probabilities": [float(p) for p in run(case)]})
    except Exception as error:  # noqa: BLE001, the test reports it
        results.append({"error": f"{type(error).__name__}: {error}"})
version = f"Qiskit {qiskit.__version__}, qiskit-ibm-runtime {qiskit_ibm_runtime.__version__}, Braket {sdk.__version__}"
json.dump({"version": version, "results": results}, sys.stdout)
