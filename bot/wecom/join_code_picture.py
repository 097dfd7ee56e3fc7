"""A join code as people pass it on: WeCom's QR picture with a caption above and below it, as one PNG.

Pillow and the font are imported and opened when a picture is drawn and not before: a house that draws none pays nothing.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

_WIDTH, _MARGIN, _CODE = 720, 56, 560
_TITLE_SIZE, _LINE_SIZE, _FOOT_SIZE, _SMALLEST = 46, 36, 30, 20
_GAP = 18
_INK, _SOFT, _PAPER = "#1f2329", "#646a73", "#ffffff"
# What WeCom shows is some 400 pixels wide; more is none of its pictures.
_MOST_PIXELS = 4_000_000
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def draw_join_code(code: bytes, title: str, lines: Sequence[str], foot: str) -> bytes:
    """The PNG; ValueError when `code` is no picture of a reasonable size."""
    from PIL import Image, ImageDraw

    picture = _read(code)
    rows = [(title, _TITLE_SIZE, _INK), *((line, _LINE_SIZE, _INK) for line in lines)]
    height = _MARGIN + sum(size + _GAP for _, size, _ in rows) + _GAP + _CODE + _GAP + _FOOT_SIZE + _MARGIN
    paper = Image.new("RGB", (_WIDTH, height), _PAPER)
    pen = ImageDraw.Draw(paper)
    y = _MARGIN
    for words, size, colour in rows:
        _write(pen, words, y, size, colour)
        y += size + _GAP
    paper.paste(picture.resize((_CODE, _CODE), Image.Resampling.LANCZOS), ((_WIDTH - _CODE) // 2, y + _GAP))
    _write(pen, foot, y + _GAP + _CODE + _GAP, _FOOT_SIZE, _SOFT)
    file = io.BytesIO()
    paper.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


def _read(code: bytes) -> Image:
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(code), formats=_FORMATS)
        if picture.width * picture.height > _MOST_PIXELS:
            raise ValueError("the QR picture is too large")
        seen = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError) as fault:
        raise ValueError(f"no QR picture: {type(fault).__name__}") from None
    paper = Image.new("RGBA", seen.size, _PAPER)
    return Image.alpha_composite(paper, seen).convert("RGB")


def _write(pen: ImageDraw, words: str, y: int, size: int, colour: str) -> None:
    """One line in the middle, smaller when it is long, cut when it is still too long."""
    room = _WIDTH - 2 * _MARGIN
    font = _font(size)
    while (too_long := partial(_exceeds, pen, font, room))(words) and size > _SMALLEST:
        size -= 2
        font = _font(size)
    if too_long(words):
        while too_long(f"{words}…"):
            words = words[:-1]
        words = f"{words}…"
    pen.text((_WIDTH / 2, y), words, font=font, fill=colour, anchor="ma")


def _exceeds(pen: ImageDraw, font: FreeTypeFont, room: int, words: str) -> bool:
    return pen.textlength(words, font=font) > room


def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont
    from pylopdf_fonts_zh_cn import sans_path

    return ImageFont.truetype(sans_path(), size)
