"""What writers should mend in the sources, as a Markdown file: for moderators, and `quoth hygiene`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.messages import Attachment, Exported, counted, path_of, with_place
from bot.ports import Clock, Originals, Searcher
from bot.receipts import Quoted, Receipts
from index.passages import Audience, Finding, Passage, Trouble

OLD = timedelta(days=365)
OFTEN = 3
"""Quotes of a document from which on it is a pity if it is old."""

CONTRADICTIONS = "Contradictions"
REPEATED = "The same in several places"
EMPTY_HEADINGS = "Headings with nothing to read below"
OLD_BUT_QUOTED = "Old, but often quoted"
NEVER_QUOTED = "Never quoted"

MEANING = {
    CONTRADICTIONS: "Sentences that say nearly the same with another number, day or “not”. "
    "Where both are right, nothing is amiss.",
    REPEATED: "Texts that stand in several documents, and may come to differ.",
    EMPTY_HEADINGS: "Below them is no text: they are empty, or hold nothing but links or pictures.",
    OLD_BUT_QUOTED: f"Shown at least {OFTEN} times, and unchanged for more than a year.",
    NEVER_QUOTED: "Documents of which no passage was ever shown as an answer. Some may have been found for a "
    "question, where others came first.",
}
"""What each part of the report is about, in its order."""

LISTED_PLACES = 4
LISTED_TEXTS = 3
CLEAN = "Nothing is amiss in what I have read."
LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Hygiene:
    """Looks through what a community has had read."""

    searcher: Searcher
    originals: Originals
    receipts: Receipts
    clock: Clock

    def reply(self, workspace: str) -> Exported:
        """Return the report as a file, and how much is in it. Raises IndexFailure."""
        parts = self.parts(workspace)
        counts = [f"{heading}: {len(lines):,}" for heading, lines in parts.items()]
        return Exported(
            text="\n".join(counts) or CLEAN,
            attachment=Attachment(
                filename="hygiene.md",
                data=written(parts).encode(),
                about="What should be mended in the sources",
            ),
        )

    def parts(self, workspace: str) -> dict[str, list[str]]:
        """Return what is amiss under the headings of the report, without those that would be empty."""
        quoted = self.receipts.quoted(workspace)
        parts = {
            **parted(self.searcher.findings(audience=Audience(workspace=workspace))),
            OLD_BUT_QUOTED: list(self._old(workspace, quoted)),
            NEVER_QUOTED: [
                f"{title} ({source}, {uri})"
                for source, uri, title in self.originals.titles(workspace)
                if (source, uri) not in quoted
            ],
        }
        return {heading: lines for heading, lines in parts.items() if lines}

    def _old(self, workspace: str, quoted: Mapping[tuple[str, str], Quoted]) -> Iterator[str]:
        oldest = self.clock.now() - OLD
        for (source, uri), each in sorted(quoted.items(), key=lambda each: -each[1].times):
            if each.times < OFTEN:
                return
            passages = self.originals.passages(workspace, source, uri)
            if passages and passages[0].updated_at < oldest:
                since = passages[0].updated_at.date()
                yield f"{_place(passages[0])}: quoted {counted(each.times, 'time')}, unchanged since {since}"


def written(parts: dict[str, list[str]]) -> str:
    """Return the report as Markdown."""
    if not parts:
        return f"{CLEAN}\n"
    return "\n".join(each for heading, lines in parts.items() for each in _section(heading, lines))


def _section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"## {heading}\n\n{MEANING[heading]}\n"
    yield from (f"- {each}" for each in lines)
    yield ""


def parted(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """Return findings as lines under the headings of the report, of which some may be empty."""
    found: dict[Trouble, list[Finding]] = {trouble: [] for trouble in Trouble}
    for finding in findings:
        found[finding.trouble].append(finding)
    return {
        CONTRADICTIONS: list(map(contradiction, found[Trouble.CONTRADICTION])),
        REPEATED: list(map(repetition, of_the_same_documents(found[Trouble.TWICE]))),
        EMPTY_HEADINGS: list(map(empty_heading, found[Trouble.EMPTY_HEADING])),
    }


def contradiction(finding: Finding) -> str:
    """Return two sentences and where they stand, as a line of the report with two more below it."""
    return _with_texts(_places(finding.passages), finding.words)


def repetition(findings: Sequence[Finding]) -> str:
    """Return what the same documents have in common, as a line of the report, or a few."""
    passages, texts = findings[0].passages, [each.passages[0].text for each in findings]
    if len(texts) == 1:
        return f"{_places(passages)}: {_short(texts[0])}"
    more = len(texts) - LISTED_TEXTS
    rest = [f"and {counted(more, 'text')} more"] if more > 0 else []
    return _with_texts(_places(passages), [*texts[:LISTED_TEXTS], *rest])


def empty_heading(finding: Finding) -> str:
    """Return a heading and where it stands, as a line of the report."""
    return f"{_short(finding.words[0])}, near {_places(finding.passages)}"


def of_the_same_documents(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Return findings together that are about the same documents: those may be written from one file."""
    groups: dict[frozenset[int], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(frozenset(each.document_id for each in finding.passages), []).append(finding)
    return list(groups.values())


def _with_texts(places: str, texts: Iterable[str]) -> str:
    return "\n  - ".join((f"{places}:", *map(_short, texts)))


def _places(passages: Sequence[Passage]) -> str:
    more = len(passages) - LISTED_PLACES
    rest = [f"{counted(more, 'place')} more"] if more > 0 else []
    return " and ".join((*map(_place, passages[:LISTED_PLACES]), *rest))


def _place(passage: Passage) -> str:
    path = with_place(path_of(passage.title, passage.heading), passage.place)
    return f"{_short(path)} ({passage.source}, {passage.url or passage.uri})"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]}…"
