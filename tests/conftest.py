import pytest

from tests.factories import a_user


@pytest.fixture
def superuser(db):
    return a_user(is_superuser=True)
