// Decodes and resizes pictures for parity_test.py. Reads requests from standard input, a line each
// of fields separated by tabs, and answers each with "HEIGHT WIDTH CHANNELS\n" and the pixels, or
// with "error MESSAGE\n".
//
//   decode PATH CHANNELS RED GREEN BLUE ignore|apply
//   resize HEIGHT WIDTH bilinear|bicubic LEFT TOP RIGHT BOTTOM       of the picture decoded last
//   frame crop|stretch|fit HEIGHT WIDTH bilinear|bicubic             of the file decoded last
#include <cstdint>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "runners/pictures/decode.h"
#include "runners/pictures/resize.h"

namespace firesweep::tests {
namespace {

namespace pictures = runners::pictures;

pictures::Filter filter_named(const std::string& name) {
  return name == "bilinear" ? pictures::Filter::kBilinear : pictures::Filter::kBicubic;
}

pictures::FramingMode mode_named(const std::string& name) {
  if (name == "crop") {
    return pictures::FramingMode::kCrop;
  }
  return name == "fit" ? pictures::FramingMode::kFit : pictures::FramingMode::kStretch;
}

class Tool {
 public:
  pictures::Picture answer(const std::vector<std::string>& fields) {
    if (fields.at(0) == "decode") {
      return decode(fields);
    }
    if (fields.at(0) == "resize") {
      const pictures::Box box{std::stof(fields.at(4)), std::stof(fields.at(5)),
                              std::stof(fields.at(6)), std::stof(fields.at(7))};
      return pictures::resized(picture_, std::stoll(fields.at(1)), std::stoll(fields.at(2)),
                               filter_named(fields.at(3)), box);
    }
    if (fields.at(0) == "frame") {
      return frame(fields);
    }
    throw std::invalid_argument("unknown request " + fields.at(0));
  }

 private:
  pictures::Picture decode(const std::vector<std::string>& fields) {
    const std::string content = base::read_file(fields.at(1));
    file_.assign(content.begin(), content.end());
    options_.channels = std::stoll(fields.at(2));
    for (std::size_t i = 0; i < 3; ++i) {
      options_.background.at(i) = static_cast<std::uint8_t>(std::stoi(fields.at(3 + i)));
    }
    options_.orientation =
        fields.at(6) == "apply" ? pictures::Orientation::kApply : pictures::Orientation::kIgnore;
    picture_ = pictures::decode(file_, options_);
    return picture_;
  }

  pictures::Picture frame(const std::vector<std::string>& fields) const {
    const pictures::Framing framing{mode_named(fields.at(1)), std::stoll(fields.at(2)),
                                    std::stoll(fields.at(3)), filter_named(fields.at(4))};
    pictures::Picture framed = pictures::decode_framed(file_, options_, framing);
    if (framed != pictures::framed(picture_, framing, options_.background)) {
      throw std::logic_error("decode_framed differs from framed(decode)");
    }
    return framed;
  }

  std::vector<std::uint8_t> file_;
  pictures::DecodeOptions options_;
  pictures::Picture picture_;
};

void serve() {
  Tool tool;
  for (std::string line; std::getline(std::cin, line);) {
    std::vector<std::string> fields;
    std::istringstream split(line);
    for (std::string field; std::getline(split, field, '\t');) {
      fields.push_back(field);
    }
    try {
      const pictures::Picture picture = tool.answer(fields);
      std::cout << picture.height << ' ' << picture.width << ' ' << picture.channels << '\n';
      std::cout << std::string(picture.pixels.begin(), picture.pixels.end()) << std::flush;
    } catch (const std::exception& error) {
      std::cout << "error " << error.what() << std::endl;
    }
  }
}

}  // namespace
}  // namespace firesweep::tests

int main() {
  firesweep::tests::serve();
}
