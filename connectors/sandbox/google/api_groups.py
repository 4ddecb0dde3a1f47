"""Calls for groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.sandbox.google import binding, cursors, labelling, masks, view
from connectors.sandbox.google.calls import Call, Method
from connectors.sandbox.google.errors import Refused, invalid, not_found
from connectors.sandbox.google.groups import Group
from connectors.sandbox.google.masks import GROUP_READABLE, GROUP_WRITABLE
from connectors.sandbox.google.quotas import GROUP_READ, GROUP_WRITE

_READ_BY_DEFAULT = ("metadata", "groupType", "memberCount", "name")
_WRITTEN_BY_DEFAULT = ("metadata", "groupType", "name")
_MOST_READ = 200
_MOST_MODIFIED = 1000


def list_groups(call: Call) -> dict[str, Any]:
    fields = _fields(call.one("groupFields"), "groupFields", _READ_BY_DEFAULT)
    size = call.number("pageSize", 30, 1000)
    place = _place(call)
    groups = call.groups.changed(place["since"]) if call.one("syncToken") else call.groups.all()
    start = place["start"]
    shown = [_view(call, group, fields) for group in groups[start : start + size]]
    found: dict[str, Any] = {"contactGroups": shown} if shown else {}
    if groups:
        found["totalItems"] = len(groups)
    if start + size < len(groups):
        found["nextPageToken"] = cursors.sealed(
            "groups page", call.account.id, _parameters(call, "syncToken"),
            **{**place, "start": start + size},
        )  # fmt: skip
    else:
        found["nextSyncToken"] = cursors.sealed(
            "groups", call.account.id, _parameters(call), change=place["until"], full=place["full"]
        )
    return found


def _place(call: Call) -> dict[str, Any]:
    """Where a page starts: at the group ``start`` of those that changed after the change
    ``since``. ``until`` is the last change when the listing began, ``full`` when the full sync
    was."""
    if token := call.one("pageToken"):
        given = _parameters(call, "syncToken")
        return cursors.opened(token, "groups page", call.account.id, given)
    since, full = 0, call.now.timestamp()
    if token := call.one("syncToken"):
        position = cursors.opened(token, "groups", call.account.id, _parameters(call))
        cursors.check_age(position, call.now, call.quirks)
        since, full = position["change"], position["full"]
    changes = [group.change for group in call.groups.changed(since)]
    return {"start": 0, "since": since, "until": max(changes, default=since), "full": full}


def get(call: Call) -> dict[str, Any]:
    fields = _fields(call.one("groupFields"), "groupFields", _READ_BY_DEFAULT)
    most = _most_members(call)
    return _view(call, _named(call), fields, most)


def batch_get(call: Call) -> dict[str, Any]:
    fields = _fields(call.one("groupFields"), "groupFields", _READ_BY_DEFAULT)
    most = _most_members(call)
    resources = call.request.query.get("resourceNames", [])
    if not 1 <= len(resources) <= _MOST_READ:
        raise invalid(f"Between 1 and {_MOST_READ} resource names can be requested.")
    found = []
    for resource in resources:
        response: dict[str, Any] = {"requestedResourceName": resource}
        try:
            group = _existing(call, resource)
            response |= {"contactGroup": _view(call, group, fields, most), "status": {}}
        except Refused as refused:
            response["status"] = refused.rpc_status
        found.append(response)
    return {"responses": found}


def create(call: Call) -> dict[str, Any]:
    body = binding.body(call.request, "CreateContactGroupRequest")
    fields = _fields(body.get("readGroupFields", ""), "readGroupFields", _WRITTEN_BY_DEFAULT)
    given = body.get("contactGroup", {})
    _check_name(call, given.get("name", ""), None)
    return _view(call, call.groups.add(given["name"], given.get("clientData", [])), fields)


def update(call: Call) -> dict[str, Any]:
    body = binding.body(call.request, "UpdateContactGroupRequest")
    fields = _fields(body.get("readGroupFields", ""), "readGroupFields", _WRITTEN_BY_DEFAULT)
    text = body.get("updateGroupFields", "") or "name"
    mask = masks.paths(text, "updateGroupFields", GROUP_WRITABLE, "contactGroups/update")
    group = _named(call)
    given = body.get("contactGroup", {})
    if group.is_system:
        raise invalid("System contact groups cannot be updated.")
    if given.get("etag", group.etag) != group.etag:
        # mrmattwilkins/google-contacts-sync, contacts.py
        raise Refused("ABORTED", "Contact group etag is outdated.")
    if "name" in mask:
        _check_name(call, given.get("name", ""), group)
        group = replace(group, name=given["name"])
    if "clientData" in mask:
        group = replace(group, client_data=given.get("clientData", []))
    return _view(call, call.groups.change(group), fields)


def delete(call: Call) -> dict[str, Any]:
    with_contacts = call.flag("deleteContacts")
    group = _named(call)
    if group.is_system:
        raise invalid("System contact groups cannot be deleted.")
    labelling.delete(call.contacts, call.groups, group, with_contacts)
    return {}


def modify(call: Call) -> dict[str, Any]:
    """Also where not everything was done, the answer is 200."""
    body = binding.body(call.request, "ModifyContactGroupMembersRequest")
    add, remove = body.get("resourceNamesToAdd", []), body.get("resourceNamesToRemove", [])
    if len(add) + len(remove) > _MOST_MODIFIED:
        raise invalid(f"At most {_MOST_MODIFIED} resource names can be added and removed.")
    group = _named(call)
    if add and not group.is_open:
        raise invalid(f'Contacts cannot be added to the contact group "{group.resource}".')
    left = labelling.modify(call.contacts, group, add, remove)
    found = {
        "notFoundResourceNames": left.not_found,
        "canNotRemoveLastContactGroupResourceNames": left.last_group,
    }
    return {name: resources for name, resources in found.items() if resources}


def _named(call: Call) -> Group:
    """That of the path."""
    return _existing(call, f"contactGroups/{call.request.parts['group']}")


def _existing(call: Call, resource: str) -> Group:
    group = call.groups.get(resource)
    if group is None:
        raise not_found()
    return group


def _view(
    call: Call, group: Group, fields: tuple[str, ...], most_members: int = 0
) -> dict[str, Any]:
    if group.id == "all":
        return view.group(group, call.contacts.count(), fields)
    members = [
        contact.resource for contact in call.contacts.members(group.resource)[:most_members]
    ] if most_members else []  # fmt: skip
    return view.group(group, call.contacts.size(group.resource), fields, members)


def _fields(text: str, parameter: str, default: tuple[str, ...]) -> tuple[str, ...]:
    return masks.paths(text, parameter, GROUP_READABLE, "contactGroups/get") or default


def _most_members(call: Call) -> int:
    text = call.one("maxMembers") or "0"
    if not text.isdecimal():
        raise invalid(f"Invalid value at 'max_members' (TYPE_INT32), \"{text}\"", "max_members")
    return int(text)


def _check_name(call: Call, name: str, group: Group | None) -> None:
    if not name.strip():
        raise invalid("Contact group name cannot be empty.")
    other = call.groups.named(name)
    if other and (group is None or other.resource != group.resource):
        raise Refused("ALREADY_EXISTS", "Contact group name already exists.")


def _parameters(call: Call, *more: str) -> dict[str, list[str]]:
    return {name: call.request.query.get(name, []) for name in ("groupFields", "pageSize", *more)}


METHODS = (
    Method(
        "GET",
        "/v1/contactGroups:batchGet",
        batch_get,
        "BatchGetContactGroups",
        GROUP_READ,
        "groupFields maxMembers resourceNames",
    ),
    Method(
        "GET",
        "/v1/contactGroups",
        list_groups,
        "ListContactGroups",
        GROUP_READ,
        "groupFields pageSize pageToken syncToken",
    ),
    Method(
        "GET",
        "/v1/contactGroups/{group}",
        get,
        "GetContactGroup",
        GROUP_READ,
        "groupFields maxMembers",
    ),
    Method("POST", "/v1/contactGroups", create, "CreateContactGroup", GROUP_WRITE),
    Method("PUT", "/v1/contactGroups/{group}", update, "UpdateContactGroup", GROUP_WRITE),
    Method(
        "DELETE",
        "/v1/contactGroups/{group}",
        delete,
        "DeleteContactGroup",
        GROUP_WRITE,
        "deleteContacts",
    ),
    Method(
        "POST",
        "/v1/contactGroups/{group}/members:modify",
        modify,
        "ModifyContactGroupMembers",
        GROUP_WRITE,
    ),
)
