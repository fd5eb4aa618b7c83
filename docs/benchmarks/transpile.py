#!/usr/bin/env python3
"""Transpiles the circuits of package ansatz with qnn and with Qiskit and writes a part of transpile.md.

    python docs/benchmarks/transpile.py --qnn bin/qnn --out docs/benchmarks/transpile.md
    python docs/benchmarks/transpile.py --qnn bin/qnn --qubits 4,8 --seeds 2   # less; prints

Needs the packages of transpile-requirements.txt. Both get the same OpenQASM 2 text with angles that
are numbers, the same gates (rz, sx, x, cz) and connections, and the same number of seeds.
"""

import argparse
import datetime
import json
import math
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

import qiskit
from qiskit import qasm2
from qiskit.transpiler import CouplingMap, generate_preset_pass_manager

import page

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADING = "Circuits of package ansatz"
BASIS = ["rz", "sx", "x", "cz"]
LAYERS = 3
SIZES = [5, 8, 13, 20]


def options():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--qubits", type=lambda text: [int(n) for n in text.split(",")], default=SIZES)
    p.add_argument("--seeds", type=int, default=3)
    p.add_argument("--qnn", type=pathlib.Path, required=True, help="the program to measure")
    p.add_argument("--out", type=pathlib.Path, help="page to write the part into (default standard output)")
    o = p.parse_args()
    o.qnn = o.qnn.resolve()
    return o


# The circuits: those of package ansatz, written down again from its documentation.


def pairs(entanglement, n):
    line = [(i, i + 1) for i in range(n - 1)]
    return {
        "linear": line,
        "reverse-linear": line[::-1],
        "circular": [(n - 1, 0)] * (n > 2) + line,
        "full": [(i, j) for i in range(n) for j in range(i + 1, n)],
    }[entanglement]


def local(rotations, gate, entanglement):
    def circuit(n, angle):
        for _ in range(LAYERS):
            yield from ((r, [angle()], [q]) for r in rotations for q in range(n))
            yield from ((gate, [], list(p)) for p in pairs(entanglement, n))
        yield from ((r, [angle()], [q]) for r in rotations for q in range(n))

    return circuit


def turns(n, angle):
    for q in range(n):
        yield from ((r, [angle()], [q]) for r in ("rz", "ry", "rz"))


def basic_entangler(n, angle):
    for _ in range(LAYERS):
        yield from (("rx", [angle()], [q]) for q in range(n))
        yield from (("cx", [], [q, (q + 1) % n]) for q in range(n))


def strongly_entangling(n, angle):
    for layer in range(LAYERS):
        yield from turns(n, angle)
        r = layer % (n - 1) + 1
        yield from (("cx", [], [q, (q + r) % n]) for q in range(n))


def reuploading(entanglement):
    def circuit(n, angle):
        x = [angle() for _ in range(n)]
        for layer in range(LAYERS):
            if layer:
                yield from (("cz", [], list(p)) for p in pairs(entanglement, n))
            yield from (("ry", [x[q]], [q]) for q in range(n))
            yield from turns(n, angle)

    return circuit


KINDS = ("linear", "reverse-linear", "circular", "full")
ANSAETZE = (
    {f"real-amplitudes {e}": local(["ry"], "cx", e) for e in KINDS}
    | {f"efficient-su2 {e}": local(["ry", "rz"], "cx", e) for e in KINDS}
    | {f"two-local {e}": local(["ry"], "cz", e) for e in KINDS}
    | {"basic-entangler": basic_entangler, "strongly-entangling": strongly_entangling}
    | {f"reuploading {e}": reuploading(e) for e in KINDS}
)


def source(circuit, n):
    rng = random.Random(n)
    lines = ["OPENQASM 2.0;", 'include "qelib1.inc";', f"qreg q[{n}];"]
    for gate, angles, qubits in circuit(n, lambda: rng.uniform(-math.pi, math.pi)):
        values = f"({', '.join(map(repr, angles))})" if angles else ""
        lines.append(f"{gate}{values} {', '.join(f'q[{q}]' for q in qubits)};")
    return "\n".join(lines) + "\n"


def user(who):
    return resource.getrusage(who).ru_utime


# The devices: a row, IBM's heavy hexagons and a square lattice.


def targets(n):
    side = math.isqrt(n - 1) + 1
    return {"line": f"line-{n}", "heavy-hex": "ibm-heron-r2", "grid": f"grid-{side}x{side}"}


def edges(target):
    if target == "ibm-heron-r2":
        return json.loads((ROOT / f"circuits/transpile/targets/{target}.json").read_text())["edges"]
    rows, columns = (1, int(target[5:])) if target.startswith("line") else map(int, target[5:].split("x"))
    at = lambda r, c: r * columns + c  # noqa: E731
    return [[at(r, c), at(r, c + 1)] for r in range(rows) for c in range(columns - 1)] + [
        [at(r, c), at(r + 1, c)] for r in range(rows - 1) for c in range(columns)
    ]


def measure_qiskit(o, case):
    circuit = qasm2.loads(case["source"])
    coupling = CouplingMap(case["edges"])
    coupling.make_symmetric()
    runs = []
    for seed in range(o.seeds):
        manager = generate_preset_pass_manager(3, basis_gates=BASIS, coupling_map=coupling, seed_transpiler=seed)
        start = user(resource.RUSAGE_SELF)
        out = manager.run(circuit)
        runs.append([out.num_nonlocal_gates(), out.depth(), user(resource.RUSAGE_SELF) - start])
    return runs


def measure_qnn(o, case):
    runs = []
    with tempfile.NamedTemporaryFile("w", suffix=".qasm") as f:
        f.write(case["source"])
        f.flush()
        for seed in range(o.seeds):
            start = user(resource.RUSAGE_CHILDREN)
            command = [o.qnn, "transpile", f.name, "--target", case["target"], "--seed", str(seed), "--json"]
            out = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            runs.append([out["after"]["two_qubit_gates"], out["after"]["depth"], user(resource.RUSAGE_CHILDREN) - start])
    return runs


def table(o, cases, commit):
    best = [[min(r[:2] for r in runs) for runs in (c["qnn"], c["qiskit"])] for c in cases]
    ratio = [ours[0] / theirs[0] for ours, theirs in best]
    least = sum(r <= 1 for r in ratio)
    seconds = [sum(r[2] for c in cases for r in c[name]) / len(cases) / o.seeds for name in ("qnn", "qiskit")]
    worst = max(range(len(cases)), key=lambda k: ratio[k])
    lost = [k for k in range(len(cases)) if ratio[k] > 1]
    yield f"## {HEADING}\n"
    yield f"Written by `docs/benchmarks/transpile.py` on {datetime.date.today()}; `make bench-transpile` measures anew.\n"
    yield f"- qnn {commit}, `qnn transpile --level 3`; Qiskit {qiskit.__version__}, its preset pass manager of level 3."
    yield f"- Circuits of package ansatz with {LAYERS} layers and random angles; gates {', '.join(BASIS)}; seeds: {o.seeds}, of which the best counts."
    yield "- Targets: a line of as many qubits, IBM Heron r2 (heavy hexagons, 156 qubits), the smallest square grid that holds the circuit."
    yield f"- A cell is gates on two qubits / depth of qnn, then of Qiskit. qnn has at most as many gates on two qubits in {least} of {len(cases)} cases"
    yield f"  ({100 * least / len(cases):.1f}%), fewer in {sum(r < 1 for r in ratio)}; geometric mean of the ratio {math.exp(sum(map(math.log, ratio)) / len(ratio)):.3f}, worst {ratio[worst]:.3f}"
    yield f"  ({cases[worst]['name']}, {cases[worst]['qubits']} qubits, {cases[worst]['shape']})."
    yield f"- Mean CPU time of one call: qnn {seconds[0]:.2f} s with starting the process, reading and comparing states up to 12 qubits, Qiskit {seconds[1]:.2f} s without that."
    yield "  The machine was shared with other work."
    yield "- Where qnn has far fewer gates, it wrote blocks of CX or CZ anew for the connections: a full layer of CX on n qubits is n−1 on a line, of CZ 2n−3."
    yield "- Depth counts every gate, rz too. Bold: qnn has more gates on two qubits.\n"
    if lost:
        yield "Lost: " + "; ".join(f"{cases[k]['name']} {cases[k]['qubits']} on {cases[k]['shape']} (+{100 * (ratio[k] - 1):.1f}%)" for k in lost) + ".\n"
    for shape in targets(4):
        yield f"### {shape}\n"
        yield "| ansatz | " + " | ".join(f"{n} qubits" for n in o.qubits) + " |"
        yield "|---|" + "---|" * len(o.qubits)
        for name in ANSAETZE:
            row = []
            for k, c in enumerate(cases):
                if (c["name"], c["shape"]) == (name, shape):
                    text = "{}/{} · {}/{}".format(*best[k][0], *best[k][1])
                    row.append(f"**{text}**" if ratio[k] > 1 else text)
            yield f"| {name} | " + " | ".join(row) + " |"
        yield ""


def main():
    o = options()
    cases = [
        {"name": name, "qubits": n, "shape": shape, "target": target, "edges": edges(target), "source": source(circuit, n)}
        for n in o.qubits
        for shape, target in targets(n).items()
        for name, circuit in ANSAETZE.items()
    ]
    measure_qiskit(o, cases[0])  # what is made once is not in the time
    for done, case in enumerate(cases):
        case["qiskit"], case["qnn"] = measure_qiskit(o, case), measure_qnn(o, case)
        if sys.stderr.isatty():
            print(f"{done + 1} of {len(cases)}", file=sys.stderr, end="\r")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    part = "\n".join(table(o, cases, commit))
    if o.out:
        page.replace(o.out, HEADING, part)
    else:
        print(part)


if __name__ == "__main__":
    main()
