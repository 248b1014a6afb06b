"""A game of two small networks in the plane: rules in, training steps and measurements out. No widgets here.

Notebook 04 writes such a game by hand with Keras. Here the networks are plain lists of weights and the optimizers
are TensorFlow's fused kernels, so that another layer or loss takes a tenth of a second to prepare and not one.
"""

import time

import numpy as np
import tensorflow as tf

from ... import losses, steps
from .settings import DEFAULTS, RECOMPILES, RESTARTS, check_rules, get_distribution

BATCH, POOL, STEPS = (
    150,
    20_000,
    64,
)  # points a batch, real points to draw from, cells an axis of the field
ACTIVATION = {
    "relu": tf.nn.relu,
    "leaky_relu": lambda x: tf.nn.leaky_relu(x, 0.2),
    "tanh": tf.tanh,
}


def initial(inputs, width, layers, outputs, rng):
    """The weights of a dense network, [matrix, bias, matrix, bias, ...] (Glorot and Bengio 2010)."""
    sizes = [inputs, *[width] * layers, outputs]
    arrays = []
    for i, o in zip(sizes, sizes[1:]):
        arrays += [rng.uniform(-1, 1, (i, o)) * np.sqrt(6 / (i + o)), np.zeros(o)]
    return [tf.Variable(array.astype(np.float32)) for array in arrays]


def forward(weights, x, activation):
    """A dense network: x (n, inputs) -> (n, outputs)."""
    for i in range(0, len(weights), 2):
        x = tf.matmul(x, weights[i]) + weights[i + 1]
        if i < len(weights) - 2:
            x = activation(x)
    return x


class PlaneGAN:
    """Two players, the rules between them, and all that the next step depends on.

    rules: as in `rules.RULES`; strokes: what was drawn, for data="drawn". Raises ValueError.
    """

    def __init__(self, strokes=None, **rules):
        self.rules, self.strokes = {**DEFAULTS, **check_rules(rules)}, strokes
        check_rules(self.rules)
        self.rates = tf.Variable(
            tf.zeros(3)
        )  # rates of G and D, strength: changed without compiling anew
        self.pool = tf.Variable(tf.zeros((POOL, 2)))
        self._take_data()
        self.restart()

    def _take_data(self):
        self.data = get_distribution(self.rules["data"], self.strokes)
        self.pool.assign(self.data.sample(POOL, seed=self.rules["seed"]))
        self.rates.assign(
            [self.rules["g_rate"], self.rules["d_rate"], self.rules["strength"]]
        )

    def restart(self):
        """New networks from the seed, at iteration 0."""
        rules, self.iteration = self.rules, 0
        rng = np.random.default_rng(rules["seed"])
        self.latent = int(rules["noise"][-3])
        self.g = initial(self.latent, rules["g_width"], rules["g_layers"], 2, rng)
        self.d = initial(2, rules["d_width"], rules["d_layers"], 1, rng)
        self.slots = {
            player: [[tf.Variable(tf.zeros_like(w)) for w in weights] for _ in range(2)]
            for player, weights in (("g", self.g), ("d", self.d))
        }
        self.optimizer_steps = tf.Variable(
            [0.0, 0.0]
        )  # updates of G and of D since their optimizer began
        self.random = tf.random.Generator.from_seed(rules["seed"])
        self.last = np.full(4, np.nan)
        self.drop_compiled()

    def drop_compiled(self):
        """Drop the compiled step; it is made again when it is needed."""
        act = ACTIVATION[self.rules["activation"]]
        self.generator = lambda z, training=False: forward(self.g, z, act)
        self.discriminator = lambda x, training=False: forward(self.d, x, act)
        self.d_loss, self.g_loss = losses.get(self.rules["loss"])
        self._updates, self._loop, self._warm, self.speed = {}, None, False, None

    def set(self, strokes=None, **rules):
        """Change rules; all are checked first. Returns True where the networks had to be made anew."""
        rules = check_rules(rules)
        check_rules({**self.rules, **rules})
        changed = {name for name, value in rules.items() if value != self.rules[name]}
        if strokes is not None:  # whatever the data are: it would be kept
            get_distribution("drawn", strokes)
        if "data" in rules:
            get_distribution(rules["data"], strokes or self.strokes)
        self.rules, self.strokes = {**self.rules, **rules}, strokes or self.strokes
        self._take_data()
        for player in "gd":
            if f"{player}_optimizer" in changed:
                self.reset_optimizer(player)
        if changed & RESTARTS:
            self.restart()
        elif changed & RECOMPILES:
            self.drop_compiled()
        return bool(changed & RESTARTS)

    def reset_optimizer(self, player):
        """Let the optimizer of "g" or "d" begin anew."""
        for slot in self.slots[player][0] + self.slots[player][1]:
            slot.assign(tf.zeros_like(slot))
        self.optimizer_steps.assign(
            self.optimizer_steps * [player != "g", player != "d"]
        )

    def noise(self, n, random=None):
        """n draws of the generator's noise, float32 (n, 1 or 2): standard normal, or uniform from -1 to 1."""
        random = random or self.random
        if self.rules["noise"].startswith("uniform"):
            return random.uniform((n, self.latent), -1.0, 1.0)
        return random.normal((n, self.latent))

    def _real(self):
        return tf.gather(self.pool, self.random.uniform((BATCH,), 0, POOL, tf.int32))

    def update(self, player, real=None, z=None):
        """One update of "d" or "g", on a fresh batch or on the one given -> (loss, norm of its gradient)."""
        weights = self.g if player == "g" else self.d
        if real is None and (player == "d" or self.rules["loss"] == "relativistic"):
            real = self._real()
        z = self.noise(BATCH) if z is None else z
        if player == "d":
            gradients, values = steps.discriminator_gradients(
                self.discriminator,
                weights,
                real,
                self.generator(z),
                self.d_loss,
                separate_batches=True,
                **self._penalties(),
            )
        else:
            gradients, values = steps.generator_gradients(
                self.generator,
                self.discriminator,
                weights,
                z,
                self.g_loss,
                real_logits=None if real is None else self.discriminator(real),
            )
        self._apply(player, weights, gradients)
        return tf.stack([values.loss, tf.linalg.global_norm(gradients)])

    def _penalties(self):
        """What the regulariser adds to D's loss, as arguments of `steps.discriminator_gradients`."""
        kind, strength = self.rules["regulariser"], self.rates[2]
        if kind == "gradient_penalty":
            return {kind: strength, "mix": self.random.uniform((BATCH, 1))}
        return {name: strength for name in ("r1", "r2") if name in kind.split(" + ")}

    def _apply(self, player, weights, gradients):
        name, (one, two), i = (
            self.rules[f"{player}_optimizer"],
            self.slots[player],
            "gd".index(player),
        )
        rate, t = self.rates[i], self.optimizer_steps[i] + 1.0
        self.optimizer_steps.assign_add(tf.one_hot(i, 2))
        for w, g, m, v in zip(weights, gradients, one, two):
            var, m, v = w.handle, m.handle, v.handle
            if name == "adam":  # Kingma and Ba 2015, with the betas of notebook 04
                tf.raw_ops.ResourceApplyAdam(
                    var=var,
                    m=m,
                    v=v,
                    grad=g,
                    lr=rate,
                    beta1=0.5,
                    beta2=0.99,
                    epsilon=1e-7,
                    beta1_power=0.5**t,
                    beta2_power=0.99**t,
                )
            elif name == "rmsprop":
                tf.raw_ops.ResourceApplyRMSProp(
                    var=var,
                    ms=m,
                    mom=v,
                    lr=rate,
                    rho=0.9,
                    momentum=0.0,
                    epsilon=1e-7,
                    grad=g,
                )
            elif name == "momentum":
                tf.raw_ops.ResourceApplyKerasMomentum(
                    var=var, accum=m, lr=rate, grad=g, momentum=0.9
                )
            else:
                tf.raw_ops.ResourceApplyGradientDescent(var=var, alpha=rate, delta=g)

    def compile_next_part(self):
        """One part of compiling, each about 0.05 s -> True where there was something to do, False when done.

        The parts: an update of D, one of G, the loop round both, and the loading of it all.
        """
        if self._warm:
            return False
        if self._loop is not None:
            self._call(0, 0, 0)
            self._warm = True
            return True
        for player in "dg":
            if player not in self._updates:
                update = tf.function(lambda: self.update(player), autograph=False)
                self._updates[player] = update.get_concrete_function()
                return True

        def repeat(n, step, start):
            return tf.while_loop(
                lambda i, _: i < n,
                lambda i, last: (i + 1, step(last)),
                (tf.constant(0), start),
                parallel_iterations=1,
            )[1]

        def iteration(sums, d_updates, g_updates):
            d = repeat(d_updates, lambda _: self._updates["d"](), tf.zeros(2))
            g = repeat(g_updates, lambda _: self._updates["g"](), tf.zeros(2))
            return sums + tf.stack([d[0], g[0], d[1], g[1]])

        def loop(n, d_updates, g_updates):
            return repeat(
                n, lambda sums: iteration(sums, d_updates, g_updates), tf.zeros(4)
            )

        number = tf.TensorSpec([], tf.int32)
        self._loop = tf.function(loop, autograph=False).get_concrete_function(
            number, number, number
        )
        return True

    def _call(self, *counts):
        """One call of the compiled step. TensorFlow would spend another 0.1 s to optimise so small a graph."""
        before = tf.config.optimizer.get_experimental_options().get(
            "disable_meta_optimizer", False
        )
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
        try:
            return self._loop(*(tf.constant(int(count)) for count in counts)).numpy()
        finally:
            tf.config.optimizer.set_experimental_options(
                {"disable_meta_optimizer": before}
            )

    def train(self, n):
        """n iterations in one call; each is d_updates of D, then g_updates of G.

        Returns, and keeps as `last`, the means of (d_loss, g_loss, norm of D's gradient, norm of G's).
        Raises FloatingPointError where they are no numbers: a rate is too large.
        """
        while self.compile_next_part():
            pass
        counts = self.rules["d_updates"], self.rules["g_updates"]
        sums = self._call(n, *counts) / max(n, 1)
        self.iteration += int(n)
        idle = [counts[0] == 0, counts[1] == 0] * 2
        self.last = np.where(idle, np.nan, sums)
        if not np.isfinite(sums).all():
            raise FloatingPointError(
                f"a loss stopped being a number before iteration {self.iteration:,}: the players "
                "pushed each other out of the plane. Go back on the timeline or press Reset, and "
                "try a smaller rate"
            )
        return self.last

    def train_for(self, seconds, most=100_000):
        """As many iterations as fit into about `seconds`, at most `most` -> how many."""
        if self.compile_next_part() or most < 1:
            return 0  # compiling was work enough for one tick
        begin, done = time.perf_counter(), 0
        while done < most and (left := seconds - (time.perf_counter() - begin)) > 0:
            n = int(np.clip((self.speed or 1.0) * left, 1, most - done))
            start = time.perf_counter()
            self.train(n)
            done, rate = done + n, n / (time.perf_counter() - start)
            self.speed = rate if self.speed is None else 0.5 * (self.speed + rate)
            if left < seconds / 4:
                break
        return done

    @property
    def weights(self):
        """All weights of both players as one float32 vector; assign it to go back to an earlier moment."""
        return np.concatenate([w.numpy().ravel() for w in self.g + self.d])

    @weights.setter
    def weights(self, vector):
        parts = np.split(
            np.asarray(vector, np.float32),
            np.cumsum([int(tf.size(w)) for w in self.g + self.d]),
        )
        for w, part in zip(self.g + self.d, parts):
            w.assign(part.reshape(w.shape))

    def state(self):
        """A dict of plain values (for JSON) from which `from_state` goes on exactly as this game would."""

        def plain(array):  # the shortest decimals that give the same float32 again
            return [float(str(value)) for value in np.ravel(array)]

        kept = [
            plain(w.numpy())
            for player in "gd"
            for slot in self.slots[player]
            for w in slot
        ]
        return {
            "rules": dict(self.rules),
            "strokes": self.strokes,
            "iteration": self.iteration,
            "weights": plain(self.weights),
            "slots": kept,
            "clock": plain(self.optimizer_steps.numpy()),
            "random": [str(word) for word in self.random.state.numpy()],
        }

    @classmethod
    def from_state(cls, state):
        """The game that `state` describes. Raises ValueError where it is no state of a game."""
        try:
            game = cls(state["strokes"], **state["rules"])
            weights = np.asarray(state["weights"], np.float32)
            if weights.shape != game.weights.shape or not np.isfinite(weights).all():
                raise ValueError(
                    f"{weights.size} finite weights were expected to be {game.weights.size}"
                )
            game.weights = weights
            kept = [w for player in "gd" for slot in game.slots[player] for w in slot]
            for w, values in zip(kept, state["slots"], strict=True):
                w.assign(np.reshape(np.asarray(values, np.float32), w.shape))
            game.optimizer_steps.assign(state["clock"])
            game.random.state.assign(
                np.array([int(word) for word in state["random"]], np.int64)
            )
            game.iteration = int(state["iteration"])
        except (KeyError, TypeError, OverflowError, ValueError) as error:
            raise ValueError(
                f"this is no state of a laboratory ({type(error).__name__}: {error}); expected what "
                "Export > State wrote, or the dict that lab.state() returns"
            ) from None
        return game
