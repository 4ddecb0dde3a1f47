"""Contactually, REST API v2.

The public service closed for good on 31 March 2022. The settings ``CONTACTUALLY_API_URL`` and
``CONTACTUALLY_AUTH_URL`` point the connector at a compatible server.
"""
