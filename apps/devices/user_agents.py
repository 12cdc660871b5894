"""What a User-Agent header says about a browser."""

from dataclasses import dataclass

from ua_parser import parse


@dataclass(frozen=True, kw_only=True)
class Browser:
    name: str
    version: str
    os: str
    is_mobile: bool


# What marketers call them; the parser tells apart more than a segment needs.
NAMES = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chromium": "Chrome",
    "HeadlessChrome": "Chrome",
    "Edge Mobile": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Opera Mobile": "Opera",
    "Samsung Internet": "Samsung Internet",
}
MAC = {"Mac OS X": "macOS"}
MOBILE_SYSTEMS = {"Android", "iOS"}


def read(user_agent: str) -> Browser:
    """Read browser, major version and system; empty strings where the header does not say."""
    result = parse(user_agent[:500])
    agent, system = result.user_agent, result.os
    name = agent.family if agent else ""
    os = system.family if system else ""
    return Browser(
        name=NAMES.get(name, name)[:30],
        version=((agent.major if agent else "") or "")[:20],
        os=MAC.get(os, os)[:30],
        is_mobile=os in MOBILE_SYSTEMS,
    )
