"""plan() tells what refresh() would do, and does nothing."""

import jurigged
from kit import module, save

jurigged._native.set_passive(True)
m = module("shop", "TAX = 1\ndef price():\n    return TAX\n")
assert list(jurigged.plan()) == []
save("shop.py", "TAX = 2\ndef price():\n    return TAX * 10\ndef refund():\n    pass\n")
for _ in range(2):
    plan = jurigged.plan()
    kinds = [(change.kind, change.code, change.module, change.name, change.line) for change in plan]
    assert ("update", "fn-body", "shop", "price", 2) in kinds, kinds
    assert ("add", "add", "shop", "refund", 4) in kinds, kinds
    assert [change.text for change in plan if change.kind == "run"] == ["TAX = 2"], plan
    assert "Update shop.price @L2" in str(plan)
    assert m.price() == 1 and m.TAX == 1 and not hasattr(m, "refund")
report = jurigged.refresh()
assert sorted(map(str, report)) == sorted(map(str, plan)), (report, plan)
assert m.price() == 20 and m.refund() is None
assert list(jurigged.plan()) == []
# A file that does not parse is told, once it is planned and again when it is refreshed.
save("shop.py", "TAX = \n")
assert [it.code for it in jurigged.plan().diagnostics] == ["syntax"]
assert [it.code for it in jurigged.refresh().diagnostics] == ["syntax"]
print("ok")
