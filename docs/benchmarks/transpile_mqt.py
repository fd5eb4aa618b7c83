#!/usr/bin/env python3
"""Transpiles the circuits of MQT Bench with qnn, Qiskit and pytket and writes a part of transpile.md.

    python docs/benchmarks/transpile_mqt.py --qnn bin/qnn --out docs/benchmarks/transpile.md
    python docs/benchmarks/transpile_mqt.py --qnn bin/qnn --sizes 5 --names qft,ghz   # prints

Needs the packages of transpile-requirements.txt. All three get the same circuits, out of plain
gates, and one call each; what they return is read into one form and counted by one rule.
--results keeps a line of JSON for each call, and calls that are there already are not made again.
"""

import argparse
import datetime
import importlib.metadata
import json
import math
import os
import pathlib
import platform
import re
import resource
import signal
import subprocess
import sys
import tempfile

import numpy as np

import page

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADING = "MQT Bench"
# Gates of the circuits that all get; composite ones are written out in these.
PLAIN = ["id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "sxdg", "rx", "ry", "rz", "p", "u"]
PLAIN += ["cx", "cy", "cz", "ch", "swap", "crx", "cry", "crz", "cp", "rxx", "rzz", "ccx", "measure"]
# More than 5000 operations in these gates.
LARGE = {("grover", 10), ("grover", 20), ("qwalk", 20), ("shor", 18)}
# The devices, with what Qiskit and pytket are told to write. A pulse of π/2 and one of π about x
# are Rigetti's rx, and with a virtual rz IonQ's gpi2 and gpi: sx and x stand for them.
TARGETS = {
    "ibm-heron-r2": (["rz", "sx", "x", "cz"], ["Rz", "SX", "X", "CZ"]),
    "iqm-garnet": (["r", "cz"], ["PhasedX", "CZ"]),
    "rigetti-ankaa-3": (["rz", "sx", "x", "iswap"], ["Rz", "SX", "X", "ISWAPMax"]),
    "ionq-forte": (["rz", "sx", "x", "rzz"], ["Rz", "SX", "X", "ZZPhase"]),
}
SEED = 1
TOOLS = ("qnn", "quick", "qiskit", "pytket")
COMMANDS = {"qnn": [], "quick": ["--effort", "0.1"]}
TITLES = {"qnn": "qnn", "quick": "qnn --effort 0.1", "qiskit": "Qiskit", "pytket": "pytket"}


def options():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--qnn", type=pathlib.Path, help="the program to measure")
    p.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")], default=[5, 10, 20])
    p.add_argument("--names", type=lambda text: text.split(","), help="benchmarks (default all)")
    p.add_argument("--targets", type=lambda text: text.split(","), default=list(TARGETS))
    p.add_argument("--tools", type=lambda text: text.split(","), default=list(TOOLS), help=f"of {', '.join(TOOLS)}")
    p.add_argument("--limit", type=float, default=120, help="seconds of CPU time a call may take")
    p.add_argument("--verify", action="store_true", help="let qnn check what it does not check by itself, outside of the time")
    p.add_argument("--results", type=pathlib.Path, help="file of results, added to")
    p.add_argument("--out", type=pathlib.Path, help="page to write the part into (default standard output)")
    p.add_argument("--worker", choices=TOOLS, help=argparse.SUPPRESS)
    o = p.parse_args()
    o.qnn = o.qnn and o.qnn.resolve()
    return o


# Circuits.


def circuits(o):
    """Yields name, qubits and OpenQASM 2 of each benchmark, in the largest size up to those asked for."""
    from mqt.bench import get_benchmark_indep
    from mqt.bench.benchmarks import get_available_benchmark_names
    from qiskit import qasm2, transpile

    for name in o.names or get_available_benchmark_names():
        done = set()
        for most in o.sizes:
            circuit = largest(get_benchmark_indep, name, most)
            if circuit is None or circuit[0] in done:
                continue
            n, circuit = circuit
            done.add(n)
            if (name, n) in LARGE or "if_else" in circuit.count_ops():
                continue
            flat = transpile(without_barriers(circuit), basis_gates=PLAIN, optimization_level=0)
            yield name, n, qasm2.dumps(without_barriers(flat))


def largest(make, name, most):
    for n in range(most, 1, -1):
        try:
            return n, make(name, n)
        except ValueError:  # the benchmark is not made in this size
            continue
    return None


def without_barriers(circuit):
    circuit = circuit.copy()
    circuit.data = [i for i in circuit.data if i.operation.name != "barrier"]
    return circuit


def edges(target):
    return json.loads((ROOT / f"circuits/transpile/targets/{target}.json").read_text()).get("edges")


# Calls. A result is a list of operations [name, angles, qubits, bits].


def user(who=resource.RUSAGE_SELF):
    return resource.getrusage(who).ru_utime


def call_qiskit(case):
    from qiskit import qasm2, transpile
    from qiskit.transpiler import CouplingMap

    circuit = qasm2.loads(case["source"], custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
    coupling = None
    if pairs := edges(case["target"]):
        coupling = CouplingMap(pairs)
        coupling.make_symmetric()
    basis = TARGETS[case["target"]][0]
    start = user()
    out = transpile(circuit, basis_gates=basis, coupling_map=coupling, optimization_level=3, seed_transpiler=SEED)
    seconds = user() - start
    final = out.layout.final_index_layout() if out.layout else list(range(circuit.num_qubits))
    return {"seconds": seconds, "operations": plain(out), "final": final}


def plain(circuit):
    """The operations of a circuit of Qiskit."""
    qubits = {q: k for k, q in enumerate(circuit.qubits)}
    bits = {b: k for k, b in enumerate(circuit.clbits)}
    return [
        [i.operation.name, [float(a) for a in i.operation.params], [qubits[q] for q in i.qubits], [bits[b] for b in i.clbits]]
        for i in circuit.data
        if i.operation.name != "barrier"
    ]


def call_pytket(case):
    from pytket.architecture import Architecture
    from pytket.circuit import OpType
    from pytket.passes import (
        AutoRebase,
        CliffordSimp,
        DecomposeBoxes,
        DefaultMappingPass,
        DelayMeasures,
        FlattenRegisters,
        FullPeepholeOptimise,
        KAKDecomposition,
        RemoveRedundancies,
        SequencePass,
        SynthesiseTket,
    )
    from pytket.qasm import circuit_from_qasm_str

    circuit = circuit_from_qasm_str(case["source"])
    basis = {getattr(OpType, name) for name in TARGETS[case["target"]][1]}
    pairs = edges(case["target"])
    start = user()
    passes = [DecomposeBoxes(), FlattenRegisters(), FullPeepholeOptimise()]
    if pairs:
        passes += [DefaultMappingPass(Architecture([tuple(p) for p in pairs])), DelayMeasures()]
    passes += [KAKDecomposition(allow_swaps=False), CliffordSimp(allow_swaps=False), SynthesiseTket(), AutoRebase(basis), RemoveRedundancies()]
    SequencePass(passes).apply(circuit)
    seconds = user() - start
    bits = {b: k for k, b in enumerate(circuit.bits)}
    operations = [
        [k.op.type.name, [a * math.pi for a in k.op.params], [q.index[0] for q in k.qubits], [bits[b] for b in k.bits]]
        for k in circuit.get_commands()
        if k.op.type != OpType.Barrier
    ]
    return {"seconds": seconds, "operations": operations}


STATEMENT = re.compile(r"\s*(?:b|c)\[(\d+)\] = measure \$(\d+);|\s*(\w+)(?:\(([^)]*)\))? (\$[\d, $]+);")


def call_qnn(o, case, more):
    """Runs the command; the time is that of the whole process."""
    with tempfile.NamedTemporaryFile("w", suffix=".qasm") as f:
        f.write(case["source"])
        f.flush()
        command = [o.qnn, "transpile", f.name, "--target", case["target"], "--seed", str(SEED), "--json", *more]
        limit = math.ceil(o.limit)
        start = user(resource.RUSAGE_CHILDREN)
        run = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)),
        )
        seconds = user(resource.RUSAGE_CHILDREN) - start
    if run.returncode:
        return {"error": run.stderr.strip() or f"more than {limit} s"}
    out = json.loads(run.stdout)
    operations = []
    for line in out["source"].splitlines():
        m = STATEMENT.fullmatch(line)
        if m and m[1]:
            operations.append(["measure", [], [int(m[2])], [int(m[1])]])
        elif m:
            angles = [float(a) for a in m[4].split(",")] if m[4] else []
            operations.append([m[3], angles, [int(q) for q in re.findall(r"\d+", m[5])], []])
    return {"seconds": seconds, "operations": operations, "final": out["final"], "verified": out["verified"]}


FIRST = """OPENQASM 2.0;
include "qelib1.inc";
qreg q[3];
creg c[3];
h q[0];
ccx q[0], q[1], q[2];
cp(0.3) q[2], q[0];
measure q -> c;
"""


def worker(o):
    """Answers the cases on standard input one by one; a call that takes too long ends the process."""
    call = {"qiskit": call_qiskit, "pytket": call_pytket}[o.worker]
    call({"source": FIRST, "target": "ibm-heron-r2"})  # what is made once is not in the time
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_VIRTUAL, o.limit)
        try:
            answer = call(json.loads(line))
        except Exception as e:  # noqa: BLE001 - whatever a package raises is its result
            answer = {"error": f"{type(e).__name__}: {e}".splitlines()[0]}
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        print(json.dumps(answer), flush=True)


class Workers:
    """One process for each package, begun anew after a call that took too long."""

    def __init__(self, o):
        self.o, self.running = o, {}

    def call(self, tool, case):
        if tool in COMMANDS:
            return call_qnn(self.o, case, COMMANDS[tool])
        if tool not in self.running:
            command = [sys.executable, __file__, "--worker", tool, "--limit", str(self.o.limit)]
            self.running[tool] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        p = self.running[tool]
        p.stdin.write(json.dumps(case) + "\n")
        p.stdin.flush()
        if line := p.stdout.readline():
            return json.loads(line)
        p.wait()
        del self.running[tool]
        return {"error": f"more than {self.o.limit:g} s" if p.returncode == -signal.SIGVTALRM else f"ended with {p.returncode}"}


# What is counted, and whether it is right.


def count(operations):
    """Gates on two qubits, and the depth of all gates but rz, which takes no time on these devices."""
    two, level = 0, {}
    for name, _, qubits, _ in operations:
        if name in ("measure", "Measure"):
            continue
        two += len(qubits) == 2
        end = max(level.get(q, 0) for q in qubits) + (name not in ("rz", "Rz"))
        level.update(dict.fromkeys(qubits, end))
    return two, max(level.values(), default=0)


# Qiskit's names of gates, and the angles that it has and the device's gate has not.
NAMES = {"prx": "r", "PhasedX": "r", "gpi": "r", "gpi2": "r", "zz": "rzz", "ZZPhase": "rzz", "ISWAPMax": "iswap"}
PULSES = {"gpi": [math.pi], "gpi2": [math.pi / 2]}
MOST = 14  # qubits of a result that is compared here


def outcome(operations, final):
    """The probabilities of the measured bits by Qiskit's simulator; without measurements the state of
    the program's qubits, which end at the places of final. None where that is not to be had."""
    from qiskit import QuantumCircuit
    from qiskit.circuit.library import get_standard_gate_name_mapping
    from qiskit.quantum_info import Statevector

    known = get_standard_gate_name_mapping()
    used = sorted({q for _, _, qubits, _ in operations for q in qubits} | set(final or []))
    at = {q: k for k, q in enumerate(used)}
    bits = {to[0]: at[qubits[0]] for _, _, qubits, to in operations if to}
    if len(used) > MOST or not (bits or final):
        return None
    circuit = QuantumCircuit(len(used))
    for name, angles, qubits, to in operations:
        if not to:
            gate = known[NAMES.get(name, name.lower())].base_class
            circuit.append(gate(*PULSES.get(name, ()), *angles), [at[q] for q in qubits])
    state = np.asarray(Statevector(circuit)).reshape([2] * len(used))
    kept = [bits[b] for b in sorted(bits)] or [at[q] for q in final]
    rest = [k for k in range(len(used)) if k not in kept]
    state = state.transpose([len(used) - 1 - k for k in kept + rest]).reshape(2 ** len(kept), -1)
    return (abs(state) ** 2).sum(1) if bits else state[:, 0]


def same(source, result):
    """Whether a result does what its circuit does; None if that was not compared."""
    from qiskit import qasm2

    circuit = qasm2.loads(source, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
    before = outcome(plain(circuit), list(range(circuit.num_qubits)))
    after = outcome(result["operations"], result.get("final"))
    if before is None or after is None:
        return None
    if np.iscomplexobj(before):
        return bool(abs(abs(np.vdot(before, after)) - 1) < 1e-6)
    return bool(abs(before - after).max() < 1e-6)


def measure(o, results, out):
    """Calls what has no result yet and adds a line to results for each."""
    done = {(r["name"], r["qubits"], r["target"], r["tool"]) for r in results}
    workers = Workers(o)
    for name, n, source in circuits(o):
        for target in o.targets:
            for tool in o.tools:
                if (name, n, target, tool) in done:
                    continue
                case = {"source": source, "target": target}
                answer = workers.call(tool, case)
                r = {"name": name, "qubits": n, "target": target, "tool": tool} | summary(o, case, tool, answer)
                results.append(r)
                if out:
                    print(json.dumps(r), file=out, flush=True)


def summary(o, case, tool, answer):
    if "error" in answer:
        return answer
    two, depth = count(answer["operations"])
    r = {"two": two, "depth": depth, "seconds": answer["seconds"], "same": same(case["source"], answer)}
    if tool in COMMANDS:
        r["verified"] = answer["verified"]
        if o.verify and not answer["verified"]:
            again = call_qnn(o, case, [*COMMANDS[tool], "--verify"])
            if "error" in again and "leave it out" not in again["error"]:
                return again
            r["verified"] = again.get("verified", False)
    return r


# The page.


def ratios(cases, what, ours, theirs):
    """Ratios of times, and of counts where both results have gates on two qubits."""
    if what == "seconds":
        return [max(c[ours][what], 1e-3) / max(c[theirs][what], 1e-3) for c in cases]
    return [c[ours][what] / c[theirs][what] for c in cases if c[ours]["two"] and c[theirs]["two"]]


def mean(numbers):
    return math.exp(sum(map(math.log, numbers)) / len(numbers)) if numbers else 1


def group(results):
    """By target and then by circuit: name, qubits and the result of each tool."""
    targets = {}
    for r in results:
        case = targets.setdefault(r["target"], {}).setdefault((r["name"], r["qubits"]), {"name": r["name"], "qubits": r["qubits"]})
        if "error" not in r:
            case[r["tool"]] = r
    return {t: list(targets[t].values()) for t in TARGETS if t in targets}


def comparison(targets, ours, theirs):
    yield "| target | qubits | circuits | gates on two qubits | fewer | as many | more | depth | less | the same | more | CPU time |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    groups = targets | {"all": [c for cases in targets.values() for c in cases]}
    for target, cases in groups.items():
        both = [c for c in cases if ours in c and theirs in c]
        for low, high in ((2, 5), (6, 10), (11, 20), (2, 20)):
            part = [c for c in both if low <= c["qubits"] <= high]
            if not part:
                continue
            cells = [target, f"{low}–{high}", str(len(part))]
            for what in ("two", "depth"):
                more = [c[ours][what] - c[theirs][what] for c in part]
                cells += [f"{mean(ratios(part, what, ours, theirs)):.3f}"]
                cells += [str(n) for n in (sum(d < 0 for d in more), more.count(0), sum(d > 0 for d in more))]
            cells.append(f"{mean(ratios(part, 'seconds', ours, theirs)):.2f}")
            if (low, high) == (2, 20):
                cells = [f"**{cell}**" for cell in cells]
            yield "| " + " | ".join(cells) + " |"
    yield ""


def worst(targets, theirs, most=5):
    for target, cases in targets.items():
        both = [c for c in cases if "qnn" in c and theirs in c]
        texts = []
        for what in ("two", "depth"):
            lost = [c for c in both if c["qnn"][what] > c[theirs][what]]
            lost.sort(key=lambda c: c[theirs][what] / c["qnn"][what])
            texts.append(", ".join(f"{c['name']} {c['qubits']} ({c['qnn'][what]} · {c[theirs][what]})" for c in lost[:most]) or "none")
        yield f"- {target}: gates {texts[0]}; depth {texts[1]}."
    yield ""


def cells(targets):
    for target, cases in targets.items():
        yield f"### {target}\n"
        yield "| circuit | qubits | " + " | ".join(TITLES[t] for t in TOOLS) + " |"
        yield "|---|---:|" + "---:|" * len(TOOLS)
        for c in sorted(cases, key=lambda c: (c["name"], c["qubits"])):
            least = min((c[t]["two"] for t in TOOLS if t in c), default=0)
            row = []
            for t in TOOLS:
                text = "–"
                if t in c:
                    text = f"{c[t]['two']} / {c[t]['depth']} / {c[t]['seconds']:.2f}"
                    text = f"**{text}**" if c[t]["two"] == least else text
                row.append(text)
            yield f"| {c['name']} | {c['qubits']} | " + " | ".join(row) + " |"
        yield ""


def checks(results):
    ours = [r for r in results if r["tool"] in COMMANDS and "error" not in r]
    passed = sum(r["verified"] for r in ours)
    yield f"- qnn's own check, which runs by itself where circuit and result use up to 12 qubits, passed {passed} of {len(ours)} results; among them larger"
    yield f"  ones with `--verify`; the other {len(ours) - passed} use more and were not checked by it."
    texts = []
    for tool in TOOLS:
        seen = [r["same"] for r in results if r["tool"] == tool and r.get("same") is not None]
        texts.append(f"{TITLES[tool]} {sum(seen)} of {len(seen)}")
    yield f"- Results on up to {MOST} qubits of the device were also run by Qiskit's simulator beside their circuits. These are right:"
    yield f"  {', '.join(texts)}."
    cases = {(r["name"], r["qubits"], r["target"]) for r in results}
    for tool in TOOLS:
        if missing := cases - {(r["name"], r["qubits"], r["target"]) for r in results if r["tool"] == tool}:
            yield f"- {TITLES[tool]} was not called for {len(missing)} of the {len(cases)} cases, to save time: cells with –."
    failed = {}
    for r in results:
        if "error" in r:
            failed.setdefault((TITLES[r["tool"]], r["error"]), []).append(f"{r['name']} {r['qubits']} on {r['target']}")
    for (tool, error), names in failed.items():
        yield f"- {tool} has no result ({error}): {', '.join(names)}."
    yield ""


def text(o, results):
    targets = group(results)
    version = importlib.metadata.version
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    cases = {(r["name"], r["qubits"]) for r in results}
    yield f"## {HEADING}\n"
    yield INTRODUCTION.format(
        date=datetime.date.today(),
        sizes=", ".join(map(str, o.sizes)),
        cases=len(cases),
        names=len({name for name, _ in cases}),
        commit=commit,
        limit=o.limit,
        seed=SEED,
        large=", ".join(f"{name} {n}" for name, n in sorted(LARGE)),
        machine=f"{os.cpu_count()} cores, {platform.machine()}",
        python=platform.python_version(),
        **{name: version(package) for name, package in (("mqt", "mqt.bench"), ("qiskit", "qiskit"), ("pytket", "pytket"))},
    )
    yield from checks(results)
    for theirs in ("qiskit", "pytket"):
        yield f"### Beside {TITLES[theirs]}\n"
        yield f"Geometric means of qnn over {TITLES[theirs]}: below 1 qnn has less. Results without any gate on two qubits are not in those of gates and depth.\n"
        yield from comparison(targets, "qnn", theirs)
        yield f"Where qnn loses most (qnn · {TITLES[theirs]}):\n"
        yield from worst(targets, theirs)
    yield "### With a tenth of the search\n"
    yield "`--effort 0.1` over Qiskit:\n"
    yield from comparison(targets, "quick", "qiskit")
    yield "Cells below are gates on two qubits / depth / seconds of CPU time; bold: the fewest gates.\n"
    yield from cells(targets)


INTRODUCTION = """\
Written by `docs/benchmarks/transpile_mqt.py` on {date}; `make bench-transpile` measures anew.

- Circuits: MQT Bench {mqt}, level of algorithms, every benchmark that it makes in {sizes} qubits, or in the largest size below:
  {cases} circuits of {names} benchmarks. Composite gates are written out in plain ones and barriers taken out, for all alike; measurements stay. Left
  out: {large}, which have more than 5000 operations, and dynamic_qft, ghz_dynamic and iqpe, which act on what they measured.
- One call each, with seed {seed}, at most {limit:g} s of CPU time:
  - qnn {commit}: `qnn transpile FILE --target TARGET --seed {seed} --json`, which is level 3, the highest; and the same with `--effort 0.1`.
  - Qiskit {qiskit}: `transpile(circuit, basis_gates=…, coupling_map=…, optimization_level=3, seed_transpiler={seed})`.
  - pytket {pytket}: what its packages for IBM and IQM do at their level 2, with pytket's own routing: `FullPeepholeOptimise`, `DefaultMappingPass`,
    `DelayMeasures` (where there are connections), `KAKDecomposition`, `CliffordSimp`, `SynthesiseTket`, `AutoRebase`, `RemoveRedundancies`.
- All get the connections of qnn's target and its gates: rz, sx, x, cz (IBM Heron r2), r, cz (IQM Garnet), rx, rz, iswap (Rigetti Ankaa-3), gpi, gpi2, rzz
  (IonQ Forte). rx of ±π/2 and π is written as sx and x by Qiskit and pytket, gpi2 and gpi as rz, sx and x.
- qnn leaves out what no measured bit depends on. hhl, of which one qubit is measured, needs no gate on two qubits then.
- Depth is that of all gates but rz, which takes no time on these devices, and measurements: one rule for all.
- CPU time is user time. That of qnn is of the whole process: starting, reading, checking the result up to 12 qubits, writing; that of Qiskit and
  pytket is of the call alone, without starting Python, importing and reading. Machine: {machine}, shared with other work; Python {python}."""


def main():
    o = options()
    if o.worker:
        return worker(o)
    results = []
    if o.results and o.results.exists():
        results = [json.loads(line) for line in o.results.read_text().splitlines()]
    if o.results:
        with o.results.open("a") as out:
            measure(o, results, out)
    else:
        measure(o, results, None)
    part = "\n".join(text(o, results))
    if o.out:
        page.replace(o.out, HEADING, part)
    else:
        print(part)


if __name__ == "__main__":
    main()
