"""Web addresses: which may be fetched, and when two of them are one."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import PurePosixPath
from typing import TypeAlias
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from index.errors import AddressRefused

Ip: TypeAlias = IPv4Address | IPv6Address

PORTS = {"http": 80, "https": 443}

REFUSED_NETWORKS = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # set aside for protocols; Oracle's own services
            "168.63.129.16/32",  # Azure's own services, at an address that looks public
            "192.88.99.0/24",  # relays of 6to4
            "::/96",  # IPv4 in IPv6, as it was first written
            "::ffff:0:0/96",  # IPv4 mapped into IPv6
            "::ffff:0:0:0/96",  # IPv4 translated
            "64:ff9b::/96",  # NAT64
            "64:ff9b:1::/48",
            "2001::/32",  # Teredo
            "2002::/16",  # 6to4
            "fec0::/10",  # once site-local
        ),
    )
)
"""What Python calls global, or may call so, and what leads to machines that are not."""


def is_public(ip: Ip) -> bool:
    """Whether an address is one of the open internet, and of nothing nearer."""
    if any(ip in network for network in REFUSED_NETWORKS if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def ip_of(host: str) -> Ip:
    """Return the address that a socket is about to connect to."""
    return ip_address(host.partition("%")[0])


def is_web_address(text: str) -> bool:
    """Whether somebody means a web address, be it a good one or not."""
    return text.lstrip()[:8].lower().startswith(("http://", "https://"))


def normal(address: str) -> str:
    """Return an address as it is always written. Raises AddressRefused, which never repeats the address.

    An address that holds a name or a password is refused: what is a source is shown to people.
    """
    try:
        parts = urlsplit(address.strip())
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        if scheme not in PORTS:
            raise AddressRefused("Only addresses that begin with http:// or https:// are fetched.")
        if "@" in parts.netloc:
            raise AddressRefused(
                "The address holds a name or a password, which everybody would see. Leave it out."
            )
        host = host.encode("idna").decode() if not host.isascii() else host
    except ValueError as error:
        raise AddressRefused("That is no web address. Give one as in https://example.org/docs.") from error
    if not host or any(character.isspace() for character in host):
        raise AddressRefused("That is no web address. Give one as in https://example.org/docs.")
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{port}" if port and port != PORTS[scheme] else ""
    path = quote(parts.path or "/", safe="/%!$&'()*+,;=:@~")
    return urlunsplit((scheme, netloc, path, quote(parts.query, safe="%!$&'()*+,;=:@/?~[]"), ""))


def joined(base: str, link: str) -> str:
    """Return where a link on a page leads. Raises AddressRefused."""
    try:
        return normal(urljoin(base, link.strip()))
    except ValueError as error:  # brackets that are no IPv6 address
        raise AddressRefused("It holds a link that is no web address.") from error


def host_of(url: str) -> str:
    """Return the host's name, in lower case and without its port."""
    return urlsplit(url).hostname or ""


def root_of(url: str) -> str:
    """Return scheme, host and port: what robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def prefix_of(url: str) -> str:
    """Return what the addresses below a page begin with: all of its folder, if it is a file."""
    parts = urlsplit(url)
    folder, _, last = parts.path.rpartition("/")
    path = f"{folder}/" if ending(url) or not last else f"{parts.path}/"
    return f"{parts.scheme}://{parts.netloc}{path}"


def is_below(url: str, prefix: str) -> bool:
    """Whether a page is the one at the prefix, or one below it."""
    return url.startswith(prefix) or url == prefix.rstrip("/")


def ending(url: str) -> str:
    """Return the ending of the file's name in lower case, without the dot; that of "v1.0" is none."""
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower().removeprefix(".")
    return suffix if suffix[:1].isalpha() else ""


def file_name(url: str) -> str:
    """Return the last part of the path as people read it, at worst the host."""
    return unquote(PurePosixPath(urlsplit(url).path).name) or host_of(url)


def uri_of(url: str) -> str:
    """Return the address as a document's uri: one that ends with a slash would be a folder."""
    return url.rstrip("/")
