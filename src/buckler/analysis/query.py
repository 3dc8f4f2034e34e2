"""A run folder in SQL, by DuckDB: its tables, and views of what is most asked for.

The folder is opened for reading only. A statement sees the tables and views listed by `tables_and_views` and nothing
else: DuckDB's access to other files and to the network is off before the statement is looked at, and only queries are
taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from buckler.errors import InputError, nearest
from buckler.log.read import RunFolder, open_run
from buckler.log.schema import ADDED

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from rich.table import Table

TABLES: Final = ("events", "entities", "states", "detections", "tracks", "parameters")
"""Tables of the run folder; those that the folder does not hold are left out."""

VIEWS: Final[dict[str, tuple[str, str]]] = {
    "replications": (
        "one row a replication: leakers, asset hits, rounds fired, nothing_leaked",
        """
        select r.replication,
               count(*) filter (where kind = 'impact') as leakers,
               count(*) filter (where kind = 'asset_hit') as asset_hits,
               count(*) filter (where kind in ('fire', 'stray')) as rounds,
               count(*) filter (where kind = 'impact') = 0 as nothing_leaked
        from (select distinct replication from events) r left join events e using (replication)
        group by r.replication
        """,
    ),
    "leakers": (
        "one row a threat that got through: when, where, why, and how far from the asset it fell if it hit it",
        """
        select i.replication, i.subject as threat, t.class, t.system, i.object as asset, i.time_s, i.reason,
               h.event is not null as hit, h.value as miss_distance_m, i.lat_deg, i.lon_deg, i.alt_m
        from events i
        join entities t on t.key = i.subject
        left join events h on h.kind = 'asset_hit' and h.replication = i.replication and h.cause = i.event
        where i.kind = 'impact'
        """,
    ),
    "engagements": (
        "one row a round (a gun's burst) fired: when, at what, where it met its target, and what came of it",
        """
        select f.replication, f.event, w.parent as battery, f.subject as weapon, w.system as weapon_system,
               f.object as threat, t.class, t.system, a.time_s as assigned_s, f.time_s as fired_s,
               f.value as predicted_flight_s, o.time_s as ended_s, coalesce(o.kind, 'in flight') as outcome,
               case when o.kind in ('kill', 'miss') then o.value end as kill_probability,
               o.lat_deg, o.lon_deg, o.alt_m
        from events f
        join entities w on w.key = f.subject
        join entities t on t.key = f.object
        left join events a on a.kind = 'assign' and a.replication = f.replication and a.event = f.cause
        left join events o on o.kind in ('kill', 'miss', 'no_target')
             and o.replication = f.replication and o.cause = f.event
        where f.kind = 'fire'
        """,
    ),
    "kill_chain": (
        "one row a threat and replication: the first time of every stage, shots, and the reason if it got through",
        """
        with stage as (
            select replication, case when kind in ('appear', 'impact') then subject else object end as threat,
                   kind, time_s, reason
            from events
            where kind in ('appear', 'detect', 'confirm', 'identify', 'assign', 'fire', 'kill', 'impact')
        )
        select s.replication, s.threat, t.class, t.system, t.parent as asset,
               min(time_s) filter (where s.kind = 'appear') as appear_s,
               min(time_s) filter (where s.kind = 'detect') as detect_s,
               min(time_s) filter (where s.kind = 'confirm') as track_s,
               min(time_s) filter (where s.kind = 'identify') as identify_s,
               min(time_s) filter (where s.kind = 'assign') as assign_s,
               min(time_s) filter (where s.kind = 'fire') as fire_s,
               count(*) filter (where s.kind = 'fire') as shots,
               min(time_s) filter (where s.kind = 'kill') as kill_s,
               min(time_s) filter (where s.kind = 'impact') as impact_s,
               max(reason) filter (where s.kind = 'impact') as reason
        from stage s join entities t on t.key = s.threat
        group by s.replication, s.threat, t.class, t.system, t.parent
        """,
    ),
    "expenditure": (
        "one row a weapon and replication, also where it fired nothing: rounds at the start, rounds fired, kills",
        """
        select r.replication, w.key as weapon, w.parent as battery, w.system as weapon_system, w.value as rounds_at_start,
               count(*) filter (where e.kind in ('fire', 'stray')) as fired, count(*) filter (where e.kind = 'kill') as kills
        from (select distinct replication from events) r
        cross join entities w
        left join events e on e.replication = r.replication and e.subject = w.key and e.kind in ('fire', 'stray', 'kill')
        where w.kind = 'weapon'
        group by r.replication, w.key, w.parent, w.system, w.value
        """,
    ),
    "warning_time": (
        "one row an asset and replication in which something got through to it: from the first track at a post to the first impact",
        """
        with alone as (
            select unnest(string_split(parent, ' <> ')) as key from entities where kind = 'link'
            union all
            select c.key from entities c join entities b on b.key = c.parent and b.kind = 'battery' where c.kind = 'command'
        ), known as (
            select replication, object as threat, min(time_s) as known_s
            from events
            where kind in ('confirm', 'receive') and subject not in (select key from alone where key is not null)
            group by replication, object
        )
        select k.replication, k.asset, min(n.known_s) as first_track_s, min(k.impact_s) as first_impact_s,
               min(k.impact_s) - least(coalesce(min(n.known_s), min(k.impact_s)), min(k.impact_s)) as warning_s
        from kill_chain k
        left join known n on n.replication = k.replication and n.threat = k.threat
        group by k.replication, k.asset
        having min(k.impact_s) is not null
        """,
    ),
}
"""Name of each view: what a row is, and its definition."""

_QUERIES: Final = ("SELECT", "EXPLAIN", "MULTI")


@dataclass(frozen=True)
class Answer:
    """What a query gave: the names of the columns and the rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def as_dicts(self) -> list[dict[str, Any]]:
        """The rows as JSON can hold them: times and dates as text, what is not a number as null."""
        return [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]


def query(run: RunFolder | str | Path, sql: str) -> Answer:
    """The answer of one SQL query over a run folder; InputError that names the nearest table or column where it is wrong."""
    import duckdb

    folder = run if isinstance(run, RunFolder) else open_run(run)
    with _opened(folder) as connection:
        try:
            statements = connection.extract_statements(sql)
        except duckdb.Error as error:
            raise InputError(_explained(connection, error)) from None
        if len(statements) != 1:
            raise InputError(f"query takes one statement, not {len(statements)}: for example: select * from leakers")  # noqa: S608
        kind = statements[0].type.name
        if kind not in _QUERIES:
            raise InputError(
                f"query only reads a run folder, and {kind.lower().replace('_', ' ')} is no query: write a select"
            )
        try:
            result = connection.execute(statements[0])
            columns = tuple(column[0] for column in result.description or ())
            return Answer(columns, result.fetchall())
        except duckdb.Error as error:
            raise InputError(_explained(connection, error)) from None


def tables_and_views(run: RunFolder | str | Path) -> dict[str, tuple[str, ...]]:
    """The tables and views of a run folder, each with its columns."""
    folder = run if isinstance(run, RunFolder) else open_run(run)
    with _opened(folder) as connection:
        return _columns(connection)


_MOST_BLOCKS: Final = 50


def render(answer: Answer, width: int | None = None) -> str:
    """The answer as text, a line a row, nothing cut off.

    Where that is wider than `width` and rows are few, each is a block instead, a line a column.
    """
    rows = [tuple(map(_shown, row)) for row in answer.rows]
    right = [_is_number(answer, k) for k in range(len(answer.columns))]
    widths = [max(len(name), *(len(row[k]) for row in rows), 0) for k, name in enumerate(answer.columns)]
    if width is not None and sum(widths) + 2 * (len(widths) - 1) > width and 0 < len(rows) <= _MOST_BLOCKS:
        longest = max(map(len, answer.columns))
        blocks = ("\n".join(f"{name:{longest}}  {text}" for name, text in zip(answer.columns, row, strict=True)) for row in rows)
        return "\n\n".join(blocks)

    def line(row: tuple[str, ...]) -> str:
        cells = zip(row, widths, right, strict=True)
        return "  ".join(text.rjust(size) if at_right else text.ljust(size) for text, size, at_right in cells).rstrip()

    return "\n".join(map(line, (answer.columns, *rows)))


def render_tables(tables: dict[str, tuple[str, ...]]) -> Table:
    """What can be asked, for the terminal."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 1, 0))
    for heading in ("table", "columns"):
        table.add_column(heading)
    for name, columns in tables.items():
        what = f"{VIEWS[name][0]}\n" if name in VIEWS else ""
        table.add_row(name, f"{what}{', '.join(columns)}")
    return table


def _opened(folder: RunFolder) -> DuckDBPyConnection:
    """A DuckDB in memory that can read this folder's tables and no other file, and cannot be told otherwise."""
    import duckdb

    connection = duckdb.connect(":memory:")
    files = {name: folder.path.resolve() / f"{name}.parquet" for name in TABLES if folder.has(f"{name}.parquet")}
    try:
        # The path is checked as it is written in the view, and again as what it stands for.
        allowed = ", ".join(_quoted(text) for path in files.values() for text in (str(path), _unglobbed(str(path))))
        connection.execute(f"set allowed_paths = [{allowed}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        for name, path in files.items():
            source = f"read_parquet({_quoted(_unglobbed(str(path)))})"
            there = [row[0] for row in connection.execute(f"describe select * from {source}").fetchall()]  # noqa: S608
            added = {column: value for column, value in ADDED.get(path.name, {}).items() if column not in there}
            filled = "".join(f", {_quoted(v) if isinstance(v, str) else str(v).lower()} as {column}" for column, v in added.items())
            connection.execute(f"create view {name} as select *{filled} from {source}")  # noqa: S608
        for name, (_, definition) in VIEWS.items():
            connection.execute(f"create view {name} as {definition}")
    except duckdb.Error as error:
        connection.close()
        raise InputError(
            f"{folder.path}: its tables cannot be read ({str(error).splitlines()[0]}); run the scenario again"
        ) from None
    return connection


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _unglobbed(path: str) -> str:
    """A path whose stars, question marks and brackets mean themselves."""
    return re.sub(r"([*?\[])", r"[\1]", path)


def _columns(connection: DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() where not internal order by table_name, column_index"
    )
    for table, column in rows.fetchall():
        found.setdefault(table, []).append(column)
    return {name: tuple(found[name]) for name in (*VIEWS, *TABLES) if name in found}


_NO_COLUMN: Final = re.compile(r'column "?([^"\s]+)"? not found|does not have a column named "([^"]+)"')
_NO_TABLE: Final = re.compile(r"Table with name (\S+) does not exist")


def _explained(connection: DuckDBPyConnection, error: Exception) -> str:
    """DuckDB's complaint in our words where it is a name, in its own first line (and the place) otherwise."""
    said = str(error)
    tables = _columns(connection)
    if match := _NO_TABLE.search(said):
        likely = nearest(match[1], tables)
        hint = f"; did you mean {' or '.join(map(repr, likely))}?" if likely else ""
        return f"no table or view is called {match[1]!r}{hint} (there are {', '.join(tables)})"
    if match := _NO_COLUMN.search(said):
        name = (match[1] or match[2]).split(".")[-1]
        by_name: dict[str, list[str]] = {}
        for table, columns in tables.items():
            for column in columns:
                by_name.setdefault(column, []).append(table)
        bindings = re.search(r"Candidate bindings: (.*)", said)
        in_reach = re.findall(r'"([^"]+)"', bindings[1]) if bindings else []
        elsewhere = by_name.get(name)
        likely = nearest(name, in_reach, 1) or nearest(name, by_name, 1)
        if elsewhere:
            hint = f"; it is a column of {', '.join(elsewhere)}"
        elif likely and likely[0] not in in_reach:
            hint = f"; did you mean {likely[0]!r} of {' or '.join(by_name[likely[0]])}?"
        else:
            hint = f"; did you mean {likely[0]!r}?" if likely else ""
        return f"no column is called {name!r} here{hint} (the columns of each table: buckler query RUN)"
    if "file system operations are disabled" in said or "external" in said.lower():
        return "query reads the tables of the run folder and nothing else: no other file, no network, no extension"
    lines = said.splitlines()
    place = [
        line for line in lines[1:] if line.startswith("LINE ") or line.strip() == "^" or set(line.strip()) == {"^"}
    ]
    return "\n".join([f"the query is wrong: {lines[0]}", *place])


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value)


def _is_number(answer: Answer, column: int) -> bool:
    cells = (row[column] for row in answer.rows)
    return any(isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) for cell in cells)


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | Decimal):
        return f"{value:.6g}"
    return str(value)
