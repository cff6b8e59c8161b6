#include "parsers/jumpcloud/event_access.h"

#include "parsers/jumpcloud/event_principals.h"
#include "parsers/jumpcloud/event_request.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

enum class Party { kNobody, kUser, kUserGroup, kDevice, kDeviceGroup, kThing };

constexpr TypedName kParties[] = {
    {"user", static_cast<int>(Party::kUser)},
    {"systemuser", static_cast<int>(Party::kUser)},
    {"admin", static_cast<int>(Party::kUser)},
    {"user_group", static_cast<int>(Party::kUserGroup)},
    {"group", static_cast<int>(Party::kUserGroup)},
    {"system", static_cast<int>(Party::kDevice)},
    {"device", static_cast<int>(Party::kDevice)},
    {"system_group", static_cast<int>(Party::kDeviceGroup)},
};

// The members of one side of association.connection.
struct Side {
  Field type;
  Field uid;
  Field name;
};
constexpr Side kFrom = {Field::kFromType, Field::kFromObjectId, Field::kFromName};
constexpr Side kTo = {Field::kToType, Field::kToObjectId, Field::kToName};

Party PartyOf(Record& record, const Side& side) {
  Leaves& in = record.in;
  if (in.Peek(side.uid).empty() && in.Peek(side.name).empty()) return Party::kNobody;
  const Token type = in.Peek(side.type);
  if (type.empty()) return Party::kNobody;
  const int party = TypeId(kParties, record.Word(type));
  return party == kOther ? Party::kThing : static_cast<Party>(party);
}

UserGroup TakeGroup(Leaves& in, const Side& side) {
  return {in.Take(side.uid, Attribute::kGroupUid), in.Take(side.name, Attribute::kGroupName)};
}

Resource TakeResource(Leaves& in, const Side& side) {
  return {in.Take(side.uid, Attribute::kResourceUid), in.Take(side.name, Attribute::kResourceName),
          in.Take(side.type, Attribute::kResourceType)};
}

Principal TakeUser(Record& record, const Side& side) {
  Leaves& in = record.in;
  Principal user;
  user.uid = in.Take(side.uid, Attribute::kUserUid);
  user.name = in.Take(side.name, Attribute::kUserName);
  user.type = in.Take(side.type, Attribute::kUserRole);
  user.type_id = Is(record.Word(user.type), "admin") ? 2 : 1;
  return user;
}

// The side that is a `party` first.
struct Sides {
  const Side* first;
  const Side* second;
};
Sides SidesBy(Record& record, Party party) {
  return PartyOf(record, kFrom) == party ? Sides{&kFrom, &kTo} : Sides{&kTo, &kFrom};
}

// "bind:TYPE", what an association gives.
Privilege Binding(Leaves& in, const Side& bound) { return {"bind", in.Peek(bound.type)}; }

bool IsAssociation(const Record& record) {
  return record.type->activity_by == ActivityBy::kAssociation;
}

// The resource of an event that is no association.
Resource TakeNamedResource(Leaves& in) {
  Resource resource;
  resource.uid = TakeResourceUid(in, Attribute::kResourceUid);
  resource.name = TakeResourceName(in, Attribute::kResourceName);
  if (!resource.empty()) resource.type = in.Take(Field::kResourceType, Attribute::kResourceType);
  return resource;
}

}  // namespace

void DecideAssociation(Record& record) {
  Event& out = record.out;
  const std::string_view op = record.Word(record.in.Peek(Field::kAssociationOp));
  const bool added = Is(op, "add");
  if (!added && !Is(op, "remove")) return;
  const Party from = PartyOf(record, kFrom);
  const Party to = PartyOf(record, kTo);
  if (from == Party::kNobody || to == Party::kNobody) return;
  const auto either = [&](Party party) { return from == party || to == party; };
  const auto decide = [&](int class_uid, int added_id, Token added_name, int removed_id,
                          Token removed_name) {
    out.class_uid = class_uid;
    out.activity_id = added ? added_id : removed_id;
    out.activity_name = added ? added_name : removed_name;
  };
  if (either(Party::kUserGroup)) {
    if (either(Party::kUser)) {
      decide(kGroupManagement, 3, "Add User", 4, "Remove User");
    } else if (from == to) {
      decide(kGroupManagement, 7, "Add Subgroup", 8, "Remove Subgroup");
    } else {
      decide(kGroupManagement, 1, "Assign Privileges", 2, "Revoke Privileges");
    }
  } else if (either(Party::kUser)) {
    decide(kUserAccess, 1, "Assign Privileges", 2, "Revoke Privileges");
  } else if (either(Party::kDeviceGroup) && either(Party::kDevice)) {
    decide(kGroupManagement, kOther, "Add Device", kOther, "Remove Device");
  }
}

void FillUserAccess(Record& record) {
  Leaves& in = record.in;
  Event& out = record.out;
  FillRequest(record);
  if (IsAssociation(record)) {
    const Sides sides = SidesBy(record, Party::kUser);
    out.user = TakeUser(record, *sides.first);
    out.privilege = Binding(in, *sides.second);
    out.resource = TakeResource(in, *sides.second);
  } else {
    if (ResourceIsPrincipal(record)) {
      out.user = TakePrincipal(record);
    } else {
      out.resource = TakeNamedResource(in);
    }
    if (!out.device.empty() && out.resource.empty()) {
      out.privilege = {"bind", "system"};
    } else {
      out.privilege = {"unspecified", {}};
    }
  }
  if (out.user.empty()) out.user = out.actor;
  out.target_name = NameOf(out.user);
}

void FillGroup(Record& record) {
  Leaves& in = record.in;
  Event& out = record.out;
  FillRequest(record);
  if (!IsAssociation(record)) {
    out.group.uid =
        TakeFirst(in, Attribute::kGroupUid, Field::kResourceId, Field::kResourceObjectId);
    out.group.name =
        TakeFirst(in, Attribute::kGroupName, Field::kResourceName, Field::kResourceDisplayName);
  } else if (out.activity_id == 3 || out.activity_id == 4) {
    const Sides sides = SidesBy(record, Party::kUserGroup);
    out.group = TakeGroup(in, *sides.first);
    out.user = TakeUser(record, *sides.second);
  } else if (out.activity_id == 7 || out.activity_id == 8) {
    out.group = TakeGroup(in, kTo);
    out.subgroup = {in.Take(kFrom.uid, Attribute::kSubgroupUid),
                    in.Take(kFrom.name, Attribute::kSubgroupName)};
  } else if (out.activity_id == kOther) {
    const Sides sides = SidesBy(record, Party::kDeviceGroup);
    out.group = TakeGroup(in, *sides.first);
    if (out.device.empty()) {
      out.device.uid = in.Take(sides.second->uid, Attribute::kDeviceUid);
      out.device.hostname = in.Take(sides.second->name, Attribute::kDeviceHostname);
    }
  } else {
    const Sides sides = SidesBy(record, Party::kUserGroup);
    out.group = TakeGroup(in, *sides.first);
    out.privilege = Binding(in, *sides.second);
    out.resource = TakeResource(in, *sides.second);
  }
  if (out.group.empty()) out.AddLabel("entity:synthetic");
  out.target_name = out.group.name.empty() ? out.group.uid : out.group.name;
}

Resource TakeAssociated(Record& record) {
  Leaves& leaves = record.in;
  for (const Side* side : {&kTo, &kFrom}) {
    if (PartyOf(record, *side) == Party::kNobody) continue;
    return {leaves.Take(side->uid, Attribute::kEntityUid),
            leaves.Take(side->name, Attribute::kEntityName), leaves.Peek(side->type)};
  }
  return {
      leaves.Take(Field::kAssociationId, Attribute::kEntityUid),
      TakeFirst(leaves, Attribute::kEntityName, Field::kAssociationName, Field::kAssociationEmail),
      leaves.Peek(Field::kAssociationType)};
}

}  // namespace cce::jumpcloud
