"""Which addresses may be looked at: the public web, and nothing of our own network.

A marketer writes them, and pages redirect to others, so any of them may point at a database, a
cloud's metadata service or the machine itself. A host is resolved once, every address of it is
checked, and the connection is made to one of those that were checked: a name that says something
else a moment later (DNS rebinding) finds nobody asking.
"""

import asyncio
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings
from yarl import URL

MAX_ADDRESSES = 20
# Below 1024 no others: there live mail, shells and file shares, which HTTP could talk into.
DEFAULT_PORTS = {"https": 443, "http": 80}
# IPv6 that leads to an IPv4 address inside it (RFC 6052).
NAT64 = ipaddress.ip_network("64:ff9b::/96")
GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")
PRIVATE = "It is a private address, which only your own network reaches."
# Not the loop's own: that is waited for at the end, however long a name server takes.
_lookups = ThreadPoolExecutor(max_workers=8, thread_name_prefix="lookup")


class NotAllowed(OSError):
    """The address is none that we look at; the text says why."""


def check(address: str) -> URL:
    """Return the address as it will be asked. Raises NotAllowed unless it is http or https,
    without credentials, on a port of the web, and not on an address that is not public."""
    if not address.isprintable() or set(address) & set(" \\"):
        raise NotAllowed("It is not an address.")
    # Read by what asks for it later: two readers would see two hosts in the same text.
    try:
        url = URL(address)
        host, port = url.raw_host, url.port
    except ValueError as error:
        raise NotAllowed("It is not an address.") from error
    if url.scheme not in DEFAULT_PORTS or not host or port is None:
        raise NotAllowed("Only http:// and https:// addresses are looked at.")
    if url.raw_user is not None or url.raw_password is not None:
        raise NotAllowed("It holds a user name or password.")
    if is_exempt(host, port):
        return url
    if port < 1024 and port not in DEFAULT_PORTS.values():
        raise NotAllowed(f"Port {port} is none of the web’s.")
    if (literal := _literal(host)) and not is_public(literal):
        raise NotAllowed(PRIVATE)
    return url


def is_exempt(host: str, port: int) -> bool:
    """Say whether `LINK_CHECK_HOSTS` names the origin, for tests and the demo."""
    return (host, port) in _exempt()


def _exempt() -> set[tuple[str | None, int | None]]:
    parts = [urlsplit(origin) for origin in settings.LINK_CHECK_HOSTS]
    return {(each.hostname, each.port or DEFAULT_PORTS.get(each.scheme)) for each in parts}


def is_public(ip: str) -> bool:
    """Say whether the IP address is one of the public internet's, also inside IPv6."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not (address.is_multicast or address.is_reserved)
    inside = address.ipv4_mapped or address.sixtofour
    if address in NAT64:
        inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inside:
        return is_public(str(inside))
    return address in GLOBAL_IPV6 and address.is_global and not address.teredo


class CheckedResolver(AbstractResolver):
    """Answers only with addresses that may be connected to; what it answers is connected to."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        addresses = await loop.run_in_executor(_lookups, lookup, host, port)
        if not is_exempt(host, port) and not all(is_public(ip) for ip in addresses):
            raise NotAllowed(PRIVATE)
        return [_result(host, port, ip) for ip in addresses]

    async def close(self) -> None:
        pass


def checked_socket(address: tuple[Any, ...]) -> socket.socket:
    """Return the socket for a connection to `address` (of getaddrinfo). Every connection is made
    through here, whatever led to it."""
    family, kind, proto, _, (ip, port, *_) = address
    is_open = any(port == exempt for _, exempt in _exempt())
    if not is_open and not is_public(ip):
        raise NotAllowed(PRIVATE)
    return socket.socket(family=family, type=kind, proto=proto)


def lookup(host: str, port: int) -> list[str]:
    """Return the IP addresses of the host. Raises OSError."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))[:MAX_ADDRESSES]


def _result(host: str, port: int, ip: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    values: dict[str, Any] = {"hostname": host, "host": ip, "port": port}
    return ResolveResult(
        **values, family=family, proto=socket.IPPROTO_TCP, flags=socket.AI_NUMERICHOST
    )


def _literal(host: str) -> str | None:
    """Return the IP address that the host is, in any of the ways in which systems read one:
    127.1, 0x7f.1 and 2130706433 are all 127.0.0.1 (inet_aton)."""
    if ":" in host:
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None
