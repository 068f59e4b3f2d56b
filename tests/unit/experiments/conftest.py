"""The fixtures of an experiment's tests, by the name of their folder."""

import copy

import pytest


@pytest.fixture(scope="session", autouse=True)
def _looked_through(no_figure_misleads):
    """Every figure that any of these tests draws."""


@pytest.fixture(scope="module")
def measured(request, measured_of):
    """The experiment's tables, measured once for all its tests."""
    return measured_of(request.path.parent.name)


@pytest.fixture(scope="module")
def drawn(request, drawn_of):
    """A folder with the experiment's figures, drawn once from ``measured``."""
    return drawn_of(request.path.parent.name)


@pytest.fixture
def tables(measured):
    """A copy of the experiment's tables that a test may falsify."""
    return copy.deepcopy(measured)


@pytest.fixture
def section(request, section_of):
    """A configuration that a test may spoil."""
    return section_of(request.path.parent.name)
