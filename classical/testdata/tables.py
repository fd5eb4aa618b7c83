"""Writes tables.json, scores of scikit-learn's models on tables of several kinds.

Run: python tables.py   (scikit-learn 1.9.1, statsmodels 0.15.0)

Each table holds its rows as they are, rounded, with the training part first;
features are standardised by the training part on both sides. Targets of regression
keep their scale. MLPRegressor sees a standardised target, as ours does; all else
has its default settings. Scores are accuracy or R² on the test part; of models
with a seed, mean and deviation over twenty seeds. Tables from statsmodels are in
the public domain, those from scikit-learn's make_* are generated.
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
import statsmodels
from sklearn import datasets as make
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from statsmodels import datasets as real

warnings.simplefilter("ignore", ConvergenceWarning)  # the MLP's 200 epochs
SEEDS = 20


def statsmodels_table(name, columns, target):
    frame = getattr(real, name).load_pandas().data
    return frame[columns].to_numpy(float), frame[target].to_numpy(float)


def affairs():
    x, y = statsmodels_table("fair", ["rate_marriage", "age", "yrs_married", "children", "religious", "educ"], "affairs")
    return x, (y > 0).astype(float)


def vote():
    x, y = statsmodels_table("anes96", ["logpopul", "selfLR", "ClinLR", "DoleLR", "PID", "age", "educ", "income"], "vote")
    return x, y


CLASSIFICATION = {
    "moons": (lambda: make.make_moons(240, noise=0.3, random_state=1), 160),
    "circles": (lambda: make.make_circles(240, noise=0.2, factor=0.5, random_state=2), 160),
    "classification, 3 classes": (lambda: make.make_classification(300, 8, n_informative=5, n_classes=3, random_state=3), 200),
    "classification, one in eight": (lambda: make.make_classification(320, 6, weights=[0.875], flip_y=0.02, random_state=4), 220),
    "gaussian quantiles, 4 classes": (lambda: make.make_gaussian_quantiles(n_samples=300, n_features=3, n_classes=4, random_state=5), 200),
    "affairs (statsmodels)": (affairs, 250),
    "vote (statsmodels)": (vote, 220),
}
REGRESSION = {
    "friedman1": (lambda: make.make_friedman1(260, n_features=8, noise=1.0, random_state=1), 180),
    "friedman2": (lambda: make.make_friedman2(260, noise=100.0, random_state=2), 180),
    "friedman3": (lambda: make.make_friedman3(260, noise=0.1, random_state=3), 180),
    "regression": (lambda: make.make_regression(240, 6, n_informative=4, noise=20.0, bias=500.0, random_state=4), 160),
    "food (statsmodels engel)": (lambda: statsmodels_table("engel", ["income"], "foodexp"), 160),
    "investment (statsmodels grunfeld)": (lambda: statsmodels_table("grunfeld", ["value", "capital", "year"], "invest"), 150),
}


def split(load, train, tests=100):
    x, y = load()
    order = np.random.default_rng(7).permutation(len(y))[: train + tests]
    return np.round(x[order], 4), np.round(y[order], 4)


def scores(models, x, y, train):
    scale = StandardScaler().fit(x[:train])
    a, b = scale.transform(x[:train]), scale.transform(x[train:])
    out = {}
    for name, make_model in models.items():
        runs = [make_model(seed).fit(a, y[:train]).score(b, y[train:]) for seed in range(SEEDS if name in ("mlp", "forest") else 1)]
        out[name] = {"mean": float(np.mean(runs)), "dev": float(np.std(runs))}
    return out


def table(name, load, train, models):
    x, y = split(load, train)
    return {"name": name, "train": train, "x": x.tolist(), "y": y.tolist(), "scores": scores(models, x, y, train)}


CLASSIFIERS = {
    "logistic": lambda s: LogisticRegression(tol=1e-10, max_iter=100000),
    "svm-linear": lambda s: SVC(kernel="linear"),
    "svm-rbf": lambda s: SVC(),
    "mlp": lambda s: MLPClassifier(random_state=s),
    "knn": lambda s: KNeighborsClassifier(),
    "forest": lambda s: RandomForestClassifier(random_state=s),
}
REGRESSIONS = {
    "linear": lambda s: LinearRegression(),
    "ridge": lambda s: Ridge(solver="svd"),
    "mlp": lambda s: TransformedTargetRegressor(MLPRegressor(random_state=s), transformer=StandardScaler()),
    "knn": lambda s: KNeighborsRegressor(),
    "forest": lambda s: RandomForestRegressor(random_state=s),
}

out = {
    "scikit_learn": sklearn.__version__,
    "statsmodels": statsmodels.__version__,
    "classification": [table(n, f, k, CLASSIFIERS) for n, (f, k) in CLASSIFICATION.items()],
    "regression": [table(n, f, k, REGRESSIONS) for n, (f, k) in REGRESSION.items()],
}
json.dump(out, open(pathlib.Path(__file__).with_suffix(".json"), "w"))
