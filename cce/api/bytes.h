// A growing byte buffer that a SIMD parser may read past the end of.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace cce {

// Move-only; thread-compatible. kPadding readable zero bytes always follow the content.
class Bytes {
 public:
  static constexpr std::size_t kPadding = 64;

  Bytes() = default;
  explicit Bytes(std::string_view content) { Append(content); }

  void Append(std::string_view more);
  void Reserve(std::size_t capacity);
  void Clear();

  const char* data() const { return data_ ? data_.get() : kNothing; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view view() const { return {data(), size_}; }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  static const char kNothing[kPadding];

  std::unique_ptr<char, Free> data_;  // capacity_ + kPadding bytes
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace cce
