# %% [markdown]
# # Start here
#
# Move through faces that belong to nobody, and find out in a few lines of code what sort of learning made them.
#
# <!-- badges --><!-- /badges -->
#
# **What you need first.** Some Python. You have seen a small neural network being trained, in any library, and you
# know that a gradient says which way is uphill.
#
# **Time and memory:** <!-- measured -->17 s and 1.0 GB on 2 CPU cores<!-- /measured -->. Neither an internet connection nor a GPU is needed.
#
# **How to read a notebook.** Click into the first cell and press Shift+Enter, again and again. Grey cells are code:
# they run, and their result appears below. If the first of them stops with `ModuleNotFoundError`, something is not
# installed: the table in section 1 says what to type.
#
# ## What you will learn
#
# - to check that your machine has what the course needs, and what to do where something is missing
# - to move through the faces that a network draws, and to say what goes into it and what comes out
# - to say what a generative model learns that a classifier need not
# - to tell three kinds of feedback apart: a right answer, a reward, a direction
# - what has happened since 2014, and where to read it
# - to find your way through the course, and to see how far you have come
#
# Before a cell that computes something, stop for a breath and *predict* what will come. A wrong guess teaches
# more than a right one.

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
# ## 1. Is everything here?
#
# The next cell looks for each package and for the course's own library, `ganlib`, and says what to type where one
# is missing or too old. (Without TensorFlow the cell above would have stopped already.) Two cores and 2 GB of free
# memory are enough for every notebook so far; a GPU is pleasant, and nowhere needed.

# %% tags=["machine"]
import importlib
import os
import re


def found(name, least="", mend=None):
    mend = mend or f'pip install "{name}>={least}"'
    try:
        version = importlib.import_module(name).__version__
    except ImportError:
        return f"{name:11} MISSING: type  {mend}  and restart the kernel"
    numbers, needed = (
        [int(part) for part in re.findall(r"\d+", text)[:2]]
        for text in (version, least)
    )
    return f"{name:11} {version:10}" + (
        f"TOO OLD: type  {mend}  and restart" if numbers < needed else "fine"
    )


for name, least in (
    ("tensorflow", "2.19"),
    ("keras", "3.10"),
    ("numpy", "2.0"),
    ("matplotlib", "3.9"),
    ("ipywidgets", "8.1"),
    ("anywidget", "0.9.13"),
):
    print(found(name, least))
print(found("ganlib", mend="pip install -e .."))

# %% [markdown]
# Seven times `fine`? Then to the machine. How many cores do you think it lends to this notebook?

# %% tags=["machine"]
import platform

import psutil  # comes with the notebook's kernel
import tensorflow as tf

tf.config.threading.set_inter_op_parallelism_threads(
    1
)  # the networks here are so small that
tf.config.threading.set_intra_op_parallelism_threads(
    1
)  # several threads would only wait for each other
cores = (
    len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
)
memory = psutil.virtual_memory().available / 1e9
gpus = [
    tf.config.experimental.get_device_details(gpu).get("device_name", "a GPU")
    for gpu in tf.config.list_physical_devices("GPU")
]
print(
    f"Python {platform.python_version()}, {cores} CPU cores, GPU: {', '.join(gpus) or 'none, and none is needed'}"
)
print(
    "free memory: more than 2 GB, fine"
    if memory > 2
    else f"free memory: {memory:.1f} GB. Close other notebooks (Kernel, Shut Down All Kernels) before the larger ones"
)

# %% [markdown]
# | you see | it means | do |
# |---|---|---|
# | `ModuleNotFoundError` | the notebook runs in a Python that does not know the course | type `make lab` in the course's folder; or `pip install -r requirements.txt`, then Kernel, Restart Kernel |
# | `MISSING` or `TOO OLD` | one package only | type what the line says, then Kernel, Restart Kernel |
# | no desk in section 2, but a still picture or a line of text | you are reading a page (GitHub, a print), or the widgets are not installed | run the cell in JupyterLab or Colab; or `pip install "anywidget>=0.9.13"`, then reload the browser's page |
# | "The kernel appears to have died" | the memory is full | shut down the other kernels, run again |
# | no GPU | nothing is wrong | go on: every time in this course was measured without one |
#
# ## 2. Faces first
#
# A trained network comes with the course. It has never seen anybody: it learned from portraits that a small program
# draws. A picture from it has 64 x 64 pixels of three colours, each a number. What goes in is noise, 128 random
# numbers. Guess: how many numbers come out, and how long does one face take?

# %% alt="Twelve generated portraits, two rows of six, all different in hair, skin, glasses and background"
# %matplotlib inline
import time

import keras
import numpy as np
from keras import layers

from ganlib import losses, plots
from ganlib.exercises import check, hint, progress, quiz
from ganlib.faces import make_faces
from ganlib.labs import LatentExplorer
from ganlib.models import load_generator
from ganlib.classifiers import FactorClassifier
from ganlib.toy import get_toy
from ganlib.training import to_uint8

face_generator, facts = load_generator("../data/faces_generator.npz")
size = face_generator.input_shape[-1]
draw = tf.function(
    face_generator, input_signature=[tf.TensorSpec((None, size))]
)  # compiled once, then quick


def person(number):
    return np.random.default_rng(number).standard_normal(size)


def faces(noise):
    return to_uint8(draw(tf.constant(np.atleast_2d(noise), tf.float32)))


plots.image_grid(
    faces([person(i) for i in range(12)]),
    columns=6,
    title="Nobody sat for these",
    colour=plots.FAKE,
)

# %% [markdown]
# Twelve people who do not exist. Look closely and you will find flaws: a ragged edge, a stain, an odd pair of glasses.
# This network was trained on two CPU cores, and in notebook 09 you train one like it yourself. Now the numbers.

# %%
start = time.perf_counter()
one = faces(person(0))
seconds = time.perf_counter() - start
print(
    f"{size} numbers in, {one.size:,} numbers out, {face_generator.count_params():,} weights between them"
)
print("one face takes", "less than a second" if seconds < 1 else f"{seconds:.1f} s")
assert one.size == 64 * 64 * 3 == 12_288 and size == 128
assert (faces(person(0)) == one).all()  # the same noise, the same face

# %% [markdown]
# That is all a generator is: a **function** from noise to pictures, and its weights are all that it keeps of what it
# has seen. There is no chance inside it. The same noise gives the same face, as the last line asserts; the variety
# comes from the noise.
#
# ### Play: the latent desk
#
# Noise that a generator draws from is called *latent*, hidden, and the space of all noise the **latent space**. Here is
# a desk to move in it. Use the mouse, or Tab and the arrow keys.
#
# - **New picture** draws other noise; the seed is its number, so that you can come back.
# - The **directions** push the noise in five fixed ways. They were not chosen by anybody: the desk drew 2,048 faces and
#   looked for the pushes that change pictures most. Before you touch the first one: will it change one thing (the
#   hair, say), or several at once?
# - **Between four**: drag the marker, or press the arrow keys on it. `this` puts the present face into a corner.
# - **Arithmetic**: fill A, B and C with faces that you like, say one with a beard, one much like it without, and
#   somebody else. Does A − B + C give somebody else a beard?
# - **Keep** what you like; a click on the shelf brings it back.

# %% alt="Latent desk: a generated face; five directions, one to a row; a map of faces between four corners; A - B + C"
desk = LatentExplorer(face_generator, seed=1)
assert np.allclose(
    desk.z, person(1)
)  # the same noise as above: the desk's seed is our person's number
desk

# %% [markdown]
# Several things at once: what changes most pixels is hair, skin and background together, and a beard or glasses may
# come and go on the way. Which directions mean *glasses* or *smile* alone is a question of its own, and notebook 10
# finds them. And whether A − B + C did what you hoped, only your eyes have judged so far.
#
# Whatever you arrive at, `desk.z` is its noise and `desk.image` its picture. The same sliders as a picture, for readers
# without a desk: one person in the middle column, and in each row one direction from -1 on the left to 1 on the right.

# %% alt="Five rows of five portraits; the middle column shows one person, and each row changes it in another way"
directions = np.stack(list(desk.directions.values()))
assert np.allclose(
    directions @ directions.T, size * np.eye(5), atol=0.01
)  # at right angles, as long as noise is
pushes = np.linspace(-1, 1, 5)
pushed = [person(1) + t * direction for direction in directions for t in pushes]
plots.image_grid(
    faces(pushed),
    columns=5,
    title="One face, pushed in five directions",
    colour=plots.FAKE,
    row_labels=desk.directions,
    column_labels=[f"{t:+.1f}" for t in pushes],
)

# %% [markdown]
# ### A walk
#
# Two people are two points in a space of 128 dimensions. What lies on the straight line between them? Predict: will
# one face fade into the other like two slides on top of each other, or will there be *people* in between?


# %% alt="Two rows of seven portraits, each a walk from one person to another through whole faces"
def walk(first, last, t):
    return [(1 - s) * person(first) + s * person(last) for s in t]


stops, pairs = np.linspace(0, 1, 7), ((1, 2), (7, 4))
ways = [walk(first, last, stops) for first, last in pairs]
plots.image_grid(
    faces(np.concatenate(ways)),
    columns=7,
    title="Two walks from one person to another",
    colour=plots.FAKE,
    row_labels=[f"{first} to {last}" for first, last in pairs],
    column_labels=[f"t = {t:.2f}" for t in stops],
)

# %% [markdown]
# People in between, it seems, and a smooth way. But our eyes are kind, so let us ask a judge. The *factor reader*, a
# second network that comes with the course, was trained to read hair, glasses and beard off a face, and to doubt
# where it sees none, or two at once. It says how sure it is, from 0 to 1. We show it portraits that were not
# generated, generated ones, faces half-way between two noises, and, for comparison, the *slides*: two generated
# pictures averaged pixel by pixel. In which order will it put the four?

# %% alt="Above, six faces from half-way noise, each one person; below, six blurred double faces"
ends = faces([person(i) for i in range(101)])
halfway = faces(np.concatenate([walk(i, i + 1, [0.5]) for i in range(100)]))
slides = ((ends[:-1].astype(float) + ends[1:]) / 2).astype("uint8")
reader = FactorClassifier.load()
sure = [
    reader.confidence(pictures).mean()
    for pictures in (make_faces(100)[0], ends, halfway, slides)
]
print(
    "sure of portraits {:.2f}, of generated faces {:.2f}, of half-way faces {:.2f}, of slides {:.2f}".format(
        *sure
    )
)
assert sure[0] > sure[1] > 0.45 and sure[2] > max(
    sure[1] - 0.1, sure[3] + 0.2
)  # coloured noise gets 0.20
plots.image_grid(
    {"in the noise": halfway[:6], "in the pixels": slides[:6]},
    columns=6,
    title="Half-way between two people",
    colour=plots.FAKE,
)

# %% [markdown]
# It doubts generated faces more than portraits, but half-way ones no more than the others, while the slides are hardly
# faces to it. So between two people the network draws further people: it has found out how faces *vary*. That alone
# does not prove that it learned no picture by heart; notebook 08 will look for copies.
#
# ## 3. What is generative AI?
#
# A model is **generative** when it has learned the distribution of its data, $p(\text{example})$, at least well
# enough to *draw new examples* from it. Faces, sentences, molecules: if there are examples, there is a distribution
# that they came from.
#
# Most networks that people meet first learn something smaller, $p(\text{label} \mid \text{example})$: given a picture,
# is it a cat? For that it is enough to know what *separates* cats from dogs. To draw a cat one has to know everything
# that cats have.
#
# Let us see the difference on a problem so small that it fits on one line. Each example is one number, $x$, and
# belongs to one of three kinds. We shall give these same data to three learners.
#
# The three heaps overlap a little, so nobody can name every kind right. What is the best that anybody can do? We know
# the recipe of these data, so it can be computed. Your guess, in per cent?

# %% alt="Histogram of numbers between -4 and 4 in three heaps, coloured by kind; the middle heap is half as high"
data = get_toy("mixture")
x, kind = data.sample_labelled(20_000, seed=0)
test_x, test_kind = data.sample_labelled(5_000, seed=1)
COLOURS, BINS = ("#1a365d", "#2b6cb0", "#90cdf4"), np.linspace(-4.5, 4.5, 91)

figure, ax = plots.panels(
    "The data: 20,000 numbers of three kinds",
    size=(8, 2.6),
    xlabel="x",
    ylabel="examples",
)
ax.hist(
    [x[kind == k, 0] for k in range(3)],
    BINS,
    stacked=True,
    color=COLOURS,
    label=["kind 0", "kind 1", "kind 2"],
)
ax.legend(frameon=False)

# weight times bell: how dense each kind is here; the densest kind is the best guess
parts = data.weights * np.exp(-0.5 * ((test_x - data.means[:, 0]) / data.std) ** 2)
best = np.mean(parts.argmax(1) == test_kind)
print(f"whoever knows the recipe names {best:.1%} of the kinds right")
assert 0.96 < best < 1
figure

# %% [markdown]
# The heaps hold 40 %, 20 % and 40 % of the examples, and the printed share is the mark for the first two learners.
# Both are the same tiny network: three scores, each a straight line in $x$, which is all that heaps of equal width
# need. Such scores are called **logits**: the *softmax* turns them into probabilities, the largest score into the
# largest one (the *sigmoid* does it for a single score). The two learners differ in one thing only, what they are told.
#
# ### The supervised learner is told the right answer
#
# It sees $x$ and the right kind. The loss is the cross-entropy: minus the logarithm of the probability that it gave
# to the right kind.


# %%
def scores():
    return keras.Sequential(
        [layers.Input((1,)), layers.Dense(3, kernel_initializer="zeros")]
    )


def accuracy(net):
    return float(np.mean(np.argmax(net(test_x), axis=1) == test_kind))


cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits


def answer_loss(net, x, right):
    return tf.reduce_mean(cross_entropy(right, net(x)))


# %% [markdown]
# ### The reinforcement learner is told how well it did
#
# It sees $x$ and *tries* a kind, at random with the probabilities that it has now. The world answers with one
# number: 1 if that was right, 0 if not. Nobody says what would have been right. What brought more than the average
# reward becomes more probable, what brought less becomes rarer (Williams 1992). One try, one reward: this smallest
# form of reinforcement learning is called a *contextual bandit*.


# %%
def reward_loss(net, x, right):
    logits = net(x)
    tried = tf.random.categorical(logits, 1)[:, 0]
    reward = tf.cast(
        tried == right, tf.float32
    )  # the only place where `right` is used: to pay
    better = reward - tf.reduce_mean(reward)
    return tf.reduce_mean(better * cross_entropy(tried, logits))


# %% [markdown]
# `cross_entropy(tried, logits)` is minus the logarithm of the probability of what was tried. So where `better` is
# above 0, going down this loss makes it more probable, and where it is below 0, less.
#
# Both train with the same loop, on the same number of examples. Predict: which one is ahead after 60 steps of 32
# examples, and do they end in the same place?


# %%
def train(loss, x, kind, steps=600, batch=32, seed=0):
    keras.utils.set_random_seed(seed)
    net, optimizer, history = scores(), keras.optimizers.Adam(0.05), []

    @tf.function
    def twenty_steps():
        for _ in tf.range(20):
            chosen = tf.random.uniform([batch], 0, len(x), tf.int32)
            with tf.GradientTape() as tape:
                cost = loss(net, tf.gather(x, chosen), tf.gather(kind, chosen))
            optimizer.apply(
                tape.gradient(cost, net.trainable_variables), net.trainable_variables
            )

    for _ in range(steps // 20):
        twenty_steps()
        history.append(accuracy(net))
    return net, history


student, student_history = train(answer_loss, x, kind)
player, player_history = train(reward_loss, x, kind)
for name, history in (
    ("a right answer each time", student_history),
    ("a reward each time", player_history),
):
    print(
        f"{name:25} after 60 steps {history[2]:.0%}, at the end {history[-1]:.1%}; best possible {best:.1%}"
    )
assert student_history[2] > player_history[2] + 0.05
assert min(student_history[-1], player_history[-1]) > best - 0.03

# %% [markdown]
# The same end, but the reward learner came later: a right answer says more than a reward. In return, a reward can
# be had where nobody knows the right answer, as in a game.
#
# Neither of the two can give us a new $x$. They were never asked where the numbers lie.
#
# ### The generative learner is told a direction
#
# The third learner gets the numbers alone, **no kinds**. It is to turn noise $z$ into numbers that come out like
# these. What could it be told? Not a right answer: nobody knows which $x$ a given $z$ should become. Instead a second
# network, the **discriminator**, looks at real and at generated numbers and learns to tell them apart. Real is 1,
# generated is 0.
#
# The discriminator is an ordinary supervised classifier, and its labels cost nothing: we know which numbers we made.


# %%
def network():
    return keras.Sequential(
        [
            layers.Input((1,)),
            layers.Dense(32, activation="tanh"),
            layers.Dense(32, activation="tanh"),
            layers.Dense(1),
        ]
    )


keras.utils.set_random_seed(0)
generator, discriminator = network(), network()
d_optimizer, g_optimizer = (
    keras.optimizers.Adam(rate, beta_1=0.5) for rate in (4e-3, 2e-3)
)


def d_step():
    real = tf.gather(x, tf.random.uniform([256], 0, len(x), tf.int32))
    fake = generator(tf.random.normal((256, 1)))
    with tf.GradientTape() as tape:
        loss = losses.discriminator_bce(discriminator(real), discriminator(fake))
    weights = discriminator.trainable_variables
    d_optimizer.apply(tape.gradient(loss, weights), weights)


# %% [markdown]
# Let us train the discriminator alone for a moment, while the generator still knows nothing. Its verdict is one logit:
# above 0 it says "real". The generator's loss is small where the verdict is "real" (its formula comes in notebook 03).
# We take generated numbers and ask for the **gradient** of that loss with respect to each *number*: against it is the
# direction in which the discriminator would find the number more real.


# %%
@tf.function
def discriminator_alone(steps):
    for _ in tf.range(steps):
        d_step()


discriminator_alone(tf.constant(200))


def direction(samples):
    with tf.GradientTape() as tape:
        tape.watch(samples)
        loss = losses.generator_non_saturating(None, discriminator(samples))
    return -np.sign(tape.gradient(loss, samples))


samples = tf.constant(generator(tf.random.normal((400, 1), seed=1)).numpy())
risen = discriminator(samples + 0.01 * direction(samples)) > discriminator(samples)
print(
    f"a small step that way makes {np.mean(risen):.0%} of 400 generated numbers look more real"
)
assert np.mean(risen) > 0.95

# %% [markdown]
# Here it is drawn. The curve is the discriminator's verdict, after the sigmoid: from 0 ("generated") to 1 ("real"). The
# arrows are what the generator is told about nine of its numbers. Where do they send them?

# %% alt="The verdict is near 0 in the middle, where all generated numbers lie; arrows push them apart to both sides"
axis = np.linspace(-4.5, 4.5, 901, dtype="float32")[:, None]
shown = np.sort(samples, axis=0)[
    8::48
]  # nine of the 400, from the lowest to the highest
way, height = direction(tf.constant(shown)), np.linspace(-0.9, -0.15, 9)

figure, ax = plots.panels(
    "What the generator is told: a direction for each number",
    size=(8, 3),
    xlabel="x",
    ylabel="verdict",
    xlim=(-1.5, 1.5),
    ylim=(-1, 1.05),
    yticks=(0, 0.5, 1),
)
ax.plot(axis, tf.sigmoid(discriminator(axis)), color=plots.GREY, label="discriminator")
ax.axhline(0, color=plots.GREY, lw=0.5)
ax.quiver(
    shown[:, 0], height, way[:, 0], 0 * height, color=plots.FAKE, scale=9, width=0.004
)
ax.plot(
    shown[:, 0],
    height,
    "o",
    ms=5,
    color=plots.FAKE,
    label="generated (drawn one below the other)",
)
ax.legend(frameon=False, loc="lower right", fontsize=9)
figure

# %% [markdown]
# All generated numbers lie in one small heap, which the discriminator has seen through, and the arrows send them
# apart, to both sides. That is not a right answer and not a reward. It is a *direction, one for each sample*, and it
# comes from the discriminator's gradient.
#
# ### The game
#
# The generator takes a step along those directions, then the discriminator learns again, and so on, 3,000 times.
# Nobody tells the generator that there are three heaps. Will it find all three? And in their right proportions?


# %%
def g_step():
    z = tf.random.normal((256, 1))
    with tf.GradientTape() as tape:
        loss = losses.generator_non_saturating(None, discriminator(generator(z)))
    weights = generator.trainable_variables
    g_optimizer.apply(tape.gradient(loss, weights), weights)


@tf.function
def play(steps):
    for _ in tf.range(steps):
        d_step()
        g_step()


always = np.random.default_rng(5).standard_normal((5000, 1)).astype("float32")
moments = {0: generator(always).numpy()}
for until, steps in ((30, 30), (300, 270), (3000, 2700)):
    play(tf.constant(steps))
    moments[until] = generator(always).numpy()

# %% [markdown]
# Blue is the density that the data came from, orange what the generator makes of the same 5,000 noises at four
# moments.

# %% alt="Four panels: a narrow orange heap in the middle spreads and splits until it fills the three blue heaps"
figure, *axes = plots.panels(
    *(f"after {number:,} steps" for number in moments), xlabel="x", ylim=(0, 0.8)
)
for ax, made in zip(axes, moments.values()):
    ax.hist(
        made[:, 0], BINS, density=True, color=plots.FAKE, alpha=0.8, label="generated"
    )
    ax.plot(axis, data.density(axis), color=plots.REAL, lw=2, label="real")
axes[0].set_ylabel("density")
axes[-1].legend(frameon=False, fontsize=9)
figure

# %% [markdown]
# In our run it found them. How well? Count how many of its numbers lie nearest to each of the three centres, and measure
# how far the numbers would have to be carried, on average, to become real ones (the Wasserstein distance; notebook 01).

# %% tags=["varies"]
for number, made in moments.items():
    nearest = abs(made - data.means[:, 0]).argmin(
        1
    )  # from a table of 5000 x 3 distances, the nearest centre
    share = np.bincount(nearest, minlength=3) / len(made)
    away = np.mean(
        abs(np.sort(made, axis=0) - np.sort(test_x, axis=0))
    )  # carry the smallest to the smallest, ...
    print(
        f"step {number:5,}: shares",
        *(f"{part:4.0%}" for part in share),
        f"  distance {away:.2f}",
    )
print("real numbers: shares", *(f"{part:4.0%}" for part in data.weights))
assert abs(share - data.weights).max() < 0.15 and away < 0.6

# %% [markdown]
# Not perfect, and close. Without one label it learned where the numbers lie and how often.
#
# ## 4. Side by side
#
# Three learners, the same data. On the left and in the middle the probability that each gives to every kind, on the
# right new numbers.

# %% alt="Left and middle: three probability curves over x, nearly the same. Right: generated numbers fill the density"
figure, left, middle, right = plots.panels(
    "supervised: p(kind | x)",
    "reinforcement: p(try | x)",
    "generative: new examples",
    xlabel="x",
    ylabel="probability",
)
for ax, net in ((left, student), (middle, player)):
    for k, curve in enumerate(tf.nn.softmax(net(axis)).numpy().T):
        ax.plot(axis, curve, color=COLOURS[k], lw=2, label=f"kind {k}")
right.hist(
    moments[3000][:, 0],
    BINS,
    density=True,
    color=plots.FAKE,
    alpha=0.8,
    label="generated",
)
right.plot(axis, data.density(axis), color=plots.REAL, lw=2, label="real p(x)")
right.set(ylabel="density", ylim=(0, 0.5))
for ax in (middle, right):
    ax.legend(frameon=False, fontsize=9)
figure

# %% [markdown]
# Two of them answer a question *about* an $x$ that you bring. The third brings the $x$. And this is what each was
# told, on three occasions. Before you run it: which line would be empty if nobody had labelled the data?

# %%
for i, guess in enumerate((2, 0, 1)):  # what a beginner tries
    print(f"x = {x[i, 0]:+.2f}   supervised:    the right answer is {kind[i]}")
    print(
        f"            reinforcement: you tried {guess}; reward {int(guess == kind[i])}"
    )
    print(
        f"made {shown[4 * i, 0]:+.2f}   generative:    move it {'up' if way[4 * i, 0] > 0 else 'down'}\n"
    )

# %% [markdown]
# The first line of each three, and the second as well, since here it is the label that pays. Not the third.
#
# | | is shown | feedback | can do |
# |---|---|---|---|
# | supervised | $x$ and its kind | **the right answer** for this input | name the kind of a new $x$ |
# | reinforcement | $x$ | **a reward** for what it tried | choose well for a new $x$ |
# | generative, as a GAN | nothing but noise | **a direction** for each of its samples (and how urgent it is): the discriminator's gradient | draw a new $x$ |
#
# (The word *generative* says what is learned, not how. Other generative models get other feedback: a diffusion model
# learns to remove noise from real examples, and there the right answer *is* known.)
#
# ### What a classifier need not know
#
# Now the difference that this course is about. We throw away four fifths of all examples left of $x = -0.75$, whatever
# their kind. The distribution of $x$ is another one then. Does a classifier notice? Two questions: what happens to the
# classifier's curve? And what would happen to a generator's histogram? (Dashed: thinned.)

# %% alt="Left: two histograms, the left heap much lower after thinning. Right: the two classifiers' curves coincide"
thinned = np.random.default_rng(2).random(len(x)) < np.where(x[:, 0] < -0.75, 0.2, 1.0)
figure, ax, bx = plots.panels(
    "What a generator must learn: p(x)",
    "What a classifier learns: p(kind 0 | x)",
    xlabel="x",
)
verdicts = []
for name, kept, style, width, colour in (
    ("all data", np.ones(len(x), bool), "-", 6, COLOURS[2]),
    ("thinned", thinned, "--", 2, COLOURS[0]),
):
    net, _ = train(answer_loss, x[kept], kind[kept], steps=4000, batch=500)
    verdicts.append(tf.nn.softmax(net(axis))[:, 0])
    ax.hist(
        x[kept, 0],
        BINS,
        density=True,
        histtype="step",
        ls=style,
        lw=1.8,
        color=plots.REAL,
        label=name,
    )
    bx.plot(axis, verdicts[-1], style, lw=width, color=colour, label=name)
    print(f"{name}: {np.mean(x[kept] < -0.75):.0%} of the examples lie left of -0.75")
apart = np.max(abs(verdicts[0] - verdicts[1]))
print(f"largest gap between the two classifiers' curves: {apart:.2f}")
assert apart < 0.15 and np.mean(x[thinned] < -0.75) < 0.2
ax.set_ylabel("density")
bx.set_ylabel("probability")
bx.legend(frameon=False, fontsize=9)
figure

# %% [markdown]
# The classifier's curve stays where it was: *given* an $x$, its kind is as sure as before. But the heap on the left
# has shrunk, and a generator would have to draw from it more rarely. **How often which examples occur is what a
# generative model must learn and a classifier need not.**
#
# And ask the classifier about a place where there has never been an example:

# %%
far = tf.nn.softmax(student(tf.constant([[40.0]])))[0].numpy()
print(
    f"x = 40: kind {far.argmax()}, says the classifier, with a probability of {far.max():.3f}"
)
print(
    f"largest real number {x.max():.1f}, largest generated number {moments[3000].max():.1f}"
)
assert far.max() > 0.99 and moments[3000].max() < 10

# %% [markdown]
# By the recipe it is even right: a number there would be of kind 2. But that no such number ever comes, it cannot tell
# you. The generator never goes there.
#
# ## 5. From 2014 to now
#
# A short list, and each line has its source below, under *References*. The GANs are in bold.
#
# | year | what | where |
# |---|---|---|
# | 2014 | Two ways to train a network that turns noise into pictures: the variational autoencoder, and **the generative adversarial network** | Kingma and Welling; Goodfellow et al. |
# | 2016 | **DCGAN**: convolutional networks that train more stably, and walks between pictures | Radford et al. |
# | 2017 | The transformer, made for translation; language models are built of it | Vaswani et al. |
# | 2018 | **Progressive growing**: faces of 1024 x 1024 pixels | Karras et al. 2018 |
# | 2019 | **StyleGAN**: the noise as a style that steers every layer; our face network borrows from it | Karras et al. 2019 |
# | 2020 | Diffusion, an idea of 2015, becomes good: pictures out of noise, in many small steps that each remove some | Sohl-Dickstein et al.; Ho et al. |
# | 2020 | A language model of 175 billion weights does tasks from a few examples in its prompt | Brown et al. |
# | 2022 | Latent diffusion: pictures from a sentence, with far less computing than diffusion of pixels | Rombach et al. |
# | 2023 | Flow matching: noise is carried to the data along chosen paths; **GigaGAN**: from a sentence to a picture in a single pass | Lipman et al.; Kang et al. |
# | 2024 | Structures of proteins and what binds to them, by diffusion | Abramson et al. |
# | 2024 | **An adversarial loss** shortens diffusion to one to four steps; **R3GAN**: a GAN without the old tricks | Sauer et al.; Huang et al. |
# | 2025 | **Adversarial training** turns a diffusion model of video into one that needs a single step | Lin et al. |
#
# So GANs are no longer the only way, nor the usual one for pictures from sentences (Kang et al. tell how that came).
# Why learn them? They draw in one pass. Their idea, a loss that is itself *learned*, lives on inside the others, as
# the last lines show. And two CPU cores are enough to watch one succeed or fail, as you just did.
#
# ## 6. The map of the course
#
# ```mermaid
# flowchart TD
#     accTitle: Map of the course
#     accDescr: Notebooks 00 to 18 in five groups, one after the other, as in the list below
#     subgraph A["Foundations"]
#         direction LR
#         n00["00 Start here"] --> n01["01 Distributions"] --> n02["02 Two players"] --> n03["03 Losses"] --> n04["04 The game"]
#     end
#     subgraph B["GANs for pictures"]
#         direction LR
#         n05["05 First image GAN"] --> n06["06 DCGAN"] --> n07["07 Failure clinic"] --> n08["08 Evaluation"] --> n09["09 Faces"]
#     end
#     subgraph C["Control"]
#         direction LR
#         n10["10 Latent space"] --> n11["11 Conditional GANs"]
#     end
#     subgraph D["Applications, in any order"]
#         direction LR
#         n12["12 Medicine"] ~~~ n13["13 Art"] ~~~ n14["14 Business"] ~~~ n15["15 Games"]
#     end
#     subgraph E["Beyond"]
#         direction LR
#         n16["16 Responsible AI"] --> n17["17 Scaling up"] --> n18["18 Where next"]
#     end
#     A --> B --> C --> D --> E
# ```
#
# The same as a list. An arrow means "read this first"; what is marked *(coming)* is not written yet. Whoever cannot
# wait for faces goes from 04 straight to 09.
#
# - **Foundations**
#   - 00 Start here (you are here)
#   - [01 Data and their distributions](01_data_distributions.ipynb): what there is to learn
#   - [02 Two players: generator and discriminator](02_generator_and_discriminator.ipynb): who learns it
#   - [03 What the losses say](03_losses.ipynb): what they play for, derived and checked
#   - [04 The adversarial game, step by step](04_adversarial_training.ipynb): the game itself, and why it is hard
# - **GANs for pictures**
#   - 05 First image GAN (coming): a printed program, its bugs, and digits in the end
#   - 06 DCGAN (coming): convolutions, and which guideline does what
#   - 07 Failure clinic (coming): everything that goes wrong, on purpose
#   - 08 Evaluation (coming): how good is it?
#   - [09 Faces from nothing](09_faces.ipynb): the full face GAN, in ten minutes
# - **Control**
#   - 10 Latent space (coming): what the numbers mean
#   - 11 Conditional GANs (coming): draw what was asked for
# - **Applications, in any order**
#   - 12 Medicine (coming), 13 Art (coming), 14 Business (coming), 15 Games (coming)
# - **Beyond**
#   - 16 Responsible AI (coming): bias, memory, consent
#   - 17 Scaling up (coming): faster, larger, many devices
#   - 18 Where next (coming): modern GANs, diffusion, flows
#
# ## 7. Your progress
#
# Whenever you check an answer, the verdict is kept in the file `progress.json` beside the notebooks, and nowhere
# else. What was right once stays right. Delete the file to begin anew. Run this cell whenever you come back:

# %%
progress()

# %% [markdown]
# ## Recap
#
# - Seven packages, two cores and 2 GB of free memory are enough so far; the table in section 1 says what to do otherwise.
# - A generator is a function: 128 numbers of noise in, 12,288 numbers of a picture out; half-way between two noises
#   it draws a further person.
# - A generative model learns the distribution of the examples themselves, so that it can draw new ones; a classifier
#   needs only the probability of a label, given an example.
# - A supervised learner is told the right answer, a reinforcement learner a reward for what it tried, and a GAN's
#   generator a direction for each of its samples, the discriminator's gradient.
# - Since 2014 there have been several ways from noise to data, and the adversarial idea is at work in new ones.
# - The map shows the way, `progress()` how far you are.
#
# ## Exercises
#
# Write your answer in place of the dots and run the cell. `check` says what is wrong, not what is right;
# `hint("numbers")` gives a hint, and a larger one each time. [One solution to
# each](solutions/00_start_here.py).
#
# ### 1. How far the noise goes
#
# How many numbers of the picture are there for each number of the noise?

# %%
numbers = ...
check("numbers", numbers)

# %% [markdown]
# ### 2. Which learning is it?
#
# Six jobs. Write a dictionary from each name to `"supervised"`, `"reinforcement"` or `"generative"`, such as
# `{"price": "supervised", ...}`. Ask of each: what is given, and what is wanted?
#
# - `price`: from 5,000 houses and what each was sold for, say what a new house will bring
# - `headline`: show each reader one of three headlines, and learn from whether they click on it
# - `scans`: from 10,000 X-ray pictures, make further ones that are nobody's
# - `robot`: learn to walk; after each attempt you hear how many metres it was
# - `melody`: from all songs of a village, make songs that might be sung there
# - `judge`: tell real pictures from generated ones; at each you hear which it was

# %%
kinds = ...
check("kinds", kinds)

# %% [markdown]
# ### 3. Be the feedback
#
# Write `which_way(logit, samples)`. `logit` is a discriminator: a function that takes an array of numbers and returns
# an array of logits, high for "real". For each of the samples return a number whose sign is the direction in which to
# move it: above 0 for up, below 0 for down. It works without TensorFlow: try a tiny step.


# %%
def which_way(logit, samples): ...


check("which_way", which_way)

# %% [markdown]
# ### 4. A walk of your own
#
# Write `path(a, b, steps)`: from noise `a` to noise `b` in a straight line with equal strides, as an array of shape
# `(steps, len(a))`. The first row is `a`, the last one is `b`.


# %%
def path(a, b, steps): ...


check("path", path)

# %% [markdown]
# When it is right: `plots.image_grid(faces(path(person(3), person(8), 10)), columns=10)`.
#
# ### 5. Stretch the noise
#
# No checker, only your eyes. Draw `faces([s * person(3) for s in (0.2, 0.5, 1, 2, 5)])`, after a prediction. The
# network's first layer divides the noise by its own length, so that only its direction counts. Do you see that?
# (For such a network the desk's *truncation* cannot shorten the noise: it turns it towards that of an ordinary face.)
#
# ## Quiz
#
# Answer aloud first. Then run the cell and open the choices: each one tells you why, the wrong ones too.
#
# 1. What must a generative model learn that a classifier can do without?
# 2. What is a GAN's generator told about a picture that it has drawn?
# 3. The reward learner tried kind 2 and got the reward 0. What does it know now?
# 4. You give the face generator the same 128 numbers twice. What comes out?
# 5. Where does a GAN use labels?

# %%
quiz("00_start_here")

# %% [markdown]
# ## References
#
# On the three kinds of learning:
#
# - R. J. Williams. *Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning.*
#   Machine Learning 8, 1992. The rule of our reward learner.
# - A. Y. Ng, M. I. Jordan. *On Discriminative vs. Generative Classifiers: A Comparison of Logistic Regression and Naive
#   Bayes.* NIPS 2001. When it pays to learn more than the boundary.
#
# On the history:
#
# - D. P. Kingma, M. Welling. *Auto-Encoding Variational Bayes.* ICLR 2014.
# - I. Goodfellow et al. *Generative Adversarial Nets.* NIPS 2014.
# - J. Sohl-Dickstein, E. Weiss, N. Maheswaranathan, S. Ganguli. *Deep Unsupervised Learning using Nonequilibrium
#   Thermodynamics.* ICML 2015.
# - A. Radford, L. Metz, S. Chintala. *Unsupervised Representation Learning with Deep Convolutional Generative
#   Adversarial Networks.* ICLR 2016.
# - A. Vaswani et al. *Attention Is All You Need.* NIPS 2017.
# - T. Karras, T. Aila, S. Laine, J. Lehtinen. *Progressive Growing of GANs for Improved Quality, Stability, and
#   Variation.* ICLR 2018.
# - T. Karras, S. Laine, T. Aila. *A Style-Based Generator Architecture for Generative Adversarial Networks.*
#   CVPR 2019.
# - J. Ho, A. Jain, P. Abbeel. *Denoising Diffusion Probabilistic Models.* NeurIPS 2020.
# - T. B. Brown et al. *Language Models are Few-Shot Learners.* NeurIPS 2020.
# - R. Rombach, A. Blattmann, D. Lorenz, P. Esser, B. Ommer. *High-Resolution Image Synthesis with Latent Diffusion
#   Models.* CVPR 2022.
# - Y. Lipman, R. T. Q. Chen, H. Ben-Hamu, M. Nickel, M. Le. *Flow Matching for Generative Modeling.* ICLR 2023.
# - M. Kang et al. *Scaling up GANs for Text-to-Image Synthesis.* CVPR 2023.
# - J. Abramson et al. *Accurate Structure Prediction of Biomolecular Interactions with AlphaFold 3.* Nature 630, 2024.
# - A. Sauer, D. Lorenz, A. Blattmann, R. Rombach. *Adversarial Diffusion Distillation.* ECCV 2024.
# - N. Huang, A. Gokaslan, V. Kuleshov, J. Tompkin. *The GAN is Dead; Long Live the GAN! A Modern GAN Baseline.*
#   NeurIPS 2024.
# - S. Lin et al. *Diffusion Adversarial Post-Training for One-Step Video Generation.* ICML 2025.
#
# ## Next
#
# A generative model learns a distribution. [The next notebook](01_data_distributions.ipynb) asks what that is: from
# a heap of numbers to a picture as one point in a space of thousands of dimensions, and how to tell two
# distributions apart.
