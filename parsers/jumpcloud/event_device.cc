#include "parsers/jumpcloud/event_device.h"

#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

// OCSF device.type_id.
constexpr int kTablet = 4;
constexpr int kMobile = 5;

// A part of an operating system's name, and what OCSF calls a system whose name has it.
struct OsName {
  std::string_view part;
  int os_type_id;
  int device_type_id;
};

// The first that fits counts.
constexpr OsName kOsNames[] = {
    {"windows", 100, 0}, {"android", 201, kMobile}, {"ipados", 302, kTablet}, {"mac os", 300, 0},
    {"macos", 300, 0},   {"darwin", 300, 0},        {"iphone", 301, kMobile}, {"linux", 200, 0},
    {"ubuntu", 200, 0},  {"debian", 200, 0},        {"fedora", 200, 0},       {"centos", 200, 0},
    {"red hat", 200, 0}, {"rhel", 200, 0},          {"rocky", 200, 0},        {"amazon", 200, 0},
    {"suse", 200, 0},    {"mint", 200, 0},
};

// os_type_id * kMaxTypes + device_type_id.
constexpr int kMaxTypes = 16;

std::int64_t AskOs(std::string_view name, std::string_view, std::string_view) {
  if (Is(name, "ios")) return 301 * kMaxTypes + kMobile;
  for (const OsName& known : kOsNames) {
    if (Contains(name, known.part)) return known.os_type_id * kMaxTypes + known.device_type_id;
  }
  return kOther * kMaxTypes;
}

void FillOs(const Record& record, Device& device, Token os_name) {
  device.os_name = os_name;
  if (os_name.empty()) return;
  const auto types = static_cast<int>(record.out.Ask(&AskOs, os_name));
  device.os_type_id = types / kMaxTypes;
  device.type_id = types % kMaxTypes;
}

}  // namespace

void FillDevice(Record& record) {
  Leaves& in = record.in;
  Device& device = record.out.device;
  device.uid = TakeFirst(in, Attribute::kDeviceUid, Field::kSystemId, Field::kSystemObjectId);
  device.hostname = in.Take(Field::kSystemHostname, Attribute::kDeviceHostname);
  device.name = in.Take(Field::kSystemDisplayName, Attribute::kDeviceName);
  Field os = Field::kSystemOs;
  Field version = Field::kSystemVersion;
  if (device.empty()) {
    device.uid = in.Take(Field::kAuthSystemId, Attribute::kDeviceUid);
    device.hostname = in.Take(Field::kAuthSystemHostname, Attribute::kDeviceHostname);
    device.name = in.Take(Field::kAuthSystemDisplayName, Attribute::kDeviceName);
    os = Field::kAuthSystemOs;
    version = Field::kAuthSystemVersion;
  }
  if (device.empty()) return;
  FillOs(record, device, in.Take(os, Attribute::kDeviceOsName));
  if (!device.os_name.empty()) device.os_version = in.Take(version, Attribute::kDeviceOsVersion);
  device.group_uid =
      TakeFirst(in, Attribute::kDeviceGroupUid, Field::kSystemGroupObjectId, Field::kSystemGroupId);
  device.group_name = in.Take(Field::kSystemGroupName, Attribute::kDeviceGroupName);
}

void FillDeviceFromResource(Record& record) {
  Leaves& in = record.in;
  Device& device = record.out.device;
  if (!device.empty()) return;
  if (!IsOneOf(record.Word(in.Peek(Field::kResourceType)), {"system", "device"})) return;
  device.uid = TakeFirst(in, Attribute::kDeviceUid, Field::kResourceId, Field::kResourceObjectId);
  device.hostname = in.Take(Field::kResourceHostname, Attribute::kDeviceHostname);
  device.name =
      TakeFirst(in, Attribute::kDeviceName, Field::kResourceName, Field::kResourceDisplayName);
}

}  // namespace cce::jumpcloud
