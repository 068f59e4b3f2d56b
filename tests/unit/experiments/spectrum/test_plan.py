import subprocess
import sys
from importlib import resources

import jax
import pytest
import yaml

from adcost.costs.memory import program_bytes
from adcost.experiments.plan import PROCESS_MB, check_points
from adcost.experiments.spectrum import network, plan
from adcost.experiments.spectrum.rows import LARGEST
from adcost.functions.classifiers import ARCHITECTURES


def names(section):
    return [point.name for point in plan.points(section)]


def _mb(section):
    return {point.name: point.memory_mb for point in plan.points(section)}


def test_training_is_a_chain_of_checkpoints_and_looks_need_theirs(section):
    points = {point.name: point for point in plan.points(section)}
    check_points(list(points.values()), "spectrum")
    chain = [points[f"perceptron-epoch-{e}"] for e in (0, 2, 30)]
    assert all(point.prepares for point in chain)
    assert [point.needs for point in chain] == [
        (),
        ("perceptron-epoch-0",),
        ("perceptron-epoch-2",),
    ]
    assert points["perceptron-epoch-2-dense"].needs == ("perceptron-epoch-2",)
    assert points["deeper-epoch-3-probe-0"].needs == ("deeper-epoch-3",)
    assert "perceptron-epoch-2-probe-0" not in points  # in the point with the whole Hessian


def test_the_subject_comes_first(section):
    assert names(section)[0] == "perceptron-epoch-0"
    assert names(section | {"subject": "deeper"})[0] == "deeper-epoch-0"


def test_another_probe_is_another_point_and_changes_none(section):
    before = {point.name: point for point in plan.points(section)}
    section["networks"]["deeper"]["probes"] += 1
    after = {point.name: point for point in plan.points(section)}
    assert set(after) - set(before) == {"deeper-epoch-0-probe-1", "deeper-epoch-3-probe-1"}
    assert all(after[name] == before[name] for name in before)


def test_more_steps_repeat_no_training(section):
    before = {point.name: point for point in plan.points(section)}
    section["networks"]["deeper"]["steps"] += 1
    changed = {p.name for p in plan.points(section) if before[p.name] != p}
    assert changed == {"deeper-epoch-0-probe-0", "deeper-epoch-3-probe-0"}


def test_planning_imports_neither_jax_nor_numpy_nor_sklearn():
    heavy = "{'jax', 'numpy', 'pandas', 'sklearn'} & set(sys.modules)"
    code = f"import sys, adcost.experiments.spectrum.plan; sys.exit(bool({heavy}))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_sound_section_has_no_problems(section):
    assert plan.problems(section, 6000) == []


def put(**changes):
    return lambda section: section["networks"]["deeper"].update(changes)


def train(**changes):
    return lambda section: section["networks"]["deeper"]["training"].update(changes)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            lambda s: s.update(subject="nobody"),
            ["spectrum.subject", "nobody", "deeper, perceptron"],
        ),
        (put(architecture="resnt"), ["deeper.architecture", "'resnt'", "mlp, resnet"]),
        (put(dataset="cifar"), ["deeper.dataset", "'cifar'", "digits"]),
        (put(options={"hiden": [3]}), ["deeper.options", "hiden", "allowed: hidden"]),
        (put(options={"hidden": 3}), ["deeper.options", "{'hidden': 3}"]),
        (put(checkpoints=[1, 3]), ["deeper.checkpoints", "[1, 3]", "begin with 0"]),
        (put(checkpoints=[0, 3, 1]), ["deeper.checkpoints", "increase"]),
        (put(checkpoints=[0, 2]), ["deeper.checkpoints", "deeper.training.epochs, which is 3"]),
        (train(epochs=9), ["deeper.checkpoints", "deeper.training.epochs, which is 9"]),
        (put(images=1500), ["deeper.images", "1500", "1437 training images"]),
        (train(batch=2000), ["deeper.training.batch", "2000", "1437 training images"]),
        (put(steps=1000), ["deeper.steps", "1000 Lanczos steps", "399 parameters"]),
        (put(options={"hidden": [300]}, dense=True), ["deeper.dense", "22,510", "6,000"]),
        (
            put(architecture="resnet", options={}, steps=90_000),
            ["deeper.steps", "463,866", "6,000", "deeper.images"],
        ),
    ],
)
def test_what_cannot_run_is_refused_with_key_value_and_what_is_allowed(section, spoil, words):
    spoil(section)
    text = "\n".join(plan.problems(section, 6000))
    assert all(word in text for word in words), text


def test_a_study_without_any_dense_hessian_is_refused(section):
    section["networks"]["perceptron"]["dense"] = False
    (message,) = plan.problems(section, 6000)
    assert "dense: true" in message


def test_memory_grows_with_what_is_held(section):
    points = {point.name: point.memory_mb for point in plan.points(section)}
    section["networks"]["deeper"] |= {"architecture": "resnet", "options": {}, "images": 512}
    larger = {point.name: point.memory_mb for point in plan.points(section)}
    assert larger["deeper-epoch-0-probe-0"] > points["deeper-epoch-0-probe-0"] + 353


def test_memory_follows_the_width_of_the_layers_and_the_images(section):
    deeper = section["networks"]["deeper"]
    deeper |= {"architecture": "resnet", "options": {"channels": [8], "blocks": 1}, "images": 512}
    before = _mb(section)
    deeper["options"] = {"channels": [16], "blocks": 1}
    wider = _mb(section)
    # 9 numbers a pixel and channel of the two convolutions between hidden layers, four bytes each.
    assert wider["deeper-epoch-0-probe-0"] - before["deeper-epoch-0-probe-0"] >= (
        2 * 9 * 8 * 64 * 512 * 4 // 2**20
    )


@pytest.mark.parametrize(
    ("architecture", "options", "dense"),
    [
        ("mlp", {"hidden": [300, 40]}, False),
        ("resnet", {"channels": [16], "blocks": 2}, False),
        ("mlp", {"hidden": [6, 6]}, True),
        ("resnet", {"channels": [3], "blocks": 1}, True),
    ],
)
def test_memory_covers_what_the_compiler_lays_out(section, architecture, options, dense):
    of = section["networks"]["deeper"]
    of |= {"architecture": architecture, "options": options, "dense": dense}
    of |= {"images": 512, "steps": 2, "training": of["training"] | {"batch": 512}}
    points = _mb(section)
    (name,) = (n for n in points if n.startswith("deeper-epoch-3-"))
    with jax.enable_x64(dense):
        dtype = "float64" if dense else "float32"
        classifier, data = network.load(of)
        like = network.initial(classifier, "deeper", 1)
        loss = network.loss_of_vector(classifier, data, like, "deeper", 512, 1, dtype)
        w = jax.ShapeDtypeStruct((plan.parameters(of),), dtype)
        if dense:
            looking = program_bytes(jax.hessian(loss), w).total
        else:
            linear = jax.eval_shape(lambda w: jax.linearize(jax.grad(loss), w)[1], w)
            looking = program_bytes(lambda linear, v: linear(v), linear, w).total
            training = program_bytes(jax.value_and_grad(loss), w).total
            assert training / 2**20 <= points["deeper-epoch-3"] - PROCESS_MB
    assert looking / 2**20 <= points[name] - PROCESS_MB <= 5 * looking / 2**20


def test_memory_of_training_follows_the_batch(section):
    deeper = section["networks"]["deeper"]
    deeper |= {"architecture": "resnet", "options": {"channels": [16, 16], "blocks": 4}}
    before = _mb(section)["deeper-epoch-3"]
    deeper["training"]["batch"] = 1_437
    assert _mb(section)["deeper-epoch-3"] > before


def test_memory_of_training_follows_the_number_of_parameters(section):
    section["networks"]["deeper"]["options"] = {"hidden": [2000, 2000, 2000]}
    copy = 8_000_000 * 4 / 2**20  # two of the four matrices between layers
    assert _mb(section)["deeper-epoch-3"] > PROCESS_MB + 4 * copy
    (said,) = [line for line in plan.problems(section, 800) if "training" in line]
    assert "deeper.options" in said and "deeper.training.batch" in said and "800" in said


def test_an_architecture_of_ones_own_needs_one_entry(section, monkeypatch):
    monkeypatch.setitem(ARCHITECTURES, "mine", ARCHITECTURES["mlp"])
    section["networks"]["deeper"]["architecture"] = "mine"
    assert plan.problems(section, 6000) == []


def test_every_ritz_value_that_can_be_configured_has_a_quantity():
    schema = yaml.safe_load((resources.files(plan.__package__) / "schema.yaml").read_text())
    shown = schema["properties"]["ghosts"]["properties"]["shown"]
    assert list(LARGEST.values()) == list(range(1, shown["maximum"] + 1))
