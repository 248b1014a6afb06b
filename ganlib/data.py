"""`load_data`: one function that opens every data set of the course, and always returns a `Dataset`.

    load_data("faces", n=5000)             load_data("ring")               load_data("digits", size=16)
    load_data("my_pictures.zip", size=64)  load_data("lfw", channels=1)    load_data("hub:owner/name", n=2000)
"""
import difflib
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from . import downloads, pictures, toy
from .errors import check_choice, check_count, check_images

SIZE = 64              # the side of pictures where none is asked for
TEST_SHARE = 0.2       # of a data set that has no test part of its own
HUB_COUNT = 10_000     # pictures streamed where n is not given: a hub data set may have no end


@dataclass(frozen=True, eq=False)
class Dataset:
    """What `load_data` returns.

    images: uint8 (n, height, width, channels); for a toy distribution float32 points (n, d).
    labels: int (n,) or None; label_names: what label 0, 1, ... is called, or None.
    factors: {name: array (n,)}, the known attributes of each picture, or None.
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
        counts = ((self.label_names, "labels"), (self.factors, "factors"), (self.skipped, "files skipped"))
        counts = "".join(f", {len(items):,} {what}" for items, what in counts if items)
        return f"Dataset({self.name!r}: {self.images.dtype} {self.images.shape}{counts}; {self.source})"


def load_data(name, *, size=None, n=None, seed=0, channels=None, split=None):
    """Open a data set of the course.

    name: "faces", "digits", a toy ("ring", "moons", ... or a Toy), "lfw", "celeba", "mnist", "fashion_mnist",
        "hub:owner/name" or "hub:owner/name:configuration" (pictures on the Hugging Face hub), or the path of
        a folder or zip of pictures (class sub-folders become labels), or of a .npy or .npz of uint8 images;
        "./faces" where a folder has the name of a data set.
    size: the side in pixels, after cutting the centre square. None: 64 for pictures, and arrays as they are.
    n: how many at most, a subset drawn by `seed`; no others are read (hub: the first n of the stream).
        None: all, but 2,000 points of a toy, 5,000 rendered faces, 10,000 pictures from the hub.
    channels: 1 or 3. None: as the data are.
    split: None for all, or "train" or "test", which never share an example, whatever the seeds. The test part
        is the official one where there is one (mnist, hub; there None means "train"), else a fixed fifth of
        what there is, else, of what is computed, a stream of its own.
    Returns a Dataset. Raises ValueError, TypeError or FileNotFoundError for what cannot be, ImportError for a
    missing package, and DownloadError where the data cannot be fetched: nothing is used in their place.
    """
    ask = SimpleNamespace(
        size=None if size is None else check_count(size, "size"), n=None if n is None else check_count(n),
        seed=check_count(seed, "seed", 0), channels=check_choice(channels, (None, 1, 3), "channels"),
        split=check_choice(split, (None, "train", "test"), "split"))
    if isinstance(name, toy.Toy):
        return _toy(name, ask)
    if not isinstance(name, (str, os.PathLike)) or not str(name):
        raise TypeError(f"name is {name!r}; expected a name such as 'faces', or a path such as 'mine.zip'")
    if name in toy.TOYS:
        return _toy(toy.get_toy(name), ask)
    if str(name).startswith("hub:"):
        return _hub(name, ask)
    if name in LOADERS:
        return LOADERS[name](name, ask)
    path = Path(name).expanduser()
    if path.is_dir() or path.is_file() and path.suffix.lower() == ".zip":
        return _pictures(path.stem, path, ask)
    if path.is_file() and path.suffix.lower() in (".npy", ".npz"):
        return _arrays(path, ask)
    raise _unknown(str(name), path)


def choose(total, ask):
    """The indices to use, of `total`: one part of a fixed split, in an order drawn by `seed`."""
    fixed, cut = np.random.default_rng(0).permutation(total), round(TEST_SHARE * total)
    part = {None: fixed, "train": fixed[cut:], "test": fixed[:cut]}[ask.split]
    return np.random.default_rng([ask.seed, 1]).permutation(np.sort(part))


def _unknown(name, path):
    if "://" in name:
        return ValueError(f"{name} is an address: download it, then give the path of the file or folder")
    if path.exists():
        return ValueError(f"{name} is of a kind that is not read here; expected a folder or zip of pictures, "
                          "or a .npy or .npz of uint8: unpack other archives, put one picture into a folder")
    if len(path.parts) > 1 or path.suffix:
        return FileNotFoundError(f"there is no file or folder {name!r} (looked for {path.absolute()})")
    near = difflib.get_close_matches(name.lower(), [*LOADERS, *toy.TOYS], n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return ValueError(f"there is no data set, file or folder {name!r}.{hint} "
                      f"These need no network: {downloads.NO_NETWORK}. "
                      "These are downloaded: lfw, celeba, mnist, fashion_mnist, hub:owner/name")


def _stream(ask):
    """The seed of what is computed: a stream of its own for "test"."""
    return int(np.random.default_rng([ask.seed, 2]).integers(2**32)) if ask.split == "test" else ask.seed


def _toy(maker, ask):
    if ask.size or ask.channels:
        raise ValueError(f"size and channels are for pictures; {maker.name!r} gives points: leave them out")
    points, labels = maker.sample_labelled(ask.n or 2000, _stream(ask))
    return Dataset(maker.name, points, labels, source="computed by ganlib.toy")


def _faces(name, ask):
    from .faces import make_faces
    pictures.check_memory(ask.n or 5000, (ask.size or SIZE, ask.size or SIZE, 3))
    images, factors = make_faces(ask.n or 5000, size=ask.size or SIZE, seed=_stream(ask))
    return Dataset(name, pictures.to_channels(images, ask.channels or 3), factors=factors,
                   source="rendered by ganlib.faces from sampled factors; they show nobody")


def _digits(name, ask):
    from sklearn.datasets import load_digits
    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8)[..., None]
    return _finish(name, images, digits.target, ask, "handwritten digits of Alpaydin and Kaynak (UCI, 1998; "
                   "CC BY 4.0), bundled with scikit-learn", tuple("0123456789"))


def _keras(name, ask):
    parts, label_names, source = downloads.keras_arrays(name)
    wanted = [parts[ask.split]] if ask.split else list(parts.values())
    images, labels = (np.concatenate([part[i] for part in wanted]) for i in (0, 1))
    ask.split = None      # the official one has been taken
    return _finish(name, images[..., None], labels, ask, source, label_names)


def _arrays(path, ask):
    try:
        members = zipfile.ZipFile(path).infolist() if path.suffix.lower() == ".npz" else ()
        if sum(member.file_size for member in members) > pictures.MAX_ARRAY:
            raise ValueError(f"it would unpack to more than {pictures.MAX_ARRAY:,} bytes")
        found = np.load(path, mmap_mode="r", allow_pickle=False)      # of a .npy only what is used is read
        found = {"images": found} if isinstance(found, np.ndarray) else dict(found)
    except Exception as error:
        reason = "it holds pickled objects, which could run code: save it by np.savez(path, images=images)"
        pickled = "pickle" in str(error) or "Python objects" in str(error)
        raise ValueError(f"{path} is refused: {reason if pickled else error}") from None
    key = "images" if "images" in found else next((key for key in found if found[key].ndim >= 3), None)
    if key is None:
        raise ValueError(f"{path} holds {', '.join(found) or 'nothing'}; expected 'images', uint8 (n, "
                         "height, width, channels), and 'labels' (n,) if there are any")
    images = found[key]
    if images.ndim == 3 and images.shape[-1] not in (1, 3):      # grey ones, without their channel
        images = images[..., None]
    images = check_images(images, channels=(1, 3))
    labels, names = found.get("labels", found.get("y")), None
    if labels is not None and labels.shape != (len(images),):
        raise ValueError(f"{path}: labels has shape {labels.shape}; expected ({len(images)},), one an image")
    if labels is not None and labels.dtype.kind == "U":
        names, labels = np.unique(labels, return_inverse=True)
        names = tuple(names.tolist())
    return _finish(path.stem, images, labels, ask, "your own array", names)


def _finish(name, images, labels, ask, source, label_names=None):
    """Arrays that are there already -> Dataset."""
    index = choose(len(images), ask)[:ask.n]
    _tell(name, ask, len(index))
    height, width, channels = images.shape[1:]
    pictures.check_memory(len(index), (ask.size or height, ask.size or width, ask.channels or channels))
    images = pictures.to_size(images[index], ask.size)
    return Dataset(name, pictures.to_channels(images, ask.channels or channels),
                   None if labels is None else np.asarray(labels)[index], label_names, source=source)


def _pictures(name, path, ask, source="your own pictures", share=1.0):
    pairs, unread = pictures.listing(path)
    order = choose(len(pairs), ask)
    images, used, skipped = pictures.read((pairs[i] for i in order), min(ask.n or len(order), len(order)),
                                          size=ask.size or SIZE, channels=ask.channels, share=share)
    _tell(name, ask, len(images), skipped := skipped + unread)
    labels, label_names = pictures.classes(pair[0] for pair in pairs)
    labels = None if labels is None else labels[order[used]]
    return Dataset(name, images, labels, label_names, None, tuple(skipped), source)


def _tell(name, ask, count, skipped=()):
    """Print, once, what was not used and what was not there; ValueError if that leaves nothing."""
    if skipped:
        more = [f"and {len(skipped) - 20:,} more: see .skipped"] * (len(skipped) > 20)
        print(f"{name}: {len(skipped):,} skipped", *skipped[:20], *more, sep="\n  ")
    if not count:
        more = [f"and {len(skipped) - 3:,} more"] * (len(skipped) > 3)
        why = "; ".join([*skipped[:3], *more]) or "it is empty"
        raise ValueError(f"{name!r} holds no picture that can be used ({why})")
    if count < (ask.n or 0):
        print(f"{name}: {ask.n:,} asked for, {count:,} there; all of them are used")


def _lfw(name, ask):
    folder, ask.channels = downloads.lfw_folder(), ask.channels or 3
    source = "Labeled Faces in the Wild, Huang et al. 2007, by scikit-learn; real people, for research"
    return _pictures(name, folder, ask, source, share=0.56)      # the face fills the middle of these pictures


def _hub(name, ask):
    pairs, rows, label_names, source = downloads.hub_stream(name, ask.split)
    n = ask.n or HUB_COUNT
    print(f"{name}: streaming {n:,} pictures from the Hugging Face hub")
    images, used, skipped = pictures.read(pairs, n, size=ask.size or SIZE, channels=ask.channels)
    _tell(name, ask, len(images), skipped)
    labels, factors = zip(*(rows[i] for i in used))
    labels = np.array([-1 if label is None else label for label in labels]) if label_names else None
    factors = {key: np.array([bool(row[key]) for row in factors]) for key in factors[0]} or None
    return Dataset(name, images, labels, label_names, factors, tuple(skipped), source)


LOADERS = {"faces": _faces, "digits": _digits, "mnist": _keras, "fashion_mnist": _keras, "lfw": _lfw,
           "celeba": _hub}
