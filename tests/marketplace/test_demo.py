"""The demo territory: plausible, the same for a seed, no real company, never over real data."""

import re
from collections import Counter
from contextlib import contextmanager
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from stdnum.fr import siren as siren_rule
from stdnum.fr import siret as siret_rule

from accounts.models import Buyer, Membership, Person
from jobs.enums import RunKind, RunStatus
from jobs.models import ImportRun
from jobs.services import run_alone
from marketplace.demo import loading, volumes
from marketplace.demo.companies import Entry, Maker
from marketplace.demo.names import acronym
from marketplace.demo.offers import enumeration, trade_of, trades
from marketplace.demo.words import at_place, capitals, of_place
from marketplace.jobs import DEMO
from reference.models import Commune, CpvCode, LegalCategory, NafCode
from reference.territory import distance_km, get_territory
from reference.words import fold
from search.engines import get_engine
from search.indexing import get_type
from suppliers.documents import INDEX
from suppliers.enums import Diffusion, LabelKind, Size
from suppliers.models import Company, Establishment, Label, Profile
from suppliers.sizes import company_size
from tenders.models import Contract, Notice, Subscription

pytestmark = pytest.mark.django_db
LYON = "200046977"
INCLUSION = {"ei", "ai", "aci", "etti", "eiti", "ea", "eatt", "esat", "geiq"}


def load(count=300, seed=1):
    run_alone(DEMO, args={"count": count, "seed": seed})
    return ImportRun.objects.filter(kind=RunKind.DEMO).first()


def rows() -> list[list[dict]]:
    """Everything the demo wrote, but what the database decides (keys and times of writing)."""
    tables = (Company, Establishment, Label, Profile, Buyer)
    kept = [
        [f.attname for f in table._meta.fields if f.name not in ("id", "updated_at")]
        for table in tables
    ]
    return [
        sorted(table.objects.values(*fields), key=repr)
        for table, fields in zip(tables, kept, strict=True)
    ]


@pytest.fixture(scope="module")
def entries(django_db_setup, django_db_blocker) -> list[Entry]:
    """A territory of the size of the small one, not written."""
    with django_db_blocker.unblock():
        return list(Maker(1).make(volumes.SIZES["small"]))


def share(entries, chosen) -> float:
    return sum(1 for entry in entries if chosen(entry)) / len(entries)


def test_the_territory_has_the_number_of_companies_of_the_metropolis():
    assert volumes.SIZES == {"small": 20_000, "territory": 187_686}


def test_a_load_writes_companies_all_in_the_directory_and_says_so_in_its_run():
    run = load(500)
    assert (run.kind, run.status) == (RunKind.DEMO, RunStatus.DONE)
    assert run.finished_at is not None
    assert Company.objects.in_directory().count() == 500
    assert run.counts == {
        "read": 500,
        "created": 500,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "companies": 500,
        "establishments": Establishment.objects.filter(company__in_directory=True).count(),
        "labels": Label.objects.count(),
        "profiles": Profile.objects.count(),
        "buyers": 6,
        "contracts": Contract.objects.count(),
        "forecasts": Notice.objects.count(),
        "subscriptions": Subscription.objects.count(),
    }
    outside = Company.objects.filter(in_directory=False)
    assert outside.count() == outside.filter(contracts_held__isnull=False).distinct().count() > 0


def test_the_same_seed_gives_the_same_rows_and_replaces_them():
    load(300, seed=7)
    first = rows()
    load(300, seed=7)
    assert rows() == first


def test_another_seed_gives_other_companies_and_keeps_the_buyers_people_work_for():
    load(300, seed=1)
    before, person = rows(), Person.objects.create_user("camille@exemple.example")
    Membership.objects.create(person=person, buyer=Buyer.objects.first())
    load(200, seed=2)
    after = rows()
    assert Company.objects.in_directory().count() == 200
    assert before[0] != after[0]
    assert before[-1] == after[-1]
    assert Membership.objects.count() == 1


def test_every_number_is_well_formed_and_in_the_range_no_company_has():
    load(500)
    for siren in Company.objects.values_list("siren", flat=True):
        assert siren_rule.is_valid(siren)
        assert "002" <= siren[:3] <= "004"
    sirets = list(Establishment.objects.values_list("siret", flat=True))
    sirets += Buyer.objects.values_list("siret", flat=True)
    assert all(siret_rule.is_valid(siret) and "002" <= siret[:3] <= "004" for siret in sirets)
    companies = set(Company.objects.values_list("siren", flat=True))
    assert not companies & {siret[:9] for siret in Buyer.objects.values_list("siret", flat=True)}


def test_six_verified_buyers_of_six_kinds_say_in_their_name_that_they_are_invented():
    load(50)
    buyers = Buyer.objects.verified()
    assert len(buyers) == len({buyer.kind for buyer in buyers}) == 6
    assert all(buyer.name.endswith("(démonstration)") for buyer in buyers)


def test_the_shares_are_those_of_the_territory(entries):
    companies = [entry.company for entry in entries]
    brackets = Counter(company.staff_bracket for company in companies)
    total = len(companies)
    ten_to_499 = sum(brackets[code] for code in ("11", "12", "21", "22", "31", "32"))
    assert ten_to_499 / total == pytest.approx(0.03, abs=0.003)
    assert (brackets["NN"] + brackets[""]) / total == pytest.approx(0.12, abs=0.01)
    assert share(entries, lambda e: e.company.legal_category == "1000") == pytest.approx(
        0.45, abs=0.01
    )
    assert share(entries, lambda e: e.company.is_ess) == pytest.approx(0.08, abs=0.01)
    assert share(entries, lambda e: e.company.diffusion == "P") == pytest.approx(0.06, abs=0.005)
    assert share(entries, lambda e: e.profile) == pytest.approx(0.15, abs=0.01)
    claimed = share(entries, lambda e: e.profile and e.profile.claimed_at)
    assert claimed == pytest.approx(0.05, abs=0.005)
    several = share(entries, lambda e: sum(p.is_active for p in e.establishments) > 1)
    assert several == pytest.approx(0.04, abs=0.005)
    inclusion = share(entries, lambda e: INCLUSION & {label.kind for label in e.labels})
    assert inclusion == pytest.approx(0.004, abs=0.002)


def test_size_category_and_staff_agree(entries):
    companies = [entry.company for entry in entries]
    assert {c.size for c in companies} == set(Size.values)
    assert all(c.size == company_size(c.category, c.staff_bracket) for c in companies)
    assert all(
        c.category in ("ETI", "GE") for c in companies if c.staff_bracket in ("32", "41", "51")
    )
    alone = [c for c in companies if c.legal_category in ("1000", "6540")]
    assert not any(c.size in (Size.PME, Size.ETI, Size.GE) for c in alone)


def test_names_use_many_words_as_real_ones_do(entries):
    texts = (f"{e.company.name} {e.company.other_names}" for e in entries)
    forms = {word for text in texts for word in re.findall(r"\w+", fold(text))}
    assert len(forms) > 10_000


def test_every_sub_class_of_the_naf_occurs_in_the_whole_territory():
    codes = NafCode.objects.filter(nomenclature="NAF_REV2", level=5).values_list("code", flat=True)
    chosen = volumes.apportion(volumes.sectors(codes), 187_686)
    assert len(chosen) == 187_686
    assert {sector.naf for sector in chosen} == set(codes)
    assert len(codes) == 732


def test_a_masked_company_leaves_only_its_number_activity_and_commune(entries):
    masked = [e for e in entries if e.company.diffusion == Diffusion.PARTIAL]
    assert masked
    for entry in masked:
        assert (entry.company.name, entry.company.other_names, entry.profile) == ("", "", None)
        assert entry.company.naf
        for place in entry.establishments:
            assert place.diffusion == Diffusion.PARTIAL
            assert (place.trade_names, place.address, place.postcode) == ("", "", "")
            assert (place.latitude, place.longitude) == (None, None)
            assert place.commune_id
    assert all(e.company.name for e in entries if e.company.diffusion == Diffusion.PUBLIC)


def test_each_company_has_one_active_seat_and_fits_its_columns(entries):
    for entry in entries:
        seats = [place for place in entry.establishments if place.is_seat]
        assert len(seats) == 1
        assert seats[0].is_active
        assert len({place.siret for place in entry.establishments}) == len(entry.establishments)
    assert any(not place.is_active for entry in entries for place in entry.establishments)
    for entry in entries[:300]:
        profiles = [entry.profile] if entry.profile else []
        for row in (entry.company, *entry.establishments, *entry.labels, *profiles):
            unknown = [
                f.name for f in row._meta.fields if f.null and f.value_from_object(row) is None
            ]
            row.clean_fields(exclude=["company", "commune", *unknown])


def test_establishments_stand_near_the_centre_of_their_commune_with_its_postcode(entries):
    communes = Commune.objects.in_bulk()
    postcodes = {
        commune.code: {postcode.code for postcode in commune.postal_codes.all()}
        for commune in Commune.objects.in_epci(get_territory().siren).prefetch_related(
            "postal_codes"
        )
    }
    for place in (place for entry in entries for place in entry.establishments):
        if place.latitude is None:
            continue
        centre = communes[place.commune_id]
        there = (place.latitude, place.longitude, centre.latitude, centre.longitude)
        assert distance_km(*there) < 6
        assert place.postcode in postcodes[place.commune_id]


def test_labels_have_a_source_and_dates_and_some_have_expired(entries):
    labels = [label for entry in entries for label in entry.labels]
    assert {label.source for label in labels} == {"démonstration"}
    assert {label.kind for label in labels} <= set(LabelKind.values)
    expired = [label for label in labels if label.valid_until < volumes.REFERENCE_DAY]
    assert 0.05 < len(expired) / len(labels) < 0.2
    assert all(label.valid_from <= volumes.REFERENCE_DAY for label in labels)


def test_offers_are_written_in_good_typography(entries):
    offers = [entry.profile.offer for entry in entries if entry.profile]
    assert len(set(offers)) > 0.9 * len(offers)
    for offer in offers:
        assert offer[0].isupper()
        assert offer.endswith(".")
        assert not re.search(r"[{}!']|\.\.| :|  ", offer)


def test_tables_name_only_codes_that_exist():
    sub_classes = set(
        NafCode.objects.filter(nomenclature="NAF_REV2", level=5).values_list("code", flat=True)
    )
    sectors = volumes.sectors(sub_classes)
    assert {sector.naf for sector in sectors} == sub_classes
    legal = {
        code
        for s in sectors
        for code in volumes.read("sectors.toml")["forms"][s.form.name]["legal"]
    }
    assert legal <= set(LegalCategory.objects.values_list("code", flat=True))
    found = trades()
    assert all(trade_of(code, found).offers for code in sub_classes)
    hubs = {code for hub in volumes.read("sectors.toml")["hubs"] for code in hub["communes"]}
    assert hubs <= get_territory().commune_codes
    cpv = {code for trade in found.values() for code in trade.cpv}
    assert cpv == set(CpvCode.objects.filter(code__in=cpv).values_list("code", flat=True))


def test_another_territory_has_its_own_communes_and_no_name_of_the_first(settings):
    settings.TERRITORY = LYON
    load(500)
    here = Establishment.objects.filter(company__in_directory=True)
    communes = set(here.values_list("commune_id", flat=True))
    assert communes <= get_territory(LYON).commune_codes
    assert "69383" in communes
    assert "69123" not in communes  # Lyon itself: the register speaks of its arrondissements
    names = " ".join(Company.objects.values_list("name", flat=True)).upper()
    assert "LYON" in names
    assert not re.search("MARSEILLE|PROVENCE|GARLABAN|AUBAGNE", names)
    areas = Profile.objects.values_list("intervention_area", flat=True)
    assert {code[:2] for area in areas for code in area} == {"69"}


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setitem(volumes.SIZES, "small", 200)


def test_the_command_fills_the_index_and_keeps_standard_output_for_results(small, capsys):
    call_command("demo", size="small")
    assert get_engine().count(get_type(INDEX)) == 200
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "200 entreprises et 6 acheteurs inventés." in captured.err


def test_the_command_refuses_real_data_in_one_sentence_and_writes_nothing(small):
    ImportRun.objects.create(kind=RunKind.SIRENE, status=RunStatus.DONE)
    with pytest.raises(CommandError, match=r"données réelles.*--force") as refused:
        call_command("demo", size="small")
    assert str(refused.value).count(". ") == 0
    assert not Company.objects.exists()
    assert not ImportRun.objects.filter(kind=RunKind.DEMO).exists()


def test_forced_beside_real_data_it_leaves_the_real_companies(small):
    ImportRun.objects.create(kind=RunKind.SIRENE, status=RunStatus.DONE)
    Company.objects.create(siren="000325175", name="Une vraie entreprise")
    call_command("demo", size="small", force=True)
    call_command("demo", size="small", force=True, seed=3)
    assert Company.objects.in_directory().count() == 201
    assert Company.objects.get(siren="000325175").name == "Une vraie entreprise"


def test_asked_only_for_an_empty_database_it_leaves_a_full_one(small):
    load(20)
    call_command("demo", size="small", if_empty=True)
    assert Company.objects.in_directory().count() == 20


def test_a_territory_that_does_not_exist_is_named_before_anything_is_written(small, settings):
    settings.TERRITORY = "123456789"
    with pytest.raises(CommandError, match="123456789"):
        call_command("demo", size="small")
    assert not ImportRun.objects.exists()


def test_a_run_cut_short_is_marked_and_the_next_one_replaces_it(small, monkeypatch):
    @contextmanager
    def stopping_at_the_index(label: str, total: int):
        if label == "Index":
            raise KeyboardInterrupt
        yield lambda done: None

    with monkeypatch.context() as patch:
        patch.setattr(loading, "progress_bar", stopping_at_the_index)
        with pytest.raises(KeyboardInterrupt):
            load(100)
    assert ImportRun.objects.filter(kind=RunKind.DEMO).get().status == RunStatus.FAILED
    call_command("demo", size="small", if_empty=True)
    assert Company.objects.in_directory().count() == 200
    assert ImportRun.objects.filter(kind=RunKind.DEMO).first().status == RunStatus.DONE


@pytest.mark.parametrize(
    ("name", "of", "at"),
    [
        ("Aubagne", "d’Aubagne", "à Aubagne"),
        ("Le Rove", "du Rove", "au Rove"),
        ("Les Pennes-Mirabeau", "des Pennes-Mirabeau", "aux Pennes-Mirabeau"),
        ("La Ciotat", "de La Ciotat", "à La Ciotat"),
        ("Éguilles", "d’Éguilles", "à Éguilles"),
        ("Martigues", "de Martigues", "à Martigues"),
    ],
)
def test_names_of_communes_follow_their_prepositions(name, of, at):
    assert (of_place(name), at_place(name)) == (of, at)


def test_words_are_joined_as_french_does():
    assert enumeration(["l’élagage"]) == "l’élagage"
    assert enumeration(["a", "b", "c"]) == "a, b et c"
    assert enumeration(["a et b", "c"]) == "a et b, ainsi que c"
    assert capitals("Œuvres d’été") == "OEUVRES D'ETE"
    assert acronym("SOCIETE DE MACONNERIE DU GARLABAN") == "SMG"
    assert acronym("LE BISTROT") == ""


def test_dates_are_counted_from_a_fixed_day(entries):
    created = [entry.company.created_on for entry in entries]
    assert max(created) < volumes.REFERENCE_DAY
    assert min(created) > date(1935, 1, 1)
