# %% [markdown]
# # How good is it?
#
# You build the field's metrics in a few lines each, test them on answers that are known beforehand, and then fool every
# single one of them on purpose.
#
# <!-- badges --><!-- /badges -->
#
# **What you need first.** The Fréchet distance and the floor of [the notebook on DCGAN](06_dcgan.ipynb); what a mean, a
# covariance and a convolution are. It is good to have met the earth mover of [01](01_data_distributions.ipynb).
#
# **Time and memory:** <!-- measured -->88 s and 1.2 GB on 2 CPU cores<!-- /measured -->. Neither an internet connection nor a GPU is needed.
#
# ## What you will learn
#
# - to build six metrics in a few lines each, and to check them on distributions whose answer is known
# - to train the network whose features carry a metric, and to see that the features decide what it can see
# - to read every score against its floor: real against real, with equally many pictures
# - to fool each metric on purpose, and to say which other one notices
# - to say how many pictures a metric needs, and to take the bias out of a Fréchet distance
# - to count factors against the truth, and to ask which metric agrees with the count
# - to stop a training by a metric, and to report what was chosen without cheating yourself
#
# Before each result, stop and *predict* it. A wrong guess teaches more than a right one.

# %% tags=["setup"]
# Set-up: on Colab this fetches the course and leaves Colab's TensorFlow as it is.
# Anywhere else it only loads TensorFlow, and keeps its start-up log off the page.
import os
import subprocess
import sys

REPOSITORY = ""  # where the course is published, as owner/name on GitHub
COURSE = "/content/course"
if "google.colab" in sys.modules:
    if not REPOSITORY and not os.path.isdir(COURSE):
        raise SystemExit(
            "This copy of the course has no public address, so Colab cannot fetch it. "
            f"Unpack the course's folder as {COURSE} and run this cell again, "
            "or run the course on your own computer: make lab"
        )
    if not os.path.isdir(COURSE):
        address = f"https://github.com/{REPOSITORY}"
        fetch = ["git", "clone", "--quiet", "--depth=1", address, COURSE]
        subprocess.run(fetch, check=True)
    os.chdir(f"{COURSE}/notebooks")
    sys.path.insert(0, COURSE)

# One backend and one order of axes, whatever an old ~/.keras/keras.json says; and where
# there is a GPU, a kernel takes only as much of its memory as it needs.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# TensorFlow's start-up log is written below Python, so it is stopped there.
stderr = os.dup(2)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
import tensorflow

_ = os.dup2(stderr, 2)

# %% [markdown]
# ## 1. Four generators of which we know everything
#
# You have a generator, and somebody asks how good it is. One number, please. This notebook is about such numbers: what
# they see, what they need, and how they lie. We begin where lying is hard, with numbers on a line, because there the
# right answers can be worked out on paper.
#
# The next cell holds the tools, which you may skip for now. `note` prints numbers and keeps them for the end; `agree`
# compares a plain version with the one in ganlib, on two clouds in five dimensions.

# %%
# %matplotlib inline
import json
import pathlib
import ipywidgets
import keras
import numpy as np
import tensorflow as tf
from IPython.display import Markdown
from keras import layers
from scipy import linalg, stats
from scipy.ndimage import gaussian_filter

from ganlib import losses, metrics, plots
from ganlib.data import load_data
from ganlib.exercises import check, hint, quiz
from ganlib.models import build_discriminator, build_generator, load_generator
from ganlib.classifiers import CATEGORIES, DigitClassifier, FactorClassifier
from ganlib.training import to_float, to_uint8

SEED, found = 0, {}


def note(rows, head="", form="{:8.3f}"):
    found.update(rows)
    print(
        f"{'':26}{head}\n" * bool(head)
        + "\n".join(
            f"{name:26}" + " ".join(form.format(value) for value in np.ravel(values))
            for name, values in rows.items()
        )
    )


def agree(plain, library):
    a, b = (
        rng.normal(size=(60, 5)),
        rng.normal(size=(50, 5)) @ rng.normal(size=(5, 5)) + 0.5,
    )
    np.testing.assert_allclose(plain(a, b), library(a, b), rtol=1e-6)


# %% [markdown]
# The real distribution is the bell $\mathcal{N}(0, 1)$. Four generators try to imitate it. One is *perfect*, one is
# *shifted* by 1, one is twice as *wide*, and one knows only *two points*, $-1$ and $1$, each half of the time. Look at
# them. Which is the worst?

# %% alt="Four histograms in orange over the real bell in blue: the same, shifted by one, twice as wide, and two spikes"
rng = np.random.default_rng(SEED)


def bell(n):
    return rng.normal(size=(n, 1))


GENERATORS = {
    "perfect": bell,
    "shifted": lambda n: bell(n) + 1,
    "wide": lambda n: 2 * bell(n),
    "two points": lambda n: rng.choice([-1.0, 1.0], size=(n, 1)),
}
figure, *axes = plots.panels(
    *GENERATORS, size=(11, 2.2), yticks=[], xlim=(-5, 5), ylim=(0, 0.9)
)
for ax, draw in zip(axes, GENERATORS.values()):
    ax.hist(
        draw(2000).ravel(),
        np.linspace(-5, 5, 60),
        density=True,
        color=plots.FAKE,
        alpha=0.7,
    )
    ax.plot(
        np.linspace(-5, 5, 200),
        stats.norm.pdf(np.linspace(-5, 5, 200)),
        color=plots.REAL,
        lw=2,
    )
figure

# %% [markdown]
# ### The Fréchet distance
#
# Notebook 06 built it: replace each set by the Gaussian of its mean and covariance, and ask how far these two Gaussians
# lie apart,
#
# $$F = \lVert\mu_a - \mu_b\rVert^2 + \operatorname{tr}\bigl(\Sigma_a + \Sigma_b - 2\,(\Sigma_a\Sigma_b)^{1/2}\bigr),
# \qquad\text{on a line}\quad F = (\mu_a - \mu_b)^2 + (\sigma_a - \sigma_b)^2.$$
#
# So what will the four generators get? Write down four numbers. (Here stands the plain version, with SciPy's root of a
# matrix, a little shorter than in notebook 06 and with the same trace; ganlib's never computes such a root. `tried` takes
# the mean over forty draws of 500 points. `+-` is the uncertainty of that mean: the spread of the forty, divided by
# $\sqrt{40}$. The known answers stand in the cell, so write yours down first.)


# %%
def frechet(a, b):
    first, second = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(
        first + second - 2 * linalg.sqrtm(first @ second).real
    )


def tried(metric, known, slack=0.02):
    for name, draw in GENERATORS.items():
        got = [metric(bell(500), draw(500)) for _ in range(40)]
        print(
            f"{name:12}{np.mean(got):8.3f} +- {np.std(got) / np.sqrt(40):.3f}   known {known[name]:7.3f}"
        )
        assert abs(np.mean(got) - known[name]) < slack + 5 * np.std(got) / np.sqrt(
            40
        ), name


agree(frechet, metrics.frechet_distance)
tried(
    metrics.frechet_distance,
    {"perfect": 0, "shifted": 1, "wide": (2 - 1) ** 2, "two points": 0},
)

# %% [markdown]
# **The two points get a perfect score.** Their mean is 0 and their standard deviation is 1, and that is all a Fréchet
# distance asks. To the formula they *are* the bell.
#
# ### The kernel distance
#
# Take a *kernel*, a number that says how alike two points are. If both sets come from one distribution, a point is on
# average as much like its own kind as like the other kind. With $x, x'$ two different points of the first set, $y, y'$ of
# the second, and $d$ coordinates:
#
# $$K = \operatorname{E}\,k(x, x') + \operatorname{E}\,k(y, y') - 2\operatorname{E}\,k(x, y), \qquad
# k(x, y) = \bigl(\tfrac{1}{d}\,x\cdot y + 1\bigr)^3.$$
#
# (A squared *maximum mean discrepancy*; with this kernel and Inception's features it is the KID of the papers.) What
# does it compare? In one dimension, multiply out: $(xy + 1)^3 = 1 + 3xy + 3x^2y^2 + x^3y^3$. Every term is something of
# $x$ times the same of $y$, so the means can be taken one by one. With $\Delta$ for the difference of the two sets, what
# remains is
#
# $$K = 3\,(\Delta\operatorname{E}[x])^2 + 3\,(\Delta\operatorname{E}[x^2])^2 + (\Delta\operatorname{E}[x^3])^2.$$
#
# It compares **three moments**, the means of $x$, $x^2$ and $x^3$. For the shifted bell they are 1, 2 and 4, in place
# of 0, 1 and 0. What is $K$? And for the two points?


# %%
def kernel(a, b):
    def likeness(x, y):
        return (x @ y / len(x) + 1) ** 3

    def within(points):  # never a point with itself, or few points would look far away
        return np.mean(
            [
                likeness(x, y)
                for i, x in enumerate(points)
                for j, y in enumerate(points)
                if i != j
            ]
        )

    return within(a) + within(b) - 2 * np.mean([likeness(x, y) for x in a for y in b])


agree(kernel, metrics.kernel_distance)
tried(
    metrics.kernel_distance,
    {"perfect": 0, "shifted": 3 * 1 + 3 * 1 + 4**2, "wide": 3 * 3**2, "two points": 0},
)

# %% [markdown]
# Fooled again: 0, 1 and 0 are the moments of the two points, too. (It is often said that a kernel distance makes no
# assumption about the shape. With *this* kernel it looks three moments deep, and no deeper.)
#
# ### Earth moved, and a judge
#
# On a line, the **Wasserstein distance** is the mean gap between the sorted points: the least average way that the
# earth must be carried (notebook 01). Its known answers come from the inverse CDFs, point by point.
#
# And there is the oldest idea of this course: train a discriminator. A **two-sample test** trains a *judge* on one half
# of both sets, and asks how often it is right on the other half. 0.5 is chance. The library's judge is a *logistic
# regression*, the smallest judge there is: one dense layer with a sigmoid. (Here by hand; Newton's method finds its
# weights in a few steps, faster than gradient descent.) We give it three sets of features: $x$ alone, then $x$ and
# $x^2$, then $x$, $x^2$ and $x^4$. The best that *any* judge can do is known, too: $(1 + TV)/2$, where the *total
# variation* $TV$ is half of the area between the two densities, 0 for equal ones and 1 for ones that never overlap.
# Which of the four generators will the mover and the three judges see?


# %%
def earth_mover(a, b):
    return np.abs(np.sort(a, axis=0) - np.sort(b, axis=0)).mean()


def judge(a, b):
    x, kind = np.concatenate([a, b]), np.repeat([1, 0], len(a))
    x, w = np.hstack([np.ones((len(x), 1)), x / x.std(0)]), 0
    for _ in range(8):  # Newton's steps on every second point
        p = 1 / (1 + np.exp(-x[::2] @ (w * np.ones(x.shape[1]))))
        w = w + np.linalg.solve(
            x[::2].T @ (x[::2] * (p * (1 - p))[:, None]), x[::2].T @ (kind[::2] - p)
        )
    return np.mean((x[1::2] @ w > 0) == kind[1::2])


u = (np.arange(100_000) + 0.5) / 100_000
inverse = {
    "perfect": stats.norm.ppf(u),
    "shifted": stats.norm.ppf(u) + 1,
    "wide": 2 * stats.norm.ppf(u),
    "two points": np.where(u < 0.5, -1, 1),
}
tried(
    earth_mover,
    {name: np.abs(curve - stats.norm.ppf(u)).mean() for name, curve in inverse.items()},
    slack=0.1,
)
cross = np.sqrt(8 / 3 * np.log(2))  # where the bell and the wide bell are equally high
best = [
    0.5,
    stats.norm.cdf(0.5),
    0.5 + stats.norm.cdf(cross) - stats.norm.cdf(cross / 2),
    1,
]
print(
    "\nthe best judge",
    *(f"{name} {share:.2f}" for name, share in zip(GENERATORS, best)),
)
for powers in ([1], [1, 2], [1, 2, 4]):
    pairs = [
        (bell(4000) ** powers, draw(4000) ** powers) for draw in GENERATORS.values()
    ]
    told = [
        [each(*pair) for pair in pairs] for each in (judge, metrics.two_sample_accuracy)
    ]
    note(
        {f"judge, powers {powers}": told[0], f"ganlib, powers {powers}": told[1]},
        ", ".join(GENERATORS),
    )
    clear = np.array(told[1]) > 0.6
    assert list(clear) == [False, True, len(powers) > 1, len(powers) > 2] or powers == [
        1,
        2,
    ]

# %% [markdown]
# The mover sees everything: it asks where *all* of the earth lies, not for a moment of it. (It gives the perfect
# generator 0.08 and not 0: two samples of 500 are never the same. Section 3 will call that the floor.) The judge is as
# clever as its **features**. Logistic regression draws one straight cut, and finds none where the two sets have equal means,
# feature by feature. With $x$ alone that blinds it to *wide*; with $x^2$ it is still blind to the two points, whose
# $x^2$ is 1 on average like the bell's, and whatever it answers there is luck. Only $x^4$ gives them away. So: the
# features decide. Remember it when they come from a network.
#
# ### Two questions in place of one
#
# "Good" has two sides: is what it draws *right*, and does it draw *everything*? **Precision and recall** ask them one
# by one (Kynkäänniemi et al. 2019). Round every real point lies a ball that reaches to its third nearest real
# neighbour. Precision is the share of generated points that fall into such a ball; for recall the two sets change
# places. We also need the plain *nearest* neighbour later. Both by loops, and then a test in two dimensions: the real
# points are a ring. Predict precision and recall of half a ring, of one single point, and of points just anywhere.


# %% alt="A blue ring, and in orange a ring, half a ring, one point, and points anywhere"
def nearest(points, others):
    gaps = [[np.linalg.norm(x - y) for y in others] for x in points]
    return np.argmin(gaps, axis=1), np.min(gaps, axis=1)


def inside(points, others, k=3):
    reach = [sorted(np.linalg.norm(x - y) for y in others)[k] for x in others]
    return np.mean(
        [any(np.linalg.norm(x - y) <= r for y, r in zip(others, reach)) for x in points]
    )


agree(nearest, metrics.nearest)
agree(lambda a, b: (inside(b, a), inside(a, b)), metrics.precision_recall)


def ring(n, part=1):
    angle, radius = 2 * np.pi * part * rng.random(n), 1 + 0.05 * rng.normal(size=n)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


real, expected = (
    ring(1000),
    {
        "a ring": (1, 1),
        "half a ring": (1, 0.5),
        "one point": (1, 0),
        "anywhere": (0.1, 1),
    },
)
rings = dict(
    zip(
        expected,
        (
            ring(1000),
            ring(1000, 0.5),
            np.repeat([[1.0, 0.0]], 1000, axis=0),
            rng.uniform(-2, 2, (1000, 2)),
        ),
    )
)
measured = {name: metrics.precision_recall(real, fake) for name, fake in rings.items()}
note({f"ring: {name}": pair for name, pair in measured.items()}, "precision, recall")
figure, *axes = plots.panels(
    *rings, size=(11, 2.9), xticks=[], yticks=[], aspect="equal"
)
for ax, fake, size in zip(axes, rings.values(), (2, 2, 14, 2)):
    (
        ax.plot(*real.T, ".", color=plots.REAL, ms=2, alpha=0.4),
        ax.plot(*fake.T, ".", color=plots.FAKE, ms=size),
    )
assert all(np.allclose(measured[name], expected[name], atol=0.1) for name in rings)
figure

# %% [markdown]
# Every answer is as expected, to within a tenth. Half a ring is all *right*, but draws half. One point is right and
# draws nothing else. Points anywhere cover the ring, because recall draws its balls round *them*: they lie far apart, so
# their balls are huge, and ten of them would do, too. And the balls of the ring fill about a tenth of the square, so one
# in ten of the points is right by luck.
#
# So: where the answers are known the metrics give them, and most are blind to *something*. Now to pictures.
#
# ## 2. A network that looks at pictures
#
# Pixels are bad points: a face moved by one pixel is far from itself. So metrics for pictures look through a network:
# its last layer but one gives some numbers for every picture, the **features**. Papers take Inception, a large network
# trained on a million photographs. We train one here, on the course's rendered portraits, whose factors we know. It
# learns to read four of them, and nothing else: hair style, glasses, beard, skin.
#
# The *training set* is also what our imaginary generators learned from. The *bank* is held out; its first thousand
# pictures are the **reference** to which everybody is compared. A small network: three strided convolutions, 32
# features between $-1$ and 1, and one answer for each of the four questions. A second one, with the same layers, stays
# **untrained**; we need it in section 3. What share of the bank will be read correctly after some seconds?

# %% alt="Two rows of ten rendered portraits of 32 by 32 pixels"
train, bank = (
    load_data("faces", n=n, size=32, seed=SEED, split=part)
    for part, n in (("train", 2500), ("test", 4000))
)
real, reference = bank.images, bank.images[:1000]
TAUGHT = "hair_style", "glasses", "beard", "skin_tone"


def build_network():
    picture = x = layers.Input((32, 32, 3))
    for filters, side in ((24, 5), (48, 3), (96, 3)):
        x = layers.Conv2D(filters, side, strides=2, padding="same", activation="relu")(
            x
        )
    x = layers.Dense(32, activation="tanh", name="features")(layers.Flatten()(x))
    return keras.Model(
        picture,
        {name: layers.Dense(len(CATEGORIES[name]), name=name)(x) for name in TAUGHT},
    )


def answers(factors):
    return {
        name: np.array([CATEGORIES[name].index(kind) for kind in factors[name]])
        for name in TAUGHT
    }


keras.utils.set_random_seed(SEED)
network, untrained = build_network(), build_network()
question = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
network.compile(keras.optimizers.Adam(2e-3), dict.fromkeys(TAUGHT, question))
network.fit(
    to_float(train.images), answers(train.factors), batch_size=64, epochs=8, verbose=0
)
said, truth = (
    network.predict(to_float(reference), batch_size=500, verbose=0),
    answers(bank.factors),
)
note(
    {
        f"reads {name}": np.mean(said[name].argmax(1) == truth[name][:1000])
        for name in TAUGHT
    },
    form="{:6.1%}",
)
assert all(found[f"reads {name}"] > 0.75 for name in TAUGHT)
plots.image_grid(real[:20], columns=10, title="Twenty of the bank", colour=plots.REAL)

# %% [markdown]
# Good enough to look at faces for us. `eye` makes a function of a network: pictures in, features out. (And `pixels` is
# the eye of somebody who has no network: the mean colours of a grid of 8 by 8 cells, 4 x 4 pixels each.)
#
# One metric needs no network. The **sliced Wasserstein distance** of Karras et al. (2018) cuts small patches of 7 x 7
# pixels out of all pictures, *wherever*, and sees every patch as a point with 147 coordinates. It looks at these points
# from random directions; their shadows lie on a line, and there the earth mover is easy. (Before that each colour of the
# patches gets mean 0 and deviation 1 in either set, so the tint of a whole set is never seen; and the result is
# multiplied by 1,000, as in the paper.) For larger pictures the
# library does so at several sizes, from fine to coarse. For 16 x 16 there is one, and there our plain version must
# agree with it.


# %%
def eye(network):
    last = keras.Model(network.input, network.get_layer("features").output)
    look = tf.function(last, input_signature=[tf.TensorSpec((None, 32, 32, 3))])
    return lambda images: np.concatenate(
        [
            look(to_float(images[i : i + 500])).numpy()
            for i in range(0, len(images), 500)
        ]
    )


def pixels(images):
    return (
        images.reshape(len(images), 8, 4, 8, 4, 3).mean((2, 4)).reshape(len(images), -1)
        / 127.5
        - 1
    )


def sliced(a, b, patches=10, directions=192):
    luck = np.random.default_rng(
        0
    )  # the same random numbers in the same order as the library's

    def points(images):
        windows = np.lib.stride_tricks.sliding_window_view(
            images.astype(float), (7, 7), axis=(1, 2)
        )
        which = np.repeat(np.arange(len(images)), patches)
        picked = windows[
            (which, *(luck.integers(0, 10, len(which)) for _ in "yx"))
        ]  # (n, colours, 7, 7)
        centred = picked - picked.mean((0, 2, 3), keepdims=True)
        return (centred / centred.std((0, 2, 3), keepdims=True)).reshape(-1, 147)

    a, b, ways = points(a), points(b), luck.standard_normal((directions, 147))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    return 1000 * np.mean(
        [np.abs(np.sort(a @ way) - np.sort(b @ way)).mean() for way in ways]
    )


look, untaught = eye(network), eye(untrained)
for name, images in (
    ("real", real[1000:1300]),
    ("blurred", gaussian_filter(real[1000:1300], (0, 1, 1, 0))),
):
    pair = reference[:300, ::2, ::2], images[:, ::2, ::2]  # every second pixel: 16 x 16
    mine, theirs = (
        sliced(*pair),
        metrics.sliced_wasserstein(*pair, patches=10, projections=192),
    )
    print(f"{name:8} built here {mine:6.2f}, ganlib {theirs:6.2f}")
    np.testing.assert_allclose(mine, theirs, rtol=1e-3)

# %% [markdown]
# ## 3. Nine faults that we made
#
# An instrument is tested on faults that one knows. Here are nine, each with a *severity* from 0 to 1. They take rows of
# the bank, so that everything else about the pictures stays as real as can be:
#
# - *copies*: a share of the pictures comes from the training set
# - *few people*: fewer and fewer people, again and again; at severity 1 there is one
# - *no glasses*: whoever wears glasses is replaced by somebody who does not
# - *blur*, *grain*, and *moved* to the right (what leaves the picture comes back on the left)
# - *mouths* upside down, in a share of the pictures
# - *two in one*: everybody mixed with somebody else
# - *noise*: a share of the pictures is no picture at all


# %%
def touched(images, share, change):
    images, where = images.copy(), rng.random(len(images)) < share
    images[where] = change(images[where])
    return images


def mouth_turned(images):
    images[:, 21:27, 12:20] = images[:, 21:27, 12:20][:, ::-1]
    return images


wears = bank.factors["glasses"] != "none"
bare = np.resize(
    1000 + np.flatnonzero(~wears[1000:]), len(real)
)  # for every row somebody without glasses
FAULTS = {
    "copies": lambda rows, s: touched(
        real[rows], s, lambda x: train.images[rng.permutation(2500)[: len(x)]]
    ),
    "few people": lambda rows, s: real[
        np.resize(rows[: max(1, round(len(rows) ** (1 - s)))], len(rows))
    ],
    "no glasses": lambda rows, s: real[
        np.where(wears[rows] & (rng.random(len(rows)) < s), bare[rows], rows)
    ],
    "blur": lambda rows, s: gaussian_filter(real[rows], (0, 2 * s, 2 * s, 0)),
    "grain": lambda rows, s: to_uint8(
        to_float(real[rows]) + rng.normal(0, s / 2, (len(rows), 32, 32, 3))
    ),
    "moved": lambda rows, s: np.roll(real[rows], round(16 * s), axis=2),
    "mouths": lambda rows, s: touched(real[rows], s, mouth_turned),
    "two in one": lambda rows, s: np.uint8(
        (1 - s / 2) * real[rows] + s / 2 * real[rng.permutation(rows)]
    ),
    "noise": lambda rows, s: touched(
        real[rows], s, lambda x: rng.integers(0, 256, x.shape)
    ),
}
CHOSEN = {
    "copies": 1,
    "few people": 1,
    "no glasses": 1,
    "blur": 0.4,
    "grain": 0.2,
    "moved": 1 / 16,
    "mouths": 1,
    "two in one": 0.5,
    "noise": 0.05,
}

# %% [markdown]
# Most are mild. Here are eight pictures of each at the severity that we shall use, below eight untouched ones. Go through
# the rows: which faults would *you* notice if you saw one picture? And which ones only in a crowd?

# %% alt="Ten rows of eight portraits, untouched ones and below them one row for each fault; most look nearly alike"
rows = 1000 + rng.permutation(len(real) - 1000)[:1000]
made = {name: FAULTS[name](rows, s) for name, s in CHOSEN.items()}
sheets = {f"{name}, {CHOSEN[name]:.2f}": images[:8] for name, images in made.items()}
plots.image_grid(
    {"untouched": real[rows[:8]], **sheets},
    columns=8,
    title="Eight real people, and nine faults",
    scale=2,
)

# %% [markdown]
# Copies, few people and missing glasses cannot be seen in any one picture: they are faults of the *crowd*. The noise is
# in one picture of twenty, so eight may show none.
#
# ### The floor
#
# `score` applies our six: Fréchet, kernel, the judge (*two-sample*), precision, recall and *sliced*. (The mover works on a
# line only.) Since even real against real is not 0, each score is read against the **floor**: what eight sets of real
# pictures score, equally many and against the same reference. The standard deviation of these eight is one
# **floor-width**, and `above` says how many of them a score lies away from the mean of the eight. Real pictures hardly
# ever lie 4 away, so up to 4 we say: *not seen*. (Too high a precision is as suspicious as too low a one, so the sign is
# dropped.)

# %%
METRICS = "Fréchet", "kernel", "two-sample", "precision", "recall", "sliced"


def compare(a, b):  # two pairs: pictures and their features
    return np.array(
        [
            metrics.frechet_distance(a[1], b[1]),
            metrics.kernel_distance(a[1], b[1]),
            metrics.two_sample_accuracy(a[1], b[1]),
            *metrics.precision_recall(a[1], b[1]),
            metrics.sliced_wasserstein(a[0], b[0], patches=8, projections=32),
        ]
    )


def score(images):
    like = reference[: len(images)]
    return compare((like, look(like)), (images, look(images)))


def floor_of(scores):
    return np.mean(scores, axis=0), np.std(scores, axis=0, ddof=1)


def above(scores, floor):
    return np.abs(scores - floor[0]) / floor[1]


def matrix(table, columns, title, size=(7.5, 4)):  # drawing
    figure, ax = plots.panels(title, size=size)
    values = np.array(list(table.values()))
    ax.imshow(
        np.log10(values.clip(1, 1000)), cmap="Oranges", vmin=0.3, vmax=3, aspect="auto"
    )
    for (i, j), value in np.ndenumerate(values):
        said = f"{value:.0f}" if value > 4 else "not seen"
        ax.text(
            j,
            i,
            said,
            ha="center",
            va="center",
            fontsize=9,
            color="white" if value > 300 else "black",
        )
    ax.set_xticks(range(len(columns)), columns), ax.set_yticks(range(len(table)), table)
    return figure


draws = [1000 + rng.permutation(len(real) - 1000)[:1000] for _ in range(8)]
FLOORS = {1000: floor_of([score(real[draw]) for draw in draws])}
note(
    {f"floor: {name}": pair for name, pair in zip(METRICS, np.transpose(FLOORS[1000]))},
    "mean, width",
    "{:8.4f}",
)

# %% [markdown]
# Precision of real against real is not 1, and the Fréchet distance is not 0. Now the matrix: nine faults, six metrics,
# in floor-widths. Before you run it, guess for every *column* which fault it will not see.

# %% tags=["varies"] alt="Nine faults by six metrics: pale where a fault is not seen, dark where it is"
seen = {name: above(score(images), FLOORS[1000]) for name, images in made.items()}
found.update({f"seen: {name}": values for name, values in seen.items()})
assert (
    seen["copies"].max() < 7 and seen["few people"].min() > 4
)  # nobody sees the one, everybody the other
assert (
    min(seen["no glasses"][0], seen["mouths"][0]) > 15
    and max(seen["no glasses"][3], seen["mouths"][5]) < 7
)
assert (
    min(values.max() for name, values in seen.items() if name != "copies") > 4
)  # and somebody each of the others
assert (
    min(seen["noise"][5], seen["grain"][5]) > 7
    and max(seen["noise"][0], seen["grain"][0]) < 8
)
matrix(seen, METRICS, "Nine faults, six metrics: floor-widths away from the floor")

# %% [markdown]
# Read the matrix by rows. *Copies* pass everywhere. *Few people* (here: one) is caught by everybody, even by precision,
# which finds it too good to be true. And the mild faults divide the metrics into two camps. The five that look through
# our network see turned mouths, and all but precision see that the glasses are gone. Grain they do not notice, and noise
# in one picture of twenty only precision, just. *Sliced* is the other way round: it finds grain and noise at once, and
# not a single turned mouth.
#
# Read it by columns: precision hardly minds that the glasses are gone, since everybody who is left looks right. Recall
# does not mind noise.
#
# ### It is the eyes that see
#
# The formula of a Fréchet distance is always the same. So let us exchange the *eyes*: the trained network, the
# untrained one with its random weights, and no network at all. Each has its own floor. Which eyes will miss the
# glasses? And which the noise?

# %% tags=["varies"] alt="Nine faults by three eyes: the trained sees glasses and mouths, the others noise"
eyes, through = {"trained": look, "untrained": untaught, "pixels": pixels}, {}
for name, see in eyes.items():
    like = see(reference)
    floor = floor_of(
        [metrics.frechet_distance(like, see(real[draw])) for draw in draws]
    )
    through[name] = [
        above(metrics.frechet_distance(like, see(images)), floor)
        for images in made.values()
    ]
by_eye = dict(zip(made, np.transpose([*through.values()])))
found.update({f"eyes: {name}": values for name, values in by_eye.items()})
assert (
    by_eye["no glasses"][0] > 4 * by_eye["no glasses"][1]
    and max(by_eye["noise"][1:]) > 1.5 * by_eye["noise"][0]
)
matrix(by_eye, eyes, "One formula, three pairs of eyes", size=(5, 4))

# %% [markdown]
# The formula was the same in every column. Through the trained eyes missing glasses are a catastrophe, and through the
# others next to nothing: nobody taught them that a thin frame matters. And a shift by one pixel, or two people in one,
# or noise in one of twenty pictures, is plainer to the network that learned *nothing*, and mostly to plain pixels, too.
# The trained eyes learned to overlook what does not change the answer to their four questions. That is what makes them
# good readers, and poor judges of noise.
#
# So "the Fréchet distance is 3.2" is half a sentence. The other half is: through whose eyes? (Inception, too, was
# taught a particular set of questions, and the FID can be lowered by answering just these: Kynkäänniemi et al. 2023.)
#
# ## 4. Fooled on purpose
#
# ### The parrot
#
# One row of the matrix was pale from end to end: *copies*. A generator that recites its training set passes every test
# above, and it must, since its pictures *are* real. What gives it away is the training set. Compare two distances of
# each generated picture: to the nearest **training** picture, and to the nearest of equally many **held-out** ones.
# Whoever has learned the distribution is nearer to the one as often as to the other: a share of a half. (The idea is
# that of the three-sample test of Meehan et al. 2020.)
#
# And a clever parrot? It could recite the training set *mirrored*. Will the plain pixels notice (`flat`: all 3,072
# numbers)? Will features?


# %% tags=["varies"]
def flat(images):
    return images.reshape(len(images), -1).astype("float32") / 255


def copied(images, see):
    near, far = (
        metrics.nearest(see(images), see(others))[1]
        for others in (train.images, real[1000:3500])
    )
    return np.mean(near < far)


parrots = {
    "honest": real[3500:],
    "parrot": train.images[:500],
    "mirroring parrot": train.images[:500, :, ::-1],
}
shares = {
    name: [copied(images, see) for see in (flat, look)]
    for name, images in parrots.items()
}
note(
    {f"copied: {name}": share for name, share in shares.items()},
    "in pixels, in features",
)
assert (
    shares["parrot"] == [1, 1]
    and shares["mirroring parrot"][1] > shares["mirroring parrot"][0] + 0.05
)

# %% [markdown]
# The plain parrot is caught: *every* picture of it is nearer to the training set. The mirroring parrot nearly escapes
# the pixels, for which a mirrored face is somebody else. The features know better, because for hair, beard and glasses
# left and right are the same. And look at the honest line: about one half, give or take the luck of 500 pictures. Only
# beside it does a parrot's number mean something. (In features it comes out a little above one half in most runs: our
# network was *trained* on the training set, and a judge of copies had better not have met them.)
#
# ### Four more tricks
#
# Now one trick each against precision, recall, *sliced* and the judge:
#
# - against **precision**: one picture for ever, the one whose features lie nearest to those of a reference picture
# - against **recall**: every fifth picture is noise. Recall only asks whether every *real* picture has company
# - against **sliced**: every mouth upside down. Patches have no place, and few of them see a mouth
# - against the **judge**: a *hundred* people, each drawn ten times, but chosen so that the mean of their features is
#   that of everybody. A logistic regression draws one straight cut; where the means agree it finds none


# %% tags=["varies"] alt="Four tricks by six metrics: each is seen, but not by the one it is made for"
def chosen(points, count):
    gap, total, picked = points - points.mean(0), 0, []
    for _ in range(
        count
    ):  # always the one that brings the mean of the chosen nearest to the mean of all
        picked.append(np.argmin(np.square(total + gap).sum(1)))
        total, gap[picked[-1]] = total + gap[picked[-1]], 1e3  # and nobody twice
    return real[1000:][np.resize(picked, 1000)]


tricks = {
    "precision": real[
        np.full(
            1000, 1000 + metrics.nearest(look(real[1000:]), look(reference))[1].argmin()
        )
    ],
    "recall": FAULTS["noise"](rows, 0.2),
    "sliced": made["mouths"],
    "two-sample": chosen(look(real[1000:]), 100),
}
fooled = {f"against {name}": score(images) for name, images in tricks.items()}
found |= (
    widths := {name: above(scores, FLOORS[1000]) for name, scores in fooled.items()}
)
assert (
    fooled["against precision"][3] == 1
    and widths["against recall"][4] < 7 > widths["against two-sample"][2]
)
matrix(widths, METRICS, "Each row is made to fool one metric", size=(7.5, 2.2))

# %% [markdown]
# Look in each row for the metric that it was made against. Precision stands out, but on the good side: one single
# picture for ever gets the *highest* mark, 1.00, where real ones get 0.93, some ten widths less. Recall does not see that every fifth picture is
# noise; the sliced distance does not see the mouths; and the judge shrugs at a hundred people in place of everybody.
# But no trick works on the whole row. **What fools one metric is noticed by another**, and that is why one never
# reports just one.
#
# ### The forger
#
# The last trick aims at all metrics that look through the network at once. A picture is 3,072 numbers, its features
# are 32. So there must be endless pictures with the features of a face that are no faces. To find them, we do what
# notebook 10 calls projection: start from a grey slab with a little noise, take the features of a real portrait as the
# target, and follow the gradient with respect to the **pixels**. No pixel may leave the slab by more than 32 of the 255
# grey levels.
#
# Each of 500 slabs gets the features of another *training* portrait. (Half as many pictures have another floor, so it
# is measured anew.) Can so little change be enough for the five? What will *sliced* say? And the Fréchet distance through
# the *untrained* eyes, which the forger has never met?

# %% tags=["varies"] alt="Twenty grey slabs with faint coloured specks, nothing like a face"
last = keras.Model(network.input, network.get_layer("features").output)


@tf.function(jit_compile=True)
def slope(x, target):
    with tf.GradientTape() as tape:
        tape.watch(x)
        cost = tf.reduce_sum(tf.square(last(x) - target))
    return tape.gradient(cost, x)


def forge(target, steps=60, reach=0.25):
    x = tf.Variable(rng.normal(0, 0.05, (len(target), 32, 32, 3)).astype("float32"))
    optimizer = keras.optimizers.Adam(
        0.02
    )  # its steps do not depend on the size of the gradient
    for _ in range(steps):
        optimizer.apply([slope(tf.identity(x), target)], [x])
        x.assign(tf.clip_by_value(x, -reach, reach))
    return to_uint8(x)


def ribbons(ax, *both):  # drawing, for the next section
    for group, colour in zip(both, (plots.REAL, plots.FAKE)):
        ax.fill_between(
            SIZES,
            *np.transpose([(g.min(), g.max()) for g in group]),
            color=colour,
            alpha=0.2,
            lw=0,
        )
        ax.plot(SIZES, [g.mean() for g in group], color=colour, lw=2)


forged, halves = forge(look(train.images[:500])), [real[draw[:500]] for draw in draws]
FLOORS[500] = floor_of([score(images) for images in halves])
forger, other = above(score(forged), FLOORS[500]), untaught(reference[:500])
*floor, stranger = (
    metrics.frechet_distance(other, untaught(images)) for images in (*halves, forged)
)
stranger = above(stranger, floor_of(floor))
assert forger[:5].max() < 7 and min(forger[5], stranger) > 20
note(
    dict(
        zip(
            [f"forger: {name}" for name in (*METRICS, "other eyes")],
            (*forger, stranger),
        )
    ),
    "floor-widths",
)
plots.image_grid(
    forged[:20], 10, "A nearly perfect generator, says the network", plots.FAKE
)

# %% [markdown]
# Grey slabs, and the five metrics call them as good as real portraits, or nearly: to the network each of them *is* a
# portrait. Only those who look elsewhere notice, the patches of *sliced* by fifty floor-widths or more and the untrained
# eyes by hundreds.
#
# Nobody trains a generator to do that on purpose? Whoever uses a network's features as a training loss does, and
# whoever picks among a thousand models by one score does it a little. So keep one pair of eyes that the generator never
# meets.
#
# ## 5. How many pictures does it need?
#
# All these comparisons used equally many pictures, a thousand (the forger's: 500). What happens with fewer? Take two sets of *real*
# pictures, of 25 to 800 each, ten times, and compare them (blue). If a metric is *unbiased*, the mean is the same for
# every size. Which ones will be? We do it a second time with blurred pictures on one side (orange; severity 0.5), to
# see when the two can be told apart. A line is the mean of ten; its ribbon goes from the smallest of the ten to the
# largest.

# %% tags=["varies"] alt="Six metrics over the number of pictures, in blue real against real, in orange against blurred"
SIZES = 25, 50, 100, 200, 400, 800
sharp, soft = (
    (images, look(images))
    for images in (real, FAULTS["blur"](np.arange(len(real)), 0.5))
)


def repeated(n, other):
    picks = [rng.permutation(len(real))[: 2 * n] for _ in range(10)]
    return np.array(
        [
            compare([x[pick[:n]] for x in sharp], [x[pick[n:]] for x in other])
            for pick in picks
        ]
    )


equal, blurred = ({n: repeated(n, other) for n in SIZES} for other in (sharp, soft))
bias = np.array(
    [(scores.mean(0), scores.std(0, ddof=1) / np.sqrt(10)) for scores in equal.values()]
)
note(
    {
        "kernel, 25 to 800": bias[:, 0, 1],
        "   give or take": bias[:, 1, 1],
        **dict(zip(("Fréchet", "sliced"), bias[:, 0, [0, 5]].T)),
    }
)
assert (
    np.all(abs(bias[:, 0, 1]) < 8 * bias[:, 1, 1])
    and bias[0, 0, 0] > 10 * bias[-1, 0, 0]
)
figure, *axes = plots.panels(
    *METRICS, size=(13, 2.5), xlabel="pictures", xscale="log", xlim=(10, 1000)
)
[
    ribbons(ax, *([scores[n][:, j] for n in SIZES] for scores in (equal, blurred)))
    for j, ax in enumerate(axes)
]
figure

# %% [markdown]
# The kernel distance has a mean of 0, to within its noise, for 25 pictures as for 800: it is **unbiased**, because it
# never compares a picture with itself. The Fréchet distance is not: two sets of *real* pictures stand 5 apart when
# there are 50 of each, and 0.3 when there are 800. Every entry of a mean and of a covariance is estimated with an error,
# and to a squared distance errors of either sign only add. *Sliced* is as biased: with 800 pictures it falls to a sixth,
# since two small samples never lie on top of each other. Precision and recall sink slowly, as the balls shrink. The
# judge keeps its 0.5, and learns with more pictures what a blur is.
#
# ### Taking the bias out
#
# The excess of the Fréchet distance shrinks like a constant divided by $n$. So draw it over $1/n$: it should lie on a
# straight line, and where the line meets $1/n = 0$ stands the distance from endlessly many pictures (Chong and Forsyth
# 2020). The real pictures should meet it at 0.
#
# And count: what is the smallest $n$ from which on ten comparisons with blurred pictures lie beyond all ten without?
# That is the number of pictures which *this metric needs for this fault*. (1,600 stands for "more than 800".)

# %% tags=["varies"] alt="Fréchet distance over one divided by the number of pictures: two straight lines"
figure, ax = plots.panels(
    "Fréchet distance, and its lines", size=(6, 2.8), xlabel="1 / pictures"
)
for name, scores, colour in (
    ("real", equal, plots.REAL),
    ("blurred", blurred, plots.FAKE),
):
    x, means = (
        1 / np.array(SIZES[1:]),
        np.array([scores[n][:, 0].mean() for n in SIZES[1:]]),
    )
    line = np.polynomial.Polynomial.fit(x, means, 1)
    (
        ax.plot(x, means, "o", color=colour),
        ax.plot([0, x[0]], line(np.array([0, x[0]])), color=colour, label=name),
    )
    (
        note({f"{name}: 50, 800, endless": (means[0], means[-1], line(0))}),
        ax.legend(frameon=False),
    )
apart = np.array(
    [
        (equal[n].max(0) < blurred[n].min(0)) | (blurred[n].max(0) < equal[n].min(0))
        for n in SIZES
    ]
)
in_a_row = (
    apart[::-1].cumprod(axis=0).sum(axis=0)
)  # how many of the larger sizes keep the two apart
note(
    {
        f"needs: {metric}": (*SIZES, 1600)[len(SIZES) - k]
        for metric, k in zip(METRICS, in_a_row)
    },
    form="{:6.0f}",
)
found["50 real, 800 blurred"] = equal[50][:, 0].min(), blurred[800][:, 0].max()
assert (
    equal[50][:, 0].min() > blurred[800][:, 0].max()
    and found["blurred: 50, 800, endless"][2] > 0.5
)
figure

# %% [markdown]
# Two lines, straight but for the luck of ten draws. The real pictures meet $1/n = 0$ at 0, to within that luck (a line
# through noisy dots may end a little below what a distance can be), and the blurred ones near 1: that is the distance
# without the bias. (For finer work: the constant in front of $1/n$ depends on the generator, too, so even
# equal numbers do not make a comparison entirely fair.)
#
# And the trap, in the first two columns: fifty *real* pictures score far worse than 800 *blurred* ones. **Never compare
# Fréchet or sliced distances from different numbers of pictures.** For this blur most metrics need a few hundred pictures
# a side. Precision comes last, in this run not even with 800: with few pictures smooth faces get *more* of it than real
# ones, with many less, and in between the two cannot be told apart.
#
# ## 6. The truth, by counting
#
# All of this would be idle if one could ask the generator directly: *how many of your people wear glasses?* For our
# portraits one can. The **factor reader** of the course (another network, which has nothing to do with our features)
# reads nine factors off a picture. We count every kind of hair, skin, glasses and so on among the generated, count the
# same among real ones *with the same reader*, so that its slips on clear pictures strike both alike (on unclear ones it
# may slip more: a count, too, has eyes). For each factor we take the **total variation**, half of the sum of all
# differences of shares: it is the share of people who would have to change this factor. We report its mean over the nine.
#
# Our candidates are the course's face generator and its truncations. $\psi = 1$ leaves everybody as they are, a smaller
# $\psi$ pulls all towards the mean face, a larger one pushes them away from it. (The network first turns noise into a
# *style*, and we move that; more in notebook 10.) What will become of the count as $\psi$ shrinks? And of the *clear*
# pictures, of which the reader is surer than of the most doubtful 5 % of the real ones? (So of real ones 95 % are clear.)

# %%
generator, _ = load_generator("../data/faces_generator.npz")
reader, style = FactorClassifier.load(), generator.layers[5].output
to_style = tf.function(keras.Model(generator.input, style))
from_style = tf.function(
    keras.Model(style, generator.output),
    input_signature=[tf.TensorSpec((None, style.shape[-1]))],
)
noise = (
    np.random.default_rng([SEED, 6])
    .standard_normal((3000, generator.input_shape[-1]))
    .astype("float32")
)
styles = to_style(noise).numpy()


def drawn(psi, n=400):
    wanted = styles.mean(0) + psi * (styles[:n] - styles.mean(0))
    images = np.concatenate(
        [to_uint8(from_style(wanted[i : i + 100])) for i in range(0, n, 100)]
    )
    light = np.square(images.reshape(n, 32, 2, 32, 2, 3) / 255).mean(
        (2, 4)
    )  # four pixels become one, as light adds up
    return np.uint8(255 * np.sqrt(light) + 0.5)


def shares(images):
    table = reader.predict(images)
    return {
        name: np.array([np.mean(table[name] == kind) for kind in kinds])
        for name, kinds in CATEGORIES.items()
    }


def off(images):
    return np.mean(
        [np.abs(share - true[name]).sum() / 2 for name, share in shares(images).items()]
    )


true = shares(real[1000:2400])
sure = np.percentile(reader.confidence(reference[:400]), 5)

# %% [markdown]
# Then we rank the seven candidates by the count and by each metric. Spearman's correlation compares two rankings: 1 is
# the same order, 0 unrelated, -1 the opposite. Which metrics rank like the count, which like the clear pictures, and
# which psi is each one's favourite?
#
# The grey band shows what *real* sets of 400 reach: nobody is at 0, since 400 people are a sample.

# %% tags=["varies"] alt="Left: how far the counts are off, lowest at psi near 1. Right: portraits from psi 0.3 to 1.5"
PSI = 0.3, 0.5, 0.7, 0.85, 1, 1.25, 1.5
candidates = {psi: drawn(psi) for psi in PSI}
counted = {
    psi: (off(images), np.mean(reader.confidence(images) >= sure))
    for psi, images in candidates.items()
}
band = [off(real[i : i + 400]) for i in (2400, 2800, 3200)]
figure, ax, sheet = plots.panels("How far the counts are off", "", size=(11, 3))
ax.axhspan(min(band), max(band), color=plots.GREY, alpha=0.3, lw=0)
(
    ax.plot(PSI, [gap for gap, _ in counted.values()], "o-", color=plots.FAKE),
    ax.set(xlabel="psi", ylim=(0, None)),
)
strip = np.stack([images[:3] for images in candidates.values()], axis=1).reshape(
    -1, 32, 32, 3
)
plots.show_images(
    sheet,
    strip,
    columns=7,
    title="Three people at each psi",
    colour=plots.FAKE,
    column_labels=[f"{psi:g}" for psi in PSI],
)
for psi, pair in counted.items():
    note({f"psi {psi}": pair}, "counts off, clear" * (psi == PSI[0]), "{:6.1%}")
note({"real, counts off": band}, form="{:6.1%}")
by_metric = {
    psi: score(images) * [1, 1, 1, -1, -1, 1] for psi, images in candidates.items()
}  # low is good
agrees = {}
for j, metric in enumerate(METRICS):
    ranked = [scores[j] for scores in by_metric.values()]
    gaps, clear = zip(*counted.values())
    agrees[f"ranks: {metric}"] = [
        stats.spearmanr(ranked, gaps)[0],
        stats.spearmanr(ranked, -np.array(clear))[0],
        PSI[np.argmin(ranked)],
    ]
note(agrees, "with the count, with clear pictures; its favourite psi", "{:6.2f}")
assert (
    min(gaps) > max(band)
    and gaps[0] > 3 * min(gaps)
    and min(agrees[f"ranks: {m}"][0] for m in METRICS[:3]) > 0.6
)
assert agrees["ranks: precision"][2] <= 1 <= agrees["ranks: recall"][2]
figure

# %% [markdown]
# The count is off least at $\psi = 1$, where the generator was trained, though by more than any real set. At $\psi =
# 0.3$ two in five people would have to change a factor, on average over the nine. The Fréchet and kernel distances, the judge and even the
# patches rank the candidates nearly as the count does: here the cheap metrics could have stood in for the truth. (All
# seven are of one family, and differ mostly in who is left. Do not take it for a law.)
#
# *Precision* and *recall* have other favourites, since each asks half of the question: precision prefers a smaller
# $\psi$, where everybody is nearer to the mean, and recall a larger one, which spreads wider. Whoever reports precision
# alone will truncate. And precision's order is not even stable: in five other runs its correlation with the count went
# from −0.77 to 0.04. (No correlation with the *clear* pictures is beyond chance: there are only seven candidates.)
#
# ## 7. When to stop
#
# A metric's daily work is to say when to stop. So train the DCGAN of notebook 06 on the real digits, twenty seconds,
# and write down at every 200th step both losses and the Fréchet distance, in the features of a reader of digits. The
# held-out digits are cut into two **halves**: one to *choose* the moment, and one to *judge* the choice. (Sixteen noisy
# numbers are sixteen tickets in a lottery. Whoever wins on one half must show on the other that it was not luck.)
#
# Four rules choose one moment each: the *last*; where *$L_G$ is lowest*; where *$L_D$* is nearest to $2\log 2$, "cannot
# tell", the equilibrium of the theory; and the lowest distance on the *first half*. Rank them beforehand.

# %%
digits, held_out = (
    load_data("digits", split=part, seed=SEED) for part in ("train", "test")
)
keras.utils.set_random_seed(SEED)
digit_reader = DigitClassifier.load()
first, second = (
    digit_reader.features(images) for images in np.array_split(held_out.images, 2)
)
G, D = (
    build_generator((8, 8, 1), 32, kind="dcgan", width=32),
    build_discriminator((8, 8, 1), kind="dcgan", width=32),
)
optimizers = {player: keras.optimizers.Adam(2e-4, beta_1=0.5) for player in (D, G)}
[
    optimizer.build(player.trainable_variables)
    for player, optimizer in optimizers.items()
]
random, data = tf.random.Generator.from_seed(SEED), to_float(digits.images)


@tf.function
def play(steps):
    total = tf.zeros(2)
    for _ in tf.range(steps):
        shown = tf.gather(data, random.uniform((64,), 0, len(data), tf.int32))
        with tf.GradientTape(persistent=True) as tape:
            fake = G(random.normal((64, 32)), training=True)
            d_loss = losses.discriminator_bce(
                D(shown, training=True), D(tf.stop_gradient(fake), training=True)
            )
            g_loss = losses.generator_non_saturating(None, D(fake, training=True))
        for player, loss in ((D, d_loss), (G, g_loss)):
            optimizers[player].apply(
                tape.gradient(loss, player.trainable_variables),
                player.trainable_variables,
            )
        total += tf.stack([d_loss, g_loss])
    return total / tf.cast(steps, tf.float32)


def draw_stops(players, judged, floor):  # drawing
    figure, said, felt = plots.panels(
        "", "What the held-out digits say", size=(10, 3), xlabel="step"
    )
    (
        plots.loss_curves(players, said),
        said.axhline(2 * np.log(2), color=plots.GREY, ls=":"),
    )
    (
        said.set(title="What the players say", ylim=(0, None)),
        felt.set_ylabel("Fréchet distance"),
    )
    felt.axhline(floor, color=plots.REAL, ls=":", label="one half to the other")
    felt.semilogy(players["step"], judged, color=plots.FAKE)
    [
        felt.plot(step[i], judged[i], mark, color="black", ms=9, label=rule)
        for (rule, i), mark in zip(RULES.items(), "osv*")
    ]
    felt.legend(frameon=False)
    return figure


# %% [markdown]
# Both losses and the distance, over 3,200 steps:

# %% tags=["varies"] alt="Left, both losses soon lie flat; right, the distance goes on falling towards its floor, with four marks"
fixed, record = (
    np.random.default_rng(9).standard_normal((720, 32)).astype("float32"),
    [],
)
for step in range(200, 3201, 200):
    players = play(tf.constant(200)).numpy()
    points = digit_reader.features(to_uint8(G(fixed, training=False)))
    record.append(
        (
            step,
            *players,
            *(metrics.frechet_distance(points, half) for half in (first, second)),
        )
    )
step, d_loss, g_loss, chosen_on, judged_on = np.transpose(record)
RULES = {
    "last": 15,
    "lowest L_G": g_loss.argmin(),
    "L_D nearest 2 log 2": np.abs(d_loss - 2 * np.log(2)).argmin(),
    "distance, first half": chosen_on.argmin(),
}
note(
    {f"stop: {rule}": judged_on[i] / judged_on.min() for rule, i in RULES.items()},
    "times the best",
    "{:6.2f}",
)
found["distance, first and last"] = (
    judged_on[0],
    judged_on[-1],
    metrics.frechet_distance(first, second),
)
assert judged_on[15] < judged_on[0] / 5 and found["stop: distance, first half"] < 2.2
draw_stops(
    {"step": step, "d_loss": d_loss, "g_loss": g_loss},
    judged_on,
    found["distance, first and last"][-1],
)

# %% [markdown]
# The distance falls to less than a tenth and then jitters near the dotted line, what one half of the held-out digits has
# against the other. (With 180 digits in each that is a high floor: below it this distance sees nothing any more.) And the
# losses? $L_G$ falls with it at first; then both losses lie flat while the distance
# goes on falling. So both loss rules stop early, at a distance well above the best one (the table at the end has the
# range over five other runs). The theory's "cannot tell", the dotted $2\log 2 \approx 1.39$, is never reached: $D$ stays
# ahead, and the highest point of its loss says nothing about the pictures. The first half of the held-out digits chooses
# about as well for the second (the pictures are the same for both) as "last" does, as long as nothing has gone wrong: in
# the jitter one record is as good as the next. A metric does not tell you which of two nearly equal checkpoints is
# better. It tells you that the training has levelled off.
#
# ## 8. Play: the fault desk
#
# All faults, at every severity, with as many pictures as you like, and the six metrics in floor-widths (each number of
# pictures has its own floor). The dotted line is our bar of 4. Use the mouse, or Tab and the arrow keys. For each
# metric, find the fault with the highest severity that it still lets pass. How much noise does recall forgive? And what
# can 1,000 pictures show that 100 cannot?

# %%
fault = ipywidgets.Dropdown(
    options=["none", *FAULTS], value="mouths", description="fault"
)
severity = ipywidgets.FloatSlider(
    0.5, min=0, max=1, step=0.05, description="severity", continuous_update=False
)
count = ipywidgets.SelectionSlider(
    options=[100, 200, 500, 1000], value=500, description="pictures"
)
screen, told, still = (
    ipywidgets.Image(width=800, height=250),
    ipywidgets.HTML(),
    rng.bit_generator.state,
)


def show(change=None):
    n, rng.bit_generator.state = count.value, still  # the same luck every time
    if n not in FLOORS:
        FLOORS[n] = floor_of([score(real[draw[:n]]) for draw in draws])
    rows = draws[0][:n]
    images = (
        real[rows]
        if fault.value == "none"
        else FAULTS[fault.value](rows, severity.value)
    )
    widths = above(score(images), FLOORS[n])
    desk, people, bars = plots.panels(
        "", "Floor-widths away from the floor", size=(8, 2.5)
    )
    plots.show_images(people, images[:10], columns=5, title="Ten of them")
    bars.barh(
        METRICS,
        widths.clip(0.12, 1000),
        color=np.where(widths > 4, plots.FAKE, plots.GREY),
    )
    (
        bars.set(xscale="log", xlim=(0.1, 1000)),
        bars.invert_yaxis(),
        bars.axvline(4, color="black", ls=":"),
    )
    seen_by = [
        f"<b>{metric}</b> ({width:.0f})"
        for metric, width in zip(METRICS, widths)
        if width > 4
    ]
    screen.value, told.value = (
        desk._repr_png_(),
        "Seen by " + (", ".join(seen_by) or "nobody") + ".",
    )


for control in (fault, severity, count):
    control.observe(show, "value")
show()
ipywidgets.VBox([fault, severity, count, told, screen])

# %% [markdown]
# *Copies* leave every bar short of the line, at any severity. Every other fault is seen by somebody, even at the mild
# severities of section 3, but grain by a single metric, and only *few people* by everybody. With fewer pictures the
# floors grow wide, and more slips through.
#
# ## 9. The table
#
# What is left of a notebook like this is a table. The next cell writes it from the run: the faults of section 3 that
# each metric saw by more than ten floor-widths, and those that it did not see; which of the six tricks left it no worse
# than real pictures; how many pictures a side it needed for the blur of section 5 (1,600: more than 800); how it ranked
# the seven candidates, compared with the count. Behind the last two stands in brackets the range of five runs with
# *other* seeds (`data/tools/make_evaluation_table.py`); this run may well lie a little outside. The last row is the test of
# section 4 that needs the training set.

# %% tags=["varies"]
stored = json.loads(pathlib.Path("../data/results/evaluation.json").read_text())[
    "seeds"
]
TRICKS = {
    "parrot": score(made["copies"]),
    "one person": fooled["against precision"],
    "noise": fooled["against recall"],
    "mouths": fooled["against sliced"],
    "a hundred": fooled["against two-sample"],
}


def span(name, form, i=0):
    values = [row[name][i] for row in stored]
    return f"{form.format(np.ravel(found[name])[i])} ({form.format(min(values))} to {form.format(max(values))})"


lines = [
    "|metric|sees|does not see|fooled by|pictures for a blur|ranks like the count|",
    "|---" * 6 + "|",
]
for j, metric in enumerate(METRICS):
    worse = -1 if metric in ("precision", "recall") else 1
    fools = [
        name
        for name, scores in TRICKS.items()
        if worse * (scores - FLOORS[1000][0])[j] < 4 * FLOORS[1000][1][j]
    ]
    fools += ["forger"] * bool(forger[j] < 4)
    sees, misses = (
        [name for name in seen if low <= seen[name][j] < high]
        for low, high in ((10, np.inf), (0, 4))
    )
    spans = span(f"needs: {metric}", "{:,.0f}"), span(f"ranks: {metric}", "{:.2f}")
    lines.append(
        f"|{'|'.join([metric, *map(', '.join, (sees, misses, fools)), *spans])}|"
    )
    assert fools
mirrored = found["copied: mirroring parrot"][0]
lines.append(
    f"|nearest neighbours|copies|whatever is no copy|mirrored copies, in pixels (share {mirrored:.2f})|||"
)
lines += ["", "|stop where|times the best distance|", "|---|---|"]
lines += [f"|{rule}|{span(f'stop: {rule}', '{:.2f}')}|" for rule in RULES]
Markdown("\n".join(lines))

# %% [markdown]
# No row without an entry under *fooled by*, as the cell asserts. So report a distance with its floor and its number of
# pictures; precision beside recall; a comparison with training *and* held-out neighbours; and one metric through other
# eyes. And where you can count, count.
#
# ## Recap
#
# - Fréchet and kernel distance, earth mover, sliced Wasserstein, a judge, precision and recall: a few lines each, right
#   on known answers, and the first two blind to anything beyond two or three moments.
# - The features decide. A network taught about glasses sees that they are gone, and does not see noise that random
#   weights or plain pixels see.
# - Real against real is not 0: a score says something only beside its floor, at the same number of pictures.
# - Every metric was fooled on purpose, and each time another one noticed; copies are found only by comparing training
#   and held-out neighbours.
# - The Fréchet distance is too large by about a constant divided by $n$, the kernel distance is not; a straight line
#   over $1/n$ takes the bias out. *Sliced* is biased, too. How many pictures are needed depends on the metric.
# - Counted against the truth, truncated generators were ranked by most metrics much as by the count; precision prefers
#   a smaller $\psi$, recall a larger one.
# - Neither loss says when to stop, not even where the theory's equilibrium is nearest. A held-out distance shows that
#   the training has levelled off; choose on one half, report on the other.
#
# ## Exercises
#
# Write your answer in place of the dots and run the cell. `check` says what is wrong, not what is right;
# `hint("three_moments")` gives a hint, and a larger one each time. [One solution to each](solutions/08_evaluation.py).
#
# ### 1. Three moments
#
# On a line, a generator draws from a bell with mean 0 and **variance 3**; the real one has mean 0 and variance 1. What
# is their kernel distance, with the kernel of section 1 and endlessly many points?

# %%
three_moments = ...
check("three_moments", three_moments)

# %% [markdown]
# ### 2. Without the bias
#
# Somebody measured the Fréchet distance of a generator twice: 5.0 from 500 pictures, and 3.6 from 1,000. The excess is
# a constant divided by the number of pictures. What would endlessly many pictures give?

# %%
without_bias = ...
check("without_bias", without_bias)

# %% [markdown]
# ### 3. A recall that noise cannot fool
#
# Recall draws its balls round the *generated* points, so a few scattered ones with huge balls cover everything. Naeem
# et al. (2020) turn it round, and call it **coverage**: round every *real* point lies a ball that reaches to its $k$-th
# nearest real neighbour (itself not counted); coverage is the share of these balls that hold at least one generated
# point. Write `coverage(real, fake, k)`.


# %%
def coverage(real, fake, k): ...


check("coverage", coverage)

# %% [markdown]
# ### 4. Your own trick
#
# No checker, only the matrix. Write a tenth fault that *no* metric sees at severity 1, although you see it at once: add it
# as `FAULTS["mine"] = lambda rows, s: ...` (rows of the bank and a severity in, pictures out) and run the desk's cell
# again. Then find out which eyes would see it: other features, other questions. (A start: put `"background"` into
# `TAUGHT`, and run the notebook from there.)
#
# ## Quiz
#
# Answer aloud first. Then run the cell and open the choices: each one tells you why, the wrong ones too.
#
# 1. A generator's Fréchet distance is 8. What do you ask first?
# 2. Team A reports a distance of 3.0 from 50,000 pictures, team B 3.4 from 5,000. Who is better?
# 3. All distances of a generator are at the floor. What can still be wrong?
# 4. Precision is 1.0 and recall is 0.02. What does the generator do?
# 5. Why does a metric with the features of one network miss a fault that another network sees at once?
# 6. You choose the best of twenty checkpoints by a distance, and report that same distance. What is wrong with it?

# %%
quiz("08_evaluation")

# %% [markdown]
# ## References
#
# - D. C. Dowson, B. V. Landau. *The Fréchet Distance between Multivariate Normal Distributions.* Journal of
#   Multivariate Analysis, 1982. The formula.
# - M. Heusel et al. *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium.* NIPS 2017. The
#   formula on Inception's features: the FID.
# - A. Gretton, K. M. Borgwardt, M. J. Rasch, B. Schölkopf, A. Smola. *A Kernel Two-Sample Test.* JMLR 13, 2012.
# - M. Bińkowski, D. J. Sutherland, M. Arbel, A. Gretton. *Demystifying MMD GANs.* ICLR 2018. The kernel distance, and
#   that the Fréchet distance is biased.
# - D. Lopez-Paz, M. Oquab. *Revisiting Classifier Two-Sample Tests.* ICLR 2017. The judge.
# - T. Kynkäänniemi, T. Karras, S. Laine, J. Lehtinen, T. Aila. *Improved Precision and Recall Metric for Assessing
#   Generative Models.* NeurIPS 2019.
# - M. F. Naeem, S. J. Oh, Y. Uh, Y. Choi, J. Yoo. *Reliable Fidelity and Diversity Metrics for Generative Models.* ICML
#   2020. How precision and recall are fooled; density and coverage.
# - T. Karras, T. Aila, S. Laine, J. Lehtinen. *Progressive Growing of GANs for Improved Quality, Stability, and
#   Variation.* ICLR 2018. The sliced Wasserstein distance of patches.
# - C. Meehan, K. Chaudhuri, S. Dasgupta. *A Non-Parametric Test to Detect Data-Copying in Generative Models.* AISTATS
#   2020.
# - M. J. Chong, D. Forsyth. *Effectively Unbiased FID and Inception Score and where to find them.* CVPR 2020. The
#   straight line over 1/n.
# - T. Kynkäänniemi, T. Karras, M. Aittala, T. Aila, J. Lehtinen. *The Role of ImageNet Classes in Fréchet Inception
#   Distance.* ICLR 2023. The FID falls, and no picture is better.
# - G. Stein et al. *Exposing flaws of generative model evaluation metrics and their unfair treatment of diffusion
#   models.* NeurIPS 2023. Which network looks matters.
#
# ## Next
#
# You can now say how good a generator is, and how you know. So it is time to build a large one: in the next notebook a
# network learns to draw faces.
