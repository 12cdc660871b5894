"""A Firefox profile that does Web Push on the loopback address and calls nobody else."""

import json
from pathlib import Path

Preference = bool | int | str

QUIET: dict[str, Preference] = {
    "app.normandy.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.region.update.enabled": False,
    "browser.startup.page": 0,
    "extensions.blocklist.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "media.gmp-provider.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.http.speculative-parallel-limit": 0,
    "network.prefetch-next": False,
    "network.trr.mode": 5,
    "nimbus.rollouts.enabled": False,
    # Nothing listens there: whatever still wants to go out ends here.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "localhost, 127.0.0.1",
    "network.proxy.failover_direct": False,
}

# A release build ignores our settings server without the first, and may report crashes without
# the second.
ENVIRONMENT = {"MOZ_REMOTE_SETTINGS_DEVTOOLS": "1", "MOZ_CRASHREPORTER_DISABLE": "1"}


def write(folder: Path, *, push_server: str | None, has_desktop: bool) -> None:
    """Write `user.js`; `push_server` is a ws: URL, `has_desktop` means a D-Bus to notify on."""
    preferences = dict(QUIET)
    # The remote agent turns the push connection off unless the profile itself says a value.
    preferences["dom.push.connection.enabled"] = push_server is not None
    if push_server is not None:
        preferences["dom.push.serverURL"] = push_server
        preferences["dom.push.testing.allowInsecureServerURL"] = True
    if not has_desktop:
        preferences["alerts.useSystemBackend"] = False
    lines = (
        f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
        for name, value in preferences.items()
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "user.js").write_text("".join(lines))
