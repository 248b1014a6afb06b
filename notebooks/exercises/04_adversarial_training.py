"""Exercises and quizzes of notebook 04_adversarial_training: what is asked, how an answer is graded, what each
choice means. The quiz "final" asks after the five theory notebooks, 00 to 04.
"""

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


def pair(answer):
    """A grader's two numbers, or WrongAnswer."""
    try:
        first, second = answer
        return np.array([number(first), number(second)])
    except Exception:  # not two, or no numbers
        raise WrongAnswer(
            f"expected two numbers, theta and psi, and this is {abbreviated(answer)}"
        ) from None


def dirac(theta, psi, rate, where=None):
    """From (theta, psi) one simultaneous step with the gradients of the place `where`."""
    t, p = (theta, psi) if where is None else where
    s = 1 / (1 + np.exp(-p * t))
    return theta + rate * p * s, psi - rate * t * s


@exercise(
    "look_ahead",
    "near the centre, and at rates below 2, the orbit spirals inwards, with no R1 at all: whoever looks ahead hears "
    "what the answer will be. Each round costs two gradients for each player.",
    [
        "Four lines will do: the trial theta and the trial psi, then the real theta and the real psi.",
        "The trial is a plain simultaneous round: theta rises by rate * psi * sigmoid(psi * theta), psi falls by "
        "rate * theta * sigmoid(psi * theta).",
        "The last two lines start again with the old theta and the old psi. Only what is added is computed from the "
        "trial values.",
    ],
)
def look_ahead(answer):
    """A function (theta, psi, rate) -> (theta, psi) after one round that looks ahead."""
    places = (0.8, -0.5, 0.3), (1.0, 0.7, 0.5), (-0.4, 0.9, 0.2)
    got = np.array([pair(call_answer(answer, *place)) for place in places])

    def compared(rule):
        return np.allclose(got, [rule(*place) for place in places], atol=1e-6)

    def alternating(t, p, r):
        new = p - r * t / (1 + np.exp(-p * t))
        return t + r * new / (1 + np.exp(-new * t)), new

    def from_the_trial(t, p, r):
        trial = dirac(t, p, r)
        return dirac(*trial, r)

    typical = [
        (
            lambda t, p, r: dirac(t, p, r),
            "this is one plain simultaneous step, the trial itself. The real step is still to come",
        ),
        (
            from_the_trial,
            "the gradients are those of the trial position, but the step starts there too: you walked two steps. Go "
            "back first, and step from where the players stood",
        ),
        (
            alternating,
            "this is an alternating round: here both players try first, and nobody waits for the other",
        ),
        (
            lambda t, p, r: dirac(t, p, -r, dirac(t, p, -r)),
            "both players go uphill: each one lowers its own loss, against its own gradient",
        ),
        (
            lambda t, p, r: dirac(t, p, r, dirac(t, p, r))[::-1],
            "the two numbers come back in the wrong order: theta first, then psi",
        ),
        (
            lambda t, p, r: dirac(t, p, r, dirac(t, p, -r)),
            "the trial step goes the wrong way: it is a step of the same kind as the real one",
        ),
    ]
    for rule, message in typical:
        if compared(rule):
            raise WrongAnswer(message)
    for i, (name, way) in enumerate((("theta", "G"), ("psi", "D"))):
        right = np.array([dirac(t, p, r, dirac(t, p, r))[i] for t, p, r in places])
        wrong = ~np.isclose(got[:, i], right, atol=1e-6)
        if wrong.any():
            first = wrong.argmax()
            t, p, r = places[first]
            raise WrongAnswer(
                f"{name} is not where {way} should be: from theta {t}, psi {p} with rate {r} you go to "
                f"{got[first][i]:.4f}. Are both gradients taken at the trial place?"
            )


@exercise(
    "holding_r1",
    "what the simultaneous step adds, the penalty takes away, to the last digit: near the centre the game circles.",
    [
        "With complex eigenvalues the size squared is the determinant of the matrix. Which one belongs to "
        "simultaneous updates?",
        "Its determinant is 1 minus the rate times R1, plus a quarter of the rate squared. It has to be 1.",
        "So the rate times R1 is a quarter of the rate squared. Divide.",
    ],
)
def holding_r1(answer):
    """The R1 for which simultaneous updates with rates 0.4 have |lambda| = 1."""
    r1 = number(answer)
    if r1 < 0:
        raise WrongAnswer(
            "a negative R1 would reward a steep discriminator, and drive the spiral on"
        )
    if r1 == 0:
        raise WrongAnswer(
            "that holds the alternating game. The simultaneous one moves outwards without R1"
        )
    if abs(r1 - 0.04) < 1e-6:
        raise WrongAnswer(
            "that is by how much the determinant has grown. R1 enters it together with the rate"
        )
    if abs(r1 - 0.2) < 1e-6:
        raise WrongAnswer(
            "half the rate is the slope of the linearised update. In the determinant it stands squared"
        )
    if abs(r1 - 0.4) < 1e-6:
        raise WrongAnswer(
            "as large as the rate is too much: there the game shrinks. The sigmoid is one half at the centre, "
            "and it appears twice"
        )
    if abs(r1 - 0.16) < 1e-6:
        raise WrongAnswer(
            "the rate squared: two things are forgotten, the halves of the sigmoid, and that R1 comes with "
            "the rate"
        )
    size = np.abs(np.linalg.eigvals([[1, 0.2], [-0.2, 1 - 0.4 * r1]])).max()
    if abs(r1 - 0.1) > 5e-4:
        raise WrongAnswer(
            f"with this R1 |lambda| is {size:.4f}, and the game {'grows' if size > 1 else 'shrinks'}"
        )


@exercise(
    "keep",
    "the best weights, found without knowing the future. This is early stopping, and it looks at the samples.",
    [
        "Remember three things on the way: the lowest distance, its step, and how many measurements came since.",
        "A new low sets the count back to 0. Everything else adds 1.",
        "When the count reaches patience, leave the loop; after the loop return the step that you remembered.",
    ],
)
def keep(answer):
    """A function (steps, distances, patience) -> the step whose weights are kept."""
    steps = [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200]
    distances = [0.90, 0.50, 0.60, 0.55, 0.45, 0.47, 0.40, 0.43, 0.42, 0.41, 0.30, 0.35]

    def step(steps, distances, patience):
        got = call_answer(answer, list(steps), list(distances), patience)
        got = array(got, expected="one step")
        if got.size != 1:
            raise WrongAnswer(f"expected one step, and this has {got.size} values")
        return number(got)

    got = step(steps, distances, 3)
    typical = {
        1100: "you looked into the future: the lowest distance of all lies behind the point where patience ran out",
        1000: "that is the moment of stopping. The better weights are those of the best moment before it",
        6: "that is the place in the list. The step that stands there is asked for",
        500: "you gave up too soon: a new low sets the count back to 0, and only measurements without one in a row "
        "count",
        200: "you stopped at the first rise, and a distance rises now and then. Patience means to go on for a while",
        300: "that is the first moment at which the distance rose. Patience means to go on for a while",
        100: "that is the largest distance, and small is good here",
        1200: "that is the last measurement, whatever the distances say",
        0.4: "that is the distance. The step at which it was measured is asked for",
    }
    if got in typical:
        raise WrongAnswer(typical[got])
    if got not in steps:
        raise WrongAnswer(f"{got:g} came back, and none of the steps is called that")
    if got != 700:
        raise WrongAnswer(
            f"with patience 3 you keep step {got:g}: go through the list with a finger, and count"
        )
    if step(steps, distances, 20) != 1100:
        raise WrongAnswer(
            "with a patience of 20 it never runs out, and all measurements count. That came out wrong"
        )
    if step(steps, distances, 1) != 200:
        raise WrongAnswer(
            "with a patience of 1 the first measurement without a new low ends it. That came out wrong"
        )
    if step([10, 20, 30, 40], [0.5, 0.5, 0.5, 0.4], 2) != 10:
        raise WrongAnswer(
            "equal is no new low: the same distance again must use up patience"
        )


Quiz(
    "04_adversarial_training",
    {
        "A colleague's D step calls one optimizer with the gradients of both players' weights. L_D falls quickly. What "
        "is wrong?": {
            "Nothing: a falling L_D is what D's step is for": (
                False,
                "It falls so quickly because the generator helps: it learns to be found out.",
            ),
            "The generator is moved by D's loss too, so it learns to be told apart": (
                True,
                "Gradients for D's variables only, and stop_gradient on the generated points, prevent it.",
            ),
            "The rate is too high, so the loss falls too fast": (
                False,
                "No rate repairs a step that moves the wrong player.",
            ),
        },
        "In which order do the players look and move in a simultaneous update?": {
            "D looks and moves; G looks at the new D and moves": (
                False,
                "That is an alternating update, as in our loop and in the trainer of this course.",
            ),
            "Both look at the same position, then both move": (
                True,
                "So each one answers to an opponent who is no longer there.",
            ),
            "Both look and move many times, and the mean counts": (
                False,
                "A mean of weights is useful for drawing samples, but it is no order of moves.",
            ),
        },
        "In the Dirac GAN with alternating updates and no R1, you halve both rates. What happens?": {
            "It circles still, only more slowly": (
                True,
                "The determinant is 1 at any rate, and below a rate of 4 the players turn: near the centre the "
                "radius stays, and a turn takes more rounds.",
            ),
            "It converges, since smaller steps are safer": (
                False,
                "Smaller steps follow the circle more exactly. A circle followed exactly leads nowhere.",
            ),
            "It spirals outwards": (
                False,
                "That is what simultaneous updates do, at any rate.",
            ),
        },
        "Two runs end with the same discriminator loss, 1.37. What do you know about their samples?": {
            "Both are about equally good": (
                False,
                "Runs A and C ended with almost the same loss: A as a travelling blob, C on all eight clouds.",
            ),
            "Both are nearly perfect, since 1.39 is the loss at p = q": (
                False,
                "1.39 is the loss of whoever answers one half to everything, for whatever reason.",
            ),
            "Nothing: the loss compares each generator with its own discriminator": (
                True,
                "Look at samples, and measure a distance to held-out data.",
            ),
        },
        "Your distance to held-out points is a little above the one between two real samples. What now?": {
            "Count modes and look at samples; as far as this distance sees, there is little left to gain": (
                True,
                "Real against real is the floor. What this distance cannot see, another look may.",
            ),
            "Go on until it is 0": (
                False,
                "Two real samples are not at 0 either. Only copies of the held-out points would be.",
            ),
            "Stop measuring and watch L_D for the rest": (
                False,
                "It will tell how the two players stand to each other, which is another question.",
            ),
        },
    },
)

Quiz(
    "final",
    {
        "What does a generative model learn that a classifier need not?": {
            "Labels for pictures that nobody has labelled": (
                False,
                "Giving labels is the classifier's trade, with or without many examples.",
            ),
            "Sharper boundaries between the classes": (
                False,
                "A boundary is all that a classifier needs: p(label | example). It does not tell how examples "
                "look.",
            ),
            "The distribution of the data itself, so that new examples can be drawn from it": (
                True,
                "A classifier needs only p(label | example) and could not draw a single new one. See 00.",
            ),
        },
        "What does a GAN's generator learn from?": {
            "A reward: one number that says how good the sample was": (
                False,
                "So it is in reinforcement learning. A number says how good, but not in which direction to go.",
            ),
            "The discriminator's gradient: for each sample a direction in which it would look more real": (
                True,
                "Nobody supplies a right answer, and yet it is told more than a reward would tell. See 00.",
            ),
            "The right picture for each noise vector": (
                False,
                "That would be supervised learning. No right answer exists for a noise vector.",
            ),
        },
        "A grey picture of 64 x 64 pixels is a point in a space. Of how many dimensions, and why is the point half way "
        "between two faces usually no face?": {
            "2, its height and its width; half way the faces are too small": (
                False,
                "Every pixel is a coordinate of its own.",
            ),
            "4,096; faces fill a thin curved set, and the straight line between two of them leaves it": (
                True,
                "Half way you see both faces, each half transparent. See 01.",
            ),
            "64; half way the pixels are rounded": (
                False,
                "64 x 64 pixels are 4,096 numbers, and rounding is not what makes a double face.",
            ),
        },
        "Why can nobody estimate the density of black-and-white pictures of 8 x 8 by counting how often each occurs?": {
            "Because there are 2 to the power of 64 different ones, and any data set leaves nearly all of them empty": (
                True,
                "Some eighteen million million million bins, for pictures as small as that. See 01.",
            ),
            "Because black-and-white pictures have no density": (
                False,
                "They have probabilities, one for each picture. There are only too many of them.",
            ),
            "Because counting needs labels": (
                False,
                "Counting needs nothing but examples; here it would need unthinkably many.",
            ),
        },
        "Which function turns uniform noise into exactly a given distribution in one dimension?": {
            "Its density": (
                False,
                "The density says how frequent a value is; applied to noise it gives heights, not values.",
            ),
            "Its distribution function, the CDF": (
                False,
                "That goes the other way: it turns the data into uniform noise.",
            ),
            "The inverse of its CDF": (
                True,
                "The perfect generator in one dimension. See 01.",
            ),
        },
        "Two distributions that do not overlap are moved further apart. Which distance notices?": {
            "Jensen-Shannon": (False, "It stays at log 2, however far they are apart."),
            "KL": (False, "It is infinite at once, and stays so."),
            "Wasserstein": (True, "It counts how far the mass must travel. See 01."),
        },
        "p has a mode that q lacks. Which one is large?": {
            "Both, and equally": (
                False,
                "KL is not symmetric. The second one hardly looks where q has no mass.",
            ),
            "KL(p || q)": (
                True,
                "It averages over p, and p often visits the place where q is almost 0. See 01.",
            ),
            "KL(q || p)": (
                False,
                "It averages over q, which never visits the missing mode.",
            ),
        },
        "At some point the real density is three times the generated one, and equally many of each are shown. What does "
        "the best discriminator answer there?": {
            "1, since the real one is larger": (
                False,
                "One in four samples found there is generated; it would be wrong to be certain.",
            ),
            "1/3": (
                False,
                "That is the ratio of the densities upside down, and no share. Add up who comes there: 3 + 1.",
            ),
            "3/4": (True, "p / (p + q) = 3 / (3 + 1). See 02."),
        },
        "What is the logit of the best discriminator?": {
            "log(p / q), the logarithm of the density ratio": (
                True,
                "So a discriminator is an estimator of a density ratio. See 02.",
            ),
            "p / (p + q)": (
                False,
                "That is its probability. The logit is what the sigmoid is applied to.",
            ),
            "p - q": (
                False,
                "Ratios and not differences decide: twice as frequent is the same evidence everywhere.",
            ),
        },
        "The generator never sees a real picture. How does it know where to go?": {
            "It copies what D has stored of the real pictures": (
                False,
                "Nothing is handed over but gradients, and D stores no pictures.",
            ),
            "It follows the gradient of D's verdict with respect to its own sample": (
                True,
                "D has seen the real ones, and its slope points towards where it says 'real'. See 02.",
            ),
            "It tries at random and keeps what D accepts": (
                False,
                "That would take for ever in 4,096 dimensions. D can be differentiated, so no guessing is needed.",
            ),
        },
        "L_D = - log D(x) - log(1 - D(G(z))). Where do the two terms come from?": {
            "From the distance between x and G(z)": (
                False,
                "No picture is compared with another; only verdicts are scored.",
            ),
            "From a right picture and a wrong one of the same person": (
                False,
                "Pairs are not needed: the real and the generated picture have nothing to do with each other.",
            ),
            "Binary cross-entropy, with label 1 for the real picture and label 0 for the generated one": (
                True,
                "One term survives for each label. See 03.",
            ),
        },
        "What is the value of the minimax game where p = q, and what does the best D answer there?": {
            "- log 4, and D = 1/2 everywhere": (
                True,
                "2 JSD - log 4 with a JSD of 0; as a loss that is 2 log 2 = 1.39. See 03.",
            ),
            "0, and D = 1": (
                False,
                "D = 1 for everything would cost without limit on the generated half.",
            ),
            "log 2, and D = 0": (
                False,
                "log 2 is the largest JSD, between distributions that do not overlap.",
            ),
        },
        "D(G(z)) is nearly 0. What are the gradients of the two generator losses with respect to the logit?": {
            "Both about -1/2": (
                False,
                "That is so at D = 1/2, where the two losses agree.",
            ),
            "Saturating about 0, non-saturating about -1": (
                True,
                "-D and -(1 - D). Where the generator is worst, one of them teaches nothing. See 03.",
            ),
            "Saturating about -1, non-saturating about 0": (
                False,
                "The other way round: saturating means flat, and it is flat where D is sure.",
            ),
        },
        "Why are losses computed from logits and not from probabilities?": {
            "A probability can be rounded to 0 or 1: its logarithm is infinite, and its gradient lost": (
                True,
                "softplus of the logit gives the same loss without that accident. See 03.",
            ),
            "A logit is always between 0 and 1": (
                False,
                "That is the probability. A logit may be any number.",
            ),
            "To save the time that a sigmoid takes": (
                False,
                "It takes next to none. It is about exactness, not speed.",
            ),
        },
        "A diagram says: 'a verdict of real updates the generator, a verdict of generated updates the discriminator'. "
        "What is wrong?": {
            "Both networks must be updated at the same time": (
                False,
                "They may take turns, and usually do.",
            ),
            "D learns from real and generated pictures whatever it said, and G from generated ones whatever D said": (
                True,
                "A verdict switches nothing on or off; it only enters a loss. See 03.",
            ),
            "It is the other way round": (
                False,
                "Then it would still be a verdict that decides who learns, and none does.",
            ),
        },
        "D answers 1/2 everywhere. Has the generator won?": {
            "No: then the discriminator has won": (
                False,
                "A discriminator that cannot tell has won nothing, whoever is to blame.",
            ),
            "Not shown: an untrained or too weak discriminator answers the same": (
                True,
                "Only for the best discriminator does 1/2 mean p = q. See 03.",
            ),
            "Yes: D = 1/2 means that p = q": (
                False,
                "For the best discriminator, yes. This one may know nothing.",
            ),
        },
        "Why is D's loss no measure of the quality of the samples?": {
            "Because it is computed from a batch and not from all pictures": (
                False,
                "A mean over more pictures would be smoother and just as relative.",
            ),
            "Because it is relative to the present opponent": (
                True,
                "Same loss with good and bad samples, same samples with high and low loss: both were measured. "
                "See 04.",
            ),
            "Because quality is a matter of taste and cannot be measured": (
                False,
                "A distance to held-out data measures a good part of it.",
            ),
        },
        "In the Dirac GAN, what do simultaneous updates, alternating updates, and R1 do?": {
            "Circle, spiral outwards, converge": (
                False,
                "The first two are exchanged: alternating has determinant 1, simultaneous more.",
            ),
            "Converge, circle, spiral outwards": (
                False,
                "Without R1 nothing pulls the players to the centre.",
            ),
            "Spiral outwards, circle, converge": (
                True,
                "Near the centre |lambda| is above 1, equal to 1, and below 1. See 04.",
            ),
        },
        "While D takes its step, what must not change, and how does the code see to it?": {
            "D's weights: they are frozen until the generator has moved": (
                False,
                "In D's own step D's weights are just what is to change.",
            ),
            "The generator's weights: gradients are taken for D's variables only, behind a stop_gradient": (
                True,
                "And the test is to compare the weights before and after. See 04.",
            ),
            "The noise: the same z must be used for ever": (
                False,
                "Fixed noise is for looking at progress. Training draws new noise each time.",
            ),
        },
        "What tells you when to stop?": {
            "D's loss has reached 2 log 2": (
                False,
                "A travelling collapse reaches it, too.",
            ),
            "Neither loss changes any more": (
                False,
                "The losses may stand still while the samples get better, or worse.",
            ),
            "The samples, and a distance to held-out data that no longer falls": (
                True,
                "And then you go back to the weights of the best moment. See 04.",
            ),
        },
    },
)
