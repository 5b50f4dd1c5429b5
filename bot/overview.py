"""What a person is told who looks in: what was read, what to ask, what waits for moderators."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest

from bot.listening import question_in
from bot.messages import SourceLine, counted
from bot.ports import Clock, Searcher
from bot.suggesting import unsigned
from index.passages import Audience

QUESTIONS = 4
TRIED = 12
"""Headings that are tried at most: each is a search, while somebody waits."""

DOCUMENTS = 40
"""The newest documents, whose headings are looked at."""

TRUSTED_SECONDS = 3_600.0
"""For how long a question that was found answered is taken to be so, while its heading stands."""

LONGEST_QUESTION = 70
"""Characters: what a button of every platform holds."""

NUMBERING = re.compile(r"^(?:\d+[.)])+\d*\s+")


class Examples:
    """Questions that are surely answered. Safe to use from several threads.

    First those that several people have asked, where such are kept, then titles and headings that
    ask something, then what other headings name.
    """

    def __init__(
        self,
        *,
        searcher: Searcher,
        answers: Callable[[float], bool],
        clock: Clock,
        earlier: Callable[[str, int], Sequence[str]] = lambda workspace, count: (),
    ) -> None:
        """``answers`` says whether a probability is enough for an answer.

        ``earlier`` returns so many questions that people of a workspace have asked.
        """
        self._earlier = earlier
        self._searcher = searcher
        self._answers = answers
        self._clock = clock
        self._lock = threading.Lock()
        self._tried: dict[tuple[Audience, str], tuple[float, bool]] = {}

    def questions(self, audience: Audience) -> tuple[str, ...]:
        """Return up to QUESTIONS questions. What is read from the index is as of now.

        Raises as Searcher.search.
        """
        earlier = (each for each in self._earlier(audience.workspace, TRIED) if len(each) <= LONGEST_QUESTION)
        headings = self._searcher.headings(k=DOCUMENTS, audience=audience)
        tried = islice(dict.fromkeys(chain(earlier, asked(headings))), TRIED)
        answered = (question for question in tried if self._is_answered(question, audience))
        return tuple(islice(answered, QUESTIONS))

    def _is_answered(self, question: str, audience: Audience) -> bool:
        now = self._clock.monotonic()
        with self._lock:
            until, answered = self._tried.get((audience, question), (now, False))
        if now < until:
            return answered
        hits = self._searcher.search(question, k=1, audience=audience)
        answered = bool(hits) and self._answers(hits[0].confidence)
        with self._lock:
            self._tried = {key: kept for key, kept in self._tried.items() if now < kept[0]}
            self._tried[audience, question] = now + TRUSTED_SECONDS, answered
        return answered


def asked(headings: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    """Yield what titles and headings ask, word for word, then what the others are about.

    The first of every document comes first.
    """
    documents: dict[str, list[str]] = {}
    for title, heading in headings:
        documents.setdefault(title, []).append(_asked(title, unsigned(heading)))
    rounds = zip_longest(*documents.values(), fillvalue="")
    yield from sorted(dict.fromkeys(text for each in rounds for text in each if text), key=_only_names)


def _asked(title: str, heading: Sequence[str]) -> str:
    """Return what a heading asks or names; nothing where that is too little or too much."""
    last = NUMBERING.sub("", " ".join((heading[-1] if heading else title).split())).rstrip(" .:")
    about = last if " " in last or last == title else f"{title}: {last}"
    says_something = " " in about and any(character.isalpha() for character in about)
    return about if says_something and len(about) <= LONGEST_QUESTION else ""


def _only_names(text: str) -> bool:
    """Whether a heading is no question, but the name of what stands below it."""
    return not (text.endswith("?") or question_in(text))


def matters(sources: Sequence[SourceLine], *, unanswered: int, drafts: int, platform: str) -> tuple[str, ...]:
    """Return what a moderator should look at, in sentences that name the commands of ``platform``.

    ``unanswered`` are questions that got no answer, ``drafts`` answers to be reviewed.
    """
    lead = "/quoth " if platform == "slack" else "/"
    failures = sum(len(source.failures) for source in sources)
    unread = [source.name for source in sources if source.synced_at is None]
    asked = f"{counted(unanswered, 'question')} without an answer: see {lead}unanswered."
    return (
        *([asked] if unanswered else []),
        *(
            [f"{counted(drafts, 'answer')} to review, before I quote what people wrote: see {lead}review."]
            if drafts
            else []
        ),
        *([f"{counted(failures, 'failure')} to read: {lead}sources says why."] if failures else []),
        *([f"Not read yet: {', '.join(unread)}."] if unread else []),
    )
