"""The 2-D laboratory without a browser: its game against Keras, its measurements against exact values, its messages."""

import io
import json
import threading
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from scipy.special import expit

from ganlib import losses, metrics
from ganlib.checks import check_choice
from ganlib.labs import Laboratory
from ganlib.labs.plane import challenges
from ganlib.labs.plane.game import BATCH, PlaneGAN
from ganlib.labs.plane.history import MOMENTS, History
from ganlib.labs.plane.measure import (
    CELLS,
    NAMES,
    GroundTruth,
    Observer,
    divergences,
    to_probability,
)
from ganlib.labs.plane.settings import (
    DATA,
    DEFAULTS,
    RULES,
    check_rules,
    get_distribution,
)
from ganlib.toy import ToyDistribution, get_toy

ACTIVATIONS = {
    "relu": "relu",
    "tanh": "tanh",
    "leaky_relu": lambda x: keras.activations.leaky_relu(x, 0.2),
}


def twin(weights, activation):
    """A Keras network with the same weights."""
    model = keras.Sequential([keras.Input((int(weights[0].shape[0]),))])
    for i in range(0, len(weights), 2):
        last = i == len(weights) - 2
        model.add(
            keras.layers.Dense(
                int(weights[i].shape[1]), None if last else ACTIVATIONS[activation]
            )
        )
    model.set_weights([w.numpy() for w in weights])
    return model


def batch(game):
    """One batch of real points and noise."""
    return tf.constant(game.data.sample(BATCH, seed=5)), game.noise(
        BATCH, tf.random.Generator.from_seed(5)
    )


OPTIMIZERS = {
    "adam": lambda rate: keras.optimizers.Adam(
        rate, beta_1=0.5, beta_2=0.99, epsilon=1e-7
    ),
    "rmsprop": lambda rate: keras.optimizers.RMSprop(rate, rho=0.9, epsilon=1e-7),
    "momentum": lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
    "sgd": lambda rate: keras.optimizers.SGD(rate),
}


@pytest.mark.parametrize("loss", losses.LOSSES)
@pytest.mark.parametrize("player", "dg")
def test_an_update_is_what_keras_makes_of_the_same_loss(loss, player):
    game = PlaneGAN(
        loss=loss, activation="tanh", g_layers=1, d_layers=3, g_width=5, seed=3
    )
    g, d = twin(game.g, "tanh"), twin(game.d, "tanh")
    optimizer, mine = OPTIMIZERS["adam"](0.002), g if player == "g" else d
    for _ in range(3):
        real, z = batch(game)
        with tf.GradientTape() as tape:
            value = losses.get(loss)[player == "g"](d(real), d(g(z)))
        slopes = tape.gradient(value, mine.trainable_variables)
        optimizer.apply(slopes, mine.trainable_variables)
        found = game.update(player, real=real, z=z).numpy()
        norm = np.sqrt(sum(np.sum(np.square(s)) for s in slopes))
        np.testing.assert_allclose(found, [value, norm], rtol=2e-4, atol=1e-6)
    for ours, theirs in zip(game.g + game.d, g.get_weights() + d.get_weights()):
        np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-3, atol=2e-5)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_does_what_keras_does(name):
    game = PlaneGAN(d_optimizer=name, d_rate=0.01, activation="relu")
    model, optimizer = twin(game.d, "relu"), OPTIMIZERS[name](0.01)
    for _ in range(4):
        real, z = batch(game)
        with tf.GradientTape() as tape:
            value = losses.discriminator_bce(model(real), model(game.generator(z)))
        optimizer.apply(
            tape.gradient(value, model.trainable_variables), model.trainable_variables
        )
        game.update("d", real=real, z=z)
    for ours, theirs in zip(game.d, model.get_weights()):
        np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-3, atol=2e-5)


@pytest.mark.parametrize("kind", ["r1", "r2", "r1 + r2", "gradient_penalty"])
def test_a_regulariser_adds_its_own_gradient(kind):
    plain, other = (
        PlaneGAN(
            regulariser=name,
            strength=2.0,
            d_optimizer="sgd",
            d_rate=0.1,
            activation="tanh",
        )
        for name in ("none", kind)
    )
    real, z = batch(plain)
    model, fake = twin(plain.d, "tanh"), plain.generator(z)
    state = other.random.state.numpy()
    for game in (plain, other):
        game.update("d", real=real, z=z)
    generator = tf.random.Generator.from_state(state, alg="philox")
    mix = generator.uniform((BATCH, 1))
    where = {
        "r1": [real],
        "r2": [fake],
        "r1 + r2": [real, fake],
        "gradient_penalty": [real + mix * (fake - real)],
    }[kind]
    extra = 0.0
    with tf.GradientTape() as outer:
        for points in where:
            with tf.GradientTape() as inner:
                inner.watch(points)
                total = tf.reduce_sum(model(points))
            norm = tf.norm(inner.gradient(total, points), axis=1)
            if kind == "gradient_penalty":
                extra += 2.0 * tf.reduce_mean((norm - 1) ** 2)
            else:
                extra += tf.reduce_mean(norm**2)
    slopes = outer.gradient(extra, model.trainable_variables)
    for a, b, slope in zip(
        plain.d, other.d, slopes
    ):  # None: the last bias moves no gradient
        np.testing.assert_allclose(
            (a - b).numpy(),
            0.0 if slope is None else 0.1 * slope.numpy(),
            rtol=1e-3,
            atol=1e-5,
        )


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"loss": "relativistic", "regulariser": "r1"},
        {"g_updates": 3, "d_updates": 0},
        {"noise": "uniform 1-D", "activation": "relu"},
    ],
)
def test_the_compiled_loop_is_the_updates_one_by_one(rules):
    compiled, single = PlaneGAN(**rules), PlaneGAN(**rules)
    compiled.train(4)
    for _ in range(4):
        for _ in range(single.rules["d_updates"]):
            single.update("d")
        for _ in range(single.rules["g_updates"]):
            single.update("g")
    np.testing.assert_allclose(compiled.weights, single.weights, rtol=1e-3, atol=1e-5)
    assert (
        compiled.iteration == 4
        and (compiled.random.state.numpy() == single.random.state.numpy()).all()
    )
    assert np.isnan(compiled.last[0]) == (single.rules["d_updates"] == 0)


def test_rates_and_numbers_of_updates_change_without_compiling_anew_and_a_rate_of_almost_nothing_holds_still():
    game = PlaneGAN()
    game.train(5)
    compiled, before = game._loop, game.weights
    game.set(g_rate=1e-6, d_rate=1e-6, d_updates=1, strength=3.0)
    game.train(5)
    assert game._loop is compiled and np.abs(game.weights - before).max() < 1e-4
    assert game.set(g_layers=3) and game.iteration == 0 and game._loop is None
    assert not game.set(loss="hinge") and game._loop is None


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {
            "d_optimizer": "rmsprop",
            "loss": "wasserstein",
            "regulariser": "gradient_penalty",
        },
    ],
)
def test_a_state_goes_on_exactly_as_the_game_would(rules):
    game = PlaneGAN(**rules)
    game.train(50)
    other = PlaneGAN.from_state(json.loads(json.dumps(game.state())))
    assert other.iteration == 50
    for one in (game, other):
        one.train(50)
    np.testing.assert_array_equal(game.weights, other.weights)
    drawn = PlaneGAN([[[0, 0], [1, 1]]], data="drawn")
    assert np.array_equal(
        PlaneGAN.from_state(drawn.state()).data.means, drawn.data.means
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: s.pop("weights"),
        lambda s: s.update(weights=[1.0]),
        lambda s: s["rules"].update(loss="x"),
        lambda s: s["weights"].__setitem__(0, float("nan")),
        lambda s: s.update(slots=[]),
        lambda s: s.update(random=["x"]),
        lambda s: s.update(iteration=None),
    ],
)
def test_a_spoiled_state_is_refused_and_nothing_is_lost(spoil):
    lab = Laboratory()
    lab.play(20)
    before, state = lab.game.weights, lab.state()
    spoil(state["games"][0])
    with pytest.raises(ValueError, match="state"):
        lab.load(state)
    assert (lab.game.weights == before).all() and lab.game.iteration == 20
    for wrong in (None, [], {"games": []}, {"games": 3}):
        with pytest.raises(ValueError, match="state"):
            lab.load(wrong)


def test_the_default_game_covers_the_ring():
    for seed in (0, 3):
        game = PlaneGAN(seed=seed)
        game.train(5000)
        js, _, modes, precision, _ = Observer(game).measure()[5:]
        assert modes >= 7 and js < 0.4 and precision > 0.5, (seed, js, modes, precision)


# Rules


@pytest.mark.parametrize(
    "name, value",
    [
        ("g_rate", "NaN"),
        ("g_rate", float("nan")),
        ("d_rate", 0),
        ("g_layers", 0),
        ("d_layers", 2.5),
        ("g_width", 1_000_000),
        ("d_width", True),
        ("d_updates", -1),
        ("strength", float("inf")),
        ("seed", None),
        ("loss", "softmax"),
        ("data", "cats"),
        ("noise", ""),
        ("colour", 1),
    ],
)
def test_what_is_no_rule_is_refused_with_what_would_be_one(name, value):
    with pytest.raises(ValueError, match="expected"):
        PlaneGAN(**{name: value})
    game = PlaneGAN()
    with pytest.raises(ValueError, match="expected"):
        game.set(g_rate=0.5, **{name: value}) if name != "g_rate" else game.set(
            g_rate=value
        )
    assert game.rules == DEFAULTS


def test_somebody_has_to_learn():
    with pytest.raises(ValueError, match="neither"):
        PlaneGAN(g_updates=0, d_updates=0)
    game = PlaneGAN(g_updates=0)
    with pytest.raises(ValueError, match="neither"):
        game.set(d_updates=0)


def test_whole_numbers_may_come_as_floats_or_text_and_become_ints():
    assert check_rules({"g_layers": 3.0, "d_width": "12"}) == {
        "g_layers": 3,
        "d_width": 12,
    }


@pytest.mark.parametrize(
    "strokes", [None, [], [[]], [[[9, 9]]], [[[float("nan"), 0]]], [[1, 2, 3]]]
)
def test_an_empty_or_impossible_drawing_is_refused(strokes):
    with pytest.raises(ValueError, match="drawing"):
        get_distribution("drawn", strokes)


def test_every_data_set_can_be_played():
    for name in DATA[:-1]:
        game = PlaneGAN(data=name)
        assert np.isfinite(game.train(3)).all() and set(Observer(game).snapshot()) >= {
            "field",
            "manifold",
            "arrows",
        }


def test_a_rate_that_bursts_says_so_and_the_laboratory_lives_on():
    lab = Laboratory(
        g_rate=1.0,
        d_rate=1.0,
        loss="least_squares",
        d_optimizer="sgd",
        g_optimizer="sgd",
        g_layers=4,
        d_layers=4,
    )
    reply = None
    for _ in range(60):
        reply, _ = lab.answer({"type": "tick", "seconds": 0.1})
        if reply.get("stop"):
            break
    assert reply["stop"] and "smaller rate" in reply["error"]
    reply, _ = lab.answer({"type": "hello"})  # which measures what there is
    assert "error" not in reply and np.isnan(lab.record["js"][-1])
    assert lab.picture() and "nan" in lab.summary()
    reply, _ = lab.answer({"type": "reset"})
    assert "error" not in reply and reply["runs"][0]["iteration"] == 0
    assert np.isfinite(lab.game.weights).all()


# Measurements


def test_divergences_of_small_distributions_are_those_of_the_formulas():
    p, q = np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.25, 0.5])
    js, kl = divergences(p, q)
    middle = (p + q) / 2
    assert js == pytest.approx(
        0.5 * (np.log(0.5 / middle[0]))
        + 0.5 * (2 * 0.25 * np.log(0.25 / middle[0]) + 0.5 * np.log(2))
    )
    assert kl == np.inf and divergences(q, p)[1] == pytest.approx(np.log(2))
    assert divergences(p, p) == (0, 0) and divergences([1, 0], [0, 1])[
        0
    ] == pytest.approx(np.log(2))


@pytest.mark.parametrize("shift", [0.0, 0.25, 0.5, 1.0])
def test_divergences_of_two_gaussians_are_the_exact_ones(shift):
    data = get_toy("gaussian2d")  # standard deviation 0.5, centred
    other = ToyDistribution("other", [[shift, 0.0]], 0.5)
    ground, points = GroundTruth(data), other.sample(200_000, seed=1)
    js, kl = (
        divergences(ground.mass, ground.histogram(points))[0],
        ground.measure(points)[1],
    )
    _, fine = ToyDistribution("fine", [[0.0, 0.0]], 0.5, extent=(-4, 4)).cell_centres(
        400
    )
    p, q = data.density(fine) * 0.02**2, other.density(fine) * 0.02**2
    exact_js = 0.5 * np.sum(p * np.log(2 * p / (p + q))) + 0.5 * np.sum(
        q * np.log(2 * q / (p + q))
    )
    exact_kl = shift**2 / (2 * 0.5**2)
    assert js == pytest.approx(exact_js, rel=0.03, abs=0.003)
    assert kl == pytest.approx(exact_kl, rel=0.06, abs=0.01)


def test_divergences_at_their_ends():
    ground = GroundTruth(get_toy("ring"))
    assert ground.mass.sum() == pytest.approx(1, abs=1e-6)
    js = ground.measure(get_toy("ring").sample(4000, seed=3))[0]
    assert 0 < js < 0.03  # what 4,000 points of the very distribution score
    assert ground.measure(np.full((4000, 2), 9.0))[0] == pytest.approx(
        np.log(2), abs=1e-3
    )  # all outside
    assert ground.measure(np.zeros((4000, 2)))[0] > 0.69


def test_the_ground_knows_the_mass_of_a_box_exactly():
    ground = GroundTruth(get_toy("disjoint"))
    cells = ground.mass[:-1].reshape(CELLS, CELLS)
    assert ground.mass[-1] == pytest.approx(0, abs=1e-6)
    assert cells[:, : CELLS // 2].sum() == pytest.approx(
        0.5, abs=1e-6
    )  # left box: columns are x
    assert cells[:10].sum() == 0 and cells[18:22, 8:10].min() > 0


def test_modes_are_counted_as_in_notebook_04():
    ground = GroundTruth(get_toy("ring"))
    few = np.repeat(ground.data.modes[:3], 400, axis=0)
    assert ground.modes(few) == 3 and ground.modes(np.zeros((400, 2))) == 0
    thin = np.concatenate(
        [
            np.repeat(ground.data.modes[:1], 995, axis=0),
            ground.data.modes[1:2].repeat(5, axis=0),
        ]
    )
    assert ground.modes(thin) == 1  # half a percent is not enough
    assert np.isnan(GroundTruth(get_toy("spiral")).modes(few))


def test_precision_and_recall_against_a_plain_loop():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(60, 2)), rng.normal(size=(50, 2)) * 0.4 + [1, 0]

    def inside(points, others, k=3):
        reach = [sorted(np.linalg.norm(o - others, axis=1))[k] for o in others]
        return np.mean(
            [
                any(np.linalg.norm(p - o) <= r for o, r in zip(others, reach))
                for p in points
            ]
        )

    assert metrics.precision_recall(real, fake) == pytest.approx(
        (inside(fake, real), inside(real, fake))
    )
    assert metrics.precision_recall(real, real) == (1, 1)
    assert metrics.precision_recall(real, real + 100) == (0, 0)
    one = np.concatenate([real[:20]] * 3)  # precise, and poor
    precision, recall = metrics.precision_recall(
        real, one + rng.normal(size=one.shape) * 1e-3
    )
    assert precision == 1 and recall < 0.7
    for wrong in (real[:3], np.zeros((9, 3)), np.zeros(9)):
        with pytest.raises(ValueError, match="expected"):
            metrics.precision_recall(real, wrong)


def test_the_optimum_is_p_over_p_plus_q():
    data = get_toy("gaussian2d")
    ground, other = GroundTruth(data), ToyDistribution("other", [[0.6, 0.0]], 0.5)
    best = ground.optimal_discriminator(other.sample(400_000, seed=2), "non_saturating")
    points = data.cell_centres(CELLS)[1]
    exact = (
        data.density(points) / (data.density(points) + other.density(points))
    ).reshape(CELLS, CELLS)
    likely = (data.density(points) + other.density(points) > 0.05).reshape(CELLS, CELLS)
    assert np.abs(best - exact)[likely].max() < 0.06
    assert (
        np.abs(best[[0, -1]] - 0.5).max() < 0.1
    )  # where there is next to nothing, it cannot tell
    hinge = ground.optimal_discriminator(other.sample(400_000, seed=2), "hinge")
    assert hinge[CELLS // 2, 12] == 1 and hinge[CELLS // 2, 30] == 0
    assert (
        ground.optimal_discriminator(other.sample(4000, seed=2), "wasserstein") is None
    )


def test_a_long_trained_discriminator_comes_near_the_optimum():
    """Proposition 1 of Goodfellow et al. 2014, on the laboratory's own networks: G stands still, D learns."""
    game = PlaneGAN(data="gaussian2d", g_updates=0, d_width=32, d_rate=0.005)
    game.train(3000)
    observer = Observer(game)
    seen = observer.snapshot(optimum=True)
    field = seen["field"][12:52, 12:52][::2, ::2]  # every second cell of the middle
    sizes = np.linspace(0, CELLS - 1, 64).round().astype(int)
    best = seen["best"][np.ix_(sizes, sizes)][12:52, 12:52][::2, ::2]
    dense = (
        (
            observer.truth.mass[:-1].reshape(CELLS, CELLS)[np.ix_(sizes, sizes)][
                12:52, 12:52
            ][::2, ::2]
        )
        > 1e-3
    )
    assert np.abs(field - best)[dense].mean() < 0.1


@pytest.mark.parametrize(
    "loss, activation",
    [
        *[(loss, "tanh") for loss in losses.LOSSES],
        *[("non_saturating", activation) for activation in ("relu", "leaky_relu")],
    ],
)
def test_what_is_drawn_without_tensorflow_is_what_tensorflow_says(loss, activation):
    game = PlaneGAN(loss=loss, activation=activation, g_layers=3, d_layers=1)
    game.train(20)
    observer = Observer(game)
    seen = observer.snapshot()
    with tf.GradientTape() as tape:
        fake = game.generator(observer.z)
        tape.watch(fake)
        g_loss = game.g_loss(
            game.discriminator(observer.real), game.discriminator(fake)
        )
    arrows = -BATCH * tape.gradient(g_loss, fake).numpy()
    np.testing.assert_allclose(seen["fake"], fake, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        seen["arrows"], arrows, rtol=1e-3, atol=1e-4 * np.abs(arrows).max()
    )
    net = game.generator(observer.nodes).numpy().reshape(observer.manifold_shape)
    np.testing.assert_allclose(seen["manifold"], net, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("loss", losses.LOSSES)
def test_arrows_point_downhill_in_the_generators_loss(loss):
    game = PlaneGAN(loss=loss, activation="tanh")
    game.train(30)
    observer = Observer(game)
    seen = observer.snapshot()

    def g_loss(points):
        return float(
            game.g_loss(
                game.discriminator(observer.real),
                game.discriminator(tf.constant(points)),
            )
        )

    step = 1e-2
    for i in (0, 17):
        for axis in (0, 1):
            moved = [np.array(seen["fake"]) for _ in range(2)]
            moved[0][i, axis] += step
            moved[1][i, axis] -= step
            slope = BATCH * (g_loss(moved[0]) - g_loss(moved[1])) / (2 * step)
            assert seen["arrows"][i, axis] == pytest.approx(-slope, rel=0.05, abs=2e-3)


def test_the_field_and_the_verdicts_are_the_discriminators():
    game = PlaneGAN()
    game.train(20)
    observer = Observer(game)
    seen, points = (
        observer.snapshot(),
        observer.game.data.cell_centres(64)[1].astype(np.float32),
    )
    np.testing.assert_allclose(
        seen["field"].ravel(),
        expit(game.discriminator(tf.constant(points)).numpy()[:, 0]),
        rtol=1e-5,
    )
    assert seen["field"][0, 5] == pytest.approx(
        expit(float(game.discriminator(tf.constant(points[5:6]))[0, 0])), rel=1e-4
    )
    np.testing.assert_allclose(
        seen["fake"], game.generator(observer.z).numpy(), rtol=1e-4, atol=1e-6
    )
    assert to_probability("least_squares", np.array([-3.0, 0.5, 3.0])).tolist() == [
        0,
        0.5,
        1,
    ]
    assert to_probability("wasserstein", np.array([5.0]), between=5.0)[0] == 0.5


def test_the_manifold_is_a_grid_of_equal_shares_bent_by_the_generator():
    game = PlaneGAN(noise="uniform 2-D")
    nodes = Observer(game).nodes.numpy().reshape(21, 21, 2)
    assert nodes.min() == pytest.approx(-1 + 1 / 21) and np.allclose(
        np.diff(nodes[:, :, 1], axis=0), 2 / 21
    )
    normal = Observer(PlaneGAN()).nodes.numpy().reshape(21, 21, 2)
    from scipy.stats import norm

    np.testing.assert_allclose(
        norm.cdf(normal[0, :, 0]), (np.arange(21) + 0.5) / 21, atol=1e-6
    )
    assert Observer(PlaneGAN(noise="gaussian 1-D")).snapshot()["manifold"].shape == (
        241,
        2,
    )


# Slow motion and challenges


@pytest.mark.parametrize("player", "dg")
def test_slow_motion_says_what_happens_and_updates_one_player_in_its_last_part(player):
    lab = Laboratory()
    lab.play(50)
    run = lab.runs[0]
    before = [
        np.concatenate([w.numpy().ravel() for w in weights])
        for weights in (run.game.g, run.game.d)
    ]
    texts = []
    for number in range(1, 6):
        reply, _ = lab.answer({"type": "explain", "player": player, "number": number})
        explanation = reply["explanation"]
        texts.append(explanation["text"])
        assert (
            f"part {number} of 5" in explanation["title"]
            and explanation["text"]
            and set(explanation["flow"])
            <= {"noise", "generator", "data", "discriminator", "loss"}
        )
        after = [
            np.concatenate([w.numpy().ravel() for w in weights])
            for weights in (run.game.g, run.game.d)
        ]
        moved = [not np.array_equal(a, b) for a, b in zip(before, after)]
        assert moved == [number == 5 and player == "g", number == 5 and player == "d"]
    which = {"d": 1, "g": 0}[player]
    moved = np.linalg.norm(after[which] - before[which])
    assert f"moved by {moved:.4f}" in texts[4]
    assert len(set(texts)) == 5


def test_the_update_of_slow_motion_lowers_the_loss_it_names():
    lab = Laboratory(d_optimizer="sgd", d_rate=0.01)
    before = lab.runs[0].observer.losses()[0]
    text = lab.answer({"type": "explain", "player": "d", "number": 5})[0][
        "explanation"
    ]["text"]
    after = lab.runs[0].observer.losses()[0]
    assert after < before and f"from {before:.3f} to {after:.3f}" in text


def play_challenge(lab, ticks, done=lambda status: status["done"]):
    for _ in range(ticks):
        lab.play(100, moments=1)
        if done(lab.challenge.as_dict()):
            return True
    return False


def test_the_challenge_of_the_ring_can_be_won():
    lab = Laboratory()
    lab.answer({"type": "challenge", "name": "cover"})
    assert play_challenge(lab, 60)
    assert "Done" in lab.answer({"type": "hello"})[0]["challenge"]["status"]


def test_a_collapse_can_be_made_and_cured_but_not_by_touching_the_loss():
    lab = Laboratory(seed=2)
    lab.answer({"type": "challenge", "name": "cure"})
    lab.set(g_rate=0.02, d_rate=1e-4)
    assert play_challenge(lab, 60, lambda status: lab.challenge.stage == 1)
    state = lab.state()
    lab.set(loss="hinge")
    lab.play(10, moments=1)
    assert lab.challenge.stage == 0 and "touched" in lab.challenge.status
    lab.load(state)
    lab.answer({"type": "challenge", "name": "cure"})
    assert play_challenge(lab, 60, lambda status: lab.challenge.stage == 1)
    lab.set(g_rate=0.002, d_rate=0.005, regulariser="r1", strength=0.1, d_updates=5)
    assert play_challenge(lab, 150), lab.challenge.status


def test_six_modes_can_be_had_with_five_neurons():
    lab = Laboratory(seed=2, g_width=5, d_width=5, g_layers=3, d_layers=3, d_updates=4)
    lab.answer({"type": "challenge", "name": "tiny"})
    assert play_challenge(lab, 120)
    lab.answer({"type": "challenge", "name": None})
    assert lab.challenge is None
    other = challenges.Challenge("tiny")
    other.observe(100, 8, {**DEFAULTS, "g_width": 9})
    assert "more than 5 neurons" in other.status


# The widget's messages


def test_the_timeline_stays_within_its_length_and_keeps_the_first_and_the_latest():
    run = History(PlaneGAN(g_width=2, d_width=2, g_layers=1, d_layers=1))
    for _ in range(3 * MOMENTS):
        run.game.train(1)
        run.record()
    iterations = [row[0] for row in run.rows]
    assert (
        len(run.rows) == len(run.weights) <= MOMENTS + 1
        and iterations[0] == 0
        and iterations == sorted(iterations)
    )
    assert (
        np.ptp(np.diff(iterations)) == 0
        and run.latest[0] == 3 * MOMENTS
        and iterations[-1] > 3 * MOMENTS - 8
    )


def test_scrubbing_shows_the_past_and_leaves_the_present_alone():
    lab = Laboratory()
    first = lab.runs[0].observer.snapshot()["fake"]
    lab.play(200)
    now = lab.game.weights
    reply, (data,) = lab.answer({"type": "scrub", "index": 0})
    arrays, offset = {}, 0
    for name, shape in reply["arrays"]:
        arrays[name] = np.frombuffer(
            data, np.float32, int(np.prod(shape)), 4 * offset
        ).reshape(shape)
        offset += int(np.prod(shape))
    assert offset * 4 == len(data)
    np.testing.assert_array_equal(arrays["fake0"], first)
    assert reply["index"] == 0 and reply["runs"][0]["iteration"] == 0
    assert (lab.game.weights == now).all() and lab.game.iteration == 200
    assert "expected" in lab.answer({"type": "scrub", "index": 99999})[0]["error"]


def test_going_on_from_the_past_forgets_what_came_later():
    lab = Laboratory()
    lab.play(300, moments=30)
    past = lab.runs[0].weights[10]
    lab.answer({"type": "rewind", "index": 10})
    assert (lab.game.weights == past).all() and lab.game.iteration == lab.record[
        "iteration"
    ][-1] == 100
    lab.play(10, moments=1)
    assert lab.record["iteration"][-1] == 110 and np.isfinite(lab.game.weights).all()


@pytest.mark.parametrize("player", "dg")
def test_a_step_after_going_back_does_not_rewrite_the_past(player):
    lab = Laboratory()
    lab.play(60, moments=6)
    past = [row.copy() for row in lab.runs[0].rows[:4]]
    lab.answer({"type": "rewind", "index": 3})
    lab.answer({"type": "step", "player": player})
    np.testing.assert_array_equal(lab.runs[0].rows[:4], past)
    assert not (lab.runs[0].latest[1:5] == past[3][1:5]).all()


def test_the_record_has_every_moment_once():
    lab = Laboratory()
    assert lab.play(60, moments=6)["iteration"].tolist() == [0, 10, 20, 30, 40, 50, 60]
    assert lab.record["iteration"].tolist() == [0, 10, 20, 30, 40, 50, 60]
    lab.runs[0].game.train(5)
    lab.runs[0].measure()  # a moment that is not on the timeline
    assert lab.record["iteration"].tolist()[-2:] == [60, 65]


def test_two_runs_from_one_seed_stay_equal_until_a_setting_differs():
    lab = Laboratory()
    lab.play(30)
    lab.answer({"type": "compare", "on": True})
    lab.play(60)
    a, b = (run.game for run in lab.runs)
    assert (a.weights == b.weights).all() and a.iteration == b.iteration == 60
    lab.answer({"type": "set", "run": 1, "rules": {"d_rate": 0.01}})
    lab.play(20)
    assert not np.allclose(a.weights, b.weights) and a.rules["d_rate"] == 0.002
    for _ in range(8):
        reply, _ = lab.answer({"type": "tick", "seconds": 0.05})
    assert a.iteration == b.iteration > 80 and len(reply["runs"]) == 2
    assert len(lab.answer({"type": "compare", "on": False})[0]["runs"]) == 1


@pytest.mark.parametrize(
    "message",
    [
        {"type": "set", "rules": {"g_rate": "NaN"}},
        {"type": "set", "rules": {"g_layers": 0}},
        {"type": "set", "rules": {"d_width": 10**6}},
        {"type": "set", "run": 1, "rules": {"g_rate": 0.1}},
        {"type": "draw", "strokes": []},
        {"type": "step", "player": "x"},
        {"type": "explain", "player": "d", "number": 9},
        {"type": "challenge", "name": "x"},
        {"type": "load", "state": {}},
        {"type": "nonsense"},
        {},
        {"type": "compare", "on": True, "rules": {"loss": "x"}},
        {"type": "rewind", "index": -1},
        {"type": ["seed"]},
        {"type": "set", "rules": 3},
        {"type": "tick", "most": "many"},
        {"type": "tick", "most": float("inf")},
        {"type": "animation", "index": 1},
    ],
)
def test_what_the_kernel_refuses_is_said_and_changes_nothing(message):
    lab = Laboratory()
    lab.play(10)
    before = lab.state()
    reply, buffers = lab.answer(message)
    assert reply["error"]
    assert reply["type"] == "frame" and len(buffers) == 1 and lab.state() == before


def test_a_message_is_answered_even_where_no_frame_can_be_drawn(monkeypatch):
    lab, sent = Laboratory(), []
    monkeypatch.setattr(Laboratory, "frame", lambda self, message, **more: 1 / 0)
    monkeypatch.setattr(lab, "send", lambda content, buffers: sent.append(content))
    for message in ({"type": "hello", "id": 1, "view": "a"}, None, "hello"):
        lab._receive(message)
    assert [reply["type"] for reply in sent] == ["error"] * 3
    assert (sent[0]["id"], sent[0]["view"]) == (1, "a") and sent[0]["error"]


@pytest.mark.parametrize("strokes", [[], [[[9, 9]]], [[1, 2, 3]], "text"])
@pytest.mark.parametrize("data", ["ring", "drawn"])
def test_a_wrong_drawing_changes_nothing_and_the_laboratory_lives_on(strokes, data):
    lab = Laboratory([[[0, 0], [1, 1]]], data=data)
    before = lab.state()
    with pytest.raises(ValueError, match="drawing|float"):
        lab.set(strokes=strokes, g_rate=0.1)
    assert "error" in lab.answer({"type": "draw", "strokes": strokes})[0]
    assert lab.state() == before
    assert lab.set(g_rate=0.01).game.rules["g_rate"] == 0.01


def test_a_new_drawing_is_measured_against_itself():
    lab = Laboratory([[[-1, 0], [1, 0]]], data="drawn")
    lab.set(strokes=[[[0, 2], [0, 2]]])  # without naming the data again
    assert lab.runs[0].observer.truth.data is lab.game.data
    assert lab.runs[0].observer.real.numpy()[:, 1].min() > 1.5
    assert lab.record["js"][-1] == lab.runs[0].observer.measure()[5]


def test_a_step_moves_one_player_only():
    lab = Laboratory()
    split = len(np.concatenate([w.numpy().ravel() for w in lab.game.g]))
    for player, moves in (
        ("d", [False, True]),
        ("g", [True, False]),
        ("both", [True, True]),
    ):
        before = lab.game.weights
        lab.answer({"type": "step", "player": player})
        changed = before != lab.game.weights
        assert [changed[:split].any(), changed[split:].any()] == moves
    assert lab.game.iteration == 1


@pytest.mark.timing
def test_a_tick_is_bounded_even_when_it_has_to_compile():
    lab, longest = Laboratory(), []
    for rules in (
        {},
        {"loss": "hinge"},
        {"g_layers": 3, "g_width": 16},
        {"regulariser": "r1"},
    ):
        lab.answer({"type": "set", "rules": rules})
        for _ in range(8):
            begin = time.perf_counter()
            lab.answer({"type": "tick", "seconds": 0.024})
            longest.append(time.perf_counter() - begin)
    assert (
        sorted(longest)[len(longest) // 2] < 0.15
    )  # the median; the benchmark measures the longest in quiet
    reply, _ = lab.answer({"type": "tick", "seconds": 0.05, "most": 3})
    assert reply["iterations"] == 3


def test_drawing_a_distribution_and_pretrained_weights():
    lab = Laboratory()
    reply, _ = lab.answer({"type": "draw", "strokes": [[[-1, 0], [1, 0]], [[0, 1]]]})
    assert (
        reply["runs"][0]["rules"]["data"] == "drawn"
        and reply["runs"][0]["modes"] is None
    )
    assert np.abs(lab.runs[0].observer.real.numpy()).max() < 1.6
    assert "no trained weights" in lab.answer({"type": "pretrained"})[0]["error"]
    for name in DATA[:-1]:
        lab.set(data=name)
        reply, _ = lab.answer({"type": "pretrained"})
        assert (
            "error" not in reply
            and lab.game.rules["data"] == name
            and lab.game.iteration >= 25_000
        )
        assert lab.runs[0].latest[NAMES.index("js")] < {
            "grid": 0.5,
            "spiral": 0.45,
        }.get(name, 0.35), name


def test_what_readers_without_widgets_get():
    lab = Laboratory()
    lab.play(40)
    shown = lab._repr_mimebundle_()
    data = shown[0] if isinstance(shown, tuple) else shown
    assert "iteration 40" in data["text/plain"] and "modes covered" in repr(lab)
    picture = Image.open(io.BytesIO(data["image/png"]))
    assert (
        picture.width > 800
        and len(set(picture.convert("RGB").resize((60, 20)).getdata())) > 50
    )
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_animation_has_a_frame_for_every_moment():
    lab = Laboratory()
    lab.play(60, moments=6)
    first = {"type": "animation", "index": 1}
    assert "expected 0" in lab.answer(first)[0]["error"]  # it has to begin at 0
    for i in range(7):  # two views at a time
        for view in "ab":
            reply, buffers = lab.answer({"type": "animation", "index": i, "view": view})
    assert reply["done"] and lab.animations == {}
    movie = Image.open(io.BytesIO(buffers[0]))
    assert movie.n_frames == 7
    start = np.array(movie.convert("RGB"))
    movie.seek(6)
    assert (start != np.array(movie.convert("RGB"))).any()


def test_a_closed_laboratory_leaves_no_widget_behind():
    import ipywidgets

    before = set(
        ipywidgets.widget.Widget._active_widgets
        if hasattr(ipywidgets.widget.Widget, "_active_widgets")
        else ipywidgets.widgets.widget._instances
    )
    for _ in range(10):
        Laboratory().close()
    after = set(
        ipywidgets.widget.Widget._active_widgets
        if hasattr(ipywidgets.widget.Widget, "_active_widgets")
        else ipywidgets.widgets.widget._instances
    )
    assert after == before


@pytest.mark.timing
def test_a_cell_has_its_turn_while_messages_pour_in():
    """JupyterLab answers a widget's messages in a thread of its own beside the cell that runs."""
    lab, over, waits = Laboratory(), threading.Event(), []
    lab.game.train(1)  # how long compiling takes is another test's matter

    def browser():
        while not over.is_set():
            lab._receive({"type": "tick", "seconds": 0.02})

    other = threading.Thread(target=browser)
    other.start()
    try:
        for i in range(20):
            begin = time.perf_counter()
            lab.set(g_rate=0.001 + 0.0001 * i)
            waits.append(time.perf_counter() - begin)
            time.sleep(0.02)
    finally:
        over.set()
        other.join()
    assert max(waits) < 1.0 and sorted(waits)[10] < 0.3, waits


def test_rules_and_controls_come_from_one_table():
    config = Laboratory().config
    assert set(config["rules"]) == set(RULES) and config["columns"] == NAMES
    json.dumps(config)
    for name in DATA[:-1]:
        assert check_choice(name, config["thumbnails"], "data")


@pytest.mark.timing
@pytest.mark.parametrize("regulariser", ["none", "gradient_penalty"])
def test_compiling_is_cut_into_parts_of_which_none_is_long(regulariser):
    """A tick does one of them, so that the kernel can answer in between."""
    game, parts, more = PlaneGAN(regulariser=regulariser), [], True
    while more:
        begin = time.thread_time()
        more = game.compile_next_part()
        parts.append(time.thread_time() - begin)
    assert (
        len(parts) == 5 and parts[-1] < 0.005
    )  # D, G, the loop, loading; and then there is nothing left
    assert max(parts) < 0.6 * sum(parts)
    assert game.train_for(10, most=3) == 3
