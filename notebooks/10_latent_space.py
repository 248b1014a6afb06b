# %% [markdown]
# # What the numbers mean
#
# You walk between faces, add glasses by arithmetic, find the numbers behind a given face, switch off parts of the
# network, and measure every claim with a second network that reads faces.
#
# <!-- badges --><!-- /badges -->
#
# **What you need first.** [The face generator](09_faces.ipynb): noise goes in, a face comes out. You know the dot
# product, and that a gradient points uphill.
#
# **Time and memory:** <!-- measured -->3.6 min and 1.3 GB on 2 CPU cores<!-- /measured -->. Neither an internet connection nor a GPU is needed.
#
# ## What you will learn
#
# - to walk between two faces in two ways, and to check the usual argument for one of them
# - to count how many of its 128 numbers a generator listens to
# - to do arithmetic with faces, and to find the direction that adds glasses or turns the head
# - to verify such a direction on fresh faces with a number, and to see what else it changes
# - to trade variety against quality, and to say who pays for it
# - to find the numbers behind a given face, and to say when they are *the* numbers
# - to switch off channels of a generator, and to map where a discriminator looks
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
# ## 1. A generator, a reader, and three thousand faces
#
# In most of this notebook nothing is trained. We take two networks that come with the course: the *generator* of
# faces (you trained one like it in notebook 09) and the *factor reader*, which reads hair, glasses, pose and so on
# off a picture, and says how sure it is. Whenever it says here that "a face wears glasses", the reader has counted
# it.

# %%
# %matplotlib inline
import contextlib
import json
import pathlib

import ipywidgets
import keras
import numpy as np
import tensorflow as tf
from keras import layers
from scipy.ndimage import gaussian_filter
from sklearn.linear_model import LogisticRegression

from ganlib import losses, plots
from ganlib.data import load_data
from ganlib.exercises import check, hint, quiz
from ganlib.models import build_discriminator, load_generator
from ganlib.classifiers import CATEGORIES, FactorClassifier
from ganlib.training import to_float, to_uint8

SEED = 0
found = {}  # the numbers that section 11 compares over five seeds
generator, facts = load_generator("../data/faces_generator.npz")
reader, LATENT = FactorClassifier.load(), generator.input_shape[-1]

# %% [markdown]
# The 128 numbers behind a face are its *code*, and the space of all codes is the **latent space**. The next cell
# holds our tools: codes, the faces that belong to them, and three measures.
#
# - `clear`: the share of pictures that pass a bar. The bar is the confidence that 95 % of the *rendered* portraits
#   reach, of the kind that the generator learned from
# - `variety`: how much a pixel varies from face to face, in grey levels
# - `cosine` of two codes: 1 means the same direction, 0 nothing in common
#
# `unit` brings a code to the length $\sqrt{128}$; section 2 says why that is allowed. `along` makes a direction of
# length 1.


# %%
def noise(n, stream):
    return (
        np.random.default_rng([SEED, stream])
        .standard_normal((n, LATENT))
        .astype("float32")
    )


def length(codes):
    return np.linalg.norm(codes, axis=-1, keepdims=True)


def along(codes):
    return codes / length(codes)


def unit(codes):
    return np.float32(np.sqrt(LATENT)) * along(codes)


def cosine(a, b):
    return np.sum(along(a) * along(b), axis=-1)


def compiled(network):
    return tf.function(
        network, input_signature=[tf.TensorSpec((None, network.input_shape[-1]))]
    )


draw = compiled(generator)


def faces(codes, draw=draw):
    codes = tf.constant(codes, tf.float32)
    return np.concatenate(
        [to_uint8(draw(codes[i : i + 100])) for i in range(0, len(codes), 100)]
    )


rendered = load_data("faces", n=1000, seed=SEED, split="test").images
floor = np.percentile(reader.confidence(rendered), 5)
clear = lambda images: np.mean(reader.confidence(images) >= floor)
variety = lambda images: images.std(axis=0).mean()
wearing = lambda table: np.mean(table["glasses"] != "none")

# %% [markdown]
# And plumbing: `note` prints numbers and keeps them for section 11, the others draw. You may skip it.


# %%
def note(rows, head="", form="{:8.2f}"):
    found.update(rows)
    print(
        f"{'':34}{head}\n" * bool(head)
        + "\n".join(
            f"{name:34}" + " ".join(form.format(value) for value in np.ravel(values))
            for name, values in rows.items()
        )
    )


def draw_lengths(**groups):
    figure, ax = plots.panels(
        "How long are codes?", size=(7, 2.6), xlabel="length", ylabel="codes"
    )
    for name, codes in groups.items():
        ax.hist(
            length(codes).ravel(),
            40,
            alpha=0.5,
            label=f"{name}: {length(codes).mean():.2f}",
        )
    ax.legend(frameon=False), ax.set_ylim(0, 1.4 * ax.get_ylim()[1])
    return figure


def draw_tables(tables, rows, columns, size, limit, cmap="PuOr_r", **labels):
    figure, *axes = plots.panels(*tables, size=size, yticks=range(len(rows)), **labels)
    for ax, values in zip(axes, tables.values()):
        shown = ax.imshow(
            values,
            cmap=cmap,
            vmin=-limit * (cmap == "PuOr_r"),
            vmax=limit,
            aspect="auto",
        )
        (
            ax.set_yticklabels(rows),
            ax.set_xticks(range(len(columns)), columns, rotation=60),
        )
    figure.colorbar(shown, ax=axes)
    return figure


def draw_curves(titles, xlabels, *curves, **settings):
    figure, *axes = plots.panels(*titles, size=(9, 2.8), **settings)
    for ax, xlabel, lines in zip(axes, xlabels, curves):
        (
            [ax.plot(*xy, label=name) for name, xy in lines.items()],
            ax.legend(frameon=False),
            ax.set_xlabel(xlabel),
        )
    return figure


# %% [markdown]
# Now a *bank*: 3,000 codes, their faces, and what the reader reads off each. These are our labelled data, and nobody
# had to label them. What share of the faces will be clear? (95 % would be as good as the rendered ones.)

# %% alt="Six generated portraits in a row"
bank = unit(noise(3000, 1))
pictures = faces(bank)
table = reader.predict(pictures)
note({"clear": clear(pictures)})
print(
    "the first one:",
    {
        name: str(table[name][0])
        for name in ("hair_style", "hair_colour", "glasses", "beard")
    },
)
plots.image_grid(
    pictures[:6], columns=6, title="The first six of the bank", colour=plots.FAKE
)

# %% [markdown]
# A little over a half. The reader doubts the others: frayed hair, broken glasses. Compare the printed line with the
# first face, and keep the share in mind.
#
# ## 2. From one face to another
#
# Two codes $a$ and $b$, and a way between them. The **straight** way is $(1 - t)\,a + t\,b$. The **spherical** way
# goes along an arc (White 2016). With $\omega$ the angle between $a$ and $b$:
#
# $$\mathrm{slerp}(a, b, t) = \frac{\sin((1 - t)\,\omega)}{\sin\omega}\,a + \frac{\sin(t\,\omega)}{\sin\omega}\,b.$$
#
# The usual argument for the arc is about length. In 128 dimensions nearly all noise has nearly the same length.
# Predict: which? And how long is a code half-way along the straight line?


# %% alt="Histograms of lengths: noise and spherical midpoints round 11.3, straight midpoints round 8"
def straight(a, b, t):
    return (1 - t) * a + t * b


def spherical(a, b, t):
    angle = np.arccos(cosine(a, b))[:, None]
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


noise_a, noise_b = noise(2000, 2), noise(2000, 3)
draw_lengths(
    noise=noise_a,
    **{
        f"half-way, {w.__name__}": w(noise_a, noise_b, 0.5)
        for w in (straight, spherical)
    },
)

# %% [markdown]
# Noise is a thin shell of radius $\sqrt{128} \approx 11.3$. The straight midpoint is shorter by $\sqrt{1/2}$, and
# most midpoints are shorter than *every one* of two thousand noise codes. So the straight way leads through a region
# that no code of the training ever came from. That is the argument, and as far as lengths go it is true.
#
# ### Does the generator mind?
#
# Our generator begins with a layer that divides each code by its own length. What follows for the two ways? We
# compare their faces half-way, and then measure the *pace*: by how many grey levels a picture changes from each stop
# to the next. Predict: which way hurries, and where?

# %% alt="Two rows of five portraits from one person to another; the first, middle and last columns agree"
half = length(straight(noise_a, noise_b, 0.5))  # first: what was said of lengths
assert (
    np.mean(half < length(noise_a).min()) > 0.5
    and abs(half.mean() / length(noise_a).mean() - np.sqrt(0.5)) < 0.02
)

a, b, stops = unit(noise_a[:200]), unit(noise_b[:200]), np.linspace(0, 1, 9)
shrunk = np.mean(faces(a) == faces(0.3 * a))
middle = np.mean(faces(straight(a, b, 0.5)) == faces(spherical(a, b, 0.5)))
print(
    f"pixels that stay equal if a code is made shorter: {shrunk:.1%}; of the two midpoints: {middle:.1%}"
)
pace = {}
for way in (straight, spherical):
    film = np.stack([faces(way(a[:100], b[:100], t)) for t in stops]).astype("float32")
    pace[f"pace, {way.__name__}"] = np.abs(np.diff(film, axis=0)).mean((1, 2, 3, 4))
note(pace, "from each stop to the next, in grey levels", "{:5.1f}")
hurry = [steps[3:5].mean() / steps[[0, -1]].mean() for steps in pace.values()]
note({"middle / ends": hurry}, "straight, spherical")
assert min(shrunk, middle) > 0.99 and hurry[0] > 1.2 * hurry[1]
shown = stops[::2]
plots.image_grid(
    {
        way.__name__: faces(np.concatenate([way(a[:1], b[:1], t) for t in shown]))
        for way in (straight, spherical)
    },
    columns=len(shown),
    title="Both ways pass the same faces",
    colour=plots.FAKE,
    column_labels=[f"t = {t:.2f}" for t in shown],
)

# %% [markdown]
# Length does not matter at all: only the *direction* of a code counts. (That is why `unit` is allowed.) Both ways
# sweep over the same directions, so they pass **the same faces**, and only their pace differs: compared with its
# ends, the straight way hurries in the middle, where it passes nearest to the centre. The arc is steadier. For a
# smooth film that is a good reason to prefer it, but it is another reason than "the straight way leaves the faces".
#
# ### And a generator that hears the length?
#
# Most generators have no such first layer. Cut it off from ours, and what is left takes codes as they are (the layer
# also multiplies each of the 128 numbers by a learned weight; we do that by hand, so that only the division is gone).
# Now the straight midpoint *is* shorter. Will its faces be worse?

# %%
bare = compiled(keras.Model(generator.layers[1].output, generator.output))
a, b = (
    generator.layers[1].get_weights()[0] * codes[:600] for codes in (noise_a, noise_b)
)
images = {
    "fresh": faces(a, bare),
    **{way.__name__: faces(way(a, b, 0.5), bare) for way in (straight, spherical)},
}
note(
    {f"hears length, {name}": (variety(x), clear(x)) for name, x in images.items()},
    "variety, clear",
)
assert found["hears length, straight"][0] < found["hears length, spherical"][0] - 0.5

# %% [markdown]
# The faces of the shorter codes are a little more *alike*, and about as clear. So here the famous argument is half
# true: the length shrinks as promised, and the harm is small. In another generator it may be greater. Measure it
# there.
#
# ## 3. How many of the 128 numbers does it hear?
#
# Nudge each of the 128 numbers by a little. How much does the picture move? Let $J$ hold these slopes, one row for each
# number of the code. A small step $v$ changes the picture by $v^T J$, and the squared size of that change is
# $v^T J J^T v$. So the matrix $J J^T$, averaged over some codes, tells how strongly *any* direction is felt. Its
# eigenvectors are 128 directions at right angles, the first of them felt most, and its eigenvalues say how strongly.
# Your guess: how many directions make 95 % of all that the picture feels?


# %% alt="A curve on a logarithmic axis: how strongly each direction is felt, steep until about the tenth"
def slopes(code, nudges=0.03 * np.eye(LATENT, dtype="float32")):
    return (
        draw(tf.constant(code + nudges)) - draw(tf.constant(code - nudges))
    ).numpy().reshape(LATENT, -1) / 0.06


strength, vectors = np.linalg.eigh(
    np.mean([J @ J.T for J in map(slopes, bank[:20])], axis=0)
)
strength, vectors = (
    strength[::-1] / strength.sum(),
    vectors[:, ::-1],
)  # the strongest first
note(
    {f"felt of the first {k}": strength[:k].sum() for k in (1, 3, 5, 7, 10, 20)},
    form="{:.1%}",
)
curve = {"of all that is felt": (range(1, 41), strength[:40], "o-")}
draw_curves(
    ["How strongly is each direction felt?"],
    ["direction"],
    curve,
    ylabel="share",
    yscale="log",
)

# %% [markdown]
# **Fewer than ten**, and ten make nearly everything. The generator was given 128 numbers and learned to listen to about
# ten mixtures of them. We keep ten. So two faces whose
# codes agree in those ten should look alike, whatever the other 118 say. Test it: give each person the *rest* of
# somebody else, and then the *heard part* of somebody else. What will rows 2 and 3 show?

# %% alt="Four rows of three portraits; the second row resembles the first, and the third resembles the fourth"
heard = (
    vectors[:, :10] @ vectors[:, :10].T
)  # codes @ heard: the heard part of codes, with the other 118 at 0
one, other = unit(noise(200, 4)), unit(noise(200, 5))
rows = [
    faces(codes)
    for codes in (
        one,
        other + (one - other) @ heard,
        one + (other - one) @ heard,
        other,
    )
]
change = [np.sqrt(np.mean((row.astype(float) - rows[0]) ** 2)) for row in rows[1:]]
note(
    {"exchanged": change},
    "the rest, the heard part, everything: change in grey levels",
    "{:5.1f}",
)
assert (
    found["felt of the first 10"] > 0.95
    and change[0] < 0.5 * change[1]
    and change[1] > 0.9 * change[2]
)
labels = ("people", "with the rest of others", "with the ten of others", "others")
plots.image_grid(
    {label: row[:3] for label, row in zip(labels, rows)},
    columns=3,
    title="Two codes with the same ten numbers look alike",
    colour=plots.FAKE,
)

# %% [markdown]
# Row 2 shows the people of row 1, slightly altered. Row 3 shows the others of row 4. Ten numbers make the person.
#
# That has a price, which you will meet at every turn. Our portraits vary in 35 *factors*, and 35 factors
# do not fit into ten numbers without sharing. Look out for it.
#
# ## 4. Arithmetic
#
# "Man with glasses − man without + woman without = woman with glasses" is the most famous sum of this field (Radford
# et al. 2016). We try it in two ways, from 300 fresh people none of whom wears glasses. With **single people**: add
# the difference of two codes, one of a person with glasses and one without, another pair for everybody. With
# **means**: add the mean code of all in the bank who wear glasses, minus the mean of all who do not. All differences
# get the same length, 1 to 6. Which way gives glasses to more people? And which leaves them more as they are?

# %%
fresh = unit(noise(600, 6))
before, people = reader.predict(faces(fresh)), fresh[:400]
bare_eyed = fresh[before["glasses"] == "none"][:300]
start = reader.predict(faces(bare_eyed))
wears = table["glasses"] != "none"
add = {
    "single people": along(bank[wears][:300] - bank[~wears][:300]),
    "means": along(bank[wears].mean(axis=0) - bank[~wears].mean(axis=0)),
}
glasses, kept = {}, {}
for name, difference in add.items():
    after = [
        reader.predict(faces(bare_eyed + step * difference)) for step in (1, 2, 3, 6)
    ]
    glasses[f"glasses by {name}"] = [np.mean(t["glasses"] != "none") for t in after]
    kept[f"background kept by {name}"] = [
        np.mean(t["background"] == start["background"]) for t in after
    ]
note(glasses | kept, "length 1, 2, 3, 6", "{:4.0%}")
assert glasses["glasses by means"][2] > glasses["glasses by single people"][2] + 0.25

# %% [markdown]
# Two single people differ in a hundred things, and their difference carries all of them. At length 3 it gives glasses
# to one in six, the means to three in four. At equal length the two change the background about as often. So compare at
# equal *effect*: where single people get somewhere, at length 6, more than every third has changed the background, and
# the means give more glasses than that at length 1, where about every seventh has. In a mean over a thousand people
# much cancels, but not what goes with glasses: hair and skin change with them, as section 5 will count. (Radford and his
# colleagues knew that: each of their three terms was a mean, of three codes.)
#
# ## 5. Directions with a name
#
# Such a mean difference is a **direction**. A *logistic regression* would ask in another way: along which direction
# can I best *tell* who wears glasses? Will the two agree? We look, and then take eight attributes at once, each a
# yes-or-no question to the reader's table.

# %%
classifier = LogisticRegression(C=0.05).fit(bank, wears)
told, most = (
    classifier.score(fresh, before["glasses"] != "none"),
    np.mean(before["glasses"] == "none"),
)
agree = cosine(classifier.coef_[0], add["means"])
note(
    {"logistic regression": (agree, told, most)},
    "cosine, told right, right by 'nobody wears any'",
)
assert agree > 0.9 and told > most + 0.03

ATTRIBUTES = {
    "glasses": lambda t: t["glasses"] != "none",
    "full beard": lambda t: t["beard"] == "full",
    "long hair": lambda t: np.isin(t["hair_style"], ("long", "wavy", "bob")),
    "blond": lambda t: t["hair_colour"] == "blond",
    "darker skin": lambda t: np.isin(t["skin_tone"], ("dark", "brown")),
    "smile": lambda t: t["smile"] > 0.4,
    "turned right": lambda t: t["yaw"] > 0,
    "lit from right": lambda t: t["light_x"] > 0,
}
labels = np.array([has(table) for has in ATTRIBUTES.values()])  # (8, 3000)
named = {
    name: along(bank[yes].mean(axis=0) - bank[~yes].mean(axis=0))
    for name, yes in zip(ATTRIBUTES, labels)
}


def shares(codes):
    read = reader.predict(faces(codes))
    return np.array([np.mean(has(read)) for has in ATTRIBUTES.values()])


# %% [markdown]
# The two agree. The other two numbers are a warning: a straight cut through the latent space tells only somewhat
# better than a stubborn "nobody" who wears glasses, so no single direction can be the whole truth about glasses.
#
# ### Verified
#
# The test that counts: 400 *fresh* people, pushed 3 steps back and 3 steps along each direction. And a control: as
# far in a *random* one of the heard directions. Which attribute will obey worst? And in the picture, one person on
# three of these ways: does only the named thing change?

# %% alt="Three rows of three portraits: glasses appear, the head turns, hair becomes long; other things change as well"
first, random = shares(people), shares(people + 3 * along(noise(1, 7) @ heard))
pushed = {
    name: [shares(people + step * way) for step in (-3, 3)]
    for name, way in named.items()
}
rows = [
    (pushed[name][0][i], first[i], pushed[name][1][i], random[i])
    for i, name in enumerate(pushed)
]
note(
    {f"{name}, pushed": row for name, row in zip(pushed, rows)},
    "3 back, at first, 3 along, 3 at random",
    "{:6.0%}",
)
assert (
    all(after > start + 0.1 for _, start, after, _ in rows) and rows[2][0] > rows[2][1]
)
along_steps = (-4, 0, 4)
plots.image_grid(
    {
        name: faces([fresh[7] + step * named[name] for step in along_steps])
        for name in ("glasses", "turned right", "long hair")
    },
    columns=len(along_steps),
    title="One person, pushed along three directions",
    colour=plots.FAKE,
    column_labels=[f"{step:+d}" if step else "0" for step in along_steps],
)

# %% [markdown]
# Three steps along, most faces have the attribute, whichever it is; *smile* gains least. Backwards is another matter:
# three steps back from long hair there is rather *more* long hair than before. The opposite of a direction need not be
# the opposite of its name. A random push moves the shares too, but which of them is chance.
#
# ### What else changes
#
# Not only the named thing. In the next picture each row is a push, each column an attribute, and the colour says by
# how much its share changed. Perfect directions would colour the diagonal alone.
#
# The second table tries a cure. This time we go the other way round, and *predict the code* from **all eight answers
# at once**, by a linear regression (with a column of ones for the mean code). Its row for glasses says how codes differ
# between people who are alike in the other seven. How much paler will the table be beside the diagonal?

# %% alt="Two coloured tables, eight pushes by eight attributes: strong diagonals, and something beside them"
held = along(
    np.linalg.lstsq(np.vstack([labels, np.ones(len(bank))]).T, bank, rcond=None)[0]
)[:8]
effects = {
    "mean differences": np.array([pushed[name][1] - first for name in ATTRIBUTES]),
    "the other seven held": np.array(
        [shares(people + 3 * way) - first for way in held]
    ),
}
size = {
    name: (np.diag(x).mean(), np.abs(x[~np.eye(8, dtype=bool)]).mean())
    for name, x in effects.items()
}
note(size, "mean change of a share on the diagonal, beside it")
assert all(0.05 < beside < 0.5 * diagonal for diagonal, beside in size.values())
draw_tables(effects, list(ATTRIBUTES), list(ATTRIBUTES), (10, 3.8), 0.7)

# %% [markdown]
# Hardly. Some side effects are *in the data*: full beards go with short hair, because the portraits were drawn so,
# and holding the other seven takes a little of that away. The rest stays, and section 3 said why: 35 factors share
# ten numbers. What was poured into one cup cannot be drunk separately. (In larger generators such cures do more: Shen
# et al. 2020.)
#
# ## 6. Truncation: variety against quality
#
# Can we have fewer failures if we are content with less variety? The usual trick draws codes nearer to the middle
# (Brock, Donahue and Simonyan 2019). Here that does nothing, since our generator hears no length. But inside it there
# is a second space: two layers turn the code into a **style** of 256 numbers, which steers everything that follows,
# and there length counts. So, as StyleGAN does (Karras et al. 2019), pull every style towards the mean style:
# $\;s' = \bar s + \psi\,(s - \bar s)$. What will $\psi = 0$ draw? And $\psi = 2$?

# %% alt="Two rows of four portraits: alike at the left, two people in the middle, distorted at the right"
style, PSI = generator.layers[5].output, (0.2, 0.4, 0.6, 0.8, 1, 1.5, 2)
style_of, from_style = (
    compiled(keras.Model(generator.input, style)),
    compiled(keras.Model(style, generator.output)),
)
styles, mean_style = (
    style_of(tf.constant(fresh)).numpy(),
    style_of(tf.constant(bank)).numpy().mean(axis=0),
)
truncated = {
    psi: faces(mean_style + psi * (styles - mean_style), from_style)
    for psi in (0, *PSI)
}
shown = (0, 0.4, 1, 2)
strip = np.stack([truncated[psi][:2] for psi in shown], axis=1).reshape(-1, 64, 64, 3)
plots.image_grid(
    strip,
    columns=len(shown),
    title="From the mean person to caricatures",
    colour=plots.FAKE,
    row_labels=["one person", "another"],
    column_labels=[f"psi {psi:g}" for psi in shown],
)

# %% [markdown]
# $\psi = 0$ draws one person for everybody: the mean style, who is nobody in particular. At 2 people turn into
# caricatures. Now measure, on six hundred faces: how many are clear, how much they vary, and who is left. Will
# everybody become rarer alike?

# %% alt="Left: as variety grows, fewer faces are clear. Right: dark and pale skin vanish at small psi, tan skin grows"
read = [reader.predict(truncated[psi]) for psi in PSI]
sure, spread = (
    [measure(truncated[psi]) for psi in PSI] for measure in (clear, variety)
)
skin = {
    f"{tone} skin": [np.mean(t["skin_tone"] == tone) for t in read]
    for tone in ("dark", "tan", "pale")
}
note(
    {
        "clear, psi": sure,
        "variety, psi": spread,
        **skin,
        "glasses, psi": [*map(wearing, read)],
    },
    f"psi = {PSI}",
)
assert (
    sure[1] > sure[4] > sure[6] + 0.1
    and spread[1] < 0.8 * spread[4]
    and skin["dark skin"][1] < 0.05
)
curves = (
    {"psi 0.2 to 2": (spread, sure, "o-")},
    {tone: (PSI, share, "o-") for tone, share in skin.items()},
)
draw_curves(
    ("Clear faces", "Who is left?"),
    ("variety, grey levels", "psi"),
    *curves,
    ylabel="share",
    ylim=(0, 1),
)

# %% [markdown]
# A smaller $\psi$ buys clearer faces and pays in variety. And look who pays. At $\psi = 0.4$ hardly anybody with dark
# or with pale skin is left, and there are nearly twice as many with the skin in between; glasses become rarer, too.
# **Truncation removes whoever is far from the mean.** Pictures in papers are often truncated. Ask for their $\psi$.
#
# ## 7. From a face back to its code
#
# The generator goes from code to face. To go back we *search*: start somewhere, compare with the given face, and
# follow the gradient **with respect to the code**, while the weights stand still (Zhu et al. 2016). It is the
# training loop that you know, with the roles exchanged. The landscape has many valleys, so the start matters: we
# begin at the three faces of the bank that look most alike at 16 x 16 pixels, and keep the best of the three results.


# %%
def small(images):
    return (
        images.reshape(len(images), 16, 4, 16, 4, 3)
        .mean((2, 4), dtype="float32")
        .reshape(len(images), -1)
    )


def nearest(image, k=1, bank_small=small(pictures)):
    return np.argsort(((bank_small - small(image[None])) ** 2).mean(axis=1))[:k]


def slope_of(network):
    @tf.function
    def slope(x, target):
        with tf.GradientTape() as tape:
            tape.watch(x)
            gap = network(x) - target
            coarse = tf.nn.avg_pool2d(
                gap, 4, 4, "VALID"
            )  # this part of the cost can be felt from afar
            cost = tf.reduce_sum(
                tf.reduce_mean(gap**2, (1, 2, 3)) + tf.reduce_mean(coarse**2, (1, 2, 3))
            )
        return tape.gradient(cost, x), tf.reduce_mean(gap**2, (1, 2, 3))

    return slope


def project(
    images, slope=slope_of(generator), begin=lambda codes: codes, starts=3, steps=200
):
    target = tf.constant(np.repeat(to_float(images), starts, axis=0))
    x = tf.Variable(
        begin(np.concatenate([bank[nearest(image, starts)] for image in images]))
    )
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(0.1, steps)
    )
    for _ in range(steps):
        gradient, _ = slope(tf.identity(x), target)  # slope gives (gradient, error)
        optimizer.apply([gradient], [x])
    error = slope(tf.identity(x), target)[1].numpy().reshape(-1, starts)
    best = starts * np.arange(len(images)) + error.argmin(
        axis=1
    )  # the best of the starts of each picture
    return x.numpy()[best], 127.5 * np.sqrt(error.min(axis=1))


# %% [markdown]
# The test: draw faces from codes that we know, forget the codes, search, compare. Is the *picture* found? And is the
# *code* found? For that we take the cosine of the found and the true code, once of the ten heard numbers, once of the
# other 118. (Two strangers have a cosine of 0, give or take a little.) Predict all three.

# %% tags=["varies"] alt="Three rows of three portraits: given, nearest of the bank, and found, which is like the given"
true = unit(noise(8, 8))
given, (codes, error) = faces(true), project(faces(true))
ten, rest = (
    cosine(codes @ heard, true @ heard),
    cosine(codes - codes @ heard, true - true @ heard),
)
note(
    {
        "error in grey levels": error,
        "cosine, the ten heard": ten,
        "cosine, the other 118": rest,
    }
)
assert np.median(error) < 9 and np.median(ten) > 0.75 and np.abs(rest).mean() < 0.3
nearby = pictures[[nearest(image)[0] for image in given]]
plots.image_grid(
    {"given": given[:3], "nearest in the bank": nearby[:3], "found": faces(codes)[:3]},
    columns=3,
    title="The search finds the given picture",
    colour=plots.FAKE,
)

# %% [markdown]
# Most pictures are found to a few grey levels. (A search may get stuck in a wrong valley: look at the largest error.)
# And the code? The ten numbers that the generator hears are recovered, nearly. The other 118 are *not*, and cannot
# be: they leave hardly a trace in the picture, so the search leaves them about where they began. "The code behind
# this face" is a question about ten numbers.
#
# ### A face from outside
#
# Now faces that this generator never drew: portraits by the *renderer*, of the kind that it learned from, but held
# out; and grey pictures like photographs, of nobody, by a second generator that comes with the course (`lfw`, which
# learned from photographs). Each is searched twice, among codes and among **styles**. A style has 256 numbers that need
# not come from any code, so that search is freer. (One start each will do.) Where will the error be smaller? And which
# results will still be *faces*?

# %% tags=["varies"] alt="Two blocks of three rows: portraits come back as relatives; grey faces become others, or smears"
lfw = load_generator("../data/lfw_generator.npz")[0]
grey = to_uint8(lfw(noise(8, 9)[:, : lfw.input_shape[-1]]))
outside = {"rendered": rendered[:8], "photographs": np.repeat(grey, 3, axis=-1)}
sheets = []
of_style = (
    slope_of(keras.Model(style, generator.output)),
    lambda codes: style_of(tf.constant(codes)).numpy(),
)
for name, images in outside.items():
    (codes, error), (bent, bent_error) = (
        project(images, starts=1),
        project(images, *of_style, starts=1),
    )
    results = {
        "given": images,
        "found by code": faces(codes),
        "found by style": faces(bent, from_style),
    }
    sheet = {label: result[:2] for label, result in results.items()}
    title = "Rendered portraits" if name == "rendered" else "Grey faces, by `lfw`"
    sheets.append(dict(images=sheet, columns=2, title=title))
    sure = [
        reader.confidence(results[by]).mean()
        for by in ("found by code", "found by style")
    ]
    found[name] = error.mean(), bent_error.mean(), *sure
note(
    {name: found[name] for name in outside},
    "error by code, by style; the reader is sure: by code, by style",
)
relative, stranger = (found[name] for name in outside)
assert (
    relative[0] < stranger[0] - 5
    and stranger[1] < stranger[0] - 5
    and stranger[3] < stranger[2] - 0.2
)
plots.image_sheets(sheets)

# %% [markdown]
# A rendered portrait comes back as a *relative*: pose and colours agree, details do not. A photograph comes back,
# among codes, as somebody else, but as a face: **a code can only say what the generator has to say.** Among styles
# the error is much smaller, and the reader no longer sees a face that it knows: this search left the styles that
# codes lead to, and used the network as a paint box. A small error does not prove that a face was *understood*.
# (Abdal, Qin and Wonka 2019 embedded cats and cars into a generator of faces.)
#
# ## 8. Inside the generator: switch off a channel
#
# Between style and picture stand eight convolutions that the style steers, two on each grid from 4 x 4 to 32 x 32 (and
# a ninth, for details). In front of each, the style turns every channel up or down by a *gain*. To switch a channel off,
# we set the weights of its gain to zero, draw, and put them back.
#
# The two convolutions on the finest grid have 48 channels in front of them. Each is switched off in turn while the same
# 200 people are drawn, and the reader counts: for what share of them did its answer change? Predict: will there be a
# channel for glasses?

# %% alt="A coloured table of five factors by 48 channels: mostly pale, with a few dark cells"
# Dense layers on vectors: two make the style, one the first grid, and the other eight are the gains
gains = [
    layer
    for layer in generator.layers
    if isinstance(layer, layers.Dense) and len(layer.output.shape) == 2
][3:]
READ = ("hair_style", "hair_colour", "skin_tone", "glasses", "beard")


@contextlib.contextmanager
def switched_off(*where):
    kept = [gain.get_weights() for gain in gains]
    for place, channel in where:
        kernel, bias = gains[place].get_weights()
        kernel[:, channel] = bias[channel] = 0
        gains[place].set_weights([kernel, bias])
    try:
        yield
    finally:
        for gain, weights in zip(gains, kept):
            gain.set_weights(weights)


def faces_without(codes, *where):
    with switched_off(*where):
        return faces(codes)


# places 6 and 7: the finest grid
channels, tested = (
    [(place, k) for place in (6, 7) for k in range(gains[place].units)],
    unit(noise(200, 10)),
)
intact, without = (
    reader.predict(faces(tested)),
    [reader.predict(faces_without(tested, where)) for where in channels],
)
effect = np.array(
    [[np.mean(t[name] != intact[name]) for name in READ] for t in without]
)  # (48, 5)
print(
    f"of an answer, the median channel changes {np.median(effect):.0%}, the strongest {effect.max():.0%}"
)
assert np.median(effect) < 0.1 and effect.max() > 0.25
draw_tables(
    {"Share of faces whose reading changes": effect.T},
    READ,
    (),
    (11, 2.2),
    0.4,
    "Oranges",
    xlabel="channel",
)

# %% [markdown]
# Most channels can be missed. A few matter, and mostly for several factors at once.
#
# Which answer *disappears*? For every kind of hair, skin, glasses and beard we look for the channel without which the
# fewest people are left. But the best of 48 flatters itself, so we count the four clearest cases again on 400 fresh
# people. And glasses of any kind: without the best channel, and without the best eight together.


# %% tags=["varies"] alt="Seven rows of two portraits: as they are, then one channel off in each row, at last eight"
def count(table):
    return {
        (name, kind): np.mean(table[name] == kind)
        for name in READ
        for kind in CATEGORIES[name]
    }


base, off, trials = count(intact), [count(t) for t in without], {}
pairs = [
    (off[i][key] / base[key], i, key)
    for i in range(48)
    for key in base
    if base[key] > 0.1 and key[1] != "none"
]
for _, i, (name, kind) in sorted(pairs):
    new = f"{kind} {name}" not in trials and channels[i] not in [
        where[0] for where, _ in trials.values()
    ]
    if new and len(trials) < 4:
        trials[f"{kind} {name}"] = (
            [channels[i]],
            lambda t, name=name, kind=kind: np.mean(t[name] == kind),
        )
blind = [channels[i] for i in np.argsort([-t["glasses", "none"] for t in off])[:8]]
trials |= {
    "glasses, 1 channel": (blind[:1], wearing),
    "glasses, 8 channels": (blind, wearing),
}
then, counts = reader.predict(faces(people)), {}
rows = {"as they are": faces(people[:2])}
for name, (where, share) in trials.items():
    images = faces_without(people, *where)
    now, rows[f"off: {name}"] = reader.predict(images), images[:2]
    changed = np.mean([np.mean(now[key] != then[key]) for key in READ])
    counts[f"channel off, {len(counts) + 1}"] = (
        share(then),
        share(now),
        changed,
        clear(images),
    )
    print(
        "{:21} from {:3.0%} to {:3.0%}; answers changed {:3.0%}, clear {:.0%};".format(
            name, *[*counts.values()][-1]
        ),
        "off:",
        *(f"channel {k} of convolution {place + 1}" for place, k in where[:1]),
        "..." * (len(where) > 1),
    )
found |= counts
left = np.array([after / before for before, after, *_ in counts.values()])
assert (
    left[:4].mean() < 0.5 and left[:4].max() < 0.8 and left[4] > 0.5 and left[5] < 0.4
)
plots.image_grid(
    rows,
    columns=2,
    title="Without one channel, or eight",
    colour=plots.FAKE,
)

# %% [markdown]
# The first four answers become rare, or vanish, each without a single channel. (In other runs one of the four was left to
# two thirds.) That is the nearest thing to "a channel for". But look at what else changes: a tenth to more than a quarter
# of *all* answers. Glasses are different. There is no channel for them: the best one takes about a quarter away. Eight
# together take most, and by then much else has changed, and far fewer faces are clear. (Bau et al. 2019 did this with
# trees and doors; Radford et al. 2016 had found channels that drew windows.)
#
# ## 9. Where the discriminator looks
#
# The judge of our generator was not kept. So we train new ones, each in some seconds: `build_discriminator` at half
# its width, to tell two sets of pictures apart. One learns to tell rendered portraits (real: 1) from the faces of our
# bank (generated: 0). But where does it look? The gradient of its logit with respect to each **pixel** says where a
# small change would matter; we average its size over 200 faces, and call that a *map*.
#
# Maps are pretty, and easily believed. So test the tool first on a question whose answer we know (Adebayo et al. 2018
# ask for such tests): a second judge learns to tell portraits from **spoilt** ones, whose mouth was turned upside
# down. Its map must point at the mouth. That of an *untrained* judge must not.


# %%
def train_judge(real, fake, steps):
    keras.utils.set_random_seed(SEED)
    judge, rng = build_discriminator((64, 64, 3), width=24), np.random.default_rng(SEED)
    optimizer = keras.optimizers.Adam(5e-4, beta_1=0.5)
    optimizer.build(judge.trainable_variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = losses.discriminator_bce(judge(x), judge(y))
        optimizer.apply(
            tape.gradient(loss, judge.trainable_variables), judge.trainable_variables
        )

    for _ in range(steps):
        step(
            *(
                to_float(images[rng.integers(0, len(images), 32)])
                for images in (real, fake)
            )
        )
    return judge


def looks_at(judge, images):
    sizes = []
    for i in range(0, len(images), 50):  # in parts, to save memory
        x = tf.constant(to_float(images[i : i + 50]))
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = judge(x)
        sizes.append(np.abs(tape.gradient(logits, x).numpy()).sum(axis=-1))
    size = np.concatenate(sizes)
    # 1: as much as a pixel on average
    return (size / size.mean((1, 2), keepdims=True)).mean(axis=0)


# %% [markdown]
# Three judges, three maps. Where does the judge of our generator look: at the eyes, the hair, the background?

# %% tags=["varies"] alt="Three maps: untrained, even; judge of mouths, bright at the mouth; third, all over the face"
MOUTH, FACE, CORNER = (
    (slice(42, 54), slice(24, 40)),
    (slice(16, 56), slice(16, 48)),
    (slice(0, 12), slice(0, 12)),
)
portraits = load_data("faces", n=2400, seed=SEED, split="train").images
spoilt = portraits.copy()
spoilt[(slice(None), *MOUTH)] = spoilt[(slice(None), *MOUTH)][:, ::-1]
trained = {
    "untrained": (spoilt, 0),
    "judge of mouths": (spoilt, 200),
    "judge of the generator": (pictures[:2400], 300),
}
figure, *axes = plots.panels(*trained, size=(10, 3), xticks=[], yticks=[])
for ax, (name, (fake, steps)) in zip(axes, trained.items()):
    judge, shown = train_judge(portraits[:1000], fake[1000:2000], steps), fake[2200:]
    right = np.mean(
        [judge(to_float(portraits[2000:2200])) > 0, judge(to_float(shown)) < 0]
    )
    map_ = looks_at(judge, shown)
    looks = [map_[place].mean() for place in (MOUTH, FACE, CORNER)]
    note({name: (right, *looks)}, "right; mouth, face, corner" * (steps == 0))
    drawn = ax.imshow(gaussian_filter(map_, 1), cmap="magma", vmin=0, vmax=3)
figure.colorbar(drawn, ax=axes, label="times the mean")
untrained, mouths, of_generator = (found[name] for name in trained)
assert min(mouths[0], of_generator[0]) > 0.8
assert mouths[1] > 1.5 * untrained[1] and of_generator[2] > 1.5 * of_generator[3]
figure

# %% [markdown]
# The tool works: the judge of mouths looks at mouths, some five times as much as at an average pixel, and an untrained
# judge looks nowhere in particular. So we may read the third map. The judge of our generator looks all over the face and
# along the edge of the hair, and not at the background: not for one flaw, but for many small ones where the fine
# lines are. The corner counts less than half as much as an average pixel.
#
# ## 10. Play: the mixing desk
#
# All of it in one place: two people and the way between them, the directions of section 5 (with the other seven
# held), and truncation. Beside the pictures the reader says what it sees. Use the mouse, or Tab and the arrow keys.
# Can you make a clear portrait with a full beard *and* long hair, which hardly ever occur together?

# %%
sliders = {
    "from face": ipywidgets.IntSlider(1, 0, 99),
    "to face": ipywidgets.IntSlider(2, 0, 99),
    "on the way": ipywidgets.FloatSlider(0.5, min=0, max=1, step=0.02),
    **{name: ipywidgets.FloatSlider(0, min=-4, max=4, step=0.1) for name in ATTRIBUTES},
    "psi": ipywidgets.FloatSlider(1, min=0, max=2, step=0.05),
}
screen, told = ipywidgets.Image(width=588, height=192), ipywidgets.HTML()


def show(change=None):
    at = {name: slider.value for name, slider in sliders.items()}
    left, right = bank[[at["from face"]]], bank[[at["to face"]]]
    code = (
        left
        if at["from face"] == at["to face"]
        else spherical(left, right, at["on the way"])
    )
    code = code + sum(at[name] * way for name, way in zip(ATTRIBUTES, held))
    mixed = style_of(
        tf.constant(np.concatenate([left, code, right]), tf.float32)
    ).numpy()
    mixed[1] = mean_style + at["psi"] * (mixed[1] - mean_style)
    three = faces(mixed, from_style)
    screen.value = tf.io.encode_png(plots.tile(three, 3)).numpy()
    read, sure = reader.predict(three[1:2]), reader.confidence(three[1:2])[0]
    told.value = f"In the middle the reader sees, {sure:.0%} sure: " + ", ".join(
        f"{name.replace('_', ' ')} <b>{read[name][0]}</b>" for name in READ
    )


for name, slider in sliders.items():
    slider.description = name
    slider.observe(show, "value")
show()
ipywidgets.HBox([ipywidgets.VBox([*sliders.values()]), ipywidgets.VBox([screen, told])])

# %% [markdown]
# The person on the left is *from face*, the one on the right *to face*, and yours stands between them. A full beard
# pulls the hair short, and long hair shaves the beard: that is the entanglement of section 5 in your own hands.
#
# ## 11. Was that luck?
#
# Everything above was one run: one bank, one set of fresh people, one training of each judge. The same cells were run
# before with five other seeds (`data/tools/make_latent_table.py`), and every assertion held. Here are a dozen numbers of this
# run beside the range of those five. Which will vary most?

# %% tags=["varies"]
stored = json.loads(pathlib.Path("../data/results/latent.json").read_text())["seeds"]
SHOWN = {
    "clear": 0,
    "felt of the first 10": 0,
    "glasses by means": 2,
    "glasses, pushed": 2,
    "full beard, pushed": 2,
    "smile, pushed": 2,
    "the other seven held": 1,
    "clear, psi": 1,
    "dark skin": 1,
    "photographs": 3,
    "channel off, 6": 1,
    "judge of mouths": 1,
}
for name, i in SHOWN.items():
    live, *others = (np.ravel(row[name])[i] for row in (found, *stored))
    print(
        f"{name:22} {live:6.2f}   five seeds {min(others):6.2f} to {max(others):5.2f}"
    )

# %% [markdown]
# ## Recap
#
# - The straight way between two codes gets shorter in the middle, the arc does not. For our generator only the
#   direction counts, so both pass the same faces, at another pace; and without its first layer the harm was small.
# - Nudging each number shows what is heard: ten directions carry nearly everything, and they make the person.
# - Differences of *means* add glasses, differences of single people hardly; a logistic regression finds the same
#   direction.
# - A direction is verified on fresh faces by a count, against a control. Its side effects are counted too, and in ten
#   numbers they could hardly be reduced.
# - Truncation makes faces clearer and more alike, and removes those far from the mean first.
# - A search with the gradient finds a generated picture, and of its code the part that is heard. For a stranger, a
#   code answers with another face, and a style with a smear of little more than half the error.
# - A few channels carry single answers, such as one skin tone or one hair colour; glasses are spread over many. A map
#   of gradients shows where a judge looks, once the map itself has been tested.
#
# ## Exercises
#
# Write your answer in place of the dots and run the cell. `check` says what is wrong, not what is right;
# `hint("mean_length")` gives a hint, and a larger one each time. [One solution to
# each](solutions/10_latent_space.py).
#
# ### 1. The length of a mean
#
# Sixteen independent codes, each about $\sqrt{128}$ long. About how long is their mean?

# %%
mean_length = ...
check("mean_length", mean_length)

# %% [markdown]
# ### 2. How many are enough?
#
# Write `enough(strengths, share)`: `strengths` are the eigenvalues of section 3 for some generator, in any order and
# not yet divided by their sum. Return the smallest number of directions that together carry at least `share` of it.


# %%
def enough(strengths, share): ...


check("enough", enough)

# %% [markdown]
# ### 3. Leave the others alone
#
# Write `without(direction, others)`: take from a direction everything that lies along the rows of `others` (k, n), so
# that what is left is at right angles to *all* of them. The rows need not be at right angles to each other, nor of
# length 1. Do not change the length of what is left.


# %%
def without(direction, others): ...


check("without", without)

# %% [markdown]
# ### 4. How many does the other one hear?
#
# No checker, only your measurement. The grey generator, `lfw`, learned from photographs. Write its `slopes`, and
# count how many directions carry 95 %. Predict first: more than the faces generator, or fewer? Then take `without`,
# make the direction "glasses" blind to "darker skin", and push people along it. What does `shares` say now?
#
# ## Quiz
#
# Answer aloud first. Then run the cell and open the choices: each one tells you why, the wrong ones too.
#
# 1. A generator divides every code by its length first. You walk straight and along the arc. What differs?
# 2. You found a direction for glasses on 3,000 faces. What verifies it?
# 3. A colleague shows excellent samples, truncated with psi 0.4. What should you ask?
# 4. A search finds a code whose picture equals the given one to two grey levels. Is it the code the picture came
#    from?
# 5. A gradient map of a discriminator is bright at the eyes. When may you believe it?

# %%
quiz("10_latent_space")

# %% [markdown]
# ## References
#
# - A. Radford, L. Metz, S. Chintala. *Unsupervised Representation Learning with Deep Convolutional Generative
#   Adversarial Networks.* ICLR 2016. Arithmetic with faces; and they switched off the channels that drew windows.
# - T. White. *Sampling Generative Networks.* arXiv:1609.04468, 2016. Spherical interpolation, attribute vectors.
# - J.-Y. Zhu, P. Krähenbühl, E. Shechtman, A. A. Efros. *Generative Visual Manipulation on the Natural Image
#   Manifold.* ECCV 2016. From a picture back to its code.
# - J. Adebayo, J. Gilmer, M. Muelly, I. Goodfellow, M. Hardt, B. Kim. *Sanity Checks for Saliency Maps.* NeurIPS
#   2018.
# - A. Brock, J. Donahue, K. Simonyan. *Large Scale GAN Training for High Fidelity Natural Image Synthesis.* ICLR
#   2019. Truncation.
# - T. Karras, S. Laine, T. Aila. *A Style-Based Generator Architecture for Generative Adversarial Networks.* CVPR
#   2019. Styles, and truncation among them.
# - D. Bau et al. *GAN Dissection: Visualizing and Understanding Generative Adversarial Networks.* ICLR 2019. Channels
#   that draw trees, and what happens without them.
# - R. Abdal, Y. Qin, P. Wonka. *Image2StyleGAN: How to Embed Images Into the StyleGAN Latent Space?* ICCV 2019.
# - Y. Shen, J. Gu, X. Tang, B. Zhou. *Interpreting the Latent Space of GANs for Semantic Face Editing.* CVPR 2020.
#   Directions with names, and freeing one from another.
# - E. Härkönen, A. Hertzmann, J. Lehtinen, S. Paris. *GANSpace: Discovering Interpretable GAN Controls.* NeurIPS
#   2020. Directions without labels.
#
# ## Next
#
# Everything here was found *after* training, in a space that nobody had arranged. A
# [conditional GAN](11_conditional.ipynb) arranges it: it is told during training what to draw, and then one can measure
# how well it obeys.
