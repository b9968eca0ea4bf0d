"""Every write of forecasts: drafts, publications, and what becomes of them."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Buyer, Person
from jobs.services import enqueue
from reference.territory import get_territory
from reference.words import fold
from tenders import words
from tenders.checks import draft_errors, publication_errors
from tenders.content import Content, content_of, differences, kind_of
from tenders.enums import TenderAct
from tenders.forecast_enums import NoticeState, VersionKind
from tenders.models import Notice, NoticeVersion

#: The states of a forecast, and those it may go to.
TRANSITIONS: dict[NoticeState, set[NoticeState]] = {
    NoticeState.DRAFT: {NoticeState.SUBMITTED, NoticeState.PUBLISHED},
    NoticeState.SUBMITTED: {NoticeState.DRAFT, NoticeState.PUBLISHED},
    NoticeState.PUBLISHED: {
        NoticeState.PUBLISHED,
        NoticeState.LAUNCHED,
        NoticeState.WITHDRAWN,
        NoticeState.EXPIRED,
    },
    NoticeState.EXPIRED: {
        NoticeState.PUBLISHED,
        NoticeState.LAUNCHED,
        NoticeState.WITHDRAWN,
    },
    NoticeState.LAUNCHED: set(),
    NoticeState.WITHDRAWN: set(),
}
#: What `save_draft` writes.
DRAFT_FIELDS = frozenset(
    (
        "title", "description", "category", "cpv", "cpv_additional", "planned_year",
        "planned_quarter", "planned_precision", "value_min", "value_max", "is_value_undisclosed",
        "communes", "budget_year", "social", "environmental", "reserved", "contact_service",
        "contact_email",
    )
)  # fmt: skip


class NotPossible(Exception):
    """The state of the forecast forbids what was asked; the message is for the user."""


@dataclass(frozen=True)
class Publication:
    """The version the public sees; `is_new` False when nothing had to be done."""

    version: NoticeVersion
    is_new: bool


@transaction.atomic
def save_draft(
    *, buyer: Buyer, fields: Mapping[str, Any], by: Person, notice: Notice | None = None
) -> Notice:
    """Write what a forecast will say; the public sees nothing of it before `publish_notice`.

    `fields` are some of DRAFT_FIELDS (TypeError otherwise). Raises ValidationError by field for
    what is wrong in itself, NotPossible once launched or withdrawn, or to change the buyer of
    what is published.
    """
    if unknown := set(fields) - DRAFT_FIELDS:
        raise TypeError(f"A draft has no {', '.join(sorted(unknown))}.")
    draft = _locked(notice) if notice else Notice(reference=uuid.uuid4().hex)
    if not can_be_edited(draft):
        raise NotPossible(
            _("La prévision %(reference)s est close\u00a0: elle ne se modifie plus.")
            % {"reference": draft.reference}
        )
    if draft.current_id and draft.buyer_id != buyer.pk:
        raise NotPossible(_("L’acheteur d’une prévision publiée ne change pas."))
    draft.buyer = buyer
    for name, value in fields.items():
        setattr(draft, name, value)
    if errors := draft_errors(draft):
        raise ValidationError(errors)
    draft.save()
    if notice is None:
        draft.reference = _reference(draft)
        draft.save(update_fields=["reference"])
    return draft


def can_be_edited(notice: Notice) -> bool:
    """Tell whether another version may still be written."""
    return bool(TRANSITIONS[NoticeState(notice.state)])


@transaction.atomic
def publish_notice(*, notice: Notice, by: Person) -> Publication:
    """Publish what is written as a new version, and have those it concerns told.

    When the public sees it already, nothing is done. Raises ValidationError by field with
    everything that is missing or wrong, NotPossible once launched or withdrawn.
    """
    now = timezone.now()
    notice = _locked(notice)
    content = content_of(notice)
    before = notice.current
    if before and notice.state == NoticeState.PUBLISHED and before.content == content:
        return Publication(before, is_new=False)
    _check_transition(notice, NoticeState.PUBLISHED)
    if errors := publication_errors(notice, today=timezone.localdate(now)):
        raise ValidationError(errors)
    kind = kind_of(before.content, content) if before else VersionKind.NEW
    version = _seal(notice, kind=kind, content=content, by=by, at=now)
    _move(notice, NoticeState.PUBLISHED, current=version)
    _record(TenderAct.PUBLISHED, notice, by, version=version.number, kind=version.kind)
    return Publication(version, is_new=True)


@transaction.atomic
def withdraw_notice(*, notice: Notice, by: Person) -> Publication:
    """Say that the purchase is given up: a last version, which stays public, tells it.

    What was written since the last publication is not published. Raises NotPossible when nothing
    was published, or once launched.
    """
    notice = _locked(notice)
    if notice.current and notice.state == NoticeState.WITHDRAWN:
        return Publication(notice.current, is_new=False)
    _check_transition(notice, NoticeState.WITHDRAWN)
    assert notice.current  # noqa: S101 - a constraint of the table
    version = _seal(
        notice,
        kind=VersionKind.WITHDRAWN,
        content=notice.current.content,
        by=by,
        at=timezone.now(),
    )
    _move(notice, NoticeState.WITHDRAWN, current=version)
    _record(TenderAct.WITHDRAWN, notice, by, version=version.number)
    return Publication(version, is_new=True)


@transaction.atomic
def mark_launched(*, notice: Notice, url: str, by: Person) -> Notice:
    """Say that the consultation is open, at the address of the buyer's profile.

    Saying it twice changes nothing. Raises ValidationError for what is not a web address,
    NotPossible when nothing was published, or once withdrawn.
    """
    try:
        URLValidator(schemes=["https", "http"])(url)
    except ValidationError:
        message = _("Donnez l’adresse de la consultation, qui commence par https://.")
        raise ValidationError({"launched_url": message}) from None
    notice = _locked(notice)
    if notice.state == NoticeState.LAUNCHED and notice.launched_url == url:
        return notice
    _check_transition(notice, NoticeState.LAUNCHED)
    _move(notice, NoticeState.LAUNCHED, launched_url=url, launched_at=timezone.now())
    _record(TenderAct.LAUNCHED, notice, by, url=url)
    return notice


def _locked(notice: Notice) -> Notice:
    """Read a notice again, alone to write it."""
    return (
        Notice.objects.select_for_update(of=("self",)).select_related("current").get(pk=notice.pk)
    )


def _reference(notice: Notice) -> str:
    """« 2026-AMP-0042 »: the year it was written, the territory, and a number never used again."""
    year = timezone.localtime(notice.created_at).year
    return f"{year}-{_territory_mark(get_territory().name)}-{notice.pk:04d}"


def _territory_mark(name: str) -> str:
    """« Aix-Marseille-Provence » gives "AMP", « Lyon » gives "LYO"."""
    parts = re.findall(r"[a-z0-9]+", fold(name))
    initials = "".join(part[0] for part in parts)
    return (initials if len(parts) > 1 else parts[0][:3]).upper()


def _check_transition(notice: Notice, to: NoticeState) -> None:
    if to not in TRANSITIONS[NoticeState(notice.state)]:
        message = _(
            "La prévision %(reference)s est à l’état «\u00a0%(state)s\u00a0»\u00a0: elle ne "
            "peut pas passer à l’état «\u00a0%(to)s\u00a0»."
        )
        state = notice.get_state_display()
        raise NotPossible(
            message % {"reference": notice.reference, "state": state, "to": to.label}
        )


def _move(notice: Notice, to: NoticeState, **fields: Any) -> None:
    notice.state = to
    for name, value in fields.items():
        setattr(notice, name, value)
    notice.save(update_fields=["state", "updated_at", *fields])


def _record(act: TenderAct, notice: Notice, by: Person, **after: Any) -> None:
    record(by=by, action=act, target=notice, buyer=notice.buyer, after=after)


def _seal(
    notice: Notice, *, kind: VersionKind, content: Content, by: Person, at: datetime
) -> NoticeVersion:
    """Insert the next version, and the work of telling whom it concerns."""
    before = notice.current
    codes = [content["cpv"], *content["cpv_additional"]]
    text = words.trade_text(content["title"], content["description"], codes)
    places = content["communes"] or ["*"]
    version = NoticeVersion.objects.seal(
        NoticeVersion(
            notice=notice,
            number=before.number + 1 if before else 1,
            kind=kind,
            published_at=at,
            by=by.pseudonym,
            content=dict(content),
            changes=differences(before.content, content) if before else [],
            category=content["category"],
            planned_year=content["planned"]["year"],
            planned_quarter=content["planned"]["quarter"],
            budget_year=content["budget_year"],
            horizon=max(0, content["budget_year"] - timezone.localtime(at).year),
            codes=_spaced([*(f"cpv:{c}" for c in codes), *(f"commune:{c}" for c in places)]),
            stems=words.stems_line(text),
        )
    )
    enqueue("tenders.match", key=f"tenders.match:{version.pk}", args={"version": version.pk})
    return version


def _spaced(codes: list[str]) -> str:
    return f" {' '.join(codes)} "
