"""Addresses below ``/p/<partner>/``: each room brings its own."""

from portal.account.urls import partner_urlpatterns as account_pages
from portal.audit.urls import partner_urlpatterns as audit_pages
from portal.billing.urls import partner_urlpatterns as billing_pages
from portal.company.urls import partner_urlpatterns as company_pages
from portal.connections.urls import partner_urlpatterns as connections_pages
from portal.customers.urls import partner_urlpatterns as customers_pages
from portal.dashboard.urls import partner_urlpatterns as dashboard_pages
from portal.emails.urls import partner_urlpatterns as emails_pages
from portal.frame.urls import partner_urlpatterns as frame_pages
from portal.help.urls import partner_urlpatterns as help_pages
from portal.history.urls import partner_urlpatterns as history_pages
from portal.inbox.urls import partner_urlpatterns as inbox_pages
from portal.invoices.urls import partner_urlpatterns as invoices_pages
from portal.kit.urls import partner_urlpatterns as kit_pages
from portal.months.urls import partner_urlpatterns as months_pages
from portal.products.urls import partner_urlpatterns as products_pages
from portal.programs.urls import partner_urlpatterns as programs_pages
from portal.search.urls import partner_urlpatterns as search_pages
from portal.users.urls import partner_urlpatterns as users_pages

urlpatterns = [
    *dashboard_pages,
    *frame_pages,
    *search_pages,
    *inbox_pages,
    *billing_pages,
    *customers_pages,
    *products_pages,
    *invoices_pages,
    *months_pages,
    *history_pages,
    *connections_pages,
    *programs_pages,
    *users_pages,
    *audit_pages,
    *company_pages,
    *account_pages,
    *kit_pages,
    *emails_pages,
    *help_pages,
]
