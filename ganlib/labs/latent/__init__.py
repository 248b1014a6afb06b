"""The latent desk: directions of a generator's noise, and the widget that moves along them."""
