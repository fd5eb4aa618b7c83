"""Writes the embedded tables (../data) and the numbers the tests compare with
(sklearn.json) from scikit-learn 1.9.1. Run from this folder:

    python sklearn_reference.py
"""

import csv
import gzip
import hashlib
import io
import json
import pathlib
import struct
import warnings

import numpy as np
import sklearn
from sklearn import cross_decomposition, datasets, decomposition, discriminant_analysis, feature_selection, preprocessing
from sklearn.covariance import ledoit_wolf_shrinkage

HERE = pathlib.Path(__file__).parent
DATA = HERE.parent / "data"

# name, loader, name of the label column
TABLES = [
    ("iris", datasets.load_iris, "species"),
    ("wine", datasets.load_wine, "cultivar"),
    ("breast-cancer", datasets.load_breast_cancer, "diagnosis"),
    ("digits", datasets.load_digits, "digit"),
]


def table_csv(bunch, target):
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\n")
    w.writerow(list(bunch.feature_names) + [target])
    for x, y in zip(bunch.data, bunch.target):
        w.writerow([f"{v:.17g}" if float(f"{v:.15g}") != v else f"{v:.15g}" for v in x] + [str(bunch.target_names[y])])
    return out.getvalue().encode()


def summary(bunch, target):
    return {
        "hash": content_hash(bunch, target),
        "shape": list(bunch.data.shape),
        "features": [str(f) for f in bunch.feature_names],
        "classes": [str(c) for c in bunch.target_names],
        "counts": np.bincount(bunch.target).tolist(),
        "sums": bunch.data.sum(axis=0).tolist(),
        # order-sensitive: the sum over rows of (row number + 1) times the row
        "moments": (np.arange(1, len(bunch.data) + 1) @ bunch.data).tolist(),
        "labels": bunch.target.tolist(),
    }


def content_hash(bunch, target):
    """Dataset.Hash, written down a second time."""
    h = hashlib.sha256()

    def count(n):
        h.update(struct.pack("<Q", n))

    def text(s):
        count(len(s.encode()))
        h.update(s.encode())

    count(len(bunch.feature_names))
    for name in bunch.feature_names:
        text(str(name))
        count(0)  # levels
    text(target)
    count(len(bunch.target_names))
    for name in bunch.target_names:
        text(str(name))
    count(len(bunch.data))
    for row in bunch.data:
        count(len(row))
        h.update(row.astype("<f8").tobytes())
    count(len(bunch.target))
    h.update(bunch.target.astype("<f8").tobytes())
    return h.hexdigest()


def scalers(bunch, k):
    """Fits on the even rows, transforms the first six odd rows."""
    train, test = bunch.data[0::2], bunch.data[1::2][:6]
    standard = preprocessing.StandardScaler().fit(train)
    minmax = preprocessing.MinMaxScaler((0, np.pi), clip=True).fit(train)
    loose = preprocessing.MinMaxScaler((0, np.pi)).fit(train)
    pca = decomposition.PCA(k, svd_solver="full").fit(train)
    scaled = decomposition.PCA(k, svd_solver="full").fit(standard.transform(train))
    return {
        "k": k,
        "mean": standard.mean_.tolist(),
        "scale": standard.scale_.tolist(),
        "standard": standard.transform(test).tolist(),
        "min": minmax.data_min_.tolist(),
        "max": minmax.data_max_.tolist(),
        "minmax_clipped": minmax.transform(test).tolist(),
        "minmax": loose.transform(test).tolist(),
        "pca_ratio": pca.explained_variance_ratio_.tolist(),
        "pca_components": pca.components_.tolist(),
        "pca": pca.transform(test).tolist(),
        "standard_pca_ratio": scaled.explained_variance_ratio_.tolist(),
        "standard_pca": scaled.transform(standard.transform(test)).tolist(),
        "l2": preprocessing.Normalizer().transform(test).tolist(),
    }


def discrete(column):
    """The rule of MutualInformation for discrete columns."""
    values = len(np.unique(column))
    return values <= 20 and (values <= 2 or 10 * values <= len(column))


def reducers(x, y, classes, k):
    """Fits on standardised even rows and transforms the first six odd rows. classes is 0
    for regression."""
    scaler = preprocessing.StandardScaler().fit(x[0::2])
    train, test, labels = scaler.transform(x[0::2]), scaler.transform(x[1::2][:6]), y[0::2]
    targets = np.eye(classes)[labels] if classes else labels
    # The power iteration inside of scikit-learn ends at 10⁻⁶ by default.
    pls = cross_decomposition.PLSRegression(k, tol=1e-26, max_iter=100_000).fit(train, targets)
    out = {"k": k, "pls": pls.transform(test).tolist()}
    # On columns that repeat a value, scikit-learn's distances of the noise between them
    # lose their digits where it takes them from products, as it does on few rows.
    mask = np.array([discrete(c) for c in train.T])
    score = feature_selection.mutual_info_classif if classes else feature_selection.mutual_info_regression
    if len(train) > x.shape[1]:
        out["discrete"] = mask.tolist()
        out["mutual_information"] = score(train, labels, discrete_features=mask, random_state=0).tolist()
    if not classes:
        return out
    present = len(np.unique(labels))
    means = {c: train[labels == c].mean(axis=0) for c in np.unique(labels)}
    centred = train - np.array([means[c] for c in labels])
    out["ledoit_wolf"] = float(ledoit_wolf_shrinkage(centred, assume_centered=True))
    lda = discriminant_analysis.LinearDiscriminantAnalysis
    for name, shrinkage in [("lda", None), ("lda_shrunk", 0.1), ("lda_ledoit_wolf", out["ledoit_wolf"])]:
        if shrinkage is None and (len(train) < 4 * train.shape[1] or (train.std(axis=0) == 0).any()):
            continue  # there is no inverse
        model = lda(solver="eigen", shrinkage=shrinkage, n_components=min(k, present - 1)).fit(train, labels)
        out[name] = (model.transform(test) - model.transform(train).mean(axis=0)).tolist()
    return out


def reductions():
    # The counts of discrete columns are taken as they are meant to be, of floats.
    warnings.filterwarnings("ignore", "Clustering metrics expects discrete values")
    iris, wine, cancer, digits = (load() for _, load, _ in TABLES)
    return {
        "iris": reducers(iris.data, iris.target, 3, 2),
        "wine": reducers(wine.data, wine.target, 3, 4),
        "breast-cancer": reducers(cancer.data, cancer.target, 2, 4),
        "digits": reducers(digits.data, digits.target, 10, 6),
        "digits, 80 rows": reducers(digits.data[:80], digits.target[:80], 10, 6),
        "wine, its first column as target": reducers(wine.data[:, 1:], wine.data[:, 0], 0, 4),
    }


def main():
    reference = {"sklearn": sklearn.__version__, "tables": {}, "preprocessing": {}, "reducers": reductions()}
    for name, load, target in TABLES:
        bunch = load()
        body = table_csv(bunch, target)
        if name == "digits":
            (DATA / f"{name}.csv.gz").write_bytes(gzip.compress(body, 9, mtime=0))
        else:
            (DATA / f"{name}.csv").write_bytes(body)
        reference["tables"][name] = summary(bunch, target)
    for name, load, k in [
        ("iris", datasets.load_iris, 2),
        ("wine", datasets.load_wine, 4),
        ("breast-cancer", datasets.load_breast_cancer, 4),
        ("digits", datasets.load_digits, 8),
    ]:
        reference["preprocessing"][name] = scalers(load(), k)
    (HERE / "sklearn.json").write_text(json.dumps(reference) + "\n")


if __name__ == "__main__":
    main()
