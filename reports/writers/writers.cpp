#include "reports/writers/writers.h"

#include <array>
#include <future>
#include <string>

#include "base/atomic_file.h"
#include "reports/writers/csv_writer.h"
#include "reports/writers/json_writer.h"

namespace firesweep::reports::writers {
namespace {

constexpr std::array<Writer, 5> kWriters = {{
    {"results.json", results_json},
    {"results.csv", results_csv},
    {"points.csv", points_csv},
    {"pareto.csv", pareto_csv},
    {"classes.csv", classes_csv},
}};

}  // namespace

std::span<const Writer> writers() {
  return kWriters;
}

std::vector<std::filesystem::path> write_reports(const ResultsTable& table,
                                                 const Analysis& analysis,
                                                 const std::filesystem::path& out_directory) {
  base::create_directories(out_directory);
  std::vector<std::filesystem::path> written(writers().size());  // empty for what is not written
  const auto write = [&](std::size_t index, const std::string& text) {
    if (!text.empty()) {
      written[index] = out_directory / writers()[index].file_name;
      base::write_file_atomically(written[index], text);
    }
  };
  // The first file is by far the longest, and its writing waits for the disk.
  const std::string longest = writers().front().render(table, analysis);
  std::future<void> others = std::async(std::launch::async, [&] {
    for (std::size_t i = 1; i < writers().size(); ++i) {
      write(i, writers()[i].render(table, analysis));
    }
  });
  write(0, longest);
  others.get();
  std::erase(written, std::filesystem::path());
  return written;
}

}  // namespace firesweep::reports::writers
