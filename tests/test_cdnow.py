"""Without the CDNOW purchases their tests are left out with a sentence, never passed over in silence."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import cdnow


def test_without_a_package_index_the_sentence_names_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(cdnow.NotFetched, match=r"lifetimes==0\.11\.3 could not be fetched"):
        cdnow.find_or_fetch(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_machine_says_which_tests_it_can_run(root):
    said = subprocess.run([sys.executable, "-m", "tests.cdnow"], cwd=root, capture_output=True, text=True)
    assert (said.stdout.strip(), bool(said.stderr)) in {("(cdnow or not cdnow)", False), ("not cdnow", True)}
