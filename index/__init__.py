"""Documents in, hits out: everything between a source of documents and the passages that answer.

The package knows nothing of chat, people or platforms. Its door is ``searcher.Searcher.search``;
``syncing`` fills what the searcher reads.
"""
