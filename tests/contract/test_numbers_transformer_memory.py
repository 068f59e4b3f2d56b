"""Each number that the report says of `transformer_memory` follows its own rows."""

import pytest

from adcost.experiments.transformer_memory.claims import numbers

from .recorded import recorded
from .synthetic import same, scattered, value, where


@pytest.fixture(scope="module", params=[2, 3])
def tables(request):
    return scattered(recorded("transformer_memory"), request.param)


def test_every_number_is_that_of_its_rows(tables):
    table = tables["measurements"]

    def of(policy, quantity, attention="ordinary", dtype="float16"):
        return value(table, method=policy, quantity=quantity, setting=f"{attention}/{dtype}")

    def gb(*case, **others):
        return of(*case, **others) / 1e9

    def formula(name):
        return value(table, setting="formula", quantity=f"{name}_bytes") / 1e9

    def more(policy):
        return of(policy, "blocks_operations") - of("store_all", "blocks_operations")

    def batch(policy, kind):
        return int(of(policy, "largest_batch", kind))

    def peak(setting):
        held, predicted = (
            value(table, model="flat", setting=setting, quantity=f"{name}_bytes")
            for name in ("peak", "predicted")
        )
        return held / predicted

    stored = of("store_all", "blocks_operations")
    theirs = 2 * 12 * 1600 * 32 * 1024 * 48 / 1e9  # ZeRO's formula for GPT-2 XL
    expected = {f"gpt2_{name}": formula(name) for name in ("zero", "korthikanti", "scores")}
    expected |= {
        "gpt2_said": 60 * formula("zero") / theirs,
        "gpt2_batch": 4,
        "gpt2_head": gb("store_all", "temporary_bytes") - gb("store_all", "blocks_bytes"),
        "gpt2_other_dtype": "float32",
        "gpt2_stored_other": gb("store_all", "blocks_bytes", dtype="float32"),
        "gpt2_every_block_forwards": more("every_block") / of("store_all", "forward_operations"),
        "batch_memory": 0.04,
        "batch_without": batch("store_all", "ordinary"),
        "batch_with": batch("every_block", "ordinary"),
        "batch_lean_without": batch("store_all", "lean"),
        "batch_lean_with": batch("every_block", "lean"),
    }
    groups = {
        g: [
            value(table, method="every_block_by_groups", quantity=name, size=g)
            for name in ("blocks_bytes", "blocks_operations")
        ]
        for g in (1, 2)
    }
    fewest = sorted(groups, key=lambda g: groups[g][0])
    batches = table[where(table, quantity="largest_batch")].value
    expected |= {
        "gpt2_operands": gb("store_all", "operands_bytes"),
        "gpt2_no_scores": gb("store_all", "no_scores_bytes"),
        "gpt2_whole_percent": 100 * (of("store_all", "whole_operations") / stored - 1),
        "gpt2_groups": [
            {
                "group": g,
                "gigabytes": groups[g][0] / 1e9,
                "percent": 100 * (groups[g][1] / stored - 1),
            }
            for g in reversed(fewest)
        ],
        "gpt2_least": groups[fewest[0]][0] / 1e9,
        "batch_before": of("store_all", "fixed_bytes") / 1e9,
        "batch_least_memory": 0.04,
        "batch_least_with": int(max(batches)),
    }
    for policy in ("save_operands", "save_projections", "every_block"):
        expected |= {
            f"gpt2_{policy}_kept": gb(policy, "kept_bytes"),
            f"gpt2_{policy}_percent": 100 * more(policy) / stored,
        }
    for policy in ("store_all", "every_block"):
        expected |= {
            f"gpt2_{policy}_ordinary": gb(policy, "blocks_bytes"),
            f"gpt2_{policy}_chunked": gb(policy, "blocks_bytes", "chunked"),
        }
    for setting in ("default", "bare"):
        expected |= {f"peak_{setting}_{end}": peak(setting) for end in ("least", "most")}
    same(numbers(tables), expected)
