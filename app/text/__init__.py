"""Every sentence the atlas says, by key, through gettext."""

from app.text.catalogue import for_scripts, has, language, say, say_html, say_many

__all__ = ["for_scripts", "has", "language", "say", "say_html", "say_many"]
