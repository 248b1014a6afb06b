"""`load_data`: one function that opens every data set of the course, and always returns a `Dataset`.

load_data("faces", n=5000)             load_data("ring")               load_data("digits", size=16)
load_data("my_pictures.zip", size=64)  load_data("lfw", channels=1)    load_data("hub:owner/name", n=2000)
"""

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from . import downloads, image_files, toy
from .checks import check_choice, check_count, check_images

SIZE = 64  # the side of pictures where none is asked for
TEST_SHARE = 0.2  # of a data set that has no test part of its own
HUB_COUNT = (
    10_000  # pictures streamed where n is not given: a hub data set may have no end
)


@dataclass(frozen=True, eq=False)
class Dataset:
    """What `load_data` returns.

    images: uint8 (n, height, width, channels); for a toy distribution float32 points (n, d).
    labels: int (n,), and label_names: what label 0, 1, ... is called; factors: {name: array (n,)}; or None.
    skipped: one line for each file that was not used; source: where it comes from, and the licence.
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
        counts = (
            (self.label_names, "labels"),
            (self.factors, "factors"),
            (self.skipped, "files skipped"),
        )
        counts = "".join(f", {len(items):,} {what}" for items, what in counts if items)
        return f"Dataset({self.name!r}: {self.images.dtype} {self.images.shape}{counts}; {self.source})"


def load_data(name, *, size=None, n=None, seed=0, channels=None, split=None):
    """Open a data set of the course.

    name: "faces", "digits", a toy ("ring", "moons", ... or a ToyDistribution), "lfw", "celeba", "mnist", "fashion_mnist",
        "hub:owner/name[:configuration]" on the Hugging Face hub, or a path: a folder or zip of pictures
        (class sub-folders become labels), or a .npy or .npz of uint8 images. "./faces" is the folder.
    size: the side in pixels, after cutting the centre square. None: 64 for pictures, and arrays as they are.
    n: how many at most, a subset drawn by `seed` (hub: the first n). None: all, but 2,000 points of a toy,
        5,000 rendered faces, 10,000 pictures from the hub.
    channels: 1 or 3. None: as the data are.
    split: None for all, or "train" or "test", which never share an example, whatever the seeds: the official
        test part (mnist, hub), else a fixed fifth, else, of what is computed, a stream of its own.
    Returns a Dataset. Raises ValueError, TypeError or FileNotFoundError for what cannot be, ImportError for a
    missing package, and DownloadError where the data cannot be fetched: nothing is used in their place.
    """
    size, n = (
        count if count is None else check_count(count, what)
        for count, what in ((size, "size"), (n, "n"))
    )
    check_choice(channels, (None, 1, 3), "channels")
    check_choice(split, (None, "train", "test"), "split")
    ask = SimpleNamespace(
        size=size,
        n=n,
        seed=check_count(seed, "seed", 0),
        channels=channels,
        split=split,
    )
    ask.stream = (
        [ask.seed, 1] if split == "test" else ask.seed
    )  # the seed of what is computed
    if not isinstance(name, (str, os.PathLike, toy.ToyDistribution)) or name == "":
        raise TypeError(
            f"name is {name!r}; expected a name such as 'faces', or a path such as 'mine.zip'"
        )
    if isinstance(name, toy.ToyDistribution) or name in toy.TOYS:
        return _toy(name, ask)
    if name in LOADERS or str(name).startswith("hub:"):
        return LOADERS.get(name, _hub)(name, ask)
    path = Path(name).expanduser()
    ending = path.suffix.lower()
    if path.is_dir() or path.is_file() and ending == ".zip":
        return _pictures(path.stem, path, ask)
    if path.is_file() and ending in (".npy", ".npz"):
        return _arrays(path, ask)
    if path.exists():
        raise ValueError(
            f"{name} cannot be read; expected a folder or zip of pictures, or .npy, .npz"
        )
    if len(path.parts) > 1 or ending:
        raise FileNotFoundError(
            f"there is no file or folder '{name}' (looked for {path.absolute()})"
        )
    check_choice(
        str(name),
        [*LOADERS, *toy.TOYS, "hub:owner/name", "the path of a folder or zip"],
        "name",
    )


def choose(total, ask):
    """The indices to use, of `total`: one part of a fixed split, in an order drawn by `seed`."""
    fixed, cut = np.random.default_rng(0).permutation(total), round(TEST_SHARE * total)
    part = {None: fixed, "train": fixed[cut:], "test": fixed[:cut]}[ask.split]
    return np.random.default_rng([ask.seed, 1]).permutation(np.sort(part))


def _toy(name, ask):
    if ask.size or ask.channels:
        raise ValueError(
            f"size and channels are for pictures; {name!r} gives points: leave them out"
        )
    maker = name if isinstance(name, toy.ToyDistribution) else toy.get_toy(name)
    points, labels = maker.sample_labelled(ask.n or 2000, ask.stream)
    return Dataset(maker.name, points, labels, source="computed by ganlib.toy")


def _faces(name, ask):
    from .faces import make_faces

    n, size = ask.n or 5000, ask.size or SIZE
    image_files.check_memory(n, (size, size, 3))
    images, factors = make_faces(n, size=size, seed=ask.stream)
    return Dataset(
        name,
        image_files.to_channels(images, ask.channels or 3),
        factors=factors,
        source="rendered by ganlib.faces from sampled factors; they show nobody",
    )


def _digits(name, ask):
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8)[..., None]
    source = "handwritten digits of Alpaydin and Kaynak (UCI, 1998; CC BY 4.0), bundled with scikit-learn"
    return _finish(name, images, digits.target, ask, source, tuple("0123456789"))


def _keras(name, ask):
    parts, label_names, source = downloads.keras_arrays(name)
    wanted = [parts[ask.split]] if ask.split else parts.values()
    images, labels = (np.concatenate(arrays) for arrays in zip(*wanted))
    ask.split = None  # the official one has been taken
    return _finish(name, images[..., None], labels, ask, source, label_names)


def _arrays(path, ask):
    try:
        members = (
            zipfile.ZipFile(path).infolist() if path.suffix.lower() == ".npz" else ()
        )
        if sum(member.file_size for member in members) > image_files.MAX_ARRAY:
            raise ValueError(
                f"it would unpack to more than {image_files.MAX_ARRAY:,} bytes"
            )
        found = np.load(
            path, mmap_mode="r", allow_pickle=False
        )  # of a .npy only what is used is read
        found = {"images": found} if isinstance(found, np.ndarray) else dict(found)
    except Exception as error:
        raise ValueError(
            f"{path} is refused: {error}; expected arrays saved by np.save or np.savez, and no "
            "pickled objects, which could run code"
        ) from None
    if "images" not in found:
        raise ValueError(
            f"{path} holds {', '.join(found) or 'nothing'}; expected 'images', uint8 (n, height, "
            "width, channels), and 'labels' (n,) if there are any"
        )
    images, labels = check_images(found["images"], channels=(1, 3)), found.get("labels")
    if labels is not None and labels.shape != (len(images),):
        raise ValueError(
            f"{path}: labels has shape {labels.shape}; expected ({len(images)},), one an image"
        )
    return _finish(path.stem, images, labels, ask, "your own array")


def _finish(name, images, labels, ask, source, label_names=None):
    """Arrays that are there already -> Dataset."""
    index = choose(len(images), ask)[: ask.n]
    _tell(name, ask, len(index))
    size, channels = (
        (ask.size, ask.size) if ask.size else images.shape[1:3],
        ask.channels or images.shape[3],
    )
    image_files.check_memory(len(index), (*size, channels))
    images = image_files.to_channels(image_files.to_size(images[index], size), channels)
    return Dataset(
        name,
        images,
        None if labels is None else labels[index],
        label_names,
        source=source,
    )


def _pictures(name, path, ask, source="your own pictures", share=1.0):
    pairs, unread = image_files.listing(path)
    order = choose(len(pairs), ask)
    wanted = min(ask.n or len(order), len(order))
    images, used, skipped = image_files.read(
        (pairs[i] for i in order), wanted, ask.size or SIZE, ask.channels, share
    )
    _tell(name, ask, len(images), skipped := skipped + unread)
    labels, label_names = image_files.classes([pair[0] for pair in pairs])
    labels = None if labels is None else labels[order[used]]
    return Dataset(
        name, images, labels, label_names, skipped=tuple(skipped), source=source
    )


def _tell(name, ask, count, skipped=()):
    """Print, once, what was not used and what was not there; ValueError if that leaves nothing."""
    if skipped:
        more = [f"and {len(skipped) - 20:,} more: see .skipped"] * (len(skipped) > 20)
        print(f"{name}: {len(skipped):,} skipped", *skipped[:20], *more, sep="\n  ")
    if not count:
        why = (
            f"{len(skipped):,} skipped, such as {skipped[0]}"
            if skipped
            else "it is empty"
        )
        raise ValueError(f"{name!r} holds no picture that can be used ({why})")
    if count < (ask.n or 0):
        print(f"{name}: {ask.n:,} asked for, {count:,} there; all of them are used")


def _lfw(name, ask):
    folder, ask.channels = downloads.lfw_folder(), ask.channels or 3
    source = "Labeled Faces in the Wild, Huang et al. 2007, by scikit-learn; real people, for research"
    return _pictures(
        name, folder, ask, source, share=0.56
    )  # the face fills the middle of these pictures


def _hub(name, ask):
    pairs, rows, label_names, source = downloads.hub_stream(name, ask.split)
    n = ask.n or HUB_COUNT
    print(f"{name}: streaming {n:,} pictures from the Hugging Face hub")
    images, used, skipped = image_files.read(pairs, n, ask.size or SIZE, ask.channels)
    _tell(name, ask, len(images), skipped)
    labels, factors = zip(*(rows[i] for i in used))
    labels = (
        np.array([-1 if label is None else label for label in labels])
        if label_names
        else None
    )
    factors = {
        key: np.array([bool(row[key]) for row in factors]) for key in factors[0]
    } or None
    return Dataset(name, images, labels, label_names, factors, tuple(skipped), source)


LOADERS = dict(
    faces=_faces,
    digits=_digits,
    mnist=_keras,
    fashion_mnist=_keras,
    lfw=_lfw,
    celeba=_hub,
)
