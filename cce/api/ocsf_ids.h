// Numbers of OCSF 1.8.0 that parsers choose and formats go by (schema.ocsf.io/1.8.0).
#pragma once

namespace cce {

// Classes that events are written in.
inline constexpr int kBaseEvent = 0;
inline constexpr int kFinding = 2004;
inline constexpr int kAccountChange = 3001;
inline constexpr int kAuthentication = 3002;
inline constexpr int kEntityManagement = 3004;
inline constexpr int kUserAccess = 3005;
inline constexpr int kGroupManagement = 3006;
inline constexpr int kWebResources = 6001;
inline constexpr int kApplicationLifecycle = 6002;
inline constexpr int kDatastore = 6005;
inline constexpr int kFileHosting = 6006;

// status_id of every class but kFinding, which has statuses of its own.
inline constexpr int kStatusUnknown = 0;
inline constexpr int kStatusSuccess = 1;
inline constexpr int kStatusFailure = 2;

// auth_factor.factor_type_id: a push notification to a device, a time-based one-time password.
inline constexpr int kPush = 5;
inline constexpr int kTotp = 7;

// auth_protocol_id.
inline constexpr int kLdap = 12;

// managed_entity.type_id.
inline constexpr int kDeviceEntity = 1;
inline constexpr int kUserEntity = 2;
inline constexpr int kGroupEntity = 3;
inline constexpr int kOrganizationEntity = 4;
inline constexpr int kPolicyEntity = 5;

// In any enumeration: what the source says, which OCSF has no number for.
inline constexpr int kOther = 99;

}  // namespace cce
