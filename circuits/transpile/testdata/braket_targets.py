"""Writes the targets of Amazon Braket, whose lattices and gates are written down here.

Writes ../targets/*.json; HERE / "../targets" is where package transpile embeds them from. The SDK
holds no connections: they come with an account, and change as single couplers fail. The lattices
are those that the makers publish; before running, compare them with
AwsDevice(arn).properties.paradigm.connectivity and edit the file.
"""

import json
import math
import pathlib

HERE = pathlib.Path(__file__).parent


def lattice(rows):
    """Edges of a square lattice given by the first column and the length of each row."""
    at, edges = {}, []
    for y, (first, length) in enumerate(rows):
        for x in range(first, first + length):
            at[x, y] = len(at)
    for (x, y), q in at.items():
        edges += [sorted((q, at[p])) for p in ((x + 1, y), (x, y + 1)) if p in at]
    return len(at), sorted(edges)


DEVELOPER_GUIDE = "Amazon Braket Developer Guide, native gates and verbatim compilation"
QUARTERS = [-math.pi, -math.pi / 2, math.pi / 2, math.pi]
DEVICES = [
    {
        "name": "ionq-forte",
        "description": "IonQ Forte: trapped ions, every pair connected",
        "source": DEVELOPER_GUIDE + "; Braket's zz is in radians",
        "qubits": 36,
        "all_to_all": True,
        "gates": [{"gate": "gpi"}, {"gate": "gpi2"}, {"gate": "rzz"}],
    },
    {
        "name": "iqm-garnet",
        "description": "IQM Garnet: a square lattice of 20",
        "source": DEVELOPER_GUIDE + "; IQM's 20-qubit crystal lattice without defects, Abdurakhimov et al. 2024, arXiv:2408.12433",
        "rows": [(1, 2), (0, 5), (0, 5), (0, 5), (1, 3)],
        "first": 1,
        "gates": [{"gate": "r"}, {"gate": "cz"}],
    },
    {
        "name": "iqm-emerald",
        "description": "IQM Emerald: a square lattice of 54",
        "source": DEVELOPER_GUIDE + "; IQM's 54-qubit crystal lattice without defects",
        "rows": [(4, 2), (2, 5), (1, 7), (0, 8), (0, 9), (1, 8), (1, 7), (2, 5), (3, 3)],
        "first": 1,
        "gates": [{"gate": "r"}, {"gate": "cz"}],
    },
    {
        "name": "rigetti-ankaa-3",
        "description": "Rigetti Ankaa-3: a square lattice of 12 rows of 7",
        "source": DEVELOPER_GUIDE + "; the lattice without defects (some couplers and qubits of the device are out of use)",
        "rows": [(0, 7)] * 12,
        "gates": [{"gate": "rx", "angle": {"values": QUARTERS}}, {"gate": "rz"}, {"gate": "iswap"}],
    },
]

for d in DEVICES:
    if rows := d.pop("rows", None):
        d["qubits"], d["edges"] = lattice(rows)
    d["gates"].append({"gate": "measure"})
    order = ("name", "description", "source", "vendor", "dialect", "qubits", "first", "all_to_all", "gates", "edges")
    d |= {"vendor": "braket", "dialect": "braket"}
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(d[k])}" for k in order if k in d)
    (HERE / "../targets" / f"{d['name']}.json").write_text("{\n" + lines + "\n}\n")
