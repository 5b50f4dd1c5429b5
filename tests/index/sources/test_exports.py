"""Exports of chats: threads and pinned messages are documents, and nothing else is."""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest

from index.errors import SourceUnavailable
from index.ports import Parse
from index.readers.decoding import MAX_DOCUMENT_BYTES
from index.readers.transcript import TranscriptReader
from index.sandbox import Sandbox
from index.sources.discord_export import DiscordExportSource
from index.sources.exports import ExportSource
from index.sources.options import check
from index.sources.slack_export import SlackExportSource, spelt_out
from tests.fakes.documents import discord_export, slack_export, zipped
from tests.fakes.parsing import parse_here
from tests.index.trapping import TRAPS, on_unix, trapping
from tests.index.traps import trap_of

NONE: Mapping[str, str] = {}


def source(
    kind: type[ExportSource],
    path: Path,
    data: bytes,
    options: Mapping[str, str] = NONE,
    base_url: str = "",
    parse: Parse = parse_here,
) -> ExportSource:
    path.write_bytes(data)
    check({"export": lambda: kind.OPTIONS}, "export", options)
    return kind(str(path), formats=frozenset(), options=options, parse=parse, base_url=base_url)


def told(source: ExportSource) -> dict[str, list[str]]:
    reader = TranscriptReader()
    extracts = [reader.read(source.fetch(each), name=each.name) for each in source.entries()]
    return {each.title: [block.text for block in each.blocks] for each in extracts}


def test_a_slack_export_has_threads_and_pinned_messages(tmp_path: Path) -> None:
    found = source(SlackExportSource, tmp_path / "a.zip", slack_export())
    assert {
        "How do I open the #harbour gate?": [
            "@Ann Lee Turn the brass key & pull.",
            "sudo open gate",
        ],
        "The ferry leaves at noon from pier four.": ["The ferry leaves at noon from pier four."],
    } == told(found)


def test_an_export_may_be_larger_than_a_document(tmp_path: Path) -> None:
    with zipfile.ZipFile(BytesIO(export := slack_export())) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    padded = tmp_path / "a.zip"
    with zipfile.ZipFile(padded, "w") as archive:  # which packs nothing
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr("canvas.bin", bytes(MAX_DOCUMENT_BYTES))
    assert 2 == len(told(source(SlackExportSource, tmp_path / "b.zip", export)))
    assert 2 == len(told(source(SlackExportSource, tmp_path / "c.zip", padded.read_bytes())))


def test_a_message_links_to_itself_in_its_thread(tmp_path: Path) -> None:
    found = source(SlackExportSource, tmp_path / "a.zip", slack_export(), base_url="https://acme.slack.com/")
    thread = next(found.entries())
    extract = TranscriptReader().read(found.fetch(thread), name="a")
    assert "https://acme.slack.com/archives/C1/p1772528400000100" == thread.url
    assert "p1772528460000100?thread_ts=1772528400.000100&cid=C1" == extract.blocks[0].anchor
    assert "Ben Ode, 2026-03-03 09:01" == extract.blocks[0].place


def test_a_question_without_an_answer_is_no_document(tmp_path: Path) -> None:
    found = source(SlackExportSource, tmp_path / "a.zip", slack_export(replies=0))
    assert ["The ferry leaves at noon from pier four."] == list(told(found))


def test_private_channels_are_read_only_when_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="private=yes"):
        list(source(SlackExportSource, tmp_path / "a.zip", slack_export(), {"channels": "#Secret"}).entries())
    chosen = {"channels": "secret", "private": "yes"}
    found = source(SlackExportSource, tmp_path / "a.zip", slack_export(), chosen)
    assert ["What is the vault's code?"] == list(told(found))


def test_a_channel_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="It has: help, random, secret"):
        list(source(SlackExportSource, tmp_path / "a.zip", slack_export(), {"channels": "x"}).entries())


def test_a_discord_export_has_chains_of_replies_and_pinned_messages(tmp_path: Path) -> None:
    found = source(DiscordExportSource, tmp_path / "a.json", discord_export())
    assert {
        "How do I tune the church organ?": ["Tune the organ with the brass sleeve."],
        "The bells ring on Sundays.": ["The bells ring on Sundays."],
    } == told(found)
    assert "https://discord.com/channels/77/88/100000000000000001" == next(found.entries()).url


def test_a_thread_of_discord_is_one_conversation_with_its_name(tmp_path: Path) -> None:
    data = discord_export(type="GuildPublicThread", name="Organs")
    [(title, texts)] = told(source(DiscordExportSource, tmp_path / "a.json", data)).items()
    assert ("Organs", 3) == (title, len(texts))
    assert "Beep." not in texts


def test_a_private_thread_of_discord_is_read_only_when_asked_for(tmp_path: Path) -> None:
    data = discord_export(type="GuildPrivateThread")
    with pytest.raises(SourceUnavailable, match="private=yes"):
        list(source(DiscordExportSource, tmp_path / "a.json", data).entries())


def test_an_archive_holds_several_channels_of_discord(tmp_path: Path) -> None:
    both = {"a.json": json.loads(discord_export()), "b.json": json.loads(discord_export(name="bells"))}
    found = source(DiscordExportSource, tmp_path / "a.zip", zipped(both), {"channels": "bells"})
    assert {"bells"} == {each.uri.partition(",")[0] for each in found.entries()}


def test_only_the_conversation_that_changed_has_another_version(tmp_path: Path) -> None:
    before = list(source(SlackExportSource, tmp_path / "a.zip", slack_export()).entries())
    after = list(source(SlackExportSource, tmp_path / "a.zip", slack_export(replies=1)).entries())
    assert [each.uri for each in before] == [each.uri for each in after]
    assert [False, True] == [one.version == other.version for one, other in zip(before, after, strict=True)]


@pytest.mark.parametrize("kind", [SlackExportSource, DiscordExportSource])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no archive",
        b"[" * 100_000,
        b'{"channel": {"name": 1}}',
        zipped({"channels.json": {"a": 1}}),
        zipped({"../channels.json": []}),
    ],
)
def test_what_is_no_export_says_so(tmp_path: Path, kind: type[ExportSource], data: bytes) -> None:
    with pytest.raises(SourceUnavailable):
        list(source(kind, tmp_path / "a", data).entries())


@pytest.mark.parametrize(
    ("kind", "data"), [(SlackExportSource, slack_export()), (DiscordExportSource, discord_export())]
)
def test_conversations_come_out_of_the_sandbox_as_they_stand(
    tmp_path: Path, kind: type[ExportSource], data: bytes
) -> None:
    sandbox = Sandbox({})
    here, there = (source(kind, tmp_path / "a", data, parse=parse) for parse in (parse_here, sandbox.parse))
    assert list(here.entries()) == list(there.entries())
    assert told(here) == told(there)
    sandbox.close()


@on_unix
@pytest.mark.parametrize("fault", TRAPS)
@pytest.mark.parametrize("kind", [SlackExportSource, DiscordExportSource])
def test_an_export_that_is_a_trap_cannot_be_read(
    tmp_path: Path, kind: type[ExportSource], fault: str
) -> None:
    with trapping() as parse, pytest.raises(SourceUnavailable, match=TRAPS[fault]):
        list(source(kind, tmp_path / "a", trap_of(fault).encode(), parse=parse).entries())


def test_odd_values_in_an_export_are_passed_over(tmp_path: Path) -> None:
    odd = {
        "channels.json": [{"id": 1, "name": "help", "pins": [1]}, 7],
        "users.json": [{"id": "U1", "profile": 3}],
        "help/2026-01-01.json": [
            3,
            {"ts": "x", "text": "a"},
            {"ts": "1e99", "text": "a"},
            {"ts": "1772528400.000100", "text": "\ud800 Why?", "thread_ts": "1772528400.000100"},
            {"ts": "1772528500.000100", "user": "U1", "text": "So.", "thread_ts": "1772528400.000100"},
        ],
    }
    assert {"Why?": ["So."]} == told(source(SlackExportSource, tmp_path / "a.zip", zipped(odd)))


def test_reply_chains_that_bite_their_tails_end(tmp_path: Path) -> None:
    export = json.loads(discord_export())
    export["messages"][0]["reference"] = {"messageId": export["messages"][3]["id"]}
    found = source(DiscordExportSource, tmp_path / "a.json", json.dumps(export).encode())
    assert ["The bells ring on Sundays."] == list(told(found))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<https://a.example|the page> &lt;b&gt;", "the page (https://a.example) <b>"),
        ("<https://a.example> <mailto:a@b.c|a@b.c>", "https://a.example a@b.c"),
        ("<!here> <!subteam^S1|@crew> <@U7>", "@here @crew @U7"),
    ],
)
def test_slacks_marks_are_spelt_out(written: str, shown: str) -> None:
    assert shown == spelt_out(written, {})
