// `ecs`: Elastic Common Schema 8.17 as JSON (elastic.co/guide/en/ecs/8.17).
#pragma once

#include "cce/api/format.h"

namespace cce {

class EcsFormat : public Format {
 public:
  explicit EcsFormat(KeepOriginal keep_original = KeepOriginal::kDegraded)
      : keep_original_(keep_original) {}

  std::string_view name() const override { return "ecs"; }

  // What ECS has no field for is under NAME.event, where NAME is the product's field set, in the
  // source's shape. An undecodable event keeps its bytes whatever `keep_original` says.
  void Write(const Event& event, const Mark& mark, Buffer& out) const override;

 private:
  const KeepOriginal keep_original_;
};

}  // namespace cce
