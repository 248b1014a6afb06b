"""The data sets that come over the network.

Whatever goes wrong on the way becomes one `DownloadError` that says what was wanted, from where, why it did
not come, how to get it by hand, and what needs no network.
"""

import importlib
import io
import os
import re
import warnings
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from .checks import DownloadError
from .image_files import Unusable
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


@contextmanager
def fetching(name, site, by_hand):
    """Inside it every exception becomes a DownloadError (ImportError, if a package is missing)."""
    try:
        yield
    except Exception as error:
        reason, kind = (
            " ".join(str(error).split())[:300] or type(error).__name__,
            DownloadError,
        )
        if isinstance(error, ImportError):
            reason, kind = (
                f"{reason}: type pip install {error.name}, then restart the kernel",
                ImportError,
            )
        raise kind(
            f"{name!r} could not be fetched from {site} ({reason}).\n"
            f"By hand: {by_hand}.\nThese need no network: {NO_NETWORK}."
        ) from None


def keras_arrays(name):
    """mnist, fashion_mnist -> ({"train": (uint8 (n, 28, 28), labels), "test": ...}, label names, source)."""
    file, names, licence = KERAS[name]
    place = (
        Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "datasets" / file
    )
    files = "mnist.npz" if name == "mnist" else "the four train-* and t10k-* files"
    with fetching(
        name,
        GOOGLE,
        f"download {files} from there to {place}, in place of a damaged copy",
    ):
        train, test = importlib.import_module(f"keras.datasets.{name}").load_data()
    return {"train": train, "test": test}, names, f"keras.datasets.{name} ({licence})"


def lfw_folder():
    """The folder of the 13,233 pictures of LFW, 250 x 250 pixels, one sub-folder for each person."""
    from sklearn.datasets import fetch_lfw_people, get_data_home

    folder = Path(get_data_home()) / "lfw_home" / "lfw_funneled"
    by_hand = f"delete a damaged {folder}, then unpack {FIGSHARE} (lfw-funneled.tgz, 240 MB) to that place"
    with fetching("lfw", FIGSHARE, by_hand), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # each of its retries warns
        if not folder.is_dir():
            print(f"lfw: fetching 240 MB from {FIGSHARE} and unpacking them, once")
            fetch_lfw_people(
                min_faces_per_person=500, resize=0.1
            )  # unpacks all, loads the fewest it can
        if len(list(folder.glob("*/*.jpg"))) < LFW_COUNT:  # stopped while unpacking
            raise ValueError(f"fewer than {LFW_COUNT:,} pictures in {folder}")
    return folder


def hub_stream(name, split):
    """Pictures of a Hugging Face data set ("celeba", "hub:owner/name[:configuration]"), fetched on demand.

    -> (pairs for `image_files.read`, a list that fills with (label, {yes/no column: value}) for each pair, label
    names, source). Where there is no official test part, every fifth picture is.
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
    with fetching(name, site, by_hand):
        import datasets

        parts = datasets.load_dataset(repo, config or None, streaming=True)
        official = next(
            (part for part in ("test", "validation", "valid") if part in parts), None
        )
        main = "train" if "train" in parts else next(iter(parts))
        stream = parts[official if official and split == "test" else main]
    features = stream.features or {}

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
        with fetching(name, site, by_hand):
            # undecoded, because one damaged picture would end the stream; so it is skipped as in a folder
            for i, row in enumerate(
                stream.cast_column(column, datasets.Image(decode=False))
            ):
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
    """A picture as the hub streams it, {"bytes", "path"}: the bytes, or an address to read them from."""
    if not value:
        raise Unusable("no picture in this row")
    if value["bytes"] is not None:
        return io.BytesIO(value["bytes"])
    import fsspec  # comes with datasets, and knows its addresses (hf://, zip://)

    with fsspec.open(value["path"]) as file:
        return io.BytesIO(file.read())
