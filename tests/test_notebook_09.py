"""Notebook 09 from Python: its long cell on small networks, what it claims of a run that is not finished, and its
measures on few pictures of one's own.
"""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from PIL import Image

from data.tools import definitions, notebooks
from ganlib import metrics, plots
from ganlib.data import load_data
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
    cell = definitions.cell(SOURCE, "TimeIsOver")
    exec(cell, names)
    assert (
        "100 of 200 steps are made. Run this cell once more" in capsys.readouterr().out
    )
    assert (
        names["checkpoint"].is_file()
        and names["made"] == 100
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
    cell = definitions.cell(SOURCE, "TimeIsOver")
    exec(cell, {**names, "MINUTES": 60})
    assert (
        names["gan"].record["step"] == [100, 200]
        and (names["run"] / "finished.npz").is_file()
    )


def test_a_second_run_on_a_slow_machine_may_say_that_it_goes_on():
    """`make test` leaves an unfinished run there, and the next `make test` prints other words than are stored."""
    source = definitions.cell(SOURCE, "checkpoint")
    (cell,) = [c for c in notebooks.read_source(SOURCE).cells if c.source == source]
    assert "machine" in cell.metadata["tags"]


def test_every_bar_holds_at_every_step_and_rises_with_the_steps():
    """A slow machine stops early: its claims are smaller then, but none is skipped."""
    names = ("DISTANCE_BARS", "SCORE_BARS", "OUTSIDE_BARS", "SHARE_BARS")
    found = definitions.load(SOURCE, "bar", *names, STEPS=6600)
    for name in names:
        bars = [found["bar"](made, found[name]) for made in range(0, 6601, 50)]
        if name != "SHARE_BARS":  # these are bars from above
            bars = [-bar for bar in bars]
        assert bars == sorted(bars) and bars[0] < bars[-1], name


class OwnPictures:
    """Stands for the networks of a run of 100 steps on pictures of one's own."""

    def __init__(self, shape):
        self.shape = shape

    def sample(self, n, seed=0):
        rng = np.random.default_rng(seed)
        return rng.integers(0, 256, (n, *self.shape), np.uint8)


@pytest.mark.parametrize("n", [3, 9, 40, 200])
def test_pictures_of_ones_own_may_be_few(n, tmp_path, capsys):
    """The measures took 128 held-out pictures for granted, and stopped the notebook after the long training."""
    rng = np.random.default_rng(0)
    for i in range(n):
        pixels = rng.integers(0, 256, (20, 20, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{i}.png")
    own = OwnPictures((16, 16, 3))
    names = {
        "DATA": str(tmp_path),
        "N": 10_000,
        "SIZE": 16,
        "READ": (),
        "STEPS": 200,
        "made": 100,
        "shape": own.shape,
        "measured": False,
        "gan": own,
        "before": own.sample(500),
        "dashboard": SimpleNamespace(frames={100: own.sample(64, 1)}),
        "record": {"step": [100], "d_loss": [1.0], "g_loss": [1.0]},
        "load_data": load_data,
        "metrics": metrics,
        "plots": plots,
        "np": np,
    }
    for name in ("half", "drawn", "strip", "chosen", "scores", "real_gap"):
        source = definitions.cell(SOURCE, name)
        definitions.run(source, names, f"<the cell of {name}>")
        if name == "half":
            assert "held out. " in capsys.readouterr().out  # before the training
    few = names["half"] == 0
    assert few == (n == 3) and bool(names["scores"]) != few
