#include "cli/data.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "base/log.h"
#include "cli/exit_code.h"
#include "cli/note_line.h"
#include "cli/unit_options.h"
#include "runners/run/data_view.h"

namespace firesweep::cli {
namespace {

struct DataOptions {
  std::string config;
  std::vector<std::string> overrides;
  std::string format = "table";
  std::string sheet;
};

void show_data(const DataOptions& options) {
  const runners::run::DataView view =
      runners::run::view_data(options.config, options.overrides, note_line);
  const std::string text =
      options.format == "json" ? runners::run::data_json(view) : runners::run::data_table(view);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (!options.sheet.empty()) {
    base::write_file_atomically(options.sheet, runners::run::contact_sheet(view));
    log("wrote {}\n", options.sheet);
  }
}

}  // namespace

void add_data(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<DataOptions>();
  CLI::App& command = *app.add_subcommand(
      "data", "Show the images of a sweep: classes, counts, pictures that cannot be read");
  command.add_option("CONFIG", options->config, "Sweep file (YAML)")->required()->type_name("");
  command
      .add_option("--set", options->overrides, "Override a key, e.g. dataset.size=32; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--format", options->format, "What to print")
      ->check(one_of({"table", "json"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  command
      .add_option("--contact-sheet", options->sheet,
                  "Write a PNG of training images: of each class one as it is, then augmented ones")
      ->type_name("FILE");
  command.footer(
      "Examples:\n"
      "  firesweep data my.yaml\n"
      "  firesweep data my.yaml --contact-sheet sheet.png\n"
      "Decodes the images if that has not been done yet; trains nothing.");
  command.callback([options, &exit_code] {
    show_data(*options);
    exit_code = kDone;
  });
}

}  // namespace firesweep::cli
