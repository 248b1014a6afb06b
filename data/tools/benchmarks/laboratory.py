"""How fast, how quick to answer and how thrifty the 2-D laboratory is, in a real JupyterLab with Chromium.

    python data/tools/benchmarks/laboratory.py [--minutes 30]

prints, for the default networks and 512 pixels with everything shown: iterations and frames a second, the longest tick,
the time from a click to its last visible effect while training, the time another cell waits, and how much the memory of
the kernel and of the browser's page grows over so many minutes of play with settings changed on the way.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from tests.tools import browser  # noqa: E402

SHOW = """
import time
from ganlib.labs import Laboratory
lab, ticks, answer = Laboratory(), [], Laboratory.answer

def timed(self, message):
    begin = time.perf_counter()
    reply = answer(self, message)
    ticks.append((message["type"], time.perf_counter() - begin))
    return reply

Laboratory.answer = timed
lab
"""
CLICK = """async (selector) => {
  const picture = document.querySelector('canvas.gl-scene'), begin = performance.now();
  const read = () => document.querySelector('.gl-counts').innerText + document.querySelector('.gl-primary').innerText
    + picture.getContext('2d').getImageData(picture.width / 2, picture.height / 2, 8, 8).data.join();
  const target = document.querySelector(selector);
  target.click();
  let last = read(), at = performance.now();
  while (performance.now() - begin < 900) {
    await new Promise(requestAnimationFrame);
    const now = read();
    if (now !== last) { last = now; at = performance.now(); }
  }
  return at - begin;
}"""
RATES = """async (seconds) => {
  const draw = CanvasRenderingContext2D.prototype.putImageData;
  let frames = 0;
  CanvasRenderingContext2D.prototype.putImageData = function (...a) { frames++; return draw.apply(this, a); };
  const begin = performance.now();
  await new Promise((r) => setTimeout(r, 1000 * seconds));
  CanvasRenderingContext2D.prototype.putImageData = draw;
  return frames / ((performance.now() - begin) / 1000);
}"""


def heap(session):
    """The page's JavaScript memory in MB, after a collection."""
    session.send("HeapProfiler.collectGarbage")
    metrics = {
        one["name"]: one["value"]
        for one in session.send("Performance.getMetrics")["metrics"]
    }
    return metrics["JSHeapUsedSize"] / 1e6


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder, browser.chromium() as chromium:
        browser.write_book(Path(folder) / "lab.ipynb", SHOW)
        with browser.jupyter(Path(folder)) as address:
            measure(chromium, address, minutes)


def measure(chromium, address, minutes):
    """All figures of one server."""
    page = browser.open_book(chromium, address, "lab.ipynb", width=1560, height=1100)
    page.keyboard.press("Control+b")
    for i in (0, 1):
        browser.run_cell(page, i)
    page.wait_for_selector(".gl-laboratory")
    page.evaluate(
        "document.querySelector('.gl-pane').style.cssText = 'flex: none; width: 514px'"
    )
    for name in ("gradients", "verdicts"):
        page.get_by_role("group", name="layers").get_by_role(
            "button", name=name, exact=True
        ).click()
    kernel = browser.Kernel(address)
    size = page.evaluate("document.querySelector('canvas.gl-scene').clientWidth")
    play = page.locator(".gl-primary").first
    play.click()
    time.sleep(4)
    first, begin = kernel.value("lab.game.iteration"), time.perf_counter()
    frames = page.evaluate(RATES, 10)
    rate = (kernel.value("lab.game.iteration") - first) / (time.perf_counter() - begin)
    print(
        f"{rate:.0f} iterations a second, {frames:.1f} frames a second at {size} pixels, all layers on",
        flush=True,
    )
    longest = kernel.value(
        "[max(t for k, t in ticks if k == kind) for kind in ('tick', 'hello')]"
    )
    for rules in (
        "loss='hinge'",
        "g_layers=3",
        "d_width=16",
        "regulariser='r1'",
        "d_optimizer='rmsprop'",
    ):
        kernel.run(f"lab.set({rules})")
        time.sleep(1.5)
    ticks = sorted(kernel.value("[t for k, t in ticks if k == 'tick']"))
    print(
        f"ticks: median {1000 * statistics.median(ticks):.0f} ms, longest {1000 * longest[0]:.0f} ms; with five changes"
        f" "
        f"that compile anew, {1000 * ticks[-1]:.0f} ms",
        flush=True,
    )
    elsewhere = []
    for _ in range(10):
        begin = time.perf_counter()
        kernel.run("1 + 1")
        elsewhere.append(1000 * (time.perf_counter() - begin))
    print(
        f"another cell: median {statistics.median(elsewhere):.0f} ms, longest {max(elsewhere):.0f} ms",
        flush=True,
    )
    stops = []
    for _ in range(9):
        stops.append(
            page.evaluate(CLICK, ".gl-primary")
        )  # Pause: until nothing moves any more
        play.click()
        time.sleep(0.5)
    print(
        f"Pause to the last change on the screen: median {statistics.median(stops):.0f} ms, longest {max(stops):.0f} ms"
    )
    play.click()
    time.sleep(0.5)
    slides = []
    for _ in range(9):
        begin = time.perf_counter()
        slides.append(
            page.evaluate("""async () => {
          const slider = document.querySelector('input[aria-label="Generator width"]');
          const canvas = document.querySelector('canvas.gl-scene');
          const pixels = () => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          const read = () => pixels().reduce((a, b, i) => (a * 31 + b * (i % 97)) % 1000003, 0);
          const before = read(), begin = performance.now();
          slider.value = Number(slider.value) % 60 + 1;
          slider.dispatchEvent(new Event('input'));
          while (read() === before && performance.now() - begin < 2000) await new Promise(requestAnimationFrame);
          return performance.now() - begin;
        }""")
        )
    print(
        f"slider (a new generator) to its effect on the picture: median {statistics.median(slides):.0f} ms, longest "
        f"{max(slides):.0f} ms",
        flush=True,
    )
    kernel.run(
        "lab.set(loss='non_saturating', g_layers=2, d_layers=2, g_width=8, d_width=8, regulariser='none')"
    )
    play.click()
    time.sleep(20)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    memory = "__import__('psutil').Process().memory_info().rss / 1e6"
    start = kernel.value(memory), heap(session)
    print(f"kernel {start[0]:.0f} MB, page {start[1]:.0f} MB at the start", flush=True)
    end, i = time.monotonic() + 60 * minutes, 0
    while time.monotonic() < end:
        time.sleep(min(20, max(0.1, end - time.monotonic())))
        i += 1
        kernel.run(
            f"lab.set(g_rate={0.001 + 0.001 * (i % 3)}, d_layers={2 + i % 2}); ticks.clear()"
        )
        if i % 15 == 0:
            print(
                f"  after {i // 3} minutes: kernel {kernel.value(memory):.0f} MB, page {heap(session):.0f} MB",
                flush=True,
            )
    now = kernel.value(memory), heap(session)
    print(
        f"after {minutes:g} minutes of play and {i} new networks: kernel {now[0] - start[0]:+.0f} MB, page "
        f"{now[1] - start[1]:+.0f} MB; iteration {kernel.value('lab.game.iteration'):,}; problems: {page.problems}"
    )
    kernel.close()


if __name__ == "__main__":
    main()
