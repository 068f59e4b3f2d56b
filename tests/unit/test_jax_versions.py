"""Each thing that the package uses of JAX beyond its documented interface, one test a thing.

What differs between versions is tried on stand-ins as well, so that one version tests both ways.
"""

import ast
import re
from pathlib import Path
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import pytest
from jax import lax
from jax.sharding import AxisType, PartitionSpec

from adcost import jax_versions as versions
from adcost.costs.count import count

HERE = Path(__file__)


def _only(fn, *arguments):
    (equation,) = jax.make_jaxpr(fn)(*arguments).eqns
    return equation


INNER = (
    "jax.core", "jax.extend", "jax.interpreters", "jax.lib", "jax._src", "jaxlib",
    "jax.experimental.compilation_cache", "jax.config.values",
)  # fmt: skip
ROOT = HERE.parents[2]


def _inner_names(program):
    """The names of JAX's undocumented parts that a program imports or reaches through ``jax``."""
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute):
            names = [ast.unparse(node)]
        else:
            continue
        yield from (
            name
            for name in names
            if f"{name}.".startswith(tuple(f"{inner}." for inner in INNER))
            or re.match(r"(?:jax|jnp|lax)(?:\.\w+)*\._[a-z]", name)
        )


def test_no_other_module_uses_what_jax_does_not_document():
    users = {
        path.relative_to(ROOT).as_posix()
        for folder in ("src/adcost", "workflow", "bench")
        for path in (ROOT / folder).rglob("*.py")
        if any(_inner_names(path.read_text("utf-8")))
    }
    # It asks the platforms, and so cannot be asked by them.
    own = {name for name in users if name.startswith("src/adcost/jax_versions/")}
    assert own and users == own | {"src/adcost/platforms.py"}


@pytest.mark.parametrize(
    "program",
    [
        "import jax.extend", "from jax import core", "from jax.interpreters import ad",
        "import jaxlib.xla_client", "x = jax.core.eval_jaxpr", "jax.config.values['a']",
        "jax.lax._convert", "from jax._src import api", "lax.slicing._gather",
    ],
)  # fmt: skip
def test_uses_of_what_jax_does_not_document_are_found(program):
    assert list(_inner_names(program))


def test_uses_of_what_jax_documents_are_not():
    assert not list(_inner_names("import jax.numpy as jnp\njax.lax.scan\njax.config.update(1)"))


def test_every_part_is_in_the_list():
    for name in ("partial_eval", "source_info_util", "jax.core", "jax.extend.core"):
        assert name in versions.__doc__
    for name in (
        "setting",
        "forget_compiled",
        "compile_options",
        "held_bytes",
        "without_dead_code",
        "TANH",
    ):
        assert f"`{name}`" in versions.__doc__ and hasattr(versions, name)


def test_a_setting_is_read():
    before = versions.setting("jax_default_matmul_precision")
    jax.config.update("jax_default_matmul_precision", "float32")
    try:
        assert versions.setting("jax_default_matmul_precision") == "float32"
    finally:
        jax.config.update("jax_default_matmul_precision", before)


def test_another_folder_of_compiled_programs_is_heeded(tmp_path):
    names = {
        "jax_compilation_cache_dir": str(tmp_path),
        "jax_enable_compilation_cache": True,
        "jax_persistent_cache_min_compile_time_secs": 0.0,
    }
    before = {name: versions.setting(name) for name in names}
    jax.jit(lambda x: x + 1)(1.0)  # by now JAX has looked
    try:
        for name, value in names.items():
            jax.config.update(name, value)
        versions.forget_compiled()
        jax.jit(lambda x: x * 3 + 1)(1.0)
        assert list(tmp_path.iterdir())
    finally:
        for name, value in before.items():
            jax.config.update(name, value)
        versions.forget_compiled()


def test_what_no_output_needs_is_removed_through_calls_and_loops():
    def fn(x):
        dead = lax.scan(lambda c, _: (c, jax.jit(jnp.exp)(c)), x, None, 3)[1]
        return (dead, x * 2.0)[1]

    jaxpr = jax.make_jaxpr(fn)(1.0)
    assert len(jaxpr.eqns) == 2
    left = versions.without_dead_code(jaxpr)
    assert [e.primitive.name for e in versions.opened(left)[0].eqns] == ["mul"]


def test_constants_stay_with_their_jaxpr():
    held = jnp.arange(3)
    inner, values = versions.opened(
        versions.without_dead_code(jax.make_jaxpr(lambda x: x * held)(held))
    )
    assert len(inner.constvars) == len(values)
    open_one = SimpleNamespace(eqns=[])
    assert versions.opened(open_one) == (open_one, ())  # to 0.11; has no values
    one_class = SimpleNamespace(consts=[3])
    one_class.jaxpr = one_class
    assert versions.opened(one_class) == (one_class, [3])  # from 0.12 on


def test_an_output_that_nothing_uses_is_found():
    def triangle(x):
        return lax.linalg.qr(x, full_matrices=False)[1]

    jaxpr = versions.without_dead_code(jax.make_jaxpr(triangle)(jnp.eye(3)))
    inner, _ = versions.opened(jaxpr)
    assert [variable in versions.used(inner) for variable in inner.eqns[0].outvars] == [False, True]


def test_placeholders_are_told_from_values():
    seen = []
    jax.jit(lambda x: seen.append(versions.is_traced(x)))(1.0)
    assert seen == [True]
    assert not versions.is_traced(jnp.ones(2)) and not versions.is_traced(3.0)


def test_the_parts_of_a_scan():
    def fn(x, y, z):
        return lax.scan(lambda c, s: (c * y + s, s), x, z)[0]

    equation = _only(fn, 1.0, 2.0, jnp.zeros(5))
    parts = versions.scan(equation)
    assert (parts.constants, parts.length) == (1, 5)
    assert len(versions.opened(parts.body)[0].invars) == 3


@pytest.mark.parametrize("version", ["to 0.10", "from 0.11 on"])
def test_the_constants_of_a_scan_by_version(version):
    tree = SimpleNamespace(
        update=lambda inputs: SimpleNamespace(unpack=lambda: (inputs[:2], inputs[2:3], inputs[3:]))
    )
    own = {"num_consts": 2} if version == "to 0.10" else {"ft_in": tree}
    equation = SimpleNamespace(params={"jaxpr": "body", "length": 7} | own, invars=list("abcd"))
    assert versions.scan(equation) == ("body", 2, 7)


def test_the_parts_of_a_while():
    def fn(x, y, z):
        return lax.while_loop(lambda c: c < y, lambda c: c * y * z, x)

    parts = versions.while_loop(_only(fn, 1.0, 2.0, 3.0))
    assert (parts.test_constants, parts.body_constants) == (1, 2)
    assert versions.opened(parts.test)[0].eqns[0].primitive.name == "lt"
    assert versions.opened(parts.body)[0].eqns[0].primitive.name == "mul"


def test_the_branches_of_a_conditional_come_after_its_number():
    def fn(i, x):
        return lax.switch(i, [jnp.sin, jnp.cos, jnp.tan], x)

    equation = jax.make_jaxpr(fn)(0, 1.0).eqns[-1]
    names = [versions.opened(b)[0].eqns[0].primitive.name for b in versions.branches(equation)]
    assert names == ["sin", "cos", "tan"]


def test_the_solver_of_a_linear_solve():
    def fn(a, b):
        return lax.custom_linear_solve(
            lambda x: a * x, b, lambda _, y: jnp.exp(y), lambda _, y: jnp.exp(y)
        )

    solve, before = versions.linear_solve(_only(fn, 2.0, 3.0))
    assert [e.primitive.name for e in versions.opened(solve)[0].eqns] == ["exp"]
    assert before == 2  # the matrix's constant in the product and in its transpose


@jax.custom_jvp
def _with_rule(x):
    return jnp.sin(x)


_with_rule.defjvp(lambda x, t: (_with_rule(*x), jnp.cos(*x) * t[0]))


@pytest.mark.parametrize("fn", [jax.jit(jnp.sin), _with_rule, jax.checkpoint(jnp.sin)])
def test_the_jaxpr_of_a_call(fn):
    body = versions.called(_only(fn, 1.0))
    assert [e.primitive.name for e in versions.opened(body)[0].eqns] == ["sin"]
    assert versions.called(_only(jnp.negative, 1.0)) is None


def test_the_devices_of_a_shard_map():
    mesh = jax.make_mesh((1,), ("i",), axis_types=(AxisType.Auto,))
    spec = PartitionSpec("i")
    fn = jax.shard_map(jnp.sin, mesh=mesh, in_specs=spec, out_specs=spec)
    assert versions.manual_devices(_only(fn, jnp.ones(4))) == 1
    sizes = SimpleNamespace(shape={"i": 2, "j": 3, "k": 5})
    some = {"mesh": sizes, "newly_manual_axes": frozenset("ik")}
    assert versions.manual_devices(SimpleNamespace(params=some)) == 10
    assert versions.manual_devices(SimpleNamespace(params={"mesh": sizes})) == 30


def test_scopes_are_found_through_transforms():
    def fn(x):
        with jax.named_scope("outer"), jax.named_scope("inner"):
            return jnp.sin(x) * x

    for equation in jax.make_jaxpr(jax.grad(fn))(1.0).eqns:
        assert {"outer", "inner"} <= set(versions.scopes(equation))
    assert versions.scopes(_only(jax.jit(fn), 1.0))[-1] == "fn"


def test_an_equation_has_the_user_s_line():
    line = _two_lines.__code__.co_firstlineno + 1
    for equation in jax.make_jaxpr(jax.grad(_two_lines))(1.0).eqns[:1]:
        assert versions.user_line(equation).endswith(f"{HERE.name}:{line} (_two_lines)")


def test_functions_of_jax_s_are_told_from_the_user_s():
    bodies = [
        versions.called(_only(fn, jnp.eye(3))) for fn in (jnp.linalg.eigvalsh, jax.jit(_two_lines))
    ]
    assert [versions.written_in_jax(body) for body in bodies] == [True, False]


def test_bytes_and_operations_of_a_compiled_program():
    compiled = jax.jit(lambda x: jnp.sin(x) @ x).lower(jnp.ones((8, 8))).compile()
    arguments, outputs, temporaries, shared = versions.held_bytes(compiled)
    assert (arguments, outputs, shared) == (256, 256, 0) and temporaries >= 0
    assert versions.computed_flops(compiled) >= 2 * 8**3
    silent = SimpleNamespace(memory_analysis=lambda: None, cost_analysis=lambda: None)
    assert versions.held_bytes(silent) is None
    assert versions.computed_flops(silent) == 0


def test_options_that_this_version_lacks_are_left_out():
    wanted = {"xla_backend_optimization_level": 0, "xla_no_such_option_at_all": True}
    assert versions.compile_options(wanted) == {"xla_backend_optimization_level": 0}
    with pytest.raises(jax.errors.JaxRuntimeError):
        versions.compile_options({"xla_backend_optimization_level": "seven"})


def test_flags_that_this_version_lacks_are_left_out(monkeypatch):
    def flags():
        return {flag.removeprefix("--").split("=")[0] for flag in versions.quick_flags().split()}

    assert flags() <= versions.compile_options(versions.QUICKLY).keys()
    monkeypatch.setattr(jax, "__version_info__", (0, 10, 2))
    assert flags() == versions.QUICKLY.keys()
    monkeypatch.setattr(jax, "__version_info__", (0, 11, 0))
    assert flags() == {"xla_backend_optimization_level"}


@pytest.mark.parametrize(("platform", "other"), [("cpu", "gpu"), ("gpu", "cpu")])
def test_options_of_another_platform_are_left_out(platform, other, monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: platform)
    monkeypatch.setattr(versions.compiled, "_known_option", lambda *_: True)
    own = {f"xla_{platform}_some_option": 1, "xla_backend_optimization_level": 0}
    assert versions.compile_options({f"xla_{other}_some_option": 1, **own}) == own


def test_primitives_that_stand_for_others_are_replaced(monkeypatch):
    high = jax.make_jaxpr(lambda x: jnp.searchsorted(jnp.arange(16.0), x))(jnp.ones(8))
    assert "call_hi_primitive" not in str(versions.without_dead_code(high))
    one_class = SimpleNamespace(is_high=True, eqns=[])
    one_class.jaxpr = one_class
    monkeypatch.setattr(versions.jaxprs.partial_eval, "lower_jaxpr2", lambda _: high, raising=False)
    assert (
        len(versions.without_dead_code(one_class).eqns)
        == len(versions.without_dead_code(high).eqns)
        > 0
    )


def test_primitives_in_the_programs_of_a_root_are_replaced():
    def root(theta):
        def solve(of, start):
            return lax.fori_loop(0, 5, lambda _, x: x - of(x), start)

        def linear(a, b):
            return lax.custom_linear_solve(a, b, lambda a, b: a(b), lambda a, b: a(b))

        return lax.custom_root(lambda x: x - jnp.tanh(theta * x), jnp.ones(3), solve, linear)

    gradient = jax.make_jaxpr(jax.grad(lambda theta: root(theta).sum()))(0.5)
    assert "call_hi_primitive" not in str(versions.without_dead_code(gradient))
    assert count(jax.grad(lambda theta: root(theta).sum()), 0.5).transcendental > 0


def test_programs_within_a_linear_solve_are_lowered(monkeypatch):
    def solved(b):
        return lax.custom_linear_solve(lambda x: 2 * x, b, lambda _, b: jnp.sin(b))

    jaxprs, b = versions.jaxprs, jnp.ones(3)
    low = jax.make_jaxpr(jnp.cos)(b)
    high = {"sin"}
    monkeypatch.setattr(jaxprs, "_is_high", lambda j: any(e.primitive.name in high for e in j.eqns))
    monkeypatch.setattr(jaxprs.partial_eval, "lower_jaxpr2", lambda _: low, raising=False)
    text = str(versions.without_dead_code(jax.make_jaxpr(solved)(b)))
    assert "cos" in text and "sin" not in text


def test_the_multiplications_of_tanhs_derivative():
    def along(tangents, x):
        push = jax.linearize(jnp.tanh, x)[1]
        return jax.vmap(push)(tangents)

    once, tangent = versions.TANH
    for tangents in (1, 7):
        counted = count(along, jnp.ones((tangents, 5)), jnp.ones(5)).multiplications
        assert counted == 5 * (once + tangents * tangent)


def test_an_equation_bound_again_keeps_its_line_and_takes_other_parameters():
    def f(x):
        return lax.scan(lambda c, _: (jnp.sin(c), None), x, None, length=3)[0]

    (loop,) = jax.make_jaxpr(f)(1.0).eqns
    again = jax.make_jaxpr(lambda x: versions.bound(loop, [x]))(1.0).eqns[0]
    assert versions.user_line(again) == versions.user_line(loop) != ""
    body = jax.make_jaxpr(lambda c: [jnp.cos(c)])(1.0)
    (found,) = versions.bound(loop, [jnp.ones(())], jaxpr=body)
    assert float(found) == pytest.approx(float(jnp.cos(jnp.cos(jnp.cos(1.0)))))
    assert float(versions.jaxpr_as_fun(body)(1.0)[0]) == pytest.approx(float(jnp.cos(1.0)))


def _here(fn, *arguments):
    """The line and function of the innermost frame of each equation."""
    equations = jax.make_jaxpr(fn)(*arguments).eqns
    return [(one.line - fn.__code__.co_firstlineno, one.function) for one in map(_first, equations)]


def _first(equation):
    return versions.frames(equation)[0]


def _two_lines(x):
    y = jnp.sin(x) * x
    return y + 1.0


def test_an_equation_s_calls_are_known_innermost_first_without_jax_s_own():
    assert _here(_two_lines, 1.0) == [(1, "_two_lines"), (1, "_two_lines"), (2, "_two_lines")]

    def outer(x):
        return inner(x)

    def inner(x):
        return jnp.linalg.norm(x)

    calls = versions.frames(_only(outer, jnp.ones(3)))
    assert [Path(one.file).name for one in calls][:2] == [HERE.name, HERE.name]
    assert [one.function.rpartition(".")[2] for one in calls][:2] == ["inner", "outer"]
    none = SimpleNamespace(source_info=SimpleNamespace(traceback=None))
    assert versions.frames(none) == ()


def test_a_site_is_one_instruction_however_often_it_runs():
    def fn(x):
        for _ in range(2):
            x = x * 2.0 * x
        return x

    a, b, c, d = map(versions.site, jax.make_jaxpr(fn)(1.0).eqns)
    assert a == c != b == d


def test_the_reverse_sweep_is_told_by_the_outermost_transform():
    gradient = jax.make_jaxpr(jax.grad(lambda x: jnp.sin(x)))(1.0)
    assert [versions.transposed(e) for e in gradient.eqns if e.primitive.name == "cos"] == [False]
    assert any(map(versions.transposed, gradient.eqns))
    inner = jax.make_jaxpr(jax.grad(lambda x: x * jax.grad(jnp.sin)(x)))(1.0)
    stacks = {str(e.source_info.name_stack): versions.transposed(e) for e in inner.eqns}
    assert {True, False} == set(stacks.values())
    assert not any(is_so for name, is_so in stacks.items() if name.startswith("jvp"))


def test_what_a_scan_carries_comes_first():
    def fn(x):
        return lax.scan(lambda c, e: ((c[0] + e, c[1] * e), (e, c[0])), (0.0, 1.0), x)

    (scan,) = (e for e in jax.make_jaxpr(fn)(jnp.ones(3)).eqns if e.primitive.name == "scan")
    assert versions.carries(scan) == 2


def test_a_function_is_known_by_file_line_and_name():
    jitted = _only(jax.jit(_two_lines), 1.0)
    found = versions.function(versions.called(jitted))
    assert found == (str(HERE), _two_lines.__code__.co_firstlineno, "_two_lines")
    assert versions.function(SimpleNamespace(eqns=[])) == ("", 0, "")
