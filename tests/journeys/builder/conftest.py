import pytest

from tests.journeys.builder.house import Builder, a_draft


@pytest.fixture
def builder(client, db):
    """A marketer with an empty draft."""
    return Builder(client, a_draft())


@pytest.fixture
def journey(builder):
    return builder.journey
