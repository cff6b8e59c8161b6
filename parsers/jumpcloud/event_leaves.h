// A JumpCloud record taken apart: every piece of it either is given back by an attribute of the
// event or is unmapped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "cce/api/copy.h"
#include "cce/api/event.h"
#include "parsers/json/walker.h"
#include "parsers/jumpcloud/event_fields.h"

namespace cce::jumpcloud {

enum class Kind : std::uint8_t {
  kString,
  kNumber,
  kTrue,
  kFalse,
  kObject,  // in one piece, as is kArray
  kArray,
  kBegin,  // of a group, all of which it has the bytes of; its members follow up to its kEnd
  kEnd,
};

// A member that is not empty. Empty are null, "", {} and [].
struct Leaf {
  const char* key_begin = nullptr;
  const char* value_begin = nullptr;
  json::At at = nullptr;
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  Kind kind = Kind::kString;
  Attribute given = Attribute::kNone;  // what gives the value back as it stands
  bool has_empty = false;              // somewhere inside the piece is something empty
  Token rest;                          // the value without what is empty in it

  std::string_view key() const { return {key_begin, key_size}; }        // with its quotes
  std::string_view bytes() const { return {value_begin, value_size}; }  // as they stand
  Token value() const { return Token::OfRecord(bytes()); }
  bool IsBool() const { return kind == Kind::kTrue || kind == Kind::kFalse; }
  // REQUIRES: kind == kString.
  Token text() const { return Token::OfRecord(bytes().substr(1, value_size - 2)); }
};

// Views point into the text that was read. Used for one record after the other.
class Leaves final : public Unmapped {
 public:
  // Takes the object at `at` apart, whose tokens' positions refer to `text`. `has_control` as
  // json::Peculiarities says. REQUIRES: the object has been checked; kCopyWidth bytes behind any of
  // it may be read.
  void Read(std::string_view text, json::At at, bool has_control);

  // Takes what is empty out of what containers give to `unmapped`, and white space where something
  // is or the record has a tab or a line break. Asks `event` and puts texts into its scratch
  // memory, which REQUIRES room for the record and kMaxDerived more.
  void DropEmpty(Event& event);

  // A known key occurs twice: the first has the field, the second has none.
  bool has_duplicates() const { return has_duplicates_; }

  // The field's leaf, or nullptr if it is absent or empty.
  Leaf* Find(Field field) {
    const std::uint16_t slot = slots_[static_cast<std::size_t>(field)];
    return slot == 0 ? nullptr : &leaves_[slot - 1u];
  }

  // The field's text, or empty if it is no string.
  Token Peek(Field field) {
    const Leaf* leaf = Find(field);
    return leaf != nullptr && leaf->kind == Kind::kString ? leaf->text() : Token();
  }

  // The same; `attribute` gives it back.
  Token Take(Field field, Attribute attribute) {
    Leaf* leaf = Find(field);
    if (leaf == nullptr || leaf->kind != Kind::kString) return {};
    leaf->given = attribute;
    return leaf->text();
  }

  // The member called `key` of the object at `at`, or nullptr without one or if `at` is no object.
  json::At Member(json::At at, std::string_view key) const;
  // The text of a member that is a string, else empty.
  Token MemberText(json::At at, std::string_view key) const;
  // The text at `at` if it is a string, else empty.
  Token TextAt(json::At at) const;
  // The number or name at `at` as it stands.
  Token ScalarAt(json::At at) const { return Token::OfRecord(json::ScalarAt(text_, at)); }

  // Calls `visit` with each element of the array at `at` until it returns false.
  template <class Visit>
  void ForEachElement(json::At at, Visit visit) const {
    if (text_[*at] != '[') return;
    ++at;
    if (text_[*at] == ']') return;
    for (;;) {
      if (!visit(at)) return;
      at = json::Behind(text_, at);
      if (text_[*at++] != ',') return;
    }
  }

  // Calls `visit` with the key (without quotes) and the value of each member of the object at `at`.
  template <class Visit>
  void ForEachMember(json::At at, Visit visit) const {
    if (text_[*at] != '{') return;
    ++at;
    if (text_[*at] == '}') return;
    for (;;) {
      visit(json::StringAt(text_, at), at + 2);
      at = json::Behind(text_, at + 2);
      if (text_[*at++] != ',') return;
    }
  }

  const char* text() const { return text_; }

  // Unmapped:
  std::size_t Room() const override { return text_size_ + kCopyWidth; }
  char* Write(const AttributeSet& written, PlanRecorder* recorder, char* out) const override;

 private:
  // Three groups deep, and the record's own.
  static constexpr int kMaxGroups = 4;

  json::At ReadGroup(Group group, int depth, json::At at);
  void Remember(Field field, std::size_t leaf);
  bool HasEqualKeys() const;

  // Where the next leaf goes.
  Leaf& Add() {
    if (size_ == leaves_.size()) leaves_.resize(2 * size_ + 64);
    return leaves_[size_];
  }

  const char* text_ = nullptr;
  std::size_t text_size_ = 0;
  bool has_control_ = false;
  bool has_duplicates_ = false;
  std::uint64_t unknown_keys_ = 0;  // a Bloom filter of the record's own members
  bool maybe_equal_keys_ = false;
  std::array<std::uint16_t, kFieldCount> slots_{};  // number of the field's leaf, from 1
  std::vector<Leaf> leaves_;                        // the first size_ are the record's
  std::size_t size_ = 0;
};

}  // namespace cce::jumpcloud
