// Names of unknown origin in messages.
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>

#include <doctest/doctest.h>

#include <climits>
#include <string>

using namespace guise;

TEST_CASE("what a terminal would obey is escaped, and text of any language stays") {
  for (const char* plain : {"", "a b.png", "Übung/雪/😀.jpg", "a\\n"}) CHECK(printable(plain) == plain);
  CHECK(printable("a\x1b[2Jb") == "a\\x1b[2Jb");
  CHECK(printable("a\nb\r\t\x7f") == "a\\nb\\x0d\\x09\\x7f");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");  // a control sequence of one character
  CHECK(printable("x\xe2\x80\xae"
                  "gnp.jpg") == "x\\xe2\\x80\\xaegnp.jpg");  // turns what follows
  CHECK(printable("\xff\xc0\xaf\xed\xa0\x80\xf5") == "\\xff\\xc0\\xaf\\xed\\xa0\\x80\\xf5");
  CHECK(printable("\xe2\x82") == "\\xe2\\x82");  // cut
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  for (int byte = 0; byte < 256; ++byte)
    for (const std::string& text : {std::string(1, char(byte)), std::string("\xe2") + char(byte) + "x"}) {
      const std::string shown = printable(text);
      CHECK(printable(shown) == shown);
      for (const char c : shown) CHECK((static_cast<unsigned char>(c) >= 32 && c != 127));
    }
}

TEST_CASE("an Error is one line whatever the names in it hold") {
  CHECK(std::string(Error("a\x1b]0;x\x07\n.png: no such file").what()) ==
        "a\\x1b]0;x\\x07\\n.png: no such file");
}

TEST_CASE("a batch of a negative or an endless size is refused, and one whose buffer is short is found") {
  struct Any;
  const auto made = [](int n, Shape shape) {
    try {
      return Images<Any>{n, shape}.data.size() == floats_of(n, shape);
    } catch (const Error&) { return false; }
  };
  CHECK(made(2, {3, 4, 5}));
  CHECK(!made(-1, {3, 4, 5}));
  CHECK(!made(1, {3, -4, 5}));
  CHECK(!made(-1, {3, -4, 5}));
  CHECK(!made(INT_MAX, {INT_MAX, INT_MAX, INT_MAX}));
  Images<Any> batch{1, {3, 2, 2}};
  check_batch(batch);
  batch.n = 2;
  CHECK_THROWS_AS(check_batch(batch), Error);
  batch.n = 0;
  CHECK_THROWS_AS(check_batch(batch), Error);
}
