"""The set-up commands: which Python is found, when an environment counts as finished, what a failure says."""

import os
import platform
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
        # uv's words for the same
        (
            "error: Request failed after 3 retries\n  Caused by: Failed to fetch: `x`\n"
            "  Caused by: error sending request\n  Caused by: dns error",
            "network",
        ),
        ("error: failed to write: No space left on device (os error 28)", "disk is"),
        (
            "  x No solution found when resolving dependencies:\n"
            "  Because only tensorflow<=2.5 is available",
            "no suitable package",
        ),
        ("error: Hash mismatch for `numpy`", "damaged"),
    ],
)
def test_a_failed_installation_says_in_one_sentence_what_to_do(said, means):
    assert means in environment.explain(said, "Python 3.12.1")


def test_an_environment_is_ready_only_with_the_stamp_of_these_requirements(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(environment, "probe", lambda python: ("3.12.1", []))
    stamp = tmp_path / "course-stamp.txt"
    assert not environment.is_ready(tmp_path, oldest=False)
    stamp.write_text(environment.stamp_for(False, "3.12.1"), encoding="utf-8")
    assert environment.is_ready(tmp_path, oldest=False)
    assert not environment.is_ready(tmp_path, oldest=True)
    # Its packages lie elsewhere, or its Python was removed.
    for found in ("3.12.1", ["tensorflow"]), (None, []):
        monkeypatch.setattr(environment, "probe", lambda python, found=found: found)
        assert not environment.is_ready(tmp_path, oldest=False)


def pretend(monkeypatch, tmp_path, status=0, missing=(), uv=()):
    """An environment in a temporary folder whose pip does nothing and ends with `status`.

    missing: what is not there afterwards. Returns the folder and the calls.
    """
    calls = []
    folder = tmp_path / ".venv"
    monkeypatch.setattr(environment, "folder_of", lambda oldest: folder)
    monkeypatch.setattr(
        environment,
        "probe",
        lambda python: ("3.12.1", list(missing)) if folder.exists() else (None, []),
    )
    monkeypatch.setattr(environment, "uv_command", lambda: list(uv))
    for name in "pip_environment", "uv_environment":
        monkeypatch.setattr(environment, name, lambda python: {})

    def run_logged(command, variables, log):
        calls.append("uv" if command[: len(uv)] == list(uv) and uv else "pip")
        return (1, "dns error") if calls[-1] == "uv" else (status, "no route")

    monkeypatch.setattr(environment, "run_logged", run_logged)

    def make(command, **options):
        calls.append("venv")
        folder.mkdir()
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(environment.subprocess, "run", make)
    monkeypatch.setattr(
        environment.shutil, "disk_usage", lambda path: type("Disk", (), {"free": 50e9})
    )
    return folder, calls


def test_success_is_believed_only_when_the_packages_are_there(
    tmp_path, monkeypatch, capsys
):
    folder, calls = pretend(monkeypatch, tmp_path, missing=["tensorflow"])
    assert environment.build(False) == 1
    assert "tensorflow" in capsys.readouterr().err
    assert not (folder / "course-stamp.txt").exists()


def test_where_uv_fails_pip_takes_over_and_one_line_says_so(
    tmp_path, monkeypatch, capsys
):
    folder, calls = pretend(monkeypatch, tmp_path, uv=["uv"])
    assert environment.build(False) == 0 and calls == ["venv", "uv", "pip"]
    assert capsys.readouterr().out.count("uv could not do it") == 1


def test_a_probe_finds_what_an_environment_has_and_lacks(tmp_path, monkeypatch):
    version, missing = environment.probe(sys.executable)
    assert version == platform.python_version() and "numpy" not in missing
    monkeypatch.setattr(environment, "required", lambda: ["numpy", "not-there"])
    (tmp_path / "ganlib").mkdir()
    monkeypatch.setattr(environment, "ROOT", tmp_path)  # ganlib is another folder's
    missing = environment.probe(sys.executable)[1]
    assert {"not-there", "ganlib"} <= set(missing) and "numpy" not in missing
    assert environment.probe(tmp_path / "no-python") == (None, [])


@pytest.fixture
def pip_settings(tmp_path, monkeypatch):
    """pip with a configuration file of our own and none of its variables."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")) or name in ("SSL_CERT_FILE", "ALL_PROXY"):
            monkeypatch.delenv(name)
    path = tmp_path / "pip.conf"
    monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
    return path


def test_no_setting_of_pip_sends_the_packages_elsewhere(pip_settings, monkeypatch):
    pip_settings.write_text(
        "[global]\nextra-index-url =\n    file:///one\n    file:///two\n"
        "[install]\ntarget = /elsewhere\nuser = true\n"
    )
    monkeypatch.setenv("PIP_PREFIX", "/elsewhere")
    monkeypatch.setenv("PIP_NO_DEPS", "1")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    variables = environment.pip_environment(sys.executable)
    assert "/elsewhere" not in variables.values()
    assert variables["PIP_CONFIG_FILE"] == os.devnull
    assert variables["PIP_EXTRA_INDEX_URL"].split() == ["file:///one", "file:///two"]
    assert not {"PIP_USER", "PIP_NO_DEPS", "PYTHONPATH"} & variables.keys()
    # pip itself, asked with these: the settings that matter and no other.
    found = environment.configured(sys.executable, variables)
    assert "extra-index-url" in found and not environment.ELSEWHERE & found.keys()


def test_other_settings_of_pip_stay_and_reach_uv(pip_settings, monkeypatch):
    pip_settings.write_text(
        "[global]\nindex-url = file:///own\ntimeout = 7\n"
        "find-links =\n    /a\n    /b\n[install]\nindex-url = file:///newer\n"
    )
    assert environment.pip_environment(sys.executable)["PIP_CONFIG_FILE"] == str(
        pip_settings
    )
    monkeypatch.setenv("UV_HTTP_TIMEOUT", "9")
    variables = environment.uv_environment(sys.executable)
    assert variables["UV_INDEX_URL"] == "file:///newer"
    assert variables["UV_FIND_LINKS"] == "/a,/b"
    assert variables["UV_HTTP_TIMEOUT"] == "9"
    assert "UV_INDEX_STRATEGY" not in variables


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
    monkeypatch.setattr(environment, "run_logged", lambda *given: (0, ""))
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
