"""The bytes of a feed, the same whether the service answers them or a file holds them."""

from __future__ import annotations

from collections.abc import Mapping

from calendars.ical.calendar import assemble
from calendars.ical.detail import Detail, public, reduced
from calendars.ical.variants import varied
from calendars.ical.wording import unit_name
from calendars.store.feeds import CampaignView
from calendars.store.past import Past
from calendars.web.parameters import Parameters


def content(campaign: CampaignView, parameters: Parameters, past: Past, public_at: str = "") -> bytes:
    """The whole calendar that the parameters ask for, empty of entries or not. One that everybody finds, at the address
    `public_at`, names it and tells nothing that somebody typed. Raises `StoreAway` where a day of the past was asked
    for that nobody looked at yet."""
    if parameters.as_of is not None:
        campaign = past.on(campaign, parameters.as_of, campaign.admitted(parameters.selection))
    selected = campaign.select(parameters.selection)
    pieces = [piece.en if parameters.language == "en" else piece.vi for piece in selected]
    if public_at:
        pieces = [public(piece) for piece in pieces]
    if parameters.detail is not Detail.FULL:
        pieces = [reduced(piece, parameters.detail) for piece in pieces]
    if parameters.variant:
        pieces = [
            varied(piece, of.kind, of.first, of.last, parameters.variant)
            for of, piece in zip(selected, pieces, strict=True)
        ]
    source = f"{public_at}?{parameters.query}" if public_at and parameters.query else public_at
    return assemble(*_named(campaign, parameters), pieces, source)


_COVERS: Mapping[str, str] = {
    "vi": "Các mốc đại hội của {unit} và các đơn vị bên dưới trong đợt {campaign}. Bộ lọc: {filters}.",
    "en": "Congress dates of {unit} and the units below it in {campaign}. Filters: {filters}.",
}
_NO_FILTER: Mapping[str, str] = {"vi": "không có", "en": "none"}


def _named(campaign: CampaignView, parameters: Parameters) -> tuple[str, str]:
    """The calendar's name and what it covers: nobody should take a narrow feed for a full one."""
    language = parameters.language
    unit = unit_name(campaign.units[parameters.selection.under].name)
    said: str = getattr(unit, language)
    filters = "; ".join(f"{name}={value}" for name, value in parameters.given if name not in {"lang", "gzip"})
    description = _COVERS[language].format(
        unit=said, campaign=campaign.plan.title[language], filters=filters or _NO_FILTER[language]
    )
    return f"{said[:1].upper()}{said[1:]} - {campaign.plan.title[language]}", description
