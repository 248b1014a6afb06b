"""Exercises and quiz of notebook 03_losses: what is asked, how an answer is graded, what each choice means."""

import numpy as np

from ganlib.exercises import Quiz, WrongAnswer, array, call_answer, exercise, number


def values(answer, n):
    """What came back, as n ordinary numbers."""
    got = array(answer)
    if got.shape != (n,):
        raise WrongAnswer(
            f"from arrays of {n} came something of shape {got.shape}; expected one number for each, ({n},)"
        )
    return got


@exercise(
    "best_answer",
    "softened labels scale the best answer down, and they change nothing in the order of the samples.",
    [
        "Write the two densities under the integral again. The real part has two terms now, one for each log.",
        "Collect what stands before log(y) and what stands before log(1 - y). Call them a and b: what is each?",
        "a log(y) + b log(1 - y) has its top at a / (a + b), as before. What is a + b here?",
    ],
)
def best_answer(answer):
    """A function (p, q, label) -> the best discriminator's answer."""
    p, q, label = np.array([0.3, 0.1, 0.02, 0.4]), np.array([0.1, 0.1, 0.3, 0.05]), 0.8
    right = label * p / (p + q)
    with np.errstate(all="ignore"):
        got = values(call_answer(answer, p, q, label), 4)
        typical = (
            (
                p / (p + q),
                "this is the answer to labels of exactly 1: here `label` is not used, or it cancels",
            ),
            (
                1 - right,
                "this is the probability of 'generated', and 1 stands for real",
            ),
            (
                label * p / (label * p + q),
                "the real samples have a second term, with log(1 - D): it belongs below the "
                "line as well",
            ),
            (
                label * p / (label * p + (1 - label) * q),
                "that is the answer to rare samples, not to soft labels: "
                "generated ones keep their full weight",
            ),
            (label * q / (p + q), "the two densities are exchanged"),
            (
                right / (1 - right),
                "this is a ratio, and it can be larger than 1: an answer is a probability",
            ),
            (
                np.log(right / (1 - right)),
                "this is the best *logit*; the answer is a probability between 0 and 1",
            ),
        )
        for wrong, message in typical:
            if np.allclose(got, wrong, rtol=1e-3):
                raise WrongAnswer(message)
        if not ((got >= 0) & (got <= 1)).all():
            raise WrongAnswer(
                f"an answer is a probability, and among these is {got[~((got >= 0) & (got <= 1))][0]:.3g}"
            )
        if not np.allclose(got, right, rtol=1e-3):
            raise WrongAnswer(
                "probabilities they are, and not the right ones: try q = 0, where all samples are real"
            )
        one = array(call_answer(answer, 0.3, 0.1, 1.0))
        if one.size != 1 or not np.allclose(one, 0.75, rtol=1e-3):
            raise WrongAnswer(
                "for arrays and a label of 0.8 it is right, and for the numbers p = 0.3, q = 0.1 and a label "
                "of 1 it is not"
            )


@exercise(
    "cross_entropy",
    "right at every logit, without an overflow and without a guard that changes the value.",
    [
        "With label 1 the loss is -log(sigmoid(a)), with label 0 it is -log(1 - sigmoid(a)). Both are a softplus.",
        "Where is exp(x) harmless? Only where x is at most 0: see the last form in section 7.",
        "np.maximum(x, 0) and np.log1p(np.exp(-np.abs(x))) are the two parts of softplus(x). np.logaddexp(0, x) is "
        "the same in one call.",
    ],
)
def cross_entropy(answer):
    """A function (logits, labels) -> the loss of each example."""
    near = np.array([-3.0, -0.5, 0.0, 0.5, 2.0, 4.0])
    labels = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    signs = 1 - 2 * labels
    right = np.logaddexp(0, signs * near)
    with np.errstate(all="ignore"):
        first = array(call_answer(answer, near, labels))
        if first.ndim == 0 and np.isclose(first, right.mean(), rtol=1e-3):
            raise WrongAnswer(
                "this is the mean over the examples: one loss for each is asked for"
            )
        if first.ndim == 0 and np.isclose(first, right.sum(), rtol=1e-3):
            raise WrongAnswer(
                "this is the sum over the examples: one loss for each is asked for"
            )
        got = values(first, len(near))
        typical = (
            (
                -right,
                "the sign is missing: the logarithm of a probability is negative, and a loss is its opposite",
            ),
            (
                np.logaddexp(0, -signs * near),
                "the labels are exchanged: 1 is real, and a high logit says real",
            ),
            (np.logaddexp(0, -near), "every example is treated as if its label were 1"),
            (np.logaddexp(0, near), "every example is treated as if its label were 0"),
            (
                right / np.log(2),
                "the natural logarithm is asked for, and this is the one to base 2",
            ),
        )
        for wrong, message in typical:
            if np.allclose(got, wrong, rtol=1e-4):
                raise WrongAnswer(message)
        if not np.allclose(got, right, rtol=1e-4, atol=1e-5):
            raise WrongAnswer(
                "even at small logits these are not the cross-entropies: try the logit 0, where both labels "
                "cost log 2"
            )
        far = np.array([-1000.0, -1000.0, -50.0, 50.0, 1000.0, 1000.0])
        got, right = (
            values(call_answer(answer, far, labels), 6),
            np.logaddexp(0, signs * far),
        )
    if np.isnan(got).any():
        raise WrongAnswer(
            "right at small logits, but at 1000 or -1000 an entry is nan: 0 times infinity, or infinity "
            "less infinity"
        )
    if np.isinf(got).any():
        raise WrongAnswer(
            "right at small logits, but at 1000 or -1000 an entry is infinite, and its true value is an "
            "ordinary number"
        )
    if not np.allclose(got, right, rtol=1e-4, atol=1e-6):
        raise WrongAnswer(
            "right at small logits and finite at large ones, but there too small: something was added "
            "or clipped to avoid log(0)"
        )


@exercise(
    "push",
    "nearly the full length, though this sample is found out: that is what the non-saturating loss is for.",
    [
        "Let D be the sigmoid of the logit. What is D at -3?",
        "The loss is -log D. The chain rule needs the derivative of the logarithm and that of the sigmoid, D (1 - D).",
        "Of the two, one factor cancels. The table in section 5 has what remains.",
    ],
)
def push(answer):
    """The derivative of -log(sigmoid(a)) at a = -3."""
    slope = number(answer)
    d = 1 / (1 + np.exp(3))
    typical = (
        (1 - d, "the size is right. Does the loss grow or fall when the logit grows?"),
        (-d, "this is the slope of the saturating loss"),
        (d, "this is D itself: the probability of 'real'"),
        (
            d * (1 - d),
            "this is the slope of the sigmoid alone: the logarithm has one, too",
        ),
        (
            -d * (1 - d),
            "this is minus the slope of the sigmoid: the logarithm has a slope, too",
        ),
        (
            -1 / d,
            "this is the derivative with respect to D. For the logit the chain rule asks for one more factor",
        ),
        (-np.log(d), "this is the loss itself; its derivative is asked for"),
        (
            -1.0,
            "nearly: that is where it goes as the logit falls for ever. At -3 it is not there yet",
        ),
    )
    for value, message in typical:
        if abs(slope - value) < 5e-4 * max(1, abs(value)):
            raise WrongAnswer(message)
    if abs(slope + (1 - d)) > 3e-3:  # two decimals will do
        raise WrongAnswer(
            f"{slope:.4g} it is not. Let the tape tell you: section 5 has the lines"
        )


@exercise(
    "half_overlap",
    "half of each lies where the other never is, so half of the greatest value that a JSD can take.",
    [
        "The mixture m is half of the one plus half of the other: what are its three probabilities?",
        "KL(p || m) is the sum of p log(p / m), and a face that p never shows adds nothing.",
        "Both KL are equal here. JSD is their mean.",
    ],
)
def half_overlap(answer):
    """JSD of (1/2, 1/2, 0) and (0, 1/2, 1/2), in nats."""
    if isinstance(answer, (float, np.floating)) and np.isinf(answer):
        raise WrongAnswer(
            "KL between these two is infinite. JSD compares each with the mixture, which is nowhere 0 where "
            "they are not"
        )
    value = number(answer)
    half = np.log(2) / 2
    typical = (
        (2 * half, "this is the sum of two KL; JSD is their mean"),
        (
            0.5,
            "this is the number with logarithms to base 2; natural ones are asked for",
        ),
        (
            np.sqrt(half),
            "this is a square root, the Jensen-Shannon *distance*, which SciPy returns",
        ),
        (
            half / 2,
            "a half too much: each KL counts once, and a half of their sum is taken",
        ),
        (
            2 * half - np.log(4),
            "this is the value of the game, from which JSD is still to be taken",
        ),
        (0.0, "0 would mean that the two are equal"),
    )
    for wrong, message in typical:
        if abs(value - wrong) < 2e-3:
            raise WrongAnswer(message)
    if value < 0:
        raise WrongAnswer("a JSD is never negative")
    if value > np.log(2):
        raise WrongAnswer("that is above log 2, the largest value that a JSD can have")
    if abs(value - half) > 4e-3:  # two decimals will do
        raise WrongAnswer(
            f"{value:.4g} it is not. Start with the mixture: its middle face is the most likely one"
        )


Quiz(
    "03_losses",
    {
        "For a thousand steps the loss of D has stood at 1.386. What do you know of the samples?": {
            "Nothing yet: D may be too weak, or untrained": (
                True,
                "1.386 is log 4, what a D pays that says one half to all. The best D does so only if p = q; a weak "
                "one may do so anyway.",
            ),
            "They are perfect: that is the minimum of the game": (
                False,
                "For the best D it would be so: log 4 is the most that it can ever lose. The straight line of "
                "section 6 paid as much for a wrong generator.",
            ),
            "They are bad: D's loss is high": (
                False,
                "Neither. It is high because D cannot tell, and that can have two reasons.",
            ),
        },
        "D is certain that a sample is generated: its logit is -10. Which of the two losses moves the generator?": {
            "Both, in the same direction and equally": (
                False,
                "The direction is the same. The lengths differ by exp(10), some 22,000.",
            ),
            "The non-saturating one: its slope is nearly -1, the other's nearly 0": (
                True,
                "-(1 - D) against -D, with D near 0.",
            ),
            "The saturating one, since it is the minimax game's own": (
                False,
                "It is, and its slope -D vanishes here: that is why it is called saturating.",
            ),
        },
        "Why is minus the loss of a trained D never above 2 JSD - log 4?": {
            "Because that is what the best D reaches, and no D is better than the best": (
                True,
                "So a trained D gives a lower bound of the distance (up to the chance error of a finite sample).",
            ),
            "Because of rounding in 32-bit numbers": (
                False,
                "The bound holds with exact numbers.",
            ),
            "Because the generator pushes it down": (
                False,
                "The bound holds for every fixed generator, also one that does not move.",
            ),
        },
        "D takes a generated sample for real. Who learns from this sample at the next steps?": {
            "Both: D with the label 0, and G from every sample of its own": (
                True,
                "For D it is the most instructive sample of all. The verdict decides how large the gradients are, "
                "not who gets them.",
            ),
            "Only D, for it made the mistake": (
                False,
                "D does learn from it. But L_G is a mean over all generated samples.",
            ),
            "Only G, for a verdict of 'real' goes to the generator": (
                False,
                "That is the diagram of mistake a, and you saw where it leads.",
            ),
        },
        'A colleague writes log(D + 1e-7) "to be on the safe side". What is lost?': {
            "A few per cent of the speed": (
                False,
                "Speed is the same. Look at the gradients.",
            ),
            "Nothing, 1e-7 is too small to matter": (
                False,
                "It is small beside a D of one half. A D of one in a hundred million is smaller.",
            ),
            "The gradient of the samples that D is surest about": (
                True,
                "Below a logit of about -16 the 1e-7 outweighs D, and the gradient goes to 0.",
            ),
        },
    },
)
