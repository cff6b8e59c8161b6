#include "cce/api/buffer.h"

#include <algorithm>

namespace cce {

void Buffer::Grow(std::size_t more) {
  const std::size_t capacity = std::max(size_ + more, capacity_ * 2);
  std::unique_ptr<char[]> grown(new char[capacity]);
  if (size_ > 0) std::memcpy(grown.get(), data_.get(), size_);
  data_ = std::move(grown);
  capacity_ = capacity;
}

}  // namespace cce
