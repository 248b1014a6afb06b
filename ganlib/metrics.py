"""How far are generated pictures from real ones? Arrays in, numbers out.

`sliced_wasserstein` is the distance of Karras et al. 2018 (Progressive Growing of GANs, section 5): it compares 7x7
patches of two sets of pictures on every level of a Laplacian pyramid.
"""

import numpy as np

from .errors import check_count, check_images

PATCH = 7
KERNEL = np.float32([1, 4, 6, 4, 1]) / 16  # binomial approximation of a Gaussian (Burt and Adelson 1983)


def _blur(x, gain=1.0):
    """Separable 5x5 binomial blur with mirrored borders. (n, h, w, c) -> the same shape."""
    for axis in (1, 2):
        pad = [(0, 0)] * 4
        pad[axis] = (2, 2)
        padded, size = np.moveaxis(np.pad(x, pad, mode="reflect"), axis, 0), x.shape[axis]
        out = np.zeros_like(x)
        for i, weight in enumerate(KERNEL):  # added in place: large sets of pictures fit into little memory
            np.moveaxis(out, axis, 0)[:] += weight * padded[i:i + size]
        x = out
    return x * np.float32(gain)


def _up(x):
    """Twice the size: zeros in between, then a blur with gain 4."""
    n, h, w, c = x.shape
    y = np.zeros((n, 2 * h, 2 * w, c), np.float32)
    y[:, ::2, ::2] = x
    return _blur(y, 4.0)


def laplacian_pyramid(images, smallest=16):
    """[finest detail, ..., coarse picture]: float32 arrays of sizes h, h / 2, ..., `smallest`.

    images: (n, h, h, c), h = smallest * 2^k. Each level but the last is what the next one, enlarged, lacks.
    """
    x = np.asarray(images, np.float32)
    size = x.shape[1]
    while size > smallest and size % 2 == 0:
        size //= 2
    if size != smallest or x.shape[1] != x.shape[2]:
        raise ValueError(f"images are {x.shape[1]}x{x.shape[2]}; expected square ones of {smallest}, "
                         f"{2 * smallest}, {4 * smallest}, ... pixels: load them with size=64, for example")
    levels = []
    while x.shape[1] > smallest:
        small = _blur(x)[:, ::2, ::2]
        levels.append(x - _up(small))
        x = small
    return [*levels, x]


def _patches(level, count, rng):
    """`count` random 7x7 patches of every picture, normalised per channel: float32 (n * count, 49 * c)."""
    n, h, w, c = level.shape
    windows = np.lib.stride_tricks.sliding_window_view(level, (PATCH, PATCH), axis=(1, 2))  # (n, h-6, w-6, c, 7, 7)
    picture = np.repeat(np.arange(n), count)
    top, left = rng.integers(0, h - PATCH + 1, n * count), rng.integers(0, w - PATCH + 1, n * count)
    patches = windows[picture, top, left]  # (n * count, c, 7, 7)
    patches = patches - patches.mean((0, 2, 3), keepdims=True)
    patches /= patches.std((0, 2, 3), keepdims=True) + 1e-8
    return patches.reshape(n * count, -1)


def sliced_wasserstein(real, fake, *, patches=128, directions=512, seed=0, per_level=False):
    """Sliced Wasserstein distance times 1000 between two sets of pictures (Karras et al. 2018, section 5).

    real, fake: uint8 (n, h, h, c), the same n and shape, h in 16, 32, 64, ... Returns the mean over the levels of
    the Laplacian pyramid (h, ..., 32, 16 pixels), as a float; with `per_level` the list of levels, finest first.
    0 means equal patch statistics; what two sets of *real* pictures score is the figure to compare with.
    Every direction's Wasserstein distance is the mean gap between the sorted projections.
    Raises ValueError where the shapes differ.
    """
    real, fake = check_images(real, name="real"), check_images(fake, name="fake")
    if real.shape != fake.shape:
        raise ValueError(f"real is {real.shape} and fake is {fake.shape}; expected equally many pictures of one "
                         "shape: cut both to the same length, for example real[:2000], fake[:2000]")
    patches, directions = check_count(patches, "patches"), check_count(directions, "directions")
    rng = np.random.default_rng(seed)
    distances = []
    for a, b in zip(laplacian_pyramid(real), laplacian_pyramid(fake)):
        a, b = _patches(a, patches, rng), _patches(b, patches, rng)
        unit = rng.standard_normal((directions, a.shape[1])).astype(np.float32)
        unit /= np.linalg.norm(unit, axis=1, keepdims=True)
        gaps = [np.abs(np.sort(u @ a.T, axis=1) - np.sort(u @ b.T, axis=1)).mean()
                for u in np.array_split(unit, max(1, directions // 16))]
        distances.append(1000 * float(np.mean(gaps)))
    return distances if per_level else float(np.mean(distances))


def precision_recall(real, fake, k=3):
    """(precision, recall) of generated against real points, by nearest neighbours (Kynkaanniemi et al. 2019, eq. 1-3).

    real (n, d), fake (m, d): points, or features of pictures. Round every point lies a ball that reaches to its k-th
    nearest neighbour of its own kind. Precision: the share of generated points inside a ball of the real ones;
    recall: the share of real points inside a ball of the generated ones. Raises ValueError where n or m <= k.
    """
    real, fake = np.asarray(real, np.float32), np.asarray(fake, np.float32)
    if real.ndim != 2 or fake.ndim != 2 or real.shape[1] != fake.shape[1] or min(len(real), len(fake)) <= k:
        raise ValueError(f"real is {real.shape} and fake is {fake.shape}; expected (n, d) and (m, d) with more than "
                         f"k={k} rows each: type pictures.reshape(len(pictures), -1) for pictures")

    def squared(a, b):
        return np.maximum((a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T, 0)

    def inside(points, others):
        reach = np.partition(squared(others, others), k, axis=1)[:, k]   # the nearest of all is the point itself
        return float((squared(points, others) <= reach).any(1).mean())

    return inside(fake, real), inside(real, fake)
