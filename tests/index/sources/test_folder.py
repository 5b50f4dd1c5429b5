"""Which files of a folder are documents, and what is said of the others."""

import errno
import os
from pathlib import Path

import pytest

from index.errors import SourceUnavailable
from tests.index.conftest import Bench

TEA = "# Tea\n\nGreen tea is brewed with water of eighty degrees.\n"


def lock(monkeypatch: pytest.MonkeyPatch, locked: Path) -> None:
    """Let nobody list a folder; to root, who may run these tests, permissions say nothing."""
    scandir = os.scandir

    def refuse(path: str) -> object:
        if Path(path) == locked:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)


def test_a_subfolder_that_cannot_be_listed_is_named_and_keeps_its_documents(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("top.md", "deep/tea.md", "deep/deeper/tea.md", "deep-sea/tea.md"):
        bench.write(name, TEA)
    bench.add()
    bench.sync()
    (bench.folder / "deep-sea" / "tea.md").unlink()
    with monkeypatch.context() as patch:
        lock(patch, bench.folder / "deep")
        report = bench.sync()
    [failure] = report.failures
    assert "deep/" == failure.uri
    assert "could not be listed (Permission denied)" in failure.reason
    assert (1, 1) == (report.removed, report.unchanged)
    assert 3 == report.passages
    again = bench.sync()
    assert ((), 3, 0) == (again.failures, again.passages, again.removed)


def test_a_folder_that_cannot_be_listed_at_all_is_unavailable(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write("tea.md", TEA)
    bench.add()
    lock(monkeypatch, bench.folder)
    with pytest.raises(SourceUnavailable, match=r"docs could not be read \(Permission denied\)"):
        bench.sync()


def documents(bench: Bench) -> set[str]:
    source = bench.add()
    bench.sync()
    return {document.uri for document in bench.catalog.documents(source)}


def test_the_raw_source_of_a_web_page_is_no_document(bench: Bench) -> None:
    pages = {"git-add.html", "man/git-rm.html", "site/index.html", "site/how/to.html", "site/old.html"}
    for name in pages:
        bench.write(name, "<title>Page</title><p>Green tea is brewed with water.</p>")
    for name in (
        "git-add.txt",
        "man/git-rm.TXT",
        "site/_sources/index.rst.txt",
        "site/_sources/how/to.md.txt",
        "site/_sources/old.txt",
    ):
        bench.write(name, "Green tea is brewed with water.")
    assert pages == documents(bench)


def test_a_file_that_only_looks_like_the_source_of_a_page_is_a_document(bench: Bench) -> None:
    bench.write("tea.html", "<title>Tea</title><p>Green tea is brewed with water.</p>")
    names = {
        "tea.md",  # is no raw text, and may say something else
        "tea.v2.txt",
        "deep/tea.txt",
        "deep/_sources/tea.rst.txt",
        "coffee.txt",
        "_sources/coffee.rst.txt",
    }
    for name in names:
        bench.write(name, f"This is {name}.")
    assert {"tea.html", *names} == documents(bench)
