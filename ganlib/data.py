"""`load_data`: one function that opens every data set of the course, and always returns a `Dataset`.

load_data("faces", n=5000)             load_data("ring")               load_data("digits", size=16)
load_data("my_pictures.zip", size=64)  load_data("lfw", channels=1)    load_data("hub:owner/name", n=2000)
"""

import difflib
import os
import zipfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from . import downloads, image_files, toy
from .checks import check_choice, check_count, check_images

SIZE = 64  # the side of pictures where none is asked for
TEST_SHARE = 0.2  # of a data set that has no test part of its own
# Pictures streamed where n is not given: a data set of the hub may have no end.
HUB_COUNT = 10_000
ARRAY_FILES = (".npy", ".npz")
ARCHIVES = (".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")


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


@dataclass(frozen=True)
class Request:
    """What `load_data` was asked for, checked. Loaders that need another one make it by `replace`."""

    size: int = None
    n: int = None
    seed: int = 0
    channels: int = None
    split: str = None

    @property
    def stream(self):
        """The seed of what is computed: the test part has a stream of its own."""
        return [self.seed, 1] if self.split == "test" else self.seed


def load_data(name, *, size=None, n=None, seed=0, channels=None, split=None):
    """Open a data set of the course.

    name: "faces", "digits", a toy ("ring", "moons", ... or a ToyDistribution), "lfw", "celeba", "mnist",
        "fashion_mnist", "hub:owner/name[:configuration]" on the Hugging Face hub, or a path: a folder or zip of
        pictures (class sub-folders become labels), or a .npy or .npz of uint8 images. "./faces" is the folder.
    size: the side in pixels, after cutting the centre square. None: 64 for pictures, and arrays as they are.
    n: how many at most, a subset drawn by `seed` (hub: the first n). None: all, but 2,000 points of a toy,
        5,000 rendered faces, 10,000 pictures from the hub.
    channels: 1 or 3. None: as the data are.
    split: None for all, or "train" or "test", which never share an example, whatever the seeds: the official
        test part (mnist, hub), else a fixed fifth, else, of what is computed, a stream of its own.
    Returns a Dataset. Raises ValueError, TypeError or FileNotFoundError for what cannot be, ImportError for a
    missing package, and DownloadError where the data cannot be fetched: nothing is used in their place.
    """
    request = Request(
        size=None if size is None else check_count(size, "size"),
        n=None if n is None else check_count(n, "n"),
        seed=check_count(seed, "seed", 0),
        channels=check_choice(channels, (None, 1, 3), "channels"),
        split=check_choice(split, (None, "train", "test"), "split"),
    )
    if isinstance(name, toy.ToyDistribution):
        return _toy(name, request)
    if not isinstance(name, (str, os.PathLike)) or not str(name).strip():
        raise TypeError(
            f"name is {name!r}; expected a name such as 'faces', or a path such as 'mine.zip'"
        )
    if name in toy.TOYS:
        return _toy(name, request)
    if name in LOADERS or isinstance(name, str) and name.startswith("hub:"):
        return LOADERS.get(name, _hub)(name, request)
    path = _find_path(name)
    ending = path.suffix.lower()
    if path.is_dir() or path.is_file() and ending == ".zip":
        return _pictures(_title(path), path, request)
    if path.is_file() and ending in ARRAY_FILES:
        return _arrays(path, request)
    mend = ""
    if not path.is_file():
        mend = ": this is no ordinary file"
    elif ending in image_files.ENDINGS:
        mend = f": one picture is no data set, give its folder, '{path.parent}'"
    elif ending in ARCHIVES:
        mend = ": unpack it, and give the folder"
    raise ValueError(
        f"{name} cannot be read; expected a folder or zip of pictures, or .npy, .npz{mend}"
    )


def _title(path):
    """A name for a Dataset from its path: also for "." and for folders with a dot in their name."""
    return (path.resolve().name or str(path)) if path.is_dir() else path.stem


def _find_path(name):
    """The Path of a file or folder that is there; otherwise FileNotFoundError, or ValueError for no name at all."""
    try:
        path = Path(name).expanduser()
        if path.exists():
            return path
    except (OSError, ValueError, RuntimeError) as error:
        # A name too long, with a zero in it, in a folder that is locked, or of a user without a home folder.
        raise FileNotFoundError(
            f"'{image_files.printable(str(name)[:200])}' cannot be looked for ({error})"
        ) from None
    text = str(name)
    if len(path.parts) > 1 or path.suffix:
        bare = text.strip().strip("'\"").removeprefix("file://")
        mend = ""
        if "://" in text and not text.startswith("file:"):
            mend = ": an address is not fetched; save the file first, and give its path"
        elif bare and bare != text:
            mend = f". Did you mean {bare!r}, without quotes, blanks at the end, or file://?"
        else:
            with suppress(OSError):  # no such folder, or one that may not be read
                near = difflib.get_close_matches(
                    path.name, os.listdir(path.parent), n=1
                )
                mend = f". Did you mean {near[0]!r}?" if near else ""
        raise FileNotFoundError(
            f"there is no file or folder '{name}' (looked for {path.absolute()}){mend}"
        )
    known = [*LOADERS, *toy.TOYS, "hub:owner/name", "the path of a folder or zip"]
    check_choice(text, known, "name")
    raise FileNotFoundError(f"there is no file or folder {text!r}")


def split_indices(total, request):
    """The indices to use, of `total`: one part of a fixed split, in an order drawn by `seed`."""
    fixed, cut = np.random.default_rng(0).permutation(total), round(TEST_SHARE * total)
    if request.split == "test" and total and not cut:
        raise ValueError(
            f"{total} picture{'s have' if total > 1 else ' has'} no fifth to test with: add "
            "pictures, or type split=None"
        )
    part = {None: fixed, "train": fixed[cut:], "test": fixed[:cut]}[request.split]
    return np.random.default_rng([request.seed, 1]).permutation(np.sort(part))


def _toy(name, request):
    if request.size or request.channels:
        raise ValueError(
            f"size and channels are for pictures; {name!r} gives points: leave them out"
        )
    maker = name if isinstance(name, toy.ToyDistribution) else toy.get_toy(name)
    limit = image_files.MAX_ARRAY // 64  # bytes that drawing one point takes
    if (request.n or 0) > limit:
        raise ValueError(f"n is {request.n:,}; expected at most {limit:,} points")
    points, labels = maker.sample_labelled(request.n or 2000, request.stream)
    return Dataset(maker.name, points, labels, source="computed by ganlib.toy")


def _faces(name, request):
    from .faces import make_faces

    n, size = request.n or 5000, request.size or SIZE
    image_files.check_memory(n, (size, size, 3))
    images, factors = make_faces(n, size=size, seed=request.stream)
    return Dataset(
        name,
        image_files.to_channels(images, request.channels or 3),
        factors=factors,
        source="rendered by ganlib.faces from sampled factors; they show nobody",
    )


def _digits(name, request):
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8)[..., None]
    source = "handwritten digits of Alpaydin and Kaynak (UCI, 1998; CC BY 4.0), bundled with scikit-learn"
    names = tuple("0123456789")
    return _to_dataset(name, images, digits.target, request, source, names)


def _keras(name, request):
    parts, label_names, source = downloads.keras_arrays(name)
    wanted = [parts[request.split]] if request.split else parts.values()
    images, labels = (np.concatenate(arrays) for arrays in zip(*wanted))
    request = replace(request, split=None)  # the official one has been taken
    return _to_dataset(name, images[..., None], labels, request, source, label_names)


def _arrays(path, request):
    try:
        found, members = _read_arrays(path)
    except Exception as error:
        raise ValueError(
            f"{path} is refused: {error}; expected arrays saved by np.save or np.savez, and no "
            "pickled objects, which could run code"
        ) from None
    if "images" not in found:
        raise ValueError(
            f"{path} holds {', '.join(members) or 'nothing'}; expected 'images', uint8 (n, height, "
            "width, channels), and 'labels' (n,) if there are any"
        )
    images = check_images(found["images"], channels=(1, 3))
    labels, label_names = None, None
    if "labels" in found:
        labels, label_names = _whole_labels(path, found["labels"], len(images))
    source = "your own array"
    return _to_dataset(_title(path), images, labels, request, source, label_names)


def _read_arrays(path):
    """({"images": array, and "labels" if they are there}, the names of all arrays) of a .npy or .npz.

    Of a .npy only what is used later is read; of a .npz only the two arrays, and only if they do not unpack to far
    more than the file.
    """
    if not zipfile.is_zipfile(path):
        return {"images": np.load(path, mmap_mode="r", allow_pickle=False)}, ["images"]
    with zipfile.ZipFile(path) as archive:
        members = {
            info.filename.removesuffix(".npy"): info
            for info in archive.infolist()
            if info.filename.endswith(".npy")
        }
        wanted = {key: members[key] for key in ("images", "labels") if key in members}
        image_files.check_unpacked(path, archive, wanted.values())
        found = {}
        for key, info in wanted.items():
            image_files.check_method(info)
            with archive.open(info) as file:
                found[key] = np.lib.format.read_array(file, allow_pickle=False)
    return found, list(members)


def _whole_labels(path, labels, n):
    """Labels as they come -> (int64 (n,), names or None): words and truth values are numbered 0, 1, ..."""
    if labels.shape != (n,):
        mend = ""
        if labels.size == n:
            mend = ": type labels.ravel()"
        elif labels.ndim == 2 and len(labels) == n:
            mend = ": type labels.argmax(axis=1) if one column belongs to each class"
        raise ValueError(
            f"{path}: labels has shape {labels.shape}; expected ({n},), one an image{mend}"
        )
    kind = labels.dtype.kind
    if kind == "b":
        return labels.astype(np.int64), ("False", "True")
    if kind in "SU":
        words = np.char.decode(labels, "utf-8", "replace") if kind == "S" else labels
        names, numbers = np.unique(words, return_inverse=True)
        names = tuple(image_files.printable(word) for word in names.tolist())
        return numbers.astype(np.int64), names
    if kind in "iuf":
        whole = np.isfinite(labels) & (labels == np.round(labels))
        bad = np.flatnonzero(~(whole & (labels < 2**53) & (labels > -(2**53))))
        if not len(bad):
            return labels.astype(np.int64), None
        raise ValueError(
            f"{path}: labels[{bad[0]}] is {labels[bad[0]]}; expected whole numbers, one for each "
            "class: leave out pictures without a label, or leave out labels"
        )
    raise ValueError(
        f"{path}: labels has dtype {labels.dtype}; expected whole numbers or words, one an image"
    )


def _to_dataset(name, images, labels, request, source, label_names=None):
    """Arrays that are there already -> Dataset."""
    index = split_indices(len(images), request)[: request.n]
    _report_skipped(name, request, len(index))
    size = (request.size, request.size) if request.size else images.shape[1:3]
    channels = request.channels or images.shape[3]
    image_files.check_memory(len(index), (*size, channels))
    images = image_files.to_channels(image_files.to_size(images[index], size), channels)
    labels = None if labels is None else labels[index].astype(np.int64)
    return Dataset(name, images, labels, label_names, source=source)


def _pictures(name, path, request, source="your own pictures", crop=1.0):
    with image_files.listing(path) as (pairs, unread):
        order = split_indices(len(pairs), request)
        wanted = min(request.n or len(order), len(order))
        images, used, skipped = image_files.read(
            (pairs[i] for i in order),
            wanted,
            request.size or SIZE,
            request.channels,
            crop,
        )
    skipped += unread
    _report_skipped(name, request, len(images), skipped)
    labels, label_names = image_files.classes([pair[0] for pair in pairs])
    labels = None if labels is None else labels[order[used]]
    return Dataset(
        name, images, labels, label_names, skipped=tuple(skipped), source=source
    )


def _report_skipped(name, request, count, skipped=()):
    """Print, once, what was not used and what was not there; ValueError if that leaves nothing."""
    if skipped:
        more = [f"and {len(skipped) - 20:,} more: see .skipped"] * (len(skipped) > 20)
        print(f"{name}: {len(skipped):,} skipped", *skipped[:20], *more, sep="\n  ")
    if not count:
        why = "it is empty"
        if skipped:
            why = f"{len(skipped):,} skipped, such as {skipped[0]}"
        raise ValueError(f"{name!r} holds no picture that can be used ({why})")
    if count < (request.n or 0):
        print(f"{name}: {request.n:,} asked for, {count:,} there; all of them are used")


def _lfw(name, request):
    folder = downloads.lfw_folder()
    request = replace(request, channels=request.channels or 3)
    source = "Labeled Faces in the Wild, Huang et al. 2007, by scikit-learn; real people, for research"
    # The face fills the middle of these pictures.
    return _pictures(name, folder, request, source, crop=0.56)


def _hub(name, request):
    pairs, rows, label_names, source = downloads.hub_stream(name, request.split)
    n = request.n or HUB_COUNT
    print(f"{name}: streaming {n:,} pictures from the Hugging Face hub")
    images, used, skipped = image_files.read(
        pairs, n, request.size or SIZE, request.channels
    )
    _report_skipped(name, request, len(images), skipped)
    labels, factors = zip(*(rows[i] for i in used))
    labels = [-1 if label is None else label for label in labels]
    labels = np.array(labels) if label_names else None
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
