#include "dataflow/io/npy_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

// The .npy format (NumPy Enhancement Proposal 1), versions 1.0 to 3.0:
//
//   file   = "\x93NUMPY" major minor length header elements
//   length = 2 bytes little-endian in version 1, else 4
//   header = a dictionary in Python's notation, spaces and a newline
//
// The dictionary has three keys in any order: 'descr' (a string: byte order,
// kind, bytes an element; a list would be a record), 'fortran_order' (True or
// False) and 'shape' (a tuple of integers). Of Python's notation only what can
// stand there is read; numbers may end in L, as Python 2 wrote them.

namespace tern {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

/// A file that is larger has offsets that overflow in sums.
constexpr std::uint64_t too_long = std::uint64_t{1} << 60;

class dictionary_reader {
public:
  dictionary_reader(std::string_view text, std::size_t offset)
    : text_(text), offset_(offset) {}

  result<npy_header> run() {
    if (dictionary() && sizes())
      return header_;
    return fail(failure_kind::malformed, error_);
  }

private:
  bool dictionary() {
    if (!take('{'))
      return bad("expected {");
    while (!take('}'))
      if (!entry())
        return false;
    if (!has_descr_ || !has_order_ || !has_shape_)
      return bad("descr, fortran_order or shape is missing");
    spaces();
    return at_ == text_.size() || bad("more than a dictionary");
  }

  bool entry() {
    std::string_view key;
    if (!quoted(key))
      return bad("expected a key");
    if (!take(':'))
      return bad("expected :");
    if (!value_of(key))
      return false;
    spaces();
    return take(',') || (at_ < text_.size() && text_[at_] == '}')
           || bad("expected , or }");
  }

  bool value_of(std::string_view key) {
    if (key == "descr")
      return once(has_descr_) && descr();
    if (key == "fortran_order")
      return once(has_order_) && order();
    if (key == "shape")
      return once(has_shape_) && extents();
    return bad("an unknown key");
  }

  bool once(bool& seen) {
    if (seen)
      return bad("a key twice");
    seen = true;
    return true;
  }

  bool descr() {
    std::string_view text;
    if (!quoted(text))
      return bad("descr is no string: records are not read");
    const auto words = std::string(text.substr(0, 40));
    if (text.size() < 3 || text.size() > 4
        || std::string_view("<>|=").find(text[0]) == std::string_view::npos)
      return bad("no dtype here holds '" + words + "'");
    std::size_t bytes = 0;
    for (char c : text.substr(2))
      if (c >= '0' && c <= '9')
        bytes = bytes * 10 + static_cast<std::size_t>(c - '0');
      else
        return bad("no dtype here holds '" + words + "'");
    const auto type = type_of(text[1], bytes);
    if (!type)
      return bad("no dtype here holds '" + words + "'");
    header_.type = *type;
    if (text[0] == '>')
      header_.swapped = text[1] == 'c' ? bytes / 2 : bytes;
    return true;
  }

  static std::optional<dtype> type_of(char kind, std::size_t bytes) {
    const auto named = [&](std::string_view name) {
      return dtype_named(fmt::format("{}{}", name, 8 * bytes));
    };
    switch (kind) {
    case 'b':
      return bytes == 1 ? std::optional(dtype::boolean) : std::nullopt;
    case 'i':
      return named("int");
    case 'u':
      return named("uint");
    case 'f':
      return named("float");
    case 'c':
      return named("complex");
    default:
      return {};
    }
  }

  bool order() {
    spaces();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_, word.size()) != word)
        continue;
      at_ += word.size();
      header_.fortran_order = value;
      return true;
    }
    return bad("fortran_order is neither True nor False");
  }

  bool extents() {
    if (!take('('))
      return bad("shape is no tuple");
    bool comma = true;
    while (!take(')')) {
      if (!comma)
        return bad("expected , or )");
      if (!extent())
        return false;
      comma = take(',');
    }
    if (header_.extents.size() == 1 && !comma)
      return bad("shape is no tuple");
    return true;
  }

  bool extent() {
    spaces();
    const auto first = at_;
    std::int64_t n = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_)
      if (__builtin_mul_overflow(n, 10, &n)
          || __builtin_add_overflow(n, text_[at_] - '0', &n))
        return bad("an extent that is too large");
    if (at_ == first)
      return bad("expected an extent");
    if (at_ < text_.size() && text_[at_] == 'L')
      ++at_;
    if (header_.extents.size() == max_axes)
      return bad(fmt::format("more than {} axes", max_axes));
    header_.extents.push_back(n);
    return true;
  }

  bool sizes() {
    std::uint64_t bytes = size_of(header_.type);
    for (auto n : header_.extents)
      if (__builtin_mul_overflow(
              bytes, static_cast<std::uint64_t>(std::max<std::int64_t>(n, 1)),
              &bytes)
          || bytes >= too_long)
        return bad("an array that is too large");
    if (element_count(header_.extents) == 0)
      bytes = 0;
    header_.data_begin = offset_ + text_.size();
    header_.data_end = header_.data_begin + bytes;
    return true;
  }

  void spaces() {
    while (at_ < text_.size()
           && std::string_view(" \t\r\n").find(text_[at_])
                  != std::string_view::npos)
      ++at_;
  }

  bool take(char c) {
    spaces();
    if (at_ == text_.size() || text_[at_] != c)
      return false;
    ++at_;
    return true;
  }

  /// 'text' or "text", without escapes.
  bool quoted(std::string_view& into) {
    spaces();
    if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"'))
      return false;
    const auto end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos)
      return false;
    into = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return true;
  }

  bool bad(const std::string& what) {
    error_ = fmt::format("{} at offset {}", what, offset_ + at_);
    return false;
  }

  std::string_view text_;
  std::size_t offset_; ///< of the text in the file
  std::size_t at_ = 0;
  npy_header header_;
  bool has_descr_ = false;
  bool has_order_ = false;
  bool has_shape_ = false;
  std::string error_;
};

} // namespace

result<npy_header> decode_npy_header(std::span<const std::byte> bytes) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()),
                             bytes.size());
  const auto known = std::min(all.size(), magic.size());
  if (all.substr(0, known) != magic.substr(0, known))
    return fail(failure_kind::malformed, "no magic number of .npy at offset 0");
  const auto needs = [&](std::size_t n) {
    return fail(failure_kind::not_found,
                fmt::format("the header goes on after its end at offset {}, "
                            "at least to {}",
                            all.size(), n));
  };
  constexpr std::size_t length_at = 8; // behind magic and version
  if (all.size() < length_at)
    return needs(length_at);
  const auto major = static_cast<unsigned char>(all[6]);
  if (major < 1 || major > 3)
    return fail(failure_kind::malformed,
                fmt::format("unknown version {} at offset 6", major));
  const std::size_t width = major == 1 ? 2 : 4;
  if (all.size() < length_at + width)
    return needs(length_at + width);
  std::size_t length = 0;
  for (std::size_t i = width; i-- > 0;)
    length = length << 8 | static_cast<unsigned char>(all[length_at + i]);
  const auto begin = length_at + width;
  if (begin + length > longest_npy_header)
    return fail(
        failure_kind::malformed,
        fmt::format("a header of {} bytes at offset {}", length, length_at));
  if (all.size() < begin + length)
    return needs(begin + length);
  return dictionary_reader(all.substr(begin, length), begin).run();
}

} // namespace tern
