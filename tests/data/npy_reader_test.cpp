#include "runners/data/npy_reader.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/data/archives.h"

namespace firesweep::runners::data {
namespace {

using tests::array;
using tests::Bytes;
using tests::message_of;
using tests::npy;

NpyReader reader_of(const Bytes& bytes) {
  return {std::make_unique<MemorySource>(bytes), "f"};
}

std::string error_in_header(const Bytes& bytes) {
  return message_of<Error>([&] { (void)reader_of(bytes); });
}

std::string error_in_labels(const Bytes& bytes) {
  return message_of<Error>([&] { (void)reader_of(bytes).labels(); });
}

Bytes cut(Bytes bytes, std::size_t size) {
  bytes.resize(size);
  return bytes;
}

TEST_CASE("Headers of all versions, orders and spellings are read") {
  struct Case {
    const char* dictionary;
    std::uint8_t version;
    const char* type;
    const char* shape;
    bool fortran;
  };
  const Case expected = GENERATE(values<Case>({
      {"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }   \n", 1, "uint8", "[2, 3]",
       false},
      {"{\"shape\": (4,), \"descr\": \"<i8\", \"fortran_order\": False}", 2, "int64", "[4]", false},
      {"{'descr':'>f4','fortran_order':True,'shape':(2,3)}", 3, "float32", "[2, 3]", true},
      {"{'descr': '|b1', 'fortran_order': True, 'shape': (5L, 1L)}", 1, "bool", "[5, 1]", false},
      {"{'descr': 'c16', 'fortran_order': False, 'shape': ()}", 1, "complex128", "[]", false},
      {"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", 1, "'|O'", "[1]", false},
      {"{'descr': '<U3', 'fortran_order': False, 'shape': (1,)}", 1, "'<U3'", "[1]", false},
  }));
  CAPTURE(expected.dictionary);
  const Bytes bytes = npy(expected.dictionary, {}, expected.version);
  const NpyHeader header = reader_of(bytes).header();
  CHECK(header.type_name() == expected.type);
  CHECK(header.shape_text() == expected.shape);
  CHECK(header.is_fortran_order == expected.fortran);
}

TEST_CASE("A damaged header is an error with the byte, what was found and what was expected") {
  const std::string start = "{'descr': '|u1', 'fortran_order': ";
  const auto error = [](const std::string& dictionary) {
    return error_in_header(npy(dictionary, {}));
  };
  CHECK(error_in_header({}) ==
        "f: byte 0: not an array of NumPy; expected the magic bytes \\x93NUMPY");
  CHECK(error_in_header(npy("", {}, 4)) ==
        "f: byte 6: version of the format; got 4.0; expected 1.0, 2.0 or 3.0");
  CHECK(error_in_header({0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, 0, 0, 0, 0x80}) ==
        "f: byte 8: length of the header; got 2147483648 bytes; expected at most 65536");
  CHECK(error_in_header(cut(array("|u1", "(1,)", {}), 20)) ==
        "f: byte 20: the file ends in its header; got 10 bytes; expected 58");
  CHECK(error("[1]") == "f: byte 8: character 0 of the header; got '[1]'; expected '{'");
  CHECK(error(start + "Maybe}") ==
        "f: byte 8: character 34 of the header; got 'Maybe}'; expected True or False");
  CHECK(error(start + "True}") ==
        "f: byte 8: keys of the header; got descr, fortran_order; expected descr, fortran_order, "
        "shape");
  CHECK(error(start + "True, 'shape': (-1,)}") ==
        "f: byte 8: character 50 of the header; got '-1,)}'; expected the extents of an array");
  CHECK(error(start + "True, 'shape': (99999999999999999999,)}") ==
        "f: byte 8: character 50 of the header; got '99999999999999999999,)}'; expected the "
        "extents of an array");
  CHECK(error(start + "True, 'x': 1}") ==
        "f: byte 8: key of the header; got 'x'; expected descr, fortran_order, shape");
  CHECK(error(start + "True, 'descr': '|u1'}") ==
        "f: byte 8: the header has the key 'descr' twice");
  CHECK(error("{'descr': [('a', '<i4')]}") ==
        "f: byte 8: an array of structures; expected one of numbers");
  CHECK(error("{'descr") ==
        "f: byte 8: character 2 of the header; got 'descr'; expected the end of a string");
}

TEST_CASE("Labels of every integer type and byte order are read") {
  CHECK(reader_of(array("|u1", "(3,)", {0, 7, 255})).labels() == std::vector<Label>{0, 7, 255});
  CHECK(reader_of(array("|b1", "(2, 1)", {0, 1})).labels() == std::vector<Label>{0, 1});
  CHECK(reader_of(array("<u2", "(2,)", {1, 2, 255, 255})).labels() ==
        std::vector<Label>{513, 65'535});
  CHECK(reader_of(array(">i4", "(1,)", {0, 0, 1, 2})).labels() == std::vector<Label>{258});
  CHECK(reader_of(array("<i8", "(1,)", {5, 0, 0, 0, 0, 0, 0, 0})).labels() ==
        std::vector<Label>{5});
}

TEST_CASE("Labels that are none are rejected with the reason") {
  CHECK(error_in_labels(array("<f4", "(1,)", {0, 0, 0, 0})) ==
        "f: byte 8: type of the labels; got float32; expected integers");
  CHECK(error_in_labels(array("|u1", "(1, 3)", {0, 1, 0})) ==
        "f: byte 8: labels of shape [1, 3]: 3 numbers for each image, as for several labels or "
        "one-hot; expected one label per image, [N] or [N, 1]");
  CHECK(error_in_labels(array("|u1", "()", {0})) ==
        "f: byte 8: shape of the labels; got []; expected [N] or [N, 1]");
  CHECK(error_in_labels(array("|i1", "(2,)", {1, 255})) ==
        "f: byte 69: label of image 1; got -1; expected 0 to 65535");
  CHECK(error_in_labels(array("<u8", "(1,)", Bytes(8, 255))) ==
        "f: byte 68: label of image 0; got 18446744073709551615; expected 0 to 65535");
  CHECK(error_in_labels(array("|u1", "(0,)", {})) ==
        "f: byte 8: number of labels; got 0; expected 1 to 100000000");
  CHECK(error_in_labels(array("|u1", "(99999999999,)", {})) ==
        "f: byte 8: number of labels; got 99999999999; expected 1 to 100000000");
}

TEST_CASE("An array that is shorter or longer than its header says is an error") {
  CHECK(error_in_labels(array("|u1", "(99999999,)", {1, 2})) ==
        "f: byte 77: the data end early; expected an array [99999999] of uint8");
  CHECK(error_in_labels(array("|u1", "(1,)", {1, 2})) ==
        "f: byte 69: bytes follow an array [1] of uint8; expected the end of the file");
  const Bytes bytes = array("<u2", "(3,)", Bytes(6, 0));
  CHECK(message_of<Error>([&] { reader_of(bytes).expect_size(bytes.size()); }).empty());
  CHECK_THAT(message_of<Error>([&] { reader_of(bytes).expect_size(bytes.size() + 1); }),
             Catch::Contains("an array [3] of uint16 does not fit its file"));
  const Bytes huge = array("<u8", "(1099511627776, 1099511627776)", {});
  CHECK_THAT(message_of<Error>([&] { reader_of(huge).expect_size(huge.size()); }),
             Catch::Contains("does not fit its file"));
}

}  // namespace
}  // namespace firesweep::runners::data
