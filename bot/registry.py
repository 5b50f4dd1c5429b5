"""Every replaceable part by name, one line each. A part is imported when it is first used."""

from importlib import import_module
from typing import Any

READERS = {
    "adoc": "index.readers.asciidoc:AsciiDocReader",
    "asciidoc": "index.readers.asciidoc:AsciiDocReader",
    "csv": "index.readers.csv_table:CsvReader",
    "docx": "index.readers.word:WordReader",
    "eml": "index.readers.mail:MessageReader",
    "epub": "index.readers.epub:EpubReader",
    "htm": "index.readers.html:HtmlReader",
    "html": "index.readers.html:HtmlReader",
    "ipynb": "index.readers.notebook:NotebookReader",
    "markdown": "index.readers.markdown:MarkdownReader",
    "mbox": "index.readers.mail:MailboxReader",
    "md": "index.readers.markdown:MarkdownReader",
    "pdf": "index.readers.pdf:PdfReader",
    "pptx": "index.readers.slides:SlidesReader",
    "rest": "index.readers.restructured:RstReader",
    "rst": "index.readers.restructured:RstReader",
    "srt": "index.readers.subtitles:SubtitleReader",
    "text": "index.readers.plain:PlainReader",
    "transcript": "index.readers.transcript:TranscriptReader",
    "tsv": "index.readers.csv_table:CsvReader",
    "txt": "index.readers.plain:PlainReader",
    "vtt": "index.readers.subtitles:WebVttReader",
    "xhtml": "index.readers.html:HtmlReader",
    "xlsm": "index.readers.spreadsheet:WorkbookReader",
    "xlsx": "index.readers.spreadsheet:WorkbookReader",
}

SOURCES = {
    "chat": "index.sources.chat:ChatSource",
    "csv": "index.sources.rows:CsvSource",
    "curated": "index.sources.curated:CuratedSource",
    "discord-export": "index.sources.discord_export:DiscordExportSource",
    "feed": "index.sources.feed:FeedSource",
    "file": "index.sources.file:FileSource",
    "folder": "index.sources.folder:FolderSource",
    "git": "index.sources.git:GitSource",
    "jsonl": "index.sources.rows:JsonlSource",
    "page": "index.sources.page:PageSource",
    "site": "index.sources.site:SiteSource",
    "slack-export": "index.sources.slack_export:SlackExportSource",
}

WEB_SOURCES = frozenset({"feed", "page", "site"})
"""Those that load pages, and remember how old those were."""

PARSED_SOURCES = frozenset({"csv", "discord-export", "jsonl", "slack-export"})
"""Those whose documents are parts of one file."""

CLONING_SOURCES = frozenset({"git"})
"""Those that keep what they have fetched, and whose library makes its own requests."""

OWN_SOURCES = frozenset({"chat", "curated"})
"""Those whose files Quoth writes by itself; nobody adds one by a path."""

ADAPTERS = {
    "discord": "adapters.discord.client:DiscordAdapter",
    "slack": "adapters.slack.app:SlackAdapter",
    "terminal": "adapters.terminal.chat:TerminalAdapter",
}

WEB = "index.sources.web:open_web"

GUARDED_POOL = "index.sources.guarding:guarded_pool"

WEB_KIND = "index.sources.guessing:kind_of"

EMBEDDER = "index.embedders.choosing:open_embedder"

RERANKER = "index.rerankers.cross_encoder:CrossEncoderReranker"


def load(entry: str) -> Any:
    """Return what "module:attribute" names."""
    module, attribute = entry.split(":")
    return getattr(import_module(module), attribute)
