#include "reports/writers.h"

#include <array>

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
  std::vector<std::filesystem::path> written;
  for (const Writer& writer : writers()) {
    written.push_back(out_directory / writer.file_name);
    sweep::write_file_atomically(written.back(), writer.render(table, analysis));
  }
  return written;
}

}  // namespace firesweep::reports
