#include "parsers/jumpcloud/event_fields.h"

#include <array>
#include <iterator>

#include "parsers/jumpcloud/name_table.h"

namespace cce::jumpcloud {
namespace {

constexpr KnownField kFields[] = {
    {Group::kRoot, "id", Field::kId, Group::kNone},
    {Group::kRoot, "service", Field::kService, Group::kNone},
    {Group::kRoot, "event_type", Field::kEventType, Group::kNone},
    {Group::kRoot, "organization", Field::kOrganization, Group::kNone},
    {Group::kRoot, "timestamp", Field::kTimestamp, Group::kNone},
    {Group::kRoot, "@version", Field::kVersion, Group::kNone},
    {Group::kRoot, "server_timestamp", Field::kServerTimestamp, Group::kNone},
    {Group::kRoot, "jc_transformation_ts", Field::kTransformationTimestamp, Group::kNone},
    {Group::kRoot, "system_timestamp", Field::kSystemTimestamp, Group::kNone},
    {Group::kRoot, "initiated_by", Field::kInitiatedBy, Group::kInitiatedBy},
    {Group::kRoot, "jc_initiated_by_id", Field::kJcInitiatedById, Group::kNone},
    {Group::kRoot, "jc_initiated_by_email", Field::kJcInitiatedByEmail, Group::kNone},
    {Group::kRoot, "resource", Field::kResource, Group::kResource},
    {Group::kRoot, "target_resource", Field::kTargetResource, Group::kTargetResource},
    {Group::kRoot, "application", Field::kApplication, Group::kApplication},
    {Group::kRoot, "username", Field::kUsername, Group::kNone},
    {Group::kRoot, "client_ip", Field::kClientIp, Group::kNone},
    {Group::kRoot, "src_ip", Field::kSrcIp, Group::kNone},
    {Group::kRoot, "geoip", Field::kGeoip, Group::kGeoip},
    {Group::kRoot, "Geoip", Field::kGeoip, Group::kGeoip},
    {Group::kRoot, "asn", Field::kAsn, Group::kNone},
    {Group::kRoot, "useragent", Field::kUseragent, Group::kNone},
    {Group::kRoot, "user_agent", Field::kUseragent, Group::kNone},
    {Group::kRoot, "auth_method", Field::kAuthMethod, Group::kNone},
    {Group::kRoot, "mfa", Field::kMfa, Group::kNone},
    {Group::kRoot, "mfa_meta", Field::kMfaMeta, Group::kNone},
    {Group::kRoot, "auth_context", Field::kAuthContext, Group::kAuthContext},
    {Group::kRoot, "auth_meta", Field::kAuthMeta, Group::kAuthMeta},
    {Group::kRoot, "success", Field::kSuccess, Group::kNone},
    {Group::kRoot, "sso_token_success", Field::kSsoTokenSuccess, Group::kNone},
    {Group::kRoot, "error_message", Field::kErrorMessage, Group::kNone},
    {Group::kRoot, "error_code", Field::kErrorCode, Group::kNone},
    {Group::kRoot, "error_chain", Field::kErrorChain, Group::kNone},
    {Group::kRoot, "message_chain", Field::kMessageChain, Group::kNone},
    {Group::kRoot, "correlation", Field::kCorrelation, Group::kCorrelation},
    {Group::kRoot, "message", Field::kMessage, Group::kNone},
    {Group::kRoot, "detail", Field::kDetail, Group::kNone},
    {Group::kRoot, "provider", Field::kProvider, Group::kNone},
    {Group::kRoot, "changes", Field::kChanges, Group::kNone},
    {Group::kRoot, "system", Field::kSystem, Group::kSystem},
    {Group::kRoot, "system_group", Field::kSystemGroup, Group::kSystemGroup},
    {Group::kRoot, "system_object_id", Field::kSystemObjectId, Group::kNone},
    {Group::kRoot, "process_name", Field::kProcessName, Group::kNone},
    {Group::kRoot, "windows_meta", Field::kWindowsMeta, Group::kWindowsMeta},
    {Group::kRoot, "connection_id", Field::kConnectionId, Group::kNone},
    {Group::kRoot, "dn", Field::kDn, Group::kNone},
    {Group::kRoot, "mech", Field::kMech, Group::kNone},
    {Group::kRoot, "start_tls", Field::kStartTls, Group::kNone},
    {Group::kRoot, "tls_established", Field::kTlsEstablished, Group::kNone},
    {Group::kRoot, "auth_type", Field::kAuthType, Group::kNone},
    {Group::kRoot, "outer", Field::kOuter, Group::kNone},
    {Group::kRoot, "severity", Field::kSeverity, Group::kNone},
    {Group::kRoot, "priority", Field::kPriority, Group::kNone},
    {Group::kRoot, "result", Field::kResult, Group::kNone},
    {Group::kRoot, "status", Field::kStatus, Group::kNone},
    {Group::kRoot, "request_type", Field::kRequestType, Group::kNone},
    {Group::kRoot, "command", Field::kCommand, Group::kNone},
    {Group::kRoot, "mdm_device_id", Field::kMdmDeviceId, Group::kNone},
    {Group::kRoot, "device_object_id", Field::kDeviceObjectId, Group::kNone},
    {Group::kRoot, "windows_device_uuid", Field::kWindowsDeviceUuid, Group::kNone},
    {Group::kRoot, "access_request_id", Field::kAccessRequestId, Group::kNone},
    {Group::kRoot, "channel_object_id", Field::kChannelObjectId, Group::kNone},
    {Group::kRoot, "name", Field::kName, Group::kNone},
    {Group::kRoot, "type", Field::kType, Group::kNone},
    {Group::kRoot, "workflow", Field::kWorkflow, Group::kWorkflow},
    {Group::kRoot, "base", Field::kBase, Group::kNone},
    {Group::kRoot, "filter", Field::kFilter, Group::kNone},
    {Group::kRoot, "number_of_results", Field::kNumberOfResults, Group::kNone},
    {Group::kRoot, "object_storage_item_object_id", Field::kObjectStorageItemObjectId,
     Group::kNone},
    {Group::kRoot, "object_storage_item_version_name", Field::kObjectStorageItemVersionName,
     Group::kNone},
    {Group::kRoot, "object_storage_item_version_size", Field::kObjectStorageItemVersionSize,
     Group::kNone},
    {Group::kRoot, "object_storage_item_version_sha_256_sum",
     Field::kObjectStorageItemVersionSha256Sum, Group::kNone},
    {Group::kRoot, "alert_id", Field::kAlertId, Group::kNone},
    {Group::kRoot, "alert_title", Field::kAlertTitle, Group::kNone},
    {Group::kRoot, "rule_id", Field::kRuleId, Group::kNone},
    {Group::kRoot, "category", Field::kCategory, Group::kNone},
    {Group::kRoot, "description", Field::kDescription, Group::kNone},
    {Group::kRoot, "association", Field::kAssociation, Group::kAssociation},
    {Group::kInitiatedBy, "id", Field::kInitiatedById, Group::kNone},
    {Group::kInitiatedBy, "type", Field::kInitiatedByType, Group::kNone},
    {Group::kInitiatedBy, "email", Field::kInitiatedByEmail, Group::kNone},
    {Group::kInitiatedBy, "username", Field::kInitiatedByUsername, Group::kNone},
    {Group::kInitiatedBy, "name", Field::kInitiatedByName, Group::kNone},
    {Group::kInitiatedBy, "user_id", Field::kInitiatedByUserId, Group::kNone},
    {Group::kInitiatedBy, "source", Field::kInitiatedBySource, Group::kNone},
    {Group::kInitiatedBy, "source_metadata", Field::kInitiatedBySourceMetadata, Group::kNone},
    {Group::kResource, "id", Field::kResourceId, Group::kNone},
    {Group::kResource, "type", Field::kResourceType, Group::kNone},
    {Group::kResource, "username", Field::kResourceUsername, Group::kNone},
    {Group::kResource, "email", Field::kResourceEmail, Group::kNone},
    {Group::kResource, "name", Field::kResourceName, Group::kNone},
    {Group::kResource, "displayName", Field::kResourceDisplayName, Group::kNone},
    {Group::kResource, "display_label", Field::kResourceDisplayLabel, Group::kNone},
    {Group::kResource, "hostname", Field::kResourceHostname, Group::kNone},
    {Group::kResource, "object_id", Field::kResourceObjectId, Group::kNone},
    {Group::kResource, "application_name", Field::kResourceApplicationName, Group::kNone},
    {Group::kResource, "application_id", Field::kResourceApplicationId, Group::kNone},
    {Group::kResource, "app_id", Field::kResourceAppId, Group::kNone},
    {Group::kResource, "source_id", Field::kResourceSourceId, Group::kNone},
    {Group::kResource, "source_type", Field::kResourceSourceType, Group::kNone},
    {Group::kResource, "severity", Field::kResourceSeverity, Group::kNone},
    {Group::kResource, "priority", Field::kResourcePriority, Group::kNone},
    {Group::kResource, "status", Field::kResourceStatus, Group::kNone},
    {Group::kTargetResource, "type", Field::kTargetResourceType, Group::kNone},
    {Group::kTargetResource, "name", Field::kTargetResourceName, Group::kNone},
    {Group::kApplication, "id", Field::kApplicationId, Group::kNone},
    {Group::kApplication, "name", Field::kApplicationName, Group::kNone},
    {Group::kApplication, "display_label", Field::kApplicationDisplayLabel, Group::kNone},
    {Group::kApplication, "sso_type", Field::kApplicationSsoType, Group::kNone},
    {Group::kApplication, "sso_url", Field::kApplicationSsoUrl, Group::kNone},
    {Group::kApplication, "version", Field::kApplicationVersion, Group::kNone},
    {Group::kApplication, "path", Field::kApplicationPath, Group::kNone},
    {Group::kApplication, "publisher", Field::kApplicationPublisher, Group::kNone},
    {Group::kGeoip, "country_code", Field::kGeoipCountryCode, Group::kNone},
    {Group::kGeoip, "country_code2", Field::kGeoipCountryCode2, Group::kNone},
    {Group::kGeoip, "country_name", Field::kGeoipCountryName, Group::kNone},
    {Group::kGeoip, "region_code", Field::kGeoipRegionCode, Group::kNone},
    {Group::kGeoip, "region_name", Field::kGeoipRegionName, Group::kNone},
    {Group::kGeoip, "city", Field::kGeoipCity, Group::kNone},
    {Group::kGeoip, "city_name", Field::kGeoipCityName, Group::kNone},
    {Group::kGeoip, "continent_code", Field::kGeoipContinentCode, Group::kNone},
    {Group::kGeoip, "timezone", Field::kGeoipTimezone, Group::kNone},
    {Group::kGeoip, "latitude", Field::kGeoipLatitude, Group::kNone},
    {Group::kGeoip, "longitude", Field::kGeoipLongitude, Group::kNone},
    {Group::kGeoip, "asn", Field::kGeoipAsn, Group::kNone},
    {Group::kGeoip, "geoip", Field::kGeoipGeoip, Group::kGeoip},
    {Group::kAuthContext, "auth_methods", Field::kAuthContextAuthMethods, Group::kNone},
    {Group::kAuthContext, "system", Field::kAuthSystem, Group::kAuthSystem},
    {Group::kAuthContext, "policies_applied", Field::kAuthContextPoliciesApplied, Group::kNone},
    {Group::kAuthContext, "jumpcloud_protect_device", Field::kAuthContextJumpcloudProtectDevice,
     Group::kNone},
    {Group::kAuthMeta, "auth_methods", Field::kAuthMetaAuthMethods, Group::kNone},
    {Group::kSystem, "id", Field::kSystemId, Group::kNone},
    {Group::kSystem, "hostname", Field::kSystemHostname, Group::kNone},
    {Group::kSystem, "displayName", Field::kSystemDisplayName, Group::kNone},
    {Group::kSystem, "os", Field::kSystemOs, Group::kNone},
    {Group::kSystem, "version", Field::kSystemVersion, Group::kNone},
    {Group::kAuthSystem, "id", Field::kAuthSystemId, Group::kNone},
    {Group::kAuthSystem, "hostname", Field::kAuthSystemHostname, Group::kNone},
    {Group::kAuthSystem, "displayName", Field::kAuthSystemDisplayName, Group::kNone},
    {Group::kAuthSystem, "os", Field::kAuthSystemOs, Group::kNone},
    {Group::kAuthSystem, "version", Field::kAuthSystemVersion, Group::kNone},
    {Group::kSystemGroup, "object_id", Field::kSystemGroupObjectId, Group::kNone},
    {Group::kSystemGroup, "id", Field::kSystemGroupId, Group::kNone},
    {Group::kSystemGroup, "name", Field::kSystemGroupName, Group::kNone},
    {Group::kWindowsMeta, "logon_type", Field::kWindowsMetaLogonType, Group::kNone},
    {Group::kCorrelation, "id", Field::kCorrelationId, Group::kNone},
    {Group::kWorkflow, "id", Field::kWorkflowId, Group::kNone},
    {Group::kWorkflow, "name", Field::kWorkflowName, Group::kNone},
    {Group::kWorkflow, "type", Field::kWorkflowType, Group::kNone},
    {Group::kAssociation, "op", Field::kAssociationOp, Group::kNone},
    {Group::kAssociation, "type", Field::kAssociationType, Group::kNone},
    {Group::kAssociation, "id", Field::kAssociationId, Group::kNone},
    {Group::kAssociation, "name", Field::kAssociationName, Group::kNone},
    {Group::kAssociation, "email", Field::kAssociationEmail, Group::kNone},
    {Group::kAssociation, "connection", Field::kAssociationConnection, Group::kConnection},
    {Group::kConnection, "from", Field::kFrom, Group::kFrom},
    {Group::kConnection, "to", Field::kTo, Group::kTo},
    {Group::kFrom, "type", Field::kFromType, Group::kNone},
    {Group::kFrom, "object_id", Field::kFromObjectId, Group::kNone},
    {Group::kFrom, "name", Field::kFromName, Group::kNone},
    {Group::kTo, "type", Field::kToType, Group::kNone},
    {Group::kTo, "object_id", Field::kToObjectId, Group::kNone},
    {Group::kTo, "name", Field::kToName, Group::kNone},
};

// Of a key of at most 16 bytes the pieces are everything.
constexpr auto kPieces = [] {
  std::array<NamePieces, std::size(kFields)> pieces;
  for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i] = PiecesOfLiteral(kFields[i].key);
  return pieces;
}();

constexpr std::uint32_t SaltOf(std::uint32_t salt, Group in) {
  return salt * 32 + static_cast<std::uint32_t>(in);
}

// Tries salts until no two keys meet.
constexpr auto kKeys = [] {
  for (std::uint32_t salt = 0;; ++salt) {
    NameTable<4096> table;
    table.salt = salt;
    bool alone = true;
    for (std::size_t i = 0; i < std::size(kFields) && alone; ++i) {
      alone =
          table.Insert(kPieces[i].Hash(SaltOf(salt, kFields[i].in)), static_cast<std::uint16_t>(i));
    }
    if (alone) return table;
  }
}();

}  // namespace

const KnownField* FindField(Group in, std::string_view key) {
  const NamePieces pieces = PiecesOf(key);
  const std::uint32_t hash = pieces.Hash(SaltOf(kKeys.salt, in));
  const std::uint16_t entry = kKeys.Find(hash, [&](std::uint16_t candidate) {
    const KnownField& known = kFields[candidate];
    return known.in == in && kPieces[candidate] == pieces && (key.size() <= 16 || known.key == key);
  });
  return entry == kKeys.kNone ? nullptr : &kFields[entry];
}

}  // namespace cce::jumpcloud
