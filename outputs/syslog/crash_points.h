// Every place where a syslog output may be cut, so that tests can cut it at each.
#pragma once

#include <array>
#include <string_view>

namespace cce::syslog {

inline constexpr std::string_view kAfterConnect = "syslog.after_connect";
inline constexpr std::string_view kAfterDeadLetters = "syslog.after_dead_letters";
inline constexpr std::string_view kAfterWrite = "syslog.after_write";
inline constexpr std::string_view kAfterAcknowledgement = "syslog.after_acknowledgement";
inline constexpr std::string_view kAfterPartCommit = "syslog.after_part_commit";
inline constexpr std::string_view kAfterCommit = "syslog.after_commit";

inline constexpr std::array kCrashPoints = {kAfterConnect,         kAfterDeadLetters, kAfterWrite,
                                            kAfterAcknowledgement, kAfterPartCommit,  kAfterCommit};

}  // namespace cce::syslog
