"""What every library promises, put to the fake and to the real one."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.messages import SourceState
from index.errors import (
    IndexFailure,
    SourceExists,
    SourceOptionInvalid,
    SourcePaused,
    SourcesUnavailable,
    SourceUnavailable,
    SourceUnknown,
)
from index.passages import Failure, Held, Step, SyncReport
from tests.contracts.houses import House

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
GREEN = "Green tea is brewed with water of eighty degrees."
BLACK = "Black tea is brewed with boiling water."


def counts(report: SyncReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def test_an_unknown_source_is_refused_with_those_that_there_are(house: House) -> None:
    with pytest.raises(SourceUnknown, match=r"^There is no source mug; I have read nothing yet.$"):
        house.library.sync("w", "mug", lambda step: None)
    house.write("green.txt", GREEN)
    house.read("green.txt")
    with pytest.raises(SourceUnknown, match=r"^There is no source mug. There are: green.$"):
        house.library.sync("w", "mug", lambda step: None)


# Adding


def test_a_source_is_listed_before_and_after_it_is_read(house: House) -> None:
    house.write("green.txt", GREEN)
    house.write("black.txt", BLACK)
    assert "docs" == house.library.add("w", str(house.folder), name="", base_url="")
    [line] = house.library.sources("w")
    assert ("docs", "folder", str(house.folder)) == (line.name, line.kind, line.origin)
    assert (0, 0, None) == (line.documents, line.passages, line.synced_at)
    report = house.sync("docs")
    [line] = house.library.sources("w")
    assert (2, 2) == (line.documents, line.passages)
    assert (2, 0, 0, 0) == counts(report)
    assert 2 == report.passages
    assert line.synced_at is not None


def test_a_file_is_a_source_of_one_document(house: House) -> None:
    house.write("green.txt", GREEN)
    house.write("black.txt", BLACK)
    house.read("green.txt")
    [line] = house.library.sources("w")
    assert ("green", "file", 1) == (line.name, line.kind, line.documents)


def test_sources_are_listed_by_name(house: House) -> None:
    house.write("green.txt", GREEN)
    for name in ("b", "c", "a"):
        house.library.add("w", str(house.folder), name=name, base_url="")
    assert ["a", "b", "c"] == [line.name for line in house.library.sources("w")]
    assert ["a", "b", "c"] == house.library.names("w")
    assert [] == house.library.names("elsewhere")


def test_nothing_can_be_added_from_nowhere(house: House) -> None:
    with pytest.raises(SourceUnavailable, match=r"nothing\.txt.*Check the path"):
        house.library.add("w", str(house.folder / "nothing.txt"), name="", base_url="")
    assert [] == house.library.sources("w")


def test_a_name_that_is_taken_is_refused(house: House) -> None:
    house.write("green.txt", GREEN)
    house.write("black.txt", BLACK)
    house.library.add("w", str(house.folder / "green.txt"), name="tea", base_url="")
    with pytest.raises(SourceExists):
        house.library.add("w", str(house.folder / "black.txt"), name="tea", base_url="")


def test_the_same_path_is_not_added_twice_unless_by_another_name(house: House) -> None:
    house.write("green.txt", GREEN)
    house.library.add("w", str(house.folder), name="", base_url="")
    with pytest.raises(SourceExists, match=r"is already there under the name docs. `quoth sync docs`"):
        house.library.add("w", str(house.folder), name="", base_url="")
    house.library.add("w", str(house.folder), name="again", base_url="")


def test_a_path_that_was_added_by_another_name_is_told_by_that(house: House) -> None:
    house.write("green.txt", GREEN)
    house.library.add("w", str(house.folder), name="tea", base_url="")
    with pytest.raises(SourceExists, match=r"is already there under the name tea."):
        house.library.add("w", str(house.folder), name="", base_url="")
    assert ["tea"] == house.library.names("w")


def test_two_files_of_one_name_become_two_sources(house: House) -> None:
    house.write("green/tea.txt", GREEN)
    house.write("black/tea.txt", BLACK)
    assert ["tea", "tea-2"] == [house.read("green/tea.txt"), house.read("black/tea.txt")]


def test_workspaces_may_use_the_same_names(house: House) -> None:
    house.write("green.txt", GREEN)
    house.read(workspace="w")
    house.read(workspace="v")
    house.library.remove("v", "docs")
    assert [GREEN] == house.texts("green tea", workspace="w")
    assert [] == house.library.sources("v")


def test_a_base_url_is_where_a_document_stands_on_the_web(house: House) -> None:
    house.write("deep/green.txt", GREEN)
    for origin, name, url in (
        ("", "folder", "https://example.org/docs"),
        ("deep/green.txt", "file", "https://example.org/tea"),
    ):
        house.library.add("w", str(house.folder / origin), name=name, base_url=url)
    house.sync()
    hits = house.search("green tea")
    urls = {each.source: each.url for hit in hits for each in (hit.passage, *hit.also)}
    assert {
        "folder": "https://example.org/docs/deep/green.txt",
        "file": "https://example.org/tea",
    } == urls


# Kinds and their options


def test_a_source_keeps_its_options_even_when_it_is_restored(house: House) -> None:
    house.write("green.txt", GREEN)
    name = house.library.add("w", str(house.folder), name="", base_url="", options={"depth": "3"})
    removal = house.library.remove("w", name)
    assert {"depth": "3"} == removal.options
    house.library.restore("w", removal)
    assert removal == house.library.remove("w", name)


@pytest.mark.parametrize(
    ("kind", "options", "sentence"),
    [
        ("", {"color": "red"}, "A source of the kind folder has no option color; it has depth, version."),
        ("file", {"depth": "3"}, "A source of the kind file has no option depth; it has version."),
        ("folder", {"depth": "x"}, "The option depth must be a whole number from 1 to 9, as in depth=3."),
        ("folder", {"depth": "10"}, "The option depth must be a whole number from 1 to 9"),
        ("file", {"version": "soon"}, "The option version must be a version, as in version=3.12."),
        ("fish", {}, "There is no kind of source fish. There are: file, folder."),
    ],
)
def test_an_unknown_kind_or_option_is_refused(
    house: House, kind: str, options: dict[str, str], sentence: str
) -> None:
    house.write("green.txt", GREEN)
    with pytest.raises(IndexFailure, match=re.escape(sentence)):
        house.library.add("w", str(house.folder), name="", base_url="", kind=kind, options=options)
    assert [] == house.library.sources("w")


def test_the_options_of_an_upload_are_looked_at_too(house: House) -> None:
    with pytest.raises(SourceOptionInvalid):
        house.library.add_upload("w", "a.txt", GREEN.encode(), name="", base_url="", options={"color": "red"})
    assert [] == house.library.sources("w")


# Uploads


def test_an_upload_is_a_source_of_one_document(house: House) -> None:
    name = house.library.add_upload("w", "notes.txt", GREEN.encode(), name="", base_url="")
    house.sync(name)
    [line] = house.library.sources("w")
    assert ("notes", "file", 1) == (line.name, line.kind, line.documents)
    assert [GREEN] == house.texts("green tea")


def test_an_upload_by_a_name_that_is_taken_leaves_the_first_as_it_is(house: House) -> None:
    house.library.add_upload("w", "notes.txt", GREEN.encode(), name="tea", base_url="")
    with pytest.raises(SourceExists):
        house.library.add_upload("w", "notes.txt", BLACK.encode(), name="tea", base_url="")
    house.sync()
    assert [GREEN] == house.texts("tea")


def test_uploads_of_one_file_name_become_two_sources(house: House) -> None:
    names = [
        house.library.add_upload("w", "notes.txt", text.encode(), name="", base_url="")
        for text in (GREEN, BLACK)
    ]
    house.sync()
    assert ["notes", "notes-2"] == names
    assert {GREEN, BLACK} == set(house.texts("tea"))


# Removing


def test_removing_says_how_many_passages_went_and_they_are_gone(house: House) -> None:
    house.write("green.txt", GREEN)
    house.write("black.txt", BLACK)
    house.read()
    assert 2 == house.library.remove("w", "docs").passages
    assert [] == house.texts("tea")
    assert [] == house.library.sources("w")


@pytest.mark.parametrize("workspace", ["w", "v"])
def test_a_source_that_is_not_there_is_named_as_such(house: House, workspace: str) -> None:
    house.write("green.txt", GREEN)
    house.library.add("u", str(house.folder), name="docs", base_url="")
    with pytest.raises(SourceUnknown):
        house.library.remove(workspace, "docs")
    with pytest.raises(SourceUnknown):
        house.sync("docs", workspace=workspace)


def test_a_source_that_was_removed_is_restored_as_it_was(house: House) -> None:
    house.write("green.txt", GREEN)
    house.read()
    [before] = house.library.sources("w")
    removal = house.library.remove("w", "docs")
    house.library.restore("w", removal)
    with pytest.raises(SourceExists):
        house.library.restore("w", removal)
    house.sync("docs")
    [after] = house.library.sources("w")
    assert before == replace(after, synced_at=before.synced_at)
    assert [GREEN] == house.texts("green tea")


def test_a_removed_upload_can_be_read_again_until_it_is_discarded(house: House) -> None:
    name = house.library.add_upload("w", "notes.txt", GREEN.encode(), name="", base_url="")
    removal = house.library.remove("w", name)
    house.library.restore("w", removal)
    house.sync(name)
    assert [GREEN] == house.texts("green tea")
    removal = house.library.remove("w", name)
    house.library.discard(removal)
    house.library.restore("w", removal)
    with pytest.raises(SourceUnavailable):
        house.sync(name)


def test_no_file_but_an_uploads_is_discarded(house: House) -> None:
    house.write("green.txt", GREEN)
    house.read()
    house.library.discard(house.library.remove("w", "docs"))
    house.read()
    assert [GREEN] == house.texts("green tea")


# Pausing


def test_a_paused_source_is_left_out_of_a_sync_and_still_found(house: House) -> None:
    house.write("green.txt", GREEN)
    name = house.read()
    house.library.pause("w", name, paused=True)
    assert [SourceState.PAUSED] == [line.state for line in house.library.sources("w")]
    house.write("green.txt", BLACK)
    assert SyncReport(paused=1) == house.sync()
    with pytest.raises(SourcePaused, match="docs is paused"):
        house.sync(name)
    assert [GREEN] == house.texts("tea")
    house.library.pause("w", name, paused=False)
    house.sync(name)
    assert [BLACK] == house.texts("tea")


def test_a_source_that_is_not_there_can_be_neither_paused_nor_listed(house: House) -> None:
    with pytest.raises(SourceUnknown):
        house.library.pause("w", "docs", paused=True)
    with pytest.raises(SourceUnknown):
        house.library.documents("w", "docs")


def test_a_sources_documents_are_listed_by_where_they_stand(house: House) -> None:
    house.write("green.txt", GREEN)
    house.write("deep/black.txt", BLACK)
    name = house.read()
    assert [("deep/black.txt", 1), ("green.txt", 1)] == [
        (each.uri, each.passages) for each in house.library.documents("w", name)
    ]


# Syncing


def test_a_sync_reads_what_changed_and_forgets_what_went(house: House) -> None:
    for name, text in (("green.txt", GREEN), ("black.txt", BLACK), ("same.txt", "Coffee is ground.")):
        house.write(name, text)
    house.read()
    house.write("green.txt", "Green tea is brewed at sixty.")
    house.write("new.txt", "Oolong stands between the two.")
    house.delete("black.txt")
    report = house.sync("docs")
    assert (1, 1, 1, 1) == counts(report)
    assert 3 == report.passages
    texts = house.texts("green black tea")
    assert "Green tea is brewed at sixty." in texts
    assert not {GREEN, BLACK} & set(texts)


def test_a_sync_of_what_is_up_to_date_keeps_the_passages(house: House) -> None:
    house.write("green.txt", GREEN)
    house.read()
    before = [hit.passage.id for hit in house.search("green tea")]
    assert (0, 0, 0, 1) == counts(house.sync("docs"))
    assert before == [hit.passage.id for hit in house.search("green tea")]


def test_a_document_without_text_is_reported_and_the_rest_is_read(house: House) -> None:
    house.write("green.txt", GREEN)
    house.write("empty.txt", " \n")
    house.library.add("w", str(house.folder), name="", base_url="")
    told: list[Failure] = []
    report = house.library.sync("w", "docs", lambda step: None, told.append)
    [failure] = report.failures
    assert [failure] == told
    assert "empty.txt" == failure.uri
    [line] = house.library.sources("w")
    assert (1, (f"empty.txt: {failure.reason}",)) == (line.documents, line.failures)
    assert line.failed_at is not None
    assert line.failed_at == line.synced_at
    assert (0, 0, 0, 1) == counts(house.sync("docs"))


def test_of_several_sources_each_failure_names_its_own(house: House) -> None:
    for folder in ("green", "black"):
        house.write(f"{folder}/tea.txt", GREEN)
        house.write(f"{folder}/empty.txt", " \n")
        house.library.add("w", str(house.folder / folder), name="", base_url="")
    report = house.sync()
    told = [str(failure).partition(":")[0] for failure in report.failures]
    assert ["empty.txt in black", "empty.txt in green"] == told


def test_what_the_sync_before_could_not_read_either_is_told_from_the_news(house: House) -> None:
    house.write("green.txt", GREEN)
    house.write("empty.txt", " \n")
    house.library.add("w", str(house.folder), name="", base_url="")
    first = house.sync("docs")
    assert (first.failures, ()) == (first.new_failures, first.as_before)
    house.write("void.txt", " \n")
    second = house.sync("docs")
    assert ["empty.txt"] == [failure.uri for failure in second.as_before]
    assert ["void.txt"] == [failure.uri for failure in second.new_failures]
    third = house.sync()
    assert {"empty.txt", "void.txt"} == {failure.uri for failure in third.as_before}
    assert () == third.new_failures


def test_a_document_that_lost_its_text_is_no_longer_quoted(house: House) -> None:
    house.write("green.txt", GREEN)
    house.write("black.txt", BLACK)
    house.read()
    house.write("green.txt", "")
    assert 1 == len(house.sync("docs").failures)
    assert [BLACK] == house.texts("tea")


def test_a_sync_of_all_adds_up_its_sources(house: House) -> None:
    house.write("green.txt", GREEN)
    house.write("black.txt", BLACK)
    for name in ("green.txt", "black.txt"):
        house.library.add("w", str(house.folder / name), name="", base_url="")
    report = house.sync()
    assert (2, 0, 0, 0) == counts(report)
    assert 2 == report.passages
    assert SyncReport() == house.sync(workspace="empty")


def test_a_source_that_is_gone_says_so_and_neither_it_nor_the_others_suffer(house: House) -> None:
    house.write("black.txt", BLACK)
    house.write("green.txt", GREEN)
    house.read("black.txt")
    house.library.add("w", str(house.folder / "green.txt"), name="", base_url="")
    house.library.add("w", str(house.folder / "black.txt"), name="away", base_url="")
    house.delete("black.txt")
    with pytest.raises(SourcesUnavailable) as caught:
        house.sync()
    assert ["away", "black"] == [failure.uri for failure in caught.value.failures]
    for failure, line in zip(caught.value.failures, str(caught.value).splitlines(), strict=True):
        assert "black.txt" in failure.reason
        assert f"{failure.uri} could not be read: {failure.reason}" == line
    assert (1, 0, 0, 0) == counts(caught.value.report)
    assert {GREEN, BLACK} == set(house.texts("tea"))


def test_why_a_source_was_gone_stands_with_it_until_it_is_back(house: House) -> None:
    house.write("green.txt", GREEN)
    house.write("empty.txt", " ")
    name = house.read()
    for file in ("green.txt", "empty.txt"):
        house.delete(file)
    house.remove_folder()
    for _ in range(2):
        with pytest.raises(SourceUnavailable) as caught:
            house.sync(name)
    [line] = house.library.sources("w")
    assert (str(caught.value), 1) == (line.failures[0], line.documents)
    assert line.failed_at is not None
    assert [True, False] == [failure == str(caught.value) for failure in line.failures]
    house.write("green.txt", GREEN)
    house.sync(name)
    [line] = house.library.sources("w")
    assert ((), None) == (line.failures, line.failed_at)


def test_progress_never_exceeds_its_total(house: House) -> None:
    for number in range(3):
        house.write(f"note-{number}.txt", f"Note number {number}.")
    house.library.add("w", str(house.folder), name="", base_url="")
    steps: list[Step] = []
    house.library.sync("w", "docs", steps.append)
    assert steps
    assert all(step.text and (step.done <= step.total or not step.total) for step in steps)


# Proof


def test_the_text_that_is_kept_and_the_live_one_are_told_apart(house: House) -> None:
    house.write("green.txt", GREEN)
    house.read()
    house.write("green.txt", BLACK)
    assert GREEN == house.originals.kept("w", "docs", "green.txt")
    assert {"green.txt": BLACK} == house.originals.live("w", "docs", {"green.txt"})
    assert GREEN == house.originals.kept("w", "docs", "green.txt")


def test_spans_of_passages_stand_on_both_texts(house: House) -> None:
    house.write("tea.txt", f"{GREEN}\n\n{BLACK}")
    house.read()
    kept, live = house.originals.kept("w", "docs", "tea.txt"), house.originals.live("w", "docs", {"tea.txt"})
    for hit in house.search("tea"):
        found = hit.passage
        assert kept is not None
        assert found.text == kept[found.start : found.end]
    assert {"tea.txt": kept} == live


def test_what_is_gone_is_kept_nowhere_and_what_cannot_be_read_is_none(house: House) -> None:
    for name in ("green", "white", "herb"):
        house.write(f"{name}.txt", GREEN)
    house.write("black.txt", BLACK)
    house.read()
    house.delete("green.txt")
    house.write("black.txt", " ")
    assert {"black.txt": None} == house.originals.live("w", "docs", {"green.txt", "black.txt"})
    house.sync()
    assert house.originals.kept("w", "docs", "green.txt") is None


def test_texts_are_for_their_own_workspace(house: House) -> None:
    house.write("green.txt", GREEN)
    house.read()
    assert house.originals.kept("v", "docs", "green.txt") is None
    with pytest.raises(SourceUnknown):
        house.originals.live("v", "docs", {"green.txt"})


def test_a_source_that_is_gone_has_no_live_texts(house: House) -> None:
    house.write("green.txt", GREEN)
    house.read()
    house.delete("green.txt")
    house.remove_folder()
    with pytest.raises(SourceUnavailable):
        house.originals.live("w", "docs", {"green.txt"})


def test_a_documents_passages_come_in_their_order_and_only_to_its_workspace(house: House) -> None:
    house.write("tea.txt", f"{GREEN}\n\n{BLACK}")
    house.read()
    found = house.originals.passages("w", "docs", "tea.txt")
    assert {hit.passage.id for hit in house.search("tea")} == {passage.id for passage in found}
    assert sorted(passage.start for passage in found) == [passage.start for passage in found]
    for workspace, source, uri in (("v", "docs", "tea.txt"), ("w", "docs", "x"), ("w", "x", "tea.txt")):
        assert [] == house.originals.passages(workspace, source, uri)


def test_a_text_is_found_by_its_hash_wherever_it_stands_in_its_workspace(house: House) -> None:
    house.write("green.txt", GREEN)
    house.write("copy.txt", GREEN)
    house.read()
    [first] = house.originals.passages("w", "docs", "green.txt")
    found = house.originals.holding("w", first.content_hash)
    assert {"green.txt", "copy.txt"} == {passage.uri for passage in found}
    assert {GREEN} == {passage.text for passage in found}
    assert [] == house.originals.holding("v", first.content_hash)
    house.write("green.txt", BLACK)
    house.sync()
    assert ["copy.txt"] == [passage.uri for passage in house.originals.holding("w", first.content_hash)]


def test_every_change_of_what_was_read_has_another_revision(house: House) -> None:
    revisions = [house.originals.revision("w")]
    house.write("green.txt", GREEN)
    house.read()
    revisions.append(house.originals.revision("w"))
    house.sync()
    assert revisions[-1] == house.originals.revision("w")
    house.write("green.txt", BLACK)
    house.sync()
    revisions.append(house.originals.revision("w"))
    house.library.remove("w", "docs")
    revisions.append(house.originals.revision("w"))
    assert 4 == len(set(revisions))


def test_all_documents_are_listed_with_their_sources_and_titles(house: House) -> None:
    house.write("green.txt", GREEN)
    house.write("black.txt", BLACK)
    house.read()
    house.read("green.txt")
    listed = house.originals.titles("w")
    assert [("docs", "black.txt"), ("docs", "green.txt"), ("green", "green.txt")] == [
        (source, uri) for source, uri, _ in listed
    ]
    assert all(title for _, _, title in listed)
    assert [] == house.originals.titles("v")


# Held and undone


def test_a_source_that_suddenly_loses_most_of_its_documents_is_held(house: House) -> None:
    for number in range(9):
        house.write(f"{number}.txt", f"Thing number{number} is here.")
    name = house.read()
    for number in range(6):
        house.delete(f"{number}.txt")
    report = house.sync(name)
    assert (0, (Held(source=name, lost=6, documents=9),)) == (report.removed, report.held)
    [line] = house.library.sources("w")
    assert (SourceState.HELD, 9) == (line.state, line.documents)
    assert "6 documents fewer" in line.failures[0]
    assert "Thing number1 is here." in house.texts("number1")
    assert 6 == house.library.accept("w", name)
    assert (6, ()) == ((again := house.sync(name)).removed, again.held)
    assert 0 == house.library.accept("w", name)
    with pytest.raises(SourceUnknown):
        house.library.accept("w", "nothing")


def test_half_of_the_documents_may_go_without_asking(house: House) -> None:
    for number in range(4):
        house.write(f"{number}.txt", f"Thing number{number} is here.")
    name = house.read()
    for number in range(2):
        house.delete(f"{number}.txt")
    assert (2, ()) == ((report := house.sync(name)).removed, report.held)


def test_what_the_last_sync_has_changed_is_undone_until_it_is_forgotten(house: House) -> None:
    house.write("tea.txt", GREEN)
    house.write("coffee.txt", "Coffee wants coarse beans.")
    name = house.read()
    assert {} == house.library.revert("w", name, since=LONG_AGO)
    house.write("tea.txt", "White tea wants seventy degrees.")
    house.delete("coffee.txt")
    house.write("milk.txt", "Milk is white.")
    house.sync(name)
    assert {name: 3} == house.library.revert("w", "", since=LONG_AGO)
    assert GREEN in house.texts("green tea")
    assert "Coffee wants coarse beans." in house.texts("coffee beans")
    assert "Milk is white." not in house.texts("milk")
    assert {} == house.library.revert("w", "", since=LONG_AGO)
    house.sync(name)
    assert house.library.expire(datetime.now(UTC))
    assert not house.library.expire(datetime.now(UTC))
    assert {} == house.library.revert("w", name, since=LONG_AGO)
    assert "Milk is white." in house.texts("milk")
    with pytest.raises(SourceUnknown):
        house.library.revert("w", "nothing", since=LONG_AGO)
