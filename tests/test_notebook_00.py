"""Notebook 00: the set-up check names what is missing, and the sliders of faces answer to every move."""

import os
import sys
import types

import numpy as np
import pytest

from tests.tools import notebooks

SOURCE = notebooks.generated.ROOT / "notebooks" / "00_start_here.py"


@pytest.fixture(scope="module")
def desk():
    """The names of the notebook after its slider cells."""
    names, here = {}, os.getcwd()
    os.chdir(SOURCE.parent)
    try:
        exec("import os\nimport tensorflow as tf", names)
        for source in notebooks.code(SOURCE, "load_generator(", "slider.observe"):
            exec(source, names)
    finally:
        os.chdir(here)
    return names


def test_the_set_up_check_says_what_to_type(capsys, monkeypatch):
    names = {}
    exec(*notebooks.code(SOURCE, "def found("), names)
    page = capsys.readouterr().out
    assert page.count("fine") == 6 and "MISSING" not in page and "TOO OLD" not in page
    found = names["found"]
    assert 'MISSING: type  pip install "no_such_package>=1.2"' in found("no_such_package", "1.2")
    assert 'TOO OLD: type  pip install "numpy>=99.0"' in found("numpy", "99.0")
    assert "MISSING: type  pip install -e .." in found("no_such_library", mend="pip install -e ..")
    monkeypatch.setitem(sys.modules, "nearly_done", types.SimpleNamespace(__version__="2.19rc0"))
    assert found("nearly_done", "2.19").endswith("fine") and "TOO OLD" in found("nearly_done", "2.20")


def test_sliders_begin_in_the_middle_and_stay_in_bounds(desk):
    face, pushes = desk["face"], desk["pushes"]
    assert (face.min, face.max, len(pushes)) == (0, 99, 5)
    assert all((push.min, push.max, push.value) == (-1, 1, 0) for push in pushes)
    assert desk["screen"].value[:4] == b"\x89PNG" and desk["caption"].value == "Face 1, as it is"
    pushes[0].value = 7
    assert pushes[0].value == 1
    face.value = -3
    assert face.value == 0
    pushes[0].value, face.value = 0, 1


def test_every_slider_changes_the_picture_and_the_button_brings_it_back(desk):
    screen, caption, face, pushes = (desk[name] for name in ("screen", "caption", "face", "pushes"))
    seen = {screen.value}
    first = screen.value
    for number, push in enumerate(pushes, 1):
        push.value = 0.5
        assert screen.value not in seen and f"direction {number} +0.50" in caption.value
        seen.add(screen.value)
    desk["back"].click()
    assert screen.value == first and caption.value == "Face 1, as it is"
    assert all(push.value == 0 for push in pushes)
    face.value = 2
    assert screen.value not in seen and caption.value == "Face 2, as it is"
    face.value = 1
    assert screen.value == first


def test_the_judge_of_the_half_way_faces_would_not_take_noise_for_faces(desk):
    noise = np.random.default_rng(0).integers(0, 256, (50, 64, 64, 3)).astype("uint8")
    confidence = desk["FactorReader"].load().confidence
    assert confidence(noise).mean() < 0.25 and confidence(desk["faces"]([desk["person"](0)])).shape == (1,)


def test_the_picture_on_the_screen_is_the_face_that_the_sliders_say(desk):
    desk["pushes"][2].value = -0.4
    noise = desk["person"](1) - 0.4 * desk["directions"][2]
    shown = desk["tf"].io.decode_png(bytes(desk["screen"].value)).numpy()
    assert shown.shape == (64, 64, 3) and np.array_equal(shown, desk["faces"](noise)[0])
    desk["back"].click()
