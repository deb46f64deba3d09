"""Keys and references: missing, twice, or of a row that does not read."""

from __future__ import annotations

from tests.bad_inputs.case import GOOD, Case, Published, Quarantined, Refused, csv_case, orders, text

LOG = orders("o.csv", "types: {amount: integer}", "latest_by: {key: id, order: amount}", columns="product_line: line")
LINES = (
    "sources: {orders: {files: o.csv, types: {amount: number, day: time}, group_by: id, columns: "
    "{order_id: id, ordered_at: min(day), revenue: sum(amount)}}}\n"
)
STATUS = orders(columns="status: line")
PLACED = GOOD.replace(",g\n", ",placed\n")
BOTH = orders(columns="customer_id: line") + "  customers: {files: c.csv, columns: {customer_id: id}}\n"
CASES = [
    csv_case(
        "a key that stands twice",
        text("1,2026-01-05,1,a", "1,2026-01-06,2,b"),
        Refused(
            "orders: 1 value of order_id stands more than once (orders_unique), first at o.csv:3: order_id "
            "'1' stands a second time. An order listed twice would be sold twice. Use `latest_by` for an "
            "event log, `group_by` for lines, or correct the file."
        ),
    ),
    Case(
        "a file and its copy",
        {"o.csv": text(), "copy.csv": text()},
        orders("[o.csv, copy.csv]"),
        Refused(
            "orders: 40 values of order_id stand more than once (orders_unique), first at copy.csv:2: "
            "order_id 'g0' stands a second time. An order listed twice would be sold twice. Use `latest_by` "
            "for an event log, `group_by` for lines, or correct the file."
        ),
    ),
    csv_case(
        "a row without a key", text(",2026-01-05,1,a"), Quarantined({"order_id_required": 1}, "order_id is missing")
    ),
    csv_case(
        "a key of blanks", text("  ,2026-01-05,1,a"), Quarantined({"order_id_required": 1}, "order_id is missing")
    ),
    csv_case(
        "a word for nothing as a key",
        text("NULL,2026-01-05,1,a"),
        Quarantined({"order_id_required": 1}, "order_id is missing"),
        orders("o.csv", 'nulls: ["NULL"]'),
    ),
    csv_case(
        "a last event that does not read",
        text("1,2026-01-05,1,a", "1,soon,2,a"),
        Quarantined(
            {"ordered_at_readable": 1}, "ordered_at 'soon' does not read as a time (ISO 8601, none is declared)"
        ),
        LOG,
    ),
    csv_case(
        "an event whose order does not read",
        text("1,2026-01-05,1,a", "1,2026-01-05,x,a"),
        Quarantined(
            {"orders_latest_by_order_readable": 2, "orders_types_readable": 1},
            "Without its order the last event of this key is unknown",
        ),
        LOG,
    ),
    csv_case(
        "an event without its order",
        text("1,2026-01-05,1,a", "1,2026-01-05,,a"),
        Quarantined({"orders_latest_by_order_readable": 2}, "Without its order the last event of this key is unknown"),
        LOG,
    ),
    csv_case(
        "a torn event",
        text("1,2026-01-05,1,a", "1,2026-01-06,2"),
        Quarantined({"orders_record_readable": 1}, "the record has 3 fields and the header 4"),
        LOG,
    ),
    csv_case(
        "a bad line of an order of two lines",
        text("1,2026-01-05,1,a", "1,2026-01-05,cheap,a"),
        Quarantined({"orders_types_readable": 2}, "amount 'cheap' is no number"),
        LINES,
    ),
    csv_case(
        "a torn line of an order of two lines",
        text("1,2026-01-05,1,a", "1,2026"),
        Quarantined({"orders_record_readable": 2}, "a line of it is torn"),
        LINES,
    ),
    csv_case(
        "a status nobody knows",
        text("1,2026-01-05,1,shipped", good=PLACED),
        Quarantined({"status_allowed": 1}, "status 'shipped' is none of placed, completed, cancelled, returned"),
        STATUS,
    ),
    csv_case(
        "a status in capitals",
        text("1,2026-01-05,1,PLACED", good=PLACED),
        Quarantined({"status_allowed": 1}, "status 'PLACED' is none of placed, completed, cancelled, returned"),
        STATUS,
    ),
    csv_case(
        "every status in another language",
        text(good=PLACED.replace("placed", "bestellt")),
        Refused(
            "orders: 40 of 40 rows (100.0%) are bad, more than the 5% that orders_bad_rows allows; most "
            "break status_allowed (40), first at o.csv:2: status 'bestellt' is none of placed, completed, "
            "cancelled, returned; map it to one of placed, completed, cancelled, returned; what came: "
            "'bestellt' 40. Every row: var/loads/000001/quarantine.csv"
        ),
        STATUS,
    ),
    Case(
        "an order of a customer who is not in the list",
        {"o.csv": text("1,2026-01-05,1,x"), "c.csv": "id\ng\n"},
        BOTH,
        Published((), {"customer_id_known": 1}),
    ),
    Case(
        "a list of customers that names one twice",
        {"o.csv": text(), "c.csv": "id\ng\nh\ng\n"},
        BOTH,
        Refused(
            "customers: 1 value of customer_id stands more than once (customers_unique), first at c.csv:4: "
            "customer_id 'g' stands a second time. A customer listed twice would be counted twice wherever "
            "customers are counted. Use `latest_by` for an event log, `group_by` for lines, or correct the "
            "file."
        ),
    ),
]
