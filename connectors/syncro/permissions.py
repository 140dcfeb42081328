"""The permissions of an API token, as Syncro's own settings page words them."""

from __future__ import annotations

CUSTOMERS_LIST = "Customers - List/Search"
PRODUCTS_LIST = "Products - List/Search"
PRODUCTS_CREATE = "Products - Create"
PRODUCTS_EDIT = "Products - Edit"
SCHEDULES_LIST = "Recurring Invoices - List"
SCHEDULES_EDIT = "Recurring Invoices - Edit"
INVOICES_LIST = "Invoices - List/Search"
INVOICES_VIEW = "Invoices - View Details"
GLOBAL_ADMIN = "Global Admin"

READS = (CUSTOMERS_LIST, PRODUCTS_LIST, SCHEDULES_LIST, INVOICES_LIST, INVOICES_VIEW)
WRITES = (PRODUCTS_CREATE, PRODUCTS_EDIT, SCHEDULES_EDIT)  # reading cannot prove these
NAMES = (*READS, *WRITES)  # in the order in which the connection test names them
