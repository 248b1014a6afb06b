# %% [markdown]
# # Solutions to the exercises of 09_faces
#
# One way for each; yours may look quite different and be just as good. Try the hints first, as in
# `hint("half_life")`.

# %%
import numpy as np

from ganlib.exercises import check

# %% [markdown]
# **1. How long does the average remember?** k steps keep 0.998 to the power of k, and a logarithm finds
# the k.

# %%
half_life = np.log(0.5) / np.log(0.998)
check("half_life", half_life)

# %% [markdown]
# **2. Put the patches together again.** Name the axes, bring the rows beside the rows and the columns beside
# the columns, join them.


# %%
def together(x, block):
    n, h, w, c = x.shape
    x = x.reshape(n, h, w, block, block, c // block**2)
    return x.transpose(0, 1, 3, 2, 4, 5).reshape(n, h * block, w * block, -1)


check("together", together)

# %% [markdown]
# **3. Who went missing?** Shares of all names that really occur, and a band with two sides.


# %%
def outside(real, fake):
    names = []
    for name in np.unique(real):
        share, drawn = np.mean(real == name), np.mean(fake == name)
        if not share / 2 <= drawn <= 2 * share:
            names.append(str(name))
    return names


check("outside", outside)
