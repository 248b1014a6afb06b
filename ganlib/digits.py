"""A small network that reads digits, built first in notebook 05: the judge of every generator of digits.

It has an eleventh answer, "no digit", and has seen examples of that, so that noise and mixtures do not pass.
"""

import keras
import numpy as np

from .checks import check_images


def no_digits(images, labels, seed=0):
    """Pictures that are no digits: five kinds of spoiled ones, uint8 (about 4.8 n, h, w, c), from images (n, h, w, c).

    Two different digits overlaid, halves of two, one cut in the middle and put together wrongly, its pixels in random
    order, and noise.
    """
    rng, middle = np.random.default_rng(seed), images.shape[1] // 2
    other = rng.permutation(len(images))
    pairs = labels != labels[other]
    first, second = images[pairs], images[other][pairs]
    halves = np.concatenate([first[:, :middle], second[:, middle:]], axis=1)
    scattered = rng.permuted(images.reshape(len(images), -1), axis=1).reshape(
        images.shape
    )
    noise = rng.normal(images.mean(), images.std(), images.shape).clip(0, 255)
    kinds = (
        first / 2 + second / 2,
        halves,
        np.roll(images, middle, axis=2),
        scattered,
        noise,
    )
    return np.concatenate(kinds).astype(np.uint8)


class DigitReader:
    """Reads uint8 pictures (n, size, size, 1) of digits."""

    def __init__(self, model):
        self.model = model
        self.last = keras.Model(model.inputs[0], model.layers[-2].output)

    @classmethod
    def train(cls, images, labels, seed=0):
        """A reader trained on uint8 (n, size, size, 1), sizes from 8, and their labels 0 to 9; a few seconds for the
        bundled digits. Raises ValueError.
        """
        images, labels = check_images(images, channels=1), np.asarray(labels)
        if labels.shape != (len(images),) or labels.min() < 0 or labels.max() > 9:
            raise ValueError(
                f"labels has shape {labels.shape}; expected one of 0 to 9 for each of the {len(images)} "
                "images: type DigitReader.train(data.images, data.labels)"
            )
        keras.utils.set_random_seed(seed)
        stride, layers = 1 if images.shape[1] < 16 else 2, keras.layers
        model = keras.Sequential(
            [
                layers.Input(images.shape[1:]),
                layers.Rescaling(1 / 127.5, -1),
                layers.GaussianNoise(0.1, seed=seed),
                layers.Conv2D(32, 3, stride, "same", activation="relu"),
                layers.Conv2D(64, 3, 2, activation="relu"),
                layers.Flatten(),
                layers.Dropout(0.3, seed=seed),
                layers.Dense(64, "relu"),
                layers.Dense(11, "softmax"),
            ]
        )
        model.compile(
            keras.optimizers.Adam(2e-3),
            "sparse_categorical_crossentropy",
            jit_compile=False,
        )
        odd = no_digits(images, labels, seed)
        x, y = (
            np.concatenate([images] * 3 + [odd]),
            np.concatenate([labels] * 3 + [np.full(len(odd), 10)]),
        )
        model.fit(x, y, batch_size=64, epochs=10, verbose=0)
        return cls(model)

    def read(self, images):
        """(digit, confidence): int (n,) from 0 to 9, and float32 (n,), the probability given to that digit."""
        answers = self._in_pieces(self.model, images)[:, :10]
        return answers.argmax(1), answers.max(1)

    def features(self, images):
        """float32 (n, 64): what the last layer sees; for the distances of `ganlib.metrics`."""
        return self._in_pieces(self.last, images)

    def _in_pieces(self, network, images):
        images = check_images(images, channels=1)
        return np.concatenate(
            [
                network(images[i : i + 500].astype("float32"))
                for i in range(0, len(images), 500)
            ]
        )
