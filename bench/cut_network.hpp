#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tern::bench {

/// Places of one machine that are joined by links of their own (network
/// namespaces on a bridge), so that the way from one to another can be cut. The
/// thread that makes it, and the threads that it starts from then on, are in
/// place 0; other programs are started `inside` a place.
///
/// Needs root and the program `ip`; throws std::runtime_error without.
class cut_network {
public:
  explicit cut_network(std::size_t places);
  ~cut_network();
  cut_network(const cut_network&) = delete;
  cut_network& operator=(const cut_network&) = delete;

  static bool is_possible();
  static std::string address(std::size_t place);
  /// What to put before a command; the first word is the program.
  std::vector<std::string> inside(std::size_t place) const;

  /// What `from` sends does not arrive at `to`; the other way stays.
  void cut(std::size_t from, std::size_t to);
  void mend(std::size_t from, std::size_t to);

private:
  std::string name(std::size_t place) const;
  std::string hub() const;
  void make();
  void join(std::size_t place);
  void enter(std::size_t place);
  void remove() noexcept;

  std::size_t places_;
};

} // namespace tern::bench
