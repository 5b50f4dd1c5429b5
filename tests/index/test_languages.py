"""In which language a document is, and who is told when the embedding model does not know it."""

import pytest

from index.languages import covered_by, language_of, uncovered, warning
from index.passages import Block, BlockKind
from tests.index.conftest import Bench

ENGLISH = "The kettle boils at noon every day of the week, and the cook serves the tea.\n"
GERMAN = "Der Kessel kocht jeden Tag um zw\u00f6lf Uhr, und der Koch serviert den Tee mit Zucker.\n"
FRENCH = "La bouilloire chauffe tous les jours \u00e0 midi et le cuisinier sert le th\u00e9 dans la cour.\n"


def paragraph(text: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Block:
    return Block(kind=kind, text=text)


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (ENGLISH, "", "en"),
        (GERMAN, "", "de"),
        (FRENCH, "en", "fr"),
        ("名前は何ですか。お茶を飲みます。" * 4, "", "ja"),
        ("Tee", "de-AT", "de"),
        ("Tee", "", ""),
        ("x1 = f(y2); return z3 -- q4 w5; " * 5, "", ""),
    ],
)
def test_the_text_tells_the_language_and_the_document_where_there_is_too_little_of_it(
    text: str, declared: str, language: str
) -> None:
    assert language == language_of([paragraph(text)], declared)


def test_code_does_not_count() -> None:
    code = paragraph("while kettle: boil(kettle) and serve(tea, to=cook) " * 9, BlockKind.CODE)
    assert "de" == language_of([code, paragraph(GERMAN)], "")


@pytest.mark.parametrize(
    ("model", "covered"),
    [
        ("all-MiniLM-L6-v2", {"en"}),
        ("sentence-transformers/all-mpnet-base-v2", {"en"}),
        ("BAAI/bge-small-en-v1.5", {"en"}),
        ("/models/gte-base/", {"en"}),
        ("intfloat/multilingual-e5-small", set()),
        ("paraphrase-multilingual-MiniLM-L12-v2", set()),
        ("BAAI/bge-m3", set()),
    ],
)
def test_a_model_covers_english_alone_or_what_its_name_does_not_tell(model: str, covered: set[str]) -> None:
    assert covered == covered_by(model)


def test_strays_are_no_matter() -> None:
    assert {"de": 5} == uncovered({"en": 90, "de": 5, "la": 1, "": 4}, frozenset({"en"}))
    assert {} == uncovered({"en": 90, "de": 90}, frozenset())


def test_a_source_is_warned_of_once(bench: Bench) -> None:
    bench.embedder.languages = frozenset({"en"})
    bench.write("tea.md", ENGLISH)
    bench.write("tee.md", GERMAN)
    bench.add()
    assert (warning("de", 1),) == bench.sync().warnings
    assert warning("de", 1).startswith("1 document is in German, which the embedding model does not cover")
    bench.write("kessel.md", GERMAN + GERMAN)
    assert () == bench.sync().warnings
    bench.write("the.md", FRENCH)
    assert (warning("fr", 1),) == bench.sync().warnings
    assert {"de": 2, "en": 1, "fr": 1} == bench.catalog.source("local", "docs").languages


def test_a_model_for_all_languages_is_no_reason_to_warn(bench: Bench) -> None:
    bench.write("tee.md", GERMAN)
    bench.add()
    assert () == bench.sync().warnings
