"""Exercises and quiz of notebook 00_start_here: what is asked, how an answer is graded, what each choice means."""

import numpy as np

from ganlib.exercises import Quiz, WrongAnswer, array, call_answer, exercise, number


@exercise(
    "numbers",
    "all that many numbers must fit together, and all that they have in common came through the noise.",
    [
        "How many numbers come out? Section 2 prints it.",
        "A pixel of a colour picture is three numbers. How many pixels are there?",
        "Numbers out, divided by numbers in.",
    ],
)
def numbers(answer):
    """12,288 numbers of a picture for 128 of noise."""
    value = number(answer)
    typical = {
        12288: "that many numbers come out altogether. For each number of the noise it is less",
        32: "a grey picture would have that many: each pixel has three colours",
        4096: "these are the pixels. Each holds several numbers, and there are many numbers of noise",
        128: "that many numbers go in. How many come out for each of them?",
        64: "that is the side of the picture",
        12160: "this is out minus in; asked for is how many for each one, a division",
        1572864: "you multiplied what goes in by what comes out; for each one is a division",
    }
    if value in typical:
        raise WrongAnswer(typical[value])
    if 0 < value < 1:
        raise WrongAnswer(
            "the other way round: that is the noise for each number of the picture"
        )
    if abs(value - 96) > 1e-6:
        raise WrongAnswer(
            f"{value:g} times the noise's 128 numbers would be {128 * value:,.0f}, and not what comes out"
        )


JOBS = {
    "price": (
        "supervised",
        {
            "r": "nobody rewards a guess at a price: with each house comes the very figure that should have been said",
            "g": "the houses are given. Only their price is asked for, and it is known for 5,000 of them",
        },
    ),
    "headline": (
        "reinforcement",
        {
            "s": "you learn whether the one you showed was clicked. What of the two that you did not show?",
            "g": "the three headlines exist already: one has to be chosen, and then something is heard about it",
        },
    ),
    "scans": (
        "generative",
        {
            "s": "there is no right answer to a scan that does not exist yet, and no label was mentioned",
            "r": "nothing is tried and paid for here: there are examples, and more like them are wanted",
        },
    ),
    "robot": (
        "reinforcement",
        {
            "s": "nobody tells the robot how its legs ought to have moved: it hears one number, afterwards",
            "g": "no examples of walks are given that could be imitated: it tries, and hears one number",
        },
    ),
    "melody": (
        "generative",
        {
            "s": "no song comes with an answer: what is wanted are more songs",
            "r": "nobody claps: there are examples, and more like them are wanted",
        },
    ),
    "judge": (
        "supervised",
        {
            "g": "it is one half of a GAN, true. But this half draws nothing; what does it hear after each picture?",
            "r": "it hears which of the two the picture was, whatever it had guessed: more than a reward",
        },
    ),
}


@exercise(
    "kinds",
    "not the kind of data decides, and not the kind of network, but what is given and what is wanted.",
    [
        "Ask three questions of each job: is a right answer given? Is a try paid for? Are only examples given?",
        "Two jobs of each sort.",
        "If new examples are the product, it is the third sort. If only the try that was made is graded, the second.",
    ],
)
def kinds(answer):
    """A dictionary from each job to the sort of learning."""
    if not isinstance(answer, dict):
        raise WrongAnswer(
            f'expected a dictionary such as {{"price": "...", ...}}, and this is of type '
            f"{type(answer).__name__}"
        )
    missing = [job for job in JOBS if job not in answer]
    if missing:
        raise WrongAnswer(f"{missing[0]!r} is missing in your dictionary")
    for job, (right, told) in JOBS.items():
        said = str(answer[job]).strip().lower()
        if said not in ("supervised", "reinforcement", "generative"):
            raise WrongAnswer(
                f"for {job!r} stands {str(answer[job])[:40]!r}, which is none of the three words"
            )
        if said != right:
            raise WrongAnswer(f"{job}: {told[said[0]]}")


def hill(x):
    """A discriminator that finds 2 the most real: its slope is never the same as its height or its sign."""
    return 1 - (x - 2.0) * (
        x - 2.0
    )  # no NumPy: then a tape can be laid over it as well


def valley(x):
    """One that finds 0 the least real, and nothing generated (all logits above 0)."""
    return 3 + x * x


@exercise(
    "which_way",
    "that is the whole message that a generator gets, and backpropagation finds it without trying steps.",
    [
        "You can ask logit about any numbers you like, also about samples that were moved a little.",
        "Compare the logits of samples + 0.001 with those of the samples themselves.",
        "Where the moved ones are higher, the way is up. np.sign of the difference says just that.",
    ],
)
def which_way(answer):
    """A function (logit, samples) -> for each sample a number above 0 for up, below 0 for down."""
    samples = np.array([-1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 4.0])

    def signs(logit, given=samples):
        return np.sign(array(call_answer(answer, logit, given)))

    got, right = signs(hill), np.sign(2 - samples)
    if got.shape != samples.shape:
        raise WrongAnswer(
            f"{samples.size} samples went in, and something of shape {got.shape} came back: every sample "
            "needs its own direction"
        )
    typical = {
        "every sample goes the wrong way: there the discriminator finds it less real": -right,
        "these are the verdicts themselves. A verdict says how real a sample looks, as a reward does, and not "
        "where to go": np.sign(hill(samples)),
        "these are the verdicts with their signs turned; a verdict, turned or not, is not a direction": -np.sign(
            hill(samples)
        ),
        "that is where the samples are, or where they come to lie. Asked for is the way alone": np.sign(
            samples
        ),
    }
    for message, wrong in typical.items():
        if np.array_equal(got, wrong):
            raise WrongAnswer(message)
    if not np.array_equal(got, right):
        raise WrongAnswer(
            f"for a discriminator that finds 2 the most real, the sample {samples[got != right][0]:g} is sent "
            "the wrong way, or nowhere"
        )
    if not np.array_equal(signs(valley), np.sign(samples)):
        raise WrongAnswer(
            "right for one discriminator. For another, which finds 0 the least real, a sample goes the "
            "wrong way: does your function ask the one that it is given?"
        )


@exercise(
    "path",
    "the same line as in the walks of section 2, for noise of any length.",
    [
        "On the way from a to b, what is a fifth of the way? It is four fifths of a and one fifth of b.",
        "np.linspace(0, 1, steps) gives the shares, both ends included.",
        "With the shares as a column, t[:, None], NumPy makes all rows at once: (1 - t) * a + t * b.",
    ],
)
def path(answer):
    """A function (a, b, steps) -> an array (steps, len(a)) from a to b."""
    a, b = np.array([1.0, -2.0, 0.5, 4.0]), np.array([3.0, 2.0, -1.5, 4.0])
    right = np.linspace(a, b, 5)
    got = array(call_answer(answer, a, b, 5))
    if got.shape == right.T.shape:
        raise WrongAnswer(
            "rows and columns are exchanged: one row for each stop on the way"
        )
    if got.shape in ((4, 4), (6, 4)):
        raise WrongAnswer(
            f"asked for 5 stops, both ends among them, there are {len(got)}"
        )
    if got.shape != right.shape:
        raise WrongAnswer(
            f"from two noises of 4 numbers and 5 steps comes something of shape {got.shape}; expected (5, 4)"
        )
    typical = {
        "it never arrives: the last row must be b itself": np.linspace(
            a, b, 5, endpoint=False
        ),
        "it starts too late: the first row must be a itself": np.linspace(a, b, 6)[1:],
        "you walk backwards, from b to a": right[::-1],
        "every row is the same: the share has to grow from row to row": np.broadcast_to(
            got[0], right.shape
        ),
    }
    for message, wrong in typical.items():
        if np.allclose(got, wrong, atol=1e-5):
            raise WrongAnswer(message)
    if not (np.allclose(got[0], a, atol=1e-5) and np.allclose(got[-1], b, atol=1e-5)):
        raise WrongAnswer(
            "the first row must be a and the last row b: look at what the shares are there"
        )
    if not np.allclose(got, right, atol=1e-5):
        raise WrongAnswer(
            "both ends are right, but the strides between them are not equal, or leave the straight line"
        )
    if array(call_answer(answer, a[:2], b[:2], 3)).shape != (3, 2):
        raise WrongAnswer(
            "right for 4 numbers and 5 steps; for 2 numbers and 3 steps the shape is not (3, 2)"
        )


Quiz(
    "00_start_here",
    {
        "What must a generative model learn that a classifier can do without?": {
            "How often which examples occur: the distribution of the data": (
                True,
                "Only then can it draw new ones. We thinned the data out, and the classifier's curve "
                "stayed where it was.",
            ),
            "The labels of all examples": (
                False,
                "It is the classifier that needs labels. Our generator got none.",
            ),
            "Where the boundary between two kinds lies": (
                False,
                "That is all that a classifier needs, and it is not enough to draw anything.",
            ),
        },
        "What is a GAN's generator told about a picture that it has drawn?": {
            "A number that says how good the picture is": (
                False,
                "So it is for a reinforcement learner. The generator is told more: which way to change.",
            ),
            "In which direction to change it so that the discriminator finds it more real": (
                True,
                "The gradient of the verdict by the picture says it for every pixel.",
            ),
            "Which real picture it should have drawn": (
                False,
                "Nobody knows which picture a given noise should become, and no such pairs exist.",
            ),
        },
        "The reward learner tried kind 2 and got the reward 0. What does it know now?": {
            "That kind 0 would have been right": (
                False,
                "It might have been kind 1. With three kinds a reward of 0 leaves two.",
            ),
            "That kind 2 was wrong, and not which one is right": (
                True,
                "Therefore it needed more steps than the learner that is told the right answer.",
            ),
            "Which way to move x": (
                False,
                "A reward is one number for what was tried. No direction comes with it.",
            ),
        },
        "You give the face generator the same 128 numbers twice. What comes out?": {
            "Exactly the same picture": (
                True,
                "It is a function without any chance inside; the variety comes from the noise.",
            ),
            "The nearest picture of the training set": (
                False,
                "It keeps no pictures, only weights: nothing is looked up.",
            ),
            "Two people who resemble each other": (
                False,
                "For that the noise would have to differ a little.",
            ),
        },
        "Where does a GAN use labels?": {
            "For the discriminator only: real or generated, which costs nobody any work": (
                True,
                "We know which examples we made ourselves, so these labels are free.",
            ),
            "For the generator: the right picture to each noise": (
                False,
                "There are no such pairs: nobody knows which picture a noise should become.",
            ),
            "Nowhere: no part of it is ever told a right answer": (
                False,
                "The generator is told none. But the discriminator hears of each example whether it is real.",
            ),
        },
    },
)
