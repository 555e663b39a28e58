"""Pseudonyms in place of accounts, ids and addresses on their way into the store, and no names: keyed by HMAC-SHA256.

The same word under the same key has the same pseudonym, so that equal accounts still belong together. The key lies
outside the workspace: without it nobody can tell whose a pseudonym is, and nothing can be brought in.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from influence.contract.no_person import says_only_that, shown_as, sign_of
from influence.contract.records import Deleted, Exposure, Record, Withdrawn
from influence.store.engine import Engine, EngineError
from influence.store.forgotten import mark

UNTOLD = "why is not kept here: it might name somebody"
"""Stands in the quarantine in place of a reason."""
_ACCOUNTS = {
    "activities": ("actor", "outbox", "typist", "addressees", "mentions"),
    "encounters": ("people",),
    "people": ("person", "accounts", "manager"),
    "ties": ("source", "target"),
}
"""Columns of each kind that hold accounts, or ids of people that may be accounts: their system stays."""
_IDS = {
    "activities": ("id", "parent", "conversation", "channel", "subject", "wording"),
    "encounters": ("id", "meeting"),
    "people": (),
    "ties": (),
}
"""Columns that hold ids and names of channels: nothing of these stays; what stands before a colon may be a name."""
_DROPPED = {
    "activities": ("url", "text", "tags", "reaction"),
    "encounters": ("place",),
    "people": ("name",),
    "ties": (),
}
"""What may name somebody and is not needed."""
_KEYS = "hash(id) AS id_mark, CASE WHEN key_mark IS NOT NULL THEN hash(key::UUID) END AS key_mark"
_LENGTH = 20
_REMEMBERED = 100_000
"""Words of which the pseudonyms are at hand: accounts come again and again, ids once."""
_SYSTEM = re.compile(r"([a-z][a-z-]{0,19}):(.+)", re.DOTALL)
_ADDRESS = re.compile(r"[^@]+@[^@]+")
_SEALED = "sealed"


class Pseudonyms:
    """What stands for whom; `key` is asked for when it is first needed.

    >>> own = Pseudonyms(lambda: b"key")
    >>> own.of("email:Ann.Lee@acme.example") == own.of("email:Ann.Lee@acme.example"), own.of("email:info@acme.example")
    (True, 'email:info@acme.example')
    >>> own.of("slack:T1/U7").startswith("slack:p"), "Ann" in own.of("email:Ann.Lee@acme.example")
    (True, False)
    >>> own.of("email:bounces+ann=acme.example@post.example").startswith("email:bot-p"), "ann" in own.id("ann: diary")
    (True, False)
    """

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._ask, self._held = key, b""
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._made)

    @property
    def key(self) -> bytes:
        """The key.

        Raises:
            SecretError: it is nowhere.
        """
        self._held = self._held or self._ask()
        return self._held

    def of(self, word: str) -> str:
        """Return what stands for an account, or for somebody's id: its system stays, and an address's domain.

        The address of a program or an office stays where it says that and nothing else; one that may name somebody
        besides says only what it is (`bot-`, `dl-`).
        """
        return self._remembered(word)

    def id(self, word: str) -> str:
        """Return what stands for the id of an item or a meeting, or the name of a channel."""
        return self._short(word)

    def _made(self, word: str) -> str:
        parted = _SYSTEM.fullmatch(word)
        system, rest = parted.groups() if parted else ("", word)
        if _ADDRESS.fullmatch(rest) and system in ("", "email"):  # an address may be an id in a people table
            address = rest.lower()
            short = self._signed(f"email:{address}")
            return f"{system}{':' if system else ''}{short}@{address.partition('@')[2]}"
        return f"{system}:{self._signed(word)}" if system else self._short(word)

    def _signed(self, account: str) -> str:
        """Return what stands for the identifier of an account: what it shows of a sign stays, and no more."""
        told = sign_of(account)
        if told is not None and says_only_that(account):
            return account.partition(":")[2].partition("@")[0]
        short = self._short(account)
        return short if told is None else shown_as(told[0], short)

    def _short(self, word: str) -> str:
        return f"p{mark(self.key, word)[:_LENGTH]}"

    def file(self, name: str) -> str:
        """Return what stands for the name of a file."""
        return f"file-{mark(self.key, name)[:_LENGTH]}"

    def rows(self, engine: Engine, kind: str, staged: pa.Table) -> pa.Table:
        """Return staged rows in which pseudonyms stand for people, and what may name them is left out."""
        for stands, names in ((self.of, _ACCOUNTS[kind]), (self.id, _IDS[kind])):
            for name in names:
                staged = _with(staged, name, _each(staged[name].combine_chunks(), stands))
        for name in _DROPPED[kind]:
            column = staged[name]
            nothing: Any = [] if pa.types.is_list(column.type) else None
            none = [nothing] * len(column)
            staged = _with(staged, name, pa.array(none, column.type))
        keys = [mark(self.key, key)[:32] for key in staged["key"].to_pylist()]
        staged = _with(staged, "key", pa.array(keys, pa.string()))
        if kind == "activities":
            engine.offer("named", staged)
            staged = engine.arrow(f"SELECT * REPLACE ({_KEYS}) FROM named")
        return staged

    def told(self, record: Record, file: str) -> tuple[Record, str]:
        """Return a record and its file as they may be told; what becomes a row of a table is changed there (`rows`)."""
        if isinstance(record, Deleted | Exposure | Withdrawn):
            record = self._record(record)
        return record, self.file(file)

    def _record(self, one: Deleted | Exposure | Withdrawn) -> Record:
        if isinstance(one, Withdrawn):
            absent = None if one.absent is None else self.of(one.absent)
            but = tuple(map(self.id, one.but))
            return replace(one, id=self.id(one.id), meeting=self.id(one.meeting), but=but, absent=absent)
        if isinstance(one, Exposure):
            return replace(one, id=self.id(one.id), account=self.of(one.account))
        return replace(one, id=self.id(one.id))

    def seal(self, cursor: Mapping[str, Any]) -> dict[str, str]:
        """Return where a pull ended as nobody can read it without the key: it may hold addresses."""
        return {_SEALED: self._fernet().encrypt(json.dumps(cursor).encode()).decode()}

    def unseal(self, cursor: dict[str, Any]) -> dict[str, Any]:
        """Return what `seal` was given.

        Raises:
            EngineError: it was sealed with another key.
        """
        if set(cursor) != {_SEALED}:
            return cursor
        from cryptography.fernet import InvalidToken  # an extra, as in _fernet

        try:
            return dict(json.loads(self._fernet().decrypt(cursor[_SEALED].encode())))
        except InvalidToken:
            raise EngineError("where the last pull ended was sealed with another key") from None

    def _fernet(self) -> Any:
        try:
            from cryptography.fernet import Fernet  # only live sources need it
        except ImportError:
            raise EngineError(
                "a live source in a workspace of pseudonyms needs: pip install 'networked-influence[live]'"
            ) from None
        return Fernet(base64.urlsafe_b64encode(bytes.fromhex(mark(self.key, "cursors"))))


def _each(column: pa.Array, stands: Callable[[str], str]) -> pa.Array:
    if pa.types.is_list(column.type):
        inner = _each(column.flatten(), stands)
        counts = pc.fill_null(pc.list_value_length(column), 0)
        ends = pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(counts.cast(pa.int64()))])
        return pa.ListArray.from_arrays(ends.cast(pa.int32()), inner)
    return pa.array([None if word is None else stands(word) for word in column.to_pylist()], pa.string())


def _with(staged: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return staged.set_column(staged.schema.get_field_index(name), name, column)
