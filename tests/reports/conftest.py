import pytest

from tests.kit.browser import CHROMIUM, NO_CHROMIUM, launched


@pytest.fixture(scope="module")
def chromium():
    """One browser for a module: a loop of its own runs while it is open."""
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    with launched() as browser:
        yield browser
