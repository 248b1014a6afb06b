"""Still pictures of the 2-D laboratory: for GitHub, for print, for readers without
widgets, and for animations."""

import functools
import io

import numpy as np
from PIL import Image, ImageDraw

from ...plots import FAKE, GREY, REAL, panels
from .measure import NAMES
from .settings import DATA, get_distribution


def field_to_rgb(field):
    """D's probabilities (rows, columns) -> uint8 (rows, columns, 3): generated orange,
    white at 1/2, real blue."""
    ends = [
        np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], float)
        for colour in (FAKE, REAL)
    ]
    far = np.clip(np.abs(2 * field - 1), 0, 1)[..., None] * 0.75
    return (255 * (1 - far) + far * np.where(field[..., None] < 0.5, *ends)).astype(
        np.uint8
    )


def render_points(layers, extent, size):
    """One run: a snapshot of its observer -> a PIL image of size x size pixels."""
    low, high = extent
    image = Image.fromarray(field_to_rgb(layers["field"])[::-1]).resize(
        (size, size), Image.Resampling.BICUBIC
    )
    pen, unit = ImageDraw.Draw(image), size / (high - low)
    for name, colour, r in (("real", REAL, size / 180), ("fake", FAKE, size / 130)):
        for x, y in layers[name]:
            x, y = (x - low) * unit, (high - y) * unit
            pen.ellipse(
                (x - r, y - r, x + r, y + r),
                fill=colour,
                outline="white" if name == "fake" else None,
            )
    return image


def render_frame(runs, size=360, index=None):
    """All runs side by side at a moment of the timeline (None: now), with the iteration
    written below."""
    sheet = Image.new("RGB", (len(runs) * (size + 8) - 8, size + 22), "white")
    for i, run in enumerate(runs):
        if index is None:
            layers, row = run.observer.snapshot(), run.latest
        else:
            where = min(index, len(run.rows) - 1)
            layers, row = run.snapshot(where), run.rows[where]
        row = dict(zip(NAMES, row))
        sheet.paste(
            render_points(layers, run.game.data.extent, size), (i * (size + 8), 0)
        )
        text = f"iteration {row['iteration']:,.0f}   JS {row['js']:.2f}"
        ImageDraw.Draw(sheet).text((i * (size + 8) + 4, size + 5), text, fill="black")
    return sheet


def gif(frames, milliseconds=80):
    """PIL images -> the bytes of an animated GIF; the last one stays for two seconds."""
    few = [frame.quantize(64) for frame in frames]
    with io.BytesIO() as file:
        few[0].save(
            file,
            "GIF",
            save_all=True,
            append_images=few[1:],
            loop=0,
            duration=[*[milliseconds] * (len(few) - 1), 2000],
        )
        return file.getvalue()


def picture(runs):
    """A Figure: the plane with points and D's field, the losses, and how near the
    generated points are."""
    figure, *axes = panels(
        *["" for _ in runs],
        "Losses",
        "How near?",
        size=(3.3 * (len(runs) + 2) + 0.4, 3.4),
    )
    for i, (run, ax) in enumerate(zip(runs, axes)):
        low, high = run.game.data.extent
        ax.imshow(
            render_points(run.observer.snapshot(), (low, high), 500),
            extent=(low, high, low, high),
        )
        ax.set(title=f"Iteration {run.game.iteration:,}", xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        record, style = (
            dict(zip(NAMES, run.table().T)),
            "-" if i == 0 else "--",
        )
        tag = "" if len(runs) == 1 else f" ({'AB'[i]})"
        for name, label, colour in (
            ("d_loss", "discriminator", REAL),
            ("g_loss", "generator", FAKE),
        ):
            axes[-2].plot(
                record["iteration"],
                record[name],
                style,
                color=colour,
                label=label + tag,
                lw=1.2,
            )
        axes[-1].plot(
            record["iteration"],
            record["js"],
            style,
            color="black",
            label="Jensen-Shannon" + tag,
            lw=1.2,
        )
        axes[-1].plot(
            record["iteration"],
            record["precision"],
            style,
            color=GREY,
            label="precision" + tag,
            lw=1,
        )
    axes[-1].set(ylim=(0, 1), xlabel="iteration")
    axes[-2].set(xlabel="iteration")
    for ax in axes[-2:]:
        ax.legend(frameon=False, fontsize=8)
    return figure


@functools.cache
def thumbnails():
    """A few points of every data set, for the buttons: {name: [[x, y], ...]} with 0 to 1
    on both axes, y down."""
    small = {}
    for name in DATA[:-1]:
        data = get_distribution(name)
        low, high = data.extent
        points = (data.sample(70, seed=1) - low) / (high - low)
        small[name] = np.round(
            np.stack([points[:, 0], 1 - points[:, 1]], 1), 3
        ).tolist()
    return small
