"""One name for every country of the world tables, however a table spells it.

Only for keeping a country together when it is held out; what a record is shown with
is the text of its source.
"""

from collections.abc import Mapping
from types import MappingProxyType

_SPELLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Afghanistan": ("Afganistan",),
        "Bhutan": ("Bhutan, India",),
        "Bosnia-Herzegovina": ("Bosnia",),
        "Burkina Faso": ("Burkina Faso (Upper Volta)",),
        "Côte D’Ivoire": ("C\ufffdte d\ufffdIvoire (Ivory  Coast)",),
        "Democratic Republic of Congo": (
            "Congo (Kinshasa)",
            "Congo (Zaire)",
            "Dem. Rep. of Congo",
            "Democratic Republic of the Congo",
        ),
        "Congo": ("Congo Brazzaville", "Congo People's Republic"),
        "Estonia": ("Estonia?",),
        "Greenland": ("Kalaallit Nunaat (Greenland)", "Denmark"),
        "Guatemala": ("Guatamala",),
        "Kazakhstan": ("Kazakstan",),
        "Kyrgyzstan": ("Kirghistan", "Kyrghyzstan"),
        "Korea": ("Korean Peninsula", "North Korea", "South Korea"),
        "Laos": ("Lao People's Democratic Republic",),
        "Luxembourg": ("Luxenbourg",),
        "Myanmar": ("Burma", "Myanmar (Burma)"),
        "Russia": ("Russia (Buryatia Republic)", "Russia?", "Russian Federation"),
        "Saudi Arabia": ("Saudi", "Saudia Arabia"),
        "Serbia": ("Kosovo (Serbia)", "Yugoslavia"),
        "Slovakia": ("Slovakia?",),
        "Tajikistan": ("Tadzikistan",),
        "United Kingdom": (
            "England",
            "Great Britain",
            "Scotland",
            "United Kingdom of Great Britain and Northern Ireland",
            "Wales",
        ),
        "United States": ("U.S.A.", "United States of America", "Puerto Rico"),
    }
)

ONE_NAME: Mapping[str, str] = MappingProxyType(
    {spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings}
)
"""Spelling → name, for the spellings that the tables at hand hold."""
