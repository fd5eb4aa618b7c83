#!/usr/bin/env python3
"""Runs other simulators beside qnn on this machine and writes README.md in this folder.

    docs/benchmarks/peers.py                                   # everything: hours
    docs/benchmarks/peers.py --workload hea --qubits 16 --peer Qulacs --threads 1

It makes a virtual environment, installs requirements.txt there, builds qnn, and runs every cell
in a process of its own, pinned to its cores, qnn before and after the peers. All values must
agree: to 1e-9, in single precision to 1e-6.
"""

import argparse
import datetime
import json
import os
import pathlib
import shlex
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SIZES = {
    "hea": (16, 20, 24), "brick": (16, 20, 24), "qft": (16, 20, 24), "qv": (16, 20, 24),
    "grad": (12, 16, 20), "epoch": (4, 6, 8, 10),
}  # fmt: skip
OURS = "qnn"


def options():
    split = lambda text: text.split(",")  # noqa: E731
    numbers = lambda text: [int(n) for n in text.split(",")]  # noqa: E731
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--workload", type=split, default=list(SIZES), help="of " + ",".join(SIZES))
    p.add_argument("--qubits", type=numbers, help="only these sizes")
    p.add_argument("--threads", type=numbers, default=sorted({1, len(os.sched_getaffinity(0))}))
    p.add_argument("--peer", default="", help="only peers whose name contains this")
    p.add_argument("--limit", type=int, default=150, help="seconds for one cell")
    p.add_argument("--venv", type=pathlib.Path, default=HERE / ".venv")
    p.add_argument("--out", type=pathlib.Path, default=HERE / "README.md")
    o = p.parse_args()
    for name in o.workload:
        if name not in SIZES:
            p.error(f"no workload {name!r}; choose from {', '.join(SIZES)}")
    if max(o.threads) > len(os.sched_getaffinity(0)) or min(o.threads) < 1:
        p.error(f"--threads: this machine has {len(os.sched_getaffinity(0))} cores")
    return o


def install(folder):
    """Makes the environment and the qnn to measure; returns the two programs."""
    python, qnn = folder / "bin" / "python", folder / "bin" / "qnn"
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", HERE / "requirements.txt"], check=True)
    subprocess.run(["go", "build", "-o", qnn, "./cmd/qnn"], cwd=ROOT, check=True)
    return python, qnn


def pinned(command, threads, limit):
    """The last JSON object that a command prints, or {"error": …}."""
    cores = sorted(os.sched_getaffinity(0))[:threads]
    count = str(threads)
    environment = dict(
        os.environ, OMP_NUM_THREADS=count, QULACS_NUM_THREADS=count, NUMBA_NUM_THREADS=count, OPENBLAS_NUM_THREADS=count,
        JAX_PLATFORMS="cpu", TF_CPP_MIN_LOG_LEVEL="3",
    )  # fmt: skip
    command = ["taskset", "-c", ",".join(map(str, cores)), *map(str, command)]
    try:
        p = subprocess.run(command, env=environment, cwd=HERE, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"error": f"more than {limit} s"}
    if p.returncode != 0:
        return {"error": (p.stderr.strip().splitlines() or [f"exit code {p.returncode}"])[-1]}
    text = "\n" + p.stdout
    return json.loads(text[text.rindex("\n{") :])


def ours(qnn, workload, qubits, threads, limit):
    """One run of qnn, with the machine that it found."""
    text = pinned([qnn, "bench", "--json", "--workload", workload, "--qubits", qubits, "--threads", threads], threads, limit)
    return text if "error" in text else {**text["results"][0], "machine": text["machine"]}


def cell(o, python, qnn, peers, workload, qubits, threads):
    """All simulators on one workload: name -> result. Of qnn the faster of its two runs counts."""
    results = {OURS: ours(qnn, workload, qubits, threads, o.limit)}
    for peer in peers:
        results[peer] = pinned([python, "simulators.py", peer, workload, qubits, threads], threads, o.limit)
    again = ours(qnn, workload, qubits, threads, o.limit)
    if again.get("seconds", float("inf")) < results[OURS].get("seconds", 0):
        results[OURS] = again
    return results


def single(peer):
    return peer.endswith("(single)")


def disagreements(results):
    """What is wrong with the values of a cell."""
    if "error" in results[OURS]:
        return [f"{OURS}: {results[OURS]['error']}"]
    value = results[OURS]["value"]
    return [
        f"{peer} gives {r['value']!r}, {OURS} {value!r}"
        for peer, r in results.items()
        if "error" not in r and not abs(r["value"] - value) <= (1e-6 if single(peer) else 1e-9)
    ]


def milliseconds(r):
    if "error" in r:
        return "–"
    ms = 1e3 * r["seconds"]
    return f"{ms:.3g}" if ms < 1000 else f"{ms:,.0f}"


def ratio(results, pick):
    """The fastest of the peers that pick chooses: (its time over ours, its name), or None."""
    times = [(r["seconds"], peer) for peer, r in results.items() if peer != OURS and pick(peer) and "error" not in r]
    if not times or "error" in results[OURS]:
        return None
    seconds, peer = min(times)
    return seconds / results[OURS]["seconds"], peer


def show(best):
    """Ratios below 1 are lost."""
    if best is None:
        return "", ""
    text = f"{best[0]:.2f}"
    return (text if best[0] >= 1 else f"**{text}** lost"), best[1]


def table(title, cells):
    """One Markdown table for the workloads that the same peers run."""
    peers = list(dict.fromkeys(p for results in cells.values() for p in results if p != OURS))
    heads = ["work", "qubits", "threads", OURS, *peers, "best / qnn", "by", "best single / qnn"]
    lines = [f"### {title}", "", "| " + " | ".join(heads) + " |", "|---" + "|---:" * (3 + len(peers)) + "|---:|---|---:|"]
    for (workload, qubits, threads), results in cells.items():
        double, name = show(ratio(results, lambda p: not single(p)))
        row = [workload, qubits, threads, *(milliseconds(results.get(p, {"error": ""})) for p in [OURS, *peers])]
        row += [double, name, show(ratio(results, single))[0]]
        lines.append("| " + " | ".join(map(str, row)) + " |")
    return lines


def versions(python):
    names = [line.split("==")[0] for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line]
    code = "import sys, importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in sys.argv[1:]))"
    return subprocess.run([python, "-c", code, *names], capture_output=True, text=True, check=True).stdout.strip()


def report(o, python, qnn, cells, faults):
    """The text of README.md."""
    machine = next((r[OURS]["machine"] for r in cells.values() if "machine" in r[OURS]), {})
    one = {name: machine.get(name, {}).get("1", float("nan")) for name in ("rmw_gb_s", "fma_gflop_s")}
    revision = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [
        "# Other simulators beside qnn", "",
        f"Written by `{shlex.join(['docs/benchmarks/peers.py', *sys.argv[1:]])}` on {datetime.date.today()}; `make bench-peers` measures anew.", "",
        f"- Machine: {machine.get('cpu', 'unknown')}, {machine.get('cores', '?')} of {os.cpu_count()} cores in the last cell; "
        f"one thread reads and writes {one['rmw_gb_s']:.1f} GB/s in place and does {one['fma_gflop_s']:.0f} GFlop/s.",
        f"- qnn {revision.stdout.strip()}; Python {sys.version.split()[0]}; {versions(python)}.",
        "- Times are milliseconds, the fastest of at most 20 runs in about 0.3 s after a first one. Each cell is a process of its own,",
        "  pinned to as many cores as it has threads: `taskset -c CORES python simulators.py PEER WORKLOAD QUBITS THREADS` and",
        "  `taskset -c CORES qnn bench --json --workload WORKLOAD --qubits QUBITS --threads THREADS`, qnn before and after the others.",
        "- Peers reuse what they can between runs: circuits, devices, compiled functions. qnn computes its matrices from the angles in each run.",
        "- All simulators compute in double precision but those named single; qnn is double throughout. The workloads are described in",
        "  [the command line](../cli.md#bench). All values agree to 1e-9, in single precision to 1e-6, except as listed below.",
        "- A ratio is the time of the fastest peer over that of qnn: above 1, qnn is faster.", "",
    ]  # fmt: skip
    for title, names in (("Circuits", ("hea", "brick", "qft", "qv")), ("Gradients", ("grad",)), ("An epoch of training", ("epoch",))):
        part = {key: results for key, results in cells.items() if key[0] in names}
        if part:
            lines += [*table(title, part), ""]
    errors = [f"{w} {n}, {t} threads, {p}: {r['error']}" for (w, n, t), results in cells.items() for p, r in results.items() if "error" in r]
    for title, items in (("Cells without a result", errors), ("Values that disagree", faults)):
        if items:
            lines += [f"### {title}", "", *(f"- {item}" for item in items), ""]
    return "\n".join(lines)


def main():
    o = options()
    python, qnn = install(o.venv.resolve())
    listing = subprocess.run(
        [python, "-c", "import json, simulators; print(json.dumps(list(simulators.PEERS)))"], cwd=HERE, capture_output=True, text=True, check=True
    )
    cells, faults = {}, []
    for workload in o.workload:
        kind = workload if workload in ("grad", "epoch") else "circuit"
        peers = [p for p, k in json.loads(listing.stdout) if k == kind and o.peer.lower() in p.lower()]
        for qubits in SIZES[workload]:
            if o.qubits and qubits not in o.qubits:
                continue
            for threads in o.threads:
                results = cells[workload, qubits, threads] = cell(o, python, qnn, peers, workload, qubits, threads)
                faults += (f"{workload} {qubits}: {fault}" for fault in disagreements(results))
                print(workload, qubits, threads, {p: r.get("error") or milliseconds(r) for p, r in results.items()}, flush=True)
                o.out.write_text(report(o, python, qnn, cells, faults))
    if not cells:
        sys.exit("peers.py: no cell has these sizes; see SIZES")
    print("wrote", o.out)
    if faults:
        sys.exit("peers.py: " + "; ".join(faults))


if __name__ == "__main__":
    main()
