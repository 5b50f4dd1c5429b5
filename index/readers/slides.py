"""Reads PowerPoint presentations: each slide under its title, with its notes."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER

from index.errors import DocumentTooLarge
from index.passages import BlockKind, Extract
from index.readers.decoding import clean
from index.readers.foreign import refusing_damage
from index.readers.office import open_office
from index.readers.outline import Outline

Shape: TypeAlias = Any
"""A shape of python-pptx; which attributes it has depends on its kind."""

_NOT_READ = frozenset({PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER})
_LISTED = frozenset({PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY})
_UNNAMED = "PowerPoint Presentation"
_DEEPEST_GROUP = 20

MAX_TABLE_ROWS = 1_000
"""PowerPoint makes tables of up to 75; python-pptx looks through all rows for each of them."""

TOO_LONG = (
    f"A table of the presentation has more than {MAX_TABLE_ROWS:,} rows. Split it, or save it as a workbook."
)


class SlidesReader:
    """Reads .pptx. The presentation's own title, else that of its first slide, is the title."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        archive = open_office(data, ending="pptx")
        with refusing_damage():
            presentation = Presentation(archive.stream())
            named = clean(presentation.core_properties.title or "").strip()
            outline = Outline("" if named == _UNNAMED else named)
            slides = {
                slide.part.partname: slide for slide in presentation.slides
            }  # each once, however listed
            for number, slide in enumerate(slides.values(), 1):
                _add(slide, number, outline)
        return outline.extract(name=name)


def _add(slide: Any, number: int, outline: Outline) -> None:
    outline.turn_to(f"slide {number}")
    title = slide.shapes.title
    if title is not None:
        # A slide without a title goes on under the one before it.
        outline.heading(1, clean(title.text_frame.text), titles=number == 1)
    for shape in _flat(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            _add_shape(shape, outline)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        outline.turn_to(f"slide {number}, notes")
        for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
            outline.add(BlockKind.PARAGRAPH, _text(paragraph))


def _flat(shapes: Any, depth: int = 0) -> Iterator[Shape]:
    for shape in shapes:
        if hasattr(shape, "shapes") and depth < _DEEPEST_GROUP:
            yield from _flat(shape.shapes, depth + 1)
        else:
            yield shape


def _add_shape(shape: Shape, outline: Outline) -> None:
    kind = shape.placeholder_format.type if shape.is_placeholder else None
    if kind in _NOT_READ:
        return
    if getattr(shape, "has_table", False):
        if len(shape.table.rows) > MAX_TABLE_ROWS:
            raise DocumentTooLarge(TOO_LONG)
        rows = [" | ".join(_line(cell.text) for cell in row.cells) for row in shape.table.rows]
        outline.add(BlockKind.TABLE, "\n".join(row for row in rows if row.strip(" |")))
    elif shape.has_text_frame:
        _add_text(shape.text_frame, outline, listed=kind in _LISTED)


def _add_text(frame: Any, outline: Outline, *, listed: bool) -> None:
    paragraphs = [paragraph for paragraph in frame.paragraphs if _text(paragraph)]
    for paragraph in paragraphs:
        if listed and len(paragraphs) > 1:
            outline.add(BlockKind.ITEM, f"{'  ' * paragraph.level}- {_text(paragraph)}")
        else:
            outline.add(BlockKind.PARAGRAPH, _text(paragraph))


def _text(paragraph: Any) -> str:
    """Return a paragraph's text; a line break inside it stays one."""
    lines = clean(paragraph.text).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def _line(text: str) -> str:
    return " ".join(clean(text).split())
