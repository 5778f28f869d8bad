#include "apps/tern/commands/setting_flag.hpp"

#include "apps/tern/commands/options.hpp"

#include <iostream>
#include <string>

namespace tern {

CLI::Option* add_flag_of(setting which, CLI::App& command, configuration& to) {
  const auto& info = info_of(which);
  const auto flag = "--" + std::string{info.name};
  auto* option = command.add_option_function<std::string>(
      flag,
      [&to, which, flag](const std::string& text) {
        if (auto ok = to.set_flag(which, text); !ok)
          throw CLI::ValidationError(flag, ok.error().what);
      },
      std::string{info.what});
  return option->default_str(to[which].text);
}

int complain_of(const configuration& c, std::string_view command) {
  if (!c.mistake())
    return exit_well;
  std::cerr << "tern " << command << ": " << c.mistake()->what << '\n';
  return exit_usage;
}

} // namespace tern
