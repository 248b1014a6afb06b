"""The desk, the stamping and the stored table of notebook 06, without its training.

The notebook's own functions are loaded by name and run here.
"""

import io
import json
from types import SimpleNamespace

import keras
import matplotlib.image
import numpy as np
import pytest

from data.tools import definitions, templates
from data.tools.make_dcgan_table import FIVE, RULES

ROOT = templates.ROOT
SOURCE = ROOT / "notebooks" / "06_dcgan.py"


@pytest.fixture(scope="module")
def names():
    """What the notebook defines, with a reader that has learned nothing, and its desk."""
    layers = keras.layers
    untrained = keras.Sequential(
        [layers.Input((8, 8, 1)), layers.Flatten(), layers.Dense(4), layers.Dense(10)]
    )
    names = definitions.load(
        SOURCE,
        *("stamp", "overlaps", "numbers", "plots", "np", "ipywidgets"),
        *("frechet", "chess", "build_generator", "new_gan", "train_gan"),
        *("final_metrics",),
        reader=untrained,
    )
    definitions.run(definitions.cell(SOURCE, "k_slider"), names, "<desk of 06>")
    return names


def choose(names, kernel, stride):
    """Set the stamp desk; -> (picture, text) that it shows then."""
    names["k_slider"].value, names["s_slider"].value = kernel, stride
    return names["screen"].value, names["told"].value


def test_the_desk_opens_with_a_checkerboard(names):
    picture, text = names["screen"].value, names["told"].value
    assert matplotlib.image.imread(io.BytesIO(picture)).shape == (330, 330, 4)
    assert text == "From 1 to 4 stamps: uneven."


@pytest.mark.parametrize(
    "kernel, stride, word",
    [
        (4, 2, "Every place gets 4: flat"),
        (2, 2, "Every place gets 1: flat"),
        (5, 2, "From 4 to 9 stamps: uneven"),
        (1, 2, "holes"),
        (3, 4, "holes"),
        (6, 3, "Every place gets 4: flat"),
        (8, 1, "Every place gets 64: flat"),
        (7, 4, "From 1 to 4 stamps: uneven"),
    ],
)
def test_the_desk_counts_stamps(names, kernel, stride, word):
    before = choose(names, 3, 2)
    after = choose(names, kernel, stride)
    assert word in after[1] and after[0] != before[0]
    assert choose(names, 3, 2) == before


def test_every_setting_of_the_desk_agrees_with_the_rule(names):
    for stride in range(1, 5):
        for kernel in range(1, 9):
            text = choose(names, kernel, stride)[1]
            assert ("holes" in text) == (kernel < stride)
            assert ("flat" in text) == (kernel >= stride and kernel % stride == 0)


@pytest.mark.parametrize(
    "side, kernel, stride", [(3, 3, 2), (4, 5, 3), (2, 2, 4), (5, 4, 1)]
)
def test_stamping_is_the_transposed_convolution_of_keras(names, side, kernel, stride):
    rng = np.random.default_rng(0)
    x, weights = rng.normal(size=(side, side)), rng.normal(size=(kernel, kernel))
    got = keras.ops.conv_transpose(
        x[None, :, :, None].astype("float32"),
        weights[:, :, None, None].astype("float32"),
        stride,
        "valid",
    )
    got = keras.ops.convert_to_numpy(got)[0, :, :, 0]
    mine = names["stamp"](x, weights, stride)
    np.testing.assert_allclose(got[: mine.shape[0], : mine.shape[1]], mine, atol=1e-5)
    assert (
        not got[mine.shape[0] :].any() and not got[:, mine.shape[1] :].any()
    )  # holes beyond the last stamp


def test_the_frechet_distance_of_gaussians_with_a_known_answer(names):
    rng = np.random.default_rng(0)
    a = rng.normal(size=(200_000, 3)) * [1, 2, 3]
    b = rng.normal(size=(200_000, 3)) * [2, 2, 1] + [0, 1, -1]
    assert names["frechet"](a, b) == pytest.approx(
        1 + 1 + 1 + 4, abs=0.15
    )  # shifts 1, 1; spreads 1-2 and 3-1
    turned = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    assert names["frechet"](a @ turned, b @ turned) == pytest.approx(
        names["frechet"](a, b), abs=1e-6
    )
    assert names["frechet"](a, a) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    "way", ["kernel 2", "kernel 3", "kernel 4", "kernel 5", "resize", "sub-pixel"]
)
def test_every_way_to_enlarge_doubles_the_side(names, way):
    rules = SimpleNamespace(**{**names["DCGAN"], "up": way})
    assert names["build_generator"](rules).output_shape == (None, 8, 8, 1)


def test_the_final_metrics_are_the_mean_of_four_records(names):
    run = SimpleNamespace(
        step=np.arange(250, 8001, 250),
        **{
            name: np.arange(32.0)
            for name in ("legible", "classes", "distance", "chess")
        },
    )
    assert names["final_metrics"](run) == dict.fromkeys(
        ("legible", "classes", "distance", "chess"), 13.5
    )
    assert names["final_metrics"](run, 8000)["distance"] == 29.5


def test_the_chessboard_is_found_and_nothing_else(names):
    board = np.where(np.indices((8, 8)).sum(axis=0) % 2, 255, 0).astype("uint8")[
        None, ..., None
    ]
    assert names["chess"](board) == pytest.approx(64**2)
    for stripes in (
        board[:, :1].repeat(8, axis=1),
        board[:, :, :1].repeat(8, axis=2),
        np.full_like(board, 200),
    ):
        assert names["chess"](stripes) == pytest.approx(0, abs=1e-3)


def stored():
    """{rules: rows} of the table."""
    found = {}
    for row in json.loads(
        (ROOT / "data" / "results" / "dcgan.json").read_text(encoding="utf-8")
    )["runs"]:
        found.setdefault(row["rules"], []).append(row)
    return found


def test_the_table_holds_every_rule_with_the_same_seeds():
    table = stored()
    assert list(table) == list(RULES) and "DCGAN" in FIVE
    for name, rows in table.items():
        assert [row["seed"] for row in rows] == list(range(5 if name in FIVE else 3)), (
            name
        )
    assert all(len(row["curve"]) == 16 for row in table["DCGAN"])


def test_every_rule_of_the_table_changes_the_recipe_and_builds(names):
    for rules, change in RULES.items():
        assert set(change) <= set(names["DCGAN"]), rules
        assert all(names["DCGAN"][key] != value for key, value in change.items()), rules
        networks = names["new_gan"](np.zeros((4, 8, 8, 1), "uint8"), **change)
        assert (
            networks.generator.output_shape
            == networks.discriminator.input_shape
            == (None, 8, 8, 1)
        )
        assert networks.d_optimizer.beta_1 == change.get("beta", 0.5)
