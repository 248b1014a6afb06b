# %% [markdown]
# # Solutions to the exercises of 10_latent_space
#
# One way for each; yours may look quite different and be just as good. Try the hints first, as in
# `hint("mean_length")`.

# %%
import numpy as np

from ganlib.exercises import check

# %% [markdown]
# **1. The length of a mean.** Independent codes are nearly at right angles, so squared lengths add up: the sum of
# sixteen is $\sqrt{16 \cdot 128}$ long, and the mean a sixteenth of that.

# %%
mean_length = np.sqrt(16 * 128) / 16
check("mean_length", mean_length)

# %% [markdown]
# **2. How many are enough?** The strongest first, the running sum, and the first place that reaches the share.


# %%
def enough(strengths, share):
    running = np.cumsum(np.sort(strengths)[::-1])
    return int(np.argmax(running >= share * running[-1] - 1e-12)) + 1


check("enough", enough)

# %% [markdown]
# **3. Leave the others alone.** The combination of the others that comes nearest to the direction, subtracted.


# %%
def without(direction, others):
    amounts = np.linalg.lstsq(others.T, direction, rcond=None)[0]
    return direction - amounts @ others


check("without", without)
