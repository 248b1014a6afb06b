"""The game of notebook 02, played through its widgets: what is shown, what is counted, when it helps."""

import re

import numpy as np
import pytest

from data.tools import notebooks

SOURCE = notebooks.templates.ROOT / "notebooks" / "02_generator_and_discriminator.py"
NEEDED = (
    "import keras\n",
    "secret = ToyDistribution(",
    "def picture(",
    "def advice(",
    "def show(",
    "sliders = [",
)


@pytest.fixture(scope="module")
def played():
    """The names of the notebook after the cells that the game needs, none of which trains anything."""
    names = {}
    for source in notebooks.code(SOURCE, *NEEDED):
        exec(source, names)
    return names


@pytest.fixture
def game(played):
    played["again"].click()
    return played


def shown(game):
    """(score, best, moves) as the page says them."""
    found = re.search(
        r"score \(JS\) ([\d.]+)</b>, best so far ([\d.]+) .* (\d+) moves",
        game["text"].value,
    )
    return float(found[1]), float(found[2]), int(found[3])


def put(game, *values):
    for slider, value in zip(game["sliders"], values):
        slider.value = value


def test_it_starts_with_a_picture_a_score_and_no_hint(game):
    assert bytes(game["screen"].value).startswith(b"\x89PNG")
    score, best, moves = shown(game)
    assert (
        score
        == best
        == pytest.approx(game["score"](game["density"](*game["START"])), abs=6e-4)
    )
    assert (
        moves == 0
        and "Hint" not in game["text"].value
        and "win" not in game["text"].value
    )
    assert [slider.value for slider in game["sliders"]] == list(game["START"])


def test_every_slider_redraws_and_counts_one_move(game):
    for number, (slider, change) in enumerate(
        zip(game["sliders"], (-0.5, -0.5, 0.1, 0.1)), 1
    ):
        before = bytes(game["screen"].value)
        slider.value += change
        assert bytes(game["screen"].value) != before and shown(game)[2] == number
        assert shown(game)[0] == pytest.approx(
            game["score"](game["density"](*[s.value for s in game["sliders"]])),
            abs=6e-4,
        )


def test_a_slider_drawn_on_in_one_direction_is_one_move(game):
    width = game["sliders"][3]
    for value in (0.9, 1.0, 1.1):
        width.value = value
    assert shown(game)[2] == 1
    width.value = 1.0
    assert shown(game)[2] == 2


def test_the_answer_wins_and_the_best_is_kept(game):
    put(game, -1.8, 1.6, 0.6, 0.5)
    assert shown(game)[:2] == (0, 0) and "You win" in game["text"].value
    put(game, 3)
    score, best, _ = shown(game)
    assert score > 0.1 and best == 0 and "You win" not in game["text"].value


def test_a_hint_comes_after_moves_without_a_better_score_and_goes_with_one(game):
    first, second = game["sliders"][:2]
    for turn in range(game["PATIENCE"]):
        assert "Hint" not in game["text"].value, turn
        second.value = (
            4.0 if turn % 2 else 4.5
        )  # to and fro, far from where it is wanted
    hint = game["text"].value
    assert (
        "Hint" in hint
        and re.search(r"near x = -?\d\.\d", hint)
        and re.search(r"“.+”. Move it (up|down)", hint)
    )
    put(game, -1.8, 1.6)
    assert "Hint" not in game["text"].value
    game["again"].click()
    assert (
        shown(game)[2] == 0
        and "Hint" not in game["text"].value
        and first.value == game["START"][0]
    )


def test_the_hints_point_the_right_way(played):
    density, score, limits = played["density"], played["score"], played["LIMITS"]
    for values in (
        (0.0, 3.0, 0.5, 0.8),
        (3.0, 4.0, 0.3, 0.5),
        (-1.8, 1.6, 0.6, 1.5),
        (-1.8, 1.6, 0.1, 0.5),
    ):
        name, way = re.search(
            r"“(.+)”. Move it (up|down)", played["advice"](values)
        ).groups()
        i, (low, high) = list(limits).index(name), limits[name]
        tries = np.linspace(values[i], high if way == "up" else low, 40)
        assert (
            min(score(density(*values[:i], x, *values[i + 1 :])) for x in tries)
            < score(density(*values)) - 0.01
        )
    assert "No slider alone" in played["advice"]((0.2, 0.2, 0.5, 1.7))


def test_sliders_stop_at_their_bounds_and_every_corner_has_a_score(game):
    for slider, (low, high) in zip(game["sliders"], game["LIMITS"].values()):
        slider.value = 99
        assert slider.value == high
        slider.value = -99
        assert slider.value == low
        assert 0 <= shown(game)[0] <= 0.694
    put(game, 5, 5, 1, 0.2)
    assert shown(game)[0] == pytest.approx(np.log(2), abs=1e-3)
