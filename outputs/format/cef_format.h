// `cef`: ArcSight Common Event Format, document version 27, without a syslog envelope.
#pragma once

#include "cce/api/format.h"

namespace cce {

class CefFormat : public Format {
 public:
  std::string_view name() const override { return "cef"; }

  // What CEF has no key for is JSON in PREFIXUnmapped, the last key, where PREFIX is the product's.
  void Write(const Event& event, const Mark& mark, Buffer& out) const override;
};

}  // namespace cce
