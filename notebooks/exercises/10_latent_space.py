"""Exercises and quiz of notebook 10_latent_space: what is asked, how it is graded, what each choice means."""

import numpy as np

from ganlib.exercises import Quiz, WrongAnswer, array, call_answer, exercise, number


@exercise(
    "mean_length",
    "the sum of sixteen is only four times as long as one of them, since they point in different directions. A mean of "
    "many codes is short, and what is left of it is what they share.",
    [
        "Two independent codes in a high dimension are nearly at right angles. How long is their sum?",
        "At right angles squared lengths add up, by Pythagoras: the sum of k codes has k times the squared length.",
        "A mean is that sum, divided by how many there are.",
    ],
)
def mean_length(answer):
    """The length of the mean of 16 independent codes in 128 dimensions: sqrt(128 / 16)."""
    value = number(answer)
    if value < 0:
        raise WrongAnswer("a length cannot be negative")
    if abs(value - np.sqrt(128)) < 0.15:
        raise WrongAnswer("that would be right if all of them pointed the same way")
    if abs(value - np.sqrt(128) / 16) < 0.05:
        raise WrongAnswer(
            "you divide by the number of codes, as if their sum were no longer than one of them"
        )
    if abs(value - 4 * np.sqrt(128)) < 1:
        raise WrongAnswer(
            "this is the length of their sum. What turns a sum into a mean?"
        )
    if abs(value - 8) < 0.05:
        raise WrongAnswer("this is its square, or the mean of two codes")
    if value == 0:
        raise WrongAnswer(
            "independent codes do not cancel altogether: by chance they leave something"
        )
    if abs(value - np.sqrt(8)) > 0.15:
        raise WrongAnswer(
            f"not {value:.4g}. Try it: draw sixteen rows of noise, take the mean over the rows, and its length"
        )


@exercise(
    "enough",
    "sorted, added up, and counted. That is how one says how many directions a network hears.",
    [
        "Which directions would you take first, if you want as few as possible?",
        "Sort from large to small, and look at the running sum, np.cumsum.",
        "Compare the running sum with the share of the whole sum, and mind: you want a number of directions, and "
        "positions in an array begin at 0.",
    ],
)
def enough(answer):
    """A function (strengths, share) -> the smallest number of directions that carry at least the share."""

    def ask(strengths, share):
        return number(call_answer(answer, np.array(strengths), share))

    mixed, share = (
        [1.0, 10.0, 2.0, 20.0, 7.0],
        0.7,
    )  # the sum is 40; sorted: 20, 30, 37, 39, 40
    typical = {
        1: "one too few: a position in an array is not yet a number of directions",
        4: "the directions come in any order, and yours are not the strongest ones first",
        5: "that is all of them. Fewer will do",
    }
    got = ask(mixed, share)
    if got == 3:
        raise WrongAnswer(
            "this is one too many, or you asked for the wrong share: 'at least' a share of the sum"
        )
    if got in typical:
        raise WrongAnswer(typical[got])
    if got != 2:
        raise WrongAnswer(
            f"{got:g} came back for the strengths {mixed} and a share of {share}"
        )
    if ask([3.0, 1.0, 4.0], 0.5) != 1:
        raise WrongAnswer(
            "where the first directions carry exactly the share, they are enough: 'at least'"
        )
    if ask([0.3, 0.1, 0.05, 0.05], 0.9) != 3:
        raise WrongAnswer(
            "right where the sum is large; but strengths whose sum is below 1 are counted wrongly: a share "
            "is a share of their sum"
        )


@exercise(
    "without",
    "what is left moves none of the others, however they lie to each other. That is how Shen et al. free one attribute "
    "from another.",
    [
        "For a single other of length 1: subtract (direction @ other) * other.",
        "If the others are not at right angles, taking them away one by one brings a part of the first ones back.",
        "Find the combination of the others that is nearest to the direction, by np.linalg.lstsq, and subtract it.",
    ],
)
def without(answer):
    """A function (direction, others) -> the direction less its projection onto the rows of others."""
    rng = np.random.default_rng(0)
    direction, others = rng.standard_normal(6), rng.standard_normal((2, 6))
    others[1] += 2 * others[0]

    def ask(direction, others):
        got = array(call_answer(answer, direction, others))
        if got.shape != direction.shape:
            raise WrongAnswer(
                f"expected an array of shape {direction.shape}, one direction, and this has {got.shape}"
            )
        return got

    def right(direction, others):
        return direction - np.linalg.lstsq(others.T, direction, rcond=None)[0] @ others

    one = others[:1] / np.linalg.norm(others[0])
    if np.allclose(ask(direction, one), direction):
        raise WrongAnswer("the direction came back as it was")
    if not np.allclose(ask(direction, one), right(direction, one)):
        kept = right(direction, one)
        if np.allclose(ask(direction, one), kept / np.linalg.norm(kept)):
            raise WrongAnswer(
                "the right direction, but its length was changed: leave what is left as long as it is"
            )
        if np.allclose(ask(direction, one), direction - kept):
            raise WrongAnswer(
                "this is the part that lies along the other. Asked for is what is left without it"
            )
        raise WrongAnswer(
            "already with a single other, of length 1, what is left is not at right angles to it"
        )
    if not np.allclose(ask(direction, 3 * one), right(direction, one)):
        raise WrongAnswer(
            "right for an other of length 1; but one that is 3 long gives something else"
        )
    got = ask(direction, others)
    if np.allclose(got, right(direction, others[:1])) or np.allclose(
        got, right(direction, others[1:])
    ):
        raise WrongAnswer("you took one of the others away, and there are more rows")
    if not np.allclose(got, right(direction, others)):
        raise WrongAnswer(
            "right for a single other, but not for two that are not at right angles to each other: what "
            f"is left still has the dot products {np.array2string(others @ got, precision=2)} with them"
        )


Quiz(
    "10_latent_space",
    {
        "A generator divides every code by its length first. You walk straight and along the arc. What differs?": {
            "The straight way passes worse faces in the middle": (
                False,
                "A shorter code points in the same direction, and only that counts here.",
            ),
            "Only the pace: both pass the same faces": (
                True,
                "Both ways lie in one plane and sweep over the same directions.",
            ),
            "Nothing at all: the same face at every t": (
                False,
                "Half-way they agree, and at the ends; in between the straight way lags behind, or runs ahead.",
            ),
        },
        "You found a direction for glasses on 3,000 faces. What verifies it?": {
            "The regression tells nearly all of the 3,000 right": (
                False,
                "That is about telling, on faces it was fitted to. Nobody was pushed yet.",
            ),
            "A fine picture of one person who gets glasses": (
                False,
                "One person can be chosen. And what happened to the hair of the others?",
            ),
            "Fresh faces, pushed, and a count of who wears glasses, beside a control": (
                True,
                "Fresh, so that nothing was fitted to them; and a count of all attributes shows side effects, too.",
            ),
        },
        "A colleague shows excellent samples, truncated with psi 0.4. What should you ask?": {
            "How the samples without truncation look, and who is missing": (
                True,
                "In our count people with dark and with pale skin went first, and glasses became rarer.",
            ),
            "Why psi was not 2, for better pictures": (
                False,
                "Beyond 1 the styles go farther out than any in the training, and the faces get worse.",
            ),
            "Nothing: psi changes the colours only": (
                False,
                "It changes who appears at all.",
            ),
        },
        "A search finds a code whose picture equals the given one to two grey levels. Is it the code the picture came "
        "from?": {
            "Yes: equal pictures have equal codes": (
                False,
                "Only if every number of the code were heard. Of our 128 about ten are.",
            ),
            "In what the generator hears, nearly; the rest of the code is as good as free": (
                True,
                "The cosine was high in the ten heard numbers, and about 0 in the other 118.",
            ),
            "No, codes can never be found": (
                False,
                "What moves the picture can be found by moving it.",
            ),
        },
        "A gradient map of a discriminator is bright at the eyes. When may you believe it?": {
            "When the discriminator is right on nearly all pictures": (
                False,
                "Then there is something to look for, but the map might still show nothing but edges.",
            ),
            "When the map looks sensible": (
                False,
                "That is how one is fooled: maps of untrained networks can look sensible, too.",
            ),
            "When the same tool has found a planted flaw, and shows nothing for an untrained network": (
                True,
                "A tool is tested on a question with a known answer.",
            ),
        },
    },
)
