"""Writes templates.json: the gates and final states of Qiskit's and PennyLane's templates.

Run: python templates.py   (qiskit 2.6.2, pennylane 0.45.1, numpy 2.4)

A case holds the arguments of a template, its gates as "name qubits angles"
(angles to six decimals, for the gate order), and the amplitudes of the state it
makes of |0...0>, real parts before imaginary parts. Qubit k is bit k of the
amplitude index: PennyLane's wire k is qubit k, and its index is reversed.
"""

import json
import pathlib

import numpy as np
import pennylane as qml
import qiskit
from qiskit.circuit.library import (
    efficient_su2,
    n_local,
    real_amplitudes,
    z_feature_map,
    zz_feature_map,
)
from qiskit.quantum_info import Statevector

rng = np.random.default_rng(2026)
ENTANGLEMENTS = ["linear", "reverse_linear", "circular", "full"]
PENNYLANE_GATES = {"CNOT": "cx", "Hadamard": "h", "MultiRZ": "rzz"}
cases = []


def line(name, qubits, angles):
    return " ".join([name, *map(str, qubits), *(f"{float(a):.6f}" for a in angles)])


def add(ops, state, weights=(), x=(), **arguments):
    cases.append(
        {
            **arguments,
            "weights": list(map(float, weights)),
            "x": list(map(float, x)),
            "ops": ops,
            "state": [float(v) for v in [*state.real, *state.imag]],
        }
    )


def from_qiskit(circuit, values, **arguments):
    """Bind the parameters, which Qiskit sorts by the index in their vector."""
    bound = circuit.assign_parameters(values)
    ops = [
        line(i.operation.name, [bound.find_bit(q).index for q in i.qubits], i.operation.params)
        for i in bound.data
    ]
    add(ops, Statevector(bound).data, **arguments)


def from_pennylane(parts, n, **arguments):
    """Decompose the template, or the list of gates, into gates of one or two qubits."""
    ops = []
    gates = parts if isinstance(parts, list) else parts.decomposition()
    for op in gates:
        for part in op.decomposition() if op.name == "Rot" else [op]:
            name = PENNYLANE_GATES.get(part.name, part.name.lower())
            ops.append(line(name, part.wires.tolist(), part.parameters))

    @qml.qnode(qml.device("default.qubit", wires=n))
    def state():
        for op in gates:
            qml.apply(op)
        return qml.state()

    little = np.asarray(state()).reshape((2,) * n).transpose(range(n - 1, -1, -1)).reshape(-1)
    add(ops, little, **arguments)


def ansatz(template, build, n, layers, entanglement, **arguments):
    circuit = build(n, layers, entanglement)
    w = rng.uniform(-np.pi, np.pi, circuit.num_parameters)
    from_qiskit(
        circuit,
        w,
        weights=w,
        template=template,
        qubits=n,
        layers=layers,
        entanglement=entanglement.replace("_", "-"),
        **arguments,
    )


for n in range(1, 6):
    for e in ENTANGLEMENTS:
        ansatz("real-amplitudes", lambda n, r, e: real_amplitudes(n, e, r), n, 2, e)
        ansatz("efficient-su2", lambda n, r, e: efficient_su2(n, entanglement=e, reps=r), n, 1, e)
        for rotations, entangler in ((["rx"], "cz"), (["ry", "h", "p"], "crx"), (["rz", "rx"], "rzz")):
            ansatz(
                "two-local",
                lambda n, r, e, a=rotations, b=entangler: n_local(n, a, [b] if n > 1 else [], e, r),
                n,
                1,
                e,
                rotations=rotations,
                entangler=entangler,
            )
        if n > 1:
            x = rng.uniform(0, np.pi, n)
            from_qiskit(
                zz_feature_map(n, 2, e),
                x,
                x=x,
                template="zz",
                qubits=n,
                reps=2,
                entanglement=e.replace("_", "-"),
            )
    ansatz("real-amplitudes", lambda n, r, e: real_amplitudes(n, reps=r), n, 0, "")
    ansatz("efficient-su2", lambda n, r, e: efficient_su2(n, reps=r), n, 2, "")
    ansatz("two-local", lambda n, r, e: n_local(n, ["ry"], ["cz"] if n > 1 else [], reps=r), n, 2, "")
    for reps in (1, 3):
        x = rng.uniform(0, np.pi, n)
        from_qiskit(z_feature_map(n, reps), x, x=x, template="z", qubits=n, reps=reps)
        x = rng.uniform(-np.pi, np.pi, n)
        from_pennylane(
            qml.IQPEmbedding(x, range(n), n_repeats=reps),
            n,
            x=x,
            template="iqp",
            qubits=n,
            reps=reps,
        )
    for features in range(1, n + 1):
        for axis in "XYZ":
            x = rng.uniform(-np.pi, np.pi, features)
            from_pennylane(
                qml.AngleEmbedding(x, range(n), rotation=axis),
                n,
                x=x,
                template="angle-r" + axis.lower(),
                qubits=n,
            )
    for layers in (1, 6):
        for template, name in (
            (qml.BasicEntanglerLayers, "basic-entangler"),
            (qml.StronglyEntanglingLayers, "strongly-entangling"),
        ):
            w = rng.uniform(-np.pi, np.pi, template.shape(layers, n))
            from_pennylane(
                template(w, range(n)),
                n,
                weights=w.reshape(-1),
                template=name,
                qubits=n,
                layers=layers,
            )
    # Data re-uploading by its formula: neither library has a template.
    x = rng.uniform(0, np.pi, n)
    w = rng.uniform(-np.pi, np.pi, (3, n, 3))
    pairs = [] if n == 1 else [(0, 1)] if n == 2 else [(n - 1, 0), *((i, i + 1) for i in range(n - 1))]
    parts = []
    for layer in range(3):
        parts += [qml.CZ(p) for p in pairs] if layer > 0 else []
        parts += qml.AngleEmbedding(x, range(n), rotation="Y").decomposition()
        parts += [qml.Rot(*w[layer, i], i) for i in range(n)]
    from_pennylane(
        parts,
        n,
        weights=w.reshape(-1),
        x=x,
        template="reuploading",
        qubits=n,
        layers=3,
    )
    for features in sorted({1, 2, 2**n // 2 + 1, 2**n}):
        x = rng.normal(size=features)
        x[features // 3] = 0 if features > 2 else x[features // 3]

        @qml.qnode(qml.device("default.qubit", wires=n))
        def embedded(x=x, n=n):
            qml.AmplitudeEmbedding(x, range(n - 1, -1, -1), pad_with=0, normalize=True)
            return qml.state()

        little = np.asarray(embedded()).reshape((2,) * n).transpose(range(n - 1, -1, -1)).reshape(-1)
        add(None, little, x=x, template="amplitude", qubits=n)

versions = {"qiskit": qiskit.__version__, "pennylane": qml.__version__, "numpy": np.__version__}
text = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
pathlib.Path(__file__).with_suffix(".json").write_text(
    f'{{"versions":{json.dumps(versions)},"cases":[\n{text}\n]}}\n'
)
