r"""Bytes of a transformer's activations as the literature has them; b sequences of s tokens.

- ZeRO (Rajbhandari et al. 2020, arXiv 1910.02054, §3.2 and its footnote): 12·h·b·s·L numbers.
  Attention's scores, a·s² numbers a sequence and layer, are not in it.
- Korthikanti et al. 2022 (arXiv 2205.05198, eq. 1): s·b·h·(34 + 5·a·s/h) bytes a layer in 16
  bits. Of the 34, dropout's masks are 2; of the 5, its mask and its result are 3. Without dropout
  32 + 2·a·s/h remain: the operands of products, normalisations and GELU, and the softmax.
- A checkpoint a layer: 2·s·b·h bytes each (there).
"""

from adcost.functions.gpt2_sizes import Size

BYTES = 2
"""Of a number in 16 bits."""


def activations(size: Size, sequence: int, batch: int) -> dict[str, float]:
    """Bytes by name, of all layers, in 16 bits."""
    once = batch * sequence * size.width * size.layers
    scores = size.heads * sequence / size.width
    return {
        "zero_bytes": 12 * once * BYTES,
        "korthikanti_bytes": once * (34 + 5 * scores),
        "operand_bytes": once * (32 + 2 * scores),
        "scores_bytes": once * scores * BYTES,
        "checkpoint_bytes": once * BYTES,
    }
