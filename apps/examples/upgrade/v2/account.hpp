#pragma once

#include <tern/actors.hpp>

#include <cstdint>
#include <string>
#include <vector>

// The same account in version 2 of the program: orders may have a voucher, and
// customers get points. New fields come last and are read if they were written;
// what is not there keeps its default.

namespace shop::v2 {

struct order {
  static constexpr std::string_view name = "shop.order";
  static constexpr std::uint32_t version = 2;
  std::uint64_t number = 0;
  std::int64_t amount = 0;
  std::string voucher; // since version 2
  template <class Archive>
  void fields(Archive& a) {
    a(number, amount);
    if (a.version() >= 2)
      a(voucher);
  }
};

/// The numbers of all orders, in order. Callers of version 1 read the answer,
/// so it stays as it is.
struct list_orders {
  static constexpr std::string_view name = "shop.list_orders";
  static constexpr std::uint32_t version = 1;
  template <class Archive>
  void fields(Archive&) {}
};

/// How many points the customer has.
struct count_points {
  static constexpr std::string_view name = "shop.count_points";
  static constexpr std::uint32_t version = 1;
  template <class Archive>
  void fields(Archive&) {}
};

/// For everybody who was a customer before there were any.
inline constexpr std::int64_t first_points = 100;

class account {
public:
  static constexpr std::string_view name = "shop.account";
  static constexpr std::uint32_t version = 2;
  using messages = tern::messages<order, list_orders, count_points>;

  void on(const order& m) {
    orders_.push_back(m.number);
    total_ += m.amount;
    if (m.voucher.empty())
      points_ += m.amount;
  }
  std::vector<std::uint64_t> on(const list_orders&) const {
    return orders_;
  }
  std::int64_t on(const count_points&) const {
    return points_;
  }

  template <class Archive>
  void fields(Archive& a) {
    a(orders_, total_);
    if (a.version() >= 2)
      a(points_);
  }

private:
  std::vector<std::uint64_t> orders_;
  std::int64_t total_ = 0;
  std::int64_t points_ = first_points; // since version 2
};

} // namespace shop::v2
