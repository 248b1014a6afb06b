"""ganlib: the small library that carries the course. Read it along the way data flows through a GAN:

`data` (with `toy`, `faces`, `image_files`) -> `models` -> `losses` -> `steps` -> `training` (with `checkpoint`) -> `metrics`
(with `classifiers`) -> `plots` -> `labs`. `exercises` stands apart. Each module imports only those before it.
"""

import importlib
import os

# Keras reads this before ~/.keras/keras.json, which an old installation may have left.
if os.environ.setdefault("KERAS_BACKEND", "tensorflow") != "tensorflow":
    raise ImportError(
        f"KERAS_BACKEND is {os.environ['KERAS_BACKEND']!r} and ganlib is written for TensorFlow: restart, "
        "and type import os; os.environ['KERAS_BACKEND'] = 'tensorflow' before all other imports"
    )

__version__ = "0.1.0"
__all__ = [
    "checkpoint",
    "checks",
    "classifiers",
    "data",
    "exercises",
    "faces",
    "image_files",
    "losses",
    "metrics",
    "models",
    "plots",
    "steps",
    "toy",
    "training",
    "labs",
]


def __getattr__(name):
    """Import a module on first use, so that `import ganlib` itself costs nothing (PEP 562)."""
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(
        f"ganlib has no module called {name!r}; it has {', '.join(__all__)}"
    )


def __dir__():
    return sorted([*globals(), *__all__])
