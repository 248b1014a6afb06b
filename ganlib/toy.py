"""Toy distributions in one and two dimensions that can be sampled *and* evaluated.

Every one is a finite mixture; the curves (moons, spiral, line, anything drawn by hand) are strings of many
small Gaussians. So the log-density is exact, and is just what the samples come from.
"""

from dataclasses import dataclass

import numpy as np

from .checks import check_choice, check_count


@dataclass(frozen=True, eq=False)
class ToyDistribution:
    """A mixture of k parts of equal shape in d dimensions (1 or 2).

    means (k, d): the centres. std: the standard deviation of a "gaussian" part, or half the side of a "box".
    weights (k,): made to sum to 1. labels (k,): the label of each part; None: each part has its own, and is a mode.
    extent (low, high), the same on each axis, frames a picture of it.
    """

    name: str
    means: np.ndarray
    std: float
    weights: np.ndarray = None
    labels: np.ndarray = None
    extent: tuple = (-2.25, 2.25)
    kernel: str = "gaussian"

    def __post_init__(self):
        means = np.asarray(self.means, float)
        if (
            means.ndim != 2
            or means.shape[1] not in (1, 2)
            or not np.isfinite(means).all()
        ):
            raise ValueError(
                f"means has shape {means.shape}; expected finite numbers (k, 1) or (k, 2)"
            )
        if not 0 < self.std < np.inf:
            raise ValueError(f"std is {self.std}; expected a number above 0")
        weights = np.ones(len(means)) if self.weights is None else self.weights
        weights = np.asarray(weights, float)
        good = np.isfinite(weights) & (weights >= 0)
        if weights.shape != means.shape[:1] or not good.all() or not weights.any():
            raise ValueError(
                f"weights is {self.weights}; expected {len(means)} numbers of 0 or more, one for "
                "each of means, and not all 0"
            )
        labels = None if self.labels is None else np.asarray(self.labels)
        if labels is not None and (
            labels.shape != means.shape[:1] or labels.dtype.kind not in "iu"
        ):
            raise ValueError(
                f"labels is {self.labels}; expected {len(means)} whole numbers, one for each of means"
            )
        low, high = self.extent
        if not -np.inf < low < high < np.inf:
            raise ValueError(
                f"extent is {self.extent}; expected (low, high), low < high"
            )
        check_choice(self.kernel, ("gaussian", "box"), "kernel")
        # The class is frozen.
        self.__dict__.update(
            means=means, weights=weights / weights.sum(), labels=labels
        )

    @property
    def modes(self):
        """The centres (m, d) worth counting, or None for a curve."""
        return self.means if self.labels is None else None

    @property
    def dim(self):
        return self.means.shape[1]

    def sample(self, n, seed=0):
        """n points, float32 (n, d); the same seed gives the same points."""
        return self.sample_labelled(n, seed)[0]

    def sample_labelled(self, n, seed=0):
        """-> (points float32 (n, d), int (n,): the label of the part that each was drawn from)."""
        rng, shape = np.random.default_rng(seed), (check_count(n), self.dim)
        part = rng.choice(len(self.means), size=n, p=self.weights)
        noise = (
            rng.standard_normal(shape)
            if self.kernel == "gaussian"
            else rng.uniform(-1, 1, shape)
        )
        labels = part if self.labels is None else self.labels[part]
        return (self.means[part] + self.std * noise).astype(np.float32), labels

    def log_density(self, points):
        """The natural log of the density, float64 (n,), at points (n, d); -inf where the density is 0."""
        from scipy.special import logsumexp

        points = np.asarray(points, float)
        points = points[:, None] if points.ndim == 1 == self.dim else points
        if points.ndim != 2 or points.shape[1] != self.dim or not len(points):
            raise ValueError(
                f"points has shape {points.shape}; {self.name!r} needs (n, {self.dim})"
            )
        logs = []
        for part in np.array_split(
            points, 1 + len(points) // 4096
        ):  # all would fill memory
            away = (part[:, None, :] - self.means) / self.std  # (n, k, d)
            if self.kernel == "gaussian":
                log = -0.5 * (np.square(away) + np.log(2 * np.pi)).sum(-1)
            else:
                log = np.where(
                    (np.abs(away) <= 1).all(-1), -self.dim * np.log(2), -np.inf
                )
            logs.append(logsumexp(log, axis=1, b=self.weights))
        return np.concatenate(logs) - self.dim * np.log(self.std)

    def density(self, points):
        """The density, float64 (n,), at points (n, d)."""
        return np.exp(self.log_density(points))

    def cdf(self, x):
        """P(X <= x) of a 1-D toy, in the shape of x."""
        from scipy.special import ndtr

        if self.dim != 1:
            raise ValueError(
                f"cdf and ppf need a 1-D toy such as 'mixture'; {self.name!r} has 2 dimensions"
            )
        away = (np.asarray(x, float)[..., None] - self.means[:, 0]) / self.std
        return (
            ndtr(away) if self.kernel == "gaussian" else np.clip((away + 1) / 2, 0, 1)
        ) @ self.weights

    def ppf(self, p):
        """The inverse of `cdf` by bisection, for p in [0, 1]; finite at 0 and 1, beyond all that is drawn."""
        p = np.asarray(p, float)
        if not ((p >= 0) & (p <= 1)).all():
            raise ValueError(
                "p holds values outside 0 to 1; expected shares of the mass"
            )
        low, high = self.means.min() - 40 * self.std, self.means.max() + 40 * self.std
        for _ in range(80):
            middle = (low + high) / 2
            below = self.cdf(middle) < p
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return high

    def cell_centres(self, steps=100):
        """The centres of `steps` cells an axis -> (axis (steps,), points (steps**d, d), first coordinate fastest).

        density(points).sum() * (axis[1] - axis[0])**d is about 1; in 2-D it is drawn upright by
        imshow(density(points).reshape(steps, steps), origin="lower").
        """
        low, high = self.extent
        axis = (
            low
            + (np.arange(check_count(steps, "steps", 2)) + 0.5) * (high - low) / steps
        )
        return axis, np.stack(np.meshgrid(*[axis] * self.dim), axis=-1).reshape(
            -1, self.dim
        )


def ring(modes=8, radius=1.5, std=0.1):
    """Gaussians evenly round a circle."""
    angle = 2 * np.pi * np.arange(check_count(modes, "modes")) / modes
    centres = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return ToyDistribution("ring", centres, std)


def grid_of_gaussians(side=5, spacing=0.75, std=0.06):
    """side x side Gaussians on a square grid."""
    axis = (np.arange(check_count(side, "side")) - (side - 1) / 2) * spacing
    centres = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return ToyDistribution("grid", centres, std)


def curve(strokes, std=0.08, parts=256, name="drawn"):
    """A distribution along hand-drawn strokes: about `parts` Gaussians, evenly spaced along their length.

    strokes: the points (k, 2) of one stroke in drawing order, or a list of such, each with a label of its own.
    """
    strokes = [strokes] if len(strokes) and np.ndim(strokes[0]) == 1 else strokes
    strokes = [np.asarray(stroke, float) for stroke in strokes]
    good = [
        stroke.ndim == 2
        and stroke.shape[1] == 2
        and len(stroke)
        and np.isfinite(stroke).all()
        for stroke in strokes
    ]
    if not good or not all(good):
        raise ValueError(
            f"strokes has shapes {[stroke.shape for stroke in strokes]}; expected finite numbers "
            "(k, 2), or a list of such"
        )
    along = [
        np.r_[0.0, np.hypot(*np.diff(stroke, axis=0).T).cumsum()] for stroke in strokes
    ]
    total = sum(length[-1] for length in along) or 1.0
    counts = [
        max(1, round(check_count(parts, "parts") * length[-1] / total))
        for length in along
    ]
    means = [
        [
            np.interp((np.arange(count) + 0.5) / count * length[-1], length, axis)
            for axis in stroke.T
        ]
        for count, length, stroke in zip(counts, along, strokes)
    ]
    return ToyDistribution(
        name,
        np.concatenate(means, axis=1).T,
        std,
        labels=np.repeat(np.arange(len(counts)), counts),
    )


MOON = np.stack(
    [np.cos(np.linspace(0, np.pi, 200)), np.sin(np.linspace(0, np.pi, 200))], axis=1
)
TURN = np.linspace(0.5, 3 * np.pi, 400)
SPIRAL = 0.19 * np.stack([TURN * np.cos(TURN), TURN * np.sin(TURN)], axis=1)
TOYS = {
    "gaussian": lambda: ToyDistribution("gaussian", [[0.0]], 1.0, extent=(-5, 5)),
    "mixture": lambda: ToyDistribution(
        "mixture", [[-2.0], [0.5], [2.5]], 0.5, [0.4, 0.2, 0.4], extent=(-5, 5)
    ),
    "gaussian2d": lambda: ToyDistribution("gaussian2d", [[0.0, 0.0]], 0.5),
    "ring": ring,
    "grid": grid_of_gaussians,
    "moons": lambda: curve([MOON + [-0.5, -0.25], -MOON + [0.5, 0.25]], name="moons"),
    "spiral": lambda: curve(SPIRAL, std=0.06, name="spiral"),
    "line": lambda: curve([[-1.75, 0.0], [1.75, 0.0]], std=0.05, name="line"),
    "disjoint": lambda: ToyDistribution(
        "disjoint", [[-1.2, 0.0], [1.2, 0.0]], 0.4, extent=(-2, 2), kernel="box"
    ),
}


def get_toy(name):
    """The toy distribution of that name; ValueError naming the closest otherwise."""
    return TOYS[check_choice(name, TOYS, "toy")]()
