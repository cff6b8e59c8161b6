// What a record's `changes` say. Each function asks about the array as it stands (Event::Ask).
#pragma once

#include <cstdint>
#include <string_view>

namespace cce::jumpcloud {

// What one of them does to an account. The order is that of the rules: the earliest that any of
// them meets wins.
enum class AccountChange : std::int64_t {
  kNothing,
  kSuspend,
  kUnsuspend,
  kLock,
  kUnlock,
  kPassword,
  kMfaOn,
  kMfaOff,
  kMfaExclusion,
  kRole,
};
std::int64_t AskAccountChange(std::string_view changes, std::string_view, std::string_view);

// Which of an account's names they give another text, as a sum of these.
inline constexpr std::int64_t kNameChanged = 1;
inline constexpr std::int64_t kEmailChanged = 2;
inline constexpr std::int64_t kFullNameChanged = 4;
std::int64_t AskUserChanges(std::string_view changes, std::string_view, std::string_view);

// That text, for Event::Derive. REQUIRES: AskUserChanges says that there is one.
char* WriteNewName(std::string_view changes, std::string_view, std::string_view, char* to);
char* WriteNewEmail(std::string_view changes, std::string_view, std::string_view, char* to);
char* WriteNewFullName(std::string_view changes, std::string_view, std::string_view, char* to);

// What became of a request for access, by the first of them that says so.
enum class RequestState : std::int64_t { kUnsaid, kGranted, kRevoked, kDenied, kRejected };
std::int64_t AskRequestState(std::string_view changes, std::string_view, std::string_view);

// What the first of them that says so has made the member `status`; else empty.
std::string_view NewStatus(std::string_view changes);

}  // namespace cce::jumpcloud
