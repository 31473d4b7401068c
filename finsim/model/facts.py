"""改造单元基本情况：the facts of a unit that amounts are stated per, or on which its works and grants depend."""

from __future__ import annotations

from finsim.sheet import Block, Input, Text


class Facts(Block):
    """改造单元基本情况. What has a default may be left out, as long as no amount is stated per it."""

    title = Text("基本情况", "Facts")

    households = Input("户数", "households", unit="户", ge=0)
    area = Input("建筑面积", "floor area", unit="㎡", ge=0)
    buildings = Input("楼栋数", "buildings", unit="栋", ge=0)
    neighbourhoods = Input("小区数", "neighbourhoods", unit="个", ge=0)
    entrances = Input("单元门数", "entrances", unit="门", ge=0, default=0)
    lifts = Input("加装电梯数", "lifts to be added", unit="台", ge=0, default=0)
    old_share = Input("2000 年底前建成比例", "share built by the end of 2000", unit="1", ge=0, le=1, default=1)
    pledged = Input("居民和社会力量承诺出资", "contributions pledged", ge=0, default=0)
