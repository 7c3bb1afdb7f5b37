"""The tree: official units as the source has them, other bodies of the district level, and synthetic villages."""

from __future__ import annotations

from calendars.campaigns.making.tables import ARTICLE, HIGH, MEDIUM, SYNTHETIC, Record, read_source

COLUMNS = ("code", "name", "level", "parent", "tags", "source", "certainty")
PROVINCE = "22"
VILLAGES = 1544

DAM_HA, MONG_CAI, COAL = "200", "194", "than-quang-ninh"
TAN_BINH, DUC_YEN = "06904", "06910"
PILOTS = (DAM_HA, MONG_CAI, COAL, TAN_BINH, DUC_YEN)

# Quarters of wards are set a quarter larger in number than villages of townships and communes.
WEIGHTS = {"ward": 5, "township": 4, "commune": 4}
# Only these two types are divided into quarters; communes have hamlets and villages.
QUARTERED = ("ward", "township")

UNDER_PROVINCE = "party organisation directly under the province in 2020"
BODIES = (
    (COAL, "Than Quảng Ninh", "pilot", HIGH, "imsat.vn on its congress of 27-28/05/2020"),
    ("cong-an", "Công an tỉnh", "armed_forces public_security", MEDIUM, ARTICLE),
    ("quan-su", "Quân sự tỉnh", "armed_forces military", MEDIUM, "known indirectly"),
    ("bien-phong", "Bộ đội Biên phòng tỉnh", "armed_forces military", HIGH, f"dangcongsan.vn 540824; {ARTICLE}"),
    ("khoi-co-quan", "Khối các cơ quan tỉnh", "", MEDIUM, "known indirectly"),
)


def make_units() -> list[Record]:
    """All units, top down: 1 province, 13 localities and 5 bodies, 177 communes, 1,544 villages."""
    official = read_source("units.csv")
    communes = [unit for unit in official if unit["level"] == "commune"]
    above = [_official(unit) for unit in official if unit["level"] != "commune"]
    return above + _bodies() + [_official(unit) for unit in communes] + _villages(communes)


def apportion(seats: int, weights: list[int]) -> list[int]:
    """Distribute `seats` in proportion to `weights` by the largest remainder; of equal remainders the first wins."""
    total = sum(weights)
    shares = [seats * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda index: (-(seats * weights[index] % total), index))
    for index in order[: seats - sum(shares)]:
        shares[index] += 1
    return shares


def _official(unit: Record) -> Record:
    tags = "pilot" if unit["code"] in PILOTS else ""
    kept = {column: unit[column] for column in ("code", "name", "level", "parent", "source")}
    return {**kept, "tags": tags, "certainty": HIGH}


def _bodies() -> list[Record]:
    return [
        {
            "code": code,
            "name": name,
            "level": "district",
            "parent": PROVINCE,
            "tags": tags,
            "source": f"{UNDER_PROVINCE}: {source}",
            "certainty": certainty,
        }
        for code, name, tags, certainty, source in BODIES
    ]


def _villages(communes: list[dict[str, str]]) -> list[Record]:
    counts = apportion(VILLAGES, [WEIGHTS[commune["unit_type"]] for commune in communes])
    source = "made: 1,544 is the number of January 2020 (congluan.vn post72396), its spread and the names are not known"
    return [
        {
            "code": f"{commune['code']}-{number:02}",
            "name": f"{'Khu phố' if commune['unit_type'] in QUARTERED else 'Thôn'} {number}",
            "level": "village",
            "parent": commune["code"],
            "source": source,
            "certainty": SYNTHETIC,
        }
        for commune, count in zip(communes, counts, strict=True)
        for number in range(1, count + 1)
    ]
