"""The factor reader: what it reads, how sure it is, and of what."""

import numpy as np
import pytest

from ganlib import faces, reader


@pytest.fixture(scope="module")
def shipped():
    return reader.FactorReader.load()


@pytest.fixture(scope="module")
def portraits():
    return faces.make_faces(400, seed=777)


def first(table, n):
    return {name: column[:n] for name, column in table.items()}


def test_it_is_small():
    model = reader.build_reader()
    assert model.count_params() <= 400_000
    assert reader.WEIGHTS.stat().st_size < 1_000_000


def test_accuracy_on_fresh_faces(shipped, capsys):
    scores = shipped.accuracy(n=1000, seed=99)
    printed = capsys.readouterr().out
    assert all(name in printed for name in scores) and len(scores) == 19
    for name in ("hair_style", "hair_colour", "glasses", "beard"):
        assert scores[name] > 0.97, name
    for name in ("skin_tone", "background", "clothing_colour"):
        assert scores[name] > 0.95, name
    assert scores["eye_colour"] > 0.80  # one in ten wears sunglasses
    for name, least in dict(
        yaw=0.94,
        light_x=0.94,
        light_y=0.80,
        mouth_open=0.80,
        jaw=0.80,
        face_width=0.75,
        age=0.65,
        gaze_x=0.65,
        smile=0.58,
        gaze_y=0.45,
    ).items():
        assert scores[name] > least, name


def test_table_has_the_form_of_the_factors(shipped, portraits):
    images, factors = portraits
    table = shipped.read(images[:50])
    for name, column in table.items():
        assert column.shape == (50,) and column.dtype.kind == factors[name].dtype.kind
        spec = faces.FACTORS[name]
        if isinstance(spec, dict):
            assert set(column) <= set(spec)
        else:
            assert spec[2] <= column.min() and column.max() <= spec[3]
    repainted = faces.render(
        first(factors, 50) | table
    )  # reading, then drawing what was read
    images = images[:50].astype(int)
    assert (
        np.abs(repainted - images).mean()
        < 0.25 * np.abs(images[1:] - images[:-1]).mean()
    )


@pytest.mark.parametrize("size, least", [(32, 0.85), (128, 0.95)])
def test_other_sizes(shipped, size, least):
    scores = shipped.accuracy(n=300, size=size, show=False)
    assert min(scores[name] for name in reader.JUDGED) > least


def blurred(images, times):
    images = images.astype("float32")
    for _ in range(times):
        for axis in (1, 2):
            images = (
                np.roll(images, 1, axis) + 2 * images + np.roll(images, -1, axis)
            ) / 4
    return images


def as_pictures(images):
    return np.clip(np.round(images), 0, 255).astype("uint8")


def test_confidence_is_high_on_faces_and_falls_on_what_is_none(shipped, portraits):
    images = portraits[0][:200]
    confidence = shipped.confidence(images)
    assert (
        confidence.shape == (200,) and confidence.min() >= 0 and confidence.max() <= 1
    )
    bar = np.percentile(confidence, 5)
    assert bar > 0.7
    rng = np.random.default_rng(0)
    mixed = (images.astype("float32") + images[::-1]) / 2
    for name, others, at_most in (
        ("noise", rng.integers(0, 256, images.shape), 0.02),
        ("blurred", blurred(images, 20), 0.10),
        ("two faces in one", mixed, 0.25),
        ("mean face", np.tile(images.mean(0), (4, 1, 1, 1)), 0.01),
        ("grey", np.full_like(images, 128), 0.01),
        ("upside down", images[:, ::-1], 0.35),
    ):
        assert (shipped.confidence(as_pictures(others)) >= bar).mean() <= at_most, name
    assert (
        shipped.confidence(as_pictures(blurred(images, 1))) >= bar
    ).mean() > 0.85  # a soft face is a face


def test_reads_do_not_depend_on_the_batch(shipped, portraits):
    images = portraits[0][:30]
    together, alone = shipped.confidence(images), shipped.confidence(images[:1])
    np.testing.assert_allclose(alone[0], together[0], atol=1e-4)


def test_weights_survive_saving_and_are_plain_arrays(shipped, portraits, tmp_path):
    shipped.save(tmp_path / "reader.npz")
    again, images = reader.FactorReader.load(tmp_path / "reader.npz"), portraits[0][:20]
    np.testing.assert_allclose(
        again.confidence(images), shipped.confidence(images), atol=1e-6
    )
    with np.load(reader.WEIGHTS, allow_pickle=False) as file:
        assert all(file[key].dtype == np.float16 for key in file.files)


def test_bad_files_and_pictures_are_explained(shipped, tmp_path):
    with pytest.raises(FileNotFoundError, match="make_reader.py"):
        reader.FactorReader.load(tmp_path / "nothing.npz")
    np.savez(tmp_path / "wrong.npz", a=np.zeros(3))
    with pytest.raises(ValueError, match="make_reader.py"):
        reader.FactorReader.load(tmp_path / "wrong.npz")
    np.savez(tmp_path / "pickled.npz", a=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="pickle"):
        reader.FactorReader.load(tmp_path / "pickled.npz")
    with pytest.raises(TypeError, match="uint8"):
        shipped.read(np.zeros((2, 64, 64, 3), "float32"))
    with pytest.raises(ValueError, match="channels"):
        shipped.read(np.zeros((2, 64, 64, 1), "uint8"))
    with pytest.raises(ValueError, match="48 x 48 pixels; expected 32, 64 or 128"):
        shipped.confidence(np.zeros((2, 48, 48, 3), "uint8"))
