"""Writes figures.json, the figures that the tests of this package expect.

Run: python figures.py   (scikit-learn 1.9.1)

Each problem holds the rows of its training and test part, standardised by the
training part and rounded to four decimals; scikit-learn sees the rounded rows.
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import r2_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.svm import SVC

warnings.simplefilter("ignore", ConvergenceWarning)  # the MLP's 200 epochs
SEEDS = 20


def parts(load, train, test, regression):
    x, y = load(return_X_y=True)
    order = np.random.default_rng(3).permutation(len(y))
    first, second = order[:train], order[train : train + test]
    mean, dev = x[first].mean(axis=0), x[first].std(axis=0)
    x = np.round((x - mean) / dev, 4)
    y = y.astype(float)
    if regression:
        y = np.round((y - y[first].mean()) / y[first].std(), 4)
    return x[first], y[first], x[second], y[second]


def svc(x, y, z, kernel, tol):
    m = SVC(kernel=kernel, tol=tol, decision_function_shape="ovo").fit(x, y)
    d = m.decision_function(z)
    if d.ndim == 1:
        d = -d[:, None]  # positive for class 0, as the pairs of three classes
    return {"decisions": d.tolist(), "predictions": m.predict(z).tolist(),
            "support": m.n_support_.tolist()}


def dual_objectives(x, y, kernel):
    """The minimised dual of each pair of classes, in the order of the pairs."""
    found, labels = [], np.unique(y)
    gamma = 1 / (x.shape[1] * x.var())
    for a in range(len(labels)):
        for b in range(a + 1, len(labels)):
            pick = (y == labels[a]) | (y == labels[b])
            m = SVC(kernel=kernel, gamma=gamma, tol=1e-8).fit(x[pick], y[pick])
            v, s = m.support_vectors_, m.dual_coef_[0]
            k = v @ v.T
            if kernel == "rbf":
                k = np.exp(-gamma * ((v[:, None] - v[None]) ** 2).sum(axis=2))
            found.append(0.5 * s @ k @ s - np.abs(s).sum())
    return found


def no_tie_at_the_edge(x, z, k):
    d = np.sort(((z[:, None] - x[None]) ** 2).sum(axis=2), axis=1)
    assert np.all(d[:, k] - d[:, k - 1] > 1e-9), "the k-th neighbour is not unique"


def classification(name, load, train, test):
    x, y, z, want = parts(load, train, test, False)
    no_tie_at_the_edge(x, z, 5)
    logistic = LogisticRegression(tol=1e-12, max_iter=100000).fit(x, y)
    knn = KNeighborsClassifier(algorithm="kd_tree").fit(x, y)
    score = lambda make: [make(s).fit(x, y).score(z, want) for s in range(SEEDS)]
    mlp = score(lambda s: MLPClassifier(random_state=s))
    forest = score(lambda s: RandomForestClassifier(random_state=s))
    return {
        "name": name, "x": x.tolist(), "y": y.tolist(), "test_x": z.tolist(), "test_y": want.tolist(),
        "logistic": {"coef": logistic.coef_.tolist(), "intercept": logistic.intercept_.tolist(),
                     "predictions": logistic.predict(z).tolist()},
        "svm": {k: {"default": svc(x, y, z, k, 1e-3), "tight": svc(x, y, z, k, 1e-8),
                    "objectives": dual_objectives(x, y, k)} for k in ("linear", "rbf")},
        "knn": knn.predict(z).tolist(),
        "mlp": float(np.mean(mlp)), "mlp_dev": float(np.std(mlp)),
        "forest": float(np.mean(forest)), "forest_dev": float(np.std(forest)),
    }


def regression(name, load, train, test):
    x, y, z, want = parts(load, train, test, True)
    no_tie_at_the_edge(x, z, 5)
    linear, ridge = LinearRegression().fit(x, y), Ridge(alpha=1.0, solver="svd").fit(x, y)
    score = lambda make: [r2_score(want, make(s).fit(x, y).predict(z)) for s in range(SEEDS)]
    mlp = score(lambda s: MLPRegressor(random_state=s))
    forest = score(lambda s: RandomForestRegressor(random_state=s))
    fitted = lambda m: {"coef": m.coef_.tolist(), "intercept": float(m.intercept_), "predictions": m.predict(z).tolist()}
    return {
        "name": name, "x": x.tolist(), "y": y.tolist(), "test_x": z.tolist(), "test_y": want.tolist(),
        "linear": fitted(linear), "ridge": fitted(ridge),
        "knn": KNeighborsRegressor(algorithm="kd_tree").fit(x, y).predict(z).tolist(),
        "mlp": float(np.mean(mlp)), "mlp_dev": float(np.std(mlp)),
        "forest": float(np.mean(forest)), "forest_dev": float(np.std(forest)),
    }


json.dump({
    "scikit_learn": sklearn.__version__,
    "classification": [
        classification("iris", load_iris, 90, 60),
        classification("wine", load_wine, 100, 78),
        classification("breast-cancer", load_breast_cancer, 160, 80),
    ],
    "regression": [regression("diabetes", load_diabetes, 200, 100)],
}, open(pathlib.Path(__file__).with_suffix(".json"), "w"))
