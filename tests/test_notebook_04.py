"""The Dirac desk of notebook 04, driven through its widgets' traits as a reader would drive it.

The cells that define it are taken out of the notebook's .py and run here; nothing is trained.
"""

import io
import re

import matplotlib.image
import numpy as np
import pytest

from data.tools import notebooks

SOURCE = notebooks.templates.ROOT / "notebooks" / "04_adversarial_training.py"
NEEDED = ("def dirac_round", "def draw_orbit", "def jacobian", "d_rate = ipywidgets")


@pytest.fixture(scope="module")
def desk():
    """The names that the desk's cells define."""
    names = {}
    exec(
        "import ipywidgets\nimport numpy as np\nfrom matplotlib.colors import LinearSegmentedColormap\n"
        "from scipy.special import expit as sigmoid\nimport tensorflow as tf\nfrom ganlib import losses, plots",
        names,
    )
    for source in notebooks.code(SOURCE, *NEEDED):
        exec(source, names)
    return names


def choose(desk, **values):
    """Set the desk's controls; -> (picture, text) that it shows then."""
    plain = {
        "d_rate": 0.2,
        "g_rate": 0.2,
        "order": "alternating",
        "d_updates": 1,
        "r1": 0.0,
    }
    for name, value in {**plain, **values}.items():
        desk[name].value = value
    return desk["screen"].value, desk["told"].value


def factor(text):
    """The |lambda| that the desk shows."""
    return float(re.search(r"= ([\d.]+):", text)[1])


def test_the_desk_opens_with_a_circle(desk):
    picture, text = choose(desk)
    assert matplotlib.image.imread(io.BytesIO(picture)).shape == (300, 700, 4)
    assert "circles" in text and factor(text) == 1


@pytest.mark.parametrize(
    "values, expected, word",
    [
        ({"order": "simultaneous"}, np.sqrt(1.01), "outwards"),
        ({"r1": 0.3}, np.sqrt(0.94), "half the way in 22 rounds"),
        ({"order": "simultaneous", "r1": 0.3}, np.sqrt(0.95), "converges"),
        (
            {"order": "simultaneous", "d_rate": 0.4, "g_rate": 0.4, "r1": 0.1},
            1,
            "circles",
        ),
        ({"order": "simultaneous", "d_updates": 5}, np.sqrt(1.05), "outwards"),
        ({"d_updates": 3}, 1, "circles"),
        ({"d_rate": 0.8, "g_rate": 0.1}, 1, "circles"),
        (
            {"r1": 0.95},
            0.9,
            "converges",
        ),  # the double eigenvalue, where the players stop turning
        (
            {"r1": 1.5},
            (1.69 + np.sqrt(1.69**2 - 2.8)) / 2,
            "converges",
        ),  # real eigenvalues: the larger one counts
    ],
)
def test_every_control_changes_what_is_shown(desk, values, expected, word):
    before = choose(desk)
    after = choose(desk, **values)
    assert word in after[1] and abs(factor(after[1]) - expected) < 1e-4
    assert after[0] != before[0]
    assert choose(desk) == before  # and back


def test_the_sliders_keep_within_bounds_where_every_orbit_is_a_number(desk):
    bounds = {
        name: (desk[name].min, desk[name].max)
        for name in ("d_rate", "g_rate", "d_updates", "r1")
    }
    for order in desk["order"].options:
        for end in (0, 1):
            text = choose(
                desk,
                order=order,
                **{name: limits[end] for name, limits in bounds.items()},
            )[1]
            assert np.isfinite(factor(text))
            rules = {name: desk[name].value for name in (*bounds, "order")}
            assert np.isfinite(desk["orbit"](300, **rules)).all()
    desk["r1"].value = 99
    assert desk["r1"].value == bounds["r1"][1]


def test_it_names_only_orders_that_the_round_knows(desk):
    start = (1.0, 0.5)
    both = {
        order: desk["dirac_round"](*start, order=order)
        for order in desk["order"].options
    }
    assert (
        set(both) == {"alternating", "simultaneous"}
        and both["alternating"] != both["simultaneous"]
    )


def test_the_best_r1_is_where_the_players_stop_turning(desk):
    found = min(np.arange(151) / 100, key=lambda r1: desk["radius_factor"](r1=r1))
    assert found == pytest.approx(1 - 0.2 / 4)
