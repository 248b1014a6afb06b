"""The latent explorer: a widget in which the noise of a trained generator is pushed,
mixed and added up.

The browser asks, the kernel draws a few small pictures and is idle again. Nothing is
known here of training.
"""

import numpy as np
import tensorflow as tf

from ...checks import check_choice, check_count
from ...plots import FAKE, image_sheets
from ...training import to_uint8
from ..fields import Number
from ..widget import Widget, bundle_js
from .directions import check_z, interpolate, principal_directions

DRAWS = 2048  # pictures from which directions are found
SIDE = 5  # pictures along each side of the pad's map
SHELF = 24  # pictures kept at most
METHODS = ("spherical", "linear")
PLACES = {"corners": 4, "slots": 3}
POSITION = Number("position", 0.5, 0, 1)
PUSH = Number("push", 0, -1, 1)
TRUNCATION = Number("truncation", 1, 0, 1.5)
SEED = Number("seed", 0, 0, 2**31 - 1, whole=True)


class LatentExplorer(Widget):
    """The latent explorer of a generator. Show it by making it a cell's last line.

    generator: a Keras model, noise (n, size) -> pictures (n, height, width, 1 or 3) in
    [-1, 1]. directions: how many principal ones are looked for, or {name: vector
    (size,)}; of a vector only the direction counts: each is brought to the length
    sqrt(size), as long as noise is. seed: of the first picture's noise,
    np.random.default_rng(seed).standard_normal(size). Raises TypeError, ValueError.
    """

    prefix = "Latent explorer: "

    def __init__(self, generator, directions=5, seed=0):
        inputs = getattr(generator, "input_shape", None)
        outputs = getattr(generator, "output_shape", None)
        if not (
            isinstance(inputs, tuple)
            and isinstance(outputs, tuple)
            and len(inputs) == 2
            and len(outputs) == 4
            and None not in (inputs[1], *outputs[1:])
            and outputs[3] in (1, 3)
        ):
            raise TypeError(
                f"generator is a {type(generator).__name__} from {inputs} to {outputs}; "
                "expected a Keras model from (None, size) to (None, height, width, 1 or "
                "3): type load_generator('../data/faces_generator.npz')[0], for example"
            )
        self.size, self.shape = inputs[1], outputs[1:]
        self._graph = tf.function(
            lambda z: generator(z, training=False),
            autograph=False,
            input_signature=[tf.TensorSpec((None, self.size), tf.float32)],
        )
        self._explore(directions)
        self.drawn = 100  # the seed of the next corner or slot is one more
        self.kept = []  # the noise of the pictures on the shelf
        self.pad_position, self.method = [0.5, 0.5], METHODS[0]
        self.places = {
            place: [self._new_noise() for _ in range(count)]
            for place, count in PLACES.items()
        }
        self._reset_sliders()
        self._use_seed(seed)
        super().__init__(
            config={
                "shape": self.shape,
                "size": self.size,
                "names": list(self.directions),
                "side": SIDE,
            }
        )

    def _explore(self, directions):
        """Find the directions, and the centre that truncation pulls to."""
        noise = (
            np.random.default_rng(0)
            .standard_normal((DRAWS // 2, self.size))
            .astype(np.float32)
        )
        noise = np.concatenate([noise, -noise])  # pairs: a mean of 0
        step = max(1, max(self.shape[:2]) // 32)
        parts = np.split(noise, DRAWS // 64)
        pictures = np.concatenate(
            [self._graph(part).numpy()[:, ::step, ::step] for part in parts]
        ).astype(np.float32)
        if not np.abs(pictures).max() < 1.01:  # a nan is not smaller than anything
            raise ValueError(
                f"the generator's pictures go from {pictures.min():.3g} to "
                f"{pictures.max():.3g}; expected numbers from -1 to 1: end it with tanh, "
                "and if they are nan, train it anew"
            )
        # Where the network divides the noise by its length, scaling it changes nothing:
        # then truncation pulls to the most ordinary of these pictures, the one nearest
        # to their mean, and not to noise of zeros.
        halved = np.abs(
            self._graph(noise[:8] / 2).numpy() - self._graph(noise[:8]).numpy()
        ).max()
        far = ((pictures - pictures.mean(0)) ** 2).sum((1, 2, 3))
        self.centre = (
            np.zeros(self.size, np.float32) if halved > 0.02 else noise[far.argmin()]
        )
        if not isinstance(directions, dict):
            found = principal_directions(
                noise, pictures, check_count(directions, "directions")
            )
            directions = {
                f"direction {i + 1}": vector for i, vector in enumerate(found)
            }
        self.directions = {}
        for name, vector in directions.items():
            vector = check_z(vector, self.size, f"the direction {name!r}").astype(float)
            if not (length := np.linalg.norm(vector)) > 0:
                raise ValueError(
                    f"the direction {name!r} has length 0; expected a vector that "
                    "points somewhere"
                )
            self.directions[str(name)] = np.float32(
                vector / length * np.sqrt(self.size)
            )

    def draw(self, noise):
        """Noise (n, size) -> uint8 pictures (n, height, width, channels)."""
        return to_uint8(self._graph(tf.constant(np.asarray(noise), tf.float32)))

    @property
    def z(self):
        """The noise of the present picture, float32 (size,): the sliders and the
        truncation are in it."""
        with self.lock:
            pushed = self.base + sum(
                push * self.directions[name] for name, push in self.pushes.items()
            )
            t = self.truncation
            if t != 1:  # at 1 it stays the same to the last bit
                pushed = self.centre + t * (pushed - self.centre)
            return np.float32(pushed)

    @property
    def image(self):
        """The present picture, uint8 (height, width, channels)."""
        return self.draw([self.z])[0]

    def show(self, z):
        """Make noise of your own, (size,), the present picture. Raises ValueError."""
        z = check_z(z, self.size)
        with self.lock:
            self._use(z, "noise of your own")
            reply, buffers = self.frame({}, "map", "slots", "shelf")
        self.send({**reply, "id": None, "view": None}, buffers)
        return self

    def picture(self):
        """A still picture of the explorer, as a matplotlib Figure."""
        with self.lock:
            directions, pushes = [*self.directions.values()][:5], np.linspace(-1, 1, 3)
            rows = [self.base + t * way for way in directions for t in pushes]
            # every second row and column of the map: enough for a still picture
            corners = self._noise("map").reshape(SIDE, SIDE, -1)[::2, ::2]
            corners = corners.reshape(9, -1)
            parts = {
                "The present picture": (
                    1,
                    self.draw([self.z]).repeat(3, 1).repeat(3, 2),
                ),
                "Sliders from -1 to 1, one to a row": (3, self.draw(rows or [self.z])),
                "Between four corners": (3, self.draw(corners)),
                "A - B (above), + C = (below)": (2, self.draw(self._noise("slots"))),
            }
        return image_sheets(
            [
                dict(images=images, columns=columns, title=title, colour=FAKE)
                for title, (columns, images) in parts.items()
            ]
        )

    def summary(self):
        """The present picture in words."""
        words = [self.source]
        words += [f"{name} {push:+.2f}" for name, push in self.pushes.items() if push]
        if self.truncation != 1:
            words.append(f"truncation {self.truncation:.2f}")
        return ", ".join(words)

    def frame(self, message, *groups, **more):
        """What every view paints: the present picture, and other groups of pictures.

        groups: "map", "slots", "shelf", those that have changed.
        """
        noise = {name: self._noise(name) for name in ("face", *groups)}
        reply = {
            "type": "frame",
            "groups": [[name, len(z)] for name, z in noise.items()],
            "words": self.summary(),
            "seed": self.seed,
            "pushes": self.pushes,
            "truncation": self.truncation,
            "pad_position": self.pad_position,
            "method": self.method,
            "source": self.source,
            **more,
        }
        return reply, [self.draw(np.concatenate([*noise.values()])).tobytes()]

    def _noise(self, group):
        """The noise of what a group shows, (n, size): the present picture ("face"), the
        pad's "map", the "slots" and their result, or the "shelf"."""
        if group == "map":
            steps = np.linspace(0, 1, SIDE)
            return np.array([self._between(x, y) for y in steps for x in steps])
        if group == "slots":
            a, b, c = self.places["slots"]
            total = a - b + c  # longer than noise is, so brought to the length of A
            total *= np.linalg.norm(a) / max(np.linalg.norm(total), 1e-6)
            return np.array([a, b, c, total], np.float32)
        if group == "shelf":
            return np.array(self.kept, np.float32).reshape(-1, self.size)
        return np.array([self.z])

    def _between(self, x, y):
        a, b, c, d = self.places["corners"]
        above = interpolate(a, b, x, self.method)
        below = interpolate(c, d, x, self.method)
        return interpolate(above, below, y, self.method)

    def _new_noise(self):
        self.drawn += 1
        noise = np.random.default_rng(self.drawn).standard_normal(self.size)
        return noise.astype(np.float32)

    def _use(self, z, source):
        """Noise becomes the present one exactly: the sliders go back to their middle."""
        self.base, self.source = np.float32(z), source
        self._reset_sliders()

    def _reset_sliders(self):
        self.truncation, self.pushes = 1.0, dict.fromkeys(self.directions, 0.0)

    def _use_seed(self, seed):
        """The noise of a seed; the sliders stay as they are."""
        self.seed = SEED.check("seed", seed)
        noise = np.random.default_rng(self.seed).standard_normal(self.size)
        self.base, self.source = noise.astype(np.float32), f"picture {self.seed}"

    def _kept_index(self, message):
        return check_choice(message.get("index"), range(len(self.kept)), "the number")

    # What the browser asks for

    def answer_hello(self, message):
        return self.frame(message, "map", "slots", "shelf")

    def answer_seed(self, message):
        self._use_seed(message.get("seed"))
        return self.frame(message)

    def answer_push(self, message):
        """Set sliders, those that are named, and the truncation."""
        truncation = message.get("truncation", self.truncation)
        truncation = TRUNCATION.check("truncation", truncation)
        pushes = {
            check_choice(name, self.directions, "the slider"): PUSH.check(name, push)
            for name, push in dict(message.get("pushes") or {}).items()
        }
        self.truncation, self.pushes = truncation, {**self.pushes, **pushes}
        return self.frame(message)

    def answer_move(self, message):
        """Go to a position of the pad."""
        self.pad_position = [POSITION.check(name, message.get(name)) for name in "xy"]
        self._use(self._between(*self.pad_position), "between the corners")
        return self.frame(message)

    def answer_interpolate(self, message):
        """Choose the method of interpolation of the pad."""
        self.method = check_choice(message.get("method"), METHODS, "method")
        self._use(self._between(*self.pad_position), "between the corners")
        return self.frame(message, "map")

    def answer_fill(self, message):
        """A corner or a slot gets the present picture, or a new one."""
        place = check_choice(message.get("place"), PLACES, "the place")
        numbers = range(PLACES[place])
        index = check_choice(message.get("index"), numbers, "the number")
        noise = self.z if message.get("present") else self._new_noise()
        self.places[place][index] = noise
        return self.frame(message, "map" if place == "corners" else "slots")

    def answer_use_result(self, message):
        """The result of the arithmetic becomes the present picture."""
        self._use(self._noise("slots")[3], "A - B + C")
        return self.frame(message)

    def answer_keep(self, message):
        """Put the present picture on the shelf."""
        if len(self.kept) == SHELF:
            raise ValueError(
                f"the shelf is full: it holds {SHELF} pictures; press Delete on one of "
                "them"
            )
        self.kept.append(self.z)
        return self.frame(message, "shelf")

    def answer_use_kept(self, message):
        """A picture of the shelf becomes the present one."""
        index = self._kept_index(message)
        self._use(self.kept[index], f"kept picture {index + 1}")
        return self.frame(message)

    def answer_delete_kept(self, message):
        """Take a picture from the shelf."""
        del self.kept[self._kept_index(message)]
        return self.frame(message, "shelf")


LatentExplorer._esm = bundle_js("common", "latent/desk")
