"""Below /authorize/."""

from django.urls import path, re_path

from connections.door import views
from connections.door.attempts import ID

app_name = "door"
urlpatterns = [
    path("", views.begin, name="begin"),
    path("<slug:app>/callback/", views.callback, name="callback"),
    path("lost/", views.lost, name="lost"),
    re_path(rf"^outcome/(?P<attempt>{ID})/$", views.outcome, name="outcome"),
]
