from django.db import migrations

from core.addresses import fold_address


def prove_stored_addresses(apps, schema_editor):
    """Everybody goes on signing in with the address that they have, and with no other.

    It was given by an invitation, a configuration file or the command line, or confirmed by its link. The exception:
    one that was made to count by a press of a button, which its row still tells before the next sign-in.
    """
    User = apps.get_model("accounts", "User")
    EmailAddress = apps.get_model("account", "EmailAddress")
    pressed = EmailAddress.objects.filter(primary=True, verified=False).select_related("user")
    refused = {row.user_id for row in pressed if row.email == row.user.email}
    proven = {}
    users = User.objects.exclude(email="").exclude(pk__in=refused).order_by("pk")
    for user in sorted(users, key=lambda user: user.email != fold_address(user.email)):  # those first that stay
        proven.setdefault(fold_address(user.email), user)
    EmailAddress.objects.all().delete()
    for address, user in proven.items():
        User.objects.filter(pk=user.pk).exclude(email=address).update(email=address)
        EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_row_security"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(prove_stored_addresses, migrations.RunPython.noop)]
