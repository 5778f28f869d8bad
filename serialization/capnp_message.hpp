#pragma once

#include "serialization/failure.hpp"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

// For codecs, in .cpp files only: it includes Cap'n Proto's headers.
//
// Cap'n Proto checks pointers as they are followed and throws. Here, at the
// border, its exceptions become failures: nothing that reads by
// `decode_capnp` can throw, loop or read outside, whatever the bytes are.

namespace tern {

/// Appends `message` to `out`, whole words.
inline void append_capnp(std::vector<std::byte>& out,
                         capnp::MessageBuilder& message) {
  const auto words = capnp::messageToFlatArray(message);
  const auto bytes = words.asBytes();
  const auto* begin = reinterpret_cast<const std::byte*>(bytes.begin());
  out.insert(out.end(), begin, begin + bytes.size());
}

inline std::vector<std::byte> encode_capnp(capnp::MessageBuilder& message) {
  std::vector<std::byte> out;
  append_capnp(out, message);
  return out;
}

/// Calls `read(Root::Reader)`, which gives a `result<T>`, with the message at
/// the start of `bytes`. Anything that is not a message is `malformed`; `what`
/// names the thing in the failure. What the reader gives out lies in `bytes`
/// or in a copy that ends with the call: copy what should last.
///
///   return decode_capnp<schema::BlockHeader>(bytes, "block header",
///                                            [](auto header) { ... });
template <class Root, class Read>
auto decode_capnp(std::span<const std::byte> bytes, const char* what,
                  Read&& read)
    -> decltype(read(std::declval<typename Root::Reader>())) {
  const auto count = bytes.size() / sizeof(capnp::word);
  capnp::ReaderOptions limits;
  // A reader visits a word a few times; a message that makes it visit far more
  // (pointers to the same place again and again) is an attack.
  limits.traversalLimitInWords = std::max<std::uint64_t>(8 * count, 65536);
  limits.nestingLimit = 32;
  try {
    // Whoever reads from the network or a file may start anywhere.
    std::array<capnp::word, 64> near;
    kj::Array<capnp::word> far;
    const auto* words = reinterpret_cast<const capnp::word*>(bytes.data());
    if (reinterpret_cast<std::uintptr_t>(words) % alignof(capnp::word) != 0) {
      auto* aligned = near.data();
      if (count > near.size()) {
        far = kj::heapArray<capnp::word>(count);
        aligned = far.begin();
      }
      std::memcpy(aligned, bytes.data(), count * sizeof(capnp::word));
      words = aligned;
    }
    capnp::FlatArrayMessageReader message(kj::arrayPtr(words, count), limits);
    return read(message.template getRoot<Root>());
  } catch (const kj::Exception& e) {
    return fail(failure_kind::malformed,
                std::string(what) + ": " + e.getDescription().cStr());
  } catch (const std::exception& e) {
    // Bounds of lists that a careless reader passed on to the allocator.
    return fail(failure_kind::malformed, std::string(what) + ": " + e.what());
  }
}

} // namespace tern
