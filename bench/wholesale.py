"""Vendors of any size for measuring memory: every answer is computed when it is asked for.

``python -m bench.wholesale --port N --customers N --products N [--lines N]`` speaks as much of PRISM
and Syncro as reading and adding lines need, with so many lines on each template. Each customer has eight seat
subscriptions, half of them with a change within the month, and one Azure plan with three meters:
fifteen rows on the invoice.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]

ROWS_PER_CUSTOMER = 15
SEATS, METERS, PAGE = 8, 3, 25
_MOST_LINES = 10_000  # of a template: ids of the lines that are added begin beyond those of the others
AGREEMENT = "10000000-0000-4000-8000-000000000001"
_COLUMNS = (
    "PrimaryDomainName,SubscriptionId,OfferName,ChargeStartDate,ChargeEndDate,UnitPrice,UnitPriceRrp,"
    "Quantity,BillableRatio,SubTotal,SubTotalRrp,CustomerName,BillingCycle\n"
)


def identifier(kind: int, number: int) -> str:
    """The GUID of the numbered thing of a kind."""
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


@dataclass(frozen=True, slots=True)
class Wholesale:
    """A distributor and a PSA account of this size."""

    customers: int
    products: int
    lines: int = 1
    added: dict[int, list[Json]] = field(default_factory=dict)  # lines by their template

    def add_line(self, template: int, values: Json) -> Json:
        """Put a line on a template; the answer to that."""
        lines = self.added.setdefault(template, [])
        line = values | {"id": (_MOST_LINES + template) * _MOST_LINES + len(lines), "recurring_type_id": None}
        lines.append(line)
        return {"schedule_line_item": line}

    def answer(self, path: str, page: int) -> bytes | None:
        """The body of a GET, None where there is nothing."""
        for pattern, made in self._answers(path).items():
            if re.search(pattern, path):
                told = made(page)
                return told if isinstance(told, bytes) else json.dumps(told).encode()
        return None

    def _answers(self, path: str) -> dict[str, Callable[[int], Json | list[Json] | bytes]]:
        return {
            r"/me/customers$": lambda _: [self._own_company()],
            r"/tenants$": lambda _: [self._tenant(number) for number in range(self.customers)],
            r"/pricelist/": lambda _: self._price_list(),
            r"/api/v2/invoices$": lambda _: {"Records": [self._invoice()]},
            r"/csv$": lambda _: "".join(self._rows()).encode(),
            r"/api/v1/customers$": lambda page: self._page("customers", self.customers, page, _customer),
            r"/api/v1/schedules$": lambda page: self._page("schedules", self.customers, page, self._schedule),
            r"/api/v1/schedules/[0-9]+$": lambda _: {"schedule": self._schedule(_number_in(path))},
            r"/api/v1/products$": lambda page: self._page("products", self.products, page, _product),
        }

    def _own_company(self) -> Json:
        agreement = {"ProgramName": "Microsoft CSP", "ContractAgreementId": AGREEMENT}
        return {"CustomerId": identifier(9, 0), "CustomerProgramAgreements": [agreement]}

    def _tenant(self, number: int) -> Json:
        seats = [self._subscription(number, seat) for seat in range(SEATS)]
        azure: Json = {"SubscriptionId": identifier(3, number), "Status": "Active", "ProductId": identifier(4, 0)}
        azure |= {"DisplayTemplate": "Azure", "Unit": "Usage-based", "Quantity": 1, "BillingCycle": None}
        return {
            "TenantId": identifier(1, number),
            "TenantStatus": "Active",
            "TenantDomain": f"customer{number}.example",
            "CustomerId": identifier(5, number),
            "CustomerName": f"Sample Customer {number}",
            "Subscriptions": [*seats, azure],
        }

    def _subscription(self, number: int, seat: int) -> Json:
        return {
            "SubscriptionId": identifier(2, number * SEATS + seat),
            "Status": "Active",
            "ProgramReferenceLabel": "Microsoft CSP",
            "ProductId": identifier(4, self._product_of(number, seat)),
            "Quantity": 10,
            "FirstPurchased": "2026-01-05T09:14:27.1234567+00:00",
            "DisplayTemplate": "Licenses",
            "Unit": "Licenses",
            "BillingCycle": "Monthly",
            "BillingCycleDuration": 1,
        }

    def _product_of(self, number: int, seat: int) -> int:
        return (number * 7 + seat * 13) % self.products

    def _price_list(self) -> Json:
        items = [
            {
                "ProductId": identifier(4, number),
                "ProductName": f"Sample Product {number}",
                "ProductGroup": "Microsoft 365",
                "ProductSku": f"SAMPLE{number:06d}:0001",
                "Qty": 1,
                "UnitPrice": 10 + number % 90,
                "RetailUnitPrice": 13 + number % 90,
                "ProductUnit": "Licenses",
                "ProductFrequencies": ["1 Month"],
                "ProductDescription": f"Sample Product {number}, sold through the programme",
                "BillingCycleOptions": 1,
                "BillingCycleDuration": 1,
            }
            for number in range(self.products)
        ]
        return {"ProductGroups": [{"ProductGroupName": "Microsoft 365", "Products": items}]}

    def _invoice(self) -> Json:
        return {
            "InvoiceId": "1000001",
            "ProgramName": "Microsoft CSP Indirect",
            "BillingPeriodStart": "2026-09-01T00:00:00+00:00",
            "UsageYear": 2026,
            "UsageMonth": 9,
        }

    def _rows(self) -> Iterator[str]:
        yield _COLUMNS
        for number in range(self.customers):
            for seat in range(SEATS):
                yield from self._seat_rows(number, seat)
            for meter in range(METERS):
                amounts = f"{meter + 1}.20,{meter + 1}.50,1,1,{meter + 1}.20,{meter + 1}.50"
                yield _row(number, identifier(3, number), f"Azure plan meter {meter}", ("01", "30"), amounts=amounts)

    def _seat_rows(self, number: int, seat: int) -> Iterator[str]:
        product = self._product_of(number, seat)
        cost, retail = 10 + product % 90, 13 + product % 90
        ref, name = identifier(2, number * SEATS + seat), f"Sample Product {product}"
        whole = f"{cost}.00,{retail}.00,10,1,{cost * 10}.00,{retail * 10}.00"
        yield _row(number, ref, name, ("01", "30"), amounts=whole, cycle="Monthly")
        if seat % 2:
            amounts = f"{cost}.00,{retail}.00,2,0.5,{cost}.00,{retail}.00"
            yield _row(number, ref, name, ("16", "30"), amounts=amounts, cycle="Monthly")

    def _schedule(self, number: int) -> Json:
        lines = [_line(number * self.lines + place, place) for place in range(1, self.lines + 1)]
        schedule = {"id": 1 + number, "customer_id": 1 + number, "name": "Monthly services", "frequency": "Monthly"}
        return schedule | {
            "next_run": "2026-10-05T00:00:00.000+00:00",
            "paused": False,
            "lines": [*lines, *self.added.get(1 + number, [])],
        }

    def _page(self, key: str, count: int, page: int, make: Callable[[int], Json]) -> Json:
        numbers = range((page - 1) * PAGE, min(count, page * PAGE))
        return {key: [make(number) for number in numbers], "meta": {"total_pages": -(-count // PAGE), "page": page}}


def _number_in(path: str) -> int:
    """The numbered thing whose id a path ends with."""
    return int(path.rpartition("/")[2]) - 1


def _row(number: int, ref: str, name: str, days: tuple[str, str], *, amounts: str, cycle: str = "") -> str:
    first, last = (f"2026-09-{day}T00:00:00.0000000+00:00" for day in days)
    return f"customer{number}.example,{ref},{name},{first},{last},{amounts},Sample Customer {number},{cycle}\n"


def _customer(number: int) -> Json:
    name = f"Sample Customer {number}"
    return {"id": 1 + number, "business_then_name": name, "email": f"it@customer{number}.example", "disabled": False}


def _line(number: int, position: int) -> Json:
    line = {"id": number, "product_id": None, "name": "Managed workstation", "description": "As agreed"}
    line |= {"quantity": "3.0", "retail_cents": 4500, "cost_cents": 1200, "taxable": True, "one_time_charge": False}
    return line | {"position": position, "recurring_type_id": None}


def _product(number: int) -> Json:
    product = {"id": 1 + number, "name": f"Spare part {number}", "description": f"Spare part {number}"}
    product |= {"upc_code": "", "price_cost": 10.5, "price_retail": 14.9, "taxable": True, "disabled": False}
    return product | {"maintain_stock": False, "serialized": False}


class Handler(BaseHTTPRequestHandler):
    """Answers for one distributor and one account."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    wholesale: Wholesale

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        self.send(self.wholesale.answer(parts.path, page), "text/csv" if self.path.endswith("/csv") else "")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if to := re.search(r"/schedules/([0-9]+)/add_line_item$", self.path):
            self.send(json.dumps(self.wholesale.add_line(int(to[1]), json.loads(body))).encode())
            return
        self.send(b'{"access_token": "sample", "expires_in": 3600, "token_type": "Bearer"}')

    def send(self, body: bytes | None, kind: str = "") -> None:
        """This body, or 404 where there is nothing."""
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", kind or "application/json")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's name
        """Say nothing."""


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="bench.wholesale")
    for name in ("--port", "--customers", "--products"):
        parser.add_argument(name, type=int, required=True)
    parser.add_argument("--lines", type=int, default=1)
    options = parser.parse_args()
    Handler.wholesale = Wholesale(options.customers, options.products, options.lines)
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads = True
    print(json.dumps({"port": options.port}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
