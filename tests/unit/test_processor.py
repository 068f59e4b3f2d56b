"""What tells processors apart: by name, family and stepping, extensions, and kernels chosen."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adcost import processor

ROOT = Path(__file__).resolve().parents[2]

X86 = """\
processor\t: 0
vendor_id\t: AuthenticAMD
cpu family\t: 25
model\t\t: 1
model name\t: Abacus 9
stepping\t: 2
flags\t\t: fpu sse4_1 smep avx2 fma svm avx512f

processor\t: 1
vendor_id\t: Other
"""
ARM = """\
processor\t: 0
Features\t: fp asimd sve crc32 bf16
CPU implementer\t: 0x41
CPU architecture: 8
CPU part\t: 0xd40
CPU revision\t: 1
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (X86, {"cpu": "Abacus 9", "vendor": "AuthenticAMD", "family": "25", "model": "1",
               "stepping": "2", "extensions": "avx2 avx512f fma sse4_1"}),
        (ARM, {"vendor": "0x41", "family": "8", "model": "0xd40", "stepping": "1",
               "extensions": "asimd bf16 sve"}),
    ],
    ids=["x86", "arm"],
)  # fmt: skip
def test_a_processor_is_told_by_more_than_its_name(tmp_path, text, expected):
    (tmp_path / "cpuinfo").write_text(text)
    found = processor.identity(tmp_path / "cpuinfo")
    assert expected.items() <= found.items()


def test_without_linuxs_table_there_is_a_name(tmp_path):
    assert list(processor.identity(tmp_path / "nothing")) == ["cpu"]


def test_variables_that_change_numbers_are_recorded_and_no_others(monkeypatch):
    recorded = {
        "JAX_ENABLE_X64": "1", "JAX_DEFAULT_PRNG_IMPL": "rbg", "XLA_FLAGS": "--xla_x",
        "OPENBLAS_CORETYPE": "Haswell", "OMP_NUM_THREADS": "3", "NPY_DISABLE_CPU_FEATURES": "AVX2",
    }  # fmt: skip
    others = {
        "MY_JAX_TOKEN": "secret", "HOME": "/x", "JAX_COMPILATION_CACHE_DIR": "/cache",
        "JAX_LOG_COMPILES": "1",
    }  # fmt: skip
    for name in list(processor.environment()):
        monkeypatch.delenv(name)
    for name, value in {**recorded, **others}.items():
        monkeypatch.setenv(name, value)
    assert processor.environment() == recorded


CHOSEN = "import json; from adcost.processor import kernels; print(json.dumps(kernels()))"


def chosen(**environment):
    done = subprocess.run(
        [sys.executable, "-c", CHOSEN], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")} | environment,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_kernels_are_those_that_were_asked_for():
    if "avx" not in processor.identity().get("extensions", ""):
        pytest.skip("this processor has no AVX to go without")
    plain = chosen()
    held = chosen(XLA_FLAGS="--xla_cpu_max_isa=SSE4_2", OPENBLAS_CORETYPE="Nehalem")
    assert "avx" in plain["xla"] and "avx" not in held["xla"] and "sse4.2" in held["xla"]
    assert "Nehalem" in held["blas"] and "Nehalem" not in plain["blas"]
    assert plain["numpy"] == held["numpy"] != ""
