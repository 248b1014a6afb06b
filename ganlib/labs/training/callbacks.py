"""Who tells a `Dashboard` how a GAN trains: a Keras callback, and steps that the browser asks for."""

import math
import time

import keras
import tensorflow as tf

from ...checks import check_count
from ...training import TrainingDiverged, batches


class Watch(keras.callbacks.Callback):
    """Shows a `GAN.fit` in a `Dashboard`, and stops it when Stop is pressed there: the checkpoint is written, and the
    same call goes on. every: seconds between pictures; count, seed: how many samples, from which fixed noise.
    """

    def __init__(self, dashboard, *, every=20.0, count=64, seed=0):
        super().__init__()
        self.dashboard, self.every, self.count, self.seed = (
            dashboard,
            every,
            check_count(count, "count"),
            seed,
        )
        self.told, self.handle = 0.0, None

    def on_train_begin(self, logs=None):
        from IPython.display import display

        board = self.dashboard
        with board.lock:  # a tick may be under way
            self.say(time.monotonic())
            board.stopping, board.told = False, ""
            board.clock.clear()
        self.draw()
        self.handle = display(board, display_id=True)
        board.drawn = (
            -math.inf
        )  # the page may not listen yet: the next picture comes soon

    def say(self, moment):
        """That at this moment a cell trains, so that nothing else trains the same networks."""
        self.dashboard.heard = self.model.heard = moment

    def draw(self):
        model = self.model
        self.dashboard.show(
            int(model.step.value), model.sample(self.count, self.seed), model.record
        )

    def on_train_batch_end(self, batch, logs=None):
        board, now = self.dashboard, time.monotonic()
        self.say(now)
        if board.stopping:
            self.model.stop_training = True
        if now - self.told > 1.0:
            self.told = now
            board.show(int(self.model.step.value), None, self.model.record)

    def on_epoch_end(self, epoch, logs=None):
        if time.monotonic() - self.dashboard.drawn > self.every:
            self.draw()

    def on_train_end(self, logs=None):
        board, step = self.dashboard, int(self.model.step.value)
        self.say(-math.inf)
        board.told = (
            f"Stopped at step {step:,}. Run the cell again to go on."
            if board.stopping
            else f"Step {step:,}."
        )
        self.draw()
        if self.handle:
            self.handle.update(board)  # the still picture that stays on the page


class Stepper:
    """The `advance` of a GAN: single steps on the batches that `GAN.fit` would take, to the very same weights.

    images: uint8 (n, h, w, c); batch_size, seed: as for `fit`; every `steps_per_record` steps the means go into
    `gan.record`; count, noise_seed: how many samples, from which fixed noise. The first step compiles, which takes
    seconds (`prepare` does it beforehand), and so does the first one after the GAN was compiled anew. Raises what
    `training.batches` raises, and TrainingDiverged.
    """

    def __init__(
        self,
        gan,
        images,
        batch_size=32,
        seed=0,
        *,
        steps_per_record=20,
        count=64,
        noise_seed=0,
    ):
        gan.check_compiled()
        self.gan, self.images, self.batch_size, self.seed = (
            gan,
            images,
            batch_size,
            seed,
        )
        self.per_record = check_count(steps_per_record, "steps_per_record")
        self.count, self.noise_seed = check_count(count, "count"), noise_seed
        self.update = self.at = None
        self.stream_from(0)  # raises now what it would raise then

    def prepare(self):
        """Compile: a step of each kind, after which all is as it was."""
        gan = self.gan
        self.update, self.train_step, self.at = (
            gan._update,
            tf.function(gan.train_step),
            None,
        )
        variables = [
            *gan._state().values(),
            gan.bad_step,
            *(v for mean in gan.metrics for v in mean.variables),
        ]
        kept, batch = (
            [variable.numpy() for variable in variables],
            next(iter(self.stream_from(0))),
        )
        for step in (0, 1):  # with R1 and without
            gan.step.assign(step)
            self.train_step(batch)
        for variable, value in zip(variables, kept):
            variable.assign(value)

    def stream_from(self, start):
        return batches(self.images, self.batch_size, seed=self.seed, start=start)

    def __call__(self, seconds):
        gan, end = self.gan, time.monotonic() + seconds
        if time.monotonic() - getattr(gan, "heard", -math.inf) < 30:
            raise RuntimeError(
                "a cell is training this GAN: stop it first, or wait until it is done"
            )
        if seconds and self.update is not gan._update:
            self.prepare()
        if seconds and self.at != int(gan.step.value):
            self.stream = iter(self.stream_from(int(gan.step.value)))
        while seconds:
            means = self.train_step(next(self.stream))
            self.at = int(gan.step.value)
            if self.at % self.per_record == 0:
                gan.append_to_record(means)
            if time.monotonic() >= end:
                break
        if int(gan.bad_step.value) >= 0:
            raise TrainingDiverged("the loss", int(gan.bad_step.value), None)
        return (
            int(gan.step.value),
            None if seconds else gan.sample(self.count, self.noise_seed),
            gan.record,
            {},
        )
