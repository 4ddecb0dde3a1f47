"""What the operator sets for Contactually."""

from connectors.connector import Setting

SETTINGS = (
    Setting(
        "CONTACTUALLY_API_URL",
        "https://api.contactually.com/v2",
        "Where the API is. The public service closed in 2022: enter a compatible server.",
    ),
    Setting(
        "CONTACTUALLY_AUTH_URL",
        "https://auth.contactually.com/oauth2",
        "Where accounts are authorised.",
    ),
    Setting("CONTACTUALLY_CLIENT_ID", "", "Of this installation, registered at the app."),
    Setting("CONTACTUALLY_CLIENT_SECRET", "", "Of this installation, registered at the app."),
    Setting(
        "CONTACTUALLY_REQUESTS_PER_MINUTE",
        "500",
        "How many requests an account may make; 0 is no limit.",
        is_number=True,
        limits="requests a minute",
    ),
    Setting(
        "CONTACTUALLY_CONNECTIONS",
        "8",
        "Requests at the same time to an account.",
        is_number=True,
        limits="requests at the same time",
    ),
)
