"""The keys of a configuration file and what each may hold."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from babel import Locale, UnknownLocaleError
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from accounts.models import validate_time_zone
from billingsync.configuration.document import WrittenInt
from connections.selectors import known_targets, targets_in_words
from core.addresses import clean_address
from money.enums import Motion


def _as_written(value: Any) -> Any:
    if isinstance(value, WrittenInt):
        return value.written
    if isinstance(value, bool):
        text = "yes, no, on, off, true and false need quotes to be a text"
        raise ValueError(text)  # noqa: TRY004  # the kind that pydantic reports
    return value


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def _vendor_id(value: Any) -> Any:
    """An id as the vendor writes it: a number, a negative one too, or a text without spaces."""
    text = str(getattr(value, "written", value))
    if isinstance(value, bool) or not isinstance(value, int | str) or not re.fullmatch(r"[!-~]{1,100}", text):
        raise ValueError(f"must be an id of {targets_in_words()}, such as 5001")
    return text


def _clock_time(value: Any) -> Any:
    text = str(_as_written(value))
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
        raise ValueError("must be a time such as “05:00”")
    hour, minute = text.split(":")
    return dt.time(int(hour), int(minute))


def _amount(value: Any) -> Any:
    try:
        amount = Decimal(str(_as_written(value)))
    except InvalidOperation:
        raise ValueError("must be an amount such as “0.05”") from None
    if not amount.is_finite() or amount < 0 or amount != round(amount, 2):
        raise ValueError("must be an amount such as “0.05”")
    return amount


def _at_most(length: int) -> AfterValidator:
    def check(value: str) -> str:
        if len(value) > length:
            raise ValueError(f"may have {length} characters at most")
        return value

    return AfterValidator(check)


def _locale(value: str) -> str:
    try:
        Locale.parse(value)
    except (ValueError, UnknownLocaleError):
        raise ValueError("must be a locale such as en_US or nb_NO") from None
    return value


def _email(value: str) -> str:
    try:
        return clean_address(value)
    except ValidationError:
        raise ValueError(f"“{value}” is not an e-mail address") from None


def _slug(value: str) -> str:
    try:
        validate_slug(value)
    except ValidationError:
        raise ValueError("may hold letters, digits, - and _ only") from None
    return value


def _time_zone(value: str) -> str:
    try:
        validate_time_zone(value)
    except ValidationError as error:
        raise ValueError(error.messages[0].rstrip(".")) from None
    return value


def _currency(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}", value):
        raise ValueError("must be a three-letter code such as USD")
    return value


def _variable(value: str) -> str:
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("must be the name of an environment variable")
    return value


# The key for a mapping's customer in the target, then the words that targets have for it.
CUSTOMER_KEYS = ("target_customer", *(key for target in known_targets() for key in target.customer_keys))

Text = Annotated[str, BeforeValidator(_as_written), AfterValidator(_filled)]
Email = Annotated[Text, AfterValidator(_email), _at_most(254)]
Slug = Annotated[Text, AfterValidator(_slug), _at_most(50)]
PartnerName = Annotated[Text, _at_most(200)]
PersonName = Annotated[Text, _at_most(150)]
LocaleName = Annotated[Text, AfterValidator(_locale), _at_most(16)]
TimeZone = Annotated[Text, AfterValidator(_time_zone)]
Currency = Annotated[Text, AfterValidator(_currency)]
Variable = Annotated[Text, AfterValidator(_variable)]
TargetId = Annotated[str, BeforeValidator(_vendor_id)]
ClockTime = Annotated[dt.time, BeforeValidator(_clock_time)]
Amount = Annotated[Decimal, BeforeValidator(_amount)]


class Shape(BaseModel):
    """Unknown keys are errors; no value ever shows in an error unless we put it there."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class PartnerShape(Shape):
    """``partner:``"""

    slug: Slug
    name: PartnerName | None = None
    time_zone: TimeZone | None = None
    currency: Currency | None = None
    locale: LocaleName | None = None


class UserShape(Shape):
    """One of ``users:``"""

    email: Email
    role: Literal["owner", "admin", "support", "viewer"]
    name: PersonName | None = None
    password_env: Variable | None = None


class ConnectionShape(BaseModel):
    """One of ``connections:``; what else it may hold depends on the system."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    system: Text
    name: Slug | None = None
    currency: Currency | None = None

    @property
    def others(self) -> dict[str, Any]:
        """The keys that depend on the system."""
        return dict(self.model_extra or {})


class BillingShape(Shape):
    """``billing:`` of a program."""

    enabled: StrictBool | None = None
    motions: list[Motion] | None = None
    start: Literal["latest", "next"] | None = None
    approval: Literal["automatic", "required"] | None = None
    prorations: Literal["line", "quantity", "warn"] | None = None
    credits: Literal["hold", "apply"] | None = None
    rounding_tolerance: Amount | None = None


class ProductsShape(Shape):
    """``products:`` of a program."""

    enabled: StrictBool | None = None
    mode: Literal["all", "in_use"] | None = None
    sync_azure: StrictBool | None = None
    sync_annual: StrictBool | None = None
    new_taxable: StrictBool | None = None


class ScheduleShape(Shape):
    """``schedule:`` of a program."""

    time: ClockTime | None = None
    time_zone: TimeZone | None = None


class ProgramShape(Shape):
    """One of ``programs:``"""

    program: Text
    source: Text
    target: Text
    enabled: StrictBool | None = None
    notification_emails: list[Email] | None = None
    mail_every_run: StrictBool | None = None
    billing: BillingShape | None = None
    products: ProductsShape | None = None
    schedule: ScheduleShape | None = None


class MappingShape(Shape):
    """One of ``mappings:``"""

    customer: Text
    motion: Motion
    target_customer: TargetId = Field(validation_alias=AliasChoices(*CUSTOMER_KEYS))
    invoice_template: TargetId
    program: Text | None = None
    source: Text | None = None
    target: Text | None = None
    pricing: Literal["cost_and_retail", "cost_only", "quantity_only"] | None = None
    sync: StrictBool | None = None


class FileShape(Shape):
    """The whole file."""

    partner: PartnerShape
    users: list[UserShape] = []
    connections: list[ConnectionShape] = []
    programs: list[ProgramShape] = []
    mappings: list[MappingShape] = []
