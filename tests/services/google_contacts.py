"""People in, what the People API answers about the owner's connections out: pages, sync tokens, deletions, new names."""

from __future__ import annotations

import itertools

from tests.services.google_discovery import Bad
from tests.services.google_mailbox import NotFound

_SOURCES = {
    "READ_SOURCE_TYPE_CONTACT": {"CONTACT"},
    "READ_SOURCE_TYPE_PROFILE": {"ACCOUNT", "PROFILE", "DOMAIN_PROFILE"},
}
_PAGING = {"pageToken", "syncToken"}


class Ended(Exception):
    """400 with EXPIRED_SYNC_TOKEN, or 410."""

    def __init__(self, status):
        self.status = status


class People:
    """The address book of one user, and what the user is called."""

    def __init__(self, address="maya@lindqvist.example"):
        self.me = {"emailAddresses": [_field({"value": address}, "PROFILE", primary=True)]}
        self.persons, self.deleted, self.changed = {}, {}, {}
        self.numbers = itertools.count(1)
        self.serial = self.oldest = 0
        self.page = 1000
        self.loops = self.empty_pages = self.duplicates = self.withholds_token = False
        self.ended_by = 400
        self.given = {}

    def put(self, name="", *emails, resource=None, profile=(), **more):
        """A contact is made or changed; ``profile`` is a name and addresses that a linked profile says of itself."""
        resource = resource or f"people/c{next(self.numbers)}"
        fields = {
            "names": [_field({"displayName": name, "unstructuredName": name}, "CONTACT", primary=True)] if name else [],
            "emailAddresses": [_field({"value": each}, "CONTACT", primary=not n) for n, each in enumerate(emails)],
            "biographies": [_field({"value": "what nobody asked for"}, "CONTACT")],
        }
        if profile:
            fields["names"].insert(0, _field({"displayName": profile[0]}, "PROFILE"))
            fields["emailAddresses"] += [_field({"value": each}, "PROFILE") for each in profile[1:]]
        fields |= more
        self.persons[resource] = {
            "resourceName": resource, "etag": f"%{self.serial}",
            "metadata": {"objectType": "PERSON", "sources": [{"type": "CONTACT", "id": resource.removeprefix("people/")}]},
            **{name: values for name, values in fields.items() if values},
        }  # fmt: skip
        self.deleted.pop(resource, None)
        self._touch(resource)
        return resource

    def rename(self, resource, new):
        """A contact is joined with a profile and is called otherwise from now on."""
        person = self.persons.pop(resource)
        before = person["metadata"].get("previousResourceNames", [])
        metadata = person["metadata"] | {"previousResourceNames": [*before, resource]}
        self.persons[new] = person | {"resourceName": new, "metadata": metadata}
        self.changed.pop(resource, None)
        self._touch(new)

    def remove(self, resource):
        """A contact is deleted."""
        del self.persons[resource]
        self.deleted[resource] = {"resourceName": resource, "etag": "%d", "metadata": {"deleted": True}}
        self._touch(resource)

    def forget(self):
        """All sync tokens and pages have ended."""
        self.serial += 1
        self.oldest = self.serial
        self.given.clear()

    def _touch(self, resource):
        self.serial += 1
        self.changed.pop(resource, None)
        self.changed[resource] = self.serial

    # -- what it answers ---------------------------------------------------------------------------------------------

    def get(self, *, resourceName, personFields, **_):  # noqa: N803
        if resourceName != "people/me":
            raise NotFound
        return {"resourceName": "people/me", "etag": "%me", **_cut(self.me, personFields)}

    def connections(self, **asked):
        if asked["resourceName"] != "people/me":
            raise Bad("only people/me has connections")
        if not asked.get("personFields"):
            raise Bad("personFields mask is required")
        if not 0 <= asked.get("pageSize", 0) <= 1000:
            raise Bad("pageSize is between 1 and 1000")
        alike = {name: value for name, value in asked.items() if name not in _PAGING}
        start, since, until = 0, None, self.serial
        if token := asked.get("syncToken"):
            since = self._given(token, alike)
        if page := asked.get("pageToken"):
            start, until = self._given(page, {**alike, "syncToken": token or ""})
        people = self._listed(since)
        size = min(asked.get("pageSize") or 100, self.page)
        shown = people[start : start + size]
        if self.duplicates and start:
            shown = [people[start - 1], *shown]
        following = start + size
        if self.empty_pages and start and not str(page).endswith("-empty"):
            shown, following = [], start
        answer = {} if not shown else {"connections": [self._shown(each, asked, since) for each in shown]}
        answer |= {"totalItems": len(people), "totalPeople": len(people)} if since is None else {}
        if self.loops:
            return answer | {"nextPageToken": self._give("page-0", {**alike, "syncToken": token or ""}, (0, until))}
        if following < len(people):
            name = f"page-{following}-{until}{'-empty' if following == start else ''}"
            return answer | {"nextPageToken": self._give(name, {**alike, "syncToken": token or ""}, (following, until))}
        if asked.get("requestSyncToken") and not self.withholds_token:
            answer["nextSyncToken"] = self._give(f"sync-{until}=", alike, until)
        return answer

    def _listed(self, since):
        if since is None:
            return list(self.persons.values())
        if since < self.oldest:
            raise Ended(self.ended_by)
        names = [name for name, at in self.changed.items() if at > since]
        return [self.persons.get(name) or self.deleted[name] for name in names]

    def _give(self, token, alike, place):
        self.given[token] = (alike, place)
        return token

    def _given(self, token, alike):
        if token not in self.given:
            raise Ended(self.ended_by)
        before, place = self.given[token]
        if before != alike:
            raise Bad(f"a request with a token must ask for what the first one did: {before} is not {alike}")
        return place

    def _shown(self, person, asked, since):
        wanted = {kind for each in asked.get("sources", _SOURCES) for kind in _SOURCES[each]}
        shown = {
            name: [
                each for each in values if each.get("metadata", {}).get("source", {}).get("type", "CONTACT") in wanted
            ]
            if isinstance(values, list)
            else values
            for name, values in person.items()
        }
        if since is None and "metadata" in shown:
            shown["metadata"] = {k: v for k, v in shown["metadata"].items() if k != "previousResourceNames"}
        return {key: shown[key] for key in ("resourceName", "etag") if key in shown} | _cut(
            shown, asked["personFields"]
        )


def _cut(person, mask):
    return {name: person[name] for name in mask.split(",") if person.get(name)}


def _field(values, source, *, primary=False):
    return {**values, "metadata": {"source": {"type": source, "id": "1"}} | ({"primary": True} if primary else {})}
