"""The toy distributions: the density integrates to one, and the samples come from that density."""

import numpy as np
import pytest
from scipy import stats

from ganlib import toy

ONE = ["gaussian", "mixture"]
TWO = [name for name in toy.TOYS if name not in ONE]


def cells(maker, steps):
    """The probability of each cell of a steps x steps grid, by the midpoint rule on 8 x 8 points a cell."""
    axis, points = maker.cell_centres(8 * steps)
    mass = maker.density(points) * (axis[1] - axis[0]) ** 2
    return mass.reshape(steps, 8, steps, 8).sum(axis=(1, 3))


@pytest.mark.parametrize("name", list(toy.TOYS))
def test_density_integrates_to_one(name):
    maker = toy.get_toy(name)
    axis, points = maker.cell_centres(200)
    assert maker.density(points).sum() * (
        axis[1] - axis[0]
    ) ** maker.dim == pytest.approx(1, abs=2e-5)


@pytest.mark.parametrize("name", TWO)
def test_samples_of_two_dimensions_match_the_density(name):
    """Chi-squared over the cells of a grid, rare cells joined; it notices a part that is 5 % too heavy."""
    maker = toy.get_toy(name)
    n, steps = 60_000, 25
    points = maker.sample(n, seed=5)
    assert points.shape == (n, 2) and points.dtype == np.float32
    edges = np.linspace(*maker.extent, steps + 1)
    counted = np.histogram2d(points[:, 1], points[:, 0], bins=[edges, edges])[0]
    expected = n * cells(maker, steps)
    common = expected >= 10
    counted = np.append(counted[common], n - counted[common].sum())
    expected = np.append(expected[common], n - expected[common].sum())
    counted, expected = counted[expected > 1], expected[expected > 1]
    assert (
        stats.chisquare(counted, expected * counted.sum() / expected.sum()).pvalue
        > 1e-4
    )
    wrong = expected * np.where(
        np.arange(len(expected)) < len(expected) // 2, 1.05, 0.95
    )
    assert stats.chisquare(counted, wrong * counted.sum() / wrong.sum()).pvalue < 1e-3


@pytest.mark.parametrize("name", ONE)
def test_samples_of_one_dimension_match_cdf(name):
    maker = toy.get_toy(name)
    points = maker.sample(20_000, seed=3)[:, 0]
    assert stats.kstest(points, maker.cdf).pvalue > 1e-3
    assert stats.kstest(points + 0.05, maker.cdf).pvalue < 1e-3


def test_mixture_against_scipy():
    maker, x = toy.get_toy("mixture"), np.linspace(-6, 6, 301)
    parts = [(0.4, -2.0), (0.2, 0.5), (0.4, 2.5)]
    density = sum(w * stats.norm.pdf(x, m, 0.5) for w, m in parts)
    np.testing.assert_allclose(maker.density(x), density, rtol=1e-12)
    np.testing.assert_allclose(maker.density(x[:, None]), density, rtol=1e-12)
    np.testing.assert_allclose(
        maker.cdf(x), sum(w * stats.norm.cdf(x, m, 0.5) for w, m in parts), rtol=1e-12
    )
    slope = (maker.cdf(x + 1e-5) - maker.cdf(x - 1e-5)) / 2e-5
    np.testing.assert_allclose(slope, density, atol=1e-6)


def test_ring_against_scipy():
    maker, points = (
        toy.ring(modes=5, radius=2.0, std=0.3),
        np.random.default_rng(0).normal(size=(50, 2)),
    )
    density = np.mean(
        [stats.multivariate_normal.pdf(points, mean, 0.09) for mean in maker.modes],
        axis=0,
    )
    np.testing.assert_allclose(maker.density(points), density, rtol=1e-10)
    np.testing.assert_allclose(np.hypot(*maker.modes.T), 2.0)


def test_log_density_stays_finite_far_away():
    assert toy.ring().log_density([[1000.0, 0.0]])[0] == pytest.approx(
        -0.5 * (998.5 / 0.1) ** 2, rel=1e-3
    )


def test_ppf_inverts_cdf():
    maker, p = toy.get_toy("mixture"), np.linspace(0.001, 0.999, 97).reshape(97, 1)
    np.testing.assert_allclose(maker.cdf(maker.ppf(p)), p, atol=1e-12)
    assert (
        maker.cdf(maker.ppf(0.0)) == 0
        and maker.cdf(maker.ppf(1.0)) == 1
        and np.isfinite(maker.ppf([0, 1])).all()
    )
    boxes = toy.ToyDistribution("boxes", [[-1.0], [1.0]], 0.5, kernel="box")
    np.testing.assert_allclose(boxes.ppf([0.25, 0.75, 1]), [-1.0, 1.0, 1.5], atol=1e-12)
    np.testing.assert_allclose(
        toy.get_toy("gaussian").ppf(0.975), stats.norm.ppf(0.975), atol=1e-9
    )
    with pytest.raises(ValueError, match="outside 0 to 1"):
        maker.ppf(1.5)


def test_disjoint_has_nothing_between():
    maker = toy.get_toy("disjoint")
    points, labels = maker.sample_labelled(1000)
    assert maker.log_density([[0.0, 0.0]])[0] == -np.inf
    assert maker.density([[1.2, 0.0]])[0] == pytest.approx(0.5 / 0.8**2, rel=1e-12)
    assert (np.abs(points[:, 0]) > 0.79).all()
    assert np.array_equal(labels == 1, points[:, 0] > 0)
    assert np.isfinite(maker.log_density(points.astype(np.float64) * 0.999)).all()


def test_labels_name_the_mode_drawn_from():
    for maker, count in ((toy.ring(), 8), (toy.grid_of_gaussians(), 25)):
        points, labels = maker.sample_labelled(5000, seed=1)
        nearest = np.argmin(((points[:, None] - maker.modes) ** 2).sum(-1), axis=1)
        assert (
            len(maker.modes) == count == len(np.unique(labels))
            and (nearest == labels).mean() > 0.999
        )
    assert len(np.unique(toy.get_toy("moons").sample_labelled(500)[1])) == 2


def test_same_seed_same_points_and_another_not():
    maker = toy.ring()
    assert np.array_equal(maker.sample(100, seed=4), maker.sample(100, seed=4))
    assert not np.array_equal(maker.sample(100, seed=4), maker.sample(100, seed=5))


def test_drawn_by_hand():
    corner = toy.curve([[[0, 0], [0, 2], [1, 2]], [[-1.5, -1.5]]], std=0.05, parts=300)
    assert len(corner.means) == 301 and corner.dim == 2 and set(corner.labels) == {0, 1}
    upright = np.isclose(corner.means[:300, 0], 0).mean()  # 2 of the 3 units of length
    assert upright == pytest.approx(2 / 3, abs=0.01)
    assert toy.curve([[0, 0], [1, 0]], parts=4).means[:, 0].tolist() == [
        0.125,
        0.375,
        0.625,
        0.875,
    ]
    assert toy.curve([[0.5, 0.5]]).means.tolist() == [[0.5, 0.5]]  # a dot
    axis, points = corner.cell_centres(200)
    assert corner.density(points).sum() * (axis[1] - axis[0]) ** 2 == pytest.approx(
        1, abs=1e-3
    )


@pytest.mark.parametrize("name", ["moons", "spiral", "line"])
def test_curves_are_smooth(name):
    """Along the curve the density may not show the beads it is strung of."""
    maker = toy.get_toy(name)
    first = maker.means[maker.labels == 0]
    fine = np.repeat(first, 8, axis=0)
    fine[:-8] += np.tile(np.arange(8)[:, None] / 8, (len(first) - 1, 1)) * np.repeat(
        np.diff(first, axis=0), 8, axis=0
    )
    density = maker.density(fine[200:-200])
    beads = np.abs(density - np.convolve(density, np.ones(9) / 9, "same"))[20:-20]
    assert beads.max() < 0.02 * density.mean()


@pytest.mark.parametrize(
    "make, word",
    [
        (lambda: toy.get_toy("rings"), "'ring'"),
        (lambda: toy.ring().sample(0), "n is 0"),
        (lambda: toy.ring().density([1.0, 2.0]), "points"),
        (lambda: toy.ring().density([[1.0, 2.0, 3.0]]), "points"),
        (lambda: toy.ring().cdf(0.0), "1-D"),
        (lambda: toy.ring(std=0.0), "std"),
        (lambda: toy.ring(std=np.inf), "std"),
        (lambda: toy.curve([]), "strokes"),
        (lambda: toy.curve([[1, 2, 3], [1, 2, 3]]), "strokes"),
        (lambda: toy.curve([[1, 2], [np.nan, 3]]), "finite"),
        (lambda: toy.ToyDistribution("x", [[np.nan]], 1.0), "finite"),
        (lambda: toy.ToyDistribution("x", [[0.0]], 1.0, weights=[-1.0]), "weights"),
        (lambda: toy.ToyDistribution("x", [[0.0]], 1.0, weights=[np.inf]), "weights"),
        (lambda: toy.ToyDistribution("x", [[0.0]], 1.0, weights=[1, 1]), "weights"),
        (lambda: toy.ToyDistribution("x", [[0.0]], 1.0, labels=[0, 1]), "labels"),
        (lambda: toy.ToyDistribution("x", [[0.0]], 1.0, labels=["a"]), "labels"),
        (lambda: toy.ToyDistribution("x", [[0.0]], 1.0, extent=(1, -1)), "extent"),
        (lambda: toy.ToyDistribution("x", [[0.0]], 1.0, kernel="boxes"), "'box'"),
    ],
)
def test_bad_input(make, word):
    with pytest.raises(ValueError, match=word):
        make()


def test_counts_must_be_whole_numbers():
    for n in (2.5, "3", True, None):
        with pytest.raises(TypeError, match="expected a whole number"):
            toy.ring().sample(n)
