"""A real Jupyter server and a real browser for tests; where there is no browser, they skip and say how to get one."""

import ast
import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
    None,
)
needs_browser = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium here, so no browser test: apt-get install chromium",
)
SETUP = """
import os
stderr = os.dup(2)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
import tensorflow
_ = os.dup2(stderr, 2)
"""


def write_book(path, *sources):
    """A notebook of code cells; the first one loads TensorFlow quietly."""
    metadata = {
        "kernelspec": {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
    }
    book = nbformat.v4.new_notebook(metadata=metadata)
    book.cells = [
        nbformat.v4.new_code_cell(source.strip()) for source in (SETUP, *sources)
    ]
    nbformat.write(book, path)
    return path


def link(address, path):
    """The address of something on a server."""
    base, token = address.split("?")
    return f"{base}/{path}{'&' if '?' in path else '?'}{token}"


@contextlib.contextmanager
def jupyter(folder, app="jupyterlab"):
    """The address of a Jupyter server over `folder`; app: "jupyterlab" or "notebook".

    A token is part of the address, so that nobody else on the machine gets a shell.
    """
    token = secrets.token_hex(16)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "server.log"
    settings = [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ServerApp.port_retries=0",
    ]
    settings += [
        f"--IdentityProvider.token={token}",
        "--ServerApp.password=",
        f"--ServerApp.root_dir={folder}",
    ]
    quiet = (
        folder
        / "home"
        / "JUPYTERLAB_SETTINGS_DIR"
        / "@jupyterlab"
        / "apputils-extension"
    )
    quiet.mkdir(parents=True, exist_ok=True)
    quiet.joinpath("notification.jupyterlab-settings").write_text(
        '{"fetchNews": "false", "checkForUpdates": false}'
    )
    home = {
        name: str(folder / "home" / name)
        for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    }
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **home}
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", app, *settings],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    address = f"http://127.0.0.1:{port}?token={token}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(link(address, "api/status"), timeout=2)
                break
            except OSError:
                assert process.poll() is None, log.read_text()[-2000:]
                time.sleep(0.25)
        else:
            raise AssertionError(f"the server did not start: {log.read_text()[-2000:]}")
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def chromium():
    """A Chromium of Playwright's."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def open_book(
    browser, address, name, *, app="jupyterlab", width=1500, height=1100, script=None
):
    """A page with that notebook; `page.problems` lists errors of the console and of scripts."""
    page = browser.new_page(viewport={"width": width, "height": height})
    if script:
        page.add_init_script(script)
    page.set_default_timeout(20_000)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(f"error: {error}"))
    page.on(
        "console",
        lambda told: (
            page.problems.append(f"console: {told.text}")
            if told.type == "error"
            else None
        ),
    )
    tree = "lab/tree" if app == "jupyterlab" else "notebooks"
    page.goto(
        link(address, f"{tree}/{name}" + ("?reset" if app == "jupyterlab" else "")),
        wait_until="domcontentloaded",
    )
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    page.wait_for_function(
        "() => document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'",
        timeout=90_000,
    )
    return page


def run_cell(page, index):
    """Run one cell of the notebook with Shift+Enter, and wait until its number stands beside it."""
    from playwright.sync_api import Error

    cell = page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]')
    prompt = f"document.querySelector(`.jp-Cell[data-windowed-list-index='{index}'] .jp-InputPrompt`)?.innerText"
    before, pressed, seen = page.evaluate(prompt), 0.0, None
    for _ in range(
        600
    ):  # a kernel that is only just there may forget the first one, and the prompt is empty again
        if seen != "[*]:" and time.monotonic() - pressed > 3:
            with contextlib.suppress(
                Error
            ):  # a page that is still being laid out may put another cell in its place
                cell.scroll_into_view_if_needed()
                cell.locator(".cm-content").click()
                page.keyboard.press("Shift+Enter")
                pressed = time.monotonic()
        time.sleep(0.1)
        was, seen = seen, page.evaluate(prompt)
        if re.fullmatch(r"\[\d+\]:", seen or "") and (seen != before or was == "[*]:"):
            return
    raise AssertionError(f"cell {index} did not run: {seen}")


def run_all(page):
    """Run every cell by the menu, and wait until the kernel is idle again."""
    page.click("text=Run >> nth=0")
    page.click("text=Run All Cells >> nth=0")
    busy = "s => document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === s"
    page.wait_for_function(busy, arg="busy", timeout=30_000)
    page.wait_for_function(busy, arg="idle", timeout=300_000)


class Kernel:
    """The kernel of a server's only notebook, asked from outside the browser, as another cell would."""

    def __init__(self, address):
        from jupyter_client import BlockingKernelClient
        from jupyter_core.paths import jupyter_runtime_dir

        with urllib.request.urlopen(link(address, "api/kernels")) as answer:
            (about,) = json.load(answer)
        connection = os.path.join(jupyter_runtime_dir(), f"kernel-{about['id']}.json")
        self.client = BlockingKernelClient(connection_file=connection)
        self.client.load_connection_file()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code, **expressions):
        """Run code; -> the text of each expression afterwards. An error of the kernel is an error here.

        Only the shell's answer is waited for: a playing laboratory says so much on the other channel that it overflows.
        """
        asked = self.client.execute(code, user_expressions=expressions)
        while True:
            reply = self.client.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == asked:
                break
        content = reply["content"]
        assert content["status"] == "ok", content
        for told in content["user_expressions"].values():
            assert told["status"] == "ok", told
        return {
            name: told["data"]["text/plain"]
            for name, told in content["user_expressions"].items()
        }

    def value(self, expression):
        """The value of an expression, by way of JSON."""
        told = self.run("import json", it=f"json.dumps({expression})")["it"]
        return json.loads(ast.literal_eval(told))

    def close(self):
        """Let go of the kernel; it lives on."""
        self.client.stop_channels()


def end_kernels(address):
    """Shut every kernel of a server down."""
    with urllib.request.urlopen(link(address, "api/sessions")) as answer:
        for session in json.load(answer):
            request = urllib.request.Request(
                link(address, f"api/sessions/{session['id']}"), method="DELETE"
            )
            urllib.request.urlopen(request, timeout=60).read()


def axe_violations(page, selector):
    """The serious and critical barriers that axe-core finds in that part of the page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=selector).response["violations"]
    return [
        (one["impact"], one["id"], [node["html"] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
