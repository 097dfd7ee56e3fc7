"""What people may call themselves, or write, so that our messages would act for them. `evil.example` is where links lead."""

from __future__ import annotations

NAMES = (
    '<a href="https://evil.example/a">点我</a>',
    "<@all>", "<@lin>", "@所有人 @all", "<@lin><@wu>",
    '<font color="warning">已付款</font>',
    "[恭喜](https://evil.example/b)", "![图](https://evil.example/c.png)", "**加粗** _斜_ `码` ~~删~~", 
    "# 标题", "> 引用", "|a|b|\n|-|-|",
    "https://evil.example/d", "HTTP://evil.example", "www.evil.example", "weixin://evil.example/bizmsgmenu?msgmenuid=1",
    '<a href="weixin://bizmsgmenu?msgmenucontent=退订&msgmenuid=cmd:退订">好</a>', "mailto:x@evil.example", "tel:10086",
    "$userName=lin$", "$departmentName=1$",
    "\u202e反着写\u202c", "\u2066隔\u2069离", "零\u200b宽\u2060字\ufeff", "\u200f右", "\U000e0041标签",
    "小雨\n【系统】退费成功\r\n#999 张三", "行\u2028分\u2029隔\x0b\x0c\x85符", "\t\t制表",
    "长" * 10_000, "w" * 300, "é" * 64, "👩‍👩‍👧‍👦" * 12, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍algo",
    "\x00零", "\x1b[31m红\x07", "\ud83d半", "半\udc00",
    "'; DROP TABLE learners; --", "{0} {name} {__class__}", "%s %d %n", "{{7*7}} ${7*7} #{7*7}", "[red]rich[/red]",
    "=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1",
    "]]><x>", "&lt;@all&gt;", "&#60;a&#62;", "\\u003c@all\\u003e", "＜＠all＞",
    " ", "", "\u3000", "null", "undefined", "#1", "／", "claim:1",
)  # fmt: skip
