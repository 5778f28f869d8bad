#pragma once

#include "apps/tern/configuration/settings.hpp"
#include "serialization/failure.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace tern {

/// Where a value comes from; a later one overrides.
enum class setting_source : std::uint8_t { fallback, file, environment, flag };

/// `default`, `file`, `environment` or `flag`.
std::string_view name_of(setting_source source) noexcept;

struct setting_value {
  std::string text;
  setting_source from = setting_source::fallback;
  std::string where; ///< `PATH:LINE`, the variable, the flag; or empty
};

/// The settings in force: defaults, overridden by the file, overridden by the
/// environment, overridden by flags. All values have been checked.
class configuration {
public:
  /// A variable of the environment; null if there is none.
  using environment = std::function<const char*(const char* name)>;

  /// Everything but flags. The file is `$TERN_CONFIG` or, without it,
  /// `tern/config.toml` in `$XDG_CONFIG_HOME` or `~/.config`; the last may be
  /// missing. Variables without a value count as not set. What is wrong is kept
  /// as `mistake`, so that `--help` works all the same.
  static configuration read(const environment& variable);

  const setting_value& operator[](setting which) const noexcept;

  /// The first mistake in file or environment: names line or variable.
  const std::optional<failure>& mistake() const noexcept {
    return mistake_;
  }
  /// The file that was read; empty: none.
  const std::filesystem::path& file() const noexcept {
    return file_;
  }

  result<void> set_flag(setting which, const std::string& text);
  /// For a node that belongs to a session, which has said everything by flags.
  void drop_all_but_flags();

private:
  configuration();
  result<void> read_file(const environment& variable);
  result<void> read_environment(const environment& variable);
  result<void> set(setting which, setting_value value);

  std::array<setting_value, setting_count> values_;
  std::optional<failure> mistake_;
  std::filesystem::path file_;
};

} // namespace tern
