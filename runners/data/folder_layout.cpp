#include "runners/data/folder_layout.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <iterator>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "base/error.h"
#include "base/printable.h"
#include "runners/data/picture_listing.h"

namespace firesweep::runners::data {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> kTrainNames{"train", "training"};
constexpr std::array<std::string_view, 3> kValidationNames{"val", "validation", "valid"};
constexpr std::array<std::string_view, 2> kTestNames{"test", "testing"};
constexpr std::size_t kMaxNamed = 5;  // in one message

/// In any case, also as "train_set", "train-set" or "trainset".
bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  for (const std::string_view ending : {"_set", "-set", "set"}) {
    if (lower.ends_with(ending)) {
      lower.erase(lower.size() - ending.size());
      break;
    }
  }
  return std::ranges::find(names, lower) != names.end();
}

bool is_part_name(std::string_view name) {
  return is_one_of(name, kTrainNames) || is_one_of(name, kValidationNames) ||
         is_one_of(name, kTestNames);
}

/// "'a', 'b' and 7 more"
std::string quoted_list(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(kMaxNamed, names.size()); ++i) {
    shown.push_back(fmt::format("'{}'", base::shortened(names[i])));
  }
  const std::string text = fmt::format("{}", fmt::join(shown, ", "));
  return names.size() <= kMaxNamed ? text
                                   : fmt::format("{} and {} more", text, names.size() - kMaxNamed);
}

void check_class_name(const std::string& folder, const std::string& name) {
  for (std::size_t i = 0; i < name.size();) {
    const std::size_t length = base::character_length(name, i);
    const bool is_control = static_cast<unsigned char>(name[i]) < 0x20;
    if (length == 0 || is_control) {
      throw Error(fmt::format("{}: class folder '{}' {}; rename it", folder, base::shortened(name),
                              is_control ? "has a control character in its name"
                                         : "has a name that is not printable UTF-8"));
    }
    i += length;
  }
}

class LayoutFinder {
 public:
  LayoutFinder(const fs::path& root, const LayoutRules& rules) : rules_(rules) {
    layout_.root = fs::canonical(root);
    contents_ = contents_of(layout_.root);
  }

  [[nodiscard]] FolderLayout find() {
    if (has_parts()) {
      find_parts();
    } else {
      layout_.classes = contents_.folders;
      note_loose_pictures(contents_, "");
      add_class_folders(layout_.train);
    }
    check_classes();
    check_separate();
    return std::move(layout_);
  }

 private:
  [[nodiscard]] std::string text(const std::string& below = {}) const {
    return base::one_line((below.empty() ? layout_.root : layout_.root / below).string());
  }

  /// The folder of a part, if there is one.
  [[nodiscard]] std::optional<std::string> part_named(
      std::span<const std::string_view> names) const {
    std::vector<std::string> found;
    std::ranges::copy_if(contents_.folders, std::back_inserter(found),
                         [&](const std::string& name) { return is_one_of(name, names); });
    if (found.size() > 1) {
      throw Error(fmt::format("{}: several folders for one part: {}; expected one", text(),
                              quoted_list(found)));
    }
    return found.empty() ? std::nullopt : std::optional(found.front());
  }

  /// A folder "train" may also be a class among others, the one of trains.
  [[nodiscard]] bool has_parts() const {
    if (contents_.folders.empty() || !std::ranges::any_of(contents_.folders, is_part_name)) {
      return false;
    }
    const bool only_parts = std::ranges::all_of(contents_.folders, is_part_name);
    const auto train = std::ranges::find_if(
        contents_.folders, [](const std::string& name) { return is_one_of(name, kTrainNames); });
    if (train == contents_.folders.end()) {
      reject_parts_without_train(only_parts);
      return false;
    }
    const FolderContents inside = contents_of(layout_.root / *train);
    const auto parts = std::ranges::count_if(contents_.folders, is_part_name);
    return only_parts || (!inside.folders.empty() && (inside.pictures == 0 || parts > 1));
  }

  /// A folder "val" of pictures may be a class; one of folders is a part.
  void reject_parts_without_train(bool only_parts) const {
    for (const std::string& name : contents_.folders) {
      if (is_part_name(name) && (only_parts || !contents_of(layout_.root / name).folders.empty())) {
        throw Error(fmt::format("{}: has {} but no folder 'train'; expected train/CLASS/PICTURE",
                                text(), quoted_list(contents_.folders)));
      }
    }
  }

  void find_parts() {
    layout_.train.name = part_named(kTrainNames).value();
    const FolderContents train = contents_of(layout_.root / layout_.train.name);
    if (train.folders.empty()) {
      throw Error(fmt::format("{}: {} but no class folders; expected {}/CLASS/PICTURE",
                              text(layout_.train.name), base::counted(train.pictures, "picture"),
                              text(layout_.train.name)));
    }
    layout_.classes = train.folders;
    note_loose_pictures(train, layout_.train.name);
    add_class_folders(layout_.train);
    note_loose_pictures(contents_, "");
    choose_roles();
    note_other_folders();
  }

  void choose_roles() {
    const std::optional<std::string> test =
        rules_.uses_test_folder ? part_named(kTestNames) : std::nullopt;
    const std::optional<std::string> validation = part_named(kValidationNames);
    if (test) {
      layout_.test = open_part(*test, rules_.has_test_list);
    }
    if (validation) {
      const bool is_test = !layout_.test.has_value();
      (is_test ? layout_.test : layout_.validation) =
          open_part(*validation, is_test && rules_.has_test_list);
      if (is_test && layout_.test && rules_.uses_test_folder) {
        layout_.notes.push_back(
            fmt::format("'{}' is the test part; validation images are held out of '{}'",
                        *validation, layout_.train.name));
      }
    }
  }

  /// std::nullopt if it is of no use: empty, or without class folders.
  [[nodiscard]] std::optional<PartFolder> open_part(const std::string& name, bool may_be_flat) {
    const FolderContents part = contents_of(layout_.root / name);
    PartFolder folder{name, part.folders.empty()};
    if (folder.is_flat) {
      if (may_be_flat && part.pictures > 0) {
        add_own_folder(name);
        return folder;
      }
      reject_or_note_flat(name, part.pictures);
      return std::nullopt;
    }
    compare_classes(name, part.folders);
    note_loose_pictures(part, name);
    add_class_folders(folder);
    return folder;
  }

  void reject_or_note_flat(const std::string& name, std::size_t pictures) {
    if (!rules_.uses_test_folder) {
      throw Error(fmt::format(
          "{}: {} but no class folders; expected {}/CLASS/PICTURE, or dataset.test_list with the "
          "class of each picture",
          text(name), base::counted(pictures, "picture"), text(name)));
    }
    layout_.notes.push_back(fmt::format("'{}' is not used: {} but no class folders", name,
                                        base::counted(pictures, "picture")));
  }

  void compare_classes(const std::string& part, const std::vector<std::string>& classes) const {
    const std::string& train = layout_.train.name;
    std::vector<std::string> missing;
    std::vector<std::string> extra;
    std::ranges::set_difference(layout_.classes, classes, std::back_inserter(missing));
    std::ranges::set_difference(classes, layout_.classes, std::back_inserter(extra));
    std::vector<std::string> problems;
    if (!missing.empty()) {
      problems.push_back(
          fmt::format("{} {} of '{}' {} not in '{}'", missing.size() == 1 ? "class" : "classes",
                      quoted_list(missing), train, missing.size() == 1 ? "is" : "are", part));
    }
    if (!extra.empty()) {
      problems.push_back(
          fmt::format("'{}' has {}, which '{}' has not", part, quoted_list(extra), train));
    }
    if (!problems.empty()) {
      throw Error(fmt::format("{}: {}; expected the same classes in both", text(),
                              fmt::join(problems, "; ")));
    }
  }

  void note_loose_pictures(const FolderContents& folder, const std::string& name) {
    if (folder.pictures > 0 && !folder.folders.empty()) {
      layout_.notes.push_back(fmt::format("{} outside the class folders{} not used",
                                          base::counted(folder.pictures, "picture"),
                                          name.empty() ? "" : fmt::format(" of '{}'", name)));
    }
  }

  void note_other_folders() {
    std::vector<std::string> others;
    for (const std::string& folder : contents_.folders) {
      const bool is_known = is_one_of(folder, kTrainNames) || is_one_of(folder, kValidationNames) ||
                            (rules_.uses_test_folder && is_one_of(folder, kTestNames));
      if (!is_known) {
        others.push_back(folder);
      }
    }
    if (!others.empty()) {
      layout_.notes.push_back(fmt::format("{} next to '{}' {} not used", quoted_list(others),
                                          layout_.train.name, others.size() == 1 ? "is" : "are"));
    }
  }

  void check_classes() const {
    const std::string folder = text(layout_.train.name);
    const std::vector<std::string>& classes = layout_.classes;
    if (classes.empty()) {
      throw Error(fmt::format("{}: {} but no class folders; expected {}/CLASS/PICTURE", folder,
                              base::counted(contents_.pictures, "picture"), folder));
    }
    if (classes.size() == 1) {
      const fs::path only = layout_.root / layout_.train.name / classes.front();
      throw Error(fmt::format(
          "{}: only one class folder, '{}'; expected at least two{}", folder,
          base::shortened(classes.front()),
          contents_of(only).folders.empty()
              ? std::string()
              : fmt::format("; or is dataset.root to be {}?", base::one_line(only.string()))));
    }
    if (std::ssize(classes) > kMaxClasses) {
      throw Error(fmt::format("{}: {} class folders; expected at most {}", folder, classes.size(),
                              kMaxClasses));
    }
    for (const std::string& name : classes) {
      check_class_name(folder, name);
    }
  }

  void add_class_folders(const PartFolder& part) {
    for (const std::string& name : layout_.classes) {
      add_own_folder(part.name.empty() ? name : part.name + '/' + name);
    }
  }

  void add_own_folder(const std::string& below) {
    const std::string canonical = fs::canonical(layout_.root / below).string();
    const auto [place, is_new] = names_.emplace(canonical, below);
    if (!is_new) {
      throw Error(
          fmt::format("{}: folders '{}' and '{}' are one and the same, by a link; expected "
                      "other pictures in each",
                      text(), base::shortened(place->second), base::shortened(below)));
    }
    layout_.own_folders.insert(canonical);
  }

  /// Only links can lead from a class folder into another.
  void check_separate() const {
    for (const auto& [canonical, below] : names_) {
      if (is_below(fs::path(canonical).parent_path().string(), layout_.own_folders)) {
        throw Error(fmt::format("{}: folder '{}' is a link into another class", text(),
                                base::shortened(below)));
      }
    }
  }

  LayoutRules rules_;
  FolderLayout layout_;
  FolderContents contents_;                   // of the root
  std::map<std::string, std::string> names_;  // of own folders below the root, by canonical path
};

}  // namespace

const PartFolder* FolderLayout::folder_of(Part part) const {
  switch (part) {
    case Part::kTrain:
      return &train;
    case Part::kValidation:
      return validation ? &*validation : nullptr;
    case Part::kTest:
      return test ? &*test : nullptr;
  }
  return nullptr;
}

std::string FolderLayout::path_of(const PartFolder& part, std::size_t label) const {
  std::string path = part.name.empty() ? std::string() : part.name + '/';
  return part.is_flat ? path : path + classes[label] + '/';
}

FolderLayout find_layout(const fs::path& root, const LayoutRules& rules) {
  try {
    return LayoutFinder(root, rules).find();
  } catch (const fs::filesystem_error& error) {
    throw FileError(
        fmt::format("{}: {}", base::one_line(error.path1().string()), error.code().message()),
        error.code());
  }
}

}  // namespace firesweep::runners::data
