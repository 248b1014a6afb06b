"""One training step: losses -> gradients -> updates, for any two networks.

A network is anything that is called as `network(x, training=...)`: a Keras model, or a function around a list of
weights. Notebook 04 writes these functions by hand and notebook 05 repairs them. `training.GAN`, the laboratory and
the notebooks from 06 on use them. Real is 1, generated is 0.

`tf.function` cannot create variables after its first call, so build every optimizer before the first step:
`optimizer.build(weights)`.
"""

import functools
from typing import Any, NamedTuple

import tensorflow as tf

from . import losses


class DiscriminatorValues(NamedTuple):
    """What `discriminator_gradients` computed on the way: float scalars, and logits of the shape D gives."""

    loss: Any
    total_loss: Any  # the loss with its penalties
    real_logits: Any
    fake_logits: Any


class GeneratorValues(NamedTuple):
    """What `generator_gradients` computed on the way."""

    loss: Any
    fake_logits: Any
    fake: Any


class StepValues(NamedTuple):
    """What `alternating_step` computed. The logits are those that D's update saw."""

    d_loss: Any
    g_loss: Any
    d_total_loss: Any
    real_logits: Any
    fake_logits: Any
    d_gradients: Any
    g_gradients: Any
    fake: Any

    def summary(self):
        """The six numbers worth recording, as a dict of float scalars.

        Both losses, the mean of D(x) and of D(G(z)) as probabilities, and the length of both gradients.
        """
        return {
            "d_loss": self.d_loss,
            "g_loss": self.g_loss,
            "d_real": tf.reduce_mean(tf.sigmoid(self.real_logits)),
            "d_fake": tf.reduce_mean(tf.sigmoid(self.fake_logits)),
            "d_norm": tf.linalg.global_norm(self.d_gradients),
            "g_norm": tf.linalg.global_norm(self.g_gradients),
        }


def discriminate(discriminator, real, fake, *, separate_batches=False, training=True):
    """(real logits, fake logits) of two batches of n images each.

    In one call on 2n images, which is faster. With separate_batches in two calls: batch normalisation would
    otherwise mix the statistics of real and generated images.
    """
    if separate_batches:
        return (
            discriminator(real, training=training),
            discriminator(fake, training=training),
        )
    logits = discriminator(tf.concat([real, fake], 0), training=training)
    return tuple(tf.split(logits, 2))


def _is_used(weight):
    """False for the number 0. A tensor may change later, so its penalty is always computed."""
    return tf.is_tensor(weight) or isinstance(weight, tf.Variable) or bool(weight)


def discriminator_gradients(
    discriminator,
    weights,
    real,
    fake,
    loss,
    *,
    r1=0.0,
    r2=0.0,
    gradient_penalty=0.0,
    mix=None,
    separate_batches=False,
    training=True,
):
    """(gradients, DiscriminatorValues) of D's loss with its penalties.

    weights: the variables of D to take gradients for; real, fake: float (n, ...), the same n; loss: a function of
    (real_logits, fake_logits), such as `losses.discriminator_bce`. No gradient reaches the generator.

    r1, r2: the weights gamma of gamma / 2 * E[||grad_x logit(x)||^2] on real and on generated images (Mescheder et
    al. 2018, eq. 9 and 10; both together: Huang et al. 2024). Who takes a penalty only at every k-th step gives k
    times the weight (Karras et al. 2020). gradient_penalty: weight of E[(||grad|| - 1)^2] at real + mix * (fake -
    real), with mix float (n, 1, ..., 1) in [0, 1] (Gulrajani et al. 2017, who take 10). Each may be a number, or a
    scalar tensor or variable. Raises ValueError where gradient_penalty comes without mix.
    """
    if _is_used(gradient_penalty) and mix is None:
        raise ValueError(
            "gradient_penalty came without mix; expected float (n, 1, ..., 1) from 0 to 1: type "
            "mix=rng.uniform((n, 1, 1, 1))"
        )
    real, fake = tf.convert_to_tensor(real), tf.stop_gradient(fake)
    with tf.GradientTape() as tape:
        real_logits, fake_logits = discriminate(
            discriminator,
            real,
            fake,
            separate_batches=separate_batches,
            training=training,
        )
        total_loss = d_loss = loss(real_logits, fake_logits)
        for weight, images in ((r1, real), (r2, fake)):
            if _is_used(weight):
                squared, _ = losses.zero_centered_gradient_penalty(
                    discriminator, images
                )
                total_loss = total_loss + 0.5 * weight * squared
        if _is_used(gradient_penalty):
            penalty = losses.gradient_penalty(discriminator, real, fake, mix)
            total_loss = total_loss + gradient_penalty * penalty
    gradients = tape.gradient(total_loss, weights)
    return gradients, DiscriminatorValues(d_loss, total_loss, real_logits, fake_logits)


def generator_gradients(
    generator,
    discriminator,
    weights,
    z,
    loss,
    *,
    real_logits=None,
    extra=None,
    training=True,
):
    """(gradients, GeneratorValues) of G's loss on the images it makes of the noise z, (n, latent_dim).

    weights: the variables of G; loss: a function of (real_logits, fake_logits), such as
    `losses.generator_non_saturating`; real_logits: needed by the relativistic loss only, (n, 1); extra: a function
    of the generated images that returns a scalar to add to the loss.
    """
    with tf.GradientTape() as tape:
        fake = generator(z, training=training)
        fake_logits = discriminator(fake, training=training)
        g_loss = loss(real_logits, fake_logits)
        if extra is not None:
            g_loss = g_loss + extra(fake)
    return tape.gradient(g_loss, weights), GeneratorValues(g_loss, fake_logits, fake)


def alternating_step(
    generator,
    discriminator,
    real,
    z,
    loss,
    d_optimizer,
    g_optimizer,
    *,
    d_weights=None,
    g_weights=None,
    extra=None,
    training=True,
    **penalties,
):
    """One update of D, then one of G against the new D -> StepValues.

    Both learn from the same generated images, which are made once: 1.15 to 1.4 times faster than making them twice.
    real: float (n, ...); z: (n, latent_dim); loss: the pair (d_loss, g_loss), or a name of `losses.LOSSES`;
    d_optimizer, g_optimizer: anything with `apply(gradients, weights)`; d_weights, g_weights: None for the
    `trainable_variables` of the networks; extra: as for `generator_gradients`; penalties (r1, r2,
    separate_batches, ...): as for `discriminator_gradients`.
    """
    d_loss, g_loss = losses.get(loss)
    d_weights = discriminator.trainable_variables if d_weights is None else d_weights
    g_weights = generator.trainable_variables if g_weights is None else g_weights
    with tf.GradientTape() as tape:
        fake = generator(z, training=training)
        d_gradients, d = discriminator_gradients(
            discriminator, d_weights, real, fake, d_loss, training=training, **penalties
        )
        d_optimizer.apply(d_gradients, d_weights)
        fake_logits = discriminator(fake, training=training)
        g_total = g_loss(tf.stop_gradient(d.real_logits), fake_logits)
        if extra is not None:
            g_total = g_total + extra(fake)
    g_gradients = tape.gradient(g_total, g_weights)
    g_optimizer.apply(g_gradients, g_weights)
    return StepValues(
        d_loss=d.loss,
        g_loss=g_total,
        d_total_loss=d.total_loss,
        real_logits=d.real_logits,
        fake_logits=d.fake_logits,
        d_gradients=d_gradients,
        g_gradients=g_gradients,
        fake=fake,
    )


def update_ema(ema_weights, weights, ema):
    """Move every variable of `ema_weights` to ema * itself + (1 - ema) * its partner in `weights`."""
    for average, weight in zip(ema_weights, weights, strict=True):
        average.assign(weight + ema * (average - weight))


def random_batch(rng, batch_size, *arrays):
    """The same `batch_size` random rows of each array, drawn with replacement: one tensor, or a tuple of them.

    rng: a `tf.random.Generator`; arrays: tensors with the same first axis, such as uint8 images and their labels.
    Inside `tf.function` new rows are drawn at every step.
    """
    rows = rng.uniform((batch_size,), 0, len(arrays[0]), tf.int32)
    picked = tuple(tf.gather(array, rows) for array in arrays)
    return picked[0] if len(picked) == 1 else picked


def repeat(step, *, mean=True, jit_compile=False):
    """Compile a loop over `step`: returns run(n, start=0), which makes n steps in one call.

    step: a function of the number of the step, an int32 scalar tensor: `if number % 4 == 0:` becomes part of the
    graph. It returns a scalar, or a tuple, list or dict of scalars. run returns the same structure of tensors: their
    means over the n steps, or with mean=False those of the last step. Steps are numbered from `start`.
    jit_compile: compile each step with XLA.
    """
    compiled_step = tf.function(step, jit_compile=jit_compile)

    @tf.function
    def loop(n, start):
        shapes = compiled_step.get_concrete_function(start).structured_outputs
        values = tf.nest.map_structure(lambda s: tf.zeros(s.shape, s.dtype), shapes)
        for number in tf.range(start, start + n):
            new = compiled_step(number)
            values = tf.nest.map_structure(tf.add, values, new) if mean else new
        return values

    # A graph that is asked for is not counted as a function traced too often: one program may train many pairs.
    @functools.cache
    def graph():
        number = tf.TensorSpec((), tf.int32)
        return loop.get_concrete_function(number, number)

    def run(n, start=0):
        values = graph()(tf.constant(n), tf.constant(start))
        if not mean:
            return values
        return tf.nest.map_structure(lambda total: total / max(n, 1), values)

    return run
