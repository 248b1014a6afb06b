"""Losses and penalties: values and gradients against formulas written down a second time, in NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganlib import losses

REAL = np.array([[-2.5], [-0.3], [0.4], [1.7], [3.0]])
FAKE = np.array([[1.2], [-3.1], [0.6], [-0.2], [2.2]])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def log_likelihood(x):
    return np.log(sigmoid(x))


# As the papers print them, in probabilities where they do: name -> (discriminator's, generator's).
FORMULAS = {
    "non_saturating": (
        lambda r, f: -np.mean(log_likelihood(r)) - np.mean(np.log(1 - sigmoid(f))),
        lambda r, f: -np.mean(log_likelihood(f)),
    ),
    "saturating": (
        lambda r, f: -np.mean(log_likelihood(r)) - np.mean(np.log(1 - sigmoid(f))),
        lambda r, f: np.mean(np.log(1 - sigmoid(f))),
    ),
    "hinge": (
        lambda r, f: np.mean(np.maximum(0, 1 - r)) + np.mean(np.maximum(0, 1 + f)),
        lambda r, f: -np.mean(f),
    ),
    "wasserstein": (lambda r, f: np.mean(f) - np.mean(r), lambda r, f: -np.mean(f)),
    "least_squares": (
        lambda r, f: (np.mean((r - 1) ** 2) + np.mean(f**2)) / 2,
        lambda r, f: np.mean((f - 1) ** 2) / 2,
    ),
    "relativistic": (
        lambda r, f: -np.mean(log_likelihood(r - f)),
        lambda r, f: -np.mean(log_likelihood(f - r)),
    ),
}
PLAYERS = [(name, player) for name in losses.LOSSES for player in (0, 1)]


def value_and_gradients(loss, real, fake):
    real, fake = tf.constant(real, tf.float32), tf.constant(fake, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch([real, fake])
        value = loss(real, fake)
    gradients = tape.gradient(value, [real, fake], unconnected_gradients="zero")
    return value.numpy(), [g.numpy() for g in gradients]


def numerical(function, x, width=1e-5):
    """Central differences of a number with respect to every entry of `x`."""
    slope = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        there = np.zeros_like(x)
        there[place] = width
        slope[place] = (function(x + there) - function(x - there)) / (2 * width)
    return slope


def test_every_loss_has_its_formula_here():
    assert set(losses.LOSSES) == set(FORMULAS)


@pytest.mark.parametrize("name, player", PLAYERS)
def test_value_and_gradients(name, player):
    formula = FORMULAS[name][player]
    value, gradients = value_and_gradients(losses.get(name)[player], REAL, FAKE)
    assert value.shape == () and value == pytest.approx(formula(REAL, FAKE), rel=1e-5)
    differences = (
        numerical(lambda r: formula(r, FAKE), REAL),
        numerical(lambda f: formula(REAL, f), FAKE),
    )
    for gradient, difference in zip(gradients, differences):
        np.testing.assert_allclose(gradient, difference, atol=1e-6)


def test_any_shape_of_logits():
    shapes = (5,), (5, 1), (1, 5, 1, 1)
    values = {
        float(losses.discriminator_bce(REAL.reshape(shape), FAKE.reshape(shape)))
        for shape in shapes
    }
    assert max(values) - min(values) < 1e-6


@pytest.mark.parametrize("name, player", PLAYERS)
def test_extreme_logits_stay_numbers(name, player):
    """Where log(sigmoid(x)) would be -inf and its slope nan."""
    real, fake = (
        grid.reshape(-1, 1) for grid in np.meshgrid([-1e4, 0, 1e4], [-1e4, 0, 1e4])
    )
    value, gradients = value_and_gradients(losses.get(name)[player], real, fake)
    assert np.isfinite(value) and all(np.isfinite(g).all() for g in gradients)


@pytest.mark.parametrize("sure", [-1e4, 1e4])
def test_extreme_logits_have_their_limits(sure):
    """softplus(x) is x far to the right and 0 far to the left."""
    real, fake = np.full((3, 1), sure), np.full((3, 1), -sure)
    assert value_and_gradients(losses.discriminator_bce, real, fake)[0] == (
        0 if sure > 0 else 2e4
    )
    assert value_and_gradients(losses.generator_non_saturating, real, fake)[0] == (
        1e4 if sure > 0 else 0
    )
    assert value_and_gradients(losses.generator_saturating, real, fake)[0] == (
        0 if sure > 0 else -1e4
    )
    assert value_and_gradients(losses.generator_relativistic, real, fake)[0] == (
        2e4 if sure > 0 else 0
    )


def test_the_non_saturating_gradient_is_strong_where_the_saturating_one_is_not():
    beaten = np.full((4, 1), -10.0)
    weak = value_and_gradients(losses.generator_saturating, beaten, beaten)[1][1].sum()
    strong = value_and_gradients(losses.generator_non_saturating, beaten, beaten)[1][
        1
    ].sum()
    assert strong < -0.99 and -1e-4 < weak < 0


def test_cross_entropy_agrees_with_keras():
    """Keras's own formula, with real = 1 and generated = 0."""
    keras_bce = keras.losses.BinaryCrossentropy(from_logits=True)
    expected = keras_bce(np.ones_like(REAL), REAL) + keras_bce(
        np.zeros_like(FAKE), FAKE
    )
    assert float(losses.discriminator_bce(REAL, FAKE)) == pytest.approx(
        float(expected), rel=1e-5
    )


def test_get_passes_a_pair_of_functions_through():
    pair = losses.discriminator_hinge, losses.generator_non_saturating
    assert losses.get(pair) == losses.get(list(pair)) == pair
    assert losses.get("hinge") == (losses.discriminator_hinge, losses.generator_linear)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(wrong, id=name)
        for name, wrong in dict(
            typo="hing",
            empty="",
            none=None,
            number=3,
            list=["hinge"],
            dict={},
            one=(losses.discriminator_bce,),
            names=("hinge", "hinge"),
        ).items()
    ],
)
def test_get_names_the_choices(wrong):
    with pytest.raises(
        ValueError, match="no loss is called.*non_saturating.*relativistic.*give a pair"
    ):
        losses.get(wrong)


IMAGES = np.random.default_rng(1).normal(size=(5, 3, 2, 2)).astype(np.float32)
WEIGHTS = np.random.default_rng(2).normal(size=(3, 2, 2)).astype(np.float32)


def linear(images, training):
    return tf.reduce_sum(images * WEIGHTS, axis=(1, 2, 3))[:, None] + 5.0


def test_squared_gradient_norm_of_a_linear_discriminator():
    """Its gradient is its weights, everywhere."""
    squared, logits = losses.zero_centered_gradient_penalty(linear, tf.constant(IMAGES))
    assert float(squared) == pytest.approx((WEIGHTS**2).sum(), rel=1e-5)
    np.testing.assert_allclose(
        logits[:, 0], (IMAGES * WEIGHTS).sum((1, 2, 3)) + 5, rtol=1e-4
    )


def test_squared_gradient_norm_of_a_quadratic_discriminator():
    """Of x'Ax / 2 with a symmetric A the gradient is Ax: another one for every point."""
    points = np.random.default_rng(3).normal(size=(6, 4)).astype(np.float32)
    a = np.random.default_rng(4).normal(size=(4, 4))
    a = (a + a.T).astype(np.float32)
    squared, _ = losses.zero_centered_gradient_penalty(
        lambda x, training: tf.reduce_sum(x * (x @ a), axis=1, keepdims=True) / 2,
        tf.constant(points),
    )
    assert float(squared) == pytest.approx(
        np.mean([np.sum((a @ point) ** 2) for point in points]), rel=1e-5
    )


def test_gradient_penalty_of_a_linear_critic():
    unit = 3 * WEIGHTS / np.linalg.norm(WEIGHTS)  # a slope of three, two too many
    penalty = losses.gradient_penalty(
        lambda x, training: tf.reduce_sum(x * unit, axis=(1, 2, 3)),
        tf.constant(IMAGES),
        tf.constant(-IMAGES),
        tf.fill((5, 1, 1, 1), 0.3),
    )
    assert float(penalty) == pytest.approx(4.0, rel=1e-5)


def test_gradient_penalty_is_taken_between_real_and_generated():
    """Of |x|^2 / 2 the gradient is x itself, so the penalty tells where it was taken."""
    fake = np.random.default_rng(5).normal(size=IMAGES.shape).astype(np.float32)
    mix = np.float32([0, 1, 0.5, 0.1, 0.9]).reshape(5, 1, 1, 1)
    penalty = losses.gradient_penalty(
        lambda x, training: tf.reduce_sum(x**2, axis=(1, 2, 3)) / 2,
        tf.constant(IMAGES),
        tf.constant(fake),
        tf.constant(mix),
    )
    between = ((1 - mix) * IMAGES + mix * fake).reshape(5, -1)
    assert float(penalty) == pytest.approx(
        np.mean((np.linalg.norm(between, axis=1) - 1) ** 2), rel=1e-5
    )


def test_gradient_penalty_of_a_flat_critic_has_a_gradient():
    """The slope of a square root at nought is infinite; the penalty's must be a number all the same."""
    slope = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        penalty = losses.gradient_penalty(
            lambda x, training: slope * tf.reduce_sum(x, axis=(1, 2, 3)),
            tf.constant(IMAGES),
            tf.constant(IMAGES),
            tf.zeros((5, 1, 1, 1)),
        )
    assert float(penalty) == pytest.approx(1.0, rel=1e-4)
    assert np.isfinite(float(tape.gradient(penalty, slope)))


def test_penalties_see_the_discriminator_as_it_is_trained():
    """Layers such as dropout or batch normalisation must not switch to what they do afterwards."""
    modes = []

    def watched(images, training):
        modes.append(training)
        return linear(images, training)

    losses.zero_centered_gradient_penalty(watched, tf.constant(IMAGES))
    losses.gradient_penalty(
        watched, tf.constant(IMAGES), tf.constant(IMAGES), tf.zeros((5, 1, 1, 1))
    )
    assert modes == [True, True]


# A discriminator of two layers in NumPy: logit = tanh(xA + b)c + d, so d logit / dx = A (c (1 - tanh^2)).
def slopes(points, a, b, c, d):
    return ((1 - np.tanh(points @ a + b) ** 2) * c[:, 0]) @ a.T


PENALTIES = {
    "zero_centered_gradient_penalty": (
        lambda model, x: losses.zero_centered_gradient_penalty(model, x)[0],
        lambda g: np.mean(np.sum(g**2, axis=1)),
    ),
    "gradient_penalty": (
        lambda model, x: losses.gradient_penalty(
            model, x, 2 * x, tf.zeros((4, 1), x.dtype)
        ),
        lambda g: np.mean((np.sqrt(np.sum(g**2, axis=1)) - 1) ** 2),
    ),
}


@pytest.mark.parametrize("name", PENALTIES)
def test_gradient_of_a_penalty_with_respect_to_the_weights(name):
    """The second derivative, which the update needs, against finite differences of the first."""
    taken, formula = PENALTIES[name]
    rng = np.random.default_rng(6)
    points, weights = (
        rng.normal(size=(4, 3)),
        [rng.normal(size=s) for s in ((3, 5), (5,), (5, 1), (1,))],
    )
    model = keras.Sequential(
        [
            keras.Input((3,), dtype="float64"),
            keras.layers.Dense(5, "tanh", dtype="float64"),
            keras.layers.Dense(1, dtype="float64"),
        ]
    )
    model.set_weights(weights)
    with tf.GradientTape() as tape:
        penalty = taken(model, tf.constant(points))
    assert float(penalty) == pytest.approx(formula(slopes(points, *weights)), rel=1e-8)
    *gradients, of_last_bias = tape.gradient(penalty, model.trainable_variables)
    assert of_last_bias is None  # it moves every logit and no slope
    for i, gradient in enumerate(gradients):
        expected = numerical(
            lambda w: formula(slopes(points, *weights[:i], w, *weights[i + 1 :])),
            weights[i],
        )
        np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-8)
        assert np.abs(expected).max() > 1e-3
