"""Every sentence the atlas says, by key, through gettext."""

from app.text.catalogue import say, say_many

__all__ = ["say", "say_many"]
