"""The image dashboard without a browser: what it is told, what it answers, who tells it, and how they stop."""

import io
import math
import time

import numpy as np
import pytest
from PIL import Image

from ganlib import plots
from ganlib.labs import Dashboard, InteractiveTrainer
from ganlib.labs.training import callbacks, dashboard
from ganlib.training import TrainingDiverged, gan_adam
from tests.test_training import (
    IMAGES,
    Watch,
    assert_same,
    fit,
    interrupt_at,
    make,
    state,
)

RECORD = {
    "step": [100, 200],
    "d_loss": [1.2, 1.0],
    "g_loss": [0.8, 1.1],
    "d_real": [0.6, 0.7],
    "d_fake": [0.4, 0.3],
    "d_norm": [2.0, 1.0],
    "g_norm": [0.5, 0.4],
}


def pictures(n=6, size=(4, 5), channels=3, seed=0):
    return np.random.default_rng(seed).integers(
        0, 256, (n, *size, channels), dtype=np.uint8
    )


def arrays(reply, data):
    """What the browser unpacks from the first buffer."""
    found, flat = {}, np.frombuffer(data, np.float32)
    for name, shape in reply["arrays"]:
        size = math.prod(shape)
        found[name], flat = flat[:size].reshape(shape), flat[size:]
    assert not len(flat)
    return found


def ask(board, kind, **more):
    reply, buffers = board.answer({"type": kind, **more})
    return reply, arrays(reply, buffers[0]), buffers[1:]


def unpng(data):
    return np.asarray(Image.open(io.BytesIO(data)))


@pytest.fixture
def sent(monkeypatch):
    """Every message that a dashboard sends by itself."""
    found = []
    monkeypatch.setattr(
        Dashboard,
        "send",
        lambda self, content, buffers=None: found.append((content, buffers)),
    )
    return found


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(dashboard, "time", clock)
    monkeypatch.setattr(callbacks, "time", clock)
    return clock


# ------------------------------------------------------------------------------------------------ what it is told
@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_shown_reaches_the_browser(sent, channels):
    samples = pictures(5, channels=channels)
    board = Dashboard(pictures(channels=channels, seed=1), columns=2)
    board.show(200, samples, RECORD, quality=0.25)
    ((reply, buffers),) = sent
    assert (
        reply["step"] == reply["picture"] == 200
        and reply["shape"] == [5, 4, 5, channels]
        and not reply["training"]
    )
    np.testing.assert_array_equal(unpng(buffers[1]), plots.tile(samples, 2, gap=0))
    np.testing.assert_array_equal(
        unpng(board.real_png), plots.tile(pictures(channels=channels, seed=1), 2, gap=0)
    )
    assert board.config == {"columns": 2, "plays": False, "real": [6, 4, 5, channels]}
    data = arrays(reply, buffers[0])
    for name, values in RECORD.items():
        np.testing.assert_allclose(data[name], values, rtol=1e-6)
    assert (
        data["moments"] == [200]
        and data["metric quality"] == [0.25]
        and 0 < data["metric diversity"] < 2
    )
    board.show(300)
    assert (
        sent[1][0]["step"] == 300
        and sent[1][0]["picture"] is None
        and len(sent[1][1]) == 1
    )
    np.testing.assert_array_equal(board.frames[0][1], samples)


def test_pace_and_time_left(sent, clock):
    board = Dashboard(steps=1000, batch_size=16)
    for step in (0, 10, 20):
        board.show(step)
        clock.now += 0.5
    assert (sent[-1][0]["rate"], sent[-1][0]["unit"], sent[-1][0]["left"]) == (
        320,
        "pictures",
        49,
    )
    clock.now += 99.5
    board.show(1000)
    assert (
        sent[-1][0]["left"] == 0
        and "step 1,000 of 1,000, 1.7 min, 158 pictures a second" in board.summary()
    )
    assert Dashboard().answer({"type": "hello"})[0]["left"] is None
    other = Dashboard()
    other.show(0), setattr(clock, "now", clock.now + 2), other.show(7)
    assert "4 steps a second" in other.summary()


def test_diversity_is_a_ratio_of_distances_between_pairs(sent):
    def spread(images):
        flat = images.reshape(len(images), -1).astype(float)
        pairs = [
            np.sum((flat[i] - flat[j]) ** 2) for i in range(len(flat)) for j in range(i)
        ]
        return np.sqrt(np.mean(pairs))

    real, fake = pictures(9), pictures(5, seed=3) // 3
    board = Dashboard(real, metrics=lambda samples: {"mean": samples.mean()})
    for step, samples, expected in (
        (1, fake, spread(fake) / spread(real)),
        (2, real, 1.0),
        (3, real[[0] * 4], 0.0),
        (4, real[:1], math.nan),
    ):
        board.show(step, samples)
        found = board.latest[2]
        np.testing.assert_allclose(found["diversity"], expected, rtol=1e-5)
        assert found["mean"] == samples.mean()
    alone = Dashboard()
    alone.show(1, fake)
    assert alone.latest[2] == {}
    flat = Dashboard(real * 0)
    flat.show(1, real)
    assert math.isnan(flat.latest[2]["diversity"])


def test_a_whole_data_set_may_be_the_real_pictures(sent, monkeypatch):
    """Its variance is taken once, and not all of it is sent to the page."""
    real, counted = pictures(1000, seed=2), []
    count = dashboard.spread
    monkeypatch.setattr(
        dashboard, "spread", lambda images: counted.append(len(images)) or count(images)
    )
    board = Dashboard(real)
    board.show(1, pictures(5)), board.show(2, real[:7])
    assert counted == [1000, 5, 7]
    assert board.config["real"] == [64, 4, 5, 3]
    np.testing.assert_array_equal(
        unpng(board.real_png), plots.tile(real[:64], 8, gap=0)
    )
    expected = np.sqrt(real.var(0, ddof=1, dtype=float).sum())
    assert board.real_spread == pytest.approx(expected, rel=1e-9)


def fail(*arguments):
    raise KeyError("mine")


@pytest.mark.parametrize(
    "metrics", [fail, lambda x: None, np.mean, lambda x: "good", lambda x: {"a": "b"}]
)
def test_a_function_of_the_readers_that_fails_is_told_and_the_training_goes_on(
    monkeypatch, sent, tmp_path, metrics
):
    Page(monkeypatch)
    board, gan = Dashboard(metrics=metrics), make()
    fit(gan, 8, tmp_path / "run.npz", [board.callback(every=0.0, count=2)])
    assert int(gan.step.value) == 8 and (tmp_path / "run.npz").exists()
    assert "metrics" in sent[-1][0]["warning"] and sent[-1][0]["picture"] == 8
    board.metrics = lambda samples: {"mean": samples.mean()}
    board.show(9, pictures())
    assert sent[-1][0]["warning"] == "" and "mean" in board.latest[2]


@pytest.mark.parametrize("what", ["sample", "show"])
def test_a_dashboard_that_cannot_show_a_step_does_not_end_the_training(
    monkeypatch, sent, what
):
    Page(monkeypatch)
    board, gan = Dashboard(), make()

    def break_it(step):
        if step == 2:
            owner = gan if what == "sample" else board
            monkeypatch.setattr(owner, what, fail)

    fit(gan, 8, callbacks=[Watch(break_it), board.callback(every=0.0, count=2)])
    assert int(gan.step.value) == 8 and "'mine'" in board.warning


def test_moments_are_thinned_evenly_and_the_latest_is_kept(sent):
    board = Dashboard()
    for step in range(1000):
        board.show(step, pictures(1, seed=step))
        kept = [at for at, _ in board.frames]
        assert kept[0] == 0 and kept[-1] == step and len(kept) <= dashboard.MOMENTS + 1
        assert len(set(np.diff(kept[:-1]))) <= 1 and (step < 60 or len(kept) > 30)
    np.testing.assert_array_equal(board.frames[-1][1], pictures(1, seed=999))
    board.show(999, pictures(1))
    assert [at for at, _ in board.frames] == kept
    np.testing.assert_array_equal(board.frames[-1][1], pictures(1))


def test_moments_fit_into_memory(sent):
    board, large = Dashboard(), np.zeros((4, 500, 500, 3), np.uint8)
    for step in range(100):
        board.show(step, large)
    assert (
        sum(samples.nbytes for _, samples in board.frames)
        <= dashboard.BYTES + large.nbytes
    )


def test_a_training_that_begins_again_forgets_what_came_later(sent):
    board = Dashboard()
    for step in (0, 50, 100, 60):
        board.show(step, pictures(seed=step), RECORD)
    assert [at for at, _ in board.frames] == [0, 50, 60]
    board.show(30)
    assert [at for at, _ in board.frames] == [0]


def test_long_records_are_sent_in_part(sent):
    board = Dashboard()
    board.show(
        5000,
        None,
        {"step": range(5000), "d_loss": np.linspace(1, 2, 5000), "mine": [0] * 5000},
    )
    data = arrays(*[sent[0][0], sent[0][1][0]])
    assert (
        set(data) == {"step", "d_loss", "moments"}
        and len(data["step"]) == dashboard.ROWS
    )
    assert (data["step"][0], data["step"][-1], data["d_loss"][-1]) == (0, 4999, 2)


@pytest.mark.parametrize(
    "make_it, problem, message",
    [
        (
            lambda: Dashboard(pictures() / 255),
            TypeError,
            "real has dtype float64; expected uint8",
        ),
        (
            lambda: Dashboard(pictures(channels=2)),
            ValueError,
            "so 2 channels; expected 1 or 3",
        ),
        (lambda: Dashboard(steps=-5), ValueError, "steps is -5; expected 1 or more"),
        (lambda: Dashboard(columns=0), ValueError, "columns is 0"),
        (
            lambda: Dashboard(metrics={"a": 1}),
            TypeError,
            "metrics is {'a': 1}; expected a function",
        ),
        (
            lambda: Dashboard(train_for=3),
            TypeError,
            "train_for is 3; expected a function",
        ),
        (
            lambda: Dashboard().show(1.5),
            TypeError,
            "step is 1.5; expected a whole number",
        ),
        (
            lambda: Dashboard().show(1, pictures() / 2),
            TypeError,
            "samples has dtype float64",
        ),
        (
            lambda: Dashboard().show(1, None, {"d_loss": [1]}),
            ValueError,
            "expected lists of one length.*record=gan.record",
        ),
        (
            lambda: Dashboard().show(1, None, {"step": [1], "d_loss": []}),
            ValueError,
            "expected lists of one length",
        ),
        (
            lambda: Dashboard().show(1, None, [1]),
            ValueError,
            r"record is \[1\]; expected lists",
        ),
        (lambda: Dashboard().callback(count=0), ValueError, "count is 0"),
        (
            lambda: InteractiveTrainer(make(), IMAGES, 22),
            ValueError,
            "batch_size is 22 and there are 21 images",
        ),
        (
            lambda: InteractiveTrainer(make(), IMAGES, 4, steps_per_record=0),
            ValueError,
            "steps_per_record is 0",
        ),
    ],
    ids=range(14),
)
def test_what_cannot_be_is_refused(sent, make_it, problem, message):
    with pytest.raises(problem, match=message):
        make_it()
    assert not sent


# ---------------------------------------------------------------------------------------- what the browser asks for
class Player:
    """An `train_for` that makes one step a call, and writes down how long it was let work."""

    def __init__(self):
        self.step, self.asked = 0, []

    def __call__(self, seconds):
        self.asked.append(seconds)
        self.step += bool(seconds)
        return (
            self.step,
            None if seconds else pictures(seed=self.step),
            RECORD,
            {"mine": self.step},
        )


def test_play_step_pause(clock):
    player = Player()
    board = Dashboard(train_for=player, every=1.0)
    assert player.asked == [0] and board.config["plays"]
    reply, data, (picture,) = ask(board, "hello")
    assert (
        reply["picture"] == 0
        and data["metric mine"] == [0]
        and unpng(picture).shape == (4, 40, 3)
    )
    for _ in range(4):
        clock.now += 0.4
        reply, *_ = ask(board, "tick")
    assert (
        player.asked == [0, 0.05, 0.05, 0, 0.05]
        and reply["step"] == 3
        and reply["picture"] is None
    )
    reply, *_ = ask(board, "stop")
    assert reply["picture"] == 3 and not reply["stopping"]
    assert ask(board, "stop")[0]["picture"] is None  # nothing new to look at
    reply, data, _ = ask(board, "step")
    assert reply["step"] == reply["picture"] == 4 and list(data["moments"]) == [
        0,
        2,
        3,
        4,
    ]
    assert (
        ask(board, "look", step=2)[0]["picture"] == 2
        and ask(board, "look", step=10**6)[0]["picture"] == 4
    )


def test_a_pause_is_no_work(clock):
    board = Dashboard(train_for=Player(), every=1e9)
    (
        ask(board, "tick", fresh=True),
        setattr(clock, "now", clock.now + 0.1),
        ask(board, "tick"),
    )
    assert board._rate() == pytest.approx(10)
    clock.now += 1000
    (
        ask(board, "tick", fresh=True),
        setattr(clock, "now", clock.now + 0.1),
        ask(board, "tick"),
    )
    assert board._rate() == pytest.approx(10) and board.elapsed == pytest.approx(0.2)


def test_what_goes_wrong_is_said():
    board = Dashboard()
    for kind in ("tick", "step"):
        reply, *_ = ask(board, kind)
        assert (
            reply["stop"]
            and "expected Dashboard(..., train_for=InteractiveTrainer(gan, images))"
            in reply["error"]
        )
    for message in (
        {"type": "dance"},
        {"type": "look"},
        {"type": "look", "step": -1},
        {},
    ):
        reply, _ = board.answer(message)
        assert reply["stop"] and "expected" in reply["error"]
    assert "Did you mean 'stop'?" in board.answer({"type": "STOP"})[0]["error"]
    assert ask(board, "look", step=3)[0]["picture"] is None

    def broken(seconds):
        if seconds:
            raise KeyError("mine")
        return 0, pictures(), RECORD, None

    reply, *_ = ask(Dashboard(train_for=broken), "tick")
    assert reply["error"] == "KeyError: 'mine'" and reply["stop"]


def test_answers_carry_the_question(sent):
    board = Dashboard()
    board._receive({"type": "hello", "id": 7, "view": "abc"})
    assert (
        sent[0][0]["id"] == 7
        and sent[0][0]["view"] == "abc"
        and sent[0][0]["type"] == "frame"
    )


@pytest.mark.parametrize(
    "record",
    [RECORD, {"step": [5], "d_loss": [1.0]}, None],
    ids=["whole", "part", "none"],
)
def test_still_picture_and_text(record):
    from IPython.core.formatters import DisplayFormatter

    board = Dashboard(pictures(seed=1), steps=300)
    for shown in (None, pictures(5)):
        if shown is not None:
            board.show(200, shown, record)
        data, _ = DisplayFormatter().format(board)
        assert data["image/png"].startswith(b"\x89PNG") and data[
            "text/plain"
        ].startswith("Image dashboard: step ")
    assert (
        "step 200 of 300, diversity 1.0" in data["text/plain"]
        and repr(board) == f"<{data['text/plain']}>"
    )
    title = board.picture().axes[0].get_title(loc="left")
    assert title == "Generated, step 200 (always the same noise)"
    np.testing.assert_array_equal(
        board.picture().axes[0].images[0].get_array(), plots.tile(pictures(5), 8, gap=1)
    )
    board.close()
    assert board.comm is None


# ------------------------------------------------------------------------------------------------ Watch, in GAN.fit
class Page:
    """Stands for the notebook: what is displayed, and how often it is updated."""

    def __init__(self, monkeypatch):
        self.shown = []
        monkeypatch.setattr("IPython.display.display", self.display)

    def display(self, thing, display_id=None):
        self.shown.append(thing)
        return self

    update = display


def test_watch_shows_a_run(monkeypatch, sent):
    page, gan, board, seen = (
        Page(monkeypatch),
        make(),
        Dashboard(IMAGES[:6], steps=24, batch_size=4),
        [],
    )
    look = Watch(lambda step: seen.append(board.training))
    record = fit(gan, 24, callbacks=[board.callback(every=0.0, count=6, seed=9), look])
    assert page.shown == [board, board] and all(seen) and len(seen) == 24
    assert [step for step, _ in board.frames] == [0, 4, 8, 12, 16, 20, 24]
    np.testing.assert_array_equal(board.frames[-1][1], gan.sample(6, 9))
    assert board.record == record and not board.training and board.status == "Step 24."
    assert (
        sent[0][0]["training"]
        and not sent[-1][0]["training"]
        and sent[-1][0]["picture"] == 24
    )


def test_watch_waits_between_pictures(monkeypatch, sent):
    Page(monkeypatch)
    board = Dashboard()
    fit(make(), 24, callbacks=[board.callback(every=1e9, count=2)])
    assert [step for step, _ in board.frames] == [
        0,
        4,
        24,
    ]  # the second one, since a page may not listen at once


def test_stop_loses_nothing(monkeypatch, sent, tmp_path):
    Page(monkeypatch)
    path, board, gan, straight = tmp_path / "run.npz", Dashboard(), make(), make()
    fit(straight, 24)

    def press(step):
        if step == 10:
            reply, *_ = ask(board, "stop")
            assert reply["stopping"] and reply["training"]

    fit(gan, 24, path, [Watch(press), board.callback(count=2)], save_every=1e9)
    assert int(gan.step.value) == 10 and path.exists() and not board.training
    assert board.status == "Stopped at step 10. Run the cell again to go on."
    again = make()
    fit(again, 24, path, [board.callback(count=2)])
    assert_same(state(again), state(straight))
    assert board.status == "Step 24." and [step for step, _ in board.frames][-1] == 24
    ask(
        board, "stop"
    )  # a Stop that comes when the cell is through, as where the kernel hears it late
    fit(again, 28, path, [board.callback(count=2)])
    assert int(again.step.value) == 28


def test_the_notebooks_stop_button_ends_it_too(monkeypatch, sent, tmp_path):
    page, board, gan = Page(monkeypatch), Dashboard(), make()
    fit(gan, 24, tmp_path / "run.npz", [board.callback(count=2), interrupt_at(7)])
    assert (
        int(gan.step.value) == 7 and not board.training and page.shown == [board, board]
    )
    assert [step for step, _ in board.frames][-1] == 7 and (
        tmp_path / "run.npz"
    ).exists()


def test_nothing_plays_while_a_cell_trains(monkeypatch, sent):
    Page(monkeypatch)
    board, said = Dashboard(train_for=Player()), []
    fit(
        make(),
        4,
        callbacks=[
            board.callback(count=2),
            Watch(lambda _: said.append(ask(board, "tick")[0]["error"])),
        ],
    )
    assert len(said) == 4 and all(
        "a cell is training; stop it first" in text for text in said
    )
    assert "error" not in ask(board, "tick")[0]


def test_nobody_plays_with_a_gan_that_a_cell_trains(monkeypatch, sent):
    Page(monkeypatch)
    gan, said = make(), []
    other = Dashboard(train_for=InteractiveTrainer(gan, IMAGES, 4))
    look = Watch(lambda _: said.append(ask(other, "tick")[0].get("error")))
    fit(gan, 4, callbacks=[Dashboard().callback(count=2), look])
    assert len(said) == 4 and all(
        "a cell is training this GAN: stop it first" in text for text in said
    )
    assert int(gan.step.value) == 4 and "error" not in ask(other, "tick")[0]


# ----------------------------------------------------------------------------------------------- InteractiveTrainer, by ticks
def steps(stepper, until):
    while int(stepper.gan.step.value) < until:
        stepper(1e-6)


@pytest.mark.parametrize(
    "options",
    [{}, {"r1": 0, "random_flip": True}, {"steps_per_execution": 2}],
    ids=["usual", "no R1, flip", "two at a time"],
)
def test_steps_are_those_of_fit(options):
    one, other = make(**options), make(**options)
    stepper = InteractiveTrainer(one, IMAGES, 4, 3, steps_per_record=4)
    assert int(one.step.value) == 0 and one.record["step"] == []
    steps(stepper, 24)
    record = fit(other, 24)
    if options.get("steps_per_execution"):  # another program, so other roundings
        for name, values in state(one).items():
            np.testing.assert_allclose(values, state(other)[name], rtol=1e-4, atol=1e-6)
    else:
        assert_same(state(one), state(other))
        assert one.record == record


def test_steps_and_fit_take_turns():
    one, other = make(), make()
    stepper = InteractiveTrainer(one, IMAGES, 4, 3, steps_per_record=4)
    steps(stepper, 8), fit(one, 16), steps(stepper, 20), fit(one, 24)
    fit(other, 24)
    assert_same(state(one), state(other))
    assert one.record == other.record


def test_looking_changes_nothing():
    gan = make()
    stepper = InteractiveTrainer(gan, IMAGES, 4, count=5, noise_seed=2)
    before = state(gan)
    step, samples, record, metrics = stepper(0)
    assert (step, record, metrics) == (0, gan.record, {})
    np.testing.assert_array_equal(samples, gan.sample(5, 2))
    assert_same(state(gan), before)


def test_a_gan_compiled_anew_plays_by_its_new_rules():
    gan = make()
    stepper = InteractiveTrainer(gan, IMAGES, 4, 3, steps_per_record=4)
    steps(stepper, 5)
    gan.compile(
        gan_adam(1e-2),
        gan_adam(1e-2),
        "hinge",
        r1=0,
        jit_compile=False,
        steps_per_execution=1,
    )
    steps(stepper, 12)
    twin = make()
    fit(twin, 5)
    twin.compile(
        gan_adam(1e-2),
        gan_adam(1e-2),
        "hinge",
        r1=0,
        jit_compile=False,
        steps_per_execution=1,
    )
    fit(twin, 12)
    assert_same(state(gan), state(twin))


def test_a_burst_run_is_told():
    gan = make(d_optimizer=gan_adam(1e30), r1=0)
    board = Dashboard(train_for=InteractiveTrainer(gan, IMAGES, 4))
    for _ in range(50):
        reply, *_ = ask(board, "tick")
        if reply.get("error"):
            break
    assert "the loss stopped being a number at step" in reply["error"] and reply["stop"]
    with pytest.raises(TrainingDiverged):
        board.train_for(0.01)


@pytest.mark.timing
def test_a_tick_is_short():
    board = Dashboard(
        IMAGES[:16], train_for=InteractiveTrainer(make(), IMAGES, 4), every=0.1
    )
    spent = []
    for kind in ["tick"] * 20 + ["step"]:
        begin = time.perf_counter()
        ask(board, kind)
        spent.append(time.perf_counter() - begin)
    assert np.median(spent) < 0.15 and board.step > 20
