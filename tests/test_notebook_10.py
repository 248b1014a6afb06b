"""Notebook 10 from Python: the search for a code, the switched-off channel, and the mixing desk driven by its widgets.

What the notebook defines is taken out of its .py and used here, with a smaller bank; no judge is trained.
"""

import io
import json

import matplotlib.image
import numpy as np
import pytest

from data.tools import definitions, notebooks

ROOT = notebooks.templates.ROOT
SOURCE = ROOT / "notebooks" / "10_latent_space.py"
CODES = ("unit", "noise", "slopes")
TOOLS = ("straight", "cosine", "project", "faces_without")
FOR_THE_DESK = (
    "spherical",
    "held",
    "ATTRIBUTES",
    "style_of",
    "mean_style",
    "from_style",
    "reader",
    "READ",
    "tf",
    "plots",
    "ipywidgets",
)


@pytest.fixture(scope="module")
def latent():
    """The names that the notebook has when the desk is put together, after a bank of 400 in place of 3,000."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(SOURCE.parent)
        codes = definitions.load(SOURCE, *CODES)
        bank = codes["unit"](codes["noise"](400, 1))
        sensitivity = np.mean([J @ J.T for J in map(codes["slopes"], bank[:4])], axis=0)
        vectors = np.linalg.eigh(sensitivity)[1][:, ::-1]
        names = definitions.load(
            SOURCE, "heard", *CODES, *TOOLS, *FOR_THE_DESK, bank=bank, vectors=vectors
        )
        definitions.run(definitions.cell(SOURCE, "sliders"), names, "<the desk of 10>")
    return names


def test_both_ways_begin_and_end_where_they_should(latent):
    a, b = latent["bank"][:5], latent["bank"][5:10]
    for way in (latent["straight"], latent["spherical"]):
        np.testing.assert_allclose(way(a, b, 0.0), a, atol=1e-5)
        np.testing.assert_allclose(way(a, b, 1.0), b, atol=1e-5)
        np.testing.assert_allclose(
            latent["cosine"](way(a, b, 0.5), a),
            latent["cosine"](way(a, b, 0.5), b),
            atol=1e-5,
        )
    np.testing.assert_allclose(
        latent["length"](latent["spherical"](a, b, 0.3)), np.sqrt(128), rtol=1e-5
    )


def test_a_projection_recovers_the_code_of_a_generated_face_where_it_is_heard(latent):
    true, heard, cosine = (
        latent["unit"](latent["noise"](4, 99)),
        latent["heard"],
        latent["cosine"],
    )
    codes, error = latent["project"](latent["faces"](true), starts=2, steps=100)
    ten, rest = (
        cosine(codes @ heard, true @ heard),
        cosine(codes - codes @ heard, true - true @ heard),
    )
    assert np.median(error) < 9 and np.median(ten) > 0.75
    assert np.abs(rest).mean() < 0.3  # and the others cannot be recovered
    strangers = cosine(latent["bank"] @ heard, true[0] @ heard)
    assert np.median(ten) > np.percentile(strangers, 97)


def test_a_channel_that_was_switched_off_is_on_again_also_after_an_error(latent):
    before = [
        weights.copy() for gain in latent["gains"] for weights in gain.get_weights()
    ]
    intact = latent["faces"](latent["bank"][:20])
    assert (latent["faces_without"](latent["bank"][:20], (6, 22)) != intact).any()
    with pytest.raises(ZeroDivisionError), latent["switched_off"]((4, 0), (7, 1)):
        assert (latent["gains"][7].get_weights()[0][:, 1] == 0).all()
        raise ZeroDivisionError
    after = [weights for gain in latent["gains"] for weights in gain.get_weights()]
    assert all((a == b).all() for a, b in zip(before, after))
    assert [gain.units for gain in latent["gains"]] == [
        192,
        192,
        96,
        96,
        48,
        48,
        24,
        24,
    ]


def choose(latent, **values):
    """Set the desk's sliders, all others to where they began; -> (picture, text) that it shows then."""
    start = {"from face": 1, "to face": 2, "on the way": 0.5, "psi": 1}
    for name, slider in latent["sliders"].items():
        slider.value = values.get(name.replace(" ", "_"), start.get(name, 0))
    return latent["screen"].value, latent["told"].value


def test_every_slider_of_the_desk_changes_what_is_shown_and_back(latent):
    first = choose(latent)
    assert matplotlib.image.imread(io.BytesIO(first[0])).shape == (64, 196, 4)[:2] + (
        3,
    )
    assert "sure" in first[1] and "hair style <b>" in first[1]
    for name, slider in latent["sliders"].items():
        for end in (slider.min, slider.max):
            picture, text = choose(latent, **{name.replace(" ", "_"): end})
            assert picture != first[0] and "<b>" in text, name
    assert choose(latent) == first


def test_the_desk_shows_one_person_three_times_where_both_ends_are_the_same(latent):
    picture = matplotlib.image.imread(io.BytesIO(choose(latent, to_face=1)[0]))
    assert np.abs(picture[:, :64] - picture[:, 66:130]).max() < 0.01


def test_the_desk_obeys(latent):
    seen = [
        sum(
            "glasses <b>none" not in choose(latent, from_face=face, glasses=push)[1]
            for face in range(20)
        )
        for push in (-4, 4)
    ]
    assert seen[0] < 5 and seen[1] > 12


def test_the_stored_seeds_bear_out_what_the_notebook_says():
    rows = json.loads(
        (ROOT / "data" / "results" / "latent.json").read_text(encoding="utf-8")
    )["seeds"]
    assert [row["seed"] for row in rows] == [1, 2, 3, 4, 5] and all(
        set(row) == set(rows[0]) for row in rows
    )
    for row in rows:
        assert row["felt of the first 10"][0] > 0.95
        assert (
            row["glasses, pushed"][2]
            > row["glasses, pushed"][1] + 0.25
            > row["glasses, pushed"][0]
        )
        assert (
            row["photographs"][1] < row["photographs"][0] - 5
            and row["photographs"][3] < row["photographs"][2] - 0.2
        )
        assert row["judge of mouths"][1] > 1.5 * row["untrained"][1]
