"""The sliced Wasserstein distance against a second one, made of SciPy's parts and plain loops."""

import tracemalloc

import numpy as np
import pytest
from scipy import linalg, ndimage, stats

from ganlib import metrics
from ganlib.metrics import laplacian_pyramid, sliced_wasserstein


def pictures(n=40, size=32, channels=3, seed=0, blur=1.5):
    """Smooth random fields in colour."""
    noise = np.random.default_rng(seed).normal(size=(n, size, size, channels))
    smooth = ndimage.gaussian_filter(noise, (0, blur, blur, 0), mode="wrap")
    return np.clip(128 + 50 * smooth / smooth.std(), 0, 255).astype(np.uint8)


BINOMIAL = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256


def blurred(picture, gain=1.0):
    """(h, w, c), each channel convolved with the 5 x 5 kernel, mirrored at the borders."""
    return np.stack(
        [
            ndimage.convolve(channel, gain * BINOMIAL, mode="mirror")
            for channel in np.moveaxis(picture, -1, 0)
        ],
        -1,
    )


def pyramid(picture, levels):
    found, picture = [], picture.astype(np.float64)
    for _ in range(levels - 1):
        small = blurred(picture)[::2, ::2]
        large = np.zeros_like(picture)
        large[::2, ::2] = small
        found.append(picture - blurred(large, 4.0))
        picture = small
    return [*found, picture]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size, levels", [(16, 1), (32, 2), (64, 3)])
def test_pyramid_against_scipy(size, levels, channels):
    images = pictures(3, size, channels)
    found = laplacian_pyramid(images)
    assert [level.shape for level in found] == [
        (3, size >> i, size >> i, channels) for i in range(levels)
    ]
    assert all(level.dtype == np.float32 for level in found)
    for i in range(3):
        for level, expected in zip(found, pyramid(images[i], levels)):
            np.testing.assert_allclose(level[i], expected, atol=1e-3)


def test_pyramid_can_be_put_together_again():
    images = pictures(4, 64)
    *details, coarse = laplacian_pyramid(images)
    for detail in reversed(details):
        large = np.zeros((4, 2 * coarse.shape[1], 2 * coarse.shape[2], 3))
        large[:, ::2, ::2] = coarse
        coarse = detail + np.stack([blurred(picture, 4.0) for picture in large])
    np.testing.assert_allclose(coarse, images, atol=1e-3)


def test_pyramid_splits_coarse_from_fine():
    flat = np.full((1, 64, 64, 1), 77, np.uint8)
    fine, middle, coarse = laplacian_pyramid(flat)
    assert np.abs(fine).max() < 1e-4 and np.abs(middle).max() < 1e-4
    np.testing.assert_allclose(coarse, 77, rtol=1e-5)
    checks = np.uint8(255 * (np.indices((64, 64)).sum(0) % 2)).reshape(1, 64, 64, 1)
    fine, middle, coarse = laplacian_pyramid(checks)
    assert fine.std() > 100 and middle.std() < 5 and coarse.std() < 5


def distance_by_loops(real, fake, levels, count, projections, seed):
    """Patch by patch and direction by direction, in float64. Only the order of the draws is the library's."""
    rng, found = np.random.default_rng(seed), []
    for level in range(levels):
        sets = []
        for images in (real, fake):
            planes = [pyramid(picture, levels)[level] for picture in images]
            last = planes[0].shape[0] - 6
            top, left = (
                rng.integers(0, last, len(images) * count),
                rng.integers(0, last, len(images) * count),
            )
            corners = enumerate(zip(top, left))
            patches = np.array(
                [planes[i // count][y : y + 7, x : x + 7] for i, (y, x) in corners]
            )
            for channel in range(patches.shape[-1]):
                of_channel = patches[..., channel]
                patches[..., channel] = (
                    of_channel - of_channel.mean()
                ) / of_channel.std()
            sets.append(np.moveaxis(patches, -1, 1).reshape(len(patches), -1))
        units = rng.standard_normal((projections, sets[0].shape[1]))
        units /= np.linalg.norm(units, axis=1, keepdims=True)
        found.append(
            1000
            * np.mean(
                [stats.wasserstein_distance(sets[0] @ u, sets[1] @ u) for u in units]
            )
        )
    return found


@pytest.mark.parametrize("size, channels", [(16, 1), (32, 3)])
def test_distance_against_scipy(size, channels):
    real, fake = (
        pictures(6, size, channels),
        pictures(6, size, channels, seed=1, blur=1.0),
    )
    expected = distance_by_loops(
        real, fake, {16: 1, 32: 2}[size], count=5, projections=35, seed=4
    )
    # 35 is no multiple of 16: the groups that they are worked off in are of unequal size
    options = {"patches": 5, "projections": 35, "seed": 4}
    found = sliced_wasserstein(real, fake, per_level=True, **options)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    assert sliced_wasserstein(real, fake, **options) == pytest.approx(
        np.mean(expected), rel=1e-4
    )


def test_many_pictures_are_compared_in_little_memory():
    real, fake = np.random.default_rng(0).integers(
        0, 256, (2, 500, 64, 64, 3), dtype=np.uint8
    )
    tracemalloc.start()
    sliced_wasserstein(real, fake, patches=64, projections=16)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    assert peak < 140  # both pyramids take 61, in one piece it was 201


def test_a_pyramid_in_parts_is_the_pyramid():
    images = np.random.default_rng(1).integers(0, 256, (130, 32, 32, 1), dtype=np.uint8)
    pieces = [laplacian_pyramid(images[i : i + 26]) for i in range(0, 130, 26)]
    for level, *parts in zip(laplacian_pyramid(images), *pieces):
        np.testing.assert_array_equal(level, np.concatenate(parts))


FEW = {"patches": 32, "projections": 64}


def test_equal_sets_are_near_and_others_farther_the_more_they_differ():
    """Two sets of one kind set the scale (patches are drawn anew for each, so no set has 0 to itself)."""
    real, more, rng = pictures(100), pictures(100, seed=1), np.random.default_rng(2)
    scale = sliced_wasserstein(real, more, **FEW)
    assert 0 < sliced_wasserstein(real, real, **FEW) < 1.5 * scale

    def noisy(strength):
        return np.clip(more + rng.normal(0, strength, more.shape), 0, 255).astype(
            np.uint8
        )

    def blurry(width):
        return ndimage.gaussian_filter(more, (0, width, width, 0))

    for spoil, strengths in ((noisy, (10, 25, 60)), (blurry, (0.7, 1.2, 2.5))):
        found = [
            sliced_wasserstein(real, spoil(strength), **FEW) for strength in strengths
        ]
        assert scale < found[0] < found[1] < found[2] and found[2] > 1.5 * scale, found


def test_one_picture_again_and_again_is_far():
    """Collapse: each picture is a good one, and all of them are the same."""
    real, more = pictures(100), pictures(100, seed=1)
    collapsed = np.repeat(more[:1], 100, axis=0)
    assert sliced_wasserstein(real, collapsed, **FEW) > 2 * sliced_wasserstein(
        real, more, **FEW
    )


def test_each_level_tells_of_its_own_scale():
    """Noise from pixel to pixel changes the finest level most, large blots the coarsest."""
    real, more, rng = (
        pictures(60, 64, 1),
        pictures(60, 64, 1, seed=1),
        np.random.default_rng(3),
    )
    base = np.array(sliced_wasserstein(real, more, per_level=True, **FEW))
    noisy = np.clip(more + rng.normal(0, 30, more.shape), 0, 255).astype(np.uint8)
    ratios = np.array(sliced_wasserstein(real, noisy, per_level=True, **FEW)) / base
    assert len(ratios) == 3 and ratios[0] > 2 * ratios[2]
    blots = np.kron(rng.normal(0, 60, (60, 4, 4, 1)), np.ones((1, 16, 16, 1)))
    blotted = np.clip(
        more + ndimage.gaussian_filter(blots, (0, 3, 3, 0)), 0, 255
    ).astype(np.uint8)
    ratios = np.array(sliced_wasserstein(real, blotted, per_level=True, **FEW)) / base
    assert ratios[2] > 2 * ratios[0]


def test_brightness_and_contrast_are_not_its_business():
    """Every level is normalised: what is left is how neighbouring pixels go together."""
    real, more = pictures(40) // 2 + 40, pictures(40, seed=1) // 2 + 40
    base = sliced_wasserstein(real, more, **FEW)
    assert sliced_wasserstein(real, more + np.uint8(30), **FEW) == pytest.approx(
        base, rel=1e-3
    )
    assert sliced_wasserstein(real, (more - 40) * np.uint8(2), **FEW) == pytest.approx(
        base, rel=1e-3
    )


def test_symmetric_and_repeatable():
    real, fake = pictures(60), pictures(60, seed=1, blur=0.8)
    there = sliced_wasserstein(real, fake, **FEW)
    assert isinstance(there, float) and there == sliced_wasserstein(real, fake, **FEW)
    assert sliced_wasserstein(fake, real, **FEW) == pytest.approx(there, rel=0.1)
    other = sliced_wasserstein(real, fake, seed=1, **FEW)
    assert other != there and other == pytest.approx(there, rel=0.1)
    levels = sliced_wasserstein(real, fake, per_level=True, **FEW)
    assert len(levels) == 2 and np.mean(levels) == pytest.approx(there)


def test_flat_pictures_have_a_distance():
    flat = np.full((4, 16, 16, 3), 9, np.uint8)
    assert sliced_wasserstein(flat, flat, patches=4, projections=8) == 0
    assert np.isfinite(
        sliced_wasserstein(flat, pictures(4, 16), patches=4, projections=8)
    )


@pytest.mark.parametrize(
    "real, fake, problem, word",
    [
        (pictures(3), pictures(4), ValueError, "real\\[:2000\\]"),
        (pictures(3), pictures(3, 16), ValueError, "shape"),
        (pictures(3), pictures(3, channels=1), ValueError, "shape"),
        (pictures(3), pictures(3) / np.float32(255), TypeError, "fake has dtype"),
        (pictures(3)[0], pictures(3)[0], ValueError, "real has shape"),
        (pictures(3, 48), pictures(3, 48), ValueError, "48x48"),
        (pictures(3, 8), pictures(3, 8), ValueError, "8x8"),
        (pictures(3)[:, :16], pictures(3)[:, :16], ValueError, "16x32"),
    ],
    ids=["count", "size", "channels", "float32", "one", "48", "8", "oblong"],
)
def test_bad_input(real, fake, problem, word):
    with pytest.raises(problem, match=word):
        sliced_wasserstein(real, fake)


@pytest.mark.parametrize("name", ["patches", "projections"])
def test_bad_counts(name):
    with pytest.raises(ValueError, match=name):
        sliced_wasserstein(pictures(3), pictures(3), **{name: 0})


def test_patch_size_is_the_papers():
    assert metrics.PATCH == 7
    np.testing.assert_allclose(np.outer(metrics.KERNEL, metrics.KERNEL), BINOMIAL)


def clouds(n=400, m=300, d=5, shift=0.5, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)), shift + rng.normal(
        size=(m, d)
    ) @ rng.normal(size=(d, d))


@pytest.mark.parametrize("d", [1, 5, 40])
def test_frechet_distance_against_scipys_matrix_root(d):
    a, b = clouds(d=d)
    first, second = np.atleast_2d(np.cov(a.T)), np.atleast_2d(np.cov(b.T))
    root = linalg.sqrtm(first @ second).real
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(
        first + second - 2 * root
    )
    assert metrics.frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)
    assert metrics.frechet_distance(b, a) == pytest.approx(expected, rel=1e-6)
    assert metrics.frechet_distance(a, a) == pytest.approx(0, abs=1e-5)
    assert metrics.frechet_distance(a, a + 3) == pytest.approx(9 * d, rel=1e-6)


def test_frechet_distance_of_flat_clouds():
    """More dimensions than points: the covariances have no inverse, and none is needed."""
    a, b = clouds(6, 5, 20)
    assert (
        metrics.frechet_distance(a, a) == pytest.approx(0, abs=1e-4)
        and metrics.frechet_distance(a, b) > 1
    )
    assert metrics.frechet_distance(a * 0, b * 0) == 0


def test_kernel_distance_by_loops():
    a, b = clouds(7, 6, 3)

    def mean(xs, ys, same):
        values = [
            (x @ y / 3 + 1) ** 3
            for i, x in enumerate(xs)
            for j, y in enumerate(ys)
            if not (same and i == j)
        ]
        return np.mean(values)

    expected = mean(a, a, True) + mean(b, b, True) - 2 * mean(a, b, False)
    assert metrics.kernel_distance(a, b) == pytest.approx(expected)


def test_kernel_distance_has_no_bias_and_frechet_has():
    rng = np.random.default_rng(0)
    pairs = [rng.normal(size=(2, 30, 4)) for _ in range(300)]
    kernel = [metrics.kernel_distance(a, b) for a, b in pairs]
    assert abs(np.mean(kernel)) < 3 * np.std(kernel) / np.sqrt(300)
    assert min(metrics.frechet_distance(a, b) for a, b in pairs) > 0.05


def test_two_sample_accuracy():
    rng = np.random.default_rng(0)
    a, same, far = rng.normal(size=(3, 1000, 4))
    assert metrics.two_sample_accuracy(a, same) == pytest.approx(0.5, abs=0.05)
    assert metrics.two_sample_accuracy(a, far + 10) == 1
    near = metrics.two_sample_accuracy(a, far + [1, 0, 0, 0])
    assert near == pytest.approx(
        stats.norm.cdf(0.5), abs=0.04
    )  # the best judge there is
    assert metrics.two_sample_accuracy(a, far + [1, 0, 0, 0]) == near
    few = metrics.two_sample_accuracy(a, far[:40])  # not 0.96 by always saying "real"
    assert 0.2 < few < 0.8


def test_nearest_by_brute_force():
    a, b = clouds(50, 40)
    index, distance = metrics.nearest(a, b)
    gaps = np.linalg.norm(a[:, None] - b, axis=2)
    np.testing.assert_array_equal(index, gaps.argmin(1))
    np.testing.assert_allclose(distance, gaps.min(1))


def test_a_copy_has_distance_0_however_far_from_the_origin():
    """Squares of large numbers, subtracted from one another, would leave rounding in place of 0."""
    rng = np.random.default_rng(3)
    for centre, spread in ((50, 20), (1e4, 1), (1e5, 1e-3)):
        points = centre + spread * rng.normal(size=(300, 5))
        index, distance = metrics.nearest(points[:60], points)
        np.testing.assert_array_equal(index, np.arange(60))
        assert (distance == 0).all()
    for seed in range(20):
        points = np.random.default_rng(seed).normal(50, 20, (40, 64))
        copies = np.repeat(points, 5, axis=0)
        assert metrics.precision_recall(copies, points[:17])[0] == 1


def test_of_several_at_one_distance_the_first_is_nearest():
    others = np.repeat([[3.0, 4.0], [0.0, 1.0]], 3, axis=0)
    index, distance = metrics.nearest([[0.0, 1.0], [3.0, 5.0]], others)
    assert index.tolist() == [3, 0] and distance.tolist() == [0, 1]


def test_distances_are_worked_off_in_pieces(monkeypatch):
    a, b = clouds(50, 40)
    whole = metrics.nearest(a, b), metrics.precision_recall(a, b)
    monkeypatch.setattr(metrics, "PIECE", 90)
    np.testing.assert_array_equal(metrics.nearest(a, b), whole[0])
    assert metrics.precision_recall(a, b) == whole[1]


METRICS = [
    metrics.frechet_distance,
    metrics.kernel_distance,
    metrics.two_sample_accuracy,
    metrics.nearest,
    metrics.precision_recall,
]


@pytest.mark.parametrize("metric", METRICS)
def test_points_that_do_not_fit(metric):
    a, b = clouds()
    with pytest.raises(ValueError, match=r"\(400, 5\)"):
        metric(a, b[:, :4])
    with pytest.raises(ValueError, match="pictures.reshape"):
        metric(pictures(5), pictures(5))
    with pytest.raises(ValueError, match=r"\(0, 5\)"):
        metric(a[:0], b)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_points_that_are_no_numbers(metric, value):
    a, b = clouds()
    bad = a.copy()
    bad[17, 2] = value
    for pair in ((bad, b), (b, bad)):
        with pytest.raises(ValueError, match=r"\[17\]"):
            metric(*pair)


@pytest.mark.parametrize("k", [0, -1, 2.5, True, None])
def test_neighbours_are_counted_in_whole_numbers(k):
    with pytest.raises((TypeError, ValueError), match="k is"):
        metrics.precision_recall(*clouds(), k=k)
