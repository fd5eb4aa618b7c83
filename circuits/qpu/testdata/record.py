"""Records result files of the real SDKs, and what the SDKs themselves say is in them.

Writes beside itself the result files and expected.json: the versions, and for each file a list of
{"shots", "counts", "circuit", "row"} in the order of the file, with bit 0 last in the outcomes.
Times, dates and random names are replaced, so that equal versions give equal bytes.
"""

import json
import pathlib
import re
import warnings

import braket._sdk as sdk
import numpy
import qiskit
import qiskit.qasm3
import qiskit_aer
import qiskit_ibm_runtime
from braket.default_simulator import StateVectorSimulator
from braket.devices import LocalSimulator
from braket.ir.openqasm import Program, ProgramSet
from braket.task_result import GateModelTaskResult
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import ParameterVector
from qiskit_aer import AerSimulator
from qiskit_aer.primitives import SamplerV2
from qiskit.quantum_info import SparsePauliOp
from qiskit_ibm_runtime import EstimatorV2, RuntimeEncoder

HERE = pathlib.Path(__file__).parent
SHOTS = 20
warnings.simplefilter("ignore")
seeded = numpy.random.default_rng
numpy.random.default_rng = lambda seed=7: seeded(seed)  # Braket's simulator takes no seed
expected = {}


def steady(text):
    """Replaces what differs between two runs."""
    text = re.sub(r'"(time_taken[a-z_]*|sample_measure_time|max_memory_mb|seed_simulator)": [0-9.e-]+', r'"\1": 1', text)
    text = re.sub(r'"(date|job_id|id|createdAt|endedAt)": "[^"]*"', r'"\1": "2026-01-01"', text)
    return re.sub(r'"name": "circuit-[0-9]+"', '"name": "circuit-1"', text)


def write(name, text, records):
    (HERE / name).write_text(steady(text) + "\n")
    expected[name] = records


def record(counts, circuit="", row=0):
    return {"shots": sum(counts.values()), "counts": dict(sorted(counts.items())), "circuit": circuit, "row": row}


def circuit(n):
    """q0 is 1, the last qubit is random, the others are 0."""
    c = QuantumCircuit(QuantumRegister(n, "q"), ClassicalRegister(n, "c"), metadata={"qnn": f"0123456789abcdef/{n:04d}"})
    c.x(0)
    c.h(n - 1)
    c.measure(range(n), range(n))
    return c


# Qiskit: a sampler's result by RuntimeEncoder, 3 and 11 bits (one and two bytes a shot), and one
# circuit with 2 × 2 sets of parameters.
theta = ParameterVector("theta", 2)
symbolic = QuantumCircuit(QuantumRegister(2, "q"), ClassicalRegister(2, "c"))
symbolic.ry(theta[0], 0)
symbolic.ry(theta[1], 1)
symbolic.measure([0, 1], [0, 1])
grid = numpy.array([[[0, 0], [0, numpy.pi]], [[numpy.pi, 0], [1, 2]]])
sampled = SamplerV2(seed=7).run([circuit(3), circuit(11), (symbolic, grid)], shots=SHOTS).result()
records = [record(sampled[i].data.c.get_counts(), name) for i, name in enumerate(["0123456789abcdef/0003", "0123456789abcdef/0011"])]
bits = sampled[2].data.c
records += [record(bits.get_counts(at), "", row) for row, at in enumerate(numpy.ndindex(2, 2))]
write("encoder.json", json.dumps(sampled, cls=RuntimeEncoder), records)


# Qiskit: an estimator's result by RuntimeEncoder, of two observables, and of two for each of three sets
# of parameters; the settings are as our run script saves them.
plain, varied = circuit(3), symbolic.copy()
plain.remove_final_measurements()
varied.remove_final_measurements()
estimator = EstimatorV2(mode=AerSimulator(seed_simulator=7))
first = (plain, [SparsePauliOp("IIZ"), SparsePauliOp("ZIZ")])
second = (varied, [SparsePauliOp("IZ"), SparsePauliOp("ZZ")], numpy.array([[[0, 1]], [[1, 2]], [[3, 1]]]))
result = estimator.run([first, second], precision=0.1).result()
result.metadata["qnn"] = {"backend": "aer", "mode": "job", "dd": None, "estimator": True, "seed": 7}
values = [numpy.atleast_2d(r.data.evs).tolist() for r in result], [numpy.atleast_2d(r.data.stds).tolist() for r in result]
estimates = [
    {"shots": 0, "circuit": name, "row": row, "values": values[0][i][row], "errors": values[1][i][row]}
    for i, name in enumerate(["0123456789abcdef/0003", ""])
    for row in range(len(values[0][i]))
]
write("estimator.json", json.dumps(result, cls=RuntimeEncoder), estimates)
answer = {
    "results": [
        {"data": {"evs": r.data.evs.tolist(), "stds": r.data.stds.tolist()}, "metadata": {"circuit_metadata": r.metadata["circuit_metadata"]}}
        for r in result
    ]
}
write("estimator-rest.json", json.dumps(answer), estimates)


# IBM's REST interface answers with hexadecimal numbers (https://quantum.cloud.ibm.com/docs/api/qiskit-runtime-rest).
def samples(bits, at=()):
    shots = bits.array[at] if at else bits.array
    return [hex(int.from_bytes(bytes(shot), "big")) for shot in shots]


rest = {
    "results": [
        {
            "data": {"c": {"samples": samples(sampled[i].data.c), "num_bits": sampled[i].data.c.num_bits}},
            "metadata": {"circuit_metadata": sampled[i].metadata["circuit_metadata"]},
        }
        for i in range(2)
    ]
    + [{"data": {"c": {"samples": [[samples(bits, (i, j)) for j in range(2)] for i in range(2)]}}, "metadata": {}}],
    "metadata": {"version": 2},
}
write("rest.json", json.dumps(rest), records)

# Qiskit's older Result: counts and memory, and two registers.
two = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(1, "a"), ClassicalRegister(2, "b"))
two.x(0)
two.h(2)
two.measure([0, 1, 2], [0, 1, 2])
aer = AerSimulator().run([circuit(3), two], shots=SHOTS, memory=True, seed_simulator=7).result()
records = [
    record(aer.get_counts(0), "0123456789abcdef/0003"),
    record({k.replace(" ", ""): v for k, v in aer.get_counts(1).items()}),
]
write("legacy.json", json.dumps(aer.to_dict(), default=str), records)
texts = {"results": [{"success": True, "data": {"counts": aer.get_counts(1)}, "header": {"creg_sizes": [["a", 1], ["b", 2]]}}]}
write("legacy-text.json", json.dumps(texts), records[1:])
memory = {"results": [{"success": True, "data": {"memory": aer.get_memory(1)}, "header": {"creg_sizes": [["a", 1], ["b", 2]]}}]}
write("legacy-memory.json", json.dumps(memory), records[1:])
write("legacy-encoder.json", json.dumps(aer, cls=RuntimeEncoder), records[:1] + records[1:])

# Amazon Braket: the local simulator as the SDK shows its result, and as the simulator writes it.
source = """OPENQASM 3.0;
// qnn 0123456789abcdef/0003
qubit[3] q;
bit[3] b;
x q[0];
rz(0.0) q[1];
h q[2];
b[0] = measure q[0];
b[1] = measure q[1];
b[2] = measure q[2];
"""
exchanged = source.replace("b[0] = measure q[0];\nb[1] = measure q[1];", "b[1] = measure q[0];\nb[0] = measure q[1];")


def run_braket(source):
    r = LocalSimulator().run(Program(source=source), shots=SHOTS).result()
    file = GateModelTaskResult(
        measurements=r.measurements.tolist(),
        measuredQubits=r.measured_qubits,
        taskMetadata=r.task_metadata,
        additionalMetadata=r.additional_metadata,
    )
    return r, file.json()


def backwards(counts):
    return {k[::-1]: int(v) for k, v in counts.items()}


name = "0123456789abcdef/0003"
r, text = run_braket(source)
write("braket.json", text, [record(backwards(r.measurement_counts), name)])
r, text = run_braket(exchanged)
assert r.measured_qubits == [1, 0, 2]
write("braket-exchanged.json", text, [record(backwards(r.measurement_counts), name)])
raw = StateVectorSimulator().run(Program(source=source), shots=SHOTS)
counts = {}
for row in raw.measurements:
    key = "".join(str(b) for b in row)[::-1]
    counts[key] = counts.get(key, 0) + 1
write("braket-raw.json", raw.json(), [record(counts, name)])

# Without shots: probabilities and expectation values.
exact = "\n".join(line for line in source.splitlines() if not line.startswith(("bit", "b["))) + "\n"
pragmas = "#pragma braket result probability all\n#pragma braket result expectation z(q[0])\n#pragma braket result expectation x(q[2]) @ z(q[0])\n"
raw = StateVectorSimulator().run(Program(source=exact + pragmas), shots=0)
for t in raw.resultTypes:
    t.value = t.value.tolist() if hasattr(t.value, "tolist") else t.value
write("braket-exact.json", raw.json(), [])

# A program set: a program without inputs and one with two sets of them.
inputs = """OPENQASM 3.0;
// qnn 0123456789abcdef/0000
input float theta_000;
qubit[2] q;
bit[2] b;
ry(theta_000) q[0];
rz(0.0) q[1];
b[0] = measure q[0];
b[1] = measure q[1];
"""
programs = [Program(source=source), Program(source=inputs, inputs={"theta_000": [0.0, numpy.pi]})]
raw = StateVectorSimulator().run(ProgramSet(programs=programs), shots=3 * SHOTS)
records = []
for program, own in zip(raw.programResults, [name, "0123456789abcdef/0000"]):
    for run in program.executableResults:
        counts = {}
        for row in run.measurements:
            key = "".join(str(b) for b in row)[::-1]
            counts[key] = counts.get(key, 0) + 1
        records.append(record(counts, own, run.inputsIndex))
write("braket-set.json", raw.json(), records)

versions = {
    "qiskit": qiskit.__version__,
    "qiskit-aer": qiskit_aer.__version__,
    "qiskit-ibm-runtime": qiskit_ibm_runtime.__version__,
    "amazon-braket-sdk": sdk.__version__,
}
(HERE / "expected.json").write_text(json.dumps({"versions": versions, "files": expected}, indent=1) + "\n")
