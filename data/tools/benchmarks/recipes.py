"""Three ways to train a GAN on 64x64 pictures for a given time: ours, and two that others would use.

Each is a function (images, seconds, seed) -> dict(samples=uint8 (2000, 64, 64, c), images_seen, seconds,
images_per_second, peak_mb). The clock starts when the libraries have been imported, so building, compiling
and every step count; it stops before samples are drawn. A recipe ends before the step that would overrun.
"""

import time

import common
import numpy as np

SAMPLES = 2000
#: Our hyper-parameters, in one place: on real photographs, and on synthetic faces (as in notebook 09).
REAL = {
    "width": 48,
    "latent_dim": 128,
    "batch_size": 16,
    "rate": 5e-4,
    "hold": 0.5,
    "loss": "non_saturating",
    "r1": 1.0,
    "r1_every": 4,
    "ema": 0.998,
    "random_flip": True,
}
FACES = {**REAL, "random_flip": False}
OURS = {"real": REAL, "faces": FACES}


class Clock:
    """Says when to stop: before the step that would end too late, if it takes as long as the last one."""

    def __init__(self, seconds):
        self.budget, self.start = seconds, time.perf_counter()
        self.last, self.steps = self.start, 0

    def spent(self):
        return time.perf_counter() - self.start

    def is_over(self, steps=1):
        """Call after every step (or `steps` of them)."""
        now, before, first = time.perf_counter(), self.last, not self.steps
        self.last, self.steps = now, self.steps + steps
        step = 0 if first else now - before  # the first one includes compiling
        return now - self.start + step > self.budget

    def result(self, batch_size):
        """What was done until now, and the memory it took."""
        seconds, seen = self.spent(), self.steps * batch_size
        return {
            "images_seen": seen,
            "seconds": round(seconds, 1),
            "images_per_second": round(seen / seconds, 1),
            "peak_mb": round(common.own_peak_mb()),
        }


def build(shape, settings, optimizers, seed=0):
    """`ganlib`'s convolutional pair and trainer with these settings, compiled."""
    from ganlib.models import build_discriminator, build_generator
    from ganlib.training import GAN

    width, choices = (
        settings["width"],
        {name: settings[name] for name in ("r1", "r1_every", "ema", "random_flip")},
    )
    generator = build_generator(shape, settings["latent_dim"], width=width)
    gan = GAN(generator, build_discriminator(shape, width=width), seed=seed)
    gan.compile(*optimizers, settings["loss"], **choices)
    return gan


def ours(images, seconds, seed=0, settings=REAL):
    """`ganlib`'s networks and trainer, as in notebook 09, the learning rate lowered by the clock."""
    import keras

    from ganlib.training import HoldThenDecay, gan_adam

    class ByTheClock(HoldThenDecay):
        """The same decay over time instead of steps: a variable says what share of the time is spent."""

        def __init__(self, share):
            super().__init__(settings["rate"], 1, settings["hold"])
            self.share = share

        def __call__(self, step):
            return super().__call__(self.share.value)

    class Watch(keras.callbacks.Callback):
        """Moves the share on, and stops the training in time."""

        def on_train_batch_end(self, batch, logs=None):
            share.assign(min(clock.spent() / clock.budget, 1.0))
            self.model.stop_training = clock.is_over(self.model.steps_per_execution)

    clock = Clock(seconds)
    keras.utils.set_random_seed(seed)
    share = keras.Variable(0.0, trainable=False, name="share_of_time")
    gan = build(
        images.shape[1:],
        settings,
        (gan_adam(ByTheClock(share)), gan_adam(ByTheClock(share))),
        seed,
    )
    gan.fit(
        images,
        steps=10**7,
        batch_size=settings["batch_size"],
        seed=seed,
        callbacks=[Watch()],
    )
    result = clock.result(settings["batch_size"])
    return {**result, "samples": gan.sample(SAMPLES, seed)}


def keras_dcgan(images, seconds, seed=0):
    """The Keras example "DCGAN to generate face images" (F. Chollet, keras.io, 2019; last changed in 2023).

    Its networks, Adam 1e-4, batches of 32, pictures in [0, 1] and noisy labels, written anew: with as many
    channels as the pictures have, and with 1 for real (the example says 0, which is the same by symmetry).
    Whether XLA compiles it is left to Keras, as there.
    """
    import keras
    import tensorflow as tf
    from keras import layers

    latent_dim, batch_size, channels = 128, 32, images.shape[-1]
    clock = Clock(seconds)
    keras.utils.set_random_seed(seed)

    def leaky(layer):
        return [layer, layers.LeakyReLU(negative_slope=0.2)]

    discriminator = keras.Sequential(
        [
            keras.Input((64, 64, channels)),
            *[
                part
                for width in (64, 128, 128)
                for part in leaky(layers.Conv2D(width, 4, 2, padding="same"))
            ],
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    generator = keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(8 * 8 * 128),
            layers.Reshape((8, 8, 128)),
            *[
                part
                for width in (128, 256, 512)
                for part in leaky(layers.Conv2DTranspose(width, 4, 2, padding="same"))
            ],
            layers.Conv2D(channels, 5, padding="same", activation="sigmoid"),
        ]
    )

    class Example(keras.Model):
        def __init__(self):
            super().__init__()
            self.generator, self.discriminator = generator, discriminator
            self.noise = keras.random.SeedGenerator(seed)
            self.cost = keras.losses.BinaryCrossentropy()
            self.d_optimizer, self.g_optimizer = (
                keras.optimizers.Adam(1e-4),
                keras.optimizers.Adam(1e-4),
            )
            self.built = True

        def train_step(self, real):
            n = tf.shape(real)[0]
            fake = self.generator(keras.random.normal((n, latent_dim), seed=self.noise))
            labels = tf.concat([tf.ones((n, 1)), tf.zeros((n, 1))], 0)
            labels -= 0.05 * keras.random.uniform((2 * n, 1), seed=self.noise)
            weights = self.discriminator.trainable_variables
            with tf.GradientTape() as tape:
                d_loss = self.cost(
                    labels, self.discriminator(tf.concat([real, fake], 0))
                )
            self.d_optimizer.apply(tape.gradient(d_loss, weights), weights)
            weights = self.generator.trainable_variables
            with tf.GradientTape() as tape:
                fake = self.generator(
                    keras.random.normal((n, latent_dim), seed=self.noise)
                )
                g_loss = self.cost(tf.ones((n, 1)), self.discriminator(fake))
            self.g_optimizer.apply(tape.gradient(g_loss, weights), weights)
            return {"d_loss": d_loss, "g_loss": g_loss}

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = clock.is_over()

    rows = (
        tf.data.Dataset.from_tensor_slices(images)
        .shuffle(len(images), seed=seed)
        .repeat()
    )
    rows = (
        rows.batch(batch_size, drop_remainder=True)
        .map(lambda x: tf.cast(x, tf.float32) / 255)
        .prefetch(2)
    )
    example = Example()
    example.compile()
    example.fit(rows, epochs=1, steps_per_epoch=10**7, verbose=0, callbacks=[Watch()])
    result = clock.result(batch_size)
    z = np.random.default_rng(seed).standard_normal((SAMPLES, latent_dim), "float32")
    samples = np.concatenate(
        [np.asarray(generator(z[i : i + 50])) for i in range(0, SAMPLES, 50)]
    )
    return {**result, "samples": np.rint(samples * 255).astype(np.uint8)}


def pytorch_dcgan(images, seconds, seed=0):
    """The PyTorch example "dcgan" (github.com/pytorch/examples, dcgan/main.py; after Radford et al. 2016).

    Its networks and settings (nz 100, ngf and ndf 64, batches of 64, Adam 2e-4 with 0.5 and 0.999, weights
    drawn with 0.02), written anew: with as many channels as the pictures have, and logits in place of a
    sigmoid and its logarithm.
    """
    import torch
    from torch import nn

    latent_dim, width, batch_size, channels = 100, 64, 64, images.shape[-1]
    clock = Clock(seconds)
    torch.manual_seed(seed)

    def up(inside, outside, stride, padding):
        return [
            nn.ConvTranspose2d(inside, outside, 4, stride, padding, bias=False),
            nn.BatchNorm2d(outside),
            nn.ReLU(True),
        ]

    def down(inside, outside):
        return [
            nn.Conv2d(inside, outside, 4, 2, 1, bias=False),
            nn.BatchNorm2d(outside),
            nn.LeakyReLU(0.2, True),
        ]

    def begin(module):
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(module.weight, 0.0, 0.02)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.02)

    generator = nn.Sequential(
        *up(latent_dim, 8 * width, 1, 0),
        *up(8 * width, 4 * width, 2, 1),
        *up(4 * width, 2 * width, 2, 1),
        *up(2 * width, width, 2, 1),
        nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=False),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(channels, width, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, True),
        *down(width, 2 * width),
        *down(2 * width, 4 * width),
        *down(4 * width, 8 * width),
        nn.Conv2d(8 * width, 1, 4, 1, 0, bias=False),
        nn.Flatten(),
    )
    generator.apply(begin), discriminator.apply(begin)
    d_optimizer = torch.optim.Adam(discriminator.parameters(), 2e-4, (0.5, 0.999))
    g_optimizer = torch.optim.Adam(generator.parameters(), 2e-4, (0.5, 0.999))
    cost, ones, zeros = (
        nn.BCEWithLogitsLoss(),
        torch.ones(batch_size, 1),
        torch.zeros(batch_size, 1),
    )
    pictures, over = torch.from_numpy(images).permute(0, 3, 1, 2), False
    while not over:
        order = torch.randperm(len(pictures))
        for rows in order[: len(order) // batch_size * batch_size].split(batch_size):
            real = pictures[rows].float() / 127.5 - 1
            fake = generator(torch.randn(batch_size, latent_dim, 1, 1))
            d_optimizer.zero_grad()
            (
                cost(discriminator(real), ones)
                + cost(discriminator(fake.detach()), zeros)
            ).backward()
            d_optimizer.step()
            g_optimizer.zero_grad()
            cost(discriminator(fake), ones).backward()
            g_optimizer.step()
            if over := clock.is_over():
                break
    result = clock.result(batch_size)
    with (
        torch.no_grad()
    ):  # with the statistics of the batch, as the example draws its samples
        samples = torch.cat(
            [
                generator(torch.randn(100, latent_dim, 1, 1))
                for _ in range(SAMPLES // 100)
            ]
        )
    samples = np.rint((samples.permute(0, 2, 3, 1).numpy() + 1) * 127.5)
    return {**result, "samples": np.clip(samples, 0, 255).astype(np.uint8)}
