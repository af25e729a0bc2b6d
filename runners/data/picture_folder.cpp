#include "runners/data/picture_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <numeric>
#include <span>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/counts.h"
#include "base/descriptor.h"
#include "base/error.h"
#include "base/ordered_pipeline.h"
#include "base/printable.h"
#include "runners/data/test_list.h"

namespace firesweep::runners::data {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kChunkBytes = 1 << 20U;  // pixels decoded by a thread at a time
constexpr std::int64_t kMaxChunkPictures = 32;
constexpr std::int64_t kMaxFileBytes = std::int64_t{1} << 30U;

/// Whether an error of the system is that of one file. All others, permissions too, are those of
/// the machine, and may be gone at the next try while the file's name, size and time are the same.
bool is_of_file(int code) {
  constexpr std::array kCodes{ENOENT, ELOOP, ENOTDIR, EISDIR, ENAMETOOLONG, ENXIO};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

/// "can't PROBLEM: REASON" for a bad file.
std::string file_problem(const fs::path& path, std::string_view problem) {
  const std::error_code code(errno, std::generic_category());
  if (!is_of_file(code.value())) {
    throw FileError(
        fmt::format("{}: can't {}: {}", base::one_line(path.string()), problem, code.message()),
        code);
  }
  return fmt::format("can't {}: {}", problem, code.message());
}

/// Reads a whole file. Returns what is wrong with it, or "".
std::string read_picture(const fs::path& path, std::vector<std::uint8_t>& bytes) {
  // Not to wait for a pipe that has taken the file's place.
  const base::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    return file_problem(path, "open");
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return file_problem(path, "read");
  }
  if (!S_ISREG(status.st_mode)) {
    return "not a regular file";
  }
  if (status.st_size > kMaxFileBytes) {
    return "larger than 1 GiB";
  }
  bytes.resize(static_cast<std::size_t>(status.st_size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return file_problem(path, "read");
    }
    if (got == 0) {
      break;
    }
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return {};
}

bool is_archive_name(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  constexpr std::array<std::string_view, 10> kEndings{
      ".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".7z", ".rar", ".gz"};
  return std::ranges::any_of(kEndings,
                             [&](std::string_view ending) { return name.ends_with(ending); });
}

[[noreturn]] void fail_without_pictures(const FolderLayout& layout, std::size_t label,
                                        const std::string& path, std::int64_t links) {
  throw Error(fmt::format(
      "{}: no pictures in the folder of class '{}'{}; remove it from every part, or add pictures",
      base::one_line((layout.root / path).string()), base::shortened(layout.classes[label]),
      links == 0 ? std::string()
                 : fmt::format(" but {} to pictures that are in the data set already",
                               base::counted(static_cast<std::size_t>(links), "link"))));
}

std::vector<std::string> notes_on(const SkippedFiles& skipped) {
  std::vector<std::string> notes;
  const auto add = [&](std::int64_t count, std::string_view noun, std::string_view verb) {
    if (count > 0) {
      notes.push_back(
          fmt::format("{} {}", base::counted(static_cast<std::size_t>(count), noun), verb));
    }
  };
  add(skipped.links, "link", "not followed: into the data set itself");
  add(skipped.hidden, "hidden or system file", "left out (a folder counts once)");
  add(skipped.not_pictures, "file", "left out: not a picture");
  add(skipped.special, "file", "left out: a socket, pipe or device");
  return notes;
}

}  // namespace

void check_is_folder(const sweep::DatasetSpec& spec, const fs::path& root) {
  std::error_code code;
  const fs::file_status status = fs::status(root, code);
  const std::string text = base::one_line(root.string());
  if (status.type() == fs::file_type::not_found) {
    fail_at_key(spec, "root",
                fmt::format("no such folder; got {}; expected the folder of the class "
                            "folders",
                            text));
  }
  if (fs::is_directory(status)) {
    return;
  }
  if (!fs::exists(status)) {
    fail_at_key(spec, "root", fmt::format("can't open {}: {}", text, code.message()));
  }
  fail_at_key(spec, "root",
              is_archive_name(root.filename().string())
                  ? fmt::format("{} is an archive; unpack it and give the folder", text)
                  : fmt::format("{} is a file; expected the folder of the class folders", text));
}

struct PictureFolder::LoadedPicture {
  std::string path{};  // below the root
  Label label = 0;
  std::uint32_t group = 0;
  std::vector<std::uint8_t> pixels{};
  std::string problem{};  // if it can't be read
};

struct PictureFolder::Chunk {
  std::vector<LoadedPicture> pictures{};
  std::size_t count = 0;  // of them that are in use
  std::vector<std::uint8_t> file{};
};

/// Lists the folders of a part one after another and hands out their pictures.
class PictureFolder::ChunkReader {
 public:
  ChunkReader(const Listed& listed, Part part, std::int64_t first, std::int64_t chunk_pictures)
      : listed_(listed),
        layout_(listed.layout),
        part_(part),
        folder_(*listed.layout.folder_of(part)),
        folders_(listed.parts[static_cast<std::size_t>(part)]),
        item_(first),
        in_folder_(first),
        chunk_pictures_(static_cast<std::size_t>(chunk_pictures)) {}

  [[nodiscard]] bool next(Chunk& chunk) {
    chunk.count = 0;
    while (chunk.count < chunk_pictures_ && find_folder()) {
      if (chunk.count == chunk.pictures.size()) {
        chunk.pictures.emplace_back();
      }
      LoadedPicture& picture = chunk.pictures[chunk.count++];
      const auto item = static_cast<std::size_t>(item_);
      picture.path = path_ + listing_->path(static_cast<std::size_t>(in_folder_));
      picture.label = folder_.is_flat ? listed_.test_labels[item] : static_cast<Label>(label_);
      picture.group = part_ == Part::kTrain && !listed_.groups.empty() ? listed_.groups[item] : 0;
      ++item_;
      ++in_folder_;
    }
    return chunk.count > 0;
  }

 private:
  /// Lists the folder of the next picture; false at the end of the part.
  [[nodiscard]] bool find_folder() {
    while (label_ < folders_.size() && in_folder_ >= folders_[label_].pictures) {
      in_folder_ -= folders_[label_].pictures;
      ++label_;
      listing_.reset();
    }
    if (label_ == folders_.size()) {
      return false;
    }
    if (!listing_) {
      list();
    }
    return true;
  }

  void list() {
    path_ = layout_.path_of(folder_, label_);
    SkippedFiles skipped;
    listing_.emplace(layout_.root / path_, layout_.own_folders, skipped);
    const ListedFolder& before = folders_[label_];
    const auto pictures = static_cast<std::int64_t>(listing_->size());
    if (listing_->hash() != before.hash || pictures != before.pictures) {
      throw Error(fmt::format(
          "{}: the folder has changed while it was read: {} before, {} now; "
          "start again when nothing writes to it",
          base::one_line((layout_.root / path_).string()),
          base::counted(static_cast<std::size_t>(before.pictures), "picture"),
          pictures == before.pictures ? std::string("others") : base::grouped(pictures)));
    }
  }

  const Listed& listed_;
  const FolderLayout& layout_;
  Part part_;
  const PartFolder& folder_;
  const ListedPart& folders_;
  std::int64_t item_;       // the next one, in the part
  std::int64_t in_folder_;  // the next one, from the start of folder label_
  std::size_t label_ = 0;
  std::size_t chunk_pictures_;
  std::string path_{};  // of the folder, below the root
  std::optional<PictureListing> listing_{};
};

PictureFolder::PictureFolder(const sweep::DatasetSpec& spec, PictureFolderRules rules)
    : spec_(spec),
      rules_(std::move(rules)),
      options_(picture_options(spec, rules_.default_size)),
      groups_(spec) {}

fs::path PictureFolder::test_list() const {
  std::error_code ignored;
  const bool has_usual = rules_.test_list.empty() && !rules_.usual_test_list.empty() &&
                         fs::exists(rules_.usual_test_list, ignored);
  return has_usual ? rules_.usual_test_list : rules_.test_list;
}

FolderLayout PictureFolder::layout() const {
  check_is_folder(spec_, rules_.root);
  FolderLayout layout = find_layout(rules_.root, {.uses_test_folder = rules_.uses_test_folder,
                                                  .has_test_list = !test_list().empty()});
  if (!rules_.test_list.empty() && !(layout.test && layout.test->is_flat)) {
    fail_at_key(spec_, "test_list",
                layout.test ? fmt::format("'{}' has class folders, which say the classes; remove "
                                          "test_list",
                                          layout.test->name)
                            : "there is no folder of test pictures next to 'train'");
  }
  return layout;
}

const PictureFolder::Listed& PictureFolder::listed() const {
  if (!listed_) {
    listed_.emplace(list());
  }
  return *listed_;
}

PictureFolder::Listed PictureFolder::list() const {
  Listed listed;
  listed.layout = layout();
  PictureGroups groups = groups_;
  Fingerprint fingerprint;
  fingerprint.add(fmt::format("{} group_by {}\n", options_.identity(), groups_.text()));
  for (const Part part : {Part::kTrain, Part::kValidation, Part::kTest}) {
    if (listed.layout.folder_of(part) != nullptr) {
      list_part(part, listed, groups, fingerprint);
    }
  }
  listed.fingerprint = fingerprint.hexadecimal();
  if (groups.is_active()) {
    for (std::string& note : groups.notes()) {
      listed.layout.notes.push_back(std::move(note));
    }
    listed.groups = groups.take();
  }
  return listed;
}

void PictureFolder::list_part(Part part, Listed& listed, PictureGroups& groups,
                              Fingerprint& fingerprint) const {
  const FolderLayout& layout = listed.layout;
  const PartFolder& folder = *layout.folder_of(part);
  ListedPart& folders = listed.parts[static_cast<std::size_t>(part)];
  for (std::size_t label = 0; label < (folder.is_flat ? 1 : layout.classes.size()); ++label) {
    const std::string path = layout.path_of(folder, label);
    const std::int64_t links = listed.skipped.links;
    const PictureListing listing(layout.root / path, layout.own_folders, listed.skipped);
    if (listing.size() == 0) {
      fail_without_pictures(layout, label, path, listed.skipped.links - links);
    }
    folders.push_back({static_cast<std::int64_t>(listing.size()), listing.hash()});
    fingerprint.add(
        fmt::format("{} {} {:016x} {}\n", name_of(part), listing.size(), listing.hash(), path));
    for (std::size_t i = 0; groups.is_active() && i < listing.size(); ++i) {
      groups.add(part, path + listing.path(i));
    }
    if (folder.is_flat) {
      std::vector<std::string> files;
      for (std::size_t i = 0; i < listing.size(); ++i) {
        files.push_back(listing.path(i));
      }
      listed.test_labels = read_test_list(test_list(), files, layout.classes);
      for (const Label one : listed.test_labels) {
        fingerprint.add(fmt::format("{} ", one));
      }
    }
  }
}

Description PictureFolder::describe() const {
  const Listed& all = listed();
  Description description;
  description.shape.image = options_.shape();
  description.shape.classes = std::ssize(all.layout.classes);
  description.classes.names = all.layout.classes;
  const auto describe_part = [&](Part part, std::int64_t& images,
                                 std::vector<std::int64_t>& of_classes) {
    const PartFolder* const folder = all.layout.folder_of(part);
    if (folder == nullptr) {
      return;
    }
    of_classes.resize(all.layout.classes.size());
    const ListedPart& folders = all.parts[static_cast<std::size_t>(part)];
    for (std::size_t label = 0; label < folders.size() && !folder->is_flat; ++label) {
      of_classes[label] = folders[label].pictures;
    }
    for (std::size_t i = 0; i < all.test_labels.size() && folder->is_flat; ++i) {
      ++of_classes[all.test_labels[i]];
    }
    images = std::accumulate(of_classes.begin(), of_classes.end(), std::int64_t{0});
  };
  describe_part(Part::kTrain, description.shape.train, description.classes.train);
  describe_part(Part::kValidation, description.shape.validation, description.classes.validation);
  describe_part(Part::kTest, description.shape.test, description.classes.test);
  const SkippedFiles& skipped = all.skipped;
  description.skipped_files =
      skipped.hidden + skipped.links + skipped.not_pictures + skipped.special;
  description.notes = all.layout.notes;
  const std::vector<std::string> notes = notes_on(skipped);
  description.notes.insert(description.notes.end(), notes.begin(), notes.end());
  return description;
}

std::string PictureFolder::fingerprint() const {
  return listed().fingerprint;
}

void PictureFolder::load(Chunk& chunk) const {
  const fs::path& root = listed_->layout.root;
  for (LoadedPicture& picture : std::span(chunk.pictures).first(chunk.count)) {
    picture.problem = read_picture(root / picture.path, chunk.file);
    if (!picture.problem.empty()) {
      continue;
    }
    try {
      const pictures::Picture decoded =
          pictures::decode_framed(chunk.file, options_.decode, options_.framing);
      picture.pixels.resize(decoded.pixels.size());
      pictures::to_planes(decoded, picture.pixels);
    } catch (const Error& error) {
      picture.problem = error.what();
    }
  }
}

void PictureFolder::stream(Part part, std::int64_t first, ImageSink& sink) const {
  const Listed& all = listed();
  if (all.layout.folder_of(part) == nullptr) {
    return;
  }
  const std::int64_t pictures =
      std::clamp<std::int64_t>(kChunkBytes / options_.shape().elements(), 1, kMaxChunkPictures);
  ChunkReader reader(all, part, first, pictures);
  base::OrderedPipeline<Chunk> pipeline(std::max(1U, std::thread::hardware_concurrency()));
  pipeline.run([&](Chunk& chunk) { return reader.next(chunk); }, [&](Chunk& chunk) { load(chunk); },
               [&](const Chunk& chunk) {
                 for (const LoadedPicture& picture : std::span(chunk.pictures).first(chunk.count)) {
                   if (picture.problem.empty()) {
                     sink.image({picture.pixels, picture.label, picture.group});
                   } else {
                     sink.bad_file(picture.path, picture.problem);
                   }
                 }
               });
}

}  // namespace firesweep::runners::data
