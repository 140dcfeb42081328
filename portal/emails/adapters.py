"""How sign-in writes its e-mails: as letters, like everything else that leaves the portal."""

from __future__ import annotations

from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives

from accounts.adapters import AccountAdapter
from notifications import links
from notifications.letters import Why
from portal.emails.account_letters import find_letter
from portal.emails.rendering import render

WHY = Why("You get this because this address signs in to Billing Sync, or somebody typed it there.")


class LetterAccountAdapter(AccountAdapter):
    """Sign-in whose e-mails have the portal's look, as text and as HTML."""

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """The e-mail of that name; allauth's own where we have no letter for it.

        Its links lead to the installation's own address: allauth makes them of the request's Host, which whoever
        asks for the letter may choose.
        """
        context |= {name: links.page(links.path_of(value)) for name, value in context.items() if name.endswith("_url")}
        letter = find_letter(template_prefix, context)
        if letter is None:
            own: EmailMessage = super().render_mail(template_prefix, email, context, headers)
            return own
        rendered = render(letter, WHY)
        to = [email] if isinstance(email, str) else email
        message = EmailMultiAlternatives(rendered.subject, rendered.text, self.get_from_email(), to, headers=headers)
        message.attach_alternative(rendered.html, "text/html")
        return message
