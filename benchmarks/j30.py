"""J30, a common job for speed: 30 years, one loan, one bond, five streams, tax with losses carried forward, two rates of return.

Years 0 and 1 build, 2 to 29 operate. Amounts in 万元. Works cost 10,000 × (1 + overrun), 60 % and 40 %; a loan pays 30 % of
them (interest of construction is capitalised, then 15 level payments), a bond 20 % (3 % a year in cash from year 1, repaid
in year 16), equity the rest. Drawn: price, occupancy, overrun, rate of the loan.
"""

from __future__ import annotations

import numpy as np

from finsim.model.engine import Engine, Numbers
from finsim.model.structure import Sheets
from finsim.sheet import Block, Input, Schedule, Text, clip, line, maximum, ratio, share, total, where
from finsim.sheet.model import build
from finsim.sheet.numpy_backend import Array

YEARS, BUILT, PAYMENTS, LAST_PAYMENT, WRITTEN_OFF = 30, 2, 15, 16, 20
COST, SPLIT = 10_000.0, (0.6, 0.4)
LOAN, BOND, COUPON = 0.30, 0.20, 0.03
USUAL = 0.85  # occupancy
FIXED_COST, COST_GROWTH, COST_SHARE = 180.0, 0.025, 0.22
RESIDUAL, TAX, DISCOUNT = 0.05, 0.25, 0.06
STREAMS = {  # income of a year, growth, years of ramp-up, whether it follows the occupancy
    "rent": (430.0, 0.020, 3, 1), "parking": (290.0, 0.015, 2, 0), "adverts": (70.0, 0.010, 1, 0),
    "property": (390.0, 0.020, 3, 1), "care": (260.0, 0.030, 4, 1),
}  # fmt: skip
DRAWN = ("terms.price", "terms.occupancy", "terms.overrun", "terms.rate")


def draws(trials: int, seed: int = 2026) -> Array:
    """Price, occupancy, overrun and rate of the loan: (4, trials)."""
    random = np.random.Generator(np.random.Philox(seed))
    price = np.exp(0.08 * random.standard_normal(trials))
    occupancy = random.triangular(0.65, 0.85, 0.95, trials)
    overrun = random.triangular(-0.05, 0.05, 0.35, trials)
    return np.array([price, occupancy, overrun, np.clip(0.042 + 0.006 * random.standard_normal(trials), 0.02, None)])


# ---- as a model ------------------------------------------------------------------------------------------------
class Terms(Block):
    title = Text("条件", "Terms")
    price = Input("价格", "price", unit="1")
    occupancy = Input("出租率", "occupancy", unit="1")
    overrun = Input("超支率", "overrun", unit="1")
    rate = Input("贷款利率", "rate of the loan", unit="1")
    year = Schedule("年序", "year", unit="1")
    split = Schedule("投资比例", "share of the works", unit="1")
    operating = Schedule("运营期", "operation", unit="1")
    paying = Schedule("还款期", "repayment", unit="1")
    first = Schedule("首个还款年", "first payment", unit="1")
    bullet = Schedule("债券到期", "bond due", unit="1")
    writing_off = Schedule("折旧期", "depreciation", unit="1")

    @line("价格与出租率", "price and occupancy", unit="1")
    def let(self):
        return self.price * self.occupancy / USUAL


class Stream(Block):
    title = Text("收入来源", "Stream")
    terms: Terms
    base = Input("基期收入", "base")
    growth = Input("增长率", "growth", unit="1")
    ramp = Input("爬坡年数", "years of ramp-up", unit="年")
    linked = Input("随出租率", "follows occupancy", unit="1")

    @line("指数", "index", unit="1")
    def index(self):
        return where(self.terms.year < 0.5, 1, self.index.prev * (1 + self.growth))

    @line("基准收入", "income as planned")
    def planned(self):
        return self.base * self.index * clip((self.terms.year - 1) / self.ramp, 0, 1) * self.terms.operating

    @line("实现系数", "realised", unit="1")
    def realised(self):
        return where(self.linked > 0.5, self.terms.let, self.terms.price)

    @line("收入", "income")
    def income(self):
        return self.planned * self.realised


class Job(Block):
    title = Text("算例", "Job")
    streams: list[Stream]
    terms: Terms

    @line("建设投资", "works")
    def works(self):
        return COST * (1 + self.terms.overrun) * self.terms.split

    # ---- loan and bond
    @line("年金系数", "annuity factor", unit="1")
    def annuity(self):
        return self.terms.paying * (1 + self.annuity.next) / (1 + self.terms.rate)

    @line("贷款利息", "interest of the loan")
    def interest(self):
        return self.loan.prev * self.terms.rate

    @line("等额还款", "level payment")
    def level(self):
        return self.level.prev + self.terms.first * share(self.loan.prev, self.annuity)

    @line("贷款还款", "payment of the loan")
    def paid(self):
        return self.level * self.terms.paying

    @line("贷款余额", "loan", stock=True)
    def loan(self):
        return self.loan.prev + LOAN * self.works + self.interest - self.paid

    @line("债券利息", "coupon")
    def coupon(self):
        return self.bond.prev * COUPON

    @line("债券偿还", "bond repaid")
    def repaid(self):
        return self.bond.prev * self.terms.bullet

    @line("债券余额", "bond", stock=True)
    def bond(self):
        return self.bond.prev + BOND * self.works - self.repaid

    @line("还本付息", "debt service")
    def service(self):
        return self.terms.operating * (self.paid + self.coupon) + self.repaid

    # ---- operation and tax
    @line("收入", "income")
    def income(self):
        return total(stream.income for stream in self.streams)

    @line("固定成本指数", "index of cost", unit="1")
    def index(self):
        return where(self.terms.year < 0.5, 1, self.index.prev * (1 + COST_GROWTH))

    @line("息税折旧前利润", "EBITDA")
    def ebitda(self):
        return self.income - FIXED_COST * self.index * self.terms.operating - COST_SHARE * self.income

    @line("资产原值", "asset")
    def asset(self):
        return self.works + (1 - self.terms.operating) * (self.interest + self.coupon)

    @line("年折旧", "depreciation of a year")
    def yearly(self):
        return self.asset.total * ((1 - RESIDUAL) / WRITTEN_OFF)

    @line("累计亏损减利润", "losses less profit")
    def left(self):
        profit = self.ebitda - self.yearly * self.terms.writing_off - self.terms.operating * (self.interest + self.coupon)
        return self.losses.prev - profit

    @line("可弥补亏损", "losses carried forward", stock=True)
    def losses(self):
        return maximum(self.left, 0)

    @line("所得税", "income tax")
    def tax(self):
        return maximum(-self.left, 0) * TAX

    # ---- flows
    @line("可用于还款的现金", "cash available for debt service")
    def cash(self):
        return self.ebitda - self.tax

    @line("项目净现金流", "flow of the project")
    def project(self):
        return self.cash - self.works

    @line("资本金净现金流", "flow of equity")
    def equity(self):
        return self.project + (LOAN + BOND) * self.works - (1 - self.terms.operating) * self.coupon - self.service

    @line("偿债备付率", "DSCR", unit="1")
    def dscr(self):
        return ratio(self.cash, self.service)

    @line("折现系数", "discount factor", unit="1")
    def factor(self):
        return where(self.terms.year < 0.5, 1, self.factor.prev / (1 + DISCOUNT))

    @line("折现净现金流", "discounted flow")
    def discounted(self):
        return self.project * self.factor

    @line("净现值", "NPV")
    def npv(self):
        return self.discounted.total


WANTED = ("job.project", "job.dscr", "job.equity", "job.npv")


def engine(backend: str) -> Engine:
    """The model as an engine of one unit whose four uncertain inputs are drawn."""
    terms = Terms("terms")
    streams = [Stream(f"streams.{name}", terms=terms) for name in STREAMS]
    job = Job("job", terms=terms, streams=streams)
    year = np.arange(float(YEARS))
    schedules = {
        "year": year, "split": np.where(year < BUILT, np.array([*SPLIT, *[0.0] * (YEARS - BUILT)]), 0.0),
        "operating": year >= BUILT, "paying": (year >= BUILT) & (year <= LAST_PAYMENT), "first": year == BUILT,
        "bullet": year == LAST_PAYMENT, "writing_off": (year >= BUILT) & (year < BUILT + WRITTEN_OFF),
    }  # fmt: skip
    inputs = dict.fromkeys(DRAWN, 1.0)
    for name, values in STREAMS.items():
        inputs |= {f"streams.{name}.{key}": v for key, v in zip(("base", "growth", "ramp", "linked"), values, strict=True)}
    numbers = Numbers(
        tuple(range(YEARS)), ("one",), {path: np.array([value]) for path, value in inputs.items()},
        {f"terms.{name}": row.astype(float)[:, None] for name, row in schedules.items()}, {}, {},
    )  # fmt: skip
    sheets = Sheets(build([terms, job, *streams]), build([]))
    return Engine(sheets, numbers, [[0]], [], WANTED, [("unit", path) for path in DRAWN], backend)


# ---- one trial, written for reading ----------------------------------------------------------------------------
def one(price: float, occupancy: float, overrun: float, rate: float) -> tuple[list[float], list[float], list[float], float]:
    """Flow of the project, DSCR of years 2 to 16, flow of equity, and NPV at 6 %: the reference for one trial."""
    works = [COST * (1 + overrun) * part for part in SPLIT]
    capitalised = LOAN * works[0] * rate
    loan = LOAN * works[0] * (1 + rate) + LOAN * works[1]
    payment = loan * rate / (1 - (1 + rate) ** -PAYMENTS)
    bond, coupon_in_construction = BOND * sum(works), BOND * works[0] * COUPON
    yearly = (sum(works) + capitalised + coupon_in_construction) * (1 - RESIDUAL) / WRITTEN_OFF
    project = [-cost for cost in works]
    equity = [-(1 - LOAN - BOND) * works[0], -(1 - LOAN - BOND) * works[1] - coupon_in_construction]
    dscr, losses = [], 0.0
    for t in range(BUILT, YEARS):
        income = 0.0
        for base, growth, ramp, linked in STREAMS.values():
            income += base * (1 + growth) ** t * min((t - 1) / ramp, 1) * price * (occupancy / USUAL if linked else 1)
        ebitda = income - FIXED_COST * (1 + COST_GROWTH) ** t - COST_SHARE * income
        interest = service = 0.0
        if t <= LAST_PAYMENT:
            interest = loan * rate
            loan -= payment - interest
            interest += bond * COUPON
            service = payment + bond * COUPON + (bond if t == LAST_PAYMENT else 0.0)
        profit = ebitda - (yearly if t < BUILT + WRITTEN_OFF else 0.0) - interest
        used = min(losses, max(profit, 0.0))
        losses += max(-profit, 0.0) - used
        cash = ebitda - TAX * (max(profit, 0.0) - used)
        project.append(cash)
        equity.append(cash - service)
        if t <= LAST_PAYMENT:
            dscr.append(cash / service)
    return project, dscr, equity, sum(flow * (1 + DISCOUNT) ** -t for t, flow in enumerate(project))
