"""The 2-D laboratory: a widget in which a small GAN trains, is watched, and is touched
while it does.

The browser drives the clock. It sends one message, a tick; the kernel trains for a few
hundredths of a second, answers with arrays, and is idle again. Nothing here runs by
itself, so Stop and other cells always have their turn.
"""

import dataclasses
import json
import time
from pathlib import Path

import numpy as np

from ...checks import check_choice, check_count
from ..fields import Number
from ..widget import Widget, bundle_js, pack
from . import challenges, figures, slow_motion
from .game import PlaneGAN
from .history import History
from .measure import NAMES
from .settings import RULES, get_distribution

PRETRAINED = Path(__file__).resolve().parents[3] / "data" / "pretrained_games.json"
MEASURE_EVERY_S = 0.15  # while playing; charts need no more
LARGE = 3000  # weights; what is kept while playing must not cost a tick's time
PART = Number("part", 1, 1, slow_motion.PARTS, whole=True)


class Laboratory(Widget):
    """The 2-D laboratory. Show it by making it a cell's last line.

    rules: the settings to begin with, by the names of `settings.RULES`, as data="grid"
    or g_rate=0.005; strokes: for data="drawn"; name: under which the browser remembers
    the last state. Raises ValueError.
    """

    def __init__(self, strokes=None, name="laboratory", **rules):
        self.runs = [History(PlaneGAN(strokes, **rules))]
        self.challenge, self.last_measured = None, 0.0
        self.animations = {}  # the frames that a view has asked for so far
        titles = {name: entry[0] for name, entry in challenges.CHALLENGES.items()}
        super().__init__(
            config={
                "name": name,
                "rules": {
                    rule: dataclasses.asdict(entry) for rule, entry in RULES.items()
                },
                "columns": NAMES,
                "challenges": titles,
                "thumbnails": figures.thumbnails(),
            }
        )

    @property
    def game(self):
        """The (first) game."""
        return self.runs[0].game

    @property
    def record(self):
        """What was measured, as {name: float array}, every moment once, the latest last.

        The names: iteration, d_loss, g_loss, d_norm, g_norm, js, kl, modes, precision,
        recall; js and kl in nats.
        """
        with self.lock:
            return dict(zip(NAMES, self.runs[0].table().T))

    def play(self, iterations, moments=60):
        """Train without a browser and record so many moments; returns `record`."""
        iterations = check_count(iterations, "iterations")
        moments = min(check_count(moments, "moments"), iterations)
        for part in np.array_split(np.arange(iterations), moments):
            with self.lock:
                for run in self.runs:
                    run.game.train(len(part))
                self._measure()
        return self.record

    def set(self, run=0, strokes=None, **rules):
        """Change rules of the first or second run; new networks start at iteration 0.

        Raises ValueError, and then nothing has changed.
        """
        with self.lock:
            run = self.runs[check_choice(run, range(len(self.runs)), "run")]
            if strokes is not None:
                get_distribution("drawn", strokes)
            before = run.game.data
            new_networks = run.game.set(strokes, **rules)
            if new_networks:
                run.clear()
            elif run.game.data is not before and (
                "data" in rules or strokes is not None
            ):
                run.observer.refresh()
                run.measure()
            return self

    def reset(self):
        """All runs to iteration 0, with the rules of the moment."""
        with self.lock:
            for run in self.runs:
                run.game.restart()
                run.clear()
            return self

    def compare(self, **rules):
        """Start a second run beside the first, both from the same seed, with these rules
        changed in the second."""
        with self.lock:
            other = PlaneGAN(self.game.strokes, **{**self.game.rules, **rules})
            self.runs = [self.runs[0], History(other)]
            self.game.restart()
            self.runs[0].clear()
            return self

    def state(self):
        """The whole state as a dict of plain values: save it with `json`, give it to
        `load`."""
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
                f"this is no state of a laboratory ({str(state)[:40]!r}...); expected "
                "the dict that lab.state() returns, or the file that Export wrote"
            )
        runs = [History(PlaneGAN.from_state(game)) for game in games]
        with self.lock:
            self.runs = runs
        return self

    def pretrained(self):
        """Weights trained long before on the data of the moment, with the default
        networks."""
        with self.lock:
            name = self.game.rules["data"]
            games = json.loads(PRETRAINED.read_text(encoding="utf-8"))["games"]
            if name not in games:
                raise ValueError(
                    f"there are no trained weights for {name!r}; expected data out of "
                    f"{', '.join(games)}"
                )
            return self.load({"games": [games[name]]})

    def picture(self):
        """A still picture of the moment, as a matplotlib Figure."""
        with self.lock:
            return figures.picture(self.runs)

    def summary(self):
        """The state of the moment in words."""
        parts = []
        for run in self.runs:
            latest, modes = dict(zip(NAMES, run.latest)), run.observer.truth.data.modes
            covered = ""
            if modes is not None:
                covered = f", {latest['modes']:.0f} of {len(modes)} modes covered"
            parts.append(
                f"{run.game.rules['data']} at iteration {run.game.iteration:,}{covered}, "
                f"Jensen-Shannon divergence {latest['js']:.3f}"
            )
        return "2-D laboratory: " + "; beside it ".join(parts)

    def frame(self, message, index=None, **more):
        """What every view paints: the present, or moment `index` of the timeline."""
        runs, arrays = [], {}
        optimum = bool(message.get("optimum"))
        for i, run in enumerate(self.runs):
            if index is None:
                layers = run.observer.snapshot(optimum)
                iteration = run.game.iteration
            else:
                where = min(index, len(run.rows) - 1)
                layers = run.snapshot(where, optimum)
                iteration = run.rows[where][0]
            layers["record"] = run.table()
            arrays |= {f"{name}{i}": array for name, array in layers.items()}
            modes = run.observer.truth.data.modes
            runs.append(
                {
                    "rules": run.game.rules,
                    "iteration": int(iteration),
                    "extent": run.game.data.extent,
                    "modes": None if modes is None else len(modes),
                }
            )
        about, data = pack(arrays)
        reply = {
            "type": "frame",
            "runs": runs,
            "arrays": about,
            "challenge": self.challenge and self.challenge.as_dict(),
            "moments": len(self.runs[0].rows),
            "index": index,
            "optimum": optimum,
            **more,
        }
        return reply, [data]

    def _measure(self):
        """Record the present of all runs, and let the challenge know."""
        self.last_measured = time.monotonic()
        for run in self.runs:
            run.record()
        if self.challenge:
            latest = dict(zip(NAMES, self.runs[0].latest))
            self.challenge.observe(
                int(latest["iteration"]), latest["modes"], self.game.rules
            )

    def _index(self, message):
        moments = range(len(self.runs[0].rows))
        return check_choice(message.get("index"), moments, "the moment")

    # What the browser asks for

    def answer_hello(self, message):
        """The moment, measured as it is: after the last tick it may not have been."""
        if self.runs[0].latest[0] != self.game.iteration:
            self._measure()
        return self.frame(message)

    def answer_tick(self, message):
        """Train for `seconds` (at most 0.1) or `most` iterations.

        A game that still has to compile does one part of that, and nothing is trained:
        it is enough for one tick.
        """
        seconds = min(float(message.get("seconds", 0.03)), 0.1)
        most, done = int(message.get("most", 100_000)), 0
        first, *others = (run.game for run in self.runs)
        if all(not game.compile_next_part() for game in (first, *others)):
            done = first.train_for(seconds / len(self.runs), most)
            for other in others:  # exactly as many, so that they stay side by side
                other.train(done)
        if done and time.monotonic() - self.last_measured > MEASURE_EVERY_S:
            self._measure()
        return self.frame(message, iterations=done)

    def answer_step(self, message):
        """One update of "d" or "g", or one iteration of both."""
        player = check_choice(message.get("player"), ("d", "g", "both"), "player")
        for game in (run.game for run in self.runs):
            if player == "both":
                game.train(1)
            else:
                last = game.last.copy()
                last["dg".index(player) :: 2] = game.update(player).numpy()
                game.last = last
        self._measure()
        return self.frame(message)

    def answer_explain(self, message):
        """One part of an update in slow motion."""
        number = PART.check("part", message.get("number"))
        player = check_choice(message.get("player"), ("d", "g"), "player")
        explanation = slow_motion.explain(player, number, self.runs[0].observer)
        return self.frame(message, explanation=explanation)

    def answer_set(self, message):
        run, rules = message.get("run", 0), message.get("rules", {})
        self.set(run, message.get("strokes"), **rules)
        return self.frame(message)

    def answer_reset(self, message):
        self.reset()
        return self.frame(message)

    def answer_draw(self, message):
        strokes = message.get("strokes")
        get_distribution("drawn", strokes)
        for i in range(len(self.runs)):
            self.set(i, strokes, data="drawn")
        return self.frame(message)

    def answer_compare(self, message):
        if message.get("on"):
            self.compare(**message.get("rules", {}))
        else:
            self.runs = self.runs[:1]
        return self.frame(message)

    def answer_scrub(self, message):
        return self.frame(message, self._index(message))

    def answer_rewind(self, message):
        index = self._index(message)
        for run in self.runs:
            run.rewind(min(index, len(run.rows) - 1))
        return self.frame(message)

    def answer_pretrained(self, message):
        self.pretrained()
        return self.frame(message)

    def answer_challenge(self, message):
        name = message.get("name")
        if name:
            check_choice(name, challenges.CHALLENGES, "the challenge")
        self.challenge = challenges.Challenge(name) if name else None
        return self.frame(message)

    def answer_state(self, message):
        """The state, to be saved or, where it is small enough, kept by the browser."""
        why, weights = message.get("why"), [run.game.weights for run in self.runs]
        finite = all(np.isfinite(array).all() for array in weights)
        large = max(array.size for array in weights) > LARGE
        if why != "keep" and not finite:
            raise FloatingPointError(
                "there is no state to save: the weights are no numbers any more; go "
                "back on the timeline or press Reset"
            )
        state = None if why == "keep" and (large or not finite) else self.state()
        return {"type": "state", "state": state, "why": why}, []

    def answer_load(self, message):
        self.load(message.get("state"))
        return self.frame(message)

    def answer_animation(self, message):
        """One frame of a view's animation a message; the last one brings the file."""
        index, view = self._index(message), message.get("view")
        frames = [] if index == 0 else self.animations.pop(view, [])
        if index != len(frames):
            raise ValueError(
                f"frame {index} of the animation was asked for; expected "
                f"{len(frames)}: the frames come one after the other, from 0 on"
            )
        frames.append(figures.render_frame(self.runs, 360, index))
        moments = len(self.runs[0].rows)
        reply = {"type": "animation", "index": index, "moments": moments}
        if index + 1 == moments:
            return {**reply, "done": True}, [figures.gif(frames)]
        self.animations[view] = frames
        if len(self.animations) > 3:  # the oldest one was begun and left
            del self.animations[next(iter(self.animations))]
        return reply, []


Laboratory._esm = bundle_js("common", "plane/scene", "plane/laboratory")
