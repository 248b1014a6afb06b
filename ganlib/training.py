"""Training: numbers -> gradients -> updates -> a record of what happened.

`GAN` is a `keras.Model`: `compile` it, `fit` it, give it callbacks. Notebook 04 writes its step by hand, notebook 09
uses it for faces.
"""

import contextlib
import ctypes
import errno
import json
import math
import numbers
import os
import pathlib
import time
import types
import uuid
import zlib

import keras
import numpy as np
import tensorflow as tf

from . import checkpoint, losses, steps
from .checks import TrainingDiverged, check_count, check_images
from .models import check_pair, sample
from .models import to_uint8 as to_uint8  # beside its inverse, `to_float`


def to_float(images):
    """uint8 0..255 -> float32 -1..1, the range of the generator's tanh."""
    return tf.cast(images, tf.float32) / 127.5 - 1.0


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


def gan_adam(rate=5e-4, steps=None, hold=0.5):
    """Adam without first-order momentum (Karras et al. 2018), its rate held and then lowered over `steps`."""
    rate = HoldThenDecay(rate, steps, hold) if steps else rate
    return keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99)


def check_number(value, name, most=math.inf):
    """Return `value` as a float from 0 to `most`. True, "3" and arrays are no numbers: TypeError; else ValueError."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(
        value, (numbers.Real, np.floating, np.integer)
    ):
        raise TypeError(f"{name} is {value!r}; expected a number: type {name}=1.0")
    if not 0 <= value <= most or not math.isfinite(value):
        limits = "0 or more" if most == math.inf else f"0 to {most:g}"
        raise ValueError(f"{name} is {value}; expected {limits}: type {name}=1.0")
    return float(value)


def last_layer(network):
    """The last layer of a network, also where that is a network of its own."""
    while isinstance(network, keras.Model):
        network = network.layers[-1]
    return network


def check_networks(generator, discriminator):
    """Raise TypeError or ValueError where a `GAN` could not train these two."""
    both = {"generator": generator, "discriminator": discriminator}
    for name, network in both.items():
        if not isinstance(network, keras.Model):
            raise TypeError(
                f"the {name} is a {type(network).__name__}; expected a Keras model: type models.build_{name}()"
            )
        try:
            inputs, outputs = network.input_shape, network.output_shape
        except (AttributeError, ValueError, RuntimeError):
            raise ValueError(
                f"the shapes of the {name} are unknown; expected keras.Sequential([keras.Input(shape), ...]) "
                "or keras.Model(inputs, outputs): type keras.Model(x, network(x)) with x = keras.Input(shape) "
                "around a network of your own class"
            ) from None
        for shapes, kind in ((inputs, "input"), (outputs, "output")):
            if not isinstance(shapes, tuple) or (
                shapes and isinstance(shapes[0], (tuple, list))
            ):
                raise ValueError(
                    f"the {name} has several {kind}s; expected one: GAN trains unconditional networks "
                    "(notebook 11 shows how networks with labels are trained)"
                )
        if not network.trainable_variables:
            raise ValueError(
                f"the {name} has nothing to train, so it would never change; type {name}.trainable = True "
                "before GAN(...) and compile(...)"
            )
        if (
            getattr(last_layer(network), "activation", None)
            is keras.activations.sigmoid
        ):
            raise ValueError(
                f"the {name} ends with a sigmoid; expected "
                + (
                    "images in -1 to 1: type activation='tanh' in its last layer"
                    if name == "generator"
                    else "logits: type activation=None in its last layer"
                )
            )
    if len(generator.input_shape) != 2 or None in generator.input_shape[1:]:
        raise ValueError(
            f"the generator's input is {generator.input_shape}; expected noise (None, latent_dim): type "
            "keras.Input((128,))"
        )
    if len(generator.output_shape) != 4 or None in generator.output_shape[1:]:
        raise ValueError(
            f"the generator's output is {generator.output_shape}; expected images (None, height, width, "
            "channels): end it with keras.layers.Reshape((height, width, channels))"
        )
    if discriminator.output_shape[1:] != (1,):
        raise ValueError(
            f"the discriminator's output is {discriminator.output_shape}; expected one logit an image, "
            "(None, 1): end it with keras.layers.Dense(1)"
        )
    check_pair(generator, discriminator)


def build_optimizer(optimizer, network, name):
    """Create the optimizer's variables. Raises ValueError where it remembers another network."""
    weights = network.trainable_variables
    optimizer.build(weights)
    known = getattr(optimizer, "_trainable_variables", weights)
    if [id(weight) for weight in known] != [id(weight) for weight in weights]:
        raise ValueError(
            f"{name} has already trained other weights than those of this {network.name}; expected a new "
            f"optimizer: type {name}=gan_adam(5e-4)"
        )


def optimizer_settings(optimizer):
    """The optimizer's configuration as plain values, without its name, which counts objects."""

    def without_names(value):
        if not isinstance(value, dict):
            return value
        return {k: without_names(v) for k, v in value.items() if k != "name"}

    settings = {"class": type(optimizer).__name__}
    with contextlib.suppress(NotImplementedError):  # a schedule of the reader's own
        settings |= optimizer.get_config()
    plain = json.loads(json.dumps(settings, default=lambda x: type(x).__name__))
    return without_names(plain)


def flatten_settings(settings, prefix=""):
    """{"a": {"b": 1}} -> {"a.b": 1}."""
    flat = {}
    for name, value in settings.items():
        if isinstance(value, dict):
            flat |= flatten_settings(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


class AveragingOptimizer:
    """Takes the mean of all replicas' gradients. (Keras' optimizers add the gradients of the replicas up.)"""

    def __init__(self, optimizer):
        self.optimizer, self.mean = optimizer, None

    def apply(self, gradients, weights):
        context = tf.distribute.get_replica_context()
        self.mean = context.all_reduce("MEAN", list(gradients))
        replicas = context.num_replicas_in_sync
        self.optimizer.apply([gradient / replicas for gradient in self.mean], weights)


class GAN(keras.Model):
    """A generator, a discriminator and their training. Real is 1, generated is 0.

    generator: latent (n, latent_dim) -> float32 (n, h, w, c) in [-1, 1]; discriminator: such images -> logits
    (n, 1). seed: of the noise and of the mirroring. `ema_generator` is the running average of the generator's weights
    (Yazici et al. 2019), and the one to draw samples from. Raises TypeError or ValueError where the networks do not
    fit together.

    It differs from other Keras models in three ways: `fit` counts updates and not epochs, `save` writes a checkpoint
    (.npz) from which `fit` goes on exactly, and there are two optimizers.

    Under a strategy of `tf.distribute`, build the networks and the GAN, and call `compile`, within
    `strategy.scope()`; `fit` divides every batch among the replicas, and noise and mirroring are drawn for the whole
    batch, so the result is that of one device up to rounding. Two things belong to a replica: BatchNormalization
    (its statistics are those of the replica's share, and the first replica's moving averages are kept), and dropout.
    """

    def __init__(self, generator, discriminator, *, seed=0, name="gan"):
        super().__init__(name=name)
        check_networks(generator, discriminator)
        self.generator, self.discriminator = generator, discriminator
        self.ema_generator = keras.models.clone_model(generator)
        self.ema_generator.set_weights(generator.get_weights())
        self.ema_generator.recipe = getattr(generator, "recipe", None)
        # A clone has the layers of its original, and none of its attributes.
        self.ema_generator.sample = types.MethodType(sample, self.ema_generator)
        self.latent_dim = generator.input_shape[-1]
        self.image_shape = tuple(generator.output_shape[1:])
        self.separate_batches = any(
            isinstance(layer, keras.layers.BatchNormalization)
            for layer in discriminator._flatten_layers()  # nested ones too
        )
        self.noise = keras.random.SeedGenerator(seed)
        self.step = keras.Variable(0, dtype="int64", trainable=False, name="step")
        self.bad_step = keras.Variable(
            -1, dtype="int64", trainable=False, name="bad_step"
        )
        self.built = True
        self.distributed = tf.distribute.has_strategy()
        extended = self.distribute_strategy.extended
        self.multi_worker = bool(getattr(extended, "_in_multi_worker_mode", bool)())
        self.writes = bool(extended.should_checkpoint)  # of several workers, the first
        self.run, self.run_id = None, uuid.uuid4().hex
        self.files = {}  # path -> (run_id, step) of what this object wrote or read

    def compile(
        self,
        d_optimizer=None,
        g_optimizer=None,
        loss="non_saturating",
        *,
        r1=1.0,
        r1_every=4,
        r2=0.0,
        ema=0.998,
        random_flip=False,
        jit_compile=None,
        steps_per_execution=10,
    ):
        """Choose optimizers and loss (a name of `losses.LOSSES`, or a pair of functions).

        r1: weight of the R1 penalty on real images, r2: of R2 on generated ones (Mescheder et al. 2018), 0 for none.
        Both are taken every `r1_every` steps with as much more weight (Karras et al. 2020); rarer is cheaper, but
        Adam remembers each large gradient and holds the discriminator back. Both together with loss="relativistic"
        is the recipe of R3GAN (Huang et al. 2024). ema: how much of the average a step keeps; random_flip: mirror half of
        the real images; jit_compile: compile the step with XLA, None for 'where there is a GPU' (on a CPU it is no
        faster here and takes 0.7 GB more); steps_per_execution: steps a call into TensorFlow.
        Raises TypeError or ValueError for a wrong argument.
        """
        self.d_loss, self.g_loss = losses.get(loss)
        r1_every = check_count(r1_every, "r1_every")
        steps_per_execution = check_count(steps_per_execution, "steps_per_execution")
        r1, r2 = check_number(r1, "r1"), check_number(r2, "r2")
        ema = check_number(ema, "ema", most=1.0)
        check_networks(self.generator, self.discriminator)
        with self.distribute_strategy.scope():
            self.d_optimizer = gan_adam() if d_optimizer is None else d_optimizer
            self.g_optimizer = gan_adam() if g_optimizer is None else g_optimizer
        for optimizer in (self.d_optimizer, self.g_optimizer):
            if (
                not isinstance(optimizer, keras.optimizers.Optimizer)
                or self.d_optimizer is self.g_optimizer
            ):
                raise TypeError(
                    f"got the optimizers {d_optimizer!r} and {g_optimizer!r}; expected two objects, one "
                    "for each player, who remember different things: type gan_adam(5e-4), gan_adam(5e-4)"
                )
        if self.distributed and jit_compile:
            raise ValueError(
                "jit_compile is True under a strategy of tf.distribute, which XLA cannot compile; "
                "type jit_compile=False"
            )
        self._build_optimizers()
        super().compile(
            optimizer=None, jit_compile=False, steps_per_execution=steps_per_execution
        )
        self.r1, self.r1_every, self.r2, self.ema, self.random_flip = (
            r1,
            r1_every,
            r2,
            ema,
            bool(random_flip),
        )
        names = [
            getattr(function, "__name__", "unnamed")
            for function in (self.d_loss, self.g_loss)
        ]
        self.settings = {
            "loss": names,
            "r1": r1,
            "r1_every": r1_every,
            "r2": r2,
            "ema": ema,
            "random_flip": self.random_flip,
            "d_optimizer": optimizer_settings(self.d_optimizer),
            "g_optimizer": optimizer_settings(self.g_optimizer),
        }
        with self.distribute_strategy.scope():
            self.means = {
                name: keras.metrics.Mean(name=name)
                for name in ("d_loss", "g_loss", "d_real", "d_fake", "d_norm", "g_norm")
            }
        if jit_compile is None:
            jit_compile = not self.distributed and bool(
                tf.config.list_logical_devices("GPU")
            )
        self._update = tf.function(self.update, jit_compile=jit_compile)
        self._many_steps = None
        self.record = {name: [] for name in ("step", *self.means)}
        self.recorded_until = int(self.step.numpy())

    def _build_optimizers(self):
        """Create the variables of both optimizers. Raises ValueError where they belong to other networks."""
        strategy = self.distribute_strategy
        for optimizer in (self.d_optimizer, self.g_optimizer):
            made_in = getattr(optimizer, "_distribution_strategy", strategy)
            if self.distributed and made_in is not strategy:
                raise ValueError(
                    "an optimizer was made outside of the strategy of this GAN; make it, and the networks, "
                    "within: type with strategy.scope(): ..."
                )
        with strategy.scope():
            build_optimizer(self.d_optimizer, self.discriminator, "d_optimizer")
            build_optimizer(self.g_optimizer, self.generator, "g_optimizer")

    def check_compiled(self):
        """Raise RuntimeError before `compile`."""
        if not self.compiled:
            raise RuntimeError(
                "this GAN is not compiled; type gan.compile() before gan.fit(...)"
            )

    @property
    def metrics(self):
        return list(self.means.values()) if self.compiled else []

    def call(self, z, training=False):
        return self.ema_generator(z, training=training)

    def train_step(self, real):
        """One update of each network on a uint8 batch; returns the means since the last record."""
        self.check_compiled()
        if self.distributed:
            self._distributed_update(real)
        else:
            values = self._with_or_without_penalties(
                lambda with_penalties: self._update(real, with_penalties)
            )
            self._track(values)
        return {mean.name: mean.result() for mean in self.metrics}

    def _with_or_without_penalties(self, update):
        """update(True) at every `r1_every`-th step, update(False) at the others."""
        if not (self.r1 or self.r2):
            return update(False)
        # Both ways are compiled whole: a condition *inside* XLA would run on one core.
        return tf.cond(
            self.step.value % self.r1_every == 0,
            lambda: update(True),
            lambda: update(False),
        )

    def _track(self, values):
        for name, value in values.items():
            self.means[name].update_state(value)

    def update(self, real, with_penalties):
        """The step itself: D learns to tell real from generated, then G learns from the new D."""
        values = self._learn(real, *self._draw(real.shape[0]), with_penalties)
        self._finish(values.d_total_loss + values.g_loss)
        return values.summary()

    def _draw(self, n):
        """The random numbers of a step with n real images: (which are mirrored, the noise)."""
        mirrored = None
        if self.random_flip:
            mirrored = keras.random.uniform((n, 1, 1, 1), seed=self.noise) < 0.5
        return mirrored, keras.random.normal((n, self.latent_dim), seed=self.noise)

    def _learn(self, real, mirrored, z, with_penalties, optimizers=None):
        """Both updates -> `steps.StepValues`."""
        real = to_float(real)
        if mirrored is not None:
            real = tf.where(mirrored, tf.reverse(real, [2]), real)
        every = self.r1_every if with_penalties else 0
        return steps.alternating_step(
            self.generator,
            self.discriminator,
            real,
            z,
            (self.d_loss, self.g_loss),
            *(optimizers or (self.d_optimizer, self.g_optimizer)),
            r1=self.r1 * every,
            r2=self.r2 * every,
            separate_batches=self.separate_batches,
        )

    def _finish(self, total_loss):
        """After both updates: the running average, whether all is still finite, and the number of the step."""
        t = tf.cast(self.step.value, tf.float32)
        keep = tf.minimum(self.ema, (1.0 + t) / (10.0 + t))  # a short memory at first
        steps.update_ema(self.ema_generator.weights, self.generator.weights, keep)
        finite = tf.math.is_finite(total_loss) | (self.bad_step.value >= 0)
        self.bad_step.assign(tf.where(finite, self.bad_step.value, self.step.value))
        self.step.assign_add(1)

    def _distributed_update(self, real):
        """The same step, in which every replica takes its share of the batch.

        The random numbers are drawn once, for the whole batch, and every replica takes its rows of them.
        """
        strategy, n = self.distribute_strategy, self.run["batch_size"]
        share = n // strategy.num_replicas_in_sync
        mirrored, z = self._draw(n)

        def replica_step(real, with_penalties):
            replica = tf.distribute.get_replica_context().replica_id_in_sync_group
            real = tf.ensure_shape(real, (share, *self.image_shape))
            begin = replica * share
            own = [
                None if x is None else x[begin : begin + share] for x in (mirrored, z)
            ]
            optimizers = [
                AveragingOptimizer(optimizer)
                for optimizer in (self.d_optimizer, self.g_optimizer)
            ]
            values = self._learn(real, *own, with_penalties, optimizers)
            d_gradients, g_gradients = (optimizer.mean for optimizer in optimizers)
            values = values._replace(d_gradients=d_gradients, g_gradients=g_gradients)
            self._track(values.summary())
            return values.d_total_loss + values.g_loss

        def update(with_penalties):
            loss = strategy.run(
                lambda real: replica_step(real, with_penalties), (real,)
            )
            return strategy.reduce("MEAN", loss, axis=None)

        self._finish(self._with_or_without_penalties(update))

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
        callbacks=None,
        verbose=0,
    ):
        """Train until `steps` updates have been made in all, and return the record: {"step": [...], "d_loss": ...}.

        images: uint8 (n, h, w, c); batch_size: of all devices together; seed: of the images' order; every
        `steps_per_record` steps the means of losses, D(real), D(fake) and lengths of both gradients are noted, and
        callbacks see the end of an epoch. path: a checkpoint file, written every `save_every` seconds (None: only at
        the end) and at the end. Where it exists, the run continues from it, bit for bit as if it had never stopped,
        and so does its record. callbacks: None, a Keras callback, or a list of them. Stop (Ctrl-C) ends quietly and
        saves; the same call goes on.
        Raises TypeError or ValueError for wrong arguments, OSError where path cannot be written, and CheckpointError
        where the file belongs to another run: all before the first step. Raises TrainingDiverged where a loss is no
        number (the last good checkpoint stays).
        """
        self.check_compiled()
        images = self._check_images(images)
        steps = check_count(steps, "steps")
        per_record = check_count(steps_per_record, "steps_per_record")
        batch_size = check_count(batch_size, "batch_size")
        seed = check_count(seed, "seed", least=0)
        save_every = (
            math.inf if save_every is None else check_number(save_every, "save_every")
        )
        callbacks = check_callbacks(callbacks)
        check_networks(self.generator, self.discriminator)
        self._build_optimizers()
        if per_record % self.steps_per_execution or steps % self.steps_per_execution:
            raise ValueError(
                f"steps is {steps} and steps_per_record {per_record}; expected multiples of "
                f"steps_per_execution, {self.steps_per_execution}: change one of them"
            )
        replicas = self.distribute_strategy.num_replicas_in_sync
        if batch_size % replicas:
            raise ValueError(
                f"batch_size is {batch_size} on {replicas} devices; expected a multiple of {replicas}: type "
                f"batch_size={-(-batch_size // replicas) * replicas}"
            )
        batches(images, batch_size, seed=seed)  # raises now what it would raise then
        if self.run and self.run["batch_size"] != batch_size:
            self._many_steps = None  # compiled for another batch size
        self.run = {
            **self.settings,
            "batch_size": batch_size,
            "seed": seed,
            "shape": list(images.shape),
            "images": zlib.crc32(np.ascontiguousarray(images)),
        }
        path = None if path is None else pathlib.Path(path).expanduser()
        self._check_finite(path)
        if path is not None:
            self._open_run(path)
        if self.multi_worker and save_every < math.inf:
            save_every = 0.0  # the clocks of the workers differ, and all must take part
        keeper = _Keeper(path, save_every, steps, per_record)
        if int(self.step.numpy()) < steps:
            try:
                stream = (images, batch_size, seed)
                self._train(stream, steps, per_record, keeper, callbacks, verbose)
            except KeyboardInterrupt:
                print(
                    f"Stopped at step {int(self.step.numpy()):,}. Run this cell again to go on."
                )
        return self.record

    def _check_images(self, images):
        """`images` as an array that fits the networks. Raises TypeError or ValueError with what to type."""
        if not hasattr(images, "dtype"):
            kind = type(images).__name__
            if hasattr(images, "images"):
                mend = "data.images"
            elif isinstance(images, tuple):
                mend = "images[0], without the labels"
            elif isinstance(images, list):
                mend = "np.stack(images)"
            else:
                mend = "np.concatenate([np.asarray(batch) for batch in images])"
            raise TypeError(
                f"images is a {kind}; expected uint8 (n, height, width, channels): type {mend}"
            )
        images = check_images(images, name="images")
        if images.shape[1:] != self.image_shape:
            raise ValueError(
                f"the images are {images.shape[1:]} and the networks were built for {self.image_shape}: "
                f"type image_shape={images.shape[1:]} when you build them, or load_data(..., "
                f"size={self.image_shape[0]}, channels={self.image_shape[2]})"
            )
        return images

    def _open_run(self, path):
        """Continue from the file `path` if it exists; before the first step, see that it may be written.

        A file that this object has neither written nor read is only taken by a GAN that has not trained yet.
        """
        check_suffix(path)
        if path.is_dir():
            raise IsADirectoryError(
                errno.EISDIR,
                f"{path} is a folder; expected a file: type path={str(path / 'run.npz')!r}",
            )
        if path.exists():
            arrays, about = checkpoint.load(path)
            own = self.files.get(str(path.resolve()))
            found = [about.get("run_id"), int(arrays.get("step/0", -1))]
            if not int(self.step.numpy()):
                self.restore(path)
                print(f"Continuing at step {int(self.step.numpy()):,} from {path}.")
            elif own is None or list(own) != found:
                raise checkpoint.CheckpointError(
                    f"{path} holds another run, at step {found[1]:,}, and this GAN is at step "
                    f"{int(self.step.numpy()):,}; it would be overwritten. Give another path, or go on with that "
                    "run in a new GAN"
                )
        parent = next(p for p in path.absolute().parents if p.exists())
        if not parent.is_dir():
            raise NotADirectoryError(
                errno.ENOTDIR,
                f"{path} cannot be written: {parent} is a file, not a folder; give another path",
            )
        trial = path.with_name(f".{path.name}.trial")
        contents = self._contents()
        if not self.writes:
            return
        try:
            checkpoint.save(trial, *contents)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else error
            raise OSError(
                error.errno,
                f"{path} cannot be written: {reason}. {checkpoint.what_to_do(path, error)}",
            ) from None
        finally:
            with contextlib.suppress(OSError):
                trial.unlink()

    def _check_finite(self, path):
        """Raise TrainingDiverged where a loss was no number."""
        if int(self.bad_step.numpy()) >= 0:
            raise TrainingDiverged("the loss", int(self.bad_step.numpy()), path)

    def _train(self, stream, steps, per_record, keeper, callbacks, verbose):
        """The loop over executions; an epoch of Keras' callbacks ends at every multiple of `per_record` steps."""
        callbacks = keras.callbacks.CallbackList(
            [keeper, *callbacks],
            add_history=True,
            add_progbar=verbose != 0,
            model=self,
            verbose=verbose,
            epochs=-(-steps // per_record),
            steps=per_record,
        )
        self.stop_training, begun, logs = False, False, {}
        try:
            callbacks.on_train_begin()
            begun = True
            step = int(self.step.numpy())
            self._forget_partial_record()
            if step > self.recorded_until and step % per_record == 0:
                # It was stopped after the last step of an epoch, and before the epoch's end.
                self.append_to_record(
                    {mean.name: mean.result() for mean in self.metrics}
                )
            with self.distribute_strategy.scope():
                many_steps = self._compile_many_steps()
                iterator = iter(self._stream(*stream, start=step))
                while step < steps and not self.stop_training:
                    epoch, begin = divmod(step, per_record)
                    end = min(step - begin + per_record, steps)
                    callbacks.on_epoch_begin(epoch)
                    while step < end and not self.stop_training:
                        callbacks.on_train_batch_begin(step % per_record)
                        # After a stop between two executions, a shorter one leads back to their rhythm.
                        n = self.steps_per_execution - step % self.steps_per_execution
                        logs = many_steps(iterator, tf.constant(min(n, end - step)))
                        step = int(self.step.numpy())
                        callbacks.on_train_batch_end((step - 1) % per_record, logs)
                    callbacks.on_epoch_end(epoch, dict(logs))
        except KeyboardInterrupt:
            if begun:
                callbacks.on_train_end()
            elif int(self.step.numpy()):
                keeper.save()
            raise
        except TrainingDiverged:
            raise
        except Exception:  # of a callback: what was trained so far is not lost
            with contextlib.suppress(Exception):
                keeper.save()
            raise
        callbacks.on_train_end()

    def _compile_many_steps(self):
        """A function of (iterator, n) that makes n steps and returns the means since the last record."""
        if self._many_steps is None:

            @tf.function(autograph=False)
            def many_steps(iterator, n):
                def body(i):
                    self.train_step(next(iterator))
                    return (i + 1,)

                tf.while_loop(
                    lambda i: i < n, body, (tf.constant(0),), parallel_iterations=1
                )
                return {mean.name: mean.result() for mean in self.metrics}

            self._many_steps = many_steps
        return self._many_steps

    def _stream(self, images, batch_size, seed, start):
        """The batches from number `start` on; under a strategy, every replica's share of each."""
        strategy = self.distribute_strategy
        if not self.distributed:
            return batches(images, batch_size, seed=seed, start=start)
        replicas = strategy.num_replicas_in_sync

        def shares(context):
            local = replicas // context.num_input_pipelines
            begin = context.input_pipeline_id * local

            def split(batch):
                parts = tf.reshape(
                    batch, (replicas, batch_size // replicas, *images.shape[1:])
                )
                return tf.data.Dataset.from_tensor_slices(parts[begin : begin + local])

            return batches(images, batch_size, seed=seed, start=start).flat_map(split)

        return strategy.distribute_datasets_from_function(shares)

    def append_to_record(self, means, partial=False):
        """Add the means since the last record, a dict, at the present step, and begin new ones.

        partial: the mean goes on, and this entry makes room for the next one.
        """
        step = int(self.step.numpy())
        for name, values in self.record.items():
            values.append(step if name == "step" else float(means[name]))
        if not partial:
            self.reset_metrics()
            self.recorded_until = step

    def _forget_partial_record(self):
        """Drop the entry of a run that ended between two records: the next one takes its steps in again."""
        while self.record["step"] and self.record["step"][-1] > self.recorded_until:
            for values in self.record.values():
                values.pop()

    def save(self, path, overwrite=True, **ignored):
        """Write everything that the next step depends on to one file; return its path. See `ganlib.checkpoint`.

        `fit` with this path, or `restore`, goes on from it. It is no Keras file: `gan.ema_generator.save
        ("generator.keras")` writes one that `keras.models.load_model` reads. overwrite and what is ignored are
        arguments of `keras.Model.save`.
        Raises TrainingDiverged rather than replace a good file by one with weights that are no numbers,
        FileExistsError for overwrite=False, ValueError for a path that promises a Keras file.
        """
        path = pathlib.Path(path).expanduser()
        check_suffix(path)
        if path.exists() and not overwrite:
            raise FileExistsError(
                f"{path} exists; give another path, or type overwrite=True"
            )
        arrays, about = self._contents()
        for name, array in arrays.items():
            if not name.startswith("record/") and not np.isfinite(array).all():
                raise TrainingDiverged("a weight", int(self.step.numpy()) - 1, path)
        if self.writes:
            checkpoint.save(path, arrays, about)
        if self.multi_worker:  # nobody looks for the file before it is there
            self.means["d_loss"].count.numpy()  # which needs all workers
        self.files[str(path.resolve())] = [self.run_id, int(self.step.numpy())]
        return path

    def _contents(self):
        """(arrays, about) of a checkpoint."""
        state = {name: variable.numpy() for name, variable in self._state().items()}
        record = {
            f"record/{name}": np.array(values, np.float64)
            for name, values in self.record.items()
        }
        about = {
            "run": self.run,
            "run_id": self.run_id,
            "recorded_until": self.recorded_until,
        }
        return {**state, **record}, about

    def restore(self, path):
        """Read a file written by `save` into this GAN, compiled as it was.

        Raises FileNotFoundError, or CheckpointError where the file is damaged or belongs to another run.
        """
        path = pathlib.Path(path).expanduser()
        arrays, about = checkpoint.load(path)
        if about.get("run") and self.run:
            before = {"r2": 0.0, **about["run"]}  # older files do not name it
            if "flip" in before:  # its older name
                before["random_flip"] = before.pop("flip")
            before, now = flatten_settings(before), flatten_settings(self.run)
            differ = ", ".join(
                "other images"
                if k == "images"
                else f"{k} was {before[k]} and is {now[k]}"
                for k in now
                if k in before and before[k] != now[k]
            )
            if differ:
                raise checkpoint.CheckpointError(
                    f"{path} belongs to another run: {differ}. Go on with the same images "
                    "and settings, or give another path to start anew"
                )
        record = {
            n.removeprefix("record/"): arrays.pop(n)
            for n in list(arrays)
            if n.startswith("record/")
        }
        state = self._state()
        for name in state:
            if name.startswith("trackers/"):  # older files do not hold them
                arrays.setdefault(name, np.zeros((), np.float32))
        checkpoint.restore(state, arrays, path)
        self.bad_step.assign(-1)
        self.record = {name: values.tolist() for name, values in record.items()}
        step = int(self.step.numpy())
        self.record["step"] = [int(number) for number in self.record["step"]]
        self.recorded_until = about.get("recorded_until", step)
        self.run_id = about.get("run_id", self.run_id)
        self.files[str(path.resolve())] = [about.get("run_id"), step]

    def _state(self):
        """{name: variable} of all that a step reads or writes; `variables` has the seeds of dropout too."""
        self.check_compiled()
        groups = {
            "generator": self.generator.variables,
            "discriminator": self.discriminator.variables,
            "ema": self.ema_generator.weights,
            "d_optimizer": self.d_optimizer.variables,
            "g_optimizer": self.g_optimizer.variables,
            "noise": [self.noise.state],
            "step": [self.step],
            "trackers": [v for mean in self.metrics for v in mean.variables],
        }
        return {
            f"{group}/{i}": v
            for group, variables in groups.items()
            for i, v in enumerate(variables)
        }

    def sample(self, n, seed=0, batch_size=32):
        """`n` pictures of the averaged generator: uint8 (n, h, w, c), from noise drawn with `seed`."""
        return sample(self.ema_generator, n, seed, batch_size)


def check_callbacks(callbacks):
    """A list of Keras callbacks out of None, one, or several. Raises TypeError or ValueError."""
    if callbacks is None:
        return []
    if isinstance(callbacks, keras.callbacks.Callback):
        callbacks = [callbacks]
    if not isinstance(callbacks, (list, tuple)) or not all(
        isinstance(callback, keras.callbacks.Callback) for callback in callbacks
    ):
        raise TypeError(
            f"callbacks is {callbacks!r}; expected Keras callbacks: type callbacks=[...] with objects of "
            "subclasses of keras.callbacks.Callback"
        )
    for callback in callbacks:
        check_callback(callback)
    return list(callbacks)


def check_callback(callback):
    """Raise ValueError for a Keras callback that could not do its work with two optimizers and our `save`."""
    name = type(callback).__name__
    of_one_optimizer = (
        keras.callbacks.LearningRateScheduler,
        keras.callbacks.ReduceLROnPlateau,
        keras.callbacks.SwapEMAWeights,
    )
    if isinstance(callback, of_one_optimizer):
        raise ValueError(
            f"{name} changes the one optimizer of a Keras model, and a GAN has two; for a rate that falls "
            "type gan.compile(gan_adam(5e-4, steps), gan_adam(5e-4, steps)), and for averaged weights take "
            "gan.ema_generator"
        )
    if isinstance(callback, keras.callbacks.ModelCheckpoint) and not (
        callback.save_weights_only
    ):
        raise ValueError(
            f"{name} would write a Keras file, from which a GAN cannot go on; type gan.fit(..., "
            "path='run.npz') instead, or save_weights_only=True"
        )


def check_suffix(path):
    """Raise ValueError for a path that promises a Keras file."""
    if path.suffix in (".keras", ".h5", ".hdf5"):
        raise ValueError(
            f"{path} promises a Keras file, and a GAN is saved as a checkpoint of NumPy arrays; type "
            f"{str(path.with_suffix('.npz'))!r}, or gan.ema_generator.save({str(path)!r}) for the generator"
        )


class _Keeper(keras.callbacks.Callback):
    """Keeps the record, writes checkpoints, and stops a run that has diverged."""

    def __init__(self, path, every, steps, per_record):
        super().__init__()
        self.path, self.every, self.saved = path, every, time.monotonic()
        self.steps, self.per_record = steps, per_record

    def save(self):
        if self.path:
            self.model.save(self.path)
        self.saved = time.monotonic()
        with contextlib.suppress(
            OSError, AttributeError
        ):  # glibc keeps what was freed: a quarter of a gigabyte
            ctypes.CDLL("libc.so.6").malloc_trim(0)

    def on_train_batch_end(self, batch, logs=None):
        self.model._check_finite(self.path)
        if int(self.model.step.numpy()) >= self.steps:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        step = int(self.model.step.numpy())
        whole = step % self.per_record == 0
        if step > self.model.recorded_until and (whole or step >= self.steps):
            self.model.append_to_record(logs, partial=not whole)
        if time.monotonic() - self.saved > self.every:
            self.save()

    def on_train_end(self, logs=None):
        self.save()
