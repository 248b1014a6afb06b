"""The widgets' real scripts in Node, two views on one real widget: every control, and
whose answer is whose."""

import base64
import io
import json
import time

import numpy as np
import pytest
from PIL import Image

from ganlib.labs import Dashboard, InteractiveTrainer, Laboratory, LatentExplorer
from tests.test_desk import small
from tests.test_training import IMAGES, make
from tests.tools import page as pages

pytestmark = pages.needs_node
show = pages.show


def laboratory():
    lab = Laboratory(g_width=3, d_width=3)
    lab.play(60, moments=6)
    return lab


def dashboard():
    return Dashboard(IMAGES[:6], train_for=InteractiveTrainer(make(), IMAGES, 4))


def explorer():
    return LatentExplorer(small(), directions=3)


WIDGETS = [laboratory, dashboard, explorer]
BUTTONS = {laboratory: "Step D", dashboard: "Step", explorer: "New picture"}
ALL = pytest.mark.parametrize("widget", WIDGETS, ids=lambda make_it: make_it.__name__)


def types(messages):
    return [message["type"] for message in messages]


# --- what all of them share


@ALL
def test_every_control_acts_in_its_view_only(show, widget):
    page = show(widget(), before=f"globalThis.BUTTON = {BUTTONS[widget]!r}")
    uses = page.use_all(leave_out=["▶ Play"])
    assert len(uses) > {laboratory: 70, dashboard: 3, explorer: 30}[widget]
    files = [use["files"][0] for use in uses if use["files"]]
    assert len(files) == {laboratory: 3, dashboard: 1, explorer: 1}[widget]
    idle = {use["label"] for use in uses if not use["messages"]}
    assert not [label for label in idle if label.startswith(("data", "Generator rate"))]


@ALL
def test_a_silent_kernel_is_told_of_and_its_answer_takes_that_away(show, widget):
    page = show(widget(), before=f"globalThis.BUTTON = {BUTTONS[widget]!r}")
    page.run("kernel.silent = true; press(0, BUTTON)")
    page.run("await wait(2000)")
    assert page.run("return error(0)") == ""
    page.run("await wait(2000)")
    assert "does not answer" in page.run("return error(0)")
    assert page.run("return error(1)") == ""  # it has asked for nothing
    page.run("await wait(10000)")
    assert page.run("return waiting(0)") == "0"  # it does not wait for ever
    page.run("kernel.silent = false; press(0, BUTTON)")
    page.run("await settle()")
    assert page.run("return error(0)") == ""


@ALL
def test_a_kernel_that_is_gone_is_told_of_at_once(show, widget):
    page = show(widget(), before=f"globalThis.BUTTON = {BUTTONS[widget]!r}")
    page.run("kernel.gone = true; press(1, BUTTON)")
    assert "does not answer" in page.run("return error(1)")


@ALL
def test_a_view_that_is_closed_leaves_nothing_behind_and_the_other_one_lives(
    show, widget
):
    page = show(widget(), before=f"globalThis.BUTTON = {BUTTONS[widget]!r}")
    page.run("views[0].close(); await settle()")
    page.act("press(1, BUTTON)")
    assert page.run("return waiting(1)") == "0"
    page.run("views[1].close(); await wait(1000)")
    assert set(page.run("return left()").values()) == {0}
    count = len(page.messages)
    page.run("press(0, BUTTON); await wait(1000)")
    assert len(page.messages) == count


@ALL
def test_a_view_that_comes_later_shows_the_same(show, widget):
    page = show(widget(), before=f"globalThis.BUTTON = {BUTTONS[widget]!r}")
    page.act("press(0, BUTTON)")
    page.act("show()")
    assert page.run("return shared(2) === shared(0)")


# --- the laboratory


def test_an_animation_and_a_state_go_to_the_view_that_asked_once(show):
    lab = laboratory()
    page = show(lab)
    asked = page.act("press(0, 'Animation')")
    assert types(asked).count("animation") == 7 == len(lab.runs[0].rows)
    asked = page.act("press(0, 'Animation'); press(1, 'Animation')")  # at once
    assert types(asked).count("animation") == 14
    page.act("press(1, 'State')")
    names = page.run("return downloads.map((file) => file.name)")
    assert names == ["laboratory.gif"] * 3 + ["laboratory.json"]
    read = (
        "return Buffer.from(await downloads[2].data.arrayBuffer()).toString('base64')"
    )
    movie = Image.open(io.BytesIO(base64.b64decode(page.run(read))))
    assert movie.n_frames == 7
    text = page.run("return downloads[3].data.text()")
    assert json.loads(text) == lab.state()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        "null",
        "[]",
        "7",
        '{"games": []}',
        '{"games": [null]}',
        '{"games": [{"iteration": "many"}]}',
    ],
)
def test_whatever_the_browser_kept_the_picture_is_painted(show, text):
    page = show(Laboratory(), before=f"stored.set('ganlib:laboratory', {text!r})")
    assert "iteration 0" in page.run("return text(0, 'gl-counts')")
    labels = page.run("return controls(0).map(name)")
    assert not [label for label in labels if label.startswith("Restore")]


def test_the_state_that_the_browser_kept_comes_back(show):
    lab = laboratory()
    page = show(lab, views=1)
    page.act("press(0, 'Step D')")  # what is kept is kept when something stops
    text = page.run("return stored.get('ganlib:laboratory')")
    assert json.loads(text)["games"][0]["iteration"] == 60
    new = Laboratory()
    page = show(new, before=f"stored.set('ganlib:laboratory', {json.dumps(text)})")
    page.act("press(1, 'Restore the last state, iteration 60')")
    assert new.game.iteration == 60
    for view in (0, 1):  # the offer is taken away from both
        labels = page.run(f"return controls({view}).map(name)")
        assert not [label for label in labels if label.startswith("Restore")]


def test_one_view_looks_at_the_past_and_the_other_one_at_the_present(show):
    lab = laboratory()
    page = show(lab)
    page.act("change(0, 'timeline', 0)")
    assert page.run("return [0, 1].map((i) => text(i, 'gl-time'))") == ["0", "60"]
    page.act("press(1, 'Both')")
    assert page.run("return [0, 1].map((i) => text(i, 'gl-time'))") == ["0", "61"]
    page.act("press(0, 'Back to now')")
    assert page.run("return text(0, 'gl-time')") == "61"
    page.act("change(0, 'timeline', 2)")
    page.act("press(0, 'Go on from here')")
    assert lab.game.iteration == 20
    assert page.run("return [0, 1].map((i) => text(i, 'gl-time'))") == ["20", "20"]


def test_nonsense_is_refused_where_it_was_typed(show):
    lab = Laboratory()
    page = show(lab)
    for field, typed, word in (
        ("Generator rate, typed", "NaN", "g_rate"),
        ("Discriminator layers, typed", "0", "whole number from 1 to 5"),
        ("Generator width, typed", "1000000", "from 1 to 64"),
        ("Discriminator updates, typed", "", "whole number"),
    ):
        rules, before = (
            dict(lab.game.rules),
            page.run(f"return find(0, {field!r}).value"),
        )
        page.act(f"change(0, {field!r}, {typed!r})")
        assert word in page.run("return error(0)")
        assert page.run("return error(1)") == ""
        assert page.run(f"return find(0, {field!r}).value") == before
        assert lab.game.rules == rules
    page.act("press(0, 'Both')")  # and the message goes with the next thing done
    assert page.run("return error(0)") == ""


def test_every_setting_reaches_the_kernel(show):
    lab = Laboratory()
    page = show(lab)
    for player, letter in (("Generator", "g"), ("Discriminator", "d")):
        for what, typed in (
            ("layers", 3),
            ("width", 12),
            ("rate", 0.01),
            ("updates", 3),
        ):
            rule = f"{letter}_{what}"
            page.act(f"change(0, '{player} {what}', find(0, '{player} {what}').max)")
            assert lab.game.rules[rule] == lab.config["rules"][rule]["high"]
            page.act(f"change(1, '{player} {what}, typed', '{typed}')")
            assert lab.game.rules[rule] == typed
        page.act(f"change(0, '{player} optimizer', 'rmsprop')")
        assert lab.game.rules[f"{letter}_optimizer"] == "rmsprop"
    for name in ("loss", "regulariser", "noise", "activation"):
        for option in lab.config["rules"][name]["options"]:
            page.act(f"change(0, {name!r}, {option!r})")
            assert lab.game.rules[name] == option
    for name in lab.config["thumbnails"]:
        page.act(f"press(1, 'data: {name}')")
        assert lab.game.rules["data"] == name


def test_of_a_slider_that_moves_only_the_latest_wish_is_sent(show):
    lab = Laboratory()
    page = show(lab)
    moved = "; ".join(f"change(0, 'Generator width', {n})" for n in (5, 6, 7, 8, 9))
    asked = page.act(moved + "; change(0, 'Generator layers', 4)")
    assert [message["rules"] for message in asked] == [
        {"g_width": 5},
        {"g_width": 9, "g_layers": 4},
    ]
    assert (lab.game.rules["g_width"], lab.game.rules["g_layers"]) == (9, 4)
    asked = page.act(moved + "; press(0, 'Both')")  # an act does not overtake a wish
    assert types(asked) == ["set", "hello", "set", "step"] or types(asked)[-1] == "step"
    assert lab.game.rules["g_width"] == 9


def test_play_and_pause(show):
    lab = Laboratory(g_width=3, d_width=3)
    page = show(lab)
    page.run("press(0, '▶ Play'); await exchange(30)")
    assert lab.game.iteration > 10
    counts = page.run("return [0, 1].map((i) => text(i, 'gl-counts'))")
    assert (
        f"iteration {lab.game.iteration:,}" in counts[1]
    )  # it sees what the other does
    assert not counts[0].startswith("iteration 0")  # and that one paints less often
    labels = page.run("return [0, 1].map((i) => controls(i)[0].textContent)")
    assert labels == ["❚❚ Pause", "▶ Play"]
    page.act("press(0, '❚❚ Pause')")
    stopped = lab.game.iteration
    page.run("await wait(3000)")
    assert lab.game.iteration == stopped
    page.act("press(1, '↺ Reset')")
    assert lab.game.iteration == 0


def test_at_a_slow_speed_there_is_one_iteration_a_second(show):
    lab = Laboratory(g_width=3, d_width=3)
    lab.game.train(1)  # compiled
    page = show(lab)
    page.run("change(0, 'speed', 0); press(0, '▶ Play'); await wait(3500, 25)")
    assert lab.game.iteration == 4
    page.run("change(0, 'speed', 1); await wait(2000, 25)")
    assert 13 <= lab.game.iteration <= 15


def test_a_burst_stops_the_view_that_plays(show):
    lab = Laboratory(
        g_rate=1.0,
        d_rate=1.0,
        loss="least_squares",
        d_optimizer="sgd",
        g_optimizer="sgd",
        g_layers=4,
        d_layers=4,
    )
    page = show(lab)
    page.run("press(0, '▶ Play'); await settle(1000)")
    assert "smaller rate" in page.run("return error(0)")
    assert page.run("return controls(0)[0].textContent") == "▶ Play"
    page.act("press(0, 'State')")  # there is none, and none was kept
    assert "no state" in page.run("return error(0)")
    assert page.run("return stored.get('ganlib:laboratory')") is None
    page.act("press(0, '↺ Reset')")
    assert np.isfinite(lab.game.weights).all() and lab.game.iteration == 0


def test_slow_motion_walks_through_an_update_in_one_view(show):
    lab = laboratory()
    page, texts = show(lab), []
    elsewhere = page.run("return text(1, 'gl-caption')")
    weights = lab.game.weights
    page.act("press(0, 'Slow motion')")
    for i in range(10):
        player, number = ("Discriminator", i + 1) if i < 5 else ("Generator", i - 4)
        texts.append(page.run("return text(0, 'gl-caption')"))
        assert f"{player}, part {number} of 5" in texts[-1]
        assert page.run("return text(0, 'gl-on')")  # stations of the diagram
        if i < 9:
            page.act("press(0, 'Next part')")
    assert len(set(texts)) == 10 and lab.game.iteration == 60
    assert not (lab.game.weights == weights).all()
    assert page.run("return text(1, 'gl-caption')") == elsewhere
    page.run("press(0, '▶ Play'); await settle()")  # by itself, a part every 4 seconds
    before = page.run("return text(0, 'gl-caption')")
    page.run("await wait(3000)")
    assert page.run("return text(0, 'gl-caption')") == before
    page.run("await wait(2000)")
    assert page.run("return text(0, 'gl-caption')") != before
    page.act("press(0, '❚❚ Pause'); press(0, 'Slow motion')")
    assert "part" not in page.run("return text(0, 'gl-on')")


def test_the_best_discriminator_stays_where_another_view_asks_without_it(show):
    page = show(Laboratory())
    page.act("press(0, 'D*')")
    title = "D*, the best possible"
    assert title in page.run("return text(0, 'gl-pane-title')")
    page.act("press(1, 'Both')")
    assert title in page.run("return text(0, 'gl-pane-title')")
    assert "D*" not in page.run("return text(1, 'gl-pane-title')")
    page.act("change(0, 'loss', 'wasserstein')")
    assert "no finite optimum" in page.run("return text(0, 'gl-pane-title')")


def test_two_runs_are_shown_in_both_views(show):
    lab = Laboratory()
    page = show(lab)
    page.act("press(0, 'Compare two runs')")
    page.act("change(0, 'regulariser', 'r1')")
    assert [run.game.rules["regulariser"] for run in lab.runs] == ["none", "r1"]
    for view in (0, 1):
        title = page.run(f"return text({view}, 'gl-pane-title')")
        assert "regulariser r1 instead of none" in title
    page.act("press(0, 'settings of A')")
    values = page.run("return [0, 1].map((i) => find(i, 'regulariser').value)")
    assert values == ["none", "r1"]
    page.act("press(1, 'Compare two runs')")
    assert len(lab.runs) == 1
    assert page.run("return shared(0) === shared(1)")


def test_a_drawing_by_keys_and_an_empty_one(show):
    lab = Laboratory()
    page = show(lab)
    page.act("press(0, 'data: draw your own')")
    page.act("press(0, 'Use it')")
    assert "draw" in page.run("return error(0)") and lab.game.rules["data"] == "ring"
    page.act("press(0, 'data: draw your own')")
    plane = "find(0, [...views[0].root.all()].find((one) => one.tag === 'canvas' "
    plane += "&& one.classList.contains('gl-scene')).getAttribute('aria-label'))"
    down = "one.dispatch('keydown', { key: 'ArrowDown' });" * 8
    page.run(f"const one = {plane}; {down} one.dispatch('keydown', {{ key: ' ' }})")
    page.act("press(0, 'Clear')")
    page.run(f"const one = {plane}; {down} one.dispatch('keydown', {{ key: ' ' }})")
    page.act("press(0, 'Use it')")
    assert lab.game.rules["data"] == "drawn"
    np.testing.assert_allclose(lab.game.data.means[-1], [0, -0.8], atol=0.01)
    page.act("press(1, 'data: draw your own'); press(1, 'Cancel')")


def test_a_file_is_loaded_or_refused(show):
    lab = laboratory()
    page, state = show(lab), lab.state()
    load = """
        const input = [...views[0].root.all()].find((one) => one.getAttribute("type") === "file");
        input.files = [{ name: "a.json", text: async () => TEXT }];
        input.dispatch("change")"""
    page.act("press(0, '↺ Reset')")
    page.act(load.replace("TEXT", json.dumps(json.dumps(state))))
    assert lab.state() == state
    for text, word in (("{", "no JSON file"), ("{}", "no state")):
        page.act(load.replace("TEXT", json.dumps(text)))
        assert word in page.run("return error(0)") and lab.state() == state


def test_a_challenge_is_shown_in_both_views_and_ends_in_both(show):
    page = show(Laboratory())
    page.act("change(0, 'challenge', 'cover')")
    for view in (0, 1):
        assert "8 of 8 modes" in page.run(f"return text({view}, 'gl-caption')")
        assert page.run(f"return find({view}, 'challenge').value") == "cover"
    page.act("change(1, 'challenge', '')")
    assert page.run("return find(0, 'challenge').value") == ""


# --- the dashboard


def test_the_dashboard_plays_in_one_view_and_is_seen_in_both(show):
    board = dashboard()
    page = show(board)
    page.run("press(0, '▶ Play'); await exchange(30)")
    assert board.step > 20
    for view in (0, 1):
        assert f"step {board.step:,}" in page.run(f"return text({view}, 'gl-counts')")
    labels = page.run("return [0, 1].map((i) => controls(i)[0].textContent)")
    assert labels == ["❚❚ Pause", "▶ Play"]
    page.act("press(0, '❚❚ Pause')")
    step = board.step
    page.run("await wait(2000)")
    assert board.step == step
    assert page.run("return text(1, 'gl-sheetbox')").startswith(
        f"Generated, step {step:,}"
    )
    page.act("press(1, 'Step')")
    assert board.step == step + 1


def test_a_dashboard_looks_back_in_one_view(show):
    board = dashboard()
    page = show(board)
    for _ in range(3):
        page.act("press(1, 'Step')")
    page.act("change(0, 'timeline', 0)")
    titles = page.run("return [0, 1].map((i) => text(i, 'gl-sheetbox'))")
    assert titles[0].startswith("Generated, step 0")
    assert titles[1].startswith("Generated, step 3")
    page.act("show()")  # a page that never got the pictures asks for the one it needs
    asked = page.act("change(2, 'timeline', 1)")
    assert types(asked) == ["look"]
    assert page.run("return text(2, 'gl-sheetbox')").startswith("Generated, step 1")
    page.act("press(0, 'Back to now')")
    assert page.run("return text(0, 'gl-sheetbox')").startswith("Generated, step 3")


def test_an_error_of_the_training_stops_the_view_that_plays(show):
    def train_for(seconds):
        if seconds:
            raise KeyError("mine")
        return 0, IMAGES[:4], {"step": []}, None

    page = show(Dashboard(train_for=train_for))
    page.act("press(0, '▶ Play')")
    assert page.run("return [0, 1].map(error)") == ["KeyError: 'mine'", ""]
    assert page.run("return controls(0)[0].textContent") == "▶ Play"


def test_a_warning_is_shown_in_both_views_and_goes_when_it_is_over(show):
    board = Dashboard(metrics=lambda samples: None)
    page = show(board)
    board.show(1, IMAGES[:4])
    page.act("")
    assert all("metrics" in text for text in page.run("return [0, 1].map(error)"))
    board.metrics = lambda samples: {"mean": 1.0}
    board.show(2, IMAGES[:4])
    page.act("")
    assert page.run("return [0, 1].map(error)") == ["", ""]
    assert "Mean" in page.run("return text(0, 'gl-charts')")


def test_a_stop_that_a_cell_does_not_hear_names_the_notebooks_button(show):
    board = Dashboard(steps=100)
    page = show(board)
    board.last_heartbeat = time.monotonic()
    board.show(5, IMAGES[:4])
    page.act("")
    assert "A cell is training" in page.run("return text(0, 'gl-status')")
    page.run("kernel.silent = true; press(0, '■ Stop'); await wait(2000)")
    assert "stop button" in page.run("return text(0, 'gl-status')")
    page.run("kernel.silent = false")
    page.act("press(0, '■ Stop')")
    assert board.stopping


# --- the explorer


def test_of_a_drag_one_message_is_under_way_and_the_last_wish_wins(show):
    desk = explorer()
    page = show(desk)
    moved = "; ".join(f"change(0, 'direction 1', {n / 10})" for n in range(8))
    asked = page.act(moved + "; change(0, 'direction 2', -1)")
    assert [message["pushes"] for message in asked] == [
        {"direction 1": 0},
        {"direction 1": 0.7, "direction 2": -1},
    ]
    for view in (0, 1):
        words = page.run(f"return text({view}, 'gl-words')")
        assert words == "picture 0, direction 1 +0.70, direction 2 -1.00"


def test_the_pad_by_keys(show):
    desk = explorer()
    page = show(desk)
    pad = "pad between four corner pictures: drag, or arrow keys"
    page.act(f"key(0, '{pad}', 'ArrowRight'); key(0, '{pad}', 'ArrowRight')")
    page.act(f"key(0, '{pad}', 'ArrowUp', {{ shiftKey: true }})")
    assert desk.pad_position == [0.6, 0.25]
    for view in (0, 1):
        place = page.run(f"return find({view}, '{pad}').getAttribute('aria-valuetext')")
        assert place == "60 % to the right, 25 % down"


def test_the_shelf_in_two_views(show):
    desk = explorer()
    page = show(desk)
    page.act("press(0, 'Keep'); press(0, 'New picture'); press(1, 'Keep')")
    label = "kept picture 1; Delete takes it away"
    page.act(f"press(1, '{label}')")
    words = page.run("return [0, 1].map((i) => text(i, 'gl-words'))")
    assert words == ["kept picture 1"] * 2
    page.act(f"key(0, '{label}', 'Delete')")
    assert len(desk.kept) == 1
    kept = page.run(
        "return [0, 1].map((i) => controls(i).filter((one) => name(one).startsWith('kept')).length)"
    )
    assert kept == [1, 1]


def test_what_python_shows_is_seen_in_every_view(show):
    desk = explorer()
    page = show(desk)
    desk.show(np.ones(6))
    page.act("")
    words = page.run("return [0, 1].map((i) => text(i, 'gl-words'))")
    assert words == ["noise of your own"] * 2
