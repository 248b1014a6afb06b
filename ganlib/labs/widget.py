"""Between kernel and browser: what all widgets share, the script that one runs there, and arrays on their way."""

import functools
import threading
from pathlib import Path

import anywidget
import numpy as np
import traitlets

HERE = Path(__file__).parent


class Widget(anywidget.AnyWidget):
    """What a laboratory, a dashboard and a desk have in common.

    They define `summary()`, the moment in words; `picture()`, it as a Figure, for GitHub and for paper; and
    `answer(message)`, the reply to one message of the browser: (dict, list of bytes).
    """

    _css = HERE / "labs.css"
    about = traitlets.Dict().tag(sync=True)
    kind = ""  # stands before the summary where that does not tell it

    def __init__(self, **traits):
        super().__init__(**traits)
        self.on_msg(lambda _, content, buffers: self._receive(content))

    @functools.cached_property
    def lock(self):
        """Held while anything is read or changed: messages may come in a thread beside the running cell."""
        return threading.RLock()

    def close(self):
        """Close the widget and all that belongs to it."""
        self.layout.close()
        super().close()

    def __repr__(self):
        return f"<{self.kind}{self.summary()}>"

    def _repr_mimebundle_(self, **kwargs):
        shown = super()._repr_mimebundle_(**kwargs)
        data, *rest = shown if isinstance(shown, tuple) else (shown or {},)
        data = {
            **data,
            "text/plain": self.kind + self.summary(),
            "image/png": self.picture()._repr_png_(),
        }
        return (data, *rest) if rest else data

    def _receive(self, content):
        with self.lock:
            reply, buffers = self.answer(content)
        self.send(
            {**reply, "id": content.get("id"), "view": content.get("view")}, buffers
        )


def browser_code(*names):
    """The widgets' script: the files of these names, one after the other, in the browser one module."""
    return "\n".join(
        (HERE / f"{name}.js").read_text(encoding="utf-8") for name in names
    )


def pack(arrays):
    """{name: array} -> ([[name, shape], ...], float32 bytes of all in this order)."""
    about = [[name, list(array.shape)] for name, array in arrays.items()]
    return about, b"".join(
        np.ascontiguousarray(array, np.float32).tobytes() for array in arrays.values()
    )
