"""Exercises and quiz of notebook 07_failure_clinic: what is asked, how an answer is graded, what each choice means."""

import json
import pathlib

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
    "in_company",
    "the same picture, two verdicts. That is all that batch normalisation has to do to leak.",
    [
        "The batch is the picture and its neighbours together, and all have a say in the mean and in the spread.",
        "Put the one value and the others into one array first: np.append(neighbours, x).",
        "Then subtract that array's mean from x, and divide by its standard deviation, as np.std computes it.",
    ],
)
def in_company(answer):
    """A function (x, neighbours) -> x after batch normalisation of the batch that holds x and its neighbours."""

    def rule(x, others, own=True, ddof=0, centre=True, square=False):
        batch = np.append(others, x) if own else np.asarray(others, float)
        spread = batch.var() if square else batch.std(ddof=ddof)
        return (x - batch.mean() * centre) / spread

    x, others = 6.0, np.array([1.0, 2.0, 4.0, 8.0, 0.5])
    got = array(call_answer(answer, x, others), expected="one ordinary number")
    if got.size == len(others) + 1:
        raise WrongAnswer(
            "the whole batch came back. Only the one picture's value is asked for"
        )
    got, right = number(got), rule(x, others)
    typical = {
        "the picture itself belongs to its batch, too": rule(x, others, own=False),
        "the spread of a batch is divided by n here, not by n - 1: np.std as it comes": rule(
            x, others, ddof=1
        ),
        "divided by the spread, but the mean was not subtracted first": rule(
            x, others, centre=False
        ),
        "divided by the variance: the spread is its root": rule(x, others, square=True),
        "the mean was subtracted, and nothing was divided": right
        * np.append(others, x).std(),
        "the sign is wrong: a value above the mean becomes positive": -right,
    }
    for said, value in typical.items():
        if np.isclose(got, value, rtol=1e-3):
            raise WrongAnswer(said)
    if not np.isclose(got, right, rtol=1e-3):
        raise WrongAnswer(
            f"{got:.3f} came back for {x:g} among {others.tolist()}: work out mean and spread of all six first"
        )
    for x, others in (
        (-1.0, [5.0, 6.0, 7.0]),
        (0.0, [0.0, 1.0]),
        (2.0, [100.0, -100.0, 3.0, 4.0, 5.0, 6.0, 7.0]),
    ):
        if not np.isclose(
            number(call_answer(answer, x, np.array(others))), rule(x, others), rtol=1e-3
        ):
            raise WrongAnswer(f"right for one batch, but not for {x:g} among {others}")


@exercise(
    "birthday",
    "and that is a test for collapse which needs no network: draw, look for twins, and count back (Arora and Zhang).",
    [
        "The opposite is easier: what is the chance that *all* the pictures drawn are different?",
        "The second differs from the first with chance (n - 1)/n, the third from both with (n - 2)/n, and so on.",
        "Multiply these, a factor for each picture drawn, and take that from 1: np.prod(1 - np.arange(m) / n).",
    ],
)
def birthday(answer):
    """A function (different, drawn) -> the chance of at least two equal pictures."""

    def rule(n, m):
        return 1 - np.prod(1 - np.arange(m) / n)

    def chance(n, m):
        value = number(call_answer(answer, n, m))
        if not -1e-6 <= value <= 1 + 1e-6:
            raise WrongAnswer(
                f"{value:g} came back for {m} pictures of {n} kinds, and a chance lies between 0 and 1"
            )
        return value

    got, right = chance(365, 23), rule(365, 23)
    typical = {
        "that is the chance that all are different": 1 - right,
        "that is the chance that another picture is equal to the *first*. Any two may be equal": 1
        - (364 / 365) ** 22,
        "that treats the pairs as if they knew nothing of each other: near, but not exact": 1
        - (364 / 365) ** (23 * 22 / 2),
        "one factor too many: the first picture has nobody to be equal to": rule(
            365, 24
        ),
        "one factor is missing: with 23 pictures the last one has 22 others before it": rule(
            365, 22
        ),
        "that is the usual approximation with exp. Multiply the factors instead": 1
        - np.exp(-(23**2) / 2 / 365),
        "again an approximation with exp, and a good one. Multiply the factors instead": 1
        - np.exp(-23 * 22 / 2 / 365),
    }
    for said, value in typical.items():
        if np.isclose(got, value, rtol=0, atol=2e-5):
            raise WrongAnswer(said)
    if not np.isclose(got, right, rtol=0, atol=1e-5):
        raise WrongAnswer(
            f"for 23 pictures of 365 kinds {got:.3f} came back. Do it for 2 pictures first, then for 3"
        )
    if not np.isclose(chance(10, 1), 0, atol=1e-9):
        raise WrongAnswer("a single picture has no twin: there the chance is 0")
    if not np.isclose(chance(5, 6), 1, atol=1e-9):
        raise WrongAnswer("6 pictures of 5 kinds: two *must* be equal")
    for n, m in ((40, 8), (1000, 100), (2, 2)):
        if not np.isclose(chance(n, m), rule(n, m), rtol=0, atol=1e-5):
            raise WrongAnswer(
                f"right for 365 kinds, but not for {m} pictures of {n} kinds"
            )


NAMES = (
    "healthy",
    "mode collapse",
    "vanishing gradients",
    "a D that wins",
    "oscillation",
    "BatchNorm leakage",
    "memorisation",
)
TABLE = pathlib.Path(__file__).resolve().parents[2] / "data" / "results" / "clinic.json"
LOOK = {
    (
        "vanishing gradients",
        "a D that wins",
    ): "their verdicts are alike. How long is the gradient of G?",
    (
        "a D that wins",
        "vanishing gradients",
    ): "their verdicts are alike. How long is the gradient of G?",
    (
        "healthy",
        "oscillation",
    ): "no chart of the players alarms in either. Ask how far a noise vector's picture moves",
    (
        "oscillation",
        "healthy",
    ): "no chart of the players alarms in either. Ask how far a noise vector's picture moves",
    (
        "mode collapse",
        "healthy",
    ): "the verdicts of a collapse look well. Ask how far the pictures are from each other",
    (
        "mode collapse",
        "oscillation",
    ): "both never rest. But are the pictures of one moment different from each other?",
    (
        "memorisation",
        "a D that wins",
    ): "D is sure in both. But what does it say of held-out digits?",
    ("memorisation", "healthy"): "what does D say of held-out digits?",
}


@exercise(
    "doctor",
    "a differential diagnosis: each question parts a few illnesses from the rest, and the order of questions matters.",
    [
        "Begin with what parts one illness from all others: print final_metrics(runs[name]) for all seven, side by side.",
        "One at a time: which illness has a gradient of G below 0.1? Which one has two verdicts on the same pictures, "
        "d_fake and g_fake? In which one does d_held lie far below d_real?",
        "What is left is a D that wins (a large g_norm), mode collapse (little diversity), oscillation (unrest) and "
        "the healthy ones: one if for each, with limits between the five seeds of the one and of the others.",
    ],
)
def doctor(answer):
    """A function of a dictionary of signs -> one of seven names."""
    rows = [
        row
        for row in json.loads(TABLE.read_text(encoding="utf-8"))["cases"]
        if row["case"] in NAMES
    ]
    called = []
    for row in rows:
        signs = {
            key: value
            for key, value in row.items()
            if key not in ("case", "seed", "chart", "samples")
        }
        name = call_answer(answer, signs)
        if not isinstance(name, str):
            raise WrongAnswer(
                f"expected a name, one of the seven of SIGNATURE, and this is {abbreviated(name)}"
            )
        if name not in NAMES:
            raise WrongAnswer(
                f"no illness of the clinic is called {name[:40]!r}: take the names as SIGNATURE writes them"
            )
        called.append(name)
    pairs = [
        (row["case"], name) for row, name in zip(rows, called) if row["case"] != name
    ]
    if len(set(called)) == 1:
        raise WrongAnswer(f"everybody is called {called[0]!r}. Ask the signs something")
    if len(pairs) > 2:
        true, name = max(sorted(set(pairs)), key=pairs.count)
        why = LOOK.get(
            (true, name),
            f"print final_metrics(runs[{true!r}]) beside final_metrics(runs[{name!r}])",
        )
        raise WrongAnswer(
            f"{len(rows) - len(pairs)} of {len(rows)} are right. {pairs.count((true, name))} of five patients "
            f"with {true} are called {name}: {why}"
        )


Quiz(
    "07_failure_clinic",
    {
        "Both verdicts stand at 0.5 and stay there. What do you know?": {
            "Little: a D that is too slow says the same": (
                True,
                "Patient A had such verdicts, and one picture for all noise. Look at the pictures' own signs.",
            ),
            "The generator draws like the data: the game is won": (
                False,
                "That is what theory says of the best possible D. Yours may merely have learned nothing.",
            ),
            "The gradient has vanished": (
                False,
                "At one half no loss is saturated in the logit. Whether D is flat, its verdict does not tell.",
            ),
        },
        "D says nearly 1 of real and nearly 0 of generated pictures. Which sign tells a vanished gradient from a "
        "discriminator that wins?": {
            "The length of G's gradient": (
                True,
                "A thousandth in the one, thirty in the other, while D is sure in both.",
            ),
            "The loss of D": (
                False,
                "It is small in both, and says how sure D is, not what G receives.",
            ),
            "The share of legible pictures": (
                False,
                "It is 0 in the one, and mostly so in the other, with chance peaks: no safe sign.",
            ),
        },
        "Diversity is near 1 and unrest near 1, for thousands of steps. What is it?": {
            "Mode collapse": (
                False,
                "Then the pictures of one moment would be alike, and diversity far below 1.",
            ),
            "Oscillation": (
                True,
                "At every moment a good mixture, and at the next one another: it circles and does not arrive.",
            ),
            "Healthy training": (
                False,
                "Early, perhaps. Later the same noise should give nearly the same picture.",
            ),
        },
        "Both losses are low, and the pictures are wallpaper. Where do you look first?": {
            "At the number of training pictures": (
                False,
                "A D that knows its pictures by heart makes the loss of G high, not low.",
            ),
            "At the learning rates": (
                False,
                "They shift the balance between the players. Here both believe that they win, and one is deceived.",
            ),
            "At batch normalisation in D": (
                True,
                "Two players cannot both win unless they are judged differently: company changes the verdict.",
            ),
        },
        "Why are the generated pictures augmented, too?": {
            "So that there are more of them": (
                False,
                "Of generated pictures there are as many as you like.",
            ),
            "So that D cannot tell the kinds apart by the changes, and G does not learn to draw them": (
                True,
                "If only the real ones had holes, then holes would be a sign of the real.",
            ),
            "So that the gradient is longer": (
                False,
                "It is shorter, if anything: what a hole hides passes no gradient.",
            ),
        },
        "A paper's remedy needs five times the work per step and wins after equally many steps. What do you know?": {
            "That it is five times as good": (
                False,
                "How much better it is stands in its distance, not in its price.",
            ),
            "That it is better for everybody": (
                False,
                "Who pays by the hour could have trained the other five times as long.",
            ),
            "Not yet whether it wins at equal compute": (
                True,
                "Give the plain rules five times the steps, too, and several seeds to both. Then compare.",
            ),
        },
    },
)
