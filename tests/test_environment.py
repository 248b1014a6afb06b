"""The set-up commands: which Python is found, when an environment counts as finished, what a failure says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from data.tools import environment

ROOT = Path(__file__).resolve().parents[1]
posix = pytest.mark.skipif(
    os.name == "nt", reason="the search for a Python is a shell script"
)
README = ROOT / "README.md"


def script(folder, name, body):
    """A small program on a PATH of our own."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def find(path, *arguments, **extra):
    """Run the search with nothing but `path` on PATH."""
    tools = (
        os.pathsep.join([str(path), "/usr/bin", "/bin"])
        if extra.pop("tools", True)
        else str(path)
    )
    return subprocess.run(
        ["/bin/sh", str(ROOT / "data/tools/find_python.sh"), *arguments],
        capture_output=True,
        text=True,
        env={"PATH": tools, "HOME": "/nowhere", **extra},
    )


@posix
def test_a_shim_that_only_fails_is_passed_over(tmp_path):
    script(tmp_path, "python3", "echo 'python3: command not found' >&2; exit 127")
    script(tmp_path, f"python3.{sys.version_info[1]}", f'exec "{sys.executable}" "$@"')
    answer = find(tmp_path, str(sys.version_info[1]))
    assert answer.returncode == 0
    version = subprocess.run(
        [answer.stdout.strip(), "--version"], capture_output=True, text=True
    ).stdout
    assert re.match(r"Python 3\.1[0-3]\.", version)


@posix
def test_an_unsuitable_python_is_named(tmp_path):
    python = script(
        tmp_path, "old", '[ "$1" = --version ] && echo Python 3.8.1 && exit; exit 2'
    )
    answer = find(tmp_path, PYTHON=str(python))
    assert answer.returncode == 1 and answer.stdout == ""
    assert "Python 3.8.1" in answer.stderr and "3.10 to 3.13" in answer.stderr


@posix
def test_a_python_without_venv_leads_to_the_command_that_installs_it(tmp_path):
    python = script(
        tmp_path,
        "bare",
        'case "$2" in *ensurepip*) exit 3 ;; *) echo python3.11-venv ;; esac',
    )
    answer = find(tmp_path, PYTHON=str(python))
    assert answer.returncode == 1
    assert "sudo apt install python3.11-venv" in answer.stderr


@pytest.mark.parametrize(
    "said, means",
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        (
            "Failed to establish a new connection: [Errno -3] Temporary failure in name resolution\n"
            "ERROR: No matching distribution found for keras",
            "network",
        ),
        (
            "ERROR: No matching distribution found for tensorflow>=2.19",
            "no suitable package",
        ),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "damaged"),
        ("something nobody has seen", "something nobody has seen"),
    ],
)
def test_a_failed_installation_says_in_one_sentence_what_to_do(said, means):
    assert means in environment.explain(said, "Python 3.12.1")


def test_an_environment_is_ready_only_with_the_stamp_of_these_requirements(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(environment, "version_of", lambda python: "3.12.1")
    stamp = tmp_path / "course-stamp.txt"
    assert not environment.is_ready(tmp_path, oldest=False)
    stamp.write_text(environment.stamp_for(False, "3.12.1"), encoding="utf-8")
    assert environment.is_ready(tmp_path, oldest=False)
    assert not environment.is_ready(tmp_path, oldest=True)
    monkeypatch.setattr(
        environment, "version_of", lambda python: None
    )  # its Python was removed
    assert not environment.is_ready(tmp_path, oldest=False)


def pretend(monkeypatch, tmp_path, status=0):
    """An environment in a temporary folder whose pip does nothing and ends with `status`; returns the
    calls.
    """
    calls = []
    folder = tmp_path / ".venv"
    monkeypatch.setattr(environment, "folder_of", lambda oldest: folder)
    monkeypatch.setattr(
        environment, "version_of", lambda python: "3.12.1" if folder.exists() else None
    )
    monkeypatch.setattr(
        environment,
        "run_pip",
        lambda *given: (calls.append("pip"), (status, "no route"))[1],
    )

    def make(command, **options):
        calls.append("venv")
        folder.mkdir()
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(environment.subprocess, "run", make)
    monkeypatch.setattr(
        environment.shutil, "disk_usage", lambda path: type("Disk", (), {"free": 50e9})
    )
    return folder, calls


def test_a_finished_environment_is_left_alone_and_an_interrupted_one_is_built_again(
    tmp_path, monkeypatch
):
    folder, calls = pretend(monkeypatch, tmp_path)
    assert environment.build(False) == 0 and calls == ["venv", "pip"]
    assert environment.build(False) == 0 and calls == [
        "venv",
        "pip",
    ]  # nothing to do, so no network either
    (folder / "course-stamp.txt").unlink()
    (folder / "course-unfinished").touch()
    assert environment.build(False) == 0 and calls == ["venv", "pip", "venv", "pip"]


def test_new_requirements_are_added_and_a_failure_keeps_what_was_there(
    tmp_path, monkeypatch, capsys
):
    folder, calls = pretend(monkeypatch, tmp_path, status=1)
    folder.mkdir()
    (folder / "course-stamp.txt").write_text("of other requirements", encoding="utf-8")
    assert environment.build(False) == 1 and calls == ["pip"]
    assert "no route" in capsys.readouterr().err
    assert folder.exists() and not (folder / "course-unfinished").exists()
    monkeypatch.setattr(environment, "run_pip", lambda *given: (0, ""))
    assert environment.build(False) == 0 and environment.is_ready(folder, False)


def test_a_full_disk_is_noticed_before_anything_is_removed_or_made(
    tmp_path, monkeypatch, capsys
):
    folder, calls = pretend(monkeypatch, tmp_path)
    monkeypatch.setattr(
        environment.shutil, "disk_usage", lambda path: type("Disk", (), {"free": 1e9})
    )
    assert environment.build(False) == 1 and not calls
    assert "Only 1.0 GB are free" in capsys.readouterr().err


def requirements():
    """`{name: lower bound}` from requirements.txt."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return dict(
        re.match(r"([A-Za-z0-9-]+)>=([0-9.]+)", line).groups()
        for line in lines
        if ">=" in line
    )


def numbers(version):
    """`2.10.1` as something that can be compared."""
    return [int(part) for part in re.findall(r"\d+", version)[:3]]


def test_every_requirement_has_a_lower_bound_and_a_reason():
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        assert line.startswith("#") or re.fullmatch(
            r"([a-z-]+>=[0-9.]+|-e \.)\s+# \S.+", line
        ), line


def test_the_oldest_versions_are_the_lower_bounds():
    pins = dict(
        line.split("==")
        for line in (ROOT / "tests/oldest.txt").read_text().splitlines()
        if "==" in line
    )
    assert pins.keys() == requirements().keys()
    for name, bound in requirements().items():
        assert numbers(pins[name])[: len(numbers(bound))] == numbers(bound), name


def test_binder_has_exact_versions_of_everything_within_the_ranges_and_no_gpu_build():
    lines = [
        line
        for line in (ROOT / "binder/requirements.txt").read_text().splitlines()
        if line[:1] not in "#"
    ]
    assert lines.pop() == "-e ."
    pins = dict(line.split("==") for line in lines)
    assert "tensorflow" not in pins
    pins["tensorflow"] = pins.pop("tensorflow-cpu")
    for name, bound in requirements().items():
        assert numbers(pins[name]) >= numbers(bound), name
    assert re.fullmatch(
        r"python-3\.1[0-3]\n", (ROOT / "binder/runtime.txt").read_text()
    )


def test_the_commands_that_the_course_tells_people_to_type_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    assert {"lab", "test", "test-oldest", "sync", "execute", "publish"} <= targets
    texts = [
        README,
        ROOT / ".ci/run",
        ROOT / ".github/workflows/test.yml",
        ROOT / "Makefile",
        *ROOT.glob("notebooks/*.py"),
        *ROOT.glob("ganlib/*.py"),
        *ROOT.glob("data/*.md"),
    ]
    for path in texts:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        for target in re.findall(
            r"(?:^|[`$|]|run: ) *make ([a-z]+(?:-[a-z]+)*)\b", text, re.M
        ):
            assert target in targets, f"{path.name} says `make {target}`"
        for program in re.findall(r"python ((?:data|tests)/[\w/]+\.py)", text):
            assert (ROOT / program).is_file(), f"{path.name} says `python {program}`"


def test_the_readme_gives_the_two_commands_and_the_one_without_make():
    text = README.read_text(encoding="utf-8")
    for command in (
        "make lab",
        "make test",
        "pip install -r requirements.txt && jupyter lab",
    ):
        assert command in text


def test_continuous_integration_runs_the_same_command_on_three_systems():
    import yaml

    workflow = yaml.safe_load(
        (ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")
    )
    systems = {
        entry["os"]
        for entry in workflow["jobs"]["newest"]["strategy"]["matrix"]["include"]
    }
    assert systems == {"ubuntu-latest", "macos-latest", "windows-latest"}
    assert "make test" in (ROOT / ".ci/run").read_text() and os.access(
        ROOT / ".ci/run", os.X_OK
    )
    # Windows has no make: what it runs instead must be what the Makefile runs.
    spelled = " ".join(
        re.search(r"^NBVAL = (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()
    )
    windows = next(
        step["run"]
        for step in workflow["jobs"]["newest"]["steps"]
        if "Windows, " in step.get("name", "")
    )
    assert spelled in " ".join(windows.replace("\\", " ").split())
