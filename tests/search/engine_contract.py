"""What every search engine must do; each engine's test file is a few lines that run this."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.db import transaction

from jobs.changes import last_change, record_changes
from search import indexing
from search.engines.base import (
    EnginePage,
    EngineQuery,
    Near,
    Range,
    SearchEngine,
    Term,
    Terms,
    Word,
)
from search.understanding import understand
from tests.search.library import Library

MARSEILLE, AUBAGNE, LYON = (43.296, 5.37), (43.293, 5.571), (45.76, 4.83)


class EngineContract:
    """Subclass it with a fixture `engine`; every test runs on it."""

    @pytest.fixture
    def engine(self) -> SearchEngine:
        raise NotImplementedError

    @pytest.fixture
    def library(self, engine: SearchEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
        library = Library()
        monkeypatch.setitem(indexing._types, library.index, library)
        monkeypatch.setattr(indexing, "get_engine", lambda: engine)
        return library

    @pytest.fixture
    def rebuild(self, library: Library) -> Callable[[], int]:
        return lambda: indexing.rebuild_index("library")

    def ask(self, text: str = "", **changes: object) -> EnginePage:
        meant = understand(text, indexing.vocabulary("library"))
        return indexing.search("library", replace(EngineQuery(words=meant.words), **changes))

    def keys(self, text: str = "", **changes: object) -> list[str]:
        return [hit.key for hit in self.ask(text, **changes).hits]

    def change(self, library: Library, *keys: str) -> None:
        with transaction.atomic():
            record_changes(library.index, keys)

    def test_an_index_never_built_finds_nothing(self, library: Library) -> None:
        assert self.ask("peinture").total == 0

    def test_every_word_must_stand_somewhere(self, library: Library, rebuild) -> None:
        library.put("1", "DURAND", offer="Peinture de façades")
        library.put("2", "MARTIN", offer="Peinture intérieure")
        rebuild()
        assert self.keys("peinture façades") == ["1"]
        assert self.ask("peinture").total == 2

    def test_accents_plurals_and_elisions_do_not_matter(self, library: Library, rebuild) -> None:
        library.put("1", "A", offer="Rénovation de l’éclairage des écoles")
        rebuild()
        for text in ("renovation ecole", "l'eclairage", "RÉNOVATIONS", "éclairages d’école"):
            assert self.keys(text) == ["1"], text

    def test_names_match_joined_split_and_dotted(self, library: Library, rebuild) -> None:
        library.put("1", "TOTAL ENERGIES MARKETING")
        library.put("2", "S.D.I.S. DES BOUCHES")
        library.put("3", "TOTALENERGIES")
        rebuild()
        assert set(self.keys("totalenergies")) == {"1", "3"}
        assert set(self.keys("total energies")) == {"1", "3"}
        assert self.keys("sdis") == self.keys("S.D.I.S") == ["2"]

    def test_an_exact_name_comes_first_then_a_phrase_then_the_words(
        self, library: Library, rebuild
    ) -> None:
        library.put("1", "PROVENCE JARDINS", offer="Jardins de Provence " * 5)
        library.put("2", "LES JARDINS PROVENCE DU SUD", offer="Tonte")
        library.put("3", "SARL JARDINS PROVENCE", offer="Tonte")
        rebuild()
        assert self.keys("jardins provence") == ["3", "2", "1"]

    def test_a_name_outweighs_an_offer(self, library: Library, rebuild) -> None:
        library.put("1", "DUPONT", offer="Couverture et zinguerie")
        library.put("2", "COUVERTURE DU SUD", offer="Nous travaillons partout en Provence")
        rebuild()
        assert self.keys("couverture") == ["2", "1"]

    def test_typos_find_the_nearest_words(self, library: Library, rebuild) -> None:
        library.put("1", "A", offer="Maçonnerie en pierre sèche")
        library.put("2", "B", offer="Menuiserie")
        rebuild()
        meant = understand("maconerie", indexing.vocabulary("library"))
        assert self.keys("maconerie") == ["1"]
        assert meant.corrected == {"maconerie": "maçonnerie"}

    def test_synonyms_find_and_count_less_than_the_word(self, library: Library, rebuild) -> None:
        library.put("1", "A", offer="Travaux de couverture")
        library.put("2", "B", offer="Travaux de toiture")
        rebuild()
        assert self.keys("toiture") == ["2", "1"]

    def test_filters_or_inside_and_between(self, library: Library, rebuild) -> None:
        library.put("1", "A", size="tpe", label=["rge", "ess"])
        library.put("2", "B", size="pme", label=["rge"])
        library.put("3", "C", size="eti")
        rebuild()
        sizes = Terms("size", frozenset({"tpe", "pme"}))
        labels = Terms("label", frozenset({"ess"}))
        assert self.ask(filters=(sizes,)).total == 2
        assert self.keys(filters=(sizes, labels)) == ["1"]

    def test_prefixes_filter_codes(self, library: Library, rebuild) -> None:
        library.put("1", "A", code=["45261000", "44112400"])
        library.put("2", "B", code=["45300000"])
        rebuild()
        by_prefix = Terms("code", frozenset({"4526"}), prefix=True)
        assert self.keys(filters=(by_prefix,)) == ["1"]

    def test_ranges_leave_out_what_is_not_declared(self, library: Library, rebuild) -> None:
        for key, created in (("1", 10.0), ("2", 20.0), ("3", None)):
            library.put(key, "A", created=created)
        rebuild()
        assert self.keys(filters=(Range("created", minimum=15),)) == ["2"]
        assert self.ask(filters=(Range("created", maximum=20),)).total == 2

    def test_each_facet_ignores_its_own_filter(self, library: Library, rebuild) -> None:
        library.put("1", "A", size="tpe", label=["rge", "ess"])
        library.put("2", "B", size="pme", label=["rge"])
        library.put("3", "C", size="pme")
        rebuild()
        page = self.ask(
            filters=(
                Terms("size", frozenset({"pme"}), facet="size"),
                Terms("label", frozenset({"rge"}), facet="label"),
            ),
            facets=("size", "label", "code"),
        )
        assert page.total == 1
        assert page.facets["size"] == (("pme", 1), ("tpe", 1))
        assert page.facets["label"] == (("rge", 1),)
        assert page.facets["code"] == ()

    def test_a_radius_filters_and_measures_from_the_nearest_point(
        self, library: Library, rebuild
    ) -> None:
        library.put("1", "A", points=[LYON, AUBAGNE])
        library.put("2", "B", points=[MARSEILLE])
        library.put("3", "C", points=[LYON])
        library.put("4", "D")
        rebuild()
        page = self.ask(near=Near(*AUBAGNE, radius_km=20), ordering="distance")
        assert [hit.key for hit in page.hits] == ["1", "2"]
        assert page.hits[0].distance_km == pytest.approx(0, abs=0.01)
        assert page.hits[1].distance_km == pytest.approx(16.3, abs=0.1)

    def test_what_has_no_place_comes_last_by_distance(self, library: Library, rebuild) -> None:
        library.put("1", "A")
        library.put("2", "B", points=[LYON])
        library.put("3", "C", points=[MARSEILLE])
        rebuild()
        near = Near(*AUBAGNE)
        assert self.keys(near=near, ordering="distance") == ["3", "2", "1"]
        assert self.ask(near=near, ordering="distance").hits[2].distance_km is None

    def test_keys_restrict(self, library: Library, rebuild) -> None:
        for key in ("1", "2", "10"):
            library.put(key, "A")
        rebuild()
        assert set(self.keys(keys=frozenset({"10", "2", "100"}))) == {"10", "2"}
        assert self.keys(keys=frozenset({"2"}), filters=(Terms("size", frozenset({"pme"})),)) == []

    def test_pages_and_cursors_cover_all_once(self, library: Library, rebuild) -> None:
        for number in range(57):
            library.put(str(number), "IDENTIQUE", offer="même offre")
        rebuild()
        paged = [
            key for start in range(0, 60, 10) for key in self.keys("offre", offset=start, limit=10)
        ]
        followed, after = [], ""
        while hits := self.ask("offre", limit=10, after=after).hits:
            followed += [hit.key for hit in hits]
            after = hits[-1].cursor
        assert len(set(paged)) == 57
        assert paged == followed
        assert self.ask("offre", offset=100, limit=10).hits == ()
        assert self.ask("offre", offset=100, limit=10).total == 57

    def test_ties_follow_the_hash_not_the_arrival(self, library: Library, rebuild) -> None:
        for number in (5, 3, 9, 1):
            library.put(str(number), "IDENTIQUE")
        rebuild()
        ties = sorted(library.documents.values(), key=lambda document: document.tie)
        assert self.keys("identique") == [document.key for document in ties]

    def test_a_change_is_seen_by_the_next_search(self, library: Library, rebuild) -> None:
        library.put("1", "ANCIEN", size="tpe")
        library.put("2", "AUTRE", size="tpe")
        rebuild()
        library.put("1", "NOUVEAU", size="pme")
        library.put("3", "ARRIVÉ", size="pme")
        del library.documents["2"]
        self.change(library, "1", "2", "3")
        assert self.keys("ancien") == self.keys("autre") == []
        assert self.keys("nouveau") == ["1"]
        assert self.keys("arrive") == ["3"]
        page = self.ask(facets=("size",))
        assert page.total == 2
        assert page.facets["size"] == (("pme", 2),)

    def test_many_changes_one_by_one_stay_true(self, library: Library, rebuild) -> None:
        library.put("1", "DÉPART")
        rebuild()
        for number in range(2, 30):
            library.put(str(number), f"ENTREPRISE {number}")
            self.change(library, str(number))
            assert self.ask("entreprise").total == number - 1
        assert self.ask().total == 29

    def test_a_bulk_change_is_found_after_a_refresh(self, library: Library, rebuild) -> None:
        for number in range(8_000):
            library.put(str(number), f"ENTREPRISE {number}")
        rebuild()
        for number in range(1_200):
            library.put(str(number), f"SOCIETE CHANGEE {number}")
        self.change(library, *(str(number) for number in range(1_200)))
        indexing.refresh_index("library")
        assert self.ask("changee").total == 1_200
        assert self.ask().total == 8_000
        library.put("3", "ENCORE AUTRE")
        self.change(library, "3")
        assert self.ask("changee").total == 1_199
        assert self.keys("encore") == ["3"]

    def test_a_rebuild_takes_the_place_of_what_was(self, library: Library, rebuild) -> None:
        library.put("1", "PREMIER")
        rebuild()
        library.documents.clear()
        library.put("2", "SECOND")
        self.change(library, "1", "2")
        assert rebuild() == 1
        assert self.keys() == ["2"]
        assert last_change("library") == 0  # the feed holds nothing an index still needs

    def test_guesses_weigh_less_than_words(self, library: Library, rebuild) -> None:
        library.put("1", "A", offer="peinture")
        library.put("2", "B", offer="teinture")
        rebuild()
        either = Word((Term("t:peintur"), Term("t:teintur", 0.5)))
        page = self.ask(words=(either,))
        assert [hit.key for hit in page.hits] == ["1", "2"]
        assert page.hits[0].score == pytest.approx(2 * page.hits[1].score)
