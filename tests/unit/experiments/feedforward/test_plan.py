import numpy as np

from adcost.experiments.feedforward import plan


def test_all_networks_are_one_job_that_is_not_timed(section):
    (point,) = plan.points(section)
    assert point.name == plan.POINT and not point.timed and point.parameters == section
    assert plan.problems(section, 6000) == []


def test_numbers_of_jacobians_are_those_of_the_shapes():
    # ∂v₂/∂w₁ (3 × 20) and ∂L/∂w₂ (1 × 12) for each of two inputs
    assert plan.jacobian_numbers([5, 4, 3], 2) == 2 * (np.prod([3, 20]) + np.prod([1, 12]))


def test_a_network_too_large_to_compare_is_refused_by_name(section):
    section["networks"][0] |= {"sizes": [5, 4000, 4000], "batch": 1}
    (message,) = plan.problems(section, 6000)
    assert message.startswith("feedforward.networks: small holds 16,028,005 numbers")
    assert "10,000,000" in message and "feedforward.widths" in message


def test_names_that_clash_or_are_unknown_are_refused(section):
    section["shapes_of"] = "large"
    assert "'large'" in plan.problems(section, 6000)[0]
    section["networks"][1]["name"] = "small"
    assert any("small stands there more than once" in m for m in plan.problems(section, 6000))
    section["networks"][1]["name"] = plan.SWEEP
    assert any("is taken by the sweep" in m for m in plan.problems(section, 6000))


def test_a_study_without_any_dense_jacobian_is_refused(section):
    for network in section["networks"]:
        network |= {"sizes": [100, 100, 100], "batch": 64}
    assert any("dense Jacobians" in message for message in plan.problems(section, 6000))
