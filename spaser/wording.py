"""How figures are said: the same words on the page and in the PDF. Numbers keep their base."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from spaser.considerations import ENVIRONMENTAL, Dimension
from spaser.enums import Answer, Basis, Policy, Reason, Verdict
from spaser.figures import Figure, SpaserFigures
from spaser.indicators import IN_VALUE
from suppliers.wording import day
from tenders.enums import Environmental, Social
from tenders.importers.decp.findings import Rule, explain

#: Before the words of a verdict, for who tells colours apart badly.
MARKS = {Verdict.REACHED: "✔", Verdict.NOT_REACHED: "✘", Verdict.OPEN: "?", None: ""}


def percent(share: Fraction | None) -> str:
    """Write a share with two decimals at most, half to even: « 62,5 % », « sans objet »."""
    if share is None:
        return _("sans objet")
    hundredths = Decimal(round(share * 10_000))
    return f"{number_format(hundredths / 100)}\u00a0%"


def euros(cents: int) -> str:
    """Write an amount: « 1 275 000 € », « 12,50 € »."""
    amount = Decimal(cents) / 100
    decimals = 0 if cents % 100 == 0 else 2
    written = number_format(amount, decimal_pos=decimals, force_grouping=True)
    return f"{written}\u00a0€"


def quantity(value: int, basis: Basis) -> str:
    """Write a number of contracts, or an amount."""
    return euros(value) if basis == Basis.VALUE else number_format(value, force_grouping=True)


def base(figure: Figure) -> str:
    """What a rate is made of: « 125 sur 200 · 15 non déclarés »."""
    undeclared = ngettext("%(nd)s non déclaré", "%(nd)s non déclarés", figure.nd)
    return _("%(yes)s sur %(total)s · %(undeclared)s") % {
        "yes": quantity(figure.yes, figure.basis),
        "total": quantity(figure.total, figure.basis),
        "undeclared": undeclared % {"nd": quantity(figure.nd, figure.basis)},
    }


def verdict(figures: SpaserFigures, code: str) -> str:
    """The figure beside its target, in words."""
    goal = figures.goals.get(code)
    if goal is None:
        return _("Pas de cible en vigueur pour %(year)d") % {"year": figures.query.year}
    words = {
        Verdict.REACHED: _("Cible de %(target)s atteinte"),
        Verdict.NOT_REACHED: _("Cible de %(target)s non atteinte"),
        Verdict.OPEN: _("Cible de %(target)s\u00a0: on ne peut pas conclure"),
        None: _("Cible de %(target)s\u00a0: sans objet, aucun marché"),
    }[figures.verdict(code)]
    return words % {"target": percent(goal.share)}


def measures(figure: Figure) -> list[tuple[str, str]]:
    """Every number of a figure with its name, in the order of reports."""
    basis = figure.basis
    return [
        *(
            (str(answer.label).capitalize(), quantity(figure.of(answer), basis))
            for answer in Answer
        ),
        (_("Total"), quantity(figure.total, basis)),
        (_("Plancher (oui ÷ total)"), percent(figure.floor)),
        (_("Parmi les déclarés"), percent(figure.declared)),
        (_("Plafond (oui et non déclarés)"), percent(figure.ceiling)),
        (_("Couverture (déclarés ÷ total)"), percent(figure.coverage)),
    ]


def reach(figures_codes: tuple[str, ...]) -> str:
    """Which figures a contract is out of."""
    return _("en valeur seulement") if figures_codes == IN_VALUE else _("tous les chiffres")


def method(figures: SpaserFigures) -> Iterator[str]:
    """The method of a report, a sentence at a time."""
    query = figures.query
    yield _(
        "Année\u00a0: marchés dont la notification initiale est de %(year)d. Rapport arrêté le "
        "%(day)s\u00a0: ce qui est notifié plus tard n’y est pas."
    ) % {"year": query.year, "day": day(query.as_of)}
    yield _scope(figures)
    yield (
        _("Concessions\u00a0: ajoutées aux marchés.")
        if query.concessions
        else _("Concessions\u00a0: à part, hors des chiffres.")
    )
    yield (
        _(
            "Marchés subséquents\u00a0: comptés en nombre\u00a0; en valeur, le montant de leur "
            "accord-cadre les contient déjà quand il est connu."
        )
        if query.policy == Policy.ALL
        else _("Marchés subséquents d’un accord-cadre connu\u00a0: laissés de côté partout.")
    )
    yield (
        _(
            "Lecture stricte\u00a0: un marché qui déclare à la fois une considération et «\u00a0"
            "Pas de considération\u00a0» est non déclaré."
        )
        if query.strict
        else _(
            "Un marché qui déclare à la fois une considération et «\u00a0Pas de considération"
            "\u00a0» est un oui, avec une anomalie."
        )
    )
    yield _(
        "Une donnée absente n’est jamais un non\u00a0: elle est montrée à part. Le plancher, qui "
        "se compare aux cibles, ne compte que les oui\u00a0; le plafond suppose que tout ce qui "
        "n’est pas déclaré est un oui."
    )
    yield _("Valeur\u00a0: montants initiaux hors taxes, sans les modifications.")


def _scope(figures: SpaserFigures) -> str:
    if figures.threshold is None:
        return _("Périmètre\u00a0: tous les marchés connus, quel que soit leur montant.")
    return _(
        "Périmètre\u00a0: marchés d’au moins %(threshold)s hors taxes, seuil de publication au "
        "1er janvier %(year)d\u00a0; un montant inutilisable reste compté en nombre."
    ) % {"threshold": euros(figures.threshold), "year": figures.query.year}


def limits() -> Iterator[str]:
    """What the figures cannot say."""
    yield _(
        "Ces chiffres valent ce que valent les déclarations des acheteurs\u00a0: ils ne disent "
        "pas si une clause a été exécutée."
    )
    yield _(
        "Une considération n’est ni une dépense ni un résultat\u00a0: un marché d’un million "
        "d’euros avec un seul critère social est un oui entier."
    )
    yield _(
        "Le montant d’un accord-cadre est un maximum, pas une dépense. Les achats sous le seuil "
        "et les dépenses hors marché n’y sont pas."
    )
    yield _(
        "Avant 2024, les données publiées ne parlaient pas des considérations\u00a0: elles sont "
        "non déclarées."
    )


def declared(flags: int, dimension: Dimension) -> str:
    """The considerations a contract declares, in the words of DECP."""
    words: dict[int, str] = {
        Social.CLAUSE: _("Clause sociale"),
        Social.CRITERION: _("Critère social"),
        Social.RESERVED: _("Marché réservé"),
        Social.NONE: _("Pas de considération sociale"),
        Social.OTHER: _("Valeur inconnue"),
    }
    if dimension is ENVIRONMENTAL:
        words |= {
            Environmental.CLAUSE: _("Clause environnementale"),
            Environmental.CRITERION: _("Critère environnemental"),
            Environmental.NONE: _("Pas de considération environnementale"),
        }
    said = [word for flag, word in words.items() if flags & flag]
    return ", ".join(said) or str(Answer.ND.label).capitalize()


def anomaly(rule: str) -> str:
    """What a rule means: the words of the import, or those of the one rule read here."""
    if rule == "CALLOFF_DIFFERS":
        return _("Marché subséquent déclaré autrement que son accord-cadre")
    return capfirst(explain(Rule(rule))) if rule in Rule.__members__ else ""


def reason_counts(figures: SpaserFigures) -> list[tuple[Reason, int]]:
    """How many contracts are out for each reason that has some."""
    found = [exclusion.reason for exclusion in figures.excluded]
    return [(reason, found.count(reason)) for reason in Reason if reason in found]
