"""Two small trained networks that say what a picture shows, so that what a GAN made can be counted.

`FactorClassifier` reads the factors off a portrait (seen first in notebooks/09_faces), `DigitClassifier` reads digits
(notebook 05 builds its like). Both are shipped in `data/`, with the scripts that trained them in `data/tools/`, and
both say how sure they are: in training they have seen pictures that are none of what they know.
"""

from pathlib import Path

import keras
import numpy as np

from . import checkpoint
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
# The factors that `FactorClassifier.confidence` asks about: each fills a part of the face that a GAN may spoil.
CONFIDENCE_FACTORS = ("hair_style", "hair_colour", "glasses", "beard")
DATA = Path(__file__).resolve().parents[1] / "data"
FACTOR_WEIGHTS = DATA / "factor_reader.npz"
DIGIT_WEIGHTS = DATA / "digit_classifier.npz"
BATCH_SIZE = 64


def predict_in_batches(network, images, prepare=None):
    """uint8 images (n, h, w, c) -> the network's outputs, float32 (n, ...), a batch at a time to spare memory.

    prepare: what a float32 batch goes through before the network.
    """
    outputs = []
    for start in range(0, len(images), BATCH_SIZE):
        batch = images[start : start + BATCH_SIZE].astype("float32")
        if prepare:
            batch = prepare(batch)
        outputs.append(np.asarray(network(batch, training=False), "float32"))
    return np.concatenate(outputs)


def _save(path, model, dtype, **about):
    weights = {f"{i:02d}": w.astype(dtype) for i, w in enumerate(model.get_weights())}
    return checkpoint.save(path, weights, about, compress=True)


def _load(path, model, network, maker):
    """Fill `model` with the arrays of a file that `_save` wrote for this kind of `network`."""
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no {network} at {path.resolve()}; expected the file shipped in data/: type "
            f"git checkout data to fetch it again, or python data/tools/{maker}"
        )
    arrays, about = checkpoint.load(path)
    if about.get("network") != network:
        raise checkpoint.CheckpointError(
            f"{path.resolve()} holds {about.get('network', 'something else')!r}; expected {network!r}: "
            f"type python data/tools/{maker} to make it again"
        )
    variables = {f"{i:02d}": variable for i, variable in enumerate(model.weights)}
    checkpoint.restore(variables, arrays, path)
    return model


def build_factor_classifier():
    """uint8 or float images (n, 64, 64, 3), 0 to 255 -> (n, 59): logits of every category, then the values.

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
        convolution = keras.layers.Conv2D(
            width,
            kernel,
            stride,
            padding="same",
            use_bias=False,
            data_format="channels_last",
        )
        x = convolution(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    flat = keras.layers.Flatten(data_format="channels_last")(x)
    x = keras.layers.Dense(64, use_bias=False)(flat)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    x = keras.layers.Dense(sum(map(len, CATEGORIES.values())) + len(VALUES))(x)
    return keras.Model(inputs, x, name="factor_classifier")


def split_outputs(outputs):
    """The network's outputs (n, 59) -> ({name: logits (n, categories)}, values (n, 10))."""
    logits, start = {}, 0
    for name, names in CATEGORIES.items():
        logits[name] = outputs[:, start : start + len(names)]
        start += len(names)
    return logits, outputs[:, start:]


class FactorClassifier:
    """Reads factors off uint8 portraits (n, size, size, 3) of 32, 64 or 128 pixels (worked on at 64)."""

    def __init__(self, model):
        self.model = model

    @classmethod
    def load(cls, path=FACTOR_WEIGHTS):
        """The shipped classifier. The file holds plain arrays: loading it unpickles nothing and runs no code.

        Raises FileNotFoundError, or CheckpointError (a ValueError) where the file is damaged or holds another network.
        """
        model = build_factor_classifier()
        return cls(_load(path, model, "factor classifier", "make_factor_classifier.py"))

    def save(self, path=FACTOR_WEIGHTS):
        """Write the weights as float16 arrays, whole or not at all; return the path. Raises OSError."""
        return _save(path, self.model, "float16", network="factor classifier")

    def _outputs(self, images):
        images = check_images(images, channels=3)
        size = images.shape[1:3]
        if size not in ((32, 32), (64, 64), (128, 128)):
            raise ValueError(
                f"images are {size[0]} x {size[1]} pixels; expected 32, 64 or 128 square: "
                "type load_data(..., size=64)"
            )

        def to_64_pixels(batch):
            return keras.ops.image.resize(
                batch, (64, 64), antialias=True, data_format="channels_last"
            )

        prepare = None if size == (64, 64) else to_64_pixels
        return split_outputs(predict_in_batches(self.model, images, prepare))

    def predict(self, images):
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
        """-> float32 (n,) in [0, 1]: how sure the classifier is that it sees one clear portrait.

        The geometric mean of the largest softmax probability of hair style, hair colour, glasses and beard.
        Noise, smears and mixtures of two faces score low: in training their answer was "any category alike"
        (outlier exposure: Hendrycks, Mazeika and Dietterich, ICLR 2019).
        """
        logits, _ = self._outputs(images)
        best = [
            z.max(1) - np.logaddexp.reduce(z, axis=1)
            for z in (logits[name] for name in CONFIDENCE_FACTORS)
        ]
        return np.exp(np.mean(best, axis=0)).astype("float32")

    def accuracy(self, n=2000, seed=12345, size=64, show=True):
        """Read `n` fresh faces -> {name: share read correctly, or for a value R2}, printed if `show`."""
        images, factors = make_faces(n, size=size, seed=seed)
        table, scores = self.predict(images), {}
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


def build_digit_classifier():
    """uint8 or float images (n, 8, 8, 1), 0 to 255 -> (n, 11): probabilities of 0 to 9, and of "no digit"."""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Rescaling(1 / 127.5, -1),
            layers.GaussianNoise(0.1, seed=0),
            layers.Conv2D(
                32,
                3,
                1,
                "same",
                activation="relu",
                data_format="channels_last",
            ),
            layers.Conv2D(64, 3, 2, activation="relu", data_format="channels_last"),
            layers.Flatten(data_format="channels_last"),
            layers.Dropout(0.3, seed=0),
            layers.Dense(64, "relu"),
            layers.Dense(11, "softmax"),
        ],
        name="digit_classifier",
    )


class DigitClassifier:
    """Reads the course's 8x8 digits, uint8 (n, 8, 8, 1).

    It has an eleventh answer, "no digit", and has seen examples of that, so that noise and mixtures do not pass.
    """

    def __init__(self, model):
        self.model = model
        self.feature_extractor = keras.Model(model.inputs[0], model.layers[-2].output)

    @classmethod
    def load(cls, path=DIGIT_WEIGHTS):
        """The shipped classifier, trained on `load_data("digits", split="train")`.

        Raises FileNotFoundError, or CheckpointError (a ValueError) where the file is damaged or holds another network.
        """
        model = build_digit_classifier()
        return cls(_load(path, model, "digit classifier", "make_digit_classifier.py"))

    def save(self, path=DIGIT_WEIGHTS):
        """Write the weights as float32 arrays, whole or not at all; return the path. Raises OSError."""
        return _save(path, self.model, "float32", network="digit classifier")

    def _check(self, images):
        images, expected = check_images(images, channels=1), self.model.input_shape[1:]
        if images.shape[1:] != expected:
            raise ValueError(
                f"images are {images.shape[1]} x {images.shape[2]} pixels; expected {expected[0]} x "
                f"{expected[1]}: type load_data('digits', size={expected[0]})"
            )
        return images

    def _probabilities(self, images):
        return predict_in_batches(self.model, self._check(images))[:, :10]

    def predict(self, images):
        """-> int (n,): the likeliest of the digits 0 to 9, however unlikely it is; see `confidence`."""
        return self._probabilities(images).argmax(1)

    def confidence(self, images):
        """-> float32 (n,) in [0, 1]: the probability given to that digit, low where "no digit" is likelier."""
        return self._probabilities(images).max(1)

    def features(self, images):
        """float32 (n, 64): what the last layer sees; for the distances of `ganlib.metrics`."""
        return predict_in_batches(self.feature_extractor, self._check(images))
