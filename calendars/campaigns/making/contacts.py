"""Contacts without a person: posts and offices with addresses under `.invalid`, which no mail can reach (RFC 2606)."""

from __future__ import annotations

from calendars.campaigns.making.tables import SYNTHETIC, Record

COLUMNS = ("unit", "name", "role", "language", "email", "channels", "source", "certainty")
DOMAIN = "quang-ninh.invalid"
COMMITTEES = {"Tỉnh": "Tỉnh ủy", "Thành phố": "Thành ủy", "Thị xã": "Thị ủy", "Huyện": "Huyện ủy"}
MAILBOXES = {"secretary": "bi-thu", "office": "van-phong"}


def make_contacts(tree: list[Record]) -> list[Record]:
    """A secretary for every unit, and an office for every unit above the villages, in the tree's order."""
    names = {unit["code"]: unit["name"] for unit in tree}
    contacts: list[Record] = []
    for unit in tree:
        if unit["level"] == "village":
            place = f"{unit['name']}, {_in_a_sentence(names[unit['parent']])}"
            contacts.append(_contact(unit, "secretary", f"Bí thư Chi bộ {place}"))
        else:
            contacts.append(_contact(unit, "secretary", f"Bí thư {_committee(unit)}"))
            contacts.append(_contact(unit, "office", f"Văn phòng {_committee(unit)}"))
    return contacts


def _committee(unit: Record) -> str:
    for kind, committee in COMMITTEES.items():
        if unit["name"].startswith(f"{kind} "):
            return unit["name"].replace(kind, committee, 1)
    official = unit["level"] == "commune" and unit["code"].isdigit()
    return f"Đảng ủy {_in_a_sentence(unit['name']) if official else unit['name']}"


def _in_a_sentence(name: str) -> str:
    """ "Phường Hà Tu" as it stands inside a name: "phường Hà Tu"."""
    return name[0].lower() + name[1:]


def _contact(unit: Record, role: str, name: str) -> Record:
    return {
        "unit": unit["code"],
        "name": name,
        "role": role,
        "language": "vi",
        "email": f"{MAILBOXES[role]}.{unit['code']}@{DOMAIN}",
        "channels": "email",
        "source": "made: a post or office, no person",
        "certainty": SYNTHETIC,
    }
