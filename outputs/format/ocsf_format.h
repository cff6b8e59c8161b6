// `ocsf`: OCSF 1.8.0 as JSON.
#pragma once

#include "cce/api/format.h"

namespace cce {

class OcsfFormat : public Format {
 public:
  explicit OcsfFormat(KeepOriginal keep_original = KeepOriginal::kDegraded)
      : keep_original_(keep_original) {}

  std::string_view name() const override { return "ocsf"; }

  // An undecodable event keeps its bytes whatever `keep_original` says: there is nothing else of
  // it.
  void Write(const Event& event, const Mark& mark, Buffer& out) const override;

 private:
  const KeepOriginal keep_original_;
};

}  // namespace cce
