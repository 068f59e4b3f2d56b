"""Code that the configuration names: what a digest follows, and what it leaves out."""

from modulefinder import ModuleFinder
from pathlib import Path

import pytest

import adcost
from adcost import user_code

FILES = {
    "model.py": "import beside\nfrom package import part\nimport missing, os\n",
    "beside.py": "def late():\n    from package.deep import leaf\n    import model\n",
    "package/__init__.py": "from . import sibling\n",
    "package/part.py": "from .sibling import anything\nfrom .deep.leaf import other as name\n",
    "package/sibling.py": "",
    "package/deep/__init__.py": "from ..above import x\n",
    "package/deep/leaf.py": "",
    "package/above.py": "def broken(:\n",
    "unrelated.py": "import model\n",
}


@pytest.fixture
def root(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("edited", [name for name in FILES if name != "unrelated.py"])
def test_an_edit_of_whatever_is_imported_from_beside_changes_the_digest(root, edited):
    before = user_code.digest(f"{root}/model.py:loss")
    (root / edited).write_text(FILES[edited] + "# edited\n")
    assert user_code.digest(f"{root}/model.py:loss") != before


def test_an_edit_of_what_is_not_imported_changes_nothing(root):
    before = user_code.digest(f"{root}/model.py:loss")
    (root / "unrelated.py").write_text("import nothing\n")
    assert user_code.digest(f"{root}/model.py:loss") == before


def test_what_was_missing_and_is_there_now_changes_the_digest(root):
    before = user_code.digest(f"{root}/model.py:loss")
    (root / "missing.py").write_text("")
    assert user_code.digest(f"{root}/model.py:loss") != before


@pytest.mark.parametrize("module", ["adcost.price.examples.mixture", "adcost.functions.scalars"])
def test_the_files_are_those_that_the_standard_library_finds(module):
    """`modulefinder` reads compiled code instead of syntax, which takes ten times as long."""
    root = Path(adcost.__file__).parents[1]
    finder = ModuleFinder(path=[str(root)])
    finder.import_hook(module)
    files = {Path(m.__file__) for m in finder.modules.values() if m.__file__}
    assert user_code._imported(module, root) == files
