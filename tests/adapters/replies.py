"""Replies of the core for the tests of platforms, one of each kind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.messages import (
    LISTED_ITEMS,
    Actor,
    Answer,
    Aside,
    Attachment,
    Choice,
    Citation,
    Closest,
    Confidence,
    ConfirmRemoval,
    Continuation,
    Day,
    Decision,
    Deleted,
    DocumentLine,
    Exported,
    Failed,
    HelpWanted,
    Item,
    Listing,
    Nearest,
    NoAnswer,
    Notice,
    Offer,
    OverviewReport,
    PersonalData,
    Posting,
    Precedent,
    PreferenceLine,
    PreferenceList,
    Progress,
    Quote,
    Reasons,
    Refused,
    ReleaseList,
    Reply,
    Segment,
    SourceDetails,
    SourceLine,
    SourceList,
    SourceState,
    StatisticsReport,
    StatusReport,
    Suggestions,
)

UPDATED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SEGMENTS = (
    Segment(text="Leave is for both parents. "),
    Segment(text="It lasts sixteen weeks.", bold=True),
    Segment(text=" Ask for it like this:\n\n"),
    Segment(text="leave --weeks 16 && echo <done>", code=True),
)


def quote(*segments: Segment, before: bool = False, after: bool = False, url: str = "", **more: str) -> Quote:
    """Build a quote of these segments."""
    text = "".join(segment.text for segment in segments)
    citation = Citation(
        title=more.get("title", "Handbook"),
        heading=("Handbook", "Leave", "Parents"),
        url=url,
        location="people/leave.md",
        source=more.get("source", "handbook"),
        updated_at=UPDATED,
        document_id=7,
        revision="r" * 64,
        start=100,
        end=100 + len(text),
        content_hash="h" * 64,
    )
    return Quote(segments=segments, cut_before=before, cut_after=after, citation=citation)


def placed(place: str) -> Quote:
    """Build a quote from a document that has pages or minutes."""
    shown = quote(*SEGMENTS[:2])
    return replace(shown, citation=replace(shown.citation, location="people/leave.pdf", place=place))


def of_version(release: str) -> Quote:
    """Build a quote from a document of one version of a product."""
    shown = quote(*SEGMENTS[:2])
    return replace(shown, citation=replace(shown.citation, release=release))


def place(title: str, *heading: str, url: str = "", location: str = "old/leave.md") -> Citation:
    """Build a citation of another place."""
    return replace(quote().citation, title=title, heading=heading, url=url, location=location)


ALSO = (
    place("Handbook 2024", "Leave", url="https://docs.example.com/2024/leave"),
    place("Handbook of the labs", "Leave"),
)


def answer(shown: Quote | None = None, *, offset: int = 0, **more: object) -> Answer:
    """Build an answer; ``more`` replaces fields."""
    fields: dict[str, object] = {
        "id": "a1b2",
        "offset": offset,
        "question": "How long is parental leave?",
        "quote": shown or quote(*SEGMENTS, after=True, url="https://docs.example.com/leave#parents"),
        "probability": 0.87,
        "confidence": Confidence.HIGH,
        "has_more": True,
    }
    return Answer(**(fields | more))  # type: ignore[arg-type]


def closest(*, offset: int = 0, searched: str = "") -> Closest:
    """Build what is close, and no answer."""
    return Closest(
        id="a1b2",
        offset=offset,
        question="How long is unpaid leave?",
        quote=quote(*SEGMENTS[:2], url="https://docs.example.com/leave#parents"),
        probability=0.42,
        confidence=Confidence.LOW,
        has_more=not offset,
        searched=searched,
    )


def continuation(*, goes_on: bool = True) -> Continuation:
    """Build what follows the passage of an answer."""
    shown = quote(Segment(text="Carers have four weeks."), url="https://docs.example.com/leave#carers")
    return Continuation(id="a1b2", offset=0, step=1, quote=shown, goes_on=goes_on, receipt="k3v7qb")


HELP_WANTED = HelpWanted(
    id="c1",
    name="Ann",
    question="How long is *unpaid* leave?\n@everyone",
    channel="1234",
    link="https://chat.example.com/1234/5678",
    nearest=(Nearest(title="Handbook", heading=("Leave",), url="https://docs.example.com/leave"),),
)


SAVING = Listing(
    text="If you gave an answer that others need too, save it, and I quote it from now on.",
    items=(
        Item(
            title="How long is *unpaid* leave? @everyone",
            text="",
            choices=(Choice(decision=Decision.SAVE, item="c1"),),
        ),
    ),
)
"""What is offered to whoever has resolved a call."""


def reasons(**more: object) -> Reasons:
    """Build reasons; ``more`` replaces fields."""
    fields: dict[str, object] = {
        "shared": ("parental", "leave"),
        "kindred": (("long", "lasts"), ("maternity", "parents")),
        "missing": ("unpaid",),
        "sentence": quote(Segment(text="It lasts sixteen weeks.", bold=True), before=True, after=True),
        "probability": 0.87,
        "confidence": Confidence.HIGH,
        "second": place("Handbook", "Leave", "Carers", url="https://docs.example.com/leave#carers"),
        "also": ALSO,
        "signals": (("tokens", 3.24), ("sentence", 2.1), ("words", -0.3)),
    }
    return Reasons(**(fields | more))  # type: ignore[arg-type]


def source(number: int, **more: object) -> SourceLine:
    """Build a line of the source list."""
    fields: dict[str, object] = {
        "name": f"source-{number:03d}",
        "kind": "folder",
        "origin": "/srv/docs",
        "documents": 12,
        "passages": 340,
        "failures": (),
        "synced_at": UPDATED,
    }
    return SourceLine(**(fields | more))  # type: ignore[arg-type]


STATUS = StatusReport(
    version="0.1.0",
    embedder="all-MiniLM-L6-v2",
    sources=2,
    documents=24,
    passages=680,
    failures=0,
    synced_at=UPDATED,
    syncing=False,
    helpful=9,
    not_helpful=1,
)


def item(*decisions: Decision, **more: object) -> Item:
    """Build an item of a listing; ``more`` replaces fields."""
    fields: dict[str, object] = {
        "title": "How long is parental leave?",
        "text": "It lasts *sixteen* weeks.\nAsk <HR> for it.",
        "facts": ("Bob", "2026-03-01"),
        "url": "https://discord.com/channels/1/2/3",
        "choices": tuple(Choice(decision=decision, item="3fa2") for decision in decisions),
    }
    return Item(**(fields | more))  # type: ignore[arg-type]


def long_listing(text: str, *, title: str = "*How* long? " * 30, url: str = "x" * 300) -> Listing:
    """Build a listing of as many items as there may be, each with the given text."""
    return Listing(
        text="5 answers to review.",
        items=tuple(
            item(
                title=title,
                text=text,
                facts=("Bob" * 200, "saved by Ann"),
                url=f"https://docs.example.com/{url}",
                choices=tuple(
                    Choice(decision=decision, item=f"{number:040}") for decision in list(Decision)[:3]
                ),
            )
            for number in range(LISTED_ITEMS)
        ),
        more=1_200,
    )


DAYS = tuple(
    Day(
        date=(UPDATED + timedelta(days=number)).date(), questions=number * 3 % 7, answered=number * 3 % 7 // 2
    )
    for number in range(14)
)


def statistics(**more: object) -> StatisticsReport:
    """Build statistics; ``more`` replaces fields."""
    fields: dict[str, object] = {
        "days": DAYS,
        "helpful": 9,
        "not_helpful": 1,
        "top_questions": (("How long is parental leave?", 12), ("Where is the key?", 2)),
        "most_quoted": (("Handbook", 1_204), ("Notes", 3)),
        "never_quoted": ("Old rules", "Older rules"),
        "never_quoted_in_all": 7,
        "attachment": Attachment(filename="questions.png", data=b"png", about="Questions per day"),
    }
    return StatisticsReport(**(fields | more))  # type: ignore[arg-type]


def precedents() -> tuple[Precedent, ...]:
    at = Posting(
        platform="discord", workspace="discord:1", channel="2", message="3", answer_id="c3d4", offset=0
    )
    linked = "https://example.slack.com/archives/C1/p3"
    return (
        Precedent(question="How long is *parental* leave for <!here>?", posting=at, url=linked),
        Precedent(question="Is leave paid?", posting=at),
    )


REPLIES: dict[str, Reply] = {
    "answer": answer(),
    "answer_without_address": answer(quote(Segment(text="Yes.", bold=True)), has_more=False),
    "answer_with_low_confidence": answer(confidence=Confidence.LOW, probability=0.3, offset=2),
    "answer_in_a_pdf": answer(placed("page 12"), also=(placed("pages 3–4").citation,)),
    "answer_in_a_recording": answer(placed("00:01:02")),
    "answer_in_three_places": answer(also=ALSO),
    "answer_that_was_updated": answer(updated=True),
    "closest_that_was_updated": replace(closest(), updated=True),
    "withdrawn": Notice(text="The source of this answer was withdrawn."),
    "answer_with_a_receipt": answer(receipt="k3v7qa"),
    "answer_shared": answer(shared_by=Actor(id="U0ANN", name="Ann")),
    "aside": Aside(reply=answer()),
    "offer": Offer(answer=answer(), private=False),
    "offer_in_private": Offer(answer=answer(), private=True),
    "offer_with_similar_questions": Offer(answer=answer(), private=False, similar=precedents()),
    "offer_in_private_with_similar_questions": Offer(answer=answer(), private=True, similar=precedents()),
    "closest": closest(),
    "answer_to_what_follows": answer(searched="parental *leave* for <!here> fathers"),
    "closest_to_what_follows": closest(searched="parental leave for fathers"),
    "no_answer_to_what_follows": NoAnswer(
        text="Nothing that I have read answers this.", searched="parental leave for fathers"
    ),
    "closest_second": closest(offset=1),
    "answer_that_goes_on": answer(goes_on=True),
    "no_answer_with_help": NoAnswer(text="I found nothing that answers this.", id="q1"),
    "help_wanted": HELP_WANTED,
    "help_wanted_from_a_direct_message": replace(HELP_WANTED, channel="", link="", nearest=(), name=""),
    "help_was_given": replace(HELP_WANTED, nearest=(), question="", resolved_by="Boss"),
    "help_to_be_saved": SAVING,
    "continuation": continuation(),
    "continuation_at_the_end": continuation(goes_on=False),
    "deleted": Deleted(text="Deleted."),
    "reasons": reasons(),
    "reasons_that_are_few": reasons(
        shared=(),
        kindred=(),
        missing=(),
        second=None,
        also=(),
        signals=(),
        probability=0.42,
        confidence=Confidence.LOW,
    ),
    "no_answer": NoAnswer(text="Nothing that I have read answers this."),
    "no_answer_with_titles": NoAnswer(
        text="I found nothing that answers this.",
        nearest=(
            Nearest(title="Handbook", heading=("Leave",), url="https://docs.example.com/leave"),
            Nearest(title="Notes", heading=(), url=""),
        ),
    ),
    "refused": Refused(text="Only moderators may do this. Ask one of them."),
    "notice": Notice(text="“handbook” was added."),
    "notice_of_changes": Notice(
        text="The latest changes, newest first:",
        details=(
            "2026-03-02 09:31 UTC, Mo: removed the source tea",
            "2026-03-02 09:30 UTC, Mo: set questions.keep to 30",
        ),
    ),
    "notice_of_a_verified_receipt": Notice(
        text="Receipt k3v7qa: moved.",
        details=(
            "Quoted from people/leave.md in handbook, characters 100 to 180 of revision 0f1e2d3c4b5a",
            "First shown 2026-03-02 09:30 UTC, 3 times in all",
            "The text that I keep: match, the same words stand at the same place",
            "The source as it is now: moved, the same words stand at another place in the document",
            f"SHA-256 of the quote: {'5' * 64}",
        ),
    ),
    "notice_with_details": Notice(
        text="Read 3 of 4 files.", details=("broken.md: not text", "old.md: empty")
    ),
    "source_list": SourceList(
        sources=(
            source(1),
            source(2, synced_at=None, documents=0, passages=0, state=SourceState.UNREAD),
            source(
                3,
                state=SourceState.FAILED,
                failures=("a.md: empty", "b.md: empty", "c.md: empty", "d.md: empty"),
                failed_at=UPDATED,
            ),
        )
    ),
    "source_list_of_one": SourceList(sources=(source(1, documents=1, passages=1),)),
    "source_list_of_one_on_schedule": SourceList(
        sources=(source(4, schedule="every 6h", next_at=datetime(2026, 6, 1, 18, tzinfo=UTC)),)
    ),
    "source_list_in_every_state": SourceList(
        sources=tuple(source(number, state=state) for number, state in enumerate(SourceState))
    ),
    "source_details": SourceDetails(
        source=source(1, documents=7, failures=("a.md: empty",), failed_at=UPDATED),
        documents=(
            DocumentLine(uri="people/leave.md", title="Leave", passages=12),
            DocumentLine(uri="*odd* name.md", title="", passages=1),
        ),
    ),
    "source_details_of_another_language": SourceDetails(
        source=replace(source(1), warnings=("2 documents are in German, which the *model* does not cover.",)),
        documents=(),
    ),
    "confirm_removal": ConfirmRemoval(source=source(1)),
    "suggestions": Suggestions(texts=("Leave", "Leave › *Sick* leave", "How long is leave? <!channel>")),
    "releases": ReleaseList(releases=("latest", "3.13", "3.12", "v2")),
    "releases_none": ReleaseList(releases=()),
    "answer_for_a_version": answer(of_version("3.12")),
    "suggestions_none": Suggestions(texts=()),
    "source_list_empty": SourceList(sources=()),
    "preferences": PreferenceList(
        preferences=(
            PreferenceLine(name="questions.keep", value="30", about="For how many days questions are kept"),
            PreferenceLine(name="moderators.ids", value="", about="Who moderates, by *id*"),
        )
    ),
    "personal_data": PersonalData(
        lines=("3 answers to you: which passages and when, for 90 days", "2 questions of yours, for 30 days"),
        words=(
            "How long is *parental* leave?\n@everyone",
            "x" * 300,
            *(f"and {n}?" for n in range(12)),
        ),
        erasing=False,
    ),
    "personal_data_to_erase": PersonalData(
        lines=("1 rating of yours, for as long as the answer is kept",), words=(), erasing=True
    ),
    "overview": OverviewReport(
        sources=(source(1, origin=""), source(2, origin="")),
        questions=("How long is parental leave?", "Handbook: Expenses?"),
        matters=(),
    ),
    "overview_for_a_moderator": OverviewReport(
        sources=(
            source(1, state=SourceState.FAILED, failures=("a.md: empty",)),
            source(2, state=SourceState.UNREAD, synced_at=None, documents=0, passages=0),
        ),
        questions=("How long is parental leave?",),
        matters=("1 failure to read: /sources says why.", "Not read yet: source-002."),
    ),
    "overview_of_nothing": OverviewReport(sources=(), questions=(), matters=()),
    "status": STATUS,
    "status_with_failures": replace(STATUS, failures=3),
    "status_in_groups": replace(STATUS, recall=0.9968),
    "status_of_one": replace(STATUS, sources=1, documents=1, passages=1, helpful=1, not_helpful=0),
    "listing": Listing(
        text="1 answer to review; 1 answer saved.",
        items=(
            item(Decision.APPROVE, Decision.REJECT, facts=("Bob", "2026-03-01", "saved by Ann")),
            item(Decision.WITHDRAW, choices=(Choice(decision=Decision.WITHDRAW, item="9c1d"),), url=""),
        ),
        more=12,
    ),
    "answer_chosen": answer(chosen_by="Mo *the* moderator"),
    "listing_of_passages": Listing(
        text="“How long is leave?” may lead to one of these.",
        items=(item(Decision.CHOOSE, title="Handbook › Leave", facts=("handbook",)),),
    ),
    "listing_of_aliases": Listing(
        text="1 question pointed to a passage by a moderator.",
        items=(item(Decision.FORGET, facts=("Handbook › Leave", "chosen by Mo", "2026-03-01"), url=""),),
    ),
    "listing_of_golden_questions": Listing(
        text="7 golden questions, 1 without an answer from its document.",
        items=(
            item(
                Decision.DROP,
                title="How long is *parental* leave?",
                text="",
                facts=(
                    "Leave (handbook: people/leave.md)",
                    "has lost its answer",
                    "added by Mo",
                    "2026-03-01",
                ),
                url="",
            ),
        ),
        more=6,
    ),
    "listing_of_sources_held_for_questions": Listing(
        text="handbook up to date: 9 unchanged; 21 passages.",
        items=(
            Item(
                title="handbook",
                text="Its change would leave golden questions without their answer: “How long is leave?”.",
                facts=("What was read before answers until a moderator approves the change.",),
                choices=tuple(
                    Choice(decision=each, item="handbook") for each in (Decision.ACCEPT, Decision.KEEP)
                ),
            ),
        ),
    ),
    "listing_of_questions": Listing(
        text="1 question without an answer. 3 questions without an answer, counted only.",
        items=(
            item(
                Decision.WRITE,
                Decision.POINT,
                Decision.DISMISS,
                title="How long is leave?",
                text="how long is the leave",
                facts=("asked 3 times by 2 people", "in 1 channel", "last on 2026-03-01"),
                url="",
            ),
        ),
    ),
    "listing_of_held_sources": Listing(
        text="handbook up to date: 3 unchanged; 7 passages.",
        items=(
            Item(
                title="handbook",
                text="6 of its 9 documents are gone.",
                facts=("They answer until a moderator approves that they are removed.",),
                choices=tuple(
                    Choice(decision=each, item="handbook") for each in (Decision.ACCEPT, Decision.KEEP)
                ),
            ),
        ),
    ),
    "listing_empty": Listing(text="Nothing waits for review; 0 answers saved.", items=()),
    "exported": Exported(
        text="2 lines of feedback.",
        attachment=Attachment(
            filename="feedback.csv", data=b"answer_id,helpful\na1,yes\na2,no\n", about="Export of feedback"
        ),
    ),
    "statistics": statistics(),
    "statistics_of_nothing": statistics(
        days=(),
        helpful=0,
        not_helpful=0,
        top_questions=(),
        most_quoted=(),
        never_quoted=(),
        never_quoted_in_all=0,
    ),
    "statistics_of_much": statistics(
        most_quoted=tuple(("*" * 100, 1_000_000) for _ in range(5)), never_quoted=("[" * 100,) * 5
    ),
    "progress": Progress(text="Reading handbook", done=3, total=12, read=2, embedded=1204, removed=1),
    "progress_with_failures": Progress(
        text="Reading handbook",
        done=3_000,
        total=12_000,
        failures=("a.md: empty", "b.md: not text"),
        failed=4,
        seconds_left=185.0,
    ),
    "progress_of_unknown_length": Progress(text="Looking for files", done=0, total=0),
    "failed": Failed(text="Something went wrong.", reference="3f2a"),
}
