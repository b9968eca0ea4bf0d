"""The audit trail: a service that acts calls `record` in its own transaction, last.

Each room declares its acts with `declare`, in its `enums.py`.
"""

from accounts.audit.actions import AuditAction, declare
from accounts.audit.recording import record

__all__ = ["AuditAction", "declare", "record"]
