"""Google Contacts, by the People API v1: https://developers.google.com/people"""
