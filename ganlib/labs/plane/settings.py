"""The rules of a 2-D game: what may be set, within which limits, and what an error says.

One table, from which the widget builds its controls too.
"""

from ...checks import check_choice
from ...losses import LOSSES
from ...toy import get_toy
from ..fields import Choice, Number

DATA = ("ring", "grid", "moons", "spiral", "line", "disjoint", "gaussian2d", "drawn")
NOISES = ("gaussian 2-D", "gaussian 1-D", "uniform 2-D", "uniform 1-D")
ACTIVATIONS = ("relu", "leaky_relu", "tanh")
REGULARISERS = ("none", "r1", "r2", "r1 + r2", "gradient_penalty")
OPTIMIZERS = ("adam", "rmsprop", "momentum", "sgd")
#: what has to be made anew when a rule changes: the two networks, or only the compiled step
RESTARTS = {"noise", "activation", "g_layers", "g_width", "d_layers", "d_width", "seed"}
RECOMPILES = RESTARTS | {"loss", "regulariser", "g_optimizer", "d_optimizer"}


RULES = {
    "data": Choice("data", "ring", DATA),
    "noise": Choice("noise", "gaussian 2-D", NOISES),
    "activation": Choice("activation", "leaky_relu", ACTIVATIONS),
    "loss": Choice("loss", "non_saturating", tuple(LOSSES)),
    "regulariser": Choice("regulariser", "none", REGULARISERS),
    "strength": Number("strength", 0.1, 0.0, 100.0),
    "seed": Number("seed", 0, 0, 2**31 - 1, whole=True),
}
for _player in "gd":
    RULES |= {
        f"{_player}_layers": Number("layers", 2, 1, 5, whole=True),
        f"{_player}_width": Number("width", 8, 1, 64, whole=True),
        f"{_player}_rate": Number("rate", 0.002, 1e-6, 1.0, log=True),
        f"{_player}_optimizer": Choice("optimizer", "adam", OPTIMIZERS),
        f"{_player}_updates": Number(
            "updates", {"g": 1, "d": 2}[_player], 0, 10, whole=True
        ),
    }
DEFAULTS = {name: rule.default for name, rule in RULES.items()}


def check_rules(rules):
    """The rules with every value checked and of the right type.

    Raises ValueError: an unknown name, a value out of its range, or no updates for both players.
    """
    for name in rules:
        check_choice(name, RULES, "the rule")
    rules = {name: RULES[name].check(name, value) for name, value in rules.items()}
    if rules.get("g_updates") == rules.get("d_updates") == 0:
        raise ValueError(
            "g_updates and d_updates are both 0, so neither network would "
            "learn; expected 1 or more for one of them: type 1"
        )
    return rules


def get_distribution(name, strokes=None):
    """The distribution of that name, as of `toy.get_toy`.

    "drawn" is a curve along `strokes`, lists of points (k, 2) within -2.25 to 2.25.
    Raises ValueError where nothing was drawn.
    """
    if name != "drawn":
        return get_toy(name)
    import numpy as np

    from ...toy import curve

    strokes = [np.asarray(stroke, float) for stroke in strokes or []]
    strokes = [stroke for stroke in strokes if stroke.size]
    if not strokes or not all(
        s.ndim == 2 and s.shape[1] == 2 and (np.abs(s) <= 2.25).all() for s in strokes
    ):
        raise ValueError(
            "there is no drawing to learn from: draw at least one line or dot within the frame, "
            "-2.25 to 2.25 on both axes, and then choose 'Use it'"
        )
    return curve(strokes, std=0.08, name="drawn")
