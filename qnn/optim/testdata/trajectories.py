"""Writes trajectories.json: what SGD and Adam do on a quadratic, by numpy alone.

The loss is L(w) = w.A.w/2 - b.w, with gradient A.w - b. SGD follows the
pseudo-code in PyTorch's reference documentation of torch.optim.SGD (maximize
False, dampening 0, weight decay 0), whose buffer starts as the first gradient.
Adam follows Algorithm 1 of Kingma and Ba, arXiv:1412.6980.

    python trajectories.py
"""

import json
import pathlib

import numpy as np

A = np.array([[3.0, 0.5, -0.25], [0.5, 1.0, 0.125], [-0.25, 0.125, 0.0625]])
B = np.array([1.0, -2.0, 0.5])
START = np.array([0.75, -1.5, 4.0])
STEPS = 40


def gradient(w):
    return A @ w - B


def sgd(learning_rate, momentum=0.0, nesterov=False):
    params, buffer = START.copy(), None
    for _ in range(STEPS):
        g = gradient(params)
        if momentum != 0:
            buffer = g.copy() if buffer is None else momentum * buffer + g
            g = g + momentum * buffer if nesterov else buffer
        params = params - learning_rate * g
        yield params


def adam(learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    theta, m, v = START.copy(), np.zeros(3), np.zeros(3)
    for t in range(1, STEPS + 1):
        g = gradient(theta)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
        yield theta


CASES = [
    ("sgd", sgd, dict(learning_rate=0.125)),
    ("sgd", sgd, dict(learning_rate=0.05, momentum=0.9)),
    ("sgd", sgd, dict(learning_rate=0.05, momentum=0.9, nesterov=True)),
    ("adam", adam, dict(learning_rate=0.01)),
    ("adam", adam, dict(learning_rate=0.3, beta1=0.8, beta2=0.95, epsilon=1e-3)),
]

pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps({
    "A": A.tolist(),
    "b": B.tolist(),
    "start": START.tolist(),
    "cases": [
        {"name": name, "config": config, "points": [w.tolist() for w in run(**config)]}
        for name, run, config in CASES
    ],
}) + "\n")
