"""What every notebook of the course must be, read from its files alone: nbval runs them, this looks at them.

A notebook opens with its title, promise, what is needed first, time and memory, and what will be learned;
it closes with a recap of the same points, exercises, a quiz, references and the way on.
"""

import re
from pathlib import Path

import nbformat
import pytest

from data.tools import notebooks, templates
from tests.tools import budget

ROOT = Path(__file__).resolve().parents[2]
SOURCES = notebooks.sources()
CLOSING = ["recap", "exercises", "quiz", "references", "next"]
every = pytest.mark.parametrize("path", SOURCES, ids=[path.stem for path in SOURCES])


def cells_of(path):
    """The cells of the executed notebook beside a .py."""
    return nbformat.read(path.with_suffix(".ipynb"), as_version=4).cells


def text_of(cells):
    """All Markdown in reading order, without code blocks."""
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)


def headings(cells):
    """`[(level, title)]` in reading order."""
    return [
        (len(marks), title.strip())
        for marks, title in re.findall(r"^(#{1,6}) +(.+)$", text_of(cells), re.M)
    ]


def section(cells, word):
    """The text under the first heading that contains `word`, up to the next heading of the same level or
    above.
    """
    match = re.search(
        rf"^(#+) [^\n]*{word}[^\n]*\n(.*?)(?=^#{{1,2}} |\Z)",
        text_of(cells),
        re.S | re.M | re.I,
    )
    return match[2] if match else ""


def bullets(text):
    """The items of a list."""
    return re.findall(r"^(?:[-*]|\d+\.) +(.+)$", text, re.M)


def test_there_is_an_ipynb_for_every_py_and_the_other_way_round():
    executed = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert executed == {path.stem for path in SOURCES}


@every
def test_py_and_ipynb_agree_cell_by_cell(path):
    source, executed = notebooks.read_source(path).cells, cells_of(path)
    for number, (a, b) in enumerate(zip(source, executed)):
        assert (a.cell_type, a.source) == (b.cell_type, b.source), (
            f"cell {number} differs: run make sync"
        )
        assert a.metadata == b.metadata, (
            f"the metadata of cell {number} differ: run make sync"
        )
    assert len(source) == len(executed)


@every
def test_generated_parts_are_up_to_date(path):
    text = path.read_text(encoding="utf-8")
    assert templates.rendered_notebook(text, path.stem) == text, "run make sync"
    assert text.count("<!-- badges -->") == 1 and text.count("<!-- measured -->") == 1
    setup = next(cell for cell in cells_of(path) if cell.cell_type == "code")
    assert setup.source == templates.setup_cell(templates.repository()), (
        "the first code cell is the set-up cell"
    )


@every
def test_it_opens_as_every_notebook_does(path):
    cells = cells_of(path)
    first = next(i for i, cell in enumerate(cells) if cell.cell_type == "code")
    opening = text_of(cells[:first])
    assert cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")
    title, promise = templates.title_and_promise(path.read_text(encoding="utf-8"))
    assert title and 20 < len(promise) < 250 and promise.endswith("."), (
        f"one sentence of promise, not {promise!r}"
    )
    assert re.search(r"need first|before you start|prerequisites", opening, re.I)
    assert re.search(r"time and memory", opening, re.I)
    assert len(bullets(section(cells[:first], "learn"))) >= 3, (
        "a heading with 'learn' and at least three objectives"
    )


@every
def test_it_closes_as_every_notebook_does(path):
    cells = cells_of(path)
    titles = [title.lower() for level, title in headings(cells) if level == 2]
    assert len(titles) >= len(CLOSING)
    for word, title in zip(CLOSING, titles[-len(CLOSING) :]):
        assert word in title, (
            f"the last sections are {', '.join(CLOSING)}; here stands {title!r}"
        )
    assert len(bullets(section(cells, "recap"))) == len(
        bullets(section(cells, "learn"))
    ), "the recap answers the objectives one by one"
    # an exercise is a heading of the third level, or an item that starts in bold
    exercises = re.findall(
        r"^(?:### .+|(?:[-*]|\d+\.) +\*\*.+|\*\*\d.+)$",
        section(cells, "exercises"),
        re.M,
    )
    assert len(exercises) >= 3, "at least three exercises"
    assert len(re.findall(r"\?", section(cells, "quiz"))) >= 3, (
        "a quiz of at least three questions"
    )
    assert len(bullets(section(cells, "references"))) >= 2


@every
def test_headings_are_in_order(path):
    levels = [level for level, _ in headings(cells_of(path))]
    assert levels.count(1) == 1 and levels[0] == 1
    for a, b in zip(levels, levels[1:]):
        assert b <= a + 1, "a heading skips a level"


@every
def test_links_and_pictures_lead_somewhere(path):
    cells = cells_of(path)
    anchors = {
        re.sub(r"[^\w\- ]", "", title).strip().replace(" ", "-").lower()
        for _, title in headings(cells)
    }
    for alt, target in re.findall(r"(!?\[[^\]]*\])\(([^)\s]+)\)", text_of(cells)):
        assert not alt.startswith("![]"), (
            f"the picture {target} has no alternative text"
        )
        if target.startswith("#"):
            assert target[1:].lower() in anchors, f"no heading {target}"
        elif not re.match(r"https?://|mailto:|attachment:", target):
            assert (path.parent / target.split("#")[0]).exists(), f"link to {target}"


@every
def test_it_was_run_from_top_to_bottom_and_left_clean(path):
    notebook = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
    counts = [
        cell.execution_count
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.source.strip()
    ]
    assert counts == list(range(1, len(counts) + 1)), (
        "run make execute NOTEBOOK=" + path.stem
    )
    assert not notebooks.faults(notebook)
    assert notebook.metadata == notebooks.METADATA, (
        "no widget state, no version of one machine"
    )
    raw = path.with_suffix(".ipynb").read_text(encoding="utf-8")
    assert notebooks.WIDGET_VIEW not in raw and '"execution":' not in raw
    ids = [cell["id"] for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


@every
def test_time_and_memory_were_measured_and_fit_the_budget(path):
    run = templates.results().get(path.stem, {}).get("cpu")
    assert run, f"run make execute NOTEBOOK={path.stem}"
    assert run["peak_mb"] <= budget.MEMORY_MB and run["seconds"] <= budget.seconds_for(
        path.stem
    )
    assert templates.measured(templates.results()[path.stem]) in text_of(cells_of(path))


def test_the_image_notebooks_together_fit_their_budget():
    spent = [
        run["cpu"]["seconds"]
        for name, run in templates.results().items()
        if name[:2] in budget.IMAGES
    ]
    assert spent and sum(spent) <= budget.IMAGES_S


def test_results_tell_of_notebooks_that_exist():
    assert set(templates.results()) <= {path.stem for path in SOURCES}


def test_the_readme_table_is_up_to_date():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert templates.rendered_readme(text) == text, "run make sync"
    assert "<!-- badges -->" in text and "<!-- notebooks -->" in text
