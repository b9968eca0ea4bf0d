"""The trail is added to, never changed: each database refuses the rest by its own triggers."""

from django.db import migrations

ENTRY, SEAL = "accounts_auditentry", "accounts_auditseal"
REMOVED = f"EXISTS (SELECT 1 FROM {SEAL} WHERE removed_at IS NOT NULL AND OLD.number BETWEEN first AND last)"
ONLY_REMOVED_AT = (
    "OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL AND OLD.first = NEW.first"
    " AND OLD.last = NEW.last AND OLD.count = NEW.count AND OLD.before_hash = NEW.before_hash"
    " AND OLD.hash = NEW.hash AND OLD.ended_at = NEW.ended_at AND OLD.sealed_at = NEW.sealed_at"
)
MESSAGE = "the audit trail is added to, never changed"

# INSERT OR REPLACE deletes without firing DELETE triggers: a number that is there is refused first.
SQLITE = {
    "audit_entry_insert": (ENTRY, "INSERT", f"EXISTS (SELECT 1 FROM {ENTRY} WHERE number = NEW.number)"),
    "audit_entry_update": (ENTRY, "UPDATE", "1"),
    "audit_entry_delete": (ENTRY, "DELETE", f"NOT {REMOVED}"),
    "audit_seal_insert": (SEAL, "INSERT", f"EXISTS (SELECT 1 FROM {SEAL} WHERE last = NEW.last OR first = NEW.first)"),
    "audit_seal_update": (SEAL, "UPDATE", f"NOT ({ONLY_REMOVED_AT})"),
    "audit_seal_delete": (SEAL, "DELETE", "1"),
}
POSTGRESQL = {
    "audit_entry_update": (ENTRY, "UPDATE", "ROW", "false"),
    "audit_entry_delete": (ENTRY, "DELETE", "ROW", REMOVED),
    "audit_entry_truncate": (ENTRY, "TRUNCATE", "STATEMENT", "false"),
    "audit_seal_update": (SEAL, "UPDATE", "ROW", ONLY_REMOVED_AT),
    "audit_seal_delete": (SEAL, "DELETE", "ROW", "false"),
    "audit_seal_truncate": (SEAL, "TRUNCATE", "STATEMENT", "false"),
}


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name, (table, event, refused) in SQLITE.items():
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {refused}"
                f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
    elif schema_editor.connection.vendor == "postgresql":
        for name, (table, event, each, allowed) in POSTGRESQL.items():
            row = {"UPDATE": "NEW", "DELETE": "OLD", "TRUNCATE": "NULL"}[event]
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF {allowed} THEN RETURN {row}; END IF;"
                f" RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$"
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
                f" FOR EACH {each} EXECUTE FUNCTION {name}()"
            )
    else:
        raise NotImplementedError("The audit trail has triggers for SQLite and PostgreSQL only.")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {name}")
    else:
        for name, (table, *_) in POSTGRESQL.items():
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION {name}()")


class Migration(migrations.Migration):

    dependencies = [("accounts", "0002_audit")]

    operations = [migrations.RunPython(create, drop)]
