# %% [markdown]
# # Solutions to the exercises of 04_adversarial_training
#
# One way for each; yours may look quite different and be just as good. Try the hints first, as in
# `hint("look_ahead")`.

# %%
import numpy as np
from scipy.special import expit as sigmoid

from ganlib.exercises import check

# %% [markdown]
# **1. Look ahead.** Two lines for the trial, two for the real step. The real step starts at the old place.


# %%
def look_ahead(theta, psi, rate):
    trial_theta = theta + rate * psi * sigmoid(psi * theta)
    trial_psi = psi - rate * theta * sigmoid(psi * theta)
    slope = sigmoid(trial_psi * trial_theta)
    return theta + rate * trial_psi * slope, psi - rate * trial_theta * slope


check("look_ahead", look_ahead)

# %% [markdown]
# **2. The R1 that just holds.** $|\lambda|^2 = 1 - \eta\gamma + \eta^2/4 = 1$, so $\gamma = \eta/4$.

# %%
holding_r1 = 0.4 / 4
check("holding_r1", holding_r1)

# %% [markdown]
# **3. When to stop.** Remember the best so far, and count the measurements since.


# %%
def keep(steps, distances, patience):
    best, lowest, since = steps[0], float("inf"), 0
    for step, distance in zip(steps, distances):
        if distance < lowest:
            best, lowest, since = step, distance, 0
        else:
            since += 1
        if since == patience:
            break
    return best


check("keep", keep)
