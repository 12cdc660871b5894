"""How `make test` shares the tests out among its workers."""

from xdist.scheduler import LoadScopeScheduling

BROWSER_TESTS = "tests/browser"
# Of their files half of the time is spent in those before it.
MIDDLE = f"{BROWSER_TESTS}/test_k"


def drives_browsers(nodeid: str) -> bool:
    """Whether the test is one of those that real browsers are driven for."""
    return nodeid.startswith(f"{BROWSER_TESTS}/")


class ByFile(LoadScopeScheduling):
    """Gives a worker one file after the other, so that what a file makes for itself is made once.

    The browser tests are two such files: each takes a desk and browsers of its own.
    """

    def _split_scope(self, nodeid: str) -> str:
        if drives_browsers(nodeid):
            return f"{BROWSER_TESTS} {'before' if nodeid < MIDDLE else 'after'} the middle"
        return nodeid.partition("::")[0]
