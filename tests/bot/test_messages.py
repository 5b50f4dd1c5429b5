"""How numbers and places are said."""

import pytest

from bot.messages import SourceLine, address_meant, counted, path_of
from tests.adapters.replies import reasons


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 passages"), (1, "1 passage"), (2, "2 passages"), (1_234, "1,234 passages")],
)
def test_one_is_singular_and_all_else_plural(number: int, expected: str) -> None:
    assert expected == counted(number, "passage")


def test_reasons_list_a_dozen_words_and_count_the_rest() -> None:
    said = dict(reasons(shared=tuple("abcdefghijklmn"), missing=("x",)).evidence)
    assert "a, b, c, d, e, f, g, h, i, j, k, l, and 2 more" == said["Words of the question in it"]
    assert "x" == said["Not in it"]


@pytest.mark.parametrize(
    ("title", "heading", "expected"),
    [
        ("Guide", ("Tea", "Water"), "Guide › Tea › Water"),
        ("Guide", ("Guide", "Tea"), "Guide › Tea"),
        ("Guide", (), "Guide"),
        ("", ("Tea",), "Tea"),
    ],
)
def test_a_place_is_the_title_with_its_headings_and_says_nothing_twice(
    title: str, heading: tuple[str, ...], expected: str
) -> None:
    assert expected == path_of(title, heading)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("example.org", "https://example.org"),
        (" docs.example.org:8080/guide.html#tea ", "https://docs.example.org:8080/guide.html#tea"),
        ("EXAMPLE.ORG?page=1", "https://EXAMPLE.ORG?page=1"),
        ("bücher.example/md", "https://bücher.example/md"),
        *(
            (text, "")
            for text in ("notes.md", "docs/guide.md", "/docs", "./a.b/c", "../x", "~/tea.org", "tea", "")
        ),
        *(
            (text, "")
            for text in ("ann@example.org", "git@h.org:x", "ftp://h.org/x", "127.0.0.1/x", "an example.org")
        ),
    ],
)
def test_an_address_is_known_without_its_beginning(text: str, address: str) -> None:
    assert address == address_meant(text)


def test_a_listed_source_names_its_first_failures_and_counts_the_others() -> None:
    def line(count: int) -> SourceLine:
        failures = tuple(f"{number}.md: empty" for number in range(count))
        return SourceLine(
            name="docs",
            kind="folder",
            origin="/docs",
            documents=1,
            passages=1,
            failures=failures,
            synced_at=None,
        )

    assert line(3) == line(3).in_short
    assert ("0.md: empty", "1.md: empty", "2.md: empty", "and 17 more") == line(20).in_short.failures
