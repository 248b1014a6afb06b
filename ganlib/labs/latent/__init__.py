"""The latent explorer: directions of a generator's noise, and the widget that moves
along them."""
