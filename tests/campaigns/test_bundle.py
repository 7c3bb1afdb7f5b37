"""Finding and loading a campaign's folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from calendars.campaigns.bundle import bundled, find_bundle, load_bundle
from calendars.errors import Problems, UserError

QUANG_NINH = "quang-ninh-2020"


def test_bundled_campaigns() -> None:
    assert QUANG_NINH in bundled()
    assert list(bundled()) == sorted(bundled())
    assert find_bundle(QUANG_NINH).joinpath("plan.yaml").is_file()


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("campaign: x\n", encoding="utf-8")
    assert find_bundle(str(tmp_path)) == tmp_path


def test_a_bare_name_is_the_bundled_campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / QUANG_NINH
    own.mkdir()
    (own / "plan.yaml").touch()
    monkeypatch.chdir(tmp_path)
    assert find_bundle(QUANG_NINH) != Path(QUANG_NINH)
    assert find_bundle(f"./{QUANG_NINH}") == Path(QUANG_NINH)


def test_what_is_no_campaign(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        find_bundle("quang-ninh")
    names = ", ".join(bundled())
    assert str(refused.value) == f"quang-ninh: neither a folder nor a bundled campaign, expected one of {names}"
    with pytest.raises(UserError, match=r"the folder holds no plan\.yaml"):
        find_bundle(str(tmp_path))
    with pytest.raises(UserError):
        find_bundle(f"../campaigns/{QUANG_NINH}")


def test_plan_and_units_are_enough(tmp_path: Path) -> None:
    for name in ("plan.yaml", "units.csv"):
        shutil.copy(find_bundle(QUANG_NINH) / name, tmp_path)
    bundle = load_bundle(tmp_path)
    assert bundle.plan.campaign == QUANG_NINH
    assert len(bundle.units) == 1740
    assert (bundle.reports, bundle.records, bundle.contacts) == ((), (), ())


def test_a_folder_without_units(tmp_path: Path) -> None:
    shutil.copy(find_bundle(QUANG_NINH) / "plan.yaml", tmp_path)
    with pytest.raises(UserError, match=r"units\.csv: cannot be read"):
        load_bundle(tmp_path)


def test_a_bad_file_of_a_folder_is_named(tmp_path: Path) -> None:
    for name in ("plan.yaml", "units.csv"):
        shutil.copy(find_bundle(QUANG_NINH) / name, tmp_path)
    reports = tmp_path / "reports.csv"
    reports.write_text("unit,stage,on\n204,district_congress,2020-07-01\n", encoding="utf-8")
    with pytest.raises(Problems) as refused:
        load_bundle(tmp_path)
    assert str(refused.value) == f"{reports}: line 2: unknown unit '204'"
