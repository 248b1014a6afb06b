"""Plots: arrays in, Figures out that a notebook can show."""

import warnings

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

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
    "n, columns, gap", [(5, 3, 2), (6, 3, 1), (4, 4, 0), (2, 5, 2), (1, 1, 3)]
)
def test_tile_pixel_by_pixel(n, columns, gap, channels):
    images = pictures(n, (4, 6), channels)
    sheet = plots.tile(images, columns, gap)
    rows = -(-n // columns)
    assert (
        sheet.shape == (rows * (4 + gap) - gap, columns * (6 + gap) - gap, 3)
        and sheet.dtype == np.uint8
    )
    for y, x in np.ndindex(sheet.shape[:2]):
        (row, inside_y), (column, inside_x) = divmod(y, 4 + gap), divmod(x, 6 + gap)
        number = row * columns + column
        if inside_y < 4 and inside_x < 6 and number < n:
            expected = np.broadcast_to(images[number, inside_y, inside_x], 3)
        else:
            expected = [255, 255, 255]
        np.testing.assert_array_equal(sheet[y, x], expected)


def test_image_grid_shows_the_pictures_as_they_are():
    images = pictures(4, (8, 8))
    figure = plots.image_grid(
        images, columns=2, title="Four faces", colour=plots.FAKE, scale=4
    )
    (ax,), ((shown,),) = figure.axes, [ax.images for ax in figure.axes]
    np.testing.assert_array_equal(shown.get_array(), plots.tile(images, 2))
    assert shown.get_interpolation() == "nearest" and not ax.axison
    assert ax.get_title(loc="left") == "Four faces"
    sharp = {tuple(colour) for colour in painted(figure)[..., :3].reshape(-1, 3)}
    assert {
        tuple(colour) for colour in images.reshape(-1, 3)
    } <= sharp  # every colour arrives unmixed
    untitled = plots.image_grid(images, columns=2, scale=4)
    assert untitled.get_size_inches()[1] < figure.get_size_inches()[1]


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
    np.testing.assert_array_equal(left.images[0].get_array(), plots.tile(pictures(), 8))
    np.testing.assert_array_equal(
        right.images[0].get_array(), plots.tile(pictures(seed=1), 8)
    )
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
