#!/usr/bin/env python3
"""Runs other simulators beside qnn on this machine and writes README.md in this folder.

    docs/benchmarks/peers.py                                   # everything: hours
    docs/benchmarks/peers.py --workload hea --qubits 16 --peer Qulacs --threads 1
    docs/benchmarks/peers.py --missing --limit 45              # what has no result yet
    docs/benchmarks/peers.py --report                          # the table alone

It makes a virtual environment, installs requirements.txt there, builds qnn, and runs every cell
in a process of its own, pinned to its cores, qnn before and after the peers. Every result is added to
results.jsonl, where the last one of a cell counts, so that the table can be made in pieces. All
values must agree: to 1e-9, in single precision to 1e-6.
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
OURS, OURS_SINGLE = "qnn", "qnn (single)"
RESULTS = "results.jsonl"

# What is asked of qnn: workload -> [(against whom, sizes, at least how many times as fast)]. "" is the best
# peer in double precision; a peer in single precision is held against qnn in single precision.
ASKED = {
    "hea": [("", {16: 12, 20: 10, 24: 12}), ("qsim (single)", {16: 4, 20: 4, 24: 4})],
    "brick": [("", {16: 11, 20: 11}), ("qsim (single)", {16: 3, 20: 3, 24: 3})],
    "qft": [("", {16: 14, 20: 12}), ("qsim (single)", {16: 10, 20: 10, 24: 10})],
    "qv": [("", {16: 6.5, 20: 6.5}), ("qsim (single)", {16: 1.6, 20: 1.6, 24: 1.6})],
    "grad": [("", {12: 10, 16: 10, 20: 10})],
    "epoch": [
        ("", {4: 20, 6: 30, 8: 30, 10: 30}), ("Lightning", {4: 200, 6: 200, 8: 200, 10: 200}),
        ("MindQuantum", {4: 100, 6: 100, 8: 40, 10: 40}), ("Qulacs", {4: 100, 6: 100, 8: 40, 10: 40}),
    ],
}  # fmt: skip


def options():
    split = lambda text: text.split(",")  # noqa: E731
    numbers = lambda text: [int(n) for n in text.split(",")]  # noqa: E731
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--workload", type=split, default=list(SIZES), help="of " + ",".join(SIZES))
    p.add_argument("--qubits", type=numbers, help="only these sizes")
    p.add_argument("--threads", type=numbers, default=sorted({1, len(os.sched_getaffinity(0))}))
    p.add_argument("--peer", default="", help="only peers whose name contains this")
    p.add_argument("--limit", type=int, default=150, help="seconds for one cell")
    p.add_argument("--missing", action="store_true", help="leave out what results.jsonl has")
    p.add_argument("--report", action="store_true", help="measure nothing, write the table from results.jsonl")
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
    python, qnn, wanted = folder / "bin" / "python", folder / "bin" / "qnn", (HERE / "requirements.txt").read_text()
    installed = folder / "installed.txt"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if not installed.exists() or installed.read_text() != wanted:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", HERE / "requirements.txt"], check=True)
        installed.write_text(wanted)
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


def ours(qnn, peer, workload, qubits, threads, limit):
    """One run of qnn, with the machine that it found."""
    precision = "single" if single(peer) else "double"
    command = [qnn, "bench", "--json", "--precision", precision, "--workload", workload, "--qubits", qubits, "--threads", threads]
    text = pinned(command, threads, limit)
    return text if "error" in text else {**text["results"][0], "machine": text["machine"]}


def cell(o, python, qnn, peers, workload, qubits, threads):
    """All simulators on one workload: name -> result. Of qnn the faster of its two runs counts."""
    own = [OURS] if kind(workload) != "circuit" else [OURS, OURS_SINGLE]
    results = {peer: ours(qnn, peer, workload, qubits, threads, o.limit) for peer in own}
    for peer in peers:
        results[peer] = pinned([python, "simulators.py", peer, workload, qubits, threads], threads, o.limit)
    for peer in own:
        again = ours(qnn, peer, workload, qubits, threads, o.limit)
        if again.get("seconds", float("inf")) < results[peer].get("seconds", float("inf")):
            results[peer] = again
    return results


def kind(workload):
    return workload if workload in ("grad", "epoch") else "circuit"


def single(peer):
    return peer.endswith("(single)")


def is_ours(peer):
    return peer in (OURS, OURS_SINGLE)


def read(path):
    """The results kept so far: (workload, qubits, threads) -> name -> result, in the order of SIZES."""
    cells = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        r = json.loads(line)
        cells.setdefault((r.pop("workload"), r.pop("qubits"), r.pop("threads")), {})[r.pop("peer")] = r
    return dict(sorted(cells.items(), key=lambda c: (list(SIZES).index(c[0][0]), c[0][1:])))


def keep(path, key, results, revision):
    """Adds results to those kept."""
    names = ("workload", "qubits", "threads")
    fields = ("seconds", "value", "error", "machine")
    with path.open("a") as f:
        for peer, r in results.items():
            line = dict(zip(names, key, strict=True), peer=peer, **{n: r[n] for n in fields if n in r}, date=str(datetime.date.today()))
            if is_ours(peer):
                line["revision"] = revision
            f.write(json.dumps(line) + "\n")


def disagreements(results):
    """What is wrong with the values of a cell."""
    if OURS not in results or "error" in results[OURS]:
        return [f"{OURS}: {results.get(OURS, {}).get('error', 'not measured')}"]
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


def ratio(results, own, pick):
    """The fastest of the peers that pick chooses: (its time over ours, its name), or None."""
    times = [(r["seconds"], peer) for peer, r in results.items() if not is_ours(peer) and pick(peer) and "error" not in r]
    if not times or "error" in results.get(own, {"error": ""}):
        return None
    seconds, peer = min(times)
    return seconds / results[own]["seconds"], peer


def table(title, cells):
    """One Markdown table for the workloads that the same peers run."""
    seen = dict.fromkeys(p for results in cells.values() for p in results)
    peers = [p for p in (OURS, OURS_SINGLE) if p in seen] + [p for p in seen if not is_ours(p)]
    lines = [f"### {title}, ms", "", "| " + " | ".join(["work", "qubits", "threads", *peers]) + " |", "|---" + "|---:" * (2 + len(peers)) + "|"]
    for key, results in cells.items():
        row = [*key, *(milliseconds(results.get(p, {"error": ""})) for p in peers)]
        lines.append("| " + " | ".join(map(str, row)) + " |")
    return lines


def asked(cells):
    """The table of the ratios asked for and reached."""
    lines = ["### Ratios", "", "| work | qubits | threads | against | asked | reached | |", "|---|---:|---:|---|---:|---:|---|"]
    met = total = 0
    for (workload, qubits, threads), results in cells.items():
        for against, least in ASKED[workload]:
            own = OURS_SINGLE if single(against) else OURS
            best = ratio(results, own, lambda p, a=against: p == a if a else not single(p))
            if qubits not in least or best is None:
                continue
            won = best[0] >= least[qubits]
            met, total = met + won, total + 1
            name = f"best, {best[1]}" if not against else against
            row = [workload, qubits, threads, name, least[qubits], f"{best[0]:.2f}", "met" if won else "**lost**"]
            lines.append("| " + " | ".join(map(str, row)) + " |")
    return [*lines, "", f"{met} of {total} met. A ratio is the time of the other simulator over that of qnn in the same precision."]


def versions(python):
    names = [line.split("==")[0] for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line]
    code = "import sys, importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in sys.argv[1:]))"
    return subprocess.run([python, "-c", code, *names], capture_output=True, text=True, check=True).stdout.strip()


def report(python, cells, limit):
    """The text of README.md, and what is wrong with the values."""
    faults = [f"{w} {n}, {t} threads: {fault}" for (w, n, t), results in cells.items() for fault in disagreements(results)]
    runs = [r for results in cells.values() for p, r in results.items() if is_ours(p) and "machine" in r]
    machine = runs[-1]["machine"] if runs else {}
    limits = {
        name: " to ".join(f"{f(r['machine'][name]['1'] for r in runs):.0f}" for f in (min, max)) if runs else "?"
        for name in ("rmw_gb_s", "fma_gflop_s")
    }  # fmt: skip
    revisions = ", ".join(dict.fromkeys(r.get("revision", "?") for r in runs))
    dates = ", ".join(sorted({r["date"] for results in cells.values() for r in results.values()}))
    lines = [
        "# Other simulators beside qnn", "",
        f"Measured on {dates} by `docs/benchmarks/peers.py --limit {limit}`, in pieces; `make bench-peers` measures anew. [{RESULTS}]({RESULTS}) has every result.", "",
        f"- Machine: {machine.get('cpu', 'unknown')}, {os.cpu_count()} cores; "
        f"one thread reads and writes {limits['rmw_gb_s']} GB/s in place and does {limits['fma_gflop_s']} GFlop/s, as each run of qnn found.",
        f"- qnn {revisions}; Python {sys.version.split()[0]}; {versions(python)}.",
        "- Times are the fastest of at most 20 runs in about 0.3 s after a first one, which counts by itself where a circuit takes more than 5 s. Each cell is",
        "  a process of its own, pinned to as many cores as it has threads: `taskset -c CORES python simulators.py PEER WORKLOAD QUBITS THREADS` and",
        "  `taskset -c CORES qnn bench --json --precision PRECISION --workload WORKLOAD --qubits QUBITS --threads THREADS`, qnn before and after the others.",
        "- Peers reuse what they can between runs: circuits, devices, compiled functions. qnn computes its matrices from the angles in each run.",
        "- All simulators compute in double precision but those named single. The workloads are described in",
        "  [the command line](../cli.md#bench). All values agree to 1e-9, in single precision to 1e-6, except as listed below.",
        "- Sizes that are not here were not measured.", "",
        *asked(cells), "",
    ]  # fmt: skip
    for title, names in (("Circuits", ("hea", "brick", "qft", "qv")), ("Gradients", ("grad",)), ("An epoch of training", ("epoch",))):
        part = {key: results for key, results in cells.items() if key[0] in names}
        if part:
            lines += [*table(title, part), ""]
    errors = [f"{w} {n}, {t} threads, {p}: {r['error']}" for (w, n, t), results in cells.items() for p, r in results.items() if "error" in r]
    for title, items in (("Cells without a result", errors), ("Values that disagree", faults)):
        if items:
            lines += [f"### {title}", "", *(f"- {item}" for item in items), ""]
    return "\n".join(lines), faults


def measure(o, python, qnn, path):
    """Runs the cells that the options choose; returns how many."""
    code = "import json, simulators; print(json.dumps(list(simulators.PEERS)))"
    listing = subprocess.run([python, "-c", code], cwd=HERE, capture_output=True, text=True, check=True)
    describe = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    count = 0
    for workload in o.workload:
        for qubits in SIZES[workload]:
            for threads in o.threads if not o.qubits or qubits in o.qubits else []:
                key = workload, qubits, threads
                done = read(path).get(key, {}) if o.missing else {}
                peers = [p for p, k in json.loads(listing.stdout) if k == kind(workload) and o.peer.lower() in p.lower() and p not in done]
                if not peers and OURS in done:
                    continue
                results = cell(o, python, qnn, peers, *key)
                print(*key, {p: r.get("error") or milliseconds(r) for p, r in results.items()}, flush=True)
                keep(path, key, results, describe.stdout.strip())
                count += 1
    return count


def main():
    o = options()
    python, qnn = install(o.venv.resolve())
    path = o.out.parent / RESULTS
    if not o.report and measure(o, python, qnn, path) == 0 and not o.missing:
        sys.exit("peers.py: no cell has these sizes; see SIZES")
    text, faults = report(python, read(path), o.limit)
    o.out.write_text(text)
    print("wrote", o.out)
    if faults:
        sys.exit("peers.py: " + "; ".join(faults))


if __name__ == "__main__":
    main()
