"""Synthetic portraits whose every cause is known: sample factors, render them, count them in what a GAN makes.

A face is painted back to front (background, back hair, neck, clothes, head, features, glasses, hair) from shapes
whose signed distance to the edge is known at every pixel: coverage = clip(1/2 - distance / pixel) smooths the edge.
Most shapes are bounded row by row (an ellipse whose half-width varies with height) or column by column (a curve
y(x)), so that nearly all the arithmetic happens on vectors and only a few operations touch every pixel.

Nothing but element-wise float32 arithmetic is used, face by face: a picture does not depend on the batch it is
rendered in, and machines agree to within one grey level.
"""
import os
from concurrent.futures import ThreadPoolExecutor
from statistics import NormalDist
from types import SimpleNamespace

import numpy as np

SIZES = (32, 64, 128)
# A dictionary gives the share of each category; a tuple (mean, sd, low, high) a normal clipped to [low, high].
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
    "gaze_x": (0, .45, -1, 1), "gaze_y": (0, .40, -1, 1), "light_x": (0, .60, -1, 1), "light_y": (.5, .3, 0, 1),
    "face_width": (0, .45, -1, 1), "jaw": (0, .45, -1, 1), "age": (.40, .27, 0, 1),
    # Small things that make two people with the same factors above different people.
    "complexion": (0, .45, -1, 1), "eye_spacing": (0, .45, -1, 1), "eye_size": (0, .45, -1, 1),
    "eye_slant": (0, .45, -1, 1), "nose_width": (0, .45, -1, 1), "nose_length": (0, .45, -1, 1),
    "brow_thickness": (0, .45, -1, 1), "brow_height": (0, .45, -1, 1), "lip_fullness": (0, .45, -1, 1),
    "hairline": (0, .45, -1, 1), "hair_volume": (0, .45, -1, 1), "parting": (0, .50, -1, 1),
    "head_x": (0, .40, -1, 1), "head_y": (0, .40, -1, 1), "head_size": (0, .40, -1, 1),
    "texture": (0, .30, -1, 1),
}
# Correlations of the normal variables behind the factors (categories in the order listed above). "greying" is
# hidden: it decides who is grey, whatever the pigment was.
CORRELATIONS = {
    ("skin_tone", "hair_colour"): .75, ("skin_tone", "eye_colour"): .70, ("hair_colour", "eye_colour"): .65,
    ("skin_tone", "lip_fullness"): -.30, ("skin_tone", "nose_width"): -.30, ("hair_style", "beard"): -.60,
    ("hair_style", "jaw"): -.50, ("beard", "jaw"): .50, ("jaw", "brow_thickness"): .40, ("jaw", "face_width"): .30,
    ("age", "greying"): .75, ("age", "glasses"): .35, ("age", "hair_style"): -.30, ("age", "hairline"): .30,
    ("smile", "mouth_open"): .50, ("yaw", "gaze_x"): -.40,
}


def _colours(text):
    """Hex colours -> float32 (n, 3), squared: the canvas holds light (gamma 2), the last step takes the root."""
    return np.array([[int(c[i:i + 2], 16) / 255 for i in (0, 2, 4)] for c in text.split()], "float32") ** 2


SKIN = _colours("6a4430 996848 c99a72 e6bc9c f4d3c0")
HAIR = _colours("1f1b1c 5d3b25 a4481c dcb672 b4b4b6")
IRIS = _colours("4a2a16 8a6a30 5d8a52 4f8cc0")
CLOTH = _colours("e6e3dc 2b2b30 2e3d60 85888c 7d2f38 46664c 6a92bc c49a48")
BACK = _colours("75899c 8f9c88 c6b89e ba9e96 a0a0a2 56797d")
# One row per style: height above the skull, width beside it, where it ends, flare, hairline (y), arch, temples,
# side edge, waviness, curl.
STYLE = np.array([
    # top  side  end   flare line  arch  edge  wave  curl
    [.000, .000, -.60, .00, -.90, .00, .90, .00, .0],   # bald
    [.020, .012, -.06, .00, -.43, .10, .80, .00, .0],   # buzz
    [.090, .030, -.04, .00, -.38, .08, .80, .00, .0],   # short
    [.190, .170, .14, .05, -.38, .14, .78, .00, 1.],    # curly
    [.055, .020, .00, .00, -.41, .26, .84, .00, .0],    # bun
    [.100, .110, .44, .10, -.24, .02, .74, .00, .0],    # bob
    [.110, .110, 1.0, .12, -.44, .50, .72, .09, .0],    # wavy
    [.080, .080, 1.3, .06, -.44, .42, .74, .00, .0],    # long
], "float32")


def sample_factors(n, seed=0, correlated=True):
    """Draw the factors of `n` faces: a table, one column of length n for each name in `FACTORS`.

    Correlated normal variables are drawn first (`CORRELATIONS`), then each is pushed through the inverse CDF of its
    own distribution, so switching the correlations off (`correlated=False`) leaves every single column's
    distribution as it was. The first rows do not depend on n. Categories are strings, the rest float32.
    """
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise ValueError(f"n is {n!r}; expected how many faces, a whole number from 1: sample_factors(1000)")
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
        elif name == "hair_colour":
            *pigments, grey = _pick(spec)
            share = sum(spec[p] for p in pigments)
            colour = _cut(z[name], {p: spec[p] / share for p in pigments})
            table[name] = np.where(z["greying"] > NormalDist().inv_cdf(share), grey, colour)
        else:
            table[name] = _cut(z[name], spec)
    return table


def _pick(spec):
    return list(spec)


def _cut(z, shares):
    """Standard normal values -> categories with the given shares (the inverse CDF of a categorical variable)."""
    edges = [NormalDist().inv_cdf(min(c, 1 - 1e-12)) for c in np.cumsum(list(shares.values()))[:-1]]
    return np.array(list(shares))[np.searchsorted(edges, z)]


def make_faces(n, size=64, seed=0, correlated=True):
    """`n` portraits and what they show: (uint8 images (n, size, size, 3), table of factors)."""
    factors = sample_factors(n, seed, correlated)
    return render(factors, size), factors


def render(factors, size=64):
    """Paint one portrait for each row of `factors` -> uint8 (n, size, size, 3).

    `factors` is a table as `sample_factors` gives it; every column must be there, all of one length, categories
    and ranges as in `FACTORS`. `size` is 32, 64 or 128.
    """
    if size not in SIZES:
        raise ValueError(f"size is {size!r}; expected 32, 64 or 128: render(factors, size=64)")
    columns = _check(factors)
    n = len(columns["age"])
    order = np.argsort(columns["hair_style"], kind="stable")  # neighbours then share the layers they need
    out = np.empty((n, size, size, 3), "uint8")
    per_chunk = max(1, CHUNK_PIXELS // max(size, 64) ** 2)

    def work(start):
        rows = order[start:start + per_chunk]
        out[rows] = _paint_chunk({k: v[rows] for k, v in columns.items()}, size)

    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:   # NumPy lets go of the interpreter lock
        list(pool.map(work, range(0, n, per_chunk)))
    return out


CHUNK_PIXELS = 12 * 64 * 64


def _check(factors):
    """A table of factors -> {name: codes (categories) or float32 values}, or an error that says what is wrong."""
    if not isinstance(factors, dict):
        raise TypeError(f"factors is a {type(factors).__name__}; expected a table {{name: column}}: "
                        "render(sample_factors(16))")
    missing = [name for name in FACTORS if name not in factors]
    if missing:
        raise ValueError(f"factors has no column {', '.join(missing)}; expected every name in "
                         "ganlib.faces.FACTORS: start from sample_factors(n) and change columns of that")
    columns = {name: np.asarray(factors[name]) for name in FACTORS}
    lengths = {name: column.shape for name, column in columns.items()}
    n = columns["age"].shape
    for name, shape in lengths.items():
        if len(shape) != 1 or shape != n or not shape[0]:
            raise ValueError(f"column {name!r} has shape {shape}, column 'age' {n}; expected one value for each "
                             f"face in every column: np.full({n[0] if n else 1}, value)")
    for name, spec in FACTORS.items():
        column = columns[name]
        if isinstance(spec, dict):
            names = np.array(list(spec))
            wrong = column[~np.isin(column, names)] if column.dtype.kind == "U" else column
            if len(wrong):
                raise ValueError(f"column {name!r} holds {wrong[0]!r}; expected one of {', '.join(names)}")
            columns[name] = np.argmax(column[:, None] == names, axis=1)
        else:
            if column.dtype.kind not in "fiu":
                raise TypeError(f"column {name!r} holds {column.dtype}; expected numbers from {spec[2]} to {spec[3]}")
            inside = (column >= spec[2]) & (column <= spec[3])
            if not inside.all():
                raise ValueError(f"column {name!r} holds {column[~inside][0]}; expected {spec[2]} to {spec[3]}: "
                                 f"np.clip(column, {spec[2]}, {spec[3]})")
            columns[name] = column.astype("float32")
    return columns


# --- painting: pictures are planar, (faces, channel, y, x); vectors are (faces, y, 1) or (faces, 1, x) -------------
def _cover(d, width):
    """Signed distance (negative inside) -> coverage in [0, 1], over an edge `width` wide."""
    return np.clip(np.float32(.5) - d / width, 0, 1)


def _bell(t):
    return np.exp(-t * t)


def _mix(canvas, mask, colour):
    """Paint `colour` (faces, 3, ...) over `canvas` where `mask` (faces, y, x) says so, in place."""
    layer = colour - canvas
    layer *= mask[:, None]
    canvas += layer


def _round(X, centre, half, q, px):
    """A shape with half-width `half` in each row, rounded off where q(y) reaches 1: ((X-c)/half)^2 + q(y) = 1.

    -> (nx: -1 at the left edge, 1 at the right, f: 1 at the edge, d: distance to the edge)."""
    inside = np.maximum(1 - q, 0)
    slope = (np.gradient(q, axis=1) - 2 * inside * np.gradient(half, axis=1) / half) / px
    nx = (X - centre) / half
    f = nx * nx + q
    return nx, f, (f - 1) / np.sqrt(4 * inside / half ** 2 + slope ** 2 + 1e-6)


def _below(Y, curve, px):
    """Distance to the curve y(x), positive below it."""
    return (Y - curve) / np.sqrt(1 + (np.gradient(curve, axis=2) / px) ** 2)


def _paint_chunk(columns, size):
    fine = max(size, 64)                   # 32 is painted at 64 and averaged: fewer broken lines
    canvas = _portrait(columns, fine)
    if size < fine:
        canvas = (canvas[..., ::2, ::2] + canvas[..., 1::2, ::2] + canvas[..., ::2, 1::2] + canvas[..., 1::2, 1::2]) / 4
    np.sqrt(np.clip(canvas, 0, 1, out=canvas), out=canvas)
    canvas *= 255
    canvas += np.float32(.5)
    return canvas.astype("uint8").transpose(0, 2, 3, 1)


def _portrait(columns, size):
    """Columns of codes and values -> float32 light (n, 3, size, size)."""
    p = SimpleNamespace(**{k: v.astype("float32")[:, None, None] for k, v in columns.items()})
    n = len(p.age)
    colour = lambda palette, name: palette[columns[name]][:, :, None, None]
    style = STYLE[columns["hair_style"]].T[:, :, None, None]
    # Head coordinates: eyes at y = 0, chin near .62, crown near -.66.
    scale = 1.15 + .035 * p.head_size
    axis = ((np.arange(size, dtype="float32") + .5) * 2 / size - 1)
    X = (axis[None, None, :] - .06 * p.head_x) / scale
    Y = (axis[None, :, None] - .02 - .025 * p.head_y) / scale
    px = 2 / size / scale
    turn = .5 * p.yaw
    sin, cos = np.sin(turn), np.cos(turn)
    light_y = -.2 - .45 * p.light_y
    light_x = .75 * p.light_x
    light_z = np.sqrt(1 - .55 * light_x ** 2 - light_y ** 2)
    phase = lambda k: ((p.texture.astype("float64") * (917.3 + 131.7 * k)) % 6.2832).astype("float32")

    # Geometry shared by several layers.
    wide = .455 * (1 + .06 * p.face_width)
    eye_y = 0
    t = np.clip((Y + .05) / .68, 0, 1)
    lean = sin * (.38 * t * t - .05)                               # the chin turns with the face, the skull less
    jaw_t = np.clip((Y - .10) / .5, 0, 1)
    half = wide * (1 - (.20 - .07 * p.jaw) * jaw_t - .05 * np.clip(-(Y + .1) / .5, 0, 1))
    chin = .62 + .015 * p.jaw
    head_q = np.where(Y < -.12, ((Y + .12) / .54) ** 2, (np.maximum(Y + .12, 0) / (chin + .12)) ** 3.2)
    hair = colour(HAIR, "hair_colour") * (1 + .12 * p.complexion[..., None])
    skin = colour(SKIN, "skin_tone") * (1 + np.array([.05, .0, -.06], "float32")[:, None, None] * p.complexion[..., None])

    canvas = _background(p, colour(BACK, "background"), axis, light_x, light_y)
    # hair geometry
    top, side, end, flare, line, arch, edge, wave, curl = style
    volume = 1 + .25 * p.hair_volume
    top, side = top * volume, side * volume
    end = end + .06 * p.hair_volume
    down = np.clip((Y + .1) / .9, 0, 1)
    hair_c = -.06 * sin + wave * down * np.sin(9 * Y + phase(1)) * .5
    hair_half = wide * .98 + side + flare * down + wave * down * np.sin(11 * Y + phase(2)) * .4
    hair_q = np.where(Y < -.14, ((Y + .14) / (.53 + top)) ** 2, (np.maximum(Y + .14, 0) / (end + .14)) ** 6)
    h_nx, h_f, h_d = _round(X, hair_c, hair_half, hair_q, px)
    curls = None
    if columns["hair_style"].max() and (curl > 0).any():
        xw = X * 17 + np.sin(Y * 9 + phase(3)) * 1.3
        yw = Y * 17 + np.sin(X * 8 + phase(4)) * 1.3
        curls = np.sin(xw + phase(5)) * np.sin(yw + phase(6)) * curl
        h_d = h_d + .028 * curls
    outer = _cover(h_d, px)
    # strands run from the parting to the tips
    part = p.parting
    spread = hair_half * np.sqrt(np.maximum(1 - hair_q, .02))
    s = (X - hair_c - .25 * part * np.clip(-(Y + .3) / .5, 0, 1)) / spread
    strands = (np.sin(9 * s + phase(7) + 3 * Y) * .5 + np.sin(21 * s + phase(8) - 2 * Y) * .35 + np.sin(37 * s + phase(9)) * .3)
    if curls is not None:
        strands = strands * (1 - curl) + curls * 1.2 * curl
    h_nz = np.sqrt(np.maximum(1 - h_f, 0))
    h_light = h_nx * light_x + np.clip((Y + .1) / .65, -1, .3) * light_y + h_nz * light_z
    ring = _bell((h_f - .55 - .06 * strands) / .22) * np.clip(-Y * 3, 0, 1) * np.clip(h_light, 0, 1)
    buzz = (columns["hair_style"] == 1)[:, None, None]
    shade = .30 + .75 * np.clip(h_light * .8 + .2, 0, 1) + strands * np.where(buzz, .05, .16)
    hair_light = hair * shade[:, None] + (hair * .5 + .02) * (ring * (.55 + .35 * strands))[:, None]
    rim = np.clip(h_f * 3 - 2.2, 0, 1) * np.clip(-h_nx * np.sign(light_x) , 0, 1)
    hair_light += (.10 * rim)[:, None] * (hair + .15)

    # bun
    b = np.flatnonzero(columns["hair_style"] == 4)
    if len(b):
        bx, by, r = X - hair_c[:, :1] + .12 * sin, (Y + .70 + .02 * p.hair_volume), .15 + .02 * p.hair_volume
        bd = np.sqrt(bx * bx + by * by * 1.2) - r
        bl = .35 + .6 * np.clip(.4 + (bx * light_x + by * light_y) / r * .7, 0, 1) + .12 * np.sin(14 * bx / (r + .1) + 20 * by + phase(3))
        m = _cover(bd, px)
        m *= (columns["hair_style"] == 4)[:, None, None]
        _mix(canvas, m, hair * bl[:, None])
    # back hair
    back = outer * (end > .1)
    if (end > .1).any():
        _mix(canvas, back, hair_light * np.clip(.8 - .55 * np.clip((Y + .3) / .6, 0, 1), .25, 1)[:, None])

    # neck
    rows = slice(int(size * .62), size)
    Yr = Y[:, rows]
    neck_half = .24 + .035 * p.jaw + .02 * p.face_width + .35 * np.maximum(Yr - .78, 0)
    nd = np.abs(X - .10 * sin) - neck_half
    nl = .52 + .42 * np.clip(.5 + (X / .3) * light_x * .6, 0, 1)
    d_chin = ((X - lean[:, rows] + .10 * light_x) / (half[:, rows] * .95)) ** 2 + ((np.maximum(Yr - .10 + .12, 0)) / (chin + .12)) ** 3.2 - 1
    nl = nl * (1 - .6 * np.clip(.6 - d_chin * 1.2, 0, 1))
    _mix(canvas[:, :, rows], _cover(nd, px), _skin(skin, nl))

    # clothes
    _clothes(canvas[:, :, rows], columns, p, colour, X, Yr, px, sin, light_x, skin, nl)

    # head
    nx, f, d = _round(X, lean, half, head_q, px)
    head = _cover(d, px)
    nz = np.sqrt(np.maximum(1 - .92 * f, 0))
    ny = np.clip((Y + .05) / .68, -1, 1)
    lit = nx * light_x + ny * light_y + nz * light_z
    R = wide
    eye_at = .185 + .014 * p.eye_spacing
    theta = np.arcsin(eye_at / R)
    nose_y = .225 + .02 * p.nose_length
    mouth_y = .375 + .008 * p.nose_length
    mouth_x = .48 * sin
    tip_x = .60 * sin
    bridge_x = .46 * sin
    nose_w = .075 + .014 * p.nose_width
    left, right = R * np.sin(turn - theta), R * np.sin(turn + theta)
    cos_l, cos_r = np.cos(turn - theta) / np.cos(theta), np.cos(turn + theta) / np.cos(theta)
    middle = (left + right) / 2
    on_right = X > middle
    eye_x = np.where(on_right, right, left)
    squash = np.where(on_right, cos_r, cos_l)
    ex = np.where(on_right, X - right, left - X) / squash       # outwards positive
    bump = np.zeros_like(f)
    red = np.zeros_like(f)
    def add(to, amount, x, y, sx, sy):
        to += (amount * _bell((X - x) / sx)) * _bell((Y - y) / sy)
    slant = _bell((ex - .0) / .12)
    bump -= .20 * _bell((ex - .0) / .13) * _bell((Y + .005) / .07)       # sockets
    bump -= (.05 + .10 * p.age) * _bell((ex - .01) / .09) * _bell((Y - .085) / .03)
    add(bump, .10, bridge_x * .95, -.32, .22, .16)      # forehead
    cheek = _bell((ex - .03) / .12) * _bell((Y - .18) / .09)
    bump += .09 * cheek * (1 + p.smile * .5)
    red += .06 * _bell((ex - .04) / .13) * _bell((Y - .20) / .10)
    # nose
    axis_x = bridge_x + (tip_x - bridge_x) * np.clip((Y + .05) / .25, 0, 1)
    u = (X - axis_x) / (nose_w * (.55 + .45 * np.clip((Y + .05) / .25, 0, 1)))
    ridge = np.exp(-u * u) * (np.clip((Y + .10) / .12, 0, 1) * np.clip((nose_y + .035 - Y) / .05, 0, 1))
    bump += ridge * (.10 + .38 * light_x * u)
    add(bump, .12, tip_x + .02 * light_x, nose_y - .03, .045, .035)
    add(bump, -.34, tip_x * .97 - .03 * light_x, nose_y + .045, nose_w * 1.15, .028)
    add(red, .05, tip_x, nose_y - .01, .07, .05)
    for k in (-1, 1):
        add(bump, -.42, tip_x * .95 + k * nose_w * .52 * cos, nose_y + .022, .022, .016)
        # folds from nose to mouth
    fold_x = nose_w + .03 + np.clip((Y - nose_y) * (.55 + .2 * p.smile), 0, 1)
    mx = np.abs(X - mouth_x * 1.0) / cos
    fold = _bell((mx - fold_x) / .022) * np.clip((Y - nose_y + .02) / .04, 0, 1) * np.clip((mouth_y - .01 - Y) / .05, 0, 1)
    bump -= fold * (.04 + .14 * p.age + .08 * np.maximum(p.smile, 0))
    add(bump, -.16, mouth_x, mouth_y + .085 + .03 * p.mouth_open, .11, .022)   # under the lip
    add(bump, .07, mouth_x * 1.02, mouth_y + .15, .10, .05)    # chin
    add(bump, -.05, mouth_x, mouth_y - .06, .02, .025)   # philtrum
    # forehead lines
    # hairline and its shadow
    turned = R * np.sin(turn * .95)
    u = (X - turned) / wide
    v = u - .28 * part * (arch > .3) - .0
    short = (columns["hair_style"] == 2)[:, None, None]
    bob = (columns["hair_style"] == 5)[:, None, None]
    curve = line - .03 * p.hairline * (line > -.8) + arch * np.where(arch > .3, np.abs(v) ** 1.5 * 1.3, u * u)
    curve = curve + short * (.07 * np.abs(u - .6 * np.sign(part)) - .08) + bob * .03 * part * u
    curve = curve + np.maximum(np.abs(u) - edge, 0) ** 1.5 * 9
    curve = curve + (short * .014 + bob * .008 + curl * .014) * (np.sin(11 * u + phase(1)) + np.sin(25 * u + phase(2)) * .6)
    curve = np.where(end < .1, np.minimum(curve, end + .1 * (1 - np.abs(u)) + 0 * u), curve)
    hl = _below(Y, curve, px)
    fringe = _cover(hl, px)
    soft_fringe = _cover(hl, px * 1.0 + .05)
    hair_mask = outer * np.where(buzz, soft_fringe * .85, fringe) * (columns["hair_style"] > 0)[:, None, None]
    cast = np.clip(1 - (hl - .0) / (.09), 0, 1)
    bump -= .30 * cast * cast * (columns["hair_style"] > 1)[:, None, None]
    # ears
    near = np.where(on_right, -turn, turn)
    ear_c = np.where(on_right, wide * np.sin(np.minimum(1.45 + turn, 3)), wide * np.sin(np.maximum(-1.45 + turn, -3)))
    side_sign = np.where(on_right, 1., -1.).astype("float32")
    eu = (X - ear_c) * side_sign - .015
    ev = Y - .06
    ed = np.sqrt((eu / .055) ** 2 + (ev / .125) ** 2) - 1
    ear = np.clip(.5 - ed * .055 / px, 0, 1)
    ear *= 1 - head * (1 - np.clip(near * 4, 0, 1))
    ear_l = .62 + .25 * np.clip(.5 + side_sign * light_x * .6, 0, 1) - .25 * _bell(ed / .5 + .9) + np.zeros_like(ed)
    face_light = _skin(skin, .12 + .80 * np.clip(lit * .75 + .25, 0, 1.2) + bump, red)
    far = near < 0
    _mix(canvas, head, face_light)
    _mix(canvas, ear, _skin(skin, ear_l * (.3 + .7 * np.clip(lit.max(axis=2, keepdims=True), .3, 1)), np.full_like(ear_l, .04)))
    _features(canvas, columns, p, colour, X, Y, px, ex, eye_x, squash, middle, skin, hair, face_light,
              SimpleNamespace(mouth_x=mouth_x, mouth_y=mouth_y, cos=cos, sin=sin, nose_y=nose_y, head=head, head_d=d, lit=lit, light_x=light_x,
                              strands=strands, phase=phase, lean=lean, half=half, nose_w=nose_w, on_right=on_right, wide=wide, turned=turned))
    if columns["hair_style"].max():
        _mix(canvas, hair_mask, hair_light)
    return canvas


def _skin(skin, light, red=None):
    """Skin under a given amount of light: shadows keep more red, as light that has passed through skin does."""
    out = np.empty((len(light), 3, *light.shape[1:]), "float32")
    for c, (ambient, direct) in enumerate(((.23, .84), (.165, .88), (.145, .89))):
        plane = light * direct
        plane += ambient
        if red is not None:
            plane += red * (.8, -.55, -.35)[c]
        out[:, c] = plane * skin[:, c]
    return out


def _background(p, colour, axis, light_x, light_y):
    x, y = axis[None, None, :], axis[None, :, None]
    glow = _bell((x - .6 * light_x) / 1.1) * _bell((y + .1) / 1.2)
    return colour * (.42 + .62 * glow - .10 * y)[:, None]


def _clothes(canvas, columns, p, colour, X, Y, px, sin, light_x, skin, nl):
    cloth = colour(CLOTH, "clothing_colour")
    kind = columns["clothing"][:, None, None]
    ax = np.abs(X - .08 * sin)
    shoulder = .66 + .17 * np.minimum(ax, .8) + np.maximum(ax - .72, 0) ** 2 * 3
    neckline = np.choose(kind, [.79 - 1.2 * ax ** 2, .90 - .75 * ax, .82 - .5 * ax, .97 - .9 * ax, .64 + 0 * ax])
    cut = np.where((ax < .32) & (kind != 4), np.maximum(neckline, shoulder), shoulder)
    cut = np.where((kind == 4) & (ax < .28 + .03 * p.jaw), .655 + .08 * ax, cut)
    d = _below(Y, cut, px)
    light = .42 + .40 * np.clip(.55 + X * light_x * .7, 0, 1) + .18 * np.clip((d - .0) / .1, 0, 1) - .15 * np.clip(Y - .8, 0, 1)
    light = light * (1 + .08 * np.sin(9 * X + 6 * Y + p.texture * 50))
    mask = _cover(-d, px)
    _mix(canvas, mask, cloth * light[:, None])


def _features(canvas, columns, p, colour, X, Y, px, ex, eye_x, squash, middle, skin, hair, face_light, g):
    size = canvas.shape[2]
    rows = slice(int(size * .36), int(size * .64))
    _eyes(canvas[:, :, rows], columns, p, colour, X, Y[:, rows], px, ex, eye_x, squash, middle, skin, hair, g)
    rows = slice(int(size * .5), int(size * .97))
    _mouth_and_beard(canvas[:, :, rows], columns, p, X, Y[:, rows], px, skin, hair, g, rows)
    rows = slice(int(size * .34), int(size * .74))
    who = np.flatnonzero(columns["glasses"])
    if len(who):
        part = canvas[who][:, :, rows]
        _glasses(part, columns["glasses"][who], Y[who][:, rows], px[who], ex[who], X[who] - middle[who], g, who)
        canvas[who, :, rows] = part


def _eyes(canvas, columns, p, colour, X, Y, px, ex, eye_x, squash, middle, skin, hair, g):
    w = .108 + .010 * p.eye_size
    tall = (.050 + .006 * p.eye_size) * (1 - .22 * np.maximum(p.smile, 0) - .1 * p.age)
    e = ex / w
    shape = np.maximum(1 - e * e, 0)
    tilt = -.012 * p.eye_slant * e - .004 * e
    upper = tilt - tall * np.sqrt(shape) * (.35 + .65 * shape ** .3) 
    lower = tilt + tall * .72 * shape
    over = np.clip((np.abs(e) - 1) * 10, 0, 1)
    above = (upper - Y)
    open_ = _cover(above, px) * _cover(Y - lower, px) * (np.abs(e) < 1.0)
    gx = .038 * p.gaze_x / squash * np.where(g.on_right, 1, -1).astype("float32")
    gy = .016 * p.gaze_y
    r = .047
    dx, dy = ex - gx, Y - gy + .004
    dist = np.sqrt(dx * dx + dy * dy)
    iris = _cover(dist - r, px)
    pupil = _cover(dist - .020, px)
    white_l = (.80 - .35 * np.clip(1 - (Y - upper) / .035, 0, 1)) * (.55 + .4 * np.clip(g.lit[:, :1].mean() * 0 + .9, 0, 1))
    eye = np.array([.80, .77, .75], "float32")[:, None, None] * white_l[:, None]
    col = colour(IRIS, "eye_colour")
    _mix(eye, iris, col * (.55 + .75 * np.clip(.5 + dy / .09, 0, 1) )[:, None] * 1.25)
    _mix(eye, _cover(np.abs(dist - r) - .004, px) * .5, col * .15)
    _mix(eye, pupil, np.full((1, 3, 1, 1), .004, "float32"))
    _mix(canvas, open_, eye)
    # lash line
    near = np.clip(1.06 - np.abs(e), 0, .1) * 10
    lash = _cover(np.abs(Y - upper + .004) - .013, px * 1.1) * near
    _mix(canvas, lash * .88, skin * .05)
    low = _cover(np.abs(Y - lower) - .004, px * 1.3) * near
    _mix(canvas, low * .30, skin * .16)
    crease = _bell((Y - upper + .042) / .014) * near
    _mix(canvas, crease * (.30 + .15 * p.age), skin * .28)
    # catchlight
    cl = _cover(np.sqrt((X - eye_x - gx * 0 - .016 - .0 * g.light_x) ** 2 + (Y + .018) ** 2) - .013, px) * open_
    _mix(canvas, cl * .9, np.ones((1, 3, 1, 1), "float32"))
    # brows
    b = (ex + .005) / .15
    brow_y = -.142 - .018 * p.brow_height + .022 * b * b + .006 * b
    thick = (.021 + .008 * p.brow_thickness) * (1.1 - .45 * np.clip(b + .3, 0, 1.3))
    m = _cover(np.abs(Y - brow_y) - thick, px * 1.5) * np.clip((1 - np.abs(b)) * 5, 0, 1)
    _mix(canvas, m * .82, hair * .55 + skin * .06)


def _mouth_and_beard(canvas, columns, p, X, Y, px, skin, hair, g, rows):
    w = (.155 + .035 * np.maximum(p.smile, 0) - .01 * p.mouth_open)
    m = (X - g.mouth_x) / (w * g.cos)
    shape = np.maximum(1 - m * m, 0)
    corner = np.clip(np.abs(m), 0, 1.3)
    line = g.mouth_y - .045 * p.smile * (corner ** 2 - .4) 
    full = 1 + .28 * p.lip_fullness
    gap = .085 * p.mouth_open * np.sqrt(shape)
    bow = .032 * full * shape ** .7 * (1 + .25 * np.cos(np.clip(m * 9, -3.1, 3.1)) * -1 + .1)
    up_lip = line - gap * .35
    top = up_lip - bow * (1 - .25 * np.maximum(p.smile, 0))
    low_lip = line + gap * .75
    bottom = low_lip + .044 * full * np.sqrt(shape) * (1 - .2 * np.maximum(p.smile, 0)) * (.6 + .4 * shape)
    lips = _cover(top - Y, px) * _cover(Y - bottom, px) * np.clip((1.02 - np.abs(m)) * 12, 0, 1)
    # beard
    kind = columns["beard"]
    who = np.flatnonzero(kind)
    if len(who):
        k = kind[who][:, None, None]
        Yw, pw = Y[who], px[who]
        bx = (X[who] - g.lean[who][:, rows]) / g.half[who][:, rows]
        ax = np.abs(bx)
        noise = g.strands[who][:, rows] * 0 + np.sin(61 * X[who] + 9 * np.sin(23 * Yw)) * np.sin(53 * Yw + 7 * np.sin(19 * X[who]))
        cheek_line = .36 - .42 * np.clip(ax - .42, 0, .6) - .0 * ax
        jaw = np.clip((Yw - cheek_line) / .07 + .5 + .2 * noise, 0, 1)
        mx = m[who]
        mous_top = g.nose_y[who] + .055 + .02 * np.abs(mx)
        moustache = np.clip((Yw - mous_top) / .03 + .5, 0, 1) * np.clip((line[who] + .03 + .05 * np.maximum(np.abs(mx) - 1, 0) - Yw) / .03 + .5, 0, 1) * np.clip((1.22 - np.abs(mx)) * 5, 0, 1)
        area = np.where(k == 2, moustache, np.maximum(jaw, moustache))
        d = g.head_d[who][:, rows]
        grow = np.where(k == 3, .030, .0) * np.clip((Yw - .2) / .2, 0, 1)
        area = area * _cover(d - grow - .01 * noise * (k == 3), pw)
        strength = np.choose(k, [0., .42, .93, .93]).astype("float32")
        lit = np.clip(g.lit[who][:, rows] * .75 + .25, .1, 1.2)
        shade = (.30 + .75 * lit + .16 * noise)
        colour_ = np.where((k == 1)[:, None], hair[who] * .6 + skin[who] * .12, hair[who] * .85) * shade[:, None]
        part = canvas[who]
        _mix(part, area * strength * (1 - lips[who]), colour_)
        canvas[who] = part
    lit = np.clip(g.lit[:, rows] * .6 + .45, .25, 1.2)
    lip = skin * np.array([.85, .42, .40], "float32")[:, None, None] + np.array([.04, .0, .005], "float32")[:, None, None]
    tone = np.where(Y < (up_lip + low_lip) / 2, .72, 1.0) * lit
    shine = _bell((Y - (low_lip + bottom) / 2) / .014) * _bell(m / .5) * .12
    _mix(canvas, lips * .85, lip * (tone + shine)[:, None])
    inside = _cover(up_lip - Y, px) * _cover(Y - low_lip, px) * np.clip((1 - np.abs(m)) * 12, 0, 1) * np.clip(p.mouth_open * 12, 0, 1)
    _mix(canvas, inside, np.array([.055, .012, .012], "float32")[:, None, None] + 0 * lit[:, None])
    teeth = inside * _cover(Y - (up_lip + np.minimum(gap, .045) * .85), px) * np.clip((.86 - np.abs(m)) * 8, 0, 1) * np.clip(p.mouth_open * 5 - .3, 0, 1)
    _mix(canvas, teeth, np.array([.80, .77, .70], "float32")[:, None, None] * (lit * (1 - .35 * m * m))[:, None])
    dark = _cover(np.abs(Y - (up_lip + low_lip) / 2) - .007, px * 1.2) * np.clip((1.08 - np.abs(m)) * 8, 0, 1) * np.clip(1 - p.mouth_open * 8, 0, 1)
    _mix(canvas, dark * .8, skin * np.array([.16, .06, .06], "float32")[:, None, None])


def _glasses(canvas, kind, Y, px, ex, mid, g, who):
    k = kind[:, None, None]
    cx = ex - .005
    y = Y - .008
    big = np.choose(k, [0., .145, .150, .155]).astype("float32")
    tall = np.choose(k, [0., .135, .105, .115]).astype("float32")
    a, b = (cx / big) ** 2, (y / tall) ** 2
    square = (k == 2)
    a, b = np.where(square, a * a, a), np.where(square, b * b, b)
    f = a + b
    d = (np.sqrt(np.where(square, np.sqrt(f), f)) - 1) * (tall * .5 + big * .5)
    lens = _cover(d, px)
    sun = k == 3
    rim = _cover(np.abs(d) - .013, px)
    gap = np.abs(mid)
    bridge = _cover(np.abs(Y + .025 - .25 * gap * gap) - .012, px) * (np.abs(cx) > big * .9) * (cx < 0)
    temple = _cover(np.abs(Y + .03) - .012, px) * (cx > big * .95)* _cover(g.head_d[who][:, int(g.head.shape[1] * .34):int(g.head.shape[1] * .74)], px)
    frame = np.maximum(np.maximum(rim, bridge), temple)
    glare = np.clip(1 - np.abs(cx + y * 1.2 + .06) / .03, 0, 1) * lens
    _mix(canvas, np.where(sun, lens * .93, 0), np.array([.012, .011, .012], "float32")[:, None, None] * (1.5 + 2.5 * np.clip(.5 + Y / .2, 0, 1))[:, None])
    _mix(canvas, glare * np.where(sun, .22, .14), np.ones((1, 3, 1, 1), "float32"))
    _mix(canvas, frame * .95, np.array([.012, .010, .010], "float32")[:, None, None] + np.zeros_like(frame)[:, None])
