"""Notebook 00: the set-up check names what is missing, and the desk of faces shows what its controls say."""

import os
import sys
import types

import numpy as np
import pytest

from data.tools import notebooks

SOURCE = notebooks.templates.ROOT / "notebooks" / "00_start_here.py"


@pytest.fixture(scope="module")
def page():
    """The names of the notebook after its desk."""
    names, here = {}, os.getcwd()
    os.chdir(SOURCE.parent)
    try:
        exec("import os\nimport tensorflow as tf", names)
        for source in notebooks.code(
            SOURCE,
            "load_generator(",
            "desk = LatentExplorer(",
            "directions = np.stack(",
        ):
            exec(source, names)
    finally:
        os.chdir(here)
    return names


def test_the_set_up_check_says_what_to_type(capsys, monkeypatch):
    names = {}
    exec(*notebooks.code(SOURCE, "def found("), names)
    told = capsys.readouterr().out
    assert told.count("fine") == 7 and "MISSING" not in told and "TOO OLD" not in told
    found = names["found"]
    assert 'MISSING: type  pip install "no_such_package>=1.2"' in found(
        "no_such_package", "1.2"
    )
    assert 'TOO OLD: type  pip install "numpy>=99.0"' in found("numpy", "99.0")
    assert "MISSING: type  pip install -e .." in found(
        "no_such_library", mend="pip install -e .."
    )
    monkeypatch.setitem(
        sys.modules, "nearly_done", types.SimpleNamespace(__version__="2.19rc0")
    )
    assert found("nearly_done", "2.19").endswith("fine") and "TOO OLD" in found(
        "nearly_done", "2.20"
    )


def test_the_desk_begins_with_the_person_of_its_seed_and_five_sliders_in_the_middle(
    page,
):
    desk, person = page["desk"], page["person"]
    assert (
        np.array_equal(desk.image, page["faces"](person(1))[0])
        and desk.summary() == "picture 1"
    )
    assert list(desk.directions) == [f"direction {k}" for k in range(1, 6)]
    desk.answer({"type": "seed", "seed": 34})
    assert np.array_equal(desk.image, page["faces"](person(34))[0])
    desk.answer({"type": "seed", "seed": 1})


def test_every_direction_changes_several_things_and_the_first_ones_most(page):
    desk, faces = page["desk"], page["faces"]
    people = np.stack([page["person"](i) for i in range(60)])
    read, moved = page["FactorClassifier"].load().predict, []
    for direction in page["directions"]:
        low, high = faces(people - direction), faces(people + direction)
        moved.append(np.mean((high.astype(float) - low) ** 2))
        before, after = read(low), read(high)
        changed = [
            np.mean(before[name] != after[name])
            for name in before
            if before[name].dtype.kind == "U"
        ]
        assert np.sum(changed) > 2, (
            "more than two of the nine factors change on the way, on average"
        )
    random = np.random.default_rng(0).standard_normal((5, 128))
    others = [
        np.mean((faces(people + d).astype(float) - faces(people - d)) ** 2)
        for d in random
    ]
    print(f"squared change: found {np.round(moved)}, random {np.round(others)}")
    assert moved[0] == max(moved) > 1.3 * max(others)
    assert desk.image.shape == (64, 64, 3)


def test_the_judge_of_the_half_way_faces_would_not_take_noise_for_faces(page):
    noise = np.random.default_rng(0).integers(0, 256, (50, 64, 64, 3)).astype("uint8")
    confidence = page["FactorClassifier"].load().confidence
    assert confidence(noise).mean() < 0.25 and confidence(
        page["faces"]([page["person"](0)])
    ).shape == (1,)


def test_the_picture_on_the_desk_is_the_face_that_the_sliders_say(page):
    desk = page["desk"]
    desk.answer({"type": "push", "pushes": {"direction 3": -0.4}})
    noise = page["person"](1) - 0.4 * page["directions"][2]
    shown = page["faces"](noise)[0]
    assert np.abs(desk.image.astype(int) - shown).max() <= 1 and np.allclose(
        desk.z, noise, atol=1e-5
    )
    desk.answer({"type": "push", "pushes": {"direction 3": 0}})
    assert desk.summary() == "picture 1"
