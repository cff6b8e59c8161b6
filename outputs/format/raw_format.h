// `raw`: the record exactly as the service sent it, one a line.
#pragma once

#include "cce/api/format.h"

namespace cce {

class RawFormat : public Format {
 public:
  std::string_view name() const override { return "raw"; }

  // CR and LF, which JSON has only between tokens, become spaces. A mark is not written.
  void Write(const Event& event, const Mark& mark, Buffer& out) const override;
};

}  // namespace cce
