"""The colours, by computation: no text under 4.5:1, no line that means something under 3:1."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "marketplace/static/marketplace"
TEXTS = ("text", "muted", "primary", "pressed", "accent", "yes", "doubt", "no")
#: (what is read, what is behind it) beside texts on the two grounds.
PAIRS = [
    ("on-primary", "primary"),
    ("on-primary", "pressed"),
    ("pressed", "tint"),
    ("text", "mark"),
    ("primary", "mark"),
    ("text", "notice"),
    ("text", "land"),
    ("text", "sea"),
]
LINES = [("line", "ground"), ("line", "surface"), ("primary", "land"), ("accent", "land")]


def tokens(scheme: str) -> dict[str, str]:
    """The colours of one scheme: those of light, then what the scheme changes."""
    css = (CSS / "tokens.css").read_text()
    light, dark, paper = re.split(r"@media \(prefers-color-scheme: dark\)|@media print", css)
    changed = {"light": "", "dark": dark, "print": paper}[scheme]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light + changed))


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return sum(
        weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_texts_can_be_read(scheme) -> None:
    colours = tokens(scheme)
    pairs = [(text, ground) for text in TEXTS for ground in ("ground", "surface")] + PAIRS
    found = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_lines_that_mean_something_can_be_seen(scheme) -> None:
    colours = tokens(scheme)
    found = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in LINES}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 3} == {}


def test_no_colour_is_written_outside_the_tokens() -> None:
    for name in ("base.css", "pieces.css", "print.css"):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", (CSS / name).read_text()), name


def test_every_token_used_is_defined() -> None:
    defined = set(re.findall(r"--([a-z0-9-]+):", (CSS / "tokens.css").read_text()))
    for name in ("base.css", "pieces.css", "print.css"):
        assert set(re.findall(r"var\(--([a-z0-9-]+)\)", (CSS / name).read_text())) <= defined
