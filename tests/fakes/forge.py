"""A forge on this machine: git repositories served over HTTP, by git's own protocol."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from dulwich.objects import Blob, Commit, Tree
from dulwich.repo import Repo
from dulwich.server import DictBackend
from dulwich.web import make_wsgi_chain

WHO = b"Ann <ann@example.org>"


def commit(repo: Repo, files: Mapping[str, bytes], *, branch: str = "main", at: int = 1_700_000_000) -> str:
    """Make a commit of exactly these files on a branch, which becomes the main one; return its id."""
    return commit_tree(repo, _tree(repo, files), branch=branch, at=at)


def commit_tree(repo: Repo, tree: Tree, *, branch: str = "main", at: int = 1_700_000_000) -> str:
    """Make a commit of a tree that the repository holds."""
    made = Commit()
    made.tree = tree.id
    made.author = made.committer = WHO
    made.author_time = made.commit_time = at
    made.author_timezone = made.commit_timezone = 0
    made.message = b"A change"
    ref: Any = b"refs/heads/" + branch.encode()
    made.parents = [repo.refs[ref]] if ref in repo.refs else []
    repo.object_store.add_object(made)
    repo.refs[ref] = made.id
    repo.refs.set_symbolic_ref(b"HEAD", ref)  # type: ignore[arg-type]
    return made.id.decode()


def _tree(repo: Repo, files: Mapping[str, bytes]) -> Tree:
    tree, below = Tree(), dict[str, dict[str, bytes]]()
    for path, data in files.items():
        folder, _, rest = path.partition("/")
        if rest:
            below.setdefault(folder, {})[rest] = data
            continue
        blob = Blob.from_string(data)
        repo.object_store.add_object(blob)
        tree.add(path.encode(), 0o100644, blob.id)
    for folder, inside in below.items():
        tree.add(folder.encode(), 0o040000, _tree(repo, inside).id)
    repo.object_store.add_object(tree)
    return tree


@dataclass
class Forge:
    """Serves repositories below ``root``; ``requests`` are the paths asked for."""

    root: Path
    port: int = 0
    requests: list[str] = field(default_factory=list)
    repositories: dict[str, Repo] = field(default_factory=dict)

    def repository(self, name: str) -> Repo:
        """Make an empty repository."""
        repo = Repo.init_bare(str(self.root / name), mkdir=True)
        self.repositories[f"/{name}"] = repo
        return repo

    def address(self, name: str) -> str:
        """Return where a repository is cloned from."""
        return f"http://127.0.0.1:{self.port}/{name}"


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(root: Path) -> Iterator[Forge]:
    """Serve repositories until the block ends."""
    root.mkdir(exist_ok=True)
    forge = Forge(root)
    chain: Callable[..., Any] = make_wsgi_chain(DictBackend(forge.repositories))  # type: ignore[arg-type]

    def app(environ: dict[str, Any], start: Any) -> Any:
        forge.requests.append(environ["PATH_INFO"])
        return chain(environ, start)

    with make_server("127.0.0.1", 0, app, handler_class=_Quiet) as server:
        forge.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield forge
        finally:
            server.shutdown()
            thread.join()
            for repo in forge.repositories.values():
                repo.close()
