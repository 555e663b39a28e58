"""Apache Spark over a lake: the very statements that DuckDB answers here, answered where the log lies.

Spark only reads: nothing that the lake tells of is changed, and what was worked out is kept beside that only if it is
asked for. Needs the extra `spark` and Java 17 or newer.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import copy
from hashlib import sha256
from itertools import count
from tempfile import TemporaryFile
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import pyarrow as pa

from influence.contract.errors import InfluenceError
from influence.store.engine import Failed, Parameters
from influence.store.kept import program
from influence.store.lake import LOGS, SECRET, TOLD, LakeError, columns_of, lacks_secret, told_by
from influence.store.schema import VIEWS
from influence.store.spark_sql import spoken
from influence.store.store import Store

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_OLDEST = 4
_PORTS = {"sc": 15002, "spark": 7077}
_PATIENCE = 10
"""Seconds in which a server must take a call."""
_LOOK, _GONE, _NOBODY = 5.0, 60.0, 600.0
"""Seconds between two looks after a cluster; in which a master comes back; in which a busy cluster finds room."""
_BESIDES = count(1)
_ASK = "the lake is as it was: ask again when it is there"
_MEMORY = "SPARK_DRIVER_MEMORY"
_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": str(os.cpu_count() or 1),
    "spark.driver.memory": os.environ.get(_MEMORY, "4g"),
    "spark.driver.maxResultSize": "0",
    "spark.driver.defaultJavaOptions": "-Xlog:disable",  # its warnings go to where a report may be written
}
"""What only a Spark that this program starts is told; a cluster has settings of its own."""


KEPT, _WHOLE = "kept", "whole"
"""Where a lake keeps what was worked out of it, which may be deleted at any time; what tells that it is all there."""
_READ = ("activities", "copies", "sent")
"""The kinds of which items and links are made, beside who is who."""


class SparkError(InfluenceError):
    """Spark cannot be used, or failed at something, in one sentence."""


def session(master: str | None = None, remote: str | None = None) -> SparkSession:
    """Start Spark on this machine or under a master, or go to a Spark Connect server (`sc://host:15002`).

    Raises:
        SparkError: the extra or Java is missing, Spark is too old, or there is nobody at that address.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise SparkError(
            "Spark is asked for, and pyspark is not installed: pip install 'networked-influence[spark]'"
        ) from None
    builder = SparkSession.builder.appName("influence").config("spark.sql.session.timeZone", "UTC")
    if remote is not None:
        builder = builder.remote(remote)
    else:
        _refuse_without_java()
        for key, value in _LOCAL.items() if master is None else ():
            builder = builder.config(key, value)
        builder = builder.master(master or "local[*]")
    refuse_unreachable(remote or master or "")
    for chatty in ("py4j", "SQLQueryContextLogger"):  # what went wrong is said in one sentence
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    with _told(), _silent():
        made = builder.getOrCreate()
        if remote is None:
            made.sparkContext.setLogLevel("OFF")
        version = made.version
    if int(version.split(".")[0]) < _OLDEST:
        raise SparkError(f"this is Spark {version}; influence needs {_OLDEST} or newer")
    return made


def refuse_unreachable(url: str) -> None:
    """Refuse an address where nobody listens: Spark itself would try for minutes. Of several masters one is enough.

    Raises:
        SparkError: there is nobody.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in _PORTS:
        return
    why: Exception | None = None
    for one in rest.split(","):
        try:
            where = urlsplit(f"{scheme}://{one}")
            there = (where.hostname or "", where.port or _PORTS[scheme])
            socket.create_connection(there, _PATIENCE).close()
        except (OSError, ValueError) as error:
            why = error
        else:
            return
    raise SparkError(f"there is no Spark at {url}: {why}") from why


@contextmanager
def _silent() -> Iterator[None]:
    """Keep away from the terminal what Java says: it writes where this program's errors go when it is started."""
    own = os.dup(2)
    with TemporaryFile() as elsewhere:
        os.dup2(elsewhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(own, 2)
            os.close(own)


def _refuse_without_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not shutil.which(os.path.join(home, "bin", "java") if home else "java"):  # noqa: PTH118 - as Spark itself looks
        raise SparkError(
            "Spark needs Java 17 or newer, and there is none: install it (on Debian and Ubuntu: "
            "apt-get install openjdk-17-jre-headless), or say where it is by JAVA_HOME"
        )


class _Watch:
    """Ends a job that would wait for ever, since no machine of the cluster works at it any more.

    Spark itself waits for them. While some work on without a master it lets them.
    """

    def __init__(self, spark: SparkSession, master: str) -> None:
        self._context, self._master = spark.sparkContext, master
        self.gone: SparkError | None = None
        self._closed = Event()
        Thread(target=self._look, daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()

    def _look(self) -> None:
        waits = 0.0
        while not self._closed.wait(_LOOK):
            with suppress(Exception):  # Java is on its way out: whoever asks is told so
                waits = waits + _LOOK if self._nobody_works() else 0.0
                if waits >= _GONE and (lost := self._lost(waits)):
                    self.gone = lost
                    self._context.cancelAllJobs()

    def _nobody_works(self) -> bool:
        known = self._context._jsc.sc().getExecutorMemoryStatus().size()  # the driver is one
        return known <= 1 and bool(self._context.statusTracker().getActiveJobsIds())

    def _lost(self, waits: float) -> SparkError | None:
        try:
            refuse_unreachable(self._master)
        except SparkError:
            return SparkError(f"the Spark at {self._master} is gone in the middle of the work; {_ASK}")
        if waits < _NOBODY:
            return None
        return SparkError(
            f"no machine of the Spark at {self._master} has taken this work for a while; {_ASK}"
        )


class SparkEngine:
    """A lake as Spark sees it; an engine that answers and changes nothing.

    Raises:
        LakeError: there is no lake, or it is of another version.
        SparkError: the lake cannot be read.
    """

    elsewhere = True
    _sign = ""
    _own: frozenset[str] = frozenset()

    def __init__(
        self, spark: SparkSession, folder: str, master: str | None = None, *, keeps: bool = False
    ) -> None:
        self._spark, self._folder, self._keeps = spark, folder.rstrip("/"), keeps
        self._watch = _Watch(spark, master) if master and master.startswith("spark://") else None
        self.lake = told_by(
            self._folder, self._text(TOLD, LakeError(f"{folder} is no lake: it has no {TOLD}"))
        )
        secret = self._text(SECRET, lacks_secret(self._folder)).strip()
        store = Store()
        for kind, log in LOGS.items():
            self._open(kind, log, columns_of(store.engine, log))
        store.close()
        for view in VIEWS:
            self._make(view, (), kept=False)
        meta = {**self.lake.meta, "secret": secret}
        self.offer("meta", pa.table({"key": [*meta], "value": [*meta.values()]}))

    def _text(self, file: str, missing: LakeError) -> str:
        with self._told(missing):
            return str(self._spark.read.text(f"{self._folder}/{file}", wholetext=True).collect()[0][0])

    def _open(self, kind: str, log: str, columns: Mapping[str, str]) -> None:
        """Let SQL read the files that the lake tells of, and no others; columns that came later are empty."""
        files = self.lake.of(kind)
        if not files:
            raise LakeError(f"{self._folder} has no {kind}")
        with self._told():
            reader = self._spark.read.option("basePath", f"{self._folder}/{kind}")
            rows = reader.parquet(*(f"{self._folder}/{file}" for file in files))
            if (found := rows.count()) != (told := sum(files.values())):
                raise LakeError(f"{self._folder}/{kind} holds {found:,} rows where {TOLD} tells of {told:,}")
            lacking = self.lake.lacking(columns, log, rows.columns, f"{self._folder}/{kind}")
            rows.createOrReplaceTempView("opened")
        empty = "".join(f", CAST(NULL AS {columns[name]}) AS {name}" for name in lacking)
        self._make(f"CREATE TEMP TABLE {log} AS SELECT *{empty} FROM opened", (), kept=False)

    def _make(self, sql: str, params: Parameters, *, kept: bool) -> None:
        """Let SQL read the rows of a query under a name; `kept` works them out now and once."""
        name, query = spoken(sql, self._own, self._sign)
        with self._told():
            rows = self._spark.sql(query, args=_given(params))
            (rows.localCheckpoint() if kept else rows).createOrReplaceTempView(self._named(str(name)))

    def _named(self, name: str) -> str:
        """Return the name of a table that this engine makes; beside another it has a sign before it."""
        if self._sign:
            self._own |= {name}
        return self._sign + name

    def run(self, sql: str, params: Parameters = ()) -> None:
        """Make the temporary table of a statement, or take it away; nothing else is done to a lake."""
        if sql.split()[0] == "DROP":
            with self._told():
                self._spark.catalog.dropTempView(self._sign + sql.split()[-1])
        else:
            self._make(sql, params, kept=True)

    def arrow(self, sql: str, params: Parameters = ()) -> pa.Table:
        """Run a query and return its rows."""
        with self._told():
            query = spoken(sql, self._own, self._sign)[1]
            return self._spark.sql(query, args=_given(params)).toArrow()

    def offer(self, name: str, rows: pa.Table) -> None:
        """Let SQL read `rows` under a name, in place of what stood there before."""
        plain = rows.cast(pa.schema([(each.name, _plain(each.type)) for each in rows.schema]))
        with self._told():
            self._frame(plain).createOrReplaceTempView(self._named(name))

    def _frame(self, rows: pa.Table) -> DataFrame:
        if rows.num_rows:
            return self._spark.createDataFrame(rows)
        from pyspark.sql.pandas.types import from_arrow_schema

        return self._spark.createDataFrame([], from_arrow_schema(rows.schema))

    def kept(self, names: Mapping[str, bool], matters: object) -> bool:
        """Let SQL read tables as they lie in the lake, made of its files as they are now and what else matters.

        What is not whole, or was made of anything else, is as if it were not there.
        """
        if not self._keeps or self._sign:
            return False
        try:
            place = self._place(matters)
            told = json.loads(self._text(f"{place}/{_WHOLE}", LakeError("nothing is kept")))
            with self._told():
                found = {name: self._spark.read.parquet(f"{self._folder}/{place}/{name}") for name in names}
                if told != {name: rows.count() for name, rows in found.items()}:
                    return False
                for name, rows in found.items():
                    rows.drop("month").createOrReplaceTempView(name)
        except (InfluenceError, ValueError):
            return False
        return True

    def keep(self, names: Mapping[str, bool], matters: object) -> None:
        """Write tables into the lake, beside what it tells of; where it may not be written nothing is kept."""
        if not self._keeps or self._sign:
            return
        with suppress(InfluenceError), self._told():
            place = self._place(matters)
            told = {
                name: self._write(name, f"{self._folder}/{place}", months) for name, months in names.items()
            }
            whole = self._spark.createDataFrame([(json.dumps(told),)], "value string").coalesce(1)
            whole.write.mode("overwrite").text(f"{self._folder}/{place}/{_WHOLE}")

    def _write(self, name: str, place: str, by_month: bool) -> int:
        rows = self._spark.table(name)
        by_month = (
            by_month and not rows.isEmpty()
        )  # of nothing by month not even the columns would be written
        if by_month:
            months = self._spark.sql("SELECT item, date_format(time, 'yyyy-MM') AS month FROM item")
            rows = rows.join(months, "item")
        rows.write.mode("overwrite").partitionBy(*["month"] * by_month).parquet(f"{place}/{name}")
        return int(rows.count())

    def _place(self, matters: object) -> str:
        """Return where tables are kept, by all that they are made of: program, files as they lie, what else matters."""
        state = [row for kind in _READ for row in self._seen(kind)]
        made_of = repr((program(), self.lake.files, state, matters))
        return f"{KEPT}/{sha256(made_of.encode()).hexdigest()[:24]}"

    def _seen(self, kind: str) -> list[str]:
        """List the files of a kind with their sizes and when each was changed."""
        files = [f"{self._folder}/{file}" for file in self.lake.of(kind)]
        with self._told():
            rows = self._spark.read.option("basePath", f"{self._folder}/{kind}").parquet(*files)
            seen = rows.select(*(f"_metadata.file_{each}" for each in ("path", "size", "modification_time")))
            return sorted(map(str, seen.distinct().collect()))

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise SparkError("a lake is only read: bring activity into a workspace, and write the lake anew")

    append = stream = transaction = turn = _refuse

    def beside(self) -> SparkEngine:
        """Return another engine over the same lake: it reads the tables made so far, and what it makes is its own."""
        other = copy(self)
        other._sign = f"beside_{next(_BESIDES)}_"
        return other

    def slim(self) -> None:
        """Nothing is held here."""

    @contextmanager
    def _told(self, missing: LakeError | None = None) -> Iterator[None]:
        """Say what Spark fails at; what it says when a job was ended since its cluster is gone tells nobody why."""
        try:
            with _told(missing):
                yield
        except InfluenceError as error:
            if self._watch and self._watch.gone:
                raise self._watch.gone from error
            raise

    def close(self) -> None:
        """Let go of the session; one beside another leaves it to that."""
        if self._sign:
            return
        if self._watch:
            self._watch.close()
        with suppress(InfluenceError), _told():  # what has ended already has said so
            self._spark.stop()


def _plain(of: pa.DataType) -> pa.DataType:
    return of.value_type if pa.types.is_dictionary(of) else of


def _given(params: Parameters) -> dict[str, Any] | list[Any] | None:
    """Return what a statement is given; Spark takes no empty lists of things."""
    return (dict(params) if isinstance(params, Mapping) else list(params)) or None


_NO_MEMORY = ("OutOfMemory", "OutOfDirectMemory", "Java heap space")
_SHUT_DOWN = "SparkContext was shut down"
_NOT_THERE = ("PATH_NOT_FOUND", "FILE_NOT_EXIST")


@contextmanager
def _told(missing: LakeError | None = None) -> Iterator[None]:
    """Say what Spark fails at in one sentence; `missing` is said where there is no such path."""
    from py4j.protocol import Py4JError, Py4JNetworkError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, OSError) as error:
        words = _words(error)
        why = _why(words) or type(error).__name__
        if any(word in words for word in _NOT_THERE):
            raise missing or LakeError(f"a file of the lake is not there: {why[:300]}") from error
        if any(word in words for word in _NO_MEMORY):
            raise Failed(
                "Spark has no memory left on this machine; give its driver more (4g if nothing is said): "
                f"{_MEMORY}=8g influence …"
            ) from error
        if "maxResultSize" in words:
            raise Failed(
                "what comes to this machine is more than the cluster lets through; let it: spark.driver.maxResultSize"
            ) from error
        ended = not words or _SHUT_DOWN in words or isinstance(error, Py4JNetworkError | ConnectionError)
        if ended:
            raise SparkError(
                "the Java that runs Spark on this machine has ended in the middle of the work, most often for want of "
                f"memory: {_MEMORY}=8g influence … gives it more; nothing was changed"
            ) from error
        if "JAVA_GATEWAY_EXITED" in why:
            why = "Java could not start it; it must be 17 or newer (java -version tells)"
        raise SparkError(f"Spark failed: {why[:300]}") from error


def _words(error: Exception) -> str:
    """Return what an error says; what Java raised says nothing once that Java has ended."""
    try:
        return str(error)
    except Exception:  # it asks Java, which fails in many ways
        return ""


def _why(words: str) -> str:
    """Return the line that tells why: what Java raised stands below what was called."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    for line in lines:
        if any(word in line for word in _NOT_THERE):
            return line.removeprefix("Caused by: ")
    return next((line.removeprefix(": ") for line in lines if line.startswith(": ")), "".join(lines[:1]))
