"""Judge the claims of `checkpointing`, and collect the numbers of the report's text."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.claims import Claim
from adcost.experiments.checkpointing import chain_claims, transformer_claims


def judge(tables: Mapping[str, pd.DataFrame]) -> list[Claim]:
    """All claims under the name of this experiment, in the order of the catalogue."""
    return [*chain_claims.judge(tables), *transformer_claims.judge(tables)]


def numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Every number that the report's text calls by name."""
    return chain_claims.numbers(tables) | transformer_claims.numbers(tables)
