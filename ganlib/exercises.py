"""Exercises: `check` an answer, ask for a `hint`, take a `quiz`. Nothing else in ganlib needs this room.

What is asked and how it is judged stands beside each notebook, in notebooks/exercises/<notebook>.py. A judge
looks at values and at what a function does, never at how it is written; it says what is wrong, not what is
right. Seen first in notebooks/09_faces. What was answered is remembered in progress.json beside the notebooks (or
in the file that GAN_COURSE_PROGRESS names), and `progress` shows it.
"""

import html
import importlib.util
import json
import os
import pathlib
import re

import numpy as np

from .checks import check_choice

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "notebooks" / "exercises"
STUB = "the function returns nothing yet: it needs a line that starts with return"
EXERCISES, QUIZZES, _given, _loaded = (
    {},
    {},
    {},
    set(),
)  # exercises: name -> (judge, praise, hints)


class Wrong(Exception):
    """Raised by a judge: the message is what the learner reads."""


def exercise(name, praise, hints):
    """Decorator of judge(answer), which raises Wrong or returns. hints go from small to large."""

    def enter(judge):
        if name in EXERCISES:
            raise ValueError(f"two exercises are called {name!r}; rename one of them")
        EXERCISES[name] = judge, praise, tuple(hints)
        return judge

    return enter


def _load():
    """Read every notebook's file once."""
    for path in sorted(set(FOLDER.glob("*.py")) - _loaded):
        spec = importlib.util.spec_from_file_location(f"exercises_{path.stem}", path)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        _loaded.add(path)


def _find(table, name, what):
    """table[name], after every notebook's file was read once; ValueError where there is no such name."""
    _load()
    return table[check_choice(name, table, what)]


def judged(name, answer):
    """-> (True, False, or None where nothing was answered yet; what to say of it)."""
    judge, praise, _ = _find(EXERCISES, name, "the exercise")
    if answer is None or answer is ...:
        return None, "no answer yet"
    try:
        judge(answer)
    except Wrong as wrong:
        return False, re.sub(
            " at 0x[0-9A-Fa-f]+", "", str(wrong)
        )  # digits of an address might even be the answer's
    return True, praise


def check(name, answer):
    """Print what is to be said of an answer: a value, or the function that was asked for."""
    right, message = judged(name, answer)
    print(
        {True: "Right", False: "Not yet", None: "Open"}[right], f"· {name}: {message}"
    )
    if right is not None and message != STUB:
        _remember(name, "right" if right else "tried")


def _remembered():
    """-> (the file, {exercise: "right" or "tried"}, or None where the file cannot be read)."""
    path = pathlib.Path(
        os.environ.get("GAN_COURSE_PROGRESS") or FOLDER.parent / "progress.json"
    )
    try:
        return path, dict(
            json.loads(path.read_text(encoding="utf-8")).items()
        ) if path.exists() else {}
    except (OSError, ValueError, AttributeError):
        print(
            f"({path.name} cannot be read, so your progress is not kept: move it away or delete it.)"
        )
        return path, None


def _remember(name, verdict):
    """Write a verdict down; "right" stays, whatever comes after it."""
    path, known = _remembered()
    if known is None or known.get(name) in ("right", verdict):
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:  # a whole file takes the old one's place, or none does
        draft.write_text(
            json.dumps({**known, name: verdict}, indent=1) + "\n", encoding="utf-8"
        )
        draft.replace(path)
    except OSError as error:
        print(
            f"({path.name} cannot be written, so your progress is not kept: {error.strerror}.)"
        )


class Progress:
    """The page of `progress()`. notebooks: {notebook: {exercise: "right", "tried" or "open"}}."""

    def __init__(self):
        _load()
        known, self.notebooks = _remembered()[1] or {}, {}
        for name, (judge, _, _) in EXERCISES.items():
            verdict = (
                known.get(name) if known.get(name) in ("right", "tried") else "open"
            )
            self.notebooks.setdefault(judge.__module__.removeprefix("exercises_"), {})[
                name
            ] = verdict
        states = [
            state for names in self.notebooks.values() for state in names.values()
        ]
        self.total = ", ".join(
            f"{states.count(state)} {state}" for state in ("right", "tried", "open")
        )

    def _rows(self):
        for notebook, names in sorted(self.notebooks.items()):
            count = f"{list(names.values()).count('right')} of {len(names)}"
            yield (
                notebook,
                count,
                ", ".join(f"{name} {state}" for name, state in names.items()),
            )

    def __repr__(self):
        return "\n".join(
            [*map(" · ".join, self._rows()), f"All exercises: {self.total}"]
        )

    def _repr_html_(self):
        page = "".join(
            f"<tr><td>{'</td><td>'.join(map(html.escape, row))}</td></tr>"
            for row in self._rows()
        )
        page = (
            page.replace(" right", " right ✔")
            .replace(" tried", " tried ◐")
            .replace(" open", " open ○")
        )
        return f"<table><caption>All exercises: {self.total}</caption>{page}</table>"


def progress():
    """A page of every notebook's exercises: right, tried, or still open."""
    return Progress()


def hint(name):
    """Print one more hint; every call goes further."""
    hints = _find(EXERCISES, name, "the exercise")[2]
    _given[name] = count = min(_given.get(name, 0) + 1, len(hints))
    last = (
        " (The last one. An answer stands in notebooks/solutions.)"
        if count == len(hints)
        else ""
    )
    print(f"Hint {count} of {len(hints)} · {hints[count - 1]}{last}")


def number(answer):
    """For judges: the answer as a float, or Wrong."""
    try:
        value = float("nan") if isinstance(answer, (str, bool)) else float(answer)
    except (TypeError, ValueError):
        value = float("nan")
    if not np.isfinite(value):
        raise Wrong(f"expected one ordinary number, and this is {repr(answer)[:60]}")
    return value


def call(function, *arguments):
    """For judges: what the function answers to copies of the arguments, or Wrong."""
    if not callable(function):
        raise Wrong(
            f"give the function itself, its name without brackets, and not {repr(function)[:60]}"
        )
    try:
        answer = function(
            *(np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments)
        )
    except (
        Exception
    ) as error:  # whatever a learner's function raises is told, not thrown
        raise Wrong(
            f"the function stopped with {type(error).__name__}: {error}"
        ) from None
    if answer is None or answer is ...:
        raise Wrong(STUB)
    return answer


class Quiz:
    """Questions whose choices open to an explanation: in a notebook by click or Enter, elsewhere as text."""

    def __init__(self, name, questions):
        """questions: {question: {choice: (is it right?, why)}}; choices are shown in alphabetical order."""
        self.name, self.questions = (
            name,
            {q: sorted(choices.items()) for q, choices in questions.items()},
        )
        QUIZZES[name] = self

    def explain(self, question, letter):
        """What there is to say of the choice `letter` of question number `question` (1, 2, ...)."""
        check_choice(question, range(1, len(self.questions) + 1), "the question")
        choices = list(self.questions.values())[question - 1]
        letters = tuple("abcdefgh"[: len(choices)])
        right, why = choices[
            letters.index(check_choice(letter, letters, "the choice"))
        ][1]
        return f"{'Right' if right else 'No'}. {why}"

    def __repr__(self):
        lines = []
        for i, (question, choices) in enumerate(self.questions.items(), 1):
            lines.append(f"{i}. {question}")
            lines += [
                f"   {letter}) {choice}"
                for letter, (choice, _) in zip("abcdefgh", choices)
            ]
        return "\n".join(
            [
                *lines,
                f"To open choice b of question 1, type quiz({self.name!r}, 1, 'b')",
            ]
        )

    def _repr_html_(self):
        page = ""
        for i, (question, choices) in enumerate(self.questions.items(), 1):
            page += (
                f"<p style='margin:1em 0 .3em'><b>{i}. {html.escape(question)}</b></p>"
            )
            for letter, (choice, _) in zip("abcdefgh", choices):
                page += f"<details><summary>{html.escape(choice)}</summary>"
                page += f"<p style='margin:0 0 .6em 1.2em'>{html.escape(self.explain(i, letter))}</p></details>"
        return page


def quiz(name, question=None, letter=None):
    """The quiz of a notebook, such as "09_faces"; with a question's number and a letter, that explanation."""
    found = _find(QUIZZES, name, "the quiz")
    return found if question is None else print(found.explain(question, letter))
