from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from adcost.costs import timing
from adcost.costs.timing import (
    COLUMNS,
    compile_program,
    time_as_configured,
    time_interleaved,
)


class Recorder:
    """Programs that note when they are called."""

    def __init__(self, names):
        self.calls = []
        self.programs = {name: lambda name=name: self.calls.append(name) for name in names}


def _time(recorder, **options):
    options = {"min_repeats": 20, "warmup": 0} | options
    return time_interleaved(recorder.programs, point="p", rng=np.random.default_rng(0), **options)


def test_a_section_of_the_configuration_says_how_rounds_are_taken(monkeypatch):
    asked = {}
    monkeypatch.setattr(timing, "time_interleaved", lambda programs, **how: asked.update(how))
    section = {"runs": 6, "max_runs": 9, "seconds": 0.5, "warmup": 2, "burst": 7}
    time_as_configured({}, section, point="p", rng=None)
    assert asked == {
        "point": "p", "rng": None, "min_repeats": 6, "max_repeats": 9, "budget_seconds": 0.5,
        "warmup": 2,
    }  # fmt: skip


def test_every_round_runs_every_method_once_in_varying_order():
    recorder = Recorder("abc")
    table = _time(recorder)
    assert list(table.columns) == list(COLUMNS)
    rounds = [recorder.calls[i : i + 3] for i in range(0, 60, 3)]
    assert all(sorted(one) == list("abc") for one in rounds)
    assert len({tuple(one) for one in rounds}) == 6
    recorded = table.sort_values(["repeat", "order"]).method.tolist()
    assert recorded == recorder.calls


def test_all_repeats_are_kept_and_warm_up_is_not_among_them():
    recorder = Recorder("ab")
    table = _time(recorder, warmup=3, rewarm_below=0.0)
    assert len(table) == 40 and (table.groupby("method").repeat.nunique() == 20).all()
    assert len(recorder.calls) == 46


def test_the_budget_adds_rounds_up_to_the_most_and_never_goes_below_the_least():
    assert _time(Recorder("a"), min_repeats=5, budget_seconds=0).repeat.nunique() == 5
    more = _time(Recorder("a"), min_repeats=5, max_repeats=50, budget_seconds=60)
    assert more.repeat.nunique() == 50


def test_a_program_returns_its_result_and_knows_its_compilation():
    program = compile_program(lambda x: jnp.sin(x) + 1, jnp.ones(3))
    assert program.compile_seconds > 0
    np.testing.assert_allclose(program(), np.sin(np.ones(3)) + 1, rtol=1e-6)
    table = time_interleaved({"f": program}, point="p", rng=np.random.default_rng(0), min_repeats=2)
    assert (table.compile_seconds == program.compile_seconds).all()


@pytest.fixture
def clock(monkeypatch):
    """A clock of one's own: a list with its seconds, which stands still unless it is set."""
    seconds = [0.0]
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: seconds[0]))
    return seconds


def test_the_seconds_are_those_of_the_call(clock):
    def program(passes):
        clock[0] += passes

    programs = {"a": lambda: program(3.0), "b": lambda: program(0.5)}
    table = time_interleaved(programs, point="p", rng=np.random.default_rng(0), min_repeats=4)
    assert table.groupby("method").seconds.unique().map(list).to_dict() == {"a": [3.0], "b": [0.5]}


def test_tracing_belongs_to_the_compile_time(clock):
    def traced(x):
        clock[0] += 5.0
        return x + 1

    assert compile_program(traced, jnp.ones(3)).compile_seconds == 5.0


def test_a_program_returns_only_when_its_result_is_ready():
    # Some tenths of a second, so that JAX has returned long before it has computed.
    def slow(x):
        return jax.lax.fori_loop(0, 30, lambda _, y: jnp.tanh(y @ x), x)

    program = compile_program(slow, jnp.full((1500, 1500), 1e-3))
    assert not program.compiled(*program.arguments).is_ready()
    assert program().is_ready()


def test_no_repeats_is_refused():
    with pytest.raises(ValueError, match="min_repeats"):
        _time(Recorder("a"), min_repeats=0)


def test_a_short_program_is_called_untimed_before_each_timed_call_and_a_long_one_is_not():
    recorder = Recorder("a")
    _time(recorder, min_repeats=5, warmup=1, rewarm_below=60.0)
    assert len(recorder.calls) == 1 + 2 * 5
    recorder = Recorder("a")
    _time(recorder, min_repeats=5, warmup=1, rewarm_below=0.0)
    assert len(recorder.calls) == 1 + 5
