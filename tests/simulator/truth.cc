#include "tests/simulator/truth.h"

#include "tests/simulator/concat.h"

namespace cce::simulator {

void AppendTruthLine(const std::string& organisation, const EventBlock& block, std::size_t index,
                     RecordReader& reader, std::string& out) {
  const EventBlock::Entry& entry = block.entries()[index];
  const std::string_view record = block.Record(index);
  const RecordTokens tokens = reader.Read(record);
  const auto or_null = [](std::string_view token) { return token.empty() ? "null" : token; };
  Append(out, R"({"organisation":")", organisation, R"(","service":)", or_null(tokens.service),
         R"(,"id":)", or_null(tokens.id), R"(,"timestamp":)", or_null(tokens.timestamp),
         R"(,"time":)", entry.time);
  Append(out, R"(,"visible_at":)", entry.visible_at, R"(,"hash":")", HashOf(record), "\"");
  if (record.find_first_of("\r\n") != std::string_view::npos) {
    Append(out, R"(,"line_hash":")", HashOf(OnOneLine(record)), "\"");
  }
  out += "}\n";
}

}  // namespace cce::simulator
