"""The roles of staff, as groups."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEWED = {
    "connections": ("account", "connection", "container", "fieldmapping"),
    "rules": ("action", "condition", "revision", "rule"),
    "sync": ("apart", "run", "step", "syncrecord"),
}
SET_UP = {
    "connections": ("account", "connection", "fieldmapping"),
    "rules": ("action", "condition", "rule"),
}


def rights(verb, models):
    return {(app, f"{verb}_{model}") for app, names in models.items() for model in names}


SEE_PEOPLE = {("connections", "see_people")}
VIEWERS = rights("view", VIEWED)
OPERATORS = VIEWERS | SEE_PEOPLE | {("connections", "operate_connection")}
ADMINISTRATORS = OPERATORS.union(*(rights(verb, SET_UP) for verb in ("add", "change", "delete")))
ROLES = {
    "Viewers": VIEWERS,
    "Operators": OPERATORS,
    "Administrators": ADMINISTRATORS,
    "Sees personal data": SEE_PEOPLE,
    "Deletes contacts": {("connections", "delete_people")},
}


def make_roles(apps, schema_editor):
    """A group of such a name that is there already gets the rights beside those it has."""
    using = schema_editor.connection.alias
    make_rights(apps, using)
    Group = apps.get_model("auth", "Group")
    for name, wanted in ROLES.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        group.permissions.add(*found(apps, using, wanted))


def drop_roles(apps, schema_editor):
    """Only what nobody has touched: a group with other rights than it was made with was changed,
    or there before; one with people in it would lose them."""
    using = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group")
    for name, wanted in ROLES.items():
        given = {right.pk for right in found(apps, using, wanted)}
        for group in Group.objects.using(using).filter(name=name, user=None):
            if given == set(group.permissions.values_list("pk", flat=True)):
                group.delete()


def make_rights(apps, using):
    """Django makes them when all migrations are through, which is too late for a new database."""
    for label in VIEWED:
        config = apps.get_app_config(label)
        config.models_module = True  # else it is taken for an app without models
        create_permissions(config, verbosity=0, using=using, apps=apps)
        config.models_module = None


def found(apps, using, wanted):
    rows = apps.get_model("auth", "Permission").objects.using(using)
    in_our_apps = rows.filter(content_type__app_label__in=VIEWED).select_related("content_type")
    return [row for row in in_our_apps if (row.content_type.app_label, row.codename) in wanted]


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('connections', '0007_rights_and_beginnings'),
        ('rules', '0002_rules'),
        ('sync', '0002_engine_complete'),
    ]

    operations = [migrations.RunPython(make_roles, drop_roles)]
