"""The image dashboard: a widget that is told how an image GAN trains, and knows nothing of training itself.

Those who tell it stand in `watching`: `Watch` from inside `GAN.fit`, `Stepper` when the browser asks for steps.
"""

import io
import math
import time
from collections import deque

import numpy as np
import traitlets
from PIL import Image

from ... import plots
from ...checks import check_choice, check_count, check_images
from ..widget import Widget, browser_code, pack
from .callbacks import Watch

MOMENTS, BYTES, ROWS = (
    60,
    48e6,
    400,
)  # moments kept at most, bytes of them at most; rows of a record that are sent
COLUMNS = ("step", "d_loss", "g_loss", "d_real", "d_fake", "d_norm", "g_norm")


def png(images, columns):
    """The pictures without gaps, row by row, as the bytes of a PNG."""
    with io.BytesIO() as file:
        Image.fromarray(plots.tile(images, columns, gap=0)).save(
            file, "png", compress_level=1
        )
        return file.getvalue()


class Dashboard(Widget):
    """A training to be watched: give `dashboard.callback()` to `GAN.fit`, or make it a cell's last line.

    real: uint8 (n, h, w, c), shown beside the generated pictures and the measure of their diversity: the root mean
    square distance of two generated pictures over that of two real ones, 0 where all are alike. steps, batch_size: for
    the time left and pictures a second. metrics: a function, uint8 samples -> {name: number}, for charts of your own.
    advance: what Play does: `advance(seconds)` trains for at most so long, but one step at least, and `advance(0)` only
    looks; both return (step, uint8 samples or None, record, dict of metrics), as a `Stepper` does; every: seconds from
    look to look. Raises ValueError, TypeError.
    """

    real_png = traitlets.Bytes().tag(sync=True)

    def __init__(
        self,
        real=None,
        *,
        steps=None,
        batch_size=None,
        metrics=None,
        advance=None,
        every=1.0,
        columns=8,
    ):
        self.real = (
            None if real is None else check_images(real, channels=(1, 3), name="real")
        )
        self.steps = None if steps is None else check_count(steps, "steps")
        self.batch_size = (
            None if batch_size is None else check_count(batch_size, "batch_size")
        )
        for name, function in (("metrics", metrics), ("advance", advance)):
            if function is not None and not callable(function):
                raise TypeError(
                    f"{name} is {function!r}; expected a function: type {name}=f, not {name}=f(...)"
                )
        self.metrics, self.advance, self.every, self.columns = (
            metrics,
            advance,
            every,
            check_count(columns, "columns"),
        )
        self.step, self.record, self.clock, self.spent, self.drawn = (
            0,
            {"step": []},
            deque(maxlen=30),
            0.0,
            0.0,
        )
        self.now, self.moments, self.stride, self.skipped = None, [], 1, 0
        self.heard, self.stopping, self.told = -math.inf, False, ""
        super().__init__(
            about={
                "columns": self.columns,
                "plays": advance is not None,
                "real": real is not None and list(real.shape),
            },
            real_png=b"" if real is None else png(self.real, columns),
        )
        if advance:
            self._work(0)

    @property
    def training(self):
        """Whether a cell trains and tells so after every batch, as `Watch` does."""
        return time.monotonic() - self.heard < 30

    @property
    def frames(self):
        """[(step, uint8 samples), ...]: the moments that were kept, at most 60 and 48 MB, and the latest."""
        with self.lock:
            return [moment[:2] for moment in self._kept()]

    def show(self, step, samples=None, record=None, **metrics):
        """Tell how far the training is. samples: uint8 (n, h, w, c), always from the same noise, or None; record: lists
        of one length, {"step": [...], "d_loss": [...], ...}, or None for 'as before'; metrics: numbers. ValueError."""
        with self.lock:
            reply, buffers = self._frame(self._note(step, samples, record, metrics))
        self.send(reply, buffers)

    def send(self, content, buffers=None):
        """Send to the browser; its answers may come beside the running cell."""
        super().send(content, buffers)
        if (
            self.comm is not None
        ):  # else ipykernel 7.4 holds all answers back until the cell that sent is done
            vars(self.comm).pop("_reply_subshell_id", None)

    def callback(self, **options):
        """A Keras callback that shows how `GAN.fit` goes; options: those of `Watch`."""
        return Watch(self, **options)

    def picture(self):
        """A still picture of the moment, as a matplotlib Figure."""
        with self.lock:
            rows = len(self.record["step"])
            record = {
                name: [math.nan] * rows for name in ("d_loss", "g_loss")
            } | self.record
            step, samples, _ = self.now or (0, np.full((1, 8, 8, 1), 255, np.uint8), {})
        title = (
            f"Generated, step {step:,} (always the same noise)"
            if self.now
            else "No picture yet"
        )
        if not rows and self.now:  # nothing to draw beside the pictures
            return plots.image_grid(samples, self.columns, title, plots.FAKE)
        return plots.dashboard(samples, record, self.columns, title)

    def summary(self):
        """The moment in words."""
        rate = self._rate() * (self.batch_size or 1)
        said = [f"step {self.step:,}" + (f" of {self.steps:,}" if self.steps else "")]
        said += [f"{self.spent / 60:.1f} min"] if self.spent > 30 else []
        said += (
            [f"{rate:,.0f} {'pictures' if self.batch_size else 'steps'} a second"]
            if rate
            else []
        )
        return "Image dashboard: " + ", ".join(
            said + [f"{k} {v:.2f}" for k, v in (self.now or ({},))[-1].items()]
        )

    # What is kept

    def _note(self, step, samples, record, metrics):
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
            self.clock.clear()
            self.moments = [moment for moment in self.moments if moment[0] < step]
            self.now = None
        moment = time.monotonic()
        self.spent += moment - self.clock[-1][0] if self.clock else 0.0
        self.clock.append((moment, step))
        self.step, self.record = (
            step,
            self.record if record is None else {k: list(v) for k, v in record.items()},
        )
        return None if samples is None else self._keep(step, samples, metrics)

    def _keep(self, step, samples, metrics):
        """Keep a moment; of too many every second one goes. The latest is always kept."""
        if self.real is not None:
            spread, full = (
                np.sqrt(images.var(0, ddof=1, dtype="float32").sum())
                if len(images) > 1
                else math.nan
                for images in (samples, self.real)
            )
            metrics = {"diversity": spread / full if full else math.nan, **metrics}
        metrics = {**metrics, **(self.metrics(samples) if self.metrics else {})}
        self.now = (
            step,
            samples,
            {name: float(value) for name, value in metrics.items()},
        )
        self.drawn, self.skipped = time.monotonic(), self.skipped + 1
        self.moments = [moment for moment in self.moments if moment[0] < step]
        if self.skipped >= self.stride:
            self.moments, self.skipped = [*self.moments, self.now], 0
        if len(self.moments) > max(2, min(MOMENTS, BYTES // samples.nbytes)):
            self.moments, self.stride = self.moments[::2], 2 * self.stride
        return self.now

    def _kept(self):
        return [moment for moment in self.moments if moment is not self.now] + [
            self.now
        ] * (self.now is not None)

    def _rate(self):
        """Steps a second of late."""
        (begin, first), (end, last) = (
            (self.clock[0], self.clock[-1]) if self.clock else ((0, 0), (0, 0))
        )
        return (last - first) / (end - begin) if end > begin else 0.0

    # What the browser asks for

    def answer(self, message):
        """The reply to one message of the browser: (dict, list of bytes). What goes wrong is said, not raised."""
        try:
            kind = check_choice(
                message.get("type"),
                ("hello", "tick", "step", "stop", "look"),
                "the message",
            )
            return getattr(self, f"_on_{kind}")(message)
        except Exception as error:  # of a function of the reader's own, too
            return self._frame(trouble=f"{type(error).__name__}: {error}", halt=True)

    def _frame(self, moment=None, **more):
        rows, kept = len(self.record["step"]), self._kept()
        chosen = (
            np.unique(np.linspace(0, rows - 1, min(rows, ROWS)).astype(int))
            if rows
            else slice(0)
        )
        arrays = {
            name: np.array(values, float)[chosen]
            for name, values in self.record.items()
            if name in COLUMNS
        }
        arrays["moments"] = np.array([step for step, *_ in kept], float)
        for name in kept[-1][2] if kept else ():
            arrays[f"metric {name}"] = np.array(
                [metrics.get(name, math.nan) for *_, metrics in kept]
            )
        about, data = pack(arrays)
        rate = self._rate()
        reply = {
            "type": "frame",
            "step": self.step,
            "steps": self.steps,
            "training": self.training,
            "stopping": self.stopping,
            "told": self.told,
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
        if self.advance is None or self.training:
            raise RuntimeError(
                "there is nothing to play: a cell is training; stop it first"
                if self.advance
                else "there is nothing to play; expected Dashboard(..., advance=Stepper(gan, images))"
            )
        step, samples, record, metrics = self.advance(seconds)
        return self._note(step, samples, record, metrics or {})

    def _on_hello(self, message):
        return self._frame(self.now)

    def _on_tick(self, message):
        """Train for at most a twentieth of a second, or look."""
        if message.get("fresh"):  # what lies between a pause and this tick was no work
            self.clock.clear()
        due = time.monotonic() - self.drawn > self.every and not (
            self.now and self.now[0] == self.step
        )
        return self._frame(self._work(0 if due else 0.05))

    def _on_step(self, message):
        self.clock.clear()
        self._work(1e-3)
        return self._frame(self._work(0))

    def _on_stop(self, message):
        """Tell the cell that trains to stop; or look at where Pause left off."""
        self.stopping = self.training
        late = (
            self.advance
            and not self.training
            and not (self.now and self.now[0] == self.step)
        )
        return self._frame(self._work(0) if late else None)

    def _on_look(self, message):
        """The picture of the moment that is nearest to a step."""
        step = check_count(message.get("step"), "step", least=0)
        return self._frame(
            min(self._kept(), key=lambda moment: abs(moment[0] - step), default=None)
        )


Dashboard._esm = browser_code("common", "training/dashboard")
