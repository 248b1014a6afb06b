# %% [markdown]
# # Solutions to the exercises of 00_start_here
#
# One way for each; yours may look quite different and be just as good. Try the hints first, as in
# `hint("numbers")`.

# %%
import numpy as np

from ganlib.exercises import check

# %% [markdown]
# **1. How far the noise goes.** What comes out, divided by what goes in.

# %%
numbers = 64 * 64 * 3 / 128
check("numbers", numbers)

# %% [markdown]
# **2. Which learning is it?** Ask what is given: right answers, a grade for each try, or nothing but examples of what
# is wanted.

# %%
kinds = {
    "price": "supervised",  # what each house brought is known
    "headline": "reinforcement",  # of the headlines not shown one hears nothing
    "scans": "generative",
    "robot": "reinforcement",
    "melody": "generative",
    "judge": "supervised",  # a discriminator
}
check("kinds", kinds)

# %% [markdown]
# **3. Be the feedback.** Move every sample up a little and see whether it looks more real.


# %%
def which_way(logit, samples):
    return np.sign(logit(samples + 0.001) - logit(samples))


check("which_way", which_way)

# %% [markdown]
# **4. A walk of your own.** The shares as a column make all rows at once.


# %%
def path(a, b, steps):
    t = np.linspace(0, 1, steps)[:, None]
    return (1 - t) * a + t * b


check("path", path)
