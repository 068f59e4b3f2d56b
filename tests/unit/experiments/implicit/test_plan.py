import jax
import pytest

from adcost.costs.memory import compiled_bytes
from adcost.experiments.implicit import plan
from adcost.experiments.implicit.measure import gradients
from adcost.experiments.implicit.problems import problem
from adcost.jax_versions import TANH


def test_there_is_a_point_a_problem_and_only_what_draws_is_seeded(section):
    points = {point.name: point for point in plan.points(section)}
    assert list(points) == ["ridge", "step_sizes", "layer", "singular"]
    assert [name for name in points if points[name].seeded] == ["step_sizes", "layer"]


def test_a_problems_own_key_changes_its_point_alone(section):
    before = {point.name: point for point in plan.points(section)}
    section["ridge"]["penalty"] = 0.1
    after = {point.name: point for point in plan.points(section)}
    assert [name for name in after if after[name] != before[name]] == ["ridge"]


@pytest.mark.parametrize(("width", "examples", "steps"), [(4, 50, 400), (16, 10, 200)])
def test_reverse_mode_holds_what_the_plan_declares(width, examples, steps):
    with jax.enable_x64(True):
        subject = problem("layer", {"width": width, "examples": examples, "gain": 0.95}, 1)
        program = jax.jit(gradients(subject, steps, 1e-14)["reverse"])
        held = compiled_bytes(program.lower(subject.theta).compile()).temporaries
    # From JAX 0.11 on the slope of tanh is kept, not what it is computed from: one copy less.
    copies = plan.COPIES - TANH.once
    assert held == pytest.approx(8 * copies * width * examples * steps, rel=0.05)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.update(steps=[1024, 16]), ["implicit.steps:", "increase"]),
        (lambda s: s.update(converged=100), ["implicit.converged is 100", "[16, 1024]"]),
        (lambda s: s.update(tolerances=[1e-4, 1e-2]), ["implicit.tolerances:", "decrease"]),
        (lambda s: s["singular"].update(penalties=[0, 1e-2]), ["singular.penalties:", "decrease"]),
        (lambda s: s["singular"].update(penalties=[1e-2, 1e-3]), ["penalties:", "end with 0"]),
        (lambda s: s.update(adjoint_tolerance=1e-3), ["implicit.adjoint_tolerance is 0.001"]),
        (lambda s: s["step_sizes"].update(dimension=10**6), ["implicit.step_sizes:", "6,000"]),
        (
            lambda s: s["layer"].update(width=64, examples=1000, gain=0.999),
            ["implicit.layer:", "64,000 numbers", "Lower width, examples or gain"],
        ),
        (
            lambda s: (
                s.update(steps=[16, 100_000], converged=100_000),
                s["layer"].update(width=64, examples=64),
            ),
            ["implicit.layer: reverse mode through 100,000 steps", "implicit.converged"],
        ),
    ],
    ids=[
        "order",
        "converged",
        "tolerances",
        "penalties",
        "last",
        "adjoint",
        "loop",
        "layer",
        "steps",
    ],
)
def test_what_makes_no_sense_is_refused_by_key(section, change, words):
    assert plan.problems(section, 6000) == []
    change(section)
    messages = plan.problems(section, 6000)
    assert any(all(word in message for word in words) for message in messages), messages
