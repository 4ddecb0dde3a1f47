"""What the operator sets for Mailchimp."""

from connectors.connector import Setting

SETTINGS = (
    Setting(
        "MAILCHIMP_API_URL",
        "",
        "Where the API is; empty is the account's own data centre.",
    ),
    Setting(
        "MAILCHIMP_AUTH_URL", "https://login.mailchimp.com/oauth2", "Where accounts are authorised."
    ),
    Setting("MAILCHIMP_CLIENT_ID", "", "Of the registered app in the Mailchimp account."),
    Setting("MAILCHIMP_CLIENT_SECRET", "", "Of the registered app in the Mailchimp account."),
    Setting(
        "MAILCHIMP_CONNECTIONS",
        "5",
        "Requests at the same time, of the ten that Mailchimp allows all apps of an account.",
        is_number=True,
        limits="requests at the same time",
    ),
)
