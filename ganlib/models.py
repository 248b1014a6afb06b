"""Networks: noise -> generator -> picture in [-1, 1] -> discriminator -> one logit.

Three pairs. `dense`: of the first image GAN (notebook 05). `dcgan`: by the rules of Radford et al. 2016 (notebook 06).
`conv`: of the face GAN (notebook 09). Its heavy work is 3x3 convolutions on small, deep grids, which two CPU cores do
at nearly the speed of a matrix product: pictures are cut into 4x4 patches on the way in and put together from 2x2
patches on the way out (Shi et al. 2016), and residual blocks work on the coarse grids in between. Every grid of the
generator adds its colours to one picture (Karras et al. 2020).
"""

import math
import types

import keras
import numpy as np
import tensorflow as tf
from keras import initializers, layers

from . import checkpoint
from .checks import check_choice, check_count

LEAK = 0.2  # slope of the leaky ReLU for negative inputs (Radford et al. 2016)
KINDS = ("conv", "dcgan", "dense")
# Said to every layer that would otherwise ask ~/.keras/keras.json.
LAST = "channels_last"


@keras.saving.register_keras_serializable("ganlib")
class SpaceToDepth(layers.Layer):
    """(n, h, w, c) -> (n, h / block, w / block, c * block^2): every block x block patch becomes one pixel."""

    def __init__(self, block, **kwargs):
        super().__init__(**kwargs)
        self.block = block

    def call(self, x):
        _, h, w, _ = x.shape
        b = self.block
        if h % b or w % b:
            raise ValueError(
                f"SpaceToDepth({b}) got pictures of {h} x {w}; expected sizes that {b} divides"
            )
        # TensorFlow's own function takes no blocks of 1.
        return tf.nn.space_to_depth(x, b) if b > 1 else x

    def get_config(self):
        return {**super().get_config(), "block": self.block}


@keras.saving.register_keras_serializable("ganlib")
class DepthToSpace(SpaceToDepth):
    """(n, h, w, c * block^2) -> (n, h * block, w * block, c): the inverse of `SpaceToDepth`."""

    def call(self, x):
        c, b = x.shape[-1], self.block
        if c % b**2:
            raise ValueError(
                f"DepthToSpace({b}) got {c} channels; expected a multiple of {b**2}"
            )
        return tf.nn.depth_to_space(x, b) if b > 1 else x


def normal_init():
    """The start of all weights of Radford et al. 2016: a new object each time, so that no two layers start alike."""
    return initializers.RandomNormal(stddev=0.02)


def to_rgb(x, channels):
    """What a grid adds to the picture: every point's channels, normalised, become one colour."""
    return layers.Dense(channels, kernel_initializer=normal_init())(
        layers.RMSNormalization()(x)
    )


def add_skip(picture, finer):
    """The coarse picture, enlarged smoothly, and on it what the finer grid adds (after Karras et al. 2020)."""
    if picture is None:
        return finer
    times = finer.shape[1] // picture.shape[1]
    larger = (
        layers.UpSampling2D(times, LAST, interpolation="bilinear")(picture)
        if times > 1
        else picture
    )
    return layers.Add()([larger, finer])


def _conv(x, filters, scale=2.0):
    start = initializers.VarianceScaling(scale, "fan_in", "truncated_normal")
    convolution = layers.Conv2D(
        filters, 3, padding="same", data_format=LAST, kernel_initializer=start
    )
    return convolution(x)


def leaky_relu(x):
    """x where it is positive, a fifth of it elsewhere."""
    return layers.LeakyReLU(negative_slope=LEAK)(x)


def modulate(x, style):
    """Normalise every pixel's channels, then let the style scale each channel (after Karras et al. 2019)."""
    channels = x.shape[-1]
    gain = layers.Dense(
        channels, kernel_initializer=normal_init(), bias_initializer="ones"
    )(style)
    return layers.Multiply()(
        [layers.RMSNormalization()(x), layers.Reshape((1, 1, channels))(gain)]
    )


def stage_sizes(image_shape, width, patch=None):
    """(shape, patch, [(grid, filters), ...] from fine to coarse): for 64 pixels 4, [(16, w), (8, 2w), (4, 4w)].

    With patches of 2 there is one finer grid, with half the channels.
    """
    shape = tuple(image_shape) if np.iterable(image_shape) else image_shape
    whole = (
        isinstance(shape, tuple)
        and len(shape) == 3
        and all(isinstance(s, (int, np.integer)) for s in shape)
    )
    if (
        not whole
        or shape[0] != shape[1]
        or shape[0] % 4
        or not 8 <= shape[0] <= 256
        or shape[2] not in (1, 3)
    ):
        raise ValueError(
            f"image_shape is {image_shape!r}; expected (size, size, channels) with a size of 8 to 256 "
            "that 4 divides and 1 or 3 channels: type image_shape=(64, 64, 3), or load_data(..., size=64)"
        )
    shape, usual = tuple(map(int, shape)), 4 if shape[0] >= 16 else 2
    patch = check_choice(usual if patch is None else patch, (2, 4), "patch")
    grid, filters = shape[0] // patch, width * patch // usual
    stages = [(grid, filters)]
    while grid > 4 and grid % 2 == 0:
        grid, filters = grid // 2, min(2 * filters, 4 * width)
        stages.append((grid, filters))
    return shape, patch, stages


def _dcgan(image_shape, width):
    """(a layer of the same start, a norm, grids from fine to coarse: [(4, w), (2, 2w)] for 8 pixels)."""
    grid, filters, grids = image_shape[0], width, []
    while grid % 2 == 0 and grid > 3:
        grid, filters = grid // 2, filters if not grids else min(2 * filters, 8 * width)
        grids.append((grid, filters))

    def layer(kind, *sizes, **more):
        return kind(*sizes, kernel_initializer=normal_init(), **more)

    return layer, lambda x: layers.BatchNormalization(momentum=0.99)(x), grids


def build_generator(
    image_shape=(64, 64, 3), latent_dim=128, *, kind="conv", width=48, patch=2
):
    """A Keras model: float32 noise (n, latent_dim) -> float32 pictures (n, *image_shape) in [-1, 1].

    Its method `sample(n, seed=0, batch_size=32)` draws uint8 pictures; see `models.sample`.

    image_shape: (size, size, channels), size 8 to 256 and divisible by 4, channels 1 or 3. kind: "conv", "dcgan", or
    "dense" (layers of 128, 256, 512). width: channels of the conv generator's grid of 4x4 patches, of the dcgan's
    finest grid; patch: side of the patches that the conv generator ends with, 2, or 4, which is faster and draws
    coarser lines. Raises ValueError.
    """
    check_choice(kind, KINDS, "kind")
    latent_dim, width = (
        check_count(latent_dim, "latent_dim"),
        check_count(width, "width"),
    )
    image_shape, patch, stages = stage_sizes(image_shape, width, patch)
    z = layers.Input((latent_dim,), name="z")
    if kind == "dense":
        x = z
        for units in (128, 256, 512):
            x = leaky_relu(layers.Dense(units)(x))
        x = layers.Reshape(image_shape)(layers.Dense(math.prod(image_shape))(x))
    elif kind == "dcgan":
        layer, norm, grids = _dcgan(image_shape, width)
        x = layers.Reshape((grids[-1][0], *grids[-1]))(
            layer(layers.Dense, grids[-1][0] ** 2 * grids[-1][1])(z)
        )
        for filters in [filters for _, filters in grids[-2::-1]] + [image_shape[2]]:
            x = layer(layers.Conv2DTranspose, filters, 4, 2, "same", data_format=LAST)(
                layers.ReLU()(norm(x))
            )
    else:
        style = layers.RMSNormalization()(z)
        for _ in range(2):
            style = leaky_relu(layers.Dense(256)(style))
        grid, filters = stages[-1]
        x = layers.Reshape((grid, grid, filters))(
            layers.Dense(grid * grid * filters)(style)
        )
        picture = None
        for grid, filters in reversed(stages):
            if grid != x.shape[1]:
                x = DepthToSpace(2)(layers.Dense(4 * filters)(x))
            y = _conv(leaky_relu(modulate(x, style)), filters)
            y = _conv(leaky_relu(modulate(y, style)), filters)
            x = layers.Add()([x, y])
            picture = add_skip(picture, to_rgb(x, image_shape[2]))
        details = _conv(
            leaky_relu(layers.RMSNormalization()(x)),
            patch**2 * image_shape[2],
            scale=1.0,
        )
        x = add_skip(picture, DepthToSpace(patch)(layers.Rescaling(0.1)(details)))
    generator = keras.Model(
        z,
        layers.Activation("tanh", dtype="float32", name="picture")(x),
        name="generator",
    )
    generator.sample = types.MethodType(sample, generator)
    generator.recipe = {
        "image_shape": list(image_shape),
        "latent_dim": latent_dim,
        "kind": kind,
        "width": width,
        "patch": patch,
    }
    return generator


def build_discriminator(image_shape=(64, 64, 3), *, kind="conv", width=48):
    """A Keras model: float32 pictures (n, *image_shape) in [-1, 1] -> logits (n, 1), above 0 for 'real'.

    kind: "conv", "dcgan", or "dense" (layers of 256, 128); the rest as in `build_generator`. Raises ValueError.
    """
    check_choice(kind, KINDS, "kind")
    image_shape, patch, stages = stage_sizes(image_shape, check_count(width, "width"))
    picture = layers.Input(image_shape, name="picture")
    if kind == "dense":
        x = layers.Flatten(LAST)(picture)
        for units in (256, 128):
            x = leaky_relu(layers.Dense(units)(x))
    elif kind == "dcgan":
        layer, norm, grids = _dcgan(image_shape, width)
        x = picture
        for i, (_, filters) in enumerate(grids):
            x = layer(layers.Conv2D, filters, 4, 2, "same", data_format=LAST)(x)
            x = leaky_relu(norm(x) if i else x)
        x = layers.Flatten(LAST)(x)
    else:
        x = picture
        for i, (_, filters) in enumerate(stages):
            x = layers.Dense(filters)(SpaceToDepth(2 if i else patch)(x))
            y = _conv(leaky_relu(_conv(leaky_relu(x), filters)), filters, scale=0.5)
            x = layers.Add()([x, y])
        x = leaky_relu(layers.Dense(256)(layers.Flatten(LAST)(leaky_relu(x))))
    start = normal_init() if kind == "dcgan" else "glorot_uniform"
    logit = layers.Dense(1, dtype="float32", name="logit", kernel_initializer=start)
    return keras.Model(picture, logit(x), name="discriminator")


def to_uint8(images):
    """float32 -1..1 -> uint8 0..255 (NumPy), rounded and clipped."""
    return np.clip(np.rint((np.asarray(images) + 1.0) * 127.5), 0, 255).astype(np.uint8)


def sample(generator, n, seed=0, batch_size=32):
    """`n` pictures of a generator: uint8 (n, h, w, c), from standard normal noise drawn with `seed`.

    The first pictures stay the same when `n` grows. `batch_size` pictures are made at a time, to spare memory.
    Raises TypeError or ValueError where n or batch_size is no count.
    """
    n, batch_size = check_count(n), check_count(batch_size, "batch_size")
    z = np.random.default_rng(seed).standard_normal(
        (n, generator.input_shape[-1]), "float32"
    )
    batches = [z[start : start + batch_size] for start in range(0, n, batch_size)]
    return np.concatenate([to_uint8(generator(batch)) for batch in batches])


def check_pair(generator, discriminator):
    """Raise ValueError where the one does not make what the other judges."""
    made, judged = generator.output_shape[1:], discriminator.input_shape[1:]
    if made != judged:
        raise ValueError(
            f"the generator makes pictures of shape {made} and the discriminator judges pictures of "
            f"shape {judged}; expected the same: build both with one image_shape"
        )


def save_generator(path, generator, **facts):
    """Write a generator built here as a `.npz` of float16 arrays with `facts` (plain values, for a model card).

    Raises ValueError where the generator was not built by `build_generator`.
    """
    if not getattr(generator, "recipe", None):
        raise ValueError(
            "this generator has no recipe to build it from again; expected one of build_generator: for "
            "any other network type generator.save('generator.keras')"
        )
    weights = {
        f"{i:03d}": w.astype(np.float16) for i, w in enumerate(generator.get_weights())
    }
    return checkpoint.save(
        path, weights, {"recipe": dict(generator.recipe), **facts}, compress=True
    )


def _check_fits(config, numbers):
    """ValueError for a config whose network would have more weights than a file holds `numbers`.

    Asked before anything is built, since a file may claim a width that fills the memory.
    """
    shape, width = config["image_shape"], check_count(config["width"], "width")
    latent_dim, kind = check_count(config["latent_dim"], "latent_dim"), config["kind"]
    shape, _, stages = stage_sizes(shape, width, config.get("patch"))
    if kind == "conv":
        least = sum(18 * filters**2 for _, filters in stages)
    elif kind == "dcgan":
        grids = _dcgan(shape, width)[2]
        least = sum(16 * a * b for (_, a), (_, b) in zip(grids, grids[1:]))
    else:
        least = 1024 * math.prod(shape)
    least = max(least, latent_dim)
    if least > numbers:
        raise ValueError(
            f"it describes a network of more than {least:,} weights and holds {numbers:,}"
        )


def load_generator(path):
    """(generator, facts) from a file of `save_generator`: plain arrays, no pickle and no code.

    The generator draws as a GAN does: `generator.sample(16, seed=0)`.

    Raises FileNotFoundError, or CheckpointError where the file is no generator.
    """
    weights, facts = checkpoint.load(path)
    try:
        config = facts.pop("recipe")
        _check_fits(config, sum(array.size for array in weights.values()))
        generator = build_generator(**config)
    except (KeyError, TypeError, ValueError) as error:
        raise checkpoint.CheckpointError(
            f"{path} holds no generator ({error}); expected a file written by "
            "save_generator"
        ) from None
    names = {f"{i:03d}": variable for i, variable in enumerate(generator.weights)}
    checkpoint.restore(
        names, {n: np.asarray(w, np.float32) for n, w in weights.items()}, path
    )
    return generator, facts
