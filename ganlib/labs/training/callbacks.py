"""Who feeds a `Dashboard`: a Keras callback in `GAN.fit`, and steps that the browser asks
for."""

import math
import time

import keras
import tensorflow as tf

from ...checks import check_count
from ...training import TrainingDiverged, batches

ALIVE = 30.0  # seconds: whoever was heard of since then is still training


class DashboardCallback(keras.callbacks.Callback):
    """Shows a `GAN.fit` in a `Dashboard`, and stops it when Stop is pressed there.

    Then the checkpoint is written, and the same call goes on later. every: seconds
    between pictures; count, seed: how many samples, from which fixed noise. What cannot
    be shown is said in the dashboard, and the training goes on.
    """

    def __init__(self, dashboard, *, every=20.0, count=64, seed=0):
        super().__init__()
        self.dashboard, self.every, self.seed = dashboard, every, seed
        self.count = check_count(count, "count")
        self.last_shown, self.handle = 0.0, None

    def on_train_begin(self, logs=None):
        from IPython.display import display

        board = self.dashboard
        with board.lock:  # a tick may be under way
            self.beat(time.monotonic())
            board.stopping, board.status = False, ""
            board.step_times.clear()
        self.show_samples()
        self.handle = display(board, display_id=True)
        # the page may not listen yet: the next picture comes soon
        board.last_drawn = -math.inf

    def beat(self, moment):
        """Let be known that a cell trained at this moment, so that nothing else trains
        the same networks."""
        self.dashboard.last_heartbeat = self.model.last_heartbeat = moment

    def show(self, samples=None):
        """Show the present step; no error of the dashboard's ends the training."""
        model, board = self.model, self.dashboard
        try:
            board.show(int(model.step.numpy()), samples, model.record)
        except Exception as error:
            board.warning = (
                f"This step cannot be shown: {type(error).__name__}: {error}"
            )

    def show_samples(self):
        try:
            samples = self.model.sample(self.count, self.seed)
        except Exception as error:
            message = f"No samples can be drawn: {type(error).__name__}: {error}"
            samples, self.dashboard.warning = None, message
        self.show(samples)

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        self.beat(now)
        if self.dashboard.stopping:
            self.model.stop_training = True
        if now - self.last_shown > 1.0:
            self.last_shown = now
            self.show()

    def on_epoch_end(self, epoch, logs=None):
        if time.monotonic() - self.dashboard.last_drawn > self.every:
            self.show_samples()

    def on_train_end(self, logs=None):
        board, step = self.dashboard, int(self.model.step.numpy())
        self.beat(-math.inf)
        board.status = f"Step {step:,}."
        if board.stopping:
            board.status = f"Stopped at step {step:,}. Run the cell again to go on."
        self.show_samples()
        if self.handle:
            self.handle.update(board)  # the still picture that stays on the page


class InteractiveTrainer:
    """The `train_for` of a GAN: single steps on the batches that `GAN.fit` would take, to
    the very same weights.

    images: uint8 (n, h, w, c); batch_size, seed: as for `fit`; every `steps_per_record`
    steps the means go into `gan.record`; count, noise_seed: how many samples, from which
    fixed noise. The first step compiles, which takes seconds (`prepare` does it
    beforehand), and so does the first one after the GAN was compiled anew. Raises what
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
        self.gan, self.images = gan, images
        self.batch_size, self.seed = batch_size, seed
        self.steps_per_record = check_count(steps_per_record, "steps_per_record")
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
        if time.monotonic() - getattr(gan, "last_heartbeat", -math.inf) < ALIVE:
            raise RuntimeError(
                "a cell is training this GAN: stop it first, or wait until it is done"
            )
        if seconds and self.update is not gan._update:
            self.prepare()
        if seconds and self.at != int(gan.step.numpy()):
            self.stream = iter(self.stream_from(int(gan.step.numpy())))
        while seconds:
            means = self.train_step(next(self.stream))
            self.at = int(gan.step.numpy())
            if self.at % self.steps_per_record == 0:
                gan.append_to_record(means)
            if time.monotonic() >= end:
                break
        if int(gan.bad_step.numpy()) >= 0:
            raise TrainingDiverged("the loss", int(gan.bad_step.numpy()), None)
        return (
            int(gan.step.numpy()),
            None if seconds else gan.sample(self.count, self.noise_seed),
            gan.record,
            {},
        )
