# %% [markdown]
# # The failure clinic
#
# You make six healthy GANs fail on purpose, learn to tell their illnesses apart on one chart, cure each of them, and
# compare fourteen famous remedies on one task at one price.
#
# <!-- badges --><!-- /badges -->
#
# **What you need first.** The loop and R1 of [the notebook on the adversarial game](04_adversarial_training.ipynb), the
# losses of [03](03_losses.ipynb), batch normalisation and the Fréchet distance of [06](06_dcgan.ipynb).
#
# **Time and memory:** <!-- measured -->1.9 min and 1.1 GB on 2 CPU cores<!-- /measured -->. Neither an internet connection nor a GPU is needed.
#
# ## What you will learn
#
# - to read a chart of vital signs: losses, verdicts, gradients, and what the pictures themselves say
# - to bring about, recognise and cure mode collapse and oscillation, which the losses hide
# - to tell a gradient that has vanished from a discriminator that wins, though $D$ is sure in both
# - to find out that batch normalisation leaks, by showing one picture in two companies
# - to catch a discriminator that learns its pictures by heart, and to treat it with augmentation
# - to compare remedies fairly: one task, equal compute, five seeds, and an effect only beyond noise
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
# ## 1. Instruments
#
# The patients are small GANs that learn the bundled 8 x 8 digits. Beside what the players say we shall need judges
# who are no players.
#
# The seed of this notebook is 5. Every training was also done beforehand with the seeds 0 to 4, so that you see each
# illness for the sixth time.

# %%
# %matplotlib inline
import base64
import json
import logging
import pathlib
from types import SimpleNamespace

import ipywidgets
import keras
import numpy as np
import tensorflow as tf
from keras import layers

from ganlib import losses, metrics, plots
from ganlib.data import load_data
from ganlib.digits import DigitReader
from ganlib.exercises import check, hint, quiz
from ganlib.training import to_uint8, to_unit

SEED, LATENT, BATCH = 5, 32, 32
digits, held_out = (load_data("digits", split=part) for part in ("train", "test"))

# %% [markdown]
# The first judge is the digit reader of notebook [05](05_first_image_gan.ipynb), which can also answer "no digit". As
# in 06, a picture is **legible** if the reader is as sure of it as of all but the most doubtful twentieth of the
# held-out digits. (The bar is high: a rough picture gives part of its confidence to "no digit". So 30 % will be healthy
# here.) `examine` takes five measures of 500 generated pictures:
#
# - `legible`: the share that passes the bar; `classes`: how many of the ten digits each make up at least 2 % of the
#   pictures, counting legible ones only
# - `diversity`: how far two generated pictures are from each other, in units of two real ones. 1 is right, 0 means
#   that all are equal
# - `distance`: the Fréchet distance to the held-out digits, in the reader's features
# - `closeness`: the distance from a generated picture to its nearest *training* picture, divided by the same distance for
#   a held-out digit. Below 1 means nearer than new digits are; rough pictures lie above 1. Compare it only between
#   patients with the same training set
#
# A sixth, `far`, compares two sets picture by picture: how far has the picture of a noise vector moved? Which of the five
# would notice that a generator recites its training set?

# %% tags=["varies"]
reader = DigitReader.train(digits.images, digits.labels, seed=0)
digit, sure = reader.read(held_out.images)
enough, right = np.percentile(sure, 5), np.mean(digit == held_out.labels)
print(f"{right:.1%} of the held-out digits are read correctly")
assert right > 0.95


def flat(images):
    return to_unit(images).numpy().reshape(len(images), -1)


REAL = np.sqrt(
    2 * flat(digits.images).var(axis=0).sum()
)  # from one real digit to another: twice the variance
seen = reader.features(held_out.images)


def far(a, b):
    return np.sqrt(np.square(flat(a) - flat(b)).sum(axis=1).mean()) / REAL


def examine(images, known):
    digit, sure = reader.read(images)
    counts = np.bincount(digit[sure >= enough], minlength=10)
    near, usual = (
        np.median(metrics.nearest(flat(some), flat(known))[1])
        for some in (images, held_out.images)
    )
    return {
        "legible": np.mean(sure >= enough),
        "classes": int((counts >= 0.02 * len(images)).sum()),
        "diversity": np.sqrt(2 * flat(images).var(axis=0).sum()) / REAL,
        "closeness": near / usual,
        "distance": metrics.frechet_distance(reader.features(images), seen),
    }


# %% [markdown]
# Only `closeness` is sure to: for copies it is 0. The others would be delighted, if the training set is large: what is
# recited is legible, diverse, and at a small distance.
#
# ## 2. One game, many rules
#
# The networks are small, so that an illness takes seconds: a DCGAN generator as in 06, at half its width, and a
# discriminator with two hidden dense layers, *without* batch normalisation. Every illness and every remedy of this
# notebook is a small change of these rules, or of the data: one to four entries.

# %%
# beta: Adam's first beta; g_momentum=False: plain descent; head_start: steps of D alone; together: one mixed batch;
# r1, penalty: weights of gradient penalties; keep: memory of the average
RULES = dict(
    loss="non_saturating",
    d_rate=1e-3,
    g_rate=1e-3,
    beta=0.5,
    g_momentum=True,
    d_updates=1,
    head_start=0,
    d_norm="",
    together=False,
    r1=0.0,
    penalty=0.0,
    augment=None,
    keep=0.99,
)


def build_generator():
    z = layers.Input((LATENT,))
    x = layers.Reshape((2, 2, 32))(layers.Dense(2 * 2 * 32)(z))
    x = layers.Conv2DTranspose(16, 4, strides=2, padding="same")(
        layers.ReLU()(normed(x))
    )
    x = layers.Conv2DTranspose(1, 4, strides=2, padding="same")(
        layers.ReLU()(normed(x))
    )
    return keras.Model(z, layers.Activation("tanh")(x))


def build_discriminator(norm):
    wrap = layers.SpectralNormalization if norm == "spectral" else lambda layer: layer
    picture = layers.Input((8, 8, 1))
    x = layers.LeakyReLU(negative_slope=0.2)(
        wrap(layers.Dense(256))(layers.Flatten()(picture))
    )
    x = wrap(layers.Dense(128))(x)
    x = layers.LeakyReLU(negative_slope=0.2)(normed(x) if norm == "batch" else x)
    return keras.Model(picture, wrap(layers.Dense(1))(x))


def normed(x):
    return layers.BatchNormalization(momentum=0.99)(x)


# %% [markdown]
# (`spectral` divides each weight matrix by its largest stretch, so that no layer can make differences larger: Miyato
# et al. 2018. Keras estimates the stretch, writes the divided weights back, and passes no gradient through the division.)
#
# A game holds players, optimizers, random numbers and rules, as in 04. It also keeps an **average** of the generator's
# weights, as in 05: here it remembers about a hundred steps.


# %%
def new_game(images=digits.images, seed=SEED, **changes):
    keras.utils.set_random_seed(seed)
    rules = SimpleNamespace(**{**RULES, **changes})
    game = SimpleNamespace(
        rules=rules,
        generator=build_generator(),
        discriminator=build_discriminator(rules.d_norm),
        rng=tf.random.Generator.from_seed(seed),
        images=images,
        data=to_unit(images),
    )
    game.average = keras.models.clone_model(game.generator)
    game.average.set_weights(game.generator.get_weights())
    game.d_optimizer = keras.optimizers.Adam(rules.d_rate, beta_1=rules.beta)
    adam = keras.optimizers.Adam(rules.g_rate, beta_1=rules.beta)
    game.g_optimizer = adam if rules.g_momentum else keras.optimizers.SGD(rules.g_rate)
    game.d_optimizer.build(game.discriminator.trainable_variables)
    game.g_optimizer.build(game.generator.trainable_variables)
    game.d_loss, game.g_loss = losses.get(rules.loss)
    return game


def draw(
    game,
):  # as many real and generated pictures as the discriminator sees at a time, changed if the rules say so
    real = tf.gather(game.data, game.rng.uniform((BATCH,), 0, len(game.data), tf.int32))
    fake = game.generator(game.rng.normal((BATCH, LATENT)), training=True)
    change = game.rules.augment or (lambda pictures, rng: pictures)
    return change(real, game.rng), change(fake, game.rng)


# %% [markdown]
# The two lessons. `together` shows $D$ both kinds in one mixed batch; otherwise they come in two batches of their own.
# `r1` and `penalty` are the two gradient penalties: R1 of 04, and that of WGAN-GP (Gulrajani et al. 2017). Everything
# else is as you know it. Each lesson returns its loss, its verdicts, and the length of its gradient.

# %%
length = tf.linalg.global_norm  # of all gradients, as one long vector


def d_step(game):
    D, rules = game.discriminator, game.rules
    real, fake = draw(game)
    with tf.GradientTape() as tape:
        if rules.together:
            real_logits, fake_logits = tf.split(
                D(tf.concat([real, fake], axis=0), training=True), 2
            )
        else:
            real_logits, fake_logits = D(real, training=True), D(fake, training=True)
        cost = d_loss = game.d_loss(real_logits, fake_logits)
        if rules.r1:
            cost += rules.r1 / 2 * losses.squared_gradient_norm(D, real)[0]
        if rules.penalty:
            cost += rules.penalty * losses.gradient_penalty(
                D, real, fake, game.rng.uniform((BATCH, 1, 1, 1))
            )
    slopes = tape.gradient(cost, D.trainable_variables)
    game.d_optimizer.apply(slopes, D.trainable_variables)
    return (
        d_loss,
        tf.reduce_mean(tf.sigmoid(real_logits)),
        tf.reduce_mean(tf.sigmoid(fake_logits)),
        length(slopes),
    )


def g_step(game):
    G, D = game.generator, game.discriminator
    with tf.GradientTape() as tape:
        real, fake = draw(game)
        fake_logits = D(fake, training=True)
        g_loss = game.g_loss(
            D(real, training=True) if game.rules.loss == "relativistic" else None,
            fake_logits,
        )
    slopes = tape.gradient(g_loss, G.trainable_variables)
    game.g_optimizer.apply(slopes, G.trainable_variables)
    for mean, weight in zip(game.average.weights, G.weights):
        mean.assign(weight + game.rules.keep * (mean - weight))
    return g_loss, tf.reduce_mean(tf.sigmoid(fake_logits)), length(slopes)


# %% [markdown]
# One step is one lesson each (or more of $D$'s). `play` makes many steps in one call and returns the means of seven
# signs. `ahead` teaches only $D$: a head start.

# %%
SIGNS = "d_loss", "d_real", "d_fake", "d_norm", "g_loss", "g_fake", "g_norm"
fixed_noise = np.random.default_rng(9).standard_normal((500, LATENT)).astype("float32")


def one_step(game):
    for _ in range(game.rules.d_updates):
        of_d = d_step(game)
    return tf.stack([*of_d, *g_step(game)])


def compiled(game):
    @tf.function
    def ahead(steps):
        for _ in tf.range(steps):
            d_step(game)

    @tf.function
    def play(steps):
        total = tf.zeros(len(SIGNS))
        for _ in tf.range(steps):
            total += one_step(game)
        return total / tf.cast(steps, tf.float32)

    return ahead, play


# %% [markdown]
# Every 20 steps we write down what the players say, and every 100 we look at the pictures of the *same* 500 noise
# vectors. Two signs are new. **Unrest**: how far has the picture of a noise vector moved since the last look? 1
# means that it has been replaced by any other digit. And $D$'s verdict on *held-out* digits, which it has never
# seen.


# %%
def train_game(game, steps=600, every=100, tick=20, averaged=False):
    (ahead, play), ticks, looks = compiled(game), [], []
    if game.rules.head_start:
        ahead(tf.constant(game.rules.head_start))
    for step in range(tick, steps + 1, tick):
        ticks.append(play(tf.constant(tick)).numpy())
        if step % every == 0:
            drawn = to_uint8(
                (game.average if averaged else game.generator)(fixed_noise)
            )
            held = (
                tf.sigmoid(game.discriminator(to_unit(held_out.images))).numpy().mean()
            )
            unrest = far(drawn, looks[-1]["samples"]) if looks else np.nan
            found = examine(drawn, game.images)
            looks.append(
                {
                    "step": step,
                    "samples": drawn,
                    "d_held": held,
                    "unrest": unrest,
                    **found,
                }
            )
    run = {
        "game": game,
        "tick": np.arange(tick, steps + 1, tick),
        **dict(zip(SIGNS, np.array(ticks).T)),
    }
    return SimpleNamespace(
        **run, **{name: np.array([look[name] for look in looks]) for name in looks[0]}
    )


def ending(run):  # means over the last third of a training
    signs = {
        name: values
        for name, values in vars(run).items()
        if name not in ("game", "samples", "tick", "step")
    }
    return {
        name: float(np.mean(values[-(len(values) // 3) :]))
        for name, values in signs.items()
    }


def five(patient, sign):
    return [row[sign] for row in stored["patients"] if row["patient"] == patient]


def note(
    *patients, **limits
):  # prints a sign of our run and of five stored ones of each patient; asserts that the
    # limit lies between the six values of the first patient and the six of the last
    for sign, limit in limits.items():
        sides = [[ending(runs[name])[sign], *five(name, sign)] for name in patients]
        for name, values in zip(patients, sides):
            print(
                f"{sign:9} {name:26} here {values[0]:8.3g}   five seeds",
                *(f"{value:8.3g}" for value in values[1:]),
            )
        assert (
            limit is None
            or max(sides[0]) < limit < min(sides[-1])
            or max(sides[-1]) < limit < min(sides[0])
        ), sign


# %% [markdown]
# ## 3. A healthy patient
#
# Now the chart, the same for everybody: pictures, losses, verdicts, gradients on a logarithmic axis, and
# signs of the pictures. Blue belongs to $D$ and real pictures, orange to $G$ and generated ones. Dotted in the third
# panel: blue, $D$ on held-out digits; orange, what $D$ says of the generated pictures in *$G$'s* lesson. (Most of
# the cell is drawing. `stored` are five seeds of every patient, trained beforehand with these cells by
# `data/tools/make_clinic_table.py`; `note` prints our patient beside them.)
#
# Before you run the first patient, recall from 03 and 04: where should the verdicts stand at the end of a good game?
# Where do the losses? And should unrest go to 0?


# %% tags=["varies"] alt="Chart of a healthy patient: digits, level losses, verdicts at 0.64 and 0.36, diversity near 1"
def chart(**patients):
    figure, *_ = plots.panels("", size=(11, 2.1 * len(patients) + 0.2))
    figure.clear()
    grid = figure.subplots(
        len(patients), 5, squeeze=False, width_ratios=(1.35, 1, 1, 1, 1.1)
    )
    for row, (name, run) in zip(grid, patients.items()):
        for ax, title in zip(
            row, (name, "losses", "verdicts", "length of gradients", "pictures")
        ):
            ax.set_title(title, fontsize=10), ax.tick_params(labelsize=7)
            ax.spines[["top", "right"]].set_visible(False)
        row[0].imshow(plots.tile(run.samples[-1][:32], 8, gap=1)), row[0].set_axis_off()
        for ax, *pair in (
            (row[1], "d_loss", "g_loss"),
            (row[2], "d_real", "d_fake"),
            (row[3], "d_norm", "g_norm"),
        ):
            for sign, colour in zip(pair, (plots.REAL, plots.FAKE)):
                ax.plot(
                    run.tick,
                    getattr(run, sign),
                    color=colour,
                    lw=1.2,
                    label="DG"[sign in pair[1:]],
                )
        row[2].plot(run.step, run.d_held, ":", color=plots.REAL)
        row[2].plot(run.tick, run.g_fake, ":", color=plots.FAKE)
        for sign, style in (("diversity", "-"), ("unrest", "--"), ("legible", ":")):
            row[4].plot(
                run.step, getattr(run, sign), style, color="#444444", label=sign
            )
        for ax in (row[1], row[4]):
            ax.legend(
                frameon=False,
                fontsize=7,
                ncols=3,
                loc="upper center",
                handlelength=1.4,
                columnspacing=0.8,
            )
        row[1].set_ylim(min(-0.3, run.g_loss.min()), max(2.5, run.g_loss.max()))
        (
            row[2].set_ylim(-0.03, 1.03),
            row[3].set(yscale="log", ylim=(1e-4, 200)),
            row[4].set_ylim(0, 1.6),
        )
    return figure


stored = json.loads(pathlib.Path("../data/results/clinic.json").read_text())
runs = {"healthy": train_game(new_game(), steps=1000)}
note("healthy", diversity=None, unrest=None, distance=None)
assert (
    ending(runs["healthy"])["diversity"] > 0.8
    and 20 < ending(runs["healthy"])["distance"] < 55
)
chart(healthy=runs["healthy"])

# %% [markdown]
# Digits come, a third of them good enough for our strict reader. The losses are level. $D$ keeps a small lead, 0.64
# against 0.36, where theory promises one half each: a living GAN is never quite there. Of held-out digits it says
# a little less than of its own, with jumps: it has begun to know its own. Diversity comes near 1. Unrest falls, but not
# to 0: the game goes on.
#
# This is what healthy looks like. Now let us make people ill. Each time look at the chart *first*, and guess, before you
# look at the code above it (which says the name) or read on.
#
# ## 4. Patient A: all is well?
#
# Patient A. The losses and verdicts look excellent: near 1.39 and 0.69, near one half. Are they?

# %% tags=["varies"] alt="Chart of patient A: one picture 32 times; verdicts near one half, diversity 0.2, unrest 1"
runs["mode collapse"] = train_game(new_game(d_rate=1e-4, g_rate=2e-3))
chart(A=runs["mode collapse"])

# %% [markdown]
# All noise vectors give one picture: **mode collapse**. Of the lines diversity says it plainest: 0.2. (*Legible* may jump
# between 0 and nearly 1: where the one picture passes for a digit, all of them do.) The verdicts are those of a perfect
# game, for another reason than in 03: nobody can tell real from generated, because $D$ *learns too slowly*. We let $G$
# learn twenty times as fast.
#
# Why does that collapse? Against a $D$ that stands still, the best thing to do is to find the one picture that it likes
# best, and to draw it always. $D$ learns to dislike it, slowly, and $G$ moves on to the next. The chart shows the
# travelling, too: unrest is near 1 while diversity is near 0. **All pictures move, and they move together.**
#
# **The cure** is to let $D$ answer in time. Two rates are nothing bad in themselves (*two time scales*, Heusel et al.
# 2017), but here that of $D$ was twenty times too small. Same $G$, and a $D$ that learns as fast. Which signs will
# change?

# %% tags=["varies"] alt="Patient A above and cured below: digits, diversity from 0.2 to 0.9; the verdicts part"
runs["mode collapse, cured"] = train_game(new_game(d_rate=2e-3, g_rate=2e-3))
note("mode collapse", "mode collapse, cured", diversity=0.5, distance=150)
note("healthy", "mode collapse", unrest=0.6)
assert abs(ending(runs["mode collapse"])["d_fake"] - 0.5) < 0.1
chart(A=runs["mode collapse"], cured=runs["mode collapse, cured"])

# %% [markdown]
# Diversity is back, in five of five seeds and in ours. And look at the verdicts: by *their* light the cured patient is
# worse, since they have moved away from one half. Never judge a generator by them.
#
# ## 5. Patient B: nothing happens
#
# Patient B has the *saturating* loss of 03. $G$ learns by plain gradient descent, without Adam, and $D$ had a head start
# of 300 steps. Read the scales. (Both losses lie at 0, one over the other.)

# %% tags=["varies"] alt="Chart of patient B: noise; verdicts 1 and 0; gradients a thousandth, falling; unrest 0"
ahead = dict(head_start=300, g_momentum=False, g_rate=0.01)
runs["vanishing gradients"] = train_game(
    new_game(loss="saturating", **ahead), steps=400
)
chart(B=runs["vanishing gradients"])

# %% [markdown]
# Nothing happens: unrest is 0.01, the pictures are the noise from before the training. $D$ is sure beyond doubt, and
# the gradient of $G$ is a thousandth long and falls: **vanishing gradients**.
#
# This loss is the minimax game's own, $-\mathrm{softplus}(\ell)$ of the logit $\ell$ (the $a$ of 03). Its slope is $-\sigma(\ell)$, and
# $\sigma(\ell) = D(G(z))$ is 0.00003. The *non-saturating* loss $\mathrm{softplus}(-\ell)$ has the slope $-(1 -
# \sigma(\ell))$, which is nearly $-1$. So at this very moment the two gradients should differ by about a
# factor of $1/D$, some thirty thousand. Check it on the patient, and then give it the other loss, everything else
# as before.


# %% tags=["varies"] alt="Patient B above and cured below: noise against digits; the gradient of G from 0.001 to 5"
def slope(game, loss):
    with tf.GradientTape() as tape:
        cost = loss(
            None, game.discriminator(game.generator(fixed_noise, training=False))
        )
    return length(tape.gradient(cost, game.generator.trainable_variables)).numpy()


sick = runs["vanishing gradients"]
ratio = slope(sick.game, losses.generator_non_saturating) / slope(
    sick.game, losses.generator_saturating
)
print(
    f"the non-saturating gradient is {ratio:,.0f} times as long; 1/D is {1 / sick.d_fake[-1]:,.0f}"
)
runs["vanishing gradients, cured"] = train_game(new_game(**ahead), steps=400)
note(
    "vanishing gradients",
    "vanishing gradients, cured",
    g_norm=0.1,
    unrest=0.1,
    distance=150,
)
assert ratio > 1000
chart(B=runs["vanishing gradients"], cured=runs["vanishing gradients, cured"])

# %% [markdown]
# (The ratio is not exactly $1/D$: $D$ is a mean over pictures and twenty steps, and every picture has a factor of its own.)
#
# The same head start, the same steps, another loss: digits. (Would Adam have got through? It divides every gradient by
# that gradient's own usual size. Exercise 4 lets you try.)
#
# ## 6. Patient C: the same again?
#
# Patient C has the good loss, and Adam for both. Verdicts near 1 and 0 again. Is it the same illness?

# %% tags=["varies"] alt="Chart of patient C: blurs; loss of G at 3 to 9, verdicts near 1 and 0, gradients of G above 10"
runs["a D that wins"] = train_game(new_game(beta=0.9))
note("healthy", "a D that wins", g_norm=12)
chart(C=runs["a D that wins"])

# %% [markdown]
# It is not: look at the fourth panel. The gradient of $G$ is *long*, ten times that of the healthy patient. $G$ is
# shouted at, and the pictures run about (unrest near 1) without coming nearer. **The discriminator wins.** You met
# it in 05, section 5, with the same cause: Adam as it comes, with $\beta_1 = 0.9$. Its momentum pushes on in a
# direction that the other player has answered long ago. (Its pictures are rather alike, as patient A's were. But there
# the verdicts stood near one half, and here $D$ is sure.)
#
# Treating the cause would be easy. We treat the patient and keep $\beta_1$: **R1** punishes a $D$ that is
# steep at the real pictures. Which two panels will show it first?

# %% tags=["varies"] alt="Patient C above, cured below: digits, verdicts near one half, gradients from 40 to below 1"
runs["a D that wins, cured"] = train_game(new_game(beta=0.9, r1=1.0))
note("a D that wins", "a D that wins, cured", d_loss=0.8, g_norm=5, distance=150)
chart(C=runs["a D that wins"], cured=runs["a D that wins, cured"])

# %% [markdown]
# Losses and gradients show it, from the first steps on: the loss of $G$ stays low, and its gradients are some fifty times
# shorter, and useful. Verdicts and pictures follow.
#
# Remember the pair: *exactly* 1 and 0 with a tiny gradient is B, cured by a loss; *near* 1 and 0 with a huge one is C,
# cured by calming $D$.
#
# ## 7. Patient D: spot the difference
#
# Patient D looks well: diversity is high, the losses are level, nobody wins. This time you see the cure at once, in the
# second row. **Spot the difference**: which sign was ill?

# %% tags=["varies"] alt="Patient D above, cured below: both draw digits; unrest near 0.7 above, 0.2 below"
runs["oscillation"] = train_game(new_game(g_rate=5e-3))
runs["oscillation, cured"] = train_game(new_game(g_rate=5e-3, r1=1.0), averaged=True)
note("oscillation", "oscillation, cured", unrest=0.4, distance=40)
note("healthy", "oscillation", unrest=0.48)
chart(D=runs["oscillation"], cured=runs["oscillation, cured"])

# %% [markdown]
# The dashed line. Unrest stays near 0.7, where the healthy patient had 0.4 after as many steps, and 0.3 at its end: from
# one look to the next a noise vector's picture becomes another one, again and again, and within these 600 steps it does
# not come to rest. This is called **oscillation**. (The Dirac GAN of 04 really went round on an orbit. Here we see only
# that the game does not settle.) The players' own panels raise no alarm.
#
# The cause was a step of $G$ that is too long, and the medicine is that of the Dirac GAN: R1, which made the orbit a
# spiral to the centre, and the *average* of the weights, which sits in the middle of whatever circle remains. (So the
# pictures in the second row are those of the average, which moves less by construction.) The distance is half or less.
# How much of it was R1, and how much the average? Exercise 4 lets you take them apart.
#
# ## 8. Patient E: everybody wins
#
# Patient E. $D$ has batch normalisation and gets real and generated pictures together, in one mixed batch, as
# many programs do it. Look at *both* losses. Who is winning?

# %% tags=["varies"] alt="Chart of patient E: one grey pattern over and over; both losses low; D says 0 in its own lesson and 0.7 in G's"
runs["BatchNorm leakage"] = train_game(
    new_game(d_norm="batch", together=True), steps=400
)
chart(E=runs["BatchNorm leakage"])

# %% [markdown]
# Both! $D$ makes no errors, and at the same time $G$ believes that it fools $D$: of such pictures $D$ says 0 in its own
# lesson and two thirds (dotted orange) in $G$'s. And the pictures are nearly one grey pattern, over and over, like
# wallpaper.
#
# Batch normalisation subtracts the mean of the *batch*, so that the verdict on a picture depends on its neighbours. In
# $D$'s lesson half of them are real. In $G$'s lesson all are generated, and what gave them away is subtracted. So $G$
# learns to please a judge who never judges. **Batch normalisation leaks.** To prove it: in the chart the two verdicts were
# on *different* pictures. If $D$ sees the *same* 32 generated pictures in two companies, will the gap stay? And for the
# healthy patient, who has no batch normalisation in $D$?
#
# **The cure**: two batches of their own, as 06 did. Then the company is the same in both lessons. (The cured patient gets
# 600 steps in place of 400; the illness was there after 40.)


# %% tags=["varies"] alt="Patient E above, cured below: wallpaper against digits; the two orange verdicts agree"
def in_two_companies(game, n=32):
    fake, real = game.generator(fixed_noise[:n], training=False), game.data[:n]
    mixed = game.discriminator(tf.concat([real, fake], axis=0), training=True)[n:]
    return [
        tf.sigmoid(logits).numpy().mean()
        for logits in (mixed, game.discriminator(fake, training=True))
    ]


for name in ("BatchNorm leakage", "healthy"):
    print(
        "{:20} among real ones {:.4f}, among themselves {:.4f}".format(
            name, *in_two_companies(runs[name].game)
        )
    )
among, alone = in_two_companies(runs["BatchNorm leakage"].game)
assert (
    among < 0.05
    and alone > 0.3
    and np.ptp(in_two_companies(runs["healthy"].game)) < 1e-3
)

runs["BatchNorm leakage, cured"] = train_game(new_game(d_norm="batch"))
note("BatchNorm leakage", "BatchNorm leakage, cured", d_loss=0.4, distance=200)
for name, low, high in (
    ("BatchNorm leakage", 0.4, 1),
    ("BatchNorm leakage, cured", -0.1, 0.1),
):
    gaps = np.subtract(five(name, "g_fake"), five(name, "d_fake"))
    assert low < gaps.min() and gaps.max() < high
chart(E=runs["BatchNorm leakage"], cured=runs["BatchNorm leakage, cured"])

# %% [markdown]
# The same pictures, the same weights, two verdicts; only where there is no batch normalisation can no company change
# $D$'s mind. Cured, the two orange lines lie on each other, and there are digits. The same care is due when you *draw*:
# with `training=True` a generator's pictures depend on their neighbours in just this way.
#
# ## 9. Patient F: twenty pictures
#
# Patient F has the healthy rules, but only **twenty** training pictures. More of its pictures are legible than of the
# healthy one's! Which line is alarming?

# %% tags=["varies"] alt="Chart of patient F: legible digits, often the same; D says 0.9 of its pictures, 0 of held-out ones"
few = digits.images[:20]
runs["memorisation"] = train_game(new_game(few), steps=800)
note("healthy", "memorisation", legible=0.48, distance=None)
chart(F=runs["memorisation"])

# %% [markdown]
# The dotted blue one. $D$ says 0.9 of its twenty training pictures and less than 0.1 of held-out digits, which are
# just as real. It has stopped asking "is it a digit?" and asks "is it one of the twenty?": **memorisation**. A generator
# that wants to please such a judge has to copy. (Loss and verdicts look like patient C's, but the gradient of $G$ is not
# huge. And the distance knows, too: twenty pictures are not all digits.)
#
# **The cure** when there are no more data: **differentiable augmentation** (Zhao et al. 2020). Change every picture
# at random before $D$ sees it, here by a shift of one pixel at most and a black hole of up to 4 x 4. (Below, what was
# hidden or shifted in is drawn in grey, so that you can see it; $D$ gets black.) Two things matter:
#
# - the generated ones, too. Change only the real ones, and $G$ learns to draw holes
# - differentiably: the gradient of $G$ must pass *through* the change. The cell asserts that it does


# %% alt="Eight digits, and below them the same ones shifted, with what is lost in grey"
def augmented(
    pictures, rng
):  # float (n, 8, 8, 1) from -1 to 1; every picture is changed in its own way
    n, side = tf.shape(pictures)[0], tf.range(8)
    at = (
        1 + side + rng.uniform((2, n, 1), -1, 2, tf.int32)
    )  # the rows and the columns to be seen, out of 10
    wide = tf.pad(pictures, [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=-1.0)
    moved = tf.gather(
        tf.gather(wide, at[0], axis=1, batch_dims=1), at[1], axis=2, batch_dims=1
    )
    corner = rng.uniform((2, n, 1), -3, 8, tf.int32)
    rows, columns = tf.unstack((side >= corner) & (side < corner + 4))
    return tf.where((rows[:, :, None] & columns[:, None, :])[..., None], -1.0, moved)


x = tf.Variable(to_unit(digits.images[:8]))
with tf.GradientTape() as tape:
    changed = augmented(x, tf.random.Generator.from_seed(4))
    total = tf.reduce_sum(changed)
passed = tape.gradient(total, x).numpy()
assert (
    set(np.unique(passed)) == {0.0, 1.0} and 0.5 < passed.mean() < 0.95
)  # a pixel is passed on, or lost
hidden = augmented(tf.ones_like(x), tf.random.Generator.from_seed(4)) < 0
shown = np.concatenate([digits.images[:8], to_uint8(tf.where(hidden, -0.5, changed))])
plots.image_grid(shown, columns=8, title="Real, and below changed", scale=6)

# %% [markdown]
# Every pixel that is still in sight passes its gradient on unchanged, and the hidden ones pass nothing. Now the same
# twenty pictures, augmented. Predict: legible up or down? And closeness?

# %% tags=["varies"] alt="Patient F above, cured below: more kinds of rougher digits; held-out verdicts near the others"
runs["memorisation, cured"] = train_game(new_game(few, augment=augmented), steps=800)
note(
    "memorisation",
    "memorisation, cured",
    d_held=0.25,
    closeness=0.78,
    legible=0.5,
    distance=123,
)
chart(F=runs["memorisation"], cured=runs["memorisation, cured"])

# %% [markdown]
# *Fewer* are legible, and it is a cure: $D$ no longer throws held-out digits out (0.4 to 0.5, in place of less than 0.1;
# of its own it says 0.6), though in most games it still finds them nearer to the generated ones. The pictures keep a
# decent distance from the training set: before, they were about twice as close to the twenty as a new digit is. And the
# Fréchet distance to digits that nobody had seen falls. The most legible generator was the one that recites.
#
# ## 10. Reliable?
#
# A failure that comes by luck teaches nothing. `note` has asserted for each patient and cure that a limit parts
# **all** six seeds of the one from all six of the other (five stored, ours live). Here are all of them in one picture,
# each by its Fréchet distance.

# %% alt="Six pairs of rows of dots: every cure lies clearly left of its illness, near the grey band"
ILL = [name for name in runs if name != "healthy" and "cured" not in name]
figure, ax = plots.panels(
    "Ill (orange) and cured (blue)",
    size=(9, 2.8),
    xscale="log",
    xlabel="Fréchet distance",
)
for place, name in enumerate(ILL):
    for state, colour in ((name, plots.FAKE), (f"{name}, cured", plots.REAL)):
        ax.plot(five(state, "distance"), [-place] * 5, "o", color=colour, alpha=0.5)
        ax.plot(ending(runs[state])["distance"], -place, "|", ms=16, color=colour)
ax.axvspan(
    min(five("healthy", "distance")),
    max(five("healthy", "distance")),
    color=plots.GREY,
    alpha=0.2,
)
(
    ax.set_yticks(-np.arange(len(ILL)), ILL),
    ax.set_xticks([25, 50, 100, 200, 400], [25, 50, 100, 200, 400]),
)
ax.minorticks_off(), ax.set_ylim(0.5 - len(ILL), 0.5)
assert all(
    max(five(f"{name}, cured", "distance")) < min(five(name, "distance"))
    for name in ILL
)
figure

# %% [markdown]
# Dots are stored seeds, the strokes are yours, the grey band is the healthy patient. Three cures stop short of the band:
# those of C and E come near it (they had 600 steps, the healthy patient 1,000), and that of F, with twenty pictures,
# cannot reach it. One goes beyond it: patient D is drawn with the average.
#
# ## 11. Remedies at one price
#
# Papers compare remedies by steps. But a step of WGAN-GP with five lessons for $D$ costs several times a plain one. So
# we compare at **equal compute**: TensorFlow counts the floating-point operations in one step's graph, and every
# remedy gets as many steps as cost the same as 1,000 plain ones. How many will WGAN-GP get? (The count is of the graph
# as written. It includes some gradients that nobody uses and that are left out of the run; by hand, relativistic
# pairing costs 9 % more than a plain step, and is charged 22 %.)


# %%
def work(game):
    graph = tf.function(lambda: one_step(game)).get_concrete_function().graph
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_empty_output().build()
    return tf.compat.v1.profiler.profile(graph, options=options).total_float_ops


logging.getLogger("tensorflow").setLevel(
    logging.ERROR
)  # the counter grumbles about its own age
PLAIN = work(new_game())


def steps_for(
    budget, operations
):  # as many steps as cost what `budget` plain ones do, to the next 20
    return 20 * round(budget * PLAIN / operations / 20)


def compare(
    game, steps
):  # three looks, at 80, 90 and 100 % of the steps, at the last weights and at their average
    play, tenth, found = compiled(game)[1], steps // 10, []
    for part in (steps - 2 * tenth, tenth, tenth):
        play(tf.constant(part))
        found.append(
            [
                examine(to_uint8(g(fixed_noise)), game.images)
                for g in (game.generator, game.average)
            ]
        )
    return {
        who + sign: float(np.mean([pair[i][sign] for pair in found]))
        for i, who in enumerate(("", "average "))
        for sign in ("legible", "classes", "diversity", "distance")
    }


for name, changes in {
    "plain": {},
    "R1": dict(r1=1.0),
    "relativistic": dict(loss="relativistic"),
    "WGAN-GP": dict(loss="wasserstein", penalty=10.0, d_updates=5),
}.items():
    operations = work(new_game(**changes)) if changes else PLAIN
    print(
        f"{name:14}{operations / 1e6:6.1f} million operations a step, so {steps_for(1000, operations):5} steps"
    )
assert 150 < steps_for(1000, operations) < 220

# %% [markdown]
# Fewer than a fifth of the steps. (R1 differentiates a gradient, and relativistic pairing shows real pictures to $D$ in
# $G$'s lesson, too: both cost something.) The **relativistic** loss asks of a *pair*, one real and one generated
# picture, which of them is more real (Jolicoeur-Martineau 2019).
#
# The plain rules and fourteen remedies, five seeds each. Most change one rule, some two or three; all others are equal
# (two time scales: $D$ 0.002, $G$ 0.0005; R1 has the weight 1, WGAN-GP's penalty 10). That is favouritism, of course: each
# remedy has rates that suit it better than these. Every row is measured twice: the last weights, and their **average**
# (EMA, exponential moving average) in the same game. An effect, as in 06, is where all five
# seeds lie beyond all five of the plain row. Of the average we ask in how many of its five games it beats the last
# weights. Our healthy patient, live, is the first line. Your guess: which three are best?

# %% tags=["varies"] alt="Fifteen rows of dots: most near the grey band of the plain rules, six of them to its right"
table = {}
for row in stored["remedies"]:
    table.setdefault(row["remedy"], []).append(row)


def dots(name, who=""):
    return sorted(row[f"{who}distance"] for row in table[name])


def effect(own, plain):
    return (
        "worse"
        if own[0] > plain[-1]
        else "better"
        if own[-1] < plain[0]
        else "within noise"
    )


plain = dots("non-saturating")
live = ending(runs["healthy"])
print(
    f"{'':25}steps legible   distance of five seeds        effect          average: median, better in"
)
print(
    f"{'non-saturating, live':25} 1000{live['legible']:7.0%}   {live['distance']:5.0f}"
)
for name, rows in table.items():
    legible, own, mean = (
        np.median([row["legible"] for row in rows]),
        dots(name),
        np.median(dots(name, "average ")),
    )
    won = sum(row["average distance"] < row["distance"] for row in rows)
    print(
        f"{name:25}{rows[0]['steps']:5}{legible:7.0%}  ",
        *(f"{value:5.0f}" for value in own),
        f"  {effect(own, plain):13}{mean:8.0f}, {won} of 5",
    )
said = [effect(dots(name), plain) for name in table]
assert (
    said.count("worse") == 6
    and "better" not in said
    and 0.7 * plain[0] < live["distance"] < 1.4 * plain[-1]
)
assert (
    sum(
        all(row["average distance"] < row["distance"] for row in rows)
        for rows in table.values()
    )
    == 9
)
figure, ax = plots.panels(
    "Last weights, and (hollow) their average",
    size=(9, 4.4),
    xscale="log",
    xlabel="distance",
)
ax.minorticks_off()
for place, name in enumerate(table):
    ax.plot(dots(name), [-place] * 5, "o", color=plots.FAKE, alpha=0.5)
    ax.plot(
        dots(name, "average "),
        [-place - 0.3] * 5,
        "o",
        color=plots.FAKE,
        mfc="none",
        ms=4,
    )
ax.axvspan(min(plain), max(plain), color=plots.GREY, alpha=0.2)
(
    ax.set_yticks(-np.arange(len(table)), table),
    ax.set_xticks([20, 50, 100, 200, 400], [20, 50, 100, 200, 400]),
)
figure

# %% [markdown]
# **By the distance no remedy beats the plain rules beyond noise**, and six are worse. (The cell asserts both.) By *legible*
# two do, least squares and batch norm in $D$: who wins depends on the judge, too. Batch norm in $D$, R1 and the saturating
# loss have the best medians. (The saturating loss? With Adam and without a head start of $D$ it never meets the sure $D$
# that made patient B ill.) That is no verdict on the others. Each was tried with rates tuned for none of them, on one
# small task; a large study with far more tuning also found the losses hard to part (Lucic et al. 2018). It says something
# else: **a remedy is for an illness.** R1 did
# next to nothing for the healthy patient, and it took patient C from above 300 to about 50. Augmentation cured patient
# F, who had twenty pictures, and made the healthy one, who has 1,438, worse. And the Wasserstein loss *needs* its
# penalty: without it, it is the worst row of all.
#
# The **average**, asked in pairs (same game, same seed), helps most reliably. It costs next to nothing, and in nine rows it
# beats the last weights in all five games (by chance alone: 1 in 32 a row), here by 1 %, there by half: WGAN-GP with one
# lesson it takes from 60 to 28. Once it is a disaster: after
# 180 steps, an average over about a hundred still remembers the untrained generator.
#
# ## 12. Play: the unknown patient
#
# Seven charts of other seeds than you have seen, in random order, their steps hidden. Choose a patient, look, choose a
# diagnosis: you are told its sign, and whether you are right. Works with the mouse, or with Tab and the arrow keys.

# %% alt="The chart of an unknown patient, with two menus above"
SIGNATURE = {
    "healthy": "verdicts apart but not at the ends, diversity near 1, unrest falling",
    "mode collapse": "diversity far below 1 while the verdicts look ideal; all pictures move together",
    "vanishing gradients": "verdicts exactly 1 and 0, a tiny gradient of G, and pictures that do not move",
    "a D that wins": "verdicts near 1 and 0, a huge loss and gradient of G, and unrest",
    "oscillation": "all looks well, but unrest stays high",
    "BatchNorm leakage": "both losses low, and two verdicts on the same generated pictures (dotted orange)",
    "memorisation": "D's verdict on held-out digits (dotted blue) falls away from that on its training pictures",
}
unknown = []
for row in [row for row in stored["patients"] if "chart" in row]:
    pictures = np.frombuffer(base64.b64decode(row["samples"]), np.uint8).reshape(
        1, -1, 8, 8, 1
    )
    signs = {sign: np.array(values, float) for sign, values in row["chart"].items()}
    unknown.append((row["patient"], SimpleNamespace(samples=pictures, **signs)))
order = enumerate(np.random.default_rng(12).permutation(len(unknown)), 1)
who = ipywidgets.Dropdown(
    options=[(f"patient {i}", place) for i, place in order], description="chart"
)
guess = ipywidgets.Dropdown(options=["?", *SIGNATURE], description="diagnosis")
screen, told = ipywidgets.Image(width=1000), ipywidgets.HTML()


def show(change=None):
    name, run = unknown[who.value]
    if guess.value == "?":
        figure = chart(**{who.label: run})
        [ax.set_xticks([]) for ax in figure.axes]
        screen.value, told.value = (
            figure._repr_png_(),
            "What do you see? Choose a diagnosis.",
        )
    else:
        sign = f"The sign of {guess.value} is: {SIGNATURE[guess.value]}."
        told.value = (
            f"Right. {sign}"
            if guess.value == name
            else f"No. {sign} Where does the chart contradict?"
        )


(
    who.observe(lambda change: (guess.set_trait("value", "?"), show()), "value"),
    guess.observe(show, "value"),
    show(),
)
ipywidgets.VBox([ipywidgets.HBox([who, guess]), told, screen])

# %% [markdown]
# And for your own GANs, on one page:
#
# | what you see | what it is | try first |
# |---|---|---|
# | pictures alike, verdicts fine | mode collapse | a faster $D$ or a slower $G$ (two rates) |
# | verdicts exactly 1 and 0, tiny gradient of $G$, nothing moves | vanishing gradients | the non-saturating loss |
# | verdicts near 1 and 0, large gradient and loss of $G$ | a $D$ that wins | R1; $\beta_1$ of 0.5 or 0 |
# | all well, but the same noise gives ever new pictures | oscillation | R1, smaller steps; draw with the average |
# | both losses low, pictures bad | batch normalisation leaks | two batches, or none of it in $D$ |
# | $D$ doubts held-out pictures; yours look too good | memorisation | more data; differentiable augmentation |
#
# ## Recap
#
# - Losses and verdicts come from the players; diversity, unrest, legibility and distance from the pictures. Collapse and
#   oscillation show plainly only there.
# - Collapse: all pictures alike, and moving together. Oscillation: diverse, and never at rest. Both under verdicts that
#   look ideal or level. Cures: a $D$ that keeps pace; R1 and an average.
# - Verdicts exactly 1 and 0 with a tiny gradient: another loss. Near 1 and 0 with a huge gradient: calm $D$, by R1.
# - The same generated pictures were 0 among real ones and 0.7 among themselves. Two batches of their own, or no batch
#   normalisation in $D$.
# - Twenty pictures were learned by heart. Held-out verdicts and closeness show it; augmentation of both kinds, with a
#   gradient that passes through, cures most of it.
# - Fourteen remedies at one price: by the distance none beat the plain rules beyond noise, six were worse, and an average
#   of the weights helped in most games. A remedy is for an illness, and this patient was healthy.
#
# ## Exercises
#
# Write your answer in place of the dots and run the cell. `check` says what is wrong, not what is right;
# `hint("in_company")` gives a hint, and a larger one each time. [One solution to
# each](solutions/07_failure_clinic.py).
#
# ### 1. One picture in company
#
# A unit of $D$ has the value `x` for one picture and the values `neighbours` (an array) for the others in the batch.
# Return what batch normalisation makes of `x`, before its learned scale and shift. (Leave out the small number that Keras
# adds to the variance.)


# %%
def in_company(x, neighbours): ...


check("in_company", in_company)

# %% [markdown]
# ### 2. Twins
#
# A test for collapse that needs no network: draw a few pictures and look for two equal ones. If a generator knows
# `different` pictures and draws each equally often, what is the chance that among `drawn` pictures at least two are
# equal?


# %%
def birthday(different, drawn): ...


check("birthday", birthday)

# %% [markdown]
# ### 3. Be the doctor
#
# Write a function of a dictionary of signs at the end of a training, as `ending` gives it (try
# `ending(runs["oscillation"])`), that returns one of the seven names of `SIGNATURE`. It is tried on the 35
# stored patients, and may be wrong about two.


# %%
def doctor(signs): ...


check("doctor", doctor)

# %% [markdown]
# ### 4. The wrong medicine
#
# No checker, only your eyes. Does Adam cure patient B? Try `train_game(new_game(loss="saturating", head_start=300),
# steps=400)`, and look at the gradients and at the pictures. Was it R1 or the average that cured patient D? Take its cured
# game once without `averaged=True`, and once with it but without `r1`. Then give every patient another
# one's cure: which medicine helps most often, and whom does it not help?
#
# ## Quiz
#
# Answer aloud first. Then run the cell and open the choices: each one tells you why, the wrong ones too.
#
# 1. Both verdicts stand at 0.5 and stay there. What do you know?
# 2. D says nearly 1 of real and nearly 0 of generated pictures. Which sign tells a vanished gradient from a discriminator that wins?
# 3. Diversity is near 1 and unrest near 1, for thousands of steps. What is it?
# 4. Both losses are low, and the pictures are wallpaper. Where do you look first?
# 5. Why are the generated pictures augmented, too?
# 6. A paper's remedy needs five times the work per step and wins after equally many steps. What do you know?

# %%
quiz("07_failure_clinic")

# %% [markdown]
# ## References
#
# - M. Arjovsky, L. Bottou. *Towards Principled Methods for Training Generative Adversarial Networks.* ICLR 2017. Why
#   the gradient vanishes.
# - M. Arjovsky, S. Chintala, L. Bottou. *Wasserstein Generative Adversarial Networks.* ICML 2017.
# - J. H. Lim, J. C. Ye. *Geometric GAN.* arXiv:1705.02894, 2017. The hinge loss.
# - I. Gulrajani, F. Ahmed, M. Arjovsky, V. Dumoulin, A. Courville. *Improved Training of Wasserstein GANs.* NIPS 2017.
# - X. Mao, Q. Li, H. Xie, R. Y. K. Lau, Z. Wang, S. P. Smolley. *Least Squares Generative Adversarial Networks.* ICCV
#   2017.
# - T. Miyato, T. Kataoka, M. Koyama, Y. Yoshida. *Spectral Normalization for Generative Adversarial Networks.* ICLR
#   2018.
# - L. Mescheder, A. Geiger, S. Nowozin. *Which Training Methods for GANs do actually Converge?* ICML 2018. R1.
# - A. Jolicoeur-Martineau. *The relativistic discriminator: a key element missing from standard GAN.* ICLR 2019.
# - Y. Huang, A. Gokaslan, V. Kuleshov, J. Tompkin. *The GAN is dead; long live the GAN! A Modern GAN Baseline.*
#   NeurIPS 2024. Relativistic pairing with R1 and its twin R2.
# - M. Heusel et al. *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium.* NIPS 2017.
# - Y. Yazıcı et al. *The Unusual Effectiveness of Averaging in GAN Training.* ICLR 2019.
# - S. Zhao, Z. Liu, J. Lin, J.-Y. Zhu, S. Han. *Differentiable Augmentation for Data-Efficient GAN Training.* NeurIPS
#   2020.
# - S. Arora, Y. Zhang. *Do GANs actually learn the distribution? An empirical study.* arXiv, 2017. The birthday test.
# - M. Lucic, K. Kurach, M. Michalski, S. Gelly, O. Bousquet. *Are GANs Created Equal? A Large-Scale Study.* NeurIPS
#   2018. With enough search, most losses come to similar scores.
#
# ## Next
#
# We judged by a reader, a distance and a few shares. How far can such judges be trusted? The next notebook puts *them*
# on trial.
