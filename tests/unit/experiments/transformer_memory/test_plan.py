import pytest

from adcost.experiments.transformer_memory import plan
from adcost.functions.gpt2_sizes import SIZES


def test_a_point_for_each_policy_each_search_and_each_real_run(section):
    names = [p.name for p in plan.points(section)]
    assert names[:5] == [f"gpt2-{p}" for p in section["policies"]]
    groups = section["groups"]
    assert names[5:7] == [f"groups-{group}" for group in groups]
    assert names[7:11] == [
        f"batch-{policy}-{attention}"
        for policy in ("store_all", "every_block")
        for attention in ("ordinary", "lean")
    ]
    assert names[11:] == ["resident-flat-store_all"]


def test_another_policy_or_model_changes_no_other_point(section):
    before = {p.name: p for p in plan.points(section)}
    section["policies"].append("every_5_blocks")
    flat = section["resident"]["models"]["flat"]
    section["resident"]["models"]["deep"] = flat | {"layers": 8}
    after = {p.name: p for p in plan.points(section)}
    assert set(after) - set(before) == {"gpt2-every_5_blocks", "resident-deep-store_all"}
    assert all(after[name] == before[name] for name in before)


def test_sizes_go_by_name_or_are_ones_own(section):
    assert plan.size_of(section).width == 32
    section["size"] = "xl"
    assert plan.size_of(section) == SIZES["xl"]
    assert {p.parameters["model"] for p in plan.points(section)} == {"gpt2-xl", "flat"}


def test_a_sound_section_has_no_problems(section):
    assert plan.problems(section, 6000) == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            lambda c: c["policies"].append("every_0_blocks"),
            ["transformer_memory.policies", "'every_0_blocks'", "every_<k>_blocks"],
        ),
        (
            lambda c: c["policies"].remove("every_block"),
            ["transformer_memory.policies", "every_block is missing"],
        ),
        (
            lambda c: c.update(size="xl", memory_gb=[80, 3]),
            ["memory_gb: 3 GB", "below the parameters", "3.11 GB", "1,556,382,400", "float16"],
        ),
        (
            lambda c: c.update(size="xl", memory_gb=[4], dtype="float32"),
            ["memory_gb: 4 GB", "6.23 GB", "float32"],
        ),
        (lambda c: c.pop("own"), ["transformer_memory.own", "vocabulary"]),
        (lambda c: c["own"].update(heads=5), ["own.heads is 5", "width", "32"]),
        (lambda c: c["resident"]["policies"].append("all"), ["resident.policies", "'all'"]),
        (
            lambda c: c["resident"]["models"]["flat"].update(heads=7),
            ["resident.models.flat.heads is 7", "64"],
        ),
        (
            lambda c: c["resident"]["models"]["flat"].update(batch=10_000),
            ["resident.models.flat", "memory_mb", "6,000", "batch"],
        ),
    ],
)  # fmt: skip
def test_what_cannot_run_is_refused_by_key(section, spoil, words):
    spoil(section)
    text = "\n".join(plan.problems(section, 6000))
    assert all(word in text for word in words), text


def test_groups_must_divide_the_batch(section):
    section["groups"] = [1, 3]
    (message,) = plan.problems(section, 6000)
    assert "transformer_memory.groups: 3 does not divide" in message
