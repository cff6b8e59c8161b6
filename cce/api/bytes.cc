#include "cce/api/bytes.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace cce {

const char Bytes::kNothing[kPadding] = {};

void Bytes::Reserve(std::size_t capacity) {
  if (data_ && capacity <= capacity_) return;
  // realloc grows large blocks by moving pages instead of bytes, which new[] cannot.
  char* grown = static_cast<char*>(std::realloc(data_.get(), capacity + kPadding));
  if (grown == nullptr) throw std::bad_alloc();
  data_.release();
  data_.reset(grown);
  capacity_ = capacity;
  std::memset(grown + size_, 0, kPadding);
}

void Bytes::Append(std::string_view more) {
  if (!data_ || size_ + more.size() > capacity_) {
    Reserve(std::max(size_ + more.size(), capacity_ + capacity_ / 2));
  }
  std::memcpy(data_.get() + size_, more.data(), more.size());
  size_ += more.size();
  std::memset(data_.get() + size_, 0, kPadding);
}

void Bytes::Clear() {
  size_ = 0;
  if (data_) std::memset(data_.get(), 0, kPadding);
}

}  // namespace cce
