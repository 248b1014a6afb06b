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
