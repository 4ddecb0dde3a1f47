"""Who is told of what went wrong; and who may see and set up channels."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

roles = import_module('sync.migrations.0003_roles')

SEES = {('connections', 'view_channel')}
SETS_UP = SEES | {('connections', f'{verb}_channel') for verb in ('add', 'change', 'delete')}
GIVEN = {'Viewers': SEES, 'Operators': SEES, 'Administrators': SETS_UP}


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
        ('connections', '0013_channels'),
        ('sync', '0009_erasures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(give, take),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('account', 'needs attention'), ('held', 'is held'), ('stopped', 'is stopped'), ('failing', 'is failing')], max_length=10)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='connections.account')),
                ('connection', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='connections.connection')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('began', 'Began'), ('ended', 'Ended'), ('digest', 'Digest')], max_length=10)),
                ('day', models.DateField(null=True)),
                ('made_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('claimed_until', models.DateTimeField(null=True)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('was_sent', models.BooleanField(default=False)),
                ('closed_at', models.DateTimeField(null=True)),
                ('channel', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='connections.channel')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('notice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='sync.notice')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('connection',), name='one_trouble_of_a_connection'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('account',), name='one_trouble_of_an_account'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['due_at'], name='message_to_send'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('notice', 'what', 'user'), name='a_person_told_once'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('notice', 'what', 'channel'), name='a_channel_told_once'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('day', 'user'), name='a_person_digests_once'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('day', 'channel'), name='a_channel_digests_once'),
        ),
    ]
