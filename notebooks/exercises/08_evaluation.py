"""Exercises and quiz of notebook 08_evaluation: what is asked, how an answer is graded, what each choice means."""

import numpy as np

from ganlib.exercises import Quiz, WrongAnswer, array, call_answer, exercise, number


@exercise(
    "three_moments",
    "only E[x^2] differs, by 2, and the kernel weighs its square by 3. The shape beyond three moments does not count.",
    [
        "Write down the three moments of each: E[x], E[x^2], E[x^3]. Which of them differ?",
        "A mean of 0 makes E[x^2] the variance, and symmetry makes E[x^3] zero for both.",
        "The formula of section 1 weighs the three squared gaps by 3, 3 and 1. Two of the gaps are 0.",
    ],
)
def three_moments(answer):
    """The kernel distance in one dimension where only the variance differs: 3 instead of 1."""
    value = number(answer)
    typical = {
        0: "with equal means it would be 0 only if the second moments agreed, too",
        2: "that is the gap of the second moments. It is squared, and weighed",
        4: "the gap is squared; now its weight in (xy + 1)^3",
        6: "the gap is weighed, but not squared",
        36: "the weight belongs outside the square",
        192: "it looks as if 3 were taken for the standard deviation. It is the variance",
        24: "it looks as if E[x^2] were 3 and 1 squared, or the gap cubed: the gap of E[x^2] is squared once",
        27: "that is the generator of section 1 with twice the standard deviation, so four times the variance",
        round(
            3 * (np.sqrt(3) - 1) ** 2, 6
        ): "these are standard deviations. The kernel compares moments: E[x^2]",
    }
    for wrong, why in typical.items():
        if abs(value - wrong) < 0.005:
            raise WrongAnswer(why)
    if value < 0:
        raise WrongAnswer(
            "a sum of squares is not negative. (Only its estimate from a sample can be)"
        )
    if abs(value - 12) > 1e-6:
        raise WrongAnswer(
            f"{value:g} fits no combination of 3, 3 and 1 with one gap: which moments differ, and by how much?"
        )


@exercise(
    "without_bias",
    "halving the excess took 1.4 away, so another 1.4 is left. Several sizes and a line do it with less noise.",
    [
        "Call what endlessly many pictures give F, and the constant c. Write down both measurements as equations.",
        "5.0 = F + c / 500 and 3.6 = F + c / 1000. Twice as many pictures leave half of the excess.",
        "Subtract the two equations: the difference is exactly the excess that the larger set still has.",
    ],
)
def without_bias(answer):
    """F where F + c / 500 = 5.0 and F + c / 1000 = 3.6."""
    value = number(answer)
    typical = {
        1.4: "that is the excess of the larger set, and not what remains without it",
        2.8: "that is the excess of the smaller set, and not what remains without it",
        0: "the excess goes to 0; the distance itself does not, unless the generator is perfect",
        1400: "that is the constant c. What is left when c / n is gone?",
        4.3: "the mean of two numbers that are both too large is too large",
        3.6: "the larger set is nearer, but it has an excess, too",
        5: "that is what the smaller set gave, excess and all",
        2.9: "it looks as if the excess halved once more and stayed so. Go on to endlessly many",
        6.4: "more pictures make the distance smaller, not larger",
        round(
            5 - 1.4 / (1 - 2**-0.5), 4
        ): "it looks as if the excess shrank like 1 / sqrt(n). It shrinks like 1 / n",
        round(
            5 - 1.4 / (1 - 0.25), 4
        ): "it looks as if the excess shrank like 1 / n^2. It shrinks like 1 / n",
    }
    for wrong, why in typical.items():
        if abs(value - wrong) < 0.003:
            raise WrongAnswer(why)
    if value > 3.6 or value < 0:
        raise WrongAnswer(
            "both measurements are too large, and a distance is not negative: expected something from 0 to 3.6"
        )
    if abs(value - 2.2) > 0.003:
        raise WrongAnswer(
            f"put {value:g} in place of F into both equations: do they give the same constant c?"
        )


@exercise(
    "coverage",
    "the balls belong to the real points, so a few stray pictures can cover a few balls, and no more.",
    [
        "First a radius for every *real* point: sort its distances to all real points. The first of them is itself, 0.",
        "So the k-th neighbour stands at place k of the sorted distances.",
        "A ball counts if the *nearest* generated point is within its radius. Take the mean over the real points.",
    ],
)
def coverage(answer):
    """A function (real, fake, k) -> share of real points with a generated point in the ball to their k-th neighbour."""

    def gaps(points, others):
        return np.sqrt(((points[:, None] - others) ** 2).sum(-1))

    def share(real, fake, k):
        got = array(call_answer(answer, real, fake, k), expected="one number")
        if got.size != 1:
            raise WrongAnswer(
                f"expected one share for the whole set, and {got.size} numbers came back"
            )
        return float(got.reshape(()))

    def rule(real, fake, k):
        return (gaps(real, fake).min(1) <= np.sort(gaps(real, real), 1)[:, k]).mean()

    rng = np.random.default_rng(0)
    real = rng.normal(size=(60, 2))
    fake = np.concatenate(
        [0.4 * rng.normal(size=(25, 2)) + 0.8, rng.uniform(-9, 9, (8, 2))]
    )
    right, got = rule(real, fake, 3), share(real, fake, 3)
    reach, own = np.sort(gaps(real, real), 1), np.sort(gaps(fake, fake), 1)
    typical = (
        (
            (gaps(real, fake) <= own[:, 3]).any(1).mean(),
            "that is recall: the balls are round the generated points",
        ),
        (
            (gaps(fake, real) <= reach[:, 3]).any(1).mean(),
            "that is precision, a share of the generated points: "
            "count the balls that hold one",
        ),
        (
            rule(real, fake, 2),
            "each radius reaches one neighbour too few: the nearest real point is the point itself",
        ),
        (rule(real, fake, 4), "each radius reaches one neighbour too far"),
        (right * 60, "a count. Divide by the number of real points"),
        (1 - right, "that is the share of the balls that are empty"),
        (
            (gaps(real, fake) <= reach[:, 3:4]).mean(),
            "a mean over all pairs: one generated point in a ball is "
            "enough, and more add nothing",
        ),
    )
    for wrong, why in typical:
        if np.isclose(got, wrong) and not np.isclose(right, wrong):
            raise WrongAnswer(why)
    if not 0 <= got <= 1:
        raise WrongAnswer(f"a share lies between 0 and 1, and this is {got:g}")
    if not np.isclose(got, right):
        raise WrongAnswer(
            f"of 60 real points {round(right * 60)} have company in their ball, and it says {got:.3f}"
        )
    for k in (1, 5):
        if not np.isclose(share(real, fake, k), rule(real, fake, k)):
            raise WrongAnswer(f"right for k = 3, but not for k = {k}")
    if not np.isclose(share(fake, real, 3), rule(fake, real, 3)):
        raise WrongAnswer(
            "right for 60 real and 33 generated points, but not for 33 and 60"
        )


Quiz(
    "08_evaluation",
    {
        "A generator's Fréchet distance is 8. What do you ask first?": {
            "Whether 8 is below 10": (
                False,
                "No number is good by itself: other features, other pictures, other counts give other scales.",
            ),
            "What real pictures score against real ones, with the same network and the same n": (
                True,
                "The floor. Without it no distance can be read, and with another n it is another floor.",
            ),
            "Which GPU it was computed on": (
                False,
                "That changes the last digit, if anything.",
            ),
        },
        "Team A reports a distance of 3.0 from 50,000 pictures, team B 3.4 from 5,000. Who is better?": {
            "A, since 3.0 is less than 3.4": (
                False,
                "Section 5: with fewer pictures the Fréchet distance is larger, for the same generator.",
            ),
            "B, since it needed fewer pictures": (
                False,
                "How many were drawn for the measurement says nothing about the generator.",
            ),
            "Nobody knows: the bias may be larger than the difference": (
                True,
                "Measure both with equally many, or extrapolate both to 1/n = 0.",
            ),
        },
        "All distances of a generator are at the floor. What can still be wrong?": {
            "It may recite its training pictures": (
                True,
                "Copies are real pictures. Only a comparison of training and held-out neighbours tells.",
            ),
            "It may draw one single person": (
                False,
                "Everybody saw that: recall is 0, and the distances are huge.",
            ),
            "Nothing": (False, "Section 4 fooled every one of them."),
        },
        "Precision is 1.0 and recall is 0.02. What does the generator do?": {
            "It draws noise": (
                False,
                "Noise lies outside the balls of the real pictures, so precision would be low.",
            ),
            "It draws good pictures, and nearly always the same few": (
                True,
                "Everything lies among the real ones, and covers hardly any of them.",
            ),
            "It has learned the distribution": (
                False,
                "Then recall would be as high as for a second set of real pictures.",
            ),
        },
        "Why does a metric with the features of one network miss a fault that another network sees at once?": {
            "The distance formula was wrong": (
                False,
                "The same formula was applied to both.",
            ),
            "Too few pictures were drawn": (
                False,
                "With no trace of the fault in the features, more pictures do not help.",
            ),
            "What the features do not carry cannot change any distance between them": (
                True,
                "Whatever the formula is, it sees pictures through the features only.",
            ),
        },
        "You choose the best of twenty checkpoints by a distance, and report that same distance. What is wrong with it?": {
            "It is too good: the luckiest of twenty noisy numbers was picked": (
                True,
                "Choose on one half of the held-out pictures, and report on the other.",
            ),
            "It is too bad: the minimum is always pessimistic": (
                False,
                "The other way round: of several noisy numbers the smallest is, on average, below its true value.",
            ),
            "Nothing, if the pictures were held out from training": (
                False,
                "They were not held out from the choice.",
            ),
        },
    },
)
