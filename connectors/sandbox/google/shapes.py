"""The messages of the People API that requests may carry, as its reference lists them
(https://developers.google.com/people/api/rest/v1/people)."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Members and their types: ``string``, ``int32``, ``bool``, an enum, a message, ``[…]`` for a list
#: and ``{…}`` for a map of them.
Message = Mapping[str, str]


def _message(texts: str = "", **others: str) -> Message:
    return {**dict.fromkeys(texts.split(), "string"), **others}


def _item(texts: str, **others: str) -> Message:
    """One of a field's values."""
    return _message(texts, metadata="FieldMetadata", **others)


_NAME = (
    "displayName displayNameLastFirst unstructuredName familyName givenName middleName "
    "honorificPrefix honorificSuffix phoneticFullName phoneticFamilyName phoneticGivenName "
    "phoneticMiddleName phoneticHonorificPrefix phoneticHonorificSuffix"
)
_ADDRESS = (
    "formattedValue type formattedType poBox streetAddress extendedAddress city region "
    "postalCode country countryCode"
)
_ORGANIZATION = (
    "type formattedType name phoneticName department title jobDescription symbol domain location "
    "costCenter"
)

#: Fields of a person and the message of their values.
FIELDS: Mapping[str, str] = {
    "addresses": "Address",
    "ageRanges": "AgeRangeType",
    "biographies": "Biography",
    "birthdays": "Birthday",
    "braggingRights": "BraggingRights",
    "calendarUrls": "CalendarUrl",
    "clientData": "ClientData",
    "coverPhotos": "CoverPhoto",
    "emailAddresses": "EmailAddress",
    "events": "Event",
    "externalIds": "ExternalId",
    "fileAses": "FileAs",
    "genders": "Gender",
    "imClients": "ImClient",
    "interests": "Interest",
    "locales": "Locale",
    "locations": "Location",
    "memberships": "Membership",
    "miscKeywords": "MiscKeyword",
    "names": "Name",
    "nicknames": "Nickname",
    "occupations": "Occupation",
    "organizations": "Organization",
    "phoneNumbers": "PhoneNumber",
    "photos": "Photo",
    "relations": "Relation",
    "relationshipInterests": "RelationshipInterest",
    "relationshipStatuses": "RelationshipStatus",
    "residences": "Residence",
    "sipAddresses": "SipAddress",
    "skills": "Skill",
    "taglines": "Tagline",
    "urls": "Url",
    "userDefined": "UserDefined",
}

MESSAGES: Mapping[str, Message] = {
    "Address": _item(_ADDRESS),
    "AgeRangeType": _item("", ageRange="AgeRange"),
    "Biography": _item("value", contentType="ContentType"),
    "Birthday": _item("text", date="Date"),
    "BraggingRights": _item("value"),
    "CalendarUrl": _item("url type formattedType"),
    "ClientData": _item("key value"),
    "CoverPhoto": _item("url", default="bool"),
    "Date": _message(year="int32", month="int32", day="int32"),
    "EmailAddress": _item("value type formattedType displayName"),
    "Event": _item("type formattedType", date="Date"),
    "ExternalId": _item("value type formattedType"),
    "FileAs": _item("value"),
    "Gender": _item("value formattedValue addressMeAs"),
    "ImClient": _item("username type formattedType protocol formattedProtocol"),
    "Interest": _item("value"),
    "Locale": _item("value"),
    "Location": _item(
        "value type buildingId floor floorSection deskCode",
        current="bool",
    ),
    "Membership": _item(
        "",
        contactGroupMembership="ContactGroupMembership",
        domainMembership="DomainMembership",
    ),
    "ContactGroupMembership": _message("contactGroupId contactGroupResourceName"),
    "DomainMembership": _message(inViewerDomain="bool"),
    "MiscKeyword": _item("value formattedType", type="KeywordType"),
    "Name": _item(_NAME),
    "Nickname": _item("value", type="NicknameType"),
    "Occupation": _item("value"),
    "Organization": _item(
        _ORGANIZATION,
        startDate="Date",
        endDate="Date",
        current="bool",
        fullTimeEquivalentMillipercent="int32",
    ),
    "PhoneNumber": _item("value canonicalForm type formattedType"),
    "Photo": _item("url", default="bool"),
    "Relation": _item("person type formattedType"),
    "RelationshipInterest": _item("value formattedValue"),
    "RelationshipStatus": _item("value formattedValue"),
    "Residence": _item("value", current="bool"),
    "SipAddress": _item("value type formattedType"),
    "Skill": _item("value"),
    "Tagline": _item("value"),
    "Url": _item("value type formattedType"),
    "UserDefined": _item("key value"),
    "FieldMetadata": _message(
        primary="bool", sourcePrimary="bool", verified="bool", source="Source"
    ),
    "Source": _message("id etag updateTime", type="SourceType", profileMetadata="ProfileMetadata"),
    "ProfileMetadata": _message(objectType="ObjectType", userTypes="[UserType]"),
    "PersonMetadata": _message(
        sources="[Source]",
        previousResourceNames="[string]",
        linkedPeopleResourceNames="[string]",
        deleted="bool",
        objectType="ObjectType",
    ),
    "Person": _message(
        "resourceName etag",
        metadata="PersonMetadata",
        ageRange="AgeRange",
        **{field: f"[{item}]" for field, item in FIELDS.items()},
    ),
    "ContactToCreate": _message(contactPerson="Person"),
    "BatchCreateContactsRequest": _message(
        "readMask", contacts="[ContactToCreate]", sources="[ReadSourceType]"
    ),
    "BatchUpdateContactsRequest": _message(
        "readMask updateMask", contacts="{Person}", sources="[ReadSourceType]"
    ),
    "BatchDeleteContactsRequest": _message(resourceNames="[string]"),
    "ContactGroup": _message(
        "resourceName etag name formattedName",
        metadata="ContactGroupMetadata",
        groupType="GroupType",
        memberResourceNames="[string]",
        memberCount="int32",
        clientData="[GroupClientData]",
    ),
    "ContactGroupMetadata": _message("updateTime", deleted="bool"),
    "GroupClientData": _message("key value"),
    "CreateContactGroupRequest": _message("readGroupFields", contactGroup="ContactGroup"),
    "UpdateContactGroupRequest": _message(
        "readGroupFields updateGroupFields", contactGroup="ContactGroup"
    ),
    "ModifyContactGroupMembersRequest": _message(
        resourceNamesToAdd="[string]", resourceNamesToRemove="[string]"
    ),
}

ENUMS: Mapping[str, frozenset[str]] = {
    name: frozenset(values.split())
    for name, values in {
        "AgeRange": (
            "AGE_RANGE_UNSPECIFIED LESS_THAN_EIGHTEEN EIGHTEEN_TO_TWENTY TWENTY_ONE_OR_OLDER"
        ),
        "ContentType": "CONTENT_TYPE_UNSPECIFIED TEXT_PLAIN TEXT_HTML",
        "GroupType": "GROUP_TYPE_UNSPECIFIED USER_CONTACT_GROUP SYSTEM_CONTACT_GROUP",
        "KeywordType": (
            "TYPE_UNSPECIFIED OUTLOOK_BILLING_INFORMATION OUTLOOK_DIRECTORY_SERVER "
            "OUTLOOK_KEYWORD OUTLOOK_MILEAGE OUTLOOK_PRIORITY OUTLOOK_SENSITIVITY "
            "OUTLOOK_SUBJECT OUTLOOK_USER HOME WORK OTHER"
        ),
        "NicknameType": ("DEFAULT MAIDEN_NAME INITIALS GPLUS OTHER_NAME ALTERNATE_NAME SHORT_NAME"),
        "ObjectType": "OBJECT_TYPE_UNSPECIFIED PERSON PAGE",
        "ReadSourceType": (
            "READ_SOURCE_TYPE_UNSPECIFIED READ_SOURCE_TYPE_PROFILE READ_SOURCE_TYPE_CONTACT "
            "READ_SOURCE_TYPE_DOMAIN_CONTACT READ_SOURCE_TYPE_OTHER_CONTACT"
        ),
        "SourceType": (
            "SOURCE_TYPE_UNSPECIFIED ACCOUNT PROFILE DOMAIN_PROFILE CONTACT OTHER_CONTACT "
            "DOMAIN_CONTACT"
        ),
        "UserType": "USER_TYPE_UNKNOWN GOOGLE_USER GPLUS_USER GOOGLE_APPS_USER",
    }.items()
}


def snake(name: str) -> str:
    """As the protocol spells it, and errors do."""
    return re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name)
