"""The latent desk: a widget in which the noise of a trained generator is pushed, mixed and added up.

The browser asks, the kernel draws a few small pictures and is idle again. Nothing is known here of training.
"""

import copy

import numpy as np
import tensorflow as tf

from ...checks import check_choice, check_count
from ...plots import FAKE, image_sheets
from ...training import to_uint8
from ..fields import Number
from ..widget import Widget, browser_code
from .directions import check_z, mix, principal_directions

KINDS = ("hello", "seed", "push", "move", "mix", "fill", "take", "keep", "back", "drop")
DRAWS, SIDE, SHELF = (
    2048,
    5,
    24,
)  # pictures from which directions are found; a side of the pad's map; kept at most
SHARE, PUSH, TRUNCATION = (
    Number("share", 0.5, 0, 1),
    Number("push", 0, -1, 1),
    Number("truncation", 1, 0, 1.5),
)
SEED, WAYS, PLACES = (
    Number("seed", 0, 0, 2**31 - 1, whole=True),
    ("spherical", "linear"),
    {"corners": 4, "slots": 3},
)


class Desk(Widget):
    """The latent desk on a generator. Show it by making it a cell's last line.

    generator: a Keras model, noise (n, size) -> pictures (n, height, width, 1 or 3) in [-1, 1]. directions: how many
    principal ones are looked for, or {name: vector (size,)}; of a vector only the direction counts: each is brought to
    the length sqrt(size), as long as noise is. seed: the first face, np.random.default_rng(seed).standard_normal(size).
    Raises TypeError, ValueError.
    """

    kind = "Latent desk: "

    def __init__(self, generator, directions=5, seed=0):
        taken, made = (
            getattr(generator, "input_shape", None),
            getattr(generator, "output_shape", None),
        )
        if not (
            isinstance(taken, tuple)
            and isinstance(made, tuple)
            and len(taken) == 2
            and len(made) == 4
            and None not in (taken[1], *made[1:])
            and made[3] in (1, 3)
        ):
            raise TypeError(
                f"generator is a {type(generator).__name__} from {taken} to {made}; expected a Keras model "
                "from (None, size) to (None, height, width, 1 or 3): type "
                "load_generator('../data/faces_generator.npz')[0], for example"
            )
        self.size, self.shape = taken[1], made[1:]
        self._graph = tf.function(
            lambda z: generator(z, training=False),
            autograph=False,
            input_signature=[tf.TensorSpec((None, self.size), tf.float32)],
        )
        self._explore(directions)
        self.now = {
            "kind": "desk",
            "fresh": 100,
            "kept": [],
            "spot": [0.5, 0.5],
            "way": WAYS[0],
            "truncation": 1.0,
            "pushes": dict.fromkeys(self.directions, 0.0),
        }
        self.now |= {
            place: [self._fresh() for _ in range(count)]
            for place, count in PLACES.items()
        }
        self._do("seed", {"seed": seed})
        super().__init__(
            about={
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
        noise, step = (
            np.concatenate([noise, -noise]),
            max(1, max(self.shape[:2]) // 32),
        )  # pairs: a mean of 0
        parts = np.split(noise, DRAWS // 64)
        pictures = np.concatenate(
            [self._graph(part).numpy()[:, ::step, ::step] for part in parts]
        ).astype(np.float32)
        if not np.abs(pictures).max() < 1.01:  # a nan is not smaller than anything
            raise ValueError(
                f"the generator's pictures go from {pictures.min():.3g} to {pictures.max():.3g}; expected "
                "numbers from -1 to 1: end it with tanh, and if they are nan, train it anew"
            )
        # Where the network divides the noise by its length, scaling it changes nothing: then truncation pulls to the
        # most ordinary of these pictures, the one nearest to their mean, and not to noise of zeros.
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
                    f"the direction {name!r} has length 0; expected a vector that points somewhere"
                )
            self.directions[str(name)] = np.float32(
                vector / length * np.sqrt(self.size)
            )

    def draw(self, noise):
        """Noise (n, size) -> uint8 pictures (n, height, width, channels)."""
        return to_uint8(self._graph(tf.constant(np.asarray(noise), tf.float32)))

    @property
    def z(self):
        """The noise of the present picture, float32 (size,): the sliders and the truncation are in it."""
        with self.lock:
            pushed = self.now["base"] + sum(
                push * self.directions[name]
                for name, push in self.now["pushes"].items()
            )
            t = self.now["truncation"]
            return np.float32(
                pushed if t == 1 else self.centre + t * (pushed - self.centre)
            )  # at 1, to the last bit

    @property
    def image(self):
        """The present picture, uint8 (height, width, channels)."""
        return self.draw([self.z])[0]

    @property
    def shelf(self):
        """The noise of the kept pictures, float32 (n, size)."""
        return np.array(self.now["kept"], np.float32).reshape(-1, self.size)

    def show(self, z):
        """Make noise of your own, (size,), the present picture. Raises ValueError."""
        z = check_z(z, self.size)
        with self.lock:
            self._take(z, "noise of your own")
        return self._tell()

    def state(self):
        """All that is on the desk as a dict of plain values: save it with `json`, give it to `load`."""
        with self.lock:
            plain = {
                name: [z.tolist() for z in self.now[name]] for name in ("kept", *PLACES)
            }
            return {
                **copy.deepcopy(self.now),
                **plain,
                "base": self.now["base"].tolist(),
            }

    def load(self, state):
        """Go on from a dict of `state`. Raises ValueError, and then nothing has changed."""
        try:
            now = {
                "kind": "desk",
                "base": check_z(state["base"], self.size, "base"),
                "source": str(state["source"]),
                "seed": SEED.check("seed", state["seed"]),
                "fresh": SEED.check("fresh", state["fresh"]),
                "way": check_choice(state["way"], WAYS, "way"),
                "spot": [SHARE.check("spot", state["spot"][i]) for i in (0, 1)],
                "truncation": TRUNCATION.check("truncation", state["truncation"]),
                "pushes": {
                    name: PUSH.check(name, state["pushes"][name])
                    for name in self.directions
                },
            }
            now |= {
                name: [check_z(z, self.size, name) for z in state[name]]
                for name in ("kept", *PLACES)
            }
            if len(now["kept"]) > SHELF or any(
                len(now[place]) != count for place, count in PLACES.items()
            ):
                raise ValueError(
                    f"{[len(now[name]) for name in ('kept', *PLACES)]} kept, corners and slots"
                )
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ValueError(
                f"this is no state of this desk ({type(error).__name__}: {error}); expected the dict that "
                "desk.state() returned on a desk with the same size and directions"
            ) from None
        with self.lock:
            self.now = now
        return self._tell()

    def picture(self):
        """A still picture of the desk, as a matplotlib Figure."""
        with self.lock:
            ways, pushes = [*self.directions.values()][:5], np.linspace(-1, 1, 5)
            rows = [self.now["base"] + t * way for way in ways for t in pushes] or [
                self.z
            ]
            parts = {
                "The present picture": (
                    1,
                    self.draw([self.z]).repeat(3, 1).repeat(3, 2),
                ),
                "Sliders from -1 to 1, one to a row": (5, self.draw(rows)),
                "Between four corners": (SIDE, self.draw(self._noise("map"))),
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
        pushed = [
            f"{name} {value:+.2f}"
            for name, value in self.now["pushes"].items()
            if value
        ]
        pushed += (
            [f"truncation {self.now['truncation']:.2f}"]
            if self.now["truncation"] != 1
            else []
        )
        return ", ".join([self.now["source"], *pushed])

    # What the browser asks for

    def answer(self, message):
        """The reply to one message of the browser: (dict, list of bytes). What is refused is said, not raised."""
        try:
            return self._frame(
                *self._do(
                    check_choice(message.get("type"), KINDS, "the message"), message
                )
            )
        except (ValueError, TypeError) as error:
            return self._frame(refused=str(error))

    def _frame(self, *groups, **more):
        noise = {name: self._noise(name) for name in ("face", *groups)}
        told = {
            name: self.now[name]
            for name in ("seed", "pushes", "truncation", "spot", "way", "source")
        }
        reply = {
            "type": "frame",
            "groups": [[name, len(z)] for name, z in noise.items()],
            "words": self.summary(),
        }
        return {**reply, **told, **more}, [
            self.draw(np.concatenate([*noise.values()])).tobytes()
        ]

    def _noise(self, group):
        """What is drawn of the present picture, the pad's map, the slots and their result, or the shelf: (n, size)."""
        if group == "map":
            return np.array(
                [
                    self._between(x, y)
                    for y in np.linspace(0, 1, SIDE)
                    for x in np.linspace(0, 1, SIDE)
                ]
            )
        if group == "slots":
            a, b, c = self.now["slots"]
            total = (
                a - b + c
            )  # brought back to the length of A: sums of noise are longer than noise is
            return np.array(
                [a, b, c, total * np.linalg.norm(a) / max(np.linalg.norm(total), 1e-6)],
                np.float32,
            )
        return np.array([self.z]) if group == "face" else self.shelf

    def _between(self, x, y):
        a, b, c, d = self.now["corners"]
        return mix(
            mix(a, b, x, self.now["way"]),
            mix(c, d, x, self.now["way"]),
            y,
            self.now["way"],
        )

    def _fresh(self):
        self.now["fresh"] += 1
        return (
            np.random.default_rng(self.now["fresh"])
            .standard_normal(self.size)
            .astype(np.float32)
        )

    def _take(self, z, source):
        """Noise becomes the present one exactly: the sliders go back to their middle."""
        middle = {"truncation": 1.0, "pushes": dict.fromkeys(self.directions, 0.0)}
        self.now |= {"base": np.float32(z), "source": source, **middle}

    def _tell(self):
        """Every view of this desk hears what Python changed."""
        with self.lock:
            reply, buffers = self._frame("map", "slots", "shelf")
        self.send({**reply, "id": None, "view": None}, buffers)
        return self

    def _do(self, kind, message):
        """Change `now` as the message asks; returns which pictures have to be drawn again beside the present one."""
        now = self.now
        if kind == "seed":  # the sliders stay as they are
            seed = SEED.check("seed", message.get("seed"))
            base = (
                np.random.default_rng(seed)
                .standard_normal(self.size)
                .astype(np.float32)
            )
            self.now |= {"base": base, "seed": seed, "source": f"picture {seed}"}
        elif kind == "push":
            truncation = TRUNCATION.check(
                "truncation", message.get("truncation", now["truncation"])
            )
            now["pushes"] |= {
                check_choice(name, self.directions, "the slider"): PUSH.check(
                    name, value
                )
                for name, value in dict(message.get("pushes") or {}).items()
            }
            now["truncation"] = truncation
        elif kind == "move":
            now["spot"] = [SHARE.check(name, message.get(name)) for name in "xy"]
            self._take(self._between(*now["spot"]), "between the corners")
        elif kind == "mix":
            now["way"] = check_choice(message.get("way"), WAYS, "way")
            self._take(self._between(*now["spot"]), "between the corners")
            return ("map",)
        elif (
            kind == "fill"
        ):  # a corner or a slot gets the present picture, or a fresh one
            place = check_choice(message.get("place"), PLACES, "the place")
            index = check_choice(
                message.get("index"), range(PLACES[place]), "the number"
            )
            now[place][index] = self.z if message.get("present") else self._fresh()
            return ("map" if place == "corners" else "slots",)
        elif kind == "take":
            self._take(self._noise("slots")[3], "A - B + C")
        elif kind == "keep":
            if len(now["kept"]) == SHELF:
                raise ValueError(
                    f"the shelf is full: it holds {SHELF} pictures; press Delete on one of them"
                )
            now["kept"].append(self.z)
            return ("shelf",)
        elif kind in ("back", "drop"):
            index = check_choice(
                message.get("index"), range(len(now["kept"])), "the number"
            )
            if kind == "drop":
                del now["kept"][index]
                return ("shelf",)
            self._take(now["kept"][index], f"kept picture {index + 1}")
        return ("map", "slots", "shelf") if kind == "hello" else ()


Desk._esm = browser_code("common", "latent/desk")
