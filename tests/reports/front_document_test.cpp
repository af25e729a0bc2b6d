#include "reports/writers/front_document.h"

#include <catch2/catch.hpp>

#include "tests/reports/golden.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {

TEST_CASE("the front as Markdown and LaTeX is as recorded") {
  const ResultsTable table = sample_table();
  const Analysis analysis = analyze(table);
  check_golden("front.md", writers::front_markdown(table, analysis));
  check_golden("front.tex", writers::front_latex(table, analysis));
}

TEST_CASE("what a format would take for markup is escaped") {
  CHECK(writers::escaped_markdown("a|b *c* <script>\n[x](y)") ==
        "a\\|b \\*c\\* \\<script\\> \\[x\\]\\(y\\)");
  CHECK(writers::escaped_latex("50% of $x_1 & {y}\\z~^#") ==
        "50\\% of \\$x\\_1 \\& \\{y\\}\\textbackslash{}z\\textasciitilde{}\\textasciicircum{}\\#");
}

TEST_CASE("names from the sweep file can't break the tables") {
  ResultsTable table = sample_table();
  table.sweep = "50% & <b>";
  table.axis_keys[0] = "a|b_c";
  const Analysis analysis = analyze(table);
  CHECK_THAT(writers::front_markdown(table, analysis), Catch::Contains("| a\\|b\\_c |"));
  CHECK_THAT(writers::front_latex(table, analysis),
             Catch::Contains("50\\% \\& \\textless{}b\\textgreater{}"));
}

}  // namespace firesweep::reports
