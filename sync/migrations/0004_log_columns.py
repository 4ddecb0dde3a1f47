"""Columns by which steps and sync records are listed and searched, and what was exported of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import connections.plain_text


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0009_finding'),
        ('sync', '0003_roles'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('who', models.CharField(max_length=150)),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='began')),
                ('asked', models.TextField(help_text='The filters that were on, in words.', verbose_name='asked for')),
                ('rows', models.PositiveIntegerField(default=0)),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
            ],
            options={
                'ordering': ['-pk'],
                'default_permissions': ('view',),
                'verbose_name': 'export of the audit log',
                'verbose_name_plural': 'exports of the audit log',
            },
        ),
        migrations.AlterModelOptions(
            name='step',
            options={'ordering': ['pk'], 'permissions': [('export_audit', 'Can export the audit log as a file')]},
        ),
        migrations.RemoveIndex(
            model_name='run',
            name='run_queued',
        ),
        migrations.RemoveIndex(
            model_name='step',
            name='step_by_run',
        ),
        migrations.RemoveIndex(
            model_name='step',
            name='step_open',
        ),
        migrations.RemoveIndex(
            model_name='syncrecord',
            name='sync_record_by_state',
        ),
        migrations.AddField(
            model_name='step',
            name='connection',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='steps', to='connections.connection'),
        ),
        migrations.AddField(
            model_name='step',
            name='foreseen',
            field=models.BooleanField(default=False, help_text='By a preview: it never happened.'),
        ),
        migrations.AddField(
            model_name='step',
            name='name_key',
            field=connections.plain_text.PlainTextField(blank=True, help_text='sync.search_keys', max_length=60),
        ),
        migrations.AddField(
            model_name='step',
            name='rule_key',
            field=models.BigIntegerField(help_text='Of the rule, while there is such a one.', null=True),
        ),
        migrations.AddField(
            model_name='step',
            name='touched',
            field=models.BigIntegerField(default=0, help_text='Which fields, as bits (sync.touched).'),
        ),
        migrations.AddField(
            model_name='syncrecord',
            name='name_key',
            field=connections.plain_text.PlainTextField(blank=True, help_text='sync.search_keys', max_length=60),
        ),
        migrations.AlterField(
            model_name='step',
            name='a_remote',
            field=models.CharField(blank=True, max_length=1000, verbose_name='id in A'),
        ),
        migrations.AlterField(
            model_name='step',
            name='b_remote',
            field=models.CharField(blank=True, max_length=1000, verbose_name='id in B'),
        ),
        migrations.AlterField(
            model_name='step',
            name='by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='step',
            name='rule',
            field=models.TextField(blank=True, help_text='Its name and sentence then.'),
        ),
        migrations.AlterField(
            model_name='step',
            name='run',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='sync.run'),
        ),
        migrations.AlterField(
            model_name='syncrecord',
            name='connection',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='sync_records', to='connections.connection'),
        ),
    ]
