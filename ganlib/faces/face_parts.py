"""The features of a synthetic face: eyes, brows, mouth, beard, glasses. Shapes are as in `head`."""

import numpy as np

from .head import blend, clip01, coverage, gaussian, rgb


def eyes(canvas, geometry):
    rows = slice(int(geometry.size * 0.34), int(geometry.size * 0.62))
    Y, px, canvas = geometry.Y[:, rows], geometry.px, canvas[:, :, rows]
    w = 0.110 + 0.010 * geometry.eye_size
    tall = (0.050 + 0.006 * geometry.eye_size) * (
        1 - 0.2 * np.maximum(geometry.smile, 0) - 0.1 * geometry.age
    )
    e = geometry.ex / w
    shape, near = np.maximum(1 - e * e, 0), clip01((1.06 - np.abs(e)) * 10)
    lid = tall * (1 - 0.3 * geometry.gaze_y)  # the upper lid follows the gaze
    upper = -(0.012 * geometry.eye_slant + 0.004) * e - lid * np.sqrt(shape) * (
        0.35 + 0.65 * shape**0.3
    )
    lower = -(0.012 * geometry.eye_slant + 0.004) * e + 0.72 * tall * shape
    open_ = coverage(upper - Y, px) * coverage(Y - lower, px) * (np.abs(e) < 1)
    dy = Y - 0.026 * geometry.gaze_y + 0.004
    r = np.sqrt(
        (geometry.ex - 0.040 * geometry.gaze_x * geometry.side_of / geometry.squash)
        ** 2
        + dy * dy
    )
    eye = rgb(0.70, 0.67, 0.65) * (1 - 0.45 * clip01(1 - (Y - upper) / 0.035))[:, None]
    blend(
        eye,
        coverage(r - 0.047, px),
        geometry.eye_light * (0.75 + 0.95 * clip01(0.5 + 11 * dy))[:, None],
    )
    blend(eye, 0.5 * coverage(np.abs(r - 0.047) - 0.004, px), 0.15 * geometry.eye_light)
    blend(eye, coverage(r - 0.020, px), rgb(0.004, 0.004, 0.004))
    blend(
        eye,
        0.9
        * coverage(
            np.sqrt((geometry.X - geometry.eye_x - 0.016) ** 2 + (Y + 0.018) ** 2)
            - 0.013,
            px,
        ),
        rgb(1, 1, 1),
    )
    blend(canvas, open_, eye)
    blend(
        canvas,
        0.88 * near * coverage(np.abs(Y - upper + 0.004) - 0.013, 1.1 * px),
        0.05 * geometry.skin,
    )  # lashes
    blend(
        canvas,
        0.30 * near * coverage(np.abs(Y - lower) - 0.004, 1.3 * px),
        0.16 * geometry.skin,
    )  # lower lid
    blend(
        canvas,
        (0.28 + 0.15 * geometry.age) * near * gaussian((Y - upper + 0.042) / 0.014),
        0.28 * geometry.skin,
    )  # crease
    b = (geometry.ex + 0.005) / 0.15
    brow = -0.142 - 0.018 * geometry.brow_height + 0.022 * b * b + 0.006 * b
    thick = (0.021 + 0.008 * geometry.brow_thickness) * (
        1.1 - 0.45 * np.clip(b + 0.3, 0, 1.3)
    )
    brow = coverage(np.abs(Y - brow) - thick, 1.5 * px) * clip01(5 * (1 - np.abs(b)))
    blend(canvas, 0.82 * brow, 0.55 * geometry.hair + 0.06 * geometry.skin)


def mouth(canvas, geometry):
    """Lips, teeth, and the beard around them."""
    rows = slice(int(geometry.size * 0.50), int(geometry.size * 0.95))
    X, Y, px, canvas = (
        geometry.X[..., geometry.cols],
        geometry.Y[:, rows],
        geometry.px,
        canvas[:, :, rows, geometry.cols],
    )
    m = (X - geometry.mouth_x) / (
        (0.152 + 0.048 * np.maximum(geometry.smile, 0) - 0.01 * geometry.mouth_open)
        * geometry.cos
    )
    shape, am, happy = (
        np.maximum(1 - m * m, 0),
        np.abs(m),
        np.maximum(geometry.smile, 0),
    )
    line = geometry.mouth_y - 0.08 * geometry.smile * (np.minimum(am, 1.3) ** 2 - 0.4)
    full, gap = (
        1 + 0.28 * geometry.lip_fullness,
        0.095 * geometry.mouth_open * np.sqrt(shape),
    )
    high, low = line - 0.35 * gap, line + 0.75 * gap  # where the lips end inside
    bow = 0.032 * full * shape**0.7 * (1.1 - 0.25 * np.cos(np.minimum(9 * am, 3.1416)))
    top = high - bow * (1 - 0.25 * happy)
    bottom = low + 0.044 * full * np.sqrt(shape) * (1 - 0.2 * happy) * (
        0.6 + 0.4 * shape
    )
    lips = coverage(top - Y, px) * coverage(Y - bottom, px) * clip01((1.02 - am) * 12)
    if geometry.beard.any():
        _beard(canvas, geometry, X, Y, rows, m, line, lips)
    lit = 0.40 + 0.70 * geometry.lit[:, rows]
    tone = np.where(Y < (high + low) / 2, np.float32(0.72), np.float32(1)) * lit
    tone += 0.14 * gaussian((Y - (low + bottom) / 2) / 0.014) * gaussian(2 * m)
    blend(
        canvas,
        0.85 * lips,
        (geometry.skin * rgb(0.85, 0.42, 0.40) + rgb(0.04, 0, 0.005)) * tone[:, None],
    )
    inside = (
        coverage(high - Y, px)
        * coverage(Y - low, px)
        * clip01((1 - am) * 12)
        * clip01(12 * geometry.mouth_open)
    )
    blend(canvas, inside, rgb(0.055, 0.012, 0.012))
    teeth = (
        inside
        * coverage(Y - high - 0.85 * np.minimum(gap, 0.045), px)
        * clip01((0.86 - am) * 8)
    )
    blend(
        canvas,
        teeth * clip01(5 * geometry.mouth_open - 0.3),
        rgb(0.80, 0.77, 0.70) * (lit * (1 - 0.35 * m * m))[:, None],
    )
    parting = coverage(np.abs(Y - (high + low) / 2) - 0.007, 1.2 * px) * clip01(
        (1.08 - am) * 8
    )
    blend(
        canvas,
        0.8 * parting * clip01(1 - 8 * geometry.mouth_open),
        geometry.skin * rgb(0.16, 0.06, 0.06),
    )


def _beard(canvas, geometry, X, Y, rows, m, line, lips):
    kind, d = geometry.beard, geometry.head_d[:, rows]
    noise = np.sin(61 * X + 9 * np.sin(23 * Y)) * np.sin(53 * Y + 7 * np.sin(19 * X))
    ax = np.abs(X - geometry.lean[:, rows]) / geometry.half[:, rows]
    jaw = clip01(
        (Y - 0.36 + 0.42 * np.clip(ax - 0.42, 0, 0.6)) / 0.07 + 0.5 + 0.2 * noise
    ) * (kind != 2)
    lip = clip01((Y - geometry.nose_y - 0.055 - 0.045 * m * m) / 0.03 + 0.5) * clip01(
        (1.25 - np.abs(m)) * 4
    )
    lip *= clip01(
        (line + 0.008 + 0.14 * np.maximum(np.abs(m) - 0.85, 0) - Y) / 0.03 + 0.5
    )
    grow = (0.03 * clip01((Y - 0.2) / 0.2) + 0.01 * noise) * (
        kind == 3
    )  # a full beard stands off
    mask = np.maximum(jaw, lip) * coverage(d - grow, geometry.px) * (1 - lips)
    colour = np.where(
        kind[:, None] == 1,
        0.20 * geometry.hair + 0.08 * geometry.skin,
        0.75 * geometry.hair,
    )
    mask *= np.array([0, 0.55, 0.93, 0.93], "float32")[kind]
    blend(
        canvas,
        mask,
        colour * (0.30 + 0.75 * geometry.lit[:, rows] + 0.10 * noise)[:, None],
    )


def glasses(canvas, geometry):
    rows = slice(int(geometry.size * 0.34), int(geometry.size * 0.66))
    kind, Y, canvas = (
        geometry.glasses,
        geometry.Y[:, rows],
        canvas[:, :, rows, geometry.cols],
    )
    x, mid = (
        geometry.ex[..., geometry.cols] - 0.005,
        np.abs(geometry.X - geometry.middle)[..., geometry.cols],
    )
    wide, tall = (
        np.array(v, "float32")[kind]
        for v in ([1, 0.145, 0.150, 0.155], [1, 0.135, 0.105, 0.115])
    )
    a, b = (x / wide) ** 2, ((Y - 0.008) / tall) ** 2
    f = np.where(
        kind == 2, np.sqrt(a * a + b * b), a + b
    )  # square ones: a rounded rectangle
    d = (np.sqrt(f) - 1) * (0.5 * wide + 0.5 * tall)
    lens, sun = coverage(d, geometry.px) * (kind > 0), kind == 3
    bridge = coverage(np.abs(Y + 0.025 - 0.25 * mid * mid) - 0.012, geometry.px) * (
        x < -0.9 * wide
    )
    temple = (
        coverage(np.abs(Y + 0.03) - 0.012, geometry.px)
        * (x > 0.95 * wide)
        * coverage(geometry.head_d[:, rows], geometry.px)
    )
    frame = np.maximum(
        np.maximum(bridge, temple), coverage(np.abs(d) - 0.013, geometry.px)
    ) * (kind > 0)
    blend(
        canvas,
        0.93 * lens * sun,
        rgb(0.012, 0.011, 0.012) * (1.5 + 2.5 * clip01(0.5 + 5 * Y))[:, None],
    )
    blend(
        canvas,
        lens * clip01(1 - np.abs(x + 1.2 * Y + 0.06) / 0.03) * (0.14 + 0.08 * sun),
        rgb(1, 1, 1),
    )
    blend(canvas, 0.95 * frame, rgb(0.012, 0.010, 0.010))
