"""Syncro shows a symbol and never says which currency it means."""

from __future__ import annotations

_DOLLAR_CODES = "USD AUD CAD NZD SGD HKD BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD TWD XCD"
DOLLARS = frozenset(_DOLLAR_CODES.split())
CODES_OF_SYMBOL = {
    "$": DOLLARS,
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP", "EGP", "FKP", "GIP", "SHP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "₩": frozenset({"KRW"}),
    "₺": frozenset({"TRY"}),
    "₪": frozenset({"ILS"}),
    "₫": frozenset({"VND"}),
    "₱": frozenset({"PHP"}),
    "฿": frozenset({"THB"}),
    "₴": frozenset({"UAH"}),
    "₦": frozenset({"NGN"}),
    "zł": frozenset({"PLN"}),
    "kč": frozenset({"CZK"}),
    "ft": frozenset({"HUF"}),
    "lei": frozenset({"RON"}),
    "kr": frozenset({"NOK", "SEK", "DKK", "ISK"}),
    "fr": frozenset({"CHF"}),
    "chf": frozenset({"CHF"}),
    "r": frozenset({"ZAR"}),
    "r$": frozenset({"BRL"}),
    "rm": frozenset({"MYR"}),
    "rp": frozenset({"IDR"}),
    "s/": frozenset({"PEN"}),
    "a$": frozenset({"AUD"}),
    "au$": frozenset({"AUD"}),
    "c$": frozenset({"CAD"}),
    "ca$": frozenset({"CAD"}),
    "hk$": frozenset({"HKD"}),
    "nz$": frozenset({"NZD"}),
    "s$": frozenset({"SGD"}),
    "us$": frozenset({"USD"}),
}


def symbol_fits(symbol: str, currency: str) -> bool | None:
    """Whether an account that shows ``symbol`` may hold amounts in ``currency`` (ISO code).

    ``$`` fits any dollar. None when nobody can tell: no symbol, or one that is not known.
    """
    wanted, shown = currency.strip().upper(), symbol.strip().rstrip(".").casefold()
    if not shown or not wanted:
        return None
    if shown == wanted.casefold():
        return True
    codes = CODES_OF_SYMBOL.get(shown)
    return None if codes is None else wanted in codes
