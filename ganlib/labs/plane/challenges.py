"""The challenges of the 2-D laboratory: what is asked, and who has done it."""

CHALLENGES = {
    "cover": (
        "Cover the ring",
        "From Reset, on the ring: 8 of 8 modes covered, ten records in a row, before iteration "
        "6,000.",
        "The settings you found here when you came can do it.",
    ),
    "cure": (
        "Collapse, then cure",
        "On the ring: make this one collapse, so that at most 2 modes are covered ten "
        "records in a row. Then cure it, without touching the loss or the networks and without Reset: at least 7 "
        "modes, ten records in a row.",
        "A generator that is much faster than its discriminator "
        "chases it from mode to mode. And what would make the discriminator strong again, yet gentle?",
    ),
    "tiny": (
        "Tiny players",
        "On the ring: at least 6 modes covered, ten records in a row, with at most 5 neurons a "
        "layer in both networks.",
        "More layers bend more often; the discriminator may move more often too.",
    ),
}
#: between the collapse and its cure these may not be changed
LOCKED = (
    "loss",
    "noise",
    "activation",
    "g_layers",
    "g_width",
    "d_layers",
    "d_width",
    "data",
    "seed",
)


class Challenge:
    """A challenge under way: `status` says what is done and what is still to do."""

    def __init__(self, name):
        self.name, (self.title, self.task, self.hint) = name, CHALLENGES[name]
        self.iteration, self.stage, self.count = 0, 0, 0
        self.rules_at_collapse, self.done = None, False
        self.status = "Begin with Reset and Play."

    def observe(self, iteration, modes, rules):
        """Take in one row of the history: the iteration, how many modes are covered, and
        the rules of the moment."""
        if self.done:
            return
        if rules["data"] != "ring":
            self.iteration, self.status = (
                0,
                "This challenge is played on the ring: choose it under Data.",
            )
            return
        if (
            self.stage == 1
            and any(rules[name] != self.rules_at_collapse[name] for name in LOCKED)
            or iteration < self.iteration
        ):
            self.stage, self.iteration = 0, 0
            self.status = (
                "Something was touched that must not be. Make it collapse once more."
            )
            return
        good, text = self._assess(iteration, modes, rules)
        self.count = self.count + 1 if good else 0
        self.iteration = iteration
        self.status = f"{text}: {self.count} of 10 records in a row."
        if self.count >= 10:
            self._advance(rules, iteration)

    def _assess(self, iteration, modes, rules):
        if self.name == "cover":
            return (
                modes == 8 and iteration < 6000,
                f"{modes:.0f} of 8 modes at iteration {iteration:,}",
            )
        if self.name == "tiny":
            small = max(rules["g_width"], rules["d_width"]) <= 5
            return (
                modes >= 6 and small,
                f"{modes:.0f} modes{'' if small else ', but a layer has more than 5 neurons'}",
            )
        if self.stage == 0:
            return (
                modes <= 2 and iteration >= 500,
                f"To collapse: {modes:.0f} modes, at most 2, after iteration 500",
            )
        return modes >= 7, f"Collapsed. To cure: {modes:.0f} modes, at least 7"

    def _advance(self, rules, iteration):
        self.count = 0
        if self.name == "cure" and self.stage == 0:
            self.stage, self.rules_at_collapse, self.status = (
                1,
                dict(rules),
                "It has collapsed. Now cure it.",
            )
        else:
            self.done, self.status = True, f"Done, at iteration {iteration:,}."

    def as_dict(self):
        """What the widget shows."""
        return {
            "name": self.name,
            "title": self.title,
            "task": self.task,
            "hint": self.hint,
            "status": self.status,
            "done": self.done,
        }
