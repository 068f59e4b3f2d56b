"""Compiled programs on disk: found again, the same to the last digit, and harmless when damaged."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import adcost
from adcost.costs import compilation_cache
from adcost.costs.timing import compile_program, compile_programs

SRC = Path(adcost.__file__).parents[1]

PROGRAM = """
import json, sys
from pathlib import Path
from collections import Counter

import jax
import jax.numpy as jnp

import adcost
from adcost.costs import compilation_cache
from adcost.costs.memory import compiled_bytes
from adcost.costs.timing import compile_program

compilation_cache.use(Path("kept"))
seen = Counter()
jax.monitoring.register_event_listener(lambda event, **_: seen.update([event.split("/")[-1]]))

def f(w, x):
    y = jax.lax.scan(lambda y, _: (jnp.tanh(y @ w), y), x, length=20)[0]
    return (y**2).sum()

w, x = jnp.eye(16) * 0.5, jnp.arange(48.0).reshape(3, 16)
seen.clear()
program = jax.jit(jax.grad(f)).lower(w, x).compile()
hits, misses = seen["cache_hits"], seen["cache_misses"]
seen.clear()
timed = compile_program(jax.grad(f), w, x)
print(json.dumps({
    "hits": hits, "misses": misses, "timed": dict(seen),
    "numbers": program(w, x).tolist(), "bytes": list(vars(compiled_bytes(program)).values()),
    "operations": program.cost_analysis()["flops"], "seconds": timed.compile_seconds,
}))
"""


def _run(folder):
    path = folder / "program.py"
    path.write_text(PROGRAM)
    env = os.environ | {"PYTHONPATH": str(SRC), "JAX_PLATFORMS": "cpu"}
    env.pop("JAX_COMPILATION_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, path], cwd=folder, env=env, capture_output=True, text=True, check=True
    )
    *said, found = done.stdout.splitlines()
    return json.loads(found), said


def test_a_program_found_again_is_the_same_and_a_timed_compilation_is_made_anew(tmp_path):
    first, _ = _run(tmp_path)
    again, said = _run(tmp_path)
    assert (first["hits"], first["misses"]) == (0, 1) and (again["hits"], again["misses"]) == (1, 0)
    for key in ("numbers", "bytes", "operations"):
        assert first[key] == again[key]
    for found in (first, again):
        assert not {"cache_hits", "cache_misses"} & set(found["timed"]) and found["seconds"] > 0
    assert not said


def test_a_damaged_program_is_compiled_again_with_one_line(tmp_path):
    first, _ = _run(tmp_path)
    for path in (tmp_path / "kept").rglob("*-cache"):
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
    again, said = _run(tmp_path)
    assert again["numbers"] == first["numbers"]
    (line,) = said
    assert line.startswith("a compiled program could not be kept or used again")


def test_a_folder_that_cannot_be_used_is_ignored_with_one_line(tmp_path):
    (tmp_path / "kept").write_text("a file")
    found, said = _run(tmp_path)
    assert (found["hits"], found["misses"]) == (0, 0)
    (line,) = said
    assert line.startswith("compiled programs are not kept (")


def test_processors_have_their_programs_apart(tmp_path, monkeypatch):
    def name(text):
        path = tmp_path / "cpuinfo"
        path.write_text(text)
        return compilation_cache._processor(path)

    apart = ("flags: avx2\n", "flags: avx2 avx512f\n", "flags: avx2\nstepping: 3\n")
    names = {name(text) for text in apart}
    assert len(names) == len(apart)
    assert name("flags: avx2\ncpu MHz: 2000\n") == name(apart[0])
    monkeypatch.setattr(compilation_cache, "usable_cores", lambda: 1000)
    assert name(apart[0]) not in names


@pytest.mark.parametrize("x64", [False, True])
def test_programs_compiled_side_by_side_are_those_compiled_one_by_one(x64):
    import jax
    import jax.numpy as jnp
    import numpy as np

    with jax.enable_x64(x64):
        x = jnp.linspace(0.1, 2.0, 50)
        functions = {"sin": (jnp.sin, (x,)), "grad": (jax.grad(lambda x: (x**3).sum()), (x,))}
        programs = compile_programs(functions)
        assert list(programs) == ["sin", "grad"]
        for name, (fn, arguments) in functions.items():
            alone = compile_program(fn, *arguments)()
            assert programs[name]().dtype == alone.dtype == x.dtype
            np.testing.assert_array_equal(programs[name](), alone)
            assert programs[name].compile_seconds == 0
