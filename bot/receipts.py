"""Proof of quotes: what was shown, by place and hash, and whether it still stands there."""

import base64
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import structlog

from bot.messages import Notice, Quote, counted
from bot.ports import Clock, Originals
from bot.records import Records
from index.errors import IndexFailure
from index.passages import Passage, content_hash

SHORTEST_ID = 6
"""Letters and digits: about a billion ids, for a community that shows some thousand passages."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS receipts (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    document_id INTEGER NOT NULL,
    uri TEXT NOT NULL,
    title TEXT NOT NULL,
    revision TEXT NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    times INTEGER NOT NULL,
    shown_at TEXT NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;
"""
COLUMNS = (
    "workspace, id, source, document_id, uri, title, revision, start, end, content_hash, checksum, times, "
    "shown_at"
)

log = structlog.get_logger()


class Verdict(IntEnum):
    """How a quote stands to a text, from best to worst."""

    MATCH = 0
    MOVED = 1
    CHANGED = 2
    GONE = 3


MEANING = {
    Verdict.MATCH: "the same words stand at the same place",
    Verdict.MOVED: "the same words stand at another place in the document",
    Verdict.CHANGED: "these words no longer stand in the document",
    Verdict.GONE: "the document is no longer there",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was shown, without its words.

    ``start`` and ``end`` count code points in the document's extracted text, ``content_hash`` is the
    SHA-256 of what stood there. ``checksum``, the sum of its code points, finds it elsewhere fast.
    ``shown_at`` is when it was first shown, ``times`` how often it was.
    """

    workspace: str
    id: str
    source: str
    document_id: int
    uri: str
    title: str
    revision: str
    start: int
    end: int
    content_hash: str
    checksum: int
    times: int
    shown_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A document and how often it was quoted."""

    title: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A receipt and how it stands to the kept text and to the source; ``live`` is None if out of reach."""

    receipt: Receipt
    kept: Verdict
    live: Verdict | None

    @property
    def verdict(self) -> Verdict:
        """The worse of both."""
        return max(self.kept, self.kept if self.live is None else self.live)

    def told(self) -> Notice:
        """Say it to a person."""
        receipt = self.receipt
        return Notice(
            text=f"Receipt {receipt.id}: {self.verdict.name.lower()}.",
            details=(
                f"Quoted from {receipt.uri} in {receipt.source}, characters {receipt.start:,} to "
                f"{receipt.end:,} of revision {receipt.revision[:12]}",
                f"First shown {receipt.shown_at:%Y-%m-%d %H:%M} UTC, {counted(receipt.times, 'time')} in all",
                f"The text that I keep: {_worded(self.kept)}",
                f"The source as it is now: {_worded(self.live)}",
                f"SHA-256 of the quote: {receipt.content_hash}",
            ),
        )


class Receipts:
    """Receipts of all that was shown, one for each stretch of text. Safe to call from several threads."""

    def __init__(self, records: Records, clock: Clock, originals: Originals) -> None:
        """``records`` hold the receipts. Raises RecordsUnavailable."""
        self._records = records
        self._clock = clock
        self._originals = originals
        records.define(SCHEMA)

    def record(self, workspace: str, passage: Passage, quote: Quote) -> str:
        """Record that a passage is quoted and return the receipt's id, the same one for the same quote.

        An empty id says that it could not be recorded; the quote is shown all the same.
        """
        try:
            with self._records.write() as db:
                return _recorded(db, workspace, passage, quote, self._clock.now())
        except sqlite3.Error as error:
            log.warning("A receipt could not be recorded", reason=str(error))
            return ""

    def find(self, id: str, *, workspace: str | None = None) -> list[Receipt]:
        """Return the receipts of an id: at most one of a workspace, or those of all workspaces."""
        where, values = ("", ()) if workspace is None else (" AND workspace = ?", (workspace,))
        return self._select(f"WHERE id = ?{where}", (id.strip().lower(), *values))

    def all(self) -> list[Receipt]:
        """Return every receipt of every workspace, oldest first."""
        return self._select("", ())

    def quoted(self, workspace: str) -> dict[tuple[str, str], Quoted]:
        """Return which documents of a workspace were ever quoted, by source and uri."""
        with self._records.read() as db:
            rows = db.execute(
                """SELECT source, uri, max(title), sum(times) FROM receipts
                WHERE workspace = ? GROUP BY source, uri""",
                (workspace,),
            ).fetchall()
        return {(source, uri): Quoted(title=title, times=times) for source, uri, title, times in rows}

    def verify(self, receipts: Sequence[Receipt]) -> list[Verified]:
        """Compare receipts with the kept texts and, where they can be fetched, the sources' own."""
        by_source: dict[tuple[str, str], list[Receipt]] = {}
        for receipt in receipts:
            by_source.setdefault((receipt.workspace, receipt.source), []).append(receipt)
        verified = {
            (each.receipt.workspace, each.receipt.id): each
            for (workspace, source), own in by_source.items()
            for each in self._verify(workspace, source, own)
        }
        return [verified[receipt.workspace, receipt.id] for receipt in receipts]

    def _verify(self, workspace: str, source: str, receipts: list[Receipt]) -> Iterable[Verified]:
        uris = {receipt.uri for receipt in receipts}
        live = self._live(workspace, source, uris)
        for receipt in receipts:
            kept = compare(receipt, self._originals.kept(workspace, source, receipt.uri))
            out_of_reach = receipt.uri in live and live[receipt.uri] is None
            yield Verified(
                receipt=receipt,
                kept=kept,
                live=None if out_of_reach else compare(receipt, live.get(receipt.uri)),
            )

    def _live(self, workspace: str, source: str, uris: set[str]) -> Mapping[str, str | None]:
        try:
            return self._originals.live(workspace, source, uris)
        except IndexFailure:
            return dict.fromkeys(uris)

    def _select(self, where: str, values: tuple[str, ...]) -> list[Receipt]:
        with self._records.read() as db:
            rows = db.execute(f"SELECT {COLUMNS} FROM receipts {where} ORDER BY shown_at, id", values)
            return [_receipt(row) for row in rows.fetchall()]


def summed_up(verified: Sequence[Verified]) -> Notice:
    """Say how many quotes came to which verdict."""
    verdicts = Counter(each.verdict for each in verified)
    unfetched = sum(each.live is None for each in verified)
    lines = [f"{verdict.name.lower()}: {verdicts[verdict]:,}" for verdict in Verdict if verdicts[verdict]]
    if unfetched:
        lines.append(f"of these, compared with the kept text alone: {unfetched:,}")
    return Notice(text=f"{counted(len(verified), 'quote')} verified.", details=tuple(lines))


def compare(receipt: Receipt, text: str | None) -> Verdict:
    """Return how a receipt stands to a document's text; None is a document that is gone."""
    if text is None:
        return Verdict.GONE
    start, length = receipt.start, receipt.end - receipt.start
    if content_hash(text[start : receipt.end]) == receipt.content_hash:
        return Verdict.MATCH
    for at in _alike(text, length, receipt.checksum):
        if content_hash(text[at : at + length]) == receipt.content_hash:
            return Verdict.MOVED
    return Verdict.CHANGED


def _alike(text: str, length: int, checksum: int) -> Iterable[int]:
    """Yield where stretches of a length begin whose code points have this sum."""
    if len(text) < length:
        return
    codes = [ord(character) for character in text]
    total = sum(codes[:length])
    for at in range(len(codes) - length + 1):
        if total == checksum:
            yield at
        if at + length < len(codes):
            total += codes[at + length] - codes[at]


def _recorded(db: sqlite3.Connection, workspace: str, passage: Passage, quote: Quote, now: datetime) -> str:
    at = quote.citation
    place = (workspace, passage.source, passage.uri, passage.revision, at.start, at.end, at.content_hash)
    digest = hashlib.sha256("\0".join(map(str, place)).encode()).digest()
    name = base64.b32encode(digest).decode().lower().rstrip("=")
    for length in range(SHORTEST_ID, len(name) + 1):
        id = name[:length]
        row = db.execute(
            """SELECT workspace, source, uri, revision, start, end, content_hash FROM receipts
            WHERE workspace = ? AND id = ?""",
            (workspace, id),
        ).fetchone()
        if row is None:
            break
        if row == place:
            db.execute(
                "UPDATE receipts SET times = times + 1 WHERE workspace = ? AND id = ?", (workspace, id)
            )
            return id
    checksum = sum(map(ord, quote.text))
    db.execute(
        f"INSERT INTO receipts ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
        (
            workspace,
            id,
            passage.source,
            passage.document_id,
            passage.uri,
            passage.title,
            passage.revision,
            at.start,
            at.end,
            at.content_hash,
            checksum,
            now.isoformat(),
        ),
    )
    return id


def _receipt(row: tuple[object, ...]) -> Receipt:
    values = dict(zip(COLUMNS.split(", "), row, strict=True))
    return Receipt(**{**values, "shown_at": datetime.fromisoformat(str(values["shown_at"]))})  # type: ignore[arg-type]


def _worded(verdict: Verdict | None) -> str:
    if verdict is None:
        return "could not be fetched"
    return f"{verdict.name.lower()}, {MEANING[verdict]}"
