"""Which addresses may be asked."""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import RefusedAddressError
from geodata.sources import PublishedSource, load_catalogue
from geodata.sources.address import checked_address, host_of, is_public

HOSTS = ("files.example", ".cdn.example")
PIECES = st.sampled_from(
    [
        *(
            "https://",
            "http://",
            "//",
            "/",
            "\\",
            "@",
            ":",
            "#",
            "?",
            "%00",
            ".",
            "443",
        ),
        *("files.example", "cdn.example", "evil.example", "127.0.0.1", "[::1]", "x"),
        *(
            "0x7f000001",
            "localhost",
            " ",
            "\n",
            "\t",
            "é",
            "。",
            "a:b@",
            "%2e",
            "xn--e",
        ),
    ]
)


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("https://files.example", "files.example", "/"),
        ("HTTPS://Files.Example/A?b=1&c=%20#d", "files.example", "/A?b=1&c=%20"),
        ("https://files.example:443/a", "files.example", "/a"),
        ("https://files.example?x", "files.example", "/?x"),
        ("https://a.b.cdn.example/~x;y", "a.b.cdn.example", "/~x;y"),
    ],
)
def test_an_allowed_address_is_taken_apart(url, host, target):
    found = checked_address(url, HOSTS)
    assert (found.host, found.target) == (host, target)


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example/x",  # only its sub-domains
        "https://xcdn.example/x",
        "https://a.files.example/x",
        "https://files.example.evil.example/",
        "https://evil.example/https://files.example",
        "https://evil.example#files.example",
        "https://files.example:8443/",
        "https://files.example:/",
        "https://files.example/a b",
        "https://files.example/a\nb",
        "https://files.example\n",
        " https://files.example",
        "https:/files.example",
        "https:files.example",
        "",
        "https://files.example/" + "a" * 9_000,
    ],
)
def test_every_other_address_is_refused(url):
    with pytest.raises(RefusedAddressError):
        checked_address(url, HOSTS)


def test_no_allowed_host_means_none():
    for hosts in ((), ("",), (".",)):
        with pytest.raises(RefusedAddressError):
            checked_address("https://files.example/", hosts)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join))
def test_whatever_is_accepted_is_plain_and_allowed(text):
    try:
        found = checked_address(text, HOSTS)
    except RefusedAddressError:
        return
    assert found.host == "files.example" or found.host.endswith(".cdn.example")
    assert found.target.startswith("/")
    assert found.target.isascii()
    assert found.target.isprintable()
    assert not set(found.target) & set(" \\#")
    assert text.lower().startswith(f"https://{found.host}")


PRIVATE = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24"),
    *("192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "240.0.0.0/4"),
)
PRIVATE_6 = (
    *("::/128", "::1/128", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23"),
    *("2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
)


@settings(deadline=None)
@given(st.data())
def test_no_address_of_a_private_network_is_public(data):
    network = ipaddress.ip_network(data.draw(st.sampled_from(PRIVATE + PRIVATE_6)))
    place = data.draw(st.integers(0, network.num_addresses - 1))
    address = network[place]
    assert not is_public(str(address))
    if address.version == 4:
        assert not is_public(f"::ffff:{address}")
    assert is_public(str(address), [network])


def test_public_addresses_are_public():
    for address in ("8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"):
        assert is_public(address)
    for nothing in ("", "localhost", "8.8.8", "010.8.8.8", "2130706433", "8.8.8.8/32"):
        assert not is_public(nothing)


def test_every_address_of_the_catalogue_may_be_asked():
    for source in load_catalogue():
        if isinstance(source, PublishedSource):
            for entry in source.files:
                if entry.url:
                    host = host_of(entry.url)
                    assert checked_address(entry.url, (host, *entry.hosts)).host == host
