"""What takes too long is counted and not compiled, and said; counting visits each equation once."""

from time import perf_counter

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import adcost
from adcost.costs.count import count
from adcost.costs.count.walk import Walk
from adcost.price import limits, measure, names, run, traps
from adcost.price.attribution import Lines
from adcost.price.limits import ANY_PROGRAM, FREE, Limits, TooSlow, compiled, equations
from adcost.price.lines import by_line
from adcost.price.run import STAGES

X = jnp.linspace(0.5, 1.5, 5)


def written_out(rounds):
    def f(w):
        y = 1.0
        for i in range(rounds):
            y = y * w[i]
        return y

    return f


def doubled(depth):
    """A program of few equations and 2**depth runs: each function calls the one before twice.

    It is linear, so that reverse mode keeps nothing: that would be as much as it runs.
    """
    f = jnp.cumsum
    for _ in range(depth):
        f = jax.jit(lambda x, f=f: f(f(x)))
    return lambda x: f(x).sum()


def test_equations_are_those_that_xla_has():
    inner = jax.jit(lambda x: jnp.sin(x) + 1)
    scanned = lambda x: jax.lax.scan(lambda c, _: (c * c, None), x, None, 9)[0]  # noqa: E731
    program = lambda f: jax.make_jaxpr(f)(1.0)  # noqa: E731
    assert equations(program(lambda x: x * x)) == 1
    assert equations(program(lambda x: inner(inner(x)))) == 2 * (1 + 2)
    assert equations(program(scanned)) == 1 + 1
    assert equations(jax.make_jaxpr(doubled(60))(X)) > 2**60  # and it is told at once


def traced(f, *arguments):
    return jax.jit(f).trace(*arguments)


def test_no_time_is_left_after_the_deadline():
    late = Limits(deadline=perf_counter() - 1)
    with pytest.raises(TooSlow, match="no time was left for its 1 equation"):
        compiled(traced(jnp.sin, 1.0), late)
    assert FREE.seconds_left() > 1e9


def test_what_would_take_too_long_at_the_pace_of_its_size_is_not_begun(monkeypatch):
    own = Limits(compiling=1.0, compilations=[(False, 50, ANY_PROGRAM + 1.0)])
    begun = []
    monkeypatch.setattr(limits, "within", lambda *a: begun.append(a))
    with pytest.raises(TooSlow, match=r"its 90 equations would take about 1\.8 s, and 1 s"):
        compiled(traced(written_out(30), jnp.ones(30)), own)
    assert begun == []
    compiled(traced(written_out(10), jnp.ones(10)), own)
    compiled(traced(written_out(30), jnp.ones(30)), own, quickly=True)  # of another pace
    assert len(begun) == 2


def test_a_compilation_teaches_its_pace():
    own = Limits()
    compiled(traced(jnp.sin, 1.0), own)
    ((quickly, size, spent),) = own.compilations
    assert (quickly, size) == (False, 1) and spent > 0
    assert own.for_stage("compiled").compilations is own.compilations


def test_one_slow_compilation_forbids_no_other_of_its_size():
    paces = [ANY_PROGRAM + 100 * pace for pace in (0.01, 0.01, 0.1)]
    own = Limits(compilations=[(False, 100, spent) for spent in paces])
    assert own.expected(False, 200) == pytest.approx(2.0)
    # What is far larger goes by the largest so far, since paces grow with the size.
    own.compilations.append((False, 1000, ANY_PROGRAM + 100))
    assert own.expected(False, 4000) == pytest.approx(400)
    own.compilations.append((False, 2000, np.inf))
    with pytest.raises(TooSlow, match="its 3,000 equations would take too long"):
        compiled(traced(written_out(1000), jnp.ones(1000)), own)
    assert own.expected(True, 100) == 0


@pytest.mark.parametrize(("platform", "compiled"), [("gpu", 2), ("cpu", 0)])
def test_an_accelerator_has_loaded_its_libraries_before_the_first_pace(
    platform, compiled, monkeypatch
):
    monkeypatch.setattr(jax, "default_backend", lambda: platform)
    compile_, order = jax.stages.Lowered.compile, []

    def noted(lowered, *options, **named):
        if "tanh" in lowered.as_text():  # not what tries whether XLA knows an option
            order.append("compiled")
        return compile_(lowered, *options, **named)

    def subject(*_):
        order.append("subject")
        raise KeyboardInterrupt

    monkeypatch.setattr(jax.stages.Lowered, "compile", noted)
    monkeypatch.setattr(run, "subject", subject)
    with pytest.raises(KeyboardInterrupt):
        adcost.price(jnp.sin, 1.0)
    assert order == ["compiled"] * compiled + ["subject"]


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_has_a_deadline(stage):
    stages = dict(zip(STAGES, range(len(STAGES)), strict=True))
    assert Limits(stages=stages).for_stage(stage).deadline == stages[stage]


def test_every_stage_that_is_asked_for_is_one(monkeypatch):
    asked = []
    for_stage = Limits.for_stage
    monkeypatch.setattr(Limits, "for_stage", lambda s, n: (asked.append(n), for_stage(s, n))[1])
    adcost.price(lambda x: jnp.sum(x**2), X)
    assert set(asked) == set(STAGES)
    with pytest.raises(KeyError):
        Limits(stages={"counts": 1.0}).for_stage("compiled")


def test_ways_beyond_the_deadline_are_named_and_the_function_is_priced():
    tag = adcost.price(written_out(40), jnp.ones(40), whole_limit=1e-6)
    assert tag.price_of(names.FUNCTION).operations == 40
    rest = tag.prices[~tag.prices.derivative.isin([names.FUNCTION, names.TRACE])]
    assert rest.note.str.contains("no time was left").all()
    assert any("no time was left" in note for note in tag.notes)


def test_a_loop_that_would_compile_for_minutes_is_counted_and_its_line_is_named(monkeypatch):
    """As if a compilation had been slow: what is left out does not depend on the machine."""
    seen = [(quickly, 10_000, 200 + ANY_PROGRAM) for quickly in (False, True)]
    slow = Limits(deadline=np.inf, compilations=seen)
    monkeypatch.setattr("adcost.price.run.Limits", lambda *a: slow)
    tag = adcost.price(written_out(120), jnp.ones(120), leave_out=["memory"])
    gradient = tag.price_of(names.GRADIENT, names.REVERSE)
    assert gradient.counted > 120 and np.isnan(gradient.seconds)
    assert "not compiled: its 958 equations would take about 19.2 s" in gradient.note
    (trap,) = tag.traps[tag.traps.name == traps.UNROLLED].itertuples()
    said = next(note for note in tag.notes if "not compiled, since the loop" in note)
    assert f"test_limits.py:{trap.line}" in said
    assert tag.prices[tag.prices.derivative == names.HVP].counted.notna().all()


def test_programs_are_compiled_in_the_order_of_their_equations_a_long_one_first_alone(monkeypatch):
    order = []

    def compile_it(traced, *_, quickly=False):
        order.append(equations(traced.jaxpr))
        raise TooSlow("no")

    monkeypatch.setattr(measure, "compiled", compile_it)
    monkeypatch.setattr(measure, "usable_cores", lambda: 1)
    sizes = [400, 30, 500, 100]
    ways = [
        measure.Way("a", str(n), written_out(n), (jnp.ones(n),)) for n in sizes
    ]  # fmt: skip
    measure.compile_ways(measure.count_ways(ways, FREE), FREE, run=False)
    assert order == sorted(order) and len(order) == 4


def test_what_takes_one_sweep_is_compiled_before_what_takes_many(monkeypatch):
    order = []
    monkeypatch.setattr(measure, "usable_cores", lambda: 1)
    refuse = lambda traced, *_, **__: order.append(equations(traced.jaxpr))  # noqa: E731
    monkeypatch.setattr(measure, "compiled", lambda *a, **k: refuse(*a, **k) or (None, 0.0))
    monkeypatch.setattr(measure, "compiled_bytes", lambda program: None)
    ways = [
        measure.Way(derivative, method, written_out(n), (jnp.ones(n),))
        for derivative, method, n in (
            (names.HESSIAN, "forward over reverse", 3),
            (names.GRADIENT, names.CENTRAL, 4),
            (names.GRADIENT, names.REVERSE, 50),
            (names.HVP, "forward over reverse", 40),
        )
    ]
    counted = measure.count_ways(ways, FREE)
    measure.compile_ways(counted, FREE, run=False)
    sizes = [equations(one.traced.jaxpr) for one in counted]
    assert order == [sizes[3], sizes[2], sizes[0], sizes[1]]


def test_many_sweeps_are_timed_only_where_an_interval_of_them_fits():
    """As many evaluations of one sweep and of many: one run of the first is worth its time."""
    n, most = 50, measure.SLOW_SHARE * 10 / measure.LEAST_ROUNDS
    function = measure.Priced(measure.Way(names.FUNCTION, "", jnp.sum, (jnp.ones(n),)))
    for derivative, method, fits in (
        (names.GRADIENT, names.FORWARD, False),
        (names.HESSIAN, "forward over reverse", False),
        (names.HVP, "forward over reverse", True),
        (names.JACOBIAN, names.COLUMNS, True),
    ):
        way = measure.Way(derivative, method, written_out(n), (jnp.ones(n),))
        one = measure.Priced(way)
        for priced in (function, one):
            measure.count_way(priced)
        own = Limits(seconds=10.0, one_run=5.0)
        function.first_run = 3.3 * most * function.operations / one.operations
        assert measure._affordable(one, function, own) is fits
        assert fits or one.notes == ["not run: about 1.89 s by its count"]
        function.first_run *= 0.9
        assert measure._affordable(one, function, own)


def test_what_runs_a_few_times_is_optimised_only_if_its_runs_are_long(monkeypatch):
    asked = []
    monkeypatch.setattr(
        limits, "compiled", lambda traced, own, quickly: asked.append(quickly) or [0]
    )
    for seconds in (limits.SHORT / 2, 2 * limits.SHORT, np.nan, np.inf):
        limits.program_of(Limits(evaluation=seconds), jnp.sin, 1.0)
    assert asked == [True, False, False, False]


@pytest.mark.parametrize(("shapes", "seconds"), [(False, 30), (True, 60)])
def test_a_tag_of_shapes_alone_may_take_longer(monkeypatch, shapes, seconds):
    given = []

    class Stop(Exception):
        pass

    def stop(*arguments):
        given.append(arguments)
        raise Stop

    monkeypatch.setattr("adcost.price.run.Limits", stop)
    before = perf_counter()
    x = jax.ShapeDtypeStruct((3,), "float32") if shapes else jnp.ones(3)
    with pytest.raises(Stop):
        adcost.price(jnp.sum, x)
    ((_, _, compiling, _, stages),) = given
    assert compiling == seconds / 3
    assert before < stages["checks"] - seconds < perf_counter()


def visits(monkeypatch, of, name, run):
    """How often a method of counting is called."""
    seen = []
    method = getattr(of, name)

    def counting(self, *arguments):
        seen.append(1)
        return method(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(of, name, counting)
        run()
    return len(seen)


@pytest.mark.parametrize("program", [written_out, doubled])
def test_counting_visits_each_equation_once(monkeypatch, program):
    found = []
    for n in (10, 20, 40):
        f = program(n)
        x = jnp.ones(n)
        found.append(visits(monkeypatch, Walk, "_equation", lambda f=f, x=x: count(f, x)))
    assert found[2] - found[1] == 2 * (found[1] - found[0])


def test_lines_of_functions_that_call_each_other_are_gone_through_once_a_line(monkeypatch):
    """Calls, not seconds: in proportion to the depth, where the ways to the innermost double."""
    found = [
        visits(monkeypatch, Lines, "part", lambda n=n: by_line(doubled(n), (X,)))
        for n in (6, 12, 24)
    ]
    assert found[2] - found[1] == pytest.approx(2 * (found[1] - found[0]), rel=0.05)


def test_the_user_s_python_runs_a_few_times_however_many_ways_there_are():
    runs = []

    def f(x):
        runs.append(1)
        return jnp.sum(jnp.sin(x) ** 2)

    adcost.price(f, X, leave_out=["timing", "memory", "checks"])
    assert len(runs) <= 5
