"""Every number of the report on `jacobian` is that of its own rows."""

import pytest

from adcost.experiments.jacobian.claims import numbers

from . import tables_jacobian
from .synthetic import put, same, scattered, value


def expected(tables):
    rows, timings = tables["measurements"], tables["timings"]

    def of(subject, method, quantity, m=None):
        shape = {} if m is None else {"shape": f"10-{m}"}
        return value(rows, subject=subject, method=method, quantity=quantity, **shape)

    def ms(subject, method, shape):
        own = timings[(timings.subject == subject) & (timings["shape"] == shape)]
        return own[own.method == method].seconds.median() * 1e3

    def chain(name, method):
        return of(f"{name} tanh", method, "multiplications")

    graphs = {
        name: {order: of(name, order, "multiplications")
               for order in ("forward", "reverse", "markowitz", "best")}
        for name in ("ad_choose", "ad_choose_turned", "lighthouse", "helmholtz")
    }  # fmt: skip
    least = {name: of(name, "best", "least_possible") for name in graphs}
    titles = {"ad_choose": "task 1's shape", "ad_choose_turned": "task 1's shape, turned",
              "lighthouse": "lighthouse", "helmholtz": "Helmholtz"}  # fmt: skip
    shapes = {"ad_choose": "2 → 5", "ad_choose_turned": "5 → 2", "lighthouse": "4 → 2",
              "helmholtz": "4 → 1"}  # fmt: skip
    open_ = [titles[name] for name in graphs if graphs[name]["best"] > least[name]]
    return {
        "inputs": 10,
        "most_outputs": 30,
        "ms_forward": ms("linear", "forward", "10-30"),
        "ms_reverse": ms("linear", "reverse", "10-30"),
        "compiled_most": 9,
        "compiled_share_forward": of("linear", "forward", "compiled_operations", 9)
        / of("linear", "forward", "operations", 9),
        "compiled_share_reverse": of("linear", "reverse", "compiled_operations", 9)
        / of("linear", "reverse", "operations", 9),
        "identity_gigabytes": 30 * 30 * 4e-9,
        "block_megabytes": of("linear", "reverse", "temporary_bytes", 30) / 1e6,
        "scalar_price": of("max", "forward", "operations", 30)
        / of("max", "reverse", "operations", 30),
        "scalar_predicted": 5.5,
        "hourglass_widths": "12–5–2–5–12",
        "hourglass_waist": 2,
        "hourglass_saving": min(chain("hourglass", "forward"), chain("hourglass", "reverse"))
        / chain("hourglass", "best"),
        "hourglass_order": "best on hourglass",
        "choice_inputs": 2,
        "choice_outputs": 5,
        "choice_forward": int(of("ad_choose", "forward_sweeps", "operations")),
        "choice_reverse": int(of("ad_choose", "reverse_sweeps", "operations")),
        "graphs": 4,
        "greedy_misses": sum(one["markowitz"] > one["best"] for one in graphs.values()),
        "unproven": ", ".join(open_) or "none",
        "chains": [
            {"chain": name, "widths": "–".join(map(str, widths)), "best_order": f"best on {name}",
             **{method: chain(name, method) / 1e6 for method in ("forward", "reverse", "best")}}
            for name, widths in tables_jacobian.CHAINS.items()
        ],
        "eliminations": [
            {"graph": titles[name], "shape": shapes[name],
             "vertices": int(of(name, "best", "intermediate_vertices")),
             **{order: int(cost) for order, cost in orders.items()},
             "proven": bool(orders["best"] == least[name])}
            for name, orders in graphs.items()
        ],
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_each_number_is_that_of_its_rows(seed):
    tables = tables_jacobian.make()
    if seed:
        tables = scattered(tables, seed)
    found = numbers(tables)
    del found["crossing_tanh"]
    same(found, expected(tables))


@pytest.mark.parametrize("crossing", [7.0, 15.0])
def test_the_crossing_of_tanh_is_where_the_times_cross(crossing):
    tables = tables_jacobian.make()

    def ratio(rows):
        return 1e-4 * rows["shape"].str.split("-").str[1].astype(float) / crossing

    labels = {"name": "timings", "column": "seconds", "subject": "tanh"}
    put(1e-4, **labels, method="forward")(tables)
    put(ratio, **labels, method="reverse")(tables)
    assert numbers(tables)["crossing_tanh"] == pytest.approx(crossing, rel=1e-6)
