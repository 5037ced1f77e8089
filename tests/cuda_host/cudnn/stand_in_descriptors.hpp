// The stand-in's descriptors: maps from attribute to value, and what each type of them may hold.
#pragma once
#include "stand_in.hpp"
#include "stand_in_product.hpp"

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cudnn_stand_in {

struct Value {
  cudnnBackendAttributeType_t type;
  std::int64_t count;
  std::vector<char> bytes;
};
struct Object {
  cudnnBackendDescriptorType_t type;
  bool final = false;
  std::map<int, Value> values;
  std::shared_ptr<const Engine> engine;  // of an engine or its configuration
  Object* graph = nullptr;               // of a configuration

  Ints ints(int name) const {
    const Value& v = values.at(name);
    Ints all(std::size_t(v.count));
    std::memcpy(all.data(), v.bytes.data(), v.bytes.size());
    return all;
  }
  template <class T> T value(int name) const {
    T v;
    std::memcpy(&v, values.at(name).bytes.data(), sizeof v);
    return v;
  }
};

std::map<void*, std::unique_ptr<Object>>& objects();  // all that live
Object* find(void* at);                               // or null

// Gives the status back and keeps the reason for who asks.
cudnnStatus_t refuse(cudnnStatus_t status, std::string why);
const std::string& last_refusal();

struct Rule {
  cudnnBackendAttributeType_t type;
  std::int64_t least, most;
  bool needed = true;
  int part = -1;  // the descriptor that it must be
};
using Rules = std::map<int, Rule>;
const Rules* rules_of(cudnnBackendDescriptorType_t type);  // null: there is no such type

std::size_t size_of(cudnnBackendAttributeType_t type);  // in bytes, of one value

bool read(const Object& operation, Operation& to);  // false: a part was destroyed
cudnnStatus_t check(
    const Object& o);  // what finalising looks at, once all attributes that are needed are there

}  // namespace cudnn_stand_in
