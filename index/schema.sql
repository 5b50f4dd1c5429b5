-- The catalogue. Offsets count Unicode code points, times are ISO 8601 in UTC.

-- revision is another random number after every change that a search could see, so that vectors
-- of another catalogue, or of this one before it was restored, are never taken for its own.
-- embedder is the one whose vectors all of the workspace's passages have, or empty.
CREATE TABLE workspaces (
    name     TEXT PRIMARY KEY,
    revision INTEGER NOT NULL DEFAULT 0,
    seeded   INTEGER NOT NULL DEFAULT 0,
    embedder TEXT NOT NULL DEFAULT ''
) STRICT;

-- options is a JSON object of strings.
-- replaced_at is when a sync last replaced documents, which is undone with its former images. held is
-- how many lost documents wait for a moderator to agree, and accepted how many may be removed.
CREATE TABLE sources (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL REFERENCES workspaces (name),
    name      TEXT NOT NULL,
    kind      TEXT NOT NULL,
    origin    TEXT NOT NULL,
    base_url  TEXT NOT NULL,
    synced_at TEXT,
    failed_at TEXT NOT NULL DEFAULT '',
    paused    INTEGER NOT NULL DEFAULT 0,
    replaced_at TEXT NOT NULL DEFAULT '',
    held      INTEGER NOT NULL DEFAULT 0,
    accepted  INTEGER NOT NULL DEFAULT 0,
    options   TEXT NOT NULL DEFAULT '{}',
    UNIQUE (workspace, name)
) STRICT;

-- release is the version of the product that a document describes, empty for none.
CREATE TABLE documents (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id  INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    uri        TEXT NOT NULL,
    url        TEXT NOT NULL,
    title      TEXT NOT NULL,
    revision   TEXT NOT NULL,
    version    TEXT NOT NULL,
    pipeline   TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    release    TEXT NOT NULL DEFAULT '',
    language   TEXT NOT NULL DEFAULT '',
    text       TEXT NOT NULL,
    UNIQUE (source_id, uri)
) STRICT;

CREATE INDEX documents_by_release ON documents (source_id, release);

-- vector_key is the hash of what is embedded: title, headings and text.
CREATE TABLE passages (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id  INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    start        INTEGER NOT NULL,
    end          INTEGER NOT NULL,
    text         TEXT NOT NULL,
    heading      TEXT NOT NULL,
    anchor       TEXT NOT NULL,
    place        TEXT NOT NULL,
    sentences    TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    vector_key   TEXT NOT NULL
) STRICT;

CREATE INDEX passages_by_document ON passages (document_id, position);
CREATE INDEX passages_by_vector ON passages (vector_key);
CREATE INDEX passages_by_content ON passages (content_hash);

-- Kept by what was embedded, not by passage: the same text is embedded once, wherever it stands.
-- tokens is what index/tokens.py packs.
CREATE TABLE vectors (
    id       INTEGER PRIMARY KEY,
    embedder TEXT NOT NULL,
    key      TEXT NOT NULL,
    vector   BLOB NOT NULL,
    tokens   BLOB NOT NULL,
    UNIQUE (embedder, key)
) STRICT;

-- How an embedder's token vectors are made small.
CREATE TABLE projections (
    embedder TEXT PRIMARY KEY,
    matrix   BLOB NOT NULL
) STRICT;

-- An empty uri is the source as a whole.
CREATE TABLE failures (
    source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    uri       TEXT NOT NULL,
    reason    TEXT NOT NULL
) STRICT;

CREATE INDEX failures_by_source ON failures (source_id);

-- Documents beside those that are searched: staged ones were read and wait to be published, former
-- ones are what the last sync replaced. reading is what index/staging.py writes, empty where a
-- document was new. image_keys are the vectors that an image needs.
CREATE TABLE images (
    id        INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    is_former INTEGER NOT NULL,
    uri       TEXT NOT NULL,
    version   TEXT NOT NULL,
    revision  TEXT NOT NULL,
    pipeline  TEXT NOT NULL,
    reading   TEXT NOT NULL,
    UNIQUE (source_id, is_former, uri)
) STRICT;

CREATE TABLE image_keys (
    image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    key      TEXT NOT NULL,
    PRIMARY KEY (image_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX image_keys_by_key ON image_keys (key);

-- Which passages came and went with each of the latest revisions of a workspace, so that what is
-- derived from them need not look at all of them.
CREATE TABLE revisions (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL REFERENCES workspaces (name),
    revision  INTEGER NOT NULL
) STRICT;

CREATE INDEX revisions_by_workspace ON revisions (workspace, revision);

CREATE TABLE changes (
    revision_id INTEGER NOT NULL REFERENCES revisions (id) ON DELETE CASCADE,
    passage_id  INTEGER NOT NULL,
    PRIMARY KEY (revision_id, passage_id)
) STRICT, WITHOUT ROWID;

-- How each embedder is made, for whoever can make it.
CREATE TABLE recipes (
    embedder TEXT PRIMARY KEY,
    recipe   TEXT NOT NULL
) STRICT;
