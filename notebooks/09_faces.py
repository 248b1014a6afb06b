# %% [markdown]
# # Faces from nothing
#
# In about ten minutes, two networks that begin as pure chance learn to draw faces, while you watch.
#
# <!-- badges --><!-- /badges -->
#
# **What you need first.** You know what a generator and a discriminator are, and you have seen one update of
# each. If not: the sections on losses and on a step by hand say it again in a few lines.
#
# **Time and memory:** <!-- measured -->8.8 min and 1.8 GB on 2 CPU cores<!-- /measured -->. Neither an internet connection nor a GPU is needed; where
# there is a GPU it is found and used.
#
# ## What you will learn
#
# - to prepare pictures for a GAN, and why some of them must never be trained on
# - to build a generator and a discriminator for 64 x 64 pixels that two CPU cores can train in minutes
# - to train them with a checkpoint, so that a run that is interrupted goes on where it was
# - to read the curves, and to know what they cannot tell you
# - to measure a generator: a distance, a count of who appears, and a search for copies
# - to save a generator, load it again, and walk between two faces
#
# Run the cells from top to bottom. Before a cell that computes something, stop for a breath and *predict* what
# will come. A wrong guess teaches more than a right one.

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
# ## 1. The settings
#
# The library of this course is called `ganlib`. It is small enough to read in an evening, and what stands in it
# was written in a notebook first.

# %%
# %matplotlib inline
import pathlib
import time

import ipywidgets
import keras
import numpy as np
import tensorflow as tf
from keras import layers

from ganlib import losses, metrics, plots
from ganlib.data import load_data
from ganlib.exercises import check, hint, quiz
from ganlib.faces import FACTORS
from ganlib.labs import Dashboard, InteractiveTrainer
from ganlib.models import (
    DepthToSpace,
    SpaceToDepth,
    build_discriminator,
    build_generator,
    load_generator,
    save_generator,
)
from ganlib.classifiers import FactorClassifier
from ganlib.training import GAN, gan_adam, to_float, to_uint8

# %% [markdown]
# Every number that you may want to change stands in the next cell. Five of them surprise people:
#
# - `BATCH` is small. On two cores a batch twice as large takes more than one and a half times as long, and a game is
#   played in steps: we would rather have many small ones.
# - `STEPS` is a whole run. Machines with two cores differ by a factor of five; where `MINUTES` are over first, the run
#   waits there for you to go on.
# - `RATE` is higher than the 0.0002 that most recipes use. It is held for the first half of the run and then
#   lowered to a fiftieth.
# - `R1` weighs a penalty on a discriminator that is too steep (section 4). Exercise 4 takes it away, so that you can
#   see what it is good for.
# - `FLIP` mirrors half of the real pictures. That is twice the data where left and right do not matter. Of our
#   faces as many as we like can be drawn, so they stay as they are.

# %%
GPU = bool(tf.config.list_logical_devices("GPU"))

DATA = "faces"  # or "lfw", "celeba", "hub:owner/name", or the path of a folder or zip of pictures
N = 10_000  # pictures to learn from
SIZE = 64  # pixels on each side: 32, 64 or 128

LATENT = 128  # numbers of noise behind one picture
WIDTH = 96 if GPU else 48  # channels on the grid of 4 x 4 patches

BATCH = 32 if GPU else 16
STEPS = 30_000 if GPU else 6_600
MINUTES = 60 if GPU else 10  # a slower machine makes fewer steps in them
RATE = 5e-4
R1 = 1.0
FLIP = False
SEED = 0

READ = ("hair_style", "hair_colour", "glasses", "beard")  # what will be counted

# %% [markdown]
# ## 2. The data
#
# Our faces are *drawn*: for each one, some thirty factors are thrown like dice (skin, hair, glasses, where the
# light comes from) and a small program paints what came up. They show nobody. And since every factor is known,
# we can later *count* what a generator learned and what it missed.
#
# Two sets that share no picture: one to train on, and one that is kept aside for measuring. A generator that is
# measured on what it has seen could score well by remembering.
#
# Look for people you could tell apart: hair, glasses, beards, a smile, the side the light comes from. There are
# eight hair styles. Your guess before you see it: are they equally frequent?

# %% alt="Eight synthetic portraits in a row, with different skin, hair, glasses and beards"
train = load_data(DATA, n=N, size=SIZE, split="train")
held_out = load_data(
    DATA, n=2000, size=SIZE, split="test", channels=train.images.shape[-1]
)
print(f"{len(train):,} to train on, {len(held_out):,} held out; {train.source}")
print(
    f"{train.images.dtype} {train.images.shape}, {train.images.nbytes / 1e6:,.0f} MB\n"
)
if DATA == "faces":
    seen = {hash(image.tobytes()) for image in train.images}
    assert not any(hash(image.tobytes()) in seen for image in held_out.images)
    for name in READ:
        print(f"{name:12}", *(f"{value:>9}" for value in train.factors[name][:8]))
    print(
        f"{'smile':12}",
        *(f"{value:9.2f}" for value in train.factors["smile"][:8]),
        "\n",
    )
    for name, count in zip(*np.unique(train.factors["hair_style"], return_counts=True)):
        print(f"{name} {count:,}", end="   ")
half = len(held_out) // 2  # sections 8 and 9 compare one half with the other
if half < 64:
    print(
        f"Only {len(held_out)} pictures are held out. "
        + (
            f"The distances below compare {half} with {half}, which is rough. "
            if half
            else "That is too few for the distances below, so they are left out. "
        )
        + "From 640 pictures of your own on, each half has 64."
    )
plots.image_grid(train.images[:8], title="Real faces", colour=plots.REAL)

# %% [markdown]
# The small table belongs to these faces: compare them. And no, short hair is more than twice as
# frequent as none. A good generator must learn not only what a face looks like, but also how often each kind
# occurs; we come back to that.
#
# The pictures are whole numbers from 0 to 255, `uint8`, one byte each. As the 32-bit numbers that networks
# compute with they would take four times the memory, so each batch is converted at the last moment, to the
# range from -1 to 1 in which the generator draws.
#
# ## 3. Two networks
#
# The **generator** turns noise into a picture, the **discriminator** turns a picture into one number, its
# *logit*: above 0 it says "real", below 0 "generated". Passed through a sigmoid, the logit becomes a
# probability.
#
# Both are full of random weights now. Predict: what does the first picture look like, and how sure is the
# discriminator about it?

# %% alt="Four squares of coloured clouds, all much alike: what a generator draws before any training"
keras.utils.set_random_seed(SEED)
shape = train.images.shape[1:]
generator = build_generator(shape, LATENT, width=WIDTH)
discriminator = build_discriminator(shape, width=WIDTH)

picture = generator(keras.random.normal((16, LATENT), seed=SEED))
for name, pixels in (("real", to_float(train.images[:16])), ("generated", picture)):
    verdict = tf.sigmoid(discriminator(pixels)).numpy()
    print(
        f"probability that a {name} picture is real: {verdict.min():.2f} to {verdict.max():.2f}"
    )
plots.image_grid(
    to_uint8(picture[:4]), columns=4, title="Before training", colour=plots.FAKE
)

# %% [markdown]
# Coloured clouds, small ones on top of large ones: each grid of the generator adds random colours of its own. And a
# judge with opinions but no idea: whichever kind it rates higher, that is an accident of its weights. Neither network
# knows anything, and that is the right place to start, since each has only the other to learn from.
#
# ### Cutting pictures into patches
#
# A convolution over all 64 x 64 pixels is slow on a CPU. So the discriminator first folds every patch of 4 x 4
# pixels into one point with 16 times as many channels, and works on a grid of 16 x 16. Nothing is lost, the
# numbers only move. The generator unfolds patches at its end, smaller ones of 2 x 2: it must draw fine lines, not
# only see them.
#
# Watch it on a picture of 4 x 4 pixels and patches of 2 x 2. Which four numbers will stand together?

# %%
small = np.arange(16).reshape(1, 4, 4, 1)
folded = np.asarray(SpaceToDepth(2)(small))
print(small[0, :, :, 0], "becomes", folded.shape[1:])
print(folded[0])
assert (DepthToSpace(2)(folded) == small).numpy().all()
for grid in (64, 16):
    products = grid**2 * 9 * 48**2
    print(
        f"a 3x3 convolution of 48 channels on {grid}x{grid}: {products / 1e6:4.1f} million products"
    )

# %% [markdown]
# 0, 1, 4 and 5, a patch of the picture, became one point. And one convolution costs a sixteenth of what it
# would at full size. That is most of the secret of training on two cores.
#
# ### A block
#
# The generator is a stack of blocks, and each block adds something to what it is given. In front of every
# convolution the channels of each pixel are brought to one size (`RMSNormalization`), and then the *style*,
# computed from the noise, turns each channel up or down, like the sliders of a mixing desk. (`Dense` works on the
# channels of each point alone, and a bias of one starts every slider where it changes nothing.)


# %%
def active(x):
    return layers.LeakyReLU(negative_slope=0.2)(x)


def styled(x, style):
    gain = layers.Dense(x.shape[-1], bias_initializer="ones")(style)
    return layers.Multiply()(
        [layers.RMSNormalization()(x), layers.Reshape((1, 1, -1))(gain)]
    )


def block(x, style):
    y = layers.Conv2D(x.shape[-1], 3, padding="same")(active(styled(x, style)))
    y = layers.Conv2D(x.shape[-1], 3, padding="same")(active(styled(y, style)))
    return layers.Add()([x, y])


# %% [markdown]
# ### The whole generator
#
# Noise becomes a style, the style becomes a first grid of 4 x 4 points, and block by block the grid grows to
# 8 x 8, 16 x 16 and 32 x 32. Each grid adds its colours to one picture: the coarse ones a rough sketch that is
# enlarged smoothly, the finer ones what the sketch lacks (Karras et al. 2020). The last convolution writes 12
# numbers at every point, the details: a patch of 2 x 2 pixels in three colours. Where will most of the weights
# be, on the coarse grids or on the fine ones?


# %%
def colours(x):
    return layers.Dense(3)(layers.RMSNormalization()(x))


z = layers.Input((LATENT,))
style = layers.RMSNormalization()(z)
for _ in range(2):
    style = active(layers.Dense(256)(style))
x = layers.Reshape((4, 4, 4 * WIDTH))(layers.Dense(4 * 4 * 4 * WIDTH)(style))
x = block(x, style)
sketch = colours(x)
for channels in (2 * WIDTH, WIDTH, WIDTH // 2):
    x = block(
        DepthToSpace(2)(layers.Dense(4 * channels)(x)), style
    )  # twice the grid, half the channels
    sketch = layers.UpSampling2D(interpolation="bilinear")(sketch) + colours(x)
details = layers.Conv2D(2 * 2 * 3, 3, padding="same")(
    active(layers.RMSNormalization()(x))
)
sketch = layers.UpSampling2D(interpolation="bilinear")(sketch) + 0.1 * DepthToSpace(2)(
    details
)
by_hand = keras.Model(z, layers.Activation("tanh")(sketch))

for layer in by_hand.layers:
    if layer.count_params() > 60_000:
        print(
            f"{type(layer).__name__:6} to {str(layer.output.shape[1:]):13} {layer.count_params():9,} weights"
        )
print(f"picture {by_hand.output_shape[1:]}, {by_hand.count_params():,} weights in all")
assert (
    by_hand.count_params()
    == build_generator((64, 64, 3), LATENT, width=WIDTH).count_params()
)

# %% [markdown]
# Most weights sit on the coarse grids, where they are cheap to use: there are only 16 points to visit. (The largest
# layer turns the style into the first grid.) The details count a tenth only, since they are the one layer that can
# draw grain, and in our trials a full share of it covered the faces before there were any. The last line asserts
# that `build_generator` makes a network of the same size; it is the same plan, written for every size of picture
# ([`ganlib/models.py`](../ganlib/models.py)). The discriminator is the mirror image: patches, blocks from fine to
# coarse, one logit.
#
# ## 4. The losses, in two lines
#
# The discriminator pays for every wrong verdict, with *D* its probability of "real":
# $\;L_D = -\log D(x) - \log(1 - D(G(z)))$. The generator pays when it is found out:
# $\;L_G = -\log D(G(z))$, the *non-saturating* loss of Goodfellow et al. (2014).
#
# And a penalty, $\tfrac{R1}{2}\,\lVert\nabla_x\,\mathrm{logit}(x)\rVert^2$ on real pictures, asks the
# discriminator not to be steep where the data are (Mescheder et al. 2018). For a discriminator that is one dot
# product with weights *w*, that squared slope must be $\lVert w\rVert^2$. Do the numbers agree?

# %%
real_logits, fake_logits = tf.constant([2.0, 0.5]), tf.constant([-1.0, 1.5])
real_d, fake_d = tf.sigmoid(real_logits), tf.sigmoid(fake_logits)
d_formula = -np.mean(np.log(real_d)) - np.mean(np.log(1 - fake_d))
g_formula = -np.mean(np.log(fake_d))
d_loss, g_loss = (
    float(loss(real_logits, fake_logits)) for loss in losses.get("non_saturating")
)
print(f"L_D {d_formula:.6f} {d_loss:.6f}    L_G {g_formula:.6f} {g_loss:.6f}")

w = np.random.default_rng(SEED).normal(size=12).astype("float32")
squared, _ = losses.zero_centered_gradient_penalty(
    lambda x, training: x @ w[:, None], tf.ones((5, 12))
)
print(f"squared slope {float(squared):.6f}, squared length of w {w @ w:.6f}")
np.testing.assert_allclose(
    [d_loss, g_loss, squared], [d_formula, g_formula, w @ w], rtol=1e-5
)

# %% [markdown]
# They agree. `ganlib` computes from logits and not from probabilities, because the logarithm of a probability
# that was rounded to 0 is infinite.
#
# ## 5. One step by hand
#
# Training repeats one small thing thousands of times: the discriminator takes a step towards better verdicts,
# then the generator takes a step towards pictures that the *new* discriminator likes. Here it is once, on
# copies of our networks, and both losses are measured three times on the same pictures and noise. Which way
# does each loss go when its own player moves? And what does the generator's step do to the discriminator's loss?


# %% tags=["varies"]
def copy_of(network):
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    return copy


D, G = copy_of(discriminator), copy_of(generator)
real, z = to_float(train.images[:8]), keras.random.normal((8, LATENT), seed=SEED)
L_D = lambda: losses.discriminator_bce(D(real), D(G(z)))
L_G = lambda: losses.generator_non_saturating(None, D(G(z)))


def step_of(player, loss):
    with tf.GradientTape() as tape:
        cost = loss()
    weights = player.trainable_variables
    gan_adam(RATE).apply(tape.gradient(cost, weights), weights)


game = [(L_D(), L_G())]
for player, loss in ((D, L_D), (G, L_G)):
    step_of(player, loss)
    game.append((L_D(), L_G()))
for moment, (d, g) in zip(("at first", "D has moved", "G has moved"), game):
    print(f"{moment:12} L_D {d:.3f}   L_G {g:.3f}")
assert game[1][0] < game[0][0]  # the discriminator's step lowers its own loss
assert (
    game[2][1] < game[1][1] and game[2][0] > game[1][0]
)  # the generator's lowers its own and raises the other

# %% [markdown]
# Each loss fell when its own player moved, and the generator's step threw the discriminator back: the generator's
# success *is* the discriminator's failure. This is not a descent into a valley, it is a game. (The leaps are large because
# Adam's very first step moves *every* weight by the full rate, all in favour of these sixteen pictures. Later it
# remembers other batches too, and the pushes partly cancel.)
#
# ### An average that remembers
#
# In a game the weights never quite come to rest. So we keep a second generator whose weights are a running average
# of the first one's, and draw from that (Yazici et al. 2019). After every step it keeps 0.998 of itself and takes
# 0.002 of the new weights (more at first, while the weights still have far to go). Here is one restless weight that
# should be 1. How much calmer will its average be?

# %%
rng = np.random.default_rng(SEED)
weight = 1 + 0.1 * rng.standard_normal(5000)
average = np.ones(5001)
for step in range(5000):
    average[step + 1] = 0.998 * average[step] + 0.002 * weight[step]
print(
    f"spread: weight {weight[1000:].std():.4f}, its average {average[1000:].std():.4f}"
)
assert average[1000:].std() < weight.std() / 10

# %% [markdown]
# More than ten times calmer. It costs one multiplication a weight.
#
# ## 6. Training
#
# `GAN` is a Keras model whose step is what you just did by hand: the same two losses, the same order, plus R1
# (only at every 4th step, with 4 times the weight, which is cheaper: after Karras et al. 2020), plus the
# average. All of it stands in [`ganlib/training.py`](../ganlib/training.py), in `update`, some thirty lines.
#
# `before` keeps what the noise gives now. We will draw the *same* noise again and again, so that every difference
# you see comes from training.

# %% tags=["machine"]
gan = GAN(generator, discriminator, seed=SEED)
gan.compile(
    gan_adam(RATE, STEPS),
    gan_adam(RATE, STEPS),
    "non_saturating",
    r1=R1,
    random_flip=FLIP,
    steps_per_execution=1,
)
before = gan.sample(500)
dashboard = Dashboard(train.images[:64], steps=STEPS, batch_size=BATCH)

data_name = train.name.replace(":", "-").replace("/", "-")
run = pathlib.Path("runs", f"{data_name}-{SIZE}-{WIDTH}-{BATCH}-{STEPS}-{RATE}-{SEED}")
checkpoint = run / "unfinished.npz"
print(
    "an unfinished run goes on:" if checkpoint.exists() else "a new run:",
    run.as_posix(),
)

# %% [markdown]
# Now the long cell. Below it a dashboard opens. It draws the same noise about every twenty seconds, beside real faces;
# its slider leads back to earlier moments, while the training goes on. Its charts: the losses, the verdicts, the lengths
# of both gradients, and how different from one another the faces are, compared with real ones.
#
# - **Stop it whenever you like** (■, in the dashboard or above the notebook). Nothing is lost: run the cell again and
#   it goes on.
# - After `MINUTES` minutes it stops by itself. A slower machine has made fewer steps by then, and the faces below are
#   less finished than the text says: run the cell once more, and it goes on for as long again. (`TimeIsOver` is a Keras
#   callback, an object whose methods are called as the training goes.)
# - The checkpoint is written once a minute. If the kernel dies, the laptop sleeps or you come back tomorrow,
#   run the notebook from the top: it goes on from there, and says so.
# - A run that has reached its last step is renamed to `finished.npz`. So the next time you run the notebook, it
#   starts from nothing, as you would expect. To throw an unfinished run away, delete the folder `runs` that
#   stands beside this notebook.
#
# What will come first, do you think: colours, the outline of a head, or eyes?


# %% tags=["machine"] alt="On the left 64 generated portraits, on the right the two losses and the two verdicts over the steps"
class TimeIsOver(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.end = time.monotonic() + 60 * MINUTES

    def on_epoch_end(self, epoch, logs=None):
        if time.monotonic() > self.end:
            self.model.stop_training = True


record = gan.fit(
    train.images,
    steps=STEPS,
    batch_size=BATCH,
    path=checkpoint,
    callbacks=[dashboard.callback(), TimeIsOver()],
)
made = int(gan.step.value)
if made < STEPS:
    print(f"{made:,} of {STEPS:,} steps are made. Run this cell once more to go on.")
elif checkpoint.exists():
    checkpoint.replace(run / "finished.npz")
# What is asserted below was measured with these settings. Others may do better or worse.
measured = (DATA, N, SIZE, WIDTH, BATCH, STEPS, RATE, R1) == (
    "faces",
    10_000,
    64,
    48,
    16,
    6_600,
    5e-4,
    1.0,
)
# The further a run came, the more is claimed: {steps made: bar}, with a margin to runs with other seeds.
DISTANCE_BARS = {0: 1.1, 100: 1.0, 300: 0.8, 1000: 0.5}
SCORE_BARS = {0: 1.1, 100: 1.0, 300: 0.8, 1000: 0.4, 3000: 0.3}
SHARE_BARS = {0: 0.0, 2000: 0.03, 3000: 0.06, STEPS: 0.1}
OUTSIDE_BARS = {0: 21, 1000: 10, 3000: 7, STEPS: 4}


def bar(steps, bars):
    return bars[max(step for step in bars if step <= steps)]


# %% [markdown]
# ## 7. What it learned
#
# Twelve new faces, from noise that the networks have never seen. Do not look at the best one. Look at the
# worst three, and say what is wrong with them.
#
# Above them stand six held-out real ones. Cover the labels: what gives the generated ones away?

# %% alt="Six real portraits, and below them twelve generated ones, all different"
drawn = gan.sample(12, seed=1)
plots.image_grid(
    {"real, held out": held_out.images[:6], "generated": drawn},
    columns=6,
    title=f"Real faces, and generated ones after {made:,} steps",
    colour=[plots.REAL, plots.FAKE],
)

# %% [markdown]
# Every one of the twelve is a function of 128 random numbers. Nobody sat for them, and no picture was cut and pasted
# to make them.
#
# Thin things and edges give it away first: frayed hair, broken glasses, eyes and lips that do not match. Large soft
# things such as the background are learned early. Watch the order in which they come: each row is one noise vector, each
# column a moment of the training, the left one before the first step.

# %% alt="Two generated portraits in two rows, over the course of the training from left to right"
moments = list({0: before[:64], **dict(dashboard.frames)}.items())
places = np.unique(np.geomspace(1, len(moments), 5).round().astype(int)) - 1
strip = np.stack([moments[i][1][:2] for i in places], axis=1).reshape(-1, *shape)
plots.image_grid(
    strip,
    columns=len(places),
    title="The same two noise vectors while the networks learn",
    colour=plots.FAKE,
    row_labels=["noise 1", "noise 2"],
    column_labels=[f"step {moments[i][0]:,}" for i in places],
)

# %% [markdown]
# By step 400 there are a background, a head and hair, by step 1,000 eyes; thin things such as the rims of glasses come
# last, and some go again. The noise in a row is always the same, and yet the face in it may turn into somebody else,
# even late: follow the first row.
#
# ## 8. How to read the curves, and when to stop
#
# In other kinds of training a falling loss means progress. Here two losses pull against each other. On the left
# the losses; on the right something else: the distance between the pictures of each moment and held-out real
# ones (what kind of distance, the next section says). After step 1,000, which of the two still tells you something?

# %% alt="Left: two loss curves, level and then slowly parting. Right: the distance falls steeply to a little above its floor"
figure, left, right = plots.panels("", "Distance to real pictures", size=(11, 3.2))
plots.loss_curves(record, left)
chosen = [
    moments[i] for i in np.unique(np.linspace(0, len(moments) - 1, 12).astype(int))
]
n = min(64, half)
if n:
    reference, others = held_out.images[:n], held_out.images[n : 2 * n]
    distance = [
        metrics.sliced_wasserstein(reference, samples[:n], projections=64)
        for _, samples in chosen
    ]
    floor = metrics.sliced_wasserstein(reference, others, projections=64)
    right.plot(
        [step for step, _ in chosen],
        distance,
        "o-",
        color=plots.FAKE,
        label=f"{n} generated faces to {n} real ones",
    )
    right.axhline(floor, color=plots.REAL, ls=":", label=f"{n} real ones to {n} others")
    right.set(xlabel="step", ylim=(0, 1.1 * max(distance)))
    right.legend(frameon=False)
else:
    right.set(title="Too few held-out pictures for a distance")
if measured:
    assert distance[-1] < bar(made, DISTANCE_BARS) * distance[0]
    assert made < 1000 or record["d_loss"][-1] < 2 * np.log(2)
figure

# %% [markdown]
# The losses: nothing. They are level for thousands of steps, and then they part a little, the discriminator ahead, while
# the faces above became better all the time. The distance fell steeply until step 1,000, and then it stayed a little
# above its floor: with 64 pictures it sees no finer than that. So neither curve replaces a look. Read them like this:
#
# | you see | it means | do |
# |---|---|---|
# | both losses level, D's below $2\log 2 \approx 1.39$ | the discriminator is a little ahead: as it should be | go on |
# | D's loss near 0, G's rising | the discriminator wins, the generator learns nothing | more R1, a lower rate |
# | D's loss at 1.39, verdicts both at 0.5 | it cannot tell: excellent pictures, or a discriminator too weak | look at the pictures |
# | a spike, and pictures that become alike | one player lost its footing; it may come back | wait a little; if the spike returns, a lower rate |
# | a loss that is no number | the run has burst | the trainer stops by itself and keeps the last good checkpoint |
#
# **Stop** when the distance no longer falls *and* the pictures no longer get better to your eye. Never because
# of a loss.
#
# ## 9. How good is it?
#
# ### A distance
#
# The sliced Wasserstein distance compares small patches of two sets of pictures, at 64, 32 and 16 pixels
# (Karras et al. 2018). By itself such a number means nothing. It needs two marks: what *untrained* networks
# score, and what *real* pictures score against other real ones. Why will the second mark not be 0?

# %% tags=["machine"]
n = min(500, half)
faces = gan.sample(500, seed=3)
sets = {"real": held_out.images[n : 2 * n], "generated": faces, "untrained": before}
scores = {}
for name, images in sets.items() if n else ():
    scores[name] = metrics.sliced_wasserstein(
        held_out.images[:n], images[:n], patches=64, projections=128
    )
    ratio = scores[name] / scores["real"]
    print(f"{name:9} against real {scores[name]:6.1f}, {ratio:4.1f} times the floor")
if measured:
    assert scores["generated"] < bar(made, SCORE_BARS) * scores["untrained"]
    assert made < STEPS or scores["generated"] < 4 * scores["real"]

# %% [markdown]
# Two sets of different people are never the same, so even real against real is not 0. That is the floor, and the
# generator is now far nearer to it than to where it began. (Compare such ratios only where both come from equally
# many pictures: with more of them the floor sinks, and the same generator stands higher above it.)
#
# ### Are they faces?
#
# A distance can be fooled. So we ask a second judge: the *factor reader*, a small network trained to read hair,
# glasses and beard off a face, and to be unsure when it sees none. First we test the instrument itself on real
# pictures. Then we take the confidence that all but the most doubtful 5 % of real faces reach, and ask how many
# generated ones reach it. 95 % would be perfect. Your guess?

# %% tags=["machine"]
if DATA == "faces":
    reader = FactorClassifier.load()
    table = reader.predict(held_out.images)
    for name in READ:
        right = np.mean(table[name] == held_out.factors[name])
        print(f"{name:12} read correctly on {right:.1%} of real faces")
    least = np.percentile(reader.confidence(held_out.images), 5)
    share = np.mean(reader.confidence(faces) >= least)
    print(
        f"{share:.1%} of generated faces are read with a confidence of {least:.2f} or more"
    )
    if measured:
        assert share >= bar(made, SHARE_BARS)

# %% [markdown]
# Not most of them: the reader is stricter than our kind eyes. It was taught to read frayed and blotched faces all the
# same, and to doubt what is heavily blurred or put together from two people, and after ten minutes too much still
# looks like that. This number has room to rise; train longer, and watch it.
#
# ### Is everybody there?
#
# Now the question a single good picture can never answer. For every hair style, hair colour, kind of glasses and
# beard: how often does it occur among the real faces, and how often among the generated? The grey band is a
# factor of two either way. Who will be too rare?


# %% tags=["machine"] alt="Bars of the share of each hair style, hair colour, glasses and beard, real in blue, generated in orange"
def paired(ax, column):  # drawing, which you may skip
    names, place = list(FACTORS[column]), np.arange(len(FACTORS[column]))
    true, drawn = (
        np.array([np.mean(table[column] == name) for name in names])
        for table in (train.factors, drawn_factors)
    )
    ax.bar(
        place, 1.5 * true, 0.95, bottom=true / 2, color="#cbd5e0", label="factor of two"
    )
    ax.bar(place - 0.2, true, 0.36, color=plots.REAL, label="real")
    ax.bar(place + 0.2, drawn, 0.36, color=plots.FAKE, label="generated")
    ax.set_xticks(place, names, rotation=60)
    ax.set_title(column.replace("_", " "), fontsize=11)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_ylim(0, min(1, 2.1 * true.max()))
    return {
        name: ratio for name, ratio in zip(names, drawn / true) if not 0.5 <= ratio <= 2
    }


if DATA == "faces":
    drawn_factors = reader.predict(gan.sample(2000, seed=4))
    figure, outside = plots.Picture(figsize=(11, 3.4), layout="constrained"), {}
    for ax, column in zip(figure.subplots(1, 4, width_ratios=(8, 5, 4, 4)), READ):
        outside[column] = paired(ax, column)
        for name, ratio in outside[column].items():
            print(f"{column} {name} is outside: {ratio:.2f} times its true share")
    figure.axes[0].set_ylabel("share of all faces")
    figure.legend(
        *ax.get_legend_handles_labels(),
        loc="outside lower right",
        ncols=3,
        frameon=False,
        fontsize=9,
    )
    display(figure)
    if measured:
        assert sum(map(len, outside.values())) <= bar(made, OUTSIDE_BARS)

# %% [markdown]
# In our run nobody falls out of the band. But clean chins are too rare, and stubble and moustaches too frequent: a mouth
# that is smeared reads as a beard.
#
# This is what known factors buy us: not "it looks diverse", but a count. (A count with a grain of salt: the reader
# names *something* on smeared faces too.) With real photographs nobody hands us the blue bars, and who was lost goes
# unnoticed for longer.
#
# ### Or did it copy?
#
# A generator could be perfect by learning the training set by heart. So we look for the nearest training picture
# of each generated one, by the root of the mean squared difference of their pixels at 16 x 16. And since a nearest neighbour is
# always *somewhat* near, we ask the same of held-out real faces. If the generator copied, which of the two
# numbers would be the smaller one?


# %% tags=["machine"] alt="Top row: five generated portraits. Bottom row: the training picture nearest to each, another person"
def coarse(images):
    cells = images.reshape(len(images), 16, SIZE // 16, 16, SIZE // 16, -1)
    return cells.mean((2, 4), dtype="float32").reshape(len(images), -1)


def nearest(images):
    a, b = coarse(images), coarse(train.images)
    squares = (a**2).sum(1)[:, None] - 2 * a @ b.T + (b**2).sum(1)
    return squares.argmin(1), np.sqrt(squares.min(1).clip(0) / a.shape[1])


index, gap = nearest(faces[:300])
real_gap = nearest(held_out.images[:300])[1]
print("difference to the nearest training picture, in grey levels")
for name, values in (("generated", gap), ("held-out real", real_gap)):
    print(
        f"  {name:14} median {np.median(values):5.1f}, the nearest twentieth below {np.percentile(values, 5):5.1f}"
    )
if measured:  # a copy would be no farther than a grey level or two
    assert np.median(gap) > 0.6 * np.median(real_gap)
    assert np.percentile(gap, 5) > 0.5 * np.percentile(real_gap, 5)
plots.image_grid(
    {"generated": faces[:5], "nearest training picture": train.images[index[:5]]},
    columns=5,
    title="The nearest training pictures show other people",
    colour=[plots.FAKE, plots.REAL],
)

# %% [markdown]
# The neighbours are *alike*, in pose and colours, but they are other people. The generated faces keep about the
# distance that new real ones keep, and copies would have none.
#
# ## 10. Keep it
#
# To draw, only the averaged generator is needed. It is saved as plain numbers in half precision: a few
# megabytes that load without running anything from the file. Will the loaded one draw exactly the same?

# %% tags=["machine"]
path = save_generator(
    run / "generator.npz", gan.ema_generator, trained_on=data_name, steps=made
)
loaded, facts = load_generator(path)
noise = np.random.default_rng(5).standard_normal((64, LATENT), "float32")
original, copy = (
    to_uint8(network(noise)).astype(int) for network in (gan.ema_generator, loaded)
)
print(f"{path.as_posix()}: {path.stat().st_size / 1e6:.1f} MB, {facts}")
print(
    f"pixels that differ by more than 4 grey levels: {np.mean(abs(original - copy) > 4):.3%}"
)
assert np.mean(abs(original - copy) > 4) < 0.01

# %% [markdown]
# To the eye the same; rounding the weights moved a pixel here and there by a grey level.
#
# ## 11. Play: walk from one face to another
#
# Two noise vectors are two faces. What lies on the straight line between them? If the generator had a
# list of pictures, the way would have to jump from one to the next, and if it only blended pixels, you would see two
# faces at once. Look at the middle.


# %% alt="Two rows of five portraits; each row goes from one person to another through faces that are whole"
def face_noise(number):
    return np.random.default_rng(number).standard_normal(LATENT)


def walk(left, right, t):
    between = [
        (1 - s) * face_noise(left) + s * face_noise(right) for s in np.atleast_1d(t)
    ]
    return to_uint8(gan.ema_generator(np.stack(between)))


stops, pairs = np.linspace(0, 1, 5), ((1, 2), (3, 4))
plots.image_grid(
    np.concatenate([walk(*pair, stops) for pair in pairs]),
    columns=5,
    title="From one face to another",
    colour=plots.FAKE,
    row_labels=[f"{first} to {last}" for first, last in pairs],
    column_labels=[f"t = {t:.2f}" for t in stops],
)

# %% [markdown]
# No jump, and no stop shows two faces at once: what changes on the way is a feature here and there. Between the
# faces that it was shown, the generator has others.
#
# Now you. Three sliders: the number of the face that you leave, of the one that you go to, and how far you have
# walked. Use the mouse, or Tab and the arrow keys. Can you find a walk on which glasses appear?

# %%
left = ipywidgets.IntSlider(1, 0, 99, description="from face")
right = ipywidgets.IntSlider(2, 0, 99, description="to face")
t = ipywidgets.FloatSlider(0.5, min=0, max=1, step=0.02, description="on the way")
screen = ipywidgets.Image(width=256, height=256)


def show(change=None):
    screen.value = tf.io.encode_png(walk(left.value, right.value, t.value)[0]).numpy()


for slider in (left, right, t):
    slider.observe(show, "value")
show()
ipywidgets.VBox([left, right, t, screen])

# %% [markdown]
# How did the glasses arrive: all at once, or as a shadow that grew firmer? The latent space, where you have just
# been walking, is a subject of its own.
#
# ## 12. Other data, more time
#
# Change one line, `DATA`, and run the notebook again:
#
# | `DATA` | what | and also |
# |---|---|---|
# | `"lfw"` | 13,000 photographs of people, downloaded once by scikit-learn | the factor cells are skipped; the generator that comes with the course had `BATCH = 32` |
# | `"celeba"`, `"hub:owner/name"` | pictures from the Hugging Face hub; needs `pip install datasets` | only what is used is fetched: `N` pictures and 2,000 for measuring, or a quarter more where the set has no test part |
# | `"my_pictures.zip"`, a folder | your own; some thousands, cut alike, or it will learn little | `FLIP = True` if left and right do not matter |
#
# On a GPU the settings choose wider networks and more steps by themselves.
#
# ### More time, by hand
#
# You can also go on from here, without a long cell. The next one gives the networks a steady rate (their own has run
# down) and shows a dashboard with two more buttons. **Step** makes one step. **Play** makes one after the other: the
# browser asks for each of them, and in between the kernel is free, so other cells run meanwhile. Stop, go back in time,
# go on. (First it compiles the step, for ten seconds or so.)
#
# Play for a minute. Which moves first, the charts or the faces? (It trains copies of the networks. Those of `gan` stay
# as they are, and so does its run.)

# %% alt="Four generated portraits, where the training goes on when Play is pressed"
further = GAN(copy_of(generator), copy_of(discriminator), seed=SEED)
further.ema_generator.set_weights(gan.ema_generator.get_weights())
further.compile(
    gan_adam(RATE / 2),
    gan_adam(RATE / 2),
    "non_saturating",
    r1=R1,
    random_flip=FLIP,
    steps_per_execution=1,
)
trainer = InteractiveTrainer(further, train.images, BATCH, SEED, count=4)
Dashboard(train.images[:4], batch_size=BATCH, train_for=trainer, every=5.0, columns=2)

# %% [markdown]
# Losses and verdicts jump from record to record. The faces follow slowly: they come from the averaged generator, of
# which each step changes only a five-hundredth. Change the rules and play again: `r1=0`, for example, and keep an eye on
# the gradient norms.
#
# Two generators come with the course, trained with this very code ([model cards](../data/README.md)): one on the
# synthetic faces, one on real photographs (Labeled Faces in the Wild). The people in the lower
# row do not exist either, but that generator learned from photographs of real people, and what it draws
# may carry traces of them. Does that change how you look at them?

# %% alt="A row of synthetic portraits and a row of grey photographs, all of people who do not exist"
sheets = {}
for name, label in (("faces", "from portraits"), ("lfw", "from photographs")):
    shipped, facts = load_generator(f"../data/{name}_generator.npz")
    noise = np.random.default_rng(6).standard_normal((6, shipped.input_shape[-1]))
    sheets[label] = np.broadcast_to(to_uint8(shipped(noise)), (6, 64, 64, 3))
plots.image_grid(
    sheets,
    columns=6,
    title="The generators that come with the course",
    colour=plots.FAKE,
)

# %% [markdown]
# ## Recap
#
# - Pictures stay `uint8` until a step needs them; a held-out set, never trained on, is what we measure against.
# - Patches of 4 x 4 pixels take the work to a coarse grid, where a convolution costs a sixteenth; blocks with a
#   style do the rest.
# - A checkpoint that holds everything the next step reads lets a run go on as if it had never stopped.
# - The losses show the balance of two players, not the quality of the pictures: look, and measure a distance.
# - A distance needs its floor, real against real; a count of factors shows who is missing; nearest neighbours
#   show whether it copied.
# - A generator is a few megabytes of numbers, and between two faces lie more faces.
#
# ## Exercises
#
# Write your answer in place of the dots and run the cell. `check` says what is wrong, not what is right;
# `hint("half_life")` gives a hint, and a larger one each time. [One solution to
# each](solutions/09_faces.py).
#
# ### 1. How long does the average remember?
#
# The averaged generator keeps 0.998 of itself at each step. After how many steps is a half of what it held
# forgotten?

# %%
half_life = ...
check("half_life", half_life)

# %% [markdown]
# ### 2. Put the patches together again
#
# Write the inverse of `SpaceToDepth` in NumPy, for any block, and for pictures that are not square: from
# `(n, h, w, c * block**2)` to `(n, h * block, w * block, c)`.


# %%
def together(x, block): ...


check("together", together)

# %% [markdown]
# ### 3. Who went missing?
#
# Two columns of names, one of real faces and one of generated ones, not always equally long. Return a list of the
# names whose share among the generated is *not* within a factor of two of their share among the real.


# %%
def outside(real, fake): ...


check("outside", outside)

# %% [markdown]
# ### 4. Make it worse
#
# No checker here, only your eyes. Set `R1 = 0` and `STEPS = 3_000`, predict what the curves will do, and run from
# the top. Then put R1 back, and give one picture in twenty something odd: after `load_data`, write
# `train.images[::20, :8, :8] = (255, 0, 0)`, a red square in the corner. Does the generator learn it, and how often
# does it draw it? Count with `np.mean(gan.sample(500)[:, 2:6, 2:6, 0].mean((1, 2)) > 180)`.
#
# ## Quiz
#
# Answer aloud first. Then run the cell and open the choices: each one tells you why, the wrong ones too.
#
# 1. After 3,000 steps both losses hardly move. What do you know about the pictures?
# 2. Why do the noise vectors of the progress pictures never change?
# 3. Real against real scores more than 0. Why?
# 4. The generator draws each of 100 training pictures perfectly, and nothing else. What shows it?
# 5. Training was interrupted after 2,000 steps. What must the checkpoint hold for the run to go on as if nothing
#    had happened?

# %%
quiz("09_faces")

# %% [markdown]
# ## References
#
# - I. Goodfellow et al. *Generative Adversarial Nets.* NIPS 2014. The game, and the non-saturating loss.
# - A. Radford, L. Metz, S. Chintala. *Unsupervised Representation Learning with Deep Convolutional Generative
#   Adversarial Networks.* ICLR 2016. The first convolutional recipe that trained stably, and walks between pictures.
# - W. Shi et al. *Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional
#   Neural Network.* CVPR 2016. Unfolding channels into pixels.
# - T. Karras, T. Aila, S. Laine, J. Lehtinen. *Progressive Growing of GANs for Improved Quality, Stability, and
#   Variation.* ICLR 2018. The sliced Wasserstein distance on a pyramid, and the normalised channels of every pixel.
# - L. Mescheder, A. Geiger, S. Nowozin. *Which Training Methods for GANs do actually Converge?* ICML 2018. R1.
# - Y. Yazici et al. *The Unusual Effectiveness of Averaging in GAN Training.* ICLR 2019. The averaged generator.
# - T. Karras, S. Laine, T. Aila. *A Style-Based Generator Architecture for Generative Adversarial Networks.*
#   CVPR 2019. Styles.
# - T. Karras et al. *Analyzing and Improving the Image Quality of StyleGAN.* CVPR 2020. R1 now and then, and a picture
#   that every grid adds to.
#
# ## Next
#
# You can make faces; the next notebook asks what the 128 numbers mean: which direction adds glasses, which one
# turns the head, and how to find the numbers behind a given face.
