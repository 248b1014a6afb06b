"""What may be set in a widget: a choice or a number, its limits, and what an error says."""

import math
from dataclasses import dataclass

from ..checks import check_choice


@dataclass(frozen=True)
class Choice:
    """A setting that is one of `options`."""

    label: str
    default: str
    options: tuple

    def check(self, name, value):
        """The value, or ValueError."""
        return check_choice(value, self.options, name)


@dataclass(frozen=True)
class Number:
    """A setting that is a number from low to high.

    whole: without a fraction; log: its slider is even in the logarithm.
    """

    label: str
    default: float
    low: float
    high: float
    whole: bool = False
    log: bool = False

    def check(self, name, value):
        """The value as int or float, or ValueError saying which numbers it may be."""
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not self.low <= number <= self.high or self.whole and number != int(number):
            kind = "a whole number" if self.whole else "a number"
            raise ValueError(
                f"{name} is {value!r}; expected {kind} from {self.low:,} to "
                f"{self.high:,}: type {self.default:g}, for example"
            )
        return int(number) if self.whole else number
