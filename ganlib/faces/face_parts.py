"""The features of a synthetic face: eyes, brows, mouth, beard, glasses. Shapes are as in `head`."""

import numpy as np

from .head import bell, cover, mix, ramp, tint


def eyes(canvas, p):
    rows = slice(int(p.size * 0.34), int(p.size * 0.62))
    Y, px, canvas = p.Y[:, rows], p.px, canvas[:, :, rows]
    w = 0.110 + 0.010 * p.eye_size
    tall = (0.050 + 0.006 * p.eye_size) * (
        1 - 0.2 * np.maximum(p.smile, 0) - 0.1 * p.age
    )
    e = p.ex / w
    shape, near = np.maximum(1 - e * e, 0), ramp((1.06 - np.abs(e)) * 10)
    lid = tall * (1 - 0.3 * p.gaze_y)  # the upper lid follows the gaze
    upper = -(0.012 * p.eye_slant + 0.004) * e - lid * np.sqrt(shape) * (
        0.35 + 0.65 * shape**0.3
    )
    lower = -(0.012 * p.eye_slant + 0.004) * e + 0.72 * tall * shape
    open_ = cover(upper - Y, px) * cover(Y - lower, px) * (np.abs(e) < 1)
    dy = Y - 0.026 * p.gaze_y + 0.004
    r = np.sqrt((p.ex - 0.040 * p.gaze_x * p.side_of / p.squash) ** 2 + dy * dy)
    eye = tint(0.70, 0.67, 0.65) * (1 - 0.45 * ramp(1 - (Y - upper) / 0.035))[:, None]
    mix(
        eye,
        cover(r - 0.047, px),
        p.eye_light * (0.75 + 0.95 * ramp(0.5 + 11 * dy))[:, None],
    )
    mix(eye, 0.5 * cover(np.abs(r - 0.047) - 0.004, px), 0.15 * p.eye_light)
    mix(eye, cover(r - 0.020, px), tint(0.004, 0.004, 0.004))
    mix(
        eye,
        0.9
        * cover(np.sqrt((p.X - p.eye_x - 0.016) ** 2 + (Y + 0.018) ** 2) - 0.013, px),
        tint(1, 1, 1),
    )
    mix(canvas, open_, eye)
    mix(
        canvas,
        0.88 * near * cover(np.abs(Y - upper + 0.004) - 0.013, 1.1 * px),
        0.05 * p.skin,
    )  # lashes
    mix(
        canvas, 0.30 * near * cover(np.abs(Y - lower) - 0.004, 1.3 * px), 0.16 * p.skin
    )  # lower lid
    mix(
        canvas,
        (0.28 + 0.15 * p.age) * near * bell((Y - upper + 0.042) / 0.014),
        0.28 * p.skin,
    )  # crease
    b = (p.ex + 0.005) / 0.15
    brow = -0.142 - 0.018 * p.brow_height + 0.022 * b * b + 0.006 * b
    thick = (0.021 + 0.008 * p.brow_thickness) * (1.1 - 0.45 * np.clip(b + 0.3, 0, 1.3))
    brow = cover(np.abs(Y - brow) - thick, 1.5 * px) * ramp(5 * (1 - np.abs(b)))
    mix(canvas, 0.82 * brow, 0.55 * p.hair + 0.06 * p.skin)


def mouth(canvas, p):
    """Lips, teeth, and the beard around them."""
    rows = slice(int(p.size * 0.50), int(p.size * 0.95))
    X, Y, px, canvas = p.X[..., p.cols], p.Y[:, rows], p.px, canvas[:, :, rows, p.cols]
    m = (X - p.mouth_x) / (
        (0.152 + 0.048 * np.maximum(p.smile, 0) - 0.01 * p.mouth_open) * p.cos
    )
    shape, am, happy = np.maximum(1 - m * m, 0), np.abs(m), np.maximum(p.smile, 0)
    line = p.mouth_y - 0.08 * p.smile * (np.minimum(am, 1.3) ** 2 - 0.4)
    full, gap = 1 + 0.28 * p.lip_fullness, 0.095 * p.mouth_open * np.sqrt(shape)
    high, low = line - 0.35 * gap, line + 0.75 * gap  # where the lips end inside
    bow = 0.032 * full * shape**0.7 * (1.1 - 0.25 * np.cos(np.minimum(9 * am, 3.1416)))
    top = high - bow * (1 - 0.25 * happy)
    bottom = low + 0.044 * full * np.sqrt(shape) * (1 - 0.2 * happy) * (
        0.6 + 0.4 * shape
    )
    lips = cover(top - Y, px) * cover(Y - bottom, px) * ramp((1.02 - am) * 12)
    if p.beard.any():
        _beard(canvas, p, X, Y, rows, m, line, lips)
    lit = 0.40 + 0.70 * p.lit[:, rows]
    tone = np.where(Y < (high + low) / 2, np.float32(0.72), np.float32(1)) * lit
    tone += 0.14 * bell((Y - (low + bottom) / 2) / 0.014) * bell(2 * m)
    mix(
        canvas,
        0.85 * lips,
        (p.skin * tint(0.85, 0.42, 0.40) + tint(0.04, 0, 0.005)) * tone[:, None],
    )
    inside = (
        cover(high - Y, px)
        * cover(Y - low, px)
        * ramp((1 - am) * 12)
        * ramp(12 * p.mouth_open)
    )
    mix(canvas, inside, tint(0.055, 0.012, 0.012))
    teeth = (
        inside
        * cover(Y - high - 0.85 * np.minimum(gap, 0.045), px)
        * ramp((0.86 - am) * 8)
    )
    mix(
        canvas,
        teeth * ramp(5 * p.mouth_open - 0.3),
        tint(0.80, 0.77, 0.70) * (lit * (1 - 0.35 * m * m))[:, None],
    )
    parting = cover(np.abs(Y - (high + low) / 2) - 0.007, 1.2 * px) * ramp(
        (1.08 - am) * 8
    )
    mix(
        canvas,
        0.8 * parting * ramp(1 - 8 * p.mouth_open),
        p.skin * tint(0.16, 0.06, 0.06),
    )


def _beard(canvas, p, X, Y, rows, m, line, lips):
    kind, d = p.beard, p.head_d[:, rows]
    noise = np.sin(61 * X + 9 * np.sin(23 * Y)) * np.sin(53 * Y + 7 * np.sin(19 * X))
    ax = np.abs(X - p.lean[:, rows]) / p.half[:, rows]
    jaw = ramp(
        (Y - 0.36 + 0.42 * np.clip(ax - 0.42, 0, 0.6)) / 0.07 + 0.5 + 0.2 * noise
    ) * (kind != 2)
    lip = ramp((Y - p.nose_y - 0.055 - 0.045 * m * m) / 0.03 + 0.5) * ramp(
        (1.25 - np.abs(m)) * 4
    )
    lip *= ramp(
        (line + 0.008 + 0.14 * np.maximum(np.abs(m) - 0.85, 0) - Y) / 0.03 + 0.5
    )
    grow = (0.03 * ramp((Y - 0.2) / 0.2) + 0.01 * noise) * (
        kind == 3
    )  # a full beard stands off
    mask = np.maximum(jaw, lip) * cover(d - grow, p.px) * (1 - lips)
    colour = np.where(kind[:, None] == 1, 0.20 * p.hair + 0.08 * p.skin, 0.75 * p.hair)
    mask *= np.array([0, 0.55, 0.93, 0.93], "float32")[kind]
    mix(canvas, mask, colour * (0.30 + 0.75 * p.lit[:, rows] + 0.10 * noise)[:, None])


def glasses(canvas, p):
    rows = slice(int(p.size * 0.34), int(p.size * 0.66))
    kind, Y, canvas = p.glasses, p.Y[:, rows], canvas[:, :, rows, p.cols]
    x, mid = p.ex[..., p.cols] - 0.005, np.abs(p.X - p.middle)[..., p.cols]
    wide, tall = (
        np.array(v, "float32")[kind]
        for v in ([1, 0.145, 0.150, 0.155], [1, 0.135, 0.105, 0.115])
    )
    a, b = (x / wide) ** 2, ((Y - 0.008) / tall) ** 2
    f = np.where(
        kind == 2, np.sqrt(a * a + b * b), a + b
    )  # square ones: a rounded rectangle
    d = (np.sqrt(f) - 1) * (0.5 * wide + 0.5 * tall)
    lens, sun = cover(d, p.px) * (kind > 0), kind == 3
    bridge = cover(np.abs(Y + 0.025 - 0.25 * mid * mid) - 0.012, p.px) * (
        x < -0.9 * wide
    )
    temple = (
        cover(np.abs(Y + 0.03) - 0.012, p.px)
        * (x > 0.95 * wide)
        * cover(p.head_d[:, rows], p.px)
    )
    frame = np.maximum(np.maximum(bridge, temple), cover(np.abs(d) - 0.013, p.px)) * (
        kind > 0
    )
    mix(
        canvas,
        0.93 * lens * sun,
        tint(0.012, 0.011, 0.012) * (1.5 + 2.5 * ramp(0.5 + 5 * Y))[:, None],
    )
    mix(
        canvas,
        lens * ramp(1 - np.abs(x + 1.2 * Y + 0.06) / 0.03) * (0.14 + 0.08 * sun),
        tint(1, 1, 1),
    )
    mix(canvas, 0.95 * frame, tint(0.012, 0.010, 0.010))
