"""The file of tolerances: what it may say, and that the study's own is about what is there."""

from pathlib import Path

import pytest
import yaml

from adcost.reference.tolerances import Range, Tolerance, ToleranceError, read_tolerances
from adcost.study.plans import known_experiments

FILE = Path(__file__).resolve().parents[3] / "workflow/tolerances.yaml"
RULE = {"table": "m", "column": "value", "relative": 0.1, "why": "Chaos."}


def written(tmp_path, default=None, rules=()):
    path, own = tmp_path / "tolerances.yaml", tmp_path / "toy" / "tolerances.yaml"
    path.write_text(yaml.safe_dump({"default": default or {"relative": 1e-6}}))
    own.parent.mkdir(exist_ok=True)
    own.write_text(yaml.safe_dump([*rules]))
    return path, tmp_path


def test_the_default_and_the_rules_are_read(tmp_path):
    where = {"quantity": ["a", "b"], "epoch": 15, "step": {"at_least": 1, "at_most": 2.5}}
    rule = RULE | {"where": where, "absolute": 2}
    read = read_tolerances(*written(tmp_path, rules=[rule]))
    assert read.default == Tolerance(relative=1e-6)
    (found,) = read.rules_for("toy", "m")
    assert found.where == {"quantity": ("a", "b"), "epoch": ("15",), "step": Range(1, 2.5)}
    assert found.tolerance == Tolerance(relative=0.1, absolute=2.0)
    assert read.rules_for("toy", "other") == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"relativ": 1}, "no key relativ"),
        ({"why": ""}, "the key why is missing"),
        ({"column": None}, "the key column is missing"),
        ({"relative": -1}, "relative is -1"),
        ({"relative": True}, "relative is True"),
        ({"absolute": float("inf")}, "absolute is inf"),
        ({"relative": "1e-3"}, "relative is '1e-3'"),
        ({"compared": False}, "no tolerance"),
        ({"factor": 10}, "no tolerance"),
        ({"between": [0, 1]}, "no tolerance"),
        ({"where": {"epoch": {}}}, "where {}; allowed: a text"),
        ({"where": {"epoch": {"least": 1}}}, "where {'least': 1}; allowed: a text"),
        ({"where": {"epoch": {"at_least": "1"}}}, "where {'at_least': '1'}; allowed: a text"),
        ({"processor": "mine"}, "processor is 'mine'; allowed: any, another"),
        ({"column": "*"}, "sets whole rows aside, with compared: false"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_place(tmp_path, change, said):
    with pytest.raises(ToleranceError, match=f"rule 2: .*{said}"):
        read_tolerances(*written(tmp_path, rules=[RULE, RULE | change]))


BARE = {key: value for key, value in RULE.items() if key != "relative"}


@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"floor": 1.0},
        {"factor": 1},
        {"factor": 10, "floor": -1},
        {"factor": 10, "absolute": 1},
        {"between": [1, 0]},
        {"between": [0]},
        {"between": 1},
        {"between": [0, float("inf")]},
        {"between": [0, 1], "relative": 1},
    ],
)
def test_a_rule_without_a_tolerance_or_with_half_of_one_is_refused(tmp_path, limits):
    with pytest.raises(ToleranceError, match="allowed: relative and absolute"):
        read_tolerances(*written(tmp_path, rules=[BARE | limits]))


def test_by_order_and_between_are_read(tmp_path):
    rules = [BARE | {"factor": 10, "floor": 1.0e-15}, BARE | {"between": [0, 1], "table": "n"}]
    read = read_tolerances(*written(tmp_path, rules=rules))
    assert read.rules_for("toy", "m")[0].tolerance == Tolerance(factor=10.0, floor=1e-15)
    assert read.rules_for("toy", "n")[0].tolerance == Tolerance(between=(0.0, 1.0))


def test_on_the_same_processor_only_the_rules_for_any_hold(tmp_path):
    rules = [RULE, RULE | {"processor": "any", "relative": 0.5}]
    read = read_tolerances(*written(tmp_path, rules=rules))
    assert len(read.rules_for("toy", "m")) == 2
    (kept,) = read.on_the_same_processor().rules_for("toy", "m")
    assert kept.tolerance == Tolerance(relative=0.5) and kept.processor == "any"


def test_the_studys_own_names_experiments_that_there_are():
    read = read_tolerances(FILE)
    assert read.default == Tolerance(relative=1e-6)
    assert {rule.experiment for rule in read.rules} <= set(known_experiments())


CAP = Tolerance(relative=1e-5, absolute=1e-4, factor=6.0)
"""What any rule may allow; whoever allows more states here how much, and why."""

ILL = "rounding is multiplied by a condition number of up to 1e12"
SINGLE = "single precision, carried through many layers or steps"
CHAOS = "training with large steps leads to other weights at the first other rounding"
ENDS = "how many steps an iteration takes below its tolerance, rounding decides"
CHOICE = "which vectors of a plane come out is the library's choice"
METRE = "a metre on a map of thousands of kilometres"
VANISHING = "a Krylov method divides by curvatures that are rounding"
VECTORS = "which temporaries the compiler keeps depends on the processor's vectors"
PROCESS = "the system's as much as the program's"
CLOCK = "made of the fastest of several products, or of sentences with seconds"

LARGER = {
    ("linear_algebra", "accuracy normal_equations"): (None, ILL),
    ("linear_algebra", "accuracy relative_error"): (Tolerance(factor=100.0, floor=1e-16), ILL),
    ("linear_algebra", "accuracy 100000000.0 10000000000.0 1000000000000.0 relative_error"): (
        Tolerance(factor=100.0, floor=1e-10), ILL
    ),
    ("linear_algebra", "temporary_bytes"): (Tolerance(relative=0.5), VECTORS),
    ("linear_algebra", "distance norm"): (None, CHOICE),
    ("transformer_memory", "peak_bytes"): (None, PROCESS),
    ("mds", "minimiser_difference shape_error"): (Tolerance(relative=1e-4, absolute=1e-6), ENDS),
    ("mds", "pca_loss"): (Tolerance(factor=10.0, floor=1e-29), "a square of rounding errors"),
    ("not_autodiff", "function_error"): (
        Tolerance(factor=10.0, floor=1e-45), "of the sixtieth digit, where the claim asks for forty"
    ),
    ("hvp", "norm float32"): (Tolerance(relative=2e-2), SINGLE),
    ("hutchinson", "mean_square"): (Tolerance(relative=1e-4), SINGLE),
    ("zero_order", "error gap"): (Tolerance(relative=1e-2), SINGLE),
    ("zero_order", "steps evaluations"): (Tolerance(relative=2e-2), SINGLE),
    ("mds", "evaluations l_bfgs"): (None, ENDS),
    ("mds", "l_bfgs"): (None, ENDS),
    ("mds", "x_km"): (Tolerance(relative=1e-6, absolute=1e-3), METRE),
    ("mds", "y_km"): (Tolerance(relative=1e-6, absolute=1e-3), METRE),
    ("stepsizes", "gradients"): (None, ENDS),
    ("spectrum", " ".join(f"largest_{n}" for n in range(2, 9))): (None, ENDS),
    ("spectrum", "orthogonality radius"): (None, ENDS),
    ("spectrum", "resnet 0 ritz_value"): (Tolerance(relative=1e-3, absolute=5e-3), SINGLE),
    ("spectrum", "resnet 0 weight"): (Tolerance(relative=1e-3, absolute=5e-4), SINGLE),
    ("spectrum", "resnet weight"): (Tolerance(between=(0.0, 1.000001)), CHAOS),
    ("spectrum", "resnet training_loss"): (Tolerance(between=(0.0, 2.302585)), CHAOS),
    ("spectrum", "resnet ritz_value loss"): (None, CHAOS),
    ("spectrum", "test_accuracy training_accuracy"): (Tolerance(absolute=0.05), CHAOS),
    ("spectrum", "perceptron weight quadrature_distance"): (
        Tolerance(relative=1e-3, absolute=1e-5), SINGLE,
    ),
    ("spectrum", "copies extreme_error orthogonality residual_error"): (None, ENDS),
    ("spectrum", "eigenvalues.*.largest eigenvalues.*.least eigenvalues.*.share largest_after "
                 "least_after share_after"): (None, CHAOS),
    ("implicit", "singular krylov"): (None, VANISHING),
    ("implicit", "singular krylov 0.0 error"): (None, VANISHING),
    ("implicit", "krylov_at_least_penalty"): (None, VANISHING),
    ("implicit", "error"): (Tolerance(factor=10.0, floor=1e-11), ENDS),
    ("implicit", "reverse_singular successive_singular"): (
        Tolerance(factor=10.0, floor=1e-11), ENDS
    ),
    ("implicit", "products operations krylov successive"): (Tolerance(relative=0.5), ENDS),
    ("implicit", "methods.*.operations ridge_products_krylov ridge_products_successive "
                 "ridge_share layer_share step_sizes_share ridge_extra_steps layer_extra_steps "
                 "step_sizes_extra_steps"): (Tolerance(relative=0.5), ENDS),
    ("second_order", "cost gradients products hessians factors"): (Tolerance(relative=0.25), ENDS),
    ("second_order", "rate"): (
        Tolerance(relative=3.0), "neighbouring steps of a sweep may do equally well"
    ),
    ("second_order", "problems.*.border problems.*.newton_least problems.*.newton_most "
                     "problems.*.newton_cg_least problems.*.newton_cg_most not_reached "
                     "not_bracketed methods.*.reached"): (Tolerance(relative=0.5), ENDS),
    ("second_order", "numbers_held"): (Tolerance(relative=0.1), VECTORS),
    ("second_order", "largest_newton largest_newton_cg largest_l_bfgs vectors_gradient_descent "
                     "vectors_adam vectors_l_bfgs vectors_newton_cg matrices_newton"): (
        Tolerance(relative=0.1), VECTORS
    ),
    ("price", "trace of the Hessian extreme eigenvalues"): (None, CLOCK),
    ("price", "temporary_bytes total_bytes"): (Tolerance(relative=0.1), VECTORS),
    ("price", "checks notes price notes"): (None, CLOCK),
    ("price", "memory"): (None, VECTORS),
}  # fmt: skip
"""By experiment and the texts of `where` (or the column): the tolerance, None if not compared."""


def test_every_tolerance_above_the_cap_is_stated_with_its_reason():
    read = read_tolerances(FILE)
    seen = set()
    for rule in read.rules:
        of, texts = rule.tolerance, [it for it in rule.where.values() if isinstance(it, tuple)]
        small = of.compared and of.between is None and (of.factor or 0) <= CAP.factor
        if small and of.relative <= CAP.relative and of.absolute <= CAP.absolute:
            continue
        if rule.table == "numbers" and rule.processor == "any":
            continue  # Which follow seconds, the tests of every experiment find by themselves.
        key = rule.experiment, " ".join(name for names in texts for name in names) or rule.column
        assert key in LARGER, f"{key}: {of} is above the cap"
        allowed, reason = LARGER[key]
        assert reason and of == (allowed or Tolerance(compared=False)), key
        seen.add(key)
    assert seen == set(LARGER), "stated, but not in the file"
