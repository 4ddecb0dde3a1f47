"""Erasures, and who may see and ask for them."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

roles = import_module('sync.migrations.0003_roles')
exports = import_module('sync.migrations.0006_log_indexes')

SEES = {('sync', 'view_erasure')}
ROLE = 'Erases people'
ERASES = {('connections', 'erase_people')}


def give(apps, schema_editor):
    using = schema_editor.connection.alias
    roles.make_rights(apps, using)
    for group in exports.groups(apps, using):
        group.permissions.add(*roles.found(apps, using, SEES))
    group, _ = apps.get_model('auth', 'Group').objects.using(using).get_or_create(name=ROLE)
    group.permissions.add(*roles.found(apps, using, ERASES))


def take(apps, schema_editor):
    """The role goes as the others do: only if nobody has touched it."""
    using = schema_editor.connection.alias
    for group in exports.groups(apps, using):
        group.permissions.remove(*roles.found(apps, using, SEES))
    given = {right.pk for right in roles.found(apps, using, ERASES)}
    for group in apps.get_model('auth', 'Group').objects.using(using).filter(name=ROLE, user=None):
        if given == set(group.permissions.values_list('pk', flat=True)):
            group.delete()


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0011_erased'),
        ('sync', '0008_totals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('who', models.CharField(max_length=150, verbose_name='asked by')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('records', models.JSONField(default=list, editable=False)),
                ('sealed', models.TextField(blank=True, editable=False)),
                ('contacts', models.PositiveIntegerField(default=0)),
                ('sync_records', models.PositiveIntegerField(default=0)),
                ('steps', models.PositiveIntegerField(default=0)),
                ('texts', models.PositiveIntegerField(default=0, help_text='Whose texts named them, such as reasons and history.', verbose_name='other rows')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.RunPython(give, take),
    ]
