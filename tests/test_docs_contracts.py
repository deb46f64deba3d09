"""docs/contracts.md says what the contracts say."""

from __future__ import annotations

import re

from data_checks.contract import RowRule, TableRule, contracts
from tests.contracts_page import PAGE, contracts_page


def test_the_page_is_the_one_the_contracts_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == contracts_page(contracts()), "run `make docs`"


def test_every_column_rule_and_reason_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    chapters = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))
    assert list(chapters) == list(contracts())
    for table, contract in contracts().items():
        names = [*contract.columns, *contract.derived, *contract.slices, *contract.spans]
        rules: list[RowRule | TableRule] = [*contract.rules, *contract.table_rules]
        for told in (*(f"`{name}`" for name in names), *(f"`{rule.id}`" for rule in rules)):
            assert told in chapters[table], (table, told)
        for rule in rules:
            assert f"{rule.severity} | {rule.why} | {rule.owner} |" in chapters[table]
        for column in contract.columns.values():
            assert (column.why or "") in chapters[table]
