"""Small input checks that every room shares, and the errors they raise.

An error here says what came, what was expected, and what to type instead.
"""

import difflib
import operator
import pathlib

import numpy as np


class DownloadError(ConnectionError):
    """A data set could not be fetched; the message says from where, and how to get it by hand."""


class TrainingDiverged(FloatingPointError):
    """A loss or a weight stopped being a number; the message says at which step."""

    def __init__(self, what, step, path):
        kept = (
            f"the last good checkpoint, {path}, is untouched"
            if path and pathlib.Path(path).exists()
            else "nothing was saved"
        )
        super().__init__(
            f"{what} stopped being a number at step {step:,}; {kept}. Try a lower learning rate or a "
            "larger r1, in new networks"
        )


def check_images(images, *, channels=None, name="images"):
    """Return `images` as an array if it is uint8 (n, height, width, channels) with n >= 1.

    channels: a number, a tuple of allowed ones, or None for any. Raises TypeError (no array, dtype), ValueError.
    """
    if not hasattr(images, "dtype"):
        raise TypeError(
            f"{name} is a {type(images).__name__}; expected uint8 (n, height, width, channels)"
        )
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise TypeError(
            f"{name} has dtype {images.dtype}; expected uint8, 0 to 255. From 0..1 type np.round"
            f"(255 * {name}).astype('uint8'), from -1..1 np.round(127.5 * ({name} + 1)).astype('uint8')"
        )
    if images.ndim != 4 or 0 in images.shape:
        raise ValueError(
            f"{name} has shape {images.shape}; expected (n, height, width, channels): type "
            f"{name}[None] for one picture, {name}[..., None] for many grey ones"
        )
    allowed = (channels,) if isinstance(channels, int) else channels
    if allowed and images.shape[3] not in allowed:
        mend = (
            f": type {name}.transpose(0, 2, 3, 1)" if images.shape[1] in allowed else ""
        )
        raise ValueError(
            f"{name} has shape {images.shape}, so {images.shape[3]} channels; "
            f"expected {' or '.join(map(str, allowed))}{mend}"
        )
    return images


def check_count(value, name="n", least=1):
    """Return `value` as an int of at least `least`. True, 2.5 and "3" are no counts: TypeError."""
    mend = f"type {name}={max(least, 64)}, for example"
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} is {value!r}; expected a whole number: {mend}")
    if operator.index(value) < least:
        raise ValueError(f"{name} is {value}; expected {least} or more: {mend}")
    return operator.index(value)


def check_choice(value, choices, name):
    """Return `value` if it is one of `choices`; otherwise ValueError, with the closest one."""
    if value in tuple(choices):
        return value
    near = difflib.get_close_matches(
        str(value).lower(), [str(choice) for choice in choices], n=1
    )
    hint = f". Did you mean {near[0]!r}?" if near else ""
    raise ValueError(
        f"{name} is {value!r}; expected one of {', '.join(map(repr, choices))}{hint}"
    )
