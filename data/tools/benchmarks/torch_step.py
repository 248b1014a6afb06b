"""The course's networks and training step in PyTorch, to compare speeds with. No course material.

The networks are not written a second time: `Twin` walks through a Keras model and does in PyTorch what each
layer does, with a copy of its weights, so both compute the same function whatever `ganlib.models` holds.
Arrays stay (n, h, w, c), and convolutions see them as channels-last tensors, PyTorch's fastest on a CPU.
"""

import keras
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def _space_to_depth(x, b):
    n, h, w, c = x.shape
    x = x.reshape(n, h // b, b, w // b, b, c).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(n, h // b, w // b, b * b * c)


def _depth_to_space(x, b):
    n, h, w, c = x.shape
    x = x.reshape(n, h, w, b, b, c // b**2).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(n, h * b, w * b, c // b**2)


class Layer(nn.Module):
    """What one Keras layer does, in PyTorch, with a copy of its weights."""

    def __init__(self, layer):
        super().__init__()
        weights = [torch.from_numpy(np.array(w)) for w in layer.get_weights()]
        if isinstance(layer, keras.layers.Conv2D):  # (h, w, in, out) -> (out, in, h, w)
            if (
                layer.padding != "same"
                or layer.strides != (1, 1)
                or layer.dilation_rate != (1, 1)
            ):
                raise NotImplementedError(
                    f"{layer.name}: only 'same' convolutions of stride 1 have a twin"
                )
            weights[0] = (
                weights[0]
                .permute(3, 2, 0, 1)
                .contiguous(memory_format=torch.channels_last)
            )
        elif isinstance(layer, keras.layers.Dense):  # (in, out) -> (out, in)
            weights[0] = weights[0].T.contiguous()
        for i, weight in enumerate(weights):
            self.register_parameter(f"weight_{i}", nn.Parameter(weight))
        self.kind, self.config = type(layer).__name__, layer.get_config()
        if self.config.get("activation", "linear") not in ("linear", "tanh"):
            raise NotImplementedError(
                f"{layer.name}: activation {self.config['activation']} has no twin"
            )

    def forward(self, *inputs):
        x, kind, config = inputs[0], self.kind, self.config
        if kind == "Conv2D":
            x = F.conv2d(
                x.permute(0, 3, 1, 2), self.weight_0, self.weight_1, padding="same"
            )
            x = x.permute(0, 2, 3, 1)
        elif kind == "Dense":
            x = F.linear(x, self.weight_0, self.weight_1)
        elif kind == "LeakyReLU":
            x = F.leaky_relu(x, config["negative_slope"])
        elif kind == "RMSNormalization":
            x = F.rms_norm(x, x.shape[-1:], self.weight_0, config["epsilon"])
        elif kind == "Add":
            x = inputs[0] + inputs[1]
        elif kind == "Multiply":
            x = inputs[0] * inputs[1]
        elif kind == "Rescaling":
            x = x * config["scale"] + config["offset"]
        elif kind == "UpSampling2D":
            x = F.interpolate(
                x.permute(0, 3, 1, 2),
                scale_factor=config["size"],
                mode=config["interpolation"],
            )
            x = x.permute(0, 2, 3, 1)
        elif kind == "Reshape":
            x = x.reshape(-1, *config["target_shape"])
        elif kind == "Flatten":
            x = x.reshape(len(x), -1)
        elif kind == "SpaceToDepth":
            x = _space_to_depth(x, config["block"])
        elif kind == "DepthToSpace":
            x = _depth_to_space(x, config["block"])
        elif kind != "Activation":
            raise NotImplementedError(
                f"the layer {kind} has no twin here: add it to torch_step.py"
            )
        return torch.tanh(x) if config.get("activation") == "tanh" else x


class Twin(nn.Module):
    """A functional Keras model with one input and one output, in PyTorch."""

    def __init__(self, model):
        super().__init__()
        self.layers, self.plan, places = nn.ModuleList(), [], {id(model.inputs[0]): 0}
        for depth in sorted(model._nodes_by_depth, reverse=True):
            for node in model._nodes_by_depth[depth]:
                if not node.is_input:
                    self.layers.append(Layer(node.operation))
                    self.plan.append(
                        [places[id(tensor)] for tensor in node.input_tensors]
                    )
                    places[id(node.outputs[0])] = len(self.layers)
        self.result = places[id(model.outputs[0])]

    def forward(self, x):
        values = [x]
        for layer, places in zip(self.layers, self.plan):
            values.append(layer(*[values[place] for place in places]))
        return values[self.result]


class Step:
    """`ganlib.training.GAN.update` in PyTorch: the same losses, lazy R1, optimizers, average and flips.

    images: uint8 (n, h, w, c). `forward`: a function put around each network, for example torch.compile.
    """

    def __init__(
        self,
        generator,
        discriminator,
        images,
        settings,
        forward=lambda network: network,
    ):
        self.generator, self.discriminator = Twin(generator), Twin(discriminator)
        self.make, self.judge = forward(self.generator), forward(self.discriminator)
        self.images, self.settings, self.number = torch.from_numpy(images), settings, 0
        self.g_weights, self.d_weights = [
            list(network.parameters())
            for network in (self.generator, self.discriminator)
        ]
        self.averages = [weight.detach().clone() for weight in self.g_weights]
        choice = {
            "lr": settings["rate"],
            "betas": (0.0, 0.99),
            "eps": 1e-7,
            "fused": True,
        }
        self.d_optimizer = torch.optim.Adam(self.d_weights, **choice)
        self.g_optimizer = torch.optim.Adam(self.g_weights, **choice)
        self.order = iter(())

    def batch(self):
        n = self.settings["batch_size"]
        rows = next(self.order, None)
        if rows is None:
            self.order = iter(
                torch.randperm(len(self.images))[: len(self.images) // n * n].split(n)
            )
            rows = next(self.order)
        real = self.images[rows].float() / 127.5 - 1
        if self.settings["random_flip"]:
            real = torch.where(torch.rand(n, 1, 1, 1) < 0.5, real.flip(2), real)
        return real

    def __call__(self):
        settings, real, n = self.settings, self.batch(), self.settings["batch_size"]
        fake = self.make(torch.randn(n, settings["latent_dim"]))
        logits = self.judge(torch.cat([real, fake.detach()]))
        cost = F.softplus(-logits[:n]).mean() + F.softplus(logits[n:]).mean()
        if self.number % settings["r1_every"] == 0:
            cost = cost + 0.5 * settings["r1"] * settings["r1_every"] * self.penalty(
                real
            )
        self.apply(self.d_optimizer, self.d_weights, cost)
        self.apply(
            self.g_optimizer, self.g_weights, F.softplus(-self.judge(fake)).mean()
        )
        with torch.no_grad():
            torch._foreach_lerp_(self.averages, self.g_weights, 1 - settings["ema"])
        self.number += 1

    def penalty(self, real):
        """E[||grad_x logit(x)||^2]."""
        real = real.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(
            self.discriminator(real).sum(), real, create_graph=True
        )
        return gradient.square().sum((1, 2, 3)).mean()

    @staticmethod
    def apply(optimizer, weights, cost):
        """One step with gradients for these weights and no others."""
        for weight, gradient in zip(weights, torch.autograd.grad(cost, weights)):
            weight.grad = gradient
        optimizer.step()
