"""What a person can do something about."""


class ModelError(Exception):
    """Says what is wrong, what is expected and what to do."""
