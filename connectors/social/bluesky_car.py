"""CAR files of the AT protocol: a whole repository of signed records, read without any other package.

References: atproto.com/specs/repository (CAR, MST, commit), ipld.io/specs/codecs/dag-cbor.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

DEEPEST = 64
"""How far values may be nested; records of the protocol stay below ten."""


class Broken(ValueError):
    """The bytes are no CAR file, or end in the middle."""


@dataclass(frozen=True)
class Link:
    """A link to a block, by its CID."""

    cid: bytes


def is_car(head: bytes) -> bool:
    """Tell a CAR file, version 1, by its header.

    >>> is_car(b"PK..")
    False
    """
    return b"eroots" in head[:12] and b"gversion" in head[:160]


def records(content: bytes) -> tuple[str, Iterator[tuple[str, Any]]]:
    """Return whose repository it is (a DID), and its records as `collection/key` and value.

    Raises:
        Broken: it is no repository, or cut off.
    """
    blocks, root = _blocks(content)
    commit = _block(blocks, root)
    if not isinstance(commit, dict) or not isinstance(commit.get("data"), Link) or "did" not in commit:
        raise Broken("the file is no repository of the AT protocol")
    return str(commit["did"]), _walk(blocks, commit["data"])


def _blocks(content: bytes) -> tuple[dict[bytes, bytes], bytes]:
    length, at = _varint(content, 0)
    header = decode(content[at : at + length])
    roots = header.get("roots") if isinstance(header, dict) else None
    if not isinstance(roots, list) or not roots or not isinstance(roots[0], Link):
        raise Broken("the file has no header of a CAR file")
    at += length
    blocks: dict[bytes, bytes] = {}
    while at < len(content):
        length, at = _varint(content, at)
        if length < 36 or at + length > len(content):
            raise Broken("the file is cut off")
        blocks[content[at : at + 36]] = content[at + 36 : at + length]
        at += length
    return blocks, roots[0].cid


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(content) and shift < 63:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise Broken("the file is cut off")


def _block(blocks: dict[bytes, bytes], cid: bytes) -> Any:
    if cid not in blocks:
        raise Broken("a part of the repository is missing from the file")
    return decode(blocks[cid])


def _walk(blocks: dict[bytes, bytes], root: Link) -> Iterator[tuple[str, Any]]:
    """Go through the search tree in the order of its keys, each node once."""
    todo: list[Link | tuple[str, Link]] = [root]
    visited: set[bytes] = set()
    while todo:
        each = todo.pop()
        if isinstance(each, tuple):
            yield each[0], _block(blocks, each[1].cid)
            continue
        if each.cid in visited:
            raise Broken("the tree of the repository runs in a circle")
        visited.add(each.cid)
        todo.extend(reversed(_entries(_block(blocks, each.cid))))


def _entries(node: Any) -> list[Link | tuple[str, Link]]:
    """Return what stands in a node: its left subtree, then each record and the subtree after it."""
    if not isinstance(node, dict) or not isinstance(node.get("e"), list):
        raise Broken("the tree of the repository is broken")
    found: list[Link | tuple[str, Link]] = [node["l"]] if isinstance(node.get("l"), Link) else []
    key = b""
    for entry in node["e"]:
        try:
            key = key[: entry["p"]] + entry["k"]
            record = (key.decode("utf-8"), entry["v"])
        except (KeyError, TypeError, UnicodeDecodeError):
            raise Broken("the tree of the repository is broken") from None
        if not isinstance(record[1], Link):
            raise Broken("the tree of the repository is broken")
        found.append(record)
        if isinstance(entry.get("t"), Link):
            found.append(entry["t"])
    return found


def decode(content: bytes) -> Any:
    """Decode one DAG-CBOR value.

    Raises:
        Broken: the bytes are none.

    >>> decode(bytes([0xA1, 0x61, 0x61, 0x18, 0x64]))
    {'a': 100}
    """
    value, _ = _value(content, 0, 0)
    return value


def _value(content: bytes, at: int, depth: int) -> tuple[Any, int]:
    if at >= len(content) or depth > DEEPEST:
        raise Broken("a value is cut off or nested too deep")
    major, minor = content[at] >> 5, content[at] & 31
    if major == 7:
        return _simple(content, at, minor)
    count, at = _count(content, at, minor)
    if major == 0:
        return count, at
    if major == 1:
        return -1 - count, at
    if major in {2, 3}:
        return _text(content, at, count, major), at + count
    if major == 4:
        return _list(content, at, count, depth)
    if major == 5:
        return _map(content, at, count, depth)
    inner, at = _value(content, at, depth + 1)
    if count != 42 or not isinstance(inner, bytes):
        raise Broken("a value has a tag that the protocol does not know")
    return Link(inner[1:]), at


def _simple(content: bytes, at: int, minor: int) -> tuple[Any, int]:
    if minor in {20, 21, 22}:
        return {20: False, 21: True, 22: None}[minor], at + 1
    if minor == 27 and at + 9 <= len(content):
        return struct.unpack(">d", content[at + 1 : at + 9])[0], at + 9
    raise Broken("a value is of no kind that the protocol knows")


def _count(content: bytes, at: int, minor: int) -> tuple[int, int]:
    if minor < 24:
        return minor, at + 1
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(minor)
    if size is None or at + 1 + size > len(content):
        raise Broken("a value is cut off")
    return int.from_bytes(content[at + 1 : at + 1 + size], "big"), at + 1 + size


def _text(content: bytes, at: int, count: int, major: int) -> bytes | str:
    found = content[at : at + count]
    if len(found) < count:
        raise Broken("a value is cut off")
    try:
        return found if major == 2 else found.decode("utf-8")
    except UnicodeDecodeError:
        raise Broken("a text is not UTF-8") from None


def _list(content: bytes, at: int, count: int, depth: int) -> tuple[list[Any], int]:
    found = []
    for _ in range(count):
        item, at = _value(content, at, depth + 1)
        found.append(item)
    return found, at


def _map(content: bytes, at: int, count: int, depth: int) -> tuple[dict[str, Any], int]:
    found = {}
    for _ in range(count):
        key, at = _value(content, at, depth + 1)
        item, at = _value(content, at, depth + 1)
        found[str(key)] = item
    return found, at
