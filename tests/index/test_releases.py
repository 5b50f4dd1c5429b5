"""The version that a document describes: told from paths and values, and put in order."""

import pytest

from index.releases import newest_first, release_in, release_of, resolved, shown


@pytest.mark.parametrize(
    ("address", "release"),
    [
        ("https://docs.example.org/3.12/library/os.html", "3.12"),
        ("https://docs.example.org/en/v1.4.2/guide/", "1.4.2"),
        ("https://example.org/docs/v2/start.html", "2"),
        ("https://example.org/V2.x/start.html", "2.x"),
        ("5.x/guide.md", "5.x"),
        ("https://example.org/en/latest/", "latest"),
        ("https://example.org/en/stable/index.html", "stable"),
        ("https://example.org/dev/index.html", "dev"),
        ("https://example.org/3.13rc1/index.html", "3.13rc1"),
        ("https://example.org/v2.0-beta.1/index.html", "2.0-beta.1"),
        ("docs/v2/guide/3.12/x.md", "2"),
        ("https://example.org/3.12/whatsnew/3.11/x.html", "3.12"),
        ("file:///srv/docs/22.04/guide.md", "22.04"),
    ],
)
def test_a_folder_of_an_address_names_a_version(address: str, release: str) -> None:
    assert release == release_in(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://blog.example.org/2024/05/17/news.html",
        "https://blog.example.org/2024.05.17/news.html",
        "https://blog.example.org/2024-05/news.html",
        "https://example.org/2024.1/x.html",
        "https://example.org/page/2/index.html",
        "https://example.org/12/index.html",
        "https://v2.example.org/guide.html",
        "https://example.org/guide.html?v=3.12/x",
        "https://example.org/guide.html#/3.12/x",
        "https://example.org/127.0.0.1/x.html",
        "https://example.org/01.02/x.html",
        "https://example.org/python-3.12/x.html",
        "https://example.org/apis/v1beta1/x.html",
        "https://example.org/3.12beta-of-all/x.html",
        "https://example.org/devices/x.html",
        "https://example.org/latest-news/x.html",
        "https://example.org/v/x.html",
        "https://example.org/version/x.html",
        "https://example.org/vii/x.html",
        "https://example.org/1.2.3.4.5/x.html",
        "https://example.org/12345.1/x.html",
        "3.12",
        "v2",
        "v2.md",
        "guide/3.12.html",
        "",
    ],
)
def test_what_is_no_version_is_none(address: str) -> None:
    assert "" == release_in(address)


def test_the_first_address_that_names_one_counts() -> None:
    assert "3.12" == release_in("https://example.org/3.12/v2/x.html", "v2/x.html")
    assert "2" == release_in("", "v2/x.html")
    assert "2" == release_in("https://example.org/x.html", "v2/x.html")


@pytest.mark.parametrize(
    ("value", "release"),
    [
        ("3.12", "3.12"),
        (" v3.12 ", "3.12"),
        ("3", "3"),
        ("2024.1", "2024.1"),
        ("Latest", "latest"),
        ("2.x", "2.x"),
        ("3.13rc1", "3.13rc1"),
        ("2024-05-17", ""),
        ("draft", ""),
        ("1.0 (final)", ""),
        ("", ""),
        ("9" * 50, ""),
    ],
)
def test_a_version_is_given_in_more_ways(value: str, release: str) -> None:
    assert release == release_of(value)


def test_versions_are_in_the_order_of_their_meaning() -> None:
    order = ["stable", "latest", "10.0", "3.12.1", "3.12", "3.12rc1", "3.9", "2.x", "2.1", "2", "1.4.2"]
    assert [*order, "nightly", "dev", "draft"] == newest_first(
        [*reversed(order), "dev", "draft", "nightly", "2"]
    )


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("3.12", "3.12"),
        ("v3.12", "3.12"),
        ("3.12.4", "3.12"),
        ("3", "3.12"),
        ("3.1", ""),
        ("2.7", "2.x"),
        ("2", "2.x"),
        ("latest", "3.12"),
        ("stable", "3.12"),
        ("dev", "dev"),
        ("nightly", ""),
        ("4", ""),
        ("1.0", "1"),
        ("1", "1"),
        ("soon", ""),
    ],
)
def test_what_is_asked_for_means_a_version_that_there_is(asked: str, meant: str) -> None:
    assert meant == resolved(asked, ["3.9", "3.12", "2.x", "1", "dev"])


def test_latest_itself_is_meant_where_it_is_known() -> None:
    assert "latest" == resolved("latest", ["3.12", "latest"])
    assert "" == resolved("latest", ["dev"])


def test_a_number_alone_is_shown_with_its_letter() -> None:
    assert ["v2", "3.12", "2.x", "latest", ""] == [shown(each) for each in ("2", "3.12", "2.x", "latest", "")]
