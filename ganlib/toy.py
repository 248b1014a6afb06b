"""Toy distributions in one and two dimensions that can be sampled *and* evaluated.

Every one is a finite mixture: the curves (moons, spiral, line, anything drawn by hand) are strings of many small
Gaussians. So the log-density is exact, it integrates to one, and the samples come from it and from nothing near it.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganlib.errors import check_choice, check_count


@dataclass(frozen=True, eq=False)
class Toy:
    """A mixture of k equal-shaped parts in d dimensions (d is 1 or 2).

    name; means (k, d); std: the standard deviation of each part ("gaussian"), or half the side of each box ("box");
    weights (k,), summing to 1; groups (k,): the label of each part; modes (m, d): the centres worth counting, or None
    where the distribution is a curve; extent: (low, high), the same on each axis, to draw it in.
    """
    name: str
    means: np.ndarray
    std: float
    weights: np.ndarray = None
    groups: np.ndarray = None
    modes: np.ndarray = None
    extent: tuple = (-2.25, 2.25)
    kernel: str = "gaussian"

    def __post_init__(self):
        means = np.asarray(self.means, np.float64)
        if means.ndim != 2 or means.shape[1] not in (1, 2) or len(means) == 0 or not np.isfinite(means).all():
            raise ValueError(f"means has shape {means.shape}; expected finite numbers (k, 1) or (k, 2), k at least 1")
        if not self.std > 0:
            raise ValueError(f"std is {self.std!r}; expected a number above 0")
        weights = np.full(len(means), 1.0) if self.weights is None else np.asarray(self.weights, np.float64)
        if weights.shape != (len(means),) or not (weights >= 0).all() or not weights.sum() > 0:
            raise ValueError(f"weights is {self.weights!r}; expected {len(means)} numbers of at least 0, not all 0")
        check_choice(self.kernel, ("gaussian", "box"), "kernel")
        groups = np.zeros(len(means), int) if self.groups is None else np.asarray(self.groups, int)
        for key, value in {"means": means, "weights": weights / weights.sum(), "groups": groups}.items():
            object.__setattr__(self, key, value)

    @property
    def dim(self):
        """1 or 2."""
        return self.means.shape[1]

    def sample(self, n, seed=0):
        """n points, float32 (n, d); the same seed gives the same points."""
        return self.sample_labelled(n, seed)[0]

    def sample_labelled(self, n, seed=0):
        """-> (points float32 (n, d), int (n,): the group each was drawn from)."""
        rng = np.random.default_rng(seed)
        part = rng.choice(len(self.means), size=check_count(n), p=self.weights)
        shape = (n, self.dim)
        noise = rng.standard_normal(shape) if self.kernel == "gaussian" else rng.uniform(-1, 1, shape)
        return (self.means[part] + self.std * noise).astype(np.float32), self.groups[part]

    def log_density(self, points):
        """The natural log of the density, float64 (n,), at points (n, d); -inf where the density is exactly 0."""
        points = self._points(points)
        with np.errstate(divide="ignore"):
            return np.concatenate([self._log_density(points[i:i + 4096]) for i in range(0, len(points), 4096)])

    def density(self, points):
        """The density, float64 (n,), at points (n, d)."""
        return np.exp(self.log_density(points))

    def _log_density(self, points):
        away = (points[:, None, :] - self.means) / self.std      # (n, k, d)
        if self.kernel == "gaussian":
            log = -0.5 * np.square(away).sum(-1) - self.dim * np.log(self.std * np.sqrt(2 * np.pi))
        else:
            log = np.log((np.abs(away) <= 1).all(-1)) - self.dim * np.log(2 * self.std)
        log = log + np.log(self.weights)
        top = log.max(axis=1)
        top_or_0 = np.where(np.isfinite(top), top, 0.0)      # log-sum-exp, and -inf - -inf is no number
        return top_or_0 + np.log(np.exp(log - top_or_0[:, None]).sum(axis=1))

    def cdf(self, x):
        """P(X <= x), for a 1-D toy: any shape in, the same shape out."""
        from scipy.special import ndtr
        self._one_dimensional("cdf")
        x = np.asarray(x, np.float64)
        away = (x[..., None] - self.means[:, 0]) / self.std
        return (ndtr(away) if self.kernel == "gaussian" else np.clip((away + 1) / 2, 0, 1)) @ self.weights

    def ppf(self, p):
        """The inverse of `cdf`, by bisection: the x below which a share p of the mass lies. p in [0, 1]."""
        self._one_dimensional("ppf")
        p = np.asarray(p, np.float64)
        if not ((p >= 0) & (p <= 1)).all():
            raise ValueError("p holds values outside 0 to 1; a share of the mass lies in that range")
        low, high = (np.full(p.shape, end) for end in
                     (self.means.min() - 40 * self.std, self.means.max() + 40 * self.std))
        for _ in range(80):
            middle = (low + high) / 2
            left = self.cdf(middle) < p
            low, high = np.where(left, middle, low), np.where(left, high, middle)
        if self.kernel == "gaussian":
            high = np.where(p == 0, -np.inf, np.where(p == 1, np.inf, high))
        return high

    def grid(self, steps=100):
        """Points to draw or integrate on: (axis (steps,), points (steps**d, d)), the first coordinate fastest.

        They are the centres of `steps` cells an axis, so `density(points).sum() * (axis[1] - axis[0])**d` is about 1,
        and `.reshape(steps, steps)` is what `imshow(..., origin="lower")` draws upright.
        """
        low, high = self.extent
        axis = low + (np.arange(check_count(steps, "steps", 2)) + 0.5) * (high - low) / steps
        if self.dim == 1:
            return axis, axis[:, None]
        return axis, np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)

    def _points(self, points):
        points = np.asarray(points, np.float64)
        points = points[:, None] if points.ndim == 1 and self.dim == 1 else points
        if points.ndim != 2 or points.shape[1] != self.dim:
            raise ValueError(f"points has shape {points.shape}; {self.name!r} needs (n, {self.dim})")
        return points

    def _one_dimensional(self, what):
        if self.dim != 1:
            raise ValueError(f"{what} needs a 1-D toy such as 'mixture'; {self.name!r} has {self.dim} dimensions")


def ring(modes=8, radius=1.5, std=0.1):
    """`modes` Gaussians evenly round a circle."""
    angle = 2 * np.pi * np.arange(check_count(modes, "modes")) / modes
    centres = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Toy("ring", centres, std, groups=np.arange(modes), modes=centres)


def grid(side=5, spacing=0.75, std=0.06):
    """side x side Gaussians on a square grid."""
    axis = (np.arange(check_count(side, "side")) - (side - 1) / 2) * spacing
    centres = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return Toy("grid", centres, std, groups=np.arange(side * side), modes=centres)


def curve(strokes, std=0.08, parts=256, name="drawn"):
    """A distribution along hand-drawn strokes: `parts` Gaussians in all, evenly spaced along their length.

    strokes: points (k, 2) of one stroke in drawing order, or a list of such; a stroke of one point is a dot.
    """
    if np.ndim(strokes[0]) == 1:
        strokes = [strokes]
    strokes = [np.asarray(stroke, np.float64).reshape(-1, 2) for stroke in strokes]
    reach = [np.r_[0.0, np.hypot(*np.diff(stroke, axis=0).T).cumsum()] for stroke in strokes]      # arc length
    total = sum(r[-1] for r in reach)
    means, groups = [], []
    for label, (stroke, r) in enumerate(zip(strokes, reach)):
        count = max(1, round(parts * r[-1] / total)) if total else 1
        at = (np.arange(count) + 0.5) / count * r[-1]
        means.append(np.stack([np.interp(at, r, stroke[:, axis]) for axis in (0, 1)], axis=1))
        groups += [label] * count
    return Toy(name, np.concatenate(means), std, groups=groups)


def _moons():
    t = np.linspace(0, np.pi, 200)
    moon = np.stack([np.cos(t), np.sin(t)], axis=1)
    return curve([moon + [-0.5, -0.25], -moon + [0.5, 0.25]], std=0.08, name="moons")


def _spiral():
    t = np.linspace(0.5, 3 * np.pi, 400)[:, None]
    return curve(0.19 * t * np.concatenate([np.cos(t), np.sin(t)], axis=1), std=0.06, name="spiral")


TOYS = {
    "gaussian": lambda: Toy("gaussian", [[0.0]], 1.0, modes=np.zeros((1, 1)), extent=(-5, 5)),
    "mixture": lambda: Toy("mixture", [[-2.0], [0.5], [2.5]], 0.5, weights=[0.4, 0.2, 0.4], groups=[0, 1, 2],
                           modes=np.array([[-2.0], [0.5], [2.5]]), extent=(-5, 5)),
    "gaussian2d": lambda: Toy("gaussian2d", [[0.0, 0.0]], 0.5, modes=np.zeros((1, 2))),
    "ring": ring,
    "grid": grid,
    "moons": _moons,
    "spiral": _spiral,
    "line": lambda: curve([[-1.75, 0.0], [1.75, 0.0]], std=0.05, name="line"),
    "disjoint": lambda: Toy("disjoint", [[-1.25, 0.0], [1.25, 0.0]], 0.5, groups=[0, 1], kernel="box",
                            modes=np.array([[-1.25, 0.0], [1.25, 0.0]])),
}


def get_toy(name):
    """The toy distribution of that name; ValueError naming the closest otherwise."""
    return TOYS[check_choice(name, TOYS, "toy")]()
