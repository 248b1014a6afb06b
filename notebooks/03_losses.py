# %% [markdown]
# # What the losses say
#
# Every formula by which a GAN learns, derived line by line, and after each derivation a computation that checks it.
#
# <!-- badges --><!-- /badges -->
#
# **What you need first.** You know the two players of a GAN, the discriminator $D$ and the generator $G$, and you
# can differentiate a logarithm. From the notebook on distributions: the distances KL and JS. They are repeated here
# in a line each.
#
# **Time and memory:** <!-- measured -->27 s and 0.9 GB on 2 CPU cores<!-- /measured -->. Neither an internet connection nor a GPU
# is needed.
#
# ## What you will learn
#
# - to derive the losses $L_D$ and $L_G$ from the likelihood of right labels
# - to find the best possible discriminator, and to check that a trained network comes to it
# - to show that against the best discriminator the minimax game measures a divergence, $2\,\mathrm{JSD}$, shifted by
#   $-\log 4$
# - to compute the gradients of the saturating and of the non-saturating loss, and to say which one learns early
#   on
# - to say when $D = \tfrac12$ proves that the generator has won, and when it proves nothing
# - to compute a loss from logits, and to say what is lost otherwise
# - to recognise three mistakes that one meets in print, having seen each of them fail
#
# Cover the result with your hand, predict, then run. Wherever a formula ends, a cell computes *both of its sides*,
# by different ways, and `assert`s that they agree. If a result were wrong, the notebook would stop there.

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
# ## 1. Two distributions
#
# The library's losses are imported here. We shall write each of them ourselves before we use it. Two small tools
# stand below the imports: `curves` draws, and `slopes` asks TensorFlow for gradients, from section 5 on.

# %%
# %matplotlib inline
import io
import ipywidgets
import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from scipy import integrate, stats
from scipy.special import expit, ndtri, rel_entr, xlogy
from ganlib import losses, plots
from ganlib.exercises import check, hint, quiz
from ganlib.toy import ToyDistribution, get_toy

SEED = 0


def curves(
    ax, rows
):  # drawing, which you may skip; rows: {label: (x, y, style, colour)}
    for label, (x, y, style, colour) in rows.items():
        ax.plot(x, y, style, color=colour, label=label, lw=2, ms=5)
    ax.grid(alpha=0.2)
    ax.legend(frameon=False)
    return ax.figure


def slopes(
    loss, real, fake
):  # the gradient of a loss with respect to each generated logit
    real, fake = tf.constant(real, tf.float32), tf.constant(fake, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(fake)
        cost = len(fake) * loss(real, fake)  # times n, for the loss is a mean
    return tape.gradient(cost, fake).numpy()


# %% [markdown]
# Everything happens on a line here: a sample is one number $x$. Real samples have the density $p(x)$, generated
# ones the density $q(x)$. Since we know both, we can integrate instead of guess: `total` adds the values in 6,000
# narrow cells. Where will the best discriminator be sure of itself, and where not?

# %% alt="Two densities on a line: the real one in blue with three humps, the generated one in orange with one wide hump"
CELL = 24 / 6000
X = -12 + CELL * (np.arange(6000) + 0.5)
total = lambda values: values.sum() * CELL
real, fake = get_toy("mixture"), ToyDistribution("generated", [[0.5]], 1.5)
p, q = real.density(X), fake.density(X)
_, ax = plots.panels(
    "Where real and generated samples fall",
    size=(8, 3),
    xlim=(-5, 6),
    xlabel="x",
    ylabel="density",
)
curves(
    ax, {"real, p": (X, p, "-", plots.REAL), "generated, q": (X, q, "-", plots.FAKE)}
)

# %% [markdown]
# At $x = 5$ only generated samples fall, at $x = -2$ mostly real ones; at the crossings nobody can know. Keep
# the picture in mind.
#
# ## 2. From likelihood to the two losses
#
# ### The discriminator's loss
#
# The discriminator is a classifier with two labels: $y = 1$ for real, $y = 0$ for generated. It answers $D(x)$,
# its probability of $y = 1$; so it gives $y = 0$ the probability $1 - D(x)$. In one formula, the probability
# that it gives to the *right* label is
#
# $$P(y \mid x) = D(x)^{\,y}\,\bigl(1 - D(x)\bigr)^{1-y}.$$
#
# Put $y = 1$ and the second factor is 1; put $y = 0$ and the first one is. For $n$ independent examples the
# likelihood is the product. We want it large, so its negative logarithm small:
#
# $$
# \begin{aligned}
# -\log \prod_{i=1}^{n} P(y_i \mid x_i)
#   &= -\sum_{i=1}^{n} \log\Bigl[ D(x_i)^{\,y_i}\,\bigl(1-D(x_i)\bigr)^{1-y_i} \Bigr] \\
#   &= -\sum_{i=1}^{n} \Bigl[ y_i \log D(x_i) + (1-y_i) \log\bigl(1-D(x_i)\bigr) \Bigr] \\
#   &= -\sum_{\text{real } x} \log D(x) \;-\; \sum_{\text{generated } x} \log\bigl(1-D(x)\bigr).
# \end{aligned}
# $$
#
# The middle line is the **binary cross-entropy**. In the last one every example has kept the one term that its
# label leaves. Take as many real as generated examples, a mean over each kind instead of a sum, write $G(z)$ for a
# generated sample, and you have
#
# $$L_D = -\,\mathbb{E}_{x\sim p}\bigl[\log D(x)\bigr] - \mathbb{E}_{z}\bigl[\log\bigl(1 - D(G(z))\bigr)\bigr].$$
#
# Nothing but a factor separates it from the cross-entropy of any classifier.
#
# ### The generator's loss, twice
#
# The first term of $L_D$ holds no $G$. The generator can only act on the second. In the **minimax** game it wants
# the very thing that $D$ does not want, so it minimises $-L_D$; the part with $G$ in it is
#
# $$L_G^{\text{sat}} = \mathbb{E}_z\bigl[\log\bigl(1 - D(G(z))\bigr)\bigr].$$
#
# It is called *saturating*, and section 5 shows why. The other way: the generator hopes for the label 1 on its
# samples. So give them this label in the cross-entropy, $y = 1$ above, and only the first term remains, the
# *non-saturating* loss
#
# $$L_G^{\text{ns}} = -\,\mathbb{E}_z\bigl[\log D(G(z))\bigr].$$
#
# Both stand in Goodfellow et al. (2014). Now with five real and five generated logits, where
# $D = \sigma(\text{logit}) = 1/(1 + e^{-\text{logit}})$: the likelihood as a product, Keras's cross-entropy
# of labels, the losses as they stand here, and `ganlib`. Keras takes one mean over ten examples, $L_D$ one over
# each five. By which factor will they differ?

# %%
bce, rng = (
    keras.losses.BinaryCrossentropy(from_logits=True),
    np.random.default_rng(SEED),
)
r, f = (tf.constant(rng.normal(size=5) + shift, tf.float32) for shift in (1, -1))
real_d, fake_d = expit(r.numpy()), expit(f.numpy())
likelihood = np.prod(real_d) * np.prod(1 - fake_d)
labelled, hoped = (
    float(bce(np.repeat([1.0, 0.0], 5), tf.concat([r, f], 0))),
    float(bce(np.ones(5), f)),
)
sat, ns = np.mean(np.log(1 - fake_d)), -np.mean(np.log(fake_d))
l_d = -np.mean(np.log(real_d)) - sat
print(
    f"L_D {l_d:.6f}: -log({likelihood:.4f}) / 5 = {-np.log(likelihood) / 5:.6f}, Keras {labelled:.6f}"
)
print(
    f"L_G saturating {sat:.6f}, non-saturating {ns:.6f}, Keras with label 1 {hoped:.6f}"
)
np.testing.assert_allclose(
    [-np.log(likelihood) / 5, 2 * labelled, losses.discriminator_bce(r, f)],
    l_d,
    rtol=1e-5,
)
np.testing.assert_allclose(
    [hoped, losses.generator_non_saturating(r, f)], ns, rtol=1e-5
)
np.testing.assert_allclose(losses.generator_saturating(r, f), sat, rtol=1e-5)

# %% [markdown]
# A factor of two: Keras divides by ten, we divide each half by five. And the generator's two losses: both fall as
# $D(G(z))$ grows, towards 1 the one to 0 and the other to $-\infty$, so they want the same. They differ in how hard
# they push, and where.
#
# ### An expectation is an integral
#
# From here on we compute expectations without any sampling. That supposes that the generated samples have a density
# $q$. Ours do; generated pictures, a thin set among all possible ones, do not.
#
# $$L_D = -\int \Bigl[\, p(x)\log D(x) + q(x)\log\bigl(1-D(x)\bigr) \Bigr]\,dx .$$
#
# A first check of the instrument, with $D(x) = \sigma(x)$, some discriminator: the sum over cells, adaptive
# quadrature by SciPy, and a mean of 200,000 samples. Which will be the odd one out, and by how much?

# %%
by_cells = -total(p * np.log(expit(X)) + q * np.log(expit(-X)))
inside = lambda x: (
    -(
        real.density([x])[0] * np.log(expit(x))
        + fake.density([x])[0] * np.log(expit(-x))
    )
)
by_quad = integrate.quad(inside, -12, 12, limit=200)[0]
terms = np.stack(
    [
        -np.log(expit(real.sample(200_000, SEED))),
        -np.log(expit(-fake.sample(200_000, SEED + 1))),
    ]
)
error = np.sqrt(
    terms.var((1, 2)).sum() / 200_000
)  # the variance of a mean of n samples is an n-th of theirs
print(
    f"cells {by_cells:.8f}   quadrature {by_quad:.8f}   samples {terms.mean((1, 2)).sum():.4f} +- {error:.4f}"
)
assert (
    abs(by_cells - by_quad) < 1e-7
    and abs(terms.mean((1, 2)).sum() - by_cells) < 5 * error
)

# %% [markdown]
# The two integrals agree to more than seven digits; the samples agree within their own chance error (after +-), as
# samples can.
#
# ## 3. The best discriminator
#
# At each $x$ the integrand is a function of one number, $y = D(x)$. A discriminator that may answer freely at
# every $x$ can make the integral as large as possible by making each point as large as possible. So fix $x$, call
# the densities there $p$ and $q$, and maximise
#
# $$
# \begin{aligned}
# f(y) &= p \log y + q \log(1-y), \qquad 0 \le y \le 1, \\
# f'(y) &= \frac{p}{y} - \frac{q}{1-y} = 0 \\
# \Longrightarrow\; p\,(1-y) &= q\,y \\
# \Longrightarrow\; p &= (p+q)\,y \\
# \Longrightarrow\; D^*(x) = y^* &= \frac{p(x)}{p(x)+q(x)} .
# \end{aligned}
# $$
#
# Is it a maximum? The second derivative says so, at every $y$, so it is the only one:
#
# $$
# f''(y) = -\frac{p}{y^2} - \frac{q}{(1-y)^2} < 0, \qquad
# f''(y^*) = -(p+q)^2\Bigl(\frac1p + \frac1q\Bigr) = -\frac{(p+q)^3}{p\,q}.
# $$
#
# And its logit, from $D = \sigma(a) \Leftrightarrow a = \log\frac{D}{1-D}$:
# $\; a^*(x) = \log\dfrac{p/(p+q)}{q/(p+q)} = \log\dfrac{p(x)}{q(x)}$, the log of the **density ratio**.
#
# That was for $p$ and $q$ both above 0. Where only $q$ is, $q \log(1-y)$ is highest at $y = 0$; where only $p$
# is, $p \log y$ at $y = 1$ (with $0 \log 0 = 0$). The formula says so too, and the logit is $\mp\infty$.
# Where neither is, nobody ever asks, and any answer will do.
#
# Where will the top of $f$ lie if the real density is three times the generated one? And what must the tape say of
# $f'$ there?


# %% alt="Three curves over the answer y, each with its top marked by a dot at p divided by p plus q: 0.2, 0.5 and 0.75"
def earns(y, a, b):
    return a * tf.math.log(y) + b * tf.math.log(1 - y)


y, rows = np.linspace(0.001, 0.999, 999), {}
for a, b, colour in (
    (0.1, 0.4, plots.FAKE),
    (0.2, 0.2, plots.GREY),
    (0.3, 0.1, plots.REAL),
):
    f, top = earns(y, a, b).numpy(), tf.constant(a / (a + b), tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(top)
        with tf.GradientTape() as inner:
            inner.watch(top)
            highest = earns(top, a, b)
        first = inner.gradient(highest, top)
    second, formula = outer.gradient(first, top), -((a + b) ** 3) / (a * b)
    rows[f"p = {a}, q = {b}: best {a / (a + b):.2f}"] = y, f, "-", colour
    rows[f"_{a}"] = (
        y[f.argmax()],
        f.max(),
        "o",
        colour,
    )  # a label with _ stays out of the legend
    print(
        f"scan {y[f.argmax()]:.3f}, formula {top:.3f}; f' {first:.0e}; f'' {second:.4f}, formula {formula:.4f}"
    )
    assert (
        abs(y[f.argmax()] - top) <= 0.001
        and abs(first) < 1e-12
        and abs(second - formula) < 1e-9
    )
_, ax = plots.panels("At one x: what the answer y earns", size=(8, 3), ylim=(-1.6, 0))
ax.set(xlabel="answer y = D(x)", ylabel="f(y)")
curves(ax, rows)

# %% [markdown]
# At three quarters: three of four samples that fall there are real, so "real with probability 3/4" is the honest
# answer. A scan of 999 answers finds the tops where the formula puts them; the first derivative is 0 there and the
# second is the one derived, to ten digits.
#
# ### Does a network find it?
#
# The derivation let $D$ answer freely at every $x$. A network has finitely many weights, sees only samples, and
# never the densities. First the few lines that train anything in this notebook: a step lowers `loss()` by changing
# the weights of one `model`, and no others; `batches` draws samples at random from a large pool, and `judge` trains
# a discriminator with them. `best` is the formula.


# %%
def network(width=32, depth=2):
    hidden = [keras.layers.Dense(width, "tanh") for _ in range(depth)]
    return keras.Sequential([keras.layers.Input((1,)), *hidden, keras.layers.Dense(1)])


def stepper(model, loss, rate=0.003):
    optimizer = keras.optimizers.Adam(rate, beta_1=0.5)

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            cost = loss()
        optimizer.apply(
            tape.gradient(cost, model.trainable_variables), model.trainable_variables
        )
        return cost

    return step


def batches(toy, seed, batch=128, n=50_000):
    pool = tf.constant(toy.sample(n, seed))
    return lambda: tf.gather(pool, tf.random.uniform([batch], 0, n, tf.int32))


def judge(
    real, fake, steps, depth=2, rate=0.01
):  # -> (discriminator, its logits at X, its loss at every step)
    keras.utils.set_random_seed(SEED)
    D, x, g = (
        network(depth=depth),
        batches(real, SEED, 512),
        batches(fake, SEED + 1, 512),
    )
    step = stepper(D, lambda: losses.discriminator_bce(D(x()), D(g())), rate)
    history = np.array([float(step()) for _ in range(steps)])
    return D, D(X[:, None].astype("float32")).numpy()[:, 0].astype(float), history


def best(p, q):  # where nobody ever is, 0 / 0, any answer will do: we take 1/2
    return np.divide(p, p + q, out=np.full_like(p, 0.5), where=p + q > 0)


# %% [markdown]
# Now train: 1,000 steps on samples of our $p$ and $q$, nothing else. Then lay the network's answers over $p/(p+q)$.
# Where will they differ most? And can its $L_D$, computed from its logits by integration (`loss_of`), be below that
# of $D^*$?


# %% alt="Left: the trained discriminator follows the curve p over p plus q where samples fall, a little off at its shoulders. Right: its loss, batch by batch, falls to the dashed best possible loss and flickers about it"
def loss_of(
    logits, p, q
):  # logaddexp(0, -a) is log(1 + exp(-a)), that is -log D: see section 7
    return total(p * np.logaddexp(0, -logits) + q * np.logaddexp(0, logits))


_, logits, history = judge(real, fake, 1000)
star, trained = best(p, q), loss_of(logits, p, q)
least = -total(xlogy(p, star) + xlogy(q, 1 - star))
difference = total(abs(expit(logits) - star) * (p + q) / 2)
print(
    f"mean difference {difference:.4f}; L_D of the trained network {trained:.4f}, of the best one {least:.4f}"
)
assert difference < 0.05 and least <= trained < least + 0.02

_, left, right = plots.panels(
    "The best discriminator, and a trained one", "The loss of the trained one"
)
left.set(xlim=(-5, 6), ylim=(0, 1.2), xlabel="x", ylabel="D(x)")
right.set(xlim=(0, 1000), xlabel="step", ylabel="loss of D")
curves(
    left,
    {
        "p / (p + q)": (X, star, "-", plots.GREY),
        "trained network": (X, expit(logits), "--", "black"),
    },
)
curves(
    right,
    {
        "batch by batch": (range(1000), history, "-", plots.REAL),
        "least possible": ([0, 1000], [least, least], "--", "black"),
    },
)

# %% [markdown]
# Where samples fall, the network follows the curve, a little off at its shoulders; far outside it has seen too
# little to know. The difference is a mean over samples, $\int |D - D^*|\,\tfrac{p+q}{2}\,dx$. It is a few
# hundredths on average. And the *integral* is never below that of $D^*$, the best; the loss of a batch of 512 is,
# by chance, as the right panel shows. A discriminator is a *density-ratio estimator* that was never shown a
# density.
#
# ## 4. What the game measures
#
# Let $V = -L_D$, so that $D$ wants $V$ large and, in minimax, $G$ wants it small. Put the best discriminator in.
# We need two old acquaintances: $\mathrm{KL}(p\Vert m) = \int p \log\frac{p}{m}\,dx$, and with the half-way
# mixture $m = \frac{p+q}{2}$,
# $\;\mathrm{JSD}(p, q) = \tfrac12 \mathrm{KL}(p\Vert m) + \tfrac12 \mathrm{KL}(q\Vert m)$.
#
# $$
# \begin{aligned}
# V(D^*, G) &= \int p \log D^* \,dx + \int q \log(1 - D^*)\,dx \\
#  &= \int p \log\frac{p}{p+q}\,dx + \int q \log\frac{q}{p+q}\,dx
#     && \text{since } 1 - D^* = \tfrac{q}{p+q} \\
#  &= \int p \log\frac{p}{2m}\,dx + \int q \log\frac{q}{2m}\,dx
#     && \text{since } p + q = 2m \\
#  &= \int p \Bigl[\log\frac{p}{m} - \log 2\Bigr]dx + \int q \Bigl[\log\frac{q}{m} - \log 2\Bigr]dx \\
#  &= \mathrm{KL}(p\Vert m) + \mathrm{KL}(q\Vert m) - 2\log 2
#     && \text{since } \textstyle\int p = \int q = 1 \\
#  &= 2\,\mathrm{JSD}(p, q) - \log 4 .
# \end{aligned}
# $$
#
# A KL is never negative, and 0 only between equals. So $V$ is at least $-\log 4 \approx -1.386$, and it is that
# only for $p = q$. There $D^* = \tfrac12$ everywhere and $L_D = \log 4$. At the other end: where $p$ and $q$
# do not overlap, $m = p/2$ on $p$'s side, so $\mathrm{KL}(p\Vert m) = \int p \log 2 = \log 2$; likewise
# for $q$; and $V = 0$. More it cannot be: everywhere $m \ge p/2$, so no KL to the mixture exceeds $\log 2$.
#
# Five pairs, two sides, two methods: $V$ with $D^*$ put in by adaptive quadrature, and the JSD from its definition
# by cells. Guess the order before you look.


# %%
def jsd(p, q):  # rel_entr(p, m) is p log(p / m), with 0 log 0 = 0
    return total(rel_entr(p, (p + q) / 2) + rel_entr(q, (p + q) / 2)) / 2


def inside(x, a, b):
    p, q = a.density([x]), b.density([x])
    return (xlogy(p, best(p, q)) + xlogy(q, 1 - best(p, q)))[0]


box = lambda centre: ToyDistribution(
    "box", [[centre]], 1.0, kernel="box"
)  # even, from centre - 1 to centre + 1
at = lambda mu: ToyDistribution("Gaussian", [[mu]], 1.0)
pairs = {
    "the same": (real, real),
    "our p and q": (real, fake),
    "Gaussians at 0 and 1": (at(0.0), at(1.0)),
    "boxes, half over each other": (box(0), box(1)),
    "boxes far apart": (box(-3), box(3)),
}
for name, (a, b) in pairs.items():
    v = sum(integrate.quad(inside, x, x + 1, (a, b))[0] for x in range(-12, 12))
    game = 2 * jsd(a.density(X), b.density(X)) - np.log(4)
    print(f"{name:28} V(D*, G) {v:10.6f}   2 JSD - log 4 {game:10.6f}")
    assert abs(v - game) < 1e-5
print(f"{'trained D of section 3':28} -L_D     {-trained:10.6f}")

# %% [markdown]
# From $-1.386$ for equals to 0 for strangers, and both sides agree to five digits and better. (For the boxes you
# can do it in your head: half of each lies where only it is, so $\mathrm{JSD} = \tfrac12\log 2$ and
# $V = -\log 2$.)
#
# ### The same from trained discriminators
#
# Now as a GAN would meet it: move the generated Gaussian away from the real one, train a discriminator at each
# distance, and read $-L_D$. For two Gaussians of equal width the best logit, $\log\frac pq$, is a straight line
# (try it on paper), so a single `Dense` suffices. Will the dots lie above the curve or below? And what does the
# curve do far out, where a generator starts?

# %% alt="A curve that rises from minus log 4 at distance 0 and flattens at 0; four trained discriminators lie on it"
q_at = lambda mu: at(mu).density(X)
value = lambda d: 2 * jsd(q_at(0.0), q_at(d)) - np.log(4)
apart, places = np.linspace(0, 8, 81), (0.0, 1.0, 2.0, 3.0)
lines = [judge(at(0.0), at(d), 300, depth=0, rate=0.1) for d in places]
dots = [
    -loss_of(logits, q_at(0.0), q_at(d)) for d, (_, logits, _) in zip(places, lines)
]
curve, exact = np.array([value(d) for d in apart]), np.array([value(d) for d in places])
steep = [(value(d + 0.01) - value(d - 0.01)) / 0.02 for d in (2, 7)]
print(
    "trained",
    np.round(dots, 4),
    "\nexact  ",
    exact.round(4),
    f"\nlargest gap {max(exact - dots):.4f}",
)
print(f"slope of the curve at distance 2: {steep[0]:.4f}, at 7: {steep[1]:.5f}")
assert (
    all(-1e-6 <= exact - dots) and all(exact - dots < 0.01) and steep[0] > 50 * steep[1]
)
_, ax = plots.panels(
    "The value of the game as the generator moves away",
    size=(8, 3),
    ylabel="V",
    xlabel="distance between the two Gaussians",
)
curves(
    ax,
    {
        "2 JSD - log 4": (apart, curve, "-", plots.GREY),
        "minus the loss of a trained D": (places, dots, "o", "black"),
    },
)

# %% [markdown]
# Below, if at all: a trained discriminator is not better than the best one, so
# $-L_D \le 2\,\mathrm{JSD} - \log 4$, a lower bound, and these come within 0.01 of it. And at a distance of 7
# the curve is all but level: the game knows that the generator is far away, but hardly which way is better. That is
# the trouble that the next section cures.
#
# ## 5. Two gradients
#
# Let $a$ be the logit of a generated sample and $D = \sigma(a)$. First the sigmoid's own derivative:
#
# $$\sigma'(a) = \frac{d}{da}\,\frac{1}{1+e^{-a}} = \frac{e^{-a}}{(1+e^{-a})^2}
#   = \frac{1}{1+e^{-a}}\cdot\frac{e^{-a}}{1+e^{-a}} = D\,(1-D).$$
#
# Then the derivative of each loss with respect to the logit:
#
# $$
# \begin{aligned}
# \frac{\partial}{\partial a}\log(1-D) &= \frac{-1}{1-D}\cdot D(1-D) = -D
#   && \text{saturating} \\
# \frac{\partial}{\partial a}\bigl(-\log D\bigr) &= \frac{-1}{D}\cdot D(1-D) = -(1-D)
#   && \text{non-saturating} \\
# \text{ratio} &= \frac{-(1-D)}{-D} = \frac{1-D}{D} = e^{-a}
# \end{aligned}
# $$
#
# Both are negative: descent raises the logit, towards "real". But where $D$ learns faster than $G$, as it often
# does with pictures, it soon sees through every sample: $D(G(z)) \to 0$. Then the saturating gradient goes to 0
# and the non-saturating one to $-1$.
#
# ### As far as the generator's weights
#
# The chain rule carries the number on to a weight $\theta$ of the generator:
#
# $$\frac{\partial L_G}{\partial\theta} = \mathbb{E}_z\Bigl[
#   \underbrace{\frac{\partial L}{\partial a}}_{-D \text{ or } -(1-D)}\;
#   \underbrace{\frac{\partial a}{\partial x}}_{\text{slope of the logit}}\;
#   \underbrace{\frac{\partial G(z)}{\partial\theta}}_{\text{how the sample moves}} \Bigr].$$
#
# Two silent steps are in it. The derivative went under $\mathbb{E}_z$, which is allowed here: the law of $z$ does
# not depend on $\theta$, and the derivatives stay below something integrable. And $D$ was held fixed: it is $G$'s
# turn. Only the first factor knows the loss. With a generator $G(z) = \mu + s\,z$ and a discriminator with
# logit $w x + b$: $\;\partial a/\partial x = w$, $\;\partial G/\partial\mu = 1$,
# $\;\partial G/\partial s = z$. Closed form against `GradientTape`, first with respect to the logit, from a
# hopeless sample ($a = -12$) to one that fools $D$. By which factor do the two differ at $-12$?

# %%
a = np.array([-12.0, -6, -3, 0, 3, 6])
sat, ns = (
    slopes(losses.get(name)[1], a, a) for name in ("saturating", "non_saturating")
)
for name, row in (
    ("logit", a),
    ("D", expit(a)),
    ("saturating", sat),
    ("non-saturating", ns),
    ("ratio", ns / sat),
):
    print(f"{name:15}" + "".join(f"{x:12.6g}" for x in row))
for got, formula in ((sat, -expit(a)), (ns, -expit(-a)), (ns / sat, np.exp(-a))):
    np.testing.assert_allclose(got, formula, rtol=1e-3)

# %% [markdown]
# $e^{12}$, about 160,000; and in the middle, at $D = \tfrac12$, they are the same.
#
# Now with respect to the generator's weights, and through a discriminator that was *trained*: the line that section
# 4 trained to tell $x \sim N(0, 1)$ from a Gaussian at 2. The generator stands there, $\mu = 2$ and $s = 1$;
# $z$ is a thousand evenly spread values of a Gaussian. Against it the integral over $q$ with $D^*$, whose logit is
# $2 - 2x$, with slope $-2$; $\mu$ moves every sample by 1, $s$ by $z = x - 2$. Predict the signs: which way
# will each loss move $\mu$, and which way $s$?

# %%
mu, s, z = (
    tf.Variable(2.0),
    tf.Variable(1.0),
    ndtri(np.linspace(0.0005, 0.9995, 1000)).astype("float32")[:, None],
)
for name, push in (
    ("saturating", lambda a: -expit(a)),
    ("non_saturating", lambda a: -expit(-a)),
):
    with tf.GradientTape() as tape:
        cost = losses.get(name)[1](None, lines[2][0](mu + s * z))
    rows = (
        tape.gradient(cost, [mu, s]),
        [total(q_at(2.0) * push(2 - 2 * X) * -2 * moves) for moves in (1, X - 2)],
    )
    print(
        f"{name:15} (mu, s): through the trained D {np.round(rows[0], 3)}, by the integral {np.round(rows[1], 3)}"
    )
    np.testing.assert_allclose(*rows, atol=0.1)

# %% [markdown]
# They agree to a few hundredths (five trainings were off by at most 0.07). For *one* sample both losses pull every
# weight in the same direction, with lengths that differ by $e^{-a}$. Over a *batch* they weigh the samples
# differently: the saturating loss listens to those that fool $D$ best, the non-saturating one to the worst. Both
# move $\mu$ down, towards the data. But $s$ they move in *opposite* directions: for $s$ every push is multiplied by
# $z$, which averages to 0, and so $\mathbb{E}[(1-D)\,z] = -\mathbb{E}[D\,z]$.
#
# ### What happens to a generator that starts far off
#
# Real samples around 2, generated ones around $-4$, both of width 1, and one weight to learn, $\mu$. At every step
# the discriminator is the best one for the present $\mu$ (a straight line in $x$, as you found above). Sixty steps
# with each loss, with the same noise. Where will each of them be?


# %% alt="Position of the generator over 60 steps: the non-saturating one reaches the real data, the saturating one stays where it began"
def journey(loss, mu=-4.0, steps=60, rate=0.1):
    mu, path = tf.Variable(mu), []
    for i in range(steps):
        path.append(
            now := float(mu)
        )  # now: a plain number, so the discriminator does not move with the generator
        with tf.GradientTape() as tape:
            x = mu + tf.random.stateless_normal([1000], seed=(SEED, i))
            cost = loss(
                None, (2 - now) * x - (2**2 - now**2) / 2
            )  # the best logit: log p(x) / q(x), a straight line
        mu.assign_sub(rate * tape.gradient(cost, mu))
    return np.array(path)


there, steps = (
    {name: journey(losses.get(name)[1]) for name in ("saturating", "non_saturating")},
    range(60),
)
print({name: path[[0, 10, 20, -1]].round(2).tolist() for name, path in there.items()})
assert abs(there["non_saturating"][-1] - 2) < 0.4 and there["saturating"][-1] < -3
_, ax = plots.panels(
    "The same start, two losses", size=(8, 3), xlabel="step", ylabel="where it draws"
)
curves(
    ax,
    {
        "real data": ([0, 59], [2, 2], "-", plots.REAL),
        "generated, non-saturating": (steps, there["non_saturating"], "-", plots.FAKE),
        "generated, saturating": (steps, there["saturating"], ":", plots.FAKE),
    },
)

# %% [markdown]
# The non-saturating loss has most of the way behind it after twenty steps; the saturating one has hardly left after
# sixty. It is not wrong, it wants the same, but it is silent exactly when there is most to learn.
#
# ### For the sceptic: what do they descend?
#
# With the best discriminator put in, the saturating gradient is the slope of $2\,\mathrm{JSD}$: $D^*$ also changes
# with $\mu$, but that adds nothing, since $V$ is at its top over $D$. For the non-saturating loss write $q_0$ for
# the present $q$, held fixed while $q$ moves on. With $D^* = p/(p+q_0)$, and $p > 0$ wherever samples fall,
#
# $$
# \begin{aligned}
# -\log D^* &= \log\frac{p+q_0}{p} = \log\frac{q_0}{p} - \log(1-D^*), \\
# \mathbb{E}_{q}\Bigl[\log\frac{q_0}{p}\Bigr] &= \mathrm{KL}(q\Vert p) - \mathrm{KL}(q\Vert q_0).
# \end{aligned}
# $$
#
# At $q = q_0$ the last KL is at its minimum, with slope 0; and $\mathbb{E}_q[\log(1-D^*)]$ is the saturating
# loss, with the slope of $2\,\mathrm{JSD}$. So the non-saturating gradient is the slope of
# $\mathrm{KL}(q\Vert p) - 2\,\mathrm{JSD}$ (Arjovsky and Bottou 2017). Check it at the same place, $\mu = 2$
# with the data at 0: the integrals from above against finite differences.

# %%
twice = lambda mu: 2 * jsd(q_at(0.0), q_at(mu))
other = lambda mu: total(rel_entr(q_at(mu), q_at(0.0))) - twice(mu)
D = best(q_at(0.0), q_at(2.0))
for name, push, what in (
    ("saturating", -D, twice),
    ("non-saturating", -(1 - D), other),
):
    gradient, slope = (
        total(q_at(2.0) * push * -2),
        (what(2 + 1e-4) - what(2 - 1e-4)) / 2e-4,
    )
    print(f"{name:15} gradient {gradient:.6f}   finite difference {slope:.6f}")
    np.testing.assert_allclose(gradient, slope, rtol=1e-5)

# %% [markdown]
# Five digits. The factor $-2$ is the slope of the logit, $-\mu$ for data at 0. When the generator arrives it is 0,
# and both are at rest: the two losses agree on the goal, and not on the way to it.
#
# ## 6. What one half proves
#
# ### Against the best discriminator: everything
#
# Suppose that $D^*(G(z)) = \tfrac12$ for (almost) every sample that the generator draws.
#
# $$
# \begin{aligned}
# \frac{p(x)}{p(x)+q(x)} = \frac12 \;&\Longrightarrow\; p(x) = q(x) && \text{wherever } q(x) > 0, \\
# \int_{q>0} p\,dx = \int_{q>0} q\,dx &= 1 && \text{so } p \text{ has nothing left for where } q = 0, \\
# p &= q && \text{almost everywhere.}
# \end{aligned}
# $$
#
# Even the *average* of $\tfrac12$ is enough. For any two numbers $4pq \le (p+q)^2$, with equality only if
# $p = q$, as $(p+q)^2 - 4pq = (p-q)^2$. Divide by $4(p+q)$ and integrate:
#
# $$
# \mathbb{E}_z\bigl[D^*(G(z))\bigr] = \int q\,\frac{p}{p+q}\,dx
#  = \int \frac{p+q}{4}\,dx - \int \frac{(p-q)^2}{4(p+q)}\,dx
#  = \frac12 - \int \frac{(p-q)^2}{4(p+q)}\,dx \;\le\; \frac12 .
# $$
#
# So no generator, however bad or clever, can bring the best discriminator's average verdict *above* one half; and
# the one that reaches it has $p = q$, where section 4 found the minimum of the game, $-\log 4$. Now for our five
# pairs: the average verdict by adaptive quadrature, and one half less the integral by cells. For which pair will it
# be exactly one quarter?

# %%
for name, (a, b) in pairs.items():
    answer = lambda x: (b.density([x]) * best(a.density([x]), b.density([x])))[
        0
    ]  # q D* at one x
    mean = sum(integrate.quad(answer, x, x + 1)[0] for x in range(-12, 12))
    p_, q_ = a.density(X), b.density(X)
    gap = (
        total((2 * best(p_, q_) - 1) ** 2 * (p_ + q_)) / 4
    )  # since (p - q) / (p + q) = 2 D* - 1
    print(f"{name:28} mean verdict {mean:.6f}   1/2 - integral {0.5 - gap:.6f}")
    assert abs(mean - (0.5 - gap)) < 1e-6 and (
        abs(mean - 0.5) < 1e-6 if name == "the same" else mean < 0.499
    )

# %% [markdown]
# One half for equals, and less for all others. One quarter for the boxes that lie half over each other: half of the
# generated samples are found out for certain, the others get one half.
#
# ### Against a weak one: nothing
#
# The proof used $D^*$ at every step. Now take a discriminator that is *not* the best: a single `Dense`, a straight
# line for a logit. We give the generated Gaussian the mean and the width of the real mixture, and train both this
# line and our usual network on the same samples. Which of them says "one half"?

# %% alt="Left: real mixture and generated Gaussian, clearly different. Right: the straight-line discriminator answers one half nearly everywhere, the network goes up and down, from nearly 0 to above three quarters"
mean = total(X * p)
alike = ToyDistribution("generated", [[mean]], np.sqrt(total((X - mean) ** 2 * p)))
r, verdict, loss, bound, rows = alike.density(X), {}, {}, {}, {}
for name, depth, steps, style in (
    ("a straight line", 0, 300, "--"),
    ("a network", 2, 800, "-"),
):
    _, logits, _ = judge(real, alike, steps, depth)
    rows[name] = X, expit(logits), style, "black"
    verdict[name], loss[name] = total(expit(logits) * r), loss_of(logits, p, r)
    bound[name] = (np.log(4) - loss[name]) / 2
    print(
        f"{name:16} mean D(G(z)) {verdict[name]:.3f}, L_D {loss[name]:.3f}, so JSD is at least {bound[name]:7.4f}"
    )
ideal = total(best(p, r) * r)
print(f"the best one     mean D(G(z)) {ideal:.3f}, JSD {jsd(p, r):.4f}")
assert (
    abs(verdict["a straight line"] - 0.5) < 0.03
    and abs(bound["a straight line"]) < 0.005
)
assert (
    abs(verdict["a network"] - ideal) < 0.04
    and 0 <= jsd(p, r) - bound["a network"] < 0.01
)

_, left, right = plots.panels(
    "Equal in mean and width, and not in shape", "What two discriminators say"
)
left.set(xlim=(-5, 5), xlabel="x", ylabel="density", ylim=(0, 0.35))
right.set(xlim=(-5, 5), xlabel="x", ylabel="D(x)", ylim=(0, 1))
curves(left, {"real": (X, p, "-", plots.REAL), "generated": (X, r, "-", plots.FAKE)})
curves(right, rows)

# %% [markdown]
# The line shrugs, "one half", and has learned all that a line can learn. An untrained network shrugs as well, as
# mistake b in section 10 will show. So $D = \tfrac12$ is a statement about *two* networks; alone it never shows
# that the generator is good.
#
# ## 7. Why logits
#
# On paper $-\log D = -\log\sigma(a)$ is one thing. In 32-bit numbers it is not. What one should compute is
#
# $$
# -\log\sigma(a) = -\log\frac{1}{1+e^{-a}} = \log\bigl(1+e^{-a}\bigr) = \mathrm{softplus}(-a)
#   = \max(-a, 0) + \log\bigl(1 + e^{-|a|}\bigr),
# $$
#
# and in the last form no exponential can overflow. (Check the last step: for $a < 0$,
# $\log(1+e^{-a}) = \log\bigl(e^{-a}(e^{a} + 1)\bigr) = -a + \log(1+e^{a})$.) Likewise
# $-\log(1-\sigma(a)) = \mathrm{softplus}(a)$.
#
# Three codes for $-\log D(G(z))$, and the truth in 64 bits. Which one survives a logit of $-200$? What does the
# popular `+ 1e-7` cost? And from which logit on is $\sigma(a)$ *rounded to 1*: 10, 17, 88?

# %% alt="Left the values, right the gradients of three codes from logit minus 200 to 10: softplus keeps its gradient of minus 1, the plain logarithm breaks off near minus 90, the code with 1e-7 falls to zero below minus 16"
codes = {
    "softplus": (lambda a: tf.nn.softplus(-a), "-", plots.FAKE),
    "log(sigmoid)": (lambda a: -tf.math.log(tf.sigmoid(a)), ":", "black"),
    "log(sigmoid + 1e-7)": (
        lambda a: -tf.math.log(tf.sigmoid(a) + 1e-7),
        "--",
        "black",
    ),
}
a, found = np.linspace(-200, 10, 841), {}
_, left, right = plots.panels(
    "-log D in 32 bits", "Its gradient", xlabel="logit of a generated sample"
)
for name, (code, *look) in codes.items():
    with tf.GradientTape() as tape:
        tape.watch(x := tf.constant(a, tf.float32))
        cost = code(x)
    found[name] = value, gradient = cost.numpy(), tape.gradient(cost, x).numpy()
    print(f"{name:20} at -200: value {value[0]:6.2f}, gradient {gradient[0]:5.2f}")
    curves(left, {name: (a, value, *look)})
    curves(right, {name: (a, gradient, *look)})
rounded = next(x for x in range(100) if tf.sigmoid(float(x)) == 1)
print(
    f"in 32 bits sigmoid({rounded}) is 1, and so log(1 - D) is {tf.math.log(1 - tf.sigmoid(float(rounded))):.0f}"
)
np.testing.assert_allclose(
    found["softplus"], (np.logaddexp(0, -a), -expit(-a)), rtol=1e-4, atol=1e-6
)
assert (
    not np.isfinite([both[0] for both in found["log(sigmoid)"]]).any()
    and 14 <= rounded <= 20
)
assert (
    found["log(sigmoid + 1e-7)"][0].max() < 17
    and abs(found["log(sigmoid + 1e-7)"][1][0]) < 1e-4
)
left.figure

# %% [markdown]
# The plain logarithm breaks off near $-90$: from there on $D$ is rounded to 0, the value infinite and the gradient
# no number (`nan`). One such sample ruins all weights. The `+ 1e-7` stays finite, but it stops at 16, and its
# gradient goes to *zero* just where the non-saturating loss was invented to keep it at $-1$: far to the left lie
# the samples that most need a push. For positive logits the trouble comes earlier: from 17 on, $\sigma$ is exactly
# 1 and $\log(1-D)$ is $-\infty$. `softplus` is right everywhere. So a network should end in a logit, and the loss
# should take the logit.
#
# ## 8. All the pairs of losses
#
# `ganlib.losses.LOSSES` holds six pairs for $D$ and $G$. They stand here for reference, and each is explained where
# it is used. Three read the logit $a$ in another way: as a score that should be beyond a margin (*hinge*, Lim and
# Ye 2017), as a height (*Wasserstein*, Arjovsky et al. 2017; it needs a bound on the slope of $D$, or $L_D$ has no
# lowest value), or as a number that should be 1 or 0 (*least squares*, Mao et al. 2017); the *relativistic* pair
# asks only whether the real sample $r$ beats the generated one, $a$ (Jolicoeur-Martineau 2019). For one generated
# sample, with slopes with respect to its logit $a$:
#
# | pair | $L_D$, its generated part | slope | $L_G$ | slope |
# |---|---|---|---|---|
# | non-saturating | $\mathrm{softplus}(a)$ | $\sigma(a)$ | $\mathrm{softplus}(-a)$ | $-\sigma(-a)$ |
# | saturating | $\mathrm{softplus}(a)$ | $\sigma(a)$ | $-\mathrm{softplus}(a)$ | $-\sigma(a)$ |
# | hinge | $\max(0, 1 + a)$ | 1 if $a > -1$, else 0 | $-a$ | $-1$ |
# | Wasserstein | $a$ | 1 | $-a$ | $-1$ |
# | least squares | $\tfrac12 a^2$ | $a$ | $\tfrac12 (a-1)^2$ | $a - 1$ |
# | relativistic | $\mathrm{softplus}(a - r)$ | $\sigma(a - r)$ | $\mathrm{softplus}(r - a)$ | $-\sigma(r - a)$ |
#
# The same five logits for all, $-6$, $-2$, 0, 2 and 6, with $r = 1.5$, and every slope in the table against the
# tape. The slopes of $G$ are printed. Which pairs never stop pushing $G$?

# %%
r, a, one = np.full(5, 1.5), np.array([-6.0, -2, 0, 2, 6]), np.ones(5)
by_hand = {
    "non_saturating": (expit(a), -expit(-a)),
    "saturating": (expit(a), -expit(a)),
    "hinge": (a > -1, -one),
    "wasserstein": (one, -one),
    "least_squares": (a, a - 1),
    "relativistic": (expit(a - r), -expit(r - a)),
}
for name, pair in losses.LOSSES.items():
    found = [slopes(loss, r, a) for loss in pair]
    print(f"{name:18}" + "".join(f"{x:9.4f}" for x in found[1]))
    np.testing.assert_allclose(found, by_hand[name], rtol=1e-4, atol=1e-6)

# %% [markdown]
# All sixty slopes agree with the table. Read down the first column, the hopeless sample: only *saturating* is
# silent there. Read down the last: hinge and Wasserstein go on pushing a sample that $D$ already takes for real,
# and least squares pushes it *back* to the logit 1.
#
# ## 9. Play: a gradient explorer
#
# Drag $D(G(z))$ and see what both players would do to this one sample: on the left what each pays, on the right how
# hard each one pushes the logit (descent goes against the gradient, so a negative gradient pushes the logit up).
# Blue is the discriminator here, orange the generator. First a still picture for three pairs, at
# $D(G(z)) = 0.02$. In which panel does the generator not move?

# %% alt="Losses and gradients of three pairs at D of 0.02: non-saturating and hinge give the generator a gradient near minus 1, saturating gives it nearly none"
TICKS = np.array([0.001, 0.02, 0.1, 0.5, 0.9, 0.98, 0.999])
LINE = np.sort(np.r_[np.linspace(-7, 7, 29), -0.999])  # -0.999: the hinge's step


def explore(left, right, name, d_fake, d_real):
    """Draw both losses and both gradients -> [D's loss, G's loss, D's gradient, G's gradient] at d_fake."""
    a, r = np.log(d_fake / (1 - d_fake)), np.log(d_real / (1 - d_real))
    along, pair = np.append(LINE, a).astype("float32"), losses.get(name)
    values = [
        [float(loss(np.float32([r]), along[[i]])) for i in range(len(along))]
        for loss in pair
    ]
    pushes = [slopes(loss, np.full(len(along), r), along) for loss in pair]
    for ax, rows, title in (
        (left, values, f"{name}: losses"),
        (right, pushes, "gradient with respect to the logit"),
    ):
        ax.clear()
        ax.spines[["top", "right"]].set_visible(False)
        ax.plot(LINE, 0 * LINE, color=plots.GREY, lw=0.8)
        for row, colour, player in zip(rows, (plots.REAL, plots.FAKE), "DG"):
            ax.plot(LINE, row[:-1], color=colour, label=f"{player}: {row[-1]:.3f}")
            ax.plot(a, row[-1], "o", color=colour, ms=9)
        ax.set_xticks(
            np.log(TICKS / (1 - TICKS)), [f"{tick:g}" for tick in TICKS], fontsize=8
        )
        ax.set(title=title.replace("_", " "), xlabel="D(G(z))")
        ax.legend(frameon=False, fontsize=9)
    return [row[-1] for row in (*values, *pushes)]


figure = Figure(figsize=(11, 7.5), layout="constrained")
for name, axes in zip(("non_saturating", "saturating", "hinge"), figure.subplots(3, 2)):
    found = explore(*axes, name, 0.02, 0.9)
    print(name, "L_D {:.3f}, L_G {:.3f}; gradients: D {:.3f}, G {:.3f}".format(*found))
figure

# %% [markdown]
# In the second row: the orange dot on the right lies at $-0.02$, practically 0. Now drag. Use the mouse, or Tab and
# the arrow keys. Find the $D(G(z))$ at which saturating and non-saturating push alike, and the pair for which it
# matters what $D$ says of a *real* sample.

# %%
pair = ipywidgets.Dropdown(options=list(losses.LOSSES), description="losses")
d_fake = ipywidgets.FloatSlider(
    0.02, min=0.001, max=0.999, step=0.001, description="D(G(z))", readout_format=".3f"
)
d_real = ipywidgets.FloatSlider(
    0.9, min=0.001, max=0.999, step=0.001, description="D(x)", readout_format=".3f"
)
screen, says = ipywidgets.Image(format="png", width=800), ipywidgets.HTML()
canvas = Figure(figsize=(9, 3), dpi=90)
canvas.subplots_adjust(0.05, 0.17, 0.99, 0.9, 0.12)
panels = canvas.subplots(1, 2)


def show(change=None):
    d, g, by_d, by_g = explore(*panels, pair.value, d_fake.value, d_real.value)
    page = io.BytesIO()
    canvas.savefig(page, format="png")
    screen.value = page.getvalue()
    says.value = f"L_D = {d:.3f}, L_G = {g:.3f}; gradient with respect to the logit: D {by_d:.3f}, G {by_g:.3f}"


for control in (pair, d_fake, d_real):
    control.observe(show, "value")
show()
ipywidgets.VBox([pair, d_fake, d_real, says, screen])

# %% [markdown]
# (At one half they push alike; and only the relativistic pair lets $D(x)$ into the *gradient* of a generated
# sample.)
#
# ## 10. Three mistakes that one meets in print
#
# Each is tried here, in its kindest reading, in a small game: a generator and a discriminator of the size above,
# which take turns, one step each. Every ten steps `play` takes a look: $D$'s loss, the share of samples it gets
# right (generated and real ones count equally), what $G$ draws, and how far that is from the real samples, by the
# Wasserstein distance, which on a line is the mean difference of the sorted samples. The two rules at the end
# belong to the first mistake.


# %%
def play(real, pair, steps, seed):
    """A game of alternating steps -> at each look: step, D's loss, D's share right, distance, what G draws."""
    keras.utils.set_random_seed(seed)
    G, D, x = network(), network(), batches(real, seed)
    logits = lambda: (D(x()), D(G(tf.random.normal([128, 1]))))
    steps_of = (
        stepper(D, lambda: pair[0](*logits())),
        stepper(G, lambda: pair[1](*logits())),
    )
    noise, sample, looks = (
        np.random.default_rng(1).standard_normal((2000, 1)),
        real.sample(2000, 1),
        [],
    )
    for i in range(steps + 1):
        if i % 10 == 0:
            drawn = G(noise).numpy()
            r, f = D(sample).numpy(), D(drawn).numpy()
            distance = np.abs(np.sort(drawn[:, 0]) - np.sort(sample[:, 0])).mean()
            right = ((r > 0).mean() + (f < 0).mean()) / 2
            looks.append(
                (i, float(losses.discriminator_bce(r, f)), right, distance, drawn)
            )
        for step in steps_of:
            step()
    return [np.array(column) for column in zip(*looks)]


called = lambda logits, real: tf.cast(
    (logits > 0) == real, tf.float32
)  # 1 where the verdict is `real`, else 0


def diagram_d(r, f):
    return tf.reduce_mean(called(r, False) * tf.nn.softplus(-r)) + tf.reduce_mean(
        called(f, False) * tf.nn.softplus(f)
    )


def diagram_g(r, f):
    return tf.reduce_mean(called(f, True) * tf.nn.softplus(-f))


rules = {
    "as derived": losses.get("non_saturating"),
    "as in the diagram": (diagram_d, diagram_g),
}

# %% [markdown]
# ### a. "A verdict of *real* updates the generator, a verdict of *generated* updates the discriminator"
#
# So says a diagram with two arrows that lead back from the verdict. But in $L_D$ there are real *and* generated
# samples, whatever $D$ said of them; and $L_G$ runs over *all* generated ones. Take the diagram at its word, with
# the right labels and the good losses: $D$ learns from the samples that it called generated, $G$ from those of its
# samples that were called real. Real data around 2, two seeds. Predict: where does each lead?

# %% alt="Distance to the real data over the steps, on a logarithmic scale: with the losses as derived it falls and then swings between a tenth and one; with the diagram's rule it first comes as near, within 30 steps, and then grows to the end"
runs = {
    (name, seed): play(
        ToyDistribution("around 2", [[2.0]], 0.5), rules[name], 400, seed
    )
    for name in rules
    for seed in (0, 1)
}
_, ax = plots.panels(
    "Distance to the data, two rules",
    size=(8, 3),
    xlabel="step",
    yscale="log",
    ylim=(0.05, 2e3),
)
for (name, seed), (step, _, right, distance, _) in runs.items():
    curves(
        ax,
        {
            f"{name}, seed {seed}": (
                step,
                distance,
                "-:"[seed],
                plots.FAKE if name == "as derived" else "black",
            )
        },
    )
    print(
        f"{name:17} {seed} least {distance.min():.2f}, end {distance[-10:].mean():5.2f}, right {right[-10:].mean():.2f}"
    )
    assert (
        distance[-10:].mean() < 0.7
        if name == "as derived"
        else distance.min() < 1 and distance[-1] > 2
    )
ax.figure

# %% [markdown]
# With the losses as derived the generator comes to the data, and from then on swings a little about them. With the
# diagram it comes near just as fast, passes *through* the data, and leaves on the other side. The reason stands in
# the formula: a generated sample that $D$ took for real is $D$'s *most instructive* mistake, and the diagram keeps
# it from $D$; while $G$ is kept from all samples that were found out, those that had the most to learn. Once $D$
# calls everything real (right in half of the cases), no sample is left for it to learn from. Its loss is 0, it
# stands still, and $G$ follows a frozen slope. **Both** players learn at **every** step: $D$ from real and
# generated samples, with their true labels, $G$ from all of its own.
#
# (One thing more: as derived, the run ends at a distance of 0.35 to 0.4, and $D$ is right in half of the cases. But
# 0.40 is the mean distance of the real samples, of width 0.5, from their own centre: a generator that drew one
# single point would be hardly worse. And $D$ has no objection. Which brings us to the second mistake.)
#
# ### b. "The generator is trained until the discriminator cannot tell"
#
# As a description of the optimum that is true, for the *best* discriminator (section 6). As a rule for when to stop
# it fails. Play the game on our mixture with three humps, and mark every look at which $D$ "cannot tell": it is
# right in 45 to 55 of 100 cases, hardly better than a coin. How often will the rule say stop, and at which
# distances?

# %% alt="Left: the distance to the real data falls and jumps up again and again, and black dots mark moments at which the discriminator cannot tell, all along the curve. Right: the loss of D, always near 1.39"
step, d_loss, right, distance, drawn = play(
    real, losses.get("non_saturating"), 1200, SEED
)
stop = abs(right - 0.5) < 0.05
print(
    f"stop at {stop.sum()} of {len(stop)} looks, distances {distance[stop].min():.2f} to {distance[stop].max():.2f}"
)
assert stop.sum() > 60 and distance[stop].max() > 1 and distance[stop].min() < 0.3
_, left, other = plots.panels(
    "Distance to the real data",
    "Loss of the discriminator",
    xlabel="step",
    ylim=(0, 2.5),
)
curves(
    left,
    {
        "all": (step, distance, "-", plots.FAKE),
        '"cannot tell"': (step[stop], distance[stop], ".", "black"),
    },
)
curves(
    other,
    {
        "loss of D": (step, d_loss, "-", plots.REAL),
        "log 4": ([0, 1200], [np.log(4)] * 2, ":", plots.GREY),
    },
)

# %% [markdown]
# It fires at most looks, from the very first: an untrained discriminator cannot tell either. And then it fires at
# good and bad distances alike. That $D$ is right in half of the cases says that *this* $D$, at *this* step, does
# not see a difference. Exercise 5 takes the sentence at its word.
#
# ### c. "The lower the discriminator's loss, the worse the generator"
#
# Look once more at the right panel of the run above: the loss of $D$ hardly leaves $\log 4$, while the distance
# falls and jumps. If the sentence were true, then of two looks the one with the lower loss would be the farther
# one. In how many pairs of looks is it the other way round?
#
# And the kind reading of both mistakes: ask *another* $D$. Of all looks within 0.02 of $\log 4$ we take the
# farthest and the nearest, hold fast what the generator drew there, and train a fresh discriminator on it. What
# will its loss be?

# %% tags=["varies"]
even = np.flatnonzero(abs(d_loss - np.log(4)) < 0.02)
far_near = even[distance[even].argsort()[[-1, 0]]]
fresh = [
    judge(real, ToyDistribution("held fast", drawn[i], 0.05), 300)[2][-50:].mean()
    for i in far_near
]
print(
    f"{len(even)} looks near log 4; wrong order: {(1 + stats.kendalltau(d_loss, distance)[0]) / 2:.0%} of pairs"
)
for i, loss in zip(far_near, fresh):
    print(
        f"step {step[i]:4}: distance {distance[i]:.2f}, loss of D {d_loss[i]:.3f}, of a fresh D {loss:.3f}"
    )
assert len(even) > 80 and np.ptp(distance[even]) > 1 and fresh[0] < 1 and fresh[1] > 1.2

# %% [markdown]
# About half: a coin would order the looks as well. And at the same loss to a hundredth stand a very good and a very
# bad generator. Nor do two judges agree: in section 6 one and the same generator had an $L_D$ of 1.386 when judged
# by the straight line, and of 1.18 when judged by the network. Only for the *best* $D$ is minus the loss a
# divergence (section 4), and the fresh $D$, trained while the generator waits, comes near it: it knows the bad look
# from the good one at once. In a GAN's training $D$ changes at every step and is never the best, so its loss tells
# how the two players stand to each other, and nothing else. For quality, look at samples, and measure a distance to
# held-out data.
#
# ## Recap
#
# - $L_D = -\mathbb{E}\log D(x) - \mathbb{E}\log(1 - D(G(z)))$ is the negative log-likelihood of right labels, 1
#   for real and 0 for generated; the generator takes the other side ($L_G^{\text{sat}}$) or the other label
#   ($L_G^{\text{ns}}$).
# - The best answer at $x$ is $D^* = p/(p+q)$, the best logit $\log(p/q)$, and a trained network comes to it where
#   samples fall.
# - With $D^*$ the game's value is $2\,\mathrm{JSD} - \log 4$: from $-\log 4$ at $p = q$, where $D = \tfrac12$, to
#   0 without overlap; trained discriminators come up to it from below.
# - With respect to the logit the saturating gradient is $-D$, the non-saturating one $-(1-D)$, the ratio
#   $e^{-a}$. As $D(G(z)) \to 0$ the one falls silent and the other goes to $-1$.
# - One half everywhere, from the best discriminator, means $p = q$; from an untrained, weak or outdated one it
#   means nothing.
# - A probability that was rounded to 0 or 1 has lost its logarithm and its gradient; `softplus` of the logit
#   keeps both.
# - Both players learn at every step, whatever the verdict; "it cannot tell" is no stopping rule; the loss of $D$
#   is no measure of quality.
#
# ## Exercises
#
# Write your answer in place of the dots and run the cell. `check` says what is wrong, not what is right;
# `hint("best_answer")` gives a hint, and a larger one each time. [One solution to each](solutions/03_losses.py).
#
# ### 1. The best answer to softened labels
#
# A common trick gives the real samples a label a little below 1, such as 0.9; generated ones keep 0 (Salimans et
# al. 2016). The cross-entropy of a real sample is then $-\ell \log D - (1-\ell) \log(1-D)$. Derive the best
# answer where the densities are `p` and `q`, and write it as a function, for numbers and for arrays. Equally many
# of each kind are shown.


# %%
def best_answer(p, q, label): ...


check("best_answer", best_answer)

# %% [markdown]
# ### 2. Cross-entropy from logits
#
# Write the binary cross-entropy of each example in NumPy, from logits and labels (arrays of the same length, labels
# 1 or 0), so that it is right for every logit from $-1000$ to $1000$. Return one loss for each example, not their
# mean.


# %%
def cross_entropy(logits, labels): ...


check("cross_entropy", cross_entropy)

# %% [markdown]
# ### 3. How hard is the push?
#
# A generated sample has the logit $-3$. What is the derivative of the non-saturating loss with respect to this
# logit? Give three decimals.

# %%
push = ...
check("push", push)

# %% [markdown]
# ### 4. Half an overlap
#
# A die has three faces. The real one falls on them with probabilities $(\tfrac12, \tfrac12, 0)$, the generated
# one with $(0, \tfrac12, \tfrac12)$. What is their Jensen-Shannon divergence, with natural logarithms? Give three
# decimals.

# %%
half_overlap = ...
check("half_overlap", half_overlap)

# %% [markdown]
# ### 5. Break it
#
# No checker here. Take mistake b at its word: train a discriminator, `D, _, _ = judge(real, fake, 1000)`,
# keep it *as it is*, and train a generator alone,
# `stepper(G, lambda: losses.generator_non_saturating(None, D(G(...))))`, until the mean of `D` on its samples is
# one half. Look at a histogram of what it draws, and ask a fresh discriminator for a second opinion.
#
# ## Quiz
#
# Answer aloud first. Then run the cell and open the choices: each one tells you why, the wrong ones too.
#
# 1. For a thousand steps the loss of D has stood at 1.386. What do you know of the samples?
# 2. D is certain that a sample is generated: its logit is -10. Which of the two losses moves the generator?
# 3. Why is minus the loss of a trained D never above 2 JSD - log 4?
# 4. D takes a generated sample for real. Who learns from this sample at the next steps?
# 5. A colleague writes log(D + 1e-7) "to be on the safe side". What is lost?

# %%
quiz("03_losses")

# %% [markdown]
# ## References
#
# - I. Goodfellow et al. *Generative Adversarial Nets.* NIPS 2014. Both losses of the generator, the best
#   discriminator, and the value of the game.
# - M. Arjovsky, L. Bottou. *Towards Principled Methods for Training Generative Adversarial Networks.* ICLR 2017.
#   What the two losses descend, once the discriminator is the best.
# - T. Salimans, I. Goodfellow, W. Zaremba, V. Cheung, A. Radford, X. Chen. *Improved Techniques for Training
#   GANs.* NIPS 2016. Labels a little below 1.
# - M. Arjovsky, S. Chintala, L. Bottou. *Wasserstein Generative Adversarial Networks.* ICML 2017.
# - X. Mao, Q. Li, H. Xie, R. Lau, Z. Wang, S. P. Smolley. *Least Squares Generative Adversarial Networks.* ICCV
#   2017.
# - J. H. Lim, J. C. Ye. *Geometric GAN.* arXiv:1705.02894, 2017. The hinge loss.
# - A. Jolicoeur-Martineau. *The relativistic discriminator: a key element missing from standard GAN.* ICLR 2019.
#
# ## Next
#
# You know what each player pays and how it is pushed. The next notebook lets them move: the loop by hand, why the
# two circle each other, and how to read what you see.
