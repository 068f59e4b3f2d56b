"""What is measured of a checkpoint, against second ways."""

import jax
import numpy as np
import pytest

from adcost.derivatives.hvp import reverse_over_reverse
from adcost.derivatives.training import Diverged
from adcost.experiments.spectrum import analysis, measure, network, plan, prepare

from .conftest import SECTION


@pytest.fixture(scope="module")
def trained():
    """The subject's checkpoints by epoch."""
    arrays = {}
    for point in plan.points(SECTION):
        if point.prepares and point.name.startswith("perceptron"):
            needs = {name: arrays[name] for name in point.needs}
            _, arrays[point.name] = prepare.prepare(point.name, point.parameters, 1, needs)
    return arrays


def test_checkpoints_on_the_way_do_not_change_where_it_leads(trained):
    section = SECTION["networks"]["perceptron"] | {"checkpoints": [0, 30]}
    points = list(plan._training("perceptron", section))
    _, start = prepare.prepare(points[0].name, points[0].parameters, 1, {})
    _, end = prepare.prepare(points[1].name, points[1].parameters, 1, {points[0].name: start})
    for name in ("parameters", "momentum", "step"):
        assert np.array_equal(end[name], trained["perceptron-epoch-30"][name])


def test_the_table_tells_of_every_step_and_of_the_checkpoint(measured):
    rows = measured["measurements"]
    loss = rows[(rows.network == "perceptron") & (rows.quantity == "loss")]
    assert sorted(loss["index"]) == list(range(1, 30 * (1437 // 64) + 1))
    assert analysis.single(rows, "perceptron", 30, "test_accuracy") > 0.5
    assert analysis.single(rows, "perceptron", 0, "parameters") == 310
    assert (
        analysis.single(rows, "perceptron", 30, "training_loss")
        < analysis.single(rows, "perceptron", 0, "training_loss")
    )  # fmt: skip


def test_the_dense_eigenvalues_are_of_the_hessian_that_products_are_of(measured, trained):
    """Trace and ‖·‖²_F of the eigenvalues, against AD products with the unit vectors."""
    parameters = {p.name: p.parameters for p in plan.points(SECTION)}["perceptron-epoch-30-dense"]
    with jax.enable_x64(True):
        loss = measure._loss(parameters, 1, "float64")
        w = trained["perceptron-epoch-30"]["parameters"].astype(float)
        columns = jax.vmap(lambda v: reverse_over_reverse(loss, w, v))(np.eye(len(w)))
    eigenvalues = analysis.eigenvalues(measured["measurements"], "perceptron", 30)
    assert np.trace(columns) == pytest.approx(eigenvalues.sum())
    assert np.sum(np.square(columns)) == pytest.approx(np.sum(eigenvalues**2))


def test_single_precision_finds_the_same_extremes(measured, trained):
    """The jobs that only multiply run in float32; the dense one in float64."""
    point = {p.name: p for p in plan.points(SECTION)}["perceptron-epoch-30-dense"]
    parameters = {k: v for k, v in point.parameters.items() if k not in ("ghosts", "probes")}
    tables = measure.measure(
        "p", parameters | {"probe": 0}, 1, {"c": trained["perceptron-epoch-30"]}
    )
    single = tables["measurements"]
    ritz = single[single.quantity == "ritz_value"].value.to_numpy()
    exact = analysis.eigenvalues(measured["measurements"], "perceptron", 30)
    assert ritz[-1] == pytest.approx(exact[-1], rel=1e-4)
    assert single[single.quantity == "orthogonality"].value.max() < 1e-4


def test_all_checkpoints_and_probes_see_the_same_images():
    parameters = next(iter(plan.points(SECTION))).parameters | {"images": 16}
    classifier, data = network.load(parameters)
    like = network.initial(classifier, "perceptron", 1)
    w = network.flatten(like)
    one, two = (
        network.loss_of_vector(classifier, data, like, name, 16, 1, "float32")(w)
        for name in ("perceptron", "perceptron")
    )
    other = network.loss_of_vector(classifier, data, like, "other", 16, 1, "float32")(w)
    assert one == two != other


def test_flattening_goes_there_and_back():
    parameters = next(iter(plan.points(SECTION))).parameters
    classifier, _ = network.load(parameters)
    like = network.initial(classifier, "perceptron", 1)
    vector = network.flatten(like)
    assert np.array_equal(network.flatten(network.unflatten(vector, like)), vector)
    assert network.flatten(network.unflatten(vector * 2, like))[7] == 2 * vector[7]


def test_training_that_diverges_names_the_key_to_change():
    point = next(p for p in plan.points(SECTION) if p.name == "deeper-epoch-3")
    _, start = prepare.prepare("deeper-epoch-0", point.parameters | {"epoch": 0}, 1, {})
    wild = point.parameters | {"training": point.parameters["training"] | {"rate": 1e30}}
    with pytest.raises(Diverged, match=r"spectrum\.networks\.deeper\.training\.rate, which is 1e"):
        prepare.prepare(point.name, wild, 1, {"deeper-epoch-0": start})
