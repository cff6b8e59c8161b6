// What one partition holds between two offsets, as a reader of committed records is shown it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "outputs/kafka/client.h"

namespace cce::kafka {

// Thread-compatible; its calls block.
class Reader {
 public:
  // From `from` to `end`, which is no further than the last stable offset. References outlive the
  // reader.
  static absl::StatusOr<std::unique_ptr<Reader>> Open(const KafkaOptions& options,
                                                      const std::string& topic,
                                                      std::int32_t partition, std::int64_t from,
                                                      std::int64_t end, Log& log);
  ~Reader();

  using Take = std::function<absl::Status(std::string_view key,
                                          const std::optional<std::string_view>& value)>;
  // Hands over some of the next records; false at the end. `take`'s error is returned.
  absl::StatusOr<bool> Next(const Take& take);

 private:
  Reader(std::int32_t partition, std::int64_t from, std::int64_t end)
      : partition_(partition), at_(from), end_(end) {}

  const std::int32_t partition_;
  std::int64_t at_;
  const std::int64_t end_;
  std::unique_ptr<Client> client_;
  Topic topic_;  // destroyed before its client
};

}  // namespace cce::kafka
