"""What the law and the national plan fixed, as far as is known; editable in the administration."""

from datetime import date

from django.db import migrations

PUBLICATION = "Publication des données essentielles des marchés"
PLAN = "Plan national pour des achats durables 2022-2025"


def write(apps, schema_editor=None):
    thresholds = apps.get_model("spaser", "Threshold").objects
    for cents, valid_from, source in (
        (2_500_000, date(2018, 10, 1), PUBLICATION),
        (4_000_000, date(2020, 1, 1), PUBLICATION),
    ):
        thresholds.get_or_create(
            valid_from=valid_from, defaults={"cents": cents, "source": source}
        )
    targets = apps.get_model("spaser", "Target").objects
    for indicator, percent in (("SOC_N", 30), ("ENV_N", 100)):
        targets.get_or_create(
            indicator=indicator,
            valid_from=date(2022, 1, 1),
            defaults={"percent": percent, "valid_until": date(2025, 12, 31), "source": PLAN},
        )


class Migration(migrations.Migration):
    dependencies = [("spaser", "0001_initial")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
