"""Exercises and quiz of notebook 06_dcgan: what is asked, how an answer is graded, what each choice means."""

import numpy as np

from ganlib.exercises import (
    Quiz,
    WrongAnswer,
    abbreviated,
    array,
    call_answer,
    exercise,
    number,
)


@exercise(
    "last_side",
    '4, 11, 25, 53. With "same" it would have been 4, 8, 16, 32, which is why generators use it.',
    [
        "Do one layer on paper first: where does the last of the four stamps begin, and where does it end?",
        "Stamps begin at 0, 2, 4, ... so the last of n begins at 2 * (n - 1), and the kernel reaches 5 further.",
        "Do the same with the side that came out, and once more.",
    ],
)
def last_side(answer):
    """The side after three transposed convolutions, kernel 5, stride 2, "valid", from 4."""
    side = number(answer)
    typical = {
        32: 'that is what "same" gives, twice the side each time. Here nothing is cut off at the border',
        11: "that is the side after the first layer, and there are three",
        25: "that is the side after two layers, and there are three",
        53**2: "that is the number of pixels. The side is asked for",
        60: "it looks as if every layer made 2n + 4 of n: the last stamp begins at 2 * (n - 1), not at 2 * n",
        67: "it looks as if every layer made 2n + 5 of n: the last stamp begins at 2 * (n - 1), not at 2 * n",
        46: "it looks as if every layer made 2n + 2 of n: the last stamp reaches over 5 places, its first one counted",
        39: "it looks as if every layer made 2n + 1 of n. How far does the last stamp reach beyond its beginning?",
        19: "it looks as if the stride were forgotten in two of the layers",
        16: "it looks as if the stride were 1: each layer then adds 4",
    }
    if side in typical:
        raise WrongAnswer(typical[side])
    if side != int(side) or side < 4:
        raise WrongAnswer(
            f"{side:g} is no side of a larger array: expected a whole number above 4"
        )
    if side != 53:
        raise WrongAnswer(
            f"from 4 to {side:g} in three layers does not fit kernel 5 and stride 2: try one layer with "
            "`stamp(np.ones((4, 4)), np.ones((5, 5))).shape`"
        )


@exercise(
    "stamp_line",
    "for every kernel and stride. A transposed convolution is this, along two axes and summed over channels.",
    [
        "First the length of the result: stride * (len(x) - 1) + len(kernel). Begin with that many zeros.",
        "Go through x with its places, `for i, value in enumerate(x)`, and look for the slice that belongs to place i.",
        "The slice begins at stride * i and is as long as the kernel. Add value * kernel to it: += and not =.",
    ],
)
def stamp_line(answer):
    """A function (x, kernel, stride) -> the transposed convolution on a line."""

    def rule(x, kernel, stride, add=True, flip=False):
        out = np.zeros(stride * (len(x) - 1) + len(kernel))
        for i, value in enumerate(x):
            part = slice(stride * i, stride * i + len(kernel))
            out[part] = (out[part] if add else 0) + value * (
                kernel[::-1] if flip else kernel
            )
        return out

    def line(x, kernel, stride):
        x, kernel = np.array(x, float), np.array(kernel, float)
        got = array(call_answer(answer, x, kernel, stride))
        if got.ndim != 1:
            raise WrongAnswer(
                f"expected an array along one line, and this has shape {got.shape}"
            )
        return got

    x, kernel, stride = np.array([1.0, 2.0, -1.0, 3.0]), np.array([1.0, 5.0, 2.0]), 2
    got, right = line(x, kernel, stride), rule(x, kernel, stride)
    if got.shape != right.shape:
        lengths = {
            8: '8 numbers came back, as with "same": here nothing is cut off',
            len(np.convolve(x, kernel)): "stamps one place apart: where is the stride?",
            2: "it became shorter: this gathers under a window. Here every number of x stamps the kernel",
        }
        raise WrongAnswer(
            lengths.get(
                len(got),
                f"{len(got)} numbers came back; expected stride * (len(x) - 1) + "
                f"len(kernel), which is {len(right)}",
            )
        )
    if np.allclose(got, rule(x, kernel, stride, add=False)):
        raise WrongAnswer(
            "where two stamps overlap the later one wipes the earlier one out. They add up"
        )
    if np.allclose(got, rule(x, kernel, stride, flip=True)):
        raise WrongAnswer("the kernel is stamped the wrong way round")
    if not np.allclose(got, right):
        first = int(np.argmax(~np.isclose(got, right)))
        raise WrongAnswer(
            f"the length is right, and at place {first} stands {got[first]:g}: which stamps reach that place?"
        )
    for x, kernel, stride in (
        ([2, 3, 4], [1, 2], 1),
        ([2, -3], [1, 2, 4, 8], 3),
        ([1, 2, 3], [4], 4),
    ):
        x, kernel = np.array(x, float), np.array(kernel, float)
        got, right = line(x, kernel, stride), rule(x, kernel, stride)
        if got.shape != right.shape or not np.allclose(got, right):
            raise WrongAnswer(
                f"right for a kernel of 3 and stride 2; but not for a kernel of {len(kernel)} and stride "
                f"{stride}"
            )


@exercise(
    "beyond_noise",
    "strict, and it needs no bell curves. What it calls noise may still be a small effect: more seeds would tell.",
    [
        "Two cases make it True: all of one list lie below all of the other, or all of them above.",
        "The largest of one list and the smallest of the other decide. Nothing else does.",
        "max(a) < min(b), or the same with the names exchanged.",
    ],
)
def beyond_noise(answer):
    """A function (a, b) of two lists of distances -> True where the lists do not overlap."""
    base = [5.0, 6.0, 7.0, 5.5, 6.5]

    def verdict(a, b):
        got = call_answer(answer, list(a), list(b))
        try:
            value = array(got).item()
        except (ValueError, WrongAnswer):  # several, none, or no number at all
            value = None
        if value not in (True, False):
            raise WrongAnswer(f"expected True or False, and this is {abbreviated(got)}")
        return bool(value)

    if not verdict(base, [9.0, 11.0, 8.0, 10.0, 30.0]):
        raise WrongAnswer(
            "five seeds that lie clearly above the other five are said to be noise"
        )
    if verdict(base, [6.9, 7.5, 8.0, 9.0, 9.5]):
        raise WrongAnswer(
            "the means lie far apart, but one of the five lies among the others: that is overlap"
        )
    if verdict(base, [5.2, 5.8, 6.2, 6.8, 300.0]):
        raise WrongAnswer(
            "four of five lie in the midst of the others; one burst seed alone is not enough here"
        )
    if not verdict(base, [4.0, 3.0, 4.5, 3.5, 2.0]):
        raise WrongAnswer(
            "a rule without which everything gets *better* is an effect, too"
        )
    if not verdict(base, [8.0, 9.0, 10.0]):
        raise WrongAnswer(
            "it goes wrong where the lists are not equally long: three seeds that all lie above"
        )
    if verdict(base, [7.0, 9.0, 8.0, 10.0, 11.0]):
        raise WrongAnswer(
            "here the best of one list equals the worst of the other. A tie is not beyond"
        )


Quiz(
    "06_dcgan",
    {
        "A generator is to grow by a stride of 3. Which kernel reaches every pixel equally often?": {
            "4": (
                False,
                "It is 3 + 1, so at the seams two stamps overlap, and elsewhere there is only one.",
            ),
            "5": (
                False,
                "Stamps overlap by two places of three: uneven. Look at it on the stamp desk.",
            ),
            "6": (
                True,
                "The stride divides it: every pixel is reached by 2 x 2 stamps.",
            ),
        },
        "What have a convolution and its transposed convolution in common?": {
            "The weights: one is a matrix, the other is that matrix turned over": (
                True,
                "C gathers and its transpose stamps, with the same nine numbers. So do gradients on their way back.",
            ),
            "Nothing but the name": (
                False,
                "Section 2 built both from one kernel, and from one matrix.",
            ),
            "They undo each other": (
                False,
                "They undo each other's sizes, not each other's values. We convolved, stamped back, and got "
                "something else.",
            ),
        },
        "What does resize-convolution promise that kernel 4 with stride 2 does not?": {
            "Better digits in the end": (
                False,
                "That is a question for the table, and not what the construction promises.",
            ),
            "Fewer weights to learn": (
                False,
                "It has a few fewer, 9 for 16, but that is not what cures the pattern.",
            ),
            "That a flat array stays flat, whatever the weights": (
                True,
                "All four phases see the same values under the same weights, so none can be brighter at the start.",
            ),
        },
        "All pictures of a generator are legible. What do you know about it?": {
            "Nothing about variety: one good picture, drawn for ever, would score the same": (
                True,
                "That was a line of our test of instruments. Count the classes, and take a distance.",
            ),
            "It has learned all ten digits": (
                False,
                "Legible asks each picture alone. The sevens could be gone, and it would not notice.",
            ),
            "Its pictures cannot be told from real ones": (
                False,
                "Real ones are 95 % legible by construction. 100 % can even mean too easy pictures.",
            ),
        },
        "You leave out a guideline, train once, and the distance rises from 7.5 to 9.5. What do you know?": {
            "The guideline helps: 9.5 is more than 7.5": (
                False,
                "One seed against one seed. Look at how far five seeds of the same rules lie apart.",
            ),
            "The guideline is worth about a quarter of the distance": (
                False,
                "A number taken from one run has no error bar, and so it says little.",
            ),
            "Hardly anything: another seed of the same rules might differ by as much": (
                True,
                "Only where the seeds of one kind leave those of the other behind is there something to explain.",
            ),
        },
    },
)
