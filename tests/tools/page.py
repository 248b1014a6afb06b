"""A page without a browser: a widget's real script in Node, against the real widget."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("page.mjs")
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(
    NODE is None,
    reason="no Node here, so no test of the scripts: apt-get install nodejs",
)


class Page:
    """Views of one widget; `run` does in them what a reader would (see page.mjs)."""

    def __init__(self, widget, folder, views=2, before=""):
        self.widget, self.sent, self.messages = widget, [], []
        widget.send = lambda content, buffers=None: self.sent.append(
            {
                "content": content,
                "buffers": [base64.b64encode(part).decode() for part in buffers or ()],
            }
        )
        script = folder / "widget.mjs"
        script.write_text(widget._esm, encoding="utf-8")
        traits = {"config": widget.config}
        if hasattr(widget, "real_png"):
            png = base64.b64encode(widget.real_png).decode()
            traits["real_png"] = {"base64": png}
        self.process = subprocess.Popen(
            [NODE, str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._ask({"script": str(script), "traits": traits, "run": before})
        self.run("show(); " * views + "await settle();")

    def run(self, code):
        """Run JavaScript; -> its value. Messages go to the widget on the way."""
        sent, self.sent = self.sent, []
        return self._ask({"run": code, "sent": sent})

    def act(self, code):
        """Do something and let it settle; -> the messages that it made."""
        first = len(self.messages)
        self.run(f"{code}; await settle();")
        return self.messages[first:]

    def use_all(self, leave_out=()):
        """Use every control of the first view, and check what any of them must keep to:
        only this view asks, only it gets errors and files, and both show the same."""
        uses = self.run(f"return useAll(0, {json.dumps(list(leave_out))})")
        own = self.run("return views[0].name")
        for use in uses:
            what = use["label"], use["value"]
            assert {message["view"] for message in use["messages"]} <= {own}, what
            assert use["errors"][1] == "" and use["waiting"] == ["0", "0"], what
            assert use["same"] and len(use["files"]) <= 1, what
        return uses

    def _ask(self, request):
        self._write(request)
        while True:
            line = self.process.stdout.readline()
            assert line, "the page has ended"
            reply = json.loads(line)
            if "message" not in reply:
                break
            self.messages.append(reply["message"])
            self.widget._receive(reply["message"])
            sent, self.sent = self.sent, []
            self._write({"sent": sent})
        assert "failed" not in reply, reply["failed"]
        return reply["value"]

    def _write(self, value):
        self.process.stdin.write(json.dumps(value) + "\n")
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)


@pytest.fixture
def show(tmp_path):
    """A function that shows a widget in a page with two views."""
    pages = []

    def show(widget, views=2, before=""):
        pages.append(Page(widget, tmp_path, views, before))
        return pages[-1]

    yield show
    for page in pages:
        page.close()
