"""The data sets that come over the network.

Whatever goes wrong on the way becomes one `DownloadError` that says what was wanted, from where, why it did
not come, how to get it by hand, and what needs no network.
"""
import gzip
import importlib
import io
import os
import re
import ssl
import tarfile
import urllib.error
import urllib.request
import warnings
import zipfile
import zlib
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from .errors import DownloadError
from .pictures import MAX_FILE, Unusable, check_bytes
from .toy import TOYS

LFW_COUNT = 13_233
NO_NETWORK = f"faces, digits, {', '.join(TOYS)}, and the path of a folder or zip of your own pictures"
DAMAGED = (EOFError, ValueError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, tarfile.TarError)
CLOTHES = tuple("T-shirt,trouser,pullover,dress,coat,sandal,shirt,sneaker,bag,ankle boot".split(","))
GOOGLE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
KERAS = {      # files, where they lie under ~/.keras/datasets, label names, source
    "mnist": ("mnist.npz", "mnist.npz", tuple("0123456789"), "LeCun and Cortes; CC BY-SA 3.0"),
    "fashion_mnist": ("train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and "
                      "t10k-labels-idx1-ubyte.gz", "fashion-mnist", CLOTHES,
                      "Xiao, Rasul and Vollgraf 2017; MIT licence")}
FIGSHARE = "https://ndownloader.figshare.com/files/5976015"
CELEBA = "flwrlabs/celeba"      # with the 40 attributes, and official parts


@contextmanager
def fetching(name, site, by_hand, cache=None):
    """Inside it every exception becomes a DownloadError (ImportError, if a package is missing).

    `cache` is what to delete if a copy there is damaged.
    """
    try:
        yield
    except Exception as error:
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        if cache and cache.exists() and isinstance(error, DAMAGED):
            reason += f"; the copy in {cache} is damaged: delete it and try again"
        if isinstance(error, ImportError):
            reason += f": type pip install {error.name or 'datasets'}, then restart the kernel"
        raise (ImportError if isinstance(error, ImportError) else DownloadError)(
            f"{name!r} could not be fetched from {site} ({reason}).\n"
            f"By hand: {by_hand}.\nThese need no network: {NO_NETWORK}.") from None


def keras_arrays(name):
    """mnist, fashion_mnist -> ({"train": (uint8 (n, 28, 28), labels), "test": ...}, label names, source)."""
    files, cached, names, licence = KERAS[name]
    home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "datasets"
    place = home if name == "mnist" else home / cached
    with fetching(name, GOOGLE, f"download {files} from there into {place}", home / cached):
        train, test = importlib.import_module(f"keras.datasets.{name}").load_data()
    return {"train": train, "test": test}, names, f"keras.datasets.{name} ({licence})"


def lfw_folder():
    """The folder of the 13,233 pictures of LFW, 250 x 250 pixels, one sub-folder for each person.

    scikit-learn fetches and unpacks them; its float32 copy of the whole set is not asked for.
    """
    from sklearn.datasets import fetch_lfw_people, get_data_home
    home = Path(get_data_home()) / "lfw_home"
    folder = home / "lfw_funneled"
    by_hand = f"download {FIGSHARE} (lfw-funneled.tgz, 240 MB), and unpack it so that {folder} is there"
    with fetching("lfw", FIGSHARE, by_hand, home), warnings.catch_warnings():
        warnings.simplefilter("ignore")      # each of its retries warns
        if not folder.is_dir():
            print(f"lfw: fetching 240 MB from {FIGSHARE} and unpacking them, once")
            fetch_lfw_people(min_faces_per_person=500, resize=0.1)      # the fewest it can be made to load
        if len(list(folder.glob("*/*.jpg"))) < LFW_COUNT:      # stopped while unpacking
            raise ValueError(f"fewer than {LFW_COUNT:,} pictures in {folder}")
    return folder


def hub_stream(name, split):
    """Pictures of a Hugging Face data set ("celeba", "hub:owner/name[:configuration]"), fetched on demand.

    -> (pairs for `pictures.read`, a list that fills with (label, {yes/no column: value}) for each pair, label
    names, source). Where there is no official test part, every fifth picture is.
    """
    repo, _, config = CELEBA.partition(":") if name == "celeba" else name.removeprefix("hub:").partition(":")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repo):
        raise ValueError(f"name is {name!r}; expected 'hub:owner/name' or 'hub:owner/name:configuration'")
    site = f"{os.environ.get('HF_ENDPOINT', 'https://huggingface.co')}/datasets/{repo}"
    by_hand = ("get img_align_celeba.zip from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html, and type "
               "load_data('img_align_celeba.zip')") if name == "celeba" else (
        f"open {site} in a browser, save its pictures into a folder or zip, and give its path; where it has "
        f"several configurations, type 'hub:{repo}:configuration'")
    trouble = partial(fetching, name, site, by_hand)
    with trouble():
        import datasets
        _reach(site)
        parts = datasets.load_dataset(repo, config or None, streaming=True)
        official = next((part for part in ("test", "validation", "valid") if part in parts), None)
        main = "train" if "train" in parts else next(iter(parts))
        stream = parts[official if official and split == "test" else main]
        features = stream.features or {}
    column = next((key for key, kind in features.items() if isinstance(kind, datasets.Image)), None)
    if column is None:
        raise ValueError(f"{name!r} has no column of pictures; it has {', '.join(features) or 'none known'}")
    label = next((key for key, kind in features.items() if isinstance(kind, datasets.ClassLabel)), None)
    yes_no = [key for key, kind in features.items() if getattr(kind, "dtype", None) == "bool"]
    rows = []

    def pairs():
        with trouble():
            # undecoded, because one damaged picture would end the stream; so it is skipped as in a folder
            for i, row in enumerate(stream.cast_column(column, datasets.Image(decode=False))):
                if split and not official and (i % 5 == 0) != (split == "test"):
                    continue
                rows.append((row[label] if label else None, {key: row[key] for key in yes_no}))
                yield f"picture {i}", partial(_hub_file, row[column])

    source = "CelebA, Liu et al. 2015; real people, for non-commercial research" if name == "celeba" else (
        f"{site}, where its licence stands")
    return pairs(), rows, tuple(features[label].names) if label else None, source


def _hub_file(value):
    """A picture as the hub streams it, {"bytes", "path"}: the bytes, or an address to read them from."""
    if value is None:
        raise Unusable("no picture in this row")
    data = value["bytes"]
    if data is None:
        import fsspec      # comes with datasets, and knows its addresses (hf://, zip://)
        with fsspec.open(value["path"]) as file:
            data = file.read(MAX_FILE + 1)
    check_bytes(len(data))
    return io.BytesIO(data)


def _reach(site):
    """Fail at once where there is no network: the hub's own client tries for half a minute."""
    try:
        urllib.request.urlopen(urllib.request.Request(site, method="HEAD"), timeout=10).close()
    except urllib.error.HTTPError:
        pass      # it answers; whether the data set is there, its client says better
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ssl.SSLError):      # its client brings certificates of its own
            raise
