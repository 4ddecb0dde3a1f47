"""What lists and searches are read from, once the columns are filled; and who may export."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

roles = import_module('sync.migrations.0003_roles')

SEES_EXPORTS = {('sync', 'view_export')}
EXPORTS = SEES_EXPORTS | {('sync', 'export_audit')}
GIVEN = {'Viewers': SEES_EXPORTS, 'Operators': EXPORTS, 'Administrators': EXPORTS}


def give(apps, schema_editor):
    using = schema_editor.connection.alias
    roles.make_rights(apps, using)
    for group in groups(apps, using):
        group.permissions.add(*roles.found(apps, using, GIVEN[group.name]))


def take(apps, schema_editor):
    using = schema_editor.connection.alias
    for group in groups(apps, using):
        group.permissions.remove(*roles.found(apps, using, GIVEN[group.name]))


def groups(apps, using):
    """Those that are there still."""
    return apps.get_model('auth', 'Group').objects.using(using).filter(name__in=GIVEN)


class Migration(migrations.Migration):

    dependencies = [
        ('sync', '0005_log_columns_filled'),
    ]

    operations = [
        migrations.AlterField(
            model_name='step',
            name='connection',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='steps', to='connections.connection'),
        ),
        migrations.AddField(
            model_name='step',
            name='is_open',
            field=models.GeneratedField(db_persist=True, expression=models.ExpressionWrapper(models.Q(('foreseen', False), ('result__in', ['planned', 'sent', 'unknown'])), output_field=models.BooleanField()), help_text='Is it still to be carried out, or not known whether it was?', output_field=models.BooleanField()),
        ),
        migrations.AddField(
            model_name='step',
            name='logged',
            field=models.GeneratedField(db_persist=True, expression=models.ExpressionWrapper(models.Q(('foreseen', False), models.Q(('result', 'planned'), _negated=True)), output_field=models.BooleanField()), help_text='Is it part of the audit log? What was only planned is not.', output_field=models.BooleanField()),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['state', 'requested_at'], name='run_queued'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['connection', 'kind', 'id'], name='run_latest'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['connection', 'kind', 'state', 'id'], name='run_by_state'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(fields=['run', 'result', 'id'], name='step_by_result'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(fields=['run', 'at', 'id', 'verb', 'side', 'result', 'conflict', 'rule_key', 'touched'], name='step_of_run'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(condition=models.Q(('logged', True)), fields=['connection', 'at', 'id', 'verb', 'side', 'result', 'conflict', 'rule_key', 'touched'], name='step_of_connection'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(condition=models.Q(('logged', True)), fields=['at', 'id', 'verb', 'side', 'result', 'conflict', 'rule_key', 'touched'], name='step_logged'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(condition=models.Q(('by__isnull', False)), fields=['by', 'at', 'id'], name='step_by_person'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(condition=models.Q(('conflict', True)), fields=['connection', 'id'], name='step_conflict'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(condition=models.Q(('is_open', True)), fields=['connection', 'result'], name='step_open'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(fields=['a_remote'], name='step_of_a'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(fields=['b_remote'], name='step_of_b'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(condition=models.Q(('sync_record__isnull', True)), fields=['name_key'], name='step_of_gone'),
        ),
        migrations.AddIndex(
            model_name='syncrecord',
            index=models.Index(fields=['connection', 'id'], name='sync_record_by_connection'),
        ),
        migrations.AddIndex(
            model_name='syncrecord',
            index=models.Index(fields=['connection', 'state', 'cause', 'id'], name='sync_record_standing'),
        ),
        migrations.AddIndex(
            model_name='syncrecord',
            index=models.Index(fields=['state', 'id', 'cause'], name='sync_record_by_state'),
        ),
        migrations.AddIndex(
            model_name='syncrecord',
            index=models.Index(fields=['name_key'], name='sync_record_by_name'),
        ),
        migrations.RunPython(give, take),
    ]
