# %% [markdown]
# # Solutions to the exercises of 08_evaluation
#
# One way for each; yours may look quite different and be just as good. Try the hints first, as in
# `hint("three_moments")`.

# %%
import numpy as np

from ganlib import metrics
from ganlib.exercises import check

# %% [markdown]
# **1. Three moments.** The means agree, the third moments are 0 by symmetry, and the second ones are 3 and 1.

# %%
three_moments = 3 * (0 - 0) ** 2 + 3 * (3 - 1) ** 2 + (0 - 0) ** 2
check("three_moments", three_moments)

# %% [markdown]
# **2. Without the bias.** $5.0 = F + c/500$ and $3.6 = F + c/1000$. Twice the second minus the first leaves $F$.

# %%
without_bias = 2 * 3.6 - 5.0
check("without_bias", without_bias)

# %% [markdown]
# **3. A recall that noise cannot fool.** The radius of every real point, and its nearest generated one.


# %%
def coverage(real, fake, k):
    reach = [np.sort(np.linalg.norm(real - x, axis=1))[k] for x in real]
    return np.mean(metrics.nearest(real, fake)[1] <= reach)


check("coverage", coverage)
