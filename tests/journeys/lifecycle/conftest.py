import pytest

from apps.journeys import publishing
from tests.journeys.authoring import a_draft, a_flow


@pytest.fixture
def journey():
    journey = a_draft()
    a_flow(journey, "wait", "push")
    publishing.publish(journey)
    return journey
