"""The latent desk in a real JupyterLab: every control by mouse and by keyboard, and the pictures read back."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.tools.browser import (
    Kernel,
    axe_violations,
    chromium,
    jupyter,
    needs_browser,
    open_book,
    run_cell,
    write_book,
)

ROOT = Path(__file__).resolve().parents[1]
MAKE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from ganlib.labs import LatentExplorer
from ganlib.models import load_generator
desk = LatentExplorer(load_generator({str(ROOT / "data" / "faces_generator.npz")!r})[0], seed=1)
desk
"""
PIXELS = """([where, index]) => { const c = document.querySelectorAll(where)[index];
  return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]; }"""
pytestmark = needs_browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    write_book(folder / "desk.ipynb", MAKE)
    with jupyter(folder) as address:
        yield address


@pytest.fixture(scope="module")
def page(browser, server):
    page = open_book(browser, server, "desk.ipynb", width=1280, height=1000)
    ready = "() => document.querySelector('#jp-main-statusbar').innerText.includes('| Idle')"
    page.wait_for_function(ready, timeout=60_000)
    for index in (0, 1):
        run_cell(page, index)
    page.wait_for_selector(".gl-explorer")
    wait_for_words(page, "picture 1")
    yield page
    page.close()


@pytest.fixture(scope="module")
def kernel(page, server):
    asked = Kernel(server)
    yield asked
    asked.close()


def wait_for_words(page, words):
    page.wait_for_function(
        "w => document.querySelector('.gl-words p').textContent === w",
        arg=words,
        timeout=20_000,
    )


def words(page):
    return page.locator(".gl-words p").text_content()


def pixels(page, where=".gl-face", index=0):
    return np.array(page.evaluate(PIXELS, [where, index]), np.uint8)


def alike(one, other):
    """The same picture, up to a level of rounding: it may have been drawn alone or among many."""
    return np.abs(np.asarray(one, int) - np.asarray(other, int)).max() <= 1


def becomes(page, expected):
    """Wait until the present picture is the expected one."""
    for _ in range(50):
        if alike(pixels(page).reshape(64, 64, 4), expected):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the picture did not become what the map shows there")


def press(page, name, **more):
    page.get_by_role("button", name=name, exact=True, **more).click()


def changed(page, before, where=".gl-face", index=0):
    """The pixels of a canvas as soon as they are others."""
    for _ in range(100):
        if (
            not np.array_equal(now := pixels(page, where, index), before)
            or now.shape != before.shape
        ):
            return now
        page.wait_for_timeout(20)
    raise AssertionError(f"{where} has not changed")


def quiet(page):
    """Wait until nothing is under way any more."""
    page.wait_for_function(
        "() => document.querySelector('.gl-explorer').dataset.waiting === '0'"
    )


def test_new_pictures_seeds_and_keeping(page, kernel):
    first = pixels(page)
    assert first.size == 64 * 64 * 4 and first.std() > 20
    press(page, "New picture")
    wait_for_words(page, "picture 2")
    second = changed(page, first)
    press(page, "Keep")
    page.wait_for_selector(".gl-kept")
    seed = page.get_by_label("seed", exact=True)
    seed.fill("1")
    seed.press("Enter")
    wait_for_words(page, "picture 1")
    assert np.array_equal(pixels(page), first)
    seed.fill("many")
    seed.press("Enter")
    page.wait_for_function(
        "() => document.querySelector('.gl-trouble').textContent.includes('seed is')"
    )
    assert seed.input_value() == "1"
    page.locator(".gl-kept").click()
    wait_for_words(page, "kept picture 1")
    assert (
        np.array_equal(pixels(page), second)
        and page.locator(".gl-trouble").inner_text() == ""
    )
    assert np.array_equal(
        pixels(page).reshape(64, 64, 4)[..., :3], kernel.value("desk.image.tolist()")
    )
    assert np.allclose(
        kernel.value("desk.z.tolist()"),
        np.random.default_rng(2).standard_normal(128),
        atol=1e-6,
    )
    assert kernel.value("len(desk.kept)") == 1


def test_sliders_by_mouse_by_keys_and_typed(page):
    press(page, "New picture")
    wait_for_words(page, "picture 2")
    middle = pixels(page)
    slider = page.get_by_label("direction 1", exact=True)
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(
        box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2, steps=25
    )
    page.mouse.up()
    quiet(page)
    assert "direction 1 +0." in words(page) and float(slider.input_value()) > 0.6
    assert f"{float(slider.input_value()):+.2f}" in words(page)
    changed(page, middle)
    slider.press("ArrowLeft")
    quiet(page)
    assert f"{float(slider.input_value()):+.2f}" in words(page)
    field = page.get_by_label("direction 4, typed")
    field.fill("-0,5")
    field.press("Enter")
    page.wait_for_function(
        "() => document.querySelector('.gl-words p').textContent.includes('direction 4 -0.50')"
    )
    field.fill("9")
    field.press("Enter")
    page.wait_for_function(
        "() => document.querySelector('.gl-trouble').textContent.includes('from -1 to 1')"
    )
    assert field.input_value() == "-0.50"
    page.get_by_label("truncation", exact=True).press("Home")
    page.wait_for_function(
        "() => document.querySelector('.gl-words p').textContent.includes('truncation 0.00')"
    )
    press(page, "Back to the middle")
    wait_for_words(page, "picture 2")
    assert (
        np.array_equal(pixels(page), middle)
        and float(slider.input_value()) == 0
        and field.input_value() == "0.00"
    )


def test_the_pad_by_mouse_and_by_keys(page):
    pad = page.locator(".gl-map")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    tile = pixels(page, ".gl-map").reshape(320, 320, 4)
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 2, steps=40)
    page.mouse.up()
    quiet(page)
    assert words(page) == "between the corners"
    assert pad.get_attribute("aria-valuetext") == "100 % to the right, 0 % down"
    becomes(page, tile[:64, 256:])
    for _ in range(2):
        pad.press("Shift+ArrowDown")
    pad.press("Shift+ArrowLeft")
    becomes(page, tile[128:192, 192:256])
    spherical = pixels(page, ".gl-map")
    press(page, "linear")
    changed(page, spherical, ".gl-map")
    press(page, "spherical")
    quiet(page)
    assert np.array_equal(pixels(page, ".gl-map"), spherical)
    present = pixels(page).reshape(64, 64, 4)
    press(page, "bottom left corner: the present picture")
    assert alike(
        changed(page, spherical, ".gl-map").reshape(320, 320, 4)[256:, :64], present
    )
    press(page, "bottom left corner: a new one")
    quiet(page)
    assert not alike(pixels(page, ".gl-map").reshape(320, 320, 4)[256:, :64], present)


def test_arithmetic_and_the_shelf(page):
    slot = ".gl-slot canvas"
    present, result = pixels(page), pixels(page, slot, 3)
    press(page, "A: the present picture")
    result = changed(page, result, slot, 3)
    assert alike(pixels(page, slot, 0), present)
    press(page, "C: a new one")
    result = changed(page, result, slot, 3)
    press(page, "take the result")
    wait_for_words(page, "A - B + C")
    assert alike(pixels(page), result)
    before = page.locator(".gl-kept").count()
    for extra in (1, 2):
        press(page, "Keep")
        page.wait_for_function(
            "n => document.querySelectorAll('.gl-kept').length === n",
            arg=before + extra,
        )
    page.locator(".gl-kept").nth(0).focus()
    page.keyboard.press("Delete")
    page.wait_for_function(
        "n => document.querySelectorAll('.gl-kept').length === n", arg=before + 1
    )
    assert page.evaluate("document.activeElement.className") == "gl-kept"
    page.keyboard.press("Enter")
    wait_for_words(page, "kept picture 1")


def test_the_picture_that_is_saved_is_the_present_one(page, tmp_path):
    with page.expect_download() as saved:
        press(page, "Save picture")
    assert saved.value.suggested_filename == "kept-picture-1.png"
    saved.value.save_as(tmp_path / "face.png")
    shown = np.array(Image.open(tmp_path / "face.png").convert("RGBA"))
    assert np.array_equal(shown.ravel(), pixels(page))


@pytest.mark.timing
def test_from_a_click_to_its_picture_in_less_than_a_fifth_of_a_second(page):
    took = page.evaluate("""async () => {
      const pen = document.querySelector('.gl-face').getContext('2d');
      const button = document.querySelector('.gl-explorer .gl-primary');
      const seen = () => pen.getImageData(20, 20, 8, 8).data.join(), times = [];
      for (let k = 0; k < 25; k++) {
        const before = seen(), start = performance.now();
        button.click();
        while (seen() === before && performance.now() - start < 3000)
          await new Promise((done) => requestAnimationFrame(done));
        times.push(performance.now() - start);
        await new Promise((done) => setTimeout(done, 60));
      }
      return times.sort((a, b) => a - b);
    }""")
    print(f"click to picture: median {took[12]:.0f} ms, slowest {took[-1]:.0f} ms")
    assert took[12] < 200


def test_while_dragging_one_message_is_under_way_and_the_last_wish_wins(page):
    pad = page.locator(".gl-map")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.evaluate("""() => {
      window.log = [];
      const send = WebSocket.prototype.send;
      const text = (data) => typeof data === 'string' ? data : new TextDecoder().decode(data);
      WebSocket.prototype.send = function (data) {
        if (text(data).includes('"type":"move"')) {
          setTimeout(() => window.log.push(1)); // after the answer that let it go has been counted
          if (!this.watched) this.addEventListener('message', (event) => {
            if (text(event.data).includes('between the corners')) window.log.push(-1);
          });
          this.watched = true;
        }
        return send.call(this, data);
      };
    }""")
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.evaluate(
        """async ([x, y]) => {
      const pad = document.querySelector('.gl-map');
      for (let k = 0; k < 300; k++) {
        pad.dispatchEvent(new PointerEvent('pointermove', { clientX: x + k / 2, clientY: y + k / 3, bubbles: true }));
        await new Promise((done) => setTimeout(done, 3));
      }
    }""",
        [box["x"] + 30, box["y"] + 40],
    )
    page.mouse.up()
    quiet(page)
    log = page.evaluate("window.log")
    print(
        f"300 moves while dragging: {log.count(1)} messages, at most {max(np.cumsum(log))} under way"
    )
    assert 5 < log.count(1) < 250 and max(np.cumsum(log)) == 1 and sum(log) == 0
    spots = [(30 + 299 / 2) / box["width"], (40 + 299 / 3) / box["height"]]
    expected = [round(100 * min(1, max(0, (5 * t - 0.5) / 4))) for t in spots]
    told = pad.get_attribute("aria-valuetext")
    assert np.allclose(
        [int(part.split(" %")[0]) for part in told.split(", ")], expected, atol=1
    )
    assert words(page) == "between the corners"


def test_what_python_does_is_seen_on_the_page(page, kernel):
    kernel.run("_ = desk.show(desk.centre)")
    wait_for_words(page, "noise of your own")
    assert np.array_equal(
        pixels(page).reshape(64, 64, 4)[..., :3], kernel.value("desk.image.tolist()")
    )


def test_names_for_every_control_and_no_error_in_the_console(page):
    named = page.evaluate("""() => [...document.querySelectorAll('.gl-explorer :is(button, input, canvas[role])')]
      .map((one) => (one.getAttribute('aria-label') || one.textContent || '').trim())""")
    assert len(named) > 40 and all(named)
    assert page.locator(".gl-explorer [aria-live=polite]").count() == 1
    assert page.problems == []


@pytest.mark.parametrize(
    "width, scheme", [(1280, "light"), (800, "light"), (1280, "dark"), (800, "dark")]
)
def test_it_fits_and_can_be_read_at_every_width_and_theme(
    page, tmp_path, width, scheme
):
    page.set_viewport_size({"width": width, "height": 1500})
    theme = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}[scheme]
    if page.evaluate("document.body.dataset.jpThemeName") != theme:
        page.click("text=Settings >> nth=0")
        page.hover("text=Theme >> nth=0")
        page.click(f"text={theme} >> nth=0")
        page.wait_for_function(
            "t => document.body.dataset.jpThemeName === t", arg=theme
        )
    page.wait_for_timeout(500)
    desk = page.locator(".gl-explorer")
    desk.scroll_into_view_if_needed()
    folder = Path(os.environ.get("COURSE_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    desk.screenshot(path=folder / f"desk_{width}_{scheme}.png")
    over = desk.evaluate("""(root) => { const box = root.getBoundingClientRect();
      return [...root.querySelectorAll('button, input, canvas, h4')].filter((one) => {
        const b = one.getBoundingClientRect(); return b.right > box.right + 1 || b.left < box.left - 1; }).length; }""")
    paper = desk.evaluate("(root) => getComputedStyle(root).backgroundColor")
    assert over == 0 and (paper == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_no_serious_barrier_by_axe_cores_rules(page, scheme):
    if (
        page.evaluate("document.body.dataset.jpThemeName")
        != f"JupyterLab {scheme.title()}"
    ):
        page.click("text=Settings >> nth=0")
        page.hover("text=Theme >> nth=0")
        page.click(f"text=JupyterLab {scheme.title()} >> nth=0")
        page.wait_for_timeout(500)
    assert axe_violations(page, ".gl-explorer") == []


def test_a_desk_that_is_closed_leaves_nothing_behind(page):
    page.evaluate(
        "window.timers = 0; const set = setInterval, clear = clearInterval;"
        "window.setInterval = (...a) => { window.timers++; return set(...a); };"
        "window.clearInterval = (id) => { window.timers--; return clear(id); };"
    )
    run_cell(page, 1)  # a new desk in place of the old one
    page.wait_for_selector(".gl-explorer")
    wait_for_words(page, "picture 1")
    assert page.evaluate("document.querySelectorAll('.gl-explorer').length") == 1
    for _ in range(2):
        run_cell(page, 1)
        wait_for_words(page, "picture 1")
    page.wait_for_timeout(200)
    assert page.evaluate("window.timers") <= 1 and page.problems == []
