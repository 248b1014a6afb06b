"""Notebook 05: the slider over the training, and the program on other pictures, as a reader would use them.

The notebook's own functions are loaded by name; the reader of digits is a stand-in, and hardly anything is trained.
"""

import io
import json
from types import SimpleNamespace

import matplotlib.image
import numpy as np
import pytest

from data.tools import definitions, make_first_gan_table, templates
from ganlib import downloads
from ganlib.data import load_data

ROOT = templates.ROOT
SOURCE = ROOT / "notebooks" / "05_first_image_gan.py"


def bright(images):
    """In place of the network that reads: a bright picture is a legible 7, a dark one an illegible 0."""
    legible = np.asarray(images).mean(axis=(1, 2, 3)) > 0
    return np.where(legible, 7, 0), legible


@pytest.fixture(scope="module")
def desk():
    """The slider's cell, for a training in which every third picture becomes bright, then all."""
    dark, third, all_bright = (np.zeros((300, 28, 28, 1), np.uint8) for _ in range(3))
    third[::3], all_bright[:] = 255, 255
    run = SimpleNamespace(
        step=np.array([250, 500, 750]),
        ema_samples=np.array([dark, third, all_bright]),
        samples=np.array([dark, dark, third]),
    )
    names = definitions.load(
        SOURCE,
        *("ipywidgets", "np", "plots", "to_float"),
        run=run,
        read=bright,
        display=lambda figure: None,
    )
    definitions.run(definitions.cell(SOURCE, "moment"), names, "<desk of 05>")
    return names


def choose(desk, moment=2, weights="ema_samples", fade=True):
    """Set the controls; -> (picture, text) that the desk shows then."""
    desk["moment"].value = moment
    desk["weights"].value = weights
    desk["fade"].value = fade
    picture = matplotlib.image.imread(io.BytesIO(desk["screen"].value))
    return picture, desk["caption"].value


def test_it_opens_at_the_end_of_the_training(desk):
    assert (desk["moment"].value, desk["moment"].max) == (2, 2)
    assert desk["weights"].value == "ema_samples"
    picture, text = choose(desk)
    assert picture.ndim == 3 and text == "Step 750: 100% can be read."


def test_every_control_changes_what_is_shown(desk):
    first, text = choose(desk)
    assert choose(desk, moment=1)[1] == "Step 500: 33% can be read."
    assert choose(desk, weights="samples")[1] == "Step 750: 33% can be read."
    plain, faded = choose(desk, moment=1, fade=False)[0], choose(desk, moment=1)[0]
    assert faded.mean() > plain.mean() + 0.05  # what cannot be read turns pale
    again, same = choose(desk)
    assert np.array_equal(again, first) and same == text


@pytest.fixture(scope="module")
def program():
    """The program of section 5, `CURED`, and the four versions of the step."""
    return definitions.load(SOURCE, "train", "CURED", "weights_after", "step_of_gan")


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
    shape = data.images.shape[1:]
    assert run.gan.generator.output_shape[1:] == shape
    assert run.gan.discriminator.input_shape[1:] == shape
    assert run.samples.shape == run.ema_samples.shape == (2, 300, *shape)
    assert run.samples.dtype == np.uint8
    assert int(run.gan.d_optimizer.iterations) == 4
    assert int(run.gan.g_optimizer.iterations) == 4
    assert np.isfinite(run.d_loss).all() and np.isfinite(run.g_loss).all()
    assert not np.array_equal(run.samples, run.ema_samples)  # the average stays behind


def test_a_step_moves_what_its_settings_say(program):
    images = load_data("digits", size=28, n=100, split="train").images
    real, z = program["to_float"](images[:64]), program["fixed_noise"][:64]
    for settings in ({}, {"r1": 10.0}):
        gan = program["new_gan"](images, **settings)
        networks = gan.discriminator, gan.generator
        before = [network.get_weights() for network in networks]
        program["one_step"](gan, real, z)
        for network, weights in zip(networks, before):
            pairs = zip(weights, network.get_weights())
            assert any((a != b).any() for a, b in pairs)
        for mean, weight in zip(gan.ema_generator.weights, gan.generator.weights):
            np.testing.assert_array_equal(mean, weight)  # with ema 0 it is a copy
    gan = program["new_gan"](images, ema=1.0)
    start = gan.ema_generator.get_weights()
    program["one_step"](gan, real, z)
    for mean, weight in zip(start, gan.ema_generator.get_weights()):
        np.testing.assert_allclose(mean, weight, atol=1e-6)


def test_the_variant_of_bug_5_moves_the_discriminator_twice(program):
    images = load_data("digits", size=28, n=100, split="train").images
    real, z = program["to_float"](images[:64]), program["fixed_noise"][:64]
    gan = program["new_gan"](images)
    make_first_gan_table.both_move(program)(gan, real, z)
    assert int(gan.d_optimizer.iterations) == 2 and int(gan.g_optimizer.iterations) == 1


def test_the_stored_table_has_five_seeds_of_every_version(program):
    rows = json.loads(make_first_gan_table.TABLE.read_text(encoding="utf-8"))["runs"]
    found = {}
    for row in rows:
        found.setdefault((row["version"], row["steps"]), []).append(row["seed"])
    wanted = make_first_gan_table.versions(program)
    assert list(found) == [(name, steps) for name, (steps, _) in wanted.items()]
    assert all(seeds == [0, 1, 2, 3, 4] for seeds in found.values())
