"""Errors as Google answers them."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """What a request is answered with instead of what it asked for."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str = "",
        *,
        headers: dict[str, str] | None = None,
        details: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message or reason
        self.headers = headers or {}
        self.details = details

    @property
    def body(self) -> dict[str, Any]:
        """The JSON that says so."""
        error: dict[str, Any] = {
            "code": self.status,
            "message": self.message,
            "errors": [{"domain": "global", "reason": self.reason, "message": self.message}],
        }
        if self.details is not None:
            error["status"] = "PERMISSION_DENIED"
            error["details"] = self.details
        return {"error": error}


class Violation(ApiError):
    """A request that nobody who had read the documentation would make. It fails the test, too."""

    def __init__(self, message: str, reason: str = "badRequest") -> None:
        super().__init__(400, reason, message)


def not_found() -> ApiError:
    return ApiError(404, "notFound", "Not Found")


def invalid(message: str) -> ApiError:
    return ApiError(400, "invalid", message)
