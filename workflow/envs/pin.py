"""Write `adcost.yaml`, the environment that each rule names for `--sdm conda`, from the lock.

Snakemake copies an environment's file away from the repository, so it cannot refer to the lock
and repeats its pins instead; a test compares the two.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAD = """\
# Written by `make lock` (workflow/envs/pin.py) from requirements.lock; do not edit.
channels: [conda-forge]
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def pins(lock: str) -> list[str]:
    """The requirements of a lock file, with their markers and without their hashes."""
    lines = re.findall(r"^([A-Za-z0-9][^\s=]*==[^\\#\n]+)", lock, flags=re.MULTILINE)
    return [line.strip() for line in lines]


def environment(lock: str) -> str:
    """The environment file for a lock file."""
    return HEAD + "".join(f'      - "{pin}"\n' for pin in pins(lock))


if __name__ == "__main__":
    text = environment((ROOT / "requirements.lock").read_text("utf-8"))
    (ROOT / "workflow/envs/adcost.yaml").write_text(text, encoding="utf-8")
