"""The two shipped classifiers: what they read, how sure they are, and of what."""

import numpy as np
import pytest

from data.tools import make_digit_classifier
from ganlib import checkpoint, classifiers, faces
from ganlib.data import load_data

FactorClassifier = classifiers.FactorClassifier
DigitClassifier = classifiers.DigitClassifier
BOTH = (
    (FactorClassifier, classifiers.FACTOR_WEIGHTS, np.float16),
    (DigitClassifier, classifiers.DIGIT_WEIGHTS, np.float32),
)


@pytest.fixture(scope="module")
def of_factors():
    return FactorClassifier.load()


@pytest.fixture(scope="module")
def of_digits():
    return DigitClassifier.load()


@pytest.fixture(scope="module")
def portraits():
    return faces.make_faces(400, seed=777)


@pytest.fixture(scope="module")
def digits():
    return load_data("digits", split="train"), load_data("digits", split="test")


def first(table, n):
    return {name: column[:n] for name, column in table.items()}


def test_they_are_small():
    assert classifiers.build_factor_classifier().count_params() <= 400_000
    for _, path, _ in BOTH:
        assert path.stat().st_size < 1_000_000


def test_accuracy_on_fresh_faces(of_factors, capsys):
    scores = of_factors.accuracy(n=600, seed=99)
    printed = capsys.readouterr().out
    assert all(name in printed for name in scores) and len(scores) == 19
    for name in classifiers.CONFIDENCE_FACTORS:
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


def test_table_has_the_form_of_the_factors(of_factors, portraits):
    images, factors = portraits
    table = of_factors.predict(images[:50])
    for name, column in table.items():
        assert column.shape == (50,) and column.dtype.kind == factors[name].dtype.kind
        spec = faces.FACTORS[name]
        if isinstance(spec, dict):
            assert set(column) <= set(spec)
        else:
            assert spec[2] <= column.min() and column.max() <= spec[3]
    # Reading, then drawing what was read.
    repainted = faces.render(first(factors, 50) | table)
    images = images[:50].astype(int)
    differences = np.abs(images[1:] - images[:-1])
    assert np.abs(repainted - images).mean() < 0.25 * differences.mean()


@pytest.mark.parametrize("size, least", [(32, 0.85), (128, 0.95)])
def test_other_sizes_of_portraits(of_factors, size, least):
    scores = of_factors.accuracy(n=200, size=size, show=False)
    assert min(scores[name] for name in classifiers.CONFIDENCE_FACTORS) > least


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


def test_confidence_is_high_on_faces_and_falls_on_what_is_none(of_factors, portraits):
    images = portraits[0][:200]
    confidence = of_factors.confidence(images)
    assert confidence.shape == (200,) and confidence.dtype == np.float32
    assert confidence.min() >= 0 and confidence.max() <= 1
    bar = np.percentile(confidence, 5)
    assert bar > 0.7
    rng = np.random.default_rng(0)
    mixed = (images.astype("float32") + images[::-1]) / 2
    for name, others, at_most in (
        ("noise", rng.integers(0, 256, images.shape), 0.02),
        ("blurred", blurred(images, 20), 0.10),
        ("two faces in one", mixed, 0.25),
        ("mean face", np.tile(images.mean(0), (4, 1, 1, 1)), 0.01),
        ("grey", np.full_like(images[:4], 128), 0.01),
        ("upside down", images[:, ::-1], 0.35),
    ):
        share = (of_factors.confidence(as_pictures(others)) >= bar).mean()
        assert share <= at_most, name
    soft = as_pictures(blurred(images, 1))  # a soft face is a face
    assert (of_factors.confidence(soft) >= bar).mean() > 0.85


def test_digits_that_it_has_not_seen(of_digits, digits):
    images, labels = digits[1].images, digits[1].labels
    digit, confidence = of_digits.predict(images), of_digits.confidence(images)
    assert digit.shape == confidence.shape == (len(images),)
    assert confidence.dtype == np.float32
    right = digit == labels
    assert np.mean(right) > 0.96 and np.mean(confidence > 0.9) > 0.75
    assert np.mean(right[confidence > 0.9]) > 0.98  # where it is sure, it is right


def test_it_knows_what_is_no_digit(of_digits, digits):
    corrupted = make_digit_classifier.corrupted_digits(
        digits[1].images, digits[1].labels, seed=5
    )
    assert np.mean(of_digits.confidence(corrupted) > 0.9) < 0.04
    noise = np.random.default_rng(0).integers(0, 256, (200, 8, 8, 1), dtype=np.uint8)
    assert np.mean(of_digits.confidence(noise) > 0.9) < 0.02
    assert of_digits.confidence(np.zeros((1, 8, 8, 1), np.uint8))[0] < 0.9


def test_features_are_what_the_last_layer_sees(of_digits, digits):
    images = digits[1].images
    features = of_digits.features(images)
    assert features.shape == (len(images), 64) and features.dtype == np.float32
    assert features.min() == 0
    kernel, bias = of_digits.model.layers[-1].get_weights()
    logits = features @ kernel + bias
    answers = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    np.testing.assert_allclose(
        answers[:, :10].max(1), of_digits.confidence(images), atol=1e-5
    )
    np.testing.assert_array_equal(answers[:, :10].argmax(1), of_digits.predict(images))


def test_answers_do_not_depend_on_the_batch(of_factors, of_digits, portraits, digits):
    for classifier, images in (
        (of_factors, portraits[0][:70]),
        (of_digits, digits[1].images[:70]),
    ):
        together = classifier.confidence(images)[-1]
        alone = classifier.confidence(images[-1:])[0]
        assert alone == pytest.approx(together, abs=1e-4)


def test_corrupted_digits(digits):
    """Five kinds; the two that mix take pairs of different digits only."""
    images, labels = digits[1].images, digits[1].labels
    corrupted = make_digit_classifier.corrupted_digits(images, labels, seed=1)
    n = len(images)
    pairs = (len(corrupted) - 3 * n) // 2
    assert corrupted.dtype == np.uint8 and corrupted.shape[1:] == (8, 8, 1)
    assert 0.8 * n < pairs < n
    cut = corrupted[2 * pairs : 2 * pairs + n]
    scattered = corrupted[2 * pairs + n : 2 * pairs + 2 * n]
    np.testing.assert_array_equal(np.roll(cut, 4, axis=2), images)
    np.testing.assert_array_equal(
        np.sort(scattered.reshape(n, -1)), np.sort(images.reshape(n, -1))
    )


def test_the_maker_of_the_digit_classifier(digits, tmp_path):
    """A short training learns most of what the shipped one knows, and its file is read again."""
    images, labels = digits[0].images[:500], digits[0].labels[:500]
    trained = make_digit_classifier.train(images, labels, epochs=2)
    path = trained.save(tmp_path / "digits.npz")
    held_out = digits[1].images
    again = DigitClassifier.load(path)
    np.testing.assert_array_equal(
        again.confidence(held_out), trained.confidence(held_out)
    )
    assert np.mean(again.predict(held_out) == digits[1].labels) > 0.5


@pytest.mark.parametrize("kind, path, dtype", BOTH)
def test_the_files_are_plain_arrays_and_survive_saving(kind, path, dtype, tmp_path):
    arrays, about = checkpoint.load(path)
    assert about["network"] and all(a.dtype == dtype for a in arrays.values())
    again, about_again = checkpoint.load(kind.load().save(tmp_path / "new.npz"))
    assert about_again == about and list(again) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(again[name], array)


@pytest.mark.parametrize("kind, path, dtype", BOTH)
def test_damaged_and_other_files_are_explained(kind, path, dtype, tmp_path):
    other = BOTH[1 if kind is FactorClassifier else 0][1]
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 255
    files = {
        "damaged": bytes(damaged),
        "half": path.read_bytes()[: path.stat().st_size // 2],
        "text": b"no archive",
        "other": other.read_bytes(),
    }
    for name, content in files.items():
        (tmp_path / f"{name}.npz").write_bytes(content)
        with pytest.raises(checkpoint.CheckpointError, match=name):
            kind.load(tmp_path / f"{name}.npz")
    np.savez(tmp_path / "pickled.npz", a=np.array([{}], dtype=object))
    with pytest.raises(checkpoint.CheckpointError):
        kind.load(tmp_path / "pickled.npz")
    with pytest.raises(FileNotFoundError, match="make_.*_classifier.py"):
        kind.load(tmp_path / "nothing.npz")


def test_wrong_images_are_explained(of_factors, of_digits):
    for classifier, size, channels in ((of_factors, 64, 3), (of_digits, 8, 1)):
        with pytest.raises(TypeError, match="uint8"):
            classifier.predict(np.zeros((2, size, size, channels), "float32"))
        with pytest.raises(ValueError, match="channels"):
            classifier.predict(np.zeros((2, size, size, 4 - channels), "uint8"))
        with pytest.raises(ValueError, match="48 x 48 pixels; expected"):
            classifier.confidence(np.zeros((2, 48, 48, channels), "uint8"))


def test_the_library_leaves_the_callers_random_numbers_alone():
    """A call that seeds the whole process changes what its caller draws afterwards."""
    library = classifiers.DATA.parent / "ganlib"
    for path in library.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for call in ("set_random_seed(", "random.set_seed(", "np.random.seed("):
            assert call not in text, path.name
