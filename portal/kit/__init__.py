"""What all rooms of the portal are made of: tables, paging, columns, badges, icons, figures, permissions."""
