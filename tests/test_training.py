"""The trainer: one step by hand, the order of the data, and runs that are stopped in every way and go on."""

import errno
import json
import os
import platform
import signal
import socket
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganlib import checkpoint, losses, models, steps, training
from ganlib.checkpoint import CheckpointError
from ganlib.labs import InteractiveTrainer
from ganlib.training import GAN, TrainingDiverged, batches, gan_adam
from tests.killing_file import Dying

ROOT = Path(__file__).resolve().parents[1]
SHAPE, LATENT = (8, 8, 1), 3
IMAGES = np.random.default_rng(0).integers(0, 256, (21, *SHAPE), dtype=np.uint8)
NAMES = ("d_loss", "g_loss", "d_real", "d_fake", "d_norm", "g_norm")


def networks(seed=0, dropout=0.3):
    """A tiny pair with all that can hold a state: two players, and dropout with random numbers of its own."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    generator = keras.Sequential(
        [
            keras.Input((LATENT,)),
            layers.Dense(6),
            layers.LeakyReLU(),
            layers.Dense(64, "tanh"),
            layers.Reshape(SHAPE),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.Flatten(),
            layers.Dense(6),
            layers.LeakyReLU(),
            layers.Dropout(dropout),
            layers.Dense(1),
        ]
    )
    return generator, discriminator


def make(seed=0, dropout=0.3, **options):
    gan = GAN(*networks(seed, dropout), seed=5)
    gan.compile(
        **{"jit_compile": False, "steps_per_execution": 1, "r1_every": 4, **options}
    )
    return gan


def fit(gan, steps, path=None, callbacks=(), save_every=0.0, **options):
    options = {"batch_size": 4, "seed": 3, "steps_per_record": 4, **options}
    return gan.fit(
        IMAGES,
        steps=steps,
        path=path,
        callbacks=callbacks,
        save_every=save_every,
        **options,
    )


def state(gan):
    """Every variable there is, taken from the networks and optimizers themselves."""
    found = {}
    for name in (
        "generator",
        "discriminator",
        "ema_generator",
        "d_optimizer",
        "g_optimizer",
    ):
        for i, variable in enumerate(getattr(gan, name).variables):
            if not (name == "ema_generator" and "seed" in variable.path):
                found[f"{name}/{i}"] = variable.numpy()
    return {**found, "noise": gan.noise.state.numpy(), "step": gan.step.numpy()}


def assert_same(a, b, but=()):
    """Bit for bit, but for some groups, which must differ."""
    assert set(a) == set(b)
    differ = {name for name in a if a[name].tobytes() != b[name].tobytes()}
    assert {name.split("/")[0] for name in differ} == set(but), sorted(differ)


@pytest.fixture(scope="module")
def reference():
    """A run of 24 steps that nobody stopped, and what it noted."""
    gan = make()
    fit(gan, 24)
    return state(gan), gan.record


@pytest.fixture(scope="module")
def four_steps(tmp_path_factory):
    """The bytes of a checkpoint of the reference's first four steps."""
    path = tmp_path_factory.mktemp("four_steps") / "run.npz"
    fit(make(), 4, path)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path, four_steps):
    """A copy of that checkpoint, to be resumed or refused."""
    path = tmp_path / "run.npz"
    path.write_bytes(four_steps)
    return path


class Watch(keras.callbacks.Callback):
    """Calls a function with the model's step after every batch."""

    def __init__(self, look):
        super().__init__()
        self.look = look

    def on_train_batch_end(self, batch, logs=None):
        self.look(int(self.model.step.value))


def interrupt_at(step):
    def look(now):
        if now == step:
            raise KeyboardInterrupt

    return Watch(look)


# ------------------------------------------------------------------------------------------- pixels and rates
def test_pixels_there_and_back():
    grey = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    unit = training.to_float(grey)
    assert unit.dtype == tf.float32
    np.testing.assert_allclose(unit, grey / 127.5 - 1, atol=1e-6)
    np.testing.assert_array_equal(training.to_uint8(unit), grey)
    beyond = training.to_uint8(np.float32([-1.5, -1, 0.001, 1, 1.5]))
    np.testing.assert_array_equal(beyond, [0, 0, 128, 255, 255])


@pytest.mark.parametrize(
    "hold, rates",
    [
        (0.5, [3, 3, 3, 1.5, 0.06, 0.06]),
        (0, [3, 2.25, 1.5, 0.75, 0.06, 0.06]),
        (1, [3, 3, 3, 3, 0.06, 0.06]),
    ],
    ids=["half", "none", "all"],
)
def test_rate_is_held_and_then_lowered(hold, rates):
    schedule = training.HoldThenDecay(3, 100, hold)
    found = [
        float(schedule(tf.constant(step, tf.int64)))
        for step in (0, 25, 50, 75, 100, 1000)
    ]
    np.testing.assert_allclose(found, rates, rtol=1e-5)


def test_rate_survives_saving():
    optimizer = gan_adam(1e-3, steps=50, hold=0.2)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert again.beta_1 == 0 and again.beta_2 == 0.99
    schedule = again._learning_rate
    assert schedule.get_config() == {"rate": 1e-3, "steps": 50, "hold": 0.2}
    assert float(schedule(35)) == pytest.approx(1e-3 * 0.3 / 0.8, rel=1e-5)
    assert float(gan_adam(2e-3).learning_rate.numpy()) == pytest.approx(2e-3)


# -------------------------------------------------------------------------------------- the order of the data
def numbered(n):
    """Pictures of one pixel that hold their own number in two bytes."""
    return (
        np.stack([np.arange(n) // 256, np.arange(n) % 256], 1)
        .astype(np.uint8)
        .reshape(n, 1, 1, 2)
    )


def order(n, batch_size, count, **options):
    """The numbers of the pictures in the first `count` batches: (count, batch_size)."""
    found = [
        b.numpy().astype(int)
        for b in batches(numbered(n), batch_size, **options).take(count)
    ]
    assert all(b.shape == (batch_size, 1, 1, 2) for b in found)
    return np.stack(found)[:, :, 0, 0] @ [256, 1]


@pytest.mark.parametrize(
    "n, batch_size", [(10, 3), (7, 7), (1, 1), (2, 1), (300, 17), (5, 4)]
)
def test_every_picture_comes_exactly_once_an_epoch(n, batch_size):
    """Also where a batch holds the end of one epoch and the beginning of the next."""
    stream = order(n, batch_size, -(-4 * n // batch_size)).reshape(-1)
    epochs = stream[: 4 * n].reshape(4, n)
    for epoch in epochs:
        np.testing.assert_array_equal(np.sort(epoch), np.arange(n))
    if n >= 7:
        assert len({tuple(epoch) for epoch in epochs}) == 4


def test_orders_depend_on_the_seed_alone():
    first = order(300, 30, 10)
    np.testing.assert_array_equal(first, order(300, 30, 10))
    np.testing.assert_array_equal(
        first.reshape(-1)[:280], order(300, 7, 40).reshape(-1)
    )
    for seed in (1, 2, 2**31 - 1, np.int64(3)):
        assert np.mean(first == order(300, 30, 10, seed=seed)) < 0.05


def test_orders_are_well_mixed():
    """No epoch, and no two epochs in a row, follow the order of the set."""
    epochs = order(1000, 50, 100).reshape(5, 1000)
    correlation = np.corrcoef(np.vstack([np.arange(1000), epochs])) - np.eye(6)
    assert np.abs(correlation).max() < 0.15
    steps = np.abs(np.diff(epochs, axis=1))
    assert (
        np.mean(steps == 1) < 0.01 and 250 < steps.mean() < 420
    )  # a third of 1000 where there is no order


@pytest.mark.parametrize("start", [1, 3, 25])
def test_start_goes_on_where_the_stream_was(start):
    whole = order(10, 3, start + 5, seed=4)
    np.testing.assert_array_equal(order(10, 3, 5, seed=4, start=start), whole[start:])


def test_the_stream_has_no_end():
    late = order(10, 3, 2, start=10**12)
    assert late.min() >= 0 and late.max() < 10 and len(set(late[0])) == 3


@pytest.mark.parametrize(
    "arguments, problem, message",
    [
        (
            (IMAGES, 22),
            ValueError,
            "batch_size is 22 and there are 21 images.*type batch_size=21",
        ),
        ((IMAGES, 0), ValueError, "batch_size is 0"),
        ((IMAGES, 2.0), TypeError, "batch_size is 2.0"),
        ((IMAGES / 255, 2), TypeError, "images has dtype float64; expected uint8"),
        (([[1]], 2), TypeError, "images is a list"),
        ((IMAGES, 2, -1), ValueError, "seed is -1; expected 0 or more"),
    ],
    ids=["too large", "none", "float", "unit range", "list", "seed"],
)
def test_bad_batches(arguments, problem, message):
    with pytest.raises(problem, match=message):
        batches(*arguments[:2], seed=(*arguments, 0, 0)[2])


# ------------------------------------------------------------------------------------------- one step by hand
def sgd(rate):
    return keras.optimizers.SGD(rate)


def same_noise(gan, n, xla=False):
    """What the next step will draw (under XLA other numbers), without drawing it from the GAN's generator."""
    seed = keras.random.SeedGenerator(0)
    seed.state.assign(gan.noise.state)
    return tf.function(
        lambda: keras.random.normal((n, gan.latent_dim), seed=seed), jit_compile=xla
    )()


def one_step(gan, batch=IMAGES[:4]):
    return {
        name: float(value) for name, value in gan.train_step(tf.constant(batch)).items()
    }


@pytest.mark.parametrize(
    "d_rate, g_rate, changed",
    [
        (0.1, 0.0, {"discriminator"}),
        (0.0, 0.1, {"generator", "ema_generator"}),
        (0.0, 0.0, set()),
    ],
    ids=["D alone", "G alone", "none"],
)
def test_one_step_changes_only_what_it_should(d_rate, g_rate, changed):
    gan = make(d_optimizer=sgd(d_rate), g_optimizer=sgd(g_rate), dropout=0)
    before = state(gan)
    one_step(gan)
    after = state(gan)
    rates = ("d_optimizer", "g_optimizer")  # which count their steps
    assert_same(before, after, but={*changed, *rates, "noise", "step"})
    for name in changed:
        own = [n for n in before if n.startswith(name)]
        assert all(not np.array_equal(before[n], after[n]) for n in own)
    assert after["step"] == before["step"] + 1
    one_step(gan)
    assert state(gan)["noise"].tobytes() not in (
        before["noise"].tobytes(),
        after["noise"].tobytes(),
    )


def numpy_losses(real_logits, fake_logits):
    """The non-saturating pair in float64, written in probabilities."""
    real, fake = (
        1 / (1 + np.exp(-np.asarray(logits, np.float64)))
        for logits in (real_logits, fake_logits)
    )
    return (
        -np.log(real).mean() - np.log(1 - fake).mean(),
        -np.log(fake).mean(),
        real.mean(),
        fake.mean(),
    )


@pytest.mark.parametrize("xla", [False, True])
def test_values_of_a_step(xla):
    """The discriminator is judged before its update; the generator meets the discriminator after it."""
    gan = make(
        d_optimizer=sgd(0.5), g_optimizer=sgd(0.5), dropout=0, jit_compile=xla, r1=0
    )
    old_discriminator = keras.models.clone_model(gan.discriminator)
    old_discriminator.set_weights(gan.discriminator.get_weights())
    fake, real = (
        gan.generator(same_noise(gan, 4, xla)),
        IMAGES[:4] / np.float32(127.5) - 1,
    )
    found = one_step(gan)
    d_loss, _, d_real, d_fake = numpy_losses(
        old_discriminator(real), old_discriminator(fake)
    )
    g_loss = numpy_losses(0, gan.discriminator(fake))[1]
    expected = {"d_loss": d_loss, "g_loss": g_loss, "d_real": d_real, "d_fake": d_fake}
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4)
    assert (
        abs(g_loss - numpy_losses(0, old_discriminator(fake))[1]) > 1e-3
    )  # the old one says otherwise


def test_batch_normalisation_never_mixes_real_and_generated():
    """In one batch the mean would tell D which half it is in; two batches give other logits, here checked by hand."""
    pair = [
        build((8, 8, 1), kind="dcgan", width=4, **more)
        for build, more in (
            (models.build_generator, {"latent_dim": 6}),
            (models.build_discriminator, {}),
        )
    ]
    gan = GAN(*pair)
    gan.compile(sgd(0.1), sgd(0.1), r1=0.0)
    assert gan.separate_batches and not make().separate_batches
    real = tf.random.stateless_normal((16, 8, 8, 1), [1, 2])
    fake = 0.3 * tf.random.stateless_normal((16, 8, 8, 1), [3, 4])
    logits = steps.discriminate(gan.discriminator, real, fake, separate_batches=True)
    for found, pictures in zip(logits, (real, fake)):
        by_hand = pictures
        for layer in gan.discriminator.layers[1:]:
            if isinstance(layer, keras.layers.BatchNormalization):
                mean, variance = tf.nn.moments(by_hand, [0, 1, 2])
                by_hand = (by_hand - mean) / tf.sqrt(variance + layer.epsilon)
            else:
                by_hand = layer(by_hand)
        np.testing.assert_allclose(found, by_hand, atol=1e-5)
    mixed = gan.discriminator(tf.concat([real, fake], 0), training=True)
    assert np.abs(mixed[:16] - logits[0]).max() > 1e-3
    assert all(
        np.isfinite(value)
        for value in one_step(gan, np.zeros((8, 8, 8, 1), np.uint8)).values()
    )


@pytest.mark.parametrize("r1", [0.0, 2.0])
def test_gradient_norms_of_a_step(r1):
    """Plain gradient descent: a step's length is the rate times the gradient's, the penalty's share included."""
    gan = make(
        d_optimizer=sgd(0.01), g_optimizer=sgd(0.01), dropout=0, r1=r1, r1_every=1
    )
    before, found, after = state(gan), one_step(gan), state(gan)
    for player, name in (("discriminator", "d_norm"), ("generator", "g_norm")):
        moved = [
            after[n].astype(float) - before[n]
            for n in before
            if n.startswith(f"{player}/")
        ]
        assert found[name] == pytest.approx(
            np.sqrt(sum((d**2).sum() for d in moved)) / 0.01, rel=1e-3
        )


@pytest.mark.parametrize(
    "loss, r1",
    [
        ("non_saturating", 0.0),
        ("non_saturating", 2.0),
        ("hinge", 0.0),
        ("least_squares", 1.0),
    ],
)
def test_gradients_of_a_step(loss, r1):
    """Plain gradient descent: a step is minus the rate times the slope, here found by finite differences."""
    rate, every, rng = 0.01, 3, np.random.default_rng(1)
    gan = make(
        d_optimizer=sgd(rate),
        g_optimizer=sgd(rate),
        loss=loss,
        r1=r1,
        r1_every=every,
        dropout=0,
    )
    z, real = (
        np.asarray(same_noise(gan, 4)),
        (IMAGES[:4] / np.float32(127.5) - 1).reshape(4, 64),
    )
    a, b, c, d = (w.astype(np.float64) for w in gan.discriminator.get_weights())
    p, q, r, s = (w.astype(np.float64) for w in gan.generator.get_weights())

    def leaky(x):
        return np.where(x > 0, x, 0.3 * x)

    def discriminate(x, a, b, c, d):
        return leaky(x @ a + b) @ c + d

    def generate(p, q, r, s):
        return np.tanh(leaky(z @ p + q) @ r + s)

    def d_cost(weights):
        a, b, c, d = weights
        judged = [
            tf.constant(discriminate(x, *weights)) for x in (real, generate(p, q, r, s))
        ]
        slope = (np.where(real @ a + b > 0, 1, 0.3) * c[:, 0]) @ a.T
        return float(losses.get(loss)[0](*judged)) + 0.5 * r1 * every * np.mean(
            np.sum(slope**2, axis=1)
        )

    def slope_at(cost, weights, place, width=1e-6):
        i, index = place
        moved = [[w.copy() for w in weights] for _ in range(2)]
        moved[0][i][index] += width
        moved[1][i][index] -= width
        return (cost(moved[0]) - cost(moved[1])) / (2 * width)

    one_step(gan)
    after = [w.astype(np.float64) for w in gan.discriminator.get_weights()]

    def g_cost(weights):
        fake = tf.constant(discriminate(generate(*weights), *after))
        return float(losses.get(loss)[1](tf.zeros_like(fake), fake))

    for network, cost, before in (
        (gan.discriminator, d_cost, [a, b, c, d]),
        (gan.generator, g_cost, [p, q, r, s]),
    ):
        for i, (old, new) in enumerate(zip(before, network.get_weights())):
            for _ in range(4):
                index = tuple(rng.integers(0, old.shape))
                expected = -rate * slope_at(cost, before, (i, index))
                assert new[index] - old[index] == pytest.approx(
                    expected, rel=2e-3, abs=2e-7
                )


def test_average_of_the_generator_by_hand():
    """mean <- keep * mean + (1 - keep) * weight, where keep is (1 + t) / (10 + t), but at most `ema`."""
    gan, seen = make(ema=0.15, r1=0), []
    mean = [w.astype(np.float64) for w in gan.generator.get_weights()]
    fit(
        gan, 8, callbacks=[Watch(lambda step: seen.append(gan.generator.get_weights()))]
    )
    assert len(seen) == 8
    for t, weights in enumerate(seen):
        keep = min(0.15, (1 + t) / (10 + t))
        mean = [keep * m + (1 - keep) * w for m, w in zip(mean, weights)]
    for expected, found in zip(mean, gan.ema_generator.get_weights()):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_samples_come_from_the_average():
    gan = make()
    z = np.ones((2, LATENT), "float32")
    np.testing.assert_array_equal(gan(z), gan.generator(z))
    before = gan.sample(5, seed=1)
    assert before.shape == (5, *SHAPE) and before.dtype == np.uint8
    np.testing.assert_array_equal(before, gan.sample(5, seed=1))
    assert not np.array_equal(before, gan.sample(5, seed=2))
    assert np.abs(before.astype(int) - gan.sample(5, seed=1, batch_size=2)).max() <= 1
    gan.generator.set_weights([0 * w for w in gan.generator.get_weights()])
    np.testing.assert_array_equal(before, gan.sample(5, seed=1))
    gan.ema_generator.set_weights([0 * w for w in gan.generator.get_weights()])
    assert set(gan.sample(5).flat) == {128}
    with pytest.raises(ValueError, match="n is 0; expected 1 or more"):
        gan.sample(0)


def test_seeds_of_the_noise():
    runs = []
    for seed in (5, 5, 6):
        gan = GAN(*networks(), seed=seed)
        gan.compile(jit_compile=False)
        one_step(gan)
        runs.append(state(gan))
    assert_same(runs[0], runs[1])
    assert not np.array_equal(runs[0]["generator/0"], runs[2]["generator/0"])


def test_r1_is_taken_every_so_many_steps():
    gan, taken = make(r1_every=3), []
    gan._update = lambda real, with_r1: (
        taken.append(with_r1) or gan.update(real, with_r1)
    )
    for _ in range(7):
        one_step(gan)
    assert taken == [True, False, False, True, False, False, True]
    gan, taken = make(r1=0), []
    gan._update = lambda real, with_r1: (
        taken.append(with_r1) or gan.update(real, with_r1)
    )
    one_step(gan)
    assert taken == [False]


@pytest.mark.parametrize("flip", [False, True])
def test_flip_mirrors_half_of_the_real_pictures(flip):
    """A discriminator that knows left from right tells which of them it saw mirrored."""
    sides = np.zeros(SHAPE, np.float32)
    sides[:, :4], sides[:, 4:] = -1, 1
    gan, seen = make(dropout=0), []
    discriminator = keras.Sequential(
        [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    discriminator.set_weights([sides.reshape(64, 1), np.zeros(1)])

    def watched(real_logits, fake_logits):
        seen.append(np.asarray(real_logits)[:, 0])
        return losses.discriminator_bce(real_logits, fake_logits)

    gan = GAN(gan.generator, discriminator)
    gan.compile(
        sgd(0.0),
        sgd(0.0),
        loss=(watched, losses.generator_linear),
        random_flip=flip,
        r1=0,
    )
    gan._update = gan.update  # eagerly, so that the logits can be looked at
    right = np.zeros((16, *SHAPE), np.uint8)
    right[:, :, 4:] = 255
    for _ in range(20):
        one_step(gan, right)
    seen = np.concatenate(seen)
    np.testing.assert_allclose(np.abs(seen), 64, rtol=1e-5)
    assert 0.4 < np.mean(seen < 0) < 0.6 if flip else np.all(seen > 0)


# -------------------------------------------------------------------------------------------- runs as a whole
def test_record_and_history(reference):
    gan = make()
    record = fit(gan, 24)
    assert record is gan.record and set(record) == {"step", *NAMES}
    assert record["step"] == [4, 8, 12, 16, 20, 24]
    assert all(
        len(record[name]) == 6 and np.isfinite(record[name]).all() for name in NAMES
    )
    assert gan.history.epoch == list(range(6))
    for name in NAMES:
        np.testing.assert_allclose(gan.history.history[name], record[name], rtol=1e-6)
    assert record == reference[1]
    assert_same(state(gan), reference[0])


def test_record_holds_means():
    gan, seen = make(r1=0), []
    eager = gan.update

    def watched(real, with_r1):
        values = eager(real, with_r1)
        seen.append({name: float(value) for name, value in values.items()})
        return values

    gan._update = watched
    for _ in range(4):
        means = one_step(gan)
    for name in NAMES:
        assert means[name] == pytest.approx(
            np.mean([values[name] for values in seen]), rel=1e-5
        )
    assert 0 < means["d_real"] < 1 and 0 < means["d_fake"] < 1


def test_steps_per_execution_changes_nothing_but_speed(reference):
    """Also where the last record is of fewer steps than the others, and the run must end on time."""
    gan, seen = make(steps_per_execution=2), []
    fit(gan, 24, callbacks=[Watch(seen.append)])
    assert seen == list(range(2, 25, 2))
    for name, values in state(gan).items():
        np.testing.assert_allclose(values, reference[0][name], rtol=1e-4, atol=1e-6)
    fit(gan, 26)
    assert int(gan.step.value) == 26 and gan.record["step"][-2:] == [24, 26]
    fit(gan, 28)  # the next record takes the steps of a shorter one in again
    assert gan.record["step"][-2:] == [24, 28]


def test_fit_goes_on_and_knows_when_it_is_done(reference):
    gan = make()
    fit(gan, 8)
    fit(gan, 24)
    assert_same(state(gan), reference[0])
    assert gan.record == reference[1]
    fit(gan, 24)
    fit(gan, 20)
    assert_same(state(gan), reference[0])


def test_a_callback_may_stop_the_run(tmp_path, reference):
    class Enough(keras.callbacks.Callback):
        def __init__(self, when):
            super().__init__()
            setattr(self, when, self.stop)

        def stop(self, *_, **__):
            self.model.stop_training = (
                int(self.model.step.value) >= 8 or self.model.stop_training
            )

    for when in ("on_epoch_end", "on_train_batch_end", "on_train_batch_begin"):
        gan, path = make(), tmp_path / f"{when}.npz"
        fit(gan, 24, path, [Enough(when)], save_every=1e9)
        assert int(gan.step.value) in (8, 9), when
        assert int(checkpoint.load(path)[0]["step/0"]) == int(gan.step.value)
    fit(gan, 24, path)
    assert_same(state(gan), reference[0])


def test_progress_bar_of_keras(capsys):
    fit(make(r1=0), 8, verbose=2)
    printed = capsys.readouterr().out
    assert "Epoch 2/2" in printed and all(name in printed for name in NAMES)


def test_it_learns():
    """Pictures of one colour each, of which the mean is orange: whoever learns anything learns that."""
    rng = np.random.default_rng(2)
    colours = np.clip(np.array([220, 120, 40]) + rng.normal(0, 12, (200, 3)), 0, 255)
    images = np.broadcast_to(colours[:, None, None], (200, 16, 16, 3)).astype(np.uint8)
    keras.utils.set_random_seed(0)
    shape = (16, 16, 3)
    gan = GAN(
        models.build_generator(shape, 4, width=4),
        models.build_discriminator(shape, width=4),
    )
    gan.compile(
        gan_adam(2e-3),
        gan_adam(2e-3),
        jit_compile=False,
        r1=0,
        ema=0.95,
        steps_per_execution=10,
    )
    target = images.mean((0, 1, 2))
    before = np.abs(gan.sample(64).mean((0, 1, 2)) - target).max()
    gan.fit(images, steps=200, batch_size=16)
    after = np.abs(gan.sample(64).mean((0, 1, 2)) - target).max()
    assert before > 60 and after < 25


# ---------------------------------------------------------------------------------------- stopped and resumed
def test_resumed_in_another_gan(tmp_path, reference, capsys):
    path = tmp_path / "run.npz"
    first = make()
    fit(first, 12, path)
    assert capsys.readouterr().out == ""
    second = make(seed=1)  # other weights, all of which the file replaces
    record = fit(second, 24, str(path))
    assert f"Continuing at step 12 from {path}." in capsys.readouterr().out
    assert_same(state(second), reference[0])
    assert record == reference[1]
    third = make(seed=2)  # nothing is left to do, so nothing is compiled
    assert fit(third, 24, path) == reference[1]
    assert_same(state(third), reference[0])


def test_saved_and_restored_by_hand(tmp_path, reference):
    first = make()
    fit(first, 12)
    assert first.save(tmp_path / "by_hand.npz") == tmp_path / "by_hand.npz"
    second = make(seed=1)
    second.restore(tmp_path / "by_hand.npz")
    assert_same(state(second), state(first))
    assert second.record == first.record
    fit(second, 24)
    assert_same(state(second), reference[0])


def test_checkpoints_are_written_as_often_as_asked(tmp_path):
    path, sizes = tmp_path / "run.npz", []

    class Look(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            sizes.append(
                int(checkpoint.load(path)[0]["step/0"]) if path.exists() else None
            )

    gan = make(r1=0)
    fit(gan, 12, path, [Look()])
    assert sizes == [4, 8, 12]
    path.unlink()
    fit(gan, 24, path, [Look()], save_every=1e9)
    assert (
        sizes[3:] == [None, None, None]
        and int(checkpoint.load(path)[0]["step/0"]) == 24
    )


def test_dropout_goes_on_where_it_was(tmp_path):
    """Its random numbers are the network's own, and part of the checkpoint."""
    gan = make()
    start = [v.numpy() for v in gan.discriminator.variables if "seed" in v.path]
    one_step(gan)
    gan.save(tmp_path / "run.npz")
    end = [v.numpy() for v in gan.discriminator.variables if "seed" in v.path]
    assert len(start) == 1 and not np.array_equal(start, end)
    other = make(seed=1)
    other.restore(tmp_path / "run.npz")
    np.testing.assert_array_equal(
        [v.numpy() for v in other.discriminator.variables if "seed" in v.path], end
    )


@pytest.mark.parametrize("step, anew", [(1, True), (6, True), (6, False), (8, True)])
def test_interrupted(tmp_path, reference, capsys, step, anew):
    """Ctrl-C in the middle of an epoch, at its end or at once: quiet, saved, and the same call goes on."""
    path, gan = tmp_path / "run.npz", make()
    fit(gan, 24, path, [interrupt_at(step)], save_every=1e9)
    assert (
        f"Stopped at step {step}. Run this cell again to go on."
        in capsys.readouterr().out
    )
    assert int(checkpoint.load(path)[0]["step/0"]) == step
    gan = make(seed=1) if anew else gan
    record = fit(gan, 24, path)
    assert_same(state(gan), reference[0])
    assert record == reference[1]


def test_interrupted_without_a_path(reference):
    gan = make()
    fit(gan, 24, callbacks=[interrupt_at(5)])
    assert int(gan.step.value) == 5
    fit(gan, 24)
    assert_same(state(gan), reference[0])


def child(path, how):
    """What a child process does: trains like the reference (with XLA or not), and tells of every step."""
    import time

    def look(step):
        print("step", step, flush=True)
        time.sleep(0.02)  # so that whoever kills it comes in time

    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a shell turns it off for what runs behind it
    gan = make(jit_compile=how == "xla")
    if how == "interrupted and torn":
        fit(gan, 400, path, [Watch(look)])  # until Ctrl-C
        print("stopped", int(gan.step.value), flush=True)

        def tear(step):
            look(step)
            if step == STOP:  # the next checkpoint is its last
                checkpoint.open = lambda name, mode: Dying(open(name, mode), 5000)

        fit(gan, 400, path, [Watch(tear)])
    else:
        fit(gan, 400, path, [Watch(look)])
    print("survived", flush=True)


STOP = 18


def start(path, how):
    code = (
        f"from tests import test_training; test_training.child({str(path)!r}, {how!r})"
    )
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=pipe, stderr=pipe, text=True
    )


def wait_for(process, line):
    for printed in process.stdout:
        if printed.strip() == line:
            return
    raise AssertionError(
        f"the child ended before {line!r}: {process.stderr.read()[-2000:]}"
    )


def test_killed_at_any_moment_with_xla(tmp_path):
    """kill -9 another process, this one, goes on from the last whole checkpoint. All with XLA."""
    path = tmp_path / "run.npz"
    process = start(path, "xla")
    wait_for(process, "step 10")
    process.kill()
    process.communicate()
    assert process.returncode != 0
    kept = int(checkpoint.load(path)[0]["step/0"])
    assert kept >= 8 and kept % 4 == 0 and kept < 24
    gan = make(jit_compile=True)
    record, never_stopped = fit(gan, 24), state(gan)
    gan.restore(path)  # all of it in one compiled GAN, which saves compiling another
    assert int(gan.step.value) == kept
    assert fit(gan, 24) == record
    assert_same(state(gan), never_stopped)


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no SIGINT to send to a child"
)
def test_a_real_ctrl_c_and_then_killed_half_way_through_a_checkpoint(
    tmp_path, reference
):
    path = tmp_path / "run.npz"
    process = start(path, "interrupted and torn")
    wait_for(process, "step 6")
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=300)
    stopped = int(output.split("stopped ")[1].split()[0])
    assert (
        f"Stopped at step {stopped}. Run this cell again" in output
        and 6 <= stopped < STOP
    ), errors[-2000:]
    assert process.returncode == -signal.SIGKILL and "survived" not in output
    (torn,) = [other for other in tmp_path.iterdir() if other != path]
    kept = int(checkpoint.load(path)[0]["step/0"])
    assert 2000 < torn.stat().st_size < path.stat().st_size and stopped <= kept <= STOP
    gan = make(seed=1)
    fit(gan, 24, path)
    assert_same(state(gan), reference[0])
    assert list(tmp_path.iterdir()) == [path]


def test_disk_full_while_training(tmp_path, reference, monkeypatch):
    """The run stops with the reason, the old file stays, and once there is room the same call goes on."""
    path, gan, real = tmp_path / "run.npz", make(), np.savez
    fit(gan, 8, path)
    before = path.read_bytes()

    def full(file, **arrays):
        if "trial" in file.name:  # there was room before the first step
            return real(file, **arrays)
        real(file, **dict(list(arrays.items())[:3]))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint.np, "savez", full)
    with pytest.raises(
        OSError,
        match="could not save .*run.npz: No space left on device; the previous "
        "run.npz is untouched. Free some space",
    ) as caught:
        fit(gan, 24, path)
    assert caught.value.errno == errno.ENOSPC
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    assert int(gan.step.value) == 12
    fit(gan, 24, path)
    assert_same(state(gan), reference[0])
    other = make(seed=1)
    path.write_bytes(before)
    fit(other, 24, path)
    assert_same(state(other), reference[0])


# ------------------------------------------------------------------------------------------------- divergence
def diverging(at):
    """A GAN whose loss is no number from step `at` on, and finite before."""

    def d_loss(real_logits, fake_logits):
        return losses.discriminator_bce(real_logits, fake_logits) * tf.where(
            gan.step.value < at, 1.0, np.nan
        )

    gan = make(r1=0, loss=(d_loss, losses.generator_linear), steps_per_execution=2)
    return gan


@pytest.mark.parametrize("at", [0, 7, 8])
def test_a_loss_that_is_no_number_stops_the_run(tmp_path, at):
    path, gan = tmp_path / "run.npz", diverging(at)
    kept = (
        "the last good checkpoint, .*run.npz, is untouched"
        if at >= 4
        else "nothing was saved"
    )
    with pytest.raises(
        TrainingDiverged,
        match=f"the loss stopped being a number at step {at}; {kept}. Try",
    ):
        fit(gan, 24, path)
    assert path.exists() == (at >= 4)
    if path.exists():
        arrays, _ = checkpoint.load(path)
        assert int(arrays["step/0"]) == at // 4 * 4
        assert all(np.isfinite(array).all() for array in arrays.values())
    with pytest.raises(TrainingDiverged, match=f"at step {at};"):
        fit(gan, 24, path)


@pytest.mark.parametrize("rates", [(np.inf, 1e-3), (1e-3, np.inf)], ids=["D", "G"])
def test_rates_without_bounds(tmp_path, rates):
    """The loss of the very step that ruins the weights may still be a number, but they are not saved."""
    path, gan = (
        tmp_path / "run.npz",
        make(d_optimizer=sgd(rates[0]), g_optimizer=sgd(rates[1]), r1=0),
    )
    with pytest.raises(
        TrainingDiverged, match="stopped being a number at step 0; nothing was saved"
    ):
        fit(gan, 40, path, steps_per_record=1)
    assert not path.exists()


def test_weights_that_are_no_numbers_are_never_saved(path, four_steps):
    gan = make()
    gan.restore(path)
    gan.generator.variables[0].assign(np.full((LATENT, 6), np.nan))
    with pytest.raises(
        TrainingDiverged, match="a weight stopped being a number at step 3.*untouched"
    ):
        gan.save(path)
    assert path.read_bytes() == four_steps


def test_the_last_good_checkpoint_can_be_restored(tmp_path):
    path, gan = tmp_path / "run.npz", diverging(6)
    with pytest.raises(TrainingDiverged):
        fit(gan, 24, path)
    gan.compile(jit_compile=False, r1=0, steps_per_execution=2)
    with pytest.raises(CheckpointError, match="d_optimizer"):
        other = make(d_optimizer=sgd(0.1))
        other.restore(path)
    gan.restore(path)
    assert int(gan.step.value) == 4
    assert fit(gan, 8)["step"] == [4, 8]


# --------------------------------------------------------------------------------------- what does not belong
def other_images():
    images = IMAGES.copy()
    images[3, 2, 1] ^= 1
    return images


@pytest.mark.parametrize(
    "images, options, message",
    [
        (other_images(), {}, "other images"),
        (IMAGES[:20], {}, "shape was .21, 8, 8, 1. and is .20, 8, 8, 1."),
        (IMAGES, {"batch_size": 5}, "batch_size was 4 and is 5"),
        (IMAGES, {"seed": 4}, "seed was 3 and is 4"),
        (IMAGES, {"r1": 0.5}, "r1 was 1.0 and is 0.5"),
        (IMAGES, {"random_flip": True}, "random_flip was False and is True"),
    ],
    ids=["one pixel", "one picture", "batch size", "seed", "penalty", "mirrored"],
)
def test_runs_of_others_are_refused(path, images, options, message):
    options = dict(options)
    compiled = {
        name: options.pop(name) for name in ("r1", "random_flip") if name in options
    }
    other = make(seed=1, **compiled)
    before = state(other)
    options = {"steps": 8, "batch_size": 4, "seed": 3, "steps_per_record": 4, **options}
    with pytest.raises(
        CheckpointError,
        match=f"run.npz belongs to another run: .*{message}.* another path",
    ):
        other.fit(images, path=path, **options)
    assert_same(state(other), before)


def test_other_networks_are_refused(path):
    generator, _ = networks()
    discriminator = keras.Sequential(
        [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    other = GAN(generator, discriminator)
    other.compile(jit_compile=False, steps_per_execution=1)
    before = state(other)
    with pytest.raises(
        CheckpointError,
        match="run.npz was made with other networks, optimizers or settings",
    ):
        fit(other, 8, path)
    assert_same(state(other), before)


def test_a_file_that_is_no_checkpoint_is_refused_and_kept(tmp_path):
    path = tmp_path / "run.npz"
    path.write_bytes(b"my thesis")
    with pytest.raises(CheckpointError, match="cannot be used"):
        fit(make(), 8, path)
    assert path.read_bytes() == b"my thesis"


@pytest.mark.parametrize(
    "images, options, problem, message",
    [
        (
            IMAGES / 255,
            {},
            TypeError,
            r"images has dtype float64; expected uint8.*np.round\(255 \* images\)",
        ),
        (IMAGES.tolist(), {}, TypeError, "images is a list; expected uint8"),
        (
            IMAGES[0],
            {},
            ValueError,
            r"images has shape \(8, 8, 1\); expected \(n, height, width, channels\)",
        ),
        (IMAGES[:0], {}, ValueError, "images has shape"),
        (
            IMAGES[:, :4, :4],
            {},
            ValueError,
            r"are \(4, 4, 1\) and .* were built for \(8, 8, 1\).*size=8",
        ),
        (
            np.repeat(IMAGES, 3, 3),
            {},
            ValueError,
            r"images are \(8, 8, 3\).*channels=1",
        ),
        (
            IMAGES,
            {"batch_size": 22},
            ValueError,
            "batch_size is 22 and there are 21 images",
        ),
        (IMAGES, {"batch_size": 0}, ValueError, "batch_size is 0"),
        (IMAGES, {"batch_size": "4"}, TypeError, "batch_size is '4'"),
        (IMAGES, {"seed": None}, TypeError, "seed is None; expected a whole number"),
        (IMAGES, {"seed": 0.5}, TypeError, "seed is 0.5; expected a whole number"),
        (IMAGES, {"steps": 0}, ValueError, "steps is 0; expected 1 or more"),
        (IMAGES, {"steps": 1e3}, TypeError, "steps is 1000.0; expected a whole number"),
        (
            IMAGES,
            {"steps": 25},
            ValueError,
            "steps is 25 and steps_per_record 10; expected multiples of .*, 2",
        ),
        (
            IMAGES,
            {"steps_per_record": 5},
            ValueError,
            "steps_per_record 5; expected multiples of .*, 2",
        ),
        (IMAGES, {"steps_per_record": 0}, ValueError, "steps_per_record is 0"),
    ],
    ids=[
        "unit range",
        "list",
        "one picture",
        "no picture",
        "size",
        "channels",
        "large batch",
        "no batch",
        "text batch",
        "no seed",
        "broken seed",
        "no steps",
        "broken steps",
        "odd steps",
        "odd record",
        "no record",
    ],
)
def test_bad_input_to_fit(tmp_path, images, options, problem, message):
    gan = make(r1=0, steps_per_execution=2)
    options = {
        "steps": 20,
        "batch_size": 4,
        "steps_per_record": 10,
        "path": tmp_path / "run.npz",
        **options,
    }
    with pytest.raises(problem, match=message):
        gan.fit(images, **options)
    assert not (tmp_path / "run.npz").exists() and int(gan.step.value) == 0


def test_numbers_of_numpy_are_numbers(tmp_path):
    """They come out of arrays and tables, and must not fail a minute later, when the run is saved."""
    options = {
        "r1": np.float32(1),
        "r2": np.float64(0),
        "ema": np.float32(0.5),
        "r1_every": np.int64(4),
        "random_flip": np.bool_(False),
        "steps_per_execution": np.int32(2),
    }
    fit(
        make(**options),
        np.int64(4),
        tmp_path / "run.npz",
        batch_size=np.int32(4),
        seed=np.int64(3),
        steps_per_record=np.int64(4),
        save_every=np.float32(0),
    )
    again = make(seed=1, **options)
    assert fit(again, 4, tmp_path / "run.npz")["step"] == [4]


def test_networks_that_do_not_meet():
    generator, _ = networks()
    other = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    with pytest.raises(ValueError, match=r"\(8, 8, 1\).*\(8, 8, 3\).*image_shape"):
        GAN(generator, other)


@pytest.mark.parametrize(
    "options, problem, message",
    [
        ({"loss": "hing"}, ValueError, "no loss is called 'hing'"),
        ({"r1_every": 0}, ValueError, "r1_every is 0"),
        ({"steps_per_execution": 0}, ValueError, "steps_per_execution"),
        ({"ema": 1.5}, ValueError, "ema is 1.5"),
        ({"r1": -1.0}, ValueError, "r1 is -1.0"),
        (
            {"d_optimizer": 0.001},
            TypeError,
            r"optimizers 0.001 and None; expected two .*type gan_adam\(5e-4\)",
        ),
        (
            {"g_optimizer": "adam"},
            TypeError,
            r"optimizers None and 'adam'; expected two objects",
        ),
    ],
    ids=["loss", "r1_every", "steps_per_execution", "ema", "r1", "rate", "name"],
)
def test_bad_input_to_compile(options, problem, message):
    with pytest.raises(problem, match=message):
        GAN(*networks()).compile(**options)


@pytest.mark.parametrize("gpus", [[], ["one"]], ids=["CPU", "GPU"])
def test_xla_is_for_gpus_unless_asked(monkeypatch, gpus):
    compiled = []
    monkeypatch.setattr(
        tf, "function", lambda function, jit_compile: compiled.append(jit_compile)
    )
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind=None: gpus)
    for asked in (None, False, True):
        GAN(*networks()).compile(jit_compile=asked)
    assert compiled == [bool(gpus), False, True]


def test_an_optimizer_cannot_serve_two_players():
    optimizer = gan_adam()
    with pytest.raises(TypeError, match="expected two objects, one for each player"):
        GAN(*networks()).compile(optimizer, optimizer)


# ----------------------------------------------------------------------- what is said before the first step
def test_a_path_that_cannot_be_written_is_refused_before_the_first_step(tmp_path):
    (tmp_path / "file").write_text("x")
    for path, problem in (
        (tmp_path, IsADirectoryError),
        (tmp_path / "file" / "run.npz", NotADirectoryError),
        (tmp_path / ("n" * 300), OSError),
        (tmp_path / "gan.keras", ValueError),
    ):
        gan = make(r1=0)
        with pytest.raises(problem, match="another path|expected a file|npz|too long"):
            fit(gan, 4, path)
        assert int(gan.step.value) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_is_found_before_the_first_step(tmp_path, monkeypatch):
    def full(file, **arrays):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint.np, "savez", full)
    gan = make(r1=0)
    with pytest.raises(OSError, match="No space") as caught:
        fit(gan, 4, tmp_path / "run.npz")
    assert caught.value.errno == errno.ENOSPC and int(gan.step.value) == 0
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_run_is_kept_whatever_was_trained_before(path, four_steps):
    gan = make(seed=1)
    fit(gan, 4)
    with pytest.raises(CheckpointError, match="another run"):
        fit(gan, 8, path)
    assert path.read_bytes() == four_steps
    path.write_bytes(b"my thesis")
    with pytest.raises(CheckpointError, match="cannot be used"):
        fit(gan, 8, path)
    assert path.read_bytes() == b"my thesis" and int(gan.step.value) == 4


def test_a_run_that_went_on_elsewhere_is_not_set_back(path):
    gan, other = make(r1=0), make(r1=0)
    for one in (gan, other):
        one.compile(jit_compile=False, r1_every=4, steps_per_execution=1)
        one.restore(path)
    fit(other, 12, path)
    with pytest.raises(CheckpointError, match="at step 12"):
        fit(gan, 8, path)
    fit(other, 16, path)  # who wrote it goes on


def test_the_home_folder_is_the_users(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    gan = make(r1=0)
    fit(gan, 4, "~/runs/run.npz")
    assert (tmp_path / "runs" / "run.npz").exists()
    assert gan.save("~/again.npz") == tmp_path / "again.npz"
    gan.restore("~/again.npz")


def test_keras_arguments_and_names_of_save(tmp_path):
    gan = make(r1=0)
    path = gan.save(tmp_path / "a.npz", overwrite=True, zipped=None)
    with pytest.raises(FileExistsError, match="overwrite"):
        gan.save(path, overwrite=False)
    for name in ("gan.keras", "gan.h5"):
        with pytest.raises(ValueError, match="npz"):
            gan.save(tmp_path / name)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_network_with_nothing_to_train_is_refused(player):
    both = dict(zip(("generator", "discriminator"), networks()))
    both[player].trainable = False
    with pytest.raises(ValueError, match=f"{player} has nothing to train"):
        GAN(**both)
    both[player].trainable = True
    gan = GAN(**both)
    both[player].layers[0].trainable = False  # a part may be frozen
    gan.compile(jit_compile=False, steps_per_execution=1)
    both[player].trainable = False
    for late in (gan.compile, lambda: fit(gan, 4)):
        with pytest.raises(ValueError, match="nothing to train"):
            late()


def test_optimizers_of_other_networks_are_refused():
    first, second = make(), make(seed=1)
    with pytest.raises(ValueError, match="g_optimizer"):
        second.compile(gan_adam(), first.g_optimizer)
    with pytest.raises(ValueError, match="d_optimizer"):
        second.compile(first.d_optimizer, gan_adam())
    first.compile(first.d_optimizer, first.g_optimizer)  # the same networks


class Own(keras.Model):
    """A subclass, whose shapes Keras does not know."""

    def call(self, x):
        return x


def own_networks():
    layers, dense = keras.layers, keras.layers.Dense
    z, image = keras.Input((LATENT,)), keras.Input(SHAPE)
    flat, drawn = layers.Flatten()(image), layers.Reshape(SHAPE)(dense(64)(z))
    label = keras.Input((1,))
    wide = dense(64)(layers.Concatenate()([z, label]))
    return {
        "a function": (lambda z: z, None),
        "a subclass": (Own(), None),
        "not built": (keras.Sequential([dense(64), layers.Reshape(SHAPE)]), None),
        "two inputs": (keras.Model([z, label], layers.Reshape(SHAPE)(wide)), None),
        "no noise": (keras.Model(image, layers.Conv2D(1, 1)(image)), None),
        "no image": (keras.Model(z, dense(64)(z)), None),
        "unit range": (
            keras.Model(z, layers.Activation("sigmoid")(drawn)),
            None,
        ),
        "probability": (None, keras.Model(image, dense(1, "sigmoid")(flat))),
        "ten logits": (None, keras.Model(image, dense(10)(flat))),
        "two outputs": (None, keras.Model(image, [dense(1)(flat), dense(1)(flat)])),
    }


def test_own_networks_that_cannot_be_trained_are_refused():
    for name, pair in own_networks().items():
        pair = [own or usual for own, usual in zip(pair, networks())]
        with pytest.raises((TypeError, ValueError), match="expected"):
            GAN(*pair)
            raise AssertionError(name)


def test_batch_normalisation_inside_a_network_in_a_network_is_found():
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input(SHAPE), layers.BatchNormalization(), layers.Flatten()]
    )
    outer = keras.Sequential([keras.Input(SHAPE), inner, layers.Dense(1)])
    assert GAN(networks()[0], outer).separate_batches


@pytest.mark.parametrize(
    "callback, word",
    [
        (lambda: keras.callbacks.ModelCheckpoint("w.keras"), "path="),
        (lambda: keras.callbacks.LearningRateScheduler(lambda e: 0.1), "steps"),
        (lambda: keras.callbacks.ReduceLROnPlateau("d_loss"), "steps"),
        (lambda: keras.callbacks.SwapEMAWeights(), "ema_generator"),
        (lambda: "CSVLogger", "Callback"),
    ],
)
def test_callbacks_that_could_not_work_are_refused(callback, word):
    gan, callback = make(r1=0), callback()
    for callbacks in (callback, [callback]):
        with pytest.raises((TypeError, ValueError), match=word):
            fit(gan, 4, callbacks=callbacks)
    assert int(gan.step.value) == 0


def test_arguments_as_keras_takes_them(tmp_path):
    gan, seen = make(r1=0), []
    fit(gan, 4, callbacks=None)
    fit(gan, 8, callbacks=Watch(seen.append))
    path = str(tmp_path / "w.weights.h5")
    weights = keras.callbacks.ModelCheckpoint(path, save_weights_only=True)
    fit(gan, 12, tmp_path / "run.npz", (weights,), save_every=None)
    assert seen == [5, 6, 7, 8] and (tmp_path / "w.weights.h5").exists()


def test_data_in_other_wrappings_says_what_to_type():
    class Data:
        images = IMAGES

    stream = tf.data.Dataset.from_tensor_slices(IMAGES)
    for images, word in (
        (Data(), r"data\.images"),
        ((IMAGES, None), r"images\[0\]"),
        ([IMAGES[0]], "np.stack"),
        (stream, "np.concatenate"),
        (iter([IMAGES]), "np.concatenate"),
    ):
        with pytest.raises(TypeError, match=word):
            make(r1=0).fit(images, steps=4)


@pytest.mark.parametrize(
    "use",
    [
        lambda gan: gan.fit(IMAGES, steps=4),
        lambda gan: gan.save("never.npz"),
        lambda gan: gan.restore("never.npz"),
        lambda gan: gan.train_step(IMAGES[:4]),
        lambda gan: InteractiveTrainer(gan, IMAGES),
    ],
    ids=["fit", "save", "restore", "train_step", "InteractiveTrainer"],
)
def test_nothing_works_before_compile_and_says_so(use, path, monkeypatch):
    monkeypatch.chdir(path.parent)
    path.rename("never.npz")
    with pytest.raises(RuntimeError, match="compile"):
        use(GAN(*networks()))


def test_a_rate_that_was_changed_is_not_silently_replaced(tmp_path):
    path = tmp_path / "run.npz"
    fit(make(d_optimizer=gan_adam(5e-4), r1=0), 4, path)
    for optimizer in (gan_adam(1e-5), gan_adam(5e-4, steps=100), sgd(5e-4)):
        with pytest.raises(CheckpointError, match="d_optimizer"):
            fit(make(d_optimizer=optimizer, r1=0), 8, path)
    fit(make(d_optimizer=gan_adam(5e-4), r1=0), 8, path)


def test_a_schedule_without_a_configuration_is_a_schedule():
    class Own(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.001

    fit(make(d_optimizer=gan_adam(Own()), r1=0), 4)


def test_checkpoints_of_earlier_versions_go_on(path, reference):
    arrays, about = checkpoint.load(path)
    for name in ("r2", "d_optimizer", "g_optimizer"):
        del about["run"][name]
    about["run"]["flip"] = about["run"].pop("random_flip")
    arrays = {n: a for n, a in arrays.items() if not n.startswith("trackers/")}
    checkpoint.save(path, arrays, {"run": about["run"]})
    gan = make(seed=1)
    assert fit(gan, 24, path) == reference[1]
    assert_same(state(gan), reference[0])
    checkpoint.save(path, arrays, {"run": about["run"]})
    with pytest.raises(CheckpointError, match="r2 was 0.0 and is 1.0"):
        fit(make(r2=1.0), 24, path)


def test_r2_is_taken_with_r1_and_alone():
    seen = []
    for options in ({"r1": 0.0}, {"r1": 0.0, "r2": 3.0}, {"r1": 3.0, "r2": 3.0}):
        gan = make(dropout=0, r1_every=2, loss="relativistic", **options)
        first, second = one_step(gan)["d_norm"], state(gan)["discriminator/0"]
        seen.append((first, second))
    assert len({first for first, _ in seen}) == 3
    gan = make(dropout=0, r1=0.0, r2=3.0, r1_every=2)
    real, z = training.to_float(IMAGES[:4]), same_noise(gan, 4)
    _, values = steps.discriminator_gradients(
        gan.discriminator, [], real, gan.generator(z), gan.d_loss, r2=6.0
    )
    learned = gan._learn(tf.constant(IMAGES[:4]), None, z, True)
    assert float(learned.d_total_loss) == pytest.approx(float(values.total_loss))
    learned = gan._learn(tf.constant(IMAGES[:4]), None, z, False)
    assert float(learned.d_total_loss) == float(learned.d_loss)


def test_steps_end_on_time_whatever_they_began_with():
    gan = make(r1=0, steps_per_execution=2)
    gan.fit(IMAGES, steps=2, batch_size=4, seed=3, steps_per_record=2)
    gan.compile(jit_compile=False, r1=0, steps_per_execution=8)
    seen = []
    fit(gan, 24, callbacks=Watch(seen.append), steps_per_record=8)
    assert seen == [8, 16, 24]


def test_stopped_before_the_first_step(tmp_path, capsys):
    class Stop(keras.callbacks.Callback):
        ended = False

        def on_train_begin(self, logs=None):
            raise KeyboardInterrupt

        def on_train_end(self, logs=None):
            self.ended = True

    gan, stop = make(r1=0), Stop()
    fit(gan, 4, tmp_path / "run.npz", stop)
    assert "Stopped at step 0" in capsys.readouterr().out
    assert not stop.ended and not (tmp_path / "run.npz").exists()
    fit(gan, 4, tmp_path / "run.npz")
    assert gan.record["step"] == [4]


def test_a_callback_that_fails_loses_nothing(tmp_path):
    def fail(step):
        if step == 7:
            raise OverflowError("mine")

    path = tmp_path / "run.npz"
    with pytest.raises(OverflowError, match="mine"):
        fit(make(r1=0), 24, path, Watch(fail), save_every=None)
    assert int(checkpoint.load(path)[0]["step/0"]) == 7


# ----------------------------------------------------------------------------------------- several devices
def start_distributed(what, path, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.distributed_training", what, str(path)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer_of(process):
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors[-3000:]
    return json.loads(output.splitlines()[-1])


def test_two_devices_make_of_a_batch_what_one_makes_of_it(tmp_path):
    """The same global batch and noise, so the same weights and record up to rounding; resumed to the bit."""
    found = answer_of(start_distributed("mirrored", tmp_path / "run.npz"))
    assert found["weights"] < 1e-5 and found["record"] < 1e-5
    assert found["learned"] > 1e-3  # or nothing would be compared
    assert found["resumed"] == 0 and found["resumed_record"] < 1e-5
    assert found["ema"] == 0 and found["norm"] > 0 and found["finite"]
    assert len(found["refused"]) == 2


def test_two_workers_make_of_a_batch_what_one_makes_of_it(tmp_path):
    with socket.socket() as one, socket.socket() as two:
        for free in (one, two):
            free.bind(("localhost", 0))
        names = [f"localhost:{free.getsockname()[1]}" for free in (one, two)]
    workers = []
    for index in (0, 1):
        task = {"type": "worker", "index": index}
        config = json.dumps({"cluster": {"worker": names}, "task": task})
        path = tmp_path / "run.npz"
        workers.append(start_distributed("worker", path, TF_CONFIG=config))
    try:
        for worker in workers:
            assert answer_of(worker)["weights"] < 1e-5
    finally:
        for worker in workers:
            worker.kill()
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]


# What a training leaves behind: memory that Python has freed and that the C library keeps for later, since one block
# above it is still in use.
KEEPING = """
import re
import numpy as np
from tests.test_training import fit, make

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read()).group(1)) / 1024

gan = make()
fit(gan, 4)
blocks = [np.ones(10_000) for _ in range(4000)]
last = blocks.pop()
del blocks
before = resident()
fit(gan, 8)
print(before, resident())
"""


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="only glibc gives memory back when asked"
)
def test_a_training_gives_back_the_memory_that_was_freed():
    answer = subprocess.run(
        [sys.executable, "-c", KEEPING], cwd=ROOT, capture_output=True, text=True
    )
    before, after = map(float, answer.stdout.split())
    assert before > 300 and after < before - 200, answer.stderr
