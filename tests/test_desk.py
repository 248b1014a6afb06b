"""The latent desk without a browser: what each message draws, what is refused, and what a state brings back."""

import base64
import io
import json
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from ganlib.labs import LatentExplorer
from ganlib.labs.latent.desk import SHELF
from ganlib.labs.latent.directions import check_z, interpolate, principal_directions
from ganlib.models import build_generator, load_generator

ROOT = Path(__file__).resolve().parents[1]


def small(size=6, shape=(8, 8, 1), activation="tanh", seed=0):
    """A generator whose first noise counts most, its second one next, and so on."""
    keras.utils.set_random_seed(seed)
    pixels = int(np.prod(shape))
    model = keras.Sequential(
        [layers.Input((size,)), layers.Dense(pixels, activation), layers.Reshape(shape)]
    )
    kernel = np.linalg.qr(np.random.default_rng(seed).standard_normal((pixels, size)))[
        0
    ].T
    model.layers[0].kernel.assign(
        kernel * 0.5 ** np.arange(size)[:, None] * np.sign(kernel.sum(1))[:, None]
    )
    return model


@pytest.fixture
def desk():
    return LatentExplorer(small(), directions=3)


@pytest.fixture(scope="module")
def faces():
    return load_generator(ROOT / "data" / "faces_generator.npz")[0]


def pictures(desk, reply):
    """{group: uint8 (n, h, w, c)} of an answer."""
    told, (data,) = reply
    groups, start, one = {}, 0, int(np.prod(desk.shape))
    for name, count in told["groups"]:
        groups[name] = np.frombuffer(data, np.uint8, count * one, start).reshape(
            count, *desk.shape
        )
        start += count * one
    assert start == len(data) and json.dumps(told)
    return groups


def ask(desk, kind, **message):
    reply = desk.answer({"type": kind, **message})
    assert "error" not in reply[0], reply[0]["error"]
    return pictures(desk, reply)


def refused(desk, kind, **message):
    before = everything(desk)
    error = desk.answer({"type": kind, **message})[0]["error"]
    assert everything(desk) == before, "what was refused has changed something"
    return error


def everything(desk):
    """All that a message may change."""
    names = "pushes truncation pad_position method source seed drawn base kept places"
    return repr([getattr(desk, name) for name in names.split()])


# --- noise


def test_half_way_is_half_the_angle_at_the_same_length_or_the_middle_of_the_line():
    a, b = np.array([3.0, 0, 0]), np.array([0, 1.0, 0])
    assert np.allclose(interpolate(a, b, 0.5), 2 * np.array([1, 1, 0]) / np.sqrt(2))
    assert np.allclose(interpolate(a, b, 0.5, "linear"), [1.5, 0.5, 0])
    for method in ("spherical", "linear"):
        assert np.allclose(interpolate(a, b, 0, method), a) and np.allclose(
            interpolate(a, b, 1, method), b
        )
        assert (
            np.allclose(interpolate(a, 2 * a, 0.5, method), 1.5 * a)
            and np.isfinite(interpolate(a, -a, 0.5, method)).all()
        )
        assert np.allclose(interpolate(np.zeros(3), b, 0.5, method), 0.5 * b)
    thirds = [interpolate(a, 3 * b, t) for t in (0, 1 / 3, 2 / 3, 1)]
    assert np.allclose(
        [p @ q for p, q in zip(thirds, thirds[1:])], 9 * np.cos(np.pi / 6)
    )


def test_the_directions_found_are_those_that_change_the_pictures_most_and_they_brighten():
    desk = LatentExplorer(small(), directions=6)
    assert list(desk.directions) == [f"direction {i}" for i in range(1, 7)]
    for i, direction in enumerate(desk.directions.values()):
        assert np.isclose(
            np.linalg.norm(direction), np.sqrt(6), rtol=1e-5
        ) and direction[i] > 0.95 * np.sqrt(6)
    noise = np.random.default_rng(0).standard_normal((500, 2))
    found = principal_directions(noise, noise @ [[0.1, 0.1], [-3.0, -4.0]], 2)
    assert np.allclose(found, [[0, -1], [1, 0]], atol=0.05)
    assert len(LatentExplorer(small(), directions=99).directions) == 6


def test_directions_of_ones_own_keep_their_names_and_only_their_direction_counts():
    desk = LatentExplorer(
        small(), {"smile": [0, 0, 0, 0, 0, 1e-3], "hat": np.full(6, 1e30)}
    )
    assert np.allclose(
        desk.directions["smile"], [0, 0, 0, 0, 0, np.sqrt(6)]
    ) and np.allclose(desk.directions["hat"], 1)
    before = desk.z
    ask(desk, "push", pushes={"smile": 0.5})
    assert np.allclose(
        desk.z - before, 0.5 * desk.directions["smile"]
    ) and "smile +0.50" in repr(desk)
    none = LatentExplorer(small(), {})  # no sliders at all
    assert none.z.shape == (6,) and len(none.picture().axes) == 4


def test_truncation_pulls_to_the_middle_and_where_length_does_not_count_to_an_ordinary_picture(
    desk, faces
):
    first = desk.z
    assert not desk.centre.any()
    ask(desk, "push", truncation=0.5)
    assert (
        np.allclose(desk.z, first / 2)
        and desk.summary() == "picture 0, truncation 0.50"
    )
    portrait = LatentExplorer(faces, {"up": np.ones(128)})
    spread = np.std(
        portrait.draw(np.random.default_rng(3).standard_normal((40, 128))), axis=0
    ).mean()
    assert (
        portrait.centre.any() and spread > 20
    )  # this network divides the noise by its length
    drawn = portrait.image
    ask(portrait, "push", truncation=0)
    assert np.allclose(portrait.z, portrait.centre) and not np.array_equal(
        portrait.image, drawn
    )


# --- messages


def test_every_message_draws_the_present_picture_as_the_desk_says_it_is(desk):
    acts = {
        "hello": {},
        "seed": {"seed": 7},
        "push": {"pushes": {"direction 2": 1}, "truncation": 0.7},
        "move": {"x": 0.25, "y": 1},
        "interpolate": {"method": "linear"},
        "fill": {"place": "slots", "index": 2},
        "use_result": {},
        "keep": {},
        "use_kept": {"index": 0},
        "delete_kept": {"index": 0},
    }
    assert set(acts) == set(desk.messages)
    for kind, message in acts.items():
        shown = ask(desk, kind, **message)
        assert (
            np.array_equal(shown["face"][0], desk.image)
            and desk.image.dtype == np.uint8
        )
        assert desk.z.dtype == np.float32 and desk.z.shape == (6,)
        assert np.array_equal(desk.draw(desk.z[None])[0], desk.image)


def test_the_seed_says_which_noise_and_the_sliders_stay(desk):
    ask(desk, "push", pushes={"direction 1": -0.5})
    ask(desk, "seed", seed=41)
    drawn = np.random.default_rng(41).standard_normal(6)
    assert np.allclose(desk.z, drawn - 0.5 * desk.directions["direction 1"], atol=1e-6)
    assert desk.summary() == "picture 41, direction 1 -0.50"
    assert np.allclose(LatentExplorer(small(), 1, seed=41).z, drawn, atol=1e-6)


def test_the_corners_of_the_pad_are_its_four_pictures_and_the_map_shows_the_way(desk):
    corners = [desk.draw(z[None])[0] for z in desk.places["corners"]]
    grid = ask(desk, "hello")["map"].reshape(5, 5, *desk.shape)
    for corner, (y, x) in zip(corners, ((0, 0), (0, 1), (1, 0), (1, 1))):
        assert np.array_equal(ask(desk, "move", x=x, y=y)["face"][0], corner)
        assert np.array_equal(grid[4 * y, 4 * x], corner)
    assert np.array_equal(ask(desk, "move", x=0.25, y=0.75)["face"][0], grid[3, 1])
    spherical = desk.z
    linear = ask(desk, "interpolate", method="linear")
    assert not np.allclose(desk.z, spherical) and np.array_equal(
        linear["map"][16], linear["face"][0]
    )
    a, b, c, d = desk.places["corners"]
    assert np.allclose(
        desk.z, 0.25 * (0.75 * a + 0.25 * b) + 0.75 * (0.75 * c + 0.25 * d), atol=1e-6
    )


def test_a_corner_or_a_slot_takes_the_present_picture_or_a_fresh_one(desk):
    ask(desk, "push", pushes={"direction 1": 0.5})
    present = desk.z
    assert list(ask(desk, "fill", place="corners", index=2, present=True)) == [
        "face",
        "map",
    ]
    assert np.array_equal(desk.places["corners"][2], present)
    ask(desk, "fill", place="slots", index=0, present=True)
    old = desk.places["slots"][1]
    shown = ask(desk, "fill", place="slots", index=1)["slots"]
    assert not np.array_equal(desk.places["slots"][1], old) and np.array_equal(
        shown[0], desk.image
    )
    seen = [
        tuple(ask(desk, "fill", place="corners", index=0)["map"][0].ravel())
        for _ in range(5)
    ]
    assert len(set(seen)) == 5


def test_arithmetic_is_a_minus_b_plus_c_at_the_length_of_a(desk):
    a, b, c = desk.places["slots"]
    shown = ask(desk, "use_result")
    total = a - b + c
    assert np.allclose(
        desk.z, total * np.linalg.norm(a) / np.linalg.norm(total), atol=1e-5
    )
    assert desk.summary() == "A - B + C" and np.array_equal(
        ask(desk, "hello")["slots"][3], shown["face"][0]
    )
    for index in (1, 2):
        desk.places["slots"][index] = b
    ask(desk, "use_result")
    assert np.allclose(desk.z, a, atol=1e-6)  # A - B + B
    desk.places["slots"] = [a, 2 * a, a]
    ask(desk, "use_result")
    assert np.isfinite(desk.z).all()  # nothing is left of it


def test_the_shelf_gives_back_exactly_what_was_kept(desk):
    assert desk.kept == []
    ask(desk, "push", pushes={"direction 3": 0.25}, truncation=1.2)
    kept, shown = desk.z, desk.image
    assert len(ask(desk, "keep")["shelf"]) == 1
    ask(desk, "seed", seed=5)
    assert np.array_equal(
        ask(desk, "use_kept", index=0)["face"][0], shown
    ) and np.array_equal(desk.z, kept)
    assert np.array_equal(desk.kept, kept[None]) and desk.summary() == "kept picture 1"
    for _ in range(SHELF - 1):
        ask(desk, "keep")
    assert "the shelf is full" in refused(desk, "keep")
    assert (
        len(ask(desk, "delete_kept", index=3)["shelf"]) == SHELF - 1 == len(desk.kept)
    )


def test_what_cannot_be_is_refused_in_words_and_changes_nothing(desk):
    ask(desk, "keep")
    assert "direction 1 is nan; expected a number" in refused(
        desk, "push", pushes={"direction 1": float("nan")}
    )
    assert "expected a number from -1 to 1" in refused(
        desk, "push", pushes={"direction 1": 2, "direction 2": 0.1}
    )
    assert "Did you mean 'direction 1'" in refused(
        desk, "push", pushes={"direction1": 0}
    )
    assert "from 0 to 1.5" in refused(
        desk, "push", pushes={"direction 1": 0.5}, truncation="much"
    )
    for pushes in ([1], "x", 3):
        assert refused(desk, "push", pushes=pushes)
    for seed in (-1, 0.5, None, "seven", float("nan"), 2**40):
        assert "seed is" in refused(desk, "seed", seed=seed)
    assert "from 0 to 1" in refused(desk, "move", x=0.5, y=1.01) and refused(
        desk, "move", x=0.2
    )
    assert "expected one of 'spherical', 'linear'" in refused(
        desk, "interpolate", method="cubic"
    )
    assert refused(desk, "fill", place="corners", index=4) and refused(
        desk, "fill", place="slots", index=3
    )
    assert (
        refused(desk, "fill", place="now", index=0)
        and refused(desk, "use_kept", index=1)
        and refused(desk, "delete_kept")
    )
    for kind in ("fly", None, "_use", ["seed"]):
        assert "the message is" in refused(desk, kind)


@pytest.mark.timing
def test_every_answer_comes_quickly(faces):
    desk = LatentExplorer(faces)
    for _ in range(SHELF):
        ask(desk, "keep")
    kept = desk.z
    assert np.array_equal(
        ask(desk, "use_kept", index=0)["face"][0], desk.image
    ) and np.array_equal(desk.z, kept)
    for kind, message in (
        ("hello", {}),
        ("push", {"pushes": {"direction 1": 0.3}}),
        ("interpolate", {"method": "linear"}),
        ("move", {"x": 0.1, "y": 0.9}),
        ("fill", {"place": "slots", "index": 0}),
    ):
        took = []
        for _ in range(9):
            start = time.perf_counter()
            ask(desk, kind, **message)
            took.append(time.perf_counter() - start)
        print(f"{kind}: {1000 * np.median(took):.1f} ms")
        assert np.median(took) < 0.3, (
            kind
        )  # a quarter of it on two quiet cores; others may be busy


# --- Python


def test_noise_of_ones_own_is_shown_or_refused(desk):
    mine = np.arange(6) / 3
    assert (
        desk.show(mine) is desk
        and np.allclose(desk.z, mine)
        and desk.summary() == "noise of your own"
    )
    for wrong, told in (
        (np.zeros(5), r"shape \(5,\); expected \(6,\)"),
        (np.zeros((1, 6)), r"type z\[0\]"),
        ([1, 2, 3, 4, 5, np.nan], "1 values that are no finite"),
        ([1e300] * 6, "6 values"),
        ("face", "expected 6 numbers"),
        (None, r"shape \(\)"),
        ({}, "expected 6 numbers"),
    ):
        with pytest.raises(ValueError, match=told):
            desk.show(wrong)
    assert np.allclose(desk.z, mine) and check_z([1, 2], 2).dtype == np.float32


def test_what_is_no_generator_is_refused():
    z = layers.Input((4,))
    label = layers.Input((2,))
    both = keras.Model(
        [z, label],
        layers.Reshape((2, 2, 1))(layers.Dense(4)(layers.Concatenate()([z, label]))),
    )
    vector = keras.Sequential([layers.Input((4,)), layers.Dense(3)])
    cmyk = small(shape=(4, 4, 4))
    for wrong in (
        None,
        "faces_generator.npz",
        lambda z: z,
        both,
        vector,
        cmyk,
        (small(), {}),
    ):
        with pytest.raises(TypeError, match="expected a Keras model"):
            LatentExplorer(wrong)
    broken = small()
    broken.layers[0].kernel.assign(np.full((6, 64), np.nan))
    for wrong in (broken, small(activation="exponential")):
        with pytest.raises(ValueError, match="from -1 to 1: end it with tanh"):
            LatentExplorer(wrong)


def test_what_is_no_direction_is_refused():
    generator = small()
    with pytest.raises(ValueError, match="the direction 'smile' has length 0"):
        LatentExplorer(generator, {"smile": np.zeros(6)})
    with pytest.raises(ValueError, match=r"the direction 'smile' has shape \(5,\)"):
        LatentExplorer(generator, {"smile": np.ones(5)})
    with pytest.raises(ValueError, match="no finite numbers"):
        LatentExplorer(generator, {"smile": [np.inf] * 6})
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="directions is"):
            LatentExplorer(generator, wrong)
    for wrong in (2.5, "smile", None):
        with pytest.raises(TypeError, match="directions is"):
            LatentExplorer(generator, wrong)
    with pytest.raises(ValueError, match="seed is -3"):
        LatentExplorer(generator, 1, seed=-3)


@pytest.mark.parametrize("shape", [(8, 8, 1), (16, 16, 3), (10, 6, 1)])
def test_any_size_grey_or_colour(shape):
    desk = LatentExplorer(small(shape=shape))
    assert desk.image.shape == shape and desk.config["shape"] == shape
    assert ask(desk, "hello")["map"].shape == (25, *shape)
    assert desk.picture().axes[0].images


def test_a_generator_of_the_library_and_its_dense_kind():
    desk = LatentExplorer(build_generator((8, 8, 1), 5, kind="dense"), 2)
    assert desk.image.shape == (8, 8, 1) and len(desk.directions) == 2


def test_without_widgets_there_is_a_picture_and_a_line_of_text(desk):
    ask(desk, "push", pushes={"direction 1": 0.5})
    shown = desk._repr_mimebundle_()
    data = shown[0] if isinstance(shown, tuple) else shown
    assert data["text/plain"] == "Latent explorer: picture 0, direction 1 +0.50"
    assert "application/vnd.jupyter.widget-view+json" in data
    png = data["image/png"]
    png = base64.b64decode(png) if isinstance(png, str) else png
    assert Image.open(io.BytesIO(png)).size[0] > 600 and len(desk.picture().axes) == 4


def test_the_script_and_the_style_come_with_the_package(desk):
    assert (
        "class ExplorerView" in LatentExplorer._esm
        and "class Chart" in LatentExplorer._esm
        and "import " not in LatentExplorer._esm.split("/*")[0]
    )
    assert "http" not in LatentExplorer._esm and ".gl-marker" in (
        ROOT / "ganlib/labs/labs.css"
    ).read_text(encoding="utf-8")
