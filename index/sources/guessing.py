"""Which kind of source a web address is, when nobody has said so."""

from urllib.parse import urlsplit

from index.errors import DocumentUnreadable, SourceUnavailable
from index.ports import Parse
from index.sources.addresses import normal, prefix_of
from index.sources.content import is_feed
from index.sources.forges import forge_of
from index.sources.sitemaps import sitemap_of
from index.sources.web import Web

FEED, GIT, PAGE, SITE = "feed", "git", "page", "site"


def kind_of(web: Web, parse: Parse, address: str) -> str:
    """Look at an address: a repository is told by its name, a feed by what it is, anything else is a page.

    Unless it is the address of a folder, with a slash at its end, below which a sitemap lists pages:
    that is a site. Raises SourceUnavailable.
    """
    if _names_a_repository(address):
        return GIT
    try:
        page = web.get(normal(address))
        if is_feed(page):
            return FEED
        if not urlsplit(page.url).path.endswith("/"):
            return PAGE
        listed = sitemap_of(web, prefix_of(page.url), most=2, parse=parse).pages
        return SITE if len(listed) > 1 else PAGE
    except DocumentUnreadable as error:
        raise SourceUnavailable(str(error)) from error


def _names_a_repository(address: str) -> bool:
    path = urlsplit(address).path.strip("/")
    return path.endswith(".git") or (forge_of(address) is not None and path.count("/") == 1)
