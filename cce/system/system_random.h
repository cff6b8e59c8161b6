// Random numbers from a seed that the kernel chose.
#pragma once

#include <atomic>
#include <cstdint>

#include "cce/api/random.h"

namespace cce {

class SystemRandom final : public Random {
 public:
  SystemRandom();

  std::uint64_t Next() override;

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace cce
