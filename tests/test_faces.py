"""The renderer and the distribution of its factors."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ganlib import faces

CATEGORIES = {
    name: spec for name, spec in faces.FACTORS.items() if isinstance(spec, dict)
}
VALUES = {name: spec for name, spec in faces.FACTORS.items() if isinstance(spec, tuple)}
# Mean colours of the nine ninths of the first eight faces of seed 0 (red, green, blue), as first rendered.
# fmt: off
STORED = np.array([
    [160.2, 129.2,  99.6, 181.7,  87.2,  43.1, 123.1, 102.8,  80.6,
     164.9, 121.3,  87.4, 175.9, 129.1,  92.4, 117.3,  87.8,  64.8,
     126.6, 136.8, 122.4, 134.7, 113.6, 102.5, 100.2, 108.8,  97.9],
    [137.9, 112.4, 101.8,  99.7,  67.5,  46.3, 150.4, 122.6, 111.2,
     117.2,  91.3,  78.0, 111.6,  75.1,  52.9, 125.7,  99.2,  86.9,
     141.7, 123.7, 120.6, 118.7, 100.7,  97.0, 144.8, 126.2, 123.3],
    [166.9, 141.1, 128.0, 229.9, 195.8, 139.1, 187.2, 159.3, 142.9,
     168.0, 139.6, 128.1, 222.1, 183.3, 157.4, 193.0, 162.0, 141.3,
     144.8, 120.6, 107.2, 182.1, 143.9, 118.5, 162.3, 136.8, 125.0],
    [ 67.1,  90.8,  93.9,  42.1,  43.8,  45.8,  66.7,  89.6,  92.7,
      50.5,  63.5,  66.1,  86.1,  55.2,  41.0,  67.0,  69.8,  67.0,
      60.4,  82.4,  85.4,  90.1,  64.6,  52.8,  64.5,  82.4,  83.8],
    [109.2, 124.0, 139.1,  87.8,  77.3,  73.3,  80.2,  92.5, 104.8,
     150.3, 147.4, 149.2, 199.3, 158.7, 131.7,  91.4,  91.9,  96.6,
     114.3, 117.2, 128.9, 173.5, 133.2, 112.0,  87.2,  93.4, 105.2],
    [176.2, 149.0, 140.7, 155.7, 119.0,  96.0, 156.4, 130.2, 120.5,
     173.9, 142.6, 129.3, 172.4, 126.0,  90.9, 150.2, 119.1, 103.3,
     157.9, 132.8, 120.6, 145.2, 103.2,  73.9, 148.9, 124.4, 111.1],
    [133.6, 144.0, 125.4,  87.2,  78.2,  67.7, 102.4, 109.6,  96.1,
     142.4, 140.2, 118.5, 139.2, 107.5,  85.2, 114.7, 105.7,  88.2,
     120.9, 131.8, 113.4, 145.2, 114.2,  87.9, 106.6, 111.3,  93.8],
    [146.0, 155.1, 136.5, 192.2, 182.5, 169.4, 128.3, 137.4, 121.2,
     163.1, 158.5, 139.1, 203.5, 170.4, 152.6, 137.9, 136.3, 120.3,
     133.5, 136.6, 112.3, 180.5, 146.2, 121.2, 117.3, 121.2,  99.9],
])
# fmt: on


@pytest.fixture(scope="module")
def table():
    return faces.sample_factors(20_000, seed=3)


def first(table, n):
    return {name: column[:n] for name, column in table.items()}


def plain(n=1, **changes):
    """`n` times the same average face, with some factors changed."""
    table = faces.sample_factors(1, seed=5)
    for name, spec in faces.FACTORS.items():
        table[name] = np.repeat(
            spec[0] if isinstance(spec, tuple) else table[name][0], n
        )
    changes = {
        "hair_style": "short",
        "glasses": "none",
        "beard": "none",
        "skin_tone": "tan",
        "hair_colour": "brown",
    } | changes
    return table | {
        name: np.repeat(value, n) if np.ndim(value) == 0 else np.array(value)
        for name, value in changes.items()
    }


def difference(a, b):
    return np.abs(a.astype(int) - b.astype(int)).max(-1)


@pytest.mark.parametrize("size", faces.SIZES)
def test_images_and_factors_come_together(size):
    images, factors = faces.make_faces(5, size=size, seed=1)
    assert images.shape == (5, size, size, 3) and images.dtype == np.uint8
    assert list(factors) == list(faces.FACTORS) and len(factors) >= 12
    assert all(column.shape == (5,) for column in factors.values())
    assert images.std() > 30  # a picture, not a flat colour


def test_same_pictures_as_on_the_machine_they_were_first_drawn_on():
    images, _ = faces.make_faces(8, size=64, seed=0)
    ninths = (
        images[:, 2:62, 2:62].reshape(8, 3, 20, 3, 20, 3).mean((2, 4)).reshape(8, 27)
    )
    np.testing.assert_allclose(ninths, STORED, atol=1)


def test_a_plainer_processor_draws_the_same_pictures(tmp_path):
    """NumPy without any of this processor's vector instructions: as good as another machine."""
    core = getattr(np, "_core", None) or np.core
    known = core._multiarray_umath
    fast = [name for name in known.__cpu_dispatch__ if known.__cpu_features__.get(name)]
    if not fast:
        pytest.skip("NumPy uses nothing on this processor that it could do without")
    code = (
        "import sys, numpy; sys.path.insert(0, sys.argv[1]); from ganlib import faces; "
        "numpy.save(sys.argv[2], faces.make_faces(120, seed=8)[0])"
    )
    root, out = Path(__file__).resolve().parents[1], tmp_path / "plain.npy"
    subprocess.run(
        [sys.executable, "-c", code, str(root), str(out)],
        check=True,
        env=os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(fast)},
    )
    assert difference(np.load(out), faces.make_faces(120, seed=8)[0]).max() <= 1


def test_a_face_does_not_depend_on_its_batch(monkeypatch, table):
    some = first(table, 60)
    images = faces.render(some)
    np.testing.assert_array_equal(faces.render(some), images)
    alone = faces.render({name: column[17:18] for name, column in some.items()})
    np.testing.assert_array_equal(alone[0], images[17])
    backwards = faces.render({name: column[::-1] for name, column in some.items()})
    np.testing.assert_array_equal(backwards[::-1], images)
    monkeypatch.setattr(sys.modules["ganlib.faces.render"], "CHUNK", 7)
    np.testing.assert_array_equal(faces.render(some), images)


def test_sizes_show_the_same_face(table):
    """Each size, averaged down to 32, agrees but for edges; a different face would be tens of levels off."""
    some = first(table, 40)
    pooled = {}
    for size in faces.SIZES:
        k = size // 32
        pooled[size] = (
            faces.render(some, size).reshape(40, 32, k, 32, k, 3).mean((2, 4))
        )
    for size in (64, 128):
        assert np.abs(pooled[size] - pooled[32]).mean() < 3
        assert np.abs(pooled[size] - np.roll(pooled[32], 1, axis=0)).mean() > 20


def test_every_factor_shows():
    """Any two categories, and the two ends of every value, give visibly different pictures."""
    values = {
        name: list(spec)
        if isinstance(spec, dict)
        else [spec[2], sum(spec[2:]) / 2, spec[3]]
        for name, spec in faces.FACTORS.items()
    }
    tables = [plain(len(some), **{name: some}) for name, some in values.items()]
    together = {
        name: np.concatenate([table[name] for table in tables]) for name in values
    }
    images = iter(faces.render(together))
    for name, some in values.items():
        shown = [next(images) for _ in some]
        for i in range(len(some)):
            for j in range(i):
                changed = (difference(shown[i], shown[j]) > 8).sum()
                assert changed >= 8, f"{name}: {some[i]} looks like {some[j]}"


def test_local_factors_stay_local():
    """Gaze and eye colour change the eyes only, mouth and beard nothing above the nose, clothes nothing above
    the neck."""
    base = faces.render(plain())[0]
    eyes = np.zeros((64, 64), bool)
    eyes[26:37, 14:50] = True
    for change in ({"gaze_x": 1.0}, {"gaze_y": -1.0}, {"eye_colour": "green"}):
        changed = difference(faces.render(plain(**change))[0], base) > 0
        assert changed.any() and not changed[~eyes].any(), change
    for change in ({"beard": "full"}, {"mouth_open": 1.0}):
        changed = difference(faces.render(plain(**change))[0], base) > 0
        assert changed[34:].any() and not changed[:34].any(), change
    changed = (
        difference(
            faces.render(plain(clothing="turtleneck", clothing_colour="mustard"))[0],
            base,
        )
        > 0
    )
    assert changed[52:].any() and not changed[:50].any()


def test_a_beard_leaves_the_lips_free():
    lips = slice(46, 48), slice(29, 35)
    shaved, bearded = faces.render(
        plain(2) | {"beard": np.array(["none", "full"])}
    ).astype(int)
    assert np.abs(shaved - bearded)[lips].mean() < 12
    assert np.abs(shaved - bearded)[50:53, 29:35].mean() > 40


def test_light_comes_from_where_it_says():
    lights = {"light_x": np.array([-1.0, 1.0])}
    left, right = faces.render(plain(2, hair_style="bald") | lights).mean(-1)[:, 24:48]
    assert left[:, 16:30].mean() - left[:, 34:48].mean() > 15
    assert right[:, 34:48].mean() - right[:, 16:30].mean() > 15
    np.testing.assert_allclose(
        left.mean(), right.mean(), atol=2
    )  # and the head is as good as symmetric


def test_teeth_only_in_an_open_mouth():
    def brightest(**changes):
        return (
            faces.render(plain(beard="none", skin_tone="dark", **changes))[
                0, 42:49, 28:36
            ]
            .min(-1)
            .max()
        )

    assert brightest(mouth_open=1.0) > 150 > brightest(mouth_open=0.0)


@pytest.mark.parametrize("correlated", [True, False])
def test_every_column_has_its_documented_distribution(correlated, table):
    table = (
        table if correlated else faces.sample_factors(20_000, seed=4, correlated=False)
    )
    for name, shares in CATEGORIES.items():
        assert abs(sum(shares.values()) - 1) < 1e-9
        for category, share in shares.items():
            chance = np.sqrt(share * (1 - share) / 20_000)
            assert abs((table[name] == category).mean() - share) < 5 * chance, (
                name,
                category,
            )
    for name, (mean, sd, low, high) in VALUES.items():
        column = table[name]
        assert (
            column.dtype == np.float32 and low <= column.min() and column.max() <= high
        )
        for quantile, z in ((0.2, -0.8416), (0.5, 0), (0.8, 0.8416)):
            expected = np.clip(mean + z * sd, low, high)
            assert abs(np.quantile(column, quantile) - expected) < 0.06 * sd + 1e-6, (
                name
            )


def codes(table, name):
    """A column as numbers: categories by their place in the documented order."""
    return (
        [list(CATEGORIES[name]).index(v) for v in table[name]]
        if name in CATEGORIES
        else table[name]
    )


def test_correlations_appear_and_can_be_switched_off(table):
    free = faces.sample_factors(20_000, seed=3, correlated=False)
    for pair, strength in faces.CORRELATIONS.items():
        if (
            "greying" in pair or "hair_colour" in pair
        ):  # grey hair breaks the order of the pigments
            continue
        with_, without = (
            np.corrcoef(*(codes(t, name) for name in pair))[0, 1] for t in (table, free)
        )
        assert np.sign(strength) * with_ > 0.5 * abs(strength), pair
        assert abs(without) < 0.04, pair
    grey = {
        name: t["age"][t["hair_colour"] == "grey"].mean() - t["age"].mean()
        for name, t in (("with", table), ("without", free))
    }
    assert grey["with"] > 0.2 and abs(grey["without"]) < 0.03
    pale = [
        (t["hair_colour"][t["skin_tone"] == "pale"] == "blond").mean()
        for t in (table, free)
    ]
    assert pale[0] > 1.5 * pale[1]


def test_tables_start_alike_and_differ_by_seed(table):
    short = faces.sample_factors(10, seed=3)
    assert all((short[name] == table[name][:10]).all() for name in short)
    assert (faces.sample_factors(10, seed=4)["age"] != short["age"]).any()


@pytest.mark.parametrize(
    "change, error, word",
    [
        (lambda t: [1, 2], TypeError, "sample_factors"),
        (lambda t: {k: t[k] for k in t if k != "beard"}, ValueError, "beard"),
        (lambda t: t | {"smile": t["smile"][:3]}, ValueError, "smile"),
        (lambda t: t | {"smile": 0.5}, ValueError, "np.full"),
        (lambda t: {k: v[:0] for k, v in t.items()}, ValueError, "at least one"),
        (lambda t: t | {"smile": np.full(4, 1.5)}, ValueError, "np.clip"),
        (lambda t: t | {"yaw": np.full(4, np.nan)}, ValueError, "nan"),
        (lambda t: t | {"yaw": np.full(4, "left")}, TypeError, "numbers"),
        (lambda t: t | {"glasses": np.full(4, "rond")}, ValueError, "'round'"),
        (lambda t: t | {"glasses": np.full(4, 2)}, ValueError, "'none'"),
        (lambda t: t | {"glasses": np.full(4, None)}, ValueError, "'none'"),
    ],
)
def test_bad_tables(change, error, word):
    with pytest.raises(error, match=word):
        faces.render(change(faces.sample_factors(4)))


def test_bad_sizes_and_counts():
    with pytest.raises(ValueError, match="48"):
        faces.render(faces.sample_factors(2), size=48)
    with pytest.raises(ValueError, match="n is 0"):
        faces.sample_factors(0)
    with pytest.raises(TypeError, match="2.5"):
        faces.make_faces(2.5)
