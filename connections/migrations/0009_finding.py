"""Contacts are found by the beginning of a name, whichever word of it, over all containers."""

from django.db import migrations, models

import connections.plain_text
from connections.name_parts import name_parts

CHUNK = 1000


def add_parts(apps, schema_editor):
    """Of the names that are there; from now on the mirror adds them."""
    Key = apps.get_model("connections", "Key")
    keys = Key.objects.using(schema_editor.connection.alias)
    last = 0
    while names := list(keys.filter(kind="name", pk__gt=last).order_by("pk")[:CHUNK]):
        keys.bulk_create(
            Key(
                record_id=name.record_id,
                container_id=name.container_id,
                kind="part",
                value=part[:400],
            )
            for name in names
            for part in name_parts(name.value)
        )
        last = names[-1].pk


def drop_parts(apps, schema_editor):
    Key = apps.get_model("connections", "Key")
    Key.objects.using(schema_editor.connection.alias).filter(kind="part").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0008_copies"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="key",
            name="key_by_value",
        ),
        migrations.AlterField(
            model_name="key",
            name="kind",
            field=models.CharField(
                choices=[
                    ("email", "Email"),
                    ("phone", "Phone"),
                    ("name", "Name"),
                    ("part", "Part"),
                ],
                max_length=5,
            ),
        ),
        migrations.AlterField(
            model_name="key",
            name="value",
            field=connections.plain_text.PlainTextField(max_length=400),
        ),
        migrations.AddIndex(
            model_name="key",
            index=models.Index(fields=["kind", "value", "container"], name="key_by_value"),
        ),
        migrations.RunPython(add_parts, drop_parts),
    ]
