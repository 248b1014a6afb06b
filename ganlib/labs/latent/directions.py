"""Noise of a trained generator: checked, interpolated, and the directions in it that
change pictures most. No widgets here."""

import numpy as np


def check_z(z, size, name="z"):
    """`z` as finite float32 (size,); otherwise ValueError."""
    try:
        with np.errstate(over="ignore"):
            array = np.asarray(z, np.float32)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} is a {type(z).__name__}; expected {size} numbers: type "
            f"np.random.default_rng(0).standard_normal({size}), for example"
        ) from None
    if array.shape != (size,):
        mend = (
            f": type {name}[0] for the first of several"
            if array.shape[1:] == (size,)
            else ""
        )
        raise ValueError(f"{name} has shape {array.shape}; expected ({size},){mend}")
    if not np.isfinite(array).all():
        raise ValueError(
            f"{name} holds {np.sum(~np.isfinite(array))} values that are no finite numbers; expected none"
        )
    return array


def interpolate(a, b, t, method="spherical"):
    """What lies the share t (0 to 1) of the way from a to b, both (size,): on the straight
    line ("linear"), or turned by that share of the angle between them ("spherical",
    Shoemake 1985) while the length changes evenly."""
    lengths = np.linalg.norm(a), np.linalg.norm(b)
    angle = np.arccos(np.clip(a @ b / max(lengths[0] * lengths[1], 1e-12), -1, 1))
    if (
        method == "linear" or min(lengths) == 0 or np.sin(angle) < 1e-4
    ):  # the same way, or just opposite ways
        return (1 - t) * a + t * b
    turned = (
        np.sin((1 - t) * angle) * a / lengths[0] + np.sin(t * angle) * b / lengths[1]
    ) / np.sin(angle)
    return ((1 - t) * lengths[0] + t * lengths[1]) * turned


def principal_directions(noise, pictures, count):
    """noise (n, size), pictures (n, ...) -> float32 (count, size): unit directions that
    change the pictures most.

    The linear map nearest to the generator, by least squares, and of it the first
    singular vectors, the one with the largest effect first (after Haerkoenen et al.
    2020, "GANSpace"). All of them point to where pictures get brighter.
    """
    flat = pictures.reshape(len(pictures), -1)
    linear_map = np.linalg.lstsq(noise, flat - flat.mean(0), rcond=None)[0]
    left, _, right = np.linalg.svd(linear_map, full_matrices=False)
    return (left * np.where(right.sum(1) < 0, -1, 1)).T[:count].astype(np.float32)
