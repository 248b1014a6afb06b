# %% [markdown]
# # The adversarial game, step by step
#
# You write the training loop of a GAN by hand, find out why two players circle each other, and learn to read
# their curves without being fooled.
#
# <!-- badges --><!-- /badges -->
#
# **What you need first.** The two losses of [the notebook on losses](03_losses.ipynb), and that a gradient
# points uphill. Section 7 uses a 2 x 2 matrix; what we need of its eigenvalues is said there.
#
# **Time and memory:** <!-- measured -->56 s and 1.0 GB on 2 CPU cores<!-- /measured -->. Neither an internet connection nor a GPU is needed.
#
# ## What you will learn
#
# - to write one step of each player with a gradient tape, and to make sure that nobody else moves
# - to run thousands of steps in seconds, and to watch noise flow onto the data
# - to tell simultaneous from alternating updates
# - to explain with two numbers why GANs circle, and how R1, a penalty, brings them home
# - to read loss curves, and to know why the discriminator's loss is no measure of quality
# - to decide when to stop
# - to predict what a change of the rules will do, and to see whether you were right
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
# ## 1. The data
#
# Points in the plane, so that everything can be seen: eight small clouds, the *modes*, on a ring. We draw three
# sets that share no point. One to train on; one that is *held out*, for measuring; and a third, also real, that
# will tell us how near two real samples come to each other.
#
# (The cell begins with the tools, which you may skip for now. What stands in `ganlib` was written in a notebook
# first.) What will the picture look like?

# %% alt="Eight small blue clouds of points, evenly round a ring"
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
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from scipy.special import expit as sigmoid

from ganlib import losses, plots
from ganlib.exercises import check, hint, quiz
from ganlib.toy import ring

SEED, LATENT, BATCH, data = 0, 2, 128, ring()
train, held_out, third = (
    data.sample(n, seed=seed) for n, seed in ((20_000, 0), (2000, 1), (2000, 2))
)
turn = np.pi * np.arange(32) / 32
DIRECTIONS = np.stack(
    [np.cos(turn), np.sin(turn)]
)  # 32 ways to look at the plane, for a distance in section 5

figure, ax = plots.panels(
    "Real points", size=(3, 3), xticks=[], yticks=[], aspect="equal"
)
ax.scatter(*held_out.T, s=3, color=plots.REAL)
figure

# %% [markdown]
# Eight clouds with nothing between them: easy to look at, and hard for a generator, which must tear its one cloud
# of noise into eight pieces.
#
# Next comes plumbing: how points, fields and orbits are drawn. You may skip it.

# %%
SHADES = LinearSegmentedColormap.from_list("", [plots.FAKE, "white", plots.REAL])


def field_of(discriminator, steps=60):
    return (
        tf.sigmoid(discriminator(data.cell_centres(steps)[1]))
        .numpy()
        .reshape(steps, steps)
    )


def scene(ax, fake, field):
    frame, heap = (
        2 * data.extent,
        fake.std(axis=0).max() < 0.07,
    )  # the pair twice: limits of x, limits of y
    ax.imshow(
        field, origin="lower", extent=frame, cmap=SHADES, vmin=0, vmax=1, alpha=0.55
    )
    ax.scatter(*held_out[:400].T, s=3, color=plots.REAL)
    ax.scatter(
        *fake[:400].T, s=40 if heap else 3, color=plots.FAKE
    )  # many points on one heap: drawn larger
    ax.set(xlim=data.extent, ylim=data.extent, xticks=[], yticks=[], aspect="equal")


def strip(record, moments, figure=None, name=""):
    figure = figure or Figure(figsize=(11, 2.2), layout="constrained")
    figure.suptitle(name, x=0.02, ha="left", fontweight="bold")
    for ax, i in zip(
        figure.subplots(1, len(moments)), np.searchsorted(record.step, moments)
    ):
        scene(ax, record.points[i], record.field[i])
        ax.set_title(
            f"round {record.step[i]:,}\nmodes {record.modes[i]}, distance {record.distance[i]:.2f}",
            fontsize=9,
        )
    return figure


def draw_losses(ax, run, title):
    plots.loss_curves(vars(run), ax)
    ax.axhline(2 * np.log(2), color=plots.GREY, lw=0.8, ls=":")
    ax.set(title=title, xlabel="round", ylim=(-0.8, 4.4))


def draw_orbit(ax, path, colour=plots.GREY, reach=3.2):
    ax.plot(*path.T, color=colour, lw=0.8)
    ax.plot(*path[0], "o", color=colour, ms=4)
    ax.plot(0, 0, "+", color="black", ms=10)
    ax.set(
        xlim=(-reach, reach),
        ylim=(-reach, reach),
        aspect="equal",
        xlabel=r"$\theta$",
        ylabel=r"$\psi$",
    )


# %% [markdown]
# ## 2. Two players
#
# Both are small: two hidden layers of 64. The generator turns 2 random numbers into a point, so 2-64-64-2; the
# discriminator turns a point into one logit, so 2-64-64-1. How many weights will they have together?
#
# The *same* noise will be drawn again for every picture, so that every difference comes from training. The background
# of the pictures shows $D$ itself: blue where it says "real", orange where it says "generated", white where it cannot
# tell. What do you expect before any training?


# %% alt="Orange points in a small blob at the centre of the blue ring, over a pale background"
def network(inputs, outputs):
    return keras.Sequential(
        [
            layers.Input((inputs,)),
            layers.Dense(64, "relu"),
            layers.Dense(64, "relu"),
            layers.Dense(outputs),
        ]
    )


def adam(rate):
    return keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.99)


keras.utils.set_random_seed(SEED)
generator, discriminator = network(LATENT, 2), network(2, 1)
fixed_noise = np.random.default_rng(9).standard_normal((2000, LATENT)).astype("float32")
untrained = generator(fixed_noise).numpy()
print(
    f"generator {generator.count_params():,} weights, discriminator {discriminator.count_params():,}"
)
figure, ax = plots.panels("Before training", size=(3, 3.2))
scene(ax, untrained, field_of(discriminator))
figure

# %% [markdown]
# Some nine thousand weights. The field is pale, and its shade is chance: nobody has told $D$ anything. And all the
# noise lands in one blob.
#
# ## 3. The discriminator's step
#
# A gradient tape records what is computed, and then answers: how would the loss change if this weight changed?
# The discriminator's loss depends on the weights of *both* players, since the generated points come from the
# generator. But **while $D$ takes its step, $G$ must not change.** Two guards see to it. `stop_gradient` declares the
# generated points to be plain numbers, so that no gradient passes through them; and the tape is asked for the
# gradients of $D$'s variables only. Either would do.

# %%
d_optimizer = adam(1e-3)


def d_step():
    with tf.GradientTape() as tape:
        fake = tf.stop_gradient(generator(z))
        loss = losses.discriminator_bce(discriminator(real), discriminator(fake))
    slopes = tape.gradient(loss, discriminator.trainable_variables)
    d_optimizer.apply(slopes, discriminator.trainable_variables)


# %% [markdown]
# Now twenty such steps on one batch. We write down both losses, before and after, and compare the weights of the
# *other* player. Does $L_D$ fall? Does the generator stand still? And what becomes of $L_G$?


# %%
def weights_of(player):
    return np.concatenate([weight.ravel() for weight in player.get_weights()])


def both_losses():
    logits = discriminator(real), discriminator(generator(z))
    return np.array(
        [losses.discriminator_bce(*logits), losses.generator_non_saturating(*logits)]
    )


def twenty(step, other):
    before, weights = both_losses(), weights_of(other)
    for _ in range(20):
        step()
    after, moved = both_losses(), np.abs(weights_of(other) - weights).max()
    print(
        "L_D {:.3f} -> {:.3f}, L_G {:.3f} -> {:.3f}".format(
            *np.stack([before, after], axis=1).ravel()
        )
    )
    print(f"the other player moved by {moved}")
    assert moved == 0
    return after - before


real = train[:BATCH]
z = fixed_noise[:BATCH]
d_change, g_change = twenty(d_step, other=generator)
assert d_change < 0 < g_change

# %% [markdown]
# $L_D$ fell, $L_G$ rose, and the generator did not move at all.
#
# ### What if one is careless?
#
# Now take both guards away, as in a step that hands *all* weights to one optimizer. We let copies of both players do
# it, again for twenty steps. $L_D$ will fall. But what will the generator learn from it? Our $D$ from above, which
# stands still meanwhile, is the judge.

# %%
careless_g, careless_d = network(LATENT, 2), network(2, 1)
careless_g.set_weights(generator.get_weights())
careless_d.set_weights(discriminator.get_weights())
everything = careless_d.trainable_variables + careless_g.trainable_variables
optimizer = adam(1e-3)
for _ in range(20):
    with tf.GradientTape() as tape:
        loss = losses.discriminator_bce(careless_d(real), careless_d(careless_g(z)))
    optimizer.apply(tape.gradient(loss, everything), everything)
verdicts = [
    float(tf.reduce_mean(tf.sigmoid(discriminator(player(z)))))
    for player in (generator, careless_g)
]
print(
    "L_D ends at {:.3f}; the judge's D(G(z)) {:.3f} -> {:.3f}".format(loss, *verdicts)
)
assert verdicts[1] < verdicts[0]

# %% [markdown]
# The generator learned to be *found out*: it helps the discriminator instead of fooling it. No error appears,
# and $L_D$ falls as it should. So test your own step as we tested ours: weights before, weights after.
#
# ## 4. The generator's step
#
# The same with the roles exchanged. Now the gradient *must* flow through the discriminator, since that is the only
# way that the generator hears of anything; but only $G$'s variables are moved. There is no real point in this
# step. Predict: what happens to $L_D$ while $G$ moves?

# %%
g_optimizer = adam(1e-3)


def g_step():
    with tf.GradientTape() as tape:
        loss = losses.generator_non_saturating(None, discriminator(generator(z)))
    g_optimizer.apply(
        tape.gradient(loss, generator.trainable_variables),
        generator.trainable_variables,
    )


d_change, g_change = twenty(g_step, other=discriminator)
assert g_change < 0 < d_change

# %% [markdown]
# $L_G$ fell, and $L_D$ rose although $D$ did not move. One player's gain is the other one's loss, though not in equal
# amounts: only the minimax losses add up to a constant. Keep that in mind for everything that follows.
#
# ## 5. The loop
#
# We will play many games with different rules, so all that belongs to one game goes into one object: the players,
# an optimizer for each (they remember different things), a source of random numbers, and the rules.
#
# Every step of a game draws fresh real points and fresh noise.


# %%
def new_game(
    seed=SEED, loss="non_saturating", d_rate=1e-3, g_rate=1e-3, optimizer=adam, **rules
):
    keras.utils.set_random_seed(seed)
    game = SimpleNamespace(
        generator=network(LATENT, 2),
        discriminator=network(2, 1),
        d_optimizer=optimizer(d_rate),
        g_optimizer=optimizer(g_rate),
        rng=tf.random.Generator.from_seed(seed),
        data=tf.constant(train),
        order="alternating",
        d_updates=1,
        r1=0.0,
    )
    game.d_optimizer.build(
        game.discriminator.trainable_variables
    )  # now: a graph cannot create variables later
    game.g_optimizer.build(game.generator.trainable_variables)
    game.d_loss, game.g_loss = losses.get(loss)
    game.__dict__.update(rules)
    return game


def real_points(game):
    return tf.gather(game.data, game.rng.uniform((BATCH,), 0, len(train), tf.int32))


def fake_points(game):
    return game.generator(game.rng.normal((BATCH, LATENT)))


# %% [markdown]
# Then the two gradients, the steps from above, and the *round*, in which each player moves. In the **alternating**
# order $D$ moves first (several times if the rules say so), and $G$ answers to the $D$ that has already moved. In the
# **simultaneous** order both look at the same position, and then both move. That is the whole difference.
#
# **R1** waits here too, with weight 0: a penalty that keeps $D$ flat at the real points, so that $D$ stops pushing
# once the generator is there. Section 7 shows what that is good for.


# %%
def d_slopes(game):
    real = real_points(game)
    with tf.GradientTape() as tape:
        fake = tf.stop_gradient(fake_points(game))
        cost = loss = game.d_loss(game.discriminator(real), game.discriminator(fake))
        if game.r1:
            cost += (
                game.r1
                / 2
                * losses.zero_centered_gradient_penalty(game.discriminator, real)[0]
            )
    return loss, tape.gradient(cost, game.discriminator.trainable_variables)


def g_slopes(game):
    with tf.GradientTape() as tape:
        loss = game.g_loss(None, game.discriminator(fake_points(game)))
    return loss, tape.gradient(loss, game.generator.trainable_variables)


def one_round(game):
    if game.order == "simultaneous":
        g_loss, g_slope = g_slopes(game)  # looked at before anybody moves
    for _ in range(game.d_updates):
        d_loss, d_slope = d_slopes(game)
        game.d_optimizer.apply(d_slope, game.discriminator.trainable_variables)
    if game.order == "alternating":
        g_loss, g_slope = g_slopes(game)
    game.g_optimizer.apply(g_slope, game.generator.trainable_variables)
    return tf.stack([d_loss, g_loss])


# %% [markdown]
# ### What to write down
#
# Beside the two losses, two numbers that no player sees. The **distance** of generated to held-out points: look at
# both clouds from 32 directions, as shadows on a line; on a line the Wasserstein distance is the mean gap between
# the sorted values; take the mean over the directions. And the **modes covered**: those within whose reach (three
# standard deviations) at least 1 % of the generated points lie. How far, do you think, is one real sample from another?


# %%
def distance(points, others=held_out):
    return np.abs(
        np.sort(points @ DIRECTIONS, axis=0) - np.sort(others @ DIRECTIONS, axis=0)
    ).mean()


def covered(points):
    away = np.linalg.norm(points[:, None] - data.modes, axis=-1)
    return int(((away < 3 * data.std).mean(axis=0) >= 0.01).sum())


print(
    f"distance to the held-out points: real {distance(third):.3f}, untrained {distance(untrained):.3f}"
)
assert distance(third) < distance(untrained) / 10 and (
    covered(third),
    covered(untrained),
) == (8, 0)

# %% [markdown]
# Real against real is not 0, since two samples are never the same. That is the *floor*, and no generator can be
# asked to come much below it.
#
# ### The first whole game
#
# Called as it is, Python runs through every line of `one_round` again in every round. `tf.function` reads the code
# once, makes a graph of it, and then runs many rounds in one call without Python; a loop over `tf.range` becomes part
# of the graph. `play` does so, and returns the mean losses. `train_game` calls it with 100 rounds at a time, and keeps
# a record.
#
# In what order will it come: all eight clouds at once, or one after the other? And what will $D$'s field look like when
# the generator is good?


# %% tags=["varies"] alt="Six pictures over time: orange points in one corner, then scattered, then on the ring, then in eight clouds"
def compiled(game):
    @tf.function
    def play(rounds):
        total = tf.zeros(2)
        for _ in tf.range(rounds):
            total += one_round(game)
        return total / tf.cast(rounds, tf.float32)

    return play


def train_game(game, rounds=2000, every=100):
    play, rows, weights = compiled(game), [], []
    for step in range(every, rounds + 1, every):
        d_loss, g_loss = play(tf.constant(every)).numpy()
        points = game.generator(fixed_noise).numpy()
        rows.append(
            (
                step,
                d_loss,
                g_loss,
                distance(points),
                covered(points),
                points,
                field_of(game.discriminator),
            )
        )
        weights.append(game.generator.get_weights())
    names = "step", "d_loss", "g_loss", "distance", "modes", "points", "field"
    columns = {name: np.array(column) for name, column in zip(names, zip(*rows))}
    return SimpleNamespace(game=game, weights=weights, **columns)


start, healthy = time.perf_counter(), train_game(new_game())
print(f"{healthy.step[-1]:,} rounds in {time.perf_counter() - start:.1f} s")
assert healthy.modes[-1] == 8 and healthy.distance[-1] < healthy.distance[0] / 3
strip(healthy, (100, 300, 500, 800, 1200, 2000))

# %% [markdown]
# At first $D$ pulls all points to one side; in the picture of round 100 it has just changed its mind. They scatter;
# then they gather on the ring, and at last most of them in the eight clouds. Thin threads remain between them: a
# continuous function can stretch the blob of noise, but not tear it. At the end the field is almost white on the clouds,
# where $D$ cannot tell, and orange between them, where only generated points are.
#
# ## 6. Who moves first?
#
# *Adam* scales every weight's step by what it has seen before, which mixes its own doing with that of the game. So
# now plain gradient descent, once in each order, with a rate of 0.1 for both players, and 3,000 rounds. Will the order
# of the moves make a difference? And will both runs come to rest? (The pictures show the alternating one.)

# %% tags=["varies"] alt="Six pictures over time: points gather on the ring, then leave it, until all are in one place off the data"
PLAIN = dict(optimizer=keras.optimizers.SGD, d_rate=0.1, g_rate=0.1)
plain = {
    order: train_game(new_game(order=order, **PLAIN), 3000)
    for order in ("alternating", "simultaneous")
}
for order, run in plain.items():
    best, last = run.distance.argmin(), run.distance[-5:].mean()
    print(
        f"{order:12} best distance {run.distance[best]:.2f} at round {run.step[best]:,}; last five {last:.2f}"
    )
    assert last > 3 * run.distance[best] or order == "simultaneous"
strip(plain["alternating"], (300, 600, 900, 1500, 2200, 3000))

# %% [markdown]
# Both found the ring, and both lost it again: in the last two pictures all the generated points lie on one heap, the
# orange spot. (Was that bad luck? Section 9 ends with five seeds of every game.)
#
# This is not a descent into a valley that overshoots a little. The players *had* a good position, and nothing held them
# there. To understand why, we make the game so small that both players can be drawn as one point on paper.
#
# ## 7. The smallest GAN there is
#
# The **Dirac GAN** (Mescheder, Geiger and Nowozin 2018). All real points lie at 0. The generator has one number,
# $\theta$: the place of its only point. The discriminator has one number, $\psi$: its logit at $x$ is $\psi x$.
# So $D(0) = \tfrac12$ always, and the good end is $\theta = 0$ (the generator sits on the data) and $\psi = 0$
# ($D$ says ½ everywhere).
#
# **The losses**, with $\mathrm{softplus}(t) = \log(1 + e^t)$, whose derivative is the sigmoid $\sigma(t)$. A real
# point has logit $\psi \cdot 0 = 0$, the generated one $\psi\theta$:
#
# $$L_D = \mathrm{softplus}(0) + \mathrm{softplus}(\psi\theta), \qquad L_G = -\,\mathrm{softplus}(\psi\theta).$$
#
# That is the minimax game: what one player wins, the other loses. (The non-saturating loss,
# $\mathrm{softplus}(-\psi\theta)$, comes in section 8.) By the chain rule
#
# $$\frac{\partial L_D}{\partial\psi} = \theta\,\sigma(\psi\theta), \qquad
# \frac{\partial L_G}{\partial\theta} = -\,\psi\,\sigma(\psi\theta).$$
#
# And **R1** is half of $\gamma$ times the squared slope of the logit at the real point. The slope of $\psi x$ is
# $\psi$, so the penalty is $\tfrac{\gamma}{2}\psi^2$ and its derivative $\gamma\psi$: it pulls $\psi$ towards 0.
#
# The cell first checks these derivatives against a gradient tape. Then no tape is needed any more: one round of the
# Dirac GAN in a few lines, with the two orders, any number of updates of $D$, and R1. Compare it with `one_round`: it is
# the same thing.

# %%
theta, psi, gamma = tf.Variable(0.8), tf.Variable(-0.5), 0.3
with tf.GradientTape(persistent=True) as tape:
    d_loss = losses.discriminator_bce(psi * 0.0, psi * theta) + gamma / 2 * psi**2
    g_loss = losses.generator_saturating(None, psi * theta)
    other_loss = losses.generator_non_saturating(None, psi * theta)
s = tf.sigmoid(psi * theta)
np.testing.assert_allclose(
    tape.gradient(d_loss, psi), theta * s + gamma * psi, rtol=1e-5
)
np.testing.assert_allclose(tape.gradient(g_loss, theta), -psi * s, rtol=1e-5)
np.testing.assert_allclose(tape.gradient(other_loss, theta), -psi * (1 - s), rtol=1e-5)


def dirac_round(
    theta,
    psi,
    d_rate=0.2,
    g_rate=0.2,
    order="alternating",
    d_updates=1,
    r1=0.0,
    saturating=True,
):
    seen = psi  # what a simultaneous generator looks at
    for _ in range(d_updates):
        psi = psi - d_rate * (theta * sigmoid(psi * theta) + r1 * psi)
    if order == "alternating":
        seen = psi
    logit = seen * theta
    return theta + g_rate * seen * sigmoid(logit if saturating else -logit), psi


def orbit(rounds=400, start=(1.0, 0.0), **rules):
    path = [start]
    for _ in range(rounds):
        path.append(dirac_round(*path[-1], **rules))
    return np.array(path)


# %% [markdown]
# The tape agrees. Start at $\theta = 1$, $\psi = 0$. The *radius* $\sqrt{\theta^2 + \psi^2}$ is how far the players
# are from the good end. Which of the three will reach it: simultaneous, alternating, alternating with R1?

# %% alt="Three orbits: a spiral outwards, a closed circle, and a spiral to the centre; beside them their radius"
three = {
    "simultaneous": dict(order="simultaneous"),
    "alternating": dict(),
    "alternating, R1": dict(r1=0.3),
}
figure, *axes, radius_ax = plots.panels(*three, "radius", size=(11, 2.9))
for ax, rules, colour in zip(axes, three.values(), ("#9b2c2c", plots.GREY, "#2f855a")):
    draw_orbit(ax, path := orbit(**rules), colour)
    radius_ax.plot(np.hypot(*path.T), color=colour)
radius_ax.set(xlabel="round", ylim=(1e-4, 30), yscale="log")
figure

# %% [markdown]
# Simultaneous updates (red) spiral **outwards**. Alternating updates (grey) **circle**: no better after 400 rounds than
# at the beginning. With R1 (green) the game **converges**.
#
# ### Why: the game turns, and the step is straight
#
# First the game without any method: let both players glide, each down its own slope, in continuous time. With
# $s = \sigma(\psi\theta)$ that is $\dot\theta = s\,\psi$ and $\dot\psi = -s\,\theta$, so
#
# $$\tfrac{d}{dt}\,\tfrac12(\theta^2 + \psi^2) = \theta\,\dot\theta + \psi\,\dot\psi = s\,\theta\psi - s\,\theta\psi = 0.$$
#
# The radius never changes: **the game itself only turns, and nothing pulls it in.** Now a simultaneous round with rate
# $\eta$ for both. It goes a straight way where the circle bends, and so it lands outside:
#
# $$\theta'^2 + \psi'^2 = (\theta + \eta s\,\psi)^2 + (\psi - \eta s\,\theta)^2 = (1 + \eta^2 s^2)(\theta^2 + \psi^2).$$
#
# ### With R1: the update as a matrix
#
# Near the centre $\psi\theta$ is about 0, so $\sigma(\psi\theta)$ is about ½, and one round becomes a matrix that
# is applied to $(\theta, \psi)$ again and again.
#
# **Simultaneous.** Both use the old position:
# $\;\theta' = \theta + \tfrac{\eta}{2}\psi, \quad \psi' = \psi - \tfrac{\eta}{2}\theta - \eta\gamma\psi.$
#
# $$M_s = \begin{pmatrix} 1 & \eta/2 \\ -\eta/2 & 1 - \eta\gamma \end{pmatrix}, \qquad
# \det M_s = 1 - \eta\gamma + \eta^2/4.$$
#
# **Alternating.** First $\psi$ moves, then $\theta$ answers to the new $\psi'$: two matrices, one after the other:
#
# $$M_a = \begin{pmatrix} 1 & \eta/2 \\ 0 & 1 \end{pmatrix}
# \begin{pmatrix} 1 & 0 \\ -\eta/2 & 1 - \eta\gamma \end{pmatrix}, \qquad
# \det M_a = 1 \cdot (1 - \eta\gamma).$$
#
# All that we need of the eigenvalues of a 2 x 2 matrix: if they are a complex pair $\lambda, \bar\lambda$, the matrix
# turns the plane, and every round multiplies the radius by $|\lambda|$, on average over a turn. Their product is the
# determinant, so $|\lambda|^2 = \lambda\bar\lambda = \det M$:
#
# | near the centre | $\lvert\lambda\rvert$ | without R1 | a complex pair while |
# |---|---|---|---|
# | simultaneous | $\sqrt{1 + \eta^2/4 - \eta\gamma}$ | above 1: outwards | $\gamma < 1$ |
# | alternating | $\sqrt{1 - \eta\gamma}$ | 1: circles | $\gamma < 1 - \eta/4$ |
#
# With R1, $\eta\gamma$ is taken away, and both fall below 1 (the simultaneous one as soon as $\gamma > \eta/4$). With a
# larger $\gamma$ than in the last column the players no longer turn: both eigenvalues are real, the larger one
# counts, and it *grows* with $\gamma$. (And $\eta\gamma$ must stay below about 2, or $\psi$ jumps over 0 ever farther.)
#
# Now measure. The matrix again, but by differences of the code itself; its eigenvalues; and how fast a small orbit
# really grows, by a straight line through the logarithm of its radius. At the end, far from the centre: does an
# alternating orbit of 20,000 rounds still close?


# %%
def jacobian(h=1e-4, **rules):
    columns = [
        np.subtract(dirac_round(*(h * e), **rules), dirac_round(*(-h * e), **rules))
        for e in np.eye(2)
    ]
    return np.stack(columns, axis=1) / (2 * h)


def radius_factor(**rules):
    return np.abs(np.linalg.eigvals(jacobian(**rules))).max()


def growth(**rules):
    r = np.hypot(*orbit(500, (1e-3, 0.0), **rules).T)
    return np.exp(np.polyfit(np.arange(len(r)), np.log(r), 1)[0])


eta, gamma = 0.2, 0.3
for order in ("simultaneous", "alternating"):
    for r1 in (0.0, gamma):
        formula = np.sqrt(1 - eta * r1 + (eta**2 / 4 if order == "simultaneous" else 0))
        eigenvalue, measured = (
            radius_factor(order=order, r1=r1),
            growth(order=order, r1=r1),
        )
        print(
            f"{order:12} R1 {r1:.1f}: formula {formula:.5f}  eigenvalue {eigenvalue:.5f}  measured {measured:.5f}"
        )
        assert abs(eigenvalue - formula) < 1e-6 and abs(measured - formula) < 5e-4
radius = np.hypot(*orbit(20_000, d_rate=0.5, g_rate=0.5).T)
print(
    f"alternating, rate 0.5: widest {radius[:1000].max():.2f} at first, {radius[-1000:].max():.2f} at last"
)
assert 1.05 < radius[:1000].max() < radius[-1000:].max() - 0.1
s = sigmoid(-0.4)  # one simultaneous round from (0.8, -0.5), whose logit is -0.4
assert np.isclose(
    np.sum(np.square(dirac_round(0.8, -0.5, order="simultaneous"))),
    (1 + (eta * s) ** 2) * 0.89,
)

# %% [markdown]
# Formula, eigenvalue and measured growth agree. Half a per cent a round sounds harmless; near the centre 400 rounds
# make a factor of seven of it. (In the picture, which starts at radius 1, it was a factor of three: far out $s$ is no
# longer ½.) And far from the centre the alternating orbit is not quite closed: it creeps outwards, too slowly to be seen
# in 400 rounds.
#
# ## 8. Play: the Dirac desk
#
# Try these first, and guess before each: $D$'s rate at 0.8 and $G$'s at 0.1, alternating; an R1 of 1.5; simultaneous
# rounds with five updates of $D$. Unequal rates only stretch the circle. Too strong an R1 holds $\psi$ so near to 0 that
# $\theta$ is hardly told where to go: it converges, but a smaller R1 brings the players home faster. And more
# updates of $D$ let a simultaneous spiral grow faster.
#
# Move a slider with the mouse, or with Tab and the arrow keys. Every orbit starts at $\theta = 1$; $|\lambda|$
# tells of the centre. Can you find (a) a simultaneous game with $|\lambda| = 1$, (b) the R1 that brings the
# players home fastest? (The cell is mostly drawing, which you may skip.)

# %%
d_rate = ipywidgets.FloatSlider(0.2, min=0.01, max=1, step=0.01, description="D's rate")
g_rate = ipywidgets.FloatSlider(0.2, min=0.01, max=1, step=0.01, description="G's rate")
order = ipywidgets.Dropdown(
    options=["alternating", "simultaneous"], description="updates"
)
d_updates = ipywidgets.IntSlider(1, min=1, max=5, description="D per G")
r1 = ipywidgets.FloatSlider(0.0, min=0, max=1.5, step=0.01, description="R1")
screen, told = ipywidgets.Image(width=700, height=300), ipywidgets.HTML()
controls = dict(d_rate=d_rate, g_rate=g_rate, order=order, d_updates=d_updates, r1=r1)


def words(factor):
    if abs(factor - 1) < 2e-4:
        return "circles: nothing pulls it in"
    return (
        "moves outwards"
        if factor > 1
        else f"converges: half the way in {np.log(0.5) / np.log(factor):.0f} rounds"
    )


def show(change=None):
    rules = {name: control.value for name, control in controls.items()}
    path, factor = orbit(300, **rules), radius_factor(**rules)
    desk, left, right = plots.panels("orbit", "radius", size=(7, 3))
    draw_orbit(left, path, reach=max(1.5, min(6, 1.1 * np.abs(path).max())))
    right.plot(np.hypot(*path.T) + 1e-12, color=plots.GREY)
    right.set(xlabel="round", ylim=(1e-4, 30), yscale="log")
    screen.value = desk._repr_png_()
    told.value = f"|&lambda;| = {factor:.4f}: near the centre the game {words(factor)}."


for control in controls.values():
    control.observe(show, "value")
show()
ipywidgets.VBox([*controls.values(), told, screen])

# %% [markdown]
# For (a) there is an exact answer, which exercise 2 asks for. For (b), at rates of 0.2 the best R1 is 0.95, just where
# the players stop turning: $1 - \eta/4$. More is not always better.
#
# ### Back to the ring
#
# The ring that fell apart in section 6 had no R1. The same games with $\gamma = 0.1$ and nothing else changed: what
# will happen to the distance?

# %% alt="Distance over rounds in both orders: without R1 it rises again after a good phase, with R1 it stays low"
calm = {
    order: train_game(new_game(order=order, r1=0.1, **PLAIN), 3000) for order in plain
}
titles = "alternating (solid: with R1)", "simultaneous (solid: with R1)"
figure, *axes = plots.panels(*titles, size=(10, 2.8), xlabel="round", ylabel="distance")
for ax, wild, held in zip(axes, plain.values(), calm.values()):
    ax.plot(
        wild.step, wild.distance, "--", held.step, held.distance, "-", color="#2f855a"
    )
    assert held.distance[-10:].mean() < 0.5 * wild.distance[-10:].mean()
figure

# %% [markdown]
# R1 holds both orders near the data, as the Dirac GAN, the game of two numbers, promised. In several things the ring
# differs from it: there alternating updates kept their circle, here they ran away as well; and here the loss is the
# non-saturating one. Nine thousand weights and a new batch in every round are not captured by one 2 x 2 matrix; the
# small game shows *a* cause and its cure, not the whole.
#
# (The Adam run of section 5 got by without R1 for its 2,000 rounds. That is an observation, not a promise.)
#
# ## 9. Reading loss curves
#
# Four games, four sets of rules, 2,000 rounds each; B and B' differ in one rule only. Here are their curves, without
# samples; what lies outside the picture is cut off.
# **Which of the four generators is good?** Write your guess down before you scroll on.

# %% alt="Loss curves: A and C run level with D's loss at the dotted line; in B and B' D's loss is low, and G's is at an edge"
strong_d = dict(d_rate=5e-3, g_rate=1e-4, d_updates=5)
rules = {
    "A": dict(d_rate=2e-4, g_rate=5e-3),
    "B": dict(loss="saturating", **strong_d),
    "B'": strong_d,
}
runs = {name: train_game(new_game(**rule)) for name, rule in rules.items()} | {
    "C": healthy
}
figure, *axes = plots.panels(*runs, size=(12, 2.8))
for ax, (name, run) in zip(axes, runs.items()):
    draw_losses(ax, run, name)
figure

# %% [markdown]
# The dotted line is $2\log 2 \approx 1.39$, what a discriminator pays that answers ½ to everything. Now the samples.

# %% tags=["varies"] alt="Samples of the four runs at three moments: A hops about in blobs, B and B' are stuck, C covers all eight modes"
figure = Figure(figsize=(11, 5), layout="constrained")
for part, (name, run) in zip(figure.subfigures(2, 2).flat, runs.items()):
    strip(run, (500, 1000, 2000), part, name)
    last = [getattr(run, key)[-10:].mean() for key in ("d_loss", "distance", "modes")]
    print(
        "{:2} last ten records: L_D {:.3f}, distance {:.3f}, {:.1f} modes of 8".format(
            name, *last
        )
    )
    assert last[2] > 7.5 if name == "C" else last[2] < 5

stored = json.loads(pathlib.Path("../data/results/games.json").read_text())[
    "games"
]  # played before, five seeds each
ended = {row["game"]: [] for row in stored}
for row in stored:
    ended[row["game"]].append(row)
for name, rows in ended.items():
    distances, modes = (
        " ".join(f"{row[key]:{form}}" for row in rows)
        for key, form in (("last", ".2f"), ("modes", "d"))
    )
    print(f"five seeds, {name:16} distance {distances}  modes {modes}")
assert min(row["last"] for row in ended["alternating"]) > 5 * max(
    row["last"] for row in ended["alternating, R1"]
)
assert (
    max(row["modes"] for row in ended["B"])
    < 4
    < np.median([row["modes"] for row in ended["B'"]])
)
figure

# %% [markdown]
# C is the healthy one, the run of section 5. What happened to the others?
#
# **A is a collapse that travels.** The generator is far faster than the discriminator: it throws all its points at
# one spot that $D$ likes, $D$ slowly learns better, and they all move on. The loss is a mean over rounds, and over the
# hops it is, after round 300, as calm as in a good run.
#
# **B and B' have a discriminator that is far too strong**: five updates to one, at fifty times $G$'s rate. $L_D$ is
# far below 1.39, so real and generated are easily told apart. In B, with the saturating loss, $L_G$ sticks just below
# 0, the *top* of its scale (at $D = \tfrac12$ it is $-0.69$). B' has the non-saturating loss, and there the bad end is
# up high. In our run both are stuck. So does the loss not matter? One run cannot tell, and so the cell prints how five
# seeds of each ended, played before (`data/tools/make_game_table.py`). B never got far, and B' mostly did.
#
# **And section 6 was no bad luck.** The alternating game lost the ring with every seed, the simultaneous one with some;
# with R1 both kept all eight modes.
#
# | you see | it may mean | look at |
# |---|---|---|
# | $L_D$ a little below 1.39, $L_G$ level | balance: good samples (C), **or** a hopping collapse (A) | samples, distance, modes |
# | $L_D$ far below 1.39, $L_G$ at the bad end of its scale | $D$ wins, and $G$ learns little (B, B') | $D$'s verdicts; R1, non-saturating loss, rates |
# | $L_D$ falls and falls, $L_G$ climbs | the game falls apart (section 6; its curves are in section 11) | R1 |
# | both swing ever wider (in theory) | the orbit of section 7 grows | R1, lower rates |
# | a loss that is no number | the run has burst | lower rates; start from the last good weights |
#
# ## 10. Why $D$'s loss is no measure of quality
#
# $L_D$ answers "how well does *this* discriminator tell *this* generator from the data?" It belongs to the pair.
# So two things must be possible, and we can measure both.
#
# **The same loss, another quality.** Look again at the numbers printed above for A and C: nearly the same $L_D$ over
# the last ten records, and how different the distances are.
#
# **The same quality, another loss.** Now take A's last generator and leave it alone, at a rate of 0: not one of its
# points will move. Only the discriminator goes on learning. What will $L_D$ do, and what does that say about the
# generator?

# %% tags=["varies"]
a, c = (
    (run.d_loss[-10:].mean(), run.distance[-10:].mean()) for run in (runs["A"], healthy)
)
assert abs(a[0] - c[0]) < 0.15 and a[1] > 4 * c[1]
runs["A"].game.g_optimizer.learning_rate = 0.0  # from now on G stands still
alone = train_game(runs["A"].game, 3000)
for i in (0, 2, -1):
    print(
        f"{alone.step[i]:5,} more rounds of D alone: L_D {alone.d_loss[i]:.3f}, distance {alone.distance[i]:.3f}"
    )
assert alone.d_loss[-1] < 0.5 * alone.d_loss[0] and np.ptp(alone.distance) == 0

# %% [markdown]
# The loss fell to a small part of itself while the samples stayed what they were, to the last digit. $D$'s loss is like
# the score of a chess game: it tells who is ahead at this table, not how well either of them plays. It is relative
# to the present opponent. The same holds for $L_G$.
#
# ## 11. When to stop
#
# When the **samples** and a **distance to held-out data** stop getting better. Not because of a loss. The alternating
# run of section 6 shows what it costs to look at the wrong curve. Where would you stop by the first picture? And by
# the second one?

# %% alt="Left, D's loss falls slowly while G's climbs; right, the distance is smallest at round 700 and then rises tenfold"
run = plain["alternating"]
figure, said, seen = plots.panels(
    "",
    "What the samples say: distance (dotted: the floor)",
    size=(10, 2.9),
    xlabel="round",
)
draw_losses(said, run, "What the players say")
seen.plot(run.step, run.distance, color="black")
seen.axhline(distance(third), color=plots.GREY, ls=":")
figure

# %% [markdown]
# In this run a falling $L_D$ did warn that something went wrong. But where exactly would you have stopped? Three rules
# may choose, for this run and for run A: the lowest distance, the lowest $L_G$, and $L_D$ nearest to $2\log 2$.

# %% tags=["varies"]
for name, game_run in {"section 6": run, "run A": runs["A"]}.items():
    gap = np.abs(game_run.d_loss - 2 * np.log(2))
    for rule, curve in (
        ("distance", game_run.distance),
        ("L_G", game_run.g_loss),
        ("L_D", gap),
    ):
        i = curve.argmin()
        there = game_run.distance[i]
        print(
            f"{name:9}  by {rule:8}  round {game_run.step[i]:5,}: distance {there:5.2f}, {game_run.modes[i]} modes of 8"
        )
        assert rule == "distance" or there > 1.2 * game_run.distance.min()

# %% [markdown]
# Both loss rules stop long before the best moment. In run A they fail altogether: $L_G$ was lowest when the points had
# been thrown far out of the picture, and $L_D$ came nearest to $2\log 2$ while no mode was covered.
#
# Then we go back: `train_game` has kept the weights. One catch: the held-out points *chose* that moment, so they flatter
# it. The third set has chosen nothing. Will it agree?

# %% tags=["varies"] alt="Left, the weights that were kept: points near all eight clouds; right, the last ones: all points on one heap"
best = run.distance.argmin()
run.game.generator.set_weights(run.weights[best])
points = run.game.generator(fixed_noise).numpy()
print(
    f"back at round {run.step[best]:,}: held-out {distance(points):.3f}, third set {distance(points, third):.3f}"
)
assert (
    np.allclose(points, run.points[best], atol=1e-4)
    and distance(points, third) < 1.5 * run.distance[best]
)
strip(
    run,
    (run.step[best], run.step[-1]),
    Figure(figsize=(4.4, 2.5), layout="constrained"),
)

# %% [markdown]
# The third set agrees with the distance. The left picture is what we keep, the right one what we would have had without a record.
#
# So the rule of the house:
#
# 1. Every so often, write down a distance to held-out data, **keep the weights**, and look at samples of the same
#    noise.
# 2. Know the floor, real against real, and do not chase a number below it.
# 3. Stop when the distance has not improved for a while (your *patience*), and go back to the weights of the best
#    moment. Exercise 3 writes that down.
# 4. One number does not see everything. Count the modes too, and look.
#
# ## 12. The laboratory
#
# Now everything at once, and live: two players of two layers of eight, the ring, the field, the generator's net, the
# gradients, and every curve of this notebook. Nothing is recorded: **Play** trains in your kernel, some thousand
# iterations a second (an iteration is two updates of $D$ and one of $G$, on 150 points each), and every setting can be
# changed while it runs. What the pictures mean is said when the mouse rests on a button; **Slow motion** takes one update
# apart; the slider below the picture goes back in time; **Compare two runs** plays two games from one seed. Every
# control is reached with Tab.
#
# Six experiments. Set, *predict*, press Reset and Play, and wait for iteration 5,000. Only then open what the cell has
# found: it plays them too, without a browser, and writes down the means over the second half.
#
# | | set | watch | predict |
# |---|---|---|---|
# | 1 | nothing | modes, the field | How many of the eight? What colour is the field where $G$ has arrived? |
# | 2 | G's rate 0.02, D's rate 0.0001 | modes | Whom does the loss curve warn? |
# | 3 | noise: gaussian 1-D | the net, recall | What shape can a line of noise become? |
# | 4 | G's width 2 | the net, Jensen-Shannon | What can two neurons a layer not do? |
# | 5 | loss: wasserstein; then regulariser: gradient-penalty, strength 0.3, D's updates 5 | gradient norms | What holds the critic? |
# | 6 | regulariser: r1, strength 20 | field, losses | How pale can the field be while $G$ still learns? |

# %% alt="The laboratory after 3,000 iterations: orange points on the ring over a field, the losses, and the divergence falling"
from IPython.display import HTML, display
from ganlib.labs import Laboratory

experiments = {
    "1": {},
    "2": dict(g_rate=0.02, d_rate=0.0001),
    "3": dict(noise="gaussian 1-D"),
    "4": dict(g_width=2),
    "5, no penalty": dict(loss="wasserstein"),
    "5, with it": dict(
        loss="wasserstein", regulariser="gradient_penalty", strength=0.3, d_updates=5
    ),
    "6": dict(regulariser="r1", strength=20),
}
measured = ("d_loss", "js", "modes", "precision", "recall", "g_norm")
found, page = {}, ""
for name, changed in experiments.items():
    trial = Laboratory(**changed)
    record = trial.play(5000, moments=10)
    trial.close()
    found[name] = {key: record[key][-5:].mean() for key in measured}
    page += f"<tr><th>{name}<td>" + "<td>".join(
        f"{found[name][key]:.2f}" for key in measured
    )

assert found["1"]["modes"] > 6.5 and found["2"]["modes"] < 3
assert (
    found["3"]["recall"] < 0.55 < found["1"]["recall"]
    and found["4"]["js"] > found["1"]["js"] + 0.05
)
assert found["5, no penalty"]["g_norm"] > 2 * found["5, with it"]["g_norm"]
assert abs(found["6"]["d_loss"] - 2 * np.log(2)) < 0.01 and found["6"]["modes"] > 6.5
lab = Laboratory()
lab.play(3000)
display(
    lab,
    HTML(
        f"<details><summary>Open when you have tried: what happened</summary><table><tr><th><th>"
        f"{'<th>'.join(measured)}{page}</table></details>"
    ),
)

# %% [markdown]
# **What happened.** (1) All eight, or nearly so; where $G$ has arrived, the field is neither blue nor orange. (2) A heap that
# travels: hardly a mode is covered, while $L_D$ looks as calm as in a good run (section 9's game A). (3) A line of noise
# becomes a thread. It can visit every cloud but fill none, so recall is low. (4) Two neurons a layer bend the plane too seldom
# to make eight heaps: points fall between the clouds, and the Jensen-Shannon divergence stays high. (5) Nothing holds a
# critic without a penalty: its slopes, and with them $G$'s gradients, grow many times as large. (6) So strong an R1 makes
# the field almost white and $L_D$ sticks at $2\log 2$, as if $D$ knew nothing; and yet every mode is found. $G$ follows
# the *direction* of the gradient, and Adam makes up for its size.
#
# Then take a **challenge**: *Collapse, then cure* asks you to ruin a game and to save it without touching the loss.
#
# ## Recap
#
# - A step is: tape, loss, gradients for *one* player's variables, that player's optimizer. `stop_gradient` is a second
#   guard, and weights before and after are the test.
# - `tf.function` turns many rounds into one call; a run of 2,000 rounds carries a blob to a ring and to eight clouds.
# - Alternating: $G$ answers to the $D$ that has moved. Simultaneous: both look first, then both move.
# - The Dirac game itself only turns. Near its centre simultaneous updates spiral outwards, alternating ones circle and R1
#   makes them converge, as $|\lambda| = \sqrt{1 + \eta^2/4 - \eta\gamma}$ and $\sqrt{1 - \eta\gamma}$ say while the
#   players turn; on the ring R1 held what was lost without it.
# - Calm curves may hide a collapse. $D$'s loss belongs to the pair: the same loss went with very different samples,
#   and the same samples with very different losses.
# - Stop by samples and by a distance to held-out data, and keep the best weights.
# - In the laboratory you predicted six games before you saw them. Where you were wrong, you learned most.
#
# ## Exercises
#
# Write your answer in place of the dots and run the cell. `check` says what is wrong, not what is right;
# `hint("look_ahead")` gives a hint, and a larger one each time. [One solution to
# each](solutions/04_adversarial_training.py).
#
# ### 1. Look ahead
#
# A third kind of update for the Dirac GAN (minimax losses, no R1), the *extragradient method* of Korpelevich. Both
# players first take a *trial* step, simultaneously; they read off the gradients at the trial position; then they go
# back and take the real step **from where they stood**, with those gradients. Write one such round; `sigmoid` is
# defined above. Then put your function into a loop: does it spiral in or out?


# %%
def look_ahead(theta, psi, rate): ...


check("look_ahead", look_ahead)

# %% [markdown]
# ### 2. The R1 that just holds
#
# Simultaneous updates, both rates 0.4. Which R1 makes $|\lambda| = 1$ exactly, so that near the centre the game neither
# grows nor shrinks? You can read $|\lambda|$ at the desk. (The orbit drawn there starts farther out, where it
# still shrinks.)

# %%
holding_r1 = ...
check("holding_r1", holding_r1)

# %% [markdown]
# ### 3. When to stop
#
# Write `keep(steps, distances, patience)`. Go through the measurements in order, and stop at the first moment at
# which the distance has not reached a new low `patience` times in a row. Return the *step* whose weights you would
# keep. If patience never runs out, all measurements count.


# %%
def keep(steps, distances, patience): ...


check("keep", keep)

# %% [markdown]
# ### 4. Break it yourself
#
# No checker, only your eyes. Give `new_game` the rules of run A, but with `r1=1.0`: does it save the run? Then the
# rules of run B with `g_rate=1e-3`. Predict both before you run them. Or do it in the laboratory, where you see it happen.
#
# ## Quiz
#
# Answer aloud first. Then run the cell and open the choices: each one tells you why, the wrong ones too.
#
# 1. A colleague's D step calls one optimizer with the gradients of both players' weights. L_D falls quickly. What is
#    wrong?
# 2. In which order do the players look and move in a simultaneous update?
# 3. In the Dirac GAN with alternating updates and no R1, you halve both rates. What happens?
# 4. Two runs end with the same discriminator loss, 1.37. What do you know about their samples?
# 5. Your distance to held-out points is a little above the one between two real samples. What now?

#
# Below them stands the **final quiz of the theory**: twenty questions on the five notebooks from `00` to `04`. Answer them
# all aloud before you open a choice; the explanation of each names the notebook to go back to.

# %%
display(quiz("04_adversarial_training"))
display(quiz("final"))

# %% [markdown]
# ## References
#
# - I. Goodfellow et al. *Generative Adversarial Nets.* NIPS 2014. The game, and its alternating algorithm.
# - L. Mescheder, S. Nowozin, A. Geiger. *The Numerics of GANs.* NIPS 2017. The eigenvalues of the game.
# - L. Mescheder, A. Geiger, S. Nowozin. *Which Training Methods for GANs do actually Converge?* ICML 2018. The
#   Dirac GAN, and R1.
# - G. M. Korpelevich. *The extragradient method for finding saddle points and other problems.* Matecon 12, 1976. The
#   method of exercise 1.
# - G. Gidel, H. Berard, G. Vignoud, P. Vincent, S. Lacoste-Julien. *A Variational Inequality Perspective on Generative
#   Adversarial Networks.* ICLR 2019. The same for GANs, and cheaper.
# - L. Metz, B. Poole, D. Pfau, J. Sohl-Dickstein. *Unrolled Generative Adversarial Networks.* ICLR 2017. Mode
#   collapse on a ring, and one cure.
# - J. Rabin, G. Peyré, J. Delon, M. Bernot. *Wasserstein Barycenter and its Application to Texture Mixing.* SSVM
#   2011. Distances from shadows on lines.
#
# ## Next
#
# You have the theory. In the next notebook pictures begin: a first GAN for images, as it is often printed, with all
# its bugs, and you will repair them one by one.
