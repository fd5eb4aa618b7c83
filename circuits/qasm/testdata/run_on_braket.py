"""Runs OpenQASM programs with Amazon Braket's local simulator.

Reads from standard input a JSON list of {"source", "parameters", "shots"} and writes the version
and, for each, {"error"} or {"state"}, the state vector before the measurements as [real, imaginary]
pairs, qubit 0 least significant, or with shots {"counts"}, keyed as Braket does. Exits with 3 when
Braket cannot be imported.
"""

import json
import sys

try:
    import braket._sdk as sdk
    from braket.devices import LocalSimulator
    from braket.ir.openqasm import Program
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(3)

device = LocalSimulator("braket_sv")


def run(case):
    source, shots = case["source"], case.get("shots") or 0
    if not shots:
        lines = [line for line in source.splitlines() if not line.startswith(("bit", "b["))]
        source = "\n".join([*lines, "#pragma braket result state_vector", ""])
    result = device.run(Program(source=source, inputs=case.get("parameters") or {}), shots=shots).result()
    if shots:
        return {"counts": dict(result.measurement_counts)}
    state = result.values[0]
    width = len(state).bit_length() - 1
    order = [int(format(i, f"0{width}b")[::-1], 2) for i in range(len(state))]
    return {"state": [[state[i].real, state[i].imag] for i in order]}


results = []
for case in json.load(sys.stdin):
    try:
        results.append(run(case))
    except Exception as error:  # every refusal is a result for the test to report
        results.append({"error": f"{type(error).__name__}: {error}"})
json.dump({"version": f"Braket {sdk.__version__}", "results": results}, sys.stdout)
