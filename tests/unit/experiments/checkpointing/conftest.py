import copy

import pytest

from adcost.experiments.checkpointing import chain_plan, transformer_plan

CHAIN = {
    "lengths": [8, 9, 16, 64],
    "width": 32,
    "batch": 64,
    "quadratic_up_to": 16,
    "frontier": {"length": 16, "snapshots": [1, 8]},
    "animate": 6,
    "timing": {"runs": 6, "max_runs": 6, "seconds": 0.0, "warmup": 1},
}

TRANSFORMER = {
    "transformer": {
        "size": "own",
        "own": {"layers": 8, "width": 32, "heads": 2, "vocabulary": 128},
        "sequence": 256,
        "batch": 4,
        "memory_gb": [0.04],
        "groups": [1, 2],
        "optimiser": {"name": "Adam", "bytes": 8},
        "dtype": "float16",
        "policies": [
            "store_all", "save_operands", "save_projections", "every_block", "every_3_blocks"
        ],
    },
    "resident": {
        "models": {
            "flat": {
                "layers": 2, "width": 64, "heads": 2, "vocabulary": 128, "sequence": 64, "batch": 8
            }
        },
        "policies": ["store_all"],
        "repeats": 1,
    },
}  # fmt: skip


SECTION = {"chain": CHAIN, **TRANSFORMER}


def _of(tables, points):
    """The part of the tables that these points measured, without the others' columns."""
    names = {point.name for point in points}
    return {
        name: table[table.point.isin(names)].dropna(axis=1, how="all").reset_index(drop=True)
        for name, table in tables.items()
        if table.point.isin(names).any()
    }


@pytest.fixture(scope="session")
def measured_chain(measured_of):
    """The chain's tables."""
    return _of(measured_of("checkpointing"), chain_plan.points(CHAIN))


@pytest.fixture(scope="session")
def measured_transformer(measured_of):
    """The transformer's tables."""
    return _of(measured_of("checkpointing"), transformer_plan.points(TRANSFORMER))


@pytest.fixture
def transformer_tables(measured_transformer):
    """A copy of the transformer's tables that a test may falsify."""
    return copy.deepcopy(measured_transformer)


@pytest.fixture
def gpu_tables(measured_transformer):
    """As if the real steps had run on a GPU, each at two thousandths above its prediction."""
    table = measured_transformer["measurements"].copy()
    table = table[table.setting != "bare"].replace({"setting": {"default": "gpu"}})
    predicted = table.value[table.quantity == "predicted_bytes"].to_numpy()
    table.loc[table.quantity == "peak_bytes", "value"] = 1.002 * predicted
    return {"measurements": table, "points": measured_transformer["points"]}


@pytest.fixture
def transformer_section():
    """A configuration that a test may spoil."""
    return copy.deepcopy(TRANSFORMER)


@pytest.fixture
def chain_tables(measured_chain):
    """A copy of the chain's tables that a test may falsify."""
    return copy.deepcopy(measured_chain)


@pytest.fixture
def chain_section():
    """A configuration that a test may spoil."""
    return copy.deepcopy(CHAIN)
