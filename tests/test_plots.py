"""Plots: arrays in, Figures out that a notebook can show."""

import base64
import io
import warnings

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from PIL import Image

from data.tools import notebooks
from ganlib import plots

RECORD = {
    "step": [100, 200, 300],
    "d_loss": [1.2, 1.0, 0.9],
    "g_loss": [0.8, 1.1, 1.3],
    "d_real": [0.6, 0.7, 0.65],
    "d_fake": [0.4, 0.3, 0.35],
}


def pictures(n=5, size=(4, 4), channels=3, seed=0):
    return np.random.default_rng(seed).integers(
        0, 256, (n, *size, channels), dtype=np.uint8
    )


def painted(figure):
    """The figure's pixels, uint8 (h, w, 4)."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()


MAKERS = {
    "image_grid": lambda c: plots.image_grid(
        pictures(channels=c), columns=3, title="Faces"
    ),
    "compare": lambda c: plots.compare(
        pictures(channels=c), pictures(channels=c, seed=1), columns=2
    ),
    "loss_curves": lambda c: plots.loss_curves(RECORD),
    "verdicts": lambda c: plots.verdicts(RECORD),
    "dashboard": lambda c: plots.dashboard(
        pictures(channels=c), RECORD, columns=2, title="Now"
    ),
}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", MAKERS)
def test_every_plot_is_a_figure_that_a_notebook_shows(name, channels):
    from IPython.core.formatters import DisplayFormatter

    figure = MAKERS[name](channels)
    assert isinstance(figure, Figure)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data, _ = DisplayFormatter().format(
            figure
        )  # what a kernel does with a cell's result
    assert data["image/png"].startswith(b"\x89PNG")
    assert len(np.unique(painted(figure).reshape(-1, 4), axis=0)) > 10
    assert all(ax.get_title(loc="left") or ax.get_title() for ax in figure.axes)


@pytest.mark.parametrize("name", MAKERS)
def test_no_plot_touches_pyplot(name):
    """Else a notebook would show the figure twice, and keep every one of them."""
    import matplotlib.pyplot as plt

    plt.close("all")
    mine, settings = plt.figure(), dict(matplotlib.rcParams)
    MAKERS[name](3)
    assert plt.get_fignums() == [mine.number] and plt.gcf() is mine and not mine.axes
    assert dict(matplotlib.rcParams) == settings
    plt.close("all")


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    "n, columns, gap, scale",
    [(5, 3, 2, 1), (6, 3, 1, 2), (4, 4, 0, 3), (2, 5, 2, 1), (1, 1, 3, 2)],
)
def test_tile_pixel_by_pixel(n, columns, gap, scale, channels):
    small = pictures(n, (4, 6), channels)
    sheet = plots.tile(small, columns, gap, scale, background=(9, 8, 7))
    images = small.repeat(scale, 1).repeat(scale, 2)
    h, w = 4 * scale, 6 * scale
    rows = -(-n // columns)
    assert (
        sheet.shape == (rows * (h + gap) - gap, columns * (w + gap) - gap, 3)
        and sheet.dtype == np.uint8
    )
    for y, x in np.ndindex(sheet.shape[:2]):
        (row, inside_y), (column, inside_x) = divmod(y, h + gap), divmod(x, w + gap)
        number = row * columns + column
        if inside_y < h and inside_x < w and number < n:
            expected = np.broadcast_to(images[number, inside_y, inside_x], 3)
        else:
            expected = [9, 8, 7]
        np.testing.assert_array_equal(sheet[y, x], expected)


def png(figure):
    """What a notebook shows, as pixels: uint8 (h, w, 3)."""
    with Image.open(io.BytesIO(figure._repr_png_())) as file:
        return np.array(file.convert("RGB"))


def find(page, image, scale):
    """Whether the page shows every pixel of the image as one square of scale x scale pixels in its own colour."""
    image = np.broadcast_to(image, (*image.shape[:2], 3))
    block = image.repeat(scale, 0).repeat(scale, 1)
    h, w, _ = block.shape
    corners = (page[: len(page) - h + 1, : page.shape[1] - w + 1] == block[0, 0]).all(2)
    return any(
        np.array_equal(page[y : y + h, x : x + w], block)
        for y, x in np.argwhere(corners)
    )


def shown_whole(figure, images, scale):
    page = png(figure)
    return all(find(page, image, scale) for image in images)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    "size, n, columns, scale",
    [
        ((64, 64), 5, 3, 2),
        ((64, 64), 12, 12, 1),
        ((32, 32), 16, 8, 3),
        ((28, 28), 7, 7, 3),
        ((8, 8), 21, 10, 6),
        ((8, 8), 60, 60, 2),
        ((5, 9), 3, 2, 6),
        ((128, 128), 2, 2, 1),
    ],
)
def test_every_pixel_is_a_square_in_its_own_colour(size, n, columns, scale, channels):
    images = pictures(n, size, channels)
    figure = plots.image_grid(images, columns, "A title")
    assert shown_whole(figure, images, scale)
    assert not shown_whole(figure, images, scale + 1)
    assert png(figure).shape[1] <= 1150


@pytest.mark.parametrize("scale", [1, 2, 3, 5])
def test_the_scale_may_be_chosen(scale):
    images = pictures(4, (8, 8))
    assert shown_whole(plots.image_grid(images, 2, scale=scale), images, scale)


@pytest.mark.parametrize(
    "settings",
    [
        {"savefig.bbox": "tight"},
        {"figure.autolayout": True},
        {"figure.constrained_layout.use": True},
        {"savefig.dpi": 150, "figure.dpi": 192},
        {"image.origin": "lower", "image.interpolation": "bicubic"},
        {"image.aspect": "auto", "axes.grid": True, "xtick.minor.visible": True},
        {"font.size": 20, "axes.titlelocation": "right", "axes.titlepad": 30},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_pixels_stay_whole_whatever_the_readers_settings(settings):
    images = pictures(6, (8, 8))
    with matplotlib.rc_context(settings):
        figure = plots.image_grid(
            images, 3, "Title", scale=5, row_labels=["a", "b"], column_labels="xyz"
        )
        assert shown_whole(figure, images, 5)
        assert shown_whole(plots.compare(images, images, 3), images, 6)


@pytest.mark.parametrize("dpi, scale", [(50, 2), (130, 5), (150, 6), (200, 8)])
def test_a_file_of_another_resolution_repeats_pixels_equally_often(dpi, scale):
    images = pictures(4, (8, 8))
    with io.BytesIO() as file:
        plots.image_grid(images, 2, scale=4).savefig(file, dpi=dpi)
        page = np.array(Image.open(file).convert("RGB"))
    assert all(find(page, image, scale) for image in images)


def test_sheets_in_figures_with_charts_are_whole_too():
    images = pictures(8, (20, 20))
    figure, left, right = plots.panels("", "A chart", size=(7, 3))
    plots.show_images(left, images, 4, "Faces", row_labels=["first", "second"])
    right.plot([0, 1])
    assert any(shown_whole(figure, images, scale) for scale in (2, 3))
    assert shown_whole(plots.dashboard(images, RECORD, columns=4), images, 6)


def test_rows_columns_and_title_are_labelled_where_they_stand():
    images = pictures(6, (8, 8))
    figure = plots.image_grid(
        images,
        3,
        "Six",
        plots.FAKE,
        row_labels=["upper", "lower"],
        column_labels=[0, 500, 1000],
    )
    (ax,) = figure.axes
    painted(figure)
    labels = ax.get_yticklabels()
    assert [label.get_text() for label in labels] == ["upper", "lower"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "500", "1000"]
    assert ax.get_title(loc="left") == "Six"
    assert to_hex(ax._left_title.get_color()) == plots.FAKE
    page = ax.get_window_extent()
    boxes = [label.get_window_extent() for label in labels]
    assert boxes[0].y0 > boxes[1].y1 and all(0 <= box.x0 < page.x0 for box in boxes)
    for label, centre in zip(ax.get_xticklabels(), (1, 3, 5)):
        box = label.get_window_extent()
        assert abs((box.x0 + box.x1) / 2 - page.x0 - page.width * centre / 6) < 5
        assert box.y0 >= page.y1 and box.y1 <= figure.bbox.y1


def test_groups_begin_on_rows_of_their_own_with_their_names_and_colours():
    real, fake = pictures(3, (8, 8)), pictures(2, (8, 8), seed=1)
    colours = [plots.REAL, plots.FAKE]
    figure = plots.image_grid({"Real": real, "Generated": fake}, 2, "Both", colours)
    assert shown_whole(figure, [*real, *fake], 6)
    (ax,) = figure.axes
    painted(figure)
    labels = ax.get_yticklabels()
    assert [label.get_text() for label in labels] == ["Real", "Generated"]
    assert [to_hex(label.get_color()) for label in labels] == colours
    sheet = ax.images[0].get_array()
    np.testing.assert_array_equal(sheet[:17], plots.tile(real, 2, 1))
    np.testing.assert_array_equal(sheet[18:], plots.tile(fake, 2, 1))


def test_long_labels_are_broken_and_stay_inside_the_figure():
    words = "a label of very many words that nobody can read at one glance"
    figure = plots.image_grid(
        pictures(4, (8, 8)), 2, words, row_labels=[words] * 2, column_labels=[words] * 2
    )
    painted(figure)
    (ax,) = figure.axes
    box = ax.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0
    assert box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1


@pytest.mark.parametrize("style", ["default", "dark_background", "ggplot"])
def test_text_and_gaps_have_the_colours_of_the_readers_style(style):
    with matplotlib.style.context(style):
        figure = plots.image_grid(
            pictures(4, (8, 8)), 2, "Title", row_labels="ab", column_labels="cd"
        )
        text = to_rgb(matplotlib.rcParams["text.color"])
        ground = to_rgb(matplotlib.rcParams["figure.facecolor"])
    (ax,) = figure.axes
    painted(figure)
    written = [ax._left_title, *ax.get_yticklabels(), *ax.get_xticklabels()]
    assert all(to_rgb(each.get_color()) == text != ground for each in written)
    np.testing.assert_allclose(ax.images[0].get_array()[8, 0] / 255, ground, atol=0.01)


@pytest.mark.parametrize(
    "settings, word",
    [
        ({"row_labels": ["one"]}, "row_labels"),
        ({"column_labels": ["one", "two", "three"]}, "column_labels"),
        ({"colour": ["red", "blue"]}, "colours"),
        ({"scale": 0}, "scale"),
        ({"images": {}}, "empty"),
        ({"images": {"a": pictures(2)}, "row_labels": ["a"]}, "row_labels"),
        ({"images": {"a": pictures(2), "b": pictures(2, (5, 5))}}, "first group"),
    ],
)
def test_wrong_labels_are_refused(settings, word):
    with pytest.raises(ValueError, match=word):
        plots.image_grid(**{"images": pictures(4), "columns": 2, **settings})
    with pytest.raises(TypeError, match="whole"):
        plots.image_grid(pictures(), scale=1.5)


def test_a_notebook_file_keeps_the_colours_of_pictures():
    """A palette of 128 colours made orange of mustard; charts alone may be written with fewer colours."""
    images = pictures(4, (32, 32))
    shown = {
        "colours": plots.image_grid(images, 4, scale=1),
        "grey": plots.image_grid(images[..., :1], 4),
        "beside a chart": plots.dashboard(images, RECORD, 2),
        "chart": plots.loss_curves(RECORD),
    }
    for name, figure in shown.items():
        before = figure._repr_png_()
        after = base64.b64decode(notebooks._slim(base64.b64encode(before).decode()))
        pages = [
            np.array(Image.open(io.BytesIO(data)).convert("RGB"), int)
            for data in (before, after)
        ]
        assert len(after) <= len(before)
        most = 25 if name == "chart" else 0
        assert np.abs(pages[0] - pages[1]).max() <= most, name


def test_real_is_blue_and_generated_is_orange():
    assert (plots.REAL, plots.FAKE) == ("#2b6cb0", "#dd6b20")
    left, right = plots.compare(
        pictures(), pictures(seed=1), titles=("LFW", "Mine")
    ).axes
    assert (left.get_title(loc="left"), right.get_title(loc="left")) == ("LFW", "Mine")
    assert (left._left_title.get_color(), right._left_title.get_color()) == (
        plots.REAL,
        plots.FAKE,
    )
    for ax, seed in ((left, 0), (right, 1)):
        sheet = plots.tile(pictures(seed=seed), 4, gap=1)
        np.testing.assert_array_equal(ax.images[0].get_array(), sheet)
    for figure, (real, fake) in (
        (plots.loss_curves(RECORD), ("d_loss", "g_loss")),
        (plots.verdicts(RECORD), ("d_real", "d_fake")),
    ):
        lines = {to_hex(line.get_color()): line for line in figure.axes[0].lines}
        for colour, name in ((plots.REAL, real), (plots.FAKE, fake)):
            expected = np.transpose([RECORD["step"], RECORD[name]])
            np.testing.assert_array_equal(lines[colour].get_xydata(), expected)


@pytest.mark.parametrize("lowest", [0.5, -3.0])
def test_the_whole_of_a_loss_is_seen(lowest):
    """Cross-entropy is drawn from nought up; a Wasserstein loss lives below it."""
    ax = plots.loss_curves({**RECORD, "d_loss": [1.0, lowest, 0.7]}).axes[0]
    bottom, top = ax.get_ylim()
    assert bottom <= lowest and top >= 1.3 and (bottom == 0) == (lowest > 0)
    assert ax.get_xlabel() == "step" and ax.get_ylabel() == "loss" and ax.get_legend()


def test_verdicts_are_probabilities():
    ax = plots.verdicts(RECORD).axes[0]
    assert ax.get_ylim() == (0, 1) and ax.get_ylabel() == "probability"


def test_panels_stand_side_by_side_with_one_title_each_and_the_same_settings():
    figure, left, right = plots.panels(
        "Before", "After", size=(8, 3), xlabel="x", ylim=(0, 2)
    )
    assert [ax.get_title() for ax in (left, right)] == [
        "Before",
        "After",
    ] and figure.axes == [left, right]
    assert all(
        ax.get_xlabel() == "x" and ax.get_ylim() == (0, 2) for ax in (left, right)
    )
    assert not left.spines["top"].get_visible() and left.spines["left"].get_visible()
    figure.canvas.draw()
    assert left.get_window_extent().x1 < right.get_window_extent().x0
    assert tuple(figure.get_size_inches()) == (8, 3) and hasattr(figure, "_repr_png_")


def test_curves_may_be_drawn_into_axes_of_ones_own():
    own = Figure()
    left, right = own.subplots(1, 2)
    assert (
        plots.loss_curves(RECORD, left) is own and plots.verdicts(RECORD, right) is own
    )
    assert len(left.lines) == 2 and len(right.lines) == 3


def test_an_empty_record_can_be_drawn():
    """The first picture of a run, before anything was noted."""
    painted(plots.dashboard(pictures(), {name: [] for name in RECORD}))


@pytest.mark.parametrize(
    "draw",
    [
        lambda images: plots.tile(images, 2),
        plots.image_grid,
        lambda images: plots.compare(images, images),
        lambda images: plots.dashboard(images, RECORD),
    ],
    ids=["tile", "image_grid", "compare", "dashboard"],
)
@pytest.mark.parametrize(
    "images, problem, message",
    [
        (pictures() / 255, TypeError, r"images has dtype float64; expected uint8"),
        (
            pictures()[0],
            ValueError,
            r"images has shape \(4, 4, 3\); expected \(n, height, width, channels\)",
        ),
        (pictures(channels=2), ValueError, "so 2 channels; expected 1 or 3"),
        (pictures()[:0], ValueError, r"images has shape \(0, 4, 4, 3\)"),
        ([pictures()[0]], TypeError, "images is a list"),
    ],
    ids=["floats", "one", "two channels", "none", "list"],
)
def test_bad_pictures(draw, images, problem, message):
    with pytest.raises(problem, match=message):
        draw(images)


def test_bad_columns():
    with pytest.raises(ValueError, match="columns is 0; expected 1 or more"):
        plots.tile(pictures(), 0)
    with pytest.raises(TypeError, match="columns is 2.5; expected a whole number"):
        plots.image_grid(pictures(), 2.5)
