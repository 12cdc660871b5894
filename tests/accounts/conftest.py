import pytest

from tests.accounts.system import System


@pytest.fixture
def system(db):
    return System()
