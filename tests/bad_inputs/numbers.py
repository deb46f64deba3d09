"""Numbers that are none, or that read as another number than was meant."""

from __future__ import annotations

from tests.bad_inputs.case import GOOD, Quarantined, Refused, csv_case, orders, text

EURO = orders("o.csv", 'delimiter: ";"', 'decimal: ","', 'thousands: "."')
SEMI = text(good="").replace(",", ";") + GOOD.replace(",", ";")
TICKETS = "sources: {tickets: {files: o.csv, columns: {ticket_id: id, opened_at: day, transfers: amount}}}\n"
SURVEY = (
    "sources: {survey_responses: {files: o.csv, columns: {response_id: id, responded_at: day, "
    "score: amount, survey: line}}}\n"
)
CSAT = GOOD.replace(",g\n", ",csat\n")
CASES = [
    csv_case(
        "a word for a number",
        text("1,2026-01-05,many,a"),
        Quarantined({"revenue_readable": 1}, "revenue 'many' does not read as a number with '.' as its decimal sign"),
    ),
    csv_case(
        "a currency sign before a number",
        text("1,2026-01-05,€12,a"),
        Quarantined({"revenue_readable": 1}, "revenue '€12' does not read as a number with '.' as its decimal sign"),
    ),
    csv_case(
        "thousands that nobody declared",
        text('1,2026-01-05,"1,234.50",a'),
        Quarantined(
            {"revenue_readable": 1}, "revenue '1,234.50' does not read as a number with '.' as its decimal sign"
        ),
    ),
    csv_case(
        "a decimal comma that nobody declared",
        text('1,2026-01-05,"12,50",a'),
        Quarantined({"revenue_readable": 1}, "revenue '12,50' does not read as a number with '.' as its decimal sign"),
    ),
    csv_case(
        "a decimal point where a comma is declared",
        SEMI + "1;2026-01-05;12.5;a\n",
        Quarantined({"revenue_readable": 1}, "revenue '12.5' does not read as a number with ',' as its decimal sign"),
        EURO,
    ),
    csv_case(
        "a group of two digits between thousands",
        SEMI + "1;2026-01-05;1.23,5;a\n",
        Quarantined({"revenue_readable": 1}, "revenue '1.23,5' does not read as a number with ',' as its decimal sign"),
        EURO,
    ),
    csv_case(
        "not a number",
        text("1,2026-01-05,NaN,a"),
        Quarantined({"revenue_readable": 1}, "revenue 'NaN' does not read as a number with '.' as its decimal sign"),
    ),
    csv_case(
        "infinity as an amount",
        text("1,2026-01-05,inf,a"),
        Quarantined({"revenue_readable": 1}, "revenue 'inf' does not read as a number with '.' as its decimal sign"),
    ),
    csv_case(
        "a number beyond every number",
        text("1,2026-01-05,1e400,a"),
        Quarantined({"revenue_readable": 1}, "revenue '1e400' does not read as a number with '.' as its decimal sign"),
    ),
    csv_case(
        "a hexadecimal number",
        text("1,2026-01-05,0x1F,a"),
        Quarantined({"revenue_readable": 1}, "revenue '0x1F' does not read as a number with '.' as its decimal sign"),
    ),
    csv_case(
        "a number with an underscore",
        text("1,2026-01-05,1_000,a"),
        Quarantined({"revenue_readable": 1}, "revenue '1_000' does not read as a number with '.' as its decimal sign"),
    ),
    csv_case(
        "an accountant's minus in brackets",
        text("1,2026-01-05,(12.50),a"),
        Quarantined(
            {"revenue_readable": 1}, "revenue '(12.50)' does not read as a number with '.' as its decimal sign"
        ),
    ),
    csv_case(
        "a minus behind the number",
        text("1,2026-01-05,12-,a"),
        Quarantined({"revenue_readable": 1}, "revenue '12-' does not read as a number with '.' as its decimal sign"),
    ),
    csv_case(
        "a typographic minus",
        text("1,2026-01-05,\u221212,a"),
        Quarantined({"revenue_readable": 1}, "revenue '−12' does not read as a number with '.' as its decimal sign"),
    ),
    csv_case(
        "a hard blank between thousands",
        text("1,2026-01-05,1\u00a0000,a"),
        Quarantined(
            {"revenue_readable": 1}, "revenue '1\xa0000' does not read as a number with '.' as its decimal sign"
        ),
    ),
    csv_case(
        "a per cent sign",
        text("1,2026-01-05,12%,a"),
        Quarantined({"revenue_readable": 1}, "revenue '12%' does not read as a number with '.' as its decimal sign"),
    ),
    csv_case(
        "a spreadsheet's error value",
        text("1,2026-01-05,#DIV/0!,a"),
        Quarantined(
            {"revenue_readable": 1}, "revenue '#DIV/0!' does not read as a number with '.' as its decimal sign"
        ),
    ),
    csv_case(
        "half a transfer",
        text("1,2026-01-05,1.5,a"),
        Quarantined({"transfers_readable": 1}, "transfers '1.5' does not read as a whole number"),
        TICKETS,
    ),
    csv_case(
        "fewer transfers than none",
        text("1,2026-01-05,-1,a"),
        Quarantined({"transfers_in_range": 1}, "transfers -1: it must be at least 0"),
        TICKETS,
    ),
    csv_case(
        "more transfers than an integer holds",
        text("1,2026-01-05,99999999999999999999,a"),
        Quarantined({"transfers_readable": 1}, "transfers '99999999999999999999' does not read as a whole number"),
        TICKETS,
    ),
    csv_case(
        "a code that poses as an answer",
        text("1,2026-01-05,99,csat", good=CSAT),
        Quarantined(
            {"csat_score_in_range": 1},
            "A CSAT answer is 1 to 5; anything else is a code for no answer",
            (
                "survey_responses: score holds '99' 1, which csat_score_in_range does not allow; a code for no "
                "answer, such as 99, belongs into `nulls` of the source.",
            ),
        ),
        SURVEY,
    ),
    csv_case(
        "an answer without a time",
        text("1,,5,csat", good=CSAT),
        Quarantined(
            {"answer_has_a_time": 1}, "An answer without a time belongs to no period and would silently be missing"
        ),
        SURVEY,
    ),
    csv_case(
        "a word that is neither yes nor no",
        text("1,2026-01-05,perhaps,a", good=GOOD.replace(",1,", ",yes,")),
        Quarantined({"sla_met_readable": 1}, "sla_met 'perhaps' does not read as true or false"),
        TICKETS.replace("transfers", "sla_met"),
    ),
    csv_case(
        "a decimal sign that is the thousands sign",
        text(),
        Refused("workspace.yaml:5:16: thousands: give one character, another one than `decimal`."),
        orders("o.csv", 'decimal: ","', 'thousands: ","'),
    ),
]
