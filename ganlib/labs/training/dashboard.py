"""The image dashboard: a widget that shows how an image GAN trains, and knows nothing of
training itself.

Those who feed it stand in `callbacks`: `DashboardCallback` from inside `GAN.fit`,
`InteractiveTrainer` when the browser asks for steps.
"""

import io
import math
import time
from collections import deque

import numpy as np
import traitlets
from PIL import Image

from ... import plots
from ...checks import check_count, check_images
from ..widget import Widget, bundle_js, pack
from .callbacks import ALIVE, DashboardCallback

MOMENTS = 60  # moments kept at most
BYTES = 48e6  # bytes of their samples at most
ROWS = 400  # rows of a record that are sent at most
REAL = 64  # real pictures shown at most
COLUMNS = ("step", "d_loss", "g_loss", "d_real", "d_fake", "d_norm", "g_norm")


def png(images, columns):
    """The pictures without gaps, row by row, as the bytes of a PNG."""
    with io.BytesIO() as file:
        Image.fromarray(plots.tile(images, columns, gap=0)).save(
            file, "png", compress_level=1
        )
        return file.getvalue()


def spread(images):
    """The root of the summed variances of all pixels: proportional to the root mean
    square distance of two of the pictures. nan for a single one. In parts, so that a
    whole data set needs no second copy in memory."""
    n = len(images)
    if n < 2:
        return math.nan
    mean = sum(part.sum(0, dtype=float) for part in _parts(images)) / n
    squares = sum(np.sum((part - mean) ** 2) for part in _parts(images))
    return math.sqrt(squares / (n - 1))


def _parts(images):
    return (images[start : start + 256] for start in range(0, len(images), 256))


class Dashboard(Widget):
    """A training to be watched: give `dashboard.callback()` to `GAN.fit`, or make it a
    cell's last line.

    real: uint8 (n, h, w, c); the first 64 are shown beside the generated pictures, and
    all of them count in the measure of diversity: the root mean square distance of two
    generated pictures over that of two real ones, 0 where all are alike. steps,
    batch_size: for the time left and pictures a second. metrics: a function, uint8
    samples -> {name: number}, for charts of your own; where it fails, that is said and
    the training goes on. train_for: what Play does: `train_for(seconds)` trains for at
    most so long, but one step at least, and `train_for(0)` only looks; both return
    (step, uint8 samples or None, record, dict of metrics), as an `InteractiveTrainer`
    does; every: seconds from look to look. Raises ValueError, TypeError.
    """

    real_png = traitlets.Bytes().tag(sync=True)
    refusals = ()  # after any error the views stop playing

    def __init__(
        self,
        real=None,
        *,
        steps=None,
        batch_size=None,
        metrics=None,
        train_for=None,
        every=1.0,
        columns=8,
    ):
        shown, self.real_spread = None, None
        if real is not None:
            real = check_images(real, channels=(1, 3), name="real")
            shown, self.real_spread = real[:REAL], spread(real)
        self.steps = None if steps is None else check_count(steps, "steps")
        self.batch_size = (
            None if batch_size is None else check_count(batch_size, "batch_size")
        )
        for name, function in (("metrics", metrics), ("train_for", train_for)):
            if function is not None and not callable(function):
                raise TypeError(
                    f"{name} is {function!r}; expected a function: type {name}=f, not "
                    f"{name}=f(...)"
                )
        self.metrics, self.train_for, self.every = metrics, train_for, every
        self.columns = check_count(columns, "columns")
        self.step, self.record = 0, {"step": []}
        self.step_times, self.elapsed = deque(maxlen=30), 0.0  # (moment, step); seconds
        self.latest, self.moments = None, []  # (step, samples, metrics)
        self.stride, self.since_last, self.last_drawn = 1, 0, 0.0
        self.last_heartbeat, self.stopping = -math.inf, False
        self.status, self.warning = "", ""  # how it goes; what cannot be shown
        super().__init__(
            config={
                "columns": self.columns,
                "plays": train_for is not None,
                "real": shown is not None and list(shown.shape),
            },
            real_png=b"" if shown is None else png(shown, columns),
        )
        if train_for:
            self._work(0)

    @property
    def training(self):
        """Whether a cell trains: `DashboardCallback` says so after every batch."""
        return time.monotonic() - self.last_heartbeat < ALIVE

    @property
    def frames(self):
        """[(step, uint8 samples), ...]: the moments that were kept, at most 60 and 48 MB, and the latest."""
        with self.lock:
            return [moment[:2] for moment in self._stored()]

    def show(self, step, samples=None, record=None, **metrics):
        """Show how far the training is.

        samples: uint8 (n, h, w, c), always from the same noise, or None; record: lists
        of one length, {"step": [...], "d_loss": [...], ...}, or None for 'as before';
        metrics: numbers. Raises ValueError, TypeError.
        """
        with self.lock:
            reply, buffers = self.frame(
                {}, self._ingest(step, samples, record, metrics)
            )
        self.send(reply, buffers)

    def send(self, content, buffers=None):
        """Send to the browser; its answers may come beside the running cell."""
        super().send(content, buffers)
        if (
            self.comm is not None
        ):  # else ipykernel 7.4 holds all answers back until the cell that sent is done
            vars(self.comm).pop("_reply_subshell_id", None)

    def callback(self, **options):
        """A Keras callback that shows how `GAN.fit` goes; options: those of
        `DashboardCallback`."""
        return DashboardCallback(self, **options)

    def picture(self):
        """A still picture of the moment, as a matplotlib Figure."""
        with self.lock:
            rows = len(self.record["step"])
            record = {
                name: [math.nan] * rows for name in ("d_loss", "g_loss")
            } | self.record
            blank = np.full((1, 8, 8, 1), 255, np.uint8)
            step, samples, _ = self.latest or (0, blank, {})
        title = (
            f"Generated, step {step:,} (always the same noise)"
            if self.latest
            else "No picture yet"
        )
        if not rows and self.latest:  # nothing to draw beside the pictures
            return plots.image_grid(samples, self.columns, title, plots.FAKE)
        return plots.dashboard(samples, record, self.columns, title)

    def summary(self):
        """The moment in words."""
        words = [f"step {self.step:,}"]
        if self.steps:
            words[0] += f" of {self.steps:,}"
        if self.elapsed > 30:
            words.append(f"{self.elapsed / 60:.1f} min")
        if rate := self._rate() * (self.batch_size or 1):
            unit = "pictures" if self.batch_size else "steps"
            words.append(f"{rate:,.0f} {unit} a second")
        if self.latest:
            words += [f"{name} {value:.2f}" for name, value in self.latest[2].items()]
        return "Image dashboard: " + ", ".join(words)

    # What is stored

    def _ingest(self, step, samples, record, metrics):
        """Take the news in; returns the new moment if there are samples."""
        step = check_count(step, "step", least=0)
        samples = (
            None
            if samples is None
            else check_images(samples, channels=(1, 3), name="samples")
        )
        if record is not None and (
            "step" not in record or len({len(values) for values in record.values()}) > 1
        ):
            raise ValueError(
                f"record is {str(record)[:60]}; expected lists of one length, one of them the steps: type "
                'record=gan.record, or {"step": [100], "d_loss": [1.3]}'
            )
        if (
            step < self.step
        ):  # another training, or one that went on from an earlier checkpoint
            self.step_times.clear()
            self.moments = [moment for moment in self.moments if moment[0] < step]
            self.latest = None
        now = time.monotonic()
        if self.step_times:
            self.elapsed += now - self.step_times[-1][0]
        self.step_times.append((now, step))
        self.step = step
        if record is not None:
            self.record = {name: list(values) for name, values in record.items()}
        return None if samples is None else self._store(step, samples, metrics)

    def _store(self, step, samples, metrics):
        """Store a moment; of too many every second one goes. The latest always stays."""
        if self.real_spread is not None:
            ratio = spread(samples) / self.real_spread if self.real_spread else math.nan
            metrics = {"diversity": ratio, **metrics}
        numbers = {name: float(value) for name, value in metrics.items()}
        self.latest = (step, samples, {**numbers, **self._own_metrics(samples)})
        self.last_drawn, self.since_last = time.monotonic(), self.since_last + 1
        self.moments = [moment for moment in self.moments if moment[0] < step]
        if self.since_last >= self.stride:
            self.moments, self.since_last = [*self.moments, self.latest], 0
        if len(self.moments) > max(2, min(MOMENTS, BYTES // samples.nbytes)):
            self.moments, self.stride = self.moments[::2], 2 * self.stride
        return self.latest

    def _own_metrics(self, samples):
        """What the reader's own function says; where it fails, that is a warning."""
        self.warning = ""
        if self.metrics is None:
            return {}
        try:
            values = self.metrics(samples)
            return {str(name): float(value) for name, value in values.items()}
        except Exception as error:
            self.warning = (
                f"Your function of metrics failed ({type(error).__name__}: {error}); "
                'expected a dict of numbers, as {"mean": 0.5}. The training goes on.'
            )
            return {}

    def _stored(self):
        moments = [moment for moment in self.moments if moment is not self.latest]
        return moments if self.latest is None else [*moments, self.latest]

    def _rate(self):
        """Steps a second of late."""
        if not self.step_times:
            return 0.0
        (begin, first), (end, last) = self.step_times[0], self.step_times[-1]
        return (last - first) / (end - begin) if end > begin else 0.0

    def frame(self, message, moment=None, **more):
        """What every view paints: the charts, and the samples of a moment."""
        rows, stored = len(self.record["step"]), self._stored()
        chosen = slice(0)
        if rows:
            chosen = np.unique(np.linspace(0, rows - 1, min(rows, ROWS)).astype(int))
        arrays = {
            name: np.array(values, float)[chosen]
            for name, values in self.record.items()
            if name in COLUMNS
        }
        arrays["moments"] = np.array([step for step, *_ in stored], float)
        for name in stored[-1][2] if stored else ():
            values = [metrics.get(name, math.nan) for *_, metrics in stored]
            arrays[f"metric {name}"] = np.array(values)
        about, data = pack(arrays)
        rate = self._rate()
        reply = {
            "type": "frame",
            "step": self.step,
            "steps": self.steps,
            "training": self.training,
            "stopping": self.stopping,
            "status": self.status,
            "warning": self.warning,
            "arrays": about,
            "rate": rate * (self.batch_size or 1),
            "unit": "pictures" if self.batch_size else "steps",
            "left": (self.steps - self.step) / rate if self.steps and rate else None,
            "picture": moment and moment[0],
            "shape": moment and list(moment[1].shape),
            **more,
        }
        return reply, [data] + ([png(moment[1], self.columns)] if moment else [])

    def _work(self, seconds):
        """Train for so many seconds; returns the new moment if there are samples."""
        if self.train_for is None:
            raise RuntimeError(
                "there is nothing to play; expected Dashboard(..., "
                "train_for=InteractiveTrainer(gan, images))"
            )
        if self.training:
            raise RuntimeError(
                "there is nothing to play: a cell is training; stop it first"
            )
        step, samples, record, metrics = self.train_for(seconds)
        return self._ingest(step, samples, record, metrics or {})

    def _is_drawn(self):
        """Whether the present step has its picture."""
        return self.latest is not None and self.latest[0] == self.step

    # What the browser asks for

    def answer_hello(self, message):
        return self.frame(message, self.latest)

    def answer_tick(self, message):
        """Train for at most a twentieth of a second, or look."""
        if message.get("fresh"):  # what lies between a pause and this tick was no work
            self.step_times.clear()
        due = time.monotonic() - self.last_drawn > self.every and not self._is_drawn()
        return self.frame(message, self._work(0 if due else 0.05))

    def answer_step(self, message):
        """One step, and a look."""
        self.step_times.clear()
        self._work(1e-3)
        return self.frame(message, self._work(0))

    def answer_stop(self, message):
        """Tell the cell that trains to stop; or look at where Pause left off."""
        self.stopping = self.training
        late = self.train_for and not self.training and not self._is_drawn()
        return self.frame(message, self._work(0) if late else None)

    def answer_look(self, message):
        """The picture of the moment that is nearest to a step."""
        step = check_count(message.get("step"), "step", least=0)
        nearest = min(
            self._stored(), key=lambda moment: abs(moment[0] - step), default=None
        )
        return self.frame(message, nearest)


Dashboard._esm = bundle_js("common", "training/dashboard")
