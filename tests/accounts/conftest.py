import pytest

from tests.factories import a_contact


@pytest.fixture
def anna(system):
    return a_contact(system.site, external_id="anna", state={"plan": "gold"})
