"""The two things to play with in 01_data_distributions, driven through their traits as a reader drives them."""

import io
import re

import matplotlib.image
import numpy as np
import pytest

from data.tools import notebooks

SOURCE = notebooks.templates.ROOT / "notebooks" / "01_data_distributions.py"
SKIPPED = (
    "FactorClassifier.load",
    "sample_factors(",
    "check(",
    "quiz(",
)  # pictures of faces, exercises


@pytest.fixture(scope="module")
def page():
    """The names that the notebook has after its cells ran, those on faces left out."""
    names = {}
    for source in notebooks.code(SOURCE):
        if not any(word in source for word in SKIPPED):
            exec(source, names)
    return names


def numbers(text):
    """The numbers that a line of HTML shows, `inf` too."""
    return [
        float(found)
        for found in re.findall(r"-?\d+\.\d+|inf", re.sub(r"<[^>]*>", "", text))
    ]


def pixels(widget):
    return matplotlib.image.imread(io.BytesIO(widget.value))[..., :3]


def orange(widget):
    """How many pixels of a picture are of the colour of what is generated."""
    r, g, b = np.moveaxis(pixels(widget), -1, 0)
    return ((r > 0.75) & (g < 0.8) & (b < r - 0.2)).sum()


def test_points_bend_from_noise_to_data(page):
    t, data, screen, told = (page[name] for name in ("t", "data", "screen", "told"))
    assert data.options == ("mixture", "moons", "ring", "spiral")
    for name in data.options:
        data.value, t.value = name, 0.5
        gone, way = numbers(told.value)
        assert gone == pytest.approx(way / 2, abs=0.01) and way > 0.3
        seen = set()
        for t.value in (0, 0.3, 0.6, 1):
            assert numbers(told.value) == pytest.approx([t.value * way, way], abs=0.01)
            assert orange(screen) > 100
            seen.add(screen.value)
        assert len(seen) == 4
    t.value = 7  # a slider stays within its bounds
    assert t.value == 1


def test_the_noise_ends_on_the_data(page):
    for name, (start, goal) in page["pairs"].items():
        assert start.shape == goal.shape
        if name != "mixture":
            data = page["get_toy"](name).sample(len(goal), seed=page["SEED"])
            np.testing.assert_array_equal(np.sort(goal, axis=0), np.sort(data, axis=0))
        else:
            assert (np.diff(goal[:, 0]) > 0).all()


def test_four_measures_follow_the_sliders(page):
    real, kernel, shift, spread, shown, remark, view = (
        page[name]
        for name in ("real", "kernel", "shift", "spread", "numbers", "remark", "view")
    )
    real.value, kernel.value, shift.value, spread.value = "bell", "gaussian", 0, 1
    assert numbers(shown.value) == [0, 0, 0, 0] and remark.value == ""
    before = view.value
    shift.value = 2
    assert numbers(shown.value)[:2] == [2, 2] and numbers(shown.value)[3] == 2
    assert view.value != before and orange(view) > 100

    spread.value = 0.5  # closed form: log(1/2) + (1 + 4) / (2 / 4) - 1/2
    assert (
        numbers(shown.value)[0] == pytest.approx(8.81, abs=0.01)
        and "lacks" in remark.value
    )
    real.value, kernel.value, shift.value, spread.value = "bell", "gaussian", 0, 2
    assert (
        numbers(shown.value)[0] < numbers(shown.value)[1] and "has not" in remark.value
    )


def test_without_overlap_only_wasserstein_moves(page):
    real, kernel, shift, spread, shown, remark = (
        page[name]
        for name in ("real", "kernel", "shift", "spread", "numbers", "remark")
    )
    real.value, kernel.value, spread.value = "box", "box", 0.5
    for shift.value in (3, 5, -6):
        assert numbers(shown.value) == [np.inf, np.inf, 0.693, abs(shift.value)]
        assert "only W1" in remark.value
    shift.value = 1.2  # both boxes stick out, and they overlap
    assert (
        numbers(shown.value)[:2] == [np.inf, np.inf]
        and numbers(shown.value)[2] < 0.6
        and remark.value == ""
    )
    shift.value = 0  # a narrow box within a wide one
    assert (
        numbers(shown.value) == [np.inf, 0.69, 0.216, 0.25] and "lacks" in remark.value
    )
    shift.value = 40
    assert shift.value == 6
    spread.value = 0
    assert spread.value == 0.4
    real.value, kernel.value, shift.value = (
        "bell",
        "gaussian",
        6,
    )  # tails always overlap
    assert (
        np.isfinite(numbers(shown.value)).all() and "KL that is finite" in remark.value
    )


def test_the_three_tasks_can_be_done(page):
    measure = page["measure"]
    inside = measure("box", "gaussian", 0, 1)[2]
    assert np.isfinite(inside[0]) and np.isinf(inside[1])
    far, farther = measure("box", "box", 4, 0.5)[2], measure("box", "box", 5, 0.5)[2]
    assert far[3] < farther[3] and far[2] == pytest.approx(farther[2])
