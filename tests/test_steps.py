"""The step: its values and gradients beside one independent calculation, for Keras models and plain weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganlib import losses, steps

REAL = np.array([[1.0, 2.0], [0.5, -1.0], [-0.3, 0.2]], np.float32)
FAKE = np.array([[0.1, -0.4], [1.5, 0.3], [0.7, 0.9]], np.float32)
W = np.array([0.4, -0.7])


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def by_hand(w, r1=0.0, r2=0.0, gp=0.0):
    """(loss, total, gradient) of BCE with D(x) = w . x, whose gradient with respect to x is w everywhere."""
    real, fake = REAL @ w, FAKE @ w
    loss = np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(fake)).mean()
    length = np.linalg.norm(w)
    total = loss + (r1 + r2) / 2 * length**2 + gp * (length - 1) ** 2
    gradient = (-(1 - sigmoid(real)) @ REAL + sigmoid(fake) @ FAKE) / 3
    gradient = gradient + (r1 + r2) * w + 2 * gp * (length - 1) * w / length
    return loss, total, gradient


def linear(form):
    """(discriminator, its weights) as a Keras model, or as a function of a variable."""
    if form == "keras":
        network = keras.Sequential(
            [keras.Input((2,)), keras.layers.Dense(1, use_bias=False)]
        )
        network.set_weights([W[:, None].astype(np.float32)])
        return network, network.trainable_variables
    weights = [tf.Variable(W[:, None].astype(np.float32))]
    return lambda x, training=False: tf.matmul(x, weights[0]), weights


@pytest.mark.parametrize("form", ["keras", "list"])
@pytest.mark.parametrize(
    "penalties",
    [{}, {"r1": 3.0}, {"r2": 2.0}, {"r1": 3.0, "r2": 2.0}, {"gp": 10.0}],
    ids=str,
)
def test_gradients_of_d_are_those_of_the_formula(form, penalties):
    network, weights = linear(form)
    more = dict(penalties)
    if gp := more.pop("gp", None):
        more |= {"gradient_penalty": gp, "mix": np.float32([[0.1], [0.5], [0.9]])}
    for separate in (False, True):
        gradients, values = steps.discriminator_gradients(
            network,
            weights,
            tf.constant(REAL),
            tf.constant(FAKE),
            losses.discriminator_bce,
            separate_batches=separate,
            **more,
        )
        loss, total, gradient = by_hand(W, **penalties)
        np.testing.assert_allclose(values.loss, loss, rtol=1e-5)
        np.testing.assert_allclose(values.total_loss, total, rtol=1e-5)
        np.testing.assert_allclose(gradients[0][:, 0], gradient, rtol=1e-4)
        np.testing.assert_allclose(values.real_logits[:, 0], REAL @ W, rtol=1e-5)
        np.testing.assert_allclose(values.fake_logits[:, 0], FAKE @ W, rtol=1e-5)


def test_r1_looks_at_real_images_and_r2_at_generated_ones():
    def curved(x, training=False):  # its gradient is 2 x: E||2x||^2 = 4 E||x||^2
        return tf.reduce_sum(tf.square(x), 1, keepdims=True)

    for name, images in (("r1", REAL), ("r2", FAKE)):
        _, values = steps.discriminator_gradients(
            curved,
            [],
            tf.constant(REAL),
            tf.constant(FAKE),
            losses.discriminator_bce,
            **{name: tf.constant(2.0)},
        )
        penalty = 4 * np.square(images).sum(1).mean()
        np.testing.assert_allclose(values.total_loss - values.loss, penalty, rtol=1e-5)


def test_a_gradient_penalty_needs_its_points():
    network, weights = linear("list")
    with pytest.raises(ValueError, match="mix"):
        steps.discriminator_gradients(
            network, weights, REAL, FAKE, losses.discriminator_bce, gradient_penalty=1.0
        )


def test_gradients_of_g_are_those_of_the_formula():
    network, _ = linear("keras")
    z = np.array([[0.3], [-1.2], [0.8]], np.float32)
    a = tf.Variable([[0.6, -0.2]])
    gradients, values = steps.generator_gradients(
        lambda z, training: tf.matmul(z, a),
        network,
        [a],
        z,
        losses.generator_relativistic,
        real_logits=tf.constant(REAL @ W.astype(np.float32))[:, None],
        extra=lambda fake: 3.0 * tf.reduce_mean(fake),
    )
    fake = z @ a.numpy()
    gap = REAL @ W - fake @ W
    loss = np.log1p(np.exp(gap)).mean() + 3 * fake.mean()
    gradient = -(sigmoid(gap)[:, None] * z).mean() * W + 1.5 * z.mean()
    np.testing.assert_allclose(values.loss, loss, rtol=1e-5)
    np.testing.assert_allclose(gradients[0][0], gradient, rtol=1e-4)
    np.testing.assert_allclose(values.fake, fake)


def pair(seed=0, batchnorm=False):
    keras.utils.set_random_seed(seed)
    norm = [keras.layers.BatchNormalization()] if batchnorm else []
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    discriminator = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(5, "tanh"),
            *norm,
            keras.layers.Dense(1),
        ]
    )
    optimizers = [keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01)]
    optimizers[0].build(discriminator.trainable_variables)
    optimizers[1].build(generator.trainable_variables)
    return generator, discriminator, *optimizers


def test_an_alternating_step_is_both_updates_in_turn():
    z = tf.constant(FAKE)
    g1, d1, *optimizers = pair()
    values = steps.alternating_step(
        g1, d1, REAL, z, "relativistic", *optimizers, r1=1.0, r2=0.5
    )
    g2, d2, d_optimizer, g_optimizer = pair()
    fake = g2(z)
    gradients, d = steps.discriminator_gradients(
        d2,
        d2.trainable_variables,
        REAL,
        fake,
        losses.discriminator_relativistic,
        r1=1.0,
        r2=0.5,
    )
    d_optimizer.apply(gradients, d2.trainable_variables)
    gradients, g = steps.generator_gradients(
        g2,
        d2,
        g2.trainable_variables,
        z,
        losses.generator_relativistic,
        real_logits=d.real_logits,
    )
    g_optimizer.apply(gradients, g2.trainable_variables)
    for one, two in zip(g1.weights + d1.weights, g2.weights + d2.weights):
        np.testing.assert_allclose(one, two, rtol=1e-6)
    np.testing.assert_allclose(
        [values.d_loss, values.g_loss, values.d_total_loss],
        [d.loss, g.loss, d.total_loss],
        rtol=1e-6,
    )
    assert values.summary()["d_real"] == tf.reduce_mean(tf.sigmoid(d.real_logits))


def test_separate_batches_are_normalised_apart():
    _, network, *_ = pair(batchnorm=True)
    apart = steps.discriminate(network, REAL, FAKE + 9, separate_batches=True)
    alone = network(REAL, training=True)
    np.testing.assert_allclose(apart[0], alone, rtol=1e-5)
    together = steps.discriminate(network, REAL, FAKE + 9)
    assert np.abs(together[0] - alone).max() > 1e-2


@pytest.mark.parametrize("jit_compile", [False, True])
def test_repeat_makes_n_steps_in_one_call(jit_compile):
    total = tf.Variable(0)

    def step(number):
        total.assign_add(number)
        if number % 2 == 0:
            half = 1.0
        else:
            half = 0.0
        return {"number": tf.cast(number, tf.float32), "half": tf.constant(1.0) * half}

    run = steps.repeat(step, jit_compile=jit_compile)
    means = run(4, start=3)
    assert (total.numpy(), float(means["number"])) == (3 + 4 + 5 + 6, 4.5)
    assert float(means["half"]) == 0.5
    last = steps.repeat(step, mean=False, jit_compile=jit_compile)(4, start=3)
    assert float(last["number"]) == 6
    assert float(run(0)["number"]) == 0


def test_a_random_batch_keeps_rows_together_and_changes_at_every_step():
    images, labels = tf.range(100) * 2, tf.range(100)
    rng = tf.random.Generator.from_seed(0)

    def step(number):
        x, y = steps.random_batch(rng, 8, images, labels)
        return tf.reduce_sum(y), tf.reduce_sum(tf.abs(x - 2 * y))

    run = steps.repeat(step, mean=False)
    first, second = run(1), run(1)
    assert int(first[0]) != int(second[0]) and int(first[1]) == 0
    assert steps.random_batch(rng, 3, images).shape == (3,)


def test_the_average_follows_the_weights():
    average, weight = tf.Variable([1.0, 0.0]), tf.Variable([0.0, 1.0])
    steps.update_ema([average], [weight], 0.75)
    np.testing.assert_allclose(average, [0.75, 0.25])


def test_many_trainings_in_one_program_bring_no_warning(caplog):
    for _ in range(7):
        steps.repeat(lambda number: tf.cast(number, tf.float32))(2)
    assert "retracing" not in caplog.text
