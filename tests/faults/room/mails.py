"""A letter whose composer does as its arguments say."""

from mailing.composers import Content, composer
from mailing.models import Delivery


@composer("test.letter")
def letter(delivery: Delivery) -> Content | None:
    if delivery.args.get("raises"):
        raise LookupError("The notice is gone.")
    if delivery.args.get("silent"):
        return None
    subject = delivery.args.get("subject", f"Lettre {delivery.args.get('number', '')}")
    return Content(subject, "test/letter", {"words": delivery.args.get("words", "Bonjour")})
