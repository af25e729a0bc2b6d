#include "runners/data/picture_listing.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/printable.h"

namespace firesweep::runners::data {
namespace {

namespace fs = std::filesystem;

/// Names of pictures, also of kinds that can't be decoded: these become bad files, not lost ones.
constexpr std::array<std::string_view, 18> kPictureExtensions{
    "jpg", "jpeg", "jpe", "jfif", "png",  "webp", "gif",  "bmp",  "dib",
    "ppm", "pgm",  "pbm", "pnm",  "tiff", "tif",  "heic", "heif", "avif"};

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == static_cast<unsigned char>(b);
  });
}

bool is_picture_name(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot != std::string_view::npos &&
         std::ranges::any_of(kPictureExtensions, [&](std::string_view extension) {
           return equal_ignoring_case(name.substr(dot + 1), extension);
         });
}

bool begins_as_picture(std::string_view bytes) {
  return bytes.starts_with("\xFF\xD8\xFF") || bytes.starts_with("\x89PNG\r\n\x1A\n") ||
         bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a") ||
         (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP");
}

/// By the first bytes. True for a file that may not be read, so that it is reported later.
bool has_picture_content(int folder, const char* name) {
  const base::Descriptor file(::openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    return errno == EACCES;
  }
  std::array<char, 12> bytes{};
  const ssize_t got = ::read(file.get(), bytes.data(), bytes.size());
  return got > 0 && begins_as_picture({bytes.data(), static_cast<std::size_t>(got)});
}

[[noreturn]] void fail_to_list(const fs::path& folder) {
  const std::error_code code(errno, std::generic_category());
  throw FileError(
      fmt::format("{}: can't list the folder: {}", base::one_line(folder.string()), code.message()),
      code);
}

class OpenFolder {
 public:
  explicit OpenFolder(const fs::path& path)
      : path_(path), stream_(::opendir(path.c_str()), ::closedir) {
    if (stream_ == nullptr) {
      fail_to_list(path_);
    }
  }

  /// Without "." and ".."; nullptr at the end.
  [[nodiscard]] const dirent* next() {
    for (;;) {
      errno = 0;
      const dirent* const entry = ::readdir(stream_.get());  // NOLINT(concurrency-mt-unsafe)
      if (entry == nullptr && errno != 0) {
        fail_to_list(path_);
      }
      if (entry == nullptr ||
          (std::string_view(entry->d_name) != "." && std::string_view(entry->d_name) != "..")) {
        return entry;
      }
    }
  }

  [[nodiscard]] int descriptor() const { return ::dirfd(stream_.get()); }
  [[nodiscard]] const fs::path& path() const { return path_; }

  using Identity = std::pair<dev_t, ino_t>;
  [[nodiscard]] Identity identity() const {
    struct stat status {};
    if (::fstat(descriptor(), &status) != 0) {
      fail_to_list(path_);
    }
    return {status.st_dev, status.st_ino};
  }

 private:
  fs::path path_;
  std::unique_ptr<DIR, int (*)(DIR*)> stream_;
};

enum class EntryKind { kFile, kFolder, kSpecial, kGone };

struct FolderEntry {
  EntryKind kind = EntryKind::kGone;
  bool is_link = false;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
};

EntryKind kind_of(const struct stat& status) {
  return S_ISREG(status.st_mode)   ? EntryKind::kFile
         : S_ISDIR(status.st_mode) ? EntryKind::kFolder
                                   : EntryKind::kSpecial;
}

/// Of a link, what it leads to. A link to nothing is a file: with a picture's name a bad one.
FolderEntry entry_of(const OpenFolder& folder, const dirent& entry) {
  if (entry.d_type == DT_DIR) {
    return {.kind = EntryKind::kFolder};
  }
  FolderEntry found;
  struct stat status {};
  if (::fstatat(folder.descriptor(), entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) {
      return found;
    }
    fail_to_list(folder.path() / entry.d_name);
  }
  found.is_link = S_ISLNK(status.st_mode);
  if (found.is_link && ::fstatat(folder.descriptor(), entry.d_name, &status, 0) != 0) {
    found.kind = EntryKind::kFile;
    return found;
  }
  found.kind = kind_of(status);
  found.size = status.st_size;
  found.modified_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  return found;
}

/// Whether a link leads into one of the folders, or to a folder that holds one of them.
bool leads_into(const fs::path& link, const std::set<std::string>& folders) {
  const std::unique_ptr<char, void (*)(void*)> target(::realpath(link.c_str(), nullptr), std::free);
  if (target == nullptr) {
    return false;
  }
  std::string above = target.get();
  above += above == "/" ? "" : "/";
  const auto inside = folders.lower_bound(above);
  return is_below(target.get(), folders) || (inside != folders.end() && inside->starts_with(above));
}

struct FoundFile {
  std::string name;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
};

class Walk {
 public:
  Walk(const fs::path& root, const std::set<std::string>& own_folders, SkippedFiles& skipped)
      : root_(root), own_folders_(own_folders), skipped_(skipped) {}

  /// Files of each folder, sorted; folders by their path below the root, "" first.
  [[nodiscard]] std::map<std::string, std::vector<FoundFile>> files() {
    // In the order of paths, so that of two links to one folder always the same one counts.
    pending_.insert("");
    while (!pending_.empty()) {
      const std::string path = *pending_.begin();
      pending_.erase(pending_.begin());
      list(path);
    }
    return std::move(found_);
  }

 private:
  void list(const std::string& path) {
    OpenFolder folder(path.empty() ? root_ : root_ / path);
    if (!visited_.insert(folder.identity()).second) {
      ++skipped_.links;
      return;
    }
    std::vector<FoundFile> files;
    while (const dirent* const entry = folder.next()) {
      if (is_skipped_name(entry->d_name)) {
        ++skipped_.hidden;
      } else {
        add(folder, path, *entry, files);
      }
    }
    std::ranges::sort(files, {}, &FoundFile::name);
    found_.emplace(path, std::move(files));
  }

  void add(const OpenFolder& folder, const std::string& path, const dirent& entry,
           std::vector<FoundFile>& files) {
    const FolderEntry found = entry_of(folder, entry);
    if (found.is_link && leads_into(folder.path() / entry.d_name, own_folders_)) {
      ++skipped_.links;
      return;
    }
    switch (found.kind) {
      case EntryKind::kGone:
        break;
      case EntryKind::kSpecial:
        ++skipped_.special;
        break;
      case EntryKind::kFolder:
        pending_.insert(path.empty() ? entry.d_name : path + '/' + entry.d_name);
        break;
      case EntryKind::kFile:
        if (is_picture_name(entry.d_name) ||
            has_picture_content(folder.descriptor(), entry.d_name)) {
          files.push_back({entry.d_name, found.size, found.modified_ns});
        } else {
          ++skipped_.not_pictures;
        }
        break;
    }
  }

  fs::path root_;
  const std::set<std::string>& own_folders_;
  SkippedFiles& skipped_;
  std::set<std::string> pending_;
  std::set<OpenFolder::Identity> visited_;
  std::map<std::string, std::vector<FoundFile>> found_;
};

}  // namespace

bool is_skipped_name(std::string_view name) {
  return name.starts_with('.') || name == "__MACOSX" || equal_ignoring_case(name, "thumbs.db") ||
         equal_ignoring_case(name, "desktop.ini");
}

bool is_below(std::string path, const std::set<std::string>& folders) {
  while (!path.empty()) {
    if (folders.contains(path)) {
      return true;
    }
    path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  }
  return false;
}

PictureListing::PictureListing(const fs::path& folder, const std::set<std::string>& own_folders,
                               SkippedFiles& skipped) {
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  if (state == nullptr || XXH3_64bits_reset(state.get()) != XXH_OK) {
    throw std::bad_alloc();
  }
  const auto add = [&](const void* bytes, std::size_t size) {
    XXH3_64bits_update(state.get(), bytes, size);
  };
  for (auto& [path, files] : Walk(folder, own_folders, skipped).files()) {
    folders_.push_back(path.empty() ? path : path + '/');
    for (FoundFile& file : files) {
      add(folders_.back().data(), folders_.back().size());
      add(file.name.c_str(), file.name.size() + 1);
      add(&file.size, sizeof(file.size));
      add(&file.modified_ns, sizeof(file.modified_ns));
      files_.push_back({static_cast<std::uint32_t>(folders_.size() - 1), std::move(file.name)});
    }
  }
  hash_ = XXH3_64bits_digest(state.get());
}

std::string PictureListing::path(std::size_t index) const {
  const File& file = files_[index];
  return folders_[file.folder] + file.name;
}

FolderContents contents_of(const fs::path& folder) {
  FolderContents contents;
  OpenFolder open(folder);
  while (const dirent* const entry = open.next()) {
    if (is_skipped_name(entry->d_name)) {
      continue;
    }
    const EntryKind kind = entry_of(open, *entry).kind;
    if (kind == EntryKind::kFolder) {
      contents.folders.emplace_back(entry->d_name);
    } else if (kind == EntryKind::kFile &&
               (is_picture_name(entry->d_name) ||
                has_picture_content(open.descriptor(), entry->d_name))) {
      ++contents.pictures;
    }
  }
  std::ranges::sort(contents.folders);
  return contents;
}

}  // namespace firesweep::runners::data
