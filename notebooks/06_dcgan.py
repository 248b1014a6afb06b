# %% [markdown]
# # DCGAN: a recipe for pictures
#
# You work a convolution by hand, forwards and transposed, train a convolutional GAN to legible digits in half a
# minute, and take its recipe apart, rule by rule.
#
# <!-- badges --><!-- /badges -->
#
# **What you need first.** The training loop of [the notebook on the adversarial game](04_adversarial_training.ipynb),
# and what a dense layer is. Convolutions are built here from nothing.
#
# **Time and memory:** <!-- measured -->1.9 min and 1.0 GB on 2 CPU cores<!-- /measured -->. Neither an internet connection nor a GPU is needed.
#
# ## What you will learn
#
# - to compute a convolution and a transposed convolution by hand, and to see both as one matrix
# - to find a transposed convolution in the backward pass of every convolution
# - to explain checkerboards by counting, and to know three cures and what each one does not cure
# - to test an instrument before you believe it: a reader of digits and a Fréchet distance
# - to build a DCGAN by its guidelines, and to train it to legible digits in half a minute
# - to remove one guideline at a time, and to tell an effect from noise
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
# ## 1. A convolution, by hand
#
# The next cell holds the tools, which you may skip for now: what is imported, and two helpers that draw. What stands in
# `ganlib` was written in a notebook first.

# %%
# %matplotlib inline
import json
import pathlib
import time
from types import SimpleNamespace

import ipywidgets
import keras
import numpy as np
import tensorflow as tf
from keras import layers

from ganlib import plots, steps
from ganlib.data import load_data
from ganlib.exercises import check, hint, quiz
from ganlib.models import DepthToSpace
from ganlib.training import to_float, to_uint8


def numbers(ax, array, top=None):
    ax.imshow(
        np.abs(array), cmap="Greys", vmin=0, vmax=1.8 * (top or np.abs(array).max())
    )
    for (i, j), value in np.ndenumerate(array):
        ax.text(
            j,
            i,
            f"{value:g}",
            ha="center",
            va="center",
            fontsize=9 if len(array) < 10 else 7,
        )


def sheets(titles, sets, columns=5):
    named = zip(titles, sets)
    return plots.image_sheets(
        [
            dict(images=images, title=title, columns=columns, colour=plots.FAKE)
            for title, images in named
        ]
    )


# %% [markdown]
# A dense layer ties every pixel to every unit and knows nothing of *near* and *far*. A **convolution** does: a small
# window of weights, the *kernel*, slides over the picture, and at every stop the products with what lies under it are
# added up. The **stride** is the length of its steps.
#
# Here is a picture, dark on the left and bright on the right, and a kernel that takes the column on the right minus
# the one on the left. Predict: where will the result be 0, and where not?


# %%
def convolve(x, kernel, stride=1):
    k = len(kernel)
    stops = range(0, len(x) - k + 1, stride)
    return np.array(
        [[np.sum(x[i : i + k, j : j + k] * kernel) for j in stops] for i in stops]
    )


edge, across = (
    np.array([[0, 0, 0, 5, 5]] * 5),
    np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
)
print(
    convolve(edge, across),
    "with stride 1\n",
    convolve(edge, across, stride=2),
    "with stride 2",
)

# %% [markdown]
# Zero where the picture is flat, 20 wherever the window sees the edge. With stride 2 the window stops at every
# second place only: $\lfloor (n - k)/s \rfloor + 1$ stops along a side $n$, for kernel $k$ and stride $s$. That
# halves the side, about.
#
# ### It is a matrix
#
# Every result is a weighted sum of pixels. So, with the picture written as one long column of 25 numbers, the whole
# convolution is *one matrix*. To find it we ask: what becomes of a picture that is 1 at one place and 0
# elsewhere? That is one column of the matrix. How many rows will it have for stride 2, and how many of its 100 numbers
# will not be 0?

# %% alt="A matrix of 4 rows and 25 columns: every row holds the same six numbers at other places, and zeros"
ones = np.eye(25).reshape(25, 5, 5)
C = np.stack([convolve(one, across, 2).ravel() for one in ones], axis=1)
np.testing.assert_allclose(C @ edge.ravel(), convolve(edge, across, 2).ravel())
figure, ax = plots.panels(
    "A convolution as a matrix",
    size=(11, 2.3),
    xlabel="pixel",
    ylabel="stop",
    yticks=range(4),
)
numbers(ax, C)
figure

# %% [markdown]
# Four rows, one for each stop, and in each row the same weights at other places: nine, of which three are 0
# themselves, so that 24 of the 100 numbers are not 0. A dense layer of this size would have 100 weights to learn;
# the convolution has 9, and *shares* them.
#
# ## 2. The transposed convolution, by hand
#
# A discriminator goes from a large picture to a small one. A generator must go the other way, and the **transposed
# convolution** does: instead of gathering under a window, *every number of the small array stamps the kernel onto
# the large one*, multiplied by itself. The stride is now the distance between stamps, and where stamps overlap, they
# add up.
#
# Do it once on paper, with stride 2:
#
# $$\begin{pmatrix} 1 & 2 & 0 \\ 0 & 3 & 1 \\ 2 & 0 & 1 \end{pmatrix} \quad\text{stamps}\quad
# \begin{pmatrix} 1 & 2 & 1 \\ 2 & 4 & 2 \\ 1 & 2 & 1 \end{pmatrix}$$
#
# How large is the result? What exactly stands in the middle? And at the place where the stamps of 1, 2, 0 and 3
# meet? Here is the rule in code, and then the answer, stamp by stamp.


# %%
def stamp(x, kernel, stride=2):
    k, n = len(kernel), len(x)
    large = np.zeros((stride * (n - 1) + k,) * 2)
    for (i, j), value in np.ndenumerate(x):
        large[stride * i : stride * i + k, stride * j : stride * j + k] += (
            value * kernel
        )
    return large


# %% [markdown]
# The nine numbers stamp in reading order: 1, 2, 0, 0, 3 and so on.

# %% alt="The 7 x 7 result after one, two, five and nine stamps; where stamps overlap the numbers add up"
small, tent = (
    np.array([[1, 2, 0], [0, 3, 1], [2, 0, 1]]),
    np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]),
)
by_hand = stamp(small, tent)
figure, *axes = plots.panels(
    "1 stamp",
    "2 stamps",
    "5 stamps",
    "all 9 stamps",
    size=(11, 3),
    xticks=[],
    yticks=[],
)
for ax, n in zip(axes, (1, 2, 5, 9)):
    numbers(
        ax,
        stamp(np.where(np.arange(9).reshape(3, 3) < n, small, 0), tent),
        by_hand.max(),
    )
assert (
    by_hand.shape == (7, 7)
    and by_hand[3, 3] == 3 * 4
    and by_hand[2, 2] == 1 + 2 + 0 + 3
)
figure

# %% [markdown]
# The side is $s\,(n - 1) + k = 7$. The middle sees only the stamp of 3, by its centre: 12. And where four corners meet
# stands 1 + 2 + 0 + 3 = 6.
#
# Does Keras agree, both ways? It wants four axes, (pictures, rows, columns, channels), and a kernel of (rows,
# columns, channel, channel); ours is one picture with one channel. `"valid"` means that nothing is added or cut off.
# With `"same"`, as generators use it, the result is cut to exactly stride times the side. Which border will it cut
# off our 7 x 7?


# %%
def by_keras(function, x, kernel, stride, padding="valid"):
    answer = function(
        np.float32(x)[None, :, :, None],
        np.float32(kernel)[:, :, None, None],
        stride,
        padding,
    )
    return np.asarray(answer)[0, :, :, 0]


conv, transposed = keras.ops.conv, keras.ops.conv_transpose
np.testing.assert_allclose(by_keras(conv, edge, across, 2), convolve(edge, across, 2))
np.testing.assert_allclose(by_keras(transposed, small, tent, 2), by_hand)
np.testing.assert_allclose(
    by_keras(transposed, small, tent, 2, "same"), by_hand[:6, :6]
)

# %% [markdown]
# No error, so all agree, and the last row and the last column are cut.
#
# ### Why "transposed"?
#
# The matrix of section 1 took 25 numbers to 4. Its transpose, rows and columns exchanged, takes 4 to 25. Is that
# the stamping? And does stamping undo a convolution?

# %%
gathered = convolve(edge, across, 2)
back = stamp(gathered, across, 2)
np.testing.assert_allclose(C.T @ gathered.ravel(), back.ravel())
print("a row of the picture:        ", edge[2])
print("convolved, and stamped back: ", back[2].astype(int))
assert not np.allclose(back, edge)

# %% [markdown]
# It is: $C$ gathers, $C^\top$ stamps, with the same weights. But it is no inverse. (Some call this layer a
# *deconvolution*, which promises too much.)
#
# And so you have met it before. Backpropagation through $y = Cx$ sends the gradient of $y$ back as
# $\nabla_x = C^\top \nabla_y$. **The backward pass of every convolution is a transposed convolution.** Check it with a
# gradient tape: if the results of a strided convolution have the gradients $g$, what reaches the picture?

# %%
x, g = (
    tf.constant(edge[None, :, :, None], tf.float32),
    np.array([[1.0, 2.0], [3.0, 4.0]]),
)
with tf.GradientTape() as tape:
    tape.watch(x)
    results = conv(x, np.float32(across)[:, :, None, None], 2, "valid")
arrived = tape.gradient(
    results, x, output_gradients=tf.constant(g[None, :, :, None], tf.float32)
)
np.testing.assert_allclose(arrived[0, :, :, 0], stamp(g, across, 2))

# %% [markdown]
# The tape stamps, too. Remember that: what is wrong with stamping in a generator is also wrong with the *gradients*
# that a discriminator sends it.
#
# ## 3. Checkerboards
#
# Look closely at pictures from early GANs and you see a fine pattern, bright and dark like a chess board. To find
# out where it comes from, stamp the simplest thing there is: a flat array of ones with a kernel of ones. Then every
# number of the result *counts the stamps* that reached that place.
#
# Stride 2, kernels of side 2, 3, 4 and 5. For which of them is the inside flat? Predict all four.


# %% alt="Counts of overlapping stamps: flat inside for kernels 2 and 4, a checkerboard for kernels 3 and 5"
def overlaps(kernel, stride, n=6):
    return stamp(np.ones((n, n)), np.ones((kernel, kernel)), stride)


figure, *axes = plots.panels(
    *(f"kernel {k}, stride 2" for k in (2, 3, 4, 5)), size=(11, 3), xticks=[], yticks=[]
)
for ax, k in zip(axes, (2, 3, 4, 5)):
    numbers(ax, overlaps(k, 2)[:9, :9])
figure

# %% [markdown]
# Flat for 2, and for 4 away from the border. With 3 and 5 the places are reached unevenly, by 1, 2 or 4 stamps and
# by 4, 6 or 9: since both axes take part, the unevenness is squared. So are even kernels good?
#
# ### Play: the stamp desk
#
# A kernel, a stride, and how the counts lie in the middle of a large array. Use the mouse, or Tab and the arrow
# keys. Find the rule for stride 3. What happens when the kernel is smaller than the stride? (Most of the cell is
# drawing.)

# %%
k_slider = ipywidgets.IntSlider(3, min=1, max=8, description="kernel")
s_slider = ipywidgets.IntSlider(2, min=1, max=4, description="stride")
screen, told = ipywidgets.Image(width=330, height=330), ipywidgets.HTML()


def middle(kernel, stride):
    counts = overlaps(kernel, stride, n=24)
    return counts[len(counts) // 2 - 6 :, len(counts) // 2 - 6 :][:12, :12]


def show(change=None):
    counts = middle(k_slider.value, s_slider.value)
    low, high = counts.min(), counts.max()
    desk, ax = plots.panels(
        f"kernel {k_slider.value}, stride {s_slider.value}",
        size=(3.3, 3.3),
        xticks=[],
        yticks=[],
    )
    numbers(ax, counts, max(1, high))
    screen.value, told.value = (
        desk._repr_png_(),
        f"From {low:g} to {high:g} stamps: uneven.",
    )
    if low == high or low == 0:
        told.value = (
            f"Every place gets {low:g}: flat."
            if low
            else "Some places are reached by no stamp at all: holes."
        )


for slider in (k_slider, s_slider):
    slider.observe(show, "value")
show()
for k, stride in np.ndindex(9, 5):
    assert (
        stride == 0
        or k < stride
        or (np.ptp(middle(k, stride)) == 0) == (k % stride == 0)
    )
ipywidgets.VBox([k_slider, s_slider, told, screen])

# %% [markdown]
# Not "even", but **divisible by the stride**, as the last lines assert for every setting of the desk: then every
# place is reached by the same number of stamps, $(k/s)^2$. A kernel smaller than the stride leaves holes that no
# weight can fill.
#
# ## 4. What networks draw, and three cures
#
# Real kernels do not hold ones. So take layers with *random* weights, as at the start of training, and feed them a
# flat array, the same 16 numbers at every place. Beside the transposed convolution with kernels 3 and 4 we try two
# other ways to twice the side. **Resize-convolution** (Odena et al. 2016) first makes four pixels of each, all the
# same, and then convolves with stride 1. **Sub-pixel** convolution (Shi et al. 2016) convolves first, to four times
# the channels, and then unfolds them into 2 x 2 pixels.
#
# We take one layer, but with 1,000 channels, which is as good as a thousand networks. A pixel's row and column can
# be even or odd: four kinds of pixels, the *phases*. For each phase the cell prints the mean square over the
# channels. Random weights add up like the steps of a random walk, so the mean square should be proportional to the
# *number* of weights that reach a pixel. What do you expect for kernel 3? And for the other ways?

# %%
WAYS = "kernel 3", "kernel 4", "resize", "sub-pixel"


def larger(x, filters, way, **start):
    if way == "resize":
        return layers.Conv2D(filters, 3, padding="same", **start)(
            layers.UpSampling2D()(x)
        )
    if way == "sub-pixel":
        return DepthToSpace(2)(
            layers.Conv2D(4 * filters, 3, padding="same", **start)(x)
        )
    return layers.Conv2DTranspose(
        filters, int(way[-1]), strides=2, padding="same", **start
    )(x)


def phases(way):
    keras.utils.set_random_seed(0)
    x = layers.Input((8, 8, 16))
    flat = np.broadcast_to(
        np.random.default_rng(3).normal(size=16), (1, 8, 8, 16)
    ).astype("float32")
    return keras.Model(x, larger(x, 1000, way))(flat).numpy()[
        0, 6:8, 6:8
    ]  # one pixel of each phase: (2, 2, 1000)


for way in WAYS:
    power = np.square(phases(way)).mean(axis=-1)
    apart = np.ptp(phases(way), axis=(0, 1)).mean() / np.sqrt(power.mean())
    print(
        f"{way:10} mean square by phase",
        *(f"{value:5.2f}" for value in power.ravel() / power.min()),
        f"   in one channel they differ by {apart:.2f}",
    )
    assert (power.max() > 3 * power.min()) == (way == "kernel 3") and (
        apart < 1e-3
    ) == (way == "resize")

# %% [markdown]
# Two different things show, and they are often mixed up.
#
# **Between phases, over many channels** (the four numbers). Kernel 3 gives about 4 : 2 : 2 : 1, the counts of
# section 3: a bias for the chessboard that all channels share. The other three ways have none.
#
# **Within one channel** (the last number, in units of its usual size). With kernel 4 and with sub-pixel, too, each
# phase has random weights *of its own*, so one phase comes out brighter than the next, by accident. Only resize
# gives all four phases the same weights, and so draws a flat array flat.
#
# ### Does training wash it out?
#
# A network of two such layers shall enlarge digits from 8 x 8 to 32 x 32 pixels. It learns from the plain squared
# error against smoothly enlarged ones: nothing adversarial, and a target without any fine pattern. The measure is
# the **power at the finest frequency**, where a chessboard lives: what a network draws, divided by what the target
# has. 1 would be right.
#
# The four ways at the start, after 100 steps and after 300. Which will be clean first? And will all be clean at last?

# %% alt="A digit by four networks: grids in three of them at step 0 and 100, none in resize; faint at step 300"
target = to_float(load_data("digits", size=32, split="train").images).numpy()
coarse = target.reshape(-1, 8, 4, 8, 4, 1).mean(axis=(2, 4))


def finest(pictures):
    power = np.square(np.abs(np.fft.fft2(pictures[..., 0]))).mean(axis=0)
    return power[len(power) // 2].sum() + power[:, len(power) // 2].sum()


STEPS = 0, 100, 300


def stretched(image):
    """The grey values of one picture, stretched from black to white."""
    return (255 * (image - image.min()) / np.ptp(image)).astype("uint8")


rows = {step: [] for step in STEPS}
print(f"{'finest frequency':17}", *(f"{f'step {step}':>9}" for step in STEPS))
for way in WAYS:
    keras.utils.set_random_seed(0)
    x = layers.Input((8, 8, 1))
    network = keras.Model(
        x, layers.Activation("tanh")(larger(layers.ReLU()(larger(x, 16, way)), 1, way))
    )
    network.compile(keras.optimizers.Adam(2e-3), "mse")
    excess = []
    for step, more in zip(STEPS, np.diff(STEPS, prepend=0)):
        picked = np.random.default_rng(more).integers(len(target), size=32 * more)
        if more:
            network.fit(
                coarse[picked], target[picked], batch_size=32, verbose=0, shuffle=False
            )
        drawn = network(coarse[:400]).numpy()
        excess.append(finest(drawn - drawn.mean()) / finest(target[:400]))
        rows[step].append(stretched(drawn[3]))
    print(f"{way:17}", *(f"{value:9.2f}" for value in excess))
    assert (excess[1] < 3) == (way == "resize")
plots.image_grid(
    {f"step {step}": np.stack(images) for step, images in rows.items()},
    columns=4,
    title="Only resize is free of the grid after 100 steps",
    column_labels=WAYS,
    scale=4,
)

# %% [markdown]
# (At the start a network draws faintly, so its grey values are stretched.) Three draw wallpaper, and only resize
# shows the digit at once. After 100 steps resize alone is clean, and kernel 3 is the worst. With more steps the
# others learn to balance their phases, kernel 3 last. So training does wash it out *where the loss says so at every
# pixel*. A discriminator says it less directly; what remains in a GAN we shall see in section 9.
#
# | cure | what it cures | what it does not |
# |---|---|---|
# | kernel divisible by the stride | the bias that all channels share | the accident of the start |
# | sub-pixel | the same: it *is* a transposed convolution with such a kernel, written another way | the same |
# | resize-convolution | both | it also holds back fine detail that is wanted |
#
# (Sub-pixel can be started without accident, with equal weights for all four phases: Aitken et al. 2017.)
#
# ### And backwards
#
# Section 2 found stamping in the backward pass of a convolution. So a discriminator with kernel 3 and stride 2 should
# send *chessboards as gradients*, whatever the generator is made of. Two strided layers, random weights,
# real pictures; the mean square of the gradient by phase, for kernels 3 and 4:

# %%
for kernel in (3, 4):
    keras.utils.set_random_seed(0)
    parts = [layers.Input((32, 32, 1))]
    for filters in (16, 32):
        parts += [
            layers.Conv2D(filters, kernel, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
        ]
    judge, x = (
        keras.Sequential([*parts, layers.Flatten(), layers.Dense(1)]),
        tf.constant(target[:400]),
    )
    with tf.GradientTape() as tape:
        tape.watch(x)
        logits = judge(x)
    power = (
        np.square(tape.gradient(logits, x)[:, 8:24, 8:24, 0])
        .mean(axis=0)
        .reshape(8, 2, 8, 2)
        .mean(axis=(0, 2))
    )
    print(
        f"kernel {kernel}: gradient by phase",
        *(f"{value:5.2f}" for value in power.ravel() / power.min()),
    )
    assert (power.max() > 2 * power.min()) == (kernel == 3)

# %% [markdown]
# So it is. With kernel 3 some pixels are told several times as loudly as others, and the divisible kernel mends that
# too. Our DCGAN will have kernel 4 and stride 2 in *both* networks.
#
# ## 5. The data, and three instruments
#
# The data are real: 1,797 digits of 8 x 8 pixels, written by hand and bundled with scikit-learn. A fifth of them is
# *held out*: no network sees it, and everything is measured against it.
#
# You will be able to read them, most at first sight. Can a program? Our first instrument is a **reader**, a small
# network that learns to name the digit. What share of the held-out digits will it read correctly after four seconds
# of training?

# %% alt="Forty real handwritten digits of 8 x 8 pixels"
SEED = 0
train, held_out = (load_data("digits", split=part) for part in ("train", "test"))


def train_reader(images, labels, seed=0):
    keras.utils.set_random_seed(seed)
    reader = keras.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(64, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )
    reader.compile(
        keras.optimizers.Adam(2e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    reader.fit(to_float(images), labels, batch_size=64, epochs=25, verbose=0)
    return reader


def read(images):
    chances = tf.nn.softmax(reader(to_float(images))).numpy()
    return chances.argmax(1), chances.max(1)  # which digit, and how sure


reader = train_reader(train.images, train.labels, SEED)
digit, sure = read(held_out.images)
enough, right = np.percentile(sure, 5), np.mean(digit == held_out.labels)
print(
    f"{right:.1%} of the held-out digits are read correctly, 95 % with a confidence of {enough:.3f} or more"
)
assert right > 0.96
plots.image_grid(train.images[:40], columns=20, title="Real digits", colour=plots.REAL)

# %% [markdown]
# Good enough to judge others. The confidence that all but the most doubtful twentieth of real digits reach is
# our bar: a picture that passes it is **legible**. So real pictures are 95 % legible, by construction.
#
# The second instrument counts the **classes**: how many of the ten digits make up at least 2 % of the pictures each, as
# legible ones. The third is a distance.
#
# ### The Fréchet distance
#
# The reader's last layer but one gives 64 numbers for every picture, its *features*: what it looks at when it
# decides. Two sets of pictures are two clouds of such points. Describe each cloud by its mean $\mu$ and its
# covariance
# $\Sigma$, that is, by a Gaussian. The **Fréchet distance** of two Gaussians (squared, as everybody reports it) is
#
# $$F = \lVert\mu_a - \mu_b\rVert^2 + \operatorname{tr}\Sigma_a + \operatorname{tr}\Sigma_b
# - 2\operatorname{tr}\bigl(\Sigma_a^{1/2}\,\Sigma_b\,\Sigma_a^{1/2}\bigr)^{1/2}.$$
#
# If both have the same shape, it is the squared shift. If one is the other made three times as wide, every axis adds
# $(3\sigma - \sigma)^2$: these two cases are asserted. (With the features of a large network, Inception, it is the FID of
# the papers: Heusel et al. 2017.) `score` applies all three instruments to a set of pictures, and a fourth for
# section 9: how much pure chessboard there is in them, in units of what real digits have.

# %%
features = keras.Model(reader.inputs, reader.layers[-2].output)


def frechet(a, b):
    first, second = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(first)
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ second @ root).clip(0)).sum()
    return float(
        ((a.mean(0) - b.mean(0)) ** 2).sum()
        + np.trace(first)
        + np.trace(second)
        - 2 * cross
    )


def chess(images):
    board = (-1) ** np.add.outer(np.arange(8), np.arange(8))
    return np.square((to_float(images)[..., 0] * board).numpy().sum(axis=(1, 2))).mean()


def score(images):
    digit, sure = read(images)
    counts = np.bincount(digit[sure >= enough], minlength=10)
    seen, real = (
        features(to_float(pictures)).numpy() for pictures in (images, held_out.images)
    )
    return {
        "legible": np.mean(sure >= enough),
        "classes": int((counts >= 0.02 * len(images)).sum()),
        "distance": frechet(seen, real),
        "chess": chess(images) / chess(held_out.images),
    }


cloud = np.random.default_rng(1).normal(size=(500, 3)) * [1, 2, 5]
cloud -= cloud.mean(axis=0)
np.testing.assert_allclose(frechet(cloud, cloud + [1, 0, 2]), 1**2 + 2**2)
np.testing.assert_allclose(
    frechet(cloud, 3 * cloud), np.sum((3 - 1) ** 2 * cloud.var(axis=0, ddof=1))
)

# %% [markdown]
# Both come out. Now **test the instruments before you use them**, on pictures whose fault we know, because we made
# it; as many of them as there are training pictures, about.
#
# Which instrument will notice that all the sevens are gone? Which one that each picture is half of one digit and
# half of another? And does any of them see a little grain?

# %%
rng, real = np.random.default_rng(2), train.images
made = {
    "real": real,
    "no sevens": real[train.labels != 7],
    "two in one": real // 2 + rng.permutation(real) // 2,
    "grain": np.clip(real + rng.normal(0, 25, real.shape), 0, 255).astype("uint8"),
    "noise": rng.integers(0, 256, real.shape).astype("uint8"),
    "one only": np.repeat(real[:1], 1438, axis=0),
}
tested = {name: score(images) for name, images in made.items()}
for name, scores in tested.items():
    print(
        "{:10} legible {legible:4.0%}   classes {classes:2}   distance {distance:6.1f}".format(
            name, **scores
        )
    )

# %% [markdown]
# *Legible* and *classes* can each be fooled. *Legible* misses the missing sevens, and is perfectly content with one picture
# repeated for ever; and part of the noise passes for legible, since nobody ever taught the reader to say "this is no
# digit". *Classes* misses the grain. The *distance* sees all of it, but does not say what is wrong. So we always
# print all three.
#
# And real against real is not 0. That first line is the **floor**: a generator that recited the training set would
# stand exactly there.
#
# ## 6. The guidelines, and the networks
#
# Early convolutional GANs were notorious: they trained badly, or not at all. Radford, Metz and Chintala tried many
# architectures and came back with a short list. Their networks were called **DCGAN**, for *deep convolutional GAN*.
#
# | | guideline | in the rules below |
# |---|---|---|
# | 1 | no pooling: strided convolutions in $D$, transposed ones in $G$ | `down`, `up` |
# | 2 | batch normalisation in both, but not at $G$'s output nor at $D$'s input | `norm`, `norm_ends` |
# | 3 | no hidden dense layers | `hidden` |
# | 4 | ReLU in $G$, and tanh at its end | `g_active`, `g_end` |
# | 5 | leaky ReLU in $D$, with slope 0.2 | `d_active` |
# | 6 | Adam with rate 0.0002 and $\beta_1 = 0.5$ (its usual values are 0.001 and 0.9) | `rate`, `beta` |
# | 7 | weights drawn from $\mathcal{N}(0, 0.02^2)$ at first | `start` |
#
# **Batch normalisation** subtracts from every channel its mean over the batch and divides by its spread; then two
# learned numbers scale and shift it. While training it takes the *batch's* mean and spread, and keeps a running
# average of them for later, when pictures are drawn (`training=False`).
#
# Every guideline becomes one entry of a dictionary, so that it can be changed alone. Which of them would *you* drop
# first? And which one never? Write both down.

# %%
LATENT, WIDTH, BATCH = 32, 32, 64
DCGAN = dict(
    down="kernel 4",
    up="kernel 4",
    norm="GD",
    norm_ends=False,
    hidden=0,
    g_active="relu",
    g_end="tanh",
    d_active="leaky",
    rate=2e-4,
    beta=0.5,
    start=0.02,
)


def active(name):
    return (
        layers.LeakyReLU(negative_slope=0.2)
        if name == "leaky"
        else layers.Activation(name)
    )


def start(rules):  # None: as Keras starts
    kernel = (
        keras.initializers.RandomNormal(stddev=rules.start)
        if rules.start
        else "glorot_uniform"
    )
    return {"kernel_initializer": kernel}


def normed(x, player, rules):
    return layers.BatchNormalization()(x) if player in rules.norm else x


def smaller(x, filters, rules):
    if rules.down == "max pooling":
        return layers.MaxPooling2D()(
            layers.Conv2D(filters, 3, padding="same", **start(rules))(x)
        )
    return layers.Conv2D(
        filters, int(rules.down[-1]), strides=2, padding="same", **start(rules)
    )(x)


# %% [markdown]
# The generator: 32 random numbers become a grid of 2 x 2 with 64 channels, and two transposed convolutions take it
# to 4 x 4 and to 8 x 8. (Its first layer is a dense one, but not a hidden one between others. The paper calls it
# "project and reshape".) `larger` is the function of section 4.
#
# The discriminator is the mirror image: 8 x 8 to 4 x 4 to 2 x 2, and one logit. Which of the two will have more
# weights?
#
# The last lines ask a question about the start: by how much do the untrained pictures of a hundred *different* noise
# vectors differ (the standard deviation of a pixel over the pictures), with batch normalisation and without?


# %%
def build_generator(rules):
    z = x = layers.Input((LATENT,))
    for _ in range(rules.hidden):
        x = active(rules.g_active)(
            normed(layers.Dense(256, **start(rules))(x), "G", rules)
        )
    x = layers.Reshape((2, 2, 2 * WIDTH))(layers.Dense(8 * WIDTH, **start(rules))(x))
    x = active(rules.g_active)(normed(x, "G", rules))
    x = active(rules.g_active)(
        normed(larger(x, WIDTH, rules.up, **start(rules)), "G", rules)
    )
    x = larger(x, 1, rules.up, **start(rules))
    x = normed(x, "G", rules) if rules.norm_ends else x
    return keras.Model(z, active(rules.g_end)(x))


def build_discriminator(rules):
    picture = x = layers.Input((8, 8, 1))
    x = normed(x, "D", rules) if rules.norm_ends else x
    x = active(rules.d_active)(smaller(x, WIDTH, rules))
    x = layers.Flatten()(
        active(rules.d_active)(normed(smaller(x, 2 * WIDTH, rules), "D", rules))
    )
    for _ in range(rules.hidden):
        x = active(rules.d_active)(
            normed(layers.Dense(256, **start(rules))(x), "D", rules)
        )
    return keras.Model(picture, layers.Dense(1, **start(rules))(x))


for build in (build_generator, build_discriminator):
    print(
        f"{build.__name__:20} {build(SimpleNamespace(**DCGAN)).count_params():,} weights"
    )
for norm in ("GD", ""):
    drawn = build_generator(SimpleNamespace(**{**DCGAN, "norm": norm}))(
        keras.random.normal((100, LATENT)), training=True
    )
    print(
        f"untrained, batch norm {norm or 'nowhere':8} {drawn.numpy().std(axis=0).mean():.4f} between pictures"
    )

# %% [markdown]
# The generator, by a quarter: 42 and 34 thousand. The one convolution between 64 and 32 channels, $4 \cdot 4 \cdot 64 \cdot
# 32$, holds most of them in either network.
#
# And the start: without batch normalisation every layer with its small weights makes the noise smaller, and hardly
# anything of it arrives in the picture. Batch normalisation brings it back to size 1 after every layer. Remember
# this when we take it away.
#
# ## 7. Half a minute of training
#
# `new_gan` holds two networks, two optimizers, a source of random numbers and the rules. `compiled` takes the step from
# [`ganlib/steps.py`](../ganlib/steps.py): the update of $D$ and the update of $G$ that you wrote in 04 and repaired in
# 05. `steps.repeat` compiles a loop over it, so that one call makes many steps. `separate_batches` matters now, with
# batch normalisation: $D$ gets real and generated pictures in **two batches of their own**, and not in a mixed one.
# (What can go wrong there belongs to the next notebook.)


# %%
def new_gan(images, seed=SEED, **rules):
    keras.utils.set_random_seed(seed)
    rules = SimpleNamespace(**{**DCGAN, **rules})
    gan = SimpleNamespace(
        rules=rules,
        generator=build_generator(rules),
        discriminator=build_discriminator(rules),
        rng=tf.random.Generator.from_seed(seed),
        data=to_float(images),
    )
    gan.d_optimizer, gan.g_optimizer = (
        keras.optimizers.Adam(rules.rate, beta_1=rules.beta) for _ in range(2)
    )
    gan.d_optimizer.build(
        gan.discriminator.trainable_variables
    )  # now: a graph cannot create variables later
    gan.g_optimizer.build(gan.generator.trainable_variables)
    return gan


def compiled(gan):
    def step(number):
        real = steps.random_batch(gan.rng, BATCH, gan.data)
        z = gan.rng.normal((BATCH, LATENT))
        values = steps.alternating_step(
            gan.generator,
            gan.discriminator,
            real,
            z,
            "non_saturating",
            gan.d_optimizer,
            gan.g_optimizer,
            separate_batches=True,
        )
        return values.d_loss, values.g_loss

    return steps.repeat(step)


# %% [markdown]
# `train_gan` makes 250 steps at a time. After
# each call it draws 1,438 pictures from the *same* noise, as many as there are training pictures, and writes down
# the losses and the scores. A single record jumps about, so `final_metrics` takes the mean of the four records up to step
# 4,000.

# %%
fixed_noise = np.random.default_rng(9).standard_normal((1438, LATENT)).astype("float32")


def train_gan(gan, total=4000, every=250):
    run_steps = compiled(gan)
    rows = []
    for step in range(every, total + 1, every):
        d_loss, g_loss = (float(loss) for loss in run_steps(every))
        drawn = to_uint8(gan.generator(fixed_noise, training=False))
        rows.append(
            {
                "step": step,
                "d_loss": d_loss,
                "g_loss": g_loss,
                "samples": drawn[:40],
                **score(drawn),
            }
        )
    return SimpleNamespace(
        gan=gan, **{name: np.array([row[name] for row in rows]) for name in rows[0]}
    )


def final_metrics(run, at=4000):
    last = (at - 1000 < run.step) & (run.step <= at)
    return {
        name: getattr(run, name)[last].mean()
        for name in ("legible", "classes", "distance", "chess")
    }


# %% [markdown]
# Now train, by all seven guidelines, for 8,000 steps: half a minute. The pictures show what the same forty noise
# vectors become. Predict: how soon will you recognise a first digit? And will all forty be digits at the end?

# %% tags=["varies"] alt="Forty generated digits at steps 250, 1,000, 4,000 and 8,000: from grey blots to digits most of which can be read"
begin = time.perf_counter()
full = train_gan(new_gan(train.images), total=8000)
print(
    f"{full.step[-1]:,} steps in {time.perf_counter() - begin:.0f} s; at the end {full.classes[-1]} classes"
)
moments = 0, 3, 15, 31
titles = [
    f"step {full.step[i]:,}: legible {full.legible[i]:.0%}\ndistance {full.distance[i]:.1f}"
    for i in moments
]
assert (
    full.distance[12:].max() < full.distance[0] / 3
    and min(full.classes[12:]) >= 9
    and min(full.legible[28:]) > 0.5
)
sheets(titles, full.samples[list(moments)])

# %% [markdown]
# After 250 steps there are blots, with about the right weight in the middle. After 1,000 you can read some, and from
# 4,000 on most; a few stay riddles. All ten digits are there, from networks of some forty thousand weights.
#
# Now the curves. Five runs of the same rules, with seeds 0 to 4, were made beforehand (`data/tools/make_dcgan_table.py`; the
# first of them is ours again, to step 4,000); they lie in grey behind ours. Look at the spread between the seeds before you look at
# anything else: it is the ruler for all that follows.

# %% tags=["varies"] alt="Left, both losses, drifting apart slowly after a thousand steps. Right, the distance falls from hundreds to below 10, as in five grey runs"
stored = json.loads(pathlib.Path("../data/results/dcgan.json").read_text())["runs"]
figure, loss_ax, distance_ax = plots.panels("", "", size=(10, 3), xlabel="step")
plots.loss_curves(vars(full), loss_ax)
loss_ax.set_title("The losses drift apart: D gains slowly")
for i, row in enumerate(stored[:5]):
    label = "five stored runs" if i == 0 else None
    distance_ax.plot(
        full.step[:16], row["curve"], color=plots.GREY, alpha=0.6, lw=1, label=label
    )
distance_ax.plot(full.step, full.distance, color=plots.FAKE, lw=2, label="this run")
floor = tested["real"]["distance"]
distance_ax.axhline(floor, color=plots.REAL, ls=":", label="real against real")
distance_ax.set(yscale="log", ylabel="Fréchet distance", yticks=[10, 100])
distance_ax.set_yticklabels(["10", "100"])
distance_ax.set_title("The distance falls all the same, and jitters")
distance_ax.legend(frameon=False)
spread = [row["distance"] for row in stored[:5]]
print(
    "up to step 4,000 our run comes to legible {legible:.0%}, distance {distance:.1f}".format(
        **final_metrics(full)
    )
)
print(
    "up to step 8,000                  legible {legible:.0%}, distance {distance:.1f}".format(
        **final_metrics(full, 8000)
    )
)
print(f"five stored runs, step 4,000: distance {min(spread):.1f} to {max(spread):.1f}")
assert stored[4]["rules"] == "DCGAN" and 0.6 * min(spread) < final_metrics(full)[
    "distance"
] < 1.6 * max(spread)
figure

# %% [markdown]
# Ours (orange) keeps to the path of the others. They fall fast, and then they *jitter*: one record may stand half as
# high again as the next. The blue dots are the floor, real against real. The second 4,000 steps made the pictures
# somewhat more legible, and the distance somewhat smaller.
#
# And again the losses tell nothing of all this. After step 1,000 that of $G$ rises slowly and that of $D$ falls, as if
# $G$ became worse, while the distance falls.
#
# ## 8. One guideline less
#
# Take one guideline away and leave all the others. First two of them live, 4,000 steps each; before you run the
# cell, guess what each does:
#
# - **no batch normalisation**, in either network
# - **ReLU in place of leaky ReLU** in $D$, so that its units can switch off altogether

# %% alt="Forty pictures by each of three rules: digits with all guidelines, the same white blob again and again without batch norm, digits with ReLU in D"
runs = {
    "all guidelines": full,
    "no batch norm": train_gan(new_gan(train.images, norm="")),
    "ReLU in D": train_gan(new_gan(train.images, d_active="relu")),
}
titles = [
    "{}: legible {legible:.0%}\nclasses {classes:.0f}, distance {distance:.1f}".format(
        name, **final_metrics(run)
    )
    for name, run in runs.items()
]
ends = [final_metrics(run)["distance"] for run in runs.values()]
assert ends[1] > 10 * max(ends[0], ends[2])
sheets(titles, [run.samples[15] for run in runs.values()], columns=8)

# %% [markdown]
# Without batch normalisation forty different noise vectors become *one* picture: a complete **mode collapse**.
# Section 6 showed why it begins so: at the start the noise hardly reaches the picture. If the small start were all
# of it, larger weights at the start should be a cure. Hold on to this idea: the table tests it.
#
# And ReLU in $D$? Digits. Are they better, or worse? Compare its numbers with the first panel's, and then with the
# *spread* of the grey runs. From one run, honestly, nobody can tell.
#
# ## 9. The table
#
# So: every guideline left out in turn, and some replaced in two ways, 4,000 steps each, made beforehand with the cells of
# this notebook (`data/tools/make_dcgan_table.py`): five seeds of the full recipe and of max pooling, three
# of every other set of rules.
#
# When do we call a difference an **effect**? Without any bell curve: where all seeds of a rule lie *beyond all five* of
# the full recipe. If the rule did nothing, three of its seeds and five of the recipe's would be eight numbers in random
# order. There are 56 ways to choose which three of eight are the lowest, and 2 of all these choices put the three at one
# end: a chance of 1 in 28 (with five seeds 1 in 126). We ask fourteen times, so a false alarm would be no surprise. Keep
# that in mind where an effect is small.
#
# Look at your two guesses from section 6 first.

# %% alt="Fifteen rows of three to five dots: most lie near the grey band of the full recipe, those without batch norm or with beta 0.9 far beyond"
table = {}
for row in stored:
    table.setdefault(row["rules"], []).append(row)
recipe, names = [row["distance"] for row in table["DCGAN"]], list(table)
figure, ax = plots.panels(
    "Four sets of rules ruin the pictures; all others lie near the full recipe",
    size=(10, 5.6),
    xlabel="Fréchet distance",
    xscale="log",
)
print(f"{'':30}legible  classes  chess  distance, seed by seed        effect on it")
effect = {}
for place, (name, rows) in enumerate(table.items()):
    dots = sorted(row["distance"] for row in rows)
    effect[name] = (
        "worse"
        if dots[0] > max(recipe)
        else "better"
        if dots[-1] < min(recipe)
        else "within noise"
    )
    legible, classes, board = (
        np.median([row[key] for row in rows]) for key in ("legible", "classes", "chess")
    )
    print(
        f"{name:30}{legible:7.0%}{classes:9.0f}{board:7.1f} ",
        *(f"{dot:5.1f}" for dot in dots),
        f"  {effect[name]}",
    )
    ax.plot(dots, [-place] * len(dots), "o", color=plots.FAKE, alpha=0.6)
ax.axvspan(
    min(recipe), max(recipe), color=plots.GREY, alpha=0.2, label="seeds of DCGAN"
)
ax.axvline(floor, color=plots.REAL, ls=":", label="real against real")
ax.set_yticks(-np.arange(len(table)), names)
ax.set_xticks([3, 10, 30, 100, 300], [3, 10, 30, 100, 300])
ax.legend(frameon=False, loc="upper right")
ruined = {
    name
    for name, rows in table.items()
    if min(row["distance"] for row in rows) > 3 * max(recipe)
}
assert ruined == {
    "no batch norm",
    "batch norm in G only",
    "beta 0.9",
    "no batch norm, Keras's start",
}
assert all(
    row["distance"] < 2 * np.median(recipe)
    for name in set(table) - ruined
    for row in table[name]
)
boards = {
    name: np.median([row["chess"] for row in rows]) for name, rows in table.items()
}
assert (
    1 < boards["resize in G"] < boards["DCGAN"] < 2
    and boards["kernel 3 in both"] < 1.3 * boards["DCGAN"]
)
figure

# %% [markdown]
# Four sets of rules stand apart, and no statistics are needed to see them: their distances are five to seventy times as
# large. Three of them lack batch normalisation in $D$. The fourth gives Adam its usual momentum. So **two things carry
# the whole training** here: batch normalisation in $D$, and $\beta_1 = 0.5$. The small rate made no visible difference.
#
# Now the idea of section 8: if a small start were all that is wrong without batch normalisation, larger weights would
# cure it. They do not ("no batch norm, Keras's start"). The noise reaches the picture then, and the game collapses all
# the same. It was a good explanation, and it is wrong, or at least not the whole truth.
#
# All other rules stay within a factor of two, above or below, and none of them shows an effect. And the chessboards of section 3? Nothing here is quite clean: the full
# recipe keeps half as much again of them as real digits have, or more, and kernel 3 in both networks is no worse than
# that. Resize keeps a quarter more.
#
# "Within noise" is not "useless". The guidelines were found on pictures of 64 x 64 and deeper networks, where a thing
# that is harmless here may decide. What you can take along is the way to find out.
#
# ## Recap
#
# - A convolution gathers under a sliding window; a transposed one stamps its kernel, and stamps add up. One is a matrix
#   $C$, the other $C^\top$, with the same weights; they are no inverses.
# - The gradient of a convolution goes back through $C^\top$: whoever convolves forwards stamps backwards.
# - A kernel that the stride divides is stamped evenly. Sub-pixel is the same thing written another way. Both leave
#   the accident of random phases, and only resize-convolution starts flat.
# - Legible, classes, distance: each was tested on faults that we made, and the first two are blind to some of them. The
#   floor is real against real.
# - Strided convolutions, batch norm, no hidden dense layers, ReLU and tanh, leaky ReLU, a gentle Adam, a small
#   start: some forty thousand weights, and legible digits in half a minute.
# - One change at a time, several seeds each, and an effect only where the seeds separate. Batch normalisation in $D$ and
#   Adam's $\beta_1$ decided; the other guidelines made little difference at this size.
#
# ## Exercises
#
# Write your answer in place of the dots and run the cell. `check` says what is wrong, not what is right;
# `hint("last_side")` gives a hint, and a larger one each time. [One solution to
# each](solutions/06_dcgan.py).
#
# ### 1. How large does it grow?
#
# A grid of 4 x 4 passes through three transposed convolutions with kernel 5 and stride 2, all `"valid"`, so that
# nothing is cut off. How long is the side at the end?

# %%
last_side = ...
check("last_side", last_side)

# %% [markdown]
# ### 2. On a line
#
# Write the transposed convolution in one dimension: every number of `x` stamps `kernel`, one stamp `stride` places
# after the other. NumPy arrays in, an array out, nothing cut off.


# %%
def stamp_line(x, kernel, stride): ...


check("stamp_line", stamp_line)

# %% [markdown]
# ### 3. Beyond noise?
#
# Two lists of distances, one for each kind of network, not always equally long. Return `True` where they do not
# overlap at all, whichever is the lower one, and `False` otherwise.


# %%
def beyond_noise(a, b): ...


check("beyond_noise", beyond_noise)

# %% [markdown]
# ### 4. Two rules less
#
# No checker, only your eyes. Rules that do nothing alone may do something together. Leave out *two* guidelines that
# were within noise, for example `train_gan(new_gan(train.images, g_active="leaky", d_active="relu"))`, and look at `final_metrics`
# and at the samples. Then try to rescue the network without batch normalisation by one change of another rule. Which
# one did you try first, and why?
#
# ## Quiz
#
# Answer aloud first. Then run the cell and open the choices: each one tells you why, the wrong ones too.
#
# 1. A generator is to grow by a stride of 3. Which kernel reaches every pixel equally often?
# 2. What have a convolution and its transposed convolution in common?
# 3. What does resize-convolution promise that kernel 4 with stride 2 does not?
# 4. All pictures of a generator are legible. What do you know about it?
# 5. You leave out a guideline, train once, and the distance rises from 7.5 to 9.5. What do you know?

# %%
quiz("06_dcgan")

# %% [markdown]
# ## References
#
# - A. Radford, L. Metz, S. Chintala. *Unsupervised Representation Learning with Deep Convolutional Generative
#   Adversarial Networks.* ICLR 2016. The guidelines.
# - V. Dumoulin, F. Visin. *A guide to convolution arithmetic for deep learning.* arXiv:1603.07285, 2016. Every kind of
#   convolution, drawn.
# - A. Odena, V. Dumoulin, C. Olah. *Deconvolution and Checkerboard Artifacts.* Distill, 2016. The counts of section 3,
#   resize-convolution, and the gradients.
# - W. Shi et al. *Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional
#   Neural Network.* CVPR 2016. Sub-pixel convolution.
# - A. Aitken et al. *Checkerboard artifact free sub-pixel convolution.* arXiv:1707.02937, 2017. A start without
#   accident.
# - J. T. Springenberg, A. Dosovitskiy, T. Brox, M. Riedmiller. *Striving for Simplicity: The All Convolutional Net.*
#   ICLR (workshop) 2015. Strides in place of pooling.
# - S. Ioffe, C. Szegedy. *Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
#   Shift.* ICML 2015.
# - M. Heusel et al. *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium.* NIPS 2017. The
#   Fréchet distance of features.
#
# ## Next
#
# You have seen one failure by accident. In the next notebook we bring about each of the famous ones on purpose, learn
# their signs, and cure them.
