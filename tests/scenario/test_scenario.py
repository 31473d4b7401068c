"""A loaded scenario: accounts of every grouping, the origin of every number, one digest for one meaning, nothing that changes."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest

from finsim.result import run
from finsim.scenario.loading import load
from finsim.scenario.scenario import Scenario

SONGXIAN = "scenarios/songxian-2023.yaml"
TWO_LOANS = "scenarios/two-loans.yaml"
GOLDEN = {"card": "5ecf25ea27caa651", "density": "4329813683cf8153"}
"""Digests of Songxian. One that moves without a change of the file or of MODEL_VERSION is a change of meaning unsaid."""


@pytest.fixture(scope="module")
def songxian() -> Scenario:
    return load(SONGXIAN, "card")


@pytest.fixture(scope="module")
def two_loans() -> Scenario:
    return load(TWO_LOANS, "two_accounts")


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Scenario:
    """The invented example with pieces of its text replaced."""
    text = Path(TWO_LOANS).read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = tmp_path / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, "two_accounts")


# ---- accounts ----------------------------------------------------------------------------------------------
def test_three_modes_are_three_groupings_of_the_same_units(two_loans: Scenario) -> None:
    assert {
        by: [account.units for account in two_loans.accounts(by)] for by in ("unit", "district", "all", "accounts")
    } == {
        "unit": [("east",), ("west",), ("river",)],
        "district": [("east", "west"), ("river",)],
        "all": [("east", "river", "west")],
        "accounts": [("east", "river"), ("west",)],
    }
    assert two_loans.accounts() == two_loans.listed


def test_a_district_of_one_unit_keeps_the_id_of_the_unit(two_loans: Scenario) -> None:
    assert [(a.id, a.label.zh) for a in two_loans.accounts("district")] == [
        ("district-1", "城东片区"),
        ("river", "河滨片区"),
    ]


def test_a_unit_without_a_district_is_one_by_itself(songxian: Scenario) -> None:
    assert [a.units for a in songxian.accounts("district")] == [(unit.id,) for unit in songxian.units]


# ---- origins -----------------------------------------------------------------------------------------------
def test_every_input_has_an_origin(songxian: Scenario, two_loans: Scenario) -> None:
    for scenario in (songxian, two_loans):
        sheets, numbers = scenario.sheets, scenario.numbers
        assert numbers.unit_inputs.keys() == sheets.unit.inputs.keys()
        assert numbers.account_inputs.keys() == sheets.account.inputs.keys()
        assert numbers.unit_schedules.keys() == sheets.unit.schedules.keys()
        assert numbers.account_schedules.keys() == sheets.account.schedules.keys()
        inputs = {("unit", path) for path in sheets.unit.inputs} | {("account", path) for path in sheets.account.inputs}
        schedules = {("account", path) for path in sheets.account.schedules}
        assert inputs <= scenario.origins.keys() <= inputs | schedules


@pytest.mark.parametrize(
    ("sheet", "path", "kind", "written"),
    [
        ("unit", "streams.parking.price", "assumed", "price: {value: 150 元"),
        ("unit", "streams.parking.occupancy", "assumed", "occupancy: {value: 90%, assumed: [0.6, 0.98], note: 车位使用率}"),
        ("unit", "works.parking.owned", "derived", "owner: company"),
        ("unit", "works.pipes.life", "derived", "owner: government"),
        ("unit", "stakes.bonds.b2026.face", "derived", "face: 800 万元"),
        ("unit", "sources.central.amount", "default", "central:"),
        ("account", "loans.policy_bank.draw_weight", "derived", "draws: middle"),
        ("account", "tax.rate", "published", "tax: {rate: {policy: income_tax.rate}}"),
        ("account", "surcharges.on_vat", "unverified", "surcharges: {on_vat: {policy: surtax.city}"),
    ],
)  # fmt: skip
def test_an_origin_leads_to_the_line_where_it_is_written(
    two_loans: Scenario, sheet: str, path: str, kind: str, written: str
) -> None:
    origin = two_loans.origin(sheet, path)
    assert origin.kind == kind
    assert origin.word.zh and origin.word.en
    line = Path(TWO_LOANS).read_text(encoding="utf-8").splitlines()[(origin.place.line or 0) - 1]
    assert line.strip().startswith(written)


def test_a_split_total_says_how_it_was_split(songxian: Scenario) -> None:
    origin = songxian.origin("unit", "streams.charging.quantity", "d1")
    assert origin.note.zh == "合计 198，按户数分摊。充电桩数未公布"
    assert origin.note.en.startswith("Total 198, split by households.")
    assert origin.assumed == (50, 250)


# ---- digest ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("variant", GOLDEN)
def test_the_digest_of_songxian(variant: str) -> None:
    assert load(SONGXIAN, variant).digest == GOLDEN[variant]


def test_words_do_not_change_the_digest(tmp_path: Path, two_loans: Scenario) -> None:
    told = ("note: 除税率外全部数字为虚构。", "note: 换一种说法。")
    sourced = ("    note: 不对应任何真实项目。\n", "")
    assumed = ("assumed: [0.6, 0.98]", "assumed: [0.5, 0.99]")
    assert changed(tmp_path, told, sourced, assumed).digest == two_loans.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("price: {value: 150 元", "price: {value: 151 元"),
        ("years: [2029, 2046]", "years: [2029, 2045]"),
        ("standard: [cover_full, cover_all_debt, liquidity]", "standard: [cover_full, liquidity]"),
        ("streams.premises.quantity: 400", "streams.premises.quantity: 401"),
        ("triangular: [3.5%, 4.1%, 4.9%]", "triangular: [3.5%, 4.1%, 5%]"),
        (
            "units: [east, river]}",
            "units: [river]}\n          - {id: east, label: 东园, label_en: East, units: [east]}",
        ),
        ("pays: {network: [排水]}", "pays: {works: [pipes, body]}"),
    ],
)
def test_what_moves_a_result_changes_the_digest(tmp_path: Path, two_loans: Scenario, old: str, new: str) -> None:
    assert changed(tmp_path, (old, new)).digest != two_loans.digest


def test_a_choice_not_made_does_not_change_the_digest(tmp_path: Path, two_loans: Scenario) -> None:
    """So a choice that finsim gains moves no scenario: saying what holds anyway is saying nothing."""
    said = ("tax: {rate: {policy: income_tax.rate}}", "tax: {rate: {policy: income_tax.rate}, loss_years: 5}\nvat: {refunded: 0, shown: net}")
    assert changed(tmp_path, said).digest == two_loans.digest
    gross = ("tax: {rate: {policy: income_tax.rate}}", "tax: {rate: {policy: income_tax.rate}}\nvat: {shown: gross}")
    assert changed(tmp_path, gross).digest != two_loans.digest


# ---- nothing of it changes ---------------------------------------------------------------------------------
def test_a_worker_gets_the_same_scenario(two_loans: Scenario) -> None:
    again = pickle.loads(pickle.dumps(two_loans))
    assert again.digest == two_loans.digest
    assert again.accounts() == two_loans.accounts()
    assert run(again).to_json() == run(two_loans).to_json()
    assert copy.deepcopy(two_loans).origins == two_loans.origins


def test_its_numbers_can_be_read_not_written(two_loans: Scenario) -> None:
    numbers = two_loans.numbers
    for arrays in (numbers.unit_inputs, numbers.unit_schedules, numbers.account_inputs, numbers.account_schedules):
        for array in arrays.values():
            with pytest.raises(ValueError, match="read-only"):
                array += 1.0


def test_evaluating_leaves_it_as_it_was(two_loans: Scenario) -> None:
    before = {path: np.array(array) for path, array in two_loans.numbers.unit_inputs.items()}
    for by in ("unit", "district", "all"):
        run(two_loans, by)
    assert all((two_loans.numbers.unit_inputs[path] == array).all() for path, array in before.items())
