"""Between kernel and browser: what all widgets share, their scripts, and how arrays travel."""

import threading
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from ..checks import check_choice

FOLDER = Path(__file__).parent
ANSWER = "answer_"  # a method answer_x(self, message) answers the message of type "x"


class Widget(anywidget.AnyWidget):
    """What all widgets have in common.

    A widget defines `summary()`, the moment in words; `picture()`, it as a Figure, for
    GitHub and for paper; `frame(message, **more)`, what every view paints: (dict,
    list of bytes); and for every message of the browser a method `answer_<type>(message)`,
    which gives a frame or another reply. Several views may show one widget, and each
    of them receives every reply: it acts only in the view that asked (see common.js).
    """

    _css = FOLDER / "labs.css"
    config = traitlets.Dict().tag(sync=True)  # what the script has to know once
    prefix = ""  # stands before the summary where that does not tell the widget
    #: errors that leave everything as it was; after any other one a view stops playing
    refusals = (ValueError, TypeError)
    messages = {}  # {type: function}, made from the methods of the class

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        cls.messages = {
            name.removeprefix(ANSWER): getattr(cls, name)
            for name in dir(cls)
            if name.startswith(ANSWER)
        }

    def __init__(self, **traits):
        # Held while anything is read or changed: messages may come in a thread beside
        # the running cell, from the moment on that `on_msg` is called.
        self.lock = threading.RLock()
        super().__init__(**traits)
        self.on_msg(lambda _, content, buffers: self._receive(content))

    def close(self):
        """Close the widget and all that belongs to it."""
        self.layout.close()
        super().close()

    def answer(self, message):
        """The reply to one message of the browser: (dict, list of bytes).

        What goes wrong is said under "error", not raised: a message without an answer
        would leave the page waiting.
        """
        try:
            name = check_choice(message.get("type"), self.messages, "the message")
            return self.messages[name](self, message)
        except Exception as error:  # of a function of the reader's own, too
            problem = {"error": str(error)}
            if not isinstance(error, self.refusals):
                problem["stop"] = True
            if not isinstance(error, (ValueError, TypeError, ArithmeticError)):
                problem["error"] = f"{type(error).__name__}: {error}"
        try:
            return self.frame(message, **problem)
        except Exception:  # even the moment cannot be drawn
            return {"type": "error", **problem}, []

    def __repr__(self):
        return f"<{self.prefix}{self.summary()}>"

    def _repr_mimebundle_(self, **kwargs):
        shown = super()._repr_mimebundle_(**kwargs)
        data, *rest = shown if isinstance(shown, tuple) else (shown or {},)
        data = {
            **data,
            "text/plain": self.prefix + self.summary(),
            "image/png": self.picture()._repr_png_(),
        }
        return (data, *rest) if rest else data

    def _receive(self, content):
        message = content if isinstance(content, dict) else {}
        with self.lock:
            reply, buffers = self.answer(message)
        asked = {"id": message.get("id"), "view": message.get("view")}
        self.send({**reply, **asked}, buffers)


def bundle_js(*names):
    """The widgets' script: the files of these names put together, in the browser one
    module."""
    return "\n".join(
        (FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in names
    )


def pack(arrays):
    """{name: array} -> ([[name, shape], ...], float32 bytes of all in this order)."""
    about = [[name, list(array.shape)] for name, array in arrays.items()]
    return about, b"".join(
        np.ascontiguousarray(array, np.float32).tobytes() for array in arrays.values()
    )
