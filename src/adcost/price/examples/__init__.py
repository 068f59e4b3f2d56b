"""Functions that ship to be priced: each a file like a user's own, with ``arguments()`` beside it."""
