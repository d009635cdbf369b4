"""vCards as the common programs write them, made up anew from a seed: the same people each time,
each in the manner of their producer, with what a reader is to find in them."""

from __future__ import annotations

import base64
import quopri
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

FIRST = ("Ann", "Zoë", "Jürgen", "Mária", "François", "李", "Олег", "Søren", "Noor", "Iñaki")
LAST = ("Lee", "Müller-Lüdenscheidt", "O'Hara", "García Márquez", "Łuczak", "明", "Иванов", "")
ORGS = ("Acme; Sons & Co.", "Grüne Küche GmbH", "山田商店", "")
NOTES = (
    "",
    "Met in Lisbon, likes sailing; owes me a ryokan's name.",
    "Erste Zeile\nZweite Zeile: mit Doppelpunkt, Komma; Strichpunkt und \\ Schrägstrich",
    "A long one that has to be folded since no line may be longer than seventy-five octets: "
    "schöne Grüße aus Zürich, 東京 and Łódź. " * 3,
)
CATEGORIES = ((), ("Friends",), ("Friends", "Former clients"))
FOLD = 75


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Somebody, and after writing: what can be read of them."""

    first: str
    last: str
    uid: str
    mobile: str
    home: str
    fax: str
    work_mail: str
    home_mail: str
    born: tuple[int | None, int, int] | None
    categories: tuple[str, ...]
    note: str
    org: str
    photo: bool
    name: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    firm: bool = False


def somebody(n: int, seed: int) -> Truth:
    """The person with that number."""
    rng = random.Random(seed * 1000 + n)
    first = rng.choice(FIRST)
    last = rng.choice(LAST)
    year = rng.choice((None, rng.randint(1930, 2010)))
    return Truth(
        first=first,
        last=f"{last} {n}".strip(),
        uid=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        mobile=rng.choice(("", f"+49 170 {1000000 + seed * 1000 + n}")),
        home=rng.choice(("", f"(030) {200000 + seed * 1000 + n}")),
        fax=rng.choice(("", f"+49 30 9{n:05}")),
        work_mail=rng.choice(("", f"work{seed}.{n}@example.org")),
        home_mail=rng.choice(("", f"home{seed}.{n}@example.net")),
        born=rng.choice((None, (year, rng.randint(1, 12), rng.randint(1, 28)), (2000, 2, 29))),
        categories=rng.choice(CATEGORIES),
        note=rng.choice(NOTES),
        org=rng.choice(ORGS),
        photo=rng.random() < 0.3,
    )


# -- the means


def escaped(text: str) -> str:
    for plain, written in (("\\", "\\\\"), (",", "\\,"), (";", "\\;"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def folded(line: str) -> bytes:
    """Folded after so many octets, as RFC 2426 says, be it within a character."""
    data = line.encode()
    pieces = [data[:FOLD]]
    data = data[FOLD:]
    while data:
        pieces.append(b" " + data[: FOLD - 1])
        data = data[FOLD - 1 :]
    return b"\r\n".join(pieces)


def whole(*lines: str) -> bytes:
    return b"\r\n".join(folded(line) for line in lines if line) + b"\r\n"


def quoted(name: str, text: str, charset: str = "UTF-8") -> str:
    """A property of vCard 2.1 in quoted-printable, with soft line breaks."""
    if text.isascii() and "\n" not in text and len(text) < 60:
        return f"{name}:{text}"
    rows = (quopri.encodestring(row.encode(charset)) for row in text.split("\n"))
    data = b"=0D=0A=\r\n".join(row.replace(b"=\n", b"=\r\n") for row in rows)
    return f"{name};CHARSET={charset};ENCODING=QUOTED-PRINTABLE:{data.decode('ascii')}"


def old(*lines: str, charset: str = "ascii") -> bytes:
    """A card of vCard 2.1: nothing is folded."""
    return b"\r\n".join(line.encode(charset) for line in lines if line) + b"\r\n"


def photo(person: Truth, head: str, *, unindented: bool = False) -> str:
    """A small picture, in lines as old programs break them."""
    if not person.photo:
        return ""
    data = base64.b64encode(random.Random(person.uid).randbytes(400)).decode()
    pieces = [data[n : n + 72] for n in range(0, len(data), 72)]
    joint = "\r\n" if unindented else "\r\n "
    return f"{head}:{joint}{joint.join(pieces)}\r\n"


def full(person: Truth) -> str:
    return f"{person.first} {person.last}".strip()


def known(person: Truth, phones: tuple[str, ...], emails: tuple[str, ...]) -> Truth:
    return replace(
        person,
        name=person.name or full(person),
        phones=tuple(filter(None, phones)),
        emails=tuple(filter(None, emails)),
    )


def day(born: tuple[int | None, int, int] | None, form: str) -> str:
    """The birthday, as vCard 3.0 and 4.0 write it."""
    if born is None:
        return ""
    year, month, of_month = born
    if year is None:
        return {
            "apple": f"BDAY;X-APPLE-OMIT-YEAR=1604:1604-{month:02}-{of_month:02}",
            "basic": f"BDAY:--{month:02}{of_month:02}",
        }.get(form, f"BDAY:--{month:02}-{of_month:02}")
    if form == "basic":
        return f"BDAY;VALUE=date:{year:04}{month:02}{of_month:02}"
    return f"BDAY;VALUE=date:{year:04}-{month:02}-{of_month:02}"


Written = tuple[bytes, Truth]
Producer = Callable[[Truth], Written]


# -- the producers


def apple(p: Truth) -> Written:
    """Contacts on a Mac: groups with labels, a preferred number, an unfolded picture."""
    lines = [
        *("BEGIN:VCARD", "VERSION:3.0", "PRODID:-//Apple Inc.//macOS 14.5//EN"),
        f"N:{escaped(p.last)};{escaped(p.first)};;;",
        f"FN:{escaped(full(p))}",
        f"ORG:{escaped(p.org)};" if p.org else "",
        f"EMAIL;type=INTERNET;type=HOME;type=pref:{p.home_mail}" if p.home_mail else "",
        f"item1.EMAIL;type=INTERNET:{p.work_mail}" if p.work_mail else "",
        "item1.X-ABLabel:_$!<Other>!$_" if p.work_mail else "",
        f"TEL;type=HOME;type=VOICE:{p.home}" if p.home else "",
        f"TEL;type=HOME;type=FAX:{p.fax}" if p.fax else "",
        f"TEL;type=IPHONE;type=CELL;type=VOICE;type=pref:{p.mobile}" if p.mobile else "",
        "item2.ADR;type=HOME;type=pref:;;1 Infinite Loop;Cupertino;CA;95014;United States",
        "item2.X-ABADR:us",
        f"NOTE:{escaped(p.note)}" if p.note else "",
        day(p.born, "apple"),
        f"CATEGORIES:{','.join(p.categories)}" if p.categories else "",
        "PHOTO;ENCODING=b;TYPE=JPEG:" + "QUJD" * 300 if p.photo else "",
        f"UID:{p.uid.upper()}",
        "END:VCARD",
    ]
    return whole(*lines), known(p, (p.mobile, p.home), (p.home_mail, p.work_mail))


def icloud(p: Truth) -> Written:
    """iCloud: firms without a name, `N` of nothing, a birthday with a time of day."""
    firm = bool(p.org) and p.born is None
    lines = [
        *("BEGIN:VCARD", "VERSION:3.0", "PRODID:-//Apple Inc.//iCloud Web Address Book 2117//EN"),
        "N:;;;;" if firm else f"N:{escaped(p.last)};{escaped(p.first)};;;",
        f"FN:{escaped(p.org)}" if firm else "",
        f"ORG:{escaped(p.org)};" if p.org else "",
        "X-ABShowAs:COMPANY" if firm else "",
        f"TEL;TYPE=CELL;TYPE=pref;TYPE=VOICE:{p.mobile}" if p.mobile else "",
        f"TEL;TYPE=WORK;TYPE=VOICE:{p.home}" if p.home else "",
        f"EMAIL;TYPE=WORK;TYPE=pref;TYPE=INTERNET:{p.work_mail}" if p.work_mail else "",
        f"NOTE:{escaped(p.note)}" if p.note else "",
        day(p.born, "apple") + ("T00:00:00Z" if p.born and p.born[0] else ""),
        f"REV:2026-05-06T07:08:09Z\r\nUID:{p.uid}",
        "END:VCARD",
    ]
    made = replace(p, name=p.org if firm else full(p), categories=(), firm=firm)
    return whole(*lines), known(made, (p.mobile, p.home), (p.work_mail,))


def google(p: Truth) -> Written:
    """Google Contacts: no UID, colons escaped, its own groups among the categories."""
    lines = [
        *("BEGIN:VCARD", "VERSION:3.0"),
        f"FN:{escaped(full(p))}",
        f"N:{escaped(p.last)};{escaped(p.first)};;;",
        f"EMAIL;TYPE=INTERNET;TYPE=HOME:{p.home_mail}" if p.home_mail else "",
        f"EMAIL;TYPE=INTERNET;TYPE=WORK:{p.work_mail}" if p.work_mail else "",
        f"TEL;TYPE=CELL:{p.mobile}" if p.mobile else "",
        f"item1.TEL:{p.home}" if p.home else "",
        "item1.X-ABLabel:Cottage" if p.home else "",
        f"item2.ORG:{escaped(p.org)}" if p.org else "",
        day(p.born, "plain").replace(";VALUE=date", "").replace("-", "") if p.born else "",
        "item3.URL:http\\://www.google.com/profiles/1234",
        f"NOTE:{escaped(p.note).replace(':', chr(92) + ':')}" if p.note else "",
        f"CATEGORIES:{','.join((*p.categories, 'myContacts'))}",
        "PHOTO:https://lh3.googleusercontent.com/contacts/A" if p.photo else "",
        "END:VCARD",
    ]
    if p.born and p.born[0] is None:
        lines = [day(p.born, "basic") if each.startswith("BDAY") else each for each in lines]
    made = replace(p, uid="", categories=(*p.categories, "myContacts"))
    return whole(*lines), known(made, (p.mobile, p.home), (p.home_mail, p.work_mail))


def android(p: Truth) -> Written:
    """Android's own app: vCard 2.1, all that is not ASCII in quoted-printable."""
    bare = f"{p.last};{p.first};;;"
    lines = [
        *("BEGIN:VCARD", "VERSION:2.1"),
        quoted("N", bare),
        quoted("FN", full(p)),
        f"TEL;HOME:{p.home}" if p.home else "",
        f"TEL;HOME;FAX:{p.fax}" if p.fax else "",
        f"TEL;CELL;PREF:{p.mobile}" if p.mobile else "",
        f"EMAIL;HOME:{p.home_mail}" if p.home_mail else "",
        quoted("ORG", p.org.replace(";", "\\;")) if p.org else "",
        quoted("NOTE", p.note) if p.note else "",
        "BDAY:{:04}-{:02}-{:02}".format(*p.born) if p.born and p.born[0] else "",
        photo(p, "PHOTO;ENCODING=BASE64;JPEG"),
        "X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;=5A=6F=65;1;;;;;;;;;;;;;",
        "END:VCARD",
    ]
    born = p.born if p.born and p.born[0] else None
    made = replace(p, uid="", categories=(), born=born)
    return old(*lines), known(made, (p.mobile, p.home), (p.home_mail,))


def samsung(p: Truth) -> Written:
    """Samsung: 2.1, `X-` types, the number before the name, lines that end in a line feed."""
    lines = [
        *("BEGIN:VCARD", "VERSION:2.1"),
        f"TEL;X-Mobile:{p.mobile.replace(' ', '')}" if p.mobile else "",
        f"TEL;VOICE:{p.home}" if p.home else "",
        quoted("N", f"{p.last};{p.first};;;"),
        quoted("FN", full(p)),
        f"EMAIL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=57):{p.work_mail}"
        if p.work_mail
        else "",
        f"X-GROUPNAME:{p.categories[0]}" if p.categories else "",
        "END:VCARD",
    ]
    made = replace(p, uid="", categories=(), born=None, note="", org="")
    numbers = (p.mobile.replace(" ", ""), p.home)
    return old(*lines).replace(b"\r\n", b"\n"), known(made, numbers, (p.work_mail,))


def outlook(p: Truth) -> Written:
    """Outlook: 2.1, Windows-1252, pictures, its own `X-MS-` properties."""
    charset = "windows-1252" if fits(p, "cp1252") else "UTF-8"
    lines = [
        *("BEGIN:VCARD", "VERSION:2.1"),
        quoted("N;LANGUAGE=de", f"{p.last};{p.first};;;", charset),
        quoted("FN", full(p), charset),
        quoted("ORG", f"{p.org.replace(';', chr(92) + ';')};Abteilung", charset) if p.org else "",
        quoted("NOTE", p.note + "\n", charset) if p.note else "",
        f"TEL;WORK;VOICE:{p.home}" if p.home else "",
        f"TEL;CELL;VOICE:{p.mobile}" if p.mobile else "",
        f"TEL;WORK;FAX:{p.fax}" if p.fax else "",
        quoted("ADR;WORK;PREF", ";;Straße des 17. Juni 135;Berlin;;10623;Deutschland"),
        "LABEL;WORK;PREF;ENCODING=QUOTED-PRINTABLE:Stra=DFe des 17. Juni=0D=0A=\r\n10623 Berlin",
        "BDAY:{:04}{:02}{:02}".format(*p.born) if p.born and p.born[0] else "",
        f"EMAIL;PREF;INTERNET:{p.work_mail}" if p.work_mail else "",
        f"EMAIL;INTERNET:{p.home_mail}" if p.home_mail else "",
        f"CATEGORIES:{','.join(p.categories)}" if p.categories else "",
        photo(p, "PHOTO;TYPE=JPEG;ENCODING=BASE64"),
        "X-MS-OL-DEFAULT-POSTAL-ADDRESS:2",
        'X-MS-OL-DESIGN;CHARSET=utf-8:<card xmlns="http://schemas"><img/></card>',
        "REV:20260506T070809Z",
        "END:VCARD",
    ]
    born = p.born if p.born and p.born[0] else None
    org = f"{p.org}, Abteilung" if p.org else ""
    made = replace(p, uid="", born=born, org=org)
    return old(*lines), known(made, (p.mobile, p.home), (p.work_mail, p.home_mail))


def fits(p: Truth, charset: str) -> bool:
    try:
        (full(p) + p.org + p.note).encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def thunderbird(p: Truth) -> Written:
    """Thunderbird: 4.0, parameters that count preference, properties in small letters."""
    lines = [
        *("BEGIN:VCARD", "VERSION:4.0"),
        f"EMAIL;PREF=1:{p.work_mail}" if p.work_mail else "",
        f"EMAIL:{p.home_mail}" if p.home_mail else "",
        f"FN:{escaped(full(p))}",
        f"N:{escaped(p.last)};{escaped(p.first)};;;",
        f"tel;type=home;value=text:{p.home}" if p.home else "",
        f"TEL;TYPE=cell;VALUE=TEXT:{p.mobile}" if p.mobile else "",
        f"TEL;TYPE=pager;VALUE=TEXT:{p.fax}" if p.fax else "",
        f"NOTE:{escaped(p.note)}" if p.note else "",
        day(p.born, "basic"),
        f"UID:{p.uid}",
        "END:VCARD",
    ]
    made = replace(p, categories=(), org="")
    return whole(*lines), known(made, (p.mobile, p.home), (p.work_mail, p.home_mail))


def nextcloud(p: Truth) -> Written:
    """Nextcloud: 4.0 and 3.0, types in capitals and quotes, pictures as data."""
    new = p.photo
    lines = [
        *("BEGIN:VCARD", f"VERSION:{'4.0' if new else '3.0'}"),
        "PRODID:-//Sabre//Sabre VObject 4.5.4//EN",
        f"UID:{p.uid}",
        f"FN:{escaped(full(p))}",
        f"ORG:{escaped(p.org)}" if p.org else "",
        f"EMAIL;TYPE=HOME:{p.home_mail}" if p.home_mail else "",
        f'TEL;TYPE="HOME,VOICE":{p.home}' if p.home else "",
        f'TEL;TYPE="CELL","VOICE":{p.mobile}' if p.mobile else "",
        day(p.born, "plain"),
        f"NOTE:{escaped(p.note)}" if p.note else "",
        f"CATEGORIES:{','.join(p.categories)}" if p.categories else "",
        "PHOTO:data:image/jpeg;base64\\," + "QUJD" * 200 if new else "",
        "REV;VALUE=DATE-AND-OR-TIME:20260506T070809Z",
        "END:VCARD",
    ]
    return whole(*lines), known(p, (p.mobile, p.home), (p.home_mail,))


def fastmail(p: Truth) -> Written:
    """Fastmail: 4.0, numbers as URIs, a UID as a URN, parameters in groups of its own."""
    lines = [
        *("BEGIN:VCARD", "VERSION:4.0", "PRODID:-//CyrusIMAP.org//Cyrus 3.11//EN"),
        f"UID:urn:uuid:{p.uid}",
        "KIND:individual",
        f"FN:{escaped(full(p))}",
        f'N;SORT-AS="{p.last},{p.first}":{escaped(p.last)};{escaped(p.first)};;;',
        f"TEL;VALUE=uri;PREF=2;TYPE=home:tel:{p.home}" if p.home else "",
        f'TEL;VALUE=uri;PREF=1;TYPE="voice,cell":tel:{p.mobile};ext=12' if p.mobile else "",
        f"EMAIL;PROP-ID=E1;PREF=1:{p.home_mail}" if p.home_mail else "",
        f"g1.EMAIL;PROP-ID=E2;PREF=2:{p.work_mail}" if p.work_mail else "",
        "g1.X-ABLabel:Work: the new one",
        day(p.born, "basic"),
        f"NOTE;LANGUAGE=en:{escaped(p.note)}" if p.note else "",
        f"CATEGORIES:{','.join(p.categories)}" if p.categories else "",
        "CREATED:20260506T070809Z",
        "END:VCARD",
    ]
    made = replace(p, org="")
    return whole(*lines), known(made, (p.mobile, p.home), (p.home_mail, p.work_mail))


def nokia(p: Truth) -> Written:
    """A Nokia phone: 2.1 in small letters, Latin-1 without quoting, an unindented picture."""
    latin = replace(p, first=narrow(p.first) or "Kaisa", last=narrow(p.last), note=narrow(p.note))
    lines = [
        *("begin:vcard", "version:2.1"),
        f"N;CHARSET=ISO-8859-1:{latin.last};{latin.first}",
        f"TEL;PREF:{p.mobile}" if p.mobile else "",
        f"TEL;HOME;VOICE:{p.home}" if p.home else "",
        f"EMAIL:{p.home_mail}" if p.home_mail else "",
        f"BDAY:{p.born[0]:04}-{p.born[1]:02}-{p.born[2]:02}" if p.born and p.born[0] else "",
        photo(p, "PHOTO;JPEG;BASE64", unindented=True),
        "end:vcard",
    ]
    born = p.born if p.born and p.born[0] else None
    made = replace(latin, uid="", categories=(), org="", note="", born=born)
    return old(*lines, charset="latin-1"), known(made, (p.mobile, p.home), (p.home_mail,))


def narrow(text: str) -> str:
    return " ".join(text.encode("latin-1", errors="ignore").decode("latin-1").split())


PRODUCERS: dict[str, Producer] = {
    each.__name__: each
    for each in (
        *(apple, icloud, google, android, samsung),
        *(outlook, thunderbird, nextcloud, fastmail, nokia),
    )
}
EACH = 20


def cards(name: str, number: int = EACH) -> Iterator[Written]:
    """So many cards of one producer."""
    seed = [*PRODUCERS].index(name) + 1
    for n in range(number):
        yield PRODUCERS[name](somebody(n, seed))
