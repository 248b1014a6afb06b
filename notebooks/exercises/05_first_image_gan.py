"""Exercises and quiz of notebook 05_first_image_gan: what is asked, how an answer is graded, what each choice means."""

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

WIDTHS = (100, 128, 256, 512)


def weights(shape, biases=True):
    """Of a chain of dense layers from 100 numbers to a picture of `shape`."""
    widths = (*WIDTHS, int(np.prod(shape)))
    return sum(a * b + biases * b for a, b in zip(widths, widths[1:]))


@exercise(
    "count_weights",
    "that is what count_params() says. The picture itself costs most: 64 x 64 pixels in colour would need more than "
    "six million weights in the last layer alone.",
    [
        "Write down the chain of widths: 100, 128, and so on. The last one is the number of values in a picture.",
        "Go along the chain in neighbouring pairs (a, b). Each pair is one dense layer: a * b weights and b biases.",
        "zip(widths, widths[1:]) gives the pairs; sum what they cost. LeakyReLU and Reshape have nothing to learn.",
    ],
)
def count_weights(answer):
    """A function (height, width, channels) -> the number of the generator's weights."""
    shapes = (28, 28, 3), (28, 28, 1), (32, 32, 3), (8, 10, 1)
    got = np.array([number(call_answer(answer, shape)) for shape in shapes])

    def compared(rule):
        return np.allclose(got, [rule(shape) for shape in shapes])

    def last(shape):
        return 512 * int(np.prod(shape)) + int(np.prod(shape))

    typical = [
        (
            lambda s: weights(s, biases=False),
            "one bias for each number that a layer gives out is missing",
        ),
        (
            lambda s: weights(s) - last(s),
            "the layer that writes the pixels is missing, and it is the largest",
        ),
        (
            lambda s: last(s),
            "that is the last layer alone. Four dense layers stand in the generator",
        ),
        (
            lambda s: sum((*WIDTHS[1:], int(np.prod(s)))),
            "these are the numbers that the layers give out. Each of them hangs on *all* numbers of the layer before",
        ),
        (
            lambda s: weights(s) - 101 * 128,
            "the first layer is missing: it turns 100 numbers into 128",
        ),
        (
            lambda s: weights((s[0], s[1], 1)),
            "the channels are forgotten: a colour is three values a pixel",
        ),
        (
            lambda s: weights((28, 28, s[2])),
            "height and width are always 28 here; they come with the shape",
        ),
        (
            lambda s: weights((28, 28, 3)),
            "it is the same for every shape. A larger picture needs a larger last layer",
        ),
    ]
    for rule, message in typical:
        if compared(rule):
            raise WrongAnswer(message)
    for shape, value in zip(shapes, got):
        if value != weights(shape):
            raise WrongAnswer(
                f"for {shape} you count {value:,.0f}; the generator has "
                f"{'more' if value < weights(shape) else 'fewer'}"
            )


def players(*names):
    """{name: two arrays} that are always the same."""
    rng = np.random.default_rng(7)
    return {name: [rng.normal(size=(3, 2)), rng.normal(size=2)] for name in names}


def copied(arrays):
    return {name: [np.copy(a) for a in group] for name, group in arrays.items()}


@exercise(
    "moved",
    "this is the test that finds a lesson which moves the wrong player, however small the step was.",
    [
        "One loop over the names; for each of them the lists before and after, in pairs: zip.",
        "Two arrays differ if (a != b).any(). A player has moved if that is so for any of its arrays.",
        "any(... for a, b in zip(before[name], after[name])) is True as soon as one pair differs.",
    ],
)
def moved(answer):
    """A function (before, after) -> the names of the players of which any weight has changed."""
    before = players("generator", "discriminator", "average")

    def tried(change):
        after = copied(before)
        change(after)
        got = call_answer(answer, copied(before), after)
        try:
            names = None if isinstance(got, (str, bytes)) else [str(n) for n in got]
        except Exception:  # no list, or of things without a name
            names = None
        if names is None:
            raise WrongAnswer(
                f"expected a list of names, and this is {abbreviated(got)}"
            )
        unknown = [name for name in names if name not in before]
        if unknown:
            raise WrongAnswer(
                f"expected names of players, and {unknown[0][:40]!r} is none"
            )
        return set(names)

    def add(name, array, index, amount):
        def change(after):
            after[name][array][index] += amount

        return change

    def swap(after):
        after["generator"][0][[0, 1]] = after["generator"][0][[1, 0]]

    def both(after):
        add("generator", 0, (0, 0), 1)(after), add("discriminator", 1, 0, 1)(after)

    def minus(after):
        after["average"][0][0, 0] -= 3

    cases = [
        (
            both,
            {"generator", "discriminator"},
            "two players have moved, and both names are asked for",
        ),
        (lambda after: None, set(), "nobody has moved, and you name somebody"),
        (
            add("generator", 0, (2, 1), 1e-9),
            {"generator"},
            "a step of 0.000000001 is a step: do not round",
        ),
        (
            add("discriminator", 1, 0, 1),
            {"discriminator"},
            "only the second array of this player has changed: look at all of them",
        ),
        (minus, {"average"}, "a weight that fell has moved as well"),
        (
            swap,
            {"generator"},
            "two rows have changed places: sum and mean are what they were, the weights are not",
        ),
    ]
    for change, expected, message in cases:
        got = tried(change)
        if expected and got == set(before) - expected:
            raise WrongAnswer("these are the players that have *not* moved")
        if got - expected:
            raise WrongAnswer(
                "you name somebody who stood still. Equal numbers in two arrays are not a step"
            )
        if got != expected:
            raise WrongAnswer(message)


@exercise(
    "mosaic",
    "one reshape, one change of axes, one reshape. No picture was touched in a loop.",
    [
        "First give the pictures two axes in place of one, (rows, columns, height, width, channels).",
        "In the large picture one walks down through rows and heights, and across through columns and widths. So the "
        "axes have to stand in the order rows, height, columns, width, channels.",
        "reshape(-1, columns, h, w, c), then swapaxes(1, 2), then reshape to (rows * h, columns * w, c).",
    ],
)
def mosaic(answer):
    """A function (images, columns) -> one large picture."""
    images = np.arange(6 * 2 * 3 * 2).reshape(6, 2, 3, 2)

    def right(images, columns):
        return np.vstack(
            [
                np.hstack(list(images[i : i + columns]))
                for i in range(0, len(images), columns)
            ]
        )

    got = array(call_answer(answer, images, 3))
    expected = right(images, 3)
    if got.shape != expected.shape:
        turned = (
            " You exchanged rows and columns"
            if got.shape == right(images, 2).shape
            else ""
        )
        raise WrongAnswer(
            f"six pictures of 2 x 3 in 3 columns came back with the shape {got.shape}; expected "
            f"{expected.shape}.{turned}"
        )
    typical = [
        (
            images.reshape(expected.shape),
            "the numbers were only cut anew: the first row of the sheet holds the whole first picture. The axes have to "
            "change places between the two reshapes",
        ),
        (
            right(
                images.reshape(3, 2, 2, 3, 2).swapaxes(0, 1).reshape(images.shape), 3
            ),
            "the pictures run down the columns; they should run along the rows, as one reads",
        ),
        (right(images[::-1], 3), "the last picture stands first"),
        (right(images, 3)[::-1], "the sheet stands on its head"),
        (right(images, 3)[:, ::-1], "the sheet is mirrored"),
        (right(images[..., ::-1], 3), "the colours are exchanged"),
    ]
    for wrong, message in typical:
        if np.array_equal(got, wrong):
            raise WrongAnswer(message)
    if not np.array_equal(got, expected):
        row, column = np.argwhere((got != expected).any(-1))[0]
        raise WrongAnswer(
            f"the shape is right, but in line {row} the pixel of column {column} comes from another place"
        )
    if not np.array_equal(array(call_answer(answer, images, 2)), right(images, 2)):
        raise WrongAnswer("with 3 columns it is right, and with 2 columns it is not")


Quiz(
    "05_first_image_gan",
    {
        "Keras says: expected axis -1 to have value 3072, but received 1024. Your pictures are 32 x 32. What happened?": {
            "The batch is too small by a factor of three": (
                False,
                "The size of the batch is another axis, the first. Networks do not mind how long it is.",
            ),
            "The network was built for colour, and the pictures are grey": (
                True,
                "3072 is 32 x 32 x 3, and 1024 is 32 x 32 x 1. Let the data decide on the shape.",
            ),
            "The network has 1024 weights and needs 3072": (
                False,
                "The message speaks of what a layer is given, not of its weights.",
            ),
        },
        "What does `layers.Input((28, 28, 1))` contain?": {
            "A batch of noise of this shape": (
                False,
                "It contains no numbers whatever. Noise has to be drawn.",
            ),
            "An empty picture, all zeros": (
                False,
                "Zeros would be numbers, and one could learn from them, though little.",
            ),
            "No numbers: it is a promise of an array of this shape": (
                True,
                "Networks are built from it. To learn from it is impossible.",
            ),
        },
        "You repaired a bug and wrote a test; it passes. Why run it on the old version, too?": {
            "To measure how much faster the new version is": (
                False,
                "A test asks whether, not how fast.",
            ),
            "A test that passes on the broken version as well does not test the bug": (
                True,
                "Red before, green after: only then does it guard what you repaired.",
            ),
            "To be sure that the old version has no other bugs": (
                False,
                "It may have six more. A test looks at one thing.",
            ),
        },
        "In Keras 3 you set `discriminator.trainable = False` and compile the row of both. What does the discriminator's "
        "own `train_on_batch` do now?": {
            "It trains as before, since the discriminator was compiled earlier": (
                False,
                "So it was in old versions. In Keras 3 the flag counts when it learns, not when it was compiled.",
            ),
            "It changes nothing, and a warning says that there is nothing to train": (
                True,
                "The flag belongs to the network, and both lessons see it. Take a tape and one player's weights.",
            ),
            "It stops with an error": (
                False,
                "An error would have been kinder. There is only a warning.",
            ),
        },
        "All tests are green, L_D is 0.01 and L_G is 60. What now?": {
            "Look for the eighth bug: a correct program learns": (
                False,
                "There may be one, but nothing here says so. A correct program may lose the game.",
            ),
            "The discriminator wins: change the settings, first of all Adam's momentum": (
                True,
                "The table in 04 names the sign, and in our run Adam's betas decided; R1 did not.",
            ),
            "Train longer: L_D is nearly 0, so it is nearly done": (
                False,
                "L_D near 0 means that every generated picture is found out. Waiting will not change that.",
            ),
        },
        "A generator scores 95 % legible digits. What could still be wrong?": {
            "Nothing: real digits score no better": (
                False,
                "A generator that draws a perfect 1 every time would score 100 %.",
            ),
            "It draws few kinds of digits, or copies the training pictures": (
                True,
                "Count the kinds, and search for the nearest real picture. One number does not see everything.",
            ),
            "The reader may have been trained for too short a time": (
                False,
                "Then real digits would have scored badly too, and they were tested first.",
            ),
        },
    },
)
