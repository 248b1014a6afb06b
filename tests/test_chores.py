"""The maintainers' chores, tried on a small course of their own in a temporary folder."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import types

import nbformat
import pytest

from data.tools import cli, files, notebooks, seeds, templates

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


@pytest.fixture
def light(small, monkeypatch):
    """The same, whose set-up cell does not load TensorFlow, to be run quickly."""
    monkeypatch.setattr(templates, "setup_cell", lambda repo: "pass")
    return small


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


MEETS = """\
# %% [markdown]
# # A notebook that waits for another one
#
# *It ends only where both run at the same time.*

# %%
import os, pathlib, time
pathlib.Path("{own}.here").touch()
while not pathlib.Path("{other}.here").exists():
    time.sleep(0.05)
names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
print([os.environ[name] for name in names])
"""
FAILS = """\
# %% [markdown]
# # A notebook that fails
#
# *It stops half-way.*

# %%
print("so far")

# %%
1 / 0

# %%
print("never")
"""


def test_two_notebooks_run_at_a_time_and_a_failing_one_loses_no_other(light):
    folder = light / "notebooks"
    folder.joinpath("99_small.py").unlink()
    folder.joinpath("99_small.ipynb").unlink()
    for own, other in ("97_a", "98_b"), ("98_b", "97_a"):
        text = MEETS.format(own=own, other=other)
        folder.joinpath(f"{own}.py").write_text(text, encoding="utf-8")
    folder.joinpath("96_fails.py").write_text(FAILS, encoding="utf-8")
    said = []
    names = ["97_a", "98_b", "96_fails"]
    found = notebooks.execute(names, root=light, echo=said.append)
    assert not found["97_a"] and not found["98_b"]
    assert found["96_fails"] == ["cell 2: ZeroDivisionError: division by zero"]
    for name in "97_a", "98_b":
        cells = nbformat.read(folder / f"{name}.ipynb", as_version=4).cells
        assert cells[-1].outputs[0].text == "['1', '1', '1']\n"
    refused = nbformat.read(folder / "runs/96_fails.refused.ipynb", as_version=4)
    assert refused.cells[1].outputs[0].text == "so far\n"
    assert refused.cells[3].outputs == []
    assert templates.results(light).keys() == {"97_a", "98_b"}
    entry = templates.results(light)["97_a"]["cpu"]
    assert entry["threads"] == "one thread, two notebooks at a time"
    assert said[-1].startswith("2 of 3 notebooks kept")


@pytest.mark.skipif(os.name == "nt", reason="sends the signal of Ctrl-C")
def test_ctrl_c_leaves_no_kernel_behind(light):
    # A shell starts what runs in the background with this signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    text = MEETS.format(own="97_a", other="nobody")
    (light / "notebooks/97_a.py").write_text(text, encoding="utf-8")
    here = light / "notebooks/97_a.here"

    def interrupt():
        while not here.exists():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    begin = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            notebooks.execute(["97_a"], root=light, echo=lambda line: None)
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
    assert time.monotonic() - begin < 60 and templates.results(light) == {}


def test_the_longest_notebook_begins(tmp_path, monkeypatch):
    stored = {"a": {"cpu": {"seconds": 5}}, "b": {"cpu": {"seconds": 500}}}
    monkeypatch.setattr(templates, "results", lambda root: stored)
    monkeypatch.setattr(notebooks, "machine", lambda: ("cpu", "", ""))
    assert notebooks.longest_first(["a", "b", "new", "a"]) == ["new", "b", "a"]


def test_what_was_computed_is_not_lost_when_it_is_refused(light):
    path = light / "notebooks/99_small.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text + "\n# %%\nimport sys\n_ = print('careful', file=sys.stderr)\n",
        encoding="utf-8",
    )
    found = notebooks.execute(["99_small"], root=light, echo=lambda line: None)
    assert "writes to stderr" in "\n".join(found["99_small"])
    kept = nbformat.read(light / "notebooks/runs/99_small.refused.ipynb", as_version=4)
    assert kept.cells[-1].outputs[0].text == "careful\n"
    committed = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
    assert committed.cells[-1].outputs == []


def test_an_unfinished_run_is_one_line_and_stays(small, monkeypatch, capsys):
    left = small / "notebooks/runs/faces/unfinished.npz"
    left.parent.mkdir(parents=True)
    left.touch()
    with pytest.raises(FileExistsError, match="move it away"):
        notebooks.execute(["99_small"], root=small)
    assert left.exists()
    execute = notebooks.execute
    monkeypatch.setattr(
        notebooks, "execute", lambda names, **more: execute(names, root=small, **more)
    )
    assert cli.main(["execute", "99_small"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


UNFIT = {
    "import sys; print('careful', file=sys.stderr)": "writes to stderr",
    "import tempfile; print(tempfile.gettempdir() + '/x')": "shows",
    "from IPython.display import Image; Image(data=bytes.fromhex('89504e470d0a1a0a'))": (
        "without alt text"
    ),
    "print('x' * 1_600_000)": "1.5 MB is the limit",
}


def test_what_does_not_belong_in_a_committed_notebook_is_named(tmp_path):
    cells = [nbformat.v4.new_code_cell(source) for source in UNFIT]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebooks.run(notebook, tmp_path)
    notebooks.clean(notebook)
    found = notebooks.faults(notebook)
    assert len(found) == len(UNFIT)
    for fault, words in zip(found, UNFIT.values()):
        assert words in fault


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


def test_every_foreseeable_error_of_a_chore_is_one_line(small, monkeypatch, capsys):
    with pytest.raises(FileNotFoundError, match="99_small"):
        notebooks.execute(["98_none"], root=small)
    for chore in ["execute", "98_none"], ["address", "a b"]:
        assert cli.main(chore) == 1
        assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setattr(notebooks, "sync_all", lambda: open("/no/such/folder"))
    assert cli.main(["sync"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_pins_are_of_this_environment_whatever_pip_is_set_to(tmp_path, monkeypatch):
    (tmp_path / "binder").mkdir()
    monkeypatch.setenv("PIP_PATH", str(tmp_path))  # where pip would list packages of
    cli.pins(tmp_path)
    text = (tmp_path / "binder" / "requirements.txt").read_text(encoding="utf-8")
    assert "tensorflow-cpu==" in text and text.endswith("\n-e .\n")


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
    assert entry["cpu"]["threads"] == "one thread" and "threads" not in entry["gpu"]


ADDS = """
import sys
from data.tools import files
for number in range(25):
    files.update_json(sys.argv[1], lambda old: {"rows": [*old.get("rows", []), number]})
"""


def test_two_processes_lose_no_row_of_a_table(tmp_path):
    table = tmp_path / "table.json"
    command = [sys.executable, "-c", ADDS, str(table)]
    both = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) for _ in "12"
    ]
    while any(process.poll() is None for process in both):
        if table.exists():
            json.loads(table.read_text(encoding="utf-8"))  # whole at every moment
    assert [process.returncode for process in both] == [0, 0]
    assert len(json.loads(table.read_text(encoding="utf-8"))["rows"]) == 50
    assert [path.name for path in tmp_path.iterdir()] == ["table.json"]


def test_rows_of_other_seeds_stay_only_where_seeds_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(seeds, "names", lambda notebook, seed: {"found": {"x": [seed]}})
    table = tmp_path / "table.json"

    def made(*words):
        monkeypatch.setattr(sys, "argv", ["make", *words])
        seeds.make_table("make", None, table)
        stored = json.loads(table.read_text(encoding="utf-8"))["seeds"]
        return [row["seed"] for row in stored]

    assert made("7") == [7]
    assert made("2", "1") == [1, 2, 7]
    assert made() == list(seeds.SEEDS)


def test_a_row_takes_the_place_of_its_like(tmp_path):
    table, order = tmp_path / "table.json", ["one", "two"]
    for name, seed, value in (
        ("two", 0, 1),
        ("one", 1, 2),
        ("gone", 0, 3),
        ("two", 0, 4),
    ):
        known = [*order, "gone"] if name == "gone" else order
        row = {"name": name, "seed": seed, "value": value}
        files.add_row(table, "runs", row, "name", known, budget=value)
    stored = json.loads(table.read_text(encoding="utf-8"))
    assert [row["value"] for row in stored["runs"]] == [2, 4]
    assert stored["budget"] == 4 and "date" in stored
