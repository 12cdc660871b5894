"""Random rows made inside the database: as SQL for PostgreSQL and for SQLite."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import connection

DRAWS = "abcdef"
Weights = Mapping[object, float] | Sequence[object]


def dialect(contacts: int) -> "Dialect":
    """Return how the connected database draws, for rows that point at so many contacts."""
    return {"postgresql": PostgreSQL, "sqlite": SQLite}[connection.vendor](contacts)


class Dialect:
    """Every method returns SQL. A draw is a column with a random number from 0 to 1."""

    random = ""

    def __init__(self, contacts: int) -> None:
        self.contacts = contacts

    def draws(self, rows: int, days: int) -> str:
        """A common table `draws` of so many rows with i, contact, at, and DRAWS."""
        # A product of two draws: a fifth of the contacts get half of the rows.
        somebody = f"1 + {self.whole(f'{self.contacts} * {self.random} * {self.random}')}"
        return (
            f"WITH RECURSIVE {self.series(rows)}, draws AS MATERIALIZED (SELECT i, "
            f"{somebody} AS contact, {self.ago(days)} AS at, "
            f"{', '.join(f'{self.random} AS {name}' for name in DRAWS)} FROM series)"
        )

    def one_of(self, values: Weights, draw: str) -> str:
        """One of the values, as likely as its weight says; `draw` names the draw that decides."""
        weights = values if isinstance(values, Mapping) else dict.fromkeys(values, 1)
        *first, last = weights
        total, reached, cases = sum(weights.values()), 0.0, ""
        for value in first:
            reached += weights[value] / total
            cases += f" WHEN {draw} < {reached} THEN {value!r}"
        return f"(CASE{cases} ELSE {last!r} END)"

    def whole(self, number: str) -> str:
        raise NotImplementedError

    def series(self, rows: int) -> str:
        raise NotImplementedError

    def ago(self, days: int) -> str:
        raise NotImplementedError

    def day(self, days: int) -> str:
        raise NotImplementedError

    def uid(self) -> str:
        raise NotImplementedError

    def json(self, text: str) -> str:
        raise NotImplementedError

    def yes_or_no(self, condition: str) -> str:
        raise NotImplementedError

    def object(self, properties: Mapping[str, str]) -> str:
        raise NotImplementedError

    def without_indexes(self, tables: list[str]) -> "Iterator[None]":
        raise NotImplementedError

    def pairs(self, properties: Mapping[str, str]) -> str:
        return ", ".join(f"'{name}', {value}" for name, value in properties.items())


class PostgreSQL(Dialect):
    random = "random()"

    def whole(self, number: str) -> str:
        return f"floor({number})::int"

    def series(self, rows: int) -> str:
        return f"series AS (SELECT generate_series(1, {rows}) AS i)"

    def ago(self, days: int) -> str:
        return f"now() - random() * interval '{days} days'"

    def day(self, days: int) -> str:
        return f"(date '1950-01-01' + {self.whole(f'{days} * random()')})::text"

    def uid(self) -> str:
        return "gen_random_uuid()"

    def json(self, text: str) -> str:
        return f"{text}::jsonb"

    def yes_or_no(self, condition: str) -> str:
        return condition

    def object(self, properties: Mapping[str, str]) -> str:
        return f"jsonb_build_object({self.pairs(properties)})" if properties else "'{}'::jsonb"

    @contextmanager
    def without_indexes(self, tables: list[str]) -> Iterator[None]:
        """Build the indexes after the rows, which is faster, and do not look up row by row what
        the rows point at: they are right by construction."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
            cursor.execute(
                "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
                "WHERE indrelid::regclass::text = ANY(%s) AND NOT EXISTS "
                "(SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)",
                [tables],
            )
            found = cursor.fetchall()
            for name, _ in found:
                cursor.execute(f"DROP INDEX {name}")
            yield
            for _, definition in found:
                cursor.execute(definition)


class SQLite(Dialect):
    random = "(abs(random() / 2.0) / 4611686018427387904.0)"

    def whole(self, number: str) -> str:
        return f"CAST({number} AS INTEGER)"

    def series(self, rows: int) -> str:
        return f"series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < {rows})"

    def ago(self, days: int) -> str:
        seconds = f"-{self.random} * {days * 86_400}"
        return f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', ({seconds}) || ' seconds')"

    def day(self, days: int) -> str:
        return f"date('1950-01-01', {self.whole(f'{days} * {self.random}')} || ' days')"

    def uid(self) -> str:
        return "lower(hex(randomblob(16)))"

    def json(self, text: str) -> str:
        return f"json({text})"

    def yes_or_no(self, condition: str) -> str:
        return f"json(CASE WHEN {condition} THEN 'true' ELSE 'false' END)"

    def object(self, properties: Mapping[str, str]) -> str:
        return f"json_object({self.pairs(properties)})"

    @contextmanager
    def without_indexes(self, tables: list[str]) -> Iterator[None]:
        yield
