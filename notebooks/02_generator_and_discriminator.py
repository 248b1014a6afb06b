# %% [markdown]
# # Two players: generator and discriminator
#
# One network invents, the other judges, and before the end you will have played both parts yourself.
#
# <!-- badges --><!-- /badges -->
#
# **What you need first.** What a density is, and how a function turns noise into samples: the notebook on data
# distributions. A little calculus: the derivative of a logarithm, and what a gradient is.
#
# **Time and memory:** <!-- measured -->33 s and 0.9 GB on 2 CPU cores<!-- /measured -->. Neither an internet connection nor a GPU is needed.
#
# ## What you will learn
#
# - to name the two players, what goes into each and what comes out
# - to derive the best possible verdict, $p/(p+q)$, and its logit, $\log p/q$
# - to train a discriminator that comes close to it, and to say where it must go wrong
# - to correct a verdict when it saw more of one kind than of the other
# - to explain how a generator that never sees real data knows where to go
# - to play the generator yourself, with and without the formula of the real density
# - to say what a discriminator's easy victory over noise is worth
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
# ## 1. Two players who know nothing

# %%
# %matplotlib inline
import keras
import numpy as np
import tensorflow as tf
from scipy.special import expit, logit, xlogy
from ganlib import plots
from ganlib.toy import ToyDistribution, get_toy

# %% [markdown]
# `expit` is the sigmoid, $1/(1+e^{-l})$: it turns any number, a *logit*, into a probability. `logit` is its
# inverse, $\log\frac{D}{1-D}$.
#
# A generative adversarial network (Goodfellow et al. 2014) is two functions:
#
# | player | takes | gives | wants |
# |---|---|---|---|
# | **generator** $G$ | noise $z$, drawn from a distribution that we chose | a sample $G(z)$ of the shape of the data | samples that pass as real |
# | **discriminator** $D$ | a sample, real or generated, without being told which | one logit; $D(x)$, its sigmoid, is "the probability that $x$ is real" | right verdicts: real is 1, generated is 0 |
#
# ```mermaid
# flowchart LR
#     accTitle: The two players
#     accDescr: noise goes through the generator, generated and real samples through the discriminator, a gradient back
#     z([noise z]) --> G[generator G] --> f([generated sample]) --> D[discriminator D]
#     r([real sample]) --> D --> v([verdict: 1 real, 0 generated])
#     v -. gradient .-> D -. gradient .-> G
# ```
#
# *In words: noise goes through the generator and becomes a generated sample. Generated and real samples go to the
# discriminator, which gives a verdict. From the verdict a gradient flows back, through the discriminator, to the
# generator. No arrow leads from the real samples to the generator.*
#
# We begin with samples of one number, so that everything can be drawn. The real data are a mixture of three bumps;
# the noise behind each generated sample is four numbers. Both players are full of random weights. Predict: where
# will the generated samples lie, and what will $D(x)$ look like as a curve over $x$?


# %% alt="Left: the real density with three bumps and the untrained generator's samples in one narrow heap. Right: the untrained discriminator's verdict, a curve without relation to either"
def network(inputs, outputs, width=64, seed=0):
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(width, "relu") for _ in range(2)]
    return keras.Sequential(
        [keras.Input((inputs,)), *hidden, keras.layers.Dense(outputs)]
    )


G, D = network(4, 1), network(1, 1)
noise = keras.random.normal((5000, 4), seed=0)
samples = G(noise).numpy()
print("noise", noise.shape, "-> samples", samples.shape, "-> logits", D(samples).shape)
assert D(samples).shape == (5000, 1) and samples.std() < 0.7

real = get_toy("mixture")
axis, points = real.cell_centres(400)
titles = (
    "Untrained generator: a heap near 0",
    "Untrained discriminator: an opinion about nothing",
)
figure, left, right = plots.panels(*titles, xlabel="x", xlim=(-5, 5))
left.hist(
    samples[:, 0], 60, density=True, color=plots.FAKE, alpha=0.7, label="generated"
)
left.plot(axis, real.density(points), color=plots.REAL, label="real density")
left.set_ylabel("density")
left.legend(frameon=False)
right.plot(axis, expit(D(points)), "black")
right.set(ylabel="D(x)", ylim=(0, 1))
figure

# %% [markdown]
# They are the same kind of network, and only their places in the game differ. The discriminator says *one* number of
# each sample, however large a sample is.
#
# The generator makes a narrow heap near 0, as its small random weights happen to squeeze the noise. The
# discriminator has an opinion, a bent curve with no relation to blue or orange. Neither knows anything, and each
# has only the other to learn from.
#
# ## 2. The best verdict there is
#
# Before we train a discriminator, we ask what the *best* one could say. Call the density of the real data $p$ and
# that of the generated samples $q$. Suppose a judge is shown equally many of each. What should it say of a sample
# at the place $x$?
#
# With equally many of each kind, the chance before looking is $\tfrac12$ for either, and Bayes' rule says
#
# $$
# \begin{aligned}
# P(\text{real}\mid x) &= \frac{P(x\mid\text{real})\,P(\text{real})}{P(x\mid\text{real})\,P(\text{real})+P(x\mid\text{generated})\,P(\text{generated})}\\
# &= \frac{p(x)\cdot\tfrac12}{p(x)\cdot\tfrac12+q(x)\cdot\tfrac12}\\
# &= \frac{p(x)}{p(x)+q(x)} \;=:\; D^*(x).
# \end{aligned}
# $$
#
# Only the ratio matters: where real samples are $r = p/q$ times as dense as generated ones, $D^* = r/(r+1)$. Twice
# as dense: $2/3$. Equally dense: $1/2$, a shrug. And the logit of it is even simpler:
#
# $$
# \log\frac{D^*}{1-D^*} = \log\frac{p/(p+q)}{q/(p+q)} = \log\frac{p(x)}{q(x)} .
# $$
#
# The best discriminator *is* a density ratio in disguise: whoever knows $D^*$ knows $p/q$, without ever having seen a
# formula for $p$.
#
# ### Why training goes there
#
# Training does not know Bayes' rule. It lowers the cross-entropy: $-\log D$ for each real sample, $-\log(1-D)$
# for each generated one. At one place $x$ this costs, on average (up to the factor $\tfrac12$),
#
# $$
# \begin{aligned}
# c(D) &= -p\log D - q\log(1-D),\\
# c'(D) &= -\frac pD + \frac q{1-D} = 0 \iff p\,(1-D) = q\,D \iff D = \frac p{p+q},\\
# c''(D) &= \frac p{D^2} + \frac q{(1-D)^2} > 0, \quad\text{so that is the one minimum.}
# \end{aligned}
# $$
#
# Two pictures. On the left, no formula but a count: 200,000 real samples and as many from a plain Gaussian, and for
# each bin the share that is real. On the right, the cost at three places, with $p:q$ of 2:1, 1:1 and 1:9. Where
# will each valley be lowest?

# %% alt="Left: bars of the counted share of real samples in each bin, and on them the curve p over p plus q. Right: three valleys of cost over the verdict, lowest at two thirds, one half and one tenth"
fake, edges = (
    ToyDistribution("wide", [[0.0]], 1.5, extent=(-5, 5)),
    np.linspace(-4, 4, 17),
)
p, q = real.density(points), fake.density(points)
reals, fakes = (
    np.histogram(toy.sample(200_000, seed=i), edges)[0]
    for i, toy in enumerate((real, fake), 1)
)
counted = reals / (reals + fakes)
exact = np.diff(real.cdf(edges)) / (np.diff(real.cdf(edges)) + np.diff(fake.cdf(edges)))
print(
    f"largest difference of a counted share to the formula: {abs(counted - exact).max():.3f}"
)
assert abs(counted - exact).max() < 0.02

figure, left, right = plots.panels(
    "The share of real samples at each place", "The cost of a verdict, at three places"
)
left.bar(edges[:-1], counted, 0.5, align="edge", color="#a0aec0", label="counted")
left.plot(axis, p / (p + q), "m--", label="p / (p + q)")
left.set(xlabel="x", ylabel="share", xlim=(-4, 4), ylim=(0, 1))
verdict = np.linspace(0.005, 0.995, 991)
for r, f, style in ((2, 1, "k-"), (1, 1, "k--"), (1, 9, "k:")):
    cost = -(r * np.log(verdict) + f * np.log(1 - verdict)) / (r + f)
    lowest = verdict[cost.argmin()]
    right.plot(verdict, cost, style, label=f"{r}:{f}, lowest at {lowest:.3f}")
    right.plot(lowest, cost.min(), "mo")
    assert abs(lowest - r / (r + f)) < 0.001
right.set(xlabel="verdict D", ylabel="average cost", ylim=(0, 2))
for ax in (left, right):
    ax.legend(frameon=False, fontsize=9)
figure

# %% [markdown]
# The counts lie on the formula (to two hundredths where a bin holds few samples, better elsewhere).
# And the valleys are lowest at $2/3$, $1/2$ and $1/10$, the shares of real samples: cross-entropy pays for honesty.
# Look at the walls, too: to be sure and wrong costs more and more without end.
#
# ## 3. Train one, and lay it over the formula
#
# A discriminator is an ordinary classifier: samples in, labels 1 and 0, cross-entropy, `fit`. It is shown samples, and
# *not* the densities. (`from_logits` says that the network gives logits. The learning rate falls to 0 along a cosine,
# so that the weights come to rest.)


# %%
def train(judge, real_samples, fake_samples, batch=512, rate=0.01, epochs=8):
    x = np.concatenate([real_samples, fake_samples])
    labels = np.arange(len(x))[:, None] < len(real_samples)  # True, or 1: real
    rates = keras.optimizers.schedules.CosineDecay(rate, epochs * len(x) // batch)
    judge.compile(
        keras.optimizers.Adam(rates),
        keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=False,
    )
    judge.fit(x, labels.astype("float32"), batch, epochs, verbose=0)
    return judge


# %% [markdown]
# Train one on 40,000 samples of each kind, and compare on 400 places. Left the two densities, in the middle the verdict,
# on the right the logit. The dashes are the formulas. Where do you expect the two to part?

# %% tags=["varies"] alt="Left: real and generated densities. Middle: the trained verdict lies on the dashed curve p over p plus q. Right: the logit follows log p over q and leaves it at both ends"
D = train(network(1, 1), real.sample(40_000, seed=3), fake.sample(40_000, seed=4))
learned, log_ratio = D(points).numpy()[:, 0], np.log(p / q)
weight, seen = (p + q) / (p + q).sum(), (p + q) / 2 > 0.01
error = abs(expit(learned) - p / (p + q))
print(
    f"verdict off by {weight @ error:.3f} on average, {error[seen].max():.3f} at most where there are data"
)
print(f"logit at x = -5: {learned[0]:.1f}, and log p/q is {log_ratio[0]:.1f}")
assert (
    weight @ error < 0.03
    and error[seen].max() < 0.2
    and abs(learned[0] - log_ratio[0]) > 3
)

figure, left, middle, right = plots.panels(
    "What there is", "The verdict D(x)", "Its logit", xlabel="x"
)
left.plot(axis, p, plots.REAL, axis, q, plots.FAKE)
left.legend(["real, p", "generated, q"], loc="upper center", ncols=2, fontsize=9)
middle.plot(axis, expit(learned), "k", axis, p / (p + q), "m--")
middle.legend(["trained D", "p / (p + q)"], loc="upper center", ncols=2, fontsize=9)
right.plot(axis, learned, "k", axis, log_ratio, "m--")
right.legend(["trained logit", "log p/q"], loc="upper center", ncols=2, fontsize=9)
for ax, limits in ((left, (0, 0.42)), (middle, (0, 1.15)), (right, (-9, 5))):
    ax.set_ylim(limits)
figure

# %% [markdown]
# Almost on top of each other, as far as there are data: the first number is the average difference, where each place
# counts as often as samples fall there; the second the largest one where the average of the two densities is above a
# hundredth. But at the left end the logit is off by several units: the real odds there are far smaller than it says.
#
# ### Where it is wrong, and why
#
# Near $x=-5$ it saw some forty generated samples and no real one. Its verdict is right to a few hundredths, so hardly
# anything pushes the logit further down. Beyond $-7$ it saw nothing at all. The loss is an average over samples: is
# whatever the network says there free?
#
# A test: push the logit up by 2 within a narrow window, once around $x=0$ and once around $x=-8$. By how much does each
# push raise the loss? (`np.logaddexp(0, -l)` is $\log(1+e^{-l})$, the *softplus* of $-l$. That is $-\log D$, and with $l$
# in place of $-l$ it is $-\log(1-D)$: cross-entropy from the logit.)

# %%
x_real, x_fake = real.sample(40_000, seed=5), fake.sample(40_000, seed=6)


def loss_with_push(place):
    l_real, l_fake = (
        D.predict_on_batch(x) + 2 * (abs(x - place) < 0.5) for x in (x_real, x_fake)
    )
    return np.logaddexp(0, -l_real).mean() + np.logaddexp(0, l_fake).mean()


plain, at_0, at_8 = (
    loss_with_push(place) for place in (100, 0, -8)
)  # no sample is near 100
print(f"loss: {plain:.5f}; with a push at 0: {at_0:.5f}; with a push at -8: {at_8:.5f}")
assert at_0 - plain > 0.02 and abs(at_8 - plain) < 1e-6

# %% [markdown]
# A false verdict at 0 is punished, the same false verdict at $-8$ costs nothing: no sample fell
# there. So out there a network says whatever its own shape suggests; ours is made of straight pieces, and goes on
# straight where $\log p/q$ bends down.
#
# What nothing decides, chance decides. Four more discriminators, trained in the same way from other weights and on
# other samples, on a wider view. Where will the five agree?

# %% tags=["varies"] alt="Five trained logits run together between minus four and four, and fan out beyond, away from the dashed curve log p over q"
judges = [D] + [
    train(
        network(1, 1, seed=i),
        real.sample(40_000, seed=10 + i),
        fake.sample(40_000, seed=20 + i),
    )
    for i in (1, 2, 3, 4)
]
wide = np.linspace(-8, 8, 321)[:, None]
logits = np.hstack([judge(wide) for judge in judges])
exact = real.log_density(wide) - fake.log_density(wide)
data, far = real.density(wide) + fake.density(wide) > 0.02, abs(wide[:, 0]) > 6
apart = logits.std(axis=1)
print(
    f"disagreement of the five: {apart[data].mean():.2f} with data, {apart[far].mean():.2f} beyond -6 and 6"
)
assert (
    apart[far].mean() > 3 * apart[data].mean()
    and (logits[far].min(axis=1) > exact[far]).all()
)
figure, ax = plots.panels(
    "Five discriminators, and log p/q (dashes); grey: data",
    size=(8, 3),
    xlabel="x",
    ylabel="logit",
    ylim=(-16, 4),
)
ax.plot(wide, logits, "k", wide, exact, "m--", lw=1)
ax.fill_between(wide[:, 0], -16, 4, where=data, color="#e2e8f0")
figure

# %% [markdown]
# In the grey band they speak with one voice; beyond it they disagree by whole units, and none of them
# falls as steeply as it should.
#
# Keep this in mind. A generator asks the discriminator for directions, and early on it stands where there are no real
# samples. There the discriminator has seen only generated ones: its verdict is right, but nothing real fixes its slope.
#
# ### Unequal shares
#
# We said: equally many of each. What if the judge is shown one real sample to four generated ones? With a share
# $\pi$ of real samples the halves in Bayes' rule become $\pi$ and $1-\pi$:
#
# $$
# \begin{aligned}
# D^*(x) &= \frac{\pi\,p(x)}{\pi\,p(x) + (1-\pi)\,q(x)},\\
# \log\frac{D^*}{1-D^*} &= \log\frac{p(x)}{q(x)} + \log\frac{\pi}{1-\pi}.
# \end{aligned}
# $$
#
# The logit is the old one, moved by a constant, the same everywhere. For one in five that is $\log\frac14$. Where
# $p = q$, what will this judge say instead of $\tfrac12$?

# %%
skewed = train(network(1, 1), real.sample(16_000, seed=3), fake.sample(64_000, seed=4))
moved = skewed(points).numpy()[:, 0] - log_ratio
moved_by = np.average(moved[seen], weights=weight[seen])
print(f"its logit lies {moved_by:+.2f} from log p/q; log(1/4) = {np.log(1 / 4):+.2f}")
print(f"so where p = q it says about {expit(moved_by):.2f}")
assert abs(moved_by - np.log(1 / 4)) < 0.2

# %% [markdown]
# 0.2 or so: where the two kinds are equally dense, one in five of what it sees is real, and it says so. Nothing is
# broken, and nothing is lost: subtract $\log\frac{\pi}{1-\pi}$ and you have $\log p/q$ again. Shown equally many of each,
# nobody need remember this.
#
# ### Two dimensions
#
# The same code, with two numbers a sample. The real data are two moons; the generated samples are a round cloud,
# whose density is again known. The formula on the left, the trained verdict in the middle. On the right,
# the difference. Where will it be largest?
#
# The formula is computed from logarithms, as the `expit` of $\log p/q$: far out both densities are so small that dividing
# them would be dividing zero by zero.

# %% alt="Left and middle: two maps of the verdict, both high on two moons and low elsewhere. Right: the difference, small almost everywhere, with thin lines along the edges of the moons"
moons, cloud = get_toy("moons"), ToyDistribution("cloud", [[0.0, 0.0]], 0.8)


def true_logit(x):
    return moons.log_density(x) - cloud.log_density(x)


D2 = train(network(2, 1), moons.sample(40_000, seed=7), cloud.sample(40_000, seed=8))
axis2, grid = moons.cell_centres(80)
exact, verdict = expit(true_logit(grid)), expit(D2(grid).numpy()[:, 0])
average = np.average(
    abs(verdict - exact), weights=moons.density(grid) + cloud.density(grid)
)
corner, true_corner = float(D2(grid[:1])[0, 0]), true_logit(grid[:1])[0]
print(f"average difference of the verdicts, where samples fall: {average:.3f}")
print(f"logit at {grid[0].round(1)}: {corner:.0f}, and log p/q is {true_corner:.0f}")
assert average < 0.05 and corner - true_corner > 100

titles = "p / (p + q)", "The trained verdict", "How far apart"
figure, *axes = plots.panels(*titles, size=(11, 3.3), xlabel="x1", ylabel="x2")
maps = (exact, "PuOr", 1), (verdict, "PuOr", 1), (abs(verdict - exact), "Greys", 0.2)
for ax, (values, colours, high) in zip(axes, maps):
    shown = ax.imshow(
        values.reshape(80, 80),
        origin="lower",
        cmap=colours,
        vmin=0,
        vmax=high,
        extent=2 * moons.extent,
    )  # the pair twice: x limits, y limits
    figure.colorbar(shown, ax=ax, shrink=0.8)
figure

# %% [markdown]
# Two hundredths apart on average. The difference is largest in thin streaks along the rims of the moons, where
# the verdict falls from one side to the other within a step. In the outer corners both say "generated", and there
# the verdict hides something: the *logit* of the corner is off by more than a hundred, as the second line says, and
# the verdict rounds to 0 all the same.
#
# ## 4. The generator's only teacher
#
# Now the other player. A generator is a *function*: noise in, sample out. The round cloud, for instance, is what
# $G(z)=0.8\,z$ makes of Gaussian noise. Ours is a network that starts as just that, so that we know its density on
# the first day: it adds to $0.8\,z$ what a hidden layer says, and that layer's outgoing weights start at 0.

# %%
z = keras.Input((2,))
random = keras.initializers.RandomNormal(stddev=1.5, seed=keras.random.SeedGenerator(1))
hidden = keras.layers.Dense(
    128, "tanh", kernel_initializer=random, bias_initializer=random
)(z)
shift = keras.layers.Dense(2, kernel_initializer="zeros")(hidden)
G2 = keras.Model(z, keras.layers.Add()([keras.layers.Rescaling(0.8)(z), shift]))
noise = np.random.default_rng(0).standard_normal((2000, 2)).astype("float32")
assert np.allclose(G2(noise), 0.8 * noise, atol=1e-6)

# %% [markdown]
# How should it improve? A supervised network is told the right answer for each input. Here nobody can: no moon
# point *belongs* to a particular $z$. And the generator has no access to the real data at all.
#
# But it may ask the discriminator, and a discriminator can be differentiated. The gradient of its logit with
# respect to the *sample*, $\nabla_x \operatorname{logit} D(x)$, is an arrow at $x$: this way, and you will look
# more real. For the best discriminator it is
#
# $$\nabla_x \log\frac{p(x)}{q(x)} = \nabla_x\log p(x) - \nabla_x\log q(x):$$
#
# towards where the real ones are dense, and away from where you yourselves crowd. Draw the arrows of the *trained* `D2`
# at 150 samples (the blue moons are drawn for us only). Which way will those between the moons point? And how many
# will be less than 90 degrees off the exact arrow, which we get from the formula by differences on a small step?


# %% alt="Blue moons in the background; an orange arrow starts at each of 150 generated samples, and the arrows lead to the nearer arm of the moons"
def arrows_at(x, judge):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(judge(x))
    return tape.gradient(total, x).numpy()


def unit(arrows):
    return arrows / np.maximum(np.linalg.norm(arrows, axis=1, keepdims=True), 1e-9)


def draw(title, x, arrows):  # plumbing
    frame = dict(xlim=moons.extent, ylim=moons.extent, aspect="equal")
    figure, ax = plots.panels(title, size=(5, 4.6), xlabel="x1", ylabel="x2", **frame)
    ax.contourf(
        axis2, axis2, moons.density(grid).reshape(80, 80), 6, cmap="Blues", alpha=0.6
    )
    ax.quiver(*x.T, *unit(arrows).T, color=plots.FAKE, scale=20, width=0.005)
    return figure


few = 0.8 * noise[:150]
exact = np.stack(
    [(true_logit(few + e) - true_logit(few - e)) / 2e-3 for e in 1e-3 * np.eye(2)],
    axis=1,
)
cosine = np.sum(unit(exact) * unit(arrows_at(few, D2)), axis=1)
print(
    f"{np.mean(cosine > 0):.0%} lie within 90 degrees of the exact arrow; median cosine {np.median(cosine):.2f}"
)
assert np.mean(cosine > 0) > 0.9 and np.median(cosine) > 0.95
draw("Which way would look more real?", few, arrows_at(few, D2))

# %% [markdown]
# Nearly every arrow (all are drawn at equal length) leads to the nearer arm of a moon, and most point almost exactly the
# right way: a cosine of 1 would be no difference at all. The arrows came from `D2` and generated samples alone. What `D2`
# once learned from the real data, it passes on as directions.
#
# A bolder test: let every point take 20 small steps along its own arrow. What will the *true* density of the real data
# be, where they end? (For comparison: its average logarithm at real samples.)

# %%
walked = few.copy()
for step in range(20):
    walked += 0.03 * unit(arrows_at(walked, D2))
before, after, goal = (
    moons.log_density(x).mean() for x in (few, walked, moons.sample(2000, seed=9))
)
print(
    f"average log p: {before:.1f} before, {after:.1f} after the walk, {goal:.1f} at real samples"
)
assert before + 10 < after < goal

# %% [markdown]
# The points end much nearer to where real samples are dense, though no real sample was used to move them.
#
# ### One generator step
#
# A sample cannot walk alone: all of them come out of the same weights $\theta$. So the arrow is carried on to the
# weights by the chain rule. The generator lowers $L_G = -\frac1n\sum_i\log D(G(z_i))$, and
#
# $$
# \frac{\partial L_G}{\partial\theta} = -\frac1n\sum_i \underbrace{(1 - D(x_i))}_{\text{how unconvinced}}\;
# \underbrace{\nabla_x \operatorname{logit}D(x_i)}_{\text{the arrow}}\cdot
# \underbrace{\frac{\partial G(z_i)}{\partial\theta}}_{\text{what the weights can move}},
# \qquad x_i = G(z_i).
# $$
#
# (The first factor comes from the derivative of $-\log\sigma(l)$ by the logit $l$, which is $-(1-\sigma(l))$.) Both
# sides, computed: the tape goes through both networks at once; the formula gets arrows and verdicts only.
#
# If the formula holds, arrows and verdicts at its own samples are *all* that reaches the generator. Then take the
# step, with the generator's variables only: while it moves, the discriminator stands still. Watch 150 *new* noise
# vectors, which had no part in it. Will each go along its own arrow?


# %% alt="The same moons; an arrow at each new sample shows which way one step moved it, smoothly with its neighbours"
def step_gradient(z):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(
            tf.nn.softplus(-D2(G2(z)))
        )  # softplus(-l) = -log sigmoid(l)
    return tape.gradient(loss, G2.trainable_variables)


through_both, samples = step_gradient(noise), G2(noise)
pull = (
    (1 - expit(D2(samples))) * arrows_at(samples, D2) / len(noise)
)  # one row for each sample
with tf.GradientTape() as tape:
    carried = -tf.reduce_sum(
        G2(noise) * pull
    )  # `pull` is a constant, so the tape gives pull * dG/dtheta
by_arrows = tape.gradient(carried, G2.trainable_variables)
print(
    f"largest difference of the two: {max(np.abs(a - b).max() for a, b in zip(through_both, by_arrows)):.1e}"
)
for weights, gradient, same in zip(G2.trainable_variables, through_both, by_arrows):
    assert np.allclose(gradient, same, rtol=1e-3, atol=1e-4)
    weights.assign_sub(0.0003 * gradient)  # downhill

new = np.random.default_rng(1).standard_normal((150, 2)).astype("float32")
old_place, moves = 0.8 * new, G2(new).numpy() - 0.8 * new
along = np.mean(np.sum(moves * arrows_at(old_place, D2), axis=1) > 0)
before, after = (np.logaddexp(0, -D2(x)).mean() for x in (old_place, G2(new)))
print(
    f"{along:.0%} moved along their own arrow; L_G on the new noise {before:.2f} -> {after:.2f}"
)
assert along > 0.5 and after < before - 0.5
draw("One step of the generator", old_place, moves)

# %% [markdown]
# The same gradient, so verdicts and arrows are indeed all that it gets.
#
# Did each go along its own arrow? No, in our run about two thirds did, yet the loss on new noise fell clearly. The
# weights are shared, so neighbours move together, whatever each of them would like.
#
# ### A judge who never learns again
#
# If one step helps, why not 500, against the same discriminator? Predict three things: the verdict, how the samples will
# lie, and what a *fresh* judge, trained on the samples as they are then, will say of them.

# %% alt="Left: real points on two moons. Middle: the generator's round cloud at the start. Right: after 500 steps against a fixed judge all samples lie on one short stretch of one moon"
optimizer = keras.optimizers.Adam(0.01)
optimizer.build(G2.trainable_variables)
generator_step = tf.function(
    lambda z: optimizer.apply(step_gradient(z), G2.trainable_variables), autograph=False
)
for step in range(500):
    generator_step(tf.random.normal((256, 2), seed=step))

end = G2(noise).numpy()
fresh = train(
    network(2, 1),
    moons.sample(20_000, seed=10),
    G2(tf.random.normal((20_000, 2), seed=1)),
)
won, lost = (expit(judge(end)).mean() for judge in (D2, fresh))
print(
    f"verdict of the fixed judge {won:.2f}, of a fresh one that has seen these samples {lost:.2f}"
)
assert won > 0.5 and lost < won - 0.15

frame = dict(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xlabel="x1", ylabel="x2")
figure, left, middle, right = plots.panels(
    "Real",
    "Generated, at first",
    f"Generated: verdict {won:.2f}",
    size=(11, 3.6),
    **frame,
)
for ax, x, colour in (
    (left, moons.sample(2000, seed=9), plots.REAL),
    (middle, 0.8 * noise, plots.FAKE),
    (right, end, plots.FAKE),
):
    ax.plot(*x.T, "o", ms=2, alpha=0.4, color=colour)
figure

# %% [markdown]
# The old judge is delighted, and a fresh one is not. The samples went where this one judge is most easily pleased: they
# answered "what does *this* judge like?", and that is not "what are the real data like?". So in a GAN the judge learns
# again after every step or two: a crowded place becomes suspicious at once, since $q$ is large there and $p/(p+q)$
# falls.
#
# ## 5. Be the generator
#
# Your turn. The real data (blue) are two bumps. You are a generator with four weights: where your two bumps stand,
# how wide both are, and which share of your samples the second one gets. Your opponent is merciless: after every
# move it becomes the *best* discriminator, $p/(p+q)$.
#
# For a score we take what that opponent can do against you. The Jensen-Shannon divergence is $\log 2$ minus half of its
# smallest cross-entropy (the next notebook derives it; here it is computed):
#
# $$
# \begin{aligned}
# \mathrm{JS}(p,q) &= \log 2 - \tfrac12 L_D(D^*),\\
# L_D(D^*) &= -\int p\log D^*\,dx - \int q\log(1-D^*)\,dx.
# \end{aligned}
# $$
#
# It is 0 when $D^*=\tfrac12$ everywhere, which means $p=q$, and $\log 2\approx 0.693$ when the opponent never errs.
# We also print how often the opponent is right if it always bets on the larger density; 50 % is your goal.

# %%
secret = ToyDistribution("secret", [[-1.8], [1.6]], 0.5, [0.4, 0.6], extent=(-6, 6))
line, places = secret.cell_centres(480)
P, dx = secret.density(places), line[1] - line[0]


def density(first, second, share, width):
    return ToyDistribution(
        "yours", [[first], [second]], width, [1 - share, share]
    ).density(places)


def score(Q):
    return np.log(2) + (xlogy(P, P / (P + Q)) + xlogy(Q, Q / (P + Q))).sum() * dx / 2


# %% [markdown]
# Before you play, three ways to answer the same data: one broad bump over both; everything on the larger bump, and the
# smaller one forgotten; and both bumps where they belong. Which of the first two is the better, by this score? (And a
# fourth, not drawn: far away from everything.)


# %% alt="Three settings. One broad bump: the verdict swings between real and generated. Only the larger bump: the verdict is certain on the left. Both bumps: the verdict is one half everywhere"
def picture(figure, values, title=""):  # plumbing
    Q = density(*values)
    top, low = figure.subplots(2, 1, height_ratios=(3, 2), sharex=True)
    for curve, colour, name in ((P, plots.REAL, "real"), (Q, plots.FAKE, "yours")):
        top.fill_between(line, curve, color=colour, alpha=0.25)
        top.plot(line, curve, color=colour, label=name)
    low.plot(line, P / (P + Q), color="black")
    low.axhline(0.5, color=plots.GREY, lw=1, ls=":")
    top.set(title=title, ylabel="density", ylim=(0, 0.85), xlim=(-6, 6))
    low.set(ylabel="best verdict", xlabel="x", ylim=(-0.03, 1.03))
    top.legend(frameon=False, loc="upper left", fontsize=9)
    return score(Q), 1 - np.minimum(
        P, Q
    ).sum() * dx / 2  # half of all samples are of each kind


settings = {
    "One broad bump": (0.2, 0, 0, 1.7),
    "Only the larger one": (1.6, 0, 0, 0.5),
    "Both": (-1.8, 1.6, 0.6, 0.5),
}
figure, js = plots.Picture(figsize=(11, 3.6), layout="constrained"), {}
for part, (name, values) in zip(figure.subfigures(1, 3), settings.items()):
    js[name], right = picture(part, values, f"{name}: JS {score(density(*values)):.3f}")
    print(f"{name:20} JS {js[name]:.3f}   the opponent is right in {right:.0%}")
print(
    f"{'Far away':20} JS {score(density(5, 5, 0, 0.2)):.3f}   and log 2 is {np.log(2):.3f}"
)
assert (
    abs(js["One broad bump"] - js["Only the larger one"]) < 0.02 and js["Both"] < 1e-6
)
figure

# %% [markdown]
# By this score the first two are nearly the same: blur everything, or do one thing perfectly and forget the rest.
# (A generator that takes the second way out is said to *collapse*; much of this course is about that.) Only the third
# leaves the opponent with a shrug everywhere.
#
# ### Play
#
# Now forget that you have seen the answer. Move the sliders (mouse, or Tab and the arrow keys) and bring the score
# below 0.01. Look at the *lower* curve: it is your teacher, as the discriminator is the generator's. Where it is
# high, more of you is wanted; where it is low, less.
#
# After six moves that brought no better score, a hint appears. `advice` thinks of one: it tries 21 places of every
# slider, one slider at a time, and says which of them would help most, and which way; not how far. `count` counts
# moves: a move is one slider taken in one direction, however far. (Plumbing: you may skip both.)

# %%
LIMITS = {
    "first bump": (-5, 5),
    "second bump": (-5, 5),
    "share of second": (0, 1),
    "width": (0.2, 3),
}


def advice(values):
    tries = []
    for i, (name, (low, high)) in enumerate(LIMITS.items()):
        for place in np.linspace(low, high, 21):
            moved = [*values[:i], place, *values[i + 1 :]]
            tries.append(
                (score(density(*moved)), name, "up" if place > values[i] else "down")
            )
    best, name, way = min(tries)
    gap = line[np.argmax(P - density(*values))]
    seen = f"near x = {gap:.1f} real samples come, and too few of yours. "
    if best < score(density(*values)) - 0.01:
        return seen + f"One slider alone can help: “{name}”. Move it {way}."
    return seen + (
        "No slider alone can help now. Make the bumps narrow, bring the one with the smaller share there, "
        "then look again: it may have to get worse before it gets better."
    )


def count(change):
    where = change["owner"].description, np.sign(change["new"] - change["old"])
    if where != game["last"]:
        game.update(last=where, moves=game["moves"] + 1, waiting=game["waiting"] + 1)
    now = score(density(*[slider.value for slider in sliders]))
    if now < game["best"] - 5e-4:
        game.update(best=now, waiting=0)


print(advice((3.0, 4.0, 0.3, 0.5)))

# %% [markdown]
# That is what a hint looks like, for another start. Now the drawing and the talking, which you may skip as well.

# %%
import ipywidgets

START, PATIENCE, game = (0.0, 3.0, 0.5, 0.8), 6, {}
text, screen = ipywidgets.HTML(), ipywidgets.Image(width=600, height=380)
again = ipywidgets.Button(description="Start again")


def show(change=None):
    if game["paused"]:
        return
    if change:
        count(change)
    values, figure = (
        [slider.value for slider in sliders],
        plots.Picture(figsize=(7.5, 4.75), dpi=80),
    )
    now, right = picture(figure, values)
    screen.value = figure._repr_png_()
    text.value = (
        f"<b>score (JS) {now:.3f}</b>, best so far {game['best']:.3f} · "
        f"the opponent is right in {right:.0%} · {game['moves']} moves"
    )
    if now < 0.01:
        text.value += "<br>You win: the best discriminator there is can hardly do better than guess."
    elif game["waiting"] >= PATIENCE:
        text.value += "<br><i>Hint:</i> " + advice(values)


def start(button=None):
    game.update(paused=True, last=None, moves=0, waiting=0, best=score(density(*START)))
    for slider, value in zip(sliders, START):
        slider.value = value
    game.update(paused=False)
    show()


# %% [markdown]
# Play! What does the lower curve tell you before your first move?

# %%
sliders = [
    ipywidgets.FloatSlider(
        value,
        min=LIMITS[name][0],
        max=LIMITS[name][1],
        step=0.05,
        description=name,
        style={"description_width": "110px"},
    )
    for value, name in zip(START, LIMITS)
]
for slider in sliders:
    slider.observe(show, "value")
again.on_click(start)
start()
ipywidgets.VBox([*sliders, again, text, screen])

# %% [markdown]
# How many moves did you need? Did you find yourself chasing, first the places, then the share, then the width?
#
# ### Gradient descent plays the same game
#
# The same score, but a player who feels its slope in all four weights at once and goes downhill, 300 steps. (`slope`
# takes differences on a small step. The share goes through a sigmoid and the width through an exponential, so that
# neither can leave its range.)
#
# Three starts: the one of your game; the same places with other shares and width (0, 3, 0.2, 1); and
# both bumps far to the right (3, 4, 0.3, 0.5). Predict: will the last one find the bump on the left?


# %% alt="Three curves of the score over 300 steps of gradient descent: one falls to 0, two stop at 0.16; a level line for the reader's own best score"
def slope(function, at, step=1e-4):
    return np.array(
        [function(*(at + e)) - function(*(at - e)) for e in step * np.eye(len(at))]
    ) / (2 * step)


def played(first, second, share, width):  # four numbers of any size
    return score(density(first, second, expit(share), np.exp(width)))


def descend(first, second, share, width):
    theta, scores = np.array([first, second, logit(share), np.log(width)]), []
    for step in range(300):
        scores.append(played(*theta))
        theta = theta - 2 * slope(played, theta)
    return scores, theta


title, last = "The same game, played by gradient descent", []
figure, ax = plots.panels(title, size=(8, 3), xlabel="step", ylabel="JS", ylim=(0, 0.7))
for values, style in (
    ((0.0, 3.0, 0.5, 0.8), "-"),
    ((0.0, 3.0, 0.2, 1.0), "--"),
    ((3.0, 4.0, 0.3, 0.5), ":"),
):
    scores, end = descend(*values)
    last.append(scores[-1])
    ax.plot(scores, style, color=plots.FAKE, label=f"gradient descent from {values}")
    print(
        f"from {values}: JS {last[-1]:.3f}, bumps at {end[0]:5.2f} and {end[1]:5.2f}, share {expit(end[2]):.2f}, "
        f"width {np.exp(end[3]):.2f}; steepest slope {abs(slope(played, end)).max():.4f}"
    )
ax.axhline(
    game["best"], color="black", lw=1, label=f"your best, after {game['moves']} moves"
)
ax.legend(frameon=False, fontsize=9)
assert np.allclose(
    last, [0, js["One broad bump"], js["Only the larger one"]], atol=1e-3
)
figure

# %% [markdown]
# One falls to 0, two stop at almost the same height. You have met both places before: the second run
# ended near *one broad bump*, with most of its samples in one; the third near *only the larger one*, with nearly all of
# them there. The slope that is left is so small that 300 steps lead nowhere. (Not every such place is a valley. Some
# are saddles, with a way out that is found only after very many steps: from the curve alone you cannot tell.) You can
# leap: move the sliders and beat it.
#
# ### Without the formula
#
# But this player *cheated*: it felt the slope of a score that contains $p$. A generator knows no $p$; it has its own
# samples and a discriminator. Is that enough? Write
#
# $$V = \mathbb E_p\big[\log D^*(x)\big] + \mathbb E_z\big[\log(1-D^*(G_\theta(z)))\big],
# \qquad \mathrm{JS} = \log 2 + \tfrac12 V,$$
#
# with $\mathbb E_p$ the average over real samples, $\mathbb E_z$ that over the noise. The weights $\theta$ act on $V$ in
# two ways: they move the samples, and they change the best discriminator. The second way contributes nothing. For $D^*$
# stands at the top of $V$ (it has the smallest cross-entropy), and near a top a small move hardly changes the
# height: if $\theta$ moves $D^*$ a little, $V$ stays what it was. What is left is the slope with $D^*$ *held fixed*:
#
# $$\frac{\partial\,\mathrm{JS}}{\partial\theta} = \frac12\,\frac{\partial}{\partial\theta}\,\mathbb E_z\big[\log(1-D^*(G_\theta(z)))\big]\quad\text{with } D^* \text{ fixed.}$$
#
# Check it for one bump, $G(z) = m + w z$, at three places, for both weights. First the slope of the score with $p$
# in it; then the slope from 2,001 noise values and a discriminator that is asked only about generated samples.

# %%
z = ToyDistribution("noise", [[0.0]], 1.0).ppf((np.arange(2001) + 0.5) / 2001)
for m, w in ((0.0, 1.0), (1.0, 0.8), (-2.5, 1.5)):
    judge = lambda x, q=ToyDistribution("now", [[m]], w): (
        secret.log_density(x) - q.log_density(x)
    )  # q stands still
    with_p = slope(lambda m, w: score(density(m, m, 0.5, w)), (m, w))
    by_verdicts = slope(
        lambda m, w: -np.logaddexp(0, judge(m + w * z)).mean() / 2, (m, w)
    )
    print(
        f"m = {m:4}, w = {w}:  with p {with_p.round(4)}   by verdicts {by_verdicts.round(4)}"
    )
    assert abs(with_p - by_verdicts).max() < 2e-3

# %% [markdown]
# The same slopes. So a generator that only ever follows its judge's verdicts descends the very score that you saw, *as
# long as the judge is the best one at every step* and the loss is this one, $\log(1-D)$. (Section 4 had $-\log D$. It
# pulls every sample along the same arrow, but weighs the samples differently, and so descends something else: the next
# notebook shows what.) A trained judge is the best one only nearly, and only where there are data: from that "nearly"
# come most troubles of this course.
#
# ## 6. A glimpse at pictures
#
# The same judge, for pictures: 64 numbers in, one logit out. The real ones are handwritten digits of 8 x 8
# pixels, and an untrained generator might as well send noise: every pixel drawn evenly between black and white.
# How many of some 350 unseen digits, and as many noise pictures, will it get right after a second or two of training?
#
# Then show it things that it has never seen: *collages*, in which every pixel comes from a different digit, and
# digits turned by 180 degrees. Neither is noise, and a collage is no digit. What will it say?

# %% alt="Four rows of small pictures: real digits, noise, collages of pixels from different digits, and digits upside down, each row with its average verdict"
from ganlib.data import load_data


def collage(x, seed):
    rows = np.random.default_rng(seed).integers(len(x), size=x.shape)
    return x[rows, np.arange(64)]


def say(judge, x):
    return expit(judge(x)).mean()


sets = [load_data("digits", split=part).images for part in ("train", "test")]
digits, unseen = (images.reshape(-1, 64) / np.float32(255) for images in sets)
rng = np.random.default_rng(0)
static, unseen_static = (rng.random(x.shape, "float32") for x in (digits, unseen))
D3 = train(network(64, 1, 32), digits, static, 128, 0.003)
right = np.mean(np.r_[D3(unseen) > 0, D3(unseen_static) < 0])
print(f"on {2 * len(unseen)} unseen pictures {right:.1%} of the verdicts are right")

tests = {
    "digits": unseen,
    "noise": unseen_static,
    "collages": collage(unseen, 1),
    "upside down": unseen[:, ::-1],
}
shown = {
    f"{name}: {say(D3, x):.2f}": np.uint8(255 * x[:12] + 0.5).reshape(-1, 8, 8, 1)
    for name, x in tests.items()
}
assert (
    right > 0.98 and say(D3, tests["collages"]) > 0.9 and say(D3, unseen_static) < 0.05
)
plots.image_grid(shown, columns=12, title="Four kinds, with the average verdict of D")

# %% [markdown]
# All of them, or nearly, and it learned nothing of strokes: it takes the collages for real. What it learned tells digits
# from *noise*, for instance how bright each pixel usually is (a collage has that, too), and no more: there was no need.
# A discriminator is only ever as wise as its opponent forces it to be.
#
# So give it a better opponent, and train a second judge of the same size against collages, for twice as long.
# Which of the two will know more about digits? And which will do better on noise?
#
# One more thing about the easy victory. A generator needs a slope. How much does the verdict on a noise picture
# change when every pixel moves by 0.05 along its arrow (the last column), for the untrained judge and for the victorious
# one?

# %%
D4 = train(network(64, 1, 32), digits, collage(digits, 2), 128, 0.003, epochs=16)
gain = []
for name, judge in (
    ("untrained", network(64, 1, 32)),
    ("taught by noise", D3),
    ("taught by collages", D4),
):
    nudged = unseen_static + 0.05 * np.sign(arrows_at(unseen_static, judge))
    gain.append(say(judge, nudged) - say(judge, unseen_static))
    print(
        f"{name:19}",
        *(f"{kind} {say(judge, x):.2f}  " for kind, x in tests.items()),
        f"nudge {gain[-1]:+.4f}",
    )
assert (
    say(D4, tests["collages"]) < 0.3 < 0.7 < say(D4, unseen)
    and 0 < gain[1] < gain[0] / 4
)

# %% [markdown]
# The second judge, of the same size, tells digits from collages, and even a digit upside down looks
# less like a digit to it. It is right about noise as well, though it never saw any. To beat it a generator must
# draw strokes. This is the bargain of the whole game: each player is taught by the other's best effort.
#
# The untrained judge's verdict moves by some hundredths, the victorious one's by a small part of that. For the slope of
# $D$ is $D(1-D)$ times the slope of its logit, and where a judge is sure, $D(1-D)$ is next to nothing: the arrow is still
# there, but whoever follows the *verdict* along it gets a tiny step. (The last number of the third row is chance: that
# judge never saw noise.) What to do about it is a matter of choosing the loss, and that is the next notebook.
#
# ## Recap
#
# - The generator turns noise into samples; the discriminator turns a sample into one logit. Real is 1, generated is 0.
# - With equally many of each, the best verdict is $p/(p+q)$, the share of real ones at that place, and its logit is
#   $\log p/q$.
# - A classifier trained on samples alone comes within hundredths of it where there are data. Where there are none,
#   nothing corrects it, and chance decides.
# - Unequal shares add the same constant, $\log\frac{\pi}{1-\pi}$, to every logit; subtract it.
# - The gradient of the verdict with respect to its own sample is the generator's only teacher: an arrow towards where real
#   samples are dense and its own are not.
# - Played by the score or by the verdicts alone, the game is the same: against the best judge at every step, going down
#   $\log(1-D)$ is descending the Jensen-Shannon divergence. The density $p$ enters only through the judge.
# - A discriminator learns what tells *these* two apart and no more, and the verdict of one that wins easily is almost flat
#   at what it rejects.
#
# ## Exercises
#
# Write your answer in place of the dots and run the cell. `check` says what is wrong, not what is right;
# `hint("skewed_verdict")` gives a hint, and a larger one each time. [One solution to
# each](solutions/02_generator_and_discriminator.py).
#
# ### 1. A skewed bench
#
# At some place generated samples are five times as dense as real ones. The judge is shown three real samples for
# each generated one. What does the best discriminator answer there, as a probability of "real"?

# %%
from ganlib.exercises import check, hint, quiz

skewed_verdict = ...
check("skewed_verdict", skewed_verdict)

# %% [markdown]
# ### 2. The best discriminator, in code
#
# Two arrays of *log*-densities, real and generated, at the same places; equally many of each are shown. Return
# $p/(p+q)$ at each. Your function must also work where both densities are too small for the computer, such as
# $e^{-1000}$ and $e^{-1002}$, and where one is far larger than the other.


# %%
def best_verdict(log_p, log_q): ...


check("best_verdict", best_verdict)

# %% [markdown]
# ### 3. The real average, from generated samples only
#
# You have generated samples `x` and a discriminator's logits at them, and no real sample. The logits are
# $\log p/q$, up to a constant that you do not know (somebody forgot in which shares the two kinds were shown).
# Estimate the average of the *real* data.


# %%
def real_average(x, logits): ...


check("real_average", real_average)

# %% [markdown]
# ### 4. One step by hand
#
# The smallest game of all: $G(z) = m + z$, and a discriminator whose logit is $a\,x + c$. Return the derivative of
# $L_G = -\frac1n\sum_i \log D(G(z_i))$ by $m$, for an array `z` of noise.


# %%
def generator_slope(m, z, a, c): ...


check("generator_slope", generator_slope)

# %% [markdown]
# ### 5. Beat the machine
#
# No checker, only the score. Start the game from (3, 4, 0.3, 0.5), where gradient descent found no second bump within 300
# steps (change `START`, run its cell and the one with the sliders). Can you do better? Then give `secret` a third bump (a third number in its means and
# in its weights), run its cell and then the cell with the sliders, and find the best that your two bumps can do. What
# do you give up, and does the score agree with your eye?
#
# ## Quiz
#
# Answer aloud first. Then run the cell and open the choices: each one tells you why, the wrong ones too.
#
# 1. The best discriminator's logit at some place is 0. What does that say?
# 2. A trained discriminator gives a logit of 7 at a place where neither real nor generated samples ever fell. What
#    do you conclude?
# 3. What does a generator read from the real data?
# 4. A generator reaches a verdict of 0.95 against a discriminator that is no longer trained. What is its
#    Jensen-Shannon divergence to the data?
# 5. A judge tells digits from noise without an error. What has it learned about digits?

# %%
quiz("02_generator_and_discriminator")

# %% [markdown]
# ## References
#
# - I. Goodfellow et al. *Generative Adversarial Nets.* NIPS 2014. The two players, and the best discriminator
#   (Proposition 1).
# - M. Sugiyama, T. Suzuki, T. Kanamori. *Density Ratio Estimation in Machine Learning.* Cambridge University Press
#   2012. Ratios by classification, and what else they are good for.
# - D. Lopez-Paz, M. Oquab. *Revisiting Classifier Two-Sample Tests.* ICLR 2017. A classifier as the judge of whether
#   two samples differ.
#
# ## Next
#
# You have seen what the two players do for each other. The next notebook derives what they optimise, line by line:
# where $L_D$ and $L_G$ come from, why the score of your game is the value of theirs, and why the generator is given
# another loss than the theory says.
