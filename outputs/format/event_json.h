// What every format in JSON writes alike.
#pragma once

#include <cstddef>
#include <string_view>

#include "cce/api/event.h"
#include "cce/api/format.h"
#include "outputs/format/json_writer.h"

namespace cce {

// True if the event's own bytes go along. Those of an undecodable event always do: there is nothing
// else of it.
bool KeepsOriginal(const Event& event, KeepOriginal keep_original);

// The bytes that WriteOriginal may take.
std::size_t OriginalRoom(const Event& event);

// The event's own bytes as a member that is text, base64 if they are no UTF-8; `key` is ,"NAME":"
// of it. Nothing if the element is empty.
void WriteOriginal(JsonWriter& out, std::string_view key, const Event& event);

// Each label, as a list; `key` is ,"NAME": of it. Nothing without labels.
void WriteLabels(JsonWriter& out, std::string_view key, const Event& event, const Mark& mark);

}  // namespace cce
