"""Records the targets of IBM from the snapshots of its devices in qiskit-ibm-runtime.

Writes ../targets/ibm-*.json; HERE / "../targets" is where package transpile embeds them from.
"""

import importlib.metadata
import json
import math
import pathlib
import warnings

from qiskit_ibm_runtime import fake_provider

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent
VERSION = importlib.metadata.version("qiskit-ibm-runtime")

DEVICES = [
    ("ibm-heron-r2", "FakeFez", "IBM Heron r2: heavy hexagons", []),
    (
        "ibm-heron-r2-fractional",
        "FakeFez",
        "IBM Heron r2 with the fractional gates rx and rzz, which IBM has where a backend is asked for use_fractional_gates",
        [{"gate": "rx"}, {"gate": "rzz", "angle": {"min": 0, "max": math.pi / 2}}],
    ),
    ("ibm-nighthawk", "FakeNighthawk", "IBM Nighthawk: a square lattice", []),
    ("ibm-eagle", "FakeSherbrooke", "IBM Eagle: heavy hexagons, ecr in one direction", []),
]

for name, fake, description, more in DEVICES:
    target = getattr(fake_provider, fake)().target
    entangler = "ecr" if "ecr" in target.operation_names else "cz"
    directed = {tuple(q) for q in target[entangler]}
    edges = sorted(directed if entangler == "ecr" else {tuple(sorted(q)) for q in directed})
    both = all((b, a) in directed for a, b in edges)
    gates = [{"gate": g} for g in ("rz", "sx", "x", "id")]
    gates += [{"gate": entangler} if both else {"gate": entangler, "directed": True}]
    gates += more + [{"gate": g} for g in ("measure", "reset", "barrier")]
    fields = {
        "name": name,
        "description": description,
        "source": f"qiskit-ibm-runtime {VERSION}, {fake}",
        "vendor": "ibm",
        "dialect": "ibm",
        "qubits": target.num_qubits,
        "mid_circuit": True,
        "feed_forward": "if_else" in target.operation_names,
        "gates": gates,
        "edges": edges,
    }
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in fields.items())
    (HERE / "../targets" / f"{name}.json").write_text("{\n" + lines + "\n}\n")
