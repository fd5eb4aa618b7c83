"""Writes figures.json, the figures that metric_test.go expects.

Run: python figures.py   (scikit-learn 1.9.1, scipy 1.17.1)
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.stats import binomtest, ttest_rel
from sklearn import metrics

rng = np.random.default_rng(7)


def classification(name, want, got, k):
    labels = list(range(k))
    p, r, f, s = metrics.precision_recall_fscore_support(
        want, got, labels=labels, zero_division=0
    )
    return {
        "name": name,
        "classes": k,
        "want": np.asarray(want, float).tolist(),
        "got": np.asarray(got, float).tolist(),
        "confusion": metrics.confusion_matrix(want, got, labels=labels).tolist(),
        "accuracy": metrics.accuracy_score(want, got),
        "balanced_accuracy": metrics.balanced_accuracy_score(want, got),
        "precision": p.tolist(),
        "recall": r.tolist(),
        "f1": f.tolist(),
        "support": s.tolist(),
        "macro_f1": metrics.f1_score(want, got, labels=labels, average="macro", zero_division=0),
        "weighted_f1": metrics.f1_score(want, got, labels=labels, average="weighted", zero_division=0),
    }


def noisy(k, n, keep):
    want = rng.integers(0, k, n)
    return want, np.where(rng.random(n) < keep, want, rng.integers(0, k, n))


def probabilities(k, n):
    want = rng.integers(0, k, n)
    raw = rng.random((n, k)) ** 3
    p = raw / raw.sum(axis=1, keepdims=True)
    p[0] = np.eye(k)[(want[0] + 1) % k]  # a certain miss: clipping is seen
    return {"want": want.astype(float).tolist(), "prob": p.tolist(),
            "loss": metrics.log_loss(want, p, labels=list(range(k)))}


def auc(n, decimals):
    want = rng.integers(0, 2, n)
    score = np.round(rng.normal(size=n) + 0.7 * want, decimals)
    return {"want": want.astype(float).tolist(), "score": score.tolist(),
            "auc": metrics.roc_auc_score(want, score),
            "average_precision": metrics.average_precision_score(want, score)}


def ranking(k, n, decimals):
    draw = np.random.default_rng(11 + k)  # its own, so that the other cases stay
    want = np.r_[np.arange(k), draw.choice(k, n - k, p=np.arange(1, k + 1) / (k * (k + 1) / 2))]
    raw = np.round(draw.random((n, k)) + np.eye(k)[want], decimals) + 0.1
    p = raw / raw.sum(axis=1, keepdims=True)
    each = [(want == c).astype(int) for c in range(k)]
    score = p[:, 1] if k == 2 else p
    rarer = int(each[1].sum() <= each[0].sum())
    aps = [metrics.average_precision_score(y, p[:, c]) for c, y in enumerate(each)]
    return {"classes": k, "want": want.astype(float).tolist(), "scores": p.tolist(),
            "auc": metrics.roc_auc_score(want, score, multi_class="ovr", average="macro"),
            "aucs": [metrics.roc_auc_score(y, p[:, c]) for c, y in enumerate(each)],
            "average_precision": aps[rarer] if k == 2 else float(np.mean(aps)),
            "average_precisions": aps}


def paired(n):
    draw = np.random.default_rng(5 + n)
    want = draw.normal(size=n)
    a, b = want + draw.normal(scale=0.5, size=n), want + draw.normal(scale=0.7, size=n)
    return {"want": want.tolist(), "a": a.tolist(), "b": b.tolist(),
            "difference": float(np.mean((a - want) ** 2 - (b - want) ** 2)),
            "p": float(ttest_rel((a - want) ** 2, (b - want) ** 2).pvalue)}


def regression(want, got):
    want, got = np.asarray(want, float), np.asarray(got, float)
    return {"want": want.tolist(), "got": got.tolist(),
            "rmse": metrics.root_mean_squared_error(want, got),
            "mae": metrics.mean_absolute_error(want, got),
            "r2": metrics.r2_score(want, got)}


def wilson(hits, n):
    ci = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    return {"hits": hits, "n": n, "low": ci.low, "high": ci.high}


line = rng.normal(size=30)
json.dump({
    "scikit_learn": sklearn.__version__,
    "scipy": scipy.__version__,
    "classification": [
        classification("three classes", *noisy(3, 60, 0.7), 3),
        classification("binary", *noisy(2, 41, 0.8), 2),
        classification("class 2 never predicted", [0, 1, 2, 2, 1], [0, 1, 1, 0, 1], 3),
        classification("class 1 without samples", [0, 0, 2, 2], [0, 1, 2, 2], 3),
        classification("class 3 absent", [0, 1, 2, 0], [0, 1, 1, 0], 4),
    ],
    "log_loss": [probabilities(2, 20), probabilities(4, 25)],
    "auc": [auc(40, 6), auc(60, 0)],
    "ranking": [ranking(2, 40, 6), ranking(2, 60, 1), ranking(3, 50, 6), ranking(5, 90, 1)],
    "paired": [paired(2), paired(12), paired(200)],
    "regression": [
        regression(line, line + rng.normal(scale=0.3, size=30)),
        regression([1, 2, 3], [3, 2, 1]),
        regression([2, 2, 2], [2, 2, 2]),
        regression([2, 2, 2], [2, 2, 3]),
    ],
    "wilson": [wilson(h, n) for h, n in
               [(110, 114), (108, 114), (0, 1), (1, 1), (0, 20), (20, 20), (5, 10), (999, 1000)]],
    "mcnemar": [{"a": a, "b": b, "p": binomtest(a, a + b, 0.5).pvalue if a + b else 1.0}
                for a, b in [(0, 0), (1, 0), (3, 3), (10, 2), (2, 10), (0, 6), (40, 60), (500, 700), (3, 1200)]],
}, open(pathlib.Path(__file__).with_suffix(".json"), "w"), indent=1)
