import pytest

SECTION = {
    "size": "own",
    "own": {"layers": 8, "width": 32, "heads": 2, "vocabulary": 128},
    "sequence": 256,
    "batch": 4,
    "memory_gb": [0.04],
    "groups": [1, 2],
    "optimiser": {"name": "Adam", "bytes": 8},
    "dtype": "float16",
    "policies": ["store_all", "save_operands", "save_projections", "every_block", "every_3_blocks"],
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


@pytest.fixture
def gpu_tables(measured):
    """As if the real steps had run on a GPU, each at two thousandths above its prediction."""
    table = measured["measurements"].copy()
    table = table[table.setting != "bare"].replace({"setting": {"default": "gpu"}})
    predicted = table.value[table.quantity == "predicted_bytes"].to_numpy()
    table.loc[table.quantity == "peak_bytes", "value"] = 1.002 * predicted
    return {"measurements": table, "points": measured["points"]}
