"""The 2-D laboratory: a widget in which a small GAN trains, is watched, and is touched while it does.

The browser drives the clock. It sends one message, a tick; the kernel trains for a few hundredths of a second, answers
with arrays, and is idle again. Nothing here runs by itself, so Stop and other cells always have their turn.
"""

import dataclasses
import json
import time
from pathlib import Path

import numpy as np

from ...checks import check_choice, check_count
from ..widget import Widget, browser_code, pack
from . import challenges, figures, slow_motion
from .game import Game
from .history import Run
from .measure import NAMES
from .settings import RULES

PRETRAINED = Path(__file__).resolve().parents[3] / "data" / "pretrained_games.json"
BETWEEN = 0.15  # seconds between two measurements while playing; charts need no more
KINDS = (
    "hello",
    "tick",
    "step",
    "part",
    "set",
    "reset",
    "draw",
    "compare",
    "scrub",
    "rewind",
    "pretrained",
    "challenge",
    "state",
    "load",
    "animation",
)


class Laboratory(Widget):
    """The 2-D laboratory. Show it by making it a cell's last line.

    rules: the settings to begin with, by the names of `rules.RULES`, as data="grid" or g_rate=0.005; strokes: for
    data="drawn". name: under which the browser remembers the last state. Raises ValueError.
    """

    def __init__(self, strokes=None, name="laboratory", **rules):
        self.runs, self.challenge, self.noted = [Run(Game(strokes, **rules))], None, 0.0
        controls = {rule: dataclasses.asdict(entry) for rule, entry in RULES.items()}
        super().__init__(
            about={
                "name": name,
                "rules": controls,
                "columns": NAMES,
                "challenges": {
                    key: told[0] for key, told in challenges.CHALLENGES.items()
                },
                "thumbnails": figures.thumbnails(),
            }
        )

    @property
    def game(self):
        """The (first) game."""
        return self.runs[0].game

    @property
    def record(self):
        """What was measured, as {name: float array}: iteration, d_loss, g_loss, d_norm, g_norm, js, kl, modes,
        precision, recall. The latest moment is last; js and kl in nats."""
        with self.lock:
            rows = np.array([*self.runs[0].rows, self.runs[0].now])
        return dict(zip(NAMES, rows.T))

    def play(self, iterations, moments=60):
        """Train without a browser, with `moments` records on the way; returns `record`."""
        iterations, moments = (
            check_count(iterations, "iterations"),
            check_count(moments, "moments"),
        )
        for part in np.array_split(np.arange(iterations), min(moments, iterations)):
            with self.lock:
                for run in self.runs:
                    run.game.play(len(part))
                self._note()
        return self.record

    def set(self, run=0, strokes=None, **rules):
        """Change rules of the first or second run. New networks start at iteration 0. Raises ValueError."""
        with self.lock:
            run = self.runs[check_choice(run, range(len(self.runs)), "run")]
            data = run.game.data
            if run.game.set(strokes, **rules):
                run.clear()
            elif run.game.data is not data and "data" in rules:
                run.view.refresh()
                run.now = run.view.measure()
            return self

    def reset(self):
        """All runs to iteration 0, with the rules of the moment."""
        with self.lock:
            for run in self.runs:
                run.game.restart()
                run.clear()
            return self

    def compare(self, **rules):
        """Start a second run beside the first, both from the same seed, with these rules changed in the second."""
        with self.lock:
            other = Game(
                self.game.strokes, **{**self.game.rules, **rules}
            )  # first: it may refuse
            self.runs = [self.runs[0], Run(other)]
            self.game.restart()
            self.runs[0].clear()
            return self

    def state(self):
        """The whole state as a dict of plain values: save it with `json`, give it to `load`."""
        with self.lock:
            return {
                "kind": "laboratory",
                "games": [run.game.state() for run in self.runs],
            }

    def load(self, state):
        """Go on from a dict of `state`. Raises ValueError, and then nothing has changed."""
        games = state.get("games") if isinstance(state, dict) else None
        if not isinstance(games, list) or len(games) not in (1, 2):
            raise ValueError(
                f"this is no state of a laboratory ({str(state)[:40]!r}...); expected the dict that "
                "lab.state() returns, or the file that Export wrote"
            )
        runs = [Run(Game.from_state(game)) for game in games]
        with self.lock:
            self.runs = runs
        return self

    def pretrained(self):
        """Weights trained long before on the data of the moment, with the default networks."""
        with self.lock:
            name, stored = (
                self.game.rules["data"],
                json.loads(PRETRAINED.read_text(encoding="utf-8")),
            )
            if name not in stored["games"]:
                raise ValueError(
                    f"there are no trained weights for {name!r}; expected data out of "
                    f"{', '.join(stored['games'])}"
                )
            return self.load({"games": [stored["games"][name]]})

    def picture(self):
        """A still picture of the moment, as a matplotlib Figure."""
        with self.lock:
            return figures.picture(self.runs)

    def animation(self, path, size=360):
        """Write the timeline as an animated GIF; returns the path."""
        with self.lock:
            frames = [
                figures.scene(self.runs, size, index)
                for index in range(len(self.runs[0].rows))
            ]
        return figures.write_gif(frames, path)

    def summary(self):
        """The state of the moment in words."""
        parts = []
        for run in self.runs:
            now, modes = dict(zip(NAMES, run.now)), run.view.ground.data.modes
            covered = (
                ""
                if modes is None
                else f", {now['modes']:.0f} of {len(modes)} modes covered"
            )
            parts.append(
                f"{run.game.rules['data']} at iteration {run.game.iteration:,}{covered}, Jensen-Shannon "
                f"divergence {now['js']:.3f}"
            )
        return "2-D laboratory: " + "; beside it ".join(parts)

    # What the browser asks for

    def answer(self, message):
        """The reply to one message of the browser: (dict, list of bytes). What is refused is said, not raised."""
        try:
            kind = check_choice(message.get("type"), KINDS, "the message")
            return getattr(self, f"_on_{kind}")(message)
        except FloatingPointError as error:
            return self._frame(message, stop=True, trouble=str(error))
        except (ValueError, TypeError) as error:
            return self._frame(message, refused=str(error))

    def _note(self):
        self.noted = time.monotonic()
        for run in self.runs:
            run.note()
        if self.challenge:
            first = dict(zip(NAMES, self.runs[0].now))
            self.challenge.look(
                int(first["iteration"]), first["modes"], self.game.rules
            )

    def _frame(self, message, index=None, **more):
        runs, arrays = [], {}
        for i, run in enumerate(self.runs):
            optimum = bool(message.get("optimum"))
            where = None if index is None else min(index, len(run.rows) - 1)
            seen = run.view.look(optimum) if where is None else run.at(where, optimum)
            rows = run.rows if run.rows[-1][0] == run.now[0] else [*run.rows, run.now]
            arrays |= {
                f"{name}{i}": array
                for name, array in {**seen, "record": np.array(rows)}.items()
            }
            modes = run.view.ground.data.modes
            runs.append(
                {
                    "rules": run.game.rules,
                    "iteration": int(
                        run.game.iteration if where is None else run.rows[where][0]
                    ),
                    "extent": run.game.data.extent,
                    "modes": None if modes is None else len(modes),
                }
            )
        about, data = pack(arrays)
        challenge = self.challenge and self.challenge.told()
        return {
            "type": "frame",
            "runs": runs,
            "arrays": about,
            "challenge": challenge,
            "moments": len(self.runs[0].rows),
            "index": index,
            **more,
        }, [data]

    def _on_hello(self, message):
        """The moment, measured as it is: after the last tick it may not have been."""
        if self.runs[0].now[0] != self.game.iteration:
            self._note()
        return self._frame(message)

    def _on_tick(self, message):
        """Train for `seconds` (at most 0.1) or `most` iterations."""
        seconds, most = (
            min(float(message.get("seconds", 0.03)), 0.1),
            int(message.get("most", 100_000)),
        )
        done = [0]
        if all(
            not run.game.prepare() for run in self.runs
        ):  # part of the compiling is enough for one tick
            first, *others = (run.game for run in self.runs)
            done = [first.play_for(seconds / len(self.runs), most)]
            for other in others:  # exactly as many, so that they stay side by side
                other.play(done[0])
        if done[0] and time.monotonic() - self.noted > BETWEEN:
            self._note()
        return self._frame(message, iterations=done[0])

    def _on_step(self, message):
        """One update of "d" or "g", or one iteration of both."""
        player = check_choice(message.get("player"), ("d", "g", "both"), "player")
        for run in self.runs:
            if player == "both":
                run.game.play(1)
            else:
                loss, norm = run.game.update(player).numpy()
                run.game.last[[0, 2] if player == "d" else [1, 3]] = loss, norm
        self._note()
        return self._frame(message)

    def _on_part(self, message):
        number = int(RULES["g_layers"].check("part", message.get("number")))
        player = check_choice(message.get("player"), ("d", "g"), "player")
        told = slow_motion.part(player, number, self.runs[0].view)
        return self._frame(message, told=told)

    def _on_set(self, message):
        self.set(
            message.get("run", 0), message.get("strokes"), **message.get("rules", {})
        )
        return self._frame(message)

    def _on_reset(self, message):
        self.reset()
        return self._frame(message)

    def _on_draw(self, message):
        for i in range(len(self.runs)):
            self.set(i, message.get("strokes"), data="drawn")
        return self._frame(message)

    def _on_compare(self, message):
        if message.get("on"):
            self.compare(**message.get("rules", {}))
        else:
            self.runs = self.runs[:1]
        return self._frame(message)

    def _index(self, message):
        return check_choice(
            message.get("index"), range(len(self.runs[0].rows)), "the moment"
        )

    def _on_scrub(self, message):
        return self._frame(message, self._index(message))

    def _on_rewind(self, message):
        index = self._index(message)
        for run in self.runs:
            run.rewind(min(index, len(run.rows) - 1))
        return self._frame(message)

    def _on_pretrained(self, message):
        self.pretrained()
        return self._frame(message)

    def _on_challenge(self, message):
        name = message.get("name")
        self.challenge = name and challenges.Challenge(
            check_choice(name, challenges.CHALLENGES, "the challenge")
        )
        return self._frame(message)

    def _on_state(self, message):
        why = message.get(
            "why"
        )  # what is kept while playing must not cost a tick's time
        large = why == "keep" and max(run.game.weights.size for run in self.runs) > 3000
        return {
            "type": "state",
            "state": None if large else self.state(),
            "why": why,
        }, []

    def _on_load(self, message):
        self.load(message.get("state"))
        return self._frame(message)

    def _on_animation(self, message):
        """One frame of the animation a message; the last one brings the file."""
        index = self._index(message)
        if index == 0:
            self.frames = []
        self.frames.append(figures.scene(self.runs, 360, index))
        if index + 1 < len(self.runs[0].rows):
            return {
                "type": "animation",
                "index": index,
                "moments": len(self.runs[0].rows),
            }, []
        data, self.frames = figures.gif(self.frames), []
        return {
            "type": "animation",
            "index": index,
            "moments": index + 1,
            "done": True,
        }, [data]


Laboratory._esm = browser_code("common", "plane/scene", "plane/laboratory")
