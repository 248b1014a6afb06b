"""`load_data`: every name gives the same kind of thing, parts never overlap, and what is missing is said."""

import gzip
import io
import os
import pickle
import subprocess
import sys
import types
import urllib.error
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganlib import downloads, image_files, toy
from ganlib.checks import DownloadError, check_choice, check_count, check_images
from ganlib.data import Dataset, load_data

ROOT = Path(__file__).resolve().parents[1]


def rows(images):
    return [image.tobytes() for image in images]


# ------------------------------------------------------------------------------------------- what needs no network


@pytest.mark.parametrize("name", list(toy.TOYS))
def test_toys(name):
    points = load_data(name, n=50, seed=3)
    assert (
        points.images.shape == (50, toy.get_toy(name).dim)
        and points.images.dtype == np.float32
    )
    assert points.labels.shape == (50,) and len(load_data(name)) == 2000
    assert np.array_equal(points.images, load_data(name, n=50, seed=3).images)
    assert not set(rows(points.images)) & set(
        rows(load_data(name, n=50, seed=3, split="test").images)
    )


def test_a_toy_drawn_by_hand():
    drawn = toy.curve([[-1.0, 0.0], [1.0, 1.0]])
    assert np.array_equal(load_data(drawn, n=9, seed=2).images, drawn.sample(9, seed=2))


def test_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    found, digits = load_data("digits"), load_digits()
    assert found.images.shape == (1797, 8, 8, 1) and found.images.dtype == np.uint8
    assert (
        found.images.min() == 0
        and found.images.max() == 255
        and found.label_names == tuple("0123456789")
    )
    original = {
        image.astype(np.uint8).tobytes(): label
        for image, label in zip(digits.images, digits.target)
    }
    for image, label in zip(found.images, found.labels):
        assert (
            original[np.round(image[..., 0] * (16 / 255)).astype(np.uint8).tobytes()]
            == label
        )
    assert load_data("digits", size=32, n=3, channels=3).images.shape == (3, 32, 32, 3)


@pytest.mark.parametrize("size", [None, 32])
def test_faces_come_with_their_factors(size):
    found = load_data("faces", n=12, size=size, seed=1)
    assert (
        found.images.shape == (12, size or 64, size or 64, 3)
        and found.images.dtype == np.uint8
    )
    assert len(found.factors) >= 12 and all(
        len(column) == 12 for column in found.factors.values()
    )
    again = load_data("faces", n=12, size=size, seed=1, split="train")
    other = load_data("faces", n=12, size=size, seed=1, split="test")
    assert np.array_equal(found.images, again.images) and not set(
        rows(found.images)
    ) & set(rows(other.images))
    assert load_data("faces", n=2, size=32, channels=1).images.shape == (2, 32, 32, 1)


@pytest.fixture
def numbered(tmp_path):
    """An array of 100 pictures that carry their own number."""
    images = np.zeros((100, 6, 6, 1), np.uint8)
    images += np.arange(100, dtype=np.uint8)[:, None, None, None]
    np.savez(tmp_path / "numbered.npz", images=images, labels=np.arange(100))
    np.save(tmp_path / "numbered.npy", images)
    return tmp_path / "numbered.npz"


def test_parts_share_nothing_whatever_the_seeds(numbered):
    def numbers(**options):
        return set(load_data(numbered, **options).labels.tolist())

    for seed in range(4):
        assert numbers(split="train", seed=seed) == numbers(split="train")
        assert not numbers(split="train", seed=seed, n=60) & numbers(
            split="test", seed=seed + 1
        )
    assert (
        len(numbers(split="train")) == 80
        and len(numbers(split="test")) == 20
        and len(numbers()) == 100
    )
    assert numbers(split="test") != set(range(20))  # drawn, and not the first ones


def test_seed_draws_the_subset_and_its_order(numbered):
    first, again, other = (
        load_data(numbered, n=10, seed=seed).labels.tolist() for seed in (0, 0, 1)
    )
    assert first == again and first != other and sorted(first) != first
    assert (
        load_data(numbered, n=20, seed=0).labels.tolist()[:10] == first
    )  # more of the same


def test_arrays_keep_labels_beside_images(numbered):
    for path in (numbered, numbered.with_suffix(".npy")):
        found = load_data(path, n=30, seed=5)
        assert found.images.shape == (30, 6, 6, 1)
        if found.labels is not None:
            assert np.array_equal(found.images[:, 0, 0, 0], found.labels)
    assert load_data(str(numbered), size=3, channels=3, n=2).images.shape == (
        2,
        3,
        3,
        3,
    )


def test_more_than_there_is_gives_all_and_says_so(numbered, capsys):
    assert len(load_data(numbered, n=500)) == 100
    assert "500 asked for, 100 there; all of them are used" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="needs sparse files")
def test_a_large_file_costs_what_is_used(tmp_path):
    """A sparse file of 4.5 GB: reading all of it would take a minute and the memory of this machine."""
    images = np.lib.format.open_memmap(
        tmp_path / "large.npy", "w+", np.uint8, (1_100_000, 64, 64, 1)
    )
    del images
    assert load_data(tmp_path / "large.npy", n=3).images.shape == (3, 64, 64, 1)
    with pytest.raises(
        ValueError, match=r"1,100,000 pictures of 64 x 64 pixels need 4.2 GB.*type n="
    ):
        load_data(tmp_path / "large.npy")


class Evil:
    def __reduce__(self):
        return os.mkdir, (self.where,)


@pytest.mark.parametrize(
    "kind", ["object array", "bare pickle", "inside npz", "npz that is a pickle"]
)
def test_pickles_are_refused_and_never_run(tmp_path, kind):
    evil = Evil()
    evil.where = str(tmp_path / "ran")
    path = tmp_path / ("x.npz" if "npz" in kind else "x.npy")
    if kind == "object array":
        np.save(path, np.array([evil, 1], object), allow_pickle=True)
    elif kind == "inside npz":
        np.savez(path, images=np.array([evil, 1], object))
    else:
        path.write_bytes(pickle.dumps(evil))
    with pytest.raises(
        ValueError, match="x.np. is refused: .*no pickled objects, which could run code"
    ):
        load_data(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "shape, word",
    [
        ((4, 8, 8, 2), "2 channels"),
        ((4, 3, 8, 8), "transpose"),
        ((0, 8, 8, 3), "at least one"),
        ((4, 64), "reshape"),
    ],
)
def test_wrong_arrays(tmp_path, shape, word):
    np.save(tmp_path / "x.npy", np.zeros(shape, np.uint8))
    with pytest.raises(ValueError, match=word):
        load_data(tmp_path / "x.npy")


def test_pictures_of_an_array_that_are_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(image_files, "MAX_PIXELS", 100)
    np.save(tmp_path / "x.npy", np.zeros((1, 20, 20, 1), np.uint8))
    with pytest.raises(ValueError, match="too large"):
        load_data(tmp_path / "x.npy", size=8)


@pytest.mark.parametrize(
    "content", [b"", b"nothing", b"\x93NUMPY\1\0v\0{'descr': '|u1', 'shape': (9,"]
)
@pytest.mark.parametrize("ending", [".npy", ".npz"])
def test_damaged_arrays(tmp_path, content, ending):
    (tmp_path / f"x{ending}").write_bytes(content)
    with pytest.raises(ValueError, match="is refused: "):
        load_data(tmp_path / f"x{ending}")


IMAGES = np.arange(5, dtype=np.uint8)[:, None, None, None] + np.zeros(
    (5, 4, 4, 1), np.uint8
)


def test_npz_without_images(tmp_path):
    np.savez(tmp_path / "x.npz", weights=np.zeros(3), bias=np.zeros(1))
    with pytest.raises(ValueError, match="holds weights, bias"):
        load_data(tmp_path / "x.npz")


@pytest.mark.parametrize(
    "labels, numbers, names",
    [
        (["dog", "cat", "dog", "eel", "cat"], [1, 0, 1, 2, 0], ("cat", "dog", "eel")),
        ([b"dog", b"cat", b"dog", b"dog", b"cat"], [1, 0, 1, 1, 0], ("cat", "dog")),
        ([3.0, 1.0, 3.0, 2.0, 1.0], [3, 1, 3, 2, 1], None),
        ([True, False, True, True, False], [1, 0, 1, 1, 0], ("False", "True")),
        (np.uint8([0, 200, 0, 0, 3]), [0, 200, 0, 0, 3], None),
    ],
)
def test_labels_of_an_npz_become_whole_numbers(tmp_path, labels, numbers, names):
    np.savez(tmp_path / "x.npz", images=IMAGES, labels=np.array(labels))
    found = load_data(tmp_path / "x.npz")
    order = found.images[:, 0, 0, 0]
    assert found.labels.dtype == np.int64 and found.label_names == names
    assert found.labels.tolist() == np.array(numbers)[order].tolist()


@pytest.mark.parametrize(
    "labels, word",
    [
        ([0, 1, np.nan, 1, 0], r"labels\[2\] is nan"),
        ([0, 1, 0.5, 1, 0], r"labels\[2\] is 0.5"),
        ([0, 1, 1e300, 1, 0], r"labels\[2\]"),
        (np.zeros(5, complex), "complex"),
        (np.zeros(5, "datetime64[s]"), "datetime"),
        (np.zeros(3), r"\(3,\)"),
        (np.zeros((5, 1)), "ravel"),
        (np.eye(5), "argmax"),
    ],
)
def test_labels_that_are_none(tmp_path, labels, word):
    np.savez(tmp_path / "x.npz", images=IMAGES, labels=labels)
    with pytest.raises(ValueError, match=word):
        load_data(tmp_path / "x.npz")


@pytest.mark.parametrize("ending", [".npz", ".npy"])
def test_an_npz_that_is_a_bomb(tmp_path, ending):
    np.savez_compressed(
        tmp_path / "x.npz", images=np.zeros((40, 1000, 1000, 1), np.uint8)
    )
    path = (tmp_path / "x.npz").rename(tmp_path / f"x{ending}")
    with pytest.raises(ValueError, match="bomb"):
        load_data(path)


def test_of_an_npz_only_what_is_needed_is_read(tmp_path):
    np.savez(tmp_path / "x.npz", images=IMAGES)
    with zipfile.ZipFile(tmp_path / "x.npz", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("other.npy", b"\0" * (40 * 2**20))
        archive.writestr("labels", b"no array")
    found = load_data(tmp_path / "x.npz")
    assert len(found) == 5 and found.labels is None


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_fifth_of_very_few_pictures(tmp_path, count):
    np.save(tmp_path / "x.npy", IMAGES[:count])
    train = load_data(tmp_path / "x.npy", split="train")
    if count < 3:
        assert len(train) == count
        with pytest.raises(ValueError, match="no fifth.*split=None"):
            load_data(tmp_path / "x.npy", split="test")
    else:
        assert (
            len(load_data(tmp_path / "x.npy", split="test")) == 1 == count - len(train)
        )


@pytest.mark.parametrize(
    "options, error, word",
    [
        (dict(name="face"), ValueError, "'faces'"),
        (dict(name="MNIST"), ValueError, "Did you mean 'mnist'"),
        (dict(name="qwertyuiop"), ValueError, "folder or zip"),
        (dict(name="pictures/mine.zip"), FileNotFoundError, "looked for"),
        (dict(name="mine.zip"), FileNotFoundError, "mine.zip"),
        (dict(name="https://host/mine.zip"), FileNotFoundError, "save the file"),
        (dict(name=__file__), ValueError, "cannot be read"),
        (dict(name=None), TypeError, "None"),
        (dict(name=["faces"]), TypeError, "faces"),
        (dict(name=b"faces"), TypeError, "faces"),
        (dict(name=""), TypeError, "name"),
        (dict(name=" "), TypeError, "name"),
        (dict(name="x" * 5000), FileNotFoundError, "looked for"),
        (dict(name="a/b\0c.zip"), FileNotFoundError, "a/b"),
        (dict(name=Path("hub:a/b")), FileNotFoundError, "hub"),
        (dict(name=os.devnull), ValueError, "no ordinary file"),
        (dict(name="digits", n=0), ValueError, "n is 0"),
        (dict(name="digits", n="many"), TypeError, "many"),
        (dict(name="digits", size=0), ValueError, "size is 0"),
        (dict(name="digits", size=32.0), TypeError, "size is 32.0"),
        (dict(name="digits", seed=-1), ValueError, "seed is -1"),
        (dict(name="digits", channels=4), ValueError, "channels is 4"),
        (dict(name="digits", channels=np.zeros(2)), ValueError, "channels"),
        (dict(name="digits", split="tests"), ValueError, "Did you mean 'test'"),
        (dict(name="digits", size=10**6), ValueError, "type a smaller size|type n=0"),
        (dict(name="ring", size=64), ValueError, "points"),
        (dict(name="ring", n=10**12), ValueError, "at most"),
        (dict(name="hub:celeba"), ValueError, "hub:owner/name"),
        (dict(name="faces", n=10**7), ValueError, "n=349525"),
        (dict(name="faces", size=48, n=2), ValueError, "48"),
    ],
)
def test_wrong_questions(options, error, word):
    with pytest.raises(error, match=word):
        load_data(**options)


def test_channels_that_equal_a_number_are_that_number():
    for channels in (3.0, np.int64(3), True):
        found = load_data("digits", channels=channels, n=2)
        assert found.images.shape[3] == channels


def test_a_name_that_is_nearly_one(tmp_path):
    """What people paste: quotes, a blank at the end, file://, a slip, one picture, a packed folder."""
    (tmp_path / "pets").mkdir()
    for name in ("a.png", "pets.tar.gz"):
        (tmp_path / name).write_bytes(b"x")
    for name in (f'"{tmp_path}/pets"', f"{tmp_path}/pets ", f"file://{tmp_path}/pets"):
        with pytest.raises(FileNotFoundError, match="Did you mean '/.*pets'|pets'"):
            load_data(name)
    with pytest.raises(FileNotFoundError, match="Did you mean 'pets'"):
        load_data(tmp_path / "pest")
    with pytest.raises(ValueError, match="give its folder"):
        load_data(tmp_path / "a.png")
    with pytest.raises(ValueError, match="unpack"):
        load_data(tmp_path / "pets.tar.gz")


def test_dataset_says_what_it_is():
    found = Dataset(
        "mine",
        np.zeros((2, 8, 8, 1), np.uint8),
        skipped=("a.jpg: empty file",),
        source="yours",
    )
    assert (
        repr(found) == "Dataset('mine': uint8 (2, 8, 8, 1), 1 files skipped; yours)"
        and len(found) == 2
    )


# --------------------------------------------------------------------------------------------------- keras.datasets


def fake_keras(monkeypatch, name, result):
    def load_data():
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(
        downloads.importlib,
        "import_module",
        lambda module: (
            types.SimpleNamespace(load_data=load_data)
            if module == f"keras.datasets.{name}"
            else pytest.fail(module)
        ),
    )


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_mnist_keeps_the_official_parts(monkeypatch, name):
    images = np.arange(70, dtype=np.uint8)[:, None, None] + np.zeros(
        (70, 28, 28), np.uint8
    )
    labels = (np.arange(70) % 10).astype(np.uint8)
    fake_keras(
        monkeypatch, name, ((images[:60], labels[:60]), (images[60:], labels[60:]))
    )
    numbers = {
        part: load_data(name, split=part).images[:, 0, 0, 0]
        for part in (None, "train", "test")
    }
    assert {part: sorted(x) for part, x in numbers.items()} == {
        None: list(range(70)),
        "train": list(range(60)),
        "test": list(range(60, 70)),
    }
    found = load_data(name, n=20, size=32)
    assert found.images.shape == (20, 32, 32, 1) and np.array_equal(
        found.images[:, 0, 0, 0] % 10, found.labels
    )
    assert len(found.label_names) == 10


# -------------------------------------------------------------------------------------------------------------- lfw


@pytest.fixture
def lfw(tmp_path, monkeypatch):
    """A small LFW where scikit-learn would have put it: a face in the middle, noise around."""
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    monkeypatch.setattr(downloads, "LFW_COUNT", 12)
    folder = tmp_path / "lfw_home" / "lfw_funneled"

    def make(count=4):
        for person in ("Ada_Lovelace", "Alan_Turing", "Grace_Hopper"):
            (folder / person).mkdir(parents=True)
            for i in range(count):
                picture = Image.effect_noise((250, 250), 80).convert("RGB")
                picture.paste((200, 120 + i, 90), (50, 50, 200, 200))
                picture.save(folder / person / f"{person}_{i:04}.jpg", quality=95)
        (folder / "pairs_01.txt").write_text("these lie there too")

    return make


def test_lfw_reads_what_scikit_learn_unpacked(lfw, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "sklearn.datasets.fetch_lfw_people",
        lambda **options: asked.append(options) or lfw(),
    )
    found = load_data("lfw")
    assert found.images.shape == (12, 64, 64, 3) and len(asked) == 1
    assert found.label_names == ("Ada_Lovelace", "Alan_Turing", "Grace_Hopper")
    assert np.bincount(found.labels).tolist() == [4, 4, 4]
    assert (
        found.images[..., 0].std(axis=(1, 2)).max() < 3
    )  # the middle of each picture, without its surroundings
    grey = load_data("lfw", channels=1, n=5, size=32)
    assert (
        grey.images.shape == (5, 32, 32, 1) and len(asked) == 1
    )  # nothing is fetched twice


def test_lfw_half_unpacked(lfw):
    lfw(count=2)
    message = (
        "(?s)fewer than 12 pictures in .*lfw_funneled.*delete a damaged .*lfw_funneled"
    )
    with pytest.raises(DownloadError, match=message):
        load_data("lfw")


# ---------------------------------------------------------------------------------------------- the Hugging Face hub


class FakeImage:
    def __init__(self, decode=True):
        self.decode = decode


class FakeClassLabel:
    def __init__(self, names):
        self.names = names


class FakeStream:
    """As much of an IterableDataset as is used; it counts what was asked of it."""

    def __init__(self, features, examples, fails_at=None):
        self.features, self.examples, self.fails_at, self.served = (
            features,
            examples,
            fails_at,
            0,
        )

    def cast_column(self, column, kind):
        assert (
            isinstance(self.features[column], FakeImage)
            and isinstance(kind, FakeImage)
            and not kind.decode
        )
        return self

    def __iter__(self):
        for i, example in enumerate(self.examples):
            if i == self.fails_at:
                raise ConnectionError("Connection broken")
            self.served += 1
            yield example


def png(value):
    stream = io.BytesIO()
    Image.new("RGB", (20, 30), (value, 0, 255 - value)).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def hub(monkeypatch):
    """Installs a fake `datasets`; returns the streams it serves and the calls it got."""
    features = {
        "id": types.SimpleNamespace(dtype="int64"),
        "photo": FakeImage(),
        "kind": FakeClassLabel(["cat", "dog"]),
        "Smiling": types.SimpleNamespace(dtype="bool"),
    }
    examples = [
        {
            "id": i,
            "photo": {"bytes": png(i), "path": None},
            "kind": i % 2,
            "Smiling": i % 3 == 0,
        }
        for i in range(200)
    ]
    parts, calls = {"train": FakeStream(features, examples)}, []

    def load_dataset(repo, config, streaming):
        assert streaming is True
        calls.append((repo, config))
        return parts

    fake = types.SimpleNamespace(
        Image=FakeImage, ClassLabel=FakeClassLabel, load_dataset=load_dataset
    )
    monkeypatch.setitem(sys.modules, "datasets", fake)
    return types.SimpleNamespace(
        parts=parts, calls=calls, features=features, examples=examples, module=fake
    )


def test_hub_streams_only_what_is_used(hub):
    found = load_data("hub:someone/pets", n=7, size=16)
    assert found.images.shape == (7, 16, 16, 3) and hub.parts["train"].served == 7
    assert hub.calls == [("someone/pets", None)] and found.label_names == ("cat", "dog")
    assert found.images[:, 0, 0, 0].tolist() == list(
        range(7)
    ) and found.labels.tolist() == [0, 1, 0, 1, 0, 1, 0]
    assert list(found.factors) == ["Smiling"] and found.factors["Smiling"].tolist() == [
        i % 3 == 0 for i in range(7)
    ]


def test_celeba_is_a_hub_data_set(hub):
    assert len(load_data("celeba", n=3)) == 3
    load_data("hub:someone/pets:large", n=3)
    assert hub.calls == [("flwrlabs/celeba", None), ("someone/pets", "large")]


def test_hub_parts(hub):
    numbers = {
        part: load_data("hub:a/b", split=part).images[:, 0, 0, 0].tolist()
        for part in ("train", "test")
    }
    assert numbers["test"] == list(range(0, 200, 5)) and sorted(
        sum(numbers.values(), [])
    ) == list(range(200))
    hub.parts["valid"] = FakeStream(hub.features, hub.examples[:9])
    counts = {
        split: len(load_data("hub:a/b", split=split))
        for split in ("train", "test", None)
    }
    assert counts == {"train": 200, "test": 9, None: 209}


def test_hub_with_a_test_part_alone(hub):
    """Then it is no test part: training and testing may not share an example."""
    hub.parts["test"] = hub.parts.pop("train")
    train, test = (load_data("hub:a/b", split=split) for split in ("train", "test"))
    assert len(train) == 160 and len(test) == 40
    assert not set(rows(train.images)) & set(rows(test.images))


def test_hub_pictures_that_cannot_be_used(hub, tmp_path):
    (tmp_path / "5.png").write_bytes(png(77))
    address = "zip://5.png::https://host/x.zip"
    hub.examples[1]["photo"] = {"bytes": b"not a picture", "path": None}
    hub.examples[2]["photo"] = None
    hub.examples[3]["photo"] = {"bytes": b"", "path": None}
    files = {address: tmp_path / "5.png"}
    fsspec = types.SimpleNamespace(open=lambda path: open(files[path], "rb"))
    hub.examples[4]["photo"] = {"bytes": None, "path": address}
    sys.modules["fsspec"], before = fsspec, sys.modules.get("fsspec")
    try:
        found = load_data("hub:a/b", n=4, size=8)
    finally:
        sys.modules.pop("fsspec")
        if before:
            sys.modules["fsspec"] = before
    assert found.images[:, 0, 0, 0].tolist() == [
        0,
        77,
        5,
        6,
    ] and found.labels.tolist() == [0, 0, 1, 0]
    assert [line.split(":")[0] for line in found.skipped] == [
        "picture 1",
        "picture 2",
        "picture 3",
    ]


def test_hub_addresses_that_are_not_opened(hub, monkeypatch, tmp_path):
    """A row names a file of this computer, or one without end."""
    for i, path in enumerate(
        (
            "/etc/passwd",
            "file:///etc/passwd",
            "zip://a.png::/srv/x.zip",
            "http://h/a.png",
        )
    ):
        hub.examples[i]["photo"] = {"bytes": None, "path": path}
    hub.examples[4]["photo"] = {"bytes": None, "path": "https://host/endless.png"}
    hub.examples[5]["photo"] = {"bytes": b"x" * 2000, "path": None}
    asked = []

    class Endless(io.BytesIO):
        def read(self, size=-1):
            asked.append(size)
            return b"x" * size

    monkeypatch.setattr(image_files, "MAX_FILE", 1000)
    opener = types.SimpleNamespace(open=lambda path: Endless())
    monkeypatch.setitem(sys.modules, "fsspec", opener)
    found = load_data("hub:a/b", n=2, size=8)
    assert found.images[:, 0, 0, 0].tolist() == [6, 7] and asked == [1001]
    assert ["address" in line for line in found.skipped] == [True] * 4 + [False] * 2
    assert all("too large" in line for line in found.skipped[4:])


def test_hub_without_pictures(hub):
    del hub.features["photo"]
    with pytest.raises(
        ValueError, match="no column of pictures; it has id, kind, Smiling"
    ):
        load_data("hub:a/b")
    hub.parts["train"].features = None
    with pytest.raises(ValueError, match="it has none known"):
        load_data("hub:a/b")


def test_hub_breaks_off(hub):
    hub.parts["train"].fails_at = 50
    with pytest.raises(
        DownloadError,
        match=r"'hub:a/b' could not be fetched from .*/a/b \(Connection broken\)",
    ):
        load_data("hub:a/b", n=100)


def test_hub_says_which_package_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(
        ImportError,
        match="(?s)pip install datasets.*By hand: .*img_align_celeba.zip.*need no network",
    ):
        load_data("celeba")


# ------------------------------------------------------------------------------------------------------- no network


def is_one_clear_message(error, name, site):
    text = str(error)
    assert isinstance(error, DownloadError) and isinstance(error, ConnectionError)
    assert (
        error.__suppress_context__ and error.__cause__ is None
    )  # no chain of tracebacks
    assert (
        text.startswith(f"{name!r} could not be fetched from {site}")
        and text.count("\n") == 2
    )
    assert "\nBy hand: " in text and "\nThese need no network: faces, digits, " in text


OFFLINE = urllib.error.URLError(OSError("[Errno 111] Connection refused"))


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_no_network_keras(monkeypatch, name, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    fake_keras(
        monkeypatch,
        name,
        Exception(
            "URL fetch failure on https://x: None -- [Errno 111] Connection refused"
        ),
    )
    with pytest.raises(DownloadError) as caught:
        load_data(name)
    is_one_clear_message(caught.value, name, "https://storage.googleapis.com/")
    assert str(tmp_path) in str(caught.value)


def test_no_network_lfw(monkeypatch, tmp_path):
    def fetch(**options):
        raise OFFLINE

    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    (tmp_path / "lfw_home").mkdir()  # scikit-learn makes it before it fetches
    monkeypatch.setattr("sklearn.datasets.fetch_lfw_people", fetch)
    with pytest.raises(DownloadError) as caught:
        load_data("lfw")
    is_one_clear_message(caught.value, "lfw", "https://ndownloader.figshare.com/")
    assert str(tmp_path / "lfw_home" / "lfw_funneled") in str(caught.value)


@pytest.mark.parametrize(
    "name, repo", [("celeba", "flwrlabs/celeba"), ("hub:a/b", "a/b")]
)
def test_no_network_hub(hub, name, repo):
    def load_dataset(*args, **options):
        raise OFFLINE

    hub.module.load_dataset = load_dataset
    with pytest.raises(DownloadError) as caught:
        load_data(name)
    is_one_clear_message(caught.value, name, f"https://huggingface.co/datasets/{repo}")


def test_hub_has_no_such_data_set(hub, monkeypatch):
    def load_dataset(*args, **options):
        raise FileNotFoundError(
            "Dataset 'a/b' doesn't exist on the Hub or cannot be accessed."
        )

    hub.module.load_dataset = load_dataset
    with pytest.raises(DownloadError, match="doesn't exist on the Hub"):
        load_data("hub:a/b")


@pytest.mark.parametrize(
    "name, variable", [("mnist", "KERAS_HOME"), ("lfw", "SCIKIT_LEARN_DATA")]
)
def test_a_home_that_may_not_be_written(monkeypatch, tmp_path, name, variable):
    def fetch(**options):
        raise PermissionError(13, "Permission denied", "/usr/lib/there")

    monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr("sklearn.datasets.fetch_lfw_people", fetch)
    fake_keras(monkeypatch, "mnist", PermissionError(13, "Permission denied"))
    with pytest.raises(DownloadError, match=f"denied.*{variable}"):
        load_data(name)


@pytest.mark.parametrize("name", ["mnist", "lfw", "~/pictures", "~nobody_here/x"])
def test_a_user_without_a_home(monkeypatch, tmp_path, name):
    for variable in ("KERAS_HOME", "SCIKIT_LEARN_DATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    fake_keras(monkeypatch, "mnist", OFFLINE)
    monkeypatch.chdir(tmp_path)
    with pytest.raises((DownloadError, FileNotFoundError)):
        load_data(name)
    assert not list(tmp_path.iterdir())  # no folder called ~


def test_damaged_copy_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for broken in (
        EOFError("Compressed file ended"),
        gzip.BadGzipFile("Not a gzipped file"),
        ValueError("buffer"),
    ):
        fake_keras(monkeypatch, "fashion_mnist", broken)
        with pytest.raises(
            DownloadError,
            match="(?s)By hand: download .*fashion-mnist, in place of a damaged copy",
        ):
            load_data("fashion_mnist")


def test_no_network_for_real(tmp_path):
    """The real keras and scikit-learn, in a fresh home, behind a proxy that nobody answers at."""
    code = (
        "import time\ntime.sleep = lambda seconds: None\n"  # between retries
        "from ganlib.data import load_data\nfrom ganlib.checks import DownloadError\n"
        "for name in ('mnist', 'fashion_mnist', 'lfw'):\n    try:\n        load_data(name, n=5)\n"
        "    except DownloadError as error:\n        print('CAUGHT', name, str(error).count('By hand: '))\n"
        "print(load_data('digits', n=5).images.shape)\nload_data('mnist')"
    )
    closed = "http://127.0.0.1:9"
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "KERAS_HOME": str(tmp_path / "k"),
        "PYTHONPATH": str(ROOT),
        "SCIKIT_LEARN_DATA": str(tmp_path / "s"),
        "http_proxy": closed,
        "https_proxy": closed,
        "HTTP_PROXY": closed,
        "HTTPS_PROXY": closed,
        "no_proxy": "",
        "NO_PROXY": "",
    }
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    caught = [line for line in result.stdout.splitlines() if "CAUGHT" in line]
    assert caught == ["CAUGHT mnist 1", "CAUGHT fashion_mnist 1", "CAUGHT lfw 1"]
    assert "(5, 8, 8, 1)" in result.stdout
    trace = result.stderr[result.stderr.index("Traceback") :]
    assert (
        trace.count("Traceback") == 1
        and "During handling" not in trace
        and "Retry" not in result.stderr
    )


# ----------------------------------------------------------------------------------------------------- shared checks


def test_check_images_lets_good_ones_through():
    images = np.zeros((2, 8, 8, 3), np.uint8)
    assert (
        check_images(images, channels=3) is images
        and check_images(images, channels=(1, 3)) is images
    )


def advice(images, name="images", **options):
    """What the message says to type."""
    with pytest.raises((TypeError, ValueError), match=": type ") as caught:
        check_images(images, name=name, **options)
    return str(caught.value).partition(": type ")[2]


BYTES = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 1), dtype=np.uint8)
BYTES.flat[:2] = 0, 255
RANGES = {
    "float64 0..255": BYTES.astype(np.float64),
    "float32 0..255": BYTES.astype(np.float32),
    "int64 0..255": BYTES.astype(np.int64),
    "uint16 0..255": BYTES.astype(np.uint16),
    "uint16 0..65535": BYTES.astype(np.uint16) * np.uint16(257),
    "float32 0..1": BYTES / np.float32(255),
    "float16 0..1": (BYTES / 255).astype(np.float16),
    "float32 -1..1": BYTES / np.float32(127.5) - 1,
    "float32 0..100": BYTES / np.float32(255) * 100,
    "int8": (BYTES.astype(int) - 128).astype(np.int8),
    "float64 -3..4": BYTES / 255 * 7 - 3,
    "int8 0..1": (BYTES > 99).astype(np.int8),
    "int8 -1..1": (BYTES > 99).astype(np.int8) * np.int8(2) - np.int8(1),
    "bool": BYTES > 99,
}


@pytest.mark.parametrize("case", RANGES)
def test_the_line_to_type_gives_the_pictures(case):
    """Neither their negatives, nor values that have run over."""
    images = RANGES[case]
    found = eval(advice(images), {"images": images, "np": np})
    assert check_images(found).shape == images.shape
    black_and_white = 255 * (BYTES > 99)
    expected = (
        BYTES if images.max() > 1 or len(np.unique(images)) > 2 else black_and_white
    )
    if case == "float32 0..100":  # as good as any other picture of 0 to 255
        expected = np.round(images)
    assert np.abs(found.astype(int) - expected.astype(int)).max() <= 1


class Batches:
    element_spec = None

    def __iter__(self):
        return iter([BYTES, BYTES[:1]])


@pytest.mark.parametrize(
    "images",
    [
        Dataset("mine", BYTES),
        list(BYTES),
        [image.tolist() for image in BYTES],
        (BYTES, np.arange(3)),
        BYTES[..., 0],
        BYTES[0],
        BYTES[None],
        Image.fromarray(BYTES[0, ..., 0].repeat(3).reshape(8, 8, 3)),
        Batches(),
    ],
    ids=lambda images: type(images).__name__,
)
def test_what_is_no_array_of_pictures_becomes_one(images):
    found = eval(advice(images), {"images": images, "np": np})
    check_images(found if isinstance(images, Batches) else np.uint8(found))


def test_pictures_that_come_one_at_a_time():
    images = (image for image in BYTES)
    found = eval(advice(images), {"images": images, "np": np})
    np.testing.assert_array_equal(found, BYTES)


@pytest.mark.parametrize(
    "shape, channels",
    [((2, 3, 8, 8), 3), ((2, 8, 8, 4), 3), ((2, 8, 8, 1), 3), ((2, 8, 8, 2), 1)],
)
def test_the_line_to_type_gives_the_channels(shape, channels):
    images = np.zeros(shape, np.uint8)
    found = eval(advice(images, channels=channels), {"images": images, "np": np})
    assert check_images(found, channels=channels).shape == (2, 8, 8, channels)


@pytest.mark.parametrize(
    "images, error, word",
    [
        (None, TypeError, "real is a NoneType"),
        ("mine.zip", TypeError, "load_data"),
        (np.full((2, 8, 8, 3), np.nan), TypeError, "nan"),
        (np.full((2, 8, 8, 3), "a"), TypeError, "numbers"),
        (np.zeros((2, 8, 8), np.uint8), ValueError, r"real\[\.\.\., None\]"),
        (np.zeros((8, 8), np.uint8), ValueError, "grey picture"),
        (np.float32(3), TypeError, "dtype"),
    ],
)
def test_what_is_no_picture(images, error, word):
    with pytest.raises(error, match=word):
        check_images(images, name="real")


def test_other_checks():
    assert check_count(np.int64(5)) == 5 and check_choice("b", ("a", "b"), "x") == "b"
    with pytest.raises(
        ValueError,
        match="x is 'hing'; expected one of 'hinge', 'wgan'. Did you mean 'hinge'",
    ):
        check_choice("hing", ("hinge", "wgan"), "x")
