"""Posted answers that follow their sources: what changed is shown anew, what was removed is withdrawn."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from zlib import crc32

import structlog

from bot.errands import Errands
from bot.feedback import Candidate, Ledger, Remembered
from bot.messages import Answer, Closest, Notice, Posting, Revise, Said
from bot.ports import Clock, Originals, Searcher
from bot.preferences import PreferenceBook
from bot.records import Records
from index.passages import Audience, Hit, Passage

FOLLOW = "answers.follow"
"""The preference that says for how many days postings follow."""

KEPT = timedelta(days=365)
CHECKED_AT_ONCE = 200
"""Postings of one community looked at in a step; nearly all of them stand unchanged."""

SEARCHED = 50
"""Hits among which the new text is looked for."""

KINDRED = 0.5
"""The share of the old words that a new text must have to be taken for the same passage."""

WITHDRAWN = "The source of this answer was withdrawn."
OUTDATED = "The source of this answer has changed since. Ask again, please."

WORD = re.compile(r"\w+")

SCHEMA = """
CREATE TABLE IF NOT EXISTS postings (
    platform TEXT NOT NULL,
    channel TEXT NOT NULL,
    message TEXT NOT NULL,
    workspace TEXT NOT NULL,
    answer_id TEXT NOT NULL,
    offset_ INTEGER NOT NULL,
    passage_id INTEGER NOT NULL,
    source TEXT NOT NULL,
    uri TEXT NOT NULL,
    heading TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    words TEXT NOT NULL,
    sentence TEXT NOT NULL,
    checked INTEGER NOT NULL,
    posted_at TEXT NOT NULL,
    PRIMARY KEY (platform, channel, message)
) STRICT;
CREATE INDEX IF NOT EXISTS postings_by_workspace ON postings (workspace, posted_at);
CREATE INDEX IF NOT EXISTS postings_by_age ON postings (posted_at);
"""

Show = Callable[[str, Remembered, int, Passage], Answer | Closest]
"""Makes the card of a passage: takes the workspace, the answer, the offset in it and the passage."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A posting and the passage that it shows, as it was then.

    ``words`` and ``sentence`` are fingerprints of the words of the passage and of its answering
    sentence: enough to know the passage again, and nothing that could be read.
    """

    posting: Posting
    passage_id: int
    source: str
    uri: str
    heading: tuple[str, ...]
    content_hash: str
    words: frozenset[int]
    sentence: frozenset[int]


class LivingAnswers:
    """Keeps posted answers true. Safe to call from several threads, but for ``step``."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        *,
        ledger: Ledger,
        searcher: Searcher,
        originals: Originals,
        preferences: PreferenceBook,
        errands: Errands,
        show: Show,
        may_show: Callable[[Posting, str], bool],
    ) -> None:
        """``records`` hold where answers were posted. Raises RecordsUnavailable.

        ``may_show`` says whether a posting may show what a source, by name, says now.
        """
        self._records = records
        self._clock = clock
        self._ledger = ledger
        self._searcher = searcher
        self._originals = originals
        self._preferences = preferences
        self._errands = errands
        self._show = show
        self._may_show = may_show
        records.define(SCHEMA)

    def note(self, posting: Posting) -> None:
        """Take note where an answer was posted. One that cannot be noted is not followed, nor is a hint."""
        if posting.is_hint:
            return
        try:
            self._note(posting)
        except sqlite3.Error as error:
            log.warning("A posted answer could not be noted", reason=str(error))

    def _note(self, posting: Posting) -> None:
        checked = self._originals.revision(posting.workspace)
        remembered = self._ledger.recall(posting.workspace, posting.answer_id)
        if remembered is None or not 0 <= posting.offset < len(remembered.candidates):
            return
        candidate = remembered.candidates[posting.offset]
        passage = self._searcher.read_back(
            candidate.passage_id, audience=Audience(workspace=posting.workspace)
        )
        if passage is not None:
            self._write(binding(posting, passage, candidate.highlight), checked)

    def step(self) -> None:
        """Revise at most one message of each platform, the newest first. Call it once a second."""
        with self._records.read() as db:
            rows = db.execute("SELECT DISTINCT workspace FROM postings").fetchall()
        busy: set[str] = set()
        for (workspace,) in rows:
            revision = self._originals.revision(workspace)
            for bound in self._due(workspace, revision):
                platform = bound.posting.platform
                # What nobody would do now waits until the platform is connected.
                if platform in busy or not self._errands.has_fetcher(platform):
                    continue
                if self._follow(bound, revision):
                    busy.add(platform)

    def _due(self, workspace: str, revision: int) -> list[Binding]:
        """Return the postings that were not looked at since the workspace's index changed."""
        oldest = self._clock.now() - timedelta(days=int(self._preferences.value(workspace, FOLLOW)))
        with self._records.read() as db:
            rows = db.execute(
                """SELECT platform, channel, message, workspace, answer_id, offset_, passage_id, source, uri,
                heading, content_hash, words, sentence FROM postings
                WHERE workspace = ? AND checked <> ? AND posted_at > ? ORDER BY posted_at DESC LIMIT ?""",
                (workspace, revision, oldest.isoformat(), CHECKED_AT_ONCE),
            ).fetchall()
        return [_binding(row) for row in rows]

    def _follow(self, bound: Binding, revision: int) -> bool:
        """Look at one posting and return whether it had to be revised."""
        workspace = bound.posting.workspace
        if self._searcher.read_back(bound.passage_id, audience=Audience(workspace=workspace)):
            self._write(bound, revision)  # a passage keeps its id only as long as its words
            return False
        passages = self._originals.passages(workspace, bound.source, bound.uri)
        remembered = self._ledger.recall(workspace, bound.posting.answer_id)
        same = next((each for each in passages if each.content_hash == bound.content_hash), None)
        if same is not None:
            self._rebind(bound, remembered, same, None, revision)
            return False
        found = self._successor(bound, remembered, passages)
        if found is None:
            return self._give_up(bound, WITHDRAWN)
        if not self._may_show(bound.posting, bound.source):
            return self._give_up(bound, OUTDATED)
        passage, hit = found
        renewed = self._rebind(bound, remembered, passage, hit, revision)
        if renewed is None:
            return self._give_up(bound, OUTDATED)
        card = self._show(workspace, renewed, bound.posting.offset, passage)
        self._revise(bound, replace(card, updated=True))
        return True

    def _successor(
        self, bound: Binding, remembered: Remembered | None, passages: list[Passage]
    ) -> tuple[Passage, Hit | None] | None:
        """Return the passage under the same heading that took the old one's place, if there is one.

        It is what still answers the question best, or where nobody knows that any more, what has most
        of the words.
        """
        under = [passage for passage in passages if passage.heading == bound.heading]
        if under and remembered is not None and remembered.question:
            audience = Audience(workspace=bound.posting.workspace, sources=frozenset({bound.source}))
            hits = self._searcher.search(remembered.question, k=SEARCHED, audience=audience)
            ids = {passage.id for passage in under}
            hit = next((each for each in hits if each.passage.id in ids), None)
            if hit is not None and kinship(bound.words, hit.passage.text) >= KINDRED:
                return hit.passage, hit
        nearest = most_alike(bound.words, under)
        return (nearest, None) if nearest else None

    def _rebind(
        self,
        bound: Binding,
        remembered: Remembered | None,
        passage: Passage,
        hit: Hit | None,
        revision: int,
    ) -> Remembered | None:
        """Let the posting and the answer's buttons stand for another passage from now on."""
        highlight = hit.highlight if hit else best_sentence(bound.sentence, passage)
        renewed = None
        if remembered is not None and bound.posting.offset < len(remembered.candidates):
            old = remembered.candidates[bound.posting.offset]
            candidate = Candidate(
                passage_id=passage.id,
                highlight=highlight,
                probability=min(hit.confidence, old.probability) if hit else old.probability,
            )
            renewed = self._ledger.replace(
                bound.posting.workspace, remembered, bound.posting.offset, candidate
            )
        self._write(binding(bound.posting, passage, highlight), revision)
        return renewed

    def _give_up(self, bound: Binding, why: str) -> bool:
        at = bound.posting
        with self._records.write() as db:
            db.execute(
                "DELETE FROM postings WHERE platform = ? AND channel = ? AND message = ?",
                (at.platform, at.channel, at.message),
            )
        self._revise(bound, Notice(text=why))
        return True

    def _revise(self, bound: Binding, reply: Said) -> None:
        self._errands.give(Revise(posting=bound.posting, reply=reply))

    def _write(self, bound: Binding, checked: int) -> None:
        at, now = bound.posting, self._clock.now()
        with self._records.write() as db:
            db.execute("DELETE FROM postings WHERE posted_at < ?", ((now - KEPT).isoformat(),))
            db.execute(
                """INSERT INTO postings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET answer_id = excluded.answer_id, offset_ = excluded.offset_,
                passage_id = excluded.passage_id, source = excluded.source, uri = excluded.uri,
                heading = excluded.heading, content_hash = excluded.content_hash, words = excluded.words,
                sentence = excluded.sentence, checked = excluded.checked""",
                (
                    at.platform,
                    at.channel,
                    at.message,
                    at.workspace,
                    at.answer_id,
                    at.offset,
                    bound.passage_id,
                    bound.source,
                    bound.uri,
                    json.dumps(bound.heading),
                    bound.content_hash,
                    json.dumps(sorted(bound.words)),
                    json.dumps(sorted(bound.sentence)),
                    checked,
                    now.isoformat(),
                ),
            )


def binding(posting: Posting, passage: Passage, highlight: tuple[int, int]) -> Binding:
    """Bind a posting to the passage that it shows."""
    return Binding(
        posting=posting,
        passage_id=passage.id,
        source=passage.source,
        uri=passage.uri,
        heading=passage.heading,
        content_hash=passage.content_hash,
        words=fingerprints(passage.text),
        sentence=fingerprints(passage.text[slice(*highlight)]),
    )


def fingerprints(text: str) -> frozenset[int]:
    """Return a number for each of the words of a text."""
    return frozenset(crc32(word.encode()) for word in WORD.findall(text.casefold()))


def kinship(words: frozenset[int], text: str) -> float:
    """Return which share of these words a text has, 0 to 1."""
    return len(words & fingerprints(text)) / len(words) if words else 0.0


def most_alike(words: frozenset[int], passages: Iterable[Passage]) -> Passage | None:
    """Return the passage with most of these words, if it has at least KINDRED of them."""
    alike = [(kinship(words, passage.text), -passage.position, passage) for passage in passages]
    share, _, passage = max(alike, key=lambda each: each[:2], default=(0.0, 0, None))
    return passage if share >= KINDRED else None


def best_sentence(words: frozenset[int], passage: Passage) -> tuple[int, int]:
    """Return the span of the sentence with most of these words, the first of several."""
    spans = [(sentence.start, sentence.end) for sentence in passage.sentences]
    return max(spans, key=lambda span: kinship(words, passage.text[slice(*span)]))


def _binding(row: tuple[str, str, str, str, str, int, int, str, str, str, str, str, str]) -> Binding:
    platform, channel, message, workspace, answer_id, offset, passage_id, source, uri, *rest = row
    heading, content_hash, words, sentence = map(str, rest)
    return Binding(
        posting=Posting(
            platform=platform,
            workspace=workspace,
            channel=channel,
            message=message,
            answer_id=answer_id,
            offset=offset,
        ),
        passage_id=passage_id,
        source=source,
        uri=uri,
        heading=tuple(json.loads(heading)),
        content_hash=content_hash,
        words=frozenset(json.loads(words)),
        sentence=frozenset(json.loads(sentence)),
    )
