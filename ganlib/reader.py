"""A small network that reads the factors off a portrait, so that what a GAN drew can be counted.

Trained on rendered faces by `data/tools/make_reader.py`, where its weights come from. It judges generated pictures:
how sure it is of them (`confidence`), and whether every factor appears in its share (`read`).
Seen first in notebooks/09_faces.
"""

from pathlib import Path

import keras
import numpy as np

from .checks import check_images
from .faces import FACTORS, make_faces

CATEGORIES = {
    name: tuple(spec) for name, spec in FACTORS.items() if isinstance(spec, dict)
}
VALUES = (
    "smile",
    "mouth_open",
    "yaw",
    "gaze_x",
    "gaze_y",
    "light_x",
    "light_y",
    "face_width",
    "jaw",
    "age",
)
JUDGED = (
    "hair_style",
    "hair_colour",
    "glasses",
    "beard",
)  # what `confidence` asks about
WEIGHTS = Path(__file__).resolve().parents[1] / "data" / "factor_reader.npz"


def build_reader():
    """uint8 or float pictures (n, 64, 64, 3), 0 to 255 -> (n, 59): logits of every category, then the values.

    The values are in standard deviations of their own distribution in `FACTORS`.
    """
    x = inputs = keras.Input((64, 64, 3))
    x = keras.layers.Rescaling(1 / 127.5, -1)(x)
    for width, kernel, stride in (
        (24, 5, 2),
        (48, 3, 2),
        (96, 3, 2),
        (96, 3, 1),
        (128, 3, 2),
    ):
        x = keras.layers.Conv2D(width, kernel, stride, padding="same", use_bias=False)(
            x
        )
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    x = keras.layers.Dense(64, use_bias=False)(keras.layers.Flatten()(x))
    x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    x = keras.layers.Dense(sum(map(len, CATEGORIES.values())) + len(VALUES))(x)
    return keras.Model(inputs, x, name="factor_reader")


def split(outputs):
    """The network's outputs (n, 59) -> ({name: logits (n, categories)}, values (n, 10))."""
    logits, start = {}, 0
    for name, names in CATEGORIES.items():
        logits[name] = outputs[:, start : start + len(names)]
        start += len(names)
    return logits, outputs[:, start:]


class FactorReader:
    """Reads factors off uint8 portraits (n, size, size, 3) of 32, 64 or 128 pixels (worked on at 64)."""

    def __init__(self, model):
        self.model = model

    @classmethod
    def load(cls, path=WEIGHTS):
        """The shipped reader. The file holds plain arrays: loading it unpickles nothing and runs no code.

        Raises FileNotFoundError, or ValueError for a file that does not fit `build_reader`.
        """
        if not Path(path).is_file():
            raise FileNotFoundError(
                f"no factor reader at {path}; expected the file shipped in data/: type "
                "git checkout data to fetch it again, or python data/tools/make_reader.py"
            )
        model = build_reader()
        with np.load(path, allow_pickle=False) as file:
            weights = [file[key] for key in sorted(file.files)]
        got, expected = (
            [w.shape for w in weights],
            [tuple(w.shape) for w in model.weights],
        )
        if got != expected:
            raise ValueError(
                f"{path} holds {len(got)} arrays that do not fit the reader's {len(expected)}; "
                "make it again: type python data/tools/make_reader.py"
            )
        model.set_weights([w.astype("float32") for w in weights])
        return cls(model)

    def save(self, path=WEIGHTS):
        """Write the weights as float16, one array each, in the model's order."""
        weights = {
            f"{i:02d}": w.astype("float16")
            for i, w in enumerate(self.model.get_weights())
        }
        np.savez_compressed(path, **weights)

    def _outputs(self, images):
        images = check_images(images, channels=3)
        size = images.shape[1:3]
        if size not in ((32, 32), (64, 64), (128, 128)):
            raise ValueError(
                f"images are {size[0]} x {size[1]} pixels; expected 32, 64 or 128 square: "
                "type load_data(..., size=64)"
            )
        outputs = []
        for start in range(0, len(images), 64):
            batch = images[start : start + 64].astype("float32")
            if size[0] != 64:
                batch = keras.ops.image.resize(batch, (64, 64), antialias=True)
            outputs.append(np.asarray(self.model(batch, training=False)))
        return split(np.concatenate(outputs))

    def read(self, images):
        """-> a table as `faces.sample_factors` gives it: 9 categories (strings) and 10 values (float32)."""
        logits, values = self._outputs(images)
        table = {
            name: np.array(CATEGORIES[name])[z.argmax(1)] for name, z in logits.items()
        }
        for name, z in zip(VALUES, values.T):
            mean, sd, low, high = FACTORS[name]
            table[name] = np.clip(mean + sd * z, low, high).astype("float32")
        return table

    def confidence(self, images):
        """-> float32 (n,) in [0, 1]: how sure the reader is that it sees one clear portrait.

        The geometric mean of the largest softmax probability of hair style, hair colour, glasses and beard.
        Noise, smears and mixtures of two faces score low: in training their answer was "any category alike"
        (outlier exposure: Hendrycks, Mazeika and Dietterich, ICLR 2019).
        """
        logits, _ = self._outputs(images)
        best = [
            z.max(1) - np.logaddexp.reduce(z, axis=1)
            for z in (logits[name] for name in JUDGED)
        ]
        return np.exp(np.mean(best, axis=0)).astype("float32")

    def accuracy(self, n=2000, seed=12345, size=64, show=True):
        """Read `n` fresh faces -> {name: share read correctly, or for a value R2}, printed if `show`."""
        images, factors = make_faces(n, size=size, seed=seed)
        table, scores = self.read(images), {}
        for name, column in table.items():
            truth = factors[name]
            right = (
                truth == column
                if name in CATEGORIES
                else 1 - (truth - column) ** 2 / truth.var()
            )
            scores[name] = float(right.mean())
            if show:
                print(
                    f"{name:16}{scores[name]:6.1%}",
                    "right" if name in CATEGORIES else "of variance (R2)",
                )
        return scores
