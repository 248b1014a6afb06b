"""The data sets that come over the network.

Whatever goes wrong on the way becomes one `DownloadError` that says what was wanted, from where, why it did
not come, how to get it by hand, and what needs no network.
"""

import errno
import importlib
import io
import itertools
import os
import re
import warnings
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from . import image_files
from .checks import DownloadError
from .image_files import UnreadableImage
from .toy import TOYS

NO_NETWORK = f"faces, digits, {', '.join(TOYS)}, and the path of a folder or zip of your own pictures"
GOOGLE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
CLOTHES = tuple(
    "T-shirt,trouser,pullover,dress,coat,sandal,shirt,sneaker,bag,ankle boot".split(",")
)
KERAS = {  # where it lies under ~/.keras/datasets, label names, source
    "mnist": ("mnist.npz", tuple("0123456789"), "LeCun and Cortes; CC BY-SA 3.0"),
    "fashion_mnist": (
        "fashion-mnist",
        CLOTHES,
        "Xiao, Rasul and Vollgraf 2017; MIT licence",
    ),
}
FIGSHARE = "https://ndownloader.figshare.com/files/5976015"
LFW_COUNT = 13_233
CELEBA = "flwrlabs/celeba"  # with the 40 attributes, and official parts


HUB_ADDRESSES = ("hf://", "https://", "zip://")
NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC)


@contextmanager
def fetching(name, site, by_hand, home):
    """Inside it every exception becomes a DownloadError (ImportError, if a package is missing).

    home: the environment variable that names the folder into which the data are fetched.
    """
    try:
        yield
    except Exception as error:
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        kind = DownloadError
        if isinstance(error, ImportError):
            kind = ImportError
            if error.name:
                package = error.name.partition(".")[0]
                reason += f": type pip install {package}, then restart the kernel"
        if getattr(error, "errno", None) in NOT_WRITABLE:
            reason += (
                f": set the environment variable {home} to a folder that you may write to, "
                "then restart the kernel"
            )
        raise kind(
            f"{name!r} could not be fetched from {site} ({reason}).\n"
            f"By hand: {by_hand}.\nThese need no network: {NO_NETWORK}."
        ) from None


def _folder(variable, usual):
    """The folder that the environment variable names, else `usual`, which begins with ~."""
    return Path(os.path.expanduser(os.environ.get(variable) or usual))


def keras_arrays(name):
    """mnist, fashion_mnist -> ({"train": (uint8 (n, 28, 28), labels), "test": ...}, label names, source)."""
    file, names, licence = KERAS[name]
    place = _folder("KERAS_HOME", "~/.keras") / "datasets" / file
    files = "mnist.npz" if name == "mnist" else "the four train-* and t10k-* files"
    by_hand = f"download {files} from there to {place}, in place of a damaged copy"
    with fetching(name, GOOGLE, by_hand, "KERAS_HOME"):
        train, test = importlib.import_module(f"keras.datasets.{name}").load_data()
    return {"train": train, "test": test}, names, f"keras.datasets.{name} ({licence})"


def lfw_folder():
    """The folder of the 13,233 pictures of LFW, 250 x 250 pixels, one sub-folder for each person."""
    home = _folder("SCIKIT_LEARN_DATA", "~/scikit_learn_data")
    folder = home / "lfw_home" / "lfw_funneled"
    by_hand = f"delete a damaged {folder}, then unpack {FIGSHARE} (lfw-funneled.tgz, 240 MB) to that place"
    with (
        fetching("lfw", FIGSHARE, by_hand, "SCIKIT_LEARN_DATA"),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # each of its retries warns
        if home.parts[0] == "~":  # scikit-learn would make a folder called ~
            raise PermissionError(errno.EACCES, "this user has no home folder")
        if not folder.is_dir():
            from sklearn.datasets import fetch_lfw_people

            print(f"lfw: fetching 240 MB from {FIGSHARE} and unpacking them, once")
            # It unpacks all of them, and loads the fewest that it can.
            fetch_lfw_people(min_faces_per_person=500, resize=0.1)
        if len(list(folder.glob("*/*.jpg"))) < LFW_COUNT:  # stopped while unpacking
            raise ValueError(f"fewer than {LFW_COUNT:,} pictures in {folder}")
    return folder


def hub_stream(name, split):
    """Pictures of a Hugging Face data set ("celeba", "hub:owner/name[:configuration]"), fetched on demand.

    -> (pairs for `image_files.read`, a list that fills with (label, {yes/no column: value}) for each pair, label
    names, source). split None: all parts, one after the other. Where there is no official test part, every fifth
    picture is.
    """
    repo, _, config = (
        CELEBA.partition(":")
        if name == "celeba"
        else name.removeprefix("hub:").partition(":")
    )
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repo):
        raise ValueError(
            f"name is {name!r}; expected 'hub:owner/name' or 'hub:owner/name:configuration'"
        )
    site = f"{os.environ.get('HF_ENDPOINT', 'https://huggingface.co')}/datasets/{repo}"
    source = f"{site}, where its licence stands"
    by_hand = (
        f"open {site} in a browser, save its pictures into a folder or zip, and give its path; where it "
        f"has several configurations, type 'hub:{repo}:configuration'"
    )
    if name == "celeba":
        source = "CelebA, Liu et al. 2015; real people, for non-commercial research"
        by_hand = (
            "get img_align_celeba.zip from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html, and type "
            "load_data('img_align_celeba.zip')"
        )
    with fetching(name, site, by_hand, "HF_HOME"):
        import datasets

        parts = datasets.load_dataset(repo, config or None, streaming=True)
        main = "train" if "train" in parts else next(iter(parts))
        official = next(
            (
                part
                for part in ("test", "validation", "valid")
                if part in parts and part != main
            ),
            None,
        )
        wanted = [main]
        if official and split == "test":
            wanted = [official]
        if split is None:
            wanted += [part for part in parts if part != main]
    features = parts[main].features or {}

    def first(kind):
        return next((key for key in features if isinstance(features[key], kind)), None)

    column, label, rows = first(datasets.Image), first(datasets.ClassLabel), []
    if column is None:
        raise ValueError(
            f"{name!r} has no column of pictures; it has {', '.join(features) or 'none known'}"
        )
    yes_no = [
        key for key in features if getattr(features[key], "dtype", None) == "bool"
    ]

    def pairs():
        with fetching(name, site, by_hand, "HF_HOME"):
            # Undecoded, because one damaged picture would end the stream; so it is skipped as in a folder.
            undecoded = datasets.Image(decode=False)
            streams = [parts[part].cast_column(column, undecoded) for part in wanted]
            for i, row in enumerate(itertools.chain.from_iterable(streams)):
                if official or not split or (i % 5 == 0) == (split == "test"):
                    rows.append(
                        (
                            row[label] if label else None,
                            {key: row[key] for key in yes_no},
                        )
                    )
                    yield f"picture {i}", partial(_hub_file, row[column])

    return pairs(), rows, tuple(features[label].names) if label else None, source


def _hub_file(value):
    """A picture as the hub streams it, {"bytes", "path"}: the bytes, or an address to read them from.

    Whoever made the data set wrote the address: it may not name a file of this computer, nor be without end.
    """
    if not value:
        raise UnreadableImage("no picture in this row")
    data = value["bytes"]
    if data is None:
        path = value["path"] or ""
        links = path.split("::")  # "zip://a.jpg::hf://...": a member of an archive
        if not all(link.startswith(HUB_ADDRESSES) for link in links):
            raise UnreadableImage(
                f"its address is {path!r}; only {', '.join(HUB_ADDRESSES)} are opened"
            )
        import fsspec  # comes with datasets, and knows its addresses

        with fsspec.open(path) as file:
            data = file.read(image_files.MAX_FILE + 1)
    image_files.check_bytes(len(data))
    return io.BytesIO(data)
