"""The report of `quoth sources check`."""

from datetime import UTC, datetime

from bot.checking import Asked, Expectation, Finding, markdown
from index.catalog import SourceRecord
from index.passages import Failure, SyncReport
from index.queries import Qrel

READ = SyncReport(added=3, passages=9)
DOCS = SourceRecord(
    id=1,
    workspace="local",
    name="docs",
    kind="folder",
    origin="/docs",
    base_url="",
    synced_at=datetime(2026, 1, 1, tzinfo=UTC),
    documents=1,
    passages=2,
    failures=(),
)


def finding(*, met: bool, before: bool | None, **expectation: object) -> Finding:
    return Finding(
        expectation=Expectation(question="How long is *leave*?", **expectation),  # type: ignore[arg-type]
        now=Asked(met=met, instead="" if met else "nothing answers"),
        before=before,
    )


def report(*findings: Finding, read: SyncReport = READ, published: SourceRecord | None = None) -> str:
    return markdown("new_docs", findings, read, published, {})


def test_a_loss_says_what_must_answer_and_what_happens_instead() -> None:
    said = report(finding(met=False, before=True, uri="leave.md"), published=DOCS)
    assert said.startswith("# Check of new\\_docs\n\n**1 question lost.** Read 3 documents with 9 passages.")
    assert "Compared with docs as published, 1 document." in said
    assert "## Lost\n\n- How long is \\*leave\\*? (must be answered by `leave.md`): nothing answers" in said


def test_what_a_golden_set_wants_is_said_in_its_words() -> None:
    gold = (Qrel(snippet="sixteen weeks of leave", page="leave.md"), Qrel(page="people.md"))
    assert (
        "must be answered by “sixteen weeks of leave” in `leave.md` or `people.md`"
        == Expectation(question="?", qrels=gold).wanted
    )
    assert "must not be answered" == Expectation(question="?").wanted


def test_what_was_no_better_before_is_no_loss_and_what_is_new_is_a_gain() -> None:
    still, new = finding(met=False, before=False, uri="a.md"), finding(met=True, before=False, uri="b.md")
    said = report(still, new, published=DOCS)
    assert "**Nothing is lost.**" in said
    assert "## Not as wanted, as before\n\n- How long" in said
    assert "## Gained\n\n- How long is \\*leave\\*?" in said
    assert "| as wanted | 1 |" in said


def test_where_nothing_is_published_every_question_counts() -> None:
    lacking = finding(met=False, before=None, uri="a.md")
    assert lacking.is_lost
    assert "Nothing is published yet" in report(lacking)


def test_what_could_not_be_read_is_named_with_its_reason() -> None:
    failures = (Failure(uri="scan.pdf", reason="It has no text."),)
    said = report(finding(met=True, before=True), read=SyncReport(added=1, passages=1, failures=failures))
    assert "## Could not be read\n\n- `scan.pdf`: It has no text." in said
