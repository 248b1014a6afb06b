"""The commands and versions that the course's files name: they exist and agree.

Read from the files alone: part of `make lint`.
"""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"


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
    assert {
        "lab",
        "test",
        "check",
        "lint",
        "test-oldest",
        "sync",
        "execute",
        "publish",
    } <= targets
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
    windows = next(
        step["run"]
        for step in workflow["jobs"]["newest"]["steps"]
        if "Windows, " in step.get("name", "")
    )
    assert "python data/tools/environment.py" in windows
    assert "data/tools/check.py test" in windows
    assert "data/tools/check.py test" in (ROOT / "Makefile").read_text()
