"""Partners, people, roles and invitations; which person an address is."""
