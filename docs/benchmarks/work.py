"""The workloads of `qnn bench`, for other simulators: the same gates with the same numbers.

Qubit 0 is the least significant bit of an index, and the first qubit of a matrix its least
significant. cmd/internal/bench has the same circuits in Go; where the two differ, the values
that all simulators return differ too.
"""

import dataclasses
import math

import numpy as np


@dataclasses.dataclass(frozen=True)
class Gate:
    name: str  # rx ry rz u3 cx cp h swap unitary
    qubits: tuple
    angles: tuple = ()
    matrix: object = None


LAYERS = {"hea": 8, "brick": 20, "qft": 1, "qv": 10, "grad": 4, "epoch": 4}


def ansatz(qubits, layers):
    """The gates of hea as (name, qubits, position of the angle in an array layers × qubits × 2)."""
    for layer in range(layers):
        for q in range(qubits):
            yield "ry", (q,), (layer, q, 0)
            yield "rz", (q,), (layer, q, 1)
        for q in range(qubits):
            yield "cx", (q, (q + 1) % qubits), None


def uniform(rng, *shape):
    return rng.uniform(-math.pi, math.pi, shape)


def circuit(name, n):
    rng = np.random.default_rng(7)
    return list({"hea": hea, "brick": brick, "qft": qft, "qv": volume}[name](n, LAYERS[name], rng))


def hea(n, layers, rng):
    w = uniform(rng, layers, n, 2)
    for name, qubits, at in ansatz(n, layers):
        yield Gate(name, qubits, () if at is None else (w[at],))


def brick(n, layers, rng):
    for layer in range(layers):
        for q in range(n):
            yield Gate("u3", (q,), tuple(uniform(rng, 3)))
        for q in range(layer % 2, n - 1, 2):
            yield Gate("cx", (q, q + 1))


def qft(n, _, rng):
    for q, a in enumerate(uniform(rng, n)):
        yield Gate("ry", (q,), (a,))
    for i in range(n - 1, -1, -1):
        yield Gate("h", (i,))
        for j in range(i - 1, -1, -1):
            yield Gate("cp", (j, i), (math.pi / 2 ** (i - j),))
    for q in range(n // 2):
        yield Gate("swap", (q, n - 1 - q))


def volume(n, layers, rng):
    for _ in range(layers):
        order = rng.permutation(n).tolist()
        while len(order) > 1:
            pair, order = tuple(order[:2]), order[2:]
            z = rng.normal(size=(4, 4))
            z = z + 1j * rng.normal(size=(4, 4))
            q, r = np.linalg.qr(z)
            d = np.diag(r)
            yield Gate("unitary", pair, (), q * (d / abs(d)))  # the R that belongs to it is positive on its diagonal


def gradient_weights(n):
    return uniform(np.random.default_rng(7), LAYERS["grad"], n, 2)


SAMPLES, BATCH, RATE = 500, 20, 0.01


def training(n):
    """Samples, labels and first weights."""
    rng = np.random.default_rng(11)
    x = uniform(rng, SAMPLES, n)
    y = np.where(np.sin(x).sum(axis=1) > 0, 1.0, -1.0)
    return x, y, uniform(rng, LAYERS["epoch"], n, 2)


def train(n, gradient):
    """One epoch with Adam (arXiv:1412.6980). gradient(w, x, y) gives the mean loss of a batch and its derivatives by w."""
    x, y, first = training(n)

    def run():
        w, m, v, losses = first, np.zeros_like(first), np.zeros_like(first), []
        for t, lo in enumerate(range(0, SAMPLES, BATCH), 1):
            loss, g = gradient(w, x[lo : lo + BATCH], y[lo : lo + BATCH])
            losses.append(loss)
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            w = w - RATE * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        return np.mean(losses)

    return run


def epoch(n, evaluate):
    """train for simulators that give expectations and their derivatives: evaluate(w, x)."""

    def gradient(w, x, y):
        e, jacobian = evaluate(w, x)
        residual = e - y
        return residual @ residual / len(y), np.tensordot(2 / len(y) * residual, jacobian, 1)

    return train(n, gradient)
