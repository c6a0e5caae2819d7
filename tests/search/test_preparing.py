"""Analysing in several processes gives what one gives, in the same order."""

import pytest

from search import preparing, vocabulary
from search.engine import Document
from search.models import WordGroup
from tests.contracts.city import CITY, document

pytestmark = pytest.mark.django_db
MANY = [*CITY, *(document(f"n{n}", f"芙蓉里第{n}幢的路灯", version=n) for n in range(130))]


def test_two_processes_make_what_one_makes_with_the_words_staff_teach():
    WordGroup.objects.create(words="芙蓉里")
    vocabulary.forget()
    one = list(preparing.each(MANY))
    assert [made.prepared.document for made in one] == MANY
    assert any("_芙蓉里" in found for made in one for _, _, found in made.prepared.texts)
    assert list(preparing.each(MANY, processes=2)) == one


def test_a_source_that_fails_is_heard_of_and_leaves_no_process_behind():
    def broken():
        yield from MANY
        raise RuntimeError("the source went away")

    with pytest.raises(RuntimeError, match="went away"):
        list(preparing.each(broken(), processes=2))


def test_a_document_no_engine_could_answer_for_is_refused_from_any_process():
    bad = Document(id="wrong", type="suggestion", title="", url="/", date=CITY[0].date)
    with pytest.raises(ValueError, match="Document id"):
        list(preparing.each([bad], processes=2))


def test_few_documents_are_analysed_without_starting_processes():
    assert preparing.processes_for(100) == 1
    assert preparing.processes_for(1_000_000) >= 1
