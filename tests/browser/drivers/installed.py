"""Which browsers this machine has, and what to do where one is missing."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

PROGRAMS = {
    "firefox": ("firefox-esr", "firefox"),
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
}
PACKAGES = {
    "firefox": "firefox-esr libnotify4 dbus-daemon",
    "chromium": "chromium dbus-daemon iproute2",
}
DUMMY_NETWORK = (
    "ip link add veth0 type veth peer name veth1 && "
    "ip address add 192.0.2.1/32 dev veth0 && ip link set veth0 up && ip link set veth1 up"
)


def find(name: str) -> Path | None:
    """The program of `firefox` or `chromium`, if it is here. Raises KeyError for other names."""
    found = (shutil.which(program) for program in PROGRAMS[name])
    return next((Path(path) for path in found if path), None)


def require(name: str) -> Path:
    """The browser's program; without it the test is skipped, or fails where CI=true."""
    program = find(name)
    if program is None:
        _give_up(f"{name} is missing: apt-get install --no-install-recommends {PACKAGES[name]}")
    if shutil.which("dbus-daemon") is None:
        _give_up("dbus-daemon is missing: apt-get install --no-install-recommends dbus-daemon")
    if name == "chromium" and not has_network():
        _give_up(
            "Chromium takes a machine with nothing but loopback for offline and never connects to "
            f"the push service; a network that leads nowhere is enough (as root): {DUMMY_NETWORK}"
        )
    return program


def has_network() -> bool:
    """Whether an interface besides loopback is up and has an address."""
    ip = shutil.which("ip")
    if ip is None:
        return True
    command = [ip, "-json", "address", "show", "up"]
    links = json.loads(subprocess.run(command, capture_output=True, check=True).stdout or b"[]")
    return any(link.get("addr_info") and "LOOPBACK" not in link.get("flags", ()) for link in links)


def _give_up(reason: str) -> NoReturn:
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
