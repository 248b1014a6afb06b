"""What `test_training.py` runs in a process of its own: a GAN on two virtual devices, or on two workers.

TensorFlow divides a CPU into virtual devices, and joins other workers, only before anything else happens.
"""

import contextlib
import json
import os
import sys

import keras
import numpy as np
import tensorflow as tf

from ganlib.training import GAN

SHAPE = (8, 8, 1)
IMAGES = np.random.default_rng(0).integers(0, 256, (40, *SHAPE), dtype=np.uint8)


def make(strategy=None, seed=0, norm=(), **options):
    layers = keras.layers
    with strategy.scope() if strategy else contextlib.nullcontext():
        keras.utils.set_random_seed(seed)
        generator = keras.Sequential(
            [
                keras.Input((3,)),
                layers.Dense(64, "tanh"),
                layers.Reshape(SHAPE),
            ]
        )
        discriminator = keras.Sequential(
            [
                keras.Input(SHAPE),
                layers.Flatten(),
                layers.Dense(6),
                *norm,
                layers.LeakyReLU(),
                layers.Dense(1),
            ]
        )
        gan = GAN(generator, discriminator, seed=5)
        # Both penalties, a paired loss and mirrored images: all that could tell the replicas apart.
        usual = {"random_flip": True, "r2": 0.5, "r1_every": 2, "loss": "relativistic"}
        gan.compile(**{"steps_per_execution": 2, **usual, **options})
    return gan


def fit(gan, steps, path=None):
    options = {"batch_size": 8, "seed": 3, "steps_per_record": 4}
    return gan.fit(IMAGES, steps=steps, path=path, **options)


def state(gan):
    return {
        name: variable.numpy()
        for name, variable in gan._state().items()
        if not name.startswith("trackers")
    }


def distance(one, two):
    """The largest difference between two states, or two records."""
    return max(np.abs(np.asarray(one[n], float) - two[n]).max() for n in one)


def mirrored(path):
    cpu = tf.config.list_physical_devices("CPU")[0]
    halves = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, halves)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    one, two = make(), make(strategy)
    records = fit(one, 12), fit(two, 12)
    found = {
        "weights": distance(state(one), state(two)),
        "record": distance(*records),
        "learned": distance(state(make()), state(one)),
    }
    fit(make(strategy), 6, path)
    again = make(strategy, seed=1)
    found["resumed_record"] = distance(fit(again, 12, path), records[1])
    found["resumed"] = distance(state(again), state(two))
    found["ema"] = max(
        np.ptp([part.numpy() for part in strategy.experimental_local_results(v)], 0)
        .max()
        .item()
        for v in (weight.value for weight in again.ema_generator.weights)
    )
    norm = keras.layers.BatchNormalization
    with strategy.scope():
        normed = make(strategy, norm=[norm()], r2=0.0, r1=0.0, loss="hinge")
    fit(normed, 4)
    moving = normed.discriminator.layers[2].moving_mean.value
    first, second = strategy.experimental_local_results(moving)
    found["norm"] = np.abs(first.numpy() - second.numpy()).max().item()
    found["finite"] = bool(np.isfinite(normed.record["d_loss"]).all())
    for wrong in ({"jit_compile": True}, {"d_optimizer": keras.optimizers.SGD()}):
        try:
            two.compile(**wrong)
        except ValueError as error:
            found.setdefault("refused", []).append(str(error)[:20])
    return found


def worker(path):
    """One of two workers; TF_CONFIG says which."""
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    gan = make(strategy)
    fit(gan, 6, path)
    again = make(strategy, seed=1)
    fit(again, 12, path)
    alone = make()
    fit(alone, 12)
    return {"weights": distance(state(alone), state(again))}


if __name__ == "__main__":
    what, path = sys.argv[1:]
    print(json.dumps({"mirrored": mirrored, "worker": worker}[what](path)))
    sys.stdout.flush()
    os._exit(0)  # a worker would wait for the others
