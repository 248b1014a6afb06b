"""A pytest plugin that compares what a notebook prints with its stored output.

`pytest --nbval-lax notebooks -p tests.tools.compare`. The words between the numbers
must agree, and so must every whole number, shape and count. Machines round in
different orders, so a number with a decimal point, or a percentage, may differ by a
tenth of itself or by one unit of its last printed place. Durations are free.

Two tags change that for a cell, each for a reason:

- "varies": a training that a rounding can turn. Its numbers must lie within the spread
  of the runs that are stored for this cell in data/results/spread.json, widened by the
  width of that spread once more (`python -m data.tools.spread` adds runs).
- "machine": versions, cores, memory, and what follows a training that ends by the clock:
  what this computer is. Not compared; what such a cell claims it asserts itself.
"""

import functools
import hashlib
import json
import re
from pathlib import Path

import pytest

SPREAD = Path(__file__).resolve().parents[2] / "data" / "results" / "spread.json"
NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?"
    r"|\bnan\b|\binf\b"
)
DURATION = re.compile(r"\d[\d.,]*\s?(?:ms|s|min|seconds|minutes)\b")
RELATIVE = 0.1  # of the stored number
TINY = 1e-3  # below it numbers such as 1.9e-06 are rounding errors themselves
LEAST_WIDTH = 0.15  # of the value: how far few runs may underestimate the spread
LEAST_POINTS = 5.0  # the same for a percentage


def split(text):
    """`(words with # for each number, [number, ...])`; a percentage keeps its sign."""
    text = DURATION.sub("a duration", text)
    numbers = [
        found[0] + ("%" if re.match(r"\s?%", text[found.end() :]) else "")
        for found in NUMBER.finditer(text)
    ]
    return " ".join(NUMBER.sub("#", text).split()), numbers


def value_of(number):
    """The float that a printed number stands for."""
    return float(number.replace(",", "").rstrip("%"))


def _last_place(number):
    digits, _, power = number.rstrip("%").partition("e")
    places = 3 if digits.endswith(".") else len(digits.partition(".")[2])  # NumPy's 0.
    return 10.0 ** (int(power or 0) - places)


def _is_exact(number):
    """A count, a step, a shape: no decimal point, no exponent, no percentage."""
    return re.fullmatch(r"[-+]?[\d,]+", number) is not None


def agrees(stored, printed):
    """Whether two printed numbers are the same but for rounding."""
    old, new = value_of(stored), value_of(printed)
    if old != old or new != new or abs(old) == float("inf"):
        return str(old) == str(new)
    if _is_exact(stored) and _is_exact(printed):
        return old == new
    allowed = max(RELATIVE * abs(old), 1.001 * _last_place(stored))
    if abs(old) < TINY and abs(new) < TINY:
        return True
    return abs(old - new) <= allowed


def lies_within(runs, printed):
    """Whether a number lies in the spread of stored runs, widened by its own width."""
    values, new = [value_of(run) for run in runs], value_of(printed)
    if new != new or any(value != value for value in values):
        return new != new and any(value != value for value in values)
    low, high = min(values), max(values)
    least = max(LEAST_WIDTH * max(abs(low), abs(high)), _last_place(runs[0]))
    if runs[0].endswith("%"):
        least = max(least, LEAST_POINTS)
    width = max(high - low, least)
    return low - width <= new <= high + width


def differences(stored, printed, runs=()):
    """What a learner would see differ between two texts: sentences, none if they agree.

    runs: for a cell that varies, what earlier runs printed; the stored text is one more.
    """
    (words, numbers), (new_words, new_numbers) = split(stored), split(printed)
    if words != new_words:
        return [
            f"the stored output reads {words!r:.300}, this run printed {new_words!r:.300}"
        ]
    if not runs:
        return [
            f"the stored output says {old}, this run printed {new}"
            for old, new in zip(numbers, new_numbers)
            if not agrees(old, new)
        ]
    several = [numbers] + [
        their_numbers
        for their_words, their_numbers in map(split, runs)
        if their_words == words
    ]
    return [
        f"the stored runs say {', '.join(values)}, this run printed {new}"
        for values, new in zip(zip(*several), new_numbers)
        if not lies_within(values, new)
    ]


def text_of(outputs):
    """All that the outputs of a cell say in print."""
    return "".join(
        output["text"]
        for output in outputs
        if output["output_type"] == "stream" and output["name"] == "stdout"
    )


def key_of(source):
    """The name of a cell in the stored spread: it changes with the cell's code."""
    return hashlib.sha256(source.strip().encode()).hexdigest()[:12]


@functools.cache
def _spread():
    if not SPREAD.is_file():
        return {}
    return json.loads(SPREAD.read_text(encoding="utf-8"))["notebooks"]


def pytest_collection_modifyitems(items):
    """Let nbval compare every cell of a notebook in our way."""
    for item in items:
        if type(item).__name__ != "IPyNbCell":
            continue
        if "machine" in item.cell.metadata.get("tags", []):
            continue
        item.options["check"], item.compare_outputs = True, _compare.__get__(item)


def _compare(item, outputs, stored, skip_compare=None):
    varies = "varies" in item.cell.metadata.get("tags", [])
    cells = _spread().get(item.path.stem, {})
    printed, before = text_of(outputs), text_of(stored)
    runs = cells.get(key_of(item.cell.source), []) if varies else []
    if varies and not runs:
        runs = [before]
    found = differences(before, printed, runs)
    if found:
        pytest.fail(
            "; ".join(found)
            + ". Where the stored output is out of date: make execute; "
            'where a rounding can turn a training: the tag "varies", and python -m data.tools.spread',
            pytrace=False,
        )
    return True
