// The three tokens that name an event, read from a record the way a collector would, and the hash
// that names it by its bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace cce::simulator {

// Raw JSON tokens, quotes included; "" for a member that is absent or no scalar. Views into what
// the reader holds, valid until its next Read.
struct RecordTokens {
  std::string_view service;
  std::string_view id;
  std::string_view timestamp;
};

// Thread-compatible; reuse it, it keeps its memory.
class RecordReader {
 public:
  RecordReader();
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  // All tokens are "" when `record` is not an object or cannot be read.
  RecordTokens Read(std::string_view record);

  // Whether all of `record` is one valid JSON object.
  bool IsObject(std::string_view record);

 private:
  struct Parser;
  const std::unique_ptr<Parser> parser_;
};

// The token without its quotes; other tokens as they are.
std::string_view Unquoted(std::string_view token);

// Hexadecimal BLAKE2b-128.
std::string HashOf(std::string_view bytes);

// `record` as it can stand on one line: line breaks become spaces.
std::string OnOneLine(std::string_view record);

}  // namespace cce::simulator
