"""One update of the 2-D laboratory in slow motion: an explanation of each of its parts."""

import numpy as np

PARTS = 5


def explain(player, number, observer):
    """Explain part 1 to 5 of an update of "d" or "g"; part 5 makes the update.

    Returns {"title", "text", "show": layers of the picture, "flow": stations of the
    diagram that are at work}.
    """
    game, before = observer.game, observer.losses()
    layers, loss = observer.snapshot(), game.rules["loss"].replace("_", "-")
    n, right = len(layers["fake"]), np.mean(layers["real_says"] > 0.5)
    fooled = np.mean(layers["fake_says"] > 0.5)
    optimizer, rate = game.rules[f"{player}_optimizer"], game.rules[f"{player}_rate"]
    if number == PARTS:
        weights = game.weights
        norm = float(game.update(player, real=observer.real, z=observer.z)[1])
        moved = np.linalg.norm(game.weights - weights)
        after = observer.losses()
        distances = observer.snapshot()["fake"] - layers["fake"]
        step = np.linalg.norm(distances, axis=1).mean()
    if player == "d":
        texts = [
            (
                "real points",
                f"{n} points are drawn from the data. Nobody tells the discriminator a rule: it has only "
                "these.",
                ["real"],
                ["data"],
            ),
            (
                "generated points",
                f"{n} draws of noise pass through the generator and become points in the plane. For "
                "this update the generator stands still.",
                ["real", "fake", "manifold"],
                ["noise", "generator"],
            ),
            (
                "verdicts",
                f"D judges every point; the field is its verdict everywhere: blue for real, orange for "
                f"generated. It calls {right:.0%} of the real points real, and {fooled:.0%} of the generated ones: those "
                "it gets wrong.",
                ["real", "fake", "field", "verdicts"],
                ["discriminator"],
            ),
            (
                "the loss",
                f"All verdicts make one number, the {loss} loss: L_D = {before[0]:.3f}. Its gradient says how "
                "each weight of D would have to change.",
                ["real", "fake", "field", "verdicts"],
                ["loss", "discriminator"],
            ),
            (
                "the update",
                ""
                if number < PARTS
                else f"{optimizer} moves D's weights at rate {rate:g}: the gradient's "
                f"norm is {norm:.3f}, the weights moved by {moved:.4f}. On these points L_D went from {before[0]:.3f} to "
                f"{after[0]:.3f}. The field has shifted a little, and no orange point has moved.",
                ["real", "fake", "field"],
                ["discriminator"],
            ),
        ]
    else:
        texts = [
            (
                "noise",
                f"{n} draws of noise. There are no real points in the generator's update: it never sees any.",
                ["manifold"],
                ["noise"],
            ),
            (
                "generated points",
                "The generator carries each draw to a point. The net shows how it bends the plane of "
                "the noise: dense where its lines crowd.",
                ["fake", "manifold"],
                ["noise", "generator"],
            ),
            (
                "verdicts",
                f"D judges them, and stands still from now on. It takes {fooled:.0%} of them for real.",
                ["fake", "field", "verdicts"],
                ["discriminator"],
            ),
            (
                "the gradient",
                f"The {loss} loss is L_G = {before[1]:.3f}. Through D flows its gradient back to every "
                "point: the arrows show where each one would have to go for L_G to fall. Where D is flat there is no "
                "arrow, and nothing to learn.",
                ["fake", "field", "arrows"],
                ["loss", "discriminator", "generator"],
            ),
            (
                "the update",
                ""
                if number < PARTS
                else f"{optimizer} moves G's weights at rate {rate:g}: the gradient's "
                f"norm is {norm:.3f}, the weights moved by {moved:.4f}, and the points by {step:.4f} on average. L_G went "
                f"from {before[1]:.3f} to {after[1]:.3f}. The field has not changed.",
                ["fake", "field", "manifold", "arrows"],
                ["generator"],
            ),
        ]
    title, text, show, flow = texts[number - 1]
    name = {"d": "Discriminator", "g": "Generator"}[player]
    return {
        "title": f"{name}, part {number} of {PARTS}: {title}",
        "text": text,
        "show": show,
        "flow": flow,
    }
