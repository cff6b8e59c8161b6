// Where tests cut a Kafka output, as a crash would.
#pragma once

#include <array>
#include <string_view>

namespace cce::kafka {

inline constexpr std::string_view kAfterClaim = "kafka.after_claim";
inline constexpr std::string_view kAfterClaimRecord = "kafka.after_claim_record";
inline constexpr std::string_view kAfterForget = "kafka.after_forget";
inline constexpr std::string_view kAfterMirror = "kafka.after_mirror";
inline constexpr std::string_view kAfterProduce = "kafka.after_produce";
inline constexpr std::string_view kAfterFlush = "kafka.after_flush";
inline constexpr std::string_view kAfterCommit = "kafka.after_commit";
inline constexpr std::string_view kAfterCache = "kafka.after_cache";

inline constexpr std::array kCrashPoints = {
    kAfterClaim,   kAfterClaimRecord, kAfterForget, kAfterMirror,
    kAfterProduce, kAfterFlush,       kAfterCommit, kAfterCache,
};

}  // namespace cce::kafka
