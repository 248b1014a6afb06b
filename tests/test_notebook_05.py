"""Notebook 05: the slider over the training, and the program on other pictures, as a reader would use them.

The cells are taken out of the notebook's .py and run here; the reader of digits is a stand-in, and hardly anything is
trained.
"""

import io
import json
from types import SimpleNamespace

import matplotlib.image
import numpy as np
import pytest

from data.tools import notebooks
from ganlib import downloads
from ganlib.data import load_data

ROOT = notebooks.templates.ROOT
SOURCE = ROOT / "notebooks" / "05_first_image_gan.py"
IMPORTS = """
import ipywidgets, keras, numpy as np, tensorflow as tf
from types import SimpleNamespace
from ganlib import losses, models, plots
from ganlib.training import to_uint8, to_unit
SEED, LATENT, batch_size = 0, 100, 64
fixed_noise = np.random.default_rng(9).standard_normal((1000, LATENT)).astype("float32")
"""


def bright(images):
    """In place of the network that reads: a bright picture is a legible 7, a dark one an illegible 0."""
    legible = np.asarray(images).mean(axis=(1, 2, 3)) > 0
    return np.where(legible, 7, 0), legible


@pytest.fixture(scope="module")
def desk():
    """The names of the slider's cell, for a training in which every third picture becomes bright, then all."""
    dark, third, all_bright = (np.zeros((300, 28, 28, 1), np.uint8) for _ in range(3))
    third[::3], all_bright[:] = 255, 255
    run = SimpleNamespace(
        step=np.array([250, 500, 750]),
        averaged=np.array([dark, third, all_bright]),
        drawn=np.array([dark, dark, third]),
    )
    names = {
        "run": run,
        "read": bright,
        "display": lambda figure: figure.axes[0].get_title("left"),
    }
    exec(IMPORTS, names)
    exec(*notebooks.code(SOURCE, "moment = ipywidgets.IntSlider"), names)
    return names


def choose(desk, moment=2, weights="averaged", fade=True):
    """Set the controls; -> (picture, text) that the desk shows then."""
    desk["moment"].value, desk["weights"].value, desk["fade"].value = (
        moment,
        weights,
        fade,
    )
    return matplotlib.image.imread(io.BytesIO(desk["screen"].value)), desk["told"].value


def test_it_opens_at_the_end_of_the_training(desk):
    assert (desk["moment"].value, desk["moment"].max, desk["weights"].value) == (
        2,
        2,
        "averaged",
    )
    picture, text = choose(desk)
    assert picture.shape == (360, 900, 4) and text == "Round 750: 100% can be read."


def test_every_control_changes_what_is_shown(desk):
    first, text = choose(desk)
    assert choose(desk, moment=1)[1] == "Round 500: 33% can be read."
    assert choose(desk, weights="drawn")[1] == "Round 750: 33% can be read."
    plain, faded = choose(desk, moment=1, fade=False)[0], choose(desk, moment=1)[0]
    assert faded.mean() > plain.mean() + 0.05  # what cannot be read turns pale
    again, same = choose(desk)
    assert np.array_equal(again, first) and same == text


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The names of the cells that define the game and `train`, and `CURED`."""
    game, (loop,) = (
        notebooks.code(SOURCE, "def new_game("),
        notebooks.code(SOURCE, "def train("),
    )
    (cured,) = [
        line
        for cell in notebooks.code(SOURCE)
        for line in cell.splitlines()
        if line.startswith("CURED = ")
    ]
    path = (
        tmp_path_factory.mktemp("program") / "notebook_05.py"
    )  # a file, since TensorFlow compiles from the source
    path.write_text(
        "\n".join([IMPORTS, *game, loop[: loop.index("plain = train(")], cured]),
        encoding="utf-8",
    )
    names = {"__name__": "notebook_05"}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    return names


@pytest.mark.parametrize("name", ["digits", "mnist", "faces"])
def test_one_parameter_changes_the_pictures(name, program, monkeypatch):
    if name == "mnist":  # as keras.datasets gives it, without the network
        arrays = (
            np.random.default_rng(0).integers(0, 256, (80, 28, 28), np.uint8),
            np.arange(80) % 10,
        )
        monkeypatch.setattr(
            downloads,
            "keras_arrays",
            lambda name: (
                {"train": arrays, "test": arrays},
                tuple("0123456789"),
                "made up",
            ),
        )
    data = load_data(name, size=32 if name == "faces" else 28, n=80, split="train")
    run = program["train"](data.images, 4, every=2, **program["CURED"])
    assert (
        run.game.generator.output_shape[1:]
        == run.game.discriminator.input_shape[1:]
        == data.images.shape[1:]
    )
    assert (
        run.drawn.shape == run.averaged.shape == (2, 300, *data.images.shape[1:])
        and run.drawn.dtype == np.uint8
    )
    assert [
        int(o.iterations) for o in (run.game.d_optimizer, run.game.g_optimizer)
    ] == [4, 4]
    assert np.isfinite(run.d_loss).all() and np.isfinite(run.g_loss).all()
    assert not np.array_equal(run.drawn, run.averaged)  # the average stays behind


def test_a_round_moves_what_its_rules_say(program):
    images = load_data("digits", size=28, n=100, split="train").images
    real, z = program["to_unit"](images[:64]), program["fixed_noise"][:64]
    for rules in ({}, {"r1": 10.0}):
        game = program["new_game"](images, **rules)
        before = (
            [w.copy() for w in game.discriminator.get_weights()],
            game.generator.get_weights(),
        )
        program["one_round"](game, real, z)
        for player, weights in zip((game.discriminator, game.generator), before):
            assert any((a != b).any() for a, b in zip(weights, player.get_weights()))
        for mean, weight in zip(
            game.average.get_weights(), game.generator.get_weights()
        ):
            np.testing.assert_array_equal(
                mean, weight
            )  # keep is 0: the average is the generator itself
    game = program["new_game"](images, keep=1.0)
    start = game.average.get_weights()
    program["one_round"](game, real, z)
    for mean, weight in zip(start, game.average.get_weights()):
        np.testing.assert_array_equal(mean, weight)


def test_a_round_is_that_of_the_library(program):
    """`GAN.update` with R1 in every round, the same weights and the same noise: the same step."""
    import keras
    import tensorflow as tf

    from ganlib.training import GAN

    images = load_data("digits", size=28, n=64, split="train").images
    game = program["new_game"](
        images, r1=1.0, keep=0.0, optimizer=lambda: keras.optimizers.SGD(0.1)
    )
    gan = GAN(
        keras.models.clone_model(game.generator),
        keras.models.clone_model(game.discriminator),
        seed=3,
    )
    gan.generator.set_weights(game.generator.get_weights())
    gan.discriminator.set_weights(game.discriminator.get_weights())
    gan.compile(
        keras.optimizers.SGD(0.1),
        keras.optimizers.SGD(0.1),
        r1=1.0,
        r1_every=1,
        ema=0.0,
    )
    z = keras.random.normal((64, 100), seed=keras.random.SeedGenerator(3))
    d_loss, g_loss = program["one_round"](game, program["to_unit"](images), z)
    told = gan.update(tf.constant(images), True)
    np.testing.assert_allclose(
        [told["d_loss"], told["g_loss"]], [d_loss, g_loss], rtol=1e-4
    )
    for ours, theirs in (
        (game.generator, gan.generator),
        (game.discriminator, gan.discriminator),
    ):
        for a, b in zip(ours.get_weights(), theirs.get_weights()):
            np.testing.assert_allclose(a, b, atol=2e-5)


def test_the_stored_table_has_five_seeds_of_every_version():
    rows = json.loads(
        (ROOT / "data" / "results" / "first_gan.json").read_text(encoding="utf-8")
    )["runs"]
    versions = {row["version"] for row in rows}
    assert len(versions) >= 6
    for version in versions:
        assert sorted(row["seed"] for row in rows if row["version"] == version) == [
            0,
            1,
            2,
            3,
            4,
        ]
