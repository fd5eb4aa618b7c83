"""Runs OpenQASM programs with Qiskit Aer.

Reads from standard input a JSON list of {"dialect", "source", "shots"} and writes the versions
and, for each, {"error"} or {"counts"}, keyed as Qiskit does. Exits with 3 when Qiskit or Aer cannot
be imported.
"""

import json
import sys

try:
    import qiskit
    import qiskit.qasm2
    import qiskit.qasm3
    import qiskit_aer
    import qiskit_qasm3_import  # noqa: F401, used by qiskit.qasm3
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(3)

simulator = qiskit_aer.AerSimulator(seed_simulator=5)
results = []
for case in json.load(sys.stdin):
    try:
        loads = qiskit.qasm2.loads if case["dialect"] == "openqasm2" else qiskit.qasm3.loads
        circuit = qiskit.transpile(loads(case["source"]), simulator, optimization_level=0)
        counts = simulator.run(circuit, shots=case["shots"]).result().get_counts()
        results.append({"counts": dict(counts)})
    except Exception as error:  # every refusal is a result for the test to report
        results.append({"error": f"{type(error).__name__}: {error}"})
json.dump({"version": f"Qiskit {qiskit.__version__}, Aer {qiskit_aer.__version__}", "results": results}, sys.stdout)
