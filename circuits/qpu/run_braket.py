#!/usr/bin/env python3
"""Runs the circuits of this directory with Amazon Braket and saves their counts in results/.

    pip install amazon-braket-sdk

    python run_braket.py --device local     a simulator without noise, here and for free
    python run_braket.py --device arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet
                                            your account: configure AWS credentials first

    --resume      after an interruption or a failure: only circuits without results run, and tasks
                  that were submitted (tasks.json) are waited for, not submitted again
"""

import argparse
import json
import os
import pathlib

from braket.devices import LocalSimulator
from braket.ir.openqasm import Program
from braket.task_result import GateModelTaskResult

HERE = pathlib.Path(__file__).resolve().parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", required=True, help="ARN of a device, or local")
    parser.add_argument("--batch", type=int, default=20, help="tasks that wait at the same time (default 20)")
    parser.add_argument("--resume", action="store_true", help="go on with what a first start began")
    return parser.parse_args()


def find_device(name):
    if name == "local":
        return LocalSimulator("braket_sv")
    from braket.aws import AwsDevice

    return AwsDevice(name)


def submit(device, manifest, entry):
    """Starts the task of one entry of the manifest."""
    source = (HERE / entry["file"]).read_text()
    inputs = dict(zip(manifest.get("parameters") or [], entry.get("values") or []))
    options = {}
    if "#pragma braket verbatim" in source and not isinstance(device, LocalSimulator):
        options["disable_qubit_rewiring"] = True  # the physical qubits are those of the program
    return device.run(Program(source=source, inputs=inputs or None), shots=manifest["shots"], **options)


def as_json(result):
    """A result in the form in which Amazon Braket stores it."""
    return GateModelTaskResult(
        measurements=result.measurements.tolist(),
        measuredQubits=result.measured_qubits,
        taskMetadata=result.task_metadata,
        additionalMetadata=result.additional_metadata,
    ).json()


def save(path, text):
    """Writes a file that is whole or not there."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(text)
    os.replace(unfinished, path)


def main():
    args = arguments()
    manifest = json.loads((HERE / "manifest.json").read_text())
    device = find_device(args.device)
    results, tasks_file = HERE / "results", HERE / "tasks.json"
    if not args.resume and (tasks_file.exists() or any(results.glob("*.json"))):
        raise SystemExit("Circuits of this directory were run before. Give --resume to run those without results")
    results.mkdir(exist_ok=True)
    tasks = json.loads(tasks_file.read_text()) if tasks_file.exists() else {}
    names = [f"{i:04d}.json" for i in range(len(manifest["circuits"]))]
    missing = [i for i, name in enumerate(names) if not (results / name).exists()]

    failed = 0
    for start in range(0, len(missing), args.batch):
        waiting = []
        for i in missing[start : start + args.batch]:
            if names[i] in tasks and args.device != "local":
                from braket.aws import AwsQuantumTask

                task = AwsQuantumTask(tasks[names[i]])
            else:
                task = submit(device, manifest, manifest["circuits"][i])
                if args.device != "local":
                    tasks[names[i]] = task.id
                    save(tasks_file, json.dumps(tasks, indent=1))
            waiting.append((i, task))
        for i, task in waiting:
            result = task.result()
            if result is None:  # failed or cancelled: submit it again next time
                print(f"{names[i]}: task {task.id} is {task.state()}")
                tasks.pop(names[i], None)
                save(tasks_file, json.dumps(tasks, indent=1))
                failed += 1
                continue
            save(results / names[i], as_json(result))
        print(f"{min(start + args.batch, len(missing))} of {len(missing)} circuits done")
    if failed:
        raise SystemExit(f"{failed} circuits have no result. Start this script with --resume to submit them anew")
    print(f"All results are in {results}. Next: qnn results {HERE}")


if __name__ == "__main__":
    main()
