"""People, public buyers, who may act for whom, and the trail of what they did."""

from accounts.models.audit import AuditEntry, AuditSeal
from accounts.models.buyers import Buyer, Membership, check_siret
from accounts.models.people import Person

__all__ = ["AuditEntry", "AuditSeal", "Buyer", "Membership", "Person", "check_siret"]
