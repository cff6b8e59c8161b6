#include "cce/config/secret.h"

#include <sodium.h>

#include <utility>

namespace cce {

Secret::Secret(std::string_view text) : text_(text) {}

Secret::~Secret() { Wipe(); }

// A short std::string is copied by a move, so the source is wiped as well.
Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.Wipe(); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Wipe();
    text_ = std::move(other.text_);
    other.Wipe();
  }
  return *this;
}

void Secret::Wipe() { WipeText(text_); }

void WipeText(std::string& text) {
  text.resize(text.capacity());
  sodium_memzero(text.data(), text.size());
  text.clear();
}

}  // namespace cce
