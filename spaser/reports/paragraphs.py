"""Text in a PDF. reportlab reads markup in its paragraphs: an unbalanced tag stops the report and
an <img> reads a file of the server, so every paragraph of the project is made here.
"""

import re
import unicodedata
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

# No link may be made of anybody's text, even by mistake.
rl_config.trustedSchemes = []

LONGEST_TEXT = 2_000
_LONGEST_WORD = 100  # reportlab takes seconds over a word of 50 000 letters
_LONG = re.compile(rf"(\S{{{_LONGEST_WORD}}})(?=\S)")
#: Control, format (bidirectional overrides), surrogate, private and unassigned characters.
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def plain(text: str) -> str:
    """Return printable text: no control character, long words broken, cut at 2 000 letters."""
    cut = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
    printable = "".join(
        " " if letter in "\t\r\n" else letter
        for letter in cut
        if letter in "\t\r\n" or unicodedata.category(letter) not in _UNPRINTABLE
    )
    return _LONG.sub(r"\1 ", printable)


def para(text: str, style: ParagraphStyle) -> Paragraph:
    """Return a paragraph that shows `text` as it is written, markup included."""
    # reportlab keeps words together over this no-break space only.
    return Paragraph(escape(plain(text)).replace("\u202f", "\u00a0"), style)
