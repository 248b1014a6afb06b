"""Notebook 08 from Python: its plain metrics on known answers, its faults, the fault desk driven by its widgets, and
the stored seeds.

What the notebook defines is taken out of its .py and used here with a network that has learned nothing.
"""

import io
import json

import matplotlib.image
import numpy as np
import pytest
from scipy import stats

from data.tools import definitions, notebooks
from ganlib import metrics

ROOT = notebooks.templates.ROOT
SOURCE = ROOT / "notebooks" / "08_evaluation.py"
METRICS = "Fréchet", "kernel", "two-sample", "precision", "recall", "sliced"
POINTS = (
    "frechet",
    "kernel",
    "earth_mover",
    "judge",
    "nearest",
    "inside",
    "GENERATORS",
)
DESK = ("FAULTS", "score", "floor_of", "above", "draws", "train", "bank")
USED = ("ipywidgets", "rng", "METRICS", "plots", "np")


@pytest.fixture(scope="module")
def points():
    """The names of section 1."""
    return definitions.load(SOURCE, *POINTS)


@pytest.fixture(scope="module")
def desk():
    """The names that the notebook has when the desk is put together, with a network that has learned nothing."""
    names = definitions.load(SOURCE, *DESK, *USED, FLOORS={})
    definitions.run(definitions.cell(SOURCE, "severity"), names, "<the desk of 08>")
    return names


def test_the_plain_metrics_are_those_of_the_library(points):
    rng = np.random.default_rng(5)
    for d in (2, 6):
        a, b = rng.normal(size=(40, d)), rng.normal(size=(30, d)) * 2 + 1
        assert points["frechet"](a, b) == pytest.approx(metrics.frechet_distance(a, b))
        assert points["kernel"](a, b) == pytest.approx(metrics.kernel_distance(a, b))
        assert (points["inside"](b, a), points["inside"](a, b)) == pytest.approx(
            metrics.precision_recall(a, b)
        )
        np.testing.assert_array_equal(
            points["nearest"](a, b)[0], metrics.nearest(a, b)[0]
        )


def test_the_two_points_have_the_first_three_moments_of_the_bell(points):
    two = points["GENERATORS"]["two points"](4000)
    assert set(two.ravel()) == {-1, 1} and abs(two.mean()) < 0.1
    exact = np.array([[-1.0], [1.0]])
    for power in (1, 2, 3):
        assert np.mean(exact**power) == pytest.approx(stats.norm.moment(power))
    assert np.mean(exact**4) == 1 and stats.norm.moment(4) == pytest.approx(3)


def test_the_kernel_compares_three_moments(points):
    """The U-statistic, averaged over many draws of three numbers each, against the formula of the text."""
    rng = np.random.default_rng(0)
    values = [
        points["kernel"](rng.exponential(size=(3, 1)), rng.uniform(size=(3, 1)))
        for _ in range(4000)
    ]
    gaps = np.array([1, 2, 6]) - 1 / np.array([2, 3, 4])
    assert np.mean(values) == pytest.approx(
        gaps**2 @ [3, 3, 1], abs=5 * np.std(values) / np.sqrt(4000)
    )


def test_the_mover_and_the_judge_against_scipy(points):
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(500, 1)), rng.normal(size=(500, 1)) + 2
    assert points["earth_mover"](a, b) == pytest.approx(
        stats.wasserstein_distance(a.ravel(), b.ravel())
    )
    assert points["judge"](a, b) == pytest.approx(stats.norm.cdf(1), abs=0.04)
    assert points["judge"](a, rng.normal(size=(500, 1))) == pytest.approx(0.5, abs=0.07)


def test_at_severity_0_only_the_first_of_the_few_is_changed_by_nothing(desk):
    rows = np.arange(1000, 1060)
    for name, fault in desk["FAULTS"].items():
        images = fault(rows, 0)
        assert images.dtype == np.uint8 and images.shape == (60, 32, 32, 3), name
        assert np.abs(images.astype(int) - desk["real"][rows]).max() <= 1, name


def test_the_faults_do_what_they_are_called(desk):
    rows, real = np.arange(1000, 1100), desk["real"]
    full = {name: fault(rows, 1) for name, fault in desk["FAULTS"].items()}
    assert all(
        metrics.nearest(
            full["copies"].reshape(100, -1), desk["train"].images.reshape(-1, 3072)
        )[1]
        < 1e-3
    )
    assert (full["few people"] == real[1000]).all()
    origin = metrics.nearest(
        full["no glasses"].reshape(100, -1), real.reshape(len(real), -1)
    )[0]
    assert set(desk["bank"].factors["glasses"][origin]) == {"none"}
    assert (np.roll(full["moved"], -16, axis=2) == real[rows]).all()
    changed = (full["mouths"] != real[rows]).any(axis=(0, 3))
    assert changed[21:27, 12:20].any() and changed.sum() <= 48
    assert full["blur"].std(axis=(1, 2)).mean() < real[rows].std(axis=(1, 2)).mean()
    half = desk["FAULTS"]["noise"](np.arange(1000, 1400), 0.5)
    assert 0.4 < np.mean((half != real[1000:1400]).any(axis=(1, 2, 3))) < 0.6


def test_the_floor_and_what_lies_above_it(desk):
    floor = desk["floor_of"]([[1.0, 10], [3.0, 10.5], [2.0, 11]])
    np.testing.assert_allclose(floor, [[2, 10.5], [1, 0.5]])
    np.testing.assert_allclose(desk["above"](np.array([7.0, 10]), floor), [5, 1])


def choose(desk, fault="none", severity=0.5, count=100):
    """Set the desk's controls; -> (picture, text) that it shows then."""
    desk["fault"].value, desk["severity"].value, desk["count"].value = (
        fault,
        severity,
        count,
    )
    return desk["screen"].value, desk["told"].value


def test_the_desk_shows_every_fault_and_comes_back(desk):
    first = choose(desk)
    assert matplotlib.image.imread(io.BytesIO(first[0])).shape[:2] == (
        250,
        800,
    ) and first[1].startswith("Seen by ")
    for name in desk["FAULTS"]:
        picture, text = choose(desk, name, 1.0)
        assert picture != first[0] and text.startswith("Seen by "), name
    assert (
        "sliced" in choose(desk, "noise", 1.0)[1]
        and "recall" in choose(desk, "few people", 1.0)[1]
    )
    assert choose(desk) == first
    more = choose(desk, "blur", 0.5, 200)
    assert 200 in desk["FLOORS"] and more != choose(desk, "blur", 0.5, 100)


def stored():
    return json.loads(
        (ROOT / "data" / "results" / "evaluation.json").read_text(encoding="utf-8")
    )["seeds"]


def test_the_stored_seeds_bear_out_what_the_notebook_says():
    rows = stored()
    assert [row["seed"] for row in rows] == [1, 2, 3, 4, 5] and all(
        set(row) == set(rows[0]) for row in rows
    )
    for row in rows:
        assert max(row["seen: copies"]) < 7 and row["copied: parrot"] == [1, 1]
        assert all(
            max(seen) > 4
            for name, seen in row.items()
            if name.startswith("seen: ") and "copies" not in name
        )
        assert row["against recall"][4] < 7 > row["against two-sample"][2]
        assert row["50 real, 800 blurred"][0] > row["50 real, 800 blurred"][1]
        assert (
            row["distance, first and last"][1] < row["distance, first and last"][0] / 5
        )
        assert row["seen: mouths"][5] < 7 < row["seen: mouths"][0]
        assert row["eyes: no glasses"][0] > 4 * row["eyes: no glasses"][1]
        assert max(row[f"forger: {name}"][0] for name in METRICS[:5]) < 7
        assert min(row["forger: sliced"][0], row["forger: other eyes"][0]) > 20
        assert (
            row["Fréchet"][0] > 10 * row["Fréchet"][-1]
            and row["ranks: Fréchet"][0] > 0.6
        )
        assert (
            row["stop: L_D nearest 2 log 2"][0] > row["stop: distance, first half"][0]
        )
        assert all(
            row[f"needs: {name}"][0] in (25, 50, 100, 200, 400, 800, 1600)
            for name in METRICS
        )
