"""The OpenAPI document tells the truth: every operation, every answer, and pages that need no other host."""

import json
from typing import Any

import pytest
from django.test import Client
from pydantic import TypeAdapter

from suggestions.api import shapes
from tests import world as w
from tests.suggestions.api.conftest import BODY, Post
from tests.world import World


@pytest.fixture
def document(db: None, client: Client) -> dict[str, Any]:
    response = client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    found: dict[str, Any] = json.loads(response.content)
    return found


def test_every_operation_is_described_with_examples_of_its_refusals(
    document: dict[str, Any],
) -> None:
    operations = {(p, m): o for p, ms in document["paths"].items() for m, o in ms.items()}
    assert {p for p, _ in operations} >= {
        f"/api/v1/{p}"
        for p in (
            "suggestions",
            "suggestions/{case_no}",
            "track/{case_no}",
            "search",
            "units",
            "units/{code}",
            "campaigns",
        )
    }
    for where, operation in operations.items():
        assert operation["summary"], where
        assert operation["description"], where
        assert {"429", "500"} <= operation["responses"].keys(), where
        for status, answer in operation["responses"].items():
            kinds = answer["content"]
            if status.startswith("2"):
                assert "schema" in kinds["application/json"], where
            else:
                for example in kinds["application/problem+json"]["examples"].values():
                    assert example["value"]["status"] == int(status)
    submit = operations[("/api/v1/suggestions", "post")]
    assert {"200", "201", "400", "409", "413", "415", "422"} <= submit["responses"].keys()
    assert [(p["name"], p["required"]) for p in submit["parameters"]] == [("Idempotency-Key", True)]
    track = operations[("/api/v1/track/{case_no}", "get")]
    assert [p["name"] for p in track["parameters"]] == ["case_no", "X-Query-Code"]


def test_every_reference_in_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    schemas = document["components"]["schemas"]
    named = {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named
    assert named <= schemas.keys()
    assert {"title", "problem", "proposal"} == set(schemas["SubmissionIn"]["required"])


def test_the_example_body_of_the_document_is_taken(
    city: World, document: dict[str, Any], post: Post
) -> None:
    assert post(document["components"]["schemas"]["SubmissionIn"]["example"]).status_code == 201


def test_answers_have_the_shape_that_is_written_down(
    city: World, client: Client, post: Post
) -> None:
    item, _ = w.answered(city)
    receipt = post(BODY).json()
    TypeAdapter(shapes.ReceiptOut).validate_python(receipt)
    for address, shape in (
        ("suggestions", shapes.ListOut),
        (f"suggestions/{item.case_no}", shapes.DetailOut),
        ("search?q=长椅", shapes.SearchOut),
        ("units/bus", shapes.UnitDetailOut),
    ):
        told = client.get(f"/api/v1/{address}").json()
        assert set(told) == set(shape.model_fields), address
        TypeAdapter(shape).validate_python(told)


def test_the_manual_page_asks_no_other_host_and_holds_no_script_of_its_own(
    db: None, client: Client
) -> None:
    page = client.get("/api/v1/docs").content.decode()
    assert "http://" not in page
    assert "https://" not in page
    assert '"validatorUrl": null' in page
    assert client.get("/api/")["Location"] == "/api/v1/docs" == client.get("/api/v1/")["Location"]
