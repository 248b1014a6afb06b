"""Pictures of results: arrays in, a matplotlib Figure out. Real is blue, generated is orange.

Sheets of pictures are shown pixel by pixel: each pixel of a picture becomes a square of equally many pixels of the
screen, in its own colour. A scale of 1.3 would draw some rows of pixels twice and others once, and the steps in the
outlines would look like faults of the generator.
"""

import io
import textwrap

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from .checks import check_count, check_images

REAL, FAKE, GREY = "#2b6cb0", "#dd6b20", "#718096"
DPI = 100
MAX_WIDTH = 1100  # screen pixels of a sheet: about what a notebook's page is wide
MARGIN = 10  # screen pixels round a sheet
CHARACTER = 7  # screen pixels, about, of a letter of a label


class Picture(Figure):
    """A Figure that belongs to no pyplot: it is shown when it is a cell's result, and not a second time."""

    def _repr_png_(self):
        """What a notebook asks for; without pyplot it knows no other way to show a Figure.

        A figure without pictures in it says so in the file, and may then be saved with fewer colours.
        """
        pictures = any(
            ax.images or any(isinstance(mesh, QuadMesh) for mesh in ax.collections)
            for ax in self.axes
        )
        with io.BytesIO() as file:
            self.savefig(
                file,
                format="png",
                dpi=self.dpi,
                metadata={"Content": "pictures" if pictures else "chart"},
            )
            return file.getvalue()


def _figure(size, layout="constrained"):
    return Picture(figsize=size, layout=layout, dpi=DPI)


def panels(*titles, size=(11, 2.8), **settings):
    """(Figure, axes, axes, ...): one panel for each title, side by side; settings: for all, as `xlabel="x"`."""
    figure = _figure(size)
    for ax, title in zip(figure.subplots(1, len(titles), squeeze=False)[0], titles):
        ax.set(**{"title": title, **settings})
        ax.spines[["top", "right"]].set_visible(False)
    return figure, *figure.axes


def tile(images, columns, gap=2, scale=1, background=255):
    """One sheet of pictures, row by row.

    images: uint8 (n, h, w, 1 or 3); columns: pictures in a row; gap: pixels of the sheet between two pictures;
    scale: each pixel becomes scale x scale pixels of the sheet; background: grey level or (red, green, blue) where
    nothing is. Returns uint8 (rows * (scale * h + gap) - gap, columns * (scale * w + gap) - gap, 3).
    """
    images = check_images(images, channels=(1, 3))
    scale = check_count(scale, "scale")
    images = images.repeat(scale, 1).repeat(scale, 2)
    n, h, w, _ = images.shape
    rows = -(-n // check_count(columns, "columns"))
    sheet = np.empty((rows * (h + gap), columns * (w + gap), 3), np.uint8)
    sheet[:] = background
    for i, image in enumerate(images):
        top, left = i // columns * (h + gap), i % columns * (w + gap)
        sheet[top : top + h, left : left + w] = image
    return sheet[:-gap, :-gap] if gap else sheet


class _WholeScale:
    """Where to draw a sheet inside its axes: at the largest whole-number scale that fits, on whole pixels.

    Matplotlib calls it whenever it draws, so it holds at any resolution and inside any layout.
    """

    def __init__(self, sheet):
        self.height, self.width = sheet.shape[:2]

    def __call__(self, ax, renderer):
        to_pixels = ax.figure.transSubfigure
        cell = ax.get_position(original=True).transformed(to_pixels)
        fits = min(cell.width / self.width, cell.height / self.height)
        scale = max(1, int(fits + 1e-6))
        left, top = round(cell.x0), round(cell.y1)
        box = Bbox.from_extents(
            left, top - scale * self.height, left + scale * self.width, top
        )
        return box.transformed(to_pixels.inverted())


def _groups(images, columns, labels):
    """[(label, pictures, number of rows), ...]: a group for each name of a dict, or one without a name."""
    columns = check_count(columns, "columns")
    named = isinstance(images, dict)
    if named and not images:
        raise ValueError("images is an empty dict; expected {label: pictures, ...}")
    if named and labels is not None:
        raise ValueError(
            "images is a dict, so its names label the rows; leave out row_labels"
        )
    groups = []
    for label, group in images.items() if named else [(None, images)]:
        name = f"images[{label!r}]" if named else "images"
        group = check_images(group, name=name, channels=(1, 3))
        size = groups[0][1].shape[1:3] if groups else group.shape[1:3]
        if group.shape[1:3] != size:
            raise ValueError(
                f"{name} has shape {group.shape}; expected pictures of {size[0]} x {size[1]} pixels, as in the "
                "first group"
            )
        groups.append((label, group, -(-len(group) // columns)))
    return groups


def _check_labels(labels, expected, name, what):
    """The labels as a list of texts; none is an empty list."""
    labels = [] if labels is None else [str(label) for label in labels]
    if labels and len(labels) != expected:
        raise ValueError(
            f"there are {len(labels)} {name} for {expected} {what}; expected one for each"
        )
    return labels


def _gap(size):
    """Pixels of the pictures between two of them."""
    return 2 if max(size) >= 24 else 1


def show_images(
    ax, images, columns=8, title="", colour=None, row_labels=None, column_labels=None
):
    """Draw a sheet of pictures into an axes of any figure, as large as a whole-number scale allows.

    images: uint8 (n, h, w, 1 or 3), or a dict {label: pictures} whose groups each begin on a new row; colour: that of
    the title, and with a dict that of its labels: one for all, or a list with one for each; row_labels: one for each
    row, at the left; column_labels: one for each column, above.
    Raises TypeError or ValueError for what is no pictures, and ValueError where there are too few or too many labels.
    """
    groups = _groups(images, columns, row_labels)
    h, w = groups[0][1].shape[1:3]
    gap = _gap((h, w))
    background = np.round(255 * np.array(to_rgb(ax.figure.get_facecolor())))
    background = background.astype(np.uint8)
    text = matplotlib.rcParams["text.color"]
    colours = [colour] if colour is None or isinstance(colour, str) else list(colour)
    if len(colours) == 1:
        colours *= len(groups)
    _check_labels(colours, len(groups), "colours", "groups")

    parts, rows = [], 0
    row_places, row_texts = [], []
    for label, group, height in groups:
        if parts:  # the gap between the last row and this group
            parts.append(
                np.tile(background, (gap, columns * (w + gap) - gap, 1)).astype("uint8")
            )
        parts.append(tile(group, columns, gap, background=background))
        row_places.append(rows + (height - 1) / 2)
        row_texts.append(label)
        rows += height
    if not isinstance(images, dict):
        row_texts = _check_labels(row_labels, rows, "row_labels", "rows")
        row_places = range(len(row_texts))
    above = _check_labels(column_labels, columns, "column_labels", "columns")
    sheet = np.concatenate(parts)

    ax.imshow(sheet, interpolation="nearest", origin="upper", aspect="auto")
    ax.set_axes_locator(_WholeScale(sheet))
    own = colours[0] if len(set(colours)) == 1 else None
    ax.set_title(title, loc="left", fontsize=11, color=own or text)
    ax.set_yticks([row * (h + gap) + (h - 1) / 2 for row in row_places], row_texts)
    ax.set_xticks([i * (w + gap) + (w - 1) / 2 for i in range(len(above))], above)
    ax.tick_params(
        which="both",
        length=0,
        labelsize=9,
        labelcolor=text,
        labelleft=True,
        labelright=False,
        labeltop=True,
        labelbottom=False,
    )
    if isinstance(images, dict):
        for label, group_colour in zip(ax.get_yticklabels(), colours):
            label.set_color(group_colour or text)
    ax.spines[:].set_visible(False)
    ax.grid(False)


def _usual_scale(size):
    """Screen pixels a pixel for pictures of this size: 2 for 64 pixels, 3 for 32, 6 for 8."""
    longest = max(size)
    return 1 if longest > 96 else 2 if longest > 40 else 3 if longest > 20 else 6


def _wrapped(labels, characters):
    """Labels with line breaks, none in the middle of a word."""
    if labels is None:
        return None
    return [
        "\n".join(
            textwrap.fill(line, max(4, characters), break_long_words=False)
            for line in str(label).split("\n")
        )
        for label in labels
    ]


def image_sheets(sheets, scale=None):
    """Several sheets of pictures side by side, all at one whole-number scale.

    sheets: a list of dicts, each with `images` and what else `show_images` takes; scale: screen pixels a pixel, or None
    for one that fits. Returns the Figure, which is as large as the sheets need.
    """
    figure = _figure((1, 1), "none")
    renderer = FigureCanvasAgg(figure).get_renderer()
    sizes, pixels = [], 0
    for sheet in sheets:
        columns = sheet.get("columns", 8)
        groups = _groups(sheet["images"], columns, sheet.get("row_labels"))
        sizes.append(groups[0][1].shape[1:3])
        pixels += columns * (sizes[-1][1] + _gap(sizes[-1]))
    if scale is None:
        scale = max(1, min(max(map(_usual_scale, sizes)), MAX_WIDTH // pixels))
    scale = check_count(scale, "scale")

    drawn = []  # (axes, width, height, then the space for text at the left, right and top), all in screen pixels
    for sheet in sheets:
        images, columns = sheet["images"], sheet.get("columns", 8)
        if isinstance(images, dict):
            images = dict(zip(_wrapped(images, 22), images.values()))
        first = next(iter(images.values())) if isinstance(images, dict) else images
        w = scale * (np.shape(first)[2] + _gap(np.shape(first)[1:3]))
        ax = figure.add_axes((0, 0, 1, 1), label=str(len(drawn)))
        wide = max(columns * w, 480 // len(sheets)) // CHARACTER
        show_images(
            ax,
            images,
            columns,
            _wrapped([sheet.get("title", "")], wide)[0],
            sheet.get("colour"),
            _wrapped(sheet.get("row_labels"), 22),
            _wrapped(sheet.get("column_labels"), w // CHARACTER),
        )
        height, width = scale * np.array(ax.images[0].get_array().shape[:2])
        figure.set_size_inches(width / DPI, height / DPI)
        text = ax.get_tightbbox(renderer)
        left, right = max(0, -text.x0), max(0, text.x1 - width)
        drawn.append((ax, width, height, left, right, max(0, text.y1 - height)))

    top = int(np.ceil(max(space[-1] for space in drawn))) + MARGIN
    full_height = top + max(height for _, _, height, *_ in drawn) + MARGIN
    x, places = MARGIN, []
    for ax, width, height, left, right, _ in drawn:
        x += int(np.ceil(left))
        places.append((ax, x, width, height))
        x += width + int(np.ceil(right)) + 2 * MARGIN
    full_width = x - MARGIN
    # a hundredth of a pixel more, so that rounding to whole pixels never takes one away
    figure.set_size_inches((full_width + 0.01) / DPI, (full_height + 0.01) / DPI)
    for ax, x, width, height in places:
        bottom = full_height - top - height
        ax.set_position(
            (
                x / full_width,
                bottom / full_height,
                width / full_width,
                height / full_height,
            )
        )
    return figure


def image_grid(
    images,
    columns=8,
    title="",
    colour=None,
    scale=None,
    row_labels=None,
    column_labels=None,
):
    """A sheet of pictures, each pixel as a square of `scale` x `scale` screen pixels in its own colour.

    images, columns, title, colour, row_labels, column_labels: as in `show_images`; scale: a whole number, or None for
    one that fits: 2 for pictures of 64 pixels, 3 for 32, 6 for 8, less where a row would be too wide.
    Returns the Figure.
    """
    sheet = dict(images=images, columns=columns, title=title, colour=colour)
    sheet |= dict(row_labels=row_labels, column_labels=column_labels)
    return image_sheets([sheet], scale)


def compare(real, fake, columns=4, titles=("Real", "Generated"), scale=None):
    """Real pictures on the left, generated ones on the right, at one scale."""
    pairs = zip((real, fake), titles, (REAL, FAKE))
    return image_sheets(
        [
            dict(images=images, columns=columns, title=title, colour=colour)
            for images, title, colour in pairs
        ],
        scale,
    )


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
    """Generated pictures beside losses, and verdicts where the record has them: the still form of a training.

    Of many pictures it shows the first, as many as there is room for at the scale of `image_grid`.
    """
    samples = check_images(samples, name="images", channels=(1, 3))
    h, w = samples.shape[1:3]
    scale, gap = _usual_scale((h, w)), _gap((h, w))
    columns = min(check_count(columns, "columns"), max(1, 540 // (scale * (w + gap))))
    samples = samples[: columns * max(1, 500 // (scale * (h + gap)))]
    charts = [loss_curves] + [verdicts] * ("d_real" in record)
    figure = _figure((11, 5.4))
    grid = figure.add_gridspec(len(charts), 2, width_ratios=(1.05, 1))
    show_images(figure.add_subplot(grid[:, 0]), samples, columns, title, FAKE)
    for row, chart in enumerate(charts):
        chart(record, figure.add_subplot(grid[row, 1]))
    return figure
