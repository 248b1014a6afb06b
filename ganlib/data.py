"""`load_data`: one function that opens every data set of the course and always returns the same thing, a `Dataset`.

Seen being used first in notebooks/01_data_distributions and notebooks/09_faces.
"""
from __future__ import annotations

import difflib
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganlib import pictures, toy
from ganlib.errors import DownloadError, check_choice, check_count, check_images

SIZE = 64            # the side of pictures where none is asked for
TEST_SHARE = 0.2     # of a data set that has no official test part
OFFLINE = ("faces", "digits", *toy.TOYS)
ONLINE = ("lfw", "celeba", "mnist", "fashion_mnist", "hub:owner/name")
NO_NETWORK = f"These need no network: {', '.join(OFFLINE)}, or a folder or zip of your own pictures"
HUB_NAMES = {"celeba": "hub:flwrlabs/celeba"}


@dataclass(frozen=True, eq=False)
class Dataset:
    """What `load_data` returns.

    images: uint8 (n, height, width, channels); for a toy distribution float32 points (n, d).
    labels: int (n,) or None; label_names: what label 0, 1, ... is called, or None.
    factors: {name: array (n,)}, the known or given attributes of each picture, or None.
    skipped: one line for each file that was not used; source: where the pictures come from, and the licence.
    """
    name: str
    images: np.ndarray
    labels: np.ndarray = None
    label_names: tuple = None
    factors: dict = None
    skipped: tuple = ()
    source: str = ""

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        parts = [f"{self.images.dtype} {self.images.shape}"]
        parts += [f"{len(self.label_names)} labels"] if self.label_names else []
        parts += [f"{len(self.factors)} factors"] if self.factors else []
        parts += [f"{len(self.skipped)} files skipped"] if self.skipped else []
        return f"Dataset({self.name!r}: {', '.join(parts)}; {self.source})"


def choose(total, n=None, seed=0, split=None):
    """Indices of the examples to use, of `total`: a shuffle drawn from `seed`, cut after n.

    The split is drawn first and never depends on `seed`, so "train" with one seed and "test" with another share
    nothing: "test" is the first fifth of one fixed shuffle, "train" the rest, None all.
    """
    order, cut = np.random.default_rng(0).permutation(total), round(TEST_SHARE * total)
    part = {None: order, "train": order[cut:], "test": order[:cut]}[split]
    return np.random.default_rng([seed, 1]).permutation(np.sort(part))[:n]


def load_data(name, *, size=None, n=None, seed=0, channels=None, split=None):
    """Open a data set of the course.

    name: a toy ("ring", "moons", ...), "digits", "faces", "lfw", "celeba", "mnist", "fashion_mnist",
        "hub:owner/name" (a data set of pictures on the Hugging Face hub), or the path of a folder or zip of pictures
        (class sub-folders become labels) or of a .npy or .npz of uint8 images.
    size: side in pixels; other shapes lose their edges and are resized. None: 64 for pictures, or what the arrays have.
    n: how many at most; a subset drawn by `seed`, so that only those are read. None: all there are.
    channels: 1 or 3; None: as the data are.
    split: None (all), or "train" or "test", which share no example, whatever the seeds.
    Returns a Dataset. Raises ValueError, TypeError or FileNotFoundError for what cannot be, ImportError for a missing
    package, and DownloadError (a ConnectionError) where the data cannot be fetched. Nothing is used in their place.
    """
    n = None if n is None else check_count(n, "n")
    size = None if size is None else check_count(size, "size", 2)
    seed = check_count(seed, "seed", 0)
    check_choice(channels, (None, 1, 3), "channels")
    check_choice(split, (None, "train", "test"), "split")
    options = dict(size=size, n=n, seed=seed, channels=channels, split=split)
    if isinstance(name, str):
        if name in toy.TOYS:
            return _toy(name, **options)
        if name in LOADERS:
            return LOADERS[name](name, **options)
    elif not isinstance(name, os.PathLike):
        raise TypeError(f"name is {name!r}; expected a string such as 'faces' or 'my_pictures.zip', or a path")
    path = Path(name).expanduser()
    if path.is_dir() or path.suffix.lower() == ".zip" and path.exists():
        return _pictures(path, **options)
    if path.exists() and path.suffix.lower() in (".npy", ".npz"):
        return _arrays(path, **options)
    _unknown(name, path)


def _unknown(name, path):
    known = [*LOADERS, *toy.TOYS]
    if path.exists():
        raise ValueError(f"{path} is a file of a kind that is not read here; expected a folder, a .zip of pictures, or "
                         "a .npy or .npz of uint8 images. Put a single picture into a folder and give the folder")
    if len(path.parts) > 1 or path.suffix:
        raise FileNotFoundError(f"there is no file or folder {str(name)!r} (looked in {Path.cwd()})")
    near = difflib.get_close_matches(str(name).lower(), known, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise ValueError(f"unknown data set {str(name)!r}.{hint} {NO_NETWORK}. These download: {', '.join(ONLINE)}")


def _stream(seed, split):
    """The seed of made-up data: a stream of its own for "test"."""
    return seed if split != "test" else int(np.random.SeedSequence([seed, 1]).generate_state(1)[0])


def _toy(name, *, size, n, seed, channels, split):
    if size or channels:
        raise ValueError(f"size and channels are for pictures; {name!r} gives points: leave them out")
    maker = toy.get_toy(name)
    points, labels = maker.sample_labelled(n or 2000, _stream(seed, split))
    return Dataset(name, points, labels, source="computed: ganlib.toy")


def _faces(name, *, size, n, seed, channels, split):
    from ganlib.faces import make_faces
    images, factors = make_faces(n or 5000, size=size or SIZE, seed=_stream(seed, split))
    return Dataset(name, pictures.to_channels(images, channels or 3), factors=factors,
                   source="rendered by ganlib.faces from sampled factors; nobody is shown")


def _digits(name, **options):
    from sklearn.datasets import load_digits
    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8)[..., None]
    return _from_arrays(name, images, digits.target, tuple("0123456789"), **options,
                        source="handwritten digits, Alpaydin and Kaynak 1998 (UCI; CC BY 4.0), in scikit-learn")


def _from_arrays(name, images, labels, label_names, *, size, n, seed, channels, split, source):
    index = choose(len(images), n, seed, split)
    if n and len(index) < n:
        print(f"{name}: {n:,} asked for, {len(index):,} there: all used.")
    images = np.asarray(images[np.sort(index)])[np.argsort(np.argsort(index))]      # a file on disk is read in order
    images = pictures.to_size(images, size)
    return Dataset(name, pictures.to_channels(images, channels or images.shape[-1]),
                   None if labels is None else np.asarray(labels)[index], label_names, source=source)


def _pictures(path, *, size, n, seed, channels, split, share=1.0, name=None, source=None):
    found = pictures.listing(path)
    order = choose(len(found.names), None, seed, split)
    images, used, skipped = pictures.read(found, order, size=size or SIZE, n=n, channels=channels, share=share)
    skipped += found.skipped
    if not len(images):
        _tell(skipped, path)
        raise ValueError(f"{path} holds no picture that can be used" + (f": {skipped[0]}" if skipped else ": it is empty"))
    _tell(skipped, path)
    if n and len(images) < n:
        print(f"{path}: {n:,} asked for, {len(images):,} there: all used.")
    labels, names = found.classes()
    return Dataset(name or path.stem, images, None if labels is None else labels[used], names, skipped=tuple(skipped),
                   source=source or "your own pictures")


def _tell(skipped, path, most=20):
    """Print what was skipped, once and compactly."""
    if skipped:
        print(f"{path}: {len(skipped):,} skipped")
        print("\n".join(f"  {text}" for text in skipped[:most]))
    if len(skipped) > most:
        print(f"  and {len(skipped) - most:,} more, in .skipped")


LOADERS = {"faces": _faces, "digits": _digits}
