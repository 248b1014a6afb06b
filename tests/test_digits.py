"""The digit reader: what it reads, how sure it is, and of what."""

import numpy as np
import pytest

from ganlib.data import load_data
from ganlib.digits import DigitReader, no_digits


@pytest.fixture(scope="module")
def digits():
    return load_data("digits", size=8, split="train"), load_data(
        "digits", size=8, split="test"
    )


@pytest.fixture(scope="module")
def reader(digits):
    return DigitReader.train(digits[0].images, digits[0].labels)


def test_it_reads_digits_that_it_has_not_seen(reader, digits):
    digit, confidence = reader.read(digits[1].images)
    assert (
        digit.shape == confidence.shape == (len(digits[1]),)
        and confidence.dtype == np.float32
    )
    assert (
        np.mean(digit == digits[1].labels) > 0.96 and np.mean(confidence > 0.9) > 0.75
    )
    assert (
        np.mean((digit == digits[1].labels)[confidence > 0.9]) > 0.98
    )  # where it is sure, it is right


def test_it_knows_what_is_no_digit(reader, digits):
    odd = no_digits(digits[1].images, digits[1].labels, seed=5)
    assert np.mean(reader.read(odd)[1] > 0.9) < 0.04
    noise = np.random.default_rng(0).integers(0, 256, (200, 8, 8, 1), dtype=np.uint8)
    assert np.mean(reader.read(noise)[1] > 0.9) < 0.02
    assert reader.read(np.zeros((1, 8, 8, 1), np.uint8))[1] < 0.9


def test_features_are_what_the_last_layer_sees(reader, digits):
    images = digits[1].images[:600]
    features = reader.features(images)
    assert (
        features.shape == (len(images), 64)
        and features.dtype == np.float32
        and features.min() == 0
    )
    kernel, bias = reader.model.layers[-1].get_weights()
    logits = features @ kernel + bias
    answers = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    digit, confidence = reader.read(images)
    np.testing.assert_allclose(answers[:, :10].max(1), confidence, atol=1e-5)
    np.testing.assert_array_equal(answers[:, :10].argmax(1), digit)


def test_a_seed_gives_the_same_reader(digits):
    images, labels = digits[0].images[:200], digits[0].labels[:200]
    first, again, other = (
        DigitReader.train(images, labels, seed).read(images[:20])[1]
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_is_no_digit(digits):
    """Five kinds; the two that mix take pairs of different digits only."""
    images, labels = digits[1].images, digits[1].labels
    odd = no_digits(images, labels, seed=1)
    n = len(images)
    pairs = (len(odd) - 3 * n) // 2
    assert odd.dtype == np.uint8 and odd.shape[1:] == (8, 8, 1) and 0.8 * n < pairs < n
    cut, scattered = (
        odd[2 * pairs : 2 * pairs + n],
        odd[2 * pairs + n : 2 * pairs + 2 * n],
    )
    np.testing.assert_array_equal(np.roll(cut, 4, axis=2), images)
    np.testing.assert_array_equal(
        np.sort(scattered.reshape(n, -1)), np.sort(images.reshape(n, -1))
    )
    again = no_digits(images, labels, seed=1)
    np.testing.assert_array_equal(odd, again)


def test_other_sizes():
    large = load_data("digits", size=28)
    reader = DigitReader.train(large.images[:600], large.labels[:600])
    assert np.mean(reader.read(large.images[600:])[0] == large.labels[600:]) > 0.85


@pytest.mark.parametrize(
    "labels, message",
    [
        (lambda y: y[:-1], "expected one of 0 to 9 for each of the 50 images"),
        (lambda y: y + 5, "expected one of 0 to 9"),
        (lambda y: np.eye(10)[y], "labels has shape"),
    ],
)
def test_bad_labels(digits, labels, message):
    with pytest.raises(ValueError, match=message):
        DigitReader.train(digits[0].images[:50], labels(digits[0].labels[:50]))


def test_bad_images(reader):
    with pytest.raises(ValueError, match="channels"):
        reader.read(np.zeros((2, 8, 8, 3), np.uint8))
    with pytest.raises(TypeError, match="uint8"):
        reader.read(np.zeros((2, 8, 8, 1)))
