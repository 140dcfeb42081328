"""Tables that people open in a spreadsheet: written so that no cell runs, read however they were saved."""
