"""How a synthetic portrait is painted: geometry, light, hair, head, shoulders. `faces.render` is the way in.

Every shape knows its signed distance to its own edge, and coverage = clip(1/2 - distance / pixel, 0, 1)
smooths the edge. Most shapes are bounded row by row (an ellipse whose half-width varies with height) or
column by column (a curve y(x)): most arithmetic happens on vectors, (faces, y, 1) or (faces, 1, x), and
little of it on every pixel. The canvas is planar, (faces, channel, y, x), and holds light: the square of
what is shown. In head coordinates the eyes are at y = 0, the chin near .62, the crown near -.66, the cheeks
near x = -.46 and .46; y points down. Only element-wise float32 arithmetic is used, face by face: neither
the batch nor the machine changes a picture.
"""

from types import SimpleNamespace

import numpy as np


def rgb(*values):
    return np.array(values, "float32")[:, None, None]


def coverage(d, width):
    """Signed distance (negative inside) -> coverage, over an edge `width` wide."""
    return np.clip(np.float32(0.5) - d / width, 0, 1)


def gaussian(t):
    return np.exp(-t * t)


def clip01(t):
    return np.clip(t, 0, 1)


def blend(canvas, mask, colour):
    """Paint `colour` (faces, 3, ...) where `mask` (faces, y, x) says so, in place."""
    layer = colour - canvas
    layer *= mask[:, None]
    canvas += layer


def oval(X, centre, half, q, px):
    """The shape ((X - centre) / half)^2 + q = 1, where centre, half-width and q may differ in every row.

    -> nx (-1 at the left edge, 1 at the right), f (the left side above), d (distance to the edge).
    """
    inside = np.maximum(1 - q, 0)
    slope = (
        np.gradient(q, axis=1) - 2 * inside * np.gradient(half, axis=1) / half
    ) / px
    nx = (X - centre) / half
    f = nx * nx + q
    return nx, f, (f - 1) / np.sqrt(4 * inside / half**2 + slope**2 + 1e-6)


def under(Y, curve, px):
    """Distance to the curve y(x), positive below it."""
    return (Y - curve) / np.sqrt(1 + (np.gradient(curve, axis=2) / px) ** 2)


def compute_geometry(columns, size):
    """From what `_encode_factors` gives: values and codes (n,), colours (n, 3), style (n, 14).

    Everything more than one layer needs: values (n, 1, 1), rows (n, size, 1), columns (n, 1, size).
    """
    geometry = SimpleNamespace(
        size=size, **{k: v[..., None, None] for k, v in columns.items()}
    )
    geometry.skin = geometry.skin_light * (
        1 + rgb(0.09, 0, -0.14) * geometry.complexion[:, None]
    )
    geometry.hair = geometry.hair_light * (1 + 0.14 * geometry.complexion[:, None])
    (
        geometry.top,
        geometry.side,
        geometry.end,
        geometry.flare,
        geometry.line,
        geometry.arch,
        geometry.shift,
        geometry.edge,
        geometry.ragged,
        geometry.soft,
        geometry.wave,
        geometry.curl,
        geometry.bun,
        geometry.cover,
    ) = columns["style"].T[:, :, None, None]
    geometry.axis = (np.arange(size, dtype="float32") + 0.5) * 2 / size - 1
    scale = 1.15 + 0.035 * geometry.head_size
    geometry.X = (geometry.axis[None, None, :] - 0.06 * geometry.head_x) / scale
    geometry.Y = (geometry.axis[None, :, None] - 0.02 - 0.025 * geometry.head_y) / scale
    geometry.px = 2 / size / scale
    # Light from direction (lx, ly, lz), towards the viewer and from above.
    geometry.lx, geometry.ly = 0.75 * geometry.light_x, -0.2 - 0.45 * geometry.light_y
    geometry.lz = np.sqrt(1 - 0.55 * geometry.lx**2 - geometry.ly**2)
    # The head turns about its axis: what sits at angle a on it is seen at R sin(a + turn), foreshortened.
    turn = 0.5 * geometry.yaw
    geometry.sin, geometry.cos, geometry.wide = (
        np.sin(turn),
        np.cos(turn),
        0.455 * (1 + 0.06 * geometry.face_width),
    )
    a = np.arcsin((0.185 + 0.014 * geometry.eye_spacing) / geometry.wide)
    left, right = geometry.wide * np.sin(turn - a), geometry.wide * np.sin(turn + a)
    geometry.middle = (left + right) / 2
    geometry.side_of = np.where(
        geometry.X > geometry.middle, np.float32(1), np.float32(-1)
    )  # which eye a column belongs to
    eye_x, geometry.squash = (
        geometry.wide * np.sin(turn + geometry.side_of * a),
        np.cos(turn + geometry.side_of * a) / np.cos(a),
    )
    geometry.ex = (
        (geometry.X - eye_x) * geometry.side_of / geometry.squash
    )  # from the eye's middle, outwards
    geometry.eye_x, geometry.towards = (
        eye_x,
        geometry.side_of * turn,
    )  # > 0 on the far side
    geometry.ear_x = geometry.wide * np.sin(turn + geometry.side_of * 1.45)
    geometry.nose_y, geometry.mouth_y = (
        0.225 + 0.02 * geometry.nose_length,
        0.378 + 0.010 * geometry.nose_length,
    )
    geometry.mouth_x, geometry.tip_x, geometry.bridge_x = (
        0.48 * geometry.sin,
        0.60 * geometry.sin,
        0.46 * geometry.sin,
    )
    # Outline of the head: the chin turns with the face, the skull less; a jaw is wide or narrow.
    geometry.lean = geometry.sin * (
        0.38 * clip01((geometry.Y + 0.05) / 0.68) ** 2 - 0.05
    )
    geometry.half = geometry.wide * (
        1
        - (0.20 - 0.07 * geometry.jaw) * clip01((geometry.Y - 0.1) / 0.5)
        - 0.05 * clip01(-(geometry.Y + 0.1) / 0.5)
    )
    geometry.chin = 0.62 + 0.015 * geometry.jaw
    geometry.head_q = np.where(
        geometry.Y < -0.12,
        ((geometry.Y + 0.12) / 0.54) ** 2,
        (np.maximum(geometry.Y + 0.12, 0) / (geometry.chin + 0.12))
        ** (3.1 + 0.3 * geometry.jaw),
    )
    # Hairline: falls away from the parting, then down past the temples to the sideburns.
    u = (geometry.X - geometry.wide * geometry.sin) / geometry.wide
    curve = (
        geometry.line
        - 0.03 * geometry.hairline
        + geometry.arch * np.abs(u - geometry.shift * geometry.parting) ** 1.5
    )
    curve = curve + 9 * np.maximum(np.abs(u) - geometry.edge, 0) ** 1.5
    geometry.fade = geometry.soft + 0.06 * (geometry.end < 0.25) * clip01(
        (np.abs(u) - 0.70) / 0.2
    )  # sideburns fade out
    nape = (
        geometry.end
        * ((geometry.X - geometry.ear_x) * geometry.side_of > 0)
        * clip01(1 - 6 * geometry.towards)
    )  # lower behind the near ear
    geometry.hairline_y = np.where(geometry.end < 0.25, np.minimum(curve, nape), curve)
    return geometry


def phase(geometry, k):
    """A face's own random angle number k, for strands and folds."""
    return ((geometry.texture.astype("float64") * (917.3 + 131.7 * k)) % 6.2832).astype(
        "float32"
    )


def background(geometry):
    x, y = geometry.axis[None, None, :], geometry.axis[None, :, None]
    glow = gaussian((x - 0.8 * geometry.light_x) / 1.2) * gaussian((y + 0.1) / 1.2)
    return geometry.background_light * (0.40 + 0.66 * glow - 0.10 * y)[:, None]


def hair_of(geometry):
    """Rows, outline, strands and light of the hair, front and back alike."""
    Y, bottom = (
        geometry.Y,
        int(geometry.size * min(1, 0.62 + max(0, float(geometry.end.max())) * 0.6)),
    )
    top, side = (
        geometry.top * (1 + 0.25 * geometry.hair_volume),
        geometry.side * (1 + 0.25 * geometry.hair_volume),
    )
    down, sway = clip01((Y + 0.1) / 0.9), geometry.wave * clip01((Y + 0.1) / 0.9)
    half = (
        geometry.wide * 0.98
        + side
        + geometry.flare * down
        + 0.4 * sway * np.sin(11 * Y + phase(geometry, 2))
    )
    centre = -0.06 * geometry.sin + 0.5 * sway * np.sin(9 * Y + phase(geometry, 1))
    end = geometry.end + 0.06 * geometry.hair_volume
    q = np.where(
        Y < -0.14,
        ((Y + 0.14) / (0.53 + top)) ** 2,
        (np.maximum(Y + 0.14, 0) / (end + 0.14)) ** 6,
    )
    spread = half * np.sqrt(
        np.maximum(1 - q, 0.08)
    )  # strands fan out from the crown and hang to the tips
    crown = centre + 0.25 * geometry.parting * clip01(-(Y + 0.3) / 0.5)
    rows = slice(0, bottom)
    Y, down = Y[:, rows], down[:, rows]
    nx, f, d = (v[:, rows] for v in oval(geometry.X, centre, half, q, geometry.px))
    s = (geometry.X - crown[:, rows]) / spread[:, rows]
    strands = 0.5 * np.sin(9 * s + phase(geometry, 7) + 3 * Y) + 0.35 * np.sin(
        21 * s + phase(geometry, 8) - 2 * Y
    )
    strands += 0.3 * np.sin(37 * s + phase(geometry, 9))
    strands *= clip01(5 - 5 * q[:, rows])  # too fine to draw where they meet
    if geometry.curl.any():  # curls: bent checks, and an outline that follows them
        a = (
            17 * geometry.X
            + 6 * Y
            + 2.2 * np.sin(9 * Y - 4 * geometry.X + phase(geometry, 3))
            + phase(geometry, 5)
        )
        b = (
            17 * Y
            - 6 * geometry.X
            + 2.2 * np.sin(8 * geometry.X + 5 * Y + phase(geometry, 4))
            + phase(geometry, 6)
        )
        knots = np.sin(a) * np.sin(b)
        strands += geometry.curl * (
            knots + 0.5 * np.sin(2.3 * a + 2 * knots) * np.sin(2.1 * b) - 0.9 * strands
        )
        d += 0.030 * geometry.curl * knots
    d += 0.020 * down * strands * (geometry.end > 0.8)  # long hair ends in tips
    lit = (
        nx * geometry.lx
        + np.clip((Y + 0.1) / 0.65, -1, 0.3) * geometry.ly
        + np.sqrt(np.maximum(1 - f, 0)) * geometry.lz
    )
    ring = (
        gaussian((f - 0.5 - 0.08 * strands) / 0.24) * clip01(-3 * Y) * clip01(lit)
    )  # the sheen around the crown
    rim = clip01(3 * f - 2.2) * clip01(-2 * nx * geometry.lx)  # light from behind
    shade = (
        0.26
        + 0.75 * clip01(0.8 * lit + 0.2)
        + strands * (0.17 - 0.12 * (geometry.soft > 0))
    )
    light = geometry.hair * shade[:, None]
    light += (geometry.hair * 0.55 + 0.03) * (ring * (0.6 + 0.4 * strands) + 0.5 * rim)[
        :, None
    ]
    return SimpleNamespace(
        rows=rows, Y=Y, outer=coverage(d, geometry.px), light=light, strands=strands
    )


def bun(canvas, geometry):
    rows, r = slice(0, int(geometry.size * 0.3)), 0.16 + 0.02 * geometry.hair_volume
    x, y = (geometry.X + 0.22 * geometry.sin) / r, (geometry.Y[:, rows] + 0.70) / r
    f = x * x + y * y
    lit = (
        x * geometry.lx + y * geometry.ly + geometry.lz * np.sqrt(np.maximum(1 - f, 0))
    )
    light = (
        0.2
        + 0.7 * clip01(lit)
        + 0.12 * np.sin(6 * np.sqrt(f) + 3 * x + phase(geometry, 3))
    )
    blend(
        canvas[:, :, rows],
        geometry.bun * coverage((np.sqrt(f) - 1) * r, geometry.px),
        geometry.hair * light[:, None],
    )


def skin(geometry, light, red):
    """Skin under so much light: shadows keep more red, as light does that has passed through skin."""
    out = np.empty((len(light), 3, *light.shape[1:]), "float32")
    for c, (ambient, direct, blush) in enumerate(
        ((0.22, 0.86, 0.8), (0.15, 0.90, -0.55), (0.13, 0.91, -0.35))
    ):
        np.multiply(light, direct, out=out[:, c])
        out[:, c] += ambient + blush * red
        out[:, c] *= geometry.skin[:, c]
    return out


def neck_and_clothes(canvas, geometry):
    rows = slice(int(geometry.size * 0.62), geometry.size)
    X, Y, canvas = geometry.X, geometry.Y[:, rows], canvas[:, :, rows]
    chin = (
        (X - geometry.lean[:, rows] + 0.1 * geometry.lx)
        / (0.95 * geometry.half[:, rows])
    ) ** 2
    chin = (
        chin + ((Y + 0.02) / (geometry.chin + 0.12)) ** 3.2
    )  # the head's outline, lower: its shadow
    lit = (0.50 + 0.42 * clip01(0.5 + 2 * X * geometry.lx)) * (
        1 - 0.65 * clip01(1.7 - 1.2 * chin)
    )
    neck = np.abs(X - 0.10 * geometry.sin) - (
        0.235
        + 0.035 * geometry.jaw
        + 0.02 * geometry.face_width
        + 0.35 * np.maximum(Y - 0.66, 0)
    )
    blend(canvas, coverage(neck, geometry.px), skin(geometry, lit, np.float32(0)))
    kind, ax = geometry.clothing, np.abs(X - 0.08 * geometry.sin)
    shoulder = 0.66 + 0.17 * np.minimum(ax, 0.8) + 3 * np.maximum(ax - 0.72, 0) ** 2
    crew, v_neck, shirt, turtle = (
        0.78 - 1.2 * ax**2,
        0.90 - 0.75 * ax,
        0.80 - 0.45 * ax,
        0.63 + 0.08 * ax,
    )
    edge = np.choose(
        kind,
        [
            crew,
            v_neck,
            shirt,
            shirt,
            np.where(ax < 0.27 + 0.03 * geometry.jaw, turtle, shoulder),
        ],
    )
    edge = np.where(
        ax < 0.36, np.maximum(edge, np.where(kind == 4, edge, shoulder)), shoulder
    )
    d = under(Y, edge, geometry.px)
    light = (
        0.40
        + 0.40 * clip01(0.55 + 0.7 * X * geometry.lx)
        + 0.25 * clip01(d / 0.08)
        - 0.2 * clip01(Y - 0.75)
    )
    light *= 1 + 0.09 * np.sin(9 * ax + 7 * Y + phase(geometry, 3))
    colour = geometry.clothing_light * light[:, None]
    flap = (
        coverage(np.abs(d - 0.05 - 0.10 * clip01(1 - ax / 0.2)) - 0.008, geometry.px)
        * (ax < 0.34)
        * (kind == 2)
    )
    colour *= (
        1
        - 0.55
        * (flap + coverage(ax - 0.006, geometry.px) * (kind == 2) * (d > 0.06))[:, None]
    )
    lapel = coverage(under(Y, 1.25 - 2.6 * ax, geometry.px), geometry.px) * (kind == 3)
    blend(colour, lapel * (ax < 0.4), rgb(0.74, 0.74, 0.76) * light[:, None])
    blend(
        colour,
        lapel * coverage(ax - 0.055, geometry.px),
        geometry.clothing_light * (0.3 * light)[:, None],
    )
    blend(canvas, coverage(-d, geometry.px), colour)


def head(canvas, geometry):
    cols = slice(int(geometry.size * 0.11), int(geometry.size * 0.89))
    X, Y, px, ex = (
        geometry.X[..., cols],
        geometry.Y,
        geometry.px,
        geometry.ex[..., cols],
    )
    nx, f, geometry.head_d = oval(X, geometry.lean, geometry.half, geometry.head_q, px)
    head = coverage(geometry.head_d, px)
    lit = (
        nx * geometry.lx
        + np.clip((Y + 0.05) / 0.68, -1, 1) * geometry.ly
        + np.sqrt(np.maximum(1 - 0.92 * f, 0)) * geometry.lz
    )
    geometry.lit, geometry.cols = (
        clip01(0.78 * lit + 0.22)
        + 0.16 * clip01(3 * f - 2.1) * clip01(-1.6 * nx * geometry.lx),
        cols,
    )
    light, red = 0.10 + 0.80 * geometry.lit, np.zeros_like(f)

    def add(to, amount, x, y, sx, sy):  # a soft spot: outer product of two vectors
        to += (amount * gaussian((X - x) / sx)) * gaussian((Y - y) / sy)

    add(
        light,
        0.10 + 0.1 * geometry.light_y,
        geometry.bridge_x + 0.12 * geometry.lx,
        -0.30,
        0.20,
        0.13,
    )  # forehead
    light -= (0.20 * gaussian(ex / 0.13)) * gaussian((Y + 0.005) / 0.07)  # eye sockets
    light -= ((0.03 + 0.22 * geometry.age) * gaussian((ex - 0.01) / 0.09)) * gaussian(
        (Y - 0.085) / 0.03
    )
    light += (
        0.10 * (1 + 0.9 * geometry.smile) * gaussian((ex - 0.03) / 0.11)
    ) * gaussian((Y - 0.17) / 0.08)  # cheeks
    light -= (0.22 * geometry.age * gaussian((ex - 0.06) / 0.09)) * gaussian(
        (Y - 0.31) / 0.10
    )  # hollows of age
    red += (0.07 * gaussian((ex - 0.04) / 0.13)) * gaussian((Y - 0.20) / 0.10)
    for y in (-0.25, -0.33):
        add(
            light,
            -0.45 * np.maximum(geometry.age - 0.3, 0),
            geometry.bridge_x,
            y,
            0.20,
            0.016,
        )  # furrows
    wing = 0.080 + 0.024 * geometry.nose_width
    below = clip01((Y + 0.05) / 0.25)
    t = (X - geometry.bridge_x - (geometry.tip_x - geometry.bridge_x) * below) / (
        wing * (0.55 + 0.45 * below)
    )
    along = clip01((Y + 0.10) / 0.12) * clip01((geometry.nose_y + 0.035 - Y) / 0.05)
    light += (
        gaussian(t) * along * (0.16 + 0.42 * geometry.lx * t - 0.22 * t * t)
    )  # nose
    add(
        light,
        0.16,
        geometry.tip_x + 0.02 * geometry.lx,
        geometry.nose_y - 0.03,
        0.042,
        0.035,
    )
    add(red, 0.05, geometry.tip_x, geometry.nose_y - 0.01, 0.07, 0.05)
    add(
        light,
        -0.32,
        0.97 * geometry.tip_x - 0.04 * geometry.lx,
        geometry.nose_y + 0.045,
        1.15 * wing,
        0.028,
    )
    for k in (-1, 1):
        add(
            light,
            -0.42,
            0.95 * geometry.tip_x + 0.52 * k * wing * geometry.cos,
            geometry.nose_y + 0.022,
            0.022,
            0.016,
        )  # nostrils
    mx, drop = np.abs(X - geometry.mouth_x) / geometry.cos, Y - geometry.nose_y
    fold = gaussian(
        (mx - wing - 0.03 - clip01(drop * (0.55 + 0.2 * geometry.smile))) / 0.022
    )  # beside the mouth
    light -= fold * (
        clip01(drop / 0.04 + 0.5)
        * clip01((geometry.mouth_y - 0.01 - Y) / 0.05)
        * (0.02 + 0.40 * geometry.age + 0.12 * np.maximum(geometry.smile, 0))
    )
    add(
        light,
        -0.16,
        geometry.mouth_x,
        geometry.mouth_y + 0.085 + 0.03 * geometry.mouth_open,
        0.11,
        0.022,
    )  # under the lip
    add(
        light, 0.08, 1.02 * geometry.mouth_x, geometry.mouth_y + 0.15, 0.09, 0.045
    )  # chin
    shadow = clip01(
        1 - under(Y, geometry.hairline_y[..., cols], px) / 0.10
    )  # under the hair
    light -= 0.32 * shadow * shadow * (geometry.soft == 0) * geometry.cover
    light = np.maximum(light, 0.06)
    blend(canvas[..., cols], head, skin(geometry, light, 1.3 * red * light))


def ears(canvas, geometry):
    """Over short hair. The near ear lies on the head, the far one hides behind it; long hair covers both."""
    rows = slice(int(geometry.size * 0.42), int(geometry.size * 0.70))
    X, side = geometry.X[..., geometry.cols], geometry.side_of[..., geometry.cols]
    eu, ev = (
        (X - geometry.ear_x[..., geometry.cols]) * side - 0.015,
        geometry.Y[:, rows] - 0.06,
    )
    d = np.sqrt((eu / 0.055) ** 2 + (ev / 0.125) ** 2) - 1
    behind = coverage(geometry.head_d[:, rows], geometry.px) * (
        1 - clip01(-4 * geometry.towards[..., geometry.cols])
    )
    ear = coverage(0.055 * d, geometry.px) * (1 - behind)
    light = (
        0.50
        + 0.35 * clip01(0.5 + 0.7 * side * geometry.lx)
        - 0.28 * gaussian(2 * d + 1)
    )
    blend(
        canvas[:, :, rows, geometry.cols],
        ear * (geometry.end < 0.25),
        skin(geometry, light, np.float32(0.04)),
    )
