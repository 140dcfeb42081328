"""Partners, the people who work for them, and what each may do."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models.functions import Lower

from core.partner_models import PartnerModel
from core.time_zones import time_zones


def validate_time_zone(name: str) -> None:
    """Raise ``ValidationError`` unless ``name`` is an IANA time zone."""
    if name not in time_zones():
        raise ValidationError(f"“{name}” is not a time zone. Use a name such as Europe/Oslo.")


class Partner(models.Model):
    """A reseller (MSP): the unit of tenancy."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[RegexValidator(r"^[A-Z]{3}$", "Use a three-letter code such as USD.")],
    )
    locale = models.CharField(max_length=16, default="en_US")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Stores users; ``accounts.services`` makes people of them."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Store a user; without a password only a reset lets them in."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person. What they may do for a partner is in their ``Membership``, who they are in ``accounts.identity``."""

    email = models.EmailField()  # where mail reaches them; which person an address is, its proof says
    name = models.CharField(max_length=150, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_time_zone])
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)  # runs the service for many partners
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, **kwargs: Any) -> None:
        """With a new password the addresses that wait for a proof are forgotten: whoever entered them may be gone."""
        has_new_password = getattr(self, "_password", None) is not None  # Django's own mark until it is saved
        with transaction.atomic():
            super().save(**kwargs)
            if has_new_password:
                EmailAddress.objects.filter(user=self, verified=False).delete()

    @property
    def is_staff(self) -> bool:
        """No admin site is installed; allauth and templates ask for the name."""
        return False


class Role(models.TextChoices):
    """What a member may do, from most to least."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    SUPPORT = "support", "Support"
    VIEWER = "viewer", "Viewer"


class Membership(PartnerModel):
    """A user's role at a partner."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "user"], name="one_membership_per_partner")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class Invitation(PartnerModel):
    """An offer of a role, accepted through a link that holds a token (stored as its hash)."""

    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.email} as {self.get_role_display()}"
