"""What people call the columns and tables of ours: how well a name they gave stands for one of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

TABLE_WORDS: Mapping[str, tuple[str, ...]] = {
    "agents": ("agent", "employee", "staff", "user", "advisor", "personnel", "representative"),
    "benchmarks": ("benchmark", "competitor"),
    "costs": ("cost", "expense", "spending"),
    "customers": ("customer", "client", "account", "contact", "buyer", "member", "person"),
    "events": ("event", "milestone"),
    "initiatives": ("initiative", "project", "measure"),
    "loyalty_entries": ("loyalty", "points", "entry", "booking", "reward"),
    "orders": ("order", "invoice", "sale", "purchase", "transaction", "retail", "receipt", "basket"),
    "outreach": ("outreach", "campaign", "message", "mailing"),
    "quality_reviews": ("quality", "qa", "scorecard", "evaluation"),
    "subscriptions": ("subscription", "contract", "membership"),
    "survey_responses": ("survey", "response", "answer", "review", "feedback", "rating", "csat", "nps", "respondent"),
    "teams": ("team", "group", "department", "squad"),
    "tickets": ("ticket", "incident", "case", "request", "issue", "call", "conversation"),
    "training": ("training", "course", "learning"),
}
"""Words for one row of each table, as they stand in file names and before column names."""

KEY_WORDS = ("", "id", "number", "no", "nr", "num", "key", "pk", "uuid", "guid", "code", "ref", "reference")

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    # People and places, in whatever table they stand.
    "customer_id": (
        "customer",
        "client",
        "client_id",
        "caller",
        "caller_id",
        "requester",
        "requester_id",
        "account_id",
        "contact_id",
        "buyer_id",
        "customer_no",
        "customer_number",
        "customer_unique_id",
        "member_id",
    ),
    "agent_id": (
        "agent",
        "assigned_to",
        "assignee",
        "assignee_id",
        "owner",
        "owner_id",
        "handled_by",
        "employee_id",
        "employee",
        "rep",
        "advisor",
        "sales_rep",
        "resolved_by",
    ),
    "team_id": ("team", "assignment_group", "group", "support_group", "queue", "squad", "department_id", "group_id"),
    "channel": ("contact_type", "contact_channel", "source", "via", "medium", "method", "origin"),
    "region": ("country", "state", "location", "area", "territory", "customer_state"),
    "segment": ("customer_segment", "customer_type", "tier", "category", "class", "airline"),
    "name": ("full_name", "title", "label", "description"),
    "topic": ("category", "subject", "reason", "contact_reason", "issue_type", "type"),
    "status": ("state", "stage"),
    "kind": ("type", "category"),
    # tickets
    "tickets.opened_at": (
        "opened",
        "created",
        "created_at",
        "created_on",
        "open_date",
        "open_time",
        "creation_date",
        "submitted_at",
        "reported_at",
        "date_opened",
    ),
    "tickets.first_reply_at": (
        "first_reply",
        "first_response",
        "first_response_at",
        "responded_at",
        "first_replied_at",
        "first_response_time",
    ),
    "tickets.resolved_at": (
        "resolved",
        "solved",
        "solved_at",
        "resolution_date",
        "fixed_at",
        "completed_at",
        "date_resolved",
    ),
    "tickets.closed_at": ("closed", "close_date", "closed_on", "date_closed"),
    "tickets.due_at": ("due", "due_date", "sla_due", "deadline"),
    "tickets.sla_met": ("made_sla", "sla", "within_sla", "in_sla", "met_sla"),
    "tickets.transfers": ("reassignment_count", "reassignments", "moves", "handovers", "transfer_count", "escalations"),
    "tickets.reopens": ("reopen_count", "reopened", "reopenings", "reopened_count"),
    "tickets.agent_replies": ("replies", "reply_count", "agent_messages"),
    "tickets.handle_minutes": ("handle_time", "handling_time", "aht", "minutes", "work_minutes"),
    # orders
    "orders.ordered_at": (
        "invoice_date",
        "order_date",
        "date",
        "purchase_timestamp",
        "purchase_date",
        "purchased_at",
        "placed_at",
        "created_at",
        "sale_date",
        "timestamp",
        "transaction_date",
        "day",
    ),
    "orders.promised_on": (
        "estimated_delivery_date",
        "promised",
        "promise_date",
        "promised_date",
        "due_date",
        "expected_delivery",
        "expected_delivery_date",
    ),
    "orders.delivered_at": ("delivered", "delivered_customer_date", "delivery_date", "delivered_on", "delivered_date"),
    "orders.revenue": (
        "amount",
        "total",
        "sales",
        "turnover",
        "net_amount",
        "total_amount",
        "order_value",
        "price",
        "total_price",
        "value",
        "grand_total",
    ),
    "orders.cost": ("cogs", "cost_price", "unit_cost", "cost_of_goods"),
    "orders.units": ("quantity", "qty", "items", "pieces", "item_count"),
    "orders.product_line": ("product_category", "product_category_name", "category", "product_group", "product"),
    # surveys
    "survey_responses.response_id": ("respnum", "resp_num", "respondent_id", "submission_id"),
    "survey_responses.sent_at": ("invited_at", "creation_date", "invitation_date", "sent"),
    "survey_responses.responded_at": (
        "int_date",
        "intdate",
        "answered",
        "answered_at",
        "answer_timestamp",
        "submitted_at",
        "interview_date",
        "response_date",
        "date",
        "completed_at",
    ),
    "survey_responses.score": (
        "rating",
        "stars",
        "csat",
        "nps",
        "netpro",
        "net_promoter",
        "satisfaction",
        "overall_satisfaction",
        "nps_score",
        "csat_score",
        "recommend",
        "grade",
    ),
    "survey_responses.survey": ("survey_type", "survey_name"),
    "survey_responses.comment": ("text", "verbatim", "remarks", "feedback", "comment_message"),
    "survey_responses.weight": ("wt", "survey_weight"),
    # the others
    "agents.hired_on": ("hired", "hire_date", "start_date", "joined"),
    "agents.left_on": ("left", "leave_date", "end_date", "termination_date"),
    "agents.role": ("job_title", "position"),
    "customers.joined_on": ("joined", "signup_date", "registered_at", "created_at", "customer_since", "since"),
    "customers.birth_date": ("birthday", "date_of_birth", "dob"),
    "customers.acquisition_channel": ("acquired_by", "lead_source", "source", "channel"),
    "customers.referred_by": ("referrer", "referral"),
    "subscriptions.started_on": ("start_date", "started", "starts_on", "begin_date"),
    "subscriptions.ended_on": ("end_date", "ended", "cancelled_on", "churn_date"),
    "subscriptions.monthly_fee": ("fee", "mrr", "monthly_price", "price"),
    "subscriptions.plan": ("tariff", "tariff_plan", "product"),
    "subscriptions.end_reason": ("cancel_reason", "churn_reason"),
    "training.completed_on": ("completed", "date", "done", "done_on", "completion_date"),
    "training.hours": ("duration", "duration_hours"),
    "training.course": ("title", "course_name"),
    "training.satisfaction": ("rating", "score"),
    "quality_reviews.reviewed_on": ("review_date", "date", "reviewed", "evaluated_on"),
    "quality_reviews.score": ("points", "result", "total"),
    "quality_reviews.skill": ("criterion", "dimension"),
    "costs.month": ("period", "date"),
    "costs.amount": ("cost", "value", "total"),
    "events.happened_on": ("date", "day", "event_date"),
    "events.title": ("name", "event"),
    "loyalty_entries.occurred_at": ("booked_at", "date", "timestamp"),
    "outreach.sent_at": ("sent", "send_date", "sent_on"),
    "outreach.converted_at": ("converted", "conversion_date"),
    "teams.parent_team_id": ("parent", "parent_team", "reports_to"),
}
"""Canonical column (of one table, or of any) → what others call it."""

MEANINGS: Mapping[str, tuple[str, ...]] = {
    "completed": ("complete", "delivered", "shipped", "paid", "closed", "fulfilled", "done", "finished", "invoiced"),
    "cancelled": ("canceled", "cancel", "void", "voided", "unavailable", "rejected"),
    "returned": ("return", "refunded", "refund"),
    "placed": ("open", "new", "created", "pending", "processing", "approved", "confirmed", "received"),
    "planned": ("plan", "todo", "not started", "scheduled"),
    "running": ("in progress", "active", "started", "ongoing"),
    "done": ("complete", "completed", "finished", "closed"),
    "dropped": ("cancelled", "canceled", "stopped"),
    "email": ("e-mail", "mail", "newsletter"),
    "sms": ("text", "text message"),
    "earned": ("earn", "credit", "collected"),
    "redeemed": ("redeem", "spent", "burned"),
    "expired": ("expire", "expiry"),
}
"""A word our columns allow → words that mean it."""


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name: sys_modCount → sys, mod, count; the plural's s is left out."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = re.findall(r"[^\W_]+", spaced.lower())
    return tuple(word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "su" else word for word in words)


def table_words(table: str) -> set[str]:
    """The words for a row of the table, in the form `tokens` gives."""
    return {word for one in TABLE_WORDS.get(table, ()) for word in tokens(one)}


def name_score(name: str, table: str, column: str, is_key: bool) -> float:
    """0 to 1: how well the name stands for the column. From 0.5 on it is worth proposing."""
    words, own = tokens(name), table_words(table)
    known = [tokens(one) for one in (column, *SYNONYMS.get(f"{table}.{column}", ()), *SYNONYMS.get(column, ()))]
    if words == known[0]:
        return 1.0
    bare = tuple(word for word in words if word not in own)
    if is_key:
        if " ".join(bare) in KEY_WORDS and len(words) <= 3:
            return 0.85 if bare and bare != ("pk",) else 0.8
        return 0.8 if words in known else 0.0
    if words in known:
        return 0.95 - 0.01 * known.index(words)
    if bare and bare in known:
        return 0.85 - 0.01 * known.index(bare)
    joined = "_".join(words)
    for rank, other in enumerate(known):
        if len(other) > 1 and set(other) <= set(words) and len(words) <= len(other) + 1:
            return 0.6 - 0.005 * rank
        if len(joined) > 5 and difflib.SequenceMatcher(None, joined, "_".join(other)).ratio() >= 0.88:
            return 0.55
    return 0.0


def meaning(word: str, allowed: tuple[str, ...]) -> str | None:
    """The allowed word that `word` means, if any."""
    plain = word.strip().lower()
    return next((one for one in allowed if plain == one or plain in MEANINGS.get(one, ())), None)
