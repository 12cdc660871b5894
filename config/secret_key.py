"""The secret of this install, where the environment names none."""

import contextlib
import secrets
from pathlib import Path


def kept_secret_key(folder: Path) -> str:
    """Return the key kept in the folder as `secret_key`, made at the first start.

    It also encrypts the private VAPID keys, so it must outlive the process.
    """
    path = folder / "secret_key"
    if not path.exists():
        # Written aside and linked: of two processes that start together one wins, whole.
        draft = folder / f"secret_key.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text()
