"""Posted answers that follow their sources: what changed is shown anew, what was removed is withdrawn."""

import re
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from zlib import crc32

import structlog

from bot.errands import Errands
from bot.feedback import Candidate, Ledger, Remembered
from bot.messages import Answer, Closest, Errand, Notice, Posting, Revise, Said
from bot.ports import Clock, Originals, Searcher
from bot.postings import Binding, Postings, plain
from bot.preferences import PreferenceBook
from bot.records import Records
from index.passages import Audience, Hit, Passage

FOLLOW = "answers.follow"
"""The preference that says for how many days postings follow."""

CHECKED_AT_ONCE = 200
"""Postings of one community looked at in a step; nearly all of them stand unchanged."""

SEARCHED = 50
"""Hits among which the new text is looked for."""

KINDRED = 0.5
"""The share of the old words that a new text must have to be taken for the same passage."""

WITHDRAWN = "The source of this answer was withdrawn."
OUTDATED = "The source of this answer has changed since. Ask again, please."

WORD = re.compile(r"\w+")

Show = Callable[[str, Remembered, int, Passage], Answer | Closest]
"""Makes the card of a passage: takes the workspace, the answer, the offset in it and the passage."""

log = structlog.get_logger()


class LivingAnswers:
    """Keeps posted answers true. Safe to call from several threads, but for ``step``."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        *,
        postings: Postings,
        ledger: Ledger,
        searcher: Searcher,
        originals: Originals,
        preferences: PreferenceBook,
        errands: Errands,
        show: Show,
        may_show: Callable[[Posting, Passage], bool],
    ) -> None:
        """``records`` hold where answers were posted and what is to be done about it.

        ``may_show`` says whether a posting may show a passage in another's place.
        """
        self._records = records
        self._clock = clock
        self._postings = postings
        self._ledger = ledger
        self._searcher = searcher
        self._originals = originals
        self._preferences = preferences
        self._errands = errands
        self._show = show
        self._may_show = may_show

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
        if passage is None:  # it has gone while the answer was on its way
            self._errands.give(Revise(posting=plain(posting), reply=Notice(text=OUTDATED)))
            return
        with self._records.write() as db:
            self._postings.put(db, binding(posting, passage, candidate.highlight), checked)

    def step(self) -> None:
        """Revise at most one message of each platform, the newest first. Call it once a second."""
        busy: set[str] = set()
        for workspace in self._postings.workspaces():
            revision = self._originals.revision(workspace)
            for bound in self._due(workspace, revision):
                platform = bound.posting.platform
                # What nobody would do now waits until the platform is connected.
                if platform in busy or not self._errands.has_fetcher(platform):
                    continue
                if self._follow(bound, revision):
                    busy.add(platform)

    def purge(self) -> None:
        """Hold no word of what is gone: look at all that is due, also of platforms that are not connected.

        What is found waits for them. Raises sqlite3.Error.
        """
        for workspace in self._postings.workspaces():
            revision = self._originals.revision(workspace)
            while due := self._due(workspace, revision):
                for bound in due:
                    self._follow(bound, revision)
        self._postings.purge()

    def refused(self, errand: Errand) -> None:
        """Follow no message any more that the platform does not let change. Raises sqlite3.Error."""
        if isinstance(errand, Revise):
            self._postings.drop(errand.workspace, f"{errand.posting.channel}/{errand.posting.message}")

    def _due(self, workspace: str, revision: int) -> list[Binding]:
        """Return the postings that were not looked at since the workspace's index changed."""
        since = self._clock.now() - timedelta(days=int(self._preferences.value(workspace, FOLLOW)))
        return self._postings.due(workspace, revision, since=since, count=CHECKED_AT_ONCE)

    def _follow(self, bound: Binding, revision: int) -> bool:
        """Look at one posting and return whether it had to be revised."""
        workspace = bound.posting.workspace
        live = self._searcher.read_back(bound.passage_id, audience=Audience(workspace=workspace))
        if live is not None and not bound.is_withdrawn:
            self._write(bound, revision)  # a passage keeps its id only as long as its words
            return False
        remembered = self._ledger.recall(workspace, bound.posting.answer_id)
        same = self._same(bound, remembered)
        if same is not None:
            return self._stand_by(bound, remembered, same, revision)
        passages = self._originals.passages(workspace, bound.source, bound.uri)
        found = self._successor(bound, remembered, passages)
        if found is None:
            return self._give_up(bound, WITHDRAWN, revision)
        passage, hit = found
        if not self._may_show(bound.posting, passage):
            return self._give_up(bound, OUTDATED, revision)
        renewed = self._replace(bound, remembered, passage, hit)
        if renewed is None:
            return self._give_up(bound, OUTDATED, revision)
        self._show_anew(bound, renewed, passage, revision, is_updated=True)
        return True

    def _same(self, bound: Binding, remembered: Remembered | None) -> Passage | None:
        """Return a passage with the very same text: in the same document if there is one, or elsewhere.

        Elsewhere it must be among the sources that were searched, and for all who read the posting.
        """
        found = self._originals.holding(bound.posting.workspace, bound.content_hash)
        here = [each for each in found if (each.source, each.uri) == (bound.source, bound.uri)]
        if here and not bound.is_withdrawn:
            return here[0]
        searched = remembered.sources if remembered else frozenset({bound.source})
        elsewhere = sorted(found, key=lambda each: (each not in here, each.source != bound.source))
        readable = (each for each in elsewhere if not searched or each.source in searched)
        return next((each for each in readable if self._may_show(bound.posting, each)), None)

    def _stand_by(self, bound: Binding, remembered: Remembered | None, same: Passage, revision: int) -> bool:
        """Bind a posting to the same text; show that anew if it was withdrawn or stands elsewhere now."""
        has_moved = (same.source, same.uri) != (bound.source, bound.uri)
        renewed = self._replace(bound, remembered, same, None)
        if renewed is not None and (has_moved or bound.is_withdrawn):
            self._show_anew(bound, renewed, same, revision, is_updated=bound.is_updated)
            return True
        # Without the answer no card can be made anew: what was withdrawn stays so, what stands stands.
        self._write(bound if bound.is_withdrawn else _rebound(bound, same), revision)
        return False

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

    def _replace(
        self, bound: Binding, remembered: Remembered | None, passage: Passage, hit: Hit | None
    ) -> Remembered | None:
        """Let the answer's buttons stand for another passage from now on; return the answer then."""
        at = bound.posting
        if remembered is None or at.offset >= len(remembered.candidates):
            return None
        old = remembered.candidates[at.offset]
        candidate = Candidate(
            passage_id=passage.id,
            highlight=hit.highlight if hit else best_sentence(bound.sentence, passage),
            probability=min(hit.confidence, old.probability) if hit else old.probability,
        )
        return self._ledger.replace(at.workspace, remembered, at.offset, candidate)

    def _show_anew(
        self, bound: Binding, renewed: Remembered, passage: Passage, revision: int, *, is_updated: bool
    ) -> None:
        at = bound.posting
        highlight = renewed.candidates[at.offset].highlight
        card = replace(
            self._show(at.workspace, renewed, at.offset, passage),
            updated=is_updated,
            searched=renewed.question if at.is_searched else "",
        )
        if isinstance(card, Answer):
            card = replace(card, shared_by=at.shared_by)
        shown = replace(binding(at, passage, highlight), is_updated=is_updated)
        self._write(shown, revision, card, about=renewed.actor_id)

    def _give_up(self, bound: Binding, why: str, revision: int) -> bool:
        """Withdraw what a posting shows, and return whether that was not done before."""
        if bound.is_withdrawn:
            self._write(bound, revision)
            return False
        self._write(replace(bound, is_withdrawn=True), revision, Notice(text=why))
        return True

    def _write(self, bound: Binding, checked: int, reply: Said | None = None, *, about: str = "") -> None:
        """Write down what a posting shows, and have the platform show it if it is something new."""
        with self._records.write() as db:
            self._postings.put(db, bound, checked)
            if reply is not None:
                self._errands.give(Revise(posting=plain(bound.posting), reply=reply), about=about, within=db)


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


def _rebound(bound: Binding, same: Passage) -> Binding:
    """Bind a posting to the same text at another place."""
    return replace(bound, passage_id=same.id, source=same.source, uri=same.uri, heading=same.heading)


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
