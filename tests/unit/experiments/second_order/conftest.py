"""The small section of the configuration that the tests use."""

SECTION = {"lengths": [1, 10]}
