"""How `make test` shares the tests out among its workers."""

from xdist.scheduler import LoadScopeScheduling

BROWSER_TESTS = "tests/browser"


def drives_browsers(nodeid: str) -> bool:
    """Whether the test is one of those that real browsers are driven for."""
    return nodeid.startswith(f"{BROWSER_TESTS}/")


class ByFile(LoadScopeScheduling):
    """Gives a worker one file after the other, so that what a file makes for itself is made once.

    All browser tests go to one worker: no two browsers wait for each other's processor time.
    """

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER_TESTS if drives_browsers(nodeid) else nodeid.partition("::")[0]
