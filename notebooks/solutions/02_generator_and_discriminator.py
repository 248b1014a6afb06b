# %% [markdown]
# # Solutions to the exercises of 02_generator_and_discriminator
#
# One way for each; yours may look quite different and be just as good. Try the hints first, as in
# `hint("skewed_verdict")`.

# %%
import numpy as np
from scipy.special import expit, softmax

from ganlib.exercises import check

# %% [markdown]
# **1. A skewed bench.** Share times density, for both: 3 times 1 against 1 times 5.

# %%
skewed_verdict = 3 * 1 / (3 * 1 + 1 * 5)
check("skewed_verdict", skewed_verdict)

# %% [markdown]
# **2. The best discriminator, in code.** Its logit is the difference of the log-densities, and the sigmoid does
# the rest.


# %%
def best_verdict(log_p, log_q):
    return expit(log_p - log_q)


check("best_verdict", best_verdict)

# %% [markdown]
# **3. The real average, from generated samples only.** Each sample counts p/q, the exponential of the logit; dividing
# by the sum of the weights takes the unknown constant away. That is a softmax.


# %%
def real_average(x, logits):
    return np.sum(softmax(logits) * x)


check("real_average", real_average)

# %% [markdown]
# **4. One step by hand.** By the chain rule: minus how unconvinced the judge is, times the arrow, averaged.


# %%
def generator_slope(m, z, a, c):
    return -a * np.mean(1 - expit(a * (m + z) + c))


check("generator_slope", generator_slope)
