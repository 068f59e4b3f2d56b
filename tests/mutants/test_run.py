"""The runner on a project of one function, and the lists themselves."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = Path(__file__).with_name("run.py")

specification = importlib.util.spec_from_file_location("mutants_run", RUNNER)
run = importlib.util.module_from_spec(specification)
sys.modules[specification.name] = run  # dataclasses look their module up
specification.loader.exec_module(run)


@pytest.fixture(scope="module")
def lists():
    """All faults, and what is wrong with the lists, read once."""
    return run.read()


def test_every_fault_can_be_injected(lists):
    faults, wrong = lists
    assert faults
    assert not wrong, "\n".join(wrong)


def test_no_fault_is_listed_twice(lists):
    faults, _ = lists
    injected = [(fault.file, fault.find, fault.replace) for fault in faults]
    assert len(set(injected)) == len(injected)


FAULT = {
    "fault": "the sum is a product", "kind": "method", "file": "src/double.py",
    "find": "x + x", "replace": "x * x", "tests": ["tests/test_double.py -k three"],
}  # fmt: skip


@pytest.fixture
def project(tmp_path):
    """Writes a project with faults, each :data:`FAULT` with the given keys changed."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/double.py").write_text("def double(x):\n    return x + x\n")
    (tmp_path / "tests/mutants").mkdir(parents=True)
    (tmp_path / "tests/test_double.py").write_text(
        "from double import double\n"
        "def test_two():\n    assert double(2) == 4\n"
        "def test_three():\n    assert double(3) == 6\n"
        "def test_never():\n    assert False\n"
    )

    def write(*changed, name="double"):
        faults = [FAULT | one for one in changed]
        (tmp_path / f"tests/mutants/{name}.yaml").write_text(run.yaml.safe_dump(faults))
        return ["--root", str(tmp_path), "--jobs", "1", "--limit", "4", name]

    return write


def test_only_a_test_that_fails_with_a_fault_and_not_without_it_catches_it(project):
    unsound = project({"tests": ["tests/test_double.py"]}, name="unsound")
    sound = project(
        {"fault": "seen"},
        {"fault": "not seen", "tests": ["tests/test_double.py -k two"]},
        {"fault": "broken", "replace": "x + x\n\n\nraise ImportError"},
        {"fault": "endless", "replace": "x + x if x > 9 else [0 for _ in iter(int, 1)]"},
    )
    # Apart, since it forks, which a process that has started JAX must not.
    program = f"import runpy; main = runpy.run_path({str(RUNNER)!r})['main']" + "".join(
        f"\nprint('status', main({arguments}, libraries=()))" for arguments in (unsound, sound)
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    first, second, _ = result.stdout.split("status ")
    assert "these tests fail without a fault" in first
    assert second.startswith("2\n"), "unsound tests were taken for sound"
    assert result.stdout.endswith("status 1\n")
    assert "(survives): double: not seen" in second
    assert "(interrupted): double: broken" in second
    assert "(hangs): double: endless" in second
    assert "double: seen" not in second.partition("NOT CAUGHT")[2]
    assert "4 faults injected, 1 caught" in second


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"find": "x - x"}, "stands 0 times"),
        ({"find": "x"}, "stands 3 times"),
        ({"replace": "x +"}, "would not compile"),
        ({"replace": "x + x"}, "replaces its text with the same"),
        ({"file": "src/triple.py"}, "there is no file"),
        ({"tests": ["tests/test_triple.py"]}, "there is no tests/test_triple.py"),
        ({"tests": ["tests/test_double.py -m slow"]}, "by paths and then one -k"),
        ({"tests": []}, "names no tests"),
        ({"kind": "typo"}, "the kind 'typo' is none of"),
        ({"why": "a key too many"}, "its keys must be"),
    ],
)
def test_a_fault_that_cannot_be_injected_is_refused(project, capsys, changed, said):
    assert run.main(project(changed), libraries=()) == 2
    assert said in capsys.readouterr().out


def test_without_a_fault_at_least_the_tests_of_every_fault_are_run(project, tmp_path):
    every = ["tests/test_double.py -k three", "tests/test_double.py::test_two -k 'two or 2'"]
    project({"tests": every})
    faults, _ = run.read(tmp_path)
    paths = ["tests/test_double.py", "tests/test_double.py::test_two"]
    assert run.without_faults(faults) == {"double": [*paths, "-k", "(three) or (two or 2)"]}
    project({"tests": every}, {"tests": ["tests/test_double.py"]})
    faults, _ = run.read(tmp_path)
    assert run.without_faults(faults) == {"double": paths}
