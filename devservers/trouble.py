"""What can go wrong with the embedded servers, in words for the person at the keyboard."""


class ServerTrouble(RuntimeError):
    """A server could not be started or stopped; the text says what to do."""
