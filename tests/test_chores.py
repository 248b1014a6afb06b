"""The maintainers' chores, tried on a small course of their own in a temporary folder."""

import json
import os
import pathlib
import subprocess
import sys
import time
import types

import nbformat
import pytest

from data.tools import cli, notebooks, templates

ROOT = notebooks.templates.ROOT

NOTEBOOK = """\
# %% [markdown]
# # 99 · A small notebook
#
# *It exists to try the chores on.*
#
# <!-- badges --><!-- /badges -->
#
# **Time and memory:** <!-- measured --><!-- /measured -->

# %% tags=["setup"]
pass

# %% [markdown]
# A line of text.

# %% alt="A square"
from IPython.display import Image, display
print("one\\rtwo")
display(Image(data=bytes.fromhex("89504e470d0a1a0a"), format="png"))

# %%
x = 1
x
"""
README = "# Course\n\n<!-- badges --><!-- /badges -->\n\n<!-- notebooks --><!-- /notebooks -->\n"


@pytest.fixture
def small(tmp_path):
    """A course of one notebook, in step."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "99_small.py").write_text(NOTEBOOK, encoding="utf-8")
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    for name in ("pyproject.toml", "CITATION.cff"):
        (tmp_path / name).write_text(
            (templates.ROOT / name).read_text(encoding="utf-8"), encoding="utf-8"
        )
    templates.set_address("", tmp_path)
    notebooks.sync_all(tmp_path)
    return tmp_path


def contents(folder):
    """Every file's bytes, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def outputs(path):
    """A notebook whose last cell has an output, as if it had been run."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text="kept\n")]
    notebook.cells[-1].execution_count = 3
    notebooks.write(notebook, path)


def test_without_an_address_nothing_points_anywhere(small):
    for path, data in contents(small).items():
        text = data.decode()
        traces = (
            "badge.svg",
            "badge_logo",
            "colab.research",
            "mybinder",
            "repository-code",
            "github.com/ada",
        )
        assert not [trace for trace in traces if trace in text], path
    assert 'REPOSITORY = ""' in (
        small / "notebooks/99_small.ipynb"
    ).read_text().replace('\\"', '"')


def test_an_address_reaches_every_place_and_taking_it_back_restores_every_byte(small):
    outputs(small / "notebooks/99_small.ipynb")
    before = contents(small)
    assert (
        templates.set_address("https://github.com/ada/gan-course.git", small)
        == "ada/gan-course"
    )
    notebooks.sync_all(small)
    after = {path: data.decode() for path, data in contents(small).items()}
    assert {path for path in after if after[path].encode() != before[path]} == {
        "pyproject.toml",
        "README.md",
        "CITATION.cff",
        "notebooks/99_small.py",
        "notebooks/99_small.ipynb",
    }
    book = after["notebooks/99_small.py"]
    assert (
        "colab.research.google.com/github/ada/gan-course/blob/main/notebooks/99_small.ipynb"
        in book
    )
    assert (
        "mybinder.org/v2/gh/ada/gan-course/main?urlpath=lab/tree/notebooks/99_small.ipynb"
        in book
    )
    assert 'REPOSITORY = "ada/gan-course"' in book
    assert "github.com/ada/gan-course/actions" in after["README.md"]
    assert (
        'repository-code: "https://github.com/ada/gan-course"' in after["CITATION.cff"]
    )
    assert "kept" in after["notebooks/99_small.ipynb"]
    templates.set_address("", small)
    notebooks.sync_all(small)
    assert contents(small) == before


@pytest.mark.parametrize(
    "text, name",
    [
        ("ada/gan-course", "ada/gan-course"),
        ("https://github.com/ada/gan.course/", "ada/gan.course"),
        ("git@github.com:ada/gan.git", "ada/gan"),
        ("", ""),
    ],
)
def test_an_address_may_be_typed_in_several_ways(text, name):
    assert templates.parse_address(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "ada",
        "ada/gan/course",
        "https://example.com/ada/gan",
        'ada/g"an',
        "-a/b",
        "a b/c",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="owner/name"):
        templates.parse_address(text)


def test_syncing_twice_changes_nothing_and_cells_keep_their_ids(small):
    path = small / "notebooks/99_small.py"
    assert notebooks.sync_all(small) == []
    outputs(path.with_suffix(".ipynb"))
    ids = [
        cell["id"]
        for cell in nbformat.read(path.with_suffix(".ipynb"), as_version=4).cells
    ]
    path.write_text(
        path.read_text(encoding="utf-8").replace("A line of text.", "Another line."),
        encoding="utf-8",
    )
    assert notebooks.sync(path)
    cells = nbformat.read(path.with_suffix(".ipynb"), as_version=4).cells
    assert [cell["id"] for cell in cells] == ids
    assert cells[-1].outputs[0].text == "kept\n"
    assert cells[2].source == "Another line."
    path.write_text(
        path.read_text(encoding="utf-8").replace("x = 1", "x = 2"), encoding="utf-8"
    )
    notebooks.sync(path)
    cells = nbformat.read(path.with_suffix(".ipynb"), as_version=4).cells
    assert (
        cells[-1].outputs == [] and cells[-1].execution_count is None
    )  # an output of other code is no output


def test_a_notebook_is_run_cleaned_and_measured(small):
    notebook = nbformat.read(small / "notebooks/99_small.ipynb", as_version=4)
    notebook.cells[
        1
    ].source = "pass"  # the set-up cell loads TensorFlow, which this need not wait for
    seconds, peak = notebooks.run(notebook, small / "notebooks", echo=lambda line: None)
    notebooks.clean(notebook)
    assert 0 < seconds < 60 and 10 < peak < 1000
    assert notebooks.faults(notebook, small) == []
    shown = notebook.cells[3].outputs
    assert shown[0].text == "two\n"  # as a terminal leaves it
    assert shown[1].metadata["image/png"]["alt"] == "A square"
    notebooks.record("99_small", seconds, peak, small)
    notebooks.sync_all(small)
    text = (small / "notebooks/99_small.py").read_text(encoding="utf-8")
    assert f"<!-- measured -->{seconds:.0f} s and {peak / 1000:.1f} GB on" in text
    row = (small / "README.md").read_text(encoding="utf-8").splitlines()[-2]
    assert (
        "[99 · A small notebook](notebooks/99_small.ipynb) | It exists to try the chores on. |"
        in row
    )


def test_what_was_computed_is_not_lost_when_it_is_refused(small):
    path = small / "notebooks/99_small.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text + "\n# %%\nimport sys\n_ = print('careful', file=sys.stderr)\n",
        encoding="utf-8",
    )
    found = notebooks.execute("99_small", root=small, echo=lambda line: None)
    assert "writes to stderr" in "\n".join(found)
    kept = nbformat.read(small / "notebooks/runs/99_small.refused.ipynb", as_version=4)
    assert kept.cells[-1].outputs[0].text == "careful\n"
    committed = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
    assert committed.cells[-1].outputs == []


def test_a_notebook_is_not_executed_on_top_of_an_unfinished_run(small):
    left = small / "notebooks/runs/faces/unfinished.npz"
    left.parent.mkdir(parents=True)
    left.touch()
    with pytest.raises(
        FileExistsError, match="unfinished.npz is a run that was stopped.*move it away"
    ):
        notebooks.execute("99_small", root=small, echo=lambda line: None)
    assert left.exists()


@pytest.mark.parametrize(
    "source, fault",
    [
        ("import sys; print('careful', file=sys.stderr)", "writes to stderr"),
        ("import tempfile; print(tempfile.gettempdir() + '/x')", "shows"),
        (
            "from IPython.display import Image; Image(data=bytes.fromhex('89504e470d0a1a0a'))",
            "without alt text",
        ),
        ("print('x' * 1_600_000)", "1.5 MB is the limit"),
    ],
)
def test_what_does_not_belong_in_a_committed_notebook_is_named(source, fault, tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    notebooks.run(notebook, tmp_path)
    notebooks.clean(notebook)
    assert fault in "\n".join(notebooks.faults(notebook))


def test_widgets_leave_only_their_static_picture():
    view = {notebooks.WIDGET_VIEW: {"model_id": "x"}, "text/plain": "IntSlider()"}
    picture = {**view, "image/png": "AAAA"}
    cell = nbformat.v4.new_code_cell(
        "",
        outputs=[
            nbformat.v4.new_output("display_data", data=data)
            for data in (view, picture)
        ],
    )
    notebook = nbformat.v4.new_notebook(
        cells=[cell], metadata={"widgets": {"state": {}}}
    )
    notebooks.clean(notebook)
    assert [set(output.data) for output in cell.outputs] == [
        {"text/plain", "image/png"}
    ]
    assert "widgets" not in notebook.metadata


@pytest.mark.parametrize(
    "written, seen",
    [
        ("a\rb\n", "b\n"),
        ("10%\b\b\b20%\n", "20%\n"),
        ("one\r\ntwo\r\n", "one\ntwo\n"),
        ("plain\n", "plain\n"),
    ],
)
def test_progress_bars_keep_their_last_state(written, seen):
    assert notebooks._as_seen(written) == seen


def test_a_notebook_that_does_not_exist_is_answered_with_those_that_do(small):
    with pytest.raises(FileNotFoundError, match="99_small"):
        notebooks.execute("98_none", root=small)


def test_an_unknown_chore_is_answered_with_the_list(capsys):
    assert cli.main(["dance"]) == 2
    assert "execute NAME" in capsys.readouterr().err


@pytest.fixture
def colab(monkeypatch):
    """Run the set-up cell as if on Colab; returns a function that gives the commands it ran."""
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setitem(
        sys.modules, "tensorflow", types.ModuleType("tensorflow")
    )  # Colab's own, untouched
    monkeypatch.setattr(sys, "path", list(sys.path))
    there, commands = set(), []

    def clone(command, **options):
        commands.append(command)
        there.add("/content/course")

    monkeypatch.setattr(subprocess, "run", clone)
    monkeypatch.setattr(os.path, "isdir", lambda path: path in there)
    monkeypatch.setattr(os, "chdir", lambda path: commands.append(["cd", path]))
    return lambda repo: exec(templates.setup_cell(repo), {}) or commands


def test_on_colab_the_course_is_fetched_once_and_tensorflow_left_alone(colab):
    commands = colab("ada/gan-course")
    assert (
        commands[0][:2] == ["git", "clone"]
        and "https://github.com/ada/gan-course" in commands[0]
    )
    assert sys.path[0] == "/content/course" and not any(
        "pip" in word for word in commands[0]
    )
    assert len(colab("ada/gan-course")) == 3  # cloned, entered, entered again


def test_on_colab_without_an_address_the_reader_is_told_what_to_do(colab):
    with pytest.raises(SystemExit, match="no public address.*make lab"):
        colab("")


def test_elsewhere_the_set_up_cell_changes_nothing(monkeypatch):
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    monkeypatch.setitem(sys.modules, "tensorflow", types.ModuleType("tensorflow"))
    monkeypatch.setattr(
        subprocess, "run", lambda *given, **options: pytest.fail("it runs a command")
    )
    before, folder = list(sys.path), os.getcwd()
    exec(templates.setup_cell("ada/gan-course"), {})
    assert sys.path == before and os.getcwd() == folder
    os.write(2, b"")  # standard error is open again


WORKER = "import os, time; print(os.getpid(), flush=True); time.sleep(300)"


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks for the worker in /proc")
def test_the_worker_of_a_script_that_is_killed_goes_too():
    code = f"from data.tools.benchmarks import common; common.in_fresh_process(exec, {WORKER!r})"
    script = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    worker = pathlib.Path("/proc", script.stdout.readline().strip(), "stat")
    assert worker.exists()
    script.kill()
    script.wait()
    end = time.monotonic() + 60
    while (
        worker.exists() and worker.read_text().split()[2] != "Z"
    ):  # or dead, and nobody has asked for it yet
        assert time.monotonic() < end, "the worker goes on"
        time.sleep(0.1)


def test_measurements_on_a_cpu_and_a_gpu_stand_side_by_side(small, monkeypatch):
    monkeypatch.setattr(notebooks, "machine", lambda: ("cpu", "2 CPU cores", ""))
    notebooks.record("99_small", 61, 900, small)
    monkeypatch.setattr(notebooks, "machine", lambda: ("gpu", "a GPU (X)", ""))
    notebooks.record("99_small", 200, 2100, small)
    entry = json.loads((small / "data/results/notebooks.json").read_text())[
        "notebooks"
    ]["99_small"]
    assert (
        templates.measured(entry)
        == "61 s and 0.9 GB on 2 CPU cores; 3.3 min and 2.1 GB on a GPU (X)"
    )
