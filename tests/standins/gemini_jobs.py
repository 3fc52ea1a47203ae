"""The batch mode of the stand-in for Gemini: jobs that are answered when a test says so."""

from dataclasses import dataclass, field
from typing import Any

from tests.standins.gemini_scenarios import ENDS, text_of
from tests.standins.gemini_strict import check_body, refusal


@dataclass
class Job:
    """A job as it was handed over. ``failures`` are scenarios for single requests, by their place.

    Of a job that ends without success, the first ``answered`` requests have an answer.
    """

    name: str
    display_name: str
    model: str
    requests: list[dict[str, Any]]
    state: str = "PENDING"
    failures: dict[int, str] = field(default_factory=dict)
    answered: int = 0

    def describe(self) -> dict[str, Any]:
        """The job as the API answers it."""
        metadata: dict[str, Any] = {
            "model": f"models/{self.model}",
            "displayName": self.display_name,
            "state": f"BATCH_STATE_{self.state}",
        }
        answered = len(self.requests) if self.state == "SUCCEEDED" else self.answered
        if answered:
            answers = [self._answer(place, request) for place, request in enumerate(self.requests[:answered])]
            metadata["output"] = {"inlinedResponses": {"inlinedResponses": answers}}
        return {"name": self.name, "metadata": metadata}

    def _answer(self, place: int, asked: dict[str, Any]) -> dict[str, Any]:
        scenario = self.failures.get(place, "ok")
        if scenario == "overloaded":
            return {"metadata": asked["metadata"], "error": {"code": 14, "message": "The model is overloaded."}}
        body = asked["request"]
        text = "" if scenario in ENDS else text_of(scenario, body, place)
        candidate = {
            "content": {"parts": [{"text": text}], "role": "model"},
            "finishReason": ENDS.get(scenario, "STOP"),
            "index": 0,
        }
        usage = {"promptTokenCount": 1_000, "candidatesTokenCount": 2_000, "totalTokenCount": 3_000}
        response = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": self.model}
        return {"metadata": asked["metadata"], "response": response}


@dataclass
class Jobs:
    """All jobs. ``loses_answer``: the next job is taken, and the connection drops before its name is told.
    ``holds_answer``: it is taken, and its name is never told.

    ``is_listed`` is whether the API lists jobs, ``is_offered`` whether models say that they have a batch mode,
    all but those that are ``without``.
    """

    jobs: list[Job] = field(default_factory=list)
    loses_answer: bool = False
    holds_answer: bool = False
    is_listed: bool = True
    is_offered: bool = True
    without: set[str] = field(default_factory=set)
    failures: dict[int, str] = field(default_factory=dict)

    def add(self, model: str, body: dict[str, Any]) -> Job:
        """Takes a job, where each of its requests is one that the API takes."""
        batch = body.get("batch", {})
        requests = batch.get("inputConfig", {}).get("requests", {}).get("requests", [])
        if not requests or not batch.get("displayName"):
            raise refusal(400, "INVALID_ARGUMENT", "The batch has no requests.")
        for each in requests:
            check_body(model, each["request"])
        job = Job(f"batches/{len(self.jobs) + 1}", batch["displayName"], model, requests, failures=dict(self.failures))
        self.jobs.append(job)
        return job

    def get(self, name: str) -> Job:
        """The job."""
        for job in self.jobs:
            if job.name == name:
                return job
        raise refusal(404, "NOT_FOUND", f"Requested entity {name} was not found.")

    def list_all(self) -> list[dict[str, Any]]:
        """All jobs as the API lists them."""
        if not self.is_listed:
            raise refusal(404, "NOT_FOUND", "Method not found.")
        return [job.describe() for job in self.jobs]

    def reset(self) -> None:
        """There is no job, and all is well."""
        self.jobs.clear()
        self.failures.clear()
        self.without.clear()
        self.loses_answer = self.holds_answer = False
        self.is_listed = self.is_offered = True
