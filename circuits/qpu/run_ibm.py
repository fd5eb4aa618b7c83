#!/usr/bin/env python3
"""Runs the circuits of this directory with Qiskit and saves what they measure in results/.

    pip install qiskit qiskit-qasm3-import qiskit-ibm-runtime      (and qiskit-aer for fake and aer)

    python run_ibm.py --backend fake        a simulated device with noise, here and for free
    python run_ibm.py --backend aer         a simulator without noise
    python run_ibm.py --backend ibm_fez     your account: QiskitRuntimeService.save_account(...) first

    --mode batch         the jobs as one batch, which IBM recommends for jobs that do not wait for one
                         another; session for exclusive use (paid plans), job for one after the other
    --dd XY4             dynamical decoupling: pulses on qubits that wait
    --twirl gates        random Pauli gates around those on two qubits, which make coherent errors
                         random; measure, or all for both
    --estimator          expectation values by EstimatorV2 instead of counts by SamplerV2, to a
                         precision of 1/√shots; --resilience 0, 1 or 2 is how much it mitigates
    --resume             after an interruption or a failure: only circuits without results run, jobs
                         that were submitted (jobs.json) are waited for, and the settings are those
                         of the first start (run.json)

Every result file holds the settings that it was measured with (metadata, "qnn").
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import warnings

import numpy
import qiskit.qasm3
from qiskit.quantum_info import SparsePauliOp
from qiskit_ibm_runtime import Batch, EstimatorV2, RuntimeEncoder, RuntimeJobFailureError, SamplerV2, Session
from qiskit_ibm_runtime.utils.validations import validate_isa_circuits

HERE = pathlib.Path(__file__).resolve().parent
FAKES = {"ibm-heron-r2": "FakeFez", "ibm-nighthawk": "FakeNighthawk", "ibm-eagle": "FakeSherbrooke"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", required=True, help="name of a device of your account, fake, or aer")
    parser.add_argument("--batch", type=int, default=100, help="circuits a job (default 100)")
    parser.add_argument("--seed", type=int, help="seed of a simulator")
    parser.add_argument("--mode", choices=["job", "batch", "session"], default="job", help="how jobs are sent (default job)")
    parser.add_argument("--dd", choices=["XX", "XpXm", "XY4"], help="sequence of dynamical decoupling (default none)")
    parser.add_argument("--twirl", choices=["gates", "measure", "all"], help="what is twirled (default nothing)")
    parser.add_argument("--randomizations", type=int, help="random circuits of twirling (default IBM's choice)")
    parser.add_argument("--estimator", action="store_true", help="take expectation values, not counts")
    parser.add_argument("--resilience", type=int, choices=[0, 1, 2], help="level of an estimator (default IBM's choice)")
    parser.add_argument("--resume", action="store_true", help="go on with what a first start began")
    parser.add_argument("--channel", help="channel of the account (default the saved one)")
    args = parser.parse_args()
    if args.resilience is not None and not args.estimator:
        parser.error("--resilience is of an estimator. Give --estimator too")
    return args


def find_backend(name, target, channel):
    """The backend, and the service that jobs can be found again on, or None."""
    if name == "aer":
        from qiskit_aer import AerSimulator

        return AerSimulator(), None
    if name == "fake":
        from qiskit_ibm_runtime import fake_provider

        if target not in FAKES:
            raise SystemExit(f"There is no simulated device for {target}. Use --backend aer")
        return getattr(fake_provider, FAKES[target])(), None
    from qiskit_ibm_runtime import QiskitRuntimeService

    service = QiskitRuntimeService(channel=channel) if channel else QiskitRuntimeService()
    fractional = target.endswith("-fractional")
    return service.backend(name, use_fractional_gates=fractional), service


def load(manifest, first):
    """The circuit of entry number first, with the name that qnn results knows it by."""
    circuit = qiskit.qasm3.load(HERE / manifest["circuits"][first]["file"])
    circuit.metadata = {"qnn": f"{manifest['id']}/{first:04d}"}
    return circuit


def terms(manifest):
    """For each basis the products of Pauli matrices that its circuits measure, in the order in which
    qnn results expects their values."""
    out = {entry["basis"]: [] for entry in manifest["circuits"]}
    for observable in manifest["observables"]:
        for term in re.findall(r"[XYZ]\d+(?:\*[XYZ]\d+)*", observable):
            factors = [(factor[0], int(factor[1:])) for factor in term.split("*")]
            basis = next(b for b in out if all(b[len(b) - 1 - q] == pauli for pauli, q in factors))
            if factors not in out[basis]:
                out[basis].append(factors)
    return out


def measured(manifest, first, wanted):
    """The circuit of an entry as a list with what else a pub of it begins with: nothing for a sampler;
    for an estimator, whose terms are wanted, the products of Z that its measurements would give."""
    circuit, entry = load(manifest, first), manifest["circuits"][first]
    if wanted is None:
        return [circuit]
    places = [[entry["physical"][q] for _, q in term] for term in wanted[entry["basis"]]]
    circuit.remove_final_measurements()
    return [circuit, [SparsePauliOp.from_sparse_list([("Z" * len(p), p, 1)], circuit.num_qubits) for p in places]]


def pubs(manifest, first, last, estimator):
    """Entries first to last as what a primitive takes; a symbolic circuit once, with all its values."""
    entries, wanted = manifest["circuits"], terms(manifest) if estimator else None
    if not manifest.get("parameters"):
        return [tuple(measured(manifest, i, wanted)) for i in range(first, last + 1)]
    begin = measured(manifest, first, wanted)
    by_name = {p.name: p for p in begin[0].parameters}
    values = numpy.array([entries[i]["values"] for i in range(first, last + 1)])
    if estimator:  # the axis before the last is for the observables
        values = values[:, :, None, None]
    return [(*begin, {by_name[n]: values[:, k] for k, n in enumerate(manifest["parameters"]) if n in by_name})]


def batches(manifest, size, names):
    """First and last entry of each job to submit, besides those that have a name already; a symbolic
    job has one program."""
    entries, done = manifest["circuits"], set()
    for name in names:
        if match := re.fullmatch(r"(\d+)-(\d+)\.json", name):
            done.update(range(int(match[1]), int(match[2]) + 1))
    first = 0
    while first < len(entries):
        if first in done:
            first += 1
            continue
        last = first
        while last + 1 < len(entries) and last + 1 - first < size and last + 1 not in done:
            if manifest.get("parameters") and entries[last + 1]["file"] != entries[first]["file"]:
                break
            last += 1
        yield first, last
        first = last + 1


def save(path, text):
    """Writes a file that is whole or not there."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(text)
    os.replace(unfinished, path)


KEPT = ("backend", "mode", "dd", "twirl", "randomizations", "estimator", "resilience", "seed")


def settings(args):
    """The settings of this start, written to run.json; with --resume those of the first."""
    file, given = HERE / "run.json", {k: getattr(args, k) for k in KEPT}
    begun = (HERE / "jobs.json").exists() or any((HERE / "results").glob("*.json"))
    if begun and not args.resume:
        raise SystemExit("Circuits of this directory were run before. Give --resume to run those without results")
    if args.resume and file.exists():
        first = json.loads(file.read_text())
        for k in KEPT:
            if given[k] not in (None, "job", False) and given[k] != first.get(k):
                raise SystemExit(f"--{k} {given[k]}: the first start had {first.get(k)}. Leave it out, or export again")
        return given | first
    save(file, json.dumps(given, indent=1))
    return given


def make_primitive(mode, chosen):
    """A sampler or an estimator with the settings; simulators know no dynamical decoupling, no twirling
    and no mitigation."""
    primitive = EstimatorV2(mode=mode) if chosen["estimator"] else SamplerV2(mode=mode)
    options = primitive.options
    if chosen["seed"] is not None:
        options.simulator.seed_simulator = chosen["seed"]
    if chosen["resilience"] is not None:
        options.resilience_level = chosen["resilience"]
    if chosen["dd"]:
        options.dynamical_decoupling.enable = True
        options.dynamical_decoupling.sequence_type = chosen["dd"]
    if chosen["twirl"]:
        options.twirling.enable_gates = chosen["twirl"] in ("gates", "all")
        options.twirling.enable_measure = chosen["twirl"] in ("measure", "all")
        if chosen["randomizations"]:
            options.twirling.num_randomizations = chosen["randomizations"]
    return primitive


def main():
    args = arguments()
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    manifest = json.loads((HERE / "manifest.json").read_text())
    chosen = settings(args)
    backend, service = find_backend(chosen["backend"], manifest["target"], args.channel)
    if service is None and (chosen["dd"] or chosen["twirl"] or chosen["resilience"]):
        print("Simulators run without dynamical decoupling, twirling and mitigation")
    mode = {"job": contextlib.nullcontext, "batch": Batch, "session": Session}[chosen["mode"]]
    with mode(backend) as opened:
        run(args, manifest, chosen, backend, service, make_primitive(opened, chosen))


def run(args, manifest, chosen, backend, service, primitive):
    """Submits what has no results, waits and saves."""
    results, jobs_file = HERE / "results", HERE / "jobs.json"
    results.mkdir(exist_ok=True)
    jobs = json.loads(jobs_file.read_text()) if jobs_file.exists() else {}

    have = {path.name for path in results.glob("*.json")}
    waiting = [(name, service.job(job)) for name, job in jobs.items() if service and name not in have]
    for first, last in list(batches(manifest, args.batch, have | set(jobs))):
        work = pubs(manifest, first, last, chosen["estimator"])
        if chosen["backend"] != "aer":
            validate_isa_circuits([w[0] for w in work], backend.target)
        shots = manifest["shots"]
        job = primitive.run(work, precision=shots**-0.5) if chosen["estimator"] else primitive.run(work, shots=shots)
        waiting.append((name := f"{first:04d}-{last:04d}.json", job))
        print(f"{name}: submitted job {job.job_id()}")
        if service:
            jobs[name] = job.job_id()
            save(jobs_file, json.dumps(jobs, indent=1))
    failed = 0
    for name, job in waiting:
        try:
            result = job.result()
        except RuntimeJobFailureError as error:  # submit it again next time
            print(f"{name}: {error}")
            jobs.pop(name, None)
            save(jobs_file, json.dumps(jobs, indent=1))
            failed += 1
            continue
        result.metadata["qnn"] = chosen
        save(results / name, json.dumps(result, cls=RuntimeEncoder))
        print(f"{name}: saved")
    if failed:
        raise SystemExit(f"{failed} jobs failed. Start this script with --resume to submit them anew")
    print(f"All results are in {results}. Next: qnn results {HERE}")


if __name__ == "__main__":
    main()
