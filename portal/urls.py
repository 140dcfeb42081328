"""Addresses of the portal beside those of a partner."""

from portal.account.urls import urlpatterns as account
from portal.dashboard.urls import urlpatterns as dashboard
from portal.operator.urls import urlpatterns as operator

urlpatterns = [*dashboard, *operator, *account]
