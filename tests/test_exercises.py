"""Exercises: right answers pass, wrong ones are told apart, stubs run, and nothing gives the answer away."""

import contextlib
import io
import json
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

from ganlib import exercises
from ganlib.exercises import Quiz, WrongAnswer, check, grade, hint, quiz

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
FILES = sorted((NOTEBOOKS / "exercises").glob("*.py"))
each_file = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])


def printed(function, *arguments):
    """What a call prints."""
    page = io.StringIO()
    with contextlib.redirect_stdout(page):
        function(*arguments)
    return page.getvalue()


ANSWERS = [
    runpy.run_path(str(path))
    for path in sorted((Path(__file__).parent / "answers").glob("*.py"))
]
RIGHT, WRONG, SECRETS = (
    {name: answer for file in ANSWERS for name, answer in file[table].items()}
    for table in ("RIGHT", "WRONG", "SECRETS")
)


def test_every_exercise_is_tried_here():
    grade("half_life", None)
    assert set(RIGHT) == set(WRONG) == set(exercises.EXERCISES)
    assert {path.stem for path in FILES} == set(exercises.QUIZZES) - {
        "final"
    }  # a quiz on the theory as a whole


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_pass(name):
    for answer in RIGHT[name]:
        assert grade(name, answer)[0] is True, grade(name, answer)
    assert printed(check, name, RIGHT[name][0]).startswith("Right · " + name)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_are_told_apart(name):
    said = []
    for answer, word in WRONG[name]:
        right, message = grade(name, answer)
        assert right is False and word in message, (word, message)
        said.append(re.sub(r"[\d.]+", "", message))
    assert len(set(said)) >= len(said) - 1 and len(said) >= 3


@pytest.mark.parametrize("name", WRONG)
def test_no_message_gives_the_answer_away(name):
    secrets = SECRETS.get(name, [])
    for answer, _ in WRONG[name]:
        if not isinstance(
            answer, (str, list)
        ):  # which is only repeated to whoever typed it
            assert not any(secret in grade(name, answer)[1] for secret in secrets)
    assert not any(
        secret in text for secret in secrets for text in exercises.EXERCISES[name][2]
    )


class Rude:
    """An object that refuses whatever it is asked, in words that cannot be printed."""

    def refuse(self, *given, **more):
        raise Rude.Error

    class Error(RuntimeError):
        def __str__(self):
            raise RuntimeError

    __repr__ = __str__ = __float__ = __int__ = __index__ = __array__ = refuse
    __len__ = __iter__ = __getitem__ = __bool__ = __eq__ = __hash__ = refuse


def stops(*given):
    raise SystemExit("enough")


ODD = {
    "huge": 10**5000,
    "minus huge": -(10**400),
    "ragged": [[1], [1, 2]],
    "ragged twice": ([1.0], [[2.0], [3.0, 4.0]]),
    "rude": Rude(),
    "rude inside": [Rude(), 1],
    "text": "\ud800 · twelve",
    "bytes": b"12",
    "dictionary": {},
    "set": {1, 2},
    "complex": 1j,
    "nan": float("nan"),
    "date": np.datetime64("2020-01-01"),
    "empty": np.array([]),
    "scalar": np.array(5.0),
    "words": np.array(["a", "b"]),
    "complex array": np.ones((2, 2), complex),
    "huge inside": [10**400, 1],
    "objects": np.array([None, {}], object),
    "fields": np.zeros(2, [("a", int), ("b", float)]),
    "masked": np.ma.masked,
    "deep": np.zeros((1,) * 30),
    "generator": (i for i in range(3)),
    "class": Rude,
    "rude call": Rude().refuse,
    "exit": stops,
    "no arguments": lambda: 1,
    "itself": lambda *given: given[0] if given else 1,
}
GIVEN = {
    **ODD,
    **{
        f"gives {name}": lambda *given, answer=answer: answer
        for name, answer in ODD.items()
    },
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", RIGHT)
def test_odd_answers_get_a_verdict(name):
    for what, answer in GIVEN.items():
        right, message = grade(name, answer)
        assert right is False, what
        assert "could not be judged" not in message, (what, message)
        assert len(message) < 600, (what, message)


def test_an_answer_that_a_grader_did_not_foresee_gets_a_verdict(monkeypatch):
    grade("half_life", None)

    def grader(answer):
        return {}[answer]

    monkeypatch.setitem(exercises.EXERCISES, "half_life", (grader, "", ()))
    right, message = grade("half_life", 7)
    assert right is False and "could not be judged (KeyError: 7)" in message


@pytest.mark.parametrize("encoding", ["ascii", "cp932", "cp1252", "utf-8"])
def test_every_console_shows_every_verdict(encoding):
    page = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    with contextlib.redirect_stdout(page):
        check("half_life", 346)
        check("half_life", "\ud800 × 12")
        hint("half_life")
        quiz("09_faces", 1, "a")
        print(exercises.progress())
        print(quiz("09_faces"))
        page.flush()
    mark = "·" if encoding in ("cp1252", "utf-8") else "-"
    text = page.buffer.getvalue().decode(encoding)
    assert text.startswith(f"Right {mark} half_life")


def test_a_file_that_raises_says_so_every_time(tmp_path, monkeypatch):
    grade("half_life", None)
    known = set(exercises.EXERCISES), set(exercises.QUIZZES)
    tmp_path.joinpath("99_broken.py").write_text(
        "from ganlib.exercises import Quiz, exercise\n"
        "exercise('broken', '', [])(print)\nQuiz('broken', {})\n1 / 0\n"
    )
    monkeypatch.setattr(exercises, "FOLDER", tmp_path)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            grade("broken", 1)
    assert (set(exercises.EXERCISES), set(exercises.QUIZZES)) == known


def test_without_the_course_s_folder_one_sentence_says_where_exercises_stand(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(exercises, "FOLDER", tmp_path / "nowhere")
    for ask in (check, "half_life", 346), (hint, "half_life"), (quiz, "09_faces"):
        with pytest.raises(FileNotFoundError, match="course's folder"):
            ask[0](*ask[1:])


def test_an_unanswered_exercise_is_open_and_an_unknown_one_an_error():
    for nothing in (None, ...):
        assert printed(check, "together", nothing) == "Open · together: no answer yet\n"
    with pytest.raises(ValueError, match="half_life"):
        check("halflife", 1)


def test_a_grader_gives_copies_and_reports_what_a_function_raises():
    given = np.zeros(3)

    def spoil(x):
        x[:] = 1
        return x

    exercises.call_answer(spoil, given)
    assert not given.any()
    with pytest.raises(WrongAnswer, match="ZeroDivisionError"):
        exercises.call_answer(lambda x: 1 / 0, given)


def test_no_message_shows_where_python_keeps_a_thing():
    for name, answer in (
        ("numbers", lambda: 96),
        ("which_way", [object()]),
        ("holding_r1", object()),
    ):
        assert "0x" in repr(answer)
        right, message = grade(name, answer)
        assert right is False and "0x" not in message, message


def test_hints_go_further_and_end(monkeypatch):
    monkeypatch.setattr(exercises, "_hints_shown", {})
    pages = [printed(hint, "half_life") for _ in range(5)]
    assert pages[0].startswith("Hint 1 of 3") and len(set(pages)) == 3
    assert (
        pages[2] == pages[4] and "solutions" in pages[4] and "solutions" not in pages[1]
    )


def test_two_exercises_of_one_name_are_refused():
    grade("half_life", None)
    with pytest.raises(ValueError, match="half_life"):
        exercises.exercise("half_life", "", [])(print)


@each_file
def test_every_choice_of_a_quiz_is_explained_and_one_is_right(path):
    found = quiz(path.stem)
    assert len(found.questions) >= 4
    for number, (question, choices) in enumerate(found.questions.items(), 1):
        assert question.endswith("?") and len(choices) >= 3
        assert sum(right for _, (right, _) in choices) == 1
        explained = [
            printed(quiz, path.stem, number, letter)
            for letter, _ in zip("abcdefgh", choices)
        ]
        assert len(set(explained)) == len(choices) and min(map(len, explained)) > 30
        assert question in repr(found)


def test_the_right_choice_is_not_always_in_the_same_place():
    places = [
        [right for _, (right, _) in choices].index(True)
        for path in FILES
        for choices in quiz(path.stem).questions.values()
    ]
    assert len(set(places)) > 1


def test_a_quiz_on_a_page_escapes_and_says_what_is_wrong():
    try:
        page = Quiz(
            "odd",
            {
                "a < b?": {
                    "<script>": (False, "x & y is no answer"),
                    "yes": (True, "it is"),
                }
            },
        )
        assert (
            "&lt;script&gt;" in page._repr_html_()
            and "<script>" not in page._repr_html_()
        )
        assert page._repr_html_().count("<details>") == 2
        with pytest.raises(ValueError, match="question"):
            quiz("odd", 2, "a")
        with pytest.raises(ValueError, match="choice"):
            quiz("odd", 1, "c")
    finally:
        exercises.QUIZZES.pop("odd")
    with pytest.raises(ValueError, match="quiz"):
        quiz("odd")


@each_file
def test_the_notebook_asks_what_is_graded(path):
    text = (NOTEBOOKS / path.name).read_text(encoding="utf-8")
    plain = re.sub(r"\n# *", " ", text)
    own = set(
        re.findall(r'^@exercise\(\s*"(\w+)"', path.read_text(encoding="utf-8"), re.M)
    )
    assert len(own) >= 3
    for name in own:
        assert f'check("{name}"' in text
    for question in quiz(path.stem).questions:
        assert re.sub(r"\s+", " ", question) in re.sub(r"\s+", " ", plain), question
    assert f'quiz("{path.stem}")' in text


@each_file
def test_the_solutions_are_right(path):
    page = io.StringIO()
    with contextlib.redirect_stdout(page):
        runpy.run_path(str(NOTEBOOKS / "solutions" / path.name))
    said = page.getvalue().splitlines()
    own = set(
        re.findall(r'^@exercise\(\s*"(\w+)"', path.read_text(encoding="utf-8"), re.M)
    )
    assert {line.split(" · ")[1].split(":")[0] for line in said} == own
    assert all(line.startswith("Right") for line in said)


@each_file
def test_the_stubs_of_the_notebook_run_and_are_open(path):
    text = (NOTEBOOKS / path.name).read_text(encoding="utf-8")
    stubs = [
        cell
        for cell in re.split(r"^# %%.*$", text, flags=re.M)
        if re.search(r"^check\(", cell, re.M)
    ]
    assert len(stubs) >= 3
    for stub in stubs:
        page = printed(lambda: exec(stub, {"check": check}))
        assert page.startswith("Open") or "return" in page


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """No test writes into the progress of whoever runs it."""
    monkeypatch.setenv("GAN_COURSE_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


def test_verdicts_are_remembered_and_right_stays_right(progress_file):
    for name, nothing in (("half_life", None), ("together", lambda x, block: None)):
        printed(check, name, nothing)
    assert not progress_file.exists()  # nothing was tried
    for answer, verdict in (
        (500, "tried"),
        (346, "right"),
        (500, "right"),
        (..., "right"),
    ):
        printed(check, "half_life", answer)
        assert json.loads(progress_file.read_text()) == {"half_life": verdict}
    printed(check, "together", 7)
    assert json.loads(progress_file.read_text()) == {
        "half_life": "right",
        "together": "tried",
    }
    assert [path.name for path in progress_file.parent.iterdir()] == [
        "progress.json"
    ]  # no draft is left


@pytest.mark.parametrize("broken", ["{", "[1, 2]", "7", "\0", '{"half_life": '])
def test_a_broken_progress_file_is_said_in_one_line_and_left_alone(
    progress_file, broken
):
    progress_file.write_text(broken)
    page = printed(check, "half_life", 346)
    assert page.startswith("Right · half_life") and page.splitlines()[1].startswith(
        "(progress.json cannot be read"
    )
    assert len(page.splitlines()) == 2 and progress_file.read_text() == broken
    assert "half_life open" in repr(exercises.Progress())


def test_a_progress_file_that_cannot_be_written_is_said_in_one_line(
    progress_file, monkeypatch
):
    monkeypatch.setenv(
        "GAN_COURSE_PROGRESS", str(progress_file.parent / "no folder" / "progress.json")
    )
    page = printed(check, "half_life", 346).splitlines()
    assert len(page) == 2 and page[1].startswith("(progress.json cannot be written")
    monkeypatch.setenv(
        "GAN_COURSE_PROGRESS", str(progress_file.parent)
    )  # a folder stands in its place
    assert "cannot be read" in printed(check, "half_life", 346)


def test_a_disk_that_fills_leaves_the_old_progress_and_no_draft(
    progress_file, monkeypatch
):
    printed(check, "half_life", 346)
    before = progress_file.read_bytes()

    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert "cannot be written" in printed(check, "together", 7)
    assert progress_file.read_bytes() == before
    assert [path.name for path in progress_file.parent.iterdir()] == ["progress.json"]


def test_progress_shows_every_exercise_of_every_notebook(progress_file):
    progress_file.write_text(
        '{"half_life": "right", "together": "tried", "outside": ["odd"], "gone": "right"}'
    )
    page = exercises.progress()
    assert set(page.notebooks) == {path.stem for path in FILES}
    assert page.notebooks["09_faces"] == {
        "half_life": "right",
        "together": "tried",
        "outside": "open",
    }
    assert page.total == f"1 right, 1 tried, {len(exercises.EXERCISES) - 2} open"
    assert "09_faces · 1 of 3 · half_life right, together tried, outside open" in repr(
        page
    )
    assert (
        page._repr_html_().count("<tr>") == len(FILES)
        and "half_life right ✔" in page._repr_html_()
    )
    assert page.total in page._repr_html_() and page.total in repr(page)
