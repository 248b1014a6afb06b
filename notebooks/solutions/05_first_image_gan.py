# %% [markdown]
# # Solutions to the exercises of 05_first_image_gan
#
# One way for each; yours may look quite different and be just as good. Try the hints first, as in
# `hint("count_weights")`.

# %%
import math

from ganlib.exercises import check

# %% [markdown]
# **1. Count the weights.** Four dense layers, each with a weight for every pair and a bias for every output.


# %%
def count_weights(shape):
    widths = (100, 128, 256, 512, math.prod(shape))
    return sum(a * b + b for a, b in zip(widths, widths[1:]))


check("count_weights", count_weights)

# %% [markdown]
# **2. Who has moved?** Any weight, in any array. Sums and means can stay the same while the weights change.


# %%
def moved(before, after):
    return [
        name
        for name in before
        if any((a != b).any() for a, b in zip(before[name], after[name]))
    ]


check("moved", moved)

# %% [markdown]
# **3. Ten by ten.** The axes are put into the order in which one walks through the large picture.


# %%
def mosaic(images, columns):
    n, h, w, c = images.shape
    return (
        images.reshape(-1, columns, h, w, c)
        .swapaxes(1, 2)
        .reshape(n // columns * h, columns * w, c)
    )


check("mosaic", mosaic)
