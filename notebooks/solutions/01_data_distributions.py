# %% [markdown]
# # Solutions to the exercises of 01_data_distributions
#
# One way for each; yours may look quite different and be just as good. Try the hints first, as in
# `hint("picture_bins")`.

# %%
import numpy as np

from ganlib.exercises import check

# %% [markdown]
# **1. Count the bins.** Three choices for the first pixel, three for the second, and so on: a product of 16 threes.

# %%
picture_bins = 3**16
check("picture_bins", picture_bins)

# %% [markdown]
# **2. A generator of waiting times.** Solve $u = 1 - e^{-x/m}$ for $x$. Since $1 - u$ is uniform noise as well, $\ln u$
# in place of $\ln(1-u)$ generates the same distribution.


# %%
def waiting_times(u, mean):
    return -mean * np.log(1 - u)


check("waiting_times", waiting_times)

# %% [markdown]
# **3. What density comes out?** Back: $z = (1 - \ln x)/2$. The slope at that place is $-2e^{1-2z} = -2x$, its size
# $2x$.


# %%
def pushed_density(x):
    z = (1 - np.log(x)) / 2
    bell = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return bell / (2 * x)


check("pushed_density", pushed_density)

# %% [markdown]
# **4. Carry the earth.** In order: the smallest to the smallest, the largest to the largest.


# %%
def earth_moved(a, b):
    return np.mean(abs(np.sort(a) - np.sort(b)))


check("earth_moved", earth_moved)

# %% [markdown]
# **5. Bend it yourself.** $z + 0.3 \sin 3z$ has the slope $1 + 0.9 \cos 3z$, never below 0.1: the formula holds.
# The slope of $z + 0.9 \sin 2z$ is negative in places. There several $z$ lead to the same $x$, the formula with one
# $z$ counts only one of them, and the true density is the sum of $p_Z(z) / |g'(z)|$ over all of them.
