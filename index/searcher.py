"""The index's door: a query in, hits out, each read back through the catalogue."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import numpy as np

from index.at_hand import AtHand
from index.catalog import CandidateRow, Catalog
from index.errors import EmbedderChanged, IndexFailure
from index.explaining import explanation
from index.highlighting import span
from index.hygiene import findings
from index.passages import Audience, Explanation, Finding, Hit, Passage
from index.ports import Embedder, Embedding, Numbers, Reranker, Vectors
from index.ranking import Evidence, Query, confidences, cues, fused, telling, weigh
from index.releases import newest_first, rank
from index.resemblance import resembling
from index.snapshots import AUDIENCES, SENTENCES, Scope, Snapshot, Snapshots
from index.tokens import Projection

LANE = 50
"""Candidates taken from each of passage vectors, sentence vectors and words; more is k if k is more."""

SCORED = 200
"""Passages whose lexical score is known; of the candidates beyond it is taken for 0."""

CONTENDERS = 30
"""Candidates that are compared first; all are if these stand twice too often."""

RERANKED = 30
"""Candidates that a reranker puts in order: it reads each of them, which takes milliseconds apiece."""


ANSWERS = 500
"""Answers of each workspace that are kept at hand until its catalogue changes."""

Listed = TypeVar("Listed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The candidates of a query with what speaks for each; ``order`` has the best first.

    It falls by ``scores``, unless a reranker had the last word on it. ``revision`` is that of the
    catalogue which was searched.
    """

    revision: int
    query: Query
    embedder: Embedder
    evidence: Evidence
    scores: Numbers
    cues: Numbers
    order: list[int]


class CatalogSearcher:
    """Searches what the catalogue holds. Safe to call from several threads."""

    def __init__(
        self,
        catalog: Catalog,
        *,
        embedder: Callable[[], Embedder],
        folder: Path,
        former: Callable[[str], Embedder | None] = lambda name: None,
        scored_by: Callable[[Evidence], Numbers] = fused,
        reranker: Callable[[], Reranker] | None = None,
    ) -> None:
        """``folder`` is where derived data is kept between runs; it may be deleted at any time.

        ``former`` returns an embedder that was used before, by its id, or None: it goes on answering
        until all passages of a workspace have vectors of the present one.
        ``scored_by`` ranks all candidates, and ``reranker`` the best RERANKED of them anew.
        Confidence is made of the fused scores, which it was fitted to, whatever ranks.
        """
        self._catalog = catalog
        self._embedder = embedder
        self._former = former
        self._scored_by = scored_by
        self._reranker = reranker
        self._snapshots = Snapshots(catalog, folder=folder)
        self._projections: dict[str, Projection] = {}
        self._chatter: dict[str, Vectors] = {}
        self._paths = AtHand[list[tuple[str, ...]]](AUDIENCES)
        self._releases = AtHand[list[str]](AUDIENCES)
        self._answers = AtHand[list[Hit]](ANSWERS)
        self._preparing = threading.Lock()

    def search(self, query: str, *, k: int, audience: Audience) -> list[Hit]:
        """Return up to ``k`` hits, best first; of the asker's audience only.

        What stands nearly alike in several places is one hit. Raises EmbedderUnavailable,
        EmbedderChanged, RerankerUnavailable, CatalogUnavailable.
        """
        workspace, revision = audience.workspace, self._catalog.revision(audience.workspace)
        found = self._answers.find(workspace, revision, (query, k, audience))
        if found is None:
            ranking = self.rank(query, k=k, audience=audience)
            found = self._hits(ranking, k, audience) if ranking else []
            # While a snapshot is brought up to date, the one before answers, not for long.
            if ranking and ranking.revision == revision == self._catalog.revision(workspace):
                self._answers.keep(workspace, revision, (query, k, audience), found)
        return list(found)

    def explain(self, query: str, passage_id: int, *, audience: Audience) -> Explanation | None:
        """Say why a passage is found for a query; None when it is not, or not any more."""
        ranking = self.rank(query, k=LANE, audience=audience)
        if ranking is None:
            return None
        hits = self._hits(ranking, LANE, audience)
        place = next((i for i, hit in enumerate(hits) if hit.passage.id == passage_id), None)
        if place is None:
            return None
        hit, second = hits[place], hits[place + 1] if place + 1 < len(hits) else None
        at = next(i for i, row in enumerate(ranking.evidence.rows) if row.id == passage_id)
        [passage] = ranking.embedder.embed_passages([hit.passage.text])
        return explanation(ranking.query, ranking.evidence, at, hit=hit, passage=passage, second=second)

    def headings(self, *, k: int, audience: Audience) -> list[tuple[str, tuple[str, ...]]]:
        """Return titles with the heading paths below them, of the ``k`` newest documents, in order."""
        return self._catalog.headings(k, audience)

    def frequencies(self, words: Sequence[str], *, audience: Audience) -> list[int]:
        """Return in how many of the workspace's passages each word stands, in any of its forms.

        Raises EmbedderUnavailable, EmbedderChanged, CatalogUnavailable.
        """
        lexicon = self._current(audience.workspace).words
        return [lexicon.frequency(word) for word in words]

    def paths(self, *, audience: Audience) -> list[tuple[str, ...]]:
        """Return titles, each with the headings that lead to some passage, as (title, heading, ...).

        Nothing is embedded; between two changes of the catalogue they are read from it once.
        """
        return self._once(self._paths, audience, self._catalog.paths)

    def releases(self, *, audience: Audience) -> list[str]:
        """Return the releases that documents of this audience describe, the newest first.

        Between two changes of the catalogue they are read from it once.
        """
        return self._once(
            self._releases, audience, lambda audience: newest_first(self._catalog.releases(audience))
        )

    def _once(
        self, held: AtHand[list[Listed]], audience: Audience, read: Callable[[Audience], list[Listed]]
    ) -> list[Listed]:
        """Return what was read for an audience at this revision of the catalogue, or read it."""
        workspace, revision = audience.workspace, self._catalog.revision(audience.workspace)
        found = held.find(workspace, revision, audience)
        if found is None:
            found = read(audience)
            held.keep(workspace, revision, audience, found)
        return found

    def read_back(self, passage_id: int, *, audience: Audience) -> Passage | None:
        """Return the live passage, or None when it is gone or not for this audience."""
        return self._catalog.passages([passage_id], audience).get(passage_id)

    def following(self, passage_id: int, step: int, *, audience: Audience) -> Passage | None:
        """Return the live passage that stands ``step`` passages after another one in its document."""
        return self._catalog.following(passage_id, step, audience)

    def rank(self, query: str, *, k: int, audience: Audience) -> Ranking | None:
        """Find and weigh candidates, at least ``k`` if there are; None when nothing was read.

        Raises as ``search``.
        """
        snapshot = self._current(audience.workspace)
        # The snapshot's: while one is made with another embedder, the one before is still searched.
        embedder = self._by_id(snapshot.embedder)
        # An audience is a filter before ranking: its passages need not be among the first of all.
        revision = self._catalog.revision(audience.workspace)
        scope = snapshot.scope(audience, revision, self._catalog.passage_ids)
        if not len(scope.passages):
            return None
        asked = self._query(query, snapshot, embedder)
        if not len(asked.embedding.ids):
            return None  # there is nothing in it that the embedder sees
        lexical = dict(scope.words.search(query, max(k, SCORED)))
        ids = _candidates(asked, scope, lexical, max(k, LANE))
        # The snapshot may be older than the catalogue: what was deleted since is not read back.
        rows = self._catalog.candidates(ids, audience, embedder.id)
        if not rows:
            if self._catalog.passages(ids, audience):
                raise EmbedderChanged  # another process has embedded everything anew, with another model
            return None
        evidence = weigh(asked, rows, lexical=lexical, rarity=snapshot.rarities)
        scores = self._scored_by(evidence)
        # What the query names to the letter comes first, however its words are meant.
        ahead = {id: place for place, id in enumerate(scope.words.exact(query, LANE))}
        order = sorted(range(len(rows)), key=lambda i: (ahead.get(rows[i].id, LANE), -scores[i], rows[i].id))
        return Ranking(
            revision=snapshot.revision,
            query=asked,
            embedder=embedder,
            evidence=evidence,
            scores=scores,
            cues=cues(
                asked, evidence, fused(evidence), chats=self._chats(asked, embedder), size=len(scope.passages)
            ),
            order=self._reranked(query, order, rows, audience),
        )

    def findings(self, *, audience: Audience) -> Iterator[Finding]:
        """Yield what a writer should mend. Raises EmbedderUnavailable, CatalogUnavailable."""
        return findings(self._catalog, self._embedder().id, audience)

    def prepare(self, workspace: str) -> None:
        """Bring what a search reads up to date, so that no question has to; others are answered meanwhile."""
        with suppress(IndexFailure):  # which the next question tells, to whoever asks it
            self._current(workspace)

    def recall(self, *, workspace: str) -> float:
        """Return how many of the nearest a search finds, 0 to 1, as measured when its groups were made."""
        return self._snapshots.recall(workspace)

    def compact(self) -> None:
        """Make all that is kept of workspaces anew, so that nothing of what was removed is left in it.

        Raises as ``search``.
        """
        for workspace in self._catalog.workspaces():
            self._snapshots.compact(workspace, self._serving(workspace))

    def _reranked(
        self, query: str, order: list[int], rows: list[CandidateRow], audience: Audience
    ) -> list[int]:
        """Return the best in the reranker's order, ties as they were, and the others behind them."""
        if self._reranker is None:
            return order
        best = order[:RERANKED]
        live = self._catalog.passages([rows[i].id for i in best], audience)
        read = [i for i in best if rows[i].id in live]
        scores = self._reranker().score(query, [live[rows[i].id].text for i in read])
        first = [read[place] for place in np.argsort(-scores, kind="stable")]
        # What was deleted meanwhile is not read, and stands behind.
        return [*first, *(i for i in order if i not in first)]

    def _current(self, workspace: str) -> Snapshot:
        return self._snapshots.current(workspace, lambda: self._serving(workspace))

    def _serving(self, workspace: str) -> Embedder:
        """Return the embedder of which a workspace's passages have the vectors."""
        present, serving = self._embedder(), self._catalog.embedder(workspace)
        if serving in ("", present.id):
            return present
        # Without the former one, what the present one has embedded is all there is.
        return self._former(serving) or present

    def _by_id(self, id: str) -> Embedder:
        present = self._embedder()
        found = present if present.id == id else self._former(id)
        if found is None:
            raise EmbedderChanged
        return found

    def _query(self, text: str, snapshot: Snapshot, embedder: Embedder) -> Query:
        embedding = embedder.embed_query(text)
        projection = self._projection(embedder)
        return Query(
            text=text,
            embedding=embedding,
            vector=projection(_whole(embedding)),
            tokens=projection(embedding.tokens),
            rarity=snapshot.rarity(embedding.ids),
            telling=telling(text, embedding),
        )

    def _hits(self, ranking: Ranking, k: int, audience: Audience) -> list[Hit]:
        """Return up to ``k`` candidates as hits; what nearly repeats an earlier one is named with it."""
        probabilities = confidences(ranking.cues)
        hits: list[Hit] = []
        groups = _groups(ranking, k)
        while groups and len(hits) < k:
            some, groups = groups[: k - len(hits)], groups[k - len(hits) :]
            live = self._catalog.passages(
                [ranking.evidence.rows[i].id for group in some for i in group], audience
            )
            for group in some:
                members = [(i, live[id]) for i in group if (id := ranking.evidence.rows[i].id) in live]
                if members:
                    # A later hit is never the surer one: it would have come first, or a reranker doubts it.
                    ceiling = hits[-1].confidence if hits else 1.0
                    hits.append(_hit(members, ranking, min(float(probabilities[members[0][0]]), ceiling)))
        return hits

    def _projection(self, embedder: Embedder) -> Projection:
        if embedder.id not in self._projections:
            self._projections[embedder.id] = self._snapshots.projection(embedder)
        return self._projections[embedder.id]

    def _chats(self, query: Query, embedder: Embedder) -> float:
        """Return how near a query is to the chatter of a busy channel: the highest cosine."""
        return float((self._chatter_vectors(embedder) @ query.embedding.vector).max())

    def _chatter_vectors(self, embedder: Embedder) -> Vectors:
        with self._preparing:
            if embedder.id not in self._chatter:
                lines = (files("index") / "chatter.txt").read_text(encoding="utf-8").splitlines()
                # Asked at once, they are computed together.
                with ThreadPoolExecutor() as askers:
                    embedded = list(askers.map(embedder.embed_query, lines))
                self._chatter[embedder.id] = np.stack([each.vector for each in embedded])
            return self._chatter[embedder.id]


def _groups(ranking: Ranking, k: int) -> list[list[int]]:
    """Return the best candidates, each with those that nearly repeat it, best first; ``k`` groups or more."""
    for some in (ranking.order[:CONTENDERS], ranking.order):
        alike = resembling([ranking.evidence.own_ids[i] for i in some]).tolist()
        groups: list[list[int]] = []
        for at in range(len(some)):
            twin = next((group for group in groups if alike[at][group[0]]), None)
            if twin is None:
                groups.append([at])
            else:
                twin.append(at)
        if len(groups) >= k:
            break
    return [[some[at] for at in group] for group in groups]


def _hit(members: list[tuple[int, Passage]], ranking: Ranking, confidence: float) -> Hit:
    """Return passages that say nearly the same, best first, by their places among the candidates, as a hit.

    Where the best has a release, the newest one's is shown. The same page as another source has it is
    no other place.
    """
    best = shown, passage = members[0]
    if passage.release:
        best = shown, passage = max(members, key=lambda member: rank(member[1].release))
    others = (other for member in members if member is not best for other in (member[1],))
    return Hit(
        passage=passage,
        score=float(ranking.scores[members[0][0]]),
        confidence=confidence,
        highlight=span(passage, *ranking.evidence.sentences(shown), ranking.query),
        also=tuple(
            each
            for each in others
            if not each.url or each.url != passage.url or each.source == passage.source
        ),
    )


def _whole(embedding: Embedding) -> Vectors:
    """Return the vector of a whole text in the space of its tokens, which some models leave behind."""
    same = embedding.vector.shape[0] == embedding.tokens.shape[1]
    return embedding.vector if same else np.asarray(embedding.tokens.mean(axis=0))


def _candidates(query: Query, scope: Scope, lexical: dict[int, float], size: int) -> list[int]:
    """Return the ids of what each of the three lanes finds first, each once."""
    by_passage = [id for id, _ in scope.passages.search(query.embedding.vector, size)]
    # Several sentences of one passage may come first.
    nearest = scope.sentences.search(query.vector, 3 * size)
    by_sentence = list(dict.fromkeys(id // SENTENCES for id, _ in nearest))[:size]
    return list(dict.fromkeys((*by_passage, *list(lexical)[:size], *by_sentence)))
