"""Bad input: each with a clear sentence, and nothing lost."""

from pathlib import Path

import pytest

from index.errors import DiskFull, DocumentEmpty, SourceUnavailable
from index.passages import SyncReport
from tests.index.conftest import Bench

TEA = "# Tea\n\nGreen tea is brewed with water of eighty degrees.\n"


def reasons(report: SyncReport) -> dict[str, str]:
    return {failure.uri: failure.reason for failure in report.failures}


def test_one_broken_file_among_ten_thousand_is_named_and_the_rest_is_read(bench: Bench) -> None:
    for number in range(9_999):
        bench.write(f"{number % 100:02d}/note-{number:04d}.txt", f"Note number {number}.")
    bench.write("42/broken.txt", bytes(range(256)) * 40)
    bench.add()
    report = bench.sync()
    assert 9_999 == report.added
    assert ["42/broken.txt"] == list(reasons(report))
    assert 9_999 == report.passages
    assert "Note number" in bench.search("note number 7042", k=1)[0].passage.text


def test_fifty_megabytes_of_one_line_are_refused_and_the_rest_is_read(bench: Bench) -> None:
    bench.write("huge.txt", b"tea " * 12_500_000)
    bench.write("tea.md", TEA)
    bench.add()
    report = bench.sync()
    assert 1 == report.added
    assert "Split it into smaller files" in reasons(report)["huge.txt"]


def test_a_megabyte_of_one_line_is_read_in_passages(bench: Bench) -> None:
    bench.write("long.txt", "word " * 200_000)
    bench.add()
    report = bench.sync()
    assert {} == reasons(report)
    assert report.passages > 1_000


def test_each_unreadable_file_is_named_with_its_reason(bench: Bench) -> None:
    bench.write("empty.md", "")
    bench.write("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(100))
    bench.write("office.md", b"PK\x03\x04" + bytes(100))
    bench.write("tea.md", TEA)
    bench.add()
    report = bench.sync()
    assert 1 == report.added
    assert {"empty.md", "picture.txt", "office.md"} == set(reasons(report))
    assert str(DocumentEmpty()) in reasons(report)["empty.md"]
    assert "an image" in reasons(report)["picture.txt"]


def test_a_link_that_leads_nowhere_or_out_of_the_folder_is_not_followed(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n\nThe password is swordfish.\n")
    bench.write("tea.md", TEA)
    (bench.folder / "gone.md").symlink_to(tmp_path / "nowhere.md")
    (bench.folder / "out.md").symlink_to(tmp_path / "secret.md")
    (bench.folder / "round").symlink_to(bench.folder)
    bench.add()
    report = bench.sync()
    assert 1 == report.added
    assert {"gone.md", "out.md"} == set(reasons(report))
    assert "out of the folder" in reasons(report)["out.md"]
    assert all("swordfish" not in hit.passage.text for hit in bench.search("password swordfish", k=50))


def test_a_source_that_has_gone_says_so(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.add()
    bench.sync()
    bench.folder.rename(bench.folder.with_name("elsewhere"))
    with pytest.raises(SourceUnavailable, match="docs"):
        bench.sync()
    assert "eighty degrees" in bench.search("green tea water")[0].passage.text


def test_a_full_disk_says_so_and_the_old_state_answers(bench: Bench) -> None:
    bench.write("tea.md", TEA)
    bench.add()
    bench.sync()
    with bench.catalog.database.write() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    for number in range(200):
        bench.write(f"more-{number}.md", f"# More {number}\n\n" + f"Line {number} of the log. " * 200)
    with pytest.raises(DiskFull, match="nothing that was indexed is lost"):
        bench.sync()
    assert "eighty degrees" in bench.search("green tea water")[0].passage.text
    assert "eighty degrees" in bench.reopened().search("green tea water")[0].passage.text


def test_vectors_that_cannot_be_kept_on_disk_are_computed_again(bench: Bench) -> None:
    (bench.data / "vectors").write_text("in the way")
    bench.write("tea.md", TEA)
    bench.add()
    bench.sync()
    assert "eighty degrees" in bench.search("green tea water")[0].passage.text
