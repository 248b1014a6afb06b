# %% [markdown]
# # Data and their distributions
#
# You bend plain noise into data with one function, and see why that is so much easier than writing down how
# probable a picture is.
#
# <!-- badges --><!-- /badges -->
#
# **What you need first.** Some Python and NumPy, and what a derivative and an integral are. Nothing about networks.
#
# **Time and memory:** <!-- measured -->10 s and 0.9 GB on 2 CPU cores<!-- /measured -->. Neither an internet connection nor
# a GPU is needed.
#
# ## What you will learn
#
# - to tell a sample, a histogram and a density apart
# - to see a picture as one point, and why the point half way between two faces is no face
# - to treat faces as a distribution: draw their factors, count them, see what goes with what
# - why nobody can estimate a density over pixels by counting
# - to push noise through a function and to know which density comes out
# - to build the perfect generator in one dimension, the inverse CDF
# - to measure how far apart two distributions are by KL, Jensen-Shannon and Wasserstein, and where each is blind
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
# In every picture where both occur, **blue is real** and **orange is generated**. The two functions at the end of the
# next cell only draw: you may skip them.

# %%
# %matplotlib inline
import io
import ipywidgets
import numpy as np
from matplotlib.figure import Figure
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist, jensenshannon, pdist
from scipy.special import ndtr, ndtri

from ganlib.data import load_data
from ganlib.exercises import check, hint, quiz
from ganlib.faces import FACTORS, render, sample_factors
from ganlib.plots import FAKE, GREY, REAL, image_grid, panels
from ganlib.classifiers import FactorClassifier
from ganlib.toy import ToyDistribution, get_toy

SEED = 0


def histogram(
    ax, values, edges, colour, at, density
):  # drawing: bars, and a density as a black line
    ax.plot(at, density, color="black", lw=1.2)
    return ax.hist(values, edges, density=True, color=colour, alpha=0.5)[0]


def png(figure):  # drawing: a figure as the bytes of a picture
    with io.BytesIO() as file:
        figure.savefig(file, format="png", dpi=80)
        return file.getvalue()


# %% [markdown]
# ## 1. Sample, histogram, density
#
# A **distribution** is a machine that hands out values, some more often than others. We never see the machine. We
# see a **sample**: some values that it handed out. A **histogram** sorts the sample into bins and counts. And the
# **density** $p(x)$ is what the histogram comes to when the sample grows and the bins shrink: the *area* under it
# between two places is the share of values that fall there.
#
# `get_toy("mixture")` is a machine of which we know everything: it can be sampled *and* its density can be evaluated.
# Below, the same 50 bins for 30, 1,000 and 100,000 values (each bar is a share of the values, over the width of its
# bin), and the true density as a black line. How many values do you need before you would bet on three hills?

# %% alt="Three histograms of 30, 1,000 and 100,000 values with the true density: ragged, rough, and on the line"
mixture = get_toy("mixture")
edges, line = np.linspace(-5, 5, 51), np.linspace(-5, 5, 501)
figure, *axes = panels(
    "30 values",
    "1,000 values",
    "100,000 values",
    xlabel="x",
    ylabel="density",
    ylim=(0, 0.8),
)
for ax, n in zip(axes, (30, 1000, 100_000)):
    heights = histogram(
        ax, mixture.sample(n, seed=SEED), edges, REAL, line, mixture.density(line)
    )
assert (
    abs(heights - np.diff(mixture.cdf(edges)) / 0.2).max() < 0.02
)  # the last one lies on the line
figure

# %% [markdown]
# Thirty values show next to nothing; a thousand show the hills, with splinters; a hundred thousand lie on the
# line. One dimension, fifty bins, and it took thousands of values: remember that.
#
# One trap. A density is *not* a probability. Take a bell of standard deviation 0.1: can its density be larger
# than 1? And what is the share of values within 0.1 of the middle?

# %%
narrow = ToyDistribution("narrow", [[0.0]], std=0.1)
area = (
    narrow.density(np.linspace(-0.1, 0.1, 2001)).mean() * 0.2
)  # mean height times width
counted = np.mean(abs(narrow.sample(100_000, seed=SEED)) < 0.1)
print(f"density in the middle {narrow.density([0.0])[0]:.3f}")
print(
    f"area under the density from -0.1 to 0.1: {area:.4f}; share that was counted: {counted:.4f}"
)
assert narrow.density([0.0])[0] > 1 and abs(area - counted) < 0.01

# %% [markdown]
# The density is almost 4, and no harm done: only *areas* are shares, and they agree with the count.
#
# ## 2. A picture is a point
#
# A grey picture of 8 x 8 pixels is 64 numbers: 64 coordinates, so **one point in a space of 64 dimensions**. A grey
# one of 64 x 64 is a point in 4,096 dimensions, and in colour, with three numbers a pixel, in 12,288. A set of
# pictures is a cloud of points, and "a distribution of pictures" means no more than a distribution over that space.
#
# scikit-learn brings 1,797 handwritten digits of 8 x 8. Points have distances, so we can ask which digit is
# nearest to a given one. Will the neighbour be the same digit?

# %% alt="Twelve handwritten digits above, and below each its nearest neighbour, nearly always the same digit"
digits = load_data("digits")
points = digits.images.reshape(len(digits), -1).astype(float)
between = cdist(points, points) + np.diag(
    np.full(len(points), np.inf)
)  # nobody is his own neighbour
nearest = between.argmin(1)
same = np.mean(digits.labels[nearest] == digits.labels)
assert points.shape == (1797, 64) and same > 0.95
image_grid(
    {"a digit": digits.images[:12], "its nearest": digits.images[nearest[:12]]},
    columns=12,
    title=f"The nearest is the same digit for {same:.1%}",
    colour=REAL,
)

# %% [markdown]
# Nearly always. So near points are alike, and the digits of one kind lie together. It is tempting to think of
# the faces as one round cloud, then, with an average face in its middle. Test it: take two faces and go half way,
# which is the average of their pixels. What will you see?
#
# As a judge besides your eye we ask a small network that comes with the course, the *factor reader*. It reads
# hair, glasses and beard off a face and tells how sure it is. Do not trust it alone: in its training it was shown such
# blends and told to be unsure of them.

# %% alt="Two rows of eight portraits, and a third row with their averages: double contours, no person"
faces = load_data("faces", n=400, seed=1).images
middle = np.round(faces[:200] / 2 + faces[200:] / 2).astype(np.uint8)
reader = FactorClassifier.load()
sure, unsure = (np.median(reader.confidence(images)) for images in (faces, middle))
print(
    f"how sure the reader is, median: of faces {sure:.2f}, of points half way {unsure:.2f}"
)
assert sure > 0.9 and unsure < 0.5
image_grid(
    {"one": faces[:8], "another": faces[200:208], "half way": middle[:8]},
    columns=8,
    title="Half way between two faces lies no face",
)

# %% [markdown]
# Ghosts. The middle of two faces is *outside* the set of faces. A set that holds two points but not the points between
# them is not *convex*: it is curved, or in pieces, or both.
#
# Which one? Follow a path that stays among the faces, and needs no judge: one person turns the head from left to
# right, in 41 pictures. Were the path straight, the face that looks ahead would lie at the middle of the line from
# the first picture to the last. How far is it from there, compared with those two?

# %% alt="Seven portraits of one person turning the head, and the average of the first and the last: two heads in one"
person = {
    name: np.repeat(column, 41) for name, column in sample_factors(1, seed=3).items()
}
turn = render(person | {"yaw": np.linspace(-1, 1, 41)})
half_way = turn[[0, -1]].mean(0)
away = np.linalg.norm((turn - half_way).reshape(41, -1), axis=1)
print(
    f"from half way it is {away[20]:,.0f} to the face that looks ahead, and {away[0]:,.0f} to the first and the last"
)
assert away.min() >= away[[0, -1]].min() - 1e-6 and away[20] > 1.2 * away[0]
image_grid(
    np.r_[turn[[0, 7, 13, 20, 27, 33, 40]], half_way[None].astype(np.uint8)],
    columns=8,
    title="A head turns",
    column_labels=["first", "", "", "ahead", "", "", "last", "half way"],
)

# %% [markdown]
# It is *farther* than the two ends; no picture on the path is nearer than they are. So the path is **curved**, and
# leads round the middle. And it is **thin**: thirty-five factors decide all that is on a picture, in a space of 12,288
# dimensions. Straight lines leave the faces; a generator has to learn the curve.
#
# ## 3. Faces as a distribution
#
# Our faces are *drawn*, and every cause is known: thirty-five **factors** are drawn at random, then painted. So the
# distribution of the faces is that of their factors, and those can be counted.
#
# Factors also go together: a distribution is more than its single shares. `correlated=False` draws every factor on
# its own, with the same shares. Below, both ways, the shares of the colours of hair for each colour of skin: a row is
# a skin and adds up to 100 %. In which panel will all rows be alike?

# %% alt="Two heat maps of hair colour for each skin tone: differing rows with correlations, equal rows without"
tables = {
    "jointly": sample_factors(20_000, seed=SEED),
    "independently": sample_factors(20_000, seed=SEED, correlated=False),
}
skins, hairs, differ = list(FACTORS["skin_tone"]), list(FACTORS["hair_colour"]), []
figure, *axes = panels(
    *(f"Factors drawn {how}" for how in tables),
    size=(8, 3.2),
    xlabel="hair",
    ylabel="skin",
)
for ax, table in zip(axes, tables.values()):
    share = np.array(
        [
            [
                np.mean(table["hair_colour"][table["skin_tone"] == skin] == hair)
                for hair in hairs
            ]
            for skin in skins
        ]
    )
    differ.append(np.ptp(share, axis=0).max())  # the largest difference within a column
    ax.imshow(share, cmap="Blues", vmin=0, vmax=0.7)
    for (i, j), value in np.ndenumerate(share):
        ax.text(
            j,
            i,
            f"{value:.0%}",
            ha="center",
            va="center",
            color="white" if value > 0.4 else "black",
        )
    ax.set_xticks(range(5), hairs), ax.set_yticks(range(5), skins)
for name, true in FACTORS.items():
    if isinstance(true, dict):  # a factor with categories
        counted = [
            [np.mean(table[name] == value) for value in true]
            for table in tables.values()
        ]
        error = abs(np.array(counted) - list(true.values())).max(axis=1)
        print(
            "{:15} no share is off by more than {:.1%} (jointly), {:.1%} (independently)".format(
                name, *error
            )
        )
        assert error.max() < 0.02
assert differ[0] > 0.4 and differ[1] < 0.1
figure

# %% [markdown]
# Counted one factor at a time, both populations are right, to within a per cent or so. But on the
# left the rows differ, on the right they are alike. Somebody who checks one column at a time would
# never notice that the right-hand population does not exist. A good generator must learn the left one.
#
# ## 4. Why nobody writes down the density of pictures
#
# In one dimension we counted. Why not count pictures? Make the digits as simple as possible: black or white, 64
# pixels. Each pixel doubles the number of different pictures, so the histogram has $2^{64}$ bins. We count in
# two steps: how many bins are ever filled by our 1,797 digits if we look at the first few of the pixels only? And
# of the digits that we keep aside, how many fall into a bin that another one has filled?

# %% alt="The number of bins doubles with each pixel up to ten to the nineteen; the filled ones stay below 1,797"
binary = (points > 127)[
    :, np.argsort(-(points > 127).std(0), kind="stable")
]  # the pixels that vary most first
filled = [len(np.unique(binary[:, :k], axis=0)) for k in range(1, 65)]
train, test = (
    load_data("digits", split=part).images.reshape(-1, 64) > 127
    for part in ("train", "test")
)
known = np.isin(
    [digit.tobytes() for digit in test], [digit.tobytes() for digit in train]
).mean()
print(
    f"{2**64:,} bins, {filled[-1]:,} filled; {2**64 / 1e9 / 31_557_600:.0f} years to look at all, a billion a second"
)
print(f"of {len(test)} new digits the histogram calls {1 - known:.1%} impossible")
figure, ax = panels(
    "Almost every bin stays empty",
    size=(6.5, 3),
    xlabel="pixels",
    ylabel="bins, log scale",
)
ax.semilogy(range(1, 65), 2.0 ** np.arange(1, 65), color=GREY, label="all bins")
ax.semilogy(range(1, 65), filled, color=REAL, lw=2, label="bins that 1,797 digits fill")
ax.legend(frameon=False)
assert filled[-1] <= 1797 and known < 0.15
figure

# %% [markdown]
# 18,446,744,073,709,551,616 bins, and fewer than two thousand of them filled. The histogram says "probability zero"
# of nearly every digit that it has not seen, though people wrote them. And these are tiny pictures. More data help too
# slowly: to keep up, they would have to double with each pixel.
#
# Could one count *near* pictures together? In section 2 that worked: a digit's nearest neighbour is of its kind. But
# there are never enough digits to fill a neighbourhood, and a density must also be right where no digits are. There,
# for random pictures, "near" loses its meaning. Take points at random: by how much do the distances between them
# vary around their average, in 2, 64 and 4,096 dimensions?
#
# And see how empty that space is. Give each pixel of a digit a value from the same pixel of *another* digit, drawn at
# random: every single pixel is then distributed exactly as it should be. Will digits come out?

# %% alt="Top row: ten digits. Bottom row: pixels drawn independently with the right shares, blobs without strokes"
gaps = [
    pdist(np.random.default_rng(SEED).random((300, d))) for d in (2, 64, 4096)
]  # between all pairs of 300 points
print(
    "random distances vary by",
    *(f"{gap.std() / gap.mean():.1%}" for gap in gaps),
    "of their average",
)
mixed = np.random.default_rng(SEED).permuted(
    digits.images.reshape(-1, 64), axis=0
)  # each pixel (column) by itself
to_digit = np.median(cdist(mixed, points).min(1)) / np.median(between.min(1))
print(
    f"a shuffled picture is {to_digit:.1f} times as far from the nearest digit as a digit is from another"
)
assert (
    gaps[0].std() > 0.3 * gaps[0].mean()
    and gaps[2].std() < 0.02 * gaps[2].mean()
    and to_digit > 1.5
)
image_grid(
    {"digits": digits.images[:10], "shuffled": mixed[:10].reshape(10, 8, 8, 1)},
    columns=10,
    title="Pixels drawn one by one make no digit",
)

# %% [markdown]
# Of 4,096 pixels, random pictures are all equally far from each other, to about one per cent. And right shares for
# every pixel give blobs without strokes: what makes a digit is how the pixels hang together.
#
# So we give up the question "how probable is this picture?" and ask another one: **can we build a machine that
# hands out pictures like these?** It takes plain noise and bends it.
#
# ## 5. Noise pushed through a function
#
# Draw noise $z$ from a density $p_Z$ and compute $x = g(z)$. For a function that rises everywhere, the density of
# $x$ follows in four lines:
#
# $$
# \begin{aligned}
# P(X \le x) &= P(g(Z) \le x) && \text{that is what } X \text{ is}\\
#            &= P(Z \le g^{-1}(x)) && g \text{ rises, so it keeps the order}\\
# p_X(x) &= p_Z(g^{-1}(x)) \cdot \frac{d}{dx}\, g^{-1}(x) && \text{differentiate both sides by } x\\
#        &= \frac{p_Z(z)}{g'(z)} \quad \text{at } z = g^{-1}(x) && \text{the slope of an inverse is one over the slope}
# \end{aligned}
# $$
#
# (Where $g$ falls, the order turns round, and the size of the slope, $|g'(z)|$, takes its place.) In words: **where
# $g$ is flat, points crowd; where it is steep, they thin out.** Here the noise is a bell, one hill, and
# $g(z) = z + 0.45 \sin 2z$ is flattest at $\pm\pi/2$. What will come out?


# %% alt="A bell of noise, a wavy rising function, and the pushed noise: two peaks, the formula on the histogram"
def bell(z):
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


def g(z):
    return z + 0.45 * np.sin(2 * z)


z, bins = np.linspace(-4, 4, 4001), np.linspace(-4, 4, 161)
pushed = bell(z) / (1 + 0.9 * np.cos(2 * z))  # the density at x = g(z), by the formula
noise = np.random.default_rng(SEED).standard_normal(100_000)
figure, left, middle, right = panels(
    "Noise z", "The function x = g(z)", "x: formula (line) and count", xlim=(-4, 4)
)
middle.plot(z, g(z), color=FAKE)
histogram(left, noise, bins, FAKE, z, bell(z))
counted = (
    histogram(right, g(noise), bins, FAKE, g(z), pushed) * 0.05
)  # height times width
areas = np.r_[
    0, np.cumsum((pushed[1:] + pushed[:-1]) / 2 * np.diff(g(z)))
]  # under the formula, by trapezoids
wrong = abs(counted - np.diff(np.interp(bins, g(z), areas))).max()
print(f"largest difference between a bin and the formula: {wrong:.4f} of all points")
assert wrong < 0.008 and abs(areas[-1] - 1) < 1e-3
figure

# %% [markdown]
# One hill went in, two came out, and the formula lies on the histogram. Nobody drew two hills: the flat places of $g$
# made them.
#
# In more dimensions the slope becomes the factor by which $g$ blows up a small area or volume, the size of the
# determinant of all its derivatives. But a generator of pictures goes from, say, 128 numbers to 12,288. Its pictures
# fill only a thin curved sheet of that space; the sheet has no volume, so there is no determinant and no density to
# write down. Sampling still works. That is the bargain of a GAN: **it can draw, and never says how probable what it
# draws is.**
#
# ## 6. The perfect generator in one dimension
#
# The **CDF** $F(x) = P(X \le x)$ says what share of the values lies below $x$. Turn it round: $F^{-1}(u)$ is
# the place below which a share $u$ lies. Now feed it uniform noise:
#
# $$P(F^{-1}(U) \le x) = P(U \le F(x)) = F(x),$$
#
# the first step since $F$ rises, the second since a uniform number lies below $c$ with probability $c$. So **the
# inverse CDF turns uniform noise into exactly the distribution you want.** Build it first from a sample alone: put
# the values in order, and let $u$ choose the place in the row. That is `learn` below; `learn_smoothly` also draws a
# line from each value to the next. What can the first one never do?


# %% alt="Left: a staircase CDF, even marks on the upright axis crowd below the hills. Right: generated against true"
def learn(sample):
    ordered = np.sort(sample)
    return lambda u: ordered[(u * len(ordered)).astype(int)]


def learn_smoothly(sample):
    return lambda u: np.interp(
        u, (np.arange(len(sample)) + 0.5) / len(sample), np.sort(sample)
    )


sample, u = (
    mixture.sample(200, seed=SEED)[:, 0],
    np.random.default_rng(SEED + 1).random(20_000),
)
for make in (learn, learn_smoothly):
    print(
        f"{make.__name__}: {len(set(make(sample)(u))):,} different values among {len(u):,}"
    )
assert set(learn(sample)(u)) <= set(sample)
figure, left, right = panels(
    "Equal steps of u land close where the CDF is steep",
    "Generated after 200 values; true density (line)",
    xlabel="x",
    xlim=(-5, 5),
)
left.step(
    np.sort(sample), np.arange(1, 201) / 200, color=REAL, label="CDF of 200 values"
)
for share in np.arange(0.025, 1, 0.05):
    place = learn(sample)(np.array(share))
    left.plot([-5, place, place], [share, share, 0], color=FAKE, lw=0.7)
left.set(ylabel="u", ylim=(0, 1))
left.legend(loc="lower right")
histogram(right, learn_smoothly(sample)(u), edges, FAKE, line, mixture.density(line))
figure

# %% [markdown]
# The first generator hands out its 200 training values and nothing else: a perfect memory, and not one new value.
# The second fills the gaps between neighbours and invents new ones. It has the accidents of its sample in it still.
# Here is a question for the whole course: is it learning, or remembering?
#
# With the true CDF no accident is left. A toy's `cdf` is $F$ and its `ppf` is $F^{-1}$. Two tests. The largest
# difference between the CDF of what was generated and the true one: chance alone allows about $1/\sqrt n = 0.007$. And
# our formula from section 5: uniform noise has density 1, so one over the slope of $F^{-1}$ must be the density itself.


# %%
def off(
    drawn,
):  # the largest difference between the CDF of what was drawn and the true one
    return abs(
        (np.arange(len(drawn)) + 0.5) / len(drawn) - mixture.cdf(np.sort(drawn))
    ).max()


print(
    f"off by {off(mixture.ppf(u)):.4f}; what 200 values taught, by {off(learn_smoothly(sample)(u)):.4f}"
)
assert off(mixture.ppf(u)) < 2 / np.sqrt(len(u)) < off(learn_smoothly(sample)(u))
shares = np.linspace(0.01, 0.99, 99)
slope = (mixture.ppf(shares + 1e-5) - mixture.ppf(shares - 1e-5)) / 2e-5
np.testing.assert_allclose(1 / slope, mixture.density(mixture.ppf(shares)), rtol=1e-3)

# %% [markdown]
# Perfect, as promised; and the last line compared slope and density at 99 places, to a thousandth. This is also how the
# factors of our faces are drawn: `sample_factors` makes bells that go together as they should and sends each through
# the inverse CDF of its own factor.
#
# Why does the course not end here? "The share below" needs an *order*, and points in a plane, let alone pictures, do
# not come in one. (One can go pixel after pixel, as *autoregressive* models do, but then every pixel needs a CDF of its
# own for each of the pictures that may have come before it.) In one dimension just one *rising* function turns the
# noise into the data. In two there are many functions that do, and which one we get is a matter of choice, or of
# training.
#
# ## 7. Watch noise bend into data
#
# Give each noise value $z$ its goal $G(z)$ and let it walk straight: $x_t = (1-t)\,z + t\,G(z)$.
#
# - **In one dimension** $G(z) = F^{-1}(\Phi(z))$. Here $\Phi$ is the CDF of the bell, which makes uniform noise of it;
#   SciPy calls it `ndtr`, and its inverse `ndtri`. Points and density both move; the density is $p_Z(z)$ over the
#   slope of $x_t$, as in section 5.
# - **In two** we take 300 points of noise and 300 of data, and pair them so that the sum of the squared distances
#   is as small as it can be. SciPy's `linear_sum_assignment` finds that pairing.
#
# First the pairs in two dimensions. Compared with pairs made at random, what share of the way do they save?


# %%
def goals(
    cloud, data
):  # for each point of the cloud its own point of the data, at the least cost in all
    return data[linear_sum_assignment(cdist(cloud, data) ** 2)[1]]


cloud = 0.8 * np.random.default_rng(SEED).standard_normal((300, 2))
pairs = {
    name: (cloud, goals(cloud, get_toy(name).sample(300, seed=SEED)))
    for name in ("moons", "ring", "spiral")
}
saved = {
    name: 1 - np.linalg.norm(a - b, axis=1).mean() / cdist(a, b).mean()
    for name, (a, b) in pairs.items()
}
print(
    "saved of the way:",
    ", ".join(f"{name} {share:.0%}" for name, share in saved.items()),
)
assert min(saved.values()) > 0.5

# %% [markdown]
# About six tenths. Now the walk itself, at five moments, in one dimension (above) and in two. Watch where the orange
# density first grows a second hill, and at which stage you would say "moons".

# %% alt="Five stages of noise bending into data: a bell becomes three hills, and a round cloud becomes two moons"
even = (np.arange(60)[:, None] + 0.5) / 60
pairs = {
    "mixture": (ndtri(even), mixture.ppf(even)),
    **pairs,
}  # name -> (where points start, where they go)
start = np.linspace(-3.5, 3.5, 801)
goal = mixture.ppf(ndtr(start))
goal_slope = bell(start) / mixture.density(
    goal
)  # how steep G is: one density over the other


def draw(ax, name, t):
    a, b = pairs[name]
    moved = (1 - t) * a + t * b
    if a.shape[1] == 2:
        ax.plot(*b.T, ".", color=REAL, ms=3, alpha=0.35)
        ax.plot(*moved.T, ".", color=FAKE, ms=4)
        ax.set(xlim=(-2.4, 2.4), ylim=(-2.4, 2.4), xticks=[], yticks=[], aspect="equal")
    else:
        density = bell(start) / ((1 - t) + t * goal_slope)  # over the slope of x_t
        ax.plot(line, mixture.density(line), color=REAL, lw=1)
        ax.fill_between(
            (1 - t) * start + t * goal, density, color=FAKE, alpha=0.4, lw=0
        )
        ax.plot(moved, 0 * moved - 0.035, "|", color=FAKE, ms=9)
        ax.set(
            xlim=(-5, 5),
            ylim=(-0.07, 0.45),
            xticks=(-4, 0, 4),
            yticks=[],
            aspect="auto",
        )


figure = Figure(figsize=(11, 4), layout="constrained")
for row, name in zip(figure.subplots(2, 5), ("mixture", "moons")):
    for ax, stage in zip(row, (0, 0.25, 0.5, 0.75, 1)):
        draw(ax, name, stage)
        ax.set_title(f"t = {stage:g}", fontsize=10)
figure

# %% [markdown]
# At $t = 0$ there is one hill, at $t = 0.25$ there are already three, and then they only move apart. In the plane
# the round cloud is drawn out into two bands, and most points find a goal not far away.
#
# Now you. Choose the data, then move `t` (mouse, or Tab and the arrow keys). The line below tells how far the
# points have gone. Find the `t` at which you first recognise the spiral.

# %%
data = ipywidgets.Dropdown(options=list(pairs), description="data")
t = ipywidgets.FloatSlider(0.5, min=0, max=1, step=0.02, description="t")
told, screen = ipywidgets.HTML(), ipywidgets.Image(format="png")
canvas, canvas_ax = panels("", size=(4, 4))


def show_bending(change=None):
    canvas_ax.clear()
    draw(canvas_ax, data.value, t.value)
    way = np.linalg.norm(np.subtract(*pairs[data.value]), axis=1).mean()
    told.value = f"gone <b>{t.value * way:.2f}</b> of {way:.2f} on average"
    screen.value = png(canvas)


for control in (data, t):
    control.observe(show_bending, "value")
show_bending()
ipywidgets.VBox([data, t, told, screen])

# %% [markdown]
# A GAN's generator is such a bending, with one difference: nobody gives it pairs. It has to learn from how its
# *distribution* as a whole differs from the data. How does one measure that?
#
# ## 8. Distances between distributions
#
# Three measures, with $p$ the real and $q$ the generated density, and $m = (p+q)/2$:
#
# | | in words | formula |
# |---|---|---|
# | **KL** (Kullback and Leibler 1951) | you see a value from $p$: how much does it speak for $p$ against $q$, on average? | $\mathrm{KL}(p\Vert q) = \int p \ln\frac pq\,dx$ |
# | **Jensen-Shannon** (Lin 1991) | compare both with their mixture | $\mathrm{JS} = \tfrac12 \mathrm{KL}(p\Vert m) + \tfrac12 \mathrm{KL}(q\Vert m)$ |
# | **Wasserstein-1** | heaps of earth: the least average way that $q$ must be carried to become $p$ | in 1-D $\int \lvert F_p - F_q\rvert\,dx$ |
#
# The last formula: the earth that must cross a place $x$ is what lies left of it too much or too little,
# $|F_p(x) - F_q(x)|$, and moving it on by $dx$ costs $|F_p(x) - F_q(x)|\,dx$. We sum over a fine grid, and use
# logarithms of densities, so that tiny ones do not become 0.
#
# Can we trust our sums? For bells of means $\mu$ and deviations $\sigma$ there are closed forms:
#
# $$\mathrm{KL}(p\Vert q) = \ln\frac{\sigma_q}{\sigma_p} + \frac{\sigma_p^2 + (\mu_p - \mu_q)^2}{2\sigma_q^2} - \frac12,
# \qquad W_1 = |\mu_p - \mu_q| \text{ for equal deviations.}$$
#
# Jensen-Shannon has none for bells; there we take averages over 200,000 random values. Guess first: let $p$ be a bell
# of mean 0 and deviation 1, and $q$ one of mean 1.5 and deviation 0.5. Which is larger, $\mathrm{KL}(p\Vert q)$ or
# $\mathrm{KL}(q\Vert p)$?

# %%
dx = 0.002
x = -15 + dx * (np.arange(65_000) + 0.5)  # the middles of small cells, from -15 to 115


def kl(log_p, log_q):
    some = log_p > -np.inf  # where p is 0, it adds nothing
    return np.sum(np.exp(log_p[some]) * (log_p[some] - log_q[some])) * dx


def js(log_p, log_q):
    log_m = np.logaddexp(log_p, log_q) - np.log(2)
    return (kl(log_p, log_m) + kl(log_q, log_m)) / 2


def w1(log_p, log_q):
    return np.sum(abs(np.cumsum(np.exp(log_p) - np.exp(log_q)) * dx)) * dx


p, q = ToyDistribution("p", [[0.0]], 1.0), ToyDistribution("q", [[1.5]], 0.5)
lp, lq = p.log_density(x), q.log_density(x)
closed = [
    np.log(0.5) + (1 + 1.5**2) / (2 * 0.5**2) - 0.5,
    np.log(2) + (0.5**2 + 1.5**2) / 2 - 0.5,
]
by_chance = []
for own, other in (
    (p, q),
    (q, p),
):  # the average of log(own/m) = log 2 - log(1 + other/own), over values of own
    values = own.sample(200_000, seed=SEED)
    by_chance.append(
        np.mean(
            np.log(2)
            - np.logaddexp(0, other.log_density(values) - own.log_density(values))
        )
    )
print(
    f"KL(p||q) {kl(lp, lq):.4f}, closed form {closed[0]:.4f};   KL(q||p) {kl(lq, lp):.4f}, {closed[1]:.4f}"
)
print(f"JS       {js(lp, lq):.4f}, random values {np.mean(by_chance):.4f}")
np.testing.assert_allclose([kl(lp, lq), kl(lq, lp)], closed, rtol=1e-5)
assert abs(js(lp, lq) - np.mean(by_chance)) < 0.005

# %% [markdown]
# The sums can be trusted. And KL is no distance in the everyday sense: it depends on which of the two you stand on.
# Values of the wide $p$ that lie far outside the narrow $q$ speak very loudly for $p$.
#
# Wasserstein is defined by carrying, so we can check it by carrying. 400 values of each, paired at the least cost,
# by `linear_sum_assignment`; then just *sorted* and paired in order, the smallest with the smallest. Which
# one is cheaper? The real $p$ has mean 0, the generated bell mean 2, and both deviation 1.

# %%
shifted = ToyDistribution("shifted", [[2.0]], 1.0)
a, b = p.sample(400, seed=SEED), shifted.sample(400, seed=SEED + 1)
ways, exact = cdist(a, b), w1(lp, shifted.log_density(x))
carried, in_order = (
    ways[linear_sum_assignment(ways)].mean(),
    abs(np.sort(a, axis=0) - np.sort(b, axis=0)).mean(),
)
print(
    f"least cost {carried:.4f}, in order {in_order:.4f}; from the densities {exact:.4f}"
)
assert (
    abs(carried - in_order) < 1e-5 and abs(carried - 2) < 0.4 and abs(exact - 2) < 1e-3
)

# %% [markdown]
# In one dimension sorting *is* the best pairing, and 400 values come near to the exact 2.
#
# ### Blind spot 1: no overlap
#
# Two boxes of width 1 start on top of each other, then one moves to the right. The generator is that box: which
# measure tells it how far it still is? On paper, for boxes without overlap: wherever $p > 0$ the mixture is
# $m = p/2$, and wherever $q > 0$ it is $m = q/2$, so
#
# $$
# \begin{aligned}
# \mathrm{JS} &= \tfrac12 \int p \ln\frac{p}{p/2}\,dx + \tfrac12 \int q \ln\frac{q}{q/2}\,dx\\
#             &= \tfrac12 \ln 2 \int p\,dx + \tfrac12 \ln 2 \int q\,dx\\
#             &= \ln 2 \approx 0.693 ,
# \end{aligned}
# $$
#
# at *any* distance. While they overlap, only the share $s$ that sticks out counts, $\mathrm{JS} = s \ln 2$: where both
# boxes lie, $p = q = m$, and the logarithm is 0. And KL? Draw your own curves first.

# %% alt="Over the shift of a box: Wasserstein rises for ever, JS rises to log 2 and stays, KL is infinite at once"
shifts = np.arange(0, 3.01, 0.1)
home = ToyDistribution("box", [[0.0]], 0.5, kernel="box").log_density(x)
moved = [
    ToyDistribution("box", [[s]], 0.5, kernel="box").log_density(x) for s in shifts
]
curve = np.array(
    [(kl(home, lq), kl(lq, home), js(home, lq), w1(home, lq)) for lq in moved]
)
np.testing.assert_allclose(curve[:, 2], np.minimum(shifts, 1) * np.log(2), atol=0.005)
np.testing.assert_allclose(curve[:, 3], shifts, atol=0.005)
assert np.isinf(curve[1:, :2]).all()
figure, ax = panels(
    "A box moves away: who notices?",
    size=(6.5, 3),
    xlabel="shift, in widths",
    ylabel="distance",
)
ax.plot(
    shifts[1:],
    0 * shifts[1:] + 3.2,
    color=GREY,
    ls=":",
    lw=2,
    label="KL, both ways: infinite",
)
ax.plot(shifts, curve[:, 3], color="black", lw=2, label="Wasserstein-1")
ax.plot(shifts, curve[:, 2], color="black", ls="--", lw=2, label="Jensen-Shannon")
(
    ax.axvline(1, color=GREY, lw=0.7),
    ax.text(1.03, 0.05, "from here on no overlap", color=GREY),
)
ax.legend(frameon=False, loc=(0.64, 0.26))
figure

# %% [markdown]
# **Only Wasserstein** still changes once the boxes are apart. JS stands at $\ln 2$ like a shut door: no slope, so
# no hint where to go. KL is infinite from the first small step, in both directions, since some of each box lies
# where the other is 0. This is what the Wasserstein GAN was made for (Arjovsky et al. 2017), and it happens easily:
# thin sheets in a large space hardly ever overlap.
#
# ### Blind spots 2, 3 and 4
#
# Three more cases, real $p$ against generated $q$:
#
# - **a missing mode**: $p$ has two hills, at -3 and 3; $q$ has only the left one
# - **a rare outlier**: $q$ is $p$, but one value in a hundred lands near 100
# - **two combs**: $p$ and $q$ have teeth of width 0.02 that stand in each other's gaps
#
# Four numbers for each. Predict which are large; do the first row with care.

# %%
two = ToyDistribution("two", [[-3.0], [3.0]], 0.5)
tooth = np.floor(x / 0.02).astype(int) % 2  # 0, 1, 0, 1, ... every 0.02
with np.errstate(divide="ignore"):
    combs = [np.log(((x > 0) & (x < 2) & (tooth == i)).astype(float)) for i in (0, 1)]
cases = {
    "missing mode": (
        two.log_density(x),
        ToyDistribution("one", [[-3.0]], 0.5).log_density(x),
    ),
    "rare outlier": (
        lp,
        ToyDistribution("rare", [[0.0], [100.0]], 1.0, [0.99, 0.01]).log_density(x),
    ),
    "two combs": combs,
}
table = {
    name: (kl(p, q), kl(q, p), js(p, q), w1(p, q)) for name, (p, q) in cases.items()
}
print(f"{'':14}KL(p||q)  KL(q||p)        JS        W1")
for name, row in table.items():
    print(f"{name:12}", *(f"{value:9.3f}" for value in row))

missing, rare, comb = table.values()
assert missing[0] > 30 and abs(missing[1] - np.log(2)) < 1e-3 and missing[2] < 0.25
assert rare[0] < 0.02 and rare[2] < 0.01 and abs(rare[3] - 1) < 0.01 and rare[1] > 40
assert abs(comb[2] - np.log(2)) < 1e-3 and comb[3] < 0.03 and np.isinf(comb[0])

# %% [markdown]
# - **Missing mode.** $\mathrm{KL}(p\Vert q)$ is enormous: half of the real values lie where $q$ says "never".
#   $\mathrm{KL}(q\Vert p)$ is a mild $\ln 2$: whatever $q$ makes is good, and it is not asked what it does *not*
#   make. The first KL punishes what is missing, the second punishes what should not be there.
# - **Rare outlier.** The same rule the other way round: $\mathrm{KL}(p\Vert q)$ and JS see next to nothing, and
#   $\mathrm{KL}(q\Vert p)$ is large. Wasserstein says 1, exactly what it would say if *every* value were off by 1.
#   One stray in a hundred and a shift of everything look the same to it.
# - **Combs.** Nothing overlaps, so KL and JS are at their worst, yet any eye would call the two alike. Wasserstein,
#   0.02, agrees with the eye. If the fine teeth matter to you, it is Wasserstein that is blind.
#
# The two KLs lead a learner to different places. Let $q$ be a single bell that may choose its mean and its
# deviation, and the data the two hills. Which bell has the smallest $\mathrm{KL}(p\Vert q)$, which the smallest
# $\mathrm{KL}(q\Vert p)$?

# %% alt="Two real hills. The best bell for KL(p||q) is wide and covers both, for KL(q||p) it sits on one hill"
near = slice(0, 15_000, 10)  # from -15 to 15, every tenth cell, for speed
target, best = two.log_density(x[near]), {}
for mean in np.arange(-4, 4.1, 0.25):
    for std in np.arange(0.4, 4.1, 0.1):
        bell_q = ToyDistribution("bell", [[mean]], std).log_density(x[near])
        for name, value in (
            ("KL(p||q)", kl(target, bell_q)),
            ("KL(q||p)", kl(bell_q, target)),
        ):
            best[name] = min(
                best.get(name, (np.inf,)), (10 * value, mean, std)
            )  # cells 10 times as wide
figure, ax = panels(
    "One bell for two hills",
    size=(6.5, 2.8),
    xlabel="x",
    ylabel="density",
    xlim=(-8, 8),
)
ax.fill_between(x[near], np.exp(target), color=REAL, alpha=0.4, lw=0, label="p, real")
for (name, (value, mean, std)), style in zip(best.items(), ("-", "--")):
    print(f"least {name} {value:.2f} at mean {mean:.2f}, deviation {std:.1f}")
    ax.plot(
        x[near],
        ToyDistribution("bell", [[mean]], std).density(x[near]),
        style,
        color=FAKE,
        label=f"least {name}",
    )
ax.legend(frameon=False)
assert (
    abs(best["KL(p||q)"][1]) < 0.1
    and abs(best["KL(p||q)"][2] - np.sqrt(9 + 0.25)) < 0.1
)
assert abs(abs(best["KL(q||p)"][1]) - 3) < 0.3 and best["KL(q||p)"][2] < 0.7
figure

# %% [markdown]
# One has the mean and the deviation of the data themselves, 0 and 3.04, and so covers both hills and the empty
# middle; the other sits on one hill and forgets the other. "Blurred, but everybody is there" against "sharp, but
# some are missing": you will meet both kinds of generator.
#
# ### What samples tell
#
# So far we knew the densities. Of pictures we have samples. Draw two samples of 1,000 from *the same* bell, count
# both in a histogram, and compute JS from the shares. It should be 0. What happens as the bins get finer?

# %%
a, b = p.sample(1000, seed=SEED)[:, 0], p.sample(1000, seed=SEED + 1)[:, 0]
for bins in (10, 100, 1000, 100_000):
    counts = [np.histogram(values, bins, (-5, 5))[0] for values in (a, b)]
    estimate = (
        jensenshannon(*counts) ** 2
    )  # SciPy makes shares of the counts, and returns the root of JS
    print(f"{bins:7,} bins: JS {estimate:.3f}")
print(f"           W1 {abs(np.sort(a) - np.sort(b)).mean():.3f}, and no bins")
assert estimate > 0.6 and abs(np.sort(a) - np.sort(b)).mean() < 0.2

# %% [markdown]
# With fine bins the two samples hardly ever meet in one, and JS climbs to $\ln 2$: "nothing in common", of one and
# the same bell. In $2^{64}$ bins there is no hope at all. (W1 fares well here, in one dimension, where sorting finds
# the pairs.) To use JS on pictures somebody must *estimate* the ratio of the two densities without counting. That
# somebody is the discriminator, and the next notebook trains one.
#
# ## 9. Play: four measures, live
#
# First a still: a bell moves away from the two hills. Read the four numbers above each panel.

# %% alt="Three panels: a bell on one of two hills, between them, and far away, with KL, JS and Wasserstein above"
reals = {
    "two hills": two,
    "bell": ToyDistribution("bell", [[0.0]], 1.0),
    "box": ToyDistribution("box", [[0.0]], 1.0, kernel="box"),
}
wide = slice(0, 15_000)  # from -15 to 15


def measure(real, kernel, shift, width):
    p, q = (
        reals[real].log_density(x[wide]),
        ToyDistribution("q", [[shift]], width, kernel=kernel).log_density(x[wide]),
    )
    return p, q, (kl(p, q), kl(q, p), js(p, q), w1(p, q))


def two_densities(ax, p, q):
    ax.fill_between(x[wide][::10], np.exp(p)[::10], color=REAL, alpha=0.5, lw=0)
    ax.fill_between(x[wide][::10], np.exp(q)[::10], color=FAKE, alpha=0.5, lw=0)
    ax.set(xlim=(-8, 8), ylim=(0, 1.05), yticks=[])


figure, *axes = panels("", "", "", size=(11, 2.6))
for ax, place in zip(axes, (-3, 0, 6)):
    p_log, q_log, values = measure("two hills", "gaussian", place, 0.5)
    two_densities(ax, p_log, q_log)
    ax.set_title(
        "KL(p||q) {:.1f}   KL(q||p) {:.1f}\nJS {:.2f}   W1 {:.2f}".format(*values),
        fontsize=10,
    )
figure

# %% [markdown]
# JS hardly tells the second panel from the third. W1 does, and so do the two KLs: bells have tails, so they always
# overlap a little, and both KLs are finite.
#
# Your turn: choose the real $p$ (blue) and the shape of $q$ (orange), and move $q$. Three tasks. Make
# $\mathrm{KL}(p\Vert q)$ finite and $\mathrm{KL}(q\Vert p)$ infinite. Make JS as small as you can for the two
# hills. Find a place where W1 falls while JS does not move.

# %%
real = ipywidgets.Dropdown(options=list(reals), description="real p")
kernel = ipywidgets.Dropdown(
    options=[("bell", "gaussian"), ("box", "box")], description="shape of q"
)
shift = ipywidgets.FloatSlider(3, min=-6, max=6, step=0.1, description="shift")
spread = ipywidgets.FloatSlider(0.5, min=0.4, max=2, step=0.1, description="width")
numbers, remark = ipywidgets.HTML(), ipywidgets.HTML()
view = ipywidgets.Image(format="png")
view_figure, view_ax = panels("", size=(6, 2.4))


def show_distances(change=None):
    p_log, q_log, values = measure(real.value, kernel.value, shift.value, spread.value)
    view_ax.clear()
    two_densities(view_ax, p_log, q_log)
    view.value = png(view_figure)
    numbers.value = "KL(p||q) <b>{:.2f}</b>, KL(q||p) <b>{:.2f}</b>, JS <b>{:.3f}</b>, W1 <b>{:.2f}</b>".format(
        *values
    )
    stuck = values[2] > 0.692  # JS has reached log 2, or nearly
    remark.value = (
        "No overlap: only W1 still tells how far."
        if stuck and min(values[:2]) == np.inf
        else "JS hardly moves; W1 does, and so does each KL that is finite."
        if stuck
        else "q lacks something that p has."
        if values[0] > 2 * values[1]
        else "q makes something that p has not."
        if values[1] > 2 * values[0]
        else ""
    )


for control in (real, kernel, shift, spread):
    control.observe(show_distances, "value")
show_distances()
ipywidgets.VBox([real, kernel, shift, spread, numbers, remark, view])

# %% [markdown]
# Remember the three: **KL asks how loudly the values of one speak against the other, JS asks whether they overlap,
# Wasserstein asks how far there is to carry.** None of them is the right one; each is the right one for something.
#
# ## Recap
#
# - A sample is values, a histogram is their shares in bins, a density is what that comes to; its areas are shares,
#   its heights are not.
# - A picture is a point with one coordinate for each number in it; faces fill a thin curved set, so half way
#   between two of them lies a ghost.
# - Faces are factors that are drawn and painted; single shares can all be right while what goes with what is wrong.
# - 64 black-and-white pixels have $2^{64}$ histogram bins, nearly all empty for ever, so counting calls new digits
#   impossible.
# - Noise pushed through a function has the density of the noise over the slope: flat places gather points.
# - $F^{-1}(u)$ of uniform noise has exactly the CDF $F$; it needs an order, and pictures do not come in one.
# - $\mathrm{KL}(p\Vert q)$ is large where $q$ lacks something, $\mathrm{KL}(q\Vert p)$ where it adds something; JS
#   is $\ln 2$ without overlap; there only Wasserstein knows how far, but it takes a rare stray for a small shift.
#
# ## Exercises
#
# Write your answer in place of the dots and run the cell. `check` says what is wrong, not what is right;
# `hint("picture_bins")` gives a hint, and a larger one each time. [One solution to
# each](solutions/01_data_distributions.py).
#
# ### 1. Count the bins
#
# Pictures of 4 x 4 pixels, and every pixel has one of three shades. How many bins has their histogram?

# %%
picture_bins = ...
check("picture_bins", picture_bins)

# %% [markdown]
# ### 2. A generator of waiting times
#
# The time until the next bus is distributed with CDF $F(x) = 1 - e^{-x/m}$ for $x \ge 0$, with $m$ the mean. Write
# the generator: from an array `u` of uniform noise between 0 and 1 to waiting times of mean `mean`.


# %%
def waiting_times(u, mean): ...


check("waiting_times", waiting_times)

# %% [markdown]
# ### 3. What density comes out?
#
# $z$ is noise from a bell (mean 0, deviation 1), and $x = e^{1 - 2z}$. Write the density of $x$, for an array of
# positive `x`. Careful: this function falls.


# %%
def pushed_density(x): ...


check("pushed_density", pushed_density)

# %% [markdown]
# ### 4. Carry the earth
#
# Two samples, equally long arrays of numbers in no order. Return the Wasserstein-1 distance between them.


# %%
def earth_moved(a, b): ...


check("earth_moved", earth_moved)

# %% [markdown]
# ### 5. Bend it yourself
#
# No checker here, only your eyes. In section 5 replace $g$ by $z + 0.3 \sin 3z$ and correct the slope. Then by
# $z + 0.9 \sin 2z$, which does not rise everywhere. Predict first: where does the formula fail, and why?
#
# ## Quiz
#
# Answer aloud first. Then run the cell and open the choices: each one tells you why, the wrong ones too.
#
# 1. A density is 4 at some place. What does that tell you?
# 2. Each factor of the generated faces has exactly the right share. Is the distribution right?
# 3. Why does a histogram of pictures call nearly every new picture impossible?
# 4. The generator's slope is small near z = 1. What happens to the points that come from there?
# 5. A generator makes perfect threes, and no other digit. Real is p, generated is q. Which measure is mild about it?
# 6. Real and generated pictures do not overlap, and training brings them closer. Which measure shows it?

# %%
quiz("01_data_distributions")

# %% [markdown]
# ## References
#
# - S. Kullback, R. A. Leibler. *On Information and Sufficiency.* The Annals of Mathematical Statistics, 1951. KL.
# - L. Devroye. *Non-Uniform Random Variate Generation.* Springer 1986. The inverse CDF, and all that one does
#   without it.
# - J. Lin. *Divergence Measures Based on the Shannon Entropy.* IEEE Transactions on Information Theory, 1991.
#   Jensen-Shannon.
# - E. Alpaydin, C. Kaynak. *Optical Recognition of Handwritten Digits.* UCI Machine Learning Repository, 1998. The
#   digits.
# - I. Goodfellow et al. *Generative Adversarial Nets.* NIPS 2014. Drawing without a density.
# - M. Arjovsky, S. Chintala, L. Bottou. *Wasserstein Generative Adversarial Networks.* ICML 2017. Why distances
#   that feel no slope are a problem, and one that does.
# - G. Peyré, M. Cuturi. *Computational Optimal Transport.* Foundations and Trends in Machine Learning, 2019.
#   Pairing and carrying, in any dimension.
# - G. Papamakarios et al. *Normalizing Flows for Probabilistic Modeling and Inference.* Journal of Machine Learning
#   Research, 2021. Generators that keep their density, by the formula of section 5.
#
# ## Next
#
# To improve, a generator must be told how far it is from the data. The next notebook builds the one that tells
# it: a discriminator, which estimates the ratio of two densities without ever counting a bin.
