"""The networks: shapes at every size, ranges, rearranged pixels, recipes, and files of them."""

import json
import os
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest

from ganlib import checkpoint, models, training

SIZES = [8, 12, 16, 20, 28, 32, 48, 64, 96, 128, 256]


def noise(n=3, latent_dim=6, scale=1.0):
    return scale * np.random.default_rng(0).standard_normal((n, latent_dim)).astype(
        "float32"
    )


def pictures(shape, n=3):
    return np.random.default_rng(1).uniform(-1, 1, (n, *shape)).astype("float32")


def small(kind="conv", shape=(16, 16, 3)):
    return models.build_generator(shape, latent_dim=6, kind=kind, width=4)


@pytest.fixture(scope="module")
def generator():
    return small()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", SIZES)
def test_shapes_of_the_convolutional_pair(size, channels):
    shape = (size, size, channels)
    generator = models.build_generator(shape, latent_dim=6, width=2)
    discriminator = models.build_discriminator(shape, width=2)
    assert generator.input_shape == (None, 6) and generator.output_shape == (
        None,
        *shape,
    )
    assert discriminator.input_shape == (
        None,
        *shape,
    ) and discriminator.output_shape == (None, 1)
    if size <= 64 and channels == 3:
        fake = generator(noise())
        assert fake.shape == (3, *shape) and fake.dtype == "float32"
        assert (
            discriminator(fake).shape == (3, 1)
            and discriminator(fake).dtype == "float32"
        )


@pytest.mark.parametrize("size, patch", [(8, 4), (16, 2), (28, 2), (64, 2)])
def test_shapes_with_other_patches(size, patch):
    generator = models.build_generator(
        (size, size, 3), latent_dim=6, width=4, patch=patch
    )
    made = generator(noise())
    assert made.shape == (3, size, size, 3) and generator.recipe["patch"] == patch
    again = models.build_generator(**generator.recipe)
    again.set_weights(generator.get_weights())
    np.testing.assert_array_equal(again(noise()), made)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [8, 16, 28])
def test_shapes_of_the_dense_pair(size, channels):
    shape = (size, size, channels)
    generator = models.build_generator(shape, latent_dim=6, kind="dense")
    discriminator = models.build_discriminator(shape, kind="dense")
    assert generator(noise()).shape == (3, *shape) and discriminator(
        pictures(shape)
    ).shape == (3, 1)
    units = [
        layer.units
        for layer in generator.layers
        if isinstance(layer, keras.layers.Dense)
    ]
    assert units == [128, 256, 512, size * size * channels]
    units = [
        layer.units
        for layer in discriminator.layers
        if isinstance(layer, keras.layers.Dense)
    ]
    assert units == [256, 128, 1]


@pytest.mark.parametrize(
    "size, coarsest, filters",
    [
        (8, 2, [3]),
        (28, 7, [3]),
        (32, 2, [12, 6, 3]),
        (64, 2, [24, 12, 6, 3]),
        (256, 2, [24, 24, 24, 12, 6, 3]),
    ],
)
def test_the_dcgan_pair_follows_the_papers_rules(size, coarsest, filters):
    """Radford et al. 2016: strides and no pooling, batch normalisation but at the ends, ReLU, leaky ReLU, tanh."""
    generator = models.build_generator(
        (size, size, 1), latent_dim=6, kind="dcgan", width=3
    )
    discriminator = models.build_discriminator((size, size, 1), kind="dcgan", width=3)
    up = [
        layer
        for layer in generator.layers
        if isinstance(layer, keras.layers.Conv2DTranspose)
    ]
    down = [
        layer
        for layer in discriminator.layers
        if isinstance(layer, keras.layers.Conv2D)
    ]
    assert [layer.filters for layer in up] == [*filters, 1] and up[0].input.shape[
        1
    ] == coarsest
    assert [layer.filters for layer in down][: len(filters)] == filters[::-1] and len(
        down
    ) == len(filters) + 1
    assert all(
        layer.strides == (2, 2) and layer.kernel_size == (4, 4) for layer in up + down
    )

    def kinds(model):
        return [type(layer).__name__ for layer in model.layers]

    blocks = ["BatchNormalization", "ReLU", "Conv2DTranspose"] * len(up)
    assert kinds(generator) == ["InputLayer", "Dense", "Reshape", *blocks, "Activation"]
    blocks = ["Conv2D", "BatchNormalization", "LeakyReLU"] * len(filters)
    assert kinds(discriminator) == [
        "InputLayer",
        "Conv2D",
        "LeakyReLU",
        *blocks,
        "Flatten",
        "Dense",
    ]
    for layer in generator.layers + discriminator.layers:
        if (
            hasattr(layer, "kernel")
            and layer.kernel.shape[0] * layer.kernel.shape[-1] > 300
        ):
            assert layer.kernel.numpy().std() == pytest.approx(0.02, rel=0.15)
        if isinstance(layer, keras.layers.BatchNormalization):
            assert layer.momentum == 0.99
    assert generator(noise()).shape == (3, size, size, 1) and discriminator(
        generator(noise())
    ).shape == (3, 1)


def test_plan_of_the_grids():
    """Every allowed size comes down to a coarsest grid that is small or odd, in halves."""
    assert models.stage_sizes((64, 64, 3), 48) == (
        (64, 64, 3),
        4,
        [(16, 48), (8, 96), (4, 192)],
    )
    assert models.stage_sizes([32, 32, 1], 48) == ((32, 32, 1), 4, [(8, 48), (4, 96)])
    assert models.stage_sizes((256, 256, 3), 8)[1:] == (
        4,
        [(64, 8), (32, 16), (16, 32), (8, 32), (4, 32)],
    )
    assert models.stage_sizes((64, 64, 3), 48, patch=2)[1:] == (
        2,
        [(32, 24), (16, 48), (8, 96), (4, 192)],
    )
    for size in range(8, 257, 4):
        _, patch, stages = models.stage_sizes((size, size, 3), 5)
        grids, filters = zip(*stages)
        assert grids[0] * patch == size and filters[0] == 5 and max(filters) <= 20
        assert all(a == 2 * b for a, b in zip(grids, grids[1:]))
        assert grids[-1] % 2 or 2 <= grids[-1] <= 4


@pytest.mark.parametrize("kind", models.KINDS)
def test_pictures_are_in_range_and_depend_on_the_noise(kind):
    generator = small(kind)
    usual, wild = (
        np.asarray(generator(noise(8, scale=scale), training=True))
        for scale in (1, 1e3)
    )
    for made in (usual, wild):
        assert np.isfinite(made).all() and -1 <= made.min() and made.max() <= 1
    assert (
        usual.std(0).mean() > 1e-4
    )  # new networks already draw eight different pictures
    assert np.mean(np.abs(usual) > 0.99) < 0.05


def test_logits_start_small_and_differ():
    logits = np.asarray(
        models.build_discriminator((16, 16, 3), width=8)(pictures((16, 16, 3), 32))
    )
    assert np.abs(logits).max() < 20 and logits.std() > 1e-3


def space_to_depth(x, b):
    """Pixel by pixel: the colours of each patch in a row, its lines from top to bottom."""
    n, h, w, c = x.shape
    y = np.empty((n, h // b, w // b, b * b * c), x.dtype)
    for i, row, column, channel in np.ndindex(*x.shape):
        y[i, row // b, column // b, (row % b * b + column % b) * c + channel] = x[
            i, row, column, channel
        ]
    return y


@pytest.mark.parametrize(
    "block, shape", [(2, (2, 4, 6, 3)), (4, (3, 8, 4, 1)), (1, (1, 3, 3, 2))], ids=str
)
def test_rearranged_pixels(block, shape):
    x = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    deep = space_to_depth(x, block)
    np.testing.assert_array_equal(models.SpaceToDepth(block)(x), deep)
    np.testing.assert_array_equal(models.DepthToSpace(block)(deep), x)
    for kind, before, after in (
        (models.SpaceToDepth, x, deep),
        (models.DepthToSpace, deep, x),
    ):
        layer = kind(block)
        assert layer(keras.Input(before.shape[1:])).shape == (None, *after.shape[1:])
        assert kind.from_config(layer.get_config()).block == block


def test_pixels_that_do_not_fit_are_refused():
    """Reshaping would not complain: 16 pictures of 5 x 5 pixels are as many numbers as 25 of 4 x 4."""
    with pytest.raises(ValueError, match=r"SpaceToDepth\(2\).*5 x 5"):
        models.SpaceToDepth(2)(np.zeros((16, 5, 5, 1), "float32"))
    with pytest.raises(ValueError, match=r"DepthToSpace\(2\).*6 channels"):
        models.DepthToSpace(2)(np.zeros((2, 4, 4, 6), "float32"))


def test_networks_that_do_not_meet_are_refused(generator):
    other = models.build_discriminator((8, 8, 3), width=4)
    with pytest.raises(ValueError, match=r"\(16, 16, 3\).*\(8, 8, 3\).*image_shape"):
        models.check_pair(generator, other)


@pytest.mark.parametrize("kind", models.KINDS)
def test_a_global_setting_of_channels_first_changes_nothing(kind):
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        made = small(kind)
        judged = models.build_discriminator((16, 16, 3), kind=kind, width=4)
    finally:
        keras.config.set_image_data_format(before)
    as_usual = small(kind)
    as_usual.set_weights(made.get_weights())
    np.testing.assert_array_equal(made(noise()), as_usual(noise()))
    assert judged(made(noise())).shape == (3, 1)
    again = models.build_discriminator((16, 16, 3), kind=kind, width=4)
    again.set_weights(judged.get_weights())
    real = pictures((16, 16, 3))
    np.testing.assert_array_equal(judged(real), again(real))


def test_another_backend_is_refused_in_one_sentence(tmp_path):
    """Set by the environment; an old keras.json is overruled."""
    (tmp_path / "keras.json").write_text('{"backend": "theano"}')
    code = "import ganlib; import os; print(os.environ['KERAS_BACKEND'])"
    for backend, expected in ({"KERAS_BACKEND": "jax"}, "jax"), ({}, "tensorflow"):
        kept = {k: v for k, v in os.environ.items() if k != "KERAS_BACKEND"}
        answer = subprocess.run(
            [sys.executable, "-c", code],
            env={**kept, **backend, "KERAS_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
        )
        last = (answer.stdout + answer.stderr).strip().splitlines()[-1]
        assert expected in last
        assert bool(answer.returncode) == bool(backend)


def test_the_running_average_has_it_too(generator):
    gan = training.GAN(generator, models.build_discriminator((16, 16, 3), width=4))
    drawn = gan.ema_generator.sample(3, seed=5)
    np.testing.assert_array_equal(drawn, gan.sample(3, seed=5))


def test_a_loaded_generator_has_the_sample_of_a_gan(generator, tmp_path):
    gan = training.GAN(generator, models.build_discriminator((16, 16, 3), width=4))
    half = [weight.astype(np.float16) for weight in generator.get_weights()]
    gan.ema_generator.set_weights([weight.astype(np.float32) for weight in half])
    path = models.save_generator(tmp_path / "small.npz", gan.ema_generator)
    loaded, _ = models.load_generator(path)
    drawn = loaded.sample(5, seed=3, batch_size=2)
    assert drawn.shape == (5, 16, 16, 3) and drawn.dtype == np.uint8
    np.testing.assert_array_equal(drawn, gan.sample(5, seed=3, batch_size=2))
    np.testing.assert_array_equal(drawn[:2], loaded.sample(2, seed=3))
    assert (drawn != loaded.sample(5, seed=4)).any()
    for wrong in (dict(n=0), dict(n=2, batch_size=0)):
        with pytest.raises(ValueError, match="expected 1 or more"):
            loaded.sample(**wrong)


@pytest.mark.parametrize(
    "claim",
    [
        dict(kind="conv", width=100_000),
        dict(kind="dcgan", width=100_000),
        dict(kind="conv", latent_dim=10**9),
        dict(kind="dense", image_shape=[256, 256, 3]),
    ],
    ids=str,
)
def test_a_file_that_claims_a_huge_network_is_refused(
    tmp_path, generator, claim, monkeypatch
):
    path = rewritten(tmp_path, generator, lambda w, a: a["recipe"].update(claim))
    monkeypatch.setattr(models, "build_generator", None)  # before it is built
    with pytest.raises(checkpoint.CheckpointError, match="weights and holds"):
        models.load_generator(path)


@pytest.mark.parametrize(
    "shape",
    [
        (64, 64),
        64,
        None,
        "64",
        (64, 32, 3),
        (4, 4, 3),
        (260, 260, 3),
        (30, 30, 3),
        (64, 64, 2),
        (64, 64, 4),
        (3, 64, 64),
        (64.0, 64, 3),
        (0, 0, 3),
        (-8, -8, 3),
    ],
    ids=str,
)
@pytest.mark.parametrize("build", [models.build_generator, models.build_discriminator])
def test_bad_image_shape(build, shape):
    with pytest.raises(
        ValueError,
        match=r"image_shape is .*expected \(size, size, channels\).*type image",
    ):
        build(shape)


@pytest.mark.parametrize("build", [models.build_generator, models.build_discriminator])
def test_other_bad_arguments(build):
    with pytest.raises(
        ValueError,
        match="kind is 'convolution'; expected one of 'conv', 'dcgan', 'dense'",
    ):
        build((8, 8, 1), kind="convolution")
    with pytest.raises(ValueError, match="width is 0; expected 1 or more"):
        build((8, 8, 1), width=0)
    with pytest.raises(TypeError, match="width is 2.5; expected a whole number"):
        build((8, 8, 1), width=2.5)


def test_bad_arguments_of_the_generator_alone():
    with pytest.raises(ValueError, match="latent_dim is -1; expected 1 or more"):
        models.build_generator((8, 8, 1), -1)
    with pytest.raises(TypeError, match="latent_dim is '6'; expected a whole number"):
        models.build_generator((8, 8, 1), "6")
    with pytest.raises(ValueError, match="patch is 3; expected one of 2, 4"):
        models.build_generator((8, 8, 1), patch=3)


def test_recipe_is_plain_and_builds_the_same(generator):
    known = {"image_shape": [16, 16, 3], "latent_dim": 6, "kind": "conv", "width": 4}
    assert known.items() <= generator.recipe.items()
    odd = models.build_generator(np.array([8, 8, 1]), np.int64(3), width=np.int32(2))
    assert (
        json.loads(json.dumps(odd.recipe)) == odd.recipe
    )  # no number of NumPy's is left in it
    again = models.build_generator(**odd.recipe)
    assert again.recipe == odd.recipe
    assert [w.shape for w in again.get_weights()] == [
        w.shape for w in odd.get_weights()
    ]


@pytest.mark.parametrize(
    "kind, shape", [("conv", (16, 16, 3)), ("dcgan", (8, 8, 1)), ("dense", (8, 8, 1))]
)
def test_saved_and_loaded_generator(tmp_path, kind, shape):
    made = small(kind, shape)
    path = models.save_generator(
        tmp_path / "g.npz", made, steps=300, data="faces", licence="CC BY 4.0"
    )
    loaded, facts = models.load_generator(path)
    assert (
        facts == {"steps": 300, "data": "faces", "licence": "CC BY 4.0"}
        and loaded.recipe == made.recipe
    )
    for before, after in zip(made.get_weights(), loaded.get_weights()):
        assert after.dtype == np.float32
        np.testing.assert_array_equal(after, before.astype(np.float16))
    np.testing.assert_allclose(
        loaded(noise()), made(noise()), atol=0.01
    )  # about one grey level
    again = models.save_generator(tmp_path / "again.npz", loaded, **facts)
    for before, after in zip(
        loaded.get_weights(), models.load_generator(again)[0].get_weights()
    ):
        np.testing.assert_array_equal(
            after, before
        )  # rounding once is rounding for good


def test_a_generator_file_is_small_and_has_nothing_but_arrays(tmp_path, generator):
    path = models.save_generator(tmp_path / "g.npz", generator)
    assert path.stat().st_size < 2 * generator.count_params() + 500 * len(
        generator.weights
    )
    with zipfile.ZipFile(path) as file:
        assert all(name.endswith(".npy") for name in file.namelist())
    assert len(np.load(path, allow_pickle=False).files) == len(generator.weights) + 1


def test_networks_of_others_have_no_recipe(tmp_path):
    other = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(64), keras.layers.Reshape((8, 8, 1))]
    )
    with pytest.raises(ValueError, match="recipe.*build_generator.*generator.save"):
        models.save_generator(tmp_path / "g.npz", other)
    assert list(tmp_path.iterdir()) == []


def test_facts_must_be_plain(tmp_path, generator):
    with pytest.raises(TypeError):
        models.save_generator(tmp_path / "g.npz", generator, history=np.zeros(3))
    assert list(tmp_path.iterdir()) == []


def rewritten(tmp_path, generator, change=lambda weights, about: None):
    """A generator's file with something changed in it."""
    weights, about = checkpoint.load(
        models.save_generator(tmp_path / "g.npz", generator)
    )
    change(weights, about)
    return checkpoint.save(tmp_path / "changed.npz", weights, about)


RECIPES = {
    "missing": lambda w, a: a.pop("recipe"),
    "no dict": lambda w, a: a.update(recipe=[1, 2]),
    "unknown word": lambda w, a: a["recipe"].update(colour="red"),
    "lacking word": lambda w, a: (a["recipe"].update(size=3), a["recipe"].pop("kind")),
    "bad shape": lambda w, a: a["recipe"].update(image_shape=[5, 5, 3]),
    "bad kind": lambda w, a: a["recipe"].update(kind="style"),
    "bad width": lambda w, a: a["recipe"].update(width="4"),
}
CONTENTS = {
    "other width": lambda w, a: a["recipe"].update(width=8),
    "other size": lambda w, a: a["recipe"].update(image_shape=[32, 32, 3]),
    "array missing": lambda w, a: w.pop("003"),
    "array too many": lambda w, a: w.update(extra=np.zeros(3)),
    "array of another shape": lambda w, a: w.update({"000": w["000"][:-1]}),
}


@pytest.mark.parametrize("name", RECIPES)
def test_files_that_are_no_generators(tmp_path, generator, name):
    path = rewritten(tmp_path, generator, RECIPES[name])
    with pytest.raises(
        checkpoint.CheckpointError,
        match="changed.npz holds no generator.*save_generator",
    ):
        models.load_generator(path)


@pytest.mark.parametrize("name", CONTENTS)
def test_weights_that_do_not_fit_their_recipe(tmp_path, generator, name):
    path = rewritten(tmp_path, generator, CONTENTS[name])
    with pytest.raises(checkpoint.CheckpointError, match="changed.npz"):
        models.load_generator(path)


@pytest.mark.parametrize("share", [0, 0.3, 0.9, 0.999])
def test_truncated_generator(tmp_path, generator, share):
    path = rewritten(tmp_path, generator)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(
        checkpoint.CheckpointError, match="changed.npz cannot be used.*copy it again"
    ):
        models.load_generator(path)


def test_pickles_in_a_generator_are_refused(tmp_path, generator):
    with np.load(rewritten(tmp_path, generator), allow_pickle=False) as file:
        arrays = dict(file)
    np.savez(
        tmp_path / "evil.npz", **{**arrays, "000": np.array([print], dtype=object)}
    )
    with pytest.raises(
        checkpoint.CheckpointError, match="evil.npz cannot be used .*pickles"
    ):
        models.load_generator(tmp_path / "evil.npz")


def test_absent_generator(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file .*none.npz"):
        models.load_generator(tmp_path / "none.npz")


@pytest.mark.parametrize("kind", models.KINDS)
def test_keras_saves_and_loads_both_networks(tmp_path, kind):
    """Without naming the custom layers: they are registered."""
    shape = (16, 16, 3)
    for network, x in (
        (small(kind), noise()),
        (models.build_discriminator(shape, kind=kind, width=4), pictures(shape)),
    ):
        network.save(tmp_path / "network.keras")
        loaded = keras.saving.load_model(tmp_path / "network.keras", safe_mode=True)
        np.testing.assert_array_equal(loaded(x), network(x))
        clone = keras.models.clone_model(network)
        clone.set_weights(network.get_weights())
        np.testing.assert_array_equal(clone(x), network(x))


def test_a_coarse_picture_is_enlarged_smoothly_below_the_finer_one():
    """Half-way pixel centres: between 0 and 1 lie a quarter and three quarters, and the border is repeated."""
    coarse, finer = keras.Input((2, 2, 1)), keras.Input((4, 4, 1))
    model = keras.Model([coarse, finer], models.add_skip(coarse, finer))
    row = np.array([0.0, 0.25, 0.75, 1.0])
    expected = row[None, :] + 10 * row[:, None]
    got = model(
        [
            np.array([[0, 1], [10, 11]], "float32").reshape(1, 2, 2, 1),
            np.full((1, 4, 4, 1), 100, "float32"),
        ]
    )
    np.testing.assert_allclose(np.asarray(got)[0, :, :, 0], 100 + expected, rtol=1e-6)


def test_every_grid_adds_to_the_picture():
    """4, 8 and 16 pixels: take any grid's colours, or the details, away, and the picture is another."""
    generator = small(shape=(32, 32, 3))
    whole = generator(noise())
    painters = [
        layer
        for layer in generator.layers
        if isinstance(layer, (keras.layers.Dense, keras.layers.Conv2D))
        and layer.output.shape[-1] in (3, 12)
    ]
    painters = [
        layer
        for layer in painters
        if layer.output.shape[1] >= 4 and len(layer.output.shape) == 4
    ]
    assert [layer.output.shape[1:] for layer in painters] == [
        (4, 4, 3),
        (8, 8, 3),
        (16, 16, 3),
        (16, 16, 12),
    ]
    for layer in painters:
        kept = layer.get_weights()
        layer.set_weights([0 * w for w in kept])
        assert np.abs(generator(noise()) - whole).max() > 0.01
        layer.set_weights(kept)


def test_pictures_and_logits_stay_in_32_bits_where_the_layers_work_in_16():
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        generator, discriminator = (
            small(),
            models.build_discriminator((16, 16, 3), width=4),
        )
    finally:
        keras.mixed_precision.set_global_policy("float32")
    fake = generator(noise())
    assert (
        generator.layers[3].compute_dtype == "bfloat16"
        and generator.weights[0].dtype == "float32"
    )
    assert fake.dtype == discriminator(fake).dtype == "float32"
