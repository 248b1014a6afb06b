"""Exercises and quiz of notebook 09_faces: what is asked, how an answer is graded, what each choice means."""

import numpy as np

from ganlib.exercises import Quiz, WrongAnswer, array, call_answer, exercise, number


@exercise(
    "half_life",
    "after that many steps half of an old weight is forgotten: long enough to calm the weights, short enough to "
    "keep up with them.",
    [
        "One step keeps 0.998 of the old average. What do two steps keep? Three?",
        "k steps keep 0.998 ** k. You want the k for which that is 0.5.",
        "A logarithm turns the power into a product.",
    ],
)
def half_life(answer):
    """The number of steps after which an average that keeps 0.998 a step holds half of what it held."""
    steps = number(answer)
    if steps < 0:
        raise WrongAnswer(
            "a number of steps cannot be negative: the logarithm of a number below 1 is"
        )
    if steps < 1:
        raise WrongAnswer(
            "this is a share, and a number is asked for: how many steps until the share is a half?"
        )
    if abs(steps - 500) <= 1:
        raise WrongAnswer(
            "1 / (1 - 0.998) is how old the remembered weights are on average, and by then more than a "
            "half is gone"
        )
    if abs(steps - 250) <= 1:
        raise WrongAnswer(
            "you take 0.002 of the first value away at every step; a step takes it of what is still there"
        )
    if abs(steps - 150.4) <= 1 or abs(steps - 797.1) <= 1:
        raise WrongAnswer(
            "two different logarithms are mixed, np.log and np.log10: use the same one twice"
        )
    if abs(0.998**steps - 0.5) > 0.001:
        raise WrongAnswer(
            f"after {steps:g} steps 0.998 to that power, {0.998**steps:.3g}, is left, and not a half"
        )


@exercise(
    "together",
    "every number is back in its place, also where the picture is not square.",
    [
        "Undo it in the opposite order: name all the axes first, then move them, then join them.",
        "x.reshape(n, h, w, block, block, c) gives every axis a name: row and column of the grid, row and column "
        "inside the patch, colour.",
        "A row of the picture is made of a row of the grid and, faster, a row inside the patch. Those two axes "
        "must be neighbours before the last reshape. The same for columns.",
    ],
)
def together(answer):
    """A function (x, block) that turns (n, h, w, c * block^2) into (n, h * block, w * block, c)."""
    shape = 2, 4, 6, 3
    picture = np.arange(2 * 4 * 6 * 3, dtype="float32").reshape(shape)
    x = picture.reshape(2, 2, 2, 3, 2, 3).transpose(
        0, 1, 3, 2, 4, 5
    )  # n, h, w, row, column, colour
    colours_first = x.reshape(2, 2, 3, 3, 2, 2).transpose(0, 1, 4, 2, 5, 3)

    def pixels(x, block):
        return array(call_answer(answer, x, block))

    typical = {
        "the shape is right, but the numbers were only cut anew and none was moved: a row of the result holds one "
        "whole patch after the other": x,
        "every patch lies on its side: its rows became columns": x.transpose(
            0, 1, 4, 2, 3, 5
        ),
        "colours and places in the patch are mixed up: on the last axis the colour changes fastest": colours_first,
    }
    got = pixels(x.reshape(2, 2, 3, 12), 2)
    if got.shape != shape:
        raise WrongAnswer(
            f"from (2, 2, 3, 12) and block 2 comes an array of shape {got.shape}; expected {shape}: each of "
            "the 2 x 3 points opens into 2 x 2 pixels of 3 colours"
        )
    for message, values in typical.items():
        if np.array_equal(got, values.reshape(shape)):
            raise WrongAnswer(message)
    if not np.array_equal(got, picture):
        raise WrongAnswer(
            f"the shape is right, but {np.mean(got != picture):.0%} of the numbers are in another place"
        )
    grey = np.arange(36.0).reshape(1, 6, 6, 1)
    if not np.array_equal(
        pixels(grey.reshape(1, 2, 3, 2, 3, 1).swapaxes(2, 3).reshape(1, 2, 2, 9), 3),
        grey,
    ):
        raise WrongAnswer(
            "right for blocks of 2 and three colours; but not for a grey picture and blocks of 3"
        )


@exercise(
    "outside",
    "both sides of the band, shares and not counts, and nobody who vanished was overlooked. That is how one audits "
    "a generator.",
    [
        "Turn both columns into shares first: np.mean(column == name).",
        "Go through the names that occur among the real ones: a name that vanished occurs nowhere else.",
        "Outside means below half of the real share, or above twice the real share.",
    ],
)
def outside(answer):
    """A function (real, fake) of two columns -> the names whose share is not within a factor of two."""

    def column(**counts):
        return np.repeat(list(counts), list(counts.values()))

    def names(real, fake):
        got = call_answer(answer, real, fake)
        try:
            found = [got] if isinstance(got, str) else got
            return tuple(sorted({str(name) for name in found}))
        except Exception:  # no list, or of things without a name
            raise WrongAnswer(
                f"expected a list of names, and this is of type {type(got).__name__}"
            ) from None

    # Of a thousand: bald vanished, wavy is just too rare (0.45), bun too common (3). Within, but not by much: afro
    # (1.75), long (0.55).
    real = column(afro=40, bald=40, bun=40, long=100, short=100, wavy=80)
    fake = column(afro=175, bun=300, long=138, short=297, wavy=90)
    typical = {
        ("bald", "wavy"): "you found who became rare. But somebody is far too common",
        ("bun",): "you found who became too common. What of those who became rare?",
        (
            "bun",
            "wavy",
        ): "somebody vanished altogether, and whoever is gone is not among the generated names",
        (
            "afro",
            "bald",
            "bun",
            "short",
        ): "you compare counts, of 400 real and 1,000 generated: compare shares",
        (
            "afro",
            "bald",
            "bun",
            "wavy",
        ): "half as many again is no factor of two: the band goes from a half to the "
        "double",
        (): "nobody is outside, you say. A factor is a matter of dividing, not of subtracting: even a share of a "
        "few per cent can shrink by more than a factor of two",
    }
    got = names(real, fake)
    if got in typical:
        raise WrongAnswer(typical[got])
    if set(got) - set(real):
        raise WrongAnswer(
            f"{min(set(got) - set(real))!r:.40} came back, which is no name out of the columns"
        )
    if got != ("bald", "bun", "wavy"):
        raise WrongAnswer(
            f"{len(got)} names came back, and not the right ones: print the two shares of each and look"
        )
    if names(real, real):
        raise WrongAnswer(
            "compared with itself a column has nobody outside, and yet names came back"
        )


Quiz(
    "09_faces",
    {
        "After 3,000 steps both losses hardly move. What do you know about the pictures?": {
            "Nothing yet: look at them, and measure a distance to held-out pictures": (
                True,
                "The losses tell how the two players stand to each other, and both may be getting better.",
            ),
            "The generator has stopped learning, so stop": (
                False,
                "In our run the losses were level for thousands of steps, and all the while the faces became "
                "better.",
            ),
            "The two networks have reached the best there is": (
                False,
                "A standing loss means balance between these two players, not that neither can improve.",
            ),
        },
        "Why do the noise vectors of the progress pictures never change?": {
            "Because new noise would slow the training down": (
                False,
                "Drawing 64 vectors costs nothing. The noise used for training is new at every step.",
            ),
            "So that a difference between two pictures comes from training and not from luck": (
                True,
                "With new noise you would compare two different people, not one network at two moments.",
            ),
            "Because the generator learned only these vectors": (
                False,
                "It never trains on them; they are kept for looking only.",
            ),
        },
        "Real against real scores more than 0. Why?": {
            "Because the distance is not computed exactly; with better arithmetic it would be 0": (
                False,
                "The arithmetic is exact enough. The two sets hold different people.",
            ),
            "Because the real pictures are not good": (
                False,
                "A distance knows nothing of good. It compares two sets, and these are two samples.",
            ),
            "Because two finite samples of one distribution are never the same": (
                True,
                "So this is the figure to compare with: no generator can be asked to come below it.",
            ),
        },
        "The generator draws each of 100 training pictures perfectly, and nothing else. What shows it?": {
            "Nearest neighbours: each generated picture lies on top of a training picture": (
                True,
                "Memorising looks like that, which is why held-out pictures are measured beside it.",
            ),
            "The factor reader's confidence": (
                False,
                "Copies of real pictures are read with full confidence.",
            ),
            "The discriminator's loss": (
                False,
                "A discriminator that cannot tell is content with perfect copies, too.",
            ),
        },
        "Training was interrupted after 2,000 steps. What must the checkpoint hold for the run to go on as if "
        "nothing had happened?": {
            "The averaged generator": (
                False,
                "That is enough to draw pictures. To train on, the two players themselves are missing.",
            ),
            "The weights of both networks": (
                False,
                "Adam's averages, the noise and the place in the data would start again: another run.",
            ),
            "Weights, average, optimizers, noise state and step number": (
                True,
                "All that the next step reads. The order of the pictures follows from seed and step number.",
            ),
        },
    },
)
