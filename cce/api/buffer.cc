#include "cce/api/buffer.h"

#include <algorithm>
#include <new>

namespace cce {

void Buffer::Grow(std::size_t more) {
  const std::size_t capacity = std::max(size_ + more, capacity_ * 2);
  // realloc grows large blocks by moving pages instead of bytes, which new[] cannot.
  char* grown = static_cast<char*>(std::realloc(data_.get(), capacity));
  if (grown == nullptr) throw std::bad_alloc();
  data_.release();
  data_.reset(grown);
  capacity_ = capacity;
}

}  // namespace cce
