r"""A small automatic differentiator, to be read in this order:

`operations`  what one line of a tape may be, and its partial derivatives;
`counted`     floats that count what is done with them;
`tape`        the list of lines, and the lecture's two algorithms on it: `forward` and `reverse`;
`trace`       how a JAX expression of scalars is written on a tape;
`formulas`    what a line and its derivative read like, as on a slide.
"""
