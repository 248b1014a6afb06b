# %% [markdown]
# # Solutions to the exercises of 07_failure_clinic
#
# One way for each; yours may look quite different and be just as good. Try the hints first, as in
# `hint("in_company")`.

# %%
import numpy as np

from ganlib.exercises import check

# %% [markdown]
# **1. One picture in company.** The picture belongs to its own batch.


# %%
def in_company(x, neighbours):
    batch = np.append(neighbours, x)
    return (x - batch.mean()) / batch.std()


check("in_company", in_company)

# %% [markdown]
# **2. Twins.** All are different if each one misses all before it: a product of as many factors as pictures.


# %%
def birthday(different, drawn):
    return 1 - np.prod(1 - np.arange(drawn) / different)


check("birthday", birthday)

# %% [markdown]
# **3. Be the doctor.** The illnesses with an unmistakable sign first, then those that only the pictures tell apart.


# %%
def doctor(signs):
    if signs["g_norm"] < 0.1:
        return "vanishing gradients"
    if signs["g_fake"] - signs["d_fake"] > 0.3:
        return "BatchNorm leakage"
    if signs["d_real"] - signs["d_held"] > 0.4:
        return "memorisation"
    if signs["g_norm"] > 15:
        return "a D that wins"
    if signs["diversity"] < 0.5:
        return "mode collapse"
    return "oscillation" if signs["unrest"] > 0.5 else "healthy"


check("doctor", doctor)
