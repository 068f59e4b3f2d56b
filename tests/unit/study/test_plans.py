import importlib.util
import re
from pathlib import Path

import pytest
import yaml

from adcost import seeds
from adcost.study import configuration, plans, results_folder, schema

ROOT = Path(__file__).resolve().parents[3]
SCHEMAS = ROOT / "workflow/schemas"


def _config():
    return yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))


def test_the_configuration_in_the_repository_is_sound():
    config = _config()
    planned = plans.plans(config, SCHEMAS)
    assert list(planned) == config["experiments"]
    both = [ROOT / "config/config.yaml", ROOT / "config/quick.yaml"]
    quick = configuration.read(both, [], SCHEMAS)
    assert all(plan.points for plan in plans.plans(quick, SCHEMAS).values())


def test_the_sweep_is_the_homeworks():
    """np.linspace(50, 1000, 15, dtype=int), by integer arithmetic: 50 + 950·i/14."""
    assert _config()["hvp"]["layers"] == [50 + 950 * i // 14 for i in range(15)]
    assert _config()["hvp"]["timing"]["runs"] == 10


def test_all_problems_come_in_one_error():
    config = _config()
    config["hvp"]["widht"] = 1
    config["hvp"]["dtype"] = "int8"
    with pytest.raises(plans.ConfigError) as error:
        plans.plans(config, SCHEMAS)
    assert "hvp.widht: there is no such key (did you mean width?)" in str(error.value)
    assert "hvp.dtype" in str(error.value)


def test_a_section_that_is_missing_is_named():
    config = _config()
    del config["hvp"]
    with pytest.raises(plans.ConfigError, match="hvp: the section is missing"):
        plans.plans(config, SCHEMAS)


def test_points_without_a_seed_are_measured_without_one():
    """And `adcost.seeds` refuses to draw for them, so none is forgotten."""
    planned = plans.plans(_config(), SCHEMAS)
    unseeded = {
        name for name, plan in planned.items() for p in plan.points.values() if not p.seeded
    }
    assert unseeded == {"graph_traces", "gradient", "hvp", "implicit", "price", "second_order"}
    with pytest.raises(ValueError, match=r"graph_traces/traces.*seeded=False"):
        seeds.number(None, "graph_traces", "traces")


def test_the_page_of_keys_and_the_table_of_experiments_are_the_schemas():
    spec = importlib.util.spec_from_file_location("describe", SCHEMAS / "describe.py")
    describe = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(describe)
    assert (ROOT / "config/README.md").read_text("utf-8") == describe.page()
    assert (ROOT / "README.md").read_text("utf-8") == describe.readme()


def _sections(schema, where):
    """Every object in a schema document."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield where, schema
        for key, below in schema.items():
            yield from _sections(below, f"{where}/{key}")


def test_no_section_accepts_unknown_keys_and_every_key_is_described():
    for path in SCHEMAS.glob("*.yaml"):
        document = yaml.safe_load(path.read_text("utf-8"))
        for where, section in _sections(document, path.name):
            if "propertyNames" in section:  # things that the user names, all of one kind
                assert {"description", "$ref"} <= set(section["additionalProperties"]), where
                continue
            assert section.get("additionalProperties") is False, where
            for name, key in section["properties"].items():
                assert "description" in key or "$ref" in key, f"{where}: {name}"


def test_a_section_is_replaced_whole_where_what_it_holds_is_the_users_choice():
    """Of any other every key is required, so a file that names some removes none."""
    merged_by_key = {"config.schema.yaml", "transformer_memory.schema.yaml"}
    for name, document in schema.documents(SCHEMAS).items():
        for where, section in _sections(document, name):
            optional = set(section.get("properties", {})) - set(section.get("required", []))
            chosen = bool(optional) or "propertyNames" in section
            if where not in merged_by_key:
                assert chosen == section.get("x-replaced-whole", False), where


def test_numbers_depend_on_all_of_the_configuration_but_the_reports_words():
    config = {"seed": 1, "report": {"language": "ru"}, "hvp": {"width": 2}}
    assert configuration.without_words(config) == {"seed": 1, "hvp": {"width": 2}}


def test_the_digest_sees_every_value():
    config = _config()
    before = configuration.digest(config)
    assert configuration.digest(dict(reversed(config.items()))) == before
    config["hvp"]["timing"]["warmup"] += 1
    assert configuration.digest(config) != before


def test_a_gpu_is_refused_without_its_plugin_and_taken_with_it(monkeypatch):
    config = _config() | {"platform": "cuda"}
    monkeypatch.setattr(plans, "CUDA_PLUGINS", ("no_such_plugin",))
    with pytest.raises(
        plans.ConfigError, match=r"platform: cuda needs JAX's plugin.*jax\[cuda13\]"
    ):
        plans.plans(config, SCHEMAS)
    monkeypatch.setattr(plans, "CUDA_PLUGINS", ("no_such_plugin", "yaml"))
    assert plans.plans(config, SCHEMAS)


@pytest.fixture
def on_gpu(monkeypatch):
    monkeypatch.setattr(plans, "CUDA_PLUGINS", ("yaml",))
    return _config() | {"platform": "cuda"}


@pytest.mark.parametrize("experiment", plans.known_experiments())
def test_a_points_memory_on_a_gpu_is_the_gpus(experiment, on_gpu, monkeypatch):
    """However little the host has; but the points that take the CPU there too."""
    monkeypatch.setattr(schema, "problems", lambda *_: iter(()))
    config = on_gpu | {"experiments": [experiment], "gpu_memory_mb": 10**6}
    (plan,) = plans.plans(config | {"memory_mb": 10**6}, SCHEMAS).values()
    host = {name for name, point in plan.points.items() if point.on_cpu}
    found = []
    for key in ("memory_mb", "gpu_memory_mb"):
        refused = f"the point ([^ ]+) takes .*; {key} allows 1\\..* or raise {key}$"
        try:
            plans.plans(config | {"memory_mb": 10**6, key: 1}, SCHEMAS)
            found.append(set())
        except plans.ConfigError as error:
            lines = str(error).splitlines()[1:]
            found.append({re.search(refused, line)[1] for line in lines})
    assert found == [host, plan.points.keys() - host]


def test_what_only_compiles_counts_or_searches_takes_the_cpu_beside_a_gpu(on_gpu):
    planned = plans.plans(on_gpu, SCHEMAS)
    on_cpu = {
        f"{name}/{point.name.split('-')[0]}"
        for name, plan in planned.items()
        for point in plan.points.values()
        if point.on_cpu
    }
    assert on_cpu == {
        "checkpointing/animation", "finite_differences/evaluations", "gradient/tape",
        "gradient/writing", "hvp/nested", "jacobian/graphs", "second_order/convex",
        "second_order/logistic", "second_order/network", "second_order/storage", "sparse/random",
        "transformer_memory/batch", "transformer_memory/gpt2", "transformer_memory/groups",
    }  # fmt: skip


@pytest.mark.parametrize("experiment", plans.known_experiments())
def test_what_takes_more_than_the_memory_is_refused_in_every_experiment(experiment, monkeypatch):
    # Less than the schema allows, which is what Python with JAX takes.
    monkeypatch.setattr(schema, "problems", lambda *_: iter(()))
    config = _config() | {"experiments": [experiment], "memory_mb": 500}
    with pytest.raises(plans.ConfigError) as error:
        plans.plans(config, SCHEMAS)
    lines = str(error.value).splitlines()[1:]
    assert lines and all(line.startswith(f"  - {experiment}") for line in lines)
    assert all("memory_mb allows 500" in line for line in lines)


def test_each_points_memory_is_what_the_rule_asks_for_and_within_the_limit():
    config = _config()
    planned = plans.plans(config, SCHEMAS)
    needed = {(n, p.name): p.memory_mb for n, plan in planned.items() for p in plan.points.values()}
    assert max(needed.values()) <= config["memory_mb"]
    most = max(needed, key=needed.__getitem__)
    config["memory_mb"] = needed[most] - 1
    with pytest.raises(plans.ConfigError, match=rf"{most[0]}.*memory_mb allows"):
        plans.plans(config, SCHEMAS)
    config["memory_mb"] = needed[most]
    plans.plans(config, SCHEMAS)


@pytest.mark.parametrize(
    "closed, said",
    [("file", "is a file"), ("locked", "cannot be written to"), ("full", "is full")],
)
def test_a_folder_without_room_is_refused_before_anything_starts(
    tmp_path, monkeypatch, closed, said
):
    results_folder.check_writable(tmp_path / "not" / "yet")
    assert not (tmp_path / "not").exists()
    folder = tmp_path / "results"
    if closed == "file":
        folder.write_text("")
    elif closed == "locked":
        monkeypatch.setattr(results_folder.os, "access", lambda path, mode: False)
    else:
        free = type("usage", (), {"free": results_folder.LEAST_FREE - 1})
        monkeypatch.setattr(results_folder.shutil, "disk_usage", lambda path: free)
    with pytest.raises(plans.ConfigError, match=said):
        results_folder.check_writable(folder)
