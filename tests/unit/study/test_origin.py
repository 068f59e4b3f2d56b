import json

import adcost.study.checkout
from adcost.study.origin import distinct, origin


def test_it_names_commit_versions_machine_and_kernels(monkeypatch):
    monkeypatch.setenv("JAX_DEFAULT_PRNG_IMPL", "threefry2x32")
    record = origin()
    assert record["commit"] and record["packages"]["jax"] and record["machine"]["cores"] >= 1
    assert record["machine"]["devices"] and record["precision"]
    assert set(record["kernels"]) == {"blas", "numpy", "xla"} and record["kernels"]["blas"]
    assert record["environment"]["JAX_DEFAULT_PRNG_IMPL"] == "threefry2x32"
    assert json.loads(json.dumps(record)) == record


def test_what_git_does_not_tell_is_unknown_and_not_clean(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    record = origin()
    assert record["commit"] == adcost.study.checkout.UNKNOWN and record["dirty"] is None
    assert record["unknown_because"] == "git is not installed, or not on the PATH"


def test_same_origins_are_one_that_spans_their_times():
    a, b = {"commit": "a"}, {"commit": "b"}
    found = distinct([a | {"date": "3"}, b | {"date": "2"}, a | {"date": "1"}])
    assert found == [a | {"date": "1", "until": "3"}, b | {"date": "2", "until": "2"}]
    assert distinct([*found, a | {"date": "0"}])[0] == a | {"date": "0", "until": "3"}
    assert distinct([]) == []


def test_a_jobs_number_of_threads_makes_no_other_origin_and_other_settings_do():
    def made(date, **environment):
        return {"commit": "a", "date": date, "environment": environment}

    (one,) = distinct(made(f"{n}", OMP_NUM_THREADS=t) for n, t in enumerate(["1", "2", "1"]))
    assert one["environment"] == {"OMP_NUM_THREADS": "1, 2"}
    assert distinct([one]) == [one]
    assert len(distinct([made("1", OMP_NUM_THREADS="1"), made("2", XLA_FLAGS="--x")])) == 2
