"""Exercises: `check` an answer, ask for a `hint`, take a `quiz`. No other module of ganlib needs this one.

What is asked and how it is graded stands beside each notebook, in
notebooks/exercises/<notebook>.py. A grader looks at values and at what a function does,
never at how it is written; it says what is wrong, not what is right. Seen first in
notebooks/09_faces. What was answered is remembered in progress.json beside the
notebooks (or in the file that GAN_COURSE_PROGRESS names), and `progress` shows it.
"""

import html
import importlib.util
import json
import os
import pathlib
import re
import sys

import numpy as np

from .checkpoint import write_whole
from .checks import check_choice

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "notebooks" / "exercises"
STUB = "the function returns nothing yet: it needs a line that starts with return"
EXERCISES = {}  # name -> (grader, praise, hints)
QUIZZES = {}  # notebook -> Quiz
_hints_shown = {}  # name -> how many
_loaded = set()  # paths of the files that were read to their end


class WrongAnswer(Exception):
    """Raised by a grader: the message is what the learner reads."""


def exercise(name, praise, hints):
    """Decorator of grader(answer), which raises WrongAnswer or returns.

    praise: what a right answer is told. hints: from small to large. Raises ValueError
    for a name that is taken.
    """

    def register(grader):
        if name in EXERCISES:
            raise ValueError(f"two exercises are called {name!r}; rename one of them")
        EXERCISES[name] = grader, praise, tuple(hints)
        return grader

    return register


def _load():
    """Read every notebook's file once; a file that raises leaves nothing behind."""
    paths = sorted(FOLDER.glob("*.py"))
    if not paths:
        raise FileNotFoundError(
            f"there are no exercises in {FOLDER}: they stand in the course's folder, "
            "beside its notebooks. Start Jupyter from there, with the course's own "
            "Python: make lab"
        )
    for path in paths:
        if path in _loaded:
            continue
        before = EXERCISES.copy(), QUIZZES.copy()
        spec = importlib.util.spec_from_file_location(f"exercises_{path.stem}", path)
        try:
            spec.loader.exec_module(importlib.util.module_from_spec(spec))
        except BaseException:
            for table, known in zip((EXERCISES, QUIZZES), before):
                table.clear()
                table.update(known)
            raise
        _loaded.add(path)


def _find(table, name, what):
    """table[name], after every notebook's file was read once; ValueError where there is no such name."""
    _load()
    return table[check_choice(name, table, what)]


def _printable(text):
    """The text as this console can show it: not every code page has each character."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
        return text
    except UnicodeEncodeError:
        plain = text.replace("·", "-")
        return plain.encode(encoding, "replace").decode(encoding)


def abbreviated(thing, written=repr, most=60):
    """For graders: at most so many characters of an object, whatever its repr does."""
    try:
        return written(thing)[:most]
    except Exception:  # an object's own repr, or a number of too many digits
        return f"of type {type(thing).__name__}"


def grade(name, answer):
    """Grade an answer to an exercise; returns (right, message).

    right: True, False, or None where nothing was answered yet.
    """
    grader, praise, _ = _find(EXERCISES, name, "the exercise")
    if answer is None or answer is ...:
        return None, "no answer yet"
    try:
        grader(answer)
    except WrongAnswer as wrong:
        message = str(wrong)
    except Exception as error:  # the grader did not foresee such an answer
        why = abbreviated(error, str, 300)
        message = f"this answer could not be judged ({type(error).__name__}: {why})"
    else:
        return True, praise
    # Where Python keeps an object: its digits might even be the answer's.
    return False, re.sub(" at 0x[0-9A-Fa-f]+", "", message)


def check(name, answer):
    """Print what is to be said of an answer: a value, or the function that was asked for."""
    right, message = grade(name, answer)
    verdict = {True: "Right", False: "Not yet", None: "Open"}[right]
    print(_printable(f"{verdict} · {name}: {message}"))
    if right is not None and message != STUB:
        _remember(name, "right" if right else "tried")


def _remembered():
    """-> (the file, {exercise: "right" or "tried"}, or None where the file cannot be read)."""
    path = pathlib.Path(
        os.environ.get("GAN_COURSE_PROGRESS") or FOLDER.parent / "progress.json"
    )
    try:
        if not path.exists():
            return path, {}
        return path, dict(json.loads(path.read_text(encoding="utf-8")).items())
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
    text = json.dumps({**known, name: verdict}, indent=1) + "\n"
    try:
        write_whole(path, text)
    except OSError as error:
        print(
            f"({path.name} cannot be written, so your progress is not kept: {error.strerror}.)"
        )


class Progress:
    """The page of `progress()`. notebooks: {notebook: {exercise: "right", "tried" or "open"}}."""

    def __init__(self):
        _load()
        known, self.notebooks = _remembered()[1] or {}, {}
        for name, (grader, _, _) in EXERCISES.items():
            verdict = (
                known.get(name) if known.get(name) in ("right", "tried") else "open"
            )
            self.notebooks.setdefault(grader.__module__.removeprefix("exercises_"), {})[
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
        rows = map(" · ".join, self._rows())
        return _printable("\n".join([*rows, f"All exercises: {self.total}"]))

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
    count = min(_hints_shown.get(name, 0) + 1, len(hints))
    _hints_shown[name] = count
    last = ""
    if count == len(hints):
        last = " (The last one. An answer stands in notebooks/solutions.)"
    print(_printable(f"Hint {count} of {len(hints)} · {hints[count - 1]}{last}"))


def number(answer):
    """For graders: the answer as a finite float, or WrongAnswer."""
    value = float("nan")
    try:
        if not isinstance(answer, (str, bytes, bool, np.bool_)):
            given = np.asarray(answer)
            value = float(given.item() if given.size == 1 else answer)
    except Exception:  # an integer may be too large, and an object may do anything
        pass
    if not np.isfinite(value):
        raise WrongAnswer(
            f"expected one ordinary number, and this is {abbreviated(answer)}"
        )
    return value


ROWS = "an array of numbers, all rows of the same length"


def array(answer, shape=None, expected=ROWS):
    """For graders: the answer as an array of floats, or WrongAnswer.

    shape: the one that is wanted, or None for any. expected: what the message asks for.
    Values may be infinite or nan. Rows of different lengths, words, complex and huge
    numbers are refused.
    """
    try:
        found = np.asarray(answer)
        if found.dtype.kind in "cSUTMm":
            raise TypeError("words, dates or complex numbers")
        found = found.astype(float)
    except Exception:  # an object may do anything when it is asked for its numbers
        raise WrongAnswer(
            f"expected {expected}, and this is {abbreviated(answer)}"
        ) from None
    if shape is not None and found.shape != tuple(shape):
        raise WrongAnswer(
            f"expected an array of shape {tuple(shape)}, and this has shape "
            f"{found.shape}"
        )
    return found


def call_answer(function, *arguments):
    """For graders: what the function answers to copies of the arguments, or WrongAnswer."""
    if not callable(function):
        raise WrongAnswer(
            "give the function itself, its name without brackets, and not "
            f"{abbreviated(function)}"
        )
    copies = [np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments]
    try:
        answer = function(*copies)
    except (Exception, SystemExit) as error:  # whatever it raises is said, not thrown
        raise WrongAnswer(
            f"the function stopped with {type(error).__name__}: {abbreviated(error, str, 300)}"
        ) from None
    if answer is None or answer is ...:
        raise WrongAnswer(STUB)
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
        lines.append(
            f"To open choice b of question 1, type quiz({self.name!r}, 1, 'b')"
        )
        return _printable("\n".join(lines))

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
    if question is None:
        return found
    print(_printable(found.explain(question, letter)))
