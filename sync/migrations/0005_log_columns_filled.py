"""The columns by which steps and sync records are searched, for those that are there already."""

from django.db import migrations

from sync.search_keys import name_key
from sync.touched import touched

#: Rows at a time: there may be millions.
CHUNK = 1000


def fill(apps, schema_editor):
    """Each chunk by itself, so that what was interrupted goes on where it was."""
    using = schema_editor.connection.alias
    steps = apps.get_model('sync', 'Step').objects.using(using)
    rules = rules_of_connections(apps, using)
    columns = ('name', 'fields', 'rule', 'run__connection', 'run__kind')
    for rows in chunks(steps.filter(connection=None).select_related('run').only(*columns)):
        for row in rows:
            row.connection_id = row.run.connection_id
            row.foreseen = row.run.kind == 'preview'
            row.name_key = name_key(row.name)
            row.touched = touched(row.fields)
            row.rule_key = rule_key(row.rule, rules.get(row.connection_id, ()))
        steps.bulk_update(rows, ['connection', 'foreseen', 'name_key', 'touched', 'rule_key'])
    records = apps.get_model('sync', 'SyncRecord').objects.using(using)
    for rows in chunks(records.filter(name_key='').exclude(title='').only('title')):
        for row in rows:
            row.name_key = name_key(row.title)
        records.bulk_update(rows, ['name_key'])


def chunks(rows):
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by('pk')[:CHUNK]):
        yield found
        last = found[-1].pk


def rules_of_connections(apps, using):
    """By connection names and keys, the longest names first."""
    found = {}
    rows = apps.get_model('rules', 'Rule').objects.using(using)
    for connection, name, key in rows.values_list('connection', 'name', 'pk'):
        found.setdefault(connection, []).append((name, key))
    return {of: sorted(names, key=lambda each: -len(each[0])) for of, names in found.items()}


def rule_key(text, rules):
    """Which rule is it whose name and sentence the step quotes?"""
    return next((key for name, key in rules if text.startswith(f'{name}: ')), None)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('rules', '0002_rules'),
        ('sync', '0004_log_columns'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
