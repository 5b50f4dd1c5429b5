"""What writers should mend in the sources, as a Markdown file: for moderators, and `quoth hygiene`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.messages import Attachment, Exported, counted, path_of, with_place
from bot.ports import Clock, Originals, Searcher
from bot.receipts import Quoted, Receipts
from index.passages import Audience, Finding, Passage, Trouble

OLD = timedelta(days=365)
OFTEN = 3
"""Quotes of a document from which on it is a pity if it is old."""

HEADINGS = {
    Trouble.CONTRADICTION: "Contradictions",
    Trouble.TWICE: "The same in two places",
    Trouble.EMPTY_HEADING: "Headings with nothing below",
}
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
        parts: dict[str, list[str]] = {heading: [] for heading in HEADINGS.values()}
        for finding in self.searcher.findings(audience=Audience(workspace=workspace)):
            parts[HEADINGS[finding.trouble]].append(line(finding))
        quoted = self.receipts.quoted(workspace)
        parts["Old, but often quoted"] = list(self._old(workspace, quoted))
        parts["Never quoted"] = [
            f"{title} ({source}, {uri})"
            for source, uri, title in self.originals.titles(workspace)
            if (source, uri) not in quoted
        ]
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
    yield f"## {heading}\n"
    yield from (f"- {each}" for each in lines)
    yield ""


def line(finding: Finding) -> str:
    """Return a finding as a line of the report, or a few."""
    places = " and ".join(map(_place, finding.passages))
    match finding.trouble:
        case Trouble.CONTRADICTION:
            one, other = finding.words
            return f"{places}:\n  - {_short(one)}\n  - {_short(other)}"
        case Trouble.TWICE:
            return f"{places}: {_short(finding.passages[0].text)}"
        case Trouble.EMPTY_HEADING:
            return f"{_short(finding.words[0])}, near {places}"


def _place(passage: Passage) -> str:
    path = with_place(path_of(passage.title, passage.heading), passage.place)
    return f"{_short(path)} ({passage.source}, {passage.url or passage.uri})"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]}…"
