"""Links by which people join a meeting: known services, and the shapes of those that organisations run themselves."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from urllib.parse import unquote

LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]{1,2000}|\b(?:tel|sip|sips|callto|skype|zoommtg|msteams):[^\s<>\"]{1,300}",
    re.IGNORECASE,
)
"""A link in a text."""
_BARE = re.compile(
    r"(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}(?::\d{2,5})?(?:/[^\s<>\"]{0,2000})?", re.IGNORECASE
)
_CALLS = re.compile(r"(?:tel|sips?|callto|skype|zoommtg|msteams):", re.IGNORECASE)
_PHONE = re.compile(r"(?:ph|phone|tel|dial|call)?\W{0,3}\+?[\d][\d\s().#*,;xp/-]{6,60}", re.IGNORECASE)


@dataclass(frozen=True)
class _Services:
    hosts: frozenset[str]
    paths: dict[str, tuple[str, ...]]
    labels: frozenset[str]
    shapes: re.Pattern[str]
    no_meetings: frozenset[str]


@cache
def _services() -> _Services:
    with files("connectors.kit.modality").joinpath("services.toml").open("rb") as stream:
        told = tomllib.load(stream)
    plain = [host for host in told["hosts"] if "/" not in host]
    paths = {host: tuple(begin) for host, begin in told["paths"].items()}
    for entry in (host for host in told["hosts"] if "/" in host):
        host, _, path = entry.partition("/")
        paths[host] = (*paths.get(host, ()), f"/{path}")
    own = told["own"]
    return _Services(
        hosts=frozenset(plain),
        paths=paths,
        labels=frozenset(own["labels"]),
        shapes=re.compile("|".join(own["shapes"])),
        no_meetings=frozenset(own["not"]),
    )


def has_join_link(text: str) -> bool:
    """Tell whether a text holds a link by which a meeting is joined; a link to a document or a map is none.

    >>> has_join_link("Join: https://us06web.zoom.us/j/1"), has_join_link("https://zoom.us/pricing")
    (True, False)
    >>> has_join_link("https://pexip.acme.example/webapp/#/?conference=1"), has_join_link("https://maps.app.goo.gl/x")
    (True, False)
    """
    if "." not in text and ":" not in text:
        return False
    return any(map(_joins, LINK.findall(text))) or any(map(_joins, _BARE.findall(LINK.sub(" ", text))))


def is_phone_number(text: str) -> bool:
    """Tell whether a text is nothing but the number of a telephone.

    >>> is_phone_number("+47 22 33 44 55"), is_phone_number("3125")
    (True, False)
    """
    return bool(_PHONE.fullmatch(text)) and sum(map(str.isdigit, text)) >= 7


@lru_cache(maxsize=20_000)
def _joins(link: str) -> bool:
    if _CALLS.match(link):
        return True
    address = link.partition("://")[2] or link
    wrapped = unquote(unquote(address))
    if "://" in wrapped and any(
        map(_joins, LINK.findall(wrapped.partition("://")[0][-5:] + "://" + wrapped.partition("://")[2]))
    ):
        return True
    host, slash, path = address.partition("/")
    if "?" in host or "#" in host:
        host = re.split(r"[?#]", host)[0]
    return _is_meeting(host.rpartition("@")[2].partition(":")[0].lower().rstrip("."), slash + path.lower())


def _is_meeting(host: str, path: str) -> bool:
    known = _services()
    names = host.split(".")
    above = [".".join(names[at:]) for at in range(len(names) - 1)]
    if any(name in known.no_meetings for name in above):
        return False
    if any(name in known.hosts for name in above):
        return True
    for name in above:
        if name in known.paths:
            return _begins(path, known.paths[name]) or (name == "webex.com" and "/j.php" in path)
    own = names[0] in known.labels and len(names) > 2 and len(path.strip("/")) > 1
    return own or bool(known.shapes.search(path))


def _begins(path: str, beginnings: tuple[str, ...]) -> bool:
    return any(
        path == begin or (path.startswith(begin) and (begin.endswith("/") or path[len(begin)] in "/?#:=.&"))
        for begin in beginnings
    )
