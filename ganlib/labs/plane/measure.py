"""What can be layers of a 2-D game, and what can be measured: a `PlaneGAN` in, arrays and numbers out."""

import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter
from scipy.special import expit, ndtri

from ...metrics import precision_recall
from .game import BATCH, STEPS

SAMPLES = 4000  # generated points that are measured
CELLS = 40  # along each axis of the histogram
NODES = 21  # lines of the manifold's grid along each axis
LEAK = {"relu": 0.0, "leaky_relu": 0.2}
NAMES = (
    "iteration",
    "d_loss",
    "g_loss",
    "d_norm",
    "g_norm",
    "js",
    "kl",
    "modes",
    "precision",
    "recall",
)


def divergences(p, q):
    """(JS(p, q), KL(q || p)) in nats of two distributions over the same cells.

    p, q: arrays of one shape that sum to 1. JS is at most log 2. KL is infinite where q has mass and p has none.
    """
    p, q = np.asarray(p, float).ravel(), np.asarray(q, float).ravel()
    middle = (p + q) / 2

    def kl(a, b):
        with np.errstate(divide="ignore"):
            return float(np.sum(a[a > 0] * np.log(a[a > 0] / b[a > 0])))

    return (kl(p, middle) + kl(q, middle)) / 2, kl(q, p)


class GroundTruth:
    """What is known exactly about a distribution: its mass in every cell of a grid, and
    outside of it."""

    def __init__(self, data):
        self.data, low, high = data, *data.extent
        _, points = data.cell_centres(4 * CELLS)  # 16 points in every cell
        fine = (
            data.density(points).reshape(CELLS, 4, CELLS, 4)
            * ((high - low) / (4 * CELLS)) ** 2
        )
        inside = fine.sum((1, 3))  # (rows of y, columns of x)
        inside = inside / max(1.0, inside.sum())
        self.mass = np.append(inside, max(0.0, 1.0 - inside.sum()))
        self.real = data.sample(400, seed=11)

    def histogram(self, points):
        """Shares of points (n, 2) in the cells, row by row, and last the share outside:
        float (CELLS^2 + 1,)."""
        low, high = self.data.extent
        counts, _, _ = np.histogram2d(
            points[:, 1], points[:, 0], bins=CELLS, range=[[low, high]] * 2
        )
        return np.append(counts, len(points) - counts.sum()) / len(points)

    def modes(self, points):
        """Modes with at least 1 % of the points within three standard deviations (as in
        notebook 04); nan for a curve."""
        if self.data.modes is None:
            return np.nan
        distance = np.linalg.norm(points[:, None] - self.data.modes, axis=-1)
        return int(((distance < 3 * self.data.std).mean(axis=0) >= 0.01).sum())

    def measure(self, points):
        """(JS, KL(generated || real), modes, precision, recall) of generated points (n, 2), n >= 400.

        Both divergences compare shares of the points with the exact masses, over the
        same cells. For KL a thousandth of both is spread evenly, so that one stray
        point does not make it infinite.
        """
        if not np.isfinite(points).all():  # a game that has burst
            return (np.nan,) * 5
        share = self.histogram(points)
        even = np.full_like(share, 1e-3 / share.size)
        js, kl = (
            divergences(self.mass, share)[0],
            divergences(0.999 * self.mass + even, 0.999 * share + even)[1],
        )
        return js, kl, self.modes(points), *precision_recall(self.real, points[:400])

    def optimal_discriminator(self, points, loss):
        """The best D against this generator, float (CELLS, CELLS), or None where the
        loss has none that is finite.

        p / (p + q) for cross-entropy (Goodfellow et al. 2014, proposition 1) and least
        squares (Mao et al. 2017), and p > q for the hinge. q is the histogram of the
        points; both are blurred by one cell. Where there is next to nothing of either,
        it is 1/2.
        """
        p, q = (
            gaussian_filter(mass[:-1].reshape(CELLS, CELLS), 1.0) + 2e-5
            for mass in (self.mass, self.histogram(points))
        )
        if loss in ("non_saturating", "saturating", "least_squares"):
            return p / (p + q)
        return 0.5 + 0.5 * np.sign(p - q) if loss == "hinge" else None


def to_probability(loss, logits, between=0.0):
    """Logits -> D's probability of 'real', 0 to 1. `between`: the output that a critic
    gives half-way between real and generated points: there it is 1/2."""
    if loss == "least_squares":  # trained to say 1 and 0 outright
        return np.clip(logits, 0.0, 1.0)
    return expit(logits - (between if loss in ("wasserstein", "relativistic") else 0.0))


def forward(weights, x, activation):
    """`game.forward` in NumPy -> (outputs, [derivatives of each hidden layer]).

    For networks this small TensorFlow spends most of its time on being called.
    """
    derivatives = []
    for i in range(0, len(weights), 2):
        x = x @ weights[i] + weights[i + 1]
        if i < len(weights) - 2:
            hidden = (
                np.tanh(x)
                if activation == "tanh"
                else np.maximum(x, np.float32(LEAK[activation]) * x)
            )
            derivatives.append(
                1 - hidden * hidden
                if activation == "tanh"
                else np.where(x > 0, 1, LEAK[activation])
            )
            x = hidden
    return x, derivatives


def backward(weights, derivatives, gradient):
    """The gradient for a network's inputs, from that for its outputs (n, outputs) and
    the derivatives that `forward` gave."""
    for matrix, derivative in zip(weights[-2::-2], [*derivatives[::-1], 1.0]):
        gradient = gradient @ matrix.T * derivative
    return gradient


class Observer:
    """What is to be layers of one game, and its measures, always with the same noise and
    the same real points."""

    def __init__(self, game):
        self.game = game
        self.refresh()

    def refresh(self):
        """To be called when the rules have changed."""
        game, fixed = self.game, tf.random.Generator.from_seed(123)
        if getattr(self, "truth", None) is None or self.truth.data is not game.data:
            self.truth = GroundTruth(game.data)
            self.real = tf.constant(game.data.sample(BATCH, seed=12))
            self.grid = tf.constant(game.data.cell_centres(STEPS)[1], tf.float32)
        self.z, self.z_metrics = game.noise(BATCH, fixed), game.noise(SAMPLES, fixed)
        shares = (
            (np.arange(NODES) + 0.5) / NODES
            if game.latent == 2
            else (np.arange(241) + 0.5) / 241
        )
        axis = (
            2 * shares - 1
            if game.rules["noise"].startswith("uniform")
            else ndtri(shares)
        )
        nodes = np.stack(np.meshgrid(*[axis] * game.latent), -1).reshape(
            -1, game.latent
        )
        self.manifold_shape = (NODES, NODES, 2) if game.latent == 2 else (-1, 2)
        self.nodes = tf.constant(
            nodes, tf.float32
        )  # every cell between them holds the same share of the noise

    def snapshot(self, optimum=False):
        """What there is to draw, float32.

        real and fake (150, 2); real_says and fake_says (150,), D's probabilities;
        arrows (150, 2), downhill in G's loss; field (64, 64), D's probabilities over
        the plane; manifold (21, 21, 2) or (241, 2), the grid of the noise; and best
        (40, 40), the optimal D, if it is asked for and known.
        """
        game, loss, act = (
            self.game,
            self.game.rules["loss"],
            self.game.rules["activation"],
        )
        g, d = ([w.numpy() for w in weights] for weights in (game.g, game.d))
        fake, real_logits = (
            forward(g, self.z.numpy(), act)[0],
            forward(d, self.real.numpy(), act)[0],
        )
        fake_out, derivatives = forward(d, fake, act)
        with tf.GradientTape() as tape:
            fake_logits = tf.constant(fake_out)
            tape.watch(fake_logits)
            g_loss = game.g_loss(tf.constant(real_logits), fake_logits)
        arrows = -BATCH * backward(
            d, derivatives, tape.gradient(g_loss, fake_logits).numpy()
        )
        logits = [
            x[:, 0]
            for x in (real_logits, fake_out, forward(d, self.grid.numpy(), act)[0])
        ]
        between = (logits[0].mean() + logits[1].mean()) / 2
        real_says, fake_says, field = (to_probability(loss, x, between) for x in logits)
        layers = {
            "real": self.real.numpy(),
            "fake": fake,
            "real_says": real_says,
            "fake_says": fake_says,
            "arrows": arrows,
            "field": field.reshape(STEPS, STEPS),
            "manifold": forward(g, self.nodes.numpy(), act)[0].reshape(
                self.manifold_shape
            ),
        }
        best = (
            self.truth.optimal_discriminator(
                forward(g, self.z_metrics.numpy(), act)[0], loss
            )
            if optimum
            else None
        )
        if best is not None:
            layers["best"] = best
        return {
            name: np.ascontiguousarray(array, np.float32)
            for name, array in layers.items()
        }

    def measure(self):
        """One row of the history, float (10,), in the order of NAMES."""
        points = self.game.generator(self.z_metrics).numpy()
        return np.array(
            [self.game.iteration, *self.game.last, *self.truth.measure(points)], float
        )

    def losses(self):
        """(d_loss, g_loss) of the present weights on the points shown: to compare before
        and after an update."""
        logits = (
            self.game.discriminator(self.real),
            self.game.discriminator(self.game.generator(self.z)),
        )
        return float(self.game.d_loss(*logits)), float(self.game.g_loss(*logits))
