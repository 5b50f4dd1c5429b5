"""What moderators do with sources."""

from dataclasses import replace

import pytest

from bot.messages import (
    Actor,
    AddSource,
    Answer,
    ConfirmRemoval,
    Decide,
    Decision,
    Listing,
    Notice,
    PauseSource,
    Refused,
    Reindex,
    RemoveSource,
    Reply,
    ShowSource,
    SourceDetails,
    SourceList,
    Sources,
    SourceState,
    Undo,
    Upload,
)
from index.errors import HostRefused, SourceUnavailable
from tests.bot.conftest import ANN, ELSEWHERE, HERE, MODERATOR, TEA, Bench

HOUR = 3_600


def show(bench: Bench, name: str = "tea") -> Reply:
    return bench.handle(ShowSource(actor=MODERATOR, conversation=HERE, name=name))


def pause(bench: Bench, *, paused: bool = True) -> Reply:
    return bench.handle(PauseSource(actor=MODERATOR, conversation=HERE, name="tea", paused=paused))


def remove(bench: Bench, name: str = "tea", *, confirmed: bool = True) -> Reply:
    return bench.handle(RemoveSource(actor=MODERATOR, conversation=HERE, name=name, confirmed=confirmed))


def undo(bench: Bench) -> Reply:
    return bench.handle(Undo(actor=MODERATOR, conversation=HERE))


def add(bench: Bench, origin: str | Upload) -> Reply:
    return bench.handle(AddSource(actor=MODERATOR, conversation=HERE, origin=origin))


def states(bench: Bench) -> dict[str, SourceState]:
    reply = bench.handle(Sources(actor=MODERATOR, conversation=HERE))
    assert isinstance(reply, SourceList)
    return {line.name: line.state for line in reply.sources}


def text_of(reply: Reply) -> str:
    assert isinstance(reply, Notice | Refused)
    return reply.text


# What comes from the web


PAGE = "https://docs.example.org/tea"


def test_a_web_address_is_added_from_a_chat_without_any_allowed_path(bench: Bench) -> None:
    bench.library.files[PAGE] = "Green tea wants eighty degrees."
    reply = add(bench, PAGE)
    assert isinstance(reply, Notice)
    assert "Added docs-example-org-tea (page): 1 document, 1 passage." == reply.text
    assert "kind site" in reply.details[0]
    [line] = bench.library.sources("discord:1")
    assert ("page", PAGE) == (line.kind, line.origin)


def test_a_page_that_was_asked_for_as_one_is_not_explained(bench: Bench) -> None:
    bench.library.files[PAGE] = "Green tea wants eighty degrees."
    request = AddSource(actor=MODERATOR, conversation=HERE, origin=PAGE, kind="page", name="tea")
    reply = bench.handle(request)
    assert isinstance(reply, Notice)
    assert () == reply.details


@pytest.mark.parametrize(("options", "explained"), [({}, True), ({"read": "entries"}, False)])
def test_which_text_of_a_feed_is_read_is_said_unless_it_was_chosen(
    bench: Bench, options: dict[str, str], explained: bool
) -> None:
    bench.library.files[PAGE] = "Green tea wants eighty degrees."
    request = AddSource(actor=MODERATOR, conversation=HERE, origin=PAGE, kind="feed", options=options)
    reply = bench.handle(request)
    assert isinstance(reply, Notice)
    assert explained == any("read=entries" in detail for detail in reply.details)


@pytest.mark.parametrize("origin", ["docs.example.org/tea", " DOCS.example.org/tea "])
def test_a_chat_takes_for_an_address_what_looks_like_one(bench: Bench, origin: str) -> None:
    meant = f"https://{origin.strip()}"
    bench.library.files[meant] = "Green tea wants eighty degrees."
    assert "(page): 1 document, 1 passage." in text_of(add(bench, origin))
    assert [meant] == [line.origin for line in bench.library.sources("discord:1")]


@pytest.mark.parametrize(("platform", "shown"), [("discord", False), ("slack", False), ("terminal", True)])
def test_only_who_sits_at_the_machine_is_shown_the_setting_that_allows_a_host(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, platform: str, shown: bool
) -> None:
    def refuse(origin: str) -> str:
        error = HostRefused("wiki.internal")
        raise SourceUnavailable(str(error)) from error

    monkeypatch.setattr(bench.library, "kind_of", refuse)
    there = replace(HERE, platform=platform)
    told = text_of(
        bench.handle(AddSource(actor=MODERATOR, conversation=there, origin="https://wiki.internal/"))
    )
    assert told.startswith("wiki.internal leads to an address that is not on the open internet.")
    assert shown is told.endswith('\n\n[fetch]\nallowed_hosts = ["wiki.internal"]')


def test_an_option_that_the_kind_does_not_have_is_refused_in_words(bench: Bench) -> None:
    request = AddSource(actor=MODERATOR, conversation=HERE, origin=TEA, options={"color": "red"})
    assert "A source of the kind file has no option color" in text_of(bench.handle(request))


@pytest.mark.parametrize("kind", ["", "git", "site"])
@pytest.mark.parametrize(
    "origin",
    [
        "file:///etc",
        "file:///etc/passwd",
        "ftp://docs.example.org/tea",
        "ext::sh -c id",
        "ssh://h/x",
        "git@h:x",
        "git://h/x",
        "/etc",
    ],
)
def test_no_other_address_leads_past_the_allowed_paths(bench: Bench, origin: str, kind: str) -> None:
    bench.library.files[origin] = "secret"
    request = AddSource(actor=MODERATOR, conversation=HERE, origin=origin, kind=kind)
    assert "sources.allowed_paths" in text_of(bench.handle(request))
    assert [] == bench.library.sources("discord:1")


def test_a_chat_adds_only_the_kinds_that_it_may() -> None:
    bench = Bench(allowed_kinds=("page", "site"))
    bench.library.files |= {PAGE: "Green tea wants eighty degrees.", TEA: "Black tea."}
    assert isinstance(add(bench, PAGE), Notice)
    assert "not add a source of the kind file" in text_of(add(bench, TEA))
    upload = Upload(filename="a.txt", data=b"White tea.")
    assert "not add a source of the kind file" in text_of(add(bench, upload))
    there = replace(HERE, platform="terminal")
    assert isinstance(bench.handle(AddSource(actor=MODERATOR, conversation=there, origin=TEA)), Notice)


def test_a_source_is_listed_with_its_options(bench: Bench) -> None:
    bench.library.files[TEA] = "Black tea."
    bench.handle(AddSource(actor=MODERATOR, conversation=HERE, origin=TEA, options={"version": "2.1"}))
    [line] = bench.library.sources("discord:1")
    assert f"{TEA} (version=2.1)" == line.whence


# States


def test_a_source_is_fresh_or_failed_or_not_read_yet(bench: Bench) -> None:
    bench.read_tea()
    bench.library.files["/docs/moss.txt"] = "Moss is green."
    bench.library.add("discord:1", "/docs/moss.txt", name="", base_url="")
    assert {"moss": SourceState.UNREAD, "tea": SourceState.FRESH} == states(bench)
    del bench.library.files[TEA]
    bench.handle(Reindex(actor=MODERATOR, conversation=HERE))
    assert {"moss": SourceState.FRESH, "tea": SourceState.FAILED} == states(bench)


def test_a_source_is_syncing_while_it_is_read(bench: Bench) -> None:
    bench.read_tea()
    bench.library.files[TEA] += "\n\nOolong stands between."
    seen: list[dict[str, SourceState]] = []
    bench.router.handle(
        Reindex(actor=MODERATOR, conversation=HERE, name="tea"), lambda progress: seen.append(states(bench))
    )
    assert {"tea": SourceState.SYNCING} == seen[0]
    assert {"tea": SourceState.FRESH} == states(bench)


# Showing


def test_a_source_is_shown_with_its_documents_and_what_could_not_be_read(bench: Bench) -> None:
    bench.library.files |= {"/docs/b.txt": "Bees dance.", "/docs/empty.txt": " "}
    bench.library.add("discord:1", "/docs", name="docs", base_url="")
    bench.handle(Reindex(actor=MODERATOR, conversation=HERE))
    reply = show(bench, "docs")
    assert isinstance(reply, SourceDetails)
    assert [("b.txt", "B", 1), ("tea.txt", "Tea", 2)] == [
        (each.uri, each.title, each.passages) for each in reply.documents
    ]
    assert ["empty.txt"] == [failure.partition(":")[0] for failure in reply.source.failures]
    assert 0 == reply.unlisted


def test_of_very_many_documents_the_first_are_listed_and_the_rest_is_counted(bench: Bench) -> None:
    bench.library.files = {f"/docs/{number:03d}.txt": "Tea." for number in range(130)}
    bench.library.add("discord:1", "/docs", name="docs", base_url="")
    bench.handle(Reindex(actor=MODERATOR, conversation=HERE))
    reply = show(bench, "docs")
    assert isinstance(reply, SourceDetails)
    assert (100, 30) == (len(reply.documents), reply.unlisted)


# Pausing


def test_a_paused_source_answers_and_is_not_read_anew(bench: Bench) -> None:
    bench.read_tea()
    assert "Paused tea" in text_of(pause(bench))
    assert {"tea": SourceState.PAUSED} == states(bench)
    bench.library.files[TEA] = "Coffee wants coarse beans."
    paused = text_of(bench.handle(Reindex(actor=MODERATOR, conversation=HERE)))
    assert "1 source paused: quoted still, but not read anew." == paused
    bench.upload("Beans are roasted.", name="coffee")
    both = text_of(bench.handle(Reindex(actor=MODERATOR, conversation=HERE)))
    assert "All sources up to date: 1 unchanged; 1 passage. 1 source paused" in both
    assert isinstance(bench.ask("green tea"), Answer)
    refused = bench.handle(Reindex(actor=MODERATOR, conversation=HERE, name="tea"))
    assert "tea is paused, so it is not read anew. Resume it first." == text_of(refused)


def test_a_resumed_source_is_read_with_the_next_sync(bench: Bench) -> None:
    bench.read_tea()
    pause(bench)
    bench.library.files[TEA] = "Coffee wants coarse beans."
    assert "Resumed tea" in text_of(pause(bench, paused=False))
    bench.handle(Reindex(actor=MODERATOR, conversation=HERE))
    assert isinstance(bench.ask("coffee beans"), Answer)


# Removing


def test_removing_asks_first_and_says_what_would_go(bench: Bench) -> None:
    bench.read_tea()
    reply = remove(bench, confirmed=False)
    assert isinstance(reply, ConfirmRemoval)
    assert "Remove tea with its 1 document and 2 passages?" == reply.question
    assert isinstance(bench.ask("green tea"), Answer)


# Undoing


def test_a_source_that_was_removed_comes_back_with_its_name_and_address(bench: Bench) -> None:
    bench.library.add("discord:1", TEA, name="brews", base_url="https://example.org/tea")
    bench.handle(Reindex(actor=MODERATOR, conversation=HERE))
    before = bench.library.sources("discord:1")
    remove(bench, "brews")
    assert "Undone: brews is back with its 2 passages." == text_of(undo(bench))
    assert before == bench.library.sources("discord:1")
    assert "https://example.org/tea" in bench.answer("green tea").quote.citation.url


def test_a_paused_source_comes_back_paused_and_read(bench: Bench) -> None:
    bench.read_tea()
    pause(bench)
    remove(bench)
    undo(bench)
    assert {"tea": SourceState.PAUSED} == states(bench)
    assert isinstance(bench.ask("green tea"), Answer)


def test_a_source_that_was_just_added_goes_and_can_come_back(bench: Bench) -> None:
    bench.read_tea()
    assert "Undone: tea is removed again" in text_of(undo(bench))
    assert {} == states(bench)
    undo(bench)
    assert {"tea": SourceState.FRESH} == states(bench)


def test_undoing_twice_does_not_remove_what_came_back(bench: Bench) -> None:
    bench.read_tea()
    remove(bench)
    undo(bench)
    assert "nothing to undo" in text_of(undo(bench))
    assert {"tea": SourceState.FRESH} == states(bench)


def test_an_upload_that_was_removed_comes_back(bench: Bench) -> None:
    bench.upload("Coffee wants coarse beans.", name="notes")
    remove(bench, "notes")
    undo(bench)
    assert isinstance(bench.ask("coffee beans"), Answer)


@pytest.mark.parametrize("what", ["time", "another change"])
def test_the_file_of_a_removed_upload_is_kept_only_while_that_can_be_undone(bench: Bench, what: str) -> None:
    bench.upload("Coffee wants coarse beans.", name="notes")
    remove(bench, "notes")
    assert bench.library.aside
    if what == "time":
        bench.clock.advance(HOUR)
        bench.ask("coffee")
    else:
        bench.read_tea()
    assert not bench.library.aside


def test_nothing_is_undone_after_an_hour_or_elsewhere_or_twice(bench: Bench) -> None:
    bench.read_tea()
    elsewhere = bench.handle(Undo(actor=MODERATOR, conversation=ELSEWHERE))
    bench.clock.advance(HOUR)
    assert ["There is nothing to undo."] * 2 == [
        text_of(reply).partition(" I undo")[0] for reply in (elsewhere, undo(bench))
    ]
    assert {"tea": SourceState.FRESH} == states(bench)


def test_what_cannot_be_read_any_more_stays_removed_and_undoable(bench: Bench) -> None:
    bench.read_tea()
    remove(bench)
    kept = bench.library.files.pop(TEA)
    assert "does not exist" in text_of(undo(bench))
    assert {} == states(bench)
    bench.library.files[TEA] = kept
    assert "is back" in text_of(undo(bench))


# What a sync has changed


def reindex(bench: Bench, name: str = "") -> Reply:
    return bench.handle(Reindex(actor=MODERATOR, conversation=HERE, name=name))


def read_notes(bench: Bench, count: int = 9) -> None:
    for number in range(count):
        bench.library.files[f"/docs/notes/{number}.txt"] = f"Thing number{number} is here."
    bench.handle(AddSource(actor=MODERATOR, conversation=HERE, origin="/docs/notes"))


def lose(bench: Bench, count: int) -> None:
    for number in range(count):
        del bench.library.files[f"/docs/notes/{number}.txt"]


def decide(bench: Bench, decision: Decision, actor: Actor = MODERATOR) -> Reply:
    return bench.handle(Decide(actor=actor, conversation=HERE, decision=decision, item="notes"))


def test_a_source_that_loses_most_of_its_documents_is_held_until_a_moderator_approves(bench: Bench) -> None:
    read_notes(bench)
    lose(bench, 6)
    asked = reindex(bench)
    assert isinstance(asked, Listing)
    [item] = asked.items
    assert ("notes", "6 of its 9 documents are gone.") == (item.title, item.text)
    assert ["Approve change", "Leave as it is"] == [choice.label for choice in item.choices]
    assert {"notes": SourceState.HELD} == states(bench)
    shown = show(bench, "notes")
    assert isinstance(shown, SourceDetails)
    assert "6 documents fewer" in shown.source.failures[0]
    assert isinstance(bench.ask("number1"), Answer)
    assert "Left as it is" in text_of(decide(bench, Decision.KEEP))
    assert isinstance(bench.ask("number2"), Answer)
    assert "moderators" in text_of(decide(bench, Decision.ACCEPT, ANN))
    assert "6 removed" in text_of(decide(bench, Decision.ACCEPT))
    bench.clock.advance(60)
    assert not isinstance(bench.ask("number1"), Answer)
    assert "not held" in text_of(decide(bench, Decision.ACCEPT))
    assert {"notes": SourceState.FRESH} == states(bench)


def test_a_source_of_any_name_can_be_approved_by_its_button(bench: Bench) -> None:
    read_notes(bench)
    bench.library.add("discord:1", "/docs/notes", name="Ünser: Büro " * 4, base_url="")
    reindex(bench)
    lose(bench, 6)
    asked = reindex(bench)
    assert isinstance(asked, Listing)
    for choice in (item.choices[0] for item in asked.items):
        assert choice.item.isascii()
        assert ":" not in choice.item
        bench.handle(Decide(actor=MODERATOR, conversation=HERE, decision=choice.decision, item=choice.item))
    assert {SourceState.FRESH} == set(states(bench).values())


@pytest.mark.parametrize("name", ["", "notes"])
def test_what_a_sync_has_changed_is_undone_and_stays_so(bench: Bench, name: str) -> None:
    read_notes(bench)
    lose(bench, 1)
    bench.library.files["/docs/notes/5.txt"] = "Something else stands here."
    bench.library.files["/docs/notes/new.txt"] = "A novelty."
    reindex(bench, name)
    assert "notes (3 documents)" in text_of(undo(bench))
    assert isinstance(bench.ask("number0"), Answer)
    assert isinstance(bench.ask("number5"), Answer)
    assert {"notes": SourceState.PAUSED} == states(bench)
    assert "nothing to undo" in text_of(undo(bench))


def test_the_newest_change_is_undone_also_when_it_came_from_the_command_line(bench: Bench) -> None:
    read_notes(bench)
    bench.library.files[PAGE] = "Green tea wants eighty degrees."
    add(bench, PAGE)
    lose(bench, 1)
    bench.desk.sync(HERE.workspace, "", lambda progress: None)
    assert "notes (1 document)" in text_of(undo(bench))
    assert isinstance(bench.ask("number0"), Answer)


def test_what_was_purged_cannot_be_undone(bench: Bench) -> None:
    read_notes(bench)
    lose(bench, 1)
    reindex(bench)
    bench.desk.purge()
    assert "nothing to undo" in text_of(undo(bench))
