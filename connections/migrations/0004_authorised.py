import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0003_renewed_credentials'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='authorised_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='authorised'),
        ),
        migrations.AddField(
            model_name='account',
            name='authorised_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='account',
            name='ends_at',
            field=models.DateTimeField(editable=False, help_text='When the app ends it by itself, such as that of a Google project in testing.', null=True, verbose_name='authorisation ends'),
        ),
        migrations.AddField(
            model_name='account',
            name='renewing_by',
            field=models.CharField(blank=True, editable=False, max_length=32),
        ),
        migrations.AddField(
            model_name='account',
            name='renewing_until',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
