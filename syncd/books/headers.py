"""What the columns of a table are about, told by their names.

Known are the names that Google Contacts, Outlook, Thunderbird and people themselves give in
English, German, French and Spanish. A name is compared without case, accents, digits and signs, so
that `E-mail 2 Address` and `Téléphone (bureau)` are found like `Email` and `telephone bureau`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

FIELDS = (
    *("name", "first", "middle", "last", "nickname", "org", "email", "phone", "mobile"),
    *("birthday", "categories", "note", "uid", "id"),
)
"""What a column may be about. `email`, `phone`, `mobile`, `categories` and `note` may be several
columns, of each other the first that says something counts."""

_KNOWN: Mapping[str, str] = {
    "name": "name, full name, display name, fullname, contact name, contact, anzeigename, "
    "vollstandiger name, nom complet, nom affiche, nombre completo, nombre para mostrar",
    "first": "first name, given name, firstname, forename, vorname, prenom, nombre de pila, "
    "primer nombre",
    "middle": "middle name, additional name, weitere vornamen, zweiter vorname, deuxieme prenom, "
    "autres prenoms, segundo nombre",
    "last": "last name, family name, surname, lastname, nachname, familienname, zuname, "
    "nom de famille, apellido, apellidos",
    "nickname": "nickname, spitzname, surnom, pseudo, apodo, alias",
    "org": "company, organization, organisation, organization name, company name, firma, "
    "unternehmen, firmenname, societe, entreprise, compania, empresa, organizacion",
    "birthday": "birthday, birth date, date of birth, birthdate, geburtstag, geburtsdatum, "
    "anniversaire, date de naissance, cumpleanos, fecha de nacimiento",
    "categories": "categories, category, labels, label, group membership, groups, group, tags, "
    "tag, list, lists, kategorien, kategorie, gruppen, gruppe, liste, listen, etiketten, "
    "categorie, libelles, groupes, groupe, etiquettes, categorias, categoria, etiquetas, grupos, "
    "grupo, lista",
    "note": "notes, note, comment, comments, notizen, notiz, bemerkung, bemerkungen, kommentar, "
    "remarques, commentaire, commentaires, notas, nota, comentarios",
    "uid": "uid, uuid, contact id",
    "id": "syncd id",
    "email": "email, e mail, mail, email address, e mail address, primary email, secondary email, "
    "e mail value, email value, courriel, correo, email work, email home, mail address, "
    "primare e mail adresse, sekundare e mail adresse, adresse de messagerie, adresse e mail, "
    "adresse email, direccion de correo electronico, correo electronico, e mail adresse, "
    "email adresse, direccion de correo, adresse electronique",
    "mobile": "mobile, mobile phone, mobile number, cell, cell phone, cellphone, mobil, handy, "
    "mobiltelefon, mobilnummer, handynummer, mobil tel nr, telefon mobil, tel mobile, "
    "telephone mobile, portable, telephone portable, movil, telefono movil, celular, "
    "telefono celular, iphone",
}
"""By field, the names that mean it."""
_BY_NAME = {name: field for field, names in _KNOWN.items() for name in names.split(", ")}
_PHONE = re.compile(r"\b(phone|telephone|telefon|telefono|tel|telefonnummer|rufnummer|numero)\b")
_NO_PHONE = re.compile(
    r"\b(fax|faxnummer|telefax|telecopie|pager|telex|tty|tdd|isdn|callback|assistants?|assistent|"
    r"adjoint|ayudante|type|label|rappel|radio|rueckmeldung|ruckmeldung|company|firma)\b"
)
_EITHER = {"nom": "last", "nombre": "first", "name": "last"}
"""Names that mean the whole name where they stand alone, and a part of it where its other part has
a column of its own."""


def recognised(columns: Sequence[str]) -> dict[int, str]:
    """By the number of a column, from 0, what it is about; those that mean nothing are left out."""
    plain = [_plain(column) for column in columns]
    found = {n: field for n, name in enumerate(plain) if (field := _field(name))}
    parts = {field for field in found.values() if field in ("first", "last")}
    for n, name in enumerate(plain):
        if name not in _EITHER:
            continue
        part = _EITHER[name]
        other = "first" if part == "last" else "last"
        found[n] = part if other in parts and part not in parts else "name"
    return found


def _field(name: str) -> str:
    if name in _BY_NAME:
        return _BY_NAME[name]
    return "phone" if _PHONE.search(name) and not _NO_PHONE.search(name) else ""


def _plain(column: str) -> str:
    bare = unicodedata.normalize("NFKD", column.casefold())
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W\d_]+", " ", bare).split())
