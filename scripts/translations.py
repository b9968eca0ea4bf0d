"""Gathers the words to translate and compiles the English translation; `--check` only judges.

Needs none of gettext's programs: Django turns a template into code, Babel reads the code, polib
writes the catalogues. Words are French in the sources; English is complete, or the check fails.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
import polib
from babel.messages.extract import extract_python
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
ROOMS = (
    "reference", "jobs", "mailing", "search", "accounts", "suppliers", "tenders", "spaser",
    "marketplace",
)  # fmt: skip
_PLAIN = ("gettext", "gettext_lazy", "gettext_noop", "_")
_CONTEXT = ("pgettext", "pgettext_lazy")
_PLURAL = ("ngettext", "ngettext_lazy")
_HOLES = re.compile(r"%\((\w+)\)\w|%[sd]")
Key = tuple[str | None, str, str | None]


def main() -> int:
    settings.configure(USE_I18N=True, TEMPLATES=[])
    django.setup()
    found = dict(gathered())
    if "--check" in sys.argv:
        problems = list(judged(polib.pofile(str(CATALOGUE)), found))
        print("\n".join(problems) or f"{len(found)} messages, all translated")
        return bool(problems)
    update(found)
    return 0


def gathered() -> Iterator[tuple[Key, str]]:
    """Yield ((context, message, plural), place) of everything to translate."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield from in_file(path)


def in_file(path: Path) -> Iterator[tuple[Key, str]]:
    text = path.read_text("utf-8")
    place = str(path.relative_to(ROOT))
    if path.suffix == ".html" or "templates" in path.parts:
        text = templatize(text, origin=place)
    elif path.suffix == ".txt":
        return
    keywords = dict.fromkeys((*_PLAIN, *_CONTEXT, *_PLURAL))
    for _, function, messages, _ in extract_python(io.BytesIO(text.encode()), keywords, (), {}):
        parts = messages if isinstance(messages, tuple) else (messages,)
        if not parts or not isinstance(parts[0], str):
            continue
        if function in _CONTEXT:
            yield (parts[0], parts[1], None), place
        elif function in _PLURAL:
            yield (None, parts[0], parts[1]), place
        else:
            yield (None, parts[0], None), place


def key_of(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid, entry.msgid_plural or None


def holes(key: Key) -> set[str]:
    return set(_HOLES.findall(f"{key[1]} {key[2] or ''}"))


def judged(catalogue: polib.POFile, found: dict[Key, str]) -> Iterator[str]:
    """Yield what is wrong: missing, unused, empty, other holes, a stale compiled file."""
    known = {key_of(entry): entry for entry in catalogue}
    for key, place in found.items():
        if key not in known:
            yield f"{place}: not in the catalogue: {key[1]!r} (run `make messages`)"
    for key, entry in known.items():
        texts = list(entry.msgstr_plural.values()) or [entry.msgstr]
        if key not in found:
            yield f"no longer in the sources: {key[1]!r} (run `make messages`)"
        elif not all(texts):
            yield f"not translated: {key[1]!r}"
        elif any(set(_HOLES.findall(text)) - holes(key) for text in texts):
            yield f"other %(holes)s than the French: {key[1]!r}"
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
        yield f"{compiled.name} is stale (run `make messages`)"


def update(found: dict[Key, str]) -> None:
    """Add what is new, drop what is gone, compile."""
    old = (
        {key_of(entry): entry for entry in polib.pofile(str(CATALOGUE))}
        if CATALOGUE.exists()
        else {}
    )
    catalogue = polib.POFile(wrapwidth=99)
    catalogue.metadata = {
        "Language": "en",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for key in sorted(found, key=lambda key: (found[key], key[1])):
        context, message, plural = key
        entry = old.get(key) or polib.POEntry(
            msgctxt=context,
            msgid=message,
            msgid_plural=plural or "",
            msgstr_plural={0: "", 1: ""} if plural else {},
        )
        entry.occurrences, entry.flags = [(found[key], "")], []
        catalogue.append(entry)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    empty = sum(not (entry.msgstr or any(entry.msgstr_plural.values())) for entry in catalogue)
    print(f"{len(catalogue)} messages, {empty} to translate in {CATALOGUE.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
