// {tenant} and {device} in configured texts that name a destination, such as a directory or a
// topic.
#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace cce {

// Stands for the tenant of a device that has none; hence no tenant may be called so.
inline constexpr std::string_view kNoTenant = "no_tenant";

// kInvalidArgument if `text` has braces that are not of {tenant} or {device}.
absl::Status CheckPlaceholders(std::string_view text);

// `text` with `encode`d values in place of the placeholders; other braces stay, as of a folder that
// is called so. `encode` gives different names different texts, none of them empty.
std::string FillPlaceholders(std::string_view text, std::string_view tenant,
                             std::string_view device,
                             absl::FunctionRef<std::string(std::string_view)> encode);

// Whether there may be values, without a '/' in them, that make `a` and `b` the same path.
bool MayFillAlike(std::string_view a, std::string_view b);

}  // namespace cce
