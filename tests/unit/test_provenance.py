import json
import subprocess

from adcost import provenance


def test_the_record_names_commit_configuration_versions_and_machine(tmp_path, monkeypatch):
    def git(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(
            ["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True
        )

    monkeypatch.chdir(tmp_path)
    git("init")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "-m", "m")
    record = provenance.provenance({"seed": 1})
    assert len(record["commit"]) == 40 and record["dirty"] is False
    assert record["config"] == {"seed": 1} and len(record["config_digest"]) == 64
    assert record["packages"]["jax"] and record["machine"]["cores"] >= 1
    assert json.loads(json.dumps(record)) == record
    (tmp_path / "file").write_text("2")
    assert provenance.provenance({"seed": 1})["dirty"] is True


def test_outside_git_it_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    record = provenance.provenance({})
    assert record["commit"] == "unknown" and record["dirty"] is False
