"""The factors of a portrait: how each is distributed, what goes with what, and tables of them."""

from statistics import NormalDist

import numpy as np

from ..checks import check_choice, check_count

# A dictionary gives the share of each category; a tuple (mean, sd, low, high) a normal clipped to low..high.
# Signs are the viewer's: positive x is right in the picture, positive y is down.
FACTORS = {
    "skin_tone": {
        "dark": 0.18,
        "brown": 0.18,
        "tan": 0.20,
        "light": 0.24,
        "pale": 0.20,
    },
    "hair_style": {
        "bald": 0.08,
        "buzz": 0.12,
        "short": 0.20,
        "curly": 0.12,
        "bun": 0.10,
        "bob": 0.13,
        "wavy": 0.12,
        "long": 0.13,
    },
    "hair_colour": {
        "black": 0.30,
        "brown": 0.26,
        "red": 0.12,
        "blond": 0.18,
        "grey": 0.14,
    },
    "glasses": {"none": 0.64, "round": 0.13, "square": 0.13, "sun": 0.10},
    "beard": {"none": 0.62, "stubble": 0.13, "moustache": 0.10, "full": 0.15},
    "eye_colour": {"brown": 0.50, "hazel": 0.14, "green": 0.14, "blue": 0.22},
    "clothing": {
        "crew": 0.26,
        "v_neck": 0.20,
        "shirt": 0.22,
        "jacket": 0.18,
        "turtleneck": 0.14,
    },
    "clothing_colour": {
        "white": 0.12,
        "black": 0.14,
        "navy": 0.14,
        "grey": 0.12,
        "burgundy": 0.12,
        "green": 0.12,
        "blue": 0.14,
        "mustard": 0.10,
    },
    "background": {
        "slate": 0.2,
        "sage": 0.16,
        "sand": 0.18,
        "rose": 0.14,
        "grey": 0.16,
        "teal": 0.16,
    },
    "smile": (0.35, 0.40, -0.5, 1),
    "mouth_open": (0, 0.35, 0, 1),
    "yaw": (0, 0.45, -1, 1),
    "gaze_x": (0, 0.40, -1, 1),
    "gaze_y": (0, 0.40, -1, 1),
    "light_x": (0, 0.60, -1, 1),
    "light_y": (0.5, 0.3, 0, 1),
    "face_width": (0, 0.45, -1, 1),
    "jaw": (0, 0.45, -1, 1),
    "age": (0.40, 0.27, 0, 1),
    # Small things that make two people with the same factors above different people.
    "complexion": (0, 0.45, -1, 1),
    "eye_spacing": (0, 0.45, -1, 1),
    "eye_size": (0, 0.45, -1, 1),
    "eye_slant": (0, 0.45, -1, 1),
    "nose_width": (0, 0.45, -1, 1),
    "nose_length": (0, 0.45, -1, 1),
    "brow_thickness": (0, 0.45, -1, 1),
    "brow_height": (0, 0.45, -1, 1),
    "lip_fullness": (0, 0.45, -1, 1),
    "hairline": (0, 0.45, -1, 1),
    "hair_volume": (0, 0.45, -1, 1),
    "parting": (0, 0.50, -1, 1),
    "head_x": (0, 0.40, -1, 1),
    "head_y": (0, 0.40, -1, 1),
    "head_size": (0, 0.40, -1, 1),
    "texture": (0, 0.30, -1, 1),
}
# Correlations of the normal variables behind the factors (categories in the order above). "greying" is
# hidden: it decides who is grey, whatever the pigment was.
CORRELATIONS = {
    ("skin_tone", "hair_colour"): 0.75,
    ("skin_tone", "eye_colour"): 0.70,
    ("hair_colour", "eye_colour"): 0.65,
    ("skin_tone", "lip_fullness"): -0.30,
    ("skin_tone", "nose_width"): -0.30,
    ("hair_style", "beard"): -0.60,
    ("hair_style", "jaw"): -0.50,
    ("beard", "jaw"): 0.50,
    ("jaw", "brow_thickness"): 0.40,
    ("jaw", "face_width"): 0.30,
    ("age", "greying"): 0.75,
    ("age", "glasses"): 0.35,
    ("age", "hair_style"): -0.30,
    ("age", "hairline"): 0.30,
    ("smile", "mouth_open"): 0.50,
    ("yaw", "gaze_x"): -0.40,
}


def _light(colours):
    """Hex colours -> float32 (n, 3), squared: a portrait is painted in light and shown as its square root."""
    return (
        np.array(
            [[int(c[i : i + 2], 16) / 255 for i in (0, 2, 4)] for c in colours.split()],
            "float32",
        )
        ** 2
    )


PALETTES = {  # in the order of the categories
    "skin_tone": _light("68412d 966545 c4946c e4b898 f5d5c3"),
    "hair_colour": _light("1d191b 593820 ae4a1a dfba74 b6b7ba"),
    "eye_colour": _light("4a2a16 8a6a30 5d8a52 5588b8"),
    "clothing_colour": _light(
        "e6e3dc 2b2b30 2e3d60 85888c 7d2f38 46664c 6a92bc c49a48"
    ),
    "background": _light("75899c 8f9c88 c6b89e ba9e96 a0a0a2 56797d"),
}
# top: height above the skull; side: thickness beside it; end: where it ends; flare: widening downwards; line,
# arch, shift: the hairline's height, its fall away from the parting, how the parting moves; edge: where it
# turns down at the temples; ragged, soft: its own edge; wave, curl, bun; cover: how dense.
# fmt: off
STYLES = np.array(
    [
        #  top   side    end  flare   line  arch  shift  edge  ragged  soft  wave  curl  bun  cover
        [0.000, 0.000, -0.60,  0.00, -0.90, 0.00,  0.00, 0.90,  0.000, 0.00, 0.00,    0,   0,   0.0],  # bald
        [0.018, 0.010,  0.20,  0.00, -0.43, 0.12,  0.00, 0.80,  0.004, 0.06, 0.00,    0,   0,  0.85],  # buzz
        [0.105, 0.035,  0.24,  0.00, -0.42, 0.14,  0.90, 0.80,  0.022, 0.00, 0.00,    0,   0,   1.0],  # short
        [0.165, 0.165,  0.26,  0.05, -0.37, 0.14,  0.00, 0.78,  0.020, 0.00, 0.00,    1,   0,   1.0],  # curly
        [0.050, 0.022,  0.22,  0.00, -0.43, 0.28,  0.15, 0.84,  0.010, 0.02, 0.00,    0,   1,   1.0],  # bun
        [0.100, 0.100,  0.44,  0.10, -0.23, 0.03,  0.40, 0.74,  0.016, 0.00, 0.00,    0,   0,   1.0],  # bob
        [0.110, 0.110,   1.0,  0.14, -0.44, 0.46,  0.30, 0.72,  0.014, 0.00, 0.09,    0,   0,   1.0],  # wavy
        [0.080, 0.075,   1.3,  0.06, -0.44, 0.40,  0.30, 0.74,  0.010, 0.00, 0.00,    0,   0,   1.0],  # long
    ],
    "float32",
)
# fmt: on


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
    pigments = {
        name: share for name, share in FACTORS["hair_colour"].items() if name != "grey"
    }
    is_grey = z["greying"] > NormalDist().inv_cdf(sum(pigments.values()))
    table["hair_colour"] = np.where(is_grey, "grey", _cut(z["hair_colour"], pigments))
    return table


def _cut(z, shares):
    """Standard normal values -> categories in proportion to `shares`: the inverse CDF of a category."""
    steps = np.cumsum(list(shares.values())) / sum(shares.values())
    return np.array(list(shares))[
        np.searchsorted([NormalDist().inv_cdf(c) for c in steps[:-1]], z)
    ]


def _encode_factors(factors):
    """A table -> {name: codes or float32 values (n,)}, with the colours and the style the codes stand for."""
    if not isinstance(factors, dict):
        raise TypeError(
            f"factors is a {type(factors).__name__}; expected a table {{name: column}}: "
            "type render(sample_factors(16))"
        )
    missing = [name for name in FACTORS if name not in factors]
    if missing:
        raise ValueError(
            f"factors has no column {', '.join(missing)}; expected every name in faces.FACTORS: "
            "type factors = sample_factors(n), then change columns of that"
        )
    columns = {name: np.asarray(factors[name]) for name in FACTORS}
    shape = columns["age"].shape
    for name, column in columns.items():
        if column.ndim != 1 or column.shape != shape or not len(column):
            raise ValueError(
                f"column {name!r} has shape {column.shape}, column 'age' {shape}; expected one "
                "value for each face, at least one, in every column: type np.full(n, value)"
            )
    for name, spec in FACTORS.items():
        column = columns[name]
        if isinstance(spec, dict):
            for value in set(column.tolist()):
                check_choice(value, spec, f"a value in column {name!r}")
            columns[name] = np.argmax(column[:, None] == np.array(list(spec)), axis=1)
        elif column.dtype.kind not in "fiu":
            raise TypeError(
                f"column {name!r} holds {column.dtype}; expected numbers, {spec[2]} to {spec[3]}"
            )
        else:
            wrong = column[~((column >= spec[2]) & (column <= spec[3]))]
            if len(wrong):
                raise ValueError(
                    f"column {name!r} holds {wrong[0]}; expected {spec[2]} to {spec[3]}: "
                    f"type np.clip(column, {spec[2]}, {spec[3]})"
                )
            columns[name] = column.astype("float32")
    columns |= {
        name.split("_")[0] + "_light": palette[columns[name]]
        for name, palette in PALETTES.items()
    }
    return columns | {"style": STYLES[columns["hair_style"]]}
