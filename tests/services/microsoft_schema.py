"""A value and a schema of the OpenAPI description of Graph in, what is wrong with the value out."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any


#: What $expand brings into an answer; the part of the description that is used here leaves relations out.
_EXPANDED = frozenset({"singleValueExtendedProperties"})


@cache
def description() -> dict[str, Any] | None:
    """The description, where the data that lies outside the project is there."""
    root = Path(__file__).resolve().parent.parent.parent
    path = root / os.environ.get("KITH_SHARED", "../shared") / "data" / "graph" / "graph-subset.json"
    return json.loads(path.read_bytes()) if path.is_file() else None


def answer_schema(path: str, method: str = "get") -> dict[str, Any] | None:
    """What a successful answer of a path (as the description writes it) looks like."""
    found = description()
    if found is None or path not in found["paths"] or method not in found["paths"][path]:
        return None
    content = found["paths"][path][method]["responses"].get("200", {}).get("content", {})
    return content.get("application/json", {}).get("schema")


def parameters(path: str, method: str = "get") -> set[str] | None:
    """The query parameters of a path, None where the description does not know it."""
    found = description()
    if found is None or path not in found["paths"] or method not in found["paths"][path]:
        return None
    return {each["name"] for each in found["paths"][path][method]["parameters"] if each["in"] == "query"}


def wrong(value: Any, schema: dict[str, Any], where: str = "answer") -> list[str]:
    """What is wrong with ``value``; nothing where it is right."""
    if "$ref" in schema:
        schema = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if value is None:
        return [] if schema.get("nullable") else [f"{where} is null"]
    found = [each for part in schema.get("allOf", ()) for each in wrong(value, part, where)]
    kind = schema.get("type")
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "number": (int, float)}
    if kind and not isinstance(value, kinds[kind]):
        return [*found, f"{where} is no {kind}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where} is {value!r}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{where} is {value!r}")
    if kind == "array":
        for number, each in enumerate(value):
            found += wrong(each, schema["items"], f"{where}[{number}]")
    if kind == "object":
        known = schema.get("properties", {})
        for name, each in value.items():
            if name in known:
                found += wrong(each, known[name], f"{where}.{name}")
            elif name in _EXPANDED or name.startswith("@odata"):
                continue
            elif schema.get("additionalProperties") is False:
                found.append(f"{where}.{name} is unknown")
        found += [f"{where}.{name} is missing" for name in schema.get("required", ()) if name not in value]
    return found
