"""Notebook 07 without its trainings: the updates, the measures, the augmentation, the desk, and the stored table.

The notebook's own functions are loaded by name; a network that has learned nothing stands in for the reader.
"""

import io
import json
from types import SimpleNamespace

import keras
import matplotlib.image
import numpy as np
import pytest
import tensorflow as tf

from data.tools import definitions, make_clinic_table, templates
from data.tools.make_clinic_table import CASES, REMEDIES
from ganlib.classifiers import DigitClassifier

SOURCE = templates.ROOT / "notebooks" / "07_failure_clinic.py"
STORED = json.loads(make_clinic_table.TABLE.read_text(encoding="utf-8"))
ILL = (
    "mode collapse",
    "vanishing gradients",
    "a D that wins",
    "oscillation",
    "BatchNorm leakage",
    "memorisation",
)


@pytest.fixture(scope="module")
def names():
    """The names that these cells define."""
    layers = keras.layers
    untrained = keras.Sequential(
        [layers.Input((8, 8, 1)), layers.Flatten(), layers.Dense(6), layers.Dense(11)]
    )
    names = definitions.load(
        SOURCE,
        *(
            *make_clinic_table.USED,
            "update_d",
            "update_g",
            "draw",
            "build_discriminator",
        ),
        *("chart", "displacement", "PLAIN", "REAL", "ipywidgets", "base64"),
        reader=DigitClassifier(untrained),
        stored=STORED,
        enough=0.9,
    )
    definitions.run(definitions.cell(SOURCE, "guess"), names, "<desk of 07>")
    return names


def weights(network):
    return [weight.numpy().copy() for weight in network.trainable_variables]


def moved(network, before):
    return any((a != b).any() for a, b in zip(before, weights(network)))


@pytest.mark.parametrize("remedy", REMEDIES)
def test_every_remedy_moves_each_network_in_its_own_update(names, remedy):
    rules = REMEDIES[remedy]
    assert set(rules) <= set(names["RULES"])
    assert all(names["RULES"][key] != value for key, value in rules.items())
    game = make_clinic_table.new_gan(names, 1, rules)
    d, g = weights(game.discriminator), weights(game.generator)
    of_d = names["update_d"](game)
    assert moved(game.discriminator, d) and not moved(game.generator, g)
    d = weights(game.discriminator)
    of_g = names["update_g"](game)
    assert moved(game.generator, g)
    assert "spectral" in remedy or not moved(
        game.discriminator, d
    )  # that one rescales its weights whenever asked
    assert np.isfinite([*of_d, *of_g]).all() and len(of_d) + len(of_g) == len(
        names["SIGNS"]
    )


@pytest.mark.parametrize("rules", [{"r1": 3.0}, {"penalty": 7.0}])
def test_the_penalties_of_a_linear_discriminator_are_known(names, rules):
    """w x + b has the slope w everywhere: R1 is r1 / 2 |w|^2, and WGAN-GP's penalty (|w| - 1)^2."""
    picture = keras.layers.Input((8, 8, 1))
    judge = keras.Model(picture, keras.layers.Dense(1)(keras.layers.Flatten()(picture)))
    w, slopes = judge.get_weights()[0], []
    for changes in ({}, rules):
        game = names["new_gan"](seed=2, **changes)
        game.discriminator = judge
        game.d_optimizer = SimpleNamespace(
            apply=lambda found, _: slopes.append(found[0].numpy())
        )
        names["update_d"](game)
    norm = np.linalg.norm(w)
    expected = 3 * w if "r1" in rules else 7 * 2 * (norm - 1) * w / norm
    np.testing.assert_allclose(slopes[1] - slopes[0], expected, rtol=2e-3, atol=2e-4)


def test_the_average_lags_behind_the_weights(names):
    game = names["new_gan"](seed=3, ema=0.75)
    before = [weight.numpy().copy() for weight in game.generator.weights]
    names["update_g"](game)
    for mean, weight, old in zip(
        game.ema_generator.weights, game.generator.weights, before
    ):
        np.testing.assert_allclose(mean, 0.75 * old + 0.25 * weight.numpy(), atol=1e-6)


def test_augmentation_shifts_by_one_at_most_and_makes_one_hole(names):
    pictures = np.arange(200 * 64, dtype="float32").reshape(200, 8, 8, 1) / 1e5 + 0.1
    changed = names["augmented"](
        tf.constant(pictures), tf.random.Generator.from_seed(0)
    ).numpy()
    shifts, holes = set(), []
    for before, after in zip(pictures[..., 0], changed[..., 0]):
        wide, fits = np.pad(before, 1, constant_values=-1.0), []
        for row, column in np.ndindex(3, 3):
            moved_one = wide[row : row + 8, column : column + 8]
            if (after[after != -1] == moved_one[after != -1]).all():
                hole = np.argwhere((after == -1) & (moved_one != -1))
                fits.append((row, column, hole))
        assert len(fits) == 1
        shifts.add(fits[0][:2]), holes.append(fits[0][2])
    assert len(shifts) == 9
    for hole in holes:
        assert len(hole) <= 16 and (len(hole) == 0 or (np.ptp(hole, axis=0) <= 3).all())
        assert len(hole) == 0 or len(hole) == np.prod(
            np.ptp(hole, axis=0) + 1
        )  # a full rectangle
    assert np.mean([len(hole) for hole in holes]) > 5


def test_both_kinds_are_augmented_and_the_gradient_passes(names):
    calls = []

    def watched(pictures, rng):
        calls.append(pictures.shape)
        return 0.5 * pictures

    game = names["new_gan"](seed=4, augment=watched)
    names["update_d"](game)
    assert len(calls) == 2  # real and generated
    names["update_g"](game)
    assert len(calls) == 4
    game = names["new_gan"](seed=4, augment=names["augmented"])
    assert float(names["update_g"](game)[2]) > 0


def test_batch_normalisation_leaks_and_plain_layers_do_not(names):
    rng = np.random.default_rng(0)
    one, others, strangers = (
        rng.normal(size=(n, 8, 8, 1)).astype("float32") for n in (1, 9, 9)
    )
    for norm in ("", "batch"):
        judge = names["build_discriminator"](norm)
        said = [
            judge(np.concatenate([one, 3 * company]), training=True).numpy()[0]
            for company in (others, strangers)
        ]
        again = judge(np.concatenate([one, others]), training=False).numpy()[0]
        alone = judge(one, training=False).numpy()[0]
        assert (abs(said[0] - said[1]) > 1e-3) == (norm == "batch")
        np.testing.assert_allclose(again, alone, atol=1e-5)


def test_spectral_normalisation_bounds_the_slope(names):
    judge = names["build_discriminator"]("spectral")
    rng = np.random.default_rng(1)
    a = rng.normal(size=(200, 8, 8, 1)).astype("float32")
    b = a + rng.normal(size=a.shape).astype("float32")
    for _ in range(30):
        judge(
            a[:2], training=True
        )  # each call improves the estimate of the largest stretch
    gap = abs(judge(a).numpy() - judge(b).numpy())[:, 0]
    assert (gap <= 1.05 * np.linalg.norm((a - b).reshape(200, -1), axis=1)).all()


def test_the_measures_know_copies_collapse_and_the_real_thing(names):
    images = names["digits"].images
    real = names["measure"](images[:500], images[500:])
    assert real["diversity"] == pytest.approx(1, abs=0.05) and real[
        "closeness"
    ] == pytest.approx(1, abs=0.1)
    assert names["measure"](images[:500], images)["closeness"] == 0
    assert names["measure"](np.repeat(images[:1], 500, axis=0), images)[
        "diversity"
    ] == pytest.approx(0, abs=1e-5)
    a, b = (
        images[rows].reshape(300, -1) / 127.5
        for rows in (slice(0, 300), slice(300, 600))
    )
    assert names["displacement"](images[:300], images[300:600]) == pytest.approx(
        np.sqrt(np.mean(np.sum((a - b) ** 2, axis=1))) / names["REAL"], rel=1e-5
    )
    assert names["displacement"](images[:300], images[300:600]) == pytest.approx(
        1, abs=0.06
    )


@pytest.mark.parametrize(
    "remedy", ["WGAN-GP, 5 steps of D", "relativistic, R1", "spectral normalisation"]
)
def test_a_remedy_got_its_share_of_work(names, remedy):
    steps = {row["remedy"]: row["steps"] for row in STORED["remedies"]}
    gan = make_clinic_table.new_gan(names, 0, REMEDIES[remedy])
    share = steps[remedy] * names["operations_of"](gan) / names["PLAIN"]
    assert share == pytest.approx(STORED["budget"], rel=0.06)
    assert steps["hinge"] == steps["non-saturating"] == 1000


def test_work_is_counted_as_by_hand(names):
    five, one = (names["operations_of"](names["new_gan"](d_updates=n)) for n in (5, 1))
    weights_of_d = 64 * 256 + 256 * 128 + 128
    update = (
        2 * 32 * (3 * weights_of_d - 64 * 256) * 2
    )  # forth, and back to weights and inputs, for two batches
    assert (
        update < (five - one) / 4 < 3 * update
    )  # an update of D also draws, and applies Adam


def test_a_chart_has_five_panels_for_each_case(names):
    run = names["unknown"][0][1]
    figure = names["chart"](one=run, other=run)
    assert len(figure.axes) == 10 and figure.axes[0].get_title("left") == "one"
    assert figure.axes[3].get_yscale() == "log"


def test_the_desk_answers_and_forgets_the_guess_with_the_case(names):
    which, guess, caption, screen = (
        names[name] for name in ("which", "guess", "caption", "screen")
    )
    assert matplotlib.image.imread(io.BytesIO(screen.value)).shape[1] == 1100
    assert (
        sorted(place for _, place in which.options) == list(range(7))
        and guess.value == "?"
    )
    pictures = set()
    for _, place in which.options:
        which.value = place
        assert guess.value == "?" and caption.value.startswith("What do you see")
        pictures.add(screen.value)
        true = names["unknown"][place][0]
        for choice in names["SIGNATURE"]:
            guess.value = choice
            assert caption.value.startswith("Right" if choice == true else "No")
            assert names["SIGNATURE"][choice] in caption.value
            assert choice == true or true not in caption.value.replace(choice, "")
    assert len(pictures) == 7
    assert (
        {name for name, _ in names["unknown"]}
        == set(names["SIGNATURE"])
        == {"healthy", *ILL}
    )


def five(case, sign):
    return [row[sign] for row in STORED["cases"] if row["case"] == case]


def test_the_table_holds_every_case_and_remedy_with_the_same_seeds():
    for group, wanted, key in (
        ("cases", CASES, "case"),
        ("remedies", REMEDIES, "remedy"),
    ):
        found = {}
        for row in STORED[group]:
            found.setdefault(row[key], []).append(row["seed"])
        assert list(found) == list(wanted)
        assert all(seeds == [0, 1, 2, 3, 4] for seeds in found.values())
    assert [row["seed"] for row in STORED["cases"] if "chart" in row] == [3] * 7


def test_the_table_was_made_with_the_settings_that_the_notebook_compares():
    assert STORED["settings"] == make_clinic_table.settings()


@pytest.mark.parametrize("name", ILL)
def test_every_failure_was_induced_and_cured_in_all_stored_seeds(name):
    assert max(five(f"{name}, cured", "distance")) < 0.8 * min(five(name, "distance"))


def test_what_the_notebook_says_of_the_remedies():
    table = {}
    for row in STORED["remedies"]:
        table.setdefault(row["remedy"], []).append(row)
    plain = [row["distance"] for row in table["non-saturating"]]
    worse = [
        name
        for name, rows in table.items()
        if min(row["distance"] for row in rows) > max(plain)
    ]
    assert len(worse) == 6 and "augmentation" in worse
    assert not any(
        max(row["distance"] for row in rows) < min(plain) for rows in table.values()
    )
    assert (
        sum(
            all(row["average distance"] < row["distance"] for row in rows)
            for rows in table.values()
        )
        >= 8
    )
    assert min(row["average distance"] for row in table["WGAN-GP, 5 steps of D"]) > 100
