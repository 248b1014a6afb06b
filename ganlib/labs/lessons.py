"""What the 2-D laboratory says: the parts of one update in slow motion, and the challenges."""
import numpy as np

PARTS = 5


def part(player, number, view):
    """Part 1 to 5 of an update of "d" or "g" -> what to say and what to show; part 5 makes the update.

    Returns {"title", "text", "show": layers of the picture, "flow": stations of the diagram that are at work}.
    """
    game, before = view.game, view.losses()
    seen, loss = view.look(), game.rules["loss"].replace("_", "-")
    n, right = len(seen["fake"]), np.mean(seen["real_says"] > 0.5)
    fooled = np.mean(seen["fake_says"] > 0.5)
    optimizer, rate = game.rules[f"{player}_optimizer"], game.rules[f"{player}_rate"]
    if number == PARTS:
        old, norm = (game.d if player == "d" else game.g), 0.0
        kept, points = np.concatenate([w.numpy().ravel() for w in old]), seen["fake"]
        norm = float(game.update(player, real=view.real, z=view.z)[1])
        moved = float(np.linalg.norm(np.concatenate([w.numpy().ravel() for w in old]) - kept))
        after = view.losses()
        step = float(np.linalg.norm(view.look()["fake"] - points, axis=1).mean())
    if player == "d":
        texts = [
            ("real points", f"{n} points are drawn from the data. Nobody tells the discriminator a rule: it has only "
             "these.", ["real"], ["data"]),
            ("generated points", f"{n} draws of noise pass through the generator and become points in the plane. For "
             "this update the generator stands still.", ["real", "fake", "manifold"], ["noise", "generator"]),
            ("verdicts", f"D judges every point; the field is its verdict everywhere: blue for real, orange for "
             f"generated. It calls {right:.0%} of the real points real, and {fooled:.0%} of the generated ones: those "
             "it gets wrong.", ["real", "fake", "field", "verdicts"], ["discriminator"]),
            ("the loss", f"All verdicts make one number, the {loss} loss: L_D = {before[0]:.3f}. Its gradient says how "
             "each weight of D would have to change.", ["real", "fake", "field", "verdicts"],
             ["loss", "discriminator"]),
            ("the update", "" if number < PARTS else f"{optimizer} moves D's weights at rate {rate:g}: the gradient's "
             f"norm is {norm:.3f}, the weights moved by {moved:.4f}. On these points L_D went from {before[0]:.3f} to "
             f"{after[0]:.3f}. The field has shifted a little, and no orange point has moved.",
             ["real", "fake", "field"], ["discriminator"])]
    else:
        texts = [
            ("noise", f"{n} draws of noise. There are no real points in the generator's update: it never sees any.",
             ["manifold"], ["noise"]),
            ("generated points", "The generator carries each draw to a point. The net shows how it bends the plane of "
             "the noise: dense where its lines crowd.", ["fake", "manifold"], ["noise", "generator"]),
            ("verdicts", f"D judges them, and stands still from now on. It takes {fooled:.0%} of them for real.",
             ["fake", "field", "verdicts"], ["discriminator"]),
            ("the gradient", f"The {loss} loss is L_G = {before[1]:.3f}. Through D flows its gradient back to every "
             "point: the arrows show where each one would have to go for L_G to fall. Where D is flat there is no "
             "arrow, and nothing to learn.", ["fake", "field", "arrows"], ["loss", "discriminator", "generator"]),
            ("the update", "" if number < PARTS else f"{optimizer} moves G's weights at rate {rate:g}: the gradient's "
             f"norm is {norm:.3f}, the weights moved by {moved:.4f}, and the points by {step:.4f} on average. L_G went "
             f"from {before[1]:.3f} to {after[1]:.3f}. The field has not changed.",
             ["fake", "field", "manifold", "arrows"], ["generator"])]
    title, text, show, flow = texts[number - 1]
    name = {"d": "Discriminator", "g": "Generator"}[player]
    return {"title": f"{name}, part {number} of {PARTS}: {title}", "text": text, "show": show, "flow": flow}


CHALLENGES = {
    "cover": ("Cover the ring", "From Reset, on the ring: 8 of 8 modes covered, ten records in a row, before iteration "
              "6,000.", "The settings you found here when you came can do it."),
    "cure": ("Collapse, then cure", "On the ring: make this one collapse, so that at most 2 modes are covered ten "
             "records in a row. Then cure it, without touching the loss or the networks and without Reset: at least 7 "
             "modes, ten records in a row.", "A generator that is much faster than its discriminator "
             "chases it from mode to mode. And what would make the discriminator strong again, yet gentle?"),
    "tiny": ("Tiny players", "On the ring: at least 6 modes covered, ten records in a row, with at most 5 neurons a "
             "layer in both networks.", "More layers bend more often; the discriminator may move more often too."),
}
TOUCHED = ("loss", "noise", "activation", "g_layers", "g_width", "d_layers", "d_width", "data", "seed")


class Challenge:
    """A challenge under way. `look` at every new record; `status` says what is done and what is still to do."""

    def __init__(self, name):
        self.name, (self.title, self.task, self.hint) = name, CHALLENGES[name]
        self.run, self.stage, self.count, self.kept, self.done = 0, 0, 0, None, False
        self.status = "Begin with Reset and Play."

    def look(self, iteration, modes, rules):
        """Take notice of one record: the iteration, the number of modes covered, and the rules of the moment."""
        if self.done:
            return
        if rules["data"] != "ring":
            self.run, self.status = 0, "This challenge is played on the ring: choose it under Data."
            return
        if self.stage == 1 and any(rules[name] != self.kept[name] for name in TOUCHED) or iteration < self.run:
            self.stage, self.run = 0, 0
            self.status = "Something was touched that must not be. Make it collapse once more."
            return
        good, text = self._judge(iteration, modes, rules)
        self.count = self.count + 1 if good else 0
        self.run = iteration
        self.status = f"{text}: {self.count} of 10 records in a row."
        if self.count >= 10:
            self._advance(rules, iteration)

    def _judge(self, iteration, modes, rules):
        if self.name == "cover":
            return modes == 8 and iteration < 6000, f"{modes:.0f} of 8 modes at iteration {iteration:,}"
        if self.name == "tiny":
            small = max(rules["g_width"], rules["d_width"]) <= 5
            return modes >= 6 and small, f"{modes:.0f} modes{'' if small else ', but a layer has more than 5 neurons'}"
        if self.stage == 0:
            return modes <= 2 and iteration >= 500, f"To collapse: {modes:.0f} modes, at most 2, after iteration 500"
        return modes >= 7, f"Collapsed. To cure: {modes:.0f} modes, at least 7"

    def _advance(self, rules, iteration):
        self.count = 0
        if self.name == "cure" and self.stage == 0:
            self.stage, self.kept, self.status = 1, dict(rules), "It has collapsed. Now cure it."
        else:
            self.done, self.status = True, f"Done, at iteration {iteration:,}."

    def told(self):
        """What the widget shows."""
        return {"name": self.name, "title": self.title, "task": self.task, "hint": self.hint, "status": self.status,
                "done": self.done}
