// The attributes of an event that a parser fills with what the source says, one for one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace cce {

// Named after the members of Event.
enum class Attribute : std::uint8_t {
  kNone,
  kEventCode,
  kLogSource,
  kLogVersion,
  kOriginalEventUid,
  kOriginalTime,
  kLoggedTime,
  kTenantUid,
  kCorrelationUid,
  kSeverity,
  kStatusId,
  kStatus,
  kStatusCode,
  kStatusDetail,
  kMessage,
  kActorUid,
  kActorUidAlt,
  kActorName,
  kActorEmail,
  kActorType,  // of type_id 99
  kActorRole,  // of any other, which has a caption of OCSF's
  kUserUid,
  kUserName,
  kUserEmail,
  kUserType,  // as those of the actor
  kUserRole,
  kOtherUserUid,
  kOtherUserName,
  kOtherUserEmail,
  kSourceIp,
  kSourceUid,
  kCountry,
  kCountryName,
  kRegionName,
  kCity,
  kContinentCode,
  kTimezone,
  kLatitude,
  kLongitude,
  kAsNumber,
  kDeviceIp,
  kDeviceUid,
  kDeviceHostname,
  kDeviceName,
  kDeviceOsName,
  kDeviceOsVersion,
  kDeviceGroupUid,
  kDeviceGroupName,
  kServiceUid,
  kServiceName,
  kServiceLabel,
  kSessionUid,
  kIsMfa,
  kLogonType,
  kEntityUid,
  kEntityName,
  kEntityType,
  kEntityDeviceUid,
  kEntityDeviceUidAlt,
  kComment,
  kGroupUid,
  kGroupName,
  kSubgroupUid,
  kSubgroupName,
  kResourceUid,
  kResourceName,
  kResourceType,
  kAppName,
  kAppVersion,
  kAppPath,
  kAppVendorName,
  kDatabaseName,
  kQueryText,
  kFileName,
  kFileUid,
  kFileSize,
  kFileSha256,
  kFindingUid,
  kFindingTitle,
  kFindingDescription,
  kFindingCategory,
  kAnalyticUid,

  // OCSF has none of these.
  kStatusCodeOtherKind,  // a number in the record, which status_code says as a text
  kLogonTypeOtherKind,   // likewise, or the reverse
  kAuthMethod,
  kAuthType,
  kUrl,
  kProcessName,
  kDestinationType,
  kDestinationName,
  kBindName,
  kResultCount,
  kChanges,
  kAssociation,
  kCount,
};

class AttributeSet {
 public:
  constexpr AttributeSet() = default;
  constexpr AttributeSet(std::initializer_list<Attribute> attributes) {
    for (const Attribute attribute : attributes) Add(attribute);
  }

  static constexpr AttributeSet All() {
    AttributeSet all;
    for (std::uint64_t& word : all.words_) word = ~std::uint64_t{0};
    all.Remove(Attribute::kNone);
    return all;
  }

  constexpr bool Has(Attribute attribute) const {
    return (words_[Word(attribute)] & Bit(attribute)) != 0;
  }
  constexpr void Add(Attribute attribute) { words_[Word(attribute)] |= Bit(attribute); }
  constexpr void Remove(Attribute attribute) { words_[Word(attribute)] &= ~Bit(attribute); }

 private:
  static constexpr std::size_t kWordBits = 64;

  static constexpr std::size_t Word(Attribute attribute) {
    return static_cast<std::size_t>(attribute) / kWordBits;
  }
  static constexpr std::uint64_t Bit(Attribute attribute) {
    return std::uint64_t{1} << (static_cast<std::size_t>(attribute) % kWordBits);
  }

  std::array<std::uint64_t, 2> words_{};
};
static_assert(static_cast<std::size_t>(Attribute::kCount) <= 128);

}  // namespace cce
