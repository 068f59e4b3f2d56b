"""The package as a wheel: what it declares, and that it works away from its checkout."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import grimp
import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

NOT_IMPORTED = {
    "snakemake": "runs the study",
    "snakemake-executor-plugin-slurm": "lets Snakemake use a cluster",
    "brotli": "fontTools packs fonts with it",
    "ziamath": "its font is taken, and it is not loaded",
}
"""What a part needs and no module imports."""


def _declared(part):
    of = PROJECT["optional-dependencies"][part] if part else PROJECT["dependencies"]
    return {Requirement(line).name: Requirement(line) for line in of}


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("adcost", include_external_packages=True, cache_dir=None)


ENTRY_POINTS = ("plan", "measure", "prepare", "claims")
"""An experiment's modules that plan, measure and judge."""


def _draws(module):
    """Whether a module draws or sets the report, or is there for such a one, as far as names say.

    What the others import counts as theirs all the same.
    """
    parts = module.split(".")
    if parts[1:2] == ["experiments"]:
        return parts[-1] not in ENTRY_POINTS
    return parts[1:2] in (["headline"], ["plotting"], ["report"]) or parts[-1] == "source_figure"


def _imported(graph, modules):
    """The distributions that modules import, themselves or by way of others of the package."""
    ours = {name for name in graph.modules if name.split(".")[0] == "adcost"}
    reached = set(modules).union(*(graph.find_upstream_modules(name) for name in modules))
    names = {
        name
        for module in reached & ours
        for name in graph.find_modules_directly_imported_by(module) - ours
    }
    owners = importlib.metadata.packages_distributions()
    return {owners[name][0].lower() for name in names - sys.stdlib_module_names}


def test_each_part_declares_what_it_imports_and_nothing_else(graph):
    ours = {name for name in graph.modules if name.split(".")[0] == "adcost"}
    functions = ("adcost.costs", "adcost.derivatives", "adcost.functions")
    core = _imported(graph, {name for name in ours if name.startswith(functions)})
    study = _imported(graph, {name for name in ours if not _draws(name)}) - core
    report = _imported(graph, ours) - core - study
    for part, imported in {"": core, "study": study, "report": report}.items():
        assert _declared(part).keys() - NOT_IMPORTED.keys() == imported, part


def test_the_versions_here_are_within_the_bounds():
    for part in ("", "study", "report"):
        for name, requirement in _declared(part).items():
            assert requirement.specifier.contains(importlib.metadata.version(name)), requirement
    here = ".".join(map(str, sys.version_info[:3]))
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(here)


def test_the_lowest_bounds_are_tried_by_the_matrix_and_jax_has_a_highest():
    for part in ("", "study", "report"):
        for name, requirement in _declared(part).items():
            operators = {bound.operator for bound in requirement.specifier}
            assert ">=" in operators, name
            assert ("<" in operators) or name != "jax"


def _copy(folder):
    """What a wheel is built from, away from the checkout, so that nothing is left in it."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built by the setuptools of this environment, without a network."""
    found = importlib.metadata.version("setuptools") if _has("setuptools") else "0"
    if int(found.split(".")[0]) < 77:
        said = f"building a wheel takes setuptools 77 or newer, not {found}: run `make` again"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    _run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps",
        "--no-index", "--wheel-dir", folder, _copy(source),
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


def _has(distribution):
    try:
        return bool(importlib.metadata.version(distribution))
    except importlib.metadata.PackageNotFoundError:
        return False


def _run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_every_file_of_the_package_and_no_other(wheel):
    there = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src/adcost").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if not name.split("/")[0].endswith("-info")}
    assert packed == there
    assert {Path(name).suffix for name in packed} == {".py", ".typ", ".yaml", ".po", ".css"}


def test_the_version_has_one_source(wheel):
    import adcost

    assert wheel.name.split("-")[:2] == ["adcost", adcost.__version__]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert str(citation["version"]) == adcost.__version__


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A Python of an environment in which the wheel is installed, with what it needs from here."""
    folder = tmp_path_factory.mktemp("installed")
    _run(sys.executable, "-m", "venv", "--without-pip", folder / "environment")
    python = folder / "environment/bin/python"
    _run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps",
         "--no-index", wheel)  # fmt: skip
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(_run(python, "-c", ask).strip())
    # A line of a .pth file is a folder to search; .pth files in that folder are not read, so the
    # checkout, which one of them may name, stays out.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def _python(installed, program):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return _run(installed, "-c", program, cwd=installed.parents[1], env=environment)


IMPORT_ALL = """
import importlib, pkgutil, sys
import adcost

assert adcost.__file__.startswith(sys.prefix), adcost.__file__
names = [m.name for m in pkgutil.walk_packages(adcost.__path__, "adcost.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(*names)
"""


def test_every_module_is_importable_from_the_wheel(installed):
    found = set(_python(installed, IMPORT_ALL).split())
    files = (ROOT / "src/adcost").rglob("*.py")
    names = {".".join(path.relative_to(ROOT / "src").with_suffix("").parts) for path in files}
    assert found == {name.removesuffix(".__init__") for name in names} - {"adcost"}


DATA = """
from importlib.metadata import version
from pathlib import Path
import adcost
from adcost import catalogue
from adcost.report import build, lecture, page

assert version("adcost") == adcost.__version__
for folder in {build.HERE, page.HERE, catalogue.TEXTS}:
    assert folder.is_relative_to(Path(adcost.__file__).parent)
assert lecture.FILE.is_file()
print(*catalogue.languages())
"""


def test_the_report_finds_its_texts_in_the_wheel(installed):
    assert _python(installed, DATA).split() == ["en", "ru"]


SNIPPET = re.compile(r"In a notebook.*?```python\n(.*?)```", re.DOTALL)
RUN = """
import ast, sys
import numpy as np

names, values = {}, []
for node in ast.parse(sys.stdin.read()).body:
    if isinstance(node, ast.Expr):
        values.append(eval(compile(ast.Expression(node.value), "library.md", "eval"), names))
    else:
        exec(compile(ast.Module([node], []), "library.md", "exec"), names)
product, of_product, of_gradient = values
y = np.tanh(np.ones(100))
np.testing.assert_allclose(product, 2 * (1 - y**2) * (1 - 3 * y**2), rtol=1e-5)
assert of_gradient < of_product < 5 * of_gradient
"""


def test_the_notebook_snippet_runs_on_the_wheel(installed):
    text = (ROOT / "docs/library.md").read_text("utf-8")
    (snippet,) = SNIPPET.findall(text)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    _run(installed, "-c", RUN, cwd=installed.parents[1], env=environment, input=snippet)
