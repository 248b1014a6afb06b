# %% [markdown]
# # Solutions to the exercises of 03_losses
#
# One way for each; yours may look quite different and be just as good. Try the hints first, as in
# `hint("best_answer")`.

# %%
import numpy as np

from ganlib.exercises import check

# %% [markdown]
# **1. The best answer to softened labels.** With $\ell$ for the label, the integral to maximise holds
# $p\,[\ell \log y + (1-\ell) \log(1-y)] + q \log(1-y) = a \log y + b \log(1-y)$ with $a = \ell p$ and
# $b = (1-\ell) p + q$. The top is at $a/(a+b)$, and $a + b = p + q$.


# %%
def best_answer(p, q, label):
    return label * p / (p + q)


check("best_answer", best_answer)

# %% [markdown]
# **2. Cross-entropy from logits.** Label 1 costs softplus of minus the logit, label 0 softplus of the logit, and
# softplus is written so that the exponential never sees a positive number.


# %%
def cross_entropy(logits, labels):
    x = (1 - 2 * labels) * logits
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


check("cross_entropy", cross_entropy)

# %% [markdown]
# **3. How hard is the push?** $-(1 - D)$ with $D = \sigma(-3)$.

# %%
push = -(1 - 1 / (1 + np.exp(3)))
check("push", push)

# %% [markdown]
# **4. Half an overlap.** The mixture is $(\tfrac14, \tfrac12, \tfrac14)$. So
# $\mathrm{KL}(p\Vert m) = \tfrac12\log 2 + \tfrac12\log 1$, the other one is equal to it, and their mean is
# $\tfrac12\log 2$.

# %%
p, q = np.array([0.5, 0.5, 0]), np.array([0, 0.5, 0.5])
m = (p + q) / 2
half_overlap = sum(np.sum(a[a > 0] * np.log(a[a > 0] / m[a > 0])) for a in (p, q)) / 2
check("half_overlap", half_overlap)
