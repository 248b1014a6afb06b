"""The label planes, the measures and the desk of notebook 11, without its trainings, and the table of stored seeds.

The notebook's own functions are loaded by name and run here, with untrained networks.
"""

import io
import json
from types import SimpleNamespace

import keras
import matplotlib.image
import numpy as np
import pytest
import tensorflow as tf

from data.tools import definitions, templates
from ganlib.classifiers import DigitClassifier, FactorClassifier

ROOT = templates.ROOT
SOURCE = ROOT / "notebooks" / "11_conditional.py"
WANTED = (
    *("one_step", "new_gan", "train", "ask", "label_planes", "scrambled_planes"),
    *("planes_are_right", "digit_discriminator", "digit_generator", "style"),
    *("together", "clear_smiles", "marks", "face_networks", "pair_share"),
    *("hole_networks", "HOLES", "masks", "conditions", "filler"),
    *("ipywidgets", "plots", "tf", "NAMES"),
)


@pytest.fixture(scope="module")
def names():
    """What the notebook defines, with untrained networks, and its desk."""
    layers = keras.layers
    untrained = keras.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Flatten(),
            layers.Dense(64),
            layers.Dense(11, "softmax"),
        ]
    )
    images = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), np.uint8)
    names = definitions.load(
        SOURCE,
        *WANTED,
        classifier=DigitClassifier(untrained),
        reader=FactorClassifier.load(),
        faces=images,
        fillers={},
    )
    keras.utils.set_random_seed(0)
    zeros = np.zeros((8, 8, 8, 1), "float32"), np.eye(10)[:8]
    names["digits"] = names["new_gan"](
        names["digit_generator"](), names["digit_discriminator"](), *zeros, 8
    )
    names["fillers"]["L1"] = SimpleNamespace(ema_generator=names["hole_networks"]()[0])
    zeros = np.zeros((8, 32, 32, 3), "float32"), np.ones((8, 3))
    names["portraitist"] = names["new_gan"](*names["face_networks"](), *zeros, 8)
    definitions.run(definitions.cell(SOURCE, "boxes"), names, "<desk of 11>")
    return names


@pytest.mark.parametrize("size, classes", [(3, 3), (8, 10), (1, 4), (5, 2)])
def test_each_label_has_its_own_plane_of_ones_and_all_others_are_zero(
    names, size, classes
):
    labels = np.arange(classes)[::-1].repeat(2)
    planes = np.asarray(
        names["label_planes"](np.eye(classes, dtype="float32")[labels], size)
    )
    assert planes.shape == (2 * classes, size, size, classes)
    for plane, label in zip(planes, labels):
        assert (plane[..., label] == 1).all() and plane.sum() == size**2
    assert names["planes_are_right"](planes, labels)


def test_the_scrambled_planes_are_the_bug_and_the_test_finds_it(names):
    labels = np.arange(10)
    planes = np.asarray(names["scrambled_planes"](np.eye(10, dtype="float32"), 8))
    assert planes.shape == (10, 8, 8, 10) and (planes.sum(axis=(1, 2, 3)) == 64).all()
    assert not names["planes_are_right"](planes, labels)
    assert (
        len({plane.tobytes() for plane in planes}) == 10
    )  # nothing is lost: every label looks different
    flat = planes[3].ravel()
    assert (flat[3 * 64 : 4 * 64] == 1).all()


@pytest.mark.parametrize("way", ["planes", "scrambled", "projection", "nobody"])
def test_what_the_discriminator_learns_of_the_label(names, way):
    keras.utils.set_random_seed(0)
    discriminator = names["digit_discriminator"](way)
    picture, labels = tf.random.normal((1, 8, 8, 1)), tf.eye(10)
    logits = discriminator([tf.repeat(picture, 10, axis=0), labels]).numpy()
    assert (np.ptp(logits) < 1e-6) == (way == "nobody")


def test_a_projection_is_one_dot_product_and_one_logit(names):
    keras.utils.set_random_seed(1)
    _, discriminator = names["face_networks"]()
    x, y = (
        tf.random.normal((4, 32, 32, 3)),
        np.float32([[1, 1, 1], [-1, 1, -1], [1, -1, 1], [-1, -1, -1]]),
    )
    both = [discriminator([x, tf.constant(sign * y)]).numpy() for sign in (1, 0, -1)]
    np.testing.assert_allclose(
        both[0] + both[2], 2 * both[1], atol=1e-4
    )  # linear in the label
    assert np.abs(both[0] - both[1]).max() > 1e-3


def test_a_generator_without_the_label_draws_the_same_for_every_label(names):
    z, labels = np.ones((10, 32), "float32"), np.eye(10, dtype="float32")
    for told in (0, 1):
        drawn = names["digit_generator"](told)([z, labels]).numpy()
        assert (np.ptp(drawn, axis=0).max() < 1e-6) == (told == 0)


def weights_after(names, r1, extra=None, total=1):
    """All weights of D and of G after `total` steps of training."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (16, 8, 8, 1)).astype("float32")
    networks = names["digit_generator"](), names["digit_discriminator"]()
    labels = np.eye(10)[np.arange(16) % 10]
    gan = names["new_gan"](*networks, images, labels, 8, batch=4, r1=r1)
    gan.extra, gan.total = extra, total
    names["train"](gan)
    return [
        np.concatenate([w.numpy().ravel() for w in network.trainable_variables])
        for network in (gan.discriminator, gan.generator)
    ]


def test_r1_counts_from_the_first_step_on_and_extra_only_for_the_generator(names):
    plain = weights_after(names, 0.0)
    assert np.abs(weights_after(names, 0.2)[0] - plain[0]).max() > 1e-6
    rewarded = weights_after(names, 0.0, lambda fake: 5.0 * tf.reduce_mean(fake))
    np.testing.assert_allclose(rewarded[0], plain[0], atol=1e-6)
    assert np.abs(rewarded[1] - plain[1]).max() > 1e-6


def test_r1_counts_four_times_as_strong_in_every_fourth_step(names, monkeypatch):
    seen = []
    monkeypatch.setitem(names, "one_step", lambda gan, r1: (tf.constant(r1),) * 2)
    monkeypatch.setattr(
        names["steps"],
        "repeat",
        lambda step: lambda n: seen.extend(float(step(i)[0]) for i in range(n)),
    )
    networks = names["digit_generator"](), names["digit_discriminator"]()
    images = np.zeros((8, 8, 8, 1), "float32")
    gan = names["new_gan"](*networks, images, np.eye(10)[:8], 9, batch=4, r1=0.5)
    names["train"](gan)
    assert seen == [2, 0, 0, 0, 2, 0, 0, 0, 2]


@pytest.mark.parametrize("steps", [3, 4])
def test_the_average_follows_in_every_fourth_step(names, steps):
    keras.utils.set_random_seed(0)
    networks = names["digit_generator"](), names["digit_discriminator"]()
    gan = names["new_gan"](
        *networks, np.zeros((8, 8, 8, 1), "float32"), np.eye(10)[:8], steps, batch=4
    )
    before = gan.ema_generator.get_weights()
    names["train"](gan, ema=0.9)
    after = gan.generator.get_weights()
    assert max(np.abs(a - b).max() for a, b in zip(before, after)) > 1e-4
    for mean, old, new in zip(gan.ema_generator.get_weights(), before, after):
        np.testing.assert_allclose(
            mean, 0.9 * old + 0.1 * new if steps == 4 else old, atol=1e-5
        )


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_batch_pairs_each_picture_with_its_own_label(names, dtype):
    images = np.broadcast_to(
        np.arange(10, dtype=dtype)[:, None, None, None], (10, 8, 8, 1)
    )
    networks = names["digit_generator"](), names["digit_discriminator"]()
    x, y = names["new_gan"](*networks, images, np.eye(10), 8, batch=200).batch()
    value = x.numpy()[:, 0, 0, 0]
    value = (
        np.rint((value + 1) * 127.5) if dtype == "uint8" else value
    )  # bytes come as -1 to 1
    assert x.dtype == y.dtype == "float32" and set(value) == set(range(10))
    np.testing.assert_array_equal(y.numpy().argmax(1), value)


def test_what_a_filler_pays_beside_the_loss_of_the_discriminator(names, monkeypatch):
    keras.utils.set_random_seed(3)
    monkeypatch.setitem(names, "train", lambda gan, ema: gan)
    gan = names["filler"](0.4)
    first = names["fillers"]["L1"].ema_generator.get_weights()
    for network in (gan.generator, gan.ema_generator):  # it goes on where L1 ended
        for here, there in zip(network.get_weights(), first):
            np.testing.assert_array_equal(here, there)
    x, y = (values.numpy() for values in gan.batch())
    np.testing.assert_array_equal(x[:12], x[12:])  # every face twice
    np.testing.assert_array_equal(y[:12], y[12:])
    np.testing.assert_allclose(x * y[..., 3:], y[..., :3])
    fake = gan.generator([gan.noise(24), tf.constant(y)]).numpy()
    spread = np.abs(fake[:12] - fake[12:])
    apart = [spread[i][y[i, ..., 3] == 0].mean() for i in range(12)]
    paid = 5 * np.abs(fake - x).mean() - 0.4 * np.minimum(apart, 0.2).mean()
    assert float(gan.extra(tf.constant(fake))) == pytest.approx(paid, rel=1e-4)


def test_what_is_known_of_a_face_stays_as_it_is(names):
    keras.utils.set_random_seed(2)
    filler, discriminator = names["hole_networks"]()
    x = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3)).astype("float32")
    for mask, (tall, wide) in zip(names["masks"], names["HOLES"].values()):
        assert mask.sum() == 32 * 32 - (tall.stop - tall.start) * (
            wide.stop - wide.start
        )
        y = np.concatenate([x * mask, np.broadcast_to(mask, (2, 32, 32, 1))], axis=-1)
        drawn = filler([np.ones((2, 16), "float32"), y]).numpy()
        np.testing.assert_array_equal(drawn * mask, x * mask)
        assert np.abs(drawn - x)[:, tall, wide].max() > 0.01
    assert discriminator.output_shape == (None, 1)


def test_ink_and_slant_of_strokes_that_we_drew(names):
    upright, leaning = np.zeros((2, 1, 8, 8, 1), "uint8")
    upright[0, :, 3] = 255
    for row in range(8):
        leaning[0, row, row] = 255
    for image, lean in ((upright, 0), (leaning, np.arange(8).var())):
        ink, slant = names["style"](image)
        assert ink[0] == pytest.approx(1 / 8) and slant[0] == pytest.approx(
            lean, abs=1e-5
        )
    rows = np.repeat(np.random.default_rng(0).normal(size=30), 10)
    assert names["together"](rows) == pytest.approx(1)
    assert abs(names["together"](np.random.default_rng(1).normal(size=3000))) < 0.05


def test_marks_and_pairs_are_counted(names):
    table = {
        "glasses": np.array(["none", "sun", "round"]),
        "smile": np.array([0.9, 0.0, 0.7]),
        "beard": np.array(["full", "stubble", "none"]),
    }
    marks = names["marks"](table)
    np.testing.assert_array_equal(marks, [[-1, 1, 1], [1, -1, -1], [1, 1, -1]])
    want = np.ones((3, 3))
    np.testing.assert_allclose(
        names["pair_share"](SimpleNamespace(want=want, got=marks)),
        [1 / 3, 2 / 3, 2 / 3],
    )


def test_clear_smiles_are_clear_and_still(names):
    table = names["clear_smiles"](50, 3)
    assert (np.abs(table["smile"] - 0.35) > 0.3).all() and {
        len(column) for column in table.values()
    } == {50}
    assert set(table["background"]) == {"grey"} and set(table["yaw"]) == {0}


def choose(names, digit=3, noise=0, marks=(True, False, False)):
    """Set the desk; -> (picture, text) that it shows then."""
    names["digit_slider"].value, names["noise_slider"].value = digit, noise
    for box, value in zip(names["boxes"], marks):
        box.value = value
    return names["screen"].value, names["caption"].value


def test_every_control_of_the_desk_changes_the_picture_and_back(names):
    first = choose(names)
    assert (
        matplotlib.image.imread(io.BytesIO(first[0])).shape[0] == 96
        and "glasses <b>" in first[1]
    )
    others = [
        choose(names, digit=4),
        choose(names, noise=1),
        choose(names, marks=(False, False, False)),
        choose(names, marks=(True, True, False)),
        choose(names, marks=(True, False, True)),
    ]
    assert len({picture for picture, _ in [first, *others]}) == 6
    assert choose(names) == first
    assert [box.description for box in names["boxes"]] == ["glasses", "smile", "beard"]


def stored():
    return json.loads(
        (ROOT / "data" / "results" / "conditional.json").read_text(encoding="utf-8")
    )


def test_the_table_holds_five_seeds_of_everything():
    table = stored()
    assert [row["seed"] for row in table["seeds"]] == list(range(1, 6))
    assert all(set(row) == set(table["seeds"][0]) for row in table["seeds"])
    for part, name, kinds in (("digits", "way", 4), ("faces", "kind", 2)):
        found = {}
        for row in table[part]:
            found.setdefault(row[name], []).append(row["seed"])
        assert len(found) == kinds and all(
            seeds == list(range(1, 6)) for seeds in found.values()
        )
