"""Losses: logits in, one number out. Real is 1, generated is 0, and a logit above 0 means 'real'.

Every loss is a pair of pure functions of two float tensors of logits, `real_logits` and `fake_logits`, of any
equal shapes; each returns the mean over the batch. `softplus(-x)` is -log(sigmoid(x)) without its overflow.
Notation: D(x) = sigmoid(logit(x)).
"""

import tensorflow as tf

softplus = tf.nn.softplus
mean = tf.reduce_mean


def discriminator_bce(real_logits, fake_logits):
    """-E[log D(x)] - E[log(1 - D(G(z)))]: binary cross-entropy (Goodfellow et al. 2014, eq. 1)."""
    return mean(softplus(-real_logits)) + mean(softplus(fake_logits))


def generator_non_saturating(real_logits, fake_logits):
    """-E[log D(G(z))] (Goodfellow et al. 2014, section 3): a strong gradient where D is sure of itself."""
    return mean(softplus(-fake_logits))


def generator_saturating(real_logits, fake_logits):
    """E[log(1 - D(G(z)))] (Goodfellow et al. 2014, eq. 1), the minimax game's own loss."""
    return -mean(softplus(fake_logits))


def discriminator_hinge(real_logits, fake_logits):
    """E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))] on logits (Lim and Ye 2017; Miyato et al. 2018, eq. 16)."""
    return mean(tf.nn.relu(1.0 - real_logits)) + mean(tf.nn.relu(1.0 + fake_logits))


def generator_linear(real_logits, fake_logits):
    """-E[D(G(z))] on logits: the generator of both the hinge and the Wasserstein loss."""
    return -mean(fake_logits)


def discriminator_wasserstein(real_logits, fake_logits):
    """E[D(G(z))] - E[D(x)] on logits (Arjovsky et al. 2017): the critic, which also needs `gradient_penalty`."""
    return mean(fake_logits) - mean(real_logits)


def discriminator_least_squares(real_logits, fake_logits):
    """(E[(D(x) - 1)^2] + E[D(G(z))^2]) / 2 on logits (Mao et al. 2017, eq. 9)."""
    return 0.5 * (mean(tf.square(real_logits - 1.0)) + mean(tf.square(fake_logits)))


def generator_least_squares(real_logits, fake_logits):
    """E[(D(G(z)) - 1)^2] / 2 on logits (Mao et al. 2017, eq. 9)."""
    return 0.5 * mean(tf.square(fake_logits - 1.0))


def discriminator_relativistic(real_logits, fake_logits):
    """E[softplus(D(G(z)) - D(x))] on paired logits (Jolicoeur-Martineau 2019; Huang et al. 2024)."""
    return mean(softplus(fake_logits - real_logits))


def generator_relativistic(real_logits, fake_logits):
    """E[softplus(D(x) - D(G(z)))] on paired logits (Jolicoeur-Martineau 2019; Huang et al. 2024)."""
    return mean(softplus(real_logits - fake_logits))


#: name -> (discriminator loss, generator loss)
LOSSES = {
    "non_saturating": (discriminator_bce, generator_non_saturating),
    "saturating": (discriminator_bce, generator_saturating),
    "hinge": (discriminator_hinge, generator_linear),
    "wasserstein": (discriminator_wasserstein, generator_linear),
    "least_squares": (discriminator_least_squares, generator_least_squares),
    "relativistic": (discriminator_relativistic, generator_relativistic),
}


def get(name):
    """The pair (discriminator loss, generator loss) called `name`; a pair of functions passes through.

    Raises ValueError for an unknown name.
    """
    if isinstance(name, (tuple, list)) and len(name) == 2 and all(map(callable, name)):
        return tuple(name)
    if not isinstance(name, str) or name not in LOSSES:
        raise ValueError(
            f"no loss is called {name!r}; choose one of {', '.join(LOSSES)}, or give a pair "
            "(discriminator_loss, generator_loss) of functions of (real_logits, fake_logits)"
        )
    return LOSSES[name]


def zero_centered_gradient_penalty(discriminator, images):
    """(E[||grad_x logit(x)||^2], logits): the R1 penalty on real images, R2 on generated ones.

    Mescheder et al. 2018, eq. 9, without its factor gamma / 2. `images` is float (n, height, width, channels).
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        logits = discriminator(images, training=True)
        total = tf.reduce_sum(logits)
    gradient = tape.gradient(total, images)
    return mean(
        tf.reduce_sum(tf.square(gradient), axis=list(range(1, gradient.shape.rank)))
    ), logits


def gradient_penalty(discriminator, real, fake, mix):
    """E[(||grad logit(x)|| - 1)^2] on points between real and generated (Gulrajani et al. 2017, eq. 3).

    `mix` is float (n, 1, ..., 1) in [0, 1], drawn by the caller so that its random numbers are the caller's.
    """
    between = real + mix * (fake - real)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(between)
        total = tf.reduce_sum(discriminator(between, training=True))
    gradient = tape.gradient(total, between)
    squared = tf.reduce_sum(
        tf.square(gradient), axis=list(range(1, gradient.shape.rank))
    )
    return mean(tf.square(tf.sqrt(squared + 1e-12) - 1.0))
