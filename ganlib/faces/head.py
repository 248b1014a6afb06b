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


def tint(*rgb):
    return np.array(rgb, "float32")[:, None, None]


def cover(d, width):
    """Signed distance (negative inside) -> coverage, over an edge `width` wide."""
    return np.clip(np.float32(0.5) - d / width, 0, 1)


def bell(t):
    return np.exp(-t * t)


def ramp(t):
    return np.clip(t, 0, 1)


def mix(canvas, mask, colour):
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


def geometry(columns, size):
    """From the factors as `faces` looks them up: values and codes (n,), colours (n, 3), style (n, 14).

    Everything more than one layer needs: values (n, 1, 1), rows (n, size, 1), columns (n, 1, size).
    """
    p = SimpleNamespace(
        size=size, **{k: v[..., None, None] for k, v in columns.items()}
    )
    p.skin = p.skin_light * (1 + tint(0.09, 0, -0.14) * p.complexion[:, None])
    p.hair = p.hair_light * (1 + 0.14 * p.complexion[:, None])
    (
        p.top,
        p.side,
        p.end,
        p.flare,
        p.line,
        p.arch,
        p.shift,
        p.edge,
        p.ragged,
        p.soft,
        p.wave,
        p.curl,
        p.bun,
        p.cover,
    ) = columns["style"].T[:, :, None, None]
    p.axis = (np.arange(size, dtype="float32") + 0.5) * 2 / size - 1
    scale = 1.15 + 0.035 * p.head_size
    p.X = (p.axis[None, None, :] - 0.06 * p.head_x) / scale
    p.Y = (p.axis[None, :, None] - 0.02 - 0.025 * p.head_y) / scale
    p.px = 2 / size / scale
    # Light from direction (lx, ly, lz), towards the viewer and from above.
    p.lx, p.ly = 0.75 * p.light_x, -0.2 - 0.45 * p.light_y
    p.lz = np.sqrt(1 - 0.55 * p.lx**2 - p.ly**2)
    # The head turns about its axis: what sits at angle a on it is seen at R sin(a + turn), foreshortened.
    turn = 0.5 * p.yaw
    p.sin, p.cos, p.wide = np.sin(turn), np.cos(turn), 0.455 * (1 + 0.06 * p.face_width)
    a = np.arcsin((0.185 + 0.014 * p.eye_spacing) / p.wide)
    left, right = p.wide * np.sin(turn - a), p.wide * np.sin(turn + a)
    p.middle = (left + right) / 2
    p.side_of = np.where(
        p.X > p.middle, np.float32(1), np.float32(-1)
    )  # which eye a column belongs to
    eye_x, p.squash = (
        p.wide * np.sin(turn + p.side_of * a),
        np.cos(turn + p.side_of * a) / np.cos(a),
    )
    p.ex = (p.X - eye_x) * p.side_of / p.squash  # from the eye's middle, outwards
    p.eye_x, p.towards = eye_x, p.side_of * turn  # > 0 on the far side
    p.ear_x = p.wide * np.sin(turn + p.side_of * 1.45)
    p.nose_y, p.mouth_y = 0.225 + 0.02 * p.nose_length, 0.378 + 0.010 * p.nose_length
    p.mouth_x, p.tip_x, p.bridge_x = 0.48 * p.sin, 0.60 * p.sin, 0.46 * p.sin
    # Outline of the head: the chin turns with the face, the skull less; a jaw is wide or narrow.
    p.lean = p.sin * (0.38 * ramp((p.Y + 0.05) / 0.68) ** 2 - 0.05)
    p.half = p.wide * (
        1
        - (0.20 - 0.07 * p.jaw) * ramp((p.Y - 0.1) / 0.5)
        - 0.05 * ramp(-(p.Y + 0.1) / 0.5)
    )
    p.chin = 0.62 + 0.015 * p.jaw
    p.head_q = np.where(
        p.Y < -0.12,
        ((p.Y + 0.12) / 0.54) ** 2,
        (np.maximum(p.Y + 0.12, 0) / (p.chin + 0.12)) ** (3.1 + 0.3 * p.jaw),
    )
    # Hairline: falls away from the parting, then down past the temples to the sideburns.
    u = (p.X - p.wide * p.sin) / p.wide
    curve = p.line - 0.03 * p.hairline + p.arch * np.abs(u - p.shift * p.parting) ** 1.5
    curve = curve + 9 * np.maximum(np.abs(u) - p.edge, 0) ** 1.5
    p.fade = p.soft + 0.06 * (p.end < 0.25) * ramp(
        (np.abs(u) - 0.70) / 0.2
    )  # sideburns fade out
    nape = (
        p.end * ((p.X - p.ear_x) * p.side_of > 0) * ramp(1 - 6 * p.towards)
    )  # lower behind the near ear
    p.hairline_y = np.where(p.end < 0.25, np.minimum(curve, nape), curve)
    return p


def phase(p, k):
    """A face's own random angle number k, for strands and folds."""
    return ((p.texture.astype("float64") * (917.3 + 131.7 * k)) % 6.2832).astype(
        "float32"
    )


def background(p):
    x, y = p.axis[None, None, :], p.axis[None, :, None]
    glow = bell((x - 0.8 * p.light_x) / 1.2) * bell((y + 0.1) / 1.2)
    return p.background_light * (0.40 + 0.66 * glow - 0.10 * y)[:, None]


def hair_of(p):
    """Rows, outline, strands and light of the hair, front and back alike."""
    Y, bottom = p.Y, int(p.size * min(1, 0.62 + max(0, float(p.end.max())) * 0.6))
    top, side = p.top * (1 + 0.25 * p.hair_volume), p.side * (1 + 0.25 * p.hair_volume)
    down, sway = ramp((Y + 0.1) / 0.9), p.wave * ramp((Y + 0.1) / 0.9)
    half = (
        p.wide * 0.98
        + side
        + p.flare * down
        + 0.4 * sway * np.sin(11 * Y + phase(p, 2))
    )
    centre = -0.06 * p.sin + 0.5 * sway * np.sin(9 * Y + phase(p, 1))
    end = p.end + 0.06 * p.hair_volume
    q = np.where(
        Y < -0.14,
        ((Y + 0.14) / (0.53 + top)) ** 2,
        (np.maximum(Y + 0.14, 0) / (end + 0.14)) ** 6,
    )
    spread = half * np.sqrt(
        np.maximum(1 - q, 0.08)
    )  # strands fan out from the crown and hang to the tips
    crown = centre + 0.25 * p.parting * ramp(-(Y + 0.3) / 0.5)
    rows = slice(0, bottom)
    Y, down = Y[:, rows], down[:, rows]
    nx, f, d = (v[:, rows] for v in oval(p.X, centre, half, q, p.px))
    s = (p.X - crown[:, rows]) / spread[:, rows]
    strands = 0.5 * np.sin(9 * s + phase(p, 7) + 3 * Y) + 0.35 * np.sin(
        21 * s + phase(p, 8) - 2 * Y
    )
    strands += 0.3 * np.sin(37 * s + phase(p, 9))
    strands *= ramp(5 - 5 * q[:, rows])  # too fine to draw where they meet
    if p.curl.any():  # curls: bent checks, and an outline that follows them
        a = 17 * p.X + 6 * Y + 2.2 * np.sin(9 * Y - 4 * p.X + phase(p, 3)) + phase(p, 5)
        b = 17 * Y - 6 * p.X + 2.2 * np.sin(8 * p.X + 5 * Y + phase(p, 4)) + phase(p, 6)
        knots = np.sin(a) * np.sin(b)
        strands += p.curl * (
            knots + 0.5 * np.sin(2.3 * a + 2 * knots) * np.sin(2.1 * b) - 0.9 * strands
        )
        d += 0.030 * p.curl * knots
    d += 0.020 * down * strands * (p.end > 0.8)  # long hair ends in tips
    lit = (
        nx * p.lx
        + np.clip((Y + 0.1) / 0.65, -1, 0.3) * p.ly
        + np.sqrt(np.maximum(1 - f, 0)) * p.lz
    )
    ring = (
        bell((f - 0.5 - 0.08 * strands) / 0.24) * ramp(-3 * Y) * ramp(lit)
    )  # the sheen around the crown
    rim = ramp(3 * f - 2.2) * ramp(-2 * nx * p.lx)  # light from behind
    shade = 0.26 + 0.75 * ramp(0.8 * lit + 0.2) + strands * (0.17 - 0.12 * (p.soft > 0))
    light = p.hair * shade[:, None]
    light += (p.hair * 0.55 + 0.03) * (ring * (0.6 + 0.4 * strands) + 0.5 * rim)[
        :, None
    ]
    return SimpleNamespace(
        rows=rows, Y=Y, outer=cover(d, p.px), light=light, strands=strands
    )


def bun(canvas, p):
    rows, r = slice(0, int(p.size * 0.3)), 0.16 + 0.02 * p.hair_volume
    x, y = (p.X + 0.22 * p.sin) / r, (p.Y[:, rows] + 0.70) / r
    f = x * x + y * y
    lit = x * p.lx + y * p.ly + p.lz * np.sqrt(np.maximum(1 - f, 0))
    light = 0.2 + 0.7 * ramp(lit) + 0.12 * np.sin(6 * np.sqrt(f) + 3 * x + phase(p, 3))
    mix(
        canvas[:, :, rows],
        p.bun * cover((np.sqrt(f) - 1) * r, p.px),
        p.hair * light[:, None],
    )


def skin(p, light, red):
    """Skin under so much light: shadows keep more red, as light does that has passed through skin."""
    out = np.empty((len(light), 3, *light.shape[1:]), "float32")
    for c, (ambient, direct, blush) in enumerate(
        ((0.22, 0.86, 0.8), (0.15, 0.90, -0.55), (0.13, 0.91, -0.35))
    ):
        np.multiply(light, direct, out=out[:, c])
        out[:, c] += ambient + blush * red
        out[:, c] *= p.skin[:, c]
    return out


def neck_and_clothes(canvas, p):
    rows = slice(int(p.size * 0.62), p.size)
    X, Y, canvas = p.X, p.Y[:, rows], canvas[:, :, rows]
    chin = ((X - p.lean[:, rows] + 0.1 * p.lx) / (0.95 * p.half[:, rows])) ** 2
    chin = (
        chin + ((Y + 0.02) / (p.chin + 0.12)) ** 3.2
    )  # the head's outline, lower: its shadow
    lit = (0.50 + 0.42 * ramp(0.5 + 2 * X * p.lx)) * (1 - 0.65 * ramp(1.7 - 1.2 * chin))
    neck = np.abs(X - 0.10 * p.sin) - (
        0.235 + 0.035 * p.jaw + 0.02 * p.face_width + 0.35 * np.maximum(Y - 0.66, 0)
    )
    mix(canvas, cover(neck, p.px), skin(p, lit, np.float32(0)))
    kind, ax = p.clothing, np.abs(X - 0.08 * p.sin)
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
            np.where(ax < 0.27 + 0.03 * p.jaw, turtle, shoulder),
        ],
    )
    edge = np.where(
        ax < 0.36, np.maximum(edge, np.where(kind == 4, edge, shoulder)), shoulder
    )
    d = under(Y, edge, p.px)
    light = (
        0.40
        + 0.40 * ramp(0.55 + 0.7 * X * p.lx)
        + 0.25 * ramp(d / 0.08)
        - 0.2 * ramp(Y - 0.75)
    )
    light *= 1 + 0.09 * np.sin(9 * ax + 7 * Y + phase(p, 3))
    colour = p.clothing_light * light[:, None]
    flap = (
        cover(np.abs(d - 0.05 - 0.10 * ramp(1 - ax / 0.2)) - 0.008, p.px)
        * (ax < 0.34)
        * (kind == 2)
    )
    colour *= (
        1 - 0.55 * (flap + cover(ax - 0.006, p.px) * (kind == 2) * (d > 0.06))[:, None]
    )
    lapel = cover(under(Y, 1.25 - 2.6 * ax, p.px), p.px) * (kind == 3)
    mix(colour, lapel * (ax < 0.4), tint(0.74, 0.74, 0.76) * light[:, None])
    mix(
        colour,
        lapel * cover(ax - 0.055, p.px),
        p.clothing_light * (0.3 * light)[:, None],
    )
    mix(canvas, cover(-d, p.px), colour)


def head(canvas, p):
    cols = slice(int(p.size * 0.11), int(p.size * 0.89))
    X, Y, px, ex = p.X[..., cols], p.Y, p.px, p.ex[..., cols]
    nx, f, p.head_d = oval(X, p.lean, p.half, p.head_q, px)
    head = cover(p.head_d, px)
    lit = (
        nx * p.lx
        + np.clip((Y + 0.05) / 0.68, -1, 1) * p.ly
        + np.sqrt(np.maximum(1 - 0.92 * f, 0)) * p.lz
    )
    p.lit, p.cols = (
        ramp(0.78 * lit + 0.22) + 0.16 * ramp(3 * f - 2.1) * ramp(-1.6 * nx * p.lx),
        cols,
    )
    light, red = 0.10 + 0.80 * p.lit, np.zeros_like(f)

    def add(to, amount, x, y, sx, sy):  # a soft spot: outer product of two vectors
        to += (amount * bell((X - x) / sx)) * bell((Y - y) / sy)

    add(
        light, 0.10 + 0.1 * p.light_y, p.bridge_x + 0.12 * p.lx, -0.30, 0.20, 0.13
    )  # forehead
    light -= (0.20 * bell(ex / 0.13)) * bell((Y + 0.005) / 0.07)  # eye sockets
    light -= ((0.03 + 0.22 * p.age) * bell((ex - 0.01) / 0.09)) * bell(
        (Y - 0.085) / 0.03
    )
    light += (0.10 * (1 + 0.9 * p.smile) * bell((ex - 0.03) / 0.11)) * bell(
        (Y - 0.17) / 0.08
    )  # cheeks
    light -= (0.22 * p.age * bell((ex - 0.06) / 0.09)) * bell(
        (Y - 0.31) / 0.10
    )  # hollows of age
    red += (0.07 * bell((ex - 0.04) / 0.13)) * bell((Y - 0.20) / 0.10)
    for y in (-0.25, -0.33):
        add(
            light, -0.45 * np.maximum(p.age - 0.3, 0), p.bridge_x, y, 0.20, 0.016
        )  # furrows
    wing = 0.080 + 0.024 * p.nose_width
    below = ramp((Y + 0.05) / 0.25)
    t = (X - p.bridge_x - (p.tip_x - p.bridge_x) * below) / (
        wing * (0.55 + 0.45 * below)
    )
    along = ramp((Y + 0.10) / 0.12) * ramp((p.nose_y + 0.035 - Y) / 0.05)
    light += bell(t) * along * (0.16 + 0.42 * p.lx * t - 0.22 * t * t)  # nose
    add(light, 0.16, p.tip_x + 0.02 * p.lx, p.nose_y - 0.03, 0.042, 0.035)
    add(red, 0.05, p.tip_x, p.nose_y - 0.01, 0.07, 0.05)
    add(
        light, -0.32, 0.97 * p.tip_x - 0.04 * p.lx, p.nose_y + 0.045, 1.15 * wing, 0.028
    )
    for k in (-1, 1):
        add(
            light,
            -0.42,
            0.95 * p.tip_x + 0.52 * k * wing * p.cos,
            p.nose_y + 0.022,
            0.022,
            0.016,
        )  # nostrils
    mx, drop = np.abs(X - p.mouth_x) / p.cos, Y - p.nose_y
    fold = bell(
        (mx - wing - 0.03 - ramp(drop * (0.55 + 0.2 * p.smile))) / 0.022
    )  # beside the mouth
    light -= fold * (
        ramp(drop / 0.04 + 0.5)
        * ramp((p.mouth_y - 0.01 - Y) / 0.05)
        * (0.02 + 0.40 * p.age + 0.12 * np.maximum(p.smile, 0))
    )
    add(
        light, -0.16, p.mouth_x, p.mouth_y + 0.085 + 0.03 * p.mouth_open, 0.11, 0.022
    )  # under the lip
    add(light, 0.08, 1.02 * p.mouth_x, p.mouth_y + 0.15, 0.09, 0.045)  # chin
    shadow = ramp(1 - under(Y, p.hairline_y[..., cols], px) / 0.10)  # under the hair
    light -= 0.32 * shadow * shadow * (p.soft == 0) * p.cover
    light = np.maximum(light, 0.06)
    mix(canvas[..., cols], head, skin(p, light, 1.3 * red * light))


def ears(canvas, p):
    """Over short hair. The near ear lies on the head, the far one hides behind it; long hair covers both."""
    rows = slice(int(p.size * 0.42), int(p.size * 0.70))
    X, side = p.X[..., p.cols], p.side_of[..., p.cols]
    eu, ev = (X - p.ear_x[..., p.cols]) * side - 0.015, p.Y[:, rows] - 0.06
    d = np.sqrt((eu / 0.055) ** 2 + (ev / 0.125) ** 2) - 1
    behind = cover(p.head_d[:, rows], p.px) * (1 - ramp(-4 * p.towards[..., p.cols]))
    ear = cover(0.055 * d, p.px) * (1 - behind)
    light = 0.50 + 0.35 * ramp(0.5 + 0.7 * side * p.lx) - 0.28 * bell(2 * d + 1)
    mix(
        canvas[:, :, rows, p.cols],
        ear * (p.end < 0.25),
        skin(p, light, np.float32(0.04)),
    )
