#include "runners/cluster/board.h"

#include <optional>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_fields.h"

namespace firesweep::runners::cluster {
namespace {

constexpr const char* kBoard = "board.json";
constexpr double kNamesPerRequest = 100.0;

Board parse_board(const nlohmann::json& json) {
  Board board{.number = base::unsigned_field(json, "number"),
              .seen = base::boolean_field(json, "seen"),
              .next_seconds = base::number_field(json, "next_seconds"),
              .files = base::unsigned_field(json, "files"),
              .agents = base::unsigned_field(json, "agents"),
              .claimed = base::unsigned_field(json, "claimed_trials"),
              .left = base::unsigned_field(json, "left_trials")};
  for (const nlohmann::json& file : base::array_field(json, "untouched_files")) {
    board.untouched.push_back(file.get<std::string>());
  }
  for (const nlohmann::json& open : base::array_field(json, "open_trials")) {
    board.open.push_back(
        {open.at(0).get<std::string>(), open.at(1).get<std::size_t>(), open.at(2).get<int>()});
  }
  for (const nlohmann::json& silence : base::array_field(json, "silent_agents")) {
    board.silences.push_back({silence.at(0).get<std::string>(), silence.at(1).get<double>()});
  }
  return board;
}

}  // namespace

double Board::requests() const {
  const std::size_t names = 2 * files + agents + claimed;  // a file has a mark beside it
  return static_cast<double>(names) / kNamesPerRequest;
}

Board load_board(SharedFiles& files) {
  const std::optional<std::string> text = files.read(kBoard);
  if (!text) {
    return {};
  }
  try {
    return parse_board(base::parse_json(*text));
  } catch (const FileError&) {
    throw;
  } catch (const Error&) {
    return {};  // whoever looks next makes it anew
  } catch (const nlohmann::json::exception&) {
    return {};
  }
}

void save_board(SharedFiles& files, const Board& board) {
  nlohmann::json open = nlohmann::json::array();
  for (const Board::Open& trial : board.open) {
    open.push_back(nlohmann::json::array({trial.file, trial.index, trial.generation}));
  }
  nlohmann::json silences = nlohmann::json::array();
  for (const Silence& silence : board.silences) {
    silences.push_back(nlohmann::json::array({silence.file, silence.seconds}));
  }
  const nlohmann::json json{{"number", board.number},
                            {"seen", board.seen},
                            {"next_seconds", board.next_seconds},
                            {"files", board.files},
                            {"agents", board.agents},
                            {"claimed_trials", board.claimed},
                            {"left_trials", board.left},
                            {"untouched_files", board.untouched},
                            {"open_trials", std::move(open)},
                            {"silent_agents", std::move(silences)}};
  files.write(kBoard, json.dump() + '\n');  // in one line: thousands may read it
}

void remove_board(SharedFiles& files) {
  files.remove(kBoard);
}

}  // namespace firesweep::runners::cluster
