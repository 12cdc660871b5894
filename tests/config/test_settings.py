"""What depends on the environment in which the product starts."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

PRINT = "from django.conf import settings; print(settings.PRIVATE_DIR)"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("postgres://nobody@127.0.0.1:1/shop", "shop"),
        ("sqlite:////nowhere/other.sqlite3", "other.sqlite3"),
    ],
)
def test_uploads_for_one_database_wait_apart_from_those_for_another(address, name):
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "--no-imports", "-c", PRINT],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": address},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.strip() == str(settings.VAR_DIR / "private" / name), done.stderr
