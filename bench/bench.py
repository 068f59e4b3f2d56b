"""Speed, as ratios: what the pipeline costs over the bare measurements, and what waits for what.

Run by `make bench`. It prints and asserts nothing: times are of this machine, today.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pipeline
from pipeline import say

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Measure what is asked for (by default all but the quick study's pipeline)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="*", default=[], help=f"some of: {', '.join(BENCHES)}")
    which = parser.parse_args().which or [name for name in BENCHES if name != "pipeline_quick"]
    for name in which:
        BENCHES[name]()


def hvp() -> None:
    """The AD product at 1,000 layers against the plain JAX formulations, interleaved."""
    import jax
    import jax.numpy as jnp

    from adcost import seeds
    from adcost.costs.timing import compile_program, time_interleaved
    from adcost.derivatives.hvp import hvp
    from adcost.functions import mlp
    from adcost.statistics.intervals import median_interval, paired_ratio

    weights = mlp.initialise(seeds.generator(0, "bench"), 1000, 3, "signal_preserving")
    x, f = jnp.asarray(weights, "float32").reshape(-1), mlp.homework_loss(3, "float32")
    v = jax.random.normal(seeds.key(0, "direction"), x.shape)
    grad, jvp, vdot = jax.grad, jax.jvp, jnp.vdot
    plain = {
        "plain grad of vdot(grad, v)": lambda x, v: grad(lambda y: vdot(grad(f)(y), v))(x),
        "plain jvp of grad": lambda x, v: jvp(grad(f), (x,), (v,))[1],
        "plain grad of jvp": lambda x, v: grad(lambda y: jvp(f, (y,), (v,))[1])(x),
        "plain vjp of grad": lambda x, v: jax.vjp(grad(f), x)[1](v)[0],
        "plain linearize of grad": lambda x, v: jax.linearize(grad(f), x)[1](v),
    }
    programs = {"adcost": compile_program(lambda x, v: hvp(f, x, v), x, v)}
    programs |= {name: compile_program(fn, x, v) for name, fn in plain.items()}
    timings = time_interleaved(
        programs, point="bench", rng=np.random.default_rng(0), min_repeats=200, warmup=5
    )
    medians = {n: median_interval(g.seconds).value for n, g in timings.groupby("method")}
    for name in plain:
        ratio = paired_ratio(timings, name, "adcost")
        print(f"{name:48s} {ratio.value:8.2f}  [{ratio.low:.2f}, {ratio.high:.2f}] of adcost's")
    best = min(plain, key=medians.__getitem__)
    ratio = paired_ratio(timings, "adcost", best)
    print(f"adcost / best plain ({best}): {ratio.value:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]")
    say("compile seconds of adcost's product", programs["adcost"].compile_seconds, "s")


def trace(probes: int = 64, memory_mb: int = 256) -> None:
    """A probe of Hutchinson's estimator against one product, and against matfree's estimator."""
    import jax.numpy as jnp
    import yaml

    from adcost import seeds
    from adcost.costs.chunk import fastest_chunk
    from adcost.costs.timing import compile_program, time_interleaved
    from adcost.derivatives.hvp import hvp
    from adcost.experiments.hutchinson.chunks import estimator, matfree_estimator, single_precision
    from adcost.matrix_free.trace import rademacher
    from adcost.statistics.intervals import paired_ratio

    config = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))["hutchinson"]
    key = seeds.key(0, "bench")
    for name in ("dense", "large"):
        loss, x = single_precision(config["dataset"], config[name], np.random.default_rng(0))
        chunk = fastest_chunk(
            lambda k, f=loss: estimator(f, probes, k), (x, key), (1, 2, 4, 8, 16, 32, 64),
            tasks=probes, memory_bytes=memory_mb * 2**20,
        )  # fmt: skip
        v = rademacher(key, x.size, jnp.float32)
        programs = {
            "adcost": compile_program(estimator(loss, probes, chunk), x, key),
            "matfree": compile_program(matfree_estimator(loss, x, probes), x, key),
            "product": compile_program(lambda x, v, f=loss: hvp(f, x, v), x, v),
        }
        timings = time_interleaved(
            programs, point="bench", rng=np.random.default_rng(0), min_repeats=40, warmup=3
        )
        print(f"{x.size:,} parameters, the chunk chosen: {chunk}")
        for what, other, unit in (("a probe / one product", "product", probes),
                                  ("adcost / matfree, one estimate", "matfree", 1)):  # fmt: skip
            ratio = paired_ratio(timings, "adcost", other)
            print(f"{what:52s} {ratio.value / unit:8.2f} [{ratio.low / unit:.2f}, "
                  f"{ratio.high / unit:.2f}]", flush=True)  # fmt: skip


def two_point(n: int = 128, runs: int = 256, steps: int = 400) -> None:
    """Evaluations a second of two-point descent, against the same mathematics as a NumPy loop."""
    import jax
    import jax.numpy as jnp

    from adcost import seeds
    from adcost.costs.timing import compile_program, time_interleaved
    from adcost.derivatives.zero_order import EVALUATIONS, two_point_step
    from adcost.experiments.zero_order.descent import DTYPE, estimates
    from adcost.functions.rate_classes import CONVEX, Problem
    from adcost.statistics.intervals import median_interval, paired_ratio

    plain = CONVEX.build(n, 1.0)
    step, epsilon = two_point_step(n, 1.0), 1e-3

    def numpy_loop() -> np.ndarray:
        rng, x = np.random.default_rng(0), plain.start.copy()

        def f(x: np.ndarray) -> float:
            return 0.5 * np.sum(plain.curvatures * x * x)

        for _ in range(steps):
            u = rng.standard_normal(n)
            slope = (f(x + epsilon * u) - f(x - epsilon * u)) / (2 * epsilon)
            x = x - step * slope * u
        return x

    with jax.enable_x64(True):
        problem = Problem(*(jnp.asarray(part) for part in plain))
        start, key = jnp.tile(problem.start, (runs, 1)), seeds.key(0, "bench")

        def descend(x: jax.Array) -> jax.Array:
            def one(k: jax.Array, x: jax.Array) -> jax.Array:
                now = jax.random.fold_in(key, k)
                f = lambda x: CONVEX.value(problem, x)  # noqa: E731
                return x - step * estimates(f, False, now, x, epsilon)

            return jax.lax.fori_loop(0, steps, one, x)

        def draw(x: jax.Array) -> jax.Array:
            def one(k: jax.Array, x: jax.Array) -> jax.Array:
                return x + jax.random.normal(jax.random.fold_in(key, k), x.shape, DTYPE)

            return jax.lax.fori_loop(0, steps, one, x)

        programs = {
            "numpy": numpy_loop,
            "adcost": compile_program(descend, start),
            "draws": compile_program(draw, start),
        }
        timings = time_interleaved(
            programs, point="bench", rng=np.random.default_rng(0), min_repeats=30, warmup=2
        )
    medians = {name: median_interval(g.seconds).value for name, g in timings.groupby("method")}
    say(f"NumPy loop, n = {n}, float64", EVALUATIONS * steps / medians["numpy"] / 1e6, "M eval/s")
    rate = EVALUATIONS * steps * runs / medians["adcost"] / 1e6
    say(f"adcost, {runs} runs at once", rate, "M eval/s")
    ratio = paired_ratio(timings, "numpy", "adcost")
    low, high = runs * ratio.low, runs * ratio.high
    print(f"adcost / NumPy, evaluations a second: {runs * ratio.value:.1f} [{low:.1f}, {high:.1f}]")
    share = paired_ratio(timings, "draws", "adcost")
    print(f"drawing the directions alone / all: {share.value:.2f} [{share.low:.2f}, "
          f"{share.high:.2f}]")  # fmt: skip


def lanczos(images: int = 512, steps: int = 20) -> None:
    """A Lanczos step on the study's ResNet-32 against a compiled Hessian-vector product."""
    import jax
    import jax.numpy as jnp
    from jax.flatten_util import ravel_pytree

    from adcost.derivatives.hvp import forward_over_reverse
    from adcost.functions.classifiers import ARCHITECTURES, Shape, batch_loss
    from adcost.functions.images import DATASETS
    from adcost.matrix_free.lanczos import lanczos as decompose
    from adcost.matrix_free.lanczos import unit_vector
    from adcost.statistics.intervals import Interval, median_interval

    data = DATASETS["digits"].load()
    network = ARCHITECTURES["resnet"].build(Shape(8, 8, 1, data.classes))
    w, restore = ravel_pytree(network.initialise(np.random.default_rng(0)))
    on_images = batch_loss(network, data.train_x[:images], data.train_y[:images])

    def loss(w: jax.Array) -> jax.Array:
        return on_images(restore(w))

    v = jnp.asarray(unit_vector(np.random.default_rng(1), w.size))
    single = jax.jit(lambda w, v: forward_over_reverse(loss, w, v)).lower(w, v).compile()
    linear = jax.jit(lambda w: jax.linearize(jax.grad(loss), w)[1])(w)
    apply = jax.jit(lambda linear, v: linear(v)).lower(linear, v).compile()
    for product in (lambda: single(w, v), lambda: apply(linear, v)):
        jax.block_until_ready(product())
    decompose(lambda v: apply(linear, v), v, steps)  # compile its own part
    singles, linears, times = [], [], []

    def seconds(product: Callable[[], jax.Array]) -> float:
        start = time.perf_counter()
        jax.block_until_ready(product())
        return time.perf_counter() - start

    # A product on its own between the steps, so that a drift of the machine meets both.
    def step(_: int) -> None:
        times.append(time.perf_counter() - last[0])
        singles.append(seconds(lambda: single(w, v)))
        linears.append(seconds(lambda: apply(linear, v)))
        last[0] = time.perf_counter()

    last = [time.perf_counter()]
    decompose(lambda v: apply(linear, v), v, steps, report=step)

    def show(what: str, ratios: np.ndarray) -> None:
        found: Interval = median_interval(ratios)
        print(f"{what}: {found.value:.2f} [{found.low:.2f}, {found.high:.2f}]")

    say(f"one product, {w.size:,} parameters, {images} images", np.median(singles), "s")
    show("Lanczos step / single compiled product", np.array(times) / singles)
    show("Lanczos step / product of the linearised gradient", np.array(times) / linears)


BENCHES = {
    "hvp": hvp,
    "trace": trace,
    "two_point": two_point,
    "lanczos": lanczos,
    "plan": pipeline.plan,
    "quick": pipeline.quick,
    "change": pipeline.change,
    "pipeline": pipeline.pipeline,
    "pipeline_quick": lambda: pipeline.pipeline(pipeline.QUICK),
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["in-process"]:
        pipeline.in_process(*map(Path, sys.argv[2:]))
    else:
        main()
