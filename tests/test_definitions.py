"""What a notebook defines can be used by name, without running its other cells."""

import pytest

from data.tools import definitions, seeds

NOTEBOOK = """
# %%
import math as m
SIZE, WIDTH = 3, 2
noise = 1 / 0  # a long training

# %%
def double(x, noise=SIZE):
    return m.floor(2 * x) + noise


# %%
class Box:
    def side(self, SIZE=1):
        return double(WIDTH)


result = Box().side()
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "notebook.py"
    path.write_text(NOTEBOOK, encoding="utf-8")
    return path


def test_what_a_function_uses_comes_with_it_and_nothing_else(path):
    names = definitions.load(path, "Box")
    assert names["Box"]().side() == 7
    assert "result" not in names and "noise" not in names


def test_a_given_value_stands_in(path):
    assert definitions.load(path, "Box", WIDTH=10)["Box"]().side() == 23
    assert definitions.load(path, "Box", double=str)["Box"]().side() == "2"


def test_a_cell_is_found_by_what_it_defines(path):
    assert definitions.cell(path, "result").startswith("class Box")
    for find in (definitions.cell, definitions.load):
        with pytest.raises(LookupError, match="nothing_such"):
            find(path, "nothing_such")


def test_a_table_of_seeds_runs_the_cells_before_the_desk_with_its_own_seed(
    tmp_path, monkeypatch
):
    notebook = tmp_path / "small.py"
    notebook.write_text(
        "# %%\nSEED, found = (\n    0,\n    {},\n)\n\n# %%\nfound['twice'] = 2 * SEED\n\n"
        "# %%\nstored = unknown\n\n# %%\nscreen = unknown\n"
    )
    monkeypatch.chdir(tmp_path)
    assert seeds.names(notebook, 7)["found"] == {"twice": 14}
