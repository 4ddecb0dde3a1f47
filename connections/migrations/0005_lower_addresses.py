from django.db import migrations
from django.db.models.functions import Lower


def lower(apps, schema_editor):
    """As connections.staff.addresses does on saving: by these letters people are looked up."""
    users = apps.get_model('auth', 'User').objects
    users.exclude(email=Lower('email')).update(email=Lower('email'))


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0004_authorised'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [migrations.RunPython(lower, migrations.RunPython.noop, elidable=True)]
