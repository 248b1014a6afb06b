"""The image dashboard in a real JupyterLab: every control, while a cell trains and while the browser plays."""

import os
import re

import numpy as np
import pytest

from ganlib.data import load_data
from tests.tools.browser import (
    chromium,
    jupyter,
    needs_browser,
    open_book,
    run_cell,
    write_book,
)

pytestmark = needs_browser
SETTING = """
import time, keras
from ganlib.data import load_data
from ganlib.labs import Dashboard, InteractiveTrainer
from ganlib.models import build_discriminator, build_generator
from ganlib.training import GAN, gan_adam
digits = load_data("digits", size=8).images
keras.utils.set_random_seed(0)
gan = GAN(build_generator((8, 8, 1), 16, width=8), build_discriminator((8, 8, 1), width=8))
gan.compile(gan_adam(1e-3), gan_adam(1e-3), steps_per_execution=1)
board = Dashboard(digits[:64], steps=20_000, batch_size=16)
"""
FIT = "record = gan.fit(digits, steps=20_000, batch_size=16, path='run.npz', callbacks=[board.callback(every=1.0)])"
PLAY = "player = Dashboard(digits[:64], batch_size=16, train_for=InteractiveTrainer(gan, digits, 16))\nplayer"
FREE = "print('step', player.step, 'of', int(gan.step.value))"
BUSY = "with player.lock:\n    time.sleep(3)"
PIXELS = """
([canvas, number]) => {
    const pen = canvas.getContext('2d'), gap = 2 * devicePixelRatio;
    const side = (canvas.width + gap) / 8, one = (side - gap) / 8;
    const {data, width} = pen.getImageData(0, 0, canvas.width, canvas.height), found = [];
    const left = (number % 8) * side, top = Math.floor(number / 8) * side;
    for (let y = 0; y < 8; y++) for (let x = 0; x < 8; x++)
        found.push(data[4 * (Math.floor(top + (y + 0.5) * one) * width + Math.floor(left + (x + 0.5) * one))]);
    return found;
}
"""
STEP = "Number(/step ([0-9,]+)/.exec(root.querySelector('.gl-counts').innerText)?.[1].replaceAll(',', ''))"


class Board:
    """The controls of the dashboard that a cell shows."""

    def __init__(self, page, cell):
        self.page, self.cell = page, cell
        self.root = (
            page.locator(".jp-Notebook .jp-CodeCell").nth(cell).locator(".gl-dashboard")
        )

    def button(self, name):
        return self.root.get_by_role("button", name=name)

    def step(self):
        self.wait(
            f"Number.isFinite({STEP}) === value", True
        )  # a view that was just drawn anew asks first
        return int(
            re.search(r"step ([\d,]+)", self.root.locator(".gl-counts").inner_text())[
                1
            ].replace(",", "")
        )

    def wait(self, what, value, timeout=20_000):
        """Wait for a condition on `root`, the dashboard's element, written in JavaScript."""
        find = "document.querySelectorAll('.jp-Notebook .jp-CodeCell')[cell]?.querySelector('.gl-dashboard')"
        self.page.wait_for_function(
            f"([cell, value]) => {{ const root = {find}; return root && {what}; }}",
            arg=[self.cell, value],
            timeout=timeout,
        )

    def says(self, text, timeout=20_000):
        self.wait(
            "root.querySelector('.gl-status').innerText.includes(value)", text, timeout
        )

    def reaches(self, step):
        self.wait(f"{STEP} >= value", step)

    def sheet(self, index=0, number=0):
        """One picture of a sheet as it stands on the screen: its 8 x 8 pixels, from the middle of each."""
        canvas = self.root.locator(".gl-sheet").nth(index).element_handle()
        return np.array(self.page.evaluate(PIXELS, [canvas, number])).reshape(8, 8)


def start(page, cell):
    """Run a cell without waiting for its end."""
    place = page.locator(".jp-Notebook .jp-CodeCell").nth(cell)
    place.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")


def prompt(page, cell):
    return (
        page.locator(".jp-Notebook .jp-CodeCell")
        .nth(cell)
        .locator(".jp-InputPrompt")
        .inner_text()
    )


def finished(page, cell):
    """Wait until a cell has its number."""
    find = "document.querySelectorAll('.jp-Notebook .jp-CodeCell')[cell].querySelector('.jp-InputPrompt')"
    page.wait_for_function(
        f"cell => /\\[\\d+\\]/.test({find}.innerText)", arg=cell, timeout=20_000
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dashboard")
    write_book(folder / "board.ipynb", SETTING, FIT, PLAY, FREE, BUSY)
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [os.getcwd(), os.environ.get("PYTHONPATH", "")]
    )
    with jupyter(folder) as address, chromium() as browser:
        page = open_book(browser, address, "board.ipynb", width=1280)
        page.wait_for_timeout(
            1500
        )  # a page that is still being laid out takes its cells away once more
        run_cell(page, 0)
        run_cell(page, 1)
        yield page


def test_a_cell_that_trains_is_watched_and_stopped(page):
    start(page, 2)
    board = Board(page, 2)
    board.root.wait_for(timeout=60_000)
    board.reaches(300)
    real = load_data("digits", size=8).images
    for cell in (0, 9, 63):
        np.testing.assert_array_equal(board.sheet(1, cell), real[cell, :, :, 0])
    board.wait("Number(root.querySelector('input[type=range]').max) >= value", 2)
    late = board.sheet()
    assert (
        late.std() > 5 and "pictures/s" in board.root.locator(".gl-counts").inner_text()
    )
    board.root.get_by_label(
        "timeline"
    ).focus()  # back in time, with the keyboard, while the cell trains
    page.keyboard.press("Home")
    board.wait("root.querySelector('.gl-sheetbox').innerText.endsWith(value)", "step 0")
    board.wait("root.querySelector('.gl-time').innerText === value", "step 0")
    assert not np.array_equal(board.sheet(), late)
    board.button("Back to now").click()
    assert prompt(page, 2) == "[*]:"
    board.button("Stop").click()
    board.says("Stopped at step", 5000)
    finished(page, 2)
    at = board.step()
    board.wait("root.querySelectorAll('button')[2].disabled === value", True)
    start(page, 2)  # the same call goes on
    page.wait_for_timeout(500)
    board.reaches(at + 50)
    board.button("Stop").click()
    board.says("Stopped at step", 5000)
    finished(page, 2)
    assert board.step() > at and not page.problems


def test_the_browser_plays(page):
    run_cell(page, 3)
    board = Board(page, 3)
    board.root.wait_for()
    board.wait("root.querySelector('.gl-sheetbox').innerText.includes(value)", "step")
    at = board.step()
    board.button("Step").click()
    board.reaches(at + 1)
    assert board.step() == at + 1
    board.button("Step").focus()
    page.keyboard.press("Enter")
    board.reaches(at + 2)
    assert board.step() == at + 2
    board.button("Play").focus()
    page.keyboard.press("Space")
    board.reaches(at + 200)
    run_cell(page, 4)  # another cell answers while it plays
    assert (
        "step"
        in page.locator(".jp-Notebook .jp-CodeCell")
        .nth(4)
        .locator(".jp-OutputArea-output")
        .inner_text()
    )
    board.reaches(board.step() + 100)
    board.button("Pause").click()
    board.says("Paused")
    board.wait("!root.querySelector('.gl-counts').innerText.includes(value)", "/s")
    told = board.root.locator("canvas").evaluate_all(
        "all => all.map((one) => one.getAttribute('aria-label'))"
    )
    assert (
        re.match(r"Losses: D [\d.]+, G [\d.]+", told[2])
        and all(told)
        and len(told) == 6
    )
    page.wait_for_timeout(300)
    rest = board.step()
    page.wait_for_timeout(500)
    assert board.step() == rest
    board.wait(
        "root.querySelector('.gl-sheetbox').innerText.endsWith(value)", f"step {rest:,}"
    )
    assert not page.problems


def test_a_kernel_that_cannot_hear_says_what_to_press(page):
    """As where messages wait until the cell is done: here the cell holds the dashboard's lock."""
    board = Board(page, 3)
    board.button("Play").click()
    board.reaches(board.step() + 20)
    start(page, 5)
    page.wait_for_timeout(500)
    board.button("Pause").click()
    board.says(
        "The kernel is busy in a cell: press the notebook's own stop button", 3000
    )
    finished(page, 5)
    assert not page.problems


def test_a_picture_to_keep_and_a_page_loaded_again(page):
    board = Board(page, 3)
    with page.expect_download() as kept:
        board.button("Save picture").click()
    assert re.fullmatch(r"generated-\d+\.png", kept.value.suggested_filename)
    page.locator(".jp-Notebook .jp-CodeCell").nth(4).locator(".cm-content").click()
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1500)
    page.reload(wait_until="domcontentloaded")
    page.wait_for_selector(".gl-dashboard canvas", timeout=60_000)
    board = Board(page, 3)
    board.root.scroll_into_view_if_needed()
    board.wait("root.querySelector('.gl-sheetbox').innerText.includes(value)", "step")
    assert board.sheet().std() > 5 and board.step() > 0
    assert not page.problems
