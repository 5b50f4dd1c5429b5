"""Parses XML of unknown origin: without entities, without its DTD, without the network."""

from lxml import etree  # type: ignore[import-untyped]

from index.errors import DocumentUnreadable
from index.readers.pages import Element

BROKEN = "The document is damaged: its XML is not well-formed. Save it anew in its program."


def parse_xml(data: bytes) -> Element:
    """Return the root of an XML document. Raises DocumentUnreadable.

    Entities of the document's own stay unexpanded, and external ones are never opened.
    """
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise DocumentUnreadable(BROKEN) from error
