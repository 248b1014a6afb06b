# %% [markdown]
# # A first GAN for images, and its bugs
#
# You take a GAN program as it is often printed, find out why it cannot work, repair it one test at a time, and end
# with a hundred generated digits that another network can read.
#
# <!-- badges --><!-- /badges -->
#
# **What you need first.** The two steps of a GAN with a gradient tape, and R1, from
# [the notebook before](04_adversarial_training.ipynb); the losses of [03](03_losses.ipynb).
#
# **Time and memory:** <!-- measured -->86 s and 1.3 GB on 2 CPU cores<!-- /measured -->. Neither an internet connection nor a GPU is needed; where
# there is a GPU it is found and used.
#
# ## What you will learn
#
# - to read an error message of Keras, and to find the line that is to blame
# - to pin a defect with a small test, which fails before the repair and passes after it
# - to find the defects that raise no error: by counting, by weights before and after, by looking at the pictures
# - to let each network learn in its own update only, and why a famous trick no longer does so
# - to train a GAN of dense layers until a network that reads digits can read what it draws
# - to train the same program on other pictures, with one parameter changed
#
# Before each result, stop and *predict* it. Here above all: read a program before you run it.

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
# ## 1. The program, as it is usually printed
#
# You meet it in articles and videos: *faces from nothing, in fifty lines*. We wrote it in our own words and left in
# what is wrong with it. It begins with the data: handwritten digits, 28 x 28 pixels, grey, divided by 255.
#
# (Ours are bundled with the course, real digits of 8 x 8 pixels scaled up. Most articles load MNIST, which has to be
# fetched; section 6 does so with one parameter.)

# %% alt="Forty handwritten digits, four rows of ten, soft because they were scaled up from 8 x 8 pixels"
# %matplotlib inline
import json
import math
import pathlib
import re
import time
import warnings
from types import SimpleNamespace

import ipywidgets
import keras
import numpy as np
import tensorflow as tf
from keras import layers

from ganlib import losses, models, plots, steps
from ganlib.data import load_data
from ganlib.exercises import check, hint, quiz
from ganlib.labs import Dashboard
from ganlib.training import GAN, to_float, to_uint8

SEED, LATENT, rng = 0, 100, np.random.default_rng(0)
tf.get_logger().setLevel(
    "ERROR"
)  # TensorFlow warns of functions compiled again; here that is on purpose
digits, held_out = (
    load_data("digits", size=28, split=part) for part in ("train", "test")
)
pictures = np.float32(digits.images) / 255
print(
    f"{len(digits):,} pictures of shape {pictures.shape[1:]}; {len(held_out)} more are held out"
)
plots.image_grid(digits.images[:40], columns=10, title="Real digits", colour=plots.REAL)

# %% [markdown]
# Then the networks, all of dense layers: 128, 256, 512 on the way from 100 random numbers to a picture of 28 x
# 28 x 3, and 256, 128 on the way from a picture to one probability. `build_gan` puts them in a row. Which of
# the two will have more weights, and how many millions are there in all?

# %%
SHAPE = (28, 28, 3)


def dense(units):
    return [layers.Dense(units), layers.LeakyReLU(negative_slope=0.2)]


def build_generator():
    return keras.Sequential(
        [
            layers.Input((100,)),
            *dense(128),
            *dense(256),
            *dense(512),
            layers.Dense(math.prod(SHAPE), "tanh"),
            layers.Reshape(SHAPE),
        ]
    )


def build_discriminator():
    network = keras.Sequential(
        [
            layers.Input(SHAPE),
            layers.Flatten(),
            *dense(256),
            *dense(128),
            layers.Dense(1, "sigmoid"),
        ]
    )
    network.compile("adam", "binary_crossentropy")
    return network


def build_gan(generator, discriminator):
    network = keras.Sequential([generator, discriminator])
    network.compile("adam", "binary_crossentropy")
    return network


for name, build in (
    ("generator", build_generator),
    ("discriminator", build_discriminator),
):
    print(f"{name:14}{build().count_params():10,} weights")

# %% [markdown]
# Two million, and more than half of them in the generator's last layer, 512 x 2352. (How to count them
# by hand is exercise 1.)
#
# Then the training. `train_on_batch(x, y)` asks a network to answer *y* to *x*, and corrects its weights a little:
# one *update*. At the end comes the picture, ten by ten.
#
# **Read before you run. In the two cells above and the one below, seven things are wrong.** Which ones do you find?
# Write them down.

# %%
TITLE = "100 generated faces"
fixed_noise = np.random.default_rng(9).standard_normal((1000, LATENT)).astype("float32")


def inputs(generator):
    z, real = layers.Input((100,)), layers.Input(SHAPE)
    return z, real, generator(z)


def program(generator, discriminator, gan):
    z, real, fake = inputs(generator)
    ones, zeros = np.ones((batch_size, 1)), np.zeros((batch_size, 1))
    discriminator.train_on_batch(
        real, ones
    )  # the discriminator's update: these are real,
    discriminator.train_on_batch(fake, zeros)  # and these are generated
    gan.train_on_batch(z, ones)  # the generator's update: be called real


def show(generator):
    images = to_uint8(generator(fixed_noise[:100]))  # from -1..1 to 0..255
    return plots.image_grid(images, columns=10, title=TITLE, colour=plots.FAKE)


# %% [markdown]
# `attempt` runs the program on fresh networks and tells the error, if there is one. Which line will stop it first?

# %%
TESTS = []  # every test that has turned green


def build_all():
    keras.utils.clear_session()  # forget the networks of the attempt before
    keras.utils.set_random_seed(SEED)
    generator, discriminator = build_generator(), build_discriminator()
    return generator, discriminator, build_gan(generator, discriminator)


def attempt():
    networks = build_all()
    try:
        program(*networks)
        print("the program ran to its end, without an error")
    except Exception as error:
        lines = [
            line
            for line in re.sub(r"\x1b\[\d*m", "", str(error)).splitlines()
            if line.strip()
        ]
        print(type(error).__name__, *lines[:4], sep="\n  ")
    return networks


generator, discriminator, gan = attempt()

# %% [markdown]
# ## 2. Three errors
#
# The message is clear. Before we repair anything, the tools of a repairer.
#
# `red` and `green` run a test and tell the outcome; `red` insists that it fails, `green` that it passes. Every
# repair will stand between the two. A test that failed **before** and passes **after** has tested something, and
# whoever brings the bug back will hear of it.
#
# A **stand-in** takes the place of a network. It learns nothing, and only writes down what it is given: so a test can
# look at one thing without stumbling over the other bugs. `all_updates()` lists all updates that the program asks of
# stand-ins: what went in, and which answers were wanted.


# %%
def outcome(test):
    try:
        test()
    except Exception as error:
        return f"FAILS: {type(error).__name__}: {str(error).splitlines()[0]}"
    return "passes"


def red(test):
    result = outcome(test)
    print("before:", result)
    assert result != "passes", (
        "this bug is repaired already: to see it again, run the notebook from the top"
    )


def green(test):
    result = outcome(test)
    print("after: ", result)
    assert result == "passes"
    TESTS.append(test)


class StandIn:
    def __init__(self):
        self.given = []

    def predict_on_batch(self, z):
        return np.zeros((len(z), *SHAPE), "float32")

    def train_on_batch(self, x, y):
        self.given.append((x, y))

    def __call__(self, z):  # as in `generator(z)`
        return z


def all_updates():
    generator, discriminator, gan = StandIn(), StandIn(), StandIn()
    program(generator, discriminator, gan)
    return discriminator.given + gan.given


# %% [markdown]
# ### Bug 1: nobody said how large a batch is
#
# Python looked for a name that was never given a value. (It may have stood in a cell that the article left out.) The
# test: every update comes with its right answers, as many as there are pictures in a batch. The repair is one line.
# Is the program whole then? Look at `inputs` and ask what, exactly, is in `real`.


# %%
def test_every_update_has_its_answers():
    assert all(y.shape == (batch_size, 1) for x, y in all_updates())


red(test_every_update_has_its_answers)
batch_size = 64  # the repair
green(test_every_update_has_its_answers)
generator, discriminator, gan = attempt()

# %% [markdown]
# ### Bug 2: a promise is no picture
#
# The first test is green, and the next error is there. `layers.Input` makes a *symbolic* input: a promise that an
# array of this shape will come one day. Networks are built from such promises. But to learn one needs numbers, and
# nobody ever put a picture into this one, although an array full of them lies in reach. The same holds for the
# noise.
#
# The repair draws noise and a batch of real pictures, and lets the generator compute what becomes of the noise. The
# next message is longer. It contains two numbers; work out where each of them comes from.


# %%
def test_every_update_has_numbers():
    assert all(np.isfinite(np.asarray(x)).all() for x, y in all_updates())


red(test_every_update_has_numbers)


def inputs(generator):  # the repair
    z = rng.standard_normal((batch_size, LATENT))
    return (
        z,
        pictures[rng.integers(0, len(pictures), batch_size)],
        generator.predict_on_batch(z),
    )


green(test_every_update_has_numbers)
generator, discriminator, gan = attempt()

# %% [markdown]
# ### Bug 3: grey pictures for networks in colour
#
# 2352 is 28 x 28 x 3, and 784 is 28 x 28 x 1: the networks were built for three channels, and the digits have one.
# One could write the grey channel three times. That would run, and then the generator would have to learn that its
# three colours are always the same. Better to let **the data decide**, and never to type a shape again. (`attempt`
# builds all networks afresh, and the functions that build them look `SHAPE` up each time.)


# %% alt="A hundred squares of grey noise, all much alike"
def test_the_networks_fit_the_data():
    assert (
        build_generator().output_shape[1:]
        == build_discriminator().input_shape[1:]
        == pictures.shape[1:]
    ), SHAPE


red(test_the_networks_fit_the_data)
SHAPE = pictures.shape[1:]  # the repair
green(test_the_networks_fit_the_data)
generator, discriminator, gan = attempt()
show(generator)

# %% [markdown]
# No error, three green tests, and a hundred faces of pure noise.
#
# The easy part is over. From now on nothing will stop the program. It will simply be wrong.
#
# ## 3. An instrument: a network that reads digits
#
# "It looks like noise" is no measurement. So we train a judge that has nothing to do with the game: a small
# *convolutional* network that reads digits. (Notebook 06 builds such networks from nothing; here it is a tool.)
#
# Such a network knows ten answers and gives one of them to *everything*, often with great confidence, to noise as
# well (Nguyen, Yosinski and Clune 2015). So ours gets an eleventh answer, **no digit**, and examples of it: two
# different digits on top of each other, the upper half of one on the lower half of another, a digit cut in the
# middle and put together wrongly, pixels in random order, noise. (The real digits are given three times, since there
# are five kinds of the others.)


# %% alt="Two rows of pictures that are no digits, in five labelled columns: two overlaid, two halves, cut and shifted, pixels scattered, noise"
def no_digits(images, labels, seed):
    rng = np.random.default_rng(seed)
    other = rng.permutation(len(images))
    pairs = labels != labels[other]
    first, second = images[pairs], images[other][pairs]
    halves = np.concatenate([first[:, :14], second[:, 14:]], axis=1)
    scattered = rng.permuted(images.reshape(len(images), -1), axis=1).reshape(
        images.shape
    )
    noise = np.clip(rng.normal(images.mean(), images.std(), images.shape), -1, 1)
    return [(first + second) / 2, halves, np.roll(images, 14, axis=2), scattered, noise]


train_x, test_x = (to_float(part.images).numpy() for part in (digits, held_out))
train_odd, test_odd = (
    no_digits(train_x, digits.labels, 0),
    no_digits(test_x, held_out.labels, 1),
)
KINDS = "two overlaid", "two halves", "cut and shifted", "pixels scattered", "noise"
plots.image_grid(
    to_uint8(np.concatenate([[kind[i] for kind in train_odd] for i in range(2)])),
    columns=5,
    title="Pictures that are no digits",
    column_labels=KINDS,
    scale=4,
)

# %% [markdown]
# A picture is **legible** if the reader gives one of the ten digits a probability of at least 0.9. First the
# instrument itself is tested, on digits and on others that it has not seen. How many of the *real* digits will be
# legible by that measure? And how many of the program's hundred "faces"?


# %% tags=["varies"]
def train_reader(x, labels, odd):
    keras.utils.set_random_seed(SEED)
    reader = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.RandomTranslation(0.07, 0.07, fill_mode="nearest", seed=SEED),
            layers.GaussianNoise(0.1, seed=SEED),
            layers.Conv2D(16, 5, 2, activation="relu"),
            layers.Conv2D(32, 3, 2, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.3, seed=SEED),
            layers.Dense(64, "relu"),
            layers.Dense(11, "softmax"),
        ]
    )
    reader.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy")
    answers = np.concatenate([labels] * 3 + [np.full(len(kind), 10) for kind in odd])
    reader.fit(
        np.concatenate([x] * 3 + odd), answers, batch_size=64, epochs=12, verbose=0
    )
    return reader


def read(images):
    if images.shape[1:] != (28, 28, 1):  # nothing that this reader could read
        return np.zeros(len(images), int), np.zeros(len(images), bool)
    answers = reader(images).numpy()[:, :10]
    return answers.argmax(1), answers.max(1) >= 0.9


reader = train_reader(train_x, digits.labels, train_odd)
says, legible = read(test_x)
real_share, accuracy, wrong = (
    legible.mean(),
    np.mean(says == held_out.labels),
    read(np.concatenate(test_odd))[1].mean(),
)
noise_share = read(generator(fixed_noise).numpy())[1].mean()
print(f"held-out digits: {accuracy:.1%} read correctly, {real_share:.1%} legible")
print(
    f"legible of what is no digit: {wrong:.1%}; of the program's pictures: {noise_share:.1%}"
)
assert accuracy > 0.93 and real_share > 0.7 and wrong < 0.05 and noise_share < 0.01

# %% [markdown]
# Good enough for a judge: most real digits are legible, but not all, and hardly anything else is. So 100 % is more
# than we may ask of a generator. The program has reached nought.
#
# ## 4. No error, and nothing learned
#
# Four bugs are left, and no message will name them. You find them with three questions. *How often* did each network
# learn? *Who* changed, in whose update? And *what*, exactly, was it shown?
#
# ### Bug 4: nothing loops
#
# How often did each network learn? The stand-ins have written it down. Guess first.


# %%
def test_it_learns_more_than_once():
    assert len(all_updates()) >= 300, f"{len(all_updates())} updates in all"


red(test_it_learns_more_than_once)
once = program


def program(*networks):  # the repair
    for _ in range(200):
        once(*networks)


# %% [markdown]
# Three updates in all: one look at real pictures, one at generated ones, one correction of the generator. Networks
# learn in thousands of small steps.
#
# Two hundred repetitions, then. In each of them the discriminator has two updates: 1 is the answer for real pictures, 0 for
# generated ones. What will it answer at the end?

# %% tags=["varies"] alt="A hundred nearly identical squares of black and white noise"
green(test_it_learns_more_than_once)
generator, discriminator, gan = attempt()
verdicts = [
    discriminator(x).numpy().mean()
    for x in (pictures[:500], generator(fixed_noise[:500]))
]
share = read(generator(fixed_noise).numpy())[1].mean()
print(
    "D's answer to real pictures {:.2f}, to generated ones {:.2f}; legible {:.1%}".format(
        *verdicts, share
    )
)
assert share < 0.02 and verdicts[1] > 0.3
show(generator)

# %% [markdown]
# After two hundred updates that said 0, $D$ calls the generated pictures real. Somebody teaches it the opposite.
#
# ### Bug 5: both updates move the discriminator
#
# *Who* changed, in whose update? We compare the weights of both networks before and after. Beside the program as it
# is we try the cure that stands in many articles of this kind: set `discriminator.trainable = False` before `gan` is
# compiled, so that `gan` moves the generator alone. What do you expect from the two versions?


# %%
def who_moves(networks, update):
    before = [network.get_weights() for network in networks]
    update()
    changed = [
        any((a != b).any() for a, b in zip(weights, network.get_weights()))
        for weights, network in zip(before, networks)
    ]
    return " and ".join(np.array(["G", "D"])[changed]) or "nobody"


def both_updates(freeze=False):
    generator, discriminator = build_generator(), build_discriminator()
    networks = generator, discriminator
    discriminator.trainable = not freeze
    gan = build_gan(generator, discriminator)
    z, real, fake = inputs(generator)
    ones = np.ones((batch_size, 1))
    return (
        who_moves(networks, lambda: discriminator.train_on_batch(real, ones)),
        who_moves(networks, lambda: gan.train_on_batch(z, ones)),
    )


def test_each_update_moves_its_own_network():
    moved = both_updates()
    assert moved == ("D", "G"), "D's update moves {}, G's update moves {}".format(
        *moved
    )


red(test_each_update_moves_its_own_network)
with warnings.catch_warnings(record=True) as caught:
    frozen = both_updates(freeze=True)
print("frozen: D's update moves {}, G's update moves {}".format(*frozen))
print("Keras warned:", caught[0].message)
assert frozen == ("nobody", "G")

# %% [markdown]
# As the program stands, the generator's update moves both networks: it also teaches $D$ that generated pictures *are*
# real.
#
# And the famous cure? In old versions of Keras the flag counted at the moment of compiling, and the trick worked. In
# Keras 3 it counts at the moment of learning: the discriminator is frozen in *its own* update too, and learns nothing
# at all. No error, only a warning that is easily lost among others.
#
# The repair needs no flag. It is what you wrote in [04](04_adversarial_training.ipynb): a tape, and gradients for
# **one network's weights only**.


# %%
class GeneratorUpdate:
    def __init__(self, generator, discriminator):
        self.generator, self.discriminator = generator, discriminator
        self.optimizer = keras.optimizers.Adam()

    def train_on_batch(self, z, answers):
        with tf.GradientTape() as tape:
            probabilities = self.discriminator(self.generator(z))
            loss = keras.losses.BinaryCrossentropy()(answers, probabilities)
        weights = self.generator.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)


build_gan = GeneratorUpdate  # the repair
green(test_each_update_moves_its_own_network)

# %% [markdown]
# ### Bug 6: the pixels and the tanh
#
# *What* was the discriminator shown? The generator ends with a tanh: its pixels lie between -1 and 1. The program
# divides the real ones by 255. In which range do they lie, and what becomes of a real digit when it is drawn like
# the generated ones, from -1 for black to 1 for white?


# %% alt="Top: ten digits on grey paper, as the program shows them. Bottom: the same digits, black and white"
def test_real_pixels_use_the_range_of_the_tanh():
    assert np.ptp(all_updates()[0][0]) == 2, (
        f"from black to white it is {np.ptp(all_updates()[0][0]):.0f}, and not 2"
    )


red(test_real_pixels_use_the_range_of_the_tanh)
pictures = to_float(digits.images).numpy()  # the repair
green(test_real_pixels_use_the_range_of_the_tanh)
plots.image_grid(
    {
        "before the repair": to_uint8(digits.images[:10] / 255.0),
        "after the repair": to_uint8(pictures[:10]),
    },
    columns=10,
    title="Real digits, as D gets them",
    colour=plots.REAL,
)

# %% [markdown]
# Digits on grey paper. Their background is 0, which is grey on a scale from -1 to 1, and nothing below it was ever
# used: half of the generator's range lay idle. And at 0 a tanh is steepest, so that every wobble of a weight shows
# there; at -1 it is flat, and the background holds still. `to_float`, from
# [`ganlib/training.py`](../ganlib/training.py), divides by 127.5 and takes away 1. (What this bug costs will be
# measured in section 6.)
#
# ### Bug 7: the faces
#
# The last one is not in the mathematics. It stands above the picture. These data contain no face, and never did; a
# title typed by hand says what its author hoped for. The name should come from where the pictures come from. After
# that, all the tests once more: a repair can bring an old bug back.


# %%
def test_the_title_names_the_data():
    assert digits.name in TITLE, TITLE


red(test_the_title_names_the_data)
TITLE = f"100 generated {digits.name}"  # the repair
green(test_the_title_names_the_data)
print(*(f"{outcome(test):8}{test.__name__}" for test in TESTS), sep="\n")
assert len(TESTS) == 7 and {outcome(test) for test in TESTS} == {"passes"}

# %% [markdown]
# ## 5. Seven green tests
#
# So now it must work. But 200 steps took seconds, and we shall need thousands. Hence the same program once more, as
# fast as we can make it. Both updates use tapes. The generated pictures are made once and serve both updates. And many
# steps run in one call, as in 04.
#
# The networks come from [`ganlib/models.py`](../ganlib/models.py) from here on: `kind="dense"` are the layers that
# you have just repaired, but for one thing. Their discriminator answers with a *logit*, without the sigmoid, for the
# reason given in [03](03_losses.ipynb). R1 (`r1`) waits with weight 0, as in 04. So does `gan.ema_generator`, a second
# generator that is never trained: after each step it keeps the share `ema` of its own weights and takes the rest from
# the first one. With `ema` at 0 it is a plain copy.


# %%
def new_gan(
    images,
    seed=SEED,
    optimizer=keras.optimizers.Adam,
    r1=0.0,
    ema=0.0,
    prepare=to_float,
):
    keras.utils.set_random_seed(seed)
    shape = images.shape[1:]
    gan = SimpleNamespace(
        generator=models.build_generator(shape, LATENT, kind="dense"),
        discriminator=models.build_discriminator(shape, kind="dense"),
        d_optimizer=optimizer(),
        g_optimizer=optimizer(),
        rng=tf.random.Generator.from_seed(seed),
        images=tf.constant(images),
        r1=r1,
        ema=ema,
        prepare=prepare,
    )
    gan.ema_generator = keras.models.clone_model(gan.generator)
    gan.ema_generator.set_weights(gan.generator.get_weights())
    gan.d_optimizer.build(gan.discriminator.trainable_variables)
    gan.g_optimizer.build(gan.generator.trainable_variables)
    return gan


def one_step(gan, real, z):
    d_weights = gan.discriminator.trainable_variables
    g_weights = gan.generator.trainable_variables
    with tf.GradientTape() as g_tape:
        fake = gan.generator(z)
        with tf.GradientTape() as d_tape:
            real_logits = gan.discriminator(real)
            fake_logits = gan.discriminator(tf.stop_gradient(fake))
            total = d_loss = losses.discriminator_bce(real_logits, fake_logits)
            if gan.r1:
                squared, _ = losses.zero_centered_gradient_penalty(
                    gan.discriminator, real
                )
                total += gan.r1 / 2 * squared
        d_gradients = d_tape.gradient(total, d_weights)
        gan.d_optimizer.apply(d_gradients, d_weights)
        g_loss = losses.generator_non_saturating(None, gan.discriminator(fake))
    g_gradients = g_tape.gradient(g_loss, g_weights)
    gan.g_optimizer.apply(g_gradients, g_weights)
    steps.update_ema(gan.ema_generator.weights, gan.generator.weights, gan.ema)
    return d_loss, g_loss


# %% [markdown]
# This is the last time that the course writes the step by hand. [`ganlib/steps.py`](../ganlib/steps.py) has the same
# step, and the notebooks from 06 on import it. `GAN`, the trainer of [`ganlib/training.py`](../ganlib/training.py), uses
# it, too. Do they all do the same? Four versions start from the same weights, the same digits and the same noise, and
# make one step of plain gradient descent: ours, that of [04](04_adversarial_training.ipynb), which makes the generated
# pictures twice, and those of the library. After it all weights must agree up to rounding.


# %%
def step_of_04(gan, real, z):
    d_weights = gan.discriminator.trainable_variables
    g_weights = gan.generator.trainable_variables
    with tf.GradientTape() as tape:
        fake = tf.stop_gradient(gan.generator(z))
        loss = losses.discriminator_bce(
            gan.discriminator(real), gan.discriminator(fake)
        )
        squared, _ = losses.zero_centered_gradient_penalty(gan.discriminator, real)
        loss += gan.r1 / 2 * squared
    gan.d_optimizer.apply(tape.gradient(loss, d_weights), d_weights)
    with tf.GradientTape() as tape:
        fake_logits = gan.discriminator(gan.generator(z))
        loss = losses.generator_non_saturating(None, fake_logits)
    gan.g_optimizer.apply(tape.gradient(loss, g_weights), g_weights)


def step_of_steps(gan, real, z):
    networks = gan.generator, gan.discriminator
    optimizers = gan.d_optimizer, gan.g_optimizer
    steps.alternating_step(*networks, real, z, "non_saturating", *optimizers, r1=gan.r1)


def step_of_gan(gan, real, z):  # `GAN` draws the noise itself: z comes from its seed
    trainer = GAN(gan.generator, gan.discriminator, seed=SEED)
    trainer.compile(gan.d_optimizer, gan.g_optimizer, r1=gan.r1, r1_every=1, ema=0.0)
    trainer.update(tf.constant(digits.images[:batch_size]), True)


def weights_after(step):
    gan = new_gan(digits.images, r1=1.0, optimizer=lambda: keras.optimizers.SGD(0.1))
    before = [*gan.discriminator.get_weights(), *gan.generator.get_weights()]
    real = to_float(digits.images[:batch_size])
    seed = keras.random.SeedGenerator(SEED)
    step(gan, real, keras.random.normal((batch_size, LATENT), seed=seed))
    after = [*gan.discriminator.get_weights(), *gan.generator.get_weights()]
    return [new - old for new, old in zip(after, before)]


ours = weights_after(one_step)
for step in (step_of_04, step_of_steps, step_of_gan):
    pairs = list(zip(ours, weights_after(step)))
    gap = max(np.abs(a - b).max() for a, b in pairs)
    print(f"{step.__name__:14} largest difference {gap:.0e}")
    assert gap < 1e-6 < max(np.abs(a).max() for a in ours)

# %% [markdown]
# `train` makes many steps and keeps a record: losses, and what both generators make of the same noise.
#
# First 1,000 steps with Adam as it comes, which is what `"adam"` in the program meant. Will there be digits?


# %% tags=["varies"] alt="A hundred times the same picture: a column of white grains"
def train(images, total, every=250, step=one_step, board=None, **settings):
    gan = new_gan(images, **settings)

    def random_step(number):
        real = gan.prepare(steps.random_batch(gan.rng, batch_size, gan.images))
        return step(gan, real, gan.rng.normal((batch_size, LATENT)))

    run_steps = steps.repeat(random_step)
    columns = {name: [] for name in ("step", "d_loss", "g_loss")}
    samples, ema_samples = [], []
    for number in range(every, total + 1, every):
        d_loss, g_loss = run_steps(every)
        for name, value in zip(columns, (number, float(d_loss), float(g_loss))):
            columns[name].append(value)
        samples.append(to_uint8(gan.generator(fixed_noise[:300])))
        ema_samples.append(to_uint8(gan.ema_generator(fixed_noise[:300])))
        if board:  # a dashboard, see section 6
            record = {name: list(column) for name, column in columns.items()}
            board.show(number, ema_samples[-1][:36], record)
    return SimpleNamespace(
        gan=gan,
        samples=np.array(samples),
        ema_samples=np.array(ema_samples),
        **{name: np.array(column) for name, column in columns.items()},
    )


plain = train(digits.images, 1000)
assert plain.gan.generator.count_params() == generator.count_params()
share = read(plain.gan.generator(fixed_noise).numpy())[1].mean()
print(f"legible {share:.1%}; L_D", plain.d_loss.round(3), "L_G", plain.g_loss.round(1))
assert plain.d_loss[-1] < 0.3 and plain.g_loss[-1] > 5 and share < 0.02
show(plain.gan.generator)

# %% [markdown]
# A hundred times the same picture. And this time no bug is left to blame. The losses say what happens, and the table
# in 04 has a line for it: $L_D$ far below 1.39, $L_G$ at the bad end of its scale, so **the discriminator wins**. A
# correct program may still lose the game.
#
# Three *settings* are the usual cures. None of them changes the networks; R1 adds a penalty to $D$'s loss. Section 6 counts what each of
# them brings; guess which one you could leave out.
#
# - **R1**, from 04, with weight 1: it keeps $D$ from becoming steep where the data are.
# - **Adam without momentum**, $\beta_1 = 0$, and $\beta_2 = 0.99$ (Karras et al. 2018). Momentum goes on pushing in a
#   direction that the other player has answered long ago.
# - **An average** of the generator's weights over some five hundred steps (`ema` of 0.998, and 1 / 0.002 is 500).
#   Pictures are drawn with it; the training goes on without it (Yazici et al. 2019; notebook [09](09_faces.ipynb) looks at
#   it closely).
#
# ## 6. Training
#
# `DATA` is the one parameter; the rest follows from it. A dashboard opens below the cell: the same noise every 250
# steps, beside real digits, with the losses and the *diversity*, how different the pictures are from each other,
# compared with real ones. How many of the hundred at the end will you be able to read?

# %% alt="A dashboard of the training; a hundred generated handwritten digits, most of them easy to read"
DATA = "digits"  # or "mnist", "fashion_mnist", "faces", a folder or zip of your own
STEPS = 4000
CURED = dict(
    r1=1.0,
    ema=0.998,
    optimizer=lambda: keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99),
)
data = load_data(DATA, size=32 if DATA == "faces" else 28, split="train")
claims = (DATA, STEPS) == ("digits", 4000)  # asserted below: measured with these
start = time.perf_counter()
board = Dashboard(data.images[:36], steps=STEPS, batch_size=batch_size, columns=6)
page = display(board, display_id=True)
run = train(data.images, STEPS, board=board, **CURED)
page.update(board)  # its still picture, for paper
took = time.perf_counter() - start
TITLE = f"100 generated {data.name}, after {STEPS:,} steps and {took:.0f} s"
show(run.gan.ema_generator)

# %% [markdown]
# Digits. Some are blots, most can be read at a glance. Each is a function of 100 random numbers, and nobody ever
# told the generator that there is such a thing as a 3.
#
# Left, the losses; right, what the players never see, the share of legible pictures among 300, always from the same
# noise. When was most of it learned? Would the left picture have told you?

# %% alt="Left: both losses nearly level. Right: the legible share rises steeply"
figure, left, right = plots.panels("", "", size=(10, 2.8), xlabel="step")
plots.loss_curves(vars(run), left)
left.set_title("The losses stay level")
ema_share, last_share = (
    [read(to_float(frame))[1].mean() for frame in frames]
    for frames in (run.ema_samples, run.samples)
)
right.plot(run.step, ema_share, color=plots.FAKE, label="running average")
right.plot(run.step, last_share, ":", color=plots.FAKE, label="last weights")
right.axhline(real_share, color=plots.REAL, lw=0.8, label="real digits")
right.set(title="The digits become legible", ylabel="share of 300", ylim=(0, 1))
right.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
assert not claims or np.mean(ema_share[-5:]) > np.mean(last_share[-5:]) + 0.05
figure

# %% [markdown]
# The losses were nearly level from early on, while the digits became better and better: what 04 said of loss curves
# holds for pictures. And at the end the averaged generator is well ahead of the one it averages. (In the first
# steps it is behind: it still remembers the weights from before the training.)
#
# ### A hundred digits, and all ten kinds
#
# The share of legible pictures would not notice if all of them were noughts. So now a thousand, sorted by what the
# reader reads: which digit will be the rarest? Below, ten of each **that the reader can read**: a selection, unlike
# the picture above, which shows the first hundred as they came.

# %% tags=["varies"] alt="A hundred generated digits: ten noughts in the first row, ten ones in the second, and so on"
thousand = run.gan.ema_generator(fixed_noise).numpy()
says, legible = read(thousand)
counts, share = np.bincount(says[legible], minlength=10), legible.mean()
tens = [
    i for digit in range(10) for i in np.flatnonzero(legible & (says == digit))[:10]
]
print(f"legible {share:.0%}; of the noughts, ones, ... nines: {counts}")
assert not claims or share > 0.5 and counts.min() >= 10 and len(tens) == 100
plots.image_grid(
    to_uint8(thousand[tens or range(100)]),
    10,
    "Ten of each, sorted by what the network reads",
    plots.FAKE,
    row_labels=range(10) if len(tens) == 100 else None,
)

# %% [markdown]
# All ten are there, and a hundred digits that another network reads with confidence stand before you. Is it right?
# Look for one that *you* would read differently.
#
# ### Was it luck? And what did every repair bring?
#
# The same program with five seeds, trained before (`data/tools/make_first_gan_table.py`); and beside it with one repair or
# setting taken back at a time, in 1,500 steps, everything else as in our run. Each line shows five shares of legible pictures, and
# how often the rarest digit came among the legible ones of a thousand. Which of the silent bugs costs most? Which of
# the settings?

# %%
stored = json.loads(pathlib.Path("../data/results/first_gan.json").read_text())["runs"]
table = {}
for row in stored:
    table.setdefault(row["version"], []).append(row)
for name, rows in table.items():
    shares = " ".join(f"{row['legible']:4.0%}" for row in rows)
    rarest = " ".join(f"{row['rarest']:3}" for row in rows)
    print(f"{name:30}{shares}   rarest {rarest}")
best, short, both, grey, momentum, no_r1, last = (
    [row["legible"] for row in rows] for rows in table.values()
)
assert min(row["rarest"] for row in table["repaired"]) >= 10
assert max(row["rarest"] for row in table["both updates move D (bug 5)"]) == 0
assert max(both) < min(short) and max(grey) < min(short) < min(best)
assert max(momentum) < 0.05 and max(last) < min(no_r1)
assert 0 < np.median(short) - np.median(no_r1) < 0.05
assert not claims or min(best) - 0.1 < share < max(best) + 0.1

# %% [markdown]
# No luck: five of five seeds come to nearly the same share, and no digit is missing. The lower lines, of 1,500
# steps each, are to be compared with the second one. While both updates move $D$, in none of the five seeds
# are all ten digits drawn: the rarest one never comes. In three seeds next to nothing is legible. No setting makes up for
# that bug. The pixels from 0 to 1 cost about a third of the legible digits, although we read
# them in their own range, as kindly as possible: a bug that only makes things worse is the easiest to overlook.
#
# Of the three settings, Adam's two betas decide: with Adam as it comes nothing at all is legible, although R1 and the
# average are there. Without the average about half is lost. And R1? Without it 43 to 46 % are legible, and with it 46 to
# 48 %. So R1 brings little here, in 1,500 steps. A cure that everybody recommends is still a
# claim to be measured; in the [failure clinic](07_failure_clinic.ipynb) you will meet trainings that it saves.
#
# ## 7. Play: the training under a slider
#
# First five moments at a glance, a column for each noise. Then drag the moment, with the mouse or with Tab and the
# arrow keys. `fade` fades what the reader cannot read; `weights` shows the averaged generator or the last one. The
# bars count the legible pictures of each kind among three hundred. Which digit comes first, and which is the last to
# come? (The cell is mostly drawing, which you may skip.)

# %% alt="Twelve columns, each the picture of one noise vector at five labelled steps: grey fog at first, digits at the end"
moment = ipywidgets.IntSlider(
    len(run.step) - 1, min=0, max=len(run.step) - 1, description="moment"
)
weights = ipywidgets.Dropdown(
    options=[("running average", "ema_samples"), ("last step", "samples")],
    description="weights",
)
fade = ipywidgets.Checkbox(True, description="fade what cannot be read")
caption = ipywidgets.HTML()
screen = ipywidgets.Image(width=900, height=360)


def show_moment(change=None):
    images = vars(run)[weights.value][moment.value]
    digit, legible = read(to_float(images))
    faded = fade.value & ~legible[:100, None, None, None]
    sheet = np.where(faded, 200 + images[:100] // 8, images[:100]).astype("uint8")
    figure, left, right = plots.panels(
        "", "Legible, of 300 pictures", size=(9, 3.6), xlabel="digit", xticks=range(10)
    )
    plots.show_images(left, sheet, columns=10)
    right.bar(range(10), np.bincount(digit[legible], minlength=10), color=plots.FAKE)
    right.set_ylim(0, 60)
    screen.value = figure._repr_png_()
    caption.value = (
        f"Step {run.step[moment.value]:,}: {legible.mean():.0%} can be read."
    )


for control in (moment, weights, fade):
    control.observe(show_moment, "value")
show_moment()
rows = np.unique(np.linspace(1, len(run.step) - 1, 5).round().astype(int))
display(
    plots.image_grid(
        {f"step {run.step[row]:,}": run.ema_samples[row, :12] for row in rows},
        columns=12,
        title="Digits appear: a column shows one noise vector at five steps",
        colour=plots.FAKE,
    )
)
ipywidgets.VBox([moment, weights, fade, caption, screen])

# %% [markdown]
# ## 8. One parameter: faces
#
# Set `DATA` above to `"mnist"` and run from there: 60,000 digits are fetched, and everything follows. Where there is
# no internet you are told so, and how to get them by hand. And here are faces at last: rendered by the course, 32 x
# 32, in colour. The networks take their shape from the data; nothing else changes. How far will it get in 800
# steps?

# %% alt="Left: thirty rendered portraits. Right: thirty generated ones, grainy, with heads and hair"
faces = load_data("faces", n=2000, size=32, split="train")
other = train(faces.images, 800, every=400, **CURED)
generated = other.ema_samples[-1]
untrained = to_uint8(new_gan(faces.images).generator(fixed_noise[:300]))
likeness = [
    np.corrcoef(faces.images.mean(0).ravel(), images.mean(0).ravel())[0, 1]
    for images in (untrained, generated)
]
print(f"pictures of shape {generated.shape[1:]}")
print("mean picture and mean face correlate: {:.2f} -> {:.2f}".format(*likeness))
assert likeness[0] < 0.3 and likeness[1] > 0.7
plots.compare(
    faces.images[:30],
    generated[:30],
    columns=5,
    titles=("Real", "Generated, after 800 steps"),
)

# %% [markdown]
# The *mean* picture is nearly right, for averaging takes the grain out. Single ones are not: heads, hair, backgrounds,
# and grain over everything. Compare them with what [09](09_faces.ipynb) draws. A dense
# layer must learn for every pixel anew what an edge is: it does not know that pixels have neighbours. Convolution
# does, and the next notebook is about it.
#
# **Where all this stands in the library.** The networks are `models.build_generator(shape, 100, kind="dense")` and
# `models.build_discriminator(shape, kind="dense")`. The network that reads has a close relative in [`ganlib/classifiers.py`](../ganlib/classifiers.py), `DigitClassifier`. The
# step with R1 is `alternating_step` in [`ganlib/steps.py`](../ganlib/steps.py). `GAN` in
# [`ganlib/training.py`](../ganlib/training.py) builds a checkpoint and a record around it. Bugs 2, 3 and 6 cannot happen there: `GAN.fit` takes `uint8` pictures, prepares
# them itself, and tells in words when they do not fit the networks.
#
# ## Recap
#
# - Keras tells what a layer expected and what it received. Work out both numbers, and the line is found: 2352 is
#   28 x 28 x 3. A *symbolic* input is a promise without numbers.
# - A test that never failed proves little. Ours stood round the repair, red before and green after; a stand-in let
#   each of them look at one thing alone.
# - A program without errors may learn nothing. We counted updates, compared weights before and after, looked at the
#   range of the pixels, and read what the title claims.
# - `gan.train_on_batch` moved both networks. Freezing by `trainable = False` stopped $D$ in its own update as well, in
#   Keras 3. A tape, and gradients for one network's weights, do what is meant.
# - Seven green tests, and with Adam as it comes the discriminator won. With other betas, and with an average of the
#   weights, most of a thousand pictures became legible, with all ten digits, in five of five seeds; R1 brought
#   little here.
# - The shape, the range and the name come from the data. Then `DATA` is one parameter, and faces are faces.
#
# ## Exercises
#
# Write your answer in place of the dots and run the cell. `check` says what is wrong, not what is right;
# `hint("count_weights")` gives a hint, and a larger one each time. [One solution to
# each](solutions/05_first_image_gan.py).
#
# ### 1. Count the weights
#
# Write `count_weights(shape)`: how many weights the article's generator has that draws pictures of `shape` (height,
# width, channels) from 100 numbers. A dense layer from $a$ to $b$ numbers has one weight for each pair, and one bias
# for each of the $b$.


# %%
def count_weights(shape): ...


check("count_weights", count_weights)

# %% [markdown]
# ### 2. Who has moved?
#
# The test of bug 5, for any number of players. `moved(before, after)` is given two dicts, each from a player's name
# to the list of its arrays. Return the names of those in which *any* weight has changed, by however little, as a
# list.


# %%
def moved(before, after): ...


check("moved", moved)

# %% [markdown]
# ### 3. Ten by ten
#
# The article's last picture, without a loop. `mosaic(images, columns)` is given an array (n, height, width,
# channels) and puts the pictures side by side, row after row, into one large picture (rows · height, columns ·
# width, channels). `columns` divides n.


# %%
def mosaic(images, columns): ...


check("mosaic", mosaic)

# %% [markdown]
# ### 4. Break it yourself
#
# No checker, only your eyes. Set `batch_size = 256` and call `train` with `CURED` and a quarter of the steps: the same
# number of pictures seen. Better or worse, and how long did it take? Then back to 64, with `CURED | dict(r1=100.0)`:
# what do the losses say, and what do the pictures?
#
# ## Quiz
#
# Answer aloud first. Then run the cell and open the choices: each one tells you why, the wrong ones too.
#
# 1. Keras says: expected axis -1 to have value 3072, but received 1024. Your pictures are 32 x 32. What happened?
# 2. What does `layers.Input((28, 28, 1))` contain?
# 3. You repaired a bug and wrote a test; it passes. Why run it on the old version, too?
# 4. In Keras 3 you set `discriminator.trainable = False` and compile the row of both. What does the discriminator's
#    own `train_on_batch` do now?
# 5. All tests are green, L_D is 0.01 and L_G is 60. What now?
# 6. A generator scores 95 % legible digits. What could still be wrong?

# %%
quiz("05_first_image_gan")

# %% [markdown]
# ## References
#
# - I. Goodfellow et al. *Generative Adversarial Nets.* NIPS 2014. The first GANs for images were made of dense
#   layers, too.
# - A. Nguyen, J. Yosinski, J. Clune. *Deep Neural Networks are Easily Fooled: High Confidence Predictions for
#   Unrecognizable Images.* CVPR 2015. Why our reader needed an eleventh answer.
# - L. Mescheder, A. Geiger, S. Nowozin. *Which Training Methods for GANs do actually Converge?* ICML 2018. R1.
# - T. Karras, T. Aila, S. Laine, J. Lehtinen. *Progressive Growing of GANs for Improved Quality, Stability, and
#   Variation.* ICLR 2018. Adam without momentum.
# - Y. Yazici, C.-S. Foo, S. Winkler, K.-H. Yap, G. Piliouras, V. Chandrasekhar. *The Unusual Effectiveness of
#   Averaging in GAN Training.* ICLR 2019. The running average.
#
# ## Next
#
# Dense layers do not know that pixels have neighbours. In the next notebook you will build networks that do, and find
# out which of the famous guidelines for them matter.
