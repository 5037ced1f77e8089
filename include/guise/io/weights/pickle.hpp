// A pickle (the format of Python's pickle.py and pickletools.py), read as a tree of plain objects, for files
// of weights. Nothing is ever executed: the instructions are a closed list, the globals are a closed list
// that the caller gives, and a call stays a global and its arguments, which the caller may interpret. The one
// class that is known here is collections.OrderedDict, which becomes a dict. What BUILD would set on a dict
// is dropped.
//
// Objects name each other by index, so neither reading nor destroying recurses, however deep a file nests and
// whatever cycles it holds. The numbers of objects, stack entries, marks and memo entries are bounded, and a
// text is no longer than what is left of the file. Throws Error with the file's name: truncated, an
// instruction or a global that is not in the lists, a stack that holds something else than an instruction
// needs.
#pragma once
#include <guise/io/weights/detail/pickle_machine.hpp>

namespace guise::pickle {

class Reader : Machine {
 public:
  using Machine::Machine;

  Pickle read() {
    while (execute()) {}
    result_.root = pop();
    return std::move(result_);
  }

 private:
  bool execute();  // the next instruction; false at the pickle's end
};

// clang-format off
inline bool Reader::execute() {
  const std::size_t start = in_.at();
  switch (const int opcode = in_.number<std::uint8_t>()) {
    case 0x80: in_.take(1); break;                                              // PROTO
    case 0x95: in_.take(8); break;                                              // FRAME
    case '.': return false;                                                     // STOP
    case 'N': add(Kind::none); break;                                           // NONE
    case 0x88: add(Kind::boolean, 1); break;                                    // NEWTRUE
    case 0x89: add(Kind::boolean, 0); break;                                    // NEWFALSE
    case 'K': add(Kind::integer, in_.number<std::uint8_t>()); break;            // BININT1
    case 'M': add(Kind::integer, in_.number<std::uint16_t>()); break;           // BININT2
    case 'J': add(Kind::integer, in_.number<std::int32_t>()); break;            // BININT
    case 'I': add_line(); break;                                                // INT
    case 0x8a: add_long(in_.number<std::uint8_t>()); break;                     // LONG1
    case 'G': in_.take(8); add(Kind::real); break;                              // BINFLOAT: its value is not needed
    case 0x8c: case 'U': add_text(in_.number<std::uint8_t>()); break;           // SHORT_BINUNICODE, SHORT_BINSTRING
    case 'X': case 'T': add_text(in_.number<std::uint32_t>()); break;           // BINUNICODE, BINSTRING
    case 0x8d: add_text(in_.number<std::uint64_t>()); break;                    // BINUNICODE8
    case '}': add(Kind::dict); break;                                           // EMPTY_DICT
    case ']': add(Kind::list); break;                                           // EMPTY_LIST
    case ')': add_tuple({}); break;                                             // EMPTY_TUPLE
    case 0x85: add_tuple(pop_last(1)); break;                                   // TUPLE1
    case 0x86: add_tuple(pop_last(2)); break;                                   // TUPLE2
    case 0x87: add_tuple(pop_last(3)); break;                                   // TUPLE3
    case 't': add_tuple(pop_to_mark()); break;                                  // TUPLE
    case '(': bound(marks_.size()); marks_.push_back(stack_.size()); break;     // MARK
    case 'a': extend(Kind::list, pop_last(1)); break;                           // APPEND
    case 'e': extend(Kind::list, pop_to_mark()); break;                         // APPENDS
    case 's': extend(Kind::dict, pop_last(2)); break;                           // SETITEM
    case 'u': extend(Kind::dict, pop_to_mark()); break;                         // SETITEMS
    case 'q': memoize(in_.number<std::uint8_t>()); break;                       // BINPUT
    case 'r': memoize(in_.number<std::uint32_t>()); break;                      // LONG_BINPUT
    case 0x94: memoize(std::uint32_t(memo_.size())); break;                    // MEMOIZE
    case 'h': recall(in_.number<std::uint8_t>()); break;                        // BINGET
    case 'j': recall(in_.number<std::uint32_t>()); break;                       // LONG_BINGET
    case 'c': { const std::string module(in_.line()); add_global(module + "." + std::string(in_.line())); break; }
    case 0x93: global_of_stack(); break;                                        // STACK_GLOBAL
    case 'R': call(); break;                                                    // REDUCE
    case 'b': pop(); extend(Kind::dict, {}); break;                             // BUILD
    case 'Q': add(Object{Kind::persistent, 0, {}, pop_last(1)}); break;         // BINPERSID
    default:
      refuse_file("the pickle has an instruction " + std::to_string(opcode) + " at byte " + std::to_string(start));
  }
  return true;
}
// clang-format on

inline Pickle read(ByteReader& in, std::span<const std::string_view> globals) {
  return Reader(in, globals).read();
}

}  // namespace guise::pickle
