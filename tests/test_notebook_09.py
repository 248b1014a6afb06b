"""The long cell of notebook 09, on a small game: it ends after its minutes, says how far it came, and goes on."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from data.tools import notebooks
from ganlib.models import build_discriminator, build_generator
from ganlib.training import GAN

SOURCE = notebooks.templates.ROOT / "notebooks" / "09_faces.py"


@pytest.fixture
def names(tmp_path):
    """What the long cell takes from the cells above it."""
    names = {
        "DATA": "faces",
        "N": 16,
        "SIZE": 8,
        "WIDTH": 4,
        "BATCH": 4,
        "STEPS": 200,
        "RATE": 5e-4,
        "R1": 1.0,
        "MINUTES": 0,
        "run": tmp_path,
        "checkpoint": tmp_path / "unfinished.npz",
        "dashboard": SimpleNamespace(callback=keras.callbacks.Callback),
        "train": SimpleNamespace(
            images=np.random.default_rng(0).integers(0, 256, (16, 8, 8, 3), np.uint8)
        ),
    }
    exec("import time\nimport keras", names)
    keras.utils.set_random_seed(0)
    names["gan"] = GAN(
        build_generator((8, 8, 3), 4, width=4), build_discriminator((8, 8, 3), width=4)
    )
    names["gan"].compile(steps_per_execution=1)
    return names


def test_the_training_ends_after_its_minutes_and_goes_on_when_the_cell_is_run_again(
    names, capsys
):
    (cell,) = notebooks.code(SOURCE, "class TimeIsOver")
    exec(cell, names)
    assert (
        "100 of 200 steps are made. Run this cell once more" in capsys.readouterr().out
    )
    assert (
        names["checkpoint"].is_file()
        and not names["claims"]
        and names["record"]["step"] == [100]
    )
    exec(cell, names)
    assert (
        names["record"]["step"] == [100, 200]
        and "steps are made" not in capsys.readouterr().out
    )
    assert (names["run"] / "finished.npz").is_file() and not names[
        "checkpoint"
    ].exists()


def test_with_time_enough_it_is_made_in_one_go(names):
    (cell,) = notebooks.code(SOURCE, "class TimeIsOver")
    exec(cell, {**names, "MINUTES": 60})
    assert (
        names["gan"].record["step"] == [100, 200]
        and (names["run"] / "finished.npz").is_file()
    )


def test_a_second_run_on_a_slow_machine_may_say_that_it_goes_on():
    """`make test` leaves an unfinished run there, and the next `make test` prints other words than are stored."""
    (cell,) = [
        cell
        for cell in notebooks.read_source(SOURCE).cells
        if cell.cell_type == "code" and "an unfinished run goes on" in cell.source
    ]
    assert "varies" in cell.metadata["tags"]
