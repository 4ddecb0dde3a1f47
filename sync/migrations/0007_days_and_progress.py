"""What a run under way tells of itself, and what was done day by day: filled for the runs there
are."""

from collections import Counter

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

#: Runs at a time, and rows of days.
CHUNK = 500


def fill(apps, schema_editor):
    """As sync.days counts each run when it ends."""
    using = schema_editor.connection.alias
    Day = apps.get_model('sync', 'Day')
    days = {}
    for runs in _ended(apps.get_model('sync', 'Run').objects.using(using)):
        faults = _faults(apps.get_model('sync', 'Step').objects.using(using), runs)
        for run in runs:
            zone = timezone.get_default_timezone()
            key = (run.connection_id, timezone.localtime(run.finished_at, zone).date())
            days.setdefault(key, Counter()).update(_counted(run, faults[run.pk]))
    rows = [Day(connection_id=key[0], day=key[1], **counts) for key, counts in days.items()]
    Day.objects.using(using).bulk_create(rows, batch_size=CHUNK)


def _ended(runs):
    last, fields = 0, ('connection_id', 'kind', 'state', 'counts', 'finished_at')
    ended = runs.filter(finished_at__isnull=False).order_by('pk').only(*fields)
    while found := list(ended.filter(pk__gt=last)[:CHUNK]):
        yield found
        last = found[-1].pk


def _faults(steps, runs):
    """By run: contacts that could not be read or written."""
    of_them = steps.filter(run__in=[run.pk for run in runs if run.kind != 'preview']).order_by()
    bad = of_them.filter(
        models.Q(verb='fail') | models.Q(leads=True, result__in=('refused', 'failed'))
    )
    return Counter(dict(bad.values_list('run').annotate(models.Count('pk'))))


def _counted(run, faults):
    a, b = (run.counts.get(side, {}) for side in 'ab')
    costs = {'requests_a': a.get('requests', 0), 'requests_b': b.get('requests', 0)}
    if run.kind == 'preview':
        return costs
    return {
        **costs,
        'changed': sum(part.get(verb, 0) for part in (a, b) for verb in ('created', 'updated')),
        'conflicts': run.counts.get('conflicts', 0),
        'faults': faults,
        'broken': int(run.state in ('failed', 'refused')),
    }


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0008_copies'),
        ('sync', '0006_log_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='looked_at',
            field=models.PositiveIntegerField(default=0, help_text='Contacts planned.'),
        ),
        migrations.AddField(
            model_name='run',
            name='phase_at',
            field=models.DateTimeField(help_text='Since when it is doing this.', null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='phase_done',
            field=models.PositiveIntegerField(default=0, help_text='Contacts since then.'),
        ),
        migrations.AddField(
            model_name='run',
            name='phase_of',
            field=models.PositiveIntegerField(default=0, help_text='Of how many, as far as was known then; 0: not known.'),
        ),
        migrations.AddField(
            model_name='run',
            name='read',
            field=models.PositiveIntegerField(default=0, help_text='Contacts read of both sides.'),
        ),
        migrations.AddField(
            model_name='run',
            name='stage',
            field=models.CharField(blank=True, choices=[('reading', 'read'), ('planning', 'looked at'), ('writing', 'written')], max_length=10),
        ),
        migrations.AddField(
            model_name='run',
            name='waits',
            field=models.CharField(blank=True, help_text='What for, in a sentence.', max_length=500),
        ),
        migrations.AddField(
            model_name='run',
            name='waits_until',
            field=models.DateTimeField(help_text='If that is known.', null=True),
        ),
        migrations.CreateModel(
            name='Day',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('changed', models.PositiveIntegerField(default=0)),
                ('conflicts', models.PositiveIntegerField(default=0)),
                ('faults', models.PositiveIntegerField(default=0)),
                ('broken', models.PositiveIntegerField(default=0)),
                ('requests_a', models.PositiveIntegerField(default=0)),
                ('requests_b', models.PositiveIntegerField(default=0)),
                ('waited_a', models.PositiveIntegerField(default=0)),
                ('waited_b', models.PositiveIntegerField(default=0)),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='connections.connection')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('day', 'connection'), name='one_row_a_day')],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
