"""Repositories as sources."""

import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import pytest
from dulwich.object_store import DEFAULT_MAX_TREE_DEPTH, tree_lookup_path
from dulwich.objects import Blob, Tree
from dulwich.repo import Repo

from index.errors import DocumentUnreadable, SourceUnavailable
from index.ports import Entry
from index.sources.git import GitSource
from index.sources.guarding import guarded_pool
from index.sources.options import check
from index.sources.packs import LARGEST_OBJECT
from index.testing import HashingEmbedder
from tests.fakes.forge import Forge, commit, commit_tree, serving
from tests.fakes.website import Served, Write, website
from tests.index.conftest import Bench
from tests.index.trapping import on_unix

TEA = {
    "README.md": b"# Tea\n",
    "docs/black.md": b"# Black tea\n",
    "docs/old/green.md": b"# Green tea\n",
    ".github/notes.md": b"# Hidden\n",
    "logo.png": b"\x89PNG",
}
OPEN = partial(guarded_pool, limit=1_000_000, seconds=30, allowed_hosts=frozenset({"127.0.0.1"}))


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    with serving(tmp_path / "forge") as forge:
        yield forge


@pytest.fixture
def tea(forge: Forge) -> Repo:
    repo = forge.repository("tea.git")
    commit(repo, TEA)
    return repo


def source(origin: str, folder: Path, *, base_url: str = "", **options: str) -> GitSource:
    check({"git": lambda: GitSource.OPTIONS}, "git", options)
    formats = frozenset({"md", "txt"})
    return GitSource(
        origin, formats=formats, options=options, clone=folder / "clone", pool=OPEN, base_url=base_url
    )


def uris(entries: Iterator[Entry]) -> list[str]:
    return [entry.uri for entry in entries]


def test_the_readable_files_of_the_main_branch_are_listed(forge: Forge, tea: Repo, tmp_path: Path) -> None:
    repository = source(forge.address("tea.git"), tmp_path)

    entries = list(repository.entries())

    assert ["README.md", "docs/black.md", "docs/old/green.md"] == uris(iter(entries))
    assert b"# Black tea\n" == repository.fetch(entries[1])


def test_nothing_is_fetched_again_while_nothing_has_changed(forge: Forge, tea: Repo, tmp_path: Path) -> None:
    before = list(source(forge.address("tea.git"), tmp_path).entries())
    forge.requests.clear()

    assert before == list(source(forge.address("tea.git"), tmp_path).entries())
    assert ["/tea.git/info/refs"] == forge.requests


def test_a_file_is_another_version_only_when_it_has_changed(forge: Forge, tea: Repo, tmp_path: Path) -> None:
    before = {each.uri: each.version for each in source(forge.address("tea.git"), tmp_path).entries()}
    commit(tea, TEA | {"README.md": b"# More tea\n"})

    after = {each.uri: each.version for each in source(forge.address("tea.git"), tmp_path).entries()}

    assert ["README.md"] == [uri for uri in before if before[uri] != after[uri]]


@pytest.mark.parametrize(
    ("options", "listed"),
    [
        ({"include": "docs/"}, ["docs/black.md", "docs/old/green.md"]),
        ({"exclude": "docs/old/"}, ["README.md", "docs/black.md"]),
        ({"include": "/*.md, black.*"}, ["README.md", "docs/black.md"]),
        ({"include": "docs/**/*.md", "exclude": "black.md"}, ["docs/old/green.md"]),
    ],
)
def test_patterns_choose_files(
    tea: Repo, forge: Forge, tmp_path: Path, options: dict[str, str], listed: list[str]
) -> None:
    assert listed == uris(source(forge.address("tea.git"), tmp_path, **options).entries())


def test_a_branch_a_tag_and_a_commit_can_be_named(forge: Forge, tea: Repo, tmp_path: Path) -> None:
    first = tea.head().decode()
    commit(tea, {"new.md": b"# New\n"}, branch="next")
    tea.refs[b"refs/tags/v1"] = first.encode()  # type: ignore[index, assignment]

    for ref in ("v1", first):
        assert "README.md" in uris(source(forge.address("tea.git"), tmp_path, ref=ref).entries())
    assert ["new.md"] == uris(source(forge.address("tea.git"), tmp_path, ref="next").entries())


def test_a_clone_on_this_machine_is_read_where_it_is(tea: Repo, forge: Forge, tmp_path: Path) -> None:
    config = tea.get_config()
    config.set((b"remote", b"origin"), b"url", b"git@github.com:ann/tea.git")
    config.write_to_path()
    at = tea.head().decode()

    entry = next(source(str(forge.root / "tea.git"), tmp_path).entries())

    assert f"https://github.com/ann/tea/blob/{at}/README.md?plain=1" == entry.url
    assert "L{}" == entry.line_anchor
    assert not (tmp_path / "clone").exists()


def test_files_that_are_published_elsewhere_are_linked_there(tea: Repo, forge: Forge, tmp_path: Path) -> None:
    repository = source(forge.address("tea.git"), tmp_path, base_url="https://tea.example.org/")

    entry = next(repository.entries())

    assert ("https://tea.example.org/README.md", "") == (entry.url, entry.line_anchor)


def test_a_commit_beyond_all_calendars_is_read_all_the_same(tea: Repo, forge: Forge, tmp_path: Path) -> None:
    commit(tea, {"README.md": b"# Tea"}, at=10**15)
    assert ["README.md"] == uris(source(forge.address("tea.git"), tmp_path).entries())


def test_a_file_in_lfs_says_so(tea: Repo, forge: Forge, tmp_path: Path) -> None:
    commit(tea, {"big.txt": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"})
    repository = source(forge.address("tea.git"), tmp_path)

    with pytest.raises(DocumentUnreadable, match="Git LFS"):
        repository.fetch(next(repository.entries()))


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("none.git", {}, "no repository at"),
        ("tea.git", {"ref": "v9"}, "no branch or tag v9"),
        ("empty.git", {}, "no commit yet"),
    ],
)
def test_what_cannot_be_had_is_named(
    forge: Forge, tea: Repo, tmp_path: Path, name: str, options: dict[str, str], reason: str
) -> None:
    forge.repository("empty.git")

    with pytest.raises(SourceUnavailable, match=reason):
        list(source(forge.address(name), tmp_path, **options).entries())


def test_a_broken_clone_is_made_anew(forge: Forge, tea: Repo, tmp_path: Path) -> None:
    (tmp_path / "clone").mkdir()
    (tmp_path / "clone" / "HEAD").write_text("nonsense")

    assert 3 == len(list(source(forge.address("tea.git"), tmp_path).entries()))


def test_a_repository_on_an_inner_network_is_not_fetched(forge: Forge, tea: Repo, tmp_path: Path) -> None:
    guarded = GitSource(
        forge.address("tea.git"),
        formats=frozenset({"md"}),
        options={},
        clone=tmp_path / "clone",
        pool=guarded_pool,
    )

    with pytest.raises(SourceUnavailable, match="not on the open internet"):
        list(guarded.entries())
    assert [] == forge.requests


def test_a_repository_without_end_is_not_fetched_to_its_end(forge: Forge, tea: Repo, tmp_path: Path) -> None:
    small = GitSource(
        forge.address("tea.git"),
        formats=frozenset({"md"}),
        options={},
        clone=tmp_path / "clone",
        pool=partial(OPEN, limit=100),
    )

    with pytest.raises(SourceUnavailable, match="which is the limit"):
        list(small.entries())


REFS = "/tea.git/info/refs?service=git-upload-pack"


def test_a_repository_is_not_followed_to_an_inner_network(forge: Forge, tea: Repo, tmp_path: Path) -> None:
    inner = forge.address("tea.git").replace("127.0.0.1", "localhost")
    with website() as site:
        moved = {"Location": f"{inner}/info/refs?service=git-upload-pack"}
        site.pages[REFS] = Served(status=302, headers=moved)

        with pytest.raises(SourceUnavailable, match=r"localhost: .* not on the open internet"):
            list(source(f"{site.url}/tea.git", tmp_path).entries())
        assert [REFS] * len(site.paths()) == site.paths()
    assert [] == forge.requests


def test_a_server_that_drips_a_repository_is_left(tmp_path: Path) -> None:
    is_left = threading.Event()

    def drip(write: Write) -> None:
        write(b"fff0")  # a line of 65,520 bytes begins
        while not is_left.wait(0.05):
            write(b"x")

    with website() as site:
        site.pages[REFS] = Served(drip, type="application/x-git-upload-pack-advertisement")
        hasty = GitSource(
            f"{site.url}/tea.git",
            formats=frozenset({"md"}),
            options={},
            clone=tmp_path / "clone",
            pool=partial(OPEN, seconds=0.3),
        )

        started = time.monotonic()
        with pytest.raises(SourceUnavailable, match="it takes too long"):
            list(hasty.entries())
        is_left.set()
        assert time.monotonic() - started < 3


def test_links_and_submodules_are_left_alone(forge: Forge, tea: Repo, tmp_path: Path) -> None:
    link, text, tree = Blob.from_string(b"/etc/passwd"), Blob.from_string(b"# Tea\n"), Tree()
    for blob in (link, text):
        tea.object_store.add_object(blob)
    tree.add(b"link.md", 0o120000, link.id)
    tree.add(b"module.md", 0o160000, text.id)
    tree.add(b"tea.md", 0o100644, text.id)
    tea.object_store.add_object(tree)
    commit_tree(tea, tree)

    assert ["tea.md"] == uris(source(forge.address("tea.git"), tmp_path).entries())


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with a folder of files, beside a repository that nobody allowed."""
    (tmp_path / "disk").mkdir()
    for name, text in (("clone", b"# Tea\n"), ("secret", b"# Secret\n")):
        with Repo.init(str(tmp_path / "disk" / name), mkdir=True) as repo:
            commit(repo, {"notes.md": text})
    return tmp_path / "disk" / "clone"


def test_a_clone_with_a_folder_of_files_is_read_at_its_newest_commit(clone: Path, tmp_path: Path) -> None:
    (clone / "notes.md").write_text("# Not yet committed\n")
    repository = source(str(clone), tmp_path)

    assert [b"# Tea\n"] == [repository.fetch(entry) for entry in repository.entries()]


@pytest.mark.parametrize(
    "part", [".git", ".git/HEAD", ".git/config", ".git/objects", ".git/refs", ".git/refs/heads/main"]
)
def test_a_link_does_not_lead_to_another_repository(part: str, clone: Path, tmp_path: Path) -> None:
    there = clone / part
    shutil.rmtree(there) if there.is_dir() else there.unlink()
    there.symlink_to(clone.parent / "secret" / part)

    with pytest.raises(SourceUnavailable, match=rf"leads out of its folder \({re.escape(part)}\)"):
        list(source(str(clone), tmp_path).entries())


@on_unix
def test_a_pipe_in_a_clone_is_not_waited_for(clone: Path, tmp_path: Path) -> None:
    (clone / ".git/packed-refs").unlink(missing_ok=True)
    os.mkfifo(clone / ".git/packed-refs")

    with pytest.raises(SourceUnavailable, match="leads out of its folder"):
        list(source(str(clone), tmp_path).entries())


def test_a_pack_that_is_a_link_is_not_read(clone: Path, tmp_path: Path) -> None:
    with Repo(str(clone.parent / "secret")) as secret:
        secret.object_store.pack_loose_objects()
    for file in (clone.parent / "secret/.git/objects/pack").iterdir():
        (clone / ".git/objects/pack" / file.name).symlink_to(file)

    with pytest.raises(SourceUnavailable, match="leads out of its folder"):
        list(source(str(clone), tmp_path).entries())


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (".git", "gitdir: ../secret/.git\n"),
        (".git/commondir", "../../secret/.git\n"),
        (".git/objects/info/alternates", "../../../secret/.git/objects\n"),
    ],
)
def test_a_file_does_not_lead_to_another_repository(
    part: str, text: str, clone: Path, tmp_path: Path
) -> None:
    if part == ".git":
        shutil.rmtree(clone / part)
    (clone / part).write_text(text)

    with pytest.raises(SourceUnavailable, match=rf"leads out of its folder \({re.escape(part)}\)"):
        list(source(str(clone), tmp_path).entries())


def test_settings_of_a_clone_read_no_other_file(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    with (clone / ".git" / "config").open("a") as config:
        config.write(f"[include]\n\tpath = {tmp_path / 'password'}\n")

    assert ["notes.md"] == uris(source(str(clone), tmp_path).entries())


def test_hooks_of_a_clone_may_be_links_as_nothing_runs_them(clone: Path, tmp_path: Path) -> None:
    shutil.rmtree(clone / ".git/hooks", ignore_errors=True)
    (clone / ".git/hooks").symlink_to(tmp_path)

    assert ["notes.md"] == uris(source(str(clone), tmp_path).entries())


def test_a_folder_that_is_no_repository_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="no repository at"):
        list(source(str(tmp_path), tmp_path).entries())


def test_a_damaged_repository_is_named(clone: Path, tmp_path: Path) -> None:
    with Repo(str(clone)) as repo:
        tree = repo[repo.head()].tree.decode()  # type: ignore[attr-defined]
    damaged = clone / ".git" / "objects" / tree[:2] / tree[2:]
    damaged.chmod(0o600)
    damaged.write_bytes(b"no object of git")

    with pytest.raises(SourceUnavailable, match="is damaged"):
        list(source(str(clone), tmp_path).entries())


def test_folders_in_folders_without_end_are_refused(clone: Path, tmp_path: Path) -> None:
    with Repo(str(clone)) as repo:
        tree = Tree()
        for _ in range(DEFAULT_MAX_TREE_DEPTH + 2):
            repo.object_store.add_object(tree)
            outer = Tree()
            outer.add(b"in", 0o040000, tree.id)
            tree = outer
        repo.object_store.add_object(tree)
        commit_tree(repo, tree)

    with pytest.raises(SourceUnavailable, match="folders in folders without end"):
        list(source(str(clone), tmp_path).entries())


def test_the_raw_source_of_a_page_is_of_the_format_that_its_name_tells_first(
    clone: Path, tmp_path: Path
) -> None:
    with Repo(str(clone)) as repo:
        commit(repo, {"_sources/guide.md.txt": b"# Guide\n", "_sources/notes.txt": b"Notes\n"})

    assert ["md", "txt"] == [entry.format for entry in source(str(clone), tmp_path).entries()]


def test_folders_that_swell_into_billions_are_refused(forge: Forge, tea: Repo, tmp_path: Path) -> None:
    inner = Blob.from_string(b"# Boom\n")
    tea.object_store.add_object(inner)
    id, mode, ending = inner.id, 0o100644, ".md"
    for _ in range(10):
        tree = Tree()
        for number in range(10):
            tree.add(f"{number}{ending}".encode(), mode, id)
        tea.object_store.add_object(tree)
        id, mode, ending = tree.id, 0o040000, ""
    commit_tree(tea, tree)

    with pytest.raises(SourceUnavailable, match="more than 300,000 files and folders"):
        next(source(forge.address("tea.git"), tmp_path).entries())


@pytest.mark.parametrize("ref", ["../main", "-u", "a b", ""])
def test_a_name_that_is_none_is_refused(ref: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="ref must be the name of a branch or tag"):
        source("https://example.org/tea.git", tmp_path, ref=ref)


GUIDE = b"""---
title: Everything about tea
---
# Tea

Tea is a drink. Green tea is a drink, too.

- Black tea wants boiling water.
- Green tea wants **eighty** degrees.

## Green tea

Green tea is kept in a tin, away
from light, and `never` in the fridge.
"""


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/ann/tea", r"https://github\.com/ann/tea/blob/(\w+)/(.+)\?plain=1 L(\d+)"),
        ("https://gitlab.com/ann/tea", r"https://gitlab\.com/ann/tea/-/blob/(\w+)/(.+)\?plain=1 L(\d+)"),
        (
            "https://codeberg.org/ann/tea",
            r"https://codeberg\.org/ann/tea/src/commit/(\w+)/(.+)\?display=source L(\d+)",
        ),
        ("https://bitbucket.org/ann/tea", r"https://bitbucket\.org/ann/tea/src/(\w+)/(.+) lines-(\d+)"),
        ("https://git.sr.ht/~ann/tea", r"https://git\.sr\.ht/~ann/tea/tree/(\w+)/item/(.+) L(\d+)"),
    ],
)
def test_a_passage_is_cited_at_the_commit_and_line_where_it_begins(
    remote: str, address: str, forge: Forge, tea: Repo, tmp_path: Path
) -> None:
    at = commit(tea, {"brew guide.md": GUIDE})
    config = tea.get_config()
    config.set((b"remote", b"origin"), b"url", remote.encode())
    config.write_to_path()
    bench = Bench(
        folder=tmp_path / "docs",
        data=tmp_path / "data",
        embedder=HashingEmbedder(),
        open_source=lambda record: source(record.origin, tmp_path),
    )
    origin = str(forge.root / "tea.git")
    bench.catalog.add_source("local", name="docs", kind="git", origin=origin, base_url="")
    bench.sync()
    passages = [hit.passage for hit in bench.search("how hot is green tea?")]
    commit(tea, {"brew guide.md": b"All is different now.\n"})

    assert passages
    for passage in passages:
        found = re.fullmatch(address, f"{passage.url} {passage.anchor}")
        assert found
        assert at == found[1]
        tree = tea[found[1].encode()].tree  # type: ignore[attr-defined]
        _, sha = tree_lookup_path(tea.__getitem__, tree, unquote(found[2]).encode())
        lines = tea[sha].as_raw_string().decode().split("\n")[int(found[3]) - 1 :]
        quoted = re.findall(r"\w+", passage.text)
        assert quoted == re.findall(r"\w+", "\n".join(lines))[: len(quoted)]
        assert quoted[0] in lines[0]


def test_a_file_that_swells_is_refused_before_it_is_unpacked(forge: Forge, tea: Repo, tmp_path: Path) -> None:
    commit(tea, TEA | {"bomb.md": b"0" * (LARGEST_OBJECT + 1)})

    with pytest.raises(SourceUnavailable, match="a file of more than 100 MB"):
        list(source(forge.address("tea.git"), tmp_path).entries())
    assert not list((tmp_path / "clone").glob("objects/pack/*.pack"))


def test_what_is_made_of_another_file_is_measured_too(forge: Forge, tea: Repo, tmp_path: Path) -> None:
    whole = b"".join(b"%d bottles of tea on the wall\n" % number for number in range(5_000))
    commit(tea, TEA | {"a.md": whole, "b.md": whole.replace(b"4999", b"five thousand")})

    assert 5 == len(list(source(forge.address("tea.git"), tmp_path).entries()))
