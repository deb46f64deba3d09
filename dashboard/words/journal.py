"""The words for what people write: comments, reviews, events."""

from __future__ import annotations

JOURNAL_WORDS = {
    "comments": "Comments",
    "comments_none": "Nobody has commented on this yet.",
    "comments_none_red": "It is red and nobody has commented on it yet: say what happened and what is done about it.",
    "comments_own": "You see and write comments on your own teams. Choose one of them above.",
    "comments_unread": "Comments cannot be shown: {why}",
    "comment_by": "{author}, {moment}, comment {number}",
    "comment_was": "Before it was corrected",
    "reviewed_by": "Reviewed by {author}, {moment}.",
    "comment_write": "Write a comment",
    "comment_write_red": "Write a comment, mark as reviewed",
    "comment_text": "Comment",
    "comment_author": "Your name",
    "comment_as": "You write as {author}.",
    "comment_replaces": "This is",
    "comment_new": "a new comment",
    "comment_number": "a correction of comment {number} by {author}",
    "comment_add": "Write comment",
    "comment_review": "Mark as reviewed",
    "events_shown": "What happened",
    "events_more": "{n} earlier events are not drawn.",
    "events_more_one": "1 earlier event is not drawn.",
}
