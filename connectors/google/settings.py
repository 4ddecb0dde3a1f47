"""What the operator sets for Google Contacts.

Google does not publish its quotas; the lowest seen in a console are the defaults here. Those of a
project are in the Google Cloud console, under APIs & Services, People API, Quotas.
"""

from connectors.connector import Setting

SETTINGS = (
    Setting("GOOGLE_API_URL", "https://people.googleapis.com", "Where the People API is."),
    Setting(
        "GOOGLE_AUTH_URL",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "Where accounts are authorised.",
    ),
    Setting("GOOGLE_TOKEN_URL", "https://oauth2.googleapis.com/token", "Where tokens are renewed."),
    Setting("GOOGLE_CLIENT_ID", "", "Of the OAuth client in the Google Cloud console."),
    Setting("GOOGLE_CLIENT_SECRET", "", "Of the OAuth client in the Google Cloud console."),
    Setting(
        "GOOGLE_READS_PER_MINUTE",
        "60",
        "Critical read requests an account may make; 0 is no limit.",
        is_number=True,
        limits="reads a minute",
    ),
    Setting(
        "GOOGLE_WRITES_PER_MINUTE",
        "30",
        "Critical write requests an account may make; 0 is no limit.",
        is_number=True,
        limits="writes a minute",
    ),
    Setting(
        "GOOGLE_LABEL_WRITES_PER_MINUTE",
        "30",
        "Write requests to labels an account may make; 0 is no limit.",
        is_number=True,
        limits="writes to labels a minute",
    ),
)
