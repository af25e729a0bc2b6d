#include "reports/writers.h"

#include <array>
#include <future>
#include <string>

#include "reports/csv_writer.h"
#include "reports/json_writer.h"
#include "sweep/file_io.h"

namespace firesweep::reports {
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
  sweep::create_directories(out_directory);
  const auto write = [&](const Writer& writer, const std::string& text) {
    sweep::write_file_atomically(out_directory / writer.file_name, text);
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

}  // namespace firesweep::reports
