"""The repository as a whole: its layout, sizes, and nothing in it that belongs to one machine."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP = {
    "README.md",
    "requirements.txt",
    "notebooks",
    "ganlib",
    "tests",
    "data",
    "binder",
    # and what tools expect at a root
    "pyproject.toml",
    "Makefile",
    "LICENSE",
    "LICENSE-TEXT",
    "CITATION.cff",
    ".gitignore",
    ".gitattributes",
    ".ci",
    ".github",
}
TEXT = {
    ".py",
    ".ipynb",
    ".md",
    ".txt",
    ".toml",
    ".yml",
    ".json",
    ".csv",
    ".sh",
    ".cff",
    ".html",
    ".js",
    ".css",
    "",
}
# Each is written with a ~ in it, so that this file does not contain what it forbids.
FORBIDDEN = re.compile(
    "|".join(
        [
            r"py~pi\.org",
            r"python~hosted\.org",
            r"registry\.npm~js",
            r"deb\.debian~\.org",
            r"security~\.ubuntu",
            "/ro~ot/",
            "/wo~rk/",
            r"/ho~me/\w",
            r"/Us~ers/\w",
            r"[A-Z]:\\+Us~ers",
        ]
    ).replace("~", "")
)


def tracked():
    """Every file that git tracks or would track; the test says so where there is no git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        answer = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(
            "this copy of the course is no git repository, so what belongs to it is not known"
        )
    return [
        ROOT / name
        for name in answer.stdout.split("\0")
        if name and (ROOT / name).is_file()
    ]


def test_nothing_stands_at_the_top_but_the_course_and_what_tools_expect():
    found = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert found <= TOP, f"these do not belong at the top: {sorted(found - TOP)}"


def test_no_file_is_large():
    assert not {
        str(path.relative_to(ROOT)): path.stat().st_size
        for path in tracked()
        if path.stat().st_size > 5_000_000
    }


def test_no_file_names_a_machine_a_user_or_a_package_host():
    found = []
    for path in tracked():
        if path.suffix in TEXT:
            text = re.sub(
                r'"image/\w+": "[^"]*"', "", path.read_text(encoding="utf-8")
            )  # base64 may say anything
            found += [
                f"{path.relative_to(ROOT)}: {match[0]}"
                for match in FORBIDDEN.finditer(text)
            ]
    assert not found


def test_the_pattern_finds_what_it_is_for():
    for text in (
        "https://py~pi.org/simple",
        "/ho~me/ada/x",
        "C:\\Us~ers\\ada",
        "/ro~ot/x",
    ):
        assert FORBIDDEN.search(text.replace("~", "")), text
    assert not FORBIDDEN.search("pip install, the home/ folder, and users everywhere")


def test_no_text_is_left_unfinished():
    marks = re.compile(r"\b(TO~DO|FIX~ME|X~XX)\b".replace("~", ""))
    found = []
    for path in tracked():
        if path.suffix in {".py", ".md", ".ipynb", ".sh", ".yml", ".toml"}:
            text = re.sub(r'"image/\w+": "[^"]*"', "", path.read_text(encoding="utf-8"))
            found += [
                f"{path.relative_to(ROOT)}: {match[0]}"
                for match in marks.finditer(text)
            ]
    assert not found


def misspelled(*paths):
    """What codespell finds in these files; "fro" and "ot" are no slips here (to and fro; halves of words)."""
    command = [
        sys.executable,
        "-m",
        "codespell_lib",
        "--ignore-words-list=fro,ot",
        *map(str, paths),
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


def test_words_are_spelled_as_they_should_be(tmp_path):
    assert (
        misspelled(
            *(path for path in tracked() if path.suffix in {".py", ".md", ".cff"})
        )
        == ""
    )
    slip = tmp_path / "slip.md"
    slip.write_text(
        "A distrib~ution that is se~perate.".replace("~", ""), encoding="utf-8"
    )
    assert "separate" in misspelled(slip) and "distribution" not in misspelled(slip)


def newer_than_3_10(source):
    """The lines that Python 3.10 cannot read: what `ast` knows of, and a star in an index without parentheses."""
    try:
        tree = ast.parse(source, feature_version=(3, 10))
    except SyntaxError as error:
        return [error.lineno]
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Tuple)
        and any(isinstance(part, ast.Starred) for part in node.slice.elts)
        and not ast.get_source_segment(source, node.slice).startswith("(")
    ]


def test_all_code_can_be_read_by_the_oldest_python():
    assert newer_than_3_10("a[i, *b]") == [1]
    assert newer_than_3_10(
        "try:\n    pass\nexcept* OSError:\n    pass"
    ) and not newer_than_3_10("a[(i, *b)], a[i, j]")
    found = {}
    for path in tracked():
        if path.suffix == ".py":
            found[str(path.relative_to(ROOT))] = newer_than_3_10(
                path.read_text(encoding="utf-8")
            )
    assert not {name: lines for name, lines in found.items() if lines}


def test_links_in_the_readme_lead_somewhere():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for alt, target in re.findall(r"(!?\[[^\]]*\])\(([^)\s]+)\)", text):
        assert not alt.startswith("![]"), (
            f"the picture {target} has no alternative text"
        )
        if not re.match(r"https?://|#|mailto:", target):
            assert (ROOT / target.split("#")[0]).exists(), (
                f"README.md links to {target}"
            )


def test_both_licences_are_named_where_people_look():
    text = (ROOT / "LICENSE-TEXT").read_text(encoding="utf-8")
    assert "CC BY 4.0" in text and (ROOT / "LICENSE").read_text().startswith(
        "MIT License"
    )
