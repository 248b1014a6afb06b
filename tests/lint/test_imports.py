"""ganlib's modules import one way, the library stays small, and importing it costs next to nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "ganlib"
# Each module may import those on lines above its own, and its neighbours on the same line.
ORDER = [
    ["checks"],
    ["checkpoint"],  # arrays on disk: networks are saved with it, training goes on
    ["toy", "faces", "image_files", "downloads"],
    ["data"],
    ["models"],
    ["losses"],
    ["steps"],
    ["training"],
    ["metrics", "classifiers"],
    ["plots"],
    ["labs"],
]
# exercises stands apart: it grades answers, and no other module needs it. What it may
# import needs only NumPy.
APART = {"exercises": {"checkpoint", "checks"}}
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
WIDGETS = {"ipywidgets", "anywidget", "traitlets"}
FILES = sorted(LIBRARY.rglob("*.py"))


def module_of(path):
    """The module of ganlib that a file belongs to: its own name, or that of its folder inside ganlib."""
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def imported(tree, path):
    """Every module that a file imports anywhere in it, relative imports spelled out."""
    package = ["ganlib", *path.relative_to(LIBRARY).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def breaches(path):
    """What a file imports and must not, one line each."""
    own, found = module_of(path), []
    for module in set(imported(ast.parse(path.read_text(encoding="utf-8")), path)):
        top, *rest = module.split(".")
        if top in WIDGETS and own != "labs":
            found.append(f"{path.name} imports {module}; only labs may use widgets")
        if top in ("notebooks", "tests"):
            found.append(
                f"{path.name} imports {module}; the library stands without notebooks and tests"
            )
        other = rest[0] if top == "ganlib" and rest else None
        if other is None or other == own or other not in {*LEVEL, *APART}:
            continue
        if own in APART:
            wrong = other not in APART[own]
        else:
            wrong = other in APART or LEVEL[other] > LEVEL.get(own, -1)
        if wrong and own != "__init__":
            found.append(
                f"{path.name} imports ganlib.{other}, which comes later on the way from data to pictures"
            )
    return found


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_imports_point_one_way(path):
    assert module_of(path) in {*LEVEL, *APART, "__init__"}, (
        f"give {path.name} a place in ORDER"
    )
    assert not breaches(path)


def test_a_wrong_import_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "LIBRARY", tmp_path)
    wrong = tmp_path / "losses.py"
    for line in (
        "from ganlib import training",
        "import ganlib.plots as p",
        "from .training import GAN",
        "from . import labs",
        "def f():\n    import ipywidgets",
        "from ganlib.exercises import check",
        "import notebooks.x",
    ):
        wrong.write_text(line)
        assert breaches(wrong), line
    for line in (
        "from ganlib import models",
        "from .checks import check_images",
        "import keras",
    ):
        wrong.write_text(line)
        assert not breaches(wrong), line


def test_no_two_modules_import_each_other():
    pairs = set()
    for path in FILES:
        for module in imported(ast.parse(path.read_text(encoding="utf-8")), path):
            parts = module.split(".")
            if (
                parts[0] == "ganlib"
                and len(parts) > 1
                and module_of(path) != "__init__"
            ):
                pairs.add((module_of(path), parts[1]))
    assert not [(a, b) for a, b in pairs if a < b and (b, a) in pairs]


def test_importing_ganlib_loads_nothing_heavy():
    code = (
        "import sys, ganlib; "
        "print([m for m in ('tensorflow', 'matplotlib', 'sklearn', 'PIL', 'ipywidgets') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert answer.stdout.strip() == "[]"
