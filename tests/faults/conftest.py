import pytest

from tests.kit.killed import Commands


@pytest.fixture(scope="session")
def commands():
    """Commands over a workspace `ws` in a folder, which may be killed; one process begins them all."""
    with Commands() as running:
        yield running
