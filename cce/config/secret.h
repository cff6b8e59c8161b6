// A secret in memory.
#pragma once

#include <string>
#include <string_view>

namespace cce {

// Cannot be printed, formatted, compared or copied by accident; its memory is wiped when it ends.
// Thread-compatible.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text);
  ~Secret();

  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  // A second owner, on purpose.
  Secret Copy() const { return Secret(Reveal()); }

  // The text itself, for the header of a request and nothing else.
  std::string_view Reveal() const { return text_; }

  bool empty() const { return text_.empty(); }

 private:
  void Wipe();

  std::string text_;
};

// Overwrites the content, unused capacity included, and empties `text`.
void WipeText(std::string& text);

}  // namespace cce
