"""The project as Django sees it: settings, addresses, the door for a web server."""
