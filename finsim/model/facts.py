"""改造单元基本情况：the facts of a unit that amounts are stated per."""

from __future__ import annotations

from finsim.sheet import Block, Input, Text


class Facts(Block):
    """改造单元基本情况."""

    title = Text("基本情况", "Facts")

    households = Input("户数", "households", unit="户", ge=0)
    area = Input("建筑面积", "floor area", unit="㎡", ge=0)
    buildings = Input("楼栋数", "buildings", unit="栋", ge=0)
    neighbourhoods = Input("小区数", "neighbourhoods", unit="个", ge=0)
