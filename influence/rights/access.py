"""All that is held about one person, for that person: what, whence, since when, who decided and who read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from influence.contract.wording import counted, plain
from influence.people.decisions import Decisions
from influence.rights import rows
from influence.rights.forgetting import Place
from influence.rights.readings import Readings
from influence.rights.traces import Traces
from influence.store.engine import Engine
from influence.tracking.snapshots import Snapshots

_DAY = "strftime({}, '%Y-%m-%d')"
_NAMED = "list_has_any({list}, (SELECT list(account) FROM gone))"
_HELD = f"""
SELECT 'what they did: ' || verb AS what, source, count(*) AS rows, min(time) AS first, max(time) AS last
    FROM activity_log WHERE actor IN (FROM gone) GROUP BY ALL
UNION ALL SELECT 'answers of others to them: ' || a.verb, a.source, count(*), min(a.time), max(a.time)
    FROM activity_log a WHERE a.parent IN (SELECT id FROM activity_log WHERE actor IN (FROM gone))
    AND a.actor NOT IN (FROM gone) GROUP BY ALL
UNION ALL SELECT 'what others addressed to them: ' || verb, source, count(*), min(time), max(time)
    FROM activity_log WHERE {_NAMED.format(list="addressees")} AND actor NOT IN (FROM gone) GROUP BY ALL
UNION ALL SELECT 'what others named them in: ' || verb, source, count(*), min(time), max(time)
    FROM activity_log WHERE {_NAMED.format(list="mentions")} AND actor NOT IN (FROM gone) GROUP BY ALL
UNION ALL SELECT 'meetings: ' || kind || ' (' || evidence || ')', source, count(*), min(time), max(time)
    FROM encounter_log WHERE {_NAMED.format(list="people")} GROUP BY ALL
UNION ALL SELECT 'who they are, as a source says', source, count(*), NULL, NULL
    FROM people_log WHERE person IN (FROM gone) OR {_NAMED.format(list="accounts")} GROUP BY ALL
UNION ALL SELECT 'ties: ' || meaning, origin, count(*), NULL, NULL
    FROM tie_log WHERE source IN (FROM gone) OR target IN (FROM gone) GROUP BY ALL
UNION ALL SELECT 'how widely they were shown: ' || metric, source, count(*), min(time), max(time)
    FROM exposure_log WHERE account IN (FROM gone) GROUP BY ALL
UNION ALL SELECT 'words of what they wrote, sorted', a.source, count(*), min(a.time), max(a.time)
    FROM term_log t JOIN activity_log a USING (key) WHERE a.actor IN (FROM gone) GROUP BY ALL
UNION ALL SELECT 'text of what they wrote', source, count(*), min(time), max(time)
    FROM activity_log WHERE actor IN (FROM gone) AND text IS NOT NULL GROUP BY ALL
"""
_LAID = f"""
SELECT what, source, rows, {_DAY.format("first")} AS first, {_DAY.format("last")} AS last FROM ({_HELD}) ORDER BY ALL"""
_STATED = f"""
SELECT DISTINCT source, name, organisation, department, site, sphere, bot, outcome,
        first_contact::VARCHAR AS first_contact
    FROM people_log WHERE person IN (FROM gone) OR {_NAMED.format(list="accounts")} ORDER BY ALL"""
_WITH = f"""
SELECT count(DISTINCT one) AS n FROM (
    SELECT unnest(people) AS one FROM encounter_log WHERE {_NAMED.format(list="people")}
    UNION ALL SELECT unnest(addressees) FROM activity_log WHERE actor IN (FROM gone)
    UNION ALL SELECT actor FROM activity_log WHERE {_NAMED.format(list="addressees")})
    WHERE one NOT IN (FROM gone)"""


@dataclass(frozen=True)
class About:
    """All that is held about one person; of others only how many there are (`with_others`, accounts).

    `rows` count by what and source, with the first and the last day; `stated` is what sources say of them; `decisions`
    what was decided about them; `snapshots` in whose they stand; `readings` who read about them; `files` of the folder
    that name them, or that nobody can look into.
    """

    person: str
    name: str
    also_called: Sequence[str]
    accounts: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    stated: Sequence[Mapping[str, Any]]
    with_others: int
    decisions: Sequence[Mapping[str, Any]]
    snapshots: Sequence[Mapping[str, Any]]
    readings: Sequence[Mapping[str, Any]]
    files: Sequence[tuple[str, str]]

    def as_json(self) -> dict[str, Any]:
        """Return it as a mapping: `{"schema": "influence.access/1", …}`."""
        return {"schema": "influence.access/1", **asdict(self)}

    def __str__(self) -> str:
        """Say it in plain words, for the person whom it is about."""
        return "\n".join(_told(self)) + "\n"


def about(engine: Engine, traces: Traces, place: Place, readings: Readings) -> About:
    """Return all that is held about somebody."""
    engine.offer("gone", rows.as_table(traces))
    reports, others = place.files_naming(traces)
    return About(
        person=traces.who.person,
        name=traces.who.name,
        also_called=sorted(traces.names - {traces.who.name}),
        accounts=list(traces.who.accounts),
        rows=engine.arrow(_LAID).to_pylist(),
        stated=engine.arrow(_STATED).to_pylist(),
        with_others=int(engine.arrow(_WITH)["n"][0].as_py()),
        decisions=_decisions(engine, traces),
        snapshots=_snapshots(engine, traces),
        readings=_readings(readings, traces),
        files=[(str(one.file), one.why) for one in (*reports, *others)],
    )


def _decisions(engine: Engine, traces: Traces) -> list[dict[str, Any]]:
    """List what was decided about them; with whom is said as a number."""
    return [
        {
            "number": one.seq,
            "decided": one.decided.isoformat(timespec="seconds"),
            "by": one.author,
            "what": one.verb,
            "value": None if one.value is None else traces.taken_out(one.value) or None,
            "others": len(set(one.others) - traces.exact),
            "because": one.reason,
        }
        for one in Decisions(engine).history()
        if traces.exact & {*one.accounts, *one.others}
    ]


def _snapshots(engine: Engine, traces: Traces) -> list[dict[str, Any]]:
    """List the snapshots in which they stand: as the leader, or among those who were reached."""
    kept, found = Snapshots(engine), []
    for leader in kept.leaders():
        for one in kept.of(leader):
            leads = leader in traces.exact
            if leads or any(alter.person in traces.exact for alter in one.report.people):
                found.append(
                    {
                        "taken": one.taken.isoformat(timespec="seconds"),
                        "since": str(one.report.window["since"]),
                        "until": str(one.report.window["until"]),
                        "as": "the leader" if leads else "one of those reached by somebody else",
                    }
                )
    return found


def _readings(readings: Readings, traces: Traces) -> list[dict[str, Any]]:
    return [
        {
            "read": one.read.isoformat(timespec="seconds"),
            "by": one.reader,
            "command": one.command,
            "basis": one.basis,
        }
        for one in readings.about(traces.exact)
    ]


def _told(found: About) -> Iterator[str]:
    yield f"What is held about {plain(found.name)} ({plain(found.person)})"
    yield f"accounts: {plain(', '.join(found.accounts)) or 'none'}"
    if found.also_called:
        yield f"also called: {plain(', '.join(found.also_called))}"
    for row in found.stated:
        said = "; ".join(
            f"{key} {value}" for key, value in row.items() if key != "source" and value not in (None, "")
        )
        yield f"as {plain(str(row['source']))} says: {plain(said)}"
    yield "" if found.rows else "no rows of any source"
    for row in found.rows:
        dates = f", {row['first']} to {row['last']}" if row["first"] else ""
        yield f"{plain(row['what'])}: {counted(row['rows'], 'row', 'rows')} of {plain(str(row['source']))}{dates}"
    yield f"in these rows stand {counted(found.with_others, 'account', 'accounts')} of others, who are not named here"
    yield ""
    yield f"decisions about them: {len(found.decisions)}"
    for one in found.decisions:
        value = f" {plain(str(one['value']))}" if one["value"] else ""
        why = f", because: {plain(one['because'])}" if one["because"] else ""
        yield f"  {one['number']}: {one['what']}{value}, by {plain(one['by'])} on {one['decided'][:10]}{why}"
    yield f"snapshots in which they stand: {len(found.snapshots)}"
    for one in found.snapshots:
        yield f"  taken {one['taken'][:10]}, {one['since'][:10]} to {one['until'][:10]}, as {one['as']}"
    yield f"who read about them: {len(found.readings)}"
    for one in found.readings:
        basis = f", on the basis: {plain(one['basis'])}" if one["basis"] else ""
        yield f"  {one['read'][:16]} {plain(one['by'])} by {one['command']}{basis}"
    yield f"files of the folder that name them, or that nobody can look into: {len(found.files)}"
    for file, why in found.files:
        yield f"  {plain(file)}: {why}"
    yield ""
    yield (
        "The text of messages is kept only where the settings say so. Numbers about others that were worked out "
        "from these rows are made anew whenever somebody asks."
    )
