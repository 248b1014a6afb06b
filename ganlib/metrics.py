"""How far are generated pictures from real ones? Arrays in, numbers out. Notebook 08 builds and fools each of them.

`sliced_wasserstein` (Karras et al. 2018, Progressive Growing of GANs, section 5) compares pictures; all others compare
two sets of points (n, d): features from a network, or pixels, `pictures.reshape(len(pictures), -1)`.
"""

import numpy as np
from scipy import ndimage
from scipy.spatial.distance import cdist

from .checks import check_count, check_images

PATCH = 7
# A binomial approximation of a Gaussian (Burt and Adelson 1983).
KERNEL = np.float32([1, 4, 6, 4, 1]) / 16
PIECE = 2**22  # distances held at a time: 32 MB


def _blur(x, gain=1.0):
    """Separable 5x5 binomial blur with mirrored borders. (n, h, w, c) -> the same shape."""
    for axis in (1, 2):
        x = ndimage.convolve1d(x, KERNEL, axis=axis, mode="mirror")
    return x * np.float32(gain)


def _upsample(x):
    """Twice the size: zeros in between, then a blur with gain 4."""
    y = np.zeros((len(x), 2 * x.shape[1], 2 * x.shape[2], x.shape[3]), np.float32)
    y[:, ::2, ::2] = x
    return _blur(y, 4.0)


def laplacian_pyramid(images, smallest=16):
    """[finest detail, ..., coarse picture]: float32 arrays of sizes h, h / 2, ..., `smallest`.

    images: (n, h, h, c), h = smallest * 2^k. Each level but the last is what the next one, enlarged, lacks.
    """
    if (
        len(images) > 64
    ):  # in parts, since what lies between takes several times the memory of the result
        parts = [
            laplacian_pyramid(images[i : i + 64], smallest)
            for i in range(0, len(images), 64)
        ]
        return [np.concatenate(level) for level in zip(*parts)]
    x = np.asarray(images, np.float32)
    size = x.shape[1]
    while size > smallest and size % 2 == 0:
        size //= 2
    if size != smallest or x.shape[1] != x.shape[2]:
        raise ValueError(
            f"images are {x.shape[1]}x{x.shape[2]}; expected square ones of {smallest}, "
            f"{2 * smallest}, {4 * smallest}, ... pixels: load them with size=64, for example"
        )
    levels = []
    while x.shape[1] > smallest:
        small = _blur(x)[:, ::2, ::2]
        levels.append(x - _upsample(small))
        x = small
    return [*levels, x]


def _patches(level, count, rng):
    """`count` random 7x7 patches of every picture, normalised per channel: float32 (n * count, 49 * c)."""
    n, h, w, c = level.shape
    windows = np.lib.stride_tricks.sliding_window_view(
        level, (PATCH, PATCH), axis=(1, 2)
    )  # (n, h-6, w-6, c, 7, 7)
    picture = np.repeat(np.arange(n), count)
    top, left = (
        rng.integers(0, h - PATCH + 1, n * count),
        rng.integers(0, w - PATCH + 1, n * count),
    )
    patches = windows[picture, top, left]  # (n * count, c, 7, 7)
    patches -= patches.mean((0, 2, 3), keepdims=True)
    patches /= patches.std((0, 2, 3), keepdims=True) + 1e-8
    return patches.reshape(n * count, -1)


def sliced_wasserstein(
    real, fake, *, patches=128, projections=512, seed=0, per_level=False
):
    """Sliced Wasserstein distance times 1000 between two sets of pictures (Karras et al. 2018, section 5).

    real, fake: uint8 (n, h, h, c), the same n and shape, h in 16, 32, 64, ... Returns the mean over the levels of
    the Laplacian pyramid (h, ..., 32, 16 pixels), as a float; with `per_level` the list of levels, finest first.
    0 means equal patch statistics; what two sets of *real* pictures score is the figure to compare with.
    Every direction's Wasserstein distance is the mean gap between the sorted projections.
    Raises ValueError where the shapes differ.
    """
    real, fake = check_images(real, name="real"), check_images(fake, name="fake")
    if real.shape != fake.shape:
        raise ValueError(
            f"real is {real.shape} and fake is {fake.shape}; expected equally many pictures of one "
            "shape: cut both to the same length, for example real[:2000], fake[:2000]"
        )
    patches, projections = (
        check_count(patches, "patches"),
        check_count(projections, "projections"),
    )
    rng = np.random.default_rng(seed)
    distances = []
    for a, b in zip(laplacian_pyramid(real), laplacian_pyramid(fake)):
        a, b = _patches(a, patches, rng), _patches(b, patches, rng)
        unit = rng.standard_normal((projections, a.shape[1])).astype(np.float32)
        unit /= np.linalg.norm(unit, axis=1, keepdims=True)
        gaps = [  # in groups of about 16: the projections of all would fill memory
            np.abs(np.sort(u @ a.T, axis=1) - np.sort(u @ b.T, axis=1)).mean(axis=1)
            for u in np.array_split(unit, max(1, projections // 16))
        ]
        distances.append(1000 * float(np.concatenate(gaps).mean()))
    return distances if per_level else float(np.mean(distances))


def _check_points(real, fake, least=1, names=("real", "fake")):
    """Both as float64 (n, d) and (m, d), finite, with more than `least` rows each; ValueError otherwise."""
    real, fake = np.asarray(real, np.float64), np.asarray(fake, np.float64)
    if (
        real.ndim != 2
        or fake.ndim != 2
        or real.shape[1] != fake.shape[1]
        or min(len(real), len(fake)) <= least
    ):
        raise ValueError(
            f"{names[0]} is {real.shape} and {names[1]} is {fake.shape}; expected (n, d) and "
            f"(m, d) with more than {least} rows each: type "
            "pictures.reshape(len(pictures), -1) for pictures"
        )
    for points, name in zip((real, fake), names):
        bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
        if len(bad):
            raise ValueError(
                f"{name} has {len(bad):,} of {len(points):,} rows with nan or inf, the first is "
                f"{name}[{bad[0]}]; expected numbers alone: look where they come from, or leave "
                f"them out by {name}[np.isfinite({name}).all(axis=1)]"
            )
    return real, fake


def _pieces(n, m):
    """Slices of n rows, so that the distances of each piece to m points fit into little memory."""
    rows = max(1, PIECE // m)
    return [slice(start, start + rows) for start in range(0, n, rows)]


def frechet_distance(real, fake):
    """Squared Frechet distance of the Gaussians with the means and covariances of two sets of points.

    |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)) (Dowson and Landau 1982); with Inception's features the FID (Heusel et
    al. 2017). Too large for few points, by about a constant divided by their number. 0 or more; ValueError.
    """
    real, fake = _check_points(real, fake)
    first, second = (
        np.atleast_2d(np.cov(points, rowvar=False)) for points in (real, fake)
    )
    values, vectors = np.linalg.eigh(first)
    root = (
        vectors * np.sqrt(values.clip(0)) @ vectors.T
    )  # the trace of (S1 S2)^(1/2) is that of (R S2 R)^(1/2)
    cross = np.sqrt(np.linalg.eigvalsh(root @ second @ root).clip(0)).sum()
    gap = np.square(real.mean(0) - fake.mean(0)).sum()
    return float(max(gap + np.trace(first) + np.trace(second) - 2 * cross, 0))


def kernel_distance(real, fake):
    """Squared maximum mean discrepancy with the kernel (x.y / d + 1)^3 (Binkowski et al. 2018; on Inception's features
    the KID). Without bias: 0 on average for two sets of one kind, so often a little below. Raises ValueError.
    """
    real, fake = _check_points(real, fake)

    def mean(a, b, same=False):
        kernel = (a @ b.T / a.shape[1] + 1) ** 3
        return (
            (kernel.sum() - np.trace(kernel)) / (len(a) * (len(a) - 1))
            if same
            else kernel.mean()
        )

    return float(mean(real, real, True) + mean(fake, fake, True) - 2 * mean(real, fake))


def two_sample_accuracy(real, fake, seed=0):
    """How often a classifier tells two sets of points apart on the half that it has not seen: 0.5 cannot, 1 always.

    A classifier two-sample test (Lopez-Paz and Oquab 2017), here logistic regression. Raises ValueError.
    """
    from sklearn import linear_model, model_selection, pipeline, preprocessing

    real, fake = _check_points(real, fake, 3)
    n = min(len(real), len(fake))  # equally many of both, so that 0.5 is chance
    points, kind = np.concatenate([real[:n], fake[:n]]), np.repeat([1, 0], n)
    seen, new, answers, expected = model_selection.train_test_split(
        points, kind, test_size=0.5, stratify=kind, random_state=seed
    )
    classifier = pipeline.make_pipeline(
        preprocessing.StandardScaler(), linear_model.LogisticRegression(max_iter=1000)
    )
    return float(classifier.fit(seen, answers).score(new, expected))


def nearest(points, others):
    """(index int (n,), distance float64 (n,)) of the point of `others` (m, d) nearest to each of `points` (n, d).

    Of several at the same distance the first; a point that is among the others has distance 0. Raises ValueError.
    """
    points, others = _check_points(points, others, 0, ("points", "others"))
    # |a|^2 + |b|^2 - 2 ab is a matrix product, so it is fast, but not exact: it only finds the
    # candidates, those that rounding does not rule out. Round their mean it loses fewest digits.
    a, b = points - others.mean(axis=0), others - others.mean(axis=0)
    a_squared, b_squared = np.square(a).sum(axis=1), np.square(b).sum(axis=1)
    rounding = (
        8 * (a.shape[1] + 8) * np.finfo(float).eps * (a_squared + b_squared.max())
    )
    index, squared = np.empty(len(a), int), np.empty(len(a))
    for piece in _pieces(len(a), len(b)):
        rough = a_squared[piece, None] + b_squared - 2 * a[piece] @ b.T
        limit = rough.min(axis=1) + rounding[piece]
        for i, row in enumerate(rough, piece.start):
            candidates = np.flatnonzero(row <= limit[i - piece.start])
            exact = cdist(points[i : i + 1], others[candidates], "sqeuclidean")[0]
            index[i], squared[i] = candidates[exact.argmin()], exact.min()
    return index, np.sqrt(squared)


def precision_recall(real, fake, k=3):
    """(precision, recall) of generated against real points, by nearest neighbours (Kynkaanniemi et al. 2019, eq. 1-3).

    real (n, d), fake (m, d): points, or features of pictures. Round every point lies a ball that reaches to its k-th
    nearest neighbour of its own kind. Precision: the share of generated points inside a ball of the real ones;
    recall: the share of real points inside a ball of the generated ones. Raises ValueError where n or m <= k, for
    k below 1 and for nan or inf, TypeError where k is no whole number.
    """
    k = check_count(k, "k")
    real, fake = _check_points(real, fake, k)

    def distances(points, others):
        for piece in _pieces(len(points), len(others)):
            yield cdist(points[piece], others, "sqeuclidean")

    def inside(points, others):
        # The nearest of all to a point is the point itself, at 0: so index k is its k-th neighbour.
        reach = np.concatenate(
            [np.partition(some, k, axis=1)[:, k] for some in distances(others, others)]
        )
        within = [(some <= reach).any(axis=1) for some in distances(points, others)]
        return float(np.concatenate(within).mean())

    return inside(fake, real), inside(real, fake)
