// `leef`: IBM QRadar Log Event Extended Format 2.0, without a syslog envelope.
#pragma once

#include "cce/api/format.h"

namespace cce {

class LeefFormat : public Format {
 public:
  std::string_view name() const override { return "leef"; }

  // What LEEF has no key for is JSON in PREFIXUnmapped, the last key, where PREFIX is the
  // product's.
  void Write(const Event& event, const Mark& mark, Buffer& out) const override;
};

}  // namespace cce
