"""What traps and checks say is said in Russian too: whole sentences, with the same numbers."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from unit.price.equilibrium import coupled

import adcost
from adcost.catalogue import NUMBER, Catalogue
from adcost.experiments.price.claims import _sentence
from adcost.price import checks, precision, traps
from adcost.price.limits import Limits
from adcost.price.subject import subject

X = jnp.linspace(0.5, 1.5, 4)
TABLE = np.ones((600, 600), np.float32)
WIDE = np.linspace(0, 1, 4)
SOME_ZERO = jnp.array([0.0, 1.0, 2.0])
BLOCK = jnp.ones((30, 30)) / 30
ERFS = 20
OWN = {"WIDE", "fixed_point", "by_index", "wrong", "safe_root", "only_reverse", "no_gradient"}
"""Names of this file's, which stay as they are."""


def by_index(w):
    y = 1.0
    for i in range(len(w)):
        y = y * w[i]
    return y


def erfs(x):
    for _ in range(ERFS):
        x = jax.scipy.special.erf(x)
    return x


def reciprocals(x):
    for _ in range(ERFS):
        x = 1.0 / x
    return x


def idle(x):
    block = jax.checkpoint(lambda x: jnp.tanh(jnp.sin(x @ BLOCK)), prevent_cse=False)
    for _ in range(20):
        x = block(x)
    return x.sum()


def vectors(a):
    values, found = jnp.linalg.eigh(a)
    return ((found * values**2) @ found.T).sum()


TRAPS = [
    (by_index, jnp.ones(120)), (erfs, 0.5), (reciprocals, 2.0), (jnp.prod, jnp.ones(1000)),
    (idle, jnp.ones((100, 30))), (vectors, jnp.eye(3)),
    (lambda x: jnp.where(x > 0, jnp.log(x), 0.0).sum(), SOME_ZERO),
    (jnp.linalg.norm, jnp.zeros(3)), (lambda x: jnp.log(x + 0.0).sum() * 0.0, X),
    (lambda x: (TABLE @ x).sum(), jnp.ones(600)), (lambda x: (WIDE * x).sum(), X),
    (lambda x: (jnp.zeros(4, dtype=jnp.float64) + x).sum(), X), (jnp.sum, np.ones(3)),
    (lambda x: jnp.sum(x["w"] ** 2), {"w": np.ones(3)}),
    (lambda x: jnp.arccos(x).sum(), jnp.ones(3)),
]  # fmt: skip


@jax.custom_jvp
def wrong(x):
    return jnp.sin(x)


wrong.defjvp(lambda p, t: (jnp.sin(*p), 1.001 * t[0] * jnp.cos(*p)))


@jax.custom_vjp
def only_reverse(x):
    return jnp.sin(x)


only_reverse.defvjp(lambda x: (jnp.sin(x), jnp.cos(x)), lambda kept, g: (kept * g,))


@jax.custom_jvp
def no_gradient(x):
    return jnp.sum(x**3)


no_gradient.defjvp(
    lambda p, t: (no_gradient(*p), jnp.vdot(t[0], 3 * p[0] ** 2 + 0.1 * jnp.roll(p[0], 1)))
)


@jax.custom_jvp
def safe_root(x):
    return jnp.sqrt(x)


safe_root.defjvp(
    lambda p, t: (safe_root(*p), t[0] * jnp.where(p[0] > 0, 0.5 / jnp.sqrt(p[0] + (p[0] == 0)), 0))
)

CHECKS = [
    (lambda x: jnp.sum(jnp.tanh(x) ** 2), X), (lambda x: wrong(x).sum(), X),
    (lambda x: only_reverse(x).sum(), X), (no_gradient, X),
    (lambda x: safe_root(x * x).sum(), SOME_ZERO), (jnp.linalg.norm, jnp.zeros(3)),
    (jnp.linalg.norm, X), (lambda x: jnp.log(x - 2).sum(), X), (lambda x: 0.0 * x.sum(), X),
    (lambda x: jnp.sum(jnp.round(x * 1e6) / 1e6 * x), X),
    (lambda x: jnp.sum((1 - jnp.cos(1e-3 * x)) ** 2), X),
    (lambda x: lax.scan(lambda c, e: (c * e, None), jnp.float32(1), x)[0], X),
    (lambda x: lax.while_loop(lambda y: y.sum() < 100.0, lambda y: y * 2.0, x).sum(), X),
    (coupled, X[:3] / 10),
]  # fmt: skip


@pytest.fixture
def words():
    return Catalogue.read("ru", "price")


def in_russian(words, text):
    """Russian, but for code and names, and the numbers of the English sentence."""
    said = words(text)
    assert re.search("[а-яё]{3}", said, re.I), text
    assert sorted(NUMBER.findall(said)) == sorted(NUMBER.findall(text)), said
    return said


@pytest.mark.parametrize("case", range(len(TRAPS)))
def test_traps(words, case):
    f, x = TRAPS[case]
    for trap in traps.find(f, (x,)):
        for text in (trap.name, _sentence(trap.sentence), _sentence(trap.rewrite)):
            in_russian(words, text)
    assert words.missing <= OWN


def test_every_kind_of_trap_is_among_them():
    found = {trap.name for f, x in TRAPS for trap in traps.find(f, (x,))}
    everything = {traps.INDEXED, traps.EXPENSIVE, traps.UNROLLED, traps.CONSTANT,
                  precision.NARROWED, traps.checkpoints.IDLE, *traps.not_finite.MEND}  # fmt: skip
    assert found == everything


@pytest.mark.parametrize("case", range(len(CHECKS)))
def test_checks(words, case):
    f, x = CHECKS[case]
    table = checks.check(f, (x,))
    for row in table.itertuples():
        in_russian(words, _sentence(row.sentence))
        words(row.check)
    quoted = table.sentence.str.contains("Error: ").any()  # what JAX itself said stays as it is
    assert quoted or words.missing <= OWN


def test_what_there_is_no_time_for(words):
    late = Limits(deadline=0.0)
    table = checks.check_subject(subject(lambda x: jnp.sum(x**2), (X,)), limits=late)
    tag = adcost.price(by_index, X, whole_limit=1e-6, leave_out=["memory"])
    slow = checks.check_subject(
        subject(by_index, (X,)), limits=Limits(compilations=[(False, 9, 1e5), (True, 9, 1e5)])
    )
    for text in (*table.sentence, *slow.sentence, *(n for n in tag.notes if "not looked" in n)):
        in_russian(words, _sentence(text))
    assert words.missing <= OWN


@pytest.mark.parametrize("matrix", ["Hessian", "Jacobian"])
@pytest.mark.parametrize(
    "sentence",
    [
        "Colours save little: 61% of the {}'s entries are not zero.",
        "Colours save little: 61% of the {}'s sampled entries are not zero.",
        "Colours save little: the {} takes 30 of them.",
        "The {} is zero.",
        "The {}'s sparsity is not known: {}.",
    ],
)
def test_why_there_are_no_colours(words, matrix, sentence):
    """Each sentence of `sparsity.colouring` where it returns no colouring."""
    in_russian(words, sentence.format(matrix, "reverse mode"))
    assert not words.missing
