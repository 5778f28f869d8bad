#pragma once

#include <tern/actors.hpp>

#include <cstdint>
#include <vector>

// A customer's account in a shop, in version 1 of the program. What is sent or
// moves has a name, so that it is the same for other versions, and a version
// from the start.

namespace shop::v1 {

struct order {
  static constexpr std::string_view name = "shop.order";
  static constexpr std::uint32_t version = 1;
  std::uint64_t number = 0;
  std::int64_t amount = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(number, amount);
  }
};

/// The numbers of all orders, in order.
struct list_orders {
  static constexpr std::string_view name = "shop.list_orders";
  static constexpr std::uint32_t version = 1;
  template <class Archive>
  void fields(Archive&) {}
};

class account {
public:
  static constexpr std::string_view name = "shop.account";
  static constexpr std::uint32_t version = 1;
  using messages = tern::messages<order, list_orders>;

  void on(const order& m) {
    orders_.push_back(m.number);
    total_ += m.amount;
  }
  std::vector<std::uint64_t> on(const list_orders&) const {
    return orders_;
  }

  template <class Archive>
  void fields(Archive& a) {
    a(orders_, total_);
  }

private:
  std::vector<std::uint64_t> orders_;
  std::int64_t total_ = 0;
};

} // namespace shop::v1
