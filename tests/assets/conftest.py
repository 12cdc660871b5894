import pytest


@pytest.fixture
def media(settings, tmp_path):
    """Where images are stored during the test; returns the folder."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def stored(media):
    """Tell which files there are, by the names that storage knows them by."""
    return lambda: sorted(
        str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()
    )
