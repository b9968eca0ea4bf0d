"""The closed lists of forecasts and of subscriptions to them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NoticeState(TextChoices):
    """Where a forecast stands; the ways from one to another are in `services.forecasts`."""

    DRAFT = "draft", pgettext_lazy("prévision", "brouillon")
    SUBMITTED = "submitted", pgettext_lazy("prévision", "à valider")
    PUBLISHED = "published", pgettext_lazy("prévision", "publiée")
    LAUNCHED = "launched", pgettext_lazy("prévision", "consultation lancée")
    WITHDRAWN = "withdrawn", pgettext_lazy("prévision", "retirée")
    EXPIRED = "expired", pgettext_lazy("prévision", "échue")


#: What anybody may read: a draft is nobody's business.
PUBLIC_STATES = (
    NoticeState.PUBLISHED,
    NoticeState.LAUNCHED,
    NoticeState.WITHDRAWN,
    NoticeState.EXPIRED,
)


class VersionKind(TextChoices):
    """Why a version was published."""

    NEW = "new", _("Première publication")
    CHANGED = "changed", _("Modification")
    POSTPONED = "postponed", _("Report")
    WITHDRAWN = "withdrawn", _("Retrait")


class Category(TextChoices):
    """What is bought; the three categories of the law."""

    WORKS = "works", pgettext_lazy("achat", "Travaux")
    SERVICES = "services", pgettext_lazy("achat", "Services")
    SUPPLIES = "supplies", pgettext_lazy("achat", "Fournitures")


class Precision(TextChoices):
    """How well the launch is known; the thin floor asks for a quarter only."""

    DAY = "day", _("au jour près")
    MONTH = "month", _("au mois près")
    QUARTER = "quarter", _("au trimestre près")
    SEMESTER = "semester", _("au semestre près")
    YEAR = "year", _("à l’année près")


class PlannedSocial(TextChoices):
    """Social considerations envisaged; no answer is never "no"."""

    CLAUSE = "clause", _("Clause sociale")
    CRITERION = "criterion", _("Critère social")
    NONE = "none", _("Pas de considération sociale")
    UNDECIDED = "undecided", _("Considération sociale à l’étude")


class PlannedEnvironmental(TextChoices):
    """Environmental considerations envisaged; no answer is never "no"."""

    CLAUSE = "clause", _("Clause environnementale")
    CRITERION = "criterion", _("Critère environnemental")
    NONE = "none", _("Pas de considération environnementale")
    UNDECIDED = "undecided", _("Considération environnementale à l’étude")


class Reserved(TextChoices):
    """For whom the contract would be reserved; no answer is never "no"."""

    NONE = "none", _("Non réservé")
    DISABILITY = "disability", _("Réservé aux entreprises adaptées et aux ESAT")
    SIAE = "siae", _("Réservé à l’insertion par l’activité économique")
    BOTH = "both", _("Réservé au handicap et à l’insertion")
    PRISON = "prison", _("Réservé à l’emploi pénitentiaire")
    ESS = "ess", _("Réservé à l’économie sociale et solidaire")
    UNDECIDED = "undecided", _("Réservation à l’étude")


class Bracket(TextChoices):
    """The brackets of amounts, without tax, that a form proposes."""

    UNDER_40K = "0-40", _("moins de 40 000 €")
    FROM_40K = "40-90", _("40 000 à 90 000 €")
    FROM_90K = "90-216", _("90 000 à 216 000 €")
    FROM_216K = "216-1000", _("216 000 à 1 000 000 €")
    FROM_1M = "1000-5404", _("1 000 000 à 5 404 000 €")
    OVER_5404K = "5404-", _("plus de 5 404 000 €")
    UNDISCLOSED = "undisclosed", _("non communiqué")


#: Bracket -> (minimum, maximum) in cents; None = an open end. Notices keep the amounts, so that
#: a bracket may move with the thresholds of the law.
BRACKETS: dict[Bracket, tuple[int | None, int | None]] = {
    Bracket.UNDER_40K: (None, 4_000_000),
    Bracket.FROM_40K: (4_000_000, 9_000_000),
    Bracket.FROM_90K: (9_000_000, 21_600_000),
    Bracket.FROM_216K: (21_600_000, 100_000_000),
    Bracket.FROM_1M: (100_000_000, 540_400_000),
    Bracket.OVER_5404K: (540_400_000, None),
    Bracket.UNDISCLOSED: (None, None),
}


#: Years to the budget beyond which a forecast is flagged: N-2 is what forecasts are made for.
FURTHEST_HORIZON = 2


class Horizon(TextChoices):
    """Years between the publication and the budget that pays."""

    N_1 = "n-1", _("budget de l’an prochain (N-1)")
    N_2 = "n-2", _("budget dans deux ans (N-2)")

    @property
    def years(self) -> int:
        return int(self.value[-1])


class CriterionKind(TextChoices):
    """What a criterion of a subscription speaks of."""

    CPV = "cpv", "CPV"
    WORDS = "words", _("mots")
    COMMUNE = "commune", _("commune")
    HORIZON = "horizon", _("horizon")
