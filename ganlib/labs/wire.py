"""Between kernel and browser: the script that a widget runs there, and arrays on their way."""
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def browser_code(*names):
    """The widgets' script: the files of these names, one after the other, in the browser one module."""
    return "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in names)


def pack(arrays):
    """{name: array} -> ([[name, shape], ...], float32 bytes of all in this order)."""
    about = [[name, list(array.shape)] for name, array in arrays.items()]
    return about, b"".join(np.ascontiguousarray(array, np.float32).tobytes() for array in arrays.values())
