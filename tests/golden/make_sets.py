"""Scores of sets of features as NumPy computes them, in double precision and by definitions written out: no halves.

    /usr/bin/python3 tests/golden/make_sets.py

README.md says what it holds.
"""
import numpy as np
import torch

from make_golden import save

rng = np.random.default_rng(5)
d = 5
x = rng.normal(0.4, 1.2, (37, d)).astype(np.float32)
y = rng.normal(0, [0.5, 1, 2, 1, 0.001], (29, d)).astype(np.float32)
X, Y = x.astype(float), y.astype(float)


def kernel(u, v):
    return (u @ v.T / d + 1) ** 3


def within(u):
    k = kernel(u, u)
    return (k.sum() - np.trace(k)) / (len(u) * (len(u) - 1))


kid = within(X) + within(Y) - 2 * kernel(X, Y).mean()


def covered(points, ref, k):
    radii = [sorted(np.linalg.norm(ref - row, axis=1))[k] for row in ref]  # the first is the row itself
    return np.mean([any(np.linalg.norm(ref - p, axis=1) <= radii) for p in points])


deviation = Y.std(axis=0)
directions = rng.normal(0, 1, (d, 7))
directions = (directions / np.linalg.norm(directions, axis=0)).astype(np.float32)


def wasserstein(u, v):  # the integral of |F - G|
    places = np.sort(np.concatenate([u, v]))
    between = (places[1:] + places[:-1]) / 2
    f = (u[None, :] <= between[:, None]).mean(axis=1)
    g = (v[None, :] <= between[:, None]).mean(axis=1)
    return (np.abs(f - g) * np.diff(places)).sum()


swd = np.mean([wasserstein(X @ w, Y @ w) for w in directions.astype(float).T])
of_channels = [wasserstein(X[:, c] / deviation[c], Y[:, c] / deviation[c]) for c in range(d)]
tensors = {
    "x": x, "y": y, "directions": directions, "kid": [kid], "swd": [swd], "swd_of_channels": of_channels,
    "precision": [covered(X, Y, k) for k in (1, 3, 5)],
    "recall": [covered(Y, X, k) for k in (1, 3, 5)],
}
if __name__ == "__main__":
    save("sets", {name: torch.tensor(np.asarray(values)) for name, values in tensors.items()})
