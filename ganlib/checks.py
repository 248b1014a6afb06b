"""Small input checks that every module shares, and the errors they raise.

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

    channels: a number, a tuple of allowed ones, or None for any. Raises TypeError (no array, or another dtype) and
    ValueError (shape), each with what to type instead.
    """
    if not hasattr(images, "dtype"):
        raise TypeError(
            f"{name} is a {type(images).__name__}; expected uint8 (n, height, width, channels)"
            f"{_array_advice(images, name)}"
        )
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise TypeError(
            f"{name} has dtype {images.dtype}; expected uint8, 0 to 255. "
            f"{_range_advice(images, name)}"
        )
    if images.ndim != 4 or 0 in images.shape:
        raise ValueError(
            f"{name} has shape {images.shape}; expected (n, height, width, channels)"
            f"{_shape_advice(images, name)}"
        )
    allowed = (channels,) if isinstance(channels, int) else channels
    if allowed and images.shape[3] not in allowed:
        raise ValueError(
            f"{name} has shape {images.shape}, so {images.shape[3]} channels; expected "
            f"{' or '.join(map(str, allowed))}{_channel_advice(images, allowed, name)}"
        )
    return images


def _array_advice(images, name):
    """What makes an array of what is none."""
    if hasattr(images, "images"):  # a Dataset
        return f": type {name}.images"
    if isinstance(images, (str, pathlib.PurePath)):
        return f": type load_data({name}).images"
    if isinstance(images, tuple) and len(images) == 2 and np.ndim(images[0]) == 4:
        return f"; the pictures without their labels: type {name}[0]"
    if hasattr(images, "element_spec"):  # a tf.data.Dataset
        return (
            "; of batches that hold pictures alone: type "
            f"np.concatenate([np.asarray(batch) for batch in {name}])"
        )
    if hasattr(images, "__next__"):
        return f"; of pictures that come one at a time: type np.stack(list({name}))"
    if isinstance(images, (list, tuple)):
        return f"; of pictures of one size: type np.stack({name})"
    if hasattr(images, "getbands"):  # a picture of Pillow
        return f": type np.asarray({name})[None]"
    return ": type load_data with the path of a folder or zip"


def _range_advice(images, name):
    """The line that brings exactly these values to 0..255: other values need another one."""
    kind = images.dtype.kind
    if kind not in "biuf" or not images.size:
        return f"Such values are no brightness: {name} must hold numbers"
    # Of a large set some pictures are enough.
    some = images[:: max(1, len(images) // 1000)] if images.ndim else images
    low, high = float(some.min()), float(some.max())
    if not np.isfinite([low, high]).all():
        return "It holds nan or inf: look where they come from"
    if low >= 0 and high <= 1:
        line = (
            f"255 * {name}.astype('uint8')"
            if kind in "iu"
            else f"np.round(255 * {name}).astype('uint8')"
        )
    elif low >= -1 and high <= 1:
        line = f"np.round(127.5 * ({name} + 1)).astype('uint8')"
    elif low >= 0 and high <= 255:
        line = f"np.round({name}).astype('uint8')"
    elif images.dtype == np.uint16:
        line = f"({name} // 257).astype('uint8')"
    else:
        line = (
            f"np.interp({name}, ({low:g}, {high:g}), (0, 255)).round().astype('uint8')"
        )
    return f"Its values go from {low:g} to {high:g}: type {line}"


def _shape_advice(images, name):
    """What makes four axes of other ones."""
    if 0 in images.shape:
        return ", at least one picture"
    if images.ndim == 2:
        return (
            f"; of rows of pixels: {name}.reshape(len({name}), height, width, channels); "
            f"of one grey picture: type {name}[None, ..., None]"
        )
    if images.ndim == 3 and images.shape[2] in (1, 3):
        return f"; of one picture: type {name}[None]"
    if images.ndim == 3:
        return f"; of many grey ones: type {name}[..., None]"
    if images.ndim == 5:
        return f": type {name}.reshape(-1, *{name}.shape[2:])"
    return ""


def _channel_advice(images, allowed, name):
    """What brings the last axis to one of the allowed numbers of channels."""
    if images.shape[1] in allowed and images.shape[3] > 4:
        return f": type {name}.transpose(0, 2, 3, 1)"
    if images.shape[3] == 4 and 3 in allowed:
        return f"; without transparency: type {name}[..., :3]"
    if images.shape[3] == 2 and 1 in allowed:
        return f"; without transparency: type {name}[..., :1]"
    if images.shape[3] == 1:
        return f": type np.repeat({name}, {allowed[0]}, axis=3)"
    if images.shape[3] == 3 and 1 in allowed:
        return ": load them with channels=1"
    return ""


def check_count(value, name="n", least=1):
    """Return `value` as an int of at least `least`. True, 2.5 and "3" are no counts: TypeError."""
    mend = f"type {name}={max(least, 64)}, for example"
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} is {value!r}; expected a whole number: {mend}")
    if operator.index(value) < least:
        raise ValueError(f"{name} is {value}; expected {least} or more: {mend}")
    return operator.index(value)


def check_choice(value, choices, name):
    """Return the one of `choices` that equals `value`; otherwise ValueError, with the closest one."""
    choices = tuple(choices)
    for choice in choices:
        same = value == choice
        if isinstance(same, (bool, np.bool_)) and same:  # an array compares to an array
            return choice
    near = difflib.get_close_matches(
        str(value).lower(), [str(choice) for choice in choices], n=1
    )
    hint = f". Did you mean {near[0]!r}?" if near else ""
    raise ValueError(
        f"{name} is {value!r}; expected one of {', '.join(map(repr, choices))}{hint}"
    )
