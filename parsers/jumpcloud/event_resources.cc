#include "parsers/jumpcloud/event_resources.h"

#include <algorithm>

#include "parsers/jumpcloud/event_entity.h"
#include "parsers/jumpcloud/event_principals.h"
#include "parsers/jumpcloud/event_request.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

// OCSF's long_t has the number as it stands.
std::int64_t AskIsInteger(std::string_view number, std::string_view, std::string_view) {
  constexpr std::size_t kMostDigits = 18;
  return number.size() <= kMostDigits &&
         std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A number, which `attribute` gives back, if it is an integer; else empty.
Token TakeInteger(Record& record, Field field, Attribute attribute) {
  Leaf* leaf = record.in.Find(field);
  if (leaf == nullptr || leaf->kind != Kind::kNumber) return {};
  if (record.out.Ask(&AskIsInteger, leaf->value()) == 0) return {};
  leaf->given = attribute;
  return leaf->value();
}

}  // namespace

void FillWebResource(Record& record) {
  Leaves& in = record.in;
  Resource& resource = record.out.resource;
  FillRequest(record);
  resource.uid = TakeResourceUid(in, Attribute::kResourceUid);
  resource.name = TakeResourceName(in, Attribute::kResourceName);
  if (resource.empty()) {
    resource.name = StemOf(record, record.out.event_code);
    record.out.AddLabel("entity:synthetic");
  } else {
    resource.type = in.Take(Field::kResourceType, Attribute::kResourceType);
  }
  record.out.target_name = resource.name.empty() ? resource.uid : resource.name;
}

void FillApplication(Record& record) {
  Leaves& in = record.in;
  Event& out = record.out;
  FillRequest(record);
  if (ResourceIsPrincipal(record)) out.other_user = TakeOtherUser(in);
  out.app.name =
      TakeFirst(in, Attribute::kAppName, Field::kApplicationName, Field::kApplicationDisplayLabel);
  if (out.app.name.empty()) {
    out.app.is_stand_in = true;
    out.app.name = Is(record.Word(out.log_source), "password_manager")
                       ? Token("JumpCloud Password Manager")
                       : StemOf(record, out.event_code);
    out.AddLabel("entity:synthetic");
  }
  out.app.version = in.Take(Field::kApplicationVersion, Attribute::kAppVersion);
  out.app.path = in.Take(Field::kApplicationPath, Attribute::kAppPath);
  out.app.vendor_name = in.Take(Field::kApplicationPublisher, Attribute::kAppVendorName);
  out.target_name = out.app.name;
}

void FillDatastore(Record& record) {
  Leaves& in = record.in;
  DatastoreQuery& query = record.out.query;
  FillRequiredRequest(record);
  query.database_name = TakeFirst(in, Attribute::kDatabaseName, Field::kBase, Field::kDn);
  if (query.database_name.empty()) {
    query.is_stand_in = true;
    query.database_name = "JumpCloud LDAP";
  }
  query.database_type = "LDAP";
  query.text = in.Take(Field::kFilter, Attribute::kQueryText);
  if (!query.text.empty()) query.name = "LDAP search";
  query.result_count = TakeInteger(record, Field::kNumberOfResults, Attribute::kResultCount);
  record.out.target_name = query.database_name;
}

void FillFileHosting(Record& record) {
  Leaves& in = record.in;
  HostedFile& file = record.out.file;
  FillRequiredRequest(record);
  file.uid = in.Take(Field::kObjectStorageItemObjectId, Attribute::kFileUid);
  file.name = in.Take(Field::kObjectStorageItemVersionName, Attribute::kFileName);
  if (file.name.empty()) file.name = file.uid;
  file.size = TakeInteger(record, Field::kObjectStorageItemVersionSize, Attribute::kFileSize);
  file.sha256 = in.Take(Field::kObjectStorageItemVersionSha256Sum, Attribute::kFileSha256);
  record.out.target_name = file.name;
}

}  // namespace cce::jumpcloud
