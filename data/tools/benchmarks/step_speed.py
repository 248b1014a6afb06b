"""How fast is the training step? python data/tools/benchmarks/step_speed.py [--rounds 5] [--steps 160]

Two figures, each a ratio within one run, from rounds in which the contestants take turns:
  - images a second of `GAN.fit` (its data, records and callbacks included) over those of the same networks
    and the same step in PyTorch (channels-last, eager, as many threads); needed: at least 1.0. With --compile
    also torch.compile, for information. PyTorch is no requirement of the course: pip install torch.
  - the rate at which the step multiplies and adds over the rate of a 2048x2048 float32 matrix product
    (`tf.matmul`); needed: at least 0.6.

What is counted: the multiplications and additions of convolutions and dense layers, and nothing else; what
else the step does (normalising, activations, Adam, the average, the data) takes time and counts as none. Let
D and G be what one picture costs forwards in either network; a backward pass costs as much again for the
gradients of the inputs, and once more for those of the weights. In one step, for each real picture,
  - the discriminator learns from one real and one generated picture:  2 forwards, 2 inputs, 2 weights = 6 D,
  - it judges the generated picture once more for the generator:       1 forwards, 1 inputs            = 2 D,
  - the generator draws it and learns:                                 1 forwards, 1 inputs, 1 weights = 3 G,
  - R1 every 4 steps: forwards, gradient by the picture, and back through that to the weights    = 4 / 4 D.
Gradients by the inputs that nobody asks for (the first layer's, on the way to noise or to pictures that the
discriminator learns from) are left out.
"""

import importlib.util
import statistics
import time

import common
import numpy as np
import recipes

NEED_TORCH, NEED_ARITHMETIC, WARM_UP = 1.0, 0.6, 10


def multiply_adds(model):
    """For one picture forwards: (of all convolutions and dense layers, of those that see the input)."""
    import keras

    total = first = 0
    for layer in model.layers:
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense)):
            kernel, places = layer.kernel.shape, int(np.prod(layer.output.shape[1:-1]))
            total += places * int(np.prod(kernel))
            first += places * int(np.prod(kernel)) * (not _weights_before(layer))
    return total, first


def _weights_before(layer):
    """Is there a layer with weights between the model's input and this one?"""
    for node in layer._inbound_nodes:
        for parent in node.parent_nodes:
            if parent.operation.weights or _weights_before(parent.operation):
                return True
    return False


def operations(generator, discriminator, settings):
    """Multiplications and additions of one training step, for each real picture."""
    (g, g_first), (d, d_first) = multiply_adds(generator), multiply_adds(discriminator)
    r1 = 4 * d / settings["r1_every"] if settings["r1"] else 0
    return 2 * (8 * d - 2 * d_first + 3 * g - g_first + r1)


class Ours:
    """`GAN.fit`, continued for some steps at a time."""

    def __init__(self, images, settings):
        import keras

        from ganlib.training import gan_adam

        class Watch(keras.callbacks.Callback):
            """The time between the first execution's end and the last one's."""

            def on_train_begin(self, logs=None):
                self.times = []

            def on_train_batch_end(self, batch, logs=None):
                self.times.append(time.perf_counter())

        self.settings, self.images, self.watch = settings, images, Watch()
        self.gan = recipes.build(
            images.shape[1:], settings, [gan_adam(settings["rate"]) for _ in range(2)]
        )

    def run(self, steps):
        """-> seconds for `steps` steps, after ten that do not count."""
        done = int(self.gan.step.value)
        self.gan.fit(
            self.images,
            steps=done + WARM_UP + steps,
            batch_size=self.settings["batch_size"],
            callbacks=[self.watch],
        )
        return self.watch.times[-1] - self.watch.times[0]


class Theirs:
    """The same in PyTorch."""

    def __init__(self, ours, compiled=False):
        import torch
        import torch_step

        forward = torch.compile if compiled else (lambda network: network)
        networks = ours.gan.generator, ours.gan.discriminator
        self.step = torch_step.Step(*networks, ours.images, ours.settings, forward)

    def compare(self, ours, count=8):
        """Largest differences from ours: of the pictures, of the logits, and (relative) of the R1 penalty."""
        import tensorflow as tf
        import torch

        from ganlib.losses import zero_centered_gradient_penalty

        z = np.random.default_rng(1).standard_normal(
            (count, ours.settings["latent_dim"]), "float32"
        )
        real = ours.images[:count].astype("float32") / 127.5 - 1
        with torch.no_grad():
            made = self.step.generator(torch.from_numpy(z))
            logits = self.step.discriminator(torch.from_numpy(real))
        squared = float(
            zero_centered_gradient_penalty(ours.gan.discriminator, tf.constant(real))[0]
        )
        return (
            np.abs(made.numpy() - ours.gan.generator(z)).max(),
            np.abs(logits.numpy() - ours.gan.discriminator(real)).max(),
            abs(self.step.penalty(torch.from_numpy(real)).item() / squared - 1),
        )

    def run(self, steps):
        for _ in range(WARM_UP):
            self.step()
        start = time.perf_counter()
        for _ in range(steps):
            self.step()
        return time.perf_counter() - start


def matmul_rate(repeats=10, size=2048):
    """Multiplications and additions a second of a float32 matrix product."""
    import tensorflow as tf

    a, b = tf.random.normal((size, size)), tf.random.normal((size, size))
    tf.matmul(a, b).numpy()
    start = time.perf_counter()
    for _ in range(repeats):
        c = tf.matmul(a, b)
    c.numpy()
    return repeats * 2 * size**3 / (time.perf_counter() - start)


def main():
    parser = common.options(__doc__)
    parser.add_argument(
        "--rounds", type=int, default=5, help="in which all take turns (default 5)"
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=160,
        help="a turn; a multiple of 40, so that each holds as many R1 steps (default 160)",
    )
    parser.add_argument(
        "--threads", type=int, default=2, help="for both libraries (default 2)"
    )
    parser.add_argument(
        "--on", default="faces", choices=list(recipes.OURS), help="(default faces)"
    )
    parser.add_argument(
        "--compile",
        action="store_true",
        help="measure torch.compile too (needs a compiler)",
    )
    args = parser.parse_args()
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(args.threads)
    settings = recipes.OURS[args.on]
    shape = (4096, 64, 64, 3 if args.on == "faces" else 1)
    images = np.random.default_rng(0).integers(
        0, 256, shape, np.uint8
    )  # speed needs no faces
    ours, verdicts = Ours(images, settings), common.Verdicts()
    contestants = {"ours": ours}
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(args.threads)
        contestants["PyTorch"] = Theirs(ours)
        for what, gap in zip(
            ("pictures", "logits", "R1, relative"), contestants["PyTorch"].compare(ours)
        ):
            verdicts.check(
                f"largest difference from PyTorch, {what}",
                float(gap),
                most=1e-4,
                form=".1e",
            )
        if args.compile:
            contestants["torch.compile"] = Theirs(ours, compiled=True)
    else:
        print(
            "skipped: the comparison with PyTorch, since PyTorch is not here: pip install torch"
        )
    for name, contestant in list(
        contestants.items()
    ):  # compiling and the first steps do not count
        start = time.perf_counter()
        try:
            contestant.run(10)
        except Exception as error:
            if name != "torch.compile":
                raise
            print(
                f"skipped: torch.compile does not work here: {str(error).strip().splitlines()[0][:100]}"
            )
            del contestants[name]
        print(f"{name}: ready after {time.perf_counter() - start:.0f} s", flush=True)
    work = operations(ours.gan.generator, ours.gan.discriminator, settings)
    print(
        f"one picture costs the step {work / 1e9:.3f} thousand million multiplications and additions"
    )
    rates, products = {name: [] for name in contestants}, []
    for number in range(args.rounds):
        before = matmul_rate()
        for name, contestant in contestants.items():
            rates[name].append(
                args.steps * settings["batch_size"] / contestant.run(args.steps)
            )
        products.append((before + matmul_rate()) / 2)
        line = ", ".join(
            f"{name} {rate[-1]:.0f} images/s" for name, rate in rates.items()
        )
        print(
            f"round {number + 1}: {line}; matrix product {products[-1] / 1e9:.0f} Gflop/s, "
            f"our step {rates['ours'][-1] * work / 1e9:.0f} Gflop/s",
            flush=True,
        )
    for name, need in (("PyTorch", NEED_TORCH), ("torch.compile", None)):
        if name in rates:
            ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates[name]))
            if need:
                verdicts.check(
                    f"our images/s over those of {name}, median", ratio, least=need
                )
            else:
                print(
                    f"       our images/s over those of {name}, median: {ratio:.2f} (for information)"
                )
    share = statistics.median(
        rate * work / product for rate, product in zip(rates["ours"], products)
    )
    verdicts.check(
        "arithmetic rate of the step over that of a matrix product, median",
        share,
        least=NEED_ARITHMETIC,
    )
    verdicts.exit()


if __name__ == "__main__":
    main()
