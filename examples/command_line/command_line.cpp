#include "command_line.hpp"

#include <guise/core/error.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <sstream>

// ---- checks ----

Check real_in(double least, double most) {
  const auto text = [](double value) {
    std::ostringstream out;
    out << value;
    return out.str();
  };
  const std::string range = most < std::numeric_limits<double>::max()
                                ? "from " + text(least) + " to " + text(most)
                                : "of at least " + text(least);
  return {range, [=](std::string& input) -> std::string {
            double value = 0;  // of "nan" no comparison holds
            if (CLI::detail::lexical_cast(input, value) && value >= least && value <= most) return "";
            return input + ": expected a number " + range;
          }};
}

// A number that CLI11 reads by itself may wrap around.
Check whole_in(std::uint64_t least, std::uint64_t most) {
  const std::string range = "from " + std::to_string(least) + " to " + std::to_string(most);
  return {range, [=](std::string& input) -> std::string {
            std::uint64_t value = 0;
            const char* const end = input.data() + input.size();
            const auto [rest, error] = std::from_chars(input.data(), end, value);
            if (error == std::errc() && rest == end && value >= least && value <= most) return "";
            return input + ": expected a whole number " + range;
          }};
}

Check one_of(std::vector<std::string> words) {
  std::string list;
  for (const std::string& word : words)
    list += (list.empty() ? "" : &word == &words.back() ? " or " : ", ") + word;
  return {list, [=](std::string& input) -> std::string {
            return std::ranges::find(words, input) != words.end() ? "" : input + ": expected " + list;
          }};
}

Check memory_size() {
  return {"SIZE", [](std::string& input) -> std::string {
            const std::string given = input;
            const std::size_t digits = std::min(given.find_first_not_of("0123456789"), given.size());
            try {
              if (digits >= 1 && digits <= 18 && CLI::AsSizeValue(false)(input).empty()) return "";
            } catch (const CLI::Error&) {}  // it throws where its unit is none
            return given + ": expected a size such as 800MiB or 2GiB";
          }};
}

// ---- options ----

namespace {
constexpr const char* hidden_group = "hidden";
}

Option Option::required() const { return Option(option_->required()); }
Option Option::show_default() const { return Option(option_->capture_default_str()); }
Option Option::check(const Check& check) const {
  return Option(option_->transform(CLI::Validator(check.refusal, check.values)));
}
Option Option::separated_by_commas() const { return Option(option_->delimiter(',')); }
Option Option::expected(int values) const { return Option(option_->expected(values)); }
Option Option::excludes(Option other) const { return Option(option_->excludes(other.option_)); }
Option Option::hidden() const { return Option(option_->group(hidden_group)); }

// ---- the command line ----

CommandLine::CommandLine(const std::string& what, const std::string& name)
    : app_(std::make_unique<CLI::App>(what, name)) {}
CommandLine::~CommandLine() = default;

template <class T>
Option CommandLine::add_option(const std::string& name, T& value, const std::string& what) {
  return Option(app_->add_option(name, value, what));
}
template Option CommandLine::add_option(const std::string&, std::string&, const std::string&);
template Option CommandLine::add_option(const std::string&, int&, const std::string&);
template Option CommandLine::add_option(const std::string&, long&, const std::string&);
template Option CommandLine::add_option(const std::string&, std::uint64_t&, const std::string&);
template Option CommandLine::add_option(const std::string&, double&, const std::string&);
template Option CommandLine::add_option(const std::string&, std::vector<std::string>&, const std::string&);
template Option CommandLine::add_option(const std::string&, std::vector<int>&, const std::string&);

Option CommandLine::add_flag(const std::string& name, bool& value, const std::string& what) {
  return Option(app_->add_flag(name, value, what));
}

std::string CommandLine::name() const { return app_->get_name(); }
std::optional<std::string> CommandLine::given(const std::string& option) const {
  const CLI::Option* const found = app_->get_option(option);
  if (!found->count()) return {};
  return found->results().back();
}

namespace {

// The known option that shares the longest beginning with this name, as a hint.
std::string near(const CLI::App& app, const std::string& name) {
  std::string best;
  std::size_t most = 4;  // "--" and two letters
  for (const CLI::Option* option : app.get_options()) {
    const std::string known = option->get_name();
    const auto differ = std::mismatch(known.begin(), known.end(), name.begin(), name.end());
    if (const auto same = static_cast<std::size_t>(differ.first - known.begin()); same >= most)
      most = same + 1, best = known;
  }
  return best.empty() ? "" : ": expected perhaps " + best;
}

// What CLI11 would say of another option, or take for a value: an option that is not there, and one without its value.
void check_arguments(const CLI::App& app, int argc, char** argv) {
  for (int k = 1; k < argc; ++k) {
    const std::string word = argv[k], name = word.substr(0, word.find('='));
    if (word == "--") return;
    if (!word.starts_with("--")) continue;
    const CLI::Option* option = app.get_option_no_throw(name);
    if (!option) throw guise::Error(name + ": no such option" + near(app, name));
    if (option->get_items_expected_min() == 0 || name.size() != word.size()) continue;
    const std::string next = k + 1 < argc ? argv[k + 1] : "";
    if (k + 1 == argc || (next.starts_with("--") && next.size() > 2))
      throw guise::Error(name + ": expected a value, found " + (k + 1 == argc ? "none" : next) +
                         (k + 1 == argc ? "" : " (a value that begins so: " + name + "=" + next + ")"));
  }
}

}  // namespace

std::optional<int> CommandLine::parse(int argc, char** argv) {
  for (CLI::Option* option : app_->get_options())
    if (option->get_items_expected_max() == 1) option->take_last();
  check_arguments(*app_, argc, argv);
  // Options without a group are not in --help; in messages CLI11 leaves out their names.
  if (std::any_of(argv, argv + argc,
                  [](const std::string& word) { return word == "--help" || word == "-h"; }))
    for (CLI::Option* option : app_->get_options())
      if (option->get_group() == hidden_group) option->group("");
  try {
    app_->parse(argc, argv);
  } catch (const CLI::Success& help) { return app_->exit(help); } catch (const CLI::Error& error) {
    throw guise::Error(error.what());
  }
  return {};
}
