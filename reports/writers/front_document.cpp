#include "reports/writers/front_document.h"

#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "models/complexity.h"
#include "models/parameter.h"
#include "reports/accuracy_metric.h"
#include "reports/class_results.h"
#include "reports/final_seeds.h"
#include "reports/leading_designs.h"

namespace firesweep::reports::writers {
namespace {

/// What differs between the two formats.
struct Marks {
  std::string (*escaped)(std::string_view);
  std::string_view plus_minus;
  std::string_view percent;
};

const Marks kMarkdown{escaped_markdown, "±", "%"};
const Marks kLatex{escaped_latex, "$\\pm$", "\\%"};

std::vector<std::string> header(const ResultsTable& table, const Marks& marks) {
  std::vector<std::string> cells;
  for (const std::string& key : table.axis_keys) {
    cells.push_back(marks.escaped(key));
  }
  for (const std::string_view name : {"parameters", "kB", "MMACs"}) {
    cells.emplace_back(name);
  }
  cells.push_back(fmt::format("{} {}", short_name(accuracy_metric(table)), marks.percent));
  cells.push_back(fmt::format("95 {} interval", marks.percent));
  const sweep::Metric* const test = test_metric(table);
  cells.push_back(
      fmt::format("{} {}", test == nullptr ? "test" : short_name(*test), marks.percent));
  cells.emplace_back("P(front)");
  cells.emplace_back("n");
  return cells;
}

std::string mean_text(const SeedSummary& accuracy, const Marks& marks) {
  std::string text = fmt::format("{:.2f}", 100.0 * accuracy.mean.value_or(0.0));
  if (accuracy.sd) {
    text += fmt::format(" {} {:.2f}", marks.plus_minus, 100.0 * *accuracy.sd);
  }
  return text;
}

std::string test_cell(const ResultsTable& table, const PointSummary& point, const Marks& marks) {
  const sweep::Metric* const test = test_metric(table);
  return test != nullptr && summary_of(point, test->name).mean
             ? mean_text(summary_of(point, test->name), marks)
             : "";
}

std::string interval_cell(const std::optional<statistics::Interval>& interval) {
  return interval ? fmt::format("{:.2f} to {:.2f}", 100.0 * interval->low, 100.0 * interval->high)
                  : "";
}

std::vector<std::string> cells_of(const ResultsTable& table, const Analysis& analysis,
                                  std::size_t index, const Marks& marks) {
  const Design& design = table.designs[index];
  const PointSummary& point = analysis.points[index];
  const SeedSummary& accuracy = summary_of(point, accuracy_metric(table).name);
  std::vector<std::string> cells;
  for (const models::ParameterValue& value : design.axes) {
    cells.push_back(marks.escaped(models::to_text(value)));
  }
  cells.push_back(base::grouped(design.complexity.parameters));
  cells.push_back(fmt::format("{:.1f}", static_cast<double>(design.complexity.weight_bytes) / 1e3));
  cells.push_back(fmt::format("{:.1f}", static_cast<double>(design.complexity.macs) / 1e6));
  cells.push_back(mean_text(accuracy, marks));
  cells.push_back(interval_cell(accuracy.interval));
  cells.push_back(test_cell(table, point, marks));
  cells.push_back(fmt::format("{:.2f}", analysis.front_probability[index]));
  cells.push_back(count_text(point.counts));
  return cells;
}

std::vector<std::vector<std::string>> rows(const ResultsTable& table, const Analysis& analysis,
                                           const Marks& marks) {
  std::vector<std::vector<std::string>> rows;
  for (const std::size_t index : analysis.front_by_size) {
    rows.push_back(cells_of(table, analysis, index, marks));
  }
  return rows;
}

/// What final seeds say of the designs that have them, after a blank.
std::string final_sentences(const ResultsTable& table, const Analysis& analysis,
                            const Marks& marks) {
  constexpr std::string_view kPlusMinus = "±";
  std::string text;
  for (const std::string& line : final_seeds_lines(table, analysis)) {
    std::string escaped = " " + marks.escaped(line);
    for (std::size_t at = escaped.find(kPlusMinus); at != escaped.npos;
         at = escaped.find(kPlusMinus, at + marks.plus_minus.size())) {
      escaped.replace(at, kPlusMinus.size(), marks.plus_minus);
    }
    text += escaped;
  }
  return text;
}

/// Explains the columns, so that the table needs no other text.
std::string legend(const ResultsTable& table, const Analysis& analysis, const Marks& marks) {
  std::string notes;
  for (const std::string& sentence :
       {marked_trials_sentence(table), no_interval_sentence(table, analysis.points)}) {
    notes += sentence.empty() ? sentence : " " + marks.escaped(sentence);
  }
  return fmt::format(
      "Pareto front of {}: {} of {} designs, which no other design dominates in {}. {}: mean {} "
      "standard deviation over n seeds, with the 95 {} interval of the mean over "
      "seeds and images (none for fewer than {} seeds, or where a trial diverged or did not "
      "learn). "
      "The designs were chosen by {}, which is optimistic for them; test accuracy "
      "had no part in the choice. P(front): fraction of bootstrap resamples of seeds and images in "
      "which the design is on the front.{}{}",
      marks.escaped(table.sweep), analysis.front_by_size.size(), table.designs.size(),
      marks.escaped(fmt::format("{}", fmt::join(table.objectives, ", "))),
      marks.escaped(accuracy_metric(table).title), marks.plus_minus, marks.percent,
      statistics::kMinUnits, marks.escaped(name_in_words(accuracy_metric(table))), notes,
      final_sentences(table, analysis, marks));
}

/// The most frequent errors of the recommended design, and files that were left out.
std::string class_paragraphs(const ResultsTable& table, const Analysis& analysis) {
  constexpr std::size_t kMaxSentences = 3;
  std::string text;
  if (!analysis.classes.empty()) {
    const DesignClasses& classes = analysis.classes.front();
    const std::vector<std::string> pairs =
        confused_pairs(classes.confusion, class_names(table, classes.recall.size()), kMaxSentences);
    if (!pairs.empty()) {
      text +=
          fmt::format("\n{}", escaped_markdown(fmt::format(
                                  "Most confused classes of {} (validation images, {}): {}",
                                  design_words(table, classes.design),
                                  base::counted(classes.trials, "trial"), fmt::join(pairs, " "))));
      text += '\n';
    }
  }
  const std::string bad = bad_file_words(table);
  return bad.empty() ? text : text + fmt::format("\n{}\n", escaped_markdown(bad));
}

std::string replaced(std::string_view text, std::string (*replace)(char)) {
  std::string result;
  for (const char c : text) {
    result += static_cast<unsigned char>(c) < 0x20 ? std::string(1, ' ') : replace(c);
  }
  return result;
}

}  // namespace

std::string escaped_markdown(std::string_view text) {
  return replaced(text, [](char c) {
    constexpr std::string_view kSpecial = "\\`*_{}[]()<>#+!|&~$";
    return kSpecial.find(c) == kSpecial.npos ? std::string(1, c) : std::string{'\\', c};
  });
}

std::string escaped_latex(std::string_view text) {
  return replaced(text, [](char c) -> std::string {
    switch (c) {
      case '\\':
        return "\\textbackslash{}";
      case '~':
        return "\\textasciitilde{}";
      case '^':
        return "\\textasciicircum{}";
      case '<':
        return "\\textless{}";
      case '>':
        return "\\textgreater{}";
      case '|':
        return "\\textbar{}";
      case '"':
        return "\\textquotedbl{}";
      default:
        break;
    }
    constexpr std::string_view kSpecial = "&%$#_{}";
    return kSpecial.find(c) == kSpecial.npos ? std::string(1, c) : std::string{'\\', c};
  });
}

std::string front_markdown(const ResultsTable& table, const Analysis& analysis) {
  const std::vector<std::string> head = header(table, kMarkdown);
  std::string text = fmt::format("| {} |\n|", fmt::join(head, " | "));
  for (std::size_t i = 0; i < head.size(); ++i) {
    text += i < table.axis_keys.size() ? " --- |" : " ---: |";
  }
  text += '\n';
  for (const std::vector<std::string>& row : rows(table, analysis, kMarkdown)) {
    text += fmt::format("| {} |\n", fmt::join(row, " | "));
  }
  return text + fmt::format("\n{}\n", legend(table, analysis, kMarkdown)) +
         class_paragraphs(table, analysis);
}

std::string front_latex(const ResultsTable& table, const Analysis& analysis) {
  const std::vector<std::string> head = header(table, kLatex);
  std::string text = "% needs \\usepackage{booktabs} and \\usepackage[T1]{fontenc}\n";
  text += "\\begin{table}\n\\centering\n";
  text += fmt::format("\\caption{{{}}}\n", legend(table, analysis, kLatex));
  text += "\\label{tab:front}\n";
  text += fmt::format("\\begin{{tabular}}{{{}{}}}\n", std::string(table.axis_keys.size(), 'l'),
                      std::string(head.size() - table.axis_keys.size(), 'r'));
  text += fmt::format("\\toprule\n{} \\\\\n\\midrule\n", fmt::join(head, " & "));
  for (const std::vector<std::string>& row : rows(table, analysis, kLatex)) {
    text += fmt::format("{} \\\\\n", fmt::join(row, " & "));
  }
  return text + "\\bottomrule\n\\end{tabular}\n\\end{table}\n";
}

}  // namespace firesweep::reports::writers
