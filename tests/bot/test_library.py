"""The sources of a workspace, as moderators keep them."""

from pathlib import Path

import pytest

from bot.library import CatalogLibrary
from index.errors import CatalogUnavailable, SourceExists, SourceUnavailable
from index.passages import Step
from index.sources.options import Kinds
from index.testing import HashingEmbedder
from tests.index.conftest import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(folder=tmp_path / "docs", data=tmp_path / "data", embedder=HashingEmbedder())


@pytest.fixture
def library(bench: Bench) -> CatalogLibrary:
    return CatalogLibrary(bench.catalog, bench.syncer, uploads=bench.data / "uploads")


def upload(library: CatalogLibrary, text: str, name: str = "") -> str:
    return library.add_upload("w", "../tea notes.md", text.encode(), name=name, base_url="")


def test_a_file_of_rows_is_told_by_its_ending(bench: Bench, tmp_path: Path) -> None:
    kinds = {"file": dict, "folder": dict, "jsonl": dict}
    library = CatalogLibrary(bench.catalog, bench.syncer, uploads=tmp_path / "uploads", kinds=kinds)
    row = b'{"question": "How hot?", "answer": "Eighty degrees."}'
    (tmp_path / "faq.jsonl").write_bytes(row)
    library.add_upload("w", "tea.JSONL", row, name="", base_url="")
    library.add("w", str(tmp_path / "faq.jsonl"), name="", base_url="")
    library.add("w", str(tmp_path / "faq.jsonl"), name="plain", base_url="", kind="file")
    assert {"tea": "jsonl", "faq": "jsonl", "plain": "file"} == {
        each.name: each.kind for each in library.sources("w")
    }


def quiet(step: Step) -> None:
    """Watch nothing."""


@pytest.mark.parametrize(
    ("origin", "recorded", "name"),
    [
        ("https://X.Example/Guide/index.html#top", "https://x.example/Guide/index.html", "x-example-guide"),
        ("https://www.example.org", "https://www.example.org/", "example-org"),
        ("http://example.org/a/b.html", "http://example.org/a/b.html", "example-org-a-b"),
    ],
)
def test_a_source_is_called_after_its_web_address(
    bench: Bench, origin: str, recorded: str, name: str
) -> None:
    kinds: Kinds = {"page": dict, "site": dict}
    asked: list[str] = []

    def told(address: str) -> str:
        asked.append(address)
        return "site"

    library = CatalogLibrary(
        bench.catalog,
        bench.syncer,
        uploads=bench.data,
        kinds=kinds,
        web_kind=told,
    )
    assert name == library.add("w", origin, name="", base_url="")
    [line] = library.sources("w")
    assert ("site", recorded) == (line.kind, line.origin)
    assert [recorded] == asked
    with pytest.raises(SourceExists):
        library.add("w", recorded, name="", base_url="", kind="site")
    assert f"{name}-2" == library.add("w", recorded, name="", base_url="", kind="page")


def test_an_address_with_a_password_is_refused_before_it_is_written_anywhere(bench: Bench) -> None:
    library = CatalogLibrary(bench.catalog, bench.syncer, uploads=bench.data, kinds={"page": dict})
    with pytest.raises(SourceUnavailable, match="holds a name or a password") as refused:
        library.add("w", "https://ann:sesame@example.org/", name="", base_url="", kind="page")
    assert "sesame" not in str(refused.value)
    assert [] == library.sources("w")


def test_a_web_address_is_no_file(library: CatalogLibrary) -> None:
    with pytest.raises(SourceUnavailable, match="A web address is no folder"):
        library.add("w", "https://example.org/", name="", base_url="", kind="folder")


def test_an_upload_is_kept_read_and_removed_with_its_source(library: CatalogLibrary, bench: Bench) -> None:
    name = upload(library, "# Tea\n\nGreen tea wants eighty degrees.\n")
    assert "tea-notes" == name
    assert 1 == library.sync("w", name, quiet).passages
    assert "eighty" in bench.search("green tea", workspace="w")[0].passage.text
    removal = library.remove("w", name)
    assert 1 == removal.passages
    assert 1 == len(list((bench.data / "uploads").iterdir())), "it may be restored"
    library.discard(removal)
    assert [] == list((bench.data / "uploads").iterdir())


def test_a_refused_upload_leaves_the_one_of_that_name_as_it_is(library: CatalogLibrary, bench: Bench) -> None:
    upload(library, "# Tea\n\nGreen tea wants eighty degrees.\n", name="tea")
    with pytest.raises(SourceExists):
        upload(library, "# Tea\n\nAnother text.\n", name="tea")
    library.sync("w", "tea", quiet)
    assert "eighty" in bench.search("green tea", workspace="w")[0].passage.text
    assert 1 == len(list((bench.data / "uploads").iterdir()))


def test_an_upload_that_cannot_be_kept_says_so_and_leaves_no_source(
    library: CatalogLibrary, bench: Bench
) -> None:
    (bench.data / "uploads").write_text("in the way")
    with pytest.raises(CatalogUnavailable, match=r"could not be kept .* writable"):
        upload(library, "# Tea\n\nGreen tea wants eighty degrees.\n")
    assert [] == library.sources("w")


def test_removing_a_folder_source_leaves_its_files_alone(library: CatalogLibrary, bench: Bench) -> None:
    kept = bench.write("tea.md", "# Tea\n\nGreen tea wants eighty degrees.\n")
    name = library.add("w", str(bench.folder), name="", base_url="")
    library.discard(library.remove("w", name))
    assert kept.exists()


def test_a_path_that_leads_nowhere_says_so(library: CatalogLibrary) -> None:
    with pytest.raises(SourceUnavailable, match="Check the path"):
        library.add("w", "/nowhere/at/all", name="", base_url="")


def test_a_path_that_goes_up_is_shown_as_where_it_leads(
    library: CatalogLibrary, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bench.folder / "deeper").mkdir()
    monkeypatch.chdir(bench.folder / "deeper")
    assert "docs" == library.add("w", "..", name="", base_url="")
    assert [str(bench.folder.resolve())] == [source.origin for source in library.sources("w")]


def test_a_link_to_a_folder_is_followed_anew_with_every_sync(library: CatalogLibrary, bench: Bench) -> None:
    current = bench.data / "current"
    for release, text in (("old", "Green tea wants eighty degrees."), ("new", "Green tea wants sixty.")):
        (bench.folder / release).mkdir()
        bench.write(f"{release}/tea.md", f"# Tea\n\n{text}\n")
    current.symlink_to(bench.folder / "old")
    name = library.add("w", str(current), name="", base_url="")
    library.sync("w", name, quiet)
    current.unlink()
    current.symlink_to(bench.folder / "new")
    library.sync("w", name, quiet)
    assert "sixty" in bench.search("green tea", workspace="w")[0].passage.text


@pytest.mark.parametrize("origin", ["../\0", "~nobody-here/docs"])
def test_a_path_that_cannot_be_says_so(library: CatalogLibrary, origin: str) -> None:
    with pytest.raises(SourceUnavailable, match="could not be looked at"):
        library.add("w", origin, name="", base_url="")


def test_a_source_says_which_of_its_languages_the_model_does_not_cover(bench: Bench) -> None:
    german = "Der Kessel kocht jeden Tag um zwölf Uhr, und der Koch serviert den Tee mit Zucker."
    library = CatalogLibrary(
        bench.catalog, bench.syncer, uploads=bench.data / "uploads", covered=frozenset({"en"})
    )
    bench.write("tee.md", german)
    bench.add()
    bench.sync()
    [line] = library.sources("local")
    [told] = line.warnings
    assert "1 document is in German" in told


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("example.org", r"no file or folder example\.org\. Did you mean https://example\.org\?"),
        ("ftp://example.org/docs", r"^Only addresses that begin with http:// or https:// are fetched\."),
        ("notes.md", r"no file or folder notes\.md\. Check the path\."),
    ],
)
def test_what_is_neither_a_path_nor_an_address_is_refused_with_what_to_do(
    library: CatalogLibrary, origin: str, told: str
) -> None:
    with pytest.raises(SourceUnavailable, match=told):
        library.add("w", origin, name="", base_url="")
