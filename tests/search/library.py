"""A small library to search in: the core knows no entity, so its tests bring their own."""

from collections.abc import Iterable, Iterator

from search.documents import Analysis, Document, KeywordField, NumberField, TextField


class Library:
    """Documents kept in a dict; implements `search.documents.DocumentType`."""

    index = "library"
    texts = (
        TextField("name", 4.0, Analysis.NAME),
        TextField("offer", 3.0),
        TextField("place", 0.5),
    )
    keywords = (KeywordField("size"), KeywordField("label"), KeywordField("code"))
    numbers = (NumberField("created"),)

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}

    def put(
        self,
        key: str,
        name: str = "",
        *,
        offer: str = "",
        place: str = "",
        size: str = "tpe",
        label: Iterable[str] = (),
        code: Iterable[str] = (),
        created: float | None = None,
        points: Iterable[tuple[float, float]] = (),
    ) -> None:
        self.documents[key] = Document(
            key=key,
            tie=int(key) * 0x2545F491 % 2**30,
            texts={"name": [name], "offer": [offer], "place": [place]},
            keywords={"size": [size], "label": list(label), "code": list(code)},
            numbers={"created": created},
            points=tuple(points),
        )

    def count(self) -> int:
        return len(self.documents)

    def all(self) -> Iterator[Document]:
        yield from self.documents.values()

    def get(self, keys: Iterable[str]) -> Iterator[Document]:
        yield from (self.documents[key] for key in sorted(set(keys)) if key in self.documents)
