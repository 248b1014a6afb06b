"""The features of a synthetic face: eyes, brows, mouth, beard, glasses. Shapes are as in `portrait`."""
import numpy as np

from .portrait import bell, cover, mix, ramp, tint


def eyes(canvas, p):
    rows = slice(int(p.size * .34), int(p.size * .62))
    Y, px, canvas = p.Y[:, rows], p.px, canvas[:, :, rows]
    w = .110 + .010 * p.eye_size
    tall = (.050 + .006 * p.eye_size) * (1 - .2 * np.maximum(p.smile, 0) - .1 * p.age)
    e = p.ex / w
    shape, near = np.maximum(1 - e * e, 0), ramp((1.06 - np.abs(e)) * 10)
    lid = tall * (1 - .3 * p.gaze_y)                        # the upper lid follows the gaze
    upper = -(.012 * p.eye_slant + .004) * e - lid * np.sqrt(shape) * (.35 + .65 * shape ** .3)
    lower = -(.012 * p.eye_slant + .004) * e + .72 * tall * shape
    open_ = cover(upper - Y, px) * cover(Y - lower, px) * (np.abs(e) < 1)
    dy = Y - .026 * p.gaze_y + .004
    r = np.sqrt((p.ex - .040 * p.gaze_x * p.side_of / p.squash) ** 2 + dy * dy)
    eye = tint(.70, .67, .65) * (1 - .45 * ramp(1 - (Y - upper) / .035))[:, None]
    mix(eye, cover(r - .047, px), p.eye_light * (.75 + .95 * ramp(.5 + 11 * dy))[:, None])
    mix(eye, .5 * cover(np.abs(r - .047) - .004, px), .15 * p.eye_light)
    mix(eye, cover(r - .020, px), tint(.004, .004, .004))
    mix(eye, .9 * cover(np.sqrt((p.X - p.eye_x - .016) ** 2 + (Y + .018) ** 2) - .013, px), tint(1, 1, 1))
    mix(canvas, open_, eye)
    mix(canvas, .88 * near * cover(np.abs(Y - upper + .004) - .013, 1.1 * px), .05 * p.skin)  # lashes
    mix(canvas, .30 * near * cover(np.abs(Y - lower) - .004, 1.3 * px), .16 * p.skin)  # lower lid
    mix(canvas, (.28 + .15 * p.age) * near * bell((Y - upper + .042) / .014), .28 * p.skin)  # crease
    b = (p.ex + .005) / .15
    brow = -.142 - .018 * p.brow_height + .022 * b * b + .006 * b
    thick = (.021 + .008 * p.brow_thickness) * (1.1 - .45 * np.clip(b + .3, 0, 1.3))
    brow = cover(np.abs(Y - brow) - thick, 1.5 * px) * ramp(5 * (1 - np.abs(b)))
    mix(canvas, .82 * brow, .55 * p.hair + .06 * p.skin)


def mouth(canvas, p):
    """Lips, teeth, and the beard around them."""
    rows = slice(int(p.size * .50), int(p.size * .95))
    X, Y, px, canvas = p.X[..., p.cols], p.Y[:, rows], p.px, canvas[:, :, rows, p.cols]
    m = (X - p.mouth_x) / ((.152 + .048 * np.maximum(p.smile, 0) - .01 * p.mouth_open) * p.cos)
    shape, am, happy = np.maximum(1 - m * m, 0), np.abs(m), np.maximum(p.smile, 0)
    line = p.mouth_y - .08 * p.smile * (np.minimum(am, 1.3) ** 2 - .4)
    full, gap = 1 + .28 * p.lip_fullness, .095 * p.mouth_open * np.sqrt(shape)
    high, low = line - .35 * gap, line + .75 * gap  # where the lips end inside
    bow = .032 * full * shape ** .7 * (1.1 - .25 * np.cos(np.minimum(9 * am, 3.1416)))
    top = high - bow * (1 - .25 * happy)
    bottom = low + .044 * full * np.sqrt(shape) * (1 - .2 * happy) * (.6 + .4 * shape)
    lips = cover(top - Y, px) * cover(Y - bottom, px) * ramp((1.02 - am) * 12)
    if p.beard.any():
        _beard(canvas, p, X, Y, rows, m, line, lips)
    lit = .40 + .70 * p.lit[:, rows]
    tone = np.where(Y < (high + low) / 2, np.float32(.72), np.float32(1)) * lit
    tone += .14 * bell((Y - (low + bottom) / 2) / .014) * bell(2 * m)
    mix(canvas, .85 * lips, (p.skin * tint(.85, .42, .40) + tint(.04, 0, .005)) * tone[:, None])
    inside = cover(high - Y, px) * cover(Y - low, px) * ramp((1 - am) * 12) * ramp(12 * p.mouth_open)
    mix(canvas, inside, tint(.055, .012, .012))
    teeth = inside * cover(Y - high - .85 * np.minimum(gap, .045), px) * ramp((.86 - am) * 8)
    mix(canvas, teeth * ramp(5 * p.mouth_open - .3), tint(.80, .77, .70) * (lit * (1 - .35 * m * m))[:, None])
    parting = cover(np.abs(Y - (high + low) / 2) - .007, 1.2 * px) * ramp((1.08 - am) * 8)
    mix(canvas, .8 * parting * ramp(1 - 8 * p.mouth_open), p.skin * tint(.16, .06, .06))


def _beard(canvas, p, X, Y, rows, m, line, lips):
    kind, d = p.beard, p.head_d[:, rows]
    noise = np.sin(61 * X + 9 * np.sin(23 * Y)) * np.sin(53 * Y + 7 * np.sin(19 * X))
    ax = np.abs(X - p.lean[:, rows]) / p.half[:, rows]
    jaw = ramp((Y - .36 + .42 * np.clip(ax - .42, 0, .6)) / .07 + .5 + .2 * noise) * (kind != 2)
    lip = ramp((Y - p.nose_y - .055 - .045 * m * m) / .03 + .5) * ramp((1.25 - np.abs(m)) * 4)
    lip *= ramp((line + .008 + .14 * np.maximum(np.abs(m) - .85, 0) - Y) / .03 + .5)
    grow = (.03 * ramp((Y - .2) / .2) + .01 * noise) * (kind == 3)  # a full beard stands off
    mask = np.maximum(jaw, lip) * cover(d - grow, p.px) * (1 - lips)
    colour = np.where(kind[:, None] == 1, .20 * p.hair + .08 * p.skin, .75 * p.hair)
    mask *= np.array([0, .55, .93, .93], "float32")[kind]
    mix(canvas, mask, colour * (.30 + .75 * p.lit[:, rows] + .10 * noise)[:, None])


def glasses(canvas, p):
    rows = slice(int(p.size * .34), int(p.size * .66))
    kind, Y, canvas = p.glasses, p.Y[:, rows], canvas[:, :, rows, p.cols]
    x, mid = p.ex[..., p.cols] - .005, np.abs(p.X - p.middle)[..., p.cols]
    wide, tall = (np.array(v, "float32")[kind] for v in ([1, .145, .150, .155], [1, .135, .105, .115]))
    a, b = (x / wide) ** 2, ((Y - .008) / tall) ** 2
    f = np.where(kind == 2, np.sqrt(a * a + b * b), a + b)  # square ones: a rounded rectangle
    d = (np.sqrt(f) - 1) * (.5 * wide + .5 * tall)
    lens, sun = cover(d, p.px) * (kind > 0), kind == 3
    bridge = cover(np.abs(Y + .025 - .25 * mid * mid) - .012, p.px) * (x < -.9 * wide)
    temple = cover(np.abs(Y + .03) - .012, p.px) * (x > .95 * wide) * cover(p.head_d[:, rows], p.px)
    frame = np.maximum(np.maximum(bridge, temple), cover(np.abs(d) - .013, p.px)) * (kind > 0)
    mix(canvas, .93 * lens * sun, tint(.012, .011, .012) * (1.5 + 2.5 * ramp(.5 + 5 * Y))[:, None])
    mix(canvas, lens * ramp(1 - np.abs(x + 1.2 * Y + .06) / .03) * (.14 + .08 * sun), tint(1, 1, 1))
    mix(canvas, .95 * frame, tint(.012, .010, .010))
