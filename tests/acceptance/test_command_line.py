"""The installed command, as a person or a script uses it, with the real model."""

import json
import random
import re
import signal
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.acceptance.conftest import QUOTH, Quoth

pytestmark = pytest.mark.model

KILLS = 4
NOTES = 400


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "tea.md").write_text("# Tea\n\n## Water\n\nGreen tea is brewed with water of eighty degrees.\n")
    return folder


def test_asking_says_by_its_exit_status_how_it_went(quoth: Quoth, docs: Path) -> None:
    assert 0 == quoth("sources", "add", "docs").returncode
    answered = quoth("ask", "How hot should water for green tea be?")
    assert 0 == answered.returncode
    assert "Green tea is brewed with water of eighty degrees." in answered.stdout
    assert 1 == quoth("ask", "hello there, how is your day?").returncode
    assert 2 == quoth("ask", "x" * 5000).returncode
    refused = quoth("ask", "--json", "?!")
    assert (2, "") == (refused.returncode, refused.stdout)
    assert "Ask me a question in words, please." in refused.stderr
    assert (docs / "tea.md").exists()


def test_a_quote_is_verified_by_its_receipt_until_its_source_changes(quoth: Quoth, docs: Path) -> None:
    quoth("sources", "add", "docs")
    shown = quoth("ask", "How hot should water for green tea be?").stdout
    [receipt] = re.findall(r"receipt (\w+)", shown)
    matched = quoth("verify", receipt)
    assert 0 == matched.returncode, matched.stderr
    assert f"Receipt {receipt}: match." in matched.stdout
    everything = quoth("verify", "--all")
    assert (0, True) == (everything.returncode, "match: 1" in everything.stdout)
    (docs / "tea.md").write_text("# Tea\n\n## Water\n\nGreen tea is brewed with water of sixty degrees.\n")
    changed = quoth("verify", "--all")
    assert (1, True) == (changed.returncode, "The source as it is now: changed" in changed.stdout)
    assert 2 == quoth("verify", "nothing").returncode
    assert 2 == quoth("verify").returncode


def test_what_is_merely_close_is_shown_as_such(quoth: Quoth, docs: Path) -> None:
    quoth("sources", "add", "docs")
    (docs.parent / "quoth.toml").write_text("[answers]\nthreshold = 1.0\nclosest = 0.1\n")
    shown = quoth("ask", "How hot should water for green tea be?")
    assert 1 == shown.returncode
    assert "I am not sure. The closest I have:" in shown.stdout
    answered = quoth("ask", "--json", "How hot should water for green tea be?")
    found = json.loads(answered.stdout)
    assert (1, False, "closest") == (answered.returncode, found["answered"], found["outcome"])


def test_an_answer_is_explained_below_it(quoth: Quoth, docs: Path) -> None:
    quoth("sources", "add", "docs")
    explained = quoth("ask", "--explain", "How hot should water for green tea be?")
    assert 0 == explained.returncode
    card, reasons = explained.stdout.split("Why this passage")
    assert "eighty degrees" in card
    assert "“Green tea is brewed with water of eighty degrees.”" in reasons
    assert "How sure: " in reasons
    assert "ranked by" in reasons
    assert 2 == quoth("ask", "--explain", "--json", "How hot should water for green tea be?").returncode


def test_a_model_that_is_not_there_is_two_sentences_and_no_call_to_anywhere(quoth: Quoth, docs: Path) -> None:
    quoth("sources", "add", "docs")
    (docs.parent / "quoth.toml").write_text('[embedder]\nmodel = "no/such-model"\n')
    failed = quoth("ask", "How hot should water for green tea be?")
    said = unwrapped(failed.stdout + failed.stderr)
    assert 2 == failed.returncode
    assert 2 == said.count("The embedding model 'no/such-model' could not be loaded")  # log and reply
    assert "Traceback" not in said
    assert "Retry" not in said
    assert "huggingface.co" not in said
    assert 2 == said.count("HF_HUB_OFFLINE=0 in the environment lets it be downloaded.")


def test_the_machine_door_goes_on_after_a_bad_line(quoth: Quoth, docs: Path) -> None:
    quoth("sources", "add", "docs")
    lines = '{"id": 1, "question": "How hot should green tea be?"}\n\nnot json\n{"id": 4, "question": ""}\n'
    done = quoth("ask", "--jsonl", given=lines)
    first, bad, empty = map(json.loads, done.stdout.splitlines())
    assert 0 == done.returncode
    assert (1, True, "tea.md") == (first["id"], first["answered"], first["passages"][0]["uri"])
    assert ["answer", "nothing"] == [first["outcome"], empty["outcome"]]
    assert {"id", "error"} == set(bad)
    assert bad["error"].startswith("Line 3: it must be ")
    assert (4, False, []) == (empty["id"], empty["answered"], empty["passages"])


def test_the_machine_door_lists_passages_even_for_what_nobody_may_ask(quoth: Quoth, docs: Path) -> None:
    quoth("sources", "add", "docs")
    questions = ("\U0001f375\U0001f375", "How hot should water for green tea be? " * 200)
    lines = "\n".join(json.dumps({"id": id, "question": question}) for id, question in enumerate(questions))
    answers = [json.loads(line) for line in quoth("ask", "--jsonl", given=lines).stdout.splitlines()]
    assert [(0, False, "nothing", 1), (1, False, "nothing", 1)] == [
        (answer["id"], answer["answered"], answer["outcome"], len(answer["passages"])) for answer in answers
    ]


def test_a_source_is_shown_with_its_documents_and_with_what_it_lacks(quoth: Quoth, docs: Path) -> None:
    (docs / "empty.md").write_text("")
    quoth("sources", "add", "docs")
    shown = quoth("sources", "show", "docs")
    assert 0 == shown.returncode
    assert "│ tea.md   │ Tea   │ 1        │" in shown.stdout
    assert "docs: empty.md: The document holds no text." in unwrapped(shown.stdout)
    assert 2 == quoth("sources", "show", "nothing").returncode


def test_one_question_and_many_are_not_asked_at_once(quoth: Quoth) -> None:
    for words in (("--jsonl", "how?"), ("--jsonl", "--json")):
        refused = quoth("ask", *words)
        assert (2, "") == (refused.returncode, refused.stdout)
        assert "--jsonl reads its questions from the input" in refused.stderr


def test_the_first_question_of_all_is_answered_from_the_starter_source(quoth: Quoth, docs: Path) -> None:
    (docs.parent / "quoth.toml").write_text('[sources]\nseeds = "docs"\n')
    asked = quoth("ask", "--json", *"How hot should water for green tea be".split())
    answer = json.loads(asked.stdout)
    assert (0, True) == (asked.returncode, answer["answered"])
    assert "id" not in answer
    assert "I added my starter source, seeds, to what I read." in unwrapped(asked.stderr)
    quoth("sources", "remove", "seeds", "--yes")
    assert "`quoth sources add PATH`" in unwrapped(quoth("ask", "How hot is tea?").stdout)
    assert "no documents" in quoth("sync").stdout


def test_the_machine_door_survives_bytes_that_are_no_text(quoth: Quoth, docs: Path, tmp_path: Path) -> None:
    assert 0 == quoth("sources", "add", "docs").returncode
    good = json.dumps({"id": "last", "question": "How hot should water for green tea be?"})
    broken = json.dumps({"id": "\ud800", "question": "\ud800 tea"})
    lines = b"\xff\xfe\n" + b"[" * 200_000 + b"\n" + f"{broken}\n{good}\n".encode()
    (tmp_path / "lines").write_bytes(lines)
    with (tmp_path / "lines").open("rb") as given:
        command = [str(QUOTH), "--data", "data", "ask", "--jsonl"]
        done = subprocess.run(command, stdin=given, cwd=tmp_path, capture_output=True, check=True)
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert ["error", "error", "answered", "answered"] == [
        "error" if "error" in answer else "answered" for answer in answers
    ]
    assert answers[-1]["answered"]


def test_bad_input_is_one_sentence_and_nothing_is_lost(quoth: Quoth, docs: Path) -> None:
    quoth("sources", "add", "docs")
    (docs.parent / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    for path in ("nowhere.md", "picture.png"):
        failed = quoth("sources", "add", path)
        assert 2 == failed.returncode
        assert "Traceback" not in failed.stdout + failed.stderr
    assert 2 == quoth("sources", "remove", "nothing").returncode
    assert 0 == quoth("ask", "How hot should water for green tea be?").returncode


def test_a_source_that_is_gone_keeps_nobody_from_asking(quoth: Quoth, docs: Path) -> None:
    assert 0 == quoth("sources", "add", "docs").returncode
    docs.rename(docs.with_name("elsewhere"))
    chat = quoth("chat", given="How hot should water for green tea be?\n")
    assert 0 == chat.returncode
    assert "does not exist" in unwrapped(chat.stderr)
    assert "eighty degrees" in chat.stdout


def test_a_sync_says_what_became_of_every_source(quoth: Quoth, docs: Path) -> None:
    notes = docs.with_name("notes")
    notes.mkdir()
    (notes / "moss.md").write_text("# Moss\n\nMoss grows on the north side.\n")
    for source in ("docs", "notes"):
        quoth("sources", "add", source)
    docs.rename(docs.with_name("elsewhere"))
    (notes / "moss.md").rename(notes / "ferns.md")
    sync = quoth("sync")
    assert 2 == sync.returncode
    others = "Every other source up to date: 1 added, 1 removed; 1 passage. 0 newly embedded."
    assert others == unwrapped(sync.stdout)
    assert "docs could not be read: The folder" in unwrapped(sync.stderr)
    assert "does not exist" in unwrapped(quoth("sources", "list").stdout)
    assert "notes up to date: 1 unchanged; 1 passage." in unwrapped(quoth("sync", "notes").stdout)


def test_a_sync_killed_at_any_moment_leaves_an_index_that_answers(quoth: Quoth, docs: Path) -> None:
    quoth("sources", "add", "docs")
    chance = random.Random(7)
    for round in range(KILLS):
        for number in range(60):
            text = f"# Note {number}\n\nThis is edition {round} of note {number}, about nothing at all.\n"
            (docs / f"{number}.md").write_text(text)
        kill_a_sync(docs.parent, after=chance.uniform(1, 9))
        assert 0 == quoth("ask", "How hot should water for green tea be?").returncode
    assert 0 == quoth("sync").returncode


def test_a_first_sync_killed_five_times_ends_complete_and_embeds_everything_once(
    quoth: Quoth, tmp_path: Path
) -> None:
    (tmp_path / "quoth.toml").write_text('[sources]\nseeds = "docs"\n')
    for number in range(900):
        path = tmp_path / "docs" / f"{number}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# Note {number}\n\nThis is note {number}, about nothing at all.\n")
    embedded: list[set[int]] = [set()]
    for _ in range(5):
        kill_a_sync_that_embeds(tmp_path, more=100)
        embedded.append(vectors(tmp_path))
        assert embedded[-2] < embedded[-1]  # what was embedded stays, row for row
    assert 0 == quoth("sync").returncode
    assert embedded[-1] < vectors(tmp_path)
    assert 900 == len(vectors(tmp_path))
    listed = quoth("sources", "list").stdout
    assert "900" in listed


def test_what_is_purged_is_in_no_file_and_what_is_lost_is_held(quoth: Quoth, docs: Path) -> None:
    for number in range(9):
        (docs / f"{number}.md").write_text(f"# Note {number}\n\nQuinquagesimal note {number}.\n")
    quoth("sources", "add", "docs")
    assert 0 == quoth("ask", "How hot should water for green tea be?").returncode
    for number in range(9):
        (docs / f"{number}.md").unlink()
    held = quoth("sync")
    assert "docs is held. 9 of its 10 documents are gone." in unwrapped(held.stderr)
    assert "held" in quoth("sources", "list").stdout
    assert "9 removed" in unwrapped(quoth("sync", "--accept", "docs").stdout)
    assert 2 == quoth("sync", "--accept", "docs").returncode
    assert "Purged" in unwrapped(quoth("sources", "purge").stdout)
    left = [path for path in (docs.parent / "data").rglob("*") if path.is_file() and holds(path)]
    assert [] == left
    assert 0 == quoth("ask", "How hot should water for green tea be?").returncode


def test_another_embedder_takes_over_when_it_has_embedded_everything(quoth: Quoth, docs: Path) -> None:
    for number in range(300):
        (docs / f"{number}.md").write_text(f"# Note {number}\n\nThis is note {number}, about nothing.\n")
    quoth("sources", "add", "docs")
    before = vectors(docs.parent)
    question = "How hot should water for green tea be?"
    (docs.parent / "quoth.toml").write_text('[embedder]\npassage_prompt = "passage: "\n')
    assert 0 == quoth("ask", question).returncode
    kill_a_sync_that_embeds(docs.parent, more=64)
    assert before < vectors(docs.parent)
    assert 0 == quoth("ask", question).returncode
    [left] = re.findall(r"(\d+) newly embedded", unwrapped(quoth("sync").stdout))
    assert 0 < int(left) < 301
    assert 0 == quoth("ask", question).returncode
    assert 602 == len(vectors(docs.parent))
    quoth("sources", "purge")
    assert 301 == len(vectors(docs.parent))
    assert 0 == quoth("ask", question).returncode


def holds(path: Path) -> bool:
    return b"quinquagesim" in path.read_bytes().lower()


def vectors(folder: Path) -> set[int]:
    catalog = folder / "data" / "catalog.sqlite"
    if not catalog.exists():
        return set()
    with closing(sqlite3.connect(catalog)) as db, suppress(sqlite3.OperationalError):
        return {id for (id,) in db.execute("SELECT id FROM vectors")}
    return set()


def kill_a_sync_that_embeds(folder: Path, *, more: int) -> None:
    """Kill a sync, so that it can clean up nothing, when it has embedded so many more passages."""
    before = len(vectors(folder))
    command = [str(QUOTH), "--data", "data", "sync"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and len(vectors(folder)) < before + more:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    assert process.poll() is None
    process.kill()
    process.wait()


def test_an_interrupted_sync_says_so_and_the_next_goes_on_from_there(quoth: Quoth, docs: Path) -> None:
    quoth("sources", "add", "docs")
    for number in range(NOTES):
        text = f"# Note {number}\n\nThis is note {number}, about nothing at all.\n"
        (docs / f"{number}.md").write_text(text)
    status, words = interrupt_a_sync(docs.parent, when_embedded=100)
    assert 130 == status
    assert words.endswith("Stopped. Nothing is lost; a sync that was cut short goes on from here next time.")
    assert 0 == quoth("ask", "How hot should water for green tea be?").returncode
    [left] = re.findall(r"(\d+) newly embedded", unwrapped(quoth("sync").stdout))
    assert 0 < int(left) < NOTES


def interrupt_a_sync(folder: Path, *, when_embedded: int) -> tuple[int, str]:
    """Press Ctrl-C in a sync that has got so far; return its exit status and what it says."""
    command = [str(QUOTH), "--data", "data", "sync"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with closing(sqlite3.connect(folder / "data" / "catalog.sqlite")) as catalog:
        while catalog.execute("SELECT count(*) FROM vectors").fetchone()[0] < when_embedded:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
                break
    process.send_signal(signal.SIGINT)
    words, _ = process.communicate(timeout=60)
    return process.returncode, unwrapped(words)


def unwrapped(words: str) -> str:
    """Return what was printed as one line, however wide the screen was."""
    return " ".join(words.split())


def kill_a_sync(folder: Path, *, after: float) -> None:
    process = subprocess.Popen(
        [QUOTH, "--data", "data", "sync"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_a_folder_is_checked_before_it_is_published(quoth: Quoth, docs: Path, tmp_path: Path) -> None:
    (docs / "coffee.md").write_text("# Coffee\n\nEspresso is pressed through nine bars of pressure.\n")
    golden = [
        {"question": "How hot should water for green tea be?", "gold": [{"page": "tea.md"}]},
        {"question": "How much pressure does espresso need?", "gold": [{"snippet": "nine bars of pressure"}]},
        {"question": "Who won the chess championship in 1972?", "kind": "unanswerable"},
    ]
    questions = tmp_path / "golden.jsonl"
    questions.write_text("".join(f"{json.dumps(each)}\n" for each in golden))
    first = quoth("sources", "check", "docs", "--questions", "golden.jsonl")
    assert 0 == first.returncode, first.stdout + first.stderr
    assert first.stdout.startswith(
        "# Check of docs\n\n**Nothing is lost.** Read 2 documents with 2 passages."
    )

    assert 0 == quoth("sources", "add", "docs").returncode
    assert "There is nothing to ask" in quoth("sources", "check", "docs").stderr
    chatted = quoth("chat", given="/golden add How hot should water for green tea be?\n/quit\n")
    assert "Kept:" in chatted.stdout, chatted.stderr
    (docs / "tea.md").write_text("# Coffee beans\n\nBeans are roasted in a drum.\n")
    (docs / "broken.md").write_bytes(b"\xff\xfe\x00")
    lost = quoth("sources", "check", "docs", "--questions", "golden.jsonl")
    assert 1 == lost.returncode, lost.stdout + lost.stderr
    assert "**2 questions lost.**" in lost.stdout
    assert "## Lost\n\n- How hot should water for green tea be? (must be answered by `tea.md`)" in lost.stdout
    assert "## Could not be read\n\n- `broken.md`" in lost.stdout
    assert 0 == quoth("ask", "How hot should water for green tea be?").returncode  # nothing is published
    assert 2 == quoth("sources", "check", "nowhere", "--questions", "golden.jsonl").returncode


def test_a_sync_that_costs_a_golden_question_its_answer_is_held(quoth: Quoth, docs: Path) -> None:
    question = "How hot should water for green tea be?"
    quoth("sources", "add", "docs")
    chatted = quoth("chat", given=f"/golden add {question}\n/settings golden.hold on\n/quit\n")
    assert "golden.hold is now on." in chatted.stdout, chatted.stderr
    kept = {"question": question, "gold": [{"page": "tea.md"}], "corpus": "docs"}
    assert kept == json.loads(quoth("golden").stdout)
    (docs / "tea.md").write_text("# Coffee beans\n\nBeans are roasted in a drum.\n")
    held = quoth("sync", "docs")
    assert f"without their answer: “{question}”." in " ".join(held.stderr.split()), held.stderr
    assert 0 == quoth("ask", question).returncode
    agreed = quoth("sync", "--accept", "docs")
    assert f"Has lost its answer: “{question}”" in " ".join(agreed.stderr.split()), agreed.stderr
    assert 1 == quoth("ask", question).returncode
