"""How the house folds words: the one definition of « the same text but for its dress ».

Search, place names and vocabularies all compare text through `fold`; nobody folds otherwise.
"""

import unicodedata

# What the Unicode decomposition leaves alone. Both apostrophes become the one of keyboards.
_LEFT_BY_UNICODE = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "’": "'", "‘": "'", "ʼ": "'"}
)


def fold(text: str) -> str:
    """Return `text` in lower case without accents, ligatures or special spaces.

    « Main d’Œuvre » gives "main d'oeuvre". Other punctuation and the words themselves are
    untouched. Folding twice changes nothing more.
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text).casefold()
    letters = unicodedata.normalize("NFKD", folded).translate(_LEFT_BY_UNICODE)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
