"""The shipped networks are the ones the model cards describe, open without running code, and are as good as said."""

import hashlib
import json
import pathlib
import re
import zipfile

import numpy as np
import pytest

from ganlib import data, faces, metrics, models
from ganlib.classifiers import FactorClassifier

ROOT = pathlib.Path(__file__).resolve().parents[1]
CARDS = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
SHIPPED = (
    "faces_generator.npz",
    "lfw_generator.npz",
    "factor_reader.npz",
    "digit_classifier.npz",
)


@pytest.mark.parametrize("name", SHIPPED)
def test_file_is_the_one_in_the_model_card_and_small(name):
    content = (ROOT / "data" / name).read_bytes()
    assert len(content) <= 5e6
    stated = re.findall(rf"([0-9a-f]{{64}}).*{re.escape(name)}", CARDS)
    assert stated == [hashlib.sha256(content).hexdigest()]


@pytest.mark.parametrize("name", SHIPPED)
def test_file_holds_plain_arrays_only(name):
    with zipfile.ZipFile(ROOT / "data" / name) as archive:
        assert all(member.endswith(".npy") for member in archive.namelist())
    with np.load(ROOT / "data" / name, allow_pickle=False) as file:
        assert all(file[key].dtype.kind in "fiuU" for key in file.files)


def draw(name, n):
    generator, facts = models.load_generator(ROOT / "data" / f"{name}_generator.npz")
    return generator.sample(n, batch_size=100), facts


def test_the_synthetic_faces_are_read_as_faces():
    drawn, facts = draw("faces", 500)
    real, _ = faces.make_faces(500, size=64, seed=99)
    reader = FactorClassifier.load()
    floor = np.quantile(reader.confidence(real), 0.05)
    assert np.mean(reader.confidence(drawn) >= floor) >= 0.4  # measured: 0.58
    assert drawn.std(axis=0).mean() > 0.7 * real.std(axis=0).mean()
    assert json.dumps(facts)


def test_the_real_faces_are_as_near_as_the_card_says(real_data):
    """The distance in the file is measured again, on the same held-out photographs."""
    images = data.load_data(str(real_data / "lfw64.zip"), size=64, channels=1).images
    held_out = images[np.random.default_rng(0).permutation(len(images))][-4000:]
    drawn, facts = draw("lfw", 2000)
    real = metrics.sliced_wasserstein(held_out[:2000], held_out[2000:], projections=128)
    score = metrics.sliced_wasserstein(held_out[:2000], drawn, projections=128)
    assert score / real < 1.2 * facts["swd"] / facts["swd_real"] < 3.0
