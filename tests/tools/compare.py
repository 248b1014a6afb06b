"""A pytest plugin that compares what a notebook prints with what its stored output says, number by number.

`pytest --nbval-lax notebooks -p tests.tools.compare`: machines round in different orders, so a number may differ by
a tenth, by three units of its last printed place, or by 0.0001; the words between the numbers may not. A cell
whose output depends on the machine, or on a game that a rounding can turn, carries the tag "varies".
"""

import re

import pytest

NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
RELATIVE, PLACES, ABSOLUTE = 0.1, 3, 1e-4


def _last_place(number):
    digits, _, power = number.partition("e")
    return 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))


def differences(stored, printed):
    """What a learner would see differ between two texts: a list of sentences, empty where they agree."""
    words = [" ".join(NUMBER.sub("#", text).split()) for text in (stored, printed)]
    if words[0] != words[1]:
        return [
            f"the stored output reads {words[0]!r:.300}, this run printed {words[1]!r:.300}"
        ]
    found = []
    for old, new in zip(NUMBER.findall(stored), NUMBER.findall(printed)):
        value, got = (float(number.replace(",", "")) for number in (old, new))
        if abs(value - got) > max(
            RELATIVE * abs(value), PLACES * _last_place(old), ABSOLUTE
        ):
            found.append(f"the stored output says {old}, this run printed {new}")
    return found


def text_of(outputs):
    """All that the outputs of a cell say in print."""
    return "\n".join(
        output["text"]
        for output in outputs
        if output["output_type"] == "stream" and output["name"] == "stdout"
    )


def pytest_collection_modifyitems(items):
    """Let nbval compare every cell of a notebook in our way, but for those with the tag."""
    for item in items:
        if type(
            item
        ).__name__ == "IPyNbCell" and "varies" not in item.cell.metadata.get(
            "tags", []
        ):
            item.options["check"], item.compare_outputs = True, _compare.__get__(item)


def _compare(item, outputs, stored, skip_compare=None):
    found = differences(text_of(stored), text_of(outputs))
    if found:
        pytest.fail(
            "; ".join(found)
            + ". Where the stored one is out of date: make execute; where it must differ "
            'from machine to machine: the tag "varies"',
            pytrace=False,
        )
    return True
