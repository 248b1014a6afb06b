"""The check itself: budgets, the comparison of printed numbers, the report and its table."""

import json
import re
import subprocess
import sys

import nbformat
import pytest

from data.tools import check, notebooks, spread, templates
from tests.tools import budget, compare


def cell(source, stored=None, tags=()):
    """A code cell with a stored output."""
    outputs = []
    if stored:
        outputs = [nbformat.v4.new_output("stream", name="stdout", text=stored)]
    made = nbformat.v4.new_code_cell(source, execution_count=1, outputs=outputs)
    made.metadata["tags"] = list(tags)
    return made


def run_pytest(folder, *arguments, code=None):
    """pytest with nbval over a folder of notebooks, in a process of its own."""
    command = ["-m", "pytest"] if code is None else ["-c", code]
    return subprocess.run(
        [sys.executable, *command, "-q", "-p", "no:cacheprovider", "--nbval-lax"]
        + ["--nbval-current-env", "--rootdir", str(folder), str(folder), *arguments],
        capture_output=True,
        text=True,
        cwd=templates.ROOT,
    )


def test_a_notebook_over_its_budget_fails_and_the_next_one_is_not_blamed(tmp_path):
    """nbval, the budget and the report together: 300 MB where 200 are allowed."""
    for name, source in (("01_large", "x = b'1' * 300_000_000"), ("02_small", "x = 1")):
        notebook = nbformat.v4.new_notebook(cells=[cell(source)])
        notebooks.write(notebook, tmp_path / f"{name}.ipynb")
    code = (
        "import sys, pytest; from tests.tools import budget; budget.THEORY_MB = 200; "
        "sys.exit(pytest.main(sys.argv[1:]))"
    )
    report = tmp_path / "report.jsonl"
    answer = run_pytest(
        tmp_path,
        *("-p", "tests.tools.budget", "-p", "tests.tools.report"),
        f"--check-report={report}",
        code=code,
    )
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "2 passed" in answer.stdout and "1 error" in answer.stdout
    assert "01_large needed" in answer.stdout
    assert "02_small needed" not in answer.stdout
    large, small = map(json.loads, report.read_text().splitlines())
    assert large["outcome"] == "error" and small["outcome"] == "passed"
    assert large["notebook"]["mb"] > 300 > small["notebook"]["mb"]
    text = check.table([("everything", 61.0, [large, small])])
    assert "1:01  everything, 2 items" in text and "01_large" in text
    assert f"{large['notebook']['mb']:.0f} MB of 200" in text


@pytest.mark.parametrize(
    "stored, printed, telling",
    [
        ("loss 0.512, 2,000 steps", "loss  0.515, 2,000 steps", None),
        ("loss 0.512", "loss 0.612", "0.612"),
        ("2,000 steps in 3 s", "2,000 steps in 71 s", None),  # durations are free
        ("2,000 steps in 3 s", "2,001 steps in 3 s", "2,001"),
        ("8 of 8 modes", "5 of 8 modes", "5"),
        ("accuracy 0.5", "accuracy 0.8", "0.8"),
        ("accuracy 0.5", "accuracy 0.6", None),  # one unit of the last place
        ("JS 0.002", "JS 0.003", None),
        ("JS 0.002", "JS 0.004", "0.004"),
        ("0.0131", "0.0117", "0.0117"),
        ("gap 1.9e-06", "gap 7e-05", None),  # rounding errors themselves
        ("share 97%", "share 92%", None),
        ("share 97%", "share 85%", "85"),
        ("slope -0.37", "slope 0.37", "0.37"),
        ("shape (64, 64, 3)", "shape (64, 61, 3)", "61"),
        ("L [0.368 0.  ]", "L [0.368 0.1 ]", "0.1"),
        ("real", "generated", "generated"),
        ("3 modes", "3 modes found", "found"),
        ("loss nan", "loss 0.3", "0.3"),
        ("loss nan", "loss nan", None),
        ("1 2 3", "1 2", "#"),
        ("", "", None),
    ],
)
def test_numbers_are_compared_with_the_stored_ones(stored, printed, telling):
    found = compare.differences(stored, printed)
    assert (
        (found == []) if telling is None else (len(found) == 1 and telling in found[0])
    )


@pytest.mark.parametrize(
    "printed, inside",
    [
        ("legible 78%, distance 5.1", True),
        ("legible 70%, distance 6.0", True),  # within the spread, widened by its width
        ("legible 30%, distance 5.1", False),
        ("legible 78%, distance 51", False),
        ("legible 78%, distance -5.1", False),
        ("legible 78%, distance nan", False),
        ("readable 78%, distance 5.1", False),
    ],
)
def test_a_cell_that_varies_is_held_to_the_spread_of_its_runs(printed, inside):
    runs = ["legible 77%, distance 5.6", "legible 80%, distance 4.4"]
    found = compare.differences("legible 78%, distance 5.1", printed, runs)
    assert (found == []) == inside


def test_a_notebook_that_prints_other_numbers_than_it_stores_fails(tmp_path):
    """One run of nbval over five notebooks that store 0.50."""
    printed = {
        "01_same": (0.5, []),
        "02_other": (0.7, []),
        "03_varies_little": (0.53, ["varies"]),
        "04_varies_much": (0.9, ["varies"]),
        "05_machine": (0.9, ["machine"]),
    }
    for name, (number, tags) in printed.items():
        cells = [cell(f"print('loss', {number})", "loss 0.50\n", tags)]
        book = nbformat.v4.new_notebook(cells=cells)
        notebooks.write(book, tmp_path / f"{name}.ipynb")
    answer = run_pytest(tmp_path, "-p", "tests.tools.compare", "-rf")
    failed = set(re.findall(r"FAILED .*?(\d\d_\w+)\.ipynb", answer.stdout))
    assert failed == {"02_other", "04_varies_much"}, answer.stdout + answer.stderr
    assert "this run printed 0.7" in answer.stdout


def test_budgets_are_those_of_the_course():
    names = ("03_losses", "06_dcgan", "09_faces", "13_art", "16_x")
    assert [budget.seconds_for(name) for name in names] == [60, 240, 660, 120, 150]
    names = ("00_start_here", "04_x", "09_faces")
    assert [budget.memory_for(name) for name in names] == [1200, 1200, 1800]


def test_an_unknown_part_is_answered_with_the_list(capsys):
    assert check.main(["all"]) == 2
    assert "lint | check | test | oldest" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_an_error_of_the_report(tmp_path):
    broken = tmp_path / "test_broken.py"
    broken.write_text("import nothing_of_this_name\n")
    report = tmp_path / "report.jsonl"
    arguments = ["-p", "tests.tools.report", f"--check-report={report}"]
    assert run_pytest(tmp_path, *arguments).returncode == 2
    (item,) = map(json.loads, report.read_text().splitlines())
    assert item["outcome"] == "error" and "test_broken" in item["item"]


def test_runs_of_a_cell_are_kept_until_its_code_changes():
    first = spread.varying(
        nbformat.v4.new_notebook(
            cells=[
                cell("print(a)", "a 1\n", ["varies"]),
                cell("print(b)", "b 2\n"),
                cell("figure", None, ["varies"]),
            ]
        )
    )
    key = compare.key_of("print(a)")
    stored = spread.merged({}, first)
    assert stored == {key: ["a 1\n"]}  # nothing is kept of a cell that prints nothing
    stored = spread.merged(stored, {key: "a 3\n"})
    assert spread.merged(stored, {key: "a 1\n"}) == {key: ["a 1\n", "a 3\n"]}
    assert list(spread.merged(stored, {"another": "a 4\n"})) == ["another"]


def test_adding_a_run_keeps_the_other_notebooks(tmp_path, monkeypatch):
    table = tmp_path / "spread.json"
    monkeypatch.setattr(spread, "SPREAD", table)
    for name, text in (("01_a", "a 1\n"), ("02_b", "b 2\n"), ("01_a", "a 3\n")):
        book = nbformat.v4.new_notebook(cells=[cell("print(x)", text, ["varies"])])
        spread.add(name, book)
    key = compare.key_of("print(x)")
    books = json.loads(table.read_text())["notebooks"]
    assert books == {"01_a": {key: ["a 1\n", "a 3\n"]}, "02_b": {key: ["b 2\n"]}}
