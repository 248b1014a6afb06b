# %% [markdown]
# # Solutions to the exercises of 11_conditional
#
# One way for each; yours may look quite different and be just as good. Try the hints first, as in
# `hint("one_hot_planes")`.

# %%
import numpy as np

from ganlib.exercises import check

# %% [markdown]
# **1. Planes.** The one-hot label gets two axes, and every pixel gets the same.


# %%
def one_hot_planes(labels, size, classes):
    one_hot = np.eye(classes)[labels]
    return one_hot[:, None, None, :] * np.ones((1, size, size, 1))


check("one_hot_planes", one_hot_planes)

# %% [markdown]
# **2. Obedience with an error bar.** Each request is a coin with probability $p$; the mean of $n$ coins has variance
# $p(1 - p)/n$.


# %%
def obedience(asked, read):
    share = np.mean(asked == read)
    return share, np.sqrt(share * (1 - share) / len(asked))


check("obedience", obedience)

# %% [markdown]
# **3. The projection.** $\psi(x) = \langle w, \phi(x)\rangle + b$, and the row of $v$ that belongs to the label.


# %%
def projected(features, labels, v, w, b):
    return features @ w + b + (features * v[labels]).sum(axis=1)


check("projected", projected)
