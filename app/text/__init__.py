"""Every sentence the atlas says, by key, through gettext."""

from app.text.catalogue import language, say, say_html, say_many

__all__ = ["language", "say", "say_html", "say_many"]
