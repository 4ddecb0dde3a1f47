"""Mailchimp, by the Marketing API 3.0: https://mailchimp.com/developer/marketing/api/"""
