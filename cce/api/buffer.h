// Where formats write: a growing byte buffer whose space is reserved once an event, not once a
// token.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

namespace cce {

// Thread-compatible. Pointers into it are void after the next Reserve.
class Buffer {
 public:
  // Makes room for `more` bytes behind the content and returns where they go.
  char* Reserve(std::size_t more) {
    if (capacity_ - size_ < more) Grow(more);
    return data_.get() + size_;
  }

  // Counts the bytes up to `end` as written. REQUIRES: `end` lies in the space last reserved.
  void Commit(const char* end) { size_ = static_cast<std::size_t>(end - data_.get()); }

  void Append(std::string_view bytes) {
    char* to = Reserve(bytes.size());
    std::memcpy(to, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void Append(char byte) {
    *Reserve(1) = byte;
    ++size_;
  }

  void Clear() { size_ = 0; }
  // REQUIRES: size <= size().
  void Truncate(std::size_t size) { size_ = size; }

  const char* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view view() const { return {data_.get(), size_}; }

 private:
  void Grow(std::size_t more);

  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };

  std::unique_ptr<char, Free> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace cce
