"""Give passages the vectors that they lack, some at a time, so that little is lost when that is cut short."""

from collections.abc import Callable, Iterator, Mapping

from index.catalog import Catalog, StoredEmbedding, Unembedded
from index.ports import Embedder
from index.splitting import embedding_text
from index.tokens import Projection, pack

EMBED_BATCH = 64
"""Passages embedded between two commits: what a killed sync loses at most."""

AT_A_TIME = 512
"""Passages of which the texts are held at once; those of like length are embedded together."""


def embed(
    catalog: Catalog,
    embedder: Embedder,
    passages: Mapping[str, Unembedded],
    step: Callable[[int], None],
) -> int:
    """Embed those passages, given by vector key, that have no vector; return how many there were.

    ``step`` is called before each batch, with how many are done.
    """
    missing = catalog.missing_vectors(embedder.id, passages)
    # A batch costs as much as its longest text.
    keys = sorted(missing, key=lambda key: (len(passages[key].text), key))
    projection = _projection(catalog, embedder) if keys else None
    for done in range(0, len(keys), EMBED_BATCH):
        step(done)
        batch = {key: passages[key] for key in keys[done : done + EMBED_BATCH]}
        assert projection is not None
        catalog.add_vectors(embedder.id, list(_embedded(batch, embedder, projection)))
    return len(keys)


def embed_workspace(catalog: Catalog, embedder: Embedder, workspace: str, step: Callable[[int], None]) -> int:
    """Embed what was published with another embedder, then search with this one; return how many.

    ``step`` is called with how many are done. What is embedded stays when that is cut short.
    """
    embedded = 0

    def told(done: int) -> None:
        step(embedded + done)

    while not catalog.is_embedded(workspace, embedder.id):
        after, passages = catalog.unembedded(workspace, embedder.id, after=0, most=AT_A_TIME)
        while passages:
            embedded += embed(catalog, embedder, passages, told)
            after, passages = catalog.unembedded(workspace, embedder.id, after=after, most=AT_A_TIME)
        # Should something have become lacking meanwhile, it is looked for once more.
        catalog.settle(workspace, embedder.id)
    return embedded


def _projection(catalog: Catalog, embedder: Embedder) -> Projection:
    if catalog.projection(embedder.id) is None:
        catalog.keep_projection(embedder.id, Projection.fit(embedder).matrix)
    matrix = catalog.projection(embedder.id)
    assert matrix is not None
    return Projection(matrix)


def _embedded(
    passages: dict[str, Unembedded], embedder: Embedder, projection: Projection
) -> Iterator[StoredEmbedding]:
    texts = [embedding_text(passage.title, passage.heading, passage.text) for passage in passages.values()]
    for (key, passage), text, embedding in zip(
        passages.items(), texts, embedder.embed_passages(texts), strict=True
    ):
        prefix = len(text) - len(passage.text)
        yield StoredEmbedding(
            key=key,
            vector=embedding.vector.tobytes(),
            tokens=pack(embedding, projection, prefix=prefix, sentences=passage.sentences),
        )
