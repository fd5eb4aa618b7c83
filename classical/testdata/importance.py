"""Writes importance.json, the importances of features in scikit-learn's random forests.

Run: python importance.py   (scikit-learn 1.9.1)
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

SEEDS = 20


def importances(make, x, y):
    found = np.array([make(random_state=s).fit(x, y).feature_importances_ for s in range(SEEDS)])
    return {"mean": found.mean(axis=0).tolist(), "deviation": found.std(axis=0, ddof=1).tolist()}


def main():
    out = {"sklearn": sklearn.__version__, "forests": {}}
    for name, load in [("iris", load_iris), ("wine", load_wine), ("breast-cancer", load_breast_cancer)]:
        x, y = load(return_X_y=True)
        out["forests"][name] = importances(RandomForestClassifier, x, y)
    x, _ = load_wine(return_X_y=True)
    out["forests"]["wine, its first column as target"] = importances(RandomForestRegressor, x[:, 1:], x[:, 0])
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
