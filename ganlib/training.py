"""Training: numbers -> gradients -> updates -> a record of what happened.

`GAN` is a `keras.Model`: `compile` it, `fit` it, give it callbacks. Notebook 04 writes its step by hand, notebook 09
uses it for faces.
"""

import contextlib
import ctypes
import pathlib
import time
import zlib

import keras
import numpy as np
import tensorflow as tf

from . import checkpoint, losses, steps
from .checks import TrainingDiverged, check_count, check_images
from .models import check_pair


def to_unit(images):
    """uint8 0..255 -> float32 -1..1, the range of the generator's tanh."""
    return tf.cast(images, tf.float32) / 127.5 - 1.0


def to_uint8(images):
    """float32 -1..1 -> uint8 0..255 (NumPy), rounded and clipped."""
    return np.clip(np.rint((np.asarray(images) + 1.0) * 127.5), 0, 255).astype(np.uint8)


def batches(images, batch_size=32, *, seed=0, start=0):
    """Endless `tf.data.Dataset` of uint8 batches (batch_size, h, w, c), in a new order every epoch.

    The order is a function of `seed` and the batch's number alone (`index_shuffle` needs no buffer), so a run that
    was stopped after `start` batches continues with exactly the batches that it would have seen.
    """
    images, batch_size = check_images(images), check_count(batch_size, "batch_size")
    seed = check_count(seed, "seed", least=0)
    if batch_size > len(images):
        raise ValueError(
            f"batch_size is {batch_size} and there are {len(images)} images; expected a batch no "
            f"larger than the data set: type batch_size={len(images)}, or load more images"
        )
    n = len(images)

    def batch(number):
        places = number * batch_size + tf.range(batch_size, dtype=tf.int64)
        first = places[0] // n  # a batch spans two epochs at most

        def shuffled(epoch):
            key = tf.stack([tf.constant(seed, tf.int64), epoch])
            return tf.random.experimental.index_shuffle(
                places % n, key, tf.constant(n - 1, tf.int64)
            )

        rows = tf.where(places // n == first, shuffled(first), shuffled(first + 1))
        # The pictures stay in NumPy: held as a tensor, they would lie in memory three times.
        picked = tf.numpy_function(
            lambda rows: images[rows], [rows], tf.uint8, stateful=False
        )
        return tf.ensure_shape(picked, (batch_size, *images.shape[1:]))

    return tf.data.Dataset.counter(start).map(batch).prefetch(2)


@keras.saving.register_keras_serializable("ganlib")
class HoldThenDecay(keras.optimizers.schedules.LearningRateSchedule):
    """`rate` for the share `hold` of `steps`, then straight down to a fiftieth of it at `steps`, and so on."""

    def __init__(self, rate, steps, hold=0.5):
        self.rate, self.steps, self.hold = float(rate), int(steps), float(hold)

    def __call__(self, step):
        progress = tf.cast(step, tf.float32) / self.steps
        return self.rate * tf.clip_by_value(
            (1.0 - progress) / max(1.0 - self.hold, 1e-6), 0.02, 1.0
        )

    def get_config(self):
        return {"rate": self.rate, "steps": self.steps, "hold": self.hold}


def adam(rate=5e-4, steps=None, hold=0.5):
    """Adam without first-order momentum (Karras et al. 2018), its rate held and then lowered over `steps`."""
    rate = HoldThenDecay(rate, steps, hold) if steps else rate
    return keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99)


class GAN(keras.Model):
    """Two players and their training step. Real is 1, generated is 0.

    generator: latent (n, latent_dim) -> float32 (n, h, w, c) in [-1, 1]; discriminator: such pictures -> logits
    (n, 1). seed: of the noise and the flips. `ema_generator` is the running average of the generator's weights
    (Yazici et al. 2019), and the one to draw samples from.
    """

    def __init__(self, generator, discriminator, *, seed=0, name="gan"):
        super().__init__(name=name)
        check_pair(generator, discriminator)
        self.generator, self.discriminator = generator, discriminator
        self.ema_generator = keras.models.clone_model(generator)
        self.ema_generator.set_weights(generator.get_weights())
        self.ema_generator.recipe = getattr(generator, "recipe", None)
        self.latent_dim, self.image_shape = (
            generator.input_shape[-1],
            tuple(generator.output_shape[1:]),
        )
        self.separate_batches = any(
            isinstance(part, keras.layers.BatchNormalization)
            for part in discriminator.layers
        )
        self.noise = keras.random.SeedGenerator(seed)
        self.step = keras.Variable(0, dtype="int64", trainable=False, name="step")
        self.bad_step = keras.Variable(
            -1, dtype="int64", trainable=False, name="bad_step"
        )
        self.built = True

    def compile(
        self,
        d_optimizer=None,
        g_optimizer=None,
        loss="non_saturating",
        *,
        r1=1.0,
        r1_every=4,
        ema=0.998,
        flip=False,
        jit_compile=None,
        steps_per_execution=10,
    ):
        """Choose optimizers and loss (a name of `losses.LOSSES`, or a pair of functions).

        r1: weight of the R1 penalty (Mescheder et al. 2018), 0 for none, taken every `r1_every` steps with as much
        more weight (Karras et al. 2020); rarer is cheaper, but Adam remembers each large gradient and holds the
        discriminator back; ema: how much of the average a step keeps; flip: mirror half of the real
        pictures; jit_compile: compile the step with XLA, None for 'where there is a GPU' (on a CPU it is no faster here
        and takes 0.7 GB more); steps_per_execution: steps a call into TensorFlow.
        """
        self.d_loss, self.g_loss = losses.get(loss)
        (
            check_count(r1_every, "r1_every"),
            check_count(steps_per_execution, "steps_per_execution"),
        )
        if r1 < 0 or not 0 <= ema <= 1:
            raise ValueError(
                f"r1 is {r1} and ema is {ema}; expected 0 or more, and 0 to 1: type r1=1.0, ema=0.998"
            )
        self.d_optimizer = adam() if d_optimizer is None else d_optimizer
        self.g_optimizer = adam() if g_optimizer is None else g_optimizer
        for optimizer in (self.d_optimizer, self.g_optimizer):
            if (
                not isinstance(optimizer, keras.optimizers.Optimizer)
                or self.d_optimizer is self.g_optimizer
            ):
                raise TypeError(
                    f"got the optimizers {d_optimizer!r} and {g_optimizer!r}; expected two objects, one "
                    "for each player, who remember different things: type adam(5e-4), adam(5e-4)"
                )
        super().compile(
            optimizer=None, jit_compile=False, steps_per_execution=steps_per_execution
        )
        self.d_optimizer.build(self.discriminator.trainable_variables)
        self.g_optimizer.build(self.generator.trainable_variables)
        self.r1, self.r1_every, self.ema, self.flip = r1, r1_every, ema, flip
        names = [
            getattr(function, "__name__", "unnamed")
            for function in (self.d_loss, self.g_loss)
        ]
        self.settings = {
            "loss": names,
            "r1": r1,
            "r1_every": r1_every,
            "ema": ema,
            "flip": bool(flip),
        }
        self.means = {
            n: keras.metrics.Mean(name=n)
            for n in "d_loss g_loss d_real d_fake d_norm g_norm".split()
        }
        if jit_compile is None:
            jit_compile = bool(tf.config.list_physical_devices("GPU"))
        self._update = tf.function(self.update, jit_compile=jit_compile)
        self.record = {name: [] for name in ("step", *self.means)}

    @property
    def metrics(self):
        return list(self.means.values())

    def call(self, z, training=False):
        return self.ema_generator(z, training=training)

    def train_step(self, real):
        """One update of each player on a uint8 batch; returns the means since the last record."""
        if self.r1:  # both ways are compiled whole: a condition *inside* XLA would run on one core
            values = tf.cond(
                self.step.value % self.r1_every == 0,
                lambda: self._update(real, True),
                lambda: self._update(real, False),
            )
        else:
            values = self._update(real, False)
        for name, value in values.items():
            self.means[name].update_state(value)
        return {mean.name: mean.result() for mean in self.metrics}

    def update(self, real, with_r1):
        """The step itself: the discriminator learns to tell, then the generator learns from the new discriminator."""
        real, n = to_unit(real), real.shape[0]
        if self.flip:
            mirrored = keras.random.uniform((n, 1, 1, 1), seed=self.noise) < 0.5
            real = tf.where(mirrored, tf.reverse(real, [2]), real)
        z = keras.random.normal((n, self.latent_dim), seed=self.noise)
        values = steps.alternating_step(
            self.generator,
            self.discriminator,
            real,
            z,
            (self.d_loss, self.g_loss),
            self.d_optimizer,
            self.g_optimizer,
            r1=self.r1 * self.r1_every if with_r1 else 0.0,
            separate_batches=self.separate_batches,
        )
        t = tf.cast(self.step.value, tf.float32)
        keep = tf.minimum(self.ema, (1.0 + t) / (10.0 + t))  # a short memory at first
        steps.update_ema(self.ema_generator.weights, self.generator.weights, keep)
        loss = values.d_total_loss + values.g_loss
        finite = tf.math.is_finite(loss) | (self.bad_step.value >= 0)
        self.bad_step.assign(tf.where(finite, self.bad_step.value, self.step.value))
        self.step.assign_add(1)
        return values.summary()

    def fit(
        self,
        images,
        *,
        steps,
        batch_size=32,
        seed=0,
        steps_per_record=100,
        path=None,
        save_every=60.0,
        callbacks=(),
        verbose=0,
    ):
        """Train until `steps` updates have been made in all, and return the record: {"step": [...], "d_loss": ...}.

        images: uint8 (n, h, w, c); seed: of their order; every `steps_per_record` steps the means of losses, D(real),
        D(fake) and lengths of both gradients are noted, and callbacks see the end of an epoch. path: a checkpoint file,
        written every `save_every` seconds and at the end. Where it exists, the run continues from it, bit for bit as
        if it had never stopped. Stop (Ctrl-C) ends quietly and saves; the same call goes on.
        Raises TrainingDiverged where a loss is no number (the last good checkpoint stays), CheckpointError where
        the file belongs to another run.
        """
        images = check_images(images, name="images")
        if images.shape[1:] != self.image_shape:
            raise ValueError(
                f"the images are {images.shape[1:]} and the networks were built for {self.image_shape}: "
                f"type image_shape={images.shape[1:]} when you build them, or load_data(..., "
                f"size={self.image_shape[0]}, channels={self.image_shape[2]})"
            )
        steps, per_record = (
            check_count(steps, "steps"),
            check_count(steps_per_record, "steps_per_record"),
        )
        batch_size, seed = (
            check_count(batch_size, "batch_size"),
            check_count(seed, "seed", least=0),
        )
        if not getattr(self, "compiled", False):
            raise RuntimeError(
                "this GAN is not compiled; type gan.compile() before gan.fit(...)"
            )
        if per_record % self.steps_per_execution or steps % self.steps_per_execution:
            raise ValueError(
                f"steps is {steps} and steps_per_record {per_record}; expected multiples of "
                f"steps_per_execution, {self.steps_per_execution}: change one of them"
            )
        self.run = {
            **self.settings,
            "batch_size": batch_size,
            "seed": seed,
            "shape": list(images.shape),
            "images": zlib.crc32(np.ascontiguousarray(images)),
        }
        if path and pathlib.Path(path).exists() and not int(self.step.value):
            self.restore(path)
            print(f"Continuing at step {int(self.step.value):,} from {path}.")
        begin = int(self.step.value)
        if begin < steps:
            keeper, done = _Keeper(path, save_every, steps), len(self.record["step"])
            try:
                super().fit(
                    batches(images, batch_size, seed=seed, start=begin),
                    verbose=verbose,
                    shuffle=False,
                    initial_epoch=done,
                    epochs=done - (begin - steps) // per_record,
                    steps_per_epoch=per_record,
                    callbacks=[keeper, *callbacks],
                )
            except KeyboardInterrupt:
                print(
                    f"Stopped at step {int(self.step.value):,}. Run this cell again to go on."
                )
                for callback in (keeper, *callbacks):
                    callback.on_train_end()
        return self.record

    def save(self, path):
        """Write everything that the next step depends on to one file; see `ganlib.checkpoint`.

        Raises TrainingDiverged rather than replace a good file by one with weights that are no numbers.
        """
        record = {
            f"record/{name}": np.array(values, np.float64)
            for name, values in self.record.items()
        }
        state = {name: variable.numpy() for name, variable in self._state().items()}
        if not all(np.isfinite(array).all() for array in state.values()):
            raise TrainingDiverged("a weight", int(self.step.value) - 1, path)
        return checkpoint.save(
            path, {**state, **record}, {"run": getattr(self, "run", None)}
        )

    def restore(self, path):
        """Read a file written by `save` into this GAN, compiled as it was."""
        arrays, about = checkpoint.load(path)
        before, now = about.get("run"), getattr(self, "run", None)
        if before and now and before != now:
            differ = ", ".join(
                "other images"
                if k == "images"
                else f"{k} was {before.get(k)} and is {now[k]}"
                for k in now
                if before.get(k) != now[k]
            )
            raise checkpoint.CheckpointError(
                f"{path} belongs to another run: {differ}. Go on with the same images "
                "and settings, or give another path to start anew"
            )
        record = {
            n.removeprefix("record/"): arrays.pop(n)
            for n in list(arrays)
            if n.startswith("record/")
        }
        checkpoint.restore(self._state(), arrays, path)
        self.bad_step.assign(-1)
        self.record = {name: values.tolist() for name, values in record.items()}

    def _state(self):
        """{name: variable} of all that a step reads or writes; `variables` has the seeds of dropout too."""
        groups = {
            "generator": self.generator.variables,
            "discriminator": self.discriminator.variables,
            "ema": self.ema_generator.weights,
            "d_optimizer": self.d_optimizer.variables,
            "g_optimizer": self.g_optimizer.variables,
            "noise": [self.noise.state],
            "step": [self.step],
        }
        return {
            f"{group}/{i}": v
            for group, variables in groups.items()
            for i, v in enumerate(variables)
        }

    def sample(self, n, seed=0, batch_size=32):
        """`n` pictures of the averaged generator: uint8 (n, h, w, c), from noise drawn with `seed`."""
        z = np.random.default_rng(seed).standard_normal(
            (check_count(n), self.latent_dim), "float32"
        )
        return np.concatenate(
            [
                to_uint8(self.ema_generator(z[i : i + batch_size]))
                for i in range(0, n, batch_size)
            ]
        )


class _Keeper(keras.callbacks.Callback):
    """Keeps the record, writes checkpoints, and stops a run that has diverged."""

    def __init__(self, path, every, steps):
        super().__init__()
        self.path, self.every, self.steps, self.saved = (
            path,
            every,
            steps,
            time.monotonic(),
        )

    def save(self):
        if self.path:
            self.model.save(self.path)
        self.saved = time.monotonic()
        with contextlib.suppress(
            OSError, AttributeError
        ):  # glibc keeps what was freed: a quarter of a gigabyte
            ctypes.CDLL("libc.so.6").malloc_trim(0)

    def on_train_batch_end(self, batch, logs=None):
        bad = int(self.model.bad_step.value)
        if bad >= 0:
            raise TrainingDiverged("the loss", bad, self.path)
        if int(self.model.step.value) >= self.steps:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        for name, values in self.model.record.items():
            values.append(
                int(self.model.step.value) if name == "step" else float(logs[name])
            )
        if time.monotonic() - self.saved > self.every:
            self.save()

    def on_train_end(self, logs=None):
        self.save()
