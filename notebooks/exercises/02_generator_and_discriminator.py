"""Exercises and quiz of notebook 02_generator_and_discriminator: what is asked, how it is graded, what it means."""

import numpy as np

from ganlib.exercises import Quiz, WrongAnswer, array, call_answer, exercise, number


def numbers(answer, shape):
    """For these graders: what a function returned, as finite or infinite floats of one shape, or WrongAnswer."""
    values = array(answer)
    if values.shape != shape and values.size == np.prod(shape):
        values = values.reshape(shape)
    if values.shape != shape:
        wanted = f"an array of shape {shape}" if shape else "one number"
        raise WrongAnswer(f"what came back has shape {values.shape}; expected {wanted}")
    return values


@exercise(
    "skewed_verdict",
    "the densities and the shares go in together, as two factors: whoever is shown more often is more often right "
    "to be suspected.",
    [
        "Count instead of thinking: put 3 real samples for every generated one on the bench. At this place each real "
        "sample counts once, each generated one five times.",
        "Bayes' rule: share of real times density of real, divided by the sum of that and the same for generated.",
        "Only ratios matter, so you may call the real density 1 and the generated one 5.",
    ],
)
def skewed_verdict(answer):
    """P(real) where q = 5 p and three real samples are shown for each generated one."""
    verdict = number(answer)
    typical = {
        1
        / 6: "this would be right if equally many of each were shown: three real ones come for each generated one",
        5 / 8: "this is the chance that the sample is generated; real is 1",
        1
        / 16: "the shares act the wrong way: more real samples on the bench make 'real' likelier",
        15
        / 16: "the densities act the wrong way: here the *generated* samples are the dense ones",
        3
        / 5: "this is a ratio, real to generated; a probability compares with the sum of both",
        np.log(3 / 5): "this is the logit; the verdict is asked as a probability",
        3
        / 4: "this is the share of real samples on the bench; the densities at this place count, too",
    }
    for value, message in typical.items():
        if abs(verdict - value) < 0.004:
            raise WrongAnswer(message)
    if not 0 <= verdict <= 1:
        raise WrongAnswer(f"{verdict:g} is no probability: those lie between 0 and 1")
    if abs(verdict - 3 / 8) > 0.002:
        raise WrongAnswer(
            f"{verdict:g} is not the share of real samples at this place: count how many of each kind fall "
            "there"
        )


@exercise(
    "best_verdict",
    "and it stays right where both densities are too small to be computed: only their ratio was ever needed.",
    [
        "Divide numerator and denominator of p / (p + q) by p. Which single quantity is left?",
        "q/p is the exponential of a difference of logarithms, and a difference of two huge numbers can be small.",
        "The sigmoid of which logit? The notebook calls it expit, and it does not overflow.",
    ],
)
def best_verdict(answer):
    """A function (log_p, log_q) -> p / (p + q), without overflow."""
    p, q = np.array([0.3, 0.2, 0.01, 0.5]), np.array([0.1, 0.2, 0.09, 0.125])
    got = numbers(call_answer(answer, np.log(p), np.log(q)), p.shape)
    typical = {
        "real and generated have changed places: this is the chance of 'generated'": q
        / (p + q),
        "this is the ratio p/q; it becomes a verdict when it is compared with the sum": p
        / q,
        "this is the logit, and it may be any number; one more step makes it a probability": np.log(
            p / q
        ),
        "the logarithms were divided like densities: go back to densities first, or better, find out what the "
        "difference of the two logarithms is": np.log(p) / (np.log(p) + np.log(q)),
        "you answer yes or no. The best verdict is not a decision, it says how sure one can be": (
            p > q
        )
        * 1.0,
    }
    for message, values in typical.items():
        if np.allclose(got, values, atol=1e-3):
            raise WrongAnswer(message)
    if not np.allclose(got, p / (p + q), atol=1e-3):
        raise WrongAnswer(
            f"for densities p = {p[0]} and q = {q[0]} came {got[0]:.3g}: which share of the samples is real "
            "there?"
        )
    with np.errstate(all="ignore"):
        small = numbers(
            call_answer(
                answer,
                np.array([-1000.0, -1000.0, 2.0]),
                np.array([-1002.0, -1000.0, 2.0]),
            ),
            (3,),
        )
    if not np.isfinite(small).all():
        raise WrongAnswer(
            "right for ordinary densities; but for log-densities of -1000 and -1002 came no number: both "
            "exponentials are rounded to 0, and 0/0 is nothing"
        )
    if not np.allclose(small, [np.exp(2) / (1 + np.exp(2)), 0.5, 0.5], atol=1e-3):
        raise WrongAnswer(
            f"right for ordinary densities; but for log-densities of -1000 and -1002 came {small[0]:.3g}: a "
            "small number that is added for safety drowns what it should protect"
        )
    with np.errstate(all="ignore"):
        sure = numbers(
            call_answer(
                answer,
                np.array([-1000.0, -3000.0, 0.0]),
                np.array([-3000.0, -1000.0, -1000.0]),
            ),
            (3,),
        )
    if not np.allclose(sure, [1, 0, 1], atol=1e-3):
        raise WrongAnswer(
            f"right where the densities are alike; but for log-densities of -1000 and -3000 came {sure[0]:g}: "
            "a ratio can be too large for the computer, too"
        )


@exercise(
    "real_average",
    "generated samples, weighed by a discriminator, stand in for real ones. The same trick corrects a generator's "
    "samples after training.",
    [
        "A generated sample at a place where real ones are twice as dense should count twice.",
        "How much each counts is p/q, up to a factor. Which function of the logit is that?",
        "A factor that is common to all weights goes away when you divide by the sum of the weights.",
    ],
)
def real_average(answer):
    """A function (x, logits) -> the average of x under p, from samples of q and logits log p/q + constant."""
    x = np.random.default_rng(0).normal(0.5, 1.0, 4000)
    logits = 1.0 * (x - 0.5) - 0.5  # p is the same bump, one to the right
    ratio = np.exp(logits)
    shifted = ratio * 3.0
    verdict = 1 / (1 + np.exp(-logits - np.log(3)))
    right = np.average(x, weights=ratio)
    got = float(numbers(call_answer(answer, x, logits + np.log(3)), ()))
    typical = {
        "this is the plain average of the generated samples: the logits were not used": x.mean(),
        "the weights are the verdicts D. A sample should count p/q, and that is D/(1 - D)": np.average(
            x, weights=verdict
        ),
        "the verdicts D were used, and not p/q; and their sum is not the number of samples": np.mean(
            x * verdict
        ),
        "the logits themselves were used as weights, and some are negative: they are the logarithm of what you "
        "need": np.average(x, weights=logits + np.log(3)),
        "the weights are right up to a factor that you do not know. Divide by their sum, not by the number of "
        "samples": np.mean(x * shifted),
        "you add up, and do not divide by the sum of the weights: this grows with the number of samples": np.sum(
            x * shifted
        ),
        "every sample counts q/p: the weights are upside down": np.average(
            x, weights=1 / ratio
        ),
    }
    for message, value in typical.items():
        if abs(got - value) < 1e-3 * max(1, abs(value)):
            raise WrongAnswer(message)
    moved = float(numbers(call_answer(answer, x, logits - 2.0), ()))
    if not np.isclose(moved, got, atol=5e-3):
        raise WrongAnswer(
            "the answer changes when the same constant is added to every logit"
        )
    if not np.isclose(got, right, atol=5e-3):
        raise WrongAnswer(
            f"the real average is near 1.5 in our trial, and {got:.3g} came"
        )


@exercise(
    "generator_slope",
    "verdict times arrow, averaged. For a deeper generator one factor more follows, what its weights can move.",
    [
        "One sample first. The derivative of -log sigmoid(l) by l is -(1 - sigmoid(l)).",
        "l = a * (m + z) + c. By how much does l change when m does?",
        "A mean of terms has as its derivative the mean of their derivatives.",
    ],
)
def generator_slope(answer):
    """A function (m, z, a, c) -> the derivative by m of mean(-log sigmoid(a * (m + z) + c))."""
    z = np.array([-1.0, -0.25, 0.5, 2.0])
    m, a, c = 0.3, 1.5, -0.4
    D = 1 / (1 + np.exp(-(a * (m + z) + c)))
    right = -a * np.mean(1 - D)
    got = float(numbers(call_answer(answer, m, z, a, c), ()))
    typical = {
        "the size is right, and the sign is not: the loss falls where the verdict rises": -right,
        "the arrow a is missing: by how much does the logit change when m does?": -np.mean(
            1 - D
        ),
        "the arrows are weighed by D (that is the slope of log(1 - D)); for -log D it is how far D still is from 1": (
            -a * D.mean()
        ),
        "this is the sum over the samples; the loss is their mean": right * len(z),
        "this is the loss itself, not its derivative": -np.log(D).mean(),
        "the slope of D is D(1 - D); that of log D is another": -a
        * np.mean(D * (1 - D)),
        "the verdict was averaged at one place: take it at every sample m + z, then average": (
            -a * (1 - 1 / (1 + np.exp(-(a * m + c))))
        ),
    }
    for message, value in typical.items():
        if np.isclose(got, value, atol=2e-4):
            raise WrongAnswer(message)
    if not np.isclose(got, right, atol=2e-4):
        raise WrongAnswer(
            f"for m = {m}, z = {z.tolist()}, a = {a}, c = {c} came {got:.4g}; compare with the change of the "
            "loss when m grows by 0.001, divided by 0.001"
        )
    other = float(numbers(call_answer(answer, -0.7, z[:3], -0.8, 0.9), ()))
    D = 1 / (1 + np.exp(-(-0.8 * (-0.7 + z[:3]) + 0.9)))
    if not np.isclose(other, 0.8 * np.mean(1 - D), atol=2e-4):
        raise WrongAnswer(
            "right for four samples, but not for three, with a negative a"
        )


Quiz(
    "02_generator_and_discriminator",
    {
        "The best discriminator's logit at some place is 0. What does that say?": {
            "Nothing real is found there": (
                False,
                "Then the logit would be minus infinity: log p/q with p = 0.",
            ),
            "Real and generated samples are equally dense there": (
                True,
                "log p/q = 0 means p = q, and the verdict is one half. That holds at this place, not elsewhere.",
            ),
            "The generator has won": (
                False,
                "At this place p = q. It wins when that holds at every place.",
            ),
        },
        "A trained discriminator gives a logit of 7 at a place where neither real nor generated samples ever fell. What "
        "do you conclude?": {
            "Nothing: no sample corrected it there": (
                True,
                "The loss is an average over samples, so a verdict without samples is free, and chance decides.",
            ),
            "Real samples are about a thousand times as dense there": (
                False,
                "That is what exp(7) would mean if it were the best discriminator, and it cannot be where it saw "
                "nothing.",
            ),
            "The discriminator overfits and needs fewer weights": (
                False,
                "A smaller network also says something there, as does a line; nothing in the data decides what.",
            ),
        },
        "What does a generator read from the real data?": {
            "One batch at each step": (
                False,
                "That batch goes to the discriminator. The generator is given noise, and a gradient.",
            ),
            "The average and the spread, and the rest comes from the discriminator": (
                False,
                "Not even those. All reaches it as the gradient of verdicts on its own samples.",
            ),
            "Nothing: it gets the gradient of the discriminator's verdict on its own samples": (
                True,
                "In the notebook, the generator's gradient was put together from arrows and verdicts alone.",
            ),
        },
        "A generator reaches a verdict of 0.95 against a discriminator that is no longer trained. What is its "
        "Jensen-Shannon divergence to the data?": {
            "Close to 0, since 0.95 is nearly 1": (
                False,
                "Against a judge that stands still one good place is enough to please it, and the rest of the data "
                "is forgotten.",
            ),
            "It cannot be told: the verdict measures the generator against an old judge": (
                True,
                "A divergence is what the best judge against *these* samples can do, and this judge was trained "
                "against others.",
            ),
            "About log 2, since the verdict is not one half": (
                False,
                "A verdict above one half only says that this judge is fooled. The divergence may be small or "
                "large.",
            ),
        },
        "A judge tells digits from noise without an error. What has it learned about digits?": {
            "How the ten digits are shaped": (
                False,
                "It took collages without any shape for real: it had no need to learn shapes.",
            ),
            "Nothing, it learned the noise by heart": (
                False,
                "It is right about new noise and new digits, so it did learn a difference between the two.",
            ),
            "Something that noise does not have, and no more than was needed": (
                True,
                "How bright each pixel usually is may be enough. A better generator would force it to look closer.",
            ),
        },
    },
)
