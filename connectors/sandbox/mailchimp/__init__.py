"""A stand-in of Mailchimp's Marketing API 3.0 (https://mailchimp.com/developer/marketing/api/).

``app`` has the routes, ``api_*`` the calls by family, ``people`` and ``audience`` what is stored,
``writing`` the rules by which members change, ``merge_values`` and ``checks`` what is refused,
``showing`` the JSON that goes out, ``quirks`` the oddities as switches, ``hands`` what people do
in the app, ``page`` its web page. [REC] in a comment stands for recorded traffic of the real
service (tests of grouparoo/grouparoo, plugins/@grouparoo/mailchimp), [INF] for what is inferred.
"""
