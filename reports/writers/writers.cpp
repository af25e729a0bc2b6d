#include "reports/writers/writers.h"

#include <array>
#include <future>
#include <string>

#include "base/atomic_file.h"
#include "reports/writers/csv_writer.h"
#include "reports/writers/json_writer.h"

namespace firesweep::reports::writers {
namespace {

constexpr std::array<Writer, 4> kWriters = {{
    {"results.json", results_json},
    {"results.csv", results_csv},
    {"points.csv", points_csv},
    {"pareto.csv", pareto_csv},
}};

}  // namespace

std::span<const Writer> writers() {
  return kWriters;
}

std::vector<std::filesystem::path> write_reports(const ResultsTable& table,
                                                 const Analysis& analysis,
                                                 const std::filesystem::path& out_directory) {
  base::create_directories(out_directory);
  const auto write = [&](const Writer& writer, const std::string& text) {
    base::write_file_atomically(out_directory / writer.file_name, text);
  };
  // The first file is by far the longest, and its writing waits for the disk.
  const std::string longest = writers().front().render(table, analysis);
  std::future<void> others = std::async(std::launch::async, [&] {
    for (const Writer& writer : writers().subspan(1)) {
      write(writer, writer.render(table, analysis));
    }
  });
  write(writers().front(), longest);
  others.get();
  std::vector<std::filesystem::path> written;
  for (const Writer& writer : writers()) {
    written.push_back(out_directory / writer.file_name);
  }
  return written;
}

}  // namespace firesweep::reports::writers
