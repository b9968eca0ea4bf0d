"""A letter whose composer does as its arguments say."""

from mailing.composers import Content, composer
from mailing.models import Delivery

#: What a database may not hold, to be written all the same.
OTHERS_WORDS = {"hostile": ""}


@composer("test.letter")
def letter(delivery: Delivery) -> Content | None:
    if delivery.args.get("raises"):
        raise LookupError("The notice is gone.")
    if delivery.args.get("silent"):
        return None
    words = OTHERS_WORDS.get(delivery.args.get("words", ""), delivery.args.get("words"))
    subject = words or f"Lettre {delivery.args.get('number', '')}"
    return Content(subject, "test/letter", {"words": words or "Bonjour"})
