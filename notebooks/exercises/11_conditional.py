"""Exercises and quiz of notebook 11_conditional: what is asked, how an answer is graded, what each choice means."""

import numpy as np

from ganlib.exercises import (
    Quiz,
    WrongAnswer,
    abbreviated,
    array,
    call_answer,
    exercise,
)


@exercise(
    "one_hot_planes",
    "each label's own plane is one everywhere, all others are zero. Now a convolution meets the label at every pixel.",
    [
        "Start from zeros of shape (n, size, size, classes). What has to become 1, for the first picture?",
        "`np.eye(classes)[labels]` is (n, classes): the right numbers, and only the rows and columns are missing.",
        "Give it two axes of length 1 in the middle, [:, None, None, :], and multiply by ones, or use np.broadcast_to.",
    ],
)
def one_hot_planes(answer):
    """A function (labels, size, classes) -> planes (n, size, size, classes)."""

    def right(labels, size, classes):
        planes = np.zeros((len(labels), size, size, classes))
        for picture, label in zip(planes, labels):
            picture[:, :, label] = 1
        return planes

    def planes(labels, size, classes):
        return array(call_answer(answer, np.array(labels), size, classes))

    labels, size, classes = [2, 0, 3, 3, 1], 3, 4
    got, wanted = planes(labels, size, classes), right(labels, size, classes)
    if got.shape == (5, classes, size, size):
        raise WrongAnswer(
            "the classes are the second axis here. Pictures of this course have their channels last"
        )
    if got.shape == (5, classes):
        raise WrongAnswer(
            "that is the one-hot label. A picture has rows and columns as well"
        )
    got = array(got, wanted.shape)
    if np.allclose(
        got, np.repeat(np.eye(classes)[labels], size * size).reshape(wanted.shape)
    ):
        raise WrongAnswer(
            "scrambled: the ones lie in a few rows, and there in all channels. Print the planes of one "
            "picture, one channel after the other"
        )
    if set(np.unique(got)) - {0.0, 1.0}:
        raise WrongAnswer(
            f"only 0 and 1 should stand in the planes, and here stands {got[(got != 0) & (got != 1)][0]:g}"
        )
    if (got.sum(axis=-1) != 1).any():
        raise WrongAnswer(
            f"at every pixel exactly one channel should be 1, and at one pixel there are {got.sum(-1).max():g}"
            if got.sum(-1).max() > 1
            else "at some pixel no channel is 1"
        )
    if not np.allclose(got, wanted):
        first = int(np.argmax((got != wanted).any(axis=(1, 2, 3))))
        raise WrongAnswer(
            f"one channel is 1 at every pixel, but for picture {first}, of label {labels[first]}, it is "
            "another channel"
        )
    for labels, size, classes in (([0, 1], 5, 2), ([9], 8, 10), ([0, 0, 2], 1, 3)):
        if not np.allclose(
            array(planes(labels, size, classes), (len(labels), size, size, classes)),
            right(labels, size, classes),
        ):
            raise WrongAnswer(
                f"right for 4 classes of 3 x 3; but not for {classes} classes of {size} x {size}"
            )


@exercise(
    "obedience",
    "a share and what to believe of it. Twenty requests of which eighteen are obeyed say: 90 %, give or take 7.",
    [
        "The share first: at how many places do the two lists agree, divided by how many there are?",
        "One request is obeyed or not, so it is a coin with probability p. What is the spread of the mean of n coins?",
        "The variance of one such coin is p (1 - p). That of a mean of n of them is n times smaller. Then the root.",
    ],
)
def obedience(answer):
    """A function (asked, read) -> (share, standard error)."""

    def pair(asked, read):
        got = call_answer(answer, np.array(asked), np.array(read))
        try:
            share, error = array(got).ravel()
        except (ValueError, WrongAnswer):  # not two, or no numbers
            raise WrongAnswer(
                f"expected a pair (share, error), and this is {abbreviated(got)}"
            ) from None
        return share, error

    asked, read = np.arange(20) % 5, np.arange(20) % 5
    read[[3, 11]] = 0  # two of twenty are disobeyed
    share, error = pair(asked, read)
    if np.isclose(share, 18):
        raise WrongAnswer(
            "that is how many obey. The share is asked for, between 0 and 1"
        )
    if np.isclose(share, 0.1):
        raise WrongAnswer("that is the share that does not obey")
    if np.isclose(share, 90):
        raise WrongAnswer("give shares from 0 to 1, and not per cent")
    if not np.isclose(share, 0.9):
        raise WrongAnswer(
            f"18 of 20 requests are obeyed here, and your share is {share:.3g}: compare place by place"
        )
    spread = 0.9 * 0.1
    if np.isclose(error, spread / 20) or np.isclose(error, spread / 19):
        raise WrongAnswer(
            "the error is a variance here: in which unit should an error bar be?"
        )
    if np.isclose(error, np.sqrt(spread)):
        raise WrongAnswer(
            "that is the spread of a single request. The mean of twenty is known better than that"
        )
    if np.isclose(error, np.sqrt(spread) / 20):
        raise WrongAnswer(
            "it shrinks too fast: four times as many requests should halve the error"
        )
    if not (
        np.isclose(error, np.sqrt(spread / 20))
        or np.isclose(error, np.sqrt(spread / 19))
    ):
        raise WrongAnswer(
            f"the share is right; the error is {error:.3g}: think of twenty coins with probability 0.9"
        )
    rng = np.random.default_rng(0)
    asked, read = rng.integers(0, 3, 400), rng.integers(0, 3, 400)
    p, (share, error) = np.mean(asked == read), pair(asked, read)
    if not np.isclose(share, p) or abs(error / np.sqrt(p * (1 - p) / 400) - 1) > 0.01:
        raise WrongAnswer(
            f"right for 20 requests; but not for 400 of which {p:.0%} are obeyed"
        )


@exercise(
    "projected",
    "one number for what the picture is like, and one for how well it goes with its label. Miyato and Koyama's head.",
    [
        "Two terms for each picture. The first does not know the label: features @ w + b, one number a picture.",
        "For the second, pick for each picture the row of v that belongs to its label: v[labels] is (n, d).",
        "The dot product picture by picture: multiply the two (n, d) arrays and sum over the last axis.",
    ],
)
def projected(answer):
    """A function (features, labels, v, w, b) -> logits (n,)."""
    rng = np.random.default_rng(1)
    features, labels = rng.normal(size=(6, 4)), np.array([2, 0, 1, 2, 2, 0])
    v, w, b = rng.normal(size=(3, 4)), rng.normal(size=4), 0.7
    got = array(call_answer(answer, features, labels, v, w, b))
    if got.shape == (6, 3):
        raise WrongAnswer(
            "that is a logit for every label. Each picture has one label only"
        )
    if got.shape == (6, 6):
        raise WrongAnswer(
            "that is every picture with every picture's label, a matrix. Only its diagonal is asked for"
        )
    if got.shape == (6, 1):
        got = np.reshape(got, 6)
    got = array(got, (6,))
    free, match = features @ w + b, (features * v[labels]).sum(axis=1)
    typical = [
        (
            match,
            "only how well it goes with its label: where is the term that judges the picture alone?",
        ),
        (free, "only the picture is judged here; the label is not used"),
        (free - b + match, "one constant is missing"),
        (
            features @ w + match + b * len(labels),
            "the constant is added more than once",
        ),
        (
            free * match,
            "the two terms are multiplied. They come from a logarithm of a product",
        ),
        (
            free - match,
            "a picture that goes *well* with its label should look more real, not less",
        ),
        (
            free + features @ v.sum(axis=0),
            "all rows of v are used for every picture. Which one belongs to it?",
        ),
    ]
    for values, message in typical:
        if np.allclose(got, values):
            raise WrongAnswer(message)
    if not np.allclose(got, free + match):
        raise WrongAnswer(
            f"for the first picture you say {got[0]:.3f}; work it out by hand: two dot products and a constant"
        )
    again = call_answer(
        answer, features[:2, :1], np.array([1, 1]), v[:, :1], w[:1], 0.0
    )
    if not np.allclose(
        array(again).ravel(), features[:2, 0] * w[0] + features[:2, 0] * v[1, 0]
    ):
        raise WrongAnswer(
            "right for four features; but not for two pictures with one feature each"
        )


Quiz(
    "11_conditional",
    {
        "Only the generator is told the label. Why does it not obey?": {
            "It cannot see the label in its input": (
                False,
                "It sees it very well. In section 1 it even used it. Nobody asked it to use it *rightly*.",
            ),
            "No pair is ever judged: any picture that looks real is as good as any other": (
                True,
                "Obeying costs effort and brings nothing, since the discriminator cannot know what was asked for.",
            ),
            "Its network is too small": (
                False,
                "The same network obeys as soon as the discriminator is told the label as well.",
            ),
        },
        "Labels are brought into the picture by repeat and reshape, without an axis. What does the discriminator get?": {
            "Planes in which the label decides *where* ones lie, in all channels alike": (
                True,
                "Nothing is lost and no error is raised, so the bug lives on. But away from the band a convolution "
                "meets no label at all.",
            ),
            "The right planes, in another order of channels": (
                False,
                "Then nothing would be lost: the order of channels is arbitrary. Print one picture's planes.",
            ),
            "An error of shapes, at the first step": (
                False,
                "The number of elements is right, so the reshape goes through. That is what makes it nasty.",
            ),
        },
        "A conditional generator obeys in 100 % of the cases. What do you know about it?": {
            "It has learned p(x | y)": (
                False,
                "Recite one example for each label and you obey perfectly.",
            ),
            "That the reader agrees with the request, and nothing about variety within a label": (
                True,
                "That is why obedience and variety stand side by side in every table here.",
            ),
            "It has memorised the training data": (
                False,
                "Perhaps, but obedience does not say so: it looks at one picture at a time.",
            ),
        },
        "In the data, wearers of glasses are older. You switch glasses on in the label, and the lines round the mouth "
        "deepen more often. Is that a fault?": {
            "No: that is what p(x | glasses) looks like, and the model was asked for nothing else": (
                True,
                "To put glasses on somebody is another question, and data in which the two go together do not answer "
                "it by themselves.",
            ),
            "Yes: the generator should have changed the glasses alone": (
                False,
                "Then its pictures with glasses would be too young, and the discriminator would notice.",
            ),
            "Yes: the noise was not kept the same": (
                False,
                "It was the same noise. The label alone moved the lines.",
            ),
        },
        "Ten completions of one face, with ten different noises, look exactly alike. What is the likeliest reason?": {
            "The part that is visible determines the rest": (
                False,
                "Sometimes nearly so: a jaw shows whether there is a beard. But hidden glasses cannot be "
                "known.",
            ),
            "The mask is too small": (
                False,
                "A small hole leaves less open, but what is open should still vary.",
            ),
            "Each condition came with one truth only, so D never sees that several answers are right": (
                True,
                "In theory D asks for all of p(x | y). From one example a condition it can hardly learn that, and an "
                "L1 loss even rewards a single answer. With ten labels it was different: each had many pictures.",
            ),
        },
    },
)
