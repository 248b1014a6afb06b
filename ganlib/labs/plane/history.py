"""A game with its past: what was measured at every moment of the timeline, and the weights to go back to."""

from .measure import View

MOMENTS = 240  # when the timeline is full, every second moment goes


class Run:
    """A game, its view, and what was written down: a row of `views.NAMES` and the weights for every moment."""

    def __init__(self, game):
        self.game = game
        self.clear()

    def clear(self):
        """Forget the past and note the present."""
        self.view, self.rows, self.weights, self.every, self.skipped = (
            View(self.game),
            [],
            [],
            1,
            0,
        )
        self.note()

    def note(self):
        """Write the present moment down; of a full timeline every second moment goes."""
        row = self.view.measure()
        self.skipped += 1
        if self.skipped >= self.every:
            self.rows.append(row)
            self.weights.append(self.game.weights)
            self.skipped = 0
        if len(self.rows) > MOMENTS:
            self.rows, self.weights, self.every = (
                self.rows[::2],
                self.weights[::2],
                2 * self.every,
            )
        self.now = row
        return row

    def at(self, index, optimum=False):
        """What was to be seen at moment `index` of the timeline; the game itself stays where it is."""
        kept, self.game.weights = self.game.weights, self.weights[index]
        try:
            return self.view.look(optimum)
        finally:
            self.game.weights = kept

    def rewind(self, index):
        """Go back to that moment; what came after it is forgotten, and the optimizers begin anew."""
        self.game.weights, self.game.iteration = (
            self.weights[index],
            int(self.rows[index][0]),
        )
        self.game.clear("g"), self.game.clear("d")
        self.rows, self.weights, self.skipped = (
            self.rows[: index + 1],
            self.weights[: index + 1],
            0,
        )
        self.now, self.game.last = self.rows[-1], self.rows[-1][1:5]
