"""What must hold for every programme, in every period of every trial."""

from __future__ import annotations

from collections import deque

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

from finsim.sheet.numpy_backend import Array
from tests.model.programmes import Run, Sizes, drawings, evaluated, seeds, sizes

NEAR = 1e-6  # 万元: a hundredth of a yuan
few = settings(
    max_examples=12, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
)  # fmt: skip


def near(a: Array, b: Array | float) -> None:
    np.testing.assert_allclose(*np.broadcast_arrays(a, b), rtol=1e-9, atol=NEAR)


def at_least(a: Array | float, b: Array | float) -> None:
    low = np.asarray(b - a)
    assert (low <= NEAR + 1e-9 * np.abs(b)).all(), f"short by {low.max()}"


@given(sizes)
@few
def test_once(size: Sizes) -> None:
    everything_holds(evaluated(size.programme()))


@given(sizes, seeds)
@few
def test_in_trials(size: Sizes, seed: int) -> None:
    programme = size.programme()
    drawn = drawings(programme, 5, np.random.default_rng(seed))
    everything_holds(evaluated(programme, drawn, 5))


def everything_holds(r: Run) -> None:
    check_rows_are_nothing(r)
    progress_goes_from_nothing_to_all(r)
    waterfall_pays_the_lesser_of_available_and_needed(r)
    restricted_money_pays_eligible_works_only(r)
    income_goes_to_somebody_once(r)
    sources_equal_uses(r)
    no_shortage_while_committed_money_is_left(r)
    bond_money_pays_works_only(r)
    debts_bear_their_interest_and_end_at_nothing(r)
    cash_is_the_sum_of_all_flows(r)
    balance_sheet_balances(r)
    depreciation_never_exceeds_cost_less_residual(r)
    vat_credit_is_never_negative_and_used_once(r)
    losses_are_used_once_and_within_their_years(r)
    grants_are_taxed_once_and_depreciated_once(r)
    a_bridge_without_end_ends_in_a_shortage(r)
    public_money_is_counted_once(r)


# ---- what holds --------------------------------------------------------------------------------------------
def check_rows_are_nothing(r: Run) -> None:
    for sheet, model in (("unit", r.programme.sheets.unit), ("account", r.programme.sheets.account)):
        for path, row in model.rows.items():
            if row.check:
                near(r.series(path, sheet), 0)


def progress_goes_from_nothing_to_all(r: Run) -> None:
    number = r.given("construction.number", "unit")
    for name, _ in r.programme.structure.works:
        w = f"works.{name}"
        progress = r.series(f"{w}.progress", "unit")
        done = np.diff(progress, axis=0, prepend=0)
        at_least(done, 0)
        at_least(1, progress)
        released = r.unit(f"{w}.budget") * r.unit(f"{w}.scope")
        whole = released * (1 + r.given("construction.overrun", "unit")) * (1 - r.given(f"{w}.audit_cut", "unit"))
        value = r.series(f"{w}.value", "unit")
        near(value, whole * done * (1 + r.given(f"{w}.price_growth", "unit")) ** (number - 1))
        unbuilt = r.series(f"{w}.unbuilt", "unit")
        at_least(unbuilt, 0)
        if name not in r.programme.structure.not_built:
            near(unbuilt, 0)
        near(r.series(f"{w}.cost", "unit"), value * (1 - r.given(f"{w}.by_others", "unit")) - unbuilt)
        at_least(r.series(f"{w}.cost", "unit"), 0)
        owed = r.series(f"{w}.cost", "unit").cumsum(axis=0) - r.series(f"{w}.paid", "unit").cumsum(axis=0)
        near(owed, r.series(f"{w}.withheld", "unit"))
    share = r.series("investment.under_construction")
    at_least(share, 0)
    at_least(1, share)


def waterfall_pays_the_lesser_of_available_and_needed(r: Run) -> None:
    """The waterfall once more, as a loop over periods and sources."""
    s = r.programme.structure
    works = [name for name, _ in s.works]
    called = {w: r.series(f"works.{w}.called", "unit") for w in works}
    pots = {name: Pot(r, name) for name, _ in s.sources}
    for t in range(len(r.programme.numbers.years)):
        need = {w: called[w][t] for w in works}
        for name, _ in s.sources:
            eligible = dict(s.pays)[name]
            wanted = sum(need[w] for w in eligible)
            paid = np.minimum(pots[name].available(sum(called[w][t] for w in eligible)), wanted)
            near(r.series(f"sources.{name}.paid", "unit")[t], paid)
            pots[name].pay(paid)
            part = np.divide(paid, wanted, out=np.zeros(np.broadcast(paid, wanted).shape), where=np.abs(wanted) > 5e-7)
            for w in eligible:
                need[w] = need[w] * (1 - part)
        near(r.series("contributions.gap", "unit")[t], sum(x for w, x in need.items() if w not in s.not_built))
        near(r.series("construction.unbuilt", "unit")[t], sum(x for w, x in need.items() if w in s.not_built))


class Pot:
    """What a source holds: its entitlement within the caps, what it earns as a share of cost, interest and renewal."""

    def __init__(self, r: Run, name: str) -> None:
        def of(key: str) -> Array:
            return r.given(f"sources.{name}.{key}", "unit")

        self.realised, self.cap_share = of("realised"), of("cap_share")
        self.interest, self.renewal = of("interest_rate"), of("eligible") * of("renewal")
        self.share = of("eligible") * of("share_of_cost")
        by_households = of("cap_per_household") * r.given("facts.households", "unit") / 10_000
        self.caps = [np.where(cap > 0, cap, np.inf) for cap in (of("cap"), by_households)]
        self.caps[1] = np.where(of("cap_per_household") > 0, by_households, np.inf)
        self.allowed = self.realised * np.minimum(r.unit(f"sources.{name}.granted"), np.minimum(*self.caps))
        self.held, self.spent, self.cost = self.allowed, 0.0 * self.allowed, 0.0 * self.allowed

    def available(self, cost: Array) -> Array:
        more = self.realised * self.share * cost
        ceiling = np.minimum(
            *(np.where(np.isinf(cap), np.inf, self.realised * np.where(np.isinf(cap), 0, cap)) for cap in self.caps)
        )
        earned = np.minimum(more, np.maximum(0, ceiling - self.allowed))
        self.allowed = self.allowed + earned
        self.held = self.held * (1 + self.interest) + earned + self.realised * self.renewal
        self.cost = self.cost + cost
        room = np.maximum(0, self.cap_share * self.cost - self.spent)
        return np.where(self.cap_share > 0, np.minimum(self.held, room), self.held)

    def pay(self, paid: Array) -> None:
        self.held, self.spent = self.held - paid, self.spent + paid


def restricted_money_pays_eligible_works_only(r: Run) -> None:
    s = r.programme.structure
    received = {w: 0.0 * r.series(f"works.{w}.cost", "unit") for w, _ in s.works}
    for name, eligible in s.pays:
        pays = {w: r.series(f"sources.{name}.pays.{w}.paid", "unit") for w in eligible}
        for w, paid in pays.items():
            at_least(paid, 0)
            received[w] = received[w] + paid
        near(r.series(f"sources.{name}.paid", "unit"), sum(pays.values()))
        reaches = np.broadcast_to(r.given(f"sources.{name}.eligible", "unit"), pays[eligible[0]].shape)
        near(np.where(reaches > 0, 0, sum(pays.values())), 0)
        entitled = r.unit(f"sources.{name}.entitled") + r.series(f"sources.{name}.accrued", "unit").cumsum(axis=0)
        at_least(entitled, r.series(f"sources.{name}.paid", "unit").cumsum(axis=0))
        near(
            entitled[-1] - r.series(f"sources.{name}.paid", "unit").sum(axis=0),
            r.series(f"sources.{name}.returned", "unit")[-1],
        )
        owed = r.series(f"sources.{name}.receivable", "unit")
        at_least(owed, 0)
        come = r.series(f"sources.{name}.received", "unit") + r.series(f"sources.{name}.given", "unit")
        near(come.cumsum(axis=0) + owed, r.series(f"sources.{name}.paid", "unit").cumsum(axis=0))
    for w, paid in received.items():
        at_least(r.series(f"works.{w}.called", "unit"), paid)
        at_least(r.series(f"works.{w}.paid", "unit"), paid)
    at_least(r.series("contributions.payable", "unit"), r.series("contributions.payable_for_assets", "unit"))


def income_goes_to_somebody_once(r: Run) -> None:
    for name, _ in r.programme.structure.streams:
        income, *parts = (
            r.series(f"streams.{name}.{row}", "unit") for row in ("income", "taken", "upkeep", "part", "left")
        )
        near(sum(parts), income)
        for part in parts:
            at_least(part, 0)
        at_least(r.series(f"streams.{name}.charges", "unit"), income)
        for row in ("ramp", "operated"):
            at_least(r.series(f"streams.{name}.{row}", "unit"), 0)
            at_least(1, r.series(f"streams.{name}.{row}", "unit"))


def sources_equal_uses(r: Run) -> None:
    sources = [
        r.series(p) for p in (
            "contributions.contributed", "funding.bond_used", "funding.capital_drawn", "debts.drawn", "debts.capitalised_interest",
            "working_loan.draw", "funding.from_surplus",
        )
    ]  # fmt: skip
    for source in sources:
        at_least(source, 0)
    uses = r.series("investment.paid") + sum(
        r.series(f"funding.{part}") for part in ("capitalised", "working_capital", "advanced")
    )
    near(sum(sources) + r.series("funding.shortage"), uses)
    owed = r.series("funding.shortage").cumsum(axis=0)
    near(owed, r.series("funding.owed"))
    at_least(owed, 0)
    at_least(r.series("cash.unfunded"), owed)
    at_least(owed, r.series("funding.works_owed"))


def no_shortage_while_committed_money_is_left(r: Run) -> None:
    s = r.programme.structure
    owed = r.series("funding.owed") > NEAR
    for name, _ in s.capital:
        released = r.account(f"capital.{name}.amount") * r.given(f"capital.{name}.released")
        left = released - r.series(f"capital.{name}.draw").cumsum(axis=0)
        assert not (owed & (left > NEAR)).any()
    for name, _ in s.loans:
        open_ = r.given(f"loans.{name}.available") > 0
        released = r.account(f"loans.{name}.commitment") * r.given(f"loans.{name}.released")
        assert not (owed & open_ & (released - r.series(f"loans.{name}.drawn") > NEAR)).any()
    assert not (owed & (r.series("cash.accumulated") > NEAR)).any()
    assert not ((r.series("funding.works_owed") > NEAR) & (r.series("funding.unspent") > NEAR)).any()


def bond_money_pays_works_only(r: Run) -> None:
    used = r.series("funding.bond_used").cumsum(axis=0)
    at_least(r.series("debts.proceeds").cumsum(axis=0), used)
    at_least(r.series("contributions.gap").cumsum(axis=0), used)
    at_least(r.series("funding.unspent"), 0)
    at_least(r.series("debts.bonds_closing"), r.series("funding.unspent"))
    at_least(r.series("cash.cash"), r.series("funding.unspent"))


def debts_bear_their_interest_and_end_at_nothing(r: Run) -> None:
    s = r.programme.structure
    for name, _ in s.bonds:
        b = f"bonds.{name}"
        renewed = [r.account(f"bonds.{other}.amount") for other in dict(s.refinances).get(name, ())]
        amount = r.account(f"{b}.face") * r.given(f"{b}.granted") + sum(renewed) * r.given(f"{b}.refinanced")
        years, late = r.given(f"{b}.coupon_years"), r.given(f"{b}.late")
        a_year_later = np.concatenate([0 * years[:1], years[:-1]])
        coupons = r.given(f"{b}.coupon") * (years * (1 - late) + a_year_later * late)
        near(r.series(f"{b}.interest"), amount * coupons)
        near(r.series(f"{b}.closing")[-1], 0)
        before = amount * r.given(f"{b}.existing_share")
        near(before + (r.series(f"{b}.proceeds") - r.series(f"{b}.repaid")).sum(axis=0), 0)
    for name, _ in s.loans:
        x = f"loans.{name}"
        opening, draw, closing = (r.series(f"{x}.{row}") for row in ("opening", "draw", "closing"))
        times = r.given(f"{x}.compounding")
        rate = (1 + (r.given(f"{x}.rate") + r.given(f"{x}.rate_change")) / times) ** times - 1
        near(r.series(f"{x}.interest"), rate * (opening + r.given(f"{x}.draw_weight") * draw))
        at_least(r.account(f"{x}.commitment"), draw.sum(axis=0))
        at_least(r.series(f"{x}.repaid"), 0)
        near(draw * (1 - r.given(f"{x}.available")), 0)
        at_least(closing, 0)
        near(closing[-1], 0)
    for name, _ in s.capital:
        may = r.account(f"capital.{name}.amount") + r.series(f"capital.{name}.proportional").sum(axis=0)
        at_least(may, r.series(f"capital.{name}.draw").sum(axis=0))
    near(r.series("debts.all_closing")[-1], 0)
    at_least(r.series("debts.bridges_closing"), 0)


def cash_is_the_sum_of_all_flows(r: Run) -> None:
    signs = {
        "operations.revenue": 1, "operations.output_vat": 1, "operations.cost": -1, "operations.input_vat": -1, "vat.payable": -1,
        "surcharges.surcharges": -1, "tax.tax": -1, "investment.paid": -1, "contributions.given": 1, "contributions.received": 1,
        "funding.capital_drawn": 1, "debts.drawn": 1, "debts.proceeds": 1, "debts.coupons": -1, "debts.fees": -1,
        "debts.loan_interest": -1, "debts.rolled_up": 1, "debts.bonds_repaid": -1, "debts.loans_repaid": -1,
        "operations.subsidy": 1, "vat.refund": 1, "operations.sustaining": -1, "operations.sustaining_vat": -1,
        "working_loan.draw": 1, "working_loan.repaid": -1, "working_loan.interest": -1, "debts.bridged": 1,
        "debts.bridges_repaid": -1, "debts.bridge_interest": -1, "appropriation.dividends": -1, "appropriation.to_preferred": -1,
    }  # fmt: skip
    flows = sum(sign * r.series(path) for path, sign in signs.items())
    tied = r.series("working_capital.level")
    flows = flows - np.diff(tied, axis=0, prepend=0 * tied[:1])
    opening = r.given("opening.cash")
    near(r.series("cash.cash") - r.series("cash.unfunded"), opening + np.cumsum(flows, axis=0))
    at_least(r.series("cash.cash"), 0)
    at_least(r.series("cash.unfunded"), 0)


def balance_sheet_balances(r: Run) -> None:
    near(r.series("balance_sheet.total_assets"), r.series("balance_sheet.claims"))
    for row in ("current", "in_progress", "fixed", "intangible", "vat_credit", "special_payable", "loans_closing", "bonds_closing", "reserves"):
        at_least(r.series(f"balance_sheet.{row}"), 0)


def depreciation_never_exceeds_cost_less_residual(r: Run) -> None:
    for name, _ in r.programme.structure.works:
        w = f"works.{name}"
        at_least(r.series(f"{w}.depreciation", "unit"), 0)
        depreciable = r.series(f"{w}.asset", "unit") * (1 - r.given(f"{w}.residual", "unit"))
        at_least(depreciable, r.series(f"{w}.depreciated", "unit"))
        net = r.given(f"{w}.owned", "unit") * r.series(f"{w}.cost", "unit").cumsum(axis=0)
        net = net * (1 - r.series(f"{w}.vat_share", "unit"))
        near(r.series(f"{w}.asset", "unit"), net * r.series("construction.done", "unit"))
    at_least(r.series("assets.interest_net"), 0)
    at_least(r.series("assets.right_net"), 0)
    at_least(r.series("profit.interest"), 0)


def vat_credit_is_never_negative_and_used_once(r: Run) -> None:
    output, paid, credit = (r.series(p) for p in ("operations.output_vat", "vat.payable", "vat.credit"))
    at_least(credit, 0)
    at_least(paid, 0)
    simple = r.series("operations.simplified_vat")  # paid whole, whatever the credit
    at_least(paid, simple)
    near(np.minimum(credit, paid - simple), 0)
    pool = r.given("opening.vat_credit") + np.cumsum(r.series("vat.input_vat") - (output - simple), axis=0)
    near(credit - np.cumsum(paid - simple + 0 * credit, axis=0), pool)


def losses_are_used_once_and_within_their_years(r: Run) -> None:
    """Relief once more, for one taxpayer at a time: the oldest loss first, each for five years, or ten."""
    profits = r.series("tax.base")
    relief = np.broadcast_to(r.series("tax.relief"), profits.shape)
    for member, number in np.ndindex(profits.shape[1:]):
        losses: deque[list[float]] = deque()
        for t, profit in enumerate(profits[:, member, number]):
            while losses and losses[0][0] < t - r.programme.structure.loss_years:
                losses.popleft()
            used = 0.0
            for loss in losses:
                part = min(loss[1], max(profit, 0.0) - used)
                loss[1] -= part
                used += part
            assert abs(used - relief[t, member, number]) <= NEAR
            losses.append([t, max(-profit, 0.0)])


def grants_are_taxed_once_and_depreciated_once(r: Run) -> None:
    written_off = r.series("construction.depreciation", "unit") + r.series("construction.amortisation", "unit")
    lost, taxed = r.series("contributions.not_deductible", "unit"), r.series("contributions.taxed", "unit")
    at_least(lost, 0)
    at_least(written_off, lost)
    at_least(r.series("contributions.for_assets", "unit").sum(axis=0), taxed.sum(axis=0))


def a_bridge_without_end_ends_in_a_shortage(r: Run) -> None:
    endless, closing = r.series("liquidity.endless"), r.series("debts.bridges_closing")
    short = r.series("cash.accumulated") < -5e-7
    assert not (endless.any(axis=0) & ~short.any(axis=0)).any()
    assert not ((endless > 0) & (closing <= 0)).any() and not endless[-1].any()
    at_least(r.series("liquidity.short"), endless)


def public_money_is_counted_once(r: Run) -> None:
    """The own budget and those above pay all fiscal grants, subsidies and the government's capital; flags are no negative amounts."""
    s = r.programme.structure
    fiscal = {name for name, nature in s.natures if nature == "fiscal"} | set(s.own)
    paid = sum(r.series(f"sources.{name}.received") for name in fiscal)
    paid = paid + sum(r.series(f"capital.{name}.draw") for name in s.government) + r.series("operations.subsidy")
    others = r.account("public.budget_share") * r.given("public.to_others")
    near(r.series("public.outlay") + r.series("public.from_above"), paid + others)
    for row in ("beyond", "over_limit", "coupons_from_bonds", "bonds_after", "pledged_twice", "idle"):
        at_least(r.series(f"public.{row}"), 0)
    at_least(r.series("funding.unspent"), r.series("public.idle"))
    at_least(r.series("debts.special_coupons"), r.series("public.coupons_from_bonds"))
