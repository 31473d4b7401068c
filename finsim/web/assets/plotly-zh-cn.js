/* Chinese words and numbers for the charts. */
window.PlotlyLocales = window.PlotlyLocales || [];
window.PlotlyLocales.push({
  moduleType: "locale",
  name: "zh-CN",
  dictionary: {
    "Autoscale": "自动缩放",
    "Download plot": "下载图片",
    "Download plot as a PNG": "下载为 PNG 图片",
    "Reset axes": "重置坐标轴",
    "Snapshot succeeded": "图片已生成",
    "Sorry, there was a problem downloading your snapshot!": "图片未能生成。",
    "Taking snapshot - this may take a few seconds": "正在生成图片，请稍候",
    "incoming flow count": "流入数", "outgoing flow count": "流出数", "source": "来源", "target": "去向", "new text": "文字",
  },
  format: {
    days: ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
    shortDays: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
    months: ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"],
    shortMonths: ["1 月", "2 月", "3 月", "4 月", "5 月", "6 月", "7 月", "8 月", "9 月", "10 月", "11 月", "12 月"],
    date: "%Y-%m-%d",
    decimal: ".",
    thousands: ",",
    grouping: [3],
    currency: ["¥", ""],
  },
});
