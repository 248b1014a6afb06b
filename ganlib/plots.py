"""Pictures of results: arrays in, a matplotlib Figure out. Real is blue, generated is orange."""

import io

import numpy as np
from matplotlib.figure import Figure

from .checks import check_count, check_images

REAL, FAKE, GREY = "#2b6cb0", "#dd6b20", "#718096"


class Picture(Figure):
    """A Figure that belongs to no pyplot: it is shown when it is a cell's result, and not a second time."""

    def _repr_png_(
        self,
    ):  # what notebooks ask for; without pyplot they know no other way to show a Figure
        with io.BytesIO() as file:
            self.savefig(file, format="png")
            return file.getvalue()


def _figure(size):
    return Picture(figsize=size, layout="constrained", dpi=100)


def panels(*titles, size=(11, 2.8), **settings):
    """(Figure, axes, axes, ...): one panel for each title, side by side; settings: for all, as `xlabel="x"`."""
    figure = _figure(size)
    for ax, title in zip(figure.subplots(1, len(titles), squeeze=False)[0], titles):
        ax.set(**{"title": title, **settings})
        ax.spines[["top", "right"]].set_visible(False)
    return figure, *figure.axes


def tile(images, columns, gap=2):
    """uint8 (n, h, w, 1 or 3) -> one uint8 picture (rows * (h + gap) - gap, ..., 3), white where nothing is."""
    n, h, w, _ = check_images(images, channels=(1, 3)).shape
    rows = -(-n // check_count(columns, "columns"))
    sheet = np.full((rows * (h + gap), columns * (w + gap), 3), 255, np.uint8)
    for i, image in enumerate(images):
        top, left = i // columns * (h + gap), i % columns * (w + gap)
        sheet[top : top + h, left : left + w] = image
    return sheet[:-gap, :-gap] if gap else sheet


def _show(ax, sheet, title, colour="black"):
    ax.imshow(sheet, interpolation="nearest")
    ax.set_title(title, loc="left", fontsize=11, color=colour)
    ax.axis("off")


def image_grid(images, columns=8, title="", colour="black", scale=1.5):
    """A sheet of pictures. images: uint8 (n, h, w, c); scale: screen points a pixel, about."""
    sheet = tile(images, columns)
    inches = np.array(sheet.shape[1::-1]) * scale / 100
    inches *= max(1.0, 2 / inches.max())  # a handful of tiny pictures could not be seen
    figure = _figure((inches[0], inches[1] + 0.35 * bool(title)))
    _show(figure.add_subplot(), sheet, title, colour)
    return figure


def compare(real, fake, columns=8, titles=("Real", "Generated")):
    """Real pictures on the left, generated ones on the right, equally many of each."""
    figure = _figure((11, 11 / 2 * -(-len(real) // columns) / columns + 0.4))
    for i, (images, colour) in enumerate(((real, REAL), (fake, FAKE))):
        _show(figure.add_subplot(1, 2, i + 1), tile(images, columns), titles[i], colour)
    return figure


def loss_curves(record, ax=None):
    """Both losses over the steps. record: what `GAN.fit` returns. Returns the Figure."""
    figure = _figure((6, 3)) if ax is None else ax.figure
    ax = ax or figure.add_subplot()
    ax.plot(record["step"], record["d_loss"], color=REAL, label="discriminator")
    ax.plot(record["step"], record["g_loss"], color=FAKE, label="generator")
    ax.set(title="Losses: two players, no winner", xlabel="step", ylabel="loss")
    if (
        min([0, *record["d_loss"], *record["g_loss"]]) == 0
    ):  # some losses, such as Wasserstein's, go below
        ax.set_ylim(0, None)
    _quiet(ax)
    return figure


def verdicts(record, ax=None):
    """What the discriminator says of real and of generated pictures, over the steps. Returns the Figure."""
    figure = _figure((6, 3)) if ax is None else ax.figure
    ax = ax or figure.add_subplot()
    ax.axhline(0.5, color=GREY, lw=1, ls=":")
    ax.plot(record["step"], record["d_real"], color=REAL, label="D(real)")
    ax.plot(record["step"], record["d_fake"], color=FAKE, label="D(generated)")
    ax.set(
        title="Verdicts: 1 is 'real', 0.5 is 'cannot tell'",
        xlabel="step",
        ylabel="probability",
        ylim=(0, 1),
    )
    _quiet(ax)
    return figure


def _quiet(ax):
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(alpha=0.2)


def dashboard(samples, record, columns=8, title=""):
    """Generated pictures beside losses, and verdicts where the record has them: the still form of a training."""
    charts = [loss_curves] + [verdicts] * ("d_real" in record)
    figure = _figure((11, 5.4))
    grid = figure.add_gridspec(len(charts), 2, width_ratios=(1.05, 1))
    _show(figure.add_subplot(grid[:, 0]), tile(samples, columns), title, FAKE)
    for row, chart in enumerate(charts):
        chart(record, figure.add_subplot(grid[row, 1]))
    return figure
