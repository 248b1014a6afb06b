"""The gradient explorer of notebook 03, driven through its widgets' traits as a reader would drive it.

The cells that define it are taken out of the notebook's .py and run here; nothing is trained.
"""

import io
import re

import matplotlib.image
import numpy as np
import pytest

from data.tools import notebooks

SOURCE = notebooks.templates.ROOT / "notebooks" / "03_losses.py"
NEEDED = (
    "def slopes",
    "def explore",
    "d_fake = ipywidgets",
)  # the first one has the imports, too


@pytest.fixture(scope="module")
def desk():
    """The names that the explorer's cells define."""
    names = {}
    for source in notebooks.code(SOURCE, *NEEDED):
        exec(source, names)
    return names


def choose(desk, pair="non_saturating", d_fake=0.02, d_real=0.9):
    """Set the controls -> (picture, [D's loss, G's loss, D's gradient, G's gradient] as the reader sees them)."""
    desk["pair"].value, desk["d_fake"].value, desk["d_real"].value = (
        pair,
        d_fake,
        d_real,
    )
    return desk["screen"].value, [
        float(number) for number in re.findall(r"-?\d+\.\d+", desk["says"].value)
    ]


def test_it_opens_where_the_still_picture_stands(desk):
    assert (desk["pair"].value, desk["d_fake"].value, desk["d_real"].value) == (
        "non_saturating",
        0.02,
        0.9,
    )
    assert matplotlib.image.imread(io.BytesIO(desk["screen"].value)).shape == (
        270,
        810,
        4,
    )
    assert choose(desk)[1] == pytest.approx([0.126, 3.912, 0.02, -0.98], abs=1e-3)


@pytest.mark.parametrize("d", [0.001, 0.3, 0.5, 0.999])
def test_losses_and_gradients_are_those_of_the_formulas(desk, d):
    real = -np.log(0.9)
    assert choose(desk, "non_saturating", d)[1] == pytest.approx(
        [real - np.log(1 - d), -np.log(d), d, d - 1], abs=1e-3
    )
    assert choose(desk, "saturating", d)[1] == pytest.approx(
        [real - np.log(1 - d), np.log(1 - d), d, -d], abs=1e-3
    )


def test_each_pair_has_its_own_picture_and_numbers(desk):
    assert list(desk["pair"].options) == list(desk["losses"].LOSSES)
    seen = [choose(desk, pair) for pair in desk["pair"].options]
    assert (
        len({picture for picture, _ in seen})
        == len({tuple(numbers) for _, numbers in seen})
        == 6
    )
    assert all(len(numbers) == 4 for _, numbers in seen)


def test_dragging_redraws(desk):
    pictures = [choose(desk, d_fake=d)[0] for d in (0.02, 0.2, 0.9)]
    assert len(set(pictures)) == 3 and choose(desk)[0] == pictures[0]


def test_only_the_relativistic_pair_lets_d_real_into_the_gradient(desk):
    for pair in ("non_saturating", "least_squares", "relativistic"):
        low, high = (choose(desk, pair, 0.3, d_real)[1][2:] for d_real in (0.2, 0.9))
        assert (low != high) == (pair == "relativistic")


def test_the_sliders_stay_where_logits_are_numbers(desk):
    for slider in ("d_fake", "d_real"):
        for beyond, bound in ((-1, 0.001), (2, 0.999)):
            desk[slider].value = beyond
            assert desk[slider].value == bound
    assert np.isfinite(choose(desk, "relativistic", 0, 1)[1]).all()
