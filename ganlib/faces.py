"""Synthetic portraits whose every cause is known: sample factors, render them, count them in a GAN's work.

`FACTORS` is the documented distribution, `CORRELATIONS` what goes with what; how the parts are painted is in
`portrait` and `features`. The same factors give the same picture on every machine, to within one grey level.
Seen first in notebooks/01_data_distributions.
"""
import os
from concurrent.futures import ThreadPoolExecutor
from statistics import NormalDist

import numpy as np

from . import features, portrait
from .errors import check_choice, check_count

SIZES = (32, 64, 128)
# A dictionary gives the share of each category; a tuple (mean, sd, low, high) a normal clipped to low..high.
# Signs are the viewer's: positive x is right in the picture, positive y is down.
FACTORS = {
    "skin_tone": {"dark": .18, "brown": .18, "tan": .20, "light": .24, "pale": .20},
    "hair_style": {"bald": .08, "buzz": .12, "short": .20, "curly": .12, "bun": .10, "bob": .13, "wavy": .12,
                   "long": .13},
    "hair_colour": {"black": .30, "brown": .26, "red": .12, "blond": .18, "grey": .14},
    "glasses": {"none": .64, "round": .13, "square": .13, "sun": .10},
    "beard": {"none": .62, "stubble": .13, "moustache": .10, "full": .15},
    "eye_colour": {"brown": .50, "hazel": .14, "green": .14, "blue": .22},
    "clothing": {"crew": .26, "v_neck": .20, "shirt": .22, "jacket": .18, "turtleneck": .14},
    "clothing_colour": {"white": .12, "black": .14, "navy": .14, "grey": .12, "burgundy": .12, "green": .12,
                        "blue": .14, "mustard": .10},
    "background": {"slate": .2, "sage": .16, "sand": .18, "rose": .14, "grey": .16, "teal": .16},
    "smile": (.35, .40, -.5, 1), "mouth_open": (0, .35, 0, 1), "yaw": (0, .45, -1, 1),
    "gaze_x": (0, .40, -1, 1), "gaze_y": (0, .40, -1, 1),
    "light_x": (0, .60, -1, 1), "light_y": (.5, .3, 0, 1),
    "face_width": (0, .45, -1, 1), "jaw": (0, .45, -1, 1), "age": (.40, .27, 0, 1),
    # Small things that make two people with the same factors above different people.
    "complexion": (0, .45, -1, 1), "eye_spacing": (0, .45, -1, 1), "eye_size": (0, .45, -1, 1),
    "eye_slant": (0, .45, -1, 1), "nose_width": (0, .45, -1, 1), "nose_length": (0, .45, -1, 1),
    "brow_thickness": (0, .45, -1, 1), "brow_height": (0, .45, -1, 1), "lip_fullness": (0, .45, -1, 1),
    "hairline": (0, .45, -1, 1), "hair_volume": (0, .45, -1, 1), "parting": (0, .50, -1, 1),
    "head_x": (0, .40, -1, 1), "head_y": (0, .40, -1, 1), "head_size": (0, .40, -1, 1),
    "texture": (0, .30, -1, 1),
}
# Correlations of the normal variables behind the factors (categories in the order above). "greying" is
# hidden: it decides who is grey, whatever the pigment was.
CORRELATIONS = {
    ("skin_tone", "hair_colour"): .75, ("skin_tone", "eye_colour"): .70, ("hair_colour", "eye_colour"): .65,
    ("skin_tone", "lip_fullness"): -.30, ("skin_tone", "nose_width"): -.30, ("hair_style", "beard"): -.60,
    ("hair_style", "jaw"): -.50, ("beard", "jaw"): .50, ("jaw", "brow_thickness"): .40,
    ("jaw", "face_width"): .30, ("age", "greying"): .75, ("age", "glasses"): .35, ("age", "hair_style"): -.30,
    ("age", "hairline"): .30, ("smile", "mouth_open"): .50, ("yaw", "gaze_x"): -.40,
}




def _light(colours):
    """Hex colours -> float32 (n, 3), squared: a portrait is painted in light and shown as its square root."""
    return np.array([[int(c[i:i + 2], 16) / 255 for i in (0, 2, 4)] for c in colours.split()], "float32") ** 2


PALETTES = {   # in the order of the categories
    "skin_tone": _light("68412d 966545 c4946c e4b898 f5d5c3"),
    "hair_colour": _light("1d191b 593820 ae4a1a dfba74 b6b7ba"),
    "eye_colour": _light("4a2a16 8a6a30 5d8a52 5588b8"),
    "clothing_colour": _light("e6e3dc 2b2b30 2e3d60 85888c 7d2f38 46664c 6a92bc c49a48"),
    "background": _light("75899c 8f9c88 c6b89e ba9e96 a0a0a2 56797d"),
}
# top: height above the skull; side: thickness beside it; end: where it ends; flare: widening downwards; line,
# arch, shift: the hairline's height, its fall away from the parting, how the parting moves; edge: where it
# turns down at the temples; ragged, soft: its own edge; wave, curl, bun; cover: how dense.
STYLES = np.array([
    # top  side   end  flare  line  arch shift  edge ragged soft  wave curl bun cover
    [.000, .000, -.60, .00, -.90, .00, .00, .90, .000, .00, .00, 0, 0, .0],   # bald
    [.018, .010, .20, .00, -.43, .12, .00, .80, .004, .06, .00, 0, 0, .85],   # buzz
    [.105, .035, .24, .00, -.42, .14, .90, .80, .022, .00, .00, 0, 0, 1.],    # short
    [.165, .165, .26, .05, -.37, .14, .00, .78, .020, .00, .00, 1, 0, 1.],    # curly
    [.050, .022, .22, .00, -.43, .28, .15, .84, .010, .02, .00, 0, 1, 1.],    # bun
    [.100, .100, .44, .10, -.23, .03, .40, .74, .016, .00, .00, 0, 0, 1.],    # bob
    [.110, .110, 1.0, .14, -.44, .46, .30, .72, .014, .00, .09, 0, 0, 1.],    # wavy
    [.080, .075, 1.3, .06, -.44, .40, .30, .74, .010, .00, .00, 0, 0, 1.],    # long
], "float32")
CHUNK = 20          # faces painted at a time: few enough for the processor's cache, many enough for NumPy


def sample_factors(n, seed=0, correlated=True):
    """Draw the factors of `n` faces: a table, one column of length n for each name in `FACTORS`.

    Correlated normal variables are drawn first (`CORRELATIONS`), then each goes through the inverse CDF of
    its own distribution, so switching the correlations off (`correlated=False`) leaves the distribution of
    every single column as it was. The first rows do not depend on n. Categories are strings, the rest float32.
    """
    check_count(n)
    names = [*FACTORS, "greying"]
    z = np.random.default_rng(seed).standard_normal((n, len(names)))
    if correlated:
        matrix = np.eye(len(names))
        for (a, b), value in CORRELATIONS.items():
            i, j = names.index(a), names.index(b)
            matrix[i, j] = matrix[j, i] = value
        z = z @ np.linalg.cholesky(matrix).T
    z = dict(zip(names, z.T))
    table = {}
    for name, spec in FACTORS.items():
        if isinstance(spec, tuple):
            mean, sd, low, high = spec
            table[name] = np.clip(mean + sd * z[name], low, high).astype("float32")
        else:
            table[name] = _cut(z[name], spec)
    pigments = {name: share for name, share in FACTORS["hair_colour"].items() if name != "grey"}
    is_grey = z["greying"] > NormalDist().inv_cdf(sum(pigments.values()))
    table["hair_colour"] = np.where(is_grey, "grey", _cut(z["hair_colour"], pigments))
    return table


def _cut(z, shares):
    """Standard normal values -> categories in proportion to `shares`: the inverse CDF of a category."""
    steps = np.cumsum(list(shares.values())) / sum(shares.values())
    return np.array(list(shares))[np.searchsorted([NormalDist().inv_cdf(c) for c in steps[:-1]], z)]


def make_faces(n, size=64, seed=0, correlated=True):
    """`n` portraits and what they show: (uint8 images (n, size, size, 3), table of factors)."""
    factors = sample_factors(n, seed, correlated)
    return render(factors, size), factors


def render(factors, size=64):
    """Paint one portrait for each row of `factors` -> uint8 (n, size, size, 3); `size` is 32, 64 or 128.

    `factors` is a table as `sample_factors` gives it: every column of `FACTORS`, all of one length, with its
    categories and ranges. Other columns are ignored. Raises TypeError or ValueError, naming the column.
    """
    check_choice(size, SIZES, "size")
    columns = _look_up(factors)
    order = np.argsort(columns["hair_style"], kind="stable")    # neighbours then share the layers they need
    out = np.empty((len(order), size, size, 3), "uint8")
    chunk = max(1, CHUNK * 64 ** 2 // max(size, 64) ** 2)

    def work(start):
        rows = order[start:start + chunk]
        light = _paint({name: column[rows] for name, column in columns.items()}, max(size, 64))
        if size == 32:                                          # painted at 64 and averaged: no broken lines
            light = sum(light[..., i::2, j::2] for i in (0, 1) for j in (0, 1)) / 4
        np.sqrt(np.clip(light, 0, 1, out=light), out=light)
        out[rows] = (light * 255 + np.float32(.5)).astype("uint8").transpose(0, 2, 3, 1)

    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:   # NumPy lets two threads work at once
        list(pool.map(work, range(0, len(order), chunk)))
    return out


def _paint(columns, size):
    """Back to front: what `_look_up` gives, for a few faces -> float32 light (n, 3, size, size)."""
    p = portrait.geometry(columns, size)
    canvas = portrait.background(p)
    hair, long = portrait.hair_of(p) if p.cover.any() else None, p.end > .25
    if long.any():                                              # hair behind the neck, in its shadow
        depth = np.clip(.8 - .9 * (hair.Y + .3), .22, .8)
        portrait.mix(canvas[:, :, hair.rows], hair.outer * long, hair.light * depth[:, None])
    if p.bun.any():
        portrait.bun(canvas, p)
    portrait.neck_and_clothes(canvas, p)
    portrait.head(canvas, p)
    features.eyes(canvas, p)
    features.mouth(canvas, p)
    if p.glasses.any():
        features.glasses(canvas, p)
    if hair:
        edge = portrait.under(hair.Y, p.hairline_y, p.px) + p.ragged * hair.strands
        mask = hair.outer * portrait.cover(edge, p.px + p.fade) * p.cover
        portrait.mix(canvas[:, :, hair.rows], mask, hair.light)
    if not long.all():
        portrait.ears(canvas, p)
    return canvas


def _look_up(factors):
    """A table -> {name: codes or float32 values (n,)}, with the colours and the style the codes stand for."""
    if not isinstance(factors, dict):
        raise TypeError(f"factors is a {type(factors).__name__}; expected a table {{name: column}}: "
                        "type render(sample_factors(16))")
    missing = [name for name in FACTORS if name not in factors]
    if missing:
        raise ValueError(f"factors has no column {', '.join(missing)}; expected every name in faces.FACTORS: "
                         "type factors = sample_factors(n), then change columns of that")
    columns = {name: np.asarray(factors[name]) for name in FACTORS}
    shape = columns["age"].shape
    for name, column in columns.items():
        if column.ndim != 1 or column.shape != shape or not len(column):
            raise ValueError(f"column {name!r} has shape {column.shape}, column 'age' {shape}; expected one "
                             "value for each face, at least one, in every column: type np.full(n, value)")
    for name, spec in FACTORS.items():
        column = columns[name]
        if isinstance(spec, dict):
            for value in set(column.tolist()):
                check_choice(value, spec, f"a value in column {name!r}")
            columns[name] = np.argmax(column[:, None] == np.array(list(spec)), axis=1)
        elif column.dtype.kind not in "fiu":
            raise TypeError(f"column {name!r} holds {column.dtype}; expected numbers, {spec[2]} to {spec[3]}")
        else:
            wrong = column[~((column >= spec[2]) & (column <= spec[3]))]
            if len(wrong):
                raise ValueError(f"column {name!r} holds {wrong[0]}; expected {spec[2]} to {spec[3]}: "
                                 f"type np.clip(column, {spec[2]}, {spec[3]})")
            columns[name] = column.astype("float32")
    columns |= {name.split("_")[0] + "_light": palette[columns[name]] for name, palette in PALETTES.items()}
    return columns | {"style": STYLES[columns["hair_style"]]}
