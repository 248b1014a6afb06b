"""Exercises and quiz of notebook 01_data_distributions: what is asked, how it is graded, what each choice means."""

import numpy as np

from ganlib.exercises import Quiz, WrongAnswer, array, call_answer, exercise, number


def values_like(answer, shape):
    """What a function answered, as float64 of that shape, or WrongAnswer."""
    values = array(answer)
    if values.shape != shape:
        raise WrongAnswer(
            f"the answer has shape {values.shape}; expected {shape}, one number for each that was given"
            if shape
            else f"the answer has shape {values.shape}; expected one single number"
        )
    if np.isnan(values).any():
        raise WrongAnswer(
            "the answer holds nan: a logarithm or a root of something negative?"
        )
    return values


def told_apart(got, typical):
    """Raise WrongAnswer with the message of the first typical wrong answer that `got` equals."""
    for message, values in typical.items():
        if np.allclose(got, values, rtol=1e-4, atol=1e-9):
            raise WrongAnswer(message)


@exercise(
    "picture_bins",
    "one bin for each different picture. And that was 16 pixels.",
    [
        "How many different pictures are there of one single pixel? Of two?",
        "Each further pixel multiplies the number of pictures.",
        "It is a power: what is its base, the shades or the pixels?",
    ],
)
def picture_bins(answer):
    """The number of different pictures of 4 x 4 pixels with three shades each."""
    bins = number(answer)
    typical = {
        3
        * 16: "each new pixel multiplies the number of pictures, it does not add to it",
        3
        * 4: "each new pixel multiplies the number of pictures; besides, 4 x 4 pixels are more than four",
        16
        ** 3: "base and exponent have changed places: for each pixel there is a choice of shade, not the other way "
        "round",
        2**16: "that would do for black and white. Here a pixel has one shade more",
        3**4: "that is one row of the picture",
        3**8: "4 x 4 pixels: you have counted 8 of them",
    }
    if bins in typical:
        raise WrongAnswer(typical[bins])
    if bins != 3**16:
        raise WrongAnswer(
            f"{bins:,.0f} is not it: try the same with a picture of two pixels, and list them all on paper"
        )


@exercise(
    "waiting_times",
    "uniform noise went in, and waiting times with exactly that CDF came out.",
    [
        "The generator is the inverse of F: set u = F(x) and solve for x.",
        "u = 1 - exp(-x / m). Bring the exponential to one side, then take the logarithm.",
        "Of two numbers between 0 and 1 that add up to 1 the logarithm of either will do here. Mind its sign.",
    ],
)
def waiting_times(answer):
    """A function (u, mean) of uniform noise whose results have the CDF 1 - exp(-x / mean)."""
    u, mean = (np.arange(1000) + 0.5) / 1000, 4.0
    right = -mean * np.log(1 - u)
    # any function with that distribution will do, rising or falling: order does not matter
    got = np.sort(values_like(call_answer(answer, u.copy(), mean), u.shape))
    told_apart(
        got,
        {
            "a time cannot be negative: the logarithm of a number below 1 is": np.sort(
                -right
            ),
            "you have F itself. The generator is its inverse: a share goes in, a time comes out": 1
            - np.exp(-u / mean),
            "the mean of what comes out is 1 / m: where does m go when you solve for x?": right
            / mean**2,
            "the mean of what comes out is 1, whatever was asked for": right / mean,
            "which logarithm undoes exp? This one has another base": right / np.log(10),
            "which logarithm undoes exp? This one is to base two": right / np.log(2),
            "that is the density. The generator is the inverse of F": np.sort(
                np.exp(-u / mean) / mean
            ),
            "the noise came back as it was, only stretched: all times up to some largest are equally frequent": u
            * mean,
        },
    )
    if (got < 0).any():
        raise WrongAnswer("some times are negative, and nobody waits less than nothing")
    if not np.allclose(got, np.sort(right), rtol=1e-4):
        half = np.median(got)
        raise WrongAnswer(
            f"with mean 4, half of your times lie below {half:.3g}: put that into F, and one half should "
            "come out"
        )
    other = np.sort(values_like(call_answer(answer, u.copy(), 0.5), u.shape))
    if not np.allclose(other, np.sort(right) / 8, rtol=1e-4):
        raise WrongAnswer(
            "right for a mean of 4, wrong for another mean: is a number fixed that should be `mean`?"
        )


@exercise(
    "pushed_density",
    "the density of the noise at the place it came from, over the size of the slope there.",
    [
        "First the way back: which z leads to a given x? Take the logarithm of x = exp(1 - 2z).",
        "The slope of exp(1 - 2z) by z is -2 exp(1 - 2z). Can it be written with x alone?",
        "The function falls, so the size of the slope is what divides: a density is never negative.",
    ],
)
def pushed_density(answer):
    """A function of an array x > 0: the density of exp(1 - 2z) for a standard normal z."""

    def bell(z):
        return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)

    x = np.linspace(0.05, 12, 60)
    z = (1 - np.log(x)) / 2
    right = bell(z) / (2 * x)
    got = values_like(call_answer(answer, x.copy()), x.shape)
    told_apart(
        got,
        {
            "a density is never negative: the function falls, so it is the size of the slope that counts": -right,
            "you have the noise's density at the right place, and the slope is missing": bell(
                z
            ),
            "you multiplied by the slope: where a function is steep, points thin out": bell(
                z
            )
            * 2
            * x,
            "the slope has a factor that comes from the 2 in 1 - 2z: it is missing": bell(
                z
            )
            / x,
            "of the slope only the 2 is there. It also depends on x": bell(z) / 2,
            "you put x itself into the bell. Which z did it come from?": bell(x)
            / (2 * x),
            "you went forward instead of back: exp(1 - 2z) makes x of z, and here x is given": bell(
                np.exp(1 - 2 * x)
            ),
            "the way back is not right: solve x = exp(1 - 2z) for z once more, the 1 comes before the 2": bell(
                1 - np.log(x) / 2
            )
            / (2 * x),
            "the way back is not right: the logarithm of x is 1 - 2z, not z": bell(
                np.log(x)
            )
            / (2 * x),
            "the bell lacks its factor, one over the root of 2 pi": right
            * np.sqrt(2 * np.pi),
        },
    )
    if not np.allclose(got, right, rtol=1e-4):
        fine = np.exp(np.linspace(-12, 14, 4001))
        values = values_like(call_answer(answer, fine.copy()), fine.shape)
        area = np.sum((values[1:] + values[:-1]) / 2 * np.diff(fine))
        raise WrongAnswer(
            f"the area under yours is {area:.3g}"
            + (
                ", as it should be, but the mass lies in the wrong places"
                if abs(area - 1) < 0.01
                else ", and under a density it is 1"
            )
        )


@exercise(
    "earth_moved",
    "in one dimension nobody carries cheaper than in order.",
    [
        "Where should the smallest of a go? Where the second smallest?",
        "Sort both. Then they are paired.",
        "What is carried is the average of how far each one goes; left and right both count as a way.",
    ],
)
def earth_moved(answer):
    """A function (a, b) of two equally long samples: the Wasserstein-1 distance."""
    rng = np.random.default_rng(3)
    a, b = rng.normal(0, 1, 50), rng.normal(1, 2, 50)
    gap = np.sort(a) - np.sort(b)
    got = float(values_like(call_answer(answer, a.copy(), b.copy()), ()))
    told_apart(
        got,
        {
            "you pair them as they happen to lie in the arrays, and that costs more than it need": abs(
                a - b
            ).mean(),
            "to the left and to the right cancel in yours: what counts is how far, not where to": gap.mean(),
            "to the left and to the right cancel in yours: a difference of means sees no difference in width": abs(
                gap.mean()
            ),
            "that is the sum of all ways. The distance is their average, or else twice the sample would be twice as far": abs(
                gap
            ).sum(),
            "you squared the ways. That is a Wasserstein distance too, but the one of order 2": np.sqrt(
                (gap**2).mean()
            ),
            "these are squares of ways: a distance has the unit of x": (gap**2).mean(),
            "that is the longest way. Asked for is the average one": abs(gap).max(),
            "one sample is sorted, the other is not": abs(np.sort(a) - b).mean(),
            "one sample is sorted; the other is not yet": abs(a - np.sort(b)).mean(),
            "each goes to the nearest, and so several go to the same place": abs(
                a[:, None] - b
            )
            .min(1)
            .mean(),
        },
    )
    if not np.isclose(got, abs(gap).mean(), rtol=1e-4):
        raise WrongAnswer(
            f"for a = [0, 1] and b = [3, 2] every pairing costs 2 on average; yours gives "
            f"{float(values_like(call_answer(answer, np.array([0.0, 1.0]), np.array([3.0, 2.0])), ())):.3g}"
        )
    if (
        abs(float(values_like(call_answer(answer, a.copy(), a[::-1].copy()), ())))
        > 1e-9
    ):
        raise WrongAnswer(
            "between a sample and itself in another order there is nothing to carry, and yours is not 0"
        )


Quiz(
    "01_data_distributions",
    {
        "A density is 4 at some place. What does that tell you?": {
            "Nothing can be said, a density is at most 1": (
                False,
                "Its area is 1, its height may be anything: our narrow bell reached almost 4.",
            ),
            "Around it lie about 4 values for each unit of x, in shares: a bin 0.01 wide holds about 4 % of them": (
                True,
                "Height times width is a share, as long as the density hardly changes within the bin.",
            ),
            "The probability of that value is 4": (
                False,
                "A probability is at most 1. And a single value of a continuous distribution has probability 0.",
            ),
        },
        "Each factor of the generated faces has exactly the right share. Is the distribution right?": {
            "Not necessarily: what goes with what may still be wrong": (
                True,
                "The two populations of section 3 have the same single shares, and differ in how they combine.",
            ),
            "Only if each factor has the same number of categories": (
                False,
                "How many categories there are has nothing to do with how they combine.",
            ),
            "Yes: the factors are all there is": (
                False,
                "They are, but their combinations count: remember the two heat maps.",
            ),
        },
        "Why does a histogram of pictures call nearly every new picture impossible?": {
            "Because new pictures come from another distribution": (
                False,
                "They come from the same one: we kept them aside from the same 1,797 digits.",
            ),
            "Because the bins are too fine; with coarse bins it would work": (
                False,
                "Bins that are coarse enough to be filled, a few large pixels, no longer show a digit.",
            ),
            "Because there are so many bins that a new picture almost always falls into an empty one": (
                True,
                "2 to the 64 of them, and each further pixel doubles the number.",
            ),
        },
        "The generator's slope is small near z = 1. What happens to the points that come from there?": {
            "They are drawn less often": (
                False,
                "Noise near 1 comes as often as ever. What changes is where it lands.",
            ),
            "They land close together, and the density there is high": (
                True,
                "Density of the noise over the slope: flat places gather points.",
            ),
            "They land far apart, and the density there is low": (
                False,
                "That is where the slope is large.",
            ),
        },
        "A generator makes perfect threes, and no other digit. Real is p, generated is q. Which measure is mild "
        "about it?": {
            "Both KL(p||q) and KL(q||p): they are symmetric": (
                False,
                "They are not: the missing mode gave 35 one way and 0.69 the other.",
            ),
            "KL(p||q)": (
                False,
                "It averages over real values, and nine in ten of them lie where q says 'never'. It is enormous.",
            ),
            "KL(q||p)": (
                True,
                "It averages over generated values, and each of them is a fine three. Nobody asks for the rest.",
            ),
        },
        "Real and generated pictures do not overlap, and training brings them closer. Which measure shows it?": {
            "Jensen-Shannon": (
                False,
                "It stays at log 2 until they overlap: no slope, no hint where to go.",
            ),
            "KL in one of its two directions": (
                False,
                "Both are infinite until they overlap, and may be so even then.",
            ),
            "Wasserstein": (
                True,
                "It measures how far there is to carry, whether they overlap or not.",
            ),
        },
    },
)
