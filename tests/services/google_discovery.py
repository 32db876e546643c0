"""The discovery documents that ship with the client library in; which method a request is, and whether it and its
answer are as the documents say, out."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from urllib.parse import unquote

BATCH = {"gmail": "/batch", "calendar": "/batch/calendar/v3"}
_FILES = {"gmail": "gmail.v1.json", "calendar": "calendar.v3.json", "people": "people.v1.json"}


class Bad(Exception):
    """The request is not one that the documents describe."""


@cache
def document(api):
    """One discovery document."""
    folder = resources.files("googleapiclient") / "discovery_cache" / "documents"
    return json.loads((folder / _FILES[api]).read_text())


@cache
def routes():
    """(HTTP method, pattern of the path, API, method) of everything that can be asked."""
    return [route for api in _FILES for route in _methods(api, document(api), document(api)["servicePath"])]


def _methods(api, resource, service):
    for method in resource.get("methods", {}).values():
        pattern = _pattern(f"/{service}{method['path']}", method.get("parameters", {}))
        yield method["httpMethod"], re.compile(pattern), api, method
    for inner in resource.get("resources", {}).values():
        yield from _methods(api, inner, service)


def _pattern(path, parameters):
    """A path with names in braces as a pattern; what has a plus sign may hold slashes, as its own pattern says."""

    def named(found):
        inner = parameters[found[2]]["pattern"].strip("^$") if found[1] else "[^/]+"
        return f"(?P<{found[2]}>{inner})"

    return re.sub(r"\\\{(\\\+)?(\w+)\\\}", named, re.escape(path))


def route(verb, path, query):
    """(API, method, its parameters as Python values).

    Raises:
        Bad: there is no such method, or a parameter that it does not have, or of the wrong form.
    """
    for http_method, pattern, api, method in routes():
        found = pattern.fullmatch(path)
        if found and http_method == verb:
            return (
                api,
                method,
                _parameters(api, method, {k: [unquote(v)] for k, v in found.groupdict().items()} | query),
            )
    raise Bad(f"no method for {verb} {path}")


def _parameters(api, method, given):
    described = {**document(api)["parameters"], **method.get("parameters", {})}
    values = {}
    for name, texts in given.items():
        if name not in described:
            raise Bad(f"{method['id']} has no parameter {name!r}")
        about = described[name]
        if len(texts) > 1 and not about.get("repeated"):
            raise Bad(f"{name} is given twice")
        read = [_value(name, about, text) for text in texts]
        values[name] = read if about.get("repeated") else read[0]
    for name, about in described.items():
        if about.get("required") and name not in values:
            raise Bad(f"{method['id']} needs {name}")
    return values


def _value(name, about, text):
    if about.get("enum") and text not in about["enum"]:
        raise Bad(f"{name} cannot be {text!r}")
    if about["type"] == "boolean":
        if text not in ("true", "false"):
            raise Bad(f"{name} is no boolean: {text!r}")
        return text == "true"
    if about["type"] == "integer":
        if not re.fullmatch(r"-?\d+", text):
            raise Bad(f"{name} is no number: {text!r}")
        return int(text)
    if about.get("format") in ("uint64", "int64") and not re.fullmatch(r"\d+", text):
        raise Bad(f"{name} is no number: {text!r}")
    if about.get("format") == "date-time" and not re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)", text):
        raise Bad(f"{name} is no time with a zone: {text!r}")
    return text


def check_answer(api, method, answer):
    """Assert that an answer is as the documents describe it."""
    if "response" in method:
        _check(api, {"$ref": method["response"]["$ref"]}, answer, method["id"])


def _check(api, schema, value, where):
    if "$ref" in schema:
        schema = document(api)["schemas"][schema["$ref"]]
    kind = schema.get("type", "any")
    if kind == "object":
        assert isinstance(value, dict), f"{where} is no object"
        known = schema.get("properties", {})
        for name, inner in value.items():
            about = known.get(name) or schema.get("additionalProperties")
            assert about is not None, f"{where} has no field {name!r}"
            _check(api, about, inner, f"{where}.{name}")
    elif kind == "array":
        assert isinstance(value, list), f"{where} is no list"
        for inner in value:
            _check(api, schema["items"], inner, f"{where}[]")
    else:
        python = {"string": str, "integer": int, "boolean": bool, "number": (int, float), "any": object}[kind]
        assert isinstance(value, python), f"{where} is no {kind}: {value!r}"
        assert "enum" not in schema or value in schema["enum"], f"{where} cannot be {value!r}"


# -- partial answers -------------------------------------------------------------------------------------------------

_FIELD = re.compile(r"[A-Za-z]\w*|\*")


def masked(api, method, answer, fields):
    """``answer`` with nothing but what the ``fields`` parameter asks for.

    Raises:
        Bad: it asks for a field that there is not.
    """
    mask, rest = _mask(fields)
    if rest:
        raise Bad(f"fields: {rest!r} is left over")
    schema = {"$ref": method["response"]["$ref"]} if "response" in method else {}
    return _cut(api, schema, answer, mask)


def _mask(text):
    found = {}
    while text:
        match = _FIELD.match(text)
        if match is None:
            raise Bad(f"fields: cannot read {text!r}")
        name, text, inner = match[0], text[match.end() :], None
        if text.startswith("/"):
            inner, text = _path(text[1:])
        elif text.startswith("("):
            inner, text = _mask(text[1:])
            if not text.startswith(")"):
                raise Bad("fields: a bracket is open")
            text = text[1:]
        found[name] = inner
        if not text.startswith(","):
            break
        text = text[1:]
    return found, text


def _path(text):
    match = _FIELD.match(text)
    if match is None:
        raise Bad(f"fields: cannot read {text!r}")
    name, text = match[0], text[match.end() :]
    if text.startswith("/"):
        inner, text = _path(text[1:])
        return {name: inner}, text
    if text.startswith("("):
        inner, text = _mask(text[1:])
        return {name: inner}, text.removeprefix(")")
    return {name: None}, text


def _cut(api, schema, value, mask):
    if mask is None:
        return value
    if "$ref" in schema:
        schema = document(api)["schemas"][schema["$ref"]]
    if schema.get("type") == "array":
        return [_cut(api, schema["items"], each, mask) for each in value]
    known = schema.get("properties", {})
    for name in mask:
        if name not in known and name != "*":
            raise Bad(f"fields: there is no field {name!r}")
    kept = {}
    for name, inner in value.items():
        if name in mask or "*" in mask:
            cut = _cut(api, known.get(name, {}), inner, mask.get(name, mask.get("*")))
            kept[name] = cut
    return kept
