"""Numbers as bars, one below the other, as one PNG: how many of those before got so far.

Pillow and the font are imported and opened when a picture is drawn and not before.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_WIDTH, _MARGIN, _ROW, _BAR = 720, 40, 64, 40
_TITLE_SIZE, _SIZE, _LABELS, _NUMBERS = 36, 28, 180, 130
_INK, _SOFT, _PAPER, _FILL, _GROOVE = "#1f2329", "#646a73", "#ffffff", "#3370ff", "#eff0f1"
_MOST_ROWS = 12
_LONGEST = 40


def draw_bars(title: str, rows: Sequence[tuple[str, int]]) -> bytes:
    """The PNG; ValueError for no rows, too many, or numbers below 0."""
    if not 1 <= len(rows) <= _MOST_ROWS or any(number < 0 for _, number in rows):
        raise ValueError(f"bars: 1 to {_MOST_ROWS} rows of numbers from 0 on")
    from PIL import Image, ImageDraw

    paper = Image.new("RGB", (_WIDTH, 2 * _MARGIN + _ROW + _ROW * len(rows)), _PAPER)
    pen = ImageDraw.Draw(paper)
    pen.text((_MARGIN, _MARGIN), title[:_LONGEST], font=_font(_TITLE_SIZE), fill=_INK)
    font, most = _font(_SIZE), max(1, *(number for _, number in rows))
    left, right = _MARGIN + _LABELS, _WIDTH - _MARGIN - _NUMBERS
    for place, (label, number) in enumerate(rows):
        top = _MARGIN + _ROW * (place + 1)
        middle = top + _BAR / 2
        pen.text((_MARGIN, middle), label[:_LONGEST], font=font, fill=_SOFT, anchor="lm")
        pen.rectangle((left, top, right, top + _BAR), fill=_GROOVE)
        if number:
            pen.rectangle((left, top, left + (right - left) * number / most, top + _BAR), fill=_FILL)
        pen.text((right + 16, middle), str(number), font=font, fill=_INK, anchor="lm")
    file = io.BytesIO()
    paper.quantize(32).save(file, "PNG", optimize=True)
    return file.getvalue()


def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont
    from pylopdf_fonts_zh_cn import sans_path

    return ImageFont.truetype(sans_path(), size)
